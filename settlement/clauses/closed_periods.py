"""Closed periods: what measures came to in them, kept for every settlement made from the same readings.

In: a measure and the element in hand. Out: its `Value`, with the working that came with it. A settlement of March looks
at January as the one of February did. Here is what they share; who may share is decided in `settlement.gathered`.

Invariant: a value kept here follows from the agreement, the network, the facts, which indicators are reported in which
year, and readings up to the end of its period. All settlements that share have these in common. So it does not matter
which of them asks first. A measure that looks at another clause is not kept, because the other clause may be evaluated
for a part of its period; trend and completeness are not, because they depend on the period settled.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from basin import periods
from basin.measures import MEASURED, Measure
from settlement.clauses.element import Axes, Element
from settlement.clauses.values import Value
from settlement.clauses.working import Trail


@dataclass(frozen=True)
class Measured:
    """A value with its working; it holds its measure, so that no other measure has its id meanwhile."""

    measure: Measure
    value: Value
    trail: Trail


ValuesMade = dict[tuple[int, pd.Period, Axes], Measured]


@dataclass(frozen=True)
class ClosedPeriods:
    """The values that some settlements share, as one of them sees them.

    Attributes
    ----------
    until : the last day that this settlement knows; a period that ends later is not closed.
    values : (id of the measure, period, axes) → what the measure came to.
    """

    until: date
    values: ValuesMade = field(default_factory=dict)

    def value(self, measure: Measure, spot: Element, trail: Trail, measured: Callable[[Trail], Value]) -> Value:
        """The value of a measure for the element in hand, measured once where the period is closed.

        Parameters
        ----------
        measure : of a clause, so that it is the same object in every settlement.
        spot : one period, and the section and indicator in hand.
        trail : receives the working.
        measured : measures, and writes the working to the trail it is given.
        """
        if measure.kind not in MEASURED or measure.refs or periods.ends_on(spot.of) > self.until:
            return measured(trail)
        key = (id(measure), spot.of, spot.axes)
        kept = self.values.get(key)
        if kept is None:
            its_own = Trail()
            kept = self.values[key] = Measured(measure, measured(its_own), its_own)
        trail.takes_over(kept.trail)
        return kept.value


NOTHING_CLOSED = ClosedPeriods(date.min)  # nothing is shared: every value is measured anew
