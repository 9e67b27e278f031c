"""A clock that runs ahead for a while uses up no slot; nothing of the future is shown as done; on both databases."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import Engine, func, select

from basin.errors import Unavailable
from monitoring_ingest.doors.store import runs_of
from monitoring_ingest.schedule.job import Job, Ran, catch_up, due_slots, look, missing_slots, run_due
from monitoring_ingest.schedule.store import (
    AHEAD,
    BELIEVED_AFTER,
    DOUBTED,
    LONGEST_PAUSE,
    LONGEST_RETRY,
    RETRY_AFTER,
    Leadership,
    claim_slot,
    earlier_clock,
    finish_slot,
    last_runs,
    listed_runs,
    may_believe,
    put_off_slot,
    runs_ahead,
)
from monitoring_ingest.schedule.tables import job_runs, locks
from tests.monitoring_ingest.coverage.test_slots import china

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FIRST_OF_DECEMBER = china("2025-12-01 10:00")
THIRTY_DAYS_AHEAD = FIRST_OF_DECEMBER + 30 * DAY
FIFTH_OF_DECEMBER = china("2025-12-05 06:00")
THE_MONTH = FIFTH_OF_DECEMBER.astimezone(UTC)


def monthly(done: list[datetime]) -> Job:
    """A job that is due on the fifth of a month at six in the morning, and notes the slots it worked on."""

    def due(last: datetime | None, now: datetime) -> list[datetime]:
        days = (china(f"{month}-05 06:00").astimezone(UTC) for month in ("2025-11", "2025-12", "2026-01"))
        return [day for day in days if day <= now and (last is None or day > last)]

    return Job("monthly", due, lambda slot, _clock: done.append(slot) or "done")


def hourly(work: Callable[..., str] = lambda slot, clock: "done", one_for_all: bool = False) -> Job:
    return Job("hourly", lambda last, now: due_slots(last, now, 1)[-1:], work, one_for_all)


@pytest.fixture
def lead(engine: Engine) -> Iterator[Leadership]:
    leader = Leadership(engine)
    yield leader
    leader.resign()


class TestALook:
    """Slots are claimed by a clock that goes on from the last run."""

    @pytest.fixture
    def looks(self, engine: Engine, lead: Leadership) -> Callable[..., list[datetime]]:
        """Looks at some instants; the slots of the monthly job that are worked on. November's is done already."""
        done: list[datetime] = []
        jobs = [monthly(done), hourly()]

        def look_at(*nows: datetime) -> list[datetime]:
            done.clear()
            for now in nows:
                look(engine, jobs, lambda now=now: now, lead)
            return list(done)

        look_at(FIRST_OF_DECEMBER)
        return look_at

    def test_thirty_days_ahead_for_fifteen_seconds_leave_the_month_to_its_day(self, looks):
        ahead = (THIRTY_DAYS_AHEAD, THIRTY_DAYS_AHEAD + 15 * SECOND)
        back = FIRST_OF_DECEMBER + MINUTE
        assert looks(*ahead, back, FIFTH_OF_DECEMBER - MINUTE) == []
        assert looks(FIFTH_OF_DECEMBER, FIFTH_OF_DECEMBER + HOUR) == [THE_MONTH]

    def test_a_machine_that_was_off_for_a_month_catches_up_once_its_clock_has_gone_on(self, looks):
        waiting = (THIRTY_DAYS_AHEAD, THIRTY_DAYS_AHEAD + BELIEVED_AFTER - SECOND)
        assert looks(*waiting) == []
        assert looks(THIRTY_DAYS_AHEAD + BELIEVED_AFTER) == [THE_MONTH]

    def test_one_that_was_off_for_a_week_catches_up_at_once(self, looks):
        assert looks(FIRST_OF_DECEMBER + LONGEST_PAUSE - HOUR) == [THE_MONTH]

    def test_two_short_leaps_are_not_a_long_one(self, looks):
        between = FIRST_OF_DECEMBER + MINUTE
        assert looks(THIRTY_DAYS_AHEAD, between, THIRTY_DAYS_AHEAD + BELIEVED_AFTER) == []

    def test_a_doubt_leaves_nothing_behind(self, engine, looks):
        looks(THIRTY_DAYS_AHEAD, FIRST_OF_DECEMBER + MINUTE)
        with engine.connect() as connection:
            assert connection.scalar(select(func.count()).where(locks.c.name == DOUBTED)) == 0

    def test_a_doubt_is_told_in_the_log(self, looks, caplog):
        caplog.set_level(logging.WARNING)
        looks(THIRTY_DAYS_AHEAD)
        assert caplog.messages == ["the clock is more than 7 days ahead of the last run: no slot is claimed yet"]

    def test_a_database_without_runs_doubts_no_clock(self, engine):
        assert may_believe(engine, THIRTY_DAYS_AHEAD)

    def test_who_looks_only_once_is_told_to_come_again(self, engine):
        done: list[datetime] = []
        assert run_due(engine, [hourly()], lambda: FIRST_OF_DECEMBER) != []
        with pytest.raises(Unavailable, match=r"机器的时钟比上一次运行晚了 7 天以上.*过 5 分钟再运行一次"):
            run_due(engine, [monthly(done)], lambda: THIRTY_DAYS_AHEAD)
        assert done == []
        run_due(engine, [monthly(done)], lambda: THIRTY_DAYS_AHEAD + BELIEVED_AFTER)
        assert THE_MONTH in done

    def test_where_the_database_has_a_clock_of_its_own_the_earlier_of_both_counts(self, engine):
        ahead = earlier_clock(engine, lambda: datetime.now(UTC) + 30 * DAY)()
        assert (ahead > datetime.now(UTC) + DAY) is (engine.dialect.name == "sqlite")
        behind = FIRST_OF_DECEMBER - 3650 * DAY
        assert earlier_clock(engine, lambda: behind)() == behind


class TestClaimedAhead:
    """A slot that was claimed by a clock ahead, for nobody could know, is worked on again when it comes."""

    @pytest.fixture
    def done(self, engine: Engine) -> list[datetime]:
        """What was worked on: December's month among it, thirty days ahead."""
        done: list[datetime] = []
        catch_up(engine, [monthly(done)], FIRST_OF_DECEMBER)
        catch_up(engine, [monthly(done)], THIRTY_DAYS_AHEAD)
        return done

    def test_it_is_worked_on_again_once_at_its_own_time(self, engine, done):
        for now in (FIRST_OF_DECEMBER, FIFTH_OF_DECEMBER - SECOND):
            assert catch_up(engine, [monthly(done)], now) == []
        for now in (FIFTH_OF_DECEMBER, FIFTH_OF_DECEMBER + MINUTE, THIRTY_DAYS_AHEAD + DAY):
            catch_up(engine, [monthly(done)], now)
        assert done.count(THE_MONTH) == 2

    def test_until_then_it_is_neither_the_last_run_nor_done(self, engine, done):
        november = china("2025-11-05 06:00")
        for now in (FIRST_OF_DECEMBER, FIFTH_OF_DECEMBER):
            with engine.connect() as connection:
                last = [run["slot"] for run in last_runs(connection, now)]
                listed = [run["slot"] for run in listed_runs(connection, "monthly", 1, now)]
                on_the_page = [run.slot for run in runs_of(connection, "monthly", 9, now)]
                assert runs_ahead(connection, "monthly", now) == 1
            assert last == listed == on_the_page == [november]

    @pytest.mark.parametrize(
        ("began", "taken"),
        [
            (timedelta(), False),
            (20 * MINUTE, False),  # the clock was set back a little: it was right before, and the slot is done
            (AHEAD, False),
            (AHEAD + SECOND, True),
            (30 * DAY, True),
        ],
    )
    def test_how_far_ahead_it_must_have_begun(self, engine, began, taken):
        claim_slot(engine, "monthly", THE_MONTH, FIFTH_OF_DECEMBER + began)
        finish_slot(engine, "monthly", THE_MONTH, "done", FIFTH_OF_DECEMBER + began)
        assert (missing_slots(engine, monthly([]), FIFTH_OF_DECEMBER) == [THE_MONTH]) is taken
        assert claim_slot(engine, "monthly", THE_MONTH, FIFTH_OF_DECEMBER) is taken
        assert not claim_slot(engine, "monthly", THE_MONTH, FIFTH_OF_DECEMBER)


class TestWhatKeepsFailing:
    """It is tried again at growing distances."""

    @pytest.mark.proof
    def test_each_wait_is_as_long_as_it_has_been_failing(self, engine):
        attempts: list[datetime] = []
        now = FIRST_OF_DECEMBER

        def fail(slot: datetime, _clock: object) -> str:
            attempts.append(now)
            raise RuntimeError("no network")

        job = Job("once", lambda last, now: [] if last else [THE_MONTH - 30 * DAY], fail)
        while now < FIRST_OF_DECEMBER + 3 * DAY:
            catch_up(engine, [job], now)
            now += RETRY_AFTER
        waits = [later - earlier for earlier, later in pairwise(attempts)]
        quarters = [wait / RETRY_AFTER for wait in waits]
        assert quarters == [1, 1, 2, 4, 8, 16, 32, 64, LONGEST_RETRY / RETRY_AFTER]

    def test_a_slot_put_off_for_a_day_keeps_its_day_whoever_looks(self, engine):
        claim_slot(engine, "monthly", THE_MONTH, FIFTH_OF_DECEMBER)
        put_off_slot(engine, "monthly", THE_MONTH, "failed: no network", FIFTH_OF_DECEMBER + 3 * DAY)
        for hours in (0, 12, 23):
            assert not claim_slot(engine, "monthly", THE_MONTH, FIFTH_OF_DECEMBER + 3 * DAY + hours * HOUR)
        assert claim_slot(engine, "monthly", THE_MONTH, FIFTH_OF_DECEMBER + 4 * DAY)

    def test_of_work_that_one_slot_does_for_all_only_the_last_is_tried_again(self, engine):
        def fail(slot: datetime, _clock: object) -> str:
            raise RuntimeError("no network")

        for hours in range(5):
            catch_up(engine, [hourly(fail, one_for_all=True)], FIRST_OF_DECEMBER + hours * HOUR)
        last = FIRST_OF_DECEMBER + 4 * HOUR
        assert missing_slots(engine, hourly(one_for_all=True), last + RETRY_AFTER) == [last]
        assert len(missing_slots(engine, hourly(), last + RETRY_AFTER)) == 5

    def test_what_was_cut_off_is_taken_up_all_the_same(self, engine):
        claim_slot(engine, "hourly", FIRST_OF_DECEMBER, FIRST_OF_DECEMBER)
        later = FIRST_OF_DECEMBER + HOUR
        ran = catch_up(engine, [hourly(one_for_all=True)], later)
        assert ran == [Ran("hourly", FIRST_OF_DECEMBER.astimezone(UTC)), Ran("hourly", later.astimezone(UTC))]

    def test_how_long_it_has_been_failing_begins_anew_after_a_success(self, engine):
        claim_slot(engine, "hourly", FIRST_OF_DECEMBER, FIRST_OF_DECEMBER)
        put_off_slot(engine, "hourly", FIRST_OF_DECEMBER, "failed: no network", FIRST_OF_DECEMBER)
        claim_slot(engine, "hourly", FIRST_OF_DECEMBER, FIRST_OF_DECEMBER + HOUR)
        finish_slot(engine, "hourly", FIRST_OF_DECEMBER, "done", FIRST_OF_DECEMBER + HOUR)
        with engine.connect() as connection:
            row = connection.execute(select(job_runs.c.started_at, job_runs.c.finished_at)).one()
        assert tuple(row) == (FIRST_OF_DECEMBER, FIRST_OF_DECEMBER + HOUR)
