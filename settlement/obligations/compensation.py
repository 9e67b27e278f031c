"""Obligations (应付补偿款): who owes whom how much under which clause, to the fen.

In: an `Evaluator` and the span asked for. Out: obligations per clause and obligation period, each with its working, and
what stops. Sums are rounded once per (clause, period, sides); shares are split by largest remainders, so that they add
up. A positive amount goes from `pays` to `receives`, a negative one the other way. What remains when pools are paid out
and pairs are netted is in `settlement.obligations.transfers`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import pandas as pd

from basin.clauses import POOL, Proportion
from basin.draws import Number, exact
from basin.periods import ends_on, is_finer, overlap
from basin.rounding import FEN_PER_WAN, fen, printed, split, yuan
from settlement.clauses.evaluation import Evaluation, Evaluator
from settlement.clauses.sides import Shares, sides, without_share
from settlement.clauses.working import Step, readable, short
from settlement.obligations.obligation import Obligation, Stop
from settlement.obligations.transfers import Transfer, netted, remainder
from settlement.words import RULE_VALUES

FEN_PER_YUAN = 100


@dataclass(frozen=True)
class Due:
    """What one clause and period come to between two sides: `exact`, and `fen` rounded once, both in fen, signed."""

    clause: str
    period: pd.Period
    pays: Shares
    receives: Shares
    exact: Fraction
    fen: int
    steps: tuple[Step, ...]

    @property
    def into_pool(self) -> int:
        """1 where a positive sum flows into the pool, -1 where it flows out, 0 where it passes it by."""
        whole = ((POOL, Fraction(1)),)
        return int(self.receives == whole) - int(self.pays == whole)

    @property
    def rounded_up(self) -> Fraction:
        """By how much rounding favours the pool [fen]."""
        return self.into_pool * (self.fen - self.exact)


@dataclass(frozen=True)
class Compensation:
    """The obligations of a span, what stopped, and every evaluation behind them in the order of the text."""

    obligations: tuple[Obligation, ...]
    stops: tuple[Stop, ...]
    evaluations: tuple[Evaluation, ...]

    @property
    def transfers(self) -> dict[tuple[str, str], int]:
        """(payer, payee) → fen over the whole span, pools paid out, pairs netted."""
        return {(one.payer, one.payee): one.fen for one in self.netted}

    @property
    def netted(self) -> list[Transfer]:
        """The transfers with their working."""
        return list(netted(self.obligations, {stop.period for stop in self.stops if stop.clause == POOL}))


def compensation(ev: Evaluator, span: pd.Period) -> Compensation:
    """Obligations of every paying clause whose period lies in `span`; lines count where a paying clause uses them."""
    dues: list[Due] = []
    stops: list[Stop] = []
    for of, evaluations in _evaluations(ev, span):
        stops += [stop for e in evaluations if (stop := _stop(ev, of, e)) is not None]
        if not evaluations[0].clause.is_line and not _indicates(ev, evaluations[0].clause.ref, of):
            dues += _dues(ev, of, evaluations)
    obligations = [obligation for due in _closed_to_the_fen(dues) for obligation in _shared(due)]
    lines = {e.clause.ref for e in ev.kept.values() if e.clause.is_line}
    if all(stop.clause in lines for stop in stops):
        stops = []  # nobody who pays needed these lines
    stops += _pools_not_paid(ev, obligations, stops)
    return Compensation(tuple(obligations), tuple(stops), tuple(ev.kept.values()))


def balances(ev: Evaluator, span: pd.Period) -> dict[str, Number | None]:
    """What each party receives less what it pays [万元], unrounded, exact or as draws; None where a part stops.

    What the pool keeps stands under ``pool``: 0 where it closes.
    """
    balance: dict[str, Number | None] = {}
    for _, evaluations in _evaluations(ev, span):
        for e in (e for e in evaluations if not e.clause.is_line and (e.stopped or e.amount is not None)):
            for party, gain in _gains(ev, e):
                so_far = balance.get(party, Fraction(0))
                balance[party] = None if so_far is None or gain is None else so_far + gain
    return balance


def _gains(ev: Evaluator, e: Evaluation) -> Iterator[tuple[str, Number | None]]:
    """What each party of an evaluation gains [万元]; None where the amount, or its share in it, is not known."""
    for sign, side, shares in zip((-1, 1), (e.clause.pays, e.clause.receives), sides(ev, e), strict=True):
        if not shares and isinstance(side, Proportion):
            yield from ((party, None) for party in side.among)
        for party, share in shares:
            yield party, None if e.amount is None else sign * share * e.amount


def _evaluations(ev: Evaluator, span: pd.Period) -> Iterator[tuple[pd.Period, list[Evaluation]]]:
    """The evaluations of every clause and obligation period that fall due in `span`."""
    for ref in ev.agreement.refs:
        for of in _due_in(ev, ref, span):
            if evaluations := [ev.evaluation(ref, element) for element in ev.elements(ref, of)]:
                yield of, evaluations


def _due_in(ev: Evaluator, ref: str, span: pd.Period) -> list[pd.Period]:
    """The obligation periods of a clause that fall due in `span`: none that is longer, a whole term where it ends."""
    every = ev.agreement.every_of(ref)
    if ev.fixed is None and every == "term" and ends_on(span) < ends_on(ev.agreement.term):
        return []
    if ev.fixed is None and every != "term" and is_finer(span, every):
        return []
    return [of for of in ev.spans(ref, span) if overlap(of, ev.agreement.term)]


def _stop(ev: Evaluator, of: pd.Period, e: Evaluation) -> Stop | None:
    """Why an evaluation obliges nobody though it should; None where it does."""
    if e.stopped:
        return Stop(e.clause.ref, of, e.element.axes, e.reason or "absent")
    undecided = not e.excluded and not e.clause.is_line and not all(sides(ev, e))
    return Stop(e.clause.ref, of, e.element.axes, f"no_shares{_whose(ev, e)}") if undecided else None


def _whose(ev: Evaluator, e: Evaluation) -> str:
    """The parties whose number is negative or missing, where shares are measured."""
    parties = without_share(ev, e)
    return f": {' '.join(parties)}" if parties else ""


def _indicates(ev: Evaluator, ref: str, of: pd.Period) -> bool:
    """Whether the clause, or one it uses, is only looked at for a part of its period: nothing is owed for a part."""
    if ev.fixed is None:
        return False
    refs = {e.clause.ref: set(e.clause.refs) for e in ev.kept.values()}
    used, ahead = {ref}, refs.get(ref, set())
    while ahead := ahead - used:
        used |= ahead
        ahead = {other for one in ahead for other in refs.get(one, set())}
    every = [ev.agreement.every_of(one) for one in used if one in refs]
    return any(one == "term" or is_finer(of, one) for one in every)


def _dues(ev: Evaluator, of: pd.Period, evaluations: Sequence[Evaluation]) -> list[Due]:
    """One clause and period: amounts summed per pair of sides and rounded once; a stopped part stops its pair."""
    sums: dict[tuple[Shares, Shares], list[Fraction]] = defaultdict(list)
    stopped: set[tuple[Shares, Shares]] = set()
    for evaluation in evaluations:
        pair = sides(ev, evaluation)
        if evaluation.stopped or not all(pair):
            stopped.add(pair)
        elif evaluation.amount is not None:
            sums[pair].append(exact(evaluation.amount))
    clause, mode = evaluations[0].clause.ref, ev.agreement.money.mode
    return [_due(clause, of, pair, amounts, mode) for pair, amounts in sums.items() if pair not in stopped]


def _due(clause: str, of: pd.Period, pair: tuple[Shares, Shares], amounts: Sequence[Fraction], mode: str) -> Due:
    """The sum of some amounts [万元], rounded once, with both as working."""
    whole, there = sum(amounts, Fraction(0)), [amount for amount in amounts if amount]
    rounded = fen(whole, mode)
    steps = [Step("合计（万元）", " + ".join(map(_addend, there)), short(whole))] if len(there) > 1 else []
    turned = "；负数由收方付给付方" if rounded < 0 else ""
    expression = f"{readable(whole)} 万元 × {FEN_PER_WAN // FEN_PER_YUAN}{turned}"
    steps.append(Step(f"修约一次（元，{RULE_VALUES[mode][0]}）", expression, yuan(rounded)))
    return Due(clause, of, *pair, whole * FEN_PER_WAN, rounded, tuple(steps))


def _addend(amount: Fraction) -> str:
    return f"({readable(amount)})" if amount < 0 else readable(amount)


def _closed_to_the_fen(dues: Sequence[Due]) -> list[Due]:
    """What closes at zero exactly closes in fen, too: where roundings add up, the largest give way by one fen."""
    closed = list(dues)
    for of in dict.fromkeys(due.period for due in dues):
        pool = [i for i, due in enumerate(closed) if due.period == of and due.into_pool]
        if sum(closed[i].into_pool * closed[i].exact for i in pool) != 0:
            continue
        rest = sum(closed[i].into_pool * closed[i].fen for i in pool)
        too_much = sorted(pool, key=lambda i: closed[i].rounded_up * (-1 if rest > 0 else 1))
        for i in too_much[: abs(rest)]:
            closed[i] = _giving_way(closed[i], rest)
    return closed


def _giving_way(due: Due, rest: int) -> Due:
    """One fen less for the pool where roundings left `rest` fen too much in it, one more where too little."""
    change = -due.into_pool if rest > 0 else due.into_pool
    left = (
        f"各款都不修约时资金池收支相等，修约后{'多收' if rest > 0 else '少收'} {yuan(abs(rest))} 元，修约差最大的调一分"
    )
    step = Step(
        "资金池平账（元）", f"{yuan(due.fen)} {'+' if change > 0 else '−'} 0.01；{left}", yuan(due.fen + change)
    )
    return replace(due, fen=due.fen + change, steps=(*due.steps, step))


def _shared(due: Due) -> list[Obligation]:
    """The fen from the shares of one side to those of the other; a negative sum goes the other way."""
    pays, receives = (due.pays, due.receives) if due.fen >= 0 else (due.receives, due.pays)
    pairs = [(a, b, exact(share_a * share_b)) for a, share_a in pays for b, share_b in receives]
    parts = split(abs(due.fen), [share for *_, share in pairs])
    return [
        Obligation(due.clause, due.period, payer, payee, part, (*due.steps, *_of_share(abs(due.fen), share, part)))
        for (payer, payee, share), part in zip(pairs, parts, strict=True)
        if part and payer != payee
    ]


def _of_share(whole: int, share: Fraction, part: int) -> Iterator[Step]:
    """How a share of the fen was cut, where several share."""
    if share != 1:
        cut = f"{yuan(whole)} × {readable(share)}{remainder(part - whole * share)}"
        yield Step("份额（元）", cut, yuan(part))


def _pools_not_paid(ev: Evaluator, obligations: Sequence[Obligation], stops: Sequence[Stop]) -> list[Stop]:
    """Pools that are not paid out: a clause of the pool stopped, or it does not close at zero (the rest is named)."""
    of_the_pool = {e.clause.ref for e in ev.kept.values() if POOL in (e.clause.pays, e.clause.receives)}
    found = []
    for of in dict.fromkeys(o.period for o in obligations if POOL in (o.payer, o.payee)):
        stopped = [stop.clause for stop in stops if stop.period == of and stop.clause in of_the_pool]
        into = sum(o.fen for o in obligations if o.period == of and o.payee == POOL)
        out = sum(o.fen for o in obligations if o.period == of and o.payer == POOL)
        if stopped:
            found.append(Stop(POOL, of, (), f"pool_incomplete: {stopped[0]}"))
        elif into != out:
            rest, into_wan, out_wan = (printed(Fraction(each, FEN_PER_WAN)) for each in (into - out, into, out))
            found.append(Stop(POOL, of, (), f"pool_not_closed: {rest} 万元（收 in {into_wan}，支 out {out_wan}）"))
    return found
