"""Obligations to the fen: signs, the one rounding, shares, pools that close, and what finally moves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.obligations.compensation import Compensation
from settlement.obligations.obligation import Obligation
from tests.settlement.makers import a_network, amounts, an_agreement, by_clause, decided, paid, per_unit

YEAR = pd.Period("2020", freq="Y")


def lump(amount: str, pays: str = "up", receives: str = "down", ref: str = "1") -> str:
    return f'- {{ref: "{ref}", scale: [{{amount: {amount}}}], pays: {pays}, receives: {receives}}}\n'


class TestSign:
    """Positive from `pays` to `receives`, negative the other way; there is no other direction flag."""

    @pytest.mark.parametrize(
        ("amount", "expected"),
        [("100", {"up → down": "100"}), ("-100", {"down → up": "100"}), ("0", {})],
    )
    def test_of_a_lump_sum(self, amount: str, expected: dict[str, str]) -> None:
        assert paid(an_agreement(lump(amount)), "2020") == expected

    def test_of_shares(self) -> None:
        shares = lump("-90", "{up: 1/3, third: 2/3}", "down")
        assert paid(an_agreement(shares), "2020") == {"down → up": "30", "down → third": "60"}

    def test_of_the_pool(self) -> None:
        both = lump("-100", "up", "pool") + lump("-100", "pool", "down", "2")
        found = decided(an_agreement(both), "2020")
        assert by_clause(found) == {"1: pool → up": "100", "2: down → pool": "100"}
        assert found.transfers == {("down", "up"): 100_000_000}

    def test_what_a_party_owes_itself_is_nothing(self) -> None:
        shared = lump("100", "{up: 1/2, down: 1/2}", "down")
        assert by_clause(decided(an_agreement(shared), "2020")) == {"1: up → down": "50"}

    @pytest.mark.parametrize(
        ("sheet", "expected"),
        [
            ("{s1: {}}", {"up → down": "10"}),
            ("{s1: {upstream: third}}", {"third → down": "10"}),
            ("{s1: {upstream: {up: 1/2, third: 1/2}}}", {"up → down": "5", "third → down": "5"}),
        ],
    )
    def test_sides_of_a_section_are_the_sheets_else_the_networks(self, sheet: str, expected: dict[str, str]) -> None:
        text = per_unit("kind: reported, fact: x", ", each: {section: [s1]}")
        assert paid(an_agreement(text, sections=sheet), "2020", "given: {s1: {x: 10}}") == expected

    def test_without_a_section_in_hand_the_roles_pay(self) -> None:
        river = a_network("s1 third fourth 3", parties="up down")
        assert paid(
            an_agreement(per_unit("kind: reported, fact: x"), river), "2020", "facts: {x: 1}", network=river
        ) == {"up → down": "1"}
        at_section = per_unit("kind: quality_class, section: s1")
        figures = "given: {s1: {quality_class: 1}}"
        listed = an_agreement(at_section, river, parties="[third, fourth]")
        assert paid(listed, "2020", figures, network=river) == {"third → fourth": "1"}


class TestRounding:
    """One rounding to the fen per clause, period and pair of sides."""

    @pytest.mark.parametrize(
        ("mode", "amount", "expected"),
        [
            ("half_up", "1.0000005", "1.000001"),
            ("half_up", "1.0000015", "1.000002"),
            ("half_up", "-1.0000005", "-1.000001"),
            ("half_even", "1.0000005", "1"),
            ("half_even", "1.0000015", "1.000002"),
            ("half_even", "-1.0000005", "-1"),
            ("down", "1.0000019", "1.000001"),
            ("down", "-1.0000019", "-1.000001"),
            ("half_up", "1/3", "0.333333"),
            ("half_up", "2/3", "0.666667"),
        ],
    )
    def test_the_mode_is_the_agreements(self, mode: str, amount: str, expected: str) -> None:
        found = paid(an_agreement(lump(amount), money=f"{{mode: {mode}}}"), "2020")
        sign = "-" if "down → up" in found else ""
        assert sign + next(iter(found.values())) == expected

    def test_a_third_a_month_summed_over_the_year_loses_nothing(self) -> None:
        yearly = '- {ref: "1", every: year, each: {month: all}, scale: [{amount: 100/3}], pays: up, receives: down}'
        monthly = yearly.replace("every: year, each: {month: all}", "every: month")
        assert paid(an_agreement(yearly), "2020") == {"up → down": "400"}
        assert paid(an_agreement(monthly), "2020") == {"up → down": "399.999996"}

    def test_sections_between_the_same_two_are_rounded_together(self) -> None:
        text = per_unit("kind: reported, fact: x", ", each: {section: all}")
        assert paid(an_agreement(text), "2020", "given: {s1: {x: 1/3}, s2: {x: 1/3}}") == {"up → down": "0.666667"}

    def test_shares_add_up_to_the_fen(self) -> None:
        found = decided(an_agreement(lump("0.000100", "{up: 1/3, third: 1/3, fourth: 1/3}", "down")), "2020")
        assert [o.fen for o in found.obligations] == [34, 33, 33]

    @given(st.integers(-(10**9), 10**9), st.lists(st.integers(1, 50), min_size=1, max_size=3))
    def test_any_sum_in_any_shares_adds_up(self, fen: int, weights: list[int]) -> None:
        names = ["up", "third", "fourth"][: len(weights)]
        shares = ", ".join(f"{n}: {w}/{sum(weights)}" for n, w in zip(names, weights, strict=True))
        found = decided(an_agreement(lump(f"{fen}/1000000", f"{{{shares}}}", "down")), "2020")
        assert sum(o.fen for o in found.obligations) == abs(fen)
        assert {("down" in (o.payer, o.payee)) for o in found.obligations} <= {True}


class TestProportion:
    """Shares measured by a line."""

    TEXT = """
    - {ref: w, each: {party: [third, fourth]}, measure: {kind: reported, fact: w}}
    - {ref: "1", scale: [{amount: 100}], pays: up, receives: {in_proportion_to: w, among: [third, fourth]}}
    """

    @pytest.mark.parametrize(
        ("third", "fourth", "expected"),
        [("1", "3", {"up → third": "25", "up → fourth": "75"}), ("0", "3", {"up → fourth": "100"})],
    )
    def test_each_gets_its_part_of_the_sum(self, third: str, fourth: str, expected: dict[str, str]) -> None:
        figures = f"given: {{third: {{w: {third}}}, fourth: {{w: {fourth}}}}}"
        assert paid(an_agreement(self.TEXT), "2020", figures) == expected

    @pytest.mark.parametrize(
        ("third", "fourth", "reason"),
        [
            ("0", "0", "no_shares"),
            ("-1", "3", "no_shares: third"),
            ("null", "3", "no_shares: third"),
            ("-1", "-3", "no_shares: third fourth"),
        ],
    )
    def test_negative_or_all_zero_or_absent_shares_stop_and_name_whose(
        self, third: str, fourth: str, reason: str
    ) -> None:
        figures = f"given: {{third: {{w: {third}}}, fourth: {{w: {fourth}}}}}"
        found = decided(an_agreement(self.TEXT), "2020", figures)
        assert found.obligations == ()
        assert [stop.reason for stop in found.stops if stop.clause == "1"] == [reason]


def _net(transfers: Mapping[tuple[str, str], int]) -> dict[str, int]:
    """What each party receives less what it pays."""
    net: dict[str, int] = defaultdict(int)
    for (payer, payee), fen in transfers.items():
        net[payer] -= fen
        net[payee] += fen
    return {party: amount for party, amount in net.items() if amount}


parties = st.sampled_from(["a", "b", "c", "d"])
obligations = st.lists(
    st.builds(
        Obligation, st.just("1"), st.sampled_from([YEAR, YEAR + 1]), parties, parties, st.integers(1, 10**7)
    ).filter(lambda o: o.payer != o.payee),
    max_size=12,
)


class TestNetting:
    """Transfers net pairs and periods and change nobody's position."""

    @given(obligations)
    def test_netting_keeps_each_partys_position_and_the_sum_is_zero(self, due: list[Obligation]) -> None:
        transfers = Compensation(tuple(due), (), ()).transfers
        gross: dict[str, int] = defaultdict(int)
        for o in due:
            gross[o.payer] -= o.fen
            gross[o.payee] += o.fen
        assert _net(transfers) == {party: amount for party, amount in gross.items() if amount}
        assert sum(_net(transfers).values()) == 0

    @given(obligations)
    def test_of_two_parties_only_one_pays(self, due: list[Obligation]) -> None:
        transfers = Compensation(tuple(due), (), ()).transfers
        assert all((payee, payer) not in transfers for payer, payee in transfers)
        assert all(fen > 0 for fen in transfers.values())

    @given(obligations, st.randoms())
    def test_the_order_of_obligations_does_not_matter(self, due: list[Obligation], random: object) -> None:
        shuffled = sorted(due, key=lambda _: random.random())  # type: ignore[attr-defined]
        assert dict(Compensation(tuple(shuffled), (), ()).transfers) == dict(Compensation(tuple(due), (), ()).transfers)

    def test_opposite_clauses_are_netted(self) -> None:
        text = lump("60") + lump("100", "down", "up", "2")
        found = decided(an_agreement(text), "2020")
        assert by_clause(found) == {"1: up → down": "60", "2: down → up": "100"}
        assert found.transfers == {("down", "up"): 40_000_000}


def test_a_league_moves_nothing_out_of_the_pool() -> None:
    text = """
    - {ref: a, each: {party: all}, measure: {kind: reported, fact: x}}
    - {ref: "1", each: {party: all}, measure: {kind: rank, of: [a], first: lowest}, scale: [{rate: -10, origin: 2}], pays: pool, receives: party}
    """  # noqa: E501
    agreement = an_agreement(text, parties="[up, down, third]")
    found = decided(agreement, "2020", "given: {up: {x: 3}, down: {x: 1}, third: {x: 2}}")
    assert amounts(found, "1") == ["-10", "10", "0"]
    assert found.transfers == {("up", "down"): 10_000_000}


class TestPlace:
    """`money.place`: the one rounding, the shares and what a pool pays out are whole fen, yuan or 万元."""

    @pytest.mark.parametrize(
        ("place", "mode", "expected"),
        [
            ("fen", "half_up", "1234.56785"),
            ("yuan", "half_up", "1234.5679"),
            ("yuan", "down", "1234.5678"),
            ("wan", "half_up", "1235"),
            ("wan", "down", "1234"),
        ],
    )
    def test_a_sum_is_rounded_once(self, place: str, mode: str, expected: str) -> None:
        agreement = an_agreement(lump("1234.56785"), money=f"{{place: {place}, mode: {mode}}}")
        assert paid(agreement, "2020") == {"up → down": expected}

    def test_shares_are_whole_units_and_add_up(self) -> None:
        shares = lump("100", "{up: 1/3, third: 2/3}", "down")
        assert paid(an_agreement(shares, money="{place: wan}"), "2020") == {"up → down": "33", "third → down": "67"}
        assert paid(an_agreement(shares, money="{place: yuan}"), "2020") == {
            "up → down": "33.3333", "third → down": "66.6667"
        }  # fmt: skip

    def test_a_pool_that_closes_exactly_closes_in_whole_units(self) -> None:
        ins = lump("10.5", "up", "pool") + lump("10.5", "third", "pool", "2") + lump("10.5", "fourth", "pool", "3")
        out = lump("31.5", "pool", "down", "4")
        found = decided(an_agreement(ins + out, money="{place: wan}"), "2020")
        assert [stop.reason for stop in found.stops] == []
        assert {fen % 1_000_000 for fen in found.transfers.values()} == {0}
        assert sum(found.transfers.values()) == 32_000_000

    def test_a_pool_pays_out_whole_units(self) -> None:
        text = lump("10", "up", "pool") + lump("10", "pool", "{third: 1/3, fourth: 1/3, down: 1/3}", "2")
        transfers = decided(an_agreement(text, money="{place: wan}"), "2020").transfers
        assert sorted(transfers.values()) == [3_000_000, 3_000_000, 4_000_000]

    def test_the_working_names_the_place(self) -> None:
        (obligation,) = decided(an_agreement(lump("1.23456"), money="{place: yuan}"), "2020").obligations
        assert [(step.label, step.value) for step in obligation.steps] == [
            ("修约一次（元，取整到元，四舍五入）", "12346.00")
        ]
