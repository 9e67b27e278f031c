"""Every act of two people: approval and act are both there or neither, wherever something breaks off."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import event

from monitoring_ingest.access.store import create_key
from monitoring_ingest.database.engine import writing
from monitoring_ingest.doors.files import READINGS, ingest
from settlement import store
from settlement.people import (
    acts,
    appointing,
    batches_store,
    data_decisions,
    office_keys,
    proposals,
    recorded_facts,
    statuses,
)
from settlement.people.proposals import Desk, Matter, Payload
from settlement.run import settle
from settlement.states import CONFIRMED, IN_REVIEW, REVOKED
from tests.clocks import stopped
from tests.monitoring_ingest.database.rows import every_row
from tests.settlement.makers import monthly, readings
from tests.settlement.people.makers import MORNING, number
from tests.settlement.people.river import CODE, NETWORK, REGISTRY, at_work
from tests.settlement.people.test_data_decisions import ON_S1, SENT
from tests.settlement.people.test_recorded_facts import INCIDENT

TWELVE = [1.5, 1.2, 0.8, 0.9, 1.1, 1.3, 1.0, 1.4, 0.7, 0.6, 1.6, 1.9]


class PowerCut(Exception):
    """The process ends here."""


@dataclass(frozen=True)
class Case:
    """Something to approve: which kind, for which office, by whom, and what is approved before it."""

    kind: str
    payload: Callable[[Desk], Payload]
    office: str = "upper-env"
    by: str = "upper-prepare"
    approver: str = "upper-approve"
    after: tuple[Case, ...] = ()


def settlement(desk):
    with desk.engine.connect() as connection:
        return store.settlements(connection)[0]["id"]


def appointment(desk, login):
    with desk.engine.connect() as connection:
        held = proposals.store.staff(connection, desk.offices, desk.now())
    return next(a.number for a in held.appointments if a.person == number(desk, login))


def a_batch(desk):
    with writing(desk.engine) as connection:
        return batches_store.keep_batch(connection, "上省一站", "upper-env", [INCIDENT], MORNING)


def status(wanted, *after):
    def payload(desk):
        return statuses.status_payload(settlement(desk), wanted)

    return Case("status", payload, "river", "river-prepare", "he", after)


def people(kind, **payload):
    return Case(kind, lambda _: payload, by="upper-admin")


SUBMIT = status(IN_REVIEW)
CONFIRM = status(CONFIRMED, SUBMIT)
SUSPEND = people("suspend", login="upper-prepare-2")
CASES = {
    "release": Case("decision", lambda _: data_decisions.readings_payload("release", "real_event", "单", [1, 2])),
    "uphold": Case("decision", lambda _: data_decisions.readings_payload("uphold", "not_confirmed", "单", [1, 2])),
    "remove": Case("decision", lambda _: data_decisions.values_payload("remove", "maintenance", "单", [ON_S1])),
    "facts": Case("facts", lambda _: recorded_facts.facts_payload([INCIDENT, INCIDENT | {"document": "二号"}])),
    "batch": Case("facts", lambda desk: recorded_facts.batch_payload(a_batch(desk))),
    "submit": SUBMIT,
    "confirm": CONFIRM,
    "revoke": status(REVOKED, SUBMIT, CONFIRM),
    "key": people("key", **office_keys.key_payload("上省一站", "upper-env", ["s1"], ["push"], "2027-03-01")),
    "rotate": Case("key_rotate", lambda _: office_keys.rotation_payload("旧密钥", 7), "river", "lu", "he"),
    "end of key": Case("key_revoke", lambda _: office_keys.revocation_payload("旧密钥"), "river", "lu", "he"),
    "appoint": people(
        "appoint", **appointing.appointment_payload("zhao", "赵", "upper-env", ["prepare"], "2026-03-01")
    ),
    "end": Case("end", lambda desk: {"appointment": appointment(desk, "upper-prepare-2")}, by="upper-admin"),
    "suspend": SUSPEND,
    "restore": Case("restore", lambda _: {"login": "upper-prepare-2"}, by="upper-admin", after=(SUSPEND,)),
    "reset": people("reset", login="upper-prepare-2"),
}
EACH_CASE = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


@pytest.fixture
def desk(engine):
    everybody = at_work(engine)
    ingest(engine, NETWORK, [("a.csv", SENT.encode())], READINGS, stopped(MORNING))
    ingest(engine, NETWORK, [("b.csv", readings(monthly({("s1", "nh3n"): TWELVE})))], READINGS, stopped(MORNING))
    settle(engine, REGISTRY, CODE, "2020", now=MORNING + timedelta(minutes=1))
    create_key(engine, "旧密钥", MORNING)
    return everybody


def proposed(desk, case):
    matter = Matter(case.office, case.payload(desk), case.kind, "来文")
    return proposals.propose(desk, acts.ACTS[case.kind], number(desk, case.by), matter).number


def approve(desk, case, proposal):
    return proposals.approve(desk, acts.ACTS, number(desk, case.approver), proposal)


@contextmanager
def power_cut_after(engine, statements):
    """Break off at the statement after so many of the writer, or at the commit; yields whether it came to that."""
    reached = []

    def cut(connection, *_):
        if not connection.get_execution_options().get("writing", False):
            return
        reached.append(None)
        if len(reached) > statements:
            raise PowerCut

    listened = ("before_cursor_execute", "commit")
    for name in listened:
        event.listen(engine, name, cut)
    try:
        yield lambda: len(reached) > statements
    finally:
        for name in listened:
            event.remove(engine, name, cut)


def test_there_is_a_case_of_every_kind():
    assert {case.kind for case in CASES.values()} == set(acts.ACTS)
    assert all(kind == act.kind for kind, act in acts.ACTS.items())


@pytest.mark.proof  # each case is broken off at every statement of its transaction
@EACH_CASE
def test_broken_off_anywhere_neither_approval_nor_act_is_there(desk, case):
    for before in case.after:
        approve(desk, before, proposed(desk, before))
    proposal = proposed(desk, case)
    untouched = every_row(desk.engine)
    for statements in range(1_000):
        with power_cut_after(desk.engine, statements) as was_cut, suppress(PowerCut):
            approve(desk, case, proposal)
        if not was_cut():
            break
        assert every_row(desk.engine) == untouched, f"broken off after {statements} statements"
    assert statements > 5
    after = every_row(desk.engine)
    assert len(after["proposal_outcomes"]) == len(untouched["proposal_outcomes"]) + 1
    changed = {table for table, rows in after.items() if rows != untouched[table]}
    assert changed > {"proposal_outcomes"}


@pytest.mark.proof
@EACH_CASE
def test_proposing_changes_nothing_but_the_proposal(desk, case):
    for before in case.after:
        approve(desk, before, proposed(desk, before))
    payload = case.payload(desk)  # a batch is stored by this
    untouched = every_row(desk.engine)
    proposed(desk, Case(case.kind, lambda _: payload, case.office, case.by))
    after = every_row(desk.engine)
    assert {table for table, rows in after.items() if rows != untouched[table]} == {"proposals"}
