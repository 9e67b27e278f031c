"""Ten million 4-hourly readings through four QC tests: blocks at once, beside plain numpy one series at a time.

Values and thresholds are invented; one value in a hundred is absent.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from monitoring_ingest.quality.flags import Flags, Quality
from monitoring_ingest.quality.series import flat_line, gross_range, rate_of_change, spike
from tests.benchmarks.runner import Contestant, compare

SERIES, SLOTS = 4566, 2190  # a year of six readings a day
HOURS = 4
POSSIBLE = (0.0, 30.0)
SPIKE, PER_HOUR, FLAT_HOURS, GAP_HOURS = 1.5, 0.5, 24, 8

Block = NDArray[np.float64]
INSTANTS = np.datetime64("2021-01-01") + np.arange(SLOTS) * np.timedelta64(HOURS, "h")


def block() -> Block:
    """Noise around levels, printed to two decimals as the national release does, with lone spikes and absent values."""
    rng = np.random.default_rng(8)
    values = np.round(rng.normal(8, 0.4, (SERIES, SLOTS)), 2)
    values[rng.random(values.shape) < 0.001] += 25
    values[rng.random(values.shape) < 0.01] = np.nan
    values[::50, 100:120] = values[::50, 100:101]
    return values


def by_project(values: Block) -> list[Flags]:
    """The four tests on the whole block."""
    return [
        gross_range(values, possible=POSSIBLE),
        spike(values, INSTANTS, absolute=SPIKE, relative=0, reach=2, longest_gap_hours=GAP_HOURS),
        rate_of_change(values, INSTANTS, per_hour=PER_HOUR, longest_gap_hours=GAP_HOURS),
        flat_line(values, INSTANTS, tolerance=0, longest_hours=FLAT_HOURS, longest_gap_hours=GAP_HOURS),
    ]


def by_numpy(values: Block) -> list[Flags]:
    """The same four, written out for one series and looped over the series."""
    flags = [np.zeros(values.shape, dtype=np.int8) for _ in range(4)]
    hours = np.arange(SLOTS, dtype=np.float64) * HOURS
    for row, series in enumerate(values):
        present = np.flatnonzero(~np.isnan(series))
        v, t = series[present], hours[present]
        near = np.diff(t) <= GAP_HOURS
        flags[0][row, present] = np.where((v < POSSIBLE[0]) | (v > POSSIBLE[1]), Quality.UNRELIABLE, Quality.RELIABLE)
        flags[1][row, present] = _spike(v, near)
        flags[2][row, present] = _rate(v, t, near)
        flags[3][row, present] = _flat(v, t, near)
    return flags


def _spike(v: Block, near: NDArray[np.bool_]) -> Flags:
    flags = np.zeros(v.size, dtype=np.int8)
    middle = np.sort(np.stack([v[i : v.size - 4 + i] for i in range(5)]), axis=0)[2]
    complete = near[:-3] & near[1:-2] & near[2:-1] & near[3:]
    flags[2:-2] = np.where(complete, np.where(np.abs(v[2:-2] - middle) > SPIKE, 2, 1), 0)
    return flags


def _rate(v: Block, t: Block, near: NDArray[np.bool_]) -> Flags:
    flags = np.zeros(v.size, dtype=np.int8)
    allowed = np.diff(t) * PER_HOUR
    fast = near & (np.abs(np.diff(v)) > allowed)
    flags[1:] = near
    excused = -1
    for at in np.flatnonzero(fast) + 1:
        flags[at] = Quality.DOUBTFUL
        came_back = at > 1 and fast[at - 2] and abs(v[at] - v[at - 2]) <= allowed[at - 1] + allowed[at - 2]
        if came_back and excused != at - 1:
            flags[at], excused = Quality.RELIABLE, at
    return flags


def _flat(v: Block, t: Block, near: NDArray[np.bool_]) -> Flags:
    flags = np.zeros(v.size, dtype=np.int8)
    for joined, flag in ((near, Quality.RELIABLE), (near & (np.diff(v) == 0), Quality.DOUBTFUL)):
        ends = np.flatnonzero(np.append(~joined, True))
        starts = np.append(0, ends[:-1] + 1)
        long = t[ends] - t[starts] >= FLAT_HOURS
        for start, end in zip(starts[long], ends[long], strict=True):
            flags[start : end + 1] = flag
    return flags


def main() -> None:
    """Compare the two on one block."""
    values = block()
    contestants = [
        Contestant("hengjie (four tests on a block)", by_project, lambda: values),
        Contestant("plain numpy, series by series", by_numpy, lambda: values),
    ]
    compare("Quality control", contestants, values.size, "values", repeats=3)
