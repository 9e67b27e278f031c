"""When a row is recorded: never before a row that is stored already, whatever the machine's clock says.

In: a connection and the instant that the clock tells. Out: the instant to record, or the instant up to which stored
rows count. A clock that ran ahead for a while leaves rows that are later than now; what is recorded afterwards follows
them, so that an `as_of` query never gains rows. Written is only the instant of rows that have no number
(`note_recorded`), in the mutable table of locks.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, Integer, Select, delete, insert, select

from monitoring_ingest.database.engine import metadata

RECORDED = "recorded"  # the row of `locks` that tells when rows without a number were recorded last
RESOLUTION = timedelta(microseconds=1)  # of stored instants


def newest_recorded(connection: Connection) -> datetime | None:
    """The latest instant at which evidence was recorded; None where nothing is stored.

    The newest row of each numbered table is looked up by its number. Flags have none; the run that follows them has.
    """
    lasts = connection.execute(_newest_rows(len(metadata.tables))).one()
    return max(filter(None, lasts), default=None)


@cache
def _newest_rows(_tables_declared: int) -> Select[Any]:
    """The statement of `newest_recorded`, made anew only after further tables were declared."""
    numbered = (
        table
        for table in metadata.sorted_tables
        if table.info.get("append_only") and "recorded_at" in table.c and _is_number(table.c.get("id"))
    )
    newest = [select(table.c.recorded_at).order_by(table.c.id.desc()).limit(1) for table in numbered]
    locks = metadata.tables["locks"].c
    noted = select(locks.expires_at).where(locks.name == RECORDED)
    return select(*(query.scalar_subquery() for query in (*newest, noted)))


def _is_number(column: Any) -> bool:
    return column is not None and isinstance(column.type, Integer)


def instant_to_record(connection: Connection, now: datetime) -> datetime:
    """The instant to record in this write transaction: `now`, or just after the newest row where that is later."""
    newest = newest_recorded(connection)
    return now if newest is None or newest <= now else newest + RESOLUTION


def note_recorded(connection: Connection, instant: datetime) -> None:
    """Note when rows without a number were recorded: nothing that is recorded later may be earlier."""
    locks = metadata.tables["locks"]
    connection.execute(delete(locks).where(locks.c.name == RECORDED))
    connection.execute(insert(locks).values(name=RECORDED, holder="", expires_at=instant))


def instant_known(connection: Connection, now: datetime) -> datetime:
    """The instant up to which stored rows count: `now`, or that of the newest row where the clock was set back."""
    return max(now, newest_recorded(connection) or now)
