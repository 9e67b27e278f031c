"""Sections that are the mean of others (`mean_of`), read a second time from the grammar.

In: the members and what each comes to. Out: a `Fraction`, `Absent` or `NotThere`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from fractions import Fraction

from tests.independent.figures import Absent, NotThere, number


def mean_of(parts: list[str] | Mapping[str, str], tolerance: str | None, mean: Callable[[str], Fraction]) -> Fraction:
    """The weighted mean of the members that are there; joint samples that differ beyond the tolerance stop it."""
    weights = dict.fromkeys(parts, "1") if isinstance(parts, list) else parts
    there: dict[str, Fraction] = {}
    for part in weights:
        with suppress(NotThere):
            there[part] = mean(part)
    if not there:
        raise NotThere
    values = list(there.values())
    plain, difference = sum(values) / len(values), max(values) - min(values)
    if tolerance is not None and len(values) == len(weights) and difference > number(tolerance) * plain:
        raise Absent("joint_sample_differs")
    weighed = sum((number(weights[part]) * value for part, value in there.items()), Fraction(0))
    return weighed / sum(number(weights[part]) for part in there)
