"""Judging observations (质控): the declared tests run over blocks of (series × time); what they find fault with.

In: observations as a long frame, the declared tests, the instants to judge between. Out: one row for each fault, and
for each test how many readings it judged. Pure: what a test says of a reading depends on the observations handed in
and on nothing else. What lies outside the instants is context: it is looked at and not judged.
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
from monitoring_ingest.formats.laboratory import SAMPLE
from monitoring_ingest.quality.flags import Flags, Quality
from monitoring_ingest.quality.series import local_months
from monitoring_ingest.quality.settings import (
    AGAINST_LABORATORY,
    ALONG,
    BESIDE,
    BETWEEN_SECTIONS,
    TESTS,
    DeclaredTest,
    Tests,
)

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
    """Observations as arrays, folded by week: one is there for its own week and for those it is context of.

    Attributes
    ----------
    at : which observation stands here. week : a number for each pair of a station and a week.
    since : its time since that week began. own : whether it is judged here, or only context.
    stations : codes, each twice: of its automatic readings and of its laboratory's. `weeks_each` numbers of weeks
        belong to the first, as many to the second, and so on.
    """

    at: NDArray[np.intp]
    week: NDArray[np.intp]
    since: NDArray[np.timedelta64]
    own: NDArray[np.bool_]
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
    """How far from a reading lie others that a test may look at, by the longest window declared."""
    return max((_window(each.keywords) for those in tests.values() for each in those), default=timedelta())


def _window(keywords: Mapping[str, Any]) -> timedelta:
    days = sum(keywords["days"]) + 1 if "days" in keywords else keywords["pairs"][1] if "pairs" in keywords else 0
    hours = keywords.get("longest_hours", 0) + 2 * keywords.get("longest_gap_hours", 0)
    hours += keywords.get("tolerance_hours", 0) + keywords.get("travel_hours", (0, 0))[1]
    return timedelta(days=float(days), hours=float(hours))


def rounds(tests: Tests) -> list[Tests]:
    """The tests that look no further than a week, those that need a longer past, which is read for them alone, those
    against the laboratory, which are for sections with samples, and those against the section upstream.

    A test is of one round, wherever its thresholds differ: what a round does not find again it withdraws.
    """
    all_of_them = {t.test for those in tests.values() for t in those}
    alone = all_of_them - AGAINST_LABORATORY - BETWEEN_SECTIONS
    longer_past = {t.test for those in tests.values() for t in those if _window(t.keywords) > WEEK} & alone
    parts = [_named(tests, n) for n in (alone - longer_past, longer_past, AGAINST_LABORATORY, BETWEEN_SECTIONS)]
    return [part for part in parts if part]


def _named(tests: Tests, names: Set[str]) -> Tests:
    found = {code: tuple(t for t in those if t.test in names) for code, those in tests.items()}
    return {code: those for code, those in found.items() if those}


def weeks(first: datetime, last: datetime) -> list[datetime]:
    """The starts of the weeks that hold the instants from `first` to `last`: Mondays 00:00 UTC, whatever is asked."""
    monday = datetime(1970, 1, 5, tzinfo=first.tzinfo)
    start = monday + (first - monday) // WEEK * WEEK
    return [start + WEEK * number for number in range((last - start) // WEEK + 1)]


def judged(
    observations: pd.DataFrame, tests: Tests, start: datetime, end: datetime
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What the tests say of the observations at ``start ≤ time < end``.

    They are judged week by week from `start`, each week with the context around it, so that it makes no difference in
    which parts, and in what order, they came in; all weeks of all stations are laid out in one block.

    Parameters
    ----------
    observations : station, indicator, time [UTC], revision, value [canonical unit], censored, mark; each key once.
        Results of a laboratory (`of_laboratory`) are a series of their own.

    Returns
    -------
    faults (`FAULTS`): one row for each reading and test that finds fault with it; where two indicators contradict each
    other, one for either. counts (`COUNTS`): one row for each indicator, test and section that judged any reading.
    """
    readings = _folded(observations, (start, end), context(tests))
    faults = [none := none_found(observations)]
    counts: list[dict[str, Any]] = []
    for indicator, rows in readings.rows_of.items():
        for whole in _blocks(readings, rows) if indicator in tests else ():
            for test, block in ((each, whole.of(each, readings)) for each in tests[indicator]):
                if not block.weeks.size:
                    continue
                here = block.filled(readings.own, False)
                others = _other(test, block, readings)
                flags = _flags(test, block, readings, others)
                what = dict(zip(WHAT, (indicator, test.test, test.section), strict=True))
                counts.append(what | summed(flags[here], readings.time[block.row[here]]))
                bad = here & (flags >= Quality.DOUBTFUL)
                faults += [_faults(observations, test, flags[bad], readings.at[b.row[bad]]) for b in (block, *others)]
    found = pd.concat([one for one in faults if len(one)] or [none], ignore_index=True)
    return found, counted(pd.DataFrame(counts, columns=COUNTS))


def none_found(observations: pd.DataFrame) -> pd.DataFrame:
    """The frame of faults without any."""
    return observations.iloc[:0][FAULTS[:4]].assign(test=pd.Series(dtype=object), quality=pd.Series(dtype=np.int64))


def of_laboratory(observations: pd.DataFrame) -> NDArray[np.bool_]:
    """Which observations are results of a laboratory: their mark names the sample."""
    return observations["mark"].str.startswith(SAMPLE).to_numpy(dtype=bool)


def counted(counts: pd.DataFrame) -> pd.DataFrame:
    """Counts of the same test of the same indicator and section added up; those that judged nothing are left out."""
    of_each = counts[counts["readings"] > 0].groupby(WHAT, sort=True)
    return of_each.agg({"first": "min", "last": "max", **dict.fromkeys(SUMS, "sum")}).reset_index()[COUNTS]


def _folded(observations: pd.DataFrame, between: tuple[datetime, datetime], around: timedelta) -> Readings:
    time = observations["time"].dt.tz_convert(None).to_numpy("datetime64[ns]")
    start, end = (np.datetime64(at.replace(tzinfo=None), "ns") for at in between)
    week = np.timedelta64(WEEK)
    margin = np.timedelta64(around)
    number = int(-((start - end) // week))
    of, since = np.divmod(time - start, week)
    pieces = []
    reaches = math.ceil(around / WEEK)
    for shift in range(-reaches, reaches + 1):
        lies = since - shift * week  # since the beginning of the week that is `shift` after its own
        fits = (lies >= -margin) & (lies < week + margin) & (of + shift >= 0) & (of + shift < number)
        at = np.flatnonzero(fits)
        pieces.append((at, of[at] + shift, lies[at], np.full(at.size, shift == 0) & (time[at] < end)))
    at, of, since, own = (np.concatenate(parts) for parts in zip(*pieces, strict=True))
    station, stations = pd.factorize(observations["station"])
    series = station.astype(np.int64) * 2 + of_laboratory(observations)
    code, codes = pd.factorize(observations["indicator"])
    order = np.argsort(code[at], kind="stable")
    rows = np.split(order, np.flatnonzero(np.diff(code[at][order])) + 1) if at.size else []
    return Readings(
        at, series[at] * number + of, since, own, time[at],
        observations["value"].to_numpy(np.float64)[at], observations["censored"].to_numpy(dtype=bool)[at],
        {str(codes[code[at[places[0]]]]): places for places in rows}, tuple(np.repeat(stations, 2)), number,
    )  # fmt: skip


def _blocks(readings: Readings, rows: NDArray[np.intp]) -> Iterator[Block]:
    """The rows of one indicator laid out; those whose instants hardly meet are laid out apart."""
    weeks = np.unique(readings.week[rows])
    instants = np.unique(readings.since[rows])
    if weeks.size > 1 and weeks.size * instants.size > max(SMALL_BLOCK, CELLS_A_READING * rows.size):
        first_half = readings.week[rows] < weeks[weeks.size // 2]
        yield from _blocks(readings, rows[first_half])
        yield from _blocks(readings, rows[~first_half])
        return
    yield _laid_out(readings, rows, weeks, instants)


def _laid_out(readings: Readings, rows: NDArray[np.intp], weeks: NDArray[Any], instants: NDArray[Any]) -> Block:
    """The block of these weeks and instants; rows of others stand nowhere."""
    own = (readings.week[rows], readings.since[rows])
    at = [
        np.minimum(np.searchsorted(weeks, own[0]), weeks.size - 1),
        np.minimum(np.searchsorted(instants, own[1]), instants.size - 1),
    ]
    fits = (weeks[at[0]] == own[0]) & (instants[at[1]] == own[1])
    row = np.full((weeks.size, instants.size), -1, dtype=np.intp)
    row[at[0][fits], at[1][fits]] = rows[fits]
    return Block(weeks, instants, row)


def _other(test: DeclaredTest, block: Block, readings: Readings) -> tuple[Block, ...]:
    """The other indicator a test compares with, in the cells of a block; nothing for a test of one indicator."""
    if test.test not in BESIDE:
        return ()
    rows = readings.rows_of.get(BESIDE[test.test], np.array([], dtype=np.intp))
    return (_laid_out(readings, rows, block.weeks, block.instants),)


def _flags(test: DeclaredTest, block: Block, readings: Readings, others: Sequence[Block]) -> Flags:
    second: list[Any] = [other.filled(readings.value, np.nan) for other in others]
    if test.test == "seasonal_range":
        second = [block.filled(local_months(readings.time, TIMEZONE), 1)]
    elif not second and test.test != "gross_range":
        second = [block.instants]
    below = {CENSORED[test.test]: block.filled(readings.censored, False)} if test.test in CENSORED else {}
    return TESTS[test.test](block.filled(readings.value, np.nan), *second, **test.keywords, **below)


def summed(flags: Flags, times: NDArray[np.datetime64]) -> dict[str, Any]:
    """The flags of the readings judged, each with its time, as counts."""
    found = np.bincount(flags, minlength=len(Quality))
    judged_at = times if times.size else np.array(["NaT"], dtype="datetime64[ns]")
    return {
        "first": pd.Timestamp(judged_at.min(), tz="UTC"), "last": pd.Timestamp(judged_at.max(), tz="UTC"),
        "readings": int(times.size), "not_evaluated": int(found[Quality.NOT_EVALUATED]),
        "doubtful": int(found[Quality.DOUBTFUL]), "unreliable": int(found[Quality.UNRELIABLE]),
    }  # fmt: skip


def _faults(observations: pd.DataFrame, test: DeclaredTest, flags: Flags, at: NDArray[np.intp]) -> pd.DataFrame:
    """The readings found fault with: of the indicator judged, or of the one it was compared with."""
    return observations.iloc[at][FAULTS[:4]].assign(test=test.test, quality=flags.astype(np.int64))
