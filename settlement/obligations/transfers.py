"""Pair amounts (对应净额): what finally goes from one party to another, pools paid out and pairs netted.

In: obligations [fen] and the periods whose pool is not paid out. Out: pair amounts [fen], each with the working from
its obligations. In documents they stand under the key ``transfers``. What an obligation comes to is decided in
`settlement.obligations.compensation`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from basin import periods
from basin.clauses import POOL
from basin.rounding import yuan
from settlement.clauses.working import Step
from settlement.obligations.obligation import Obligation
from settlement.obligations.pools import Flow, payouts, positions


@dataclass(frozen=True)
class PairAmount:
    """What remains from `payer` to `payee` [fen], > 0, with its working."""

    payer: str
    payee: str
    fen: int
    steps: tuple[Step, ...]


def netted(
    obligations: Sequence[Obligation], unpaid: Collection[pd.Period], unit: int = 1
) -> Iterator[PairAmount]:  # fmt: skip
    """Both directions of a pair against each other, over the whole span.

    Parameters
    ----------
    obligations : of the span.
    unpaid : the periods whose pools stay shut.
    unit : [fen] what obligations are multiples of, and what pools pay out.
    """
    flows: dict[tuple[str, str], list[Flow]] = defaultdict(list)
    for flow in _flows(obligations, unpaid, unit):
        flows[flow.payer, flow.payee].append(flow)
    for (payer, payee), forth in flows.items():
        back = flows.get((payee, payer), [])
        amount = sum(flow.fen for flow in forth) - sum(flow.fen for flow in back)
        if amount > 0:
            yield PairAmount(payer, payee, amount, _working(forth, back, amount))


def _flows(obligations: Sequence[Obligation], unpaid: Collection[pd.Period], unit: int) -> Iterator[Flow]:
    """Each obligation between two parties, and what the pool of each period pays out."""
    for of in dict.fromkeys(o.period for o in obligations):
        label = periods.label(of)
        due = [o for o in obligations if o.period == of]
        for o in due:
            if POOL not in (o.payer, o.payee):
                step = Step(f"条款 {o.clause} {label}", "应付补偿款", yuan(o.fen))
                yield Flow(o.payer, o.payee, o.fen, step)
        if of not in unpaid:
            for flow in payouts(positions(due), unit):
                yield replace(flow, step=replace(flow.step, label=f"{flow.step.label} {label}"))


def _working(forth: Sequence[Flow], back: Sequence[Flow], amount: int) -> tuple[Step, ...]:
    """The flows in both directions, and their difference where there are several."""
    turned = [replace(flow.step, label=f"反向 {flow.step.label}") for flow in back]
    steps = [*(flow.step for flow in forth), *turned]
    if len(steps) > 1:
        taken = "".join(f" − {yuan(flow.fen)}" for flow in back)
        steps.append(Step("净额（元）", " + ".join(yuan(flow.fen) for flow in forth) + taken, yuan(amount)))
    return tuple(steps)
