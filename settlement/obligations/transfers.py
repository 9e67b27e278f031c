"""Pair amounts (对应净额): what finally goes from one party to another, pools paid out and pairs netted.

In: obligations [fen] and the periods whose pool is not paid out. Out: pair amounts [fen], each with the working from
its obligations. In documents they stand under the key ``transfers``. What an obligation comes to is decided in
`settlement.obligations.compensation`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import pandas as pd

from basin import periods
from basin.clauses import POOL
from basin.rounding import split, yuan
from settlement.clauses.working import Step

if TYPE_CHECKING:
    from settlement.obligations.obligation import Obligation


@dataclass(frozen=True)
class Flow:
    """What `payer` owes `payee` before pairs are netted: an obligation, or a debtor's part of what the pool pays."""

    payer: str
    payee: str
    fen: int
    step: Step


@dataclass(frozen=True)
class PairAmount:
    """What remains from `payer` to `payee` [fen], > 0, with its working."""

    payer: str
    payee: str
    fen: int
    steps: tuple[Step, ...]


def netted(obligations: Sequence[Obligation], unpaid: Collection[pd.Period]) -> Iterator[PairAmount]:
    """Both directions of a pair against each other, over the whole span; pools of `unpaid` periods stay shut."""
    pairs: dict[tuple[str, str], list[Flow]] = defaultdict(list)
    for flow in _flows(obligations, unpaid):
        pairs[flow.payer, flow.payee].append(flow)
    for (payer, payee), forth in pairs.items():
        back = pairs.get((payee, payer), [])
        amount = sum(flow.fen for flow in forth) - sum(flow.fen for flow in back)
        if amount > 0:
            yield PairAmount(payer, payee, amount, _working(forth, back, amount))


def _flows(obligations: Sequence[Obligation], unpaid: Collection[pd.Period]) -> Iterator[Flow]:
    for of in dict.fromkeys(o.period for o in obligations):
        due = [o for o in obligations if o.period == of]
        for o in due:
            if POOL not in (o.payer, o.payee):
                told = Step(f"条款 {o.clause} {periods.label(of)}", "应付补偿款", yuan(o.fen))
                yield Flow(o.payer, o.payee, o.fen, told)
        if of not in unpaid:
            for flow in payouts(positions(due)):
                yield replace(flow, step=replace(flow.step, label=f"{flow.step.label} {periods.label(of)}"))


def _working(forth: Sequence[Flow], back: Sequence[Flow], amount: int) -> tuple[Step, ...]:
    turned = [replace(flow.step, label=f"反向 {flow.step.label}") for flow in back]
    steps = [*(flow.step for flow in forth), *turned]
    if len(steps) > 1:
        taken = "".join(f" − {yuan(flow.fen)}" for flow in back)
        steps.append(Step("净额（元）", " + ".join(yuan(flow.fen) for flow in forth) + taken, yuan(amount)))
    return tuple(steps)


def positions(obligations: Iterable[Obligation]) -> dict[str, int]:
    """Each party's position in the pool [fen]: what it receives less what it pays in."""
    net: dict[str, int] = defaultdict(int)
    for o in obligations:
        if o.payer == POOL:
            net[o.payee] += o.fen
        elif o.payee == POOL:
            net[o.payer] -= o.fen
    return dict(net)


def payouts(position: Mapping[str, int]) -> Iterator[Flow]:
    """Each net debtor pays the net creditors in proportion to what they are still owed (largest remainders) [fen].

    So every party ends where its position says, to the fen.
    """
    owed = {party: amount for party, amount in position.items() if amount > 0}
    for debtor, amount in position.items():
        if amount < 0:
            whole = sum(owed.values())
            parts = dict(zip(owed, split(-amount, [Fraction(credit, whole) for credit in owed.values()]), strict=True))
            for creditor, part in parts.items():
                rest = part - Fraction(-amount * owed[creditor], whole)
                how = f"净付 {yuan(-amount)} × 待收 {yuan(owed[creditor])} ÷ 待收合计 {yuan(whole)}{remainder(rest)}"
                if part:
                    yield Flow(debtor, creditor, part, Step("资金池", how, yuan(part)))
            owed = {creditor: credit - parts[creditor] for creditor, credit in owed.items()}


def remainder(rest: Fraction) -> str:
    """What largest remainders did to a share: given a fen more than the exact part, or less by what was cut off."""
    if not rest:
        return ""
    return "，不足一分，余数较大，进一分" if rest > 0 else "，不足一分，余数较小，舍去"


