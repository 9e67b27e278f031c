"""Agencies push: every format, every fate, on both databases; receipts; all or nothing."""

from __future__ import annotations

import gzip
import hashlib
import json

import pytest
from sqlalchemy import select

from monitoring_ingest.formats.station_files import OPTIONAL
from monitoring_ingest.records import tables
from tests.api.pushed import (
    ADDRESS,
    ARROW,
    CSV,
    FORMATS,
    GOOD,
    JSON,
    arrow,
    columns,
    fates,
    long_csv,
    only_row,
    push,
    rows,
    stored,
)  # fmt: skip


class TestFormats:
    @pytest.mark.parametrize("form", FORMATS)
    @pytest.mark.parametrize(
        ("change", "fate", "code", "field", "value"),
        [
            ({"station": "demo-nowhere"}, "quarantined", "unknown_station", "station", "demo-nowhere"),
            ({"value": "500"}, "quarantined", "implausible", "value", "500"),
            ({"value": "-9999"}, "quarantined", "sentinel", "value", "-9999"),
            ({"value": "高"}, "rejected", "unreadable_number", "value", "高"),
            ({"value": ">5"}, "rejected", "above_range", "value", ">5"),
            ({"unit": "furlong"}, "rejected", "unknown_unit", "unit", "furlong"),
            ({"indicator": "xyz"}, "rejected", "unknown_indicator", "indicator", "xyz"),
            ({"time": "2026-02-01 08:00"}, "rejected", "future_time", "time", "2026-02-01 08:00"),
            ({"time": "yesterday"}, "rejected", "unreadable_time", "time", "yesterday"),
            ({"indicator": "tp", "value": "--"}, "absent", "no_value", "value", "--"),
            ({"indicator": "tp", "value": "*"}, "absent", "not_equipped", "value", "*"),
        ],
    )
    def test_every_format_gives_the_same_receipt(self, pushing, form, change, fate, code, field, value):
        answer = push(pushing, {}, change, form=form)
        assert (answer.status_code, fates(answer)) == (201, {"accepted": 1, fate: 1})
        row = only_row(answer)
        assert (row["field"], row["code"], row["value"], row["fate"]) == (field, code, value, fate)
        assert row["row"] == (3 if form == "csv" else 2)  # a CSV is numbered by its lines
        assert (row["message_zh"] != "", row["message_en"] != "") == (True, True)

    @pytest.mark.parametrize("form", FORMATS)
    def test_what_came_in_one_format_is_a_duplicate_in_the_others(self, pushing, form):
        push(pushing, {}, {"indicator": "tp", "value": "0.05"})
        answer = push(pushing, {}, {"indicator": "tp", "value": "0.05"}, form=form)
        assert fates(answer) == {"duplicate": 2}
        assert [row["stands"] for row in answer.json()["rows"]] == ["0.21 mg/L", "0.05 mg/L"]

    @pytest.mark.parametrize("form", ["rows", "columns", "arrow"])
    @pytest.mark.parametrize("number", [0.1, 7.0, 1e-05, 0.30000000000000004])
    def test_a_number_is_kept_as_the_shortest_text_that_reads_back_the_same(self, pushing, blank, form, number):
        push(pushing, {"value": number}, form=form)
        with blank.engine.connect() as connection:
            (text,) = connection.scalars(select(tables.readings.c.value_text))
        assert (text, float(text)) == (repr(number), number)

    @pytest.mark.parametrize("form", FORMATS)
    def test_a_body_may_be_packed_and_is_known_by_its_content(self, pushing, form):
        kind, written = FORMATS[form]
        body = written({})
        packed = {"Content-Type": kind, "Content-Encoding": "gzip"}
        answer = pushing.post(ADDRESS, content=gzip.compress(body[:30]) + gzip.compress(body[30:]), headers=packed)
        assert (fates(answer), answer.json()["sha256"]) == ({"accepted": 1}, hashlib.sha256(body).hexdigest())

    @pytest.mark.parametrize(
        ("cell", "quoted"),
        [(True, "true"), ([1], "[1]"), ({"a": 1}, '{"a":1}'), ("0.2\0", "0.2\\0")],
    )
    @pytest.mark.parametrize("name", ["value", "station", "time"])
    def test_a_cell_that_is_neither_text_nor_number_is_a_rejected_row(self, pushing, name, cell, quoted):
        answer = push(pushing, {}, {name: cell})
        assert fates(answer) == {"accepted": 1, "rejected": 1}
        row = only_row(answer)
        assert (row["code"], row["field"], row["value"]) == ("not_text", name, quoted)

    @pytest.mark.parametrize("sign", ["\\u0000", "\\u202e", "\\u200b", "\\u3164"])
    @pytest.mark.parametrize("name", [*GOOD, *OPTIONAL])
    @pytest.mark.parametrize("shape", [rows, columns])
    def test_a_sign_nobody_can_see_is_a_rejected_row_in_whatever_cell(self, pushing, shape, name, sign):
        blank = dict.fromkeys(OPTIONAL, "")
        body = json.dumps(shape(blank | {name: "a@@b"}, blank)).replace("@@", sign)
        answer = pushing.post(ADDRESS, content=body.encode(), headers={"Content-Type": JSON})
        assert (answer.status_code, fates(answer)) == (201, {"accepted": 1, "rejected": 1}), answer.text
        assert (only_row(answer)["code"], only_row(answer)["field"]) == ("not_text", name)
        assert answer.text.isprintable()

    @pytest.mark.parametrize(
        ("written", "fate", "code"),
        [
            ("1e-400", "rejected", "unreadable_number"), ("1e400", "rejected", "unreadable_number"),
            ("-1e999999999", "rejected", "unreadable_number"), ("1e-300", "rejected", "unreadable_number"),
            ("0." + "0" * 500 + "1", "rejected", "unreadable_number"), ("9" * 120, "rejected", "unreadable_number"),
            ("0e0", "accepted", ""), ("0.0", "accepted", ""), ("2.1e-1", "accepted", ""),
        ],
    )  # fmt: skip
    def test_a_json_number_that_a_float_would_change_is_no_number(self, pushing, written, fate, code):
        body = json.dumps(rows({"value": "@"})).replace('"@"', written)
        answer = pushing.post(ADDRESS, content=body.encode(), headers={"Content-Type": JSON})
        assert fates(answer) == {fate: 1}
        assert [row["code"] for row in answer.json()["rows"]] == ([code] if code else [])

    def test_a_number_of_a_million_digits_is_refused_before_it_is_one(self, pushing):
        body = json.dumps(rows({"value": "@"})).replace('"@"', "1" * 10**6)
        assert pushing.post(ADDRESS, content=body.encode(), headers={"Content-Type": JSON}).status_code == 400

    @pytest.mark.parametrize(
        ("kind", "body", "status", "path"),
        [
            (JSON, b"", 400, "body"),
            (JSON, b"{", 400, "body"),
            (JSON, b"[" * 100_000, 400, "body"),
            (JSON, b"\xff", 400, "body"),
            (JSON, b"{}", 400, "body"),
            (JSON, b'{"rows": [], "columns": {}}', 400, "body"),
            (JSON, b'{"rows": [1]}', 400, "body"),
            (JSON, b'{"rows": [{"staton": "a"}]}', 400, "body"),
            (JSON, b'{"rows": [{"station": "\\ud800"}]}', 400, "body"),
            (JSON, b'{"columns": {"station": ["a"]}}', 400, "columns"),
            (JSON, json.dumps(columns({}) | {}).replace('"0.21"', '"0.21", "0.3"').encode(), 400, "columns"),
            (JSON, json.dumps(columns({"colour": "red"})).encode(), 400, "columns"),
            (CSV, b"a,b\n1,2\n", 400, "body"),
            (CSV, b"\xff\xfe\xff", 400, "body"),
            (CSV, gzip.compress(long_csv({}), mtime=0), 400, "body"),
            (ARROW, b"not arrow at all", 400, "body"),
            (ARROW, arrow({})[:-100], 400, "body"),
            ("application/xml", b"<a/>", 415, "Content-Type"),
        ],
    )
    def test_a_body_that_cannot_be_taken_apart_is_refused_and_leaves_nothing(self, pushing, kind, body, status, path):
        answer = pushing.post(ADDRESS, content=body, headers={"Content-Type": kind})
        assert (answer.status_code, answer.json()["path"], bool(answer.json()["remedy"])) == (status, path, True)
        assert pushing.get(ADDRESS).json()["items"] == []

    def test_no_row_at_all_is_a_receipt_without_rows(self, pushing):
        answer = pushing.post(ADDRESS, json={"rows": []})
        assert (answer.status_code, fates(answer), answer.json()["rows"]) == (201, {}, [])


class TestReceipts:
    def test_numbers_have_no_gap_whatever_is_refused_between(self, pushing):
        numbers = []
        for change in ({}, {"value": "高"}, {}):
            push(pushing, change, dry_run=True)
            push(pushing, {"value": "高"}, atomic=True)
            numbers.append(push(pushing, change).json()["id"])
        assert numbers == [1, 2, 3]

    def test_the_answer_is_found_again_at_its_address(self, pushing):
        answer = push(pushing, {}, {"value": "0.3"}, {"value": "高"}, {"station": "demo-nowhere"})
        assert pushing.get(answer.headers["location"]).json() == answer.json()
        assert answer.json()["sender"] == "示例监测中心"

    def test_every_value_that_stands_is_named(self, pushing):
        push(pushing, {})
        answer = push(
            pushing,
            {"value": "0.21"},
            {"value": "210", "unit": "ug/L"},
            {"value": "0.25"},
            {"value": "--"},
            {"value": "--", "mark": "仪器维护"},
        )
        told = [(row["fate"], row["code"], row["stands"], row["replaced"]) for row in answer.json()["rows"]]
        assert told == [
            ("duplicate", "duplicate", "0.21 mg/L", None),
            ("duplicate", "duplicate", "0.21 mg/L", None),
            ("quarantined", "conflict", "0.21 mg/L", None),
            ("absent", "value_stands", "0.21 mg/L", None),
            ("withheld", "value_stands", "0.21 mg/L", None),
        ]
        assert stored(pushing) == [(0.21, 1)]
        revised = only_row(push(pushing, {"value": "0.25"}))
        assert (revised["fate"], revised["stands"], revised["replaced"]) == ("revised", "0.25 mg/L", "0.21 mg/L")

    def test_rows_come_page_by_page_and_none_is_lost_or_repeated(self, pushing):
        push(pushing, *({"value": f"高{number}"} for number in range(25)))
        address, found = f"{ADDRESS}/1/rows?limit=4", []
        while address:
            page = pushing.get(address).json()
            found += [row["value"] for row in page["items"]]
            address = page["next"]
        assert found == [f"高{number}" for number in range(25)]

    def test_rows_are_a_csv_with_the_address_of_the_next_page(self, pushing):
        push(pushing, {"value": "高"}, {"value": "低"})
        answer = pushing.get(f"{ADDRESS}/1/rows.csv?limit=1")
        head, row = answer.text.splitlines()
        assert head.startswith("file,row,field,code,") and row.startswith("push.json,1,value,unreadable_number,")
        assert 'rel="next"' in answer.headers["link"]
        assert "demo-qx2,nh3n,2025-08-01T00:00:00Z" in row

    @pytest.mark.parametrize(
        ("change", "value", "sent"),
        [
            ({"unit": "furlong"}, "furlong", "0.21 furlong"),
            ({"time": "2026-02-01 08:00"}, "2026-02-01 08:00", "0.21 mg/L"),
            ({"time": "2026-02-01 08:00", "value": "--"}, "2026-02-01 08:00", ""),
            ({"unit": 7}, "7", "0.21 7"),
            ({"value": ["0.21"]}, '["0.21"]', '["0.21"] mg/L'),
            ({"value": "99999"}, "99999", None),
        ],
    )
    def test_a_rejected_row_tells_the_value_it_brought_wherever_it_is_read(self, pushing, change, value, sent):
        pushed = only_row(push(pushing, change))
        (listed,) = pushing.get(f"{ADDRESS}/1/rows").json()["items"]
        told = [(row["value"], row["sent"]) for row in (pushed, only_row(pushing.get(f"{ADDRESS}/1")), listed)]
        assert told == [(value, sent)] * 3
        assert pushing.get(f"{ADDRESS}/1/rows.csv").text.splitlines()[0].endswith(",sent")

    @pytest.mark.parametrize("after", ["x", "1", "~", "-1~2"])
    def test_no_cursor_is_refused(self, pushing, after):
        push(pushing, {"value": "高"})
        assert pushing.get(f"{ADDRESS}/1/rows", params={"after": after}).status_code == 400

    def test_submissions_are_listed_newest_first_page_by_page(self, pushing):
        for number in range(5):
            push(pushing, {"value": f"0.{number + 1}"}, name=f"n{number}")
        first = pushing.get(ADDRESS, params={"limit": 2}).json()
        second = pushing.get(first["next"]).json()
        assert [one["name"] for one in (*first["items"], *second["items"])] == ["n4", "n3", "n2", "n1"]

    def test_an_unknown_receipt_is_not_found(self, pushing):
        assert [pushing.get(f"{ADDRESS}/{tail}").status_code for tail in ("7", "7/rows")] == [404, 404]


class TestAllOrNothing:
    @pytest.mark.parametrize("change", [{"value": "高"}, {"value": "9999"}, {"station": "demo-nowhere"}])
    def test_a_row_that_cannot_be_accepted_stops_all(self, pushing, change):
        answer = push(pushing, {}, change, atomic=True)
        assert (answer.status_code, answer.json()["type"]) == (422, "urn:hengjie:problem:not_atomic")
        receipt = answer.json()["receipt"]
        assert (receipt["id"], receipt["state"], receipt["counts"]["accepted"]) == (None, "refused", 1)
        assert [row["row"] for row in receipt["rows"]] == [2]
        assert (stored(pushing), pushing.get(ADDRESS).json()["items"]) == ([], [])

    @pytest.mark.parametrize("change", [{}, {"value": "--"}, {"value": "--", "mark": "维护中"}, {"value": "0.3"}])
    def test_repeats_revisions_and_blanks_stop_nothing(self, pushing, change):
        push(pushing, {})
        answer = push(pushing, change, {"indicator": "tp", "value": "0.05"}, atomic=True)
        assert (answer.status_code, answer.json()["state"]) == (201, "complete")

    def test_a_dry_run_tells_the_receipt_and_stores_nothing(self, pushing):
        push(pushing, {})
        answer = push(pushing, {"value": "0.3"}, {"value": "高"}, dry_run=True)
        assert (answer.status_code, fates(answer)) == (200, {"revised": 1, "rejected": 1})
        assert (answer.json()["id"], answer.json()["state"]) == (None, "dry_run")
        assert (stored(pushing), len(pushing.get(ADDRESS).json()["items"])) == ([(0.21, 1)], 1)
