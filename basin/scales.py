"""Scales (计算标准): how a measured number becomes money or points.

In: pieces and a value, either exact (what is paid) or draws (confidence, forecasts, what-ifs). Out: the amount in the
unit of the pieces (万元 or points). The same code serves both worlds (`basin.draws`). It does not know where the value
came from, nor who pays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, inf
from typing import Annotated, Literal, overload

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, ConfigDict

from basin.draws import Array, Draws, margin
from basin.ranges import ANY, Bound, Range, around, exactly
from basin.written.numbers import exact

Figure = Annotated[Fraction, BeforeValidator(exact)]
STEP_DECIMALS = 9  # of draws: (0.6 − 0.1)/0.1 in float64 must not start a sixth step


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One piece: ``amount + rate × n`` with ``n = (value − origin)/per``, for values ``up_to`` (≤) or ``below`` (<).

    A negative `per` counts downwards from the origin: 1.6 short of it by ``per: -1`` is n = 1.6, two started steps. A
    piece with `steps` on whose values n could be negative is refused where agreements are checked.
    """

    __pydantic_config__ = ConfigDict(extra="forbid", arbitrary_types_allowed=True)

    amount: Figure = Fraction(0)
    rate: Figure = Fraction(0)
    origin: Figure = Fraction(0)
    per: Figure = Fraction(1)
    steps: Literal["started", "completed"] | None = None
    up_to: Figure | None = None
    below: Figure | None = None

    @property
    def bound(self) -> Fraction | None:
        """Where the piece ends, whether or not the end belongs to it; None for an open piece."""
        return self.up_to if self.up_to is not None else self.below


@dataclass(frozen=True)
class Applied:
    """The piece that applied to an exact value: its place, the steps n, and the amount."""

    position: int
    piece: Piece
    n: Fraction
    amount: Fraction


def applied(pieces: Sequence[Piece], value: Fraction) -> Applied | None:
    """The first piece that covers an exact value; None where none does (a gap in the scale)."""
    for position, piece in enumerate(pieces):
        if covers(piece, value):
            n = _steps(piece, value)
            return Applied(position, piece, n, piece.amount + piece.rate * n if piece.rate else piece.amount)
    return None


def amounts_between(pieces: Sequence[Piece], value: Range) -> Range:
    """The range of the amounts that a scale gives for the values of a range."""
    reached = [(piece, part.within(value)) for piece, part in zip(pieces, parts(pieces), strict=True)]
    return around(_of_piece(piece, values) for piece, values in reached if not values.is_empty)


def parts(pieces: Sequence[Piece]) -> list[Range]:
    """The values that each piece of a scale covers: above where the piece before it ends, up to its own end."""
    covered: list[Range] = []
    start: Bound = -inf
    without_start = False
    for piece in pieces:
        end = inf if piece.bound is None else piece.bound
        covered.append(Range(start, end, without_start, piece.up_to is None and piece.below is not None))
        start = end
        without_start = piece.up_to is not None
    return covered


def _of_piece(piece: Piece, values: Range) -> Range:
    if piece.per == 0:
        return ANY
    n = values.minus(exactly(piece.origin)).times(exactly(1 / piece.per))
    n = Range(n.least, n.greatest)
    if piece.steps is not None:
        whole = ceil if piece.steps == "started" else floor
        n = n.mapped(lambda end: Fraction(whole(end)))
    return n.times(exactly(piece.rate)).plus(exactly(piece.amount))


def scaled(pieces: Sequence[Piece], values: Draws) -> Draws:
    """Amounts for draws of any shape: each by the first piece that covers it; nan where none does."""
    if len(pieces) == 1 and pieces[0].bound is None:
        return Draws(_amounts(pieces[0], values.values))
    conditions = [_covered(piece, values.values) for piece in pieces]
    return Draws(np.select(conditions, [_amounts(piece, values.values) for piece in pieces], default=np.nan))


def covers(piece: Piece, value: Fraction) -> bool:
    """Whether the piece's bound covers an exact value."""
    within = piece.up_to is None or value <= piece.up_to
    return within and (piece.below is None or value < piece.below)


def _covered(piece: Piece, values: Array) -> NDArray[np.bool_]:
    """`covers` for each draw, noise at the bound aside; an absent draw is never covered."""
    if piece.bound is None:
        return ~np.isnan(values)
    bound = float(piece.bound)
    return values <= bound + margin(bound) if piece.up_to is not None else values < bound - margin(bound)


def _steps(piece: Piece, value: Fraction) -> Fraction:
    n = value - piece.origin if piece.origin else value
    n = n / piece.per if piece.per != 1 else n
    if piece.steps is None:
        return n
    return Fraction(ceil(n) if piece.steps == "started" else floor(n))


def _amounts(piece: Piece, values: Array) -> Array:
    """The piece on draws; factors that change nothing are left out, which halves the passes over a large array."""
    if not piece.rate:
        return np.where(np.isnan(values), np.nan, float(piece.amount))
    n = values - float(piece.origin) if piece.origin else values
    n = n / float(piece.per) if piece.per != 1 else n
    if piece.steps:
        n = (np.ceil if piece.steps == "started" else np.floor)(np.round(n, STEP_DECIMALS))
    amounts = n * float(piece.rate)
    return amounts + float(piece.amount) if piece.amount else amounts


@overload
def capped(amount: Fraction, cap: Fraction | None) -> Fraction: ...
@overload
def capped(amount: Draws, cap: Fraction | None) -> Draws: ...
def capped(amount: Fraction | Draws, cap: Fraction | None) -> Fraction | Draws:
    """The amount bounded to ± `cap`; unbounded without one."""
    if cap is None:
        return amount
    if isinstance(amount, Fraction):
        return max(-cap, min(cap, amount))
    return Draws(np.clip(amount.values, -float(cap), float(cap)))
