"""Decisions about single values as commands, routes and the page show them: requests in, plain rows out.

In: what a request states, who is signed in, and a connection or desk. Out: rows with instants as text, and proposals.
What may be decided, and what comes of it, is in `monitoring_ingest.quality`; how two people do it in
`settlement.people.data_decisions`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from operator import itemgetter
from typing import Any, NamedTuple, TypedDict

from sqlalchemy import Connection

from api.reads.instants import parsed_instant
from basin.errors import HengjieError, UsageError
from basin.indicators import indicator
from monitoring_ingest.quality import store
from monitoring_ingest.quality.decisions import REASONS, RELEASE, REMOVE, RESTORE, UPHOLD
from monitoring_ingest.readings.frames import Key
from monitoring_ingest.readings.messages import MESSAGES
from monitoring_ingest.records import history_store as chains
from monitoring_ingest.records.store import INSTANT, Selected
from settlement.people import proposals
from settlement.people.data_decisions import DECISION, OF_READINGS, readings_payload, values_payload
from settlement.people.proposals import Desk, Matter, Payload
from settlement.people.proposals_store import Proposal
from settlement.people.sessions import Signed
from settlement.people.watching import office_to_propose_for
from settlement.statement.document import instant

ACTIONS: Mapping[str, str] = {RELEASE: "放行", UPHOLD: "维持隔离", REMOVE: "剔除", RESTORE: "恢复"}
MOST_NAMED = 3  # values that the subject of a proposal names


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


class ValueWanted(NamedTuple):
    """Which observation is removed or restored: the newest of a key, whose time is ISO 8601 with zone."""

    station: str
    indicator: str
    time: str


@dataclass(frozen=True)
class DecisionWanted:
    """A decision as somebody proposes it about one value, or about the many of an incident.

    Attributes
    ----------
    action : of `decisions.REASONS_FOR`. reason : a code that the action may have. document : what it rests on.
    readings : to release or uphold, by their numbers. values : to remove or restore.
    office : for which it is proposed; blank where the person can propose it for one office only.
    """

    action: str
    reason: str
    document: str
    readings: Sequence[int] = ()
    values: Sequence[ValueWanted] = ()
    office: str = ""

    @property
    def subject(self) -> str:
        """What it is about, as a list shows it."""
        about = [f"{value.station} {value.indicator} {value.time}" for value in self.values]
        if self.action in OF_READINGS:
            about = [f"读数 {number}" for number in self.readings]
        more = f" 等 {len(about)} 个" if len(about) > MOST_NAMED else ""
        return f"{ACTIONS.get(self.action, self.action)} {'、'.join(about[:MOST_NAMED])}{more}"


def propose(desk: Desk, signed: Signed, wanted: DecisionWanted) -> Proposal:
    """Propose a decision, which another person of the office approves; nothing is decided before.

    Raises
    ------
    HengjieError : something is missing, not allowed or not there; the field is named.
    """
    person = signed.person.number
    office = office_to_propose_for(DECISION, signed.staff, person, wanted.office)
    why = REASONS.get(wanted.reason)
    reason = wanted.reason if why is None else why.zh
    return proposals.propose(desk, DECISION, person, Matter(office, _payload(wanted), wanted.subject, reason))


def _payload(wanted: DecisionWanted) -> Payload:
    """What the act reads; values and readings are not mixed up."""
    if wanted.action in OF_READINGS:
        if wanted.values or not wanted.readings:
            remedy = "写 readings：读数的编号，hengjie review list 列出"
            raise UsageError("放行与维持隔离是对读数的", "about readings", path="readings", remedy=remedy)
        return readings_payload(wanted.action, wanted.reason, wanted.document, wanted.readings)
    if wanted.readings or not wanted.values:
        remedy = "写 values：每个写明站点、指标与带时区的时刻"
        raise UsageError("剔除与恢复是对观测的", "about observations", path="values", remedy=remedy)
    keys = [_key(value, place) for place, value in enumerate(wanted.values)]
    return values_payload(wanted.action, wanted.reason, wanted.document, keys)


def _key(value: ValueWanted, place: int) -> Key:
    """The key of an observation.

    Raises
    ------
    UsageError, UnknownCode : naming the place in the list, from 0, and the field.
    """
    try:
        time = parsed_instant(value.time, "time")
        assert time is not None  # only an absent text gives none
        return Key(value.station, indicator(value.indicator).code, time)
    except HengjieError as problem:
        problem.path = f"values.{place}.{problem.path}"
        raise


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
