"""What the messages of an Arrow IPC stream announce, read from their headers alone.

In: the bytes of a stream. Out: how many rows and cells its batches have, before anything is decoded. The decoding
library unpacks a compressed buffer to whatever size the buffer names, and repeats a dictionary's text for every row.
Either turns a few kilobytes into gigabytes, so streams with compressed buffers or dictionaries are refused here. The
contents of the cells are not looked at.

The layout is the "Encapsulated message format" of the Arrow columnar format; its headers are flatbuffers
(`Message.fbs`).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from basin.errors import UsageError

_CONTINUATION = 0xFFFFFFFF  # precedes the size of a header; streams written before 2019 have none
# values of Message.header_type
_SCHEMA = 1
_DICTIONARY = 2
_BATCH = 3
# fields of Message, by number
_HEADER_TYPE = 1
_HEADER = 2
_BODY_LENGTH = 3
# fields of RecordBatch, by number
_LENGTH = 0
_NODES = 1
_COMPRESSION = 3
_NODE_BYTES = 16  # of a FieldNode: its length, its count of nulls
_REMEDY = "用不压缩的 Arrow 流，文字列不用字典编码；整个请求可用 gzip"


class Announced(NamedTuple):
    """How much the batches of a stream hold together; `cells` counts all columns and what is nested in them."""

    rows: int
    cells: int


class _Table(NamedTuple):
    """A table of a flatbuffer: the bytes of the buffer, and the offset at which the table begins."""

    raw: memoryview
    start: int

    def place(self, field: int) -> int | None:
        """The offset of a field; None where the writer left the field out."""
        vtable = self.start - _number("<i", self.raw, self.start)
        entry = 4 + 2 * field
        if entry + 2 > _number("<H", self.raw, vtable):
            return None
        offset = _number("<H", self.raw, vtable + entry)
        return self.start + offset if offset else None

    def number(self, field: int, form: str) -> int:
        """The number in a field, of the `struct` format `form`; 0, the flatbuffer default, where it is left out."""
        place = self.place(field)
        return 0 if place is None else _number(form, self.raw, place)

    def table(self, field: int) -> _Table:
        """The table or vector that a field points to."""
        place = self.place(field)
        if place is None:
            raise ValueError("a message without header")
        return _Table(self.raw, place + _number("<I", self.raw, place))


def announced(raw: bytes) -> Announced:
    """Rows and cells of all batches of a stream, as their headers announce them.

    Raises
    ------
    UsageError : the stream has compressed buffers or a dictionary.
    ValueError, struct.error : the bytes are no such stream, or the stream is cut off.
    """
    rows = 0
    cells = 0
    for batch in _batches(memoryview(raw)):
        if batch.place(_COMPRESSION) is not None:
            raise UsageError("Arrow 的缓冲区是压缩的", "compressed Arrow buffers", path="body", remedy=_REMEDY)
        rows += batch.number(_LENGTH, "<Q")  # unsigned: a negative length reads as far too many
        cells += _cells(batch)
    return Announced(rows, cells)


def _cells(batch: _Table) -> int:
    """The sum of the lengths of a batch's columns, nested ones included."""
    if batch.place(_NODES) is None:
        return 0
    raw, first = batch.table(_NODES)
    count = _number("<I", raw, first)
    nodes = struct.iter_unpack("<Qq", raw[first + 4 : first + 4 + _NODE_BYTES * count])
    return sum(length for length, _ in nodes)


def _batches(raw: memoryview) -> Iterator[_Table]:
    """The record batches, in the order in which the library reads them, up to the same end of the stream."""
    position = 0
    while position < len(raw):
        size = _number("<I", raw, position)
        position += 4
        if size == _CONTINUATION:
            size = _number("<I", raw, position)
            position += 4
        if size == 0:
            return
        header = raw[position : position + size]
        position += size
        message = _Table(header, _number("<I", header, 0))
        kind = message.number(_HEADER_TYPE, "<B")
        body = message.number(_BODY_LENGTH, "<Q")
        if kind == _DICTIONARY:
            raise UsageError("Arrow 有字典编码的列", "dictionary-encoded Arrow", path="body", remedy=_REMEDY)
        if kind not in (_SCHEMA, _BATCH) or (kind == _SCHEMA and body) or position + body > len(raw):
            raise ValueError("cut off, or not a stream of record batches")
        if kind == _BATCH:
            yield message.table(_HEADER)
        position += body


def _number(form: str, raw: memoryview, offset: int) -> int:
    return int(struct.unpack_from(form, raw, offset)[0])
