"""Judging observations (质控): the declared tests run over blocks of (series × time); what they find fault with.

In: observations as a long frame, the declared tests, the instants to judge between. Out: one row for each fault, and
for each test how many readings it judged. Pure: a flag depends on the observations handed in and on nothing else.
Observations outside the instants are context: tests look at them and do not judge them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from basin.network import TIMEZONE
from basin.periods import Window
from monitoring_ingest.quality.flags import Flags, Quality
from monitoring_ingest.quality.series import local_months
from monitoring_ingest.quality.settings import (
    AGAINST_HISTORY,
    AGAINST_LABORATORY,
    ALONG,
    BESIDE,
    BETWEEN_SECTIONS,
    TESTS,
    DeclaredTest,
    Tests,
)
from monitoring_ingest.readings.origins import of_laboratory

FAULTS = ["station", "indicator", "time", "revision", "test", "quality"]
SUMS = ["readings", "not_evaluated", "doubtful", "unreliable"]
WHAT = ["indicator", "test", "section"]
COUNTS = [*WHAT, "first", "last", *SUMS]
CENSORED = {"flat_line": "censored", "part_of_whole": "part_censored"}  # the keyword that says what was not detected
WEEK = timedelta(days=7)
CELLS_A_READING = 8  # a block with more empty cells than this is split: stations that keep other hours go apart
SMALL_BLOCK = 1 << 16  # cells: a block of no more is never split


@dataclass(frozen=True)
class Readings:
    """Observations as arrays, folded by week: a row for the week an observation lies in, and for each week it is
    context of.

    Attributes
    ----------
    observation : (row) the place of the observation among those handed in.
    week : (row) a number for each pair of a series and a week.
    since : (row) time since that week began.
    is_judged : (row) whether the observation is judged in this week; False where it is only context.
    time, value, censored : (row) of the observation: UTC, [canonical unit], whether the value is the detection limit.
    rows_of : by indicator the rows of that indicator.
    stations : every code twice, for the automatic readings and for the laboratory's. The first `weeks_each` numbers of
        weeks belong to the first series, the next `weeks_each` to the second, and so on.
    """

    observation: NDArray[np.intp]
    week: NDArray[np.intp]
    since: NDArray[np.timedelta64]
    is_judged: NDArray[np.bool_]
    time: NDArray[np.datetime64]
    value: NDArray[np.float64]
    censored: NDArray[np.bool_]
    rows_of: Mapping[str, NDArray[np.intp]]
    stations: tuple[str, ...]
    weeks_each: int


@dataclass(frozen=True)
class Block:
    """Weeks of stations by instants since they began: which row of the readings stands in each cell, -1 for none."""

    weeks: NDArray[np.intp]
    instants: NDArray[np.timedelta64]
    row: NDArray[np.intp]

    def filled(self, column: NDArray[Any], absent: Any) -> NDArray[Any]:
        """A column of the readings laid out."""
        return np.where(self.row >= 0, column[self.row], absent)

    def of(self, test: DeclaredTest, readings: Readings) -> Block:
        """The weeks that a test judges: of the stations it is declared for; of a laboratory, values by themselves."""
        if test.section and test.stations.isdisjoint(readings.stations):
            return Block(self.weeks[:0], self.instants, self.row[:0])
        judges = np.array([test.judges(code) for code in readings.stations], dtype=bool)
        judges[1::2] &= test.test not in ALONG
        judged = judges[self.weeks // readings.weeks_each]
        return self if judged.all() else Block(self.weeks[judged], self.instants, self.row[judged])


def context(tests: Tests) -> timedelta:
    """How far from a reading a test may look at other readings: the longest window declared."""
    return max((_window(test.keywords) for declared in tests.values() for test in declared), default=timedelta())


def _window(keywords: Mapping[str, Any]) -> timedelta:
    days = sum(keywords["days"]) + 1 if "days" in keywords else keywords["pairs"][1] if "pairs" in keywords else 0
    days += keywords.get("window_days", 0)
    hours = keywords.get("longest_hours", 0) + 2 * keywords.get("longest_gap_hours", 0)
    hours += keywords.get("tolerance_hours", 0) + keywords.get("travel_hours", (0, 0))[1]
    return timedelta(days=float(days), hours=float(hours))


def rounds(tests: Tests) -> list[Tests]:
    """The tests by how much has to be read for them.

    Tests that look no further than a week; tests that need a longer past, which is read for these alone; tests against
    the laboratory, for sections with samples only; tests against the section upstream; and tests against the station's
    own history, which look back only. All declarations of a test
    are in the same round, whatever their thresholds: a round withdraws the flags of its tests that it does not find
    again.
    """
    all_names = {test.test for declared in tests.values() for test in declared}
    alone = all_names - AGAINST_LABORATORY - BETWEEN_SECTIONS - AGAINST_HISTORY
    with_long_window = {test.test for declared in tests.values() for test in declared if _window(test.keywords) > WEEK}
    longer_past = with_long_window & alone
    compared = (AGAINST_LABORATORY, BETWEEN_SECTIONS, AGAINST_HISTORY)
    parts = [_named(tests, names) for names in (alone - longer_past, longer_past, *compared)]
    return [part for part in parts if part]


def _named(tests: Tests, names: Set[str]) -> Tests:
    """The tests of these names, of the indicators that have any."""
    named: dict[str, tuple[DeclaredTest, ...]] = {}
    for code, declared in tests.items():
        chosen = tuple(test for test in declared if test.test in names)
        if chosen:
            named[code] = chosen
    return named


def weeks(first: datetime, last: datetime) -> list[datetime]:
    """The starts of the weeks that hold the instants from `first` to `last`: always Mondays 00:00 UTC."""
    monday = datetime(1970, 1, 5, tzinfo=first.tzinfo)
    start = monday + (first - monday) // WEEK * WEEK
    return [start + WEEK * number for number in range((last - start) // WEEK + 1)]


def judged(
    observations: pd.DataFrame, tests: Tests, start: datetime, end: datetime
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Judge the observations at ``start ≤ time < end`` with the tests.

    Observations are judged week by week from `start`, each week with the context around it. The flags are therefore the
    same in whatever parts and order the observations came in. All weeks of all stations are laid out in one block.

    Parameters
    ----------
    observations : station, indicator, time [UTC], revision, value [canonical unit], censored, mark; each key once.
        Results of a laboratory (`of_laboratory`) are a series of their own.
    tests : by indicator.
    start, end : the instants to judge between; observations outside are context.

    Returns
    -------
    faults (`FAULTS`): a row for each reading and each test that finds fault with the reading; where two indicators
    contradict each other, a row for either. counts (`COUNTS`): a row for each indicator, test and section that judged
    any reading.
    """
    readings = _folded(observations, Window(start, end), context(tests))
    none = none_found(observations)
    faults = [none]
    counts: list[dict[str, Any]] = []
    for indicator, rows in readings.rows_of.items():
        for whole in _blocks(readings, rows) if indicator in tests else ():
            for test in tests[indicator]:
                block = whole.of(test, readings)
                if not block.weeks.size:
                    continue
                is_judged = block.filled(readings.is_judged, False)
                others = _other(test, block, readings)
                flags = _flags(test, block, readings, others)
                what = dict(zip(WHAT, (indicator, test.test, test.section), strict=True))
                counts.append(what | summed(flags[is_judged], readings.time[block.row[is_judged]]))
                bad = is_judged & (flags >= Quality.DOUBTFUL)
                for of_indicator in (block, *others):
                    places = readings.observation[of_indicator.row[bad]]
                    faults.append(_faults(observations, test, flags[bad], places))
    all_faults = pd.concat([rows for rows in faults if len(rows)] or [none], ignore_index=True)
    return all_faults, counted(pd.DataFrame(counts, columns=COUNTS))


def none_found(observations: pd.DataFrame) -> pd.DataFrame:
    """The frame of faults without any."""
    return observations.iloc[:0][FAULTS[:4]].assign(test=pd.Series(dtype=object), quality=pd.Series(dtype=np.int64))


def counted(counts: pd.DataFrame) -> pd.DataFrame:
    """Counts added up by indicator, test and section; tests that judged nothing are left out."""
    of_tests = counts[counts["readings"] > 0].groupby(WHAT, sort=True)
    return of_tests.agg({"first": "min", "last": "max", **dict.fromkeys(SUMS, "sum")}).reset_index()[COUNTS]


def _folded(observations: pd.DataFrame, between: Window, around: timedelta) -> Readings:
    """The observations folded by week.

    Parameters
    ----------
    observations : as `judged` takes them.
    between : the instants to judge between; weeks are counted from its start.
    around : how much context belongs to a week, before and after.
    """
    time = observations["time"].dt.tz_convert(None).to_numpy("datetime64[ns]")
    start, end = (np.datetime64(instant.replace(tzinfo=None), "ns") for instant in between)
    week = np.timedelta64(WEEK)
    margin = np.timedelta64(around)
    number = int(-((start - end) // week))
    of, since = np.divmod(time - start, week)
    pieces = []
    reaches = math.ceil(around / WEEK)
    for shift in range(-reaches, reaches + 1):
        lies = since - shift * week  # since the start of the week `shift` weeks after the one the observation lies in
        fits = (lies >= -margin) & (lies < week + margin) & (of + shift >= 0) & (of + shift < number)
        place = np.flatnonzero(fits)
        pieces.append((place, of[place] + shift, lies[place], np.full(place.size, shift == 0) & (time[place] < end)))
    place, of, since, is_judged = (np.concatenate(parts) for parts in zip(*pieces, strict=True))
    station, stations = pd.factorize(observations["station"])
    series = station.astype(np.int64) * 2 + of_laboratory(observations)
    code, codes = pd.factorize(observations["indicator"])
    code_of_row = code[place]
    order = np.argsort(code_of_row, kind="stable")
    rows = np.split(order, np.flatnonzero(np.diff(code_of_row[order])) + 1) if place.size else []
    return Readings(
        observation=place,
        week=series[place] * number + of,
        since=since,
        is_judged=is_judged,
        time=time[place],
        value=observations["value"].to_numpy(np.float64)[place],
        censored=observations["censored"].to_numpy(dtype=bool)[place],
        rows_of={str(codes[code_of_row[of_code[0]]]): of_code for of_code in rows},
        stations=tuple(np.repeat(stations, 2)),
        weeks_each=number,
    )


def _blocks(readings: Readings, rows: NDArray[np.intp]) -> Iterator[Block]:
    """The rows of one indicator laid out; rows that share hardly any instants are laid out in blocks of their own."""
    weeks = np.unique(readings.week[rows])
    instants = np.unique(readings.since[rows])
    if weeks.size > 1 and weeks.size * instants.size > max(SMALL_BLOCK, CELLS_A_READING * rows.size):
        first_half = readings.week[rows] < weeks[weeks.size // 2]
        yield from _blocks(readings, rows[first_half])
        yield from _blocks(readings, rows[~first_half])
        return
    yield _laid_out(readings, rows, weeks, instants)


def _laid_out(readings: Readings, rows: NDArray[np.intp], weeks: NDArray[Any], instants: NDArray[Any]) -> Block:
    """The block of these weeks and instants.

    Parameters
    ----------
    readings : hold the rows. rows : to lay out; rows of other weeks or instants are left out.
    weeks, instants : what the block spans, in order, each once.
    """
    week = readings.week[rows]
    since = readings.since[rows]
    line = np.minimum(np.searchsorted(weeks, week), weeks.size - 1)
    column = np.minimum(np.searchsorted(instants, since), instants.size - 1)
    fits = (weeks[line] == week) & (instants[column] == since)
    row = np.full((weeks.size, instants.size), -1, dtype=np.intp)
    row[line[fits], column[fits]] = rows[fits]
    return Block(weeks, instants, row)


def _other(test: DeclaredTest, block: Block, readings: Readings) -> tuple[Block, ...]:
    """The other indicator that a test compares with, in the cells of a block; empty for a test of one indicator."""
    if test.test not in BESIDE:
        return ()
    rows = readings.rows_of.get(BESIDE[test.test], np.array([], dtype=np.intp))
    return (_laid_out(readings, rows, block.weeks, block.instants),)


def _flags(test: DeclaredTest, block: Block, readings: Readings, others: Sequence[Block]) -> Flags:
    """The flags of the cells of a block.

    Parameters
    ----------
    test : what to run. block : the cells to judge. readings : hold the values.
    others : the same cells of the other indicator, where the test compares two.
    """
    second: list[Any] = [other.filled(readings.value, np.nan) for other in others]
    if test.test == "seasonal_range":
        second = [block.filled(local_months(readings.time, TIMEZONE), 1)]
    elif not second and test.test != "gross_range":
        second = [block.instants]
    below = {CENSORED[test.test]: block.filled(readings.censored, False)} if test.test in CENSORED else {}
    return TESTS[test.test](block.filled(readings.value, np.nan), *second, **test.keywords, **below)


def summed(flags: Flags, times: NDArray[np.datetime64]) -> dict[str, Any]:
    """How many of the readings judged have which flag, with the first and the last of their times."""
    number = np.bincount(flags, minlength=len(Quality))
    judged_at = times if times.size else np.array(["NaT"], dtype="datetime64[ns]")
    return {
        "first": pd.Timestamp(judged_at.min(), tz="UTC"), "last": pd.Timestamp(judged_at.max(), tz="UTC"),
        "readings": int(times.size), "not_evaluated": int(number[Quality.NOT_EVALUATED]),
        "doubtful": int(number[Quality.DOUBTFUL]), "unreliable": int(number[Quality.UNRELIABLE]),
    }  # fmt: skip


def _faults(observations: pd.DataFrame, test: DeclaredTest, flags: Flags, places: NDArray[np.intp]) -> pd.DataFrame:
    """The readings that a test finds fault with: of the indicator judged, or of the indicator compared with.

    Parameters
    ----------
    observations : as `judged` takes them. test : which finds fault.
    flags, places : (fault) the flag, and the place of the reading among the observations.
    """
    return observations.iloc[places][FAULTS[:4]].assign(test=test.test, quality=flags.astype(np.int64))
