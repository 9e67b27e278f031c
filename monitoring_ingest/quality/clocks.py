"""Quality control of clocks: readings that carry the time of another zone.

In: float64 values whose last axis is time (nan is absent), the instants of that axis, thresholds as keywords. Out:
`Quality` flags of the same shape. A station whose clock is eight hours off (UTC written as Chinese time, or the other
way round) repeats its own daily cycle eight hours early or late. That is all this looks for: a series without a daily
cycle, such as total phosphorus, gives nothing to judge by. Whether a batch is moved is for people to decide.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from basin.errors import UsageError
from monitoring_ingest.quality.flags import Flags, Quality
from monitoring_ingest.quality.series import Instants, Values

HOURS_A_DAY = 24
Days = NDArray[np.float64]  # (series, day, part of the day)


def shifted_clock(
    values: Values, instants: Instants, *, hours: int, part_hours: int, days: tuple[int, int], fit: tuple[float, float]
) -> Flags:
    """Doubtful: readings of days whose daily cycle fits the days before better when it is moved by `hours`.

    A day is divided into parts and compared as it departs from its own mean, so that weather and seasons do not count.
    A few days together, a batch, are compared with the mean cycle of those before them, as they are and moved either
    way; the fit is the correlation. Of a batch found to be moved those days are flagged that by themselves fit better
    moved.

    Parameters
    ----------
    hours : [h] by how much a clock may be wrong; part_hours : [h] divides it and a day.
    days : of a batch, and of the past before it; with fewer than half of those a batch is not evaluated, and neither
        are days with more than one part without readings.
    fit : the moved batch must fit at least so well, and by so much better than as it is.
    """
    if hours % part_hours or HOURS_A_DAY % part_hours:
        zh = f"part_hours 应整除 {hours} 与 24"
        en = f"part_hours must divide {hours} and 24"
        raise UsageError(zh, en, path="part_hours", remedy="例如 4")
    if not values.size:
        return np.zeros(values.shape, dtype=np.int8)
    (batch_days, past_days), (least_fit, margin) = days, fit
    rows = values.reshape(-1, values.shape[-1])
    cycles, day_of = _cycles(rows, instants, part_hours)
    moved, evaluated = np.zeros((2, *cycles.shape[:2]), dtype=bool)
    batch = _batches(cycles, batch_days)
    past = _past(cycles, batch_days, past_days)
    as_it_is = _fit(batch, past, 0)
    single = _batches(cycles, 1)
    for shift in (hours // part_hours, -hours // part_hours):
        better = _fit(batch, past, shift)
        found = (better >= least_fit) & (better - as_it_is >= margin)
        for back in range(batch_days):  # a batch is named by its last day
            here = slice(None, cycles.shape[1] - back)
            last = slice(back, None)
            day = (single[0][:, here], single[1][:, here], single[2][:, here])
            better = _fit(day, past[:, last], shift) > _fit(day, past[:, last], 0)
            moved[:, here] |= found[:, last] & better
            evaluated[:, here] |= ~np.isnan(as_it_is[:, last])
    flags = np.where(moved, Quality.DOUBTFUL, np.where(evaluated, Quality.RELIABLE, Quality.NOT_EVALUATED))
    of_readings = np.where(np.isfinite(rows), flags[:, day_of], Quality.NOT_EVALUATED)
    return of_readings.astype(np.int8).reshape(values.shape)


def _cycles(rows: Values, instants: Instants, part_hours: int) -> tuple[Days, NDArray[np.intp]]:
    """How each part of a day departs from the mean of the day, nan for days with gaps; and the day of each instant."""
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


def _batches(cycles: Days, days: int) -> tuple[Any, Any, Any]:
    """For the batch that ends with each day: sum and number of each part, and the sum of squares of all."""
    present = (~np.isnan(cycles)).astype(float)
    filled = np.nan_to_num(cycles)
    return _sum_of_last(filled, days), _sum_of_last(present, days), _sum_of_last(filled**2, days).sum(axis=-1)


def _past(cycles: Days, batch_days: int, past_days: int) -> Days:
    """The mean cycle of the days before each batch; nan where fewer than half of them have one."""
    before = np.full(cycles.shape, np.nan)
    before[:, batch_days:] = cycles[:, :-batch_days]
    number = _sum_of_last((~np.isnan(before)).astype(float), past_days)
    mean = np.full(cycles.shape, np.nan)
    return np.divide(_sum_of_last(np.nan_to_num(before), past_days), number, out=mean, where=2 * number >= past_days)


def _sum_of_last(of_days: Days, days: int) -> Days:
    """Sums over so many days up to each."""
    total = np.cumsum(of_days, axis=1)
    total[:, days:] -= total[:, :-days].copy()
    return total


def _fit(batch: tuple[Any, Any, Any], past: Days, shift: int) -> Any:
    """Correlation of batches with the mean cycle before them, moved by `shift` parts; nan where there is none."""
    moved = np.roll(past, shift, axis=-1)
    product = (batch[0] * moved).sum(axis=-1)
    size = np.sqrt(batch[2] * (batch[1] * moved**2).sum(axis=-1))
    fit = np.full(product.shape, np.nan)
    return np.divide(product, size, out=fit, where=size > 0)
