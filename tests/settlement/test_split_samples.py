"""From laboratory results to money: two sides' split sample, and a third laboratory where they differ."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path

import pytest
from sqlalchemy import Engine

from basin.registry import Registry
from basin.sources import Source
from monitoring_ingest.doors.declared import source_door
from monitoring_ingest.doors.files import ingest
from monitoring_ingest.formats.laboratory import COLUMNS
from settlement.run import settle
from tests.clocks import stopped
from tests.databases import sqlite
from tests.settlement.makers import RULES, a_network, an_agreement, per_unit

NOW = datetime(2021, 1, 15, 8, tzinfo=UTC)
RIVER = a_network("s1 up down", "s2 up down", "v up down")  # v is where the third laboratory's station is registered
MONTHLY = per_unit("kind: concentration, section: v, indicator: nh3n", ", every: month")
TOLERANT = RULES.replace("}", ", joint_sample: 10%}").replace("rounded", "unrounded")
AGREEMENT = an_agreement(MONTHLY, RIVER, data=TOLERANT, sections="{v: {mean_of: [s1, s2]}}")
WORLD = Registry(RIVER, {AGREEMENT.code: AGREEMENT}, {}, ())
LAB = source_door(Source(code="lab", title="化验单（虚构）", format="laboratory"))


def workbook(station: str, side: str, value: str) -> bytes:
    """One result of the sample S-01, as the template saved to CSV."""
    told = {"sample": "S-01", "station": station, "time": "2020-07-15 10:00", "indicator": "nh3n 氨氮", "value": value}
    told |= {"unit": "mg/L", "side": side}
    return "\n".join([",".join(COLUMNS.values()), ",".join(told.get(name, "") for name in COLUMNS), ""]).encode()


UP, DOWN, THIRD = workbook("s1", "上游", "0.80"), workbook("s2", "下游", "1.10"), workbook("v", "第三方", "1.05")


@pytest.fixture
def engine(tmp_path: Path):
    made = sqlite(tmp_path / "h.sqlite")
    yield made
    made.dispose()


def july(engine: Engine, *workbooks: bytes) -> dict[str, object]:
    """The settlement of July after these workbooks came one by one."""
    for number, raw in enumerate(workbooks):
        receipt = ingest(engine, RIVER, [(f"{number}.csv", raw)], LAB, stopped(NOW))
        assert receipt.counts["rejected"] == receipt.counts["quarantined"] == 0
    return settle(engine, WORLD, AGREEMENT.code, "2020-07", now=NOW)


@pytest.mark.parametrize("order", ["".join(order) for order in permutations("udt")])
def test_the_third_laboratory_decides_whoever_reported_first(engine: Engine, order: str):
    sent = {"u": UP, "d": DOWN, "t": THIRD}
    found = july(engine, *(sent[one] for one in order), UP)
    assert [(t["payer"], t["payee"], t["amount_yuan"]) for t in found["transfers"]] == [("up", "down", "10500.00")]  # type: ignore[attr-defined]


def test_without_it_the_month_stops_and_says_so(engine: Engine):
    found = july(engine, UP, DOWN)
    assert [stop["reason"] for stop in found["stops"]] == ["joint_sample_differs: 2020-07"]  # type: ignore[attr-defined]


def test_within_the_tolerance_it_is_not_asked(engine: Engine):
    found = july(engine, UP, workbook("s2", "下游", "0.84"), THIRD)
    assert [(t["payer"], t["payee"], t["amount_yuan"]) for t in found["transfers"]] == [("up", "down", "8200.00")]  # type: ignore[attr-defined]
