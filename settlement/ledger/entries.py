"""The ledger (分录): confirmed transfers in double entry.

In: the transfers of a settlement [fen]. Out: entries that sum to zero. A revocation reverses; nothing is edited. It
stores nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One line: `fen` > 0 is owed to `party` by `counterparty`, `fen` < 0 is owed by `party`.

    `reverses` : in a reversal, the confirmation whose entry of the same place it undoes; None in a confirmation.
    """

    party: str
    counterparty: str
    fen: int
    reverses: int | None = None


@dataclass(frozen=True)
class Debt:
    """What one confirmed settlement says one party owes another [fen]."""

    settlement: str
    period: str
    payer: str
    fen: int


def postings(transfers: Iterable[tuple[str, str, int]]) -> list[Entry]:
    """Two entries for each transfer (payer, payee, fen); together they are zero."""
    entries: list[Entry] = []
    for payer, payee, fen in transfers:
        entries += [Entry(payer, payee, -fen), Entry(payee, payer, fen)]
    return entries


def reversal(entries: Iterable[Entry], confirmation: int) -> list[Entry]:
    """The entries that undo all those of one confirmation, in the same order."""
    return [Entry(entry.party, entry.counterparty, -entry.fen, confirmation) for entry in entries]
