"""Connections of browsers and programs: none is held by a peer that does not do its part.

A peer has a while to send the head of a request, must keep up a pace with its body, and must read what it is answered;
else the connection is ended. Where there are too many, the one that has been idle for longest makes room, so that
half-sent requests keep nobody out. A peer that was told to come again later is not read before: however fast it asks,
it costs no more than one answer a while.

A peer that is refused before its body was read goes on sending. Closed at once, the connection would be reset, and the
answer with it. So its sending side is closed, what still comes is thrown away for a while, and only then it is closed
altogether (a "lingering close"). What a request means is not known here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from api.web.entrance import carried
from api.web.errors import MEDIA_TYPE, of_status


@dataclass(frozen=True)
class Patience:
    """How long a peer is waited for [s].

    Attributes
    ----------
    head : from the opening of a connection, or the first byte of a later request, to the end of the request's head.
    body : in which a body must bring `pace` [bytes a second] on average.
    unread : while nothing of an answer is read.
    lingering : for the rest of a request that is answered already, in all; pausing : between two pieces of it.
    connections : open at one time.
    """

    head: float = 10
    body: float = 20
    pace: float = 512
    unread: float = 20
    lingering: float = 30
    pausing: float = 3
    connections: int = 2_000


COME_AGAIN = "5"  # seconds
_idle: WeakKeyDictionary[ServerState, dict[Connection, None]] = WeakKeyDictionary()


class Connection(H11Protocol):
    """A connection of uvicorn that its peer cannot hold for longer than `patience` allows."""

    patience: ClassVar[Patience] = Patience()

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._lost = False
        self._lingers = False
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._arrived = 0  # bytes of the body that is arriving

    # --- as uvicorn and asyncio call it ---

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(_Closing(transport, self))  # type: ignore[arg-type]
        if len(self.connections) > self.patience.connections:
            self._make_room()
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Take bytes of the peer; of one that is answered already they are thrown away."""
        if self._lingers:
            self._set("pausing", self.patience.pausing, self._end)
            return
        self._arrived += len(data)
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        rest = self.scope["state"].get("rest")  # of who was told to come again: for how long it is not read
        if rest is None or self.transport.is_closing():
            self._go_on()
            return
        self.flow.pause_reading()
        self._waiting.setdefault(self)
        self._set("rest", rest, self._go_on)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch_reading()

    def resume_writing(self) -> None:
        super().resume_writing()
        if not self._lingers:
            self._stop("unread")

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost = True
        self._waiting.pop(self, None)
        for name in list(self._timers):
            self._stop(name)
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """End the connection when the server stops: what has arrived whole is answered first."""
        if self._lingers or self._is_sending():
            self._end()
        else:
            super().shutdown()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no request of HTTP as every other error is answered."""
        self._refuse(400)

    # --- waiting for the peer ---

    @property
    def _waiting(self) -> dict[Connection, None]:
        """The connections of this server on which nothing is asked at the moment, the oldest first."""
        return _idle.setdefault(self.server_state, {})

    def _go_on(self) -> None:
        """Read the next request."""
        super().on_response_complete()
        self._watch()

    def _watch(self) -> None:
        """Set the time that the peer has for what it has begun."""
        state = self.conn.their_state
        if self._lost or self._lingers:
            return
        if state is h11.IDLE:
            self._stop("body")
            self._waiting.setdefault(self)
            if self.cycle is None or self.conn.trailing_data[0]:
                self._begin("head", self.patience.head, self._head_is_late)
            return
        self._waiting.pop(self, None)
        self._stop("head")
        if state is h11.SEND_BODY and "body" not in self._timers:
            self._arrived = 0
            self._set("body", self.patience.body, self._body_is_late)
        elif state is not h11.SEND_BODY:
            self._stop("body")

    def _head_is_late(self) -> None:
        if self.conn.trailing_data[0]:
            self._refuse(408)
        else:  # it never asked anything
            self.transport.close()

    def _body_is_late(self) -> None:
        wanted = self.patience.pace * self.patience.body
        # a body that is not read is not late
        if self._arrived >= wanted or self.flow.read_paused:
            self._arrived = 0
            self._set("body", self.patience.body, self._body_is_late)
            return
        self.cycle.disconnected = True
        self.cycle.message_event.set()
        if self.cycle.response_started:
            self._end()
        else:
            self._refuse(408)

    def _watch_reading(self) -> None:
        """Set the time in which the peer must read something."""
        unread = self.transport.get_write_buffer_size()

        def look() -> None:
            left = self.transport.get_write_buffer_size()
            if left >= unread > 0:
                self._end()
            elif left:
                self._watch_reading()

        self._set("unread", self.patience.unread, look)

    def _make_room(self) -> None:
        """End the connection that has been idle for longest; where none is, refuse this one."""
        oldest = next(iter(self._waiting), None)
        if oldest is None:
            self._refuse(503)
        else:
            oldest._end()

    # --- ending it ---

    def _refuse(self, status: int) -> None:
        """Answer without the application, and end the connection."""
        body = of_status(status).model_dump_json().encode()
        headers = carried("", status) | {"content-type": MEDIA_TYPE, "connection": "close"}
        if status != 400:  # what is no HTTP will be none later
            headers["retry-after"] = COME_AGAIN
        encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
        listed = [*self.server_state.default_headers, *encoded]
        head = h11.Response(status_code=status, headers=listed, reason=HTTPStatus(status).phrase)
        for event in (head, h11.Data(data=body), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def linger(self, transport: asyncio.Transport) -> bool:
        """Keep a connection that is to be closed until its peer has read the answer; whether it is kept."""
        if self._lost:
            return False
        self._watch_reading()
        if not self._is_sending() or not transport.can_write_eof():
            return False
        self._lingers = True
        for name in ("head", "body"):
            self._stop(name)
        self._waiting.setdefault(self)
        transport.write_eof()
        self.flow.resume_reading()
        self._set("lingering", self.patience.lingering, self._end)
        self._set("pausing", self.patience.pausing, self._end)
        return True

    def _is_sending(self) -> bool:
        """Whether the peer may be in the middle of a request."""
        if self.conn.their_state is h11.IDLE:
            return bool(self.conn.trailing_data[0])
        return self.conn.their_state in (h11.SEND_BODY, h11.ERROR)

    def _end(self) -> None:
        self._waiting.pop(self, None)
        self.transport.abort()

    # --- timers ---

    def _begin(self, name: str, seconds: float, then: Callable[[], None]) -> None:
        """Set a timer, unless it is set."""
        if name not in self._timers:
            self._set(name, seconds, then)

    def _set(self, name: str, seconds: float, then: Callable[[], None]) -> None:
        """Set a timer anew."""
        self._stop(name)

        def over() -> None:
            del self._timers[name]
            then()

        self._timers[name] = self.loop.call_later(seconds, over)

    def _stop(self, name: str) -> None:
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()


class _Closing:
    """A transport whose `close` lets the connection linger where the peer is still sending."""

    def __init__(self, transport: asyncio.Transport, connection: Connection) -> None:
        self._transport = transport
        self._connection = connection
        self._closed = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def is_closing(self) -> bool:
        """Whether nothing more is to be written."""
        return self._closed or self._transport.is_closing()

    def close(self) -> None:
        """Close it, at once or when the peer has had time to read."""
        if self._closed:
            return
        self._closed = True
        if not self._connection.linger(self._transport):
            self._transport.close()
