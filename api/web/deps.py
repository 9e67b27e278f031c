"""What a route is given: the composition of the process, a connection, the language, the writing key, one instant.

In: the request. Out: annotated dependencies. Whether a key opens is asked in `web.keys`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
from api.web.keys import HEADER, access_asked_for, refuse_key_of_some_stations
from monitoring_ingest.access.store import Access


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


KEY_HEADER = APIKeyHeader(
    name=HEADER, auto_error=False, description="写入密钥 (writing key): `hengjie key create NAME`"
)
KEY_BEARER = HTTPBearer(auto_error=False, description="写入密钥 (the same key as a bearer token)")


def sender(
    request: Request,
    _in_header: Annotated[str | None, Depends(KEY_HEADER)],
    _as_bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(KEY_BEARER)],
) -> Access:
    """What the key of this request may do; its route asked for the key before the body came (`web.guarded`)."""
    return access_asked_for(request)


def writer(access: Annotated[Access, Depends(sender)]) -> str:
    """The name of a key that may write anything.

    Raises
    ------
    Refused : also for a key of some stations: it hands in their readings and nothing else.
    """
    refuse_key_of_some_stations(access)
    return access.name


def instant(
    as_of: Annotated[str | None, Query(description="ISO 8601 with zone: 按当时所知 (what was known then)")] = None,
) -> datetime | None:
    """The instant asked for with ``as_of``.

    Raises
    ------
    UsageError : no instant, one without a zone, or one of a year nobody measures in.
    """
    return parsed_instant(as_of or None, "as_of")


def about(request: Request) -> Callable[[str], None]:
    """How an endpoint says what its request is about, for the trail that it leaves."""

    def say(subject: str) -> None:
        request.state.about = subject

    return say


Reads = Annotated[Connection, Depends(connection)]
Named = Annotated[Names, Depends(names)]
Sender = Annotated[Access, Depends(sender)]
Writer = Annotated[str, Depends(writer)]
About = Annotated[Callable[[str], None], Depends(about)]
AsOf = Annotated[datetime | None, Depends(instant)]
