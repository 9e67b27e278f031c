"""From when to when a station has data, asked of the key alone."""

from __future__ import annotations

from datetime import UTC, datetime

from monitoring_ingest.coverage.store import extents
from tests.monitoring_ingest.makers import sent

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
