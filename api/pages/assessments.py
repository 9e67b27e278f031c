"""An assessment: score, grade and the working of each criterion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.pages.names import Names
from api.pages.settlements import statistic


def assessment(document: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """The view of an assessment document."""
    return {
        "document": document,
        "basin_name": names.basin(document["basin"]),
        "period_text": names.period(document["period"]),
        "criteria": [_criterion(one, place, document, names) for place, one in enumerate(document["criteria"], 1)],
        "bands": _bands(document),
    }


def _criterion(criterion: Mapping[str, Any], place: int, document: Mapping[str, Any], names: Names) -> dict[str, Any]:
    behind = [document["statistics"][i] for i in criterion["statistics"]]
    return {
        **criterion,
        "anchor": f"criterion-{place}",
        "reason_text": names.reason(criterion["reason"]),
        "behind": [statistic(one, names) for one in behind],
    }


def _bands(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each grade with the half-open range of scores that earns it."""
    floors = document["bands"]
    ceilings = [None, *(floor for _, floor in floors[:-1])]
    return [
        {"grade": grade, "floor": floor, "below": below, "reached": grade == document["grade"]}
        for (grade, floor), below in zip(floors, ceilings, strict=True)
    ]
