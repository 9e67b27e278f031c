"""What an agreement compares with and nowhere states: wherever such a comparison is made, settling stops.

In: an agreement without findings, and the network. Out: `WillStop`s, by clause and section. None of it is refused: a
figure that nobody knows is rightly left out. Facts and data, which may still come, are not looked at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from basin.agreement import Agreement, clause_path
from basin.checks.values import codes_on, elements_of
from basin.clauses import CLAUSE, SHEET, Clause, SectionSheet
from basin.dated import ELEMENT_AXES, every_branch, in_force, join
from basin.errors import AgreementError
from basin.indicators import find_indicator
from basin.measures import MEASURED_ITEMS, Measure, load_of
from basin.network import Network
from basin.periods import Days
from basin.shapes import fitted
from basin.standards import standard

Hand = Mapping[str, tuple[str, ...]]  # the sections and indicators in hand


@dataclass(frozen=True)
class WillStop:
    """A comparison that stops wherever it is made: `lacking` (``inflow``, ``baseline tp``) at these sections."""

    path: str
    clause: str
    lacking: str
    sections: tuple[str, ...]


def certain_stops(agreement: Agreement, network: Network) -> Iterator[WillStop]:
    """Every comparison with the section sheet (inflow, baseline, limits, target) for which it has no figure."""
    for ref in agreement.refs:
        sections_without: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
        for clause, hand in _as_it_begins(agreement, network, ref):
            for measure_path, measure in _measures(clause, clause_path(ref)):
                for path, section, lacking in _lacking(agreement, network, measure, hand, measure_path):
                    sections_without[path, lacking][section] = None
        for (path, lacking), sections in sections_without.items():
            yield WillStop(path, ref, lacking, tuple(sections))


def _as_it_begins(agreement: Agreement, network: Network, ref: str) -> Iterator[tuple[Clause, Hand]]:
    """The clause on the first day of the term, for each of its elements."""
    span = Days(agreement.starts, agreement.starts)
    for codes in elements_of(agreement, network, agreement.axes_of(ref), {*ELEMENT_AXES}, span):
        try:
            plain = in_force(agreement.raw_clause(ref), agreement.hand(span, codes)).value
        except AgreementError:  # told among the findings
            continue
        clause, _ = fitted(CLAUSE, plain, agreement.file, "")
        if clause is not None:
            yield clause, {axis: (code,) for axis, code in codes.items()}


def _measures(clause: Clause, path: str) -> Iterator[tuple[str, Measure]]:
    if clause.measure is not None:
        yield f"{path}.measure", clause.measure
    for key, tests in (("when", clause.when), ("unless", clause.unless)):
        yield from ((f"{path}.{key}.{i}", test) for i, test in enumerate(tests))


def _lacking(
    agreement: Agreement, network: Network, measure: Measure, hand: Hand, path: str
) -> Iterator[tuple[str, str, str]]:
    """(path, section, what it lacks) of a measure and of the tests inside it."""
    sections = (measure.section,) if measure.section else measure.sections or hand.get("section", ())
    indicators = (measure.indicator,) if measure.indicator else measure.indicators or hand.get("indicator", ())
    against = measure.against or ("target" if measure.kind == "exceedance" else None)
    sure = () if MEASURED_ITEMS in indicators else indicators  # which have data is not known before they come
    codes = measure.weights or codes_on(agreement, network, "indicator", sure)
    for section in codes_on(agreement, network, "section", sections) if isinstance(against, str) else ():
        sheets = list(_sheets(agreement, section))
        if against == "inflow" and not any(sheet.inflow for sheet in sheets):
            yield path, section, against
        elif against == "target":
            yield from ((path, section, what) for what in _no_target(agreement, network, measure, section, codes))
        elif against in ("baseline", "limits"):
            stated = {quantity for sheet in sheets for quantity in _stated(measure.kind, sheet, against)}
            wanted = _quantities(measure.kind, codes)
            yield from ((path, section, f"{against} {quantity}") for quantity in wanted if quantity not in stated)
    listed = measure.indicators or () if measure.kind == "quality_class" else ()
    for section in codes_on(agreement, network, "section", sections) if listed else ():
        yield from ((path, section, f"limits {code}") for code in _without_classes(agreement, network, section, listed))
    inside: Hand = {"section": tuple(sections), "indicator": tuple(indicators)}
    for key in ("all_of", "any_of"):
        for i, test in enumerate(getattr(measure, key) or ()):
            yield from _lacking(agreement, network, test, inside, join(path, f"{key}.{i}"))


def _without_classes(agreement: Agreement, network: Network, section: str, listed: Collection[str]) -> Iterator[str]:
    """The listed indicators that no class can be given for in the section's water body."""
    registered = network.sections.get(section)
    bands = standard(agreement.standard).bands
    for indicator in map(find_indicator, listed if registered is not None else ()):
        if indicator is not None and registered is not None and bands(indicator.code, registered.water_body) is None:
            yield indicator.code


def _stated(kind: str, sheet: SectionSheet, against: str) -> Iterator[str]:
    """The quantities of which a sheet states the figure that a measure needs; a range tells an exceedance only."""
    for quantity in getattr(sheet, against):
        if against == "baseline" or kind == "exceedance" or sheet.limit(quantity) is not None:
            yield quantity


def _quantities(kind: str, indicators: Collection[str]) -> list[str]:
    """Under which names the figures stand in a sheet."""
    if kind in ("concentration", "index", "exceedance"):
        return list(indicators)
    return list(map(load_of, indicators)) if kind == "load" else [kind]


def _no_target(
    agreement: Agreement, network: Network, measure: Measure, section: str, indicators: Collection[str]
) -> Iterator[str]:
    """``target`` where neither sheet nor register has one; else the limits its class lacks for some indicator."""
    sheets = list(_sheets(agreement, section))
    registered = network.sections.get(section)
    targets = {sheet.target for sheet in sheets} | {registered.target_class if registered else None}
    classes = [target for target in targets if target is not None]
    if not classes:
        yield "target"
    elif measure.kind != "quality_class" and registered is not None:
        stated = {quantity for sheet in sheets for quantity in _stated(measure.kind, sheet, "limits")}
        limit = standard(agreement.standard).limit
        for code in (code for code in indicators if code not in stated):
            if all(limit(code, of_class, registered.water_body) is None for of_class in classes):
                yield f"limits {code}"


def _sheets(agreement: Agreement, section: str) -> Iterator[SectionSheet]:
    """The section sheet as it ever stands; an empty one for a section without."""
    for plain in every_branch(dict(agreement.document.get("sections", {})).get(section) or {}):
        sheet, _ = fitted(SHEET, plain, agreement.file, f"sections.{section}")
        if sheet is not None:
            yield sheet
