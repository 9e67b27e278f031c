"""Measuring: the number a clause looks at, in the order the grammar has it.

In: the `Context`, a declared `Measure`, the element in hand. Out: a `Value`, and the working in the trail. Spread over
sections, indicators and time → each value → comparison (`against`, `expressed`) → `otherwise` → `take` → `decimals`.
A test adds its bound: true, false or undecided. `_KINDS`, at the end, says which function computes which kind.

Parameters of every function
----------------------------
context : the agreement and its data.
measure : what to look at; one that names several sections, indicators or periods is spread over them.
element : the period, and the section, indicator or party in hand.
spot : an element the measure is spread over: one period, section and indicator.
trail : receives the working.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from basin import draws, periods
from basin.measures import MEASURED_ITEMS, OF_A_SECTION, Measure
from basin.rounding import half_even, printed
from settlement.clauses import bounds, intervals, other_clauses, quantities, ratios
from settlement.clauses.combining import combined
from settlement.clauses.comparing import compared
from settlement.clauses.completeness_and_trend import completeness, trend
from settlement.clauses.context import Context
from settlement.clauses.element import Element, year_before
from settlement.clauses.tonnages import tonnage
from settlement.clauses.values import Value, excluded
from settlement.clauses.volumes import volume
from settlement.clauses.working import Trail


def value(context: Context, measure: Measure, element: Element, trail: Trail) -> Value:
    """The number of a measure for the element in hand; its unit is that of the measure, or of `expressed`."""
    start = year_before(element) if measure.at == "previous_year" else element
    # a result uses `take` on the axes of the other clause already, where each element is looked up
    of_one = replace(measure, take=None) if measure.kind == "result" and measure.several else measure
    values = []
    for spot in _spread(context, measure, start):
        # of a closed period it is measured once for all settlements that share it
        value_there = context.closed.value(of_one, spot, trail, partial(compared, context, of_one, spot))
        values.append(_defaulted(context, measure, spot, value_there, trail))
    taken = _taken(measure, values, trail)
    if measure.decimals is None:
        return taken
    if taken.number is None:
        return intervals.rounded(taken, measure.decimals)
    rounded = half_even(taken.number, measure.decimals)
    trail.note("修约", f"{printed(taken.number)} → {measure.decimals} 位小数，四舍六入五成双", printed(rounded))
    return replace(taken, number=rounded, least=None, greatest=None)


def truth(context: Context, test: Measure, element: Element, trail: Trail) -> Value:
    """A test: 1 true, 0 false, no number while undecided; the known part of several values may decide it already.

    A test without a bound of its own is `all_of` or `any_of`, which are 1 or 0 already.
    """
    tested = value(context, test, element, trail)
    if not test.bounded or tested.excluded:
        return tested
    decided = bounds.kept(test, tested, trail)
    return tested if decided is None else Value(draws.number_of(decided), statistics=tested.statistics)


def _spread(context: Context, measure: Measure, element: Element) -> Iterator[Element]:
    """The elements a measure is taken over; the element in hand where the measure names no axis."""
    if not measure.axes:
        yield element
        return
    for axes in context.combinations(measure.axes, element.of):
        codes = {**element.codes, **dict(axes)}
        of = periods.period(codes[measure.over]) if measure.over else element.of
        spot = Element(of, element.within, tuple(codes.items()))
        if codes.get("indicator") != MEASURED_ITEMS:
            yield spot
            continue
        counts_multiples = "exceedance" in (measure.kind, *(test.kind for test in measure.tests))
        for item in quantities.measured_items(context, spot):
            # of what was measured, items that have no multiple are not counted
            if not counts_multiples or ratios.has_multiple(context, spot, item):
                yield spot.holding("indicator", item)


def _defaulted(context: Context, measure: Measure, spot: Element, there: Value, trail: Trail) -> Value:
    """`otherwise` for a fact nobody recorded, and for another clause without a result or before the term.

    A clause that stopped stops what uses it: data that are missing below it must not turn into a default.
    """
    if there.number is not None or there.excluded or measure.otherwise is None:
        return there
    of_clause = measure.kind != "reported"
    before_term = of_clause and periods.ends_on(spot.within) < context.agreement.starts
    never_was = "no_result" if of_clause else "no_fact"
    if not before_term and not (there.reason or "").startswith(never_was):
        return there
    trail.note("缺省值", f"{there.reason} → otherwise", printed(measure.otherwise))
    return replace(there, number=measure.otherwise, reason=None)


def _taken(measure: Measure, values: Sequence[Value], trail: Trail) -> Value:
    """Several values as one by `take`: excluded ones are left out, an absent one stops it."""
    absent = next((v for v in values if not v.present and not v.excluded), None)
    if absent is not None:
        return bounds.given_by_the_present(measure, values, absent)
    numbers = [v.number for v in values if v.number is not None]
    if not numbers:
        return Value(None, values[0].reason if values else "no_readings", bool(values))
    if measure.take is None or not measure.several:  # a result has used its `take` on the other clause's axes
        alone = values[0]
        return Value(combined(None, numbers), least=alone.least, greatest=alone.greatest)
    taken = combined(measure.take, numbers)
    name = {"sum": "合计", "mean": "平均", "min": "最小", "max": "最大"}
    label = name[measure.take] if isinstance(measure.take, str) else f"连续 {measure.take.runs_of} 个的次数"
    left_out = f"（另有 {len(values) - len(numbers)} 个不计）" if len(values) > len(numbers) else ""
    trail.note(label, "、".join(map(printed, numbers)) + left_out, printed(taken))
    # some draws of a number that is there may be absent
    return bounds.given_by_the_present(measure, values, Value(taken)) if draws.has_gaps(numbers) else Value(taken)


def single(context: Context, measure: Measure, spot: Element, trail: Trail) -> Value:
    """One value before any comparison; excluded where a recorded ground takes the section's data away."""
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
    "exceedance": ratios.exceedance,
    "index": ratios.index,
    "met": _met,
    "reported": quantities.reported,
    "result": other_clauses.result,
    "rank": other_clauses.rank,
    "completeness": _whatever_the_measure(completeness),
    "trend": trend,
}
