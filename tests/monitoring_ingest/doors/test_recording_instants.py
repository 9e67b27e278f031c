"""Who is told all that is known at an instant is told all of it: whoever stores later records a later instant.

Everybody who stores waits here for somebody who asks in a transaction of his own; then what came of it is looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, Table, select

from basin.sources import Source
from monitoring_ingest.database.engine import writing
from monitoring_ingest.doors.files import READINGS, accept_known, door, ingest
from monitoring_ingest.doors.inbox import ingest_inbox
from monitoring_ingest.doors.pulling import run_source
from monitoring_ingest.known_store import known_until, seen_until
from monitoring_ingest.quality.decisions import REASONS_FOR, decision
from monitoring_ingest.quality.reviewing import decide, release, uphold
from monitoring_ingest.quality.running import run
from monitoring_ingest.quality.tables import flags, quality_runs, reviews
from monitoring_ingest.readings.frames import Key
from monitoring_ingest.records import tables
from monitoring_ingest.records.store import observations
from monitoring_ingest.telegrams.frames import judged
from monitoring_ingest.telegrams.intake import take_in
from monitoring_ingest.telegrams.store import Arrival
from tests.clocks import Clock, stopped, ticking, told_before
from tests.monitoring_ingest.makers import NOW, csv, network, sent, with_alias
from tests.monitoring_ingest.telegram_makers import frame, value, world

LATER = NOW + timedelta(days=100)
AHEAD = LATER + timedelta(days=30)  # what a clock told that ran ahead for a while
ROW, OTHER = "qiaotou,2025-03-01 08:00,ph,7.2,-,", "qiaotou,2025-03-01 12:00,ph,7.3,-,"
NAMELESS, IMPLAUSIBLE = "新站,2025-03-01 08:00,ph,7.2,-,", "qiaotou,2025-03-01 08:00,nh3n,120,mg/L,"
STUCK = [f"qiaotou,2025-03-{day:02d} {hour:02d}:00,nh3n,0.2,mg/L," for day in (1, 2, 3) for hour in range(0, 24, 4)]
AT = datetime(2025, 3, 1, tzinfo=UTC)
Store = Callable[[Engine, Path, Clock], object]


def decided(action: str) -> object:
    people = {"document": "复核单 7 号", "proposed_by": "张三", "approved_by": "李四"}
    return decision(action, people | {"reason": REASONS_FOR[action][0]})


def pull(engine: Engine, folder: Path, clock: Clock) -> object:
    (folder / "new").mkdir()
    (folder / "new" / "a.csv").write_bytes(csv(OTHER))
    declared = Source(code="a", title="虚构", format="readings", place="new", file=str(folder / "a.yaml"))
    return run_source(engine, network(), declared, clock)


def look_into_the_inbox(engine: Engine, folder: Path, clock: Clock) -> object:
    (folder / "a.csv").write_bytes(csv(OTHER))
    return ingest_inbox(engine, network(), folder, clock)


def listen(engine: Engine, _folder: Path, clock: Clock) -> object:
    known = world(engine)
    return take_in(known, [Arrival(judged(frame(value("1")), known.devices), "10.0.0.1:1", LATER)], clock)


WRITERS: dict[str, tuple[Table, Store]] = {
    "files": (
        tables.readings,
        lambda engine, _, clock: ingest(engine, network(), [("b.csv", csv(OTHER))], READINGS, clock),
    ),
    "a source": (tables.readings, pull),
    "the inbox": (tables.readings, look_into_the_inbox),
    "telegrams": (tables.readings, listen),
    "a name": (
        tables.observations,
        lambda engine, _, clock: accept_known(engine, with_alias(network(), "shangyou", "新站"), clock),
    ),
    "a release": (tables.observations, lambda engine, _, clock: release(engine, 3, decided("release"), clock)),
    "an upheld doubt": (reviews, lambda engine, _, clock: uphold(engine, 3, decided("uphold"), clock)),
    "a removal": (reviews, lambda engine, _, clock: decide(engine, Key("qiaotou", "ph", AT), decided("remove"), clock)),
    "flags": (flags, lambda engine, _, clock: run(engine, clock)),
    "the end of a run": (quality_runs, lambda engine, _, clock: run(engine, clock)),
}


def recorded(engine: Engine, table: Table) -> list[datetime]:
    with engine.connect() as connection:
        return list(connection.scalars(select(table.c.recorded_at).order_by(table.c.recorded_at)))


@pytest.mark.proof
@pytest.mark.parametrize("writer", WRITERS)
def test_who_stores_later_records_a_later_instant(engine: Engine, tmp_path: Path, writer: str) -> None:
    sent(engine, ROW, NAMELESS, IMPLAUSIBLE, *STUCK)
    (table, store), before = WRITERS[writer], recorded(engine, WRITERS[writer][0])
    told = told_before(engine, LATER, lambda clock: store(engine, tmp_path, clock))
    after = recorded(engine, table)[len(before) :]
    assert after
    assert min(after) > told


@pytest.mark.proof
@pytest.mark.parametrize("writer", WRITERS)
def test_who_stores_after_the_clock_was_set_back_records_a_later_instant_all_the_same(
    engine: Engine, tmp_path: Path, writer: str
) -> None:
    """What was known at an instant stays what was known then, also where a clock ran thirty days ahead."""
    sent(engine, ROW, NAMELESS, IMPLAUSIBLE, *STUCK, now=AHEAD)
    (table, store), before = WRITERS[writer], recorded(engine, WRITERS[writer][0])
    with writing(engine) as connection:
        told = known_until(connection, LATER)
    store(engine, tmp_path, stopped(LATER))
    after = recorded(engine, table)[len(before) :]
    assert after
    assert AHEAD <= told < min(after)
    with writing(engine) as connection:
        assert known_until(connection, LATER) >= max(after)


def test_what_came_after_the_clock_was_set_back_is_seen_at_once(engine: Engine) -> None:
    """Not only when the clock has caught up with the instants it told before."""
    sent(engine, ROW, now=AHEAD)
    sent(engine, OTHER, now=LATER)
    with engine.connect() as connection:
        as_of = seen_until(connection, LATER)
        assert len(observations(connection, as_of=as_of)) == 2


def test_a_reading_of_the_future_is_refused_by_the_clock_as_it_is_now(engine: Engine) -> None:
    """The instant that is recorded is ahead; the clock that judges times is not."""
    sent(engine, ROW, now=AHEAD)
    receipt = sent(engine, f"qiaotou,{LATER + timedelta(hours=2):%Y-%m-%dT%H:%MZ},ph,7.2,-,", now=LATER)
    assert [row["code"] for row in receipt.document()["rows"]] == ["future_time"]


def test_each_transaction_of_quality_control_records_its_own_instant(engine: Engine) -> None:
    """Somebody may ask between two of them; the flags of the second are late for him."""
    sent(engine, *STUCK)
    asked: list[datetime] = []

    def clock() -> datetime:
        asked.append(LATER + len(asked) * timedelta(seconds=1))
        return asked[-1]

    run(engine, clock)
    began, judged_at, ended = asked
    assert set(recorded(engine, flags)) == {judged_at}
    assert recorded(engine, quality_runs) == [ended]
    assert began < judged_at < ended


def test_while_a_submission_is_taken_in_nothing_is_known_from_its_instant_on(engine: Engine) -> None:
    """Its rows come in several transactions, all recorded at the instant that was read in the first."""
    told: list[datetime] = []

    def reads(raw: bytes, *, name: str) -> object:
        with writing(engine) as connection:
            told.append(known_until(connection, LATER + timedelta(hours=1) - timedelta(seconds=1)))
        return read(raw, name=name)

    through = door(READINGS, network())
    read = through.read
    ingest(engine, network(), [("a.csv", csv(ROW))], through._replace(read=reads), ticking(LATER))
    assert told == [LATER - timedelta(microseconds=1)]
    assert set(recorded(engine, tables.readings)) == {LATER}
