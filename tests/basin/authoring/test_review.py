"""Reviewing a file: all findings at once, and what is not verified."""

from __future__ import annotations

from dataclasses import replace

import pytest

from basin.authoring.review import Review, Unverified, WithoutSource, review
from tests.settlement.makers import RIVER, agreement_text

PAYS = "pays: upstream, receives: downstream"


def looked_at(clauses: str, **header: str) -> Review:
    """The review of an agreement with these clauses."""
    return review(agreement_text(clauses, **header), "test.yaml", RIVER)


def places(found: Review) -> list[str | None]:
    """Where the findings lie."""
    return [one.path for one in found.findings]


def test_a_good_agreement_has_no_findings():
    found = looked_at(f'- {{ref: "1", source: 第一条, scale: [{{amount: 1}}], {PAYS}}}')
    assert found.without_source == ()
    assert (found.code, found.clauses, found.findings, found.unverified) == ("test-river", 1, (), ())


def test_findings_of_several_clauses_come_together():
    found = looked_at(f"""
        - {{ref: "1", ammount: 1, scale: [{{amount: 1}}], {PAYS}}}
        - {{ref: "2", measure: {{kind: pollution}}, scale: [{{amount: 1}}], {PAYS}}}
        - {{ref: "3", scale: [{{up_to: 1}}], pays: nobody, receives: downstream}}
        """)
    assert places(found) == ["clauses.1.ammount", "clauses.2.measure.kind", "clauses.3.pays", "clauses.3.scale.0"]


def test_the_same_finding_in_every_branch_of_a_dated_value_is_told_once():
    found = looked_at(f'- {{ref: "1", ammount: {{2020-01-01: 1, 2021-01-01: 2}}, scale: [{{amount: 1}}], {PAYS}}}')
    assert places(found) == ["clauses.1.ammount"]


def test_with_a_header_that_cannot_be_read_clauses_are_looked_at_all_the_same():
    found = looked_at(f'- {{ref: "1", ammount: 1, scale: [{{amount: 1}}], {PAYS}}}', starts="2020-02-31")
    assert places(found) == ["starts", "clauses.1.ammount"]


def test_a_file_that_is_no_mapping_has_one_finding_with_its_remedy():
    found = review("- 1\n- 2\n", "test.yaml", RIVER)
    assert [(one.file, one.remedy) for one in found.findings] == [("test.yaml", "最外层逐行写“键: 值”，不以 - 起")]


def test_unverified_values_are_listed_with_the_clause_they_stand_in():
    found = looked_at(
        f'- {{ref: "2.1", scale: [{{amount: {{value: 7, source: 转述, verified: false, note: 自拟}}}}], {PAYS}}}',
        data="{compare: {value: rounded, verified: false}}",
    )
    assert found.findings == ()
    assert found.unverified == (
        Unverified("data.compare", None, "rounded", "", ""),
        Unverified("clauses.2.1.scale.0.amount", "2.1", "7", "转述", "自拟"),
    )


RULES_OF_READINGS = tuple(
    f"data.{rule}"
    for rule in ("min_readings_a_day", "min_days_a_month", "statuses", "non_detect", "compare", "missing_month")
)


@pytest.mark.parametrize(
    ("clause", "rules"),
    [
        ("scale: [{amount: 1}]", ()),
        ("measure: {kind: reported, fact: volume}, scale: [{rate: 1}]", ()),
        ("measure: {kind: completeness, section: s1, indicator: tp}, scale: [{rate: 1}]", ()),
        ("measure: {kind: quality_class, section: s1}, scale: [{rate: 1}]", RULES_OF_READINGS),
        ("when: [{any_of: [{kind: quality_class, section: s1, at_most: 3}]}], scale: [{amount: 1}]", RULES_OF_READINGS),
    ],
    ids=["a lump sum", "a fact", "slots", "a measure", "a test inside a test"],
)
def test_only_what_is_formed_from_readings_uses_the_rules_that_are_not_stated(clause: str, rules: tuple[str, ...]):
    found = looked_at(f'- {{ref: "1", source: 第一条, {clause}, {PAYS}}}')
    assert (found.findings, found.not_stated) == ((), rules)


@pytest.mark.parametrize(("data", "not_stated"), [("compare: rounded", True), ("stations: mean_of_instants", False)])
def test_a_section_with_two_stations_needs_a_rule_for_them(data: str, not_stated: bool):
    second = replace(RIVER.stations["s1"], code="s1b", rank=2)
    two = replace(RIVER, stations={**RIVER.stations, "s1b": second})
    measure = "measure: {kind: quality_class, section: s1}, scale: [{rate: 1}]"
    clause = f'- {{ref: "1", source: 第一条, {measure}, {PAYS}}}'
    found = review(agreement_text(clause, data=f"{{{data}}}"), "test.yaml", two)
    assert ("data.stations" in found.not_stated) is not_stated


def test_clauses_without_a_source_are_listed_and_not_refused():
    found = looked_at(f"""
        - {{ref: "2.1", source: 第二条, scale: [{{amount: 1}}], {PAYS}}}
        - {{ref: "2.2", scale: [{{amount: 1}}], {PAYS}}}
        - {{ref: "2.3", source: "", scale: [{{amount: 1}}], {PAYS}}}
        """)
    assert found.findings == ()
    assert found.without_source == (WithoutSource("clauses.2.2", "2.2"), WithoutSource("clauses.2.3", "2.3"))


def test_every_misfit_is_told_also_where_the_header_cannot_be_read():
    found = looked_at(f'- {{ref: "1", ammount: 1, cap: much, scale: [{{amount: 1}}], {PAYS}}}', starts="2020-02-31")
    assert places(found) == ["starts", "clauses.1.cap", "clauses.1.ammount"]


def test_only_a_clause_that_has_no_ref_of_its_own_is_named_by_its_place():
    found = looked_at(f"""
        - {{ref: "7", ammount: 1, scale: [{{amount: 1}}], {PAYS}}}
        - {{cap: much}}
        - {{ref: "9", cap: more}}
        - {{ref: "9", cap: most}}
        """)
    assert places(found) == [
        "clauses.1.ref",
        "clauses.7.ammount",
        "clauses.1.ref",
        "clauses.1.cap",
        "clauses.2.cap",
        "clauses.3.cap",
    ]


def test_what_is_no_list_of_clauses_is_a_finding_and_no_crash():
    text = agreement_text("").replace("clauses:", "clauses: {a: {value: 1, verified: false}}")
    found = review(text, "test.yaml", RIVER)
    assert places(found) == ["clauses"]
