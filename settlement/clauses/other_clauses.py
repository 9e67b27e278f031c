"""Other clauses as numbers: results of lines, and places in a league.

In: the `Context`, a measure that names refs, and the element in hand. Out: `Value`s [万元, or whatever the lines
count; a place]. Axes in hand are matched, axes the user lacks are combined, and an evaluation at a section counts for
its upstream party.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from basin import periods
from basin.draws import Number, chosen
from basin.measures import SHARE_PLACE, Measure
from basin.ranges import exactly
from basin.rounding import printed
from settlement.clauses import league, section_sheets
from settlement.clauses.combining import combined
from settlement.clauses.context import Context, Evaluation
from settlement.clauses.element import Element
from settlement.clauses.intervals import as_settled, not_detected, range_of, shown, within
from settlement.clauses.values import Value
from settlement.clauses.working import Trail, readable, short


def result(context: Context, measure: Measure, spot: Element, trail: Trail) -> Value:
    """Amounts of other clauses: axes in hand are matched, the others combined by `take`, refs added with weights."""
    whole: Number = Fraction(0)
    terms = []
    possible = exactly(0)
    below: Value | None = None
    for ref, weight in (measure.of or {}).items():
        amount = line(context, ref, spot, measure, trail)
        possible = possible.plus(range_of(amount).times(exactly(weight)))
        if not_detected(amount):
            below = below or amount
            continue
        if amount.number is None:
            return amount
        whole += weight * amount.number
        term = f"{ref} {readable(amount.number)}"
        terms.append(term if weight == 1 else f"{printed(weight)} × {term}")
    if below is not None:  # what was not detected under a line is not known here either
        trail.note(f"{periods.label(spot.of)} 引用", f"{'、'.join(measure.of or ())}（未检出）", shown(possible))
        return within(possible, below)
    trail.note(f"{periods.label(spot.of)} 引用", " + ".join(terms), short(whole))
    return Value(whole)


@dataclass(frozen=True)
class _Part:
    """An evaluation of another clause, and which part of its amount counts for the element in hand."""

    evaluation: Evaluation
    share: Fraction


def line(context: Context, ref: str, spot: Element, measure: Measure, trail: Trail) -> Value:
    """The amount of another clause for the element in hand.

    Parameters
    ----------
    context : the agreement and its data.
    ref : the other clause.
    spot : the period, and the section or party in hand.
    measure : its `take` combines several evaluations of the other clause.
    trail : is told the unverified figures the other clause rests on.
    """
    agreement = context.agreement
    if periods.ends_on(spot.within) < agreement.starts and agreement.takes_its_own_last_year(ref):
        return Value(None, "before_term")
    parts = list(_parts(context, ref, spot))
    for part in parts:
        trail.doubts(part.evaluation.unverified)
    stopped = [part.evaluation for part in parts if part.evaluation.stopped]
    missing = next((evaluation for evaluation in stopped if evaluation.possible is None), None)
    if missing is not None:
        return Value(None, missing.reason)
    if stopped:
        return _between(parts, measure, Value(None, stopped[0].reason))
    amounts = [p.evaluation.amount * p.share for p in parts if p.evaluation.amount is not None]
    return Value(combined(measure.take, amounts)) if amounts else Value(None, f"no_result: {ref}", bool(parts))


def _between(parts: Sequence[_Part], measure: Measure, absent: Value) -> Value:
    """What is known of a line of which a part depends on what was not detected."""
    least: list[Number] = []
    greatest: list[Number] = []
    counted = [part for part in parts if not part.evaluation.excluded]
    for part in counted:
        amount = part.evaluation.amount
        whole = Value(amount) if part.evaluation.possible is None else within(part.evaluation.possible, absent)
        of_part = within(range_of(whole).times(exactly(part.share)), absent)
        least += [end for end in (of_part.number, of_part.least) if end is not None]
        greatest += [end for end in (of_part.number, of_part.greatest) if end is not None]
    bounded = replace(
        absent,
        least=combined(measure.take, least) if len(least) == len(counted) else None,
        greatest=combined(measure.take, greatest) if len(greatest) == len(counted) else None,
    )
    return as_settled(bounded)


def _parts(context: Context, ref: str, spot: Element) -> Iterator[_Part]:
    """The evaluations of another clause that the element in hand has a part in."""
    for of in context.spans(ref, spot.of):
        for element in context.elements(ref, of):
            share = _share_in_hand(context, element, spot)
            if share != 0 and (element.of == spot.of or periods.overlap(element.of, spot.of)):
                yield _Part(context.evaluation(ref, element), share)


def _share_in_hand(context: Context, of_line: Element, spot: Element) -> Fraction:
    """Which part of a line's evaluation belongs to the element in hand: all, none, or the upstream party's share."""
    line_codes = of_line.codes
    codes = spot.codes
    if any(axis in codes and codes[axis] != code for axis, code in line_codes.items()):
        return Fraction(0)
    if "party" in codes and "party" not in line_codes and "section" in line_codes:
        upstream = section_sheets.side_shares(context, line_codes["section"], "upstream", of_line.of) or {}
        return upstream.get(codes["party"], Fraction(0))
    return Fraction(1)


def rank(context: Context, measure: Measure, spot: Element, trail: Trail) -> Value:
    """The place in the league of all parties, by the sum of ranks; an excluded party leaves the league."""
    party_in_hand = spot.codes["party"]
    table: dict[str, dict[str, Number]] = {}
    for ref in dict.fromkeys([*(measure.of or ()), *measure.tie_breakers]):
        values = {}
        for party in context.axis("party", ("all",), spot.of):
            values[party] = line(context, ref, spot.holding("party", party), measure, trail)
        for party, value in values.items():
            if value.number is None and (party == party_in_hand or not value.excluded):
                return value
        table[ref] = {party: value.number for party, value in values.items() if value.number is not None}
    placed = league.place(party_in_hand, _of_parties_in_all(table), measure)
    place = placed.first if SHARE_PLACE in measure.ties else chosen(placed.is_tied, None, placed.first)
    trail.note("排名", placed.how, "并列未决" if place is None else printed(place))
    if measure.shares_if_equal:
        return Value(place, "tie" if place is None else None, least=placed.first, greatest=placed.last)
    return Value(None, "tie") if place is None else Value(place)


def _of_parties_in_all(table: Mapping[str, Mapping[str, Number]]) -> dict[str, dict[str, Number]]:
    """The table without the parties that one of its clauses has no number of."""
    ranked = set.intersection(*map(set, table.values()))
    return {ref: _only(numbers, ranked) for ref, numbers in table.items()}


def _only(numbers: Mapping[str, Number], parties: set[str]) -> dict[str, Number]:
    return {party: number for party, number in numbers.items() if party in parties}
