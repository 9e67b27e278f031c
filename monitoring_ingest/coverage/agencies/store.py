"""Who handed in what of a month: slots filled, minutes under way, fates, by sender and station.

In: a connection, series and the runs of slots of a month. Out: frames of counts. A sender is who the submission names,
else the door it came by. Shares are formed in `coverage.scorecard`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, literal, select, text, union_all

from monitoring_ingest.coverage.slots import Run
from monitoring_ingest.coverage.store import slot_number
from monitoring_ingest.database import read_frame, seconds
from monitoring_ingest.quality.tables import not_removed
from monitoring_ingest.tables import REJECTED, SET_ASIDE, observations, readings, receipt_rows, submissions
from monitoring_ingest.validation import NO_RIGHT

SENDER = case((func.coalesce(submissions.c.sender, "") == "", submissions.c.door), else_=submissions.c.sender)


class Series(NamedTuple):
    """The observations of some stations and indicators within [start, end)."""

    stations: Sequence[str]
    indicators: Sequence[str]
    start: datetime
    end: datetime

    def holds(self, columns: Any) -> ColumnElement[bool]:
        """Whether a row with station, indicator and time is one of them."""
        known = (columns.station.in_(self.stations), columns.indicator.in_(self.indicators))
        return and_(*known, columns.time >= self.start, columns.time < self.end)


def _observed(*columns: Any) -> Select[Any]:
    """Observations with who sent them, as `sender`, and the station."""
    query = select(SENDER.label("sender"), observations.c.station, *columns)
    query = query.join_from(observations, readings, observations.c.reading == readings.c.id)
    return query.join(submissions, submissions.c.id == readings.c.submission)


def filled_by_sender(connection: Connection, series: Series, runs: Sequence[Run]) -> pd.DataFrame:
    """In how many slots each sender gave a value that counts (`not_removed`): sender, station, indicator, accepted."""
    keys = ["sender", "station", "indicator"]
    found = [read_frame(connection, _filled(series._replace(start=run.start, end=run.end), run)) for run in runs]
    if not found:
        return pd.DataFrame({name: [] for name in (*keys, "accepted")})
    return pd.concat(found).groupby(keys).agg({"accepted": "sum"}).reset_index()


def _filled(series: Series, run: Run) -> Select[Any]:
    indicator = observations.c.indicator
    counted = _observed(indicator, func.count(slot_number(run).distinct()).label("accepted"))
    these = series.holds(observations.c), not_removed()
    return counted.where(*these).group_by(SENDER, observations.c.station, indicator)


def lags_by_sender(connection: Connection, series: Series) -> pd.DataFrame:
    """How many values were how many whole minutes under way, first revisions: sender, station, minutes, readings."""
    minutes = ((seconds(observations.c.recorded_at) - seconds(observations.c.time)) // 60).label("minutes")
    query = _observed(minutes, func.count().label("readings")).where(series.holds(observations.c))
    query = query.where(observations.c.revision == 1).group_by(SENDER, observations.c.station, minutes)
    return read_frame(connection, query)


def fates_by_sender(connection: Connection, series: Series) -> pd.DataFrame:
    """How many values met which fate when they came in: sender, station, fate, rows.

    A value that was quarantined and released since is counted as quarantined. What a sender may not speak for has no
    station here: it is the sender's doing, not the station's.
    """
    observed = _observed(readings.c.fate, func.count().label("rows")).where(series.holds(observations.c))
    observed = observed.where(readings.c.revision > 0).group_by(SENDER, observations.c.station, readings.c.fate)
    aside = _judged(readings, readings.c.station, readings.c.fate, series).where(text(f"readings.{SET_ASIDE}"))
    aside = aside.where(readings.c.fate.in_(["withheld", "quarantined"])).group_by(readings.c.fate)
    own = case((receipt_rows.c.code != NO_RIGHT, receipt_rows.c.station)).label("station")
    rejected = _judged(receipt_rows, own, literal("rejected").label("fate"), series)
    return read_frame(connection, union_all(observed, aside, rejected.where(text(f"receipt_rows.{REJECTED}"))))


def _judged(table: Any, station: Any, fate: Any, series: Series) -> Select[Any]:
    query = select(SENDER.label("sender"), station, fate, func.count().label("rows"))
    query = query.join_from(table, submissions, submissions.c.id == table.c.submission)
    return query.where(series.holds(table.c)).group_by(SENDER, station)
