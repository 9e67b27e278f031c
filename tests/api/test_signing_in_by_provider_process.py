"""Signing in at a provider of OpenID Connect that somebody else wrote, running as a process of its own."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import httpx2
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from api.settings import Provider
from basin.registry import Registry
from tests.api.makers import application_of
from tests.api.people import PAGES, House, house
from tests.api.test_signing_in_by_provider import LOGIN, ORIGIN, code_form, login_of

pytestmark = [pytest.mark.alone, pytest.mark.proof]

START_SECONDS = 60


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """The address of the provider; it asks whoever comes for the subject he wants to be."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce", "true"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            for _ in range(START_SECONDS * 10):
                if process.poll() is not None or answers(address):
                    break
                time.sleep(0.1)
            assert process.poll() is None, "the provider did not start"
            yield address
        finally:
            process.terminate()


def answers(address: str) -> bool:
    try:
        return httpx2.get(address).status_code == 200
    except httpx2.TransportError:
        return False


@pytest.fixture
def at(engine: Engine, world: Registry, issuer: str) -> Iterator[House]:
    # the provider's clock is the real one, and its tokens are compared with this server's
    made = house(engine, world)
    made.clock.now = datetime.now(UTC)
    settings = replace(made.here.settings, provider=Provider(issuer, "hengjie", "kept to oneself"), origin=ORIGIN)
    here = replace(made.here, settings=settings)
    yield replace(made, here=here, app=application_of(here))
    here.engine.dispose()


def back_from(browser: TestClient, **form: str) -> httpx2.Response:
    """Begin, fill in the form of the provider, and follow where it leads."""
    sent = browser.get("/sign-in/oidc?to=/reviews", headers=PAGES)
    answer = httpx2.post(sent.headers["location"], data=form)
    assert answer.status_code == 302
    return browser.get(answer.headers["location"].removeprefix(ORIGIN), headers=PAGES)


def test_an_account_is_bound_by_a_code_and_signs_in_from_then_on(at: House) -> None:
    browser = at.client()
    assert back_from(browser, sub="subject-9").headers["location"] == "/sign-in/oidc/bind"
    assert code_form(browser, at.code(LOGIN)).headers["location"] == "/reviews"
    another = at.client()
    assert back_from(another, sub="subject-9").headers["location"] == "/reviews"
    assert (login_of(browser), login_of(another)) == (LOGIN, LOGIN)


def test_another_account_is_nobody_here_whatever_it_is_called(at: House) -> None:
    browser = at.client()
    assert back_from(browser, sub=LOGIN).headers["location"] == "/sign-in/oidc/bind"
    assert login_of(browser) is None


def test_an_answer_without_our_state_says_nothing_to_us(at: House) -> None:
    answer = back_from(at.client(), action="deny")  # this provider sends no state along when somebody says no
    assert (answer.status_code, "没有等着这个答复的登录" in answer.text) == (403, True)
