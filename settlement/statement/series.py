"""Where readings lie in a table: station by station, indicator by indicator, month by month.

In: readings of known stations, in any order. Out: the same in order, and for a section, an indicator and a month (or
day) the rows of each station. It reads no value.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from basin import periods
from basin.network import CHINA
from settlement.clauses.values import Key

BY_INSTANT = ["station", "indicator", "time"]
Instants = NDArray[np.int64]


class Run(NamedTuple):
    """Rows of one station and indicator, in order of time: from `start` up to `stop`."""

    station: str
    start: int
    stop: int


@dataclass(frozen=True)
class Series:
    """Readings in order of station, indicator and time, and where those of each station and indicator lie.

    Attributes
    ----------
    rows : station, section and indicator as categories, `time` (UTC) and whatever else is known of a reading.
    times : (row) the instants [ns since 1970 UTC].
    runs : (section, indicator) → the rows of its stations, by code.
    """

    rows: pd.DataFrame
    times: Instants
    runs: Mapping[tuple[str, str], Sequence[Run]]

    @classmethod
    def of(cls, placed: pd.DataFrame, last: str) -> Series:
        """The series of readings in any order; of those of one instant, `last` says which comes first."""
        if placed.empty:
            return cls(placed, np.zeros(0, dtype=np.int64), {})
        times = _instants(placed)
        runs = _runs(placed)
        if not _is_in_order(times, runs):
            placed = placed.sort_values([*BY_INSTANT, last], kind="stable")
            times = _instants(placed)
            runs = _runs(placed)
        by_series: defaultdict[tuple[str, str], list[Run]] = defaultdict(list)
        for series, run in sorted(runs, key=lambda placed_run: placed_run[1].station):
            by_series[series].append(run)
        return cls(placed, times, by_series)

    def within(self, cell: Key) -> Iterator[Run]:
        """The runs of a cell; stations without rows in it are left out."""
        section, indicator, of = cell
        for station, start, stop in self.runs.get((section, indicator), ()):
            first, last = self.times[start:stop].searchsorted(_edges(of)).tolist()
            if first < last:
                yield Run(station, start + first, start + last)

    def places(self, cells: Iterable[Key]) -> NDArray[np.intp]:
        """Where the rows of some cells stand; a row that lies in several (a day and its month) is told once."""
        return places_of(run for cell in cells for run in self.within(cell))

    def months(self, section: str, indicator: str) -> Iterator[pd.Period]:
        """The months from the first reading of a series to the last, in Chinese time."""
        for run in self.runs[section, indicator]:
            ends = pd.DatetimeIndex(self.times[[run.start, run.stop - 1]], tz="UTC").tz_convert(CHINA)
            first, last = ends.tz_localize(None)
            yield from map(periods.interned, pd.period_range(first, last, freq="M"))


def _instants(rows: pd.DataFrame) -> Instants:
    return pd.DatetimeIndex(rows["time"]).as_unit("ns").asi8


def _runs(rows: pd.DataFrame) -> list[tuple[tuple[str, str], Run]]:
    """The rows of one station and indicator after another, with section and indicator."""
    columns: list[Any] = [rows[name].array for name in ("station", "section", "indicator")]
    codes = [column.codes for column in columns]
    stations, sections, indicators = (column.categories.tolist() for column in columns)
    station, _, indicator = codes
    begins = np.concatenate(([True], (station[1:] != station[:-1]) | (indicator[1:] != indicator[:-1])))
    heads = np.flatnonzero(begins)
    labels = zip(*(column[heads].tolist() for column in codes), strict=True)
    edges = pairwise([*heads.tolist(), len(rows)])
    return [
        ((sections[of_section], indicators[of_indicator]), Run(stations[of_station], start, stop))
        for (of_station, of_section, of_indicator), (start, stop) in zip(labels, edges, strict=True)
    ]


def _is_in_order(times: Instants, runs: Sequence[tuple[tuple[str, str], Run]]) -> bool:
    """Whether each series is one run of rows, of instants that only increase."""
    increases = times[1:] > times[:-1]
    increases[[run.start - 1 for _, run in runs[1:]]] = True
    different = {(run.station, indicator) for (_, indicator), run in runs}
    return len(different) == len(runs) and bool(increases.all())


def places_of(runs: Iterable[Run]) -> NDArray[np.intp]:
    """The positions of all rows of the runs, in order and each once."""
    return np.unique(np.concatenate([np.arange(run.start, run.stop) for run in runs] or [np.zeros(0, dtype=np.intp)]))


@lru_cache(periods.REMEMBERED)
def _edges(of: pd.Period) -> Instants:
    """The instants at which a month or day begins and the next one does, in Chinese time [ns since 1970 UTC]."""
    return np.array([_midnight(of), _midnight(of + 1)])


def _midnight(of: pd.Period) -> int:
    # Where clocks change at midnight, a day begins with the first instant that bears its date.
    begin = of.start_time.tz_localize(CHINA, ambiguous=True, nonexistent="shift_forward")
    return int(begin.as_unit("ns").value)
