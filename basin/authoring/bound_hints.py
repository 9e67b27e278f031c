"""Bounds that are probably of another size than they were meant: percent as shares, shares as percent.

In: a typed clause, and which lines count in percent. Out: `Hint`s. Nothing is refused: a fall by half a percent, or a
mean of ten times its limit, may be meant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from basin.agreement import clause_path
from basin.authoring.hint import Hint
from basin.checks.percentages import is_in_percent
from basin.checks.places import places
from basin.checks.ranges import BOUNDS
from basin.clauses import Clause
from basin.measures import Measure
from basin.rounding import printed

SMALL_PERCENT = 1  # below it a bound in percent looks like a share: 0.1 where 10 was meant
LARGE_RATIO = 10  # from it a ratio looks like a number of percent: 80 where 0.8 was meant


@dataclass(frozen=True)
class Bound:
    """One bound that a clause states for a measure: of a test, or the end of a piece.

    Attributes
    ----------
    path : where it stands.
    measure : what is bounded.
    figure : the bound, in the unit of the measure.
    """

    path: str
    measure: Measure
    figure: Fraction


def bounds(clause: Clause) -> Iterator[Bound]:
    """Every bound of the tests of a clause, and of the pieces of its scale."""
    path = clause_path(clause.ref)
    for place in places(clause):
        for key in BOUNDS:
            figure = getattr(place.measure, key)
            if figure is not None:
                yield Bound(f"{path}.{place.name}.{key}", place.measure, figure)
    for i, piece in enumerate(clause.scale or ()):
        if clause.measure is not None and piece.bound is not None:
            key = "below" if piece.up_to is None else "up_to"
            yield Bound(f"{path}.scale.{i}.{key}", clause.measure, piece.bound)


def bound_hints(clause: Clause, lines: Mapping[str, bool]) -> Iterator[Hint]:
    """The bounds of a clause that look like percent written as shares, or shares as percent.

    Parameters
    ----------
    clause : typed.
    lines : by ref, whether a line counts in percent.
    """
    for bound in bounds(clause):
        if is_in_percent(bound.measure, lines) and 0 < abs(bound.figure) < SMALL_PERCENT:
            zh = f"这个数按百分数计，{printed(bound.figure)} 不到百分之一：百分之十写 10，不写 0.1"
            yield Hint(bound.path, zh, "less than one percent: ten percent is 10 here, not 0.1")
        elif bound.measure.expressed == "ratio" and abs(bound.figure) >= LARGE_RATIO:
            zh = f"这个数是比值，{printed(bound.figure)} 即 {printed(bound.figure)} 倍：百分之八十写 80%，不写 80"
            yield Hint(bound.path, zh, "ten times or more: eighty percent is 80% here, not 80")
