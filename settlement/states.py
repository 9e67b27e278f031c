"""The states of a settlement (试算 → 待复核 → 已确认 / 已撤销), and which may follow which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from basin.errors import Refused

TRIAL = "试算"
IN_REVIEW = "待复核"
CONFIRMED = "已确认"
REVOKED = "已撤销"
MAY_FOLLOW: Mapping[str, tuple[str, ...]] = {
    TRIAL: (IN_REVIEW, REVOKED),
    IN_REVIEW: (CONFIRMED, REVOKED),
    CONFIRMED: (REVOKED,),
    REVOKED: (),
}


@dataclass(frozen=True)
class StatusChange:
    """The next status of a settlement, who gives it, and why.

    Attributes
    ----------
    proposal : the number of what two people agreed on; None where one person gives it.
    """

    status: str
    person: str
    reason: str
    proposal: int | None = None


def check_change(kind: str, now: str, then: str) -> None:
    """Refuse a change of status that the table, or the kind of the settlement, does not allow.

    Parameters
    ----------
    kind : of the settlement: payable, indication or stopped.
    now, then : the status it has, and the status it would get.

    Raises
    ------
    Refused : `then` may not follow `now`, or a settlement that is not payable would be confirmed.
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
