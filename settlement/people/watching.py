"""Which proposals and people somebody may see, and which proposals wait for him.

In: everybody as of now, and stored proposals. Out: the part of them that concerns one person. A proposal is for its
office and the audit of its party; one that an admin proposes is for all who might propose or approve it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import Connection

from settlement.people import proposals_store, roles
from settlement.people.persons import Staff
from settlement.people.proposals import TwoPersonAct
from settlement.people.proposals_store import Proposal, Wanted

MOST = 1_000  # proposals looked at: more are never open at once in one party


def sides_of(staff: Staff, person: int) -> list[str]:
    """The sides that a person is appointed by."""
    return list(dict.fromkeys(staff.side(appointment.office) for appointment in staff.in_force(person)))


def is_operators_admin(staff: Staff, person: int) -> bool:
    """Whether the person administers this installation."""
    return staff.operator is not None and roles.ADMIN in staff.roles(person, staff.operator)


def may_see(acts: Mapping[str, TwoPersonAct], staff: Staff, person: int, proposal: Proposal) -> bool:
    """Whether a proposal concerns a person."""
    if proposal.person == person or staff.roles(person, proposal.office):
        return True
    if person in staff.with_role(roles.AUDIT, side=staff.side(proposal.office)):
        return True
    act = acts.get(proposal.kind)
    if act is None or not act.by_side:
        return False
    return person in act.may_propose(staff, proposal.office) | act.may_approve(staff, proposal.office)


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
    wanted = Wanted(offices=_offices_of(staff, person), is_open=True)
    waiting = proposals_store.listed(connection, wanted, MOST)
    return [proposal for proposal in waiting if may_decide(acts, staff, person, proposal)]


def seen_by(
    connection: Connection, acts: Mapping[str, TwoPersonAct], staff: Staff, person: int, wanted: Wanted
) -> list[Proposal]:
    """The proposals of a person's sides that concern him, the newest first.

    Parameters
    ----------
    wanted : narrows them; its offices are set here.
    """
    listed = proposals_store.listed(connection, replace(wanted, offices=_offices_of(staff, person)), MOST)
    return [proposal for proposal in listed if may_see(acts, staff, person, proposal)]


def _offices_of(staff: Staff, person: int) -> list[str]:
    """The declared offices of the person's sides."""
    sides = sides_of(staff, person)
    return [office for office in staff.offices if staff.side(office) in sides]
