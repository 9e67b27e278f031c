"""Readings reduced to days and months: the one reduction, on plain arrays, under rows and blocks alike.

In: readings that count, each with the number of its series (a section and an indicator) and its instant; and which
series are pH. Out: daily means, monthly means, and the readings and days behind them, laid out (series, day) and
(series, month). It knows no frame, no agreement and no reason for which a reading was left out.

Every sum is float64 and is formed in the order of the instants, so a mean depends on its own readings and on nothing
that is laid out beside them: rows in any order, and blocks cut anywhere, give the same bits.

pH is averaged through the hydrogen ion at every level (82号); all other indicators arithmetically.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo
from functools import cached_property, lru_cache
from math import prod

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Scale = Callable[[ArrayLike], Floats]


def hydrogen(ph: ArrayLike) -> Floats:
    """The hydrogen ion activity [mol/L] a pH stands for."""
    return np.asarray(np.power(10.0, -np.asarray(ph, dtype=np.float64)))


def ph_of(activity: ArrayLike) -> Floats:
    """The pH of a hydrogen ion activity [mol/L]; nan where there is none."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(-np.log10(np.asarray(activity, dtype=np.float64)))


@dataclass(frozen=True)
class Calendar:
    """Whole calendar months of a timezone, one after another, and their days.

    Attributes
    ----------
    months : the months, without a gap.
    midnights : (day + 1) the instants at which the days begin, and the last one ends, in UTC.
    """

    months: pd.PeriodIndex
    midnights: pd.DatetimeIndex

    @cached_property
    def days(self) -> pd.PeriodIndex:
        """The days of the months."""
        return pd.period_range(self.months[0].start_time, periods=len(self.midnights) - 1, freq="D")

    @cached_property
    def month_of_day(self) -> Integers:
        """(day) the number of the month each day lies in."""
        return np.repeat(np.arange(len(self.months)), self.months.days_in_month)

    def day_of(self, time: pd.DatetimeIndex) -> Integers:
        """The number of the day each instant lies on."""
        midnights = self.midnights.as_unit(time.unit).asi8
        lengths = np.diff(midnights)
        if (lengths == lengths[0]).all():  # no change of clocks: a division is ten times as fast as a search
            return (time.asi8 - midnights[0]) // lengths[0]
        return np.searchsorted(midnights, time.asi8, side="right") - 1


def calendar_around(time: pd.DatetimeIndex, timezone: tzinfo) -> Calendar:
    """The months from the first to the last of some instants (UTC; at least one)."""
    first, last = pd.DatetimeIndex([time.min(), time.max()]).tz_convert(timezone).tz_localize(None).to_period("M")
    return _calendar(first, last, timezone)


@lru_cache(256)
def _calendar(first: pd.Period, last: pd.Period, timezone: tzinfo) -> Calendar:
    """The months from the first to the last."""
    months = pd.period_range(first, last, freq="M")
    dates = pd.date_range(months[0].start_time, periods=int(np.sum(months.days_in_month)) + 1, freq="D")
    # Where clocks change at midnight, a day begins with the first instant that bears its date.
    first_of_two = np.ones(len(dates), dtype=bool)
    midnights = dates.tz_localize(timezone, ambiguous=first_of_two, nonexistent="shift_forward").tz_convert("UTC")
    return Calendar(months, midnights)


@dataclass(frozen=True)
class Readings:
    """Readings that count: one per series and instant, those of a series in order of time.

    Attributes
    ----------
    series : (reading) the number of its series. time : (reading) UTC. value : (reading) [canonical unit].
    pooled : (reading) how many readings of stations it is the mean of; None where none are pooled.
    """

    series: Integers
    time: pd.DatetimeIndex
    value: Floats
    pooled: Integers | None = None

    def on_days_of(self, calendar: Calendar) -> OnDays:
        """The readings on the days of a calendar whose months hold every instant."""
        return OnDays(self.series, calendar.day_of(self.time), self.value)


def in_order(readings: Readings, ph: Flags) -> Readings:
    """The readings as the reduction takes them; readings of one series and instant are pooled into their mean.

    Parameters
    ----------
    readings : in any order; several stations of a section may have measured at one instant.
    ph : (series) which series are pH.
    """
    if _is_in_order(readings, len(ph)):
        return readings
    # The value is the last key, so that what is pooled does not depend on the order of rows either.
    order = np.lexsort((readings.value, readings.time.asi8, readings.series))
    series = readings.series[order]
    time = readings.time[order]
    value = readings.value[order]
    another = (np.diff(series, prepend=-1) != 0) | (np.diff(time.asi8, prepend=-1) != 0)
    if another.all():
        return Readings(series, time, value)
    group = np.cumsum(another) - 1
    acid = ph[series]
    pooled = np.bincount(group)
    mean = np.bincount(group, rescaled(value, acid, hydrogen)) / pooled
    return Readings(series[another], time[another], rescaled(mean, acid[another], ph_of), pooled)


def _is_in_order(readings: Readings, number_of_series: int) -> bool:
    """Whether each series is one run of rows, of instants that only increase."""
    same = readings.series[1:] == readings.series[:-1]
    instants = readings.time.asi8
    if (same & (instants[1:] <= instants[:-1])).any():
        return False
    heads = readings.series[np.flatnonzero(np.concatenate(([True], ~same)))[: len(readings.series)]]
    return bool(np.bincount(heads, minlength=number_of_series).max(initial=0) <= 1)


def rescaled(values: Floats, ph: Flags, scale: Scale) -> Floats:
    """A copy of the values, those of pH put on another scale."""
    if not ph.any():
        return values
    changed = values.copy()
    changed[ph] = scale(changed[ph])
    return changed


@dataclass(frozen=True)
class OnDays:
    """Readings on the days of a calendar, those of a series in order of time.

    Attributes
    ----------
    series, day : (reading) the numbers of its series and its day. value : (reading) [canonical unit].
    """

    series: Integers
    day: Integers
    value: Floats


@dataclass(frozen=True)
class Days:
    """Daily means, (series, day): `mean` nan where a day has too few `readings`."""

    mean: Floats
    readings: Integers


@dataclass(frozen=True)
class Months:
    """Monthly means, (series, month): `mean` nan where a month has too few valid `days`.

    `readings` are those on valid days, `short_day_readings` those on days that had too few.
    """

    mean: Floats
    readings: Integers
    days: Integers
    short_day_readings: Integers


def daily(readings: OnDays, number_of_days: int, ph: Flags, min_readings: int) -> Days:
    """Mean and number of readings of every series and day.

    Parameters
    ----------
    readings : one per series and instant.
    number_of_days : days there are.
    ph : (series) which series are pH.
    min_readings : a day with fewer has no mean; none has one without a reading.
    """
    shape = (len(ph), number_of_days)
    cells = readings.series * number_of_days
    cells += readings.day
    value = rescaled(readings.value, ph[readings.series], hydrogen) if ph.any() else readings.value
    total = np.bincount(cells, value, prod(shape)).reshape(shape)
    number = np.bincount(cells, minlength=prod(shape)).reshape(shape)
    enough = number >= max(min_readings, 1)
    mean = np.divide(total, number, out=np.full(shape, np.nan), where=enough)
    mean[ph] = ph_of(mean[ph])
    return Days(mean, number)


def monthly(days: Days, month_of_day: Integers, ph: Flags, min_days: int) -> Months:
    """The mean of the valid daily means of every series and month, and what is behind it.

    Parameters
    ----------
    days : (series, day), in order of time; days that are not there change nothing.
    month_of_day : (day) the number of the month of each day, from 0 on without a gap.
    ph : (series) which series are pH.
    min_days : a month with fewer valid days has no mean; none has one without a valid day.
    """
    first_days = np.flatnonzero(np.diff(month_of_day, prepend=-1))
    shape = (len(ph), len(first_days))
    valid = np.isfinite(days.mean)
    value = np.where(valid, days.mean, 0.0)
    value[ph] = np.where(valid[ph], hydrogen(days.mean[ph]), 0.0)
    cells = np.arange(len(ph))[:, np.newaxis] * shape[1] + month_of_day
    total = np.bincount(cells.ravel(), value.ravel(), prod(shape)).reshape(shape)
    number = np.add.reduceat(valid, first_days, axis=-1, dtype=np.int64)
    mean = np.divide(total, number, out=np.full(shape, np.nan), where=number >= max(min_days, 1))
    mean[ph] = ph_of(mean[ph])
    of_all = np.add.reduceat(days.readings, first_days, axis=-1)
    of_valid = np.add.reduceat(np.where(valid, days.readings, 0), first_days, axis=-1)
    return Months(mean, of_valid, number, of_all - of_valid)
