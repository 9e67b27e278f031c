"""Who handed in what of a month: slots filled, minutes under way, fates, by sender and station.

In: a connection, series and the runs of slots of a month. Out: frames of counts. The sender is whoever the submission
names, else the door it came by. Shares are formed in `coverage.scorecard`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, literal, or_, select, text, union_all

from monitoring_ingest.coverage.slots import Run
from monitoring_ingest.coverage.store import slot_number
from monitoring_ingest.database.dialects import seconds
from monitoring_ingest.database.engine import read_frame
from monitoring_ingest.quality.tables import not_removed, of_station
from monitoring_ingest.readings.observing import becomes_observation
from monitoring_ingest.readings.validation import NO_RIGHT
from monitoring_ingest.records.tables import (
    REJECTED,
    SET_ASIDE,
    observations,
    readings,
    receipt_rows,
    receipts,
    submissions,
)

SENDER = case((func.coalesce(submissions.c.sender, "") == "", submissions.c.door), else_=submissions.c.sender)


class Series(NamedTuple):
    """The observations of some stations and indicators within [start, end)."""

    stations: Sequence[str]
    indicators: Sequence[str]
    start: datetime
    end: datetime

    def holds(self, columns: Any) -> ColumnElement[bool]:
        """Whether a row with station, indicator and time is one of these observations."""
        of_series = (columns.station.in_(self.stations), columns.indicator.in_(self.indicators))
        return and_(*of_series, columns.time >= self.start, columns.time < self.end)


def _observed(*columns: Any) -> Select[Any]:
    """Observations with their `sender` and station, and the columns asked for."""
    query = select(SENDER.label("sender"), observations.c.station, *columns)
    query = query.join_from(observations, readings, observations.c.reading == readings.c.id)
    return query.join(submissions, submissions.c.id == readings.c.submission)


def filled_by_sender(connection: Connection, series: Series, runs: Sequence[Run]) -> pd.DataFrame:
    """In how many slots each sender gave a value that counts (`not_removed`): sender, station, indicator, accepted."""
    keys = ["sender", "station", "indicator"]
    counts = [read_frame(connection, _filled(series._replace(start=run.start, end=run.end), run)) for run in runs]
    if not counts:
        return pd.DataFrame({name: [] for name in (*keys, "accepted")})
    return pd.concat(counts).groupby(keys).agg({"accepted": "sum"}).reset_index()


def _filled(series: Series, run: Run) -> Select[Any]:
    indicator = observations.c.indicator
    counted = _observed(indicator, func.count(slot_number(run).distinct()).label("accepted"))
    counted = counted.where(series.holds(observations.c), not_removed(), of_station())
    return counted.group_by(SENDER, observations.c.station, indicator)


def lags_by_sender(connection: Connection, series: Series) -> pd.DataFrame:
    """How many values were how many whole minutes under way, first revisions: sender, station, minutes, readings.

    A value was under way until its reading came in, however much later its station was known or people released it.
    """
    minutes = ((seconds(readings.c.recorded_at) - seconds(observations.c.time)) // 60).label("minutes")
    query = _observed(minutes, func.count().label("readings")).where(series.holds(observations.c))
    query = query.where(observations.c.revision == 1).group_by(SENDER, observations.c.station, minutes)
    return read_frame(connection, query)


def fates_by_sender(connection: Connection, series: Series) -> pd.DataFrame:
    """How many values met which fate when they came in: sender, station, fate, rows.

    A value that was quarantined and released since, or whose station was known later, is counted as quarantined. A row
    rejected again counts once, one of a file that was not taken in to its end does not. What a sender may not speak for
    has no station here: it is the sender's doing, not the station's.
    """
    # what was released is among those set aside
    at_once = or_(becomes_observation(readings.c.revision), readings.c.station.is_(None))
    observed = _observed(readings.c.fate, func.count().label("rows")).where(series.holds(observations.c), at_once)
    observed = observed.group_by(SENDER, observations.c.station, readings.c.fate)
    aside = select(SENDER.label("sender"), readings.c.station, readings.c.fate, func.count().label("rows"))
    aside = aside.join_from(readings, submissions, submissions.c.id == readings.c.submission)
    aside = aside.where(series.holds(readings.c), text(f"readings.{SET_ASIDE}"))
    aside = aside.where(readings.c.fate.in_(["withheld", "quarantined"]))
    rejected = _rejected(series).subquery()
    counted = select(rejected.c.sender, rejected.c.station, literal("rejected"), func.count().label("rows"))
    return read_frame(
        connection,
        union_all(
            observed,
            aside.group_by(SENDER, readings.c.station, readings.c.fate),
            counted.group_by(rejected.c.sender, rejected.c.station),
        ),
    )


def _rejected(series: Series) -> Select[Any]:
    """The rejected rows of files taken in; a row sent several times is listed once."""
    station = case((receipt_rows.c.code != NO_RIGHT, receipt_rows.c.station)).label("station")
    content = (receipt_rows.c[name] for name in ("indicator", "time", "code", "value", "sent"))
    query = select(SENDER.label("sender"), station, *content).distinct()
    query = query.join_from(receipt_rows, submissions, submissions.c.id == receipt_rows.c.submission)
    taken_in = and_(receipts.c.submission == receipt_rows.c.submission, receipts.c.file == receipt_rows.c.file)
    return query.join(receipts, taken_in).where(series.holds(receipt_rows.c), text(f"receipt_rows.{REJECTED}"))
