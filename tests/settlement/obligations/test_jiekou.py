"""街口, Anhui to Zhejiang, in the 92 replies of the national release, June to August 2020, beside plain Python.

The station stood still until 7 August; in August it has 23 readings, one of them during maintenance.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean
from typing import Any

import pytest
from sqlalchemy import Engine

from basin.registry import Registry
from monitoring_ingest.doors.files import NATIONAL_RELEASE, ingest
from settlement.run import settle
from tests.clocks import stopped
from tests.databases import sqlite
from tests.registries import bundled

pytestmark = pytest.mark.proof
NOW = datetime(2021, 1, 15, 8, tzinfo=UTC)
AGREEMENT = "xinan-anhui-zhejiang-2018"
COLUMNS = {"高锰酸盐指数": "codmn", "氨氮": "nh3n", "总磷": "tp", "总氮": "tn"}


@pytest.fixture(scope="module")
def replies(shared_data: Path) -> list[Path]:
    """The replies as they came, one a day."""
    return sorted((shared_data / "cnemc" / "raw" / "daily").iterdir())


@pytest.fixture(scope="module")
def taken_in(replies: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, Registry]]:
    """A database that has taken in all of them."""
    engine = sqlite(tmp_path_factory.mktemp("jiekou") / "hengjie.sqlite")
    registry = bundled()
    ingest(engine, registry.network, [(f.name, f.read_bytes()) for f in replies], NATIONAL_RELEASE, stopped(NOW))
    yield engine, registry
    engine.dispose()


def august(replies: list[Path]) -> dict[str, list[float]]:
    """The unrounded August values at 街口 while its status was 正常: indicator → one value a day."""
    values: dict[str, dict[str, float]] = defaultdict(dict)
    for file in replies:
        raw = file.read_bytes()
        reply = json.loads(gzip.decompress(raw) if file.suffix == ".gz" else raw)
        titles = [re.sub(r"<[^>]*>", " ", title).split()[0] for title in reply["thead"]]
        for row in reply["tbody"]:
            for when, indicator, value in _readings(dict(zip(titles, row, strict=True))):
                values[indicator][when] = value
    return {indicator: list(of.values()) for indicator, of in values.items()}


def _readings(cells: dict[str, Any]) -> Iterator[tuple[str, str, float]]:
    when = str(cells["监测时间"] or "")
    if "街口" not in str(cells["断面名称"]) or cells["站点情况"] != "正常" or not when.startswith("08-"):
        return
    for title, indicator in COLUMNS.items():
        cell = next(str(text) for column, text in cells.items() if column.startswith(title))
        if original := re.search(r"原始值：([0-9.]+)", cell):
            yield when, indicator, float(original[1])


def test_august_has_four_means_and_stops_for_want_of_a_baseline(
    taken_in: tuple[Engine, Registry], replies: list[Path]
) -> None:
    engine, registry = taken_in
    found = settle(engine, registry, AGREEMENT, "2020-08", now=NOW)
    assert {stop["reason"] for stop in found["stops"]} == {"missing_parameter: baseline"}
    assert (found["kind"], found["obligations"], found["verified"]) == ("stopped", [], False)
    told = {s["indicator"]: s for s in found["statistics"] if s["period"] == "2020-08"}
    raw = august(replies)
    assert {indicator: len(of) for indicator, of in raw.items()} == dict.fromkeys(COLUMNS.values(), 22)
    for indicator, of in raw.items():
        assert (told[indicator]["readings"], told[indicator]["days"]) == (22, 22)
        assert float(told[indicator]["mean"]) == pytest.approx(mean(of), rel=1e-11)
    assert {i: told[i]["reported"] for i in raw} == {"codmn": "1.6", "nh3n": "0.02", "tp": "0.044", "tn": "0.79"}


def test_the_working_shows_means_weights_and_what_is_missing(taken_in: tuple[Engine, Registry]) -> None:
    engine, registry = taken_in
    found = settle(engine, registry, AGREEMENT, "2020-08", now=NOW)
    index = next(e for e in found["evaluations"] if e["clause"] == "P")
    text = " ".join(f"{step['label']} {step['expression']} {step['value']}" for step in index["working"])
    for shown in ("1.6", "0.02", "0.044", "0.79", "0.22", "0.28", "22 个读数"):
        assert shown in text


def test_the_reading_taken_during_maintenance_is_told(taken_in: tuple[Engine, Registry]) -> None:
    engine, registry = taken_in
    found = settle(engine, registry, AGREEMENT, "2020-08", now=NOW)
    left_out = {s["indicator"]: s["left_out"] for s in found["statistics"] if s["period"] == "2020-08"}
    assert left_out == {
        "codmn": {"维护": 1},
        "nh3n": {"极值过滤": 1},
        "tp": {"维护": 1},
        "tn": {"维护": 1},
    }  # 22 August


@pytest.mark.parametrize("of", ["2020-06", "2020-07", "2020"])
def test_while_the_station_stood_still_there_are_no_readings(taken_in: tuple[Engine, Registry], of: str) -> None:
    engine, registry = taken_in
    found = settle(engine, registry, AGREEMENT, of, now=NOW)
    assert {stop["reason"] for stop in found["stops"]} == {"no_readings"}
