"""Bounds of what is counted in percent already: -10 is a fall by ten percent, -10% is a fall by a tenth of one percent.

In: a typed clause, the same clause as it is written, and which lines count in percent. Out: `Finding`s. A percent sign
is told from the text, because a typed figure has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from basin.agreement import clause_path
from basin.checks.finding import Finding
from basin.checks.places import places
from basin.checks.ranges import BOUNDS
from basin.clauses import Clause
from basin.dated import join
from basin.measures import Measure

_OF_A_MEASURE = (*BOUNDS, "otherwise")
_OF_A_PIECE = ("up_to", "below", "origin", "per")  # the keys of a piece that are in the unit of the measure


def lines_in_percent(clauses: Iterable[Clause]) -> Mapping[str, bool]:
    """The lines by ref, with whether each hands on a number of percent, its own or that of other lines."""
    lines = {clause.ref: clause for clause in clauses if clause.is_line}
    before: dict[str, bool] = {}
    now = dict.fromkeys(lines, False)
    while now != before:  # every round finds those that rest on what the last round found
        before = now
        now = {ref: _hands_on_percent(line, before) for ref, line in lines.items()}
    return now


def _hands_on_percent(line: Clause, lines: Mapping[str, bool]) -> bool:
    is_bare = line.scale is None and not line.times
    return is_bare and line.measure is not None and is_in_percent(line.measure, lines)


def is_in_percent(measure: Measure, lines: Mapping[str, bool]) -> bool:
    """Whether the value is a number of percent: a percent change, a trend, or the result of a line of either."""
    if measure.expressed == "percent_change":
        return True
    if measure.expressed == "ratio":
        return False
    of = measure.of or {} if measure.kind == "result" else {}
    keeps_the_unit = all(abs(weight) == 1 for weight in of.values())  # a weight of 1/100 makes shares of percent
    return measure.kind == "trend" or (bool(of) and keeps_the_unit and all(lines.get(ref, False) for ref in of))


def percentage_findings(clause: Clause, plain: Mapping[str, Any], lines: Mapping[str, bool]) -> Iterator[Finding]:
    """Every bound with a percent sign on a number of percent.

    Parameters
    ----------
    clause : one branch of a clause, typed.
    plain : the same branch as written.
    lines : as `lines_in_percent` gives them.
    """
    path = clause_path(clause.ref)
    for place in places(clause):
        if is_in_percent(place.measure, lines):
            yield from _signs(_below(plain, place.name), _OF_A_MEASURE, join(path, place.name))
    if clause.measure is not None and is_in_percent(clause.measure, lines):
        for i in range(len(clause.scale or ())):
            yield from _signs(_piece(plain, i), _OF_A_PIECE, f"{path}.scale.{i}")


def _piece(plain: Mapping[str, Any], position: int) -> Any:
    scale = plain["scale"]
    return scale[position] if isinstance(scale, list) else scale


def _below(plain: Any, name: str) -> Any:
    """What is written at a place of a clause, such as ``when.0.all_of.1``."""
    node = plain
    for part in name.split("."):
        node = node[int(part)] if isinstance(node, list) else node[part]
    return node


def _signs(node: Mapping[str, Any], keys: Iterable[str], path: str) -> Iterator[Finding]:
    for key in keys:
        text = str(node.get(key) or "").strip()
        if text.endswith("%"):
            zh = f"这个数已按百分数计，{text} 小了一百倍"
            remedy = f"写 {text.removesuffix('%')}：降低百分之十写 -10，不写 -10%"
            yield Finding(f"{path}.{key}", zh, "the number is one of percent already", remedy)
