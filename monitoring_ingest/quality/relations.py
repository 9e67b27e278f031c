"""Quality control of one value against another: two indicators of one sample, two sections of one river, a detection
limit against a class limit.

In: float64 arrays of one shape (nan is absent), thresholds as keywords. Out: `Quality` flags or `Verdict`s, same shape.
Where two values contradict each other, both are flagged; neither is corrected or called wrong. Between sections only
the reading downstream is flagged: that reading is compared with the range of all readings that passed upstream.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from basin.errors import UsageError
from monitoring_ingest.quality.flags import Flags, Quality
from monitoring_ingest.quality.series import SECONDS_AN_HOUR, Instants, Mask, Values


class Verdict(IntEnum):
    """What a value says about a limit: absent, met, exceeded, or undecided because the detection limit is too high."""

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


def ions_carry_current(
    ph: Values, conductivity: Values, *, hydrogen: float, hydroxide: float, log_product: float, share: float
) -> Flags:
    """Doubtful where water conducts less than the hydrogen and hydroxide ions that its pH stands for.

    Those ions alone conduct ``1000 × (hydrogen × 10^-pH + hydroxide × 10^(pH - log_product))`` µS/cm, and whatever else
    is dissolved adds to it. Near neutral that is next to nothing, so that this finds only gross contradictions: a pH
    below 4 or above 10 in water that hardly conducts. The flag is for both.

    Parameters
    ----------
    conductivity : [µS/cm].
    hydrogen, hydroxide : molar conductivity of the ions at infinite dilution [S·cm²/mol]; log_product : -log10 of the
        ion product of water; share : of what these ions conduct, how much must be there (activity, temperature).
    """
    evaluated = np.isfinite(ph) & np.isfinite(conductivity)
    with np.errstate(over="ignore", invalid="ignore"):
        least = 1000 * (hydrogen * 10.0**-ph + hydroxide * 10.0 ** (ph - log_product))
        return _flags(evaluated, evaluated & (conductivity < share * least))


def between_sections(
    downstream: Values, upstream: Values, instants: Instants, *, travel_hours: Sequence[float],
    absolute: float, relative: float,
) -> Flags:  # fmt: skip
    """Flag as doubtful a downstream reading further than allowed outside the range of what passed upstream before.

    For what a river carries unchanged (conductivity, temperature over short ways). A tributary, an outfall or a storm
    between the sections may explain the difference, so the flag only asks a person to look.

    Parameters
    ----------
    downstream, upstream : (…, time) [the same unit], nan is absent.
    instants : (time) of both, in order; an instant may occur again, as where several stations upstream report at once.
    travel_hours : [h] the shortest and the longest time the water may take. Without any reading upstream in that span
        a reading is not evaluated.
    absolute, relative : allowed is the larger of `absolute` and `relative` × the bound.

    Raises
    ------
    UsageError : a time that is negative, or a shortest that is longer than the longest.
    """
    shortest, longest = travel_hours
    if not 0 <= shortest <= longest < np.inf:
        zh = f"在途时间应为最短、最长：{shortest:g}，{longest:g}"
        en = "the shortest and the longest time, in this order"
        raise UsageError(zh, en, path="travel_hours", remedy="写小时数，先短后长，不为负，如 [6, 18]")
    shape = np.broadcast_shapes(downstream.shape, upstream.shape)
    below, above = (np.broadcast_to(side, shape).reshape(-1, instants.size) for side in (downstream, upstream))
    seconds = (instants - instants[:1]) / np.timedelta64(1, "s")
    first = np.searchsorted(seconds, seconds - longest * SECONDS_AN_HOUR, side="left")
    last = np.searchsorted(seconds, seconds - shortest * SECONDS_AN_HOUR, side="right") - 1
    flags = np.zeros(below.shape, dtype=np.int8)
    for row, (values, came) in enumerate(zip(below, above, strict=True)):
        lowest = -_highest(np.where(np.isnan(came), -np.inf, -came), first, last)
        highest = _highest(np.where(np.isnan(came), -np.inf, came), first, last)
        outside = np.maximum(lowest - values, values - highest)
        evaluated = np.isfinite(values) & np.isfinite(highest)
        bound = np.where(evaluated, np.where(values < lowest, lowest, highest), 0)
        flags[row] = _flags(evaluated, evaluated & (outside > np.maximum(absolute, relative * np.abs(bound))))
    return flags.reshape(shape)


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


def _highest(values: Values, first: NDArray[np.intp], last: NDArray[np.intp]) -> Values:
    """The highest of values[first … last] for each pair, -inf where the pair is empty.

    Formed from the highest of windows of 1, 2, 4 … readings, of which two cover any run.

    Parameters
    ----------
    values : (time). first, last : (pair) places in `values`, both in the run.
    """
    highest = np.full(first.size, -np.inf)
    level = np.frexp(np.maximum(last - first + 1, 0))[1] - 1
    high = values
    for doubling in range(int(level.max(initial=-1)) + 1):
        pairs = np.flatnonzero(level == doubling)
        width = 1 << doubling
        highest[pairs] = np.maximum(high[first[pairs]], high[last[pairs] - width + 1])
        high = np.maximum(high[:-width], high[width:])
    return highest
