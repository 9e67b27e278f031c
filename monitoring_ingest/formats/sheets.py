"""Tables as people keep them: the bytes of a CSV or XLSX file in, sheets of text cells out.

A CSV may be packed (gzip), UTF-8 with or without BOM or GB18030, and separated by comma, semicolon or tab. Of an XLSX
the values are read as Excel shows them, dates as ISO text; formulas count by the value saved with them. What the cells
mean is not known here. A workbook is opened only when it stays small unpacked, so that none can fill the memory.
"""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from openpyxl import load_workbook

from monitoring_ingest.formats.file_text import UnreadableFile, decoded, unpacked

ZIP_MAGIC = b"PK\x03\x04"
OLD_EXCEL_MAGIC = b"\xd0\xcf\x11\xe0"  # .xls
SEPARATORS = (",", ";", "\t")
LINES_TO_LOOK_AT = 20
MOST_UNPACKED_BYTES = 256 * 2**20
MOST_ENTRIES = 2_000
MOST_CELLS = 4_000_000
MOST_COLUMNS = 2_000
SIGNIFICANT = ".15g"  # the digits Excel keeps and shows of a number


class Sheet(NamedTuple):
    """One table: its name (blank for a CSV) and its rows that are not blank, each with its number in the file."""

    name: str
    rows: list[tuple[int, list[str]]]


def sheets(raw: bytes) -> list[Sheet]:
    """The sheets of a CSV (one) or XLSX file.

    Raises
    ------
    UnreadableFile : neither of them, damaged, or too large when unpacked.
    """
    raw = unpacked(raw)
    if raw.startswith(ZIP_MAGIC):
        return _workbook(raw)
    if raw.startswith(OLD_EXCEL_MAGIC):
        raise UnreadableFile("unreadable_file", ".xls → .xlsx")
    return [Sheet("", _csv_rows(decoded(raw)))]


def _csv_rows(text: str) -> list[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text))
    try:
        return [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader if any(map(str.strip, cells))]
    except csv.Error as problem:
        raise UnreadableFile("unreadable_file", str(problem)) from problem


def _separator(text: str) -> str:
    """The separator that cuts the first lines into most cells."""
    lines = text.splitlines()[:LINES_TO_LOOK_AT]

    def cut(separator: str) -> int:
        try:
            return sum(len(cells) for cells in csv.reader(lines, delimiter=separator))
        except csv.Error:
            return 0

    return max(SEPARATORS, key=cut)


def _workbook(raw: bytes) -> list[Sheet]:
    refuse_bomb(raw)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and drop-downs openpyxl does not keep
            book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True, keep_links=False)
            try:
                return [Sheet(sheet.title, list(_rows(sheet))) for sheet in book.worksheets]
            finally:
                book.close()
    except UnreadableFile:
        raise
    except Exception as problem:  # whatever a damaged workbook makes of the library, it is the file's fault
        raise UnreadableFile("unreadable_file", f"XLSX {type(problem).__name__}") from problem


def refuse_bomb(raw: bytes, most: int | None = None) -> None:
    """Refuse a workbook by what its directory says before anything is unpacked; no entry can unpack to more.

    Raises
    ------
    UnreadableFile : it would unpack to more than `most` bytes.
    """
    most = MOST_UNPACKED_BYTES if most is None else most
    try:
        entries = zipfile.ZipFile(io.BytesIO(raw)).infolist()
    except (zipfile.BadZipFile, ValueError, OverflowError) as problem:
        raise UnreadableFile("unreadable_file", "XLSX zip") from problem
    if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > most:
        raise UnreadableFile("file_too_large", f"{most // 2**20} MiB")


def _rows(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    """The rows of a worksheet that are not blank, numbered as Excel does."""
    sheet.reset_dimensions()  # a file may claim any number of rows and columns
    cells = 0
    for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
        cells += len(values) + 1
        if len(values) > MOST_COLUMNS or cells > MOST_CELLS:
            raise UnreadableFile("file_too_large", f"{sheet.title}: {MOST_CELLS} / {MOST_COLUMNS}")
        texts = [_text(value) for value in values]
        if any(texts):
            yield number, texts


def _text(value: object) -> str:
    """A cell as Excel shows it: ``0.1 + 0.2`` is 0.3, a date is ISO text, a clock time ``08:00:00``."""
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case float():
            return format(value, SIGNIFICANT)
        case datetime():
            return _to_the_second(value).isoformat(sep=" ")
        case time() | date():
            return value.isoformat()
        case timedelta():
            return str(value)
        case _:
            return str(value).replace("\0", "").strip()


def _to_the_second(instant: datetime) -> datetime:
    """Excel counts days in floats: 07:59:59.999997 is eight o'clock."""
    return (instant + timedelta(milliseconds=500)).replace(microsecond=0)
