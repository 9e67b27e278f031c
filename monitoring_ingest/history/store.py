"""Receipts page by page, the chain of revisions of one value, and the newest value of every series.

In: a connection and what is asked for. Out: plain rows. Nothing is written here.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, select, tuple_

from monitoring_ingest import tables
from monitoring_ingest.database import read_columns
from monitoring_ingest.frames import rows_at
from monitoring_ingest.receipts import STORED_ROW_FIELDS, explained
from monitoring_ingest.store import OBSERVATIONS, READINGS, no_receipt

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
    """Every revision of one observation, oldest first: what, who, when, why."""
    sent = tables.submissions
    query = (
        select(
            *(OBSERVATIONS.c[name] for name in ("revision", "value", "censored")),
            *(READINGS.c[name] for name in ("value_text", "unit", "mark", "status", "reason")),
            *(sent.c[name] for name in ("sender", "door")),
            sent.c.id.label("submission"),
            OBSERVATIONS.c.recorded_at,
        )
        .join_from(OBSERVATIONS, READINGS, OBSERVATIONS.c.reading == READINGS.c.id)
        .join(sent, sent.c.id == READINGS.c.submission)
        .where(OBSERVATIONS.c.station == station, OBSERVATIONS.c.indicator == indicator, OBSERVATIONS.c.time == time)
    )
    return [dict(row._mapping) for row in connection.execute(query.order_by(OBSERVATIONS.c.revision))]
