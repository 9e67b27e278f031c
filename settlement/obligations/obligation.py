"""What compensation decides: what is due between two sides, an obligation (应付补偿款) between two parties, and a stop.

Frozen records; how they are decided is in `settlement.obligations.compensation`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

import pandas as pd

from basin.clauses import POOL
from settlement.clauses.context import Sides
from settlement.clauses.working import Step


@dataclass(frozen=True)
class Due:
    """What one clause and period come to between two sides: `exact`, and `fen` rounded once, both in fen, signed.

    `unit` [fen] is what the rounded sum is a multiple of.
    """

    clause: str
    period: pd.Period
    sides: Sides
    exact: Fraction
    fen: int
    steps: tuple[Step, ...]
    unit: int = 1

    @property
    def into_pool(self) -> int:
        """1 where a positive sum flows into the pool, -1 where it flows out, 0 where it passes it by."""
        whole = ((POOL, Fraction(1)),)
        return int(self.sides.receives == whole) - int(self.sides.pays == whole)

    @property
    def rounded_up(self) -> Fraction:
        """By how much rounding favours the pool [fen]."""
        return self.into_pool * (self.fen - self.exact)


@dataclass(frozen=True)
class Obligation:
    """`payer` owes `payee` `fen` (> 0) under one clause for one period; the pool may stand on either side.

    `steps` say how the fen came about: the sum, the one rounding, what gave way, the share.
    """

    clause: str
    period: pd.Period
    payer: str
    payee: str
    fen: int
    steps: tuple[Step, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class Stop:
    """Why a clause, or the pool (`clause` is ``pool``), gives no obligation for a period."""

    clause: str
    period: pd.Period
    element: tuple[tuple[str, str], ...]
    reason: str


UNIT_NAMES = {1: "一分", 100: "一元", 1_000_000: "一万元"}


def remainder(rest: Fraction, unit: int) -> str:
    """What largest remainders did to a share: given a unit more than the exact part, or less by what was cut off.

    Parameters
    ----------
    rest : [fen] the part less the exact part. unit : [fen] what parts are multiples of.
    """
    if not rest:
        return ""
    name = UNIT_NAMES[unit]
    return f"，不足{name}，余数较大，进{name}" if rest > 0 else f"，不足{name}，余数较小，舍去"
