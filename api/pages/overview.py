"""The first page: who owes whom in each basin, and how fresh the data are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.names import Names


def overview(data: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """Basins with their latest year of obligations first, those that stopped next, the others in a table."""
    basins = [_basin(basin, names) for basin in data["basins"]]
    return {
        "freshness": data["freshness"],
        "owing": [basin for basin in basins if basin["dues"]],
        "basins": basins,
    }


def _basin(basin: Mapping[str, Any], names: Names) -> dict[str, Any]:
    return {
        **basin,
        "name": names.basin(basin["code"]),
        "dues": [due(one, names) for one in basin["dues"]],
    }


def due(one: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """The latest year of one agreement: net transfers, or why there is none."""
    return {
        **one,
        "href": f"/settlements/{one['settlements'][0]}"
        if len(one["settlements"]) == 1
        else f"/settlements?agreement={one['agreement']}",
        "title": names.agreement(one["agreement"]),
        "period_text": names.period(one["period"])
        + (names.t("overview.parts", count=one["parts"]) if one["parts"] else ""),
        "transfers": [names.transfer(transfer) for transfer in one["transfers"]],
        "reasons": list(dict.fromkeys(names.reason(stop["reason"]) for stop in one["stops"])),
    }
