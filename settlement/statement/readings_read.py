"""The readings that a settlement read: their rows, and one hash of them.

In: what was gathered, the network, the data rules, and what was looked up. Out: the rows used and left out, and the
SHA-256 that stands in the document: that of the lines ``[section, indicator, period, hash of the cell]`` of every cell
with rows, in order, each the JSON of four texts. How a cell is hashed is in `settlement.statement.cells`. No mean is
formed here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import sha256

import numpy as np
import pandas as pd

from basin import periods
from basin.agreement import Agreement
from basin.network import Network
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
from settlement.statement.cells import CellHash, GatheredCells
from settlement.statement.series import BY_INSTANT, Series, places_of


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
        noted = runs.rows.index[places_of(in_cells)]
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
