"""Decisions about single values as commands, routes and the page show them: requests in, plain rows out.

In: what a request states, and a connection or engine. Out: rows with instants as text. What may be decided, and what
comes of it, is in `monitoring_ingest.quality`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from heapq import merge
from operator import itemgetter
from typing import Any

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

Row = dict[str, Any]
KEY = ("station", "indicator", "time")
OF_READINGS = {RELEASE: reviewing.release, UPHOLD: reviewing.uphold}


def decide(engine: Engine, wanted: Mapping[str, Any], clock: Clock, writer: str = "") -> Row:
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
    at = parsed_instant(wanted["time"], "time")
    assert at is not None
    key = Key(wanted["station"], indicator(wanted["indicator"]).code, at)
    return _row(reviewing.decide(engine, key, decided, clock))


def history(connection: Connection, as_of: datetime | None = None) -> list[Row]:
    """Every decision so far, newest first."""
    return [_row(one) for one in store.decisions(connection, as_of=as_of).to_dict("records")][::-1]


def chain(connection: Connection, key: Key, as_of: datetime | None = None) -> list[Row]:
    """Every value a key (station, indicator, time) ever had, or had had at `as_of`, oldest first, each with the
    `decisions` about it.

    Of readings that gave no observation, those that people decided about or, where none has counted yet, all.
    """
    at = key.time
    about: Selected = {"stations": [key.station], "indicators": [key.indicator], "as_of": as_of}
    decided: dict[int, list[Row]] = {}
    for one in store.decisions(connection, **about, start=at, end=at + INSTANT).to_dict("records"):
        decided.setdefault(one["reading"], []).append(_row(one))
    counted = chains.revisions(connection, key, as_of)
    observed = {row["reading"] for row in counted}
    aside = [
        row
        for row in chains.set_aside(connection, key, as_of)
        if row["reading"] not in observed and (not counted or row["reading"] in decided)
    ]
    told = merge(counted, aside, key=itemgetter("recorded_at"))
    return [
        row | {"recorded_at": instant(row["recorded_at"]), "decisions": decided.get(row["reading"], [])} for row in told
    ]


def queue(connection: Connection, limit: int | None = None, as_of: datetime | None = None) -> list[Row]:
    """The quarantined readings that wait for a decision, or waited for one at `as_of`, newest first, and why."""
    rows = []
    for one in store.queue(connection, limit, as_of).itertuples():
        why = MESSAGES[one.code]
        rows.append(
            {
                "reading": one.id, "station": one.station, "indicator": one.indicator, "time": instant(one.time),
                "value": one.value_text, "unit": one.unit, "code": one.code, "message_zh": why.zh,
                "message_en": why.en, "recorded_at": instant(one.recorded_at),
            }
        )  # fmt: skip
    return rows


def _row(review: Mapping[Any, Any]) -> Row:
    """A decision with its reason in words."""
    told = {str(name): instant(value) if isinstance(value, datetime) else value for name, value in review.items()}
    return told | {"reason_zh": REASONS[told["reason"]].zh, "reason_en": REASONS[told["reason"]].en}
