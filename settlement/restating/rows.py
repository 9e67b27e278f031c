"""The rows in which late data are told: what came after a settlement, and what settling again would change."""

from __future__ import annotations

from typing import Any, Required, TypedDict

from settlement.restating import difference
from settlement.words import Message


class LateRow(TypedDict):
    """A settlement, and how much differs from what it was made from."""

    settlement: str
    agreement: str
    title: str
    basin: str
    period: str
    kind: str
    status: str
    as_of: str
    digest: str
    readings: dict[str, int]  # new, revised, removed
    facts: list[dict[str, Any]]
    ledger: bool


class LateEffect(LateRow, difference.Effect):
    """What settling again would change; `problem` where it is refused now."""

    problem: Message | None


class LateResult(LateEffect):
    """The same with the identity of what settling again would give; None where it is refused."""

    text_changed: bool
    would_be: str | None


class SettledAgain(TypedDict):
    """A settlement that is stored already and holds the result of settling again."""

    id: str
    status: str


class LateSettlement(LateResult):
    """What lists of late data show of a settlement."""

    settled_again: SettledAgain | None


class Sent(TypedDict, total=False):
    """How a reading came, with its value and unit as they were sent; empty where nobody handed it in."""

    submission: int
    door: str
    sender: str
    name: str
    value_text: str
    unit: str


class LateReading(Sent):
    """A reading that came late [canonical unit], and the submission that brought it."""

    station: Required[str]
    indicator: Required[str]
    change: Required[str]
    time: Required[str | None]
    recorded_at: Required[str | None]
    was: Required[float | None]
    value: Required[float | None]


class LateDetail(LateSettlement):
    """One settlement with its late readings one by one."""

    late_readings: list[LateReading]
