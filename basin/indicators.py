"""Indicators (监测指标): what is measured, each in one canonical unit.

In: ``data/indicators.csv``. Out: `INDICATORS` by code, and `find_indicator`, which understands what sources write:
national codes (``w21003``), Chinese names, ``NH3-N``. Readings are converted in `basin.units`, class limits are in
`basin.standards`; neither is known here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from basin.errors import UnknownCode
from basin.register_files import Row, register_rows

FILE = Path(__file__).parent / "data" / "indicators.csv"
COLUMNS = (
    "code", "name_zh", "name_en", "unit", "reading_decimals", "evaluation_decimals", "possible_min", "possible_max",
    "plausible_min", "plausible_max", "aliases",
)  # fmt: skip
_SEPARATORS = re.compile(r"[\s_\-·]+")


@dataclass(frozen=True)
class Indicator:
    """One measured quantity.

    `reading_decimals` is for printing one reading, `evaluation_decimals` for statistics and class (None: not stated).
    Outside `possible_min` … `possible_max` (canonical unit; None: no bound) nature has no such value, and a reading is
    rejected: no concentration is negative, but a flow is that the tide turns. Outside `plausible_min` … `plausible_max`
    it is set aside for a person to look at.
    """

    code: str
    name_zh: str
    name_en: str
    unit: str
    reading_decimals: int | None
    evaluation_decimals: int | None
    possible_min: float | None
    possible_max: float | None
    plausible_min: float | None
    plausible_max: float | None
    aliases: tuple[str, ...]


def load_indicators(file: Path = FILE) -> Mapping[str, Indicator]:
    """The indicators of a register, by code and in its order.

    Raises
    ------
    RegisterError : a cell that does not fit, a double code, or one spelling claimed by two indicators.
    """
    indicators: dict[str, Indicator] = {}
    spelled: dict[str, Indicator] = {}
    for row in register_rows(file, COLUMNS):
        new = _indicator(row)
        for spelling in _spellings(new):
            other = spelled.setdefault(_folded(spelling), new)
            if other is not new:
                zh = f"代码或写法 {spelling} 已属于 {other.code}"
                en = f"code or spelling already taken by {other.code}"
                raise row.refused("code, aliases", zh, en, "一种写法只归一个指标")
        indicators[new.code] = new
    return MappingProxyType(indicators)


def _indicator(row: Row) -> Indicator:
    return Indicator(
        code=row.required("code"),
        name_zh=row.required("name_zh"),
        name_en=row.required("name_en"),
        unit=row.required("unit"),
        reading_decimals=row.whole("reading_decimals"),
        evaluation_decimals=row.whole("evaluation_decimals"),
        possible_min=row.measured("possible_min"),
        possible_max=row.measured("possible_max"),
        plausible_min=row.measured("plausible_min"),
        plausible_max=row.measured("plausible_max"),
        aliases=row.several("aliases"),
    )


def _spellings(indicator: Indicator) -> tuple[str, ...]:
    return (indicator.code, indicator.name_zh, indicator.name_en, *indicator.aliases)


def _folded(text: str) -> str:
    """A spelling without width, case, blanks, hyphens and underscores: ``ＮＨ₃－Ｎ`` is ``nh3n``."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", text).casefold())


INDICATORS: Mapping[str, Indicator] = load_indicators()
_BY_SPELLING = {
    _folded(spelling): indicator for indicator in INDICATORS.values() for spelling in _spellings(indicator)
}


def find_indicator(text: str) -> Indicator | None:
    """The indicator a source means by `text`: code, national code, name or alias; None where nobody declared it."""
    return _BY_SPELLING.get(_folded(text))


def indicator(text: str) -> Indicator:
    """As `find_indicator`.

    Raises
    ------
    UnknownCode : when no indicator is spelled so.
    """
    meant = find_indicator(text)
    if meant is None:
        remedy = f"可用代码：{' '.join(INDICATORS)}"
        raise UnknownCode(f"没有指标 {text!r}", f"no indicator {text!r}", path="indicator", remedy=remedy)
    return meant
