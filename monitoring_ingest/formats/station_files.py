"""The long CSV of readings: ``station,time,indicator,value,unit[,mark][,reason][,status]`` in, readings out.

The same columns `monitoring_ingest.exports` writes. A station is named by code or by a name unique in the register (a
further column ``province`` makes it so); a time without zone takes the station's. The mark column holds marks and the
station's status, joined by ``|``; a status may have a column of its own, and there be any word. Rows are numbered by
their line in the file. Nothing is judged here.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain
from zoneinfo import ZoneInfo

from basin.network import TIMEZONE, Network
from monitoring_ingest.formats.file_text import UnreadableFile, csv_lines, decoded, unpacked
from monitoring_ingest.readings.frames import NOT_EQUIPPED, NOT_MEASURED, Columns, in_reach, plain_columns
from monitoring_ingest.readings.station_names import stations_of
from monitoring_ingest.readings.station_statuses import marks_and_status

REQUIRED = ("station", "time", "indicator", "value", "unit")
OPTIONAL = ("mark", "province", "reason", "status")

_WRITTEN_TIME = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?")


def read_long_csv(raw: bytes, *, name: str, network: Network) -> Columns:
    """The readings of one long CSV, row by row.

    Raises
    ------
    UnreadableFile : not text, or a column is missing.
    """
    header, numbers, lines = csv_lines(decoded(unpacked(raw)))
    return long_readings(numbers, _columns([title.casefold() for title in header], lines), network)


def long_readings(numbers: Sequence[int], columns: Mapping[str, Sequence[str]], network: Network) -> Columns:
    """Readings of the columns of the long form, texts without blanks around them; `numbers` are their rows."""
    zones = _zones(network, columns["province"], columns["station"])
    said = list(zip(columns["mark"], columns["status"], strict=True))
    known = {pair: marks_and_status(*pair) for pair in set(said)}
    values = columns["value"]
    return plain_columns(
        {
            "row": numbers,
            "province": columns["province"],
            "station_text": columns["station"],
            "indicator_text": columns["indicator"],
            "time": instants(columns["time"], zones),
            "time_text": columns["time"],
            "value_text": ["" if value in (NOT_MEASURED, NOT_EQUIPPED) else value for value in values],
            "printed": values,
            "unit": columns["unit"],
            "mark": [known[pair][0] for pair in said],
            "status": [known[pair][1] for pair in said],
            "reason": columns["reason"],
        }
    )


def looks_like_long_csv(raw: bytes) -> bool:
    """Whether the first line of a file has the columns of a long CSV."""
    first = unpacked(raw).partition(b"\n")[0].removeprefix(codecs.BOM_UTF8)
    return {name.encode() for name in REQUIRED} <= {name.strip().lower() for name in first.split(b",")}


def _columns(header: list[str], lines: list[list[str]]) -> dict[str, Sequence[str]]:
    missing = [name for name in REQUIRED if name not in header]
    if missing:
        raise UnreadableFile("missing_column", " ".join(missing))
    flat = list(map(str.strip, chain.from_iterable(lines)))
    width = len(header)
    cells = [flat[at::width] for at in range(width)]
    blank = [""] * len(lines)
    return {name: cells[header.index(name)] if name in header else blank for name in (*REQUIRED, *OPTIONAL)}


def _zones(network: Network, provinces: Sequence[str], names: Sequence[str]) -> list[str]:
    """The timezone of each row's station; that of the whole country where the station is not known (yet)."""
    pairs = list(zip(provinces, names, strict=True))
    zones = {pair: station.timezone if station else TIMEZONE for pair, station in stations_of(network, pairs).items()}
    return [zones[pair] for pair in pairs]


def instants(texts: Sequence[str], zones: Sequence[str]) -> list[datetime | None]:
    """The instants written in `texts`, each in its zone where it names none; None where there is no such instant."""
    pairs = list(zip(texts, zones, strict=True))
    known = {pair: in_reach(_instant(*pair)) for pair in set(pairs)}
    return [known[pair] for pair in pairs]


def _instant(text: str, zone: str) -> datetime | None:
    """ISO 8601, or the forms of spreadsheets: ``2020/8/8 8:00``. A bare date is its first instant."""
    try:
        written = datetime.fromisoformat(text)
    except ValueError:
        found = _WRITTEN_TIME.fullmatch(text)
        if not found:
            return None
        year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
        try:
            written = datetime(year, month, day, hour, minute, second)
        except ValueError:
            return None
    return written if written.tzinfo else _in_zone(written, ZoneInfo(zone))


def _in_zone(naive: datetime, zone: ZoneInfo) -> datetime | None:
    """A wall-clock time in its zone; None in the hour that summer time skips or repeats, for it may mean two things."""
    earlier = naive.replace(tzinfo=zone, fold=0)
    later = naive.replace(tzinfo=zone, fold=1)
    return earlier if (earlier.utcoffset() or timedelta()) == (later.utcoffset() or timedelta()) else None
