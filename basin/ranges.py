"""Ranges: between which ends a number can lie, whatever the data are.

In: exact figures and other ranges. Out: `Range`s under the arithmetic of measures and scales. An end that nobody knows
is infinite. Arithmetic may widen a range but never narrows it, so what lies outside a range is surely impossible. What
the range of a measure or a clause is, is known in `basin.checks.ranges`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import ceil, floor, inf

from basin.rounding import printed

Bound = Fraction | float  # a float is one of the two infinities
MOST_BITS = 900  # of numerator and denominator: float64 tells such an end from 0 and from the infinities


@dataclass(frozen=True)
class Range:
    """All numbers between two ends.

    Attributes
    ----------
    least, greatest : the ends; infinite where there is none.
    without_least, without_greatest : whether the end itself is left out.
    """

    least: Bound = -inf
    greatest: Bound = inf
    without_least: bool = False
    without_greatest: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether no number lies in it."""
        if self.least == self.greatest:
            return self.without_least or self.without_greatest
        return self.least > self.greatest

    @property
    def holds_a_whole_number(self) -> bool:
        """Whether a whole number lies in it."""
        if not isinstance(self.least, Fraction) or not isinstance(self.greatest, Fraction):
            return not self.is_empty
        first = floor(self.least) + 1 if self.without_least else ceil(self.least)
        last = ceil(self.greatest) - 1 if self.without_greatest else floor(self.greatest)
        return first <= last

    def within(self, other: Range) -> Range:
        """The numbers that lie in both."""
        least = max(self.least, other.least)
        greatest = min(self.greatest, other.greatest)
        return Range(
            least,
            greatest,
            any(of.without_least and of.least == least for of in (self, other)),
            any(of.without_greatest and of.greatest == greatest for of in (self, other)),
        )

    def meets(self, other: Range) -> bool:
        """Whether some number lies in both."""
        return not self.within(other).is_empty

    def with_also(self, other: Range) -> Range:
        """The shortest range that holds both."""
        return Range(min(self.least, other.least), max(self.greatest, other.greatest))

    def plus(self, other: Range) -> Range:
        """Sums of a number of each."""
        return _reaching(self.least + other.least, self.greatest + other.greatest)

    def minus(self, other: Range) -> Range:
        """Differences of a number of each."""
        return _reaching(self.least - other.greatest, self.greatest - other.least)

    def times(self, other: Range) -> Range:
        """Products of a number of each."""
        ends = product((self.least, self.greatest), (other.least, other.greatest))
        products = [_product(end, other_end) for end, other_end in ends]
        return _reaching(min(products), max(products))

    def over(self, other: Range) -> Range:
        """Quotients of a number of each; anything where the signs are not known. Nothing is divided by zero."""
        if self.least < 0 or other.least < 0:
            return ANY
        least = self.least / other.greatest if other.greatest > 0 else -inf
        greatest = self.greatest / other.least if other.least > 0 else inf
        return _reaching(Fraction(0) if other.greatest == inf else least, greatest)

    def mapped(self, rising: Callable[[Fraction], Fraction]) -> Range:
        """The values of a function that never falls; infinite ends stay."""
        least = rising(self.least) if isinstance(self.least, Fraction) else self.least
        greatest = rising(self.greatest) if isinstance(self.greatest, Fraction) else self.greatest
        return Range(least, greatest)

    def in_words(self) -> str:
        """The range as people say it: ``在 1 至 6``, ``不小于 0``."""
        if isinstance(self.least, Fraction) and isinstance(self.greatest, Fraction):
            ends = f"在 {printed(self.least)} 至 {printed(self.greatest)}"
            return f"恒为 {printed(self.least)}" if self.least == self.greatest else ends
        if isinstance(self.least, Fraction):
            return f"不小于 {printed(self.least)}"
        return f"不大于 {printed(self.greatest)}" if isinstance(self.greatest, Fraction) else "不限"


def _reaching(least: Bound, greatest: Bound) -> Range:
    """The range between two ends; of an end that is too long to reckon with nothing is known."""
    return Range(least if _is_short(least) else -inf, greatest if _is_short(greatest) else inf)


def _is_short(end: Bound) -> bool:
    return not isinstance(end, Fraction) or max(end.numerator.bit_length(), end.denominator.bit_length()) <= MOST_BITS


ANY = Range()
NOT_NEGATIVE = Range(Fraction(0))


def between(least: int | Fraction, greatest: int | Fraction) -> Range:
    """The numbers from `least` to `greatest`, both included."""
    return Range(Fraction(least), Fraction(greatest))


def exactly(value: int | Fraction) -> Range:
    """One number alone."""
    return between(value, value)


def around(ranges: Iterable[Range]) -> Range:
    """The shortest range that holds all of them; anything where there are none."""
    whole: Range | None = None
    for of in ranges:
        whole = of if whole is None else whole.with_also(of)
    return ANY if whole is None else whole


def _product(a: Bound, b: Bound) -> Bound:
    """A product of two ends; zero times however much is zero."""
    return Fraction(0) if a == 0 or b == 0 else a * b
