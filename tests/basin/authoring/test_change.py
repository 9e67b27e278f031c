"""One value of an agreement replaced at a path."""

from __future__ import annotations

import pytest

from basin.authoring.change import with_changes
from basin.authoring.diff import Difference, differences
from basin.authoring.review import unverified
from basin.errors import AgreementError, UsageError
from basin.periods import Days
from tests.settlement.makers import RIVER, an_agreement

PAYS = "pays: upstream, receives: downstream"
AGREEMENT = an_agreement(
    f"""
    - {{ref: "2", scale: [{{amount: 1}}], cap: 10, {PAYS}}}
    - {{ref: "2.2", scale: [{{amount: 5}}], cap: {{value: 4000, source: 第四条}}, {PAYS}}}
    """,
    data="{compare: rounded}",
)


def changed(*changes: tuple[str, str]) -> list[Difference]:
    """What the changes come to."""
    return differences(AGREEMENT, with_changes(AGREEMENT, changes, RIVER))


def test_a_clause_is_named_by_its_ref_the_longest_that_fits():
    assert changed(("clauses.2.2.cap", "5000")) == [
        Difference("clauses.2.2.cap", "{value: 4000, source: 第四条}", "5000")
    ]
    assert changed(("clauses.2.cap", "20")) == [Difference("clauses.2.cap", "10", "20")]


def test_a_clause_is_not_meant_by_its_place():
    with pytest.raises(UsageError) as refusal:
        changed(("clauses.0.cap", "20"))
    assert (refusal.value.path, refusal.value.remedy) == ("clauses.0.cap", "此处有：2 2.2")


def test_a_path_as_the_reviews_and_the_differences_print_it_changes_that_very_clause():
    noted = an_agreement(
        f"""
        - {{ref: "2", scale: [{{amount: 1}}], {PAYS}}}
        - {{ref: "1", scale: [{{amount: {{value: 5, verified: false}}}}], {PAYS}}}
        """
    )
    (printed,) = unverified(noted.document)
    other = with_changes(noted, [(printed.path, "6")], RIVER)
    (found,) = differences(noted, other)
    assert (printed.path, found.path, found.now) == ("clauses.1.scale.0.amount", "clauses.1.scale.0.amount", "6")
    span = Days(noted.starts, noted.starts)
    assert noted.clause("1", span, {}).unverified == ("clauses.1.scale.0.amount",)


def test_a_path_leads_through_a_note_to_the_value_or_into_the_note_itself():
    weighed = an_agreement(
        f"""
        - ref: p
          measure: {{kind: index, section: s1, against: baseline, weights: {{value: {{tp: 1/2, tn: 1/2}}, source: 表}}}}
        - {{ref: "1", measure: {{kind: result, of: [p]}}, scale: [{{rate: 1}}], {PAYS}}}
        """
    )
    changes = [("clauses.p.measure.weights.tp", "1/3"), ("clauses.p.measure.weights.tn", "2/3")]
    found = differences(weighed, with_changes(weighed, [*changes, ("clauses.p.measure.weights.source", "附件")], RIVER))
    assert [(one.path, one.now) for one in found] == [
        ("clauses.p.measure.weights.value.tp", "1/3"),
        ("clauses.p.measure.weights.value.tn", "2/3"),
        ("clauses.p.measure.weights.source", "附件"),
    ]


def test_a_place_in_a_list_and_a_rule_of_data_can_be_changed_together():
    found = changed(("clauses.2.2.scale.0.amount", "1/3"), ("data.compare", "unrounded"))
    assert found == [
        Difference("data.compare", "rounded", "unrounded"),
        Difference("clauses.2.2.scale.0.amount", "5", "1/3"),
    ]


def test_a_key_the_clause_does_not_have_yet_is_added():
    assert changed(("clauses.2.times", "[1.2]")) == [Difference("clauses.2.times", None, "[1.2]")]


def test_the_agreement_in_hand_stays_as_it_is_and_the_other_has_another_fingerprint():
    other = with_changes(AGREEMENT, [("clauses.2.cap", "20")], RIVER)
    assert AGREEMENT.document["clauses"][0]["cap"] == "10"
    assert other.sha256 != AGREEMENT.sha256


@pytest.mark.parametrize(
    ("path", "remedy"),
    [
        ("clauses.9.cap", "此处有：2 2.2"),
        ("clauses.2.scale.3.amount", "此处有：0"),
        ("clauses.2.cap.value", "此处是一个值，没有下级"),
        ("sectionss.s1.target", "此处有：code title basin source standard starts ends parties every data clauses"),
    ],
)
def test_a_path_that_leads_nowhere_says_what_there_is(path: str, remedy: str):
    with pytest.raises(UsageError) as refusal:
        changed((path, "1"))
    assert (refusal.value.path, refusal.value.remedy) == (path, remedy)


@pytest.mark.parametrize(("path", "value"), [("clauses.2.capp", "1"), ("clauses.2.cap", "-1"), ("ends", "2000-01-01")])
def test_what_the_grammar_refuses_is_refused(path: str, value: str):
    with pytest.raises(AgreementError):
        changed((path, value))
