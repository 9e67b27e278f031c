"""Values by date, by element and with a note: resolved before anything is typed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from basin.dated import Hand, every_branch, in_force, special_values
from basin.errors import AgreementError
from basin.written.agreement_files import tree

RATES = "{2018-01-01: 75%, 2019-01-01: 83%, 2020-01-01: 100%}"


def node(text: str) -> Any:
    return tree(f"v: {text}")["v"]


def hand(first: str = "2019-01-01", last: str = "", **codes: str) -> Hand:
    return Hand(date.fromisoformat(first), date.fromisoformat(last or first), codes)


class TestByDate:
    """The value in force on the first day of the evaluated period."""

    @pytest.mark.parametrize(
        ("first", "last", "expected"),
        [
            ("2018-01-01", "2018-12-31", "75%"),
            ("2018-12-31", "2018-12-31", "75%"),
            ("2019-01-01", "2019-12-31", "83%"),
            ("2020-01-01", "2020-01-31", "100%"),
            ("2031-07-01", "2031-07-31", "100%"),
        ],
    )
    def test_the_last_date_that_has_come_counts(self, first: str, last: str, expected: str) -> None:
        assert in_force(node(RATES), hand(first, last)).value == expected

    def test_the_order_in_the_file_does_not_matter(self) -> None:
        assert in_force(node("{2019-01-01: b, 2018-01-01: a}"), hand("2020-01-01")).value == "b"

    def test_a_change_inside_the_evaluated_period_is_refused_with_its_path_and_day(self) -> None:
        with pytest.raises(AgreementError) as refused:
            in_force({"cap": node(RATES)}, hand("2018-07-01", "2019-06-30"), "clauses.0")
        assert refused.value.path == "clauses.0.cap"
        assert "2019-01-01" in refused.value.zh
        assert refused.value.remedy

    def test_before_the_first_date_there_is_no_value(self) -> None:
        with pytest.raises(AgreementError, match="2017-12-31 尚无生效的数值"):
            in_force(node(RATES), hand("2017-12-31"))

    def test_a_map_with_other_keys_is_no_map_by_date(self) -> None:
        assert in_force(node("{2018-01-01: a, tp: b}"), hand()).value == {"2018-01-01": "a", "tp": "b"}

    @given(
        st.lists(st.dates(date(2000, 1, 1), date(2030, 1, 1)), min_size=1, max_size=6, unique=True),
        st.dates(date(2000, 1, 1), date(2031, 1, 1)),
    )
    def test_any_day_gets_the_newest_value_that_is_not_later(self, days: list[date], on: date) -> None:
        dated = {day.isoformat(): day.isoformat() for day in days}
        past = [day for day in days if day <= on]
        if past:
            assert in_force(dated, Hand(on, on, {})).value == max(past).isoformat()
        else:
            with pytest.raises(AgreementError):
                in_force(dated, Hand(on, on, {}))

    @given(st.dates(date(2019, 1, 2), date(2019, 12, 31)))
    def test_a_year_never_straddles_a_change(self, change: date) -> None:
        dated = {"2018-01-01": "a", change.isoformat(): "b"}
        with pytest.raises(AgreementError):
            in_force(dated, hand("2019-01-01", "2019-12-31"))
        assert in_force(dated, Hand(change, change + timedelta(days=30), {})).value == "b"


class TestByElement:
    """The branch of the section, indicator, party or target class in hand."""

    @pytest.mark.parametrize(
        ("text", "codes", "expected"),
        [
            ("{by: section, s1: 3, else: 1}", {"section": "s1"}, "3"),
            ("{by: section, s1: 3, else: 1}", {"section": "s2"}, "1"),
            ('{by: target, "1,2,3": good, else: poor}', {"target": "2"}, "good"),
            ('{by: target, "1, 2, 3": good, else: poor}', {"target": "3"}, "good"),
            ('{by: target, "1,2,3": good, else: poor}', {"target": "4"}, "poor"),
            ("{by: section, s1: {by: indicator, tp: a, tn: b}, else: c}", {"section": "s1", "indicator": "tn"}, "b"),
            ("{by: section, s1: {2018-01-01: old, 2019-01-01: new}}", {"section": "s1"}, "new"),
        ],
    )
    def test_the_branch_of_the_code_in_hand(self, text: str, codes: dict[str, str], expected: str) -> None:
        assert in_force(node(text), hand(**codes)).value == expected

    def test_a_code_is_not_a_part_of_another(self) -> None:
        with pytest.raises(AgreementError, match="没有适用于 section=s1 的数值"):
            in_force(node("{by: section, s10: 3, s11: 4}"), hand(section="s1"))

    def test_without_the_element_in_hand_even_else_does_not_apply(self) -> None:
        with pytest.raises(AgreementError, match="section=None"):
            in_force(node("{by: section, else: 1}"), hand(indicator="tp"))


class TestNoted:
    """``{value, source, verified, note}`` is its value; an unverified one is named by its path."""

    def test_unverified_figures_are_named_wherever_they_stand(self) -> None:
        text = """
        {scale: [{amount: 10}, {amount: {value: 20, verified: false}}],
         weights: {value: {tp: 1/2, tn: 1/2}, source: 第四条, verified: False},
         cap: {value: 5, source: 第五条}}
        """
        found = in_force(node(" ".join(text.split())), hand(), "clauses.2")
        assert found.value == {
            "scale": [{"amount": "10"}, {"amount": "20"}], "weights": {"tp": "1/2", "tn": "1/2"}, "cap": "5",
        }  # fmt: skip
        assert found.unverified == ("clauses.2.scale.1.amount", "clauses.2.weights")

    def test_only_the_figure_in_force_is_doubted(self) -> None:
        text = "{2018-01-01: {value: 1, verified: false}, 2019-01-01: {value: 2, source: 第二条}}"
        assert in_force(node(text), hand("2018-05-01"), "a").unverified == ("a",)
        assert in_force(node(text), hand("2019-05-01"), "a").unverified == ()

    def test_a_note_may_hold_a_map_by_date_and_the_other_way_round(self) -> None:
        assert in_force(node(f"{{value: {RATES}, source: 第三条}}"), hand("2018-01-01")).value == "75%"

    def test_a_mapping_with_a_further_key_is_no_note(self) -> None:
        assert in_force(node("{value: 1, unit: t}"), hand()).value == {"value": "1", "unit": "t"}


class TestEveryBranch:
    """Checks see each value that may ever be in force."""

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("7", ["7"]),
            (RATES, ["75%", "83%", "100%"]),
            ("{value: 7, source: x}", ["7"]),
            ("{by: section, s1: {by: indicator, tp: 1, tn: 2}, s2: 3}", ["1", "2", "3"]),
            ("[{2018-01-01: 1, 2019-01-01: 2}, 5]", [["1", "5"], ["2", "5"]]),
            ("{a: {2018-01-01: 1, 2019-01-01: 2, 2020-01-01: 3}, b: {by: target, 1: x, else: y}}",
             [{"a": "1", "b": "x"}, {"a": "2", "b": "y"}, {"a": "3", "b": "y"}]),
            ("{by: section}", [None]),
            ("{}", [{}]),
            ("[]", [[]]),
        ],
    )  # fmt: skip
    def test_each_value_stands_in_some_branch(self, text: str, expected: list[Any]) -> None:
        assert every_branch(node(text)) == expected

    leaves = st.text("abc", min_size=1, max_size=2)
    trees = st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.dictionaries(st.sampled_from(["x", "y", "z"]), inner, max_size=3),
            st.dictionaries(st.sampled_from(["2018-01-01", "2019-01-01"]), inner, min_size=1, max_size=2),
            st.dictionaries(st.sampled_from(["s1", "else"]), inner, min_size=1).map(lambda d: {"by": "section", **d}),
            inner.map(lambda v: {"value": v, "source": "第一条"}),
        ),
        max_leaves=12,
    )

    @given(trees)
    def test_no_value_is_left_out_of_the_branches(self, document: Any) -> None:
        assert set(_leaves(document)) <= {leaf for branch in every_branch(document) for leaf in _leaves(branch)}


def _leaves(node: Any, skip: frozenset[str] = frozenset({"by", "source"})) -> list[str]:
    if isinstance(node, dict):
        return [leaf for key, value in node.items() if key not in skip for leaf in _leaves(value)]
    return [leaf for item in node for leaf in _leaves(item)] if isinstance(node, list) else [node]


def test_special_values_are_found_with_their_paths() -> None:
    document = node("{a: [{value: 1, source: x}, {2018-01-01: {by: target, else: 2}}], b: plain}")
    assert [path for path, _ in special_values(document)] == ["a.0", "a.1", "a.1.2018-01-01"]
