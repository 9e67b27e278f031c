"""An application called as a server calls it, piece by piece: what it reads of a body, and what it answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI

Headers = dict[str, str]


@dataclass(frozen=True)
class Answer:
    """What came back, and how many bytes of the body had been read by then."""

    status: int
    headers: Headers
    body: bytes
    read: int

    def json(self) -> Any:
        return json.loads(self.body)


def call(app: FastAPI, method: str, address: str, headers: Headers, pieces: Iterable[bytes] = ()) -> Answer:
    """Call an application; the body comes in pieces, each of which is made when it is asked for."""
    return asyncio.run(_called(app, _scope(method, address, headers), iter(pieces)))


def _scope(method: str, address: str, headers: Headers) -> dict[str, Any]:
    path, _, query = address.partition("?")
    raw = [(name.lower().encode(), _bytes(value)) for name, value in headers.items()]
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": _bytes(query), "root_path": "",
        "headers": raw, "client": ("127.0.0.1", 50_000), "server": ("127.0.0.1", 8000), "state": {},
    }  # fmt: skip


def _bytes(value: str) -> bytes:
    """A header as clients send it: as Latin-1 where that has all of its characters."""
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode()


async def _called(app: FastAPI, scope: dict[str, Any], pieces: Iterator[bytes]) -> Answer:
    read = 0
    ended = False
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        nonlocal read, ended
        piece = next(pieces, None)
        if piece is None:
            if ended:
                await asyncio.Event().wait()  # the peer stays and says no more
            ended = True
            return {"type": "http.request", "body": b"", "more_body": False}
        read += len(piece)
        return {"type": "http.request", "body": piece, "more_body": True}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    start = sent[0]
    answered = {name.decode().lower(): value.decode("latin-1") for name, value in start["headers"]}
    return Answer(start["status"], answered, b"".join(message.get("body", b"") for message in sent[1:]), read)
