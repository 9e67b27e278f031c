"""Scorecards: bands, criteria as lines of an agreement, and what is refused."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from basin import periods
from basin.errors import AgreementError
from basin.periods import Days
from basin.registry import checked_scorecard
from basin.scorecards import Scorecard, scorecard_of
from basin.written.agreement_files import tree
from tests.registries import bundled
from tests.settlement.makers import RIVER, RULES

CRITERION = "{ref: a, points: 30, source: 附表, measure: {kind: completeness, sections: all, indicators: [tp], take: mean}, scale: [{rate: 30}]}"  # noqa: E501
HEAD = {
    "code": "card", "title": "试验评价表", "source": "试验", "standard": "gb3838-2002", "data": RULES,
    "bands": "{优: 90, 良: 80, 中: 60, 差: 0}", "criteria": f"[{CRITERION}]",
}  # fmt: skip


def a_card(**keys: str) -> Scorecard:
    """A scorecard; a key given as an empty text is left out."""
    text = "\n".join(f"{key}: {value}" for key, value in (HEAD | keys).items() if value)
    return scorecard_of(tree(text), text, "card.yaml")


class TestGrade:
    """A score belongs to the first band whose floor it reaches."""

    @pytest.mark.parametrize(
        ("score", "grade"),
        [
            ("100", "优"), ("90", "优"), ("89.99", "良"), ("80", "良"), ("79.995", "中"), ("60", "中"), ("59.9", "差"),
            ("0", "差"), ("-5", "差"),
        ],
    )  # fmt: skip
    def test_the_floor_belongs_to_the_band(self, score: str, grade: str) -> None:
        assert a_card().grade(Fraction(score)) == grade

    @given(st.lists(st.fractions(-10, 110), min_size=2))
    def test_a_better_score_never_has_a_worse_grade(self, scores: list[Fraction]) -> None:
        order = ["差", "中", "良", "优"]
        card = a_card()
        places = [order.index(card.grade(score)) for score in sorted(scores)]
        assert places == sorted(places)


class TestRefused:
    """What is no scorecard, with its path."""

    @pytest.mark.parametrize(
        ("keys", "path", "said"),
        [
            *(({key: ""}, key, f"缺少 {key}") for key in HEAD if key != "data"),
            ({"points": "100"}, "points", "不认识的键"),
            ({"bands": "{良: 80, 优: 90, 差: 0}"}, "bands", "等级须从高到低"),
            ({"bands": "{优: 90, 良: 80}"}, "bands", "直到 0"),
            ({"bands": "{优: 90, 良: 90, 差: 0}"}, "bands", "等级须从高到低"),
            ({"bands": "{优: high, 差: 0}"}, "bands.优", "不是数字"),
            ({"bands": "[90, 80, 0]"}, "bands", "取值不合要求"),
            ({"bands": "{}"}, "bands", "等级须从高到低"),
            ({"criteria": "[{ref: a, source: x}]"}, "criteria.0", "指标没有分值"),
            ({"criteria": "[a]"}, "criteria.0", "指标没有分值"),
            ({"criteria": "{a: 1}"}, "criteria", "criteria 应是列表"),
        ],
    )  # fmt: skip
    def test_it_is_refused_at_its_path(self, keys: dict[str, str], path: str, said: str) -> None:
        with pytest.raises(AgreementError) as refused:
            a_card(**keys)
        assert refused.value.path == path
        assert said in refused.value.zh
        assert refused.value.remedy

    @pytest.mark.parametrize(
        ("criterion", "said"),
        [
            ("{ref: a, points: 1, measure: {kind: quality_class, sections: all}, scale: [{rate: 1}]}", "没有 take"),
            ("{ref: a, points: 1, measure: {kind: pollution}, scale: [{rate: 1}]}", "不认识的取值"),
            ("{ref: a, points: 1, measure: {kind: reported, fact: x}, scale: [{up_to: 1}]}", "敞口"),
        ],
    )
    def test_its_criteria_are_checked_as_clauses(self, criterion: str, said: str) -> None:
        text = "\n".join(f"{key}: {value}" for key, value in (HEAD | {"criteria": f"[{criterion}]"}).items())
        with pytest.raises(AgreementError, match=said):
            checked_scorecard(tree(text), text, "card.yaml", RIVER)

    def test_its_code_is_part_of_an_address(self) -> None:
        text = "\n".join(
            f"{key}: {value}" for key, value in (HEAD | {"code": "a/b", "criteria": f"[{CRITERION}]"}).items()
        )
        with pytest.raises(AgreementError, match="不能用作代码：a/b"):
            checked_scorecard(tree(text), text, "card.yaml", RIVER)


class TestAgreement:
    """The criteria as lines over the sections of a basin, for one period."""

    @pytest.mark.parametrize(
        ("text", "every"),
        [("2020", "year"), ("2020-07", "month"), ("2020Q3", "quarter"), ("2020-W28", "week"), ("2018..2020", "term")],
    )
    def test_it_obliges_once_for_the_period_asked_for(self, text: str, every: str) -> None:
        of = periods.period(text)
        agreement = a_card().agreement("test", ["s1", "s2"], of)
        assert agreement.every == every
        assert (agreement.starts, agreement.ends) == (periods.starts_on(of), periods.ends_on(of))
        assert agreement.section_codes == ("s1", "s2")
        assert agreement.refs == ("a",)

    def test_points_and_figures_may_be_unverified(self) -> None:
        noted = CRITERION.replace("points: 30", "points: {value: 30, verified: false}")
        placed = a_card(criteria=f"[{noted}]").agreement("test", ["s1"], pd.Period("2020", freq="Y"))
        found = placed.clause("a", Days(placed.starts, placed.ends), {})
        assert found.value.points == 30
        assert found.unverified == ("clauses.a.points",)


def test_the_bundled_scorecard_makes_a_hundred_points_and_says_that_nothing_in_it_is_verified() -> None:
    card = bundled().scorecards["watershed-performance"]
    agreement = card.agreement("xinan", ["jiekou"], pd.Period("2020", freq="Y"))
    days = Days(agreement.starts, agreement.ends)
    placed = [agreement.clause(ref, days, {}) for ref in agreement.refs]
    assert sum(clause.value.points for clause in placed) == 100
    assert all(clause.unverified for clause in placed)
