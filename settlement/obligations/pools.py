"""Pools (资金池): money that several put in and several take out, period by period.

In: what is due, or obligations, in fen. Out: dues that close to the fen where they close exactly; the pools that stay
shut, and why; who pays whom so that every party ends at its position. Which clauses use a pool is the agreement's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from basin.clauses import POOL
from basin.rounding import FEN_PER_WAN, printed, split, yuan
from settlement.clauses.context import Evaluation
from settlement.clauses.working import Step
from settlement.obligations.obligation import UNIT_NAMES, Due, Obligation, Stop, remainder


@dataclass(frozen=True)
class Flow:
    """What `payer` owes `payee` before pairs are netted: an obligation, or a debtor's part of what the pool pays."""

    payer: str
    payee: str
    fen: int
    step: Step


def closed_to_the_fen(dues: Sequence[Due]) -> list[Due]:
    """What closes at zero exactly closes when it is rounded, too: where roundings add up, the largest give way by one
    unit.
    """
    closed = list(dues)
    for of in dict.fromkeys(due.period for due in dues):
        pool = [i for i, due in enumerate(closed) if due.period == of and due.into_pool]
        if sum(closed[i].into_pool * closed[i].exact for i in pool) != 0:
            continue
        rest = sum(closed[i].into_pool * closed[i].fen for i in pool)
        too_much = sorted(pool, key=lambda i: closed[i].rounded_up * (-1 if rest > 0 else 1))
        for i in too_much[: abs(rest) // closed[pool[0]].unit if pool else 0]:
            closed[i] = _giving_way(closed[i], rest)
    return closed


def _giving_way(due: Due, rest: int) -> Due:
    """One unit less for the pool where roundings left `rest` fen too much in it, one more where too little."""
    change = (-due.into_pool if rest > 0 else due.into_pool) * due.unit
    left = f"修约后{'多收' if rest > 0 else '少收'} {yuan(abs(rest))} 元，修约差最大的调{UNIT_NAMES[due.unit]}"
    expression = f"{yuan(due.fen)} {'+' if change > 0 else '−'} {yuan(due.unit)}；各款都不修约时资金池收支相等，{left}"
    step = Step("资金池平账（元）", expression, yuan(due.fen + change))
    return replace(due, fen=due.fen + change, steps=(*due.steps, step))


def pools_not_paid(
    evaluations: Iterable[Evaluation], obligations: Sequence[Obligation], stops: Sequence[Stop]
) -> list[Stop]:
    """Pools that are not paid out: a clause of the pool stopped, or the pool does not close at zero.

    Parameters
    ----------
    evaluations : say which clauses pay into a pool or receive from it.
    obligations : what each period puts in and takes out [fen].
    stops : of clauses; one stopped clause of the pool keeps its period shut.

    Returns
    -------
    One stop a period, with the first stopped clause, or with what remains [万元].
    """
    of_the_pool = {e.clause.ref for e in evaluations if POOL in (e.clause.pays, e.clause.receives)}
    not_paid = []
    for of in dict.fromkeys(o.period for o in obligations if POOL in (o.payer, o.payee)):
        stopped = [stop.clause for stop in stops if stop.period == of and stop.clause in of_the_pool]
        paid_in = sum(o.fen for o in obligations if o.period == of and o.payee == POOL)
        paid_out = sum(o.fen for o in obligations if o.period == of and o.payer == POOL)
        if stopped:
            not_paid.append(Stop(POOL, of, (), f"pool_incomplete: {stopped[0]}"))
        elif paid_in != paid_out:
            rest = _in_wan(paid_in - paid_out)
            flows = f"收 in {_in_wan(paid_in)}，支 out {_in_wan(paid_out)}"
            not_paid.append(Stop(POOL, of, (), f"pool_not_closed: {rest} 万元（{flows}）"))
    return not_paid


def _in_wan(amount: int) -> str:
    """An amount [fen] in 万元, as text."""
    return printed(Fraction(amount, FEN_PER_WAN))


def positions(obligations: Iterable[Obligation]) -> dict[str, int]:
    """Each party's position in the pool [fen]: what it receives less what it pays in."""
    position: dict[str, int] = defaultdict(int)
    for o in obligations:
        if o.payer == POOL:
            position[o.payee] += o.fen
        elif o.payee == POOL:
            position[o.payer] -= o.fen
    return dict(position)


def payouts(position: Mapping[str, int], unit: int = 1) -> Iterator[Flow]:
    """Each net debtor pays the net creditors in proportion to what they are still owed (largest remainders) [fen].

    So every party ends where its position says, to the fen. `position` and what is paid are multiples of `unit` [fen].
    """
    owed = {party: amount for party, amount in position.items() if amount > 0}
    for debtor, amount in position.items():
        if amount < 0:
            parts = _divided(-amount, owed, unit)
            for creditor, part in parts.items():
                if part:
                    rest = part - Fraction(-amount * owed[creditor], sum(owed.values()))
                    step = Step("资金池", _division(-amount, owed, creditor) + remainder(rest, unit), yuan(part))
                    yield Flow(debtor, creditor, part, step)
            owed = {creditor: credit - parts[creditor] for creditor, credit in owed.items()}


def _divided(debt: int, owed: Mapping[str, int], unit: int) -> dict[str, int]:
    """A debt [fen] divided among creditors in proportion to what they are owed [fen], in whole units [fen]."""
    whole = sum(owed.values())
    return dict(zip(owed, split(debt, [Fraction(credit, whole) for credit in owed.values()], unit), strict=True))


def _division(debt: int, owed: Mapping[str, int], creditor: str) -> str:
    """How a creditor's part of a debt was cut."""
    return f"净付 {yuan(debt)} × 待收 {yuan(owed[creditor])} ÷ 待收合计 {yuan(sum(owed.values()))}"
