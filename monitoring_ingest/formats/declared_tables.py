"""Tables read as their source declares them (`basin.sources`): a CSV or XLSX file in, a readings frame out.

A long table has a row per reading, a wide table a column per indicator. A column of a wide table that is not declared
is read as an indicator called like its title, unless the source lists the column as ignored; a row of a long table with
something in such a column is refused: so every cell gets a fate. This module judges no reading.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from basin.indicators import find_indicator
from basin.network import Network
from basin.sources import Source, title_and_unit
from basin.written.names import folded_name
from basin.written.qualifiers import DOUBTED, NO_NUMBER, OF_SEVERAL, is_bound, is_known_type, is_no_value
from basin.written.units import factor
from monitoring_ingest.formats.station_files import REMARKS, with_remarks
from monitoring_ingest.formats.table_cells import NO_VALUE, faults
from monitoring_ingest.formats.table_headers import CONTRADICTS, Table, folded, tables
from monitoring_ingest.formats.words_of_tables import refusal_of_table
from monitoring_ingest.formats.written_times import joined_times, written_instants
from monitoring_ingest.readings.cells import Refusal
from monitoring_ingest.readings.frames import readings_frame, repeated
from monitoring_ingest.readings.station_statuses import SEPARATOR, marks_and_status

STORAGE = re.compile(r"\(?[\d.]+\)?亿")  # a bulletin prints a reservoir's storage [10⁸ m³] in the column of flows


class _Meaning(NamedTuple):
    """What a title or code in a source stands for."""

    indicator: str
    unit: str


class _MeasuredColumn(NamedTuple):
    """A column of a wide table that holds values."""

    position: int
    indicator: str
    unit: str


def read_table(raw: bytes, *, name: str, source: Source, network: Network | None = None) -> pd.DataFrame:
    """The readings of all sheets of one file. The titles of every sheet but the first are prefixed by its name.

    Parameters
    ----------
    raw : bytes of a CSV or XLSX file.
    name : name of the file; not used, every reader of a format takes it.
    source : the declaration by which the columns are read.
    network : the register of stations, by which a title names another station; None where it is not known.

    Raises
    ------
    UnreadableFile : the file is no table, no header has the declared columns, or a declared column stands twice.
    """
    frames = [
        readings_of(table, source, f"{table.name}!" if number else "", network)
        for number, table in enumerate(tables(raw, source, _remarks_read(source)))
    ]
    return pd.concat(frames, ignore_index=True)


def _remarks_read(source: Source) -> Sequence[str]:
    """The columns of remarks that are marks though the source declares none: the long table has titles of its own."""
    return REMARKS if source.format == "readings" else ()


def readings_of(table: Table, source: Source, prefix: str = "", network: Network | None = None) -> pd.DataFrame:
    """The readings frame of one sheet: a row per reading of a long table, a row per measured cell of a wide one.

    Parameters
    ----------
    table : the sheet with its header recognised.
    source : declares columns, indicators and units.
    prefix : stands before the titles where a receipt names them.
    network : the register of stations; None where it is not known.
    """
    described = _described(table, source)
    if not source.is_wide:
        columns = described | _value_cells(table.column(source.columns["value"]), source)
        columns |= _refused(table, columns, source, prefix, network)
        return readings_frame(_without_codes(columns, source))
    measured = [_MeasuredColumn(column, *_meaning(table.titles[column], source)) for column in table.measured]
    if len(measured) > 1:
        described["qualifier"] = [OF_SEVERAL if is_bound(text) else text for text in described["qualifier"]]
    rows = table.rows
    columns = {name: repeated(texts, len(measured)) for name, texts in described.items()}
    columns |= _value_cells([cells[column] for _, cells in rows for column in table.measured], source)
    columns["field"] = [f"{prefix}{table.titles[column]}" for column in table.measured] * len(rows)
    columns["indicator_text"] = [column.indicator for column in measured] * len(rows)
    columns["unit"] = [column.unit for column in measured] * len(rows)
    without_meaning = [column.position for column in measured if find_indicator(column.indicator) is None]
    columns |= _refused(table, columns, source, prefix, network, without_meaning)
    return readings_frame(_without_codes(columns, source))


def _refused(
    table: Table,
    columns: Mapping[str, Sequence[Any]],
    source: Source,
    prefix: str,
    network: Network | None,
    without_meaning: Collection[int] = (),
) -> dict[str, Sequence[str]]:
    """Problem, quoted cell and its field of every value; as they are where a value is taken.

    Parameters
    ----------
    table : the table, with `len(table.measured)` values a row.
    columns : of the readings frame, a row per value.
    source : says whether hidden cells are taken.
    prefix : stands before the titles where a receipt names them.
    network : the register of stations; None where it is not known.
    without_meaning : the measured columns of a wide table whose titles name no indicator.
    """
    why = faults(table, take_hidden=source.hidden == "taken", without_meaning=without_meaning)
    places = [(row, column) for row in range(len(table.rows)) for column in table.measured]
    width = max(len(table.measured), 1)
    units = {column: set(columns["unit"][position::width]) for position, column in enumerate(table.measured)}
    times = columns["time"][::width] if table.measured else []
    of_table = refusal_of_table(table, times, units, source, network) if table.measured else None
    refused: list[Refusal | None] = [why.of(row, column) or of_table for row, column in places]
    fields = columns.get("field", [""] * len(places))
    return {
        "problem": [fault.code if fault else "" for fault in refused],
        "value_text": [
            fault.cell if fault else text for fault, text in zip(refused, columns["value_text"], strict=True)
        ],
        "field": [
            f"{prefix}{fault.title}" if fault and fault.title else field
            for fault, field in zip(refused, fields, strict=True)
        ],
    }


def _without_codes(columns: Mapping[str, Sequence[Any]], source: Source) -> Mapping[str, Sequence[Any]]:
    """The columns, with a qualifier beside every value that the source declares as a code of no value."""
    if not source.no_value:
        return columns
    codes = {text for text in set(columns["value_text"]) if is_no_value(text, source.no_value)}
    pairs = zip(columns["value_text"], columns["qualifier"], strict=True)
    return {**columns, "qualifier": [NO_NUMBER if text in codes else qualifier for text, qualifier in pairs]}


def _meaning(written: str, source: Source) -> _Meaning:
    """What a title or code of the source means: as the source declares, otherwise as it is written."""
    plain, stated = title_and_unit(written)
    indicators = _by_title(source.indicators)
    units = _by_title(source.units)
    title = folded(written)
    short = folded(plain)
    meant = indicators.get(title, indicators.get(short, plain))
    states_unit = _is_unit(stated) or CONTRADICTS in stated
    # A unit that the title states stands above what is declared for its name.
    unit = units.get(title, stated if states_unit else units.get(short, ""))
    # Other words may say that the column holds a limit, a forecast or another unit: nobody knows what it is.
    is_understood = title in indicators or not stated or states_unit or _is_name(written, stated, meant)
    return _Meaning(meant if is_understood else written, unit)


def _is_unit(text: str) -> bool:
    return bool(text) and factor(text, text) is not None


def _is_name(written: str, in_brackets: str, meant: str) -> bool:
    """Whether a title with its brackets, or what stands in them, is another name of the indicator meant.

    Parameters
    ----------
    written : the whole title, ``总磷(以P计)``.
    in_brackets : what its brackets hold.
    meant : what the title means without them.
    """
    indicator = find_indicator(meant)
    return indicator is not None and indicator in (find_indicator(written), find_indicator(in_brackets))


def _by_title(declared: Mapping[str, str]) -> dict[str, str]:
    return {folded(title): meaning for title, meaning in declared.items()}


def _described(table: Table, source: Source) -> dict[str, Sequence[Any]]:
    """Time, station, marks and (of a long table) indicator of each row, as columns of a readings frame."""

    def column(name: str) -> list[str]:
        return table.column(source.columns[name]) if name in source.columns else [""] * len(table.rows)

    remarks = [table.column(title) for title in _remarks_read(source)]
    times = column("time")
    if "date" in source.columns:
        times = joined_times(column("date"), times, source.at, table.layout.from_1904)
    described: dict[str, Sequence[Any]] = {
        "row": [number for number, _ in table.rows],
        "time_text": times,
        "time": written_instants(times, source.zone, table.layout.from_1904),
        **_stations(column("province"), column("station"), source),
        **_marks(column("sample_type"), with_remarks(column("mark"), remarks), column("status")),
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
    doubts = {kind: "" if is_known_type(kind) else DOUBTED for kind in set(types)}
    typed = list(zip(types, pairs, strict=True))
    return {
        "mark": [meanings[pair].marks for pair in pairs],
        "status": [meanings[pair].status for pair in pairs],
        "qualifier": [SEPARATOR.join(filter(None, (meanings[pair].qualifier, doubts[kind]))) for kind, pair in typed],
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
        "unit": [_unit_of_row(unit, meanings[text].unit, text) for unit, text in zip(units, indicators, strict=True)],
    }


def _unit_of_row(unit: str, declared: str, indicator: str) -> str:
    """The unit of a row; one that contradicts what the indicator's cell states becomes a text that is no unit.

    Parameters
    ----------
    unit : in the row's column of units.
    declared : what holds where that cell is blank.
    indicator : the cell that names the indicator, ``氨氮(mg/L)``.
    """
    stated = title_and_unit(indicator)[1]
    if unit and _is_unit(stated) and factor(unit, stated) != 1:
        return f"{stated}{CONTRADICTS}{unit}"
    return unit or declared


def _value_cells(texts: list[str], source: Source) -> dict[str, list[str]]:
    """The cells with values. A blank cell and, in a bulletin, a reservoir's storage give no value; both are printed."""
    without: Callable[[str], Any] = STORAGE.fullmatch if source.format == "bulletin" else lambda _: False
    values = {text: "" if text in NO_VALUE or without(text) else text for text in dict.fromkeys(texts)}
    return {"value_text": [values[text] for text in texts], "printed": texts}
