"""Watching the sources: changes of state become alarms, and the slots of the month are counted.

In: a database, the network and an instant. Out: what changed, in words for the log of the job. It decides nothing:
states are in `slots` and `health`, what is stored in `store`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy import Connection, Engine

from basin.indicators import INDICATORS
from basin.network import TIMEZONE, Network
from monitoring_ingest.coverage import store
from monitoring_ingest.coverage.agencies import store as agencies
from monitoring_ingest.coverage.health import SILENT, Health, changes, healths
from monitoring_ingest.coverage.scorecard import Counts
from monitoring_ingest.coverage.slots import by_slots, runs
from monitoring_ingest.database import writing
from monitoring_ingest.store import facts

log = logging.getLogger(__name__)
_TOLD = {SILENT: "静默 silent since", "heard": "恢复 heard again at"}


def stations_health(connection: Connection, network: Network, now: datetime) -> list[Health]:
    """How every station of the network is doing at an instant."""
    last = store.last_heard(connection, list(network.stations), list(INDICATORS))
    return healths(last, network, facts(connection), now)


def watch(engine: Engine, network: Network, now: datetime) -> str:
    """Record which stations fell silent or were heard again since the last look, and tell the log; how many.

    A station is looked at as it is now: one that fell silent and came back between two looks leaves no alarm.
    """
    with engine.connect() as connection:
        found = stations_health(connection, network, now)
    with writing(engine) as connection:
        events = changes(store.last_events(connection), found)
        store.add_alarms(connection, events, now)
    for station, event, at in events:
        log.warning("%s %s %s", station, _TOLD[event], at.isoformat())
    silent = sum(event == SILENT for _, event, _ in events)
    return f"silent {silent}, heard again {len(events) - silent}"


def count_slots(engine: Engine, network: Network, now: datetime) -> str:
    """Count the slots of this month and of the one before, whose late values still come in; how many series."""
    this_month = month_at(now)
    told = []
    for month in (this_month - 1, this_month):
        with engine.connect() as connection:
            counted = store.month_filled(connection, network, month, now)
        with writing(engine) as connection:
            store.keep_filled(connection, str(month), counted, now)
        told.append(f"{month}: {len(counted)}")
    return ", ".join(told)


def counts_of(connection: Connection, network: Network, month: pd.Period, now: datetime) -> tuple[Counts, Counts]:
    """What was counted of a month, by province and by sender.

    A sender owes the series that it gave in this month or in the one before; a station with slots of its own length is
    counted by those.
    """
    filled = store.month_filled(connection, network, month, now)
    sent = zip(*_sent(connection, network, month, now), strict=True)
    by_sender, lags, fates = (pd.concat(parts, ignore_index=True) for parts in sent)
    owed = by_sender.merge(filled.drop(columns="accepted"), on=store.SERIES)
    provinces = {code: station.province for code, station in network.stations.items()}
    return Counts(filled, lags, fates).of_provinces(provinces), Counts(owed, lags, fates)


def _sent(
    connection: Connection, network: Network, month: pd.Period, now: datetime
) -> Iterator[tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]]:
    for slots, codes in by_slots(network, list(network.stations)).items():
        begins, before = (slots.of_month(one, until=now) for one in (month, month - 1))
        series = agencies.Series(codes, list(INDICATORS), begins[0], begins[-1])
        earlier = series._replace(start=before[0], end=before[-1])
        gave = agencies.filled_by_sender(connection, series, runs(begins, slots.hours))
        owed = agencies.filled_by_sender(connection, earlier, runs(before, slots.hours)).assign(accepted=0)
        both = pd.concat([gave, owed]).drop_duplicates(["sender", *store.SERIES])
        yield both, agencies.lags_by_sender(connection, series), agencies.fates_by_sender(connection, series)


def month_at(now: datetime) -> pd.Period:
    """The month it is in China."""
    return pd.Period(now.astimezone(ZoneInfo(TIMEZONE)).strftime("%Y-%m"), freq="M")
