"""What a route is given: the composition of the process, a connection, the language, the writing key, one instant.

In: the request. Out: annotated dependencies. Nothing is decided here but whether a key may write.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Query, Request
from fastapi.security import APIKeyHeader, HTTPBearer
from fastapi.security.http import HTTPAuthorizationCredentials
from sqlalchemy import Connection

from api.composition import Composition
from api.pages.language import Words, words
from api.pages.names import Names
from api.reads.instants import parsed_instant
from basin.errors import Refused
from monitoring_ingest.access.store import Access, access


def composition(request: Request) -> Composition:
    """What the application that serves this request works with."""
    composed: Composition = request.app.state.composition
    return composed


Has = Annotated[Composition, Depends(composition)]


def connection(has: Has) -> Iterator[Connection]:
    """A connection for reading, open as long as the request."""
    with has.engine.connect() as opened:
        yield opened


def names(has: Has, t: Annotated[Words, Depends(words)]) -> Names:
    """Names in the reader's language."""
    return Names(t, has.registry)


_header = APIKeyHeader(
    name="X-API-Key", auto_error=False, description="写入密钥 (writing key): `hengjie key create NAME`"
)
_bearer = HTTPBearer(auto_error=False, description="写入密钥 (the same key as a bearer token)")


def sender(
    has: Has,
    header: Annotated[str | None, Depends(_header)],
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Access:
    """What the key of this request may do.

    Raises
    ------
    Refused : 401 without a key; 403 with one that is not known, revoked or over, or with two that differ.
    """
    secret = header or (bearer.credentials if bearer else None)
    remedy = "用 hengjie key create NAME 取得密钥，放在 X-API-Key 头中"
    if header and bearer and header != bearer.credentials:
        raise Refused("给了两个不同的密钥", "two different keys", path="Authorization", remedy="只在一个头中给密钥")
    if not secret:
        missing = Refused("写入需要密钥", "writing needs a key", path="X-API-Key", remedy=remedy)
        missing.status = 401
        raise missing
    with has.engine.connect() as opened:
        return access(opened, secret, has.now())


def writer(found: Annotated[Access, Depends(sender)]) -> str:
    """The name of a key that may write anything.

    Raises
    ------
    Refused : also for a key of some stations: it hands in their readings and nothing else.
    """
    if found.stations is not None:
        zh = "该密钥只能报送其站点的读数"
        en = "this key may only hand in readings of its stations"
        raise Refused(zh, en, path="X-API-Key", remedy="用不限站点的密钥")
    return found.name


def instant(
    as_of: Annotated[str | None, Query(description="ISO 8601 with zone: 按当时所知 (what was known then)")] = None,
) -> datetime | None:
    """The instant asked for with ``as_of``.

    Raises
    ------
    UsageError : no instant, one without a zone, or one of a year nobody measures in.
    """
    return parsed_instant(as_of or None, "as_of")


Reads = Annotated[Connection, Depends(connection)]
Named = Annotated[Names, Depends(names)]
Sender = Annotated[Access, Depends(sender)]
Writer = Annotated[str, Depends(writer)]
AsOf = Annotated[datetime | None, Depends(instant)]
