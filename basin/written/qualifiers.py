"""What a source writes beside or around a number (限定符): ``<0.02``, ``0.02L``, 未检出, ``U``, 全程序空白, −9999.

In: the text of a value cell, of the mark beside it, and of a detection limit. Out: the number, whether it is the limit
of a value below detection, and why there is no number that somebody measured in river water. The table is
``data/qualifiers.csv``; every door reads values here, and `settlement.assessment.classification` does too. Units and
ranges are not known here.

A mark that the table does not know is a remark, and the number counts. But a short mark of Latin letters or signs
(``J``, ``~``) is a qualifier of somebody's laboratory: what it says of the number a person has to decide.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

from basin.written.numbers import LONGEST, half_width, measured
from basin.written.register_files import register_rows

FILE = Path(__file__).parents[1] / "data" / "qualifiers.csv"
COLUMNS = ("text", "spellings", "kind", "source", "note")
Kind = Literal[
    "below", "above", "no_value", "no_value_unless_declared", "note", "routine", "not_river_water", "replicate"
]
Reason = Literal[
    "", "above_range", "unreadable_number", "no_limit", "sentinel", "sentinel_unless_declared", "unknown_qualifier",
    "not_river_water",
]  # fmt: skip
NO_NUMBER = "缺测"  # a mark that says so: readers add it to the numbers that a source declares as codes of no value
SAMPLE = "样品 "  # before the number of a sample in a mark
OF_SEVERAL = "<|>"  # contradicts itself: of several values one is below or above something, and nobody knows which
_SAMPLES: frozenset[Kind] = frozenset({"routine", "not_river_water", "replicate"})
_ENDS = "*"  # before a text of the table: any mark that ends so
_BETWEEN = re.compile(r"[|;；,，、]")
_IN_SAMPLE_NUMBER = re.compile(r"[-_./\s()]+")
_NUMBERED = re.compile(r"[\d\s#().-]+$", re.ASCII)  # what may follow a kind of sample: 空白1, 平行样(2)
_SHORT = re.compile(r"[a-z<>=≤≥~≈*#†?!+^-]{1,4}")
_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_POWER = r"10(?:(?:\^|\*\*)(?P<{0}>[+-]?[0-9]{{1,2}})|(?P<{1}>[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{{1,2}}))"
_PLAIN = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)"
_NUMBER = (
    rf"(?:{_PLAIN}\s?[x×*·]\s?{_POWER.format('caret', 'raised')}|{_POWER.format('caret_alone', 'raised_alone')}"
    rf"|{_PLAIN}(?:e[+-]?[0-9]+)?)"
)
_TIMES = re.compile(r"\s?[x×*·]\s?(?=10[\^*⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹])", re.IGNORECASE)
_CELL = re.compile(rf"(?P<before>[^0-9.⁰-⁹]*?)(?P<number>{_NUMBER})(?P<after>[^0-9.]*)", re.IGNORECASE | re.ASCII)
_MINUS = str.maketrans({"−": "-", "﹣": "-"})
_REMEMBERED = 4096


@dataclass(frozen=True)
class Written:
    """What was written of one value.

    Attributes
    ----------
    number : in the unit as written; nan where there is none.
    censored : whether the number is the limit of a value below detection.
    reason : why the number is none that somebody measured in river water; "" where it is. Of
        ``sentinel_unless_declared`` the caller decides, who knows which range the station declares: the number is a
        measurement where that range reaches it, else a code for no value.
    limit : whether the number is that of the column of detection limits.
    """

    number: float
    censored: bool = False
    reason: Reason = ""
    limit: bool = False


@dataclass(frozen=True)
class _Cell:
    """A value cell taken apart: its number, and what the signs and words around the number say."""

    number: float
    kinds: frozenset[Kind] = frozenset()
    readable: bool = True


class _Table:
    """The qualifiers by their folded text, those that only have to end so, and the numbers that stand for no value."""

    def __init__(self, file: Path) -> None:
        self.kinds: dict[str, Kind] = {}
        self.endings: dict[str, Kind] = {}
        self.no_values: set[float] = set()
        self.no_values_unless_declared: set[float] = set()
        for row in register_rows(file, COLUMNS):
            kind = row.required("kind")
            if kind not in get_args(Kind):
                raise row.refused("kind", f"没有 {kind}", f"no kind {kind}", f"可用：{' '.join(get_args(Kind))}")
            for text in (row.required("text"), *row.several("spellings")):
                self._add(text, kind)  # type: ignore[arg-type]  # looked up above

    def _add(self, text: str, kind: Kind) -> None:
        number = _number(text)
        if kind == "no_value" and not math.isnan(number):
            self.no_values.add(number)
        elif kind == "no_value_unless_declared":
            self.no_values_unless_declared.add(number)
        elif text.startswith(_ENDS) and len(text) > 1:
            self.endings[_folded(text.removeprefix(_ENDS))] = kind
        else:
            self.kinds[_folded(text)] = kind

    def kind(self, text: str) -> Kind | None:
        """What a folded text says; None where the table does not know it."""
        if text in self.kinds:
            return self.kinds[text]
        unnumbered = _NUMBERED.sub("", text)
        if self.kinds.get(unnumbered) in _SAMPLES:
            return self.kinds[unnumbered]
        return next((kind for ending, kind in self.endings.items() if unnumbered.endswith(ending)), None)


def _folded(text: str) -> str:
    """A qualifier regardless of width, case, blanks and brackets around it."""
    plain = "".join(half_width(text).translate(_MINUS).casefold().split())
    return plain[1:-1] if plain[:1] in ("(", "[", "（") and plain[-1:] in (")", "]", "）") else plain


def _number(text: str) -> float:
    """A number as people write it, powers of ten included: ``2.4×10⁴``, ``10^4``, ``−9999``; nan where it is none.

    A superscript counts only as the exponent of a power of ten: ``10⁴`` is no 104, ``①`` and ``½`` are no numbers.
    """
    plain = half_width(text).translate(_MINUS).strip()
    if re.search(r"10[\^*⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹]", plain) and re.fullmatch(_NUMBER, plain, re.IGNORECASE | re.ASCII):
        factor, _, power = _TIMES.sub(" ", plain).rpartition(" ")
        exponent = power.removeprefix("10").lstrip("^*").translate(_DIGITS)
        plain = f"{factor or '1'}e{exponent}"
    try:
        return measured(plain)
    except ValueError:
        return math.nan


_TABLE = _Table(FILE)


def number_and_censored(text: str) -> tuple[float, bool]:
    """The number in a value cell (nan: none), and whether it is the limit of a value below detection."""
    written = written_value(text)
    return written.number, written.censored


@lru_cache(_REMEMBERED)
def written_value(value: str, qualifier: str = "", limit: str = "") -> Written:
    """What a source wrote of one value.

    Parameters
    ----------
    value : the cell with the value.
    qualifier : the marks beside the value, separated by ``|``; blank where there are none.
    limit : the cell with the detection limit, in the unit of the value.
    """
    cell = _cell(value)
    parts = _parts(qualifier)
    marks = {kind for part in parts if (kind := _TABLE.kind(part)) is not None}
    kinds = cell.kinds | marks
    if "not_river_water" in kinds:
        return Written(cell.number, reason="not_river_water")
    bound = _number(limit) if limit else math.nan
    if "below" in kinds and math.isnan(cell.number) and cell.readable and not math.isnan(bound):
        return Written(bound, censored=True, limit=True)
    if math.isnan(cell.number):
        return Written(math.nan, reason=_no_number(value, cell))
    if "no_value" in kinds or cell.number in _TABLE.no_values:
        return Written(cell.number, "below" in kinds, "sentinel")
    if cell.number in _TABLE.no_values_unless_declared:
        # beside a mark that says more than nothing the number is no plain measurement, and the code stays a code
        is_plain = kinds.isdisjoint({"below", "above"}) and not any(map(_is_unknown, parts)) and not cell.number < bound
        return Written(cell.number, "below" in kinds, "sentinel_unless_declared" if is_plain else "sentinel")
    if kinds >= {"below", "above"} or any(map(_is_unknown, parts)):
        return Written(cell.number, "below" in kinds, "unknown_qualifier")
    if "above" in kinds:
        return Written(math.nan, reason="above_range")
    if "below" not in kinds and 0 <= cell.number < bound:  # never true where no limit is stated
        return Written(bound, censored=True, limit=True)
    return Written(cell.number, "below" in kinds)


def _no_number(value: str, cell: _Cell) -> Reason:
    if not value.strip():
        return ""
    if cell.readable and "below" in cell.kinds:
        return "no_limit"
    return "unreadable_number"


@lru_cache(_REMEMBERED)
def _cell(value: str) -> _Cell:
    """A value cell taken apart: ``<0.025``, ``0.025L``, 未检出(0.02), ``ND``."""
    if len(value) > LONGEST:
        return _Cell(math.nan, readable=False)
    number = _number(value)
    if not math.isnan(number):
        return _Cell(number)
    plain = half_width(value).translate(_MINUS).strip()
    if not plain:
        return _Cell(math.nan)
    alone = _TABLE.kind(_folded(plain))
    if alone in ("below", "above"):
        return _Cell(math.nan, frozenset({alone}))
    parts = _CELL.fullmatch(plain)
    if parts is None:
        return _Cell(math.nan, readable=False)
    around = [_folded(text.strip(" ()（）[]:：")) for text in (parts["before"], parts["after"])]
    kinds = [_TABLE.kind(text) for text in around if text]
    number = _number(parts["number"])
    if math.isnan(number) or not all(kind in ("below", "above") for kind in kinds):
        return _Cell(math.nan, readable=False)
    return _Cell(number, frozenset(kind for kind in kinds if kind is not None))


def _parts(qualifier: str) -> list[str]:
    return [folded for part in _BETWEEN.split(qualifier) if (folded := _folded(part))]


def _is_unknown(part: str) -> bool:
    """Whether a folded mark looks like a qualifier and is not in the table."""
    return _SHORT.fullmatch(part) is not None and _TABLE.kind(part) is None


@lru_cache(_REMEMBERED)
def sample_kinds(mark: str) -> frozenset[Kind]:
    """Which kinds of sample the marks on a value name: 全程序空白, ``S-01-DUP`` (as the number of a sample), 平行."""
    kinds: set[Kind | None] = {_TABLE.kind(part) for part in _parts(mark)}
    for part in mark.split("|"):
        kinds |= {_TABLE.kind(_folded(token)) for token in _IN_SAMPLE_NUMBER.split(part) if part.startswith(SAMPLE)}
    return frozenset(kind for kind in kinds if kind in _SAMPLES)


def is_bound(qualifier: str) -> bool:
    """Whether the marks say that a value lies below or above the number beside them."""
    return not {"below", "above"}.isdisjoint(map(_TABLE.kind, _parts(qualifier)))


def is_number(text: str) -> bool:
    """Whether a text is a number as people write it."""
    return not math.isnan(_number(text))


def is_no_value(text: str, declared: Iterable[str]) -> bool:
    """Whether a cell is one of the codes that a source declares to stand for no value, however it is written."""
    number = _number(text)
    return any(number == _number(code) for code in declared)


def no_values() -> frozenset[float]:
    """The numbers that stand for no value wherever they are written."""
    return frozenset(_TABLE.no_values)


def no_values_unless_declared() -> frozenset[float]:
    """The numbers that stand for no value, unless the station declares a range that reaches them."""
    return frozenset(_TABLE.no_values_unless_declared)
