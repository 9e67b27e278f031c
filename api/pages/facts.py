"""Facts: what people recorded and is in force, newest first, each with the clauses that will use it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from api.pages.names import Names
from api.reads.facts import fact_row, findings_to_tell
from basin.clauses import GENERAL_FACTS, PAID
from monitoring_ingest.readings.fact_checks import read_by
from monitoring_ingest.readings.facts import Fact, is_payment

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
