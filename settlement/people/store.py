"""People, appointments, credentials and sessions in the database.

In: connections, and records of `persons`. Out: the same, as they count. What may be stored is decided by who calls.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from basin.network import Office
from settlement.people.persons import Appointment, Person, Staff
from settlement.people.tables import appointments, credentials, people, sessions


def staff(connection: Connection, offices: Mapping[str, Office], now: datetime) -> Staff:
    """Everybody and all appointments as they count now."""
    rows = connection.execute(select(people).order_by(people.c.id)).all()
    everybody = {
        row.person: Person(row.person, row.login, row.name, row.active_from, row.active_until)  # the newest counts
        for row in rows
    }
    appointed = connection.execute(select(appointments).order_by(appointments.c.id)).all()
    replaced = {row.replaces for row in appointed}
    standing = tuple(
        Appointment(
            row.id, row.person, row.office, frozenset(row.roles.split()), row.starts_at, row.ends_at, row.letter
        )
        for row in appointed
        if row.id not in replaced
    )
    return Staff(offices, everybody, standing, appointed[0].office if appointed else None, now)


def add_person(connection: Connection, login: str, name: str, now: datetime, proposal: int | None = None) -> Person:
    """Store a new person and give him his number."""
    number = int(connection.scalar(select(func.max(people.c.person))) or 0) + 1
    person = Person(number, login, name, now, None)
    keep_person(connection, person, now, proposal)
    return person


def keep_person(connection: Connection, person: Person, now: datetime, proposal: int | None = None) -> None:
    """Store what counts of a person from now on."""
    values = {
        "person": person.number, "login": person.login, "name": person.name, "active_from": person.active_from,
        "active_until": person.active_until, "proposal": proposal, "recorded_at": now,
    }  # fmt: skip
    connection.execute(insert(people).values(values))


def keep_appointment(
    connection: Connection,
    appointment: Appointment,
    now: datetime,
    *,
    proposal: int | None = None,
    replaces: int | None = None,
) -> None:
    """Store an appointment, which gets its own number; it takes the place of the one it `replaces`."""
    values = {
        "person": appointment.person, "office": appointment.office, "roles": " ".join(sorted(appointment.roles)),
        "starts_at": appointment.starts_at, "ends_at": appointment.ends_at, "letter": appointment.letter,
        "proposal": proposal, "replaces": replaces, "recorded_at": now,
    }  # fmt: skip
    connection.execute(insert(appointments).values(values))


@dataclass(frozen=True)
class Credentials:
    """How a person proves who he is; see `tables.credentials`."""

    person: int
    password: str | None
    issuer: str | None
    subject: str | None
    code_sha256: str | None
    code_until: datetime | None

    @property
    def any(self) -> bool:
        """Whether he can sign in already."""
        return self.password is not None or self.subject is not None


def credentials_of(connection: Connection, person: int) -> Credentials:
    """The credentials of a person, blank where there are none."""
    row = connection.execute(select(credentials).where(credentials.c.person == person)).first()
    return Credentials(*row) if row is not None else Credentials(person, None, None, None, None, None)


def signing_in(connection: Connection) -> frozenset[int]:
    """Everybody who has a password or a bound account."""
    able = credentials.c.password.is_not(None) | credentials.c.subject.is_not(None)
    return frozenset(connection.execute(select(credentials.c.person).where(able)).scalars())


def credentials_by_code(connection: Connection, code_sha256: str) -> Credentials | None:
    """Whose one-time code it is."""
    row = connection.execute(select(credentials).where(credentials.c.code_sha256 == code_sha256)).first()
    return None if row is None else Credentials(*row)


def person_bound_to(connection: Connection, issuer: str, subject: str) -> int | None:
    """The person that a subject of an issuer of OpenID Connect is bound to."""
    mine = (credentials.c.issuer == issuer) & (credentials.c.subject == subject)
    return connection.scalar(select(credentials.c.person).where(mine))


def keep_credentials(connection: Connection, kept: Credentials) -> None:
    """Store the credentials of a person in place of those before."""
    connection.execute(delete(credentials).where(credentials.c.person == kept.person))
    connection.execute(insert(credentials).values(vars(kept)))


@dataclass(frozen=True)
class Session:
    """Somebody signed in, or a token of his; `ends_at` at the latest."""

    sha256: str
    person: int
    kind: str
    name: str
    created_at: datetime
    used_at: datetime
    ends_at: datetime
    ended_at: datetime | None = None


def keep_session(connection: Connection, session: Session) -> None:
    """Store a new session."""
    connection.execute(insert(sessions).values(vars(session)))


def session_of(connection: Connection, sha256: str) -> Session | None:
    """The session with that secret."""
    row = connection.execute(select(sessions).where(sessions.c.sha256 == sha256)).first()
    return None if row is None else Session(*row)


def sessions_of(connection: Connection, person: int) -> list[Session]:
    """All sessions of a person that nobody ended, the newest first."""
    mine = (sessions.c.person == person) & sessions.c.ended_at.is_(None)
    return [Session(*row) for row in connection.execute(select(sessions).where(mine).order_by(_NEWEST))]


_NEWEST = sessions.c.created_at.desc()


def note_used(connection: Connection, sha256: str, now: datetime) -> None:
    """Note that a session is in use."""
    connection.execute(update(sessions).where(sessions.c.sha256 == sha256).values(used_at=now))


def end_sessions(connection: Connection, person: int, now: datetime, sha256: str | None = None) -> int:
    """End one session of a person, or all of them; how many."""
    mine: Any = (sessions.c.person == person) & sessions.c.ended_at.is_(None)
    if sha256 is not None:
        mine &= sessions.c.sha256 == sha256
    return connection.execute(update(sessions).where(mine).values(ended_at=now)).rowcount
