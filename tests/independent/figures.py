"""Numbers, periods and values in force, for the second evaluator: read from the grammar alone, shared with nobody.

In: the text scalars of an agreement's tree. Out: `Fraction`s, spans of months, the value that stands on a day and for
an element. Weeks and days are not known here, nor pH, nor anything of the engine.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Any

LENGTHS = {"month": 1, "quarter": 3, "year": 12}
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
NOTES = {"value", "source", "verified", "note"}


class Absent(Exception):
    """A value that should be there and is not: it stops the evaluation."""


class BeforeTerm(Absent):
    """A clause's own last year before the agreement starts."""


class Tie(Absent):
    """A place that several take together; the places where they share one that pays them all the same."""

    def __init__(self, places: range) -> None:
        super().__init__("tie")
        self.places = places


class NotThere(Exception):
    """Excluded data: the evaluation does not exist and leaves the denominator."""


@dataclass(frozen=True, order=True)
class Span:
    """A run of calendar months: `first` counts months from year 0."""

    first: int
    months: int

    @property
    def year_before(self) -> Span:
        """The same months of the year before."""
        return Span(self.first - 12, self.months)

    @property
    def year(self) -> int:
        """The calendar year it begins in."""
        return self.first // 12

    def parts(self, length: int) -> list[Span]:
        """The whole months, quarters or years in it, as the calendar cuts them."""
        aligned = -(-self.first // length) * length
        return [Span(at, length) for at in range(aligned, self.first + self.months - length + 1, length)]

    def holds(self, other: Span) -> bool:
        """Whether the other span lies wholly in this one."""
        return self.first <= other.first and other.first + other.months <= self.first + self.months


def span(text: str) -> Span:
    """``2020``, ``2020-07``, ``2020Q3`` or ``2020..2021``."""
    first, _, last = text.partition("..")
    if last:
        one, other = span(first), span(last)
        return Span(one.first, other.first + other.months - one.first)
    year = int(first[:4]) * 12
    if "Q" in first:
        return Span(year + 3 * int(first[5:]) - 3, 3)
    return Span(year + int(first[5:7]) - 1, 1) if len(first) > 4 else Span(year, 12)


def month_of(day: str) -> int:
    """The month a date lies in, counted as `Span.first`."""
    return int(day[:4]) * 12 + int(day[5:7]) - 1


def number(text: str) -> Fraction:
    """``0.95``, ``1/3`` or ``83%``."""
    return Fraction(text[:-1]) / 100 if text.endswith("%") else Fraction(text)


def half_even(value: Fraction, decimals: int) -> Fraction:
    """Rounded to decimals, ties to the even digit."""
    scaled = value * 10**decimals
    whole = floor(scaled)
    rest = scaled - whole
    up = rest > Fraction(1, 2) or (rest == Fraction(1, 2) and whole % 2 == 1)
    return Fraction(whole + up, 10**decimals)


def measured(value: Fraction, decimals: int) -> Fraction:
    """A concentration as it is reported: half to even, and one significant digit where that would be 0."""
    rounded = half_even(value, decimals)
    if rounded or not value:
        return rounded
    while abs(value) * 10**decimals < 1:
        decimals += 1
    return half_even(value, decimals)


PER_WAN = {"fen": 1_000_000, "yuan": 10_000, "wan": 1}  # how many of a unit of money a 万元 is


def in_units(wan: Fraction, mode: str, place: str = "fen") -> int:
    """The one rounding of money, in whole fen, yuan or 万元, by its size, whatever its sign."""
    size = abs(wan) * PER_WAN[place]
    if mode == "half_even":
        whole = int(half_even(size, 0))
    else:
        whole = floor(size + Fraction(1, 2)) if mode == "half_up" else floor(size)
    return whole if wan >= 0 else -whole


def largest_remainder(total: int, shares: Sequence[Fraction]) -> list[int]:
    """A sum in fen by shares; what flooring leaves goes, a fen each, to the largest remainders, the first on a tie."""
    if total < 0:
        return [-part for part in largest_remainder(-total, shares)]
    exact = [total * share for share in shares]
    parts = [floor(value) for value in exact]
    order = sorted(range(len(parts)), key=lambda i: parts[i] - exact[i])
    for i in order[: total - sum(parts)]:
        parts[i] += 1
    return parts


def standing(node: Any, first_month: int, codes: Mapping[str, str]) -> Any:
    """The plain value of a node: notes taken off, the dated value in force, the branch of the element in hand."""
    if isinstance(node, list):
        return [standing(part, first_month, codes) for part in node]
    if not isinstance(node, dict):
        return node
    if "value" in node and node.keys() <= NOTES:
        return standing(node["value"], first_month, codes)
    if node and all(DAY.fullmatch(key) for key in node):
        last = max(day for day in node if month_of(day) <= first_month)
        return standing(node[last], first_month, codes)
    if isinstance(node.get("by"), str):
        return standing(_branch(node, codes[node["by"]]), first_month, codes)
    return {key: standing(value, first_month, codes) for key, value in node.items()}


def _branch(node: Mapping[str, Any], code: str) -> Any:
    for key, value in node.items():
        if key not in ("by", "else") and code in [part.strip() for part in key.split(",")]:
            return value
    return node["else"]


Held = bool | None | type[NotThere]


def decided(found: list[Held], by: bool) -> bool | None:
    """Several tests as one, decided as soon as one comes to `by`; what waits for excluded data only is not there."""
    if by in found or None in found:
        return by if by in found else None
    if NotThere in found:
        raise NotThere
    return not by


def taken(values: list[Fraction], take: Any) -> Fraction:
    """Several values as one."""
    if isinstance(take, dict):
        length, runs, running = int(take["runs_of"]), 0, 0
        for value in values:
            running = running + 1 if value == 1 else 0
            if running == length:
                runs, running = runs + 1, 0
        return Fraction(runs)
    together = {"sum": sum, "max": max, "min": min, "mean": lambda v: sum(v) / len(v)}
    return Fraction(together[take](values))
