"""Registers: one CSV, from a file or in memory, in; its rows as text out, each with its line for error messages.

People edit a register in a spreadsheet: UTF-8 with or without BOM, a header, one thing per line. What the columns mean
is not known here; `indicators`, `units` and `network` interpret the rows.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from basin.errors import RegisterError
from basin.signs import spelled, unseen_sign
from basin.written.agreement_files import file_text
from basin.written.numbers import measured, whole

SEPARATOR = "|"
MOST_BYTES = 16 * 2**20  # a register of all sections of the country has half a megabyte
MOST_COLUMNS = 200


@dataclass(frozen=True)
class Row:
    """One line of a register: its cells by column, its file, and its line number."""

    file: Path
    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def several(self, column: str) -> tuple[str, ...]:
        """The texts of a cell that holds several texts, separated by ``|``."""
        return tuple(part.strip() for part in self[column].split(SEPARATOR) if part.strip())

    def required(self, column: str) -> str:
        """The text of a cell that must not be blank."""
        if not self[column]:
            raise self.refused(column, "不能为空", "must not be blank", "填写此格")
        return self[column]

    def whole(self, column: str) -> int | None:
        """The whole number in a cell; None where the cell is blank."""
        try:
            return whole(self[column]) if self[column] else None
        except ValueError as problem:
            zh = f"应为整数：{self[column]}"
            raise self.refused(column, zh, "must be a whole number", "写阿拉伯数字或留空") from problem

    def measured(self, column: str) -> float | None:
        """The number in a cell as a float, for bounds of measurements; None where the cell is blank."""
        try:
            return measured(self[column]) if self[column] else None
        except ValueError as problem:
            raise self.refused(column, f"应为数字：{self[column]}", "must be a number", "写小数或留空") from problem

    def refused(self, column: str, zh: str, en: str, remedy: str) -> RegisterError:
        """The error to raise about one cell, naming its file and line.

        Parameters
        ----------
        column : title of the cell's column.
        zh, en : what is wrong.
        remedy : what to write instead.
        """
        place = f"第 {self.line} 行 {column} (line {self.line}, column {column})"
        return RegisterError(zh, en, file=self.file, path=place, remedy=remedy)


def register_rows(file: Path, columns: Sequence[str]) -> list[Row]:
    """The rows of a register file that must have `columns`.

    Raises
    ------
    RegisterError : the file is unreadable or not UTF-8, or as `rows_of` raises.
    """
    return rows_of(file_text(file, RegisterError, MOST_BYTES), file, columns)


def rows_of(text: str, file: Path, columns: Sequence[str]) -> list[Row]:
    """The rows of a register's text; blank lines are skipped, and further columns are retained.

    Parameters
    ----------
    text : CSV.
    file : where the text comes from, for error messages; the file is not read.
    columns : titles that the header must have.

    Raises
    ------
    RegisterError : the CSV is broken or has a sign nobody can see, a column is missing or double, there are too many
        columns, or a line has more cells than the header.
    """
    if (sign := unseen_sign(text)) is not None:
        line = text.count("\n", 0, sign.start()) + 1
        place = f"第 {line} 行 (line {line})"
        zh = f"有看不见的符号 {spelled(sign[0])}"
        raise RegisterError(zh, "a sign nobody can see", file=file, path=place, remedy="删去它，或把这一格重打一遍")
    lines = _lines(text, file)
    header = [name.strip() for name in next(lines, (1, []))[1]]
    _check_header(file, header, columns)
    rows = []
    for line, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        row = Row(file, line, dict(zip(header, (cell.strip() for cell in cells), strict=False)))
        if len(cells) > len(header):
            zh = f"有 {len(cells)} 格，表头只有 {len(header)} 列"
            raise row.refused(header[-1], zh, "more cells than the header has columns", "含逗号的文字要加引号")
        rows.append(row)
    return rows


def _lines(text: str, file: Path) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of every record; any kind of line end is accepted, as in reading a file."""
    reader = csv.reader(io.StringIO(text, newline=None), strict=True)
    try:
        yield from ((reader.line_num, cells) for cells in reader)
    except csv.Error as problem:
        path = f"第 {reader.line_num} 行 (line {reader.line_num})"
        raise RegisterError(
            f"CSV 无法读取：{problem}", "broken CSV", file=file, path=path, remedy="检查引号"
        ) from problem


def _check_header(file: Path, header: list[str], columns: Sequence[str]) -> None:
    if len(header) > MOST_COLUMNS:
        zh = f"有 {len(header)} 列，至多 {MOST_COLUMNS} 列"
        raise RegisterError(zh, "too many columns", file=file, path="第 1 行 (line 1)", remedy="删去多余的列")
    missing = [name for name in columns if name not in header]
    if missing:
        raise RegisterError(
            f"缺少列 {'、'.join(missing)}",
            f"missing column {', '.join(missing)}",
            file=file,
            path="第 1 行 (line 1)",
            remedy=f"表头应有：{','.join(columns)}",
        )
    double = sorted({name for name in header if header.count(name) > 1})
    if double:
        raise RegisterError(
            f"列重复：{'、'.join(double)}",
            f"double column {', '.join(double)}",
            file=file,
            path="第 1 行 (line 1)",
            remedy="每列只写一次",
        )
