"""The state of stations and sources: who is silent, how many slots a month owes, how long values are under way.

In: frames as `coverage.store` reads them, the network, recorded facts and an instant. Out: states, shares, changes to
record. Pure: no clock, no database.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from basin.network import Network
from basin.sources import Source
from monitoring_ingest.coverage.slots import State, slots_of, slots_of_source, state, suspensions
from monitoring_ingest.readings.facts import Fact

# the events of `alarms` about stations and sources
SILENT = "silent"
HEARD = "heard"
# and about settlements
FAILED = "failed"
RECOVERED = "recovered"
SETTLEMENT = "settlement:"  # `alarms.source` begins so where an alarm is about a settlement
MEDIAN = 0.5
P95 = 0.95


@dataclass(frozen=True)
class Health:
    """The state of a station or, where `source` is not blank, of a declared source.

    Parameters
    ----------
    station : the code. For a source: the station whose device is meant, blank where the whole source is meant.
    state : what is shown.
    good : the newest instant with an accepted value; None for a source.
    arrived : when that accepted value came in.
    heard : the newest instant with any value, also withheld or quarantined. For a source: when the source last brought
        something new.
    mark, status : what the source remarked on the newest value (维护 …).
    silent_at : when the station or source turned silent, or will turn silent unless it is heard; None where it was
        never heard.
    ground : the recorded fact that suspends reporting.
    source : the code of the source; blank for a station.
    failure : why the last run of a source failed; blank where the run did not fail.
    """

    station: str
    state: State
    good: datetime | None = None
    arrived: datetime | None = None
    heard: datetime | None = None
    mark: str = ""
    status: str = ""
    silent_at: datetime | None = None
    ground: Fact | None = None
    source: str = ""
    failure: str = ""


class Change(NamedTuple):
    """A row of `alarms` about a station or source, named as in `Health`: silent since, or heard at, an instant.

    About a settlement (`settlement_subject`): failed, or recovered, at an instant.
    """

    station: str
    source: str
    event: str
    at: datetime


class Subject(NamedTuple):
    """What alarms are about: a station (source blank), a source, or a source's device at a station."""

    station: str
    source: str


class Settled(NamedTuple):
    """The agreement and the period that an alarm about a settlement names."""

    agreement: str
    period: str


def settlement_subject(agreement: str, period: str) -> Subject:
    """The subject of alarms about the settlement of an agreement for a period; no source has such a code."""
    return Subject("", f"{SETTLEMENT}{agreement}/{period}")


def settlement_of(source: str) -> Settled | None:
    """The agreement and the period that `alarms.source` names; None where it names a source or nothing."""
    if not source.startswith(SETTLEMENT):
        return None
    agreement, _, period = source.removeprefix(SETTLEMENT).partition("/")
    return Settled(agreement, period)


def settlement_changes(before: Mapping[Subject, Change], failed: Mapping[Subject, bool], now: datetime) -> list[Change]:
    """The alarms to record about settlements that were tried: failed once, and recovered once.

    Parameters
    ----------
    before : the newest alarm of each subject. failed : whether each settlement that was tried failed.
    now : when they were tried.
    """
    changed = []
    for subject, fails in failed.items():
        last = before.get(subject)
        failed_before = last is not None and last.event == FAILED
        if fails != failed_before:
            changed.append(Change(*subject, FAILED if fails else RECOVERED, now))
    return changed


def healths(last: pd.DataFrame, network: Network, facts: Iterable[Fact], now: datetime) -> list[Health]:
    """The health of every station of the network, silent stations first, the longest silent at the top.

    Parameters
    ----------
    last : from `store.last_heard`. network : the stations.
    facts : all that are recorded. now : the instant asked about.
    """
    grounds = suspensions(facts, network, now)
    rows: dict[str, Any] = {row["station"]: row for row in last.to_dict("records")}
    of_stations = []
    for station in network.stations.values():
        row = rows.get(station.code, {})
        ground = grounds.get(station.code)
        slots = slots_of(station)
        heard = _instant(row.get("heard"))
        of_stations.append(
            Health(
                station.code,
                state(heard, ground is not None, slots, now),
                good=_instant(row.get("good")),
                arrived=_instant(row.get("arrived")),
                heard=heard,
                mark=row.get("mark", ""),
                status=row.get("status", ""),
                silent_at=heard and slots.turns_silent(heard),
                ground=ground,
            )
        )
    return _silent_first(of_stations, now)


def source_healths(
    sources: Iterable[Source],
    heard: Mapping[Subject, datetime],
    network: Network,
    facts: Iterable[Fact],
    now: datetime,
) -> list[Health]:
    """The health of every declared source that is due by a schedule or sends by itself, in the order of `healths`.

    A source that speaks for stations need not bring anything while all of these stations are suspended.

    Parameters
    ----------
    sources : that are declared. heard : when each subject last brought something new, from `store`.
    network, facts : the stations, and all facts that are recorded. now : the instant asked about.
    """
    grounds = suspensions(facts, network, now)
    of_sources = []
    for source in sources:
        named = sorted({source.station, *source.stations.values()} - {""})
        for station, slots in slots_of_source(source, network).items():
            speaks_for = [station] if station else named
            excused = [grounds[code] for code in speaks_for if code in grounds]
            ground = excused[0] if excused and len(excused) == len(speaks_for) else None
            last = heard.get(Subject(station, source.code))
            now_is = state(last, ground is not None, slots, now)
            silent_at = last and slots.turns_silent(last)
            of_sources.append(
                Health(station, now_is, heard=last, silent_at=silent_at, ground=ground, source=source.code)
            )
    return _silent_first(of_sources, now)


def _silent_first(healths_of_all: Iterable[Health], now: datetime) -> list[Health]:
    """In the order of `State`, the longest unheard first."""
    order = list(State)

    def place(health: Health) -> tuple[int, datetime, str, str]:
        return order.index(health.state), health.heard or now, health.source, health.station

    return sorted(healths_of_all, key=place)


def _instant(value: pd.Timestamp | None) -> datetime | None:
    return None if value is None or pd.isna(value) else value.to_pydatetime()


def changes(before: Mapping[Subject, Change], healths_now: Iterable[Health]) -> list[Change]:
    """The alarms to record: silent since when, or heard again at the instant of a value or, for a source, when.

    A station or source is recorded silent once, and heard again once; while it is suspended nothing is recorded. Where
    the clock goes back, nothing is recorded a second time.

    Parameters
    ----------
    before : the newest alarm of each subject. healths_now : of every station and source watched.
    """
    events = []
    for health in healths_now:
        subject = Subject(health.station, health.source)
        last = before.get(subject)
        if health.heard is None or health.silent_at is None or (last and health.silent_at <= last.at):
            continue
        was_silent = last is not None and last.event == SILENT
        if health.state is State.SILENT and not was_silent:
            events.append(Change(*subject, SILENT, health.silent_at))
        elif health.state is State.REPORTING and was_silent:
            events.append(Change(*subject, HEARD, health.heard))
    return events


def due(first: pd.Series, begins: Sequence[datetime]) -> np.ndarray:
    """How many of some slots each series owes a value for: those from the slot of its first value on.

    Parameters
    ----------
    begins : when each slot begins and, last, when they end.
    """
    edges = pd.DatetimeIndex(list(begins)).as_unit("ns")
    began = np.maximum(edges.searchsorted(pd.DatetimeIndex(first), side="right") - 1, 0)
    return np.maximum(len(begins) - 1 - began, 0)


def share(part: int, whole: int) -> float | None:
    """A part of a whole; None where there is no whole."""
    return part / whole if whole else None


def lag(minutes: pd.Series, readings: pd.Series, quantile: float) -> int | None:
    """The lag [min] that the given share of the readings stayed within; None without readings.

    Parameters
    ----------
    minutes, readings : how many readings were how long under way [min].
    quantile : the share of the readings, 0–1.
    """
    order = np.argsort(minutes.to_numpy(), kind="stable")
    reached = np.cumsum(readings.to_numpy()[order])
    if not len(reached):
        return None
    return int(minutes.to_numpy()[order][np.searchsorted(reached, quantile * reached[-1])])
