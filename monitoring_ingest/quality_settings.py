"""The thresholds of quality control, read from a declared file: the key is the test's name, the rest its keywords.

In: ``basin/data/quality_control.yaml``, or another of its shape. Out: for each indicator the tests that apply, each
with its keywords, source and whether anybody verified them. No test is run here.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import basin
from basin.agreement_files import file_text, tree
from basin.errors import RegisterError
from basin.indicators import INDICATORS
from monitoring_ingest import clocks, consistency, quality_control
from monitoring_ingest.flags import Flags

FILE = Path(basin.__file__).parent / "data" / "quality_control.yaml"
KEYS = {"source", "verified", "every", "indicators"}
TESTS: Mapping[str, Callable[..., Flags]] = {
    "gross_range": quality_control.gross_range,
    "seasonal_range": quality_control.seasonal_range,
    "spike": quality_control.spike,
    "rate_of_change": quality_control.rate_of_change,
    "flat_line": quality_control.flat_line,
    "part_of_whole": consistency.part_of_whole,
    "oxygen_saturation": consistency.oxygen_saturation,
    "ions_carry_current": consistency.ions_carry_current,
    "shifted_clock": clocks.shifted_clock,
}
# tests of two indicators: the other one, measured at the same station and instant
BESIDE: Mapping[str, str] = {
    "part_of_whole": "tn",
    "oxygen_saturation": "temperature",
    "ions_carry_current": "conductivity",
}
FROM_DATA = {"censored", "part_censored"}  # keywords that are measured, not declared


@dataclass(frozen=True)
class DeclaredTest:
    """The keywords with which one test judges one indicator, and what they rest on."""

    test: str
    keywords: Mapping[str, Any]
    source: str
    verified: bool


def declared_tests(file: Path = FILE) -> Mapping[str, tuple[DeclaredTest, ...]]:
    """The settings of each indicator, in the order of the file.

    Every indicator with a plausible range in ``indicators.csv`` has `gross_range` first, with that range.

    Raises
    ------
    RegisterError : an unknown test, key or indicator, a keyword that the test does not have or lacks, no number.
    """
    settings: dict[str, list[DeclaredTest]] = {code: _plausible(code) for code in INDICATORS}
    for test, entry in tree(file_text(file, RegisterError), file, RegisterError).items():
        known = isinstance(entry, dict) and set(entry) <= KEYS and {"source", "indicators"} <= set(entry)
        if test not in TESTS or not known:
            remedy = f"检验：{' '.join(TESTS)}；键：{' '.join(sorted(KEYS))}"
            raise RegisterError("未知的检验，或键有多有少", "unknown test or keys", file=file, path=test, remedy=remedy)
        for code, own in entry["indicators"].items():
            keywords = _keywords(test, {**entry.get("every", {}), **own}, file, f"{test}.indicators.{code}")
            if code not in INDICATORS:
                remedy = "指标见 indicators.csv"
                raise RegisterError(f"没有指标 {code}", "no such indicator", file=file, path=test, remedy=remedy)
            verified = entry.get("verified", "true") == "true"
            settings[code].append(DeclaredTest(test, MappingProxyType(keywords), entry["source"], verified))
    return MappingProxyType({code: tuple(those) for code, those in settings.items()})


def _plausible(code: str) -> list[DeclaredTest]:
    lowest, highest = INDICATORS[code].plausible_min, INDICATORS[code].plausible_max
    if lowest is None or highest is None:
        return []
    source = "basin/data/indicators.csv: plausible_min, plausible_max"
    return [DeclaredTest("gross_range", MappingProxyType({"possible": (lowest, highest)}), source, verified=False)]


def _keywords(test: str, written: Mapping[str, Any], file: Path, path: str) -> dict[str, Any]:
    """The keywords as numbers; all that the test needs, and none that it does not have."""
    taken = [p for p in inspect.signature(TESTS[test]).parameters.values() if p.kind is p.KEYWORD_ONLY]
    needed = {p.name for p in taken if p.default is p.empty}
    if not needed <= set(written) <= {p.name for p in taken} - FROM_DATA:
        zh, en = f"{test} 的参数不符", f"not the keywords of {test}"
        raise RegisterError(zh, en, file=file, path=path, remedy=f"应写：{' '.join(sorted(needed))}")
    try:
        return {name: _threshold(value) for name, value in written.items()}
    except ValueError as problem:
        zh, en = f"不是数字：{problem}", "not a number"
        raise RegisterError(zh, en, file=file, path=path, remedy="写数字，或数字的列表") from problem


def _threshold(written: Any) -> Any:
    """A number; nan or infinity would switch a test off. In a list, by month, nan is a month without a bound."""
    if isinstance(written, list):
        return tuple(_number(each) for each in written)
    if not math.isfinite(number := _number(written)):
        raise ValueError(written)
    return number


def _number(written: Any) -> float:
    return int(written) if str(written).isdecimal() else float(written)
