"""People and appointments as the API and the pages tell them to somebody who is signed in.

In: everybody as of now, and who asks. Out: plain rows of the sides that he sees: those that appointed him; all for the
operator's admin.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from settlement.people import roles, watching
from settlement.people.persons import Appointment, Staff
from settlement.statement.document import instant


@dataclass(frozen=True)
class AppointmentRow:
    """What somebody may do for an office, from when until when; `side` is the party, or the one office of none."""

    number: int
    login: str
    name: str
    office: str
    side: str
    roles: list[str]
    starts_at: str
    ends_at: str | None
    state: Literal["future", "in_force", "over"]
    letter: str | None


@dataclass(frozen=True)
class PersonRow:
    """Somebody who may sign in, once he has set a password or bound an account."""

    login: str
    name: str
    sides: list[str]
    is_active: bool
    can_sign_in: bool


def sides_seen(staff: Staff, person: int) -> list[str]:
    """The sides whose people somebody sees."""
    if watching.is_operators_admin(staff, person):
        return list(dict.fromkeys(staff.side(office) for office in staff.offices))
    return watching.sides_of(staff, person)


def appointment_rows(staff: Staff, person: int) -> list[AppointmentRow]:
    """The appointments that somebody sees, those that are over too, in the order they were made."""
    seen = sides_seen(staff, person)
    return [_row(held, staff) for held in staff.appointments if staff.side(held.office) in seen]


def people_rows(staff: Staff, person: int, signing_in: frozenset[int]) -> list[PersonRow]:
    """The people that somebody sees.

    Parameters
    ----------
    signing_in : who has a password or a bound account.
    """
    seen = sides_seen(staff, person)
    rows = []
    for somebody in staff.people.values():
        sides = list(dict.fromkeys(_sides(staff, somebody.number)))
        if not set(sides).isdisjoint(seen):
            is_active = somebody.active(staff.now)
            rows.append(PersonRow(somebody.login, somebody.name, sides, is_active, somebody.number in signing_in))
    return rows


def _sides(staff: Staff, person: int) -> Iterator[str]:
    return (staff.side(held.office) for held in staff.appointments if held.person == person)


def _row(held: Appointment, staff: Staff) -> AppointmentRow:
    person = staff.people[held.person]
    state: Literal["future", "in_force", "over"] = "in_force"
    if held.ends_at is not None and held.ends_at <= staff.now:
        state = "over"
    elif staff.now < held.starts_at:
        state = "future"
    return AppointmentRow(
        number=held.number,
        login=person.login,
        name=person.name,
        office=held.office,
        side=staff.side(held.office),
        roles=[role for role in roles.WORDS if role in held.roles],
        starts_at=instant(held.starts_at),
        ends_at=None if held.ends_at is None else instant(held.ends_at),
        state=state,
        letter=held.letter,
    )
