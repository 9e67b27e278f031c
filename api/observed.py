"""Pages of observations for the API: a cursor over (time, station, indicator).

In: a connection, the registry, what is wanted and one instant of knowledge. Out: the rows of one page and the cursor of
the next. The time span read is widened until the page is full, so that a page of a long history stays small.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from api import monitoring, register
from api.asked import Filter
from basin import periods
from basin.errors import UsageError
from basin.indicators import INDICATORS, indicator
from basin.registry import Registry
from monitoring_ingest import store
from settlement.statements import instant

FIRST_WINDOW = timedelta(days=8)
WIDER = 4  # how much wider each further look is
Key = tuple[str, str, str]


class Wanted(BaseModel):
    """Which observations, and where the page begins."""

    model_config = ConfigDict(extra="ignore")

    basin: Filter = None
    section: Filter = None
    station: Filter = None
    indicator: Filter = Field(None, description="codmn, w01019, 高锰酸盐指数 …")
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
    section_of = {code: registry.network.stations[code].section for code in stations}
    start, end = _span(connection, stations, wanted)
    cursor = _cursor(wanted.after)
    start = max(start, datetime.fromisoformat(cursor[0])) if cursor else start
    codes = [indicator(wanted.indicator).code] if wanted.indicator else None
    rows, width = pd.DataFrame(), FIRST_WINDOW
    until = start
    while until < end and len(rows) <= wanted.limit:
        since, until = until, min(end, until + width)
        found = store.observations(connection, stations=stations, indicators=codes, start=since, end=until, as_of=as_of)
        rows = pd.concat([rows, _after(_items(found, section_of), cursor)])
        width *= WIDER
    items = rows.head(wanted.limit).to_dict("records")
    last = items[-1] if items and len(rows) > wanted.limit else None
    return {
        "as_of": instant(as_of),
        "items": items,
        "after": "~".join((last["time"], last["station"], last["indicator"])) if last else None,
    }


def _stations(registry: Registry, wanted: Wanted) -> list[str]:
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


def _span(connection: Connection, stations: list[str], wanted: Wanted) -> tuple[datetime, datetime]:
    """From the first to just after the last instant to look at."""
    ends = monitoring.extents(connection, stations).values()
    if not ends:
        return datetime.min.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)
    start, end = min(first for first, _ in ends), max(last for _, last in ends) + timedelta(microseconds=1)
    if wanted.period:
        months = periods.months(periods.period(wanted.period))
        first, last = monitoring.instants(months[0], months[-1])
        start, end = max(start, first), min(end, last)
    return start, end


def _cursor(after: str | None) -> Key | None:
    if after is None:
        return None
    parts = tuple(after.split("~"))
    try:
        datetime.fromisoformat(parts[0])
        time, station, code = parts
    except ValueError as problem:
        raise UsageError("不是游标", "not a cursor", path="after", remedy="照抄上一页的 next") from problem
    return time, station, code


def _items(found: pd.DataFrame, section_of: dict[str, str]) -> pd.DataFrame:
    """Observations as the API shows them, ordered by time, station, indicator."""
    shown = found.assign(
        section=found["station"].map(section_of),
        unit=found["indicator"].map({code: one.unit for code, one in INDICATORS.items()}),
        time=[instant(time) for time in found["time"]],
        recorded_at=[instant(time) for time in found["recorded_at"]],
    )
    columns = [
        "station",
        "section",
        "indicator",
        "time",
        "value",
        "unit",
        "censored",
        "status",
        "mark",
        "revision",
        "recorded_at",
    ]
    return shown[columns].sort_values(["time", "station", "indicator"], kind="stable")


def _after(rows: pd.DataFrame, cursor: Key | None) -> pd.DataFrame:
    if cursor is None or rows.empty:
        return rows
    keys = zip(rows["time"], rows["station"], rows["indicator"], strict=True)
    return rows[[key > cursor for key in keys]]
