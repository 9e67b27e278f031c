"""The page of a settlement: who may propose its next status is given a form, and sees what waits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from settlement import run
from tests.api.makers import NOW, application_of, composed, month_rows
from tests.api.makers import send as ingest
from tests.api.markup import read
from tests.api.people import PAGES, browser_of, give_status, pair_of, send
from tests.clocks import stopped


@pytest.fixture
def served(engine, world):
    """A settlement of one month, the application, and two people of the basin's office."""
    here = replace(composed(engine, world), now=stopped(NOW))
    for station in ("demo-qx2", "demo-qx3"):
        ingest(here, month_rows(station, "2025-08"), f"{station}.csv")
    pair = pair_of(here)
    identity = run.settle(engine, world, "demo-monthly-class", "2025-08", now=NOW)["id"]
    return here, application_of(here), pair, f"/settlements/{identity}"


def shown(client, address):
    answer = client.get(address, headers=PAGES)
    assert answer.status_code == 200, answer.text
    return read(answer.text)


def options(page):
    return [option.attributes["value"] for option in page.all("option")]


def test_who_prepares_proposes_on_the_page_and_another_approves(served):
    here, app, _, address = served
    preparer = browser_of(here, app, "jiang")
    assert options(shown(preparer, address)) == ["待复核", "已撤销"]
    answer = send(preparer, f"{address}/status", status="待复核", reason="数据齐全")
    assert answer.status_code == 303
    assert "demo-monthly-class 2025-08 待复核" in shown(preparer, address).text
    approver = browser_of(here, app, "he")
    assert "demo-monthly-class 2025-08 待复核" in shown(approver, address).text
    proposal = shown(approver, answer.headers["location"])
    assert "数据齐全" in proposal.text
    assert address in [link.attributes["href"] for link in proposal.all("a")]  # what is approved can be read first
    (sums,) = (line.text for line in shown(preparer, address).all("p") if line.attributes.get("class") == "even")
    assert sums and sums in proposal.text
    send(approver, f"{answer.headers['location']}/approve")
    page = shown(preparer, address)
    assert options(page) == ["已确认", "已撤销"]
    assert "没有待批准的" in page.text and "何审定（he）" in page.text


def test_who_may_not_propose_is_told_who_could(served):
    here, app, _, address = served
    page = shown(browser_of(here, app, "he"), address)
    assert options(page) == []
    assert "下一个状态由清溪兰江流域局（虚构）的经办人提出。" in page.text
    answer = send(browser_of(here, app, "he"), f"{address}/status", status="待复核", reason="数据齐全")
    assert answer.status_code == 403 and "可由 江经办 提出" in answer.text


def test_a_stranger_sees_neither_form_nor_proposals(served):
    here, app, pair, address = served
    stranger = browser_of(here, app)
    assert "提出的状态" not in shown(stranger, address).text
    give_status(stranger, pair, address.removeprefix("/settlements/"), "已撤销")
    page = shown(browser_of(here, app, "jiang"), address)
    assert options(page) == []


def test_a_form_of_another_site_proposes_nothing(served):
    here, app, _, address = served
    preparer = browser_of(here, app, "jiang")
    forged = preparer.post(f"{address}/status", data={"status": "待复核", "reason": "x", "csrf": "x"}, headers=PAGES)
    assert forged.status_code == 403
