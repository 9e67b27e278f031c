"""Settlements and obligations as lists show them, and one settlement with its history.

In: a connection, the registry and what was asked for. Out: rows with codes and exact sums. Nothing is written here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import Connection

from api.reads import declared as register
from api.reads.filters import SettlementsWanted, within
from basin.registry import Registry
from basin.rounding import yuan
from settlement import store as decided
from settlement.statement.rows import (
    ObligationOfSettlement,
    PairAmountRow,
    SettlementHeader,
    StatusRow,
    StoredObligation,
    StoredSettlement,
)


class ListedSettlement(SettlementHeader):
    """A settlement in a list: who pays whom how much; what the sums are called its status says."""

    transfers: list[PairAmountRow]


class ObligationInYuan(ObligationOfSettlement):
    """An obligation as lists show it."""

    amount_yuan: str


def settlements(connection: Connection, registry: Registry, wanted: SettlementsWanted) -> list[SettlementHeader]:
    """The settlements asked for, the newest first.

    Raises
    ------
    UnknownCode : an agreement, basin, party or status that there is not. UsageError : no period.
    """
    register.known(registry, agreement=wanted.agreement, basin=wanted.basin, party=wanted.party, status=wanted.status)
    headers = within(decided.settlements(connection, agreement=wanted.agreement, basin=wanted.basin), wanted.period)
    of_status = [header for header in headers if wanted.status in (None, header["status"])]
    return of_party(of_status, registry, wanted.party)


def with_amounts(connection: Connection, headers: Sequence[SettlementHeader]) -> list[ListedSettlement]:
    """Settlements with who pays whom how much."""
    amounts = decided.transfers(connection, [header["id"] for header in headers])
    return [{**header, "transfers": amounts[header["id"]]} for header in headers]


def by_transfer(listed: Iterable[ListedSettlement]) -> Iterator[dict[str, object]]:
    """Settlements as rows of a table: one per payer and payee, or a single one without any."""
    for header in listed:
        for amount in header["transfers"]:
            yield {**header, **amount}
        if not header["transfers"]:
            yield {**header}


def of_party(headers: Sequence[SettlementHeader], registry: Registry, party: str | None) -> list[SettlementHeader]:
    """The settlements whose agreement names the party; all of them where no party is asked for."""
    if party is None:
        return list(headers)
    theirs = {a.code for a in registry.agreements.values() if party in a.parties.values()}
    return [header for header in headers if header["agreement"] in theirs]


def in_yuan(obligations: Sequence[StoredObligation]) -> list[ObligationInYuan]:
    """Obligations with their amount as a yuan string in place of fen."""
    return [
        {
            "settlement": row["settlement"], "clause": row["clause"], "period": row["period"], "payer": row["payer"],
            "payee": row["payee"], "agreement": row["agreement"], "basin": row["basin"], "kind": row["kind"],
            "status": row["status"], "payable": row["payable"], "amount_yuan": yuan(row["fen"]),
        }
        for row in obligations
    ]  # fmt: skip


def settlement(connection: Connection, identity: str) -> tuple[StoredSettlement, list[StatusRow]]:
    """A settlement document with its current status, and the history of that."""
    return decided.settlement(connection, identity), decided.statuses(connection, identity)
