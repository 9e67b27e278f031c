"""A served world whose people sign in: both provinces and the river authority, and clients with their cookies."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine

from api.composition import Composition
from api.web.login import COOKIE
from basin.registry import Registry
from settlement.people import appointing, sessions, store
from settlement.people.proposals import Desk
from settlement.people.sessions import PAGE
from tests.api.makers import application_of, composed
from tests.api.markup import read
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
        with self.desk.engine.connect() as connection:
            person = store.staff(connection, self.desk.offices, self.clock()).named(login)
        assert person is not None
        opened = self.client()
        opened.cookies.set(COOKIE, sessions.begin(self.desk, person, PAGE, self.clock()).secret)
        return opened

    def program(self, login: str, by: str = "") -> TestClient:
        """A program of a person, with a token."""
        signing_in(self.desk, login, by or admin_of(login))
        with self.desk.engine.connect() as connection:
            person = store.staff(connection, self.desk.offices, self.clock()).named(login)
        assert person is not None
        opened = TestClient(self.app, follow_redirects=False)
        opened.headers["Authorization"] = f"Bearer {sessions.new_token(self.desk, person, '程序', 30).secret}"
        return opened

    def code(self, login: str, by: str = "") -> str:
        return appointing.issue_code(self.desk, number(self.desk, by or admin_of(login)), login)


def admin_of(login: str) -> str:
    """The admin who hands a person a code; an admin's comes from another."""
    return "lu" if login in ("he", "li") else f"{login.split('-')[0]}-admin"


def house(engine: Engine, world: Registry) -> House:
    """The offices of `tests.settlement.people.makers` with people, served over an empty database."""
    clock = Clock()
    declared = replace(world, network=replace(world.network, offices=OFFICES))
    here = replace(composed(engine, declared), now=clock)
    return House(here, application_of(here), staffed(engine, clock), clock)


def csrf_of(client: TestClient, address: str = "/me") -> str:
    """The token that the forms of a page carry."""
    page = read(client.get(address, headers=PAGES).text)
    return next(one.attributes["value"] for one in page.all("input") if one.attributes["name"] == "csrf")


def send(client: TestClient, address: str, **fields: object) -> Response:
    """Send a form of a page with its token."""
    return client.post(address, data={"csrf": csrf_of(client), **fields}, headers=PAGES)


__all__ = ["PAGES", "PASSWORD", "House", "admin_of", "csrf_of", "house", "send"]
