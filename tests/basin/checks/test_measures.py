"""What a measure or a test may not say: several values, comparisons, what is in hand, bounds, foreign keys."""

from __future__ import annotations

import pytest

from tests.basin.clauses import FACT, LEAGUE, PAYS, assert_refused, exceeding, found, lump, measured, scaled, when

REFUSED = {
    # several values
    "several sections without take": (
        measured("kind: quality_class, sections: all"),
        "clauses.1.measure",
        "多个数值而没有 take",
    ),
    "several indicators without take": (
        measured("kind: concentration, section: s1, indicators: [tp, tn]"),
        "clauses.1.measure",
        "没有 take",
    ),
    "several months without take": (
        measured("kind: quality_class, section: s1, over: month"),
        "clauses.1.measure",
        "没有 take",
    ),
    "several sections under the key of one": (
        measured("kind: quality_class, section: [s1, s2], take: mean"),
        "clauses.1.measure.section",
        "几个断面写 sections: [a, b]",
    ),
    "runs without a number": (
        measured("kind: quality_class, section: s1, over: month, take: {runs: 3}"),
        "clauses.1.measure.take.runs_of",
        "缺少必填的键",
    ),
    "take without several": (
        measured("kind: quality_class, section: s1, take: mean"),
        "clauses.1.measure",
        "take 用在单个数值上",
    ),
    "runs of none": (
        measured("kind: quality_class, section: s1, over: month, take: {runs_of: 0}"),
        "clauses.1.measure.take",
        "runs_of",
    ),
    "sections that are none": (
        measured("kind: concentration, sections: [], indicator: tp, take: mean"),
        "clauses.1.measure.sections",
        "sections 是空的",
    ),
    "indicators that are none": (
        measured("kind: quality_class, section: s1, indicators: []"),
        "clauses.1.measure.indicators",
        "indicators 是空的",
    ),
    # comparison
    "against without expressed": (
        measured("kind: quality_class, section: s1, against: target"),
        "clauses.1.measure",
        "against 与 expressed 须同时写",
    ),
    "expressed without against": (
        measured("kind: quality_class, section: s1, expressed: ratio"),
        "clauses.1.measure",
        "须同时写",
    ),
    "expressed on an exceedance": (
        measured("kind: exceedance, section: s1, indicator: tp, against: target, expressed: ratio"),
        "clauses.1.measure.expressed",
        "exceedance 不用 expressed",
    ),
    # multiples
    "an exceedance of oxygen": (
        measured("kind: exceedance, section: s1, indicator: do"),
        "clauses.1.measure",
        "溶解氧没有超标倍数",
    ),
    "an exceedance of pH in a test": (
        when("kind: exceedance, section: s1, indicator: ph, above: 0"),
        "clauses.1.when.0",
        "pH没有超标倍数",
    ),
    "an exceedance of temperature": (
        measured("kind: exceedance, section: s1, indicator: 水温"),
        "clauses.1.measure",
        "水温没有超标倍数",
    ),
    "oxygen among several": (
        measured("kind: exceedance, section: s1, indicators: [tp, do], take: max"),
        "clauses.1.measure",
        "溶解氧没有超标倍数",
    ),
    "oxygen in the hand of a clause": (
        lump("each: {indicator: [tp, DO]}, measure: {kind: exceedance, section: s1}"),
        "clauses.1.measure",
        "溶解氧没有超标倍数",
    ),
    "oxygen in the hand of a test": (
        measured("kind: met, section: s1, indicator: do, all_of: [{kind: exceedance, at_most: 0}]"),
        "clauses.1.measure.all_of.0",
        "溶解氧没有超标倍数",
    ),
    "every indicator, oxygen among them": (
        lump("each: {indicator: all}, measure: {kind: exceedance, section: s1}"),
        "clauses.1.measure",
        "逐个列出指标，不写 all",
    ),
    "an index without against": (
        measured("kind: index, section: s1, weights: {tp: 1}"),
        "clauses.1.measure",
        "index 须有 against",
    ),
    "a number to compare with": (
        measured("kind: exceedance, section: s1, indicator: tp, against: 0.05"),
        "clauses.1.measure.against",
        "写在 sections 中该断面的 limits 里，此处写 against: limits",
    ),
    "a reference by an unknown key": (
        measured("kind: quality_class, section: s1, against: {klass: 3}, expressed: ratio"),
        "clauses.1.measure.against.klass",
        "不认识的键",
    ),
    "a class to compare with that is none": (
        measured("kind: quality_class, section: s1, against: {class: Ⅲ}, expressed: ratio"),
        "clauses.1.measure.against.class",
        "取值不合要求",
    ),
    "a class limit for a volume": (
        measured("kind: volume, section: s1, against: target, expressed: ratio"),
        "clauses.1.measure.against",
        "没有类别限值",
    ),
    "two references at once": (
        measured("kind: quality_class, section: s1, against: {class: 3, section: s2}, expressed: ratio"),
        "clauses.1.measure.against",
        "against 只能指一样",
    ),
    # what is in hand
    "no section in hand": (measured("kind: quality_class"), "clauses.1.measure", "没有断面"),
    "no section in hand of a test": (when("kind: quality_class, at_most: 3"), "clauses.1.when.0", "没有断面"),
    "no indicator in hand": (measured("kind: concentration, section: s1"), "clauses.1.measure", "没有指标"),
    "a load of nothing": (measured("kind: load, section: s1"), "clauses.1.measure", "没有指标"),
    "an indicator that is in hand and not judged": (
        lump("each: {indicator: [tp, nh3n]}, measure: {kind: quality_class, section: s1}"),
        "clauses.1.measure",
        "手头有 indicator，类别评哪几项须写明",
    ),
    "such a class in a condition": (
        lump("each: {indicator: [tp, nh3n]}, when: [{kind: quality_class, section: s1, at_least: 6}]"),
        "clauses.1.when.0",
        "手头有 indicator",
    ),
    "such a class in a test inside": (
        measured("kind: met, indicator: tp, all_of: [{kind: quality_class, section: s1, at_most: 3}]"),
        "clauses.1.measure.all_of.0",
        "手头有 indicator",
    ),
    "a class by the key of one indicator": (
        measured("kind: quality_class, section: s1, indicator: tp"),
        "clauses.1.measure",
        "写 indicators: [nh3n]",
    ),
    "an indicator of a volume": (
        measured("kind: volume, section: s1, indicator: tp"),
        "clauses.1.measure.indicator",
        "indicator 不用于 volume",
    ),
    # tests
    "unless without because": (
        lump("unless: [{kind: reported, fact: x, at_least: 1}]"),
        "clauses.1.unless.0",
        "unless 没有 because",
    ),
    "because of a condition": (
        when("kind: reported, fact: x, at_least: 1, because: 第九条"),
        "clauses.1.when.0.because",
        "because 只用于 unless",
    ),
    "because of a measure": (
        measured("kind: reported, fact: x, because: 第九条"),
        "clauses.1.measure.because",
        "because 只用于 unless",
    ),
    "because of a part of an excuse": (
        lump("unless: [{because: 第九条, any_of: [{kind: reported, fact: x, at_least: 1, because: 第十条}]}]"),
        "clauses.1.unless.0.any_of.0.because",
        "because 只用于 unless",
    ),
    "a test without a bound": (when("kind: reported, fact: x"), "clauses.1.when.0", "条件没有界限"),
    "an inner test without a bound": (
        measured("kind: met, all_of: [{kind: reported, fact: x}]"),
        "clauses.1.measure.all_of.0",
        "条件没有界限",
    ),
    "a bound where a number is measured": (
        measured("kind: quality_class, section: s1, at_most: 3"),
        "clauses.1.measure",
        "界限不起作用",
    ),
    "met without tests": (measured("kind: met"), "clauses.1.measure", "met 须有 all_of 或 any_of"),
    "both all_of and any_of": (
        measured(
            "kind: met, all_of: [{kind: reported, fact: x, above: 0}], any_of: [{kind: reported, fact: y, above: 0}]"
        ),
        "clauses.1.measure",
        "met 须有 all_of 或 any_of 之一",
    ),
    "otherwise on a measurement": (
        measured("kind: quality_class, section: s1, otherwise: 3"),
        "clauses.1.measure.otherwise",
        "没有样品不等于达标",
    ),
    "otherwise on a sum": (
        f"{exceeding('a')}{exceeding('b')}{measured('kind: result, of: [a, b], otherwise: 0')}",
        "clauses.1.measure.otherwise",
        "otherwise 会代替几项之和",
    ),
    "otherwise on tests": (
        measured("kind: met, otherwise: 1, all_of: [{kind: quality_class, section: s1, at_most: 3}]"),
        "clauses.1.measure.otherwise",
        "没有样品不等于达标",
    ),
    # keys of another kind, keys that are missing
    "a key of another kind": (
        measured("kind: quality_class, section: s1, weights: {tp: 1}"),
        "clauses.1.measure.weights",
        "不用于 quality_class",
    ),
    "a fact without a name": (measured("kind: reported"), "clauses.1.measure", "reported 缺少 fact"),
    "an index without weights": (
        measured("kind: index, section: s1, against: baseline"),
        "clauses.1.measure",
        "index 缺少 weights",
    ),
    "a trend without significance": (
        measured("kind: trend, section: s1, indicator: tp"),
        "clauses.1.measure",
        "trend 缺少 significance",
    ),
    "a league with weights": (
        f"- {{ref: a, each: {{party: all}}, {FACT}}}\n" + LEAGUE % "of: {a: 2}, ties: [same]",
        "clauses.1.measure.of",
        "rank 的 of 不带权重",
    ),
    "a place shared always, and only if it pays the same": (
        f"- {{ref: a, each: {{party: all}}, {FACT}}}\n" + LEAGUE % "of: [a], ties: [same, same_if_equal]",
        "clauses.1.measure.ties",
        "same 与 same_if_equal 只能写一个",
    ),
    "a day on which a fact is no sum unpaid": (
        measured("kind: reported, fact: x, on: 03-31"),
        "clauses.1.measure.on",
        "on 只用于 fact: unpaid",
    ),
    "a day that no year has": (
        measured("kind: reported, fact: unpaid, on: 02-30"),
        "clauses.1.measure.on",
        "不是月日：02-30",
    ),
    "a day that few years have": (measured("kind: reported, fact: unpaid, on: 02-29"), "clauses.1.measure.on", "02-28"),
    "a day with its year": (measured("kind: reported, fact: unpaid, on: 2021-03-31"), "clauses.1.measure.on", "03-31"),
    # figures beyond their limits
    "years inside a month": (
        lump("every: month, measure: {kind: quality_class, section: s1, over: year, take: sum}"),
        "clauses.1.measure.over",
        "over: year 长于所评的期间",
    ),
    "months inside an axis of days": (
        lump("each: {day: all}, when: [{kind: quality_class, section: s1, over: month, take: max, at_most: 3}]"),
        "clauses.1.when.0.over",
        "over: month 长于所评的期间",
    ),
    "years inside months inside a year": (
        measured(
            "kind: met, over: month, take: sum, all_of:"
            " [{kind: quality_class, section: s1, over: year, take: max, at_most: 3}]"
        ),
        "clauses.1.measure.all_of.0.over",
        "长于所评的期间",
    ),
    "fewer decimals than none": (
        measured("kind: reported, fact: x, decimals: -1"),
        "clauses.1.measure.decimals",
        "decimals 须在 0–12 之间",
    ),
    "more decimals than figures have": (
        measured("kind: reported, fact: x, decimals: 1000000"),
        "clauses.1.measure.decimals",
        "decimals 须在 0–12 之间",
    ),
    "decimals of a class": (
        measured("kind: quality_class, section: s1, decimals: 1"),
        "clauses.1.measure.decimals",
        "decimals 不起作用",
    ),
    "decimals of a number of months": (
        measured("kind: met, over: month, take: sum, decimals: 2, all_of: [{kind: reported, fact: x, above: 0}]"),
        "clauses.1.measure.decimals",
        "总是整数",
    ),
    "a section compared with itself": (
        measured("kind: quality_class, section: s1, against: {section: s1}, expressed: difference"),
        "clauses.1.measure.against",
        "与自己相比",
    ),
    "a trend of one year": (
        measured("kind: trend, section: s1, indicator: tp, significance: 0.05, years: {window: 1, least: 1}"),
        "clauses.1.measure.years",
        "years 须为 2 ≤ least ≤ window ≤ 100",
    ),
    "a trend that needs more years than it looks at": (
        measured("kind: trend, section: s1, indicator: tp, significance: 0.05, years: {window: 5, least: 6}"),
        "clauses.1.measure.years",
        "years 须为 2 ≤ least ≤ window ≤ 100",
    ),
    "a significance of five percent written as five": (
        measured("kind: trend, section: s1, indicator: tp, significance: 5"),
        "clauses.1.measure.significance",
        "significance 须在 0 与 1 之间",
    ),
    "a bound that no class has": (
        when("kind: quality_class, section: s1, at_most: 7"),
        "clauses.1.when.0.at_most",
        "类别 7 不在 1–6",
    ),
    "a result of nothing": (measured("kind: result"), "clauses.1.measure", "result 缺少 of"),
    # classes and sources
    "a class outside 1-6": (
        measured("kind: quality_class, section: s1, against: {class: 7}, expressed: difference"),
        "clauses.1.measure.against",
        "类别 7 不在 1–6",
    ),
    "a figure without source": (scaled("{amount: {value: 5}}"), "clauses.1.scale.0.amount", "数值没有出处"),
}


OXYGEN = measured("kind: exceedance, section: s1, indicator: do")


def test_a_rule_for_oxygen_needs_its_source() -> None:
    assert_refused(OXYGEN, "data.oxygen_multiple", "没有出处", data="{oxygen_multiple: limit_over_value}")


@pytest.mark.parametrize("note", ["source: 第五条", "verified: false"])
def test_with_a_rule_of_the_agreement_oxygen_may_be_counted(note: str) -> None:
    rule = f"{{oxygen_multiple: {{value: limit_over_value, {note}}}}}"
    assert [str(refusal) for refusal in found(OXYGEN, data=rule) if "没有超标倍数" in refusal.zh] == []
    ph = OXYGEN.replace("indicator: do", "indicator: ph")
    assert_refused(ph, "clauses.1.measure", "pH没有超标倍数", data=rule)


@pytest.mark.parametrize(("clauses", "path", "word"), REFUSED.values(), ids=REFUSED)
def test_refused(clauses: str, path: str, word: str) -> None:
    assert_refused(clauses, path, word)


def by_indicator(codes: str, scale: str = "[{up_to: 0}, {rate: 5}]") -> str:
    """A payment for each indicator by how far it exceeds its limit."""
    measure = "measure: {kind: exceedance, section: s1, against: limits}"
    return f'- {{ref: "1", each: {{indicator: {codes}}}, {measure}, scale: {scale}, {PAYS}}}'


IN_A_RANGE = "{s1: {limits: {ph: [6, 9], tp: 0.2}}}"
NEVER_PAID: dict[str, tuple[str, dict[str, str], str, str]] = {
    "the multiple of a range": (
        by_indicator("[ph]"), {"sections": IN_A_RANGE}, "clauses.1.measure", "没有倍数，永远付不出",
    ),
    "the multiple of a range among others": (
        by_indicator("[tp, ph]"), {"sections": IN_A_RANGE}, "clauses.1.measure", "从 indicator 删去 ph",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("clauses", "header", "path", "word"), NEVER_PAID.values(), ids=NEVER_PAID)
def test_what_is_met_or_not_is_never_paid_by_its_multiple(
    clauses: str, header: dict[str, str], path: str, word: str
) -> None:
    assert_refused(clauses, path, word, **header)


@pytest.mark.parametrize(
    "clauses",
    [by_indicator("[tp]"), lump("when: [{kind: exceedance, section: s1, indicator: ph, above: 0}]")],
    ids=["another indicator", "a condition"],
)
def test_a_range_may_be_a_condition_beside_multiples_of_others(clauses: str) -> None:
    assert found(clauses, sections=IN_A_RANGE) == []


def test_a_single_limit_of_ph_is_one_finding_whoever_looks_at_it() -> None:
    condition = lump("when: [{kind: exceedance, section: s1, indicator: ph, above: 0}]")
    assert [refusal.path for refusal in found(condition, sections="{s1: {limits: {ph: 9}}}")] == [
        "sections.s1.limits.ph"
    ]
