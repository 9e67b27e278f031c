"""What an agreement as a whole may not say, in its header and sheets; what looks like a refusal and is none."""

from __future__ import annotations

from dataclasses import replace
from textwrap import dedent

import pytest

from basin.authoring.review import review
from basin.errors import AgreementError
from basin.network import Party
from tests.basin.clauses import FACT, LUMP, PAYS, assert_refused, found, lump
from tests.settlement.makers import a_network, agreement_text, an_agreement

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
SHEETS = "{s1: {target: 3, baseline: {tp: 0.1, tn: 1}, inflow: s2}, both: {mean_of: [s1, s2]}}"


def test_a_good_agreement_is_not_refused() -> None:
    assert [str(refusal) for refusal in found(GOOD, sections=SHEETS)] == []


HEADERS: dict[str, tuple[str, str, str]] = {
    "a party nobody registered": ("parties: {upstream: up, downstream: nobody}", "parties.downstream", "未登记的主体"),
    "a term that ends before it starts": ("ends: 2019-12-31", "ends", "终止早于生效"),
    "a rule for oxygen without its source": (
        "data: {oxygen_multiple: limit_over_value}",
        "data.oxygen_multiple",
        "oxygen_multiple 没有出处",
    ),
    "a standard nobody registered": ("standard: gb9999", "standard", "未登记的标准"),
    "a basin nobody registered": ("basin: nowhere", "basin", "未登记的流域 nowhere"),
    "a code that is no part of an address": ("code: a/b", "code", "不能用作代码：a/b"),
    "a code with a blank": ("code: 新安江 2023", "code", "只用字母、汉字、数字、- 与 _"),
    "a code with a dot": ("code: xinan.2023", "code", "不能用作代码"),
    "a first year that is surely a slip": ("starts: 0020-01-01", "starts", "年份不在 1900–2200"),
    "a last year that is surely a slip": ("ends: 9999-12-31", "ends", "年份不在 1900–2200"),
    "a clause without every": ("every: ", "clauses.1.every", "没有 every"),
    "upstream with no section and no role": ("parties: {province: up}", "clauses.1.pays", "upstream 既无断面也无角色"),
    "a sheet of an unknown section": ("sections: {s9: {target: 3}}", "sections.s9", "未登记的断面"),
    "a target that is no class": ("sections: {s1: {target: 0}}", "sections.s1.target", "类别 0 不在 1–6"),
    "a target that is no number": ("sections: {s1: {target: Ⅲ}}", "sections.s1.target", "取值不合要求"),
    "an unknown key of a sheet": ("sections: {s1: {goal: 3}}", "sections.s1.goal", "不认识的键"),
    "a baseline of an unknown indicator": ("sections: {s1: {baseline: {xyz: 1}}}", "sections.s1.xyz", "不认识的指标"),
    "stations spoken for in a way nobody knows": ("data: {stations: both}", "data.stations", "不认识的取值 'both'"),
    "an origin nobody knows": ("data: {origins: manual}", "data.origins", "不认识的取值 'manual'"),
    "a stand-in nobody knows": ("data: {substitute: [forecast]}", "data.substitute.0", "不认识的取值 'forecast'"),
    "a stand-in given twice": (
        "data: {substitute: [previous_year, previous_year]}",
        "data.substitute",
        "previous_year 写了两次",
    ),
    "backups that speak already": ("data: {substitute: [backup]}", "data.substitute", "backup 不起作用"),
    "a neighbour that no sheet names": ("data: {substitute: neighbour}", "data.substitute", "都没有写 neighbour"),
    "a neighbour that never stands in": ("sections: {s1: {neighbour: s2}}", "sections", "substitute 没有用到"),
    "an unknown neighbour": ("sections: {s1: {neighbour: s9}}", "sections.s1.neighbour", "未登记的断面 s9"),
    "a section as its own neighbour": ("sections: {s1: {neighbour: s1}}", "sections.s1.neighbour", "s1 自己"),
    "an unknown inflow": ("sections: {s1: {inflow: s9}}", "sections.s1.inflow", "未登记的断面 s9"),
    "an unknown member of a mean": ("sections: {v: {mean_of: [s1, s9]}}", "sections.v.mean_of", "未登记的断面 s9"),
    "weights of a mean that are not one": (
        "sections: {v: {mean_of: {s1: 1/2, s2: 1/3}}}",
        "sections.v.mean_of",
        "权重之和不为 1",
    ),
    "a negative weight of a mean": (
        "sections: {v: {mean_of: {s1: 3/2, s2: -1/2}}}",
        "sections.v.mean_of",
        "权重不能为负",
    ),
    "a negative limit": ("sections: {s1: {limits: {tp: -0.2}}}", "sections.s1.limits.tp", "tp 不会是 -0.2"),
    "a negative baseline of a load": (
        "sections: {s1: {baseline: {load tp: -5}}}",
        "sections.s1.baseline.load tp",
        "不会是 -5",
    ),
    "a limit of nothing": ("sections: {s1: {limits: {tp: 0}}}", "sections.s1.limits.tp", "tp 的限值是 0"),
    "a load of nothing": ("sections: {s1: {limits: {load tp: 0}}}", "sections.s1.limits.load tp", "的限值是 0"),
    "water that comes in from below": (
        "sections: {s1: {inflow: s2}, s2: {inflow: s1}}",
        "sections.s1.inflow",
        "入境断面绕了一圈：s1 → s2 → s1",
    ),
    "one limit of pH": ("sections: {s1: {limits: {ph: 9}}}", "sections.s1.limits.ph", "写 ph: [6, 9]"),
    "limits of pH the wrong way round": ("sections: {s1: {limits: {ph: [9, 6]}}}", "sections.s1.limits.ph", "由小到大"),
    "a range of what has one limit": ("sections: {s1: {limits: {tp: [0.1, 0.2]}}}", "sections.s1.limits.tp", "一个数"),
    "a range of pH beyond its scale": (
        "sections: {s1: {limits: {ph: [6, 90]}}}",
        "sections.s1.limits.ph",
        "在 0 至 14",
    ),
    "a range of pH finer than the mean": (
        "data: {compare: rounded}\nsections: {s1: {limits: {ph: [6.5, 8.5]}}}",
        "sections.s1.limits.ph",
        "decimals: {ph: 1}",
    ),
    "a limit beyond the scale of pH": ("sections: {s1: {baseline: {ph: 15}}}", "sections.s1.baseline.ph", "在 0 至 14"),
    "an inflow that is the section itself": ("sections: {s1: {inflow: s1}}", "sections.s1.inflow", "s1 自己"),
    "a mean of itself": ("sections: {v: {mean_of: [s1, v]}}", "sections.v.mean_of", "mean_of 写的是断面 v 自己"),
    "more days than a month has": ("data: {min_days_a_month: 40}", "data.min_days_a_month", "一个月没有 40 天"),
    "a status no source states": ("data: {statuses: [正长]}", "data.statuses", "没有来源报 正长"),
    "decimals of an unknown indicator": ("data: {decimals: {xyz: 1}}", "data.decimals.xyz", "不认识的指标"),
    "decimals of what is not rounded": (
        "data: {compare: unrounded, decimals: {ph: 1}}",
        "data.decimals.ph",
        "decimals 不起作用：compare: unrounded",
    ),
    "more decimals than figures have": ("data: {decimals: {ph: 40}}", "data.decimals.ph", "0–12"),
    "a place that money has not": ("money: {place: jiao}", "money.place", "fen yuan wan"),
    "published figures of what is none": ("data: {published: [volume]}", "data.published.0", "不认识的取值"),
    "a mean of nothing": ("sections: {v: {mean_of: []}}", "sections.v.mean_of", "mean_of 是空的"),
    "a ground nobody records": ("data: {excludes: [frozn]}", "data.excludes.0", "不认识的取值 'frozn'"),
    "a data rule that changes": (
        "data: {compare: {2020-01-01: rounded, 2021-01-01: unrounded}}",
        "data.compare",
        "变更：2021-01-01",
    ),
    "a money rule of later": ("money: {mode: {2021-01-01: down}}", "money.mode", "变更：2021-01-01"),
    "a day of the header that is none": ("starts: {2020-02-30: 2020-01-01}", "starts", "不存在的日期 2020-02-30"),
    "an unknown party of a section": ("sections: {s1: {upstream: nobody}}", "sections.s1.upstream", "未登记的主体"),
    "parties of a section as a list": (
        "sections: {s1: {upstream: [up, third]}}",
        "sections.s1.upstream",
        "份额 {a: 50%, b: 50%}",
    ),
    "shares of a section that are not one": (
        "sections: {s1: {upstream: {up: 1/2, third: 1/3}}}",
        "sections.s1.upstream",
        "份额之和不为 1",
    ),
    "a negative share of a section": (
        "sections: {s1: {downstream: {down: 3/2, third: -1/2}}}",
        "sections.s1.downstream",
        "份额不能为负",
    ),
    "shares of a section among nobody": ("sections: {s1: {upstream: {}}}", "sections.s1.upstream", "份额之和不为 1"),
}


@pytest.mark.parametrize(("header", "path", "word"), HEADERS.values(), ids=HEADERS)
def test_refused_in_head_or_sheets(header: str, path: str, word: str) -> None:
    key, _, value = header.partition(": ")
    assert_refused(lump("cap: 5"), path, word, **{key: value})


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
            # a number beside a ref among times, and a number that stands for the ref of no clause
            f'- {{ref: a, {FACT}}}\n- {{ref: "1", {LUMP}, times: [a, 1/2, -1, "1.0"]}}',
            # 1 + m as a multiplier is a line of one piece, not a ladder
            '- {ref: m, measure: {kind: exceedance, section: s1, indicator: tp}, scale: [{amount: 1, rate: 1}]}\n'
            f'- {{ref: "1", {LUMP}, times: [m]}}',
            # a multiplier per section for a clause per section, and a year's line for a month
            f'- {{ref: a, each: {{section: all}}, {FACT}}}\n- {{ref: b, every: year, {FACT}}}\n'
            f'- {{ref: "1", every: month, each: {{section: all}}, {LUMP}, times: [a, b]}}',
            # a class of stated items beside the indicator in hand
            lump("each: {indicator: [tp]}, measure: {kind: quality_class, section: s1, indicators: all}"),
            lump("each: {indicator: [tp]}, measure: {kind: quality_class, section: s1,"
                 " indicators: {by: indicator, tp: [tp]}}"),
            # negative weights of a result are differences; a mean of classes may be bounded between two classes
            f'- {{ref: a, {FACT}}}\n- {{ref: b, {FACT}}}\n' + lump("measure: {kind: result, of: {a: 1, b: -1}}"),
            lump("when: [{kind: quality_class, sections: all, take: mean, at_most: 2.5}]"),
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

    @pytest.mark.parametrize("code", ["xinan-2023", "新安江_2023", "demo"])
    def test_a_code_of_letters_digits_and_hyphens(self, code: str) -> None:
        assert found(lump("cap: 5"), code=code) == []

    def test_upstream_of_a_section_needs_no_role(self) -> None:
        clause = '- {ref: "1", each: {section: all}, scale: [{amount: 1}], pays: upstream, receives: province}'
        assert found(clause, parties="{province: third}") == []

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
    assert [refusal.path for refusal in found(clauses)] == ["clauses.1.measure", "clauses.2.scale", "clauses.3"]
    with pytest.raises(AgreementError, match="未登记的断面 s9") as refused:
        an_agreement(clauses)
    assert "另有 2 处问题" in refused.value.remedy


FOREIGN = {
    "its sheet": (lump("cap: 5"), "{s3: {target: 3}}", "sections.s3"),
    "an axis": (lump("each: {section: [s3]}"), "", "clauses.1.each.section"),
    "a measure": (lump("measure: {kind: quality_class, section: s3}"), "", "clauses.1.measure"),
}


def found_with_s3_elsewhere(clauses: str, sheets: str = "") -> list[AgreementError]:
    """Everything that is refused while the section s3 lies in another basin."""
    river = a_network("s1 up down 3", "s3 up down 3")
    other = replace(river.sections["s3"], basin="other")
    rivers = replace(river, sections={**river.sections, "s3": other})
    return list(review(agreement_text(clauses, sections=sheets), "test.yaml", rivers).findings)


@pytest.mark.parametrize(("clauses", "sheets", "path"), FOREIGN.values(), ids=FOREIGN)
def test_a_section_of_another_basin_is_refused(clauses: str, sheets: str, path: str) -> None:
    refusals = found_with_s3_elsewhere(clauses, sheets)
    assert [(refusal.path, refusal.zh) for refusal in refusals] == [(path, "断面 s3 属于流域 other，不属于 test")]


def test_a_section_of_another_basin_may_be_compared_with() -> None:
    beside = lump("measure: {kind: quality_class, section: s1, against: {section: s3}, expressed: difference}")
    assert found_with_s3_elsewhere(beside) == []


RANKED = {
    "two primary stations": ("{stations: primary}", 1, "data.stations"),
    "two primary stations, of which a backup is wanted": ("{stations: primary_else_backup}", 1, "data.stations"),
    "stations that are all pooled": ("{stations: mean_of_instants}", 1, None),
    "a primary station and a backup": ("{stations: primary, substitute: [backup]}", 2, None),
}


def found_with_two_stations(data: str, rank: int) -> list[AgreementError]:
    """Everything that is refused while the section s1 has a second station of that rank."""
    river = a_network("s1 up down 3")
    second = replace(river.stations["s1"], code="s1b", rank=rank)
    rivers = replace(river, stations={**river.stations, "s1b": second})
    return list(review(agreement_text(lump("cap: 5"), data=data), "test.yaml", rivers).findings)


@pytest.mark.parametrize(("data", "rank", "path"), RANKED.values(), ids=RANKED)
def test_the_register_says_which_station_is_the_primary_one(data: str, rank: int, path: str | None) -> None:
    refusals = found_with_two_stations(data, rank)
    same_rank = "断面 s1 有几个站点站序相同"
    assert [(refusal.path, refusal.zh) for refusal in refusals] == ([(path, same_rank)] if path else [])


GANSU = Party("gansu", "甘肃省", "Gansu", "620000")


@pytest.mark.parametrize("written", ["甘肃", "甘肃省", "620000", "ganus", "gansu1"])
def test_an_unknown_party_is_suggested_by_its_name(written: str) -> None:
    river = a_network("s1 up down 3")
    rivers = replace(river, parties={**river.parties, "gansu": GANSU})
    text = agreement_text(f'- {{ref: "1", scale: [{{amount: 1}}], pays: "{written}", receives: downstream}}')
    (refusal,) = review(text, "test.yaml", rivers).findings
    assert (refusal.zh, refusal.remedy) == (f"未登记的主体 {written}", "写 gansu（甘肃省）？否则在 parties.csv 登记")


def test_a_party_that_is_like_none_is_not_guessed() -> None:
    (refusal,) = found('- {ref: "1", scale: [{amount: 1}], pays: nobody, receives: downstream}')
    assert refusal.remedy == "在 parties.csv 登记"
