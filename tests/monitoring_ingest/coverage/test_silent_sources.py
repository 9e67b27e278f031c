"""Declared sources that stop bringing anything while another door still feeds their stations; on both databases."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from basin.sources import Source
from monitoring_ingest.coverage import store
from monitoring_ingest.coverage.health import Health
from monitoring_ingest.coverage.jobs import coverage_jobs
from monitoring_ingest.coverage.watching import sources_health, watch
from monitoring_ingest.database.engine import writing
from monitoring_ingest.doors.pulling import run_source, source_job
from monitoring_ingest.records.store import record_fact
from monitoring_ingest.schedule.job import catch_up
from tests.clocks import stopped
from tests.monitoring_ingest import telegram_makers
from tests.monitoring_ingest.coverage.test_slots import china, fact
from tests.monitoring_ingest.makers import csv, network, sent
from tests.monitoring_ingest.telegram_makers import frame, value

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
NONE = "silent 0, heard again 0"
Alarms = list[tuple[str, str, datetime]]


def row(at: str, number: str = "7.1", station: str = "qiaotou", mark: str = "") -> str:
    return f"{station},2025-03-01 {at},ph,{number},-,{mark}"


class Folder:
    """A source that is pulled from a folder every four hours, and what lies in it."""

    def __init__(self, engine: Engine, path: Path, **declared: Any) -> None:
        told: dict[str, Any] = {"code": "folder", "title": "虚构", "format": "readings", "every_hours": 4} | declared
        self.engine, self.path = engine, path / "in"
        self.path.mkdir()
        self.source = Source(**told, place="in", file=str(path / "folder.yaml"))

    def gets(self, *rows: str) -> None:
        """A further file."""
        (self.path / f"{len(list(self.path.iterdir()))}.csv").write_bytes(csv(*rows))

    def runs(self, at: str, *rows: str) -> None:
        """A file comes, and is taken in at that time."""
        self.gets(*rows)
        run_source(self.engine, network(), self.source, stopped(china(f"2025-03-01 {at}")))

    def health(self, now: str) -> Health:
        with self.engine.connect() as connection:
            (found,) = sources_health(connection, network(), [self.source], china(now))
        return found

    def silent_at(self, now: str = "2025-03-01 23:59") -> datetime | None:
        return self.health(now).silent_at


@pytest.fixture
def folder(engine: Engine, tmp_path: Path) -> Folder:
    return Folder(engine, tmp_path)


@pytest.fixture
def look(engine: Engine) -> Callable[..., str]:
    """Look for silence at a time of 1 March 2025."""
    return lambda at, *sources: watch(engine, network(), china(f"2025-03-01 {at}"), sources)


def alarms(engine: Engine, **of: str) -> Alarms:
    """Those about sources, oldest first."""
    with engine.connect() as connection:
        listed = store.listed_alarms(connection, **of)
    return [
        (f"{one['source']} {one['station']}".strip(), one["event"], one["at"]) for one in listed[::-1] if one["source"]
    ]


@pytest.mark.proof
class TestAScheduledSource:
    """Is silent at the end of the first whole slot in which it brought nothing new."""

    def test_is_told_within_one_slot_though_its_station_is_fed_by_another_door(self, engine: Engine, folder: Folder):
        jobs = [source_job(engine, network(), folder.source), *coverage_jobs(engine, network(), [folder.source])]
        folder.gets(row("07:00"))
        told: dict[int, int] = {}
        for hour in range(8, 24):
            now = china(f"2025-03-01 {hour:02d}:00")
            sent(engine, row(f"{hour:02d}:00", "7.2"), now=now)
            if hour == 20:
                folder.gets(row("19:00", "7.3"))
            assert [ran.failure for ran in catch_up(engine, jobs, now) if ran.failure] == []
            told[hour] = len(alarms(engine))
        assert [hour for hour in told if told[hour] != told.get(hour - 1, 0)] == [16, 20]
        assert alarms(engine) == [
            ("folder", "silent", china("2025-03-01 16:00")), ("folder", "heard", china("2025-03-01 20:00")),
        ]  # fmt: skip
        with engine.connect() as connection:
            assert [one["source"] for one in store.listed_alarms(connection)] == ["folder", "folder"]

    def test_is_told_once_at_the_exact_instant_and_in_the_log(self, folder: Folder, look, caplog):
        folder.runs("08:01", row("08:00"))
        caplog.set_level(logging.WARNING)
        assert look("15:59", folder.source) == NONE
        assert caplog.messages == []
        assert look("16:00", folder.source) == "silent 2, heard again 0"  # the station has no other door
        assert look("20:00", folder.source) == NONE
        assert caplog.messages[1] == "来源 source folder 静默 silent since 2025-03-01T08:00:00+00:00"
        folder.runs("21:00", row("20:00"))
        assert look("22:00", folder.source) == "silent 0, heard again 2"
        assert look("23:00", folder.source) == NONE

    @pytest.mark.parametrize(
        ("declared", "silent_at"),
        [
            ({"every_hours": 1}, "2025-03-01 10:00"),
            ({"every_hours": 24}, "2025-03-03 00:00"),
            ({"every_hours": 48}, "2025-03-05 00:00"),
            ({"every_hours": 4, "zone": "UTC"}, "2025-03-01 16:00"),  # that of its files: it runs by the clock of China
        ],
    )
    def test_is_judged_by_its_own_schedule(self, engine: Engine, tmp_path: Path, declared, silent_at):
        folder = Folder(engine, tmp_path, **declared)
        folder.runs("08:01", row("00:00"))
        at = china(silent_at)
        assert folder.silent_at() == at
        states = [folder.health((at + late).isoformat(sep=" ")[:16]).state for late in (-MINUTE, 0 * MINUTE)]
        assert states == ["reporting", "silent"]

    def test_that_never_brought_anything_raises_no_alarm(self, folder: Folder, look):
        assert look("16:00", folder.source) == NONE
        assert folder.health("2025-03-01 16:00").state == "never"
        folder.runs("16:00", row("15:00", "rubbish"))
        assert folder.health("2025-03-01 16:00").state == "never"

    def test_that_only_people_run_is_not_watched(self, engine: Engine, tmp_path: Path, look):
        folder = Folder(engine, tmp_path, every_hours=None)
        folder.runs("00:01", row("00:00"))
        sent(engine, row("23:00", "7.2"), now=china("2025-03-01 23:10"))
        assert look("23:30", folder.source) == NONE
        with engine.connect() as connection:
            assert sources_health(connection, network(), [folder.source], china("2026-03-01")) == []

    def test_that_fails_says_why(self, folder: Folder, engine: Engine, look, caplog):
        folder.runs("08:01", row("08:00"))
        gone = replace(folder.source, place="../nowhere")
        job = source_job(engine, network(), gone)
        assert [ran.failure is None for ran in catch_up(engine, [job], china("2025-03-01 12:00"))] == [False]
        caplog.clear()
        look("16:00", gone)
        assert "来源 source folder 静默" in caplog.messages[-1] and "的位置不存在" in caplog.messages[-1]
        assert "的位置不存在" in folder.health("2025-03-01 16:00").failure
        assert folder.health("2025-03-01 15:59").failure == ""

    def test_taken_out_of_the_declarations_is_told_of_no_more(self, folder: Folder, engine: Engine, look):
        folder.runs("08:01", row("08:00"))
        look("16:00", folder.source)
        assert look("20:00") == NONE
        folder.runs("21:00", row("20:00"))
        look("21:30")
        assert [event for _, event, _ in alarms(engine)] == ["silent"]
        look("22:00", folder.source)  # and back again
        assert [event for _, event, _ in alarms(engine, source="folder")] == ["silent", "heard"]

    def test_all_of_whose_stations_are_suspended_need_bring_nothing(self, engine: Engine, tmp_path: Path, look):
        folder = Folder(engine, tmp_path, stations={"甲": "shangyou", "乙": "utc"})
        folder.runs("08:01", row("08:00", station="shangyou"))
        for station, state in (("shangyou", "silent"), ("utc", "suspended")):
            with writing(engine) as connection:
                record_fact(connection, fact(station, "2025-03"), china("2025-03-01 09:00"))
            assert folder.health("2025-03-01 16:00").state == state
        look("16:00", folder.source)
        assert alarms(engine) == []


class TestSomethingNew:
    """What another door brought first is new of a source; what it brought itself before is not."""

    @pytest.fixture
    def shared(self, folder: Folder, engine: Engine) -> Folder:
        """A source whose values another door always brings first."""
        for hour in ("04:00", "08:00"):
            sent(engine, row(hour), now=china(f"2025-03-01 {hour}"))
            folder.runs(hour.replace("00", "05"), row(hour, mark=""))
        return folder

    def test_values_another_door_brought_first(self, shared: Folder):
        assert shared.silent_at() == china("2025-03-01 16:00")

    def test_not_the_same_values_in_further_files(self, shared: Folder):
        shared.runs("12:05", row("08:00"), "")
        shared.runs("16:05", "", row("04:00"), row("08:00"))
        assert shared.silent_at() == china("2025-03-01 16:00")

    def test_not_its_own_values_once_more(self, folder: Folder):
        folder.runs("08:05", row("04:00"), row("08:00"))
        folder.runs("12:05", row("08:00"), row("04:00"))
        assert folder.silent_at() == china("2025-03-01 16:00")

    @pytest.mark.parametrize(
        ("later", "silent_at"),
        [
            (row("02:00"), "20:00"),  # an older value nobody had
            (row("08:00", "7.4"), "20:00"),  # a correction
            (row("11:00", "11"), "20:00"),
            (row("11:00", "", mark="极值过滤"), "20:00"),  # withheld: a sign of life
            (row("08:00", "", mark="极值过滤"), "16:00"),
            (row("11:00", ""), "16:00"),
            (row("11:00", "rubbish"), "16:00"),
        ],
    )
    def test_is_what_gives_a_value(self, folder: Folder, later: str, silent_at: str):
        folder.runs("08:05", row("08:00"))
        folder.runs("12:05", later)
        assert folder.silent_at() == china(f"2025-03-01 {silent_at}")

    def test_of_a_database_of_before_is_what_was_accepted(self, folder: Folder, engine: Engine):
        folder.runs("08:05", row("08:00"))
        with engine.begin() as connection:
            connection.execute(text(UNGUARDED[engine.dialect.name]))
            connection.execute(text("UPDATE receipts SET newest = NULL"))
        assert folder.silent_at() == china("2025-03-01 16:00")
        folder.runs("12:05", row("12:00"))
        assert folder.silent_at() == china("2025-03-01 20:00")


UNGUARDED = {
    "sqlite": "DROP TRIGGER receipts_refuses_UPDATE",
    "postgresql": "DROP TRIGGER receipts_refuses_change ON receipts",
}


class TestTheClock:
    """Jumps, and nothing is told twice or missed."""

    def test_goes_back_over_a_silence_and_its_end(self, folder: Folder, engine: Engine, look):
        folder.runs("08:01", row("08:00"))
        for at in ("16:00", "15:00", "16:00"):
            look(at, folder.source)
        assert [event for _, event, _ in alarms(engine)] == ["silent"]
        folder.runs("17:01", row("16:00"))
        for at in ("18:00", "16:30", "18:00"):
            look(at, folder.source)
        assert [event for _, event, _ in alarms(engine)] == ["silent", "heard"]
        look("23:59", folder.source)
        assert look("23:59", folder.source) == NONE

    def test_that_was_ahead_hides_no_silence(self, folder: Folder):
        folder.runs("08:01", row("08:00"))
        folder.gets(row("09:00"))
        run_source(folder.engine, network(), folder.source, stopped(china("2027-03-01 09:00")))
        assert folder.health("2025-03-01 16:00").state == "silent"


class TestDevices:
    """A source of telegrams has no schedule: each station a device stands for is due in the station's slots."""

    @pytest.fixture
    def declared(self) -> Source:
        known = telegram_makers.source("A", code="devices")
        return replace(known, stations={"A": "qiaotou", "A2": "qiaotou", "B": "shangyou"})

    @pytest.fixture
    def telegram(self, engine: Engine, declared: Source) -> Callable[..., None]:
        """A device sends a value at a time of 1 March 2025."""
        known = telegram_makers.world(engine, declared)

        def sends(device: str, at: str, number: str = "2.5") -> None:
            digits = f"20250301{at.replace(':', '')}00"
            told = frame(value(number, digits), f"{digits}001", MN=device)
            assert telegram_makers.sent(known, told, now=china(f"2025-03-01 {at}") + MINUTE) == [True]

        return sends

    def test_one_that_stops_is_told_though_the_others_of_its_source_go_on(self, engine, declared, telegram, look):
        telegram("A", "08:00")
        for at in ("08:00", "12:00", "16:00"):
            telegram("B", at)
            sent(engine, f"qiaotou,2025-03-01 {at},codmn,2.5,mg/L,", now=china(f"2025-03-01 {at}"))
        assert look("15:59", declared) == NONE
        assert look("16:00", declared) == "silent 1, heard again 0"
        assert look("17:00", declared) == NONE
        telegram("A", "18:00")
        look("18:30", declared)
        assert alarms(engine) == alarms(engine, station="qiaotou") == [
            ("devices qiaotou", "silent", china("2025-03-01 16:00")),
            ("devices qiaotou", "heard", china("2025-03-01 18:01")),
        ]  # fmt: skip

    def test_one_in_the_place_of_another_is_heard_for_the_station(self, engine, declared, telegram, look):
        telegram("A", "08:00")
        telegram("A2", "12:00")
        telegram("B", "12:00")
        assert look("16:00", declared) == NONE

    def test_one_all_of_whose_values_are_refused_brings_nothing(self, engine, declared, telegram, look):
        telegram("A", "08:00")
        telegram("A", "12:00", "rubbish")
        telegram("B", "12:00")
        look("16:00", declared)
        assert [whose for whose, *_ in alarms(engine)] == ["devices qiaotou"]

    def test_a_suspended_station_excuses_its_device(self, engine, declared, telegram, look):
        telegram("B", "08:00")
        with writing(engine) as connection:
            record_fact(connection, fact("shangyou", "2025-03"), china("2025-03-01 09:00"))
        assert look("16:00", declared) == NONE
