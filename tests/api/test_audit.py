"""Whatever is refused or decided leaves a row and a line of the log, and no secret in either."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator
from dataclasses import replace

import pytest
from click.testing import CliRunner
from fastapi import FastAPI

from api.app import application
from api.cli import main
from api.composition import Composition
from api.web.audit import OF_ALL, OF_ONE_ADDRESS, AuditTrail
from monitoring_ingest.access.audit_store import DONE, Act, RecordedAct, Wanted, acts
from monitoring_ingest.access.store import create_key
from monitoring_ingest.access.tries import FREE
from monitoring_ingest.database.engine import reading
from tests.api.asgi import call
from tests.api.makers import NOW

FACT = {
    "subject": "demo-qx2", "period": "2025-08", "kind": "dry", "value": "1", "document": "水文公报第3号",
}  # fmt: skip
WRONG = "a-secret-that-opens-nothing"
ALL = Wanted()


@pytest.fixture
def here(blank: Composition) -> Iterator[Composition]:
    yield replace(blank, now=lambda: NOW)
    blank.engine.dispose()


@pytest.fixture
def app(here: Composition) -> FastAPI:
    return application(here)


@pytest.fixture
def key(here: Composition) -> str:
    return create_key(here.engine, "示例监测中心", NOW)


def left(here: Composition, wanted: Wanted = ALL) -> list[RecordedAct]:
    """The acts, oldest first."""
    with reading(here.engine) as connection:
        return acts(connection, wanted, 1_000)[::-1]


def post(app: FastAPI, path: str, key: str | None, body: object = None) -> int:
    headers = {"Content-Type": "application/json"} | ({} if key is None else {"X-API-Key": key})
    return call(app, "POST", path, headers, [json.dumps(body).encode()]).status


class TestRequests:
    def test_a_decision_leaves_who_took_it_from_where_and_about_what(self, here, app, key):
        assert post(app, "/v1/facts", key, FACT) == 201
        (act,) = left(here)
        assert act == RecordedAct(
            "POST /v1/facts", "示例监测中心", "127.0.0.1", DONE, "demo-qx2 2025-08 dry 1", times=1, recorded_at=NOW
        )

    @pytest.mark.parametrize(
        ("path", "body", "outcome", "subject"),
        [
            ("/v1/facts", FACT | {"period": "some day"}, "400 usage", "demo-qx2 some day dry 1"),
            ("/v1/facts", {}, "422 request", "/v1/facts"),
            ("/v1/settlements/none/status", {"status": "待复核", "reason": "数据齐全"},
             "403 refused", "/v1/settlements/none/status"),
        ],
    )  # fmt: skip
    def test_a_refused_act_leaves_the_code_of_the_refusal(self, here, app, key, path, body, outcome, subject):
        post(app, path, key, body)
        (act,) = left(here)
        assert (act.who, act.outcome, act.subject) == ("示例监测中心", outcome, subject)

    @pytest.mark.parametrize(
        ("method", "path", "secret", "outcome"),
        [
            ("POST", "/v1/facts", None, "401 refused"),
            ("POST", "/v1/facts", WRONG, "403 refused"),
            ("POST", "/v1/submissions", WRONG, "403 refused"),
            ("GET", "/v1/basins", WRONG, "403 refused"),
        ],
    )
    def test_a_key_that_does_not_open_leaves_a_trace_without_the_key(
        self, caplog, here, app, method, path, secret, outcome
    ):
        caplog.set_level(logging.INFO)
        call(app, method, path, {} if secret is None else {"X-API-Key": secret})
        (act,) = left(here)
        line = json.loads(caplog.messages[-1])
        assert (act.who, act.address, act.outcome) == ("", "127.0.0.1", outcome)
        assert (line["event"], line["outcome"], line["recorded_at"]) == ("audit", outcome, NOW.isoformat())
        assert WRONG not in f"{act} {line}"

    def test_reading_and_readings_leave_none(self, here, app, key):
        assert call(app, "GET", "/v1/basins", {}).status == 200
        assert call(app, "GET", "/v1/basins", {"X-API-Key": key}).status == 200
        assert post(app, "/v1/submissions", key, {"rows": []}) == 201
        assert left(here) == []

    def test_wrong_keys_are_counted_until_they_are_not_even_looked_at(self, here, app):
        for _ in range(FREE + 5):
            post(app, "/v1/facts", WRONG)
        assert [act.outcome for act in left(here)] == ["403 refused"] * (FREE + 1)

    def test_what_a_proxy_tells_cannot_fill_the_table(self, here, app):
        call(app, "POST", "/" + "a" * 5_000, {"X-API-Key": WRONG})
        (act,) = left(here)
        assert (act.act, len(act.subject) < 300) == ("POST *", True)


class TestAuditTrail:
    def trail(self, here: Composition, seconds: list[float]) -> AuditTrail:
        return AuditTrail(here.engine, lambda: NOW, lambda: seconds[0])

    def test_a_peer_that_is_refused_all_the_time_leaves_a_row_a_minute_that_counts_the_others(self, here):
        seconds = [0.0]
        trail = self.trail(here, seconds)
        refusal = Act("POST /v1/facts", "", "10.0.0.9", "401 refused")
        most = int(OF_ONE_ADDRESS.at_once)
        for _ in range(most + 30):
            asyncio.run(trail.leave(refusal))
        seconds[0] = 60.0
        asyncio.run(trail.leave(refusal))
        assert [act.times for act in left(here)] == [1] * most + [31]

    @pytest.mark.proof
    def test_many_peers_together_do_not_fill_the_table_either(self, here):
        trail = self.trail(here, [0.0])
        for number in range(int(OF_ALL.at_once) + 50):
            asyncio.run(trail.leave(Act("POST /v1/facts", "", f"10.0.{number}.1", "401 refused")))
        assert len(left(here)) == OF_ALL.at_once

    def test_what_is_done_always_leaves_its_row(self, here):
        trail = self.trail(here, [0.0])
        for _ in range(50):
            asyncio.run(trail.leave(Act("POST /v1/facts", "示例监测中心", "10.0.0.9", DONE)))
        assert len(left(here)) == 50


class TestCommands:
    @pytest.fixture(autouse=True)
    def data(self, tmp_path, monkeypatch):
        monkeypatch.setenv("HENGJIE_DATA", str(tmp_path / "var"))
        monkeypatch.setenv("LOGNAME", "zhang")

    def run(self, *arguments: str) -> str:
        return CliRunner().invoke(main, arguments).stdout

    def test_decisions_and_refusals_of_commands_are_listed(self):
        self.run("key", "create", "一站")
        self.run("key", "create", "一站")
        self.run("status", "none", "待复核", "--reason", "数据齐全")
        listed = json.loads(self.run("audit", "list", "--json"))["acts"]
        assert [(row["act"], row["who"], row["address"], row["outcome"], row["subject"]) for row in listed] == [
            ("status", "", "zhang@local", "401 not_signed_in", "none"),
            ("key create", "", "zhang@local", "400 usage", "一站"),
            ("key create", "", "zhang@local", "done", "一站"),
        ]

    @pytest.mark.parametrize(
        ("options", "number"),
        [
            (["--refused"], 1), (["--done"], 1), (["--act", "key create"], 2), (["--who", "张三"], 0),
            (["--address", "zhang@local"], 2), (["--since", "2099-01-01T00:00Z"], 0), (["--limit", "1"], 1),
        ],
    )  # fmt: skip
    def test_acts_are_filtered(self, options, number):
        self.run("key", "create", "一站")
        self.run("key", "create", "一站")
        assert len(json.loads(self.run("audit", "list", "--json", *options))["acts"]) == number

    def test_a_list_for_people_is_one_act_a_line(self):
        self.run("key", "create", "一站")
        assert self.run("audit", "list").endswith("  key create  —  zhang@local  done  一站  1\n")
        assert self.run("audit", "list", "--refused") == "没有留痕 nothing yet\n"
