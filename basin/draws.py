"""Draws (抽样): many possible values of one number, and what clause code asks of a number in either world.

In: exact `Fraction`s, which decide what is paid, or `Draws`, float64 arrays whose values are one for each draw
(confidence, forecasts, what-ifs). Out: the same kind again. Measures, tests, scales and leagues are written once with
the functions below; they compare, choose, combine and divide without knowing which world they are in. A draw without a
value is nan, where an exact number would be None; true is 1, false is 0, undecided is nan.

Float comparisons allow for noise: draws nearer than `NOISE` to a bound are on it, as the exact number is.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import overload

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
TRUE = Fraction(1)
FALSE = Fraction(0)
NOISE = 1e-9  # relative to the bound, at least absolute: wider than float noise, narrower than any figure of the field


@dataclass(frozen=True, eq=False)
class Draws:
    """One float64 value for each draw; nan where the draw has none. Arithmetic is elementwise, with fractions too."""

    values: Array

    def __add__(self, other: Number | int) -> Draws:
        return Draws(self.values + floats(other))

    def __sub__(self, other: Number | int) -> Draws:
        return Draws(self.values - floats(other))

    def __rsub__(self, other: Number | int) -> Draws:
        return Draws(floats(other) - self.values)

    def __mul__(self, other: Number | int) -> Draws:
        return Draws(self.values * floats(other))

    def __truediv__(self, other: Number | int) -> Draws:
        with np.errstate(divide="ignore", invalid="ignore"):
            return Draws(self.values / floats(other))

    def __rtruediv__(self, other: Number | int) -> Draws:
        with np.errstate(divide="ignore", invalid="ignore"):
            return Draws(floats(other) / self.values)

    __radd__ = __add__
    __rmul__ = __mul__

    def __eq__(self, other: object) -> bool:
        raise TypeError("draws are compared by `same`, one by one")

    def __bool__(self) -> bool:
        raise TypeError("draws are chosen between by `chosen`, one by one")

    def __str__(self) -> str:
        return f"〈{self.values.size} 个抽样〉"


Number = Fraction | Draws
Truth = bool | Draws


def floats(number: Number | int) -> Array | float:
    """The float64 values of draws, or an exact number as a float."""
    return number.values if isinstance(number, Draws) else float(number)


def exact(number: Number) -> Fraction:
    """The exact number that decides what is paid.

    Raises
    ------
    TypeError : draws decide nothing that is paid.
    """
    if isinstance(number, Draws):
        raise TypeError("draws decide nothing that is paid")
    return number


def at_most(a: Number, b: Number | int) -> Truth:
    """Whether a ≤ b."""
    return _compared(a, b, operator.le, 1)


def below(a: Number, b: Number | int) -> Truth:
    """Whether a < b."""
    return _compared(a, b, operator.lt, -1)


def at_least(a: Number, b: Number | int) -> Truth:
    """Whether a ≥ b."""
    return _compared(a, b, operator.ge, -1)


def above(a: Number, b: Number | int) -> Truth:
    """Whether a > b."""
    return _compared(a, b, operator.gt, 1)


def same(a: Number, b: Number | int) -> Truth:
    """Whether a = b."""
    if not isinstance(a, Draws) and not isinstance(b, Draws):
        return a == b
    x = floats(a)
    y = floats(b)
    return Draws(np.where(np.isnan(x) | np.isnan(y), np.nan, np.abs(x - y) <= margin(y)))


def _compared(a: Number, b: Number | int, holds: Callable[..., bool], noise_is_on: int) -> Truth:
    if not isinstance(a, Draws) and not isinstance(b, Draws):
        return holds(a, b)
    x = floats(a)
    y = floats(b)
    held = holds(x, y + noise_is_on * margin(y))
    return Draws(np.where(np.isnan(x) | np.isnan(y), np.nan, held))


def margin(bound: Array | float) -> Array | float:
    """How far from a bound a draw may lie and still be on it."""
    return NOISE * np.maximum(np.abs(bound), 1)


def holds_all(tests: Sequence[Truth | None]) -> Truth | None:
    """Whether all tests hold: false as soon as one does not, undecided (None, nan) while one is and none fails."""
    if not any(isinstance(test, Draws) for test in tests):
        return False if False in tests else (None if None in tests else True)
    rows = np.stack(np.broadcast_arrays(*(np.nan if test is None else floats(test) for test in tests)))
    return Draws(np.where((rows == 0).any(axis=0), 0.0, np.where(np.isnan(rows).any(axis=0), np.nan, 1.0)))


def holds_any(tests: Sequence[Truth | None]) -> Truth | None:
    """Whether any test holds: true as soon as one does, undecided while one is and none holds."""
    return denied(holds_all([denied(test) for test in tests]))


def denied(test: Truth | None) -> Truth | None:
    """Not: what is undecided stays undecided."""
    return 1 - test if isinstance(test, Draws) else (None if test is None else not test)


def between(certainly: Truth | None, possibly: Truth | None) -> Truth | None:
    """True where a test holds even at worst, false where it does not even at best, else undecided."""
    if not isinstance(certainly, Draws) and not isinstance(possibly, Draws):
        return True if certainly else (False if possibly is False else None)
    worst, best = (np.nan if test is None else floats(test) for test in (certainly, possibly))
    return Draws(np.where(worst == 1, 1.0, np.where(best == 0, 0.0, np.nan)))


def truth_of(number: Number | None) -> Truth | None:
    """A number as a truth: 0 is false."""
    return number if isinstance(number, Draws) or number is None else number != 0


def number_of(test: Truth) -> Number:
    """A truth as a number, 1 or 0."""
    if isinstance(test, Draws):
        return test
    return TRUE if test else FALSE


def nowhere(test: Truth | None) -> bool:
    """Whether a test fails in every draw."""
    return bool(np.all(test.values == 0)) if isinstance(test, Draws) else test is False


@overload
def chosen(test: Truth, yes: Number, no: Number) -> Number: ...
@overload
def chosen(test: Truth, yes: Number | None, no: Number | None) -> Number | None: ...
def chosen(test: Truth, yes: Number | None, no: Number | None) -> Number | None:
    """One number where the test holds, the other where it does not; absent where it is undecided."""
    if not isinstance(test, Draws):
        return yes if test else no
    held, failed = (np.nan if number is None else floats(number) for number in (yes, no))
    return Draws(np.where(test.values == 1, held, np.where(test.values == 0, failed, np.nan)))


def filled(number: Number | None, gap: Number) -> Number:
    """The number, and `gap` where it is absent."""
    if isinstance(number, Draws):
        return Draws(np.where(np.isnan(number.values), floats(gap), number.values))
    return gap if number is None else number


@dataclass(frozen=True)
class Disagreement:
    """How far several results of one thing lie apart, all in the unit of the results.

    Attributes
    ----------
    difference : between the greatest and the least. mean : of all. allowed : the tolerance times that mean.
    """

    difference: Number
    mean: Number
    allowed: Number


def disagreement(numbers: Sequence[Number], tolerance: Fraction) -> Disagreement:
    """How far results lie apart, and how far a tolerance, a part of their plain mean, lets them."""
    mean = sum(numbers, Fraction(0)) / len(numbers)
    return Disagreement(greatest(numbers) - least(numbers), mean, tolerance * mean)


def beyond_tolerance(results: Disagreement) -> Truth:
    """Whether results lie further apart than is allowed; results exactly that far apart still agree."""
    return above(results.difference, results.allowed)


def has_gaps(numbers: Sequence[Number | None]) -> bool:
    """Whether any of the numbers is absent, in any draw."""
    return any(bool(np.isnan(n.values).any()) if isinstance(n, Draws) else n is None for n in numbers)


def quotient(a: Number, b: Number) -> Number | None:
    """a / b, absent where b is 0."""
    if isinstance(a, Draws) or isinstance(b, Draws):
        divisor = floats(b)
        return a / Draws(np.where(np.abs(divisor) < NOISE, np.nan, divisor))
    return a / b if b else None


def least(numbers: Sequence[Number]) -> Number:
    """The least number, absent where one is absent."""
    return reduce(lambda a, b: _picked(np.minimum, min, a, b), numbers)


def greatest(numbers: Sequence[Number]) -> Number:
    """The greatest number, absent where one is absent."""
    return reduce(lambda a, b: _picked(np.maximum, max, a, b), numbers)


def least_known(numbers: Sequence[Number]) -> Number:
    """The least of the numbers that are there."""
    return reduce(lambda a, b: _picked(np.fmin, min, a, b), numbers)


def greatest_known(numbers: Sequence[Number]) -> Number:
    """The greatest of the numbers that are there."""
    return reduce(lambda a, b: _picked(np.fmax, max, a, b), numbers)


def _picked(of_draws: Callable[..., Array], of_exact: Callable[..., Number], a: Number, b: Number) -> Number:
    if isinstance(a, Draws) or isinstance(b, Draws):
        return Draws(np.asarray(of_draws(floats(a), floats(b)), dtype=np.float64))
    return of_exact(a, b)
