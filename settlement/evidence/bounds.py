"""How much an evidence file may ask of whoever recomputes it.

In: what a stranger's file declares. Out: a refusal, before anything is computed. A text of a few lines may ask for
every day of three centuries at every section; no settlement that anybody signs does. The limits leave room for a
hundred times the largest that is shipped.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from math import prod

import pandas as pd

from basin import periods
from basin.agreement import Agreement
from basin.clauses import TIME_AXES
from basin.errors import Refused
from basin.measures import Measure
from basin.network import Network
from basin.standards import standard
from settlement.evidence.entries import OBSERVATIONS

MOST_DAYS_OF_SERIES = 20_000_000  # sections × indicators × days
MOST_LOOK_UPS = 1_000_000
DAYS_OF = {"day": 1, "week": 7, "month": 28, "quarter": 90, "year": 365}
REMEDY = "向出具者另取证据包，或改用较短的期间"


def refuse_too_much(agreement: Agreement, network: Network, observations: pd.DataFrame, span: pd.Period) -> None:
    """Refuse readings outside the time that the agreement looks at, and more work than a settlement is.

    Parameters
    ----------
    agreement, network : what is to be applied.
    observations : the readings, used and left out.
    span : the period.

    Raises
    ------
    Refused : naming what is too much.
    """
    window = agreement.window(span)
    days = (window.end - window.start).days + 1
    times = observations["time"]
    if times.isna().any() or not times.between(window.start, window.end).all():
        zh = "有读数不在协议为此期间所看的时段"
        raise Refused(zh, "readings outside the time that the agreement looks at", file=OBSERVATIONS, remedy=REMEDY)
    sections = {network.stations[code].section for code in observations["station"].unique() if code in network.stations}
    series = len(sections) * observations["indicator"].nunique()
    if series * days > MOST_DAYS_OF_SERIES:
        zh = f"断面、指标与天数之积超过 {MOST_DAYS_OF_SERIES}"
        raise Refused(zh, "too many series and days", file=OBSERVATIONS, remedy=REMEDY)
    asked = _Asked(agreement, network, (periods.ends_on(span) - periods.starts_on(span)).days + 1)
    look_ups = sum(asked.look_ups(ref) for ref in agreement.refs)
    if look_ups > MOST_LOOK_UPS:
        zh = f"条款要看的期间、断面与指标超过 {MOST_LOOK_UPS} 项"
        raise Refused(zh, "clauses that look at too much", file=agreement.file, path="clauses", remedy=REMEDY)


@dataclass(frozen=True)
class _Asked:
    """How much the clauses of an agreement look at, at most, for a period of so many days."""

    agreement: Agreement
    network: Network
    days: int

    def look_ups(self, ref: str) -> int:
        """The values that a clause looks up: of every period, element, test and month."""
        every = self.agreement.every_of(ref)
        elements = prod(self._size(axis, listed) for axis, listed in self.agreement.axes_of(ref).items())
        tests = [measure for clause in self.agreement.branches[ref] for measure in clause.measures]
        return self._periods(every) * elements * (1 + sum(map(self._of_measure, tests)))

    def _of_measure(self, measure: Measure) -> int:
        sections = self._size("section", measure.sections or ())
        indicators = self._size("indicator", measure.indicators or measure.weights or ("all",))
        months = self._periods(measure.over or "month")
        return sections * indicators * months + sum(map(self._of_measure, measure.tests))

    def _size(self, axis: str, listed: Collection[str]) -> int:
        """How many codes an axis has."""
        if axis in TIME_AXES:
            return self._periods(axis)
        if "all" not in listed:
            return max(1, len(listed))
        if axis == "section":
            return max(1, len(self.agreement.reach.sections_in(self.network)))
        return len(self.agreement.parties) if axis == "party" else len(standard(self.agreement.standard).evaluated)

    def _periods(self, frequency: str) -> int:
        return 1 + self.days // DAYS_OF.get(frequency, self.days + 1)
