"""One person proposes, another one of the same office approves (经办、审定): the same way for every act.

In: who acts, for which office, and a `TwoPersonAct` that says which roles it takes and what it does. Out: a stored
proposal; on approval the act is performed in the transaction that stores the approval, so that neither is there without
the other. Approving looks again at who the two people are, and whether what the proposal rests on is still as the
proposer saw it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine

from basin.errors import Conflict, NoSecondPerson, NotFound, Refused, UsageError
from basin.network import Office
from basin.registry import Registry
from basin.written.texts import TEXT, accepted
from monitoring_ingest.database.engine import writing
from monitoring_ingest.database.instants import instant_to_record
from settlement.people import proposals_store as stored
from settlement.people import roles, store
from settlement.people.persons import Staff
from settlement.people.proposals_store import APPROVED, LAPSED, REFUSED, WITHDRAWN, Proposal
from settlement.statement.canonical import canonical_json

Clock = Callable[[], datetime]
Payload = Mapping[str, Any]
WORDS: Mapping[str, tuple[str, str]] = {
    APPROVED: ("已批准", "approved"),
    REFUSED: ("已退回", "refused"),
    WITHDRAWN: ("已撤回", "withdrawn"),
    LAPSED: ("已失效", "lapsed"),
}


@dataclass(frozen=True)
class Desk:
    """Where people act: the database, what is declared, and the clock."""

    engine: Engine
    registry: Registry
    now: Clock

    @property
    def offices(self) -> Mapping[str, Office]:
        """The declared offices."""
        return self.registry.network.offices


@dataclass(frozen=True)
class Setting:
    """What an act is performed in: a write transaction at an instant, and everybody as of then.

    Attributes
    ----------
    registry : what is declared.
    proposal : the number of the proposal that is being approved; None while it is only checked.
    """

    connection: Connection
    staff: Staff
    now: datetime
    registry: Registry
    proposal: int | None = None


@dataclass(frozen=True)
class TwoPersonAct:
    """A kind of act that takes two people.

    Attributes
    ----------
    kind : stored with each proposal. zh, en : what it is.
    proposed_by, approved_by : the roles that propose it, and those that approve it.
    by_side : whether these may be held in any office of the same party, not in the office alone that it is for.
    check : what is refused already when it is proposed; returns the digest it rests on.
    perform : does it; returns what is shown once to whoever approves, else blank.
    """

    kind: str
    zh: str
    en: str
    proposed_by: frozenset[str]
    approved_by: frozenset[str]
    check: Callable[[Setting, str, Payload], str]
    perform: Callable[[Setting, str, Payload], str]
    by_side: bool = False

    def may_propose(self, staff: Staff, office: str) -> frozenset[int]:
        """Who may propose it for an office."""
        return self._with(self.proposed_by, staff, office)

    def may_approve(self, staff: Staff, office: str) -> frozenset[int]:
        """Who may approve it for an office, whoever proposes it."""
        return self._with(self.approved_by, staff, office)

    def _with(self, any_of: frozenset[str], staff: Staff, office: str) -> frozenset[int]:
        where = {"side": staff.side(office)} if self.by_side else {"office": office}
        return frozenset().union(*(staff.with_role(role, **where) for role in any_of))


@dataclass(frozen=True)
class Matter:
    """What somebody proposes.

    Attributes
    ----------
    office : for which office. payload : of texts, whole numbers, lists and maps.
    subject : what it is about, as a list shows it. reason : why.
    """

    office: str
    payload: Payload
    subject: str
    reason: str


@dataclass(frozen=True)
class Approved:
    """A proposal that was approved, and what its act shows once."""

    proposal: Proposal
    shown_once: str


def propose(desk: Desk, act: TwoPersonAct, person: int, matter: Matter) -> Proposal:
    """Store what a person proposes.

    Raises
    ------
    Refused : the person may not propose this for the office. NoSecondPerson : nobody else of it could approve.
    HengjieError : as the act checks.
    """
    subject = accepted(matter.subject, TEXT, "subject")
    reason = accepted(matter.reason, TEXT, "reason")
    payload = canonical_json(matter.payload)
    with writing(desk.engine) as connection:
        now = instant_to_record(connection, desk.now())
        staff = store.staff(connection, desk.offices, now)
        _refuse_who_may_not_propose(act, staff, person, matter.office)
        if not act.may_approve(staff, matter.office) - {person}:
            raise _no_second_person(act, staff, matter.office)
        rests_on = act.check(Setting(connection, staff, now, desk.registry), matter.office, matter.payload)
        proposed = Proposal(0, act.kind, matter.office, subject, payload, rests_on, person, reason, now)
        return _stored(connection, stored.keep_proposal(connection, proposed))


def approve(desk: Desk, acts: Mapping[str, TwoPersonAct], person: int, number: int, *, reason: str = "") -> Approved:
    """Approve a proposal and do what it proposes, both or neither.

    Raises
    ------
    NotFound : no such proposal. Refused : who may not approve it, or proposed it himself.
    Conflict : it has ended, its proposer may no longer act, or what it rests on has changed since; one whose proposer
        may not act lapses.
    HengjieError : as the act performs.
    """
    reason = _remark(reason)
    with writing(desk.engine) as connection:
        now = instant_to_record(connection, desk.now())
        staff = store.staff(connection, desk.offices, now)
        waiting = _waiting(connection, number)
        act = acts[waiting.kind]
        if waiting.person == person:
            zh = "自己提出的不能自己批准"
            raise Refused(zh, "nobody approves what he proposed", path="id", remedy=_who_could(act, staff, waiting))
        if person not in act.may_approve(staff, waiting.office):
            zh = "不能批准这一项"
            raise Refused(zh, "you may not approve this", path="id", remedy=_who_could(act, staff, waiting))
        has_lapsed = waiting.person not in act.may_propose(staff, waiting.office)
        if not has_lapsed:
            setting = Setting(connection, staff, now, desk.registry, number)
            payload = json.loads(waiting.payload)
            if act.check(setting, waiting.office, payload) != waiting.rests_on:
                zh = "提出之后，所依据的内容已变"
                raise Conflict(zh, "what it rests on has changed since", path="id", remedy="退回，由提出人重新提出")
            stored.keep_outcome(connection, number, APPROVED, person, reason, now)
            return Approved(_stored(connection, number), act.perform(setting, waiting.office, payload))
        stored.keep_outcome(connection, number, LAPSED, None, "提出人已不能提出", now)
    zh = "提出人已停用或不再任职，这一项已失效"
    raise Conflict(zh, "its proposer may no longer act, so it has lapsed", path="id", remedy="由在任的人重新提出")


def refuse(desk: Desk, acts: Mapping[str, TwoPersonAct], person: int, number: int, *, reason: str) -> Proposal:
    """Send a proposal back, with a reason, by somebody who might have approved it.

    Raises
    ------
    NotFound, Conflict, Refused : as `approve`. UsageError : no reason.
    """
    reason = accepted(reason, TEXT, "reason")
    with writing(desk.engine) as connection:
        now = instant_to_record(connection, desk.now())
        staff = store.staff(connection, desk.offices, now)
        waiting = _waiting(connection, number)
        act = acts[waiting.kind]
        if waiting.person == person or person not in act.may_approve(staff, waiting.office):
            zh = "不能退回这一项"
            remedy = _who_could(act, staff, waiting)
            raise Refused(zh, "you may not send this back", path="id", remedy=f"自己提出的可以撤回；{remedy}")
        stored.keep_outcome(connection, number, REFUSED, person, reason, now)
        return _stored(connection, number)


def withdraw(desk: Desk, person: int, number: int, *, reason: str = "") -> Proposal:
    """Take back what one proposed oneself.

    Raises
    ------
    NotFound, Conflict : as `approve`. Refused : somebody else proposed it.
    """
    reason = _remark(reason)
    with writing(desk.engine) as connection:
        now = instant_to_record(connection, desk.now())
        waiting = _waiting(connection, number)
        if waiting.person != person:
            zh = "只有提出人可以撤回"
            raise Refused(zh, "only its proposer takes it back", path="id", remedy="能批准的人可以退回")
        stored.keep_outcome(connection, number, WITHDRAWN, person, reason, now)
        return _stored(connection, number)


def readable(connection: Connection, staff: Staff, person: int, number: int) -> Proposal:
    """A proposal for somebody who may read it: of an office of his own party.

    Raises
    ------
    NotFound : none has the number. Refused : it is of another party.
    """
    proposal = _stored(connection, number)
    sides = {staff.side(appointment.office) for appointment in staff.in_force(person)}
    if staff.side(proposal.office) not in sides:
        zh = "这一项是另一方的"
        raise Refused(zh, "this proposal is of another party", path="id", remedy=f"可由 {proposal.office} 的人查看")
    return proposal


def lapse_all_of(setting: Setting, person: int, reason: str) -> int:
    """Let everything lapse that a person proposed and nobody has decided; how many."""
    waiting = stored.open_of(setting.connection, person)
    for proposal in waiting:
        stored.keep_outcome(setting.connection, proposal.number, LAPSED, None, reason, setting.now)
    return len(waiting)


def _refuse_who_may_not_propose(act: TwoPersonAct, staff: Staff, person: int, office: str) -> None:
    """Refuse whoever may not propose an act for an office.

    Raises
    ------
    UsageError : nobody declared the office. Refused : saying who may.
    """
    refuse_unknown_office(staff, office)
    able = act.may_propose(staff, office)
    if person not in able:
        word = roles.words(act.proposed_by)
        zh = f"在{staff.offices[office].name_zh}没有{word}的任命，不能提出{act.zh}"
        remedy = f"可由 {_named(staff, able)} 提出" if able else _appoint(staff, office, word)
        raise Refused(zh, f"you are not appointed to propose this {act.en} there", path="office", remedy=remedy)


def refuse_unknown_office(staff: Staff, office: str) -> None:
    """Refuse an office that nobody declared.

    Raises
    ------
    UsageError : saying where offices are declared.
    """
    if office not in staff.offices:
        remedy = "hengjie register list offices 列出全部；在 offices.csv 里声明"
        raise UsageError(f"没有机构 {office}", f"no office {office}", path="office", remedy=remedy)


def _remark(reason: str) -> str:
    """What somebody adds to his decision, bounded like any text; it may be blank.

    Raises
    ------
    UsageError : it is too long, or has a sign that nobody can see.
    """
    return accepted(reason, TEXT, "reason") if reason.strip() else ""


def _waiting(connection: Connection, number: int) -> Proposal:
    """A proposal that nobody has decided.

    Raises
    ------
    NotFound : none has the number. Conflict : it has ended, and how.
    """
    proposal = _stored(connection, number)
    if proposal.outcome is not None:
        zh, en = WORDS[proposal.outcome]
        raise Conflict(f"这一项{zh}", f"it is {en} already", path="id", remedy="要改的，另提一项")
    return proposal


def _stored(connection: Connection, number: int) -> Proposal:
    proposal = stored.proposal(connection, number)
    if proposal is None:
        raise NotFound(f"没有第 {number} 项", f"no proposal {number}", path="id", remedy="在待办里查编号")
    return proposal


def _who_could(act: TwoPersonAct, staff: Staff, waiting: Proposal) -> str:
    able = _named(staff, act.may_approve(staff, waiting.office) - {waiting.person})
    return f"可由 {able} 批准" if able else _appoint(staff, waiting.office, roles.words(act.approved_by))


def _no_second_person(act: TwoPersonAct, staff: Staff, office: str) -> NoSecondPerson:
    zh = f"{staff.offices[office].name_zh}没有另一人可以批准"
    en = "nobody else of this office could approve it"
    return NoSecondPerson(zh, en, path="office", remedy=_appoint(staff, office, roles.words(act.approved_by)))


def _appoint(staff: Staff, office: str, role: str) -> str:
    """Who can appoint somebody to a role, in words."""
    admins = _named(staff, staff.with_role(roles.ADMIN, side=staff.side(office)))
    return f"请 {admins} 任命一位{role}" if admins else f"由运行方管理人凭来函任命一位{role}"


def _named(staff: Staff, people: frozenset[int]) -> str:
    return "、".join(staff.people[number].name for number in sorted(people))
