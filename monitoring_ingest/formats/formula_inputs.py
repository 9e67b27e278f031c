"""Which formulas were computed from cells that hold nothing: formulas and the cells of a worksheet in, places out.

A spreadsheet program takes a blank cell for 0: a concentration computed before the reading was typed in is a 0, or some
other number, that nobody measured. Only plain formulas are looked at, of references to the same worksheet: arithmetic,
and functions that take the numbers of a range and pass over the rest. Any other formula (``IF``, names, other
worksheets) may mean a blank cell to be blank, and is left alone. Nothing is computed here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from monitoring_ingest.formats.file_text import UnreadableFile
from monitoring_ingest.formats.sheet_layout import Formula, Place, position

MOST_LOOKED_AT = 4_000_000  # cells, for all formulas of a worksheet
_CELL = r"(?<![A-Z0-9_.$])(\$?)([A-Z]{1,3})(\$?)([0-9]{1,7})(?![A-Z0-9_.(])"
_REFERENCE = re.compile(rf"{_CELL}(?::{_CELL})?")
_OF_NUMBERS = re.compile(r"\b(?:SUM|AVERAGE|MAX|MIN|MEDIAN|PRODUCT)\(([^()]*)\)")
_OF_ONE_NUMBER = re.compile(r"\b(?:ROUND|ROUNDUP|ROUNDDOWN|TRUNC|INT|ABS|SQRT|POWER|EXP|LN|LOG10|LOG)\(")
_PLAIN = re.compile(r"[0-9.,;()+*/^%\s-]*(?:E[+-]?[0-9]+[0-9.,;()+*/^%\s-]*)*")  # what is left of arithmetic
_A_DIGIT = re.compile(r"[0-9]")


class _Cell(NamedTuple):
    """A reference to a cell, as written: a part with ``$`` stays where it is when the formula is filled down."""

    row: int
    column: int
    fixed_row: bool
    fixed_column: bool

    def seen_from(self, formula: Formula) -> Place:
        """The cell that is meant in the cell of the formula."""
        rows = 0 if self.fixed_row else formula.place.row - formula.written_at.row
        columns = 0 if self.fixed_column else formula.place.column - formula.written_at.column
        return Place(self.row + rows, self.column + columns)


class _Range(NamedTuple):
    """A reference to cells; of a single one both ends are the same."""

    first: _Cell
    last: _Cell


class _Inputs(NamedTuple):
    """What a formula is computed from: each of `cells`, and of each of `groups` whatever numbers it holds."""

    cells: tuple[_Range, ...]
    groups: tuple[tuple[_Range, ...], ...]


def without_input(formulas: Sequence[Formula], rows: Mapping[int, Sequence[str]]) -> frozenset[Place]:
    """The cells whose formula refers to a blank cell, to a group of cells without a number, or to another such formula.

    Parameters
    ----------
    formulas : those of a worksheet that give a value.
    rows : the texts of the worksheet's rows by number; rows that are left out are blank.

    Raises
    ------
    UnreadableFile : the formulas refer to more than `MOST_LOOKED_AT` cells.
    """
    look = _Look(rows)
    waiting = [(formula, inputs) for formula in formulas if (inputs := _inputs(formula.text)) is not None]
    before = -1
    while len(look.lacking) > before:  # once more while something was added: a formula may refer to a later one
        before = len(look.lacking)
        for formula, inputs in waiting:
            if formula.place not in look.lacking and look.lacks(formula, inputs):
                look.lacking.add(formula.place)
    return frozenset(look.lacking)


class _Look:
    """A look at the cells that formulas refer to."""

    def __init__(self, rows: Mapping[int, Sequence[str]]) -> None:
        self.lacking: set[Place] = set()
        self._rows = rows
        self._looked_at = 0

    def lacks(self, formula: Formula, inputs: _Inputs) -> bool:
        """Whether a cell that a formula needs is blank, or one of its groups holds no number."""
        if any(not self._text(cells.first.seen_from(formula)) for cells in inputs.cells):
            return True
        return any(not any(self._has_number(formula, cells) for cells in group) for group in inputs.groups)

    def _has_number(self, formula: Formula, cells: _Range) -> bool:
        first = cells.first.seen_from(formula)
        last = cells.last.seen_from(formula)
        columns = range(min(first.column, last.column), max(first.column, last.column) + 1)
        for row in range(min(first.row, last.row), max(first.row, last.row) + 1):
            if any(_A_DIGIT.search(self._text(Place(row, column))) for column in columns):
                return True
        return False

    def _text(self, place: Place) -> str:
        self._looked_at += 1
        if self._looked_at > MOST_LOOKED_AT:
            raise UnreadableFile("file_too_large", f"XLSX：公式 formulas {MOST_LOOKED_AT}")
        cells = self._rows.get(place.row, ())
        if place in self.lacking or not 0 <= place.column < len(cells):
            return ""
        return cells[place.column]


@lru_cache(maxsize=10_000)
def _inputs(text: str) -> _Inputs | None:
    """What a formula is computed from; None where it is not a plain one."""
    formula = text.upper().lstrip("=")
    groups = [_references(arguments) for arguments in _OF_NUMBERS.findall(formula)]
    rest = _OF_ONE_NUMBER.sub("(", _OF_NUMBERS.sub("0", formula))
    is_plain = all(_PLAIN.fullmatch(_REFERENCE.sub("0", part)) for part in (rest, *_OF_NUMBERS.findall(formula)))
    cells = _references(rest)
    if not is_plain or any(cell.first != cell.last for cell in cells):
        return None
    # numbers written among the arguments are inputs of their own: SUM(B2,0.1) has one
    of_references = [group for group, written in zip(groups, _OF_NUMBERS.findall(formula), strict=True)
                     if group and not _A_DIGIT.search(_REFERENCE.sub("", written))]  # fmt: skip
    return _Inputs(cells, tuple(of_references))


def _references(text: str) -> tuple[_Range, ...]:
    return tuple(_range(match) for match in _REFERENCE.finditer(text))


def _range(match: re.Match[str]) -> _Range:
    first = _cell(*match.groups()[:4])
    return _Range(first, _cell(*match.groups()[4:]) if match[8] else first)


def _cell(fixed_column: str, letters: str, fixed_row: str, row: str) -> _Cell:
    return _Cell(int(row), position(letters), bool(fixed_row), bool(fixed_column))
