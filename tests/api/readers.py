"""Who reads in the tests of reading rights: people of several offices with their sessions, and a key.

The invented world of `makers` with two offices more, of the rivers that no invented office is about.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.composition import Composition
from basin.network import Office
from basin.registry import Registry
from monitoring_ingest.access.store import create_key
from monitoring_ingest.database.engine import writing
from settlement.people import sessions, store
from settlement.people.persons import Appointment
from settlement.people.proposals import Desk
from tests.api.makers import NOW, application_of

NOBODY = "nobody"
KEY = "key"
PARTY = "pingzhou-env"  # of a party of demo-monthly-class
FOREIGN = "anhui-env"  # of a party of xinan-anhui-zhejiang-2018
RIVER = "demo-basin-office"  # of no party, in the basin of demo-monthly-class
AUDIT = "demo-audit"  # of no party, for all
OFFICES = (PARTY, FOREIGN, RIVER, AUDIT)
READERS = (NOBODY, KEY, *OFFICES)


def with_foreign_offices(world: Registry) -> Registry:
    """The declared world with an office of Anhui."""
    foreign = Office(FOREIGN, "安徽省生态环境厅", "Anhui", "anhui", "authority")
    return replace(world, network=replace(world.network, offices={**world.network.offices, FOREIGN: foreign}))


@dataclass(frozen=True)
class Readers:
    """A composition, the cookie of a person of each office, and the secret of a key."""

    composition: Composition
    cookies: Mapping[str, str]
    secret: str

    def application(self, reading: str) -> FastAPI:
        """The application that is read as a setting says."""
        settings = replace(self.composition.settings, reading=reading)
        return application_of(replace(self.composition, settings=settings, now=lambda: NOW))

    def client(self, reader: str, app: FastAPI) -> TestClient:
        """A client by which one of `READERS` reads."""
        client = TestClient(app, follow_redirects=False)
        if reader == KEY:
            client.headers["X-API-Key"] = self.secret
        elif reader != NOBODY:
            client.cookies["hengjie_session"] = self.cookies[reader]
        return client


def readers(composition: Composition) -> Readers:
    """Somebody of each office signed in, and a key of the station demo-qx2."""
    desk = Desk(composition.engine, composition.registry.network.offices, lambda: NOW)
    cookies = {}
    for office in OFFICES:
        with writing(composition.engine) as connection:
            person = store.add_person(connection, office, "某人", NOW)
            appointed = Appointment(0, person.number, office, frozenset({"prepare"}), NOW, None)
            store.keep_appointment(connection, appointed, NOW)
        cookies[office] = sessions.begin(desk, person, sessions.PAGE, NOW).secret
    secret = create_key(composition.engine, "示例监测中心", NOW, stations={"demo-qx2"})
    return Readers(composition, cookies, secret)
