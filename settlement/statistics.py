"""Section-month statistics: what the readings of a section say about a day, a month, a year.

In: the readings that count (long, or a cube of float64) and the data rules of an agreement. Out: daily and monthly
means with the readings and days behind them and, by reason, the readings left out; completeness. It does not round,
compare with limits, fill gaps or pass judgement: a month with too little data has no mean, and says why.

pH is averaged through the hydrogen ion it stands for at every level (82号); all other indicators arithmetically.
Days and months are calendar days and months of `timezone`; instants are UTC.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr
from flox.xarray import xarray_reduce
from numpy.typing import ArrayLike, NDArray

from settlement.counted_readings import PH, SERIES, Scale, counted, hydrogen, one_per_instant, ph_of, reasons, where_ph
from settlement.counted_readings import DataRules as DataRules
from settlement.counted_readings import cube as cube

CHINA = "Asia/Shanghai"
LEVELS = [*SERIES, "month"]


def daily_means(cube: xr.DataArray, min_readings: int = 1, timezone: str = CHINA) -> xr.Dataset:
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
    local = pd.DatetimeIndex(cube["time"].to_index(), tz="UTC").tz_convert(timezone).tz_localize(None)
    day = xr.DataArray(local.normalize().to_numpy(), dims="time", name="day")
    values = _as_hydrogen(cube.astype(np.float64, copy=False))
    total, readings = (xarray_reduce(values, day, func=function) for function in ("nansum", "count"))
    return _valid_days(total, readings, min_readings)


def _valid_days(total: xr.DataArray, readings: xr.DataArray, min_readings: int) -> xr.Dataset:
    """Daily means with hydrogen turned back into pH, and only where the day has enough readings."""
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
    observations: pd.DataFrame, rules: DataRules, left_out: pd.DataFrame | None = None, timezone: str = CHINA
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
    rows = one_per_instant(observations[counts], rules)
    months = _months_of_rows(rows, rules, timezone)
    unused = observations.loc[~counts, [*SERIES, "time"]].assign(reason=why)
    aside = _left_out([unused, *([] if left_out is None else [left_out])], months["short_day_readings"], timezone)
    return _with_reasons(months, aside)


def _months_of_rows(rows: pd.DataFrame, rules: DataRules, timezone: str) -> pd.DataFrame:
    """`monthly_means` as a table of the months that hold a reading."""
    if rows.empty:
        return _no_rows("month", ["mean", "readings", "days", "short_day_readings"])
    daily = _daily_of_rows(rows, rules.min_readings_a_day, timezone)
    months = monthly_means(daily, rules.min_days_a_month).to_dataframe()
    return months[months["readings"] + months["short_day_readings"] > 0]


def section_days(observations: pd.DataFrame, rules: DataRules, timezone: str = CHINA) -> pd.DataFrame:
    """The valid days: index (section, indicator, day: Period[D]), columns `mean` [canonical unit] and `readings`."""
    rows = counted(observations, rules)
    if rows.empty:
        return _no_rows("day", ["mean", "readings"])
    daily = _daily_of_rows(rows, rules.min_readings_a_day, timezone)
    daily = daily.assign_coords(day=pd.DatetimeIndex(daily["day"].to_index()).to_period("D"))
    return daily.to_dataframe().dropna(subset="mean")


def _no_rows(period: str, columns: list[str]) -> pd.DataFrame:
    """The result where nothing can be grouped: no group, the same index and columns."""
    periods = pd.PeriodIndex([], freq=period[0].upper())
    index = pd.MultiIndex.from_arrays([[], [], periods], names=[*SERIES, period])
    return pd.DataFrame(columns=columns, index=index, dtype="float64")


def _daily_of_rows(rows: pd.DataFrame, min_readings: int, timezone: str) -> xr.Dataset:
    """`daily_means` straight from the long frame, without laying out a cube of instants."""
    day, days = pd.factorize(_local(rows["time"], timezone).normalize(), sort=True)
    codes = {name: rows[name].cat.codes.to_numpy(np.int64) for name in SERIES} | {"day": day}
    labels = {name: rows[name].cat.categories.to_numpy(dtype=str) for name in SERIES} | {"day": pd.DatetimeIndex(days)}
    scaled = where_ph(rows["value"], rows["indicator"], hydrogen)
    values = xr.DataArray(scaled, dims="reading", coords={name: ("reading", code) for name, code in codes.items()})
    by = [values[name] for name in codes]
    groups = tuple(np.arange(len(label)) for label in labels.values())
    total, readings = (
        xarray_reduce(values, *by, func=function, expected_groups=groups, fill_value=0).assign_coords(labels)
        for function in ("nansum", "count")
    )
    return _valid_days(total, readings, min_readings)


def _left_out(unused: Sequence[pd.DataFrame], short: pd.Series, timezone: str) -> pd.Series:
    """Readings not used, {reason: number} per (section, indicator, month)."""
    rows = pd.concat([frame[[*SERIES, "time", "reason"]] for frame in unused])
    rows["month"] = _local(rows["time"], timezone).to_period("M")
    numbers = rows.value_counts([*LEVELS, "reason"], sort=False).rename("number").reset_index()
    days = short[short > 0].rename("number").reset_index().assign(reason="too_few_readings_a_day")
    found = pd.concat([frame for frame in (numbers, days) if len(frame)] or [days])
    by_month: dict[tuple[object, ...], dict[str, int]] = {}
    for *key, reason, number in found[[*LEVELS, "reason", "number"]].itertuples(index=False, name=None):
        by_month.setdefault(tuple(key), {})[reason] = number
    index = pd.MultiIndex.from_tuples(list(by_month), names=LEVELS) if by_month else short.index[:0]
    return pd.Series(list(by_month.values()), index=index, dtype="object")


def _with_reasons(months: pd.DataFrame, aside: pd.Series) -> pd.DataFrame:
    """The result table: months with readings and months that only have readings left out."""
    frame = months.reindex(months.index.union(aside.index)).sort_index()
    frame = frame.astype({"mean": "float64"}).fillna({"readings": 0, "days": 0, "short_day_readings": 0})
    frame = frame.astype({"readings": "int64", "days": "int64"})
    any_reading = frame["readings"] + frame["short_day_readings"] > 0
    absent = pd.Series(np.where(any_reading, "too_few_days", "no_readings"), index=frame.index, dtype="object")
    numbers = [found if isinstance(found, dict) else {} for found in aside.reindex(frame.index)]
    frame["left_out"] = pd.Series(numbers, index=frame.index, dtype="object")
    frame["reason"] = absent.where(frame["mean"].isna(), None)
    return frame[["mean", "readings", "days", "left_out", "reason"]]


def completeness(
    observations: pd.DataFrame, minutes: int = 240, months: pd.PeriodIndex | None = None, timezone: str = CHINA
) -> pd.DataFrame:
    """How many of the expected slots hold an observation, per (section, indicator, month).

    Parameters
    ----------
    observations : columns section, indicator, time (UTC), value; rows without a value do not fill a slot.
    minutes : length of a slot [min], counted from local midnight of the month's first day.
    months : months to report; those without any observation get 0. Default: from the first to the last observation.

    Returns
    -------
    columns `filled`, `expected` (slots) and their ratio `share`, for every pair of a section and an indicator that
    `observations` hold at all. The whole month is expected, also of one that has not ended.
    """
    rows = observations[observations["value"].notna()]
    local = _local(rows["time"], timezone)
    month = local.to_period("M")
    slot = (local - month.to_timestamp()) // pd.Timedelta(minutes=minutes)
    filled = rows[SERIES].assign(month=month, slot=slot).drop_duplicates().value_counts(LEVELS, sort=False)
    if months is None:
        months = pd.period_range(month.min(), month.max(), freq="M") if len(month) else month
    pairs = rows[SERIES].drop_duplicates().sort_values(SERIES)
    frame = pairs.merge(pd.DataFrame({"month": months}), how="cross").set_index(LEVELS)
    frame["filled"] = filled.reindex(frame.index, fill_value=0)
    frame["expected"] = -(-pd.PeriodIndex(frame.index.get_level_values("month")).days_in_month * 1440 // minutes)
    return frame.assign(share=frame["filled"] / frame["expected"])


def _local(time: pd.Series, timezone: str) -> pd.DatetimeIndex:
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
