"""Measuring: the number a clause looks at, in the order the grammar has it.

In: the `Context`, a declared `Measure`, the element in hand. Out: a `Value`, and the working in the trail. Spread over
sections, indicators and time → each value → comparison (`against`, `expressed`) → `otherwise` → `take` → `decimals`.
A test adds its bound: true, false or undecided. `_KINDS`, at the end, says which function computes which kind.

A kind takes the context, the measure, the element in hand and the trail, and gives the `Value` of one period, section
and indicator before any comparison.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from itertools import product

from basin import draws, periods
from basin.draws import Draws, Number, Truth
from basin.measures import OF_A_SECTION, Measure
from basin.rounding import half_even, printed
from settlement.clauses import other_clauses, quantities
from settlement.clauses.combining import combined
from settlement.clauses.completeness_and_trend import completeness, trend
from settlement.clauses.context import Context
from settlement.clauses.element import Element, year_before
from settlement.clauses.references import reference
from settlement.clauses.tonnages import tonnage
from settlement.clauses.values import Value, excluded
from settlement.clauses.volumes import volume
from settlement.clauses.working import Trail


def value(context: Context, measure: Measure, element: Element, trail: Trail) -> Value:
    """The number of a measure for the element in hand; its unit is that of the measure, or of `expressed`.

    Parameters
    ----------
    context : the agreement and its data.
    measure : what to look at; kinds that name several sections, indicators or periods are combined by `take`.
    element : the period, and the section, indicator or party in hand.
    trail : receives the working.
    """
    start = year_before(element) if measure.at == "previous_year" else element
    # a result uses `take` on the axes of the other clause already, where each element is looked up
    of_one = replace(measure, take=None) if measure.kind == "result" and measure.several else measure
    values = []
    for spot in _spread(context, measure, start):
        compared = _compared(context, of_one, spot, trail)
        values.append(_defaulted(context, measure, spot, compared, trail))
    taken = _taken(measure, values, trail)
    if taken.number is None or measure.decimals is None:
        return taken
    rounded = half_even(taken.number, measure.decimals)
    trail.note("修约", f"{printed(taken.number)} → {measure.decimals} 位小数，四舍六入五成双", printed(rounded))
    return replace(taken, number=rounded, least=None, greatest=None)


def truth(context: Context, test: Measure, element: Element, trail: Trail) -> Value:
    """A test: 1 true, 0 false, no number while undecided; the known part of several values may decide it already.

    Parameters
    ----------
    context : the agreement and its data.
    test : a measure with bounds; without a bound of its own it is `all_of` or `any_of`.
    element : the period, and the section, indicator or party in hand.
    trail : receives the working.
    """
    tested = value(context, test, element, trail)
    if not test.bounded or tested.excluded:
        return tested
    stated = [(bound, getattr(test, bound.key)) for bound in _BOUNDS]
    bounds: list[tuple[_Bound, Fraction]] = [(bound, limit) for bound, limit in stated if limit is not None]
    held = [_holds(bound, limit, tested) for bound, limit in bounds]
    decided = draws.holds_all(held)
    if decided is None:
        return tested
    shown = printed(tested.number) if tested.number is not None else f"无值（{tested.reason}），已知部分足以判定，"
    for (bound, limit), holds in zip(bounds, held, strict=True):
        verdict = str(holds) if isinstance(holds, Draws) else _HELD[holds]
        trail.note("条件", f"{shown} {bound.sign} {printed(limit)}", verdict)
    return Value(draws.number_of(decided), statistics=tested.statistics)


@dataclass(frozen=True)
class _Bound:
    """A bound of a test: its key in the agreement, its sign, and the comparison it makes."""

    key: str
    sign: str
    compare: Callable[[Number, Fraction], Truth]
    upper: bool


_BOUNDS = (
    _Bound("at_most", "≤", draws.at_most, upper=True),
    _Bound("below", "<", draws.below, upper=True),
    _Bound("at_least", "≥", draws.at_least, upper=False),
    _Bound("above", ">", draws.above, upper=False),
)
_HELD: Mapping[bool | None, str] = {True: "成立", False: "不成立", None: "未定"}


def _holds(bound: _Bound, limit: Fraction, tested: Value) -> Truth | None:
    """Whether a number keeps a bound; None while what is known of the number allows both."""
    least = tested.number if tested.least is None else tested.least
    greatest = tested.number if tested.greatest is None else tested.greatest
    worst = greatest if bound.upper else least
    best = least if bound.upper else greatest
    certainly = None if worst is None else bound.compare(worst, limit)
    possibly = None if best is None else bound.compare(best, limit)
    return draws.between(certainly, possibly)


def _spread(context: Context, measure: Measure, element: Element) -> Iterator[Element]:
    """The elements a measure is taken over; the element in hand where the measure names no several."""
    sections = (measure.section,) if measure.section else measure.sections
    # a class and an index look at several indicators at once
    several = measure.indicators if measure.kind not in ("quality_class", "index") else None
    indicators = (measure.indicator,) if measure.indicator else several
    axes = [("section", sections), ("indicator", indicators), (measure.over, ("all",))]
    choices = []
    for axis, listed in axes:
        if axis and listed:
            choices.append([(axis, code) for code in context.axis(axis, listed, element.of)])
    if not choices:
        yield element
        return
    for combination in product(*choices):
        codes = {**element.codes, **dict(combination)}
        of = periods.period(codes[measure.over]) if measure.over else element.of
        yield Element(of, element.within, tuple(codes.items()))


def _compared(context: Context, measure: Measure, spot: Element, trail: Trail) -> Value:
    """One value beside its reference; of a closed period it is measured once for all settlements that share it."""
    if context.closed is None:
        return _measured(context, measure, spot, trail)
    return context.closed.value(measure, spot, trail, partial(_measured, context, measure, spot))


def _measured(context: Context, measure: Measure, spot: Element, trail: Trail) -> Value:
    """One value beside its reference, `expressed` as a difference, ratio or change; as it is without a reference."""
    compared = single(context, measure, spot, trail)
    if compared.number is None or measure.against is None or measure.expressed is None:
        return compared
    against = reference(context, measure, spot, trail)
    if against.number is None:
        return against
    result = _expressed(measure.expressed, compared.number, against.number)
    if result is None:
        return Value(None, "reference_is_zero")
    a = printed(compared.number)
    b = printed(against.number)
    label, working = {
        "difference": ("差值", f"{a} − {b}"),
        "ratio": ("比值", f"{a} ÷ {b}"),
        "percent_change": ("变化（%）", f"({a} − {b}) ÷ {b} × 100"),
    }[measure.expressed]
    trail.note(label, working, printed(result))
    return replace(compared, number=result)


def _expressed(how: str, a: Number, b: Number) -> Number | None:
    """A value beside its reference; None where the reference is zero and divides."""
    if how == "difference":
        return a - b
    return draws.quotient(a, b) if how == "ratio" else draws.quotient(100 * (a - b), b)


def _defaulted(context: Context, measure: Measure, spot: Element, compared: Value, trail: Trail) -> Value:
    """`otherwise` in place of a value that never was."""
    if compared.number is not None or measure.otherwise is None or not _never_was(context, measure, spot, compared):
        return compared
    trail.note("缺省值", f"{compared.reason} → otherwise", printed(measure.otherwise))
    return replace(compared, number=measure.otherwise, reason=None)


def _never_was(context: Context, measure: Measure, spot: Element, absent: Value) -> bool:
    """Whether `otherwise` may stand in: for a fact nobody recorded, a clause before the term or without a result.

    A clause that stopped stops what uses it: data that are missing below it must not turn into a default.
    """
    if absent.excluded:
        return False
    reason = absent.reason or ""
    if measure.kind == "reported":
        return reason.startswith("no_fact")
    return periods.ends_on(spot.within) < context.agreement.starts or reason.startswith("no_result")


def _taken(measure: Measure, values: Sequence[Value], trail: Trail) -> Value:
    """Several values as one by `take`: excluded ones are left out, an absent one stops it."""
    absent = next((v for v in values if not v.present and not v.excluded), None)
    numbers = [v.number for v in values if v.number is not None]
    if absent is not None:
        return _bounded_by_the_known(measure, values, absent)
    if not numbers:
        return Value(None, values[0].reason if values else "no_readings", bool(values))
    if measure.take is None or not measure.several:  # a result has used its `take` on the other clause's axes
        return Value(numbers[0] if len(numbers) == 1 else combined(None, numbers))
    taken = combined(measure.take, numbers)
    name = {"sum": "合计", "mean": "平均", "min": "最小", "max": "最大"}
    label = name[measure.take] if isinstance(measure.take, str) else f"连续 {measure.take.runs_of} 个的次数"
    left_out = f"（另有 {len(values) - len(numbers)} 个不计）" if len(values) > len(numbers) else ""
    trail.note(label, "、".join(map(printed, numbers)) + left_out, printed(taken))
    return _bounded_by_the_known(measure, values, Value(taken)) if draws.has_gaps(numbers) else Value(taken)


def _bounded_by_the_known(measure: Measure, values: Sequence[Value], absent: Value) -> Value:
    """Absent, with bounds: an absent test could be either, a greatest value can only grow, a least only fall."""
    present = [v.number for v in values if v.number is not None]
    if measure.take is None or not present or measure.decimals is not None:
        return absent
    if measure.kind == "met" and measure.against is None:
        tests = [v.number for v in values if not v.excluded]
        failed = combined(measure.take, [draws.filled(number, Fraction(0)) for number in tests])
        met = combined(measure.take, [draws.filled(number, Fraction(1)) for number in tests])
        return replace(absent, least=failed, greatest=met)
    least = draws.greatest_known(present) if measure.take == "max" else None
    greatest = draws.least_known(present) if measure.take == "min" else None
    return replace(absent, least=least, greatest=greatest)


def single(context: Context, measure: Measure, spot: Element, trail: Trail) -> Value:
    """One value before any comparison; excluded where a recorded ground takes the section's data away.

    Parameters
    ----------
    context : the agreement and its data.
    measure : its kind says which function computes it.
    spot : one period, and the section, indicator or party in hand.
    trail : receives the working.
    """
    of_section = measure.kind in OF_A_SECTION
    gone = excluded(context.data, context.rules, spot.codes["section"], spot.of) if of_section else None
    if gone is not None:
        trail.note(context.label(spot), "按登记的事由不计", gone.reason or "")
        return gone
    measured = _KINDS[measure.kind](context, measure, spot, trail)
    trail.rests_on(measured.statistics)
    return measured


def _met(context: Context, measure: Measure, spot: Element, trail: Trail) -> Value:
    """1 or 0 of tests, three-valued: decided as soon as the known part decides; excluded data decide nothing."""
    tests = [truth(context, test, spot, trail) for test in measure.tests]
    together = draws.holds_all if measure.all_of else draws.holds_any
    decided = together([draws.truth_of(test.number) for test in tests])
    return undecided(tests) if decided is None else Value(draws.number_of(decided))


def undecided(tests: Sequence[Value]) -> Value:
    """Tests that do not decide: absent where one is absent; excluded where they only wait for excluded data."""
    absent = next((test for test in tests if test.number is None and not test.excluded), None)
    return Value(None, absent.reason) if absent else Value(None, next(v.reason for v in tests if v.excluded), True)


def _whatever_the_measure(kind: Callable[[Context, Element, Trail], Value]) -> _Kind:
    """A kind whose value depends on the element only."""
    return lambda context, measure, spot, trail: kind(context, spot, trail)


_Kind = Callable[[Context, Measure, Element, Trail], Value]
_KINDS: Mapping[str, _Kind] = {
    "concentration": _whatever_the_measure(quantities.mean),
    "flow": _whatever_the_measure(quantities.flow),
    "volume": _whatever_the_measure(volume),
    "load": _whatever_the_measure(tonnage),
    "quality_class": quantities.quality_class,
    "exceedance": quantities.exceedance,
    "index": quantities.index,
    "met": _met,
    "reported": quantities.reported,
    "result": other_clauses.result,
    "rank": other_clauses.rank,
    "completeness": _whatever_the_measure(completeness),
    "trend": trend,
}
