"""A listener on a real socket, in a thread of the test's own process, and peers that talk to it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event, Thread

from api.listening import Limits, Listener, opened
from monitoring_ingest.telegrams.intake import World
from tests.monitoring_ingest.telegram_makers import NOW

PATIENCE = 120  # seconds after which a test gives up; no test asserts them
SMALL_BUFFER = 4_096


@dataclass
class Live:
    """A listener that serves `address`; `told` is what it said on standard error."""

    world: World
    limits: Limits = field(default_factory=Limits)
    now: datetime = NOW
    told: list[str] = field(default_factory=list)
    _ready: Event = field(default_factory=Event)

    def start(self) -> None:
        listening = opened("127.0.0.1", 0)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SMALL_BUFFER)
        self.address = listening.getsockname()
        self.thread = Thread(target=lambda: asyncio.run(self._listen(listening)))
        self.thread.start()
        assert self._ready.wait(PATIENCE)

    async def _listen(self, listening: socket.socket) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self.listener = Listener(self.world, self.told.append, lambda: self.now, self.limits)
        self._ready.set()
        await self.listener.listen(listening, self._stop)

    def stop(self) -> None:
        """Tell it to stop, as SIGTERM does; it ends by itself."""
        self._loop.call_soon_threadsafe(self._stop.set)

    def ended(self) -> bool:
        """Whether it has come to its end, no connection hanging."""
        self.thread.join(PATIENCE)
        return not self.thread.is_alive()

    @contextmanager
    def peer(self, buffer: int | None = None) -> Iterator[Peer]:
        with socket.socket() as made:
            made.settimeout(PATIENCE)
            if buffer:
                made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
            made.connect(self.address)
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            yield Peer(made)


@dataclass
class Peer:
    """A station's end of a connection."""

    socket: socket.socket
    _came: bytes = b""

    def send(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.socket.sendall(piece)

    def answer(self) -> bytes:
        """The next line that comes; what came where the connection is closed before its end."""
        while b"\n" not in self._came:
            try:
                chunk = self.socket.recv(65_536)
            except ConnectionError:
                chunk = b""
            if not chunk:
                break
            self._came += chunk
        line, _, self._came = self._came.partition(b"\n")
        return line.strip()

    def answers(self) -> list[bytes]:
        """Everything that comes until the connection is closed, after telling that nothing more is sent."""
        self.socket.shutdown(socket.SHUT_WR)
        return list(iter(self.answer, b""))

    def closed(self) -> bool:
        """Whether the other end closes the connection, whatever it says before."""
        while self.answer():
            pass
        return True


@contextmanager
def live(world: World, limits: Limits | None = None) -> Iterator[Live]:
    """A listener for the length of a test; it must come to its end."""
    running = Live(world, limits or Limits())
    running.start()
    try:
        yield running
    finally:
        running.stop()
        assert running.ended()
