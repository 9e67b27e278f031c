"""Comparing: one value beside its reference, as a difference, a ratio or a change in percent.

In: the `Context`, a measure with `against` and `expressed`, one element. Out: a `Value` and its working. A value or a
reference that was not detected makes the result an interval. How several values become one is in
`settlement.clauses.measuring`; what a reference is, in `settlement.clauses.references`.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from basin import draws
from basin.draws import Number
from basin.measures import Measure
from basin.rounding import printed
from settlement.clauses import intervals
from settlement.clauses.context import Context
from settlement.clauses.element import Element
from settlement.clauses.intervals import Ends, between, ends_of, undetermined
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
    if measure.against is None or measure.expressed is None or undetermined([value]) is not None:
        return value
    against = reference(context, measure, spot, trail)
    if undetermined([against]) is not None:
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
    """The ends of the comparison where the value, the reference or both were not detected."""
    a = ends_of(value)
    b = ends_of(against)
    if b.settled == 0 and how != "difference":
        return Value(None, "reference_is_zero")
    ends = _ends(how, a, b)
    trail.note(LABELS[how], _working(how, f"({a})", f"({b})"), str(ends))
    return between(ends, value if value.number is None else against)


def _ends(how: str, a: Ends, b: Ends) -> Ends:
    if how == "difference":
        return intervals.difference(a, b)
    ratio = intervals.quotient(a, b)
    if how == "ratio":
        return ratio
    return intervals.mapped(ratio, lambda end: 100 * (end - Fraction(1)))


def _working(how: str, a: str, b: str) -> str:
    return {"difference": f"{a} − {b}", "ratio": f"{a} ÷ {b}", "percent_change": f"({a} − {b}) ÷ {b} × 100"}[how]
