"""Pools: they close to the fen or stay shut, and every party ends where its position says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.obligations.pools import payouts, positions
from tests.settlement.makers import an_agreement, decided, paid, reasons


def lump(amount: str, pays: str = "up", receives: str = "down", ref: str = "1") -> str:
    return f'- {{ref: "{ref}", scale: [{{amount: {amount}}}], pays: {pays}, receives: {receives}}}\n'


class TestPool:
    """A pool must close at zero per period; then each debtor pays the creditors in proportion."""

    def test_contributions_and_distribution(self) -> None:
        text = (
            lump("20000", "{up: 1/10, third: 5/10, fourth: 4/10}", "pool")
            + lump("20000", "pool", "{up: 3/10, third: 4/10, fourth: 3/10}", "2")
        )  # fmt: skip
        assert paid(an_agreement(text), "2020") == {"third → up": "2000", "fourth → up": "2000"}

    def test_a_pool_that_does_not_close_stops_and_names_the_rest(self) -> None:
        found = decided(an_agreement(lump("100", "up", "pool") + lump("80", "pool", "down", "2")), "2020")
        assert reasons(found) == ["pool_not_closed: 20 万元（收 in 100，支 out 80）"]
        assert found.transfers == {}
        assert len(found.obligations) == 2

    def test_a_year_that_closes_does_not_mend_months_that_do_not(self) -> None:
        text = """
        - {ref: "1", every: month, measure: {kind: reported, fact: in}, scale: [{rate: 1}], pays: up, receives: pool}
        - {ref: "2", every: month, measure: {kind: reported, fact: out}, scale: [{rate: 1}], pays: pool, receives: down}
        """
        found = decided(an_agreement(text), "2020-01..2020-02", "facts: {in: [1, 2], out: [2, 1]}")
        assert sorted(stop.reason for stop in found.stops) == [
            "pool_not_closed: -1 万元（收 in 1，支 out 2）",
            "pool_not_closed: 1 万元（收 in 2，支 out 1）",
        ]

    def test_an_open_month_leaves_the_others_paid(self) -> None:
        text = """
        - {ref: "1", every: month, measure: {kind: reported, fact: in}, scale: [{rate: 1}], pays: up, receives: pool}
        - {ref: "2", every: month, measure: {kind: reported, fact: out}, scale: [{rate: 1}], pays: pool, receives: down}
        """
        found = decided(an_agreement(text), "2020-01..2020-02", "facts: {in: [1, 2], out: [1, 1]}")
        assert found.transfers == {("up", "down"): 1_000_000}

    def test_a_stopped_clause_of_the_pool_keeps_it_shut_and_another_clause_does_not(self) -> None:
        pool = lump("100", "up", "pool") + lump("100", "pool", "down", "2")
        other = '- {ref: "3", measure: {kind: reported, fact: x}, scale: [{rate: 1}], pays: third, receives: fourth}\n'
        assert decided(an_agreement(pool + other), "2020").transfers == {("up", "down"): 100_000_000}
        inside = other.replace("pays: third, receives: fourth", "pays: third, receives: pool")
        shut = decided(an_agreement(pool + inside), "2020")
        assert shut.transfers == {}
        assert reasons(shut) == ["no_fact: x", "pool_incomplete: 3"]

    THIRDS = """
    - {ref: i, each: {party: all}, measure: {kind: reported, fact: i}}
    - {ref: mean, measure: {kind: result, of: [i], take: mean}}
    - {ref: "1", each: {party: all}, measure: {kind: result, of: {i: 1, mean: -1}}, scale: [{rate: 1}], pays: party, receives: pool}
    """  # noqa: E501

    def test_what_closes_exactly_closes_in_fen(self) -> None:
        agreement = an_agreement(self.THIRDS, parties="[up, down, third]")
        found = decided(agreement, "2020", "given: {up: {i: 1}, down: {i: 1}, third: {i: 0}}")
        assert reasons(found) == []
        assert sorted(o.fen for o in found.obligations) == [333333, 333334, 666667]

    @given(
        st.lists(st.fractions(-50, 50, max_denominator=97), min_size=4, max_size=4),
        st.sampled_from(["half_up", "half_even", "down"]),
    )
    def test_against_the_mean_of_all_the_sum_is_zero_whatever_the_figures(
        self, figures: list[Fraction], mode: str
    ) -> None:
        names = ["up", "down", "third", "fourth"]
        agreement = an_agreement(self.THIRDS, parties=f"[{', '.join(names)}]", money=f"{{mode: {mode}}}")
        given_ = ", ".join(f"{name}: {{i: {figure}}}" for name, figure in zip(names, figures, strict=True))
        found = decided(agreement, "2020", f"given: {{{given_}}}")
        assert reasons(found) == []
        mean = sum(figures) / 4
        for name, figure in zip(names, figures, strict=True):
            exact = -(figure - mean) * 1_000_000
            assert abs(positions(found.obligations).get(name, 0) - exact) < 1
        assert sum(positions(found.obligations).values()) == 0

    def test_fen_left_over_by_a_compounding_fund_do_not_open_the_pool(self) -> None:
        text = """
        - {ref: fund, measure: {kind: reported, fact: fund}}
        - {ref: "3.1", measure: {kind: reported, fact: share}, scale: [{rate: 1}], times: [fund], pays: down, receives: pool}
        - {ref: "3.2", measure: {kind: reported, fact: share}, scale: [{amount: 1, rate: -1}], times: [fund], pays: up, receives: pool}
        - {ref: "3.3", scale: [{amount: 1}], times: [fund], pays: pool, receives: up}
        """  # noqa: E501
        found = decided(an_agreement(text), "2020", "facts: {fund: 100000.0000003, share: 1/3}")
        assert reasons(found) == []


def paid_out(position: Mapping[str, int]) -> dict[tuple[str, str], int]:
    """(debtor, creditor) → fen."""
    return {(flow.payer, flow.payee): flow.fen for flow in payouts(position)}


class TestPaidOut:
    """Each net debtor pays each net creditor in proportion, and every party ends where it stands."""

    @pytest.mark.parametrize(
        ("position", "expected"),
        [
            ({"a": -100, "b": 60, "c": 40}, {("a", "b"): 60, ("a", "c"): 40}),
            ({"a": -30, "b": -70, "c": 60, "d": 40},
             {("a", "c"): 18, ("a", "d"): 12, ("b", "c"): 42, ("b", "d"): 28}),
            ({"a": -1, "b": -1, "c": -1, "d": 2, "e": 1}, {("a", "d"): 1, ("b", "d"): 1, ("c", "e"): 1}),
            ({"a": 0, "b": 0}, {}),
            ({}, {}),
        ],
    )  # fmt: skip
    def test_positions_become_transfers(self, position: dict[str, int], expected: dict[tuple[str, str], int]) -> None:
        assert paid_out(position) == expected

    @given(st.lists(st.integers(-10_000, 10_000), min_size=1, max_size=8))
    def test_every_party_ends_where_its_position_says(self, amounts_: list[int]) -> None:
        position = {f"p{i}": amount for i, amount in enumerate([*amounts_, -sum(amounts_)])}
        transfers = paid_out(position)
        assert _net(transfers) == {party: amount for party, amount in position.items() if amount}
        assert all(amount > 0 for amount in transfers.values())

    @given(
        st.lists(st.integers(1, 10**6), min_size=2, max_size=5), st.lists(st.integers(1, 10**6), min_size=1, max_size=5)
    )
    def test_parts_are_proportional_to_a_fen_for_each_debtor(self, credits: list[int], debts: list[int]) -> None:
        whole = sum(credits)
        debts = [debt * whole // sum(debts) for debt in debts]
        debts[0] += whole - sum(debts)
        position = {f"d{i}": -debt for i, debt in enumerate(debts)} | {
            f"c{i}": credit for i, credit in enumerate(credits)
        }
        for (debtor, creditor), part in paid_out(position).items():
            exact = Fraction(-position[debtor] * position[creditor], whole)
            assert abs(part - exact) <= len(debts)


def _net(transfers: Mapping[tuple[str, str], int]) -> dict[str, int]:
    """What each party receives less what it pays."""
    net: dict[str, int] = defaultdict(int)
    for (payer, payee), fen in transfers.items():
        net[payer] -= fen
        net[payee] += fen
    return {party: amount for party, amount in net.items() if amount}
