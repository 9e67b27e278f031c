"""Facts: what people recorded and is in force, each with the clauses that will use it; and what is to be recorded.

In: facts in force; or facts of a proposal or batch, of which it is told what would become of them. Out: view models.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from api.pages.names import Names
from api.reads.facts import BatchRow, fact_row, findings_to_tell, previewed_row
from basin.clauses import GENERAL_FACTS, PAID
from basin.errors import HengjieError
from monitoring_ingest.readings.fact_checks import read_by
from monitoring_ingest.readings.fact_history import FATES
from monitoring_ingest.readings.facts import Fact, is_payment
from settlement.people import recorded_facts
from settlement.people.proposals import Desk, Payload

MOST_LISTED = 300  # the newest; the API lists all


def facts(in_force: Sequence[Fact], names: Names) -> dict[str, Any]:
    """The facts in force, the last recorded first."""
    newest = sorted(in_force, key=_recorded_at, reverse=True)
    about: defaultdict[str, list[Fact]] = defaultdict(list)
    for fact in in_force:
        about[fact.subject].append(fact)
    listed = [_shown(fact, about[fact.subject], names) for fact in newest[:MOST_LISTED]]
    return {"facts": listed, "cut": len(newest) > len(listed)}


def _recorded_at(fact: Fact) -> datetime:
    assert fact.recorded_at is not None
    return fact.recorded_at


def _shown(fact: Fact, about_subject: Sequence[Fact], names: Names) -> dict[str, Any]:
    uses = [asdict(use) for use in read_by(fact, names.registry)]
    words = {"period": names.period(fact.period), "kind_zh": _kind_in_chinese(fact, names)}
    findings = findings_to_tell(fact, about_subject, uses)
    sentences = [names.t.choose(finding["message_zh"], finding["message_en"]) for finding in findings]
    return fact_row(fact) | words | {"uses": uses, "findings": sentences}


def _kind_in_chinese(fact: Fact, names: Names) -> str:
    """The word for a general kind, with the payer that a payment names; blank for a kind of an agreement."""
    payers = fact.kind.split()[1:] if is_payment(fact) else []
    return " ".join([GENERAL_FACTS.get(PAID if payers else fact.kind, ""), *map(names.party, payers)])


def batch(row: BatchRow, able: Sequence[str], names: Names) -> dict[str, Any]:
    """A batch that came by a key, and the offices for which who looks at it may propose to adopt it."""
    return {
        "batch": row,
        "waits_for": names.t("list").join(names.office(office) for office in row["offices"]),
        "offices": [{"code": office, "name": names.office(office)} for office in able],
    }


def previewed(desk: Desk, payload: Payload, names: Names) -> dict[str, Any]:
    """What would become of the facts of a proposal or batch; where they cannot be recorded as things stand, why."""
    try:
        preview = recorded_facts.preview(desk, payload)
    except HengjieError as problem:
        return {"facts": [], "problem": f"{names.t.choose(problem.zh, problem.en)}（{problem.path}）"}
    return {"facts": [_previewed(fact, names) for fact in preview], "problem": ""}


def _previewed(fact: recorded_facts.Previewed, names: Names) -> dict[str, Any]:
    row = previewed_row(fact, names.registry)
    words = {
        "period": names.period(fact.fact.period),
        "kind_zh": _kind_in_chinese(fact.fact, names),
        "fate": names.t.choose(FATES[fact.fate], fact.fate),
        "before": "" if fact.replaces is None else fact.replaces.value,
    }
    findings = [names.t.choose(finding["message_zh"], finding["message_en"]) for finding in row["findings"]]
    return row | words | {"findings": findings}
