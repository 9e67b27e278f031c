"""Settling one agreement for one period, decided in memory: from what was gathered to the settlement document.

In: an agreement, the network, readings and facts, a period. Out: the document with its digest and identity; the digest
leaves out recording times. Pure: the same settlement can be made again from an evidence file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

import pandas as pd

from basin import periods
from basin.agreement import Agreement
from basin.errors import UsageError
from basin.network import Network
from settlement.clauses.context import Evaluation
from settlement.clauses.element import Axes
from settlement.clauses.evaluation import Evaluator
from settlement.clauses.values import Key
from settlement.gathered import Gathered, below_detection, closed_periods, measurements
from settlement.lookups import Asked
from settlement.obligations.compensation import Compensation, compensation
from settlement.statement.canonical import digest
from settlement.statement.detection_limits import limit_below_detection
from settlement.statement.document import ToDate, instant, statement
from settlement.statement.engine_version import ENGINE_VERSION
from settlement.statement.parts import Parts, parts_of
from settlement.statement.rows import Decision, SettlementDocument
from settlement.states import TRIAL


@dataclass(frozen=True)
class Settlement:
    """A settlement document, the parts it rests on, and all that its clauses asked of the facts."""

    document: SettlementDocument
    parts: Parts
    asked: frozenset[Asked]


def settled(
    agreement: Agreement, network: Network, gathered: Gathered, span: pd.Period, as_of: datetime
) -> SettlementDocument:
    """The document of `settlement_of`."""
    return settlement_of(agreement, network, gathered, span, as_of).document


def settlement_of(
    agreement: Agreement, network: Network, gathered: Gathered, span: pd.Period, as_of: datetime
) -> Settlement:
    """The settlement of one agreement for one period.

    A period shorter than a clause's gives an indication: that period's readings only, the year to date beside it.

    Parameters
    ----------
    agreement, network : what is applied.
    gathered : readings and facts known at `as_of`.
    span : the period. as_of : stands in the document; the digest does not depend on it.

    Raises
    ------
    UsageError : the period lies outside the term, is shorter than a month, or cuts an obligation period in two.
    AgreementError : a data rule is used and not stated.
    """
    check_span(agreement, span)
    data = measurements(agreement, network, gathered, span)
    fixed = span if _is_part(agreement, span) else None
    closed = closed_periods(agreement, network, gathered, data, span)
    evaluator = Evaluator(agreement, network, data, fixed, closed)
    decided = compensation(evaluator, span)
    to_date = _to_date(evaluator, span) if fixed is not None else {}
    decision = statement(agreement, span, decided, to_date)
    undecided = limit_below_detection(evaluator, decision["statistics"], below_detection(agreement, network, gathered))
    if undecided:
        decision["limit_below_detection"] = undecided
    data.lookups.so_far.cells.update(_left_out_by_a_ground(decided, to_date))
    parts = parts_of(agreement, network, gathered, data, span)
    return Settlement(_with_identity(decision, parts, as_of), parts, frozenset(data.lookups.so_far.asked))


def _left_out_by_a_ground(decided: Compensation, to_date: ToDate) -> Iterator[Key]:
    """The months (or days) of means that a recorded ground takes away: their readings were left out, not looked up."""
    for evaluation in chain(decided.evaluations, *to_date.values()):
        for statistic in evaluation.statistics:
            if not statistic.readings and statistic.reason != "published":
                of = periods.period(statistic.period)
                cells = periods.periods_in(of, "day") if of.freqstr[0] in "DW" else periods.months(of)
                yield from ((statistic.section, statistic.indicator, cell) for cell in cells)


def _with_identity(decision: Decision, parts: Parts, as_of: datetime) -> SettlementDocument:
    """The document with the version of the engine, the hashes of its parts, its digest, and an identity that ends as
    the digest begins.
    """
    decision["engine_version"] = ENGINE_VERSION
    decision["parts"] = parts.hashes
    if parts.beside is not None:
        decision["beside"] = parts.beside
    fingerprint = digest(decision)
    identity = f"{decision['agreement']}-{decision['period']}-{fingerprint[:12]}"
    return {
        **decision,  # type: ignore[typeddict-item]  # what is new is not `withdrawn`
        "digest": fingerprint,
        "id": identity,
        "as_of": instant(as_of),
        "status": TRIAL,
    }


def check_span(agreement: Agreement, span: pd.Period) -> None:
    """Whether the agreement can be settled for the period.

    Raises
    ------
    UsageError : it lies outside the term or goes on beyond it, is shorter than a month, or cuts an obligation period in
    two.
    """
    if periods.ends_on(span) < agreement.starts or periods.starts_on(span) > agreement.ends:
        zh = f"{periods.label(span)} 不在协议期内（{agreement.starts} 至 {agreement.ends}）"
        raise _refused(agreement, zh, "outside the term", "换一个协议期内的期间")
    if agreement.reaches_beyond(span):
        zh = f"{periods.label(span)} 超出协议期（{agreement.starts} 至 {agreement.ends}）"
        raise _refused(agreement, zh, "goes on beyond the term", f"写 {agreement.years} 之内的期间")
    if span.freqstr[0] in "DW":
        raise _refused(
            agreement, f"{periods.label(span)} 短于一个月", "shorter than a month", "写成 2020-07、2020Q3 或 2020"
        )
    every = {agreement.every_of(ref) for ref in agreement.refs} - {"term", "week"}
    for frequency in every:
        if periods.is_finer(span, frequency):
            continue
        whole = {month for p in periods.periods_in(span, frequency) for month in periods.months(p)}
        if not whole.issuperset(periods.months(span)):
            zh = f"{periods.label(span)} 不是由整{_NAMES[frequency]}组成"
            raise _refused(agreement, zh, f"not made of whole {frequency}s", "从期首到期末整段结算，如 2024..2025")


_NAMES = {"month": "月", "quarter": "季", "year": "年"}


def _refused(agreement: Agreement, zh: str, en: str, remedy: str) -> UsageError:
    return UsageError(zh, en, file=agreement.file, path="period", remedy=remedy)


def _is_part(agreement: Agreement, span: pd.Period) -> bool:
    """Whether the period is only a part of the period some clause obliges for."""
    every = {agreement.every_of(ref) for ref in agreement.refs}
    if every == {"term"}:
        return periods.ends_on(span) < agreement.ends
    return any(_is_longer(frequency, span) for frequency in every if frequency != "term")


def _is_longer(every: str, span: pd.Period) -> bool:
    """Whether a clause obliges for longer than the period."""
    return every == "term" or periods.is_finer(span, every)


def _to_date(indication: Evaluator, span: pd.Period) -> ToDate:
    """Beside clauses of a longer period, and the lines they use: the year up to the end of this one.

    Parameters
    ----------
    indication : evaluates the same agreement and data for `span` only.
    span : the period settled.
    """
    agreement = indication.agreement
    so_far = agreement.year_to_date(span)
    to_date: dict[tuple[str, Axes], list[Evaluation]] = defaultdict(list)
    evaluator = replace(indication, fixed=so_far, made={})
    for ref in agreement.refs:
        if _is_longer(agreement.every_of(ref), span):
            evaluator.evaluations(ref, so_far)
    for e in evaluator.made.values():
        to_date[e.clause.ref, e.element.axes_without_time].append(e)
    return to_date
