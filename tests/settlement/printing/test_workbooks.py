"""A workbook shows what the document says, and recalculating it gives the same."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from settlement.printing.formulas import exact, lies_in
from settlement.printing.workbooks import assessment_xlsx, settlement_xlsx
from tests.settlement.documents import (
    NAMES,
    below_detection,
    chishui_2018,
    demo_assessment,
    demo_steps,
    evaluation,
    lushui_2020,
    obligation,
    rule,
    scale,
    settlement,
    statistic,
    xinan_2020,
)
from tests.settlement.recalculation import Recalculated

DOCUMENTS = [lushui_2020, chishui_2018, xinan_2020, demo_steps]


def rows(xlsx: bytes, sheet: str) -> list[list[Any]]:
    """Cached values of a sheet, empty rows left out."""
    cells = load_workbook(BytesIO(xlsx), data_only=True)[sheet].iter_rows(values_only=True)
    return [list(row) for row in cells if any(cell is not None for cell in row)]


def column(xlsx: bytes, sheet: str, heading: str) -> list[Any]:
    """The cells below a heading, as far as the table goes."""
    table = rows(xlsx, sheet)
    start = next(i for i, row in enumerate(table) if heading in row)
    return [row[table[start].index(heading)] for row in table[start + 1 :]]


def formula(xlsx: bytes, sheet: str, place: str) -> Any:
    return load_workbook(BytesIO(xlsx))[sheet][place].value


class TestEveryWorkbook:
    """What holds for any document."""

    @pytest.mark.parametrize("make", DOCUMENTS, ids=lambda make: make.__name__)
    def test_recalculating_from_constants_gives_every_cached_value(self, make: Callable[[], dict[str, Any]]) -> None:
        book = Recalculated(settlement_xlsx(make(), NAMES))
        for sheet, place in book.live():
            assert book.value(sheet, place) == pytest.approx(book.cached[sheet][place].value, rel=1e-12, abs=1e-9)

    @pytest.mark.parametrize("make", DOCUMENTS, ids=lambda make: make.__name__)
    def test_the_amounts_are_those_of_the_document(self, make: Callable[[], dict[str, Any]]) -> None:
        document = make()
        xlsx = settlement_xlsx(document, NAMES)
        amounts = [exact(of["amount"]) for of in document["evaluations"]]
        assert column(xlsx, "计算", "金额（万元）") == [None if a is None else pytest.approx(float(a)) for a in amounts]
        due = [float(of["amount_yuan"]) for of in document["obligations"]]
        table = rows(xlsx, "金额")
        start = next(i for i, row in enumerate(table) if row[0] == "条款") + 1
        assert [row[5] for row in table[start : start + len(due)]] == due

    @pytest.mark.parametrize("make", DOCUMENTS, ids=lambda make: make.__name__)
    def test_the_same_document_gives_the_same_bytes(self, make: Callable[[], dict[str, Any]]) -> None:
        assert settlement_xlsx(make(), NAMES) == settlement_xlsx(make(), NAMES)

    def test_a_withdrawn_one_says_so_and_still_recomputes(self) -> None:
        withdrawn = {"person": "张三", "reason": "读数有误", "recorded_at": "2021-02-01T01:00:00+00:00",
                     "successor": None, "successor_status": None}  # fmt: skip
        xlsx = settlement_xlsx(lushui_2020() | {"status": "已撤销", "withdrawn": withdrawn}, NAMES)
        told = [row[0] for row in rows(xlsx, "金额")]
        assert any("由 张三 撤销，理由：读数有误。不作为付款依据。本期现在没有其他结算。" in str(text) for text in told)
        book = Recalculated(xlsx)
        for sheet, place in book.live():
            assert book.value(sheet, place) == pytest.approx(book.cached[sheet][place].value, rel=1e-12, abs=1e-9)

    @pytest.mark.parametrize(
        ("status", "word"), [("试算", "试算额"), ("待复核", "待确认额"), ("已确认", "应付额"), ("已撤销", "已撤销额")]
    )
    def test_sums_are_payable_only_where_they_are_confirmed(self, status: str, word: str) -> None:
        heads = [str(row[0]) for row in rows(settlement_xlsx(lushui_2020() | {"status": status}, NAMES), "金额")]
        assert [head.split(" ")[0] for head in heads if "补偿" in head and "（元）" in head] == [
            f"补偿资金：{word}（元）",
            f"各条款补偿款：{word}（元）",
        ]
        assert any("应付" in head for head in heads) == (status == "已确认")

    def test_a_total_that_could_not_be_computed_is_no_plain_zero(self) -> None:
        table = rows(settlement_xlsx(xinan_2020(), NAMES), "金额")
        assert next(row for row in table if row[0] == "合计")[2:4] == [None, "未能算出 could not be computed"]

    def test_it_was_created_on_no_particular_day(self) -> None:
        book = load_workbook(BytesIO(settlement_xlsx(lushui_2020(), NAMES)))
        assert book.properties.created == datetime.datetime(2000, 1, 1)
        assert book.sheetnames == ["金额", "计算", "过程", "统计", "规则"]

    def test_what_is_neither_met_nor_exceeded_stands_below_the_payments(self) -> None:
        table = rows(settlement_xlsx(below_detection(), NAMES), "金额")
        start = next(i for i, row in enumerate(table) if str(row[0]).startswith("检出限高于限值"))
        assert table[start + 1][:4] == ["断面", "指标", "期间", "读数"]
        assert [row[:7] for row in table[start + 2 :]] == [
            ["金鱼石", "总磷（mg/L）", "2020年3月", 12, 0.25, 0.2, "Ⅲ类限值"],
            ["金鱼石", "氨氮（mg/L）", "2020年3月", 12, 0.8, 0.7, "断面表所列限值"],
        ]
        assert not any(str(row[0]).startswith("检出限") for row in rows(settlement_xlsx(lushui_2020(), NAMES), "金额"))

    def test_text_from_an_agreement_never_becomes_a_formula(self) -> None:
        document = settlement(
            "demo", "=1+1", "2020", evaluations=[evaluation("=2", "2020", None, None, title="=HYPERLINK()")]
        )
        book = load_workbook(BytesIO(settlement_xlsx(document, NAMES)))
        assert {book["金额"]["A1"].data_type, book["计算"]["C4"].data_type, book["计算"]["D4"].data_type} == {"s"}


class TestOneEvaluation:
    """The formula of an amount says the scale again, or is not there."""

    @pytest.mark.parametrize(
        ("row", "n", "amount"),
        [
            (4, "=-INT(-ROUND((H4-L4)/M4,9))", "=(J4+K4*O4)"),
            (5, "=INT(ROUND((H5-L5)/M5,9))", "=(J5+K5*O5)"),
            (8, "=(H8-L8)/M8", "=MIN(Q8,MAX(-Q8,(J8+K8*O8)*P8))"),
        ],
        ids=["started steps", "completed steps", "multiplier and cap"],
    )
    def test_the_formula_follows_the_scale(self, row: int, n: str, amount: str) -> None:
        xlsx = settlement_xlsx(demo_steps(), NAMES)
        assert (formula(xlsx, "计算", f"O{row}"), formula(xlsx, "计算", f"R{row}")) == (n, amount)

    def test_three_tenths_are_three_steps_of_a_tenth_though_not_in_binary(self) -> None:
        book = Recalculated(settlement_xlsx(demo_steps(), NAMES))
        assert (0.3 - 0) / 0.1 < 3
        assert book.value("计算", "O6") == 3

    def test_0_6_below_the_origin_is_one_completed_step_of_a_half_counted_downwards(self) -> None:
        assert Recalculated(settlement_xlsx(demo_steps(), NAMES)).value("计算", "O7") == 1

    def test_an_excused_amount_is_a_figure_because_its_scale_would_say_otherwise(self) -> None:
        assert formula(settlement_xlsx(demo_steps(), NAMES), "计算", "R10") == 0

    def test_a_third_is_written_as_a_third(self) -> None:
        assert formula(settlement_xlsx(demo_steps(), NAMES), "计算", "H9") == "=1/3"

    def test_a_line_has_its_value_and_belongs_to_no_group(self) -> None:
        xlsx = settlement_xlsx(demo_steps(), NAMES)
        assert (formula(xlsx, "计算", "R11"), formula(xlsx, "计算", "B11")) == ("=H11", None)

    def test_a_multiplier_that_is_a_line_is_the_cell_of_that_line(self) -> None:
        growth = evaluation("growth", "2020", "0.05", "1.05", scale=scale("0.05", amount="1", rate="1"))
        paid = evaluation("3.1", "2020-02", "2", "210", scale=scale("2", rate="100"), times=["growth"], pays="lower")
        book = Recalculated(settlement_xlsx(settlement("demo", "示例", "2020", evaluations=[growth, paid]), NAMES))
        assert book.formulas["计算"]["P5"].value == "=R4"
        assert book.formulas["计算"]["R5"].value == "=(J5+K5*O5)*P5"
        assert book.value("计算", "R5") == 210

    def test_a_multiplier_that_the_document_does_not_tell_leaves_the_amount_a_figure(self) -> None:
        paid = evaluation("3.1", "2020", "2", "210", scale=scale("2", rate="100"), times=["growth"])
        xlsx = settlement_xlsx(settlement("demo", "示例", "2020", evaluations=[paid]), NAMES)
        assert (formula(xlsx, "计算", "P4"), formula(xlsx, "计算", "R4")) == (None, 210)

    def test_an_absent_value_leaves_the_cells_empty_and_the_reason_beside_them(self) -> None:
        xlsx = settlement_xlsx(xinan_2020(), NAMES)
        assert column(xlsx, "计算", "金额（万元）") == [None]
        assert column(xlsx, "计算", "原因") == ["协议缺少参数：baseline（missing_parameter）"]

    def test_changing_a_value_in_the_sheet_changes_the_payment(self) -> None:
        book = Recalculated(settlement_xlsx(demo_steps(), NAMES))
        book.formulas["计算"]["H4"].value = 0.4  # one started step instead of four
        assert book.value("计算", "R4") == 25
        assert book.value("金额", "F14") == 1_250_000


class TestObligations:
    """Sums of a clause, rounded once, shared, and paid."""

    def test_twelve_months_add_up_in_one_group(self) -> None:
        xlsx = settlement_xlsx(lushui_2020(), NAMES)
        assert formula(xlsx, "金额", "F13") == "=ROUND((SUMIFS(计算!$R$4:$R$15,计算!$B$4:$B$15,1))*10000,2)+E13"
        assert formula(xlsx, "金额", "C8") == (
            "=SUMIFS($F$13:$F$13,$C$13:$C$13,A8,$D$13:$D$13,B8)-SUMIFS($F$13:$F$13,$C$13:$C$13,B8,$D$13:$D$13,A8)"
        )

    def test_shares_of_a_pool_are_multiplied_in(self) -> None:
        text = formula(settlement_xlsx(chishui_2018(), NAMES), "金额", "F14")
        assert text == "=ROUND(((1/10)*SUMIFS(计算!$R$4:$R$5,计算!$B$4:$B$5,1))*10000,2)+E14"

    def test_a_pair_settled_through_the_pool_is_a_figure_and_says_so(self) -> None:
        xlsx = settlement_xlsx(chishui_2018(), NAMES)
        assert [formula(xlsx, "金额", f"C{row}") for row in (8, 9)] == [20_000_000, 20_000_000]
        assert formula(xlsx, "金额", "D8") == "资金池轧差 via the pool"

    def test_the_balances_add_up_to_nothing_and_the_pool_closes(self) -> None:
        xlsx = settlement_xlsx(chishui_2018(), NAMES)
        table = rows(xlsx, "金额")
        start = next(i for i, row in enumerate(table) if row[0] == "主体") + 1
        assert [(row[0], row[3]) for row in table[start : start + 4]] == [
            ("云南省", 40_000_000), ("贵州省", -20_000_000), ("四川省", -20_000_000), ("资金池", 0)]  # fmt: skip

    def test_sides_written_as_roles_and_as_the_party_in_hand_are_those_of_the_document(self) -> None:
        roles = evaluation("1", "2020", "100", "100", pays="downstream", receives="upstream")
        party = evaluation("2", "2020", "1", "1", element={"party": "anhui"}, pays="pool", receives="party")
        due = [
            obligation("1", "2020", "zhejiang", "anhui", "1000000.00"),
            obligation("2", "2020", "pool", "anhui", "10000.00"),
        ]
        parties = {"upstream": "anhui", "downstream": "zhejiang"}
        document = settlement("demo", "示例", "2020", parties=parties, evaluations=[roles, party], obligations=due)
        xlsx = settlement_xlsx(document, NAMES)
        assert [str(formula(xlsx, "金额", f"F{row}"))[:15] for row in (12, 13)] == ["=ROUND((SUMIFS("] * 2
        assert column(xlsx, "计算", "收方") == ["安徽省", "安徽省"]

    def test_a_negative_sum_is_owed_the_other_way(self) -> None:
        assert formula(settlement_xlsx(demo_steps(), NAMES), "金额", "F15") == (
            "=ROUND((-1*SUMIFS(计算!$R$4:$R$11,计算!$B$4:$B$11,2))*10000,2)+E15"
        )

    def test_the_fen_that_sharing_gives_to_one_party_stands_in_its_own_cell(self) -> None:
        third = evaluation("1", "2020", "0.0001", "0.0001", pays="lower", receives={"a": "1/3", "b": "1/3", "c": "1/3"})
        shares = [("a", "0.34"), ("b", "0.33"), ("c", "0.33")]
        due = [obligation("1", "2020", "lower", payee, yuan) for payee, yuan in shares]
        document = settlement("demo", "示例", "2020", evaluations=[third], obligations=due)
        xlsx = settlement_xlsx(document, NAMES)
        assert [formula(xlsx, "金额", f"E{row}") for row in (12, 13, 14)] == [0.01, 0, 0]
        assert [row[5] for row in rows(xlsx, "金额") if row[0] == "1"] == [0.34, 0.33, 0.33]

    def test_an_obligation_that_the_evaluations_do_not_add_up_to_is_a_figure(self) -> None:
        due = [obligation("1", "2020", "lower", "upper", "9999.00")]
        one = evaluation("1", "2020", "1", "1", pays="lower", receives="upper")
        document = settlement("demo", "示例", "2020", evaluations=[one], obligations=due)
        xlsx = settlement_xlsx(document, NAMES)
        assert (formula(xlsx, "金额", "F12"), formula(xlsx, "金额", "G12")) == (9999, "见过程 as stated")

    @pytest.mark.parametrize(
        ("inner", "outer", "lies"),
        [
            ("2020-08", "2020", True),
            ("2020-08", "2020Q3", True),
            ("2020-08", "2019", False),
            ("2020", "2018..2020", True),
            ("2020", "2020-08", False),
            ("x", "x", True),
            ("x", "2020", False),
        ],
    )
    def test_an_evaluation_belongs_to_the_obligation_whose_period_it_lies_in(
        self, inner: str, outer: str, lies: bool
    ) -> None:
        assert lies_in(inner, outer) is lies


class TestWhatTheFiguresRestOn:
    """Working, statistics and rules, row by row."""

    def test_every_line_of_working_is_there_in_order(self) -> None:
        assert rows(settlement_xlsx(lushui_2020(), NAMES), "过程")[1:4] == [
            [
                1,
                "3.1",
                "2020年1月",
                "金鱼石",
                1,
                "水质类别（月均值，最差指标）",
                "最大值（高锰酸盐指数 1，总磷 2）",
                "2",
            ],
            [1, "3.1", "2020年1月", "金鱼石", 2, "达标判定", "2 ≤ 3", "达标"],
            [1, "3.1", "2020年1月", "金鱼石", 3, "本月补偿（万元）", "100", "100"],
        ]

    def test_statistics_show_counts_and_what_was_left_out(self) -> None:
        xlsx = settlement_xlsx(xinan_2020(), NAMES)
        table = rows(xlsx, "统计")
        assert table[1][:4] == [1, "街口", "高锰酸盐指数", "2020年8月"]
        assert table[1][4:] == [1.7324, 1.7324, 180, 30, "未公布 12", None]
        assert table[-1][4:] == [None, None, 0, 0, "维护 3", "没有可用的监测数据（no_readings）"]

    def test_rules_say_whether_they_are_verified_and_who_used_them(self) -> None:
        listed = rows(settlement_xlsx(lushui_2020(), NAMES), "规则")
        assert [row[4:] for row in listed[1:]] == [
            ["已核实 verified", None], ["未核实 unverified", "3.1"], ["未核实 unverified", None]]  # fmt: skip

    def test_an_unverified_figure_that_is_no_rule_is_listed_too(self) -> None:
        used = evaluation("1", "2020", None, None, unverified=["clauses.0.cap"])
        document = settlement("demo", "示例", "2020", evaluations=[used], rules=[rule("data.compare", "rounded")])
        listed = rows(settlement_xlsx(document, NAMES), "规则")
        assert listed[2] == [2, "clauses.0.cap", None, None, "未核实 unverified", "1"]

    def test_what_stopped_is_on_the_first_sheet_in_both_languages(self) -> None:
        cells = [cell for row in rows(settlement_xlsx(xinan_2020(), NAMES), "金额") for cell in row]
        assert {"街口断面的基准浓度未公布，无法计算补偿指数", "baselines at Jiekou are not published"} <= set(cells)

    def test_an_empty_document_is_a_workbook_too(self) -> None:
        assert rows(settlement_xlsx(settlement("demo", "示例", "2020"), NAMES), "统计") == [
            ["序号", "断面", "指标", "时段", "均值", "修约值", "有效读数", "有效天数", "未采用", "原因"]]  # fmt: skip

    def test_a_mean_that_was_not_computed_is_an_empty_cell_not_a_zero(self) -> None:
        document = settlement("demo", "示例", "2020", statistics=[statistic("s", "tp", "2020-01", None)])
        assert rows(settlement_xlsx(document, NAMES), "统计")[1][4:6] == [None, None]


class TestAssessments:
    """The score recomputes from the criteria, and the grade from the bands."""

    def test_recalculating_gives_score_and_grade(self) -> None:
        book = Recalculated(assessment_xlsx(demo_assessment(), NAMES))
        assert [book.value("得分", f"B{row}") for row in (6, 7, 8, 9)] == [85, pytest.approx(74.4), 87.5, "良"]
        assert [book.cached["得分"][f"B{row}"].value for row in (6, 7, 8, 9)] == [85, 74.4, 87.5, "良"]

    def test_a_criterion_that_gets_data_enters_the_denominator(self) -> None:
        book = Recalculated(assessment_xlsx(demo_assessment(), NAMES))
        book.formulas["准则"]["F7"].value = 15
        assert (book.value("得分", "B6"), book.value("得分", "B8")) == (100, 89.4)

    @pytest.mark.parametrize(
        ("earned", "score", "grade"),
        [
            (30, 90.5, "优"),
            (29.6, 90.0, "优"),
            (29.5, 89.9, "良"),
            (21.1, 80.0, "良"),
            (21, 79.9, "中"),
            (0, 55.2, "差"),
        ],
    )
    def test_bands_are_closed_below(self, earned: float, score: float, grade: str) -> None:
        book = Recalculated(assessment_xlsx(demo_assessment(), NAMES))
        book.formulas["准则"]["F4"].value, book.formulas["准则"]["F5"].value = earned, 23.5
        assert (book.value("得分", "B8"), book.value("得分", "B9")) == (score, grade)

    def test_a_grade_that_only_rounding_would_lift_has_no_formula(self) -> None:
        rounded = demo_assessment() | {"score": "90", "grade": "良"}
        assert formula(assessment_xlsx(rounded, NAMES), "得分", "B9") == "良"

    def test_without_any_data_there_is_no_score(self) -> None:
        criteria = [of | {"earned": None, "value": None} for of in demo_assessment()["criteria"]]
        nothing = demo_assessment() | {
            "criteria": criteria,
            "score": None,
            "grade": None,
            "earned": "0",
            "available": "0",
        }
        book = Recalculated(assessment_xlsx(nothing, NAMES))
        assert [book.cached["得分"][f"B{row}"].value for row in (6, 7, 8, 9)] == [0, 0, None, None]

    def test_the_same_document_gives_the_same_bytes(self) -> None:
        assert assessment_xlsx(demo_assessment(), NAMES) == assessment_xlsx(demo_assessment(), NAMES)
