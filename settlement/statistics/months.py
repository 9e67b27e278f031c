"""Section-month statistics: what the readings of a section say about a day, a month, a year.

In: observations in rows and the data rules of an agreement. Out: daily and monthly means with the readings and days
behind them and, by reason, the readings left out; completeness. It does not round, compare with limits, fill gaps or
pass judgement: a month with too little data has no mean, and says why.

The sums are formed in `settlement.statistics.reduction`, which blocks go through as well (`blocks`). Days and months
are calendar days and months of `timezone`; instants are UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from basin.clauses import StatedRules
from basin.network import CHINA
from settlement.statistics.counting import (
    PH,
    SERIES,
    Layout,
    codes_of,
    layout_of,
    readings_that_count,
    reasons,
)
from settlement.statistics.reduction import (
    Calendar,
    Days,
    Floats,
    Integers,
    Readings,
    calendar_around,
    daily,
    hydrogen,
    monthly,
    ph_of,
)

LEVELS = [*SERIES, "month"]
TOO_FEW_A_DAY = "too_few_readings_a_day"


@dataclass(frozen=True)
class MonthlyStatistics:
    """The statistics of the months that hold any reading, used or not, in order of section, indicator and month.

    Attributes
    ----------
    layout, months : the labels that `cells` number: section × indicator × month.
    cells : (line) section, indicator and month of a line, in one number.
    mean : (line) [canonical unit], nan where absent.
    readings, instants, days : (line) what is behind the mean; two stations at one instant are two readings.
    left_out : (line) readings not used, {reason: number}.
    reason : (line) why the mean is absent: None, ``no_readings``, ``too_few_days``.
    """

    layout: Layout
    months: pd.PeriodIndex
    cells: Integers
    mean: Floats
    readings: Integers
    instants: Integers
    days: Integers
    left_out: list[dict[str, int]]
    reason: NDArray[np.object_]

    @property
    def index(self) -> pd.MultiIndex:
        """The section, indicator and month of each line."""
        return _index(self.layout, self.months, self.cells, "month")

    def table(self) -> pd.DataFrame:
        """The lines with an index (section, indicator, month: Period[M])."""
        columns = {
            "mean": self.mean, "readings": self.readings, "days": self.days,
            "left_out": pd.Series(self.left_out, dtype="object").to_numpy(),
            "reason": pd.Series(self.reason, dtype="object").to_numpy(),
        }  # fmt: skip
        return pd.DataFrame(columns, index=self.index)


def section_months(
    observations: pd.DataFrame, rules: StatedRules, left_out: pd.DataFrame | None = None, timezone: tzinfo = CHINA
) -> pd.DataFrame:
    """The statistics of every section, indicator and month that has any reading, used or not.

    Parameters
    ----------
    observations : as `counted` takes them; the instants need not be on a common grid.
    rules : which readings count, what a non-detect stands for, and how many a day and a month need.
    left_out : readings that never became observations (withheld, quarantined, rejected): columns section, indicator,
        time, reason. They are only counted.
    timezone : whose calendar days and months they are.

    Returns
    -------
    index (section, indicator, month: Period[M]), columns `mean` [canonical unit], `readings` and `days` behind it,
    `left_out` {reason: readings not used} and `reason` the mean is absent: None, ``no_readings``, ``too_few_days``.
    The reasons of `left_out` are the station's status, the mark, the reason handed in, or ``too_few_readings_a_day``.
    """
    return monthly_statistics(observations, rules, left_out, timezone).table()


def monthly_statistics(
    observations: pd.DataFrame, rules: StatedRules, left_out: pd.DataFrame | None = None, timezone: tzinfo = CHINA
) -> MonthlyStatistics:
    """`section_months` as arrays, for who needs no table."""
    aside = [] if left_out is None else [left_out[left_out["indicator"].notna()]]  # else of nobody knows what
    layout = layout_of(observations, *aside)
    why = reasons(observations, rules, timezone)
    counts = why.cat.codes.to_numpy() == 0
    if not counts.all():
        aside.append(observations.loc[~counts, [*SERIES, "time"]].assign(reason=why[~counts]))
    aside = [rows for rows in aside if len(rows)]
    if observations.empty and not aside:
        nothing = np.zeros(0, dtype=np.int64)
        months = pd.PeriodIndex([], freq="M")
        mean = nothing.astype(np.float64)
        reason = nothing.astype(object)
        return MonthlyStatistics(layout, months, nothing, mean, nothing, nothing, nothing, [], reason)
    readings = readings_that_count(observations, counts, layout, rules.non_detect)
    calendar = _calendar([readings.time, *(pd.DatetimeIndex(rows["time"]) for rows in aside)], timezone)
    days = daily(readings.on_days_of(calendar), len(calendar.days), layout.ph, rules.min_readings_a_day)
    instants = monthly(days, calendar.month_of_day, layout.ph, rules.min_days_a_month)
    months_of_all = instants
    if readings.pooled is not None:
        every_reading = _every_reading(days, readings, calendar)
        months_of_all = monthly(every_reading, calendar.month_of_day, layout.ph, rules.min_days_a_month)
    short = months_of_all.short_day_readings.ravel()
    unused = _left_out(aside, short, layout, calendar)
    any_reading = months_of_all.readings.ravel() + short > 0
    present = any_reading.copy()
    present[list(unused)] = True
    cells = np.flatnonzero(present)
    mean = months_of_all.mean.ravel()[cells]
    reason = np.where(any_reading[cells], "too_few_days", "no_readings").astype(object)
    reason[~np.isnan(mean)] = None
    return MonthlyStatistics(
        layout, calendar.months, cells, mean, months_of_all.readings.ravel()[cells], instants.readings.ravel()[cells],
        instants.days.ravel()[cells], [unused.get(cell, {}) for cell in cells.tolist()], reason,
    )  # fmt: skip


def _every_reading(days: Days, readings: Readings, calendar: Calendar) -> Days:
    """The same daily means with the readings that were pooled counted one by one."""
    on_days = readings.on_days_of(calendar)
    cells = on_days.series * len(calendar.days) + on_days.day
    number = np.bincount(cells, readings.pooled, days.readings.size).astype(np.int64)
    return Days(days.mean, number.reshape(days.readings.shape))


def _calendar(times: Sequence[pd.DatetimeIndex], timezone: tzinfo) -> Calendar:
    """The months that hold all of some instants; there is at least one."""
    ends = [end for time in times if len(time) for end in (time.min(), time.max())]
    return calendar_around(pd.DatetimeIndex(ends), timezone)


def _left_out(
    aside: Sequence[pd.DataFrame], short: Integers, layout: Layout, calendar: Calendar
) -> dict[int, dict[str, int]]:
    """Readings not used, by cell of section, indicator and month: {reason: number}, by name.

    Parameters
    ----------
    aside : columns section, indicator, time, reason.
    short : (cell) readings on days that had too few.
    layout, calendar : hold the sections, indicators and instants of all.
    """
    labels = sorted({str(label) for rows in aside for label in codes_of(rows["reason"])[1]})
    numbers = [_coded(rows, labels, layout, calendar) for rows in aside]
    unused: dict[int, dict[str, int]] = {}
    if numbers:
        different, times = np.unique(np.concatenate(numbers), return_counts=True)
        cells, reason = np.divmod(different, len(labels))
        for cell, code, number in zip(cells.tolist(), reason.tolist(), times.tolist(), strict=True):
            unused.setdefault(cell, {})[labels[code]] = number
    few = np.flatnonzero(short)
    for cell, number in zip(few.tolist(), short[few].tolist(), strict=True):
        unused.setdefault(cell, {})[TOO_FEW_A_DAY] = number
    return unused


def _coded(rows: pd.DataFrame, labels: Sequence[str], layout: Layout, calendar: Calendar) -> Integers:
    """Section, indicator, month and reason of each row, in one number."""
    code, reasons_of_rows = codes_of(rows["reason"])
    reason = np.array([labels.index(str(label)) for label in reasons_of_rows], dtype=np.int64)[code]
    month = calendar.month_of_day[calendar.day_of(pd.DatetimeIndex(rows["time"]))]
    return (layout.series_of(rows) * len(calendar.months) + month) * len(labels) + reason


def section_days(observations: pd.DataFrame, rules: StatedRules, timezone: tzinfo = CHINA) -> pd.DataFrame:
    """The valid days.

    Parameters
    ----------
    observations : as `counted` takes them.
    rules : which readings count, what a non-detect stands for, and how many a day needs.
    timezone : whose calendar days they are.

    Returns
    -------
    index (section, indicator, day: Period[D]), columns `mean` [canonical unit] and `readings`.
    """
    layout = layout_of(observations)
    counts = reasons(observations, rules, timezone).cat.codes.to_numpy() == 0
    readings = readings_that_count(observations, counts, layout, rules.non_detect)
    if not len(readings.time):
        nothing = np.zeros(0, dtype=np.int64)
        index = _index(layout, pd.PeriodIndex([], freq="D"), nothing, "day")
        return pd.DataFrame({"mean": nothing.astype(np.float64), "readings": nothing}, index=index)
    calendar = calendar_around(readings.time, timezone)
    days = daily(readings.on_days_of(calendar), len(calendar.days), layout.ph, rules.min_readings_a_day)
    cells = np.flatnonzero(np.isfinite(days.mean))
    columns = {"mean": days.mean.ravel()[cells], "readings": days.readings.ravel()[cells]}
    return pd.DataFrame(columns, index=_index(layout, calendar.days, cells, "day"))


def _index(layout: Layout, periods: pd.PeriodIndex, cells: Integers, name: str) -> pd.MultiIndex:
    """The section, indicator and period of numbered cells."""
    shape = (len(layout.sections), len(layout.indicators), len(periods))
    codes: Any = np.unravel_index(cells, shape) if len(cells) else [cells] * len(shape)
    labels: Any = [layout.sections, layout.indicators, periods]
    return pd.MultiIndex(levels=labels, codes=codes, names=[*SERIES, name], verify_integrity=False)


def non_detects(observations: pd.DataFrame, rules: StatedRules, timezone: tzinfo = CHINA) -> pd.DataFrame:
    """The readings below detection that means are formed from: those that count, on days with enough readings.

    Parameters
    ----------
    observations : as `counted` takes them.
    rules : which readings count, and how many a day needs.
    timezone : whose calendar days they are.

    Returns
    -------
    columns section, indicator, day (Period[D]) and value [canonical unit], the detection limit. pH has none.
    """
    censored = observations["censored"].to_numpy(dtype=bool) & (observations["indicator"] != PH).to_numpy()
    counts = reasons(observations, rules, timezone).cat.codes.to_numpy() == 0
    below = observations[censored & counts]
    rows = below[[*SERIES, "value"]].assign(day=_local(below["time"], timezone).to_period("D"))
    alike = observations[observations["indicator"].isin(rows["indicator"].unique())]
    valid = section_days(alike, rules, timezone).index
    days = pd.MultiIndex.from_frame(rows[[*SERIES, "day"]].astype(dict.fromkeys(SERIES, "str")))
    return rows[days.isin(valid)]


def completeness(
    observations: pd.DataFrame, months: pd.PeriodIndex | None = None, timezone: tzinfo = CHINA
) -> pd.DataFrame:
    """How many of the expected slots hold an observation, per (section, indicator, month).

    An observation fills the whole slot of its station. Where the stations of a section have slots of several lengths,
    slots of the longest that divides all of them are counted: a four-hourly reading fills four of an hour.

    Parameters
    ----------
    observations : columns section, indicator, time (UTC), value, slot_hours (of its station: whole hours that divide a
        day, counted from local midnight); rows without a value do not fill a slot.
    months : months to report; those without any observation get 0. Default: from the first to the last observation.
    timezone : whose calendar months they are.

    Returns
    -------
    columns `filled`, `expected` (slots) and their ratio `share`, for every pair of a section and an indicator that
    `observations` hold at all. The whole month is expected, also of one that has not ended.
    """
    rows = observations[observations["value"].notna()]
    local = _local(rows["time"], timezone)
    month = local.to_period("M")
    hours = rows["slot_hours"].to_numpy(dtype="int64")
    unit = rows.groupby("section", observed=True)["slot_hours"].agg(np.gcd.reduce)
    hours_of_a_slot = rows["section"].map(unit).to_numpy(dtype="int64")
    first = (local - month.to_timestamp()) // pd.Timedelta(hours=1) // hours * hours // hours_of_a_slot
    row = np.repeat(np.arange(len(rows)), hours // hours_of_a_slot)  # a row stands here once for each slot it fills
    nth = pd.Series(row).groupby(row).cumcount().to_numpy()
    slots = rows[SERIES].iloc[row].assign(month=month[row], slot=np.asarray(first)[row] + nth)
    filled = slots.drop_duplicates().value_counts(LEVELS, sort=False)
    if months is None:
        months = pd.period_range(month.min(), month.max(), freq="M") if len(month) else month
    pairs = rows[SERIES].drop_duplicates().sort_values(SERIES)
    frame = pairs.merge(pd.DataFrame({"month": months}), how="cross").set_index(LEVELS)
    frame["filled"] = filled.reindex(frame.index, fill_value=0)
    days = pd.PeriodIndex(frame.index.get_level_values("month")).days_in_month.to_numpy()
    frame["expected"] = days * 24 // unit.reindex(frame.index.get_level_values("section")).to_numpy(dtype="int64")
    return frame.assign(share=frame["filled"] / frame["expected"])


def _local(time: pd.Series | pd.Index, timezone: tzinfo) -> pd.DatetimeIndex:
    """UTC instants as naive local time."""
    return pd.DatetimeIndex(time).tz_convert(timezone).tz_localize(None)


def mean_of_means(
    values: ArrayLike, indicator: str, axis: int = -1, weights: ArrayLike | None = None
) -> NDArray[np.float64] | np.float64:
    """(Weighted) mean of means along `axis`: months of a year, sections of a basin; pH through the hydrogen ion.

    An absent mean (nan) makes the result absent: whether a missing month stops a clause or leaves the denominator is
    the agreement's decision, taken before. No value at all gives nan.

    Parameters
    ----------
    values : means [canonical unit], of any shape.
    indicator : of all of them.
    axis : the axis that goes.
    weights : along `axis`, or of the shape of `values`; None for equal ones.
    """
    array = np.asarray(values, dtype=np.float64)
    if array.shape[axis] == 0:
        return np.full(np.delete(array.shape, axis), np.nan)[()]
    shares = None if weights is None else np.asarray(weights, dtype=np.float64)
    mean = np.average(hydrogen(array) if indicator == PH else array, axis=axis, weights=shares)
    return ph_of(mean)[()] if indicator == PH else mean
