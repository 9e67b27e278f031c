"""Values that depend on a date or on the element in hand, and values with a note: resolved before anything is typed.

In: a raw document (text scalars, lists, mappings), a day and the element in hand. Out: the plain document in force and
the paths of its unverified figures. Three shapes are resolved, wherever they stand:

- by date    ``{2018-01-01: 75%, 2019-01-01: 83%}``: the last one that is in force on the first day;
- by element ``{by: section, liuzhuang: 3, "4,5": 2, else: 1}``: the branch of the section (indicator, party, target);
- noted      ``{value: 0.85, source: 第四条, verified: false, note: …}``: the value.

It knows nothing of agreements; clauses and scorecards use it alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from basin.errors import AgreementError

Raw = Any
ELEMENT_AXES = ("section", "indicator", "party", "target")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
NOTE_KEYS = frozenset({"value", "source", "verified", "note"})


def is_dated(node: Raw) -> bool:
    """Whether the node is a map from date to value."""
    return isinstance(node, dict) and bool(node) and all(_DAY.fullmatch(key) for key in node)


def is_noted(node: Raw) -> bool:
    """Whether the node is a value with its note."""
    return isinstance(node, dict) and "value" in node and node.keys() <= NOTE_KEYS


def is_by_element(node: Raw) -> bool:
    """Whether the node is a map from element to value."""
    return isinstance(node, dict) and isinstance(node.get("by"), str)


@dataclass(frozen=True)
class InForce:
    """A document as it stands for one day and one element, with the paths of the unverified figures in it."""

    value: Raw
    unverified: tuple[str, ...]


@dataclass(frozen=True)
class Hand:
    """What the resolution may depend on: the evaluated days and the codes of the element in hand."""

    first: date
    last: date
    codes: Mapping[str, str]


Choose = Callable[[Raw, str], Raw]


def in_force(document: Raw, hand: Hand, path: str = "") -> InForce:
    """The document in force on the first day in hand, for the element in hand.

    Parameters
    ----------
    document : any raw node. hand : the evaluated days, and the element.
    path : where the node stands in its file; "" for a whole document.

    Raises
    ------
    AgreementError : no value yet, a change inside the evaluated days, no branch of the element, no such day.
    """
    unverified: list[str] = []

    def choose(node: Raw, place: str) -> Raw:
        return _on_day(node, hand, place) if is_dated(node) else _of_element(node, hand, place)

    return InForce(_resolved(document, choose, unverified, path), tuple(unverified))


def every_branch(document: Raw) -> list[Raw]:
    """Plain documents in which each value that may ever be in force stands at least once, for checks."""
    if is_noted(document):
        return every_branch(document["value"])
    if is_dated(document) or is_by_element(document):
        return [plain for key, value in document.items() if key != "by" for plain in every_branch(value)] or [None]
    if isinstance(document, dict):
        return [dict(zip(document, row, strict=True)) for row in _side_by_side(document.values())]
    return [list(row) for row in _side_by_side(document)] if isinstance(document, list) else [document]


def _side_by_side(nodes: Iterable[Raw]) -> Iterator[tuple[Raw, ...]]:
    """The branches of several nodes in step; one with fewer branches repeats its last."""
    columns = [every_branch(node) for node in nodes]
    for position in range(max(map(len, columns), default=1)):
        yield tuple(branches[min(position, len(branches) - 1)] for branches in columns)


def _resolved(node: Raw, choose: Choose, unverified: list[str], path: str) -> Raw:
    if is_noted(node):
        if str(node.get("verified", "true")).lower() == "false":
            unverified.append(path)
        return _resolved(node["value"], choose, unverified, path)
    if is_dated(node) or is_by_element(node):
        return _resolved(choose(node, path), choose, unverified, path)
    if isinstance(node, dict):
        return {key: _resolved(value, choose, unverified, join(path, key)) for key, value in node.items()}
    if isinstance(node, list):
        return [_resolved(value, choose, unverified, join(path, str(i))) for i, value in enumerate(node)]
    return node


def _on_day(node: dict[str, Raw], hand: Hand, path: str) -> Raw:
    days = sorted((day_of(text, path), text) for text in node)
    inside = [text for day, text in days if hand.first < day <= hand.last]
    if inside:
        raise AgreementError(
            f"数值在评价期内变更：{inside[0]}", f"value changes inside the evaluated period: {inside[0]}",
            path=path, remedy="让变更日落在评价期的第一天",
        )  # fmt: skip
    past = [text for day, text in days if day <= hand.first]
    if not past:
        raise AgreementError(
            f"{hand.first} 尚无生效的数值", f"no value in force on {hand.first}",
            path=path, remedy=f"补一个不晚于 {hand.first} 的日期",
        )  # fmt: skip
    return node[past[-1]]


def day_of(text: str, path: str) -> date:
    """The day a key of a dated value names.

    Raises
    ------
    AgreementError : where there is no such day.
    """
    try:
        return date.fromisoformat(text)
    except ValueError as problem:
        raise AgreementError(f"不存在的日期 {text}", "no such date", path=path, remedy="改正日期") from problem


def _of_element(node: dict[str, Raw], hand: Hand, path: str) -> Raw:
    code = hand.codes.get(node["by"])
    for key, value in node.items():
        if key not in ("by", "else") and code in element_codes(key):
            return value
    if "else" in node and code is not None:
        return node["else"]
    axis = node["by"]
    zh = f"没有适用于 {axis}={code} 的数值"
    raise AgreementError(zh, f"no value for {axis}={code}", path=path, remedy="补上该键或 else")


def element_codes(key: str) -> list[str]:
    """The elements a key of a by-element map stands for: ``"4,5"`` for two."""
    return [code.strip() for code in key.split(",")]


def special_values(document: Raw, path: str = "") -> Iterator[tuple[str, dict[str, Raw]]]:
    """Every noted, dated and by-element value of a raw document with its path, in the order of the text."""
    if is_noted(document) or is_dated(document) or is_by_element(document):
        yield path, document
    if isinstance(document, (dict, list)):
        for key, value in document.items() if isinstance(document, dict) else enumerate(document):
            yield from special_values(value, join(path, str(key)))


def join(path: str, key: str) -> str:
    """``path.key``, without a leading dot."""
    return f"{path}.{key}" if path else key
