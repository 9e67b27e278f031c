"""The database: one `metadata`, two engines, one writer at a time, and evidence that cannot be changed.

In: a URL and queries. Out: connections, frames. SQLite is the embedded default, PostgreSQL comes by URL; how they lock
and refuse changes is here, how they take many rows in `bulk`, what they write differently in a statement in `dialects`.
What is stored is declared in `tables` and written by `store`; nothing here knows a reading.

NumPy, pandas and psycopg are imported where they are used: a command that lists runs of jobs on SQLite needs none of
them, and they take longer to load than it takes to answer.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from operator import itemgetter
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from sqlalchemy import (
    ARRAY,
    TIMESTAMP,
    URL,
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
    inspect,
    make_url,
    select,
    true,
    type_coerce,
)
from sqlalchemy.exc import ArgumentError, DatabaseError, IntegrityError
from sqlalchemy.types import TypeEngine

from basin.errors import NoDatabase, UsageError
from monitoring_ingest.database.dialects import Instant
from monitoring_ingest.database.trouble import trouble_of

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from monitoring_ingest.readings.frames import Columns

metadata = MetaData()

Clash = IntegrityError  # a constraint refuses what was to be stored

Identity = BigInteger().with_variant(Integer(), "sqlite")  # only INTEGER is SQLite's row id

BUSY_SECONDS = 60
CONNECT_SECONDS = 10
THREADS = 40  # of a server, each of which may need a connection; a few more for the schedule beside them
POOL = {"pool_size": 8, "max_overflow": THREADS}
OFTEN = 2  # [ms] between two attempts to get the write lock of SQLite
PAUSE_SECONDS = 0.003  # longer than that
PRIMARY_CODE = 0xFF  # of an error of SQLite, without what further it tells
_Query = Select[Any] | CompoundSelect[Any] | TextualSelect
_ADDRESSES = "HENGJIE_DATABASE_URL 写成 sqlite:///路径 或 postgresql://用户@主机/库"
WRITER_LOCK = 0x48454E474A4945  # "HENGJIE": the advisory lock every writer takes


def append_only(table: Table) -> Table:
    """Mark a table as evidence: the revision that creates it gives it triggers that refuse UPDATE and DELETE."""
    table.info["append_only"] = True
    return table


def open_engine(url: str) -> Engine:
    """An engine for ``sqlite:///path`` (its folder is created) or ``postgresql://…`` (psycopg).

    Raises
    ------
    UsageError : no address of a database, or one of any other database. OSError : the folder cannot be created.
    """
    parsed = _parsed(url)
    backend = parsed.get_backend_name()
    if backend == "postgresql":
        from monitoring_ingest.database.postgresql import prepare

        # a server that is away altogether does not even refuse
        patience = {} if "connect_timeout" in parsed.query else {"connect_timeout": CONNECT_SECONDS}
        engine = create_engine(parsed.set(drivername="postgresql+psycopg"), connect_args=patience, **POOL)
        event.listen(engine, "connect", prepare)
        return engine
    if backend != "sqlite":
        raise UsageError(f"不支持数据库 {backend}", f"database {backend} is not supported", remedy=_ADDRESSES)
    pool = {}  # of a database in memory, which is there for one connection only
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        pool = POOL
    engine = create_engine(parsed.set(drivername="sqlite"), connect_args={"timeout": BUSY_SECONDS}, **pool)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _parsed(url: str) -> URL:
    try:
        return make_url(url)
    except (ArgumentError, ValueError) as problem:  # the text is not told: it may hold a password
        raise UsageError("不是数据库地址", "not the address of a database", remedy=_ADDRESSES) from problem


def open_existing(url: str) -> Engine:
    """As `open_engine`, for somebody who only reads: neither folder, file nor table is created.

    Raises
    ------
    NoDatabase : there is none at the address, or one without our tables; it says where it looked.
    """
    parsed = _parsed(url)
    where = parsed.render_as_string(hide_password=True)
    if parsed.get_backend_name() == "sqlite" and parsed.database and parsed.database != ":memory:":
        where = str(Path(parsed.database).resolve())
        if not Path(where).exists():
            raise _no_database(where)
    engine = open_engine(url)
    if not _has_tables(engine):
        engine.dispose()
        raise _no_database(where)
    return engine


def _has_tables(engine: Engine) -> bool:
    """Whether any of our tables is there; a database that cannot be asked is told of by who uses it (`schema`)."""
    try:
        with engine.connect() as connection:
            return not metadata.tables.keys().isdisjoint(inspect(connection).get_table_names())
    except DatabaseError:
        return True


def _no_database(where: str) -> NoDatabase:
    remedy = (
        "先接收数据（hengjie ingest …）或建示例（hengjie run）；在别处则设 HENGJIE_DATA 或 HENGJIE_DATABASE_URL"
        "（take data in first, or name its place）"
    )
    return NoDatabase("这里还没有数据库", "there is no database yet", file=where, remedy=remedy)


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
    """Try to begin a writing transaction every few milliseconds; whether it has begun."""
    for _ in range(BUSY_SECONDS * 1000 // OFTEN):
        try:
            driver.execute("BEGIN IMMEDIATE")
            return True
        except sqlite3.DatabaseError as problem:
            if problem.sqlite_errorcode & PRIMARY_CODE != sqlite3.SQLITE_BUSY:
                return False
    return False


def give_way(engine: Engine) -> None:
    """Pause between two transactions of a long task so that waiting writers get the lock: SQLite has no queue."""
    if engine.dialect.name == "sqlite":
        time.sleep(PAUSE_SECONDS)


_turns: WeakKeyDictionary[Engine, Lock] = WeakKeyDictionary()


@contextmanager
def _turn(engine: Engine) -> Iterator[None]:
    """Serialise the writing threads of one process on SQLite, which would let them poll and some of them starve.

    A thread that waited too long goes on without this lock: the lock of the database decides.
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
    Unavailable : the database does not answer, or stops to while it is read, or is damaged; its address is not told.
    """
    try:
        with engine.connect() as connection:
            yield connection
    except DatabaseError as problem:
        trouble = trouble_of(problem)
        if trouble is None:
            raise
        raise trouble from problem


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction while no other writer runs: what is read in it still holds when it writes."""
    with _turn(engine), engine.connect().execution_options(writing=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITER_LOCK})")
        yield connection


@contextmanager
def at_once(connection: Connection) -> Iterator[None]:
    """Statements that read nothing and write a few rows each (no COPY): PostgreSQL gets them in one exchange.

    Raises
    ------
    DBAPIError : one of them fails, whatever statement the error names; the transaction can only be rolled back.
    """
    if connection.dialect.name == "sqlite":
        yield
        return
    from monitoring_ingest.database.postgresql import in_one_exchange

    with in_one_exchange(connection.connection.driver_connection):
        yield


def read_frame(connection: Connection, query: _Query) -> pd.DataFrame:
    """The rows of a query as a frame: instants ``datetime64[ns, UTC]``, numbers float64 or int64, texts (absent: None).

    The rows are taken from the driver's cursor: SQLAlchemy decoding them one by one takes longer than reading them.
    """
    from monitoring_ingest.readings.frames import frame_of

    return frame_of(read_columns(connection, query))


def read_columns(connection: Connection, query: _Query, parameters: Mapping[str, Any] | None = None) -> Columns:
    """As `read_frame`, as plain arrays: instants ``datetime64[us]`` in UTC."""
    columns = query.selected_columns
    values = _fetched(connection, query, parameters)
    return {str(column.key): _array(column.type, of_column) for column, of_column in zip(columns, values, strict=True)}


def no_rows(query: _Query) -> Columns:
    """As `read_columns` of a query without rows; the database is not asked."""
    return {str(column.key): _array(column.type, ()) for column in query.selected_columns}


def _fetched(
    connection: Connection, query: _Query, parameters: Mapping[str, Any] | None = None
) -> Sequence[Sequence[Any]]:
    """The columns of a query, with the values the driver gives."""
    result = connection.execute(query, parameters)
    rows = result.cursor.fetchall()
    result.close()
    # `zip(*rows)` goes through all rows at once, each with an iterator of its own, and takes three times as long.
    return [list(map(itemgetter(place), rows)) for place in range(len(query.selected_columns))]


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
    from monitoring_ingest.readings.frames import objects

    return _instants(values) if isinstance(kind, Instant) else objects(values).astype(_dtype(kind))


def _instants(values: Sequence[Any]) -> np.ndarray:
    """Instants as a driver gives them, ``datetime64[us]``: aware ones at once, texts each distinct one."""
    import numpy as np

    try:
        seconds = np.array(list(map(datetime.timestamp, values)), dtype="float64")
    except TypeError:  # texts, or one is absent
        place = {value: number for number, value in enumerate(dict.fromkeys(values))}
        naive = [value[:-1] if isinstance(value, str) else value and value.replace(tzinfo=None) for value in place]
        return np.array(naive, dtype="datetime64[us]")[[place[value] for value in values]]
    microseconds = np.array([value.microsecond for value in values], dtype="int64")
    whole = np.rint(seconds - microseconds / 1e6).astype("int64")  # a float holds them, but not both together
    return (whole * 1_000_000 + microseconds).view("datetime64[us]")


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
        wanted = (func.json_extract(listed.c.value, f"$[{place}]") for place in range(len(mine)))
        return query.join(listed, and_(*(column == part for column, part in zip(mine, wanted, strict=True))))
    split: list[Any] = [func.string_to_array(bindparam(f"{name}_keys", type_=Text), _BETWEEN) for name in _KEY]
    split[-1] = cast(split[-1], ARRAY(TIMESTAMP(timezone=True)))
    named = func.unnest(*split).table_valued(*_KEY, name="keys").render_derived()
    same = and_(*(column == part for column, part in zip(mine, named.c, strict=True)))
    of_key = query.where(same).correlate(named).offset(0).lateral("found")
    return select(*of_key.c).select_from(named.join(of_key, true()))


def key_parameters(dialect: str, keys: Columns) -> dict[str, str]:
    """What to execute a query `of_keys` with."""
    from monitoring_ingest.readings.frames import instant_texts

    texts = [keys["station"].tolist(), keys["indicator"].tolist(), instant_texts(keys["time"])]
    # each once: a thousand rows of one key would be answered with all that is stored for it a thousand times
    asked = list(dict.fromkeys(zip(*texts, strict=True)))
    if dialect == "sqlite":
        return {"keys": json.dumps(asked)}
    columns = zip(*asked, strict=True)
    return {f"{name}_keys": _BETWEEN.join(filter(None, column)) for name, column in zip(_KEY, columns, strict=True)}
