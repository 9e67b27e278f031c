"""Which clauses read a recorded fact, known before anything is settled.

In: subject, kind and period of a fact, and what is declared. Out: the agreements and scorecards with the clauses that
look such a fact up: as a reported figure, as a ground that takes data away, or as a published or measured figure in
place of readings. All branches of a clause count, so a clause that is in force on other days is told, too. A clause
that uses the result of one that is told is not told itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from basin import periods
from basin.agreement import Agreement
from basin.clauses import PAID, TIME_AXES, UNPAID, Clause
from basin.errors import AgreementError
from basin.indicators import INDICATORS
from basin.measures import MEASURED_ITEMS, OF_A_SECTION, Measure, load_of
from basin.network import Network
from basin.reach import ALL, measures_of, sections_behind, sections_named
from basin.registry import Registry

CLASS = "quality_class"
VOLUME = "volume"
FLOW = "flow"
QUANTITIES = frozenset({CLASS, VOLUME, *INDICATORS, *map(load_of, INDICATORS)})  # what may stand in place of readings


@dataclass(frozen=True)
class Recorded:
    """By what a clause finds a fact; `of` is None where any period will do."""

    subject: str
    kind: str
    of: pd.Period | None


@dataclass(frozen=True)
class Use:
    """The clauses of one agreement, or the criteria of one scorecard, that read a fact."""

    agreement: str
    title: str
    clauses: tuple[str, ...]


def uses(registry: Registry, recorded: Recorded) -> list[Use]:
    """Who reads a fact, agreements before scorecards; an agreement that the grammar refuses reads nothing."""
    network = registry.network
    agreements = _readers(registry, recorded)
    readers = [Use(agreement.code, agreement.title, _clauses(agreement, network, recorded)) for agreement in agreements]
    return [use for use in readers if use.clauses]


def clauses_reading(agreement: Agreement, network: Network, recorded: Recorded) -> tuple[str, ...]:
    """The refs of the clauses of one agreement that read a fact."""
    return _clauses(agreement, network, recorded)


def takes_published(agreement: Agreement, network: Network, figure: Recorded) -> bool:
    """Whether some clause looks at a figure of the subject, were it published: what a worked case gives.

    A published figure needs no `data.published`; when it is published is not looked at.
    """
    for branches in agreement.branches.values():
        for place in (_Place(agreement, network, clause) for clause in branches):
            if any(place.takes_published(measure, figure) for measure in measures_of(place.clause).values()):
                return True
    return False


def kinds_read(registry: Registry) -> frozenset[str]:
    """The kinds that some clause reads: reported figures, and grounds that take data away."""
    kinds: set[str] = set()
    for agreement in _readers(registry, Recorded("", "", None)):
        kinds |= agreement.reach.facts - {UNPAID} | set(agreement.data.excludes)
    return frozenset(kinds)


def usable_agreements(registry: Registry) -> Iterator[Agreement]:
    """The agreements that the grammar accepts; a refused one is told when somebody uses it."""
    for code in registry.agreements:
        try:
            yield registry.agreements[code]
        except AgreementError:
            continue


def _readers(registry: Registry, recorded: Recorded) -> Iterator[Agreement]:
    """The agreements, and the scorecards as they are applied to the basin that the fact is about."""
    yield from usable_agreements(registry)
    network = registry.network
    basin = _basin_of(network, recorded.subject)
    sections = [section.code for section in network.sections.values() if section.basin == basin]
    for code in registry.scorecards:
        try:
            yield registry.scorecards[code].agreement(basin, sections, recorded.of or periods.period("2020"))
        except AgreementError:
            continue


def _basin_of(network: Network, subject: str) -> str:
    """The basin that a section, a station or the basin itself belongs to; blank for anything else."""
    if subject in network.basins:
        return subject
    station = network.stations.get(subject)
    section = network.sections.get(subject if station is None else station.section)
    return "" if section is None else section.basin


def _clauses(agreement: Agreement, network: Network, recorded: Recorded) -> tuple[str, ...]:
    """The refs of the clauses that read a fact."""
    if recorded.of is not None and not _in_reach(agreement, recorded.of):
        return ()
    if not _may_read(agreement, recorded.kind):
        return ()
    refs = []
    for ref, branches in agreement.branches.items():
        places = [_Place(agreement, network, clause) for clause in branches]
        if any(_reads(place, recorded) for place in places):
            refs.append(ref)
    return tuple(refs)


def _reads(place: _Place, recorded: Recorded) -> bool:
    """Whether any measure of one branch of a clause reads a fact."""
    return any(place.reads(measure, recorded) for measure in measures_of(place.clause).values())


def _may_read(agreement: Agreement, kind: str) -> bool:
    """Whether any clause may read facts of the kind: most agreements need no closer look."""
    asked = agreement.reach.facts | set(agreement.data.excludes) | QUANTITIES
    return kind in asked or (UNPAID in asked and kind.split()[:1] == [PAID])


def _in_reach(agreement: Agreement, of: pd.Period) -> bool:
    """Whether a period has to do with the term: the years before it that clauses compare with count."""
    first = agreement.starts.year - agreement.reach.years_back
    return periods.ends_on(of).year >= first and periods.starts_on(of) <= agreement.ends


@dataclass(frozen=True)
class _Place:
    """A clause in its agreement, which knows the sections, subjects and periods that the clause looks at."""

    agreement: Agreement
    network: Network
    clause: Clause

    def reads(self, measure: Measure, recorded: Recorded) -> bool:
        """Whether a measure of the clause looks the fact up."""
        if measure.kind == "reported":
            return self._reports(measure, recorded)
        if measure.kind not in OF_A_SECTION or recorded.subject not in self._sections:
            return False
        if recorded.kind in self.agreement.data.excludes:
            return True
        return self._in_place_of_readings(measure, recorded)

    def takes_published(self, measure: Measure, figure: Recorded) -> bool:
        """Whether a measure of the clause takes the figure where it is published."""
        kind = figure.kind
        if measure.kind == "reported":
            return self._reports(measure, figure) or (measure.fact == kind == UNPAID)
        if measure.kind not in OF_A_SECTION or figure.subject not in self._sections:
            return False
        if kind in self.agreement.data.excludes:
            return True
        if kind in (CLASS, "index"):
            return measure.kind == kind
        if kind in (VOLUME, FLOW):
            return measure.kind in (kind, VOLUME, "load")
        if kind in map(load_of, INDICATORS):
            return measure.kind == "load" and self._looks_at(measure, kind.removeprefix(load_of("")))
        return kind in INDICATORS and measure.kind not in (VOLUME, FLOW) and self._looks_at(measure, kind)

    def _reports(self, measure: Measure, recorded: Recorded) -> bool:
        if measure.fact == UNPAID:
            return recorded.kind.split()[:1] == [PAID] and recorded.subject == self.agreement.code
        if measure.fact != recorded.kind or not self._is_evaluated(recorded.of, measure):
            return False
        agreement = self.agreement
        hand = self.clause.each.keys() | measure.brings
        in_hand = {axis: self._in_hand(axis) for axis in ("section", "party") if axis in hand}
        # with neither in hand it may be about any party or section
        subjects = in_hand or {"section": self._of_agreement("section"), "party": self._of_agreement("party")}
        return recorded.subject in {agreement.code, agreement.basin}.union(*subjects.values())

    def _in_place_of_readings(self, measure: Measure, recorded: Recorded) -> bool:
        """Whether a figure recorded for the section stands in place of what would be formed from readings."""
        kind = recorded.kind
        of = recorded.of
        is_month = of is not None and of.freqstr == "M"  # longer values are formed of months
        if not (is_month or self._is_evaluated(of, measure)):
            return False
        published = self.agreement.data.published
        if kind == CLASS:
            return measure.kind == CLASS and CLASS in published
        if kind == VOLUME:
            return measure.kind in (VOLUME, "load")
        if kind in map(load_of, INDICATORS):
            return measure.kind == "load" and self._looks_at(measure, kind.removeprefix(load_of("")))
        is_mean = any(sheet.mean_of for sheet in self.agreement.section_sheets.get(recorded.subject, ()))
        return kind in INDICATORS and ("concentration" in published or is_mean) and self._looks_at(measure, kind)

    def _looks_at(self, measure: Measure, indicator: str) -> bool:
        """Whether the indicator may be in hand; a load is formed of flows as well."""
        named = {*self.clause.each.get("indicator", ()), *(measure.indicators or ()), *(measure.weights or ())}
        named |= {measure.indicator} if measure.indicator is not None else set()
        is_open = not named or ALL in named or MEASURED_ITEMS in named
        return is_open or indicator in named or (measure.kind == "load" and indicator == "flow")

    def _is_evaluated(self, of: pd.Period | None, measure: Measure) -> bool:
        """Whether the clause looks at periods of that length: a fact is looked up for exactly the period in hand."""
        every = self.clause.every or self.agreement.every
        lengths = {every, measure.over, *(TIME_AXES & self.clause.each.keys())}
        over = {placed.over for placed in measures_of(self.clause).values()}
        frequencies = [periods.FREQUENCIES[name] for name in lengths | over if name in periods.FREQUENCIES]
        if of is None or any(of.freqstr.startswith(frequency) for frequency in frequencies):
            return True
        return every == "term" and of == self.agreement.term

    @property
    def _sections(self) -> frozenset[str]:
        """The sections that the clause looks at, and those behind their sheets: a member of a mean may have its own."""
        looked_at: set[str] = set()
        reached = self._resolved("section", sections_named(self.clause))
        while reached:
            looked_at |= reached
            sheets = [sheet for code in reached for sheet in self.agreement.section_sheets.get(code, ())]
            reached = frozenset().union(*map(sections_behind, sheets)) - looked_at
        return frozenset(looked_at)

    def _in_hand(self, axis: str) -> frozenset[str]:
        """The sections, or parties, that may be in hand where the clause asks for a reported figure."""
        named = sections_named(self.clause) if axis == "section" else self.clause.each.get(axis, ())
        return self._resolved(axis, named)

    def _resolved(self, axis: str, named: Iterable[str]) -> frozenset[str]:
        """The sections, or parties, that are named; `all` stands for the agreement's."""
        codes = frozenset(named)
        return (codes - {ALL}) | (self._of_agreement(axis) if ALL in codes else frozenset())

    def _of_agreement(self, axis: str) -> frozenset[str]:
        """All sections, or parties, of the agreement."""
        if axis == "party":
            return frozenset(self.agreement.parties.values())
        of_basin: Mapping[str, object] = {
            code: section for code, section in self.network.sections.items() if section.basin == self.agreement.basin
        }
        return frozenset(self.agreement.section_codes or of_basin)
