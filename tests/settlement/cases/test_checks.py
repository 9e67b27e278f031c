"""What a worked case may not say, with its place and a remedy; and which neighbours of a case file count."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from basin.errors import AgreementError, UnknownCode
from basin.registry import Registry
from settlement.cases.checks import facts_of
from settlement.cases.running import Outcome, outcomes, run_cases
from tests.settlement.makers import RIVER, RULES, agreement_text, an_agreement

CLAUSES = """
- {ref: "1", measure: {kind: reported, fact: x}, scale: [{rate: 1}], pays: upstream, receives: downstream}
- {ref: "2", each: {section: all}, measure: {kind: exceedance, indicator: tp}, scale: [{up_to: 0}, {rate: 1}],
   pays: upstream, receives: downstream}
"""
AGREEMENT = an_agreement(CLAUSES, data=RULES)
REGISTRY = Registry(RIVER, {"test-river": AGREEMENT}, {}, ())
MET = "given: {s1: {tp: 0.1}, s2: {tp: 0.1}}"
FROZEN = "subject: s1, period: 2020-01, kind: frozen, value: 1, document: 函, recorded_by: 甲"


def ran(folder: Path, case: str) -> list[Outcome]:
    """The outcomes of one case, written as a flow mapping."""
    file = folder / "case.yaml"
    file.write_text(f"agreement: test-river\ncases:\n  - {{{case}}}\n", encoding="utf-8")
    return list(outcomes(file, REGISTRY))


SHAPES = {
    "no period": ("facts: {x: 1}, expect: []", "period", "缺少 period"),
    "several periods": ("period: [2020, 2021], expect: []", "period", "不是文字"),
    "several agreements": ("period: 2020, agreement: [a, b], expect: []", "agreement", "不是文字"),
    "given without subjects": ("period: 2020, given: 5, expect: []", "given", "应是键值表"),
    "given without quantities": ("period: 2020, given: {s1: 5}, expect: []", "given.s1", "应是键值表"),
    "a non-detect": ("period: 2020, given: {s1: {tp: '<0.01'}}, expect: []", "given.s1.tp", "算例不收未检出：'<0.01'"),
    "a non-detect in words": (
        "period: 2020, given: {s1: {tp: [未检出]}}, expect: []", "given.s1.tp.0", "算例不收未检出：'未检出'",
    ),
    "a figure that is none": ("period: 2020, given: {s1: {tp: much}}, expect: []", "given.s1.tp", "不是数字"),
    "one of a list that is none": ("period: 2020, facts: {x: [1, 2, many]}, expect: []", "facts.x.2", "不是数字"),
    "one by period that is none": ("period: 2020, lines: {'1': {2020: a}}, expect: []", "lines.1.2020", "不是数字"),
    "facts that are one": ("period: 2020, facts: x, expect: []", "facts", "应是键值表"),
    "a fact of a list that is none": ("period: 2020, facts: [x], expect: []", "facts.0", "应是键值表：'x'"),
    "a whole fact without its document": (
        "period: 2020, facts: [{subject: s1, period: 2020, kind: x, value: 1}], expect: []",
        "facts.0.document",
        "缺少或不是文字",
    ),
    "data taken away and nobody approved": (
        f"period: 2020, facts: [{{{FROZEN}}}], expect: []", "facts.0.approved_by", "封冻剔除数据，须有批准人",
    ),
    "data taken away by the one who records it": (
        f"period: 2020, facts: [{{{FROZEN}, approved_by: '甲 '}}], expect: []", "facts.0.approved_by", "同为 甲",
    ),
    "one row in place of a list": ("period: 2020, expect: {payer: up, payee: down, amount: 1}", "expect", "应是列表"),
    "nothing in place of a list": ("period: 2020, expect: ", "expect", "应是列表"),
    "a row that is none": ("period: 2020, expect: [up]", "expect.0", "应是键值表"),
    "a row without payer": ("period: 2020, expect: [{payee: down, amount: 1}]", "expect.0.payer", "缺少 payer"),
    "a row without payee": ("period: 2020, expect: [{payer: up, amount: 1}]", "expect.0.payee", "缺少 payee"),
    "a row without amount": ("period: 2020, expect: [{payer: up, payee: down}]", "expect.0.amount", "缺少 amount"),
    "an amount that is no number": (
        "period: 2020, expect: [{payer: up, payee: down, amount: 1}, {payer: up, payee: down, amount: 壹}]",
        "expect.1.amount",
        "不是数字：'壹'",
    ),
    "two payers": ("period: 2020, expect: [{payer: [up], payee: down, amount: 1}]", "expect.0.payer", "不是文字"),
    "a row of something else": (
        "period: 2020, expect: [{payer: up, payee: down, amount: 1, clause: '1'}]",
        "expect.0.clause",
        "不认识的键 clause",
    ),
    "no clause": ("period: 2020, by_clause: [{payer: a, payee: b, amount: 1}]", "by_clause.0.clause", "缺少 clause"),
    "stops by clause": ("period: 2020, stops: {'1': no_fact}", "stops", "应是原因的列表"),
    "assumed perhaps": ("period: 2020, assumed: perhaps, expect: []", "assumed", "应是 true 或 false：'perhaps'"),
    "too few months": ("period: 2020, given: {s1: {tp: [1, 2]}}, expect: []", "", "2 个数值，2020 有 12 个月"),
}  # fmt: skip


@pytest.mark.parametrize(("case", "path", "said"), SHAPES.values(), ids=SHAPES)
def test_a_case_without_the_shape_of_one_is_refused_at_its_place(
    tmp_path: Path, case: str, path: str, said: str
) -> None:
    with pytest.raises(AgreementError, match="算例写法有误") as refused:
        ran(tmp_path, case)
    assert (refused.value.file, refused.value.path) == (str(tmp_path / "case.yaml"), f"cases.0.{path}".rstrip("."))
    assert said in refused.value.zh
    assert refused.value.en
    assert refused.value.remedy


@pytest.mark.parametrize("cases", ["[one]", "[[one]]", "[{period: 2020, expect: []}, null]"])
def test_a_case_is_a_mapping(tmp_path: Path, cases: str) -> None:
    (tmp_path / "case.yaml").write_text(f"agreement: test-river\ncases: {cases}\n", encoding="utf-8")
    with pytest.raises(AgreementError, match="算例应是键值表"):
        list(outcomes(tmp_path / "case.yaml", REGISTRY))


NAMES = {
    "a subject nobody declared": ("given: {s11: {tp: 0.1}}", "given.s11", "没有这个断面、主体、协议或流域：s11"),
    "one of the year before": ("given_previous: {s11: {tp: 0.1}}", "given_previous.s11", "s11"),
    "one of a fact": ("facts: {x: {s11: 1}}", "facts.x.s11", "s11"),
    "one of a line": ("lines: {'1': {s11: 1}}", "lines.1.s11", "s11"),
    "a quantity nobody uses": ("given: {s1: {phosphor: 1}}", "given.s1.phosphor", "没有这个指标或量：phosphor"),
    "a fact nobody asks for": ("facts: {y: 1}", "facts.y", "没有这个协议所用的事实：y"),
    "a line that is none": ("lines: {'3': 1}", "lines.3", "没有这个条款：3"),
    "a line of the year before": ("lines_previous: {P: 1}", "lines_previous.P", "没有这个条款：P"),
    "a clause that is none": (
        "by_clause: [{clause: '3', payer: up, payee: down, amount: 0}]",
        "by_clause.0.clause",
        "没有这个条款：3",
    ),
    "a payer nobody declared": ("expect: [{payer: u, payee: down, amount: 0}]", "expect.0.payer", "没有这个主体：u"),
    "a pool that pays in the end": ("expect: [{payer: pool, payee: down, amount: 0}]", "expect.0.payer", "pool"),
    "a period of an obligation": (
        "by_clause: [{clause: '1', period: 1999, payer: up, payee: down, amount: 0}]",
        "by_clause.0.period",
        "1999 不在协议期内（2020-01-01 至 2022-12-31）",
    ),
    "a month that is none": ("facts: {x: {2020: 1, 2020-13: 2}}", "facts.x.2020-13", "不存在的期间"),
    "a month of a given figure": ("given: {s1: {tp: {2020-1: 2}}}", "given.s1.tp.2020-1", "不认识的期间"),
    "a subject of a whole fact": (
        f"facts: [{{{FROZEN.replace('s1', 's11')}, approved_by: 乙}}]",
        "facts.0.subject",
        "协议或流域：s11",
    ),
    "a load of nothing": ("given: {s1: {load: 5}}", "given.s1.load", "通量须写明指标"),
    "a kind of a whole fact": (
        f"facts: [{{{FROZEN.replace('frozen', 'thawed')}}}]",
        "facts.0.kind",
        "没有这个协议所用的事实：thawed (unknown: thawed) — 补救: 改正代码；可用：dry frozen x",
    ),
    "a ground the agreement does not exclude on": (
        "given: {s1: {suspended: {2020-01: 1}}}",
        "given.s1.suspended",
        "剔除数据 (the agreement excludes no data on this ground) — 补救: 在协议的 data.excludes 写上 suspended",
    ),
    "one among the facts": ("facts: {disaster: {s1: 1}}", "facts.disaster", "没有准许以 disaster 剔除数据"),
    "one as a whole fact": (
        f"facts: [{{{FROZEN.replace('frozen', 'suspended')}, approved_by: 乙}}]",
        "facts.0.kind",
        "没有准许以 suspended 剔除数据",
    ),
    "a month of a subject's fact": ("facts: {frozen: {s1: {2020-1: 1}}}", "facts.frozen.s1.2020-1", "不认识的期间"),
}


@pytest.mark.parametrize(("written", "path", "said"), NAMES.values(), ids=NAMES)
def test_a_case_that_speaks_of_what_is_not_there_fails_at_its_place(
    tmp_path: Path, written: str, path: str, said: str
) -> None:
    (failed,) = ran(tmp_path, f"period: 2020, {written}, stops: [no_readings]")
    (told,) = (one for one in failed.differences if f"cases.0.{path}: " in one)
    assert told.startswith(str(tmp_path / "case.yaml"))
    assert said in told
    assert "补救" in told


IMPOSSIBLE = {
    "a class that is none": ("given: {s1: {quality_class: 7}}", "given.s1.quality_class", "quality_class 不会是 7"),
    "half a class": ("given: {s1: {quality_class: 2.5}}", "given.s1.quality_class", "类别是 1 至 6 的整数"),
    "one of a list of classes": ("given: {s1: {quality_class: [3, 0]}}", "given.s1.quality_class.1", "在 1 至 6"),
    "a negative concentration": ("given: {s1: {tp: -0.1}}", "given.s1.tp", "tp 不会是 -0.1"),
    "one of the year before": ("given_previous: {s2: {TP: {2019: -1}}}", "given_previous.s2.TP.2019", "不小于 0"),
    "a negative volume": ("given: {s1: {volume: -5}}", "given.s1.volume", "volume 不会是 -5"),
    "a negative load": ("given: {s1: {load tp: -5}}", "given.s1.load tp", "不会是 -5"),
    "a pH beyond its scale": ("given: {s1: {ph: 15}}", "given.s1.ph", "在 0 至 14"),
    "a negative concentration measured again": (
        "facts: [{subject: s1, period: 2020, kind: tp, value: -1, document: 函, recorded_by: 甲}]",
        "facts.0.value",
        "tp 不会是 -1",
    ),
    "a share of more than all": ("lines: {share: 1.5}", "lines.share", "share 不会是 1.5：这个数在 0 至 1"),
    "thirteen months of a year": ("lines: {months: 13}", "lines.months", "months 不会是 13：这个数在 0 至 12"),
    "one of the year before as a share": ("lines_previous: {share: 2}", "lines_previous.share", "不会是 2"),
    "a reason nobody stops for": ("stops: [no_reading]", "stops", "没有这个停下的原因：no_reading"),
    "a word that is no reason to stop": ("stops: [when]", "stops", "可用：no_readings"),
}
LINES = """
- {ref: share, measure: {kind: met, over: month, take: mean, all_of: [{kind: quality_class, section: s1, at_most: 3}]}}
- {ref: months, measure: {kind: met, over: month, take: sum, all_of: [{kind: quality_class, section: s1, at_most: 3}]}}
- {ref: "3", measure: {kind: result, of: [share, months]}, scale: [{rate: 1}], pays: upstream, receives: downstream}
"""


def ran_with_lines(folder: Path, case: str) -> list[Outcome]:
    """The outcomes of one case of an agreement with a share and a number of months as lines."""
    agreement = an_agreement(CLAUSES.rstrip("\n") + LINES, data=RULES)
    file = folder / "case.yaml"
    file.write_text(f"agreement: test-river\ncases:\n  - {{{case}}}\n", encoding="utf-8")
    return list(outcomes(file, Registry(RIVER, {"test-river": agreement}, {}, ())))


@pytest.mark.parametrize(("written", "path", "said"), IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_a_case_that_gives_what_cannot_be_fails_at_its_place(
    tmp_path: Path, written: str, path: str, said: str
) -> None:
    (failed,) = ran_with_lines(tmp_path, f"period: 2020, {written}, expect: []")
    assert [f"cases.0.{path}: " in difference for difference in failed.differences] == [True]
    assert said in failed.differences[0]
    assert "补救" in failed.differences[0]


UNREAD = {
    "an indicator that no clause looks at": ("given: {s1: {tp: 0.1, cod: 20}}", "given.s1.cod", "没有条款看 s1 的 cod"),
    "a volume that no clause looks at": ("given: {s1: {volume: 5}}", "given.s1.volume", "没有条款看 s1 的 volume"),
    "a class where the mean is looked at": ("given: {s2: {quality_class: 2}}", "given.s2.quality_class", "没有条款看"),
    "a fact as if it were a party's section": ("given: {up: {tp: 0.1}}", "given.up.tp", "没有条款看 up 的 tp"),
    "a volume as a fact of the agreement": ("facts: {volume: 5}", "facts.volume", "没有条款看 test-river 的 volume"),
    "a whole fact in place of readings that no rule lets in": (
        "facts: [{subject: s1, period: 2020, kind: tp, value: 1, document: 函, recorded_by: 甲}]",
        "facts.0",
        "没有条款看 s1 的 tp",
    ),
    "the year before": ("given_previous: {s1: {tp: 0.1}}", "given_previous", "没有条款看上年"),
    "the line of the year before": ("lines_previous: {'1': 5}", "lines_previous", "没有条款看上年"),
}


@pytest.mark.parametrize(("written", "path", "said"), UNREAD.values(), ids=UNREAD)
def test_a_case_that_gives_what_no_clause_looks_at_fails_at_its_place(
    tmp_path: Path, written: str, path: str, said: str
) -> None:
    (failed,) = ran(tmp_path, f"period: 2020, {written}, expect: []")
    assert [f"cases.0.{path}: {said}" in difference for difference in failed.differences] == [True]
    assert "补救" in failed.differences[0]


OF_THE_YEAR_BEFORE = """
- {ref: "1", when: [{kind: quality_class, section: s1, at_most: 3}], scale: [{rate: 1}], pays: upstream,
   receives: downstream, measure: {kind: concentration, section: s1, indicator: tn, against: previous_year,
   expressed: difference}}
- {ref: "2", measure: {kind: reported, fact: unpaid}, scale: [{rate: 10%}], pays: upstream, receives: downstream}
"""


def ran_with_unpaid(folder: Path, case: str) -> Outcome:
    """The outcome of a case of an agreement on a class, on the year before and on what is unpaid."""
    file = folder / "case.yaml"
    file.write_text(f"agreement: test-river\ncases:\n  - {{{case}}}\n", encoding="utf-8")
    agreement = an_agreement(OF_THE_YEAR_BEFORE, data=RULES)
    (outcome,) = outcomes(file, Registry(RIVER, {"test-river": agreement}, {}, ()))
    return outcome


def test_a_figure_that_a_condition_keeps_the_clause_from_looking_at_may_be_given(tmp_path: Path) -> None:
    figures = "given: {s1: {quality_class: 4, tn: 2}}, given_previous: {s1: {tn: 1}}, facts: {unpaid: 0}"
    assert ran_with_unpaid(tmp_path, f"period: 2021, {figures}, expect: []").differences == ()


@pytest.mark.parametrize(
    ("written", "path"),
    [("facts: {unpaid: -5}", "facts.unpaid"), ("facts: {unpaid: {up: -5}}", "facts.unpaid.up"),
     ("given: {up: {unpaid: -5}}", "given.up.unpaid")],
)  # fmt: skip
def test_what_is_unpaid_is_never_below_nothing(tmp_path: Path, written: str, path: str) -> None:
    failed = ran_with_unpaid(tmp_path, f"period: 2021, {written}, expect: []")
    assert [f"cases.0.{path}: unpaid 不会是 -5" in difference for difference in failed.differences] == [True]


def test_a_case_in_whose_period_nobody_owes_anything_yet_fails(tmp_path: Path) -> None:
    (failed,) = ran(tmp_path, "period: 2020-07, facts: {x: 0}, expect: []")
    assert failed.differences[0].startswith(f"{tmp_path / 'case.yaml'}: cases.0.period: 2020-07 之内没有付款条款到期")
    assert "按年付的协议写整年" in failed.differences[0]


@pytest.mark.parametrize("period", ["1900..2200", "2019-07..2020-12", "2022..2023"])
def test_a_period_that_goes_on_beyond_the_term_fails(tmp_path: Path, period: str) -> None:
    (failed,) = ran(tmp_path, f"period: {period}, facts: {{x: 0}}, expect: []")
    assert f"cases.0.period: {period} 超出协议期" in failed.differences[0]
    assert "写 2020..2022 之内的期间" in failed.differences[0]


@pytest.mark.parametrize("period", ["1999", "2019-12", "2023", "2023..2024"])
def test_a_period_outside_the_term_fails(tmp_path: Path, period: str) -> None:
    (failed,) = ran(tmp_path, f"period: {period}, facts: {{x: 0}}, expect: []")
    assert f"cases.0.period: {period} 不在协议期内" in failed.differences[0]


@pytest.mark.parametrize(
    "written",
    [
        f"period: 2020, {MET}, facts: {{x: 0}}, expect: []",
        f"period: 2020, {MET}, facts: {{x: {{test-river: 0}}}}, expect: []",
        f"period: 2020, {MET}, facts: {{x: {{test: 0}}}}, expect: [], assumed: false",
        f"period: 2020, {MET}, lines: {{'1': {{2020: 0}}}}, expect: [], assumed: true",
        f"period: 2020, {MET}, facts: {{x: 0, frozen: {{s1: 0}}}}, expect: []",
        "period: 2020, given: {s1: {TP: 0.1}, s2: {总磷: 0.1}, up: {x: 0}, test-river: {x: 0}}, expect: []",
        f"period: 2020-07..2021-12, {MET}, facts: {{x: [0, 0]}}, expect: []",
        f"period: 2020, {MET}, facts: {{x: 5}}, "
        "by_clause: [{clause: '1', period: 2020-01..2020-12, payer: up, payee: down, amount: 5}]",
    ],
)
def test_what_is_there_may_be_spoken_of(tmp_path: Path, written: str) -> None:
    assert [outcome.differences for outcome in ran(tmp_path, written)] == [()]


def test_the_facts_of_an_agreement_are_those_of_any_date_element_and_ground() -> None:
    agreement = an_agreement(
        '- {ref: "1", each: {indicator: [tp, tn]}, measure: {kind: reported, fact: {by: indicator, tp: a, else: b}},\n'
        "   unless: [{kind: reported, fact: {2020-01-01: c, 2021-01-01: {value: d, verified: false}}, otherwise: 0,"
        " at_least: 1, because: 第九条}],\n"
        "   scale: [{rate: 1}], pays: upstream, receives: downstream}",
        data="{excludes: {value: [frozen, dry], verified: false}}",
    )
    assert facts_of(agreement) == {"a", "b", "c", "d", "frozen", "dry"}


def test_a_stop_nobody_expected_names_the_element(tmp_path: Path) -> None:
    (failed,) = ran(tmp_path, "period: 2020, facts: {x: 0}, given: {s1: {tp: 0.1}}, expect: []")
    assert failed.differences == ("条款 2 2020 s2 中止：no_readings (stopped)",)


class TestNeighbours:
    """A file that only lies beside a case file counts when it is an agreement."""

    CASE = "agreement: {code}\ncases: [{{period: 2020, facts: {{x: 0}}, expect: []}}]\n"
    CLAUSE = (
        '- {ref: "1", measure: {kind: reported, fact: x}, scale: [{rate: 1}], pays: upstream, receives: downstream}'
    )

    def folder(self, folder: Path, code: str = "outside") -> Path:
        """A flat folder with an agreement, a case of `code` and a file that cannot be read; the case file."""
        parties = "{upstream: anhui, downstream: zhejiang}"
        text = agreement_text(self.CLAUSE, parties=parties, code="outside", basin="xinan")
        (folder / "river.yaml").write_text(text, encoding="utf-8")
        (folder / "broken.yaml").write_text("clauses: [", encoding="utf-8")
        (folder / "one.yaml").write_text(self.CASE.format(code=code), encoding="utf-8")
        return folder / "one.yaml"

    def test_one_that_cannot_be_read_does_not_matter(self, tmp_path: Path) -> None:
        assert [outcome.passed for outcome in run_cases([self.folder(tmp_path)])] == [True]

    def test_nor_does_one_that_is_no_mapping_or_no_text(self, tmp_path: Path) -> None:
        case = self.folder(tmp_path)
        (tmp_path / "broken.yaml").write_text("- a list\n", encoding="utf-8")
        (tmp_path / "other.yml").write_bytes(b"\xff\xfe")
        assert [outcome.passed for outcome in run_cases([case])] == [True]

    def test_it_is_named_where_an_agreement_is_not_found(self, tmp_path: Path) -> None:
        case = self.folder(tmp_path, code="elsewhere")
        with pytest.raises(UnknownCode, match=r"没有协议 elsewhere.*旁边的 broken.yaml 读不出") as refused:
            list(run_cases([case]))
        assert refused.value.file == str(case)

    def test_without_one_it_is_not_spoken_of(self, tmp_path: Path) -> None:
        case = self.folder(tmp_path, code="elsewhere")
        (tmp_path / "broken.yaml").unlink()
        with pytest.raises(UnknownCode) as refused:
            list(run_cases([case]))
        assert "旁边" not in refused.value.remedy

    def test_a_folder_that_is_asked_for_is_read_whole(self, tmp_path: Path) -> None:
        self.folder(tmp_path)
        with pytest.raises(AgreementError, match="YAML 无法读取"):
            list(run_cases([tmp_path]))

    def test_an_agreement_among_the_agreements_is_never_passed_by(self, tmp_path: Path) -> None:
        case = self.folder(tmp_path)
        (tmp_path / "agreements").mkdir()
        (tmp_path / "broken.yaml").rename(tmp_path / "agreements" / "broken.yaml")
        with pytest.raises(AgreementError, match="YAML 无法读取"):
            list(run_cases([case]))

    def test_an_agreement_that_can_be_read_is_checked(self, tmp_path: Path) -> None:
        case = self.folder(tmp_path)
        text = (tmp_path / "river.yaml").read_text(encoding="utf-8")
        (tmp_path / "river.yaml").write_text(text.replace("rate", "rat"), encoding="utf-8")
        with pytest.raises(AgreementError, match="不认识的键"):
            list(run_cases([case]))


def test_a_case_is_told_all_that_is_wrong_in_it_and_the_next_one_runs(tmp_path: Path) -> None:
    text = dedent(f"""
        agreement: test-river
        cases:
          - {{period: 2020, given: {{s11: {{tp: 1}}}}, facts: {{y: 1}}, expect: []}}
          - {{period: 2020, {MET}, facts: {{x: 0}}, expect: []}}
    """)
    (tmp_path / "case.yaml").write_text(text, encoding="utf-8")
    wrong, right = outcomes(tmp_path / "case.yaml", REGISTRY)
    assert len(wrong.differences) == 2
    assert right.passed
