"""Facts as commands and the API answer them.

In: facts, and what became of those that somebody recorded. Out: rows of plain values. Nothing is stored here.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from monitoring_ingest.readings.fact_history import FATES, Outcome
from monitoring_ingest.readings.facts import APPROVED_BY, FIELDS, MAY_STAND, Fact
from settlement.statement.document import instant

FACT_COLUMNS = (*FIELDS, APPROVED_BY, "recorded_at", *(name for name in MAY_STAND if name != APPROVED_BY))


def fact_row(fact: Fact) -> dict[str, Any]:
    """A stored fact; the instant as text."""
    assert fact.recorded_at is not None
    return asdict(fact) | {"recorded_at": instant(fact.recorded_at)}


def outcome_row(outcome: Outcome) -> dict[str, Any]:
    """A fact as it stands after somebody recorded it, what became of it, and what it replaced."""
    replaced = None if outcome.replaces is None else fact_row(outcome.replaces.fact)
    return fact_row(outcome.fact) | {"fate": outcome.fate, "fate_zh": FATES[outcome.fate], "replaces": replaced}
