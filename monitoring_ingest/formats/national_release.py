"""The national real-time release (国家地表水水质自动监测实时数据发布系统): one reply or table in, a readings frame out.

A release is JSON ``{thead, tbody}`` with 17 columns (2020, with 站点情况) or 16 (since 2026), packed or not, or a CSV
table that an archive made of it. The header names each column and its unit. A cell carries the unrounded value in its
tooltip (``原始值：x``); any other tooltip is a mark and stored verbatim. Times have no year; the year nearest to the
date of the file is taken. This module judges neither names nor units nor values.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any, NamedTuple

import pandas as pd

from basin.network import CHINA, TIMEZONE
from monitoring_ingest.formats.file_text import MOST_COLUMNS, UnreadableFile, csv_lines, decoded, unpacked
from monitoring_ingest.formats.written_times import written_instants
from monitoring_ingest.readings.cells import BEYOND_THE_HEADER, Refusal, refused_rows
from monitoring_ingest.readings.frames import (
    NOT_EQUIPPED,
    NOT_MEASURED,
    columns_of,
    frame_of,
    in_reach,
    readings_frame,
    repeated,
)

STATION = "断面名称"
TIME = "监测时间"
DESCRIBING = {
    "省份": "province",
    STATION: "station_text",
    TIME: "time_text",
    "水质类别": "water_class",
    "站点情况": "status",
}
NOT_READ = frozenset({"流域"})
MOST_CELLS = 4_000_000  # of one reply; the whole country has 60 000
NO_VALUE = frozenset({"", NOT_MEASURED, NOT_EQUIPPED})

# what JSON can spell and no database stores: NUL, and half of a surrogate pair
_NO_TEXT = re.compile(r"\\u0000|\\ud[89ab]..(?!\\ud[c-f])|(?<!\\ud[89ab]..)\\ud[c-f]..", re.IGNORECASE)
_TOOLTIP = re.compile(r"""title\s*=\s*(?:'([^']*)'|"([^"]*)")""")
_ORIGINAL = re.compile(r"原始值\s*[：:]\s*(.*)")
_HEADER = re.compile(r"(.*?)\s*[(（]([^()（）]*)[)）]")
_DATE = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)|(?<!\d)(\d{4})(\d{2})(\d{2})", re.ASCII)
_DAY_AND_TIME = re.compile(r"(\d{1,2})-(\d{1,2})\s+(\d{1,2}):(\d{2})", re.ASCII)


class Cell(NamedTuple):
    """One cell of a release: the unrounded value as sent, the printed text, and the mark on the value."""

    value_text: str
    printed: str
    mark: str


class _MeasuredColumn(NamedTuple):
    """A column of the release that holds values."""

    position: int
    indicator: str
    unit: str


def read_release(raw: bytes, *, name: str, date: date | None = None) -> pd.DataFrame:
    """The readings of one release file, cell by cell.

    Parameters
    ----------
    raw : bytes of the file, packed or not.
    name : file name; its date (``YYYY-MM-DD``, ``…YYYYMMDD…``) counts where `date` is None.
    date : the day of the release.

    Raises
    ------
    UnreadableFile : the file is no release, or its times have no year and the file has no date.
    """
    text = decoded(unpacked(raw))
    release = _json_rows(text) if text.lstrip().startswith(("{", "[")) else _csv_rows(text)
    columns = [_plain(title) for title in release.header]
    if STATION not in columns or TIME not in columns:
        raise UnreadableFile("missing_column", f"{STATION} {TIME}")
    position = {DESCRIBING[column]: number for number, column in enumerate(columns) if column in DESCRIBING}
    measured = [_measured(number, column) for number, column in enumerate(columns) if _is_measured(column)]
    table = [list(map(_text, row)) for row in release.rows]
    when = instants([row[position["time_text"]] for row in table], date or date_of(name))
    shared = {field: _plain_column(table, number) for field, number in position.items()}
    frame = _cells_frame({**shared, "row": release.numbers, "time": when}, measured, table)
    untitled = [number for number, column in enumerate(columns) if not column]
    cells = [_beyond(release.beyond.get(position, ""), row, untitled) for position, row in enumerate(table)]
    refused = repeated(cells, len(measured))
    beyond = {position: Refusal(BEYOND_THE_HEADER, cell) for position, cell in enumerate(refused) if cell}
    return frame_of(refused_rows(dict(columns_of(frame)), beyond))


def _beyond(further: str, row: list[str], untitled: Sequence[int]) -> str:
    """The first cell of a row that has no title; "" where there is none.

    Parameters
    ----------
    further : the first cell beyond the header, "" where there is none.
    row : cells as sent, as long as the header.
    untitled : the columns with a blank title.
    """
    return next(filter(None, [further, *(row[number] for number in untitled)]), "")


def _cells_frame(
    shared: dict[str, Sequence[Any]], measured: list[_MeasuredColumn], table: list[list[str]]
) -> pd.DataFrame:
    """A readings frame with a row for every measured cell of the table.

    Parameters
    ----------
    shared : columns of the readings frame that hold for a whole table row (time, station, status …).
    measured : the columns that hold values.
    table : rows of cells as sent, all as long as the header.
    """
    columns = {name: repeated(values, len(measured)) for name, values in shared.items()}
    positions = [column.position for column in measured]
    cells = [cell(row[position]) for row in table for position in positions]
    columns["value_text"] = [taken_apart.value_text for taken_apart in cells]
    columns["printed"] = [taken_apart.printed for taken_apart in cells]
    columns["mark"] = [taken_apart.mark for taken_apart in cells]
    indicators = [column.indicator for column in measured] * len(table)
    units = [column.unit for column in measured] * len(table)
    return readings_frame(columns | {"field": indicators, "indicator_text": indicators, "unit": units})


class _Release(NamedTuple):
    """A release taken apart: header, row numbers, rows as long as the header, and what is beyond, by row position."""

    header: list[str]
    numbers: list[int]
    rows: list[list[Any]]
    beyond: dict[int, str]


def _csv_rows(text: str) -> _Release:
    """The lines of a release kept as CSV."""
    return _Release(*csv_lines(text))


def _json_rows(text: str) -> _Release:
    if unstorable := _NO_TEXT.search(text):
        raise UnreadableFile("unreadable_file", unstorable[0])
    try:
        reply = json.loads(text, parse_float=str, parse_int=str)  # as sent: a float would make 0 of 1e-400
        header = list(map(str, reply["thead"]))
        body = list(reply["tbody"])
    except (ValueError, KeyError, TypeError, RecursionError) as problem:
        raise UnreadableFile("unreadable_file", "JSON thead, tbody") from problem
    width = len(header)
    if width > MOST_COLUMNS or width * len(body) > MOST_CELLS:
        raise UnreadableFile("file_too_large", f"{len(body)} × {width}")
    sent = [list(row) if isinstance(row, list) else [] for row in body]
    further = {position: list(filter(None, map(_text, row[width:]))) for position, row in enumerate(sent)}
    beyond = {position: cells[0] for position, cells in further.items() if cells}
    rows = [(row + [None] * width)[:width] for row in sent]
    return _Release(header, list(range(1, len(rows) + 1)), rows, beyond)


def cell(content: str) -> Cell:
    """A cell taken apart: ``<span title='原始值：1.1475'>1.15</span>``, ``<span title='极值过滤'>--</span>``, ``*``.

    A printed text without any digit, other than ``--`` and ``*``, is taken as an undocumented mark.
    """
    printed = _plain(content)
    tooltip = _TOOLTIP.search(content)
    remarks = html.unescape(tooltip[1] or tooltip[2] or "").splitlines() if tooltip else []
    originals = [original[1].strip() for line in remarks if (original := _ORIGINAL.fullmatch(line.strip()))]
    marks = [line.strip() for line in remarks if line.strip() and not _ORIGINAL.fullmatch(line.strip())]
    shows_a_number = any(character.isdigit() for character in printed)
    if not shows_a_number and printed not in NO_VALUE and not originals:
        marks.append(printed)
    return Cell(originals[0] if originals else printed if shows_a_number else "", printed, "；".join(marks))


def _text(content: object) -> str:
    return "" if content is None else str(content)


def _plain(content: str) -> str:
    """A text without its markup."""
    return html.unescape(_without_tags(content)).strip() if "<" in content or "&" in content else content.strip()


def _without_tags(content: str) -> str:
    """A text without its tags. A tag ends at the first ``>``; a ``<`` that no ``>`` follows is a sign of the text."""
    pieces = []
    position = 0
    while (start := content.find("<", position)) >= 0 and (end := content.find(">", start)) >= 0:
        pieces.append(content[position:start])
        position = end + 1
    return "".join(pieces) + content[position:]


def _plain_column(table: list[list[str]], position: int) -> list[str]:
    """The cells of one column of the table, without markup."""
    return [_plain(row[position]) for row in table]


def _is_measured(column: str) -> bool:
    return bool(column) and column not in DESCRIBING and column not in NOT_READ


def _measured(position: int, title: str) -> _MeasuredColumn:
    """The column of a title: ``氨氮(mg/L)`` is 氨氮 in mg/L."""
    with_unit = _HEADER.fullmatch(title)
    return _MeasuredColumn(position, with_unit[1], with_unit[2]) if with_unit else _MeasuredColumn(position, title, "")


def date_of(name: str) -> date | None:
    """The first date in a file name; None where the name has no date."""
    for written in _DATE.finditer(name):
        parts = [int(part) for part in written.groups() if part]
        try:
            return date(parts[0], parts[1], parts[2])
        except ValueError:
            continue
    return None


def instants(texts: Sequence[str], day: date | None) -> list[datetime | None]:
    """The instants of ``07-15 08:00`` (the year nearest to `day`), or of a time with its year, Asia/Shanghai.

    Raises
    ------
    UnreadableFile : a time has no year and `day` is None.
    """
    by_text = {text: in_reach(_instant(text, day)) for text in dict.fromkeys(texts)}
    return [by_text[text] for text in texts]


def _instant(text: str, day: date | None) -> datetime | None:
    without_year = _DAY_AND_TIME.fullmatch(text.strip())
    if not without_year:
        return written_instants([text.strip()], TIMEZONE)[0]
    if day is None:
        raise UnreadableFile("no_date", text)
    middle = datetime.combine(day, time(12), tzinfo=CHINA)
    years = [f"{year}-{text.strip()}" for year in (day.year - 1, day.year, day.year + 1)]
    # 29 February does not exist in every year
    candidates = [instant for instant in written_instants(years, TIMEZONE) if instant]
    return min(candidates, key=lambda instant: abs(instant - middle), default=None)
