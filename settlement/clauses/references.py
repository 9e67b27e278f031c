"""References: what a value is compared with (`against`).

In: the `Context`, the measure and the element in hand. Out: the reference as a `Value` in the unit of the measure; a
figure nobody stated is absent with ``missing_parameter``. It compares nothing.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from basin.clauses import SectionSheet
from basin.measures import Against, Measure, load_of
from settlement.clauses import section_sheets
from settlement.clauses.context import Context
from settlement.clauses.element import Element, year_before
from settlement.clauses.values import Value
from settlement.clauses.working import Trail


def reference(context: Context, measure: Measure, spot: Element, trail: Trail) -> Value:
    """What a value is compared with.

    Parameters
    ----------
    context : the agreement and its data.
    measure : its `against` names the reference; its kind gives quantity and unit.
    spot : one period, and the section and indicator in hand.
    trail : receives the working of a reference that is measured, and what is unverified.
    """
    against = measure.against
    if isinstance(against, Against):
        return _other(context, measure, against, spot, trail)
    if against == "previous_year":
        return context.single(replace(measure, against=None), year_before(spot), trail)
    section = spot.codes.get("section", "")
    sheet = section_sheets.sheet(context, section, spot.of)
    section_sheets.doubt(context, section, against or "", spot.of, trail)
    if against == "inflow":
        if sheet.inflow is None:
            return Value(None, "missing_parameter: inflow")
        return _at_section(context, measure, sheet.inflow, spot, trail)
    if against == "target":
        target = section_sheets.target(context, section, spot.of)
        if target is None:
            return Value(None, "missing_parameter: target")
        section_sheets.doubt(context, section, "limits", spot.of, trail)
        return _class_limit(context, measure, spot, target, sheet)
    indicator = spot.codes.get("indicator", measure.kind)
    quantity = {"concentration": indicator, "load": load_of(indicator)}.get(measure.kind, measure.kind)
    figure = sheet.limit(quantity) if against == "limits" else sheet.baseline.get(quantity)
    return Value(figure) if figure is not None else Value(None, f"missing_parameter: {against}")


def _other(context: Context, measure: Measure, against: Against, spot: Element, trail: Trail) -> Value:
    """A reference of its own: another clause, another section, or a class."""
    if against.ref is not None:
        return context.single(Measure(kind="result", of={against.ref: Fraction(1)}), spot, trail)
    if against.section is not None:
        return _at_section(context, measure, against.section, spot, trail)
    return _class_limit(context, measure, spot, against.class_ or 0, None)


def _at_section(context: Context, measure: Measure, section: str, spot: Element, trail: Trail) -> Value:
    """The same measure at another section."""
    return context.single(replace(measure, section=None, against=None), spot.holding("section", section), trail)


def _class_limit(
    context: Context, measure: Measure, spot: Element, of_class: int, sheet: SectionSheet | None
) -> Value:  # fmt: skip
    """A class as a number, or the limit of the indicator in hand at that class; a limit of the sheet goes first."""
    if measure.kind == "quality_class":
        return Value(Fraction(of_class))
    indicator = spot.codes["indicator"]
    stated = sheet.limit(indicator) if sheet else None
    body = section_sheets.water_body(context, spot.codes.get("section", ""), spot.of)
    at_class = context.standard.limit(indicator, of_class, body)
    limit = stated if stated is not None else at_class
    return Value(limit) if limit is not None else Value(None, "missing_parameter: limits")
