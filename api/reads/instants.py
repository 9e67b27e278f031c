"""Instants as people write them, on the command line and in addresses.

In: ISO 8601 text. Out: an aware instant, or an error in words. Stores decide what was recorded by an instant.
"""

from __future__ import annotations

from datetime import datetime

from basin.errors import UsageError
from basin.periods import YEARS


def parsed_instant(text: str | None, path: str) -> datetime | None:
    """An ISO 8601 instant with its zone; None where none is given.

    Raises
    ------
    UsageError : no instant, an instant without a zone, or in a year outside `basin.periods.YEARS`; names `path`.
    """
    if text is None:
        return None
    remedy = "写成 2020-08-31T00:00:00Z 或 2020-08-31T08:00:00+08:00"
    try:
        # an unescaped + of an address arrives as a space
        moment = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise UsageError(f"不是带时区的时刻：{text}", f"not an instant with a zone: {text}", path=path, remedy=remedy)
    if moment.year not in YEARS:
        zh = f"年份不在 {YEARS[0]}–{YEARS[-1]}：{text}"
        en = f"a year outside {YEARS[0]}-{YEARS[-1]}: {text}"
        raise UsageError(zh, en, path=path, remedy="改正年份")
    return moment
