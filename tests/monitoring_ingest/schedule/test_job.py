"""The schedule: slots by arithmetic, each run once, whatever was missed or crashed."""

import os
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from threading import Event
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from monitoring_ingest.doors.inbox import inbox_job
from monitoring_ingest.records import history_store as history
from monitoring_ingest.records import store
from monitoring_ingest.schedule import job as schedule_module
from monitoring_ingest.schedule import tables as schedule_tables
from monitoring_ingest.schedule.job import (
    Job,
    Ran,
    Schedule,
    catch_up,
    due_slots,
    missing_slots,
    run_slot,
)
from monitoring_ingest.schedule.store import RETRY_AFTER, RUN_LEASE, Leadership, claim_slot, finish_slot
from tests.monitoring_ingest.makers import csv, network

CHINA = timezone(timedelta(hours=8))


def china(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


class TestSlots:
    """Which slots are due is arithmetic."""

    @pytest.mark.parametrize(
        ("last", "now", "expected"),
        [
            (None, "2026-01-01 09:30", ["2026-01-01 08:00"]),
            (None, "2026-01-01 08:00", ["2026-01-01 08:00"]),
            ("2026-01-01 08:00", "2026-01-01 11:59", []),
            ("2026-01-01 08:00", "2026-01-01 12:00", ["2026-01-01 12:00"]),
            ("2026-01-01 16:00", "2026-01-02 05:00", ["2026-01-01 20:00", "2026-01-02 00:00", "2026-01-02 04:00"]),
            ("2026-01-02 08:00", "2026-01-01 12:00", []),
            ("2025-12-31 16:00", "2026-01-01 04:10", ["2025-12-31 20:00", "2026-01-01 00:00", "2026-01-01 04:00"]),
            ("2024-02-28 20:00", "2024-02-29 05:00", ["2024-02-29 00:00", "2024-02-29 04:00"]),
            ("2024-02-29 20:00", "2024-03-01 00:00", ["2024-03-01 00:00"]),
        ],
    )
    def test_the_four_hour_slots_since_the_last_one(self, last, now, expected):
        assert due_slots(last and china(last), china(now), 4) == [china(each) for each in expected]

    @pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Pacific/Kiritimati"])
    def test_a_machine_in_another_time_zone_finds_the_same_slots(self, zone):
        now = china("2026-03-10 06:30").astimezone(ZoneInfo(zone))
        assert due_slots(china("2026-03-09 20:00"), now, 4) == [china("2026-03-10 00:00"), china("2026-03-10 04:00")]


NOW = china("2026-01-01 08:30")
SLOT = china("2026-01-01 08:00")


def job(work=lambda slot, clock: "done") -> Job:
    return Job("demo", lambda last, now: due_slots(last, now, 4), work)


class TestRuns:
    """A slot never runs twice; one left behind by a crash is taken up again."""

    def test_a_slot_runs_once(self, engine):
        ran = []
        each_slot = job(lambda slot, clock: ran.append(slot) or "done")
        for _ in range(3):
            catch_up(engine, [each_slot], NOW)
        assert ran == [SLOT]

    def test_missed_slots_are_caught_up_oldest_first(self, engine):
        catch_up(engine, [job()], NOW)
        later = NOW + timedelta(hours=9)
        assert [ran.slot for ran in catch_up(engine, [job()], later)] == [
            SLOT + timedelta(hours=4),
            SLOT + timedelta(hours=8),
        ]

    def test_who_claims_second_does_not_run(self, engine):
        assert claim_slot(engine, "demo", SLOT, NOW)
        assert not claim_slot(engine, "demo", SLOT, NOW)
        assert run_slot(engine, job(), SLOT, NOW) is None

    def test_a_finished_slot_is_not_claimed_again_however_late(self, engine):
        claim_slot(engine, "demo", SLOT, NOW)
        finish_slot(engine, "demo", SLOT, "done", NOW)
        assert not claim_slot(engine, "demo", SLOT, NOW + timedelta(days=365))

    def test_a_run_that_did_not_finish_is_taken_up_when_its_lease_is_over(self, engine):
        claim_slot(engine, "demo", SLOT, NOW)
        assert catch_up(engine, [job()], NOW + RUN_LEASE - timedelta(minutes=1)) == []
        assert catch_up(engine, [job()], NOW + RUN_LEASE) == [Ran("demo", SLOT)]

    def test_work_that_fails_is_noted_and_tried_again_later(self, engine):
        def fail(slot, clock):
            raise RuntimeError("no network")

        assert catch_up(engine, [job(fail)], NOW) == [Ran("demo", SLOT, "no network")]
        with engine.connect() as connection:
            assert connection.scalar(select(schedule_tables.job_runs.c.outcome)) == "failed: no network"
        assert catch_up(engine, [job()], NOW + RETRY_AFTER - timedelta(minutes=1)) == []
        assert catch_up(engine, [job()], NOW + RETRY_AFTER) == [Ran("demo", SLOT)]

    def test_one_job_that_fails_does_not_stop_another(self, engine):
        def fail(slot, clock):
            raise RuntimeError

        other = Job("other", lambda last, now: due_slots(last, now, 4), lambda slot, clock: "done")
        assert catch_up(engine, [job(fail), other], NOW) == [Ran("demo", SLOT, "RuntimeError"), Ran("other", SLOT)]

    def test_nothing_is_missing_when_all_is_done(self, engine):
        catch_up(engine, [job()], NOW)
        assert missing_slots(engine, job(), NOW) == []


class TestInbox:
    """What lies in the inbox is taken in and moved aside."""

    @pytest.fixture
    def inbox(self, tmp_path):
        folder = tmp_path / "inbox"
        folder.mkdir()
        (folder / "a.csv").write_bytes(csv("qiaotou,2020-07-01 08:00,nh3n,0.2,mg/L,"))
        (folder / "b.csv.part").write_bytes(b"station,ti")
        (folder / ".hidden").write_bytes(b"x")
        return folder

    def test_files_are_taken_in_and_moved_to_done(self, engine, inbox):
        catch_up(engine, [inbox_job(engine, network(), inbox)], NOW)
        with engine.connect() as connection:
            (receipt,) = history.submissions(connection, NOW)
            assert store.observations(connection)["value"].tolist() == [0.2]
            outcome = connection.scalar(select(schedule_tables.job_runs.c.outcome))
        assert (receipt.door, receipt.name, outcome) == ("inbox", "a.csv", "a.csv: accepted 1")
        assert sorted(file.name for file in inbox.iterdir()) == [".hidden", "b.csv.part", "done"]
        assert [file.name for file in (inbox / "done").iterdir()] == ["a.csv"]

    @pytest.fixture
    def failing(self, inbox):
        """Three files, of which the second cannot be read, whoever tries."""
        if not Path("/proc/self/mem").exists():
            pytest.skip("only Linux has a file that nobody can read from its start")
        (inbox / "a.csv").rename(inbox / "1.csv")
        (inbox / "2.csv").symlink_to("/proc/self/mem")
        (inbox / "3.csv").write_bytes(csv("qiaotou,2020-07-01 12:00,nh3n,0.3,mg/L,"))
        return inbox

    def test_one_file_that_fails_stops_no_other_and_is_put_aside(self, engine, failing):
        (ran,) = catch_up(engine, [inbox_job(engine, network(), failing)], NOW)
        assert ran.failure.startswith("1.csv: accepted 1; 2.csv: failed: OSError: ")
        assert ran.failure.endswith("; 3.csv: accepted 1")
        assert [file.name for file in (failing / "failed").iterdir()] == ["2.csv"]
        with engine.connect() as connection:
            assert store.observations(connection)["value"].tolist() == [0.2, 0.3]
            assert connection.scalar(select(schedule_tables.job_runs.c.outcome)) == f"failed: {ran.failure}"

    def test_links_that_lead_out_and_pipes_are_put_aside_with_their_reason(self, engine, inbox, tmp_path):
        (tmp_path / "secret.csv").write_bytes(csv("qiaotou,2020-07-01 08:00,nh3n,4711,mg/L,"))
        (inbox / "1.csv").symlink_to(tmp_path / "secret.csv")
        (inbox / "2.csv").symlink_to("nowhere.csv")
        os.mkfifo(inbox / "3.csv")
        (inbox / "4.csv").symlink_to("a.csv")
        (ran,) = catch_up(engine, [inbox_job(engine, network(), inbox)], NOW)
        outcomes = ran.failure.split("; ")
        assert "1.csv: failed: OSError: [Errno 40] 链接指向文件夹之外" in outcomes[0]
        assert outcomes[1].startswith("2.csv: failed: FileNotFoundError")
        assert "3.csv: failed: OSError: [Errno 22] 不是普通文件" in outcomes[2]
        assert outcomes[3:] == ["4.csv: accepted 1", "a.csv: duplicate 1"]
        assert sorted(file.name for file in (inbox / "failed").iterdir()) == ["1.csv", "2.csv", "3.csv"]
        with engine.connect() as connection:
            assert store.observations(connection)["value"].tolist() == [0.2]

    def test_what_was_put_aside_is_not_tried_again(self, engine, failing):
        every_four_hours = inbox_job(engine, network(), failing)
        catch_up(engine, [every_four_hours], NOW)
        assert catch_up(engine, [every_four_hours], NOW + RETRY_AFTER) == []
        assert catch_up(engine, [every_four_hours], NOW + timedelta(hours=4)) == [
            Ran("inbox", SLOT + timedelta(hours=4))
        ]
        with engine.connect() as connection:
            assert [receipt.name for receipt in history.submissions(connection, NOW)] == ["3.csv", "1.csv"]

    def test_a_file_name_in_another_encoding_is_taken_as_it_was_meant(self, engine, inbox):
        (inbox / "a.csv").rename(inbox / os.fsdecode("桥头.csv".encode("gb18030")))
        assert catch_up(engine, [inbox_job(engine, network(), inbox)], NOW) == [Ran("inbox", SLOT)]
        with engine.connect() as connection:
            assert [receipt.name for receipt in history.submissions(connection, NOW)] == ["桥头.csv"]

    def test_a_second_file_of_the_same_name_does_not_overwrite_the_first(self, engine, inbox):
        for hours, value in ((0, "0.2"), (4, "0.3")):
            (inbox / "a.csv").write_bytes(csv(f"qiaotou,2020-07-01 08:00,nh3n,{value},mg/L,"))
            catch_up(engine, [inbox_job(engine, network(), inbox)], NOW + timedelta(hours=hours))
        assert sorted(file.name for file in (inbox / "done").iterdir()) == ["a.2.csv", "a.csv"]

    def test_an_inbox_that_is_not_there_yet_is_made(self, engine, tmp_path):
        catch_up(engine, [inbox_job(engine, network(), tmp_path / "var" / "inbox")], NOW)
        assert (tmp_path / "var" / "inbox" / "done").is_dir()


class TestScheduler:
    """The scheduler looks right away."""

    def test_it_runs_what_is_due_when_started(self, engine):
        ran = Event()
        works = job(lambda slot, clock: "done" if ran.set() is None else "")
        scheduler = Schedule(engine, [works], lambda: datetime.now(UTC), background=True)
        scheduler.start()
        assert ran.wait(timeout=30)
        scheduler.shutdown()

    @pytest.mark.parametrize("leap", [timedelta(days=30), timedelta(days=-30)])
    def test_it_goes_on_looking_after_the_clock_was_set_ahead_or_back(self, engine, monkeypatch, leap):
        monkeypatch.setattr(schedule_module, "LOOK_EVERY_SECONDS", 0.01)
        told, often = [], Event()

        def clock() -> datetime:
            told.append(NOW + (leap if 20 < len(told) < 40 else timedelta()))
            if len(told) > 100:
                often.set()
            return told[-1]

        scheduler = Schedule(engine, [job()], clock, background=True)
        scheduler.start()
        assert often.wait(timeout=60)
        scheduler.shutdown()

    def test_it_goes_on_looking_after_a_look_that_failed(self, engine, monkeypatch, caplog):
        monkeypatch.setattr(schedule_module, "LOOK_EVERY_SECONDS", 0.01)
        ran, failures = Event(), [RuntimeError("no answer")] * 3

        def clock() -> datetime:
            if failures:
                raise failures.pop()
            return NOW

        works = job(lambda slot, clock: "done" if ran.set() is None else "")
        scheduler = Schedule(engine, [works], clock, background=True)
        scheduler.start()
        assert ran.wait(timeout=60)
        scheduler.shutdown()
        assert caplog.messages == ["nothing could be looked for: RuntimeError: no answer"] * 3

    def test_another_process_may_lead_once_it_is_shut_down(self, engine):
        ran = Event()
        works = job(lambda slot, clock: "done" if ran.set() is None else "")
        scheduler = Schedule(engine, [works], lambda: NOW, background=True)
        scheduler.start()
        assert ran.wait(timeout=60)
        scheduler.shutdown()
        other = Leadership(engine)
        assert other.held(NOW)
        other.resign()
