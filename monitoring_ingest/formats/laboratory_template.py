"""The template of laboratory workbooks: a register in, an XLSX to fill in out; the same bytes on every call.

Three sheets: the results to fill in, with drop-downs for station, indicator and side and with the unit of the chosen
indicator; instructions, Chinese first; and the register that feeds the drop-downs. `laboratory` reads the filled form.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

from basin.indicators import INDICATORS
from basin.network import Network
from monitoring_ingest.formats.laboratory import COLUMNS, IN_ENGLISH, SIDES

RESULTS = "化验结果"
HOW = "填写说明"
REGISTER = "登记"
TITLE = "监测化验单 Laboratory results"
ROWS = 500
HEADER_ROW = 2  # counted from 0; the title and a line of advice stand above
WIDTHS = {"sample": 16, "station": 30, "time": 18, "indicator": 24, "remark": 24, "method": 22}
USUAL_WIDTH = 13
WRITTEN_AT = datetime(2020, 1, 1)  # a fixed date of creation makes the bytes repeat
INSTRUCTIONS: Sequence[tuple[str, str]] = (
    ("一行一个结果；不要改表头，不要合并单元格。", "One result a row; leave the header as it is and merge no cells."),
    ("站点、指标从下拉列表选取；单位随指标带出，所用单位不同就改写。",
     "Choose station and indicator from the lists; the unit follows the indicator, overwrite it where yours differs."),
    ("时间写成 2025-08-01 08:00，为采样时刻，按数据来源所声明的时区。",
     "Write the time of sampling as 2025-08-01 08:00, in the zone the source declares."),
    ("未检出写 <检出限（如 <0.02），或写“未检出”并填检出限；没有检出限的会被拒绝；小于所填检出限的也按未检出。",
     "Below detection: write <limit (<0.02), or ND together with the limit; ND without a limit is rejected. A result "
     "below the limit of its row counts as below detection."),
    ("样品类型：空白、加标、质控、标样不是河水，不入库；平行样写“平行”，与原样取平均；常规样可不填。",
     "Sample type: blanks, spikes and standards are no river water and not stored; write 平行 (DUP) for a replicate, "
     "whose mean with the routine sample counts; blank for a routine sample."),
    ("样品编号：同一样品分给几方的，各方写同一编号，各自写自己的站点和分析方。",
     "Sample: halves of one sample carry one number; each laboratory writes its own station and side."),
    ("分析方：上游、下游或第三方。两方相差超过允差的，以第三方的值为准。",
     "Analysed by: upstream, downstream or third. Where two sides differ beyond the tolerance the third decides."),
    ("重报同样的行不会重复入库；改了值的行作为更正入库，原值保留。",
     "Sending a row again stores nothing; a changed value is stored as a correction, the old one is kept."),
)  # fmt: skip


def laboratory_template(network: Network) -> bytes:
    """The workbook to fill in, with the stations of the network in its drop-downs."""
    import xlsxwriter

    into = BytesIO()
    book = xlsxwriter.Workbook(into, {"in_memory": True})
    book.set_properties({"title": TITLE, "created": WRITTEN_AT})
    results, how, register = (book.add_worksheet(name) for name in (RESULTS, HOW, REGISTER))
    lengths = _register(book, register, network)
    _results(book, results, lengths)
    _instructions(book, how)
    book.close()
    return into.getvalue()


def _register(book: Any, sheet: Any, network: Network) -> dict[str, int]:
    """Write the lists of the drop-downs: stations (A), indicators (B) with units (C), sides (D).

    Parameters
    ----------
    book, sheet : the xlsxwriter workbook, and the sheet of its register.
    network : the stations to list.

    Returns
    -------
    The length of each list, by the name of its column.
    """
    columns: dict[str, list[str]] = {
        "station": [f"{station.code} {station.name_zh}" for station in network.stations.values()],
        "indicator": [f"{indicator.code} {indicator.name_zh}" for indicator in INDICATORS.values()],
        "unit": [indicator.unit for indicator in INDICATORS.values()],
        "side": [f"{zh} {IN_ENGLISH[side]}" for zh, side in SIDES.items()],
    }
    bold = book.add_format({"bold": True})
    for column, (name, texts) in enumerate(columns.items()):
        sheet.set_column(column, column, WIDTHS.get(name, USUAL_WIDTH))
        sheet.write_string(0, column, COLUMNS[name], bold)
        for row, text in enumerate(texts, start=1):
            sheet.write_string(row, column, text)
    return {name: len(texts) for name, texts in columns.items()}


def _results(book: Any, sheet: Any, lengths: dict[str, int]) -> None:
    """Write the form: title, header, drop-downs, and the formula that fetches the unit of the chosen indicator.

    Parameters
    ----------
    book, sheet : the xlsxwriter workbook, and the sheet to fill in.
    lengths : how many entries each list of the register has, as `_register` returns.
    """
    bold = book.add_format({"bold": True, "font_size": 14})
    head = _head(book)
    grey = book.add_format({"font_color": "#555555"})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    sheet.write_string(0, 0, TITLE, bold)
    sheet.write_string(1, 0, f"填写方法见“{HOW}”。 How to fill it in: the second sheet.", grey)
    column_of = {name: column for column, name in enumerate(COLUMNS)}
    for name, column in column_of.items():
        form = moment if name == "time" else None
        sheet.set_column(column, column, WIDTHS.get(name, USUAL_WIDTH), form)
        sheet.write_string(HEADER_ROW, column, COLUMNS[name], head)
    sheet.freeze_panes(HEADER_ROW + 1, 0)
    first = HEADER_ROW + 1
    last = HEADER_ROW + ROWS
    for name, letter in (("station", "A"), ("indicator", "B"), ("side", "D")):
        listed = f"={REGISTER}!${letter}$2:${letter}${max(lengths[name], 1) + 1}"
        column = column_of[name]
        sheet.data_validation(
            first, column, last, column, {"validate": "list", "source": listed, "error_type": "warning"}
        )
    for row in range(first, last + 1):
        chosen = f"{chr(ord('A') + column_of['indicator'])}{row + 1}"
        units = f"{REGISTER}!$B$2:$C${lengths['indicator'] + 1}"
        sheet.write_formula(
            row, column_of["unit"], f'=IF({chosen}="","",IFERROR(VLOOKUP({chosen},{units},2,FALSE),""))', None, ""
        )


def _head(book: Any) -> Any:
    return book.add_format({"bold": True, "bg_color": "#E6EEF2", "border": 1, "text_wrap": True})


def _instructions(book: Any, sheet: Any) -> None:
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 4)
    sheet.set_column(1, 1, 100, wrap)
    sheet.write_string(0, 0, HOW, book.add_format({"bold": True, "font_size": 14}))
    for row, texts in enumerate(_numbered(INSTRUCTIONS), start=2):
        for column, text in enumerate(texts):
            sheet.write_string(row, column, text, wrap)


def _numbered(instructions: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(str(number), f"{zh}\n{en}") for number, (zh, en) in enumerate(instructions, start=1)]
