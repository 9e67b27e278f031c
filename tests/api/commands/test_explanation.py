"""A stored settlement explained, over the API and in a terminal."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.commands import explanation
from api.composition import Composition
from settlement import applied
from settlement.statement.engine_version import ENGINE_VERSION


@pytest.fixture(scope="module")
def tree(client: TestClient, august: str) -> dict[str, Any]:
    """The explanation of August 2025."""
    answer = client.get(f"/v1/settlements/{august}/explanation")
    assert answer.status_code == 200
    return answer.json()


@pytest.mark.proof
def test_the_tree_goes_from_the_obligation_to_the_readings(tree: dict[str, Any]):
    obligation = tree["obligations"][0]
    assert (obligation["payer"], obligation["payee"]) == ("shanzhou", "pingzhou")
    assert [step["value"] for step in obligation["working"]] == ["-500000.00"]
    (evaluation,) = obligation["evaluations"]
    assert evaluation["cap"] == {"amount": "100", "bound": False}
    statistics = [tree["statistics"][place] for place in evaluation["statistics"]]
    assert {one["indicator"]: len(one["used"]) for one in statistics} == dict.fromkeys(
        ("ph", "do", "codmn", "nh3n", "tp"), 168
    )


def test_readings_that_were_not_used_say_why_with_the_value_as_sent(tree: dict[str, Any]):
    told = [(r["value"], r["unit"], r["reason"]) for one in tree["statistics"] for r in one["not_used"]]
    assert told == [
        ("9999 mg/L", "", "sentinel"), ("<script>alert(1)</script> mg/L", "", "unreadable_number"),
        ("0.02", "mg/L", "too_few_readings_a_day"), ("0.11", "mg/L", "维护"),
    ]  # fmt: skip


def test_the_lists_agree_with_the_counts_of_every_stored_statistic(client: TestClient):
    for header in client.get("/v1/settlements").json():
        for one in client.get(f"/v1/settlements/{header['id']}/explanation").json()["statistics"]:
            assert (len(one["used"]), len(one["not_used"])) == (one["readings"], sum(one["left_out"].values()))


def test_one_clause_alone_and_an_unknown_one(client: TestClient, august: str):
    path = f"/v1/settlements/{august}/explanation"
    assert len(client.get(path, params={"clause": "4.1"}).json()["obligations"]) == 2
    unknown = client.get(path, params={"clause": "9"})
    assert (unknown.status_code, unknown.json()["remedy"]) == (400, "可用：4.1")


def test_what_is_not_stored_is_not_found(client: TestClient):
    assert client.get("/v1/settlements/nothing/explanation").status_code == 404


def test_in_a_terminal_it_is_an_indented_text(here: Composition, august: str):
    with here.engine.connect() as connection:
        tree = applied.explained(connection, here.registry, august)
    lines = explanation.lines(tree)
    assert lines[0].endswith(f"，引擎版本 engine version {ENGINE_VERSION}")
    assert lines[2:7] == [
        "净额划转 transfers：",
        "    shanzhou → pingzhou：500000.00 元 yuan",
        "        条款 4.1 2025-08：应付补偿款 = 500000.00",
        "    haizhou → pingzhou：500000.00 元 yuan",
        "        条款 4.1 2025-08：应付补偿款 = 500000.00",
    ]
    assert "shanzhou → pingzhou：500000.00 元 yuan（条款 clause 4.1，2025-08）" in lines
    assert "    修约一次（元，四舍五入）：-50 万元 × 10000；负数由收方付给付方 = -500000.00" in lines
    assert "    条款 clause 4.1 逐月类别补偿 2025-08 qingxi-2 → -50" in lines
    assert "        封顶 cap 100：未触及 not reached" in lines
    assert "        统计 qingxi-2 tp 2025-08：0.25 → 0.25（采用 used 168，天 days 28，未采用 left out 1）" in lines
    assert "            未采用 left out 2025-08-29T08:00+08:00 demo-qx2 0.11 mg/L 维护：维护" in lines
    every = explanation.lines(tree, every_reading=True)
    assert "            2025-08-01T00:00+08:00 demo-qx2 0.25 mg/L" in every
    assert len(every) == len(lines) + 10 * 168


def test_the_pool_is_told_party_by_party_after_the_transfers():
    pool = {"period": "2020", "party": "up", "receives_yuan": "3.00", "pays_yuan": "1.00", "net_yuan": "2.00"}
    head = {"title": "甲", "period": "2020", "id": "x", "as_of": "2021", "source": "乙", "engine_version": "1"}
    lists = "transfers obligations others stops statistics rules limit_below_detection"
    nothing: dict[str, Any] = {key: [] for key in lists.split()}
    assert explanation.lines({**head, **nothing, "pools": [pool]})[2:4] == [
        "资金池 pool（元 yuan）：",
        "    2020 up：应得 receives 3.00 − 应出 pays in 1.00 = 净额 net 2.00",
    ]


def test_an_indication_is_called_one_and_a_month_is_named_once():
    e: dict[str, Any] = dict.fromkeys(("amount", "reason", "scale", "cap"))
    e |= {key: [] for key in ("figures", "working", "statistics", "uses")}
    e |= {
        "clause": "3",
        "title": "",
        "source": "",
        "period": "2021-01",
        "element": {"section": "s1", "month": "2021-01"},
    }
    head = {"title": "甲", "period": "2021-01", "id": "x", "as_of": "2021", "source": "乙", "engine_version": "1"}
    empty = ("transfers", "pools", "obligations", "stops", "statistics", "rules", "limit_below_detection")
    nothing: dict[str, Any] = {key: [] for key in empty}
    both = [e | {"amount": "5", "indication": True}, e | {"amount": "0", "indication": False}]
    assert explanation.lines({**head, **nothing, "others": both})[2:-1] == [
        "预估，不是应付款 indication, not payable：",
        "    条款 clause 3 2021-01 s1 → 5",
        "        出处 source：",
        "没有应付款 no obligation：",
        "    条款 clause 3 2021-01 s1 → 0",
        "        出处 source：",
    ]


def test_a_statistic_says_in_a_terminal_what_stands_in_and_what_is_counted_apart():
    plain = {"mean": "9", "reported": "9", "readings": 3, "days": 3, "left_out": {}, "reason": None, "place": 0}
    series = {"section": "s1", "indicator": "tp", "used": [], "not_used": []}
    stands_in = {"by": "neighbour", "section": "s2", "period": "2020-07"}
    month = {**plain, **series, "period": "2020-07", "stands_in": stands_in}
    year = {**plain, **series, "period": "2020", "stood_in_for": {"months": 1, "readings": 3, "days": 3}}
    [of_month, of_year] = [next(explanation._Writer({0: one}, False)._statistic(one, "")) for one in (month, year)]
    assert of_month.endswith("；缺月替代 stands in：邻近断面 the neighbouring section s2 2020-07）")
    assert of_year.endswith("；另有缺月替代 stood in for 1 个月 months，所用 with 3 个读数 readings、3 天 days）")
