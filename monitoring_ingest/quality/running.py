"""Quality control of what is new: gather – judge – write, and the job that does it after each inbox slot.

In: an engine and an instant. Out: what was judged. Flags are stored where they differ from those that stand, so that a
run repeated changes nothing; and since readings are judged week by week with the same context around them, they come
out the same in whatever parts and order the readings came in.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import datetime

import pandas as pd
from sqlalchemy import Engine

from basin.errors import Refused
from monitoring_ingest import store as intake
from monitoring_ingest.database import writing
from monitoring_ingest.flags import Quality
from monitoring_ingest.job import INBOX_EVERY_HOURS, Job, due_slots
from monitoring_ingest.operations.store import hold, is_held, release
from monitoring_ingest.quality import store
from monitoring_ingest.quality.judging import FAULTS, WEEK, WHAT, context, counted, judged, rounds, weeks
from monitoring_ingest.quality_settings import BESIDE, Tests, declared_tests

STATIONS_AT_ONCE, WEEKS_AT_ONCE = 400, 800  # weeks: of all stations together
ROWS_AT_ONCE = 20_000  # of one transaction, so that nobody who hands in waits long
FAULT = FAULTS[:5]
LEASE_NAME = "quality"


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


def quality_job(engine: Engine, tests: Tests | None = None) -> Job:
    """Every 4 hours, after the inbox: judge what came in."""
    return Job(
        "quality",
        lambda last, now: due_slots(last, now, INBOX_EVERY_HOURS),
        lambda _slot, now: run(engine, now, tests=tests).told,
    )


def run(engine: Engine, now: datetime, *, tests: Tests | None = None, everything: bool = False) -> Ran:
    """Judge what no run has judged yet, and what that may bear on.

    Parameters
    ----------
    tests : the bundled ones, unless given.
    everything : judge all there is, as after a change of thresholds.

    Raises
    ------
    Refused : another run is at it.
    """
    with writing(engine) as connection:
        if is_held(connection, LEASE_NAME, now):
            zh, en = "另一次质控正在进行", "another run of quality control is at it"
            raise Refused(zh, en, remedy="等它做完再来")
        hold(connection, LEASE_NAME, now)
    try:
        return _run(engine, now, declared_tests() if tests is None else tests, everything)
    finally:
        with writing(engine) as connection:
            release(connection, LEASE_NAME)


def _run(engine: Engine, now: datetime, tests: Tests, everything: bool) -> Ran:
    with engine.connect() as connection:
        due = store.due(connection, everything=everything)
        number = store.next_run(connection)
    if due.spans.empty:
        return Ran(None, 0, 0)
    found: list[pd.DataFrame] = []
    series: set[tuple[str, str]] = set()
    changed = 0
    for these, stations, start, end in _parts(due.spans, tests):
        changes, counts, pairs = _differences(engine, (tests, these), stations, (start, end))
        found.append(counts)
        series |= pairs
        changed += len(changes)
        for first in range(0, len(changes), ROWS_AT_ONCE):
            with writing(engine) as connection:
                store.keep_flags(connection, number, changes.iloc[first : first + ROWS_AT_ONCE], now)
    history = _history(pd.concat(found, ignore_index=True), series, tests)
    with writing(engine) as connection:
        store.keep_run(connection, number, due, history, now)
    readings = history.groupby(["indicator", "test"])["readings"].sum().groupby("indicator").max().sum()
    return Ran(number, int(readings), changed)


def _parts(spans: pd.DataFrame, tests: Tests) -> Iterator[tuple[Tests, list[str], datetime, datetime]]:
    """Tests, stations and whole weeks to judge at once: every week that a new observation may bear on."""
    for these in rounds(tests):
        around = context(these)
        due = spans.assign(first=spans["first"] - around, last=spans["last"] + around)
        due = due.sort_values(["first", "station"])
        for at in range(0, len(due), STATIONS_AT_ONCE):
            some = due.iloc[at : at + STATIONS_AT_ONCE]
            starts = weeks(some["first"].min().to_pydatetime(), some["last"].max().to_pydatetime())
            at_once = max(WEEKS_AT_ONCE // len(some), math.ceil(2 * around / WEEK))  # what is context is read again
            for part in (starts[first : first + at_once] for first in range(0, len(starts), at_once)):
                here = some[(some["first"] < part[-1] + WEEK) & (some["last"] >= part[0])]
                if len(here):
                    yield these, here["station"].tolist(), part[0], part[-1] + WEEK


def _differences(
    engine: Engine, of: tuple[Tests, Tests], stations: Sequence[str], between: tuple[datetime, datetime]
) -> tuple[pd.DataFrame, pd.DataFrame, set[tuple[str, str]]]:
    """What some of all tests find otherwise than stands, what they judged, and which series."""
    (tests, these), (start, end) = of, between
    around, others = context(these), _names(tests) - _names(these)
    indicators = {*these, *(BESIDE[name] for name in _names(these) if name in BESIDE)}
    with engine.connect() as connection:
        known = intake.observations(
            connection, stations=stations, indicators=sorted(indicators), start=start - around, end=end + around
        )
        stood = store.faults(connection, stations=stations, start=start, end=end)
    faults, counts = judged(known, these, start, end)
    stood = stood[~stood["test"].isin(others)]
    stood = stood.merge(known[store.KEY], on=store.KEY)  # what was said of an earlier revision stands as it was
    inside = known[known["time"].ge(pd.Timestamp(start)) & known["time"].lt(pd.Timestamp(end))]
    pairs = inside[["station", "indicator"]].drop_duplicates().itertuples(index=False, name=None)
    return changes(stood, faults), counts, set(pairs)


def _names(tests: Tests) -> set[str]:
    return {each.test for those in tests.values() for each in those}


def changes(stood: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """What is found and did not stand so, and what stood and is found no longer (as reliable)."""
    if stood.empty:
        return found
    merged = stood.merge(found, on=FAULT, how="outer", suffixes=("_stood", ""))
    merged["quality"] = merged["quality"].fillna(Quality.RELIABLE).astype("int64")
    return merged.loc[merged["quality"] != merged["quality_stood"], FAULTS].reset_index(drop=True)


def _history(counts: pd.DataFrame, series: Set[tuple[str, str]], tests: Tests) -> pd.DataFrame:
    """One row for each test of each indicator and section, with what it was called with."""
    declared = {(code, each.test, each.section): each for code, those in tests.items() for each in those}
    rows = counted(counts)
    of_rows = [declared[what] for what in zip(*(rows[name] for name in WHAT), strict=True)]
    stations: dict[str, list[str]] = defaultdict(list)
    for station, code in series:
        stations[code].append(station)
    pairs = zip(rows["indicator"], of_rows, strict=True)
    return rows.assign(
        series=[sum(map(each.judges, stations[code])) for code, each in pairs],
        arguments=[json.dumps(dict(each.keywords), ensure_ascii=False, sort_keys=True) for each in of_rows],
        source=[each.source for each in of_rows],
        verified=[each.verified for each in of_rows],
    )
