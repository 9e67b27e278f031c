"""Several numbers as one (`take`): sum, mean, least, greatest, or runs of true values.

In: numbers in order, exact or draws. Out: one number of the same kind. It knows no measure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from basin.draws import Number, chosen, greatest, least, number_of, same, truth_of
from basin.measures import Runs


def combined(take: str | Runs | None, numbers: Sequence[Number]) -> Number:
    """Several numbers as one, by `take`; summed where it is not stated."""
    if isinstance(take, Runs):
        return _runs(take, numbers)
    return _TAKE[take or "sum"](numbers)


_TAKE: Mapping[str, Callable[[Sequence[Number]], Number]] = {
    "sum": lambda numbers: sum(numbers, Fraction(0)),
    "mean": lambda numbers: sum(numbers, Fraction(0)) / len(numbers),
    "min": least,
    "max": greatest,
}


def _runs(take: Runs, numbers: Sequence[Number]) -> Number:
    """How many complete runs of n true values in a row there are."""
    runs: Number = Fraction(0)
    length: Number = Fraction(0)
    for number in numbers:
        held = truth_of(number)
        assert held is not None  # absent values never come here
        length = chosen(held, length + 1, Fraction(0))
        complete = same(length, take.runs_of)
        runs = runs + number_of(complete)
        length = chosen(complete, Fraction(0), length)
    return runs
