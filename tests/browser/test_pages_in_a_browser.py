"""The pages in a real browser: nothing fails, nothing is asked outside, and nothing is lost without scripts."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import Engine

from settlement import store

pytestmark = [pytest.mark.browser, pytest.mark.alone, pytest.mark.proof]
PLAIN = ("/", "/basins/demo-qingxi", "/sections/qingxi-2", "/sections/qingxi-2?month=2025-08", "/settlements")
LISTS = ("/assessments", "/submissions", "/submissions/2", "/docs")


def documents(engine: Engine) -> list[str]:
    """The addresses of a settlement and an assessment."""
    with engine.connect() as connection:
        settlement, assessment = store.settlements(connection, period="2025-08"), store.assessments(connection)
    return [f"/settlements/{settlement[0]['id']}", f"/assessments/{assessment[0]['id']}"]


@pytest.fixture(scope="module")
def addresses(here):
    return [*PLAIN, *LISTS, *documents(here.engine)]


def requests_since(browser) -> list[str]:
    """Addresses that the page asked for since the last look."""
    messages = (json.loads(entry["message"])["message"] for entry in browser.get_log("performance"))
    return [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]


def test_no_page_reports_an_error_or_asks_anyone_outside(browser, site, addresses):
    requests_since(browser)  # what the browser asked itself when it started
    for address in addresses:
        browser.get(site + address)
        assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == [], address
        asked = requests_since(browser)
        assert asked, address
        assert [url for url in asked if not url.startswith((f"{site}/", "data:"))] == [], address


def test_every_page_fits_a_telephone(browser, site, addresses):
    """Wide tables scroll inside their own frame; the page itself never does."""
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": 390, "height": 800, "deviceScaleFactor": 2, "mobile": True}
    )
    try:
        for address in addresses:
            if address == "/docs":
                continue
            browser.get(site + address)
            assert browser.execute_script("return document.documentElement.scrollWidth") <= 390, address
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_the_description_of_the_api_lists_its_operations(browser, site):
    from selenium.webdriver.support.ui import WebDriverWait

    browser.get(f"{site}/docs")
    shown = WebDriverWait(browser, 20).until(lambda b: b.find_elements("css selector", ".opblock-summary-path"))
    assert "/v1/settlements" in {one.get_attribute("data-path") for one in shown}


def test_the_keyboard_reaches_the_content_first(browser, site):
    from selenium.webdriver.common.keys import Keys

    browser.get(f"{site}/")
    browser.find_element("tag name", "body").send_keys(Keys.TAB)
    assert browser.switch_to.active_element.get_attribute("href") == f"{site}/#content"


def test_one_can_walk_from_who_owes_whom_to_the_readings(browser, site):
    browser.get(f"{site}/")
    for link in ("清溪（虚构）", "山平界（虚构）", "2025-08"):
        browser.find_element("link text", link).click()
    assert browser.current_url == f"{site}/sections/qingxi-2?month=2025-08&agreement=demo-monthly-class"
    assert "维护" in browser.find_element("tag name", "table").text


def test_money_and_its_arrow_are_in_the_drawing(browser, site):
    browser.get(f"{site}/basins/demo-qingxi")
    drawing = browser.find_element("css selector", "svg.schematic")
    assert drawing.find_elements("css selector", ".flowline")[0].is_displayed()
    assert "50 万元" in drawing.text


def test_tables_are_visible_without_scripts(plain_browser, site, addresses):
    for address in addresses:
        plain_browser.get(site + address)
        tables = plain_browser.find_elements("tag name", "table")
        assert any(table.is_displayed() for table in tables), address


def test_the_pages_follow_a_dark_screen(browser, site):
    def background(scheme: str) -> str:
        browser.execute_cdp_cmd(
            "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
        )
        browser.get(f"{site}/")
        return browser.execute_script("return getComputedStyle(document.documentElement).backgroundColor")

    assert background("dark") != background("light")
