"""People of the invented offices, signed in: in each office one who proposes and one who approves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from fastapi.testclient import TestClient
from sqlalchemy import Engine

from api.commands.signed_in import SETTING
from api.composition import Composition
from api.web.login import COOKIE
from basin.network import Office
from basin.registry import Registry
from monitoring_ingest.database.engine import writing
from settlement.people import roles, sessions, store
from settlement.people.persons import Appointment
from settlement.people.sessions import COMMAND, PAGE, TOKEN
from tests.api.makers import NOW

SINCE = datetime(2020, 1, 1, tzinfo=UTC)
OF_PROVINCE = "shanzhou-env"  # of the stations demo-qx1 and demo-qx2
OF_FINANCE = "shanzhou-finance"
OF_OTHERS = "haizhou-env"  # of a party of other agreements
JIAZHOU_ENV = Office("jiazhou-env", "甲州生态环境厅（虚构）", "", "jiazhou", "authority")
JIAZHOU_FINANCE = Office("jiazhou-finance", "甲州财政厅（虚构）", "", "jiazhou", "finance")
NAMES = {OF_PROVINCE: "山", OF_FINANCE: "财", OF_OTHERS: "海", JIAZHOU_ENV.code: "甲", JIAZHOU_FINANCE.code: "甲财"}


def with_jiazhou(world: Registry) -> Registry:
    """The invented world in which the only party of a further agreement has offices, too."""
    offices = {**world.network.offices, JIAZHOU_ENV.code: JIAZHOU_ENV, JIAZHOU_FINANCE.code: JIAZHOU_FINANCE}
    return replace(world, network=replace(world.network, offices=offices))


def staff(engine: Engine) -> None:
    """Appoint ``OFFICE-prepare`` and ``OFFICE-approve`` in each of `NAMES`, as if long ago."""
    with writing(engine) as connection:
        for office, name in NAMES.items():
            for role, word in ((roles.PREPARE, "经办"), (roles.APPROVE, "审定")):
                person = store.add_person(connection, f"{office}-{role}", f"{name}{word}", SINCE)
                appointed = Appointment(0, person.number, office, frozenset({role}), SINCE, None)
                store.keep_appointment(connection, appointed, SINCE)


def secret(here: Composition, login: str, kind: str = TOKEN, at: datetime = NOW) -> str:
    """The secret of a new session of a person."""
    desk = here.desk
    with desk.engine.connect() as connection:
        person = store.staff(connection, desk.offices, at).named(login)
    assert person is not None
    return sessions.begin(desk, person, kind, at).secret


def signed(here: Composition, login: str) -> dict[str, str]:
    """The header with a token of a person."""
    return {"Authorization": f"Bearer {secret(here, login)}"}


def browsing(here: Composition, client: TestClient, login: str) -> None:
    """Let a client be the browser of a person."""
    client.cookies.set(COOKIE, secret(here, login, PAGE))


@dataclass(frozen=True)
class Pair:
    """The two people of an office, as a client sends what they do."""

    here: Composition
    client: TestClient
    office: str = OF_PROVINCE

    @property
    def proposes(self) -> dict[str, str]:
        return signed(self.here, f"{self.office}-{roles.PREPARE}")

    @property
    def approves(self) -> dict[str, str]:
        return signed(self.here, f"{self.office}-{roles.APPROVE}")

    def decide(self, address: str, body: object) -> dict[str, object]:
        """Propose something and approve it; the proposal as it was answered."""
        answer = self.client.post(address, json=body, headers=self.proposes)
        assert answer.status_code == 202, answer.text
        told = answer.json()
        number = told.get("number") or told["proposal"]["number"]
        approved = self.client.post(f"/v1/proposals/{number}/approve", json={}, headers=self.approves)
        assert approved.status_code == 200, approved.text
        return told


def at_command_line(here: Composition, login: str, folder: Path) -> dict[str, str]:
    """The setting of a command line where a person is signed in, by the clock of commands."""
    file = folder / login
    file.write_text(secret(here, login, COMMAND, datetime.now(UTC)), encoding="utf-8")
    file.chmod(0o600)
    return {SETTING: str(file)}
