"""From when to when a station has data, asked of the key alone; and up to when all that is stored is seen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitoring_ingest.coverage.store import extents
from monitoring_ingest.known_store import seen_until
from monitoring_ingest.quality.decisions import decision
from monitoring_ingest.quality.reviewing import release
from monitoring_ingest.quality.running import run
from tests.clocks import stopped
from tests.monitoring_ingest.makers import NOW, sent

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
CODES = ("ph", "nh3n", "codmn")


def test_the_first_and_the_last_instant_of_any_indicator_are_found(engine):
    sent(
        engine,
        "qiaotou,2025-03-01 08:00,nh3n,0.2,mg/L,",
        "qiaotou,2025-01-01 08:00,ph,7.1,-,",
        "qiaotou,2025-02-01 08:00,ph,7.2,-,",
    )
    with engine.connect() as connection:
        found = extents(connection, ["qiaotou", "shangyou"], CODES)
    assert found == {"qiaotou": (datetime(2025, 1, 1, tzinfo=UTC), datetime(2025, 3, 1, tzinfo=UTC))}


def test_an_indicator_not_asked_for_does_not_count(engine):
    sent(engine, "qiaotou,2025-03-01 08:00,nh3n,0.2,mg/L,")
    with engine.connect() as connection:
        assert extents(connection, ["qiaotou"], ["ph"]) == {}


def test_more_stations_than_one_statement_can_name_are_asked_in_turns(engine):
    sent(engine, "qiaotou,2025-03-01 08:00,nh3n,0.2,mg/L,")
    with engine.connect() as connection:
        found = extents(connection, [*(f"station-{i}" for i in range(900)), "qiaotou"], CODES)
    assert list(found) == ["qiaotou"]


def test_no_station_has_no_extent(engine):
    with engine.connect() as connection:
        assert extents(connection, [], CODES) == {}


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (NOW, NOW),
        (NOW + MINUTE / 2, NOW),  # somebody may be storing what he records between the two
        (NOW + 2 * MINUTE, NOW + MINUTE),
        (NOW - MINUTE, NOW - MINUTE),  # the clock of who stored is ahead
    ],
)
def test_what_is_seen_is_known_until_the_last_of_it_was_recorded_or_a_minute_ago(engine, now, expected):
    with engine.connect() as connection:
        assert seen_until(connection, now) == now - MINUTE
    sent(engine, "qiaotou,2025-03-01 08:00,ph,7.1,-,", now=NOW)
    with engine.connect() as connection:
        assert seen_until(connection, now) == expected


def test_a_decision_and_a_run_of_quality_control_are_seen_at_once(engine):
    sent(engine, "qiaotou,2025-03-01 08:00,nh3n,120,mg/L,", "qiaotou,2025-03-01 08:00,ph,7.1,-,", now=NOW)
    run(engine, stopped(NOW + SECOND))
    with engine.connect() as connection:
        assert seen_until(connection, NOW + MINUTE / 2) == NOW + SECOND
    people = {"document": "复核单 7 号", "proposed_by": "张三", "approved_by": "李四"}
    release(engine, 1, decision("release", people | {"reason": "real_event"}), stopped(NOW + 2 * SECOND))
    with engine.connect() as connection:
        assert seen_until(connection, NOW + MINUTE / 2) == NOW + 2 * SECOND
