"""Other clauses as numbers: results of lines, and places in a league.

In: the `Evaluator`, a measure that names refs, and the element in hand. Out: `Value`s. Axes in hand are matched, axes
the user lacks are combined, and an evaluation at a section counts for its upstream party.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

import pandas as pd

from basin import periods
from basin.draws import Number
from basin.measures import Measure
from basin.rounding import printed
from settlement.clauses import league
from settlement.clauses.combining import combined
from settlement.clauses.values import Value
from settlement.clauses.working import Trail, readable, short

if TYPE_CHECKING:
    from settlement.clauses.element import Element
    from settlement.clauses.evaluation import Evaluator


def result(ev: Evaluator, measure: Measure, spot: Element, trail: Trail) -> Value:
    """Amounts of other clauses: axes in hand are matched, the others combined by `take`, refs added with weights."""
    whole: Number = Fraction(0)
    terms = []
    for ref, weight in (measure.of or {}).items():
        found = line(ev, ref, spot, measure, trail)
        if found.number is None:
            return found
        whole += weight * found.number
        term = f"{ref} {readable(found.number)}"
        terms.append(term if weight == 1 else f"{printed(weight)} × {term}")
    trail.note(f"{periods.label(spot.of)} 引用", " + ".join(terms), short(whole))
    return Value(whole)


def line(ev: Evaluator, ref: str, spot: Element, measure: Measure, trail: Trail) -> Value:
    """The amount of one clause in the element and period in hand."""
    if periods.ends_on(spot.within) < ev.agreement.starts and ev.agreement.takes_its_own_last_year(ref):
        return Value(None, "before_term")
    codes = spot.codes
    found = [
        (evaluation.amount * share if evaluation.amount is not None else None, evaluation)
        for of in ev.spans(ref, spot.of)
        for element in ev.elements(ref, of)
        if (share := _in_hand(ev, element.codes, codes, element.of)) != 0
        if element.of == spot.of or periods.overlap(element.of, spot.of)
        for evaluation in (ev.evaluation(ref, element),)
    ]
    for _, evaluation in found:
        trail.doubts(evaluation.unverified)
    stopped = next((evaluation for amount, evaluation in found if evaluation.stopped), None)
    if stopped is not None:
        return Value(None, stopped.reason)
    amounts = [amount for amount, _ in found if amount is not None]
    return Value(combined(measure.take, amounts)) if amounts else Value(None, f"no_result: {ref}", bool(found))


def _in_hand(ev: Evaluator, line: Mapping[str, str], user: Mapping[str, str], of: pd.Period) -> Fraction:
    """Which part of a line's evaluation belongs to the element in hand: all, none, or the upstream party's share."""
    for axis, code in line.items():
        if axis in user and user[axis] != code:
            return Fraction(0)
    if "party" in user and "party" not in line and "section" in line:
        upstream = ev.side_shares(line["section"], "upstream", of) or {}
        return upstream.get(user["party"], Fraction(0))
    return Fraction(1)


def rank(ev: Evaluator, measure: Measure, spot: Element, trail: Trail) -> Value:
    """The place in the league of all parties, by the sum of ranks; an excluded party leaves the league."""
    own, table = spot.codes["party"], {}
    parties = ev.axis("party", ("all",), spot.of)
    for ref in dict.fromkeys([*(measure.of or ()), *(tie for tie in measure.ties if tie != "same")]):
        found = {party: line(ev, ref, spot.holding("party", party), measure, trail) for party in parties}
        absent = next((v for p, v in found.items() if v.number is None and (p == own or not v.excluded)), None)
        if absent is not None:
            return absent
        table[ref] = {party: value.number for party, value in found.items() if value.number is not None}
    ranked = set.intersection(*(set(numbers) for numbers in table.values()))
    table = {ref: {p: n for p, n in numbers.items() if p in ranked} for ref, numbers in table.items()}
    place, how = league.place(own, table, measure)
    trail.note("排名", how, "并列未决" if place is None else printed(place))
    return Value(None, "tie") if place is None else Value(place)
