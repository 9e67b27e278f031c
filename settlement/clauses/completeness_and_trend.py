"""Measures of the monitoring itself, for scorecards: how complete the data are and which way they go.

In: the `Context` and the element in hand. Out: `Value`s — completeness as a share, trend as Sen slope in % of the
median a year, 0 where it is not significant. The statistics are `settlement.statistics.trend`'s; here they only pass
the gate.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import numpy as np
import pandas as pd

from basin import periods
from basin.draws import Array
from basin.measures import Measure
from basin.rounding import printed, reported, significant
from settlement.clauses.context import Context
from settlement.clauses.element import Element
from settlement.clauses.values import Value, through_the_gate
from settlement.clauses.working import Trail, short
from settlement.statistics.trend import by_year_and_season, seasonal_kendall

PERCENT_DECIMALS = 4


def completeness(context: Context, spot: Element, trail: Trail) -> Value:
    """Share of the expected slots that hold an observation; absent where none is expected.

    Parameters
    ----------
    context : the agreement and its data.
    spot : the period, the section and the indicator.
    trail : receives the working.
    """
    section = spot.codes["section"]
    indicator = spot.codes["indicator"]
    slots = [context.data.slots.get((section, indicator, month), (0, 0)) for month in periods.months(spot.of)]
    filled = sum(filled_of_month for filled_of_month, _ in slots)
    expected = sum(expected_of_month for _, expected_of_month in slots)
    if not expected:
        return _absent(context, "no_readings")
    share = Fraction(filled, expected)
    trail.note(f"{context.label(spot, indicator)} 数据完整率", f"{filled} ÷ {expected}", short(share))
    return Value(share)


def trend(context: Context, measure: Measure, spot: Element, trail: Trail) -> Value:
    """Seasonal Kendall trend of the monthly means up to the period, as Sen slope in % of the median a year.

    It looks at its own years and at no others, whatever else was read.

    Parameters
    ----------
    context : the agreement and its data.
    measure : its `significance` is the p below which there is a trend; its `years` are those looked at.
    spot : the period, the section and the indicator.
    trail : receives the working.
    """
    section = spot.codes["section"]
    indicator = spot.codes["indicator"]
    years = measure.years_of_trend
    last = spot.of.end_time.year
    means = {
        month: read.mean
        for (s, i, month), read in context.data.months.items()
        if (s, i) == (section, indicator) and read.mean is not None
        if last - years.window < month.year and month.end_time <= spot.of.end_time
    }
    if not any(month.start_time >= spot.of.start_time for month in means):
        return _absent(context, "no_readings")
    with_values = {month.year for month in means}
    if len(with_values) < years.least:
        # no month is missing that a rule could leave out: the series is too short, and that stops
        return Value(None, f"too_few_years: {section} {indicator}，{len(with_values)} < {years.least}")
    label = f"{context.label(spot, indicator)} 季节性 Kendall 趋势（%/年）"
    looked_at = f"{min(with_values)}–{last} 年中 {len(with_values)} 年有月均值{_window(measure)}"
    return _tested(measure, means, f"{looked_at}，", label, trail)


def _window(measure: Measure) -> str:
    """How many years a trend looks at, where the clause leaves that to the program."""
    years = measure.years_of_trend
    if measure.years is not None:
        return ""
    return f"（协议未写 years：取最近 {years.window} 年，至少 {years.least} 年）"


def _absent(context: Context, reason: str) -> Value:
    return Value(None, reason, context.agreement.data.missing_month == "exclude")


def _tested(
    measure: Measure, means: Mapping[pd.Period, float | Array], looked_at: str, label: str, trail: Trail
) -> Value:
    """The slope of a significant trend; 0 where there is none; absent where the median is 0 and the slope is not.

    Parameters
    ----------
    measure : its `significance` decides.
    means : of the months, or draws of them.
    looked_at : which years, for the working.
    label : what the working calls the result.
    trail : receives the working.
    """
    values = np.stack(np.broadcast_arrays(*means.values()), axis=-1)
    # Equal means differ in their last bits by the order of summation, and the test counts every difference as a change.
    kendall = seasonal_kendall(*by_year_and_season(pd.PeriodIndex(means, freq="M"), significant(values)))
    median = np.median(values, axis=-1)
    level = float(measure.significance or 0)
    is_significant = (kendall.sen_slope != 0) & (kendall.p < level)  # a constant series has no p and no trend
    with np.errstate(divide="ignore", invalid="ignore"):
        percent = np.where(is_significant, 100 * kendall.sen_slope / median, 0.0)
    stated = np.isfinite(kendall.sen_slope) & ((median != 0) | (kendall.sen_slope == 0))
    if values.ndim > 1:  # of draws
        return Value(through_the_gate(np.where(stated, percent, np.nan), PERCENT_DECIMALS))
    if not stated:
        return Value(None, "no_trend")
    exact = reported(float(percent), PERCENT_DECIMALS)
    slope = f"Sen 斜率 {float(kendall.sen_slope):.4g}/年，中位数 {float(median):.4g}"
    detail = f"{looked_at}S = {float(kendall.s):.0f}，p = {float(kendall.p):.4g}，{slope}"
    trail.note(label, detail, printed(exact) if is_significant else "0（不显著）")
    return Value(exact)
