"""What two agreements say differently, told by path with both texts."""

from __future__ import annotations

from basin.authoring.diff import Difference, differences, in_one_line
from tests.settlement.makers import an_agreement

ONE = '- {ref: "2.1", scale: [{amount: 100}], cap: 4000, pays: upstream, receives: downstream}'
OTHER = '- {ref: "2.2", scale: [{amount: 7}], pays: upstream, receives: downstream}'


def between(was: str, now: str, **header: str) -> list[Difference]:
    """What changes from one text of clauses to another; header lines given belong to the second."""
    return differences(an_agreement(was), an_agreement(now, **header))


def test_an_agreement_does_not_differ_from_itself():
    assert between(ONE, ONE) == []


def test_a_changed_value_is_told_by_the_ref_of_its_clause_with_both_texts():
    assert between(ONE, ONE.replace("4000", "5000")) == [Difference("clauses.2.1.cap", "4000", "5000")]


def test_a_change_deep_in_a_scale_is_told_alone():
    found = between(ONE, ONE.replace("amount: 100", "amount: 100, per: 3"))
    assert found == [Difference("clauses.2.1.scale.0.per", None, "3")]


def test_a_value_that_becomes_dated_is_one_change():
    found = between(ONE, ONE.replace("4000", "{2020-01-01: 4000, 2021-01-01: 6000}"))
    assert found == [Difference("clauses.2.1.cap", "4000", "{2020-01-01: 4000, 2021-01-01: 6000}")]


def test_a_clause_on_one_side_only_is_one_difference():
    whole = "{ref: 2.2, scale: [{amount: 7}], pays: upstream, receives: downstream}"
    assert between(ONE, f"{ONE}\n{OTHER}") == [Difference("clauses.2.2", None, whole)]
    assert between(f"{ONE}\n{OTHER}", ONE) == [Difference("clauses.2.2", whole, None)]


def test_clauses_that_only_changed_places_are_one_difference():
    found = between(f"{ONE}\n{OTHER}", f"{OTHER}\n{ONE}")
    assert found == [Difference("clauses", "[2.1, 2.2]", "[2.2, 2.1]")]


def test_header_and_data_rules_are_compared_too():
    found = between(ONE, ONE, title="新协议", data="{compare: unrounded}")
    assert found == [
        Difference("title", "试验协议", "新协议"),
        Difference("data", None, "{compare: unrounded}"),
    ]


def test_the_same_number_written_differently_is_told_as_written():
    assert between(ONE, ONE.replace("4000", "4000.0")) == [Difference("clauses.2.1.cap", "4000", "4000.0")]


def test_a_list_and_a_mapping_stand_in_one_line():
    assert in_one_line({"scale": [{"up_to": "0"}, {"rate": "50"}]}) == "{scale: [{up_to: 0}, {rate: 50}]}"
