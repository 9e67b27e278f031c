"""Signing in at a provider of OpenID Connect: there and back, the code that binds an account, and what goes wrong."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from api.routes.oidc import COOKIE
from api.settings import Provider, Rate, Rates
from api.web import login, oidc
from api.web.local import CALLBACK
from basin.registry import Registry
from monitoring_ingest.access.audit_store import Wanted, acts
from monitoring_ingest.access.tries import FREE
from settlement.people import appointing, sessions
from settlement.people.proposals import Matter, propose
from tests.api.makers import application_of
from tests.api.markup import read
from tests.api.people import PAGES, House, house
from tests.api.web.invented_provider import DISCOVERY, TOKEN, Invented, invented
from tests.settlement.people.makers import approved, number

pytestmark = pytest.mark.alone

LOGIN = "upper-prepare"
ORIGIN = "http://testserver"


@dataclass
class World:
    """A server that has a provider."""

    at: House
    provider: Invented

    def browser(self) -> TestClient:
        return self.at.client()

    def bind(self, name: str = LOGIN) -> None:
        """Bind the subject of the provider's tokens to somebody."""
        sessions.bind_subject(self.at.desk, self.at.code(name), self.provider.issuer, "subject-7")

    def suspend(self) -> None:
        by = number(self.at.desk, "upper-admin")
        matter = Matter("upper-env", {"login": LOGIN}, "停用", "调离")
        approved(self.at.desk, "upper-approve", propose(self.at.desk, appointing.SUSPEND, by, matter))

    def sent(self, browser: TestClient, to: str = "/me") -> dict[str, str]:
        """Begin in a browser; what the provider is sent, which lets it vouch with that nonce."""
        answer = browser.get("/sign-in/oidc", params={"to": to}, headers=PAGES)
        assert answer.status_code == 303
        query = parse_qs(urlsplit(answer.headers["location"]).query)
        self.provider.vouch(nonce=query["nonce"][0])
        return {name: values[0] for name, values in query.items()}

    def back(self, browser: TestClient, to: str = "/me", **changed: str) -> Any:
        """Begin and come back with a code."""
        state = self.sent(browser, to)["state"]
        return browser.get(CALLBACK, params={"code": "code-7", "state": state} | changed, headers=PAGES)


@pytest.fixture
def world_with_provider(engine: Engine, world: Registry) -> Iterator[World]:
    at = house(engine, world)
    with invented() as provider:
        settings = replace(
            at.here.settings, provider=Provider(provider.issuer, "hengjie", "kept to oneself"), origin=ORIGIN
        )
        here = replace(at.here, settings=settings)
        yield World(replace(at, here=here, app=application_of(here)), provider)
    at.here.engine.dispose()


@pytest.fixture
def w(world_with_provider: World) -> World:
    return world_with_provider


@pytest.fixture
def browser(w: World) -> TestClient:
    return w.browser()


def login_of(browser: TestClient) -> str | None:
    """Who is signed in."""
    return browser.get("/v1/me").json().get("login")


def code_form(browser: TestClient, code: str, **changed: str) -> Any:
    """Send the form that binds an account, as its page gives it."""
    page = read(browser.get("/sign-in/oidc/bind", headers=PAGES).text)
    fields = {one.attributes["name"]: one.attributes.get("value", "") for one in page.all("input")}
    return browser.post("/sign-in/oidc/bind", data=fields | {"code": code} | changed, headers=PAGES)


class TestSomebodyBound:
    def test_is_signed_in_and_led_where_he_wanted_to_go(self, w: World, browser: TestClient) -> None:
        w.bind()
        answer = w.back(browser, "/settlements?lang=en")
        assert (answer.status_code, answer.headers["location"]) == (303, "/settlements?lang=en")
        assert (login_of(browser), COOKIE in browser.cookies) == (LOGIN, False)

    def test_leaves_a_trail(self, w: World, browser: TestClient) -> None:
        w.bind()
        w.back(browser)
        with w.at.desk.engine.connect() as connection:
            (act,) = acts(connection, Wanted(), 10)
        assert (act.act, act.outcome, act.subject) == (f"GET {CALLBACK}", "done", f"登录名 {LOGIN}")

    def test_comes_back_with_whatever_else_the_provider_adds(self, w: World, browser: TestClient) -> None:
        w.bind()
        answer = w.back(browser, iss=w.provider.issuer, session_state="s", authuser="0", scope="openid", hd="x")
        assert (answer.status_code, login_of(browser)) == (303, LOGIN)

    def test_brings_a_code_as_long_as_some_providers_write(self, w: World, browser: TestClient) -> None:
        w.bind()
        assert (w.back(browser, code="c" * 4096).status_code, login_of(browser)) == (303, LOGIN)

    @pytest.mark.parametrize("to", ["//evil.example", "https://evil.example", "/\\evil.example"])
    def test_is_led_to_no_other_server(self, w: World, browser: TestClient, to: str) -> None:
        w.bind()
        assert w.back(browser, to).headers["location"] == "/me"

    def test_who_is_suspended_is_told_so(self, w: World, browser: TestClient) -> None:
        w.bind()
        w.suspend()
        answer = w.back(browser)
        assert (answer.status_code, "上经办 已停用" in answer.text) == (403, True)
        assert login_of(browser) is None


@pytest.mark.proof
class TestTheWayThere:
    def test_is_offered_where_there_is_a_provider(self, w: World, browser: TestClient) -> None:
        link = 'href="/sign-in/oidc?to=/reviews"'
        assert link in browser.get("/sign-in?to=/reviews").text
        without = TestClient(application_of(replace(w.at.here, settings=replace(w.at.here.settings, provider=None))))
        assert "/sign-in/oidc" not in without.get("/sign-in").text
        answer = without.get("/sign-in/oidc")
        assert (answer.status_code, "没有设置统一认证" in answer.text) == (404, True)

    def test_keeps_its_secret_in_a_cookie_of_ten_minutes(self, w: World, browser: TestClient) -> None:
        answer = browser.get("/sign-in/oidc")
        name, *attributes = answer.headers["set-cookie"].split("; ")
        assert name.startswith(f"{COOKIE}=")
        assert sorted(attributes) == ["HttpOnly", "Max-Age=600", "Path=/sign-in/oidc", "SameSite=lax"]
        secure = TestClient(w.at.app, base_url="https://testserver", follow_redirects=False).get("/sign-in/oidc")
        assert "Secure" in secure.headers["set-cookie"].split("; ")

    @pytest.mark.parametrize("host", ["testserver", "evil.example", "testserver:8443"])
    def test_leads_back_to_the_address_of_the_settings_whatever_the_request_says(self, w: World, host: str) -> None:
        answer = w.browser().get("/sign-in/oidc", headers={"Host": host, "X-Forwarded-Host": "evil.example"})
        (callback,) = parse_qs(urlsplit(answer.headers["location"]).query)["redirect_uri"]
        assert callback == f"{ORIGIN}{CALLBACK}"

    def test_is_closed_while_the_provider_is_away(self, w: World, browser: TestClient) -> None:
        w.provider.statuses[DISCOVERY] = 500
        answer = browser.get("/sign-in/oidc", headers=PAGES)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
        assert "统一认证没有应答" in answer.text

    def test_is_waited_for_by_few_while_everybody_reads_on(self, w: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(oidc, "WAIT_SECONDS", 60)
        often = Rate(1e6, 1e6)
        here = replace(w.at.here, settings=replace(w.at.here.settings, rates=Rates(often, often)))
        app = application_of(here)
        w.provider.opened.clear()

        def begin() -> Any:
            return TestClient(app, follow_redirects=False).get("/sign-in/oidc", headers=PAGES)

        with ThreadPoolExecutor(oidc.AT_ONCE) as threads:
            try:
                waiting = [threads.submit(begin) for _ in range(oidc.AT_ONCE)]
                while app.state.relying_party._places._value:  # until all of them have a place
                    time.sleep(0.01)
                answer = begin()
                assert (answer.status_code, "正在登录的人太多" in answer.text) == (503, True)
                assert TestClient(app).get("/settlements").status_code == 200
            finally:
                w.provider.opened.set()
        assert {one.result().status_code for one in waiting} == {303}


@pytest.mark.proof
class TestAnAnswer:
    def refused(self, w: World, answer: Any, words: str, status: int = 403) -> None:
        assert (answer.status_code, words in answer.text) == (status, True)
        assert login.COOKIE not in answer.cookies

    def test_to_no_sign_in_is_refused_with_where_to_begin(self, w: World, browser: TestClient) -> None:
        answer = browser.get(CALLBACK, params={"code": "code-7", "state": "s"}, headers=PAGES)
        self.refused(w, answer, "没有等着这个答复的登录")
        assert f"在 {ORIGIN}/sign-in 重新登录" in answer.text

    @pytest.mark.parametrize("state", ["", "another", "石"])
    def test_with_another_state_is_refused_and_ends_nothing(self, w: World, browser: TestClient, state: str) -> None:
        w.bind()
        right = w.sent(browser)["state"]
        for query in ({"code": "code-7", "state": state}, {"error": "access_denied", "state": state}):
            self.refused(w, browser.get(CALLBACK, params=query, headers=PAGES), "没有等着这个答复的登录")
        assert browser.get(CALLBACK, params={"code": "code-7", "state": right}).headers["location"] == "/me"

    def test_in_another_browser_is_refused(self, w: World, browser: TestClient) -> None:
        w.bind()
        state = w.sent(browser)["state"]
        answer = w.browser().get(CALLBACK, params={"code": "code-7", "state": state}, headers=PAGES)
        self.refused(w, answer, "没有等着这个答复的登录")

    def test_counts_once(self, w: World, browser: TestClient) -> None:
        w.bind()
        query = {"code": "code-7", "state": w.sent(browser)["state"]}
        cookie = browser.cookies[COOKIE]
        assert browser.get(CALLBACK, params=query).status_code == 303
        again = w.browser()
        again.cookies.set(COOKIE, cookie)
        self.refused(w, again.get(CALLBACK, params=query, headers=PAGES), "没有等着这个答复的登录")
        assert w.provider.asked[TOKEN] == 1

    def test_of_a_sign_in_before_this_one_is_refused(self, w: World, browser: TestClient) -> None:
        w.bind()
        before = w.sent(browser)["state"]
        w.sent(browser)
        answer = browser.get(CALLBACK, params={"code": "code-7", "state": before}, headers=PAGES)
        self.refused(w, answer, "没有等着这个答复的登录")

    def test_that_comes_after_ten_minutes_is_refused(self, w: World, browser: TestClient) -> None:
        clock = w.at.app.state.signing_in
        state = w.sent(browser)["state"]
        began = clock._seconds
        clock._seconds = lambda: began() + 600
        answer = browser.get(CALLBACK, params={"code": "code-7", "state": state}, headers=PAGES)
        self.refused(w, answer, "或已过十分钟")

    @pytest.mark.parametrize(
        ("error", "status", "words"),
        [
            ("access_denied", 403, "没有同意登录，或不许登录本系统"),
            ("temporarily_unavailable", 503, "统一认证暂时不能登录"),
            ("<script>", 403, "统一认证不认这次登录（&lt;script&gt;）"),
        ],
    )
    def test_that_is_an_error_is_told(self, w: World, browser: TestClient, error: str, status: int, words: str) -> None:
        self.refused(w, w.back(browser, code="", error=error, error_description="x"), words, status)
        assert w.provider.asked[TOKEN] == 0

    def test_of_another_provider_is_refused(self, w: World, browser: TestClient) -> None:
        self.refused(w, w.back(browser, iss="https://other.example.cn"), "答复来自另一个统一认证")

    def test_with_a_code_the_provider_does_not_know_is_refused(self, w: World, browser: TestClient) -> None:
        state = w.sent(browser)["state"]
        w.provider.answers[TOKEN] = {"error": "invalid_grant"}
        w.provider.statuses[TOKEN] = 400
        answer = browser.get(CALLBACK, params={"code": "code-7", "state": state}, headers=PAGES)
        self.refused(w, answer, "统一认证不认这次登录（invalid_grant）")

    def test_vouched_for_by_a_wrong_token_is_refused(self, w: World, browser: TestClient) -> None:
        state = w.sent(browser)["state"]
        w.provider.vouch(nonce="of another")
        answer = browser.get(CALLBACK, params={"code": "code-7", "state": state}, headers=PAGES)
        self.refused(w, answer, "身份令牌不对（nonce）")

    def test_while_the_provider_is_away_is_told(self, w: World, browser: TestClient) -> None:
        state = w.sent(browser)["state"]
        w.provider.statuses[TOKEN] = 502
        answer = browser.get(CALLBACK, params={"code": "code-7", "state": state}, headers=PAGES)
        self.refused(w, answer, "统一认证没有应答", 503)


class TestSomebodyNotBound:
    def test_is_asked_for_a_code_and_then_signed_in(self, w: World, browser: TestClient) -> None:
        answer = w.back(browser, "/reviews")
        assert (answer.headers["location"], login_of(browser)) == ("/sign-in/oidc/bind", None)
        answer = code_form(browser, w.at.code(LOGIN))
        assert (answer.status_code, answer.headers["location"], login_of(browser)) == (303, "/reviews", LOGIN)
        another = w.browser()
        assert (w.back(another).headers["location"], login_of(another)) == ("/me", LOGIN)  # from now on

    @pytest.mark.parametrize("claims", [{"preferred_username": LOGIN}, {"email": f"{LOGIN}@example.cn"}])
    def test_is_nobody_by_his_name_or_address(self, w: World, browser: TestClient, claims: dict[str, str]) -> None:
        sent = w.sent(browser)
        w.provider.vouch(nonce=sent["nonce"], name="上经办", email_verified=True, **claims)
        answer = browser.get(CALLBACK, params={"code": "code-7", "state": sent["state"]})
        assert (answer.headers["location"], login_of(browser)) == ("/sign-in/oidc/bind", None)

    def test_sees_the_form_again_after_a_wrong_code_and_waits_after_many(self, w: World, browser: TestClient) -> None:
        w.back(browser)
        for _ in range(FREE + 1):
            answer = code_form(browser, "AAAA-AAAA-AAAA-AAAA")
            assert (answer.status_code, "一次性代码不对" in answer.text) == (403, True)
        assert code_form(browser, w.at.code(LOGIN)).status_code == 429

    def test_sends_the_form_of_this_server(self, w: World, browser: TestClient) -> None:
        w.back(browser)
        code = w.at.code(LOGIN)
        for csrf in ("", "another", "石"):
            answer = code_form(browser, code, csrf=csrf)
            assert (answer.status_code, "不是本页发出的" in answer.text) == (403, True)
        answer = browser.post("/sign-in/oidc/bind", data={"code": code}, headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.json()["type"] == "urn:hengjie:problem:csrf"
        assert code_form(browser, code).headers["location"] == "/me"

    def test_does_not_take_the_account_of_another(self, w: World, browser: TestClient) -> None:
        w.back(browser)
        w.bind("upper-approve")
        answer = code_form(browser, w.at.code(LOGIN))
        assert (answer.status_code, "这个账号已绑定另一人" in answer.text) == (403, True)

    def test_is_told_when_suspended_meanwhile(self, w: World, browser: TestClient) -> None:
        w.back(browser)
        code = w.at.code(LOGIN)
        w.suspend()
        answer = code_form(browser, code)
        assert (answer.status_code, "上经办 已停用" in answer.text, login_of(browser)) == (403, True, None)

    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_comes_from_the_provider_first(self, w: World, browser: TestClient, method: str) -> None:
        w.sent(browser)  # begun, and not back yet
        answer = browser.request(method, "/sign-in/oidc/bind", headers=PAGES)
        assert (answer.status_code, "没有等着这个答复的登录" in answer.text) == (403, True)

    def test_finds_the_page_in_both_languages(self, w: World, browser: TestClient) -> None:
        w.back(browser)
        assert "Bind this account" in browser.get("/sign-in/oidc/bind?lang=en").text
        assert "绑定统一认证账号" in browser.get("/sign-in/oidc/bind?lang=zh").text
