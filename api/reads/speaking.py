"""Which of several settlements of the same months speaks: whose figures the pages and the API show.

In: headers, the newest first. Out: one of them. A confirmed one speaks before others, for its sums are owed until it is
withdrawn; then one that obliges before an estimate, then the newest. A withdrawn one never speaks.
"""

from __future__ import annotations

from collections.abc import Iterable

from settlement.statement.rows import SettlementHeader
from settlement.states import CONFIRMED, REVOKED


def speaking(headers: Iterable[SettlementHeader]) -> SettlementHeader | None:
    """The settlement that speaks; None where all are withdrawn, or there is none.

    Parameters
    ----------
    headers : settlements that cover the same months, the newest first.
    """
    standing = [header for header in headers if header["status"] != REVOKED]
    return max(standing, key=_weight, default=None)  # of equals the first, which is the newest


def _weight(header: SettlementHeader) -> tuple[bool, bool]:
    return header["status"] == CONFIRMED, header["kind"] != "indication"
