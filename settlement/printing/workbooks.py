"""Settlements and assessments as XLSX workbooks in which every payment recomputes (应付、计算、过程、统计、规则).

In: a settlement or assessment document and Chinese names. Out: bytes, the same on every call. Formulas are live and
carry the document's values. The sheets of money are in `settlement.printing.payment_sheets`; here are the two
workbooks and the sheets that show what the figures rest on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from io import BytesIO
from math import floor
from typing import Any

from basin.rounding import number
from settlement.printing.formulas import Formula, exact
from settlement.printing.payment_sheets import AS_STATED, FROM_FORMULA, calculation, figure, payments
from settlement.printing.spreadsheet import COUNT, Cell, Column, Sheet, Workbook, workbook
from settlement.printing.wording import Names, element_text, left_out_text, period_text, reason_text, rules_used

Document = Mapping[str, Any]
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
FIRST_CRITERION, FIRST_SCORE, FIRST_BAND = 4, 6, 13  # rows, below what stands above them


def settlement_xlsx(document: Document, names: Names) -> bytes:
    """A settlement as a workbook; the same bytes on every call.

    Parameters
    ----------
    document : a settlement document, amounts in 万元 per evaluation and in yuan per obligation.
    names : Chinese names by code; unknown codes print as they are.
    """
    into = BytesIO()
    with workbook(into, document["title"], document["digest"]) as book:
        due, calculated = book.sheet("应付"), book.sheet("计算")
        calculation(calculated, document, names)
        payments(due, document, names)
        _working(book, document["evaluations"], names)
        _statistics(book, document["statistics"], names)
        _rules(book, document["rules"], document["evaluations"])
    return into.getvalue()


def assessment_xlsx(document: Document, names: Names) -> bytes:
    """An assessment as a workbook (得分、准则、过程、统计、规则); the same bytes on every call."""
    into = BytesIO()
    with workbook(into, document["title"], document["digest"]) as book:
        score, criteria = book.sheet("得分"), book.sheet("准则")
        _criteria(criteria, document)
        _score(score, document, names)
        lines = [
            criterion | {"clause": criterion["ref"], "period": document["period"]} for criterion in document["criteria"]
        ]
        _working(book, lines, names)
        _statistics(book, document["statistics"], names)
        _rules(book, document.get("rules", []), lines)
    return into.getvalue()


def _working(book: Workbook, evaluations: Sequence[Document], names: Names) -> None:
    sheet = book.sheet("过程")
    sheet.main_table(WORKING, [
        [position, evaluation["clause"], period_text(evaluation["period"]),
         element_text(evaluation.get("element"), names), step, line["label"], line["expression"], line["value"]]
        for position, evaluation in enumerate(evaluations, 1)
        for step, line in enumerate(evaluation["working"], 1)
    ])  # fmt: skip


def _statistics(book: Workbook, statistics: Sequence[Document], names: Names) -> None:
    sheet = book.sheet("统计")
    sheet.main_table(STATISTICS, [
        [position, names.section(of["section"]), names.indicator(of["indicator"]), period_text(of["period"]),
         figure(of["mean"]), figure(of["reported"]), of["readings"], of["days"], left_out_text(of["left_out"]),
         reason_text(of["reason"])]
        for position, of in enumerate(statistics, 1)
    ])  # fmt: skip


def _rules(book: Workbook, rules: Sequence[Document], evaluations: Sequence[Document]) -> None:
    sheet = book.sheet("规则")
    sheet.main_table(RULES, [
        [rule["number"], rule["rule"], rule["value"], rule["source"],
         "已核实 verified" if rule["verified"] else "未核实 unverified", rule["used_by"]]
        for rule in rules_used(rules, [(of["clause"], of["unverified"]) for of in evaluations])
    ])  # fmt: skip


def _criteria(sheet: Sheet, document: Document) -> None:
    sheet.line("准则 · 每行一项", "title")
    sheet.line("无数据的准则不得分，其满分也不计入可得分。A criterion without data leaves the denominator.")
    sheet.main_table(CRITERIA, [
        [of["ref"], of["title"], of["source"], figure(of["value"]), figure(of["points"]), figure(of["earned"]),
         reason_text(of["reason"]), "、".join(of["unverified"])]
        for of in document["criteria"]
    ])  # fmt: skip


def _score(sheet: Sheet, document: Document, names: Names) -> None:
    """Earned over available points, the score and its grade, with the bands they fall into."""
    sheet.line(document["title"], "title")
    sheet.line(
        f"评价期 {period_text(document['period'])}　流域 {names.basin(document['basin'])}　数据截至 {document['as_of']}"
    )
    sheet.line(f"评价指纹 SHA-256 {document['digest']}")
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


def _recomputed(text: str, stated: str | None, found: Fraction | None) -> list[Cell]:
    """The live cell where the formula gives what is stated, else the figure; and which of the two it is."""
    if (value := exact(stated)) is None:
        return [None, ""]
    return [Formula(text, value), FROM_FORMULA] if value == found else [value, AS_STATED]


def _available(document: Document) -> Fraction:
    scored = (of["points"] for of in document["criteria"] if of["earned"] is not None)
    return sum((exact(points) or Fraction(0) for points in scored), Fraction(0))


def _earned(document: Document) -> Fraction:
    return sum((exact(of["earned"]) or Fraction(0) for of in document["criteria"]), Fraction(0))


def _score_formula(document: Document) -> tuple[str, str | None, Fraction | None]:
    """Earned over available as a percentage, to the decimals of the stated score."""
    stated, available, earned = document["score"], exact(document["available"]), exact(document["earned"])
    decimals = len((stated or "").partition(".")[2])
    percentage = earned / available * 100 if available and earned is not None else None
    found = None if percentage is None else Fraction(floor(percentage * 10**decimals + Fraction(1, 2)), 10**decimals)
    return f"=ROUND(B{FIRST_SCORE + 1}/B{FIRST_SCORE}*100,{decimals})", stated, found


def _grade(document: Document) -> list[Cell]:
    """The first band whose lower bound the score reaches, as nested IFs over the bands below; or the bare grade.

    The grade is decided on the exact score: one that only rounding lifts to a bound has no formula.
    """
    stated, score = document["grade"], exact(document["score"])
    bounds = [(grade, number(bound)) for grade, bound in document["bands"]]
    found = next((grade for grade, bound in bounds if score is not None and score >= bound), None)
    if stated is None or stated != found:
        return [stated, AS_STATED if stated else ""]
    text = '""'
    for row in reversed(range(FIRST_BAND, FIRST_BAND + len(bounds))):
        text = f"IF(B{FIRST_SCORE + 2}>=B{row},A{row},{text})"
    return [Formula(f"={text}", stated), FROM_FORMULA]
