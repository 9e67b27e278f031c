"""What was measured, published or recorded, as exact numbers: the side of the gate where law and money begin.

In: monthly statistics of readings (float64), published figures (exact) and recorded facts. Out: `Measurements`, which
hold them all, and `Value`, what any of them or a number made of them is: exact, absent with a reason, or excluded by a
recorded ground. A float becomes exact here, through `basin.rounding.reported` and nothing else. Means and figures may
also be draws (`basin.draws`); then so are the `Value`s. How means are formed is in `settlement.clauses.means`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd

from basin import periods
from basin.clauses import DataRules, StandIn
from basin.draws import Array, Draws, Number
from basin.indicators import INDICATORS
from basin.rounding import number, quantised, reported
from monitoring_ingest.readings.fact_findings import FACTS_DIFFER, differing, values_stated
from monitoring_ingest.readings.facts import Fact, is_plain_ground, takes_back
from settlement.statistics.loads import MonthLoad
from settlement.words import STAND_INS

NOTHING = Fraction(0)


def through_the_gate(mean: float | Array, decimals: int | None) -> Number:
    """A measured mean as an exact number; draws of it stay draws, rounded alike where it is rounded."""
    if not isinstance(mean, np.ndarray):
        return reported(mean, decimals)
    return Draws(mean) if decimals is None else quantised(Draws(mean), decimals)


@dataclass(frozen=True)
class Month:
    """One section, indicator and month of readings.

    Attributes
    ----------
    mean : [canonical unit], or draws of it; None where there is no valid mean.
    readings, days : how many the mean rests on; two stations that measure at one instant are two readings.
    left_out : reason → how many readings were left out.
    reason : why there is no mean.
    instants : how many instants the readings are of; None where each has one of its own.
    """

    mean: float | Array | None
    readings: int = 0
    days: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    reason: str | None = None
    instants: int | None = None

    @cached_property
    def values_made(self) -> dict[MonthKey, Value]:
        """The values made of these readings so far: every settlement of the month uses the same."""
        return {}

    @cached_property
    def exact(self) -> Number | None:
        """The mean past the gate, converted once for every settlement of the month."""
        return None if self.mean is None else through_the_gate(self.mean, None)

    @cached_property
    def left_out_in_order(self) -> tuple[tuple[str, int], ...]:
        """Why readings were left out and how many, by reason."""
        return tuple(sorted(self.left_out.items()))


class StoodIn(NamedTuple):
    """What stands in for a missing month: one of `basin.clauses.StandIn`, and of which section and month it is."""

    by: StandIn
    section: str
    month: str


class StoodInFor(NamedTuple):
    """Months of a longer period that something stands in for, and how many readings and days its values rest on."""

    months: int
    readings: int
    days: int


@dataclass(frozen=True)
class Statistic:
    """A mean as the statement prints it: of which section, indicator and period, from how many readings.

    `stands_in` names what stands in for the missing readings of the month: which of the agreement's `substitute`, and
    where its value comes from. The counts are those of what stands in. A longer period counts its own readings only,
    and the months that something stands in for apart, in `stood_in_for`.
    """

    section: str
    indicator: str
    period: str
    mean: str | None
    reported: str | None
    readings: int
    days: int
    left_out: tuple[tuple[str, int], ...]
    reason: str | None
    substituted: Fraction = NOTHING  # the share of the mean that rests on what the rule puts for non-detects
    instants: int | None = None  # where several readings are of one instant
    stands_in: StoodIn | None = None
    stood_in_for: StoodInFor | None = None

    @property
    def counts(self) -> str:
        """How many readings and days the mean rests on, and whose where they are those of a stand-in.

        The instants too where several stations measured at one.
        """
        whose = f"{STAND_INS[self.stands_in.by][0]}的 " if self.stands_in is not None else ""
        instants = f"、{self.instants} 个时刻" if self.instants is not None else ""
        apart = ""
        if self.stood_in_for is not None:
            months, readings, days = self.stood_in_for
            apart = f"，另有 {months} 个月缺月替代，所用 {readings} 个读数、{days} 天"
        return f"{whose}{self.readings} 个读数{instants}、{self.days} 天{apart}"


@dataclass(frozen=True)
class Value:
    """An exact number (or draws of it); or none, with the reason.

    Attributes
    ----------
    excluded : there is no number because a recorded ground takes the data away; means and sums leave the value out.
    least, greatest : bounds of an absent number: what the present ones of several give, or detection limits. A mean
        has both beside its number while it rests on non-detects alone; a clause looks at the bounds then.
    """

    number: Number | None
    reason: str | None = None
    excluded: bool = False
    statistics: tuple[Statistic, ...] = ()
    least: Number | None = None
    greatest: Number | None = None

    @property
    def present(self) -> bool:
        """Whether there is a number."""
        return self.number is not None


@dataclass(frozen=True)
class Explained:
    """A value, and how it came about in the words of the working."""

    value: Value
    how: str


Key = tuple[str, str, pd.Period]
MonthKey = tuple[str, str, pd.Period, str | None, int | None]


@dataclass(frozen=True)
class Substituted:
    """What non-detects are to the mean of a month or a day.

    Attributes
    ----------
    share : of the mean that rests on them, > 0; 1 where nothing else was found.
    at_limits : the mean with every one of them at its detection limit [canonical unit].
    """

    share: float
    at_limits: float


@dataclass(frozen=True)
class StandInMonths:
    """What backup stations, or laboratories, alone say of months: their means, and what non-detects are to them."""

    months: Mapping[Key, Month] = field(default_factory=dict)
    substituted: Mapping[Key, Substituted] = field(default_factory=dict)


@dataclass(frozen=True)
class Measurements:
    """All numbers an agreement is applied to.

    Attributes
    ----------
    months, days : (section, indicator, month or day) → statistics of readings [canonical unit].
    given : (section, party or clause, quantity, period) → a published figure, taken as it stands.
    facts : what people recorded (grounds of exclusion, reported figures).
    slots : (section, indicator, month) → slots that hold an observation, and slots expected, for completeness.
    loads : (section, indicator, month) → the load of readings [t], by the method the agreement states.
    substituted : (section, indicator, month or day) → what non-detects are to that mean, where there are any.
    stand_ins : ``backup`` or ``laboratory`` → what may stand in for a missing month, where the agreement names it.
    """

    months: Mapping[Key, Month] = field(default_factory=dict)
    days: Mapping[Key, float | Array] = field(default_factory=dict)
    given: Mapping[Key, Number] = field(default_factory=dict)
    facts: Sequence[Fact] = ()
    slots: Mapping[Key, tuple[int, int]] = field(default_factory=dict)
    loads: Mapping[Key, MonthLoad] = field(default_factory=dict)
    substituted: Mapping[Key, Substituted] = field(default_factory=dict)
    stand_ins: Mapping[StandIn, StandInMonths] = field(default_factory=dict)

    def has_ended(self, month: pd.Period) -> bool:
        """Whether a month lies in the time looked at: what is still to come is not missing."""
        return True

    def published(self, subject: str, quantity: str, of: pd.Period) -> Number | None:
        """A published figure for exactly this period.

        Parameters
        ----------
        subject : a section, party, agreement or basin; empty for the whole.
        quantity : an indicator, ``load nh3n``, ``line`` and a ref, a kind of fact.
        of : the period the figure was published for.
        """
        return self.given.get((subject, quantity, of))

    def facts_about(self, subject: str, kind: str, of: pd.Period) -> Sequence[Fact]:
        """The facts of that kind about a subject for exactly this period, oldest first."""
        return [fact for period, fact in self._recorded.get((subject, kind), ()) if period == of]

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The quantities that were published and the kinds of facts that were recorded, of any subject and period."""
        return frozenset({quantity for _, quantity, _ in self.given} | {fact.kind for fact in self.facts})

    @cached_property
    def recorded_years(self) -> frozenset[tuple[str, str, int]]:
        """(section, indicator, year) of the means that people recorded."""
        facts = (fact for fact in self.facts if fact.kind in INDICATORS)
        return frozenset((fact.subject, fact.kind, periods.period(fact.period).year) for fact in facts)

    def speaks_around(self, subjects: Collection[str], kind: str, of: pd.Period) -> bool:
        """Whether there is a figure or fact of that kind for a part of the period, or for a longer one around it."""
        others = (other for subject in subjects for other in self._periods_stated.get((subject, kind), ()))
        return any(_covers(of, other) or _covers(other, of) for other in others)

    @cached_property
    def _recorded(self) -> Mapping[tuple[str, str], Sequence[tuple[pd.Period, Fact]]]:
        """(subject, kind) → facts with their periods, oldest first."""
        facts: dict[tuple[str, str], list[tuple[pd.Period, Fact]]] = defaultdict(list)
        for fact in self.facts:
            facts[fact.subject, fact.kind].append((periods.period(fact.period), fact))
        return facts

    @cached_property
    def _periods_stated(self) -> Mapping[tuple[str, str], Sequence[pd.Period]]:
        """(subject, quantity) → periods for which there is a published figure or a fact."""
        stated: dict[tuple[str, str], list[pd.Period]] = defaultdict(list)
        for subject, quantity, of in self.given:
            stated[subject, quantity].append(of)
        for key, recorded in self._recorded.items():
            stated[key] += [period for period, _ in recorded]
        return stated

    def ground(self, section: str, kind: str, of: pd.Period) -> str | None:
        """Why a section's data of a period are left out: the ground, with its document and approver.

        Parameters
        ----------
        section : code.
        kind : of ground, such as ``dry`` or ``frozen``.
        of : the ground must cover the whole of it; the newest fact decides, and a number of 0 takes a ground back.
        """
        if self.published(section, kind, of):
            return kind
        about = self._recorded.get((section, kind), ())
        covering = [fact for period, fact in about if _covers(period, of)]
        if not covering or takes_back(covering[-1]):
            return None
        newest = covering[-1]
        approver = f"，批准人 {newest.approved_by}" if newest.approved_by else ""  # older ones name none
        written = "" if is_plain_ground(newest) else f"，登记的数值 {newest.value}"  # as older versions recorded
        return f"{kind}（{newest.proof}{approver}{written}）"

    def note_month(self, key: Key) -> None:
        """Tell that a value depends on the readings of a month although it is not formed of them; nobody listens."""

    def reports(self, section: str, indicator: str, year: int) -> bool:
        """Whether the section has any reading or published figure of the indicator in that year."""
        return (section, indicator, year) in self.reported_years

    @cached_property
    def reported_years(self) -> frozenset[tuple[str, str, int]]:
        """(section, indicator, year) of everything that has a reading or a published figure."""
        measured = {(s, i, m.year) for (s, i, m), month in self.months.items() if month.readings}
        published = {(s, i, p.year) for s, i, p in self.given if i in INDICATORS}
        return frozenset(measured | published)


def recorded(data: Measurements, subject: str, quantity: str, of: pd.Period) -> Explained | None:
    """The number somebody recorded about a subject for exactly this period, and where it stands.

    Parameters
    ----------
    data : holds the facts.
    subject : a section, party, agreement or basin.
    quantity : the kind of fact.
    of : exactly this period.

    Returns
    -------
    None where there is no such fact. Text that is no number is bad data, not an error: the value is absent. So it is
    where documents state different values: none of them is chosen.
    """
    facts = data.facts_about(subject, quantity, of)
    if not facts:
        return None
    conflict = differing(facts)
    if conflict:
        values = values_stated(conflict)
        reason = f"{FACTS_DIFFER}: {subject} {quantity} {periods.label(of)}，{values}"
        return Explained(Value(None, reason), f"几份文件登记的数值不同，不取其一：{values}")
    fact = facts[-1]
    try:
        value = Value(number(fact.value))
    except ValueError:
        value = Value(None, f"fact_is_no_number: {fact.kind}")
    revised = f"，更正：{fact.reason}" if fact.reason else ""
    return Explained(value, f"{fact.proof}，{fact.recorded_by} 记录{revised}")


def in_conflict(value: Value) -> bool:
    """Whether there is no number because documents state different ones."""
    return value.number is None and (value.reason or "").startswith(FACTS_DIFFER)


def _covers(longer: pd.Period, of: pd.Period) -> bool:
    return bool(longer.start_time <= of.start_time and of.end_time <= longer.end_time)


@dataclass(frozen=True, kw_only=True)
class Rules(DataRules):
    """How statistics become values: the data rules as the agreement has them, which months exist, and which section is
    a section's neighbour in a month (None: none is stated).
    """

    exists: Callable[[pd.Period], bool]
    neighbour: Callable[[str, pd.Period], str | None] = field(default=lambda _section, _month: None)


def excluded(data: Measurements, rules: Rules, section: str, of: pd.Period) -> Value | None:
    """The excluded value of a section whose whole period a recorded ground covers; None where no ground does.

    Parameters
    ----------
    data : holds the facts.
    rules : which grounds the agreement knows.
    section : code.
    of : the period.
    """
    if data.kinds.isdisjoint(rules.excludes):
        return None
    grounds = (data.ground(section, kind, of) for kind in rules.excludes if kind in data.kinds)
    ground = next((ground for ground in grounds if ground is not None), None)
    return None if ground is None else Value(None, ground, True)
