"""What looks like a slip is told and not refused, and stands in the manual."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from basin.authoring.review import review
from tests.basin.clauses import PAYS, lump, when
from tests.settlement.makers import RIVER, agreement_text

TEXT = (Path(__file__).parents[3] / "docs" / "agreements.md").read_text(encoding="utf-8")
CLASS = "kind: quality_class, section: s1"
MEAN = "kind: concentration, section: s1, indicator: tp"
STEP = f"{CLASS}, against: target, expressed: difference"
SCORE = "kind: reported, fact: cooperation_score"
AMMONIA = MEAN.replace("tp", "nh3n")
FALL = f"{MEAN}, against: previous_year, expressed: percent_change"
RATIO = f"{MEAN}, against: previous_year, expressed: ratio"
LOAD = "kind: load, section: s1, indicator: tp, against: limits, expressed: difference"


def priced(rate: str) -> str:
    """A clause that pays by the tonne."""
    return f'- {{ref: "1", measure: {{{LOAD}}}, scale: [{{up_to: 0}}, {{rate: {rate}}}], {PAYS}}}'


def told(clauses: str, **header: str) -> list[tuple[str, str]]:
    """(path, words) of the hints on an agreement without findings."""
    reviewed = review(agreement_text(clauses, **header), "test.yaml", RIVER)
    assert reviewed.findings == ()
    return [(hint.path, hint.zh) for hint in reviewed.hints]


SCORED = "measure: {kind: reported, fact: cooperation_score}"
SERIES = ("not_increased_tp", "not_increased_cod", "amount_above10", "amount_above20", "index_a", "index_b", "incident")


HINTS: dict[str, tuple[str, dict[str, str], str, str]] = {
    "a sum of ten billion yuan": (
        f'- {{ref: "1", scale: [{{amount: 1000000}}], {PAYS}}}', {},
        "clauses.1.scale.0.amount", "1000000 万元是 100 亿元",
    ),
    "a cap of ten billion yuan": (lump("cap: 5000000"), {}, "clauses.1.cap", "把元写成万元了吗"),
    "a price of 2500 万元 a tonne": (priced("2500"), {}, "clauses.1.scale.1.rate", "每吨 2500 万元"),
    "a limit in micrograms": (
        lump("cap: 5"), {"sections": "{s1: {limits: {tp: 100}}}"}, "sections.s1.limits.tp", "单位是 mg/L 吗",
    ),
    "a baseline in micrograms": (
        lump("cap: 5"), {"sections": "{s1: {baseline: {nh3n: 2000}}}"}, "sections.s1.baseline.nh3n",
        "是Ⅴ类限值 2 的十倍以上",
    ),
    "a branch for a section that the clause does not run over": (
        lump("each: {section: [s1]}, cap: {by: section, s1: 5, s2: 6}"), {}, "clauses.1.cap.s2", "each 里没有 s2",
    ),
    "a lost decimal point": (
        lump("cap: 5"), {"sections": "{s1: {limits: {tp: 15}}}"}, "sections.s1.limits.tp", "十倍以上",
    ),
    "a hundred billion yuan for each class": (
        f'- {{ref: "1", measure: {{{STEP}}}, scale: [{{rate: -1000000}}], {PAYS}}}', {}, "clauses.1.scale.0.rate",
        "每一单位 1000000 万元",
    ),
    "a term of a hundred and forty years": (
        lump("cap: 5"), {"starts": "1950-01-01", "ends": "2090-12-31"}, "ends", "协议期有 140 年",
    ),
    "an alternative that the one before it holds already": (
        when(f"kind: met, at_least: 1, any_of: [{{{MEAN}, at_most: 0.5}}, {{{MEAN}, at_most: 0.2}}]"), {},
        "clauses.1.when.0.any_of.1", "这一条不起作用",
    ),
    "a condition that the one before it holds already": (
        lump(f"when: [{{{MEAN}, at_most: 0.2}}, {{{MEAN}, at_most: 0.5}}]"), {}, "clauses.1.when.1", "这一条不起作用",
    ),
    "any class at all": (when(f"{CLASS}, at_most: 6"), {}, "clauses.1.when.0.at_most", "总是成立：这个数在 1 至 6"),
    "no less than nothing": (
        when("kind: concentration, section: s1, indicator: tp, at_least: 0"), {}, "clauses.1.when.0.at_least",
        "总是成立",
    ),
    "a value that is replaced before the term begins": (
        lump("cap: {2015-01-01: 5, 2018-01-01: 6, 2021-01-01: 7}"), {}, "clauses.1.cap", "2015-01-01 起的数值",
    ),
    "more days than February has": (
        lump("cap: 5"), {"data": "{min_days_a_month: 30}"}, "data.min_days_a_month", "二月没有 30 天",
    ),
    "a fall by a tenth, in a number of percent": (
        f'- {{ref: "1", measure: {{{FALL}}}, scale: [{{up_to: -0.1, amount: 5}}, {{amount: 1}}], {PAYS}}}', {},
        "clauses.1.scale.0.up_to", "-0.1 不到百分之一",
    ),
    "a test of such a fall": (when(f"{FALL}, at_most: -1/2"), {}, "clauses.1.when.0.at_most", "不到百分之一"),
    "a share of eighty, in a ratio": (when(f"{RATIO}, at_most: 80"), {}, "clauses.1.when.0.at_most", "80 即 80 倍"),
    "a lump sum each day": (
        lump("every: term, each: {day: all}"), {}, "clauses.1.each.day", "这笔金额按 each 逐 day 重复",
    ),
    "a lump sum each month": (lump("each: {month: all}"), {}, "clauses.1.each.month", "只付一次的删去 each"),
    "eighty for eighty percent": (lump('times: ["80"]'), {}, "clauses.1.times", "系数 80 大于 10"),
    "a cap below the amount": (
        f'- {{ref: "1", {SCORED}, scale: [{{up_to: 60, amount: 200}}, {{amount: 400}}], cap: 300, {PAYS}}}', {},
        "clauses.1.scale.1.amount", "cap 300 小于这一段的金额 400：这一段永远只付 300",
    ),
    "a factor twice": (
        f"- {{ref: a, {SCORED}}}\n" + lump("times: [a, a]"), {}, "clauses.1.times", "a 在 times 里写了 2 次",
    ),
    "a party that pays half to itself": (
        '- {ref: "1", scale: [{amount: 1}], pays: {up: 0.5, down: 0.5}, receives: upstream}', {},
        "clauses.1.pays", "up 既在付方也在收方",
    ),
    "one clause under two refs": (
        f"{lump('cap: 5')}\n{lump('cap: 5, title: 又').replace('1', '2', 1)}", {}, "clauses.2",
        "与条款 1 除编号、名称、出处以外一样",
    ),
    "an inflow from below": (
        lump("cap: 5"), {"sections": "{s1: {inflow: s2}}"}, "sections.s1.inflow", "入境断面 s2 在 s1 的下游",
    ),
    "more readings than a day has slots": (
        lump(f"when: [{{{MEAN}, at_most: 0.2}}]"), {"data": "{min_readings_a_day: 99, stations: primary}"},
        "data.min_readings_a_day", "99 个读数达不到",
    ),
    "a step in micrograms": (
        f'- {{ref: "1", measure: {{{AMMONIA}}}, scale: [{{up_to: 1000}}, {{amount: 5}}], {PAYS}}}', {},
        "clauses.1.scale.0.up_to", "1000 是Ⅴ类限值 2 的十倍以上",
    ),
    "a test in micrograms": (
        when(f"{AMMONIA}, at_most: 1000"), {}, "clauses.1.when.0.at_most", "单位是 mg/L 吗",
    ),
    "a load that is a concentration": (
        lump("cap: 5"), {"sections": "{s1: {limits: {load tp: 0.2}}}"}, "sections.s1.limits.load tp", "0.2 t 不到一吨",
    ),
    "a load in grams": (
        lump("cap: 5"), {"sections": "{s1: {baseline: {load tp: 20000000}}}"}, "sections.s1.baseline.load tp",
        "20000000 t 比Ⅴ类的长江",
    ),
    "a baseline in m³": (
        lump("cap: 5"), {"sections": "{s1: {baseline: {volume: 200000000}}}"}, "sections.s1.baseline.volume",
        "把 m³ 写成万 m³ 了吗",
    ),
    "a price by a hundred million m³, in m³": (
        f'- {{ref: "1", measure: {{kind: volume, section: s1}}, scale: [{{rate: 5, per: 100000000}}], {PAYS}}}', {},
        "clauses.1.scale.0.per", "100000000 万 m³",
    ),
    "an excuse that nobody will ever record": (
        lump("unless: [{kind: reported, fact: incidnet, otherwise: 0, above: 0, because: 第九条}]"), {},
        "clauses.1.unless.0.fact", "事实 incidnet 像是 incident：",
    ),
    "a general kind by its Chinese name": (
        lump("unless: [{kind: reported, fact: 断流, otherwise: 0, above: 0, because: 第九条}]"), {},
        "clauses.1.unless.0.fact", "写的是 dry 吗",
    ),
    "the fact of another clause in other letters": (
        lump(f"when: [{{{SCORE}, at_least: 60}}, {{{SCORE.replace('operation', 'opreation')}, at_most: 90}}]"), {},
        "clauses.1.when.1.fact", "写的是 cooperation_score 吗",
    ),
    "a status that few sources state": (
        lump("cap: 5"), {"data": "{statuses: [正常, 在线]}"}, "data.statuses", "才会报 在线",
    ),
}  # fmt: skip
NO_HINTS: dict[str, tuple[str, dict[str, str]]] = {
    "a limit of nine times class five": (lump("cap: 5"), {"sections": "{s1: {limits: {tp: 3.6}}}"}),
    "the whole of a century": (lump("cap: 5"), {"starts": "2000-01-01", "ends": "2099-12-31"}),
    "a wider alternative behind a narrower one": (
        when(f"kind: met, at_least: 1, any_of: [{{{MEAN}, at_most: 0.2}}, {{{MEAN}, at_most: 0.5}}]"),
        {},
    ),
    "a lump sum that is settled to be nothing": (f'- {{ref: "1", scale: [{{amount: 0}}], {PAYS}}}', {}),
    "a branch for several sections of which one is there": (
        lump('each: {section: [s1]}, cap: {by: section, "s1,s2": 5, else: 6}'),
        {},
    ),
    "a large sum": (f'- {{ref: "1", scale: [{{amount: 200000}}], {PAYS}}}', {}),
    "2500 yuan a tonne": (priced("0.25"), {}),
    "strict and lax limits": (lump("cap: 5"), {"sections": "{s1: {limits: {tp: 0.02, cod: 60}}}"}),
    "a share of at least nothing known": (when("kind: reported, fact: x, at_least: 0"), {}),
    "a value in force when the term starts": (lump("cap: {2018-01-01: 6, 2021-01-01: 7}"), {}),
    "a fall by one percent, and none": (
        when(f"kind: met, any_of: [{{{FALL}, at_most: -1}}, {{{FALL}, below: 0}}], at_least: 1"),
        {},
    ),
    "a sum for each month that meets a condition": (lump(f"each: {{month: all}}, when: [{{{CLASS}, at_most: 3}}]"), {}),
    "a cap above the amounts": (lump("cap: 1"), {}),
    "a cap below an amount that a factor makes smaller": (
        f'- {{ref: "1", {SCORED}, scale: [{{amount: 400}}], times: [50%], cap: 300, {PAYS}}}',
        {},
    ),
    "shares of others": ('- {ref: "1", scale: [{amount: 1}], pays: {third: 0.5, down: 0.5}, receives: upstream}', {}),
    "an inflow from above": (lump("cap: 5"), {"sections": "{s2: {inflow: s1}}"}),
    "a step of nine times class five": (
        f'- {{ref: "1", measure: {{{AMMONIA}}}, scale: [{{up_to: 18}}, {{amount: 5}}], {PAYS}}}',
        {},
    ),
    "loads and volumes of a river": (
        lump("cap: 5"),
        {"sections": "{s1: {limits: {load tp: 8, load hg: 0.01}, baseline: {volume: 9500000}}}"},
    ),
    "a price by a hundred million m³": (
        f'- {{ref: "1", measure: {{kind: volume, section: s1}}, scale: [{{rate: 5, per: 10000}}], {PAYS}}}',
        {},
    ),
    "a sum for each section": (lump("each: {section: all}"), {}),
    "a factor of ten": (lump('times: ["10"]'), {}),
    "the facts of a series": (
        when(
            f"kind: met, at_least: 1, all_of: [{', '.join(f'{{kind: reported, fact: {k}, above: 0}}' for k in SERIES)}]"
        ),
        {},
    ),
    "a ratio of nine": (when(f"{RATIO}, at_most: 9"), {}),
    "the usual rules": (lump("cap: 5"), {"data": "{min_days_a_month: 20, statuses: [正常, 维护]}"}),
}


@pytest.mark.parametrize(("clauses", "header", "path", "word"), HINTS.values(), ids=HINTS)
def test_what_looks_like_a_slip_is_told(clauses: str, header: dict[str, str], path: str, word: str) -> None:
    ((place, words),) = told(clauses, **header)
    assert (place, word in words) == (path, True)
    listed = re.findall(r"^\| [^|]+ \| ([^|*]+) \*", TEXT[TEXT.index("| 提示 Hint |") :], flags=re.MULTILINE)
    assert [row for row in listed if re.fullmatch(".*".join(map(re.escape, row.strip().split("…"))), words)]


@pytest.mark.parametrize(("clauses", "header"), NO_HINTS.values(), ids=NO_HINTS)
def test_what_is_usual_is_not_told(clauses: str, header: dict[str, str]) -> None:
    assert told(clauses, **header) == []
