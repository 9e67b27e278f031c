"""Kinds of facts that are probably misspelled: nobody will ever record them, and what they excuse is never excused.

In: an agreement. Out: `Hint`s for a kind that is very like a general kind, or like that of another clause. A kind of
its own may be meant, so nothing is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from basin.agreement import Agreement, clause_path
from basin.authoring.hint import Hint
from basin.checks.places import places
from basin.clauses import GENERAL_FACTS, UNPAID

_BY_NAME = {name: kind for kind, name in GENERAL_FACTS.items()}
LIKENESS = 0.8  # of 1: two letters of a word of eight turned round
SHORTEST = 5  # letters: shorter words are alike by chance
_DIGITS = re.compile(r"[0-9]+")  # what tells apart the members of a series: above10, above20
_BETWEEN_WORDS = re.compile(r"[_ -]+")


@dataclass(frozen=True)
class Named:
    """A kind of fact, and where a clause names it."""

    kind: str
    path: str


def fact_hints(agreement: Agreement) -> Iterator[Hint]:
    """Every kind that is very like another, at the place that names it first; of two kinds the later one is told."""
    earlier: list[str] = [*GENERAL_FACTS, UNPAID]
    for named in _named(agreement):
        if named.kind in earlier:
            continue
        meant = _like(named.kind, earlier)
        if meant is not None:
            zh = f"事实 {named.kind} 像是 {meant}：写的是 {meant} 吗？写错的永远没有人登记"
            yield Hint(named.path, zh, f"very like {meant}: is it a slip? nobody would record it")
        earlier.append(named.kind)


def _named(agreement: Agreement) -> Iterator[Named]:
    """The kinds of facts that the clauses name, in the order of the text."""
    for ref, branches in agreement.branches.items():
        for clause in branches:
            for place in places(clause):
                if place.measure.fact is not None:
                    yield Named(place.measure.fact, f"{clause_path(ref)}.{place.name}.fact")


def _like(kind: str, others: Sequence[str]) -> str | None:
    """The first kind that another is very like, or whose Chinese name it is; None where there is none."""
    if kind in _BY_NAME:
        return _BY_NAME[kind]
    return next((other for other in others if _is_a_slip_of(kind, other)), None)


def _is_a_slip_of(kind: str, other: str) -> bool:
    """Whether two kinds are most likely one: the words of a series differ by a whole word, as ``tp`` and ``cod``."""
    words = _words(kind)
    others = _words(other)
    if len(words) != len(others):
        return "".join(words) == "".join(others)
    differing = [pair for pair in zip(words, others, strict=True) if pair[0] != pair[1]]
    if not differing:
        return True
    return len(differing) == 1 and all(_is_nearly(*pair) for pair in differing)


def _is_nearly(word: str, other: str) -> bool:
    if min(len(word), len(other)) < SHORTEST or _DIGITS.sub("", word) == _DIGITS.sub("", other):
        return False
    return SequenceMatcher(None, word, other).ratio() >= LIKENESS


def _words(kind: str) -> list[str]:
    return [word for word in _BETWEEN_WORDS.split(kind.casefold()) if word]
