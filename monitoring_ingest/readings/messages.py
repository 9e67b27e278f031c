"""Why a row was not accepted, in words: a message code in, Chinese and English out.

Receipts store the code; these texts explain the code. Every code used by `validation`, `revisions` and the readers of
formats is here, and a test keeps them together.
"""

from __future__ import annotations

from typing import NamedTuple

from basin.periods import YEARS
from monitoring_ingest.readings.frames import EARLIEST_YEAR


class Message(NamedTuple):
    """Why a row was not accepted."""

    zh: str
    en: str


MESSAGES: dict[str, Message] = {
    "duplicate": Message("与已有读数相同，未重复入库", "same as a reading already stored"),
    "revised": Message("与已有读数不同，作为修订入库", "differs from the stored reading, kept as its revision"),
    "replicate": Message("平行样，与同一样品的其他结果取平均，算一个读数", "a replicate: its mean counts"),
    "conflict": Message("同一文件内同一站点、指标、时刻有不同的值", "another value for the same key in the same file"),
    "other_origin": Message(
        "同一站点、指标、时刻已有另一来源的值（自动监测与实验室互不更正），先存的仍有效，这个待人决定",
        "a value of the other origin (station or laboratory) stands there; neither revises the other; to be decided",
    ),
    "unknown_station": Message(
        "登记表中没有此站点；加入别名后再次导入即可采用", "station not in the register; accepted once an alias exists"
    ),
    "impossible": Message("物理上不可能的数值", "a value that is physically impossible"),
    "implausible": Message("超出该指标的合理范围，待核", "outside the plausible range of the indicator"),
    "no_right": Message("密钥无权报送该站点", "the key may not speak for this station"),
    "unknown_indicator": Message("没有此指标", "no such indicator"),
    "unknown_unit": Message("不认识的单位，或与指标不符", "unknown unit, or one that does not fit the indicator"),
    "unreadable_number": Message("不是数字", "not a number"),
    "above_range": Message(
        "超出仪器量程，没有确定的数值；请稀释复测后报送数值",
        "above the measuring range, so no number; dilute, repeat and send a number",
    ),
    "no_limit": Message(
        "未检出，却没有写检出限，不知低于多少；写 <检出限，或填检出限",
        "below detection, but below what is not written; write <limit, or state the limit",
    ),
    "unknown_qualifier": Message(
        "数旁的限定符不认识，或彼此矛盾，待人核定；HJ 212 的标记写在状态列",
        "an unknown or contradictory qualifier beside the number, to be decided; flags of HJ 212 belong to `status`",
    ),
    "sentinel": Message(
        "缺测代码（如 −9999），不是测得的数，待核", "a code for no value, such as -9999, and no measurement"
    ),
    "below_methods": Message(
        "远低于任何标准方法的检出限，待核；多半是单位写错，如 mg/L 的数写在 µg/L 列里",
        "far below what any standard method detects; the unit may be wrong, as mg/L in a column of µg/L",
    ),
    "not_river_water": Message(
        "空白、加标、质控或标准样，不是河水，不入库，也不更正已有的值",
        "a blank, spike or standard is no river water: not stored, and revises nothing",
    ),
    "not_text": Message(
        "应为文字（value 也可为数字），不超过 1000 字，不含看不见的符号（NUL、零宽字符、方向控制符）",
        "must be text (of `value` also a number) of at most 1000 characters, without signs nobody can see",
    ),
    "beyond_header": Message(
        "这一行的单元格比表头多，各列对不上（小数写成了逗号，或多了一格）；改正这一行，或给多出的列写上列名",
        "more cells than titles, so the columns do not match; mend the row or name the column",
    ),
    "moved_cells": Message(
        "写标记、状态的一格里是一个数，多半是小数写成了逗号，把各格挤后了一格；改正这一行",
        "a number in the place of a remark: a decimal comma may have moved the cells; mend the row",
    ),
    "unknown_column": Message(
        "这一列没有声明，不知它说的是什么（限定符、检出限、备注……），这一行不采用；声明这一列，列入 ignored，或删去",
        "nobody declared this column, which may say that the value is none; declare it, ignore it, or take it out",
    ),
    "other_subject": Message(
        "工作表名或标题行说这些数是别的（空白样、作废、去年同期、另一个站），不知哪个对，整表不采用；改正这些字，或改来源声明",
        "sheet name or title says the numbers are something else (a blank, another year, another station); correct "
        "these words or the source",
    ),
    "hidden": Message(
        "在隐藏的工作表、行、列里，或被筛选去、压在合并单元格之下，看不见的不采用；取消隐藏，或来源写 hidden: taken",
        "hidden in the workbook, so not taken; unhide it, or let the source say `hidden: taken`",
    ),
    "merged_value": Message(
        "一个合并的单元格占着几个数值的位置，不知是哪一个的；取消合并，逐格填写",
        "one merged cell in place of several values; unmerge it and fill in each",
    ),
    "formula_not_computed": Message(
        "公式没有由表格软件算过，存着的不是结果；用 Excel、WPS 或 LibreOffice 打开、保存后再送",
        "a formula that no spreadsheet program computed; open and save the file in one, then send it",
    ),
    "formula_error": Message(
        "公式的结果是错误（#DIV/0!、#N/A 等），没有数；改正公式后保存再送",
        "the formula gives an error such as #DIV/0!, and no number; correct it, save, and send again",
    ),
    "formula_without_input": Message(
        "公式引用的单元格是空的，算出的不是测得的数；填上所引用的单元格，没有值的删去公式，保存后再送",
        "a formula over an empty cell gives no measurement; fill in the cell it refers to, or take the formula out",
    ),
    "unreadable_time": Message(
        f"不是一个时刻，或早于 {EARLIEST_YEAR} 年、晚于 {YEARS[-1]} 年；08:00-12:00 可能是时段也可能是时区，"
        "西时区写在秒或 T 之后：08:00:00-08:00",
        f"not one time, or before {EARLIEST_YEAR} or after {YEARS[-1]}; 08:00-12:00 may be hours or a zone: "
        "write a zone west of UTC after the seconds or with T, 08:00:00-08:00",
    ),
    "future_time": Message("时刻在未来", "time lies in the future"),
    "withheld": Message("来源扣留了该值", "the source withholds this value"),
    "value_stands": Message(
        "此次未报数值，已有的值仍然有效；撤销已有的值须凭文件办理",
        "no value this time, the stored one still stands; to take it away needs a document",
    ),
    "not_equipped": Message("该站未配备此项目", "the station is not equipped for this"),
    "no_value": Message("没有值", "no value"),
    "no_time": Message("没有监测时间", "no time"),
    "unreadable_file": Message("文件无法读取", "the file cannot be read"),
    "missing_column": Message("缺少列", "missing column"),
    "double_column": Message("列重复，不知取哪一列", "a column stands twice, and nobody knows which is meant"),
    "file_too_large": Message("文件展开后过大", "the file is too large when unpacked"),
    "workbook_dtd": Message(
        "工作簿的这个部件里有 DTD（<!DOCTYPE），不读；用 Excel 或 WPS 打开，另存为新的 .xlsx 再送",
        "this part of the workbook has a DTD and is not read; open it in a spreadsheet program and save it anew",
    ),
    "no_date": Message(
        "时间没有年份，文件名中也没有日期；请用 --date 指明", "times without year in a file without date; give --date"
    ),
}
