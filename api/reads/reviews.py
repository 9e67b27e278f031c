"""Decisions about single values as commands, routes and the page show them: requests in, plain rows out.

In: what a request states, and a connection or engine. Out: rows with instants as text. What may be decided, and what
comes of it, is in `monitoring_ingest.quality`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from heapq import merge
from operator import itemgetter
from typing import Any, TypedDict

from sqlalchemy import Connection, Engine

from api.reads.instants import parsed_instant
from basin.errors import UsageError
from basin.indicators import indicator
from monitoring_ingest.quality import reviewing, store
from monitoring_ingest.quality.decisions import REASONS, RELEASE, UPHOLD, decision
from monitoring_ingest.readings.frames import Key
from monitoring_ingest.readings.messages import MESSAGES
from monitoring_ingest.records import history_store as chains
from monitoring_ingest.records.store import INSTANT, Selected
from monitoring_ingest.schedule.leases import Clock
from settlement.statement.document import instant

KEY = ("station", "indicator", "time")
OF_READINGS = {RELEASE: reviewing.release, UPHOLD: reviewing.uphold}


class ReviewRow(TypedDict):
    """A decision about one value, with its reason in words; instants are texts."""

    id: int
    action: str
    station: str
    indicator: str
    time: str
    revision: int
    reading: int
    reason: str
    reason_zh: str
    reason_en: str
    document: str
    proposed_by: str
    approved_by: str
    recorded_at: str
    recorded_by: str | None


class WaitingRow(TypedDict):
    """A quarantined reading, as it was sent, and why it waits."""

    reading: int
    station: str
    indicator: str
    time: str
    value: str
    unit: str
    code: str
    message_zh: str
    message_en: str
    recorded_at: str


def decide(engine: Engine, wanted: Mapping[str, Any], clock: Clock, writer: str = "") -> ReviewRow:
    """Take a decision and store it.

    Parameters
    ----------
    wanted : action, reason, document, proposed_by, approved_by, and `reading` (to release or uphold) or station,
        indicator, time.
    writer : the name of the key of the request; a command has none.

    Raises
    ------
    HengjieError : something is missing, not allowed or not there; the field is named.
    """
    decided = replace(decision(str(wanted["action"]), wanted), recorded_by=writer or None)
    if decided.action in OF_READINGS:
        if not isinstance(wanted.get("reading"), int):
            raise UsageError("没有写读数", "no reading", path="reading", remedy="hengjie review list 列出读数的编号")
        return _row(OF_READINGS[decided.action](engine, wanted["reading"], decided, clock))
    for name in KEY:
        if not wanted.get(name):
            raise UsageError(f"没有写 {name}", f"no {name}", path=name, remedy="写明站点、指标与带时区的时刻")
    time = parsed_instant(wanted["time"], "time")
    assert time is not None  # only an absent text gives none
    key = Key(wanted["station"], indicator(wanted["indicator"]).code, time)
    return _row(reviewing.decide(engine, key, decided, clock))


def history(
    connection: Connection, as_of: datetime | None = None, stations: Collection[str] | None = None
) -> list[ReviewRow]:
    """Every decision so far about one of some stations, or about all where None are named, newest first."""
    decided = store.decisions(connection, as_of=as_of).to_dict("records")
    return [_row(review) for review in decided if stations is None or review["station"] in stations][::-1]


def chain(connection: Connection, key: Key, as_of: datetime | None = None) -> list[dict[str, Any]]:
    """Every value a key (station, indicator, time) ever had, or had had at `as_of`, oldest first, each with the
    `decisions` about it.

    Of readings that gave no observation, those that people decided about or, where none has counted yet, all.
    """
    about: Selected = {
        "stations": [key.station], "indicators": [key.indicator], "start": key.time, "end": key.time + INSTANT,
        "as_of": as_of,
    }  # fmt: skip
    decided: dict[int, list[ReviewRow]] = {}
    for review in store.decisions(connection, **about).to_dict("records"):
        decided.setdefault(review["reading"], []).append(_row(review))
    counted = chains.revisions(connection, key, as_of)
    observed = {row["reading"] for row in counted}
    aside = [
        row
        for row in chains.set_aside(connection, key, as_of)
        if row["reading"] not in observed and (not counted or row["reading"] in decided)
    ]
    values = merge(counted, aside, key=itemgetter("recorded_at"))
    return [
        row | {"recorded_at": instant(row["recorded_at"]), "decisions": decided.get(row["reading"], [])}
        for row in values
    ]


def queue(
    connection: Connection,
    limit: int | None = None,
    as_of: datetime | None = None,
    stations: Collection[str] | None = None,
) -> list[WaitingRow]:
    """The quarantined readings that wait for a decision, or waited for one at `as_of`, newest first, and why.

    Parameters
    ----------
    limit : at most so many. stations : only of these; None: of all.
    """
    return [_waiting(reading) for reading in store.queue(connection, limit, as_of, stations).itertuples()]


def _waiting(reading: Any) -> WaitingRow:
    """A reading of the queue, with the reason it waits in words."""
    why = MESSAGES[reading.code]
    return {
        "reading": reading.id, "station": reading.station, "indicator": reading.indicator,
        "time": instant(reading.time), "value": reading.value_text, "unit": reading.unit, "code": reading.code,
        "message_zh": why.zh, "message_en": why.en, "recorded_at": instant(reading.recorded_at),
    }  # fmt: skip


def _row(review: Mapping[Any, Any]) -> ReviewRow:
    """A decision with its reason in words; `review` has the columns of the table."""
    why = REASONS[review["reason"]]
    plain: Any = {name: instant(value) if isinstance(value, datetime) else value for name, value in review.items()}
    row: ReviewRow = plain | {"reason_zh": why.zh, "reason_en": why.en}
    return row
