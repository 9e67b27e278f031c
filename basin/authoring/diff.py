"""What two agreements say differently, value by value: the change between a draft and a text, or between two rounds.

In: two compiled agreements. Out: one `Difference` per place, with both texts. Clauses are matched by their ref, so that
one that only moved is not told as changed; everything else is matched by its key. Texts are compared as written:
``0.1`` and ``0.10`` differ, for somebody wrote them so. It does not say what a difference does to the money.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from basin.agreement import Agreement
from basin.dated import join

CLAUSES = "clauses"


@dataclass(frozen=True)
class Difference:
    """One place where two agreements differ; None stands for what is not there.

    Attributes
    ----------
    path : ``data.compare``, ``sections.jiekou.target``, ``clauses.2.2.cap`` (a clause is named by its ref).
    was, now : the text on either side, a list or mapping in one line.
    """

    path: str
    was: str | None
    now: str | None


def differences(a: Agreement, b: Agreement) -> list[Difference]:
    """Every place where `b` says something other than `a`: header and rules first, then clause by clause.

    Returns
    -------
    In the order of the text of `a`, with what only `b` has after it. A clause, section or list item that is there on
    one side only is one difference, not one per value; clauses in another order are one difference at ``clauses``.
    """
    clauses_was = _clauses(a)
    clauses_now = _clauses(b)
    return [
        *_between(_without_clauses(a), _without_clauses(b), ""),
        *_between(clauses_was, clauses_now, CLAUSES),
        *_reordered(list(clauses_was), list(clauses_now)),
    ]


def _without_clauses(agreement: Agreement) -> dict[str, Any]:
    """The header and the rules."""
    return {key: node for key, node in agreement.document.items() if key != CLAUSES}


def _clauses(agreement: Agreement) -> dict[str, Any]:
    """The clauses by their ref."""
    return {clause["ref"]: clause for clause in agreement.document[CLAUSES]}


def _reordered(was: list[str], now: list[str]) -> Iterator[Difference]:
    """Another order of the clauses that both have."""
    order_was = [ref for ref in was if ref in now]
    order_now = [ref for ref in now if ref in was]
    if order_was != order_now:
        yield Difference(CLAUSES, in_one_line(order_was), in_one_line(order_now))


def _between(was: Any, now: Any, path: str) -> Iterator[Difference]:
    if was == now:
        return
    if isinstance(was, dict) and isinstance(now, dict):
        yield from _of_each(was, now, path)
    elif isinstance(was, list) and isinstance(now, list):
        yield from _of_each(_numbered(was), _numbered(now), path)
    else:
        yield Difference(path, in_one_line(was), in_one_line(now))


def _numbered(items: list[Any]) -> dict[str, Any]:
    return {str(position): item for position, item in enumerate(items)}


def _of_each(was: Mapping[str, Any], now: Mapping[str, Any], path: str) -> Iterator[Difference]:
    for key in dict.fromkeys([*was, *now]):
        place = join(path, key)
        if key not in now:
            yield Difference(place, in_one_line(was[key]), None)
        elif key not in was:
            yield Difference(place, None, in_one_line(now[key]))
        else:
            yield from _between(was[key], now[key], place)


def in_one_line(node: Any) -> str:
    """A value of a declared document as one line, as it could stand in the file: ``{rate: 50, per: 0.5}``."""
    if isinstance(node, dict):
        return "{" + ", ".join(f"{key}: {in_one_line(value)}" for key, value in node.items()) + "}"
    return f"[{', '.join(map(in_one_line, node))}]" if isinstance(node, list) else str(node)
