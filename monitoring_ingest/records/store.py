"""What is stored of readings, observations, receipts and facts: frames and dataclasses in and out.

All of it is append-only: a correction is a further row with a later `recorded_at`, and reads take an `as_of`. What
deserves storing is decided in `validation` and `revisions`. Leases and runs of
jobs, which are no evidence, are in `schedule.store`, keys in `access.store`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple, TypedDict, Unpack

import numpy as np
import pandas as pd
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    FromClause,
    Select,
    Table,
    and_,
    bindparam,
    exists,
    func,
    insert,
    or_,
    select,
    text,
    true,
)

from monitoring_ingest.database.bulk import Prepared, insert_columns, insert_frame, prepared
from monitoring_ingest.database.dialects import one_of
from monitoring_ingest.database.engine import key_parameters, no_rows, of_keys, read_columns, read_frame
from monitoring_ingest.readings.fact_history import (
    DUPLICATE,
    Outcome,
    Planned,
    StoredFact,
    in_force,
    outcome,
    outcomes,
)
from monitoring_ingest.readings.facts import Fact, TwoPeople, refuse_payment_to_come
from monitoring_ingest.readings.frames import Columns, frame_of, joined, rows_at
from monitoring_ingest.readings.observing import becomes_observation
from monitoring_ingest.readings.revisions import (
    KEY,
    OTHER_ORIGIN,
    as_sent,
    beside_other_origin,
    place,
    reasons,
    shown,
)
from monitoring_ingest.readings.validation import FATES, NO_RIGHT
from monitoring_ingest.records import tables

READINGS = tables.readings
OBSERVATIONS = tables.observations
OBSERVATION_COLUMNS = (
    "station", "indicator", "time", "value", "censored", "status", "mark", "revision", "reading", "recorded_at",
)  # fmt: skip
DOUBTED = ("conflict", "sentinel", "unknown_qualifier", "below_methods", OTHER_ORIGIN)  # people are asked about these
LEFT_OUT = ("withheld", "quarantined")
INSTANT = timedelta(microseconds=1)
SUBMISSION = "submission"  # what a lease is held on: "submission:7"
SEPARATOR = ":"
SET_ASIDE = text(f"readings.{tables.SET_ASIDE}")


class Selected(TypedDict, total=False):
    """Which keys to read; what is not given selects nothing away."""

    stations: Collection[str] | None
    indicators: Collection[str] | None
    start: datetime | None  # times are half-open: start <= time < end
    end: datetime | None
    as_of: datetime | None  # what was recorded at or before an instant


def selects(table: FromClause, selected: Selected) -> ColumnElement[bool]:
    """A selection as a condition on a table with station, indicator, time and recorded_at."""
    columns = table.c
    conditions: dict[str, Callable[[Any], ColumnElement[bool]]] = {
        "stations": lambda codes: one_of(columns.station, codes),
        "indicators": lambda codes: one_of(columns.indicator, codes),
        "start": lambda instant: columns.time >= instant,
        "end": lambda instant: columns.time < instant,
        "as_of": lambda instant: columns.recorded_at <= instant,
    }
    return and_(true(), *(conditions[name](value) for name, value in selected.items() if value is not None))


# --- taking in -------------------------------------------------------------------------------------------------------


class Origin(NamedTuple):
    """Where a submission comes from: the door it came through, who sent it ("" where nobody is named), its name."""

    door: str
    sender: str
    name: str


class Sent(NamedTuple):
    """A file as it was sent: its name, its SHA-256, how many bytes it has."""

    name: str
    sha256: str
    bytes: int


class Handed(NamedTuple):
    """One submission to be stored."""

    origin: Origin
    files: Sequence[Sent]


def record_submission(connection: Connection, origin: Origin, files: Sequence[tuple[str, bytes]], now: datetime) -> int:
    """Store that files have come in, with or before their rows, and return the number of the submission.

    Numbers have no gap: a number is given only where its submission is stored. The SHA-256 of several files is that of
    the lines ``<sha256>  <name>``, as `sha256sum` writes them.

    Parameters
    ----------
    files : name and content of each.
    """
    number = next_numbers(connection).submission
    sent = [Sent(name, sha256(content), len(content)) for name, content in files]
    record_submissions(connection, {number: Handed(origin, sent)}, now)
    return number


def record_submissions(connection: Connection, handed: Mapping[int, Handed], now: datetime) -> None:
    """As `record_submission`, for several at once, under the numbers that come next."""
    numbers = list(handed)
    origins = [Origin(*origin) for origin, _ in handed.values()]
    sent = [[Sent(*file) for file in files] for _, files in handed.values()]
    submitted = {
        "id": numbers,
        "door": [origin.door for origin in origins],
        "sender": [origin.sender for origin in origins],
        "name": [origin.name for origin in origins],
        "sha256": list(map(_sha256_of, sent)),
        "recorded_at": now,
    }
    insert_columns(connection, tables.submissions, submitted)
    rows = []
    for number, files in zip(numbers, sent, strict=True):
        rows += [(number, place, *file) for place, file in enumerate(files)]
    names = ("submission", "file", "name", "sha256", "bytes")
    columns = map(list, zip(*rows, strict=True))
    insert_columns(connection, tables.submission_files, dict(zip(names, columns, strict=True)))


def _sha256_of(files: Sequence[Sent]) -> str:
    if len(files) == 1:
        return files[0].sha256
    return sha256("".join(f"{file.sha256}  {file.name}\n" for file in files).encode())


def sha256(content: bytes) -> str:
    """The fingerprint files are known by."""
    return hashlib.sha256(content).hexdigest()


class Next(NamedTuple):
    """The numbers that the next submission and the next reading get."""

    submission: int
    reading: int


def next_numbers(connection: Connection) -> Next:
    """The next numbers; asked only inside `writing`, so that no other process can be given the same."""
    numbered = (tables.submissions, READINGS)
    highest = ", ".join(f"(SELECT max(id) FROM {table.name})" for table in numbered)  # nosec  # declared names
    submission, reading = connection.exec_driver_sql(f"SELECT {highest}").one()
    return Next((submission or 0) + 1, (reading or 0) + 1)


def stored_readings(connection: Connection, within: Columns, digests: Collection[str] = ()) -> Columns:
    """What is stored for the keys of the rows of some files (of these SHA-256), as `revisions.decide` wants it.

    Every valued row asks for the observations of its key; only rows that are set aside, and those at whose key one of
    the other origin stands, ask for what was set aside.
    """
    keyed = within["fate"] != "rejected"
    keyed &= ~np.isnat(within["time"]) & np.array([code is not None for code in within["indicator"]], dtype=bool)
    placed = np.array([code is not None for code in within["station"]], dtype=bool)
    parts = []
    aside = keyed & placed & (within["fate"] != "accepted")
    if (observable := keyed & placed).any():
        observed = _stored_for(connection, OBSERVATIONS, rows_at(within, observable))
        aside |= observable & beside_other_origin(within, observed | {"place": place(observed)})
        parts.append(observed)
    if aside.any():
        parts.append(_stored_for(connection, READINGS, rows_at(within, aside)))
    if (nameless := keyed & ~placed).any():
        parts.append(_of_unknown_stations(connection, rows_at(within, nameless)))
    stored = joined(parts) if parts else no_rows(_compared())
    stored |= {"place": place(stored), "shown": shown(stored["number"], stored["printed"]), "as_sent": as_sent(stored)}
    same = _of_files(connection, digests) if len(stored["revision"]) else set()
    files = zip(stored["submission"].tolist(), stored["file"].tolist(), strict=True)
    return stored | {"same_file": np.array([pair in same for pair in files], dtype=bool)}


def _stored_for(connection: Connection, table: Table, rows: Columns) -> Columns:
    """What is stored for the keys of some rows, as observations or set aside among the readings."""
    dialect = connection.dialect.name
    return read_columns(connection, _asks_for(dialect, table), key_parameters(dialect, rows))


@cache
def _asks_for(dialect: str, table: Table) -> Select[Any]:
    """The statement of `_stored_for`, made once: making it takes as long as executing it."""
    return of_keys(dialect, _observed() if table is OBSERVATIONS else _compared().where(SET_ASIDE), table)


def _of_unknown_stations(connection: Connection, rows: Columns) -> Columns:
    """What waits under the names of these rows, about their time: there is no index by name and instant."""
    start, end = (edge.astype(datetime).replace(tzinfo=UTC) for edge in (rows["time"].min(), rows["time"].max()))
    selected: Selected = {"indicators": sorted(set(rows["indicator"])), "start": start, "end": end + INSTANT}
    query = _compared().where(selects(READINGS, selected), READINGS.c.station.is_(None))
    return read_columns(connection, query.where(READINGS.c.station_text.in_(sorted(set(rows["station_text"])))))


def _of_files(connection: Connection, digests: Collection[str]) -> set[tuple[int, int]]:
    """Every (submission, file) that had the bytes of one of these files."""
    files = tables.submission_files
    rows = connection.execute(select(files.c.submission, files.c.file).where(files.c.sha256.in_(digests)))
    return {(row.submission, row.file) for row in rows}


def _compared() -> Select[Any]:
    names = ("submission", "file", "province", "station_text", "station", "indicator", "time", "number", "censored")
    texts = ("value_text", "unit", "printed", "mark", "status")
    return select(*(READINGS.c[name] for name in (*names, *texts, "revision")))


def _observed() -> Select[Any]:
    """As `_compared`, for what became an observation: also of readings whose station was unknown when they came."""
    columns = [OBSERVATIONS.c[c.key] if c.key in ("station", "revision") else c for c in _compared().selected_columns]
    return select(*columns).join_from(OBSERVATIONS, READINGS, OBSERVATIONS.c.reading == READINGS.c.id)


# What a reading is, whatever is decided about it.
SAID = (
    "row", "province", "station_text", "station", "indicator", "time", "value_text", "number", "censored", "unit",
    "printed", "mark", "status", "water_class",
)  # fmt: skip


def said(engine: Engine, judged: Columns) -> np.ndarray:
    """What each of some validated rows says (`SAID`), ready to be stored."""
    return prepared(engine.dialect.name, READINGS, {name: judged[name] for name in SAID})


def keep_readings(connection: Connection, decided: Columns, first: int, now: datetime) -> range:
    """Store the readings worth keeping (`keep`); their numbers, by which `observe` makes observations of them.

    Parameters
    ----------
    decided : from `revisions.decide`, with `submission`, `file` and `said`.
    first : the number the first of them gets (`next_numbers`).
    """
    rows = dict(decided) if decided["keep"].all() else rows_at(decided, decided["keep"])
    rows |= {"id": np.arange(first, first + len(rows["row"])), "reason": reasons(rows)}
    made = ("id", "submission", "file", "fate", "code", "revision", "reason")
    rest = {name: rows[name] for name in made} | {"recorded_at": now}
    insert_columns(connection, READINGS, rest, Prepared(SAID, rows["said"]))
    return range(first, first + len(rows["row"]))


def observe(connection: Connection, numbers: range) -> None:
    """Make observations of those readings of these numbers that become one (`readings.observing`).

    Raises
    ------
    Clash : an observation has that revision already.
    """
    connection.execute(_OBSERVE, {"first": numbers.start, "last": numbers.stop - 1})


# Readings become observations where they are stored: sending them twice takes longer. Both ends are given, for with one
# PostgreSQL would look through all readings.
_NAMED = {"value": "number", "reading": "id"}
_OBSERVE = insert(OBSERVATIONS).from_select(
    [column.name for column in OBSERVATIONS.c],
    select(*(READINGS.c[_NAMED.get(column.name, column.name)] for column in OBSERVATIONS.c)).where(
        READINGS.c.id.between(bindparam("first"), bindparam("last")), becomes_observation(READINGS.c.revision)
    ),
)


Told = tuple[Mapping[str, int], np.datetime64 | None]  # how many rows of a file had which fate, and `newest_told`


def keep_counts(connection: Connection, files: Mapping[tuple[int, int], Told], now: datetime) -> None:
    """Store what the rows of each file (submission, ordinal) came to: with that the file is taken in."""
    counts, newest = zip(*files.values(), strict=True)
    columns: dict[str, Any] = {
        "submission": [submission for submission, _ in files],
        "file": [file for _, file in files],
        "newest": np.array(newest, dtype="datetime64[us]"),
        "recorded_at": now,
    }
    for fate in FATES:
        columns[fate] = [of_file.get(fate, 0) for of_file in counts]
    insert_columns(connection, tables.receipts, columns)


def keep_rows(connection: Connection, decided: Columns) -> None:
    """Store the rows of a receipt: every row that was not accepted, in the order of `ordinal`."""
    rows = rows_at(decided, decided["fate"] != "accepted")
    insert_columns(connection, tables.receipt_rows, {c.name: rows[c.name] for c in tables.receipt_rows.c})


def add_observations(connection: Connection, accepted: Columns, now: datetime) -> None:
    """Store accepted readings as observations: `id` of the reading, station, indicator, time, number, revision …"""
    renamed = {"reading": accepted["id"], "value": accepted["number"], "recorded_at": now}
    names = [column.name for column in OBSERVATIONS.c]
    insert_columns(connection, OBSERVATIONS, {name: (accepted | renamed)[name] for name in names})


class SentName(NamedTuple):
    """A station as a source names it."""

    province: str
    name: str


def unknown_names(connection: Connection) -> list[SentName]:
    """The name of every station that readings came from and that was not known then."""
    query = select(READINGS.c.province, READINGS.c.station_text).where(READINGS.c.station.is_(None)).distinct()
    rows = connection.execute(query.order_by(*query.selected_columns))
    return [SentName(row.province, row.station_text) for row in rows]


def waiting_readings(connection: Connection, sent: SentName, station: str) -> pd.DataFrame:
    """The quarantined readings under an unknown name that wait for `station`, as they arrived, with all they have.

    Those for whose keys it has no observation, and what is doubted whatever the station (`DOUBTED`); none that people
    are asked about already.
    """
    key = KEY[1:]
    content = ("value_text", "unit", "mark", "status")
    asked = READINGS.alias("asked")
    observed = exists().where(OBSERVATIONS.c.station == station, *(OBSERVATIONS.c[n] == READINGS.c[n] for n in key))
    same = (asked.c[n] == READINGS.c[n] for n in (*key, *content))
    placed = exists().where(asked.c.station == station, text(f"asked.{tables.SET_ASIDE}"), *same)
    first = and_(READINGS.c.code == "unknown_station", ~observed)
    query = select(READINGS).where(READINGS.c.station.is_(None), ~placed, or_(READINGS.c.code.in_(DOUBTED), first))
    query = query.where(READINGS.c.province == sent.province, READINGS.c.station_text == sent.name)
    return read_frame(connection, query.order_by(READINGS.c.id)).assign(station=station)


def ask_about(connection: Connection, doubted: pd.DataFrame, now: datetime) -> None:
    """Store quarantined readings once more, with the station they are of, so that people can decide about them."""
    first = next_numbers(connection).reading
    rows = doubted.assign(id=np.arange(first, first + len(doubted)), recorded_at=pd.Timestamp(now))
    insert_frame(connection, READINGS, rows[[column.name for column in READINGS.c]])


# --- reading back ----------------------------------------------------------------------------------------------------


def observations(connection: Connection, **selected: Unpack[Selected]) -> pd.DataFrame:
    """The newest revision of every observation recorded at or before `as_of`.

    Returns
    -------
    station, indicator, time [UTC], value [canonical unit], censored (value is the detection limit), status, mark,
    revision, reading, recorded_at; ordered by station, indicator, time.
    """
    return frame_of(observation_columns(connection, **selected))


ORDER = ("station", "indicator", "time", "revision")


def observation_columns(connection: Connection, **selected: Unpack[Selected]) -> Columns:
    """As `observations`, as plain arrays."""
    query = select(*(OBSERVATIONS.c[name] for name in OBSERVATION_COLUMNS)).where(selects(OBSERVATIONS, selected))
    ordered = read_columns(connection, query.order_by(*(OBSERVATIONS.c[name] for name in ORDER)))
    if (ordered["revision"] == 1).all():
        return ordered
    superseded = np.zeros(len(ordered["revision"]), dtype=bool)
    superseded[:-1] = True
    for name in ORDER[:3]:
        superseded[:-1] &= ordered[name][:-1] == ordered[name][1:]
    return rows_at(ordered, ~superseded)


def newest_revisions(ordered: pd.DataFrame) -> pd.DataFrame:
    if (ordered["revision"] == 1).all():
        return ordered
    return ordered.drop_duplicates(list(ORDER[:3]), keep="last").reset_index(drop=True)


def left_out_readings(connection: Connection, **selected: Unpack[Selected]) -> pd.DataFrame:
    """The readings of known stations that gave no observation, and why.

    A key with an observation at `as_of` misses nothing: of such, blank cells and rejected rows are not listed, and of
    quarantined values only those that came after all that counted for the key and may still take its place. A row whose
    sender may not speak for its station is nothing that the station said: it is on its receipt only.

    Returns
    -------
    station, indicator, time, fate (withheld, quarantined, rejected), reason (the source's mark, else the message code),
    value (with its unit, as sent); each once, ordered by key.
    """
    named = ("station", "indicator", "time", "fate", "mark", "code", "value_text", "unit")
    reading = select(*(READINGS.c[name] for name in named)).where(
        selects(READINGS, selected), SET_ASIDE, READINGS.c.fate.in_(LEFT_OUT), READINGS.c.station.is_not(None)
    )
    outdone = or_(READINGS.c.fate == "withheld", OBSERVATIONS.c.reading >= READINGS.c.id)  # its own: it was released
    reading = reading.where(~_observed_as(READINGS, selected, outdone))
    refused = tables.receipt_rows
    value = func.coalesce(refused.c.sent, refused.c.value)  # rows of earlier versions keep only the cell that was wrong
    rejected = (
        select(*(refused.c[name] for name in ("station", "indicator", "time", "fate", "code")), value.label("value"))
        .join_from(refused, tables.receipts, same_file(refused, tables.receipts))
        .where(text(f"receipt_rows.{tables.REJECTED}"), refused.c.code != NO_RIGHT)
        .where(*(refused.c[name].is_not(None) for name in ("station", "indicator", "time")))
        .where(selects(refused, {**selected, "as_of": None}))
        .where(selects(tables.receipts, {"as_of": selected.get("as_of")}), ~_observed_as(refused, selected))
    )
    aside = read_columns(connection, reading)
    is_marked = (aside["fate"] == "withheld") & (aside["mark"] != "")
    aside |= {"value": as_sent(aside), "reason": np.where(is_marked, aside["mark"], aside["code"])}
    rejections = read_columns(connection, rejected)
    rejections |= {"reason": rejections["code"]}
    names = ["station", "indicator", "time", "fate", "reason", "value"]
    both = frame_of({name: np.concatenate([aside[name], rejections[name]]) for name in names})
    if both.empty:
        return both
    return both.drop_duplicates().sort_values(names[:3], kind="stable", ignore_index=True)


def _observed_as(table: Table, selected: Selected, *further: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether the key of a row of `table` has an observation among those selected, each looked up in the key."""
    same_key = (OBSERVATIONS.c[name] == table.c[name] for name in ORDER[:3])
    return exists().where(*same_key, selects(OBSERVATIONS, selected), *further)


def same_file(one: Table, other: Table) -> ColumnElement[bool]:
    return and_(one.c.submission == other.c.submission, one.c.file == other.c.file)


def lease_name(submission: int) -> str:
    """Under which name a submission is held while it is taken in."""
    return f"{SUBMISSION}{SEPARATOR}{submission}"


# --- facts -----------------------------------------------------------------------------------------------------------


def record_fact(connection: Connection, fact: Fact, now: datetime, *, file: object = None) -> Outcome:
    """Record a fact, revise or withdraw it; what is recorded already is not stored again.

    Asked only inside `writing`, so that no other process records the same fact meanwhile.

    Parameters
    ----------
    fact : what is stated.
    now : the instant it is recorded at.
    file : where the fact was read, for the error.

    Raises
    ------
    UsageError : as `fact_history.outcome`; or a day of payment that is still to come.
    """
    refuse_payment_to_come(fact, now, file=file)
    rows = stored_facts(connection, subject=fact.subject)
    replaced = {row.revises for row in rows}
    decided = outcome(fact, [row for row in rows if row.id not in replaced], file=file)
    if decided.fate == DUPLICATE:
        return replace(decided, in_force=in_force(rows))
    recorded = replace(decided.fact, recorded_at=now)
    number = int(connection.scalar(select(func.max(tables.facts.c.id))) or 0) + 1
    revises = None if decided.replaces is None else decided.replaces.id
    connection.execute(insert(tables.facts).values(id=number, revises=revises, **asdict(recorded)))
    counting = in_force([*rows, StoredFact(number, recorded, revises)])
    return replace(decided, fact=recorded, in_force=counting)


def planned_facts(connection: Connection, stated: Sequence[Fact], now: datetime) -> Iterator[Planned]:
    """What would become of facts that are recorded one after another; nothing is stored.

    Raises
    ------
    UsageError : as `record_fact`, when the first such fact is asked for.
    """
    subjects = dict.fromkeys(fact.subject for fact in stated)
    rows = [row for subject in subjects for row in stored_facts(connection, subject=subject)]
    last = int(connection.scalar(select(func.max(tables.facts.c.id))) or 0)
    for fact, planned in zip(stated, outcomes(stated, rows, last), strict=True):
        refuse_payment_to_come(fact, now)
        yield planned


def record_facts(connection: Connection, stated: Sequence[Fact], by: TwoPeople, now: datetime) -> list[Outcome]:
    """Record facts on which two people agreed, all of them: new ones, revisions and withdrawals.

    Asked only inside `writing`.

    Parameters
    ----------
    stated : the facts, without people. by : who proposed and who approved them. now : the instant of the transaction.

    Raises
    ------
    UsageError : as `record_fact`.
    """
    planned = list(planned_facts(connection, stated, now))
    people = {"recorded_by": by.recorded_by, "approved_by": by.approved_by, "recorded_at": now}
    rows = [
        {"id": step.row.id, "revises": step.row.revises, "proposal": by.proposal, **asdict(step.row.fact), **people}
        for step in planned
        if step.row is not None
    ]
    if rows:
        connection.execute(insert(tables.facts), rows)
    return [step.outcome for step in planned]


def stored_facts(
    connection: Connection, as_of: datetime | None = None, *, subject: str | None = None
) -> list[StoredFact]:
    """Every row of the facts recorded at or before `as_of`, about one subject or all, in the order of recording."""
    query = select(tables.facts).order_by(tables.facts.c.id)
    if as_of is not None:
        query = query.where(tables.facts.c.recorded_at <= as_of)
    if subject is not None:
        query = query.where(tables.facts.c.subject == subject)
    columns = [column.name for column in tables.facts.c if column.name not in ("id", "revises", "proposal")]
    rows = connection.execute(query).mappings()
    return [StoredFact(row["id"], Fact(**{name: row[name] for name in columns}), row["revises"]) for row in rows]


def facts(connection: Connection, as_of: datetime | None = None) -> list[Fact]:
    """The facts in force at `as_of`, each as it was recorded last, in the order they were first recorded."""
    return in_force(stored_facts(connection, as_of))
