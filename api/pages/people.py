"""View models of the pages of people: one's own account, everybody and their appointments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from api.pages.names import Names
from basin.network import CHINA
from settlement.people import roles
from settlement.people.persons import Appointment, Staff
from settlement.people.sessions import LONGEST_TOKEN, Signed
from settlement.people.store import Session


def me(signed: Signed, sessions: Sequence[Session], names: Names) -> dict[str, Any]:
    """Who is signed in: appointments, sessions and tokens."""
    appointments = signed.staff.in_force(signed.person.number)
    return {
        "person": signed.person,
        "appointments": [appointment(held, names) for held in appointments],
        "sessions": [
            {"session": session, "is_this": session.sha256 == signed.session.sha256}
            for session in sessions
            if session.ends_at > signed.staff.now
        ],
        "most_days": LONGEST_TOKEN.days,
    }


def appointment(held: Appointment, names: Names) -> dict[str, Any]:
    """An appointment in words; its last day is the one before it ends."""
    last = None if held.ends_at is None else held.ends_at - timedelta(microseconds=1)
    return {
        "number": held.number,
        "office": names.office(held.office),
        "roles": names.t("list").join(names.t(f"person_role.{role}") for role in in_order(held.roles)),
        "starts": day(held.starts_at),
        "ends": names.t("people.open_end") if last is None else day(last),
        "is_deputy": held.ends_at is not None,
    }


def in_order(held: Iterable[str]) -> list[str]:
    """Roles in the order in which they are told."""
    held = frozenset(held)
    return [role for role in roles.WORDS if role in held]


def day(at: datetime) -> str:
    """The day in China of an instant."""
    return at.astimezone(CHINA).date().isoformat()


def side_name(staff: Staff, side: str, names: Names) -> str:
    """What a side is called: its party, or its one office."""
    office = side.removeprefix("office ")
    return names.office(office) if office != side else names.party(side)
