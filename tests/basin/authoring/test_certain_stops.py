"""What will stop for certain: a comparison with a figure that the section sheet does not state."""

from __future__ import annotations

import pytest

from basin.authoring.certain_stops import WillStop
from basin.authoring.review import review
from tests.basin.clauses import PAYS, lump, measured, when
from tests.settlement.makers import RIVER, a_network, agreement_text

NO_TARGET = a_network("s1 up down - river", "s2 up down 3 river")


def stops(clauses: str, network: object = RIVER, **header: str) -> list[tuple[str, str, tuple[str, ...]]]:
    """(path, what is lacking, sections) of an agreement without findings."""
    found = review(agreement_text(clauses, **header), "test.yaml", network)  # type: ignore[arg-type]
    assert found.findings == ()
    return [(one.path, one.lacking, one.sections) for one in found.will_stop]


def compared(against: str, more: str = "kind: concentration, section: s1, indicator: tp") -> str:
    return measured(f"{more}, against: {against}, expressed: difference")


M = "clauses.1.measure"
CASES = {
    "no baseline": (compared("baseline"), "", [(M, "baseline tp", ("s1",))]),
    "a baseline": (compared("baseline"), "{s1: {baseline: {tp: 1}}}", []),
    "a baseline from a later date": (compared("baseline"), "{s1: {baseline: {tp: {2020-01-01: 1}}}}", []),
    "a baseline of another": (compared("baseline"), "{s1: {baseline: {tn: 1}}}", [(M, "baseline tp", ("s1",))]),
    "no limits for a load": (
        compared("limits", "kind: load, section: s1, indicator: tp"), "{s1: {limits: {tp: 1}}}",
        [(M, "limits load tp", ("s1",))],
    ),
    "no inflow at one of two": (
        f'- {{ref: "1", each: {{section: all}}, measure: {{kind: exceedance, indicator: tp, against: inflow}},'
        f" scale: [{{up_to: 0}}, {{rate: 1}}], {PAYS}}}",
        "{s1: {}, s2: {inflow: s1}}", [(M, "inflow", ("s1",))],
    ),
    "no inflow in an excuse": (
        lump("unless: [{kind: exceedance, section: s1, indicator: tp, against: inflow, at_most: 0, because: 第一条}]"),
        "", [("clauses.1.unless.0", "inflow", ("s1",))],
    ),
    "the register's target": (compared("target", "kind: quality_class, section: s1"), "", []),
    "a test inside a test": (
        when("kind: met, all_of: [{kind: volume, section: s1, against: baseline, expressed: ratio, at_least: 1}]"), "",
        [("clauses.1.when.0.all_of.0", "baseline volume", ("s1",))],
    ),
    "weights": (
        measured("kind: index, section: s1, against: baseline, weights: {tp: 50%, tn: 50%}"),
        "{s1: {baseline: {tp: 1}}}", [(M, "baseline tn", ("s1",))],
    ),
    "total nitrogen has no class limit in a river": (
        measured("kind: exceedance, section: s1, indicator: tn"), "", [(M, "limits tn", ("s1",))],
    ),
    "a class of what has no class in a river": (
        measured("kind: quality_class, section: s1, indicators: [tp, tn]"), "", [(M, "limits tn", ("s1",))],
    ),
    "last year": (compared("previous_year"), "", []),
}  # fmt: skip


@pytest.mark.parametrize(("clauses", "sheet", "expected"), CASES.values(), ids=CASES)
def test_a_comparison_without_its_figure_is_a_notice(
    clauses: str, sheet: str, expected: list[tuple[str, str, tuple[str, ...]]]
) -> None:
    if "measure:" in clauses:  # a ladder on an exceedance begins above 0
        clauses = clauses.replace("scale: [{amount: 1}]", "scale: [{up_to: 1}, {rate: 1}]")
    assert stops(clauses, sections=sheet) == expected


@pytest.mark.parametrize(("sheet", "lacking"), [("", ["target"]), ("{s1: {target: 3}}", [])])
def test_a_target_that_neither_sheet_nor_register_states(sheet: str, lacking: list[str]) -> None:
    clause = compared("target", "kind: quality_class, section: s1")
    assert [one[1] for one in stops(clause, NO_TARGET, sections=sheet)] == lacking


def test_what_depends_on_the_section_is_looked_at_for_each() -> None:
    clause = (
        '- {ref: "1", each: {section: [s1, s2]}, measure: {kind: concentration, indicator: tp, expressed: difference,'
        f" against: {{by: section, s1: baseline, s2: limits}}}}, scale: [{{up_to: 0}}, {{rate: 1}}], {PAYS}}}"
    )
    assert stops(clause) == [(M, "baseline tp", ("s1",)), (M, "limits tp", ("s2",))]


def test_the_clause_is_named() -> None:
    found = review(agreement_text(compared("baseline")), "test.yaml", RIVER)
    assert found.will_stop == (WillStop(M, "1", "baseline tp", ("s1",)),)
