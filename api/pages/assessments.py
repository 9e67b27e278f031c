"""An assessment: score, grade and the working of each criterion."""

from __future__ import annotations

from typing import Any

from api.pages.names import Names
from api.pages.settlements import statistic
from settlement.printing.wording import bands
from settlement.statement.rows import AssessmentDocument, CriterionRow


def assessment(document: AssessmentDocument, names: Names) -> dict[str, Any]:
    """The view of an assessment document."""
    return {
        "document": document,
        "engine_version": names.engine_version(document.get("engine_version")),
        "basin_name": names.basin(document["basin"]),
        "period_text": names.period(document["period"]),
        "criteria": [_criterion(of, place, document, names) for place, of in enumerate(document["criteria"], 1)],
        "bands": [{**band._asdict(), "reached": band.grade == document["grade"]} for band in bands(document)],
    }


def _criterion(criterion: CriterionRow, place: int, document: AssessmentDocument, names: Names) -> dict[str, Any]:
    return {
        **criterion,
        "anchor": f"criterion-{place}",
        "reason_text": names.reason(criterion["reason"]),
        "behind": [statistic(document["statistics"][place], None, names) for place in criterion["statistics"]],
    }
