"""How the sources and the jobs are doing, gathered for pages and lists.

In: a connection, the registry and an instant. Out: plain rows with codes, instants and both numbers of every share. The
states and counts are those of `monitoring_ingest.coverage`; nothing is judged here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypedDict

import pandas as pd
from sqlalchemy import Connection, Engine

from api.reads.reader import Reader
from api.reads.sources import may_read, stations_of_source
from basin.errors import UnknownCode
from basin.indicators import INDICATORS
from basin.network import Network, Station
from basin.registry import Registry
from monitoring_ingest.coverage import agencies_store as agencies
from monitoring_ingest.coverage import store as coverage
from monitoring_ingest.coverage.health import MEDIAN, P95, Health, lag, settlement_of, share
from monitoring_ingest.coverage.matrix import slot_states
from monitoring_ingest.coverage.slots import State, slots_of
from monitoring_ingest.coverage.watching import counts_of, month_at, sources_health, stations_health
from monitoring_ingest.database.engine import reading
from monitoring_ingest.quality.store import observations
from monitoring_ingest.records.store import Selected, left_out_readings
from monitoring_ingest.schedule.store import FAILED, last_runs
from settlement.statement.document import instant

NOT_COUNTED = {"accepted": 0, "due": 0}


class StationState(TypedDict):
    """How a station is doing; instants are texts."""

    station: str
    section: str
    basin: str
    province: str
    state: str
    last_good: str | None
    arrived: str | None
    last_heard: str | None
    mark: str
    silent_at: str | None
    ground: str | None


class Fullness(TypedDict):
    """How many of the slots due in a month have an accepted value, and when that was counted."""

    month: str
    accepted: int
    due: int
    completeness: float | None
    counted_at: str | None


class StationRow(StationState, Fullness):
    """A station in a list."""


class AlarmRow(TypedDict):
    """An alarm: agreement and period are blank unless it is about a settlement."""

    id: int
    station: str
    event: str
    at: str
    recorded_at: str
    source: str
    agreement: str
    period: str


class StationPage(StationRow):
    """One station in one month: its slots (when each begins; states by indicator), lag [minutes] and alarms."""

    begins: list[datetime]
    states: pd.DataFrame
    indicators: list[dict[Hashable, Any]]
    lag_median: int | None
    lag_p95: int | None
    lag_readings: int
    alarms: list[AlarmRow]


class SlotRow(TypedDict):
    """What came in for one slot of one indicator."""

    slot: str | None
    indicator: str
    state: str


class SourceRow(TypedDict):
    """How a declared source is doing."""

    source: str
    title: str
    station: str
    state: str
    last_brought: str | None
    silent_at: str | None
    why: str
    ground: str | None


class Senders(TypedDict):
    """The scorecards of a month, by province and by sender."""

    month: str
    province: list[dict[str, Any]]
    sender: list[dict[str, Any]]


class JobRow(TypedDict):
    """A run of a job."""

    job: str
    slot: str | None
    started_at: str | None
    finished_at: str | None
    state: str
    holder: str


class Status(TypedDict):
    """Whether the service is up and fed."""

    service: str
    database: str
    at: str | None
    last_good: str | None
    arrived: str | None
    stations: Mapping[str, int]
    sources: Mapping[str, int]
    jobs: list[JobRow]


def instant_text(time: datetime | None) -> str | None:
    """An instant as lists print it."""
    return None if time is None else instant(time)


def stations(
    connection: Connection, registry: Registry, reader: Reader, now: datetime, month: str | None
) -> list[StationRow]:
    """How every station that may be seen is doing, silent ones first, with how full a month is: the current one where
    none is named.
    """
    network = registry.network
    of = pd.Period(month, freq="M") if month else month_at(now)
    filled, counted_at = _filled(connection, network, of, now)
    return [
        {**_station_row(health, network), **_full(filled.get(health.station, NOT_COUNTED), of, counted_at)}
        for health in stations_health(connection, network, now)
        if reader.sees_station(health.station)
    ]


def _filled(
    connection: Connection, network: Network, month: pd.Period, now: datetime
) -> tuple[Mapping[str, Mapping[str, int]], datetime]:
    """Slots accepted and due by station, and when that was counted: by the job, of months it still counts, or now."""
    still_counted = month >= month_at(now) - 1
    counted = coverage.kept_filled(connection, str(month)) if still_counted else pd.DataFrame()
    counted_at = now if counted.empty else counted["counted_at"].max().to_pydatetime()
    if counted.empty:
        counted = coverage.month_filled(connection, network, month, now)
    sums = counted.groupby("station").agg({"accepted": "sum", "due": "sum"})
    return sums.to_dict("index"), counted_at  # type: ignore[return-value]


def _station_row(health: Health, network: Network) -> StationState:
    """The state of a station as lists print it."""
    station = network.stations[health.station]
    ground = f"{health.ground.kind} {health.ground.document}" if health.ground else None
    return {
        "station": health.station,
        "section": station.section,
        "basin": network.sections[station.section].basin,
        "province": station.province,
        "state": health.state.value,
        "last_good": instant_text(health.good),
        "arrived": instant_text(health.arrived),
        "last_heard": instant_text(health.heard),
        "mark": " ".join(text for text in (health.mark, health.status) if text),
        "silent_at": instant_text(health.silent_at),
        "ground": ground,
    }


def _full(counts: Mapping[str, int], month: pd.Period, counted_at: datetime) -> Fullness:
    accepted = int(counts["accepted"])
    due = int(counts["due"])
    return {
        "month": str(month), "accepted": accepted, "due": due, "completeness": share(accepted, due),
        "counted_at": instant_text(counted_at),
    }  # fmt: skip


def known_station(registry: Registry, code: str) -> Station:
    """The station of a code.

    Raises
    ------
    UnknownCode : nobody declared it.
    """
    if code not in registry.network.stations:
        problem = UnknownCode(f"没有站点 {code}", f"no station {code}", path="station", remedy="从 /health 找到站点")
        problem.status = 404
        raise problem
    return registry.network.stations[code]


def station(connection: Connection, registry: Registry, code: str, month: str | None, now: datetime) -> StationPage:
    """One station in one month: its state, every slot of every indicator, what each owed, its lag and its alarms."""
    network = registry.network
    declared = known_station(registry, code)
    of = pd.Period(month, freq="M") if month else month_at(now)
    health = next(health for health in stations_health(connection, network, now) if health.station == code)
    begins = slots_of(declared).of_month(of, until=now)
    span: Selected = {"stations": [code], "start": begins[0], "end": begins[-1]}
    states = slot_states(observations(connection, **span), left_out_readings(connection, **span), begins)
    filled = coverage.month_filled(connection, network, of, now, [code])
    sent = agencies.lags_by_sender(connection, agencies.Series([code], list(INDICATORS), begins[0], begins[-1]))
    sums = {"accepted": int(filled["accepted"].sum()), "due": int(filled["due"].sum())}
    return {
        **_station_row(health, network),
        **_full(sums, of, now),
        "begins": begins[:-1],
        "states": states,
        "indicators": filled.to_dict("records"),
        "lag_median": lag(sent["minutes"], sent["readings"], MEDIAN),
        "lag_p95": lag(sent["minutes"], sent["readings"], P95),
        "lag_readings": int(sent["readings"].sum()),
        "alarms": alarms(connection, station=code),
    }


def slot_rows(page: StationPage) -> list[SlotRow]:
    """The slots of `station` as a list: slot, indicator, state."""
    return [
        {"slot": instant_text(begin), "indicator": str(code), "state": state}
        for code, column in page["states"].items()
        for begin, state in zip(page["begins"], column, strict=True)
    ]


def sources(
    connection: Connection, registry: Registry, reader: Reader, now: datetime, basin: str | None = None
) -> list[SourceRow]:
    """How every declared source that is due by a schedule or sends telegrams is doing, as far as it may be read, silent
    ones first.

    Parameters
    ----------
    now : the instant asked about.
    basin : only the sources that speak for a station there, or do not say for which; None for all.
    """
    of_sources = sources_health(connection, registry.network, registry.sources.values(), now)
    readable = (health for health in of_sources if _is_readable(health, registry, reader))
    return [_source_row(health, registry) for health in readable if _is_in(basin, health, registry)]


def _is_readable(health: Health, registry: Registry, reader: Reader) -> bool:
    """Whether somebody may read of the station that a source serves or, where the health is of all, of the source."""
    return reader.station(health.station) if health.station else may_read(reader, registry, health.source)


def _is_in(basin: str | None, health: Health, registry: Registry) -> bool:
    """Whether a source, or its device, speaks for a station of the basin."""
    if basin is None:
        return True
    network = registry.network
    stations = {health.station} if health.station else stations_of_source(registry.sources[health.source])
    basins = {network.sections[network.stations[station].section].basin for station in stations}
    return not basins or basin in basins


def _source_row(health: Health, registry: Registry) -> SourceRow:
    """The state of a source as lists print it."""
    why = ("failed" if health.failure else "nothing_new") if health.state is State.SILENT else ""
    return {
        "source": health.source,
        "title": registry.sources[health.source].title,
        "station": health.station,
        "state": health.state.value,
        "last_brought": instant_text(health.heard),
        "silent_at": instant_text(health.silent_at),
        "why": why,
        "ground": f"{health.ground.kind} {health.ground.document}" if health.ground else None,
    }


def alarms(connection: Connection, limit: int | None = None, **of: str) -> list[AlarmRow]:
    """Alarms, newest first, as lists print them: all, or those of one `station` or `source`."""
    return [_alarm_row(row) for row in coverage.listed_alarms(connection, limit, **of)]


def readable_alarms(reader: Reader, registry: Registry, listed: Sequence[AlarmRow]) -> list[AlarmRow]:
    """The alarms about stations, sources and settlements that somebody may see."""
    return [alarm for alarm in listed if reader.reads_all or _may_see(alarm, registry, reader)]


def _may_see(alarm: AlarmRow, registry: Registry, reader: Reader) -> bool:
    if alarm["agreement"]:
        return reader.agreement(alarm["agreement"])
    if alarm["source"]:
        return may_read(reader, registry, alarm["source"])
    return reader.sees_station(alarm["station"])


def _alarm_row(alarm: Mapping[str, Any]) -> AlarmRow:
    """An alarm about a settlement names its agreement and period; these are blank in others."""
    agreement, period = settlement_of(alarm["source"]) or ("", "")
    return {
        "id": alarm["id"], "station": alarm["station"], "event": alarm["event"], "at": instant(alarm["at"]),
        "recorded_at": instant(alarm["recorded_at"]), "source": "" if agreement else alarm["source"],
        "agreement": agreement, "period": period,
    }  # fmt: skip


def readable_network(reader: Reader, registry: Registry) -> Network:
    """The network with the stations alone that somebody may read."""
    network = registry.network
    if reader.reads_all:
        return network
    readable = {code: station for code, station in network.stations.items() if reader.station(code)}
    return replace(network, stations=readable)


def senders(connection: Connection, network: Network, month: str | None, now: datetime) -> Senders:
    """The scorecards of a month about the stations of a network, by province and by sender."""
    of = pd.Period(month, freq="M") if month else month_at(now)
    if not network.stations:
        return {"month": str(of), "province": [], "sender": []}
    of_provinces, of_senders = counts_of(connection, network, of, now)
    return {
        "month": str(of),
        "province": [vars(card) | card.shares() for card in of_provinces.cards("province")],
        "sender": [vars(card) | card.shares() for card in of_senders.cards("sender")],
    }


def status(engine: Engine, registry: Registry, now: datetime) -> Status:
    """Whether the service is up and fed.

    Raises
    ------
    Unavailable : the database does not answer.
    """
    with reading(engine) as connection:
        of_stations = stations_health(connection, registry.network, now)
        of_sources = sources_health(connection, registry.network, registry.sources.values(), now)
        jobs = [job_row(run) for run in last_runs(connection, now)]
    fed = (health for health in of_stations if health.good)
    newest = max(fed, key=lambda health: health.good or now, default=None)
    return {
        "service": "up",
        "database": "ok",
        "at": instant_text(now),
        "last_good": instant_text(newest.good) if newest else None,
        "arrived": instant_text(newest.arrived) if newest else None,
        "stations": _by_state(of_stations),
        "sources": _by_state(of_sources),
        "jobs": jobs,
    }


def _by_state(of: Sequence[Health]) -> Mapping[str, int]:
    states = [health.state for health in of]
    return {state.value: states.count(state) for state in State}


def job_row(run: Mapping[str, Any]) -> JobRow:
    """A run without what only operators should read: the text of its outcome and the names of machines."""
    failed = run["outcome"].startswith(FAILED)
    return {
        "job": run["job"],
        "slot": instant_text(run["slot"]),
        "started_at": instant_text(run["started_at"]),
        "finished_at": instant_text(run["finished_at"]),
        "state": "failed" if failed else "done" if run["finished_at"] else "running",
        "holder": hashlib.sha256(run["holder"].encode()).hexdigest()[:8],
    }
