"""Pages of observations for the API: a cursor over (time, station, indicator).

In: a connection, the registry, what is wanted and one instant of knowledge. Out: the rows of one page and the cursor of
the next. The time span read is widened until the page is full, so that a page of a long history stays small.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from api import monitoring, register
from api.asked import Filter
from api.instants import parsed_instant
from basin import periods
from basin.errors import UsageError
from basin.indicators import INDICATORS, indicator
from basin.registry import Registry
from monitoring_ingest import store
from monitoring_ingest.flags import Quality, to_qartod
from monitoring_ingest.frames import Columns, objects, rows_at
from monitoring_ingest.history import store as history
from monitoring_ingest.quality import store as quality
from monitoring_ingest.validation import CLOCKS_MAY_DIFFER
from settlement.statements import instant

WIDEST_FIRST, NARROWEST = timedelta(days=8), timedelta(hours=4)
A_DAY = 54  # readings of a station: nine indicators every four hours
WIDER = 4  # how much wider a further look is, where the last found less than a part of the page
Key = tuple[datetime, str, str]  # an instant in UTC without its zone, as columns hold them; station; indicator


class Newest(BaseModel):
    """Which series."""

    model_config = ConfigDict(extra="ignore")

    basin: Filter = None
    section: Filter = None
    station: Filter = None
    indicator: Filter = Field(None, description="codmn, w01019, 高锰酸盐指数 …")


class Wanted(Newest):
    """Which observations, and where the page begins."""

    period: Filter = Field(None, description="2020, 2020-08, 2020Q3 or 2018..2020")
    limit: int = Field(1000, ge=1, le=10_000)
    after: Filter = Field(None, description="cursor: the `next` of the page before")


def page_of(connection: Connection, registry: Registry, wanted: Wanted, as_of: datetime) -> dict[str, Any]:
    """One page: `items`, the cursor `after` the last of them (None on the last page) and `as_of`.

    Raises
    ------
    UnknownCode : a code nobody declared. UsageError : a period or cursor that is none.
    """
    stations = _stations(registry, wanted)
    cursor = _cursor(wanted.after)
    start, end = _span(connection, stations, (wanted, cursor), as_of)
    codes = [indicator(wanted.indicator).code] if wanted.indicator else list(INDICATORS)
    rows: list[tuple[Any, ...]] = []
    until, width = start, _first_window(len(stations), wanted.limit)
    while until < end and len(rows) <= wanted.limit:
        since, until = until, min(end, until + width)
        selected: store.Selected = {"stations": stations, "indicators": codes, "as_of": as_of}
        found = _rows(store.observed(connection, start=since, end=until, **selected), cursor)
        width *= WIDER if len(found) * WIDER < wanted.limit else 1
        rows += found
    section_of = {code: registry.network.stations[code].section for code in stations}
    last = rows[wanted.limit - 1] if len(rows) > wanted.limit else None
    return {
        "as_of": instant(as_of),
        "items": _items(connection, rows[: wanted.limit], section_of, as_of),
        "after": "~".join(last[:KEY_LENGTH]) if last else None,
    }


def _stations(registry: Registry, wanted: Newest) -> list[str]:
    """The stations that serve what is wanted."""
    if wanted.basin is not None:
        register.known_basin(registry, wanted.basin)
    if wanted.section is not None:
        register.known_section(registry, wanted.section)
    if wanted.station is not None:
        register.known(registry, station=wanted.station)
    sections = registry.network.sections
    return [
        station.code
        for station in registry.network.stations.values()
        if wanted.station in (None, station.code)
        and wanted.section in (None, station.section)
        and wanted.basin in (None, sections[station.section].basin)
    ]


def _first_window(stations: int, limit: int) -> timedelta:
    """How long a time to look at first, so that about a page is found and not the days of a whole country."""
    return min(max(timedelta(days=limit / (max(stations, 1) * A_DAY)), NARROWEST), WIDEST_FIRST)


def _span(
    connection: Connection, stations: list[str], asked: tuple[Wanted, Key | None], as_of: datetime
) -> tuple[datetime, datetime]:
    """From the first to just after the last instant to look at: nothing known then is of much later."""
    wanted, cursor = asked
    end = as_of + CLOCKS_MAY_DIFFER + timedelta(microseconds=1)
    if wanted.period:
        months = periods.months(periods.period(wanted.period))
        start, last = monitoring.instants(months[0], months[-1])
        end = min(end, last)
    elif cursor is None:
        ends = monitoring.extents(connection, stations).values()
        start = min((first for first, _ in ends), default=end)
    if cursor is not None:
        start = cursor[0].replace(tzinfo=UTC)
    return start, end


def _cursor(after: str | None) -> Key | None:
    if after is None:
        return None
    try:
        time, station, code = after.split("~")
    except ValueError as problem:
        raise UsageError("不是游标", "not a cursor", path="after", remedy="照抄上一页的 next") from problem
    at = parsed_instant(time, "after")
    assert at is not None  # only an absent text gives none
    return at.astimezone(UTC).replace(tzinfo=None), station, code


def _rows(found: Columns, cursor: Key | None) -> list[tuple[Any, ...]]:
    """Observations after the cursor in the order of `COLUMNS`: by time, station, indicator."""
    shown = found | {"time": _texts(found["time"]), "recorded_at": _texts(found["recorded_at"])}
    keys = zip(*(found[name].tolist() for name in COLUMNS[:KEY_LENGTH]), strict=True)  # as text 00.5Z is before 00Z
    rows = zip(keys, zip(*(shown[name].tolist() for name in COLUMNS), strict=True), strict=True)
    return [row for key, row in sorted(rows, key=itemgetter(0)) if cursor is None or key > cursor]


def _texts(instants: np.ndarray) -> np.ndarray:
    """Instants as the API writes them, each distinct one written once."""
    distinct, at = np.unique(instants, return_inverse=True)
    return objects([instant(each.replace(tzinfo=UTC)) for each in distinct.tolist()])[at]


COLUMNS = ("time", "station", "indicator", "value", "censored", "status", "mark", "revision", "recorded_at", "reading")
KEY_LENGTH = 3


def _items(
    connection: Connection, rows: Sequence[tuple[Any, ...]], section_of: Mapping[str, str], as_of: datetime | None
) -> list[dict[str, Any]]:
    """Observations as the API shows them, each with its quality, the test behind it and the QARTOD code."""
    if not rows:
        return []
    found = pd.DataFrame(rows, columns=list(COLUMNS))
    found["time"] = pd.to_datetime(found["time"], format="ISO8601", utc=True).dt.as_unit("ns")
    span = {"start": found["time"].min(), "end": found["time"].max() + store.INSTANT}
    judged = quality.judged(connection, found, stations=found["station"].unique().tolist(), **span, as_of=as_of)
    told = zip(
        judged["quality"].tolist(), judged["test"].tolist(), to_qartod(judged["quality"].to_numpy(np.int8)), strict=True
    )
    return [
        _item(row, section_of) | {"quality": Quality(each).name.lower(), "test": test, "qartod": code}
        for row, (each, test, code) in zip(rows, told, strict=True)
    ]


def _item(row: tuple[Any, ...], section_of: Mapping[str, str]) -> dict[str, Any]:
    """An observation as the API shows it."""
    time, station, code, value, censored, status, mark, revision, recorded_at, _ = row
    return {
        "station": station,
        "section": section_of[station],
        "indicator": code,
        "time": time,
        "value": value,
        "unit": INDICATORS[code].unit,
        "censored": censored,
        "status": status,
        "mark": mark,
        "revision": revision,
        "origin": "corrected" if revision > 1 else "original",
        "recorded_at": recorded_at,
    }


def latest(connection: Connection, registry: Registry, wanted: Newest) -> list[dict[str, Any]]:
    """The newest observation of every series of what is wanted, ordered by station and indicator.

    Raises
    ------
    UnknownCode : a code nobody declared.
    """
    stations = _stations(registry, wanted)
    section_of = {code: registry.network.stations[code].section for code in stations}
    code = indicator(wanted.indicator).code if wanted.indicator else None
    found = history.newest(connection)
    keep = np.array([station in section_of for station in found["station"].tolist()], dtype=bool)
    if code is not None:
        keep &= found["indicator"] == code
    rows = _rows(rows_at(found, keep), None)
    return _items(connection, sorted(rows, key=itemgetter(1, 2)), section_of, None)
