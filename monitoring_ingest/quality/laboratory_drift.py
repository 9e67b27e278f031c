"""Quality control of a sensor against the laboratory: does the difference grow, or stand off, from sample to sample?

In: float64 readings of one series and laboratory values of the same section, each with its instants. Out: the pairs,
and `Quality` flags of the readings. Neither side is corrected, and laboratory values are not judged here.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from basin.errors import UsageError
from monitoring_ingest.quality.flags import Flags, Quality
from monitoring_ingest.quality.series import SECONDS_AN_HOUR, Instants, Values

Series = tuple[Values, Instants]
SECONDS_A_DAY = 24 * SECONDS_AN_HOUR


def laboratory_pairs(readings: Series, samples: Series, tolerance_hours: float) -> tuple[Values, Values, Values]:
    """Each sample with the nearest reading: instants [s since the first reading], differences, laboratory values.

    A sample without a reading within `tolerance_hours` [h] makes no pair; of two equally near the earlier counts.
    """
    values, instants = readings
    present = np.isfinite(values)
    at = (instants[present] - instants[:1]) / np.timedelta64(1, "s")
    taken = np.isfinite(samples[0])
    sampled = (samples[1][taken] - instants[:1]) / np.timedelta64(1, "s")
    if not at.size or not sampled.size:
        return (np.empty(0),) * 3
    after = np.clip(np.searchsorted(at, sampled), 1, max(at.size - 1, 1))
    before = after - 1
    after = np.minimum(after, at.size - 1)
    nearest = np.where(sampled - at[before] <= np.abs(at[after] - sampled), before, after)
    near = np.abs(at[nearest] - sampled) <= tolerance_hours * SECONDS_AN_HOUR
    laboratory = samples[0][taken][near]
    return sampled[near], values[present][nearest[near]] - laboratory, laboratory


def laboratory_drift(
    readings: Series,
    samples: Series,
    *,
    tolerance_hours: float,
    pairs: tuple[int, float],
    absolute: float,
    relative: float,
) -> Flags:
    """Doubtful: readings between samples from which the series stands off, or drifts away, by more than allowed.

    Any so many consecutive pairs are looked at together. Their offset is the median of the differences; their drift,
    the median of the slopes between any two (Theil and Sen) over the time they span: of five pairs or more one odd one
    decides neither. The readings from the first to the last of them are flagged where either is more than allowed. So a
    reading depends on nothing that is further from it than the days and the hours together.

    Parameters
    ----------
    readings, samples : values [the same unit] and instants in order; nan is absent.
    tolerance_hours : [h] between a sample and the reading it is compared with.
    pairs : how many, and within how many days [d] they must lie. With fewer nothing is evaluated; readings before the
        first and after the last pair are not evaluated.
    absolute, relative : allowed is the larger of `absolute` and `relative` × the median of the laboratory values.
    """
    values, instants = readings
    flags = np.zeros(values.size, dtype=np.int8)
    at, differences, laboratory = laboratory_pairs(readings, samples, tolerance_hours)
    seconds = (instants - instants[:1]) / np.timedelta64(1, "s")
    together, longest_days = pairs
    if together < 2:
        zh = f"一对说明不了什么，现为 {together}"
        en = "one pair tells nothing"
        raise UsageError(zh, en, path="pairs", remedy="写几对、几日之内，如 [5, 130]；五对起，一个坏样不能左右")
    within = np.arange(together)
    for first in range(at.size - together + 1):
        here = first + within
        span = at[here[-1]] - at[here[0]]
        if span > longest_days * SECONDS_A_DAY:
            continue
        allowed = max(absolute, relative * float(np.abs(np.median(laboratory[here]))))
        off = max(abs(float(np.median(differences[here]))), abs(_slope(at[here], differences[here])) * span)
        between = (seconds >= at[here[0]]) & (seconds <= at[here[-1]]) & np.isfinite(values)
        flags[between] = np.maximum(flags[between], Quality.DOUBTFUL if off > allowed else Quality.RELIABLE)
    return flags


def _slope(at: Values, differences: Values) -> float:
    """The median of the slopes between any two pairs [unit/s]."""
    one, other = np.triu_indices(at.size, k=1)
    steps: NDArray[np.float64] = at[other] - at[one]
    apart = steps > 0
    return float(np.median((differences[other] - differences[one])[apart] / steps[apart])) if apart.any() else 0.0
