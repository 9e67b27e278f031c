"""Who may read what: every address by every kind of reader, by a table; then what is on the lists of each."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from api.app import ROUTES
from api.web.reading import FOR_ANYBODY, OPEN_WHERE_PUBLIC, RECEIPTS
from monitoring_ingest.access.store import KeyOfOffice, add_key
from monitoring_ingest.database.engine import writing
from monitoring_ingest.readings.facts import Fact
from monitoring_ingest.records.store import record_fact
from settlement.people import sessions, store
from settlement.people.persons import Appointment
from settlement.people.proposals import Desk
from settlement.states import CONFIRMED, IN_REVIEW, StatusChange
from tests.api import makers
from tests.api.makers import NOW, XINAN, application_of, client_of, row
from tests.api.readers import AUDIT, FOREIGN, KEY, NOBODY, PARTY, READERS, RIVER, Readers, readers, with_foreign_offices
from tests.settlement.statuses import set_status

pytestmark = pytest.mark.proof

# What each of `READERS` is answered where people have to sign in: nobody, a key without office, somebody of a party of
# the agreement, of a foreign party, of the office of the basin, of the audit office.
ANYBODY = (200, 200, 200, 200, 200, 200)
LISTS = (401, 403, 200, 200, 200, 200)
OF_QINGXI = (401, 403, 200, 403, 200, 200)
OF_XINAN = (401, 403, 403, 200, 403, 200)
OF_SENDERS = (401, 200, 200, 200, 200, 200)
OF_KEY = (401, 200, 200, 403, 200, 200)
# An address, and its answers; {…} stands for what is stored in the world of the tests.
ADDRESSES = {
    "/": LISTS,
    "/assessments": LISTS,
    "/assessments?basin=demo-qingxi": OF_QINGXI,
    "/assessments/{assessment}": OF_QINGXI,
    "/basins/demo-qingxi": OF_QINGXI,
    "/basins/xinan": OF_XINAN,
    "/docs": ANYBODY,
    "/facts": LISTS,
    "/health": LISTS,
    "/health?basin=demo-qingxi": OF_QINGXI,
    "/health/demo-qx2": OF_QINGXI,
    "/health/jiekou": OF_XINAN,
    "/healthz": ANYBODY,
    "/late": LISTS,
    "/late/{qingxi}": OF_QINGXI,
    "/late/{xinan}": OF_XINAN,
    "/openapi.json": ANYBODY,
    "/reviews": LISTS,
    "/sections/jiekou": OF_XINAN,
    "/sections/qingxi-2": OF_QINGXI,
    "/sections/qingxi-2?month=2025-08": OF_QINGXI,
    "/sections/qingxi-2?agreement=demo-monthly-class": OF_QINGXI,
    "/senders": LISTS,
    "/settlements": LISTS,
    "/settlements?agreement=demo-monthly-class": OF_QINGXI,
    "/settlements?basin=xinan": OF_XINAN,
    "/settlements/{qingxi}": OF_QINGXI,
    "/settlements/{xinan}": OF_XINAN,
    "/sources": LISTS,
    "/sources/demo-hand-samples": OF_QINGXI,
    "/status": ANYBODY,
    "/submissions": OF_SENDERS,
    "/submissions/{pushed}": OF_KEY,
    "/telegrams": LISTS,
    "/v1/agreements": LISTS,
    "/v1/agreements.csv": LISTS,
    "/v1/agreements?basin=xinan": OF_XINAN,
    "/v1/agreements/demo-monthly-class": OF_QINGXI,
    "/v1/agreements/xinan-anhui-zhejiang-2018": OF_XINAN,
    "/v1/alarms": LISTS,
    "/v1/alarms.csv": LISTS,
    "/v1/alarms?station=jiekou": OF_XINAN,
    "/v1/alarms?source=demo-hand-samples": OF_QINGXI,
    "/v1/assessments": LISTS,
    "/v1/assessments.csv": LISTS,
    "/v1/assessments?basin=demo-qingxi": OF_QINGXI,
    "/v1/assessments/{assessment}": OF_QINGXI,
    "/v1/assessments/{assessment}.pdf": OF_QINGXI,
    "/v1/assessments/{assessment}.xlsx": OF_QINGXI,
    "/v1/basins": LISTS,
    "/v1/basins.csv": LISTS,
    "/v1/facts": LISTS,
    "/v1/facts.csv": LISTS,
    "/v1/facts?history=true": LISTS,
    "/v1/health": LISTS,
    "/v1/health.csv": LISTS,
    "/v1/health?basin=xinan": OF_XINAN,
    "/v1/health/demo-qx2": OF_QINGXI,
    "/v1/health/demo-qx2.csv": OF_QINGXI,
    "/v1/late": LISTS,
    "/v1/late.csv": LISTS,
    "/v1/late/{qingxi}": OF_QINGXI,
    "/v1/late/{qingxi}/readings": OF_QINGXI,
    "/v1/late/{qingxi}/readings.csv": OF_QINGXI,
    "/v1/late/{xinan}": OF_XINAN,
    "/v1/obligations": LISTS,
    "/v1/obligations.csv": LISTS,
    "/v1/obligations?basin=demo-qingxi": OF_QINGXI,
    "/v1/readings": LISTS,
    "/v1/readings.csv": LISTS,
    "/v1/readings?station=demo-qx2": OF_QINGXI,
    "/v1/readings?section=qingxi-2": OF_QINGXI,
    "/v1/readings?basin=xinan": OF_XINAN,
    "/v1/readings/demo-qx2/codmn/2025-08-01T08:00/revisions": OF_QINGXI,
    "/v1/readings/latest": LISTS,
    "/v1/readings/latest.csv": LISTS,
    "/v1/readings/latest?station=jiekou": OF_XINAN,
    "/v1/reviews": LISTS,
    "/v1/reviews.csv": LISTS,
    "/v1/reviews/queue": LISTS,
    "/v1/sections": LISTS,
    "/v1/sections.csv": LISTS,
    "/v1/sections?basin=demo-qingxi": OF_QINGXI,
    "/v1/senders": LISTS,
    "/v1/senders.csv": LISTS,
    "/v1/settlements": LISTS,
    "/v1/settlements.csv": LISTS,
    "/v1/settlements?agreement=xinan-anhui-zhejiang-2018": OF_XINAN,
    "/v1/settlements/{qingxi}": OF_QINGXI,
    "/v1/settlements/{qingxi}.evidence.zip": OF_QINGXI,
    "/v1/settlements/{qingxi}.pdf": OF_QINGXI,
    "/v1/settlements/{qingxi}.xlsx": OF_QINGXI,
    "/v1/settlements/{qingxi}/evidence": OF_QINGXI,
    "/v1/settlements/{qingxi}/explanation": OF_QINGXI,
    "/v1/settlements/{qingxi}/status": OF_QINGXI,
    "/v1/settlements/{xinan}": OF_XINAN,
    "/v1/settlements/{xinan}/status": OF_XINAN,
    "/v1/sources": LISTS,
    "/v1/sources.csv": LISTS,
    "/v1/status": ANYBODY,
    "/v1/submissions": OF_SENDERS,
    "/v1/submissions.csv": OF_SENDERS,
    "/v1/submissions/{pushed}": OF_KEY,
    "/v1/submissions/{pushed}/rows": OF_KEY,
    "/v1/submissions/{pushed}/rows.csv": OF_KEY,
}
# What nobody is answered besides where confirmed settlements are public, and that of demo-monthly-class is confirmed.
PUBLIC = {
    "/",
    "/basins/demo-qingxi",
    "/basins/xinan",
    "/health",
    "/health?basin=demo-qingxi",
    "/health/demo-qx2",
    "/health/jiekou",
    "/sections/qingxi-2",
    "/sections/qingxi-2?month=2025-08",
    "/sections/qingxi-2?agreement=demo-monthly-class",
    "/settlements",
    "/settlements?agreement=demo-monthly-class",
    "/settlements?basin=xinan",
    "/settlements/{qingxi}",
    "/v1/agreements",
    "/v1/agreements.csv",
    "/v1/agreements?basin=xinan",
    "/v1/agreements/demo-monthly-class",
    "/v1/alarms",
    "/v1/alarms.csv",
    "/v1/alarms?station=jiekou",
    "/v1/basins",
    "/v1/basins.csv",
    "/v1/health",
    "/v1/health.csv",
    "/v1/health?basin=xinan",
    "/v1/health/demo-qx2",
    "/v1/health/demo-qx2.csv",
    "/v1/obligations",
    "/v1/obligations.csv",
    "/v1/obligations?basin=demo-qingxi",
    "/v1/readings",
    "/v1/readings.csv",
    "/v1/readings?station=demo-qx2",
    "/v1/readings?section=qingxi-2",
    "/v1/readings?basin=xinan",
    "/v1/readings/latest",
    "/v1/readings/latest.csv",
    "/v1/sections",
    "/v1/sections.csv",
    "/v1/sections?basin=demo-qingxi",
    "/v1/settlements",
    "/v1/settlements.csv",
    "/v1/settlements/{qingxi}",
    "/v1/settlements/{qingxi}.evidence.zip",
    "/v1/settlements/{qingxi}.pdf",
    "/v1/settlements/{qingxi}.xlsx",
    "/v1/settlements/{qingxi}/evidence",
    "/v1/settlements/{qingxi}/explanation",
    "/v1/settlements/{qingxi}/status",
}
# These are for people alone, whoever may read the rest; nothing is stored under the number.
PEOPLE = (401, 403, 200, 200, 200, 200)
NO_PROPOSAL = (401, 403, 404, 404, 404, 404)
NO_PROVIDER = (404,) * len(READERS)  # of OpenID Connect
NOT_BEGUN = (403,) * len(READERS)
OF_PEOPLE = {
    "/facts/batches/4711": NO_PROPOSAL,
    "/me": PEOPLE,
    "/people": PEOPLE,
    "/proposals": PEOPLE,
    "/proposals/4711": NO_PROPOSAL,
    "/sign-in": ANYBODY,
    "/sign-in/oidc": NO_PROVIDER,
    "/sign-in/oidc/bind": NOT_BEGUN,
    "/sign-in/oidc/callback": NO_PROVIDER,
    "/v1/appointments": PEOPLE,
    "/v1/facts/batches": PEOPLE,
    "/v1/facts/batches/4711": NO_PROPOSAL,
    "/v1/keys": PEOPLE,
    "/v1/me": PEOPLE,
    "/v1/me/tokens": PEOPLE,
    "/v1/people": PEOPLE,
    "/v1/proposals": PEOPLE,
    "/v1/proposals/4711": NO_PROPOSAL,
}


@dataclass(frozen=True)
class World:
    """Who reads, what is stored, by the names of `ADDRESSES`, and a client of each reader under each setting."""

    readers: Readers
    stored: dict[str, object]
    clients: dict[tuple[str, str], TestClient]

    def client(self, reader: str, reading: str = "signed") -> TestClient:
        return self.clients[reader, reading]

    def listed(self, reader: str, address: str, reading: str = "signed"):
        answer = self.client(reader, reading).get(address)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> World:
    composition = makers.filled(with_foreign_offices(makers.registry()), tmp_path_factory.mktemp("rights"))
    reading = readers(composition)
    with client_of(composition) as client:
        rows = [row("demo-qx2", "2025-12-01 08:00", "tp", "0.11"), row("demo-qx3", "2025-12-01 08:00", "tp", "0.12")]
        body = "\n".join([makers.HEADER, *rows, ""])
        headers = {"X-API-Key": reading.secret, "Content-Type": "text/csv"}
        pushed = client.post("/v1/submissions", content=body, headers=headers).json()["id"]
        headers_of = client.get("/v1/settlements").json()
        by_agreement = {header["agreement"]: header["id"] for header in headers_of}
        assessment = client.get("/v1/assessments").json()[0]["id"]
        with writing(composition.engine) as connection:
            for subject in ("qingxi-2", "jiekou", "demo-qingxi", "anhui"):
                record_fact(connection, Fact(subject, "2025", "incident", "1", "某号文件", "某人"), NOW)
    qingxi = next(header["id"] for header in headers_of if header["period"] == "2025-08")
    stored = {"pushed": pushed, "qingxi": qingxi, "xinan": by_agreement[XINAN], "assessment": assessment}
    apps = {setting: reading.application(setting) for setting in ("signed", "public", "open")}
    clients = {(name, setting): reading.client(name, app) for setting, app in apps.items() for name in READERS}
    yield World(reading, stored, clients)
    composition.engine.dispose()


def gets() -> list[APIRoute]:
    """Every address that is read."""
    routes = (route for module in ROUTES for route in module.router.routes if isinstance(route, APIRoute))
    return [route for route in routes if "GET" in route.methods]


def test_every_address_that_is_read_is_in_the_table():
    paths = [re.sub(r"\{(\w+)\}", r"_\1_", address.partition("?")[0]) for address in ADDRESSES | OF_PEOPLE]
    untested = [route.path for route in gets() if not any(route.path_regex.match(path) for path in paths)]
    assert untested == []


@pytest.mark.parametrize("address", ADDRESSES)
def test_where_people_sign_in_each_is_answered_by_the_table(world, address):
    answered = {reader: world.client(reader).get(address.format(**world.stored)).status_code for reader in READERS}
    assert answered == dict(zip(READERS, ADDRESSES[address], strict=True))


@pytest.mark.parametrize("address", OF_PEOPLE)
@pytest.mark.parametrize("setting", ["signed", "public", "open"])
def test_what_is_for_people_alone_is_so_under_every_setting(world, setting, address):
    answered = {reader: world.client(reader, setting).get(address).status_code for reader in READERS}
    assert answered == dict(zip(READERS, OF_PEOPLE[address], strict=True))


@pytest.mark.parametrize("address", ADDRESSES)
def test_where_reading_is_open_everybody_is_answered(world, address):
    there = address.format(**world.stored)
    answered = {reader: world.client(reader, "open").get(there).status_code for reader in READERS}
    assert answered == dict.fromkeys(READERS, 200)


CODES = {
    # list: the field that names what a row is about, and what each reader finds there
    "/v1/basins": ("code", {PARTY: {"demo-qingxi"}, RIVER: {"demo-qingxi", "demo-lanjiang"}}),
    "/v1/settlements": ("agreement", {PARTY: {"demo-monthly-class"}, FOREIGN: {XINAN}, RIVER: {"demo-monthly-class"}}),
    "/v1/obligations": ("agreement", {PARTY: {"demo-monthly-class"}, FOREIGN: set(), RIVER: {"demo-monthly-class"}}),
    "/v1/assessments": ("basin", {PARTY: {"demo-qingxi"}, FOREIGN: set(), RIVER: {"demo-qingxi"}}),
    "/v1/readings/latest": (
        "station",
        {PARTY: {"demo-qx2", "demo-qx3"}, FOREIGN: set(), RIVER: {"demo-qx2", "demo-qx3"}},
    ),
    "/v1/reviews/queue": ("station", {PARTY: {"demo-qx2"}, FOREIGN: set(), RIVER: {"demo-qx2"}}),
    "/v1/facts": (
        "subject",
        {PARTY: {"qingxi-2", "demo-qingxi"}, FOREIGN: {"jiekou", "anhui"}, RIVER: {"qingxi-2", "demo-qingxi"}},
    ),
    "/v1/senders": ("of", {PARTY: {"shanzhou", "haizhou"}, FOREIGN: set(), RIVER: {"shanzhou", "haizhou"}}),
}


@pytest.mark.parametrize("address", CODES)
def test_a_list_shows_what_its_reader_may_read_and_the_audit_office_all(world, address):
    field, expected = CODES[address]
    shown = {reader: {row[field] for row in world.listed(reader, address)} for reader in expected}
    assert shown == expected
    assert world.listed(AUDIT, address) == world.listed(NOBODY, address, "open")


def test_observations_are_those_of_the_readers_stations(world):
    stations = {item["station"] for item in world.listed(FOREIGN, "/v1/readings")["items"]}
    assert stations == set()
    stations = {item["station"] for item in world.listed(PARTY, "/v1/readings?limit=10000")["items"]}
    assert stations == {"demo-qx2", "demo-qx3"}


class TestRefusals:
    def test_nobody_is_asked_to_sign_in(self, world):
        problem = world.client(NOBODY).get("/v1/settlements").json()
        assert (problem["type"], "/sign-in" in problem["remedy"]) == ("urn:hengjie:problem:not_signed_in", True)

    def test_a_page_leads_to_where_one_signs_in_and_back(self, world):
        answer = world.client(NOBODY).get("/basins/xinan", headers={"Accept": "text/html"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?to=%2Fbasins%2Fxinan")

    def test_others_are_told_which_offices_may_read(self, world):
        problem = world.client(PARTY).get(f"/v1/settlements/{world.stored['xinan']}").json()
        assert (problem["detail"], problem["remedy"]) == (
            f"无权看协议 {XINAN} 的结算", "能看的机构：示例审计署（虚构）、安徽省生态环境厅",
        )  # fmt: skip

    def test_a_key_that_only_pushes_is_told_what_it_reads(self, world):
        problem = world.client(KEY).get("/v1/settlements").json()
        assert problem["detail"] == "密钥 示例监测中心 只能看自己报送的回执"

    def test_what_nobody_declared_is_unknown_and_not_refused(self, world):
        assert world.client(PARTY).get("/v1/agreements/nowhere").status_code == 404
        assert world.client(PARTY).get("/v1/settlements/nothing").status_code == 404
        assert world.client(PARTY).get("/v1/submissions/4711").status_code == 404

    def test_a_wrong_key_is_refused_as_such(self, world):
        wrong = {"X-API-Key": "wrong"}
        problem = world.client(NOBODY).get("/v1/settlements", headers=wrong).json()
        assert (problem["status"], problem["detail"]) == (403, "密钥无效")

    def test_an_ended_session_is_nobodys(self, world):
        client = world.client(NOBODY)
        ended = client.get("/v1/settlements", headers={"Cookie": "hengjie_session=ended"})
        assert ended.status_code == 401


def test_a_program_reads_with_the_token_of_a_person(world):
    composition = world.readers.composition
    desk = Desk(composition.engine, composition.registry.network.offices, lambda: NOW)
    with writing(composition.engine) as connection:
        person = store.add_person(connection, "programmer", "编程", NOW)
        appointed = Appointment(0, person.number, PARTY, frozenset({"audit"}), NOW, None)
        store.keep_appointment(connection, appointed, NOW)
    token = sessions.new_token(desk, person, "nightly", 1).secret
    answer = world.client(NOBODY).get("/v1/settlements", headers={"Authorization": f"Bearer {token}"})
    assert {header["agreement"] for header in answer.json()} == {"demo-monthly-class"}


@pytest.mark.parametrize(
    ("verbs", "settlements", "receipts"),
    [
        ({"read"}, (200, {"demo-monthly-class"}), 200),
        ({"push", "read"}, (200, {"demo-monthly-class"}), 200),
        ({"push"}, (403, set()), 200),
    ],
)
def test_a_key_of_an_office_reads_as_its_office_where_it_may_read(world, verbs, settlements, receipts):
    name = f"平州 {' '.join(sorted(verbs))}"
    key = KeyOfOffice(name, PARTY, None, frozenset({"demo-qx3"}), frozenset(verbs), NOW + timedelta(days=1))
    with writing(world.readers.composition.engine) as connection:
        headers = {"X-API-Key": add_key(connection, key, NOW)}
    client = world.client(NOBODY)
    answer = client.get("/v1/settlements", headers=headers)
    shown = {header["agreement"] for header in answer.json()} if answer.status_code == 200 else set()
    assert (answer.status_code, shown) == settlements
    assert client.get("/v1/submissions", headers=headers).status_code == receipts
    assert client.get("/v1/settlements/" + str(world.stored["xinan"]), headers=headers).status_code == 403


def test_where_people_are_off_nobody_signs_in_and_everybody_reads(world):
    here = world.readers.composition
    alone = replace(here, settings=replace(here.settings, people=False))
    client = TestClient(application_of(alone), follow_redirects=False)
    answer = client.get("/sign-in")
    assert (answer.status_code, "HENGJIE_PEOPLE=off" in answer.json()["remedy"]) == (403, True)
    assert client.get("/v1/settlements").status_code == 200
    assert 'href="/sign-in"' not in client.get("/settlements").text


class TestReceipts:
    def test_a_key_finds_what_it_sent(self, world):
        assert [item["id"] for item in world.listed(KEY, "/v1/submissions")["items"]] == [world.stored["pushed"]]

    def test_a_page_may_hold_less_than_was_looked_at_and_leads_on(self, world):
        page = world.listed(FOREIGN, "/v1/submissions?limit=1")
        assert (page["items"], page["next"]) == ([], f"/v1/submissions?limit=1&before={world.stored['pushed']}")

    def test_whoever_sent_it_reads_the_row_that_it_has_no_right_to(self, world):
        address = f"/v1/submissions/{world.stored['pushed']}"
        assert [row["code"] for row in world.listed(KEY, address)["rows"]] == ["no_right"]

    def test_of_a_sender_for_all_stations_the_rows_of_foreign_stations_are_left_out(self, world):
        august = next(item for item in world.listed(AUDIT, "/v1/submissions")["items"] if item["name"] == "august.csv")
        address = f"/v1/submissions/{august['id']}/rows"
        rows = {reader: world.listed(reader, address)["items"] for reader in (PARTY, FOREIGN, AUDIT)}
        assert len(rows[PARTY]) == len(rows[AUDIT])
        assert {row["station"] for row in rows[FOREIGN]} == {None}
        whole = world.listed(FOREIGN, f"/v1/submissions/{august['id']}")
        assert len(whole["rows"]) == len(rows[FOREIGN])
        assert whole["counts"] == august["counts"]


def test_a_dry_run_tells_a_key_without_an_office_nothing_of_settlements(world):
    body = "\n".join([makers.HEADER, row("demo-qx2", "2025-08-01 08:00", "tp", "0.9"), ""])
    headers = {"Content-Type": "text/csv"}
    effects = {}
    for setting in ("signed", "open"):
        answer = world.client(KEY, setting).post("/v1/submissions?dry_run=true", content=body, headers=headers)
        effects[setting] = [effect["agreement"] for effect in answer.json()["effect"]]
    assert effects == {"signed": [], "open": ["demo-monthly-class"]}


def test_what_was_handed_in_last_is_told_to_everybody_only_where_reading_is_open(world):
    assert world.listed(NOBODY, "/healthz")["submission"] is None
    assert world.listed(NOBODY, "/healthz", "open")["submission"]["id"] == world.stored["pushed"]


def test_a_person_without_an_appointment_reads_nothing(world):
    composition = world.readers.composition
    desk = Desk(composition.engine, composition.registry.network.offices, lambda: NOW)
    with writing(composition.engine) as connection:
        person = store.add_person(connection, "nobody-yet", "无任命", NOW)
    secret = sessions.begin(desk, person, sessions.PAGE, NOW).secret
    answer = world.client(NOBODY).get("/v1/settlements", headers={"Cookie": f"hengjie_session={secret}"})
    assert (answer.status_code, answer.json()["detail"]) == (403, "没有在任的任命，看不到任何内容")


@pytest.fixture(scope="module")
def confirmed(world):
    """August of demo-monthly-class is confirmed, November is a trial."""
    engine = world.readers.composition.engine
    for status, person in ((IN_REVIEW, "甲"), (CONFIRMED, "乙")):
        set_status(engine, world.stored["qingxi"], StatusChange(status, person, "示例"), lambda: NOW)
    return world


def test_both_databases_answer_alike(engine):
    composition = makers.fill(makers.composed(engine, with_foreign_offices(makers.registry())))
    who = readers(composition)
    signed = {reader: who.client(reader, who.application("signed")) for reader in (KEY, PARTY, FOREIGN)}
    (august,) = signed[PARTY].get("/v1/settlements?period=2025-08").json()
    assert signed[PARTY].get(f"/v1/settlements/{august['id']}").status_code == 200
    assert signed[FOREIGN].get(f"/v1/settlements/{august['id']}").status_code == 403
    assert signed[PARTY].get("/v1/assessments/nothing").status_code == 404
    assert signed[KEY].get("/v1/submissions").json()["items"] == []
    assert signed[KEY].get("/v1/submissions/1").status_code == 403
    assert [row["station"] for row in signed[PARTY].get("/v1/reviews/queue").json()] == ["demo-qx2"]
    assert signed[FOREIGN].get("/v1/reviews/queue").json() == []
    assert signed[PARTY].get("/telegrams").status_code == 200
    for status, person in ((IN_REVIEW, "甲"), (CONFIRMED, "乙")):
        set_status(engine, august["id"], StatusChange(status, person, "示例"), lambda: NOW)
    nobody = who.client(NOBODY, who.application("public"))
    assert [header["id"] for header in nobody.get("/v1/settlements").json()] == [august["id"]]


@pytest.mark.parametrize("address", ADDRESSES)
def test_where_confirmed_settlements_are_public_nobody_is_answered_those_and_the_network(confirmed, address):
    is_for_anybody = ADDRESSES[address] == ANYBODY or address in PUBLIC
    answer = confirmed.client(NOBODY, "public").get(address.format(**confirmed.stored))
    assert answer.status_code == (200 if is_for_anybody else 401)


def test_every_address_that_a_rule_names_is_there():
    named = FOR_ANYBODY | OPEN_WHERE_PUBLIC | RECEIPTS
    assert named - {route.path for route in gets()} == set()
    assert {address for address in PUBLIC if address not in ADDRESSES} == set()


class TestWhereConfirmedSettlementsArePublic:
    def test_everybody_reads_what_is_confirmed_and_no_trial(self, confirmed):
        settlements = confirmed.listed(NOBODY, "/v1/settlements", "public")
        assert [(one["agreement"], one["period"]) for one in settlements] == [("demo-monthly-class", "2025-08")]
        assert {one["settlement"] for one in confirmed.listed(NOBODY, "/v1/obligations", "public")} == {
            confirmed.stored["qingxi"]
        }
        client = confirmed.client(NOBODY, "public")
        assert client.get(f"/settlements/{confirmed.stored['qingxi']}").status_code == 200
        assert client.get(f"/v1/settlements/{confirmed.stored['xinan']}").status_code == 401

    def test_everybody_reads_the_network_and_how_stations_are_doing(self, confirmed):
        registry = confirmed.readers.composition.registry
        assert len(confirmed.listed(NOBODY, "/v1/sections", "public")) == len(registry.network.sections)
        assert len(confirmed.listed(NOBODY, "/v1/health", "public")) == len(registry.network.stations)

    def test_everybody_reads_the_observations_that_a_confirmed_settlement_reads_and_no_others(self, confirmed):
        client = confirmed.client(NOBODY, "public")
        assert client.get("/v1/readings?station=demo-qx2").status_code == 200
        assert client.get("/sections/qingxi-2?month=2025-08").status_code == 200
        assert client.get("/v1/readings?station=jiekou").status_code == 401
        assert client.get("/sections/qingxi-1").status_code == 401

    def test_what_waits_or_was_refused_is_no_observation(self, confirmed):
        pages = {
            reader: confirmed.client(reader, "public").get("/sections/qingxi-2?month=2025-08").text
            for reader in (NOBODY, PARTY)
        }
        assert ("9999" in pages[NOBODY], "9999" in pages[PARTY]) == (False, True)

    def test_all_else_is_for_those_who_sign_in(self, confirmed):
        client = confirmed.client(NOBODY, "public")
        for address in ("/v1/facts", "/v1/late", "/v1/assessments", "/v1/reviews", "/v1/submissions", "/telegrams"):
            assert client.get(address).status_code == 401, address

    def test_who_signs_in_reads_what_is_public_beside_his_own(self, confirmed):
        settlements = confirmed.listed(FOREIGN, "/v1/settlements", "public")
        assert {one["agreement"] for one in settlements} == {XINAN, "demo-monthly-class"}
