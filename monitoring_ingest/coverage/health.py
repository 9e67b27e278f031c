"""How the sources are doing: who is silent, how full a month is, how long values are under way.

In: frames as `coverage.store` reads them, the network, recorded facts and an instant. Out: states, shares with both
their numbers, changes to record. Pure: no clock, no database.
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

SILENT, HEARD = "silent", "heard"  # the events of `alarms` about stations and sources
FAILED, RECOVERED = "failed", "recovered"  # and about settlements
SETTLEMENT = "settlement:"  # what stands in `alarms.source` begins so where an alarm is about a settlement
MEDIAN, P95 = 0.5, 0.95


@dataclass(frozen=True)
class Health:
    """How one station is doing or, where `source` is not blank, one declared source.

    Parameters
    ----------
    station : of a source blank where all of it is meant, else the station whose device is.
    heard : of a source, when it last brought something new; it has no `good` value.
    failure : why the last run of a source failed; blank where it did not.
    good : the newest instant with an accepted value; heard : the newest with any, were it withheld or quarantined.
    arrived : when the good value came in.
    mark, status : what the source remarked on the newest value (维护 …).
    silent_at : when it turned silent, or will unless it is heard; None where it never was.
    ground : the recorded fact that suspends it.
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
    """What an alarm records of a station or source, named as in `Health`: silent since, or heard at, an instant.

    Of a settlement (`settlement_subject`): failed, or recovered, at an instant.
    """

    station: str
    source: str
    event: str
    at: datetime


Subject = tuple[str, str]  # station, source


def settlement_subject(agreement: str, period: str) -> Subject:
    """What an alarm about the settlement of an agreement for a period is filed under; no source has such a code."""
    return "", f"{SETTLEMENT}{agreement}/{period}"


def settlement_of(source: str) -> tuple[str, str] | None:
    """The agreement and the period that `alarms.source` names; None where it names a source or nothing."""
    if not source.startswith(SETTLEMENT):
        return None
    agreement, _, period = source.removeprefix(SETTLEMENT).partition("/")
    return agreement, period


def settlement_changes(before: Mapping[Subject, Change], failed: Mapping[Subject, bool], now: datetime) -> list[Change]:
    """What to record of settlements that were tried: each is told failed once, and recovered once.

    Parameters
    ----------
    failed : whether each settlement that was tried failed.
    """
    changed = []
    for subject, fails in failed.items():
        last = before.get(subject)
        failed_before = last is not None and last.event == FAILED
        if fails != failed_before:
            changed.append(Change(*subject, FAILED if fails else RECOVERED, now))
    return changed


def healths(last: pd.DataFrame, network: Network, facts: Iterable[Fact], now: datetime) -> list[Health]:
    """Every station of the network, silent ones first, those longest silent at the top.

    Parameters
    ----------
    last : from `store.last_heard`.
    """
    grounds = suspensions(facts, network, now)
    rows: dict[str, Any] = {row["station"]: row for row in last.to_dict("records")}
    found = []
    for station in network.stations.values():
        row, ground, slots = rows.get(station.code, {}), grounds.get(station.code), slots_of(station)
        good, arrived, heard = (_instant(row.get(name)) for name in ("good", "arrived", "heard"))
        silent_at = heard and slots.turns_silent(heard)
        said = row.get("mark", ""), row.get("status", "")
        now_is = state(heard, ground is not None, slots, now)
        found.append(Health(station.code, now_is, good, arrived, heard, *said, silent_at, ground))
    return _silent_first(found, now)


def source_healths(
    sources: Iterable[Source],
    heard: Mapping[Subject, datetime],
    network: Network,
    facts: Iterable[Fact],
    now: datetime,
) -> list[Health]:
    """Every declared source that is due by a schedule or sends by itself, silent ones first as with stations.

    One that speaks for stations need not bring anything while all of them are suspended.

    Parameters
    ----------
    heard : when each (station, source) last brought something new, from `store`.
    """
    grounds = suspensions(facts, network, now)
    found = []
    for source in sources:
        named = sorted({source.station, *source.stations.values()} - {""})
        for station, slots in slots_of_source(source, network).items():
            speaks_for = [station] if station else named
            excused = [grounds[code] for code in speaks_for if code in grounds]
            ground = excused[0] if excused and len(excused) == len(speaks_for) else None
            last = heard.get((station, source.code))
            now_is = state(last, ground is not None, slots, now)
            silent_at = last and slots.turns_silent(last)
            found.append(Health(station, now_is, heard=last, silent_at=silent_at, ground=ground, source=source.code))
    return _silent_first(found, now)


def _silent_first(found: Iterable[Health], now: datetime) -> list[Health]:
    first = list(State)
    return sorted(found, key=lambda one: (first.index(one.state), one.heard or now, one.source, one.station))


def _instant(value: pd.Timestamp | None) -> datetime | None:
    return None if value is None or pd.isna(value) else value.to_pydatetime()


def changes(before: Mapping[Subject, Change], found: Iterable[Health]) -> list[Change]:
    """What to record as alarms: silent since when, heard by a value of which instant or, of a source, when.

    Each is told silent once, and heard again once; one that is suspended meanwhile is told neither. Where the clock
    goes back, nothing is told that was told before.
    """
    told = []
    for one in found:
        last = before.get((one.station, one.source))
        if one.heard is None or one.silent_at is None or (last and one.silent_at <= last.at):
            continue
        was_silent = last is not None and last.event == SILENT
        if one.state is State.SILENT and not was_silent:
            told.append(Change(one.station, one.source, SILENT, one.silent_at))
        elif one.state is State.REPORTING and was_silent:
            told.append(Change(one.station, one.source, HEARD, one.heard))
    return told


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


def lag(minutes: pd.Series, readings: pd.Series, at: float) -> int | None:
    """The lag [min] that the share `at` of the readings stayed within; None without readings.

    Parameters
    ----------
    minutes, readings : how many readings were how long under way.
    """
    order = np.argsort(minutes.to_numpy(), kind="stable")
    reached = np.cumsum(readings.to_numpy()[order])
    if not len(reached):
        return None
    return int(minutes.to_numpy()[order][np.searchsorted(reached, at * reached[-1])])
