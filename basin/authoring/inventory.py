"""What figures an agreement states and what each rests on: counted over every date and every element.

In: the raw document of an agreement. Out: an `Inventory`. A figure rests on its own note, else on its clause, else on
the agreement; a value that changes with the date has to name its source itself or in its clause, because one source for
the whole agreement does not tell what was agreed when. It types nothing and judges no source.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from basin.agreement import clause_path, paths_of
from basin.authoring.figures import StatedFigure, stated_figures
from basin.authoring.review import Unverified, unverified
from basin.dated import is_dated, is_noted, special_values

_NO_FIGURES = frozenset({"ref", "title", "source"})  # of a clause: a ref may look like a number


@dataclass(frozen=True)
class Inventory:
    """The figures of one agreement, counted.

    Attributes
    ----------
    clauses, figures : how many. by_value, by_clause, by_agreement : figures whose reference is their own note, their
    clause's source, the agreement's source. without_reference : figures that have none of these.
    unverified_figures : figures nobody has verified. dated : values that hold from a date of their own.
    dated_without_reference : paths of those that neither their note nor their clause gives a source.
    unverified : every value marked so, also dates, rules and parties.
    """

    clauses: int
    figures: int
    by_value: int
    by_clause: int
    by_agreement: int
    without_reference: int
    unverified_figures: int
    dated: int
    dated_without_reference: tuple[str, ...]
    unverified: tuple[Unverified, ...]


def inventory(document: Mapping[str, Any]) -> Inventory:
    """The inventory of an agreement as it is written."""
    stated = list(_stated(document))
    rests = Counter(on for _, on in stated)
    dated = list(_dated_values(document))
    return Inventory(
        clauses=len(document["clauses"]), figures=len(stated),
        by_value=rests["value"], by_clause=rests["clause"], by_agreement=rests["agreement"],
        without_reference=rests["nothing"], unverified_figures=sum(not figure.verified for figure, _ in stated),
        dated=len(dated), dated_without_reference=tuple(path for path, has_source in dated if not has_source),
        unverified=tuple(unverified(document)),
    )  # fmt: skip


def _stated(document: Mapping[str, Any]) -> Iterator[tuple[StatedFigure, str]]:
    """Every figure with what it rests on."""
    refs = {clause["ref"] for clause in document["clauses"]}
    whole = "agreement" if document.get("source") else "nothing"
    for block in ("data", "money", "sections"):
        for figure in stated_figures(document.get(block, {}), None, block, "", refs):
            yield figure, "value" if figure.source else whole
    for clause in document["clauses"]:
        parts = {key: raw for key, raw in clause.items() if key not in _NO_FIGURES}
        for figure in stated_figures(parts, None, clause_path(clause["ref"]), "", refs):
            yield figure, "value" if figure.source else "clause" if clause.get("source") else whole


def _dated_values(document: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """The path of each value with a date of its own, and whether a note or its clause names a source."""
    clauses = {clause_path(clause["ref"]): clause for clause in document["clauses"]}
    for block, raw in paths_of(document):
        special = list(special_values(raw, block))
        sourced = {path for path, node in special if is_noted(node) and node.get("source")}
        whole = bool(clauses.get(block, {}).get("source"))
        for path, node in special:
            for day in node if is_dated(node) else ():
                day_path = f"{path}.{day}"
                yield day_path, whole or any(f"{day_path}.".startswith(f"{place}.") for place in sourced)
