"""Water-quality standards: class limits as declared, and the class of values.

In: ``data/standards/<code>.yaml`` and values in canonical units, exact or as float64 arrays. Out: classes 1–6
(Ⅰ … Ⅴ, 劣Ⅴ). Nothing is rounded here: whoever calls decides whether to compare as measured or as reported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from basin.errors import RegisterError, UnknownCode
from basin.indicators import INDICATORS
from basin.network import WATER_BODIES
from basin.written.agreement_files import file_text, tree
from basin.written.numbers import exact, whole

FOLDER = Path(__file__).parent / "data" / "standards"
CLASSES_WITH_LIMITS = 5  # a sixth class (劣Ⅴ) is what meets none
DIRECTIONS = ("at_most", "at_least", "within")


@dataclass(frozen=True)
class Band:
    """What meets one class: not below `low` and not above `high`, in the canonical unit; None leaves a side open."""

    low: Fraction | None
    high: Fraction | None


@dataclass(frozen=True)
class Item:
    """One item of a standard. `bands` holds, by water body, what meets Ⅰ … Ⅴ; none where the item has no classes."""

    number: int
    evaluated: bool
    direction: str | None
    bands: Mapping[str, tuple[Band, ...]]
    note: str


@dataclass(frozen=True)
class Grade:
    """How a class is called and coloured (环办〔2011〕22号)."""

    grade_zh: str
    grade_en: str
    colour_zh: str
    colour_hex: str
    colour_verified: bool


@dataclass(frozen=True)
class Standard:
    """A dated table of class limits."""

    code: str
    title: str
    title_en: str
    source: str
    starts: date
    items: Mapping[str, Item]
    grades: Mapping[int, Grade]

    @cached_property
    def evaluated(self) -> tuple[str, ...]:
        """Codes of the items that count for the class of a section, in the standard's order."""
        return tuple(code for code, item in self.items.items() if item.evaluated)

    def bands(self, indicator: str, water_body: str) -> tuple[Band, ...] | None:
        """What meets Ⅰ … Ⅴ; None where the standard has no classes for it in this water body."""
        item = self.items.get(indicator)
        return None if item is None else item.bands.get(water_body)

    def limits(self, indicator: str, water_body: str) -> tuple[Fraction, ...] | None:
        """The five limits of Ⅰ … Ⅴ in the canonical unit; None where there are none, or a range (pH) instead."""
        bands = self.bands(indicator, water_body) or ()
        limits = [band.high if band.low is None else band.low for band in bands if None in (band.low, band.high)]
        return tuple(limit for limit in limits if limit is not None) or None

    def limit(self, indicator: str, cls: int, water_body: str) -> Fraction | None:
        """The limit of class `cls`; None where there is none, as for 劣Ⅴ."""
        limits = self.limits(indicator, water_body)
        return limits[cls - 1] if limits and 1 <= cls <= len(limits) else None

    def higher_is_better(self, indicator: str) -> bool:
        """Whether values must be at least, not at most, the limit: dissolved oxygen."""
        item = self.items.get(indicator)
        return item is not None and item.direction == "at_least"


@overload
def indicator_class(standard: Standard, indicator: str, value: Fraction, water_body: str) -> int: ...
@overload
def indicator_class(
    standard: Standard, indicator: str, value: NDArray[np.float64], water_body: ArrayLike
) -> NDArray[np.float64]: ...
def indicator_class(
    standard: Standard, indicator: str, value: Fraction | NDArray[np.float64], water_body: ArrayLike
) -> int | NDArray[np.float64]:
    """The class of one item: 1 + how many of the five limits are not met, so that equal limits give the best class.

    A value equal to a limit meets it; pH outside its range misses all five and is 6 (GB 3838-2002).

    Parameters
    ----------
    standard : holds the limits. indicator : the item.
    value : exact number, or float64 array of any shape, in the canonical unit.
    water_body : ``river`` or ``lake``, for arrays also an array of them that broadcasts against `value`.

    Returns
    -------
    int 1–6 for an exact value; else a float array, nan where the value is nan or its water body has no limits.

    Raises
    ------
    UnknownCode : when the standard has no classes for the item, in the one water body asked for.
    """
    if isinstance(water_body, str) and standard.bands(indicator, water_body) is None:
        raise _no_classes(standard, indicator, water_body)
    if indicator not in standard.items or not standard.items[indicator].bands:
        raise _no_classes(standard, indicator, "")
    if isinstance(value, Fraction):
        return 1 + int(_limits_not_met(value, standard.bands(indicator, str(water_body)) or ()))
    array = np.asarray(value, dtype=np.float64)
    bodies = np.asarray(water_body)
    classes = np.full(np.broadcast_shapes(array.shape, bodies.shape), np.nan)
    for body, bands in standard.items[indicator].bands.items():
        in_body = bodies == body
        if in_body.any():
            classes = np.where(in_body & ~np.isnan(array), 1.0 + _limits_not_met(array, bands), classes)
    return classes


def _limits_not_met(value: Fraction | NDArray[np.float64], bands: Iterable[Band]) -> Any:
    """How many bands the value lies outside of; the one comparison behind paid classes and drawn ones."""
    comparable: Callable[[Fraction], Any] = _as_it_is if isinstance(value, Fraction) else float
    missed: Any = 0
    for band in bands:
        if band.low is not None:
            missed = missed + (value < comparable(band.low))
        if band.high is not None:
            missed = missed + (value > comparable(band.high))
    return missed


def _as_it_is(limit: Fraction) -> Fraction:
    return limit


def _no_classes(standard: Standard, indicator: str, water_body: str) -> UnknownCode:
    return UnknownCode(
        f"{standard.code} 没有 {indicator} {water_body} 的类别限值",
        f"{standard.code} has no class limits for {indicator} {water_body}",
        path="indicator",
        remedy=f"有限值的指标：{' '.join(code for code, item in standard.items.items() if item.bands)}",
    )


def classify(
    standard: Standard,
    values: Mapping[str, ArrayLike],
    water_body: ArrayLike,
    indicators: Iterable[str] | None = None,
) -> NDArray[np.float64]:
    """The class of each element by its worst item (单因子评价, 环办〔2011〕22号).

    Parameters
    ----------
    standard : holds the limits.
    values : float arrays of one shape by indicator code; nan is absent and is left out.
    water_body : ``river`` or ``lake``, or an array of them that broadcasts against the values.
    indicators : items to count; None counts those the standard evaluates. Others are passed over.

    Returns
    -------
    float array 1–6; nan where nothing is present.
    """
    return _worst(_classes(standard, values, water_body, indicators), water_body)


def deciding(
    standard: Standard,
    values: Mapping[str, ArrayLike],
    water_body: ArrayLike,
    indicators: Iterable[str] | None = None,
) -> NDArray[np.object_]:
    """For each element the codes of the items that have the class `classify` gives, in the standard's order.

    Parameters
    ----------
    standard, values, water_body, indicators : those of `classify`.

    Returns
    -------
    object array of tuples; an element without a class has an empty tuple.
    """
    classes = _classes(standard, values, water_body, indicators)
    worst = _worst(classes, water_body)
    codes = np.empty(worst.shape, dtype=object)
    for place in np.ndindex(worst.shape):
        codes[place] = tuple(code for code, of_item in classes.items() if of_item[place] == worst[place])
    return codes


def _classes(
    standard: Standard, values: Mapping[str, ArrayLike], water_body: ArrayLike, indicators: Iterable[str] | None
) -> dict[str, NDArray[np.float64]]:
    counted = set(standard.evaluated if indicators is None else indicators)
    present = [code for code in standard.items if code in counted and code in values]
    arrays = {code: np.asarray(values[code], dtype=np.float64) for code in present}
    return {code: indicator_class(standard, code, array, water_body) for code, array in arrays.items()}


def _worst(classes: Mapping[str, NDArray[np.float64]], water_body: ArrayLike) -> NDArray[np.float64]:
    worst = np.full(np.shape(water_body), np.nan)
    for of_item in classes.values():
        worst = np.fmax(worst, of_item)
    return np.asarray(worst)


@lru_cache
def standard(code: str) -> Standard:
    """The bundled standard of that code.

    Raises
    ------
    UnknownCode : when there is none.
    """
    files = {file.stem: file for file in sorted(FOLDER.glob("*.yaml"))}
    if code not in files:
        remedy = f"已登记：{' '.join(files)}"
        raise UnknownCode(f"没有标准 {code}", f"no standard {code}", path="standard", remedy=remedy)
    return load_standard(files[code])


def load_standard(file: Path) -> Standard:
    """A standard from its file.

    Raises
    ------
    RegisterError : an unknown indicator or key, limits that are not five numbers or that get stricter with the class.
    """
    document = tree(file_text(file, RegisterError), file)
    try:
        return Standard(
            code=document["code"],
            title=document["title"],
            title_en=document["title_en"],
            source=document["source"],
            starts=date.fromisoformat(document["starts"]),
            items=MappingProxyType({code: _item(file, code, entry) for code, entry in document["items"].items()}),
            grades=MappingProxyType({whole(cls): _grade(entry) for cls, entry in document["grades"].items()}),
        )
    except KeyError as missing:
        key = missing.args[0]
        remedy = "参照 gb3838-2002.yaml"
        raise RegisterError(f"缺少键 {key}", f"missing key {key}", file=file, remedy=remedy) from missing


def _grade(entry: Mapping[str, str]) -> Grade:
    texts = {key: entry[key] for key in ("grade_zh", "grade_en", "colour_zh", "colour_hex")}
    return Grade(**texts, colour_verified=entry["colour_verified"] == "true")


def _item(file: Path, code: str, entry: Mapping[str, Any]) -> Item:
    path = f"items.{code}"
    unknown = set(entry) - {"number", "evaluated", "note", *DIRECTIONS}
    if code not in INDICATORS or unknown:
        zh = f"未知的指标或键：{' '.join(sorted(unknown)) or code}"
        raise RegisterError(zh, "unknown indicator or key", file=file, path=path, remedy="指标见 indicators.csv")
    direction = next((word for word in DIRECTIONS if word in entry), None)
    given = entry[direction] if direction else {}
    by_body = given if isinstance(given, dict) else dict.fromkeys(WATER_BODIES, given)
    bands = {body: _bands(file, f"{path}.{direction}", str(direction), texts) for body, texts in by_body.items()}
    evaluated = entry["evaluated"] == "true"
    return Item(whole(entry["number"]), evaluated, direction, MappingProxyType(bands), entry.get("note", ""))


def _bands(file: Path, path: str, direction: str, texts: list[str]) -> tuple[Band, ...]:
    """The bands of Ⅰ … Ⅴ; a worse class must take in what a better one does."""
    try:
        bands = tuple(_band(direction, text) for text in texts)
    except ValueError as problem:
        raise RegisterError(str(problem), file=file, path=path, remedy="写小数，范围写 6-9") from problem
    stricter = any(not _takes_in(worse, better) for better, worse in pairwise(bands))
    if len(bands) != CLASSES_WITH_LIMITS or stricter:
        en = "five limits are needed, each no stricter than the last"
        raise RegisterError("应为五个限值，依次放宽", en, file=file, path=path, remedy="依 Ⅰ—Ⅴ 类的顺序写")
    return bands


def _band(direction: str, text: str) -> Band:
    if direction == "within":
        low, _, high = text.partition("-")
        return Band(exact(low), exact(high))
    return Band(None, exact(text)) if direction == "at_most" else Band(exact(text), None)


def _takes_in(worse: Band, better: Band) -> bool:
    lower = worse.low is None or (better.low is not None and worse.low <= better.low)
    higher = worse.high is None or (better.high is not None and worse.high >= better.high)
    return lower and higher
