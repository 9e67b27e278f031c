"""Which proposals somebody sees, which of them wait for him, whose people he sees, and for which office he proposes.

In: everybody as of now, and stored proposals. Out: the part of them that concerns one person: what is proposed for the
offices of a party is seen by the people of all of them (as `proposals.readable`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from sqlalchemy import Connection

from basin.errors import Refused, UsageError
from settlement.people import proposals_store, roles
from settlement.people.persons import Staff
from settlement.people.proposals import TwoPersonAct
from settlement.people.proposals_store import Proposal, Wanted

MOST = 1_000  # proposals looked at: never are more of them open in one party


def sides_of(staff: Staff, person: int) -> list[str]:
    """The sides that appointed a person."""
    return list(dict.fromkeys(staff.side(appointment.office) for appointment in staff.in_force(person)))


def offices_of(staff: Staff, person: int) -> list[str]:
    """The declared offices of a person's sides."""
    sides = sides_of(staff, person)
    return [office for office in staff.offices if staff.side(office) in sides]


def is_operators_admin(staff: Staff, person: int) -> bool:
    """Whether the person administers this installation."""
    return staff.operator is not None and roles.ADMIN in staff.roles(person, staff.operator)


def may_decide(acts: Mapping[str, TwoPersonAct], staff: Staff, person: int, proposal: Proposal) -> bool:
    """Whether a person may approve an open proposal or send it back."""
    act = acts.get(proposal.kind)
    if act is None or proposal.outcome is not None or proposal.person == person:
        return False
    return person in act.may_approve(staff, proposal.office)


def waiting_for(
    connection: Connection, acts: Mapping[str, TwoPersonAct], staff: Staff, person: int
) -> list[Proposal]:  # fmt: skip
    """The open proposals that a person may approve, the newest first."""
    waiting = seen_by(connection, staff, person, Wanted(is_open=True))
    return [proposal for proposal in waiting if may_decide(acts, staff, person, proposal)]


def seen_by(connection: Connection, staff: Staff, person: int, wanted: Wanted) -> list[Proposal]:
    """The proposals of a person's sides, the newest first.

    Parameters
    ----------
    wanted : narrows them; its offices are set here.
    """
    return proposals_store.listed(connection, replace(wanted, offices=offices_of(staff, person)), MOST)


def offices_to_propose_for(act: TwoPersonAct, staff: Staff, person: int) -> list[str]:
    """The offices for which a person may propose an act."""
    return [office for office in staff.offices if person in act.may_propose(staff, office)]


def office_to_propose_for(
    act: TwoPersonAct, staff: Staff, person: int, stated: str = "", concerned: Collection[str] = ()
) -> str:
    """The office for which a person proposes: the one he states, else the only one for which he may.

    Parameters
    ----------
    stated : the code of an office; blank where he states none.
    concerned : the offices that it concerns, where they are known; of several, the others are left out.

    Raises
    ------
    Refused : he has no appointment at all. UsageError : he may for several and states none.
    """
    if stated:
        return stated
    able = offices_to_propose_for(act, staff, person)
    able = [office for office in able if office in concerned] or able
    if len(able) > 1:
        zh = f"在几个机构都可以提出{act.zh}"
        named = "、".join(f"{office} {staff.offices[office].name_zh}" for office in able)
        raise UsageError(zh, "you may propose this for several offices", path="office", remedy=f"写明一个：{named}")
    held = [*able, *(appointment.office for appointment in staff.in_force(person))]
    if not held:
        zh = f"没有在任的任命，不能提出{act.zh}"
        remedy = "请本方管理人任命为经办，或由有任命的人提出"
        raise Refused(zh, f"no appointment, so you cannot propose this {act.en}", path="office", remedy=remedy)
    return held[0]  # where he may not propose it, `proposals.propose` says who could
