"""Cells of a table that nobody may take as they stand: a table in; by row and cell, why it is refused, out.

A row is refused where it has more cells than there are titles, or where a cell that says what the row is about is
hidden, struck through, merged away, an error, or a formula that was never computed or refers to blank cells. A value is
refused for the same reasons, and where a merged cell states it for several values at once. Rows and values that are
refused stand on the receipt by name.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from basin.written.qualifiers import is_bound, is_number
from monitoring_ingest.formats.file_text import DIGITS, WHOLE, last_text
from monitoring_ingest.formats.sheet_layout import Block, Place
from monitoring_ingest.formats.table_headers import Table
from monitoring_ingest.readings.cells import BEYOND_THE_HEADER, UNKNOWN_COLUMN, Refusal
from monitoring_ingest.readings.frames import NOT_EQUIPPED, NOT_MEASURED

NO_VALUE = frozenset({"", NOT_MEASURED, NOT_EQUIPPED, "-", "—", "——", "/", "\\"})
HIDDEN = "hidden"
MERGED = "merged_value"
MOVED = "moved_cells"
NOT_COMPUTED = "formula_not_computed"
ERROR = "formula_error"
WITHOUT_INPUT = "formula_without_input"
NO_NUMBER = "unreadable_number"  # shows more than the number that is saved
_DECIMAL = re.compile(r"\d{1,6}\.\d{1,6}", re.ASCII)
ERRORS = frozenset({
    "#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!",
    "#CONNECT!", "#UNKNOWN!", "#BUSY!", "#GETTING_DATA",
})  # fmt: skip


class Faults(NamedTuple):
    """By position of a row, why the whole row is refused; by row and column, why a value is."""

    rows: Mapping[int, Refusal]
    values: Mapping[Place, Refusal]

    def of(self, row: int, column: int) -> Refusal | None:
        """Why the value in a row and column is refused; None where it is taken."""
        return self.rows.get(row) or self.values.get(Place(row, column))


def faults(table: Table, *, take_hidden: bool, without_meaning: Collection[int] = ()) -> Faults:
    """What is wrong with the rows and values of a table.

    Parameters
    ----------
    table : the table; a place is the position of a row in it, and a column.
    take_hidden : whether what is hidden counts like what is shown.
    without_meaning : the measured columns of a wide table whose titles name no indicator.
    """
    rows: dict[int, Refusal] = {}
    of_rows = (
        *_beyond(table), *_moved(table), *_undeclared(table), *_remarked(table, without_meaning),
        *_of_descriptions(table, take_hidden),
    )  # fmt: skip
    for row, fault in of_rows:
        rows.setdefault(row, fault)
    values: dict[Place, Refusal] = {}
    for place, fault in (*_of_values(table), *_merged(table, take_hidden), *(() if take_hidden else _hidden(table))):
        values.setdefault(place, fault)
    return Faults(rows, values)


def _beyond(table: Table) -> Iterator[tuple[int, Refusal]]:
    """Rows with a cell to the right of the last title."""
    for row, (_, cells) in enumerate(table.rows):
        beyond = next(filter(None, cells[table.width :]), "")
        if beyond or row in table.longer:
            yield row, Refusal(BEYOND_THE_HEADER, beyond or last_text(cells))


def _moved(table: Table) -> Iterator[tuple[int, Refusal]]:
    """Rows in which a decimal comma has moved the cells by one, so that a remark is a number: ``0,21`` for ``0.21,``.

    The number of a sample may stand as a remark, too; it has no decimals, and does not follow a whole number.
    """
    after_values = [column for column in table.remarks if column - 1 in table.measured]
    for row, (_, cells) in enumerate(table.rows if after_values else ()):
        for column in after_values:
            halves = WHOLE.fullmatch(cells[column - 1]) and DIGITS.fullmatch(cells[column])
            if halves or _DECIMAL.fullmatch(cells[column]):
                yield row, Refusal(MOVED, cells[column], table.titles[column])


def _undeclared(table: Table) -> Iterator[tuple[int, Refusal]]:
    """Rows of a long table with something in a column that nobody declared: it may say that the value is none."""
    for row, (_, cells) in enumerate(table.rows if table.unknown else ()):
        for column in table.unknown:
            if cells[column]:
                yield row, Refusal(UNKNOWN_COLUMN, cells[column], table.titles[column])


def _remarked(table: Table, without_meaning: Collection[int]) -> Iterator[tuple[int, Refusal]]:
    """Rows of a wide table with words in such a column: 空白样, 作废, another station. Numbers there say nothing."""
    for row, (_, cells) in enumerate(table.rows if without_meaning else ()):
        for column in without_meaning:
            if has_words(cells[column]):
                yield row, Refusal(UNKNOWN_COLUMN, cells[column], table.titles[column])


def has_words(cell: str) -> bool:
    """Whether a cell holds something other than a number (``<0.02`` and ND too) or a sign for no value."""
    return cell not in NO_VALUE and not is_number(cell) and not is_bound(cell)


def _of_descriptions(table: Table, take_hidden: bool) -> Iterator[tuple[int, Refusal]]:
    """Rows whose station, time or another description cannot be taken."""
    layout = table.layout
    unseen = [] if take_hidden else [column for column in table.read if column in layout.hidden_columns]
    uncomputed = _in_all_rows(layout.uncomputed, layout.merged)
    without_input = _in_all_rows(layout.without_input, layout.merged)
    struck = _in_all_rows(frozenset() if take_hidden else layout.struck | layout.struck_in_part, layout.merged)
    special = {place.row for place in uncomputed | without_input | struck}  # in most workbooks no row is
    for row, (number, cells) in enumerate(table.rows):
        for column in table.read if number in special else ():
            if Place(number, column) in uncomputed:
                yield row, Refusal(NOT_COMPUTED, cells[column], table.titles[column])
            elif Place(number, column) in without_input:
                yield row, Refusal(WITHOUT_INPUT, cells[column], table.titles[column])
            elif Place(number, column) in struck and cells[column]:
                yield row, Refusal(HIDDEN, cells[column], table.titles[column])
        for column in table.read:
            if cells[column] in ERRORS:
                yield row, Refusal(ERROR, cells[column], table.titles[column])
        for column in unseen:
            if cells[column]:
                yield row, Refusal(HIDDEN, cells[column], table.titles[column])


def _in_all_rows(places: frozenset[Place], merged: Sequence[Block]) -> frozenset[Place]:
    """The cells, and those that a merged block repeats one of them in."""
    below = {Place(row, block.first.column) for block in merged if block.first in places for row in block.rows()}
    return places | below


def _of_values(table: Table) -> Iterator[tuple[Place, Refusal]]:
    """Values that are errors, or formulas that were never computed or had nothing to be computed from."""
    layout = table.layout
    special = {place.row for place in layout.uncomputed | layout.without_input | layout.worded}
    for row, (number, cells) in enumerate(table.rows):
        for column in table.measured if number in special else ():
            if Place(number, column) in layout.uncomputed:
                yield Place(row, column), Refusal(NOT_COMPUTED, cells[column])
            elif cells[column] in ERRORS:  # also where the formula refers to blank cells: the error says more
                yield Place(row, column), Refusal(ERROR, cells[column])
            elif Place(number, column) in layout.without_input:
                yield Place(row, column), Refusal(WITHOUT_INPUT, cells[column])
            elif Place(number, column) in layout.worded and cells[column]:
                yield Place(row, column), Refusal(NO_NUMBER, cells[column])
        for column in table.measured:
            if cells[column] in ERRORS:
                yield Place(row, column), Refusal(ERROR, cells[column])


def _hidden(table: Table) -> Iterator[tuple[Place, Refusal]]:
    """Values that nobody sees: of a hidden worksheet, row or column. A blank one says something where it has a mark."""
    layout = table.layout
    for row, (number, cells) in enumerate(table.rows):
        unseen_row = layout.hidden or number in layout.hidden_rows
        marked = unseen_row and any(cells[column] for column in table.marks)
        for column in table.measured:
            unseen = unseen_row or column in layout.hidden_columns or Place(number, column) in layout.struck
            if unseen and (cells[column] or marked):
                yield Place(row, column), Refusal(HIDDEN, cells[column])


def _merged(table: Table, take_hidden: bool) -> Iterator[tuple[Place, Refusal]]:
    """Values in merged blocks: a text that stands for several values, and what stands unseen under a block."""
    position_of = {number: position for position, (number, _) in enumerate(table.rows)}
    measured = set(table.measured)
    for block in table.layout.merged:
        places = [
            Place(position_of[number], column)
            for number in block.rows()
            for column in block.columns()
            if number in position_of and column in measured
        ]
        yield from _of_block(table, block, places, take_hidden)


def _of_block(table: Table, block: Block, places: list[Place], take_hidden: bool) -> Iterator[tuple[Place, Refusal]]:
    """The faults of one block.

    Parameters
    ----------
    table : the table.
    block : the block, by the row numbers of the file.
    places : the values that the block covers.
    take_hidden : whether what is hidden counts like what is shown.
    """
    first = next((place for place in places if _is_first(table, block, place)), None)
    text = table.rows[first.row][1][first.column] if first else ""
    for place in places:
        cell = table.rows[place.row][1][place.column]
        if len(places) > 1 and text not in NO_VALUE:
            yield place, Refusal(MERGED, text)
        elif place != first and cell and not take_hidden:
            yield place, Refusal(HIDDEN, cell)


def _is_first(table: Table, block: Block, place: Place) -> bool:
    return Place(table.rows[place.row][0], place.column) == block.first
