"""The lists: settlements, assessments, submissions, and one submission with its receipt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from api.pages.names import Names
from settlement.statement.rows import AssessmentHeader, SettlementHeader

FATES = ("accepted", "revised", "duplicate", "quarantined", "rejected", "withheld", "absent")
MOST_ROWS = 500  # a receipt may list a hundred thousand; the API gives all


def settlement_row(header: SettlementHeader | AssessmentHeader, names: Names) -> dict[str, Any]:
    """One settlement in a list."""
    return {**header, "basin_name": names.basin(header["basin"]), "period_text": names.period(header["period"])}


def settlements(headers: Sequence[SettlementHeader], names: Names) -> dict[str, Any]:
    """All settlements, newest first."""
    return {"settlements": [settlement_row(header, names) for header in headers]}


def assessments(headers: Sequence[AssessmentHeader], names: Names) -> dict[str, Any]:
    """All assessments, newest first."""
    return {"assessments": [settlement_row(header, names) for header in headers]}


def submissions(receipts: Sequence[Mapping[str, Any]], names: Names) -> dict[str, Any]:
    """What was handed in, newest first, interrupted ones included."""
    return {"submissions": list(receipts), "fates": FATES}


def submission(receipt: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], names: Names) -> dict[str, Any]:
    """One receipt: the counts and the first rows that were not simply accepted, each with what it is about."""
    not_accepted = sum(count for fate, count in receipt["counts"].items() if fate != "accepted")
    shown = [
        {**row, "message": names.t.choose(row["message_zh"], row["message_en"]), "about": _about(row, names)}
        for row in rows
    ]
    return {"submission": receipt, "fates": FATES, "rows": shown, "more": max(not_accepted - len(rows), 0)}


def _about(row: Mapping[str, Any], names: Names) -> str:
    """Which station and indicator a row speaks of, as far as they are known."""
    station = names.station(row["station"]) if row["station"] else ""
    indicator = names.indicator(row["indicator"]) if row["indicator"] else ""
    return f"{station} {indicator}".strip()
