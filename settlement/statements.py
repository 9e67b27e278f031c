"""Statements (结算书): what the engine decided, as the one document that is stored, served, printed and verified.

In: an agreement, the network, what was gathered, a period. Out: the settlement document of `interfaces.md`, canonical
and without floats; its digest leaves out recording times. Pure: a statement can be made again from an evidence file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from basin import periods
from basin.agreement import Agreement
from basin.errors import UsageError
from basin.network import Network
from basin.rounding import printed, yuan
from basin.scales import Applied
from settlement.canonical import digest
from settlement.compensation import Compensation, Stop, compensation
from settlement.evaluation import Evaluation, Evaluator
from settlement.gathered import Gathered, measurements
from settlement.ledger import TRIAL
from settlement.measured import Measurements, Statistic, as_document
from settlement.reasons import told
from settlement.sides import Shares, sides

Document = dict[str, Any]


def statement(agreement: Agreement, network: Network, gathered: Gathered, span: pd.Period, as_of: datetime) -> Document:
    """The settlement document of one agreement for one period.

    A period shorter than a clause's gives an indication: that period's readings only, the year to date beside it.

    Raises
    ------
    UsageError : the period lies outside the term.
    AgreementError : a data rule is used and not stated.
    """
    _check_term(agreement, span)
    data = measurements(agreement, network, gathered, span)
    fixed = span if _is_part(agreement, span) else None
    ev = Evaluator(agreement, network, data, fixed)
    decided = compensation(ev, span)
    to_date = _to_date(agreement, network, data, span) if fixed is not None else {}
    document = _document(ev, span, decided, to_date)
    document["digest"] = digest(document)
    document["id"] = f"{agreement.code}-{document['period']}-{document['digest'][:12]}"
    return document | {"as_of": instant(as_of), "status": TRIAL}


def instant(at: datetime) -> str:
    """An instant in UTC as ISO 8601 text."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _check_term(agreement: Agreement, span: pd.Period) -> None:
    if periods.ends_on(span) < agreement.starts or periods.starts_on(span) > agreement.ends:
        raise UsageError(
            f"{periods.label(span)} 不在协议期内（{agreement.starts} 至 {agreement.ends}）",
            f"outside the term {agreement.starts} to {agreement.ends}",
            file=agreement.file, path="period", remedy="换一个协议期内的期间",
        )  # fmt: skip


def _is_part(agreement: Agreement, span: pd.Period) -> bool:
    """Whether the period is only a part of the period some clause obliges for."""
    every = {agreement.every_of(ref) for ref in agreement.refs}
    if every == {"term"}:
        return periods.ends_on(span) < agreement.ends
    return any(periods.is_finer(span, one) for one in every if one != "term")


def _to_date(agreement: Agreement, network: Network, data: Measurements, span: pd.Period) -> dict[Any, Evaluation]:
    """(clause, axes) → evaluation of the year up to the end of the period."""
    last = periods.months(span)[-1]
    first = max(pd.Period(f"{last.year}-01", freq="M"), pd.Period(agreement.starts, freq="M"))
    so_far = periods.run_of_months(first, last)
    decided = compensation(Evaluator(agreement, network, data, so_far), so_far)
    return {(e.clause.ref, e.element.axes): e for e in decided.evaluations}


def _document(ev: Evaluator, span: pd.Period, decided: Compensation, to_date: Mapping[Any, Evaluation]) -> Document:
    agreement = ev.agreement
    statistics: dict[Statistic, int] = {}
    evaluations = [_evaluation(ev, e, statistics, to_date) for e in _in_order(agreement, decided.evaluations)]
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
             "amount_yuan": yuan(o.fen)} for o in decided.obligations
        ],
        "transfers": [
            {"payer": payer, "payee": payee, "amount_yuan": yuan(amount)}
            for (payer, payee), amount in decided.transfers.items()
        ],
        "stops": stops,
    }  # fmt: skip


def _stop(stop: Stop) -> Document:
    where = {"clause": stop.clause, "period": periods.label(stop.period), "element": dict(stop.element)}
    return where | {"reason": stop.reason, **told(stop.reason)}


def _in_order(agreement: Agreement, evaluations: Iterable[Evaluation]) -> list[Evaluation]:
    """In the order of the text, then of time."""
    place = {ref: i for i, ref in enumerate(agreement.refs)}
    return sorted(evaluations, key=lambda e: (place[e.clause.ref], e.element.of.start_time, e.element.axes))


def _evaluation(
    ev: Evaluator, e: Evaluation, statistics: dict[Statistic, int], to_date: Mapping[Any, Evaluation]
) -> Document:
    for statistic in e.statistics:
        statistics.setdefault(statistic, len(statistics))
    beside = to_date.get((e.clause.ref, e.element.axes))
    pays, receives = sides(ev, e)
    return {
        "clause": e.clause.ref, "title": e.clause.title, "source": e.clause.source,
        "period": periods.label(e.element.of), "element": e.element.codes,
        "value": _text(e.value), "amount": _text(e.amount), "reason": e.reason, "excluded": e.excluded,
        "scale": _scale(e.applied), "times": list(e.clause.times), "cap": _text(e.clause.cap),
        "pays": _side(pays), "receives": _side(receives),
        "unverified": list(e.unverified), "working": [asdict(step) for step in e.steps],
        "statistics": [statistics[s] for s in e.statistics],
        "year_to_date": None if beside is None else _beside(beside),
    }  # fmt: skip


def _beside(e: Evaluation) -> Document:
    """The year to date, printed beside an indication."""
    return {
        "period": periods.label(e.element.of), "value": _text(e.value), "amount": _text(e.amount), "reason": e.reason,
        "working": [asdict(step) for step in e.steps],
    }  # fmt: skip


def _scale(applied: Applied | None) -> Document | None:
    if applied is None:
        return None
    figures = {key: printed(getattr(applied.piece, key)) for key in ("amount", "rate", "origin", "per")}
    return {"piece": applied.position, **figures, "steps": applied.piece.steps, "n": printed(applied.n)}


def _side(shares: Shares) -> str | dict[str, str] | None:
    """One party as its code, several with their shares, a line's absent side as None."""
    if len(shares) == 1:
        return shares[0][0]
    return {code: printed(share) for code, share in shares} or None


def _text(number: Any) -> str | None:
    return None if number is None else printed(number)


def sections_used(document: Document) -> Sequence[str]:
    """The sections whose statistics a document rests on."""
    return sorted({statistic["section"] for statistic in document["statistics"]})
