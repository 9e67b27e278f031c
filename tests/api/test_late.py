"""Late data on the pages and in the API: listed with their effect, nothing changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.composition import Composition
from basin.registry import Registry
from monitoring_ingest.access.store import create_key
from monitoring_ingest.quality.decisions import decision
from monitoring_ingest.quality.reviewing import decide, uphold
from monitoring_ingest.readings.frames import Key
from settlement import run
from settlement.states import IN_REVIEW, StatusChange
from tests.api.makers import HEADER, NOW, application_of, composed, month_rows, row, send
from tests.clocks import stopped
from tests.databases import sqlite
from tests.settlement.statuses import set_status

AFTER = NOW + timedelta(days=3)


@pytest.fixture(scope="module")
def late_world(world: Registry, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, str]]:
    """August settled and in review; two readings came three days later, one of them a correction."""
    here = composed(sqlite(tmp_path_factory.mktemp("late") / "hengjie.sqlite"), world)
    send(here, month_rows("demo-qx2", "2025-08", tp="0.25"))
    identity = run.settle(here.engine, world, "demo-monthly-class", "2025-08", now=NOW)["id"]
    set_status(here.engine, identity, StatusChange(IN_REVIEW, "张三", "数据齐全"), stopped(NOW))
    _came_late(here)
    with TestClient(application_of(replace(here, now=lambda: AFTER))) as client:
        yield client, identity


def _came_late(here: Composition) -> None:
    rows = [row("demo-qx2", "2025-08-10 08:00", "tp", "9.0"), row("demo-qx2", "2025-08-30 08:00", "tp", "0.1")]
    send(here, rows, "迟到.csv", AFTER)


def test_a_settlement_with_late_data_is_listed_with_its_counts(late_world: tuple[TestClient, str]) -> None:
    client, identity = late_world
    (found,) = client.get("/v1/late").json()
    assert (found["settlement"], found["status"]) == (identity, IN_REVIEW)
    assert found["readings"] == {"new": 1, "revised": 1, "removed": 0}
    assert found["changed"] is True


def test_the_csv_has_a_row_per_change_and_the_same_amounts(late_world: tuple[TestClient, str]) -> None:
    client, identity = late_world
    (found,) = client.get("/v1/late").json()
    lines = client.get("/v1/late.csv").text.splitlines()
    assert lines[0].startswith("settlement,agreement,basin,period,status")
    changes = [found[name] for name in ("transfers", "obligations", "stops_appear", "stops_vanish")]
    assert len(lines) - 1 == max(1, sum(map(len, changes)))
    assert all(line.startswith(identity) for line in lines[1:])


def test_the_late_readings_tell_when_and_by_which_file_they_came(late_world: tuple[TestClient, str]) -> None:
    client, identity = late_world
    rows = client.get(f"/v1/late/{identity}/readings").json()
    assert [(one["change"], one["was"], one["value"], one["name"]) for one in rows] == [
        ("revised", 0.25, 9.0, "迟到.csv"),
        ("new", None, 0.1, "迟到.csv"),
    ]
    assert {one["recorded_at"] for one in rows} == {"2026-01-13T00:00:00Z"}
    assert len(client.get(f"/v1/late/{identity}/readings.csv").text.splitlines()) == 3


def test_the_pages_tell_it_in_both_languages_and_the_settlement_leads_there(late_world: tuple[TestClient, str]) -> None:
    client, identity = late_world
    settlement = client.get(f"/settlements/{identity}").text
    assert f'href="/late/{identity}"' in settlement and "有迟到数据（2 项）" in settlement
    assert "新到读数 1，更正 1" in client.get("/late").text
    assert "Readings new 1, revised 1" in client.get("/late", params={"lang": "en"}).text
    assert "迟到.csv" in client.get(f"/late/{identity}").text


def test_what_was_never_settled_has_no_late_data(late_world: tuple[TestClient, str]) -> None:
    client, _ = late_world
    assert client.get("/v1/late/nowhere").status_code == 404
    assert client.get("/late/nowhere").status_code == 404
    assert client.get("/v1/late", params={"status": "已撤销"}).status_code == 422


def test_without_late_data_the_list_says_so_and_settlements_lead_nowhere(client: TestClient, august: str) -> None:
    assert client.get("/v1/late").json() == []
    assert "之后没有收到新的数据" in client.get("/late").text
    assert "/late/" not in client.get(f"/settlements/{august}").text


def test_a_dry_run_tells_what_the_rows_would_change_and_changes_nothing(world: Registry, tmp_path: Path) -> None:
    here = composed(sqlite(tmp_path / "hengjie.sqlite"), world)
    for station in ("demo-qx2", "demo-qx3"):
        send(here, month_rows(station, "2025-08"), f"{station}.csv")
    identity = run.settle(here.engine, world, "demo-monthly-class", "2025-08", now=NOW)["id"]
    key = {"X-API-Key": create_key(here.engine, "示例监测中心", NOW)}
    worse = "\n".join([HEADER, *month_rows("demo-qx2", "2025-08", tp="0.9"), ""])
    with TestClient(application_of(replace(here, now=lambda: AFTER))) as client:
        asked = {"headers": key | {"Content-Type": "text/csv"}, "content": worse.encode()}
        answer = client.post("/v1/submissions", params={"dry_run": "true"}, **asked).json()
        (effect,) = answer["effect"]
        assert (effect["settlement"], effect["changed"]) == (identity, True)
        assert effect["readings"] == {"new": 0, "revised": 28 * 6, "removed": 0}
        assert [row["difference_yuan"] for row in effect["transfers"]] != []
        assert client.get("/v1/late", params={"status": "all"}).json() == []
        client.post("/v1/submissions", **asked)
        (told,) = client.get("/v1/late", params={"status": "all"}).json()
        assert told["transfers"] == effect["transfers"] and told["obligations"] == effect["obligations"]


def test_a_reading_that_two_people_removed_later_is_late_too(world: Registry, tmp_path: Path) -> None:
    here = composed(sqlite(tmp_path / "hengjie.sqlite"), world)
    send(here, month_rows("demo-qx2", "2025-08", tp="0.25"))
    identity = run.settle(here.engine, world, "demo-monthly-class", "2025-08", now=NOW)["id"]
    set_status(here.engine, identity, StatusChange(IN_REVIEW, "张三", "数据齐全"), stopped(NOW))
    removal = {"reason": "instrument_fault", "document": "检修记录 3 号", "proposed_by": "李四", "approved_by": "王五"}
    key = Key("demo-qx2", "tp", datetime(2025, 8, 10, 0, tzinfo=UTC))
    decide(here.engine, key, decision("remove", removal), stopped(AFTER))
    with TestClient(application_of(replace(here, now=lambda: AFTER))) as client:
        (found,) = client.get("/v1/late").json()
    assert (found["settlement"], found["readings"]) == (identity, {"new": 0, "revised": 0, "removed": 1})


def test_a_doubt_that_two_people_uphold_later_changes_no_settlement(world: Registry, tmp_path: Path) -> None:
    here = composed(sqlite(tmp_path / "hengjie.sqlite"), world)
    doubted = row("demo-qx2", "2025-08-30 08:00", "tp", "99")
    send(here, [doubted, *month_rows("demo-qx2", "2025-08", tp="0.25")])
    settled = run.settle(here.engine, world, "demo-monthly-class", "2025-08", now=NOW)
    grounds = {"reason": "not_confirmed", "document": "复核单 8", "proposed_by": "李四", "approved_by": "王五"}
    uphold(here.engine, 1, decision("uphold", grounds), stopped(AFTER))
    with TestClient(application_of(replace(here, now=lambda: AFTER))) as client:
        assert client.get("/v1/late", params={"status": "all"}).json() == []
        assert "/late/" not in client.get(f"/settlements/{settled['id']}").text
    assert run.settle(here.engine, world, "demo-monthly-class", "2025-08", now=AFTER)["digest"] == settled["digest"]
