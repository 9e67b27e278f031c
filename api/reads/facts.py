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
from monitoring_ingest.readings.fact_findings import Finding, findings
from monitoring_ingest.readings.fact_history import FATES, Outcome
from monitoring_ingest.readings.facts import APPROVED_BY, FIELDS, MAY_STAND, Fact, is_payment
from settlement.statement.document import instant

FACT_COLUMNS = (*FIELDS, APPROVED_BY, "recorded_at", *(name for name in MAY_STAND if name != APPROVED_BY))


def fact_row(fact: Fact) -> dict[str, Any]:
    """A stored fact; the instant as text."""
    assert fact.recorded_at is not None
    return asdict(fact) | {"recorded_at": instant(fact.recorded_at)}


def outcome_row(outcome: Outcome, registry: Registry) -> dict[str, Any]:
    """A fact as it stands after somebody recorded it, what became of it, what it replaced, and who will read it.

    `findings` are what it does not go together with.
    """
    replaced = None if outcome.replaces is None else fact_row(outcome.replaces.fact)
    used_by = [asdict(use) for use in read_by(outcome.fact, registry)]
    fate = {"fate": outcome.fate, "fate_zh": FATES[outcome.fate]}
    beside = findings_to_tell(outcome.fact, outcome.in_force, used_by)
    return fact_row(outcome.fact) | fate | {"replaces": replaced, "used_by": used_by, "findings": beside}


def findings_to_tell(fact: Fact, in_force: Sequence[Fact], used_by: Sequence[object]) -> list[Finding]:
    """The findings about a fact; none of one that no clause reads, where texts may differ and nothing follows.

    Parameters
    ----------
    fact : as it stands.
    in_force : the facts in force about its subject.
    used_by : the clauses that read it; a payment is told in any case, for the books count it.
    """
    return findings(fact, in_force) if used_by or is_payment(fact) else []


def findings_in_words(findings: Sequence[Finding]) -> list[str]:
    """The findings, a line each."""
    return [f"{finding['message_zh']} {finding['message_en']}" for finding in findings]


def readers_in_words(uses: Sequence[Use]) -> str:
    """Which clauses will read a fact, in one line."""
    if not uses:
        return "没有条款会用到它：看 subject、kind、period 是否与条款相符 no clause will use it"
    return "用到它的条款 used by：" + "；".join(f"{use.agreement} {'、'.join(use.clauses)}" for use in uses)
