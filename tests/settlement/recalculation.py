"""A spreadsheet program in miniature: recalculates the few functions that the workbooks use, from constants only.

In: XLSX bytes. Out: the value of any cell as formulas give it (not as it is cached). Binary arithmetic, as in a
spreadsheet.
"""

from __future__ import annotations

import re
from io import BytesIO
from math import floor
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import range_boundaries

_PLACE = re.compile(r"""("[^"]*")|(?:(\w+)!)?(\$?[A-Z]{1,2}\$?\d+(?::\$?[A-Z]{1,2}\$?\d+)?)(?![\w(])""")


def rounded(value: float, digits: int) -> float:
    """Half away from zero, on the figure that 15 digits show."""
    shown = float(f"{abs(value) * 10**digits:.15g}")
    return (1 if value >= 0 else -1) * floor(shown + 0.5) / 10**digits


def sumifs(summed: list[Any], *conditions: Any) -> float:
    """Sum where every range equals its criterion; ``"<>"`` is not empty."""
    pairs = [(conditions[i], conditions[i + 1]) for i in range(0, len(conditions), 2)]
    return sum(
        amount or 0.0
        for position, amount in enumerate(summed)
        if all((of[position] is not None) if sought == "<>" else of[position] == sought for of, sought in pairs)
    )


FUNCTIONS = {
    "SUM": lambda cells: sum(cell or 0.0 for cell in cells), "SUMIFS": sumifs, "ROUND": rounded, "INT": floor,
    "MIN": min, "MAX": max, "IF": lambda condition, yes, no: yes if condition else no,
}  # fmt: skip


class Recalculated:
    """The cells of a workbook, its formulas and its cached values."""

    def __init__(self, xlsx: bytes) -> None:
        self.formulas = load_workbook(BytesIO(xlsx))
        self.cached = load_workbook(BytesIO(xlsx), data_only=True)

    def live(self) -> list[tuple[str, str]]:
        """Sheet and place of every formula."""
        sheets = self.formulas.worksheets
        return [(s.title, c.coordinate) for s in sheets for row in s.iter_rows() for c in row if c.data_type == "f"]

    def value(self, sheet: str, place: str) -> Any:
        """What a cell gives when everything it rests on is calculated anew."""
        cell = self.formulas[sheet][place]
        if cell.data_type != "f":
            return cell.value
        names = {**FUNCTIONS, "at": lambda other, where: self._at(other or sheet, where)}
        return eval(_as_python(str(cell.value)), {"__builtins__": {}}, names)

    def _at(self, sheet: str, where: str) -> Any:
        plain = where.replace("$", "")
        if ":" not in plain:
            found = self.value(sheet, plain)
            return 0 if found is None else found
        left, top, right, bottom = range_boundaries(plain)
        cells = self.formulas[sheet].iter_rows(int(top), int(bottom), int(left), int(right))
        return [self.value(sheet, cell.coordinate) for row in cells for cell in row]


def _as_python(formula: str) -> str:
    def place(found: re.Match[str]) -> str:
        text, sheet, where = found.groups()
        return text or f"at({sheet or ''!r}, {where!r})"

    return _PLACE.sub(place, formula.removeprefix("="))
