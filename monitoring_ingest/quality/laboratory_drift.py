"""Quality control of a sensor against the laboratory: is there an offset, or does the difference grow between samples?

In: float64 readings of one series and laboratory values of the same section, each with its instants. Out: the pairs,
and `Quality` flags of the readings. Neither side is corrected, and laboratory values are not judged here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from basin.errors import UsageError
from monitoring_ingest.quality.flags import Flags, Quality
from monitoring_ingest.quality.series import SECONDS_AN_HOUR, Instants, Values

SECONDS_A_DAY = 24 * SECONDS_AN_HOUR
SMALLEST_NUMBER = 2  # of pairs: a single pair has neither a slope nor a second opinion


class Series(NamedTuple):
    """Values and their instants, in order of time."""

    values: Values
    instants: Instants


class Together(NamedTuple):
    """How many consecutive pairs are looked at together, and within how many days [d] they must lie."""

    number: int
    longest_days: float


class LaboratoryPairs(NamedTuple):
    """Samples paired with readings: instants [s since the first reading], reading − sample, and the sample's value."""

    seconds: Values
    differences: Values
    laboratory: Values


def laboratory_pairs(readings: Series, samples: Series, tolerance_hours: float) -> LaboratoryPairs:
    """Each sample paired with the nearest reading; of two readings equally near the earlier counts.

    Parameters
    ----------
    readings, samples : [the same unit]; nan is absent.
    tolerance_hours : [h] a sample without a reading this near makes no pair.
    """
    present = np.isfinite(readings.values)
    start = readings.instants[:1]
    seconds = (readings.instants[present] - start) / np.timedelta64(1, "s")
    taken = np.isfinite(samples.values)
    sampled = (samples.instants[taken] - start) / np.timedelta64(1, "s")
    if not seconds.size or not sampled.size:
        return LaboratoryPairs(np.empty(0), np.empty(0), np.empty(0))
    after = np.clip(np.searchsorted(seconds, sampled), 1, max(seconds.size - 1, 1))
    before = after - 1
    after = np.minimum(after, seconds.size - 1)
    nearest = np.where(sampled - seconds[before] <= np.abs(seconds[after] - sampled), before, after)
    near = np.abs(seconds[nearest] - sampled) <= tolerance_hours * SECONDS_AN_HOUR
    laboratory = samples.values[taken][near]
    return LaboratoryPairs(sampled[near], readings.values[present][nearest[near]] - laboratory, laboratory)


def laboratory_drift(
    readings: Series,
    samples: Series,
    *,
    tolerance_hours: float,
    pairs: Sequence[int],
    absolute: float,
    relative: float,
) -> Flags:
    """Flag as doubtful the readings between samples that the series differs or drifts from by more than allowed.

    A given number of consecutive pairs is looked at together. Their offset is the median of the differences. Their
    drift is the median of the slopes between any two pairs (Theil and Sen) times the time they span; of five pairs or
    more a single outlier decides neither. Where offset or drift is more than allowed, the readings from the first to
    the last of these pairs are flagged. A flag therefore depends only on samples within the days and hours declared.

    Parameters
    ----------
    readings, samples : values [the same unit] and instants in order; nan is absent.
    tolerance_hours : [h] between a sample and the reading that the sample is compared with.
    pairs : how many pairs are looked at `Together`, and within how many days [d] they must lie. With fewer pairs
        nothing is evaluated; readings before the first and after the last pair are not evaluated.
    absolute, relative : allowed is the larger of `absolute` and `relative` × the median of the laboratory values.

    Raises
    ------
    UsageError : fewer than two pairs.
    """
    flags = np.zeros(readings.values.size, dtype=np.int8)
    paired = laboratory_pairs(readings, samples, tolerance_hours)
    seconds = (readings.instants - readings.instants[:1]) / np.timedelta64(1, "s")
    together = Together(*pairs)
    if together.number < SMALLEST_NUMBER:
        zh = f"一对说明不了什么，现为 {together.number}"
        en = "one pair tells nothing"
        raise UsageError(zh, en, path="pairs", remedy="写几对、几日之内，如 [5, 130]；五对起，一个坏样不能左右")
    present = np.isfinite(readings.values)
    for first in range(paired.seconds.size - together.number + 1):
        run = slice(first, first + together.number)
        sampled = paired.seconds[run]
        differences = paired.differences[run]
        span = sampled[-1] - sampled[0]
        if span > together.longest_days * SECONDS_A_DAY:
            continue
        allowed = max(absolute, relative * float(np.abs(np.median(paired.laboratory[run]))))
        off = max(abs(float(np.median(differences))), abs(_slope(sampled, differences)) * span)
        between = (seconds >= sampled[0]) & (seconds <= sampled[-1]) & present
        flags[between] = np.maximum(flags[between], Quality.DOUBTFUL if off > allowed else Quality.RELIABLE)
    return flags


def _slope(seconds: Values, differences: Values) -> float:
    """The median of the slopes between any two pairs [unit/s]."""
    earlier, later = np.triu_indices(seconds.size, k=1)
    steps: NDArray[np.float64] = seconds[later] - seconds[earlier]
    apart = steps > 0
    return float(np.median((differences[later] - differences[earlier])[apart] / steps[apart])) if apart.any() else 0.0
