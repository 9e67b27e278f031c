"""Slots of readings: when a value is due, how many slots a month has, and when a source that says nothing is silent.

A slot is a stretch of wall-clock time from midnight in the station's zone (00:00, 04:00 …). In: instants, and the
slots of a station. Out: instants and states. No clock, no database; what is due of a job is in `job`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pandas as pd

from basin.clauses import GROUNDS
from basin.network import TIMEZONE, Network, Station
from basin.periods import period
from basin.sources import Source
from monitoring_ingest.readings.facts import Fact
from monitoring_ingest.telegrams.profiles import FORMAT as TELEGRAMS

NOT_SO = "0"  # the value of a fact that takes an earlier one back


class Slots(NamedTuple):
    """The slots of a station or source: their zone, and their length in hours of the wall clock, a divisor of 24.

    Those of a source may also last whole days; they begin with the day.
    """

    zone: str
    hours: int

    def begin(self, at: datetime) -> datetime:
        """When the slot that holds an instant began."""
        local = at.astimezone(ZoneInfo(self.zone))
        return self._instant(local.replace(hour=local.hour // self.hours * self.hours, minute=0, second=0))

    def after(self, at: datetime) -> datetime:
        """When the slot that holds an instant ends, and the next one begins."""
        local = self.begin(at).astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)
        return self._instant((local + timedelta(hours=self.hours)).replace(tzinfo=ZoneInfo(self.zone)))

    def day(self, of: date) -> list[datetime]:
        """When each slot of a day begins."""
        midnight = datetime(of.year, of.month, of.day, tzinfo=ZoneInfo(self.zone))
        return [self._instant(midnight.replace(hour=hour)) for hour in range(0, 24, self.hours)]

    def of_month(self, month: pd.Period, until: datetime) -> list[datetime]:
        """When each slot of a month that ended by an instant begins and, last, when the last of them ends."""
        days = pd.date_range(month.start_time, periods=month.days_in_month + 1).date
        begins = [slot for day in days[:-1] for slot in self.day(day)] + self.day(days[-1])[:1]
        return [begin for begin in begins if begin <= until] or begins[:1]

    def turns_silent(self, heard: datetime) -> datetime:
        """When a source last heard at an instant is silent: once the slot after that one has ended with nothing."""
        return self.after(self.after(heard))

    def _instant(self, local: datetime) -> datetime:
        return local.replace(microsecond=0, fold=0).astimezone(UTC)


def slots_of(station: Station) -> Slots:
    """The slots in which a station is to report."""
    return Slots(station.timezone, station.slot_hours)


def slots_of_source(source: Source, network: Network) -> dict[str, Slots]:
    """The slots in which a declared source is to bring something new: all of it (``""``) when it is to be pulled.

    Telegrams come by themselves: of them each station that a device stands for is told apart, with the station's slots.
    A source that only people run is never due, and is not there.
    """
    if source.format == TELEGRAMS:
        return {code: slots_of(network.stations[code]) for code in source.stations.values()}
    return {"": Slots(TIMEZONE, source.every_hours)} if source.every_hours else {}


def by_slots(network: Network, stations: Iterable[str]) -> dict[Slots, list[str]]:
    """Stations by the slots they report in."""
    found: dict[Slots, list[str]] = {}
    for code in stations:
        found.setdefault(slots_of(network.stations[code]), []).append(code)
    return found


class Run(NamedTuple):
    """Slots that follow each other every `hours`: all of a month, but where the clocks are changed."""

    start: datetime
    end: datetime
    slots: int
    hours: int


def runs(begins: Sequence[datetime], hours: int) -> list[Run]:
    """Slots by when each begins and, last, when they end, as runs; the last slot of a run may be longer or shorter."""
    found, first = [], 0
    for at in range(1, len(begins)):
        if at == len(begins) - 1 or begins[at] - begins[at - 1] != timedelta(hours=hours):
            found.append(Run(begins[first], begins[at], at - first, hours))
            first = at
    return found


class State(StrEnum):
    """How a station or source is doing, the one to look at first before the others."""

    SILENT = "silent"
    NEVER = "never"
    SUSPENDED = "suspended"
    REPORTING = "reporting"


def state(heard: datetime | None, suspended: bool, slots: Slots, now: datetime) -> State:
    """The state of a station or source.

    Parameters
    ----------
    heard : the newest instant a station gave a value for, were it withheld or quarantined; when a source last brought
        something new. None where it never did.
    suspended : whether a recorded ground says that it need not report.
    """
    if suspended:
        return State.SUSPENDED
    if heard is None:
        return State.NEVER
    return State.SILENT if now >= slots.turns_silent(heard) else State.REPORTING


def suspensions(facts: Iterable[Fact], network: Network, now: datetime) -> Mapping[str, Fact]:
    """The stations that need not report today, each with the fact that says so of it or of its section.

    Of several facts about one subject and ground the last recorded one holds; its value ``0`` takes the ground back.
    """
    grounds = [fact for fact in facts if fact.kind in GROUNDS]
    told: dict[tuple[str, str], list[Fact]] = {}
    for fact in grounds:
        told.setdefault((fact.subject, fact.kind), []).append(fact)
    found: dict[str, Fact] = {}
    for station in network.stations.values() if told else ():
        today = now.astimezone(ZoneInfo(station.timezone)).date()
        for subject, kind in ((one, ground) for one in (station.section, station.code) for ground in GROUNDS):
            covering = [fact for fact in told.get((subject, kind), ()) if _covers(fact.period, today)]
            if covering and covering[-1].value != NOT_SO:
                found[station.code] = covering[-1]
    return found


def _covers(text: str, day: date) -> bool:
    whole = period(text)
    return bool(whole.start_time.date() <= day <= whole.end_time.date())
