"""Leagues: places by the sum of ranks, and the published rows of Tianjin, every one of them.

Tianjin 2021-08 and 2021-09 (天津市水环境区域补偿): sub-ranks by pollution index, change on last year and ratio of
outflowing to inflowing concentration, and the money [万元] each of the sixteen districts received (+) or paid (−).
"""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from basin.measures import Measure
from settlement.clauses.league import Placed, place
from settlement.obligations.compensation import Compensation
from tests.settlement.makers import a_network, amounts, an_agreement, by_clause, decided, reasons

AUGUST = """
滨海新区 2 4 1 140
静海 1 2 7 120
蓟州 3 5 5 100
宁河 6 1 10 80
宝坻 4 10 4 60
北辰 9 6 3 40
津南 7 7 9 20
西青 5 3 16 0
河东 12 11 2 0
武清 8 8 13 -20
和平 10 12 8 -40
东丽 11 9 12 -60
河西 13 15 6 -80
南开 15 14 11 -100
河北 14 13 14 -120
红桥 16 16 15 -140
"""
SEPTEMBER = """
静海 1 4 8 140
蓟州 2 11 1 120
津南 4 5 6 100
河东 9 2 4 80
宁河 7 7 2 60
和平 10 1 5 40
滨海新区 5 8 7 20
东丽 8 3 12 0
宝坻 3 16 11 0
河西 12 10 9 -20
北辰 14 14 3 -40
西青 6 12 14 -60
南开 16 6 10 -80
武清 11 13 13 -100
河北 13 9 16 -120
红桥 15 15 15 -140
"""
DISTRICTS = " ".join(row.split()[0] for row in AUGUST.split("\n") if row)
CITY = a_network(parties=DISTRICTS)
CLAUSES = """
- {ref: a, every: month, each: {party: all}, measure: {kind: reported, fact: pollution_index}}
- {ref: b, every: month, each: {party: all}, measure: {kind: result, of: [a], against: previous_year, expressed: percent_change}}
- {ref: c, every: month, each: {party: all}, measure: {kind: reported, fact: out_in_ratio}}
- {ref: "1", every: month, each: {party: all}, measure: {kind: rank, of: [a, b, c], first: lowest, ties: %s},
   scale: [{up_to: 7, rate: -20, origin: 8}, {up_to: 9}, {rate: -20, origin: 9}], pays: pool, receives: party}
"""  # noqa: E501


def rows(table: str) -> dict[str, list[int]]:
    """District → three sub-ranks and the published money."""
    return {name: [int(figure) for figure in figures] for name, *figures in map(str.split, table.strip().split("\n"))}


def sub_ranks(table: str) -> str:
    """The sub-ranks as a case gives them: the values of the lines a, b, c."""
    of = rows(table)
    lines = [f"{ref}: {{{', '.join(f'{p}: {of[p][i]}' for p in of)}}}" for i, ref in enumerate("abc")]
    return f"lines: {{{', '.join(lines)}}}"


def tianjin(ties: str = "[a]") -> object:
    return an_agreement(CLAUSES % ties, CITY, parties=f"[{', '.join(DISTRICTS.split())}]")


class TestTianjin:
    """Thirty-two published rows, five ties among them."""

    @pytest.mark.parametrize(("period", "table"), [("2021-08", AUGUST), ("2021-09", SEPTEMBER)])
    def test_every_district_gets_the_published_money(self, period: str, table: str) -> None:
        found = decided(tianjin(), period, sub_ranks(table), network=CITY)
        assert reasons(found) == []
        money = {p: int(money) for (p, (*_, money)) in rows(table).items()}
        expected = {f"1: pool → {p}": str(m) for p, m in money.items() if m > 0}
        expected |= {f"1: {p} → pool": str(-m) for p, m in money.items() if m < 0}
        assert by_clause(found) == expected

    @pytest.mark.parametrize(("period", "table"), [("2021-08", AUGUST), ("2021-09", SEPTEMBER)])
    def test_the_pool_is_paid_out_and_every_district_ends_where_it_stands(self, period: str, table: str) -> None:
        transfers = decided(tianjin(), period, sub_ranks(table), network=CITY).transfers
        for district, (*_, money) in rows(table).items():
            net = sum(fen for (_, payee), fen in transfers.items() if payee == district)
            net -= sum(fen for (payer, _), fen in transfers.items() if payer == district)
            assert net == money * 1_000_000

    @pytest.mark.parametrize(("period", "table", "tied"), [("2021-08", AUGUST, 2), ("2021-09", SEPTEMBER, 8)])
    def test_without_a_tie_break_the_tied_stop_and_the_pool_is_not_paid_out(
        self, period: str, table: str, tied: int
    ) -> None:
        found = decided(tianjin("[]"), period, sub_ranks(table), network=CITY)
        assert sum(stop.reason == "tie" for stop in found.stops) == tied
        assert found.transfers == {}

    def test_another_tie_break_moves_money(self) -> None:
        by_ratio = by_clause(decided(tianjin("[c]"), "2021-08", sub_ranks(AUGUST), network=CITY))
        by_index = by_clause(decided(tianjin("[a]"), "2021-08", sub_ranks(AUGUST), network=CITY))
        assert by_ratio != by_index

    def test_it_can_be_computed_from_indices_instead_of_ranks(self) -> None:
        table = rows(AUGUST)
        # indices that rank as published: a by the index itself, b by its change on last year, c by the ratio
        now = {p: 100 + a for p, (a, *_) in table.items()}
        before = {p: Fraction(100 * now[p], 100 + b) for p, (_, b, *_) in table.items()}
        given = ", ".join(
            f"{p}: {{pollution_index: {{2021-08: {now[p]}, 2020-08: {before[p]}}}, out_in_ratio: {c}}}"
            for p, (_, _, c, _) in table.items()
        )
        computed = decided(tianjin(), "2021-08", f"given: {{{given}}}", network=CITY)
        assert by_clause(computed) == by_clause(decided(tianjin(), "2021-08", sub_ranks(AUGUST), network=CITY))

    def test_a_district_without_figures_stops_the_league(self) -> None:
        missing = sub_ranks(AUGUST).replace("红桥: 16", "红桥: null", 1)
        assert reasons(decided(tianjin(), "2021-08", missing, network=CITY))[0].startswith("no_")


def taken(placed: Placed) -> str:
    """The place, or the places taken together."""
    return str(placed.first) if placed.is_tied is False else f"{placed.first}-{placed.last}"


class TestSharingAPlace:
    """Ties that nothing breaks: they stop, share the place, or share it where the places pay the same."""

    CLAUSES = """
    - {ref: a, each: {party: all}, measure: {kind: reported, fact: x}}
    - {ref: "1", each: {party: all}, measure: {kind: rank, of: [a], ties: [%s]},
       scale: [{up_to: 2, amount: 60}, {up_to: 4, amount: 30}, {amount: 0}], pays: prov, receives: party}
    """
    FIVE = "[p, q, r, s, t]"
    RIVER = a_network(parties="p q r s t prov")

    def found(self, ties: str, numbers: str) -> Compensation:
        figures = ", ".join(f"{party}: {{x: {n}}}" for party, n in zip("pqrst", numbers.split(), strict=True))
        agreement = an_agreement(self.CLAUSES % ties, self.RIVER, parties=self.FIVE)
        return decided(agreement, "2020", f"given: {{{figures}}}", network=self.RIVER)

    @pytest.mark.parametrize(
        ("ties", "numbers", "expected"),
        [
            ("", "1 1 3 4 5", [None, None, "30", "30", "0"]),
            ("same", "1 2 2 4 5", ["60", "60", "60", "30", "0"]),
            ("same_if_equal", "1 1 3 4 5", ["60", "60", "30", "30", "0"]),
            ("same_if_equal", "1 2 3 3 5", ["60", "60", "30", "30", "0"]),
            ("same_if_equal", "1 2 2 4 5", ["60", None, None, "30", "0"]),  # places 2 and 3 pay differently
            ("same_if_equal", "1 2 2 2 5", ["60", None, None, None, "0"]),
            ("a, same_if_equal", "1 1 3 4 5", ["60", "60", "30", "30", "0"]),
        ],
    )
    def test_a_tie(self, ties: str, numbers: str, expected: list[str | None]) -> None:
        found = self.found(ties, numbers)
        assert amounts(found, "1") == expected
        assert set(reasons(found)) == ({"tie"} if None in expected else set())

    def test_the_working_says_that_the_places_pay_the_same(self) -> None:
        first = next(e for e in self.found("same_if_equal", "1 1 3 4 5").evaluations if e.clause.ref == "1")
        assert [(step.label, step.expression, step.value) for step in first.steps][-2:] == [
            ("并列", "第 1 至 2 名金额相同", "1"),
            ("第 1 段", "1 ≤ 2：60", "60"),
        ]

    def test_a_condition_on_a_shared_place_is_decided_where_all_places_decide_it_alike(self) -> None:
        clauses = """
        - {ref: a, each: {party: all}, measure: {kind: reported, fact: x}}
        - {ref: "1", each: {party: all}, when: [{kind: rank, of: [a], ties: [same_if_equal], at_most: %s}],
           scale: [{amount: 5}], pays: prov, receives: party}
        """
        figures = "given: {p: {x: 1}, q: {x: 1}, r: {x: 3}, s: {x: 4}, t: {x: 5}}"
        for bound, expected in (("2", ["5", "5", "0", "0", "0"]), ("1", [None, None, "0", "0", "0"])):
            agreement = an_agreement(clauses % bound, self.RIVER, parties=self.FIVE)
            assert amounts(decided(agreement, "2020", figures, network=self.RIVER), "1") == expected


class TestPlace:
    """`place` of one party among all."""

    @pytest.mark.parametrize(
        ("numbers", "first", "ties", "places"),
        [
            ([5, 3, 9], "lowest", (), ["2", "1", "3"]),
            ([5, 3, 9], "highest", (), ["2", "3", "1"]),
            ([5, 5, 9], "lowest", (), ["1-2", "1-2", "3"]),
            ([5, 9, 9], "highest", ("same",), ["3", "1-2", "1-2"]),
        ],
    )
    def test_by_one_number(self, numbers: list[int], first: str, ties: tuple[str, ...], places: list[str]) -> None:
        table = {"a": {name: Fraction(n) for name, n in zip("xyz", numbers, strict=True)}}
        measure = Measure(kind="rank", of={"a": Fraction(1)}, first=first, ties=ties)  # type: ignore[arg-type]
        assert [taken(place(party, table, measure)) for party in "xyz"] == places

    @pytest.mark.parametrize(("ties", "places"), [((), ["1-2", "1-2"]), (("b",), ["2", "1"]), (("a",), ["1", "2"])])
    def test_a_tie_in_the_sum_is_broken_by_the_refs_in_order(self, ties: tuple[str, ...], places: list[str]) -> None:
        table = {"a": {"x": Fraction(1), "y": Fraction(2)}, "b": {"x": Fraction(9), "y": Fraction(3)}}
        measure = Measure(kind="rank", of={"a": Fraction(1), "b": Fraction(1)}, first="lowest", ties=ties)
        assert [taken(place(party, table, measure)) for party in "xy"] == places

    @given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=8))
    def test_places_are_those_of_sorting_by_the_sum_of_ranks(self, numbers: list[tuple[int, int]]) -> None:
        names = [f"p{i}" for i in range(len(numbers))]
        table = {
            ref: {n: Fraction(pair[i]) for n, pair in zip(names, numbers, strict=True)} for i, ref in enumerate("ab")
        }
        measure = Measure(kind="rank", of=dict.fromkeys("ab", Fraction(1)), first="lowest", ties=("same",))
        ranks = {ref: {n: 1 + sum(o < v for o in t.values()) for n, v in t.items()} for ref, t in table.items()}
        sums = {n: ranks["a"][n] + ranks["b"][n] for n in names}
        expected = [1 + sum(other < sums[name] for other in sums.values()) for name in names]
        assert [place(name, table, measure).first for name in names] == expected
