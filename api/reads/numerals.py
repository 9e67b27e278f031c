"""Numbers, classes and instants as a page prints them.

In: the exact texts of a document (yuan strings, 万元 amounts, UTC instants). Out: text for people. Nothing is computed
with floats and nothing is rounded here.
"""

from __future__ import annotations

from datetime import UTC, datetime

from basin.network import CHINA
from basin.rounding import half_even, number, printed

UNITS = {
    "-": "",
    "degC": "℃",
    "m3/s": "m³/s",
    "uS/cm": "µS/cm",
    "/L": "个/L",
    "cells/L": "个/L",
}  # as readers write them
CLASSES = ("Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ", "Ⅴ", "劣Ⅴ")
MINUS = "−"


def roman(cls: int | float | str | None) -> str:
    """A class 1–6 as it is printed; a dash where there is none."""
    return "—" if cls is None else CLASSES[int(cls) - 1]


def wan(amount_yuan: str) -> str:
    """A yuan string as 万元: ``"12000000.00"`` is ``1,200``; every fen stays."""
    return signed(printed(number(amount_yuan) / 10_000))


def yuan(amount_yuan: str) -> str:
    """A yuan string with thousands marked."""
    return signed(amount_yuan)


def signed(figure: str | None) -> str:
    """An exact figure with thousands marked and a real minus; fractions stay fractions, absent ones are a dash."""
    if figure is None:
        return "—"
    sign, digits = (MINUS, figure[1:]) if figure.startswith("-") else ("", figure)
    whole, slash, rest = digits.partition("/")
    return sign + _grouped(whole) + (f"/{_grouped(rest)}" if slash else "")


def approximate(figure: str | None) -> str:
    """An exact figure, a fraction with its decimal beside it: ``2/3 ≈ 0.666667``."""
    if figure is None or "/" not in figure:
        return signed(figure)
    return f"{signed(figure)} ≈ {signed(printed(half_even(number(figure), 6)))}"


def padded(figure: str | None, decimals: int | None) -> str | None:
    """A decimal with all its places written: ``4`` reported to one decimal is ``4.0``."""
    if figure is None or decimals is None or "/" in figure:
        return figure
    missing = decimals - len(figure.partition(".")[2])
    return figure if missing <= 0 else figure + ("" if "." in figure else ".") + "0" * missing


def unit(code: str) -> str:
    """A canonical unit as readers write it."""
    return UNITS.get(code, code)


def percent(share: float | None) -> str:
    """A share as people read it; the numbers it is made of stand beside it."""
    return "—" if share is None else f"{100 * share:.1f}%"


def _grouped(digits: str) -> str:
    whole, point, decimals = digits.partition(".")
    return f"{int(whole):,}{point}{decimals}" if whole.isascii() and whole.isdigit() else digits


def instant(text: str) -> datetime:
    """An ISO instant; one without zone is UTC, as stored."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def local_time(text: str | None) -> str:
    """An instant in Chinese local time, to the minute."""
    return instant(text).astimezone(CHINA).strftime("%Y-%m-%d %H:%M") if text else "—"
