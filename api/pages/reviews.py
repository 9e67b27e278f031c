"""The page of reviews: quarantined readings that wait, and what people decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from api.pages.names import Names
from monitoring_ingest.quality.decisions import REASONS, REASONS_FOR

Rows = Sequence[Mapping[str, Any]]


def reviews(waiting: Rows, decided: Rows, most: int, names: Names) -> dict[str, Any]:
    """Both tables, at most so many rows of each, and which reasons each action takes."""
    return {
        "waiting": [_named(row, names) | {"why": _chosen(row, "message", names)} for row in waiting[:most]],
        "waiting_cut": len(waiting) > most,
        "decided": [_named(row, names) | {"why": _chosen(row, "reason", names)} for row in decided[:most]],
        "decided_cut": len(decided) > most,
        "reasons": [
            {"action": action, "codes": [(code, names.t.choose(REASONS[code].zh, REASONS[code].en)) for code in codes]}
            for action, codes in REASONS_FOR.items()
        ],
    }


def _named(row: Mapping[str, Any], names: Names) -> dict[str, Any]:
    section = names.registry.network.stations.get(row["station"])
    return {
        **row,
        "station_name": names.station(row["station"]),
        "indicator_name": names.indicator(row["indicator"]),
        "section": section.section if section else "",
    }


def _chosen(row: Mapping[str, Any], field: str, names: Names) -> str:
    return names.t.choose(row[f"{field}_zh"], row[f"{field}_en"])
