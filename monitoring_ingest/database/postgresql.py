"""What only PostgreSQL needs of its driver: how a connection is prepared, and statements sent in one exchange.

In: connections of psycopg. It is imported when such a database is opened, so that SQLite does without the driver.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy.exc import DBAPIError


class BinaryCursor(psycopg.Cursor[Any]):
    """A cursor whose values come as they are kept, not as texts to be read: a tenth of the time of long answers."""

    format = psycopg.pq.Format.BINARY


def prepare(connection: Any, _record: object) -> None:
    """Prepare a new connection of the driver."""
    connection.cursor_factory = BinaryCursor
    connection.execute("SET jit TO off")  # compiling a query of milliseconds takes a hundred of them
    connection.execute("SET TimeZone TO 'UTC'")  # so that instants come in UTC
    connection.commit()


@contextmanager
def in_one_exchange(driver: Any) -> Iterator[None]:
    """Statements sent together, their answers read at the end.

    Raises
    ------
    DBAPIError : one of them fails, whatever statement the error names.
    """
    try:
        with driver.pipeline():
            yield
    except psycopg.Error as problem:
        raise DBAPIError.instance(None, None, problem, psycopg.Error) from problem
