"""Pulling: what a declared source has new at its place — a folder, files by a pattern, a web address — taken in.

In: a `Source` and a clock. Out: receipts of the files whose bytes never came by this door before. Only the declared
place is looked at; an address is fetched once per run, with limits of time and size, and its answer is the file of the
submission, named by the time it was fetched at, and kept as it came.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    UnknownHandler,
)

from sqlalchemy import Engine

from basin.errors import Unavailable, UsageError
from basin.network import CHINA, Network
from basin.sources import Source
from monitoring_ingest.database.engine import writing
from monitoring_ingest.doors.declared import door_name, source_door
from monitoring_ingest.doors.files import ingest
from monitoring_ingest.doors.inbox import UNFINISHED_NAMES
from monitoring_ingest.doors.store import Answer, keep_answer, known_files
from monitoring_ingest.readings.receipts import Receipt
from monitoring_ingest.records.store import sha256
from monitoring_ingest.schedule.job import Job, due_slots
from monitoring_ingest.schedule.leases import Clock

MOST_BYTES = 64 * 2**20  # of one file or answer
SUBMISSION_BYTES = 32 * 2**20  # about so much goes into one submission
WAIT_SECONDS = 30  # for an answer to begin, or to go on
WHOLE_SECONDS = 180  # for all of it
WEB_HANDLERS = (
    ProxyHandler,
    UnknownHandler,
    HTTPHandler,
    HTTPSHandler,
    HTTPRedirectHandler,
    HTTPErrorProcessor,
    HTTPDefaultErrorHandler,
)
PATTERN_SIGNS = "*?["
File = tuple[str, bytes]


def run_source(engine: Engine, network: Network, source: Source, clock: Clock) -> list[Receipt]:
    """Take in what is new at the place of a source; the receipts, none where nothing is.

    Raises
    ------
    UsageError : no place is declared. Unavailable : the place cannot be reached, or holds a file that is too large.
    """
    door = source_door(source)
    return [ingest(engine, network, files, door, clock) for files in _submissions(_new(engine, source, clock))]


def source_job(engine: Engine, network: Network, source: Source) -> Job:
    """Every so many hours (`Source.every_hours`): run the source. Of several missed slots one does for all."""
    every = source.every_hours or 0
    return Job(
        door_name(source.code),
        lambda last, now: due_slots(last, now, every)[-1:],
        lambda _slot, clock: outcome(run_source(engine, network, source, clock)),
        one_for_all=True,
    )


def outcome(receipts: Iterable[Receipt]) -> str:
    """What came of a run in one line: the counts of each submission."""
    return "; ".join(f"{receipt.id}: {_counts(receipt)}" for receipt in receipts) or "nothing new"


def _counts(receipt: Receipt) -> str:
    return " ".join(f"{fate} {count}" for fate, count in receipt.counts.items() if count)


def _submissions(files: Iterable[File]) -> Iterator[list[File]]:
    """The files in lots that fit into memory."""
    lot: list[File] = []
    for name, raw in files:
        lot.append((name, raw))
        if sum(len(content) for _, content in lot) >= SUBMISSION_BYTES:
            yield lot
            lot = []
    if lot:
        yield lot


def _new(engine: Engine, source: Source, clock: Clock) -> Iterator[File]:
    """The files at the place whose bytes did not come by this door before, each once."""
    seen: set[str] = set()
    for name, raw in pulled(source, clock()):
        digest = sha256(raw)
        with engine.connect() as connection:
            came_before = digest in seen or known_files(connection, door_name(source.code), [digest])
        seen.add(digest)
        if came_before:
            continue
        if source.is_web:
            with writing(engine) as connection:
                keep_answer(connection, source.code, Answer(digest, name, raw), clock())
        yield name, raw


def pulled(source: Source, now: datetime) -> Iterator[File]:
    """The files at the place of a source, in order of name; hidden and unfinished ones stay.

    Raises
    ------
    UsageError, Unavailable : as `run_source`.
    """
    if not source.place:
        remedy = "在声明里写 place，或在命令里给出文件"
        raise UsageError(
            f"数据来源 {source.code} 没有写明从哪里取", "no place is declared", path="place", remedy=remedy
        )
    if source.is_web:
        yield fetched(source, now)
        return
    try:
        for file in _files(source):
            if file.stat().st_size > MOST_BYTES:
                raise _too_large(file.name)
            yield file.name, file.read_bytes()
    except OSError as problem:
        zh = f"读不到文件：{problem.strerror}"
        en = f"cannot read the file: {problem.strerror}"
        raise Unavailable(zh, en, file=source.place_shown, path="place", remedy="检查路径与权限") from problem


def _files(source: Source) -> list[Path]:
    place = Path(source.file).parent / source.place  # an absolute place stays as it is
    if any(sign in source.place for sign in PATTERN_SIGNS):
        files = sorted(Path(place.anchor).glob(str(place.relative_to(place.anchor))))
    elif not place.exists():
        zh = f"数据来源 {source.code} 的位置不存在"
        raise Unavailable(
            zh, "the place does not exist", file=source.place_shown, path="place", remedy="检查路径，或建立文件夹"
        )
    else:
        files = sorted(place.iterdir()) if place.is_dir() else [place]
    return [
        file
        for file in files
        if file.is_file() and not file.name.startswith(".") and file.suffix not in UNFINISHED_NAMES
    ]


def fetched(source: Source, now: datetime) -> File:
    """The answer of a source's address, named ``2020-08-08_0800-name`` by the instant in China.

    Raises
    ------
    Unavailable : no answer in time, an answer that says no, or one that is too large.
    """
    address = source.place
    shown = source.place_shown
    request = Request(address, headers={"User-Agent": "hengjie", "Accept-Encoding": "identity"})
    try:
        with _web().open(request, timeout=WAIT_SECONDS) as answer:
            raw = _within_limits(answer, shown)
    except (URLError, OSError, ValueError) as problem:
        if isinstance(problem, HTTPError):
            problem.close()  # it is the answer, too
        why = getattr(problem, "reason", None) or problem
        zh = f"取不到数据：{why}"
        en = f"nothing could be fetched: {why}"
        raise Unavailable(zh, en, file=shown, remedy="检查地址与网络，稍后再试") from problem
    parts = urlsplit(address)
    last = parts.path.rstrip("/").rpartition("/")[2] or parts.hostname or "answer"
    return f"{now.astimezone(CHINA):%Y-%m-%d_%H%M}-{last}", raw


def _within_limits(answer: object, shown: str) -> bytes:
    read = answer.read1  # type: ignore[attr-defined]
    until = time.monotonic() + WHOLE_SECONDS
    raw = bytearray()
    while chunk := read(2**16):
        raw += chunk
        if len(raw) > MOST_BYTES:
            raise _too_large(shown)
        if time.monotonic() > until:
            raise TimeoutError(f"{WHOLE_SECONDS} s")
    return bytes(raw)


def _web() -> OpenerDirector:
    """What opens web addresses and nothing else: a redirection to a file of this machine is refused."""
    opener = OpenerDirector()
    for kind in WEB_HANDLERS:
        opener.add_handler(kind())
    return opener


def _too_large(what: str) -> Unavailable:
    zh = f"文件超过 {MOST_BYTES // 2**20} MiB"
    en = f"the file is larger than {MOST_BYTES // 2**20} MiB"
    return Unavailable(zh, en, file=what, remedy="拆成几个文件")
