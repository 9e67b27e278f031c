"""A statement prints what the document says: every figure, every line of working, every doubt."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from settlement.printing.reports import assessment_pdf, assessment_view, settlement_pdf, settlement_view
from settlement.statement.engine_version import ENGINE_VERSION
from tests.settlement.documents import (
    NAMES,
    below_detection,
    chishui_2018,
    demo_assessment,
    demo_steps,
    evaluation,
    lushui_2020,
    settlement,
    statistic,
    working,
    xinan_2020,
)


def pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]


def printed(document: dict[str, Any]) -> str:
    """A statement's text without the spaces and line ends that setting it adds."""
    return "".join("".join(pages(settlement_pdf(document, NAMES))).split())


def told(view: dict[str, Any]) -> list[str]:
    """The Chinese notices of a view."""
    return [notice["zh"][:6] for notice in view["notices"]]


def first(view: dict[str, Any]) -> dict[str, Any]:
    """The first evaluation of a view."""
    found: dict[str, Any] = view["clauses"][0]["evaluations"][0]
    return found


class TestThePrintedStatement:
    """What can be read in the PDF itself."""

    def test_it_says_who_pays_whom_in_figures_and_in_words(self) -> None:
        text = printed(lushui_2020())
        assert "湖南省江西省12,000,000.00壹仟贰佰万元整" in text
        assert "上游：江西省下游：湖南省" in text
        assert "结算期Period2020年" in text

    def test_every_line_of_working_is_printed_as_it_was_recorded(self) -> None:
        text = printed(lushui_2020())
        assert text.count("水质类别（月均值，最差指标）最大值（高锰酸盐指数1，总磷2）=2") == 7
        assert text.count("3达标判定") == 0
        assert text.count("2达标判定3≤3=达标") == 5

    def test_every_page_carries_the_digest_and_its_number(self) -> None:
        document = lushui_2020()
        found = pages(settlement_pdf(document, NAMES))
        assert len(found) > 2
        for number, page in enumerate(found, 1):
            assert f"SHA-256 {document['digest']}" in page
            assert f"第{number}页共{len(found)}页" in "".join(page.split())

    def test_a_long_table_repeats_its_headings_on_every_page(self) -> None:
        many = [statistic("jiekou", "tp", "2020-08", f"0.{number:04d}") for number in range(1, 121)]
        found = pages(settlement_pdf(settlement("demo", "示例", "2020", statistics=many), NAMES))
        with_rows = [page for page in found if "总磷" in page]
        assert len(with_rows) > 2
        assert all("修约值" in page for page in with_rows)
        assert all(f"0.{number:04d}" in "".join(found) for number in range(1, 121))

    def test_a_figure_longer_than_the_page_is_broken_and_none_of_it_is_lost(self) -> None:
        third = "1/" + "3" * 200
        document = settlement("demo", "示例", "2020", evaluations=[
            evaluation("1", "2020", third, third, working=[working("比值", third, third)])])  # fmt: skip
        assert printed(document).count(third) == 4

    def test_a_copied_hash_is_a_hash(self) -> None:
        document = lushui_2020() | {"agreement_sha256": "5c" * 32}
        assert "5c" * 32 in "".join(pages(settlement_pdf(document, NAMES)))

    def test_the_same_document_gives_the_same_bytes(self) -> None:
        assert settlement_pdf(lushui_2020(), NAMES) == settlement_pdf(lushui_2020(), NAMES)
        assert assessment_pdf(demo_assessment(), NAMES) == assessment_pdf(demo_assessment(), NAMES)

    def test_an_empty_settlement_prints(self) -> None:
        text = printed(settlement("demo", "示例", "2020"))
        assert text.count("算得净额为零，互不付款。") == 2
        assert "未能算出" not in text

    @pytest.mark.parametrize("text", ["中止与缺项", "街口断面的基准浓度未公布", "baselinesatJiekouarenotpublished"])
    def test_what_stopped_is_printed_in_both_languages(self, text: str) -> None:
        assert text in printed(xinan_2020())

    def test_what_is_neither_met_nor_exceeded_is_printed_with_the_limit_it_could_not_be_held_against(self) -> None:
        text = printed(below_detection())
        assert "检出限高于限值：既不能判达标，也不能判超标" in text
        assert "neithermetnorexceeded" in text
        assert "金鱼石总磷（mg/L）2020年3月120.250.2Ⅲ类限值" in text
        assert "金鱼石氨氮（mg/L）2020年3月120.80.7断面表所列限值" in text
        assert "检出限高于限值" not in printed(lushui_2020())

    def test_unverified_rules_are_marked(self) -> None:
        text = printed(lushui_2020())
        assert text.count("▲未核实规则") == 2
        assert "每月最少有效天数（data.min_days_a_month）" in text


class TestTheView:
    """What is printed, before it is set."""

    def test_only_what_is_payable_is_signed(self) -> None:
        assert settlement_view(lushui_2020(), NAMES)["signatories"] == ["江西省", "湖南省"]
        assert settlement_view(chishui_2018(), NAMES)["signatories"] == ["云南省", "贵州省", "四川省"]
        assert settlement_view(xinan_2020(), NAMES)["signatories"] == []

    @pytest.mark.parametrize(
        ("change", "notices"),
        [
            ({"verified": True}, ["本件尚未经各"]),
            ({"verified": True, "status": "已确认"}, []),
            ({"verified": False, "status": "已确认"}, ["本件依据的部"]),
            ({"verified": True, "kind": "indication"}, ["本件为预估："]),
            ({"verified": False, "kind": "stopped"}, ["本结算有条款", "本件依据的部"]),
        ],
        ids=["trial", "confirmed", "unverified", "indication", "stopped"],
    )
    def test_a_reader_is_told_first_what_it_is_worth(self, change: dict[str, Any], notices: list[str]) -> None:
        assert told(settlement_view(lushui_2020() | change, NAMES)) == notices

    def test_a_withdrawn_statement_says_who_when_why_and_its_successor_and_is_not_signed(self) -> None:
        withdrawn = {"person": "张三", "reason": "读数有误", "recorded_at": "2021-02-01T01:00:00+00:00",
                     "successor": "demo-2020-2", "successor_status": "待复核"}  # fmt: skip
        document = lushui_2020() | {"verified": True, "status": "已撤销", "withdrawn": withdrawn}
        view = settlement_view(document, NAMES)
        assert view["notices"] == [
            {
                "zh": "本件已于 2021-02-01 09:00:00（北京时间）由 张三 撤销，理由：读数有误。不作为付款依据。"
                "本期现行的结算：demo-2020-2（待复核）。",
                "en": "Withdrawn on 2021-02-01 09:00:00 (Beijing) by 张三: 读数有误. Not payable. "
                "Now stands for the period: demo-2020-2 (under review).",
            }
        ]
        assert view["signatories"] == []
        alone = document | {"withdrawn": withdrawn | {"successor": None, "successor_status": None}}
        assert "本期现在没有其他结算。" in settlement_view(alone, NAMES)["notices"][0]["zh"]
        assert "由张三撤销，理由：读数有误" in printed(document)

    @pytest.mark.parametrize(
        ("kind", "status", "word"),
        [
            ("payable", "试算", "试算额"),
            ("payable", "待复核", "待确认额"),
            ("payable", "已确认", "应付额"),
            ("payable", "已撤销", "已撤销额"),
            ("stopped", "待复核", "待确认额"),
            ("indication", "试算", "预估额"),
            ("indication", "已撤销", "已撤销额"),
        ],
    )
    def test_sums_are_payable_only_where_they_are_confirmed(self, kind: str, status: str, word: str) -> None:
        view = settlement_view(lushui_2020() | {"kind": kind, "status": status}, NAMES)
        assert view["amounts"]["zh"] == word
        assert "应付" not in word or status == "已确认"

    def test_what_could_not_be_computed_is_not_told_as_zero(self) -> None:
        assert settlement_view(xinan_2020(), NAMES)["no_amounts"]["zh"] == "未能算出"
        assert "补偿资金：试算额" in printed(xinan_2020())
        assert "未能算出。" in printed(xinan_2020())

    def test_pools_and_shares_are_told(self) -> None:
        view = settlement_view(chishui_2018(), NAMES)
        assert first(view)["direction"] == "付方：云南省 1/10、贵州省 1/2、四川省 2/5　收方：资金池"
        assert view["total"]["capital"] == "肆仟万元整"
        assert [o["payee"] for o in view["obligations"]][:4] == ["资金池", "资金池", "资金池", "云南省"]

    def test_money_has_a_unit_and_a_line_has_none(self) -> None:
        clauses = settlement_view(demo_steps(), NAMES)["clauses"]
        assert clauses[1]["evaluations"][0]["amount"] == "金额 -4,000 万元"
        assert clauses[-1]["evaluations"][0]["amount"] == "结果 0.95"
        assert clauses[-1]["evaluations"][0]["direction"] == ""

    def test_an_absent_value_is_no_zero_and_has_its_reason(self) -> None:
        found = first(settlement_view(xinan_2020(), NAMES))
        assert (found["value"], found["amount"]) == ("", "")
        assert found["reason"] == "协议缺少参数：baseline（missing_parameter）"

    def test_an_evaluation_points_to_the_statistics_and_the_unverified_rules_it_rests_on(self) -> None:
        assert first(settlement_view(xinan_2020(), NAMES))["rests_on"] == {"statistics": "1–4", "unverified": "1–2"}

    def test_the_year_to_date_stands_beside_an_indication(self) -> None:
        beside = {"period": "2020-01..2020-08", "value": "2", "amount": "700", "reason": None}
        document = settlement("demo", "示例", "2020-08", kind="indication",
                              evaluations=[evaluation("1", "2020-08", "2", "100", year_to_date=beside)])  # fmt: skip
        assert first(settlement_view(document, NAMES))["to_date"] == "期间 2020年1月至2020年8月，计量值 2，金额 700"

    def test_statistics_tell_counts_and_what_was_left_out(self) -> None:
        rows = settlement_view(xinan_2020(), NAMES)["statistics"]
        assert rows[0] == ["1", "街口", "高锰酸盐指数", "2020年8月", "1.7324", "1.7324", "180", "30", "未公布 12"]
        assert rows[-1][4:] == ["—", "—", "0", "0", "维护 3；没有可用的监测数据"]

    def test_statistics_tell_instants_of_several_stations_and_what_stands_in(self) -> None:
        stands_in = {"by": "previous_year", "section": "jiekou", "period": "2019-08"}
        pooled = statistic("jiekou", "tp", "2020-07", "0.1", readings=372, instants=186, days=31)
        missing = statistic("jiekou", "tp", "2020-08", "0.2", readings=31, days=31, stands_in=stands_in)
        apart = {"months": 1, "readings": 31, "days": 31}
        year = statistic("jiekou", "tp", "2020", "0.1", readings=341, days=330, stood_in_for=apart)
        document = settlement("demo", "示例", "2020", statistics=[pooled, missing, year])
        rows = settlement_view(document, NAMES)["statistics"]
        assert rows[0][6:] == ["372（186 个时刻）", "31", ""]
        assert rows[1][6:] == ["31", "31", "缺月由上年同月（2019年8月）顶替，读数和天数是其所有"]
        assert rows[2][6:] == ["341", "330", "另有 1 个月缺月替代，所用 31 个读数、31 天不计在内"]

    def test_a_stand_in_is_set_apart_from_the_reason(self) -> None:
        stands_in = {"by": "neighbour", "section": "jiekou", "period": "2020-08"}
        figure = statistic("s1", "tp", "2020-08", "9", readings=0, days=0, stands_in=stands_in, reason="published")
        [row] = settlement_view(settlement("demo", "示例", "2020", statistics=[figure]), NAMES)["statistics"]
        assert row[-1] == "缺月由邻近断面街口（2020年8月）顶替；采用已公布的数值"

    def test_a_section_month_is_not_told_twice_in_a_heading(self) -> None:
        month = evaluation("1", "2020-08", "1", "1", element={"month": "2020-08", "section": "jiekou"})
        view = settlement_view(settlement("demo", "示例", "2020", evaluations=[month]), NAMES)
        assert first(view)["heading"] == "2020年8月 · 街口"


class TestEngineVersion:
    """Which version of the engine made a document is printed beside its fingerprint."""

    def printed(self, view: dict[str, Any]) -> str:
        (value,) = (row["value"] for row in view["particulars"] if row["zh"] == "引擎版本")
        return str(value)

    def test_settlements_and_assessments_print_it(self) -> None:
        assert self.printed(settlement_view(lushui_2020(), NAMES)) == ENGINE_VERSION
        assert self.printed(assessment_view(demo_assessment() | {"engine_version": "1"}, NAMES)) == "1"

    def test_a_document_of_before_says_so(self) -> None:
        assert self.printed(assessment_view(demo_assessment(), NAMES)) == (
            "版本开始记录之前所作 made before versions were kept"
        )


class TestAssessments:
    """The report of a performance assessment."""

    def test_it_prints_score_grade_and_what_left_the_denominator(self) -> None:
        text = "".join("".join(pages(assessment_pdf(demo_assessment(), NAMES))).split())
        assert "87.5" in text
        assert "74.4/85" in text
        assert "没有可用的监测数据（no_readings）" in text

    def test_bands_are_half_open(self) -> None:
        assert [band["range"] for band in assessment_view(demo_assessment(), NAMES)["bands"]] == [
            "90 ≤ 得分", "80 ≤ 得分 < 90", "60 ≤ 得分 < 80", "0 ≤ 得分 < 60"]  # fmt: skip

    def test_without_a_score_there_is_a_dash_and_no_zero(self) -> None:
        results = assessment_view(demo_assessment() | {"score": None, "grade": None}, NAMES)["results"]
        assert [result["value"] for result in results[:2]] == ["—", "—"]
