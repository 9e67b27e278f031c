"""Quality control of what is new: gather – judge – write, and the job that does it after each inbox slot.

In: an engine and a clock. Out: what was judged. Flags are stored where they differ from those that stand, so that a
run repeated changes nothing; and since readings are judged week by week with the same context around them, they come
out the same in whatever parts and order the readings came in.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import pandas as pd
from sqlalchemy import Connection, Engine

from basin.errors import Refused
from basin.network import Network
from monitoring_ingest.database.engine import writing
from monitoring_ingest.quality import store
from monitoring_ingest.quality.comparing import Comparison, Laboratories, Reaches, compared
from monitoring_ingest.quality.flags import Quality
from monitoring_ingest.quality.judging import (
    COUNTS,
    FAULTS,
    WEEK,
    WHAT,
    context,
    counted,
    judged,
    of_laboratory,
    rounds,
    weeks,
)
from monitoring_ingest.quality.settings import (
    AGAINST_LABORATORY,
    ALONG,
    BESIDE,
    BETWEEN_SECTIONS,
    NOWHERE,
    Tests,
    declared_tests,
)
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
    """Tests that are run together, and what they lay beside the readings of a station: None for the station alone."""

    tests: Tests
    beside: Comparison | None

    @property
    def names(self) -> set[str]:
        """Of the tests."""
        return {each.test for those in self.tests.values() for each in those}


@dataclass(frozen=True)
class Ran:
    """What a run did: its number (None: nothing was new), readings judged, flags that changed."""

    run: int | None
    readings: int
    changed: int

    @property
    def told(self) -> str:
        """In a line."""
        if self.run is None:
            return "没有新数据 nothing new"
        return f"第 {self.run} 次 run：评 judged {self.readings}，标记变动 flags changed {self.changed}"


def quality_job(engine: Engine, network: Network = NOWHERE, tests: Tests | None = None) -> Job:
    """Every 4 hours, after the inbox: judge what came in."""
    return Job(
        "quality",
        lambda last, now: due_slots(last, now, EVERY_HOURS),
        lambda _slot, clock: run(engine, clock, network=network, tests=tests).told,
    )


def run(
    engine: Engine,
    clock: Clock,
    *,
    network: Network = NOWHERE,
    tests: Tests | None = None,
    everything: bool = False,
) -> Ran:
    """Judge what no run has judged yet, and what that may bear on.

    Parameters
    ----------
    clock : read in each transaction: flags stored late in a run are not among what was known when it began.
    network : which stations serve the section a laboratory sampled; one that it does not know, only itself.
    tests : the bundled ones, unless given.
    everything : judge all there is, as after a change of thresholds.

    Raises
    ------
    Refused : another run is at it, or took over because this process stood still for longer than a lease.
    """
    with writing(engine) as connection:
        now = clock()
        if is_held(connection, LEASE_NAME, now):
            zh = "另一次质控正在进行"
            en = "another run of quality control is at it"
            raise Refused(zh, en, remedy="等它做完再来")
        hold(connection, LEASE_NAME, now)
        due = store.due(connection, now, everything=everything)
        number = store.next_run(connection)
    with kept(engine, LEASE_NAME, clock):
        return _run(engine, clock, (number, due, network), declared_tests() if tests is None else tests)


def _run(engine: Engine, clock: Clock, task: tuple[int, store.Due, Network], tests: Tests) -> Ran:
    """The run of a number over what is due, beside what was found elsewhere in the sections of a network."""
    number, due, network = task
    if due.spans.empty:
        return Ran(None, 0, 0)
    with engine.connect() as connection:
        all_rounds = [Round(these, _beside(connection, these, network)) for these in rounds(tests)]
    found: list[pd.DataFrame] = []
    series: set[tuple[str, str, str]] = set()
    changed = 0
    for one, stations, start, end in _parts(due.spans, all_rounds):
        changes, counts, judged_here = _differences(engine, tests, one, stations, (start, end))
        found.append(counts)
        series |= judged_here
        changed += len(changes)
        for first in range(0, len(changes), ROWS_AT_ONCE):
            with _mine(engine, clock) as (connection, now):
                store.keep_flags(connection, number, changes.iloc[first : first + ROWS_AT_ONCE], now)
    history = _history(pd.concat(found, ignore_index=True), series, tests)
    with _mine(engine, clock) as (connection, now):
        store.keep_run(connection, number, due, history, now)
    readings = history.groupby(["indicator", "test"])["readings"].sum().groupby("indicator").max().sum()
    return Ran(number, int(readings), changed)


def _beside(connection: Connection, these: Tests, network: Network) -> Comparison | None:
    """What the tests of a round compare with."""
    names = Round(these, None).names
    if names & AGAINST_LABORATORY:
        section_of = {code: station.section for code, station in network.stations.items()}
        return Laboratories(these, section_of, store.samples(connection))
    return Reaches(these) if names & BETWEEN_SECTIONS else None


@contextmanager
def _mine(engine: Engine, clock: Clock) -> Iterator[tuple[Connection, datetime]]:
    """A transaction of the run that has the lease, and its instant; two runs must not store beside each other."""
    with writing(engine) as connection:
        now = clock()
        keep_hold(connection, LEASE_NAME, now)
        yield connection, now


def _parts(spans: pd.DataFrame, all_rounds: Sequence[Round]) -> Iterator[tuple[Round, list[str], datetime, datetime]]:
    """Tests, stations and whole weeks to judge at once: every week that a new observation may bear on."""
    for one in all_rounds:
        around = context(one.tests)
        due = spans if one.beside is None else one.beside.spans(spans)
        due = due.assign(first=due["first"] - around, last=due["last"] + around)
        due = due.sort_values(["first", "station"])
        stations_at_once = max(1, int(STATIONS_AT_ONCE * min(1.0, LONG / max(around, WEEK))))
        for at in range(0, len(due), stations_at_once):
            some = due.iloc[at : at + stations_at_once]
            starts = weeks(some["first"].min().to_pydatetime(), some["last"].max().to_pydatetime())
            at_once = max(WEEKS_AT_ONCE // len(some), math.ceil(2 * around / WEEK))  # what is context is read again
            for part in (starts[first : first + at_once] for first in range(0, len(starts), at_once)):
                here = some[(some["first"] < part[-1] + WEEK) & (some["last"] >= part[0])]
                if len(here):
                    yield one, here["station"].tolist(), part[0], part[-1] + WEEK


def _differences(
    engine: Engine,
    tests: Tests,
    one: Round,
    stations: Sequence[str],
    between: tuple[datetime, datetime],
) -> tuple[pd.DataFrame, pd.DataFrame, set[tuple[str, str, str]]]:
    """What one round of all tests finds otherwise than stands, what it judged, and which series."""
    start, end = between
    around = context(one.tests)
    indicators = {*one.tests, *(BESIDE[name] for name in one.names if name in BESIDE)}
    read = stations if one.beside is None else sorted(one.beside.beside(stations))
    with engine.connect() as connection:
        known = intake.observations(
            connection, stations=read, indicators=sorted(indicators), start=start - around, end=end + around
        )
        stood = store.faults(connection, stations=stations, start=start, end=end)
    if one.beside is not None:
        faults, counts = compared(known, one.beside, stations, between)
        series = set(counts[["station", "indicator", "test"]].itertuples(index=False, name=None))
    else:
        faults, counts = judged(known, one.tests, start, end)
        inside = known["time"].ge(pd.Timestamp(start)) & known["time"].lt(pd.Timestamp(end))
        series = _series(known[inside], one.tests)
    stood = stood[~_said_elsewhere(stood, tests, one.names)]
    stood = stood.merge(known[store.KEY], on=store.KEY)  # what was said of an earlier revision stands as it was
    return changes(stood, faults), counts[COUNTS], series


def _series(inside: pd.DataFrame, tests: Tests) -> set[tuple[str, str, str]]:
    """Station, indicator and test of what was judged; a laboratory's results are no series for some tests."""
    names = {code: {each.test for each in those} for code, those in tests.items()}
    pairs = inside.assign(sampled=of_laboratory(inside))[["station", "indicator", "sampled"]].drop_duplicates()
    return {
        (station, code, name)
        for station, code, sampled in pairs.itertuples(index=False, name=None)
        for name in names.get(code, ())
        if not (sampled and name in ALONG)
    }


def _said_elsewhere(stood: pd.DataFrame, tests: Tests, names: Set[str]) -> pd.Series:
    """Which flags are of a test that another round runs on the same series: what none runs any more, any withdraws."""
    what = [stood["station"], stood["indicator"], stood["test"]]

    @cache
    def said(station: str, indicator: str, name: str) -> bool:
        codes = [code for code in tests if indicator in (code, BESIDE.get(name))]
        return any(each.test == name and each.judges(station) for code in codes for each in tests[code])

    elsewhere = [name not in names and said(station, code, name) for station, code, name in zip(*what, strict=True)]
    return pd.Series(elsewhere, index=stood.index, dtype=bool)


def changes(stood: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """What is found and did not stand so, and what stood and is found no longer (as reliable)."""
    if stood.empty:
        return found
    merged = stood.merge(found, on=FAULT, how="outer", suffixes=("_stood", ""))
    merged["quality"] = merged["quality"].fillna(Quality.RELIABLE).astype("int64")
    return merged.loc[merged["quality"] != merged["quality_stood"], FAULTS].reset_index(drop=True)


def _history(counts: pd.DataFrame, series: Set[tuple[str, str, str]], tests: Tests) -> pd.DataFrame:
    """One row for each test of each indicator and section, with what it was called with."""
    declared = {(code, each.test, each.section): each for code, those in tests.items() for each in those}
    rows = counted(counts)
    of_rows = [declared[what] for what in zip(*(rows[name] for name in WHAT), strict=True)]
    stations: dict[tuple[str, str], set[str]] = defaultdict(set)
    for station, code, test in series:
        stations[code, test].add(station)
    pairs = [(stations[code, each.test], each) for code, each in zip(rows["indicator"], of_rows, strict=True)]
    return rows.assign(
        series=[len(all_ & each.stations if each.section else all_ - each.stations) for all_, each in pairs],
        arguments=[json.dumps(each.arguments, ensure_ascii=False, sort_keys=True) for each in of_rows],
        source=[each.source for each in of_rows],
        verified=[each.verified for each in of_rows],
    )
