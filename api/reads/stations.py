"""How the sources and the jobs are doing, gathered for pages and lists.

In: a connection, the registry and an instant. Out: plain rows with codes, instants and both numbers of every share. The
states and counts are those of `monitoring_ingest.coverage`; nothing is judged here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Engine

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
from monitoring_ingest.records.store import left_out_readings
from monitoring_ingest.schedule.store import FAILED, last_runs
from settlement.statement.document import instant

Row = dict[str, Any]
NOT_COUNTED = {"accepted": 0, "due": 0}


def told(at: datetime | None) -> str | None:
    """An instant as lists print it."""
    return None if at is None else instant(at)


def stations(connection: Connection, registry: Registry, now: datetime, month: str | None) -> list[Row]:
    """How every station is doing, silent ones first, with how full a month is: the current one where none is named."""
    network, of = registry.network, pd.Period(month, freq="M") if month else month_at(now)
    filled, counted_at = _filled(connection, network, of, now)
    return [
        _station_row(one, network) | _full(filled.get(one.station, NOT_COUNTED), of, counted_at)
        for one in stations_health(connection, network, now)
    ]


def _filled(
    connection: Connection, network: Network, month: pd.Period, now: datetime
) -> tuple[Mapping[str, Mapping[str, int]], datetime]:
    """Slots accepted and due by station, and when that was counted: by the job, of months it still counts, or now."""
    still_counted = month >= month_at(now) - 1
    counted = coverage.kept_filled(connection, str(month)) if still_counted else pd.DataFrame()
    at = now if counted.empty else counted["counted_at"].max().to_pydatetime()
    if counted.empty:
        counted = coverage.month_filled(connection, network, month, now)
    sums = counted.groupby("station").agg({"accepted": "sum", "due": "sum"})
    return sums.to_dict("index"), at  # type: ignore[return-value]


def _station_row(one: Health, network: Network) -> Row:
    station = network.stations[one.station]
    ground = f"{one.ground.kind} {one.ground.document}" if one.ground else None
    return {
        "station": one.station,
        "section": station.section,
        "basin": network.sections[station.section].basin,
        "province": station.province,
        "state": one.state.value,
        "last_good": told(one.good),
        "arrived": told(one.arrived),
        "last_heard": told(one.heard),
        "mark": " ".join(text for text in (one.mark, one.status) if text),
        "silent_at": told(one.silent_at),
        "ground": ground,
    }


def _full(counts: Mapping[str, int], month: pd.Period, counted_at: datetime) -> Row:
    accepted, due = int(counts["accepted"]), int(counts["due"])
    full = {"accepted": accepted, "due": due, "completeness": share(accepted, due)}
    return {"month": str(month)} | full | {"counted_at": told(counted_at)}


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


def station(connection: Connection, registry: Registry, code: str, month: str | None, now: datetime) -> Row:
    """One station in one month: its state, every slot of every indicator, what each owed, its lag and its alarms."""
    known, network = known_station(registry, code), registry.network
    of = pd.Period(month, freq="M") if month else month_at(now)
    health = next(one for one in stations_health(connection, network, now) if one.station == code)
    begins = slots_of(known).of_month(of, until=now)
    span: Row = {"stations": [code], "start": begins[0], "end": begins[-1]}
    states = slot_states(observations(connection, **span), left_out_readings(connection, **span), begins)
    filled = coverage.month_filled(connection, network, of, now, [code])
    sent = agencies.lags_by_sender(connection, agencies.Series([code], list(INDICATORS), begins[0], begins[-1]))
    sums = filled[["accepted", "due"]].sum()
    return _station_row(health, network) | _full(sums.to_dict(), of, now) | {
        "begins": begins[:-1],
        "states": states,
        "indicators": filled.to_dict("records"),
        "lag_median": lag(sent["minutes"], sent["readings"], MEDIAN),
        "lag_p95": lag(sent["minutes"], sent["readings"], P95),
        "lag_readings": int(sent["readings"].sum()),
        "alarms": alarms(connection, station=code),
    }  # fmt: skip


def slot_rows(found: Mapping[str, Any]) -> list[Row]:
    """The slots of `station` as a list: slot, indicator, state."""
    return [
        {"slot": told(begin), "indicator": code, "state": state}
        for code, column in found["states"].items()
        for begin, state in zip(found["begins"], column, strict=True)
    ]


def sources(connection: Connection, registry: Registry, now: datetime) -> list[Row]:
    """How every declared source that is due by a schedule or sends telegrams is doing, silent ones first."""
    found = sources_health(connection, registry.network, registry.sources.values(), now)
    return [_source_row(one, registry) for one in found]


def _source_row(one: Health, registry: Registry) -> Row:
    why = ("failed" if one.failure else "nothing_new") if one.state is State.SILENT else ""
    return {
        "source": one.source,
        "title": registry.sources[one.source].title,
        "station": one.station,
        "state": one.state.value,
        "last_brought": told(one.heard),
        "silent_at": told(one.silent_at),
        "why": why,
        "ground": f"{one.ground.kind} {one.ground.document}" if one.ground else None,
    }


def alarms(connection: Connection, limit: int | None = None, **of: str) -> list[Row]:
    """Alarms, newest first, as lists print them: all, or those of one `station` or `source`."""
    return [_alarm_row(row) for row in coverage.listed_alarms(connection, limit, **of)]


def _alarm_row(alarm: Row) -> Row:
    """An alarm about a settlement names its agreement and period; these are blank in others."""
    agreement, period = settlement_of(alarm["source"]) or ("", "")
    row = {name: told(value) if isinstance(value, datetime) else value for name, value in alarm.items()}
    return row | {"source": "" if agreement else alarm["source"], "agreement": agreement, "period": period}


def senders(connection: Connection, registry: Registry, month: str | None, now: datetime) -> Row:
    """The scorecards of a month: `province` and `sender`, each a list."""
    of = pd.Period(month, freq="M") if month else month_at(now)
    counted = counts_of(connection, registry.network, of, now)
    cards = {by: counts.cards(by) for by, counts in zip(("province", "sender"), counted, strict=True)}
    return {"month": str(of)} | {by: [vars(card) | card.shares() for card in some] for by, some in cards.items()}


def status(engine: Engine, registry: Registry, now: datetime) -> Row:
    """Whether the service is up and fed.

    Raises
    ------
    Unavailable : the database does not answer.
    """
    with reading(engine) as connection:
        found = stations_health(connection, registry.network, now)
        of_sources = sources_health(connection, registry.network, registry.sources.values(), now)
        jobs = [job_row(run) for run in last_runs(connection)]
    newest = max((one for one in found if one.good), key=lambda one: one.good or now, default=None)
    return {
        "service": "up",
        "database": "ok",
        "at": told(now),
        "last_good": newest and told(newest.good),
        "arrived": newest and told(newest.arrived),
        "stations": _by_state(found),
        "sources": _by_state(of_sources),
        "jobs": jobs,
    }


def _by_state(found: Sequence[Health]) -> Mapping[str, int]:
    return {state.value: sum(one.state is state for one in found) for state in State}


def job_row(run: Mapping[str, Any]) -> Row:
    """A run without what only operators should read: the text of its outcome and the names of machines."""
    failed = run["outcome"].startswith(FAILED)
    return {
        "job": run["job"],
        "slot": told(run["slot"]),
        "started_at": told(run["started_at"]),
        "finished_at": told(run["finished_at"]),
        "state": "failed" if failed else "done" if run["finished_at"] else "running",
        "holder": hashlib.sha256(run["holder"].encode()).hexdigest()[:8],
    }
