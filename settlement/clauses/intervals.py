"""Intervals (区间): what is known of a number that is not known, as its least and greatest possible value.

A mean that rests on non-detects alone lies between 0 and what it would be at the detection limits. What is computed
from it is an interval too, and a number only where both ends come to the same.

In: `Value`s, numbers or absent ones with bounds. Out: `Ends`, and `Value`s again. An end that is not known, or is
beyond every number, is None. Ends that are draws are never settled: no probability is claimed for them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from basin import draws
from basin.draws import Draws, Number
from basin.rounding import half_even, printed
from settlement.clauses.values import Value


@dataclass(frozen=True)
class Ends:
    """The least and the greatest a number may be; None where that is not known."""

    least: Number | None
    greatest: Number | None

    @property
    def known(self) -> bool:
        """Whether anything is known of the number."""
        return self.least is not None or self.greatest is not None

    @property
    def settled(self) -> Fraction | None:
        """The exact number that both ends are; None where they differ."""
        alike = isinstance(self.least, Fraction) and isinstance(self.greatest, Fraction) and self.least == self.greatest
        return self.least if alike and isinstance(self.least, Fraction) else None

    @property
    def turned(self) -> Ends:
        """The ends of the negative number."""
        least = None if self.greatest is None else Fraction(0) - self.greatest
        greatest = None if self.least is None else Fraction(0) - self.least
        return Ends(least, greatest)

    def __str__(self) -> str:
        least, greatest = ("?" if end is None else printed(end) for end in (self.least, self.greatest))
        return f"{least} … {greatest}"


NOTHING_KNOWN = Ends(None, None)
BELOW_DETECTION = "below_detection"


def not_detected(value: Value) -> bool:
    """Whether there is no number because a mean rests on non-detects alone."""
    return value.number is None and (value.reason or "").startswith(BELOW_DETECTION)


def ends_of(value: Value) -> Ends:
    """A number as both its ends; of an absent one what is known."""
    return Ends(value.least, value.greatest) if value.number is None else Ends(value.number, value.number)


def between(ends: Ends, absent: Value) -> Value:
    """A number where both ends are the same; else the absent value with these ends, and its reason."""
    if ends.settled is not None:
        return replace(absent, number=ends.settled, reason=None, least=None, greatest=None)
    return replace(absent, number=None, least=ends.least, greatest=ends.greatest)


def undetermined(values: Sequence[Value]) -> Value | None:
    """The first absent value of several of which nothing is known; None where something is known of each."""
    return next((value for value in values if not ends_of(value).known), None)


def mapped(ends: Ends, rising: Callable[[Number], Number]) -> Ends:
    """What a function that never falls makes of a number."""
    least = None if ends.least is None else rising(ends.least)
    greatest = None if ends.greatest is None else rising(ends.greatest)
    return Ends(least, greatest)


def rounded(value: Value, decimals: int) -> Value:
    """An absent value whose bounds are rounded, half to even."""
    return between(mapped(ends_of(value), lambda end: half_even(end, decimals)), value)


def summed(parts: Sequence[Ends]) -> Ends:
    """The ends of a sum."""
    least = [part.least for part in parts if part.least is not None]
    greatest = [part.greatest for part in parts if part.greatest is not None]
    return Ends(
        sum(least, Fraction(0)) if len(least) == len(parts) else None,
        sum(greatest, Fraction(0)) if len(greatest) == len(parts) else None,
    )


def difference(a: Ends, b: Ends) -> Ends:
    """The ends of a − b."""
    return summed([a, b.turned])


def product(a: Ends, b: Ends) -> Ends:
    """The ends of a × b: the least and the greatest product of their ends."""
    numbers = (a.least, a.greatest, b.least, b.greatest)
    if any(number is None or isinstance(number, Draws) for number in numbers):
        return _scaled_by_a_number(a, b)
    corners = [x * y for x in (a.least, a.greatest) for y in (b.least, b.greatest) if x is not None and y is not None]
    return Ends(draws.least(corners), draws.greatest(corners))


def _scaled_by_a_number(a: Ends, b: Ends) -> Ends:
    """The product where an end is not known: by an exact number the known end keeps its place, or changes it."""
    for ends, other in ((a, b), (b, a)):
        factor = ends.settled
        if factor is not None:
            return scaled(other, factor)
    return NOTHING_KNOWN


def scaled(ends: Ends, factor: Fraction) -> Ends:
    """The ends of a number × an exact factor."""
    size = abs(factor)
    return mapped(ends if factor >= 0 else ends.turned, lambda end: end * size)


def quotient(a: Ends, b: Ends) -> Ends:
    """The ends of a ÷ b; beyond every number where b may be as small as one likes, and a is not negative."""
    least = b.least
    greatest = b.greatest
    if not isinstance(least, Fraction) or not isinstance(greatest, Fraction):
        return NOTHING_KNOWN
    if least > 0 or greatest < 0:
        return product(a, Ends(1 / greatest, 1 / least))
    never_negative = isinstance(a.least, Fraction) and a.least >= 0
    if least == 0 and greatest > 0 and never_negative and a.least is not None:
        return Ends(a.least / greatest, None)
    return NOTHING_KNOWN
