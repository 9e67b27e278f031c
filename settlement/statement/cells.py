"""The hash of the readings in a cell: a section, an indicator and a month, or a day where clauses look at days.

In: the series of what was gathered, used and left out, and the data rules. Out: SHA-256s, each formed once for all
settlements that are made from the same readings. Which cells a settlement read is not known here.

The hash of a cell, for whoever wants to form it again: for every station of the section that has rows in the cell, by
code, the JSON ``[station, number of rows]`` in one line, then its rows by instant, column by column, little endian:
instants (int64, nanoseconds since 1970 UTC), values (float64; the quiet nan where there is none), censored (a byte);
then status, mark and test, each as one line with the JSON of the different texts in order and, where there are several,
of each row the place of its text (a byte; uint32 where there are more than 256). `test` is the flag by which a reading
does not count, else blank. At last, in one line, the JSON of the readings left out: ``[station, instant, reason]``
each. JSON has no blanks and Chinese as it is.

Which revision of a reading was used, and what quality control noted of readings that count, decides nothing: such notes
have a hash of their own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from hashlib import sha256
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from basin import periods
from basin.clauses import StatedRules
from settlement.clauses.values import Key
from settlement.gathered import QUALITY
from settlement.statement.series import Run, Series
from settlement.statistics.counting import flag_decides

BYTES = 256
Texts = NDArray[np.object_]


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
        status, mark = (rows[name].to_numpy(object) for name in ("status", "mark"))
        return [status, mark, self.deciding_tests if "test" in rows else None]

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
            line=f'[{",".join(map(_text, name))},"{read.hexdigest()}"]\n',
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
    than one: a byte, or four (uint32) where there are more than 256. A text that nobody gave is blank.
    """
    order = _order(frozenset(texts))
    if order.number == 1:
        return order.line
    places = map(order.places.__getitem__, texts)
    return order.line + (bytes(places) if order.number <= BYTES else np.array(list(places), dtype="<u4").tobytes())


class _Order(NamedTuple):
    """The JSON of some texts in order, in one line; how many they are, and the place of each."""

    line: bytes
    number: int
    places: Mapping[object, int]


@lru_cache(4096)
def _order(different: frozenset[object]) -> _Order:
    as_text = {given: given if isinstance(given, str) else "" for given in different}
    in_order = sorted(set(as_text.values()))
    place = {text: number for number, text in enumerate(in_order)}
    places = {given: place[text] for given, text in as_text.items()}
    return _Order(f"{_json(in_order)}\n".encode(), len(in_order), places)


_NOTHING = _order(frozenset([""])).line


@lru_cache(4096)
def _text(text: str) -> str:
    """A text as JSON."""
    return _json(text)
