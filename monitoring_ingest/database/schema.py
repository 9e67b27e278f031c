"""The schema (建库): every declared table, column and index, and the triggers that refuse to change evidence.

In: an engine. Out: a database that has what `metadata` declares by then; one of an earlier version keeps its rows. What
is declared is in the `tables` modules, how it is written and read in `database` and the stores.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from sqlalchemy import Connection, Engine, inspect
from sqlalchemy.exc import DatabaseError

from basin.errors import Unavailable
from monitoring_ingest.database.engine import metadata, writing

# What an earlier version wrote into every row and nobody read: the revision says the one, flags and reviews the other.
NEVER_READ = (("observations", "origin"), ("observations", "quality"))
# Tables whose key a later version made wider: by which column, which is "" in the rows of before.
WIDER_KEYS = {"quality_tests": "section"}


def create_schema(engine: Engine) -> None:
    """Create every declared table, column and index that is missing, and the triggers of the append-only ones.

    Harmless when repeated. A column that a table of an earlier version lacks is added; the rows that stand in the table
    have no value there, so that only a column that may be blank can be declared later. What no version reads is taken
    off (`NEVER_READ`); a table whose key became wider (`WIDER_KEYS`) is made anew with the rows it had. PostgreSQL
    compares texts by code point (`_by_code_point`).

    Raises
    ------
    Unavailable : the database cannot be reached, opened or given tables.
    """
    try:
        with writing(engine) as connection:
            narrow = _with_narrow_keys(connection)
            for statement in (each for table in narrow for each in _taken_away(table)):
                connection.exec_driver_sql(statement)
            metadata.create_all(connection)
            put_back = [each for table in narrow for each in _put_back(table)]
            for statement in (*put_back, *_changed_columns(connection)):
                connection.exec_driver_sql(statement)
            for statement in (*_by_code_point(connection), *_triggers(engine.dialect.name)):
                connection.exec_driver_sql(statement)
            for index in (one for table in metadata.sorted_tables for one in table.indexes):
                index.create(connection, checkfirst=True)
    except DatabaseError as problem:
        address = engine.url.render_as_string(hide_password=True)
        why = " ".join(str(problem.orig).split())
        zh, en = f"数据库不能使用：{why}", f"the database cannot be used: {why}"
        raise Unavailable(zh, en, file=address, remedy=_REMEDY) from problem


_REMEDY = "检查地址、权限，以及数据库是否在运行；有视图或生成列依赖衡界的表，先删去再启动"


def _with_narrow_keys(connection: Connection) -> Sequence[str]:
    found = {table: columns for (_, table), columns in inspect(connection).get_multi_columns().items()}
    of_before = ((table, column) for table, column in WIDER_KEYS.items() if table in found)
    return [table for table, column in of_before if column not in {each["name"] for each in found[table]}]


def _taken_away(table: str) -> list[str]:
    """Dropped with its indexes and triggers, which the new one has names of; within the transaction that puts back."""
    copied = f"CREATE TEMPORARY TABLE before_{table} AS SELECT * FROM {table}"  # nosec  # a declared name
    return [copied, f"DROP TABLE {table}"]


def _put_back(table: str) -> list[str]:
    new = WIDER_KEYS[table]
    names = ", ".join(column.name for column in metadata.tables[table].columns if column.name != new)
    rows = f"INSERT INTO {table} ({names}, {new}) SELECT {names}, '' FROM before_{table}"  # nosec  # declared names
    return [rows, f"DROP TABLE before_{table}"]


def _changed_columns(connection: Connection) -> Iterator[str]:
    found = inspect(connection).get_multi_columns()
    there = {(table, column["name"]) for (_, table), columns in found.items() for column in columns}
    yield from (f"ALTER TABLE {table} DROP COLUMN {column}" for table, column in NEVER_READ if (table, column) in there)
    for table in metadata.sorted_tables:
        for column in table.columns:
            if (table.name, column.name) not in there:
                kind = column.type.compile(connection.dialect)
                yield f"ALTER TABLE {table.name} ADD COLUMN {column.name} {kind}"


def _by_code_point(connection: Connection) -> Iterator[str]:
    """Texts are compared by their characters' numbers, as SQLite does, and not as the language of a server has it.

    A page has the same order then wherever it is read, and keys are compared in a fraction of the time.
    """
    if connection.dialect.name == "sqlite":
        return
    otherwise = set(map(tuple, connection.exec_driver_sql(_TEXTS_OTHERWISE)))
    for table in metadata.sorted_tables:
        columns = [column.name for column in table.columns if (table.name, column.name) in otherwise]
        if columns:
            changed = ", ".join(f'ALTER COLUMN {column} TYPE text COLLATE "C"' for column in columns)
            yield f"ALTER TABLE {table.name} {changed}"


_TEXTS_OTHERWISE = """
SELECT relname, attname FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
JOIN pg_collation ON pg_collation.oid = attcollation
WHERE pg_table_is_visible(attrelid) AND relkind = 'r' AND NOT attisdropped AND collname <> 'C'"""


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
