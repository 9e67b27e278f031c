"""Obligations (应付补偿款): who owes whom how much under which clause, to the fen.

In: an `Evaluator` and the span asked for. Out: obligations per clause and obligation period, each with its working, and
what stops. Sums are rounded once per (clause, period, sides); shares are split by largest remainders, so that they add
up. A positive amount goes from `pays` to `receives`, a negative one the other way. How pools close is in
`settlement.obligations.pools`; what remains when pools are paid out and pairs are netted, in
`settlement.obligations.transfers`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from basin.clauses import POOL, MoneyRules
from basin.draws import exact
from basin.rounding import FEN_PER_WAN, YUAN_PER_WAN, fen, split, yuan
from settlement.clauses.context import Evaluation, Sides
from settlement.clauses.evaluation import Evaluator
from settlement.clauses.working import Step, readable, short
from settlement.obligations.computable import computable, refuse_too_much
from settlement.obligations.falling_due import Evaluated, due_in, indicates
from settlement.obligations.obligation import Due, Obligation, Stop, remainder
from settlement.obligations.pools import closed_to_the_fen, pools_not_paid
from settlement.obligations.transfers import PairAmount, netted
from settlement.words import RULE_VALUES


@dataclass(frozen=True)
class Compensation:
    """The obligations of a span, what stopped, and every evaluation behind them in the order they were made."""

    obligations: tuple[Obligation, ...]
    stops: tuple[Stop, ...]
    evaluations: tuple[Evaluation, ...]
    unit: int = 1  # [fen]

    @property
    def transfers(self) -> dict[tuple[str, str], int]:
        """(payer, payee) → fen over the whole span, pools paid out, pairs netted."""
        return {(transfer.payer, transfer.payee): transfer.fen for transfer in self.netted}

    @property
    def netted(self) -> list[PairAmount]:
        """The pair amounts with their working."""
        not_paid = {stop.period for stop in self.stops if stop.clause == POOL}
        return list(netted(self.obligations, not_paid, self.unit))


def compensation(evaluator: Evaluator, span: pd.Period) -> Compensation:
    """Obligations of every paying clause whose period lies in `span`; lines count where a paying clause uses them.

    Raises
    ------
    AgreementError : the clauses come to no number that can be written and posted (`settlement.obligations.computable`).
    """
    with computable(evaluator.agreement.file):
        return _compensation(evaluator, span)


def _compensation(evaluator: Evaluator, span: pd.Period) -> Compensation:
    dues: list[Due] = []
    stops: list[Stop] = []
    for due in due_in(evaluator, span):
        for evaluation in due.evaluations:
            stop = _stop(due.period, evaluation)
            stops += [] if stop is None else [stop]
        if not due.is_line and not indicates(evaluator, due):
            dues += _sums(due, evaluator.agreement.money)
    for sum_of_clause in dues:
        refuse_too_much(sum_of_clause.fen, evaluator.agreement.file, sum_of_clause.clause)
    obligations = [obligation for due in closed_to_the_fen(dues) for obligation in _shared(due)]
    evaluations = tuple(evaluator.made.values())
    lines = {evaluation.clause.ref for evaluation in evaluations if evaluation.clause.is_line}
    if all(stop.clause in lines for stop in stops):
        stops = []  # nobody who pays needed these lines
    stops += pools_not_paid(evaluations, obligations, stops)
    return Compensation(tuple(obligations), tuple(stops), evaluations, evaluator.agreement.money.unit)


def _stop(of: pd.Period, evaluation: Evaluation) -> Stop | None:
    """Why an evaluation obliges nobody though it should; None where it does."""
    clause = evaluation.clause
    axes = evaluation.element.axes
    if evaluation.stopped:
        return Stop(clause.ref, of, axes, evaluation.reason or "absent")
    if evaluation.excluded or clause.is_line or evaluation.sides.determined:
        return None
    without_share = evaluation.sides.without_share
    return Stop(clause.ref, of, axes, f"no_shares: {' '.join(without_share)}" if without_share else "no_shares")


def _sums(due: Evaluated, money: MoneyRules) -> list[Due]:
    """One clause and period: amounts summed per pair of sides and rounded once; a stopped part stops its pair."""
    amounts: dict[Sides, list[Fraction]] = defaultdict(list)
    stopped: set[Sides] = set()
    for evaluation in due.evaluations:
        sides = evaluation.sides
        if evaluation.stopped or not sides.determined:
            stopped.add(sides)
        elif evaluation.amount is not None:
            amounts[sides].append(exact(evaluation.amount))
    return [_sum(due, sides, of_pair, money) for sides, of_pair in amounts.items() if sides not in stopped]


def _sum(due: Evaluated, sides: Sides, amounts: Sequence[Fraction], money: MoneyRules) -> Due:
    """The sum of some amounts [万元], rounded once, with both as working."""
    whole = sum(amounts, Fraction(0))
    addends = [amount for amount in amounts if amount]
    rounded = fen(whole, money.mode, money.unit)
    steps = [Step("合计（万元）", " + ".join(map(_addend, addends)), short(whole))] if len(addends) > 1 else []
    turned = "；负数由收方付给付方" if rounded < 0 else ""
    expression = f"{readable(whole)} 万元 × {YUAN_PER_WAN}{turned}"
    to_place = "" if money.place == "fen" else f"取整到{RULE_VALUES['money.place', money.place][0]}，"
    way = RULE_VALUES["money.mode", money.mode][0]
    steps.append(Step(f"修约一次（元，{to_place}{way}）", expression, yuan(rounded)))
    return Due(due.ref, due.period, sides, whole * FEN_PER_WAN, rounded, tuple(steps), money.unit)


def _addend(amount: Fraction) -> str:
    return f"({readable(amount)})" if amount < 0 else readable(amount)


@dataclass(frozen=True)
class _Pair:
    """A payer and a payee, and which share of the whole sum passes between them."""

    payer: str
    payee: str
    share: Fraction


def _shared(due: Due) -> list[Obligation]:
    """The fen from the shares of one side to those of the other; a negative sum goes the other way."""
    whole = abs(due.fen)
    pairs = list(_pairs(due.sides) if due.fen >= 0 else _pairs(due.sides.turned))
    parts = split(whole, [pair.share for pair in pairs], due.unit)
    obligations = []
    for pair, part in zip(pairs, parts, strict=True):
        if part and pair.payer != pair.payee:
            steps = (*due.steps, *_of_share(due, pair.share, part))
            obligations.append(Obligation(due.clause, due.period, pair.payer, pair.payee, part, steps))
    return obligations


def _pairs(sides: Sides) -> Iterator[_Pair]:
    """Every payer with every payee."""
    for payer, share_paid in sides.pays or ():
        for payee, share_received in sides.receives or ():
            yield _Pair(payer, payee, exact(share_paid * share_received))


def _of_share(due: Due, share: Fraction, part: int) -> Iterator[Step]:
    """How a share of the fen was cut, where several share."""
    whole = abs(due.fen)
    if share != 1:
        cut = f"{yuan(whole)} × {readable(share)}{remainder(part - whole * share, due.unit)}"
        yield Step("份额（元）", cut, yuan(part))
