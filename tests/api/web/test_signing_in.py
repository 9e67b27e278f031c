"""A sign-in at a provider is remembered for ten minutes, answered once, and by its own browser."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from api.web import signing_in
from api.web.signing_in import Begun, SigningIn, Vouched, begun


@dataclass
class Seconds:
    """A clock that stands until it is moved."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


BEGUN = Begun("state", "nonce", "verifier", "/reviews")
VOUCHED = Vouched("https://id.example.cn", "subject-7", "/reviews")


def test_no_two_share_a_secret() -> None:
    all_of_them = [begun("/"), begun("/")]
    secrets = {text for one in all_of_them for text in (one.state, one.nonce, one.verifier)}
    assert len(secrets) == 6
    assert min(map(len, secrets)) >= 43  # as a verifier of PKCE must have


def test_an_answer_counts_once() -> None:
    under_way = SigningIn(Seconds())
    secret = under_way.keep(BEGUN)
    assert under_way.take(secret, "state") == BEGUN
    assert under_way.take(secret, "state") is None


@pytest.mark.parametrize("state", ["", "State", "state ", "石"])
def test_an_answer_to_another_takes_nothing_away(state: str) -> None:
    under_way = SigningIn(Seconds())
    secret = under_way.keep(BEGUN)
    assert under_way.take(secret, state) is None
    assert under_way.take(secret, "state") == BEGUN


def test_another_browser_has_none() -> None:
    under_way = SigningIn(Seconds())
    under_way.keep(BEGUN)
    assert under_way.take("", "state") is None
    assert under_way.take("another", "state") is None


@pytest.mark.parametrize(("seconds", "is_there"), [(599.0, True), (600.0, False)])
def test_it_lasts_ten_minutes(seconds: float, is_there: bool) -> None:
    clock = Seconds()
    under_way = SigningIn(clock)
    first = under_way.keep(BEGUN)
    second = under_way.keep(VOUCHED)
    clock.now = seconds
    assert (under_way.vouched(second) is not None) is is_there
    assert (under_way.take(first, "state") is not None) is is_there


def test_who_is_vouched_for_may_try_several_times_and_is_forgotten_when_bound() -> None:
    under_way = SigningIn(Seconds())
    secret = under_way.keep(VOUCHED)
    assert under_way.vouched(secret) == under_way.vouched(secret) == VOUCHED
    assert under_way.take(secret, "") is None  # which is no answer of a provider
    under_way.forget(secret)
    assert under_way.vouched(secret) is None


def test_the_oldest_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing_in, "MOST", 3)
    under_way = SigningIn(Seconds())
    secrets = [under_way.keep(BEGUN) for _ in range(5)]
    assert [under_way.take(secret, "state") is not None for secret in secrets] == [False, False, True, True, True]
