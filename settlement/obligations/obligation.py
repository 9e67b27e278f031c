"""What compensation decides: an obligation (应付补偿款) between two parties, and a clause that stopped."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from settlement.clauses.working import Step


@dataclass(frozen=True)
class Obligation:
    """`payer` owes `payee` `fen` (> 0) under one clause for one period; the pool may stand on either side.

    `steps` tell how the fen came about: the sum, the one rounding, what gave way, the share.
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
