"""People in a real browser: a one-time code, a password, a proposal, and a second person who approves it."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from api.app import application
from settlement.people.appointing import Named, name_first
from tests.api import makers
from tests.browser.conftest import NO_SCRIPTS
from tests.databases import sqlite
from tests.settlement.people.makers import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.alone, pytest.mark.proof]
WIDTHS = (1280, 390)
OFFICE = "demo-basin-office"


@dataclass(frozen=True)
class Served:
    """The address of an installation whose first two people are named, and their codes."""

    address: str
    codes: dict[str, str]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    here = replace(makers.composed(sqlite(tmp_path / "h.sqlite"), makers.registry()), now=lambda: makers.NOW)
    desk = here.desk
    codes = name_first(desk, OFFICE, Named("lu", "陆管理"), Named("he", "何审定"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(application(here), log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield Served(f"http://127.0.0.1:{listening.getsockname()[1]}", dict(codes))
        server.should_exit = True
        thread.join()


def fill(browser: Any, form: str, **fields: str) -> None:
    """Fill the form that sends to an address, and send it."""
    sent = browser.find_element("css selector", f"form[action='{form}']")
    for name, text in fields.items():
        field = sent.find_element("name", name)
        field.clear()
        field.send_keys(text)
    follow(browser, sent.find_element("css selector", "button[type=submit]"))


def follow(browser: Any, element: Any) -> None:
    """Click what leads to another page, and wait until that page is there."""
    from selenium.webdriver.support.expected_conditions import staleness_of
    from selenium.webdriver.support.ui import WebDriverWait

    element.click()
    wait = WebDriverWait(browser, 20)
    wait.until(staleness_of(element))
    wait.until(lambda opened: opened.execute_script("return document.readyState") == "complete")


def looked_at(browser: Any, name: str) -> None:
    """The page fits every width and the browser complains of nothing; a picture where somebody asks for one."""
    folder = os.environ.get("HENGJIE_PICTURES")
    for width in WIDTHS:
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width, name
        if folder:
            height = browser.execute_script("return document.documentElement.scrollHeight")
            browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics | {"height": height})
            browser.save_screenshot(f"{folder}/{name}-{width}.png")
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    # a wrong password is answered 401, which the browser notes as well
    noted = [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
    assert [entry for entry in noted if entry["source"] != "network"] == [], name


def test_two_people_appoint_a_third(open_browser, served):
    browser = open_browser(**NO_SCRIPTS)
    try:
        _appoint(browser, served)
    finally:
        browser.quit()


def _appoint(browser: Any, served: Served) -> None:
    site = served.address
    browser.get(f"{site}/people")
    assert browser.current_url == f"{site}/sign-in?to=%2Fpeople"
    looked_at(browser, "sign-in")
    fill(browser, "/sign-in/code", code=served.codes["lu"], password=PASSWORD, again=PASSWORD)
    assert browser.current_url == f"{site}/people"
    looked_at(browser, "people")

    browser.get(f"{site}/people?lang=en")
    looked_at(browser, "people-in-english")
    browser.get(f"{site}/people?lang=zh")

    browser.find_element("css selector", "input[value=prepare]").click()
    form = {"login": "qian", "name": "钱经办", "reason": "岗位调整"}
    fill(browser, "/people/appoint", **form)
    proposal = browser.current_url
    assert proposal == f"{site}/proposals/1"
    assert "可由 何审定 批准" in browser.find_element("tag name", "main").text
    looked_at(browser, "proposal-of-mine")
    browser.get(f"{site}/me")
    looked_at(browser, "me")
    fill(browser, "/sign-out")

    fill(browser, "/sign-in", login="he", password="wrong")
    assert "登录名或口令不对" in browser.find_element("tag name", "main").text
    looked_at(browser, "sign-in-wrong")
    fill(browser, "/sign-in/code", code=served.codes["he"], password=PASSWORD, again=PASSWORD)
    follow(browser, browser.find_element("link text", "待办 1"))
    looked_at(browser, "proposals")
    follow(browser, browser.find_element("link text", "任命 钱经办"))
    looked_at(browser, "proposal-to-decide")
    fill(browser, "/proposals/1/approve", reason="同意")
    assert "已批准" in browser.find_element("tag name", "main").text
    looked_at(browser, "proposal-approved")
    browser.get(f"{site}/me")
    fill(browser, "/me/tokens", name="月报程序", days="7")
    assert browser.find_element("css selector", "code.secret").text.startswith("hjt_")
    looked_at(browser, "token")
    browser.get(f"{site}/people")
    assert "钱经办" in browser.find_element("tag name", "table").text
