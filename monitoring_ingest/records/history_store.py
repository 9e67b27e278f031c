"""What is stored, for readers: receipts and observations by pages, all revisions of a value, the newest values.

In: a connection and what is asked for. Out: plain rows. Nothing is written here.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple, Unpack

import numpy as np
import pandas as pd
from sqlalchemy import ColumnElement, Connection, and_, bindparam, exists, literal, select, text, tuple_

from basin.errors import NotFound
from monitoring_ingest.database.dialects import Instant
from monitoring_ingest.database.engine import read_columns, read_frame
from monitoring_ingest.readings.frames import Columns, Key, rows_at
from monitoring_ingest.readings.receipts import (
    COMPLETE,
    INTERRUPTED,
    RUNNING,
    STORED_ROW_FIELDS,
    FileReceipt,
    Receipt,
    explained,
)
from monitoring_ingest.readings.validation import FATES
from monitoring_ingest.records import tables
from monitoring_ingest.records.store import (
    OBSERVATION_COLUMNS,
    OBSERVATIONS,
    ORDER,
    READINGS,
    SET_ASIDE,
    Selected,
    lease_name,
    newest_revisions,
    same_file,
    selects,
)
from monitoring_ingest.schedule.store import is_held

KEY_FIELDS = ("station", "indicator", "time")


class Handed(NamedTuple):
    """By which door somebody handed something in, and who; the sender is blank where nobody is named."""

    door: str
    sender: str


def submissions(
    connection: Connection,
    now: datetime,
    *,
    limit: int | None = None,
    before: int | None = None,
    by: Handed | None = None,
) -> list[Receipt]:
    """The submissions so far, newest first, with counts and state but without rows.

    Parameters
    ----------
    before : only those before a number. by : only those of one sender by one door.
    """
    sent = tables.submissions.c
    query = select(tables.submissions).order_by(sent.id.desc()).limit(limit)
    query = query if before is None else query.where(sent.id < before)
    query = query if by is None else query.where(sent.door == by.door, sent.sender == by.sender)
    listed = connection.execute(query).fetchall()
    of = tables.submission_files.c.submission
    if by is None:
        files = _files(connection, of.between(listed[-1].id, listed[0].id)) if listed else {}
    else:  # those of others may lie between
        files = _files(connection, of.in_([row.id for row in listed]))
    return [_receipt(connection, row, files[row.id], now) for row in listed]


def receipt(connection: Connection, identity: int, now: datetime) -> Receipt:
    """The receipt of one submission, with its rows.

    Raises
    ------
    NotFound : no submission has that identity.
    """
    row = connection.execute(select(tables.submissions).where(tables.submissions.c.id == identity)).first()
    if row is None:
        raise no_receipt(identity)
    of_this = _files(connection, tables.submission_files.c.submission == identity)[identity]
    rows = tables.receipt_rows
    query = select(*(rows.c[name] for name in ("file", *STORED_ROW_FIELDS))).where(rows.c.submission == identity)
    listed = read_columns(connection, query.order_by(rows.c.file, rows.c.ordinal))
    rows_explained = explained(listed, [file.name for file in of_this])
    return replace(_receipt(connection, row, of_this, now), rows=rows_explained)


def handed_in_by(connection: Connection, identity: int) -> Handed:
    """Who handed a submission in.

    Raises
    ------
    NotFound : no submission has that identity.
    """
    sent = tables.submissions.c
    row = connection.execute(select(sent.door, sent.sender).where(sent.id == identity)).first()
    if row is None:
        raise no_receipt(identity)
    return Handed(row.door, row.sender or "")


def no_receipt(identity: int) -> NotFound:
    """What to raise where a number belongs to no submission."""
    return NotFound(f"没有回执 {identity}", f"no receipt {identity}", remedy="查看提交列表")


def _files(connection: Connection, which: ColumnElement[bool]) -> dict[int, list[FileReceipt]]:
    """The files of some submissions, in order, with their counts where they have been taken in."""
    files = tables.submission_files
    counted = tables.receipts
    query = select(files.c.submission, files.c.name, files.c.sha256, *(counted.c[fate] for fate in FATES))
    query = query.join_from(files, counted, same_file(files, counted), isouter=True).where(which)
    by_submission: dict[int, list[FileReceipt]] = defaultdict(list)
    for submission, name, digest, *counts in connection.execute(query.order_by(files.c.submission, files.c.file)):
        of_file = None if counts[0] is None else dict(zip(FATES, counts, strict=True))
        by_submission[submission].append(FileReceipt(name, digest, of_file))
    return by_submission


def _receipt(connection: Connection, row: Any, files: list[FileReceipt], now: datetime) -> Receipt:
    missing = any(file.counts is None for file in files)
    state = COMPLETE if not missing else RUNNING if is_held(connection, lease_name(row.id), now) else INTERRUPTED
    return Receipt(row.id, row.door, row.sender or "", row.name, row.sha256, state, row.recorded_at, files)


class RowCursor(NamedTuple):
    """The last row of a page of a receipt: in which file of the submission, and which row it is there."""

    file: int
    ordinal: int


def receipt_rows(
    connection: Connection, identity: int, after: RowCursor | None, limit: int
) -> tuple[list[dict[str, Any]], RowCursor | None]:
    """One page of the rows of a receipt, with station, indicator and time, and the cursor of the next page.

    Rows are never changed, so that no page repeats or loses one.

    Raises
    ------
    NotFound : no submission has that number.
    """
    rows = tables.receipt_rows
    files = tables.submission_files
    named = {row.file: row.name for row in connection.execute(select(files).where(files.c.submission == identity))}
    if not named:
        raise no_receipt(identity)
    names = ("file", "ordinal", *STORED_ROW_FIELDS, *KEY_FIELDS)
    query = select(*(rows.c[name] for name in names)).where(rows.c.submission == identity)
    if after is not None:
        query = query.where(tuple_(rows.c.file, rows.c.ordinal) > tuple_(*after))
    listed = read_columns(connection, query.order_by(rows.c.file, rows.c.ordinal).limit(limit + 1))
    page = rows_at(listed, slice(limit))
    items = explained(page, named)
    for item, *key, time in zip(items, *(page[name].tolist() for name in KEY_FIELDS), strict=True):
        item |= dict(zip(KEY_FIELDS, [*key, time and time.replace(tzinfo=UTC)], strict=True))
    more = len(listed["row"]) > limit
    return items, RowCursor(int(page["file"][-1]), int(page["ordinal"][-1])) if more else None


def revisions(connection: Connection, key: Key, as_of: datetime | None = None) -> list[dict[str, Any]]:
    """Every revision of one observation so far, or known at `as_of`, oldest first: the value, who sent it, when, why,
    the file and row it stood in, and the number of the reading.
    """
    sent = tables.submissions
    files = tables.submission_files
    so_far = [OBSERVATIONS.c.recorded_at <= as_of] if as_of is not None else []
    query = (
        select(
            *(OBSERVATIONS.c[name] for name in ("revision", "reading", "value", "censored")),
            *(READINGS.c[name] for name in ("value_text", "unit", "mark", "status", "reason", "fate", "row")),
            *(sent.c[name] for name in ("sender", "door")),
            sent.c.id.label("submission"),
            files.c.name.label("file"),
            OBSERVATIONS.c.recorded_at,
        )
        .join_from(OBSERVATIONS, READINGS, OBSERVATIONS.c.reading == READINGS.c.id)
        .join(sent, sent.c.id == READINGS.c.submission)
        .join(files, and_(files.c.submission == READINGS.c.submission, files.c.file == READINGS.c.file))
        .where(*(OBSERVATIONS.c[name] == part for name, part in zip(KEY_FIELDS, key, strict=True)), *so_far)
    )
    return [dict(row._mapping) for row in connection.execute(query.order_by(OBSERVATIONS.c.revision))]


def set_aside(connection: Connection, key: Key, as_of: datetime | None = None) -> list[dict[str, Any]]:
    """The readings of a key that gave no observation, oldest first, in the columns of `revisions` with revision 0."""
    sent = tables.submissions
    files = tables.submission_files
    named = ("revision", "censored", "value_text", "unit", "mark", "status", "reason", "fate", "row", "recorded_at")
    value_and_sender = (READINGS.c.number.label("value"), sent.c.sender, sent.c.door)
    numbers = (READINGS.c.id.label("reading"), sent.c.id.label("submission"))
    query = select(*(READINGS.c[name] for name in named), *value_and_sender, *numbers, files.c.name.label("file"))
    query = query.join_from(READINGS, sent, sent.c.id == READINGS.c.submission)
    query = query.join(files, and_(files.c.submission == READINGS.c.submission, files.c.file == READINGS.c.file))
    same_key = (READINGS.c[name] == part for name, part in zip(KEY_FIELDS, key, strict=True))
    so_far = selects(READINGS, {"as_of": as_of})
    rows = connection.execute(query.where(SET_ASIDE, *same_key, so_far).order_by(READINGS.c.id))
    return [dict(row._mapping) for row in rows]


def observed_after(
    connection: Connection,
    after: Key | None,
    most: int | None,
    **selected: Unpack[Selected],
) -> Columns:
    """As `store.observations`, as plain arrays: those after a key, no more than `most`."""
    query = select(*(OBSERVATIONS.c[name] for name in OBSERVATION_COLUMNS)).where(selects(OBSERVATIONS, selected))
    key = [OBSERVATIONS.c[name] for name in KEY_FIELDS]
    if after is not None:
        query = query.where(tuple_(*key) > tuple_(*map(literal, after, (column.type for column in key))))
    if most is not None:
        query = query.where(~_corrected(selected.get("as_of"))).limit(most)
    listed = read_columns(connection, query.order_by(*key, OBSERVATIONS.c.revision))
    if (listed["revision"] == 1).all():
        return listed
    keys = list(zip(*(listed[name].tolist() for name in KEY_FIELDS), strict=True))
    last = {key: place for place, key in enumerate(keys)}
    return rows_at(listed, np.array(list(last.values())))


def _corrected(as_of: datetime | None) -> ColumnElement[bool]:
    """Whether an observation had a later revision at an instant."""
    later = OBSERVATIONS.alias()
    so_far = selects(later, {"as_of": as_of})
    same = (later.c[name] == OBSERVATIONS.c[name] for name in KEY_FIELDS)
    return exists().where(*same, later.c.revision > OBSERVATIONS.c.revision, so_far)


def newest_readings(connection: Connection, **selected: Unpack[Selected]) -> pd.DataFrame:
    """What stands for every key: the reading of its newest observation or, where it has none, the last blank cell sent.

    Returns
    -------
    station, indicator, time, revision (0: a blank cell), value_text, number, censored, unit, printed, mark, status,
    water_class; ordered by key.
    """
    names = ("value_text", "number", "censored", "unit", "printed", "mark", "status", "water_class")
    texts = [READINGS.c[name] for name in names]
    keys = [OBSERVATIONS.c[name] for name in ORDER]
    valued = select(*keys, *texts).join_from(OBSERVATIONS, READINGS, OBSERVATIONS.c.reading == READINGS.c.id)
    valued = valued.where(selects(OBSERVATIONS, selected))
    blank = select(*(READINGS.c[name] for name in ORDER), *texts).where(selects(READINGS, selected))
    blank = blank.where(SET_ASIDE, READINGS.c.fate.in_(["withheld", "absent"]), READINGS.c.station.is_not(None))
    frames = [read_frame(connection, query) for query in (blank.order_by(READINGS.c.id), valued)]
    both = pd.concat([frame for frame in frames if len(frame)] or frames[:1])
    return newest_revisions(both.sort_values(list(ORDER), kind="stable", ignore_index=True))


def newest(connection: Connection, as_of: datetime | None = None) -> Columns:
    """The newest observation of every series (station, indicator): one step in the key for each, however long it is.

    With `as_of` the newest that was known then: what came in later is stepped over. Columns as `store.observations`,
    ordered by station and indicator.
    """
    columns = {name: OBSERVATIONS.c[name].type for name in OBSERVATION_COLUMNS}
    names = ", ".join(f"o.{name}" for name in columns)
    statement = _NEWEST_SQLITE if connection.dialect.name == "sqlite" else _NEWEST_POSTGRESQL
    if as_of is None:
        latest = text(statement.format(names=names, rows="observations")).columns(**columns)
        return read_columns(connection, latest)
    at_the_time = text(statement.format(names=names, rows=_KNOWN)).bindparams(bindparam("as_of", as_of, Instant()))
    return read_columns(connection, at_the_time.columns(**columns))


_DOWNWARDS = "ORDER BY o.station DESC, o.indicator DESC, o.time DESC, o.revision DESC LIMIT 1"
_KNOWN = "(SELECT * FROM observations WHERE recorded_at <= :as_of)"
_NEWEST_POSTGRESQL = f"""
WITH RECURSIVE newest AS (
  (SELECT {{names}} FROM {{rows}} AS o {_DOWNWARDS})
  UNION ALL
  SELECT o.* FROM newest CROSS JOIN LATERAL (
    SELECT {{names}} FROM {{rows}} AS o
    WHERE (o.station, o.indicator) < (newest.station, newest.indicator) {_DOWNWARDS}
  ) AS o
)
SELECT {{names}} FROM newest AS o ORDER BY o.station, o.indicator"""  # nosec  # declared names, bound values
# On SQLite no subquery in FROM can speak of a row beside it: stations are stepped through, then the indicators of each.
_NEWEST_SQLITE = """
WITH RECURSIVE stations(station) AS (
  SELECT (SELECT max(o.station) FROM {rows} AS o)
  UNION ALL
  SELECT (SELECT max(o.station) FROM {rows} AS o WHERE o.station < stations.station)
  FROM stations WHERE station IS NOT NULL
), series(station, indicator) AS (
  SELECT station, (SELECT max(o.indicator) FROM {rows} AS o WHERE o.station = stations.station)
  FROM stations WHERE station IS NOT NULL
  UNION ALL
  SELECT station, (
    SELECT max(o.indicator) FROM {rows} AS o WHERE o.station = series.station AND o.indicator < series.indicator
  ) FROM series WHERE indicator IS NOT NULL
)
SELECT {names} FROM series CROSS JOIN observations AS o
  ON o.station = series.station AND o.indicator = series.indicator AND (o.time, o.revision) = (
    SELECT o.time, o.revision FROM {rows} AS o WHERE o.station = series.station AND o.indicator = series.indicator
    ORDER BY o.time DESC, o.revision DESC LIMIT 1
  )
WHERE series.indicator IS NOT NULL ORDER BY o.station, o.indicator"""
