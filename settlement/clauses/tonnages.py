"""Tonnages: what the load of a section and indicator over a period comes to, for a clause.

In: the `Context` and the element in hand. Out: a `Value` [t] with its working: what is published or recorded for
exactly the period; else the sum of its months, each from readings by the method the agreement states, or, where only
monthly figures are published, mean concentration × volume. How a method reduces readings is in
`settlement.statistics.loads`.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import prod

import numpy as np
import pandas as pd

from basin import periods
from basin.measures import load_of
from basin.rounding import printed, reported
from settlement.clauses.context import Context
from settlement.clauses.element import Element
from settlement.clauses.means import concentration
from settlement.clauses.values import Explained, Value, through_the_gate
from settlement.clauses.volumes import SECONDS_A_DAY, Adding, total, volume
from settlement.clauses.working import Trail, short
from settlement.statistics.loads import (
    FROM_MEANS,
    IN_WORDS,
    LEAST_NET_SHARE,
    SUMS_OF_SLOTS,
    WEIGHTED_BY_FLOW,
    Factor,
    LoadRule,
    MonthLoad,
    PairedFlow,
)
from settlement.words import in_chinese

PER_TONNE = 100  # 1 mg/L × 1 万 m³ = 0.01 t
GRAMS_PER_TONNE = 10**6
NO_CONCENTRATION = "没有有效的月均浓度"
NO_WATER = "没有流量，也没有水量"


def tonnage(context: Context, spot: Element, trail: Trail) -> Value:
    """The load of the section and indicator in hand.

    Parameters
    ----------
    context : the agreement and its data.
    spot : the period, the section and the indicator.
    trail : receives the working.

    Returns
    -------
    The load [t]; absent with the reason of the first month without one.
    """
    indicator = spot.codes["indicator"]
    return total(context, Adding(load_of(indicator), indicator, "通量（t）", _of_month), spot, trail)


def _of_month(context: Context, spot: Element, trail: Trail) -> Explained:
    """A month's load and how it was computed; a month without a valid mean of either has none."""
    section = spot.codes["section"]
    indicator = spot.codes["indicator"]
    method = context.rules.load_method
    # nothing stands in for a month of a load: the slots of another month or station are not paired with this flow
    rules = replace(context.rules, compare="unrounded", substitute=())
    if method is None:
        return Explained(Value(None, "missing_parameter: data.load_method"), "协议没有写明通量计算方法")
    mean = concentration(context.data, rules, section, indicator, spot.of)
    if mean.number is None:
        return Explained(mean, NO_CONCENTRATION)
    if context.data.published(section, indicator, spot.of) is not None:
        if method in FROM_MEANS:
            return _of_means(method, mean, volume(context, spot, trail))
        needs_readings = Value(None, f"load_needs_readings: {method}", statistics=mean.statistics)
        return Explained(needs_readings, f"{method}：{IN_WORDS[method]}；只公布了月均值")
    flow = concentration(context.data, rules, section, "flow", spot.of)
    statistics = (*mean.statistics, *flow.statistics)
    if flow.number is None:
        return Explained(replace(flow, reason=_of_water(flow.reason), statistics=statistics), NO_WATER)
    load = context.data.loads.get((section, indicator, spot.of))
    if load is None:
        return Explained(Value(None, "no_load", statistics=statistics), "没有可算通量的读数")
    if load.reason == "flow_sums_to_zero":
        # nothing is missing: the readings are there, so no rule on missing months may leave the month out
        stopped = f"{load.reason}: {section} {indicator} {periods.label(spot.of)}，{_cancelled(load)}"
        return Explained(Value(None, stopped, statistics=statistics), f"{in_chinese(load.reason)}：{_cancelled(load)}")
    if load.tonnes is None:
        absent = Value(None, load.reason, rules.missing_month == "exclude", statistics)
        return Explained(absent, in_chinese(load.reason or "no_load"))
    rule = LoadRule(method)
    if method in WEIGHTED_BY_FLOW and load.flows is not None and abs(load.flows.net) < load.flows.gross:
        expression, share = _net_share(load.flows)
        trail.note(f"{context.label(spot, indicator)} 净流量占比", expression, share)
    label = f"{context.label(spot, indicator)} 通量所用读数"
    trail.note(label, _readings_used(load, rule), f"{printed(reported(100 * load.pairs / load.slots, 1))}%")
    computed = _of_readings(load, rule, spot.of)
    return replace(computed, value=replace(computed.value, statistics=statistics))


def _net_share(flows: PairedFlow) -> tuple[str, str]:
    """How much of flows of both signs remains, beside the least that may, as expression and value."""
    net = abs(reported(float(flows.net), None))
    gross = reported(float(flows.gross), None)
    rule = f"不小于 {printed(LEAST_NET_SHARE)} 才按流量加权（本程序的规则）"
    return f"{printed(net)} ÷ {printed(gross)}；{rule}", short(net / gross)


def _cancelled(load: MonthLoad) -> str:
    """Why nothing is weighted by the flows of the pairs, in signs that both languages read."""
    assert load.flows is not None  # every month with pairs has them
    net = printed(abs(reported(float(load.flows.net), None)))
    gross = reported(float(load.flows.gross), None)
    least = f"{printed(LEAST_NET_SHARE)} × Σ|Q| {printed(gross)}"
    return f"{load.pairs} 对 pairs：" + (f"|ΣQ| {net} < {least} m³/s" if gross else "Q = 0")


def _readings_used(load: MonthLoad, rule: LoadRule) -> str:
    """Which readings a load rests on, so that nobody takes the monthly means for it; and the coverage."""
    counted = f"浓度和流量都有的 {load.pairs} 个时段 ÷ 全月 {load.slots} 个时段"
    slots = f"每个 {rule.minutes} 分钟，时段内读数先平均，未检出按零计（SL 219-2013 §12.2.5）"
    return f"{counted}；{slots}；不用统计所列的月均值"


def _of_readings(load: MonthLoad, rule: LoadRule, month: pd.Period) -> Explained:
    """What the method's factors come to past the gate, by exactly the sum that the working shows."""
    if isinstance(load.tonnes, np.ndarray):
        return Explained(Value(through_the_gate(load.tonnes, None)), f"{rule.method}：{IN_WORDS[rule.method]}")
    if rule.method in SUMS_OF_SLOTS:
        seconds = rule.seconds
        time = f"{seconds} 秒"
    else:
        seconds = month.days_in_month * SECONDS_A_DAY
        time = f"{month.days_in_month} 天 × {SECONDS_A_DAY}"
    values = [reported(float(factor.value), None) for factor in load.factors]
    shown = [f"{printed(value)} {_made(factor)}" for value, factor in zip(values, load.factors, strict=True)]
    exact = prod(values, start=Fraction(seconds, GRAMS_PER_TONNE))
    how = f"{rule.method}：{' × '.join((*shown, time))} ÷ {GRAMS_PER_TONNE}；{IN_WORDS[rule.method]}"
    return Explained(Value(reported(float(exact), None)), how)


def _made(factor: Factor) -> str:
    """The unit of a factor and how its readings made it."""
    if not factor.value and not factor.over:
        return f"{factor.unit}（没有水流）"
    total_of_readings = printed(reported(float(factor.total), None))
    count = printed(reported(float(factor.over), None))
    return f"{factor.unit}（{factor.made.format(total=total_of_readings, over=count)}）"


def _of_means(method: str, mean: Value, water: Value) -> Explained:
    """A month of which only means are published: mean concentration × volume."""
    statistics = (*mean.statistics, *water.statistics)
    if mean.number is None or water.number is None:
        return Explained(replace(water, reason=_of_water(water.reason), statistics=statistics), NO_WATER)
    how = f"{method}：{printed(mean.number)} mg/L × {printed(water.number)} 万 m³ ÷ {PER_TONNE}"
    return Explained(Value(mean.number * water.number / Fraction(PER_TONNE), statistics=statistics), how)


def _of_water(reason: str | None) -> str:
    return "no_flow" if reason in (None, "no_readings", "no_volume") else reason
