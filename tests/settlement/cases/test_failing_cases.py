"""What a failing case prints: only the working that leads to what differs; and whose agreement it was run with."""

from __future__ import annotations

from pathlib import Path

import pytest

from basin.registry import Registry
from settlement.cases.running import Outcome, outcomes, run_cases
from tests.settlement.makers import RIVER, agreement_text, an_agreement, per_unit

CLAUSES = """
- {ref: a, measure: {kind: reported, fact: x}}
- {ref: b, measure: {kind: result, of: [a]}, scale: [{rate: 1}]}
- {ref: "1", measure: {kind: result, of: [b]}, scale: [{rate: 1}], pays: up, receives: down}
- {ref: "2", measure: {kind: reported, fact: y}, scale: [{rate: 1}], pays: third, receives: fourth}
- {ref: "3", measure: {kind: reported, fact: y}, scale: [{rate: 1}], pays: third, receives: pool}
- {ref: "4", measure: {kind: reported, fact: y}, scale: [{rate: 1}], pays: pool, receives: fourth}
"""
FACTS = "facts: {x: 5, y: 1}"
THIRD = "{payer: third, payee: fourth, amount: 2}"
CASES = {
    "a pair": (f"{FACTS}, expect: [{THIRD}]", ["a", "b", "1"]),
    "a pair that should be paid and is not": (
        f"{FACTS}, expect: [{THIRD}, {{payer: down, payee: up, amount: 5}}]", ["a", "b", "1"],
    ),
    "a pair of the pool": (f"{FACTS}, expect: [{{payer: up, payee: down, amount: 5}}]", ["2", "3", "4"]),
    "a single clause": (f"{FACTS}, by_clause: [{{clause: '2', payer: third, payee: fourth, amount: 9}}]", ["2"]),
    "a stop": (f"facts: {{y: 1}}, expect: [{THIRD}]", ["a", "b", "1"]),
    "a stop that did not come": (f"{FACTS}, stops: [no_fact]", ["a", "b", "1", "2", "3", "4"]),
    "nothing": (f"{FACTS}, expect: [{THIRD}, {{payer: up, payee: down, amount: 5}}]", []),
}  # fmt: skip


@pytest.mark.parametrize(("case", "refs"), CASES.values(), ids=CASES)
def test_the_working_that_leads_to_what_differs(tmp_path: Path, case: str, refs: list[str]) -> None:
    (outcome,) = _ran(tmp_path, case)
    assert sorted(_refs(outcome.leading)) == sorted(refs)
    assert sorted(_refs(outcome.working)) == ["1", "2", "3", "4", "a", "b"]
    assert outcome.passed is (not refs)


def test_a_case_that_passes_has_its_working_and_its_sums_too(tmp_path: Path) -> None:
    pairs = "{payer: up, payee: down, amount: 5}, {payer: third, payee: fourth, amount: 2}"
    (outcome,) = _ran(tmp_path, f"{FACTS}, expect: [{pairs}]")
    assert outcome.passed
    assert outcome.working[-4:] == (
        "4 2020",
        "    2020 y：已公布（test-river） = 1",
        "    计算标准：1 × 1 = 1",
        "    → 1",
    )
    assert outcome.sums[:2] == (
        "应付补偿款 1 2020 up → down",
        "    修约一次（元，四舍五入）：5 万元 × 10000 = 50000.00",
    )
    assert outcome.sums[-4:] == (
        "净额划转 third → fourth：20000.00 元",
        "    条款 2 2020：应付补偿款 = 10000.00",
        "    资金池 2020：净付 10000.00 × 待收 10000.00 ÷ 待收合计 10000.00 = 10000.00",
        "    净额（元）：10000.00 + 10000.00 = 20000.00",
    )


def test_a_month_of_a_yearly_clause_is_named_once(tmp_path: Path) -> None:
    monthly = an_agreement(per_unit("kind: reported, fact: x", ", each: {section: [s1], month: all}"))
    text = "agreement: test-river\ncases: [{period: 2020, given: {s1: {x: 1}}, expect: []}]\n"
    (tmp_path / "case.yaml").write_text(text, encoding="utf-8")
    (outcome,) = outcomes(tmp_path / "case.yaml", Registry(RIVER, {"test-river": monthly}, {}, ()))
    assert outcome.working[0] == "1 2020-01 s1"


def _ran(folder: Path, case: str) -> list[Outcome]:
    file = folder / "case.yaml"
    file.write_text(f"agreement: test-river\ncases:\n  - {{period: 2020, {case}}}\n", encoding="utf-8")
    return list(outcomes(file, Registry(RIVER, {"test-river": an_agreement(CLAUSES)}, {}, ())))


def _refs(lines: tuple[str, ...]) -> list[str]:
    """The clauses whose working is among the lines."""
    return [line.split()[0] for line in lines if not line.startswith(" ")]


class TestWhichAgreement:
    """Outside agreements that are asked for stand before those beside the cases, and these before the bundled ones."""

    CASE = "agreement: outside\ncases: [{period: 2020, facts: {x: 5}, expect: [{payer: anhui, payee: zhejiang, %s}]}]\n"

    def folder(self, folder: Path, rate: str) -> Path:
        """A folder with the agreement at this rate."""
        (folder / "agreements").mkdir(parents=True)
        clause = per_unit("kind: reported, fact: x").replace("rate: 1", f"rate: {rate}")
        text = agreement_text(
            clause, parties="{upstream: anhui, downstream: zhejiang}", code="outside", basin="xinan"
        )  # fmt: skip
        (folder / "agreements" / "a.yaml").write_text(text, encoding="utf-8")
        return folder

    def test_what_is_asked_for_wins_and_the_one_it_shadows_is_told(self, tmp_path: Path) -> None:
        own, variant = self.folder(tmp_path / "own", "1"), self.folder(tmp_path / "variant", "3")
        (own / "cases").mkdir()
        (own / "cases" / "c.yaml").write_text(self.CASE % "amount: 15", encoding="utf-8")
        told: list[str] = []
        assert [outcome.differences for outcome in run_cases([own / "cases"], [variant], told.append)] == [()]
        mine, other = own / "agreements" / "a.yaml", variant / "agreements" / "a.yaml"
        assert told == [f"outside：{other} 取代 {mine}（{other} shadows {mine}）"]

    def test_a_place_that_is_asked_for_and_lies_beside_shadows_nothing(self, tmp_path: Path) -> None:
        own = self.folder(tmp_path / "own", "1")
        (own / "c.yaml").write_text(self.CASE % "amount: 5", encoding="utf-8")
        told: list[str] = []
        assert [outcome.differences for outcome in run_cases([own / "c.yaml"], [own], told.append)] == [()]
        assert told == []
