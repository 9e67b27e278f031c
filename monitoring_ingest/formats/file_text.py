"""The bytes of a file in, its text or its CSV lines out.

Gzip files are unpacked. UTF-8 (with or without BOM) is tried first, then GB18030. What the lines mean is known to the
modules that read one format each.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterator, Sequence
from itertools import pairwise, starmap
from typing import NamedTuple

from basin.signs import shown
from monitoring_ingest.formats.spreadsheet_cells import APOSTROPHE, as_they_were

GZIP_MAGIC = b"\x1f\x8b"
MOST_UNPACKED_BYTES = 512 * 2**20
LITTLE_BYTES = 16 * 2**20
MOST_TIMES_LARGER = 100  # than packed a gzip file may be, beyond `LITTLE_BYTES`: readings pack to about a twentieth
MOST_COLUMNS = 2_000
LONGEST_LINE = 2**20  # characters
LONGEST_NAME = 300  # characters of a file name
WHOLE = re.compile(r"[<>＜＞≤≥]?\s?\d{1,6}", re.ASCII)  # before a decimal comma
DIGITS = re.compile(r"\d{1,6}", re.ASCII)  # behind it
MOST_FILLED = 2**20  # blank cells that pad short lines, allowed on top of one cell per character of the file


class UnreadableFile(Exception):
    """A file that no reading can be taken from; it becomes one rejected row of a receipt and never leaves this package.

    `code` is a message code (`monitoring_ingest.readings.messages`), `value` is what the message is about.
    """

    def __init__(self, code: str, value: str = "") -> None:
        super().__init__(code, value)
        self.code = code
        self.value = value


def csv_records(text: str, separator: str = ",") -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of every record of a CSV, none of more than `MOST_COLUMNS` cells.

    Raises
    ------
    UnreadableFile : a quoted cell holds further lines with separators, as after an unclosed quote, or a line or a
        record is too long.
    """
    if any(len(line) > LONGEST_LINE for line in io.StringIO(text, newline="")):
        raise UnreadableFile("file_too_large", f"1: {LONGEST_LINE}")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    before = 0  # lines up to the record
    try:
        for cells in reader:
            if reader.line_num > before + 1 and any(_swallows(cell, separator) for cell in cells):
                lines = f"{before + 1}–{reader.line_num}"
                zh = f"CSV：第 {lines} 行有一格跨了几行又有分隔符，或许少一个引号；补上引号，或去掉格里的换行"
                en = "a cell over several lines, with separators: add the missing quote, or take the line breaks out"
                raise UnreadableFile("unreadable_file", f"{zh} {en}")
            before = reader.line_num
            if len(cells) > MOST_COLUMNS:
                raise UnreadableFile("file_too_large", f"{reader.line_num}: {MOST_COLUMNS}")
            yield reader.line_num, cells
    except csv.Error as problem:
        raise UnreadableFile("unreadable_file", str(problem)) from problem


def _swallows(cell: str, separator: str) -> bool:
    """Whether a cell of several lines holds further rows: those have separators, which a title or remark rarely has."""
    return separator in cell and ("\n" in cell or "\r" in cell)


class CsvLines(NamedTuple):
    """The lines of a CSV that are not blank: line numbers in the file, and cells, each line as wide as the header.

    `beyond` has, by position of a line that is longer than the header, its first cell without a title that is not
    blank: a decimal comma or a cell too many has moved the others, and nobody knows which value stands under which
    title. Where only some lines are longer (`longer_than_others`) it may be the last cell with a title.
    """

    header: list[str]
    numbers: list[int]
    lines: list[list[str]]
    beyond: dict[int, str]


def unpacked(raw: bytes, most: int = MOST_UNPACKED_BYTES) -> bytes:
    """The content of a gzip file; any other file is returned as it is.

    Raises
    ------
    UnreadableFile : the gzip file is cut off or damaged, or the content is longer than `most` bytes, or far larger than
        the file.
    """
    if raw.startswith(GZIP_MAGIC):
        try:
            most = min(most, LITTLE_BYTES + MOST_TIMES_LARGER * len(raw))
            with gzip.GzipFile(fileobj=io.BytesIO(raw)) as packed:
                raw = packed.read(most + 1)
        except (OSError, EOFError, zlib.error) as problem:
            raise UnreadableFile("unreadable_file", "gzip") from problem
    if len(raw) > most:
        raise UnreadableFile("file_too_large", f"{most // 2**20} MiB")
    return raw


def decoded(raw: bytes) -> str:
    """The text of a file, read as UTF-8 (with or without BOM) or, where the bytes are not UTF-8, as GB18030.

    Raises
    ------
    UnreadableFile : neither encoding fits, or the text holds a NUL, which no database stores.
    """
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            raise UnreadableFile("unreadable_file", "NUL")
        return text
    raise UnreadableFile("unreadable_file", "UTF-8, GB18030")


def legible(name: str) -> str:
    """A file name as text that can be stored and printed.

    A name that is not UTF-8 was packed on a Chinese Windows and is read as GB18030. Unseen signs are spelled out.
    """
    raw = name.encode("utf-8", "surrogateescape") if _is_of_bytes(name) else shown(name).encode()
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", "replace")
    return shown(" ".join(text.split()), LONGEST_NAME)


def _is_of_bytes(name: str) -> bool:
    """Whether a name can be the bytes that a file system gave: other halves of surrogate pairs come from elsewhere."""
    try:
        name.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return True


def csv_lines(text: str) -> CsvLines:
    """The stripped header of a CSV, and every line that is not blank.

    A line shorter than the header is padded with blank cells; cells beyond the header stand in `beyond`. Lines that all
    end with the same number of separators too many are sound.

    Raises
    ------
    UnreadableFile : there is no header, an unclosed quote swallows the file, or the lines are so many and so much
        shorter than the header that padding them would take far more memory than the file.
    """
    records = csv_records(text)
    numbers = []
    lines: list[list[str]] = []
    beyond: dict[int, str] = {}
    sent: list[list[str]] = []
    allowed = len(text) + MOST_FILLED
    has_escapes = APOSTROPHE in text  # most files have none, and their cells need no look
    _, titles = next(records, (1, []))
    header = [name.strip() for name in as_they_were(titles)]
    for number, line in records:
        if any(line):
            cells = as_they_were(line) if has_escapes else line
            numbers.append(number)
            sent.append(cells)
            if any(cells[len(header) :]):
                beyond[len(lines)] = next(filter(None, cells[len(header) :]))
            lines.append(cells if len(cells) == len(header) else _of_width(cells, len(header)))
            if len(cells) < len(header) and len(header) * len(lines) > allowed:
                raise UnreadableFile("file_too_large", f"{len(header)} × {len(lines)}")
    if not header:
        raise UnreadableFile("unreadable_file", "CSV：没有表头 no header")
    for position in longer_than_others(sent, len(header)):
        beyond.setdefault(position, last_text(lines[position]))
    return CsvLines(header, numbers, lines, beyond)


def longer_than_others(lines: Sequence[Sequence[str]], width: int) -> list[int]:
    """The positions of lines whose cells may have moved, among those that are longer than the header.

    A decimal comma makes a line longer though its last cell is blank: ``0,21,`` for ``0.21,``. Programs that end a line
    with a separator too many end every line so, and leave no two whole numbers side by side where one was split.

    Parameters
    ----------
    lines : the cells of each line that is not blank.
    width : that of the header.
    """
    longer = [position for position, cells in enumerate(lines) if len(cells) > width]
    if len(set(map(len, lines))) > 1:
        return longer
    return [position for position in longer if any(starmap(_are_halves, pairwise(lines[position])))]


def _are_halves(whole: str, decimals: str) -> bool:
    """Whether two cells can be the halves of a number with a decimal comma."""
    return WHOLE.fullmatch(whole.strip()) is not None and DIGITS.fullmatch(decimals.strip()) is not None


def last_text(cells: Sequence[str]) -> str:
    """The last cell that is not blank."""
    return next(filter(None, reversed(cells)), "")


def _of_width(cells: list[str], width: int) -> list[str]:
    return [*cells, *[""] * width][:width]
