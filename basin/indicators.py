"""Indicators (监测指标): the measured quantities, each in one canonical unit.

In: ``data/indicators.csv``. Out: `INDICATORS` by code, and `find_indicator`, which understands what sources write:
national codes (``w21003``), Chinese names, ``NH3-N``. `basin.written.units` converts readings and `basin.standards`
holds class limits; neither is known here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from basin.errors import UnknownCode
from basin.written.register_files import Row, register_rows

FILE = Path(__file__).parent / "data" / "indicators.csv"
COLUMNS = (
    "code", "name_zh", "name_en", "unit", "reading_decimals", "evaluation_decimals", "possible_min", "possible_max",
    "plausible_min", "plausible_max", "aliases", "method_limit", "method",
)  # fmt: skip
_SEPARATORS = re.compile(r"[\s_\-·]+")


@dataclass(frozen=True)
class Indicator:
    """One measured quantity.

    Attributes
    ----------
    unit : the canonical unit, in which all bounds are given.
    reading_decimals : decimals for printing a reading (None: not stated).
    evaluation_decimals : decimals for statistics and class (None: not stated).
    possible_min, possible_max : [unit] bounds of what is physically possible (None: no bound); a reading outside is
        rejected. No concentration is negative, but a flow is negative when the tide turns.
    plausible_min, plausible_max : [unit] a reading outside is quarantined until a person has decided.
    method_limit, method : [unit] the lowest detection limit among the standard methods, and that method (None, "": not
        stated); a positive reading far below is quarantined, sooner where its unit is converted: the unit may be wrong.
    aliases : further spellings that sources use.
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
    method_limit: float | None
    method: str
    aliases: tuple[str, ...]


def load_indicators(file: Path = FILE) -> Mapping[str, Indicator]:
    """The indicators of a register by code, in the order of the register.

    Raises
    ------
    RegisterError : a cell does not fit, a code is double, or two indicators claim one spelling.
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
        method_limit=row.measured("method_limit"),
        method=row["method"],
        aliases=row.several("aliases"),
    )


def _spellings(indicator: Indicator) -> tuple[str, ...]:
    return (indicator.code, indicator.name_zh, indicator.name_en, *indicator.aliases)


def _folded(text: str) -> str:
    """A spelling regardless of width, case, blanks, hyphens and underscores: ``ＮＨ₃－Ｎ`` is ``nh3n``."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", text).casefold())


INDICATORS: Mapping[str, Indicator] = load_indicators()
_BY_SPELLING = {_folded(spelling): declared for declared in INDICATORS.values() for spelling in _spellings(declared)}


def find_indicator(text: str) -> Indicator | None:
    """The indicator a source means by `text` (code, national code, name or alias); None where no indicator fits."""
    return _BY_SPELLING.get(_folded(text))


def indicator(text: str) -> Indicator:
    """As `find_indicator`, for a text that must be an indicator.

    Raises
    ------
    UnknownCode : no indicator is spelled so.
    """
    meant = find_indicator(text)
    if meant is None:
        remedy = f"可用代码：{' '.join(INDICATORS)}"
        raise UnknownCode(f"没有指标 {text!r}", f"no indicator {text!r}", path="indicator", remedy=remedy)
    return meant
