"""What this server asks a provider, what it believes of the answers, and how it bears one that fails."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from threading import Barrier, Thread
from urllib.parse import parse_qs, urlsplit

import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from api.settings import Provider
from api.web import oidc
from api.web.oidc import RelyingParty, refused_by_provider
from api.web.signing_in import Begun
from basin.errors import Refused, Unavailable
from tests.api.web import makers_of_tokens as makers
from tests.api.web.invented_provider import DISCOVERY, KEYS, TOKEN, Invented, invented
from tests.api.web.makers_of_tokens import NOW
from tests.api.web.test_signing_in import Seconds

pytestmark = pytest.mark.alone

CALLBACK = "https://hengjie.example.cn/sign-in/oidc/callback"
BEGUN = Begun("state-7", "nonce-7", "v" * 43, "/")


@pytest.fixture
def provider() -> Iterator[Invented]:
    with invented() as listening:
        yield listening


@pytest.fixture
def clock() -> Seconds:
    return Seconds()


@pytest.fixture
def party(provider: Invented, clock: Seconds) -> RelyingParty:
    return RelyingParty(Provider(provider.issuer, "hengjie", "kept to oneself"), CALLBACK, clock)


def test_a_browser_is_sent_with_state_nonce_and_the_challenge_of_a_verifier(party: RelyingParty) -> None:
    sent = parse_qs(urlsplit(party.address_for(BEGUN)).query)
    assert {name: values[0] for name, values in sent.items()} == {
        "response_type": "code",
        "client_id": "hengjie",
        "redirect_uri": CALLBACK,
        "scope": "openid",
        "state": "state-7",
        "nonce": "nonce-7",
        "code_challenge": create_s256_code_challenge("v" * 43),
        "code_challenge_method": "S256",
    }


class TestACode:
    def test_becomes_the_subject_of_the_token(self, party: RelyingParty, provider: Invented) -> None:
        assert party.subject("code-7", BEGUN, NOW) == "subject-7"
        (form,) = provider.forms
        assert form == {
            "grant_type": ["authorization_code"], "code": ["code-7"], "code_verifier": ["v" * 43],
            "redirect_uri": [CALLBACK],
        }  # fmt: skip
        assert (provider.authorizations[0] or "").startswith("Basic ")

    def test_is_sent_with_the_secret_in_the_form_where_the_provider_takes_no_other(
        self, party: RelyingParty, provider: Invented
    ) -> None:
        provider.discovery(token_endpoint_auth_methods_supported=["private_key_jwt", "client_secret_post"])
        party.subject("code-7", BEGUN, NOW)
        assert provider.forms[0]["client_secret"] == ["kept to oneself"]
        assert provider.authorizations == [None]

    @pytest.mark.parametrize("code", ["", "c" * 4097, "石", "a\nb"])
    def test_that_is_none_is_not_sent(self, party: RelyingParty, provider: Invented, code: str) -> None:
        with pytest.raises(Refused, match="统一认证不认这次登录"):
            party.subject(code, BEGUN, NOW)
        assert provider.asked[TOKEN] == 0

    def test_that_the_provider_does_not_know_is_refused(self, party: RelyingParty, provider: Invented) -> None:
        provider.answers[TOKEN] = {"error": "invalid_grant", "error_description": "<b>used</b>"}
        provider.statuses[TOKEN] = 400
        with pytest.raises(Refused, match=r"不认这次登录（invalid_grant）"):
            party.subject("code-7", BEGUN, NOW)

    def test_answered_with_a_token_of_another_sign_in_is_refused(self, party: RelyingParty, provider: Invented) -> None:
        provider.vouch(nonce="nonce-8")
        with pytest.raises(Refused, match="nonce"):
            party.subject("code-7", BEGUN, NOW)

    def test_answered_without_an_identity_token_is_refused(self, party: RelyingParty, provider: Invented) -> None:
        provider.answers[TOKEN] = {"access_token": "access", "token_type": "Bearer"}
        with pytest.raises(Refused, match="没有身份令牌"):
            party.subject("code-7", BEGUN, NOW)


class TestKeys:
    def test_that_are_new_are_fetched_once_in_half_a_minute(
        self, party: RelyingParty, provider: Invented, clock: Seconds
    ) -> None:
        party.address_for(BEGUN)
        provider.answers[KEYS] = {"keys": [makers.rsa("b").as_dict(private=False)]}
        provider.vouch(key=makers.rsa("b"), kid="b")
        with pytest.raises(Refused, match="不认这次登录（kid）"):  # its keys were fetched a moment ago
            party.subject("code-7", BEGUN, NOW)
        clock.now = 30
        assert party.subject("code-7", BEGUN, NOW) == "subject-7"
        assert provider.asked[KEYS] == 2

    def test_are_fetched_again_after_an_hour(self, party: RelyingParty, provider: Invented, clock: Seconds) -> None:
        for clock.now in (0, 3_599, 3_600):
            party.address_for(BEGUN)
        assert provider.asked == {DISCOVERY: 2, KEYS: 2}

    @pytest.mark.parametrize(
        "written", [{}, [], {"keys": []}, {"keys": None}, {"keys": [7]}, {"keys": [{"kty": "RSA"}]}, b"<html>", b""]
    )
    def test_that_are_none_are_told(self, party: RelyingParty, provider: Invented, written: object) -> None:
        provider.answers[KEYS] = written
        with pytest.raises(Unavailable, match="答复读不懂"):
            party.address_for(BEGUN)


class TestAProviderThatFails:
    def test_is_not_asked_again_for_half_a_minute(
        self, party: RelyingParty, provider: Invented, clock: Seconds
    ) -> None:
        provider.statuses[DISCOVERY] = 500
        for clock.now in (0, 29.9):
            with pytest.raises(Unavailable, match="统一认证没有应答") as refusal:
                party.address_for(BEGUN)
            assert (refusal.value.status, refusal.value.headers["Retry-After"]) == (503, "30")
        assert provider.asked[DISCOVERY] == 1
        provider.statuses.clear()
        clock.now = 30
        assert party.address_for(BEGUN)

    def test_by_not_being_there(self, party: RelyingParty) -> None:
        nowhere = RelyingParty(Provider("http://127.0.0.1:9", "hengjie", "x"), CALLBACK, Seconds())
        with pytest.raises(Unavailable, match="统一认证没有应答"):
            nowhere.address_for(BEGUN)

    @pytest.mark.parametrize(
        ("changed", "why"),
        [
            ({"issuer": "https://other.example.cn"}, "自称 https://other.example.cn，与 HENGJIE_OIDC_ISSUER 不同"),
            ({"issuer": None}, "与 HENGJIE_OIDC_ISSUER 不同"),
            ({"token_endpoint": "http://id.example.cn/token"}, "不是 https"),
            ({"jwks_uri": "file:///etc/passwd"}, "不是 https"),
            ({"authorization_endpoint": None}, "不是 https"),
            ({"token_endpoint_auth_methods_supported": 7}, "答复读不懂"),
        ],
    )
    def test_by_saying_of_itself_what_cannot_be(
        self, party: RelyingParty, provider: Invented, changed: dict[str, object], why: str
    ) -> None:
        provider.discovery(**changed)
        with pytest.raises(Unavailable, match=why):
            party.address_for(BEGUN)

    @pytest.mark.parametrize("path", [DISCOVERY, KEYS, TOKEN])
    def test_by_leading_elsewhere_is_not_followed(self, party: RelyingParty, provider: Invented, path: str) -> None:
        provider.statuses[path] = 302
        provider.headers["Location"] = "/elsewhere"
        with pytest.raises(Unavailable, match="统一认证没有应答，或答复读不懂"):
            party.subject("code-7", BEGUN, NOW)
        assert provider.asked["/elsewhere"] == 0

    @pytest.mark.parametrize("path", [DISCOVERY, TOKEN])
    def test_by_answers_without_end(
        self, party: RelyingParty, provider: Invented, path: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(oidc, "MOST_BYTES", 4_000)
        provider.answers[path] = b" " * 4_001
        with pytest.raises(Unavailable, match="答复读不懂"):
            party.subject("code-7", BEGUN, NOW)

    def test_by_an_answer_that_drips(self, provider: Invented, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(oidc, "BLOCK", 1)
        six_seconds_each = count(0.0, 6.0)
        party = RelyingParty(Provider(provider.issuer, "hengjie", "x"), CALLBACK, lambda: next(six_seconds_each))
        with pytest.raises(Unavailable, match="答复读不懂"):
            party.address_for(BEGUN)

    def test_by_an_answer_that_is_cut_off(self, party: RelyingParty, provider: Invented) -> None:
        provider.headers["Content-Length"] = "999999"
        with pytest.raises(Unavailable, match="答复读不懂"):
            party.address_for(BEGUN)

    @pytest.mark.parametrize("body", [b"[" * 100_000, b"null", b"7", b'"a"', b"\xff", b"<html>"])
    def test_by_answers_that_are_no_documents(self, party: RelyingParty, provider: Invented, body: bytes) -> None:
        provider.answers[TOKEN] = body
        with pytest.raises(Unavailable, match="答复读不懂"):
            party.subject("code-7", BEGUN, NOW)

    def test_by_being_slow_keeps_few_waiting(self, party: RelyingParty, monkeypatch: pytest.MonkeyPatch) -> None:
        both_wait = Barrier(2)
        told = Barrier(2)

        def slow(*_: object, **__: object) -> None:
            both_wait.wait(10)
            told.wait(10)
            raise OSError

        monkeypatch.setattr(party, "_places", oidc.BoundedSemaphore(1))
        monkeypatch.setattr(party, "_asked", slow)

        def waits() -> None:
            with pytest.raises(Unavailable):
                party.address_for(BEGUN)

        waiting = Thread(target=waits)
        waiting.start()
        both_wait.wait(10)
        with pytest.raises(Unavailable, match="正在登录的人太多"):
            party.address_for(BEGUN)
        told.wait(10)
        waiting.join()


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        ("access_denied", 403, "没有同意登录，或不许登录"),
        ("server_error", 503, "暂时不能登录"),
        ("temporarily_unavailable", 503, "暂时不能登录"),
        ("login_required", 403, "不认这次登录（login_required）"),
        ("x" * 1000, 403, "不认这次登录（x"),
    ],
)
def test_what_the_provider_says_without_a_code(error: str, status: int, sentence: str) -> None:
    problem = refused_by_provider(error)
    assert (problem.status, sentence in problem.zh, len(problem.zh) < 100, bool(problem.remedy)) == (
        status, True, True, True,
    )  # fmt: skip
