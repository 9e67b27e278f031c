"""Times as people and programs write them: texts and a zone in, instants out. Every door reads instants here.

The forms are ISO 8601 (``2020-08-08T08:00:00Z``, ``20200808T080000``), the digits of telegrams (``20200808080000``),
``2020/8/8 8:00``, ``2020年8月8日8时``, ``24:00`` for the end of a day, the day numbers of Excel (``44051.333``), and a
date and a clock time in two cells. Weeks, days of the year, more decimals than microseconds and offsets with seconds
are none of them. A text that means two instants, or none, gives None; so does ``08:00-12:00`` behind a date, which
people write of the hours from eight to noon and programs of a zone twelve hours behind.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from basin.written.numbers import half_width
from monitoring_ingest.readings.frames import in_reach

EXCEL_DAY_ZERO = datetime(1899, 12, 30)
MAC_DAY_ZERO = datetime(1904, 1, 1)
_SERIAL = re.compile(r"\d{5}(?:\.\d{1,20})?", re.ASCII)  # 1927 to 2173, or four years later
_SERIAL_DAY = re.compile(r"(\d{5})(?:\.0{1,20})?", re.ASCII)
_PART_OF_A_DAY = re.compile(r"0?\.\d{1,20}|\d(?:\.\d{1,20})?[eE]-0?\d", re.ASCII)
_WHOLE_DAY = re.compile(r"(?:1899-12-31|1900-01-01|1904-01-02) 00:00:00")
_DAY = r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
_CLOCK = r"(\d{1,2})(?:[:时点](?:(\d{1,2})(?:[:分](?:(\d{1,2})(?:\.0+)?秒?)?)?)?)"
_WRITTEN = re.compile(rf"{_DAY}(?:(?:(?<=日)|T|\s)\s*{_CLOCK})?", re.ASCII)
_ZONE = r"(Z|[+-]\d\d(?::?\d\d)?)"
_DECIMALS = r"(?:[.,](\d{1,6})0{0,3})"  # microseconds; some programs always write nine digits
_EXTENDED = re.compile(rf"(\d{{4}})-(\d\d)-(\d\d)(?:[T ](\d\d)(?::(\d\d)(?::(\d\d){_DECIMALS}?)?)?{_ZONE}?)?", re.ASCII)
# without separators: also the 12, 14 or 17 digits (minutes, seconds, milliseconds) of telegrams
_BASIC_DECIMALS = r"(?:[.,](?=\d)|(?=\d{3}(?!\d)))(\d{1,6})0{0,3}"
_BASIC = re.compile(rf"(\d{{4}})(\d\d)(\d\d)(?:[T ]?(\d\d)(\d\d)(?:(\d\d)(?:{_BASIC_DECIMALS})?)?{_ZONE}?)?", re.ASCII)
_MOST_HOURS = 14  # of an offset: the Line Islands


def written_instants(texts: Sequence[str], zone: str, from_1904: bool = False) -> list[datetime | None]:
    """The instants written in `texts`; a text that names no zone is in `zone`.

    Parameters
    ----------
    texts : as written.
    zone : time zone of texts that name none.
    from_1904 : whether day numbers count from 1904, as in workbooks of old Macs.
    """
    plain = {text: iso(text, from_1904) for text in dict.fromkeys(texts)}
    return instants([plain[text] for text in texts], [zone] * len(texts))


def instants(texts: Sequence[str], zones: Sequence[str]) -> list[datetime | None]:
    """The instants written in `texts`; None where there is no such instant, or none in the years of measurements.

    Parameters
    ----------
    texts : times as written.
    zones : the zone of each text, used where the text names none; as long as `texts`.
    """
    pairs = list(zip(texts, zones, strict=True))
    by_pair = {pair: in_reach(_instant(*pair)) for pair in set(pairs)}
    return [by_pair[pair] for pair in pairs]


def _instant(text: str, zone: str) -> datetime | None:
    written = as_written(text)
    return written if written is None or written.tzinfo else _in_zone(written, ZoneInfo(zone))


def _in_zone(naive: datetime, zone: ZoneInfo) -> datetime | None:
    """A wall-clock time in its zone; None in an hour that summer time skips or repeats, which is ambiguous."""
    earlier = naive.replace(tzinfo=zone, fold=0)
    later = naive.replace(tzinfo=zone, fold=1)
    return earlier if (earlier.utcoffset() or timedelta()) == (later.utcoffset() or timedelta()) else None


def as_written(text: str) -> datetime | None:
    """The time that a text states, aware where the text names a zone; a bare date is its midnight; None: no time."""
    plain = text if _EXTENDED.fullmatch(text) else iso(text)  # most texts need no rewriting
    parts = _EXTENDED.fullmatch(plain) or _BASIC.fullmatch(plain)
    if not parts:
        return None
    *clock, decimals, offset = parts.groups()
    second_written = clock[-1] is not None
    if offset and offset.startswith("-") and not second_written and "T" not in plain:
        return None  # may as well be a range of hours
    year, month, day, hour, minute, second = (int(part or 0) for part in clock)
    microsecond = int((decimals or "").ljust(6, "0"))
    end_of_day = hour == 24 and minute == second == microsecond == 0
    try:
        written = datetime(year, month, day, 0 if end_of_day else hour, minute, second, microsecond, _zone(offset))
        return written + timedelta(days=end_of_day)
    except (ValueError, OverflowError):  # no such day, hour or offset
        return None


def _zone(offset: str | None) -> timezone | None:
    """The zone of an offset ``+08:00``, ``-0330`` or ``-07``.

    Raises
    ------
    ValueError : no place on earth keeps such a time.
    """
    if offset is None:
        return None
    if offset == "Z":
        return UTC
    hours = int(offset[1:3])
    minutes = int(offset[3:].removeprefix(":") or 0)
    if hours > _MOST_HOURS or minutes > 59:
        raise ValueError(offset)
    ahead = timedelta(hours=hours, minutes=minutes)
    return timezone(-ahead if offset.startswith("-") else ahead)


def joined_times(
    days: Sequence[str], clocks: Sequence[str], default: str = "", from_1904: bool = False
) -> list[str]:  # fmt: skip
    """The date and clock time of two cells as one text each; blank where the date is blank.

    Parameters
    ----------
    days, clocks : cells as written, of equal length.
    default : the clock time where a clock cell is blank, as ``08:00``.
    from_1904 : whether day numbers count from 1904.
    """
    return [
        " ".join(filter(None, (_day_only(day, from_1904), _clock_only(clock) or default))) if day else ""
        for day, clock in zip(days, clocks, strict=True)
    ]


def _day_only(text: str, from_1904: bool) -> str:
    """A date cell without the midnight that Excel appends; the day number of Excel as a date."""
    if whole := _SERIAL_DAY.fullmatch(half_width(text).strip()):
        return _of_serial(whole[1], from_1904).date().isoformat()
    return text.removesuffix(" 00:00:00")


def _clock_only(text: str) -> str:
    """A clock cell as text: Excel stores 08:00 as a third of a day and 24:00 as a day, on its day zero."""
    plain = half_width(text).strip()
    if _PART_OF_A_DAY.fullmatch(plain):
        seconds = round(float(plain) * 86400)
        return f"{seconds // 3600:02}:{seconds % 3600 // 60:02}:{seconds % 60:02}"
    if _WHOLE_DAY.fullmatch(text):
        return "24:00:00"
    return re.sub(r"^(1899-12-30|1904-01-01) ", "", text)


def _of_serial(number: str, from_1904: bool) -> datetime:
    """The instant of a day number, to the second."""
    zero = MAC_DAY_ZERO if from_1904 else EXCEL_DAY_ZERO
    return (zero + timedelta(days=float(number), milliseconds=500)).replace(microsecond=0)


def _folded(text: str) -> str:
    """A text in signs of usual width and form (NFKC), unless that would make a digit of a sign that is none: ``²``."""
    plain = half_width(text)
    if plain.isascii():  # most texts
        return plain
    if any(sign.isdigit() and not sign.isascii() for sign in plain):
        return plain
    return unicodedata.normalize("NFKC", plain)


def iso(text: str, from_1904: bool = False) -> str:
    """A written time as ISO 8601; a text in none of the forms of this module is returned as it is."""
    plain = _folded(text).strip()
    if _SERIAL.fullmatch(plain):
        return _of_serial(plain, from_1904).isoformat(sep=" ")
    parts = _WRITTEN.fullmatch(plain)
    if not parts:
        return plain
    year, month, day, hour, minute, second = (int(part or 0) for part in parts.groups())
    end_of_day = hour == 24 and minute == second == 0
    try:
        instant = datetime(year, month, day, 0 if end_of_day else hour, minute, second)
    except ValueError:
        return plain
    return (instant + timedelta(days=end_of_day)).isoformat(sep=" ")
