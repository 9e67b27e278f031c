"""Leagues (排名): places by the sum of ranks, with a stated tie-break.

In: ref → party → number (exact or draws), and the rank measure. Out: the place of one party, absent where a tie stays
undecided, and how it came about. It moves no money.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from basin.draws import Number, Truth, above, below, chosen, number_of, same
from basin.measures import Measure

ONE = Fraction(1)
Table = Mapping[str, Mapping[str, Number]]


def place(party: str, table: Table, measure: Measure) -> tuple[Number | None, str]:
    """The place of a party, 1 the best, and how it came about.

    Parameters
    ----------
    party : whose place.
    table : ref → party → number; the same parties under every ref.
    measure : its `of` are the refs whose ranks are summed; `first` says whether the lowest or the highest number is
        best; `ties` are the refs that break a tie, or ``same``, by which the parties share a place.

    Returns
    -------
    The place, absent for a tie that the agreement does not break; and the expression.
    """
    refs = tuple(measure.of or ())
    ranks = {ref: _ranks(table[ref], measure.first or "lowest") for ref in refs}
    sums = {other: _sum_of_ranks(other, ranks) for other in table[refs[0]]}
    sign = -1 if measure.first == "highest" else 1
    breakers = [table[ref] for ref in measure.ties if ref != "same"]
    standing = {other: _standing(other, sums, breakers, sign) for other in sums}
    ahead = sum((_before(standing[other], standing[party]) for other in sums), Fraction(0))
    level = sum((_level(standing[other], standing[party]) for other in sums), Fraction(0))
    parts = " + ".join(f"{ref} 第 {ranks[ref][party]}" for ref in refs)
    tied: Truth = above(level, 1) if "same" not in measure.ties else False
    how = f"{parts} = {sums[party]}，" + (f"{level} 方并列" if tied is True else f"前有 {ahead} 方")
    return chosen(tied, None, ahead + 1), how


def _sum_of_ranks(party: str, ranks: Table) -> Number:
    return sum((of_ref[party] for of_ref in ranks.values()), Fraction(0))


def _standing(
    party: str, sums: Mapping[str, Number], breakers: Sequence[Mapping[str, Number]], sign: int
) -> tuple[Number, ...]:
    """The numbers a party is placed by, first the sum of ranks, then each tie-break; the lower the better."""
    return (sums[party], *(sign * breaker[party] for breaker in breakers))


def _ranks(values: Mapping[str, Number], first: str) -> dict[str, Number]:
    """Place of each party by one number; equal numbers share the better place."""
    sign = 1 if first == "lowest" else -1
    numbers = {party: sign * value for party, value in values.items()}
    return {party: _rank(number, numbers.values()) for party, number in numbers.items()}


def _rank(number: Number, numbers: Iterable[Number]) -> Number:
    return sum((number_of(below(other, number)) for other in numbers), ONE)


def _before(standing: Sequence[Number], other: Sequence[Number]) -> Number:
    """1 where a standing comes before another, number by number; else 0."""
    if not standing:
        return Fraction(0)
    decided = number_of(below(standing[0], other[0]))
    return decided + number_of(same(standing[0], other[0])) * _before(standing[1:], other[1:])


def _level(standing: Sequence[Number], other: Sequence[Number]) -> Number:
    """1 where two standings are the same; else 0."""
    return number_of(same(standing[0], other[0])) * _level(standing[1:], other[1:]) if standing else ONE
