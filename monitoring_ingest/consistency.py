"""Quality control of one value against another: two indicators of one sample, detection limits against class limits.

In: float64 arrays of one shape (nan is absent), thresholds as keywords. Out: `Quality` flags or `Verdict`s, same shape.
Neither of two values that contradict each other is corrected, and none is called the wrong one: the flag is for both.
Left out, because no published rule was found: pH against conductivity, and a section against the next one upstream.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from monitoring_ingest.flags import Flags, Quality
from monitoring_ingest.quality_control import Mask, Values


class Verdict(IntEnum):
    """What a value says about a limit: nothing (absent), met, exceeded, or nothing as it could not see so low."""

    ABSENT = 0
    MET = 1
    EXCEEDED = 2
    LIMIT_BELOW_DETECTION = 3


def part_of_whole(
    part: Values, whole: Values, *, absolute: float, relative: float, part_censored: Mask | None = None
) -> Flags:
    """Doubtful where a part is larger than the whole (NH3-N and TN), beyond what two methods may differ.

    Parameters
    ----------
    part, whole : [the same unit].
    absolute, relative : allowed is ``part ≤ whole + max(absolute, relative × whole)``.
    part_censored : where `part` is only the detection limit. Lying above the whole it contradicts nothing: not
        evaluated.
    """
    evaluated = np.isfinite(part) & np.isfinite(whole)
    too_large = evaluated & (part > whole + np.maximum(absolute, relative * whole))
    if part_censored is not None:
        evaluated &= ~(too_large & part_censored)
    return _flags(evaluated, too_large)


def oxygen_saturation(
    do: Values, temperature: Values, *, numerator: float, offset: float, least_percent: float, most_percent: float
) -> Flags:
    """Doubtful where dissolved oxygen, as a share of saturation at the water's temperature, lies outside a range.

    Saturation is ``numerator / (offset + T)`` [mg/L], the form of HJ 2.3-2018 for rivers with 468 and 31.6; it holds
    for fresh water at sea level. At 2000 m saturation is about a fifth less, which the range must allow for.

    Parameters
    ----------
    do : [mg/L]; temperature : [°C].
    least_percent, most_percent : [% of saturation].
    """
    evaluated = np.isfinite(do) & np.isfinite(temperature) & (temperature > -offset)
    percent = np.full(np.shape(do), np.nan)
    np.multiply(do, (offset + temperature) * (100 / numerator), out=percent, where=evaluated)
    return _flags(evaluated, (percent < least_percent) | (percent > most_percent))


def against_limit(values: Values, censored: Mask, *, limit: float) -> NDArray[np.int8]:
    """The `Verdict` of each value on a limit that must not be exceeded (an equal value meets it).

    A reading below detection is met where its detection limit is; where the detection limit is above the limit it is
    neither met nor exceeded, and has a verdict of its own to show to a reviewer.

    Parameters
    ----------
    values : [canonical unit]; where `censored`, the detection limit.
    limit : [canonical unit], for instance `Standard.limit`.
    """
    above = values > limit
    verdicts = np.where(above, np.where(censored, Verdict.LIMIT_BELOW_DETECTION, Verdict.EXCEEDED), Verdict.MET)
    return np.where(np.isnan(values), Verdict.ABSENT, verdicts).astype(np.int8)


def _flags(evaluated: Mask, doubtful: Mask) -> Flags:
    flags = np.where(doubtful, Quality.DOUBTFUL, Quality.RELIABLE)
    return np.where(evaluated, flags, Quality.NOT_EVALUATED).astype(np.int8)
