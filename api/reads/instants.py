"""Instants as people write them, on the command line and in addresses.

In: text in a form that every door reads (`written_times`). Out: an aware instant, or an error in words. Stores decide
what was recorded by an instant.
"""

from __future__ import annotations

from datetime import datetime

from basin.errors import UsageError
from basin.periods import YEARS
from monitoring_ingest.formats.written_times import as_written, written_instants


def parsed_instant(text: str | None, path: str) -> datetime | None:
    """An ISO 8601 instant with its zone; None where none is given.

    Raises
    ------
    UsageError : no instant, an instant without a zone, or in a year outside `basin.periods.YEARS`; names `path`.
    """
    if text is None:
        return None
    remedy = "写成 2020-08-31T00:00:00Z 或 2020-08-31T08:00:00+08:00"
    moment = as_written(_with_plus(text))
    if moment is None or moment.tzinfo is None:
        raise UsageError(f"不是带时区的时刻：{text}", f"not an instant with a zone: {text}", path=path, remedy=remedy)
    if moment.year not in YEARS:
        zh = f"年份不在 {YEARS[0]}–{YEARS[-1]}：{text}"
        en = f"a year outside {YEARS[0]}-{YEARS[-1]}: {text}"
        raise UsageError(zh, en, path=path, remedy="改正年份")
    return moment


def time_of_reading(text: str, zone: str) -> datetime:
    """The time of a reading in an address, written as in a push: without a zone it is in that of the station.

    Raises
    ------
    UsageError : no time, or in a year outside `basin.periods.YEARS`.
    """
    (moment,) = written_instants([_with_plus(text)], zone)
    if moment is None:
        zh = f"不是时刻，或年份不在 {YEARS[0]}–{YEARS[-1]}：{text}"
        en = f"not a time, or of a year outside {YEARS[0]}-{YEARS[-1]}: {text}"
        raise UsageError(zh, en, path="time", remedy="写成 2020-08-31T08:00，或带时区 2020-08-31T00:00:00Z")
    return moment


def _with_plus(text: str) -> str:
    """The text as it was before an unescaped + of an address arrived as a space."""
    return text.replace(" ", "+") if "T" in text else text
