"""Facts as commands and the API answer them.

In: facts, and what became of those that somebody recorded. Out: rows of plain values. Nothing is stored here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from basin.authoring.fact_readers import Use
from basin.registry import Registry
from monitoring_ingest.readings.fact_checks import read_by
from monitoring_ingest.readings.fact_history import FATES, Outcome
from monitoring_ingest.readings.facts import APPROVED_BY, FIELDS, MAY_STAND, Fact
from settlement.statement.document import instant

FACT_COLUMNS = (*FIELDS, APPROVED_BY, "recorded_at", *(name for name in MAY_STAND if name != APPROVED_BY))


def fact_row(fact: Fact) -> dict[str, Any]:
    """A stored fact; the instant as text."""
    assert fact.recorded_at is not None
    return asdict(fact) | {"recorded_at": instant(fact.recorded_at)}


def outcome_row(outcome: Outcome, registry: Registry) -> dict[str, Any]:
    """A fact as it stands after somebody recorded it, what became of it, what it replaced, and who will read it."""
    replaced = None if outcome.replaces is None else fact_row(outcome.replaces.fact)
    used_by = [asdict(use) for use in read_by(outcome.fact, registry)]
    fate = {"fate": outcome.fate, "fate_zh": FATES[outcome.fate]}
    return fact_row(outcome.fact) | fate | {"replaces": replaced, "used_by": used_by}


def readers_in_words(uses: Sequence[Use]) -> str:
    """Which clauses will read a fact, in one line."""
    if not uses:
        return "没有条款会用到它：看 subject、kind、period 是否与条款相符 no clause will use it"
    return "用到它的条款 used by：" + "；".join(f"{use.agreement} {'、'.join(use.clauses)}" for use in uses)
