"""Two parties with their offices, and people who act for them: a river authority runs the cycle."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from basin.network import Network, Office
from basin.registry import Registry
from settlement.people import appointing, proposals, sessions, store
from settlement.people.appointing import Named
from settlement.people.proposals import Desk, Matter, Proposal

MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
LETTER = "a" * 64
OFFICES = {
    office.code: office
    for office in (
        Office("river", "流域局", "", None, "authority"),
        Office("upper-env", "上省生态环境厅", "", "upper", "authority"),
        Office("upper-finance", "上省财政厅", "", "upper", "finance"),
        Office("lower-env", "下省生态环境厅", "", "lower", "authority"),
        Office("court", "审计署", "", None, "audit"),
    )
}
REGISTRY = Registry(Network({}, {}, {}, {}, OFFICES), {}, {}, ())
PASSWORD = "缓缓流过三座石桥的一江清水"  # of everybody: what it hides is nothing


@dataclass
class Clock:
    """A clock that stands until somebody moves it."""

    now: datetime = MORNING

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **of_time: float) -> None:
        self.now += timedelta(**of_time)


def desk(engine: Engine, clock: Clock | None = None) -> Desk:
    return Desk(engine, REGISTRY, clock or Clock())


def number(desk: Desk, login: str) -> int:
    """The number of a person."""
    with desk.engine.connect() as connection:
        person = store.staff(connection, desk.offices, desk.now()).named(login)
    assert person is not None
    return person.number


def first(desk: Desk) -> dict[str, str]:
    """Name the first two people of the river authority; their one-time codes."""
    return dict(appointing.name_first(desk, "river", Named("lu", "陆管理"), Named("he", "何审定")))


def party(desk: Desk, office: str, admin: Named, approver: Named) -> dict[str, str]:
    """Let the operator's admin name the first two of a party by its letter."""
    by = number(desk, "lu")
    return dict(appointing.name_first(desk, office, admin, approver, letter=LETTER, by=by))


def appoint(desk: Desk, by: str, login: str, name: str, office: str, *roles: str, ends: str = "") -> Proposal:
    """Propose an appointment, by the admin with that login."""
    payload = appointing.appointment_payload(login, name, office, list(roles), "2026-03-01", ends)
    matter = Matter(office, payload, f"任命 {login}", "岗位调整")
    return proposals.propose(desk, appointing.APPOINT, number(desk, by), matter)


def approved(desk: Desk, by: str, proposal: Proposal) -> Proposal:
    return proposals.approve(desk, appointing.ACTS, number(desk, by), proposal.number).proposal


def staffed(engine: Engine, clock: Clock | None = None) -> Desk:
    """Both provinces and the river authority with an admin each, somebody who prepares and somebody who approves.

    Logins are ``lu he`` of the river, ``upper-admin upper-approve upper-prepare`` and the same of ``lower``.
    """
    desk_ = desk(engine, clock)
    first(desk_)
    for side, word in (("upper", "上"), ("lower", "下")):
        office = f"{side}-env"
        party(desk_, office, Named(f"{side}-admin", f"{word}管理"), Named(f"{side}-approve", f"{word}审定"))
        proposal = appoint(desk_, f"{side}-admin", f"{side}-prepare", f"{word}经办", office, "prepare")
        approved(desk_, f"{side}-approve", proposal)
    return desk_


def signing_in(desk: Desk, login: str, by: str) -> str:
    """Give a person a password by a code from an admin, and sign in; the secret of the session."""
    code = appointing.issue_code(desk, number(desk, by), login)
    sessions.use_code(desk, code, PASSWORD)
    return sessions.sign_in(desk, login, PASSWORD).secret
