"""The doors readings can come by, for tests that say the same of all: a further door is one row of `DOORS`.

A door takes an engine, rows, a folder of its own and an instant, and hands the rows in as one submission. Everything
here is invented; the network is that of `makers`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from sqlalchemy import Engine

from monitoring_ingest.job import ingest_inbox
from monitoring_ingest.sources import pushed
from monitoring_ingest.submissions import INBOX, NATIONAL_RELEASE, PUSH, READINGS, Door, Pushed, Terms, ingest, push
from tests.clocks import stopped
from tests.monitoring_ingest.makers import csv, network, original, release

NETWORK = network()
COLUMN = {"ph": "pH(无量纲)", "nh3n": "氨氮(mg/L)"}
UNIT = {"ph": "无量纲", "nh3n": "mg/L"}
_files = count()


class Sent(NamedTuple):
    """One value of one key; `hour` is of the year 2025, in China, within half a year of the date of `a_release`."""

    station: str
    indicator: str
    hour: int
    value: str

    @property
    def key(self) -> tuple[str, str, int]:
        return self.station, self.indicator, self.hour

    @property
    def local(self) -> str:
        """The time as a wall clock in China shows it."""
        return f"{pd.Timestamp('2025-01-01') + pd.Timedelta(hours=self.hour):%Y-%m-%d %H:%M}"

    @property
    def time(self) -> datetime:
        return pd.Timestamp(self.local, tz="Asia/Shanghai").tz_convert(UTC).to_pydatetime()


Rows = Sequence[Sent]
Hand = Callable[[Engine, Rows, Path, datetime], object]


def long_csv(rows: Rows) -> bytes:
    """The rows as a long CSV, each time with its zone."""
    return csv(*(f"{r.station},{r.local}+08:00,{r.indicator},{r.value},{UNIT[r.indicator]},正常" for r in rows))


def a_release(rows: Rows) -> bytes:
    """The rows as a reply of the national release, one table row each; the other cell was not measured."""
    return release(*(_release_row(row) for row in rows), measured=list(COLUMN.values()))


def _release_row(row: Sent) -> list[str]:
    station = NETWORK.stations[row.station]
    cells = (original(row.value, row.value) if code == row.indicator else "--" for code in COLUMN)
    return [NETWORK.parties[station.province].name_zh, station.name_zh, row.local[5:], *cells, "正常"]


def _files_of(write: Callable[[Rows], bytes], name: str, door: str) -> Hand:
    def hand(engine: Engine, rows: Rows, _folder: Path, now: datetime) -> object:
        return ingest(engine, NETWORK, [(name, write(rows))], door, stopped(now))

    return hand


def _two_files(engine: Engine, rows: Rows, _folder: Path, now: datetime) -> object:
    """One submission of two files in different forms."""
    half = len(rows) // 2
    files = [("a.csv", long_csv(rows[:half])), ("2025-06-15.json", a_release(rows[half:]))]
    return ingest(engine, NETWORK, files, INBOX, stopped(now))


def _through_inbox(write: Callable[[Rows], bytes], suffix: str) -> Hand:
    def hand(engine: Engine, rows: Rows, folder: Path, now: datetime) -> object:
        (folder / f"2025-06-15-{next(_files)}{suffix}").write_bytes(write(rows))
        return ingest_inbox(engine, NETWORK, folder, stopped(now))

    return hand


def _pushed(write: Callable[[Rows], bytes], media_type: str) -> Hand:
    """By the push API: each request under a claim of its own."""

    def read(raw: bytes, *, name: str) -> object:
        return pushed.read_pushed(raw, media_type, NETWORK, most_rows=1000)

    def hand(engine: Engine, rows: Rows, _folder: Path, now: datetime) -> object:
        through = Door(PUSH, read, "省监测中心")
        return push(engine, NETWORK, Pushed("push", write(rows)), through, Terms(claim=f"{next(_files)}"), lambda: now)

    return hand


def _objects(rows: Rows) -> list[dict[str, str]]:
    names = ("station", "time", "indicator", "value", "unit", "mark")
    cells = ((r.station, f"{r.local}+08:00", r.indicator, r.value, UNIT[r.indicator], "正常") for r in rows)
    return [dict(zip(names, each, strict=True)) for each in cells]


def _json_rows(rows: Rows) -> bytes:
    return json.dumps({"rows": _objects(rows)}).encode()


def _json_columns(rows: Rows) -> bytes:
    listed = _objects(rows)
    return json.dumps({"columns": {name: [row[name] for row in listed] for name in listed[0]}}).encode()


DOORS: Mapping[str, Hand] = {
    "long CSV": _files_of(long_csv, "readings.csv", READINGS),
    "national release": _files_of(a_release, "2025-06-15.json", NATIONAL_RELEASE),
    "inbox, CSV": _through_inbox(long_csv, ".csv"),
    "inbox, release": _through_inbox(a_release, ".json"),
    "two files at once": _two_files,
    "push, JSON rows": _pushed(_json_rows, pushed.JSON),
    "push, JSON columns": _pushed(_json_columns, pushed.JSON),
    "push, CSV": _pushed(long_csv, pushed.CSV),
}


def newest(rows: Iterable[Sent]) -> dict[tuple[str, str, int], Sent]:
    """The last row of each key."""
    return {row.key: row for row in rows}
