"""Reading files of a declared folder, and nothing that a link or a pipe in it leads to.

In: a folder and files that were listed in it. Out: their bytes. A link is followed where it stays inside the folder. A
file is opened component by component without following any link, and looked at once it is open, so that nothing can be
put in its place between the look and the reading. This module lists nothing and decides nothing about a refusal.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

LEADS_OUT = "链接指向文件夹之外 a link that leads out of the folder"
NO_FILE = "不是普通文件（管道、设备等） no regular file"
_OPENS_AT = os.open in os.supports_dir_fd and hasattr(os, "O_NOFOLLOW")


@contextmanager
def opened(folder: Path, file: Path) -> Iterator[IO[bytes]]:
    """A regular file of a folder, to be read.

    Raises
    ------
    OSError : a link that leads out of the folder (ELOOP), something else than a regular file, or a file that cannot be
    opened.
    """
    inside = check(folder, file)
    descriptor = _descriptor(folder.resolve(), inside)
    with os.fdopen(descriptor, "rb") as content:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, NO_FILE)
        yield content


def check(folder: Path, file: Path) -> Path:
    """Where a regular file lies below a folder once all links are followed.

    Raises
    ------
    OSError : as `opened`.
    """
    try:
        inside = file.resolve(strict=True).relative_to(folder.resolve(strict=True))
    except (ValueError, RuntimeError):  # somewhere else, or it leads to itself
        raise OSError(errno.ELOOP, LEADS_OUT) from None
    if not file.is_file():  # a device may do something when it is only opened
        raise OSError(errno.EINVAL, NO_FILE)
    return inside


def _descriptor(folder: Path, inside: Path) -> int:
    """A file below a folder, opened without following a link; a pipe without a writer is not waited for."""
    if not _OPENS_AT:
        return os.open(folder / inside, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    parent = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for name in inside.parts[:-1]:
            deeper = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=parent)
            os.close(parent)
            parent = deeper
        return os.open(inside.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=parent)
    finally:
        os.close(parent)


def content_of(folder: Path, file: Path) -> bytes:
    """All bytes of a regular file of a folder.

    Raises
    ------
    OSError : as `opened`.
    """
    with opened(folder, file) as content:
        return content.read()
