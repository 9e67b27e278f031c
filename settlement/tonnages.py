"""Tonnages: what the load of a section and indicator over a period comes to, for a clause.

In: the `Evaluator` and the element in hand. Out: a `Value` [t] with its working: what is published or recorded for
exactly the period; else the sum of its months, each from readings by the method the agreement states, or, where only
monthly figures are published, mean concentration × volume. How a method reduces readings is in `settlement.loads`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from basin.measures import load_of
from basin.rounding import printed, reported
from settlement.loads import FROM_MEANS, IN_WORDS, LoadRule
from settlement.measured import Value, concentration, through_the_gate
from settlement.trail import Trail
from settlement.volumes import amount_of, volume

if TYPE_CHECKING:
    from settlement.elements import Element
    from settlement.evaluation import Evaluator

PER_TONNE = 100  # 1 mg/L × 1 万 m³ = 0.01 t
Named = Callable[..., str]


def tonnage(ev: Evaluator, spot: Element, named: Named, trail: Trail) -> Value:
    """The load [t] of the section and indicator in hand; `named` labels the lines of the working."""
    indicator = spot.codes["indicator"]
    return amount_of(
        ev, spot, load_of(indicator), trail,
        lambda at: f"{named(at, indicator)} 通量（t）", lambda at: _of_month(ev, at, named, trail),
    )  # fmt: skip


def _of_month(ev: Evaluator, spot: Element, named: Named, trail: Trail) -> tuple[Value, str]:
    """A month's load and how it was computed; a month without a valid mean of either has none."""
    section, indicator, month = spot.codes["section"], spot.codes["indicator"], spot.of
    rules, method = replace(ev.rules, compare="unrounded"), ev.rules.load_method
    if method is None:
        return Value(None, "missing_parameter: data.load_method"), ""
    mean = concentration(ev.data, rules, section, indicator, month)
    if mean.number is None:
        return mean, ""
    if ev.data.published(section, indicator, month) is not None:
        if method not in FROM_MEANS:
            return Value(None, f"load_needs_readings: {method}", statistics=mean.statistics), ""
        return _of_means(method, mean, volume(ev, spot, named, trail))
    flow = concentration(ev.data, rules, section, "flow", month)
    behind = (*mean.statistics, *flow.statistics)
    read = ev.data.loads.get((section, indicator, month))
    if flow.number is None:
        return replace(flow, reason=_of_water(flow.reason), statistics=behind), ""
    if read is None:
        return Value(None, "no_load", statistics=behind), ""
    if read.tonnes is None:
        return Value(None, read.reason, rules.missing_month == "exclude", behind), ""
    minutes, share = LoadRule(method).minutes, reported(100 * read.pairs / read.slots, 1)
    slots = f"{read.slots} 个 {minutes} 分钟的时段中 {read.pairs} 个浓度和流量都有，覆盖 {printed(share)}%"
    how = f"{method}：{IN_WORDS[method]}；{slots}；未检出按零计（SL 219-2013 §12.2.5）"
    return Value(through_the_gate(read.tonnes, None), statistics=behind), how


def _of_means(method: str, mean: Value, water: Value) -> tuple[Value, str]:
    """A month of which only means are published: mean concentration × volume."""
    behind = (*mean.statistics, *water.statistics)
    if mean.number is None or water.number is None:
        return replace(water, reason=_of_water(water.reason), statistics=behind), ""
    how = f"{method}：{printed(mean.number)} mg/L × {printed(water.number)} 万 m³ ÷ {PER_TONNE}"
    return Value(mean.number * water.number / Fraction(PER_TONNE), statistics=behind), how


def _of_water(reason: str | None) -> str:
    return "no_flow" if reason in (None, "no_readings") else reason
