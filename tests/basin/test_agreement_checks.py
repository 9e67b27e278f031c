"""Every refusal of the grammar: one tiny malformed agreement each, told with file, path and remedy."""

from __future__ import annotations

from textwrap import dedent

import pytest

from basin.agreement import compiled
from basin.agreement_checks import problems
from basin.agreement_files import tree
from basin.errors import AgreementError
from tests.settlement.makers import RIVER, a_network, agreement_text, an_agreement

GOOD = """
- {ref: m, measure: {kind: index, section: s1, against: baseline, weights: {tp: 1/2, tn: 1/2}}}
- {ref: "1", each: {section: all, indicator: [codmn, nh3n]}, measure: {kind: exceedance},
   scale: [{up_to: 0}, {rate: 50, per: 0.5, steps: started}], cap: 300, pays: upstream, receives: downstream}
- {ref: "2", when: [{kind: quality_class, section: s1, at_most: 3}],
   unless: [{kind: reported, fact: disaster, otherwise: 0, at_least: 1, because: 第九条}],
   measure: {kind: result, of: [m]}, scale: [{up_to: 1, amount: 100}, {amount: -100}], times: [1.5],
   pays: {up: 1/3, third: 2/3}, receives: pool}
- {ref: "3", every: month, measure: {kind: met, section: s1, over: day, take: mean, all_of: [{kind: exceedance, indicator: tp, at_most: 0}]},
   scale: [{rate: {by: section, s1: 1, else: 2}}], each: {section: [s1, s2]}, pays: downstream, receives: upstream}
"""  # noqa: E501
PAYS = "pays: upstream, receives: downstream"
LUMP = f"scale: [{{amount: 1}}], {PAYS}"
FACT = "measure: {kind: reported, fact: x}"
LEAGUE = '- {ref: "1", each: {party: all}, measure: {kind: rank, %s}, scale: [{rate: 1}], pays: pool, receives: party}'
LADDER = "[{up_to: 0.5, amount: 50}, {amount: 100}]"
SHEETS = "{s1: {target: 3, baseline: {tp: 0.1, tn: 1}, inflow: s2}, both: {mean_of: [s1, s2]}}"


def found(clauses: str, **header: str) -> list[AgreementError]:
    """Everything that is refused."""
    text = agreement_text(clauses, **header)
    return problems(compiled(tree(text), text, "test.yaml"), RIVER)


def test_a_good_agreement_is_not_refused() -> None:
    assert [str(refusal) for refusal in found(GOOD, sections=SHEETS)] == []


def lump(text: str) -> str:
    """A clause with a lump sum and something more."""
    return f'- {{ref: "1", {text}, {LUMP}}}'


def measured(text: str) -> str:
    """A clause with this measure."""
    return lump(f"measure: {{{text}}}")


def when(text: str) -> str:
    """A clause under this condition."""
    return lump(f"when: [{{{text}}}]")


def exceeding(ref: str, more: str = "") -> str:
    """A clause on the exceedance of one section and indicator."""
    measure = "measure: {kind: exceedance, section: s1, indicator: tp}"
    return f"- {{ref: {', '.join(filter(None, (ref, measure, more)))}}}\n"


def scaled(pieces: str) -> str:
    """A clause with a fact on these pieces."""
    return f'- {{ref: "1", {FACT}, scale: [{pieces}], {PAYS}}}'


REFUSED = {
    # unknown key, kind, axis, code or ref
    "a key of a clause": (lump("ammount: 1"), "clauses.0.ammount", "不认识的键"),
    "a key of a measure": (measured("kind: reported, fakt: x"), "clauses.0.measure.fakt", "不认识的键"),
    "a key of a piece": (scaled("{amout: 1}"), "clauses.0.scale.0.amout", "不认识的键"),
    "a key of a test": (when("kind: reported, fact: x, atmost: 1"), "clauses.0.when.0.atmost", "不认识"),
    "a kind": (measured("kind: pollution"), "clauses.0.measure.kind", "不认识的取值"),
    "an axis": (lump("each: {river: all}"), "clauses.0.each.river", "不认识的轴"),
    "a section of an axis": (lump("each: {section: [s9]}"), "clauses.0.each.section", "未登记的代码 s9"),
    "an indicator of an axis": (lump("each: {indicator: [xyz]}"), "clauses.0.each.indicator", "未登记的代码 xyz"),
    "a party of an axis": (lump("each: {party: [nobody]}"), "clauses.0.each.party", "未登记的代码 nobody"),
    "a month of an axis": (lump("each: {month: [2020-13]}"), "clauses.0.each.month", "不是期间 2020-13"),
    "a quarter as a month": (lump("each: {month: [2020Q1]}"), "clauses.0.each.month", "不是期间 2020Q1"),
    "an axis longer than the period": (lump("every: month, each: {year: all}"), "clauses.0.each.year", "长于 every"),
    "a period": (lump("every: yearly"), "clauses.0.every", "不认识的取值"),
    "a section": (measured("kind: quality_class, section: s9"), "clauses.0.measure", "未登记的断面 s9"),
    "a section in a test": (when("kind: quality_class, section: s9, at_most: 3"), "clauses.0.when.0", "s9"),
    "a section to compare with": (
        measured("kind: quality_class, section: s1, against: {section: s9}, expressed: difference"),
        "clauses.0.measure",
        "未登记的断面 s9",
    ),
    "an indicator": (
        measured("kind: concentration, section: s1, indicator: xyz"),
        "clauses.0.measure",
        "不认识的指标 xyz",
    ),
    "an indicator of weights": (
        measured("kind: index, section: s1, against: baseline, weights: {xyz: 1}"),
        "clauses.0.measure",
        "不认识的指标 xyz",
    ),
    "a party that pays": (
        '- {ref: "1", scale: [{amount: 1}], pays: nobody, receives: downstream}',
        "clauses.0.pays",
        "未登记的主体 nobody",
    ),
    "a party among shares": (
        '- {ref: "1", scale: [{amount: 1}], pays: {up: 1/2, nobody: 1/2}, receives: pool}',
        "clauses.0.pays",
        "nobody",
    ),
    "a party in proportion": (
        f"- {{ref: w, each: {{party: all}}, {FACT}}}\n"
        '- {ref: "1", scale: [{amount: 1}], pays: {in_proportion_to: w, among: [up, nobody]}, receives: pool}',
        "clauses.1.pays",
        "未登记的主体 nobody",
    ),
    "a ref": (measured("kind: result, of: [zz]"), "clauses.0", "引用了不存在的条款 zz"),
    "a ref among times": (lump("times: [zz]"), "clauses.0", "引用了不存在的条款 zz"),
    "a number among times that is none": (lump("times: [1x]"), "clauses.0", "引用了不存在的条款 1x"),
    "a ref in a test": (when("kind: result, of: [zz], above: 0"), "clauses.0", "zz"),
    "a ref to compare with": (
        measured("kind: reported, fact: x, against: {ref: zz}, expressed: ratio"),
        "clauses.0",
        "zz",
    ),
    "a ref of proportion": (
        '- {ref: "1", scale: [{amount: 1}], pays: {in_proportion_to: zz, among: [up, third]}, receives: pool}',
        "clauses.0",
        "zz",
    ),
    "a tie-break": (
        f"- {{ref: a, each: {{party: all}}, {FACT}}}\n" + LEAGUE % "of: [a], ties: [zz]",
        "clauses.1",
        "zz",
    ),
    "an axis of by": (scaled("{amount: {by: river, s1: 1}}"), "clauses.0.scale.0.amount.by", "不认识的轴 river"),
    "a code of by": (
        f'- {{ref: "1", each: {{section: all}}, scale: [{{amount: {{by: section, s9: 1, else: 2}}}}], {PAYS}}}',
        "clauses.0.scale.0.amount",
        "未登记的代码 s9",
    ),
    "a target of by": (
        f'- {{ref: "1", each: {{section: all}}, scale: [{{amount: {{by: target, "1,7": 1, else: 2}}}}], {PAYS}}}',
        "clauses.0.scale.0.amount",
        "未登记的代码 7",
    ),
    "by without values": (scaled("{amount: {by: section}}"), "clauses.0.scale.0.amount", "没有数值"),
    "a day that is none": (scaled("{amount: {2020-02-30: 1}}"), "clauses.0.scale.0.amount", "不存在的日期 2020-02-30"),
    "a value that is in force only later": (
        scaled('{amount: {2020-01-01: 1, 2021-01-01: "1,2x"}}'),
        "clauses.0.scale.0.amount",
        "不是数字",
    ),
    "a value of a branch inside a branch": (
        f'- {{ref: "1", each: {{section: all, indicator: [tp, tn]}}, '
        f"scale: [{{amount: {{by: section, s1: {{by: indicator, tp: 1, tn: much}}, else: 2}}}}], {PAYS}}}",
        "clauses.0.scale.0.amount",
        "much",
    ),
    # circles
    "a clause that looks at itself": (measured('kind: result, of: ["1"]'), "clauses.0", "循环引用"),
    "two clauses that look at each other": (
        "- {ref: a, measure: {kind: result, of: [b]}}\n- {ref: b, times: [a]}\n" + lump("times: [b]"),
        "clauses.0",
        "循环引用",
    ),
    "a circle through a test": (
        '- {ref: a, when: [{kind: result, of: ["1"], above: 0}]}\n' + measured("kind: result, of: [a]"),
        "clauses.1",
        "循环引用",
    ),
    "a circle through another clause's last year": (
        '- {ref: a, measure: {kind: result, of: ["1"], at: previous_year}}\n' + measured("kind: result, of: [a]"),
        "clauses.0",
        "循环引用",
    ),
    "a league over its own places last year": (
        LEAGUE % 'of: ["1"], at: previous_year',
        "clauses.0",
        "循环引用",
    ),
    "a test of itself inside a measure of last year": (
        measured('kind: met, at: previous_year, all_of: [{kind: result, of: ["1"], above: 0}]'),
        "clauses.0",
        "循环引用",
    ),
    # sides
    "pays without receives": (
        '- {ref: "1", scale: [{amount: 1}], pays: upstream}',
        "clauses.0",
        "pays 与 receives 须同时写",
    ),
    "receives without pays": (
        '- {ref: "1", scale: [{amount: 1}], receives: upstream}',
        "clauses.0",
        "pays 与 receives 须同时写",
    ),
    "a payer without scale": (f'- {{ref: "1", {FACT}, {PAYS}}}', "clauses.0.scale", "付款条款没有 scale"),
    "shares that are not one": (
        '- {ref: "1", scale: [{amount: 1}], pays: {up: 1/2, third: 1/3}, receives: pool}',
        "clauses.0.pays",
        "份额之和不为 1",
    ),
    "a negative share": (
        '- {ref: "1", scale: [{amount: 1}], pays: {up: 3/2, third: -1/2}, receives: pool}',
        "clauses.0.pays",
        "份额不能为负",
    ),
    "weights that are not one": (
        measured("kind: index, section: s1, against: baseline, weights: {tp: 1/2, tn: 1/3}"),
        "clauses.0.measure.weights",
        "权重之和不为 1",
    ),
    "party outside each party": (
        '- {ref: "1", scale: [{amount: 1}], pays: party, receives: pool}',
        "clauses.0.pays",
        "party 须在 each",
    ),
    "rank outside each party": (
        f'- {{ref: a, {FACT}}}\n- {{ref: "1", measure: {{kind: rank, of: [a]}}, {LUMP}}}',
        "clauses.1.measure",
        "rank 须在 each",
    ),
    # lines
    "a line nobody uses": (f'- {{ref: a, {FACT}}}\n- {{ref: "1", {LUMP}}}', "clauses.0", "中间项 a 无人使用"),
    "a line only it itself uses": (
        "- {ref: a, measure: {kind: result, of: [a], at: previous_year, otherwise: 1},"
        " times: {2020-01-01: [], 2021-01-01: [2]}}\n" + lump("cap: 5"),
        "clauses.0",
        "无人使用",
    ),
    "several numbers as a multiplier": (
        f'- {{ref: a, each: {{section: all}}, {FACT}}}\n- {{ref: "1", {LUMP}, times: [a]}}',
        "clauses.1",
        "条款 a 有多个数值（section）",
    ),
    "months as a multiplier of a year": (
        f'- {{ref: a, every: month, {FACT}}}\n- {{ref: "1", {LUMP}, times: [a]}}',
        "clauses.1",
        "条款 a 有多个数值（month）",
    ),
    "several numbers to compare with": (
        f"- {{ref: a, each: {{section: all}}, {FACT}}}\n"
        + measured("kind: reported, fact: y, against: {ref: a}, expressed: ratio"),
        "clauses.1",
        "有多个数值",
    ),
    # pieces
    "pieces out of order": (
        scaled("{up_to: 1, amount: 1}, {up_to: 0.5, amount: 2}, {amount: 3}"),
        "clauses.0.scale.1",
        "顺序不对",
    ),
    "a piece never reached": (scaled("{amount: 1}, {up_to: 2, amount: 3}"), "clauses.0.scale.1", "永远用不到"),
    "a piece that ends where the last ended": (
        scaled("{up_to: 1}, {below: 1, amount: 2}, {amount: 3}"),
        "clauses.0.scale.1",
        "永远用不到",
    ),
    "a scale open at the top": (scaled("{up_to: 1, amount: 1}"), "clauses.0.scale.0", "最后一段没有敞口"),
    "both bounds on one piece": (
        scaled("{up_to: 1, below: 2}, {amount: 1}"),
        "clauses.0.scale.0",
        "up_to 与 below 只能写一个",
    ),
    "steps of nothing": (scaled("{rate: 1, per: 0}"), "clauses.0.scale.0.per", "per 须大于 0"),
    "a ladder on exceedance that pays at 0": (
        exceeding('"1"', f"scale: {LADDER}, {PAYS}"),
        "clauses.0.scale",
        "超标倍数为 0 时也付款",
    ),
    "such a ladder behind a line": (
        exceeding("m") + f'- {{ref: "1", measure: {{kind: result, of: [m]}}, scale: {LADDER}, {PAYS}}}',
        "clauses.1.scale",
        "超标倍数为 0 时也付款",
    ),
    "such a ladder on a line": (
        exceeding("m", f"scale: {LADDER}")
        + f'- {{ref: "1", measure: {{kind: result, of: [m]}}, scale: [{{rate: 1}}], {PAYS}}}',
        "clauses.0.scale",
        "超标倍数为 0 时也付款",
    ),
    # several values
    "several sections without take": (
        measured("kind: quality_class, sections: all"),
        "clauses.0.measure",
        "多个数值而没有 take",
    ),
    "several indicators without take": (
        measured("kind: concentration, section: s1, indicators: [tp, tn]"),
        "clauses.0.measure",
        "没有 take",
    ),
    "several months without take": (
        measured("kind: quality_class, section: s1, over: month"),
        "clauses.0.measure",
        "没有 take",
    ),
    "take without several": (
        measured("kind: quality_class, section: s1, take: mean"),
        "clauses.0.measure",
        "take 用在单个数值上",
    ),
    "runs of none": (
        measured("kind: quality_class, section: s1, over: month, take: {runs_of: 0}"),
        "clauses.0.measure.take",
        "runs_of",
    ),
    # comparison
    "against without expressed": (
        measured("kind: quality_class, section: s1, against: target"),
        "clauses.0.measure",
        "against 与 expressed 须同时写",
    ),
    "expressed without against": (
        measured("kind: quality_class, section: s1, expressed: ratio"),
        "clauses.0.measure",
        "须同时写",
    ),
    "expressed on an exceedance": (
        measured("kind: exceedance, section: s1, indicator: tp, against: target, expressed: ratio"),
        "clauses.0.measure.expressed",
        "exceedance 不用 expressed",
    ),
    "an index without against": (
        measured("kind: index, section: s1, weights: {tp: 1}"),
        "clauses.0.measure",
        "index 须有 against",
    ),
    "a class limit for a volume": (
        measured("kind: volume, section: s1, against: target, expressed: ratio"),
        "clauses.0.measure.against",
        "没有类别限值",
    ),
    "two references at once": (
        measured("kind: quality_class, section: s1, against: {class: 3, section: s2}, expressed: ratio"),
        "clauses.0.measure.against",
        "against 只能指一样",
    ),
    # what is in hand
    "no section in hand": (measured("kind: quality_class"), "clauses.0.measure", "没有断面"),
    "no section in hand of a test": (when("kind: quality_class, at_most: 3"), "clauses.0.when.0", "没有断面"),
    "no indicator in hand": (measured("kind: concentration, section: s1"), "clauses.0.measure", "没有指标"),
    # tests
    "unless without because": (
        lump("unless: [{kind: reported, fact: x, at_least: 1}]"),
        "clauses.0.unless.0",
        "unless 没有 because",
    ),
    "a test without a bound": (when("kind: reported, fact: x"), "clauses.0.when.0", "条件没有界限"),
    "an inner test without a bound": (
        measured("kind: met, all_of: [{kind: reported, fact: x}]"),
        "clauses.0.measure.all_of.0",
        "条件没有界限",
    ),
    "a bound where a number is measured": (
        measured("kind: quality_class, section: s1, at_most: 3"),
        "clauses.0.measure",
        "界限不起作用",
    ),
    "met without tests": (measured("kind: met"), "clauses.0.measure", "met 须有 all_of 或 any_of"),
    "both all_of and any_of": (
        measured(
            "kind: met, all_of: [{kind: reported, fact: x, above: 0}], any_of: [{kind: reported, fact: y, above: 0}]"
        ),
        "clauses.0.measure",
        "met 须有 all_of 或 any_of 之一",
    ),
    "otherwise on a measurement": (
        measured("kind: quality_class, section: s1, otherwise: 3"),
        "clauses.0.measure.otherwise",
        "没有样品不等于达标",
    ),
    "otherwise on tests": (
        measured("kind: met, otherwise: 1, all_of: [{kind: quality_class, section: s1, at_most: 3}]"),
        "clauses.0.measure.otherwise",
        "没有样品不等于达标",
    ),
    # keys of another kind, keys that are missing
    "a key of another kind": (
        measured("kind: quality_class, section: s1, weights: {tp: 1}"),
        "clauses.0.measure.weights",
        "不用于 quality_class",
    ),
    "a fact without a name": (measured("kind: reported"), "clauses.0.measure", "reported 缺少 fact"),
    "a result of nothing": (measured("kind: result"), "clauses.0.measure", "result 缺少 of"),
    # classes and sources
    "a class outside 1-6": (
        measured("kind: quality_class, section: s1, against: {class: 7}, expressed: difference"),
        "clauses.0.measure.against",
        "类别 7 不在 1–6",
    ),
    "a figure without source": (scaled("{amount: {value: 5}}"), "clauses.0.scale.0.amount", "数值没有出处"),
}


@pytest.mark.parametrize(("clauses", "path", "word"), REFUSED.values(), ids=REFUSED)
def test_refused(clauses: str, path: str, word: str) -> None:
    refusals = found(clauses)
    assert [(path, True)] == [
        (r.path, word in r.zh or word in r.en) for r in refusals if r.path == path and word in str(r)
    ][:1]
    for refusal in refusals:
        assert refusal.file == "test.yaml"
        assert refusal.remedy
        assert refusal.en


HEADERS: dict[str, tuple[str, str, str]] = {
    "a party nobody registered": ("parties: {upstream: up, downstream: nobody}", "parties.downstream", "未登记的主体"),
    "a term that ends before it starts": ("ends: 2019-12-31", "ends", "终止早于生效"),
    "a standard nobody registered": ("standard: gb9999", "standard", "未登记的标准"),
    "a clause without every": ("every: ", "clauses.0.every", "没有 every"),
    "upstream with no section and no role": ("parties: {province: up}", "clauses.0.pays", "upstream 既无断面也无角色"),
    "a sheet of an unknown section": ("sections: {s9: {target: 3}}", "sections.s9", "未登记的断面"),
    "a target that is no class": ("sections: {s1: {target: 0}}", "sections.s1.target", "类别 0 不在 1–6"),
    "a target that is no number": ("sections: {s1: {target: Ⅲ}}", "sections.s1.target", "取值不合要求"),
    "an unknown key of a sheet": ("sections: {s1: {goal: 3}}", "sections.s1.goal", "不认识的键"),
    "a baseline of an unknown indicator": ("sections: {s1: {baseline: {xyz: 1}}}", "sections.s1.xyz", "不认识的指标"),
    "an unknown inflow": ("sections: {s1: {inflow: s9}}", "sections.s1.inflow", "未登记的断面 s9"),
    "an unknown member of a mean": ("sections: {v: {mean_of: [s1, s9]}}", "sections.v.mean_of", "未登记的断面 s9"),
    "weights of a mean that are not one": (
        "sections: {v: {mean_of: {s1: 1/2, s2: 1/3}}}",
        "sections.v.mean_of",
        "权重之和不为 1",
    ),
    "an unknown party of a section": ("sections: {s1: {upstream: nobody}}", "sections.s1.upstream", "未登记的主体"),
    "shares of a section that are not one": (
        "sections: {s1: {upstream: {up: 1/2, third: 1/3}}}",
        "sections.s1.upstream",
        "份额之和不为 1",
    ),
}


@pytest.mark.parametrize(("header", "path", "word"), HEADERS.values(), ids=HEADERS)
def test_refused_in_head_or_sheets(header: str, path: str, word: str) -> None:
    key, _, value = header.partition(": ")
    assert (path, True) in [(r.path, word in str(r)) for r in found(lump("cap: 5"), **{key: value})]


class TestAllowed:
    """What looks like a refusal and is none."""

    @pytest.mark.parametrize(
        "clauses",
        [
            # a clause's own last year, in the measure or in a test
            f'- {{ref: "1", measure: {{kind: result, of: ["1"], at: previous_year, otherwise: 5}}, {LUMP}}}',
            f'- {{ref: "1", when: [{{kind: result, of: ["1"], at: previous_year, otherwise: 0, at_most: 0}}], {LUMP}}}',
            # another clause's last year
            f'- {{ref: a, {FACT}}}\n- {{ref: "1", measure: {{kind: result, of: [a], at: previous_year}}, {LUMP}}}',
            # a number and a ref that looks like one among times
            f'- {{ref: "2.1", {FACT}}}\n- {{ref: "1", {LUMP}, times: ["2.1", 1/2, -1]}}',
            # 1 + m as a multiplier is a line of one piece, not a ladder
            '- {ref: m, measure: {kind: exceedance, section: s1, indicator: tp}, scale: [{amount: 1, rate: 1}]}\n'
            f'- {{ref: "1", {LUMP}, times: [m]}}',
            # a multiplier per section for a clause per section, and a year's line for a month
            f'- {{ref: a, each: {{section: all}}, {FACT}}}\n- {{ref: b, every: year, {FACT}}}\n'
            f'- {{ref: "1", every: month, each: {{section: all}}, {LUMP}, times: [a, b]}}',
            # below and up_to may part at one point
            f'- {{ref: "1", {FACT}, scale: [{{below: 1}}, {{up_to: 1, amount: 1}}, {{amount: 2}}], {PAYS}}}',
            # a party that is registered but no party of the agreement
            '- {ref: "1", scale: [{amount: 1}], pays: fourth, receives: {third: 1/2, up: 1/2}}',
            # spellings of indicators
            f'- {{ref: "1", measure: {{kind: concentration, section: s1, indicator: 氨氮}}, {LUMP}}}',
            lump("each: {indicator: [NH3-N, w21011]}, measure: {kind: concentration, section: s1}"),
            # an unverified figure needs no source
            f'- {{ref: "1", scale: [{{amount: {{value: 5, verified: false}}}}], {PAYS}}}',
        ],
    )  # fmt: skip
    def test_it_is_not_refused(self, clauses: str) -> None:
        assert [str(refusal) for refusal in found(clauses)] == []

    def test_upstream_of_a_section_needs_no_role(self) -> None:
        clause = '- {ref: "1", each: {section: all}, scale: [{amount: 1}], pays: upstream, receives: province}'
        assert found(clause, parties="{province: up}") == []

    def test_a_sheet_may_name_the_party_that_the_network_does_not(self) -> None:
        river = a_network("s1 - down 3", parties="up third")
        clause = '- {ref: "1", each: {section: all}, scale: [{amount: 1}], pays: upstream, receives: downstream}'
        with pytest.raises(AgreementError, match="upstream 既无断面也无角色"):
            an_agreement(clause, river, parties="[third]")
        an_agreement(clause, river, parties="[third]", sections="{s1: {upstream: up}}")


def test_all_problems_are_told_at_once_and_the_first_says_how_many_follow() -> None:
    clauses = dedent(f"""
        - {{ref: "1", measure: {{kind: quality_class, section: s9}}, {LUMP}}}
        - {{ref: "2", {FACT}, {PAYS}}}
        - {{ref: "3", {LUMP}, times: [zz]}}
    """)
    assert [refusal.path for refusal in found(clauses)] == ["clauses.0.measure", "clauses.1.scale", "clauses.2"]
    with pytest.raises(AgreementError, match="未登记的断面 s9") as refused:
        an_agreement(clauses)
    assert "另有 2 处问题" in refused.value.remedy
