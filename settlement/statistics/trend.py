"""Is a series rising or falling: seasonal Kendall test with Sen slope.

In: one value per year and season, nan where there is none, with any leading axes (section, indicator, …). Out: the test
statistic, its probability and the slope per year, arrays over the leading axes. It fills no gap, removes no outlier and
does not decide what is significant.

Conventions, because published programs differ: ties lower the variance; z is corrected for continuity, (|S| − 1)/σ, as
`rkt` and `EnvStats` do and `Kendall` does not; tau is S over the number of pairs compared, ties included (`rkt`); the
slope is the median over all pairs within a season, of all seasons together; seasons are taken as independent, so
serial correlation makes p too small. Hirsch, Slack & Smith (1982), Water Resour. Res. 18(1), 107–121.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from basin.errors import UsageError

Array = NDArray[np.float64]
_erfc = np.vectorize(math.erfc, otypes=[np.float64])  # NumPy has none
SLOPES_AT_ONCE = 4_000_000  # bounds the memory of a national trend to about 100 MB


@dataclass(frozen=True)
class SeasonalKendall:
    """The test of one or many series; each attribute has the leading axes of the values.

    Attributes
    ----------
    s : rising minus falling pairs. variance : of `s` without a trend, corrected for ties.
    z, p : standard normal deviate (continuity-corrected) and two-sided probability; nan where no pair can differ
        (fewer than two values in every season, or all values tied).
    tau : `s` / number of pairs, −1…1; nan without a pair.
    sen_slope : median slope [unit of the values per year]; nan without a pair.
    n : values present.
    """

    s: Array
    variance: Array
    z: Array
    p: Array
    tau: Array
    sen_slope: Array
    n: Array


def seasonal_kendall(years: ArrayLike, seasons: ArrayLike, values: ArrayLike) -> SeasonalKendall:
    """Seasonal Kendall test and Sen slope.

    Parameters
    ----------
    years : rising, the unit of the slope's denominator; may be decimal and have holes.
    seasons : one label per season; only their number matters.
    values : (…, year, season), nan where absent. Several values of a season are the caller's to reduce to one.

    Raises
    ------
    UsageError : when the axes do not fit or the years do not rise.
    """
    time = np.asarray(years, dtype=np.float64)
    grid = np.asarray(values, dtype=np.float64)
    if grid.ndim < 2 or grid.shape[-2:] != (len(time), len(np.asarray(seasons))):
        raise UsageError(f"数值的形状 {grid.shape} 与年、季不符", "values must be (…, year, season)", path="values")
    if not (np.diff(time) > 0).all():
        raise UsageError("年份必须递增", "years must rise", path="years")
    present = ~np.isnan(grid)
    n = present.sum(axis=-2)
    s = _score(grid).sum(axis=-1)
    pairs = (n * (n - 1) / 2).sum(axis=-1)
    variance = ((n * (n - 1) * (2 * n + 5)) - _tied(grid)).sum(axis=-1) / 18
    return _tested(s, variance, pairs, _sen_slope(time, grid), n.sum(axis=-1))


def by_year_and_season(months: pd.PeriodIndex, values: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.int64], Array]:
    """A monthly series as the (years, seasons, values) that `seasonal_kendall` takes, gaps filled with nan.

    Parameters
    ----------
    months : the months of the last axis, in any order. values : (…, month).
    """
    series = np.asarray(values, dtype=np.float64)
    years = np.arange(months.year.min(), months.year.max() + 1)
    grid = np.full((*series.shape[:-1], len(years), 12), np.nan)
    grid[..., months.year - years[0], months.month - 1] = series
    return years, np.arange(1, 13), grid


def _tested(s: Array, variance: Array, pairs: Array, slope: Array, n: Array) -> SeasonalKendall:
    """The result with its probability. All arrays have the leading axes of the values.

    Parameters
    ----------
    s : rising minus falling pairs. variance : of `s` without a trend. pairs : pairs compared.
    slope : median slope [unit of the values per year]. n : values present.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(variance > 0, np.sign(s) * np.maximum(np.abs(s) - 1, 0) / np.sqrt(variance), np.nan)
        tau = s / pairs
    p = _erfc(np.abs(z) / np.sqrt(2))
    return SeasonalKendall(s[()], variance[()], z[()], p[()], tau[()], slope[()], n[()])


def _score(grid: Array) -> Array:
    """Rising minus falling pairs of each season, (…, season); a pair with a gap counts as neither."""
    score = np.zeros(grid.shape[:-2] + grid.shape[-1:])
    for lag in range(1, grid.shape[-2]):
        score += np.nansum(np.sign(grid[..., lag:, :] - grid[..., :-lag, :]), axis=-2)
    return score


def _tied(grid: Array) -> Array:
    """Σ t(t−1)(2t+5) over the groups of t equal values of each season, (…, season).

    Each value of a group contributes (t−1)(2t+5), so no group has to be looked for.
    """
    equal = np.zeros(grid.shape)
    for year in range(grid.shape[-2]):
        equal += grid == grid[..., year : year + 1, :]
    return np.where(equal > 0, (equal - 1) * (2 * equal + 5), 0).sum(axis=-2)


def _sen_slope(time: Array, grid: Array) -> Array:
    """Median slope over the pairs of all seasons, in blocks of series that fit the memory."""
    earlier, later = np.triu_indices(len(time), k=1)
    span = (time[later] - time[earlier])[:, np.newaxis]
    series = grid.reshape(-1, *grid.shape[-2:])
    block = max(1, SLOPES_AT_ONCE // max(1, len(span) * grid.shape[-1]))
    slopes = [
        _median((part[:, later] - part[:, earlier]) / span)
        for part in np.split(series, range(block, len(series), block))
    ]  # fmt: skip
    return np.concatenate(slopes).reshape(grid.shape[:-2])


def _median(slopes: Array) -> Array:
    """Median over all but the first axis, gaps left out; nan where there is nothing.

    `numpy.nanmedian` does the same one row at a time.
    """
    ordered = np.sort(slopes.reshape(slopes.shape[0], math.prod(slopes.shape[1:])), axis=1)  # nan sorts last
    if ordered.shape[1] == 0:
        return np.full(len(ordered), np.nan)
    present = (~np.isnan(ordered)).sum(axis=1)
    row = np.arange(len(ordered))
    return (ordered[row, (present - 1) // 2] + ordered[row, present // 2]) / 2
