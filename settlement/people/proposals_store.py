"""Proposals and how they ended, in the database."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select

from settlement.people.tables import proposal_outcomes, proposals

APPROVED = "approved"
REFUSED = "refused"
WITHDRAWN = "withdrawn"
LAPSED = "lapsed"


@dataclass(frozen=True)
class Proposal:
    """What somebody proposed, and what became of it.

    Attributes
    ----------
    kind : of `proposals.TwoPersonAct`. office : for which it was proposed. subject : what it is about, to be read.
    payload : canonical JSON. rests_on : digest of what the proposer saw.
    person : who proposed it. reason : why.
    outcome : one of the four above; None while it is open. ended_by : who ended it; None where nobody did.
    """

    number: int
    kind: str
    office: str
    subject: str
    payload: str
    rests_on: str
    person: int
    reason: str
    recorded_at: datetime
    outcome: str | None = None
    ended_by: int | None = None
    outcome_reason: str = ""
    ended_at: datetime | None = None


@dataclass(frozen=True)
class Wanted:
    """Which proposals to list; None: whatever it is. `is_open`: only those that wait, or only those that ended."""

    offices: Collection[str] | None = None
    kind: str | None = None
    person: int | None = None
    is_open: bool | None = None


def keep_proposal(connection: Connection, proposed: Proposal) -> int:
    """Store a proposal, whose number is given here and returned."""
    values = {
        "kind": proposed.kind, "office": proposed.office, "subject": proposed.subject, "payload": proposed.payload,
        "rests_on": proposed.rests_on, "person": proposed.person, "reason": proposed.reason,
        "recorded_at": proposed.recorded_at,
    }  # fmt: skip
    number: int = connection.execute(insert(proposals).values(values).returning(proposals.c.id)).scalar_one()
    return number


def keep_outcome(
    connection: Connection, number: int, outcome: str, person: int | None, reason: str, now: datetime
) -> None:
    """Store how a proposal ended; the database refuses a second end."""
    values = {"proposal": number, "outcome": outcome, "person": person, "reason": reason, "recorded_at": now}
    connection.execute(insert(proposal_outcomes).values(values))


def proposal(connection: Connection, number: int) -> Proposal | None:
    """The proposal with that number."""
    row = connection.execute(_query().where(proposals.c.id == number)).first()
    return None if row is None else _proposal(row)


def listed(connection: Connection, wanted: Wanted, limit: int) -> list[Proposal]:
    """Proposals, the newest first, `limit` at most."""
    query = _query().order_by(proposals.c.id.desc()).limit(limit)
    if wanted.offices is not None:
        query = query.where(proposals.c.office.in_(wanted.offices))
    if wanted.kind is not None:
        query = query.where(proposals.c.kind == wanted.kind)
    if wanted.person is not None:
        query = query.where(proposals.c.person == wanted.person)
    if wanted.is_open is not None:
        ended = proposal_outcomes.c.id
        query = query.where(ended.is_(None) if wanted.is_open else ended.is_not(None))
    return [_proposal(row) for row in connection.execute(query)]


def open_of(connection: Connection, person: int) -> list[Proposal]:
    """What a person proposed that still waits, the oldest first."""
    mine = (proposals.c.person == person) & proposal_outcomes.c.id.is_(None)
    return [_proposal(row) for row in connection.execute(_query().where(mine).order_by(proposals.c.id))]


def _query() -> Select[Any]:
    ends = proposal_outcomes.c
    columns = (ends.outcome, ends.person.label("ended_by"), ends.reason.label("outcome_reason"))
    ended_at = ends.recorded_at.label("ended_at")
    of_proposal = (column.label("number") if column.name == "id" else column for column in proposals.c)
    return select(*of_proposal, *columns, ended_at).select_from(proposals.outerjoin(proposal_outcomes))


def _proposal(row: Row[Any]) -> Proposal:
    return Proposal(**row._mapping)
