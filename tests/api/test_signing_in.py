"""Signing in on pages: cookie, forged forms, wrong passwords, tokens, and what a key may not do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from api.web.local import local
from api.web.login import COOKIE, CSRF
from basin.registry import Registry
from monitoring_ingest.access.audit_store import Wanted, acts
from monitoring_ingest.access.store import create_key
from monitoring_ingest.access.tries import FREE
from tests.api.makers import NOW
from tests.api.markup import read
from tests.api.people import PAGES, PASSWORD, House, csrf_of, house, send

LOGIN = "upper-prepare"
PAIR = {"login": LOGIN, "password": PASSWORD}


@pytest.fixture
def at(engine: Engine, world: Registry) -> Iterator[House]:
    made = house(engine, world)
    yield made
    made.here.engine.dispose()


@pytest.fixture
def stranger(at: House) -> TestClient:
    return at.client()


def audited(at: House) -> list[tuple[str, str, str, str]]:
    """Act, who, outcome and subject of what the trail holds, oldest first."""
    with at.desk.engine.connect() as connection:
        listed = acts(connection, Wanted(), 100)[::-1]
    return [(act.act, act.who, act.outcome, act.subject) for act in listed]


class TestTheCookie:
    def test_is_set_by_the_right_password_and_leads_where_one_wanted_to_go(self, at, stranger):
        at.client(LOGIN)
        answer = stranger.post("/sign-in", data=PAIR | {"to": "/me?lang=en"}, headers=PAGES)
        assert (answer.status_code, answer.headers["location"]) == (303, "/me?lang=en")
        name, *attributes = answer.headers["set-cookie"].split("; ")
        assert name.startswith(f"{COOKIE}=")
        assert sorted(attributes) == ["HttpOnly", "Max-Age=43200", "Path=/", "SameSite=lax"]
        assert answer.headers["cache-control"] == "no-store"
        assert stranger.get("/v1/me").json()["login"] == LOGIN

    def test_goes_over_https_alone_where_the_request_came_so(self, at):
        at.client(LOGIN)
        answer = TestClient(at.app, base_url="https://testserver", follow_redirects=False).post("/sign-in", data=PAIR)
        assert "Secure" in answer.headers["set-cookie"].split("; ")

    def test_a_one_time_code_sets_the_password_and_signs_in(self, at, stranger):
        form = {"code": at.code(LOGIN), "password": PASSWORD, "again": PASSWORD}
        assert stranger.post("/sign-in/code", data=form).headers["location"] == "/me"
        assert stranger.get("/v1/me").json()["login"] == LOGIN
        assert at.client().post("/sign-in/code", data=form, headers=PAGES).status_code == 403

    @pytest.mark.parametrize(
        ("changed", "status", "words"),
        [
            ({"again": "another"}, 400, "两次写的口令不同"),
            ({"password": "short", "again": "short"}, 400, "口令应有 12–200 个字符"),
            ({"code": "AAAA"}, 403, "一次性代码不对"),
        ],
    )
    def test_a_code_that_does_not_do_shows_the_form_again(self, at, stranger, changed, status, words):
        form = {"code": at.code(LOGIN), "password": PASSWORD, "again": PASSWORD} | changed
        answer = stranger.post("/sign-in/code", data=form, headers=PAGES)
        assert (answer.status_code, words in answer.text) == (status, True)
        assert COOKIE not in answer.cookies

    def test_is_worth_nothing_after_signing_out(self, at):
        client = at.client(LOGIN)
        secret = client.cookies[COOKIE]
        answer = send(client, "/sign-out")
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
        client.cookies.set(COOKIE, secret)
        assert client.get("/v1/me").status_code == 401

    def test_signing_out_everywhere_ends_the_tokens_too(self, at):
        program = at.program(LOGIN)
        client = at.client()
        client.post("/sign-in", data=PAIR)
        send(client, "/sign-out", everywhere="1")
        assert program.get("/v1/me").json()["type"] == "urn:hengjie:problem:not_signed_in"

    def test_ends_when_nobody_used_it_for_two_hours(self, at):
        client = at.client(LOGIN)
        for _ in range(3):
            at.clock.passes(minutes=119)
            assert client.get("/v1/me").status_code == 200
        at.clock.passes(hours=2)
        assert client.get("/v1/me").status_code == 401

    @pytest.mark.parametrize("cookie", ["nonsense", "", "x" * 3000, "hjt_x"])
    def test_of_nobody_is_a_stranger_s(self, stranger, cookie):
        stranger.cookies.set(COOKIE, cookie)
        assert stranger.get("/v1/me").status_code == 401
        assert "登录" in stranger.get("/settlements").text


class TestStrangers:
    def test_a_page_leads_to_the_form_and_the_form_back(self, stranger):
        answer = stranger.get("/me?lang=en", headers=PAGES)
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?to=%2Fme%3Flang%3Den")
        form = read(stranger.get(answer.headers["location"]).text).all("form")[0]
        assert next(i.attributes["value"] for i in form.all("input") if i.attributes["name"] == "to") == "/me?lang=en"

    def test_what_acts_is_refused_with_where_to_sign_in(self, stranger):
        for method, path in (("POST", "/sign-out"), ("POST", "/v1/me/tokens"), ("GET", "/v1/me")):
            problem = stranger.request(method, path)
            assert problem.status_code == 401
            assert problem.json()["remedy"].startswith("在 /sign-in 登录；程序用本人的令牌")

    @pytest.mark.parametrize(
        ("address", "told"),
        [
            ("/me?lang=en", "/me?lang=en"),
            ("/", "/"),
            ("//evil.example", "/no"),
            ("/\\evil.example", "/no"),
            ("/\t/evil.example", "/no"),
            ("https://evil.example", "/no"),
            ("javascript:alert(1)", "/no"),
            ("", "/no"),
        ],
    )
    def test_nobody_is_led_to_another_server(self, address, told):
        assert local(address, "/no") == told


class TestForgedForms:
    @pytest.mark.parametrize("token", [None, "", "x", "ä", "of another"])
    def test_a_form_without_the_token_of_its_session_does_nothing(self, at, token):
        client = at.client(LOGIN)
        fields = {"name": "程序", "days": "3"} | ({} if token is None else {"csrf": token})
        if token == "of another":
            fields["csrf"] = csrf_of(at.client("lower-prepare"))
        answer = client.post("/me/tokens", data=fields, headers=PAGES)
        assert (answer.status_code, "防伪标记" in answer.text) == (403, True)
        assert client.get("/v1/me/tokens").json() == []

    def test_the_api_takes_it_in_a_header(self, at):
        client = at.client(LOGIN)
        wanted = {"name": "程序", "days": 3}
        refused = client.post("/v1/me/tokens", json=wanted)
        assert (refused.status_code, refused.json()["type"]) == (403, "urn:hengjie:problem:csrf")
        token = client.get("/v1/me").json()["csrf"]
        assert client.post("/v1/me/tokens", json=wanted, headers={CSRF: token}).status_code == 201

    def test_nobody_is_signed_in_by_the_page_of_another_server(self, at, stranger):
        at.client(LOGIN)
        answer = stranger.post("/sign-in", data=PAIR, headers={"Sec-Fetch-Site": "cross-site"})
        assert (answer.status_code, COOKIE in answer.cookies) == (403, False)


class TestWrongPasswords:
    def test_show_the_form_again_and_never_the_password(self, at, stranger):
        at.client(LOGIN)
        answer = stranger.post("/sign-in", data={"login": LOGIN, "password": "错的口令错的口令"}, headers=PAGES)
        assert answer.status_code == 401
        assert "登录名或口令不对" in answer.text and "错的口令" not in answer.text
        assert read(answer.text).all("form")[0].all("input")[1].attributes["value"] == LOGIN

    @pytest.mark.parametrize("fields", [{}, {"login": "\ud800".encode("utf-8", "surrogatepass"), "password": "\x00"}])
    def test_what_is_no_password_is_a_wrong_one(self, stranger, fields):
        assert stranger.post("/sign-in", data=fields).status_code == 401

    @pytest.mark.proof
    def test_slow_down_the_address_and_the_login(self, at, stranger):
        at.client(LOGIN)
        statuses = [stranger.post("/sign-in", data={"login": f"nobody-{n}"}).status_code for n in range(FREE + 2)]
        assert statuses == [401] * (FREE + 1) + [429]
        problem = stranger.post("/sign-in", data=PAIR)
        assert (problem.headers["retry-after"], problem.json()["detail"]) == ("1", "口令或代码错得太多")

    @pytest.mark.proof
    def test_a_right_one_counts_for_nothing(self, at, stranger):
        at.client(LOGIN)
        statuses = {stranger.post("/sign-in", data=PAIR).status_code for _ in range(FREE + 3)}
        assert statuses == {303}

    def test_are_audited_with_a_login_that_exists_and_no_other_text(self, at, stranger):
        at.client(LOGIN)
        stranger.post("/sign-in", data={"login": LOGIN, "password": "x"})
        stranger.post("/sign-in", data={"login": "my-password-in-the-wrong-field", "password": "x"})
        stranger.post("/sign-in", data=PAIR)
        assert audited(at) == [
            ("POST /sign-in", "", "401 not_signed_in", f"登录名 {LOGIN}"),
            ("POST /sign-in", "", "401 not_signed_in", "没有这个登录名"),
            ("POST /sign-in", "", "done", f"登录名 {LOGIN}"),
        ]


class TestTokens:
    def test_act_for_their_person_without_a_token_against_forged_forms(self, at):
        program = at.program(LOGIN)
        (token,) = program.get("/v1/me/tokens").json()
        assert (program.get("/v1/me").json()["csrf"], token["name"], "secret" in token) == (None, "程序", False)
        assert program.delete(f"/v1/me/tokens/{token['id']}").json() == {"ended": 1}
        assert program.get("/v1/me").status_code == 401
        assert audited(at)[0][:3] == ("DELETE /v1/me/tokens/{id}", LOGIN, "done")

    def test_make_no_further_token(self, at):
        answer = at.program(LOGIN).post("/v1/me/tokens", json={"name": "程序", "days": 30})
        assert answer.json()["detail"] == "令牌不能再建令牌"

    def test_are_no_key_and_no_wrong_key(self, at):
        program = at.program(LOGIN)
        for _ in range(FREE + 3):
            assert program.post("/v1/submissions", json={"rows": []}).status_code == 401
        assert program.get("/v1/me").status_code == 200

    def test_are_shown_once_on_a_page_that_nobody_keeps(self, at):
        client = at.client(LOGIN)
        answer = send(client, "/me/tokens", name="月报程序", days="7")
        secret = read(answer.text).all("code")[0].text
        assert (answer.status_code, answer.headers["cache-control"], secret[:4]) == (200, "no-store", "hjt_")
        page = client.get("/me", headers=PAGES).text
        assert "月报程序" in page and secret not in page

    def test_end_by_the_form_of_the_page(self, at):
        client = at.client(LOGIN)
        send(client, "/me/tokens", name="月报程序", days="7")
        (token,) = client.get("/v1/me/tokens").json()
        assert send(client, "/me/sessions/end", session=token["id"]).status_code == 303
        assert client.get("/v1/me/tokens").json() == []
        assert send(client, "/me/sessions/end", session="").status_code == 404


class TestKeys:
    def test_carry_data_and_act_for_nobody(self, at, stranger):
        key = create_key(at.desk.engine, "示例监测中心", NOW)
        for headers in ({"X-API-Key": key}, {"Authorization": f"Bearer {key}"}):
            problem = stranger.post("/v1/me/tokens", json={}, headers=headers)
            assert problem.status_code == 403
            assert problem.json()["detail"] == "密钥只报送和读取数据，不能代人办事"
            assert problem.json()["remedy"] == "由 流域局、上省生态环境厅、下省生态环境厅 的人员登录后办理"


class TestTheHeadOfAPage:
    def test_says_who_is_signed_in_and_no_cache_keeps_it(self, at, stranger):
        answer = at.client(LOGIN).get("/settlements", headers=PAGES)
        head = read(answer.text).all("header")[0].text
        assert ("上经办" in head, "待办 0" in head, "登录" in head) == (True, True, False)
        assert answer.headers["cache-control"] == "no-store"
        assert stranger.get("/settlements", headers=PAGES).headers["cache-control"] == "no-cache"


class TestPasswords:
    def test_are_changed_by_who_knows_the_one_before_and_all_sessions_end(self, at):
        client = at.client(LOGIN)
        new = {"password": "远山 近水 石桥 月色 寒江", "again": "远山 近水 石桥 月色 寒江"}
        assert send(client, "/me/password", before="wrong", **new).status_code == 403
        answer = send(client, "/me/password", before=PASSWORD, **new)
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
        assert client.get("/v1/me").status_code == 401
        assert client.post("/sign-in", data={"login": LOGIN, "password": new["password"]}).status_code == 303
