"""Watching stations and sources: changes of state become alarms, and the slots of the month are counted.

In: a database, what is declared and an instant. Out: what changed, in words for the log of the job. States are decided
in `slots` and `health`, and stored by `store`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy import Connection, Engine

from basin.indicators import INDICATORS
from basin.network import TIMEZONE, Network
from basin.sources import Source
from monitoring_ingest.coverage import agencies_store as agencies
from monitoring_ingest.coverage import store
from monitoring_ingest.coverage.health import FAILED as SETTLING_FAILED
from monitoring_ingest.coverage.health import (
    RECOVERED,
    SILENT,
    Health,
    Subject,
    changes,
    healths,
    settlement_changes,
    settlement_of,
    settlement_subject,
    source_healths,
)
from monitoring_ingest.coverage.scorecard import Counts
from monitoring_ingest.coverage.slots import State, by_slots, runs
from monitoring_ingest.database.engine import writing
from monitoring_ingest.database.instants import instant_to_record
from monitoring_ingest.doors.declared import door_name
from monitoring_ingest.records.store import facts
from monitoring_ingest.schedule.store import FAILED, listed_runs
from monitoring_ingest.telegrams.profiles import FORMAT as TELEGRAMS

log = logging.getLogger(__name__)
_WORDS = {
    SILENT: "静默 silent since",
    "heard": "恢复 heard again at",
    SETTLING_FAILED: "结算失败 failed at",
    RECOVERED: "不再失败 recovered at",
}


def stations_health(connection: Connection, network: Network, now: datetime) -> list[Health]:
    """The health of every station of the network at an instant."""
    last = store.last_heard(connection, list(network.stations), list(INDICATORS), now)
    return healths(last, network, facts(connection), now)


def sources_health(connection: Connection, network: Network, sources: Iterable[Source], now: datetime) -> list[Health]:
    """The health at an instant of every declared source that is due by a schedule or sends telegrams.

    A silent source also has the failure of its last run.

    Parameters
    ----------
    network, sources : that are declared. now : the instant asked about.
    """
    watched = [source for source in sources if source.every_hours or source.format == TELEGRAMS]
    heard = _pulled(connection, watched, now) | _sent_in(connection, watched, now)
    of_sources = source_healths(watched, heard, network, facts(connection), now)
    return [_with_failure(connection, health, now) if health.state is State.SILENT else health for health in of_sources]


def _pulled(connection: Connection, sources: Iterable[Source], now: datetime) -> dict[Subject, datetime]:
    """When each source that is pulled last brought something new."""
    codes = {door_name(source.code): source.code for source in sources if source.every_hours}
    brought = store.last_brought(connection, codes, now) if codes else {}
    return {Subject("", codes[door]): brought_at for door, brought_at in brought.items()}


def _sent_in(connection: Connection, sources: Iterable[Source], now: datetime) -> dict[Subject, datetime]:
    """When each source of telegrams last sent a value of each of its stations, by whichever device."""
    subjects = {
        device: Subject(station, source.code)
        for source in sources
        if source.format == TELEGRAMS
        for device, station in source.stations.items()
    }
    received = store.last_telegrams(connection, list(subjects), now) if subjects else {}
    heard: dict[Subject, datetime] = {}
    for device, received_at in received.items():
        subject = subjects[device]
        heard[subject] = max(received_at, heard.get(subject, received_at))
    return heard


def _with_failure(connection: Connection, health: Health, now: datetime) -> Health:
    """The health of a source with the outcome of its last run, if that run failed; telegrams come without runs."""
    last = listed_runs(connection, door_name(health.source), limit=1, now=now)
    failed = bool(last) and last[0]["outcome"].startswith(FAILED)
    return replace(health, failure=last[0]["outcome"] if failed else "")


def watch(engine: Engine, network: Network, now: datetime, sources: Iterable[Source] = ()) -> str:
    """Record and log which stations and sources fell silent or were heard again since the last look; how many.

    Only their state now counts: a station that fell silent and came back between two looks leaves no alarm.

    Parameters
    ----------
    network, sources : that are declared. now : the instant of the look.
    """
    with engine.connect() as connection:
        watched = stations_health(connection, network, now) + sources_health(connection, network, sources, now)
    with writing(engine) as connection:
        events = changes(store.last_events(connection), watched)
        store.add_alarms(connection, events, instant_to_record(connection, now))
    failures = {Subject(health.station, health.source): health.failure for health in watched}
    for change in events:
        whose = (f"来源 source {change.source}" if change.source else "", change.station)
        why = failures[Subject(change.station, change.source)] if change.event == SILENT else ""
        log.warning("%s", " ".join(filter(None, (*whose, _WORDS[change.event], change.at.isoformat(), why))))
    silent = sum(change.event == SILENT for change in events)
    return f"silent {silent}, heard again {len(events) - silent}"


def failed_settlements(engine: Engine, period: str) -> set[str]:
    """The agreements whose settlement for a period failed when it was last tried."""
    with engine.connect() as connection:
        events = store.last_events(connection)
    failed = (settlement_of(source) for (_, source), last in events.items() if last.event == SETTLING_FAILED)
    return {agreement for agreement, of in filter(None, failed) if of == period}


def record_settling(engine: Engine, failed: Mapping[tuple[str, str], bool], now: datetime) -> None:
    """Record and log which settlements failed, and which no longer fail, since they were last tried.

    Parameters
    ----------
    failed : whether the settlement of each (agreement, period) that was tried failed.
    now : when they were tried.
    """
    of_subjects = {settlement_subject(*settlement): fails for settlement, fails in failed.items()}
    with writing(engine) as connection:
        events = settlement_changes(store.last_events(connection), of_subjects, now)
        store.add_alarms(connection, events, instant_to_record(connection, now))
    for change in events:
        log.warning("%s %s %s", change.source, _WORDS[change.event], change.at.isoformat())


def count_slots(engine: Engine, network: Network, now: datetime) -> str:
    """Count the slots of this month and of the month before, whose late values still come in; how many series."""
    this_month = month_at(now)
    outcome = []
    for month in (this_month - 1, this_month):
        with engine.connect() as connection:
            counted = store.month_filled(connection, network, month, now)
        with writing(engine) as connection:
            store.keep_filled(connection, str(month), counted, now)
        outcome.append(f"{month}: {len(counted)}")
    return ", ".join(outcome)


def counts_of(connection: Connection, network: Network, month: pd.Period, now: datetime) -> tuple[Counts, Counts]:
    """The counts of a month, by province and by sender.

    A sender owes the series that it gave in this month or in the month before. Each station is counted by its own
    slots.

    Parameters
    ----------
    network : the stations. month, now : the slots of the month that ended by now.
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
        begins = slots.of_month(month, until=now)
        before = slots.of_month(month - 1, until=now)
        series = agencies.Series(codes, list(INDICATORS), begins[0], begins[-1])
        earlier = series._replace(start=before[0], end=before[-1])
        gave = agencies.filled_by_sender(connection, series, runs(begins, slots.hours))
        owed = agencies.filled_by_sender(connection, earlier, runs(before, slots.hours)).assign(accepted=0)
        both = pd.concat([gave, owed]).drop_duplicates(["sender", *store.SERIES])
        yield both, agencies.lags_by_sender(connection, series), agencies.fates_by_sender(connection, series)


def month_at(now: datetime) -> pd.Period:
    """The month it is in China."""
    return pd.Period(now.astimezone(ZoneInfo(TIMEZONE)).strftime("%Y-%m"), freq="M")
