"""Quality control (质量控制) of series: one test = one function, arrays in, thresholds as keywords, flags out.

In: float64 values of any shape whose last axis is time (nan is absent), and the instants of that axis. Out: `Quality`
flags (int8) of the same shape. Nothing is dropped, nothing corrected, and a threshold of 0 is a threshold.

What the tests share: neighbours are a series' previous and next *present* readings, however the block is laid out;
windows count time, not readings; two readings further apart than `longest_gap_hours` say nothing about each other, and
what rests on both is not evaluated. Where there is no value, a test of values says "not evaluated"; only `gaps` knows
what was due and says "missing". Tests of two indicators are in `relations`, thresholds in `settings`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from basin.errors import UsageError
from monitoring_ingest.quality.flags import Flags, Quality

Values = NDArray[np.float64]
Instants = NDArray[np.datetime64]
Mask = NDArray[np.bool_]
Judge = Callable[..., Flags]

READINGS_AT_ONCE = 1 << 15  # the arrays of a step then stay in the processor's cache; results do not depend on this
SECONDS_AN_HOUR = 3600.0
REACHES = (1, 2)


class Bounds(NamedTuple):
    """The lowest and the highest value that are still inside [canonical unit]; in an array, of each instant."""

    lowest: Any
    highest: Any


def gross_range(values: Values, *, possible: Sequence[float], expected: Sequence[float] | None = None) -> Flags:
    """Unreliable outside what is `possible`, doubtful outside what is `expected`; the bounds themselves are inside.

    Parameters
    ----------
    values : [canonical unit]; infinite ones are outside.
    possible, expected : the `Bounds` [canonical unit].
    """
    flags = _reliable(values)
    if expected is not None:
        flags[_outside(values, Bounds(*expected))] = Quality.DOUBTFUL
    flags[_outside(values, Bounds(*possible))] = Quality.UNRELIABLE
    return flags


def seasonal_range(
    values: Values, months: NDArray[np.integer], *, lowest: Sequence[float], highest: Sequence[float]
) -> Flags:
    """Doubtful outside the bounds of the month; not evaluated in a month without bounds (nan).

    Parameters
    ----------
    months : 1–12 for each instant, in the station's local time (`local_months`).
    lowest, highest : twelve bounds each, from January [canonical unit].
    """
    if len(lowest) != 12 or len(highest) != 12:
        zh = "每月一个界限，应为十二个"
        en = "one bound a month: twelve are needed"
        raise UsageError(zh, en, path="lowest, highest", remedy="没有界限的月写 nan")
    low, high = (np.asarray(bounds, dtype=np.float64)[months - 1] for bounds in (lowest, highest))
    flags = _reliable(values)
    flags[_outside(values, Bounds(low, high))] = Quality.DOUBTFUL
    flags[..., np.isnan(low) | np.isnan(high)] = Quality.NOT_EVALUATED
    return flags


def local_months(instants: Instants, zone: str) -> NDArray[np.integer]:
    """The month 1–12 of each UTC instant in a time zone."""
    return np.asarray(pd.DatetimeIndex(instants, tz="UTC").tz_convert(zone).month, dtype=np.intp)


def spike(
    values: Values, instants: Instants, *, absolute: float, relative: float, reach: int, longest_gap_hours: float
) -> Flags:
    """Doubtful where a reading is further than allowed from the median of itself and `reach` readings on either side.

    A median takes no notice of what stands out, so that a spike of up to `reach` readings is found, its neighbours are
    not, and a step from one level to another is no spike.

    Parameters
    ----------
    absolute, relative : allowed is the larger of `absolute` [canonical unit] and `relative` × \\|median\\|.
    reach : 1 finds spikes of one reading, 2 also of two.
    longest_gap_hours : [h] a window with a longer gap in it is not evaluated, nor are the ends of a series.
    """
    if reach not in REACHES:
        zh = f"reach 应为 1 或 2，现为 {reach}"
        en = f"reach must be 1 or 2, not {reach}"
        raise UsageError(zh, en, path="reach", remedy="更长的尖峰是水平变化，见 rate_of_change")

    def judge(v: Values, t: Values) -> Flags:
        flags = np.zeros(v.size, dtype=np.int8)
        width = v.size - 2 * reach
        inner = slice(reach, v.size - reach)
        if width <= 0:
            return flags
        near = np.diff(t) <= longest_gap_hours * SECONDS_AN_HOUR
        complete = np.logical_and.reduce([near[shift : shift + width] for shift in range(2 * reach)])
        middle = _median([v[shift : shift + width] for shift in range(2 * reach + 1)])
        allowed: Any = np.maximum(absolute, relative * np.abs(middle)) if relative else absolute
        flags[inner] = complete
        flags[inner][complete & (np.abs(v[inner] - middle) > allowed)] = Quality.DOUBTFUL
        return flags

    return by_series(values, instants, longest_gap_hours, judge)


def spike_of_flow(
    values: Values, instants: Instants, *, absolute: float, relative: float, reach: int, longest_gap_hours: float
) -> Flags:
    """As `spike`; not evaluated where the water stands still (0) or turns (both signs) within `reach` readings.

    Below a power station the river stops every night, and the tide turns it: the median of such a window is near 0 and
    does not tell how large the river is.

    Parameters
    ----------
    absolute, relative, reach, longest_gap_hours : as of `spike`; absolute in m³/s.
    """

    def flows_one_way(v: Values, _t: Values) -> Flags:
        one_way = np.zeros(v.size, dtype=np.int8)
        width = v.size - 2 * reach
        if width > 0:
            window = [v[shift : shift + width] for shift in range(2 * reach + 1)]
            one_way[reach : v.size - reach] = (np.minimum.reduce(window) > 0) | (np.maximum.reduce(window) < 0)
        return one_way

    flags = spike(
        values,
        instants,
        absolute=absolute,
        relative=relative,
        reach=reach,
        longest_gap_hours=longest_gap_hours,
    )
    return flags * by_series(values, instants, longest_gap_hours, flows_one_way)  # "not evaluated" is 0


def _median(readings: Sequence[Values]) -> Values:
    """The median of three or five arrays, element by element."""
    if len(readings) == 5:
        a, b, c, d, e = readings
        low = np.maximum(np.minimum(a, b), np.minimum(c, d))
        return _median([low, np.minimum(np.maximum(a, b), np.maximum(c, d)), e])
    a, b, c = readings
    return np.maximum(np.minimum(a, b), np.minimum(np.maximum(a, b), c))


def rate_of_change(values: Values, instants: Instants, *, per_hour: float, longest_gap_hours: float) -> Flags:
    """Doubtful where a reading differs from the one before by more than `per_hour` × the hours between them.

    The reading that returns from a lone spike to where the series was is not flagged for the spike's sake; after a
    step only the first reading is.

    Parameters
    ----------
    per_hour : [canonical unit/h].
    longest_gap_hours : [h] after a longer gap, and at the start, a reading is not evaluated.
    """

    def judge(v: Values, t: Values) -> Flags:
        flags = np.zeros(v.size, dtype=np.int8)
        took = np.diff(t)
        near = took <= longest_gap_hours * SECONDS_AN_HOUR
        allowed = took * (per_hour / SECONDS_AN_HOUR)
        flags[1:] = near
        fast = np.flatnonzero(near & (np.abs(np.diff(v)) > allowed)) + 1
        flags[fast[~_returns(v, allowed, fast)]] = Quality.DOUBTFUL
        return flags

    return by_series(values, instants, longest_gap_hours, judge)


def _returns(v: Values, allowed: Values, fast: NDArray[np.intp]) -> Mask:
    """Which of the readings reached too `fast` are returns: every second one of a run that goes to and fro.

    A reading is part of a run where the reading before was reached too fast as well, and the reading agrees with the
    last but one.

    Parameters
    ----------
    v : readings [canonical unit]. allowed : the largest change from each reading to the next.
    fast : places of the readings reached too fast.
    """
    to_and_fro = np.zeros(fast.size, dtype=bool)
    follows = np.flatnonzero(np.diff(fast) == 1) + 1
    place = fast[follows]
    to_and_fro[follows] = np.abs(v[place] - v[place - 2]) <= allowed[place - 1] + allowed[place - 2]
    begins = np.maximum.accumulate(np.where(to_and_fro, 0, fast))
    return np.asarray((fast - begins) % 2 == 1)


def flat_line(
    values: Values,
    instants: Instants,
    *,
    tolerance: float,
    longest_hours: float,
    longest_gap_hours: float,
    censored: Mask | None = None,
) -> Flags:
    """Doubtful: every reading of a stretch that varies by no more than `tolerance` for `longest_hours` or longer.

    Parameters
    ----------
    tolerance : between the lowest and highest of the stretch [canonical unit]; 0 finds exactly equal readings.
    longest_hours : [h] from the first reading of the stretch to the last.
    longest_gap_hours : [h] a longer gap ends a stretch; readings between two gaps less than `longest_hours` apart are
        not evaluated.
    censored : readings below detection, of the shape of `values`. They are not evaluated and end a stretch: that the
        limit is repeated says that the water is clean, not that the sensor is stuck.
    """
    shortest = longest_hours * SECONDS_AN_HOUR
    gap = longest_gap_hours * SECONDS_AN_HOUR

    def judge(v: Values, t: Values, below: Mask | None = None) -> Flags:
        near = np.diff(t) <= gap
        joined = near & (np.abs(np.diff(v)) <= tolerance)
        if below is not None:
            joined &= ~(below[1:] | below[:-1])
        flags = np.zeros(v.size, dtype=np.int8)
        flags[_covered(_long_runs(near, t, shortest), v.size)] = Quality.RELIABLE
        flat = _long_runs(joined, t, shortest)
        if tolerance > 0 and flat.starts.size:
            flat = _flat_windows(v, t, shortest, tolerance, flat)
        flags[_covered(flat, v.size)] = Quality.DOUBTFUL
        if below is not None:
            flags[below] = Quality.NOT_EVALUATED
        return flags

    return by_series(values, instants, longest_gap_hours, judge, *([] if censored is None else [censored]))


class Runs(NamedTuple):
    """Runs of readings: the places of the first and of the last reading, both in the run."""

    starts: NDArray[np.intp]
    ends: NDArray[np.intp]


def _long_runs(joined: Mask, t: Values, shortest: float) -> Runs:
    """The runs of readings, each joined to the next, that last long enough.

    Parameters
    ----------
    joined : whether each reading is joined to the next. t : times [s].
    shortest : [s] from the first reading of a run to the last.
    """
    edges = np.flatnonzero(np.diff(joined, prepend=False, append=False))
    starts = edges[::2]
    ends = edges[1::2]
    long = t[ends] - t[starts] >= shortest
    return Runs(starts[long], ends[long])


def _covered(runs: Runs, size: int) -> Mask:
    """Which of `size` readings lie in any of the runs."""
    if not runs.starts.size:
        return np.zeros(size, dtype=bool)
    opened = np.bincount(runs.starts, minlength=size + 1) - np.bincount(runs.ends + 1, minlength=size + 1)
    return np.asarray(np.cumsum(opened[:size]) > 0)


def _flat_windows(v: Values, t: Values, shortest: float, tolerance: float, runs: Runs) -> Runs:
    """The shortest windows within the runs that last long enough and vary by no more than the tolerance.

    Parameters
    ----------
    v, t : readings [canonical unit] and their times [s].
    shortest : [s] that a window lasts at least.
    tolerance : [canonical unit] between the lowest and the highest reading of a window.
    runs : where to look.
    """
    run_of_reading = np.cumsum(np.bincount(runs.starts, minlength=v.size)[: v.size])
    covered = np.flatnonzero(_covered(runs, v.size))
    times = t[covered]
    run = run_of_reading[covered]
    last = np.arange(covered.size)
    first = np.searchsorted(times, times - shortest, side="right") - 1
    last = last[(first >= 0) & (run[first] == run)]
    first = first[last]
    flat = _spread(v[covered], first, last) <= tolerance
    return Runs(covered[first[flat]], covered[last[flat]])


def _spread(v: Values, first: NDArray[np.intp], last: NDArray[np.intp]) -> Values:
    """Highest less lowest of v[first … last] for each pair, from windows of 1, 2, 4 … readings.

    Parameters
    ----------
    v : readings [canonical unit]. first, last : (pair) places in `v`, both in the run.
    """
    spread = np.empty(first.size)
    level = np.frexp(last - first + 1)[1] - 1
    high = low = v
    for doubling in range(int(level.max(initial=-1)) + 1):
        pairs = np.flatnonzero(level == doubling)
        width = 1 << doubling
        left = first[pairs]
        right = last[pairs] - width + 1
        spread[pairs] = np.maximum(high[left], high[right]) - np.minimum(low[left], low[right])
        high = np.maximum(high[:-width], high[width:])
        low = np.minimum(low[:-width], low[width:])
    return spread


def gaps(values: Values, instants: Instants, *, slots: Instants) -> Flags:
    """Missing where a value was due and there is none; not evaluated where none was due and there is none.

    Parameters
    ----------
    slots : the instants at which a value was due.

    Raises
    ------
    UsageError : a slot that is not on the time axis would go unnoticed: lay the block out with `on_slots` first.
    """
    due = np.isin(instants, slots)
    if due.sum() != np.unique(slots).size:
        zh = "有应测时次不在时间轴上"
        en = "a slot is not on the time axis"
        raise UsageError(zh, en, path="slots", remedy="先用 on_slots 把时次补到时间轴上")
    return np.where(np.isnan(values), np.where(due, Quality.MISSING, Quality.NOT_EVALUATED), Quality.RELIABLE).astype(
        np.int8
    )


def on_slots(values: Values, instants: Instants, slots: Instants) -> tuple[Values, Instants]:
    """The same values on a time axis that also has every slot; nan at those that are new."""
    axis = np.union1d(instants, slots)
    laid_out = np.full((*values.shape[:-1], axis.size), np.nan)
    laid_out[..., np.searchsorted(axis, instants)] = values
    return laid_out, axis


def _reliable(values: Values) -> Flags:
    """Reliable where there is a value, else not evaluated."""
    return (~np.isnan(values)).astype(np.int8)


def _outside(values: Values, bounds: Bounds) -> Mask:
    """Where a value lies outside the bounds; nan never does, and a bound that is nan excludes nothing."""
    if np.any(np.asarray(bounds.lowest) > bounds.highest):
        zh = "下限高于上限"
        en = "the lowest value is above the highest"
        raise UsageError(zh, en, path="possible, expected, lowest, highest", remedy="先写下限，后写上限")
    return np.asarray((values < bounds.lowest) | (values > bounds.highest))


def by_series(values: Values, instants: Instants, longest_gap_hours: float, judge: Judge, *beside: Mask) -> Flags:
    """The flags that `judge` gives to the finite readings of each series; the other cells are not evaluated.

    Parameters
    ----------
    values, instants : (…, time) [canonical unit], (time).
    longest_gap_hours : [h] two series are laid further apart than this, so that the end of a series is always a gap.
    judge : takes readings and times [s] of many series in a row and, in step with the readings, the masks.
    beside : masks of the shape of `values`.
    """
    seconds = _seconds(values, instants)
    flags = np.zeros(values.shape, dtype=np.int8)
    if not values.size:
        return flags
    rows = values.reshape(-1, seconds.size)
    to_fill = flags.reshape(-1, seconds.size)
    masks = [mask.reshape(-1, seconds.size) for mask in beside]
    at_once = max(1, READINGS_AT_ONCE // seconds.size)
    apart = seconds[-1] + longest_gap_hours * SECONDS_AN_HOUR + 1
    times = (np.arange(at_once)[:, np.newaxis] * apart + seconds).ravel()
    for first in range(0, len(rows), at_once):
        lines = slice(first, first + at_once)
        readings = rows[lines].ravel()
        present = np.isfinite(readings)
        if present.all():
            of_lines = judge(readings, times[: readings.size], *(mask[lines].ravel() for mask in masks))
            to_fill[lines] = of_lines.reshape(-1, seconds.size)
        else:
            laid_out = (readings, times[: readings.size], *(mask[lines].ravel() for mask in masks))
            to_fill[lines].reshape(-1)[present] = judge(*(array[present] for array in laid_out))
    return flags


def _seconds(values: Values, instants: Instants) -> Values:
    """Seconds from the first instant.

    Raises
    ------
    UsageError : instants that are not one for each place of the last axis, in order, none twice.
    """
    elapsed = np.asarray((instants - instants[:1]) / np.timedelta64(1, "s"), dtype=np.float64)
    if values.shape[-1:] != elapsed.shape or not np.all(np.diff(elapsed) > 0):
        zh = "时刻应与末轴等长、递增且不重复"
        en = "instants must fit the last axis and increase, none twice"
        raise UsageError(zh, en, path="instants", remedy="先按时刻排序；一个时刻的两个值在接收时已判为重复或冲突")
    return elapsed
