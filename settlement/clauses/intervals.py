"""Intervals (区间): what is known of a number that nobody knows exactly, on its way through a clause.

A mean that rests on non-detects alone lies between 0 and what it would be at the detection limits. What is computed
from it lies in a range as well, and is a number only where both ends of that range are the same.

In: `Value`s, numbers or absent ones with bounds. Out: `Range`s, and `Value`s again. Draws are not looked at: anything
is possible of them, so that nothing is settled by them here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from basin.draws import Number
from basin.ranges import ANY, Bound, Range, exactly
from basin.rounding import half_even, printed
from settlement.clauses.values import Value

BELOW_DETECTION = "below_detection"


def not_detected(value: Value) -> bool:
    """Whether there is no number because a mean rests on non-detects alone."""
    return value.number is None and (value.reason or "").startswith(BELOW_DETECTION)


def is_missing(value: Value) -> bool:
    """Whether there is no number and nothing is known of it either."""
    return value.number is None and value.least is None and value.greatest is None


def first_missing(values: Sequence[Value]) -> Value | None:
    """The first of several values of which nothing is known; None where something is known of each."""
    return next((value for value in values if is_missing(value)), None)


def range_of(value: Value) -> Range:
    """Where a value lies: a number alone, else between its bounds."""
    if value.number is not None:
        return exactly(value.number) if isinstance(value.number, Fraction) else ANY
    least = value.least if isinstance(value.least, Fraction) else ANY.least
    greatest = value.greatest if isinstance(value.greatest, Fraction) else ANY.greatest
    return Range(least, greatest)


def settled(of: Range) -> Fraction | None:
    """The number that both ends of a range are; None where they differ."""
    return of.least if isinstance(of.least, Fraction) and of.least == of.greatest else None


def within(of: Range, absent: Value) -> Value:
    """A number where both ends of the range are the same; else the absent value with these bounds, and its reason."""
    number = settled(of)
    if number is not None:
        return replace(absent, number=number, reason=None, least=None, greatest=None)
    return replace(absent, number=None, least=_finite(of.least), greatest=_finite(of.greatest))


def as_settled(bounded: Value) -> Value:
    """An absent value with bounds: a number where both are the same, else unchanged, draws among the bounds too."""
    return within(range_of(bounded), bounded) if settled(range_of(bounded)) is not None else bounded


def rounded(value: Value, decimals: int) -> Value:
    """An absent value whose bounds are rounded, half to even; unchanged where nothing is known of it."""
    if is_missing(value):
        return value
    return within(range_of(value).mapped(lambda end: half_even(end, decimals)), value)


def shown(of: Range) -> str:
    """A range in the working: ``0 … 0.01``; a number as itself."""
    number = settled(of)
    return printed(number) if number is not None else f"{_end(of.least)} … {_end(of.greatest)}"


def _finite(end: Bound) -> Number | None:
    return end if isinstance(end, Fraction) else None


def _end(end: Bound) -> str:
    if isinstance(end, Fraction):
        return printed(end)
    return "−∞" if end < 0 else "∞"
