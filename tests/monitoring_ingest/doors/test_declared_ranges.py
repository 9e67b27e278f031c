"""9999 of a station that declares a range: kept as a number, and sent again after it was set aside."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Engine

from basin.network import DeclaredRange, Network
from tests.monitoring_ingest.makers import fates, network, sent, stored_set

ROW = "qiaotou,2020-07-01 08:00,flow,9999,m3/s,"


def declaring() -> Network:
    known = network()
    great_river = replace(known.stations["qiaotou"], ranges=(DeclaredRange("flow", 0, 60000),))
    return replace(known, stations={**known.stations, "qiaotou": great_river})


def values(engine: Engine) -> list[object]:
    return [row[3] for row in stored_set(engine)]


def test_9999_waits_for_a_person_until_the_station_declares_a_range_that_reaches_it(engine):
    assert fates(sent(engine, ROW)) == {"quarantined": 1}
    assert values(engine) == []
    assert fates(sent(engine, ROW, known=declaring())) == {"accepted": 1}
    assert fates(sent(engine, ROW, known=declaring())) == {"duplicate": 1}
    assert values(engine) == [9999]


def test_what_is_observed_stays_observed_when_the_declaration_goes(engine):
    sent(engine, ROW, known=declaring())
    assert fates(sent(engine, ROW)) == {"duplicate": 1}
    assert values(engine) == [9999]
