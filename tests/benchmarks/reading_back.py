"""Readings given out again: the newest value of 27 000 series, and a page of 10 000 readings.

The service is what the API answers with, from the request's parameters to bytes of JSON; the control is the plainest
query for the same rows, written out by the same encoder. Stations and readings are invented.
"""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pandas as pd
from sqlalchemy import Engine

from api.reads import readings
from api.reads.reader import Rights, reads_everything
from basin.registry import Registry, load_registry
from monitoring_ingest.database.bulk import insert_columns
from monitoring_ingest.database.engine import writing
from monitoring_ingest.readings.frames import objects
from monitoring_ingest.records.tables import observations
from tests.benchmarks import backfill
from tests.benchmarks.ingest_speed import LEVELS, Fresh, empty, postgresql, sqlite
from tests.benchmarks.runner import Contestant, compare

STATIONS, SLOTS, PAGE = 3_000, 40, 10_000
NOW = datetime(2026, 1, 1, tzinfo=UTC)
COLUMNS = "station, indicator, time, value, censored, status, mark, revision, recorded_at"


def filled(fresh: Fresh) -> Engine:
    """Observations of every station and nine indicators at some slots."""
    engine = empty(fresh)
    rng = np.random.default_rng(3)
    times = pd.date_range("2025-06-01", periods=SLOTS, freq="4h").to_numpy().astype("datetime64[us]")
    rows = len(LEVELS) * SLOTS
    with writing(engine) as connection:
        for station in range(STATIONS):
            told: dict[str, Any] = {
                "station": f"bench-{station}",
                "indicator": objects([code for code in LEVELS for _ in range(SLOTS)]),
                "time": np.tile(times, len(LEVELS)),
                "revision": np.ones(rows, dtype="int64"),
                "value": rng.uniform(0.1, 9, rows).round(3),
                "censored": np.zeros(rows, dtype=bool),
                "status": "", "mark": "",
                "reading": np.arange(rows) + station * rows + 1,
                "recorded_at": NOW,
            }  # fmt: skip
            insert_columns(connection, observations, told)
    return engine


def registry(folder: Path) -> Registry:
    """A register of the invented stations alone."""
    backfill.STATIONS = STATIONS
    return load_registry([backfill.invented(folder)])


def plain(engine: Engine, statement: str) -> list[float]:
    """The control: rows as the driver gives them, encoded; how many there are, and the sum of their values."""
    with engine.connect() as connection:
        rows = list(map(tuple, connection.exec_driver_sql(statement)))
    msgspec.json.encode(rows)
    return [len(rows), round(sum(row[3] for row in rows), 6)]


def told(items: list[dict[str, Any]]) -> list[float]:
    msgspec.json.encode(items)
    return [len(items), round(sum(item["value"] for item in items), 6)]


def compare_reading(database: str, fresh: Fresh, known: Registry) -> None:
    """Both answers beside their controls."""
    engine = filled(fresh)
    series = STATIONS * len(LEVELS)
    reader = reads_everything(Rights(known))
    whole = readings.Wanted(limit=PAGE, period="2025-06", basin="bench")

    def newest(_: object) -> list[float]:
        with engine.connect() as connection:
            return told(readings.latest(connection, known, reader, readings.Newest()))

    def one_page(_: object) -> list[float]:
        with engine.connect() as connection:
            return told(readings.page_of(connection, known, reader, whole, NOW)["items"])

    of_groups = f"SELECT {COLUMNS} FROM observations NATURAL JOIN (SELECT station, indicator, max(time) AS time FROM"
    of_groups += " observations GROUP BY station, indicator) AS newest"
    ordered = f"SELECT {COLUMNS} FROM observations ORDER BY station, indicator, time LIMIT {PAGE}"
    rivals = [("latest value of every series", newest, of_groups, series, "series")]
    rivals.append(("a page of readings", one_page, ordered, PAGE, "readings"))
    for title, own, statement, amount, unit in rivals:
        control = Contestant("plain query", lambda _, statement=statement: plain(engine, statement))
        compare(f"{title}, {database}", [Contestant("hengjie", own), control], amount, unit, repeats=5)
    engine.dispose()


def main() -> None:
    """Both databases."""
    with tempfile.TemporaryDirectory() as folder:
        known = registry(Path(folder))
        for database, open_ in (("PostgreSQL", postgresql), ("SQLite", sqlite)):
            with open_() as fresh:
                compare_reading(database, fresh, known)
