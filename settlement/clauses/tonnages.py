"""Tonnages: what the load of a section and indicator over a period comes to, for a clause.

In: the `Evaluator` and the element in hand. Out: a `Value` [t] with its working: what is published or recorded for
exactly the period; else the sum of its months, each from readings by the method the agreement states, or, where only
monthly figures are published, mean concentration × volume. How a method reduces readings is in
`settlement.statistics.loads`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from basin.measures import load_of
from basin.rounding import printed, reported
from settlement.clauses.values import Value, concentration, through_the_gate
from settlement.clauses.volumes import SECONDS_A_DAY, amount_of, volume
from settlement.clauses.working import Trail
from settlement.statistics.loads import FROM_MEANS, IN_WORDS, SUMS_OF_SLOTS, Factor, LoadRule, MonthLoad
from settlement.words import in_chinese

if TYPE_CHECKING:
    from settlement.clauses.element import Element
    from settlement.clauses.evaluation import Evaluator

PER_TONNE = 100  # 1 mg/L × 1 万 m³ = 0.01 t
GRAMS_PER_TONNE = 10**6
NO_CONCENTRATION, NO_WATER = "没有有效的月均浓度", "没有流量，也没有水量"
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
        return Value(None, "missing_parameter: data.load_method"), "协议没有写明通量计算方法"
    mean = concentration(ev.data, rules, section, indicator, month)
    if mean.number is None:
        return mean, NO_CONCENTRATION
    if ev.data.published(section, indicator, month) is not None:
        if method not in FROM_MEANS:
            needs = f"{method}：{IN_WORDS[method]}；只公布了月均值"
            return Value(None, f"load_needs_readings: {method}", statistics=mean.statistics), needs
        return _of_means(method, mean, volume(ev, spot, named, trail))
    flow = concentration(ev.data, rules, section, "flow", month)
    behind = (*mean.statistics, *flow.statistics)
    read = ev.data.loads.get((section, indicator, month))
    if flow.number is None:
        return replace(flow, reason=_of_water(flow.reason), statistics=behind), NO_WATER
    if read is None:
        return Value(None, "no_load", statistics=behind), "没有可算通量的读数"
    if read.tonnes is None:
        return Value(None, read.reason, rules.missing_month == "exclude", behind), in_chinese(read.reason or "no_load")
    trail.note(f"{named(spot, indicator)} 通量所用读数", *_readings_used(read, LoadRule(method)))
    found, how = _of_readings(read, LoadRule(method), month)
    return replace(found, statistics=behind), how


def _readings_used(read: MonthLoad, rule: LoadRule) -> tuple[str, str]:
    """Which readings a load rests on, so that nobody takes the monthly means for it; and the coverage."""
    counted = f"浓度和流量都有的 {read.pairs} 个时段 ÷ 全月 {read.slots} 个时段"
    how = f"每个 {rule.minutes} 分钟，时段内读数先平均，未检出按零计（SL 219-2013 §12.2.5）；不用统计所列的月均值"
    return f"{counted}；{how}", f"{printed(reported(100 * read.pairs / read.slots, 1))}%"


def _of_readings(read: MonthLoad, rule: LoadRule, month: pd.Period) -> tuple[Value, str]:
    """What the method's factors come to past the gate, by exactly the sum that the working shows."""
    if isinstance(read.tonnes, np.ndarray):
        return Value(through_the_gate(read.tonnes, None)), f"{rule.method}：{IN_WORDS[rule.method]}"
    days = month.days_in_month
    time, words = (days * SECONDS_A_DAY, f"{days} 天 × {SECONDS_A_DAY}")
    if rule.method in SUMS_OF_SLOTS:
        time, words = rule.seconds, f"{rule.seconds} 秒"
    values = [reported(float(factor.value), None) for factor in read.factors]
    shown = [f"{printed(value)} {_made(factor)}" for value, factor in zip(values, read.factors, strict=True)]
    exact = prod(values, start=Fraction(time, GRAMS_PER_TONNE))
    how = f"{rule.method}：{' × '.join((*shown, words))} ÷ {GRAMS_PER_TONNE}；{IN_WORDS[rule.method]}"
    return Value(reported(float(exact), None)), how


def _made(factor: Factor) -> str:
    total, over = (printed(reported(float(each), None)) for each in (factor.total, factor.over))
    return f"{factor.unit}（{factor.made.format(total=total, over=over)}）"


def _of_means(method: str, mean: Value, water: Value) -> tuple[Value, str]:
    """A month of which only means are published: mean concentration × volume."""
    behind = (*mean.statistics, *water.statistics)
    if mean.number is None or water.number is None:
        return replace(water, reason=_of_water(water.reason), statistics=behind), NO_WATER
    how = f"{method}：{printed(mean.number)} mg/L × {printed(water.number)} 万 m³ ÷ {PER_TONNE}"
    return Value(mean.number * water.number / Fraction(PER_TONNE), statistics=behind), how


def _of_water(reason: str | None) -> str:
    return "no_flow" if reason in (None, "no_readings") else reason
