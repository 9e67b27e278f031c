"""The working of sums: every obligation and transfer again from its printed lines, by pocket calculator."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from basin.rounding import number
from settlement.clauses.working import Step
from settlement.obligations.compensation import Compensation
from tests.settlement.makers import an_agreement, calculated, decided, per_unit

THIRDS = "{up: 1/3, third: 1/3, fourth: 1/3}"
MEAN_OF_ALL = """
- {ref: i, each: {party: all}, measure: {kind: reported, fact: i}}
- {ref: mean, measure: {kind: result, of: [i], take: mean}}
- {ref: "1", each: {party: all}, measure: {kind: result, of: {i: 1, mean: -1}}, scale: [{rate: 1}],
   pays: party, receives: pool}
"""


def lump(amount: str, pays: str = "up", receives: str = "down", ref: str = "1") -> str:
    return f'- {{ref: "{ref}", scale: [{{amount: {amount}}}], pays: {pays}, receives: {receives}}}\n'


def lines(steps: Iterable[Step]) -> list[str]:
    """A working as it is printed."""
    return [f"{step.label}：{step.expression} = {step.value}" for step in steps]


def of_payers(found: Compensation) -> dict[str, list[str]]:
    """payer → the working of what it owes."""
    return {o.payer: lines(o.steps) for o in found.obligations}


class TestObligations:
    """The sum, the one rounding, the share, and what gave way."""

    def test_a_sum_names_its_addends_and_is_rounded_once(self) -> None:
        text = per_unit("kind: reported, fact: x", ", each: {section: all}")
        (owed,) = decided(an_agreement(text), "2020", "given: {s1: {x: 1/3}, s2: {x: 2.5}}").obligations
        assert lines(owed.steps) == [
            "合计（万元）：1/3（≈0.333333） + 2.5 = 17/6",
            "修约一次（元，四舍五入）：17/6（≈2.833333） 万元 × 10000 = 28333.33",
        ]

    def test_what_counts_against_the_payer_stands_in_brackets_and_a_negative_sum_turns(self) -> None:
        text = per_unit("kind: reported, fact: x", ", each: {section: all}")
        (owed,) = decided(an_agreement(text), "2020", "given: {s1: {x: 1}, s2: {x: -3}}").obligations
        assert (owed.payer, owed.payee) == ("down", "up")
        assert lines(owed.steps) == [
            "合计（万元）：1 + (-3) = -2",
            "修约一次（元，四舍五入）：-2 万元 × 10000；负数由收方付给付方 = -20000.00",
        ]

    def test_of_three_equal_shares_the_one_with_the_fen_more_says_why(self) -> None:
        found = of_payers(decided(an_agreement(lump("100", THIRDS)), "2020"))
        third = "份额（元）：1000000.00 × 1/3（≈0.333333），不足一分，"
        assert {payer: working[-1] for payer, working in found.items()} == {
            "up": f"{third}余数较大，进一分 = 333333.34",
            "third": f"{third}余数较小，舍去 = 333333.33",
            "fourth": f"{third}余数较小，舍去 = 333333.33",
        }
        assert {working[0] for working in found.values()} == {"修约一次（元，四舍五入）：100 万元 × 10000 = 1000000.00"}

    def test_a_fen_given_way_so_that_the_pool_closes_is_told(self) -> None:
        agreement = an_agreement(MEAN_OF_ALL, parties="[up, down, third]")
        found = of_payers(decided(agreement, "2020", "given: {up: {i: 1}, down: {i: 1}, third: {i: 0}}"))
        third = "修约一次（元，四舍五入）：1/3（≈0.333333） 万元 × 10000 = 3333.33"
        assert found["down"] == [third]
        assert found["up"] == [
            third,
            "资金池平账（元）：3333.33 + 0.01；各款都不修约时资金池收支相等，修约后少收 0.01 元，"
            "修约差最大的调一分 = 3333.34",
        ]

    @settings(deadline=None, max_examples=30)
    @given(st.lists(st.fractions(-50, 50, max_denominator=97), min_size=4, max_size=4))
    def test_every_line_of_every_obligation_recomputes_to_the_fen(self, figures: list[Fraction]) -> None:
        names = ["up", "down", "third", "fourth"]
        agreement = an_agreement(MEAN_OF_ALL + lump("100", THIRDS, "down", "2"), parties=f"[{', '.join(names)}]")
        stated = ", ".join(f"{name}: {{i: {figure}}}" for name, figure in zip(names, figures, strict=True))
        for owed in decided(agreement, "2020", f"given: {{{stated}}}").obligations:
            for step in owed.steps:
                assert abs(calculated(step.expression) - calculated(step.value)) < Fraction(1, 100)
            assert abs(number(owed.steps[-1].value)) * 100 == owed.fen


class TestTransfers:
    """How obligations come to what is finally paid."""

    def test_the_pool_is_paid_out_in_proportion_to_what_is_still_owed(self) -> None:
        text = lump("100", "{up: 60%, third: 40%}", "pool") + lump("100", "pool", "{down: 70%, fourth: 30%}", "2")
        found = decided(an_agreement(text), "2020")
        assert {f"{one.payer} → {one.payee}": lines(one.steps) for one in found.netted} == {
            "up → down": ["资金池 2020：净付 600000.00 × 待收 700000.00 ÷ 待收合计 1000000.00 = 420000.00"],
            "up → fourth": ["资金池 2020：净付 600000.00 × 待收 300000.00 ÷ 待收合计 1000000.00 = 180000.00"],
            "third → down": ["资金池 2020：净付 400000.00 × 待收 280000.00 ÷ 待收合计 400000.00 = 280000.00"],
            "third → fourth": ["资金池 2020：净付 400000.00 × 待收 120000.00 ÷ 待收合计 400000.00 = 120000.00"],
        }

    def test_both_directions_are_set_off(self) -> None:
        (one,) = decided(an_agreement(lump("60") + lump("100", "down", "up", "2")), "2020").netted
        assert lines(one.steps) == [
            "条款 2 2020：应付补偿款 = 1000000.00",
            "反向 条款 1 2020：应付补偿款 = 600000.00",
            "净额（元）：1000000.00 − 600000.00 = 400000.00",
        ]

    def test_a_single_obligation_is_the_transfer(self) -> None:
        (one,) = decided(an_agreement(lump("60")), "2020").netted
        assert lines(one.steps) == ["条款 1 2020：应付补偿款 = 600000.00"]
