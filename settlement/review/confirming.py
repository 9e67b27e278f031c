"""Submitting, confirming and revoking a settlement (复核): each change is a new row with person, instant and reason.

In: the identity of a stored settlement. Out: its new state and, on a confirmation or its revocation, entries of the
ledger. That two people agreed is seen to in `settlement.people.statuses`.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from basin import periods
from basin.errors import Refused
from basin.rounding import yuan_fen
from settlement import states, store
from settlement.ledger import entries as ledger
from settlement.statement.rows import StoredSettlement
from settlement.states import StatusChange


def refuse_change(connection: Connection, identity: str, status: str) -> StoredSettlement:
    """The settlement, unless its next status may not be this one.

    Raises
    ------
    NotFound : no such settlement. Refused : the change is not allowed, or another one of the period is confirmed.
    """
    document = store.settlement(connection, identity)
    states.check_change(document["kind"], document["status"], status)
    if status == states.CONFIRMED:
        _refuse_second(connection, document)
    return document


def change_status(connection: Connection, identity: str, change: StatusChange, now: datetime) -> StoredSettlement:
    """Give a settlement its next status, within a transaction, as two people agreed; confirming posts to the ledger.

    Parameters
    ----------
    identity : of the settlement. change : the next status, who approved it, why, and the proposal.
    now : the instant of the transaction.

    Raises
    ------
    NotFound, Refused : as `refuse_change`.
    """
    document = refuse_change(connection, identity, change.status)
    posted = _posted(connection, document, change.status)
    store.add_status(connection, identity, change, posted, now)
    return store.settlement(connection, identity)


def _refuse_second(connection: Connection, document: StoredSettlement) -> None:
    """One period of an agreement is payable once; the earlier settlement is revoked first."""
    span = periods.period(document["period"])
    for other in store.settlements(connection, agreement=document["agreement"]):
        if other["status"] == states.CONFIRMED and periods.overlap(periods.period(other["period"]), span):
            raise Refused(
                f"{other['period']} 已有确认的结算 {other['id']}", "another settlement of the period is confirmed",
                path="status", remedy="先撤销它",
            )  # fmt: skip


def _posted(connection: Connection, document: StoredSettlement, status: str) -> list[ledger.Entry]:
    """The entries that a change to `status` makes.

    A revocation undoes the entries of the status it follows. Only a confirmation has any, so revoking a trial undoes
    nothing; an earlier confirmation was reversed when that one was revoked, and is not reversed again.
    """
    if status == states.CONFIRMED:
        transfers = document["transfers"]
        return ledger.postings((t["payer"], t["payee"], yuan_fen(t["amount_yuan"])) for t in transfers)
    if status == states.REVOKED:
        followed = store.newest_status(connection, document["id"])
        return ledger.reversal(store.entries(connection, document["id"], followed), followed)
    return []
