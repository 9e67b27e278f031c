"""No year's sums vanish because a later year was settled: the first page and the basins offer every year."""

from __future__ import annotations

from datetime import timedelta

import pytest

from api.reads.dues import shown_together
from settlement import run
from settlement.states import StatusChange
from tests.api.makers import NOW, client_of, composed, month_rows, send
from tests.api.markup import read
from tests.clocks import stopped
from tests.databases import sqlite
from tests.settlement.statuses import set_status

AGREEMENT = "demo-monthly-class"


@pytest.fixture(scope="module")
def client(world, tmp_path_factory):
    """August 2024 and August 2025: one class short of the target, 50 万元 each, and in 2024 a second border, too."""
    made = composed(sqlite(tmp_path_factory.mktemp("years") / "hengjie.sqlite"), world)
    for month in ("2024-08", "2025-08"):
        worse = {"tp": "0.25"} if month == "2024-08" else {}
        send(made, [*month_rows("demo-qx2", month, tp="0.25"), *month_rows("demo-qx3", month, **worse)], f"{month}.csv")
        run.settle(made.engine, world, AGREEMENT, month, now=NOW)
    with client_of(made) as opened:
        yield opened
    made.engine.dispose()


def page(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return read(answer.text)


def card(client, address):
    """Periods and sums [万元] of the one basin with sums."""
    (article,) = page(client, address).all("article")
    periods = [strong.text for strong in article.all("strong")]
    return periods, [b.text for b in article.all("b")]


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("/", (["2025年8月"], ["50"])),
        ("/?year=2025", (["2025年8月"], ["50"])),
        ("/?year=2024", (["2024年8月"], ["50", "50"])),
    ],
)
def test_the_first_page_shows_the_year_that_is_chosen(client, address, shown):
    assert card(client, address) == shown


@pytest.mark.parametrize(("address", "sums"), [("", 1), ("?year=2025", 1), ("?year=2024", 2)])
def test_the_page_of_a_basin_does_so_in_words_and_in_the_drawing(client, address, sums):
    tree = page(client, f"/basins/demo-qingxi{address}")
    assert tree.text.count("试算额 50 万元") == sums
    assert tree.all("svg")[0].text.count("试算额") == sums
    assert tree.all("svg")[0].text.count("50 万元") == sums


def test_every_year_is_offered_and_the_chosen_one_is_marked(client):
    for address in ("/", "/basins/demo-qingxi"):
        links = page(client, f"{address}?year=2024").all("nav")[-1].all("a")
        assert [a.text for a in links] == ["最近一年", "2024", "2025"]
        assert [a.text for a in links if a.attributes.get("aria-current")] == ["2024"]
        assert [a.attributes["href"] for a in links] == [address, f"{address}?year=2024", f"{address}?year=2025"]


def test_a_year_without_settlements_says_so(client):
    for address in ("/", "/basins/demo-qingxi"):
        assert "2019 年没有结算。" in page(client, f"{address}?year=2019").text


def test_sums_of_settlements_of_which_some_are_confirmed_are_called_so(world, tmp_path):
    """August is confirmed and payable, September is still a trial: their sum is neither."""
    made = composed(sqlite(tmp_path / "hengjie.sqlite"), world)
    for month in ("2025-08", "2025-09"):
        send(made, [*month_rows("demo-qx2", month, tp="0.25"), *month_rows("demo-qx3", month)], f"{month}.csv")
    first = run.settle(made.engine, world, AGREEMENT, "2025-08", now=NOW)["id"]
    second = run.settle(made.engine, world, AGREEMENT, "2025-09", now=NOW)["id"]

    def confirm(identity):
        for status, person in (("待复核", "甲"), ("已确认", "乙")):
            set_status(made.engine, identity, StatusChange(status, person, "示例"), stopped(NOW))

    with client_of(made) as client:
        words = [page(client, "/").all("article")[0].all("small")[0].text]
        for identity in (first, second):
            confirm(identity)
            words.append(page(client, "/").all("article")[0].all("small")[0].text)
    assert words == ["试算额", "合计，部分已确认", "应付额"]


def test_a_confirmed_sum_is_shown_until_it_is_withdrawn_also_beside_a_newer_trial(world, tmp_path):
    """August is confirmed; a correction makes a trial of August, one class worse, that nobody owes yet."""
    made = composed(sqlite(tmp_path / "hengjie.sqlite"), world)
    send(made, [*month_rows("demo-qx2", "2025-08", tp="0.25"), *month_rows("demo-qx3", "2025-08")], "august.csv")
    first = run.settle(made.engine, world, AGREEMENT, "2025-08", now=NOW)["id"]
    for status, person in (("待复核", "甲"), ("已确认", "乙")):
        set_status(made.engine, first, StatusChange(status, person, "示例"), stopped(NOW))
    later = NOW + timedelta(days=1)
    send(made, month_rows("demo-qx2", "2025-08", tp="0.35"), "corrected.csv", later)
    second = run.settle(made.engine, world, AGREEMENT, "2025-08", now=later + timedelta(hours=1))["id"]
    assert second != first
    with client_of(made) as client:
        assert page(client, "/").all("article")[0].all("small")[0].text == "应付额"
        assert card(client, "/") == (["2025年8月"], ["50"])
        set_status(made.engine, first, StatusChange("已撤销", "丙", "示例"), stopped(later + timedelta(hours=2)))
        assert page(client, "/").all("article")[0].all("small")[0].text == "试算额"
        assert card(client, "/") == (["2025年8月"], ["100"])
    made.engine.dispose()


def test_a_trial_of_the_whole_year_stands_beside_its_confirmed_months_and_hides_none(world, tmp_path):
    """August is confirmed; then the whole of 2025 is tried, when July has come as well and is one class worse, too."""
    made = composed(sqlite(tmp_path / "hengjie.sqlite"), world)
    send(made, [*month_rows("demo-qx2", "2025-08", tp="0.25"), *month_rows("demo-qx3", "2025-08")], "august.csv")
    august = run.settle(made.engine, world, AGREEMENT, "2025-08", now=NOW)["id"]
    for status, person in (("待复核", "甲"), ("已确认", "乙")):
        set_status(made.engine, august, StatusChange(status, person, "示例"), stopped(NOW))
    later = NOW + timedelta(days=1)
    send(made, [*month_rows("demo-qx2", "2025-07", tp="0.25"), *month_rows("demo-qx3", "2025-07")], "july.csv", later)
    run.settle(made.engine, world, AGREEMENT, "2025", now=later + timedelta(hours=1))
    with client_of(made) as client:
        for address in ("/", "/basins/demo-qingxi"):
            text = page(client, address).text
            assert text.index("应付额 50 万元") < text.index("试算额 100 万元"), address
        assert card(client, "/") == (["2025年8月", "2025年"], ["50", "100"])
    made.engine.dispose()


@pytest.mark.parametrize(
    ("settled", "shown"),
    [
        (["2025 试算", "2025-08 已确认"], [["2025-08"], ["2025"]]),
        (["2025 待复核", "2025-09 已确认", "2025-08 已确认"], [["2025-08", "2025-09"], ["2025"]]),
        (["2025 试算", "2024..2025 已确认"], [["2024..2025"], ["2025"]]),
        (["2025 已确认", "2025-08 已确认"], [["2025"]]),
        (["2025-09 试算", "2025 已确认"], [["2025"]]),
        (["2025-09 试算", "2025-08 已确认"], [["2025-08", "2025-09"]]),
        (["2025 试算", "2025-08 试算"], [["2025"]]),
    ],
)
def test_what_is_confirmed_is_never_hidden_by_a_trial(settled, shown):
    headers = [dict(zip(("period", "status"), text.split(), strict=True)) for text in settled]
    lines = shown_together(headers, "2025")
    assert [[header["period"] for header in together] for together in lines] == shown
