"""What is written of a value: the number, whether it is the limit of a non-detect, and why it may be no measurement."""

from __future__ import annotations

import math

import pytest

from basin.written.qualifiers import (
    Written,
    is_known_type,
    is_no_value,
    number_and_censored,
    sample_kinds,
    without_unit,
    written_value,
)

NOTHING = math.nan


class TestNumbers:
    """A number is read as people and instruments write it, or it is none."""

    @pytest.mark.parametrize(
        ("text", "number", "censored"),
        [
            ("0.2", 0.2, False),
            (" 7. ", 7.0, False),
            (".5", 0.5, False),
            ("1E-05", 1e-5, False),
            ("７．２", 7.2, False),
            ("-0.1", -0.1, False),
            ("−0.1", -0.1, False),
            ("10⁴", 10_000, False),
            ("10^4", 10_000, False),
            ("10⁻²", 0.01, False),
            ("2.4×10⁴", 24_000, False),
            ("2.4x10^4", 24_000, False),
            ("2.4 × 10⁴", 24_000, False),
            ("2.4*10**4", 24_000, False),
            ("<0.025", 0.025, True),
            ("＜ 0.025", 0.025, True),
            ("0.025L", 0.025, True),
            ("0.025 U", 0.025, True),
            ("<10²", 100, True),
            ("<1.2×10³", 1200, True),
            ("≤0.02", 0.02, True),
            ("未检出(0.02)", 0.02, True),
            ("低于0.02", 0.02, True),
            ("<MDL 0.02", 0.02, True),
            ("<-1", -1, True),
            (">24000", NOTHING, False),
            ("1,5", NOTHING, False),
            ("inf", NOTHING, False),
            ("①", NOTHING, False),
            ("(120)", NOTHING, False),
            ("未检出（<0.02）", 0.02, True),
            ("ND<0.02", 0.02, True),
            ("½", NOTHING, False),
            ("二", NOTHING, False),
            ("5²", NOTHING, False),
            ("2.4×104", NOTHING, False),
            ("10²⁰⁰", NOTHING, False),
            ("0.4J", NOTHING, False),
            ("~0.4", NOTHING, False),
            ("0.4 mg/L", NOTHING, False),
            ("", NOTHING, False),
        ],
    )
    def test_a_number_and_whether_it_is_a_detection_limit(self, text: str, number: float, censored: bool):
        assert number_and_censored(text) == (pytest.approx(number, nan_ok=True, rel=0, abs=0), censored)


class TestQualifiers:
    """What stands beside a number decides what the number is."""

    @pytest.mark.parametrize(
        "mark",
        ["<", "＜", " < ", "≤", "L", "l", "Ｌ", "U", "u", "ND", "n.d.", "BDL", "<LOQ", "＜ＬＯＱ", "未检出", "小于",
         "低于检出限", "低于 检出限", "（未检出）", "手工数据|U", "U；手工数据"],
    )  # fmt: skip
    def test_a_value_below_detection_in_whatever_way_it_is_said(self, mark: str):
        assert written_value("0.40", mark) == Written(0.4, censored=True)

    @pytest.mark.parametrize("mark", ["", "=", "-", "N", "手工数据", "极值过滤", "常规样", "扣除空白", "HJ 535-2009"])
    def test_a_remark_leaves_the_number_alone(self, mark: str):
        assert written_value("0.40", mark) == Written(0.4)

    @pytest.mark.parametrize(
        ("mark", "reason"),
        [
            ("J", "unknown_qualifier"),
            ("M", "unknown_qualifier"),
            ("B", "unknown_qualifier"),
            ("U|J", "unknown_qualifier"),
            ("~", "unknown_qualifier"),
            ("<|>", "unknown_qualifier"),
            (">", "above_range"),
            ("≥", "above_range"),
            ("超量程", "above_range"),
            ("缺测", "sentinel"),
            ("全程序空白", "not_river_water"),
            ("现场空白样 2", "not_river_water"),
            ("FB", "not_river_water"),
            ("MSD", "not_river_water"),
            ("加标", "not_river_water"),
            ("标样", "not_river_water"),
        ],
    )
    def test_a_number_that_nobody_measured_in_river_water(self, mark: str, reason: str):
        assert written_value("0.40", mark).reason == reason

    @pytest.mark.parametrize(
        ("value", "mark", "limit", "expected"),
        [
            ("", "U", "0.02", Written(0.02, censored=True, limit=True)),
            ("ND", "", "0.02", Written(0.02, censored=True, limit=True)),
            ("0", "", "0.02", Written(0.02, censored=True, limit=True)),
            ("0.01", "", "0.02", Written(0.02, censored=True, limit=True)),
            ("0.02", "", "0.02", Written(0.02)),
            ("0.40", "", "0.02", Written(0.4)),
            ("0.40", "未检出", "0.02", Written(0.4, censored=True)),
            ("", "", "0.02", Written(NOTHING)),
            ("-1", "", "0.02", Written(-1)),
        ],
    )
    def test_a_detection_limit_in_its_own_column(self, value: str, mark: str, limit: str, expected: Written):
        found = written_value(value, mark, limit)
        assert found == expected or (math.isnan(found.number) and math.isnan(expected.number))

    @pytest.mark.parametrize(
        "text", ["-99", "-99.0", "-999", "-9999", "−9999", "-9.999e3", "-99999", "-999999", "-32768", "32767", "65535",
                 "9999.9", "99999", "999999", "-32767", "-9999.99", "-999.99", "-99.99", "9999.99", "-6999", "-7777",
                 "-8888"],
    )  # fmt: skip
    def test_a_code_for_no_value_is_told_by_name(self, text: str):
        assert written_value(text).reason == "sentinel"

    @pytest.mark.parametrize("text", ["9999", "9999.0", "9.999e3", "９９９９", "+9999"])
    def test_of_9999_the_range_that_the_station_declares_decides(self, text: str):
        assert written_value(text) == Written(9999, reason="sentinel_unless_declared")

    @pytest.mark.parametrize(
        ("mark", "limit", "reason"),
        [
            ("手工数据", "", "sentinel_unless_declared"),
            ("", "0.5", "sentinel_unless_declared"),
            ("缺测", "", "sentinel"),
            ("<", "", "sentinel"),
            (">", "", "sentinel"),
            ("J", "", "sentinel"),
            ("", "20000", "sentinel"),  # below the detection limit
            ("空白", "", "not_river_water"),
        ],
    )
    def test_9999_beside_a_mark_that_says_more_than_nothing_is_a_code(self, mark: str, limit: str, reason: str):
        assert written_value("9999", mark, limit).reason == reason

    @pytest.mark.parametrize("text", ["65534", "32766", "88888"])
    def test_of_a_code_that_a_large_river_may_reach_the_range_decides(self, text: str):
        assert written_value(text).reason == "sentinel_unless_declared"

    @pytest.mark.parametrize(
        "mark",
        ["有检出", "检出", "檢出", "低于方法的检测限", "报告限以下", "定量限", "痕量", "未检", "检不出",
         "value BDL here",
         "detected below", "limit of blank", "超出量程", "200以上", "饱和", "仪器上限", "数据作废", "无效数据", "弃用",
         "异常值", "rejected", "invalid", "插补", "推算值", "估算", "预报", "模拟值", "沿用上月", "限值1.0", "日均值",
         "不合格", "未换算", "稀释10倍", "空白1号瓶水", "加标后测", "标样A", "盲样", "考核样", "标准曲线", "去离子水",
         "纯水", "废水", "污水处理厂出口", "地下水", "自来水", "海水", "沉积物", "blank no 3", "a control sample of us",
         "wastewater", "deionized water", "µg/L", "μg/L", "ug/l", "×10", "<0.02mg/L", "【检 测 限】", "无空白",
         "无加标", "去除空白", "样品 S-1加标样2号", "预测值", "去年同期", "取上月值", "合计", "删除", "不采用", "误填",
         "存疑", "仪器故障期间", "扩大10倍", "10倍", "测试数据", "演练", "合成样", "average", "借用", "引用",
         "不是河水",
         "本次采样时仪器校准后重新测定两次，结果一致，但现场记录表中写明该数据系由上月结果推算得到供参考使用"],
    )  # fmt: skip
    def test_a_mark_with_a_telling_word_waits_for_a_person(self, mark: str):
        assert written_value("0.40", mark).reason == "unknown_qualifier"

    @pytest.mark.parametrize(
        "mark",
        ["样品 S-01|上游|HJ 535-2009 纳氏试剂分光光度法|采样 张三", "样品 未编号", "平行 0.9、0.94", "上游 upstream",
         "HJ 505-2009 稀释与接种法", "水和废水监测分析方法（第四版）", "极值过滤", "人工补测", "常规样", "ICP-MS"],
    )  # fmt: skip
    def test_marks_of_the_program_and_names_of_methods_keep_counting(self, mark: str):
        assert written_value("0.92", mark) == Written(0.92)

    @pytest.mark.parametrize("mark", ["<0.02", "0.02L", "0.02 U", "ND(0.02)", "未检出（<0.02）", "（＜0.02）"])
    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            ("0.02", Written(0.02, censored=True)),
            ("0", Written(0.02, censored=True, limit=True)),
            ("", Written(0.02, censored=True, limit=True)),
            ("ND", Written(0.02, censored=True, limit=True)),
            ("0.40", Written(0.4, censored=True, reason="unknown_qualifier")),
            ("0.01", Written(0.01, censored=True, reason="unknown_qualifier")),
        ],
    )
    def test_a_mark_that_reads_as_a_value_below_detection(self, mark: str, value: str, expected: Written):
        assert written_value(value, mark) == expected

    @pytest.mark.parametrize(
        "mark",
        ["基体加标平行", "空白平行", "质控平行样", "MS DUP", "MSD-DUP",
         "样品 S-1空白平行", "样品 S1BLK2", "样品 S-1-MS-DUP"],
    )  # fmt: skip
    def test_a_replicate_of_a_blank_or_spike_is_not_river_water(self, mark: str):
        assert written_value("0.40", mark).reason == "not_river_water"
        assert "not_river_water" in sample_kinds(mark)

    @pytest.mark.parametrize(
        ("value", "limit", "expected"),
        [
            ("0.01", "<0.02", Written(0.02, censored=True, limit=True)),
            ("0.01", "0.02L", Written(0.02, censored=True, limit=True)),
            ("0.01", "MDL 0.02", Written(0.02, censored=True, limit=True)),
            ("0.40", "<0.02", Written(0.4)),
            ("0.40", "/", Written(0.4)),
            ("0.40", "0,02", Written(0.4, reason="unknown_qualifier")),
            ("0.01", "20 µg/L", Written(0.01, reason="unknown_qualifier")),
            ("0.40", "见方法", Written(0.4, reason="unknown_qualifier")),
            ("0.40", "-1", Written(0.4, reason="unknown_qualifier")),
            ("0.3", "20", Written(0.3, reason="unknown_qualifier")),
            ("0.3", "2.9", Written(2.9, censored=True, limit=True)),
        ],
    )
    def test_a_detection_limit_is_read_where_it_is_plain(self, value: str, limit: str, expected: Written):
        assert written_value(value, "", limit) == expected

    @pytest.mark.parametrize(
        ("limit", "unit", "expected"),
        [("0.02mg/L", "mg/L", "0.02"), ("<0.02 mg/l", "mg/L", "<0.02"), ("20 µg/L", "mg/L", "20 µg/L"), ("2", "", "2")],
    )
    def test_a_detection_limit_may_have_the_unit_of_the_value(self, limit: str, unit: str, expected: str):
        assert without_unit(limit, unit) == expected

    @pytest.mark.parametrize(
        ("text", "expected"),
        [("", True), ("常规样", True), ("平行", True), ("空白", True), ("/", True), ("DUP", True), ("其他", False),
         ("出厂水", False), ("作废", False), ("常规、样", False), ("平行样|平行 0.9、0.94", True), ("3", False)],
    )  # fmt: skip
    def test_a_type_of_sample_that_the_table_knows(self, text: str, expected: bool):
        assert is_known_type(text) is expected

    @pytest.mark.parametrize(
        ("text", "expected"), [("999", True), ("999.0", True), ("９９９", True), ("99", False), ("x", False)]
    )
    def test_further_codes_are_those_that_a_source_declares(self, text: str, expected: bool):
        assert is_no_value(text, ["999"]) is expected
        assert written_value(text).reason in ("", "unreadable_number")


@pytest.mark.parametrize(
    ("mark", "expected"),
    [
        ("", set()),
        ("手工数据", set()),
        ("常规样", {"routine"}),
        ("现场平行", {"replicate"}),
        ("样品 S-01-DUP|上游", {"replicate"}),
        ("样品 S-01平行|上游", {"replicate"}),
        ("样品 S-01|上游|HJ 535-2009|全程序空白", {"not_river_water"}),
        ("样品 TB-3", {"not_river_water"}),
        ("样品 S-01|上游|ICP-MS", set()),
    ],
)
def test_the_kinds_of_sample_that_a_mark_names(mark: str, expected: set[str]):
    assert sample_kinds(mark) == expected


class TestMethodsThatNameTheirLimit:
    """The mark of a laboratory's sample names the method, which may say down to where it detects."""

    @pytest.mark.parametrize(
        ("value", "method", "expected"),
        [
            ("0.4", "HJ 535-2009 检出限0.025mg/L", Written(0.4)),
            ("0.4", "HJ 535-2009（检出限：0.025 mg/L）", Written(0.4)),
            ("0.4", "HJ 535-2009 纳氏试剂分光光度法（检出限为0.025mg/L）", Written(0.4)),
            ("0.4", "GB/T 11893-89，方法检出限0.01mg/L", Written(0.4)),
            ("<0.025", "HJ 535-2009 检出限0.025mg/L", Written(0.025, censored=True)),
            ("0.025", "HJ 535-2009 检出限0.025mg/L", Written(0.025, reason="unknown_qualifier")),
            ("0.01", "HJ 535-2009 检出限0.025mg/L", Written(0.01, reason="unknown_qualifier")),
            ("0.4", "低于检出限0.5mg/L", Written(0.4, reason="unknown_qualifier")),
            ("0.5", "未达本法检出限0.4", Written(0.5, reason="unknown_qualifier")),
            ("0.4", "HJ 535-2009 检出限以下", Written(0.4, reason="unknown_qualifier")),
            ("0.4", "HJ 535-2009 检出限0.025mg/L 数据作废", Written(0.4, reason="unknown_qualifier")),
        ],
    )
    def test_the_limit_is_a_doubt_only_where_the_value_is_not_above_it(self, value: str, method: str, expected):
        assert written_value(value, f"样品 S-01|上游|{method}|采样 张三") == expected

    def test_beside_what_is_no_sample_nobody_knows_whose_limit_it_is(self):
        assert written_value("0.4", "检出限0.025mg/L").reason == "unknown_qualifier"
