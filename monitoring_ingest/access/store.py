"""Writing keys: made, rotated, revoked, and asked what they may do.

Every function takes the instant of the request. A secret is stored as the SHA-256 of 256 random bits and is shown once.
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
KEYS = access_keys.c
_ASK = "用 hengjie key create 或 key rotate 取得新密钥，放在 X-API-Key 头中"


@dataclass(frozen=True)
class Access:
    """A key that may write; `stations` it may speak for, None for all and for everything else that writes."""

    name: str
    stations: frozenset[str] | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None

    def over(self, now: datetime) -> bool:
        """Whether the key has expired or was revoked."""
        return self.revoked_at is not None or (self.expires_at is not None and self.expires_at <= now)


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


def rotate_key(engine: Engine, name: str, overlap: timedelta, now: datetime) -> str:
    """Give `name` a new secret and return it; the present secret stays valid for `overlap`, earlier ones end.

    Raises
    ------
    NotFound : the name has no key. Refused : its key was revoked.
    """
    secret = secrets.token_urlsafe(SECRET_BYTES)
    with writing(engine) as connection:
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
        _named(connection, name)
        connection.execute(update(access_keys).where(KEYS.name == name).values(revoked_at=now))


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
    return Access(row.name, stations, row.created_at, row.expires_at, row.revoked_at)


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
