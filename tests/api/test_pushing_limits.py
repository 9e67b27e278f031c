"""Agencies push again, or too much, or what is not theirs: repeats, rights and limits, on both databases."""

from __future__ import annotations

import asyncio
import gzip
import json
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import nanoarrow
import pytest
from sqlalchemy import select
from starlette.requests import Request

from api.settings import Limits
from api.web.bodies import body_of
from basin.errors import HengjieError, UsageError
from monitoring_ingest.access.store import create_key
from monitoring_ingest.database.engine import writing
from monitoring_ingest.doors.claims_store import claim_name, keep_answer
from monitoring_ingest.formats.pushed import TooLarge, read_pushed
from monitoring_ingest.records import tables
from monitoring_ingest.schedule.store import LEASE, hold
from tests.api.makers import NOW, client_of
from tests.api.pushed import (
    ADDRESS,
    ARROW,
    CSV,
    FORMATS,
    GOOD,
    JSON,
    UNPACKING,
    arrow,
    arrow_stream,
    fates,
    only_row,
    push,
    stored,
    unpacking,
)  # fmt: skip

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

    def test_a_key_belongs_to_who_uses_it(self, pushing, blank):
        push(pushing, {}, headers=ONCE)
        other = {**ONCE, "X-API-Key": create_key(blank.engine, "另一家", NOW)}
        assert push(pushing, {"value": "0.3"}, headers=other).status_code == 201

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            (("a", "b/c"), ("a/b", "c")),
            (("a:b", "c"), ("a", "b:c")),
            (("a','b", "c"), ("a", "b','c")),
            (("a", 'b", "c'), ("a, b", "c")),
            (("甲", "1/1"), ("甲/1", "1")),
        ],
    )
    def test_nobody_gets_the_receipt_of_another_whatever_keys_they_choose(self, pushing, blank, one, other):
        receipts = []
        for number, (name, key) in enumerate((one, other)):
            headers = {"X-API-Key": create_key(blank.engine, name, NOW), "Idempotency-Key": key}
            answer = push(pushing, {"value": f"0.{number + 1}"}, headers=headers)
            again = push(pushing, {"value": f"0.{number + 1}"}, headers=headers)
            assert (answer.status_code, again.content) == (201, answer.content)
            receipts.append((answer.json()["sender"], answer.json()["id"]))
        assert receipts == [(one[0], 1), (other[0], 2)]

    def test_while_the_key_of_one_is_at_work_that_of_the_other_is_free(self, pushing, blank):
        with writing(blank.engine) as connection:
            hold(connection, claim_name("push", "a", "b/c"), NOW)
        headers = {"X-API-Key": create_key(blank.engine, "a/b", NOW), "Idempotency-Key": "c"}
        assert push(pushing, {}, headers=headers).status_code == 201

    @pytest.mark.parametrize(("names", "found"), [(["甲"], True), (["甲", "甲/2025-08-01"], False)])
    def test_what_an_earlier_version_kept_is_found_where_only_one_can_have_sent_it(self, pushing, blank, names, found):
        keys = {name: create_key(blank.engine, name, NOW) for name in names}
        told = push(pushing, {}, headers={"X-API-Key": keys["甲"]}).json()
        with writing(blank.engine) as connection:
            keep_answer(connection, "push/甲/2025-08-01/1", told["sha256"], str(told["id"]), NOW)
        for name, key in keys.items():
            rest = ONCE["Idempotency-Key"] if name == "甲" else "1"
            answer = push(pushing, {}, headers={"X-API-Key": key, "Idempotency-Key": rest})
            assert (answer.json()["id"] == told["id"]) is found

    @pytest.mark.parametrize("key", ["", "\x7f", "é", "x" * 201, "a\tb"])
    def test_a_key_is_visible_ascii(self, pushing, key):
        headers = {"Idempotency-Key": key.encode("latin-1")}
        assert push(pushing, {}, headers=headers).status_code == (201 if key == "" else 422 if len(key) > 200 else 400)

    def test_while_one_is_at_work_the_other_is_asked_to_come_again(self, pushing, blank):
        with writing(blank.engine) as connection:
            hold(connection, claim_name("push", "示例监测中心", "2025-08-01/1"), NOW)
        answer = push(pushing, {}, headers=ONCE)
        assert (answer.status_code, int(answer.headers["retry-after"]) > 0) == (409, True)

    def test_a_claim_that_was_left_behind_does_not_block_for_ever(self, pushing, blank):
        with writing(blank.engine) as connection:
            hold(connection, claim_name("push", "示例监测中心", "2025-08-01/1"), NOW - LEASE)
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
    def scoped(self, blank, *stations, expires=None):
        return {"X-API-Key": create_key(blank.engine, "一站", NOW, stations, expires)}

    def test_a_row_of_a_foreign_station_is_rejected_and_named(self, pushing, blank):
        answer = push(pushing, {}, {"station": "demo-qx3"}, headers=self.scoped(blank, "demo-qx2"))
        assert fates(answer) == {"accepted": 1, "rejected": 1}
        row = only_row(answer)
        assert (row["code"], row["field"], row["value"]) == ("no_right", "station", "demo-qx3")

    @pytest.mark.parametrize("change", [{"value": "--"}, {"value": "高"}, {"station": "demo-nowhere"}])
    def test_nothing_is_kept_of_a_foreign_station(self, pushing, blank, change):
        answer = push(pushing, {"station": "demo-qx3"} | change, headers=self.scoped(blank, "demo-qx2"))
        assert only_row(answer)["code"] == "no_right"
        with blank.engine.connect() as connection:
            assert connection.execute(select(tables.readings)).all() == []

    def test_a_key_of_some_stations_writes_nothing_else(self, pushing, blank):
        fact = {"subject": "qingxi-2", "period": "2025-08", "kind": "funds used", "value": "1"}
        body = fact | {"document": "示例函"}
        assert pushing.post("/v1/facts", json=body, headers=self.scoped(blank, "demo-qx2")).status_code == 403

    def test_a_key_ends_on_its_day(self, blank):
        key = self.scoped(blank, "demo-qx2", expires=NOW + timedelta(seconds=1))
        with client_of(blank) as client:
            assert push(client, {}, headers=key).status_code == 201
            client.app.state.composition = replace(client.app.state.composition, now=lambda: NOW + timedelta(seconds=1))
            assert push(client, {}, headers=key).status_code == 403

    def test_without_a_key_the_body_is_not_even_read(self, blank):
        with client_of(blank) as client:
            assert client.post(ADDRESS, content=b"x" * 99).status_code == 401


class TestLimits:
    @pytest.fixture
    def narrow(self, blank):
        limited = replace(blank, settings=replace(blank.settings, limits=Limits(body=2000, rows=3)))
        with client_of(limited) as client:
            client.headers["X-API-Key"] = create_key(blank.engine, "示例监测中心", NOW)
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

    @pytest.mark.parametrize(
        ("encoding", "body", "status"),
        [
            ("gzip", b"{}", 400),
            ("gzip", gzip.compress(b"{}", mtime=0)[:-3], 400),
            ("gzip", b"", 400),
            ("br", b"{}", 415),
        ],
    )
    def test_what_is_not_whole_or_not_known_is_refused(self, narrow, encoding, body, status):
        answer = narrow.post(ADDRESS, content=body, headers={"Content-Type": JSON, "Content-Encoding": encoding})
        assert (answer.status_code, answer.json()["path"]) == (status, "Content-Encoding")


class Arriving:
    """A request whose body never ends: the same piece again and again, each counted."""

    def __init__(self, piece: bytes, encoding: str = "identity") -> None:
        self.piece, self.pulled = piece, 0
        self.headers = [(b"content-encoding", encoding.encode())]

    async def __call__(self) -> dict[str, object]:
        self.pulled += 1
        return {"type": "http.request", "body": self.piece, "more_body": True}

    def taken(self, most: int) -> bytes:
        request = Request({"type": "http", "method": "POST", "headers": self.headers}, self)
        return asyncio.run(body_of(request, most))


def peak_of(act: Callable[[], object], refusal: type[HengjieError] = TooLarge) -> int:
    """The most memory [bytes] that was in use at once while `act` was refused for its size."""
    tracemalloc.start()
    try:
        with pytest.raises(refusal):
            act()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


class TestMemory:
    """What is too large is refused before it is read, unpacked or decoded."""

    def test_of_a_stream_no_more_is_read_than_passes_the_limit(self):
        endless = Arriving(b"x" * 1000)
        with pytest.raises(TooLarge):
            endless.taken(most=2000)
        assert endless.pulled == 3

    def test_packed_nothing_without_end_is_cut_too(self):
        endless = Arriving(gzip.compress(b""), "gzip")
        with pytest.raises(TooLarge):
            endless.taken(most=2000)
        assert endless.pulled == 2000 // len(endless.piece) + 1

    def test_of_a_packed_bomb_no_more_is_unpacked_than_passes_the_limit(self):
        bomb = Arriving(gzip.compress(b"0" * 100_000_000, 9), "gzip")
        assert len(bomb.piece) < 100_000
        assert peak_of(lambda: bomb.taken(most=100_000)) < 1_000_000
        assert bomb.pulled == 1

    @pytest.mark.parametrize(
        ("before", "piece", "after"),
        [
            (b'{"rows": [', b"{},", b"{}]}"),
            (b'{"columns": {"value": [', b"[],", b"[]]}}"),
            (b'{"rows": [{"value": [', b"{},", b"{}]}]}"),
        ],
        ids=["rows", "lists in a column", "objects in one cell"],
    )
    def test_json_is_refused_before_it_becomes_objects(self, world, before, piece, after):
        body = before + piece * 700_000 + after
        assert peak_of(lambda: read_pushed(body, JSON, world.network, most_rows=1000)) < 6 * len(body)

    def test_a_csv_whose_lines_end_in_carriage_returns_is_counted_too(self, world):
        body = b"station,time,indicator,value,unit\r" + b"a\r" * 700_000
        assert peak_of(lambda: read_pushed(body, CSV, world.network, most_rows=1000)) < 6 * len(body)

    def test_short_csv_lines_under_a_long_header_are_not_filled(self, world):
        body = b"station,time,indicator,value,unit" + b",x" * 50_000 + b"\n" + b"a\n" * 1000
        assert peak_of(lambda: read_pushed(body, CSV, world.network, 1000), UsageError) < 50 * 2**20  # filled: 400 MB

    def test_marks_inside_texts_are_no_rows(self, world):
        told = {"mark": '"{[,' * 5000, "reason": "\\{,\\" * 5000, "province": "示例省"}
        body = json.dumps({"rows": [GOOD | told] * 3}).encode()
        assert len(read_pushed(body, JSON, world.network, most_rows=3)["row"]) == 3
        with pytest.raises(TooLarge):
            read_pushed(body, JSON, world.network, most_rows=2)

    def test_more_arrow_rows_than_allowed_are_refused_by_their_header(self, world):
        body = arrow_stream({"station": nanoarrow.null()}, 10**12)
        assert peak_of(lambda: read_pushed(body, ARROW, world.network, most_rows=1000)) < 1_000_000

    def test_more_arrow_cells_than_that_many_rows_have_are_refused(self, world):
        body = arrow_stream({f"c{number}": nanoarrow.null() for number in range(5000)}, 1000)
        assert peak_of(lambda: read_pushed(body, ARROW, world.network, most_rows=1000)) < 6 * len(body)

    @pytest.mark.parametrize("name", UNPACKING)
    def test_arrow_that_unpacks_to_more_than_was_sent_is_refused(self, pushing, name):
        answer = pushing.post(ADDRESS, content=unpacking(name), headers={"Content-Type": ARROW})
        assert (answer.status_code, answer.json()["path"]) == (400, "body")
        assert "Arrow" in answer.json()["detail"]

    @pytest.mark.parametrize("cut", [1, 4, 8, 9, 40, 300, 500])
    def test_arrow_that_is_cut_off_is_refused(self, pushing, cut):
        answer = pushing.post(ADDRESS, content=arrow({})[:cut], headers={"Content-Type": ARROW})
        assert (answer.status_code, answer.json()["path"]) == (400, "body")
