"""The two sheets of a settlement workbook where money recomputes: 金额 and 计算.

In: a settlement document, names, and the sheets to fill. Out: filled sheets; formulas carry the document's values. What
a formula cannot say again stands as a figure, its working on sheet 过程. It computes no amount of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import chain
from typing import Literal

from basin.clauses import POOL
from basin.rounding import FEN_PER_YUAN, yuan_fen
from settlement.printing.formulas import (
    Columns,
    Formula,
    Group,
    amount_cell,
    exact,
    factors,
    figure_cell,
    groups,
    owed,
    product_cell,
    steps_cell,
    terms,
)
from settlement.printing.spreadsheet import COUNT, WAN, YUAN, Cell, Column, Sheet
from settlement.printing.wording import (
    Names,
    element_text,
    parties_text,
    party_codes,
    period_text,
    reason_text,
    side_text,
    stop_cells,
    undecided_cells,
    withdrawn_text,
)
from settlement.statement.engine_version import version_of, version_text
from settlement.statement.rows import ObligationRow, SettlementDocument, StopRow, UndecidedRow
from settlement.words import KINDS, UNDECIDED, amount_words, no_amount_words

FROM_FORMULA = "公式重算 formula"
AS_STATED = "见过程 as stated"
BY_THE_POOL = "资金池轧差 via the pool"
STEPS = {"started": "不足一档按一档", "completed": "只计整档"}
# Letters of the columns of CALCULATION that formulas read.
AT = Columns(value="H", amount="J", rate="K", origin="L", per="M", n="O", times="P", cap="Q")
GROUP = "B"
AMOUNT = "R"
CALCULATION = (
    Column("序号", 6, COUNT), Column("组", 5, COUNT), Column("条款", 8), Column("名称", 20), Column("依据", 12),
    Column("期间", 12), Column("对象", 18), Column("计量值", 11), Column("段", 5, COUNT), Column("基数", 10),
    Column("费率", 10), Column("起点", 8), Column("每档", 8), Column("取整", 10), Column("档数 n", 9),
    Column("乘数", 8), Column("封顶", 9), Column("金额（万元）", 14, WAN), Column("付方", 18), Column("收方", 18),
    Column("原因", 20), Column("未核实数值 unverified", 28),
)  # fmt: skip
TRANSFERS = (Column("付款方", 18), Column("收款方", 18), Column("金额（元）", 20, YUAN), Column("算法", 20))
NET = (
    Column("主体", 18),
    Column("收（元）", 18, YUAN),
    Column("付（元）", 20, YUAN),
    Column("净额（元）", 20, YUAN),
)
OBLIGATIONS = (
    Column("条款", 18), Column("期间", 18), Column("付款方", 20), Column("收款方", 20), Column("尾差（元）", 14, YUAN),
    Column("金额（元）", 20, YUAN), Column("算法", 20),
)  # fmt: skip
STOPS = (
    Column("条款", 18), Column("期间", 18), Column("对象", 20), Column("原因", 20), Column("说明", 14),
    Column("English", 20),
)  # fmt: skip
BELOW_DETECTION = (
    Column("断面", 18), Column("指标", 18), Column("期间", 20), Column("读数", 20, COUNT), Column("最高检出限", 14),
    Column("限值", 20), Column("限值依据", 20),
)  # fmt: skip
FIRST_ROW = 4  # of the evaluations on sheet 计算: below title, note and headings


def calculation(sheet: Sheet, document: SettlementDocument, names: Names) -> None:
    """One row an evaluation; evaluations that one obligation adds up carry one group number."""
    sheet.line("计算 · 每行一次评价", "title")
    sheet.line("金额 = (基数 + 费率 × n) × 乘数，以封顶为限；n = (计量值 − 起点) ÷ 每档。正数由付方付收方，负数相反。")
    grouping = groups(document)
    numbers = _numbered(grouping)
    rows = [
        _evaluation(document, position, None if group is None else numbers[group], names)
        for position, group in enumerate(grouping)
    ]
    sheet.main_table(CALCULATION, rows)


def _evaluation(document: SettlementDocument, position: int, group: int | None, names: Names) -> list[Cell]:
    row = FIRST_ROW + position
    evaluation = document["evaluations"][position]
    scale = evaluation["scale"]
    element = evaluation["element"]
    multipliers = factors(evaluation, document, lambda other: f"{AMOUNT}{FIRST_ROW + other}")
    piece: list[Cell] = [None, None, None, None, None, ""]
    if scale:
        figures = [figure(text) for text in (scale["amount"], scale["rate"], scale["origin"], scale["per"])]
        piece = [scale["piece"] + 1, *figures, STEPS.get(scale["steps"] or "", "")]
    return [
        position + 1, group, evaluation["clause"], evaluation["title"], evaluation["source"],
        period_text(evaluation["period"]), element_text(element, names), figure(evaluation["value"]),
        *piece, steps_cell(evaluation, AT, row), product_cell(multipliers), figure(evaluation["cap"]),
        amount_cell(evaluation, multipliers, AT, row),
        side_text(evaluation["pays"], element, document["parties"], names),
        side_text(evaluation["receives"], element, document["parties"], names), reason_text(evaluation["reason"]),
        "、".join(evaluation["unverified"]),
    ]  # fmt: skip


def payments(sheet: Sheet, document: SettlementDocument, names: Names) -> None:
    """Who pays whom, what each clause obliges, each party's balance, what stopped and what cannot be decided."""
    zh, en = KINDS.get(document["kind"], (document["kind"], ""))
    sheet.line(document["title"], "title")
    sheet.line(f"结算期 {period_text(document['period'])}　性质 {zh} {en}　状态 {document['status']}")
    if withdrawn := document.get("withdrawn"):
        words = withdrawn_text(withdrawn)
        sheet.line(f"{words['message_zh']} {words['message_en']}")
    sheet.line(f"协议主体 {parties_text(document['parties'], names)}　数据截至 {document['as_of']}")
    sheet.line(f"结算书指纹 SHA-256 {document['digest']}　引擎版本 engine version {version_text(version_of(document))}")
    sheet.row += 1
    sheet.widths(OBLIGATIONS)
    # the first obligation stands below the transfers: two section lines, two headings, the total and an empty line
    first = sheet.row + len(document["transfers"]) + 6
    sums = _sums(document)
    rows = range(FIRST_ROW, FIRST_ROW + len(document["evaluations"]))
    obligations = [_obligation(o, first + i, sums, rows, names) for i, o in enumerate(document["obligations"])]
    amounts = amount_words(document["kind"], document["status"])
    sheet.line(f"补偿资金：{amounts.zh}（元） Transfers: {amounts.en}", "section")
    sheet.table(TRANSFERS, _transfers(document, sheet.row + 1, first, names), last="total")
    sheet.line(f"各条款补偿款：{amounts.zh}（元） Obligations: {amounts.en}", "section")
    sheet.table(OBLIGATIONS, obligations)
    sheet.line("各方收支（元） Balance of each party", "section")
    sheet.table(NET, _balances(document, sheet.row + 1, first, names))
    if document["stops"]:
        sheet.line("中止与缺项 What stopped", "section")
        sheet.table(STOPS, [_stop(stop, names) for stop in document["stops"]])
    if undecided := document.get("limit_below_detection"):
        sheet.line(" ".join(UNDECIDED), "section")
        sheet.table(BELOW_DETECTION, [_undecided(row, names) for row in undecided])


def _obligation(
    obligation: ObligationRow, row: int, sums: Mapping[Group, tuple[int, Fraction]], rows: range, names: Names
) -> list[Cell]:
    """One obligation in `row`, adding up the amounts that stand in `rows` of sheet 计算."""
    shares = terms(obligation, sums)
    amount = Fraction(obligation["amount_yuan"])
    head = [obligation["clause"], period_text(obligation["period"])]
    sides = [names.party(obligation["payer"]), names.party(obligation["payee"])]
    if shares is None:
        return [*head, *sides, None, amount, AS_STATED]
    amounts, numbers = (f"计算!${letter}${rows[0]}:${letter}${rows[-1]}" for letter in (AMOUNT, GROUP))
    formula = Formula(shares.text(amounts, numbers, f"E{row}"), amount)
    return [*head, *sides, Fraction(shares.tail_fen, FEN_PER_YUAN), formula, FROM_FORMULA]


def _transfers(document: SettlementDocument, row: int, first: int, names: Names) -> list[list[Cell]]:
    """One row a pair, and the total; a pair settled through the pool stands as a figure."""
    payers, payees, amounts = (_of_obligations(letter, first, document) for letter in "CDF")
    rows: list[list[Cell]] = []
    for position, transfer in enumerate(document["transfers"]):
        payer = transfer["payer"]
        payee = transfer["payee"]
        amount = Fraction(transfer["amount_yuan"])
        a = f"A{row + position}"
        b = f"B{row + position}"
        text = f"=SUMIFS({amounts},{payers},{a},{payees},{b})-SUMIFS({amounts},{payers},{b},{payees},{a})"
        direct = owed(document["obligations"], payer, payee) == yuan_fen(transfer["amount_yuan"])
        cell: Cell = Formula(text, amount) if direct else amount
        rows.append([names.party(payer), names.party(payee), cell, FROM_FORMULA if direct else BY_THE_POOL])
    if not rows and document["stops"]:  # a zero would say that nobody owes anything
        return [["合计", "", None, " ".join(no_amount_words(document["kind"]))]]
    total = sum((Fraction(transfer["amount_yuan"]) for transfer in document["transfers"]), Fraction(0))
    added: Cell = Formula(f"=SUM(C{row}:C{row + len(rows) - 1})", total) if rows else total
    why_none = "" if rows else " ".join(no_amount_words(document["kind"]))
    return [*rows, ["合计", "", added, why_none]]


def _balances(document: SettlementDocument, row: int, first: int, names: Names) -> list[list[Cell]]:
    """What each party and the pool receive and pay; the balances add up to nothing."""
    payers, payees, amounts = (_of_obligations(letter, first, document) for letter in "CDF")
    due = document["obligations"]
    pairs = [(obligation["payer"], obligation["payee"]) for obligation in due]
    codes = dict.fromkeys([*party_codes(document["parties"]), *chain.from_iterable(pairs)])
    rows: list[list[Cell]] = []
    for position, code in enumerate(sorted(codes, key=POOL.__eq__)):
        line = row + position
        received = _sum_yuan(due, "payee", code)
        paid = _sum_yuan(due, "payer", code)
        rows.append([
            names.party(code), Formula(f"=SUMIFS({amounts},{payees},A{line})", received),
            Formula(f"=SUMIFS({amounts},{payers},A{line})", paid), Formula(f"=B{line}-C{line}", received - paid),
        ])  # fmt: skip
    return rows


def figure(text: str | None) -> Cell:
    """A figure of the document as a cell; text that is no number stays text."""
    value = exact(text)
    return text if value is None else figure_cell(value)


def _numbered(grouping: Iterable[Group | None]) -> dict[Group, int]:
    """Groups counted from 1 in the order of the evaluations."""
    distinct = dict.fromkeys(group for group in grouping if group)
    return {group: number for number, group in enumerate(distinct, 1)}


def _sums(document: SettlementDocument) -> dict[Group, tuple[int, Fraction]]:
    """Each group's number and the exact sum of its amounts [万元]."""
    grouping = groups(document)
    sums = {group: (number, Fraction(0)) for group, number in _numbered(grouping).items()}
    for group, evaluation in zip(grouping, document["evaluations"], strict=True):
        if group is not None:
            number, added = sums[group]
            sums[group] = (number, added + (exact(evaluation["amount"]) or 0))
    return sums


def _of_obligations(letter: str, first: int, document: SettlementDocument) -> str:
    """The range of a column of the obligations; one empty row where there is none."""
    return f"${letter}${first}:${letter}${first + max(len(document['obligations']), 1) - 1}"


def _sum_yuan(obligations: Sequence[ObligationRow], side: Literal["payer", "payee"], code: str) -> Fraction:
    return sum((Fraction(o["amount_yuan"]) for o in obligations if o[side] == code), Fraction(0))


def _stop(stop: StopRow, names: Names) -> list[Cell]:
    cells = stop_cells(stop, names)
    return [cells.clause, cells.period, cells.element, reason_text(stop["reason"]), cells.zh, cells.en]


def _undecided(row: UndecidedRow, names: Names) -> list[Cell]:
    cells = undecided_cells(row, names)
    return [
        cells.section, cells.indicator, cells.period, cells.readings, figure(cells.detection_limit),
        figure(cells.limit), cells.of,
    ]  # fmt: skip
