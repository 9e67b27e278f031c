"""Listening to stations: TCP connections in, frames taken in batch by batch, answers out.

Every connection is read by itself, however its bytes are cut; what waits at one moment on all of them is taken in
together, in a thread. A peer is read again only when what it sent has been dealt with, so that nobody fills the memory.
What a frame is worth is decided in `monitoring_ingest.telegrams`.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import signal
import socket
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

from api.web.audit import AuditTrail, write_lines
from basin.errors import UsageError
from monitoring_ingest.access.audit_store import Act
from monitoring_ingest.access.tries import Tries
from monitoring_ingest.telegrams.frames import PASSWORD, TOO_SOON, Frame, judged, pieces, refused
from monitoring_ingest.telegrams.intake import AT_ONCE, World, finish_waiting, take_in
from monitoring_ingest.telegrams.store import Arrival

BACKLOG = 1024
CHUNK = 16_384
PIECES = 100  # of one peer that are in hand at once: a chunk of line ends holds thousands
GIVES_UP = 3  # frames of a failed batch that fail by themselves: then it is the database, not a frame
Say = Callable[[str], None]


@dataclass(frozen=True)
class Limits:
    """What a peer may do before its connection is closed [s].

    Attributes
    ----------
    stranger : silence of a peer that has sent no good frame yet.
    silence : silence of a peer that has; a little over an hour, for stations that send hourly on one connection.
    unfinished : from the first byte of a frame to its end.
    unread : how long answers may wait to be read.
    connections, of_one_host : open at once, in all and from one address.
    """

    stranger: float = 60
    silence: float = 3_900
    unfinished: float = 30
    unread: float = 30
    connections: int = 5_000
    of_one_host: int = 500


@dataclass
class Listener:
    """One listening process.

    `take_in` stores arrivals and says of each whether it is stored for good; it is called in a thread, one batch at a
    time.
    """

    world: World
    say: Say
    now: Callable[[], datetime]
    limits: Limits = field(default_factory=Limits)
    storing: int = 0  # frames that are being taken in
    _waiting: asyncio.Queue[tuple[Arrival, asyncio.Future[bool]]] = field(default_factory=asyncio.Queue)
    _connections: dict[asyncio.Task[None], str] = field(default_factory=dict)
    _reading: set[asyncio.Task[None]] = field(default_factory=set)
    _stopping: bool = False

    def __post_init__(self) -> None:
        self._trail = AuditTrail(self.world.engine, self.now)
        self._tries = Tries(monotonic)

    async def listen(self, listening: socket.socket, stop: asyncio.Event) -> None:
        """Serve an open socket until `stop`; what was being stored then is stored and answered first."""
        await asyncio.to_thread(finish_waiting, self.world, self.now)
        storing = asyncio.create_task(self._store())
        server = await asyncio.start_server(self._connected, sock=listening, limit=CHUNK, backlog=BACKLOG)
        await stop.wait()
        server.close()
        self._stopping = True
        for connection in self._reading:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        storing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await storing

    # --- one connection ---

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        host, port = (writer.get_extra_info("peername") or ("?", 0))[:2]
        of_host = Counter(self._connections.values())[host]
        if self._stopping or len(self._connections) >= self.limits.connections or of_host >= self.limits.of_one_host:
            writer.transport.abort()
            return
        self._connections[task] = host
        writer.transport.set_write_buffer_limits(high=0)  # so that `drain` waits until all is handed to the system
        try:
            await self._converse(reader, writer, f"{host}:{port}")
        except (OSError, TimeoutError, asyncio.CancelledError):
            pass  # the peer went away or was too slow, or this process stops
        finally:
            writer.transport.abort() if writer.transport.get_write_buffer_size() else writer.close()
            del self._connections[task]

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: str) -> None:
        """Read, have it stored, answer; until the peer ends, is silent for too long, or this process stops."""
        host = peer.rpartition(":")[0]
        opened: set[str] = set()  # devices whose password this connection has sent
        rest = b""
        began = 0.0
        patience = self.limits.stranger
        clock = asyncio.get_running_loop().time
        while not self._stopping:
            chunk = await self._read(reader, began + self.limits.unfinished - clock() if rest else patience)
            came, left = pieces(rest + chunk) if chunk else ((rest,) if rest else (), b"")
            begins = not rest or bool(came)
            rest = left if left.strip(b"\r\n") else b""
            for start in range(0, len(came), PIECES):
                frames = [self._judged(piece, host, opened) for piece in came[start : start + PIECES]]
                await self._trace(frames, host)
                if any(not frame.error for frame in frames):
                    patience = self.limits.silence
                await self._answer(writer, frames, await self._stored(frames, peer))
            began = clock() if begins else began  # the time storing took is not the peer's
            if not chunk:
                return

    def _judged(self, piece: bytes, host: str, opened: set[str]) -> Frame:
        """A frame; where wrong passwords for its device came from its address, only after a wait that grows.

        Parameters
        ----------
        host : the address that the piece comes from.
        opened : devices whose password came over this connection before: nobody else makes those wait.
        """
        frame = judged(piece, self.world.devices)
        device = frame.of("MN")
        source = self.world.devices.get(device)
        if frame.error not in ("", PASSWORD) or source is None or not source.password_sha256 or device in opened:
            return frame
        whose = f"{host} {device}"
        if self._tries.take(whose):
            return refused(piece, TOO_SOON, frame.telegram)
        if not frame.error:
            self._tries.give_back(whose)
            opened.add(device)
        return frame

    async def _trace(self, frames: Sequence[Frame], host: str) -> None:
        """Leave the trail of wrong passwords."""
        for frame in frames:
            if frame.error in (PASSWORD, TOO_SOON):
                await self._trail.leave(Act("telegram", "", host, frame.error, frame.of("MN")))

    async def _read(self, reader: asyncio.StreamReader, patience: float) -> bytes:
        """The next bytes. While it waits for them, a connection may be ended from outside."""
        task = asyncio.current_task()
        assert task is not None
        self._reading.add(task)
        try:
            async with asyncio.timeout(patience):
                return await reader.read(CHUNK)
        finally:
            self._reading.discard(task)

    async def _answer(self, writer: asyncio.StreamWriter, frames: Sequence[Frame], stored: Sequence[bool]) -> None:
        for frame, safe in zip(frames, stored, strict=True):
            if safe and frame.answer is not None:
                writer.write(frame.answer)
        async with asyncio.timeout(self.limits.unread):
            await writer.drain()

    # --- all connections ---

    async def _stored(self, frames: Sequence[Frame], peer: str) -> list[bool]:
        """Hand frames over to be stored, and wait for it."""
        futures = []
        for frame in frames:
            future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
            self._waiting.put_nowait((Arrival(frame, peer, self.now()), future))
            futures.append(future)
        return [await future for future in futures]

    async def _store(self) -> None:
        """Take in what waits, batch after batch; a batch that fails is tried frame by frame, so that one harms none."""
        while True:
            batch = [await self._waiting.get()]
            while len(batch) < AT_ONCE and not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            stored = await self._taken([arrival for arrival, _ in batch])
            for (_, future), safe in zip(batch, stored, strict=True):
                if not future.done():
                    future.set_result(safe)

    async def _taken(self, arrivals: Sequence[Arrival]) -> list[bool]:
        self.storing = len(arrivals)
        try:
            return await asyncio.to_thread(take_in, self.world, arrivals, self.now)
        except Exception as problem:  # whatever it is, the peers get no answer and send again
            self.say(f"{len(arrivals)} 帧没有存下，不应答 not stored, not answered：{type(problem).__name__} {problem}")
        finally:
            self.storing = 0
        stored = [False] * len(arrivals)
        failures = 0
        for place, arrival in enumerate(arrivals if len(arrivals) > 1 else ()):
            (stored[place],) = await self._taken([arrival])
            failures += not stored[place] and not arrival.frame.error
            if failures == GIVES_UP:
                break
        return stored


def opened(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes any free one.

    Raises
    ------
    UsageError : the address is taken, or not of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(BACKLOG)
    except OSError as problem:
        listening.close()
        taken = problem.errno == errno.EADDRINUSE
        zh = f"{host}:{port} 已被占用" if taken else f"不能监听 {host}:{port}：{problem.strerror}"
        raise UsageError(zh, "cannot listen there", path="--port", remedy="改端口或地址，如 --port 9212") from problem
    listening.setblocking(False)
    return listening


def listen(world: World, listening: socket.socket, say: Say, now: Callable[[], datetime]) -> None:
    """Listen until SIGTERM or SIGINT; what is being stored is finished."""

    async def until_told() -> None:
        write_lines()
        stop = asyncio.Event()
        for ending in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(ending, stop.set)
        await Listener(world, say, now).listen(listening, stop)

    asyncio.run(until_told())
