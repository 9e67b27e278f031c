"""Backing a database up and restoring it (备份、恢复): every table as text in one archive, the same for both databases.

In: an engine and a file. Out: a zip with ``manifest.json`` and one member for each table in the text format of
PostgreSQL's COPY: a line for each row, a tab between values, ``\\N`` for a value that is absent, instants in ISO 8601
UTC, truth as 1 or 0. So an archive of one kind of database can be restored on the other, and no program but this one is
needed. What is read belongs to one snapshot, whoever writes meanwhile; what is restored is restored whole or not at
all. Which columns there are is asked of the database, so that one of an earlier revision can be backed up, too.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any, NamedTuple
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from sqlalchemy import TIMESTAMP, Boolean, Connection, Engine, Float, Integer, LargeBinary, inspect
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.types import TypeEngine

from basin.errors import Refused, Unavailable
from monitoring_ingest.database.bulk import ABSENT, ESCAPED
from monitoring_ingest.database.engine import writing
from monitoring_ingest.database.revisions import BASELINE, revision_ids
from monitoring_ingest.database.schema import (
    NOTHING,
    current_revision,
    move,
    revision_of,
    shape_at,
    stated_revision,
    usable,
)

FORMAT = "hengjie-backup-1"
MANIFEST = "manifest.json"
LARGEST_MANIFEST = 2**20  # bytes; a manifest has a line or two for each table
LONGEST_LINE = 2**28  # bytes of a row; the longest has an answer of an address, twice as long in hexadecimal digits
MOST_UNPACKED = 200  # times as much as the archive has, and a little in any case: text packs to a tenth
SMALL = 2**26  # bytes
ROWS_AT_ONCE = 1000
BLOCK = 1 << 20
_ESCAPED = ESCAPED | str.maketrans({"\b": r"\b", "\f": r"\f", "\v": r"\v"})  # all that COPY writes, to the byte
_ESCAPE = re.compile(r"\\(.)")
_CONTROL = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


@dataclass(frozen=True)
class TableStored:
    """One table in an archive: its columns in the order of the values, its rows, and the SHA-256 of its text."""

    columns: list[str]
    rows: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What an archive says of itself.

    Attributes
    ----------
    revision : of the schema the rows fit; engine : ``sqlite`` or ``postgresql``; made_at : ISO 8601.
    tables : by name; a table stands after those it refers to.
    sequences : the last number given, by ``table.column``; where nothing is listed, the highest number counts.
    """

    format: str
    revision: str
    engine: str
    made_at: str
    tables: dict[str, TableStored]
    sequences: dict[str, int]

    @property
    def rows(self) -> int:
        """The rows of all tables."""
        return sum(table.rows for table in self.tables.values())


class Column(NamedTuple):
    """A column of a table as the database has it."""

    name: str
    type: TypeEngine[Any]


# --- backing up ------------------------------------------------------------------------------------------------------


def backup(engine: Engine, file: Path, now: datetime) -> Manifest:
    """Write everything in a database into a new archive, as it stands at one moment; writers are not held up.

    Raises
    ------
    Refused : the file exists. Unavailable : the database is empty or cannot be used. OSError : no file can be written.
    """
    if file.exists() or file.is_symlink():  # told before the work; what comes meanwhile is not replaced either
        raise _exists(file)
    with usable(engine):
        revision = current_revision(engine)
        if revision == NOTHING:
            raise Unavailable("数据库是空的，没有可备份的", "the database is empty", remedy="检查数据库的地址")
        with _one_snapshot(engine, list(shape_at(revision))) as connection, _replacing(file) as target:
            if (stated_revision(connection) or BASELINE) != revision:
                raise Unavailable("数据库正在升级", "the database is being upgraded", remedy="升级完再备份")
            return _written(connection, target, revision, now)


@contextmanager
def _one_snapshot(engine: Engine, tables: Sequence[str]) -> Iterator[Connection]:
    """A transaction that sees the database as it is when it first reads; on PostgreSQL no table can be altered."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            yield connection
        return
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        connection.exec_driver_sql(f"LOCK TABLE {', '.join(tables)} IN ACCESS SHARE MODE")
        yield connection


@contextmanager
def _replacing(file: Path) -> Iterator[IO[bytes]]:
    """A file that gets its name when it is complete and on the disk.

    Raises
    ------
    Refused : a file has the name by then; it stays as it is.
    """
    with NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}.", delete=False) as target:
        try:
            yield target
            target.flush()
            os.fsync(target.fileno())
            _name(Path(target.name), file)
        finally:
            Path(target.name).unlink(missing_ok=True)
    _on_the_disk(file.parent)


def _name(written: Path, file: Path) -> None:
    """Give a file its name unless something has that name already, which the file system decides in one step."""
    try:
        try:
            os.link(written, file)
        except FileExistsError:
            raise
        except OSError:  # a file system without hard links: the name is taken first, and then replaced
            os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            written.replace(file)
    except FileExistsError:
        raise _exists(file) from None


def _exists(file: Path) -> Refused:
    return Refused("已有这个文件", "the file exists", file=file, remedy="换一个文件名；备份不覆盖已有的文件")


def _on_the_disk(folder: Path) -> None:
    """Have the names in a folder on the disk, too; a system that opens no folders writes them by itself."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _written(connection: Connection, target: IO[bytes], revision: str, now: datetime) -> Manifest:
    tables: dict[str, TableStored] = {}
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for table in _tables(connection, revision):
            columns = _columns(connection, table)
            digest = hashlib.sha256()
            rows = 0
            with archive.open(_member(table), "w", force_zip64=True) as member:
                for block in _blocks(connection, table, columns):
                    digest.update(block)
                    rows += block.count(b"\n")
                    member.write(block)
            tables[table] = TableStored([column.name for column in columns], rows, digest.hexdigest())
        # A sequence is no part of the snapshot: read last, it is never behind a row that was copied.
        sequences = _sequences(connection)
        manifest = Manifest(FORMAT, revision, connection.dialect.name, now.isoformat(), tables, sequences)
        archive.writestr(MANIFEST, json.dumps(asdict(manifest), ensure_ascii=False, indent=1))
    return manifest


def _tables(connection: Connection, revision: str) -> list[str]:
    """The tables of a revision, each after those it refers to; tables that somebody added are none of ours.

    Raises
    ------
    Unavailable : a table is missing.
    """
    declared = shape_at(revision)
    ordered = [table for table, _ in inspect(connection).get_sorted_table_and_fkc_names() if table in declared]
    missing = sorted(declared.keys() - set(ordered))
    if missing:
        named = "、".join(missing)
        raise Unavailable(f"数据库缺表 {named}", f"tables are missing: {named}", remedy="恢复较早的备份到空库")
    return ordered


def _columns(connection: Connection, table: str) -> list[Column]:
    return [Column(column["name"], column["type"]) for column in inspect(connection).get_columns(table)]


def _member(table: str) -> str:
    return f"tables/{table}.tsv"


def _blocks(connection: Connection, table: str, columns: Sequence[Column]) -> Iterator[bytes]:
    """The text of a table, in blocks that end with a line."""
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        names = ", ".join(f'"{column.name}"' for column in columns)
        cursor = driver.execute(f'SELECT {names} FROM "{table}"')  # nosec  # names of our tables
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            yield "".join(map(_line, rows)).encode()
        return
    expressions = ", ".join(map(_expression, columns))
    copied = f'COPY (SELECT {expressions} FROM "{table}") TO STDOUT'  # nosec  # names of our tables
    with driver.cursor() as cursor, cursor.copy(copied) as copy:
        for block in copy:
            yield bytes(block)


def _line(row: Sequence[Any]) -> str:
    return "\t".join(map(_text, row)) + "\n"


def _text(value: Any) -> str:
    """A value of SQLite as COPY writes it; a float is read back as the same float."""
    match value:
        case None:
            return ABSENT
        case str():
            return value.translate(_ESCAPED)
        case bytes():
            return rf"\\x{value.hex()}"
        case _:
            return repr(value)


def _expression(column: Column) -> str:
    """A column of PostgreSQL in the words that SQLite keeps it in."""
    match column.type:
        case TIMESTAMP():
            return f"""to_char("{column.name}" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
        case Boolean():
            return f'"{column.name}"::int'
        case _:
            return f'"{column.name}"'


def _sequences(connection: Connection) -> dict[str, int]:
    """The last number each sequence gave; SQLite numbers rows from the highest that is there."""
    last: dict[str, int] = {}
    for table, column, sequence in _numbered(connection):
        given, used = connection.exec_driver_sql(f"SELECT last_value, is_called FROM {sequence}").one()  # nosec  # names of our tables
        if used:
            last[f"{table}.{column}"] = given
    return last


def _numbered(connection: Connection) -> list[tuple[str, str, str]]:
    """Table, column and sequence of every column that PostgreSQL numbers by itself."""
    if connection.dialect.name == "sqlite":
        return []
    return [(table, column, sequence) for table, column, sequence in connection.exec_driver_sql(_NUMBERED)]


_NUMBERED = """
SELECT relname::text, attname::text, pg_get_serial_sequence(quote_ident(relname), attname)
FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
WHERE relkind = 'r' AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
AND attnum > 0 AND NOT attisdropped AND pg_get_serial_sequence(quote_ident(relname), attname) IS NOT NULL"""


# --- restoring -------------------------------------------------------------------------------------------------------


def restore(engine: Engine, file: Path, check: Callable[[Connection], None]) -> Manifest:
    """Fill an empty database from an archive and bring it to the newest revision: all of it, or nothing.

    Parameters
    ----------
    check : is handed the filled database, at the newest revision, before anything is committed; what it raises is told
        as it is, and leaves the database empty.

    Raises
    ------
    Refused : the archive is damaged or altered, of a later revision than this program knows, or the database has rows.
    Unavailable : the database cannot be used. OSError : the file cannot be read.
    """
    with file.open("rb") as source, _opened(source, file) as archive:
        with _intact(file):
            manifest = _checked(archive, file)
        with usable(engine), writing(engine) as connection:
            _empty(connection)
            move(connection, manifest.revision)
            if engine.dialect.name == "sqlite":  # a row of a table may refer to a later row of the same table
                connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
            with _intact(file), _fitting(engine, file):
                _load(connection, archive, manifest)
                _continue_numbers(connection, manifest.sequences)
            move(connection, revision_ids()[-1])
            check(connection)
    return manifest


def _opened(source: IO[bytes], file: Path) -> ZipFile:
    with _intact(file):
        return ZipFile(source)


# what reading an archive raises that somebody altered: of the zip, of its JSON, of its values
_DAMAGES = (
    BadZipFile, zlib.error, EOFError, KeyError, TypeError, ValueError, AttributeError, RuntimeError, OverflowError,
)  # fmt: skip


@contextmanager
def _intact(file: Path) -> Iterator[None]:
    try:
        yield
    except _DAMAGES as problem:
        raise _damaged(file, str(problem)) from problem


@contextmanager
def _fitting(engine: Engine, file: Path) -> Iterator[None]:
    """Say of rows that a database refuses that the archive is at fault, and not the database."""
    driver = engine.dialect.loaded_dbapi
    try:
        yield
    except (driver.IntegrityError, driver.DataError, IntegrityError, DataError) as problem:
        raise _damaged(file, " ".join(str(problem).split())) from problem


def _damaged(file: Path, why: str) -> Refused:
    zh = f"备份文件不完整或被改过：{why}"
    en = f"the backup is incomplete or was altered: {why}"
    return Refused(zh, en, file=file, remedy="换一份备份；数据库里什么也没有写")


def _checked(archive: ZipFile, file: Path) -> Manifest:
    """The manifest of an archive whose members are what it says they are; the database is not touched yet."""
    if archive.getinfo(MANIFEST).file_size > LARGEST_MANIFEST:
        raise ValueError(f"{MANIFEST} is larger than {LARGEST_MANIFEST} bytes")
    stated = json.loads(archive.read(MANIFEST))
    if stated["format"] != FORMAT:
        raise _damaged(file, f"format {stated['format']}")
    tables = {name: TableStored(**table) for name, table in stated["tables"].items()}
    manifest = Manifest(**(stated | {"tables": tables}))
    if manifest.revision not in revision_ids():
        zh = f"备份的结构版本是 {manifest.revision}，比本程序（到 {revision_ids()[-1]}）新"
        en = f"the backup is of revision {manifest.revision}, newer than this program"
        raise Refused(zh, en, file=file, remedy="用做备份的那一版衡界恢复")
    if set(tables) != set(shape_at(manifest.revision)):
        raise _damaged(file, f"tables of revision {manifest.revision}")
    _refuse_bomb(archive, tables, file.stat().st_size)
    for name, table in tables.items():
        if _measured(archive, name) != (table.rows, table.sha256):
            raise _damaged(file, name)
    return manifest


def _refuse_bomb(archive: ZipFile, tables: Collection[str], packed: int) -> None:
    """Refuse an archive that has more members than tables, or would unpack to far more than a backup does.

    Parameters
    ----------
    archive, tables : the archive and the names of its tables. packed : the size of the file [bytes].

    Raises
    ------
    ValueError : it does.
    """
    members = archive.infolist()
    if sorted(member.filename for member in members) != sorted([MANIFEST, *map(_member, tables)]):
        raise ValueError("members that are no tables")
    if any(member.compress_type not in (ZIP_DEFLATED, ZIP_STORED) for member in members):
        raise ValueError("another compression")
    unpacked = sum(member.file_size for member in members)
    if unpacked > SMALL + MOST_UNPACKED * packed:
        raise ValueError(f"{packed} bytes that unpack to {unpacked}")


def _measured(archive: ZipFile, table: str) -> tuple[int, str]:
    """The lines of a member and its SHA-256.

    Raises
    ------
    ValueError : a line is longer than any row can be.
    """
    digest = hashlib.sha256()
    rows = 0
    line = 0
    with archive.open(_member(table)) as member:
        while block := member.read(BLOCK):
            digest.update(block)
            rows += block.count(b"\n")
            end = block.rfind(b"\n")
            line = line + len(block) if end < 0 else len(block) - end - 1
            if line > LONGEST_LINE:
                raise ValueError(f"{table}: a line of more than {LONGEST_LINE} bytes")
    return rows, digest.hexdigest()


def _empty(connection: Connection) -> None:
    """Take the tables of a database without rows away, so that those of the archive's revision can be created."""
    if revision_of(connection) == NOTHING:
        return
    try:
        move(connection, NOTHING)
    except Refused as problem:
        zh = "数据库不是空的，备份只恢复到空库"
        en = "the database is not empty"
        raise Refused(zh, en, remedy="另建一个空库，或另指一个 HENGJIE_DATA") from problem


def _load(connection: Connection, archive: ZipFile, manifest: Manifest) -> None:
    for name in _tables(connection, manifest.revision):
        stored = manifest.tables[name]
        types = {column.name: column.type for column in _columns(connection, name)}
        if set(stored.columns) != set(types):
            raise ValueError(f"columns of {name}")
        with archive.open(_member(name)) as member:
            _fill(connection, name, {column: types[column] for column in stored.columns}, member)
        count = f'SELECT count(*) FROM "{name}"'  # nosec  # names of our tables
        loaded = connection.exec_driver_sql(count).scalar_one()
        if loaded != stored.rows:
            raise ValueError(f"{name}: {loaded} of {stored.rows} rows")


def _fill(connection: Connection, table: str, columns: Mapping[str, TypeEngine[Any]], member: IO[bytes]) -> None:
    """Store the rows of one member."""
    names = ", ".join(f'"{name}"' for name in columns)
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        lines = io.TextIOWrapper(member, encoding="utf-8", newline="\n")
        readers = list(map(_reader, columns.values()))
        rows = (_values(line, readers) for line in lines)
        values = ", ".join("?" * len(columns))
        driver.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({values})', rows)  # nosec  # names of our tables
        return
    with driver.cursor() as cursor, cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
        while block := member.read(BLOCK):
            copy.write(block)


Reader = Callable[[str], Any]


def _values(line: str, readers: Sequence[Reader]) -> list[Any]:
    texts = line.removesuffix("\n").split("\t")
    return [None if text == ABSENT else read(text) for read, text in zip(readers, texts, strict=True)]


def _reader(kind: TypeEngine[Any]) -> Reader:
    """How SQLite gets a column of this type from its text."""
    match kind:
        case Float():
            return float
        case Integer() | Boolean():
            return int
        case LargeBinary():
            return lambda text: bytes.fromhex(text.removeprefix(r"\\x"))
        case _:
            return _unescaped


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda match: _CONTROL.get(match[1], match[1]), text) if "\\" in text else text


def _continue_numbers(connection: Connection, last: Mapping[str, int]) -> None:
    """Let PostgreSQL number the next row after the last number that was given, and after every row that is there."""
    for table, column, sequence in _numbered(connection):
        newest = f'SELECT coalesce(max("{column}"), 0) FROM "{table}"'  # nosec  # names of our tables
        highest = connection.exec_driver_sql(newest).scalar_one()
        number = max(highest, last.get(f"{table}.{column}", 0))
        if number:
            connection.exec_driver_sql(f"SELECT setval('{sequence}', {number})")
