"""Reach: what an agreement looks at, known before there are any data: sections, years, weeks, loads, the ledger.

In: the typed clauses and section sheets of an agreement, one for each branch that may ever be in force. Out: a frozen
`Reach`, and the window of readings for a period. A reach covers every date and every element, so nothing that a clause
looks at is missing; it may hold more than one period needs. It reads no readings and no register.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

import pandas as pd

from basin import periods
from basin.clauses import UNPAID, Clause, Proportion, SectionSheet
from basin.indicators import INDICATORS
from basin.measures import Against, Measure, Years
from basin.network import CHINA, Network, Section
from basin.periods import Window

ALL = "all"
PREVIOUS_YEAR = "previous_year"
# A section that fell silent still owes its readings: completeness expects those of every series heard of in the years
# that a trend looks at.
YEARS_OF_COMPLETENESS = Years().window


@dataclass(frozen=True)
class Reach:
    """What the clauses of one agreement look at, over all dates and elements.

    Attributes
    ----------
    sections : codes of the sections that a clause or a sheet names.
    basin : the basin whose sections are all looked at, because no sheet names any; None where sheets do.
    parties : codes of the parties that the header, a clause or a sheet names.
    readings : whether a clause takes or tests what is formed from readings.
    frequencies : the days, weeks, months, quarters and years that clauses oblige for, evaluate or take, shortest first.
    years_back : how many whole years before the period's own a clause compares with, or follows a trend through.
    whole_term : whether the readings since the start of the term count, whatever the period.
    facts : the kinds of facts that clauses ask for.
    unpaid_on : the days of the year (``03-31``) on which clauses ask what is unpaid; "" for the start of a period.
    completeness : whether a clause asks how many of the expected readings arrived.
    loads : codes of the indicators whose loads clauses measure, and the flow for them; empty where none is measured.
    """

    sections: frozenset[str]
    basin: str | None
    parties: frozenset[str]
    readings: bool
    frequencies: tuple[str, ...]
    years_back: int
    whole_term: bool
    facts: frozenset[str]
    unpaid_on: tuple[str, ...]
    completeness: bool
    loads: frozenset[str]

    @property
    def ledger(self) -> bool:
        """Whether a clause asks what is unpaid."""
        return UNPAID in self.facts

    @property
    def weeks(self) -> bool:
        """Whether a clause obliges for weeks or takes them."""
        return "week" in self.frequencies

    @property
    def days(self) -> bool:
        """Whether a clause needs daily means: it takes days, or weeks, which are formed from days."""
        return self.weeks or "day" in self.frequencies

    def looks_at(self, section: Section) -> bool:
        """Whether readings of the section may be looked at."""
        return section.code in self.sections or section.basin == self.basin

    def sections_in(self, network: Network) -> list[str]:
        """The codes of all sections whose readings may be looked at, sorted."""
        of_basin = {section.code for section in network.sections.values() if section.basin == self.basin}
        return sorted(self.sections | of_basin)

    def parties_in(self, network: Network) -> frozenset[str]:
        """The codes of all parties that may owe or receive: those named, and those of the sections looked at."""
        sections = [network.sections[code] for code in self.sections_in(network) if code in network.sections]
        of_sections = {side for section in sections for side in (section.upstream, section.downstream)}
        return frozenset(code for code in network.parties if code in self.parties | of_sections)


@dataclass(frozen=True)
class Named:
    """What an agreement names outside its clauses and sheets.

    Attributes
    ----------
    basin : the code of its basin.
    every : how often its clauses oblige that do not say so themselves; None where each says so.
    sections, parties : codes that its header, the keys of its sheets and the keys of by-element values name.
    last_year_stands_in : whether the month of the year before may stand in for a missing one.
    """

    basin: str
    every: str | None
    sections: frozenset[str]
    parties: frozenset[str]
    last_year_stands_in: bool = False


def reach_of(
    clauses: Mapping[str, Sequence[Clause]], sheets: Mapping[str, Sequence[SectionSheet]], named: Named
) -> Reach:
    """What an agreement looks at.

    Parameters
    ----------
    clauses : the branches of each clause, by ref: together they hold every value that may ever be in force.
    sheets : the branches of each section sheet, by section.
    named : what the agreement names elsewhere.
    """
    branches = [clause for of_ref in clauses.values() for clause in of_ref]
    all_sheets = [sheet for of_section in sheets.values() for sheet in of_section]
    measures = [measure for clause in branches for measure in measures_of(clause).values()]
    every = {clause.every or named.every for clause in branches}
    frequencies = every | {axis for clause in branches for axis in clause.each} | {m.over for m in measures}
    sections = named.sections.union(*map(sections_named, branches), *map(sections_behind, all_sheets))
    return Reach(
        sections=frozenset(sections - {ALL}),
        basin=None if sheets else named.basin,
        parties=named.parties | _parties(branches, all_sheets) - {ALL},
        readings=any(measure.of_readings for measure in measures),
        frequencies=tuple(name for name in periods.FREQUENCIES if name in frequencies),
        years_back=max((_years_back(ref, clauses) for ref in clauses), default=0) + named.last_year_stands_in,
        whole_term="term" in every or any(map(_chains, clauses.values())),
        facts=frozenset(measure.fact for measure in measures if measure.fact is not None),
        unpaid_on=tuple(sorted({measure.on or "" for measure in measures if measure.fact == UNPAID})),
        completeness=any(measure.kind == "completeness" for measure in measures),
        loads=_loads(branches),
    )


def measures_of(clause: Clause) -> dict[str, Measure]:
    """Every measure and test of a clause, the tests inside tests among them, by its place in the clause."""
    placed: dict[str, Measure] = {}

    def place(path: str, measure: Measure) -> None:
        placed[path] = measure
        for key, tests in (("all_of", measure.all_of), ("any_of", measure.any_of)):
            for position, test in enumerate(tests or ()):
                place(f"{path}.{key}.{position}", test)

    if clause.measure is not None:
        place("measure", clause.measure)
    for key, tests in (("when", clause.when), ("unless", clause.unless)):
        for position, test in enumerate(tests):
            place(f"{key}.{position}", test)
    return placed


def _looks_back(measure: Measure) -> bool:
    return PREVIOUS_YEAR in (measure.at, measure.against)


def _years_back(ref: str, clauses: Mapping[str, Sequence[Clause]], users: tuple[str, ...] = ()) -> int:
    """How many whole years before its own period a clause looks at, itself and through the clauses it uses.

    Parameters
    ----------
    ref : the clause.
    clauses : the branches of each clause, by ref; the branches of two values are not crossed with each other, so each
        place of a clause looks as far back as all its branches do together.
    users : the clauses on the way to this one; a clause that takes its own last year is followed no further, for the
        whole term is looked at then.
    """
    way = (*users, ref)
    branches = clauses[ref]
    through = {used for clause in branches for used in clause.refs if used in clauses and used not in way}
    years = max((_years_back(used, clauses, way) for used in through), default=0)
    places: defaultdict[str, list[Measure]] = defaultdict(list)
    for clause in branches:
        for path, measure in measures_of(clause).items():
            places[path].append(measure)
    steps = {path: _steps_back(measures) for path, measures in places.items()}
    return max(years, *(_of_place(path, places[path], steps, years) for path in places), 0)


def _steps_back(measures: Sequence[Measure]) -> int:
    """How many years back the measures of one place step: `at` and `against` are a year each."""
    earlier_value = any(measure.at == PREVIOUS_YEAR for measure in measures)
    earlier_reference = any(measure.against == PREVIOUS_YEAR for measure in measures)
    return int(earlier_value) + int(earlier_reference)


def _of_place(path: str, measures: Sequence[Measure], steps: Mapping[str, int], of_refs: int) -> int:
    """How many years back one place of a clause looks, the steps of the tests around it included.

    Parameters
    ----------
    path : the place, ``when.0.all_of.1``.
    measures : what stands there in each branch.
    steps : by place.
    of_refs : how many years back the clauses look that this one uses.
    """
    around = sum(step for place, step in steps.items() if path == place or path.startswith(f"{place}."))
    windows = [measure.years_of_trend.window - 1 for measure in measures if measure.kind == "trend"]
    windows += [YEARS_OF_COMPLETENESS - 1 for measure in measures if measure.kind == "completeness"]
    used = [of_refs] if any(measure.refs for measure in measures) else []
    return around + max((*windows, *used), default=0)


def _chains(branches: Sequence[Clause]) -> bool:
    """Whether a clause takes a result of the year before, which may itself rest on the year before that.

    The branches of two values are not crossed with each other: one may hold the kind, another the year. So they are
    looked at together, place by place.
    """
    by_branch = [measures_of(clause) for clause in branches]
    results = {path for placed in by_branch for path, measure in placed.items() if measure.kind == "result"}
    back = {path for placed in by_branch for path, measure in placed.items() if _looks_back(measure)}
    return bool(results & back)


def sections_named(clause: Clause) -> frozenset[str]:
    """The sections that one branch of a clause names: on its axis, in its measures and tests; `all` is one of them."""
    codes = {*clause.each.get("section", ())}
    for measure in measures_of(clause).values():
        other = measure.against.section if isinstance(measure.against, Against) else None
        codes.update(measure.sections or ())
        codes.update(code for code in (measure.section, other) if code is not None)
    return frozenset(codes)


def sections_behind(sheet: SectionSheet) -> frozenset[str]:
    """The sections whose values a sheet takes for its own: members of its mean, its inflow, and its neighbour."""
    others = (sheet.inflow, sheet.neighbour)
    return frozenset({*(sheet.mean_of or ()), *(code for code in others if code is not None)})


def _parties(clauses: Iterable[Clause], sheets: Iterable[SectionSheet]) -> frozenset[str]:
    """The codes that stand where parties stand; words of the grammar and roles of the header are among them."""
    sides: list[object] = []
    codes: set[str] = set()
    for clause in clauses:
        codes.update(clause.each.get("party", ()))
        sides += [clause.pays, clause.receives]
    for sheet in sheets:
        sides += [sheet.upstream, sheet.downstream]
    for side in sides:
        if isinstance(side, str):
            codes.add(side)
        elif isinstance(side, Proportion):
            codes.update(side.among)
        elif isinstance(side, dict):
            codes.update(side)
    return frozenset(codes)


def _loads(clauses: Iterable[Clause]) -> frozenset[str]:
    """The indicators that may be in hand where a load is measured, and the flow; every one where a clause says all."""
    branches: defaultdict[str, list[Clause]] = defaultdict(list)
    for clause in clauses:
        branches[clause.ref].append(clause)
    codes: set[str] = set()
    for of_clause in branches.values():  # kind and indicator may change on days, or with elements, of their own
        measures = [measure for clause in of_clause for measure in measures_of(clause).values()]
        if any(measure.kind == "load" for measure in measures):
            codes.add("flow")
            for clause in of_clause:
                codes.update(clause.each.get("indicator", ()))
            for measure in measures:
                codes.update((*(measure.indicators or ()), *((measure.indicator,) if measure.indicator else ())))
    return frozenset(INDICATORS if ALL in codes else codes)


def window(reach: Reach, starts: date, span: pd.Period) -> Window:
    """The readings that an agreement looks at for a period.

    From the start of the year of the period, or of the term where the whole term counts; earlier by as many years as a
    clause looks back; from the Monday before where weeks count, so that the first week is whole.

    Parameters
    ----------
    reach : what the agreement looks at.
    starts : the first day of its term.
    span : the period to settle.
    """
    year = span.start_time.year
    first = min(year, starts.year) if reach.whole_term else year
    years = whole_years(span, year - first + reach.years_back)
    if not reach.weeks:
        return years
    return Window(years.start - timedelta(days=years.start.weekday()), years.end)


def whole_years(span: pd.Period, before: int) -> Window:
    """From the start of the year so many years `before` the period to the period's end, in Chinese time."""
    start = datetime(span.start_time.year - before, 1, 1, tzinfo=CHINA)
    return Window(start, datetime.combine(periods.ends_on(span), time.max, tzinfo=CHINA))


@lru_cache(periods.REMEMBERED)
def year_to_date(starts: date, span: pd.Period) -> pd.Period:
    """The months of the year, and of the term that `starts` then, up to the end of the period."""
    last = periods.months(span)[-1]
    first = max(pd.Period(f"{last.year}-01", freq="M"), pd.Period(starts, freq="M"))
    return periods.run_of_months(first, last)
