"""Which late data the clauses of a settlement read: the others are about its sections and years, and change nothing.

In: what a settlement looked up when it was made again, and rows that were recorded since it was made. Out: those of the
rows that lie in a cell that was looked up, or answer a question about facts. It decides no amount.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from basin import periods
from basin.clauses import UNPAID
from basin.network import CHINA, Network
from monitoring_ingest.readings.fact_history import StoredFact
from monitoring_ingest.readings.facts import Fact, is_payment
from settlement.clauses.values import Key
from settlement.ledger.entries import Debt
from settlement.ledger.unpaid import counts, is_over
from settlement.lookups import FITS, Asked
from settlement.settling import Settlement


@dataclass(frozen=True)
class LateFact:
    """A row of the facts that came late, and the fact that it revised or withdrew."""

    fact: Fact
    before: Fact | None = None


def late_facts(rows: Sequence[StoredFact]) -> list[LateFact]:
    """Every row with the fact it replaced, in the order of recording."""
    by_number = {row.id: row.fact for row in rows}
    return [LateFact(row.fact, None if row.revises is None else by_number[row.revises]) for row in rows]


@dataclass(frozen=True)
class Read:
    """What one settlement looked up.

    Attributes
    ----------
    cells : (section, indicator, month or day).
    asked : the questions about facts.
    section_of : by station.
    """

    cells: frozenset[Key]
    asked: frozenset[Asked]
    section_of: Mapping[str, str]

    @classmethod
    def by(cls, settlement: Settlement, network: Network) -> Read:
        """What a settlement looked up when it was made."""
        section_of = {code: station.section for code, station in network.stations.items()}
        return cls(settlement.parts.readings.cells, settlement.asked, section_of)

    def readings(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows (station, indicator, time) that lie in a cell that was looked up."""
        if rows.empty:
            return rows
        local = rows["time"].dt.tz_convert(CHINA).dt.tz_localize(None)
        sections = rows["station"].map(self.section_of)
        months = zip(sections, rows["indicator"], local.dt.to_period("M"), strict=True)
        days = zip(sections, rows["indicator"], local.dt.to_period("D"), strict=True)
        read = [month in self.cells or day in self.cells for month, day in zip(months, days, strict=True)]
        return rows[pd.Series(read, index=rows.index)]

    def answers(self, late: LateFact) -> bool:
        """Whether a fact, or what it replaced, answers a question that was asked."""
        return any(self._is_asked(fact) for fact in (late.fact, late.before) if fact is not None)

    def _is_asked(self, fact: Fact) -> bool:
        if is_payment(fact):
            return fact.withdrawn_by is None and any(counts(fact, of, on) for of, on in self._unpaid)
        of_fact = periods.period(fact.period)
        return any(
            FITS[question.fits](of_fact, question.of)
            for question in self.asked
            if (question.subject, question.kind) == (fact.subject, fact.kind)
        )

    def counts_debt(self, debt: Debt) -> bool:
        """Whether a debt of the ledger is part of what was asked to be unpaid."""
        return any(is_over(debt.period, of) for of, _ in self._unpaid)

    @property
    def _unpaid(self) -> list[tuple[pd.Period, str]]:
        """The periods, and the days of the year (blank for their start), for which a clause asked what is unpaid."""
        kinds = [(question.of, question.kind.split()) for question in self.asked]
        return [(of, kind[-1] if len(kind) > 1 else "") for of, kind in kinds if kind[:1] == [UNPAID]]
