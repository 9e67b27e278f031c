"""Sums that are paid more often, or multiplied by more, than anybody means.

In: a typed clause. Out: `Hint`s. A sum that is settled by conditions may well be due each month, so only sums that
nothing decides are told.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from basin.agreement import clause_path
from basin.authoring.hint import Hint
from basin.clauses import TIME_AXES, Clause
from basin.dated import join
from basin.rounding import printed
from basin.written.numbers import exact

LARGE_FACTOR = 10  # no agreement known multiplies by more; 80 is then a percentage without its sign


def repeated_sum_hints(clause: Clause) -> Iterator[Hint]:
    """A lump sum that falls due once for each day or month of the period, and factors of more than ten."""
    path = clause_path(clause.ref)
    for axis in sorted(clause.each.keys() & TIME_AXES):
        if _is_a_lump_sum(clause):
            zh = f"没有 measure 和条件，这笔金额按 each 逐 {axis} 重复：只付一次的删去 each"
            yield Hint(f"{path}.each.{axis}", zh, f"the sum is due anew each {axis}: leave the axis out to pay it once")
    for factor in map(_number, clause.times):
        if factor is not None and abs(factor) > LARGE_FACTOR:
            zh = f"系数 {printed(factor)} 大于 10：百分之八十写 80%，不写 80"
            yield Hint(join(path, "times"), zh, "a factor above ten: eighty percent is 80%, not 80")


def _is_a_lump_sum(clause: Clause) -> bool:
    """Whether an amount is stated that neither a measure nor a condition decides."""
    states_an_amount = any(piece.amount for piece in clause.scale or ())
    return clause.measure is None and states_an_amount and not clause.when and not clause.unless and not clause.is_line


def _number(text: str) -> Fraction | None:
    """A factor that is written as a number; None for the ref of a line."""
    try:
        return exact(text)
    except ValueError:
        return None
