"""The working: recorded by what computes, printed by what explains.

In: one `(label, expression, value)` a step, the statistics it rests on and the paths of unverified figures it used.
Out: the same, in order. The statement prints these lines as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from basin.draws import Draws, Number
from basin.rounding import half_even, printed, reported
from basin.scales import Applied, Piece
from settlement.clauses.values import Statistic

READABLE_DECIMALS = 6


@dataclass(frozen=True)
class Step:
    """One line of working, as a pocket calculator would check it."""

    label: str
    expression: str
    value: str


def printed_lines(steps: Iterable[Step]) -> Iterator[str]:
    """Steps as indented lines of text."""
    return (f"    {step.label}：{step.expression} = {step.value}" for step in steps)


@dataclass
class Trail:
    """What one evaluation has written down so far."""

    steps: dict[Step, None] = field(default_factory=dict)
    statistics: dict[Statistic, None] = field(default_factory=dict)
    unverified: dict[str, None] = field(default_factory=dict)

    def note(self, label: str, expression: str, value: str) -> None:
        """Write one step down; each once.

        Parameters
        ----------
        label : what is computed.
        expression : how, as a pocket calculator would check it.
        value : what it comes to, as printed.
        """
        self.steps[Step(label, expression, value)] = None

    def rests_on(self, statistics: Iterable[Statistic]) -> None:
        """Name the statistics a value came from; each once."""
        self.statistics.update(dict.fromkeys(statistics))

    def doubts(self, paths: Iterable[str]) -> None:
        """Name unverified figures or rules that were used; each once."""
        self.unverified.update(dict.fromkeys(paths))

    def takes_over(self, other: Trail) -> None:
        """Everything another evaluation has written down, in its order; each once."""
        self.steps.update(other.steps)
        self.statistics.update(other.statistics)
        self.unverified.update(other.unverified)


def note_piece(pieces: Sequence[Piece], covering: Applied, value: Fraction, trail: Trail) -> None:
    """Write down which piece of a scale gave an amount, and how.

    Parameters
    ----------
    pieces : the whole scale.
    covering : the piece that covers the value, with the amount it gave.
    value : the number on the scale.
    trail : receives the working.
    """
    piece = covering.piece
    n = printed(covering.n)
    if piece.origin or piece.per != 1 or piece.steps:
        steps = {"started": "，不足一档按一档", "completed": "，只计整档", None: ""}[piece.steps]
        trail.note("档数 n", f"({printed(value)} − {printed(piece.origin)}) ÷ {printed(piece.per)}{steps}", n)
    place = f"第 {covering.position + 1} 段" if len(pieces) > 1 else "计算标准"
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


def readable(exact: Number) -> str:
    """An exact number inside an expression: a fraction has its decimal beside it, ``2/3（≈0.666667）``."""
    text = short(exact)
    return f"{text}（≈{printed(half_even(exact, READABLE_DECIMALS))}）" if "/" in text else text


def short(exact: Number) -> str:
    """An exact ratio as text: itself where short, else to 12 significant digits and marked as such."""
    text = printed(exact)
    return text if isinstance(exact, Draws) or len(text) <= 16 else f"≈{printed(reported(float(exact), None))}"
