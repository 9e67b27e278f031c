"""The database: one `metadata`, two engines, one writer at a time, and evidence that cannot be changed.

In: a URL and data frames. Out: connections, stored rows, frames. SQLite is the embedded default, PostgreSQL comes by
URL; what differs between them (locking, triggers, the bulk path, how an instant is kept) is here and nowhere else. What
is stored is declared in `tables` and written by `store`; nothing here knows a reading.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import (
    TIMESTAMP,
    BigInteger,
    Boolean,
    CompoundSelect,
    Connection,
    Dialect,
    Engine,
    Float,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    create_engine,
    event,
    inspect,
    make_url,
)
from sqlalchemy.exc import ArgumentError, DatabaseError
from sqlalchemy.types import TypeDecorator, TypeEngine

from basin.errors import Unavailable, UsageError
from monitoring_ingest.frames import utc

metadata = MetaData()

Identity = BigInteger().with_variant(Integer(), "sqlite")  # only INTEGER is SQLite's row id

INSTANT_FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"  # fixed width, so that text sorts by time
BUSY_SECONDS = 60
_ADDRESSES = "HENGJIE_DATABASE_URL 写成 sqlite:///路径 或 postgresql://用户@主机/库"
WRITER_LOCK = 0x48454E474A4945  # "HENGJIE": the advisory lock every writer takes


class Instant(TypeDecorator[datetime]):
    """An instant in UTC: ``TIMESTAMPTZ`` on PostgreSQL, ISO text of fixed width on SQLite. Naive times are refused."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(TIMESTAMP(timezone=True) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise UsageError("时刻没有时区", f"an instant without a zone: {value}", remedy="使用带时区的时刻")
        in_utc = value.astimezone(UTC)
        return in_utc if dialect.name == "postgresql" else in_utc.strftime(INSTANT_FORMAT)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if isinstance(value, str):
            return datetime.strptime(value, INSTANT_FORMAT).replace(tzinfo=UTC)
        return None if value is None else value.astimezone(UTC)


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
        return create_engine(parsed.set(drivername="postgresql+psycopg"))
    if backend != "sqlite":
        raise UsageError(f"不支持数据库 {backend}", f"database {backend} is not supported", remedy=_ADDRESSES)
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed.set(drivername="sqlite"), connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun by _begin_sqlite, not by the driver
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "recursive_triggers=ON"):  # the last: REPLACE is a DELETE too
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writing_now = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing_now else "BEGIN")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that no other writer runs beside: what is read in it still holds when it writes."""
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITER_LOCK})")
        yield connection


def create_schema(engine: Engine) -> None:
    """Create every declared table, column and index that is missing, and the triggers of the append-only ones.

    Harmless when repeated. A column that a table of an earlier version lacks is added; the rows that stand in the table
    have no value there, so that only a column that may be blank can be declared later.

    Raises
    ------
    Unavailable : the database cannot be reached, opened or given tables.
    """
    try:
        with writing(engine) as connection:
            metadata.create_all(connection)
            for index in (index for table in metadata.sorted_tables for index in table.indexes):
                index.create(connection, checkfirst=True)
            for statement in (*_missing_columns(connection), *_triggers(engine.dialect.name)):
                connection.exec_driver_sql(statement)
    except DatabaseError as problem:
        address = engine.url.render_as_string(hide_password=True)
        why = " ".join(str(problem.orig).split())
        zh, en = f"数据库不能使用：{why}", f"the database cannot be used: {why}"
        raise Unavailable(zh, en, file=address, remedy="检查地址、权限，以及数据库是否在运行") from problem


def _missing_columns(connection: Connection) -> Iterator[str]:
    found = inspect(connection).get_multi_columns()
    there = {(table, column["name"]) for (_, table), columns in found.items() for column in columns}
    for table in metadata.sorted_tables:
        for column in table.columns:
            if (table.name, column.name) not in there:
                kind = column.type.compile(connection.dialect)
                yield f"ALTER TABLE {table.name} ADD COLUMN {column.name} {kind}"


def _triggers(dialect: str) -> Iterator[str]:
    for table in metadata.sorted_tables:
        if table.info.get("append_only"):
            yield from _REFUSE_CHANGE[dialect](table.name)


def _refuse_change_sqlite(table: str) -> list[str]:
    return [
        f"CREATE TRIGGER IF NOT EXISTS {table}_refuses_{change} BEFORE {change} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for change in ("UPDATE", "DELETE")
    ]


def _refuse_change_postgresql(table: str) -> list[str]:
    return [
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '%% is append-only', TG_TABLE_NAME; END $$",
        f"CREATE OR REPLACE TRIGGER {table}_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    ]


_REFUSE_CHANGE: dict[str, Callable[[str], list[str]]] = {
    "sqlite": _refuse_change_sqlite,
    "postgresql": _refuse_change_postgresql,
}


def insert_frame(connection: Connection, table: Table, rows: pd.DataFrame) -> None:
    """Store the rows of a frame, set-based: `executemany` on SQLite, COPY on PostgreSQL.

    Parameters
    ----------
    rows : columns named like the table's; absent values are None or nan; instants are datetime64 with zone.
    """
    if rows.empty:
        return
    names, marks = ", ".join(rows.columns), ", ".join("?" * len(rows.columns))
    values = zip(*(_plain(table, name, rows[name]) for name in rows.columns), strict=True)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", list(values))
        return
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
        for row in values:
            copy.write_row(row)


def _plain(table: Table, name: str, column: pd.Series) -> list[Any]:
    """A frame's column as the list of plain values both drivers take."""
    if isinstance(table.c[name].type, Instant):
        return _instant_texts(column)
    values: list[Any] = column.tolist()
    if column.hasnans:
        return [None if blank else value for value, blank in zip(values, column.isna(), strict=True)]
    return values


def _instant_texts(column: pd.Series) -> list[str | None]:
    """Instants as text; written once per distinct instant, for a file holds few."""
    codes, instants = pd.factorize(column)
    texts: list[str | None] = [*pd.DatetimeIndex(instants).tz_convert("UTC").strftime(INSTANT_FORMAT), None]
    return [texts[code] for code in codes]


def read_frame(connection: Connection, query: Select[Any] | CompoundSelect[Any]) -> pd.DataFrame:
    """The rows of a query as a frame: instants ``datetime64[ns, UTC]``, numbers float64 or int64, texts (absent: None).

    The rows are taken from the driver's cursor: SQLAlchemy decoding them one by one takes longer than reading them.
    """
    result = connection.execute(query)
    rows = result.cursor.fetchall()
    result.close()
    columns = query.selected_columns
    values = zip(*rows, strict=True) if rows else ((),) * len(columns)
    return pd.DataFrame({column.key: _typed(column.type, each) for column, each in zip(columns, values, strict=True)})


def _typed(kind: TypeEngine[Any], values: Sequence[Any]) -> pd.Series:
    match kind:
        case Instant():
            return utc(values)
        case Float():
            return pd.Series(values, dtype="float64")
        case Integer():
            return pd.Series(values, dtype="int64")
        case Boolean():
            return pd.Series(values, dtype="bool")
        case _:
            return pd.Series(values, dtype=object)
