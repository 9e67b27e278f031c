"""Agencies push: every format, every fate, on both databases; limits, keys, repeats, all or nothing."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
from dataclasses import replace
from datetime import timedelta

import nanoarrow
import pytest
from nanoarrow.ipc import StreamWriter
from sqlalchemy import select

from api.settings import Limits
from monitoring_ingest import tables
from monitoring_ingest.database import writing
from monitoring_ingest.operations.store import LEASE, create_key, hold
from tests.api.makers import NOW, client_of, composed

ADDRESS = "/v1/submissions"
GOOD = {"station": "demo-qx2", "time": "2025-08-01 08:00", "indicator": "nh3n", "value": "0.21", "unit": "mg/L"}
JSON, CSV, ARROW = "application/json", "text/csv", "application/vnd.apache.arrow.stream"


@pytest.fixture
def here(engine, world):
    return composed(engine, world)


@pytest.fixture
def pushing(here):
    """A client with a key for all stations over an empty database."""
    with client_of(here) as client:
        client.headers["X-API-Key"] = create_key(here.engine, "示例监测中心", NOW)
        yield client


def rows(*changes):
    """JSON rows that differ from a good one."""
    return {"rows": [GOOD | change for change in changes]}


def columns(*changes):
    listed = [GOOD | change for change in changes]
    return {"columns": {name: [row[name] for row in listed] for name in listed[0]}}


def long_csv(*changes) -> bytes:
    listed = [GOOD | change for change in changes]
    lines = [",".join(listed[0]), *(",".join(str(value) for value in row.values()) for row in listed)]
    return "\n".join(lines).encode()


def arrow(*changes) -> bytes:
    """The rows as an Arrow stream: texts, but for values that are all numbers."""
    listed = [GOOD | change for change in changes]
    cells = {name: [row[name] for row in listed] for name in listed[0]}
    kinds = {n: nanoarrow.float64() if isinstance(c[0], float) else nanoarrow.string() for n, c in cells.items()}
    children = [nanoarrow.c_array(cells[name], kind) for name, kind in kinds.items()]
    kind, rows_sent = nanoarrow.struct(kinds), len(listed)
    batch = nanoarrow.c_array_from_buffers(kind, length=rows_sent, buffers=[None], children=children)
    out = io.BytesIO()
    with StreamWriter.from_writable(out) as writer:
        writer.write_stream(batch)
    return out.getvalue()


FORMATS = {
    "rows": (JSON, lambda *changes: json.dumps(rows(*changes)).encode()),
    "columns": (JSON, lambda *changes: json.dumps(columns(*changes)).encode()),
    "csv": (CSV, long_csv),
    "arrow": (ARROW, arrow),
}


def push(client, *changes, form="rows", headers=None, **asked):
    kind, written = FORMATS[form]
    told = {"Content-Type": kind, **(headers or {})}
    return client.post(ADDRESS, content=written(*changes), headers=told, params=asked)


def fates(answer) -> dict[str, int]:
    return {fate: count for fate, count in answer.json()["counts"].items() if count}


def only_row(answer):
    (row,) = answer.json()["rows"]
    return row


def stored(client) -> list[tuple[float, int]]:
    """(value, revision) of everything observed."""
    return [(one["value"], one["revision"]) for one in client.get("/v1/readings").json()["items"]]


class TestFormats:
    @pytest.mark.parametrize("form", FORMATS)
    @pytest.mark.parametrize(
        ("change", "fate", "code", "field", "value"),
        [
            ({"station": "demo-nowhere"}, "quarantined", "unknown_station", "station", "demo-nowhere"),
            ({"value": "9999"}, "quarantined", "implausible", "value", "9999"),
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
    def test_a_number_is_kept_as_the_shortest_text_that_reads_back_the_same(self, pushing, here, form, number):
        push(pushing, {"value": number}, form=form)
        with here.engine.connect() as connection:
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
            (CSV, gzip.compress(long_csv({})), 400, "body"),
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


ONCE = {"Idempotency-Key": "2025-08-01/1"}


class TestRepeats:
    def test_the_same_request_gets_the_same_receipt_byte_for_byte(self, pushing):
        first, second = (push(pushing, {}, {"value": "高"}, {"value": "--"}, headers=ONCE) for _ in range(2))
        assert (first.status_code, second.status_code, first.content) == (201, 201, second.content)
        assert len(pushing.get(ADDRESS).json()["items"]) == 1

    def test_another_body_under_the_same_key_is_refused(self, pushing):
        push(pushing, {}, headers=ONCE)
        answer = push(pushing, {"value": "0.3"}, headers=ONCE)
        assert (answer.status_code, answer.json()["path"]) == (422, "Idempotency-Key")
        assert stored(pushing) == [(0.21, 1)]

    def test_a_key_belongs_to_who_uses_it(self, pushing, here):
        push(pushing, {}, headers=ONCE)
        other = {**ONCE, "X-API-Key": create_key(here.engine, "另一家", NOW)}
        assert push(pushing, {"value": "0.3"}, headers=other).status_code == 201

    def test_while_one_is_at_work_the_other_is_asked_to_come_again(self, pushing, here):
        with writing(here.engine) as connection:
            hold(connection, "push/示例监测中心/2025-08-01/1", NOW)
        answer = push(pushing, {}, headers=ONCE)
        assert (answer.status_code, int(answer.headers["retry-after"]) > 0) == (409, True)

    def test_a_claim_that_was_left_behind_does_not_block_for_ever(self, pushing, here):
        with writing(here.engine) as connection:
            hold(connection, "push/示例监测中心/2025-08-01/1", NOW - LEASE)
        assert push(pushing, {}, headers=ONCE).status_code == 201

    def test_a_key_of_a_request_that_stored_nothing_is_free(self, pushing):
        for change, asked in (({"value": "高"}, {"atomic": True}), ({"value": "0.4"}, {"dry_run": True})):
            push(pushing, change, headers=ONCE, **asked)
        assert pushing.post(ADDRESS, content=b"{", headers={**ONCE, "Content-Type": JSON}).status_code == 400
        assert push(pushing, {}, headers=ONCE).status_code == 201

    def test_without_a_key_a_repeat_is_told_by_its_rows(self, pushing):
        answers = [push(pushing, {}) for _ in range(2)]
        assert [fates(answer) for answer in answers] == [{"accepted": 1}, {"duplicate": 1}]


class TestRights:
    def scoped(self, here, *stations, expires=None):
        return {"X-API-Key": create_key(here.engine, "一站", NOW, stations, expires)}

    def test_a_row_of_a_foreign_station_is_rejected_and_named(self, pushing, here):
        answer = push(pushing, {}, {"station": "demo-qx3"}, headers=self.scoped(here, "demo-qx2"))
        assert fates(answer) == {"accepted": 1, "rejected": 1}
        row = only_row(answer)
        assert (row["code"], row["field"], row["value"]) == ("no_right", "station", "demo-qx3")

    @pytest.mark.parametrize("change", [{"value": "--"}, {"value": "高"}, {"station": "demo-nowhere"}])
    def test_nothing_is_kept_of_a_foreign_station(self, pushing, here, change):
        answer = push(pushing, {"station": "demo-qx3"} | change, headers=self.scoped(here, "demo-qx2"))
        assert only_row(answer)["code"] == "no_right"
        with here.engine.connect() as connection:
            assert connection.execute(select(tables.readings)).all() == []

    def test_a_key_of_some_stations_writes_nothing_else(self, pushing, here):
        fact = {"subject": "qingxi-2", "period": "2025-08", "kind": "funds used", "value": "1"}
        body = fact | {"document": "示例函", "recorded_by": "示例记录人"}
        assert pushing.post("/v1/facts", json=body, headers=self.scoped(here, "demo-qx2")).status_code == 403

    def test_a_key_ends_on_its_day(self, here):
        key = self.scoped(here, "demo-qx2", expires=NOW + timedelta(seconds=1))
        with client_of(here) as client:
            assert push(client, {}, headers=key).status_code == 201
            client.app.state.services = replace(client.app.state.services, now=lambda: NOW + timedelta(seconds=1))
            assert push(client, {}, headers=key).status_code == 403

    def test_without_a_key_the_body_is_not_even_read(self, here):
        with client_of(here) as client:
            assert client.post(ADDRESS, content=b"x" * 99).status_code == 401


class TestLimits:
    @pytest.fixture
    def narrow(self, here):
        limited = replace(here, settings=replace(here.settings, limits=Limits(body=2000, rows=3)))
        with client_of(limited) as client:
            client.headers["X-API-Key"] = create_key(here.engine, "示例监测中心", NOW)
            yield client

    @pytest.mark.parametrize("form", FORMATS)
    def test_too_many_rows_are_refused(self, narrow, form):
        few = [{"value": f"0.{number}"} for number in range(1, 5)]
        assert push(narrow, *few[:3], form=form).status_code == 201
        answer = push(narrow, *few, form=form)
        assert (answer.status_code, answer.json()["type"]) == (413, "urn:hengjie:problem:too_large")

    def test_an_announced_length_is_refused_before_anything_is_read(self, narrow):
        answer = narrow.post(ADDRESS, content=b"x", headers={"Content-Type": JSON, "Content-Length": "999999999999"})
        assert answer.status_code == 413

    def test_a_stream_is_cut_at_the_limit(self, narrow):
        read = []

        def chunks():
            for number in range(100):
                read.append(number)
                yield b"x" * 1000

        assert narrow.post(ADDRESS, content=chunks(), headers={"Content-Type": JSON}).status_code == 413

    def test_a_packed_bomb_is_not_unpacked(self, narrow):
        bomb = gzip.compress(b"0" * 100_000_000, 9)[:1900]
        answer = narrow.post(ADDRESS, content=bomb, headers={"Content-Type": JSON, "Content-Encoding": "gzip"})
        assert answer.status_code == 413

    @pytest.mark.parametrize(
        ("encoding", "body", "status"),
        [("gzip", b"{}", 400), ("gzip", gzip.compress(b"{}")[:-3], 400), ("gzip", b"", 400), ("br", b"{}", 415)],
    )
    def test_what_is_not_whole_or_not_known_is_refused(self, narrow, encoding, body, status):
        answer = narrow.post(ADDRESS, content=body, headers={"Content-Type": JSON, "Content-Encoding": encoding})
        assert (answer.status_code, answer.json()["path"]) == (status, "Content-Encoding")
