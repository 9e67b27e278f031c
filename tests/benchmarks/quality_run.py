"""Quality control of a month of 3 000 stored series: the run as the schedule does it, beside bare reading back.

Values are invented. The control only reads the same observations from the database by their key, which every way of
judging them must do; what the run takes longer is laying out, judging, comparing with what stands, and storing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
from sqlalchemy import Engine

from monitoring_ingest.database.bulk import insert_frame
from monitoring_ingest.database.engine import open_engine, writing
from monitoring_ingest.database.schema import create_schema
from monitoring_ingest.quality.running import run
from monitoring_ingest.records import store, tables
from tests.benchmarks.runner import Contestant, compare
from tests.clocks import stopped

NOW = datetime(2021, 2, 1, tzinfo=UTC)
STATIONS, SLOTS = 375, 186
LEVELS = {"ph": 7.5, "do": 8.0, "codmn": 3.0, "nh3n": 0.3, "tp": 0.1, "tn": 1.5, "temperature": 15, "conductivity": 300}


def observations() -> pd.DataFrame:
    """Noise around levels, as the national release prints it; one value in a thousand is a spike."""
    rng = np.random.default_rng(11)
    times = pd.date_range("2021-01-01", periods=SLOTS, freq="4h", tz="UTC")
    stations = [f"station-{number:03}" for number in range(STATIONS)]
    keys = pd.MultiIndex.from_product([stations, LEVELS, times], names=["station", "indicator", "time"])
    frame = keys.to_frame(index=False)
    level = frame["indicator"].map(LEVELS)
    spikes = np.where(rng.random(len(frame)) < 0.001, 3, 1)
    return frame.assign(value=np.round(level * (1 + 0.01 * rng.standard_normal(len(frame))) * spikes, 3))


def filled(engine: Engine) -> None:
    """A database with the observations, and a reading behind each."""
    create_schema(engine)
    frame = observations().assign(revision=1, censored=False, status="正常", mark="", recorded_at=pd.Timestamp(NOW))
    frame["id"] = frame["reading"] = range(1, len(frame) + 1)
    blank = ("province", "station_text", "value_text", "unit", "printed", "water_class", "reason", "code")
    texts = dict.fromkeys(blank, "")
    sent = frame.assign(submission=1, file=0, row=frame["id"], number=frame["value"], fate="accepted", **texts)
    with writing(engine) as connection:
        store.record_submission(connection, ("readings", "", "a.csv"), [("a.csv", b"")], NOW)
        insert_frame(connection, tables.readings, sent[[column.name for column in tables.readings.c]])
        insert_frame(connection, tables.observations, frame[[column.name for column in tables.observations.c]])


def by_project(engine: Engine) -> Sequence[int]:
    """A first run over everything."""
    return [run(engine, stopped(NOW)).readings]


def only_read(engine: Engine) -> Sequence[int]:
    """What is to be judged, read and left alone."""
    with engine.connect() as connection:
        return [len(store.observations(connection, start=datetime(2020, 12, 1, tzinfo=UTC), end=NOW))]


def main() -> None:
    """Compare the two on one month."""
    with TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{Path(folder) / 'month.sqlite'}")
        filled(engine)
        names = ("hengjie (a run over what is new)", "only reading the observations")

        def fresh() -> Engine:
            """The same database without any earlier run."""
            with writing(engine) as connection:
                for table in ("quality_tests", "quality_runs", "flags"):
                    connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {table}_refuses_DELETE")
                    connection.exec_driver_sql(f"DELETE FROM {table}")
            return engine

        contestants = [Contestant(names[0], by_project, fresh), Contestant(names[1], only_read, fresh)]
        readings = STATIONS * len(LEVELS) * SLOTS
        compare(
            f"Quality control of {STATIONS * len(LEVELS):,} stored series", contestants, readings, "readings", repeats=3
        )
        engine.dispose()
