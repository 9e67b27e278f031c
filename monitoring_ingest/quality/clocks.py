"""Quality control of clocks: readings that carry the time of another zone.

In: float64 values whose last axis is time (nan is absent), the instants of that axis, thresholds as keywords. Out:
`Quality` flags of the same shape. A station whose clock is eight hours off (UTC written as Chinese time, or the other
way round) repeats its own daily cycle eight hours early or late. The test looks for nothing else: a series without a
daily cycle, such as total phosphorus, cannot be judged this way. People decide whether the times of a batch are wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from basin.errors import UsageError
from monitoring_ingest.quality.flags import Flags, Quality
from monitoring_ingest.quality.series import Instants, Values

HOURS_A_DAY = 24
Days = NDArray[np.float64]  # (series, day, part of the day)


class Lengths(NamedTuple):
    """How many days [d] make a batch, and how many make the past that the batch is compared with."""

    batch: int
    past: int


class Fit(NamedTuple):
    """The least correlation of a shifted batch, and by how much it must exceed that of the batch as reported."""

    least: float
    margin: float


class Batches(NamedTuple):
    """The batch that ends with each day.

    Attributes
    ----------
    sums, counts : (series, day, part) sum [canonical unit] and number of the values of each part of the day.
    squares : (series, day) sum of the squares of all values.
    """

    sums: Days
    counts: Days
    squares: NDArray[np.float64]

    def on(self, days: slice) -> Batches:
        """The batches that end with some of the days."""
        return Batches(self.sums[:, days], self.counts[:, days], self.squares[:, days])


def shifted_clock(
    values: Values, instants: Instants, *, hours: int, part_hours: int, days: Sequence[int], fit: Sequence[float]
) -> Flags:
    """Flag as doubtful the days whose daily cycle fits the days before better when it is shifted by `hours`.

    Each day is divided into parts, and each part is taken as its deviation from the mean of the day, so that weather
    and seasons do not count. A batch of consecutive days is compared with the mean cycle of the days before the batch:
    as reported, and shifted either way. The fit is the correlation. In a batch that fits better shifted, only days that
    also fit better shifted by themselves are flagged.

    Parameters
    ----------
    values : (…, time) [canonical unit]; nan is absent.
    instants : (time) UTC, or time since some midnight.
    hours : [h] by how much a clock may be wrong.
    part_hours : [h] the length of a part; divides `hours` and a day.
    days : the `Lengths` of a batch and of its past [d]. A batch is not evaluated where fewer than half the days of its
        past have a cycle; a day with readings missing in more than one part has none.
    fit : the `Fit` that a shifted batch needs.

    Raises
    ------
    UsageError : `part_hours` does not divide `hours` and a day.
    """
    if hours % part_hours or HOURS_A_DAY % part_hours:
        zh = f"part_hours 应整除 {hours} 与 24"
        en = f"part_hours must divide {hours} and 24"
        raise UsageError(zh, en, path="part_hours", remedy="例如 4")
    if not values.size:
        return np.zeros(values.shape, dtype=np.int8)
    lengths = Lengths(*days)
    needed = Fit(*fit)
    rows = values.reshape(-1, values.shape[-1])
    cycles, day_of = _cycles(rows, instants, part_hours)
    moved, evaluated = np.zeros((2, *cycles.shape[:2]), dtype=bool)
    batch = _batches(cycles, lengths.batch)
    past = _past(cycles, lengths)
    as_reported = _fit(batch, past, 0)
    single = _batches(cycles, 1)
    for shift in (hours // part_hours, -hours // part_hours):
        shifted = _fit(batch, past, shift)
        fits_shifted = (shifted >= needed.least) & (shifted - as_reported >= needed.margin)
        for back in range(lengths.batch):  # a batch stands at its last day
            days_judged = slice(None, cycles.shape[1] - back)
            last = slice(back, None)
            day = single.on(days_judged)
            better = _fit(day, past[:, last], shift) > _fit(day, past[:, last], 0)
            moved[:, days_judged] |= fits_shifted[:, last] & better
            evaluated[:, days_judged] |= ~np.isnan(as_reported[:, last])
    flags = np.where(moved, Quality.DOUBTFUL, np.where(evaluated, Quality.RELIABLE, Quality.NOT_EVALUATED))
    of_readings = np.where(np.isfinite(rows), flags[:, day_of], Quality.NOT_EVALUATED)
    return of_readings.astype(np.int8).reshape(values.shape)


def _cycles(rows: Values, instants: Instants, part_hours: int) -> tuple[Days, NDArray[np.intp]]:
    """The deviation of each part of a day from the mean of the day, and the day of each instant.

    Parameters
    ----------
    rows : (series, time) [canonical unit]. instants : (time).
    part_hours : [h] the length of a part.

    Returns
    -------
    (series, day, part), nan for days with gaps; and (time) the number of the day.
    """
    parts = HOURS_A_DAY // part_hours
    if instants.dtype.kind == "m":  # time since some midnight
        instants = instants.astype("timedelta64[ns]").view("datetime64[ns]")
    hours = ((instants - instants[0].astype("datetime64[D]")) // np.timedelta64(1, "h")).astype(np.intp)
    cell = hours // part_hours
    starts = np.flatnonzero(np.diff(cell, prepend=-1))
    days = int(cell[-1]) // parts + 1
    sums, counts = np.zeros((2, len(rows), days * parts))
    sums[:, cell[starts]] = np.add.reduceat(np.nan_to_num(rows), starts, axis=-1)
    counts[:, cell[starts]] = np.add.reduceat(np.isfinite(rows).astype(float), starts, axis=-1)
    means = np.full(sums.shape, np.nan)
    np.divide(sums, counts, out=means, where=counts > 0)
    of_days = means.reshape(len(rows), days, parts)
    whole = np.isnan(of_days).sum(axis=-1) <= 1
    daily = np.nansum(of_days, axis=-1) / np.maximum((~np.isnan(of_days)).sum(axis=-1), 1)
    return np.where(whole[..., np.newaxis], of_days - daily[..., np.newaxis], np.nan), hours // HOURS_A_DAY


def _batches(cycles: Days, days: int) -> Batches:
    """The batches of so many days."""
    present = (~np.isnan(cycles)).astype(float)
    filled = np.nan_to_num(cycles)
    squares = _sum_of_last(filled**2, days).sum(axis=-1)
    return Batches(_sum_of_last(filled, days), _sum_of_last(present, days), squares)


def _past(cycles: Days, lengths: Lengths) -> Days:
    """The mean cycle of the days before each batch; nan where fewer than half of these days have a cycle."""
    before = np.full(cycles.shape, np.nan)
    before[:, lengths.batch :] = cycles[:, : -lengths.batch]
    number = _sum_of_last((~np.isnan(before)).astype(float), lengths.past)
    sums = _sum_of_last(np.nan_to_num(before), lengths.past)
    return np.divide(sums, number, out=np.full(cycles.shape, np.nan), where=2 * number >= lengths.past)


def _sum_of_last(of_days: Days, days: int) -> Days:
    """The sum over the last `days` days up to and with each day."""
    total = np.cumsum(of_days, axis=1)
    total[:, days:] -= total[:, :-days].copy()
    return total


def _fit(batch: Batches, past: Days, shift: int) -> Any:
    """The correlation of batches with the mean cycle of their past; nan where either is absent or constant.

    Parameters
    ----------
    batch : what is compared. past : (series, day, part) the mean cycle before each batch.
    shift : by how many parts of a day the past is shifted.
    """
    moved = np.roll(past, shift, axis=-1)
    product = (batch.sums * moved).sum(axis=-1)
    size = np.sqrt(batch.squares * (batch.counts * moved**2).sum(axis=-1))
    fit = np.full(product.shape, np.nan)
    return np.divide(product, size, out=fit, where=size > 0)
