"""Units as sources write them, and the factor to the canonical unit.

In: ``data/units.csv``. An unknown unit, or a unit of another quantity, has no factor and is never guessed: µg/L taken
for mg/L is a factor 1000. Units that need an offset (°F, K) are not known here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType

from basin.written.numbers import exact as exact_number
from basin.written.register_files import Row, register_rows

FILE = Path(__file__).parents[1] / "data" / "units.csv"
COLUMNS = ("unit", "spellings", "canonical", "factor")
DIMENSIONLESS = "-"
_NOT_SAID = re.compile(r"[\s·^*]+")
UNIT_WORDS = ("单位", "unit")  # where a text speaks of units; 单位 is also an institution
_BETWEEN_UNITS = re.compile(r"单位|units?\b|[，,。；;：:、()（）\[\]为均是以]", re.IGNORECASE)
_PER = "每"  # 毫克每升
_SAYS_A_UNIT = re.compile(r"[A-Za-zµμ%‰°]|每")
_LIKE_A_UNIT = re.compile(r"[A-Za-zµμ%‰°0-9/.·^*⁰¹²³⁴-⁹⁻-]+")

# One written unit may stand for several quantities: 个/L counts algae as well as bacteria.
Factors = Mapping[str, Mapping[str, Fraction]]


def load_units(file: Path = FILE) -> Factors:
    """For every spelling the canonical units it converts to, with the exact factor.

    Raises
    ------
    RegisterError : a factor that is no positive number, or one spelling with two factors to the same canonical unit.
    """
    factors: dict[str, dict[str, Fraction]] = {}
    for row in register_rows(file, COLUMNS):
        canonical = row.required("canonical")
        exact = _factor(row)
        for spelling in (row.required("unit"), *row.several("spellings")):
            if factors.setdefault(_written(spelling), {}).setdefault(canonical, exact) != exact:
                zh = f"写法 {spelling} 对 {canonical} 有两个系数"
                raise row.refused("spellings", zh, "spelling with two factors", "一种写法只有一个系数")
    return MappingProxyType(factors)


def _factor(row: Row) -> Fraction:
    try:
        exact = exact_number(row.required("factor"))
    except ValueError as problem:
        raise row.refused("factor", f"应为数字：{row['factor']}", "must be a number", "写 0.001 或 1/3") from problem
    if exact <= 0:
        raise row.refused("factor", "系数应大于 0", "factor must be above 0", "改正系数")
    return exact


def _written(unit: str) -> str:
    """A unit without width, blanks and superscripts: ``μg／L`` is ``ug/L``, ``mg · L⁻¹`` is ``mgL-1``."""
    plain = unicodedata.normalize("NFKC", unit).replace("μ", "u").replace("−", "-")
    return _NOT_SAID.sub("", plain) or DIMENSIONLESS


def _any_case(factors: Factors) -> Factors:
    """Spellings without case, as far as that names one unit only."""
    by_fold: dict[str, Mapping[str, Fraction]] = {}
    ambiguous = set()
    for spelling, meaning in factors.items():
        if by_fold.setdefault(spelling.casefold(), meaning) != meaning:
            ambiguous.add(spelling.casefold())
    return {fold: meaning for fold, meaning in by_fold.items() if fold not in ambiguous}


_FACTORS = load_units()
_FACTORS_ANY_CASE = _any_case(_FACTORS)


def _meanings(unit: str) -> Mapping[str, Fraction]:
    written = _written(unit)
    return _FACTORS.get(written) or _FACTORS_ANY_CASE.get(written.casefold()) or {}


def factor(unit: str, to: str) -> float | None:
    """What to multiply a value in `unit` by to have it in `to`; None when either is unknown or they do not convert.

    A blank unit is how the dimensionless ``-`` (pH) is written, and converts to nothing else.
    """
    start = _meanings(unit)
    end = _meanings(to)
    shared: Iterable[str] = (canonical for canonical in end if canonical in start)
    exact = {start[canonical] / end[canonical] for canonical in shared}
    return float(exact.pop()) if len(exact) == 1 else None


def is_unit(text: str) -> bool:
    """Whether a text is a unit with a dimension, ``(µg/L)`` too."""
    bare = text.strip().strip("()（）")
    if not bare or bare[0].isdigit() or factor(bare, DIMENSIONLESS) is not None:
        return False
    return factor(bare, bare) is not None


def is_like_a_unit(text: str) -> bool:
    """Whether a text looks as units do, also where nobody knows it: ``ppb``, ``mg.L-1``, ``毫克每升``."""
    bare = text.strip().strip("()（）[]")
    return bool(_SAYS_A_UNIT.search(bare)) and (_LIKE_A_UNIT.fullmatch(bare) is not None or _PER in bare)


def units_in(remark: str) -> list[str]:
    """The units of which a remark speaks: ``备注：以上单位均为µg/L``; blank where it does not speak of units.

    A text that begins with the word, ``单位：ppb``, states a unit even if nobody knows it.
    """
    if not any(word in remark.casefold() for word in UNIT_WORDS):
        return []
    pieces = list(filter(None, _BETWEEN_UNITS.split(re.sub(r"\s+", "", remark))))
    stated = [piece for piece in pieces if is_unit(piece)]
    begins_so = remark.strip().casefold().startswith(UNIT_WORDS)
    return stated or [piece for piece in pieces[:1] if begins_so and _LIKE_A_UNIT.fullmatch(piece)]
