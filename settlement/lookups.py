"""What a settlement reads: the readings, and the facts, that its clauses look up.

In: `Measurements` and `ClosedPeriods`, as clauses use them. Out: the same, which write down what they are asked for.
What a settlement rests on is told by this, not by what an agreement might look at: a reading that nobody looked up
changes no digest. A settlement that takes a value over from another, made from the same readings, has read what that
one read for it. Nothing is decided here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, ItemsView, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

import pandas as pd

from basin import periods
from basin.measures import Measure
from monitoring_ingest.readings.fact_findings import differing
from monitoring_ingest.readings.facts import Fact
from settlement.clauses.closed_periods import ClosedPeriods
from settlement.clauses.element import Axes, Element
from settlement.clauses.values import Key, Measurements, Month, Value
from settlement.clauses.working import Trail

T = TypeVar("T")
Reported = tuple[str, str, int]  # section, indicator and year of a series that has readings, of whatever month
_NO_READINGS = Month(None)


class Asked(NamedTuple):
    """A question about the facts: which of `FITS` a fact must do, and subject, kind and period."""

    fits: str
    subject: str
    kind: str
    of: pd.Period


@dataclass
class LookedUp:
    """What was looked up.

    Attributes
    ----------
    cells : (section, indicator, month or day) whose readings were asked for, whether there are any or not.
    sections : codes of the sections whose readings were all asked for.
    reported : series that were found to have readings.
    asked : what was asked of the facts.
    """

    cells: set[Key] = field(default_factory=set)
    sections: set[str] = field(default_factory=set)
    reported: set[Reported] = field(default_factory=set)
    asked: set[Asked] = field(default_factory=set)

    def takes_over(self, other: LookedUp) -> None:
        """Add everything that was looked up for something else: mostly cells alone."""
        self.cells |= other.cells
        if other.sections or other.reported or other.asked:
            self.sections |= other.sections
            self.reported |= other.reported
            self.asked |= other.asked


@dataclass
class Lookups:
    """Where look-ups are written down: `so_far` is replaced while a value is measured that others may take over."""

    so_far: LookedUp = field(default_factory=LookedUp)


@dataclass(frozen=True, eq=False)  # equal to any mapping of the same content
class UpTo(Mapping[Key, T]):
    """What is known when a period ends: a settlement never looks ahead, whatever was gathered.

    A view: every period settled from the same readings looks into the same statistics. It writes down what is looked
    up.

    Attributes
    ----------
    whole : all there is. last : the ordinal of the last month or day that counts; all keys are of that frequency.
    """

    whole: Mapping[Key, T]
    last: int
    lookups: Lookups = field(default_factory=Lookups)

    @classmethod
    def the_end_of(cls, span: pd.Period, freq: str, whole: Mapping[Key, T], lookups: Lookups) -> UpTo[T]:
        """What was known when a period ended.

        Parameters
        ----------
        span : the period.
        freq : of the keys: months ("M") or days ("D").
        whole : all there is.
        lookups : where look-ups are written down.
        """
        return cls(whole, periods.last_in(span, freq).ordinal, lookups)

    def __getitem__(self, key: Key) -> T:
        if key[2].ordinal > self.last:
            raise KeyError(key)
        self.lookups.so_far.cells.add(key)
        return self.whole[key]

    def get(self, key: Key, default: Any = None) -> Any:
        """As of any mapping; asked for every month of every clause, so without an exception on the way."""
        if key[2].ordinal > self.last:
            return default
        self.lookups.so_far.cells.add(key)
        return self.whole.get(key, default)

    def items(self) -> ItemsView[Key, T]:
        """The items up to the last period, in one pass."""
        items = {key: value for key, value in self.whole.items() if key[2].ordinal <= self.last}
        self.lookups.so_far.cells.update(items)
        return items.items()

    def __iter__(self) -> Iterator[Key]:
        return (key for key in self.whole if key[2].ordinal <= self.last)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class WholeSections(dict[Key, T]):
    """What all readings of a section together say, by key: whoever looks one up has read them all."""

    def __init__(self, values: Mapping[Key, T], lookups: Lookups) -> None:
        super().__init__(values)
        self.lookups = lookups

    def get(self, key: Key, default: Any = None) -> Any:
        """As of any mapping."""
        self.lookups.so_far.sections.add(key[0])
        return super().get(key, default)


@dataclass(frozen=True)
class NotedMeasurements(Measurements):
    """Measurements that write down the questions about facts, and which series were found to be reported.

    Attributes
    ----------
    lookups : where they are written down, as by `months`, `days`, `loads` and `slots`.
    first_months : of the series, as `first_months` gives them.
    """

    lookups: Lookups = field(default_factory=Lookups)
    first_months: Mapping[Reported, pd.Period] = field(default_factory=dict)

    def has_ended(self, month: pd.Period) -> bool:
        """As of any measurements; a settlement looks at nothing after its period."""
        return not isinstance(self.months, UpTo) or month.ordinal <= self.months.last

    def note_month(self, key: Key) -> None:
        """As of any measurements; the month is written down as if it had been looked up."""
        if isinstance(self.months, UpTo) and key[2].ordinal <= self.months.last:
            self.lookups.so_far.cells.add(key)

    def facts_about(self, subject: str, kind: str, of: pd.Period) -> Sequence[Fact]:
        """As of any measurements."""
        self.lookups.so_far.asked.add(Asked("same", subject, kind, of))
        return super().facts_about(subject, kind, of)

    def ground(self, section: str, kind: str, of: pd.Period) -> str | None:
        """As of any measurements."""
        self.lookups.so_far.asked.add(Asked("covers", section, kind, of))
        return super().ground(section, kind, of)

    def speaks_around(self, subjects: Collection[str], kind: str, of: pd.Period) -> bool:
        """As of any measurements."""
        self.lookups.so_far.asked.update(Asked("around", subject, kind, of) for subject in subjects)
        return super().speaks_around(subjects, kind, of)

    def reports(self, section: str, indicator: str, year: int) -> bool:
        """As of any measurements. That a series is not reported rests on no reading."""
        series = (section, indicator, year)
        is_reported = series in self.reported_years
        if is_reported:
            self.lookups.so_far.reported.add(series)
        return is_reported

    @cached_property
    def reported_years(self) -> frozenset[tuple[str, str, int]]:
        """As of any measurements; which of them a settlement reads is told by `reports`."""
        if not isinstance(self.months, UpTo):
            return super().reported_years
        last = self.months.last
        return frozenset(series for series, month in self.first_months.items() if month.ordinal <= last)

    @cached_property
    def recorded_years(self) -> frozenset[tuple[str, str, int]]:
        """As of any measurements."""
        return _NotedYears(super().recorded_years, self.lookups)

    def cells_read(self) -> set[Key]:
        """The cells that were looked up, and for each series that was found to be reported a month that shows it.

        Where no such month was looked up anyway, it is the first of the year that has readings.
        """
        looked_up = self.lookups.so_far
        cells = set(looked_up.cells)
        if looked_up.reported and isinstance(self.months, UpTo):
            months = self.months.whole
            with_readings = (key for key in cells if months.get(key, _NO_READINGS).readings)
            shown = {(section, indicator, of.year) for section, indicator, of in with_readings}
            for series in looked_up.reported - shown:
                cells.add((*series[:2], self.first_months[series]))
        return cells


class _NotedYears(frozenset[tuple[str, str, int]]):
    """The years in which people recorded a mean of a series; a question that one answers is written down."""

    lookups: Lookups

    def __new__(cls, years: frozenset[tuple[str, str, int]], lookups: Lookups) -> _NotedYears:
        noted = super().__new__(cls, years)
        noted.lookups = lookups
        return noted

    def __contains__(self, series: object) -> bool:
        is_recorded = super().__contains__(series)
        if is_recorded and isinstance(series, tuple):
            section, indicator, year = series
            self.lookups.so_far.asked.add(Asked("in", section, indicator, periods.period(str(year))))
        return is_recorded


def first_months(months: Mapping[Key, Month]) -> dict[Reported, pd.Period]:
    """The first month of each year in which a series has readings."""
    first: dict[Reported, pd.Period] = {}
    for (section, indicator, of), month in months.items():
        series = (section, indicator, of.year)
        if month.readings and (series not in first or of.ordinal < first[series].ordinal):
            first[series] = of
    return first


@dataclass(frozen=True)
class NotedPeriods(ClosedPeriods):
    """Closed periods that write down what was read for each value, and again for whoever takes it over.

    Attributes
    ----------
    lookups : of the settlement that asks.
    read_for : what was looked up for each of `values`, shared as these are.
    """

    lookups: Lookups = field(default_factory=Lookups)
    read_for: dict[tuple[int, pd.Period, Axes], LookedUp] = field(default_factory=dict)

    def value(self, measure: Measure, spot: Element, trail: Trail, measured: Callable[[Trail], Value]) -> Value:
        """As of any closed periods."""
        key = (id(measure), spot.of, spot.axes)
        read = self.read_for.get(key)
        if read is not None:
            self.lookups.so_far.takes_over(read)
            return super().value(measure, spot, trail, measured)
        read = LookedUp()
        before = self.lookups.so_far
        self.lookups.so_far = read
        try:
            value = super().value(measure, spot, trail, measured)
        finally:
            self.lookups.so_far = before
        before.takes_over(read)
        if key in self.values:
            self.read_for[key] = read
        return value


FITS: Mapping[str, Callable[[pd.Period, pd.Period], bool]] = {
    "same": lambda of_fact, of: bool(of_fact == of),
    "covers": lambda of_fact, of: _covers(of_fact, of),
    "around": lambda of_fact, of: _covers(of_fact, of) or _covers(of, of_fact),
    "in": lambda of_fact, of: bool(of_fact.year == of.year),
}


def facts_read(facts: Sequence[Fact], asked: Iterable[Asked]) -> list[Fact]:
    """The facts that answered: of those that fit a question the newest; all of them where they state different values.

    Returns
    -------
    by subject and kind, the older before the newer: an order that facts about something else do not change.
    """
    if not facts:
        return []
    recorded: defaultdict[tuple[str, str], list[Fact]] = defaultdict(list)
    for fact in facts:
        recorded[fact.subject, fact.kind].append(fact)
    places: set[tuple[str, str, int]] = set()
    for question in asked:
        about = recorded.get((question.subject, question.kind), [])
        fits = FITS[question.fits]
        fitting = [place for place, fact in enumerate(about) if fits(periods.period(fact.period), question.of)]
        answering = fitting[-1:]
        if question.fits == "same" and differing([about[place] for place in fitting]):
            answering = fitting
        places.update((question.subject, question.kind, place) for place in answering)
    return [recorded[subject, kind][place] for subject, kind, place in sorted(places)]


def _covers(longer: pd.Period, of: pd.Period) -> bool:
    return periods.starts_on(longer) <= periods.starts_on(of) and periods.ends_on(of) <= periods.ends_on(longer)
