"""Statements (结算书): what the engine decided, as the one document that is stored, served, printed and verified.

In: the agreement and its compensation. Out: the settlement document, canonical and without floats; its shape is in
`settlement.statement.rows`. Nothing is decided here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

import pandas as pd

from basin import periods
from basin.agreement import Agreement
from basin.clauses import POOL
from basin.draws import Number
from basin.rounding import printed, yuan
from basin.scales import Applied
from settlement.clauses.context import Evaluation, Shares
from settlement.clauses.values import Statistic
from settlement.clauses.working import Step
from settlement.obligations.compensation import Compensation
from settlement.obligations.obligation import Obligation, Stop
from settlement.obligations.transfers import PairAmount
from settlement.statement.rows import (
    Decision,
    EvaluationRow,
    ObligationRow,
    PairAmountRow,
    PoolRow,
    ScaleRow,
    Side,
    StatisticRow,
    StopRow,
    ToDateRow,
    WorkingRow,
)
from settlement.words import message

# The year to date beside an indication: clause and element without time → its evaluations.
ToDate = Mapping[tuple[str, tuple[tuple[str, str], ...]], Sequence[Evaluation]]


def instant(at: datetime) -> str:
    """An instant in UTC as ISO 8601 text."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def statement(agreement: Agreement, span: pd.Period, decided: Compensation, to_date: ToDate) -> Decision:
    """The settlement document before it has a digest; with a year to date the document is an indication.

    Parameters
    ----------
    span : the period settled.
    decided : evaluations [万元], obligations and pair amounts [fen], stops.
    to_date : the year to date of clauses that oblige for longer than `span`; empty where there are none.
    """
    places: dict[Statistic, int] = {}
    evaluations = [_evaluation(e, places, to_date) for e in _in_order(agreement, decided.evaluations)]
    stops = [_stop(stop) for stop in decided.stops]
    return {
        "agreement": agreement.code, "title": agreement.title, "basin": agreement.basin, "source": agreement.source,
        "agreement_sha256": agreement.sha256, "period": periods.label(span), "parties": dict(agreement.parties),
        "kind": "stopped" if stops else "indication" if to_date else "payable",
        "verified": not any(e["unverified"] for e in evaluations),
        "rules": agreement.rules_stated(), "evaluations": evaluations,
        "statistics": [statistic_row(statistic) for statistic in places],
        "obligations": [_obligation(obligation) for obligation in decided.obligations],
        "transfers": [_pair_amount(amount) for amount in decided.netted],
        "pools": _pools(decided.obligations), "stops": stops,
    }  # fmt: skip


def statistic_row(statistic: Statistic) -> StatisticRow:
    """A statistic as documents hold it."""
    row: StatisticRow = {
        "section": statistic.section, "indicator": statistic.indicator, "period": statistic.period,
        "mean": statistic.mean, "reported": statistic.reported, "readings": statistic.readings, "days": statistic.days,
        "left_out": dict(statistic.left_out), "reason": statistic.reason,
    }  # fmt: skip
    if statistic.instants is not None:
        row["instants"] = statistic.instants
    if statistic.stands_in is not None:
        by, section, period = statistic.stands_in
        row["stands_in"] = {"by": by, "section": section, "period": period}
    if statistic.stood_in_for is not None:
        months, readings, days = statistic.stood_in_for
        row["stood_in_for"] = {"months": months, "readings": readings, "days": days}
    return row


def working_rows(steps: Iterable[Step]) -> list[WorkingRow]:
    """Steps as documents hold them, in the order in which they were recorded."""
    return [{"label": step.label, "expression": step.expression, "value": step.value} for step in steps]


def places_of(statistics: Iterable[Statistic], places: dict[Statistic, int]) -> list[int]:
    """Where statistics stand in the document's list; a new one takes the next place in `places`."""
    return [places.setdefault(statistic, len(places)) for statistic in statistics]


def _obligation(obligation: Obligation) -> ObligationRow:
    return {
        "clause": obligation.clause, "period": periods.label(obligation.period), "payer": obligation.payer,
        "payee": obligation.payee, "amount_yuan": yuan(obligation.fen), "working": working_rows(obligation.steps),
    }  # fmt: skip


def _pair_amount(amount: PairAmount) -> PairAmountRow:
    return {
        "payer": amount.payer, "payee": amount.payee, "amount_yuan": yuan(amount.fen),
        "working": working_rows(amount.steps),
    }  # fmt: skip


def _pools(obligations: Iterable[Obligation]) -> list[PoolRow]:
    """What each party pays into the pool and receives from it, by period: how 5 000 in and 2 000 out become 3 000."""
    pays: dict[tuple[pd.Period, str], int] = defaultdict(int)
    receives: dict[tuple[pd.Period, str], int] = defaultdict(int)
    met: dict[tuple[pd.Period, str], None] = {}
    for obligation in obligations:
        if obligation.payer == POOL:
            receives[obligation.period, obligation.payee] += obligation.fen
            met[obligation.period, obligation.payee] = None
        elif obligation.payee == POOL:
            pays[obligation.period, obligation.payer] += obligation.fen
            met[obligation.period, obligation.payer] = None
    return [
        {"period": periods.label(of), "party": party, "receives_yuan": yuan(receives[of, party]),
         "pays_yuan": yuan(pays[of, party]), "net_yuan": yuan(receives[of, party] - pays[of, party])}
        for of, party in met
    ]  # fmt: skip


def _stop(stop: Stop) -> StopRow:
    return {
        "clause": stop.clause, "period": periods.label(stop.period), "element": dict(stop.element),
        "reason": stop.reason, **message(stop.reason),
    }  # fmt: skip


def _in_order(agreement: Agreement, evaluations: Iterable[Evaluation]) -> list[Evaluation]:
    """In the order of the text, then of time."""
    place = {ref: i for i, ref in enumerate(agreement.refs)}
    return sorted(evaluations, key=lambda e: (place[e.clause.ref], periods.starts_on(e.element.of), e.element.axes))


def _evaluation(e: Evaluation, places: dict[Statistic, int], to_date: ToDate) -> EvaluationRow:
    beside = to_date.get((e.clause.ref, e.element.axes_without_time))
    return {
        "clause": e.clause.ref, "title": e.clause.title, "source": e.clause.source,
        "period": periods.label(e.element.of), "element": dict(e.element.axes),
        "value": _text(_measured(e)), "amount": _text(e.amount), "reason": e.reason, "excluded": e.excluded,
        "scale": _scale(e.applied), "times": list(e.clause.times), "cap": _text(e.clause.cap),
        "pays": _side(e.sides.pays), "receives": _side(e.sides.receives),
        "unverified": list(e.unverified), "working": working_rows(e.steps),
        "statistics": places_of(e.statistics, places),
        "year_to_date": None if beside is None else _beside(beside),
    }  # fmt: skip


def _measured(e: Evaluation) -> Number | None:
    """The measure's value; a clause without a measure has none, whatever its scale starts from."""
    return None if e.clause.measure is None else e.value


def _beside(to_date: Sequence[Evaluation]) -> ToDateRow:
    """The year to date, printed beside an indication: one evaluation, or the sum of those of its months."""
    only = to_date[0] if len(to_date) == 1 else None
    stopped = next((e for e in to_date if e.stopped), None)
    amounts = [e.amount for e in to_date if e.amount is not None]
    return {
        "period": periods.label(to_date[0].element.within),
        "value": _text(_measured(only)) if only else None,
        "amount": None if stopped or not amounts else printed(sum(amounts, start=amounts[0] * 0)),
        "reason": stopped.reason if stopped else to_date[0].reason if not amounts else None,
        "working": working_rows(step for e in to_date for step in e.steps),
    }


def _scale(applied: Applied | None) -> ScaleRow | None:
    if applied is None:
        return None
    piece = applied.piece
    return {
        "piece": applied.position, "amount": printed(piece.amount), "rate": printed(piece.rate),
        "origin": printed(piece.origin), "per": printed(piece.per), "steps": piece.steps, "n": printed(applied.n),
    }  # fmt: skip


def _side(shares: Shares | None) -> Side:
    """One party as its code, several with their shares, a line's absent side as None."""
    if shares is None:
        return None
    if len(shares) == 1:
        return shares[0][0]
    return {code: printed(share) for code, share in shares} or None


def _text(number: Number | None) -> str | None:
    return None if number is None else printed(number)
