"""Writing an XLSX file whose bytes depend on what is in it and on nothing else.

In: tables of typed cells (text, whole and exact numbers, formulas with their values). Out: bytes. Text is always
written as text, so that nothing in an agreement can become a formula. It knows no settlement.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from io import BytesIO
from typing import Any

from settlement.printing.formulas import Formula

Cell = str | int | Fraction | Formula | None
YUAN = "#,##0.00"
WAN = "#,##0.00####"
PLAIN = "General"
COUNT = "#,##0"
_CREATED = datetime(2000, 1, 1)  # the file format keeps no zone; any fixed date will do
_FONT = {"font_name": "宋体", "font_size": 10, "valign": "vcenter"}
_LOOKS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 16},
    "section": {"bold": True, "font_size": 12},
    "note": {"font_color": "#595959", "text_wrap": False},
    "header": {"bold": True, "border": 1, "bg_color": "#DDE7EE", "text_wrap": True, "align": "center"},
    "text": {"border": 1, "text_wrap": True},
    "total": {"border": 1, "bold": True, "text_wrap": True},
}


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, width in characters, and number format."""

    heading: str
    width: float = 12
    number_format: str = PLAIN


@dataclass
class Sheet:
    """One sheet being filled from top to bottom; `row` is where the next thing goes, counted from 1."""

    book: Any
    sheet: Any
    formats: dict[tuple[str, str], Any]
    row: int = 1

    def line(self, text: str, look: str = "note") -> None:
        """One line of text over the whole width."""
        self.sheet.write_string(self.row - 1, 0, text, self._format(look))
        self.row += 1

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[Cell]], last: str = "text") -> None:
        """Headings and rows, then an empty line; `last` is the look of the last row."""
        self.headings(columns)
        for position, cells in enumerate(rows):
            self.cells(columns, cells, last if position == len(rows) - 1 else "text")
        self.row += 1

    def headings(self, columns: Sequence[Column]) -> None:
        """The row of headings."""
        for position, column in enumerate(columns):
            self.sheet.write_string(self.row - 1, position, column.heading, self._format("header"))
        self.row += 1

    def cells(self, columns: Sequence[Column], cells: Sequence[Cell], look: str = "text") -> None:
        """One row of a table."""
        for position, (column, cell) in enumerate(zip(columns, cells, strict=True)):
            self._write(position, cell, self._format(look, column.number_format))
        self.row += 1

    def main_table(self, columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> None:
        """The one table of a sheet: its headings stay in sight and repeat on every printed page."""
        self.widths(columns)
        self.sheet.repeat_rows(self.row - 1)
        self.sheet.freeze_panes(self.row, 0)
        self.table(columns, rows)

    def widths(self, columns: Sequence[Column]) -> None:
        """Widths of the columns of the sheet's main table."""
        for position, column in enumerate(columns):
            self.sheet.set_column(position, position, column.width)

    def _write(self, position: int, cell: Cell, cell_format: Any) -> None:
        place = (self.row - 1, position)
        match cell:
            case None | "":
                self.sheet.write_blank(*place, None, cell_format)
            case str():
                self.sheet.write_string(*place, cell, cell_format)
            case Formula(text, value):
                self.sheet.write_formula(*place, text, cell_format, value if isinstance(value, str) else _binary(value))
            case int() | Fraction():
                self.sheet.write_number(*place, _binary(cell), cell_format)

    def _format(self, look: str, number_format: str = "General") -> Any:
        key = (look, number_format)
        if key not in self.formats:
            self.formats[key] = self.book.add_format({**_FONT, **_LOOKS[look], "num_format": number_format})
        return self.formats[key]


@dataclass
class Workbook:
    """Sheets in the order they are asked for."""

    book: Any
    formats: dict[tuple[str, str], Any]
    footer: str

    def sheet(self, name: str) -> Sheet:
        """A new sheet that prints on A4 across, with the fingerprint and page numbers below."""
        sheet = self.book.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(f"&L&8{self.footer}&R&8第 &P 页，共 &N 页")
        return Sheet(self.book, sheet, self.formats)


@contextmanager
def workbook(into: BytesIO, title: str, footer: str) -> Iterator[Workbook]:
    """An XLSX file written to `into` at the end, with a fixed date of creation."""
    import xlsxwriter

    book = xlsxwriter.Workbook(into, {"in_memory": True})
    book.set_properties({"title": title, "created": _CREATED})
    yield Workbook(book, {}, footer)
    book.close()


def _binary(exact: int | Fraction) -> int | float:
    """A number as a spreadsheet keeps it; the exact one stays in the document."""
    return exact if isinstance(exact, int) else exact.numerator if exact.denominator == 1 else float(exact)
