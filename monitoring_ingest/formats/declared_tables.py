"""Tables read as their source declares them (`basin.sources`): a CSV or XLSX file in, a readings frame out.

A long table has a row per reading, a wide table a column per indicator. The header is the first row (or, where cells
are merged, the first pair of rows) that holds every declared column. A column that is not declared is read as an
indicator called like its title, unless the source lists the column as ignored: so every cell gets a fate. This module
judges no reading.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from basin.names import folded_name
from basin.qualifiers import NO_NUMBER, OF_SEVERAL, is_bound, is_no_value
from basin.sources import Source, title_and_unit
from monitoring_ingest.formats.file_text import UnreadableFile
from monitoring_ingest.formats.sheets import MOST_CSV_CELLS, Sheet, sheets
from monitoring_ingest.formats.station_files import OPTIONAL
from monitoring_ingest.formats.written_times import joined_times, written_instants
from monitoring_ingest.readings.cells import BEYOND_THE_HEADER
from monitoring_ingest.readings.frames import NOT_EQUIPPED, NOT_MEASURED, readings_frame, repeated
from monitoring_ingest.readings.station_statuses import SEPARATOR, marks_and_status

HEADER_WITHIN = 30  # rows from the top in which the header is looked for
HEADER_ROWS = (1, 2)
NO_VALUE = frozenset({"", NOT_MEASURED, NOT_EQUIPPED, "-", "—", "——", "/", "\\"})
STORAGE = re.compile(r"\(?[\d.]+\)?亿")  # a bulletin prints a reservoir's storage [10⁸ m³] in the column of flows
Cells = list[str]


class Table(NamedTuple):
    """A sheet with its header recognised: the titles, and the rows below the header with their numbers in the file."""

    name: str
    titles: list[str]
    rows: list[tuple[int, Cells]]
    beyond: dict[int, str]  # by position of a row longer than the header, its first cell without a title

    def column(self, title: str) -> Cells:
        """The cells below a title; width and blanks in the title are ignored. Blank cells where no column has it."""
        titles = list(map(_folded, self.titles))
        if _folded(title) not in titles:
            return [""] * len(self.rows)
        position = titles.index(_folded(title))
        return [cells[position] for _, cells in self.rows]


class _Meaning(NamedTuple):
    """What a title or code in a source stands for."""

    indicator: str
    unit: str


class _MeasuredColumn(NamedTuple):
    """A column of a wide table that holds values."""

    position: int
    title: str
    indicator: str
    unit: str


def read_table(raw: bytes, *, name: str, source: Source) -> pd.DataFrame:
    """The readings of all sheets of one file. The titles of every sheet but the first are prefixed by its name.

    Parameters
    ----------
    raw : bytes of a CSV or XLSX file.
    name : name of the file; not used, every reader of a format takes it.
    source : the declaration by which the columns are read.

    Raises
    ------
    UnreadableFile : the file is no table, no header has the declared columns, or a declared column stands twice.
    """
    frames = [
        readings_of(table, source, f"{table.name}!" if number else "")
        for number, table in enumerate(tables(raw, source))
    ]
    return pd.concat(frames, ignore_index=True)


def tables(raw: bytes, source: Source) -> list[Table]:
    """The sheets of a file that have the columns declared by the source.

    Raises
    ------
    UnreadableFile : as `read_table`.
    """
    may_lack = OPTIONAL if source.format == "readings" else ()
    wanted = [title for column, title in source.columns.items() if column not in may_lack]
    fitting = [table for sheet in sheets(raw) if (table := _table(sheet, wanted, source)) is not None]
    if not fitting:
        raise UnreadableFile("missing_column", " ".join([*wanted, *source.indicators][:HEADER_WITHIN]))
    for table in fitting:
        _refuse_double(table, [*wanted, *source.indicators])
    return fitting


def _table(sheet: Sheet, wanted: Sequence[str], source: Source) -> Table | None:
    """The sheet with its header recognised; None where no row holds the declared columns (and, if wide, an indicator).

    Parameters
    ----------
    sheet : rows of any width; shorter rows are padded with blank cells.
    wanted : titles that the header must hold.
    source : declares the titles of indicators; a wide table needs at least one of them.
    """
    columns = {_folded(title) for title in wanted}
    measured = {_folded(title) for title in source.indicators}
    width = max((len(cells) for _, cells in sheet.rows), default=0)
    if width * len(sheet.rows) > MOST_CSV_CELLS:
        raise UnreadableFile("file_too_large", f"{sheet.name} {len(sheet.rows)} × {width}".strip())
    rows = [(number, [*cells, *[""] * (width - len(cells))]) for number, cells in sheet.rows]
    for first in range(min(len(rows), HEADER_WITHIN)):
        for height in HEADER_ROWS:
            titles = _titles([cells for _, cells in rows[first : first + height]])
            present = {_folded(title) for title in titles}
            if columns <= present and (not source.is_wide or measured & present):
                below = rows[first + height :]
                return Table(sheet.name, _none_blank(titles, below), below, _beyond_the_last(titles, below))
    return None


def _beyond_the_last(titles: Sequence[str], rows: Sequence[tuple[int, Cells]]) -> dict[int, str]:
    """By position of a row, its first cell that is not blank to the right of the last title."""
    width = _width(titles)
    right = {position: cells[width:] for position, (_, cells) in enumerate(rows)}
    return {position: next(filter(None, cells)) for position, cells in right.items() if any(cells)}


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


def _folded(title: str) -> str:
    """A title regardless of character width and blanks: ``氨氮（mg／L）`` is ``氨氮(mg/L)``."""
    return "".join(unicodedata.normalize("NFKC", title).split())


def _refuse_double(table: Table, declared: Sequence[str]) -> None:
    often = Counter(map(_folded, table.titles))
    double = [title for title in declared if often[_folded(title)] > 1]
    if double:
        raise UnreadableFile("double_column", " ".join(double))


def readings_of(table: Table, source: Source, prefix: str = "") -> pd.DataFrame:
    """The readings frame of one sheet: a row per reading of a long table, a row per measured cell of a wide one.

    Parameters
    ----------
    table : the sheet with its header recognised.
    source : declares columns, indicators and units.
    prefix : stands before the titles where a receipt names them.
    """
    described = _described(table, source)
    described["problem"] = [BEYOND_THE_HEADER if row in table.beyond else "" for row in range(len(table.rows))]
    rows = table.rows
    if not source.is_wide:
        cells = table.column(source.columns["value"])
        columns = described | _value_cells(cells, source)
        columns["value_text"] = _beyond_first(table, 1, columns["value_text"])
        return readings_frame(_without_codes(columns, source))
    measured = _measured_columns(table.titles, source)
    if len(measured) > 1:
        described["qualifier"] = [OF_SEVERAL if is_bound(text) else text for text in described["qualifier"]]
    positions = [column.position for column in measured]
    columns = {name: repeated(texts, len(measured)) for name, texts in described.items()}
    columns |= _value_cells([cells[position] for _, cells in rows for position in positions], source)
    columns["value_text"] = _beyond_first(table, len(measured), columns["value_text"])
    columns["field"] = [f"{prefix}{column.title}" for column in measured] * len(rows)
    columns["indicator_text"] = [column.indicator for column in measured] * len(rows)
    columns["unit"] = [column.unit for column in measured] * len(rows)
    return readings_frame(_without_codes(columns, source))


def _beyond_first(table: Table, measured: int, values: Sequence[str]) -> list[str]:
    """The value cells, each row's `measured` of them; of a refused row the cell that is one too many, to be quoted."""
    beyond = repeated([table.beyond.get(row, "") for row in range(len(table.rows))], measured)
    return [cell or value for cell, value in zip(beyond, values, strict=True)]


def _without_codes(columns: Mapping[str, Sequence[Any]], source: Source) -> Mapping[str, Sequence[Any]]:
    """The columns, with a qualifier beside every value that the source declares as a code of no value."""
    if not source.no_value:
        return columns
    codes = {text for text in set(columns["value_text"]) if is_no_value(text, source.no_value)}
    pairs = zip(columns["value_text"], columns["qualifier"], strict=True)
    return {**columns, "qualifier": [NO_NUMBER if text in codes else qualifier for text, qualifier in pairs]}


def _measured_columns(titles: Sequence[str], source: Source) -> list[_MeasuredColumn]:
    """The columns with a value per row: those declared as indicators, and those the source says nothing about."""
    described = {_folded(title) for title in (*source.columns.values(), *source.ignored)}
    return [
        _MeasuredColumn(position, title, *_meaning(title, source))
        for position, title in enumerate(titles)
        if title and _folded(title) not in described
    ]


def _meaning(written: str, source: Source) -> _Meaning:
    """What a title or code of the source means: as the source declares, otherwise as it is written."""
    plain, stated = title_and_unit(written)
    indicators = _by_title(source.indicators)
    units = _by_title(source.units)
    folded = _folded(written)
    short = _folded(plain)
    return _Meaning(indicators.get(folded, indicators.get(short, plain)), units.get(folded, units.get(short, stated)))


def _by_title(declared: Mapping[str, str]) -> dict[str, str]:
    return {_folded(title): meaning for title, meaning in declared.items()}


def _described(table: Table, source: Source) -> dict[str, Sequence[Any]]:
    """Time, station, marks and (of a long table) indicator of each row, as columns of a readings frame."""

    def column(name: str) -> list[str]:
        return table.column(source.columns[name]) if name in source.columns else [""] * len(table.rows)

    times = column("time")
    if "date" in source.columns:
        times = joined_times(column("date"), times, source.at)
    described: dict[str, Sequence[Any]] = {
        "row": [number for number, _ in table.rows],
        "time_text": times,
        "time": written_instants(times, source.zone),
        **_stations(column("province"), column("station"), source),
        **_marks(column("sample_type"), column("mark"), column("status")),
        "limit": column("limit"),
    }
    if not source.is_wide:
        described |= _long(column("indicator"), column("unit"), source)
    return described


def _stations(provinces: list[str], names: list[str], source: Source) -> dict[str, list[str]]:
    """The station of each row: the code that the source declares for a name, otherwise province and name as written.

    Parameters
    ----------
    provinces, names : as written, of equal length, one per row.
    source : declares one station for all rows, or a code per name.
    """
    declared = {folded_name(name): code for name, code in source.stations.items()}
    codes = [source.station or declared.get(folded_name(name), "") for name in names]
    return {
        "province": ["" if code else province for code, province in zip(codes, provinces, strict=True)],
        "station_text": [code or name for code, name in zip(codes, names, strict=True)],
    }


def _marks(types: list[str], marks: list[str], statuses: list[str]) -> dict[str, list[str]]:
    """Marks, status and qualifiers of each row; the type of the sample is the first mark.

    Parameters
    ----------
    types, marks, statuses : as written, of equal length, one per row.
    """
    marked = [SEPARATOR.join(filter(None, pair)) for pair in zip(types, marks, strict=True)]
    pairs = list(zip(marked, statuses, strict=True))
    meanings = {pair: marks_and_status(*pair) for pair in set(pairs)}
    return {
        "mark": [meanings[pair].marks for pair in pairs],
        "status": [meanings[pair].status for pair in pairs],
        "qualifier": [meanings[pair].qualifier for pair in pairs],
    }


def _long(indicators: list[str], units: list[str], source: Source) -> dict[str, list[str]]:
    """Indicator and unit of each row of a long table; a unit written in the row overrides the declared one.

    Parameters
    ----------
    indicators, units : as written, of equal length, one per row.
    source : declares what indicators and units mean.
    """
    meanings = {text: _meaning(text, source) for text in dict.fromkeys(indicators)}
    return {
        "indicator_text": [meanings[text].indicator for text in indicators],
        "unit": [unit or meanings[text].unit for unit, text in zip(units, indicators, strict=True)],
    }


def _value_cells(texts: list[str], source: Source) -> dict[str, list[str]]:
    """The cells with values. A blank cell and, in a bulletin, a reservoir's storage give no value; both are printed."""
    without: Callable[[str], Any] = STORAGE.fullmatch if source.format == "bulletin" else lambda _: False
    values = {text: "" if text in NO_VALUE or without(text) else text for text in dict.fromkeys(texts)}
    return {"value_text": [values[text] for text in texts], "printed": texts}
