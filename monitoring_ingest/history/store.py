"""Receipts page by page, the chain of revisions of one value, and the newest value of every series.

In: a connection and what is asked for. Out: plain rows. Nothing is written here.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, and_, select, text, tuple_

from monitoring_ingest import tables
from monitoring_ingest.database import read_columns
from monitoring_ingest.frames import Columns, rows_at
from monitoring_ingest.receipts import STORED_ROW_FIELDS, explained
from monitoring_ingest.store import OBSERVATION_COLUMNS, OBSERVATIONS, READINGS, SET_ASIDE, no_receipt

KEY_FIELDS = ("station", "indicator", "time")


def receipt_rows(
    connection: Connection, identity: int, after: tuple[int, int] | None, limit: int
) -> tuple[list[dict[str, Any]], tuple[int, int] | None]:
    """One page of the rows of a receipt, with station, indicator and time, and the cursor of the next page.

    The cursor is (file, ordinal) of the last row; rows are never changed, so that no page repeats or loses one.

    Raises
    ------
    NotFound : no submission has that number.
    """
    rows, files = tables.receipt_rows, tables.submission_files
    named = {row.file: row.name for row in connection.execute(select(files).where(files.c.submission == identity))}
    if not named:
        raise no_receipt(identity)
    names = ("file", "ordinal", *STORED_ROW_FIELDS, *KEY_FIELDS)
    query = select(*(rows.c[name] for name in names)).where(rows.c.submission == identity)
    if after is not None:
        query = query.where(tuple_(rows.c.file, rows.c.ordinal) > tuple_(*after))
    found = read_columns(connection, query.order_by(rows.c.file, rows.c.ordinal).limit(limit + 1))
    page = rows_at(found, slice(limit))
    told = explained(page, named)
    for row, *key, time in zip(told, *(page[name].tolist() for name in KEY_FIELDS), strict=True):
        row |= dict(zip(KEY_FIELDS, [*key, time and time.replace(tzinfo=UTC)], strict=True))
    more = len(found["row"]) > limit
    return told, (int(page["file"][-1]), int(page["ordinal"][-1])) if more else None


def revisions(connection: Connection, station: str, indicator: str, time: datetime) -> list[dict[str, Any]]:
    """Every revision of one observation, oldest first: what, who, when, why, and where it stood."""
    sent, files = tables.submissions, tables.submission_files
    query = (
        select(
            *(OBSERVATIONS.c[name] for name in ("revision", "value", "censored")),
            *(READINGS.c[name] for name in ("value_text", "unit", "mark", "status", "reason", "fate", "row")),
            *(sent.c[name] for name in ("sender", "door")),
            sent.c.id.label("submission"),
            files.c.name.label("file"),
            OBSERVATIONS.c.recorded_at,
        )
        .join_from(OBSERVATIONS, READINGS, OBSERVATIONS.c.reading == READINGS.c.id)
        .join(sent, sent.c.id == READINGS.c.submission)
        .join(files, and_(files.c.submission == READINGS.c.submission, files.c.file == READINGS.c.file))
        .where(OBSERVATIONS.c.station == station, OBSERVATIONS.c.indicator == indicator, OBSERVATIONS.c.time == time)
    )
    return [dict(row._mapping) for row in connection.execute(query.order_by(OBSERVATIONS.c.revision))]


def set_aside(connection: Connection, station: str, indicator: str, time: datetime) -> list[dict[str, Any]]:
    """The readings of a key that gave no observation, oldest first, in the columns of `revisions` with revision 0."""
    sent, files = tables.submissions, tables.submission_files
    named = ("revision", "censored", "value_text", "unit", "mark", "status", "reason", "fate", "row", "recorded_at")
    told = (READINGS.c.number.label("value"), sent.c.sender, sent.c.door, sent.c.id.label("submission"))
    query = select(*(READINGS.c[name] for name in named), *told, files.c.name.label("file"))
    query = query.join_from(READINGS, sent, sent.c.id == READINGS.c.submission)
    query = query.join(files, and_(files.c.submission == READINGS.c.submission, files.c.file == READINGS.c.file))
    key = (READINGS.c.station == station, READINGS.c.indicator == indicator, READINGS.c.time == time)
    found = connection.execute(query.where(SET_ASIDE, *key).order_by(READINGS.c.id))
    return [dict(row._mapping) for row in found]


def newest(connection: Connection) -> Columns:
    """The newest observation of every series (station, indicator): one step in the key for each, however long it is.

    Columns as `store.observations`.
    """
    columns = {name: OBSERVATIONS.c[name].type for name in OBSERVATION_COLUMNS}
    names = ", ".join(f"o.{name}" for name in columns)
    statement = (_NEWEST_SQLITE if connection.dialect.name == "sqlite" else _NEWEST_POSTGRESQL).format(names=names)
    return read_columns(connection, text(statement).columns(**columns))


_DOWNWARDS = "ORDER BY o.station DESC, o.indicator DESC, o.time DESC, o.revision DESC LIMIT 1"
_NEWEST_POSTGRESQL = f"""
WITH RECURSIVE newest AS (
  (SELECT {{names}} FROM observations AS o {_DOWNWARDS})
  UNION ALL
  SELECT o.* FROM newest CROSS JOIN LATERAL (
    SELECT {{names}} FROM observations AS o
    WHERE (o.station, o.indicator) < (newest.station, newest.indicator) {_DOWNWARDS}
  ) AS o
)
SELECT {{names}} FROM newest AS o"""
_PACKED = "json_array(o.station, o.indicator, o.time, o.revision)"
_NEWEST_SQLITE = f"""
WITH RECURSIVE series(key) AS (
  SELECT (SELECT {_PACKED} FROM observations AS o {_DOWNWARDS})
  UNION ALL
  SELECT (
    SELECT {_PACKED} FROM observations AS o
    WHERE (o.station, o.indicator) < (series.key ->> 0, series.key ->> 1) {_DOWNWARDS}
  ) FROM series WHERE series.key IS NOT NULL
)
SELECT {{names}} FROM series CROSS JOIN observations AS o
  ON o.station = series.key ->> 0 AND o.indicator = series.key ->> 1
  AND o.time = series.key ->> 2 AND o.revision = series.key ->> 3"""
