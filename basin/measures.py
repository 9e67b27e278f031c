"""Measures (考核指标): which number a clause looks at, as declared. What computes them is in `settlement`.

In: the ``measure`` of a clause, all values already in force (see `basin.dated`). Out: frozen dataclasses. A *test* is a
measure with a bound, or ``all_of`` / ``any_of`` tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict

from basin.indicators import find_indicator
from basin.scales import Figure
from basin.written.whole_numbers import Whole

# Validators are built when they are first used: building all of them takes longer than most commands.
FORBID_UNKNOWN = ConfigDict(extra="forbid", arbitrary_types_allowed=True, defer_build=True)

Kind = Literal[
    "concentration", "volume", "flow", "load", "quality_class", "exceedance", "index", "met", "reported", "result",
    "rank", "completeness", "trend",
]  # fmt: skip
MEASURED = frozenset({"concentration", "volume", "flow", "load", "quality_class", "exceedance", "index"})
OF_A_SECTION = MEASURED | {"completeness", "trend"}
OF_READINGS = MEASURED | {"trend"}
OWN_KEYS: Mapping[str, frozenset[str]] = {
    "index": frozenset({"coefficient", "weights"}),
    "met": frozenset({"all_of", "any_of"}),
    "reported": frozenset({"fact", "on"}),
    "result": frozenset({"of"}),
    "rank": frozenset({"of", "first", "ties"}),
    "trend": frozenset({"significance", "years"}),
}
# 环办〔2011〕22号 counts how far a mean exceeds its limit for every item but these: degrees and pH have no zero to
# count from, and less oxygen is worse without bound. Oxygen may be counted where an agreement says how.
OXYGEN = "do"
WITHOUT_MULTIPLE = frozenset({"temperature", "ph", OXYGEN})
MEASURED_ITEMS = "measured"  # among `indicators`: whatever of the standard's items the section in hand has data of
# last of the `ties` of a rank: who is still tied shares the place, always or where the places pay the same
SHARE_PLACE = "same"
SHARE_IF_EQUAL = "same_if_equal"
SHARING_A_PLACE = frozenset({SHARE_PLACE, SHARE_IF_EQUAL})
ADDS_BY_ITSELF = frozenset({"result"})  # several values without `take` are summed


def texts(value: Any) -> Any:
    """One text or a list of texts, as a tuple."""
    return (value,) if isinstance(value, str) else value


def _weighted(value: Any) -> Any:
    """``[a, b]`` as ``{a: 1, b: 1}``."""
    named = texts(value)
    listed = isinstance(named, (list, tuple)) and all(isinstance(name, str) for name in named)
    return dict.fromkeys(named, "1") if listed else named


def load_of(indicator: str) -> str:
    """The quantity under which the load of an indicator is published, recorded and referred to: ``load nh3n``."""
    return f"load {indicator}"


def quantity_code(text: Any) -> Any:
    """An indicator, or the load of one, by its code however it is spelled; another text as it is."""
    prefix, _, spelled = text.partition(" ") if isinstance(text, str) else ("", "", "")
    carried = find_indicator(spelled) if prefix == "load" else None
    return load_of(carried.code) if carried else indicator_code(text)


def indicator_code(text: Any) -> Any:
    """The code of an indicator however it is spelled (``NH3-N``, ``氨氮``); another text as it is, for the checks."""
    indicator = find_indicator(text) if isinstance(text, str) else None
    return indicator.code if indicator else text


Texts = Annotated[tuple[str, ...], BeforeValidator(texts)]
Weights = Annotated[dict[str, Figure], BeforeValidator(_weighted)]
IndicatorCode = Annotated[str, BeforeValidator(indicator_code)]
QuantityCode = Annotated[str, BeforeValidator(quantity_code)]
IndicatorCodes = Annotated[tuple[IndicatorCode, ...], BeforeValidator(texts)]
IndicatorWeights = Annotated[dict[IndicatorCode, Figure], BeforeValidator(_weighted)]


@dataclass(frozen=True, kw_only=True)
class Runs:
    """``take: {runs_of: n}``: how many complete runs of n met values in a row there are."""

    __pydantic_config__ = FORBID_UNKNOWN

    runs_of: Whole


@dataclass(frozen=True, kw_only=True)
class Years:
    """The years a trend looks at: its period's last one and those before it, and how many of them must have a value.

    Ten years are what the assessments of this field compare; two are the fewest that have a slope. Both are rules of
    ours where a clause states none, so the working prints them.
    """

    __pydantic_config__ = FORBID_UNKNOWN

    window: int = 10
    least: int = 2


@dataclass(frozen=True, kw_only=True)
class Against:
    """A reference other than a named one: a class, another section, or another clause."""

    __pydantic_config__ = FORBID_UNKNOWN

    class_: Whole | None = None
    section: str | None = None
    ref: str | None = None


def _against(value: Any) -> Any:
    """``class`` is a Python word, so the field is called ``class_``."""
    if isinstance(value, dict) and "class" in value:
        return {("class_" if key == "class" else key): item for key, item in value.items()}
    return value


Named = Literal["target", "limits", "baseline", "inflow", "previous_year"]


@dataclass(frozen=True, kw_only=True)
class Measure:
    """The number a clause looks at; as a test it carries a bound. `docs/agreements.md` defines every key."""

    __pydantic_config__ = FORBID_UNKNOWN

    kind: Kind = "met"
    section: str | None = None
    sections: Texts | None = None
    indicator: IndicatorCode | None = None
    indicators: IndicatorCodes | None = None
    over: Literal["day", "week", "month", "quarter", "year"] | None = None
    take: Literal["sum", "mean", "min", "max"] | Runs | None = None
    against: Annotated[Named | Against, BeforeValidator(_against)] | None = None
    expressed: Literal["difference", "ratio", "percent_change"] | None = None
    at: Literal["previous_year"] | None = None
    decimals: Whole | None = None
    otherwise: Figure | None = None
    # own keys of one kind
    coefficient: Figure | None = None
    weights: IndicatorWeights | None = None
    all_of: tuple[Measure, ...] | None = None
    any_of: tuple[Measure, ...] | None = None
    fact: str | None = None
    on: str | None = None
    of: Weights | None = None
    first: Literal["lowest", "highest"] | None = None
    ties: Texts = ()
    significance: Figure | None = None
    years: Years | None = None
    # bounds of a test
    at_most: Figure | None = None
    below: Figure | None = None
    at_least: Figure | None = None
    above: Figure | None = None
    # grounds of an excuse (`unless`)
    because: str | None = None

    @property
    def bounded(self) -> bool:
        """Whether it can be true or false."""
        return any(bound is not None for bound in (self.at_most, self.below, self.at_least, self.above))

    @property
    def kind_of_fact(self) -> str:
        """The kind under which what it reports is recorded: that of the fact, and the day on which it is counted."""
        return f"{self.fact} {self.on}" if self.on else self.fact or ""

    @property
    def tests(self) -> tuple[Measure, ...]:
        """The tests inside, if any."""
        return (self.all_of or ()) + (self.any_of or ())

    @property
    def of_readings(self) -> bool:
        """Whether it, or a test inside it, is formed from readings under data rules; completeness only counts them."""
        return self.kind in OF_READINGS or any(test.of_readings for test in self.tests)

    @property
    def _each_of(self) -> tuple[str, ...] | None:
        """The indicators of which each has a value of its own; a class and an index look at several at once."""
        return None if self.kind in ("quality_class", "index") else self.indicators

    @property
    def several(self) -> bool:
        """Whether it is taken over several sections, indicators or periods."""
        return self.sections is not None or self.over is not None or self._each_of is not None

    @cached_property
    def axes(self) -> Mapping[str, tuple[str, ...]]:
        """The axes it names, with their codes; on any other axis it goes by the element in hand."""
        named = {
            "section": (self.section,) if self.section else self.sections,
            "indicator": (self.indicator,) if self.indicator else self._each_of,
        }
        axes = {axis: codes for axis, codes in named.items() if codes}
        return {**axes, self.over: ("all",)} if self.over else axes

    @cached_property
    def refs(self) -> tuple[str, ...]:
        """Clauses this measure, and the tests inside, look at."""
        other = (self.against.ref,) if isinstance(self.against, Against) and self.against.ref else ()
        return (*(self.of or ()), *self.tie_breakers, *other, *(ref for test in self.tests for ref in test.refs))

    @property
    def tie_breakers(self) -> tuple[str, ...]:
        """The lines whose numbers break a tie, in order."""
        return tuple(tie for tie in self.ties if tie not in SHARING_A_PLACE)

    @property
    def shares_if_equal(self) -> bool:
        """Whether those tied share a place only where all places they take together pay the same."""
        return SHARE_IF_EQUAL in self.ties

    @property
    def years_of_trend(self) -> Years:
        """The years a trend looks at: those stated, else the default ones."""
        return self.years or Years()

    @property
    def refs_last_year(self) -> tuple[str, ...]:
        """The clauses whose result of the year before it takes."""
        taken = tuple(self.of or ()) if self.kind == "result" and self.at == "previous_year" else ()
        return (*taken, *(ref for test in self.tests for ref in test.refs_last_year))

    @property
    def brings(self) -> frozenset[str]:
        """The axes it puts into the hand of the tests inside it and of what it is compared with."""
        named = {"section": self.section or self.sections, "indicator": self.indicator or self.indicators}
        return frozenset({axis for axis, codes in named.items() if codes} | ({self.over} if self.over else set()))
