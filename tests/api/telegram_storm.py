"""Frames broken at random, sent to a live listener on a real socket among sound ones: nothing wrong may be stored.

``python -m tests.api.telegram_storm [N] [--seed S] [--database URL]`` sends N broken frames, prints what became of
them, and exits 1 where a value was stored that no frame with a fitting CRC holds, a sound one is absent or unanswered,
an answer was given to what is not kept, or a connection hangs.

The CRC of the standard takes 256 values, so that some broken frames fit by chance. Nobody can tell those from sound
ones, unless they contradict an earlier frame of the same request; they are counted here: whether one fits is found by
looking at every ``##`` of what was sent, with the CRC written out bit by bit.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from random import Random

from sqlalchemy import Engine, select

from monitoring_ingest.database.engine import open_engine, read_frame
from monitoring_ingest.database.schema import create_schema
from monitoring_ingest.formats.station_telegrams import masked
from monitoring_ingest.records import tables
from monitoring_ingest.telegrams.store import refused
from monitoring_ingest.telegrams.tables import telegram_frames
from tests.api.live_listener import PATIENCE, Live, live
from tests.monitoring_ingest.telegram_makers import NOW, SECRET, fingerprint, frame, part, source, world
from tests.monitoring_ingest.telegram_mutations import fits, mutated

CONNECTIONS = 16
BROKEN_OF_ONE = 50  # how often each sound frame is sent broken, after it was sent whole
SOUND_AT_ONCE = 4  # sound frames in one piece of the stream
FIRST = datetime(1992, 1, 1)  # until 1991 China had summer time, and an hour a year that is none
STATIONS = {"A": "qiaotou", "B": "shangyou", "C": "utc", "D": "qiaotou-zj"}
Value = tuple[str, str, str]  # MN, time, number

_STARTED = re.compile(rb"(?=##([0-9]{4}))")
_ASKED = re.compile(r"QN=([^;]*);.*?MN=([^;]*);")
_SAID = re.compile(r"MN=([^;]*);.*?DataTime=(\d{14});w01019-Avg=([^,;&]*)")


@dataclass
class Sent:
    """What was sent: every sound frame, every frame whose length and CRC fit, and how many broken ones."""

    sound: set[bytes] = field(default_factory=set)
    fitting: set[bytes] = field(default_factory=set)
    broken: int = 0
    answered: set[tuple[str, str]] = field(default_factory=set)
    hanging: int = 0


def sound_telegrams(connection: int, random: Random) -> Iterator[tuple[bytes, ...]]:
    """Telegrams of one connection's own hours, a value each: one frame or, now and then, the two parts of one."""
    device = "ABCD"[connection % len(STATIONS)]
    hours = timedelta(hours=connection // len(STATIONS))
    at = FIRST + hours
    while True:
        at += timedelta(hours=CONNECTIONS // len(STATIONS))
        written = at.strftime("%Y%m%d%H%M%S")
        cp = f"DataTime={written};w01019-Avg={random.randint(100, 999) / 100},w01019-Flag=N"
        told = {"MN": device, "qn": f"{written}{connection:03}"}
        if random.random() < 0.1:
            yield part(1, 2, cp, **told), part(2, 2, f"DataTime={written}", **told)
        else:
            yield (frame(cp, **told),)


def stream(connection: int, broken: int, seed: int, sent: Sent) -> Iterator[bytes]:
    """What one connection sends, piece by piece: sound frames, each followed by broken copies of it."""
    random = Random(seed * CONNECTIONS + connection)
    telegrams = sound_telegrams(connection, random)
    left = broken
    while left:
        piece = b""
        for one in chain.from_iterable(next(telegrams) for _ in range(SOUND_AT_ONCE)):
            number = min(BROKEN_OF_ONE, left)
            sent.sound.add(masked(one.strip()))
            piece += one + b"".join(mutated(one, random) for _ in range(number)) + b"\r\n"
            left -= number
            sent.broken += number
        sent.fitting |= set(fitting(piece))
        yield piece


def fitting(piece: bytes) -> Iterator[bytes]:
    """Every part of a stream that begins with ``##``, has the length it announces, and whose CRC fits."""
    for found in _STARTED.finditer(piece):
        whole = piece[found.start() : found.start() + 10 + int(found[1])]
        if len(whole) == 10 + int(found[1]) and fits(whole):
            yield masked(whole)


async def converse(running: Live, pieces: Iterator[bytes], sent: Sent) -> None:
    """One station: sends everything, reads every answer, and waits to be closed."""
    reader, writer = await asyncio.open_connection(*running.address)

    async def speak() -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)  # or one connection fills the system's buffers while the others stay silent
        writer.write_eof()

    async def listen() -> None:
        came = b"\n"
        while came:
            async with asyncio.timeout(PATIENCE):
                line = came = await reader.readline()
            sent.answered |= requests([line])

    try:
        await asyncio.gather(listen(), speak())
    except (TimeoutError, ConnectionError):
        sent.hanging += 1
    finally:
        writer.close()


def requests(frames: Iterable[bytes]) -> set[tuple[str, str]]:
    """MN and QN of frames."""
    found = (_ASKED.search(one.decode("utf-8", "replace")) for one in frames)
    return {(one[2], one[1]) for one in found if one}


async def storm(running: Live, broken: int, seed: int) -> Sent:
    """Send that many broken frames over all connections."""
    sent = Sent()
    shares = [broken // CONNECTIONS + (at < broken % CONNECTIONS) for at in range(CONNECTIONS)]
    speaking = (converse(running, stream(at, share, seed, sent), sent) for at, share in enumerate(shares))
    await asyncio.gather(*speaking)
    return sent


def judged(engine: Engine, sent: Sent) -> dict[str, int]:
    """What became of everything; each word that begins with ``wrong`` must be 0."""
    with engine.connect() as connection:
        rows = connection.execute(select(telegram_frames.c.kept).where(telegram_frames.c.error == ""))
        kept = {bytes(row.kept) for row in rows}
        query = select(*(tables.readings.c[name] for name in ("station", "time", "value_text")))
        observed = read_frame(connection, query.where(tables.readings.c.revision > 0))
        counts = {row["error"]: row["seen"] for row in refused(connection, NOW.date().isoformat())}
    by_station = {"utc": "C", "qiaotou": "A", "shangyou": "B", "qiaotou-zj": "D"}
    times = observed["time"].dt.tz_convert("Asia/Shanghai").dt.strftime("%Y%m%d%H%M%S")
    stored = set(zip(observed["station"].map(by_station), times, observed["value_text"], strict=True))
    true, heard = values(sent.sound), values(kept)
    return {
        **{f"refused: {error}": count for error, count in counts.items()},
        "sound frames": len(sent.sound),
        "broken frames": sent.broken,
        "broken, but fit by chance and kept": len(kept - sent.sound),
        "values stored": len(stored),
        "values stored of frames that fit by chance": len(stored - true),
        "wrong: kept though nothing like it with a fitting CRC was sent": len(kept - sent.fitting),
        "wrong: values stored that no kept frame holds": len(stored - heard),
        "wrong: sound frames not kept": len(sent.sound - kept),
        "wrong: sound values not stored": len(true - stored),
        "wrong: requests of sound frames not answered": len(requests(sent.sound) - sent.answered),
        "wrong: requests answered though not kept": len(sent.answered - requests(kept)),
        "wrong: connections left hanging or broken off": sent.hanging,
    }


def values(frames: set[bytes]) -> set[Value]:
    """The values of frames as kept."""
    texts = (_SAID.search(one.decode("utf-8", "replace")) for one in frames)
    return {(found[1], found[2], found[3]) for found in texts if found}


def weathered(engine: Engine, broken: int, seed: int) -> dict[str, int]:
    """A storm of broken frames over a database, from the first connection to the end of the listener."""
    known = {"password_sha256": fingerprint(SECRET)}
    with live(world(engine, *(source(mn, station=station, **known) for mn, station in STATIONS.items()))) as running:
        sent = asyncio.run(storm(running, broken, seed))
        told = list(running.told)
    return judged(engine, sent) | {"wrong: batches that failed": len(told)}


def main() -> int:
    """Sends, judges and tells."""
    asked = argparse.ArgumentParser(prog="telegram_storm", description="随机破坏的报文经真实套接字送入")
    asked.add_argument("count", nargs="?", type=int, default=1_000_000)
    asked.add_argument("--seed", type=int, default=20_260_301)
    asked.add_argument("--database", help="缺省为临时的 SQLite (default: a temporary SQLite)")
    options = asked.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(options.database or f"sqlite:///{Path(folder) / 'storm.sqlite'}")
        create_schema(engine)
        counts = weathered(engine, options.count, options.seed)
        engine.dispose()
    lines = [f"{what}: {count}" for what, count in counts.items()]
    sys.stdout.write("\n".join([*lines, f"{time.monotonic() - began:.0f} s", ""]))
    return 1 if any(count for what, count in counts.items() if what.startswith("wrong")) else 0


if __name__ == "__main__":
    sys.exit(main())
