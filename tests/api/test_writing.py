"""What decides needs a person and what records needs a key; settling twice is settling once; a status takes two."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from monitoring_ingest.access.store import create_key
from tests.api.makers import NOW, XINAN, client_of, composed, month_rows, registry, send
from tests.api.people import give_status, pair_of
from tests.api.test_facts import FACT
from tests.databases import sqlite, written

SETTLE = {"agreement": "demo-monthly-class", "period": "2025-08"}
STATUS = {"status": "待复核", "reason": "核对"}
WRITES = [("/v1/facts", FACT)]
ASSESS = {"basin": "demo-qingxi", "period": "2025"}
OF_PEOPLE = [
    ("/v1/settlements", SETTLE),
    ("/v1/assessments", ASSESS),
    ("/v1/settlements/any/status", STATUS),
]


@cache
def one_month():
    """A month of readings of two stations."""

    def fill(engine):
        here = composed(engine, registry())
        send(here, month_rows("demo-qx2", "2025-08", tp="0.25"))
        send(here, month_rows("demo-qx3", "2025-08"), "three.csv")

    return written(fill)


@pytest.fixture
def writing(world, tmp_path):
    """A client with a key over one month of readings."""
    engine = sqlite(tmp_path / "hengjie.sqlite", one_month())
    with client_of(composed(engine, world)) as client:
        client.headers["X-API-Key"] = create_key(engine, "测试", NOW)
        yield client


class TestKeys:
    @pytest.mark.parametrize(("address", "body"), WRITES)
    def test_writing_without_a_key_is_refused(self, client, address, body):
        answer = client.post(address, json=body)
        assert (answer.status_code, answer.json()["type"]) == (401, "urn:hengjie:problem:refused")
        assert "X-API-Key" in answer.json()["remedy"]

    @pytest.mark.parametrize(("address", "body"), WRITES)
    def test_a_wrong_key_is_refused(self, client, address, body):
        assert client.post(address, json=body, headers={"X-API-Key": "guess"}).status_code == 403

    def test_a_key_may_come_as_a_bearer_token(self, client, key):
        bearer = {"Authorization": f"Bearer {key['X-API-Key']}"}
        nowhere = FACT | {"subject": "nowhere"}
        assert client.post("/v1/facts", json=nowhere, headers=bearer).json()["type"].endswith("unknown_code")


@pytest.fixture
def settling(world, tmp_path):
    """A client over one month of readings, and two people of the basin's office."""
    here = composed(sqlite(tmp_path / "hengjie.sqlite", one_month()), world)
    with client_of(here) as client:
        pair = pair_of(here)
        client.headers.update(pair.preparer)
        yield client, pair


@pytest.fixture
def person(settling):
    """A client of somebody who prepares in the basin's office, over one month of readings."""
    return settling[0]


def bearer(client):
    """The header with a key in the place of the token of a person."""
    return {"Authorization": f"Bearer {create_key(client.app.state.composition.engine, '测试', NOW)}"}


class TestPeople:
    @pytest.mark.parametrize(("address", "body"), OF_PEOPLE)
    def test_who_did_not_sign_in_is_told_where(self, client, address, body):
        answer = client.post(address, json=body)
        assert (answer.status_code, answer.json()["type"]) == (401, "urn:hengjie:problem:not_signed_in")
        assert "/sign-in" in answer.json()["remedy"]

    @pytest.mark.parametrize(("address", "body"), OF_PEOPLE)
    def test_a_key_decides_nothing(self, person, address, body):
        answer = person.post(address, json=body, headers=bearer(person))
        assert answer.status_code == 403
        assert "清溪兰江流域局（虚构）" in answer.json()["remedy"]

    @pytest.mark.parametrize(("address", "body"), OF_PEOPLE)
    def test_where_people_are_switched_off_nobody_decides(self, here, address, body):
        client = client_of(replace(here, settings=replace(here.settings, people=False)))
        answer = client.post(address, json=body)
        assert (answer.status_code, answer.json()["path"]) == (403, "HENGJIE_PEOPLE")

    def test_a_key_is_told_the_office_that_runs_the_cycle(self, person):
        identity = person.post("/v1/settlements", json=SETTLE).json()["id"]
        answer = person.post(f"/v1/settlements/{identity}/status", json=STATUS, headers=bearer(person))
        assert (answer.status_code, answer.json()["remedy"]) == (403, "由 清溪兰江流域局（虚构） 的人员登录后办理")

    @pytest.mark.parametrize("field", ["person", "recorded_by", "approved_by", "proposed_by"])
    def test_no_request_names_its_author(self, person, field):
        answer = person.post("/v1/settlements/any/status", json=STATUS | {field: "张三"})
        assert (answer.status_code, answer.json()["path"]) == (422, f"body.{field}")
        assert "姓名取自登录" in answer.json()["remedy"]

    @pytest.mark.parametrize(
        ("address", "body"),
        [
            ("/v1/settlements", {"agreement": XINAN, "period": "2020-08"}),
            ("/v1/assessments", {"basin": "xinan", "period": "2020"}),
        ],
    )
    def test_of_an_office_that_may_not_read_it_settles_and_assesses_nothing(self, person, address, body):
        answer = person.post(address, json=body)
        assert (answer.status_code, answer.json()["path"]) == (403, "office")

    def test_who_administers_or_audits_settles_nothing(self, settling):
        client, pair = settling
        answer = client.post("/v1/settlements", json=SETTLE, headers=pair.admin)
        assert answer.status_code == 403
        assert "可由 清溪兰江流域局（虚构）、山州生态环境厅（虚构）" in answer.json()["remedy"]
        assert client.post("/v1/settlements", json=SETTLE, headers=pair.approver).status_code == 201


class TestSettling:
    def test_a_settlement_is_created_and_found_at_its_address(self, person):
        answer = person.post("/v1/settlements", json=SETTLE)
        assert answer.status_code == 201
        assert person.get(answer.headers["location"]).json()["digest"] == answer.json()["digest"]

    def test_the_same_request_gives_the_same_settlement(self, person):
        first, second = (person.post("/v1/settlements", json=SETTLE).json() for _ in range(2))
        assert (first["id"], first["digest"]) == (second["id"], second["digest"])
        assert len(person.get("/v1/settlements").json()) == 1

    def test_an_instant_before_the_data_gives_a_stop(self, person):
        document = person.post("/v1/settlements", json=SETTLE | {"as_of": "2026-01-09T00:00:00Z"}).json()
        assert document["kind"] == "stopped"
        assert {stop["reason"] for stop in document["stops"]} == {"no_readings"}

    @pytest.mark.parametrize(
        ("changed", "path"),
        [
            ({"agreement": "nobody-signed-this"}, None),
            ({"period": "sometime"}, None),
            ({"period": "1999-01"}, "demo-monthly-class.yaml: period"),
            ({"as_of": "2025-01-01"}, "body.as_of"),
        ],
    )
    def test_what_cannot_be_settled_is_told(self, person, changed, path):
        answer = person.post("/v1/settlements", json=SETTLE | changed)
        assert answer.status_code == 400
        assert answer.json()["path"] == path
        assert answer.json()["remedy"]

    def test_an_unknown_field_is_refused(self, person):
        answer = person.post("/v1/settlements", json=SETTLE | {"amount": "1"})
        assert (answer.status_code, answer.json()["path"]) == (422, "body.amount")


class TestStatus:
    def change(self, person, status: str):
        identity = person.post("/v1/settlements", json=SETTLE).json()["id"]
        return person.post(f"/v1/settlements/{identity}/status", json={"status": status, "reason": "核对无误"})

    def test_a_settlement_is_reviewed_and_then_confirmed_by_two(self, settling):
        client, pair = settling
        proposed = self.change(client, "待复核")
        row = proposed.json()
        assert (proposed.status_code, proposed.headers["location"]) == (202, f"/v1/proposals/{row['number']}")
        assert (row["subject"], row["office"]) == ("demo-monthly-class 2025-08 待复核", "demo-basin-office")
        identity = row["payload"]["settlement"]
        assert client.get(f"/v1/settlements/{identity}").json()["status"] == "试算"
        own = client.post(f"/v1/proposals/{row['number']}/approve", json={})
        assert (own.status_code, own.json()["detail"]) == (403, "自己提出的不能自己批准")
        assert client.post(f"/v1/proposals/{row['number']}/approve", json={}, headers=pair.approver).status_code == 200
        give_status(client, pair, identity, "已确认")
        history = client.get(f"/v1/settlements/{identity}/status").json()
        assert [one["status"] for one in history] == ["试算", "待复核", "已确认"]
        assert all(one["payable"] for one in client.get("/v1/obligations").json())

    def test_a_step_may_not_be_skipped(self, person):
        answer = self.change(person, "已确认")
        assert (answer.status_code, answer.json()["path"]) == (403, "status")

    def test_who_only_approves_proposes_nothing(self, settling):
        client, pair = settling
        client.headers.update(pair.approver)
        answer = self.change(client, "待复核")
        assert (answer.status_code, answer.json()["remedy"]) == (403, "可由 江经办 提出")

    def test_a_reason_is_needed(self, person):
        identity = person.post("/v1/settlements", json=SETTLE).json()["id"]
        answer = person.post(f"/v1/settlements/{identity}/status", json=STATUS | {"reason": ""})
        assert answer.status_code == 422


def test_a_basin_is_assessed(person):
    answer = person.post("/v1/assessments", json=ASSESS)
    assert answer.status_code == 201
    assert person.get(answer.headers["location"]).json()["score"] == answer.json()["score"]
