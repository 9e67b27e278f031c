"""Section-month statistics: what the readings of a section say about a day, a month, a year.

In: the readings that count (long, or a cube of float64) and the data rules of an agreement. Out: daily and monthly
means with the readings and days behind them and, by reason, the readings left out; completeness. It does not round,
compare with limits, fill gaps or pass judgement: a month with too little data has no mean, and says why.

pH is averaged through the hydrogen ion it stands for at every level (82号); all other indicators arithmetically.
Days and months are calendar days and months of `timezone`; instants are UTC.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from basin.network import CHINA
from settlement.statistics.counting import (
    PH,
    SERIES,
    DataRules,
    Scale,
    counted,
    hydrogen,
    one_per_instant,
    ph_of,
    reasons,
    where_ph,
)

if TYPE_CHECKING:
    import xarray as xr  # takes longer to load than a settlement takes, and rows do without it

LEVELS = [*SERIES, "month"]
_COUNTED = [*SERIES, "time", "value", "censored"]


def daily_means(cube: xr.DataArray, min_readings: int = 1, timezone: tzinfo = CHINA) -> xr.Dataset:
    """Daily mean and number of readings.

    Parameters
    ----------
    cube : (section, indicator, time), canonical units, nan where absent; `time` naive UTC.
    min_readings : a day with fewer has no mean.

    Returns
    -------
    `mean` float64, nan where the day is not valid, and `readings`, (section, indicator, day); days without any instant
    in the cube are not there.
    """
    import xarray as xr
    from flox.xarray import xarray_reduce

    local = pd.DatetimeIndex(cube["time"].to_index(), tz="UTC").tz_convert(timezone).tz_localize(None)
    day = xr.DataArray(local.normalize().to_numpy(), dims="time", name="day")
    values = _as_hydrogen(cube.astype(np.float64, copy=False))
    total, readings = (xarray_reduce(values, day, func=function) for function in ("nansum", "count"))
    return _valid_days(total, readings, min_readings)


def _valid_days(total: xr.DataArray, readings: xr.DataArray, min_readings: int) -> xr.Dataset:
    """Daily means with hydrogen turned back into pH, and only where the day has enough readings."""
    import xarray as xr

    mean = _as_ph(total / readings).where(readings >= max(min_readings, 1))
    return xr.Dataset({"mean": mean, "readings": readings.astype(np.int64, copy=False)}).transpose(*SERIES, "day")


def monthly_means(daily: xr.Dataset, min_days: int = 1) -> xr.Dataset:
    """Monthly mean: the mean of the valid daily means.

    Parameters
    ----------
    daily : what `daily_means` returns.
    min_days : a month with fewer valid days has no mean.

    Returns
    -------
    (section, indicator, month), `month` a PeriodIndex: `mean` float64, nan where the month has too few valid days;
    `days` valid days and `readings` on them; `short_day_readings` the readings on days that had too few.
    """
    import xarray as xr

    months = pd.DatetimeIndex(daily["day"].to_index()).to_period("M")
    valid = daily["mean"].notnull()
    mean = _as_ph(_by_month(_as_hydrogen(daily["mean"]), months, "nanmean"))
    days = _by_month(daily["mean"], months, "count").astype(np.int64)
    readings = _by_month(daily["readings"].where(valid, 0), months, "sum")
    short = _by_month(daily["readings"].where(~valid, 0), months, "sum")
    enough = days >= max(min_days, 1)
    return xr.Dataset({"mean": mean.where(enough), "readings": readings, "days": days, "short_day_readings": short})


def _by_month(values: xr.DataArray, months: pd.PeriodIndex, function: str) -> xr.DataArray:
    """Values reduced from days to months."""
    import xarray as xr
    from flox.xarray import xarray_reduce

    code = xr.DataArray(months.asi8, dims="day", name="month")
    reduced = xarray_reduce(values, code, func=function)
    return reduced.assign_coords(month=pd.PeriodIndex(reduced["month"].to_numpy().astype("datetime64[M]"), freq="M"))


def _as_hydrogen(means: xr.DataArray) -> xr.DataArray:
    return _with_ph(means, hydrogen)


def _as_ph(means: xr.DataArray) -> xr.DataArray:
    return _with_ph(means, ph_of)


def _with_ph(means: xr.DataArray, scale: Scale) -> xr.DataArray:
    """`means` with the pH row, if there is one, put on another scale."""
    if PH not in means["indicator"]:
        return means
    changed = means.copy()
    changed.loc[{"indicator": PH}] = scale(means.sel(indicator=PH))
    return changed


def section_months(
    observations: pd.DataFrame, rules: DataRules, left_out: pd.DataFrame | None = None, timezone: tzinfo = CHINA
) -> pd.DataFrame:
    """The statistics of every section, indicator and month that has any reading, used or not.

    Parameters
    ----------
    observations : as `counted` takes them; the instants need not be on a common grid.
    left_out : readings that never became observations (withheld, quarantined, rejected): columns section, indicator,
        time, reason. They are only counted.

    Returns
    -------
    index (section, indicator, month: Period[M]), columns `mean` [canonical unit], `readings` and `days` behind it,
    `left_out` {reason: readings not used} and `reason` the mean is absent: None, ``no_readings``, ``too_few_days``.
    The reasons of `left_out` are the station's status, the mark, the reason handed in, or ``too_few_readings_a_day``.
    """
    why = reasons(observations, rules)
    counts = why == ""
    rows = one_per_instant(observations.loc[counts, _COUNTED], rules)
    months = _months_of_rows(rows, rules, timezone)
    unused = observations.loc[~counts, [*SERIES, "time"]].assign(reason=why[~counts])
    aside = _left_out([unused, *([] if left_out is None else [left_out])], months["short_day_readings"], timezone)
    return _with_reasons(months, aside)


def _months_of_rows(rows: pd.DataFrame, rules: DataRules, timezone: tzinfo) -> pd.DataFrame:
    """`monthly_means` as a table of the months that hold a reading."""
    columns = ["mean", "readings", "days", "short_day_readings"]
    if rows.empty:
        return _no_rows("month", columns)
    days = _days_of_rows(rows, rules.min_readings_a_day, timezone)
    month, months = pd.factorize(days.labels[-1].to_period("M"))
    first = np.flatnonzero(np.diff(month, prepend=-1))  # days are in order, so a month is a slice of them
    valid = np.isfinite(days.mean)
    activity = _of_ph(np.where(valid, days.mean, 0.0), days.labels, hydrogen)
    number = np.add.reduceat(valid, first, axis=-1, dtype=np.int64)
    with np.errstate(invalid="ignore"):
        mean = np.add.reduceat(np.where(valid, activity, 0.0), first, axis=-1) / number
    mean = np.where(number >= max(rules.min_days_a_month, 1), _of_ph(mean, days.labels, ph_of), np.nan)
    readings, short = (np.add.reduceat(np.where(kept, days.readings, 0), first, axis=-1) for kept in (valid, ~valid))
    labels = (*days.labels[:-1], months)
    return _table((mean, readings, number, short), columns, labels, "month", readings + short > 0)


def section_days(observations: pd.DataFrame, rules: DataRules, timezone: tzinfo = CHINA) -> pd.DataFrame:
    """The valid days: index (section, indicator, day: Period[D]), columns `mean` [canonical unit] and `readings`."""
    rows, columns = counted(observations, rules), ["mean", "readings"]
    if rows.empty:
        return _no_rows("day", columns)
    days = _days_of_rows(rows, rules.min_readings_a_day, timezone)
    labels = (*days.labels[:-1], days.labels[-1].to_period("D"))
    return _table((days.mean, days.readings), columns, labels, "day", np.isfinite(days.mean))


def non_detects(observations: pd.DataFrame, rules: DataRules, timezone: tzinfo = CHINA) -> pd.DataFrame:
    """The readings below detection that means are formed from: those that count, on days with enough readings.

    Returns
    -------
    columns section, indicator, day (Period[D]) and value [canonical unit], the detection limit. pH has none.
    """
    censored = observations["censored"].to_numpy(dtype=bool) & (observations["indicator"] != PH).to_numpy()
    below = observations[censored]
    below = below[reasons(below, rules) == ""]
    found = below[[*SERIES, "value"]].assign(day=_local(below["time"], timezone).to_period("D"))
    alike = observations[observations["indicator"].isin(found["indicator"].unique())]
    valid = section_days(alike, rules, timezone).index
    days = pd.MultiIndex.from_frame(found[[*SERIES, "day"]].astype(dict.fromkeys(SERIES, "str")))
    return found[days.isin(valid)]


def _no_rows(period: str, columns: list[str]) -> pd.DataFrame:
    """The result where nothing can be grouped: no group, the same index and columns."""
    periods = pd.PeriodIndex([], freq=period[0].upper())
    index = pd.MultiIndex.from_arrays([[], [], periods], names=[*SERIES, period])
    return pd.DataFrame(columns=columns, index=index, dtype="float64")


@dataclass(frozen=True)
class _Days:
    """`daily_means` as bare arrays: (section, indicator, day), with the labels of the three."""

    mean: NDArray[np.float64]
    readings: NDArray[np.int64]
    labels: tuple[NDArray[Any], NDArray[Any], pd.DatetimeIndex]


def _days_of_rows(rows: pd.DataFrame, min_readings: int, timezone: tzinfo) -> _Days:
    """`daily_means` straight from the long frame, without laying out a cube of instants.

    One agreement's readings are few: labelled arrays and grouping by flox would cost several times the sums themselves.
    """
    instant, instants = pd.factorize(rows["time"])
    day_of, days = pd.factorize(_local(instants, timezone).normalize(), sort=True)
    series = [rows[name].cat for name in SERIES]
    shape = (*(len(each.categories) for each in series), len(days))
    cells = np.ravel_multi_index([*(each.codes.to_numpy(np.int64) for each in series), day_of[instant]], shape)
    size = shape[0] * shape[1] * shape[2]
    total = np.bincount(cells, where_ph(rows["value"], rows["indicator"], hydrogen), size).reshape(shape)
    readings = np.bincount(cells, minlength=size).reshape(shape)
    section, indicator = (each.categories.to_numpy(dtype=str) for each in series)
    labels = (section, indicator, pd.DatetimeIndex(days))
    with np.errstate(invalid="ignore"):
        mean = _of_ph(total / readings, labels, ph_of)
    return _Days(np.where(readings >= max(min_readings, 1), mean, np.nan), readings, labels)


def _of_ph(values: NDArray[np.float64], labels: Sequence[Any], scale: Scale) -> NDArray[np.float64]:
    """(section, indicator, …) with the pH row, if there is one, put on another scale."""
    ph = labels[1] == PH
    if ph.any():
        values[:, ph] = scale(values[:, ph])
    return values


def _table(
    values: Sequence[NDArray[Any]], columns: Sequence[str], labels: Sequence[Any], period: str, kept: NDArray[np.bool_]
) -> pd.DataFrame:
    """Arrays (section, indicator, period) as a table of those cells that are kept."""
    cells = np.nonzero(kept)
    codes: Sequence[Any] = cells
    index = pd.MultiIndex(levels=labels, codes=codes, names=[*SERIES, period], verify_integrity=False)
    return pd.DataFrame(dict(zip(columns, (each[cells] for each in values), strict=True)), index=index)


def _left_out(unused: Sequence[pd.DataFrame], short: pd.Series, timezone: tzinfo) -> pd.Series:
    """Readings not used, {reason: number} per (section, indicator, month)."""
    numbers: Counter[tuple[str, str, int, str]] = Counter()
    for every in unused:
        rows = every[every["indicator"].notna()]  # a value of nobody knows what belongs to no month's statistics
        if rows.empty:
            continue
        month, months = pd.factorize(_local(rows["time"], timezone).to_period("M").asi8)
        columns = [rows[name].astype("category") for name in (*SERIES, "reason")]
        labels = [*(column.cat.categories.tolist() for column in columns), months.tolist()]
        codes = [*(column.cat.codes.to_numpy(np.int64) for column in columns), month]
        for (s, i, why, m), number in _counted(codes, [len(each) for each in labels]):
            numbers[labels[0][s], labels[1][i], labels[3][m], labels[2][why]] += number
    period = {ordinal: pd.Period(ordinal=ordinal, freq="M") for ordinal in {key[2] for key in numbers}}
    by_month: dict[tuple[object, ...], dict[str, int]] = {}
    for (section, indicator, ordinal, reason), number in sorted(numbers.items()):
        by_month.setdefault((section, indicator, period[ordinal]), {})[reason] = number
    few = short[short > 0]
    for key, number in zip(few.index.tolist(), few.tolist(), strict=True):
        by_month.setdefault(key, {})["too_few_readings_a_day"] = number
    index = pd.MultiIndex.from_tuples(list(by_month), names=LEVELS) if by_month else short.index[:0]
    return pd.Series(list(by_month.values()), index=index, dtype="object")


def _counted(codes: Sequence[NDArray[Any]], shape: Sequence[int]) -> Iterator[tuple[tuple[int, ...], int]]:
    """The different combinations of codes, and how often each occurs."""
    cells, numbers = np.unique(np.ravel_multi_index(codes, shape), return_counts=True)
    different = zip(*(each.tolist() for each in np.unravel_index(cells, shape)), strict=True)
    return zip(different, numbers.tolist(), strict=True)


def _with_reasons(months: pd.DataFrame, aside: pd.Series) -> pd.DataFrame:
    """The result table: months with readings and months that only have readings left out."""
    if len(aside):
        months = months.reindex(months.index.union(aside.index))
    readings, days, short = (
        months[name].fillna(0).to_numpy(np.int64) for name in ("readings", "days", "short_day_readings")
    )
    mean = months["mean"].to_numpy(np.float64)
    reason = np.where(readings + short > 0, "too_few_days", "no_readings").astype(object)
    reason[~np.isnan(mean)] = None
    left_out = [found if isinstance(found, dict) else {} for found in aside.reindex(months.index)]
    columns = {
        "mean": mean, "readings": readings, "days": days,
        "left_out": pd.Series(left_out, index=months.index, dtype="object"),
        "reason": pd.Series(reason, index=months.index, dtype="object"),
    }  # fmt: skip
    return pd.DataFrame(columns, index=months.index)


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

    Returns
    -------
    columns `filled`, `expected` (slots) and their ratio `share`, for every pair of a section and an indicator that
    `observations` hold at all. The whole month is expected, also of one that has not ended.
    """
    rows = observations[observations["value"].notna()]
    local = _local(rows["time"], timezone)
    month, hours = local.to_period("M"), rows["slot_hours"].to_numpy(dtype="int64")
    unit = rows.groupby("section", observed=True)["slot_hours"].agg(np.gcd.reduce)
    each = rows["section"].map(unit).to_numpy(dtype="int64")
    first = (local - month.to_timestamp()) // pd.Timedelta(hours=1) // hours * hours // each
    at = np.repeat(np.arange(len(rows)), hours // each)
    nth = pd.Series(at).groupby(at).cumcount().to_numpy()
    slots = rows[SERIES].iloc[at].assign(month=month[at], slot=np.asarray(first)[at] + nth)
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
    """
    array = np.asarray(values, dtype=np.float64)
    if array.shape[axis] == 0:
        return np.full(np.delete(array.shape, axis), np.nan)[()]
    shares = None if weights is None else np.asarray(weights, dtype=np.float64)
    mean = np.average(hydrogen(array) if indicator == PH else array, axis=axis, weights=shares)
    return ph_of(mean)[()] if indicator == PH else mean
