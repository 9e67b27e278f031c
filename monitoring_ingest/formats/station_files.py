"""The long CSV of readings: ``station,time,indicator,value,unit[,mark][,reason][,status]`` in, readings out.

`monitoring_ingest.exports` writes the same columns. A station is named by its code, or by a name that is unique in the
register (or within the province of a further column ``province``). A time without zone is in the station's zone. The
mark column holds marks and the station's status, joined by ``|``; a column of remarks (``note``, ``备注``) holds
further marks; in a status column of its own, a status may be any word. Rows are numbered by their line in the file; one
with something in a column that nobody understands is refused. This module judges no reading.
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping, Sequence
from itertools import chain

from basin.network import TIMEZONE, Network
from monitoring_ingest.formats.file_text import CsvLines, UnreadableFile, csv_lines, decoded, unpacked
from monitoring_ingest.formats.written_times import instants
from monitoring_ingest.readings.cells import BEYOND_THE_HEADER, UNKNOWN_COLUMN, Refusal, refused_rows
from monitoring_ingest.readings.frames import NOT_EQUIPPED, NOT_MEASURED, Columns, plain_columns
from monitoring_ingest.readings.station_names import stations_of
from monitoring_ingest.readings.station_statuses import SEPARATOR, marks_and_status

REQUIRED = ("station", "time", "indicator", "value", "unit")
OPTIONAL = ("mark", "province", "reason", "status")
# columns with words, which may say that the value beside them is none
REMARKS = ("备注", "说明", "remark", "remarks", "note", "notes")
# what an export with flags adds, which is never taken in
PASSED_OVER = ("origin", "quality", "test", "qartod")


def read_long_csv(raw: bytes, *, name: str, network: Network) -> Columns:
    """The readings of one long CSV, row by row.

    Parameters
    ----------
    raw : bytes of the file, packed or not.
    name : name of the file; not used, every reader of a format takes it.
    network : finds the zone of a station, for times without zone.

    Raises
    ------
    UnreadableFile : the file is no text, or a column is missing or stands twice.
    """
    table = csv_lines(decoded(unpacked(raw)))
    header = [title.casefold() for title in table.header]
    readings = long_readings(table.numbers, _columns(header, table.lines), network)
    return refused_rows(readings, _refusals(header, table))


def long_readings(numbers: Sequence[int], columns: Mapping[str, Sequence[str]], network: Network) -> Columns:
    """The readings in the columns of the long form.

    Parameters
    ----------
    numbers : row numbers for the receipt.
    columns : `REQUIRED` and `OPTIONAL` columns of stripped texts, all as long as `numbers`.
    network : finds the zone of a station, for times without zone.
    """
    zones = _zones(network, columns["province"], columns["station"])
    pairs = list(zip(columns["mark"], columns["status"], strict=True))
    meanings = {pair: marks_and_status(*pair) for pair in set(pairs)}
    qualifiers = {pair: meaning.qualifier for pair, meaning in meanings.items()}
    values = columns["value"]
    return plain_columns(
        {
            "row": numbers,
            "province": columns["province"],
            "station_text": columns["station"],
            "indicator_text": columns["indicator"],
            "time": instants(columns["time"], zones),
            "time_text": columns["time"],
            "value_text": ["" if value in (NOT_MEASURED, NOT_EQUIPPED) else value for value in values],
            "printed": values,
            "unit": columns["unit"],
            "mark": [meanings[pair].marks for pair in pairs],
            "status": [meanings[pair].status for pair in pairs],
            "qualifier": [qualifiers[pair] for pair in pairs],
            "reason": columns["reason"],
        }
    )


def _refusals(header: Sequence[str], table: CsvLines) -> dict[int, Refusal]:
    """By position of a row, why it is refused: it has cells without a title, or something under one nobody understands.

    Such a column may say that the value lies below its detection limit, or is none.
    """
    refusals = {position: Refusal(BEYOND_THE_HEADER, cell) for position, cell in table.beyond.items()}
    understood = {*REQUIRED, *OPTIONAL, *REMARKS, *PASSED_OVER}
    unknown = [column for column, title in enumerate(header) if title not in understood]
    for position, cells in enumerate(table.lines if unknown else ()):
        for column in unknown:
            if cell := cells[column].strip():
                title = table.header[column] or f"第{column + 1}列"
                refusals.setdefault(position, Refusal(UNKNOWN_COLUMN, cell, title))
    return refusals


def looks_like_long_csv(raw: bytes) -> bool:
    """Whether the first line of a file has the columns of a long CSV."""
    first = unpacked(raw).partition(b"\n")[0].removeprefix(codecs.BOM_UTF8)
    return {name.encode() for name in REQUIRED} <= {name.strip().lower() for name in first.split(b",")}


def _columns(header: list[str], lines: list[list[str]]) -> dict[str, Sequence[str]]:
    missing = [name for name in REQUIRED if name not in header]
    if missing:
        raise UnreadableFile("missing_column", " ".join(missing))
    double = [name for name in (*REQUIRED, *OPTIONAL, *REMARKS) if header.count(name) > 1]
    if double:
        raise UnreadableFile("double_column", " ".join(double))
    flat = list(map(str.strip, chain.from_iterable(lines)))
    width = len(header)
    cells = [flat[column::width] for column in range(width)]
    blank = [""] * len(lines)
    columns = {name: cells[header.index(name)] if name in header else blank for name in (*REQUIRED, *OPTIONAL)}
    remarks = [cells[header.index(name)] for name in REMARKS if name in header]
    return {**columns, "mark": with_remarks(columns["mark"], remarks)}


def with_remarks(marks: Sequence[str], remarks: Sequence[Sequence[str]]) -> list[str]:
    """The marks of the rows, with what columns of remarks say behind them, each joined by `SEPARATOR`."""
    return [SEPARATOR.join(filter(None, cells)) for cells in zip(marks, *remarks, strict=True)]


def _zones(network: Network, provinces: Sequence[str], names: Sequence[str]) -> list[str]:
    """The timezone of each row's station; the national one where the station is not (yet) in the register.

    Parameters
    ----------
    provinces, names : as written, of equal length, one per row.
    """
    pairs = list(zip(provinces, names, strict=True))
    zones = {pair: station.timezone if station else TIMEZONE for pair, station in stations_of(network, pairs).items()}
    return [zones[pair] for pair in pairs]
