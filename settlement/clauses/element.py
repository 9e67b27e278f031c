"""The element in hand: which period, section, indicator or party a clause is evaluated for.

In: axes and periods. Out: frozen `Element`s. Nothing is computed about them here but the same element a year earlier.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from basin import periods
from basin.clauses import TIME_AXES

Axes = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Element:
    """What a clause is evaluated for: a period, and the section, indicator or party.

    Attributes
    ----------
    of : the period that is looked at, such as a month.
    within : the obligation's period around it, such as a year.
    axes : (axis, code) pairs in the order of the clause's axes.
    """

    of: pd.Period
    within: pd.Period
    axes: Axes = ()

    @cached_property
    def codes(self) -> Mapping[str, str]:
        """Axis → code."""
        return dict(self.axes)

    @property
    def axes_without_time(self) -> Axes:
        """Its axes without those of time: what months have in common."""
        return tuple((axis, code) for axis, code in self.axes if axis not in TIME_AXES)

    def holding(self, axis: str, code: str) -> Element:
        """The same element with another code on one axis."""
        return replace(self, axes=tuple({**self.codes, axis: code}.items()))


def year_before(element: Element) -> Element:
    """The same element one year earlier, time axes included."""
    axes = []
    for axis, code in element.axes:
        earlier = periods.label(periods.year_before(periods.period(code))) if axis in TIME_AXES else code
        axes.append((axis, earlier))
    of = periods.year_before(element.of)
    return replace(element, of=of, within=periods.year_before(element.within), axes=tuple(axes))
