"""Pricing: what a value comes to by the scale of a clause, its factors and its cap.

In: a clause, the `Value` of its measure, factors. Out: an `Outcome`, and the working. A value that was not detected is
priced at every value it may have: there is an amount where all of them come to the same. What the value is, is decided
in `settlement.clauses.measuring`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from basin.clauses import Clause
from basin.draws import Draws, Number
from basin.rounding import printed
from basin.scales import Applied, Piece, amounts_between, applied, capped, scaled
from settlement.clauses import intervals
from settlement.clauses.intervals import NOTHING_KNOWN, Ends, ends_of, mapped, not_detected
from settlement.clauses.values import Value
from settlement.clauses.working import Trail, readable


@dataclass(frozen=True)
class Outcome:
    """What a clause looked at, the amount it came to, and the piece of its scale that gave the amount.

    `ends` are those of an amount that depends on what was not detected.
    """

    value: Value
    amount: Number | None
    piece: Applied | None = None
    ends: Ends = NOTHING_KNOWN

    @property
    def reason(self) -> str | None:
        """Why there is no amount, or why a condition or an excuse made it 0."""
        return self.value.reason if self.amount is None or self.value.reason in ("when", "unless") else None


def on_scale(clause: Clause, value: Value, trail: Trail) -> Outcome:
    """The amount for a value, and of an exact value the piece that gave it; absent where no piece covers the value."""
    if not_detected(value):
        return Outcome(value, None, ends=_amounts(clause, ends_of(value), trail))
    if value.number is None or clause.scale is None:
        return Outcome(value, value.number)
    if isinstance(value.number, Draws):
        return Outcome(value, scaled(clause.scale, value.number))
    covering = applied(clause.scale, value.number)
    if covering is None:
        return Outcome(Value(None, "scale_gap"), None)
    _note_scale(clause, value.number, covering, trail)
    return Outcome(value, covering.amount, covering)


def multiplied(outcome: Outcome, factor: Value, text: str, trail: Trail) -> Outcome:
    """The amount × a factor; absent where the factor is.

    Parameters
    ----------
    outcome : what the clause came to so far.
    factor : a number, or the amount of a line.
    text : how the agreement names the factor.
    trail : receives the working.
    """
    if not_detected(factor) or (not_detected(outcome.value) and factor.number is not None):
        before = outcome.ends if outcome.amount is None else Ends(outcome.amount, outcome.amount)
        ends = intervals.product(before, ends_of(factor))
        trail.note("乘数", f"({before}) × ({ends_of(factor)})（{text}）", str(ends))
        return Outcome(outcome.value if factor.number is not None else factor, None, outcome.piece, ends)
    if factor.number is None or outcome.amount is None:
        return Outcome(factor, None, outcome.piece)
    product = outcome.amount * factor.number
    trail.note("乘数", f"{printed(outcome.amount)} × {printed(factor.number)}（{text}）", printed(product))
    return replace(outcome, amount=product)


def bounded(outcome: Outcome, cap: Fraction | None, trail: Trail) -> Outcome:
    """The amount within the cap; an amount at last where all that was not detected comes to the same."""
    if outcome.amount is not None:
        return replace(outcome, amount=_capped(outcome.amount, cap, trail))
    if not not_detected(outcome.value):
        return outcome
    ends = _capped_ends(outcome.ends, cap)
    if ends.settled is not None:
        trail.note("未检出的两端及其间", "金额处处相同", printed(ends.settled))
        return replace(outcome, amount=ends.settled, ends=NOTHING_KNOWN)
    trail.note("未检出的两端及其间", "金额不同，不能判定", str(ends))
    return replace(outcome, ends=ends)


def _amounts(clause: Clause, ends: Ends, trail: Trail) -> Ends:
    """The ends of the amounts of every value between two ends; draws are not looked at."""
    if clause.scale is None:
        return ends
    if isinstance(ends.least, Draws) or isinstance(ends.greatest, Draws):
        return NOTHING_KNOWN
    amounts = amounts_between(clause.scale, ends.least, ends.greatest)
    priced = Ends(amounts.least, amounts.greatest)
    trail.note("计算标准（未检出）", f"数值 {ends}，其间各段都算", str(priced))
    return priced


def _capped_ends(ends: Ends, cap: Fraction | None) -> Ends:
    """Both ends within the cap; an end beyond every number is at it."""
    if cap is None or isinstance(ends.least, Draws) or isinstance(ends.greatest, Draws) or not ends.known:
        return ends
    least = -cap if ends.least is None else ends.least
    greatest = cap if ends.greatest is None else ends.greatest
    return mapped(Ends(least, greatest), lambda end: capped(end, cap))


def _capped(amount: Number, cap: Fraction | None, trail: Trail) -> Number:
    within = capped(amount, cap)
    if cap is not None and isinstance(within, Fraction) and within != amount:
        trail.note("封顶", f"|{printed(amount)}| > {printed(cap)}", printed(within))
    return within


def _note_scale(clause: Clause, value: Fraction, covering: Applied, trail: Trail) -> None:
    piece = covering.piece
    n = printed(covering.n)
    if piece.origin or piece.per != 1 or piece.steps:
        steps = {"started": "，不足一档按一档", "completed": "，只计整档", None: ""}[piece.steps]
        trail.note("档数 n", f"({printed(value)} − {printed(piece.origin)}) ÷ {printed(piece.per)}{steps}", n)
    place = f"第 {covering.position + 1} 段" if len(clause.scale or ()) > 1 else "计算标准"
    sign = "≤" if piece.up_to is not None else "<"
    covers = "" if piece.bound is None else f"{readable(value)} {sign} {printed(piece.bound)}："
    trail.note(place, covers + _expression(piece, n), printed(covering.amount))


def _expression(piece: Piece, n: str) -> str:
    """``10 − 5 × 0.4``: what the piece computes, without its zero parts."""
    if not piece.rate:
        return printed(piece.amount)
    if not piece.amount:
        return f"{printed(piece.rate)} × {n}"
    sign = "−" if piece.rate < 0 else "+"
    return f"{printed(piece.amount)} {sign} {printed(abs(piece.rate))} × {n}"
