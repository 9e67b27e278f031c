"""From files to documents: a laboratory's result beside an automatic station, on both kinds of database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd
import pytest
from sqlalchemy import Engine

from basin.agreement import Agreement
from basin.registry import Registry
from basin.sources import Source
from monitoring_ingest.doors.declared import source_door
from monitoring_ingest.doors.files import READINGS, ingest
from monitoring_ingest.formats.laboratory import COLUMNS
from monitoring_ingest.readings.origins import of_laboratory
from monitoring_ingest.records.store import observations
from settlement.assessment.sections import Months, months_of
from settlement.run import settle
from settlement.statement.rows import SettlementDocument
from tests.clocks import stopped
from tests.settlement.makers import RULES, a_network, an_agreement, per_unit, readings

NOW = datetime(2021, 1, 15, 8, tzinfo=UTC)
ONE_STATION = a_network("s1 up down 3")
RIVER = replace(
    ONE_STATION, stations={**ONE_STATION.stations, "s1b": replace(ONE_STATION.stations["s1"], code="s1b", rank=2)}
)
LAB = source_door(Source(code="lab", title="化验单（虚构）", format="laboratory"))
JULY = Months(pd.Period("2020-07"), pd.Period("2020-07"))
MEAN = per_unit("kind: concentration, section: s1, indicator: cod", ", every: month")
COMPLETE = per_unit("kind: completeness, section: s1, indicators: [cod, tp], take: min", ", every: month")
AUTOMATIC = {("s1", "cod", "2020-07-15 08:00"): 10, ("s1", "cod", "2020-07-15 12:00"): 12}


def result(indicator: str, value: str, sample: str = "S-01") -> bytes:
    """A laboratory's result of a sample at ten o'clock, as the template saved to CSV."""
    cells = {"sample": sample, "station": "s1", "time": "2020-07-15 10:00", "indicator": indicator, "value": value}
    cells |= {"unit": "mg/L", "side": "上游"}
    return "\n".join([",".join(COLUMNS.values()), ",".join(cells.get(name, "") for name in COLUMNS), ""]).encode()


def ruled(clauses: str, **rules: str) -> Agreement:
    """An agreement with the data rules, and these beside them."""
    more = "".join(f"{rule}: {value}, " for rule, value in rules.items())
    return an_agreement(clauses, RIVER, data=RULES.replace("{min", f"{{{more}min"))


def settled_july(engine: Engine, agreement: Agreement) -> SettlementDocument:
    return settle(engine, Registry(RIVER, {agreement.code: agreement}, {}, ()), agreement.code, "2020-07", now=NOW)


@pytest.mark.parametrize("sample", ["S-01", ""])
@pytest.mark.parametrize(
    ("origins", "mean", "readings_used", "left_out"),
    [
        ("automatic_else_laboratory", "11", 2, {"of_laboratory": 1}),
        ("laboratory", "20", 1, {"of_station": 2}),
        ("all", "14", 3, {}),
    ],
)
def test_a_result_of_a_laboratory_beside_automatic_readings(
    engine: Engine, origins: str, mean: str, readings_used: int, left_out: dict[str, int], sample: str
):
    ingest(engine, RIVER, [("a.csv", readings(AUTOMATIC))], READINGS, stopped(NOW))
    ingest(engine, RIVER, [("l.csv", result("cod", "20", sample))], LAB, stopped(NOW))
    agreement = ruled(MEAN, origins=origins)
    [statistic] = settled_july(engine, agreement)["statistics"]
    assert (statistic["mean"], statistic["readings"], statistic["left_out"]) == (mean, readings_used, left_out)
    with engine.connect() as connection:
        shown = months_of(connection, Registry(RIVER, {}, {}, ()), ["s1"], agreement, JULY)
        assert shown["mean"].to_list() == [float(mean)]
        assert of_laboratory(observations(connection)).sum() == 1


def test_what_only_a_laboratory_measures_is_due_in_no_slot(engine: Engine):
    slots = pd.date_range("2020-07-01", "2020-08-01", freq="4h", inclusive="left")
    every_slot = {("s1", "cod", f"{slot:%Y-%m-%d %H:%M}"): 1 for slot in slots}
    ingest(engine, RIVER, [("a.csv", readings(every_slot))], READINGS, stopped(NOW))
    ingest(engine, RIVER, [("l.csv", result("tp", "0.1"))], LAB, stopped(NOW))
    [stop] = settled_july(engine, ruled(COMPLETE))["stops"]
    assert stop["reason"] == "no_readings"  # of phosphorus nothing was due; a share of 1/186 would be the laboratory's
    alone = per_unit("kind: completeness, section: s1, indicator: cod", ", every: month")
    assert settled_july(engine, ruled(alone))["evaluations"][0]["value"] == "1"


@pytest.mark.parametrize(
    ("stations", "mean", "instants"), [("mean_of_instants", 2, 1), ("primary", 1, 1), ("primary_else_backup", 1, 1)]
)
def test_pages_and_settlements_let_the_same_station_speak(engine: Engine, stations: str, mean: float, instants: int):
    both = {("s1", "cod", "2020-07-15 08:00"): 1, ("s1b", "cod", "2020-07-15 08:00"): 3}
    ingest(engine, RIVER, [("a.csv", readings(both))], READINGS, stopped(NOW))
    agreement = ruled(MEAN, stations=stations)
    [statistic] = settled_july(engine, agreement)["statistics"]
    assert (statistic["mean"], statistic.get("instants", statistic["readings"])) == (str(mean), instants)
    with engine.connect() as connection:
        shown = months_of(connection, Registry(RIVER, {}, {}, ()), ["s1"], agreement, JULY)
    assert shown["mean"].to_list() == [mean]
