"""What a figure of a section can be, whoever states it: an agreement, a case or a person who records a fact.

In: a quantity by its code (``cod``, ``load cod``, ``volume``, ``quality_class``) and a figure. Out: the range of the
quantity, and in words why a figure is none of it. What a quantity comes to under the clauses of an agreement is in
`basin.checks.ranges`.
"""

from __future__ import annotations

from fractions import Fraction
from math import inf

from basin.clauses import UNPAID
from basin.indicators import find_indicator
from basin.measures import load_of
from basin.ranges import ANY, NOT_NEGATIVE, Range, between, exactly
from basin.rounding import printed
from basin.written.numbers import exact

QUALITY_CLASS = "quality_class"
CLASSES = between(1, 6)


def possible(quantity: str) -> Range:
    """What a class, a volume or an unpaid sum can be, and physically an indicator or a load; unlimited where nothing is
    known.
    """
    if quantity == QUALITY_CLASS:
        return CLASSES
    if quantity in ("volume", UNPAID) or quantity.startswith((load_of(""), f"{UNPAID} ")):
        return NOT_NEGATIVE
    declared = find_indicator(quantity)
    if declared is None:
        return ANY
    least = -inf if declared.possible_min is None else exact(f"{declared.possible_min:g}")
    greatest = inf if declared.possible_max is None else exact(f"{declared.possible_max:g}")
    return Range(least, greatest)


def impossible_of(quantity: str, figure: Fraction) -> str | None:
    """Why a figure can be none of the quantity, in Chinese; None where it can be one."""
    if quantity == QUALITY_CLASS and figure.denominator != 1:
        return f"{quantity} 不会是 {printed(figure)}：类别是 1 至 6 的整数"
    return outside(possible(quantity), figure, quantity)


def outside(values: Range, figure: Fraction, name: str) -> str | None:
    """Why a figure cannot be, in Chinese; None where it lies in the range of what is called `name`."""
    if exactly(figure).meets(values):
        return None
    return f"{name} 不会是 {printed(figure)}：这个数{values.in_words()}"
