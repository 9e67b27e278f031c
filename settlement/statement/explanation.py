"""Explaining a settlement: obligation → clause → working → statistics → readings, as one tree.

In: a stored settlement document, the agreement as it was applied, and the readings as they stood at its `as_of`. Out: a
tree. Nothing is computed anew: all working is what was recorded when the settlement was made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TypedDict

import pandas as pd

from basin import periods
from basin.agreement import Agreement, RuleRow, clause_path
from basin.authoring.figures import stated_figures
from basin.clauses import CLAUSE, TIME_AXES, StandIn
from basin.dated import Hand, every_branch
from basin.errors import UnknownCode
from basin.network import Network
from basin.rounding import number
from basin.shapes import typed
from settlement.gathered import Gathered, data_rules, rules_of_stand_ins
from settlement.statement.engine_version import version_of
from settlement.statement.readings_behind import ReadingsBehind, Series, readings_behind, readings_by_series
from settlement.statement.rows import (
    EvaluationRow,
    ObligationRow,
    PairAmountRow,
    PoolRow,
    ScaleRow,
    SettlementDocument,
    Side,
    StatisticRow,
    StopRow,
    UndecidedRow,
    WorkingRow,
)

FIGURES = ("measure", "scale", "times", "cap", "when", "unless", "pays", "receives")


class FigureRow(TypedDict):
    """A number of the agreement in force for an evaluation, and what it rests on."""

    path: str
    value: str
    source: str
    verified: bool
    note: str


class CapRow(TypedDict):
    """The cap of a clause, and whether it bound."""

    amount: str
    bound: bool


class ExplainedEvaluation(TypedDict):
    """An evaluation with the figures it rests on and, under `uses`, the lines it looks at."""

    place: int
    clause: str
    title: str
    source: str
    period: str
    element: dict[str, str]
    value: str | None
    amount: str | None
    reason: str | None
    excluded: bool
    pays: Side
    receives: Side
    figures: list[FigureRow]
    working: list[WorkingRow]
    scale: ScaleRow | None
    times: list[str]
    cap: CapRow | None
    unverified: list[str]
    statistics: list[int]
    indication: bool
    uses: list[ExplainedEvaluation]


class ExplainedObligation(ObligationRow):
    """An obligation with the rules of its rounding, and the evaluations it sums."""

    rounding: list[RuleRow]
    evaluations: list[ExplainedEvaluation]


class ExplainedStatistic(StatisticRow, ReadingsBehind):
    """A statistic by its place in the document, with the readings behind it."""

    place: int


class Explanation(TypedDict):
    """A settlement unfolded; what each part holds is told at `explanation`."""

    id: str
    agreement: str
    title: str
    source: str
    basin: str
    period: str
    as_of: str
    kind: str
    status: str
    verified: bool
    engine_version: str | None
    obligations: list[ExplainedObligation]
    others: list[ExplainedEvaluation]
    transfers: list[PairAmountRow]
    pools: list[PoolRow]
    stops: list[StopRow]
    limit_below_detection: list[UndecidedRow]
    statistics: list[ExplainedStatistic]
    rules: list[RuleRow]


def explanation(
    document: SettlementDocument, agreement: Agreement, network: Network, found: Gathered, clause: str | None = None
) -> Explanation:
    """The tree of a settlement, or of one clause of it.

    Parameters
    ----------
    document, agreement : the settlement, and the agreement as it was applied.
    network : tells which stations serve a section.
    found : the readings as they stood at the settlement's `as_of` [canonical units].
    clause : the ref of the clause asked for; None for all.

    Returns
    -------
    ``transfers`` with their working and ``pools``, where no clause is asked for; ``obligations``, each with its clause,
    working, the rules of rounding and the ``evaluations`` behind it; ``others``: evaluations that oblige nobody (zero,
    stopped, an indication; with `clause`, also those of a line); ``statistics`` with the readings used and not used;
    ``limit_below_detection``: the rows of the document, with `clause` those about its statistics; ``rules`` of data and
    money with source and `verified`. An evaluation has the figures it rests on, its working, the piece that applied,
    the cap and whether it bound, its statistics (by their place in the list) and, under ``uses``, the evaluations of
    the lines it looks at.

    Raises
    ------
    UnknownCode : the agreement has no such clause.
    """
    if clause is not None and clause not in agreement.refs:
        remedy = "可用：" + " ".join(agreement.refs)
        raise UnknownCode(f"协议没有条款 {clause}", f"no clause {clause}", path="clause", remedy=remedy)
    explained = _Explained(document, agreement)
    obligations = [explained.obligation(o) for o in document["obligations"] if clause in (None, o["clause"])]
    others = [explained.evaluation(place) for place in explained.others(clause)]
    statistics = _with_readings(document, sorted(explained.statistics), agreement, network, found)
    shown = {_series_and_period(statistic) for statistic in statistics}
    undecided = document.get("limit_below_detection", [])
    return {
        "id": document["id"], "agreement": document["agreement"], "title": document["title"],
        "source": document["source"], "basin": document["basin"], "period": document["period"],
        "as_of": document["as_of"], "kind": document["kind"], "status": document["status"],
        "verified": document["verified"], "engine_version": version_of(document), "obligations": obligations,
        "others": others,
        "transfers": document["transfers"] if clause is None else [],
        "pools": document.get("pools", []) if clause is None else [],
        "stops": [stop for stop in document["stops"] if clause in (None, stop["clause"])],
        "limit_below_detection": [row for row in undecided if clause is None or _series_and_period(row) in shown],
        "statistics": statistics, "rules": document["rules"],
    }  # fmt: skip


def _with_readings(
    document: SettlementDocument, places: Sequence[int], agreement: Agreement, network: Network, found: Gathered
) -> list[ExplainedStatistic]:
    """Statistics of the document with the readings behind them.

    Parameters
    ----------
    document, agreement, network, found : as for `explanation`.
    places : of the statistics.
    """
    series: Series = {}
    alone: dict[StandIn, Series] = {}
    if agreement.looks_at_readings:
        rules = data_rules(agreement)
        series = readings_by_series(found, network, rules)
        for by, of_stand_in in rules_of_stand_ins(agreement, rules).items():
            alone[by] = readings_by_series(found, network, of_stand_in)
    rows = [(place, document["statistics"][place]) for place in places]
    return [{"place": place, **row, **readings_behind(series, row, alone)} for place, row in rows]


def _series_and_period(row: StatisticRow | UndecidedRow) -> tuple[str, str, str]:
    return row["section"], row["indicator"], row["period"]


class _Explained:
    """One document being unfolded: its evaluations by place, and the statistics met on the way."""

    def __init__(self, document: SettlementDocument, agreement: Agreement) -> None:
        self.document = document
        self.agreement = agreement
        self.evaluations = document["evaluations"]
        self.statistics: set[int] = set()
        self.summed: set[int] = set()  # the evaluations under the obligations unfolded so far
        self.refs = {ref: _looked_at(agreement, ref) for ref in agreement.refs}

    def _behind(self, obligation: ObligationRow) -> list[int]:
        """The places of the evaluations an obligation sums: those of its clause and period between its two sides."""
        within = periods.period(obligation["period"])
        return [
            place
            for place, e in enumerate(self.evaluations)
            if e["clause"] == obligation["clause"]
            and periods.overlap(periods.period(e["period"]), within)
            and _share(e, obligation)
        ]

    def others(self, clause: str | None) -> list[int]:
        """Evaluations under no obligation unfolded so far: of the clause asked for, else of every clause that pays."""
        return [
            place
            for place, e in enumerate(self.evaluations)
            if place not in self.summed
            and ("pays" in self.agreement.raw_clause(e["clause"]) if clause is None else e["clause"] == clause)
        ]

    def obligation(self, obligation: ObligationRow) -> ExplainedObligation:
        """An obligation with the rules of its rounding, and what it sums."""
        money = [rule for rule in self.document["rules"] if rule["path"].startswith("money.")]
        places = self._behind(obligation)
        self.summed.update(places)
        return {**obligation, "rounding": money, "evaluations": [self.evaluation(place) for place in places]}

    def evaluation(self, place: int, above: tuple[int, ...] = ()) -> ExplainedEvaluation:
        """One evaluation, with the lines it looks at unfolded below it."""
        e = self.evaluations[place]
        self.statistics.update(e["statistics"])
        bound = any(step["label"] == "封顶" for step in e["working"])
        below = (*above, place)
        return {
            "place": place, "clause": e["clause"], "title": e["title"], "source": e["source"], "period": e["period"],
            "element": e["element"], "value": e["value"], "amount": e["amount"], "reason": e["reason"],
            "excluded": e["excluded"], "pays": e["pays"], "receives": e["receives"],
            "figures": list(self._figures(e)), "working": e["working"],
            "scale": e["scale"], "times": e["times"],
            "cap": None if e["cap"] is None else {"amount": e["cap"], "bound": bound},
            "unverified": e["unverified"], "statistics": e["statistics"], "indication": e["year_to_date"] is not None,
            "uses": [self.evaluation(other, below) for other in self._uses(e) if other not in below],
        }  # fmt: skip

    def _uses(self, e: EvaluationRow) -> list[int]:
        """The evaluations of the lines a clause looks at: same element where both have the axis, same or last year."""
        spans = [periods.period(e["period"])]
        if "previous_year" in str(self.agreement.raw_clause(e["clause"])):
            spans.append(periods.year_before(spans[0]))
        return [
            place
            for place, other in enumerate(self.evaluations)
            if other["clause"] in self.refs[e["clause"]]
            and _overlaps_any(periods.period(other["period"]), spans)
            and _same_element(e["element"], other["element"])
        ]

    def _figures(self, e: EvaluationRow) -> Iterator[FigureRow]:
        """The numbers of the clause, and of the sheets of its sections, in force for this evaluation."""
        of = periods.period(e["period"])
        days = max(periods.starts_on(of), self.agreement.starts), periods.ends_on(of)
        raw = self.agreement.raw_clause(e["clause"])
        parts = {key: raw[key] for key in FIGURES if key in raw}
        hand = Hand(*days, e["element"])
        source = e["source"] or self.agreement.source
        figures = list(stated_figures(parts, hand, clause_path(e["clause"]), source, self.agreement.refs))
        sheets = self.agreement.document.get("sections", {})
        measured = (self.document["statistics"][place]["section"] for place in e["statistics"])
        for section in dict.fromkeys([*measured, *([e["element"]["section"]] if "section" in e["element"] else [])]):
            sheet = sheets.get(section) or {}
            of_section = Hand(*days, e["element"] | {"section": section})
            figures += stated_figures(sheet, of_section, f"sections.{section}", self.agreement.source)
        for figure in figures:
            yield {
                "path": figure.path, "value": figure.value, "source": figure.source, "verified": figure.verified,
                "note": figure.note,
            }  # fmt: skip


def _looked_at(agreement: Agreement, ref: str) -> frozenset[str]:
    """The refs a clause looks at, in any of its branches."""
    plains = every_branch(agreement.raw_clause(ref))
    branches = (typed(CLAUSE, plain, agreement.file, clause_path(ref)) for plain in plains)
    return frozenset(other for clause in branches for other in clause.refs if other in agreement.refs)


def _overlaps_any(of: pd.Period, spans: Iterable[pd.Period]) -> bool:
    return any(periods.overlap(of, span) for span in spans)


def _same_element(element: Mapping[str, str], other: Mapping[str, str]) -> bool:
    return all(element[axis] == other[axis] for axis in element.keys() & other.keys() - TIME_AXES)


def _share(e: EvaluationRow, obligation: ObligationRow) -> Fraction:
    """Which part of an evaluation's amount flows from payer to payee; negative where it flows the other way."""
    pays = _shares(e["pays"])
    receives = _shares(e["receives"])
    payer = obligation["payer"]
    payee = obligation["payee"]
    forth = pays.get(payer, Fraction(0)) * receives.get(payee, Fraction(0))
    return forth - pays.get(payee, Fraction(0)) * receives.get(payer, Fraction(0))


def _shares(side: Side) -> dict[str, Fraction]:
    if isinstance(side, dict):
        return {code: number(share) for code, share in side.items()}
    return {} if side is None else {side: Fraction(1)}
