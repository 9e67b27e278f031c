"""Leagues (排名): places by the sum of ranks, with a stated tie-break.

In: ref → party → number, and the rank measure. Out: the place of one party, or none where a tie stays undecided, and
how it came about. It moves no money.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from basin.measures import Measure

Table = Mapping[str, Mapping[str, Fraction]]


def place(party: str, table: Table, measure: Measure) -> tuple[int | None, str]:
    """The place of `party`, 1 the best; None for a tie that the agreement does not break (`ties: same` shares it)."""
    by = tuple(measure.of or ())
    ranks = {ref: _ranks(table[ref], measure.first or "lowest") for ref in by}
    sums = {p: sum(ranks[ref][p] for ref in by) for p in table[by[0]]}
    sign = -1 if measure.first == "highest" else 1
    breakers = [table[ref] for ref in measure.ties if ref != "same"]

    def standing(p: str) -> tuple[Fraction, ...]:
        return (Fraction(sums[p]), *(sign * breaker[p] for breaker in breakers))

    ahead = sum(standing(p) < standing(party) for p in sums)
    level = sum(standing(p) == standing(party) for p in sums)
    parts = " + ".join(f"{ref} 第 {ranks[ref][party]}" for ref in by)
    if level > 1 and "same" not in measure.ties:
        return None, f"{parts} = {sums[party]}，{level} 方并列"
    return ahead + 1, f"{parts} = {sums[party]}，前有 {ahead} 方"


def _ranks(values: Mapping[str, Fraction], first: str) -> dict[str, int]:
    """Place of each party by one number; equal numbers share the better place."""
    sign = 1 if first == "lowest" else -1
    return {party: 1 + sum(sign * other < sign * own for other in values.values()) for party, own in values.items()}
