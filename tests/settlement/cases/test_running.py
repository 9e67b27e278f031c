"""Worked cases: every shipped one passes, none passes with one yuan more or less, and what a case file may say."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from fractions import Fraction
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from basin import periods
from basin.agreement import Agreement, compiled
from basin.errors import AgreementError, UnknownCode
from basin.registry import Registry, load_registry
from basin.rounding import number, printed
from basin.written.agreement_files import file_text, tree
from settlement.cases.checks import recorded
from settlement.cases.running import (
    _differences,
    _expected,
    beside,
    case_files,
    given,
    outcomes,
    run_cases,
    working_lines,
)
from settlement.clauses.evaluation import Evaluator
from settlement.clauses.values import Measurements
from settlement.obligations.compensation import compensation
from tests.settlement.makers import RIVER, agreement_text, an_agreement, per_unit

ROOT = Path(__file__).parents[3]
CASES = ROOT / "fixtures" / "cases"
ONE_YUAN = Fraction(1, 10_000)  # 万元


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry(beside([CASES]))


@pytest.mark.proof
class TestShipped:
    """The cases of `fixtures/cases`."""

    @pytest.mark.parametrize("file", sorted(CASES.glob("*.yaml")), ids=lambda file: file.stem)
    def test_every_case_passes_and_none_with_one_yuan_more_in_any_expectation(
        self, registry: Registry, file: Path
    ) -> None:
        document = tree(file_text(file), file)
        assert document["cases"]
        for case in document["cases"]:
            agreement = registry.agreement(case.get("agreement", document.get("agreement")))
            span = periods.period(case["period"])
            data = Measurements(given=given(case, span, agreement), facts=recorded(case))
            decided = compensation(Evaluator(agreement, registry.network, data), span)
            assert list(_differences(_expected(case), decided)) == []
            for wrong in _altered(case):
                told = list(_differences(_expected(wrong), decided))
                assert any("万元，算得" in difference.words for difference in told), wrong
            assert any(line.startswith("    → ") for line in working_lines(decided))

    def test_every_file_names_its_source(self) -> None:
        missing = [file.name for file in CASES.glob("*.yaml") if not tree(file_text(file)).get("source")]
        assert missing == []


def _altered(case: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The case once per expected amount, with that amount one yuan off; with a pair too many where it expects none."""
    for key in ("expect", "by_clause"):
        for position, row in enumerate(case.get(key, [])):
            wrong = deepcopy(case)
            wrong[key][position]["amount"] = printed(number(row["amount"]) + ONE_YUAN)
            yield wrong
    if case.get("expect") == []:
        yield case | {"expect": [{"payer": "anhui", "payee": "zhejiang", "amount": printed(ONE_YUAN)}]}


def ran(folder: Path, case: str, clauses: str = per_unit("kind: reported, fact: x")) -> list[Any]:
    """The outcomes of cases of one small agreement between up and down."""
    return outcomes_of(folder, case, an_agreement(clauses))


def outcomes_of(folder: Path, case: str, agreement: Agreement) -> list[Any]:
    """The outcomes of cases of an agreement."""
    file = folder / "case.yaml"
    file.write_text("agreement: test-river\nsource: 试验\ncases:\n" + dedent(case), encoding="utf-8")
    return list(outcomes(file, Registry(RIVER, {agreement.code: agreement}, {}, ())))


def beside_its_agreement(
    folder: Path, case: str, agreement: str = "agreements/a.yaml", cases: str = "cases/case.yaml"
) -> Path:
    """A case file with its agreement beside it, as people keep them outside the repository."""
    roles = {"parties": "{upstream: anhui, downstream: zhejiang}", "code": "outside", "basin": "xinan"}
    for place, text in (
        (agreement, agreement_text(per_unit("kind: reported, fact: x"), **roles)),
        (cases, f"agreement: outside\nsource: 试验\ncases:\n{case}"),
    ):
        (folder / place).parent.mkdir(exist_ok=True)
        (folder / place).write_text(text, encoding="utf-8")
    return folder / cases


class TestExpectations:
    """What a case may expect, and how a failure is told."""

    def test_a_pair_that_is_not_listed_must_be_zero(self, tmp_path: Path) -> None:
        (failed,) = ran(tmp_path, "- {period: 2020, facts: {x: 5}, expect: []}")
        assert failed.differences == ("up → down：应为 0 万元，算得 5 万元",)
        assert any("已公布" in line for line in failed.working)

    def test_a_pair_that_should_pay_and_does_not_fails(self, tmp_path: Path) -> None:
        (failed,) = ran(tmp_path, "- {period: 2020, facts: {x: 0}, expect: [{payer: up, payee: down, amount: 5}]}")
        assert failed.differences == ("up → down：应为 5 万元，算得 0 万元",)

    @pytest.mark.parametrize(
        ("case", "passes"),
        [
            ("- {period: 2020, facts: {x: 5}, expect: [{PAIR, amount: 5}]}", True),
            ("- {period: 2020, facts: {x: -5}, expect: [{payer: down, payee: up, amount: 5}]}", True),
            ("- {period: 2020, facts: {x: 5}, expect: [{payer: down, payee: up, amount: 5}]}", False),
            ("- {period: 2020..2021, facts: {x: {2020: 1, 2021: 2}}, expect: [{PAIR, amount: 3}]}", True),
            ("- {period: 2020, facts: {x: 5}, by_clause: [{clause: '1', PAIR, amount: 5}]}", True),
            ("- {period: 2020, facts: {x: 5}, by_clause: [{clause: '2', PAIR, amount: 5}]}", False),
            ("- {period: 2020, facts: {x: 5}, by_clause: [{clause: '1', period: 2020, PAIR, amount: 5}]}", True),
            ("- {period: 2020, stops: [no_fact]}", True),
            ("- {period: 2020, stops: no_fact}", True),
            ("- {period: 2020, stops: ['no_fact: x']}", True),
            ("- {period: 2020, stops: [no_readings]}", False),
            ("- {period: 2020, facts: {x: 5}, stops: [no_fact], expect: []}", False),
            ("- {period: 2020, expect: []}", False),  # it stopped, and nobody said so
            ("- {period: 2020, facts: {x: 5}}", False),  # it expects nothing
            ("- {period: 1999, facts: {x: 5}, expect: []}", False),  # nothing can be owed outside the term
        ],
    )  # fmt: skip
    def test_truth_table(self, tmp_path: Path, case: str, passes: bool) -> None:
        found = ran(tmp_path, case.replace("PAIR", "payer: up, payee: down"))
        assert [outcome.passed for outcome in found] == [passes]

    def test_what_an_unchecked_agreement_refuses_fails_the_case_with_its_words(self, tmp_path: Path) -> None:
        dated = '- {ref: "1", scale: [{amount: {2020-01-01: 1, 2020-07-01: 2}}], pays: upstream, receives: downstream}'
        text = agreement_text(dated)
        (failed,) = outcomes_of(tmp_path, "- {period: 2020, expect: []}", compiled(tree(text), text, "test.yaml"))
        assert "变更" in failed.differences[0]

    def test_a_name_is_shown_or_its_place(self, tmp_path: Path) -> None:
        named, unnamed = ran(tmp_path, "- {name: 甲, period: 2020, stops: no_fact}\n- {period: 2020, stops: no_fact}")
        assert (named.name, unnamed.name) == ("甲", "#2")


class TestGiven:
    """Published figures, as a case writes them."""

    AGREEMENT = an_agreement(per_unit("kind: reported, fact: x"))

    def figures(self, text: str, period: str = "2020") -> dict[tuple[str, str, str], str]:
        found = given(tree(dedent(text)), periods.period(period), self.AGREEMENT)
        return {(s, q, periods.label(p)): printed(figure) for (s, q, p), figure in found.items()}

    def test_a_scalar_stands_for_the_period_its_quarters_and_its_months(self) -> None:
        found = self.figures("given: {s1: {tp: 0.1}}")
        assert len(found) == 1 + 4 + 12
        assert set(found.values()) == {"0.1"}
        assert found["s1", "tp", "2020Q3"] == found["s1", "tp", "2020-07"] == found["s1", "tp", "2020"]

    def test_a_volume_stands_for_its_period_only(self) -> None:
        assert self.figures("given: {s1: {volume: 120}}") == {("s1", "volume", "2020"): "120"}

    def test_a_list_is_for_the_months_or_the_years(self) -> None:
        months = self.figures("given: {s1: {tp: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, '']}}")
        assert months["s1", "tp", "2020-11"] == "11"
        assert ("s1", "tp", "2020-12") not in months
        assert ("s1", "tp", "2020") not in months
        years = self.figures("lines: {P: [0.9, 1.1]}", "2020..2021")
        assert years["", "line P", "2020"] == "0.9"
        assert years["", "line P", "2021"] == "1.1"
        assert ("", "line P", "2020..2021") not in years

    def test_by_period_and_a_blank_takes_away(self) -> None:
        found = self.figures("given: {s1: {tp: {2020: 1, 2020-11: 2, 2020-12: null}}}")
        assert (found["s1", "tp", "2020"], found["s1", "tp", "2020-11"]) == ("1", "2")
        assert ("s1", "tp", "2020-12") not in found

    @pytest.mark.parametrize("spelled", ["nh3n", "NH3-N", "氨氮", "w21003"])
    def test_indicators_may_be_spelled_as_people_do(self, spelled: str) -> None:
        assert ("s1", "nh3n", "2020") in self.figures(f"given: {{s1: {{{spelled}: 1}}}}")

    @pytest.mark.parametrize(
        ("period", "before"), [("2020", "2019"), ("2020-07", "2019-07"), ("2020Q1", "2019Q1"), ("2019..2020", "2018")]
    )
    def test_other_years_go_under_given_previous(self, period: str, before: str) -> None:
        found = self.figures("given: {s1: {tp: 1}}\ngiven_previous: {s1: {tp: 2}}", period)
        assert (found["s1", "tp", period], found["s1", "tp", before]) == ("1", "2")

    def test_lines_are_the_agreements_or_a_partys(self) -> None:
        found = self.figures("lines: {P: 0.673, a: {up: 2, down: 1}}\nlines_previous: {P: 0.7}")
        assert found["", "line P", "2020"] == "0.673"
        assert found["up", "line a", "2020"] == "2"
        assert found["", "line P", "2019"] == "0.7"

    def test_facts_are_the_agreements_or_somebodys(self) -> None:
        found = self.figures("facts: {gdp_growth: 5%, frozen: {s1: {2020-01: 1}}}")
        assert found["test-river", "gdp_growth", "2020"] == "0.05"
        assert found["s1", "frozen", "2020-01"] == "1"

    def test_whole_facts_are_no_figures(self) -> None:
        one = "{subject: s1, period: 2020, kind: x, value: 5, document: 函, recorded_by: 甲}"
        assert self.figures(f"facts: [{one}]") == {}
        (told,) = recorded(tree(f"facts: [{one}]"))
        assert (told.subject, told.value, told.document, told.approved_by) == ("s1", "5", "函", None)


class TestFiles:
    """Which files are cases, and what is refused in them."""

    def test_a_folder_a_flat_folder_and_a_file_are_found(self, tmp_path: Path) -> None:
        file = beside_its_agreement(tmp_path, "- {period: 2020, stops: no_fact}")
        assert case_files([tmp_path]) == case_files([tmp_path / "cases"]) == case_files([file]) == [file]

    @pytest.mark.parametrize(("agreement", "cases"), [("agreements/a.yaml", "cases/c.yaml"), ("a.yaml", "c.yaml")])
    def test_agreements_travel_beside_cases(self, tmp_path: Path, agreement: str, cases: str) -> None:
        beside_its_agreement(tmp_path, "- {period: 2020, stops: no_fact}", agreement, cases)
        assert [outcome.passed for outcome in run_cases([tmp_path])] == [True]

    def test_bundled_agreements_are_there_for_cases_of_any_place(self, tmp_path: Path) -> None:
        (tmp_path / "c.yaml").write_text(
            "agreement: xinan-anhui-zhejiang-2012\ncases: [{period: 2012, lines: {P: 1}, expect: "
            "[{payer: zhejiang, payee: anhui, amount: 10000}]}]\n",
            encoding="utf-8",
        )
        assert [outcome.passed for outcome in run_cases([tmp_path / "c.yaml"])] == [True]

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("agreement: outside\ncases: [{period: 2020, expct: []}]", "不认识的键"),
            ("agreement: outside\ncase: []", "不认识的键"),
            ("agreement: outside", "不是算例文件"),
            ("agreement: outside\ncases: [{facts: {x: 1}, expect: []}]", "算例写法有误"),
            ("agreement: outside\ncases: [{period: 2020, expect: [{payer: anhui, amount: 1}]}]", "算例写法有误"),
            ("agreement: outside\ncases: [{period: 2020, expect: [{payer: a, payee: b, amount: x}]}]", "算例写法有误"),
            ("agreement: outside\ncases: [{period: 2020, given: {s1: 5}, expect: []}]", "算例写法有误"),
            ("agreement: outside\ncases: [{period: 2020, given: {s1: {tp: [1, 2]}}, expect: []}]", "算例写法有误"),
        ],
    )  # fmt: skip
    def test_a_malformed_file_is_refused_by_name(self, tmp_path: Path, text: str, said: str) -> None:
        file = tmp_path / "case.yaml"
        file.write_text(text, encoding="utf-8")
        with pytest.raises(AgreementError, match=said) as refused:
            list(
                outcomes(file, Registry(RIVER, {"outside": an_agreement(per_unit("kind: reported, fact: x"))}, {}, ()))
            )
        assert refused.value.file == str(file)

    def test_a_wrong_period_fails_its_case_only(self, tmp_path: Path) -> None:
        wrong, right = ran(tmp_path, "- {period: last year, expect: []}\n- {period: 2020, stops: no_fact}")
        assert (wrong.passed, right.passed) == (False, True)
        assert "不认识的期间" in wrong.differences[0]

    def test_an_unknown_agreement_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "case.yaml").write_text("agreement: none\ncases: [{period: 2020}]\n", encoding="utf-8")
        with pytest.raises(UnknownCode, match="没有协议 none"):
            list(run_cases([tmp_path]))

    def test_a_folder_without_cases_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(AgreementError, match="没有算例文件"):
            case_files([tmp_path])
