"""What the messages of an Arrow IPC stream announce, read from their headers alone.

In: the bytes of a stream. Out: how many rows and cells its batches have, before anything is decoded. The library that
decodes unpacks compressed buffers to whatever size they name, and writes a dictionary's text out once a row: of a few
kilobytes either makes gigabytes, so streams with them are refused here. What the cells say is not looked at.

The layout is "Encapsulated message format" of the Arrow columnar format, its headers are flatbuffers (`Message.fbs`).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from basin.errors import UsageError

_CONTINUATION = 0xFFFFFFFF  # before the size of a header; streams of before 2019 have none
_SCHEMA = 1
_DICTIONARY = 2
_BATCH = 3  # Message.header_type
_HEADER_TYPE = 1
_HEADER = 2
_BODY_LENGTH = 3  # fields of Message, by their number
_LENGTH = 0
_NODES = 1
_COMPRESSION = 3  # fields of RecordBatch
_NODE_BYTES = 16  # of a FieldNode: its length, its count of nulls
_REMEDY = "用不压缩的 Arrow 流，文字列不用字典编码；整个请求可用 gzip"


class _Table(NamedTuple):
    """A table of a flatbuffer: the bytes, and where in them it begins."""

    raw: memoryview
    at: int

    def place(self, field: int) -> int | None:
        """Where a field stands; None where it was left out."""
        names = self.at - _number("<i", self.raw, self.at)
        entry = 4 + 2 * field
        if entry + 2 > _number("<H", self.raw, names):
            return None
        offset = _number("<H", self.raw, names + entry)
        return self.at + offset if offset else None

    def number(self, field: int, form: str) -> int:
        place = self.place(field)
        return 0 if place is None else _number(form, self.raw, place)

    def table(self, field: int) -> _Table:
        place = self.place(field)
        if place is None:
            raise ValueError("a message without header")
        return _Table(self.raw, place + _number("<I", self.raw, place))


def announced(raw: bytes) -> tuple[int, int]:
    """Rows, and cells of all columns and what is nested in them, of the batches together.

    Raises
    ------
    UsageError : compressed buffers or a dictionary. ValueError, struct.error : no such stream, or one that is cut off.
    """
    rows = cells = 0
    for batch in _batches(memoryview(raw)):
        if batch.place(_COMPRESSION) is not None:
            raise UsageError("Arrow 的缓冲区是压缩的", "compressed Arrow buffers", path="body", remedy=_REMEDY)
        rows += batch.number(_LENGTH, "<Q")  # as unsigned: a negative length is none, and too many
        cells += _cells(batch)
    return rows, cells


def _cells(batch: _Table) -> int:
    if batch.place(_NODES) is None:
        return 0
    raw, first = batch.table(_NODES)
    count = _number("<I", raw, first)
    nodes = struct.iter_unpack("<Qq", raw[first + 4 : first + 4 + _NODE_BYTES * count])
    return sum(length for length, _ in nodes)


def _batches(raw: memoryview) -> Iterator[_Table]:
    """The record batches, in the order and to the end that the library reads them."""
    at = 0
    while at < len(raw):
        size = _number("<I", raw, at)
        at += 4
        if size == _CONTINUATION:
            size = _number("<I", raw, at)
            at += 4
        if size == 0:
            return
        header = raw[at : at + size]
        at = at + size
        message = _Table(header, _number("<I", header, 0))
        kind = message.number(_HEADER_TYPE, "<B")
        body = message.number(_BODY_LENGTH, "<Q")
        if kind == _DICTIONARY:
            raise UsageError("Arrow 有字典编码的列", "dictionary-encoded Arrow", path="body", remedy=_REMEDY)
        if kind not in (_SCHEMA, _BATCH) or (kind == _SCHEMA and body) or at + body > len(raw):
            raise ValueError("cut off, or not a stream of record batches")
        if kind == _BATCH:
            yield message.table(_HEADER)
        at += body


def _number(form: str, raw: memoryview, at: int) -> int:
    return int(struct.unpack_from(form, raw, at)[0])
