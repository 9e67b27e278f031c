"""Lists say who pays whom how much, what the sum is, and hold only what was asked for."""

from __future__ import annotations

import csv
import io

import pytest

from monitoring_ingest.database.engine import writing
from monitoring_ingest.records.store import record_submission
from settlement import store
from settlement.states import REVOKED, StatusChange
from tests.api.makers import NOW, XINAN, client_of, composed, fill
from tests.api.markup import read
from tests.databases import sqlite

AUGUST = [
    {"payer": "shanzhou", "payee": "pingzhou", "amount_yuan": "500000.00"},
    {"payer": "haizhou", "payee": "pingzhou", "amount_yuan": "500000.00"},
]
SHOWN = ["山州（虚构） 海州（虚构）", "平州（虚构） 平州（虚构）", "50 50"]
HEADS = ["协议", "流域", "期间", "付方", "收方", "万元", "金额性质", "性质", "状态", "数据截至", "指纹"]


def listed(client, address):
    """The rows of the list of settlements, without the heads."""
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    heads, *rows = read(answer.text).all("table")[0].table()
    assert heads == HEADS
    return rows


class TestPage:
    def test_a_settlement_shows_payer_payee_and_sum_called_by_its_status(self, client):
        (august,) = listed(client, "/settlements?period=2025-08")
        assert august[3:9] == [*SHOWN, "试算额", "完整", "试算"]

    def test_one_without_sums_says_whether_that_is_zero_or_could_not_be_computed(self, client):
        (november,) = listed(client, "/settlements?period=2025-11")
        (stopped,) = listed(client, f"/settlements?agreement={XINAN}")
        assert "未能算出" in (november[3], stopped[3])
        assert stopped[3:6] == ["未能算出", "中止", "试算"]

    @pytest.mark.parametrize(
        ("asked", "count"),
        [
            ("", 3),
            ("basin=demo-qingxi", 2),
            ("basin=xinan&period=2020", 1),
            ("period=2025", 2),
            ("party=anhui", 1),
            ("status=%E8%AF%95%E7%AE%97", 3),
            ("basin=&agreement=&period=&party=&status=", 3),
        ],
    )
    def test_it_is_narrowed_as_the_api_is(self, client, asked, count):
        assert len(listed(client, f"/settlements?{asked}")) == count
        assert len(client.get(f"/v1/settlements?{asked}").json()) == count

    @pytest.mark.parametrize("asked", ["status=%E5%B7%B2%E7%A1%AE%E8%AE%A4", "period=2019"])
    def test_what_nothing_fits_is_an_empty_list_that_says_so(self, client, asked):
        assert listed(client, f"/settlements?{asked}") == [["没有这样的结算"]]
        assert "共 0 份。" in read(client.get(f"/settlements?{asked}").text).text

    @pytest.mark.parametrize("asked", ["agreement=nowhere", "basin=nowhere", "party=nowhere", "status=done"])
    def test_what_nobody_declared_is_not_found(self, client, asked):
        assert client.get(f"/settlements?{asked}").status_code == 404

    def test_the_form_keeps_what_was_chosen_and_needs_no_script(self, client):
        tree = read(client.get("/settlements?basin=xinan&period=2020").text)
        (form,) = tree.all("form")
        assert (form.attributes["method"], form.attributes["action"]) == ("get", "/settlements")
        assert [o.attributes["value"] for o in form.all("option") if "selected" in o.attributes] == ["xinan"]
        assert form.all("input") or 'name="period" value="2020"' in client.get("/settlements?period=2020").text
        links = {a.attributes["href"] for a in tree.all("a")}
        assert {"/v1/settlements.csv?basin=xinan&period=2020", "/v1/settlements?basin=xinan&period=2020"} <= links

    def test_assessments_are_narrowed_too(self, client):
        def count(asked):
            return "没有这样的评价" not in client.get(f"/assessments?{asked}").text

        assert [count(asked) for asked in ("basin=demo-qingxi", "basin=xinan", "period=2025", "period=2019")] == [
            True, False, True, False,
        ]  # fmt: skip


class TestApi:
    def test_a_header_has_its_transfers_without_the_working(self, client):
        (august,) = client.get("/v1/settlements", params={"period": "2025-08"}).json()
        assert august["transfers"] == AUGUST

    def test_in_csv_there_is_a_row_per_payer_and_payee_and_one_without_any(self, client):
        rows = list(csv.DictReader(io.StringIO(client.get("/v1/settlements.csv").text)))
        sums = [(row["period"], row["payer"], row["payee"], row["amount_yuan"]) for row in rows]
        assert [of for of in sums if of[0] == "2025-08"] == [
            ("2025-08", "shanzhou", "pingzhou", "500000.00"),
            ("2025-08", "haizhou", "pingzhou", "500000.00"),
        ]
        assert ("2020-08", "", "", "") in sums


def test_a_list_that_is_cut_says_so(world, tmp_path):
    """A page shows the newest 300; one more is not hidden in silence."""
    made = composed(sqlite(tmp_path / "hengjie.sqlite"), world)
    said = []
    with client_of(made) as client:
        for count in (300, 1):
            with writing(made.engine) as connection:
                for _ in range(count):
                    record_submission(connection, ("readings", "", "a.csv"), [("a.csv", b"station,time")], NOW)
            said.append("这里只列最新的 300 条" in client.get("/submissions").text)
    assert said == [False, True]


def test_sums_and_filters_on_both_databases(blank):
    """The sums are read out of the stored documents, which each database does in its own words."""
    fill(blank)
    with client_of(blank) as client:
        (august,) = client.get("/v1/settlements", params={"period": "2025-08", "status": "试算"}).json()
        assert august["transfers"] == AUGUST
        with writing(blank.engine) as connection:
            store.add_status(connection, august["id"], StatusChange(REVOKED, "张三", "读数有误"), [], NOW)
        withdrawn = client.get("/v1/settlements", params={"status": REVOKED}).json()
        assert [one["id"] for one in withdrawn] == [august["id"]]
        (row,) = listed(client, "/settlements?period=2025-08")
        assert row[3:9] == [*SHOWN, "已撤销额", "完整", "已撤销"]
