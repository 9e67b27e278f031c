"""The same statistics over blocks: readings laid out (section, indicator, time), in memory or chunked by dask.

In: a `DataArray` of readings that count, nan where there is none. Out: daily and monthly means as datasets, the same
bits as `months` forms from rows, since both go through `settlement.statistics.reduction`. A chunked block stays lazy
and is reduced chunk by chunk; nothing here imports dask. Blocks suit readings on a common grid, as a national network
has them; for irregular instants use `section_months`, which needs no dense layout.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from basin.network import CHINA
from settlement.statistics.counting import PH, SERIES
from settlement.statistics.reduction import (
    Days,
    Flags,
    Floats,
    Integers,
    OnDays,
    calendar_around,
    daily,
    monthly,
)

Array = NDArray[Any]


@dataclass(frozen=True)
class Shortened:
    """The dimension that a reduction takes away, the one it puts there, and the labels of that."""

    before: str
    after: str
    labels: pd.Index


def daily_means(block: xr.DataArray, min_readings: int = 1, timezone: tzinfo = CHINA) -> xr.Dataset:
    """Daily mean and number of readings.

    Parameters
    ----------
    block : (section, indicator, time), canonical units, nan where absent; `time` in order, naive UTC, at least one.
    min_readings : a day with fewer has no mean.
    timezone : whose calendar days they are.

    Returns
    -------
    `mean` float64, nan where the day is not valid, and `readings`, (section, indicator, day); days without any instant
    in the block are not there.
    """
    time = _time(block)
    calendar = calendar_around(time, timezone)
    day_of, days_there = pd.factorize(calendar.day_of(time))

    def reduced(values: Floats, ph: Flags) -> Sequence[Array]:
        cell = np.flatnonzero(~np.isnan(values))
        series, instant = np.divmod(cell, len(time))
        value = values.ravel()[cell].astype(np.float64, copy=False)
        days = daily(OnDays(series, day_of[instant], value), len(days_there), ph, min_readings)
        return days.mean, days.readings

    labels = calendar.days[days_there].to_timestamp()
    return _reduced(reduced, [block], Shortened("time", "day", labels), ("mean", "readings"))


def monthly_means(days: xr.Dataset, min_days: int = 1) -> xr.Dataset:
    """Monthly mean: the mean of the valid daily means.

    Parameters
    ----------
    days : what `daily_means` returns.
    min_days : a month with fewer valid days has no mean.

    Returns
    -------
    (section, indicator, month), `month` a PeriodIndex: `mean` float64, nan where the month has too few valid days;
    `days` valid days and `readings` on them; `short_day_readings` the readings on days that had too few.
    """
    month_of_day, months = pd.factorize(pd.DatetimeIndex(days["day"].to_index()).to_period("M"))

    def reduced(mean: Floats, readings: Integers, ph: Flags) -> Sequence[Array]:
        months = monthly(Days(mean, readings), month_of_day, ph, min_days)
        return months.mean, months.readings, months.days, months.short_day_readings

    names = ("mean", "readings", "days", "short_day_readings")
    return _reduced(reduced, [days["mean"], days["readings"]], Shortened("day", "month", months), names)


def left_out(why: xr.DataArray, reasons: Sequence[str], timezone: tzinfo = CHINA) -> xr.DataArray:
    """Readings that do not count, by section, indicator, month and reason.

    Parameters
    ----------
    why : (section, indicator, time), the number of a reason among `reasons`, from 0; negative where a reading counts or
        where there is none.
    reasons : the reasons, by number.
    timezone : whose calendar months they are.

    Returns
    -------
    (section, indicator, month, reason), int64.
    """
    time = _time(why)
    calendar = calendar_around(time, timezone)
    month = calendar.month_of_day[calendar.day_of(time)]
    shape = (len(calendar.months), len(reasons))

    def counted(codes: Array) -> Array:
        of_series = codes.reshape(-1, codes.shape[-1])
        series, instant = np.nonzero(of_series >= 0)
        code = of_series[series, instant].astype(np.int64)
        cells = (series * shape[0] + month[instant]) * shape[1] + code
        number = np.bincount(cells, minlength=codes[..., 0].size * shape[0] * shape[1])
        return number.reshape(*codes.shape[:-1], *shape)

    numbers = xr.apply_ufunc(
        counted, _uncut(why, "time"), input_core_dims=[["time"]], output_core_dims=[["month", "reason"]],
        dask="parallelized", output_dtypes=[np.int64],
        dask_gufunc_kwargs={"output_sizes": {"month": shape[0], "reason": shape[1]}},
    )  # fmt: skip
    return numbers.assign_coords(month=calendar.months, reason=list(reasons)).transpose(*SERIES, "month", "reason")


def _time(block: xr.DataArray) -> pd.DatetimeIndex:
    """The instants of a block, in UTC."""
    return pd.DatetimeIndex(block["time"].to_index(), tz="UTC")


def _reduced(
    reduction: Callable[..., Sequence[Array]], blocks: Sequence[xr.DataArray], periods: Shortened, names: Sequence[str]
) -> xr.Dataset:
    """Blocks reduced along time, for every chunk of sections and indicators.

    Parameters
    ----------
    reduction : arrays (series, period before) of a chunk, and (series) which series are pH → arrays (series, period
        after), one for each of `names`.
    blocks : (section, indicator, period before).
    periods : what they are reduced from and to.
    names : of the arrays that come out; "mean" is float64, the others are numbers.
    """

    def of_chunk(*chunk: Array) -> tuple[Array, ...]:
        *values, ph = chunk
        shape = values[0].shape[:-1]
        of_series = [array.reshape(-1, array.shape[-1]) for array in values]
        arrays = reduction(*of_series, np.broadcast_to(ph, shape).ravel())
        return tuple(array.reshape(*shape, len(periods.labels)) for array in arrays)

    whole = [_uncut(block, periods.before) for block in blocks]
    indicators = blocks[0]["indicator"]
    ph = (indicators == PH).drop_vars("indicator")
    arrays = xr.apply_ufunc(
        of_chunk, *whole, ph, input_core_dims=[[periods.before]] * len(blocks) + [[]],
        output_core_dims=[[periods.after]] * len(names), dask="parallelized",
        output_dtypes=[np.float64 if name == "mean" else np.int64 for name in names],
        dask_gufunc_kwargs={"output_sizes": {periods.after: len(periods.labels)}},
    )  # fmt: skip
    reduced = xr.Dataset(dict(zip(names, arrays, strict=True))).assign_coords({periods.after: periods.labels})
    return reduced.transpose(*SERIES, periods.after)


def _uncut(block: xr.DataArray, period: str) -> xr.DataArray:
    """A block whose chunks hold each series whole; a block in memory as it is."""
    return block.chunk({period: -1}) if block.chunks else block
