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
from basin.ranges import Range
from basin.rounding import printed
from basin.scales import Applied, amounts_between, applied, capped, scaled
from settlement.clauses import league
from settlement.clauses.intervals import is_missing, not_detected, range_of, settled, shown
from settlement.clauses.values import Value
from settlement.clauses.working import Trail, note_piece


@dataclass(frozen=True)
class Outcome:
    """What a clause looked at, the amount it came to, and the piece of its scale that gave the amount.

    `possible` is where an absent amount lies that depends on what was not detected.
    """

    value: Value
    amount: Number | None
    piece: Applied | None = None
    possible: Range | None = None

    @property
    def reason(self) -> str | None:
        """Why there is no amount, or why a condition or an excuse made it 0."""
        return self.value.reason if self.amount is None or self.value.reason in ("when", "unless") else None


def on_scale(clause: Clause, value: Value, trail: Trail) -> Outcome:
    """The amount for a value, and of an exact value the piece that gave it; absent where no piece covers the value."""
    if clause.scale is not None and clause.measure is not None and clause.measure.shares_if_equal:
        value = league.shared_place(clause.scale, value, trail)
    if not_detected(value):
        return Outcome(value, None, possible=_amounts(clause, range_of(value), trail))
    if value.number is None or clause.scale is None:
        return Outcome(value, value.number)
    if isinstance(value.number, Draws):
        return Outcome(value, scaled(clause.scale, value.number))
    covering = applied(clause.scale, value.number)
    if covering is None:
        return Outcome(Value(None, "scale_gap"), None)
    note_piece(clause.scale, covering, value.number, trail)
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
    before = outcome.possible if outcome.amount is None else range_of(Value(outcome.amount))
    if before is not None and not is_missing(factor) and (outcome.amount is None or not_detected(factor)):
        possible = before.times(range_of(factor))
        trail.note("乘数", f"({shown(before)}) × ({shown(range_of(factor))})（{text}）", shown(possible))
        return Outcome(factor if not_detected(factor) else outcome.value, None, outcome.piece, possible)
    if factor.number is None or outcome.amount is None:
        return Outcome(factor, None, outcome.piece)
    product = outcome.amount * factor.number
    trail.note("乘数", f"{printed(outcome.amount)} × {printed(factor.number)}（{text}）", printed(product))
    return replace(outcome, amount=product)


def bounded(outcome: Outcome, cap: Fraction | None, trail: Trail) -> Outcome:
    """The amount within the cap; an amount at last where all that was not detected comes to the same."""
    if outcome.amount is not None:
        return replace(outcome, amount=_capped(outcome.amount, cap, trail))
    if outcome.possible is None:
        return outcome
    possible = outcome.possible if cap is None else _capped_range(outcome.possible, cap)
    amount = settled(possible)
    if amount is None:
        trail.note("未检出的两端及其间", "金额不同，不能判定", shown(possible))
        return replace(outcome, possible=possible)
    trail.note("未检出的两端及其间", "金额处处相同", printed(amount))
    return replace(outcome, amount=amount, possible=None)


def _amounts(clause: Clause, value: Range, trail: Trail) -> Range:
    """The amounts of every value in a range."""
    if clause.scale is None:
        return value
    amounts = amounts_between(clause.scale, value)
    trail.note("计算标准（未检出）", f"数值 {shown(value)}，其间各段都算", shown(amounts))
    return amounts


def _capped_range(amounts: Range, cap: Fraction) -> Range:
    """Both ends within the cap; an end beyond every number is at it."""
    return Range(max(-cap, min(cap, amounts.least)), max(-cap, min(cap, amounts.greatest)))


def _capped(amount: Number, cap: Fraction | None, trail: Trail) -> Number:
    within = capped(amount, cap)
    if cap is not None and isinstance(within, Fraction) and within != amount:
        trail.note("封顶", f"|{printed(amount)}| > {printed(cap)}", printed(within))
    return within
