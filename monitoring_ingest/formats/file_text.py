"""Bytes as sent in, text and CSV lines out.

Packed files (gzip) are unpacked; UTF-8 with or without BOM and GB18030 are told apart by trying. What the lines mean is
known to the sources beside this module.
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib

GZIP_MAGIC = b"\x1f\x8b"
MOST_UNPACKED_BYTES = 512 * 2**20
MOST_FILLED = 2**20  # blanks that short lines are filled up with, beyond one for each character of the file


class UnreadableFile(Exception):
    """A file no reading can be taken from. It never leaves monitoring_ingest: it becomes one rejected row of a receipt.

    `code` is a message code (`monitoring_ingest.readings.messages`), `value` what the message is about.
    """

    def __init__(self, code: str, value: str = "") -> None:
        super().__init__(code, value)
        self.code, self.value = code, value


def unpacked(raw: bytes, most: int = MOST_UNPACKED_BYTES) -> bytes:
    """The content of a gzip file, anything else as it is.

    Raises
    ------
    UnreadableFile : a gzip file that is cut off or damaged, or content of more than `most` bytes.
    """
    if raw.startswith(GZIP_MAGIC):
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(raw)) as packed:
                raw = packed.read(most + 1)
        except (OSError, EOFError, zlib.error) as problem:
            raise UnreadableFile("unreadable_file", "gzip") from problem
    if len(raw) > most:
        raise UnreadableFile("file_too_large", f"{most // 2**20} MiB")
    return raw


def decoded(raw: bytes) -> str:
    """The text of a file in UTF-8 (BOM or not) or, where it is no UTF-8, in GB18030.

    Raises
    ------
    UnreadableFile : neither encoding fits, or it holds a NUL, which no text has and no database keeps.
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
    """A file name as text; one whose bytes are no UTF-8 was packed on a Chinese Windows and is GB18030."""
    raw = name.encode("utf-8", "surrogateescape")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")


def csv_lines(text: str) -> tuple[list[str], list[int], list[list[str]]]:
    """The header of a CSV (stripped), and of every line that is not blank its number in the file and its cells.

    A line shorter than the header is filled with blanks; cells beyond the header are dropped.

    Raises
    ------
    UnreadableFile : no header, a quoted cell without end that swallows the file, or so many short lines under so long
    a header that filling them would take far more memory than the file.
    """
    reader = csv.reader(io.StringIO(text, newline=""))
    numbers = []
    lines = []
    allowed = len(text) + MOST_FILLED
    try:
        header = [name.strip() for name in next(reader, [])]
        for cells in reader:
            if any(cells):
                numbers.append(reader.line_num)
                lines.append(cells if len(cells) == len(header) else _of_width(cells, len(header)))
                if len(cells) < len(header) and len(header) * len(lines) > allowed:
                    raise UnreadableFile("file_too_large", f"{len(header)} × {len(lines)}")
    except csv.Error as problem:
        raise UnreadableFile("unreadable_file", str(problem)) from problem
    if not header:
        raise UnreadableFile("unreadable_file", "CSV")
    return header, numbers, lines


def _of_width(cells: list[str], width: int) -> list[str]:
    return [*cells, *[""] * width][:width]
