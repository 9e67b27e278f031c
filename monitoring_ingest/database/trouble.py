"""What it means that a database does not do its part: it is away, busy, full, damaged, or cannot hold what it is given.

In: an error of SQLAlchemy, of a driver or of the disk. Out: an error of ours in words, or None where the program itself
is at fault (a statement that the database does not understand). The address of the database is never told.
"""

from __future__ import annotations

import errno
import sqlite3
from enum import Enum, auto

from sqlalchemy.exc import DataError, DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from basin.errors import Damaged, HengjieError, Unavailable, UsageError

ERRORS: tuple[type[Exception], ...] = (SQLAlchemyError, sqlite3.Error, OSError)  # those of psycopg besides
SOON = 5  # seconds after which it is worth trying again
LATER = 60
_PRIMARY_CODE = 0xFF  # of an error of SQLite, without what further it tells


class Trouble(Enum):
    """What is the matter."""

    BUSY = auto()
    AWAY = auto()
    FULL = auto()
    READ_ONLY = auto()
    DAMAGED = auto()
    NOT_STORABLE = auto()


_CODES = {
    sqlite3.SQLITE_BUSY: Trouble.BUSY,
    sqlite3.SQLITE_LOCKED: Trouble.BUSY,
    sqlite3.SQLITE_PROTOCOL: Trouble.BUSY,
    sqlite3.SQLITE_FULL: Trouble.FULL,
    sqlite3.SQLITE_READONLY: Trouble.READ_ONLY,
    sqlite3.SQLITE_PERM: Trouble.READ_ONLY,
    sqlite3.SQLITE_IOERR: Trouble.AWAY,
    sqlite3.SQLITE_CANTOPEN: Trouble.AWAY,
    sqlite3.SQLITE_NOMEM: Trouble.AWAY,
    sqlite3.SQLITE_CORRUPT: Trouble.DAMAGED,
    sqlite3.SQLITE_NOTADB: Trouble.DAMAGED,
    sqlite3.SQLITE_TOOBIG: Trouble.NOT_STORABLE,
}
# SQLSTATE of PostgreSQL, whole or its class: the first two characters.
_STATES = {
    "08": Trouble.AWAY,  # a connection that cannot be made, or is lost
    "22": Trouble.NOT_STORABLE,  # a number out of range, a text that is none
    "25006": Trouble.READ_ONLY,
    "40": Trouble.BUSY,  # a deadlock
    "53": Trouble.AWAY,  # no memory, too many connections
    "53100": Trouble.FULL,
    "54": Trouble.NOT_STORABLE,  # longer than an index can hold
    "55P03": Trouble.BUSY,  # a lock that is not free
    "57": Trouble.AWAY,  # ended by the administrator, or starting
    "58": Trouble.AWAY,  # the system below it fails
    "XX001": Trouble.DAMAGED,
    "XX002": Trouble.DAMAGED,
}
_ERRNOS = {
    errno.ENOSPC: Trouble.FULL,
    errno.EDQUOT: Trouble.FULL,
    errno.EROFS: Trouble.READ_ONLY,
    errno.EIO: Trouble.AWAY,
    errno.EMFILE: Trouble.BUSY,
    errno.ENFILE: Trouble.BUSY,
}


def trouble_of(problem: BaseException) -> HengjieError | None:
    """What an error of the database or of the disk says about it, in words; None for any other."""
    match _kind(problem):
        case Trouble.BUSY:
            return _unavailable("数据库正忙", "the database is busy", "稍后原样再试", SOON)
        case Trouble.AWAY:
            remedy = "稍后再试；仍不行请告知管理员"
            return _unavailable("数据库没有应答", "the database does not answer", remedy, SOON)
        case Trouble.FULL:
            remedy = "请告知管理员腾出空间，然后原样再试"
            return _unavailable("磁盘已满，没有存下", "the disk is full, nothing was stored", remedy, LATER)
        case Trouble.READ_ONLY:
            remedy = "请告知管理员检查权限，然后原样再试"
            return _unavailable("数据库只读，没有存下", "the database is read-only, nothing was stored", remedy, LATER)
        case Trouble.DAMAGED:
            remedy = "停下服务，从最近的备份恢复到空库：hengjie database restore"
            damaged = Damaged("数据库文件已损坏", "the file of the database is damaged", remedy=remedy)
            damaged.headers["Retry-After"] = str(LATER)
            return damaged
        case Trouble.NOT_STORABLE:
            return UsageError("数据库存不下也找不到这样的值", "the database can hold no such value", remedy="改正该值")
    return None


def _unavailable(zh: str, en: str, remedy: str, seconds: int) -> Unavailable:
    trouble = Unavailable(zh, en, remedy=remedy)
    trouble.headers["Retry-After"] = str(seconds)
    return trouble


def _kind(problem: BaseException) -> Trouble | None:
    if isinstance(problem, NoConnectionFree):
        return Trouble.BUSY
    if isinstance(problem, OSError):
        return _ERRNOS.get(problem.errno or 0)
    driver = problem.orig if isinstance(problem, DBAPIError) else problem
    if isinstance(driver, sqlite3.Error):
        return _CODES.get(getattr(driver, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & _PRIMARY_CODE)
    state = getattr(driver, "sqlstate", None)
    if state:
        return _STATES.get(state) or _STATES.get(state[:2])
    if isinstance(problem, DataError):  # refused by the driver itself
        return Trouble.NOT_STORABLE
    # a connection that cannot be made, or is lost, has no state
    is_lost = isinstance(problem, DBAPIError) and problem.connection_invalidated
    return Trouble.AWAY if is_lost or type(driver).__name__ == "OperationalError" else None
