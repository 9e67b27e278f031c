"""Connections of browsers and programs: how one that is refused still gets its answer.

A peer that is refused before its body was read goes on sending. Closed at once, the connection would be reset, and the
answer with it. So its sending side is closed, what still comes is thrown away for a while, and only then it is closed
altogether (a "lingering close"). What a request means is not known here.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from api.web.entrance import carried
from api.web.errors import MEDIA_TYPE, of_status


@dataclass(frozen=True)
class Patience:
    """How long a peer is waited for [s].

    Attributes
    ----------
    lingering : for the rest of a request that is answered already, in all.
    pausing : between two pieces of it.
    """

    lingering: float = 30
    pausing: float = 3


class Connection(H11Protocol):
    """A connection of uvicorn that its peer cannot hold for longer than `patience` allows."""

    patience: ClassVar[Patience] = Patience()

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._lost = False
        self._lingers = False
        self._ends: list[asyncio.TimerHandle] = []

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(_Closing(transport, self))  # type: ignore[arg-type]

    def data_received(self, data: bytes) -> None:
        """Take bytes of the peer; of one that is answered already they are thrown away."""
        if self._lingers:
            self._wait_for_more()
            return
        super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost = True
        self._forget_ends()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """End the connection when the server stops, once what was asked is answered."""
        if self._lingers:
            self._end()
        else:
            super().shutdown()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no request of HTTP as every other error is answered."""
        self._refuse(400)

    def _refuse(self, status: int) -> None:
        """Answer without the application, and end the connection."""
        body = of_status(status).model_dump_json().encode()
        headers = carried("", status) | {"content-type": MEDIA_TYPE, "connection": "close"}
        encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
        listed = [*self.server_state.default_headers, *encoded]
        head = h11.Response(status_code=status, headers=listed, reason=HTTPStatus(status).phrase)
        for event in (head, h11.Data(data=body), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    # --- lingering ---

    def linger(self, transport: asyncio.Transport) -> bool:
        """Keep a connection that is to be closed until its peer has read the answer; whether it is kept."""
        if self._lost or not self._still_sending() or not transport.can_write_eof():
            return False
        self._lingers = True
        transport.write_eof()
        self.flow.resume_reading()
        self._ends = [self.loop.call_later(self.patience.lingering, self._end)]
        self._wait_for_more()
        return True

    def _still_sending(self) -> bool:
        """Whether the peer may be in the middle of a request."""
        if self.conn.their_state is h11.IDLE:
            return bool(self.conn.trailing_data[0])
        return self.conn.their_state in (h11.SEND_BODY, h11.ERROR)

    def _wait_for_more(self) -> None:
        for pause in self._ends[1:]:
            pause.cancel()
        self._ends[1:] = [self.loop.call_later(self.patience.pausing, self._end)]

    def _end(self) -> None:
        self._forget_ends()
        self.transport.abort()

    def _forget_ends(self) -> None:
        for timer in self._ends:
            timer.cancel()
        self._ends = []


class _Closing:
    """A transport whose `close` lets the connection linger where the peer is still sending."""

    def __init__(self, transport: asyncio.Transport, connection: Connection) -> None:
        self._transport = transport
        self._connection = connection
        self._closed = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def is_closing(self) -> bool:
        return self._closed or self._transport.is_closing()

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        if not self._connection.linger(self._transport):
            self._transport.close()
