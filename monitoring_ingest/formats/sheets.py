"""Tables as people keep them: the bytes of a CSV or XLSX file in, sheets of text cells out.

A CSV may be packed (gzip), encoded as UTF-8 (with or without BOM) or GB18030, and separated by comma, semicolon or tab.
The values of an XLSX are read as Excel shows them, dates as ISO text. What is hidden, merged or was never computed is
said by the layout of a sheet (`sheet_layout`). What the cells mean is not known here.

A workbook is opened only if it stays small when unpacked, has no more elements than a workbook of its size, and no part
of it holds a DTD, whose entities may expand to any amount of text. So no workbook can fill the memory or take minutes.
"""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import islice
from typing import IO, Any, NamedTuple
from xml.parsers import expat

from basin.written.numbers import LONGEST
from monitoring_ingest.formats.file_text import MOST_COLUMNS, UnreadableFile, csv_records, decoded, unpacked
from monitoring_ingest.formats.formula_inputs import without_input
from monitoring_ingest.formats.sheet_layout import Layout, is_computed, layout_of, looks_of
from monitoring_ingest.formats.spreadsheet_cells import as_they_were

ZIP_MAGIC = b"PK\x03\x04"
DIRECTORY_MAGIC = b"PK\x01\x02"  # before every entry of a zip directory
OLD_EXCEL_MAGIC = b"\xd0\xcf\x11\xe0"  # .xls
SEPARATORS = (",", ";", "\t")
LINES_TO_LOOK_AT = 20
MOST_UNPACKED_BYTES = 256 * 2**20
MOST_ENTRIES = 2_000
MOST_CELLS = 1_000_000  # of a workbook, blank ones counted
MOST_CSV_CELLS = 4_000_000  # of a CSV, and of any table when short rows are padded
# The parser makes objects of elements, which takes up to 50 µs and a kilobyte each. Spreadsheet programs pack about one
# element into a byte.
MOST_ELEMENTS = 4_000_000
FEW_ELEMENTS = 50_000
ELEMENTS_A_BYTE = 4  # of the packed workbook
LITTLE_BYTES = 2**20
MOST_TIMES_LARGER = 100  # than packed an XML part may be, beyond `LITTLE_BYTES`
PIECE = 2**20
LONGEST_CELL_START = 300  # bytes of the start of a cell and its number
MOST_CHARACTERS = 64 * 2**20  # of all cells together; a shared text counts in every cell that shows it
LONGEST_PROLOG = 64 * 2**10  # bytes within which the root element of a part must begin
PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # what workbooks use; other methods ignore a limit on unpacking
# The number of a cell that is longer than a number can be, or whose exponent has three digits (`written.numbers`).
_LOST_NUMBER = re.compile(
    rb"<(?:[A-Za-z0-9]{1,20}:)?v(?:\s[^<>]{0,99})?>\s{0,9}([0-9.+-]{101}|[0-9.+-]{1,100}[eE]-0{0,9}[1-9][0-9]{2})"
)
SIGNIFICANT = ".15g"  # the digits that Excel stores and shows of a number
SHOWN = "visible"
PLAIN = Layout()  # of a CSV, which hides nothing
MAC_EPOCH = datetime(1904, 1, 1)


class Sheet(NamedTuple):
    """One table: its name (blank for a CSV), the rows that are not blank with their numbers in the file, its layout."""

    name: str
    rows: list[tuple[int, list[str]]]
    layout: Layout = PLAIN


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
    rows = []
    filled = 0
    for number, line in csv_records(text, _separator(text)):
        filled += len(line)
        if filled > MOST_CSV_CELLS:
            raise UnreadableFile("file_too_large", f"{number}: {MOST_CSV_CELLS}")
        cells = [cell.strip() for cell in as_they_were(line)]
        if any(cells):
            rows.append((number, cells))
    return rows


def _separator(text: str) -> str:
    """The separator that cuts the first lines into the most cells."""
    lines = list(islice(io.StringIO(text), LINES_TO_LOOK_AT))

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
        _refuse_harmful_parts(raw)
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
    if raw.count(DIRECTORY_MAGIC) > 2 * MOST_ENTRIES:  # before a record is made of each; a part may hold it by chance
        raise UnreadableFile("file_too_large", f"{MOST_ENTRIES}")
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


def _refuse_harmful_parts(raw: bytes) -> None:
    """Look through every part of a workbook before one reaches a parser that makes objects of it.

    Every part is examined, whatever its name, because the workbook itself says which parts are read. A part that is no
    XML, as a picture, is passed over.

    Raises
    ------
    UnreadableFile : an XML part has a DTD, whose entities a parser would expand (no spreadsheet program writes one:
        ECMA-376 part 2 forbids it); is written in UTF-16; unpacks to far more than its size; holds a number that
        float64 cannot tell from 0; or the parts together have more elements than a workbook of this size. The part is
        named.
    """
    elements = 0
    most = min(MOST_ELEMENTS, FEW_ELEMENTS + ELEMENTS_A_BYTE * len(raw))
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        for entry in archive.infolist():
            with archive.open(entry) as part:
                if not _is_xml(part.read(LONGEST_PROLOG), entry):
                    continue
            if entry.file_size > LITTLE_BYTES + MOST_TIMES_LARGER * entry.compress_size:
                raise UnreadableFile("file_too_large", entry.filename)
            with archive.open(entry) as part:
                for number in _elements(part, entry.filename):
                    elements += number
                    if elements > most:
                        raise UnreadableFile("file_too_large", f"{entry.filename}: {most}")


def _is_xml(start: bytes, entry: zipfile.ZipInfo) -> bool:
    """Whether a part that begins so is XML.

    Raises
    ------
    UnreadableFile : the part has a DTD, no root element near its beginning, or is written in UTF-16.
    """
    try:
        _parse_prolog(start)
    except _HasDtd as problem:
        raise UnreadableFile("workbook_dtd", entry.filename) from problem
    except _Begun as problem:
        if b"\0" in start[:4]:
            raise UnreadableFile("unreadable_file", f"{entry.filename} UTF-16") from problem
        return True
    except expat.ExpatError:  # a picture or the like: nothing to expand
        return False
    if entry.file_size > len(start):
        raise UnreadableFile("unreadable_file", entry.filename)
    return False


def _elements(part: IO[bytes], name: str) -> Iterator[int]:
    """How many elements begin in each piece of an XML part; a comment counts as one.

    Raises
    ------
    UnreadableFile : a cell holds a number that float64 cannot tell from 0.
    """
    before = b""
    while piece := part.read(PIECE):
        if lost := _LOST_NUMBER.search(before + piece):
            raise UnreadableFile("unreadable_file", f"{name} {lost[1][:LONGEST].decode()}")
        yield piece.count(b"<") - piece.count(b"</")
        before = piece[-LONGEST_CELL_START:]


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
    computed = is_computed(book._archive)
    looks = looks_of(book._archive)
    from_1904 = book.epoch == MAC_EPOCH
    for sheet in book.worksheets:
        hidden = sheet.sheet_state != SHOWN
        # the parts from which the library reads the cells
        part = partial(book._archive.open, sheet._worksheet_path)
        layout = layout_of(part, computed=computed, hidden=hidden, from_1904=from_1904, looks=looks)
        rows = []
        for number, texts in _rows(sheet):
            characters += sum(map(len, texts))
            if characters > MOST_CHARACTERS:
                raise UnreadableFile("file_too_large", f"{sheet.title}: {MOST_CHARACTERS}")
            rows.append((number, texts))
        if layout.formulas:
            layout = replace(layout, without_input=without_input(layout.formulas, dict(rows)))
        yield Sheet(sheet.title, rows, layout)


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
            return _hours(value)
        case _:
            return str(value).replace("\0", "").strip()


def _hours(duration: timedelta) -> str:
    """A duration as the hours of a clock: a whole day is ``24:00:00``, which ends a day."""
    seconds = round(duration.total_seconds())
    return f"{seconds // 3600:02}:{seconds % 3600 // 60:02}:{seconds % 60:02}"


def _to_the_second(instant: datetime) -> datetime:
    """Excel counts days in floats: 07:59:59.999997 is eight o'clock."""
    return (instant + timedelta(milliseconds=500)).replace(microsecond=0)
