"""Figures of another size than their unit allows: micrograms in place of mg/L, m³ of 万 m³, kilograms of tonnes.

In: an agreement and the network. Out: `Hint`s for limits and baselines of section sheets, bounds of concentrations, and
units of volumes. The limits of the standard and the largest river say what is usual; a larger figure may be meant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product

from basin.agreement import Agreement, clause_path
from basin.authoring.bound_hints import Bound, bounds
from basin.authoring.hint import Hint
from basin.checks.values import codes_on
from basin.clauses import SHEET, Clause
from basin.dated import every_branch
from basin.measures import load_of
from basin.network import Network
from basin.rounding import printed
from basin.shapes import fitted
from basin.standards import standard

# Times the limit of class Ⅴ. No agreement of this field allows ten times what the worst class does; class Ⅰ is a
# hundredth of class Ⅴ at most, so that any limit written in μg/L lies there too, and a lost decimal point as well.
FAR_ABOVE = 10
WORST_CLASS = 5
BODIES = ("river", "lake")
LARGEST_VOLUME = (
    100_000_000  # [万 m³] a year; the Yangtze carries 95 000 000 to the sea, no other river here half of that
)
GRAMS_A_TONNE = 1_000_000
CUBIC_METRES = 10_000  # of one 万 m³
SMALL_LOAD = 1  # [t] less than what a brook of 1 m³/s carries in a few months
TRACE = Fraction(1, 10)  # [mg/L] what has a lower limit, as mercury, has loads of less than a tonne


def size_hints(agreement: Agreement, network: Network) -> Iterator[Hint]:
    """Every figure of a sheet, bound of a concentration and unit of a volume that is of another size."""
    yield from _sheets(agreement, network)
    for branches in agreement.branches.values():
        for clause in branches:
            yield from _bounds(agreement, network, clause)
            yield from _units_of_volumes(clause)


def _sheets(agreement: Agreement, network: Network) -> Iterator[Hint]:
    """Limits and baselines far above the worst class: what is 0.1 mg/L, written in micrograms, or 1.5 as 15."""
    for section, raw in dict(agreement.document.get("sections", {})).items():
        registered = network.sections.get(section)
        body = registered.water_body if registered else "river"
        for plain in every_branch(raw or {}):
            sheet, _ = fitted(SHEET, plain, agreement.file, f"sections.{section}")
            if sheet is not None:
                limits = {code: limit for code in sheet.limits if (limit := sheet.limit(code)) is not None}
                yield from _figures(agreement, limits, body, f"sections.{section}.limits")
                yield from _figures(agreement, sheet.baseline, body, f"sections.{section}.baseline")


def _figures(agreement: Agreement, figures: Mapping[str, Fraction], body: str, path: str) -> Iterator[Hint]:
    for code, figure in figures.items():
        if code == "volume":
            yield from _volume(figure, f"{path}.{code}")
        elif code.startswith(load_of("")):
            worst = _worst(agreement, code.removeprefix(load_of("")), body)
            yield from _load(figure, worst, f"{path}.{code}")
        else:
            yield from _concentration(figure, _worst(agreement, code, body), f"{path}.{code}")


def _worst(agreement: Agreement, indicator: str, body: str) -> Fraction:
    """The limit of the worst class [mg/L]; 0 where the standard has none."""
    return standard(agreement.standard).limit(indicator, WORST_CLASS, body) or Fraction(0)


def _concentration(figure: Fraction, worst: Fraction, path: str) -> Iterator[Hint]:
    if figure >= FAR_ABOVE * worst > 0:
        zh = f"{printed(figure)} 是Ⅴ类限值 {printed(worst)} 的十倍以上：单位是 mg/L 吗？小数点对吗？"
        yield Hint(path, zh, "ten times the limit of class five or more: is it in mg/L?")


def _volume(figure: Fraction, path: str) -> Iterator[Hint]:
    if figure >= LARGEST_VOLUME:
        zh = f"{printed(figure)} 万 m³ 比长江一年的水量还多：把 m³ 写成万 m³ 了吗？"
        yield Hint(path, zh, "more than the Yangtze carries in a year: were m³ written for 万 m³?")


def _load(figure: Fraction, worst: Fraction, path: str) -> Iterator[Hint]:
    """A load that the largest river does not carry at class Ⅴ in a year, or one that looks like a concentration."""
    largest = worst * LARGEST_VOLUME * CUBIC_METRES / GRAMS_A_TONNE
    if figure >= largest > 0:
        zh = f"{printed(figure)} t 比Ⅴ类的长江一年带走的还多：单位是 t 吗？"
        yield Hint(path, zh, "more than the Yangtze at class five carries in a year: is it in t?")
    elif 0 < figure < SMALL_LOAD and worst >= TRACE:
        zh = f"通量 {printed(figure)} t 不到一吨：写的是浓度（mg/L）吗？"
        yield Hint(path, zh, "a load of less than a tonne: is it a concentration in mg/L?")


def _bounds(agreement: Agreement, network: Network, clause: Clause) -> Iterator[Hint]:
    """Bounds of concentrations, where they are far above the worst class of every indicator that is looked at."""
    for bound in bounds(clause):
        measure = bound.measure
        if measure.kind == "concentration" and measure.expressed in (None, "difference"):
            indicators = _indicators(agreement, network, clause, bound)
            worst = [_worst(agreement, code, body) for code, body in product(indicators, BODIES)]
            yield from _concentration(bound.figure, max(worst, default=Fraction(0)), bound.path)
        elif measure.kind == "volume" and measure.expressed in (None, "difference"):
            yield from _volume(bound.figure, bound.path)


def _indicators(agreement: Agreement, network: Network, clause: Clause, bound: Bound) -> tuple[str, ...]:
    measure = bound.measure
    named = (measure.indicator,) if measure.indicator else measure.indicators or clause.each.get("indicator", ())
    return tuple(codes_on(agreement, network, "indicator", named))


def _units_of_volumes(clause: Clause) -> Iterator[Hint]:
    """Pieces that pay by so many 万 m³ as no river has."""
    measure = clause.measure
    if measure is None or measure.kind != "volume" or measure.expressed not in (None, "difference"):
        return
    for i, piece in enumerate(clause.scale or ()):
        yield from _volume(abs(piece.per), f"{clause_path(clause.ref)}.scale.{i}.per")
