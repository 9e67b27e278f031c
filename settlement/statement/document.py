"""Statements (结算书): what the engine decided, as the one document that is stored, served, printed and verified.

In: the agreement and its compensation. Out: the settlement document of `interfaces.md`, canonical and without floats.
Nothing is decided here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from basin import periods
from basin.agreement import Agreement
from basin.clauses import POOL
from basin.draws import Number
from basin.rounding import printed, yuan
from basin.scales import Applied
from settlement.clauses.context import Evaluation, Shares
from settlement.clauses.values import Statistic, as_document
from settlement.clauses.working import as_line
from settlement.obligations.compensation import Compensation
from settlement.obligations.obligation import Obligation, Stop
from settlement.words import told

Document = dict[str, Any]
# The year to date beside an indication: clause and element without time → its evaluations.
ToDate = Mapping[tuple[str, tuple[tuple[str, str], ...]], Sequence[Evaluation]]


def instant(at: datetime) -> str:
    """An instant in UTC as ISO 8601 text."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def statement(agreement: Agreement, span: pd.Period, decided: Compensation, to_date: ToDate) -> Document:
    """The settlement document, before it has a digest; with a year to date it is an indication."""
    statistics: dict[Statistic, int] = {}
    evaluations = [_evaluation(e, statistics, to_date) for e in _in_order(agreement, decided.evaluations)]
    stops = [_stop(stop) for stop in decided.stops]
    rules = agreement.rules_stated()
    return {
        "agreement": agreement.code, "title": agreement.title, "basin": agreement.basin, "source": agreement.source,
        "agreement_sha256": agreement.sha256, "period": periods.label(span), "parties": dict(agreement.parties),
        "kind": "stopped" if stops else "indication" if to_date else "payable",
        "verified": not any(e["unverified"] for e in evaluations),
        "rules": rules, "evaluations": evaluations, "statistics": [as_document(s) for s in statistics],
        "obligations": [
            {"clause": o.clause, "period": periods.label(o.period), "payer": o.payer, "payee": o.payee,
             "amount_yuan": yuan(o.fen), "working": [as_line(step) for step in o.steps]} for o in decided.obligations
        ],
        "transfers": [
            {"payer": t.payer, "payee": t.payee, "amount_yuan": yuan(t.fen),
             "working": [as_line(step) for step in t.steps]} for t in decided.netted
        ],
        "pools": _pools(decided.obligations), "stops": stops,
    }  # fmt: skip


def _pools(obligations: Iterable[Obligation]) -> list[Document]:
    """What each party pays into the pool and receives from it, by period: how 5 000 in and 2 000 out become 3 000."""
    flows: dict[tuple[pd.Period, str], list[int]] = defaultdict(lambda: [0, 0])
    for o in obligations:
        if POOL in (o.payer, o.payee):
            flows[o.period, o.payee if o.payer == POOL else o.payer][o.payee == POOL] += o.fen
    return [
        {"period": periods.label(of), "party": party, "receives_yuan": yuan(receives), "pays_yuan": yuan(pays),
         "net_yuan": yuan(receives - pays)}
        for (of, party), (receives, pays) in flows.items()
    ]  # fmt: skip


def _stop(stop: Stop) -> Document:
    where = {"clause": stop.clause, "period": periods.label(stop.period), "element": dict(stop.element)}
    return where | {"reason": stop.reason, **told(stop.reason)}


def _in_order(agreement: Agreement, evaluations: Iterable[Evaluation]) -> list[Evaluation]:
    """In the order of the text, then of time."""
    place = {ref: i for i, ref in enumerate(agreement.refs)}
    return sorted(evaluations, key=lambda e: (place[e.clause.ref], e.element.of.start_time, e.element.axes))


def _evaluation(e: Evaluation, statistics: dict[Statistic, int], to_date: ToDate) -> Document:
    for statistic in e.statistics:
        statistics.setdefault(statistic, len(statistics))
    beside = to_date.get((e.clause.ref, e.element.without_time.axes))
    return {
        "clause": e.clause.ref, "title": e.clause.title, "source": e.clause.source,
        "period": periods.label(e.element.of), "element": e.element.codes,
        "value": _text(_measured(e)), "amount": _text(e.amount), "reason": e.reason, "excluded": e.excluded,
        "scale": _scale(e.applied), "times": list(e.clause.times), "cap": _text(e.clause.cap),
        "pays": _side(e.sides.pays), "receives": _side(e.sides.receives),
        "unverified": list(e.unverified), "working": [as_line(step) for step in e.steps],
        "statistics": [statistics[s] for s in e.statistics],
        "year_to_date": None if beside is None else _beside(beside),
    }  # fmt: skip


def _measured(e: Evaluation) -> Number | None:
    """The measure's value; a clause without a measure has none, whatever its scale starts from."""
    return None if e.clause.measure is None else e.value


def _beside(to_date: Sequence[Evaluation]) -> Document:
    """The year to date, printed beside an indication: one evaluation, or the sum of those of its months."""
    only = to_date[0] if len(to_date) == 1 else None
    stopped = next((e for e in to_date if e.stopped), None)
    amounts = [e.amount for e in to_date if e.amount is not None]
    return {
        "period": periods.label(to_date[0].element.within),
        "value": _text(_measured(only)) if only else None,
        "amount": None if stopped or not amounts else printed(sum(amounts, start=amounts[0] * 0)),
        "reason": stopped.reason if stopped else to_date[0].reason if not amounts else None,
        "working": [as_line(step) for e in to_date for step in e.steps],
    }


def _scale(applied: Applied | None) -> Document | None:
    if applied is None:
        return None
    figures = {key: printed(getattr(applied.piece, key)) for key in ("amount", "rate", "origin", "per")}
    return {"piece": applied.position, **figures, "steps": applied.piece.steps, "n": printed(applied.n)}


def _side(shares: Shares | None) -> str | dict[str, str] | None:
    """One party as its code, several with their shares, a line's absent side as None."""
    if shares is None:
        return None
    if len(shares) == 1:
        return shares[0][0]
    return {code: printed(share) for code, share in shares} or None


def _text(number: Any) -> str | None:
    return None if number is None else printed(number)
