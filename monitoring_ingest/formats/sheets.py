"""Tables as people keep them: the bytes of a CSV or XLSX file in, sheets of text cells out.

A CSV may be packed (gzip), encoded as UTF-8 (with or without BOM) or GB18030, and separated by comma, semicolon or tab.
The values of an XLSX are read as Excel shows them, dates as ISO text; a formula counts by the value saved with it. What
the cells mean is not known here.

A workbook is opened only if it stays small when unpacked and no part of it holds a DTD, whose entities may expand to
any amount of text. So no workbook can fill the memory.
"""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from xml.parsers import expat

from monitoring_ingest.formats.file_text import UnreadableFile, decoded, unpacked
from monitoring_ingest.formats.spreadsheet_cells import as_they_were

ZIP_MAGIC = b"PK\x03\x04"
OLD_EXCEL_MAGIC = b"\xd0\xcf\x11\xe0"  # .xls
SEPARATORS = (",", ";", "\t")
LINES_TO_LOOK_AT = 20
MOST_UNPACKED_BYTES = 256 * 2**20
MOST_ENTRIES = 2_000
MOST_CELLS = 4_000_000
MOST_COLUMNS = 2_000
MOST_CHARACTERS = 64 * 2**20  # of all cells together; a shared text counts in every cell that shows it
LONGEST_PROLOG = 64 * 2**10  # bytes within which the root element of a part must begin
PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # what workbooks use; other methods ignore a limit on unpacking
SIGNIFICANT = ".15g"  # the digits that Excel stores and shows of a number


class Sheet(NamedTuple):
    """One table: its name (blank for a CSV), and the rows that are not blank with their numbers in the file."""

    name: str
    rows: list[tuple[int, list[str]]]


def sheets(raw: bytes) -> list[Sheet]:
    """The sheets of a CSV (one) or XLSX file.

    Raises
    ------
    UnreadableFile : the file is neither, is damaged, is too large when unpacked, or is a workbook with a DTD.
    """
    raw = unpacked(raw)
    if raw.startswith(ZIP_MAGIC):
        return _workbook(raw)
    if raw.startswith(OLD_EXCEL_MAGIC):
        raise UnreadableFile("unreadable_file", ".xls → .xlsx")
    return [Sheet("", _csv_rows(decoded(raw)))]


def _csv_rows(text: str) -> list[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text))
    rows = []
    try:
        for line in reader:
            cells = [cell.strip() for cell in as_they_were(line)]
            if any(cells):
                rows.append((reader.line_num, cells))
    except csv.Error as problem:
        raise UnreadableFile("unreadable_file", str(problem)) from problem
    return rows


def _separator(text: str) -> str:
    """The separator that cuts the first lines into the most cells."""
    lines = text.splitlines()[:LINES_TO_LOOK_AT]

    def cut(separator: str) -> int:
        try:
            return sum(len(cells) for cells in csv.reader(lines, delimiter=separator))
        except csv.Error:
            return 0

    return max(SEPARATORS, key=cut)


def _workbook(raw: bytes) -> list[Sheet]:
    from openpyxl import load_workbook

    refuse_bomb(raw)
    try:
        _refuse_dtd(raw)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and drop-downs that openpyxl drops
            book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True, keep_links=False)
            try:
                return list(_sheets(book))
            finally:
                book.close()
    except UnreadableFile:
        raise
    except Exception as problem:  # a damaged workbook makes the library raise errors of any kind
        raise UnreadableFile("unreadable_file", f"XLSX {type(problem).__name__}") from problem


def refuse_bomb(raw: bytes, most: int | None = None) -> None:
    """Refuse a workbook that is too large by its zip directory, before anything is unpacked.

    No entry can unpack to more than the directory says.

    Raises
    ------
    UnreadableFile : the workbook would unpack to more than `most` bytes.
    """
    most = MOST_UNPACKED_BYTES if most is None else most
    try:
        entries = zipfile.ZipFile(io.BytesIO(raw)).infolist()
    except (zipfile.BadZipFile, ValueError, OverflowError) as problem:
        raise UnreadableFile("unreadable_file", "XLSX zip") from problem
    if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > most:
        raise UnreadableFile("file_too_large", f"{most // 2**20} MiB")
    if any(entry.compress_type not in PACKINGS for entry in entries):
        raise UnreadableFile("unreadable_file", "XLSX zip")


class _Begun(Exception):
    """The root element of an XML part begins: no DTD can follow."""


class _HasDtd(Exception):
    """An XML part has a DTD."""


def _refuse_dtd(raw: bytes) -> None:
    """Refuse a workbook with a DTD in any part, before the part reaches a parser that would expand its entities.

    No spreadsheet program writes a DTD (ECMA-376 part 2 forbids DTDs). Every part is examined, whatever its name,
    because the workbook itself says which parts are read.

    Raises
    ------
    UnreadableFile : a part has a DTD; the part is named.
    """
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        for entry in archive.infolist():
            with archive.open(entry) as part:
                start = part.read(LONGEST_PROLOG)
            try:
                _parse_prolog(start)
            except _HasDtd as problem:
                raise UnreadableFile("workbook_dtd", entry.filename) from problem
            except (_Begun, expat.ExpatError):  # expat cannot read a picture or the like: nothing to expand
                continue
            if entry.file_size > len(start):
                raise UnreadableFile("unreadable_file", entry.filename)


def _parse_prolog(start: bytes) -> None:
    """Parse the beginning of an XML part, in whatever encoding, until its DTD or its root element begins.

    Raises
    ------
    _HasDtd, _Begun : whichever begins first; the handler raises, which stops the parser.
    ExpatError : the part is not XML.
    """

    def stop_at_dtd(*_: object) -> None:
        raise _HasDtd

    def stop_at_root(*_: object) -> None:
        raise _Begun

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = stop_at_dtd
    parser.StartElementHandler = stop_at_root
    parser.Parse(start, False)


def _sheets(book: Any) -> Iterator[Sheet]:
    """The worksheets; refused as soon as their texts together exceed `MOST_CHARACTERS`."""
    characters = 0
    for sheet in book.worksheets:
        rows = []
        for number, texts in _rows(sheet):
            characters += sum(map(len, texts))
            if characters > MOST_CHARACTERS:
                raise UnreadableFile("file_too_large", f"{sheet.title}: {MOST_CHARACTERS}")
            rows.append((number, texts))
        yield Sheet(sheet.title, rows)


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
