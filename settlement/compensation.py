"""Obligations (应付补偿款): who owes whom how much under which clause, to the fen.

In: an `Evaluator` and the span asked for. Out: obligations per clause and obligation period, what stops, and the
transfers that remain when pools are paid out and pairs are netted. Sums are rounded once per (clause, period, sides);
shares are split by largest remainders, so that they add up. A positive amount goes from `pays` to `receives`, a
negative one the other way.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from basin.agreement import Proportion, Side
from basin.measures import Measure
from basin.periods import is_finer
from basin.rounding import fen, printed, split, yuan
from settlement.elements import Element
from settlement.evaluation import Evaluation, Evaluator
from settlement.other_clauses import line
from settlement.trail import Trail

POOL = "pool"
Shares = tuple[tuple[str, Fraction], ...]


@dataclass(frozen=True)
class Obligation:
    """`payer` owes `payee` `fen` (> 0) under one clause for one period; the pool may stand on either side."""

    clause: str
    period: pd.Period
    payer: str
    payee: str
    fen: int


@dataclass(frozen=True)
class Stop:
    """Why a clause, or the pool (clause ""), gives no obligation for a period."""

    clause: str
    period: pd.Period
    element: tuple[tuple[str, str], ...]
    reason: str


@dataclass(frozen=True)
class Compensation:
    """The obligations of a span, what stopped, and every evaluation behind them in the order of the text."""

    obligations: tuple[Obligation, ...]
    stops: tuple[Stop, ...]
    evaluations: tuple[Evaluation, ...]

    @property
    def transfers(self) -> dict[tuple[str, str], int]:
        """(payer, payee) → fen over the whole span, pools paid out, pairs netted."""
        net: dict[tuple[str, str], int] = defaultdict(int)
        stopped = {stop.period for stop in self.stops}
        for of in dict.fromkeys(o.period for o in self.obligations):
            due = [o for o in self.obligations if o.period == of]
            for o in due:
                if POOL not in (o.payer, o.payee):
                    net[o.payer, o.payee] += o.fen
            if of not in stopped:
                for pair, amount in paid_out(positions(due)).items():
                    net[pair] += amount
        return _netted(net)


def compensation(ev: Evaluator, span: pd.Period) -> Compensation:
    """Obligations of every paying clause whose period lies in `span`; lines are evaluated where they are used."""
    obligations: list[Obligation] = []
    stops: list[Stop] = []
    for ref in ev.agreement.refs:
        for of in ev.spans(ref, span):
            evaluations = [ev.evaluation(ref, element) for element in ev.elements(ref, of)]
            stops += [Stop(ref, of, e.element.axes, e.reason or "absent") for e in evaluations if e.stopped]
            if evaluations and not evaluations[0].clause.is_line and not _indicates(ev, ref, of):
                obligations += _obligations(ev, of, evaluations)
    stops += _open_pools(obligations, stops)
    return Compensation(tuple(obligations), tuple(stops), tuple(ev.kept.values()))


def _indicates(ev: Evaluator, ref: str, of: pd.Period) -> bool:
    """Whether the clause is only looked at for a part of its own period: nothing is owed for a part."""
    every = ev.agreement.every_of(ref)
    return ev.fixed is not None and (every == "term" or is_finer(of, every))


def _obligations(ev: Evaluator, of: pd.Period, evaluations: Sequence[Evaluation]) -> list[Obligation]:
    """One clause and period: amounts summed per pair of sides, rounded once, shared; a stopped part stops them."""
    sums: dict[tuple[Shares, Shares], Fraction] = defaultdict(Fraction)
    stopped: set[tuple[Shares, Shares]] = set()
    for evaluation in evaluations:
        sides = (_shares(ev, evaluation, evaluation.clause.pays), _shares(ev, evaluation, evaluation.clause.receives))
        if evaluation.stopped or not all(sides):
            stopped.add(sides)
        elif evaluation.amount is not None:
            sums[sides] += evaluation.amount
    clause, mode = evaluations[0].clause.ref, ev.agreement.money.mode
    due: list[Obligation] = []
    for (pays, receives), amount in sums.items():
        if (pays, receives) not in stopped:
            due += _shared(clause, of, fen(amount, mode), pays, receives)
    return due


def _shared(clause: str, of: pd.Period, total: int, pays: Shares, receives: Shares) -> list[Obligation]:
    """`total` fen from the shares of one side to those of the other; a negative total goes the other way."""
    if total < 0:
        total, pays, receives = -total, receives, pays
    pairs = [(a, b, share_a * share_b) for a, share_a in pays for b, share_b in receives]
    parts = split(total, [share for *_, share in pairs])
    return [
        Obligation(clause, of, payer, payee, part)
        for (payer, payee, _), part in zip(pairs, parts, strict=True)
        if part and payer != payee
    ]


def _shares(ev: Evaluator, evaluation: Evaluation, side: Side | None) -> Shares:
    """The parties of one side with shares, for the element in hand; empty when measured shares cannot be formed."""
    element, parties = evaluation.element, ev.agreement.parties
    if isinstance(side, Proportion):
        return _in_proportion(ev, element, side)
    if isinstance(side, dict):
        return tuple((parties.get(code, code), share) for code, share in side.items())
    if side in ("upstream", "downstream"):
        measure = evaluation.clause.measure
        section = element.codes.get("section") or (measure.section if measure else None)
        return tuple((ev.side_shares(section, side, element.of) or {}).items())
    code = element.codes["party"] if side == "party" else str(side)
    return ((parties.get(code, code), Fraction(1)),)


def _in_proportion(ev: Evaluator, element: Element, side: Proportion) -> Shares:
    numbers = {}
    for party in side.among:
        found = line(ev, side.in_proportion_to, element.holding("party", party), Measure(kind="result"), Trail())
        if found.number is None or found.number < 0:
            return ()
        numbers[party] = found.number
    whole = sum(numbers.values(), Fraction(0))
    return tuple((party, number / whole) for party, number in numbers.items()) if whole else ()


def positions(obligations: Iterable[Obligation]) -> dict[str, int]:
    """Each party's position in the pool [fen]: what it receives less what it pays in."""
    net: dict[str, int] = defaultdict(int)
    for o in obligations:
        if o.payer == POOL:
            net[o.payee] += o.fen
        elif o.payee == POOL:
            net[o.payer] -= o.fen
    return dict(net)


def _open_pools(obligations: Sequence[Obligation], stops: Sequence[Stop]) -> list[Stop]:
    """A pool that does not close at zero is not paid out; the remainder is named."""
    found = []
    for of in dict.fromkeys(o.period for o in obligations if POOL in (o.payer, o.payee)):
        if any(stop.period == of for stop in stops):
            continue
        rest = -sum(positions(o for o in obligations if o.period == of).values())
        if rest:
            found.append(Stop("", of, (), f"pool_not_closed: {yuan(rest)}"))
    return found


def paid_out(position: Mapping[str, int]) -> dict[tuple[str, str], int]:
    """Each net debtor pays the net creditors in proportion to what they are owed (largest remainders) [fen]."""
    owed = {party: amount for party, amount in position.items() if amount > 0}
    whole = sum(owed.values())
    transfers: dict[tuple[str, str], int] = {}
    for debtor, amount in position.items():
        if amount < 0:
            parts = split(-amount, [Fraction(credit, whole) for credit in owed.values()])
            transfers |= {(debtor, creditor): part for creditor, part in zip(owed, parts, strict=True) if part}
    return transfers


def _netted(pairs: Mapping[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    """Both directions of a pair against each other; what remains is positive."""
    net: dict[tuple[str, str], int] = {}
    for payer, payee in pairs:
        amount = pairs[payer, payee] - pairs.get((payee, payer), 0)
        if amount > 0:
            net[payer, payee] = amount
    return net


def shares_printed(shares: Shares) -> str:
    """Sides as the statement prints them: ``yunnan 1/10、guizhou 1/2``."""
    return "、".join(code if share == 1 else f"{code} {printed(share)}" for code, share in shares)
