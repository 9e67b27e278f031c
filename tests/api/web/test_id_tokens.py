"""A token of a provider is believed when all of it is right, and refused for any one thing that is not."""

from __future__ import annotations

import base64
import hmac
import json
from dataclasses import replace

import pytest

from api.web.id_tokens import UnknownKey, subject_of
from basin.errors import Refused
from tests.api.web import makers_of_tokens as makers
from tests.api.web.makers_of_tokens import EXPECTED, INSTANT, keys, token


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().strip("=")


def unsigned(alg: str) -> str:
    """Header and claims of a right token, as whoever knows them may write them."""
    header = encoded(json.dumps({"alg": alg, "kid": "a"}).encode())
    return f"{header}.{encoded(json.dumps(makers.CLAIMS).encode())}"


def signed_by_secret(secret: bytes) -> str:
    """A token signed by HS256, written by hand: the library signs with no public key."""
    beginning = unsigned("HS256")
    return f"{beginning}.{encoded(hmac.digest(secret, beginning.encode(), 'sha256'))}"


def test_a_right_token_names_its_subject() -> None:
    assert subject_of(token(), keys(), EXPECTED) == "subject-7"


def test_so_does_one_signed_by_another_allowed_method() -> None:
    assert subject_of(token("ES256", makers.ec(), "ec"), keys(), EXPECTED) == "subject-7"
    assert subject_of(token("PS256"), keys(), EXPECTED) == "subject-7"


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"iss": "https://id.example.cn/"}, "iss"),
        ({"iss": None}, "iss"),
        ({"aud": "another"}, "aud"),
        ({"aud": []}, "aud"),
        ({"aud": None}, "aud"),
        ({"aud": ["another", "third"]}, "aud"),
        ({"aud": ["hengjie", "another"]}, "azp"),  # for several: it must say for whom it was asked
        ({"aud": ["hengjie", "another"], "azp": "another"}, "azp"),
        ({"azp": "another"}, "azp"),
        ({"nonce": "nonce-8"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"sub": None}, "sub"),
        ({"sub": ""}, "sub"),
        ({"sub": 7}, "sub"),
        ({"exp": INSTANT - 60}, "已过期"),
        ({"exp": None}, "exp"),
        ({"exp": "later"}, "exp"),
        ({"iat": INSTANT + 61}, "iat"),
        ({"iat": None}, "iat"),
        ({"nbf": INSTANT + 61}, "nbf"),
        ({"sub": "张三"}, "不是 ASCII"),
        ({"sub": "a\nb"}, "不是 ASCII"),
        ({"sub": "s" * 256}, "太长"),
    ],
)
def test_a_token_with_one_wrong_claim_is_refused(changed: dict[str, object], why: str) -> None:
    with pytest.raises(Refused, match=why):
        subject_of(token(**changed), keys(), EXPECTED)


def test_the_clocks_of_two_servers_may_differ_by_a_minute() -> None:
    assert subject_of(token(exp=INSTANT - 59, iat=INSTANT + 59), keys(), EXPECTED) == "subject-7"


def test_a_token_for_several_says_for_whom_it_was_asked() -> None:
    assert subject_of(token(aud=["hengjie", "another"], azp="hengjie"), keys(), EXPECTED) == "subject-7"


def test_a_hash_of_the_access_token_must_be_its_hash() -> None:
    with pytest.raises(Refused, match="at_hash"):
        subject_of(token(at_hash="x" * 22), keys(), replace(EXPECTED, access_token="access"))


class TestSignatures:
    def test_of_another_key_with_the_same_name_are_refused(self) -> None:
        with pytest.raises(Refused, match="bad_signature"):
            subject_of(token(key=makers.rsa("b"), kid="a"), keys(), EXPECTED)

    def test_of_a_key_nobody_published_are_told_apart(self) -> None:
        with pytest.raises(UnknownKey):
            subject_of(token(key=makers.rsa("b"), kid="b"), keys(), EXPECTED)

    def test_that_are_none_are_refused(self) -> None:
        with pytest.raises(Refused, match="unsupported_algorithm"):
            subject_of(f"{unsigned('none')}.", keys(), EXPECTED)

    def test_with_a_shared_secret_are_refused_also_with_the_public_key_as_secret(self) -> None:
        public = makers.rsa().as_pem(private=False)
        for secret in (b"the secret of the client", public, public.strip()):
            with pytest.raises(Refused, match="unsupported_algorithm"):
                subject_of(signed_by_secret(secret), keys(), EXPECTED)

    def test_of_changed_claims_are_refused(self) -> None:
        header, _, signature = token().split(".")
        _, claims, _ = token(sub="subject-8").split(".")
        with pytest.raises(Refused, match="bad_signature"):
            subject_of(f"{header}.{claims}.{signature}", keys(), EXPECTED)


@pytest.mark.parametrize("what", [None, "", "a", "a.b", "a.b.c", "....", "石.石.石", {}, 7, "x" * 2**15, "." * 2**15])
def test_what_is_no_token_is_refused(what: object) -> None:
    with pytest.raises(Refused, match="不能采信"):
        subject_of(what, keys(), EXPECTED)
