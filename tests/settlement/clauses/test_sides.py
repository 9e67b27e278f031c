"""Who pays and who receives, as an evaluation states it once it is made."""

from __future__ import annotations

import pytest

from basin.rounding import printed
from settlement.clauses.context import Evaluation, Shares
from tests.settlement.makers import a_network, an_agreement, decided, evaluations

RIVER = a_network("s1 up down 3", parties="third fourth")


def evaluated(clauses: str, figures: str = "", **header: str) -> Evaluation:
    """The one evaluation of clause "1"."""
    made = decided(an_agreement(clauses, RIVER, **header), "2020", figures, network=RIVER)
    (evaluation,) = evaluations(made, "1")
    return evaluation


def written(shares: Shares | None) -> dict[str, str] | None:
    """Shares as party: text."""
    return None if shares is None else {party: printed(share) for party, share in shares}


def clause(pays: str, receives: str, each: str = "") -> str:
    """A clause "1" that pays 100 万元."""
    return f'- {{ref: "1", {each} scale: [{{amount: 100}}], pays: {pays}, receives: {receives}}}'


class TestParties:
    @pytest.mark.parametrize(
        ("pays", "each", "expected"),
        [
            ("third", "", {"third": "1"}),
            ("pool", "", {"pool": "1"}),
            ("{third: 1/4, fourth: 3/4}", "", {"third": "0.25", "fourth": "0.75"}),
            ("upstream", "", {"up": "1"}),  # the agreement's role: no section is in hand
            ("upstream", "each: {section: s1},", {"up": "1"}),
            ("party", "each: {party: fourth},", {"fourth": "1"}),
        ],
        ids=["a code", "the pool", "shares", "a role", "the section's party", "the party in hand"],
    )
    def test_a_side_is_everybody_on_it_with_shares(self, pays: str, each: str, expected: dict[str, str]) -> None:
        sides = evaluated(clause(pays, "down", each)).sides
        assert written(sides.pays) == expected
        assert written(sides.receives) == {"down": "1"}
        assert sides.determined
        assert sides.parties == {*expected, "down"}

    def test_a_line_has_no_sides(self) -> None:
        text = """
        - {ref: "1", scale: [{amount: 100}]}
        - {ref: "2", measure: {kind: result, of: "1"}, scale: [{rate: 1}], pays: up, receives: down}
        """
        sides = evaluated(text).sides
        assert (sides.pays, sides.receives, sides.without_share) == (None, None, ())

    def test_a_section_sheet_says_who_shares(self) -> None:
        sheet = "{s1: {upstream: {third: 1/2, fourth: 1/2}}}"
        sides = evaluated(clause("upstream", "down", "each: {section: s1},"), sections=sheet).sides
        assert written(sides.pays) == {"third": "0.5", "fourth": "0.5"}


class TestMeasuredShares:
    TEXT = """
    - {ref: w, each: {party: [third, fourth]}, measure: {kind: reported, fact: w}}
    - {ref: "1", scale: [{amount: 100}], pays: up, receives: {in_proportion_to: w, among: [third, fourth]}}
    """

    @pytest.mark.parametrize(
        ("third", "fourth", "receives", "without_share"),
        [
            ("1", "3", {"third": "0.25", "fourth": "0.75"}, ()),
            ("0", "3", {"third": "0", "fourth": "1"}, ()),
            ("0", "0", None, ()),  # nothing to share by, though no number is missing
            ("-1", "3", None, ("third",)),
            ("null", "-3", None, ("third", "fourth")),
        ],
    )
    def test_each_has_its_part_of_the_sum_or_nobody_has_any(
        self, third: str, fourth: str, receives: dict[str, str] | None, without_share: tuple[str, ...]
    ) -> None:
        sides = evaluated(self.TEXT, f"given: {{third: {{w: {third}}}, fourth: {{w: {fourth}}}}}").sides
        assert written(sides.receives) == receives
        assert sides.without_share == without_share
        assert written(sides.pays) == {"up": "1"}

    def test_what_a_share_rests_on_is_unverified_with_the_clause(self) -> None:
        text = self.TEXT.replace("fact: w}", "fact: w}, scale: [{rate: {value: 2, verified: false}}]")
        evaluation = evaluated(text, "given: {third: {w: 1}, fourth: {w: 1}}")
        assert evaluation.unverified == ("clauses.w.scale.0.rate",)


def test_unverified_figures_stand_in_the_order_clause_sides_rules() -> None:
    """Settlement documents list them in this order, and a document that changes its order changes its digest."""
    text = (
        '- {ref: "1", each: {section: s1}, scale: [{amount: {value: 100, verified: false}}],'
        " pays: upstream, receives: downstream}"
    )
    sheet = "{s1: {downstream: {value: third, verified: false}, upstream: {value: fourth, verified: false}}}"
    evaluation = evaluated(text, sections=sheet, starts="{value: 2020-01-01, verified: false}")
    assert evaluation.unverified == (
        "clauses.1.scale.0.amount", "sections.s1.upstream", "sections.s1.downstream", "starts",
    )  # fmt: skip
