"""Measures of the monitoring itself, for scorecards: how complete the data are and which way they go.

In: the `Context` and the element in hand. Out: `Value`s — completeness as a share, trend as Sen slope in % of the
median a year, 0 where it is not significant. The statistics are `settlement.statistics.trend`'s; here they only pass
the gate.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from basin import periods
from basin.measures import Measure
from basin.rounding import printed, reported, significant
from settlement.clauses.context import Context
from settlement.clauses.element import Element
from settlement.clauses.values import Value
from settlement.clauses.working import Trail, short
from settlement.statistics.trend import by_year_and_season, seasonal_kendall

YEARS_NEEDED = 2


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

    Parameters
    ----------
    context : the agreement and its data.
    measure : its `significance` is the p below which there is a trend.
    spot : the period, the section and the indicator.
    trail : receives the working.
    """
    section = spot.codes["section"]
    indicator = spot.codes["indicator"]
    means = {
        month: read.mean
        for (s, i, month), read in context.data.months.items()
        if (s, i) == (section, indicator) and month.end_time <= spot.of.end_time and read.mean is not None
    }
    if not any(month.start_time >= spot.of.start_time for month in means):
        return _absent(context, "no_readings")
    if len({month.year for month in means}) < YEARS_NEEDED:
        return _absent(context, "too_few_years")
    label = f"{context.label(spot, indicator)} 季节性 Kendall 趋势（%/年）"
    return _tested(measure, pd.PeriodIndex(means, freq="M"), np.array(list(means.values())), label, trail)


def _absent(context: Context, reason: str) -> Value:
    return Value(None, reason, context.agreement.data.missing_month == "exclude")


def _tested(measure: Measure, months: pd.PeriodIndex, means: NDArray[np.float64], label: str, trail: Trail) -> Value:
    """The slope of a significant trend; 0 where there is none; absent where the median is 0 and the slope is not."""
    # Equal means differ in their last bits by the order of summation, and the test counts every difference as a change.
    kendall = seasonal_kendall(*by_year_and_season(months, significant(means)))
    p = float(kendall.p)
    slope = float(kendall.sen_slope)
    median = float(np.median(means))
    if not np.isfinite(slope) or (median == 0 and slope != 0):
        return Value(None, "no_trend")
    is_significant = bool(slope) and p < float(measure.significance or 0)  # a constant series has no p and no trend
    percent = reported(100 * slope / median, 4) if is_significant else Fraction(0)
    detail = f"S = {float(kendall.s):.0f}，p = {p:.4g}，Sen 斜率 {slope:.4g}/年，中位数 {median:.4g}"
    trail.note(label, detail, printed(percent) if is_significant else "0（不显著）")
    return Value(percent)
