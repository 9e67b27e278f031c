"""Clauses (条款), section sheets and rules: the typed parts of an agreement, as in force for a period and element.

In: plain trees whose values are already in force (see `basin.dated`). Out: frozen dataclasses. `basin.agreement` knows
which of them an agreement has, and when; `basin.checks.agreements` holds what is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field, TypeAdapter

from basin import periods
from basin.errors import UsageError
from basin.indicators import INDICATORS
from basin.measures import FORBID_UNKNOWN, IndicatorCode, Measure, QuantityCode, Texts, Weights, indicator_code, texts
from basin.rounding import UNITS
from basin.scales import Figure, Piece
from basin.written.numbers import exact
from basin.written.whole_numbers import AS_WHOLE, Count, Whole

Every = Literal["week", "month", "quarter", "year", "term"]
LoadMethod = Literal["integral", "A", "B", "C", "D", "E"]
NonDetect = Literal["half", "zero", "limit"]
Doubtful = Literal["use", "leave_out"]
# Which readings speak for a section (哪些读数代表断面): of which of its stations, and of which origin.
Stations = Literal["mean_of_instants", "primary", "primary_else_backup"]
Origins = Literal["automatic", "laboratory", "automatic_else_laboratory", "all"]
StandIn = Literal["backup", "laboratory", "neighbour", "previous_year"]  # what may stand in for a missing month
BACKUPS: Literal["backups"] = "backups"  # only the backup stations: how what stands in for a month is formed
OxygenMultiple = Literal["limit_over_value"]
Published = Literal["quality_class", "concentration"]  # what a recorded fact may speak for in place of readings
# Grounds (事由) for excluding data; a recorded fact of such a kind, with its document, states where and when.
Ground = Literal["dry", "frozen", "suspended", "disaster"]
GROUNDS: Mapping[str, str] = {"dry": "断流", "frozen": "封冻", "suspended": "停测", "disaster": "自然灾害"}
AXES = ("section", "indicator", "party", "day", "week", "month", "quarter", "year")
TIME_AXES = frozenset(periods.FREQUENCIES)
POOL = "pool"
# `paid` [万元] is about an agreement and a settlement period; ``paid CODE`` names the payer where several parties owe.
# The unpaid sum is computed from the ledger; a clause names the unpaid sum like a recorded fact.
PAID = "paid"
UNPAID = "unpaid"
# The general kinds of facts, the grounds for excluding data among them. Any other kind is one that a clause names.
GENERAL_FACTS: Mapping[str, str] = {
    "incident": "水污染事件",
    **GROUNDS,
    "in-kind co-operation": "非资金方式的合作",
    "funds used": "资金使用",
    PAID: "已付款",
}
SIDE_WORDS = frozenset({"upstream", "downstream", "party", POOL})


def not_negative(value: Fraction) -> Fraction:
    """The value, refused where negative.

    A negative cap would reverse the payment, and no difference lies within a negative tolerance.
    """
    if value < 0:
        raise ValueError("must not be negative")
    return value


@dataclass(frozen=True, kw_only=True)
class DataRules:
    """The ``data`` block: how readings become statistics, as the signed text or our default states."""

    __pydantic_config__ = FORBID_UNKNOWN

    excludes: Annotated[tuple[Ground, ...], BeforeValidator(texts)] = ()
    min_readings_a_day: Count | None = None
    min_days_a_month: Count | None = None
    statuses: Texts | None = None
    compare: Literal["rounded", "unrounded"] | None = None
    non_detect: NonDetect | None = None
    missing_month: Literal["stop", "exclude"] | None = None
    load_method: LoadMethod | None = None
    joint_sample: Annotated[Figure, AfterValidator(not_negative)] | None = None
    doubtful: Doubtful | None = None
    stations: Stations | None = None
    origins: Origins | None = None
    substitute: Annotated[tuple[StandIn, ...], BeforeValidator(texts)] = ()
    oxygen_multiple: OxygenMultiple | None = None
    decimals: dict[IndicatorCode, Annotated[int, Field(ge=0), AS_WHOLE]] = field(default_factory=dict, hash=False)
    published: Annotated[tuple[Published, ...], BeforeValidator(texts)] = ()

    @property
    def looks_at_ranks(self) -> bool:
        """Whether the rules tell the primary station of a section from its backups."""
        return self.stations not in (None, "mean_of_instants") or "backup" in self.substitute

    def decimals_of(self, indicator: str) -> int | None:
        """How many decimals a mean of the indicator keeps where it is rounded; None where it is never rounded."""
        return self.decimals.get(indicator, INDICATORS[indicator].evaluation_decimals)


@dataclass(frozen=True)
class StatedRules(DataRules):
    """The data rules by which readings become statistics, all of them stated. Other data rules do not matter there.

    Attributes
    ----------
    min_readings_a_day : readings a day needs to have a mean.
    min_days_a_month : valid days a month needs to have a mean.
    statuses : station states whose readings count; a reading without a state counts too.
    non_detect : what stands for a reading below the detection limit: half of it, zero or the limit (82号 item 7: half).
    doubtful : whether readings that quality control finds doubtful count; unreliable ones never do.
    stations : which stations of a section speak for it (`settlement.statistics.speaking`).
    origins : whether automatic readings, laboratory results or both speak for it.
    """

    min_readings_a_day: int
    min_days_a_month: int
    statuses: tuple[str, ...]
    non_detect: NonDetect
    doubtful: Doubtful = "use"
    stations: Stations | Literal["backups"] = "mean_of_instants"  # type: ignore[assignment]  # one way more than written
    origins: Origins = "automatic_else_laboratory"

    def __post_init__(self) -> None:
        if self.non_detect not in get_args(NonDetect):
            raise UsageError(
                f"未知的未检出处理方式：{self.non_detect}", f"unknown non-detect rule: {self.non_detect}",
                path="data.non_detect", remedy=" | ".join(get_args(NonDetect)),
            )  # fmt: skip


# the rules that must be stated before a statistic of readings may be compared with a limit
OF_READINGS = ("min_readings_a_day", "min_days_a_month", "statuses", "non_detect", "compare", "missing_month")


@dataclass(frozen=True, kw_only=True)
class MoneyRules:
    """The ``money`` block: the single rounding of a sum, per clause and period."""

    __pydantic_config__ = FORBID_UNKNOWN

    place: Literal["fen", "yuan", "wan"] = "fen"
    mode: Literal["half_up", "half_even", "down"] = "half_up"

    @property
    def unit(self) -> int:
        """[fen] what every sum and share is a multiple of."""
        return UNITS[self.place]


@dataclass(frozen=True, kw_only=True)
class Proportion:
    """Shares in proportion to a line: each of `among` takes its part of the line's sum."""

    __pydantic_config__ = FORBID_UNKNOWN

    in_proportion_to: str
    among: Texts


Side = str | Proportion | dict[str, Figure]


@dataclass(frozen=True)
class Between:
    """A limit that is met from `least` to `greatest`, both included, as pH is from 6 to 9."""

    least: Fraction
    greatest: Fraction


def _limit(value: Any) -> Fraction | Between:
    """One figure, or two as a range."""
    if isinstance(value, list) and len(value) == 2:
        return Between(exact(value[0]), exact(value[1]))
    return exact(value)


Limit = Annotated[Fraction | Between, BeforeValidator(_limit)]


@dataclass(frozen=True, kw_only=True)
class SectionSheet:
    """What an agreement states about a section; keys left out are taken from the network."""

    __pydantic_config__ = FORBID_UNKNOWN

    target: Whole | None = None
    limits: dict[QuantityCode, Limit] = field(default_factory=dict)
    baseline: dict[QuantityCode, Figure] = field(default_factory=dict)
    inflow: str | None = None
    neighbour: str | None = None
    upstream: str | dict[str, Figure] | None = None
    downstream: str | dict[str, Figure] | None = None
    mean_of: Weights | None = None

    def limit(self, quantity: str) -> Fraction | None:
        """The limit of a quantity; None where none is stated, or a range."""
        stated = self.limits.get(quantity)
        return stated if isinstance(stated, Fraction) else None

    def between(self, quantity: str) -> Between | None:
        """The range within which the limit of a quantity is met; None where none is stated, or a single limit."""
        stated = self.limits.get(quantity)
        return stated if isinstance(stated, Between) else None


def _pieces(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


def _axes(value: Any) -> Any:
    """The axes, with indicators by their codes, however spelled."""
    if not isinstance(value, dict) or "indicator" not in value:
        return value
    spelled = value["indicator"]
    codes = [indicator_code(text) for text in spelled] if isinstance(spelled, list) else indicator_code(spelled)
    return {**value, "indicator": codes}


Axes = Annotated[dict[str, Texts], BeforeValidator(_axes)]


@dataclass(frozen=True, kw_only=True)
class Clause:
    """A clause for one period and element: test → measure → scale → × times → cap → shares."""

    __pydantic_config__ = FORBID_UNKNOWN

    ref: str
    source: str = ""
    title: str = ""
    every: Every | None = None
    each: Axes = field(default_factory=dict)
    when: tuple[Measure, ...] = ()
    unless: tuple[Measure, ...] = ()
    measure: Measure | None = None
    scale: Annotated[tuple[Piece, ...], BeforeValidator(_pieces)] | None = None
    times: Texts = ()
    cap: Annotated[Figure, AfterValidator(not_negative)] | None = None
    pays: Side | None = None
    receives: Side | None = None
    points: Figure | None = None

    @property
    def is_line(self) -> bool:
        """Whether the clause pays nobody and is only there for other clauses to refer to."""
        return self.pays is None

    @cached_property
    def measures(self) -> tuple[Measure, ...]:
        """The clause's measure and the measures of its tests."""
        return (*((self.measure,) if self.measure else ()), *self.when, *self.unless)

    @cached_property
    def refs(self) -> tuple[str, ...]:
        """What the clause refers to in measure, tests, times and shares; numbers in `times` are included."""
        shares = tuple(side.in_proportion_to for side in (self.pays, self.receives) if isinstance(side, Proportion))
        return (*(ref for measure in self.measures for ref in measure.refs), *self.times, *shares)


CLAUSE: TypeAdapter[Clause] = TypeAdapter(Clause)
SHEET: TypeAdapter[SectionSheet] = TypeAdapter(SectionSheet)
EACH: TypeAdapter[Axes] = TypeAdapter(Axes)
EVERY: TypeAdapter[Every | None] = TypeAdapter(Every | None)
DATA: TypeAdapter[DataRules] = TypeAdapter(DataRules)
MONEY: TypeAdapter[MoneyRules] = TypeAdapter(MoneyRules)
