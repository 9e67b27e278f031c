"""The monthly means of one indicator as a chart: points with their class, class limits as lines.

In: months with means and classes (None where there is none) and the limits of classes. Out: `Chart`, geometry for the
template, in view-box units. Drawing coordinates are floats; what a person reads is in the table under the chart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor, log10
from typing import Any

WIDTH = 960
HEIGHT = 250
LEFT = 58
RIGHT = 64
TOP = 24
BOTTOM = 40
HEADROOM = 1.18  # above the highest point, for its numeral
PH = "ph"
PH_RANGE = (5.5, 9.5)  # a pH axis from 0 would flatten every difference


@dataclass(frozen=True)
class Point:
    """A month with a mean."""

    x: float
    y: float
    month: Mapping[str, Any]


@dataclass(frozen=True)
class Line:
    """A horizontal line with its label: a tick of the axis or the limit of a class."""

    y: float
    label: str


@dataclass(frozen=True)
class Tick:
    """A month named under the axis; `year` at the first month of each year."""

    x: float
    label: str
    year: str


@dataclass(frozen=True)
class Chart:
    """Everything the template prints."""

    width: float
    height: float
    left: float
    right: float
    floor: float
    points: Sequence[Point]
    paths: Sequence[str]
    limits: Sequence[Line]
    ticks: Sequence[Line]
    months: Sequence[Tick]


def chart(months: Sequence[Mapping[str, Any]], limits: Sequence[tuple[str, float]], indicator: str) -> Chart | None:
    """The chart of one indicator; None where no month has a mean.

    Parameters
    ----------
    months : consecutive months, keys `month` (``2020-08``) and `mean` (float or None).
    limits : label and limit of each class, in the unit of the indicator; those within reach of the means are drawn.
    """
    means = [month["mean"] for month in months if month["mean"] is not None]
    if not means:
        return None
    low, high = _axis(means, [limit for _, limit in limits], indicator)
    step = (WIDTH - LEFT - RIGHT) / max(len(months), 1)

    def height(value: float) -> float:
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (high - value) / (high - low), 1)

    def across(place: int) -> float:
        return round(LEFT + step * (place + 0.5), 1)

    points = [Point(across(i), height(m["mean"]), m) for i, m in enumerate(months) if m["mean"] is not None]
    ticks = [Line(height(value), label) for value, label in _ticks(low, high)]
    drawn = [Line(height(limit), label) for label, limit in limits if low <= limit <= high]
    paths = _paths(points, step)
    return Chart(
        WIDTH, HEIGHT, LEFT, WIDTH - RIGHT, HEIGHT - BOTTOM, points, paths, drawn, ticks, _months(months, across)
    )


def _axis(means: Sequence[float], limits: Sequence[float], indicator: str) -> tuple[float, float]:
    """The range shown: from 0 to above the highest mean, up to the next limit so that the margin to it is seen."""
    if indicator == PH:
        return min(PH_RANGE[0], *means), max(PH_RANGE[1], *means)
    top = max(means)
    next_limit = min((limit for limit in limits if limit >= top), default=top)
    return 0.0, (max(top, next_limit) if next_limit <= 3 * top else top) * HEADROOM or 1.0


def _ticks(low: float, high: float) -> list[tuple[float, str]]:
    """About four round values across the range."""
    rough = (high - low) / 4
    power = 10.0 ** floor(log10(rough))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough)
    decimals = max(0, 1 - floor(log10(step))) if step < 10 else 0
    first = floor(low / step) + (0 if low % step == 0 else 1)
    values = [step * i for i in range(first, int(high / step) + 1)]
    return [(value, f"{value:.{decimals}f}") for value in values]


def _paths(points: Sequence[Point], step: float) -> list[str]:
    """Lines through neighbouring months; a month without a mean leaves a gap."""
    runs: list[list[Point]] = []
    for point in points:
        if runs and point.x - runs[-1][-1].x < 1.5 * step:
            runs[-1].append(point)
        else:
            runs.append([point])
    return ["M" + "L".join(f"{p.x} {p.y}" for p in run) for run in runs if len(run) > 1]


def _months(months: Sequence[Mapping[str, Any]], across: Any) -> list[Tick]:
    """Names under the axis: every month of a short series, else one in three; the year where it begins."""
    every = 1 if len(months) <= 14 else 3
    ticks = []
    for place, month in enumerate(months):
        year, _, number = month["month"].partition("-")
        begins = place == 0 or number == "01"
        if begins or (int(number) - 1) % every == 0:
            ticks.append(Tick(across(place), str(int(number)), year if begins else ""))
    return ticks
