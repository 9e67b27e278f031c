"""Facts recorded by two people (事实登记): one fact, or many of a table, of an office that they concern.

In: facts as they are written, without the people who vouch for them, or the number of a batch that came by a key. Out:
all of them recorded, revised or withdrawn, or none, in the transaction that stores the approval. What a fact may say is
in `monitoring_ingest.readings`; whom it concerns in `concerns`. A batch counts for nothing until it is adopted.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection

from basin.errors import Conflict, HengjieError, NotFound, Refused, UnknownCode, UsageError
from basin.network import Office
from basin.periods import period
from basin.registry import Registry
from basin.written.agreement_files import tree
from basin.written.names import folded_name
from monitoring_ingest.access.store import PUSH, Access
from monitoring_ingest.database.engine import reading
from monitoring_ingest.formats.fact_tables import read_proposed_facts
from monitoring_ingest.readings.fact_checks import about_something_known
from monitoring_ingest.readings.fact_findings import Finding, findings
from monitoring_ingest.readings.fact_history import Fate, Planned, in_force
from monitoring_ingest.readings.facts import Fact, TwoPeople, is_payment, proposed_fact
from monitoring_ingest.records.store import planned_facts, record_facts, stored_facts
from settlement.people import batches_store, concerns, performing, roles
from settlement.people.batches_store import Batch
from settlement.people.proposals import Desk, Payload, Setting, TwoPersonAct

FACTS = batches_store.FACTS
BATCH = "batch"
_NOTHING = ""  # that the act shows once


def facts_payload(written: Sequence[Mapping[str, Any]]) -> Payload:
    """What to propose to record facts, each in the keys of `readings.facts.PROPOSED`."""
    return {FACTS: [dict(fact) for fact in written]}


def batch_payload(batch: int) -> Payload:
    """What to propose to adopt a batch that came by a key."""
    return batches_store.naming(batch)


def written_facts(content: bytes, registry: Registry, *, file: object) -> list[Mapping[str, Any]]:
    """The facts of a file, as `facts_payload` takes them: a CSV, a JSON list, or the YAML or JSON of one fact.

    Raises
    ------
    UsageError, UnknownCode : the file is none of these, or a fact in it cannot be recorded; its line is named.
    """
    if str(file).lower().endswith(".csv"):
        return [row.written for row in read_proposed_facts(content, registry, file=file)]
    try:
        text = content.decode("utf-8-sig")
        listed = json.loads(text) if text.lstrip().startswith("[") else [tree(text, file, UsageError)]
    except ValueError as problem:  # bytes that are no UTF-8, or no JSON
        raise UsageError(
            "读不出事实", "no readable facts", file=file, remedy="存为 UTF-8 的 CSV、YAML 或 JSON"
        ) from problem
    understood(listed, registry)
    return listed


def office_of_batch(key: Access, written: Sequence[Any], registry: Registry) -> str:
    """The office that facts wait for which came by a key; they are stored by `batches_store.keep_batch`.

    Facts that came by a key from before there were offices wait for `batches_store.ANY` that all of them concern.

    Parameters
    ----------
    key : that may push. written : the facts. registry : what is declared.

    Raises
    ------
    Refused : the key may not push, or the facts concern another office, or no office together. UsageError,
        UnknownCode : a fact could not be recorded.
    """
    if not key.may(PUSH):
        zh = f"密钥 {key.name} 不能报送事实"
        remedy = "由机构的管理人另建能报送（push）的密钥；或由经办登录后提出"
        raise Refused(zh, "this key may not hand in facts", path="X-API-Key", remedy=remedy)
    facts = understood(written, registry)
    if key.office is None:
        if not offices_concerned(registry, facts):
            zh = "没有一个机构同时与这些事实都有关，没有人可以采用"
            remedy = "按所涉的一方分开报送；或在 offices.csv 里声明所涉一方的机构"
            raise Refused(zh, "no office is concerned by all of these facts", path=FACTS, remedy=remedy)
        return batches_store.ANY
    if key.office not in registry.network.offices:
        zh = f"密钥 {key.name} 的机构 {key.office} 没有登记"
        remedy = "在 offices.csv 里声明它，或由另一机构的管理人另建密钥"
        raise Refused(zh, "the office of this key is not declared", path="X-API-Key", remedy=remedy)
    for place, fact in enumerate(facts):
        _refuse_other_office(registry, key.office, fact, place)
    return key.office


def understood(written: Sequence[Any], registry: Registry) -> list[Fact]:
    """Facts as they are written, each about something that is declared.

    Raises
    ------
    UsageError, UnknownCode : a fact cannot be recorded; its place in the list is named, from 0.
    """
    return _understood({FACTS: list(written)}, registry)


def offices_concerned(registry: Registry, facts: Sequence[Fact]) -> list[str]:
    """The offices that all of some facts concern, in the order of the register."""
    concerned = set(registry.network.offices)
    for fact in facts:
        concerned &= {office.code for office in _concerned(registry, fact)}
    return [office for office in registry.network.offices if office in concerned]


def _concerned(registry: Registry, fact: Fact) -> list[Office]:
    """The offices that a fact concerns; a payment is recorded by a finance department that pays."""
    if is_payment(fact):
        return concerns.of_payment(registry, fact)
    return concerns.of_subject(registry, fact.subject)


def may_adopt(registry: Registry, batch: Batch) -> list[str]:
    """The offices whose people may adopt a batch; none where what it is about is declared no more."""
    if batch.office != batches_store.ANY:
        return [batch.office]
    try:
        return offices_concerned(registry, understood(batch.facts, registry))
    except (UsageError, UnknownCode):
        return []


def batches_for(connection: Connection, registry: Registry, offices: Collection[str]) -> list[Batch]:
    """The batches that nobody has adopted and the people of some offices may adopt, the oldest first."""
    waiting = batches_store.waiting_batches(connection, offices)
    return [batch for batch in waiting if not set(may_adopt(registry, batch)).isdisjoint(offices)]


def batch_for(connection: Connection, registry: Registry, number: int, offices: Collection[str]) -> Batch:
    """A batch that the people of some offices may adopt, or could have.

    Raises
    ------
    NotFound : no such batch. Refused : it waits for other offices, which are named.
    """
    batch = stored_batch(connection, number)
    able = may_adopt(registry, batch)
    if set(able).isdisjoint(offices):
        raise _of_other_offices(registry, batch, able)
    return batch


def _of_other_offices(registry: Registry, batch: Batch, able: Sequence[str]) -> Refused:
    declared = registry.network.offices
    named = "、".join(declared[office].name_zh if office in declared else office for office in able)
    zh = f"批次 {batch.number} 由{named or '别的机构'}采用"
    remedy = f"可由 {named} 提出" if named else "在 offices.csv 里声明所涉一方的机构"
    return Refused(zh, "it waits for another office", path=BATCH, remedy=remedy)


@dataclass(frozen=True)
class Previewed:
    """What would become of a fact: its fate, the row it would replace, and what there is to tell of it."""

    fact: Fact
    fate: Fate
    replaces: Fact | None
    findings: Sequence[Finding]


def preview(desk: Desk, payload: Payload) -> list[Previewed]:
    """What would become of the facts of a proposal as of now, for whoever proposes or approves it; nothing is stored.

    Raises
    ------
    NotFound : no such batch. UsageError, UnknownCode : a fact could not be recorded; its place in the list is named.
    """
    with reading(desk.engine) as connection:
        written = payload
        if BATCH in payload:
            written = facts_payload(stored_batch(connection, payload[BATCH]).facts)
        facts = _understood(written, desk.registry)
        planned = list(_planned(connection, facts, desk.now()))
        rows = [
            row for subject in {fact.subject for fact in facts} for row in stored_facts(connection, subject=subject)
        ]
    rows += [step.row for step in planned if step.row is not None]
    beside: dict[tuple[object, ...], list[Fact]] = {}
    for fact in in_force(sorted(rows, key=attrgetter("id"))):
        beside.setdefault(_told_together(fact), []).append(fact)
    return [
        Previewed(
            step.outcome.fact,
            step.outcome.fate,
            None if step.outcome.replaces is None else step.outcome.replaces.fact,
            findings(step.outcome.fact, beside.get(_told_together(step.outcome.fact), ())),
        )
        for step in planned
    ]


def _told_together(fact: Fact) -> tuple[object, ...]:
    """What facts have in common of which a finding may tell: the voucher of payments, else subject, kind and period."""
    if is_payment(fact):
        return fact.subject, folded_name(fact.document)
    return fact.subject, fact.kind, period(fact.period)


def _check(setting: Setting, office: str, payload: Payload) -> str:
    """Refuse what could not be recorded; it rests on the rows that the facts revise or withdraw."""
    facts = _facts(setting, office, payload)
    if BATCH in payload and batches_store.is_adopted(setting.connection, payload[BATCH]):
        zh = f"批次 {payload[BATCH]} 已采用"
        raise Conflict(zh, "the batch has been adopted", path=BATCH, remedy="要改的，另登记更正并写明 reason")
    for place, fact in enumerate(facts):
        _refuse_other_office(setting.registry, office, fact, place)
    replaced: list[int | None] = []
    rows_of_this: set[int] = set()  # which these facts would add themselves, under numbers that others may take first
    for step in _planned(setting.connection, facts, setting.now):
        before = step.outcome.replaces
        replaced.append(None if before is None or before.id in rows_of_this else before.id)
        rows_of_this |= set() if step.row is None else {step.row.id}
    return performing.fingerprint(replaced)


def _planned(connection: Connection, facts: Sequence[Fact], now: datetime) -> Iterator[Planned]:
    """What would become of each fact; the place of a fact that cannot be recorded is named, from 0."""
    planned = planned_facts(connection, facts, now)
    for place in range(len(facts)):
        with _at(place):
            step = next(planned)
        yield step


def _perform(setting: Setting, office: str, payload: Payload) -> str:
    people = performing.decided(setting)
    by = TwoPeople(people.proposed_by, people.approved_by, setting.proposal or 0)
    record_facts(setting.connection, _facts(setting, office, payload), by, setting.now)
    return _NOTHING


def _facts(setting: Setting, office: str, payload: Payload) -> list[Fact]:
    """The facts of a proposal, or of the batch that it names."""
    if BATCH not in payload:
        return _understood(payload, setting.registry)
    performing.refuse_other_keys(payload, BATCH)
    adopted = _batch(setting, office, payload[BATCH])
    return understood(adopted.facts, setting.registry)


def _batch(setting: Setting, office: str, number: object) -> Batch:
    """A batch that the office may adopt.

    Raises
    ------
    NotFound : no such batch. Refused : it waits for other offices.
    """
    batch = stored_batch(setting.connection, number)
    able = may_adopt(setting.registry, batch)
    if office not in able:
        raise _of_other_offices(setting.registry, batch, able)
    return batch


def stored_batch(connection: Connection, number: object) -> Batch:
    """The batch with a number.

    Raises
    ------
    NotFound : there is none.
    """
    batch = batches_store.batch(connection, number) if type(number) is int else None
    if batch is None:
        raise NotFound(f"没有批次 {number}", f"no batch {number}", path=BATCH, remedy="hengjie fact list 列出批次")
    return batch


def _understood(payload: Mapping[str, Any], registry: Registry) -> list[Fact]:
    """The facts of a payload, each about something that is declared.

    Raises
    ------
    UsageError, UnknownCode : a fact cannot be recorded; its place in the list is named, from 0.
    """
    performing.refuse_other_keys(payload, FACTS)
    facts = []
    for place, written in enumerate(performing.several(payload, FACTS)):
        with _at(place):
            if not isinstance(written, Mapping):
                raise UsageError("不是键值表", "no mapping", remedy="每件事实写成键值表")
            facts.append(about_something_known(proposed_fact(written), registry))
    return facts


def _refuse_other_office(registry: Registry, office: str, fact: Fact, place: int) -> None:
    """Refuse a fact that does not concern the office; its place in the list is named, from 0."""
    about = f"{fact.subject} 的{'付款' if is_payment(fact) else '事实'}"
    with _at(place):
        concerns.refuse_other_office(registry.network.offices, office, _concerned(registry, fact), about)


@contextmanager
def _at(place: int) -> Iterator[None]:
    """Name the place of a fact in the list, from 0, in what is refused of it."""
    try:
        yield
    except HengjieError as problem:
        problem.path = ".".join(part for part in (str(place), problem.path) if part)
        raise


RECORDED = TwoPersonAct(
    FACTS, "事实登记", "facts", frozenset({roles.PREPARE}), frozenset({roles.APPROVE}), _check, _perform
)
ACTS: Mapping[str, TwoPersonAct] = {RECORDED.kind: RECORDED}
