"""Means: the value of one section and indicator over a period, from readings or published figures.

In: the `Measurements` and the data rules of the agreement. Out: `Value`s [canonical unit of the indicator] with the
statistics they rest on: exact, absent with a reason, or excluded. A longer period is the mean of its months. Nothing is
compared with an agreement here, and no clause is known.
"""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pandas as pd

from basin import periods
from basin.clauses import StandIn
from basin.draws import Draws, Number, floats
from basin.rounding import printed, quantised, reported
from settlement.clauses.values import (
    Measurements,
    Month,
    MonthKey,
    Rules,
    Statistic,
    StoodIn,
    StoodInFor,
    Substituted,
    Value,
    excluded,
    in_conflict,
    recorded,
    through_the_gate,
)
from settlement.statistics.months import mean_of_means

SHARE_DECIMALS = 4  # of the share that non-detects have in a mean, for the working


def concentration(data: Measurements, rules: Rules, section: str, indicator: str, of: pd.Period) -> Value:
    """The mean of one section and indicator: of a month, or of the monthly means of a longer period.

    pH is averaged through H⁺. Excluded months are left out; for a missing month stands what `rules` name in order, or
    it stops the value or is excluded, as they say (环办监测函〔2020〕82号 forms means from the level below).

    Parameters
    ----------
    data : means of readings, published figures and facts.
    rules : the data rules of the agreement.
    section, indicator : codes.
    of : a day, week, month or longer period.

    Returns
    -------
    The mean [canonical unit of the indicator], rounded where the agreement compares rounded values. One that rests on
    non-detects alone has bounds beside its number.
    """
    stated = _stated(data, rules, section, indicator, of)
    if stated is not None:
        return _compared_value(stated, indicator, rules)
    if of.freqstr[0] in "DW":
        return _of_days(data, rules, section, indicator, of)
    parts = [_month(data, rules, section, indicator, month) for month in filter(rules.exists, periods.months(of))]
    months = statistics_of(parts)
    absent = _first_absent(parts)
    if absent is not None:
        return replace(absent, statistics=months)
    present = [part for part in parts if part.number is not None]
    if not present:
        return Value(None, parts[0].reason if parts else "no_readings", bool(parts), months)
    mean = _averaged(present, indicator)
    if of.freqstr != "M" and mean.number is not None:
        months = (*months, _statistic_of_months(mean.number, rules, months, of))
    return _compared_value(replace(mean, statistics=months), indicator, rules)


def _stated(data: Measurements, rules: Rules, section: str, indicator: str, of: pd.Period) -> Value | None:
    """What stands before any reading, unrounded: a ground that excludes, then a published figure."""
    gone = excluded(data, rules, section, of)
    if gone is not None:
        statistic = Statistic(section, indicator, periods.label(of), None, None, 0, 0, (), gone.reason)
        return replace(gone, statistics=(statistic,))
    published = data.published(section, indicator, of)
    if published is not None:
        return of_figure(Value(published), section, indicator, of)
    fact = recorded(data, section, indicator, of) if "concentration" in rules.published else None
    return None if fact is None else of_figure(fact.value, section, indicator, of)


def of_figure(value: Value, section: str, indicator: str, of: pd.Period) -> Value:
    """A figure that stands in place of readings, published or recorded, with the statistic that says so.

    Parameters
    ----------
    value : the figure; without a number where what was recorded is none.
    section, indicator, of : what it is about.
    """
    shown = None if value.number is None else printed(value.number)
    reason = "published" if value.number is not None else value.reason
    statistic = Statistic(section, indicator, periods.label(of), shown, shown, 0, 0, (), reason)
    return replace(value, statistics=(statistic,))


def _month(data: Measurements, rules: Rules, section: str, indicator: str, month: pd.Period) -> Value:
    """One month before rounding: published, measured, excluded by a ground, stood in for, or missing."""
    stated = _stated(data, rules, section, indicator, month)
    if stated is not None:
        return stated
    measured = _measured(data, rules, section, indicator, month)
    if measured.number is not None or not rules.substitute or not data.has_ended(month):
        return measured
    for by in rules.substitute:
        stand_in = _stand_in(data, rules, Cell(section, indicator, month), by)
        if stand_in is None:
            continue
        if by in data.stand_ins:  # it is formed of the month's own readings, and says which of them it left out
            return stand_in
        left_out = measured.statistics[-1].left_out  # the month's own; those of the other month are told there
        return replace(stand_in, statistics=(replace(stand_in.statistics[-1], left_out=left_out),))
    return measured


class Cell(NamedTuple):
    """A section, an indicator and a month."""

    section: str
    indicator: str
    month: pd.Period


def _stand_in(data: Measurements, rules: Rules, missing: Cell, by: StandIn) -> Value | None:
    """What stands in for a month without a mean, with the statistic that says so; None where there is nothing.

    What itself only stands in for a missing month stands in for no other one.

    Parameters
    ----------
    data, rules : as for `concentration`.
    missing : what has no mean.
    by : which of the agreement's `substitute`.
    """
    source = missing
    if by == "neighbour":
        neighbour = rules.neighbour(missing.section, missing.month)
        if neighbour is None:
            return None
        source = missing._replace(section=neighbour)
    elif by == "previous_year":
        source = missing._replace(month=periods.year_before(missing.month))
    value = _alone(data, rules, source, by) if by in data.stand_ins else _of_itself(data, rules, source)
    if in_conflict(value):  # something is stated there, so nothing further down the list may stand in for it
        return value
    if value.number is None:
        return None
    stood_in = StoodIn(by, source.section, periods.label(source.month))
    statistic = replace(
        value.statistics[-1], section=missing.section, period=periods.label(missing.month), stands_in=stood_in
    )
    return replace(value, statistics=(statistic,))


def _of_itself(data: Measurements, rules: Rules, source: Cell) -> Value:
    """What a month says of itself, published or measured."""
    stated = _stated(data, rules, *source)
    return _measured(data, rules, *source) if stated is None else stated


def _alone(data: Measurements, rules: Rules, source: Cell, by: StandIn) -> Value:
    """What the backup stations, or the laboratories, alone say of a month."""
    alone = data.stand_ins[by]
    key = (*source, rules.missing_month, rules.decimals_of(source.indicator))
    return _of_readings(alone.months.get(source) or Month(None), key, alone.substituted.get(source))


def _measured(data: Measurements, rules: Rules, section: str, indicator: str, month: pd.Period) -> Value:
    """One month from its readings."""
    key = (section, indicator, month, rules.missing_month, rules.decimals_of(indicator))
    readings = data.months.get((section, indicator, month))
    if readings is None:
        return _of_readings(Month(None, reason="no_readings"), key)
    if key not in readings.values_made:
        readings.values_made[key] = _of_readings(readings, key, data.substituted.get((section, indicator, month)))
    return readings.values_made[key]


def _of_readings(readings: Month, key: MonthKey, substituted: Substituted | None = None) -> Value:
    """What a month's readings come to; with bounds where they are non-detects alone."""
    section, indicator, month, missing_month, decimals = key
    exact = readings.exact
    statistic = Statistic(
        section, indicator, periods.label(month), None if exact is None else printed(exact),
        None if exact is None else printed(_rounded(exact, decimals)),
        readings.readings, readings.days, readings.left_out_in_order, readings.reason, _share(substituted),
        readings.instants,
    )  # fmt: skip
    if exact is not None:
        return _bounded(Value(exact, statistics=(statistic,)), substituted)
    if missing_month is None:
        return Value(None, "missing_parameter: data.missing_month", False, (statistic,))
    return Value(None, readings.reason or "no_readings", missing_month == "exclude", (statistic,))


def _share(substituted: Substituted | None) -> Fraction:
    """The share of a mean that rests on what stands for non-detects."""
    return Fraction(0) if substituted is None else reported(substituted.share, SHARE_DECIMALS)


def _bounded(mean: Value, substituted: Substituted | None) -> Value:
    """A mean, with bounds where it rests on non-detects alone: between nothing at all and the detection limits."""
    if substituted is None or substituted.share < 1:
        return mean
    return replace(mean, least=Fraction(0), greatest=reported(substituted.at_limits, None))


def _averaged(parts: Sequence[Value], indicator: str, weights: Sequence[Fraction] = ()) -> Value:
    """The (weighted) mean of present values, unrounded; with bounds only where each of them has bounds.

    Where anything was measured, the agreement's rule says what stands for the rest.
    """
    numbers = [part.number for part in parts if part.number is not None]
    least = [part.least for part in parts if part.least is not None]
    greatest = [part.greatest for part in parts if part.greatest is not None]
    mean = numbers[0] if len(numbers) == 1 else _mean(numbers, indicator, weights)
    if len(greatest) < len(parts):
        return Value(mean)
    return Value(mean, least=_mean(least, indicator, weights), greatest=_mean(greatest, indicator, weights))


def _compared_value(mean: Value, indicator: str, rules: Rules) -> Value:
    """A mean as it is compared, and its bounds alike."""

    def compared(number: Number | None) -> Number | None:
        return None if number is None else _compared(number, indicator, rules)

    return replace(
        mean, number=compared(mean.number), least=compared(mean.least), greatest=compared(mean.greatest)
    )  # fmt: skip


def _of_days(data: Measurements, rules: Rules, section: str, indicator: str, of: pd.Period) -> Value:
    """The mean of the daily means of a day or a week."""
    days = [day for day in periods.periods_in(of, "day") if excluded(data, rules, section, day) is None]
    if rules.origins == "automatic_else_laboratory":  # whether a laboratory speaks on a day, its whole month tells
        for month in dict.fromkeys(day.asfreq("M") for day in days):
            data.note_month((section, indicator, month))
    means: list[Value] = []
    shares: list[Fraction] = []
    for day in days:
        key = (section, indicator, day)
        of_day = data.days.get(key)
        if of_day is not None:
            means.append(_bounded(Value(through_the_gate(of_day, None)), data.substituted.get(key)))
            shares.append(_share(data.substituted.get(key)))
    if not means:
        return Value(None, "no_readings", rules.missing_month == "exclude")
    mean = _averaged(means, indicator)
    assert mean.number is not None  # every day has one
    count = len(means)
    share = sum(shares, Fraction(0)) / count
    statistic = Statistic(
        section, indicator, periods.label(of), printed(mean.number), None, count, count, (), None, share
    )  # fmt: skip
    return _compared_value(replace(mean, statistics=(statistic,)), indicator, rules)


def mean_of_parts(parts: Sequence[Value], rules: Rules, indicator: str, weights: Sequence[Fraction] = ()) -> Value:
    """The (weighted) mean of several values, rounded once after it is formed; excluded ones are left out.

    Parameters
    ----------
    parts : values in the canonical unit of the indicator; the first absent one stops the mean.
    rules : whether the mean is rounded before it is compared.
    indicator : code; pH is averaged through H⁺.
    weights : one of each part; equal where none are given.
    """
    statistics = statistics_of(parts)
    absent = _first_absent(parts)
    if absent is not None:
        return replace(absent, statistics=statistics)
    shares = weights or [Fraction(1)] * len(parts)
    there = [(part, share) for part, share in zip(parts, shares, strict=True) if part.number is not None]
    if not there:
        return Value(None, parts[0].reason if parts else "no_readings", bool(parts), statistics)
    present, shares_present = zip(*there, strict=True)
    mean = _averaged(present, indicator, shares_present)
    return _compared_value(replace(mean, statistics=statistics), indicator, rules)


def statistics_of(parts: Iterable[Value]) -> tuple[Statistic, ...]:
    """The statistics that several values rest on, in order."""
    return tuple(statistic for part in parts for statistic in part.statistics)


def _first_absent(parts: Iterable[Value]) -> Value | None:
    """The first value that is absent without being excluded."""
    return next((part for part in parts if not part.present and not part.excluded), None)


def _mean(numbers: Sequence[Number], indicator: str, weights: Sequence[Fraction] = ()) -> Number:
    """Exact (weighted) arithmetic mean; pH through H⁺, in float64 and back through the gate."""
    if indicator != "ph":
        if not weights:
            return sum(numbers, Fraction(0)) / len(numbers)
        return sum(map(operator.mul, weights, numbers), Fraction(0)) / sum(weights)
    stacked = np.stack(np.broadcast_arrays(*map(floats, numbers)), axis=-1)
    mean = mean_of_means(stacked, indicator, weights=[float(share) for share in weights] or [1.0] * len(numbers))
    return through_the_gate(mean if mean.ndim else float(mean), None)


def _compared(exact: Number, indicator: str, rules: Rules) -> Number:
    """The value that is compared: rounded once at the evaluation decimals where the agreement says so."""
    return _rounded(exact, rules.decimals_of(indicator)) if rules.compare == "rounded" else exact


def _rounded(exact: Number, decimals: int | None) -> Number:
    return exact if decimals is None else quantised(exact, decimals)


def _statistic_of_months(mean: Number, rules: Rules, months: Sequence[Statistic], of: pd.Period) -> Statistic:
    """The statistic of a longer period: counts of its months summed; months stood in for are counted apart.

    Parameters
    ----------
    mean : of the months. rules : how it is rounded. months : at least one. of : the period.
    """
    section = months[0].section
    indicator = months[0].indicator
    of_itself = [month for month in months if month.stands_in is None]
    missing = [month for month in months if month.stands_in is not None]
    left_out: Counter[str] = Counter()
    for month in months:
        left_out.update(dict(month.left_out))
    substituted = [month.substituted for month in months if month.mean is not None]
    shown = printed(mean if isinstance(mean, Draws) else reported(float(mean), None))
    return Statistic(
        section, indicator, periods.label(of), shown,
        printed(_rounded(mean, rules.decimals_of(indicator))), sum(month.readings for month in of_itself),
        sum(month.days for month in of_itself), tuple(sorted(left_out.items())), None,
        sum(substituted, Fraction(0)) / len(substituted), _instants(of_itself),
        stood_in_for=_stood_in_for(missing),
    )  # fmt: skip


def _stood_in_for(months: Sequence[Statistic]) -> StoodInFor | None:
    """How many months something stands in for, and the counts of what does; None where there are none."""
    if not months:
        return None
    return StoodInFor(len(months), sum(month.readings for month in months), sum(month.days for month in months))


def _instants(months: Sequence[Statistic]) -> int | None:
    """How many instants the readings of several months are of; None where each reading has one of its own."""
    instants = [month.instants for month in months]
    if instants.count(None) == len(instants):
        return None
    return sum(month.readings if month.instants is None else month.instants for month in months)
