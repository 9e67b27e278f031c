"""Who pays and who receives: the parties of a clause's sides for the element in hand, with their shares.

In: the `Context`, a clause with its sides as the agreement writes them, the element in hand. Out: `Sides`. They are
decided once, when the clause is evaluated. No amount is known here.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from basin.clauses import Clause, Proportion, Side
from basin.draws import Number, at_least, chosen, quotient
from basin.measures import Measure
from settlement.clauses import section_sheets
from settlement.clauses.context import Context, Shares, Sides
from settlement.clauses.element import Element
from settlement.clauses.other_clauses import line
from settlement.clauses.working import Trail


@dataclass(frozen=True)
class _Side:
    """One side: its shares, None where they cannot be determined, and the parties without a number to share by."""

    shares: Shares | None = None
    without_share: tuple[str, ...] = ()


def sides_of(context: Context, clause: Clause, element: Element, trail: Trail) -> Sides:
    """Who pays and who receives under a clause.

    Parameters
    ----------
    context : the agreement and its data.
    clause : a paying clause, or a line, which has no sides.
    element : the period, and the section or party in hand.
    trail : is told which unverified figures the parties and shares rest on.
    """
    payers = _side(context, clause, clause.pays, element, trail)
    payees = _side(context, clause, clause.receives, element, trail)
    return Sides(payers.shares, payees.shares, (*payers.without_share, *payees.without_share))


def _side(context: Context, clause: Clause, side: Side | None, element: Element, trail: Trail) -> _Side:
    """The parties of one side with shares."""
    parties = context.agreement.parties
    if side is None:
        return _Side()
    if isinstance(side, Proportion):
        return _in_proportion(context, side, element, trail)
    if isinstance(side, dict):
        return _Side(tuple((parties.get(code, code), share) for code, share in side.items()))
    if side in ("upstream", "downstream"):
        section = element.codes.get("section") or (clause.measure.section if clause.measure else None)
        if section is not None:
            section_sheets.doubt(context, section, side, element.of, trail)
        shares = section_sheets.side_shares(context, section, side, element.of)
        return _Side(tuple(shares.items()) if shares else None)
    code = element.codes["party"] if side == "party" else side
    return _Side(((parties.get(code, code), Fraction(1)),))


def _in_proportion(context: Context, side: Proportion, element: Element, trail: Trail) -> _Side:
    """Measured shares: each party's part of the sum. One number missing or negative, or a sum of 0, leaves no share."""
    numbers = {party: _number(context, side, element.holding("party", party), trail) for party in side.among}
    without_share = tuple(party for party, number in numbers.items() if number is None)
    if without_share:
        return _Side(None, without_share)
    whole = sum((number for number in numbers.values() if number is not None), Fraction(0))
    shares = {party: quotient(number, whole) for party, number in numbers.items() if number is not None}
    return _Side(tuple((party, share) for party, share in shares.items() if share is not None) or None)


def _number(context: Context, side: Proportion, of_party: Element, trail: Trail) -> Number | None:
    """The number a party's share is measured by; None where it is missing or negative."""
    number = line(context, side.in_proportion_to, of_party, Measure(kind="result"), trail).number
    return None if number is None else chosen(at_least(number, 0), number, None)
