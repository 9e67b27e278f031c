"""Late data: per settlement what settling again would change, and the readings that came late."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from api.pages.names import Names
from settlement.restating.difference import AmountChange
from settlement.restating.rows import LateDetail, LateReading, LateSettlement

MOST_READINGS = 500  # the API lists all


def late(settlements: Sequence[LateSettlement], status: str | None, names: Names) -> dict[str, Any]:
    """All settlements with late data: those whose result would change, and those that would stay."""
    return {
        "changed": [_shown(late, names) for late in settlements if late["changed"]],
        "same": [_shown(late, names) for late in settlements if not late["changed"]],
        "status": status,
    }


def late_one(one: LateDetail, names: Names) -> dict[str, Any]:
    """One settlement with its late readings."""
    listed = [_reading(row, names) for row in one["late_readings"][:MOST_READINGS]]
    return {"one": _shown(one, names), "readings": listed, "more": len(one["late_readings"]) - len(listed)}


def rows(one: LateSettlement) -> Iterator[dict[str, Any]]:
    """One settlement as rows of a table: one per change, or a single one that says there is none."""
    head: dict[str, Any] = {
        "settlement": one["settlement"], "agreement": one["agreement"], "basin": one["basin"],
        "period": one["period"], "status": one["status"], "as_of": one["as_of"], **one["readings"],
        "facts": len(one["facts"]),
    }  # fmt: skip
    changes: list[tuple[str, Mapping[str, Any]]] = [
        *(("transfer", amount) for amount in one["transfers"]),
        *(("obligation", amount) for amount in one["obligations"]),
        *(("stops_appear", stop) for stop in one["stops_appear"]),
        *(("stops_vanish", stop) for stop in one["stops_vanish"]),
    ]
    if one["problem"]:
        changes = [("problem", {"reason": one["problem"]["message_zh"]})]
    for name, row in changes or [("none" if not one["changed"] else "working", {})]:
        cells = {key: value for key, value in row.items() if key not in ("period", "element")}
        yield head | {"what": name, "of": row.get("period", "")} | cells


def _shown(one: LateSettlement, names: Names) -> dict[str, Any]:
    problem = one["problem"] and names.t.choose(one["problem"]["message_zh"], one["problem"]["message_en"])
    return {
        **one,
        "transfers": [_amounts(amount, names) for amount in one["transfers"]],
        "obligations": [_amounts(amount, names) for amount in one["obligations"]],
        "basin_name": names.basin(one["basin"]),
        "period_text": names.period(one["period"]),
        "stops": [
            *(names.stop(stop) | {"fate": "appear"} for stop in one["stops_appear"]),
            *(names.stop(stop) | {"fate": "vanish"} for stop in one["stops_vanish"]),
        ],
        "problem_text": problem,
    }


def _amounts(amount: AmountChange, names: Names) -> dict[str, Any]:
    return names.pair(amount) | {"period_text": names.period(amount["period"]) if "period" in amount else ""}


def _reading(row: LateReading, names: Names) -> dict[str, Any]:
    return {
        "submission": None, "door": "", "sender": "", "name": "", **row,
        "station_name": names.station(row["station"]), "indicator_name": names.indicator(row["indicator"]),
    }  # fmt: skip
