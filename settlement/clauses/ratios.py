"""Ratios: a mean as a multiple of its reference: exceedances and weighted indices.

In: the `Context`, a measure with its reference and weights, the element in hand. Out: `Value`s with working; intervals
where a mean or its reference was not detected. What a reference is, is in `settlement.clauses.references`; order and
combination of several values, in `settlement.clauses.measuring`.

Parameters of every kind
------------------------
context : the agreement and its data.
measure : what the agreement declares of the kind, such as the weights of an index.
spot : one period, and the section and indicator in hand.
trail : receives the working.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from basin.clauses import Between
from basin.draws import Number, at_least, at_most, chosen, filled, greatest, holds_all, quotient
from basin.indicators import INDICATORS
from basin.measures import OXYGEN, WITHOUT_MULTIPLE, Measure
from basin.ranges import Range, exactly
from basin.rounding import printed
from settlement.clauses import section_sheets
from settlement.clauses.context import Context
from settlement.clauses.element import Element
from settlement.clauses.intervals import first_missing, not_detected, range_of, shown, within
from settlement.clauses.quantities import measured
from settlement.clauses.references import reference
from settlement.clauses.values import NOTHING, Value
from settlement.clauses.working import Trail, short

ABOVE_ZERO = Fraction(1, 10**6)  # an exceedance of which is only known that there is one; beyond the noise of draws


def has_multiple(context: Context, spot: Element, indicator: str) -> bool:
    """Whether an exceedance of the item is a number: of oxygen by the agreement's rule, of pH only within a range."""
    if indicator not in WITHOUT_MULTIPLE:
        return True
    counted = indicator == OXYGEN and context.rules.oxygen_multiple is not None
    return counted or section_sheets.sheet(context, spot.codes["section"], spot.of).between(indicator) is not None


def exceedance(context: Context, measure: Measure, spot: Element, trail: Trail) -> Value:
    """超标倍数: C/limit − 1, 0 when the limit is met (环办〔2011〕22号).

    Of oxygen it is limit/C − 1, by a rule that the agreement states; loading refuses the measure where it states none.
    """
    indicator = spot.codes["indicator"]
    if not has_multiple(context, spot, indicator):
        return Value(None, f"no_multiple: {context.label(spot, indicator)}")
    value = measured(context, spot, indicator, trail)
    sheet = section_sheets.sheet(context, spot.codes["section"], spot.of)
    limits = sheet.between(indicator) if measure.against in (None, "target", "limits") else None
    if limits is not None and value.number is not None:
        section_sheets.doubt(context, spot.codes["section"], "limits", spot.of, trail)
        return _within_limits(limits, value, value.number, trail)
    held_to = replace(measure, kind="concentration", against=measure.against or "target")
    limit = reference(context, held_to, spot, trail)
    absent = first_missing([value, limit])
    if absent is not None:
        return absent
    more_is_better = context.standard.higher_is_better(indicator)
    dividend, divisor = (limit, value) if more_is_better else (value, limit)
    if dividend.number is None or divisor.number is None:
        return _exceedance_between(dividend, divisor, trail)
    ratio = quotient(dividend.number, divisor.number)
    if ratio is None:
        nothing = f"multiple_of_zero: {context.label(spot, indicator)}" if more_is_better else "reference_is_zero"
        return Value(None, nothing)
    multiple = greatest([ratio - 1, NOTHING])
    met = "，达标记 0" if at_most(ratio, 1) is True else ""
    label = "超标倍数（data.oxygen_multiple：限值 ÷ 浓度 − 1）" if more_is_better else "超标倍数"
    trail.note(label, f"{printed(dividend.number)} ÷ {printed(divisor.number)} − 1{met}", printed(multiple))
    return replace(value, number=multiple)


def _within_limits(limits: Between, value: Value, mean: Number, trail: Trail) -> Value:
    """0 within a range; outside more than 0, but no number: there is no multiple of a range.

    Parameters
    ----------
    limits : the range, both ends included.
    value, mean : what was measured, and its number.
    trail : receives the working.
    """
    inside = holds_all([at_least(mean, limits.least), at_most(mean, limits.greatest)])
    multiple = None if inside is None else chosen(inside, NOTHING, None)
    ends = f"{printed(limits.least)} 至 {printed(limits.greatest)}"
    met = f"{printed(mean)} 在 {ends}，达标记 0"
    shown = met if multiple is not None else f"{printed(mean)} 不在 {ends}，区间没有倍数"
    trail.note("超标倍数", shown, "无值：no_multiple" if multiple is None else printed(multiple))
    reason = "no_multiple" if multiple is None else None
    return replace(value, number=multiple, reason=reason, least=filled(multiple, ABOVE_ZERO))


def _exceedance_between(dividend: Value, divisor: Value, trail: Trail) -> Value:
    """The multiple where a mean was not detected: 0 where even the detection limit meets the limit."""
    ratio = range_of(dividend).over(range_of(divisor))
    excess = ratio.minus(exactly(1))
    multiple = Range(max(excess.least, NOTHING), max(excess.greatest, NOTHING))
    expression = f"({shown(range_of(dividend))}) ÷ ({shown(range_of(divisor))}) − 1，达标记 0"
    trail.note("超标倍数", expression, shown(multiple))
    return within(multiple, dividend if dividend.number is None else divisor)


def index(context: Context, measure: Measure, spot: Element, trail: Trail) -> Value:
    """Weighted index: coefficient × Σ weights · C/reference; means are printed before a missing reference stops it."""
    published = context.data.published(spot.codes.get("section", ""), "index", spot.of)
    if published is not None:
        trail.note(f"{context.label(spot)} 指数", "已公布的指数", printed(published))
        return Value(published)
    weights = measure.weights or {}
    means = {indicator: measured(context, spot, indicator, trail) for indicator in weights}
    trail.note("权重", "、".join(f"{INDICATORS[i].name_zh} {printed(w)}" for i, w in weights.items()), "合计 1")
    absent = first_missing(list(means.values()))
    if absent is not None:
        return absent
    ratios: dict[str, Value] = {}
    for indicator, mean in means.items():
        of_indicator = spot.holding("indicator", indicator)
        against = reference(context, replace(measure, kind="concentration"), of_indicator, trail)
        ratio = _ratio(mean, against, INDICATORS[indicator].name_zh, trail)
        if ratio.number is None and not not_detected(ratio):
            return ratio
        ratios[indicator] = ratio
    statistics = tuple(s for v in means.values() for s in v.statistics)
    numbers = {indicator: ratio.number for indicator, ratio in ratios.items() if ratio.number is not None}
    if len(numbers) == len(ratios):
        return Value(_weighted(measure, numbers, trail), statistics=statistics)
    below = next(ratio for ratio in ratios.values() if ratio.number is None)
    return replace(_weighted_between(measure, ratios, below, trail), statistics=statistics)


def _ratio(mean: Value, against: Value, name: str, trail: Trail) -> Value:
    """A mean ÷ its reference; between which ends it lies where either was not detected."""
    absent = first_missing([mean, against])
    if absent is not None:
        return absent
    if mean.number is None or against.number is None:
        ratio_range = range_of(mean).over(range_of(against))
        trail.note(f"{name} 比值", f"({shown(range_of(mean))}) ÷ ({shown(range_of(against))})", shown(ratio_range))
        return within(ratio_range, mean if mean.number is None else against)
    ratio = quotient(mean.number, against.number)
    if ratio is None:
        return Value(None, "reference_is_zero")
    trail.note(f"{name} 比值", f"{printed(mean.number)} ÷ {printed(against.number)}", short(ratio))
    return Value(ratio)


def _weighted_between(measure: Measure, ratios: Mapping[str, Value], below: Value, trail: Trail) -> Value:
    """Where the index lies: every ratio at its least and at its greatest."""
    weights = measure.weights or {}
    index = exactly(0)
    for indicator, ratio in ratios.items():
        index = index.plus(range_of(ratio).times(exactly(weights[indicator])))
    if measure.coefficient is not None:
        index = index.times(exactly(measure.coefficient))
    trail.note("指数", "未检出的比值取两端", shown(index))
    return within(index, below)


def _weighted(measure: Measure, ratios: Mapping[str, Number], trail: Trail) -> Number:
    """Coefficient × the weighted sum of the ratios."""
    weights = measure.weights or {}
    k = measure.coefficient
    index = (k if k is not None else 1) * sum((weights[i] * ratio for i, ratio in ratios.items()), Fraction(0))
    terms = " + ".join(f"{printed(weights[i])} × {short(ratio)}" for i, ratio in ratios.items())
    trail.note("指数", f"{printed(k)} × ({terms})" if k is not None else terms, short(index))
    return index
