"""The national real-time release (国家地表水水质自动监测实时数据发布系统): one reply or table in, a readings frame out.

JSON ``{thead, tbody}`` with 17 columns (2020, with 站点情况) or 16 (since 2026), packed or not, and the CSV tables
archives make of it. The header says which column is which and in which unit; a cell carries the unrounded value in
its tooltip (``原始值：x``), any other tooltip is a mark and kept verbatim. A time has no year: it is the year nearest
to the date of the file. Nothing is judged here: neither names nor units nor values.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from functools import partial
from typing import Any, NamedTuple

import pandas as pd

from basin.network import CHINA
from monitoring_ingest.formats.file_text import UnreadableFile, csv_lines, decoded, unpacked
from monitoring_ingest.readings.frames import NOT_EQUIPPED, NOT_MEASURED, in_reach, readings_frame

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
NO_VALUE = frozenset({"", NOT_MEASURED, NOT_EQUIPPED})

# what JSON can spell and no database keeps: NUL, and half of a surrogate pair
_NO_TEXT = re.compile(r"\\u0000|\\ud[89ab]..(?!\\ud[c-f])|(?<!\\ud[89ab]..)\\ud[c-f]..", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_TOOLTIP = re.compile(r"""title\s*=\s*(?:'([^']*)'|"([^"]*)")""")
_ORIGINAL = re.compile(r"原始值\s*[：:]\s*(.*)")
_HEADER = re.compile(r"(.*?)\s*[(（]([^()（）]*)[)）]")
_DATE = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)|(?<!\d)(\d{4})(\d{2})(\d{2})")
_DAY_AND_TIME = re.compile(r"(\d{1,2})-(\d{1,2})\s+(\d{1,2}):(\d{2})")


class Cell(NamedTuple):
    """One cell of a release: the value as sent (unrounded), what is printed, and the mark on it."""

    value_text: str
    printed: str
    mark: str


def read_release(raw: bytes, *, name: str, date: date | None = None) -> pd.DataFrame:
    """The readings of one release file, cell by cell.

    Parameters
    ----------
    name : file name, which tells the date (``YYYY-MM-DD``, ``…YYYYMMDD…``) unless `date` does.

    Raises
    ------
    UnreadableFile : not a release, or times without year in a file without date.
    """
    text = decoded(unpacked(raw))
    header, numbers, rows = _json_rows(text) if text.lstrip().startswith(("{", "[")) else csv_lines(text)
    columns = [_plain(title) for title in header]
    if STATION not in columns or TIME not in columns:
        raise UnreadableFile("missing_column", f"{STATION} {TIME}")
    place = {DESCRIBING[column]: at for at, column in enumerate(columns) if column in DESCRIBING}
    measured = [(at, *_indicator_and_unit(column)) for at, column in enumerate(columns) if _is_measured(column)]
    table = [[_text(cell) for cell in row] for row in rows]
    when = instants([row[place["time_text"]] for row in table], date or date_of(name))
    shared = {field: [_plain(row[at]) for row in table] for field, at in place.items()}
    return _cells_frame({**shared, "row": numbers, "time": when}, measured, table)


def _cells_frame(
    shared: dict[str, Sequence[Any]], measured: list[tuple[int, str, str]], table: list[list[str]]
) -> pd.DataFrame:
    """Every measured cell of the table as a row of its own; `shared` is what belongs to the whole table row."""
    columns: dict[str, list[Any]] = {name: [each for each in given for _ in measured] for name, given in shared.items()}
    cells = [cell(row[at]) for row in table for at, _, _ in measured]
    columns |= {name: [getattr(each, name) for each in cells] for name in Cell._fields}
    indicators = [indicator for _, indicator, _ in measured] * len(table)
    units = [unit for _, _, unit in measured] * len(table)
    return readings_frame(columns | {"field": indicators, "indicator_text": indicators, "unit": units})


def _json_rows(text: str) -> tuple[list[str], list[int], list[list[Any]]]:
    """Header, 1-based row numbers and rows of a reply, every row as long as the header."""
    if found := _NO_TEXT.search(text):
        raise UnreadableFile("unreadable_file", found[0])
    try:
        reply = json.loads(text)
        header = list(map(str, reply["thead"]))
        body = list(reply["tbody"])
    except (ValueError, KeyError, TypeError, RecursionError) as problem:
        raise UnreadableFile("unreadable_file", "JSON thead, tbody") from problem
    width = len(header)
    rows = [(list(row) if isinstance(row, list) else []) + [None] * width for row in body]
    return header, list(range(1, len(rows) + 1)), [row[:width] for row in rows]


def cell(content: str) -> Cell:
    """A cell taken apart: ``<span title='原始值：1.1475'>1.15</span>``, ``<span title='极值过滤'>--</span>``, ``*``.

    A text without any digit that is not ``--`` or ``*`` is a mark nobody announced, and kept as one.
    """
    printed = _plain(content)
    tooltip = _TOOLTIP.search(content)
    remarks = html.unescape(tooltip[1] or tooltip[2] or "").splitlines() if tooltip else []
    originals = [found[1].strip() for line in remarks if (found := _ORIGINAL.fullmatch(line.strip()))]
    marks = [line.strip() for line in remarks if line.strip() and not _ORIGINAL.fullmatch(line.strip())]
    shows_a_number = any(character.isdigit() for character in printed)
    if not shows_a_number and printed not in NO_VALUE and not originals:
        marks.append(printed)
    return Cell(originals[0] if originals else printed if shows_a_number else "", printed, "；".join(marks))


def _text(content: object) -> str:
    return "" if content is None else str(content)


def _plain(content: str) -> str:
    """Text without markup."""
    return html.unescape(_TAG.sub("", content)).strip() if "<" in content or "&" in content else content.strip()


def _is_measured(column: str) -> bool:
    return bool(column) and column not in DESCRIBING and column not in NOT_READ


def _indicator_and_unit(column: str) -> tuple[str, str]:
    """``氨氮(mg/L)`` is 氨氮 in mg/L."""
    found = _HEADER.fullmatch(column)
    return (found[1], found[2]) if found else (column, "")


def date_of(name: str) -> date | None:
    """The first date in a file name, None where there is none."""
    for found in _DATE.finditer(name):
        parts = [int(part) for part in found.groups() if part]
        try:
            return date(parts[0], parts[1], parts[2])
        except ValueError:
            continue
    return None


def instants(texts: Sequence[str], day: date | None) -> list[datetime | None]:
    """The instants of ``07-15 08:00`` (the year nearest to `day`) or ``2020-07-15 08:00``, Asia/Shanghai.

    Raises
    ------
    UnreadableFile : a time has no year and `day` is None.
    """
    known = {text: in_reach(_instant(text, day)) for text in dict.fromkeys(texts)}
    return [known[text] for text in texts]


def _instant(text: str, day: date | None) -> datetime | None:
    found = _DAY_AND_TIME.fullmatch(text.strip())
    if not found:
        return _full_instant(text.strip())
    if day is None:
        raise UnreadableFile("no_date", text)
    month, day_of_month, hour, minute = map(int, found.groups())
    middle = datetime.combine(day, time(12), tzinfo=CHINA)
    candidates = _existing(partial(datetime, month=month, day=day_of_month, hour=hour, minute=minute), day.year)
    return min(candidates, key=lambda instant: abs(instant - middle), default=None)


def _existing(in_year: partial[datetime], year: int) -> Iterator[datetime]:
    """The instants that exist in the years around `year`: 29 February does not in every one."""
    for candidate in (year - 1, year, year + 1):
        try:
            yield in_year(year=candidate, tzinfo=CHINA)
        except ValueError:
            continue


def _full_instant(text: str) -> datetime | None:
    try:
        written = datetime.fromisoformat(text)
    except ValueError:
        return None
    return written if written.tzinfo else written.replace(tzinfo=CHINA)
