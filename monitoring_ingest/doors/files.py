"""Taking in files: files in, a receipt out. Every door but that of requests (`requests`) leads here.

Long files are taken in several short transactions so that others can write in between. The submission is stored first
and the counts of a file last; a run that is killed leaves a submission without all its counts, shown as interrupted,
and sending the files again ends where an undisturbed run would have. Parsing is in `formats`, judging in
`validation` and `revisions`, deciding in `taking_in`, storing in `records.store`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import NamedTuple, Protocol

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Engine

from basin.errors import UsageError
from basin.network import Network
from monitoring_ingest.database.engine import Clash, give_way, writing
from monitoring_ingest.database.instants import instant_to_record, note_recorded
from monitoring_ingest.doors.taking_in import decided_as_new, decided_by_comparison, seem_new
from monitoring_ingest.formats.file_text import UnreadableFile, legible
from monitoring_ingest.formats.national_release import read_release
from monitoring_ingest.formats.station_files import looks_like_long_csv, read_long_csv
from monitoring_ingest.quality.store import note_due
from monitoring_ingest.readings.frames import Columns, columns_of, joined, readings_frame, rows_at
from monitoring_ingest.readings.receipts import Counts, Receipt, count_fates, newest_told
from monitoring_ingest.readings.revisions import OTHER_ORIGIN, of_first_origin, place, released, within_file
from monitoring_ingest.readings.station_names import stations_of
from monitoring_ingest.readings.validation import FATES, plausible, validate
from monitoring_ingest.records import history_store as history
from monitoring_ingest.records import store
from monitoring_ingest.schedule.leases import Clock, kept
from monitoring_ingest.schedule.store import hold, keep_hold

NATIONAL_RELEASE = "national-release"
READINGS = "readings"
INBOX = "inbox"
ROWS_AT_ONCE = 20_000  # small files are joined to what is worth a look-up
ROWS_A_TRANSACTION = 1_000  # and long ones cut to what nobody minds waiting for


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


def door(name: str, network: Network, day: date | None = None) -> Door:
    """One of the doors for files; at the inbox they tell by themselves what they are.

    Raises
    ------
    UsageError : there is no such door.
    """
    release = partial(read_release, date=day)
    long_csv = partial(read_long_csv, network=network)
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
        (`known_store.known_until`).

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
        recorded_at = instant_to_record(connection, now)
        origin = store.Origin(through.name, through.sender, name)
        submission = store.record_submission(connection, origin, files, recorded_at)
        hold(connection, store.lease_name(submission), now)
    with kept(engine, store.lease_name(submission), clock):
        for ordinals, readings in batches(files, through.read):
            for part, checked in apart(ordinals, validate(readings, network, now, through.rights)):
                digests = [store.sha256(files[ordinal][1]) for ordinal in part]
                _take_in(engine, _Part(submission, part, digests, recorded_at, clock), checked)
        accept_known(engine, network, clock)
    with engine.connect() as connection:
        return history.receipt(connection, submission, now)


Newest = Mapping[int, np.datetime64]  # by file, the newest instant that it has a value of (`newest_told`)


class _Part(NamedTuple):
    """Files of one submission whose rows are decided together: their ordinals and SHA-256, and when they came.

    All rows are recorded at the instant of the submission, so its lease must not have ended by the `clock`.
    """

    submission: int
    ordinals: Sequence[int]
    digests: Collection[str]
    recorded_at: datetime
    clock: Clock


def _take_in(engine: Engine, part: _Part, checked: Columns) -> None:
    """Store the validated rows of some files, a transaction for every so many of them.

    The counts come with the last rows; until then the files are not taken in.
    """
    within = within_file(checked)
    within |= {"ordinal": np.arange(len(within["row"])), "said": store.said(engine, within)}
    starts = range(0, max(len(within["row"]), 1), ROWS_A_TRANSACTION)
    counts: Counts = {ordinal: dict.fromkeys(FATES, 0) for ordinal in part.ordinals}
    all_seem_new = seem_new(engine, within)  # one query, where otherwise every transaction is preceded by its own
    for start in starts:
        give_way(engine)
        rows = rows_at(within, slice(start, start + ROWS_A_TRANSACTION))
        newest = newest_told(within) if start == starts[-1] else None
        as_new = all_seem_new or seem_new(engine, rows)
        counts = _stored(engine, part, rows, counts, newest, as_new=as_new)


def _stored(
    engine: Engine, part: _Part, rows: Columns, counts: Counts, newest: Newest | None, *, as_new: bool
) -> Counts:
    """Decide about rows and store them, in one transaction; the counts so far."""
    if as_new:
        try:
            with writing(engine) as connection:
                decided = decided_as_new(connection, rows)
                if decided is not None:
                    return _keep(connection, part, decided, counts, newest)
        except Clash:
            pass  # one is not the first of its key: nothing is stored, and all of them are compared
    with writing(engine) as connection:
        return _keep(connection, part, decided_by_comparison(connection, rows, part.digests), counts, newest)


def _keep(connection: Connection, part: _Part, decided: Columns, counts: Counts, newest: Newest | None) -> Counts:
    """Store decided rows, and with the last ones (`newest` is given) the counts of their files; the counts so far."""
    keep_hold(connection, store.lease_name(part.submission), part.clock())
    decided = decided | {"submission": np.full(len(decided["row"]), part.submission)}
    first = store.next_numbers(connection).reading
    store.observe(connection, store.keep_readings(connection, decided, first, part.recorded_at))
    store.keep_rows(connection, decided)
    counts = count_fates(counts, decided)
    if newest is not None:
        of_files = {(part.submission, file): (fates, newest.get(file)) for file, fates in counts.items()}
        store.keep_counts(connection, of_files, part.recorded_at)
    return counts


def batches(files: Sequence[tuple[str, bytes]], read: Reader) -> Iterator[tuple[list[int], Columns]]:
    """The files in order, small ones joined to what is worth a transaction: their ordinals, and their readings.

    The readings have a further column `file`, the ordinal.
    """
    ordinals: list[int] = []
    parts: list[Columns] = []
    for ordinal, (name, raw) in enumerate(files):
        ordinals.append(ordinal)
        readings = columns_of(readings_of(raw, name, read))
        parts.append(readings | {"file": np.full(len(readings["row"]), ordinal)})
        if ordinal == len(files) - 1 or sum(len(part["row"]) for part in parts) >= ROWS_AT_ONCE:
            yield ordinals, joined(parts)
            ordinals = []
            parts = []


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
            return [([ordinal], rows_at(checked, checked["file"] == ordinal)) for ordinal in ordinals]
    return [(ordinals, checked)]


# --- names known later -----------------------------------------------------------------------------------------------


def accept_known(engine: Engine, network: Network, clock: Clock) -> int:
    """Accept stored readings of unknown stations whose names the network knows by now; how many.

    The readings stay as they are; each gets an observation. One whose key has an observation already is not needed. One
    outside the plausible range, one of another origin than the first of its key, or one that is doubted whatever its
    station (`store.DOUBTED`), waits for people from now on as a reading of its station.
    """
    with writing(engine) as connection:
        stations = stations_of(network, store.unknown_names(connection))
        waiting = [
            store.waiting_readings(connection, store.SentName(*name), station.code)
            for name, station in stations.items()
            if station
        ]
        waiting = [frame for frame in waiting if len(frame)]
        if not waiting:
            return 0
        readings = pd.concat(waiting, ignore_index=True)
        now = instant_to_record(connection, clock())
        first = readings["code"] == "unknown_station"
        likely = plausible(readings["indicator"], readings["number"])
        may_count = readings[first & likely]
        of_origin = of_first_origin(may_count)
        accepted = released(may_count[of_origin])
        store.add_observations(connection, columns_of(accepted), now)
        note_recorded(connection, now)
        codes = readings["code"].where(~first, "implausible").where(~(first & likely), OTHER_ORIGIN)
        doubted = readings.assign(code=codes).drop(index=may_count.index[of_origin])
        store.ask_about(connection, doubted, now)
        note_due(connection, accepted)
        return len(accepted)
