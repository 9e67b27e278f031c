"""What came into the store after an instant, and by whom: for what has been settled by then.

In: a connection, an instant and a selection of keys. Out: frames. What a change does to anybody's money is not asked
here.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Select, select, union_all
from sqlalchemy.sql import ColumnCollection

from basin.indicators import INDICATORS
from monitoring_ingest.database.engine import BUSY_SECONDS, read_frame
from monitoring_ingest.quality.decisions import NO_OBSERVATION
from monitoring_ingest.quality.tables import flags, quality_runs, reviews
from monitoring_ingest.records import tables
from monitoring_ingest.records.store import INSTANT, SEPARATOR, SUBMISSION
from monitoring_ingest.records.tables import submissions
from monitoring_ingest.schedule.store import held_names

_MOST_LISTED = 400


def changed_since(
    connection: Connection, since: datetime, stations: Collection[str], between: tuple[datetime, datetime]
) -> pd.DataFrame:
    """The keys of which something was recorded after an instant, and when: station, indicator, time, recorded_at.

    An observation, a flag of quality control or a decision about it; one about a reading that stays without an
    observation changes nothing. One statement for all stations; a key that was
    revised twice is there twice. `between` is half-open.
    """

    def recorded(rows: ColumnCollection[str, Any]) -> Select[Any]:
        query = select(rows.station, rows.indicator, rows.time, rows.recorded_at)
        query = query.where(rows.station.in_(stations), rows.indicator.in_(INDICATORS), rows.recorded_at > since)
        query = query.where(rows.revision != NO_OBSERVATION)
        return query.where(rows.time >= between[0], rows.time < between[1])

    said = union_all(*(recorded(table.c) for table in (tables.observations, flags, reviews)))
    found = read_frame(connection, said)
    return found.sort_values(["station", "indicator", "time", "recorded_at"], kind="stable", ignore_index=True)


def handed_in(connection: Connection, readings: Collection[int]) -> pd.DataFrame:
    """How each of these readings came: reading, submission, door, sender, name of the file, value and unit as sent."""
    wanted = list(readings)
    parts = [_handed_in(connection, wanted[at : at + _MOST_LISTED]) for at in range(0, len(wanted), _MOST_LISTED)]
    return pd.concat(parts or [_handed_in(connection, [])], ignore_index=True)


def _handed_in(connection: Connection, readings: Collection[int]) -> pd.DataFrame:
    sent, files, submitted = tables.readings, tables.submission_files, tables.submissions
    of_file = (sent.c.submission == files.c.submission) & (sent.c.file == files.c.file)
    query = select(
        sent.c.id.label("reading"), sent.c.submission, submitted.c.door, submitted.c.sender, files.c.name,
        sent.c.value_text, sent.c.unit,
    ).select_from(sent.join(files, of_file).join(submitted, sent.c.submission == submitted.c.id))  # fmt: skip
    return read_frame(connection, query.where(sent.c.id.in_(readings)))


RECORDED = (submissions, reviews, quality_runs)  # what observations and their flags come by
LONGEST_TURN = timedelta(seconds=BUSY_SECONDS)  # others give up when they have waited so long


def known_until(connection: Connection, now: datetime) -> datetime:
    """The newest instant up to which nothing can be added any more: now, or just before the oldest submission underway.

    A submission is recorded at one instant and its rows come in later. Who asks for what was known at an instant in
    between would be given one answer now and another one afterwards.
    """
    underway = [int(name.partition(SEPARATOR)[2]) for name in held_names(connection, f"{SUBMISSION}{SEPARATOR}", now)]
    recorded = connection.scalars(select(submissions.c.recorded_at).where(submissions.c.id.in_(underway)))
    return min([now, *(instant - INSTANT for instant in recorded)])


def seen_until(connection: Connection, now: datetime) -> datetime:
    """As `known_until`, for who reads while others write: not after what was recorded last, as far as that is seen.

    A writer at work may have read its clock and not be seen yet. Writers take turns and read it in their turn: up to
    the last one that is seen, all are. What nobody has recorded for as long as a turn may last is seen anyway.
    """
    last = _recorded_last(connection)  # first: a submission that is seen here holds its lease, or all of it has come
    return min(known_until(connection, now), max(now - LONGEST_TURN, last or now - LONGEST_TURN))


def _recorded_last(connection: Connection) -> datetime | None:
    """When the last submission, decision or run of quality control that is seen was recorded, whichever is newest."""
    last = (select(t.c.recorded_at).order_by(t.c.id.desc()).limit(1).scalar_subquery() for t in RECORDED)
    return max(filter(None, connection.execute(select(*last)).one()), default=None)
