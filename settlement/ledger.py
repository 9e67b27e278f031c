"""The ledger (分录): confirmed transfers in double entry, and the life of a settlement's status.

In: the transfers of a settlement [fen] and its status. Out: entries that sum to zero, and whether one status may follow
another. A revocation reverses the one confirmation it revokes; nothing is edited. It stores nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from basin.errors import Refused
from basin.names import same_person

TRIAL, IN_REVIEW, CONFIRMED, REVOKED = "试算", "待复核", "已确认", "已撤销"
MAY_FOLLOW: Mapping[str, tuple[str, ...]] = {
    TRIAL: (IN_REVIEW, REVOKED),
    IN_REVIEW: (CONFIRMED, REVOKED),
    CONFIRMED: (REVOKED,),
    REVOKED: (),
}


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
    return [entry for payer, payee, fen in transfers for entry in (Entry(payer, payee, -fen), Entry(payee, payer, fen))]


def reversal(entries: Iterable[Entry], confirmation: int) -> list[Entry]:
    """The entries that undo all those of one confirmation, in the same order."""
    return [Entry(entry.party, entry.counterparty, -entry.fen, confirmation) for entry in entries]


def check_another_person(submitted_by: str, person: str) -> None:
    """Whether somebody else than the one who submitted a settlement for review confirms it.

    Raises
    ------
    Refused : it is the same person.
    """
    if same_person(submitted_by, person):
        raise Refused(
            f"{person} 已将它提交复核，不能自己确认", "submitted for review by the same person",
            path="person", remedy="由另一人复核后确认",
        )  # fmt: skip


def check_change(kind: str, now: str, then: str) -> None:
    """Whether a settlement of this kind may go from one status to the other.

    Raises
    ------
    Refused : the status may not follow, or what is no payable settlement would be confirmed.
    """
    if then not in MAY_FOLLOW.get(now, ()):
        allowed = "、".join(MAY_FOLLOW.get(now, ())) or "无"
        raise Refused(
            f"{now} 之后不能是 {then}", f"{then} may not follow {now}", path="status", remedy=f"可用：{allowed}"
        )
    if then == CONFIRMED and kind != "payable":
        raise Refused(
            f"{kind} 不是可支付的结算，不能确认", f"a settlement of kind {kind} cannot be confirmed",
            path="status", remedy="补齐缺少的数据或参数后重新结算",
        )  # fmt: skip
