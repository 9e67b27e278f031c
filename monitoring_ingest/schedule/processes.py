"""Who holds a lease: this process by name, and whether the process behind a name still lives.

The only module that asks the operating system about processes. A name of another machine is taken to live; its lease
ends by time.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path

SEPARATOR = ":"


def this_process() -> str:
    """Host, process id and start of this process: ``host:4711:93021``."""
    return SEPARATOR.join((socket.gethostname(), str(os.getpid()), _start(os.getpid())))


def lives(holder: str) -> bool:
    """Whether the process behind a name may still run; false only for one of this machine that is gone."""
    host, pid, start = holder.rsplit(SEPARATOR, 2)
    if host != socket.gethostname():
        return True
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return _start(int(pid)) == start


def _start(pid: int) -> str:
    """When a process started, in ticks since boot; blank where the system does not tell. It tells a reused id apart."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
