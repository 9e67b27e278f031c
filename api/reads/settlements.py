"""Settlements and obligations as lists show them, and one settlement with its history.

In: a connection, the registry and what was asked for. Out: rows with codes and exact sums. Nothing is written here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import Connection

from api.reads import declared as register
from api.reads.filters import SettlementsWanted, within
from api.reads.reader import Reader
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


def settlements(
    connection: Connection, registry: Registry, reader: Reader, wanted: SettlementsWanted
) -> list[SettlementHeader]:
    """The settlements asked for that may be read, the newest first.

    Raises
    ------
    UnknownCode : an agreement, basin, party or status that there is not. UsageError : no period. Refused : the
        agreement or basin asked for may not be read.
    """
    register.known(registry, agreement=wanted.agreement, basin=wanted.basin, party=wanted.party, status=wanted.status)
    reader.refuse_agreement(wanted.agreement)
    reader.refuse_basin(wanted.basin)
    stored = read_by(reader, decided.settlements(connection, agreement=wanted.agreement, basin=wanted.basin))
    headers = within(stored, wanted.period)
    of_status = [header for header in headers if wanted.status in (None, header["status"])]
    return of_party(of_status, registry, wanted.party)


def read_by(reader: Reader, headers: Sequence[SettlementHeader]) -> list[SettlementHeader]:
    """The settlements that somebody may read."""
    return [header for header in headers if reader.settlement(header["agreement"], header["status"])]


def refuse_unreadable(connection: Connection, reader: Reader, identity: str) -> None:
    """Refuse a settlement that may not be read, before its document is.

    Raises
    ------
    NotFound : no such settlement. NotSignedIn, Refused : it may not be read.
    """
    if not reader.reads_all:
        heading = decided.heading(connection, identity)
        reader.refuse_settlement(heading.agreement, heading.status)


def refuse_unreadable_working(connection: Connection, reader: Reader, identity: str) -> None:
    """Refuse what only those of the agreement may read of a settlement, be it public: what came late for it.

    Raises
    ------
    NotFound : no such settlement. NotSignedIn, Refused : the settlements of its agreement may not be read.
    """
    if not reader.reads_all:
        reader.refuse_working(decided.heading(connection, identity).agreement)


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
