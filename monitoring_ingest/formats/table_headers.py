"""Where a table begins: the sheets of a file and a declared source in; tables with their titles recognised, out.

The header is the first row (or, where cells are merged, the first pair of rows) that holds every declared column. A row
of units below it belongs to the header. Where the header comes again, another table begins. The text of a merged cell
stands in all its rows, unless it is a value (`table_cells` refuses one in several cells). What the columns mean is
decided in `declared_tables`.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from basin.sources import Source, title_and_unit
from basin.written.qualifiers import is_number, speaks_of_others
from basin.written.units import DIMENSIONLESS, factor, units_in
from monitoring_ingest.formats.file_text import UnreadableFile, longer_than_others
from monitoring_ingest.formats.sheet_layout import Block, Layout
from monitoring_ingest.formats.sheets import MOST_CSV_CELLS, Sheet, sheets
from monitoring_ingest.formats.station_files import OPTIONAL, REMARKS

HEADER_WITHIN = 30  # rows from the top in which the header is looked for
HEADER_ROWS = (1, 2)
CONTRADICTS = "≠"  # between two units that a column states
MOST_TABLES = 100  # of one sheet
UNIT_LABELS = frozenset({"单位", "计量单位", "unit", "units"})  # before a row of units
MARKS = ("mark", "status", "sample_type")
Cells = list[str]


class _Header(NamedTuple):
    """Where a header stands among the rows of a sheet, and how many rows it has."""

    position: int
    height: int


@dataclass(frozen=True)
class _Declared:
    """What makes rows a header.

    Attributes
    ----------
    columns : declared titles, all of which a header holds.
    indicators : titles of indicators, one of which a wide table holds; None where the table is long.
    """

    columns: frozenset[str]
    indicators: frozenset[str] | None

    def are_in(self, titles: Sequence[str]) -> bool:
        """Whether titles are those of a header."""
        if not self.columns <= set(map(folded, titles)):
            return False
        return self.indicators is None or not self.indicators.isdisjoint(_with_and_without_unit(titles))


class Table(NamedTuple):
    """A sheet with its header recognised: the titles, and the rows below the header with their numbers in the file.

    `read` are the positions of the columns that say what a row is about, `marks` those among them with remarks on its
    values, `measured` those with values, `unknown` those of a long table that the source says nothing about, and
    `remarks` those with words of any kind, also where they are ignored. `longer` are the positions of rows whose cells
    may have moved (`longer_than_others`). `notes` are the texts of the sheet, outside the header, that state a unit,
    `above` those above its titles.
    """

    name: str
    titles: list[str]
    rows: list[tuple[int, Cells]]
    layout: Layout
    read: list[int]
    marks: list[int]
    measured: list[int]
    unknown: list[int]
    remarks: list[int]
    longer: frozenset[int]
    notes: tuple[str, ...] = ()
    above: tuple[str, ...] = ()

    def column(self, title: str) -> Cells:
        """The cells below a title; width and blanks in the title are ignored. Blank cells where no column has it."""
        titles = list(map(folded, self.titles))
        if folded(title) not in titles:
            return [""] * len(self.rows)
        position = titles.index(folded(title))
        return [cells[position] for _, cells in self.rows]

    @property
    def width(self) -> int:
        """The number of columns up to the last that has a title."""
        return _width(self.titles)


def tables(raw: bytes, source: Source, further: Sequence[str] = ()) -> list[Table]:
    """The sheets of a file that have the columns declared by the source.

    Parameters
    ----------
    raw : bytes of a CSV or XLSX file.
    source : declares the titles of columns.
    further : titles of columns that the caller reads besides.

    Raises
    ------
    UnreadableFile : no sheet holds the declared columns, one has too many cells or tables, or a declared title stands
        twice; and as `sheets`.
    """
    may_lack = OPTIONAL if source.format == "readings" else ()
    wanted = [title for column, title in source.columns.items() if column not in may_lack]
    indicators = frozenset(_with_and_without_unit(source.indicators)) if source.is_wide else None
    declared = _Declared(frozenset(map(folded, wanted)), indicators)
    fitting = [table for sheet in sheets(raw) for table in _tables_of(sheet, declared, source, further)]
    if not fitting:
        raise UnreadableFile("missing_column", " ".join([*wanted, *source.indicators][:HEADER_WITHIN]))
    for table in fitting:
        _refuse_double(table, [*source.columns.values(), *source.indicators, *further])
    return fitting


def _tables_of(sheet: Sheet, declared: _Declared, source: Source, further: Sequence[str]) -> Iterator[Table]:
    """The tables of a sheet, one below the other: where the header comes again, it may state other units.

    Parameters
    ----------
    sheet : the sheet.
    declared : what makes rows a header.
    source : declares the titles of columns.
    further : titles of columns that the caller reads besides.
    """
    headers = _headers(sheet.rows, declared)
    if not headers:
        _refuse_too_large(sheet)  # the size is the reason that helps, not the columns it lacks
    if len(headers) > MOST_TABLES:
        raise UnreadableFile("file_too_large", f"{sheet.name} {len(headers)}".strip())
    texts = dict.fromkeys(chain.from_iterable(cells for _, cells in sheet.rows))  # each once, in order
    notes = [text for text in texts if units_in(text)]
    ends = [*(header.position for header in headers[1:]), len(sheet.rows)]
    for header, end in zip(headers, ends, strict=False):  # no header, no table
        over = header.position + header.height - 2
        words = sheet.rows[over][1] if over >= 0 else []
        rows = sheet.rows[header.position : end]
        table = _table(sheet._replace(rows=rows), header.height, source, further, words)
        in_titles = " ".join(table.titles)
        upper = sheet.rows[: header.position + header.height - 1] if header is headers[0] else []
        above = tuple(dict.fromkeys(filter(None, chain.from_iterable(cells for _, cells in upper))))
        yield table._replace(notes=tuple(note for note in notes if note not in in_titles), above=above)


def _headers(rows: Sequence[tuple[int, Cells]], declared: _Declared) -> list[_Header]:
    """The headers of a sheet: one near its top, and each row below that holds what is declared again."""
    first = _first_header(rows, declared)
    if first is None:
        return []
    below = first.position + first.height
    written = set(chain.from_iterable(cells for _, cells in rows[first.position : below])) - {""}
    # most rows hold no title at all: they are passed over before anything is compared
    with_titles = [position for position in range(below, len(rows)) if not written.isdisjoint(rows[position][1])]
    return [first, *(_Header(position, 1) for position in with_titles if declared.are_in(rows[position][1]))]


def _first_header(rows: Sequence[tuple[int, Cells]], declared: _Declared) -> _Header | None:
    """The first row, or pair of rows, near the top that holds what is declared."""
    for position in range(min(len(rows), HEADER_WITHIN)):
        for height in HEADER_ROWS:
            cells = [cells for _, cells in rows[position : position + height]]
            if declared.are_in(_titles(_of_one_width(cells))):
                return _Header(position, height)
    return None


def _table(sheet: Sheet, height: int, source: Source, further: Sequence[str], words: Cells) -> Table:
    """The table that a sheet begins with.

    Parameters
    ----------
    sheet : its rows begin with the header and may be of any width.
    height : of the header [rows], without units below it.
    source : declares the titles of columns.
    further : titles of columns that the caller reads besides.
    words : the row directly above the titles.
    """
    _refuse_too_large(sheet)
    padded = _of_one_width([cells for _, cells in sheet.rows])
    rows = [(number, cells) for (number, _), cells in zip(sheet.rows, padded, strict=True)]
    titles = _with_words_above(_titles(padded[:height]), words, source)
    below = rows[height:]
    if in_units := _with_units_below(titles, below, source):
        titles = in_units
        below = below[1:]
    return _recognised(sheet, _none_blank(titles, below), below, source, further)


def _refuse_too_large(sheet: Sheet) -> None:
    """Refuse rows that would be too many cells once the short ones are padded."""
    width = max((len(cells) for _, cells in sheet.rows), default=0)
    if width * len(sheet.rows) > MOST_CSV_CELLS:
        raise UnreadableFile("file_too_large", f"{sheet.name} {len(sheet.rows)} × {width}".strip())


def _of_one_width(rows: Sequence[Cells]) -> list[Cells]:
    """The rows, the shorter ones with blank cells at their end."""
    width = max(map(len, rows), default=0)
    return [[*cells, *[""] * (width - len(cells))] for cells in rows]


def _with_and_without_unit(titles: Iterable[str]) -> set[str]:
    """Titles as they are, and without the unit in brackets: a file may state another unit than the declared title."""
    plain = [title_and_unit(title)[0] for title in titles]
    return {folded(title) for title in (*titles, *plain) if title}


def _with_units_below(titles: list[str], rows: Sequence[tuple[int, Cells]], source: Source) -> list[str] | None:
    """The titles of a wide table with the units of the row below the header; None where that row holds no units.

    Parameters
    ----------
    titles : of the columns.
    rows : below the header.
    source : declares the titles of columns that are no indicators.
    """
    others = {folded(title) for title in (*source.columns.values(), *source.ignored)}
    cells = rows[0][1] if rows else []
    units = {column: cell.strip("()（）") for column, cell in enumerate(cells) if cell and not is_unit_label(cell)}
    of_values = source.is_wide and all(titles[column] and folded(titles[column]) not in others for column in units)
    if not of_values or not any(units.values()) or any(factor(unit, unit) is None for unit in units.values()):
        return None
    return [_with_unit(title, units.get(column, "")) for column, title in enumerate(titles)]


def _with_words_above(titles: list[str], words: Cells, source: Source) -> list[str]:
    """The titles of a wide table; those below 标准限值 or 上年同期 get these words in brackets: nobody knows them.

    Parameters
    ----------
    titles : of the columns.
    words : the row directly above. Its texts hold for the columns to their right, too: they may have been merged.
    source : declares the titles of columns that are no indicators.
    """
    if not source.is_wide or any(map(is_number, words)):  # a reading of the table above
        return titles
    others = {folded(title) for title in (*source.columns.values(), *source.ignored)}
    of_values = [column for column, title in enumerate(titles) if title and folded(title) not in others]
    above = _rightwards([words[column] if column < len(words) else "" for column in of_values])
    doubtful = {
        column: text
        for column, text in zip(of_values, above, strict=True)
        if speaks_of_others(text) and folded(text) not in folded(titles[column])
    }
    return [f"{title}({doubtful[column]})" if column in doubtful else title for column, title in enumerate(titles)]


def is_unit_label(cell: str) -> bool:
    """Whether a cell says that units stand in its row."""
    return folded(cell).rstrip(":").casefold() in UNIT_LABELS


def _with_unit(title: str, unit: str) -> str:
    """``总磷`` in ``mg/L`` is ``总磷(mg/L)``. A title that states another unit gets both, which together are none."""
    plain, stated = title_and_unit(title)
    if not unit or unit == DIMENSIONLESS or (stated and factor(unit, stated) == 1):
        return title
    return f"{plain}({stated}{CONTRADICTS}{unit})" if stated else f"{title}({unit})"


def _recognised(
    sheet: Sheet, titles: list[str], rows: list[tuple[int, Cells]], source: Source, further: Sequence[str]
) -> Table:
    """The table with the meaning of its columns, and merged texts in all their rows.

    Parameters
    ----------
    sheet : its rows are those of the table, the header among them, each as long as in the file.
    titles, rows : of the table, without the header, all of one width.
    source : declares which columns describe a row.
    further : titles of columns that the caller reads besides.
    """
    value = folded(source.columns.get("value", ""))
    read = {folded(title) for title in (*source.columns.values(), *further)} - {value}
    marks = {folded(source.columns[name]) for name in MARKS if name in source.columns}
    passed_over = set(map(folded, source.ignored))
    titled = [(position, folded(title)) for position, title in enumerate(titles) if title]
    others = [position for position, title in titled if title not in read | passed_over]
    measured = others if source.is_wide else [position for position, title in titled if title == value]
    described = [position for position, _ in titled if position not in measured]
    is_csv = not sheet.name
    return Table(
        name=sheet.name,
        titles=titles,
        rows=_filled(rows, sheet.layout.merged, described),
        layout=sheet.layout,
        read=[position for position, title in titled if title in read],
        marks=[position for position, title in titled if title in marks],
        measured=measured,
        unknown=[] if source.is_wide else [position for position in others if position not in measured],
        remarks=[position for position, title in titled if title in marks.union(REMARKS)],
        longer=_longer(sheet.rows, len(sheet.rows) - len(rows)) if is_csv else frozenset(),
    )


def _longer(rows: Sequence[tuple[int, Cells]], height: int) -> frozenset[int]:
    """The positions of rows below the header of a CSV whose cells may have moved.

    Parameters
    ----------
    rows : from the header on, each as long as in the file.
    height : of the header.
    """
    width = max(len(cells) for _, cells in rows[:height])
    return frozenset(longer_than_others([cells for _, cells in rows[height:]], width))


def _filled(
    rows: list[tuple[int, Cells]], merged: Iterable[Block], columns: Collection[int]
) -> list[tuple[int, Cells]]:  # fmt: skip
    """The rows, with the text of a merged cell in all its rows; to its right the cell stays blank.

    Parameters
    ----------
    rows : cells with their row numbers.
    merged : blocks of merged cells.
    columns : the columns whose texts are repeated: those of no values.
    """
    by_number = dict(rows)
    for block in merged:
        position = block.first.column
        text = by_number.get(block.first.row)
        if text is None or position not in columns:
            continue
        for number in block.rows():
            if number in by_number:
                by_number[number][position] = text[position]
    return rows


def _width(titles: Sequence[str]) -> int:
    """The number of columns up to the last that has a title."""
    return max(column for column, title in enumerate(titles) if title) + 1


def _none_blank(titles: Sequence[str], rows: Sequence[tuple[int, Cells]]) -> list[str]:
    """The titles. A column with content between them is named by its number, so that the receipt can report it."""
    used = {column for _, cells in rows for column, cell in enumerate(cells[: _width(titles)]) if cell}
    return [title or (f"第{column + 1}列" if column in used else "") for column, title in enumerate(titles)]


def _titles(rows: Sequence[Cells]) -> list[str]:
    """The title of each column: its lowest cell that is not blank, with the cells above where it is ambiguous."""
    above = [_rightwards(cells) for cells in rows[:-1]]
    lowest = [_lowest(column) for column in zip(*rows, strict=True)]
    often = Counter(lowest)
    return [
        _with_cells_above(above, column, title) if often[title] > 1 else title for column, title in enumerate(lowest)
    ]


def _lowest(cells: Sequence[str]) -> str:
    """The lowest cell that is not blank."""
    return next((cell for cell in reversed(cells) if cell), "")


def _with_cells_above(above: Sequence[Cells], column: int, title: str) -> str:
    """A title and what stands above it, each text once."""
    return " ".join(dict.fromkeys([*(cells[column] for cells in above if cells[column]), title]))


def _rightwards(cells: Cells) -> Cells:
    """A row of merged cells, with each text repeated in all the columns it spans."""
    last = ""
    spread = []
    for cell in cells:
        last = cell or last
        spread.append(last)
    return spread


def folded(title: str) -> str:
    """A title regardless of character width and blanks: ``氨氮（mg／L）`` is ``氨氮(mg/L)``."""
    return "".join(unicodedata.normalize("NFKC", title).split())


def _refuse_double(table: Table, declared: Sequence[str]) -> None:
    often = Counter(map(folded, table.titles))
    double = [title for title in declared if often[folded(title)] > 1]
    if double:
        raise UnreadableFile("double_column", " ".join(double))
