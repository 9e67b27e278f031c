"""What was recorded after an instant, and who sent it: the changes that a settlement made by then did not see.

In: a connection, an instant and a selection of keys. Out: frames. What a change does to anybody's money is decided in
`settlement`.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Select, select, union_all
from sqlalchemy.sql import ColumnCollection

from basin.indicators import INDICATORS
from basin.periods import Window
from monitoring_ingest.database.engine import BUSY_SECONDS, read_frame
from monitoring_ingest.database.instants import instant_known
from monitoring_ingest.quality.decisions import NO_OBSERVATION
from monitoring_ingest.quality.tables import flags, quality_runs, reviews
from monitoring_ingest.records import tables
from monitoring_ingest.records.store import INSTANT, SEPARATOR, SUBMISSION
from monitoring_ingest.records.tables import submissions
from monitoring_ingest.schedule.store import held_names

_MOST_LISTED = 400


def changed_since(connection: Connection, since: datetime, stations: Collection[str], between: Window) -> pd.DataFrame:
    """The keys that changed after an instant, and when each change was recorded.

    A change is an observation, a flag of quality control or a decision about either; a decision that leaves a reading
    without an observation changes nothing. All stations are read in one statement; a key that was revised twice is
    listed twice. In order of the key: station, indicator, time, recorded_at.

    Parameters
    ----------
    since : instant after which a change was recorded.
    stations : codes of the stations.
    between : first instant of the readings, and the instant after the last.
    """

    def recorded(rows: ColumnCollection[str, Any]) -> Select[Any]:
        query = select(rows.station, rows.indicator, rows.time, rows.recorded_at)
        query = query.where(rows.station.in_(stations), rows.indicator.in_(INDICATORS), rows.recorded_at > since)
        query = query.where(rows.revision != NO_OBSERVATION)
        return query.where(rows.time >= between.start, rows.time < between.end)

    statement = union_all(*(recorded(table.c) for table in (tables.observations, flags, reviews)))
    changed = read_frame(connection, statement)
    return changed.sort_values(["station", "indicator", "time", "recorded_at"], kind="stable", ignore_index=True)


def handed_in(connection: Connection, readings: Collection[int]) -> pd.DataFrame:
    """How each of these readings came: reading, submission, door, sender, name of the file, value and unit as sent."""
    wanted = list(readings)
    starts = range(0, len(wanted), _MOST_LISTED)
    parts = [_handed_in(connection, wanted[start : start + _MOST_LISTED]) for start in starts]
    return pd.concat(parts or [_handed_in(connection, [])], ignore_index=True)


def _handed_in(connection: Connection, readings: Collection[int]) -> pd.DataFrame:
    sent = tables.readings
    files = tables.submission_files
    submitted = tables.submissions
    of_file = (sent.c.submission == files.c.submission) & (sent.c.file == files.c.file)
    query = select(
        sent.c.id.label("reading"), sent.c.submission, submitted.c.door, submitted.c.sender, files.c.name,
        sent.c.value_text, sent.c.unit,
    ).select_from(sent.join(files, of_file).join(submitted, sent.c.submission == submitted.c.id))  # fmt: skip
    return read_frame(connection, query.where(sent.c.id.in_(readings)))


RECORDED = (submissions, reviews, quality_runs)  # tables whose rows make observations and flags visible to readers
CLOCKS_DIFFER = timedelta(minutes=1)  # between two machines that both keep time
LONGEST_TURN = timedelta(seconds=BUSY_SECONDS)  # a writer gives up after waiting so long


def known_until(connection: Connection, now: datetime) -> datetime:
    """The newest instant up to which nothing can be added any more: now, or just before the oldest submission underway.

    Where the clock was set back, now is the instant of the newest row (`instant_known`), so that what was recorded
    since then counts, too. A submission is recorded at one instant and its rows are committed later. For an instant in
    between, a query would answer differently before and after that commit.
    """
    underway = [int(name.partition(SEPARATOR)[2]) for name in held_names(connection, f"{SUBMISSION}{SEPARATOR}", now)]
    recorded = connection.scalars(select(submissions.c.recorded_at).where(submissions.c.id.in_(underway)))
    return min([instant_known(connection, now), *(instant - INSTANT for instant in recorded)])


def seen_until(connection: Connection, now: datetime) -> datetime:
    """As `known_until`, while other processes write: no later than the newest visible commit.

    A writer stamps its rows before they become visible. Writers are serialised, so everything up to the newest visible
    commit is complete. A writer waits for the lock no longer than `LONGEST_TURN`, so everything before that is, too.
    What another machine recorded a moment ahead of this clock is seen a moment later.
    """
    last = _recorded_last(connection)  # read first: a submission visible here still holds its lease, or is complete
    closed = known_until(connection, now)
    if closed <= now + CLOCKS_DIFFER:
        closed = min(closed, now)
    return min(closed, max(now - LONGEST_TURN, last or now - LONGEST_TURN))


def _recorded_last(connection: Connection) -> datetime | None:
    """When the newest visible submission, decision or run of quality control was recorded."""
    last = (select(t.c.recorded_at).order_by(t.c.id.desc()).limit(1).scalar_subquery() for t in RECORDED)
    return max(filter(None, connection.execute(select(*last)).one()), default=None)
