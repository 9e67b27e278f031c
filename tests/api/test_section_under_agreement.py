"""The page of a section shows what was settled: under the agreement that is chosen, with the reason where nothing is.

The border qingxi-2 has whole months and, in November 2025, eighteen days of readings. Under the agreement by class a
month needs twenty, so its settlement stops; the agreement by load asks for fewer, so by its rules there is a mean and a
class, and nothing but December is settled under it.
"""

from __future__ import annotations

import pytest

from api.pages.language import Words
from api.pages.names import Names
from api.pages.sections import under
from settlement import run
from tests.api.makers import NOW, client_of, composed, month_rows, send
from tests.api.markup import read
from tests.api.people import give_status, pair_of
from tests.databases import sqlite

BY_CLASS = "demo-monthly-class"
BY_LOAD = "demo-load-price"
TOO_FEW = "有效天数不足，月均值无效"


@pytest.fixture(scope="module")
def here(world, tmp_path_factory):
    made = composed(sqlite(tmp_path_factory.mktemp("under") / "hengjie.sqlite"), world)
    send(made, [
        *month_rows("demo-qx2", "2025-09"), *month_rows("demo-qx2", "2025-10"),
        *month_rows("demo-qx2", "2025-11", days=18),
        *month_rows("demo-qx3", "2025-10"), *month_rows("demo-qx3", "2025-11"),
    ])  # fmt: skip
    for month in ("2025-10", "2025-11"):
        run.settle(made.engine, world, BY_CLASS, month, now=NOW)
    run.settle(made.engine, world, BY_LOAD, "2025-12", now=NOW)
    yield made
    made.engine.dispose()


@pytest.fixture(scope="module")
def client(here):
    with client_of(here) as opened:
        yield opened


def page(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return read(answer.text)


def table(tree, caption):
    """The rows of the table whose caption begins so, by their first cell."""
    one = next(t for t in tree.all("table") if t.all("caption")[0].text.startswith(caption))
    return {row[0]: [" ".join(cell.split()) for cell in row[1:]] for row in one.table()}


@pytest.mark.parametrize("chosen", ["", f"&agreement={BY_CLASS}"])
def test_a_month_whose_settlement_stopped_has_no_class_and_its_reason(client, chosen):
    months = table(page(client, f"/sections/qingxi-2?year=2025{chosen}"), "月均值")
    assert months["2025-10"][:3] == ["Ⅲ Ⅲ类", "总磷", "2025年10月 试算 采用 5 项"]
    assert months["2025-11"][0] == "— 未评"
    assert TOO_FEW in months["2025-11"][2]
    assert months["2025-09"][2] == "未结算"


def test_the_reason_stands_beside_each_statistic(client):
    rows = table(page(client, f"/sections/qingxi-2?year=2025&agreement={BY_CLASS}"), "2025 年总磷")
    assert rows["2025-10"][-1] == "0.150"
    assert rows["2025-11"][-1] == TOO_FEW
    assert rows["2025-09"][-1] == "未结算"


def test_under_another_agreement_its_own_rules_count_and_nothing_is_settled(client):
    tree = page(client, f"/sections/qingxi-2?year=2025&agreement={BY_LOAD}")
    months = table(tree, "月均值")
    assert (months["2025-10"][2], months["2025-11"][2]) == ("未结算", "未结算")
    assert months["2025-11"][0] != "— 未评"
    chosen = [a.attributes["href"] for a in tree.all("a") if a.attributes.get("aria-current") == "page"]
    assert f"?year=2025&agreement={BY_LOAD}" in chosen


def test_the_page_of_a_month_says_what_was_settled_of_it(client):
    tree = page(client, f"/sections/qingxi-2?month=2025-11&agreement={BY_CLASS}")
    assert TOO_FEW in tree.text
    rows = table(tree, "结算书所载本月统计")
    assert rows["总磷"][0] == TOO_FEW
    other = page(client, f"/sections/qingxi-2?month=2025-11&agreement={BY_LOAD}")
    assert "结算采用：未结算" in "".join(other.text.split())


def test_a_reader_who_chooses_nothing_sees_the_agreement_that_was_settled_then(client):
    """An agreement settled later for another month says nothing of this one."""
    assert TOO_FEW in page(client, "/sections/qingxi-2?month=2025-11").text
    of_basin = table(page(client, "/basins/demo-qingxi"), "断面自上游至下游")
    assert of_basin["山平界（虚构）"][4:6] == ["2025-11", "— 未评"]


def test_a_settlement_leads_to_the_page_under_its_agreement(client):
    identity = client.get("/v1/settlements", params={"period": "2025-11"}).json()[0]["id"]
    links = {a.attributes["href"] for a in page(client, f"/settlements/{identity}").all("a")}
    assert f"/sections/qingxi-2?month=2025-11&agreement={BY_CLASS}" in links


@pytest.mark.parametrize(
    ("agreement", "status", "told"),
    [("nowhere", 404, BY_CLASS), ("xinan-anhui-zhejiang-2018", 400, BY_CLASS), ("", 200, "")],
)
def test_an_agreement_that_does_not_look_at_the_section_is_refused(client, agreement, status, told):
    answer = client.get(f"/sections/qingxi-2?agreement={agreement}")
    assert answer.status_code == status
    assert told in (answer.json()["remedy"] if status != 200 else "")


def test_statistics_of_a_year_are_no_statistics_of_its_months_and_not_unused_either(world):
    """A settlement by the year may state a mean of the year alone."""
    names = Names(Words("zh"), world)
    plain = {"section": "qingxi-2", "period": "2025", "readings": 0, "days": 0, "left_out": {}}
    tp = plain | {"indicator": "tp", "mean": "0.15", "reported": "0.15", "reason": None}
    tn = plain | {"indicator": "tn", "mean": None, "reported": None, "reason": "no_readings"}
    header = {"id": "x", "status": "试算", "period": "2025"}

    def settled(*others):
        month = {"month": "2025-10", "settlement": header, "statistics": [], "longer_or_shorter": list(others)}
        of = under({"agreement": "x", "agreements": [], "settled": [month]}, names)["settled"]["2025-10"]
        return of["absent"], of["used"], of["cells"]

    assert settled() == ([], "结算没有用到", {})
    assert settled(tp) == ([], "按别的期间采用 1 项", {"tp": "按别的期间采用"})
    assert settled(tn) == (["总氮：没有可用的监测数据"], "", {"tn": "没有可用的监测数据"})


def test_a_month_that_something_stands_in_for_says_so(world):
    """The year before stands in for total phosphorus; nitrogen was measured."""
    tp = {
        "section": "qingxi-2", "period": "2025-10", "indicator": "tp", "mean": "0.15", "reported": "0.15",
        "reason": None, "readings": 180, "days": 30, "left_out": {},
        "stands_in": {"by": "previous_year", "section": "qingxi-2", "period": "2024-10"},
    }  # fmt: skip
    tn = {key: value for key, value in tp.items() if key != "stands_in"} | {"indicator": "nh3n"}
    header = {"id": "x", "status": "试算", "period": "2025"}
    month = {"month": "2025-10", "settlement": header, "statistics": [tp, tn], "longer_or_shorter": []}
    of = under({"agreement": "x", "agreements": [], "settled": [month]}, Names(Words("zh"), world))["settled"][
        "2025-10"
    ]
    assert of["used"] == "采用 2 项（1 项顶替）"
    assert of["cells"] == {"tp": "0.150（顶替）", "nh3n": "0.15"}


def test_a_withdrawn_settlement_does_not_speak(world, tmp_path):
    made = composed(sqlite(tmp_path / "hengjie.sqlite"), world)
    send(made, [*month_rows("demo-qx2", "2025-10"), *month_rows("demo-qx3", "2025-10")])
    with client_of(made) as client:
        pair = pair_of(made)

        def shown():
            return table(page(client, "/sections/qingxi-2?year=2025"), "月均值")["2025-10"][2]

        first = run.settle(made.engine, world, BY_CLASS, "2025-10", now=NOW)["id"]
        give_status(client, pair, first, "待复核")
        give_status(client, pair, first, "已确认")
        assert "已确认" in shown()
        give_status(client, pair, first, "已撤销")
        assert shown() == "未结算"
