"""The schema (建库、升级): which revision a database is at, and how it gets to another one.

In: an engine. Out: a database at the revision asked for, with the rows it had. What a revision changes is in
`revisions`, in which order Alembic knows; it is imported only where something has to be changed. Every change happens
in one transaction that no other writer runs beside, so several processes may start at the same time.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, create_engine, inspect
from sqlalchemy.exc import DatabaseError

from basin.errors import Unavailable, UsageError
from monitoring_ingest.database.engine import writing
from monitoring_ingest.database.revisions import BASELINE, FOLDER, execute, revision_ids, upgrades
from monitoring_ingest.database.shape import VERSION_TABLE, Shape, shape

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

log = logging.getLogger(__name__)
NOTHING = "base"  # Alembic's name for a database below the baseline: nothing of ours is in it
TEMPORARY = "pg_temp"  # the PostgreSQL schema in which the baseline is made for a moment, to compare with it
_FUNCTION = "refuse_change"  # the function of its triggers; no function is looked for in that schema unless it is named
_OURS = re.compile(r"\d{4}", re.ASCII)  # how a revision is called
FEW_DIFFERENCES = 3
LONGEST_VERSION = 40  # characters of what another program calls its version
ANY_OF_OURS = "submissions"  # a table that a database of ours has at any revision
_REMEDY = "检查地址、权限，以及数据库是否在运行；有视图或生成列依赖衡界的表，先删去再启动"


@dataclass(frozen=True)
class Moved:
    """From which revision to which one a database was brought; `NOTHING` is an empty database."""

    before: str
    after: str


def create_schema(engine: Engine) -> Moved:
    """Bring a database to the newest revision: create what an empty one lacks, upgrade an older one with its rows.

    Raises
    ------
    Unavailable : the database cannot be reached or opened, is newer than this program, or holds other tables.
    """
    newest = revision_ids()[-1]
    with usable(engine):
        with engine.connect() as connection:
            # read without the lock: most starts have nothing to do
            if stated_revision(connection) == newest and not unguarded(connection):
                return Moved(newest, newest)
        with writing(engine) as connection:
            guard(connection)
            return move(connection, newest)


def require_schema(engine: Engine) -> None:
    """As `create_schema`, but refuse a database of an older revision instead of upgrading it.

    Upgrading belongs to whoever starts the service or says so: processes of the earlier version may still be running.

    Raises
    ------
    Unavailable : as `create_schema`; or the database is older than this program.
    """
    newest = revision_ids()[-1]
    with usable(engine):
        with engine.connect() as connection:
            revision = revision_of(connection)
        if revision == NOTHING:
            create_schema(engine)
        elif revision != newest:
            raise Unavailable(
                f"数据库的结构版本是 {revision}，本程序要 {newest}",
                f"the database is at revision {revision}, this program needs {newest}",
                file=_address(engine),
                remedy="先 hengjie database backup 文件，再 hengjie database upgrade；hengjie serve 启动时自行升级",
            )


def unguarded(connection: Connection) -> list[str]:
    """The statements that create the triggers which a database lacks: without them evidence could be changed."""
    kind = connection.dialect.name
    present = set(connection.exec_driver_sql(_TRIGGERS[kind]).scalars())
    blocks = (FOLDER / f"r{BASELINE}_baseline.{kind}.sql").read_text(encoding="utf-8").split("\n\n")
    for upgrade in upgrades(kind):
        blocks += upgrade.strip().split("\n\n")
    triggers = {block.split()[2].lower(): block for block in blocks if block.startswith("CREATE TRIGGER ")}
    return [trigger for name, trigger in triggers.items() if name not in present]


def guard(connection: Connection) -> None:
    """Put back triggers that somebody dropped from a database of the newest revision."""
    if stated_revision(connection) != revision_ids()[-1]:
        return
    missing = unguarded(connection)
    if missing:
        log.warning("triggers that refuse to change evidence were missing and are put back: %d", len(missing))
        execute(connection, "\n\n".join(missing))


_TRIGGERS = {
    "sqlite": "SELECT lower(name) FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": """SELECT lower(tgname) FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
        WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) AND NOT tgisinternal""",
}


def downgrade(engine: Engine, revision: str) -> Moved:
    """Bring a database to an earlier revision, with its rows.

    Raises
    ------
    UsageError : no such revision, or a later one than the database is at. Refused : evidence would be lost.
    Unavailable : as `create_schema`.
    """
    if revision not in revision_ids():
        zh = f"没有结构版本 {revision}"
        en = f"there is no revision {revision}"
        raise UsageError(zh, en, path="revision", remedy=f"可用：{'、'.join(revision_ids())}")
    with usable(engine), writing(engine) as connection:
        now_at = revision_of(connection)
        if now_at == NOTHING or now_at < revision:
            zh = f"数据库在 {now_at}，低于 {revision}"
            en = f"the database is at {now_at}, below {revision}"
            raise UsageError(zh, en, path="revision", remedy="升级用 hengjie database upgrade")
        return move(connection, revision)


def current_revision(engine: Engine) -> str:
    """The revision of a database, `NOTHING` where it is empty; nothing is changed.

    Raises
    ------
    Unavailable : as `create_schema`.
    """
    with usable(engine), engine.connect() as connection:
        return revision_of(connection)


def stated_revision(connection: Connection) -> str | None:
    """What the database says its revision is, known to this program or not; None where it says nothing.

    Raises
    ------
    Unavailable : the table that says so is of another program, which also uses Alembic, or calls a table like it.
    """
    looked_into = inspect(connection)
    if not looked_into.has_table(VERSION_TABLE):
        return None
    if [column["name"] for column in looked_into.get_columns(VERSION_TABLE)] != ["version_num"]:
        raise _of_another(connection.engine, "")
    versions = connection.exec_driver_sql(f"SELECT version_num FROM {VERSION_TABLE}").scalars().all()  # nosec  # a constant
    if not versions:
        return None
    stated = "、".join(sorted(map(str, versions)))
    if not _OURS.fullmatch(stated) or not looked_into.has_table(ANY_OF_OURS):
        raise _of_another(connection.engine, stated)
    return stated


def revision_of(connection: Connection) -> str:
    """The revision of a database: as it states, the baseline where its tables are exactly those, or `NOTHING`.

    Raises
    ------
    Unavailable : a revision that this program does not know, or tables that are neither the baseline's nor none.
    """
    stated = stated_revision(connection)
    if stated is not None:
        if stated not in revision_ids():
            raise _newer(connection.engine, stated)
        return stated
    present = shape(connection)
    if not present:
        return NOTHING
    differences = list(_differences(present, _baseline(connection)))
    if differences:
        raise _of_others(connection.engine, differences)
    return BASELINE


def move(connection: Connection, target: str) -> Moved:
    """Bring a database to a revision, up or down, within the open transaction of a writer."""
    from alembic.runtime.migration import MigrationContext

    scripts = _scripts()
    before = revision_of(connection)
    unstamped = MigrationContext.configure(connection)
    if before != NOTHING and unstamped.get_current_revision() is None:
        unstamped.stamp(scripts, before)
    steps = scripts._downgrade_revs if _is_below(target, before) else scripts._upgrade_revs
    context = MigrationContext.configure(connection, opts={"fn": lambda heads, _: steps(target, heads)})
    context.run_migrations(connection=connection)
    return Moved(before, target)


def _is_below(target: str, before: str) -> bool:
    return before != NOTHING and (target == NOTHING or target < before)


@cache
def _scripts() -> ScriptDirectory:
    from alembic.script import ScriptDirectory

    return ScriptDirectory(FOLDER, version_locations=[FOLDER])


@cache
def shape_at(revision: str) -> Shape:
    """The shape of a SQLite database at a revision; its tables and columns have the same names on PostgreSQL."""
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        move(connection, revision)
        return shape(connection)


def _baseline(connection: Connection) -> Shape:
    """The shape that the baseline has in the very database, so that no version of a server writes it differently.

    On PostgreSQL it is made of temporary tables: whoever may use a database may make these, but not a schema.
    """
    if connection.dialect.name == "sqlite":
        return shape_at(BASELINE)
    statements: str = _scripts().get_revision(BASELINE).module.statements(connection.dialect.name)
    with connection.begin_nested() as attempt:
        connection.exec_driver_sql(f"SET LOCAL search_path TO {TEMPORARY}")
        execute(connection, statements.replace(_FUNCTION, f"{TEMPORARY}.{_FUNCTION}"))
        beside = shape(connection)
        attempt.rollback()
    return {table: frozenset(map(_without_schema, lines)) for table, lines in beside.items()}


def _without_schema(line: str) -> str:
    """A line as it would be in the current schema: what is temporary is written with the name of its own."""
    return re.sub(rf"\b{TEMPORARY}(_\d+)?\.", "", line)


def _differences(present: Shape, baseline: Shape) -> Iterator[str]:
    """Where the tables of the baseline differ from it; tables that somebody added beside them do not count."""
    for table, lines in baseline.items():
        if table not in present:
            yield f"缺表 {table}"
            continue
        yield from (f"{table} 缺 {line}" for line in sorted(lines - present[table]))
        yield from (f"{table} 多 {line}" for line in sorted(present[table] - lines))


def _of_another(engine: Engine, stated: str) -> Unavailable:
    says = f"，里面写的版本是 {stated[:LONGEST_VERSION]}" if stated else ""
    return Unavailable(
        f"数据库里的 {VERSION_TABLE} 表是别的程序的{says}",
        f"the table {VERSION_TABLE} in this database is of another program",
        file=_address(engine),
        remedy="另建一个空库，或在 HENGJIE_DATABASE_URL 里写对数据库的名字",
    )


def _newer(engine: Engine, stated: str) -> Unavailable:
    newest = revision_ids()[-1]
    return Unavailable(
        f"数据库的结构版本是 {stated}，比本程序（到 {newest}）新",
        f"the database is at revision {stated}, newer than this program, which ends at {newest}",
        file=_address(engine),
        remedy=f"用写它的那一版衡界打开；要退回，用那一版运行 hengjie database downgrade {newest}",
    )


def _of_others(engine: Engine, differences: list[str]) -> Unavailable:
    shown = "；".join(differences[:FEW_DIFFERENCES])
    more = f" 等 {len(differences)} 处" if len(differences) > FEW_DIFFERENCES else ""
    return Unavailable(
        f"数据库里已有表，却不是衡界结构版本 {BASELINE} 的结构：{shown}{more}",
        f"the database has tables, but not those of revision {BASELINE}",
        file=_address(engine),
        remedy="别的程序的库：另建一个空库；更早的衡界的库：先用提交 5fd3776 的程序打开一次；自己加的列或索引：先删去",
    )


@contextmanager
def usable(engine: Engine) -> Iterator[None]:
    """Say in words why a database cannot be used."""
    try:
        yield
    except (DatabaseError, engine.dialect.loaded_dbapi.Error) as problem:  # bulk writing raises the driver's own
        why = " ".join(str(getattr(problem, "orig", problem)).split())
        zh = f"数据库不能使用：{why}"
        en = f"the database cannot be used: {why}"
        raise Unavailable(zh, en, file=_address(engine), remedy=_REMEDY) from problem


def _address(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=True)
