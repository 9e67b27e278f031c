"""Settlements and assessments in the database: written once, read as they were.

In: documents and status changes. Out: headers, documents, obligations. A document of the same content is the same row:
settling again stores nothing new. The newest status row is the status. No rule of any agreement is known here.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, Table, func, insert, select

from basin.errors import NotFound
from basin.rounding import yuan_fen
from monitoring_ingest.database.dialects import json_member, one_of
from settlement import tables
from settlement.ledger.entries import Debt, Entry
from settlement.statement.canonical import canonical_json, digest
from settlement.statement.rows import (
    AssessmentDocument,
    AssessmentHeader,
    ObligationRow,
    PairAmountRow,
    SettlementDocument,
    SettlementHeader,
    StatusRow,
    StoredAssessment,
    StoredObligation,
    StoredSettlement,
    WithdrawalRow,
)
from settlement.states import CONFIRMED, REVOKED, TRIAL, StatusChange

FEW_DOCUMENTS = 50  # in memory at a time
_HEADER = (
    "id", "agreement", "agreement_sha256", "title", "basin", "period", "as_of", "kind", "digest", "recorded_at",
)  # fmt: skip
_INSTANTS = ("as_of", "recorded_at")
_ASSESSED = ("id", "scorecard", "title", "basin", "period", "as_of", "score", "grade", "digest", "recorded_at")


def keep_settlement(
    connection: Connection, document: SettlementDocument, text: str, as_of: datetime, now: datetime
) -> bool:
    """Store a settlement with its obligations and first status.

    Parameters
    ----------
    document : the settlement. text : the agreement as it was applied, stored once for each fingerprint.
    as_of : what the settlement knew. now : the instant of storing.

    Returns
    -------
    False when the same settlement is stored already; then nothing changes.
    """
    if _stored(connection, tables.settlements, document["id"]):
        return False
    same_text = tables.agreement_texts.c.sha256 == document["agreement_sha256"]
    if not connection.scalar(select(func.count()).where(same_text)):
        values = {"sha256": document["agreement_sha256"], "code": document["agreement"], "text": text}
        connection.execute(insert(tables.agreement_texts).values(values))
    columns = {name: value for name, value in document.items() if name in _HEADER and name not in _INSTANTS}
    row = columns | {"as_of": as_of, "recorded_at": now, "document": canonical_json(document)}
    connection.execute(insert(tables.settlements).values(row))
    rows = [_obligation(document["id"], i, o) for i, o in enumerate(document["obligations"])]
    if rows:
        connection.execute(insert(tables.obligations), rows)
    add_status(connection, document["id"], StatusChange(TRIAL, "衡界", "结算生成"), [], now)
    return True


def altered_documents(connection: Connection) -> list[str]:
    """The settlements and assessments whose document does not have the digest that is stored beside it."""
    altered: list[str] = []
    for table in (tables.settlements, tables.assessments):
        rows = connection.execute(select(table.c.id, table.c.digest, table.c.document).order_by(table.c.id))
        altered += [row.id for row in rows.yield_per(FEW_DOCUMENTS) if not _has_digest(row.document, row.digest)]
    return altered


def _has_digest(text: str, stated: str) -> bool:
    """Whether a stored text is a document with the digest stated beside it; a text that is none has no digest."""
    try:
        return digest(json.loads(text)) == stated
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        return False


def _stored(connection: Connection, table: Table, identity: str) -> bool:
    return bool(connection.scalar(select(func.count()).select_from(table).where(table.c.id == identity)))


def _obligation(settlement: str, ordinal: int, o: ObligationRow) -> dict[str, str | int]:
    return {
        "clause": o["clause"], "period": o["period"], "payer": o["payer"], "payee": o["payee"],
        "settlement": settlement, "ordinal": ordinal, "fen": yuan_fen(o["amount_yuan"]),
    }  # fmt: skip


def add_status(
    connection: Connection, settlement: str, change: StatusChange, entries: Sequence[Entry], now: datetime
) -> None:
    """Store a change of status and the ledger entries it makes.

    Parameters
    ----------
    settlement : its identity.
    entries : what the change posts to the ledger or reverses there; none where it does neither.
    now : the instant of the change.
    """
    identity = int(connection.scalar(select(func.coalesce(func.max(tables.statuses.c.id), 0))) or 0) + 1
    row = {"id": identity, "settlement": settlement, **vars(change), "recorded_at": now}
    connection.execute(insert(tables.statuses).values(row))
    rows = [{"status": identity, "ordinal": i, **vars(entry)} for i, entry in enumerate(entries)]
    if rows:
        connection.execute(insert(tables.entries), rows)


def statuses(connection: Connection, settlement: str) -> list[StatusRow]:
    """Every status of a settlement, oldest first."""
    rows = tables.statuses
    query = select(rows.c.status, rows.c.person, rows.c.reason, rows.c.recorded_at)
    return _rows(connection, query.where(rows.c.settlement == settlement).order_by(rows.c.id))


def newest_status(connection: Connection, settlement: str) -> int:
    """The identity of the newest change of status of a settlement."""
    s = tables.statuses.c
    return int(connection.scalars(select(func.max(s.id)).where(s.settlement == settlement)).one())


def entries(connection: Connection, settlement: str, status: int | None = None) -> list[Entry]:
    """The ledger entries of a settlement, in order.

    Parameters
    ----------
    settlement : its identity.
    status : the identity of the change of status that made the entries; None for all.
    """
    e = tables.entries.c
    s = tables.statuses.c
    query = select(e.party, e.counterparty, e.fen, e.reverses)
    query = query.join_from(tables.entries, tables.statuses, e.status == s.id).where(s.settlement == settlement)
    query = query if status is None else query.where(s.id == status)
    rows = connection.execute(query.order_by(s.id, e.ordinal))
    return [Entry(row.party, row.counterparty, row.fen, row.reverses) for row in rows]


def debts(connection: Connection, agreement: str, as_of: datetime) -> list[Debt]:
    """What parties owe under an agreement [fen] by the ledger as it stood at `as_of`, reversed entries taken off."""
    e = tables.entries.c
    s = tables.settlements.c
    changes = tables.statuses
    owed = -func.sum(e.fen)
    query = select(s.id, s.period, e.party, owed).select_from(
        tables.entries.join(changes, e.status == changes.c.id).join(tables.settlements, changes.c.settlement == s.id)
    )
    query = query.where(s.agreement == agreement, changes.c.recorded_at <= as_of)
    query = query.group_by(s.id, s.period, e.party, e.counterparty).having(owed > 0)
    rows = sorted(map(tuple, connection.execute(query)))  # here, for the engines sort text in different ways
    return [Debt(settlement, period, payer, int(fen)) for settlement, period, payer, fen in rows]


def settlements(
    connection: Connection, *, agreement: str | None = None, basin: str | None = None, period: str | None = None,
    limit: int | None = None,
) -> list[SettlementHeader]:  # fmt: skip
    """Headers of settlements with their status, the newest first.

    Parameters
    ----------
    agreement, basin, period : only settlements of this one; None for all.
    limit : at most so many.
    """
    s = tables.settlements
    query = select(*(s.c[name] for name in _HEADER), _status().label("status"))
    for column, wanted in ((s.c.agreement, agreement), (s.c.basin, basin), (s.c.period, period)):
        query = query if wanted is None else query.where(column == wanted)
    return _rows(connection, query.order_by(s.c.recorded_at.desc(), s.c.id).limit(limit))


def settlement(connection: Connection, identity: str) -> StoredSettlement:
    """The document of a settlement with its current status, when it was recorded and how it was withdrawn.

    Raises
    ------
    NotFound : no settlement of that identity.
    """
    s = tables.settlements
    row = connection.execute(
        select(s.c.document, s.c.recorded_at, _status().label("status")).where(s.c.id == identity)
    ).one_or_none()
    if row is None:
        raise _no_settlement(identity)
    stored = json.loads(row.document) | {"status": row.status, "recorded_at": row.recorded_at.isoformat()}
    if row.status == REVOKED:
        stored["withdrawn"] = _withdrawal(connection, stored)
    return stored


class Heading(NamedTuple):
    """Which agreement a settlement is of, and its status."""

    agreement: str
    status: str


def heading(connection: Connection, identity: str) -> Heading:
    """What says who may read a settlement; its document is not read.

    Raises
    ------
    NotFound : no settlement of that identity.
    """
    s = tables.settlements.c
    row = connection.execute(select(s.agreement, _status().label("status")).where(s.id == identity)).one_or_none()
    if row is None:
        raise _no_settlement(identity)
    return Heading(row.agreement, row.status)


def confirmed_agreements(connection: Connection) -> frozenset[str]:
    """The agreements that have a confirmed settlement."""
    query = select(tables.settlements.c.agreement).where(_status() == CONFIRMED).distinct()
    return frozenset(connection.scalars(query))


def transfers(connection: Connection, identities: Collection[str]) -> dict[str, list[PairAmountRow]]:
    """Who pays whom how much by each of the settlements, without the working; the documents are not read as a whole."""
    s = tables.settlements.c
    query = select(s.id, json_member(s.document, "transfers").label("transfers")).where(one_of(s.id, identities))
    return {row.id: _amounts(json.loads(row.transfers)) for row in connection.execute(query)}


def _no_settlement(identity: str) -> NotFound:
    return NotFound(f"没有结算 {identity}", f"no settlement {identity}", remedy="用 /v1/settlements 查看已有的结算")


def _amounts(listed: Sequence[PairAmountRow]) -> list[PairAmountRow]:
    return [{"payer": t["payer"], "payee": t["payee"], "amount_yuan": t["amount_yuan"]} for t in listed]


def _withdrawal(connection: Connection, document: StoredSettlement) -> WithdrawalRow:
    """How a withdrawn settlement was withdrawn, and its successor: the confirmed one of its period, else the newest."""
    last = statuses(connection, document["id"])[-1]
    of_period = settlements(connection, agreement=document["agreement"], period=document["period"])
    standing = [header for header in of_period if header["status"] != REVOKED]
    successor = next((h for h in standing if h["status"] == CONFIRMED), standing[0] if standing else None)
    return {
        "person": last["person"], "reason": last["reason"], "recorded_at": last["recorded_at"],
        "successor": successor and successor["id"], "successor_status": successor and successor["status"],
    }  # fmt: skip


def agreement_text(connection: Connection, sha256: str) -> str:
    """The text of an agreement as it was applied."""
    texts = tables.agreement_texts.c
    return str(connection.scalar(select(texts.text).where(texts.sha256 == sha256)))


def obligations(
    connection: Connection, *, basin: str | None = None, period: str | None = None, party: str | None = None,
    status: str | None = None,
) -> list[StoredObligation]:  # fmt: skip
    """Obligations with the settlement they belong to; `payable` only where that settlement is confirmed.

    Parameters
    ----------
    basin, period, status : only obligations of this one; None for all. The period is the obligation's own.
    party : who pays or receives.
    """
    o = tables.obligations.c
    s = tables.settlements.c
    columns = (o.settlement, o.clause, o.period, o.payer, o.payee, o.fen, s.agreement, s.basin, s.kind)
    query = select(*columns, _status().label("status"))
    query = query.join_from(tables.obligations, tables.settlements, o.settlement == s.id)
    query = query if basin is None else query.where(s.basin == basin)
    query = query if period is None else query.where(o.period == period)
    query = query if party is None else query.where((o.payer == party) | (o.payee == party))
    query = query if status is None else query.where(_status() == status)
    rows = _rows(connection, query.order_by(s.recorded_at, o.settlement, o.ordinal))
    return [row | {"payable": row["status"] == CONFIRMED} for row in rows]


def _status() -> Any:
    """The newest status of the settlement in the outer query."""
    rows = tables.statuses.alias()
    newest = select(rows.c.status).where(rows.c.settlement == tables.settlements.c.id)
    return newest.order_by(rows.c.id.desc()).limit(1).correlate(tables.settlements).scalar_subquery()


def keep_assessment(connection: Connection, document: AssessmentDocument, as_of: datetime, now: datetime) -> bool:
    """Store an assessment; False when the same one is stored already.

    Parameters
    ----------
    document : the assessment; its identity is that of its content.
    as_of, now : the instant whose knowledge counted, and the instant of storing.
    """
    if _stored(connection, tables.assessments, document["id"]):
        return False
    columns = {name: value for name, value in document.items() if name in _ASSESSED and name not in _INSTANTS}
    row = columns | {"as_of": as_of, "recorded_at": now, "document": canonical_json(document)}
    connection.execute(insert(tables.assessments).values(row))
    return True


def assessments(
    connection: Connection, *, basin: str | None = None, period: str | None = None, limit: int | None = None
) -> list[AssessmentHeader]:
    """Headers of assessments, the newest first.

    Parameters
    ----------
    basin, period : only assessments of this one; None for all.
    limit : at most so many.
    """
    a = tables.assessments
    query = select(*(a.c[name] for name in _ASSESSED))
    for column, wanted in ((a.c.basin, basin), (a.c.period, period)):
        query = query if wanted is None else query.where(column == wanted)
    return _rows(connection, query.order_by(a.c.recorded_at.desc(), a.c.id).limit(limit))


def assessment(connection: Connection, identity: str) -> StoredAssessment:
    """The document of an assessment.

    Raises
    ------
    NotFound : no assessment of that identity.
    """
    a = tables.assessments
    row = connection.execute(select(a.c.document, a.c.recorded_at).where(a.c.id == identity)).one_or_none()
    if row is None:
        raise _no_assessment(identity)
    return json.loads(row.document) | {"recorded_at": row.recorded_at.isoformat()}


def assessed_basin(connection: Connection, identity: str) -> str:
    """The basin of an assessment; the document is not read.

    Raises
    ------
    NotFound : no assessment of that identity.
    """
    a = tables.assessments.c
    basin = connection.scalar(select(a.basin).where(a.id == identity))
    if basin is None:
        raise _no_assessment(identity)
    return str(basin)


def _no_assessment(identity: str) -> NotFound:
    return NotFound(f"没有评价 {identity}", f"no assessment {identity}", remedy="用 /v1/assessments 查看已有的评价")


def _rows(connection: Connection, query: Select[Any]) -> list[Any]:
    """Rows by the names of their columns, instants as ISO text; what they hold is what the caller selected."""
    return [
        {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row._mapping.items()}
        for row in connection.execute(query)
    ]
