"""Measuring: the number a clause looks at, in the order the grammar has it.

In: a declared `Measure`, the element in hand, and the `Evaluator` that holds agreement, network and data. Out: a
`Value`, and the working in the trail. Spread over sections, indicators and time → each value → comparison (`against`,
`expressed`) → `otherwise` → `take` → `decimals`. A test adds its bound: true, false or undecided.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING

from basin import draws, periods
from basin.draws import Draws, Number, Truth
from basin.measures import OF_A_SECTION, Measure
from basin.rounding import half_even, printed
from settlement.clauses import other_clauses, quantities
from settlement.clauses.combining import combined
from settlement.clauses.element import Element, year_before
from settlement.clauses.references import reference
from settlement.clauses.values import Value, excluded
from settlement.clauses.working import Trail

if TYPE_CHECKING:
    from settlement.clauses.evaluation import Evaluator


def value(ev: Evaluator, measure: Measure, element: Element, trail: Trail) -> Value:
    """The number of a measure for the element in hand."""
    at = year_before(element) if measure.at == "previous_year" else element
    one = replace(measure, take=None) if measure.kind == "result" and measure.several else measure
    spots = list(_spread(ev, measure, at))
    values = [_defaulted(ev, measure, spot, _compared(ev, one, spot, trail), trail) for spot in spots]
    found = _taken(measure, values, trail)
    if found.number is not None and measure.decimals is not None:
        kept = half_even(found.number, measure.decimals)
        trail.note("修约", f"{printed(found.number)} → {measure.decimals} 位小数，四舍六入五成双", printed(kept))
        return replace(found, number=kept, least=None, greatest=None)
    return found


def truth(ev: Evaluator, test: Measure, element: Element, trail: Trail) -> Value:
    """A test: 1 true, 0 false, no number undecided; what is known of several values may decide it already.

    Tests without a bound of their own are `all_of` / `any_of`.
    """
    found = value(ev, test, element, trail)
    if not test.bounded or found.excluded:
        return found
    bounds: list[tuple[str, Fraction]] = [(key, b) for key in _BOUNDS if (b := getattr(test, key)) is not None]
    held = [_holds(key, bound, found) for key, bound in bounds]
    decided = draws.holds_all(held)
    if decided is None:
        return found
    shown = printed(found.number) if found.number is not None else f"无值（{found.reason}），已知部分足以判定，"
    for (key, bound), holds in zip(bounds, held, strict=True):
        kept = str(holds) if isinstance(holds, Draws) else _HELD[holds]
        trail.note("条件", f"{shown} {_BOUNDS[key][0]} {printed(bound)}", kept)
    return Value(draws.number_of(decided), statistics=found.statistics)


_HELD: Mapping[bool | None, str] = {True: "成立", False: "不成立", None: "未定"}


def _holds(key: str, bound: Fraction, found: Value) -> Truth | None:
    """Whether a number keeps a bound; None while what is known of it allows both."""
    compare = _BOUNDS[key][1]
    least = found.number if found.least is None else found.least
    greatest = found.number if found.greatest is None else found.greatest
    worst, best = (greatest, least) if key in ("at_most", "below") else (least, greatest)
    certainly, possibly = (None if number is None else compare(number, bound) for number in (worst, best))
    return draws.between(certainly, possibly)


_BOUNDS: Mapping[str, tuple[str, Callable[[Number, Fraction], Truth]]] = {
    "at_most": ("≤", draws.at_most),
    "below": ("<", draws.below),
    "at_least": ("≥", draws.at_least),
    "above": (">", draws.above),
}


def _defaulted(ev: Evaluator, measure: Measure, spot: Element, found: Value, trail: Trail) -> Value:
    """`otherwise` in place of one value that never was."""
    if found.number is not None or measure.otherwise is None or not _never_was(ev, measure, spot, found):
        return found
    trail.note("缺省值", f"{found.reason} → otherwise", printed(measure.otherwise))
    return replace(found, number=measure.otherwise, reason=None)


def _never_was(ev: Evaluator, measure: Measure, at: Element, found: Value) -> bool:
    """Whether `otherwise` may stand in: for a fact nobody recorded, a clause before the term or without a result.

    A clause that stopped stops what uses it: data that are missing below it must not turn into a default.
    """
    if measure.kind == "reported":
        return not found.excluded and (found.reason or "").startswith("no_fact")
    before = periods.ends_on(at.within) < ev.agreement.starts
    return not found.excluded and (before or (found.reason or "").startswith("no_result"))


def _spread(ev: Evaluator, measure: Measure, element: Element) -> Iterator[Element]:
    """The elements a measure is taken over; just the one in hand where it names no several."""
    choices: list[list[tuple[str, str]]] = []
    sections = (measure.section,) if measure.section else measure.sections
    if sections:
        choices.append([("section", code) for code in ev.axis("section", sections, element.of)])
    several = measure.indicators if measure.kind not in ("quality_class", "index") else None
    if indicators := ((measure.indicator,) if measure.indicator else several):
        choices.append([("indicator", code) for code in ev.axis("indicator", indicators, element.of)])
    if measure.over:
        choices.append([(measure.over, code) for code in ev.axis(measure.over, ("all",), element.of)])
    for combination in product(*choices):
        axes = {**element.codes, **dict(combination)}
        of = periods.period(axes[measure.over]) if measure.over else element.of
        yield replace(element, of=of, axes=tuple(axes.items()))


def _taken(measure: Measure, values: Sequence[Value], trail: Trail) -> Value:
    """Several values as one: excluded ones are not there, an absent one stops it."""
    absent = next((v for v in values if not v.present and not v.excluded), None)
    numbers = [v.number for v in values if v.number is not None]
    if absent is not None:
        return _bounded_by_the_known(measure, values, absent)
    if not numbers:
        return Value(None, values[0].reason if values else "no_readings", bool(values))
    if measure.take is None or not measure.several:  # a result has used its `take` on the other clause's axes
        return Value(combined(None, numbers))
    taken = combined(measure.take, numbers)
    name = {"sum": "合计", "mean": "平均", "min": "最小", "max": "最大"}
    label = name[measure.take] if isinstance(measure.take, str) else f"连续 {measure.take.runs_of} 个的次数"
    left = f"（另有 {len(values) - len(numbers)} 个不计）" if len(values) > len(numbers) else ""
    trail.note(label, "、".join(map(printed, numbers)) + left, printed(taken))
    return _bounded_by_the_known(measure, values, Value(taken)) if draws.has_gaps(numbers) else Value(taken)


def _bounded_by_the_known(measure: Measure, values: Sequence[Value], absent: Value) -> Value:
    """Absent, with what it can still be: of tests each absent one could be either, a greatest value only grow."""
    known = [v.number for v in values if v.number is not None]
    there = [v.number for v in values if not v.excluded]
    if measure.take is None or not known or measure.decimals is not None:
        return absent
    if measure.kind == "met" and measure.against is None:
        failed, met = ([draws.filled(n, Fraction(if_absent)) for n in there] for if_absent in (0, 1))
        return replace(absent, least=combined(measure.take, failed), greatest=combined(measure.take, met))
    least = draws.greatest_known(known) if measure.take == "max" else None
    greatest = draws.least_known(known) if measure.take == "min" else None
    return replace(absent, least=least, greatest=greatest)


def _compared(ev: Evaluator, measure: Measure, spot: Element, trail: Trail) -> Value:
    found = single(ev, measure, spot, trail)
    if found.number is None or measure.against is None or measure.expressed is None:
        return found
    against = reference(ev, measure, spot, trail)
    if against.number is None:
        return against
    result = _expressed(measure.expressed, found.number, against.number)
    if result is None:
        return Value(None, "reference_is_zero")
    a, b = printed(found.number), printed(against.number)
    label, working = {
        "difference": ("差值", f"{a} − {b}"),
        "ratio": ("比值", f"{a} ÷ {b}"),
        "percent_change": ("变化（%）", f"({a} − {b}) ÷ {b} × 100"),
    }[measure.expressed]
    trail.note(label, working, printed(result))
    return replace(found, number=result)


def _expressed(how: str, a: Number, b: Number) -> Number | None:
    """A value beside its reference; none where the reference is zero and divides."""
    if how == "difference":
        return a - b
    return draws.quotient(a, b) if how == "ratio" else draws.quotient(100 * (a - b), b)


def single(ev: Evaluator, measure: Measure, spot: Element, trail: Trail) -> Value:
    """One value before any comparison; a published one stands for the measure where there is one."""
    gone = excluded(ev.data, ev.rules, spot.codes["section"], spot.of) if measure.kind in OF_A_SECTION else None
    if gone is not None:
        trail.note(quantities.name_of(ev, spot), "按登记的事由不计", gone.reason or "")
        return gone
    found = _KINDS[measure.kind](ev, measure, spot, trail)
    trail.rests_on(found.statistics)
    return found


def _met(ev: Evaluator, measure: Measure, spot: Element, trail: Trail) -> Value:
    """1 or 0 of tests, three-valued: decided as soon as the known part decides; excluded data decide nothing."""
    held = [truth(ev, test, spot, trail) for test in measure.tests]
    decided = (draws.holds_all if measure.all_of else draws.holds_any)([draws.truth_of(v.number) for v in held])
    return undecided(held) if decided is None else Value(draws.number_of(decided))


def undecided(held: Sequence[Value]) -> Value:
    """Tests that do not decide: absent where one is; where the others wait for excluded data only, not there."""
    absent = next((v for v in held if v.number is None and not v.excluded), None)
    return Value(None, absent.reason) if absent else Value(None, next(v.reason for v in held if v.excluded), True)


_KINDS: Mapping[str, Callable[[Evaluator, Measure, Element, Trail], Value]] = {
    "concentration": quantities.mean,
    "flow": quantities.flow,
    "volume": quantities.amount,
    "load": quantities.amount,
    "quality_class": quantities.quality_class,
    "exceedance": quantities.exceedance,
    "index": quantities.index,
    "met": _met,
    "reported": quantities.reported,
    "result": other_clauses.result,
    "rank": other_clauses.rank,
    "completeness": quantities.completeness,
    "trend": quantities.trend,
}
