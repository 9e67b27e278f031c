"""People and their appointments as they count at an instant, and what they may do for which office.

In: the rows of `tables` and the declared offices. Out: frozen records with plain questions. Nothing is stored here.
People are compared by their number; a name or login is only for reading.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from basin.network import Office


@dataclass(frozen=True)
class Person:
    """A person who may sign in.

    Attributes
    ----------
    number : never changes and is given once.
    active_until : from then on suspended; None: no end is set.
    """

    number: int
    login: str
    name: str
    active_from: datetime
    active_until: datetime | None

    def active(self, now: datetime) -> bool:
        """Whether the person may act at that instant."""
        return self.active_from <= now and (self.active_until is None or now < self.active_until)


@dataclass(frozen=True)
class Appointment:
    """What a person may do for an office (任命), from `starts_at` until before `ends_at`."""

    number: int
    person: int
    office: str
    roles: frozenset[str]
    starts_at: datetime
    ends_at: datetime | None
    letter: str | None = None

    def holds(self, now: datetime) -> bool:
        """Whether it is in force at that instant."""
        return self.starts_at <= now and (self.ends_at is None or now < self.ends_at)


@dataclass(frozen=True)
class Staff:
    """Everybody and every appointment that counts at `now`, with the declared offices.

    Attributes
    ----------
    people : by number. appointments : those not replaced, also of the past and the future.
    operator : the office of the very first appointment, whose admin runs this installation; None before it.
    """

    offices: Mapping[str, Office]
    people: Mapping[int, Person]
    appointments: tuple[Appointment, ...]
    operator: str | None
    now: datetime

    def side(self, office: str) -> str:
        """Whose office it is: the code of its party, or the office itself where it has none.

        An office that is declared no more stands for itself: nobody of a party acts for it.
        """
        declared = self.offices.get(office)
        return declared.party if declared is not None and declared.party else f"office {office}"

    def named(self, login: str) -> Person | None:
        """The person who signs in by that name."""
        return next((person for person in self.people.values() if person.login == login), None)

    def in_force(self, person: int) -> Iterator[Appointment]:
        """The appointments of a person that are in force; none of who is not active, none to undeclared offices."""
        somebody = self.people.get(person)
        if somebody is None or not somebody.active(self.now):
            return
        for appointment in self.appointments:
            if appointment.person == person and appointment.holds(self.now) and appointment.office in self.offices:
                yield appointment

    def roles(self, person: int, office: str) -> frozenset[str]:
        """What a person may do for an office now."""
        held = (appointment.roles for appointment in self.in_force(person) if appointment.office == office)
        return frozenset().union(*held)

    def offices_with(self, person: int, role: str) -> list[str]:
        """The offices that a person holds a role in now."""
        return [appointment.office for appointment in self.in_force(person) if role in appointment.roles]

    def with_role(self, role: str, *, office: str | None = None, side: str | None = None) -> frozenset[int]:
        """Who holds a role now, in one office or in any office of a side."""
        return frozenset(
            appointment.person
            for number in self.people
            for appointment in self.in_force(number)
            if role in appointment.roles
            and (office is None or appointment.office == office)
            and (side is None or self.side(appointment.office) == side)
        )

    def ever_appointed(self, side: str) -> bool:
        """Whether anybody was ever appointed by an office of that side."""
        return any(self.side(appointment.office) == side for appointment in self.appointments)
