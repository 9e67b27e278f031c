"""Quality control of what is new: gather – judge – write, and the job that does it after each inbox slot.

In: an engine and a clock. Out: what was judged. Flags are stored only where they differ from those that stand, so
repeating a run changes nothing. Readings are judged week by week with the same context around each week, so the flags
are the same in whatever parts and order the readings came in.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

import pandas as pd
from sqlalchemy import Connection, Engine

from basin.errors import Refused
from basin.network import Network
from basin.periods import Window
from monitoring_ingest.database.engine import writing
from monitoring_ingest.database.instants import instant_to_record
from monitoring_ingest.quality import store
from monitoring_ingest.quality.comparing import Comparison, Histories, Laboratories, Reaches, compared, differing
from monitoring_ingest.quality.flags import Quality
from monitoring_ingest.quality.judging import (
    COUNTS,
    FAULTS,
    WEEK,
    WHAT,
    context,
    counted,
    judged,
    rounds,
    weeks,
)
from monitoring_ingest.quality.settings import (
    AGAINST_HISTORY,
    AGAINST_LABORATORY,
    ALONG,
    BESIDE,
    BETWEEN_SECTIONS,
    NOWHERE,
    DeclarationKey,
    Tests,
    declared_tests,
)
from monitoring_ingest.readings.origins import of_laboratory
from monitoring_ingest.records import store as intake
from monitoring_ingest.schedule.job import Job, due_slots
from monitoring_ingest.schedule.leases import Clock, kept
from monitoring_ingest.schedule.store import hold, is_held, keep_hold

EVERY_HOURS = 4
STATIONS_AT_ONCE = 400
WEEKS_AT_ONCE = 800  # weeks: of all stations together
LONG = 3 * WEEK  # a window longer than this is read for fewer stations at once
ROWS_AT_ONCE = 20_000  # of one transaction, so that nobody who hands in waits long
FAULT = FAULTS[:5]
LEASE_NAME = "quality"


@dataclass(frozen=True)
class Round:
    """Tests that are run together, and what they compare a station's readings with; None for the station alone."""

    tests: Tests
    beside: Comparison | None

    @property
    def names(self) -> set[str]:
        """The names of the tests in this round."""
        return {test.test for declared in self.tests.values() for test in declared}

    @property
    def looks_back(self) -> timedelta:
        """How far before a reading its tests look."""
        return context(self.tests)

    @property
    def looks_ahead(self) -> timedelta:
        """How far after a reading its tests look; a history has ended before the reading."""
        return timedelta() if self.names <= AGAINST_HISTORY else context(self.tests)


class Part(NamedTuple):
    """What is judged at once: a round of tests, of some stations, over whole weeks."""

    round: Round
    stations: list[str]
    weeks: Window


class JudgedSeries(NamedTuple):
    """A series that a test judged."""

    station: str
    indicator: str
    test: str


class Task(NamedTuple):
    """A run to be done: its number, what is due, and the network whose sections tests compare."""

    number: int
    due: store.Due
    network: Network


@dataclass(frozen=True)
class Ran:
    """What a run did: its number (None: nothing was new), readings judged, flags that changed."""

    run: int | None
    readings: int
    changed: int

    @property
    def told(self) -> str:
        """The run in a line."""
        if self.run is None:
            return "没有新数据 nothing new"
        return f"第 {self.run} 次 run：评 judged {self.readings}，标记变动 flags changed {self.changed}"


def quality_job(engine: Engine, network: Network = NOWHERE, tests: Tests | None = None) -> Job:
    """Every 4 hours, after the inbox: judge what came in."""
    return Job(
        "quality",
        lambda last, now: due_slots(last, now, EVERY_HOURS),
        lambda _slot, clock: run(engine, clock, network=network, tests=tests).told,
        one_for_all=True,
    )


def run(
    engine: Engine,
    clock: Clock,
    *,
    network: Network = NOWHERE,
    tests: Tests | None = None,
    everything: bool = False,
) -> Ran:
    """Judge the observations that no run has judged yet, and the observations whose flags these may change.

    Parameters
    ----------
    clock : read in each transaction, so that flags stored late in a run do not count as known when the run began.
    network : which stations serve the section a laboratory sampled; an unknown station is a section by itself.
    tests : the bundled tests, unless given.
    everything : judge all there is, as after a change of thresholds.

    Raises
    ------
    Refused : another run holds the lease, or took the lease over because this process stood still too long.
    """
    with writing(engine) as connection:
        now = clock()
        if is_held(connection, LEASE_NAME, now):
            zh = "另一次质控正在进行"
            en = "another run of quality control is at it"
            raise Refused(zh, en, remedy="等它做完再来")
        hold(connection, LEASE_NAME, now)
        due = store.due(connection, instant_to_record(connection, now), everything=everything)
        number = store.next_run(connection)
    with kept(engine, LEASE_NAME, clock):
        return _run(engine, clock, Task(number, due, network), declared_tests() if tests is None else tests)


def _run(engine: Engine, clock: Clock, task: Task, tests: Tests) -> Ran:
    """Judge what is due, part by part; each part stores its flags in transactions of its own.

    Parameters
    ----------
    engine, clock : where flags are stored, and the instant of each transaction. task : the run. tests : all tests.
    """
    if task.due.spans.empty:
        return Ran(None, 0, 0)
    with engine.connect() as connection:
        all_rounds = [Round(of_round, _beside(connection, of_round, task)) for of_round in rounds(tests)]
    counts: list[pd.DataFrame] = []
    series: set[JudgedSeries] = set()
    changed = 0
    for part in _parts(task.due.spans, all_rounds):
        differences = _differences(engine, tests, part)
        counts.append(differences.counts)
        series |= differences.series
        changed += len(differences.changes)
        for first in range(0, len(differences.changes), ROWS_AT_ONCE):
            with _mine(engine, clock) as (connection, now):
                rows = differences.changes.iloc[first : first + ROWS_AT_ONCE]
                store.keep_flags(connection, task.number, rows, now)
    history = _history(pd.concat(counts, ignore_index=True), series, tests)
    with _mine(engine, clock) as (connection, now):
        store.keep_run(connection, task.number, task.due, history, now)
    readings = history.groupby(["indicator", "test"])["readings"].sum().groupby("indicator").max().sum()
    return Ran(task.number, int(readings), changed)


def _beside(connection: Connection, tests: Tests, task: Task) -> Comparison | None:
    """What the tests of a round compare readings with; None where they look at the neighbours of each reading alone.

    Parameters
    ----------
    tests : of one round. task : what is due, and the section of each station.
    """
    names = Round(tests, None).names
    network = task.network
    if names & AGAINST_LABORATORY:
        section_of = {code: station.section for code, station in network.stations.items()}
        return Laboratories(tests, section_of, store.samples(connection))
    if names & AGAINST_HISTORY:
        return Histories(tests, _with_a_history_to_compare(connection, tests, task.due.spans))
    return Reaches(tests) if names & BETWEEN_SECTIONS else None


def _with_a_history_to_compare(connection: Connection, tests: Tests, due: pd.DataFrame) -> frozenset[str]:
    """The stations of which some reading may be far from the history, or was so when it was judged before.

    The database finds the lowest and the highest readings many times faster than all readings are read. Flags that
    stand are looked at again in any case, because a changed threshold may withdraw them.

    Parameters
    ----------
    tests : of `AGAINST_HISTORY`. due : station, first and last instant of what came in.
    """
    around = context(tests) + WEEK  # whole weeks are judged
    first = (due["first"].min() - around).to_pydatetime()
    last = (due["last"].max() + around).to_pydatetime()
    spreads = store.spreads(connection, indicators=sorted(tests), start=first, end=last)
    stood = store.faults(connection, start=first, end=last)
    return differing(spreads, tests) | frozenset(stood.loc[stood["test"].isin(AGAINST_HISTORY), "station"])


@contextmanager
def _mine(engine: Engine, clock: Clock) -> Iterator[tuple[Connection, datetime]]:
    """A transaction of the run that holds the lease, and its instant; two runs must never store at the same time."""
    with writing(engine) as connection:
        now = clock()
        keep_hold(connection, LEASE_NAME, now)
        yield connection, instant_to_record(connection, now)


def _parts(spans: pd.DataFrame, all_rounds: Sequence[Round]) -> Iterator[Part]:
    """What to judge at once: every week in which a new observation may change a flag."""
    for of_tests in all_rounds:
        around = of_tests.looks_back
        due = spans if of_tests.beside is None else of_tests.beside.spans(spans)
        due = due.assign(first=due["first"] - of_tests.looks_ahead, last=due["last"] + of_tests.looks_back)
        due = due.sort_values(["first", "station"])
        stations_at_once = max(1, int(STATIONS_AT_ONCE * min(1.0, LONG / max(around, WEEK))))
        for place in range(0, len(due), stations_at_once):
            some = due.iloc[place : place + stations_at_once]
            starts = weeks(some["first"].min().to_pydatetime(), some["last"].max().to_pydatetime())
            at_once = max(WEEKS_AT_ONCE // len(some), math.ceil(2 * around / WEEK))  # context is read with every part
            for first in range(0, len(starts), at_once):
                of_part = starts[first : first + at_once]
                span = Window(of_part[0], of_part[-1] + WEEK)
                inside = some[(some["first"] < span.end) & (some["last"] >= span.start)]
                if len(inside):
                    yield Part(of_tests, inside["station"].tolist(), span)


class Differences(NamedTuple):
    """What a part found: flags that differ from those that stand (`FAULTS`), `COUNTS`, and the series judged."""

    changes: pd.DataFrame
    counts: pd.DataFrame
    series: set[JudgedSeries]


def _differences(engine: Engine, tests: Tests, part: Part) -> Differences:
    """Judge a part, and compare its flags with those that stand.

    Parameters
    ----------
    engine : holds the observations and the flags that stand.
    tests : of all rounds. part : what to judge.
    """
    own_round = part.round
    start, end = part.weeks
    read_from = start - own_round.looks_back
    read_to = end + own_round.looks_ahead
    indicators = {*own_round.tests, *(BESIDE[name] for name in own_round.names if name in BESIDE)}
    read = part.stations if own_round.beside is None else sorted(own_round.beside.beside(part.stations))
    with engine.connect() as connection:
        observations = intake.observations(
            connection, stations=read, indicators=sorted(indicators), start=read_from, end=read_to
        )
        stood = store.faults(connection, stations=part.stations, start=start, end=end)
    if own_round.beside is not None:
        faults, counts = compared(observations, own_round.beside, part.stations, part.weeks)
        rows = counts[["station", "indicator", "test"]].itertuples(index=False, name=None)
        series = {JudgedSeries(*row) for row in rows}
    else:
        faults, counts = judged(observations, own_round.tests, start, end)
        inside = observations["time"].ge(pd.Timestamp(start)) & observations["time"].lt(pd.Timestamp(end))
        series = _series(observations[inside], own_round.tests)
    stood = stood[~_run_elsewhere(stood, tests, own_round.names)]
    stood = stood.merge(observations[store.KEY], on=store.KEY)  # flags of earlier revisions stay as they are
    return Differences(changes(stood, faults), counts[COUNTS], series)


def _series(inside: pd.DataFrame, tests: Tests) -> set[JudgedSeries]:
    """The series that were judged; a laboratory's results are no series for the tests of `ALONG`."""
    pairs = inside.assign(sampled=of_laboratory(inside))[["station", "indicator", "sampled"]].drop_duplicates()
    return {
        JudgedSeries(station, code, test.test)
        for station, code, sampled in pairs.itertuples(index=False, name=None)
        for test in tests.get(code, ())
        if not (sampled and test.test in ALONG)
    }


def _run_elsewhere(stood: pd.DataFrame, tests: Tests, names: Set[str]) -> pd.Series:
    """Which flags are of a test that another round runs on the same series.

    A round withdraws the flags of its own tests that it does not find again, and those of tests that no round runs any
    more.

    Parameters
    ----------
    stood : station, indicator and test of the flags that stand.
    tests : of all rounds. names : the tests of this round.
    """
    what = [stood["station"], stood["indicator"], stood["test"]]

    @cache
    def is_run(station: str, indicator: str, name: str) -> bool:
        codes = [code for code in tests if indicator in (code, BESIDE.get(name))]
        return any(test.test == name and test.judges(station) for code in codes for test in tests[code])

    elsewhere = [name not in names and is_run(station, code, name) for station, code, name in zip(*what, strict=True)]
    return pd.Series(elsewhere, index=stood.index, dtype=bool)


def changes(stood: pd.DataFrame, faults: pd.DataFrame) -> pd.DataFrame:
    """The faults that did not stand so before, and the flags that stood and are no longer found (as reliable)."""
    if stood.empty:
        return faults
    merged = stood.merge(faults, on=FAULT, how="outer", suffixes=("_stood", ""))
    merged["quality"] = merged["quality"].fillna(Quality.RELIABLE).astype("int64")
    return merged.loc[merged["quality"] != merged["quality_stood"], FAULTS].reset_index(drop=True)


def _history(counts: pd.DataFrame, series: Set[JudgedSeries], tests: Tests) -> pd.DataFrame:
    """A row for each test of each indicator and section, with the arguments the test was called with.

    Parameters
    ----------
    counts : `COUNTS` of all parts. series : that were judged. tests : of all rounds.
    """
    all_tests = [(code, test) for code, of_indicator in tests.items() for test in of_indicator]
    declared = {DeclarationKey(code, test.test, test.section): test for code, test in all_tests}
    rows = counted(counts)
    columns = [rows[name] for name in WHAT]
    of_rows = [declared[DeclarationKey(*what)] for what in zip(*columns, strict=True)]
    stations: dict[tuple[str, str], set[str]] = defaultdict(set)
    for judged_series in series:
        stations[judged_series.indicator, judged_series.test].add(judged_series.station)
    numbers: list[int] = []
    for code, test in zip(rows["indicator"], of_rows, strict=True):
        all_stations = stations[code, test.test]
        numbers.append(len(all_stations & test.stations if test.section else all_stations - test.stations))
    return rows.assign(
        series=numbers,
        arguments=[json.dumps(test.arguments, ensure_ascii=False, sort_keys=True) for test in of_rows],
        source=[test.source for test in of_rows],
        verified=[test.verified for test in of_rows],
    )
