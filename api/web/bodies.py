"""The body of a request, no larger than allowed, before memory is spent on more.

In: a request that is still arriving. Out: its bytes, unpacked where it says ``Content-Encoding: gzip``. What is too
large is refused by its announced length or as soon as the limit is passed; what the bytes mean is not asked here.
"""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator

from fastapi import Request
from starlette.datastructures import Headers

from basin.errors import Refused, UsageError
from basin.written.numbers import whole
from monitoring_ingest.formats.pushed import TooLarge

GZIP = "gzip"
_GZIP_WINDOW = 31  # zlib's number for gzip with its largest window


async def body_of(request: Request, most: int) -> bytes:
    """The body, unpacked.

    Raises
    ------
    TooLarge : more than `most` bytes, packed or unpacked. Refused : 415 for another encoding. UsageError : no gzip, or
    a length that is no number.
    """
    refuse_announced(request.headers, most)
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in (GZIP, "identity", ""):
        refused = Refused(
            f"不支持的编码 {encoding}", f"encoding {encoding} is not supported",
            path="Content-Encoding", remedy="用 gzip，或不压缩",
        )  # fmt: skip
        refused.status = 415
        raise refused
    unpacker = _Unpacker() if encoding == GZIP else None
    return await _collected(request.stream(), most, unpacker)


def refuse_announced(headers: Headers, most: int) -> None:
    """Refuse a body by the length it announces, before any of it is read.

    Raises
    ------
    TooLarge : more than `most` bytes. UsageError : as `announced_length`.
    """
    announced = announced_length(headers)
    if announced is not None and announced > most:
        raise too_large(most)


def announced_length(headers: Headers) -> int | None:
    """The bytes that a request says its body has; None where it says nothing.

    Raises
    ------
    UsageError : what it says is no number.
    """
    written = headers.get("content-length")
    if written is None:
        return None
    try:
        return whole(written)
    except ValueError as problem:
        zh = "Content-Length 不是数字"
        raise UsageError(zh, "Content-Length is no number", path="Content-Length", remedy="写字节数") from problem


async def _collected(chunks: AsyncIterator[bytes], most: int, unpacker: _Unpacker | None) -> bytes:
    body = bytearray()
    arrived = 0
    async for chunk in chunks:
        arrived += len(chunk)  # counted apart: gzip of nothing may go on for ever
        body += unpacker.unpacked(chunk, most + 1 - len(body)) if unpacker else chunk
        if max(arrived, len(body)) > most:
            raise too_large(most)
    if unpacker and not unpacker.ended:
        raise _no_gzip()
    return bytes(body)


class _Unpacker:
    """Unpacks gzip piece by piece, and never more than asked for."""

    def __init__(self) -> None:
        self._one = zlib.decompressobj(_GZIP_WINDOW)
        self._begun = False

    @property
    def ended(self) -> bool:
        """Whether what came so far is whole."""
        return self._begun and self._one.eof

    def unpacked(self, chunk: bytes, at_most: int) -> bytes:
        """What a further piece unpacks to; where that is `at_most` bytes or more, the rest is left."""
        unpacked = bytearray()
        try:
            while chunk and len(unpacked) < at_most:
                if self._one.eof:  # gzip may be several, one after the other
                    self._one = zlib.decompressobj(_GZIP_WINDOW)
                self._begun = True
                unpacked += self._one.decompress(chunk, at_most - len(unpacked))
                chunk = self._one.unconsumed_tail or self._one.unused_data
        except zlib.error as problem:
            raise _no_gzip() from problem
        return bytes(unpacked)


def too_large(most: int) -> TooLarge:
    """The refusal of a body of more than `most` bytes."""
    return TooLarge(
        f"请求体超过 {most} 字节", f"a body of more than {most} bytes", path="body", remedy="分几次报送"
    )  # fmt: skip


def _no_gzip() -> UsageError:
    return UsageError("不是完整的 gzip", "not a whole gzip", path="Content-Encoding", remedy="重新压缩，或不压缩")
