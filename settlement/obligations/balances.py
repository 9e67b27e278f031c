"""Balances: what each party receives less what it pays, unrounded, exact or as draws, for what-ifs and forecasts.

In: an `Evaluator`, on exact figures or on draws, and a span. Out: 万元 per party. Nothing is rounded to the fen here,
and nobody owes a balance: obligations are `settlement.obligations.compensation`'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import pandas as pd

from basin.clauses import Proportion, Side
from basin.draws import Number
from settlement.clauses.context import Evaluation, Shares
from settlement.clauses.evaluation import Evaluator
from settlement.obligations.falling_due import due_in


def balances(evaluator: Evaluator, span: pd.Period) -> dict[str, Number | None]:
    """What each party receives less what it pays [万元], unrounded, exact or as draws; None where a part stops.

    What the pool keeps stands under ``pool``: 0 where it closes.
    """
    balance: dict[str, Number | None] = {}
    for due in due_in(evaluator, span):
        for evaluation in due.evaluations:
            for party, gain in _gains(evaluation):
                so_far = balance.get(party, Fraction(0))
                balance[party] = None if so_far is None or gain is None else so_far + gain
    return balance


def _gains(evaluation: Evaluation) -> Iterator[tuple[str, Number | None]]:
    """What each party of an evaluation gains [万元]; None where the amount, or its share in it, is not known."""
    clause = evaluation.clause
    if not clause.is_line and (evaluation.stopped or evaluation.amount is not None):
        yield from _gains_of_side(evaluation, clause.pays, evaluation.sides.pays, -1)
        yield from _gains_of_side(evaluation, clause.receives, evaluation.sides.receives, 1)


def _gains_of_side(
    evaluation: Evaluation, side: Side | None, shares: Shares | None, sign: int
) -> Iterator[tuple[str, Number | None]]:
    """What each party on one side gains [万元]; `sign` is 1 for those who receive, -1 for those who pay."""
    amount = evaluation.amount
    if shares is not None:
        for party, share in shares:
            yield party, None if amount is None else sign * share * amount
    elif isinstance(side, Proportion):
        for party in side.among:
            yield party, None
