"""Who pays and who receives: the parties of a clause's sides for the element in hand, with their shares.

In: the `Evaluator`, an evaluation, and a side as the clause writes it. Out: (party, share) pairs; the shares sum to 1.
No amount is known here.
"""

from __future__ import annotations

from fractions import Fraction

from basin.clauses import Proportion, Side
from basin.draws import Number, at_least, chosen, quotient
from basin.measures import Measure
from settlement.clauses.element import Element
from settlement.clauses.evaluation import Evaluation, Evaluator
from settlement.clauses.other_clauses import line
from settlement.clauses.working import Trail

Shares = tuple[tuple[str, Number], ...]


def sides(ev: Evaluator, evaluation: Evaluation) -> tuple[Shares, Shares]:
    """Payers and payees of a paying clause; an empty side cannot be determined."""
    clause = evaluation.clause
    return shares(ev, evaluation, clause.pays), shares(ev, evaluation, clause.receives)


def shares(ev: Evaluator, evaluation: Evaluation, side: Side | None) -> Shares:
    """The parties of one side with shares, for the element in hand; empty when measured shares cannot be formed."""
    element, parties = evaluation.element, ev.agreement.parties
    if side is None:
        return ()
    if isinstance(side, Proportion):
        return _in_proportion(ev, element, side)
    if isinstance(side, dict):
        return tuple((parties.get(code, code), share) for code, share in side.items())
    if side in ("upstream", "downstream"):
        measure = evaluation.clause.measure
        section = element.codes.get("section") or (measure.section if measure else None)
        return tuple((ev.side_shares(section, side, element.of) or {}).items())
    code = element.codes["party"] if side == "party" else str(side)
    return ((parties.get(code, code), Fraction(1)),)


def without_share(ev: Evaluator, evaluation: Evaluation) -> list[str]:
    """The parties of measured shares whose number is negative or missing."""
    clause, element = evaluation.clause, evaluation.element
    measured = [side for side in (clause.pays, clause.receives) if isinstance(side, Proportion)]
    return [party for side in measured for party in side.among if _part(ev, element, side, party) is None]


def _in_proportion(ev: Evaluator, element: Element, side: Proportion) -> Shares:
    numbers = {}
    for party in side.among:
        part = _part(ev, element, side, party)
        if part is None:
            return ()
        numbers[party] = part
    whole = sum(numbers.values(), Fraction(0))
    parts = {party: quotient(number, whole) for party, number in numbers.items()}
    return tuple((party, part) for party, part in parts.items() if part is not None)


def _part(ev: Evaluator, element: Element, side: Proportion, party: str) -> Number | None:
    """The number a party's share is measured by; none where it is missing or negative."""
    found = line(ev, side.in_proportion_to, element.holding("party", party), Measure(kind="result"), Trail())
    return None if found.number is None else chosen(at_least(found.number, 0), found.number, None)
