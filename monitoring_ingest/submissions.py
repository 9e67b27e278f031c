"""Taking in what was sent: files in, a receipt out.

The submission is stored first; then every file in one transaction together with its receipt
(small files share one). A run that is killed leaves
a submission without all its receipts, shown as interrupted, and no half file; sending the files again ends where an
undisturbed run would have. Parsing is in `sources`, judging in `validation` and `revisions`, storing in `store`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import partial
from typing import NamedTuple, Protocol

import pandas as pd
from sqlalchemy import Connection, Engine

from basin.errors import UsageError
from basin.network import Network
from monitoring_ingest import store
from monitoring_ingest.database import writing
from monitoring_ingest.frames import readings_frame
from monitoring_ingest.operations.store import hold, release
from monitoring_ingest.quality.store import note_due
from monitoring_ingest.receipts import Receipt
from monitoring_ingest.revisions import decide, place, released
from monitoring_ingest.sources.file_text import UnreadableFile, legible
from monitoring_ingest.sources.national_release import read_release
from monitoring_ingest.sources.station_files import looks_like_long_csv, read_long_csv
from monitoring_ingest.station_names import stations_of
from monitoring_ingest.validation import plausible, validate

NATIONAL_RELEASE, READINGS, INBOX = "national-release", "readings", "inbox"
ROWS_AT_ONCE = 20_000


class Source(Protocol):
    """Reads one file as sent into a readings frame; raises `UnreadableFile` where there is none in it."""

    def __call__(self, raw: bytes, *, name: str) -> pd.DataFrame: ...


class Door(NamedTuple):
    """By which way files come: what the way is called, how they are read, and who hands them in, if known."""

    name: str
    read: Source
    sender: str = ""


def door(name: str, network: Network, day: date | None = None) -> Door:
    """One of the doors for files; at the inbox they tell by themselves what they are.

    Raises
    ------
    UsageError : there is no such door.
    """
    release, long_csv = partial(read_release, date=day), partial(read_long_csv, network=network)
    doors: dict[str, Source] = {
        NATIONAL_RELEASE: release,
        READINGS: long_csv,
        INBOX: lambda raw, *, name: (long_csv if looks_like_long_csv(raw) else release)(raw, name=name),
    }
    if name not in doors:
        raise UsageError(f"没有入口 {name}", f"no door {name}", path="door", remedy="、".join(doors))
    return Door(name, doors[name])


def ingest(
    engine: Engine,
    network: Network,
    files: Iterable[tuple[str, bytes]],
    through: Door | str,
    now: datetime,
) -> Receipt:
    """Take in files as one submission.

    Parameters
    ----------
    files : (name, content) of each, in the order they are to be read.
    through : the door, or the name of one of `door`.
    now : the instant everything is recorded at.

    Raises
    ------
    UsageError : an unknown door, or no file. Bad data never raise: the receipt says what became of each row.
    """
    through = door(through, network) if isinstance(through, str) else through
    files = [(legible(name), raw) for name, raw in files]
    if not files:
        raise UsageError("没有文件", "no file", path="files", remedy="给出至少一个文件")
    name = files[0][0] if len(files) == 1 else f"{files[0][0]} … {files[-1][0]} ({len(files)})"
    with writing(engine) as connection:
        submission = store.record_submission(connection, (through.name, through.sender, name), files, now)
        hold(connection, store.lease_name(submission), now)
    for ordinals, readings in batches(files, through.read):
        checked = validate(readings, network, now)
        with writing(engine) as connection:
            decided = [_keep_readings(connection, submission, part, now) for part in apart(checked)]
            store.keep_receipts(connection, submission, ordinals, pd.concat(decided), now)
    accept_known(engine, network, now)
    with writing(engine) as connection:
        release(connection, store.lease_name(submission))
    with engine.connect() as connection:
        return store.receipt(connection, submission, now)


def batches(files: Sequence[tuple[str, bytes]], read: Source) -> Iterator[tuple[list[int], pd.DataFrame]]:
    """The files in order, small ones joined to what is worth a transaction: their ordinals, and their readings.

    The readings frame has a further column `file`, the ordinal.
    """
    ordinals: list[int] = []
    frames: list[pd.DataFrame] = []
    for ordinal, (name, raw) in enumerate(files):
        ordinals.append(ordinal)
        frames.append(readings_of(raw, name, read).assign(file=ordinal))
        if ordinal == len(files) - 1 or sum(map(len, frames)) >= ROWS_AT_ONCE:
            yield ordinals, pd.concat(frames, ignore_index=True)
            ordinals, frames = [], []


def readings_of(raw: bytes, name: str, read: Source) -> pd.DataFrame:
    """The readings frame of one file; of an unreadable one, a single row that says why (`problem`)."""
    try:
        return read(raw, name=name)
    except UnreadableFile as problem:
        why = {"field": ["file"], "value_text": [problem.value], "problem": [problem.code]}
        return readings_frame({"row": [0], "time": [None], **why})


def apart(checked: pd.DataFrame) -> list[pd.DataFrame]:
    """Validated readings in parts that can be decided at once: all together unless two files speak of the same hour.

    Where they do, the second file has to be compared with what the first one left.
    """
    spoken_of = checked.assign(place=place(checked))[["place", "time", "file"]].dropna().drop_duplicates()
    if not spoken_of.duplicated(["place", "time"]).any():
        return [checked]
    return [part.reset_index(drop=True) for _, part in checked.groupby("file")]


def _keep_readings(connection: Connection, submission: int, checked: pd.DataFrame, now: datetime) -> pd.DataFrame:
    decided = decide(checked, store.stored_readings(connection, submission, checked))
    store.keep_readings(connection, submission, decided, now)
    return decided


def accept_known(engine: Engine, network: Network, now: datetime) -> int:
    """Accept stored readings of unknown stations whose names the network knows by now; how many.

    The readings stay as they are; each gets an observation. One whose key has an observation already is not needed, one
    outside the plausible range stays quarantined.
    """
    with writing(engine) as connection:
        known = {name: found for name, found in stations_of(network, store.unknown_names(connection)).items() if found}
        waiting = [store.waiting_readings(connection, name, found.code) for name, found in known.items()]
        waiting = [frame for frame in waiting if len(frame)]
        if not waiting:
            return 0
        readings = pd.concat(waiting, ignore_index=True)
        accepted = released(readings[plausible(readings["indicator"], readings["number"])])
        store.add_observations(connection, accepted, now)
        note_due(connection, accepted)
        return len(accepted)
