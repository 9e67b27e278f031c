"""Measures of the monitoring itself, for scorecards: how complete the data are and which way they go.

In: the evaluator, the element in hand. Out: `Value`s — completeness as a share, trend as Sen slope in % of the median a
year, 0 where it is not significant. The statistics are `settlement.statistics.trend`'s; here they only pass the gate.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from basin import periods
from basin.measures import Measure
from basin.rounding import printed, reported
from settlement.clauses.values import Value
from settlement.clauses.working import Trail, short
from settlement.statistics.trend import by_year_and_season, seasonal_kendall

if TYPE_CHECKING:
    from settlement.clauses.element import Element
    from settlement.clauses.evaluation import Evaluator

YEARS_NEEDED = 2


def completeness_of(ev: Evaluator, spot: Element, name: str, trail: Trail) -> Value:
    """Share of the expected slots that hold an observation; absent where none is expected."""
    keys = [(spot.codes["section"], spot.codes["indicator"], month) for month in periods.months(spot.of)]
    filled, expected = (sum(ev.data.slots.get(key, (0, 0))[i] for key in keys) for i in (0, 1))
    if not expected:
        return Value(None, "no_readings", ev.agreement.data.missing_month == "exclude")
    share = Fraction(filled, expected)
    trail.note(f"{name} 数据完整率", f"{filled} ÷ {expected}", short(share))
    return Value(share)


def trend_of(ev: Evaluator, measure: Measure, spot: Element, name: str, trail: Trail) -> Value:
    """Seasonal Kendall trend of the monthly means up to the period, as Sen slope in % of the median a year."""
    section, indicator = spot.codes["section"], spot.codes["indicator"]
    means = {
        month: read.mean
        for (s, i, month), read in ev.data.months.items()
        if (s, i) == (section, indicator) and month.end_time <= spot.of.end_time and read.mean is not None
    }
    if not any(month.start_time >= spot.of.start_time for month in means):
        return Value(None, "no_readings", ev.agreement.data.missing_month == "exclude")
    if len({month.year for month in means}) < YEARS_NEEDED:
        return Value(None, "too_few_years", ev.agreement.data.missing_month == "exclude")
    return _told(measure, pd.PeriodIndex(means, freq="M"), np.array(list(means.values())), name, trail)


def _told(measure: Measure, months: pd.PeriodIndex, means: NDArray[np.float64], name: str, trail: Trail) -> Value:
    found = seasonal_kendall(*by_year_and_season(months, means))
    p, slope, median = float(found.p), float(found.sen_slope), float(np.median(means))
    if not np.isfinite(slope) or (median == 0 and slope != 0):
        return Value(None, "no_trend")
    significant = bool(slope) and p < float(measure.significance or 0)  # a constant series has no p and no trend
    percent = reported(100 * slope / median, 4) if significant else Fraction(0)
    detail = f"S = {float(found.s):.0f}，p = {p:.4g}，Sen 斜率 {slope:.4g}/年，中位数 {median:.4g}"
    trail.note(f"{name} 季节性 Kendall 趋势（%/年）", detail, printed(percent) if significant else "0（不显著）")
    return Value(percent)
