"""Keys of offices on the page of people and through the API: proposed by an admin, listed without secrets, and used."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from settlement.people.office_keys import key_payload
from tests.api.markup import read
from tests.api.people import PAGES, house, send

KEY = {
    "name": "上省一站", "office": "upper-env", "stations": ["demo-qx2"], "verbs": ["push"], "expires": "2027-03-01",
    "reason": "新站",
}  # fmt: skip
NO_ROWS = {"rows": []}


@pytest.fixture
def at(engine, world):
    """The house, where the station demo-qx2 is of the province upstream."""
    return house(engine, world, province_of={"demo-qx2": "upper"})


def approve(client, number):
    answer = client.post(f"/v1/proposals/{number}/approve", json={}, headers=csrf(client))
    assert answer.status_code == 200, answer.text
    return answer.json()["shown_once"]


def csrf(client):
    return {"X-CSRF-Token": client.get("/v1/me").json()["csrf"]}


def proposed(client, address="/v1/keys", **wanted):
    answer = client.post(address, json=wanted or KEY, headers=csrf(client))
    assert answer.status_code == 202, answer.text
    return answer.json()["number"]


def rows(client):
    return client.get("/v1/keys").json()


def test_an_admin_proposes_and_who_approves_is_shown_the_secret(at):
    admin = at.browser("upper-admin")
    approver = at.browser("upper-approve")
    number = proposed(admin)
    assert rows(admin) == []
    secret = approve(approver, number)
    (row,) = rows(approver)
    assert (row["name"], row["office"], row["stations"], row["verbs"], row["maker"], row["state"], row["used_at"]) == (
        "上省一站", "upper-env", ["demo-qx2"], ["push"], "upper-admin", "valid", None,
    )  # fmt: skip
    assert secret not in approver.get("/v1/keys").text + approver.get("/people", headers=PAGES).text
    program = TestClient(at.app)
    assert program.post("/v1/submissions", json=NO_ROWS, headers={"X-API-Key": secret}).status_code == 201
    assert rows(admin)[0]["used_at"] is not None
    after = approve(approver, proposed(admin, "/v1/keys/rotate", name="上省一站", overlap_days=0, reason="例行"))
    answers = [program.post("/v1/submissions", json=NO_ROWS, headers={"X-API-Key": one}) for one in (secret, after)]
    assert [answer.status_code for answer in answers] == [403, 201]
    approve(approver, proposed(admin, "/v1/keys/revoke", name="上省一站", reason="停用"))
    assert rows(admin)[0]["state"] == "revoked"


def test_a_key_that_only_reads_pushes_nothing(at):
    number = proposed(at.browser("upper-admin"), **KEY | {"verbs": ["read"]})
    secret = approve(at.browser("upper-approve"), number)
    answer = TestClient(at.app).post("/v1/submissions", json=NO_ROWS, headers={"X-API-Key": secret})
    assert (answer.status_code, answer.json()["detail"]) == (403, "密钥 上省一站 只能读取数据")


def test_keys_are_seen_by_the_people_of_their_side_and_by_the_operators_admin(at):
    approve(at.browser("upper-approve"), proposed(at.browser("upper-admin")))
    seen = {login: len(rows(at.browser(login))) for login in ("upper-prepare", "lower-admin", "lu")}
    assert seen == {"upper-prepare": 1, "lower-admin": 0, "lu": 1}


@pytest.mark.parametrize(
    ("login", "changed", "status"),
    [
        ("upper-prepare", {}, 403),
        ("lower-admin", {}, 403),
        ("lu", {}, 403),
        ("upper-admin", {"office": "nowhere"}, 400),
        ("upper-admin", {"stations": ["demo-qx3"]}, 403),
        ("upper-admin", {"stations": ["no-such"]}, 400),
        ("upper-admin", {"expires": "2099-01-01"}, 400),
        ("upper-admin", {"verbs": ["decide"]}, 422),
        ("upper-admin", {"proposed_by": "张三"}, 422),
    ],
)
def test_what_may_not_be_proposed_is_refused_with_a_remedy(at, login, changed, status):
    client = at.browser(login)
    answer = client.post("/v1/keys", json=KEY | changed, headers=csrf(client))
    assert answer.status_code == status, answer.text
    assert answer.json()["remedy"]


def test_on_the_page_there_is_a_form_for_each_act(at):
    admin = at.browser("upper-admin")
    created = send(
        admin, "/people/keys/create", name="上省一站", office="upper-env", station="demo-qx2", verb=["push", "read"],
        expires="2027-03-01", reason="新站",
    )  # fmt: skip
    address = created.headers["location"]
    assert "新建密钥 上省一站" in read(admin.get("/people", headers=PAGES).text).text
    secret_page = send(at.browser("upper-approve"), f"{address}/approve")
    assert "只显示" in secret_page.text or "离开本页后无法再看到" in secret_page.text
    text = read(admin.get("/people", headers=PAGES).text).text
    for words in ("上省一站", "上省生态环境厅", "报送、读取", "未用过", "2027-03-02"):
        assert words in text, words
    rotated = send(admin, "/people/keys/rotate", name="上省一站", overlap_days="3", reason="例行")
    assert "更换密钥 上省一站" in admin.get(rotated.headers["location"], headers=PAGES).text
    revoked = send(admin, "/people/keys/revoke", name="上省一站", reason="停用")
    assert "撤销密钥 上省一站" in admin.get(revoked.headers["location"], headers=PAGES).text
    assert "/people/keys/create" not in at.browser("upper-prepare").get("/people", headers=PAGES).text


def test_the_payload_of_the_page_is_that_of_the_act(at):
    admin = at.browser("upper-admin")
    number = proposed(admin)
    payload = admin.get(f"/v1/proposals/{number}").json()["payload"]
    assert payload == key_payload("上省一站", "upper-env", ["demo-qx2"], ["push"], "2027-03-01")
