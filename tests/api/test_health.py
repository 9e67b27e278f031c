"""Stations, senders, alarms and the status of the service, as lists and as pages."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from api.app import application
from api.composition import Composition
from api.settings import Settings
from monitoring_ingest.coverage.watching import count_slots, watch
from monitoring_ingest.database.engine import open_engine
from monitoring_ingest.doors.pulling import run_source, source_job
from monitoring_ingest.schedule.job import catch_up
from monitoring_ingest.schedule.store import claim_slot, finish_slot, put_off_slot
from tests.api import makers
from tests.api.makers import NOW, month_rows, row
from tests.api.markup import read
from tests.clocks import stopped

AUGUST = {"month": "2025-08"}


def slot_of(rows, slot):
    return {one["indicator"]: one["state"] for one in rows if one["slot"] == slot}


class TestStations:
    def test_silent_stations_come_first_with_their_last_good_reading(self, client):
        first, second = client.get("/v1/health").json()[:2]
        assert (first["station"], first["state"], first["last_good"]) == ("demo-qx3", "silent", "2025-08-28T12:00:00Z")
        assert (second["station"], second["last_good"]) == ("demo-qx2", "2025-11-28T12:00:00Z")
        assert first["silent_at"] == "2025-08-28T20:00:00Z"

    def test_a_month_is_as_full_as_its_numbers_say(self, client):
        found = {one["station"]: one for one in client.get("/v1/health", params=AUGUST).json()}
        one = found["demo-qx2"]
        assert (one["accepted"], one["due"]) == (28 * 6 * 5 + 2, 31 * 6 * 5)  # tp and nh3n once more on the 29th
        assert one["completeness"] == one["accepted"] / one["due"]

    def test_stations_are_narrowed_by_basin_and_state(self, client):
        basin = {"basin": "demo-qingxi"}
        assert {one["station"] for one in client.get("/v1/health", params=basin).json()} >= {"demo-qx2", "demo-qx3"}
        silent = client.get("/v1/health", params=basin | {"state": "silent"}).json()
        assert [one["station"] for one in silent] == ["demo-qx3", "demo-qx2"]
        assert client.get("/v1/health", params={"state": "reporting"}).json() == []
        assert client.get("/v1/health", params={"basin": "nowhere"}).status_code == 404

    def test_every_slot_of_a_month_is_told(self, client):
        found = client.get("/v1/health/demo-qx2", params=AUGUST).json()
        assert slot_of(found, "2025-08-29T00:00:00Z")["tp"] == "accepted"  # a value marked 维护 is stored, too
        assert slot_of(found, "2025-08-30T00:00:00Z") == {
            "ph": "nothing", "do": "nothing", "codmn": "quarantined", "nh3n": "nothing", "tp": "nothing"
        }  # fmt: skip
        assert slot_of(found, "2025-08-30T04:00:00Z")["codmn"] == "rejected"
        assert len(found) == 31 * 6 * 5

    @pytest.mark.parametrize("address", ["/v1/health/nowhere", "/health/nowhere", "/v1/alarms?station=nowhere"])
    def test_an_unknown_station_is_not_found(self, client, address):
        assert client.get(address).status_code == 404

    @pytest.mark.parametrize("address", ["/v1/health", "/v1/health/demo-qx2", "/v1/senders"])
    def test_the_lists_are_csv_too(self, client, address):
        rows = client.get(address, params=AUGUST).json()
        table = list(csv.DictReader(io.StringIO(client.get(f"{address}.csv", params=AUGUST).text)))
        assert len(table) == len(rows) > 0
        assert table[0].keys() == rows[0].keys()


class TestPages:
    def test_the_matrix_says_every_state_in_words(self, client):
        tree = read(client.get("/health/demo-qx2", params=AUGUST | {"indicator": "codmn"}).text)
        rows = {cells[0]: cells[1:] for cells in tree.all("table")[0].table()}
        assert rows["日期"] == ["00:00", "04:00", "08:00", "12:00", "16:00", "20:00"]
        assert rows["2025-08-28"] == ["有效"] * 6
        assert rows["2025-08-30"] == ["无", "无", "待核", "拒收", "无", "无"]

    def test_any_and_all_indicators(self, client):
        for which, expected in (("any", ["无", "无", "有效", "有效", "无", "无"]), ("all", ["无"] * 6)):
            tree = read(client.get("/health/demo-qx2", params=AUGUST | {"indicator": which}).text)
            rows = {cells[0]: cells[1:] for cells in tree.all("table")[0].table()}
            assert rows["2025-08-29"] == expected

    def test_a_month_to_come_has_no_slots(self, client):
        assert "还没有结束的时次" in client.get("/health/demo-qx2?month=2030-01").text

    def test_shares_stand_beside_their_numbers(self, client):
        tree = read(client.get("/senders", params=AUGUST).text)
        assert [head.text for head in tree.all("h2")] == ["按省份", "按报送者"]
        by_sender = tree.all("table")[1].table()
        assert by_sender[1][0] == "读数文件"
        assert "/" in by_sender[1][2]
        card = client.get("/v1/senders", params=AUGUST | {"by": "sender"}).json()[0]
        assert card["rejected_share"] == card["rejected"] / card["judged"]
        assert (card["rejected"], card["quarantined"]) == (1, 1)  # what names no station is nobody's


class TestAlarms:
    def test_a_job_records_them_and_pages_list_them(self, engine, world):
        here = makers.composed(engine, world)
        makers.send(here, [row("demo-qx2", "2025-12-31 08:00", "ph", "7.5")])
        watch(engine, world.network, NOW)
        with makers.client_of(here) as client:
            (alarm,) = client.get("/v1/alarms").json()
            assert (alarm["station"], alarm["event"], alarm["at"]) == ("demo-qx2", "silent", "2025-12-31T08:00:00Z")
            assert client.get("/v1/alarms.csv").text.splitlines()[1].startswith("1,demo-qx2,silent,")
            assert "静默" in read(client.get("/health").text).all("table")[-1].text
            assert client.get("/v1/alarms", params={"station": "demo-qx3"}).json() == []
            of_basins = [client.get("/health", params={"basin": basin}).text for basin in ("demo-qingxi", "xinan")]
            assert [len(read(text).all("table")[-1].all("a")) for text in of_basins] == [1, 0]

    def test_the_overview_takes_the_counts_of_the_job_and_says_when_they_were_made(self, engine, world):
        here = makers.composed(engine, world)
        makers.send(here, month_rows("demo-qx2", "2026-01", days=2))
        count_slots(engine, world.network, NOW - timedelta(days=1))
        with makers.client_of(here) as client:
            one = next(one for one in client.get("/v1/health").json() if one["station"] == "demo-qx2")
        assert (one["accepted"], one["due"], one["counted_at"]) == (60, 8 * 6 * 5 + 10, "2026-01-09T00:00:00Z")

    def test_a_month_the_job_counts_no_more_is_counted_when_asked_for(self, engine, world):
        here = makers.composed(engine, world)
        makers.send(here, month_rows("demo-qx2", "2025-08", days=1))
        count_slots(engine, world.network, datetime(2025, 9, 1, tzinfo=UTC))
        makers.send(here, month_rows("demo-qx2", "2025-08", days=2))
        with makers.client_of(here) as client:
            found = {one["station"]: one for one in client.get("/v1/health", params=AUGUST).json()}
        assert (found["demo-qx2"]["accepted"], found["demo-qx2"]["counted_at"]) == (60, "2026-01-10T00:00:00Z")


class TestSources:
    """A source that stopped, while its station goes on."""

    @pytest.fixture
    def stopped_source(self, engine, world, tmp_path):
        """What is served of a bulletin that came once, two days ago, and failed to come since."""
        file = tmp_path / "简报.csv"
        file.write_bytes((makers.FIXTURES / "sources" / "files" / "demo-bulletin-2022-12.csv").read_bytes())
        bulletin = replace(world.sources["demo-bulletin"], every_hours=4, place=str(file))
        declared = replace(world, sources={**world.sources, "demo-bulletin": bulletin})
        here = makers.composed(engine, declared)
        run_source(engine, world.network, bulletin, stopped(NOW - timedelta(days=2)))
        makers.send(here, [row("demo-qx2", "2026-01-10 04:00", "ph", "7.5")])
        file.unlink()
        catch_up(engine, [source_job(engine, world.network, bulletin)], NOW)
        watch(engine, world.network, NOW, declared.sources.values())
        with makers.client_of(here) as client:
            yield client

    def test_is_listed_with_its_alarm(self, stopped_source):
        client = stopped_source
        first, device = client.get("/v1/sources").json()
        assert (first["source"], first["state"], first["why"]) == ("demo-bulletin", "silent", "failed")
        assert (first["last_brought"], first["silent_at"]) == ("2026-01-08T00:00:00Z", "2026-01-08T08:00:00Z")
        assert (device["source"], device["station"], device["state"]) == ("demo-qingxi-telegrams", "demo-qx3", "never")
        assert client.get("/v1/sources", params={"state": "silent"}).json() == [first]
        assert client.get("/v1/sources.csv").text.splitlines()[1].startswith("demo-bulletin,")
        (alarm,) = client.get("/v1/alarms", params={"source": "demo-bulletin"}).json()
        assert (alarm["station"], alarm["event"], alarm["at"]) == ("", "silent", "2026-01-08T08:00:00Z")
        assert client.get("/v1/alarms", params={"source": "nowhere"}).status_code == 400
        assert client.get("/v1/status").json()["sources"]["silent"] == 1

    def test_of_a_basin_only_its_sources_and_their_alarms_are_listed(self, stopped_source):
        client = stopped_source
        by_basin = [client.get("/v1/sources", params={"basin": basin}).json() for basin in ("demo-qingxi", "xinan")]
        assert [[row["source"] for row in rows] for rows in by_basin] == [
            ["demo-bulletin", "demo-qingxi-telegrams"],
            [],
        ]
        assert client.get("/v1/sources", params={"basin": "nowhere"}).status_code == 404
        pages = [client.get("/health", params={"basin": basin}).text for basin in ("demo-qingxi", "xinan")]
        assert ["/sources/demo-bulletin" in text for text in pages] == [True, False]
        assert [len(read(text).all("table")[-1].all("a")) for text in pages] == [1, 0]

    def test_stands_on_the_pages(self, stopped_source):
        client = stopped_source
        pages = {address: client.get(address) for address in ("/health", "/sources", "/sources/demo-bulletin")}
        for address, page in pages.items():
            assert "自 2026-01-08 16:00 静默" in read(page.text).text, address
            assert "最近一次取数失败" in page.text, address
        assert read(pages["/health"].text).all("table")[-1].table()[1][0] == "来源 清溪每日水情简报（虚构）"
        assert read(pages["/sources"].text).all("table")[0].table()[1][-1].startswith("静默 自 2026-01-08 16:00")
        assert "静默来源 1 / 2" in " ".join(read(client.get("/status").text).text.split())
        assert "silent since 2026-01-08 16:00 the last run failed" in read(client.get("/sources?lang=en").text).text


class TestStatus:
    def test_it_tells_what_is_fed_and_what_ran(self, engine, world):
        here = makers.composed(engine, world)
        makers.send(here, [row("demo-qx2", "2026-01-10 04:00", "ph", "7.5"), row("demo-qx3", "2025-01-01", "ph", "7")])
        slot = datetime(2026, 1, 9, 20, tzinfo=UTC)
        for job, end in (("inbox", finish_slot), ("settlement", put_off_slot)):
            claim_slot(engine, job, slot, NOW)
            end(engine, job, slot, "failed: no disk at /secret" if job == "settlement" else "no files", NOW)
        claim_slot(engine, "sources", slot, NOW)
        with makers.client_of(here) as client:
            found, shown = client.get("/v1/status").json(), client.get("/status").text
        assert (found["service"], found["database"], found["last_good"]) == ("up", "ok", "2026-01-09T20:00:00Z")
        assert found["stations"]["silent"] == found["stations"]["reporting"] == 1
        assert found["sources"] == {
            "silent": 0,
            "never": 1,
            "suspended": 0,
            "reporting": 0,
        }  # the device of the example
        assert [(one["job"], one["state"]) for one in found["jobs"]] == [
            ("inbox", "done"), ("settlement", "failed"), ("sources", "running"),
        ]  # fmt: skip
        assert "secret" not in str(found) + shown
        assert "失败" in shown

    def test_without_its_database_it_says_so(self, world):
        """Nothing listens at that port."""
        engine = open_engine("postgresql://nobody:geheim@127.0.0.1:1/none")
        with TestClient(application(Composition(Settings(), world, engine, now=lambda: NOW))) as client:
            told, shown = client.get("/v1/status"), client.get("/status")
        assert (told.status_code, shown.status_code) == (503, 503)
        assert (told.json()["service"], told.json()["database"]) == ("up", "down")
        assert told.headers["content-type"] == "application/problem+json"
        assert "数据库没有应答" in shown.text
        assert "geheim" not in told.text + shown.text
