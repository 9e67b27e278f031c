"""What was measured or published, as exact numbers: the side of the gate where law and money begin.

In: monthly statistics of readings (float64), published figures (exact), recorded facts, and the data rules of the
agreement. Out: `Value`s — exact, absent with a reason, or excluded (not there, by a recorded ground) — each with the
statistics it rests on. A float becomes exact here, through `basin.rounding.reported` and nothing else. Means and
figures may also be draws (`basin.draws`); then so are the `Value`s. It compares nothing with an agreement and knows no
clause.
"""

from __future__ import annotations

import operator
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from basin import periods
from basin.clauses import DataRules
from basin.draws import Array, Draws, Number, floats
from basin.indicators import INDICATORS
from basin.rounding import number, printed, quantised, reported
from monitoring_ingest.readings.facts import Fact
from settlement.statistics.loads import MonthLoad
from settlement.statistics.months import mean_of_means


@dataclass(frozen=True)
class Month:
    """One section, indicator and month of readings: mean [canonical unit] or draws of it, counts, what was left out."""

    mean: float | Array | None
    readings: int = 0
    days: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    reason: str | None = None

    @cached_property
    def kept(self) -> dict[tuple[object, ...], Value]:
        """What it comes to under the rules that asked: every settlement of the month uses the same."""
        return {}

    @cached_property
    def exact(self) -> Number | None:
        """The mean past the gate; every settlement of the month uses the same."""
        return None if self.mean is None else through_the_gate(self.mean, None)

    @cached_property
    def in_order(self) -> tuple[tuple[str, int], ...]:
        """What was left out."""
        return tuple(sorted(self.left_out.items()))

    def shown(self, decimals: int | None) -> tuple[str | None, str | None]:
        """The mean as printed, unrounded and as reported."""
        if self.exact is None:
            return None, None
        return printed(self.exact), printed(self.exact if decimals is None else quantised(self.exact, decimals))


@dataclass(frozen=True)
class Statistic:
    """A mean as the statement prints it: of which section, indicator and period, from how many readings."""

    section: str
    indicator: str
    period: str
    mean: str | None
    reported: str | None
    readings: int
    days: int
    left_out: tuple[tuple[str, int], ...]
    reason: str | None


def as_document(statistic: Statistic) -> dict[str, Any]:
    """A statistic as the statement holds it."""
    return {**vars(statistic), "left_out": dict(statistic.left_out)}


@dataclass(frozen=True)
class Value:
    """An exact number; or none, with the reason; or `excluded`: by a recorded ground it is simply not there.

    Where only some of several values are absent, the known ones may bound what it can be: `least`, `greatest`.
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


Key = tuple[str, str, pd.Period]


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
    """

    months: Mapping[Key, Month] = field(default_factory=dict)
    days: Mapping[Key, float | Array] = field(default_factory=dict)
    given: Mapping[Key, Number] = field(default_factory=dict)
    facts: Sequence[Fact] = ()
    slots: Mapping[Key, tuple[int, int]] = field(default_factory=dict)
    loads: Mapping[Key, MonthLoad] = field(default_factory=dict)

    def published(self, subject: str, quantity: str, of: pd.Period) -> Number | None:
        """A published figure of a subject for exactly this period."""
        return self.given.get((subject, quantity, of))

    def fact(self, subjects: Iterable[str], kind: str, of: pd.Period) -> Fact | None:
        """The newest fact of that kind about the first of the subjects that has one for exactly this period."""
        for subject in subjects:
            about = [fact for period, fact in self._recorded.get((subject, kind), ()) if period == of]
            if about:
                return about[-1]
        return None

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The quantities that were published and the kinds of facts that were recorded, of any subject and period."""
        return frozenset({quantity for _, quantity, _ in self.given} | {fact.kind for fact in self.facts})

    def speaks_around(self, subjects: Collection[str], kind: str, of: pd.Period) -> bool:
        """Whether a figure or fact of that kind is there for a part of the period, or for a longer one around it."""
        periods_known = (p for subject in subjects for p in self._periods_known.get((subject, kind), ()))
        return any(_covers(of, other) or _covers(other, of) for other in periods_known)

    @cached_property
    def _recorded(self) -> Mapping[tuple[str, str], Sequence[tuple[pd.Period, Fact]]]:
        found: dict[tuple[str, str], list[tuple[pd.Period, Fact]]] = defaultdict(list)
        for fact in self.facts:
            found[fact.subject, fact.kind].append((periods.period(fact.period), fact))
        return found

    @cached_property
    def _periods_known(self) -> Mapping[tuple[str, str], Sequence[pd.Period]]:
        found: dict[tuple[str, str], list[pd.Period]] = defaultdict(list)
        for subject, quantity, of in self.given:
            found[subject, quantity].append(of)
        for key, recorded in self._recorded.items():
            found[key] += [period for period, _ in recorded]
        return found

    def ground(self, section: str, kind: str, of: pd.Period) -> str | None:
        """The ground of that kind that covers the whole period at a section, with its document and approver."""
        if self.published(section, kind, of):
            return kind
        about = self._recorded.get((section, kind), ())
        covering = [fact for period, fact in about if _covers(period, of)]
        if not covering or covering[-1].value == "0":
            return None
        approver = f"，批准人 {covering[-1].approved_by}" if covering[-1].approved_by else ""  # older ones name none
        return f"{kind}（{covering[-1].document}{approver}）"

    def reports(self, section: str, indicator: str, year: int) -> bool:
        """Whether the section has any reading or published figure of the indicator in that year."""
        return (section, indicator, year) in self._reported_years

    @cached_property
    def _reported_years(self) -> frozenset[tuple[str, str, int]]:
        read = {(s, i, m.year) for (s, i, m), month in self.months.items() if month.readings}
        told = {(s, i, p.year) for s, i, p in self.given if i in INDICATORS}
        return frozenset(read | told)


def stated(fact: Fact) -> Value:
    """The number somebody recorded; text that is none is bad data, not an error."""
    try:
        return Value(number(fact.value))
    except ValueError:
        return Value(None, f"fact_is_no_number: {fact.kind}")


def _covers(longer: pd.Period, of: pd.Period) -> bool:
    return bool(longer.start_time <= of.start_time and of.end_time <= longer.end_time)


@dataclass(frozen=True, kw_only=True)
class Rules(DataRules):
    """How statistics become values: the data rules as the agreement has them, and which months exist."""

    exists: Callable[[pd.Period], bool]


def excluded(data: Measurements, rules: Rules, section: str, of: pd.Period) -> Value | None:
    """What a section is in a period that a recorded ground excludes: not there. None where no ground covers it all."""
    grounds = (data.ground(section, kind, of) for kind in rules.excludes if kind in data.kinds)
    first = next((ground for ground in grounds if ground is not None), None)
    return None if first is None else Value(None, first, True)


def concentration(data: Measurements, rules: Rules, section: str, indicator: str, of: pd.Period) -> Value:
    """The mean [canonical unit] of one section and indicator: of a month, or of the monthly means of a longer period.

    pH is averaged through H⁺. Excluded months are not there; a missing month stops or is excluded, as `rules` say
    (环办监测函〔2020〕82号 forms means from the level below).
    """
    if (gone := excluded(data, rules, section, of)) is not None:
        return replace(gone, statistics=(_gone(section, indicator, of, gone),))
    if (told := data.published(section, indicator, of)) is not None:
        return Value(_compared(told, indicator, rules), statistics=(_told(section, indicator, of, told),))
    if of.freqstr[0] in "DW":
        return _of_days(data, rules, section, indicator, of)
    parts = [_month(data, rules, section, indicator, month) for month in filter(rules.exists, periods.months(of))]
    months = tuple(statistic for part in parts for statistic in part.statistics)
    absent = next((part for part in parts if not part.present and not part.excluded), None)
    if absent is not None:
        return replace(absent, statistics=months)
    values = [part.number for part in parts if part.number is not None]
    if not values:
        return Value(None, parts[0].reason if parts else "no_readings", bool(parts), months)
    if of.freqstr == "M":
        return Value(_compared(values[0], indicator, rules), statistics=months)
    mean = _mean(values, indicator)
    return Value(_compared(mean, indicator, rules), statistics=(*months, _over(section, indicator, of, mean, months)))


def _month(data: Measurements, rules: Rules, section: str, indicator: str, month: pd.Period) -> Value:
    """One month before rounding: published, measured, excluded by a ground, or missing."""
    if (gone := excluded(data, rules, section, month)) is not None:
        return replace(gone, statistics=(_gone(section, indicator, month, gone),))
    if (told := data.published(section, indicator, month)) is not None:
        return Value(told, statistics=(_told(section, indicator, month, told),))
    read, key = data.months.get((section, indicator, month)), (section, indicator, month, rules.missing_month)
    if read is None:
        return _read(Month(None, reason="no_readings"), *key)
    if key not in read.kept:
        read.kept[key] = _read(read, *key)
    return read.kept[key]


def _read(read: Month, section: str, indicator: str, month: pd.Period, missing_month: str | None) -> Value:
    """What a month's readings come to."""
    statistic = Statistic(
        section, indicator, periods.label(month), *read.shown(INDICATORS[indicator].evaluation_decimals),
        read.readings, read.days, read.in_order, read.reason,
    )  # fmt: skip
    if read.exact is not None:
        return Value(read.exact, statistics=(statistic,))
    if missing_month is None:
        return Value(None, "missing_parameter: data.missing_month", False, (statistic,))
    return Value(None, read.reason or "no_readings", missing_month == "exclude", (statistic,))


def through_the_gate(mean: float | Array, decimals: int | None) -> Number:
    """A measured mean as an exact number; draws of it stay draws, rounded alike where it is rounded."""
    if not isinstance(mean, np.ndarray):
        return reported(mean, decimals)
    return Draws(mean) if decimals is None else quantised(Draws(mean), decimals)


def _of_days(data: Measurements, rules: Rules, section: str, indicator: str, of: pd.Period) -> Value:
    """The mean of the daily means of a day or a week."""
    days = [day for day in periods.periods_in(of, "day") if excluded(data, rules, section, day) is None]
    means = [data.days.get((section, indicator, day)) for day in days]
    found = [through_the_gate(mean, None) for mean in means if mean is not None]
    if not found:
        return Value(None, "no_readings", rules.missing_month == "exclude")
    mean = _mean(found, indicator)
    statistic = Statistic(section, indicator, periods.label(of), printed(mean), None, len(found), len(found), (), None)
    return Value(_compared(mean, indicator, rules), statistics=(statistic,))


def mean_of_parts(parts: Sequence[Value], rules: Rules, indicator: str, weights: Sequence[Fraction] = ()) -> Value:
    """The (weighted) mean of several values, rounded once after it is formed; excluded ones are not there."""
    statistics = tuple(s for part in parts for s in part.statistics)
    absent = next((part for part in parts if not part.present and not part.excluded), None)
    if absent is not None:
        return replace(absent, statistics=statistics)
    shares = weights or [Fraction(1)] * len(parts)
    present = [(part.number, share) for part, share in zip(parts, shares, strict=True) if part.number is not None]
    if not present:
        return Value(None, parts[0].reason if parts else "no_readings", bool(parts), statistics)
    numbers, of_present = zip(*present, strict=True)
    mean = numbers[0] if len(numbers) == 1 else _mean(numbers, indicator, of_present)
    return Value(_compared(mean, indicator, rules), statistics=statistics)


def _mean(values: Sequence[Number], indicator: str, weights: Sequence[Fraction] = ()) -> Number:
    """Exact (weighted) arithmetic mean; pH through H⁺, in float64 and back through the gate."""
    shares = weights or [Fraction(1)] * len(values)
    if indicator != "ph":
        return sum(map(operator.mul, shares, values), Fraction(0)) / sum(shares)
    stacked = np.stack(np.broadcast_arrays(*map(floats, values)), axis=-1)
    mean = mean_of_means(stacked, indicator, weights=[float(share) for share in shares])
    return through_the_gate(mean if mean.ndim else float(mean), None)


def _compared(exact: Number, indicator: str, rules: Rules) -> Number:
    """The value that is compared: rounded once at the evaluation decimals where the agreement says so."""
    decimals = INDICATORS[indicator].evaluation_decimals
    return quantised(exact, decimals) if rules.compare == "rounded" and decimals is not None else exact


def _gone(section: str, indicator: str, of: pd.Period, gone: Value) -> Statistic:
    return Statistic(section, indicator, periods.label(of), None, None, 0, 0, (), gone.reason)


def _told(section: str, indicator: str, of: pd.Period, told: Number) -> Statistic:
    return Statistic(section, indicator, periods.label(of), printed(told), printed(told), 0, 0, (), "published")


def _over(section: str, indicator: str, of: pd.Period, mean: Number, months: Sequence[Statistic]) -> Statistic:
    """The statistic of a longer period: counts of its months summed."""
    decimals = INDICATORS[indicator].evaluation_decimals
    shown = mean if decimals is None else quantised(mean, decimals)
    readings, days = sum(m.readings for m in months), sum(m.days for m in months)
    left_out: Counter[str] = Counter()
    for month in months:
        left_out.update(dict(month.left_out))
    printed_mean = printed(mean if isinstance(mean, Draws) else reported(float(mean), None))
    return Statistic(
        section,
        indicator,
        periods.label(of),
        printed_mean,
        printed(shown),
        readings,
        days,
        tuple(sorted(left_out.items())),
        None,
    )
