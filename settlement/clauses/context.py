"""The context of an evaluation: one agreement on one body of data, and what can be looked up there.

In: an agreement, the network and the `Measurements`. Out: the periods, elements and rules a clause is evaluated by, and
`Evaluation`, the record of what one clause came to. Nothing is computed here; what a section sheet says is in
`settlement.clauses.section_sheets`.

The grammar is recursive: a measure may be compared with the same measure of last year, and a clause may use another
clause. `Context.single` and `Context.evaluation` are those two questions. They are abstract, so that the modules which
compute a kind of measure import this module only; `settlement.clauses.evaluation.Evaluator` answers them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import pandas as pd

from basin import periods
from basin.agreement import Agreement
from basin.clauses import TIME_AXES, Clause
from basin.draws import Number
from basin.indicators import INDICATORS
from basin.measures import Measure
from basin.network import Network
from basin.ranges import Range
from basin.scales import Applied
from basin.standards import Standard, standard
from settlement.clauses.closed_periods import NOTHING_CLOSED, ClosedPeriods
from settlement.clauses.element import Axes, Element
from settlement.clauses.values import Measurements, Rules, Statistic, Value
from settlement.clauses.working import Step, Trail

Shares = tuple[tuple[str, Number], ...]


@dataclass(frozen=True)
class Sides:
    """Who pays and who receives under a clause, for one element: (party, share) pairs whose shares sum to 1.

    Attributes
    ----------
    pays, receives : None where the parties or their shares cannot be determined, and for a line, which has no sides.
    without_share : parties of a measured share whose number is missing or negative.
    """

    pays: Shares | None = None
    receives: Shares | None = None
    without_share: tuple[str, ...] = ()

    @property
    def determined(self) -> bool:
        """Whether both sides are known."""
        return bool(self.pays) and bool(self.receives)

    @property
    def turned(self) -> Sides:
        """The same sides the other way round: a negative amount is paid by those who would receive."""
        return Sides(self.receives, self.pays, self.without_share)

    @property
    def parties(self) -> set[str]:
        """Everybody on either side."""
        return {party for party, _ in (*(self.pays or ()), *(self.receives or ()))}


@dataclass(frozen=True)
class Evaluation:
    """What one clause came to for one element, with its working.

    Attributes
    ----------
    value, amount : exact, or draws where the data were; `amount` [万元, or points of a scorecard] is None when absent.
    reason : why there is no amount, or why a condition or an excuse made it 0.
    excluded : a recorded ground takes the data away, so that no amount is due.
    applied : the piece of the scale that gave the amount; of an exact value only.
    unverified : paths of the unverified figures and rules that the evaluation rests on, its shares included.
    possible : where an absent amount lies that depends on what was not detected; None where nothing is known.
    """

    clause: Clause
    element: Element
    value: Number | None
    amount: Number | None
    reason: str | None
    excluded: bool
    applied: Applied | None
    sides: Sides
    steps: tuple[Step, ...]
    statistics: tuple[Statistic, ...]
    unverified: tuple[str, ...]
    possible: Range | None = None

    @property
    def stopped(self) -> bool:
        """Whether there is no amount though one was due."""
        return self.amount is None and not self.excluded


@dataclass(frozen=True)
class Context(ABC):
    """One agreement applied to one body of data.

    `fixed` makes an indication: clauses of longer periods are evaluated for this shorter one instead. `closed` holds
    what settlements made from the same readings share.
    """

    agreement: Agreement
    network: Network
    data: Measurements
    fixed: pd.Period | None = None
    closed: ClosedPeriods = NOTHING_CLOSED

    @abstractmethod
    def single(self, measure: Measure, spot: Element, trail: Trail) -> Value:
        """One value of a measure, before any comparison; excluded where a ground takes the section's data away.

        Parameters
        ----------
        measure : what to look at; its kind says which function computes it.
        spot : one period, and the section, indicator or party in hand.
        trail : receives the working.
        """

    @abstractmethod
    def evaluation(self, ref: str, element: Element) -> Evaluation:
        """The evaluation of a clause for an element."""

    @property
    def standard(self) -> Standard:
        """The water-quality standard the agreement names."""
        return standard(self.agreement.standard)

    @cached_property
    def rules(self) -> Rules:
        """How statistics become values under this agreement."""
        return Rules(**vars(self.agreement.data), exists=self.agreement.counts, neighbour=self._neighbour)

    def _neighbour(self, section: str, month: pd.Period) -> str | None:
        """The section whose month may stand in for a missing one, as the sheet in force then names it."""
        return self.agreement.sheet(section, periods.days(month)).value.neighbour

    def spans(self, ref: str, span: pd.Period) -> list[pd.Period]:
        """The obligation periods of a clause that lie in `span`; for a shorter `span`, the one around it.

        An indication evaluates for `span` itself only the clauses that it cuts short.
        """
        every = self.agreement.every_of(ref)
        if every == "term":
            return [self.fixed or self.agreement.term]
        if periods.is_finer(span, every):
            cut_short = self.fixed is not None and periods.is_finer(self.fixed, every)
            return [span if cut_short else span.asfreq(periods.FREQUENCIES[every])]
        begun = [of for of in periods.periods_in(span, every) if periods.starts_on(of) <= self.agreement.ends]
        return [of for of in begun if any(map(self.agreement.counts, periods.months(of)))]

    def elements(self, ref: str, within: pd.Period) -> Iterator[Element]:
        """The elements a clause is evaluated for inside one obligation period, in the order of its axes."""
        for axes in self.combinations(self.agreement.axes_of(ref), within):
            of = next((periods.period(code) for axis, code in axes if axis in TIME_AXES), within)
            yield Element(of, within, axes)

    def combinations(self, axes: Mapping[str, Sequence[str]], within: pd.Period) -> Iterator[Axes]:
        """Every way to take one code of each axis, as `axis` lists them; one empty way where no axis is named."""
        choices = []
        for axis, listed in axes.items():
            choices.append([(axis, code) for code in self.axis(axis, listed, within)])
        return product(*choices)

    def axis(self, axis: str, listed: Sequence[str], within: pd.Period) -> list[str]:
        """The codes of an axis inside a period.

        Parameters
        ----------
        axis : ``section``, ``indicator``, ``party`` or a length of time.
        listed : codes, each taken once; ``all`` stands for every one there is.
        within : periods outside it, and months the agreement does not count, are left out.
        """
        if axis in TIME_AXES:
            inside = periods.periods_in(within, axis)
            if "all" in listed:
                return [periods.label(p) for p in inside if any(map(self.agreement.counts, periods.months(p)))]
            return [code for code in dict.fromkeys(listed) if periods.period(code) in inside]
        if "all" not in listed:
            return list(dict.fromkeys(listed))
        if axis == "section":
            return self.sections()
        return list(dict.fromkeys(self.agreement.parties.values() if axis == "party" else self.standard.evaluated))

    def sections(self) -> list[str]:
        """The agreement's sections; the basin's, from source to mouth, where its sheet names none."""
        if self.agreement.section_codes:
            return list(self.agreement.section_codes)
        of_basin = [s for s in self.network.sections.values() if s.basin == self.agreement.basin]
        return [s.code for s in sorted(of_basin, key=lambda s: s.order)]

    def reports(self, section: str, indicator: str, year: int) -> bool:
        """Whether the section has any reading or published figure of the indicator in that year, or a recorded one that
        stands for it.
        """
        stands = "concentration" in self.agreement.data.published
        key = (section, indicator, year)
        return self.data.reports(*key) or (stands and key in self.data.recorded_years)

    def label(self, element: Element, indicator: str | None = None) -> str:
        """Period, section and indicator as a label of the working."""
        code = element.codes.get("section", "")
        declared = self.network.sections.get(code)
        section = declared.name_zh if declared else code
        named = INDICATORS[indicator].name_zh if indicator else ""
        return " ".join(filter(None, (periods.label(element.of), section, named)))
