"""Batches of facts that came by key, in the database: they wait until two people of an office adopt them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, insert, select

from settlement.people.proposals_store import APPROVED
from settlement.people.tables import fact_batches, proposal_outcomes, proposals
from settlement.statement.canonical import canonical_json

FACTS = "facts"  # the kind of the act that adopts a batch
ANY = ""  # office of a batch that came by a key of no office: any office that all its facts concern may adopt it


@dataclass(frozen=True)
class Batch:
    """Facts that came by a key of an office, or of `ANY`, each as it is written without its people."""

    number: int
    key: str
    office: str
    facts: Sequence[Mapping[str, Any]]
    recorded_at: datetime


def naming(batch: int) -> dict[str, int]:
    """The payload of a proposal that adopts a batch."""
    return {"batch": batch}


def keep_batch(connection: Connection, key: str, office: str, facts: Sequence[Mapping[str, Any]], now: datetime) -> int:
    """Store a batch; its number.

    Parameters
    ----------
    key : the name of the key. office : whose key it is, or `ANY`.
    facts : each as it is written. now : the instant of the transaction.
    """
    values = {"key": key, "office": office, "body": canonical_json(facts), "recorded_at": now}
    number: int = connection.execute(insert(fact_batches).values(values).returning(fact_batches.c.id)).scalar_one()
    return number


def batch(connection: Connection, number: int) -> Batch | None:
    """The batch with that number."""
    row = connection.execute(select(fact_batches).where(fact_batches.c.id == number)).first()
    return None if row is None else _batch(row)


def is_adopted(connection: Connection, number: int) -> bool:
    """Whether two people adopted a batch."""
    adopting = proposals.c.payload == canonical_json(naming(number))
    return connection.execute(select(proposals.c.id).select_from(_ENDED).where(_ADOPTED, adopting)).first() is not None


def waiting_batches(connection: Connection, offices: Collection[str]) -> list[Batch]:
    """The batches of some offices, and those of `ANY`, that nobody has adopted, the oldest first."""
    adopted = set(connection.scalars(select(proposals.c.payload).select_from(_ENDED).where(_ADOPTED)))
    whose = fact_batches.c.office.in_([*offices, ANY])
    rows = connection.execute(select(fact_batches).where(whose).order_by(fact_batches.c.id))
    return [_batch(row) for row in rows if canonical_json(naming(row.id)) not in adopted]


_ENDED = proposals.join(proposal_outcomes)
_ADOPTED: ColumnElement[bool] = (proposals.c.kind == FACTS) & (proposal_outcomes.c.outcome == APPROVED)


def _batch(row: Row[Any]) -> Batch:
    return Batch(row.id, row.key, row.office, json.loads(row.body), row.recorded_at)
