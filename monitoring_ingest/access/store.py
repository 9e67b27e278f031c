"""Writing keys: made, rotated, revoked, and asked what they may do.

A key of an office has stations, verbs and an end; one from before people signed in may have none of these. Every
function takes the instant of the request. A secret is stored as the SHA-256 of 256 random bits and is shown once.
A name has one key; rotating gives it a new secret, while the previous secret stays valid for a while. Who sent what is
recorded with each submission, whatever becomes of the key.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from basin.errors import NotFound, Refused, UsageError
from basin.written.texts import KEY_NAME, accepted
from monitoring_ingest.access.tables import access_keys
from monitoring_ingest.database.engine import writing

SECRET_BYTES = 32
PUSH = "push"
READ = "read"
VERBS = (PUSH, READ)
NOTED_EVERY = timedelta(minutes=5)  # a key in use is written no more often
KEYS = access_keys.c
_ASK = "用 hengjie key create 或 key rotate 取得新密钥，放在 X-API-Key 头中"


@dataclass(frozen=True)
class Access:
    """A key and what it may do.

    Attributes
    ----------
    stations : it may speak for; None: all, and everything else that writes.
    office : whose key it is; None: it was made before people signed in.
    maker : the number of the person who proposed it.
    verbs : of `VERBS`; None: all of them, as a key from before.
    used_at : when it was noted last that it is in use.
    """

    name: str
    stations: frozenset[str] | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    office: str | None = None
    maker: int | None = None
    verbs: frozenset[str] | None = None
    used_at: datetime | None = None

    def over(self, now: datetime) -> bool:
        """Whether the key has expired or was revoked."""
        return self.revoked_at is not None or (self.expires_at is not None and self.expires_at <= now)

    def may(self, verb: str) -> bool:
        """Whether the key may push, or read."""
        return self.verbs is None or verb in self.verbs


@dataclass(frozen=True)
class KeyOfOffice:
    """A key that two people of a side agreed on: of which office, for which stations, for what, and until when."""

    name: str
    office: str
    maker: int | None
    stations: frozenset[str]
    verbs: frozenset[str]
    expires_at: datetime


def create_key(
    engine: Engine,
    name: str,
    now: datetime,
    stations: Collection[str] | None = None,
    expires_at: datetime | None = None,
) -> str:
    """Create a writing key for `name` and return its secret, which is stored nowhere.

    Parameters
    ----------
    stations : codes the key may speak for; None: all, and everything else that writes.
    expires_at : the instant from which the key is refused; None: never.

    Raises
    ------
    UsageError : the name is blank, has a sign that no name has, or has a key already, or the key could never be used.
    """
    secret = secrets.token_urlsafe(SECRET_BYTES)
    if not name.strip():
        raise UsageError("密钥需要名称", "a key needs a name", remedy="写明使用者")
    name = accepted(name, KEY_NAME, "name")
    if stations is not None and not stations:
        raise UsageError("没有站点", "no station", path="stations", remedy="写站点代码，逗号分隔；不写为全部")
    if expires_at is not None and expires_at <= now:
        raise UsageError("到期时间已过", "it would be over already", path="expires", remedy="写将来的日期")
    values = {"name": name, "sha256": _digest(secret), "created_at": now, "expires_at": expires_at}
    values["stations"] = None if stations is None else " ".join(sorted(stations))
    try:
        with writing(engine) as connection:
            connection.execute(insert(access_keys).values(values))
    except IntegrityError as problem:
        remedy = "换一个名称；要换密钥用 hengjie key rotate"
        raise UsageError(f"{name} 已有密钥", f"{name} has a key already", remedy=remedy) from problem
    return secret


def add_key(connection: Connection, key: KeyOfOffice, now: datetime) -> str:
    """Create the key of an office within a transaction and return its secret, which is stored nowhere.

    Raises
    ------
    UsageError : the name has a key already.
    """
    refuse_name_taken(connection, key.name)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    values = {
        "name": key.name, "sha256": _digest(secret), "created_at": now, "expires_at": key.expires_at,
        "stations": " ".join(sorted(key.stations)), "office": key.office, "maker": key.maker,
        "verbs": " ".join(sorted(key.verbs)),
    }  # fmt: skip
    connection.execute(insert(access_keys).values(values))
    return secret


def refuse_name_taken(connection: Connection, name: str) -> None:
    """Refuse a name that has a key, be it revoked.

    Raises
    ------
    UsageError : saying what to do instead.
    """
    if connection.execute(select(KEYS.name).where(KEYS.name == name)).first() is not None:
        remedy = "换一个名称；要换密钥的，提出更换"
        raise UsageError(f"{name} 已有密钥", f"{name} has a key already", path="name", remedy=remedy)


def rotate_key(engine: Engine, name: str, overlap: timedelta, now: datetime) -> str:
    """Give `name` a new secret and return it; the present secret stays valid for `overlap`, earlier ones end.

    Raises
    ------
    NotFound : the name has no key. Refused : its key was revoked.
    """
    with writing(engine) as connection:
        return renew_key(connection, name, overlap, now)


def renew_key(connection: Connection, name: str, overlap: timedelta, now: datetime) -> str:
    """As `rotate_key`, within a transaction.

    Raises
    ------
    NotFound, Refused : as `rotate_key`.
    """
    secret = secrets.token_urlsafe(SECRET_BYTES)
    row = _named(connection, name)
    if row.revoked_at is not None:
        raise Refused(f"{name} 的密钥已撤销", f"the key of {name} was revoked", remedy="另建密钥，换一个名称")
    changed = {"sha256": _digest(secret), "previous_sha256": row.sha256, "previous_until": now + overlap}
    connection.execute(update(access_keys).where(KEYS.name == name).values(changed))
    return secret


def revoke_key(engine: Engine, name: str, now: datetime) -> None:
    """Revoke the key of `name` and its previous secret, from now on.

    Raises
    ------
    NotFound : the name has no key.
    """
    with writing(engine) as connection:
        end_key(connection, name, now)


def end_key(connection: Connection, name: str, now: datetime) -> None:
    """As `revoke_key`, within a transaction.

    Raises
    ------
    NotFound : the name has no key.
    """
    _named(connection, name)
    connection.execute(update(access_keys).where(KEYS.name == name).values(revoked_at=now))


def note_used(engine: Engine, key: Access, now: datetime) -> None:
    """Note that a key is in use, now and then."""
    if key.used_at is None or now - key.used_at >= NOTED_EVERY:
        with writing(engine) as connection:
            connection.execute(update(access_keys).where(KEYS.name == key.name).values(used_at=now))


@dataclass(frozen=True)
class Named:
    """A key as it stands: what it may do, and its secrets as their SHA-256, which no door shows."""

    access: Access
    secrets: tuple[str | None, str | None]


def named_key(connection: Connection, name: str) -> Named:
    """The key of a name.

    Raises
    ------
    NotFound : the name has no key.
    """
    row = _named(connection, name)
    return Named(_access(row), (row.sha256, row.previous_sha256))


def _named(connection: Connection, name: str) -> Row[Any]:
    row = connection.execute(select(access_keys).where(KEYS.name == name)).first()
    if row is None:
        raise NotFound(f"{name} 没有密钥", f"{name} has no key", remedy="hengjie key list 列出全部")
    return row


def keys(connection: Connection) -> list[Access]:
    """All keys ever made, by name; no secret is among them."""
    return [_access(row) for row in connection.execute(select(access_keys).order_by(KEYS.name))]


def _access(row: Row[Any]) -> Access:
    stations = None if row.stations is None else frozenset(row.stations.split())
    verbs = None if row.verbs is None else frozenset(row.verbs.split())
    ends = (row.expires_at, row.revoked_at)
    return Access(row.name, stations, row.created_at, *ends, row.office, row.maker, verbs, row.used_at)


def access(connection: Connection, secret: str, now: datetime) -> Access:
    """What the key with this secret may do.

    Raises
    ------
    Refused : no such key, or a key that is revoked or has expired.
    """
    digest = _digest(secret)
    before = (KEYS.previous_sha256 == digest) & (KEYS.previous_until > now)
    row = connection.execute(select(access_keys).where(or_(KEYS.sha256 == digest, before))).first()
    if row is None:
        raise Refused("密钥无效", "no such key", path="X-API-Key", remedy=_ASK)
    key = _access(row)
    if key.over(now):
        raise Refused("密钥已撤销或到期", "the key is revoked or has expired", path="X-API-Key", remedy=_ASK)
    return key


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
