"""Codes, periods and amounts as an accountant reads them."""

from __future__ import annotations

from typing import get_args

import pytest

from basin.clauses import (
    Doubtful,
    Ground,
    LoadMethod,
    NonDetect,
    Origins,
    OxygenMultiple,
    Published,
    StandIn,
    Stations,
)
from settlement.printing.wording import (
    Names,
    capital_yuan,
    element_text,
    grouped,
    instant_text,
    left_out_text,
    parties_text,
    party_codes,
    period_text,
    ranges,
    reason_text,
    rule_text,
    rule_value_text,
    rules_used,
    side_text,
    total_yuan,
)
from settlement.words import RULE_VALUES

NAMES = Names({"anhui": "安徽省", "zhejiang": "浙江省"}, {"jiekou": "街口"}, {"tp": "总磷"}, {"xinan": "新安江"})
ROLES = {"upstream": "anhui", "downstream": "zhejiang"}


@pytest.mark.parametrize(
    ("amount", "capital"),
    [
        ("0.00", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("1.00", "壹元整"),
        ("10.00", "壹拾元整"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("107000.53", "壹拾万柒仟元伍角叁分"),
        ("12000000.00", "壹仟贰佰万元整"),
        ("10000001.00", "壹仟万零壹元整"),
        ("6000100000.00", "陆拾亿零壹拾万元整"),
        ("1234500000000.10", "壹万贰仟叁佰肆拾伍亿元壹角整"),
    ],
)
def test_amounts_in_capital_figures_follow_the_rules_of_vouchers(amount: str, capital: str) -> None:
    assert capital_yuan(amount) == capital


@pytest.mark.parametrize(
    ("figure", "shown"),
    [
        ("12000000.00", "12,000,000.00"),
        ("-6000", "-6,000"),
        ("9.5", "9.5"),
        ("1/3", "1/3"),
        ("-2/3", "-2/3"),
        ("", ""),
    ],
)
def test_thousands_are_separated_and_fractions_stay(figure: str, shown: str) -> None:
    assert grouped(figure) == shown


def test_a_total_adds_up_to_the_fen() -> None:
    assert total_yuan(["0.10", "0.20", "12000000.03"]) == "12000000.33"
    assert total_yuan([]) == "0.00"


@pytest.mark.parametrize(
    ("period", "shown"),
    [
        ("2020", "2020年"),
        ("2020-08", "2020年8月"),
        ("2020-08-01", "2020年8月1日"),
        ("2020Q3", "2020年第3季度"),
        ("2020-W05", "2020年第5周"),
        ("2018..2020", "2018年至2020年"),
        ("2019-07..2022-06", "2019年7月至2022年6月"),
        ("jiekou", "jiekou"),
    ],
)
def test_periods_are_told_in_chinese(period: str, shown: str) -> None:
    assert period_text(period) == shown


def test_an_instant_is_told_in_beijing_time_beside_the_utc_it_is_kept_in() -> None:
    assert instant_text("2020-12-31T16:00:00Z") == "2021-01-01 00:00:00 北京时间（2020-12-31T16:00:00Z）"


def test_an_unknown_code_is_printed_as_it_is_and_the_pool_has_a_name() -> None:
    assert [NAMES.party(code) for code in ("anhui", "jiangxi", "pool")] == ["安徽省", "jiangxi", "资金池"]
    assert [NAMES.section("x"), NAMES.indicator("x"), NAMES.basin("x")] == ["x", "x", "x"]


def test_parties_are_told_with_their_roles() -> None:
    assert parties_text(ROLES, NAMES) == "上游：安徽省　下游：浙江省"
    assert parties_text({"anhui": "anhui", "zhejiang": "zhejiang"}, NAMES) == "安徽省、浙江省"
    assert parties_text(["anhui", "zhejiang"], NAMES) == "安徽省、浙江省"


def test_each_party_signs_once() -> None:
    assert party_codes({"upstream": "anhui", "downstream": "zhejiang", "pays_first": "anhui"}) == ["anhui", "zhejiang"]


@pytest.mark.parametrize(
    ("side", "element", "shown"),
    [
        ("downstream", {}, "浙江省"),
        ("zhejiang", {}, "浙江省"),
        ("pool", {}, "资金池"),
        ("party", {"party": "anhui"}, "安徽省"),
        ({"upstream": "1/3", "zhejiang": "2/3"}, {}, "安徽省 1/3、浙江省 2/3"),
        ({"in_proportion_to": "a", "among": ["anhui"]}, {}, "按比例分担"),
        ("province", {}, "省级"),
        (None, {}, "—"),
    ],
    ids=["role", "code", "pool", "party in hand", "shares", "proportion", "role nobody has", "a line"],
)
def test_a_side_is_told_by_the_names_of_those_on_it(side: object, element: dict[str, str], shown: str) -> None:
    assert side_text(side, element, ROLES, NAMES) == shown


def test_an_element_is_told_by_names_and_periods() -> None:
    assert (
        element_text({"section": "jiekou", "indicator": "tp", "month": "2020-08"}, NAMES) == "街口 · 总磷 · 2020年8月"
    )
    assert element_text(None, NAMES) == ""


@pytest.mark.parametrize(
    ("reason", "shown"),
    [
        ("no_readings", "没有可用的监测数据（no_readings）"),
        ("missing_parameter: baseline", "协议缺少参数：baseline（missing_parameter）"),
        ("冰封（会议纪要）", "冰封（会议纪要）"),
        (None, ""),
    ],
)
def test_a_reason_is_told_with_its_code(reason: str | None, shown: str) -> None:
    assert reason_text(reason) == shown


def test_readings_left_out_are_counted_by_reason() -> None:
    assert left_out_text({"withheld": 3, "维护": 1}) == "未公布 3、维护 1"
    assert left_out_text({}) == left_out_text(None) == ""


def test_data_rules_are_told_in_words_and_figures_by_their_path() -> None:
    assert rule_text("data.min_days_a_month") == "每月最少有效天数（data.min_days_a_month）"
    assert rule_text("clauses.0.cap") == "clauses.0.cap"
    assert rule_value_text("data.compare", "rounded") == "修约后比较"
    assert rule_value_text("clauses.0.scale", "half") == "half"


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("data.origins", "laboratory", "只用化验结果"),
        ("data.substitute", "backup、laboratory、neighbour、previous_year", "备用站、化验结果、邻近断面、上年同月"),
        ("data.substitute", "无", "无"),
        ("data.excludes", "dry、frozen", "断流、封冻"),
        ("data.min_days_a_month", "20", "20"),
    ],
)
def test_one_value_is_called_differently_under_different_rules(path: str, value: str, words: str) -> None:
    assert rule_value_text(path, value) == words


CHOICES = {
    "data.compare": ("rounded", "unrounded"),
    "data.missing_month": ("stop", "exclude"),
    "data.excludes": get_args(Ground),
    "data.non_detect": get_args(NonDetect),
    "data.load_method": get_args(LoadMethod),
    "data.doubtful": get_args(Doubtful),
    "data.stations": get_args(Stations),
    "data.origins": get_args(Origins),
    "data.substitute": get_args(StandIn),
    "data.oxygen_multiple": get_args(OxygenMultiple),
    "data.published": get_args(Published),
}


@pytest.mark.parametrize("path", CHOICES)
def test_every_value_that_a_rule_may_have_has_words(path: str) -> None:
    assert [value for value in CHOICES[path] if (path, value) not in RULE_VALUES] == []


def test_rules_are_numbered_with_those_who_used_them() -> None:
    rules = [{"path": "data.compare", "value": "rounded", "source": "第二条", "verified": False}]
    used = rules_used(
        rules, [("1", ["data.compare"]), ("2", ["data.compare", "clauses.0.cap"]), ("2", ["clauses.0.cap"])]
    )
    assert [(rule["number"], rule["path"], rule["used_by"]) for rule in used] == [
        (1, "data.compare", "1、2"), (2, "clauses.0.cap", "2")]  # fmt: skip


@pytest.mark.parametrize(
    ("positions", "shown"), [([], ""), ([4], "4"), ([1, 2, 3, 5], "1–3、5"), ([5, 3, 1], "1、3、5"), ([2, 1], "1–2")]
)
def test_numbers_are_told_as_ranges(positions: list[int], shown: str) -> None:
    assert ranges(positions) == shown
