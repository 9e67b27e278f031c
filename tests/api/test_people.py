"""People and proposals on pages and under /v1: one proposes, another approves, and each sees the own party."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine

from api.web.login import CSRF
from basin.registry import Registry
from monitoring_ingest.access.audit_store import Wanted, acts
from monitoring_ingest.database.engine import writing
from settlement.people.proposals_store import Proposal, keep_proposal
from settlement.statement.canonical import canonical_json
from tests.api.markup import read
from tests.api.people import PAGES, House, house, send
from tests.settlement.people.makers import LETTER

APPOINTMENT = {
    "login": "qian", "name": "钱经办", "office": "upper-env", "role": ["prepare", "approve"], "starts": "2026-03-01",
    "ends": "2026-06-30", "reason": "出差代理",
}  # fmt: skip
FIRST = {
    "office": "court", "admin_login": "shen", "admin_name": "审管理", "approver_login": "cai",
    "approver_name": "蔡审定", "letter": LETTER,
}  # fmt: skip
PAYLOAD = {"login": "qian", "name": "钱经办", "office": "upper-env", "roles": ["prepare"], "starts": "2026-03-01"}
WANTED: dict[str, Any] = {"kind": "appoint", "office": "upper-env", "reason": "岗位调整", "payload": PAYLOAD}


@pytest.fixture
def at(engine: Engine, world: Registry) -> Iterator[House]:
    made = house(engine, world)
    yield made
    made.here.engine.dispose()


@pytest.fixture
def admin(at: House) -> TestClient:
    return at.browser("upper-admin")


@pytest.fixture
def approver(at: House) -> TestClient:
    return at.browser("upper-approve")


def post(client: TestClient, address: str, body: object) -> Response:
    """Act through the API with a session."""
    return client.post(address, json=body, headers={CSRF: client.get("/v1/me").json()["csrf"]})


def proposed(client: TestClient, **changed: Any) -> int:
    answer = post(client, "/v1/proposals", WANTED | changed)
    assert answer.status_code == 201, answer.text
    number: int = answer.json()["number"]
    return number


def text_of(client: TestClient, address: str) -> str:
    answer = client.get(address, headers=PAGES)
    assert answer.status_code == 200, answer.text
    return read(answer.text).all("main")[0].text


def forms(client: TestClient, address: str) -> set[str]:
    """Where the forms of a page send."""
    page = read(client.get(address, headers=PAGES).text)
    return {form.attributes["action"] for form in page.all("form") if form.attributes["method"] == "post"}


class TestOneProposesAndAnotherApproves:
    def test_on_pages(self, admin, approver):
        answer = send(admin, "/people/appoint", **APPOINTMENT)
        assert answer.status_code == 303
        address = answer.headers["location"]
        assert "可由 上审定 批准" in text_of(admin, address)
        assert forms(admin, address) == {f"{address}/withdraw"}
        shown = text_of(approver, address)
        for words in ("任命 钱经办", "上省生态环境厅", "经办、审定", "2026-06-30", "出差代理", "上管理"):
            assert words in shown, words
        assert "{" not in shown
        assert forms(approver, address) == {f"{address}/approve", f"{address}/refuse"}
        assert "待办 1" in read(approver.get("/people", headers=PAGES).text).all("header")[0].text
        assert send(approver, f"{address}/approve").headers["location"] == address
        assert "已批准" in text_of(admin, address)
        assert forms(approver, address) == set()
        assert "钱经办" in text_of(approver, "/people")

    def test_through_the_api(self, admin, approver):
        number = proposed(admin)
        (waiting,) = approver.get("/v1/proposals", params={"which": "waiting"}).json()
        assert (waiting["number"], waiting["subject"], waiting["may_decide"]) == (number, "任命 钱经办", True)
        decided = post(approver, f"/v1/proposals/{number}/approve", {}).json()
        assert (decided["proposal"]["state"], decided["shown_once"]) == ("approved", "")
        rows = admin.get("/v1/appointments").json()
        assert [(row["login"], row["office"], row["roles"], row["state"]) for row in rows][-1] == (
            "qian", "upper-env", ["prepare"], "in_force",
        )  # fmt: skip
        assert approver.get("/v1/proposals", params={"which": "waiting"}).json() == []

    def test_leaves_who_did_it_in_the_audit_trail(self, at, admin, approver):
        number = proposed(admin)
        post(approver, f"/v1/proposals/{number}/approve", {})
        with at.desk.engine.connect() as connection:
            trail = [(act.act, act.who, act.subject) for act in acts(connection, Wanted(), 9)[::-1]]
        assert trail == [
            ("POST /v1/proposals", "upper-admin", f"第 {number} 项 任命 钱经办"),
            ("POST /v1/proposals/{id}/approve", "upper-approve", f"第 {number} 项 任命 钱经办"),
        ]

    def test_or_sends_it_back_with_a_reason_or_it_is_taken_back(self, admin, approver):
        number = proposed(admin)
        assert post(approver, f"/v1/proposals/{number}/refuse", {}).status_code == 422
        refused = post(approver, f"/v1/proposals/{number}/refuse", {"reason": "附件不全"}).json()
        assert (refused["state"], refused["ended_because"], refused["ended_by"]) == (
            "refused", "附件不全", "upper-approve",
        )  # fmt: skip
        again = proposed(admin)
        assert post(admin, f"/v1/proposals/{again}/withdraw", {}).json()["state"] == "withdrawn"
        assert "附件不全" in text_of(admin, f"/proposals/{number}")

    @pytest.mark.parametrize(
        ("kind", "payload", "after"),
        [
            ("end", {"appointment": 5}, ("upper-prepare", "over")),
            ("suspend", {"login": "upper-prepare"}, ("upper-prepare", "in_force")),
            ("reset", {"login": "Upper-Prepare "}, ("upper-prepare", "in_force")),
        ],
    )
    def test_other_acts_about_people(self, admin, approver, kind, payload, after):
        number = proposed(admin, kind=kind, payload=payload)
        assert post(approver, f"/v1/proposals/{number}/approve", {}).status_code == 200
        (row,) = [row for row in admin.get("/v1/appointments").json() if row["login"] == "upper-prepare"]
        assert (row["login"], row["state"]) == after
        (person,) = [row for row in admin.get("/v1/people").json() if row["login"] == "upper-prepare"]
        assert person["is_active"] is (kind != "suspend")

    @pytest.mark.parametrize(
        ("address", "fields", "subject"),
        [
            ("/people/end", {"appointment": "5"}, "结束 第 5 号任命"),
            ("/people/about", {"kind": "suspend", "login": "upper-prepare"}, "停用 upper-prepare"),
            ("/people/about", {"kind": "reset", "login": "upper-prepare"}, "重置登录 upper-prepare"),
        ],
    )
    def test_other_acts_on_pages(self, admin, address, fields, subject):
        answer = send(admin, address, reason="调离", **fields)
        assert subject in text_of(admin, answer.headers["location"])


class TestRefusals:
    """Each says who could do it."""

    def test_who_proposed_does_not_approve(self, admin):
        number = proposed(admin)
        problem = post(admin, f"/v1/proposals/{number}/approve", {})
        assert (problem.status_code, problem.json()["detail"]) == (403, "自己提出的不能自己批准")
        assert problem.json()["remedy"] == "可由 上审定 批准"

    def test_who_is_no_admin_does_not_propose(self, at):
        problem = post(at.browser("upper-prepare"), "/v1/proposals", WANTED)
        assert (problem.status_code, problem.json()["remedy"]) == (403, "可由 上管理 提出")
        answer = send(at.browser("upper-prepare"), "/people/end", appointment="5", reason="调离")
        assert (answer.status_code, "可由 上管理 提出" in answer.text) == (403, True)

    def test_another_party_sees_and_decides_nothing(self, at, admin):
        number = proposed(admin)
        other = at.browser("lower-approve")
        assert other.get(f"/v1/proposals/{number}").status_code == 403
        assert [row["office"] for row in other.get("/v1/proposals").json()] == ["lower-env"]
        assert post(other, f"/v1/proposals/{number}/approve", {}).json()["remedy"] == "可由 上审定 批准"

    def test_what_has_ended_is_not_decided_again(self, admin, approver):
        number = proposed(admin)
        post(approver, f"/v1/proposals/{number}/approve", {})
        problem = post(approver, f"/v1/proposals/{number}/refuse", {"reason": "附件不全"})
        assert (problem.status_code, problem.json()["detail"]) == (409, "这一项已批准")

    def test_where_nobody_else_could_approve_says_who_appoints(self, at, admin, approver):
        number = proposed(admin, kind="suspend", payload={"login": "upper-approve"})
        post(approver, f"/v1/proposals/{number}/approve", {})
        problem = post(admin, "/v1/proposals", WANTED)
        assert (problem.status_code, problem.json()["type"]) == (409, "urn:hengjie:problem:no_second_person")
        assert problem.json()["remedy"] == "请 上管理 任命一位审定、管理"

    @pytest.mark.parametrize(
        "changed",
        [
            {"kind": "position"},
            {"payload": {}},
            {"payload": PAYLOAD | {"roles": []}},
            {"payload": PAYLOAD | {"roles": ["king"]}},
            {"payload": PAYLOAD | {"login": "\u0000"}},
            {"kind": "end", "payload": {"appointment": 2**70}},
            {"kind": "end", "payload": {"appointment": 0.5}},
            {"reason": ""},
        ],
        ids=str,
    )
    def test_what_no_act_reads_is_refused_before_any_does(self, admin, changed):
        assert post(admin, "/v1/proposals", WANTED | changed).status_code == 422

    def test_a_number_that_nobody_has(self, admin):
        assert admin.get("/v1/proposals/999").status_code == 404
        assert post(admin, f"/v1/proposals/{2**63 - 1}/approve", {}).status_code == 404
        assert admin.get("/proposals/999", headers=PAGES).status_code == 404


OF_ADMINS = {"/people/appoint", "/people/end", "/people/about", "/people/code", "/people/keys/create"}


class TestWhoIsSeen:
    @pytest.mark.parametrize(
        ("login", "seen"),
        [
            ("upper-prepare", {"upper-admin", "upper-approve", "upper-prepare"}),
            ("lower-admin", {"lower-admin", "lower-approve", "lower-prepare"}),
            ("he", {"lu", "he"}),
        ],
    )
    def test_are_the_people_of_ones_own_side(self, at, login, seen):
        assert {row["login"] for row in at.browser(login).get("/v1/people").json()} == seen
        assert {row["login"] for row in at.browser(login).get("/v1/appointments").json()} == seen

    def test_are_all_of_them_for_the_operators_admin(self, at):
        client = at.browser("lu")
        assert len(client.get("/v1/people").json()) == 8
        page = read(client.get("/people", headers=PAGES).text)
        headings = [heading.text for heading in page.all("h2")]
        assert (headings[0], "upper" in headings, "lower" in headings) == ("流域局", True, True)
        assert "还没有人员：审计署" in page.all("main")[0].text

    @pytest.mark.parametrize(
        ("login", "offered"),
        [
            ("upper-prepare", set()),
            ("upper-admin", OF_ADMINS),
            ("lu", OF_ADMINS | {"/people/first"}),
        ],
    )
    def test_who_may_do_nothing_is_offered_nothing(self, at, login, offered):
        assert forms(at.browser(login), "/people") == offered

    def test_lists_come_as_csv_too(self, admin):
        for name in ("people", "appointments"):
            listed = csv.DictReader(io.StringIO(admin.get(f"/v1/{name}", headers={"Accept": "text/csv"}).text))
            assert {row["login"] for row in listed} == {"upper-admin", "upper-approve", "upper-prepare"}


class TestCodes:
    def test_are_shown_once_to_the_admin_of_that_party_and_kept_by_no_cache(self, at, admin):
        answer = send(admin, "/people/code", login="upper-prepare")
        (code,) = [one.text for one in read(answer.text).all("code")]
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
        form = {"code": code, "password": "远山 近水 石桥 月色 寒江", "again": "远山 近水 石桥 月色 寒江"}
        assert at.client().post("/sign-in/code", data=form).status_code == 303
        assert post(admin, "/v1/people/upper-prepare/code", {}).json()["detail"] == "上经办 已能登录"

    def test_come_from_no_other_party(self, at):
        problem = post(at.browser("lower-admin"), "/v1/people/upper-prepare/code", {})
        assert (problem.status_code, problem.json()["remedy"]) == (403, "请本方管理人办理")


class TestTheFirstTwoOfAParty:
    def test_are_named_by_the_operators_admin_and_their_codes_shown_once(self, at):
        operator = at.browser("lu")
        answer = send(operator, "/people/first", **FIRST)
        assert [one.text for one in read(answer.text).all("dt")] == ["shen", "cai"]
        assert len(read(answer.text).all("code")) == 2
        assert send(operator, "/people/first", **FIRST).status_code == 403

    def test_by_nobody_else(self, admin):
        wanted = {
            "office": "court", "admin": {"login": "shen", "name": "审管理"},
            "approver": {"login": "cai", "name": "蔡审定"}, "letter": LETTER,
        }  # fmt: skip
        problem = post(admin, "/v1/people/first", wanted)
        assert (problem.status_code, problem.json()["detail"]) == (403, "各方最初的管理人由运行方管理人凭来函任命")


class TestThePages:
    @pytest.mark.parametrize("lang", ["zh", "en"])
    def test_are_well_formed_and_every_field_has_its_label(self, at, lang):
        number = proposed(at.browser("upper-admin"))
        general = ["/me", "/people", "/proposals"]
        proposal = f"/proposals/{number}"
        seen = {"upper-approve": [*general, proposal], "upper-admin": [*general, proposal], "lu": general}
        for login, addresses in seen.items():
            client = at.browser(login)
            for address in addresses:
                text = client.get(f"{address}?lang={lang}", headers=PAGES).text
                page = read(text)
                ids = re.findall(r'\sid="([^"]+)"', text)
                labelled = {label.attributes["for"] for label in page.all("label") if "for" in label.attributes}
                fields = [one for one in page.all("input") + page.all("select") if "id" in one.attributes]
                assert len(ids) == len(set(ids)), address
                assert {field.attributes["id"] for field in fields} == labelled, address
                assert "<script" not in text and len(page.all("h1")) == 1, address
                assert all(table.all("caption") for table in page.all("table")), address


class TestTheListOfProposals:
    def test_is_narrowed_by_kind_and_state(self, admin, approver):
        number = proposed(admin)
        proposed(admin, kind="end", payload={"appointment": 5})
        post(approver, f"/v1/proposals/{number}/approve", {})
        first = number - 2  # by which the one who prepares was appointed; the other province has one between
        assert [row["number"] for row in admin.get("/v1/proposals").json()] == [number + 1, number, first]
        assert [row["kind"] for row in admin.get("/v1/proposals", params={"state": "open"}).json()] == ["end"]
        appointing = admin.get("/v1/proposals", params={"kind": "appoint"}).json()
        assert [row["number"] for row in appointing] == [number, first]
        assert admin.get("/v1/proposals", params={"kind": "king"}).status_code == 400
        page = read(approver.get("/proposals?kind=appoint&state=ended", headers=PAGES).text)
        waiting, mine, narrowed = (table.text for table in page.all("table"))
        assert ("结束 第 5 号任命" in waiting, "没有提出过" in mine, "任命 钱经办" in narrowed) == (True, True, True)

    def test_tells_what_a_decision_on_data_is_about_and_how_much_of_it(self, at, approver):
        payload = {
            "action": "remove", "reason": "instrument_fault", "document": "检修记录7号",
            "values": [{"station": "demo-qx2", "indicator": "nh3n", "time": "2025-08-01T00:00:00+00:00"}],
            "readings": list(range(1, 31)),
        }  # fmt: skip
        about = ("upper-env", "剔除一个值", canonical_json(payload), "", 4, "仪器故障", at.clock())
        with writing(at.desk.engine) as connection:
            number = keep_proposal(connection, Proposal(0, "decision", *about))
        shown = text_of(approver, f"/proposals/{number}")
        for words in ("决定 剔除", "依据文件 检修记录7号", "指标 氨氮", "……另有 10 项"):
            assert words in shown, (words, shown)
        assert "{" not in shown

    def test_says_the_same_in_english(self, admin):
        number = proposed(admin)
        shown = text_of(admin, f"/proposals/{number}?lang=en")
        for words in ("appointment", "waits for approval", "prepares", "First day", "上审定 may approve it."):
            assert words in shown, words
