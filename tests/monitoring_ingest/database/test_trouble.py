"""What an error of the database means; a statement it does not understand is a fault of the program."""

from __future__ import annotations

import errno
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from basin.errors import Damaged, HengjieError, Unavailable, UsageError
from monitoring_ingest.database.engine import open_engine
from monitoring_ingest.database.trouble import trouble_of


def of_code(code: int) -> sqlite3.OperationalError:
    problem = sqlite3.OperationalError("disk I/O error")
    problem.sqlite_errorcode = code
    return problem


def meant(problem: BaseException) -> tuple[type[HengjieError] | None, str]:
    trouble = trouble_of(problem)
    return (None, "") if trouble is None else (type(trouble), trouble.zh)


@pytest.mark.parametrize(
    ("code", "kind", "zh"),
    [
        (sqlite3.SQLITE_BUSY, Unavailable, "数据库正忙"),
        (sqlite3.SQLITE_LOCKED, Unavailable, "数据库正忙"),
        (sqlite3.SQLITE_BUSY | 2 << 8, Unavailable, "数据库正忙"),
        (sqlite3.SQLITE_IOERR, Unavailable, "数据库没有应答"),
        (sqlite3.SQLITE_IOERR | 13 << 8, Unavailable, "数据库没有应答"),
        (sqlite3.SQLITE_CANTOPEN, Unavailable, "数据库没有应答"),
        (sqlite3.SQLITE_FULL, Unavailable, "磁盘已满，没有存下"),
        (sqlite3.SQLITE_READONLY, Unavailable, "数据库只读，没有存下"),
        (sqlite3.SQLITE_CORRUPT, Damaged, "数据库文件已损坏"),
        (sqlite3.SQLITE_NOTADB, Damaged, "数据库文件已损坏"),
        (sqlite3.SQLITE_ERROR, None, ""),
        (sqlite3.SQLITE_CONSTRAINT, None, ""),
    ],
)
def test_an_error_of_sqlite_by_its_code_from_the_driver_or_wrapped(code, kind, zh):
    driver = of_code(code)
    wrapped = DBAPIError.instance("SELECT 1", None, driver, sqlite3.Error)
    assert meant(driver) == meant(wrapped) == (kind, zh)


@pytest.mark.parametrize(
    ("problem", "kind"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), Unavailable),
        (OSError(errno.EIO, "Input/output error"), Unavailable),
        (OSError(errno.EMFILE, "Too many open files"), Unavailable),
        (OSError(errno.ENOENT, "No such file or directory"), None),
        (NoConnectionFree("QueuePool limit"), Unavailable),
        (ValueError("x"), None),
        (RuntimeError("x"), None),
    ],
)
def test_an_error_of_the_disk_or_of_the_pool(problem, kind):
    assert meant(problem)[0] == kind


def test_a_lock_that_another_holds_is_busy(tmp_path: Path):
    with (
        closing(sqlite3.connect(tmp_path / "a", isolation_level=None)) as first,
        closing(sqlite3.connect(tmp_path / "a", isolation_level=None, timeout=0)) as second,
    ):
        first.execute("BEGIN EXCLUSIVE")
        with pytest.raises(sqlite3.OperationalError) as busy:
            second.execute("BEGIN EXCLUSIVE")
    assert meant(busy.value) == (Unavailable, "数据库正忙")


STATEMENTS = {
    "sqlite": {"SELECT * FROM nothing": None, "SELEC": None},
    "postgresql": {
        "SELECT * FROM nothing": None,
        "SELEC": None,
        "SELECT 99999999999::int": UsageError,
        "SELECT 'x'::timestamptz": UsageError,
        "SET LOCAL statement_timeout = 1; SELECT pg_sleep(1)": Unavailable,
        "SELECT pg_terminate_backend(pg_backend_pid())": Unavailable,
        "SET TRANSACTION READ ONLY; CREATE TABLE x (a int)": Unavailable,
    },
}


def test_an_error_of_a_statement(engine):
    for statement, kind in STATEMENTS[engine.dialect.name].items():
        with engine.connect() as connection, pytest.raises(DBAPIError) as problem:
            connection.exec_driver_sql(statement)
        assert meant(problem.value)[0] == kind, statement


def test_a_server_that_is_away(tmp_path: Path):
    engine = open_engine("postgresql://nobody:geheim@127.0.0.1:1/none")
    with pytest.raises(DBAPIError) as problem:
        engine.connect()
    trouble = trouble_of(problem.value)
    assert (trouble.zh, trouble.headers) == ("数据库没有应答", {"Retry-After": "5"})
    assert "geheim" not in str(trouble)
