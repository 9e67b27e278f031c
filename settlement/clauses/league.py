"""Leagues (排名): places by the sum of ranks, with a stated tie-break.

In: ref → party → number (exact or draws), and the rank measure. Out: the place of one party, absent where a tie stays
undecided, and how it came about. It moves no money.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from basin.draws import Number, Truth, above, below, chosen, number_of, same
from basin.measures import Measure

ONE = Fraction(1)
Table = Mapping[str, Mapping[str, Number]]


def place(party: str, table: Table, measure: Measure) -> tuple[Number | None, str]:
    """The place of `party`, 1 the best; absent for a tie that the agreement does not break (`ties: same` shares it)."""
    by = tuple(measure.of or ())
    ranks = {ref: _ranks(table[ref], measure.first or "lowest") for ref in by}
    sums = {p: sum((ranks[ref][p] for ref in by), Fraction(0)) for p in table[by[0]]}
    sign = -1 if measure.first == "highest" else 1
    breakers = [table[ref] for ref in measure.ties if ref != "same"]
    standing = {p: (sums[p], *(sign * breaker[p] for breaker in breakers)) for p in sums}
    ahead = sum((_before(standing[p], standing[party]) for p in sums), Fraction(0))
    level = sum((_level(standing[p], standing[party]) for p in sums), Fraction(0))
    parts = " + ".join(f"{ref} 第 {ranks[ref][party]}" for ref in by)
    tied: Truth = above(level, 1) if "same" not in measure.ties else False
    how = f"{parts} = {sums[party]}，" + (f"{level} 方并列" if tied is True else f"前有 {ahead} 方")
    return chosen(tied, None, ahead + 1), how


def _ranks(values: Mapping[str, Number], first: str) -> dict[str, Number]:
    """Place of each party by one number; equal numbers share the better place."""
    sign = 1 if first == "lowest" else -1
    own = {party: sign * value for party, value in values.items()}
    return {party: sum((number_of(below(other, mine)) for other in own.values()), ONE) for party, mine in own.items()}


def _before(one: Sequence[Number], other: Sequence[Number]) -> Number:
    """1 where a standing comes before another, number by number; else 0."""
    if not one:
        return Fraction(0)
    return number_of(below(one[0], other[0])) + number_of(same(one[0], other[0])) * _before(one[1:], other[1:])


def _level(one: Sequence[Number], other: Sequence[Number]) -> Number:
    """1 where two standings are the same; else 0."""
    return number_of(same(one[0], other[0])) * _level(one[1:], other[1:]) if one else ONE
