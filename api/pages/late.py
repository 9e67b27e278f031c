"""Late data: per settlement what settling again would change, and the readings that came late."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from api.pages.names import Names

MOST_READINGS = 500  # the API lists all
_HEAD = ("settlement", "agreement", "basin", "period", "status", "as_of")


def late(found: Sequence[Mapping[str, Any]], status: str | None, names: Names) -> dict[str, Any]:
    """All settlements with late data: those whose result would change, and those that would stay."""
    changed, same = ([_shown(one, names) for one in found if one["changed"] is which] for which in (True, False))
    return {"changed": changed, "same": same, "status": status}


def late_one(one: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """One settlement with its late readings."""
    listed = [_reading(row, names) for row in one["late_readings"][:MOST_READINGS]]
    return {"one": _shown(one, names), "readings": listed, "more": len(one["late_readings"]) - len(listed)}


def rows(one: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """One settlement as rows of a table: one per change, or a single one that says there is none."""
    head = {name: one[name] for name in _HEAD} | one["readings"] | {"facts": len(one["facts"])}
    what = ("transfers", "obligations", "stops_appear", "stops_vanish")
    changes = [(name.removesuffix("s"), row) for name in what for row in one[name]]
    if one["problem"]:
        changes = [("problem", {"reason": one["problem"]["message_zh"]})]
    for name, row in changes or [("none" if not one["changed"] else "working", {})]:
        told = {key: value for key, value in row.items() if key not in ("period", "element")}
        yield head | {"what": name, "of": row.get("period", "")} | told


def _shown(one: Mapping[str, Any], names: Names) -> dict[str, Any]:
    named = {name: [_amounts(row, names) for row in one[name]] for name in ("transfers", "obligations")}
    stops = [
        {**stop, "fate": fate, "period_text": names.period(stop["period"]), "where": names.element(stop["element"]),
         "message": names.t.choose(stop["message_zh"], stop["message_en"])}
        for fate in ("appear", "vanish") for stop in one[f"stops_{fate}"]
    ]  # fmt: skip
    problem = one["problem"] and names.t.choose(one["problem"]["message_zh"], one["problem"]["message_en"])
    texts = {"basin_name": names.basin(one["basin"]), "period_text": names.period(one["period"])}
    return {**one, **named, **texts, "stops": stops, "problem_text": problem}


def _amounts(row: Mapping[str, Any], names: Names) -> dict[str, Any]:
    period = names.period(row["period"]) if "period" in row else ""
    return {**row, "payer_name": names.party(row["payer"]), "payee_name": names.party(row["payee"]),
            "period_text": period}  # fmt: skip


def _reading(row: Mapping[str, Any], names: Names) -> dict[str, Any]:
    return {
        "submission": None, "door": "", "sender": "", "name": "", **row,
        "station_name": names.station(row["station"]), "indicator_name": names.indicator(row["indicator"]),
    }  # fmt: skip
