"""Work that takes longer than a lease keeps what it holds; work that stood still for longer stores nothing more."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Event

import pytest
from sqlalchemy import Engine, event, select

from basin.errors import Refused
from monitoring_ingest.database.engine import writing
from monitoring_ingest.doors.files import READINGS, Door, door, ingest
from monitoring_ingest.known_store import known_until
from monitoring_ingest.quality import running
from monitoring_ingest.quality.running import run
from monitoring_ingest.quality.tables import flags, quality_runs
from monitoring_ingest.records import tables
from monitoring_ingest.records.history_store import submissions
from monitoring_ingest.schedule import leases
from monitoring_ingest.schedule import tables as schedule_tables
from monitoring_ingest.schedule.store import LEASE, hold, is_held, release
from tests.clocks import Clock, stopped
from tests.monitoring_ingest.makers import NOW, csv, network, sent

MANY_LEASES = 10
INSTANT = timedelta(microseconds=1)
ROWS = [f"qiaotou,2025-03-{day:02d} {hour:02d}:00,nh3n,0.2,mg/L," for day in (1, 2, 3) for hour in range(0, 24, 4)]


class Hasty:
    """A clock that is half a lease later each time it is read; `far` is set when many leases have gone by."""

    def __init__(self) -> None:
        self.told: list[datetime] = []
        self.far = Event()

    def __call__(self) -> datetime:
        self.told.append(NOW + len(self.told) * LEASE / 2)
        if self.told[-1] > NOW + MANY_LEASES * LEASE:
            self.far.set()
        return self.told[-1]


def suspended(clock_times: int) -> Clock:
    """A clock that stands still for so many readings, and then for longer than a lease, as does a suspended machine."""
    told: list[datetime] = []

    def clock() -> datetime:
        told.append(NOW if len(told) < clock_times else NOW + LEASE)
        return told[-1]

    return clock


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "RENEW_EVERY_SECONDS", 0.01)


def count(engine: Engine, table: object) -> int:
    with engine.connect() as connection:
        return len(connection.execute(select(table)).all())  # type: ignore[call-overload]


@pytest.mark.usefixtures("often")
class TestWorkThatGoesOn:
    def test_nothing_is_known_from_the_instant_of_a_submission_on_however_long_it_takes(self, engine: Engine) -> None:
        clock, known, read = Hasty(), [], door(READINGS, network()).read

        def reads(raw: bytes, *, name: str) -> object:
            assert clock.far.wait(timeout=60)
            with writing(engine) as connection:
                known.append(known_until(connection, NOW + MANY_LEASES * LEASE))
            return read(raw, name=name)

        receipt = ingest(engine, network(), [("a.csv", csv(ROWS[0]))], Door(READINGS, reads), clock)
        assert (receipt.state, known) == ("complete", [NOW - INSTANT])

    def test_no_second_run_of_quality_control_begins_beside_a_long_one(self, engine: Engine) -> None:
        sent(engine, *ROWS)
        clock, refused = Hasty(), []

        def wait(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            if "FROM observations" in statement and not refused:
                assert clock.far.wait(timeout=60)
                with pytest.raises(Refused, match="另一次质控正在进行") as refusal:
                    run(engine, stopped(NOW + MANY_LEASES * LEASE))
                refused.append(refusal)

        event.listen(engine, "before_cursor_execute", wait)
        assert run(engine, clock).run == 1
        assert len(refused) == 1

    def test_what_it_held_is_free_when_it_ends(self, engine: Engine) -> None:
        sent(engine, *ROWS)
        run(engine, stopped(NOW))
        with engine.connect() as connection:
            assert not is_held(connection, running.LEASE_NAME, NOW)
            assert connection.execute(select(schedule_tables.locks)).all() == []


class TestWorkThatStoodStill:
    """Somebody may have been told meanwhile that nothing more can come."""

    def test_a_submission_stores_no_further_row_and_stays_interrupted(self, engine: Engine) -> None:
        with pytest.raises(Refused, match="停顿太久，占用已到期"):
            ingest(engine, network(), [("a.csv", csv(*ROWS))], READINGS, suspended(1))
        assert count(engine, tables.readings) == 0
        with engine.connect() as connection:
            assert [one.state for one in submissions(connection, NOW)] == ["interrupted"]
        assert ingest(engine, network(), [("a.csv", csv(*ROWS))], READINGS, stopped(NOW + LEASE)).state == "complete"

    @pytest.mark.parametrize(("transactions", "stored"), [(1, 0), (2, len(ROWS))])
    def test_a_run_of_quality_control_stores_nothing_more(self, engine: Engine, transactions: int, stored: int) -> None:
        """The next run does its work again."""
        sent(engine, *ROWS)
        with pytest.raises(Refused, match="停顿太久，占用已到期"):
            run(engine, suspended(transactions))
        assert (count(engine, flags), count(engine, quality_runs)) == (stored, 0)
        assert run(engine, stopped(NOW + LEASE)).run == (2 if stored else 1)

    def test_what_another_process_took_over_is_not_freed(self, engine: Engine) -> None:
        with writing(engine) as connection:
            hold(connection, "work", NOW)
            connection.execute(schedule_tables.locks.update().values(holder="elsewhere:1:1"))
            release(connection, "work")
            assert is_held(connection, "work", NOW)
