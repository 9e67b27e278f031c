"""Opening an evidence file that a stranger made: its entries, or a refusal.

In: bytes, or the path of a file. Out: the content of each entry, by name. Nothing is written to disk, nothing is
inflated (an evidence file is stored, never compressed), and no size that a header states is believed: the directory of
the archive is looked at before Python's reader is, and each entry is read up to its limit. Whether the content is true
is not known here.
"""

from __future__ import annotations

import os
import stat
import struct
import zlib
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import NamedTuple
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from basin.errors import Refused
from settlement.evidence.entries import (
    MIB,
    MOST_BYTES,
    MOST_ENTRIES,
    REQUIRED,
    SUMS,
    belongs,
    most_of,
    on_disk,
)

REMEDY = "不要解压，向出具者另取证据包"
UTF8_NAME = 0x800  # the only flag that an entry may have: no encryption, no size that follows the data
# NotImplementedError is a RuntimeError (an unknown or encrypted method), struct errors come as BadZipFile
_UNREADABLE = (BadZipFile, zlib.error, EOFError, OSError, OverflowError, RuntimeError, ValueError)
_END = struct.Struct("<4s4H2LH")  # of the directory: signature, disks, entries, size and place of it, comment
_END_SIGNATURE = b"PK\5\6"
_END64 = b"PK\6\7"
_END64_SIZE = 20
_LARGEST_DIRECTORY = MIB


def file_bytes(path: Path) -> bytes:
    """The content of a regular file that is small enough to be an evidence file.

    Raises
    ------
    Refused : it is a pipe, a device or a folder, cannot be read, or is too large.
    """
    try:
        # A pipe that nobody writes to would not even open without O_NONBLOCK.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except OSError as problem:
        zh = f"打不开文件：{problem.strerror}"
        raise Refused(zh, "cannot be opened", file=path, remedy="检查路径与权限") from problem
    try:
        state = os.fstat(handle)
        if not stat.S_ISREG(state.st_mode):
            raise Refused("不是普通文件", "not a regular file", file=path, remedy="给出证据包 ZIP 文件的路径")
        _refuse_too_large(state.st_size, path)
        with os.fdopen(handle, "rb", closefd=False) as file:
            raw = file.read(MOST_BYTES + 1)  # it may grow meanwhile
    except OSError as problem:
        raise Refused(f"读不出文件：{problem.strerror}", "cannot be read", file=path) from problem
    finally:
        os.close(handle)
    _refuse_too_large(len(raw), path)
    return raw


def entries_of(raw: bytes) -> dict[str, bytes]:
    """The entries of an archive that opens, holds nothing but what belongs in an evidence file, and has all it needs.

    Raises
    ------
    Refused : naming the first entry that does not belong, is missing, too large, compressed or cannot be read.
    """
    _refuse_too_large(len(raw), None)
    _refuse_other_directory(raw)
    name: str | None = None
    entries = {}
    try:
        with ZipFile(BytesIO(raw)) as file:
            listed = file.infolist()
            _refuse_other_names(listed)
            _refuse_other_sizes(listed, len(raw))
            for info in listed:
                name = info.filename
                entries[name] = _content(file, info)
    except _UNREADABLE as problem:
        raise Refused("压缩包读不出", f"archive cannot be read: {problem}", file=name) from problem
    if missing := [name for name in (*REQUIRED, SUMS) if name not in entries]:
        raise Refused("证据包缺少此文件", "missing from the evidence file", file=missing[0])
    return entries


def _refuse_too_large(size: int, path: Path | None) -> None:
    if size > MOST_BYTES:
        zh = f"文件超过 {MOST_BYTES // MIB} MiB，证据包没有这么大"
        raise Refused(zh, f"more than {MOST_BYTES // MIB} MiB: no evidence file is that large", file=path)


class _End(NamedTuple):
    """The end of the directory of an archive, as the format has it."""

    signature: bytes
    disk: int
    disk_of_directory: int
    entries_here: int
    entries: int
    size: int
    start: int
    comment: int


def _refuse_other_directory(raw: bytes) -> None:
    """The directory ends the file, is small, and is not one of those for archives of more than 4 GiB (zip64).

    Python's reader looks for the directory wherever there may be one and makes an object for each of its entries.
    """
    if len(raw) < _END.size:
        raise _not_read("no directory at its end")
    end = _End(*_END.unpack(raw[-_END.size :]))
    if end.signature != _END_SIGNATURE or end.comment or end.start + end.size + _END.size != len(raw):
        raise _not_read("no directory at its end")
    if raw[-_END.size - _END64_SIZE :].startswith(_END64) or end.disk or end.disk_of_directory:
        raise _not_read("an archive of several parts, or of more than 4 GiB")
    if max(end.entries, end.entries_here) > MOST_ENTRIES or end.size > _LARGEST_DIRECTORY:
        raise Refused(f"证据包没有这么多文件：超过 {MOST_ENTRIES}", f"more than {MOST_ENTRIES} entries", remedy=REMEDY)


def _not_read(en: str) -> Refused:
    return Refused("压缩包读不出", f"archive cannot be read: {en}")


def _refuse_other_names(listed: Sequence[ZipInfo]) -> None:
    """Every name is one that an evidence file has, and stands once, also where a disk takes two names for one."""
    seen: set[str] = set()
    for info in listed:
        name = info.orig_filename  # as it stands: Python's reader ends a name at the first NUL
        shown = name if name.isprintable() else ascii(name)  # a terminal obeys some characters
        if name != info.filename or not belongs(name):
            raise Refused("证据包里不该有此文件", "does not belong in an evidence file", file=shown, remedy=REMEDY)
        if on_disk(name) in seen:
            raise Refused("此文件名在证据包里重复", "the name stands twice in the archive", file=shown, remedy=REMEDY)
        seen.add(on_disk(name))


def _refuse_other_sizes(listed: Sequence[ZipInfo], size: int) -> None:
    """Every entry is stored as it is; none is said to be larger than it may be, nor all together than the file."""
    for info in listed:
        if info.compress_type != ZIP_STORED or info.compress_size != info.file_size:
            zh = "证据包的条目只存不压"
            raise Refused(zh, "compressed, and no entry may be", file=info.filename, remedy=REMEDY)
        if info.flag_bits & ~UTF8_NAME:
            zh = "条目加了密，或长度写在数据之后"
            raise Refused(zh, "encrypted, or with its size after the data", file=info.filename, remedy=REMEDY)
        if info.file_size > most_of(info.filename):
            raise _too_large(info)
    if sum(info.file_size for info in listed) > size:
        raise _not_read("its entries are said to be larger than the file")


def _content(file: ZipFile, info: ZipInfo) -> bytes:
    most = most_of(info.filename)
    with file.open(info) as entry:
        content = entry.read(most + 1)
    if len(content) > most:
        raise _too_large(info)
    return content


def _too_large(info: ZipInfo) -> Refused:
    most = most_of(info.filename) // MIB
    return Refused(f"超过 {most} MiB", f"more than {most} MiB", file=info.filename, remedy=REMEDY)
