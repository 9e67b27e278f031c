"""Pulling: what a declared source has new at its place — a folder, files by a pattern, a web address — taken in.

In: a `Source` and a clock. Out: receipts of the files whose bytes never came by this door before. Only the declared
place is looked at, and no link is followed out of it; an address is fetched once per run (`fetching`), with limits of
time and size, and its answer is the file of the submission, named by the time it was fetched at, and kept as it came.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import takewhile
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import Engine

from basin import folders
from basin.errors import Unavailable, UsageError
from basin.hosts import NOTHING_INSIDE, Inside
from basin.network import CHINA, Network
from basin.sources import Source
from monitoring_ingest.database.engine import writing
from monitoring_ingest.doors.declared import door_name, source_door
from monitoring_ingest.doors.fetching import Limits, TooLarge, fetch
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
PATTERN_SIGNS = "*?["
FEW_NAMED = 3  # of the files that could not be read
File = tuple[str, bytes]


def run_source(
    engine: Engine, network: Network, source: Source, clock: Clock, within: Inside = NOTHING_INSIDE
) -> list[Receipt]:
    """Take in what is new at the place of a source; the receipts, none where nothing is.

    Parameters
    ----------
    engine, network, clock : as everywhere. source : what is run.
    within : what the operator says may be fetched from inside the network.

    Raises
    ------
    UsageError : no place is declared. Unavailable : the place cannot be reached, or holds a file that is too large or
    must not be read; what could be read is taken in before.
    """
    door = source_door(source, network)
    new = _new(engine, source, clock, within)
    return [ingest(engine, network, files, door, clock) for files in _submissions(new)]


def source_job(engine: Engine, network: Network, source: Source, within: Inside = NOTHING_INSIDE) -> Job:
    """Every so many hours (`Source.every_hours`): run the source. Of several missed slots one does for all.

    Parameters
    ----------
    engine, network, source : as `run_source`. within : what may be fetched from inside the network.
    """
    every = source.every_hours or 0
    return Job(
        door_name(source.code),
        lambda last, now: due_slots(last, now, every)[-1:],
        lambda _slot, clock: outcome(run_source(engine, network, source, clock, within)),
        one_for_all=True,
    )


def outcome(receipts: Iterable[Receipt]) -> str:
    """What came of a run in one line: the counts of each submission."""
    return "; ".join(f"{receipt.id}: {_counts(receipt)}" for receipt in receipts) or "nothing new"


def _counts(receipt: Receipt) -> str:
    return " ".join(f"{fate} {count}" for fate, count in receipt.counts.items() if count)


def _submissions(files: Iterable[File]) -> Iterator[list[File]]:
    """The files in lots that fit into memory; what there is before a refusal comes before it."""
    lot: list[File] = []
    refusal = None
    try:
        for name, raw in files:
            lot.append((name, raw))
            if sum(len(content) for _, content in lot) >= SUBMISSION_BYTES:
                yield lot
                lot = []
    except Unavailable as problem:
        refusal = problem
    if lot:
        yield lot
    if refusal is not None:
        raise refusal


def _new(engine: Engine, source: Source, clock: Clock, within: Inside) -> Iterator[File]:
    """The files at the place whose bytes did not come by this door before, each once."""
    seen: set[str] = set()
    for name, raw in pulled(source, clock(), within):
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


def pulled(source: Source, now: datetime, within: Inside = NOTHING_INSIDE) -> Iterator[File]:
    """The files at the place of a source, in order of name; hidden and unfinished ones stay.

    Parameters
    ----------
    source : whose place it is. now : when it is looked at.
    within : what the operator says may be fetched from inside the network.

    Raises
    ------
    UsageError, Unavailable : as `run_source`; of files that cannot be read only after all the others.
    """
    if not source.place:
        remedy = "在声明里写 place，或在命令里给出文件"
        raise UsageError(
            f"数据来源 {source.code} 没有写明从哪里取", "no place is declared", path="place", remedy=remedy
        )
    if source.is_web:
        yield fetched(source, now, within)
        return
    folder = _folder(source)
    unread = []
    for file in _files(source, folder):
        try:
            with folders.opened(folder, file) as content:
                raw = content.read(MOST_BYTES + 1)
        except OSError as problem:
            unread.append(f"{file.name} {problem.strerror}")
            continue
        if len(raw) > MOST_BYTES:
            raise _too_large(file.name)
        yield file.name, raw
    if unread:
        named = "；".join(unread[:FEW_NAMED]) + (f" 等 {len(unread)} 个" if len(unread) > FEW_NAMED else "")
        raise _unread(source, named)


def _unread(source: Source, what: str) -> Unavailable:
    en = "cannot read the file"
    return Unavailable(f"读不到文件：{what}", en, file=source.place_shown, path="place", remedy="检查路径与权限")


def _folder(source: Source) -> Path:
    """The declared folder: the place, that of a file, or of a pattern all that stands before its first sign."""
    place = Path(source.file).parent / source.place  # an absolute place stays as it is
    if _is_pattern(source.place):
        return Path(source.file).parent.joinpath(*_plain_parts(source.place))
    return place if place.is_dir() else place.parent


def _plain_parts(pattern: str) -> list[str]:
    return list(takewhile(lambda part: not _is_pattern(part), Path(pattern).parts))


def _is_pattern(path: str) -> bool:
    return any(sign in path for sign in PATTERN_SIGNS)


def _files(source: Source, folder: Path) -> list[Path]:
    """What lies at the place, in order of name: files, and what should be none; folders are passed over."""
    place = Path(source.file).parent / source.place
    if _is_pattern(source.place):
        parts = Path(source.place).parts[len(_plain_parts(source.place)) :]
        files = sorted(folder.glob(str(Path(*parts))))
    elif not place.exists():
        zh = f"数据来源 {source.code} 的位置不存在"
        raise Unavailable(
            zh, "the place does not exist", file=source.place_shown, path="place", remedy="检查路径，或建立文件夹"
        )
    else:
        try:
            files = sorted(place.iterdir()) if place.is_dir() else [place]
        except OSError as problem:
            raise _unread(source, str(problem.strerror)) from problem
    return [
        file
        for file in files
        if not file.is_dir() and not file.name.startswith(".") and file.suffix not in UNFINISHED_NAMES
    ]


def fetched(source: Source, now: datetime, within: Inside = NOTHING_INSIDE) -> File:
    """The answer of a source's address, named ``2020-08-08_0800-name`` by the instant in China.

    Parameters
    ----------
    source : whose place is an address. now : when it is fetched.
    within : what the operator says may be fetched from inside the network.

    Raises
    ------
    Unavailable : no answer in time, an answer that says no, one that is too large, or a host that must not be reached.
    """
    limits = Limits(MOST_BYTES, WAIT_SECONDS, WHOLE_SECONDS)
    try:
        raw = fetch(source.place, source.hosts, within, limits, source.place_shown)
    except TooLarge:
        raise _too_large(source.place_shown) from None
    parts = urlsplit(source.place)
    last = parts.path.rstrip("/").rpartition("/")[2] or parts.hostname or "answer"
    return f"{now.astimezone(CHINA):%Y-%m-%d_%H%M}-{last}", raw


def _too_large(what: str) -> Unavailable:
    zh = f"文件超过 {MOST_BYTES // 2**20} MiB"
    en = f"the file is larger than {MOST_BYTES // 2**20} MiB"
    return Unavailable(zh, en, file=what, remedy="拆成几个文件")
