"""The readings that a settlement read: their rows, and one hash of them.

In: what was gathered, the network, the data rules, and what was looked up. Out: the rows used and left out, and the
SHA-256 that stands in the document. A cell is a section, an indicator and a month (a day, where clauses look at days).
It is hashed once for all settlements made from the same readings. No mean is formed here.

The hash of a cell, for whoever wants to form it again: for every station of the section that has rows in the cell, by
code, the JSON ``[station, number of rows]`` in one line, then its rows by instant, column by column, little endian:
instants (int64, nanoseconds since 1970 UTC), values (float64; the quiet nan where there is none), censored (a byte);
then status, mark and test, each as one line with the JSON of the different texts in order and, where there are several,
of each row the place of its text (a byte; uint32 where there are more than 256). `test` is the flag by which a reading
does not count, else blank. At last, in one line, the JSON of the readings left out: ``[station, instant, reason]``
each. JSON has no blanks and Chinese as it is.

The hash of all is that of the lines ``[section, indicator, period, hash of the cell]`` of every cell with rows, in
order, each the JSON of four texts. Which revision of a reading was used, and what quality control noted of readings
that count, decides nothing: such notes have a hash of their own, which the digest of the document does not cover.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from hashlib import sha256
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from basin import periods
from basin.agreement import Agreement
from basin.clauses import StatedRules
from basin.network import CHINA, Network
from monitoring_ingest.quality.decisions import DECIDED, REMOVE
from monitoring_ingest.quality.flags import Quality
from settlement.clauses.values import Key
from settlement.gathered import (
    LEFT_OUT,
    OBSERVED,
    QUALITY,
    Gathered,
    data_rules,
    left_out_placed,
    observations_placed,
    once,
)
from settlement.lookups import NotedMeasurements
from settlement.statistics.counting import flag_decides

BY_INSTANT = ["station", "indicator", "time"]
BYTES = 256
Instants = NDArray[np.int64]
Texts = NDArray[np.object_]


class Run(NamedTuple):
    """Rows of one station and indicator, in order of time: from `start` up to `stop`."""

    station: str
    start: int
    stop: int


def _given(texts: pd.Series) -> Texts:
    """Texts as they were given; one that nobody gave is blank."""
    column = texts.to_numpy(object)
    missing = texts.isna().to_numpy()
    return np.where(missing, "", column) if missing.any() else column


class CellHash(NamedTuple):
    """What was read in a cell.

    Attributes
    ----------
    line : the JSON of section, indicator, period and the hash of the rows, in one line.
    note : the same with the hash of what is noted beside them; None where nothing is.
    stations : those that have rows.
    """

    line: str
    note: list[str] | None
    stations: frozenset[str]


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
        return _places(run for cell in cells for run in self.within(cell))

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


def _places(runs: Iterable[Run]) -> NDArray[np.intp]:
    return np.unique(np.concatenate([np.arange(run.start, run.stop) for run in runs] or [np.zeros(0, dtype=np.intp)]))


@lru_cache(periods.REMEMBERED)
def _edges(of: pd.Period) -> Instants:
    """The instants at which a month or day begins and the next one does, in Chinese time [ns since 1970 UTC]."""
    return np.array([_midnight(of), _midnight(of + 1)])


def _midnight(of: pd.Period) -> int:
    # Where clocks change at midnight, a day begins with the first instant that bears its date.
    begin = of.start_time.tz_localize(CHINA, ambiguous=True, nonexistent="shift_forward")
    return int(begin.as_unit("ns").value)


@dataclass(frozen=True)
class GatheredCells:
    """What was gathered, cell by cell.

    Attributes
    ----------
    used, left_out : observations, and readings that gave none.
    rules : the data rules of the agreement; None where it looks at no mean.
    """

    used: Series
    left_out: Series
    rules: StatedRules | None
    _hashes: dict[Key, CellHash | None] = field(default_factory=dict)

    @cached_property
    def _numbers(self) -> list[NDArray[Any]]:
        """Instant, value and whether it is a detection limit, of each observation, in little-endian bytes."""
        values = self.used.rows["value"].to_numpy(np.float64)
        if np.isnan(values).any():  # there are several nans
            values = np.where(np.isnan(values), np.nan, values)
        censored = self.used.rows["censored"].to_numpy(bool)
        columns = (self.used.times.astype("<i8"), values.astype("<f8"), censored)
        return [np.ascontiguousarray(column) for column in columns]

    @cached_property
    def _revisions(self) -> NDArray[np.int64]:
        return self.used.rows["revision"].to_numpy(np.int64)

    @cached_property
    def deciding_tests(self) -> Texts:
        """The flag by which each observation does not count; blank where it counts, or does not for another reason."""
        rows = self.used.rows
        if "test" not in rows:
            return np.full(len(rows), "", dtype=object)
        return np.where(flag_decides(rows, self.rules), rows["test"].to_numpy(object), "")

    @cached_property
    def _texts(self) -> list[Texts | None]:
        """Status, mark and deciding test of each observation; None for a column of blanks."""
        rows = self.used.rows
        return [_given(rows["status"]), _given(rows["mark"]), self.deciding_tests if "test" in rows else None]

    @cached_property
    def _flagged(self) -> NDArray[np.bool_]:
        """Of which observations quality control, or a person, noted anything."""
        rows = self.used.rows
        return rows["test"].ne("").to_numpy(bool) if "test" in rows else np.zeros(len(rows), dtype=bool)

    @cached_property
    def _has_notes(self) -> bool:
        """Whether anything is noted beside any observation at all."""
        return bool(self._flagged.any() or (self._revisions != 1).any())

    def hash_of(self, cell: Key) -> CellHash | None:
        """The hashes of a cell; None where it has no rows."""
        try:  # the hash of a period takes longer than all else about looking one up
            return self._hashes[cell]
        except KeyError:
            self._hashes[cell] = self._hashed(cell)
            return self._hashes[cell]

    def _hashed(self, cell: Key) -> CellHash | None:
        section, indicator, of = cell
        runs = list(self.used.within(cell))
        left_out = list(self._left_out(cell)) if self.left_out.runs else []
        if not runs and not left_out:
            return None
        read = sha256()
        for run in runs:
            rows = slice(run.start, run.stop)
            read.update(f"[{_text(run.station)},{run.stop - run.start}]\n".encode())
            for numbers in self._numbers:
                read.update(numbers[rows].data)
            for texts in self._texts:
                read.update(_NOTHING if texts is None else _column(texts[rows].tolist()))
        read.update(f"{_json(left_out) if left_out else '[]'}\n".encode())
        name = [section, indicator, periods.label(of)]
        notes = self._notes(runs) if self._has_notes else None
        return CellHash(
            line=f"[{','.join(map(_text, name))},\"{read.hexdigest()}\"]\n",
            note=None if notes is None else [*name, notes],
            stations=frozenset([*(run.station for run in runs), *(station for station, _, _ in left_out)]),
        )

    def _notes(self, runs: Iterable[Run]) -> str | None:
        """The hash of revisions that are not the first, and of flags; None where a cell has neither."""
        notes = []
        for run in runs:
            rows = self.used.rows.iloc[run.start : run.stop]
            revisions = self._revisions[run.start : run.stop].tolist()
            flags = rows[QUALITY].astype({"quality": int}).to_numpy(object).tolist() if self.is_flagged(run) else []
            if flags or set(revisions) != {1}:
                notes.append([run.station, revisions, flags])
        return sha256(_json(notes).encode()).hexdigest() if notes else None

    def is_flagged(self, run: Run) -> bool:
        """Whether quality control, or a person, noted anything of any of the observations."""
        return bool(self._flagged[run.start : run.stop].any())

    def _left_out(self, cell: Key) -> Iterator[list[Any]]:
        for run in self.left_out.within(cell):
            rows = slice(run.start, run.stop)
            instants = self.left_out.times[rows].tolist()
            for instant, reason in zip(instants, self.left_out.rows["reason"].iloc[rows], strict=True):
                yield [run.station, instant, reason]


def _json(value: object) -> str:
    return _ENCODER.encode(value)


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def _column(texts: list[str]) -> bytes:
    """The JSON of the different texts in order, in one line; and of each row the place of its text, where there is more
    than one: a byte, or four (uint32) where there are more than 256.
    """
    order = _order(frozenset(texts))
    number = len(order.places)
    if number == 1:
        return order.line
    places = map(order.places.__getitem__, texts)
    return order.line + (bytes(places) if number <= BYTES else np.array(list(places), dtype="<u4").tobytes())


class _Order(NamedTuple):
    """The JSON of some texts in order, in one line, and the place of each."""

    line: bytes
    places: Mapping[str, int]


@lru_cache(4096)
def _order(different: frozenset[str]) -> _Order:
    in_order = sorted(different)
    return _Order(f"{_json(in_order)}\n".encode(), {text: place for place, text in enumerate(in_order)})


_NOTHING = _order(frozenset([""])).line


@lru_cache(4096)
def _text(text: str) -> str:
    """A text as JSON."""
    return _json(text)


@dataclass(frozen=True)
class ReadingsRead:
    """The readings that one settlement read: those in the cells that were looked up."""

    gathered: GatheredCells
    cells: frozenset[Key]

    @cached_property
    def _hashes(self) -> list[CellHash]:
        """The hashes of the cells that have rows."""
        return [hashes for hashes in map(self.gathered.hash_of, self.cells) if hashes is not None]

    @cached_property
    def sha256(self) -> str:
        """The hash of the readings, and of what was left out of them."""
        lines = sorted([hashes.line for hashes in self._hashes])
        return sha256("".join(lines).encode()).hexdigest()

    @property
    def notes(self) -> list[list[str]]:
        """Section, indicator and period of each cell with notes beside its readings, and the hash of the notes."""
        return sorted([hashes.note for hashes in self._hashes if hashes.note is not None])

    @cached_property
    def stations(self) -> frozenset[str]:
        """The stations of the readings, used or left out."""
        return frozenset().union(*[hashes.stations for hashes in self._hashes])

    @property
    def used(self) -> pd.DataFrame:
        """The observations as they were gathered, in order.

        `quality` and `test` are there where quality control, or a person, noted anything of any of them; in a cell
        where nothing is noted, a reading that was judged is not told from one that was not.
        """
        runs = self.gathered.used
        rows = runs.rows.iloc[runs.places(self.cells)]
        if "test" not in rows or not rows["test"].ne("").any():
            return _as_texts(rows[OBSERVED])
        in_cells = [run for cell in self.cells for run in runs.within(cell) if self.gathered.is_flagged(run)]
        noted = runs.rows.index[_places(in_cells)]
        quality = rows["quality"].where(rows.index.isin(noted), int(Quality.NOT_EVALUATED))
        return _as_texts(rows[[*OBSERVED, *QUALITY]].assign(quality=quality))

    @property
    def left_out(self) -> pd.DataFrame:
        """The readings that gave no observation, and why, in order."""
        runs = self.gathered.left_out
        return _as_texts(runs.rows.iloc[runs.places(self.cells)][LEFT_OUT])

    @property
    def removed(self) -> pd.DataFrame:
        """The observations that people removed: station, indicator, time, revision."""
        runs = self.gathered.used
        places = runs.places(self.cells)
        is_removed = self.gathered.deciding_tests[places] == DECIDED[REMOVE]
        return _as_texts(runs.rows.iloc[places][is_removed][[*BY_INSTANT, "revision"]])


def _as_texts(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with station and indicator as plain texts."""
    return rows.astype({"station": object, "indicator": object}).reset_index(drop=True)


def readings_read(
    agreement: Agreement, network: Network, gathered: Gathered, data: NotedMeasurements, span: pd.Period
) -> ReadingsRead:  # fmt: skip
    """The readings that a settlement read.

    Parameters
    ----------
    agreement, network : what was applied.
    gathered : what there was to be read.
    data : what it was reduced to; it knows what was looked up.
    span : the period that was settled.
    """
    keys = data.cells_read()
    sections = data.lookups.so_far.sections
    if not keys and not sections:
        return ReadingsRead(_no_readings(), frozenset())
    rules = data_rules(agreement) if agreement.looks_at_readings else None

    def in_cells() -> GatheredCells:
        used = Series.of(observations_placed(gathered, network), "revision")
        return GatheredCells(used, Series.of(left_out_placed(gathered, network), "reason"), rules)

    cells = once(gathered, "cells", network, rules, in_cells)
    keys.update(_of_whole(cells, sections, span))
    return ReadingsRead(cells, frozenset(keys))


@lru_cache(1)
def _no_readings() -> GatheredCells:
    nothing = np.zeros(0, dtype=np.int64)
    observations = pd.DataFrame(columns=OBSERVED).astype({"time": "datetime64[ns, UTC]"})
    left_out = pd.DataFrame(columns=LEFT_OUT).astype({"time": "datetime64[ns, UTC]"})
    return GatheredCells(Series(observations, nothing, {}), Series(left_out, nothing, {}), None)


def _of_whole(cells: GatheredCells, sections: Collection[str], span: pd.Period) -> Iterator[Key]:
    """The cells of sections whose readings were all looked up, up to the end of the period."""
    last = periods.last_in(span, "M")
    for runs in (cells.used, cells.left_out):
        for section, indicator in runs.runs:
            if section in sections:
                yield from ((section, indicator, m) for m in runs.months(section, indicator) if m <= last)
