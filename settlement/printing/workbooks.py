"""Settlements and assessments as XLSX workbooks in which every payment recomputes (金额、计算、过程、统计、规则).

In: a settlement or assessment document and Chinese names. Out: bytes, the same on every call. Formulas are live and
carry the document's values. The sheets of money are in `settlement.printing.payment_sheets`; here are the two
workbooks and the sheets that show what the figures rest on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from io import BytesIO
from math import floor
from typing import NamedTuple

from basin.agreement import RuleRow
from basin.rounding import number
from settlement.printing.formulas import Formula, exact
from settlement.printing.payment_sheets import AS_STATED, FROM_FORMULA, calculation, figure, payments
from settlement.printing.spreadsheet import COUNT, Cell, Column, Sheet, Workbook, workbook
from settlement.printing.wording import (
    Doubts,
    Names,
    element_text,
    period_text,
    reason_text,
    rules_used,
    statistic_cells,
)
from settlement.statement.engine_version import version_of, version_text
from settlement.statement.rows import AssessmentDocument, SettlementDocument, StatisticRow, WorkingRow

WORKING = (
    Column("序号", 6, COUNT), Column("条款", 10), Column("期间", 14), Column("对象", 22), Column("步", 5, COUNT),
    Column("项目", 34), Column("算式", 60), Column("结果", 20),
)  # fmt: skip
STATISTICS = (
    Column("序号", 6, COUNT), Column("断面", 16), Column("指标", 16), Column("时段", 14), Column("均值", 14),
    Column("修约值", 12), Column("有效读数", 10, COUNT), Column("有效天数", 10, COUNT), Column("未采用", 30),
    Column("原因", 24),
)  # fmt: skip
RULES = (
    Column("序号", 6, COUNT), Column("规则", 42), Column("取值", 24), Column("依据", 34), Column("核实", 24),
    Column("用于条款", 24),
)  # fmt: skip
SCORE = (Column("项目", 22), Column("数值", 18), Column("算法", 20))
CRITERIA = (
    Column("条款", 8), Column("名称", 26), Column("依据", 16), Column("计量值", 12), Column("满分", 10),
    Column("得分", 10), Column("原因", 28), Column("未核实数值 unverified", 34),
)  # fmt: skip
# Rows, below what stands above them.
FIRST_CRITERION = 4
FIRST_SCORE = 6
FIRST_BAND = 13


def settlement_xlsx(document: SettlementDocument, names: Names) -> bytes:
    """A settlement as a workbook; the same bytes on every call.

    Parameters
    ----------
    document : a settlement document, amounts in 万元 per evaluation and in yuan per obligation.
    names : Chinese names by code; unknown codes print as they are.
    """
    into = BytesIO()
    with workbook(into, document["title"], document["digest"]) as book:
        due = book.sheet("金额")
        calculated = book.sheet("计算")
        calculation(calculated, document, names)
        payments(due, document, names)
        lines = [
            Line(of["clause"], of["period"], of["element"], of["working"], of["unverified"])
            for of in document["evaluations"]
        ]
        _basis(book, document, document["rules"], lines, names)
    return into.getvalue()


def assessment_xlsx(document: AssessmentDocument, names: Names) -> bytes:
    """An assessment as a workbook (得分、准则、过程、统计、规则); the same bytes on every call."""
    into = BytesIO()
    with workbook(into, document["title"], document["digest"]) as book:
        score = book.sheet("得分")
        criteria = book.sheet("准则")
        _criteria(criteria, document)
        _score(score, document, names)
        lines = [
            Line(of["ref"], document["period"], None, of["working"], of["unverified"]) for of in document["criteria"]
        ]
        _basis(book, document, document.get("rules", []), lines, names)
    return into.getvalue()


class Line(NamedTuple):
    """What both documents tell of an evaluation or a criterion: how it was worked out, and what of it is unverified."""

    clause: str
    period: str
    element: Mapping[str, str] | None
    working: Sequence[WorkingRow]
    unverified: Sequence[str]


def _basis(
    book: Workbook, document: SettlementDocument | AssessmentDocument, rules: Sequence[RuleRow], lines: Sequence[Line],
    names: Names,
) -> None:  # fmt: skip
    """The three sheets that show what the figures rest on."""
    _working(book, lines, names)
    _statistics(book, document["statistics"], names)
    _rules(book, rules, lines)


def _working(book: Workbook, lines: Sequence[Line], names: Names) -> None:
    sheet = book.sheet("过程")
    sheet.main_table(WORKING, [
        [position, line.clause, period_text(line.period), element_text(line.element, names), number_of_step,
         step["label"], step["expression"], step["value"]]
        for position, line in enumerate(lines, 1)
        for number_of_step, step in enumerate(line.working, 1)
    ])  # fmt: skip


def _statistics(book: Workbook, statistics: Sequence[StatisticRow], names: Names) -> None:
    sheet = book.sheet("统计")
    sheet.main_table(STATISTICS, [_statistic(position, of, names) for position, of in enumerate(statistics, 1)])


def _statistic(position: int, statistic: StatisticRow, names: Names) -> list[Cell]:
    cells = statistic_cells(statistic, names)
    return [
        position, cells.section, cells.indicator, cells.period, figure(statistic["mean"]),
        figure(statistic["reported"]), statistic["readings"], statistic["days"], cells.left_out,
        cells.reason_with_code,
    ]  # fmt: skip


def _rules(book: Workbook, rules: Sequence[RuleRow], lines: Sequence[Line]) -> None:
    sheet = book.sheet("规则")
    sheet.main_table(RULES, [
        [rule["number"], rule["rule"], rule["value"], rule["source"],
         "已核实 verified" if rule["verified"] else "未核实 unverified", rule["used_by"]]
        for rule in rules_used(rules, [Doubts(line.clause, line.unverified) for line in lines])
    ])  # fmt: skip


def _criteria(sheet: Sheet, document: AssessmentDocument) -> None:
    sheet.line("准则 · 每行一项", "title")
    sheet.line("无数据的准则不得分，其满分也不计入可得分。A criterion without data leaves the denominator.")
    sheet.main_table(CRITERIA, [
        [of["ref"], of["title"], of["source"], figure(of["value"]), figure(of["points"]), figure(of["earned"]),
         reason_text(of["reason"]), "、".join(of["unverified"])]
        for of in document["criteria"]
    ])  # fmt: skip


def _score(sheet: Sheet, document: AssessmentDocument, names: Names) -> None:
    """Earned over available points, the score and its grade, with the bands they fall into."""
    sheet.line(document["title"], "title")
    sheet.line(
        f"评价期 {period_text(document['period'])}　流域 {names.basin(document['basin'])}　数据截至 {document['as_of']}"
    )
    sheet.line(f"评价指纹 SHA-256 {document['digest']}　引擎版本 engine version {version_text(version_of(document))}")
    sheet.row += 1
    sheet.widths(SCORE)
    last = FIRST_CRITERION + len(document["criteria"]) - 1
    points, earned = (f"准则!${letter}${FIRST_CRITERION}:${letter}${last}" for letter in "EF")
    available = _recomputed(f'=SUMIFS({points},{earned},"<>")', document["available"], _available(document))
    sheet.table(SCORE, [
        ["可得分 available", *available],
        ["得分 earned", *_recomputed(f"=SUM({earned})", document["earned"], _earned(document))],
        ["百分制评分 score", *_recomputed(*_score_formula(document))],
        ["等级 grade", *_grade(document)],
    ])  # fmt: skip
    sheet.line("等级（下限含） Bands", "section")
    sheet.table(SCORE, [[grade, figure(bound), ""] for grade, bound in document["bands"]])


def _recomputed(text: str, stated: str | None, recomputed: Fraction | None) -> list[Cell]:
    """The live cell where the formula gives what is stated, else the figure; and which of the two it is."""
    value = exact(stated)
    if value is None:
        return [None, ""]
    return [Formula(text, value), FROM_FORMULA] if value == recomputed else [value, AS_STATED]


def _available(document: AssessmentDocument) -> Fraction:
    scored = (of["points"] for of in document["criteria"] if of["earned"] is not None)
    return sum((exact(points) or Fraction(0) for points in scored), Fraction(0))


def _earned(document: AssessmentDocument) -> Fraction:
    return sum((exact(of["earned"]) or Fraction(0) for of in document["criteria"]), Fraction(0))


def _score_formula(document: AssessmentDocument) -> tuple[str, str | None, Fraction | None]:
    """Earned over available as a percentage, to the decimals of the stated score."""
    stated = document["score"]
    available = exact(document["available"])
    earned = exact(document["earned"])
    decimals = len((stated or "").partition(".")[2])
    percentage = earned / available * 100 if available and earned is not None else None
    rounded = None if percentage is None else Fraction(floor(percentage * 10**decimals + Fraction(1, 2)), 10**decimals)
    return f"=ROUND(B{FIRST_SCORE + 1}/B{FIRST_SCORE}*100,{decimals})", stated, rounded


def _grade(document: AssessmentDocument) -> list[Cell]:
    """The first band whose lower bound the score reaches, as nested IFs over the bands below; or the bare grade.

    The grade is decided on the exact score: one that only rounding lifts to a bound has no formula.
    """
    stated = document["grade"]
    score = exact(document["score"])
    bounds = [(grade, number(bound)) for grade, bound in document["bands"]]
    reached = next((grade for grade, bound in bounds if score is not None and score >= bound), None)
    if stated is None or stated != reached:
        return [stated, AS_STATED if stated else ""]
    text = '""'
    for row in reversed(range(FIRST_BAND, FIRST_BAND + len(bounds))):
        text = f"IF(B{FIRST_SCORE + 2}>=B{row},A{row},{text})"
    return [Formula(f"={text}", stated), FROM_FORMULA]
