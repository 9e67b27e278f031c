"""References: what a value is compared with (`against`).

In: the `Evaluator`, the measure and the element in hand. Out: the reference as a `Value`; a figure nobody stated is
absent with ``missing_parameter``. It compares nothing.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import pandas as pd

from basin.clauses import SectionSheet
from basin.measures import Against, Measure, load_of
from settlement.clauses.element import year_before
from settlement.clauses.values import Value
from settlement.clauses.working import Trail

if TYPE_CHECKING:
    from settlement.clauses.element import Element
    from settlement.clauses.evaluation import Evaluator


def reference(ev: Evaluator, measure: Measure, spot: Element, trail: Trail) -> Value:
    """What a value is compared with."""
    against = measure.against
    if isinstance(against, Against):
        return _other(ev, measure, against, spot, trail)
    if against == "previous_year":
        return ev.single(replace(measure, against=None), year_before(spot), trail)
    section, sheet = spot.codes.get("section", ""), ev.sheet(spot.codes.get("section", ""), spot.of)
    ev.doubt_sheet(section, against or "", spot.of, trail)
    if against == "inflow":
        if sheet.inflow is None:
            return Value(None, "missing_parameter: inflow")
        return ev.single(replace(measure, section=None, against=None), spot.holding("section", sheet.inflow), trail)
    if against == "target":
        target = ev.target(section, spot.of)
        if target is None:
            return Value(None, "missing_parameter: target")
        ev.doubt_sheet(section, "limits", spot.of, trail)
        return _class_limit(ev, measure, spot, target, sheet)
    stated = sheet.limits if against == "limits" else sheet.baseline
    indicator = spot.codes.get("indicator", measure.kind)
    quantity = {"concentration": indicator, "load": load_of(indicator)}.get(measure.kind, measure.kind)
    found = stated.get(quantity)
    return Value(found) if found is not None else Value(None, f"missing_parameter: {against}")


def _other(ev: Evaluator, measure: Measure, against: Against, spot: Element, trail: Trail) -> Value:
    """A reference of its own: a class, another section, or another clause."""
    if against.ref is not None:
        return ev.single(Measure(kind="result", of={against.ref: Fraction(1)}), spot, trail)
    if against.section is not None:
        return ev.single(replace(measure, section=None, against=None), spot.holding("section", against.section), trail)
    return _class_limit(ev, measure, spot, against.class_ or 0, None)


def _class_limit(ev: Evaluator, measure: Measure, spot: Element, of_class: int, sheet: SectionSheet | None) -> Value:
    """A class as a number, or the limit of the indicator in hand at that class; a limit of the sheet goes first."""
    if measure.kind == "quality_class":
        return Value(Fraction(of_class))
    indicator = spot.codes["indicator"]
    stated = sheet.limits.get(indicator) if sheet else None
    at_class = ev.standard.limit(indicator, of_class, water_body(ev, spot.codes.get("section", ""), spot.of))
    limit = stated if stated is not None else at_class
    return Value(limit) if limit is not None else Value(None, "missing_parameter: limits")


def water_body(ev: Evaluator, section: str, of: pd.Period) -> str:
    """Whether river or lake limits apply at a section; at a mean of sections, lake limits where all are lakes."""
    known = ev.network.sections.get(section)
    if known is not None:
        return known.water_body
    members = [ev.network.sections[code].water_body for code in ev.sheet(section, of).mean_of or ()]
    return "lake" if members and set(members) == {"lake"} else "river"
