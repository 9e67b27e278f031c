"""What a source writes beside or around a number (限定符): ``<0.02``, ``0.02L``, 未检出, ``U``, 全程序空白, −9999.

In: the text of a value cell, of the mark beside it, and of a detection limit. Out: the number, whether it is the limit
of a value below detection, and why there is no number that somebody measured in river water. The table is
``data/qualifiers.csv``; every door reads values here, and `settlement.assessment.classification` does too. Units and
ranges are not known here.

A mark that the table does not know is a remark, and the number counts. Two kinds of mark a person has to decide: a
short one of Latin letters or signs (``J``, ``~``), which is a qualifier of somebody's laboratory, and one in whatever
words that holds a telling word of the table (检出限, 作废, blank, µg/L): no list knows every way to say it. Of a
laboratory's sample the mark names the method, and the method may name its detection limit: that is a doubt only where
the value does not lie above that limit.
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
    "below", "above", "no_value", "no_value_unless_declared", "note", "routine", "not_river_water", "replicate",
    "telling", "method", "negation",
]  # fmt: skip
Reason = Literal[
    "", "above_range", "unreadable_number", "no_limit", "sentinel", "sentinel_unless_declared", "unknown_qualifier",
    "not_river_water",
]  # fmt: skip
NO_NUMBER = "缺测"  # a mark that says so: readers add it to the numbers that a source declares as codes of no value
SAMPLE = "样品 "  # before the number of a sample in a mark
OF_SEVERAL = "<|>"  # contradicts itself: of several values one is below or above something, and nobody knows which
DOUBTED = "?"  # beside a type of sample that nobody knows: a person has to decide
OUT_OF_PROPORTION = 10  # a limit so many times a value that nobody marked is a slip of the unit, or of the row
_SAMPLES: frozenset[Kind] = frozenset({"routine", "not_river_water", "replicate"})
_BOUNDS: frozenset[Kind] = frozenset({"below", "above"})
_ENDS = "*"  # before a text of the table: any mark that ends so
_BETWEEN = re.compile(r"[|;；,，、]")
_IN_SAMPLE_NUMBER = re.compile(r"[-_./\s()]+")
_CODE_IN_SAMPLE_NUMBER = re.compile(r"[a-z]{3,}")  # S1BLK2; of two letters it may as well be a place
_SIGNS_AND_WORDS = re.compile(r"[()\[\]:]+|(?<=[^<>=≤≥])(?=[<>≤≥])")  # what 未检出(< is made of
# A method and its limit as a laboratory names them, folded: hj535-2009纳氏试剂分光光度法(检出限0.025mg/l
_LIMIT_OF_METHOD = re.compile(
    r"(?:方法)?(?:最低)?(?:检出限|检测限|检出下限|测定下限|定量限|mdl|lod|loq|detectionlimit)(?:为|[:=])?"
    r"(?P<limit>[0-9]+(?:\.[0-9]+)?)(?:[mμun]g/l|mg/m3|mpn/l|cfu/l|个/l)?",
    re.ASCII,
)
_METHOD = re.compile(r"[(]?(?:(?:hj|gb|sl|iso|epa|db|cj|ny)(?:/t)?[0-9./-]+)?[)]?(?:[^\W\da-z未不无低小达]+法)?[(]?")
_AROUND = "()[]{}【】〔〕《》「」“”‘’\"'.。:…"  # says nothing at the ends of a mark
_NUMBERED = re.compile(r"[\d\s#().-]+$", re.ASCII)  # what may follow a kind of sample: 空白1, 平行样(2)
_VALUE = re.compile(r"[0-9.][0-9.e+-]*$")
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
    limit : whether the number is that of a detection limit beside the value: of the limits' column, or of a mark.
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
        self.words: dict[Kind, list[str]] = {"telling": [], "method": [], "negation": []}
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
        elif kind in self.words:
            self.words[kind].append(_folded(text))
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
        ending = max(filter(unnumbered.endswith, self.endings), key=len, default="")
        if not ending:
            return None
        before = unnumbered.removesuffix(ending)
        if before.endswith(tuple(self.words["negation"])):  # 无空白, 去除空白
            return "telling"
        # a replicate of a blank or spike (基体加标平行) is no replicate of the river
        if self.endings[ending] == "replicate" and before and self.kind(before) in ("not_river_water", "telling"):
            return self.kind(before)
        return self.endings[ending]

    def tells(self, text: str) -> bool:
        """Whether a folded text holds a telling word, other than in the name of a method."""
        for name in self.words["method"]:
            text = text.replace(name, "")
        return any(word in text for word in self.words["telling"])


def _folded(text: str) -> str:
    """A qualifier regardless of width, case, blanks, and of brackets and punctuation around it."""
    plain = "".join(half_width(text).translate(_MINUS).casefold().split())
    return plain.strip(_AROUND) or plain


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
    if qualifier.startswith(SAMPLE):
        parts = [part for part in parts if not _is_above_limit_of_method(cell, part)]
    beside = [_mark(part) for part in parts]
    kinds = cell.kinds.union(*(mark.kinds for mark in beside))
    if "not_river_water" in kinds:
        return Written(cell.number, reason="not_river_water")
    detection_limit = _limits(limit, beside)
    bound = detection_limit.number
    is_doubtful = not detection_limit.readable or "telling" in kinds or any(map(_is_unknown, parts)) or kinds >= _BOUNDS
    if "below" in kinds and math.isnan(cell.number) and cell.readable and not math.isnan(bound) and not is_doubtful:
        return Written(bound, censored=True, limit=True)
    if math.isnan(cell.number):
        return Written(math.nan, reason=_no_number(value, cell, kinds))
    if "no_value" in kinds or cell.number in _TABLE.no_values:
        return Written(cell.number, "below" in kinds, "sentinel")
    if cell.number in _TABLE.no_values_unless_declared:
        # beside a mark that says more than nothing the number is no plain measurement, and the code stays a code
        is_plain = kinds.isdisjoint(_BOUNDS) and not is_doubtful and not cell.number < bound
        return Written(cell.number, "below" in kinds, "sentinel_unless_declared" if is_plain else "sentinel")
    if is_doubtful:
        return Written(cell.number, "below" in kinds, "unknown_qualifier")
    if "above" in kinds:
        return Written(math.nan, reason="above_range")
    marked = [mark.number for mark in beside if not math.isnan(mark.number)]
    if marked and cell.number == 0:
        return Written(bound, censored=True, limit=True)
    if any(number != cell.number for number in marked):  # 0.4 beside <0.02
        return Written(cell.number, censored=True, reason="unknown_qualifier")
    if "below" not in kinds and 0 <= cell.number < bound:  # never true where no limit is stated
        if 0 < cell.number <= bound / OUT_OF_PROPORTION:
            return Written(cell.number, reason="unknown_qualifier")
        return Written(bound, censored=True, limit=True)
    return Written(cell.number, "below" in kinds)


def _is_above_limit_of_method(cell: _Cell, part: str) -> bool:
    """Whether a part of a sample's mark names a method and its limit, and says nothing against the value.

    It says nothing against a value that is marked as below a limit, or lies above the limit of the method.
    """
    folded = _folded(part)
    stated = _LIMIT_OF_METHOD.search(folded)
    if stated is None or not _METHOD.fullmatch(folded[: stated.start()] + folded[stated.end() :]):
        return False
    return "below" in cell.kinds or cell.number > float(stated["limit"])


def _limits(limit: str, beside: Iterable[_Cell]) -> _Cell:
    """The detection limit stated in its column (``0.02``, ``<0.02``, ``0.02L``) or in a mark; nan where there is none.

    Not readable where there is one that nobody can read, or where two of them differ.
    """
    numbers = {mark.number for mark in beside if not math.isnan(mark.number)}
    if limit.strip() and _TABLE.kind(_folded(limit)) != "note":  # not "/"
        column = _cell(limit)
        if not column.number >= 0 or "above" in column.kinds:  # not readable: nan
            return _Cell(math.nan, readable=False)
        numbers.add(column.number)
    if len(numbers) > 1:
        return _Cell(math.nan, readable=False)
    return _Cell(next(iter(numbers), math.nan))


def without_unit(limit: str, unit: str) -> str:
    """A detection limit without the unit behind it, where that is the value's own: ``0.02 mg/L`` beside mg/L."""
    plain = half_width(limit).strip()
    of_value = half_width(unit).strip()
    is_own = of_value != "" and plain.casefold().endswith(of_value.casefold())
    return plain[: -len(of_value)].strip() if is_own else limit


def _no_number(value: str, cell: _Cell, kinds: frozenset[Kind]) -> Reason:
    if not value.strip():
        return ""
    if cell.readable and "below" in kinds:
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
    kinds = [*_kinds_around(parts["before"]), *_kinds_around(parts["after"])]
    number = _number(parts["number"])
    # (120) is a negative number to a bookkeeper, a doubtful one to a laboratory
    if math.isnan(number) or not kinds or not _BOUNDS.issuperset(kinds):
        return _Cell(math.nan, readable=False)
    return _Cell(number, frozenset(kind for kind in kinds if kind is not None))


def _kinds_around(text: str) -> list[Kind | None]:
    """What the signs and words on one side of a number say: ``<``, ``未检出(<``."""
    whole = _TABLE.kind(_folded(text.strip(" ()[]:")))
    if whole is not None:
        return [whole]
    return [_TABLE.kind(_folded(word)) for word in _SIGNS_AND_WORDS.split(text) if word.strip()]


def _parts(qualifier: str) -> list[str]:
    return [part for part in _BETWEEN.split(qualifier) if _folded(part)]


@lru_cache(_REMEMBERED)
def _mark(part: str) -> _Cell:
    """A part of a mark: what it says, and its number where it reads as a value below or above it (``0.02L``)."""
    folded = _folded(part)
    kinds = _sample_number(part) if part.startswith(SAMPLE) else frozenset()
    kind = _TABLE.kind(folded)
    if kind is not None:
        return _Cell(math.nan, kinds | {kind})
    tokens = {_TABLE.kind(_folded(token)) for token in _IN_SAMPLE_NUMBER.split(part.strip())}
    if "not_river_water" in tokens and tokens <= _SAMPLES:  # MS DUP
        return _Cell(math.nan, frozenset({"not_river_water"}))
    cell = _cell(part.strip())
    if not math.isnan(cell.number) and cell.kinds:
        return cell
    return _Cell(math.nan, kinds | {"telling"} if _TABLE.tells(folded) else kinds)


def _sample_number(part: str) -> frozenset[Kind]:
    """The kinds of sample that the pieces of a sample's number name: ``S-01-DUP``, ``S1BLK2``."""
    pieces = [_folded(piece) for piece in _IN_SAMPLE_NUMBER.split(part.removeprefix(SAMPLE))]
    codes = [code for piece in pieces for code in _CODE_IN_SAMPLE_NUMBER.findall(piece)]
    kinds = set(map(_TABLE.kind, [*pieces, *codes]))
    return frozenset(kind for kind in kinds if kind in _SAMPLES)


def _is_unknown(part: str) -> bool:
    """Whether a mark looks like a qualifier and is not in the table."""
    folded = _folded(part)
    return _SHORT.fullmatch(folded) is not None and _TABLE.kind(folded) is None


@lru_cache(_REMEMBERED)
def sample_kinds(mark: str) -> frozenset[Kind]:
    """Which kinds of sample the marks on a value name: 全程序空白, ``S-01-DUP`` (as the number of a sample), 平行."""
    kinds = frozenset[Kind]().union(*(_mark(part).kinds for part in _parts(mark)))
    return kinds & _SAMPLES


def is_known_type(text: str) -> bool:
    """Whether a cell of the column of sample types is blank or names types that the table knows.

    The values of a mean (``平行 0.9、0.94``) may stand behind the type; a number alone is no type.
    """
    parts = _parts(text)
    types = set(filter(None, (_VALUE.sub("", _folded(part)) for part in parts)))
    is_listed = {*_SAMPLES, "note"}.issuperset(map(_TABLE.kind, types)) and bool(types or not parts)
    return is_listed or "not_river_water" in sample_kinds(text)


def is_bound(qualifier: str) -> bool:
    """Whether the marks say that a value lies below or above the number beside them."""
    return any(_BOUNDS & _mark(part).kinds for part in _parts(qualifier))


def speaks_of_others(text: str) -> bool:
    """Whether words over several numbers say that these were not measured in the river: 空白样, 去年同期, 限值."""
    kinds = frozenset[Kind]().union(*(_mark(part).kinds for part in _parts(text)))
    return not kinds.isdisjoint({"telling", "not_river_water", "replicate", "no_value"})


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
