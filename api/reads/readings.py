"""Pages of observations for the API: a cursor over (station, indicator, time), the order of the key.

In: a connection, the registry, what is wanted and the `as_of` of the answer. Out: the rows of one page and the cursor
of the next. Stations are read one after the other, or several at once where they turn out to have little, so that a
page of a long history, or of a whole country, reads hardly more rows than it shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, NamedTuple

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from api.reads import declared
from api.reads.filters import Filter
from api.reads.instants import parsed_instant
from api.reads.reader import Reader
from basin import periods
from basin.errors import UsageError
from basin.indicators import INDICATORS, indicator
from basin.registry import Registry
from basin.written.whole_numbers import AS_WHOLE
from monitoring_ingest.quality import store as quality_store
from monitoring_ingest.quality.flags import Quality, to_qartod
from monitoring_ingest.readings.frames import Columns, Key, joined, rows_at
from monitoring_ingest.records import history_store as history
from monitoring_ingest.records import store
from settlement.assessment import sections
from settlement.statement.document import instant

MOST_ON_A_PAGE = 10_000
MOST_STATIONS = 64  # read at once, where they have little
MORE = 16  # times as many stations as before, at most: the next stations may have more than the stations before


class Newest(BaseModel):
    """Which basin, section, station or indicator somebody asks for."""

    model_config = ConfigDict(extra="ignore")

    basin: Filter = None
    section: Filter = None
    station: Filter = None
    indicator: Filter = Field(None, description="codmn, w01019, 高锰酸盐指数 …")


class Wanted(Newest):
    """Which observations, and where the page begins."""

    period: Filter = Field(None, description="2020, 2020-08, 2020Q3 or 2018..2020")
    limit: Annotated[int, Field(ge=1, le=MOST_ON_A_PAGE), AS_WHOLE] = 1000
    after: Filter = Field(None, description="cursor: the `next` of the page before")


def page_of(
    connection: Connection, registry: Registry, reader: Reader, wanted: Wanted, as_of: datetime
) -> dict[str, Any]:  # fmt: skip
    """One page: `items`, the cursor `after` the last item (None on the last page) and `as_of`.

    Parameters
    ----------
    wanted : which observations, and where the page begins. as_of : nothing recorded later is shown.

    Raises
    ------
    UnknownCode : a code nobody declared. UsageError : text that is no period, or no cursor. Refused : what was asked
        for by its code may not be read.
    """
    stations = sorted(_stations(registry, reader, wanted))
    cursor = _cursor(wanted.after)
    if cursor is not None:
        stations = [code for code in stations if code >= cursor.station]
    selected: store.Selected = {"as_of": as_of} | _span(wanted)
    selected["indicators"] = [indicator(wanted.indicator).code] if wanted.indicator else list(INDICATORS)
    # A row more than the page holds tells whether there is a next page.
    rows = _after(connection, stations, Asked(cursor, wanted.limit + 1), selected)
    page = rows_at(rows, slice(wanted.limit))
    more = len(rows["time"]) > wanted.limit
    return {
        "as_of": instant(as_of),
        "items": _items(connection, registry, page, as_of),
        "after": "~".join((page["station"][-1], page["indicator"][-1], _texts(page["time"][-1:])[0])) if more else None,
    }


class Asked(NamedTuple):
    """How many observations to read, and after which key; None from the first on."""

    after: Key | None
    number: int


def _after(connection: Connection, stations: Sequence[str], asked: Asked, selected: store.Selected) -> Columns:
    """The first observations of some stations after a key: as many as asked for, or a few more, or all there are.

    Parameters
    ----------
    stations : codes, in order. asked : how many, after which key. selected : what else the observations must be.
    """
    after = asked.after
    wanted = asked.number
    place = 0
    together = 1
    parts: list[Columns] = []
    while not parts or (place < len(stations) and wanted > 0):
        alone = wanted if together == 1 else None
        of_stations: store.Selected = {**selected, "stations": stations[place : place + together]}
        part = history.observed_after(connection, after, alone, **of_stations)
        parts.append(part)
        number = len(part["time"])
        after = None
        wanted -= number
        place += together
        together = min(max(wanted * together // max(number, 1), 1), MOST_STATIONS, MORE * together)
    return joined(parts)


def _stations(registry: Registry, reader: Reader, wanted: Newest) -> list[str]:
    """The stations that serve what is wanted, as far as their observations may be read."""
    if wanted.basin is not None:
        reader.refuse_basin(declared.known_basin(registry, wanted.basin))
    if wanted.section is not None:
        reader.refuse_section(declared.known_section(registry, wanted.section).code)
    if wanted.station is not None:
        declared.known(registry, station=wanted.station)
        reader.refuse_observations(wanted.station)
    sections = registry.network.sections
    return [
        station.code
        for station in registry.network.stations.values()
        if wanted.station in (None, station.code)
        and wanted.section in (None, station.section)
        and wanted.basin in (None, sections[station.section].basin)
        and reader.observes(station.code)
    ]


def _span(wanted: Wanted) -> store.Selected:
    """From the first instant to look at to just after the last; nothing where no period is asked for."""
    if not wanted.period:
        return {}
    months = periods.months(periods.period(wanted.period))
    start, end = sections.instants(months[0], months[-1])
    return {"start": start, "end": end}


def _cursor(after: str | None) -> Key | None:
    if after is None:
        return None
    try:
        station, code, time = after.split("~")
    except ValueError as problem:
        raise UsageError("不是游标", "not a cursor", path="after", remedy="照抄上一页的 next") from problem
    moment = parsed_instant(time, "after")
    assert moment is not None  # only an absent text gives none
    return Key(station, code, moment)


def _texts(instants: np.ndarray) -> list[str]:
    """Instants as the API writes them; each distinct instant is written once."""
    places, distinct = pd.factorize(instants)
    written = [instant(moment.replace(tzinfo=UTC)) for moment in distinct.tolist()]
    return [written[place] for place in places.tolist()]


QUALITIES = [quality.name.lower() for quality in Quality]


def _items(connection: Connection, registry: Registry, rows: Columns, as_of: datetime | None) -> list[dict[str, Any]]:
    """Observations as the API shows them, each with its quality, the test behind the quality, and the QARTOD code.

    Parameters
    ----------
    rows : of `history_store`. as_of : nothing recorded later about their quality is shown.
    """
    if not len(rows["time"]):
        return []
    stations, codes, revisions = (rows[name].tolist() for name in ("station", "indicator", "revision"))
    quality, test = _judged(connection, rows, as_of)
    network = registry.network.stations
    section_of = {code: network[code].section for code in set(stations)}
    unit_of = {code: INDICATORS[code].unit for code in set(codes)}
    sections = [section_of[code] for code in stations]
    units = [unit_of[code] for code in codes]
    shown = (rows[name].tolist() for name in ("value", "censored", "status", "mark"))
    instants = (_texts(rows[name]) for name in ("time", "recorded_at"))
    judgement = (column.tolist() for column in (quality, test, to_qartod(quality.astype(np.int8))))
    items = zip(stations, sections, codes, units, *shown, revisions, *instants, *judgement, strict=True)
    return [
        {
            "station": station, "section": section, "indicator": code, "time": time, "value": value, "unit": unit,
            "censored": censored, "status": status, "mark": mark, "revision": revision,
            "origin": "corrected" if revision > 1 else "original", "recorded_at": recorded_at,
            "quality": QUALITIES[good], "test": test, "qartod": qartod,
        }
        for station, section, code, unit, value, censored, status, mark, revision, time, recorded_at, good, test, qartod
        in items
    ]  # fmt: skip


def _judged(connection: Connection, rows: Columns, as_of: datetime | None) -> tuple[np.ndarray, np.ndarray]:
    """The quality of each observation, and the test or decision behind the quality.

    Parameters
    ----------
    rows : observations. as_of : nothing recorded later about their quality counts.
    """
    start, last = (edge.astype(datetime).replace(tzinfo=UTC) for edge in (rows["time"].min(), rows["time"].max()))
    about: store.Selected = {
        "stations": sorted(set(rows["station"])), "start": start, "end": last + store.INSTANT, "as_of": as_of,
    }  # fmt: skip
    return quality_store.judged(connection, rows, **about)


def latest(
    connection: Connection, registry: Registry, reader: Reader, wanted: Newest, as_of: datetime | None = None
) -> list[dict[str, Any]]:
    """The newest observation of every series wanted, ordered by station and indicator.

    Parameters
    ----------
    wanted : which series. as_of : nothing recorded later is shown.

    Raises
    ------
    UnknownCode : a code nobody declared.
    """
    stations = set(_stations(registry, reader, wanted))
    code = indicator(wanted.indicator).code if wanted.indicator else None
    newest = history.newest(connection, as_of)
    series = zip(newest["station"].tolist(), newest["indicator"].tolist(), strict=True)
    is_wanted = [station in stations and code in (None, of) for station, of in series]
    return _items(connection, registry, rows_at(newest, np.array(is_wanted, dtype=bool)), as_of)
