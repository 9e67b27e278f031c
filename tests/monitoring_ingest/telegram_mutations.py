"""Telegrams broken at random: none may raise, and none may be read as something else unless its CRC really fits.

``python -m tests.monitoring_ingest.telegram_mutations [N] [--seed S]`` breaks N frames and prints what became of them;
it exits 1 where `wrong` is not 0. The CRC here is written out bit by bit from the standard, apart from the program's.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from random import Random

from monitoring_ingest.formats.station_telegrams import Refused, decode

HEAD = "QN=20260301080000001;ST=21;CN=2061;PW=123456;MN=S000000_0001;"
DATA = (
    HEAD + "Flag=5;CP=&&DataTime=20260301040000;w01019-Avg=2.31,w01019-Flag=N;w21003-Avg=0.118,w21003-Flag=N&&",
    HEAD + "Flag=7;PNUM=2;PNO=1;CP=&&DataTime=20260301040000;w01010-Min=9.1,w01010-Max=10.4,w01010-Flag=D&&",
    HEAD + "Flag=4;CP=&&&&",
)
BITS = 8


def crc_bit_by_bit(data: bytes) -> int:
    """Annex A of the standard as it is printed there."""
    register = 0xFFFF
    for byte in data:
        register = (register >> 8) ^ byte
        for _ in range(8):
            lowest = register & 1
            register >>= 1
            if lowest:
                register ^= 0xA001
    return register


def framed(data: str | bytes) -> bytes:
    """A whole frame around some data."""
    raw = data.encode() if isinstance(data, str) else data
    return b"##%04d%s%04X\r\n" % (len(raw), raw, crc_bit_by_bit(raw))


SENT = {frame: decode(frame) for frame in map(framed, DATA)}


def mutated(frame: bytes, random: Random) -> bytes:
    """The frame after one to four accidents: bits flipped, bytes changed, lost, added or repeated, the end lost."""
    broken = bytearray(frame)
    for _ in range(random.randint(1, 4)):
        at = random.randrange(len(broken) + 1)
        match random.randrange(6):
            case 0 if at < len(broken):
                broken[at] ^= 1 << random.randrange(BITS)
            case 1 if at < len(broken):
                broken[at] = random.randrange(256)
            case 2:
                del broken[at : at + 1]
            case 3:
                broken.insert(at, random.randrange(256))
            case 4:
                del broken[at:]
            case _:
                broken[at:at] = broken[random.randrange(len(broken) + 1) : at]
    return bytes(broken)


def fits(frame: bytes) -> bool:
    """Whether length and CRC of a frame really are those of its data."""
    body = frame.removesuffix(b"\n").removesuffix(b"\r")[6:]
    data, crc = body[:-4], body[-4:]
    return frame[2:6] == b"%04d" % len(data) and crc.upper() == b"%04X" % crc_bit_by_bit(data)


def outcome(frame: bytes, broken: bytes) -> str:
    """What became of a broken frame: its error, ``same`` as sent, ``by chance`` (length and CRC fit) or ``wrong``."""
    read = decode(broken)
    if isinstance(read, Refused):
        return read.error
    if read == SENT[frame]:
        return "same"
    return "by chance" if fits(broken) else "wrong"


def mutations(n: int, seed: int) -> Counter[str]:
    """How often each outcome came of n broken frames; the same seed gives the same ones."""
    random = Random(seed)
    frames = tuple(SENT)
    counts: Counter[str] = Counter()
    for _ in range(n):
        frame = random.choice(frames)
        counts[outcome(frame, mutated(frame, random))] += 1
    return counts


def main() -> int:
    """Breaks frames and tells."""
    asked = argparse.ArgumentParser(prog="telegram_mutations", description="随机破坏报文 (telegrams broken at random)")
    asked.add_argument("count", nargs="?", type=int, default=1_000_000)
    asked.add_argument("--seed", type=int, default=20_260_301)
    options = asked.parse_args()
    began = time.monotonic()
    counts = mutations(options.count, options.seed)
    lines = [f"{what}: {count}" for what, count in sorted(counts.items())]
    sys.stdout.write("\n".join([*lines, f"{options.count} 帧 frames, {time.monotonic() - began:.1f} s", ""]))
    return 1 if counts["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
