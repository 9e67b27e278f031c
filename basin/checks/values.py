"""Values by date or by element: whether each has its value for every period of the term and every element in use.

In: the agreement, the network, and the typed clauses that fit. Out: `Finding`s, as a settlement would refuse them:
a value not yet in force or never in force, a value that changes inside an evaluated period, a value that an element
lacks. What a value
means is not looked at, nor a value that depends on nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Any

import pandas as pd

from basin import periods
from basin.agreement import Agreement, clause_path, paths_of
from basin.checks.finding import Finding
from basin.clauses import TIME_AXES, Clause
from basin.dated import (
    ELEMENT_AXES,
    day_of,
    every_branch,
    in_force,
    is_by_element,
    is_dated,
    special_values,
)
from basin.errors import AgreementError, HengjieError
from basin.measures import MEASURED_ITEMS, OF_A_SECTION, Against, Measure
from basin.network import Network
from basin.periods import Days
from basin.standards import standard

Pace = tuple[str, ...]  # how long what is evaluated lasts: ``("month",)``, ``("term",)``, or the periods listed
_IN_THE_SHEET = ("target", "limits", "baseline", "inflow")


@dataclass(frozen=True)
class _Look:
    """Sections whose sheets are looked into, and for how long a period at a time."""

    sections: Sequence[str]
    pace: Pace


def coverage_findings(agreement: Agreement, network: Network, clauses: Sequence[Clause]) -> Iterator[Finding]:
    """Every value of a clause or section sheet that a period of the term, or an element in use, is without."""
    yield from _after_the_term(agreement)
    fit = {clause.ref for clause in clauses}
    for raw in agreement.document["clauses"]:
        if raw["ref"] in fit:
            yield from _clause(agreement, network, raw, clause_path(raw["ref"]))
    for section, paces in _asked(agreement, network, clauses).items():
        raw = agreement.document.get("sections", {}).get(section)
        for path, node, days in _depending(raw, f"sections.{section}"):
            for pace in sorted(paces):
                for span in _spans(agreement, pace, days):
                    yield from _missing(agreement, node, span, {"section": section}, path)


def _after_the_term(agreement: Agreement) -> Iterator[Finding]:
    """The days of dated values that come when the agreement is over: what stands there is never in force."""
    for branch, raw in paths_of(agreement.document):
        for path, node in special_values(raw, branch):
            for text in node if is_dated(node) else ():
                day = _day(text)
                if day is not None and agreement.starts <= agreement.ends < day:
                    zh = f"{text} 在协议终止（{agreement.ends}）之后，永远不生效"
                    remedy = "改正日期或 ends，或删去这一项"
                    yield Finding(path, zh, "a date after the term is never in force", remedy)


def _clause(agreement: Agreement, network: Network, raw: Mapping[str, Any], path: str) -> Iterator[Finding]:
    try:
        axes = agreement.axes_of(raw["ref"])
        every = agreement.every_of(raw["ref"])
    except AgreementError as refusal:
        yield _finding(refusal, path)
        return
    for value_path, node, days in _depending(raw, path):
        by = {inner["by"] for _, inner in special_values(node) if is_by_element(inner)}
        if "target" in by:  # it changes with the sheet
            days = (*days, *days_in(agreement.document.get("sections", {})))
        for span in _spans(agreement, _pace(axes, every), days) if by <= set(ELEMENT_AXES) else ():
            for codes in elements_of(agreement, network, axes, by, span):
                yield from _missing(agreement, node, span, codes, value_path)


def _depending(raw: Any, path: str) -> Iterator[tuple[str, Any, tuple[date, ...]]]:
    """The outermost values that depend on a date or an element, with their paths and the days on which they change."""
    outer = None
    for value_path, node in special_values(raw, path):
        if outer is not None and value_path.startswith(f"{outer}."):
            continue
        outer = value_path
        if any(is_dated(value) or is_by_element(value) for _, value in special_values(node, value_path)):
            yield value_path, node, days_in(node)


def values_that_depend(raw: Any, path: str) -> Iterator[str]:
    """The paths of the values that a date or an element changes, those inside another left out."""
    outer = None
    for value_path, node in special_values(raw, path):
        if (outer is None or not value_path.startswith(f"{outer}.")) and (is_dated(node) or is_by_element(node)):
            outer = value_path
            yield value_path


def days_in(raw: Any) -> tuple[date, ...]:
    """Every day on which a value in a raw tree changes."""
    texts = [text for _, node in special_values(raw) if is_dated(node) for text in node]
    return tuple(day for day in map(_day, texts) if day is not None)


def _day(text: str) -> date | None:
    try:
        return day_of(text, "")
    except AgreementError:  # told where dates are looked at
        return None


def _missing(agreement: Agreement, node: Any, span: Days, codes: Mapping[str, str], path: str) -> Iterator[Finding]:
    try:
        in_force(node, agreement.hand(span, codes), path)
    except AgreementError as refusal:
        yield _finding(refusal, path)


def _finding(refusal: AgreementError, path: str) -> Finding:
    return Finding(refusal.path or path, refusal.zh, refusal.en, refusal.remedy)


def _pace(axes: Mapping[str, Sequence[str]], every: str) -> Pace:
    """The first time axis says how long an evaluation lasts, else the obligation's period."""
    axis = next((axis for axis in axes if axis in TIME_AXES), None)
    if axis is None:
        return (every,)
    return (axis,) if "all" in axes[axis] else tuple(axes[axis])


def _spans(agreement: Agreement, pace: Pace, days: Sequence[date]) -> Iterator[Days]:
    """First and last days of the evaluated periods that tell all: the first of the term, and where a value changes."""
    if pace == ("term",):
        yield Days(agreement.starts, agreement.ends)
    elif pace[:1] and pace[0] in TIME_AXES:
        for day in (agreement.starts, *(d for d in days if agreement.starts < d <= agreement.ends)):
            of = pd.Period(day, freq=periods.FREQUENCIES[pace[0]])
            yield periods.days(of)
    else:
        for text in pace:
            try:
                of = periods.period(text)
            except HengjieError:  # told where the axis is looked at
                continue
            yield periods.days(of)


def elements_of(
    agreement: Agreement, network: Network, axes: Mapping[str, Sequence[str]], by: set[str],
    span: Days,
) -> Iterator[dict[str, str]]:  # fmt: skip
    """The codes in hand of each element, as far as a value depends on them (`by`)."""
    needed = [axis for axis in axes if axis in by or (axis == "section" and "target" in by)]
    for row in product(*(codes_on(agreement, network, axis, axes[axis]) for axis in needed)):
        codes = dict(zip(needed, row, strict=True))
        target = _target(agreement, network, codes["section"], span) if "section" in codes else None
        yield codes if target is None else {**codes, "target": str(target)}


def codes_on(agreement: Agreement, network: Network, axis: str, of: Sequence[str]) -> Sequence[str]:
    """The codes of an axis that is not one of time: those listed, or all there are."""
    if not {"all", MEASURED_ITEMS} & {*of}:
        return of
    if axis == "section":
        of_basin = [section.code for section in network.sections.values() if section.basin == agreement.basin]
        return agreement.section_codes or of_basin
    return tuple(agreement.parties.values()) if axis == "party" else _evaluated(agreement)


def _evaluated(agreement: Agreement) -> tuple[str, ...]:
    try:
        return tuple(standard(agreement.standard).evaluated)
    except HengjieError:  # told in the header
        return ()


def _target(agreement: Agreement, network: Network, section: str, span: Days) -> int | None:
    """The target class of a section in a period; None also where its sheet cannot be read, which is told there."""
    try:
        stated = agreement.sheet(section, span).value.target
    except AgreementError:
        return None
    registered = network.sections.get(section)
    return stated if stated is not None or registered is None else registered.target_class


def _asked(agreement: Agreement, network: Network, clauses: Sequence[Clause]) -> dict[str, set[Pace]]:
    """Whose section sheets the clauses look into, and for how long a period at a time."""
    paces: dict[str, set[Pace]] = defaultdict(set)
    for clause in clauses:
        every = clause.every or agreement.every
        if every is None:
            continue
        of_clause = _pace(clause.each, every)
        listed = clause.each.get("section", ())
        looks = [_Look(_of_the_sides(clause) or listed, of_clause)]
        for measure in clause.measures:
            looks += _asked_by(agreement, measure, _Look(listed, of_clause))
        for look in looks:
            for code in codes_on(agreement, network, "section", look.sections):
                paces[code].add(look.pace)
    return paces


def _of_the_sides(clause: Clause) -> Sequence[str]:
    """The section whose upstream or downstream party pays or receives, where the clause has no axis of sections."""
    sided = {"upstream", "downstream"} & {side for side in (clause.pays, clause.receives) if isinstance(side, str)}
    if not sided or clause.each.get("section") or clause.measure is None or clause.measure.section is None:
        return ()
    return (clause.measure.section,)


def _asked_by(agreement: Agreement, measure: Measure, hand: _Look) -> Iterator[_Look]:
    """The sections whose sheets a measure and the tests inside it look into; `hand` is what the clause has in hand."""
    sections = (measure.section,) if measure.section else measure.sections or hand.sections
    pace = (measure.over,) if measure.over else hand.pace
    of_sheet = measure.against in _IN_THE_SHEET
    if of_sheet or (measure.kind in OF_A_SECTION and measure.kind not in ("volume", "load")):
        yield _Look(sections, pace)
    if measure.against == "inflow":
        sheets = [agreement.document.get("sections", {}).get(code) for code in sections]
        branches = [branch for sheet in sheets if isinstance(sheet, dict) for branch in every_branch(sheet)]
        inflows = [branch.get("inflow") for branch in branches if isinstance(branch, dict)]
        yield _Look([code for code in inflows if isinstance(code, str)], pace)
    if isinstance(measure.against, Against) and measure.against.section:
        yield _Look((measure.against.section,), pace)
    for test in measure.tests:
        yield from _asked_by(agreement, test, _Look(sections, pace))
