"""The figures of a clause or section sheet as they stand for a day and an element, each with where it comes from.

In: a raw piece of an agreement (see `basin.dated`). Out: every number in force with its path, source and whether
anybody has verified it. It types nothing and computes nothing: it is what an explanation prints beside the working.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from basin.dated import Hand, element_codes, is_by_element, is_dated, is_noted, join
from basin.written.numbers import exact

_NAMES = frozenset({"of", "ties", "times", "in_proportion_to", "fact"})  # a text here may be a ref that looks like 1


@dataclass(frozen=True)
class StatedFigure:
    """One number of an agreement: where it stands, as it is written, what it rests on."""

    path: str
    value: str
    source: str
    verified: bool
    note: str


def stated_figures(
    raw: Any, hand: Hand | None, path: str, source: str, refs: Collection[str] = ()
) -> Iterator[StatedFigure]:
    """Every number in force in a raw tree; one without a note of its own rests on `source`.

    Dated values give the one in force on the first day in hand; by-element values the branch of the element, or every
    branch where the element in hand does not tell which. With nothing in hand, every branch.
    """
    without_note = StatedFigure(path, "", source, True, "")
    yield from _walked(raw, _Reading(hand, frozenset(refs), "", without_note))


@dataclass(frozen=True)
class _Reading:
    """How far the walk has come: what is in hand, the refs of clauses, the key it went through, the note that holds."""

    hand: Hand | None
    refs: frozenset[str]
    key: str
    note: StatedFigure

    def below(self, place: str, key: str) -> _Reading:
        """One step further down."""
        return replace(self, key=key, note=replace(self.note, path=join(self.note.path, place)))


def _walked(raw: Any, reading: _Reading) -> Iterator[StatedFigure]:
    if is_noted(raw):
        verified = str(raw.get("verified", "true")).lower() != "false"
        source = raw.get("source", reading.note.source)
        note = replace(reading.note, source=source, verified=verified, note=raw.get("note", ""))
        yield from _walked(raw["value"], replace(reading, note=note))
    elif is_dated(raw) or is_by_element(raw):
        for branch in _in_force(raw, reading.hand):
            yield from _walked(branch, reading)
    elif isinstance(raw, dict):
        for key, node in raw.items():
            yield from _walked(node, reading.below(key, key))
    elif isinstance(raw, list):
        for place, node in enumerate(raw):
            yield from _walked(node, reading.below(str(place), reading.key))
    elif _is_figure(raw, reading.key, reading.refs):
        yield replace(reading.note, value=str(raw))


def _in_force(raw: dict[str, Any], hand: Hand | None) -> list[Any]:
    if hand is None:
        return [node for key, node in raw.items() if key != "by"]
    if is_dated(raw):
        past = sorted(day for day in raw if date.fromisoformat(day) <= hand.first)
        return [raw[past[-1]]] if past else []
    branches = {key: node for key, node in raw.items() if key != "by"}
    code = hand.codes.get(raw["by"])
    if code is None:
        return list(branches.values())
    of_the_code = [node for key, node in branches.items() if code in element_codes(key)]
    return of_the_code or [node for key, node in branches.items() if key == "else"]


def _is_figure(text: Any, key: str, refs: frozenset[str]) -> bool:
    if key in _NAMES and text in refs:
        return False
    try:
        exact(text)
    except ValueError:
        return False
    return True
