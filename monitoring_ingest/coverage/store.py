"""From when to when stations have data.

In: a connection and codes. Out: instants. What the data say, and whether they are complete, is not asked here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, Subquery, and_, func, literal, select, true, union_all

from monitoring_ingest.tables import observations

_MOST_LISTED = 400  # SQLite joins at most 500 SELECTs in one statement


def extents(
    connection: Connection, stations: Sequence[str], indicators: Sequence[str]
) -> dict[str, tuple[datetime, datetime]]:
    """The instants of the first and the last observation of each of `stations` that has any.

    Two look-ups in the key for every station and indicator, however many observations there are.
    """
    found: dict[str, tuple[datetime, datetime]] = {}
    for at in range(0, len(stations), _MOST_LISTED):
        ends = _ends(_listed("station", stations[at : at + _MOST_LISTED]), _listed("indicator", indicators))
        for station, first, last in connection.execute(ends):
            if first is not None:
                earliest, latest = found.get(station, (first, last))
                found[station] = (min(earliest, first), max(latest, last))
    return found


def _ends(stations: Subquery, indicators: Subquery) -> Select[Any]:
    """The first and the last instant of every pair of a station and an indicator."""
    mine = and_(observations.c.station == stations.c.station, observations.c.indicator == indicators.c.indicator)
    first, last = (select(end(observations.c.time)).where(mine).scalar_subquery() for end in (func.min, func.max))
    return select(stations.c.station, first, last).select_from(stations.join(indicators, true()))


def _listed(name: str, values: Sequence[str]) -> Subquery:
    return union_all(*(select(literal(value).label(name)) for value in values)).subquery()
