"""Comparing: one value beside its reference, as a difference, a ratio or a change in percent.

In: the `Context`, a measure with `against` and `expressed`, one element. Out: a `Value` and its working. A value or a
reference that was not detected makes the result an interval. How several values become one is in
`settlement.clauses.measuring`; what a reference is, in `settlement.clauses.references`.
"""

from __future__ import annotations

from dataclasses import replace

from basin import draws
from basin.draws import Number
from basin.measures import Measure
from basin.ranges import Range, exactly
from basin.rounding import printed
from settlement.clauses.context import Context
from settlement.clauses.element import Element
from settlement.clauses.intervals import is_missing, range_of, settled, shown, within
from settlement.clauses.references import reference
from settlement.clauses.values import Value
from settlement.clauses.working import Trail

LABELS = {"difference": "差值", "ratio": "比值", "percent_change": "变化（%）"}


def compared(context: Context, measure: Measure, spot: Element, trail: Trail) -> Value:
    """One value beside its reference; as it is without a reference.

    Parameters
    ----------
    context : the agreement and its data.
    measure : `against` names the reference, `expressed` how the value stands beside it.
    spot : one period, section and indicator.
    trail : receives the working.
    """
    value = context.single(measure, spot, trail)
    if measure.against is None or measure.expressed is None or is_missing(value):
        return value
    against = reference(context, measure, spot, trail)
    if is_missing(against):
        return against
    if value.number is None or against.number is None:
        return _between(measure.expressed, value, against, trail)
    result = _expressed(measure.expressed, value.number, against.number)
    if result is None:
        return Value(None, "reference_is_zero")
    working = _working(measure.expressed, printed(value.number), printed(against.number))
    trail.note(LABELS[measure.expressed], working, printed(result))
    return replace(value, number=result)


def _expressed(how: str, a: Number, b: Number) -> Number | None:
    """A value beside its reference; None where the reference is zero and divides."""
    if how == "difference":
        return a - b
    return draws.quotient(a, b) if how == "ratio" else draws.quotient(100 * (a - b), b)


def _between(how: str, value: Value, against: Value, trail: Trail) -> Value:
    """Where the comparison lies when the value, the reference or both were not detected."""
    a = range_of(value)
    b = range_of(against)
    if settled(b) == 0 and how != "difference":
        return Value(None, "reference_is_zero")
    compared_range = _range(how, a, b)
    trail.note(LABELS[how], _working(how, f"({shown(a)})", f"({shown(b)})"), shown(compared_range))
    return within(compared_range, value if value.number is None else against)


def _range(how: str, a: Range, b: Range) -> Range:
    if how == "difference":
        return a.minus(b)
    ratio = a.over(b)
    return ratio if how == "ratio" else ratio.minus(exactly(1)).times(exactly(100))


def _working(how: str, a: str, b: str) -> str:
    return {"difference": f"{a} − {b}", "ratio": f"{a} ÷ {b}", "percent_change": f"({a} − {b}) ÷ {b} × 100"}[how]
