"""Taking in what was sent: files or a request in, a receipt out. Every door leads here.

`ingest` takes files, long ones in several short transactions so that others can write in between. The submission is
stored first and the counts of a file last; a run that is killed leaves a submission without all its counts, shown as
interrupted, and sending the files again ends where an undisturbed run would have. `push` takes one request in one
transaction: all of it is stored with its receipt, or nothing. Parsing is in `sources`, judging in `validation` and
`revisions`, storing in `store`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import NamedTuple, Protocol

import numpy as np
import pandas as pd
from sqlalchemy import Engine

from basin.errors import UsageError
from basin.network import Network
from monitoring_ingest import store
from monitoring_ingest.database import writing
from monitoring_ingest.frames import Columns, columns_of, joined, readings_frame, rows_at
from monitoring_ingest.operations.leases import Clock, kept
from monitoring_ingest.operations.store import claim_request, give_up, hold, keep_answer, keep_hold, release
from monitoring_ingest.quality.store import note_due
from monitoring_ingest.receipts import COMPLETE, DRY_RUN, REFUSED, FileReceipt, Receipt, explained
from monitoring_ingest.revisions import decide, place, released, within_file
from monitoring_ingest.sources.file_text import UnreadableFile, legible
from monitoring_ingest.sources.national_release import read_release
from monitoring_ingest.sources.station_files import looks_like_long_csv, read_long_csv
from monitoring_ingest.station_names import stations_of
from monitoring_ingest.validation import FATES, plausible, validate

NATIONAL_RELEASE, READINGS, INBOX, PUSH = "national-release", "readings", "inbox", "push"
ROWS_AT_ONCE = 20_000  # small files are joined to what is worth a look-up
ROWS_A_TRANSACTION = 2_000  # and long ones cut to what nobody minds waiting for
STOPPING = ("quarantined", "rejected")


class Reader(Protocol):
    """Reads one file as sent into readings; raises `UnreadableFile` where there is none in it."""

    def __call__(self, raw: bytes, *, name: str) -> pd.DataFrame | Columns: ...


class Door(NamedTuple):
    """By which way readings come: what the way is called, how they are read, who hands them in, if known, and for which
    stations that one may speak (None: all).
    """

    name: str
    read: Reader
    sender: str = ""
    rights: Collection[str] | None = None


class Pushed(NamedTuple):
    """One request: what it is called, and its body, unpacked."""

    name: str
    raw: bytes


class Terms(NamedTuple):
    """How a request is to be taken: all or nothing, only to look, and under which claim it may be repeated."""

    atomic: bool = False
    dry_run: bool = False
    claim: str | None = None


def door(name: str, network: Network, day: date | None = None) -> Door:
    """One of the doors for files; at the inbox they tell by themselves what they are.

    Raises
    ------
    UsageError : there is no such door.
    """
    release, long_csv = partial(read_release, date=day), partial(read_long_csv, network=network)
    doors: dict[str, Reader] = {
        NATIONAL_RELEASE: release,
        READINGS: long_csv,
        INBOX: lambda raw, *, name: (long_csv if looks_like_long_csv(raw) else release)(raw, name=name),
    }
    if name not in doors:
        raise UsageError(f"没有入口 {name}", f"no door {name}", path="door", remedy="、".join(doors))
    return Door(name, doors[name])


# --- files -----------------------------------------------------------------------------------------------------------


def ingest(
    engine: Engine,
    network: Network,
    files: Iterable[tuple[str, bytes]],
    through: Door | str,
    clock: Clock,
) -> Receipt:
    """Take in files as one submission.

    Parameters
    ----------
    files : (name, content) of each, in the order they are to be read.
    through : the door, or the name of one of `door`.
    clock : read once others can store no more; everything is recorded at that instant, and held until all is stored
        (`coverage.store.known_until`).

    Raises
    ------
    UsageError : an unknown door, or no file. Refused : this process stood still for longer than a lease. Bad data never
    raise: the receipt says what became of each row.
    """
    through = door(through, network) if isinstance(through, str) else through
    files = [(legible(name), raw) for name, raw in files]
    if not files:
        raise UsageError("没有文件", "no file", path="files", remedy="给出至少一个文件")
    name = files[0][0] if len(files) == 1 else f"{files[0][0]} … {files[-1][0]} ({len(files)})"
    with writing(engine) as connection:
        now = clock()
        submission = store.record_submission(connection, (through.name, through.sender, name), files, now)
        hold(connection, store.lease_name(submission), now)
    with kept(engine, store.lease_name(submission), clock):
        for ordinals, readings in batches(files, through.read):
            for part, checked in apart(ordinals, validate(readings, network, now, through.rights)):
                _take_in(engine, submission, (part, [store.sha256(files[at][1]) for at in part], checked), (now, clock))
        accept_known(engine, network, clock)
    with engine.connect() as connection:
        return store.receipt(connection, submission, now)


def _take_in(
    engine: Engine,
    submission: int,
    files: tuple[Sequence[int], Collection[str], Columns],
    times: tuple[datetime, Clock],
) -> None:
    """Store the validated rows of some files (ordinals, SHA-256, rows), a transaction for every so many of them.

    The counts come with the last rows; until then the files are not taken in. All are recorded at the instant of the
    submission, so that its lease must not have ended by the clock.
    """
    (ordinals, digests, checked), (now, clock) = files, times
    counts = {ordinal: dict.fromkeys(FATES, 0) for ordinal in ordinals}
    within = within_file(checked)
    within["ordinal"] = np.arange(len(within["row"]))
    starts = range(0, max(len(within["row"]), 1), ROWS_A_TRANSACTION)
    for start in starts:
        chunk = rows_at(within, slice(start, start + ROWS_A_TRANSACTION))
        with writing(engine) as connection:
            keep_hold(connection, store.lease_name(submission), clock())
            decided = decide(chunk, store.stored_readings(connection, chunk, digests))
            store.keep_readings(connection, submission, decided, now)
            store.keep_rows(connection, submission, decided)
            _count(counts, decided)
            if start == starts[-1]:
                store.keep_counts(connection, submission, counts, now)


def _count(counts: Mapping[int, dict[str, int]], decided: Columns) -> None:
    for file, fate in zip(decided["file"].tolist(), decided["fate"].tolist(), strict=True):
        counts[file][fate] += 1


def batches(files: Sequence[tuple[str, bytes]], read: Reader) -> Iterator[tuple[list[int], Columns]]:
    """The files in order, small ones joined to what is worth a transaction: their ordinals, and their readings.

    The readings have a further column `file`, the ordinal.
    """
    ordinals: list[int] = []
    parts: list[Columns] = []
    for ordinal, (name, raw) in enumerate(files):
        ordinals.append(ordinal)
        found = columns_of(readings_of(raw, name, read))
        parts.append(found | {"file": np.full(len(found["row"]), ordinal)})
        if ordinal == len(files) - 1 or sum(len(part["row"]) for part in parts) >= ROWS_AT_ONCE:
            yield ordinals, joined(parts)
            ordinals, parts = [], []


def readings_of(raw: bytes, name: str, read: Reader) -> pd.DataFrame | Columns:
    """The readings of one file; of an unreadable one, a single row that says why (`problem`)."""
    try:
        return read(raw, name=name)
    except UnreadableFile as problem:
        why = {"field": ["file"], "value_text": [problem.value], "problem": [problem.code]}
        return readings_frame({"row": [0], "time": [None], **why})


def apart(ordinals: Sequence[int], checked: Columns) -> list[tuple[Sequence[int], Columns]]:
    """Validated rows of some files in parts that can be decided at once: all of them unless two speak of the same hour.

    Where they do, the second file has to be compared with what the first one left.
    """
    if len(ordinals) == 1:
        return [(ordinals, checked)]
    speaks: dict[object, int] = {}
    hours = zip(place(checked).tolist(), checked["time"].astype("int64").tolist(), strict=True)
    for hour, file, unknown in zip(hours, checked["file"].tolist(), np.isnat(checked["time"]).tolist(), strict=True):
        if not unknown and speaks.setdefault(hour, file) != file:
            return [([each], rows_at(checked, checked["file"] == each)) for each in ordinals]
    return [(ordinals, checked)]


# --- requests --------------------------------------------------------------------------------------------------------


def push(engine: Engine, network: Network, sent: Pushed, through: Door, terms: Terms, clock: Clock) -> Receipt:
    """Take in one request; everything that costs time and needs nothing stored is done before others have to wait.

    It is recorded at the instant at which nobody else can store any more: who asked before what was known by then was
    told all of it.

    Returns
    -------
    The receipt. Its state is ``dry_run`` or, where `terms.atomic` and a row is quarantined or rejected, ``refused``:
    then it has no number, for nothing is stored. The same body under the same claim gets the receipt it got before.

    Raises
    ------
    HengjieError : what `through.read` refuses as a whole, or a claim that cannot be had (`operations.store`).
    """
    readings, digest, now = columns_of(through.read(sent.raw, name=sent.name)), store.sha256(sent.raw), clock()
    if terms.claim is None or terms.dry_run:
        return _pushed(engine, network, (sent, digest, readings), (through, terms), clock)
    earlier = claim_request(engine, terms.claim, digest, now)
    if earlier is not None:
        with engine.connect() as connection:
            return store.receipt(connection, int(earlier), now)
    receipt = None
    try:
        receipt = _pushed(engine, network, (sent, digest, readings), (through, terms), clock)
    finally:
        if receipt is None or receipt.id is None:
            give_up(engine, terms.claim)
    return receipt


def observed_if_taken(engine: Engine, network: Network, sent: Pushed, through: Door, now: datetime) -> pd.DataFrame:
    """The observations a request would add or revise, with nothing stored.

    Returns
    -------
    station, indicator, time [UTC], value [canonical unit], censored, status, mark; each key once.
    """
    within = within_file(validate(columns_of(through.read(sent.raw, name=sent.name)), network, now, through.rights))
    within |= {"file": np.zeros(len(within["row"]), dtype="int64"), "ordinal": np.arange(len(within["row"]))}
    with engine.connect() as connection:
        decided = decide(within, store.stored_readings(connection, within, [store.sha256(sent.raw)]))
    taken = rows_at(decided, np.isin(decided["fate"].astype(str), ["accepted", "revised"]))
    names = ("station", "indicator", "number", "censored", "status", "mark")
    frame = pd.DataFrame({name: taken[name] for name in names}).rename(columns={"number": "value"})
    return frame.assign(time=pd.DatetimeIndex(taken["time"]).tz_localize("UTC").as_unit("ns"))


def _pushed(
    engine: Engine,
    network: Network,
    sent: tuple[Pushed, str, Columns],
    how: tuple[Door, Terms],
    clock: Clock,
) -> Receipt:
    """Judge and store one request: as sent, its SHA-256 and its readings; through which door and on which terms."""
    (body, digest, readings), (through, terms) = sent, how
    name = body.name
    within = within_file(validate(readings, network, clock(), through.rights))
    rows = len(within["row"])
    within |= {"file": np.zeros(rows, dtype="int64"), "ordinal": np.arange(rows)}
    counts = {0: dict.fromkeys(FATES, 0)}
    with engine.connect() if terms.dry_run else writing(engine) as connection:
        now = clock()
        decided = decide(within, store.stored_readings(connection, within, [digest]))
        _count(counts, decided)
        state, number = _state(counts[0], terms), None
        if state == COMPLETE:
            number = store.record_submission(connection, (through.name, through.sender, name), [body], now)
            store.keep_readings(connection, number, decided, now)
            store.keep_rows(connection, number, decided)
            store.keep_counts(connection, number, counts, now)
            if terms.claim:
                keep_answer(connection, terms.claim, digest, str(number), now)
                release(connection, terms.claim)
    told = explained(rows_at(decided, decided["fate"] != "accepted"), [name])
    file = FileReceipt(name, digest, counts[0])
    return Receipt(number, through.name, through.sender, name, digest, state, now, [file], told)


def _state(counts: Mapping[str, int], terms: Terms) -> str:
    if terms.dry_run:
        return DRY_RUN
    return REFUSED if terms.atomic and any(counts[fate] for fate in STOPPING) else COMPLETE


# --- names known later -----------------------------------------------------------------------------------------------


def accept_known(engine: Engine, network: Network, clock: Clock) -> int:
    """Accept stored readings of unknown stations whose names the network knows by now; how many.

    The readings stay as they are; each gets an observation. One whose key has an observation already is not needed. One
    outside the plausible range, or the second of two values, waits for people from now on as a reading of its station.
    """
    with writing(engine) as connection:
        known = {name: found for name, found in stations_of(network, store.unknown_names(connection)).items() if found}
        waiting = [store.waiting_readings(connection, name, found.code) for name, found in known.items()]
        waiting = [frame for frame in waiting if len(frame)]
        if not waiting:
            return 0
        readings = pd.concat(waiting, ignore_index=True)
        now = clock()
        first, likely = readings["code"] != "conflict", plausible(readings["indicator"], readings["number"])
        accepted = released(readings[first & likely])
        store.add_observations(connection, columns_of(accepted), now)
        doubted = readings[~(first & likely)]
        store.ask_about(connection, doubted.assign(code=doubted["code"].where(~first, "implausible")), now)
        note_due(connection, accepted)
        return len(accepted)
