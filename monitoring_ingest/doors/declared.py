"""How each declared source is read, and by which door its files come.

In: a `Source`. Out: a `Door` called ``source:<code>`` whose reader makes readings frames of its files. Judging and
storing is the gate's (`monitoring_ingest.doors.files`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from basin.errors import UsageError
from basin.network import Network
from basin.sources import Source
from monitoring_ingest.doors.files import Door, Reader
from monitoring_ingest.formats.declared_tables import read_table
from monitoring_ingest.formats.laboratory import read_laboratory
from monitoring_ingest.formats.national_release import read_release
from monitoring_ingest.formats.station_files import OPTIONAL, PASSED_OVER, REQUIRED

PREFIX = "source:"


def source_door(source: Source, network: Network | None = None) -> Door:
    """The door of a source's files. With the register of stations a title line that names another station is told.

    Raises
    ------
    UsageError : its format is no file: telegrams come over the wire.
    """
    reader = READERS.get(source.format)
    if reader is None:
        zh = f"{source.format} 不是文件"
        en = "not a format of files"
        raise UsageError(zh, en, path="format", remedy="报文用 hengjie listen 接收")
    return Door(door_name(source.code), reader(source, network), source.code)


def door_name(code: str) -> str:
    """What the door of a source is called in receipts, and its job in the schedule."""
    return f"{PREFIX}{code}"


def _long_csv(source: Source, network: Network | None) -> Reader:
    """The long CSV of readings as a table whose columns are known, times without zone in the source's."""
    columns = {name: name for name in (*REQUIRED, *OPTIONAL)}
    return partial(read_table, source=replace(source, columns=columns, ignored=PASSED_OVER), network=network)


READERS: Mapping[str, Callable[[Source, Network | None], Reader]] = {
    "readings": _long_csv,
    "table": lambda source, network: partial(read_table, source=source, network=network),
    "bulletin": lambda source, network: partial(read_table, source=source, network=network),
    "national-release": lambda _source, _network: read_release,
    "laboratory": lambda source, _network: partial(read_laboratory, source=source),
}
