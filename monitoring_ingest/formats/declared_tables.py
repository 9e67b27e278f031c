"""Tables read as their source declares them (`basin.sources`): a CSV or XLSX file in, a readings frame out.

A long table has a row per reading, a wide one a column per indicator. The header is the first row, or pair of rows
where cells are merged, in which every declared column stands. A column nobody declared is read as an indicator of its
own title and judged as such, unless the source says that it is ignored; so every cell gets a fate. Nothing is judged
here.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from basin.names import folded_name
from basin.sources import Source, title_and_unit
from monitoring_ingest.formats.file_text import UnreadableFile
from monitoring_ingest.formats.sheets import Sheet, sheets
from monitoring_ingest.formats.station_files import OPTIONAL
from monitoring_ingest.formats.written_times import joined_times, written_instants
from monitoring_ingest.readings.frames import NOT_EQUIPPED, NOT_MEASURED, readings_frame
from monitoring_ingest.readings.station_statuses import marks_and_status

HEADER_WITHIN = 30  # rows from the top
HEADER_ROWS = (1, 2)
NO_VALUE = frozenset({"", NOT_MEASURED, NOT_EQUIPPED, "-", "—", "——", "/", "\\"})
STORAGE = re.compile(r"\(?[\d.]+\)?亿")  # a bulletin prints a reservoir's storage [10⁸ m³] in the column of flows
Cells = list[str]


class Table(NamedTuple):
    """A sheet whose header was found: its titles, and the rows below with their numbers."""

    name: str
    titles: list[str]
    rows: list[tuple[int, Cells]]

    def column(self, title: str) -> Cells:
        """The cells below a title, whatever its width and blanks; blank ones where no column has it."""
        titles = list(map(_folded, self.titles))
        at = titles.index(_folded(title)) if _folded(title) in titles else None
        return ["" if at is None else cells[at] for _, cells in self.rows]


def read_table(raw: bytes, *, name: str, source: Source) -> pd.DataFrame:
    """The readings of one table.

    Raises
    ------
    UnreadableFile : no table, no header with the declared columns, or a declared column that stands twice.
    """
    frames = [
        readings_of(table, source, f"{table.name}!" if at else "") for at, table in enumerate(tables(raw, source))
    ]
    return pd.concat(frames, ignore_index=True)


def tables(raw: bytes, source: Source) -> list[Table]:
    """The sheets of a file that have the columns a source declares.

    Raises
    ------
    UnreadableFile : as `read_table`.
    """
    may_lack = OPTIONAL if source.format == "readings" else ()
    wanted = [title for column, title in source.columns.items() if column not in may_lack]
    found = [table for sheet in sheets(raw) if (table := _table(sheet, wanted, source)) is not None]
    if not found:
        raise UnreadableFile("missing_column", " ".join([*wanted, *source.indicators][:HEADER_WITHIN]))
    for table in found:
        _refuse_double(table, [*wanted, *source.indicators])
    return found


def _table(sheet: Sheet, wanted: Sequence[str], source: Source) -> Table | None:
    """The sheet with its header, None where it has none with the declared columns and, if wide, an indicator."""
    columns = {_folded(title) for title in wanted}
    measured = {_folded(title) for title in source.indicators}
    width = max((len(cells) for _, cells in sheet.rows), default=0)
    rows = [(number, [*cells, *[""] * (width - len(cells))]) for number, cells in sheet.rows]
    for at in range(min(len(rows), HEADER_WITHIN)):
        for height in HEADER_ROWS:
            titles = _titles([cells for _, cells in rows[at : at + height]])
            there = {_folded(title) for title in titles}
            if columns <= there and (not source.is_wide or measured & there):
                below = rows[at + height :]
                return Table(sheet.name, _none_blank(titles, below), below)
    return None


def _none_blank(titles: Sequence[str], rows: Sequence[tuple[int, Cells]]) -> list[str]:
    """The titles; a column without one in which something stands is called by its number, so that it is told of."""
    used = {at for _, cells in rows for at, cell in enumerate(cells) if cell}
    return [title or (f"第{at + 1}列" if at in used else "") for at, title in enumerate(titles)]


def _titles(rows: Sequence[Cells]) -> list[str]:
    """One title per column: the lowest cell that is not blank; what stands above it as well where that is ambiguous."""
    above = [_rightwards(cells) for cells in rows[:-1]]
    lowest = [next((cell for cell in reversed(column) if cell), "") for column in zip(*rows, strict=True)]
    often = Counter(lowest)
    return [
        " ".join(dict.fromkeys([*filter(None, (cells[at] for cells in above)), title])) if often[title] > 1 else title
        for at, title in enumerate(lowest)
    ]


def _rightwards(cells: Cells) -> Cells:
    """A row of merged cells, each text standing in all the columns it spans."""
    last = ""
    spread = []
    for cell in cells:
        last = cell or last
        spread.append(last)
    return spread


def _folded(title: str) -> str:
    """A title without width and blanks: ``氨氮（mg／L）`` is ``氨氮(mg/L)``."""
    return "".join(unicodedata.normalize("NFKC", title).split())


def _refuse_double(table: Table, declared: Sequence[str]) -> None:
    often = Counter(map(_folded, table.titles))
    double = [title for title in declared if often[_folded(title)] > 1]
    if double:
        raise UnreadableFile("double_column", " ".join(double))


def readings_of(table: Table, source: Source, prefix: str = "") -> pd.DataFrame:
    """The readings frame of one sheet; `prefix` stands before its titles where a receipt names them."""
    described = _described(table, source)
    rows = table.rows
    if not source.is_wide:
        return readings_frame(described | _value_cells(table.column(source.columns["value"]), source))
    measured = _measured_columns(table.titles, source)
    repeated = {name: [each for each in given for _ in measured] for name, given in described.items()}
    cells = _value_cells([cells[at] for _, cells in rows for at, *_ in measured], source)
    repeated |= {"indicator_text": [indicator for _, _, indicator, _ in measured] * len(rows)}
    repeated |= {"unit": [unit for *_, unit in measured] * len(rows)}
    return readings_frame(repeated | cells | {"field": [f"{prefix}{title}" for _, title, _, _ in measured] * len(rows)})


Measured = tuple[int, str, str, str]  # position, title, indicator, unit


def _measured_columns(titles: Sequence[str], source: Source) -> list[Measured]:
    """The columns with a value per row: those declared as indicators, and those nobody said anything of."""
    spoken_of = {_folded(title) for title in (*source.columns.values(), *source.ignored)}
    there = [(at, title) for at, title in enumerate(titles) if title and _folded(title) not in spoken_of]
    return [(at, title, *_indicator_and_unit(title, source)) for at, title in there]


def _indicator_and_unit(written: str, source: Source) -> tuple[str, str]:
    """What a title or code in the source means, as the source declares or else as it is written."""
    plain, stated = title_and_unit(written)
    indicators = _by_title(source.indicators)
    units = _by_title(source.units)
    folded = _folded(written)
    short = _folded(plain)
    return indicators.get(folded, indicators.get(short, plain)), units.get(folded, units.get(short, stated))


def _by_title(declared: Mapping[str, str]) -> dict[str, str]:
    return {_folded(title): meaning for title, meaning in declared.items()}


def _described(table: Table, source: Source) -> dict[str, Sequence[Any]]:
    """What the columns that are no values say of each row, as columns of a readings frame."""

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
        **_marks(column("mark"), column("status")),
    }
    if not source.is_wide:
        described |= _long(column("indicator"), column("unit"), source)
    return described


def _stations(provinces: list[str], names: list[str], source: Source) -> dict[str, list[str]]:
    """Stations by the code the source declares for a name; other names, with their province, as they are written."""
    codes = {folded_name(name): code for name, code in source.stations.items()}
    found = [source.station or codes.get(folded_name(name), "") for name in names]
    return {
        "province": ["" if code else province for code, province in zip(found, provinces, strict=True)],
        "station_text": [code or name for code, name in zip(found, names, strict=True)],
    }


def _marks(marks: list[str], statuses: list[str]) -> dict[str, list[str]]:
    said = list(zip(marks, statuses, strict=True))
    known = {pair: marks_and_status(*pair) for pair in set(said)}
    return {"mark": [known[pair][0] for pair in said], "status": [known[pair][1] for pair in said]}


def _long(indicators: list[str], units: list[str], source: Source) -> dict[str, list[str]]:
    """Indicator and unit of each row of a long table; a unit written in the row goes before the declared one."""
    known = {text: _indicator_and_unit(text, source) for text in dict.fromkeys(indicators)}
    pairs = [known[text] for text in indicators]
    return {
        "indicator_text": [indicator for indicator, _ in pairs],
        "unit": [unit or declared for unit, (_, declared) in zip(units, pairs, strict=True)],
    }


def _value_cells(texts: list[str], source: Source) -> dict[str, list[str]]:
    """The cells with values; blank ones and, in a bulletin, storages are no value, and shown as they are printed."""
    without: Callable[[str], Any] = STORAGE.fullmatch if source.format == "bulletin" else lambda _: False
    values = {text: "" if text in NO_VALUE or without(text) else text for text in dict.fromkeys(texts)}
    return {"value_text": [values[text] for text in texts], "printed": texts}
