"""Who runs a slot: claims, the lead, outages and clocks that jump, on both databases, the clock an argument."""

from __future__ import annotations

import socket
from datetime import datetime, timedelta
from threading import Event

import pytest
from sqlalchemy import select, update

from monitoring_ingest.database.engine import open_engine, writing
from monitoring_ingest.doors.files import Door, ingest
from monitoring_ingest.records.history_store import submissions
from monitoring_ingest.schedule import leases
from monitoring_ingest.schedule.job import Job, catch_up, due_slots, look, missing_slots, run_slot
from monitoring_ingest.schedule.store import (
    LEADER,
    RETRY_AFTER,
    RUN_LEASE,
    Leadership,
    claim_slot,
    finish_slot,
    last_runs,
    listed_runs,
    put_off_slot,
    renew_slot,
)
from monitoring_ingest.schedule.tables import job_runs, locks
from tests.clocks import stopped
from tests.monitoring_ingest.coverage.test_slots import china
from tests.monitoring_ingest.makers import network
from tests.monitoring_ingest.schedule.test_store import _gone

NOW, SLOT = china("2026-01-01 08:30"), china("2026-01-01 08:00")
HOUR, DAY, SECOND = timedelta(hours=1), timedelta(days=1), timedelta(seconds=1)
ELSEWHERE = "elsewhere:1:1"


def gone() -> str:
    return f"{socket.gethostname()}:{_gone()}:1"


def every_four_hours(work=lambda slot, clock: "done") -> Job:
    return Job("demo", lambda last, now: due_slots(last, now, 4), work)


def held_by(engine, holder, until):
    """A claim of SLOT that somebody else holds."""
    claim_slot(engine, "demo", SLOT, NOW)
    with writing(engine) as connection:
        connection.execute(update(job_runs).values(holder=holder, expires_at=until))


class TestClaims:
    """A claim is believed while its lease lasts and its process may live."""

    @pytest.mark.parametrize(
        ("holder", "until", "now", "taken"),
        [
            (ELSEWHERE, NOW + RUN_LEASE, NOW, False),
            (ELSEWHERE, NOW + RUN_LEASE, NOW + RUN_LEASE - SECOND, False),
            (ELSEWHERE, NOW + RUN_LEASE, NOW + RUN_LEASE, True),
            (ELSEWHERE, NOW + RUN_LEASE, NOW - HOUR, False),  # the clock went back
            (ELSEWHERE, NOW + RUN_LEASE, NOW - DAY, False),
            (None, NOW + RUN_LEASE, NOW, True),  # a process of this machine that is gone
        ],
    )
    def test_when_a_slot_left_behind_can_be_taken_over(self, engine, holder, until, now, taken):
        held_by(engine, holder or gone(), until)
        assert claim_slot(engine, "demo", SLOT, now) is taken

    @pytest.mark.parametrize("back", [HOUR, DAY])
    def test_a_holder_lost_before_the_clock_went_back_is_replaced_within_a_lease(self, engine, back):
        held_by(engine, ELSEWHERE, NOW + RUN_LEASE)
        assert not claim_slot(engine, "demo", SLOT, NOW - back)
        assert not claim_slot(engine, "demo", SLOT, NOW - back + RUN_LEASE - SECOND)
        assert claim_slot(engine, "demo", SLOT, NOW - back + RUN_LEASE)

    def test_a_slot_put_off_keeps_its_time_whoever_looks(self, engine):
        claim_slot(engine, "demo", SLOT, NOW)
        put_off_slot(engine, "demo", SLOT, "failed: no network", NOW)
        for minutes in (0, 7, 14):
            assert not claim_slot(engine, "demo", SLOT, NOW + timedelta(minutes=minutes))
        assert claim_slot(engine, "demo", SLOT, NOW + RETRY_AFTER)

    def test_who_lost_a_claim_neither_renews_nor_finishes_it(self, engine):
        claim_slot(engine, "demo", SLOT, NOW)
        assert renew_slot(engine, "demo", SLOT, NOW)
        held_by(engine, ELSEWHERE, NOW + RUN_LEASE)
        assert not renew_slot(engine, "demo", SLOT, NOW)
        assert not finish_slot(engine, "demo", SLOT, "done", NOW)
        with engine.connect() as connection:
            (run,) = listed_runs(connection)
        assert (run["holder"], run["finished_at"]) == (ELSEWHERE, None)

    def test_a_run_tells_when_it_began_and_ended(self, engine):
        for hours in (0, 4):
            claim_slot(engine, "demo", SLOT + hours * HOUR, NOW + hours * HOUR)
        finish_slot(engine, "demo", SLOT, "done", NOW + SECOND)
        with engine.connect() as connection:
            newest, oldest = listed_runs(connection, "demo")
            assert last_runs(connection) == [newest]
            assert listed_runs(connection, "other") == []
        assert (oldest["started_at"], oldest["finished_at"], oldest["outcome"]) == (NOW, NOW + SECOND, "done")
        assert (newest["started_at"], newest["finished_at"]) == (NOW + 4 * HOUR, None)


class TestLongRuns:
    """A run that takes longer than a lease keeps its slot while it works."""

    def test_its_claim_is_renewed_so_that_nobody_takes_it_over(self, engine, monkeypatch):
        monkeypatch.setattr(leases, "RENEW_EVERY_SECONDS", 0.01)
        renewed, told = Event(), []

        def clock() -> datetime:
            """Each look at this clock is a minute later than the one before."""
            told.append(NOW + timedelta(minutes=len(told)))
            if len(told) > 20:
                renewed.set()
            return told[-1]

        def long(slot, clock):
            assert renewed.wait(timeout=60)
            with engine.connect() as connection:
                until = connection.scalar(select(job_runs.c.expires_at))
            assert until > NOW + 3 * RUN_LEASE
            assert not claim_slot(engine, "demo", SLOT, NOW + 2 * RUN_LEASE)
            return "done"

        assert run_slot(engine, every_four_hours(long), SLOT, NOW, clock).failure is None

    def test_each_slot_of_a_long_catch_up_is_claimed_at_its_own_time(self, engine):
        catch_up(engine, [every_four_hours()], NOW)
        times = [NOW + DAY + number * HOUR for number in range(100)]
        catch_up(engine, [every_four_hours()], NOW + DAY, iter(times).__next__)
        with engine.connect() as connection:
            begun = [run["started_at"] for run in listed_runs(connection)][:-1][::-1]
        assert begun == sorted(begun)
        assert len(set(begun)) == 6


class TestSubmissions:
    """Work that failed in a process that lives on is nobody's work."""

    def test_a_submission_that_failed_is_interrupted_at_once(self, engine):
        def fail(raw: bytes, *, name: str):
            raise RuntimeError("no such zone")

        with pytest.raises(RuntimeError, match="no such zone"):
            ingest(engine, network(), [("a.csv", b"")], Door("readings", fail), stopped(NOW))
        with engine.connect() as connection:
            assert [one.state for one in submissions(connection, NOW)] == ["interrupted"]


class TestOutages:
    """Whatever happened to the machine, every slot runs once, in order."""

    def ran(self, engine, *looks: datetime) -> list[datetime]:
        done: list[datetime] = []
        for now in looks:
            catch_up(engine, [every_four_hours(lambda slot, clock: done.append(slot) or "done")], now)
        return done

    def test_eighteen_slots_of_three_days_are_caught_up_in_order_each_once(self, engine):
        done = self.ran(engine, NOW, NOW + 3 * DAY, NOW + 3 * DAY)
        assert done == [SLOT + number * 4 * HOUR for number in range(19)]

    @pytest.mark.parametrize("back", [HOUR, DAY])
    def test_no_slot_runs_again_after_the_clock_jumped_back(self, engine, back):
        done = self.ran(engine, NOW, NOW + 4 * HOUR, NOW + 4 * HOUR - back, NOW, NOW + 4 * HOUR, NOW + 8 * HOUR)
        later = [SLOT, SLOT + 4 * HOUR, SLOT + 8 * HOUR]
        before = [SLOT + 4 * HOUR - back] if back == DAY else []
        assert sorted(done) == sorted([*later, *before])
        assert len(set(done)) == len(done)

    def test_slots_claimed_by_a_clock_that_ran_ahead_do_not_stop_those_of_today(self, engine):
        done = self.ran(engine, NOW + 365 * DAY, NOW, NOW + 4 * HOUR)
        assert done == [SLOT + 365 * DAY, SLOT, SLOT + 4 * HOUR]

    def test_one_that_failed_ahead_of_time_waits_until_its_time_comes(self, engine):
        claim_slot(engine, "demo", SLOT + DAY, NOW + DAY)
        assert missing_slots(engine, every_four_hours(), NOW) == [SLOT]
        assert SLOT + DAY in missing_slots(engine, every_four_hours(), NOW + DAY)


@pytest.fixture
def two(engine):
    """The same database, seen by two processes: this one and, with an engine of its own, another."""
    other = open_engine(engine.url.render_as_string(hide_password=False))
    leads = Leadership(engine), Leadership(other)
    yield leads
    for lead in leads:
        lead.resign()
    other.dispose()


class TestTheLead:
    """One process looks for slots; when it is gone, another does."""

    def led_by(self, engine, holder, until):
        with writing(engine) as connection:
            connection.execute(locks.insert().values(name=LEADER, holder=holder, expires_at=until))

    def test_of_two_on_postgresql_one_leads_until_it_resigns(self, engine, two):
        if engine.dialect.name != "postgresql":
            pytest.skip("on SQLite both would be this one process")
        first, second = two
        assert [first.held(NOW), second.held(NOW), first.held(NOW), second.held(NOW + DAY)] == [
            True,
            False,
            True,
            False,
        ]
        first.resign()
        assert [second.held(NOW), first.held(NOW)] == [True, False]

    def test_a_lead_whose_session_the_server_ended_is_lost_and_taken_again(self, engine, two):
        if engine.dialect.name != "postgresql":
            pytest.skip("SQLite has no sessions")
        first, second = two
        assert first.held(NOW)
        with engine.connect() as connection:
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
            )
            connection.commit()
        assert second.held(NOW) or first.held(NOW)
        assert [first.held(NOW), second.held(NOW)].count(True) == 1

    @pytest.mark.parametrize(
        ("holder", "until", "now", "led"),
        [
            (ELSEWHERE, NOW + RUN_LEASE, NOW, False),
            (ELSEWHERE, NOW + RUN_LEASE, NOW + RUN_LEASE, True),
            (ELSEWHERE, NOW + RUN_LEASE, NOW - DAY, False),
            (None, NOW + RUN_LEASE, NOW, True),
        ],
    )
    def test_on_sqlite_the_lead_ends_with_its_lease_or_its_process(self, engine, holder, until, now, led):
        if engine.dialect.name != "sqlite":
            pytest.skip("PostgreSQL has the lock of a session")
        self.led_by(engine, holder or gone(), until)
        assert Leadership(engine).held(now) is led

    def test_on_sqlite_a_clock_that_went_back_makes_no_lead_last_a_day(self, engine):
        if engine.dialect.name != "sqlite":
            pytest.skip("PostgreSQL asks no clock")
        self.led_by(engine, ELSEWHERE, NOW + RUN_LEASE)
        assert not Leadership(engine).held(NOW - DAY)
        assert Leadership(engine).held(NOW - DAY + RUN_LEASE)

    def test_who_does_not_lead_looks_for_nothing(self, engine, two):
        first, second = two
        if engine.dialect.name == "sqlite":
            self.led_by(engine, ELSEWHERE, NOW + RUN_LEASE)
        else:
            assert first.held(NOW)
        assert look(engine, [every_four_hours()], lambda: NOW, second) == []
        with engine.connect() as connection:
            assert listed_runs(connection) == []

    def test_who_leads_catches_up(self, engine, two):
        assert [ran.slot for ran in look(engine, [every_four_hours()], lambda: NOW, two[0])] == [SLOT]
