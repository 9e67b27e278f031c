"""Split samples (分样比对): one sample analysed by both sides, how far they differ, and whose value stands.

In: results of laboratories, each with its sample and side, and the tolerance that was agreed. Out: one `SplitSample`
per sample and indicator. It stores nothing and takes no value away: a settlement draws the same conclusion from the
readings themselves, month by month (`settlement.clauses.joint_samples`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Literal

from basin.draws import beyond_tolerance, disagreement, exact
from basin.rounding import reported
from monitoring_ingest.formats.laboratory import Side

Outcome = Literal["agree", "differ", "third", "no_tolerance", "alone"]
OUTCOMES: Mapping[Outcome, tuple[str, str]] = {
    "agree": ("不超出允差，取平均", "within the tolerance: the mean counts"),
    "differ": ("超出允差，待第三方", "beyond the tolerance: a third laboratory has to decide"),
    "third": ("超出允差，以第三方的值为准", "beyond the tolerance: the third laboratory's value stands"),
    "no_tolerance": ("没有约定允差", "no tolerance was agreed"),
    "alone": ("只有一方的结果", "only one side's result is there"),
}


@dataclass(frozen=True)
class Result:
    """One side's result: `number` [canonical unit] is the detection limit where `censored`."""

    sample: str
    side: Side
    station: str
    indicator: str
    time: datetime
    number: float
    censored: bool


@dataclass(frozen=True)
class SplitSample:
    """The results of one sample for one indicator, and what follows.

    `difference` is |upstream − downstream|, `allowed` the tolerance times their mean [canonical unit].
    """

    sample: str
    indicator: str
    time: datetime
    results: Mapping[Side, Result]
    difference: Fraction | None
    tolerance: Fraction | None
    allowed: Fraction | None
    outcome: Outcome


ToleranceOf = Callable[[str, Iterable[str]], Fraction | None]  # (indicator, stations) → part of the mean


def split_samples(results: Iterable[Result], tolerance_of: ToleranceOf) -> list[SplitSample]:
    """Every sample of which two results are known, in the order they were first told; the last of a side counts."""
    together: dict[tuple[str, str], dict[Side, Result]] = {}
    for result in results:
        together.setdefault((result.sample, result.indicator), {})[result.side] = result
    return [_compared(sides, tolerance_of) for sides in together.values() if len(sides) > 1]


def _compared(sides: Mapping[Side, Result], tolerance_of: ToleranceOf) -> SplitSample:
    any_side = next(iter(sides.values()))
    tolerance = tolerance_of(any_side.indicator, [side.station for side in sides.values()])
    upstream = sides.get("upstream")
    downstream = sides.get("downstream")
    head = (any_side.sample, any_side.indicator, any_side.time, sides)
    if upstream is None or downstream is None:
        return SplitSample(*head, None, tolerance, None, "alone")
    numbers = [reported(side.number, None) for side in (upstream, downstream)]
    apart = disagreement(numbers, tolerance or Fraction(0))
    if tolerance is None:
        return SplitSample(*head, exact(apart.difference), None, None, "no_tolerance")
    both_below_detection = upstream.censored and downstream.censored
    outcome: Outcome = "agree"
    if beyond_tolerance(apart) and not both_below_detection:
        outcome = "third" if "third" in sides else "differ"
    return SplitSample(*head, exact(apart.difference), tolerance, exact(apart.allowed), outcome)
