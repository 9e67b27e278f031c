"""How large an agreement may be, so that checking it and settling by it take a time that somebody waits for.

In: a compiled `Agreement`. Out: `Finding`s. They are looked for before anything else: what is too large is not looked
at any further. The text itself is bounded where it is read (`basin.written.agreement_files`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import prod
from typing import Any

from basin.agreement import Agreement, clause_path
from basin.checks.finding import Finding
from basin.clauses import Clause
from basin.dated import is_by_element, is_dated, is_noted
from basin.network import Network

MOST_CLAUSES = 500
MOST_SECTIONS = 5_000
MOST_BRANCHES = 50_000  # values of all clauses, or sheets, once for each date and element that one changes by
MOST_ELEMENTS = 100_000  # of one clause in one period: sections × indicators × parties
MOST_LISTED = 1_000  # in one list or table of a clause: pieces, tests, weights, shares
MOST_CHAINED = 50  # lines that each use the one before


def size_findings(agreement: Agreement, network: Network) -> Iterator[Finding]:
    """What is too large in an agreement."""
    clauses = agreement.document["clauses"]
    sections = dict(agreement.document.get("sections", {}))
    yield from _too_many("clauses", len(clauses), MOST_CLAUSES, "拆成几份协议，或用 each 让一条管几个要素")
    yield from _too_many("sections", len(sections), MOST_SECTIONS, "拆成几份协议")
    for key, inside in (("clauses", clauses), ("sections", sections.values())):
        values = sum(_branches(raw) * _values(raw) for raw in inside)
        yield from _too_many(key, values, MOST_BRANCHES, "拆成几份协议，或减少随日期、要素而变的数值", "数值")
    for raw in clauses:
        path = clause_path(raw["ref"])
        listed = max((_longest(value) for key, value in raw.items() if key != "each"), default=0)
        yield from _too_many(path, listed, MOST_LISTED, "拆成几条")
        yield from _too_many(f"{path}.each", _elements(agreement, network, raw), MOST_ELEMENTS, "拆成几条")
    for code, raw in sections.items():
        yield from _too_many(f"sections.{code}", _longest(raw), MOST_LISTED, "缩短列表")


def chain_findings(clauses: Mapping[str, Clause]) -> Iterator[Finding]:
    """The clauses that rest on too long a chain of others; a circle is told elsewhere."""
    lengths: dict[str, int] = {}
    waiting = {ref: clauses.keys() & set(clause.refs) - {ref} for ref, clause in clauses.items()}
    while ready := [ref for ref, used in waiting.items() if used <= lengths.keys()]:
        for ref in ready:
            lengths[ref] = 1 + max((lengths[used] for used in waiting.pop(ref)), default=0)
    for ref, length in lengths.items():
        yield from _too_many(clause_path(ref), length, MOST_CHAINED, "合并中间项", "条款一条用一条，共")


def _too_many(path: str, number: int, most: int, remedy: str, what: str = "共") -> Iterator[Finding]:
    if number > most:
        yield Finding(path, f"太大：{what} {number}，至多 {most}", "too large to be checked and settled", remedy)


def _branches(node: Any) -> int:
    """In how many ways a raw tree may stand: as many as `dated.every_branch` gives."""
    if is_noted(node):
        return _branches(node["value"])
    if is_dated(node) or is_by_element(node):
        return sum(_branches(value) for key, value in node.items() if key != "by") or 1
    inside = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return max(map(_branches, inside), default=1)


def _values(node: Any) -> int:
    """How many values a raw tree has."""
    inside = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return 1 + sum(map(_values, inside))


def _longest(node: Any) -> int:
    """The length of the longest list or table in a raw tree, values by date or element left aside."""
    inside = list(node.values() if isinstance(node, dict) else node if isinstance(node, list) else ())
    mine = 0 if is_dated(node) or is_by_element(node) else len(inside)
    return max([mine, *map(_longest, inside)])


def _elements(agreement: Agreement, network: Network, raw: Mapping[str, Any]) -> int:
    """How many elements a clause has in one period, as far as its axes can be read."""
    axes = raw.get("each", {})
    if not isinstance(axes, dict):
        return 1
    everything = {"section": len(agreement.section_codes) or len(network.sections), "party": len(agreement.parties)}
    numbers = []
    for axis, codes in axes.items():
        listed = codes if isinstance(codes, list) else [codes]
        numbers.append(everything.get(axis, len(listed)) if "all" in listed else len(listed))
    return prod(numbers)
