"""Several numbers as one (`take`): sum, mean, least, greatest, or runs of true values.

In: exact numbers in order. Out: one exact number. It knows no measure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from basin.measures import Runs


def combined(take: str | Runs | None, numbers: Sequence[Fraction]) -> Fraction:
    """Several numbers as one, by `take`; summed where it is not stated."""
    if isinstance(take, Runs):
        return _runs(take, numbers)
    return _TAKE[take or "sum"](numbers)


_TAKE: Mapping[str, Callable[[Sequence[Fraction]], Fraction]] = {
    "sum": lambda numbers: sum(numbers, Fraction(0)),
    "mean": lambda numbers: sum(numbers, Fraction(0)) / len(numbers),
    "min": min,
    "max": max,
}


def _runs(take: Runs, numbers: Sequence[Fraction]) -> Fraction:
    """How many complete runs of n true values in a row there are."""
    runs = length = 0
    for held in numbers:
        length = length + 1 if held else 0
        if length == take.runs_of:
            runs, length = runs + 1, 0
    return Fraction(runs)
