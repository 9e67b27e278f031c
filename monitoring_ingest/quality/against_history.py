"""Readings against the station's own history: a value a thousand times less, or more, than what the station measures.

Milligrams written into a column of micrograms make every value a thousand times too small, and no neighbour shows it
where all neighbours slipped as well. In: values of one indicator in its canonical unit, with their instants. Out:
flags. A reading is judged by earlier readings alone, so readings that come later change nothing that was said; and a
slip that lasts is told as long as most of the window was measured before it. Which indicators this is for is declared:
concentrations, not what flows, stands, swells with a storm, or may truly fall to nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.indexers import BaseIndexer

from basin.errors import UsageError
from monitoring_ingest.quality.flags import Flags, Quality
from monitoring_ingest.quality.series import SECONDS_AN_HOUR, Instants, Mask, Values, by_series

HOURS_A_DAY = 24


def against_history(
    values: Values,
    instants: Instants,
    *,
    factor: float,
    window_days: float,
    fewest: int,
    censored: Mask | None = None,
) -> Flags:
    """Doubtful where a reading is `factor` times or more below or above the median of the readings before it.

    Parameters
    ----------
    values, instants : (…, time) [canonical unit], (time).
    factor : above 1; a slip of units is a thousand.
    window_days : [d] how far back the history reaches; the reading itself does not belong to it.
    fewest : a reading with fewer earlier readings in the window is not evaluated.
    censored : readings below detection, of the shape of `values`; not evaluated, and their limits are part of the
        history. Nor is a value of 0 or less evaluated, or any value where half of the history is 0.

    Raises
    ------
    UsageError : a factor of 1 or less, which would flag everything, or no earlier reading asked for.
    """
    if factor <= 1 or fewest < 1:
        zh = f"factor 应大于 1，fewest 至少为 1，现为 {factor:g}、{fewest:g}"
        en = "factor must be above 1 and fewest at least 1"
        raise UsageError(zh, en, path="factor, fewest", remedy="千倍之差写 300 左右，历史写 20 个读数左右")
    window = window_days * HOURS_A_DAY * SECONDS_AN_HOUR

    def judge(v: Values, t: Values, below: Mask | None = None) -> Flags:
        place = np.arange(v.size)
        first = np.searchsorted(t, t - window)
        is_judged = (place - first >= fewest) & (v > 0)
        if below is not None:
            is_judged &= ~below
        flags = is_judged.astype(np.int8)
        looked_at = np.flatnonzero(_differ(v, t, window, factor))
        middle = _medians(v[looked_at], np.searchsorted(looked_at, first[looked_at]))
        reading = v[looked_at]
        far = (reading * factor <= middle) | (reading >= middle * factor)
        flags[looked_at[is_judged[looked_at] & far]] = Quality.DOUBTFUL
        flags[looked_at[~(middle > 0)]] = Quality.NOT_EVALUATED
        return flags

    return by_series(values, instants, window_days * HOURS_A_DAY, judge, *([] if censored is None else [censored]))


def _differ(v: Values, t: Values, window: float, factor: float) -> Mask:
    """Which readings belong to a stretch in which any two readings differ by the factor; the others need no median.

    A median lies between the lowest and the highest reading. A gap longer than the window ends a stretch: no history
    reaches across.

    Parameters
    ----------
    v, t : readings [canonical unit] and their times [s]. window : [s]. factor : as declared.
    """
    starts = np.flatnonzero(np.diff(t, prepend=-np.inf) > window)
    sizes = np.diff(np.append(starts, v.size))
    lowest = np.minimum.reduceat(v, starts) if v.size else v
    highest = np.maximum.reduceat(v, starts) if v.size else v
    return np.repeat(highest >= lowest * factor, sizes)


class _Earlier(BaseIndexer):
    """For each reading the window from its `first` earlier reading to the one before it."""

    first: NDArray[np.intp]

    def get_window_bounds(
        self,
        num_values: int = 0,
        min_periods: int | None = None,
        center: bool | None = None,
        closed: str | None = None,
        step: int | None = None,
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        """Where each window begins, and the place after its end."""
        return self.first.astype(np.int64), np.arange(num_values, dtype=np.int64)


def _medians(v: Values, first: NDArray[np.intp]) -> Values:
    """The median of v[first … before this reading] for each reading; nan where there is none."""
    windows = pd.Series(v).rolling(_Earlier(first=first), min_periods=1)
    return windows.median().to_numpy(np.float64)
