"""Leagues (排名): places by the sum of ranks, with a stated tie-break.

In: ref → party → number (exact or draws), and the rank measure. Out: the place of one party, or the places it takes
together with those it is tied with, and how they came about. It moves no money.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from basin.draws import Draws, Number, Truth, above, below, chosen, floats, holds_all, holds_any, number_of, same
from basin.measures import SHARE_PLACE, Measure
from basin.rounding import printed
from basin.scales import Piece, applied, scaled
from settlement.clauses.values import Value
from settlement.clauses.working import Trail

ONE = Fraction(1)
Table = Mapping[str, Mapping[str, Number]]


@dataclass(frozen=True)
class Placed:
    """The place of a party, 1 the best, and how it came about.

    Attributes
    ----------
    first, last : the places that the party and those tied with it take together; the same where nobody is tied.
    how : the expression.
    """

    first: Number
    last: Number
    how: str

    @property
    def is_tied(self) -> Truth:
        """Whether anybody has the same standing."""
        return above(self.last, self.first)


def place(party: str, table: Table, measure: Measure) -> Placed:
    """The place of a party among all, or the places it takes together with those that nothing sets apart from it.

    Parameters
    ----------
    party : whose place.
    table : ref → party → number; the same parties under every ref.
    measure : its `of` are the refs whose ranks are summed; `first` says whether the lowest or the highest number is
        best; among `ties` are the refs that break a tie.
    """
    refs = tuple(measure.of or ())
    ranks = {ref: _ranks(table[ref], measure.first or "lowest") for ref in refs}
    sums = {other: _sum_of_ranks(other, ranks) for other in table[refs[0]]}
    sign = -1 if measure.first == "highest" else 1
    breakers = [table[ref] for ref in measure.tie_breakers]
    standing = {other: _standing(other, sums, breakers, sign) for other in sums}
    ahead = sum((_before(standing[other], standing[party]) for other in sums), Fraction(0))
    level = sum((_level(standing[other], standing[party]) for other in sums), Fraction(0))
    parts = " + ".join(f"{ref} 第 {ranks[ref][party]}" for ref in refs)
    stops = above(level, 1) is True and SHARE_PLACE not in measure.ties
    how = f"{parts} = {sums[party]}，" + (f"{level} 方并列" if stops else f"前有 {ahead} 方")
    return Placed(ahead + 1, ahead + level, how)


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


def shared_place(pieces: Sequence[Piece], tied: Value, trail: Trail) -> Value:
    """A place where all places that those tied take together are paid the same; else absent as it was.

    Parameters
    ----------
    pieces : of the scale that pays by the place.
    tied : its least and greatest are the places taken together.
    trail : receives the working.
    """
    first = tied.least
    last = tied.greatest
    if first is None or last is None:
        return tied
    place = chosen(_alike(pieces, first, last), first, None)
    if place is None:
        return tied
    if tied.number is None:
        trail.note("并列", f"第 {printed(first)} 至 {printed(last)} 名金额相同", printed(place))
    return Value(place)


def _alike(pieces: Sequence[Piece], first: Number, last: Number) -> Truth:
    """Whether all places from `first` to `last` come to the same amount."""
    outcomes: list[Truth | None] = [True]
    for further in range(1, int(np.max(floats(last - first))) + 1):
        place = first + further
        equal = same(_amount(pieces, place), _amount(pieces, first))
        outcomes.append(holds_any([above(place, last), equal]))
    alike = holds_all(outcomes)
    assert alike is not None  # places are never absent
    return alike


def _amount(pieces: Sequence[Piece], place: Number) -> Number:
    if isinstance(place, Draws):
        return scaled(pieces, place)
    covering = applied(pieces, place)
    assert covering is not None  # the last piece is open, or the scale was refused
    return covering.amount
