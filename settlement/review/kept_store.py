"""The stored rows of settlements and of what hangs on them, as they stand, for the check that compares them.

In: a connection, and the identity of a settlement. Out: rows with their keys. Nothing is parsed and nothing is left
out, so that a row changed by hand is read as it stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from settlement import tables


@dataclass(frozen=True)
class SettlementKept:
    """A row of `settlements`, and the text that `agreement_texts` holds for it."""

    id: str
    agreement: str
    agreement_sha256: str
    title: str
    basin: str
    period: str
    as_of: datetime
    kind: str
    digest: str
    document: str
    text: str


@dataclass(frozen=True)
class ObligationKept:
    """A row of `obligations`; the money is in fen."""

    ordinal: int
    clause: str
    period: str
    payer: str
    payee: str
    fen: int


@dataclass(frozen=True)
class StatusKept:
    """A row of `statuses`."""

    id: int
    status: str
    person: str
    proposal: int | None


def identities(connection: Connection) -> list[str]:
    """The identities of all settlements, the oldest first."""
    s = tables.settlements.c
    return list(connection.scalars(select(s.id).order_by(s.recorded_at, s.id)))


def settlement_kept(connection: Connection, identity: str) -> SettlementKept:
    """The row of a settlement."""
    s = tables.settlements
    texts = tables.agreement_texts
    columns = [s.c[name] for name in SettlementKept.__dataclass_fields__ if name != "text"]
    query = select(*columns, texts.c.text).join_from(s, texts, s.c.agreement_sha256 == texts.c.sha256)
    return SettlementKept(**connection.execute(query.where(s.c.id == identity)).one()._mapping)


def obligations_kept(connection: Connection, identity: str) -> list[ObligationKept]:
    """The obligations of a settlement, in order."""
    o = tables.obligations.c
    columns = [o[name] for name in ObligationKept.__dataclass_fields__]
    query = select(*columns).where(o.settlement == identity).order_by(o.ordinal)
    return [ObligationKept(**row._mapping) for row in connection.execute(query)]


def statuses_kept(connection: Connection, identity: str) -> list[StatusKept]:
    """The changes of status of a settlement, the oldest first."""
    s = tables.statuses.c
    query = select(s.id, s.status, s.person, s.proposal).where(s.settlement == identity).order_by(s.id)
    return [StatusKept(**row._mapping) for row in connection.execute(query)]


def without_settlement(connection: Connection) -> Sequence[str]:
    """Rows whose settlement, or whose change of status, is not there: table and key."""
    settlements = select(tables.settlements.c.id)
    o = tables.obligations.c
    s = tables.statuses.c
    e = tables.entries.c
    obligations = select(o.settlement, o.ordinal).where(o.settlement.not_in(settlements))
    statuses = select(s.id).where(s.settlement.not_in(settlements))
    entries = select(e.status, e.ordinal).where(e.status.not_in(select(s.id)))
    return [
        *(f"obligations {row.settlement}/{row.ordinal}" for row in connection.execute(obligations.order_by("ordinal"))),
        *(f"statuses {row.id}" for row in connection.execute(statuses.order_by("id"))),
        *(f"entries {row.status}/{row.ordinal}" for row in connection.execute(entries.order_by("status", "ordinal"))),
    ]
