"""Evidence files broken at random, opened and recomputed: nothing is written, nothing hangs, nothing false is sound.

``python -m tests.settlement.evidence.pack_storm [OPENED] [RECOMPUTED] [--seed S] [--keep]`` breaks so many files for
the reader alone (bytes, headers, names, sizes, texts), and so many more, sealed anew, for the whole recomputation. It
prints what became of them and exits 1 where anything was written to disk, an exception was none of ours, a file took
longer than `PATIENCE`, or a file whose content differs was called sound. ``--keep`` writes the result into
docs/safety.md.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import struct
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from basin.errors import HengjieError
from settlement.evidence.exporting import recomputed
from settlement.evidence.pack import contents, verify
from tests.safety.page import keep
from tests.settlement.evidence.packs import changes, entries_of, kinds, restated, sealed

PATIENCE = 20.0  # seconds on a busy machine; a sound file takes a tenth of one
HEADING = "## 证据包 Packs"
WRITES = (
    "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.symlink", "os.link", "os.truncate", "shutil.", "tempfile.",
)  # fmt: skip
EARLIEST = (1980, 1, 1, 0, 0, 0)
NAMES = (
    "../x", "/etc/passwd", "register/../../x", "register//dev/stdout", "C:\\x", "register/con/parties.csv",
    "register/basins/nul/parties.csv", "register/basins/x./parties.csv", "facts.json ", "FACTS.JSON", "a\x00b", "",
    "register/basins/\u202ex/parties.csv", "register/basins/a/parties.csv", "notes.txt", "." * 300,
)  # fmt: skip
EXTREMES = (0, 1, 0x7F, 0xFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF)
BOMBS = (
    "1e999999999", "-1e-999999999", "9" * 5000, f"1/{'9' * 4000}", "1/0", "1e400", "nan", "inf", "0x10", "１２", "²",
    "", " ", "null", "true", "\u202e", "'", '"', "\\", "|", "&a", "*a", "!!python/object:os.system",
    "[" * 200, "{" * 200,
    "1900..2200", "2020-13", "0000", "9999-12-31", "-1", "1_000", "pool", "all", "{by: section, else: 1}",
)  # fmt: skip


class Hung(BaseException):
    """A file took longer than `PATIENCE`; no handler of exceptions may swallow it."""


@dataclass
class Outcome:
    """What became of the broken files."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    slowest: float = 0.0
    seconds: float = 0.0


@dataclass
class Watch:
    """Notes whatever this process writes, makes, renames or removes on disk while a file is judged."""

    noted: list[str] | None = None

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.noted is None:
            return
        flags = arguments[2] if event == "open" and isinstance(arguments[2], int) else 0
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC) or event.startswith(WRITES):
            self.noted.append(f"{event} {arguments}")


# --- breaking --------------------------------------------------------------------------------------------------------


def bits(raw: bytearray, chance: Random) -> None:
    """Some bits flipped."""
    for _ in range(chance.randint(1, 8)):
        raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)


def run(raw: bytearray, chance: Random) -> None:
    """A run of bytes overwritten."""
    start = chance.randrange(len(raw))
    length = chance.choice((1, 2, 4, 8, 64, 1024))
    raw[start : start + length] = chance.choice((bytes(length), b"\xff" * length, chance.randbytes(length)))


def cut(raw: bytearray, chance: Random) -> None:
    """A piece taken out, doubled or put in."""
    start = chance.randrange(len(raw))
    length = chance.choice((1, 2, 16, 300, 4000))
    piece = chance.choice((b"", bytes(raw[start : start + length]) * 2, chance.randbytes(length)))
    raw[start : start + length] = piece


def end(raw: bytearray, chance: Random) -> None:
    """Cut short, or something behind or before it."""
    match chance.randrange(3):
        case 0:
            del raw[chance.randrange(len(raw)) :]
        case 1:
            raw += chance.randbytes(chance.randint(1, 100))
        case _:
            raw[:0] = chance.choice((b"MZ", b"PK", bytes(raw[:100]), chance.randbytes(30)))


def header(raw: bytearray, chance: Random) -> None:
    """A field of a header, of the directory or of its end set to an extreme."""
    signature, length = chance.choice(((b"PK\3\4", 30), (b"PK\1\2", 46), (b"PK\5\6", 22)))
    places = [match.start() for match in re.finditer(re.escape(signature), raw)]
    if not places:  # broken already
        return
    start = chance.choice(places) + chance.randrange(4, length - 1)
    form = chance.choice(("<B", "<H", "<L"))
    most = (1 << 8 * struct.calcsize(form)) - 1
    value = struct.pack(form, min(chance.choice((*EXTREMES, chance.randrange(most + 1))), most))
    raw[start : start + len(value)] = value


BYTES: Sequence[Callable[[bytearray, Random], None]] = (bits, run, cut, end, header)


def rebuilt(entries: Mapping[str, bytes], chance: Random) -> bytes:
    """A ZIP of other names, orders and methods, as any program might write one."""
    named = list(entries.items())
    match chance.randrange(6):
        case 0:
            chance.shuffle(named)
        case 1:
            place = chance.randrange(len(named))
            named[place] = (chance.choice(NAMES), named[place][1])
        case 2:
            named.append((chance.choice(NAMES), chance.randbytes(20)))
        case 3:
            named.append(chance.choice(named))
        case 4:
            del named[chance.randrange(len(named))]
        case _:
            place, other = chance.randrange(len(named)), chance.randrange(len(named))
            named[place] = (named[place][0], named[other][1])
    buffer = BytesIO()
    with ZipFile(buffer, "w") as file:
        for name, content in named:
            info = ZipInfo(name or "x", EARLIEST)
            info.external_attr = chance.choice((0o644, 0o120777, 0o20666, 0o10666)) << 16
            file.NameToInfo.pop(info.filename, None)  # a name may stand twice
            file.writestr(info, content, chance.choice((ZIP_STORED, ZIP_STORED, ZIP_STORED, ZIP_DEFLATED)))
    return buffer.getvalue()


def texts(entries: Mapping[str, bytes], chance: Random) -> dict[str, bytes]:
    """The entries with one text broken: a piece of it replaced by something hostile, taken out or doubled."""
    name = chance.choice(sorted(entries))
    content = entries[name]
    start = chance.randrange(len(content) + 1)
    stop = start + chance.choice((0, 1, 3, 10, 80))
    piece = chance.choice((chance.choice(BOMBS).encode(), b"", content[start:stop] * 3, chance.randbytes(4)))
    return {**entries, name: content[:start] + piece + content[stop:]}


def words(entries: Mapping[str, bytes], chance: Random) -> dict[str, bytes]:
    """The entries with one value of an agreement, a register, a fact or a table replaced by something hostile."""
    name = chance.choice(sorted(entries))
    text = entries[name].decode("utf-8", "replace")
    marks = ': ,\n{}[]"|'
    starts = [place for place, sign in enumerate(text) if sign in marks]
    if not starts:
        return {**entries, name: chance.choice(BOMBS).encode()}
    start = chance.choice(starts) + 1
    stop = next((place for place in range(start, len(text)) if text[place] in marks), len(text))
    bomb = chance.choice(BOMBS)
    if name.endswith(".json"):
        bomb = bomb.replace("\\", "\\\\").replace('"', '\\"')
    return {**entries, name: f"{text[:start]}{bomb}{text[stop:]}".encode()}


def for_the_reader(bases: Sequence[bytes], chance: Random) -> bytes:
    """A file broken anywhere."""
    base = chance.choice(bases)
    match chance.randrange(10):
        case 0 | 1 | 2 | 3 | 4:
            raw = bytearray(base)
            for _ in range(chance.choice((1, 1, 1, 2, 3))):
                chance.choice(BYTES)(raw, chance)
                raw = raw or bytearray(b"x")
            return bytes(raw)
        case 5:
            return rebuilt(entries_of(base) | {"SHA256SUMS": b""}, chance)
        case 6:
            return base[: chance.randrange(len(base))] + chance.choice(bases)[chance.randrange(len(base)) :]
        case 7 | 8:
            return sealed(texts(entries_of(base), chance))
        case _:
            return sealed(words(entries_of(base), chance))


def for_the_engine(bases: Sequence[bytes], fields: Sequence[Sequence[Any]], chance: Random) -> bytes:
    """A file changed in one field or in several, with every hash made anew, and mostly the document's, too."""
    place = chance.randrange(len(bases))
    entries = entries_of(bases[place])
    for _ in range(chance.choice((1, 1, 1, 2))):
        if chance.random() < 0.6:
            change = chance.choice(fields[place])
            entries[change.entry] = change.content
        else:
            entries = words(entries, chance)
    if chance.random() < 0.7:
        with suppress(Exception):  # a document that is none has no digest
            entries = restated(entries)
    return sealed(entries)


# --- judging ---------------------------------------------------------------------------------------------------------


def storm(number: int, broken: Callable[[], bytes], judged: Callable[[bytes, Outcome], str], watch: Watch) -> Outcome:
    """Break so many files and judge each."""
    outcome = Outcome()
    began = time.monotonic()
    for _ in range(number):
        raw = broken()
        watch.noted = outcome.written
        signal.setitimer(signal.ITIMER_REAL, PATIENCE)
        started = time.monotonic()
        try:
            verdict = judged(raw, outcome)
        except HengjieError:
            verdict = "拒绝 refused"
        except (Exception, Hung) as crash:
            verdict = "崩溃 crashed"
            outcome.faults.append(f"{type(crash).__name__}: {crash} {named(raw)}")
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            watch.noted = None
        outcome.slowest = max(outcome.slowest, time.monotonic() - started)
        outcome.counts[verdict] += 1
    outcome.seconds = time.monotonic() - began
    return outcome


def _hung(_signal: int, _frame: object) -> None:
    raise Hung(f"longer than {PATIENCE} s")


def named(raw: bytes) -> str:
    """By what a broken file is found again; it is kept in the folder for temporary files."""
    name = f"{sha256(raw).hexdigest()[:12]}.zip"
    (Path(tempfile.gettempdir()) / name).write_bytes(raw)
    return name


def opened(sound: Collection[bytes], raw: bytes, outcome: Outcome) -> str:
    """What the reader makes of a file: what it opens is the one archive of its entries."""
    held = contents(raw)
    if sealed({name: content for name, content in held.entries.items() if name != "SHA256SUMS"}) != raw:
        outcome.faults.append(f"opened, and not canonical: {named(raw)}")
    return "打开，内容未变 opened as it was" if raw in sound else "打开，内容已变，有待重算 opened with other content"


def verified(sound: Collection[bytes], raw: bytes, outcome: Outcome) -> str:
    """What the whole verification says of a file."""
    if not verify(raw, recomputed).ok:
        return "不成立 does not hold"
    if raw in sound:
        return "未变，成立 as it was, holds"
    outcome.faults.append(f"changed, and called sound: {named(raw)}")
    return "改过而成立 changed, and holds"


def report(number: int, what: str, outcome: Outcome) -> str:
    """What became of the files, as a line of a table."""
    verdicts = "；".join(f"{verdict} {count:,}" for verdict, count in outcome.counts.most_common())
    times = f"{outcome.slowest:.2f} s | {outcome.seconds:.0f} s"
    return f"| {what} | {number:,} | {verdicts} | {len(outcome.written)} | {len(outcome.faults)} | {times} |"


def page(rows: Sequence[str], seed: int, numbers: Sequence[int]) -> str:
    """The section of docs/safety.md."""
    return "\n".join([
        HEADING, "",
        "十种证据包被随机破坏：字节、ZIP 头、文件名、长度、文本、单个字段；散列与指纹重新做过。先只打开，再整个重算。",
        "没有一次写盘，没有一次卡住，没有一次抛出自家以外的异常，改过的没有一个被判成立。", "",
        "*Ten kinds of evidence files are broken at random: bytes, ZIP headers, names, sizes, texts, single fields, "
        "the hashes and the digest made anew. First they are only opened, then recomputed. Nothing is written, "
        "nothing hangs, no exception is other than our own, and nothing changed is called sound.*", "",
        f"- 完成时间 (finished): {datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        f"- 重做 (to repeat): `.venv/bin/python -m tests.settlement.evidence.pack_storm {numbers[0]} {numbers[1]} "
        f"--seed {seed}`",
        "",
        "| 做什么 what | 个数 files | 结果 outcome | 写盘 writes | 过失 faults | 最慢 slowest | 用时 time |",
        "|---|--:|---|--:|--:|--:|--:|", *rows, "",
    ])  # fmt: skip


def main() -> int:
    """Breaks, judges and tells."""
    asked = argparse.ArgumentParser(prog="pack_storm", description="随机破坏的证据包")
    asked.add_argument("opened", nargs="?", type=int, default=200_000)
    asked.add_argument("recomputed", nargs="?", type=int, default=1_000)
    asked.add_argument("--seed", type=int, default=20_261_201)
    asked.add_argument("--keep", action="store_true", help="写入 docs/safety.md (write it into docs/safety.md)")
    options = asked.parse_args()
    bases = [kind.file for kind in kinds().values()]
    sound = frozenset(bases)
    fields = [list(changes(raw)) for raw in bases]
    for raw in bases:
        verify(raw, recomputed)  # whatever is loaded once is loaded before anybody watches
    watch = Watch()
    sys.addaudithook(watch)
    signal.signal(signal.SIGALRM, _hung)
    chance = Random(options.seed)
    reader = storm(options.opened, lambda: for_the_reader(bases, chance), partial(opened, sound), watch)
    engine = storm(options.recomputed, lambda: for_the_engine(bases, fields, chance), partial(verified, sound), watch)
    rows = [report(options.opened, "只打开 opened", reader), report(options.recomputed, "整个重算 recomputed", engine)]
    faults = [*reader.faults, *engine.faults, *reader.written, *engine.written]
    sys.stdout.write("\n".join([*rows, *faults[:50], ""]))
    if options.keep and not faults:
        keep(HEADING, page(rows, options.seed, (options.opened, options.recomputed)))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
