"""Slots of readings: when a value is due, how many slots a month has, and when a source counts as silent.

A slot is a stretch of wall-clock time from midnight in the station's zone (00:00, 04:00 …). In: instants, and the
slots of a station. Out: instants and states. No clock, no database; `schedule.job` says when a job is due.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from itertools import product
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pandas as pd

from basin.clauses import GROUNDS
from basin.network import TIMEZONE, Network, Station
from basin.periods import period
from basin.sources import Source
from monitoring_ingest.readings.facts import Fact, takes_back
from monitoring_ingest.telegrams.profiles import FORMAT as TELEGRAMS


class Slots(NamedTuple):
    """The slots of a station or source: their zone, and their length in hours of the wall clock, a divisor of 24.

    The slots of a source may also last whole days; they begin with the day.
    """

    zone: str
    hours: int

    def begin(self, instant: datetime) -> datetime:
        """When the slot that holds an instant began."""
        local = instant.astimezone(ZoneInfo(self.zone))
        return self._instant(local.replace(hour=local.hour // self.hours * self.hours, minute=0, second=0))

    def after(self, instant: datetime) -> datetime:
        """When the slot that holds an instant ends, and the next slot begins."""
        local = self.begin(instant).astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)
        return self._instant((local + timedelta(hours=self.hours)).replace(tzinfo=ZoneInfo(self.zone)))

    def day(self, of: date) -> list[datetime]:
        """When each slot of a day begins."""
        midnight = datetime(of.year, of.month, of.day, tzinfo=ZoneInfo(self.zone))
        return [self._instant(midnight.replace(hour=hour)) for hour in range(0, 24, self.hours)]

    def of_month(self, month: pd.Period, until: datetime) -> list[datetime]:
        """When each slot of a month that ended by an instant begins and, last, when the last of these slots ends."""
        days = pd.date_range(month.start_time, periods=month.days_in_month + 1).date
        begins = [slot for day in days[:-1] for slot in self.day(day)] + self.day(days[-1])[:1]
        return [begin for begin in begins if begin <= until] or begins[:1]

    def turns_silent(self, heard: datetime) -> datetime:
        """When a source last heard at an instant turns silent: at the end of the slot after the one that holds it."""
        return self.after(self.after(heard))

    def _instant(self, local: datetime) -> datetime:
        return local.replace(microsecond=0, fold=0).astimezone(UTC)


def slots_of(station: Station) -> Slots:
    """The slots in which a station is to report."""
    return Slots(station.timezone, station.slot_hours)


def slots_of_source(source: Source, network: Network) -> dict[str, Slots]:
    """The slots in which a declared source is to bring something new, by station; ``""`` is the source as a whole.

    A source that is pulled is due as a whole. Telegrams arrive unasked: each station that has a device is due by
    itself, in the station's slots. A source that only people run is never due, and has no entry.
    """
    if source.format == TELEGRAMS:
        return {code: slots_of(network.stations[code]) for code in source.stations.values()}
    return {"": Slots(TIMEZONE, source.every_hours)} if source.every_hours else {}


def by_slots(network: Network, stations: Iterable[str]) -> dict[Slots, list[str]]:
    """Stations by the slots they report in."""
    stations_of: dict[Slots, list[str]] = {}
    for code in stations:
        stations_of.setdefault(slots_of(network.stations[code]), []).append(code)
    return stations_of


class Run(NamedTuple):
    """Slots that follow each other every `hours`: a whole month, unless the clocks change in that month."""

    start: datetime
    end: datetime
    slots: int
    hours: int


def runs(begins: Sequence[datetime], hours: int) -> list[Run]:
    """Slots as runs; the last slot of a run may be longer or shorter.

    Parameters
    ----------
    begins : when each slot begins and, last, when the last slot ends. hours : the length of a slot [h].
    """
    all_runs = []
    first = 0
    for place in range(1, len(begins)):
        if place == len(begins) - 1 or begins[place] - begins[place - 1] != timedelta(hours=hours):
            all_runs.append(Run(begins[first], begins[place], place - first, hours))
            first = place
    return all_runs


class State(StrEnum):
    """The state of a station or source, in the order in which people should look at them."""

    SILENT = "silent"
    NEVER = "never"
    SUSPENDED = "suspended"
    REPORTING = "reporting"


def state(heard: datetime | None, suspended: bool, slots: Slots, now: datetime) -> State:
    """The state of a station or source.

    Parameters
    ----------
    heard : the newest instant that a station gave a value for, also a withheld or quarantined value; when a source last
        brought something new. None where that never happened.
    suspended : whether a recorded ground excuses the station or source from reporting.
    slots : in which values are due. now : the instant asked about.
    """
    if suspended:
        return State.SUSPENDED
    if heard is None:
        return State.NEVER
    return State.SILENT if now >= slots.turns_silent(heard) else State.REPORTING


def suspensions(facts: Iterable[Fact], network: Network, now: datetime) -> Mapping[str, Fact]:
    """The stations that need not report today, each with the fact about the station or its section that says so.

    Of several facts about one subject and ground the last recorded fact holds; a value of 0 takes the ground back.

    Parameters
    ----------
    facts : in the order they were recorded. network : the stations. now : decides which day it is at each station.
    """
    recorded: dict[tuple[str, str], list[Fact]] = {}
    for fact in facts:
        if fact.kind in GROUNDS:
            recorded.setdefault((fact.subject, fact.kind), []).append(fact)
    suspended: dict[str, Fact] = {}
    for station in network.stations.values() if recorded else ():
        today = now.astimezone(ZoneInfo(station.timezone)).date()
        for subject, kind in product((station.section, station.code), GROUNDS):
            covering = [fact for fact in recorded.get((subject, kind), ()) if _covers(fact.period, today)]
            if covering and not takes_back(covering[-1]):
                suspended[station.code] = covering[-1]
    return suspended


def _covers(text: str, day: date) -> bool:
    whole = period(text)
    return bool(whole.start_time.date() <= day <= whole.end_time.date())
