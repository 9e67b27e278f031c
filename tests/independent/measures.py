"""The values that clauses test and price, read a second time from the grammar: data, comparisons, results, ranks.

In: the plain tree of a measure and the element in hand. Out: a `Fraction`, or `Absent` or `NotThere`. It does not know
amounts, money or sides: those are in `evaluator`. Oxygen and pH are left out: the grammar does not say how far
"reversed" goes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from typing import Any, Protocol

from tests.independent.figures import (
    Absent,
    BeforeTerm,
    Held,
    NotThere,
    Span,
    Tie,
    decided,
    half_even,
    measured,
    month_of,
    number,
    taken,
)
from tests.independent.sections import mean_of
from tests.independent.tables import decimals_of, limits, standard

ANYTHING = 10**30  # beyond every measured value
BOUNDS: dict[str, Callable[[Fraction, Fraction], bool]] = {
    "at_most": lambda v, b: v <= b,
    "below": lambda v, b: v < b,
    "at_least": lambda v, b: v >= b,
    "above": lambda v, b: v > b,
}
Given = Mapping[tuple[str, str, Span], Fraction]
Tree = Mapping[str, Any]


@dataclass(frozen=True)
class Element:
    """What is evaluated: the months, and the codes in hand by axis."""

    of: Span
    axes: tuple[tuple[str, str], ...] = ()

    @property
    def codes(self) -> dict[str, str]:
        """axis → code."""
        return dict(self.axes)


class Lines(Protocol):
    """What a measure may ask of the clauses around it."""

    agreement: Tree
    given: Given

    def sheet(self, section: str, of: Span) -> Tree: ...
    def result(self, ref: str, at: Element, take: str | None) -> Fraction: ...
    def members(self) -> list[str]: ...


class Measuring:
    """Measures over one set of figures."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.agreement, self.given = lines.agreement, lines.given
        self.rules = lines.agreement.get("data", {})

    # data ------------------------------------------------------------------------------------------------------------

    def months(self, of: Span) -> list[Span]:
        """The months that exist: inside the term, or in the whole years before it."""
        first, last = month_of(self.agreement["starts"]), month_of(self.agreement["ends"])
        return [m for m in of.parts(1) if m.year < first // 12 or first <= m.first <= last]

    def concentration(self, section: str, indicator: str, of: Span) -> Fraction:
        """The figure given for the span, else a mean, reported once."""
        self._excluded(section, of)
        given = self.given.get((section, indicator, of))
        return given if given is not None else self._reported(self._mean(section, indicator, of), indicator)

    def _mean(self, section: str, indicator: str, of: Span) -> Fraction:
        """The figure given for the span, else the mean of sections, else the mean of its months, unrounded.

        At a mean of sections, too, a longer span is the mean of months, unless a member is given for exactly the span.
        """
        self._excluded(section, of)
        if (section, indicator, of) in self.given:
            return self.given[section, indicator, of]
        parts, tolerance = self.lines.sheet(section, of).get("mean_of"), self.rules.get("joint_sample")
        if parts and (of.months == 1 or any((part, indicator, of) in self.given for part in parts)):
            return mean_of(parts, tolerance, lambda part: self._mean(part, indicator, of))
        if of.months == 1:
            raise self._missing("no_readings")
        values = self._there(lambda month: self._mean(section, indicator, month), self.months(of))
        return sum(values, Fraction(0)) / len(values)

    def _excluded(self, section: str, of: Span) -> None:
        """A month with a recorded ground (frozen …) is not there, whatever was measured in it."""
        if of.months == 1 and any((section, ground, of) in self.given for ground in self.rules.get("excludes", [])):
            raise NotThere

    def _missing(self, reason: str) -> Exception:
        """A month without data stops, or is as if excluded where the rules say so."""
        return NotThere() if self.rules.get("missing_month") == "exclude" else Absent(reason)

    def _there(self, value: Callable[[Span], Fraction], months: Iterable[Span]) -> list[Fraction]:
        """The values of the months that are there."""
        values = []
        for month in months:
            with suppress(NotThere):
                values.append(value(month))
        if not values:
            raise NotThere
        return values

    def _reported(self, mean: Fraction, indicator: str) -> Fraction:
        decimals = decimals_of(indicator)
        return mean if self.rules.get("compare") == "unrounded" or decimals is None else measured(mean, decimals)

    def volume(self, section: str, of: Span) -> Fraction:
        """The volume given for the span, else the sum of its months."""
        self._excluded(section, of)
        if (section, "volume", of) in self.given:
            return self.given[section, "volume", of]
        if of.months == 1:
            raise self._missing("no_volume")
        return sum(self._there(lambda month: self.volume(section, month), self.months(of)), Fraction(0))

    def load(self, section: str, indicator: str, of: Span) -> Fraction:
        """The load given for the span, else the sum of its months: mean concentration × volume, by method A or B."""
        self._excluded(section, of)
        if (section, f"load {indicator}", of) in self.given:
            return self.given[section, f"load {indicator}", of]
        if of.months > 1:
            return sum(self._there(lambda month: self.load(section, indicator, month), self.months(of)), Fraction(0))
        mean = self._mean(section, indicator, of) if "load_method" in self.rules else Fraction(0)
        if self.rules.get("load_method") not in ("A", "B"):
            raise Absent("load_needs_readings")
        return mean * self.volume(section, of) / 100

    def quality_class(self, section: str, indicators: list[str] | None, of: Span) -> Fraction:
        """The class given for the span, else the worst class of the indicators."""
        self._excluded(section, of)
        if (section, "quality_class", of) in self.given:
            return self.given[section, "quality_class", of]
        sampled = {quantity for place, quantity, _ in self.given if place == section}
        evaluated = [code for code, item in standard()["items"].items() if item.get("evaluated") == "true"]
        codes = indicators or [code for code in evaluated if code in sampled]
        if not codes:
            raise self._missing("no_readings") if of.months == 1 else Absent("no_readings")
        values = []
        for code in codes:
            with suppress(NotThere):
                values.append((code, self.concentration(section, code, of)))
        if not values:
            raise NotThere
        return Fraction(max(1 + sum(value > limit for limit in limits(code)) for code, value in values))

    # measures --------------------------------------------------------------------------------------------------------

    def value(self, measure: Tree, at: Element) -> Fraction:
        """The value of a measure: each single one compared, then taken together."""
        if measure.get("at") == "previous_year":
            at = replace(at, of=at.of.year_before)
        spots = list(self._spots(measure, at))
        values = []
        for spot in spots:
            try:
                values.append(self.compared(measure, spot))
            except NotThere:
                if len(spots) == 1:
                    raise
        if not values:
            raise NotThere
        several = "over" in measure or "sections" in measure or len(_indicators(measure)) > 1
        value = taken(values, measure["take"]) if several else values[0]
        return half_even(value, int(measure["decimals"])) if "decimals" in measure else value

    def _spots(self, measure: Tree, at: Element) -> Iterable[Element]:
        """The single evaluations inside a measure: `over` months, several sections."""
        spans = self.months(at.of) if measure.get("over") == "month" else [at.of]
        if "over" in measure and measure["over"] != "month":
            spans = at.of.parts({"quarter": 3, "year": 12}[measure["over"]])
        sections = measure.get("sections", [measure.get("section", at.codes.get("section"))])
        if sections == "all":
            sections = list(self.agreement.get("sections", {}))
        for of, section, indicator in product(spans, sections, _indicators(measure)):
            codes = (
                at.codes | ({"section": section} if section else {}) | ({"indicator": indicator} if indicator else {})
            )
            yield Element(of, tuple(codes.items()))

    def compared(self, measure: Tree, at: Element) -> Fraction:
        """A single value, beside what it is compared with."""
        value = self.plain(measure, at)
        if "expressed" not in measure or measure["kind"] in ("index", "exceedance"):
            return value
        other = self.reference(measure, measure["against"], at)
        if measure["expressed"] == "difference":
            return value - other
        if other == 0:
            raise Absent("reference_is_zero")
        return value / other if measure["expressed"] == "ratio" else (value / other - 1) * 100

    def reference(self, measure: Tree, against: Any, at: Element) -> Fraction:
        """What a measure is compared with, for the element in hand."""
        section, kind = at.codes.get("section", ""), measure["kind"]
        if against == "previous_year":
            return self.plain(measure, replace(at, of=at.of.year_before))
        if against == "inflow" or (isinstance(against, dict) and "section" in against):
            other = self.lines.sheet(section, at.of)["inflow"] if against == "inflow" else against["section"]
            return self.plain(measure, Element(at.of, tuple({**at.codes, "section": other}.items())))
        quantity = kind if kind in ("volume", "flow") else at.codes.get("indicator", "")
        quantity = f"load {quantity}" if kind == "load" else quantity
        if against in ("baseline", "limits"):
            return self._stated(section, against, quantity, at.of)
        target = against["class"] if isinstance(against, dict) else self.lines.sheet(section, at.of).get("target")
        if target is None:
            raise Absent("missing_parameter: target")
        return number(target) if kind == "quality_class" else limits(quantity)[int(target) - 1]

    def _stated(self, section: str, block: str, quantity: str, of: Span) -> Fraction:
        stated = self.lines.sheet(section, of).get(block, {})
        if quantity not in stated:
            raise Absent(f"missing_parameter: {block}")
        return number(stated[quantity])

    def plain(self, measure: Tree, at: Element) -> Fraction:
        """A single value before any comparison."""
        codes = at.codes
        match measure["kind"]:
            case "concentration":
                return self.concentration(codes["section"], codes["indicator"], at.of)
            case "volume":
                return self.volume(codes["section"], at.of)
            case "load":
                return self.load(codes["section"], codes["indicator"], at.of)
            case "quality_class":
                return self.quality_class(codes["section"], measure.get("indicators"), at.of)
            case "exceedance":
                value = self.concentration(codes["section"], codes["indicator"], at.of)
                limit = self.reference({"kind": "concentration"}, measure.get("against", "target"), at)
                return max(Fraction(0), value / limit - 1)
            case "index":
                return self.index(measure, at)
            case "met":
                return self.met(measure, at)
            case "reported":
                return self.reported(measure, at)
            case "result":
                return self.combined(measure, at)
            case "rank":
                return self.rank(measure, at)
        raise NotImplementedError(measure["kind"])

    def index(self, measure: Tree, at: Element) -> Fraction:
        """coefficient × Σ weight · C / reference; published indices stand for it."""
        if (at.codes["section"], "index", at.of) in self.given:
            return self.given[at.codes["section"], "index", at.of]
        total = Fraction(0)
        for indicator, weight in measure["weights"].items():
            spot = Element(at.of, tuple({**at.codes, "indicator": indicator}.items()))
            value = self.concentration(at.codes["section"], indicator, at.of)
            other = self.reference({"kind": "concentration"}, measure["against"], spot)
            if other == 0:
                raise Absent("reference_is_zero")
            total += number(weight) * value / other
        return number(measure.get("coefficient", "1")) * total

    def reported(self, measure: Tree, at: Element) -> Fraction:
        """A recorded fact of the party, the section or the agreement."""
        subjects = [at.codes.get("party"), at.codes.get("section"), self.agreement["code"]]
        for subject in subjects:
            if (subject, measure["fact"], at.of) in self.given:
                return self.given[subject, measure["fact"], at.of]
        others = [of for s, q, of in self.given if s in subjects and q == measure["fact"]]
        if any(at.of.holds(of) or of.holds(at.of) for of in others):
            raise Absent("fact_of_other_period")
        if "otherwise" in measure:
            return number(measure["otherwise"])
        raise Absent("no_fact")

    def combined(self, measure: Tree, at: Element) -> Fraction:
        """The weighted sum of other clauses' amounts; `otherwise` before the term."""
        of = measure["of"]
        weights = dict.fromkeys(of, "1") if isinstance(of, list) else of
        try:
            take = None if "over" in measure else measure.get("take")
            return sum((number(w) * self.lines.result(r, at, take) for r, w in weights.items()), Fraction(0))
        except BeforeTerm:
            if "otherwise" in measure:
                return number(measure["otherwise"])
            raise

    def rank(self, measure: Tree, at: Element) -> Fraction:
        """The place among the parties: by the value, or by the sum of the places for several lines."""
        sign = -1 if measure.get("first", "lowest") == "highest" else 1
        members = self.lines.members()
        breakers = [t for t in measure.get("ties", []) if t not in ("same", "same_if_equal")]
        scores = {
            ref: {m: sign * self.lines.result(ref, _of_party(at, m), None) for m in members}
            for ref in [*measure["of"], *breakers]
        }
        places = {ref: {m: _place(s, m) for m in members} for ref, s in scores.items()}
        single = len(measure["of"]) == 1
        first = scores[measure["of"][0]] if single else {m: sum(places[r][m] for r in measure["of"]) for m in members}
        ties = measure.get("ties", [])
        keys = {m: (first[m], *(scores[t][m] for t in breakers)) for m in members}
        mine = keys[at.codes["party"]]
        place = 1 + sum(key < mine for key in keys.values())
        level = sum(key == mine for key in keys.values())
        if "same" not in ties and level > 1:
            raise Tie(range(place, place + level) if "same_if_equal" in ties else range(0))
        return Fraction(place)

    # tests -----------------------------------------------------------------------------------------------------------

    def met(self, measure: Tree, at: Element) -> Fraction:
        """1 when the tests hold, 0 when they do not."""
        held = self.holds({k: v for k, v in measure.items() if k in ("all_of", "any_of")}, at)
        if held is None:
            raise Absent("undecided")
        return Fraction(held)

    def holds(self, test: Tree, at: Element) -> bool | None:
        """True, false, or None when the known part does not decide."""
        if "kind" not in test:
            found = self.held(test.get("all_of", test.get("any_of")), at)
            return decided(found, by="any_of" in test)
        if "over" in test:
            return self._decided(test, at)
        try:
            return _within(test, self.value(test, at))
        except Absent:
            return None

    def held(self, tests: Iterable[Tree], at: Element) -> list[Held]:
        """What each test comes to; of excluded data, that it is not there."""
        found: list[Held] = []
        for test in tests:
            try:
                found.append(self.holds(test, at))
            except NotThere:
                found.append(NotThere)
        return found

    def _decided(self, test: Tree, at: Element) -> bool | None:
        """Several months together, whatever the months that are missing would have been."""
        if test.get("at") == "previous_year":
            at = replace(at, of=at.of.year_before)
        known: list[Fraction | None] = []
        for spot in self._spots(test, at):
            try:
                known.append(self.compared(test, spot))
            except NotThere:
                continue
            except Absent:
                known.append(None)
        if not known:
            raise NotThere
        outcomes = {
            _within(test, taken([Fraction(unknown) if v is None else v for v in known], test["take"]))
            for unknown in ((0, 1) if test["kind"] == "met" else (-ANYTHING, ANYTHING))
        }
        return outcomes.pop() if len(outcomes) == 1 else None


def _indicators(measure: Tree) -> list[str | None]:
    """The indicators evaluated one by one; a class looks at all of its own at once."""
    if measure["kind"] != "quality_class" and "indicators" in measure:
        return list(measure["indicators"])
    return [measure.get("indicator")]


def _within(test: Tree, value: Fraction) -> bool:
    return all(holds(value, number(test[bound])) for bound, holds in BOUNDS.items() if bound in test)


def _of_party(at: Element, party: str) -> Element:
    return Element(at.of, tuple({**at.codes, "party": party}.items()))


def _place(scores: Mapping[str, Fraction], member: str) -> int:
    return 1 + sum(score < scores[member] for score in scores.values())
