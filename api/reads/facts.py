"""Facts as commands and the API answer them.

In: facts, who is signed in or the key that they came by. Out: rows of plain values, proposals and batches. What a fact
may say, and whom it concerns, is decided in `settlement.people.recorded_facts`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypedDict

from basin.registry import Registry
from monitoring_ingest.readings.fact_checks import read_by
from monitoring_ingest.readings.fact_findings import Finding, findings
from monitoring_ingest.readings.fact_history import DUPLICATE, FATES
from monitoring_ingest.readings.facts import APPROVED_BY, FIELDS, MAY_STAND, PROPOSED, Fact, is_payment
from settlement.people import proposals, recorded_facts
from settlement.people.batches_store import Batch
from settlement.people.proposals import Desk, Matter
from settlement.people.proposals_store import Proposal
from settlement.people.recorded_facts import RECORDED, Previewed
from settlement.people.sessions import Signed
from settlement.people.watching import office_to_propose_for, offices_to_propose_for
from settlement.statement.document import instant

LONGEST_REASON = 300  # characters of a reason that is made from a document
FACT_COLUMNS = (*FIELDS, APPROVED_BY, "recorded_at", *(name for name in MAY_STAND if name != APPROVED_BY))


def fact_row(fact: Fact) -> dict[str, Any]:
    """A stored fact; the instant as text."""
    assert fact.recorded_at is not None
    return asdict(fact) | {"recorded_at": instant(fact.recorded_at)}


def previewed_row(previewed: Previewed, registry: Registry) -> dict[str, Any]:
    """What would become of a fact: its fate, what it would replace, the clauses that would read it, and findings.

    Who recorded and approved it is told of what is recorded already.
    """
    fact = previewed.fact
    row = fact_row(fact) if fact.recorded_at is not None else _unrecorded_row(fact)
    fate = {"fate": previewed.fate, "fate_zh": FATES[previewed.fate]}
    replaced = None if previewed.replaces is None else fact_row(previewed.replaces)
    uses = read_by(fact, registry)
    # of one that no clause reads texts may differ, and nothing follows; a payment counts for the books in any case
    findings_about = previewed.findings if uses or is_payment(fact) else []
    return (
        row | fate | {"replaces": replaced, "used_by": [asdict(use) for use in uses], "findings": list(findings_about)}
    )


def _unrecorded_row(fact: Fact) -> dict[str, Any]:
    return {name: text for name, text in asdict(fact).items() if name in PROPOSED}


@dataclass(frozen=True)
class TakenFacts:
    """What became of facts that somebody sent: a proposal or a batch, or neither where all are recorded already.

    Attributes
    ----------
    facts : as `previewed_row`, in the order they were sent. offices : that may adopt the batch.
    """

    facts: Sequence[Mapping[str, Any]]
    proposal: Proposal | None = None
    batch: int | None = None
    offices: Sequence[str] = ()


def propose(desk: Desk, signed: Signed, written: Sequence[Mapping[str, Any]], office: str = "") -> TakenFacts:
    """Propose to record facts, all of them or none, unless they are recorded already.

    Parameters
    ----------
    written : in the keys of `readings.facts.PROPOSED`.
    office : for which it is proposed; blank where it can only be one.

    Raises
    ------
    HengjieError : a fact cannot be recorded, or not by this person; its place in the list is named, from 0.
    """
    facts = recorded_facts.understood(written, desk.registry)
    person = signed.person.number
    concerned = recorded_facts.offices_concerned(desk.registry, facts)
    for_office = office_to_propose_for(RECORDED, signed.staff, person, office, concerned)
    payload = recorded_facts.facts_payload(written)
    rows: list[dict[str, Any]] = []
    # whoever may not propose it is refused below, and is not told before what is recorded
    if for_office in concerned and for_office in offices_to_propose_for(RECORDED, signed.staff, person):
        rows = [previewed_row(fact, desk.registry) for fact in recorded_facts.preview(desk, payload)]
        if all(row["fate"] == DUPLICATE for row in rows):
            return TakenFacts(rows)
    reason = f"依据 {facts[0].document}"[:LONGEST_REASON]
    matter = Matter(for_office, payload, in_short(written), reason)
    return TakenFacts(rows, proposals.propose(desk, RECORDED, person, matter))


def adopt(desk: Desk, signed: Signed, number: int, office: str = "", reason: str = "") -> Proposal:
    """Propose to adopt a batch that came by a key.

    Parameters
    ----------
    number : of the batch. office : for which it is proposed; blank where it can only be one. reason : why, if stated.

    Raises
    ------
    NotFound : no such batch. HengjieError : it is adopted, waits for others, or cannot be recorded any more.
    """
    with desk.engine.connect() as connection:
        batch = recorded_facts.stored_batch(connection, number)
    why = reason or f"采用密钥 {batch.key} 送来的批次"
    payload = recorded_facts.batch_payload(number)
    subject = f"批次 {number}：{in_short(batch.facts)}"
    able = recorded_facts.may_adopt(desk.registry, batch)
    person = signed.person.number
    for_office = office_to_propose_for(RECORDED, signed.staff, person, office, able)
    return proposals.propose(desk, RECORDED, person, Matter(for_office, payload, subject, why))


class BatchRow(TypedDict):
    """Facts that came by a key and wait for people to adopt them; `offices` whose people may."""

    number: int
    key: str
    offices: Sequence[str]
    facts: Sequence[Mapping[str, Any]]
    subject: str
    recorded_at: str


def batch_row(batch: Batch, registry: Registry) -> BatchRow:
    """A batch, with what it is about in one line."""
    return {
        "number": batch.number,
        "key": batch.key,
        "offices": recorded_facts.may_adopt(registry, batch),
        "facts": batch.facts,
        "subject": in_short(batch.facts),
        "recorded_at": instant(batch.recorded_at),
    }


def in_short(written: Sequence[Mapping[str, Any]]) -> str:
    """What facts are about, in one line: the first, and of how many."""
    first = " ".join(str(written[0].get(name, "")) for name in ("subject", "period", "kind", "value")).rstrip()
    return first if len(written) == 1 else f"{first} 等 {len(written)} 件"


def findings_to_tell(fact: Fact, in_force: Sequence[Fact], used_by: Sequence[object]) -> list[Finding]:
    """The findings about a stored fact; none of one that no clause reads, where texts may differ and nothing follows.

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
