"""Many rows into a table (批量写入), in one statement: `executemany` on SQLite, one COPY on PostgreSQL.

In: a table and its columns, as arrays, lists or a frame. Out: nothing; the rows are stored. Rows can be
put into the text of a COPY beforehand (`prepared`), while another writer holds the lock.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Float, Table, Text
from sqlalchemy.types import TypeEngine

from monitoring_ingest.database.dialects import INSTANT_FORMAT, Instant
from monitoring_ingest.readings.frames import instant_texts, objects, utc_array

FEW = 3  # rows that are stored one by one: a COPY takes three exchanges with the server


def insert_frame(connection: Connection, table: Table, rows: pd.DataFrame) -> None:
    """As `insert_columns`, of a frame: instants are datetime64 with zone, absent values are None or nan."""
    columns: dict[str, Any] = {}
    for name in map(str, rows.columns):
        values = rows[name]
        if isinstance(values.dtype, pd.DatetimeTZDtype):
            columns[name] = utc_array(values)
        else:
            blank = values.isna().tolist() if values.hasnans else [False] * len(values)
            columns[name] = [None if absent else value for value, absent in zip(values.tolist(), blank, strict=True)]
    insert_columns(connection, table, columns)


class Prepared(NamedTuple):
    """Some columns of rows to be stored, as `prepared` writes them."""

    names: Sequence[str]
    rows: np.ndarray


def prepared(dialect: str, table: Table, columns: Mapping[str, np.ndarray]) -> np.ndarray:
    """Some columns of a table's rows, as the database takes them."""
    plain = _plain_columns(table, columns)
    return objects(list(zip(*plain, strict=True) if dialect == "sqlite" else _lines(table, columns, plain)))


def insert_columns(
    connection: Connection, table: Table, columns: Mapping[str, Any], further: Prepared | None = None
) -> None:
    """Store rows set-based, in one statement: `executemany` on SQLite, one COPY on PostgreSQL.

    Parameters
    ----------
    columns : named like the table's: arrays or lists of one length; absent values are None, nan or NaT; instants are
        datetime64 in UTC. A single value that is no array or list stands in every row.
    further : the other columns of the same rows.
    """
    plain = _plain_columns(table, columns)
    if not plain[0]:
        return
    names = list(columns)
    ends: list[list[Any]] = []
    if further is not None:
        names += further.names
        ends.append(further.rows.tolist())
    driver: Any = connection.connection.driver_connection
    sqlite = connection.dialect.name == "sqlite"
    if sqlite or (not ends and (len(plain[0]) <= FEW or driver.info.pipeline_status)):
        rows = list(zip(*plain, strict=True))
        if ends:
            rows = [row + end for row, end in zip(rows, *ends, strict=True)]
        marks = ", ".join(["?" if sqlite else "%s"] * len(names))
        statement = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})"  # nosec  # declared names
        connection.exec_driver_sql(statement, rows)
        return
    lines = _lines(table, columns, plain, *ends)
    with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({', '.join(names)}) FROM STDIN") as copy:
        copy.write("\n".join(lines) + "\n")


def _plain_columns(table: Table, columns: Mapping[str, Any]) -> list[list[Any]]:
    """Columns as lists of the plain values that both drivers take, all of one length."""
    length = max((len(values) for values in columns.values() if _is_column(values)), default=0)
    return [_plain(table.c[name].type, values, length) for name, values in columns.items()]


def _lines(table: Table, names: Iterable[str], plain: Sequence[list[Any]], *ends: list[str]) -> Iterator[str]:
    """Rows as COPY reads them."""
    written = [_written(table.c[name].type, values) for name, values in zip(names, plain, strict=True)]
    return map("\t".join, zip(*written, *ends, strict=True))


def _is_column(values: Any) -> bool:
    return isinstance(values, (np.ndarray, list))


def _plain(kind: TypeEngine[Any], values: Any, length: int) -> list[Any]:
    """A column as the list of plain values both drivers take."""
    if not _is_column(values):
        value = values.astimezone(UTC).strftime(INSTANT_FORMAT) if isinstance(values, datetime) else values
        return [value] * length
    if isinstance(kind, Instant):
        return instant_texts(np.asarray(values, dtype="datetime64[us]"))
    listed: list[Any] = values.tolist() if isinstance(values, np.ndarray) else values
    return [None if value != value else value for value in listed] if isinstance(kind, Float) else listed


ABSENT = "\\N"  # as COPY writes a value that is absent
ESCAPED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
_TO_ESCAPE = re.compile(r"[\\\t\n\r]")


def _written(kind: TypeEngine[Any], values: list[Any]) -> list[str]:
    """A column as COPY reads it. In most columns every row has the same value, which is then written once."""
    if len(values) > 1 and values.count(values[0]) == len(values):
        return _written(kind, values[:1]) * len(values)
    if isinstance(kind, Text | Instant):
        distinct = set(values)
        if None not in distinct and not _TO_ESCAPE.search("".join(distinct)):
            return values
        written = {value: ABSENT if value is None else value.translate(ESCAPED) for value in distinct}
        return [written[value] for value in values]
    return [ABSENT if value is None else repr(value) for value in values]
