"""The database: one `metadata`, two engines, one writer at a time, and evidence that cannot be changed.

In: a URL and data frames. Out: connections, stored rows, frames. SQLite is the embedded default, PostgreSQL comes by
URL; how they lock, take rows in bulk and refuse changes is here, what they write differently in a statement is in
`dialects`. What is stored is declared in `tables` and written by `store`; nothing here knows a reading.
"""

from __future__ import annotations

import json
import re
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd
import psycopg
from sqlalchemy import (
    ARRAY,
    TIMESTAMP,
    BigInteger,
    Boolean,
    CompoundSelect,
    Connection,
    Engine,
    Float,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    TextualSelect,
    and_,
    bindparam,
    cast,
    create_engine,
    event,
    func,
    make_url,
    select,
    true,
    type_coerce,
)
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.types import TypeEngine

from basin.errors import Unavailable, UsageError
from monitoring_ingest.dialects import INSTANT_FORMAT, Instant
from monitoring_ingest.frames import Columns, objects, utc, utc_array

metadata = MetaData()

Identity = BigInteger().with_variant(Integer(), "sqlite")  # only INTEGER is SQLite's row id

BUSY_SECONDS = 60
OFTEN = 2  # [ms] between two times of asking SQLite for the turn to write
PAUSE_SECONDS = 0.005  # longer than that
PRIMARY_CODE = 0xFF  # of an error of SQLite, without what further it tells
_Query = Select[Any] | CompoundSelect[Any] | TextualSelect
FEW = 3  # rows that are stored one by one: a COPY takes three exchanges with the server
_ADDRESSES = "HENGJIE_DATABASE_URL 写成 sqlite:///路径 或 postgresql://用户@主机/库"
WRITER_LOCK = 0x48454E474A4945  # "HENGJIE": the advisory lock every writer takes


def append_only(table: Table) -> Table:
    """Mark a table as evidence: `create_schema` puts triggers on it that refuse UPDATE and DELETE."""
    table.info["append_only"] = True
    return table


def open_engine(url: str) -> Engine:
    """An engine for ``sqlite:///path`` (its folder is created) or ``postgresql://…`` (psycopg).

    Raises
    ------
    UsageError : no address of a database, or one of any other database. OSError : the folder cannot be created.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as problem:  # the text is not told: it may hold a password
        raise UsageError("不是数据库地址", "not the address of a database", remedy=_ADDRESSES) from problem
    backend = parsed.get_backend_name()
    if backend == "postgresql":
        engine = create_engine(parsed.set(drivername="postgresql+psycopg"))
        event.listen(engine, "connect", _prepare_postgresql)
        return engine
    if backend != "sqlite":
        raise UsageError(f"不支持数据库 {backend}", f"database {backend} is not supported", remedy=_ADDRESSES)
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed.set(drivername="sqlite"), connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


class _BinaryCursor(psycopg.Cursor[Any]):
    """A cursor whose values come as they are kept, not as texts to be read: a tenth of the time of long answers."""

    format = psycopg.pq.Format.BINARY


def _prepare_postgresql(connection: Any, _record: object) -> None:
    connection.cursor_factory = _BinaryCursor
    connection.execute("SET jit TO off")  # compiling a query of milliseconds takes a hundred of them
    connection.execute("SET TimeZone TO 'UTC'")  # so that instants come in UTC (`_array`)
    connection.commit()


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun by _begin_sqlite, not by the driver
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "recursive_triggers=ON"):  # the last: REPLACE is a DELETE too
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    driver: Any = connection.connection.driver_connection
    if not connection.get_execution_options().get("writing", False):
        connection.exec_driver_sql("BEGIN")
        return
    driver.execute(f"PRAGMA busy_timeout = {OFTEN}")  # left to itself it asks more and more seldom
    try:
        if not _has_turn(driver):
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # which tells why
    finally:
        driver.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")


def _has_turn(driver: Any) -> bool:
    """Ask for the turn to write every few milliseconds; whether it was given, and the transaction begun."""
    for _ in range(BUSY_SECONDS * 1000 // OFTEN):
        try:
            driver.execute("BEGIN IMMEDIATE")
            return True
        except sqlite3.DatabaseError as problem:
            if problem.sqlite_errorcode & PRIMARY_CODE != sqlite3.SQLITE_BUSY:
                return False
    return False


def give_way(engine: Engine) -> None:
    """Let those write who wait for it, between two transactions of a long work: SQLite knows no queue."""
    if engine.dialect.name == "sqlite":
        time.sleep(PAUSE_SECONDS)


_turns: WeakKeyDictionary[Engine, Lock] = WeakKeyDictionary()


@contextmanager
def _turn(engine: Engine) -> Iterator[None]:
    """The turn of a thread to write to SQLite, which lets writers of one process poll and some of them starve.

    Who does not get it in time tries all the same: the database decides.
    """
    if engine.dialect.name != "sqlite":
        yield
        return
    lock = _turns.setdefault(engine, Lock())
    held = lock.acquire(timeout=BUSY_SECONDS)
    try:
        yield
    finally:
        if held:
            lock.release()


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection to read by.

    Raises
    ------
    Unavailable : the database does not answer, or stops to while it is read; its address is not told.
    """
    try:
        with engine.connect() as connection:
            yield connection
    except OperationalError as problem:
        zh, en = "数据库没有应答", "the database does not answer"
        raise Unavailable(zh, en, remedy="稍后再试；仍不行请告知管理员") from problem


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that no other writer runs beside: what is read in it still holds when it writes."""
    with _turn(engine), engine.connect().execution_options(writing=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITER_LOCK})")
        yield connection


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


def insert_columns(connection: Connection, table: Table, columns: Mapping[str, Any]) -> None:
    """Store rows set-based, in one statement: `executemany` on SQLite, one COPY on PostgreSQL.

    Parameters
    ----------
    columns : named like the table's: arrays or lists of one length; absent values are None, nan or NaT; instants are
        datetime64 in UTC. A single value that is no array or list stands in every row.
    """
    length = max((len(values) for values in columns.values() if _is_column(values)), default=0)
    if not length:
        return
    names, kinds = ", ".join(columns), [table.c[name].type for name in columns]
    plain = [_plain(kind, values, length) for kind, values in zip(kinds, columns.values(), strict=True)]
    sqlite = connection.dialect.name == "sqlite"
    if sqlite or length <= FEW:
        marks = ", ".join(["?" if sqlite else "%s"] * len(columns))
        statement = f"INSERT INTO {table.name} ({names}) VALUES ({marks})"
        connection.exec_driver_sql(statement, list(zip(*plain, strict=True)))
        return
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
        written = (_written(kind, values) for kind, values in zip(kinds, plain, strict=True))
        copy.write("\n".join(map("\t".join, zip(*written, strict=True))) + "\n")


def _is_column(values: Any) -> bool:
    return isinstance(values, (np.ndarray, list))


def _plain(kind: TypeEngine[Any], values: Any, length: int) -> list[Any]:
    """A column as the list of plain values both drivers take."""
    if not _is_column(values):
        value = values.astimezone(UTC).strftime(INSTANT_FORMAT) if isinstance(values, datetime) else values
        return [value] * length
    if isinstance(kind, Instant):
        return _instant_texts(np.asarray(values, dtype="datetime64[us]"))
    listed: list[Any] = values.tolist() if isinstance(values, np.ndarray) else values
    return [None if value != value else value for value in listed] if isinstance(kind, Float) else listed


def _instant_texts(instants: np.ndarray) -> list[str | None]:
    """Instants as text; written once per distinct instant, for a file holds few."""
    distinct, at = np.unique(instants, return_inverse=True)
    texts = [None if text == "NaT" else f"{text}Z" for text in np.datetime_as_string(distinct, unit="us").tolist()]
    return [texts[each] for each in at.tolist()]


_NULL = "\\N"
_ESCAPED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
_TO_ESCAPE = re.compile(r"[\\\t\n\r]")


def _written(kind: TypeEngine[Any], values: list[Any]) -> list[str]:
    """A column as COPY reads it. Most say the same in every row."""
    if len(values) > 1 and values.count(values[0]) == len(values):
        return _written(kind, values[:1]) * len(values)
    if isinstance(kind, Text | Instant):
        distinct = set(values)
        if None not in distinct and not _TO_ESCAPE.search("".join(distinct)):
            return values
        written = {value: _NULL if value is None else value.translate(_ESCAPED) for value in distinct}
        return [written[value] for value in values]
    return [_NULL if value is None else repr(value) for value in values]


def read_frame(connection: Connection, query: _Query) -> pd.DataFrame:
    """The rows of a query as a frame: instants ``datetime64[ns, UTC]``, numbers float64 or int64, texts (absent: None).

    The rows are taken from the driver's cursor: SQLAlchemy decoding them one by one takes longer than reading them.
    """
    columns = query.selected_columns
    values = _fetched(connection, query)
    return pd.DataFrame({column.key: _typed(column.type, each) for column, each in zip(columns, values, strict=True)})


def read_columns(connection: Connection, query: _Query, parameters: Mapping[str, Any] | None = None) -> Columns:
    """As `read_frame`, as plain arrays: instants ``datetime64[us]`` in UTC."""
    columns = query.selected_columns
    values = _fetched(connection, query, parameters)
    return {str(column.key): _array(column.type, each) for column, each in zip(columns, values, strict=True)}


def _fetched(
    connection: Connection, query: _Query, parameters: Mapping[str, Any] | None = None
) -> Sequence[Sequence[Any]]:
    """The columns of a query, with the values the driver gives."""
    result = connection.execute(query, parameters)
    rows = result.cursor.fetchall()
    result.close()
    return list(zip(*rows, strict=True)) if rows else [()] * len(query.selected_columns)


def _typed(kind: TypeEngine[Any], values: Sequence[Any]) -> pd.Series:
    if isinstance(kind, Instant):
        return utc(values)
    return pd.Series(values, dtype=_dtype(kind))


def _dtype(kind: TypeEngine[Any]) -> Any:
    match kind:
        case Float():
            return "float64"
        case Integer():
            return "int64"
        case Boolean():
            return "bool"
        case _:
            return object


def _array(kind: TypeEngine[Any], values: Sequence[Any]) -> np.ndarray:
    if not isinstance(kind, Instant):
        return objects(values).astype(_dtype(kind))
    place = {value: at for at, value in enumerate(dict.fromkeys(values))}  # a few instants, for many rows
    naive = [value[:-1] if isinstance(value, str) else value and value.replace(tzinfo=None) for value in place]
    return np.array(naive, dtype="datetime64[us]")[[place[value] for value in values]]


_KEY = ("station", "indicator", "time")
_BETWEEN = "\x1f"  # texts of one parameter


def of_keys(dialect: str, query: Select[Any], table: Table) -> Select[Any]:
    """The rows of a query about `table` that have one of the keys it is executed with (`key_parameters`).

    The keys are one parameter for each column, so that one statement serves any number of them. On PostgreSQL every key
    is looked up by itself: ``OFFSET 0`` keeps the planner from sorting the whole table, whatever it thinks its size is.
    """
    mine = [type_coerce(table.c[name], Text) for name in _KEY]
    if dialect == "sqlite":
        listed = func.json_each(bindparam("keys", type_=Text)).table_valued("value", name="keys")
        wanted = (func.json_extract(listed.c.value, f"$[{at}]") for at in range(len(mine)))
        return query.join(listed, and_(*(own == each for own, each in zip(mine, wanted, strict=True))))
    split: list[Any] = [func.string_to_array(bindparam(f"{name}_keys", type_=Text), _BETWEEN) for name in _KEY]
    split[-1] = cast(split[-1], ARRAY(TIMESTAMP(timezone=True)))
    named = func.unnest(*split).table_valued(*_KEY, name="keys").render_derived()
    same = and_(*(own == each for own, each in zip(mine, named.c, strict=True)))
    found = query.where(same).correlate(named).offset(0).lateral("found")
    return select(*found.c).select_from(named.join(found, true()))


def key_parameters(dialect: str, keys: Columns) -> dict[str, str]:
    """What to execute a query `of_keys` with."""
    texts = [keys["station"].tolist(), keys["indicator"].tolist(), _instant_texts(keys["time"])]
    if dialect == "sqlite":
        return {"keys": json.dumps(list(zip(*texts, strict=True)))}
    return {f"{name}_keys": _BETWEEN.join(filter(None, each)) for name, each in zip(_KEY, texts, strict=True)}
