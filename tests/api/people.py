"""A served world whose people sign in: both provinces and the river authority, and clients with their cookies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine

from api.composition import Composition
from api.web.login import COOKIE
from basin.registry import Registry
from settlement.people import appointing, proposals, sessions, store
from settlement.people.appointing import Named
from settlement.people.persons import Person
from settlement.people.proposals import Desk, Matter
from settlement.people.sessions import PAGE
from tests.api.makers import NOW, application_of, composed
from tests.api.markup import read
from tests.clocks import stopped
from tests.settlement.people.makers import OFFICES, PASSWORD, Clock, number, signing_in, staffed

PAGES = {"Accept": "text/html"}


@dataclass
class House:
    """A server, where its people act, and its clock."""

    here: Composition
    app: FastAPI
    desk: Desk
    clock: Clock

    def client(self, login: str = "", by: str = "") -> TestClient:
        """The browser of a person, signed in; of a stranger without a login."""
        opened = TestClient(self.app, base_url="http://testserver", follow_redirects=False)
        if login:
            opened.cookies.set(COOKIE, signing_in(self.desk, login, by or admin_of(login)))
        return opened

    def browser(self, login: str) -> TestClient:
        """The browser of somebody, signed in whether or not there is a password."""
        return browser_of(self.here, self.app, login)

    def program(self, login: str, by: str = "") -> TestClient:
        """A program of a person, with a token."""
        signing_in(self.desk, login, by or admin_of(login))
        opened = TestClient(self.app, follow_redirects=False)
        opened.headers.update(token_of(self.desk, login))
        return opened

    def code(self, login: str, by: str = "") -> str:
        return appointing.issue_code(self.desk, number(self.desk, by or admin_of(login)), login)


def admin_of(login: str) -> str:
    """The admin who hands a person a code; an admin's comes from another."""
    return "lu" if login in ("he", "li") else f"{login.split('-')[0]}-admin"


def house(engine: Engine, world: Registry, *, province_of: Mapping[str, str] = MappingProxyType({})) -> House:
    """The offices of `tests.settlement.people.makers` with people, served over an empty database.

    Parameters
    ----------
    province_of : the party of stations that are of another one here.
    """
    clock = Clock()
    moved = {code: replace(world.network.stations[code], province=party) for code, party in province_of.items()}
    stations = {**world.network.stations, **moved}
    declared = replace(world, network=replace(world.network, offices=OFFICES, stations=stations))
    here = replace(composed(engine, declared), now=clock)
    return House(here, application_of(here), staffed(engine, clock), clock)


@dataclass(frozen=True)
class Pair:
    """Two people of one office with a token each, as headers: one prepares, the other approves; and their admin."""

    preparer: dict[str, str]
    approver: dict[str, str]
    admin: dict[str, str]


def pair_of(here: Composition, office: str = "demo-basin-office") -> Pair:
    """The first people of an office over a database without any, signed in by tokens at `NOW`.

    Logins are ``lu``, who administers, ``he``, who approves, and ``jiang``, who prepares.
    """
    desk = Desk(here.engine, here.registry, stopped(NOW))
    appointing.name_first(desk, office, Named("lu", "陆管理"), Named("he", "何审定"))
    today = appointing.today(NOW)
    payload = appointing.appointment_payload("jiang", "江经办", office, ["prepare"], today)
    proposal = proposals.propose(desk, appointing.APPOINT, number(desk, "lu"), Matter(office, payload, "任命", "示例"))
    proposals.approve(desk, appointing.ACTS, number(desk, "he"), proposal.number)
    return Pair(token_of(desk, "jiang"), token_of(desk, "he"), token_of(desk, "lu"))


def token_of(desk: Desk, login: str) -> dict[str, str]:
    """The header with a token of somebody, signed in whether or not there is a password."""
    return {"Authorization": f"Bearer {sessions.new_token(desk, _person(desk, login), '程序', 30).secret}"}


def _person(desk: Desk, login: str) -> Person:
    with desk.engine.connect() as connection:
        person = store.staff(connection, desk.offices, desk.now()).named(login)
    assert person is not None
    return person


def browser_of(here: Composition, app: FastAPI, login: str = "") -> TestClient:
    """The browser of somebody, signed in whether or not there is a password; of a stranger without a login."""
    opened = TestClient(app, base_url="http://testserver", follow_redirects=False)
    if login:
        desk = here.desk
        opened.cookies.set(COOKIE, sessions.begin(desk, _person(desk, login), PAGE, desk.now()).secret)
    return opened


def give_status(client: TestClient, pair: Pair, settlement: str, status: str, reason: str = "示例") -> None:
    """Let one propose and the other approve the next status of a settlement."""
    wanted = {"status": status, "reason": reason}
    proposed = client.post(f"/v1/settlements/{settlement}/status", json=wanted, headers=pair.preparer)
    assert proposed.status_code == 202, proposed.text
    address = f"/v1/proposals/{proposed.json()['number']}/approve"
    approved = client.post(address, json={}, headers=pair.approver)
    assert approved.status_code == 200, approved.text


def csrf_of(client: TestClient, address: str = "/me") -> str:
    """The token that the forms of a page carry."""
    page = read(client.get(address, headers=PAGES).text)
    return next(one.attributes["value"] for one in page.all("input") if one.attributes["name"] == "csrf")


def send(client: TestClient, address: str, **fields: object) -> Response:
    """Send a form of a page with its token."""
    return client.post(address, data={"csrf": csrf_of(client), **fields}, headers=PAGES)


__all__ = [
    "PAGES", "PASSWORD", "House", "Pair", "admin_of", "browser_of", "csrf_of", "give_status", "house", "pair_of",
    "send", "token_of",
]  # fmt: skip
