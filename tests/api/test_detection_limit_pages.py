"""Detection limits above the limit, as a reviewer meets them: on the pages of settlement and section, and explained.

The border qingxi-2 is to reach Ⅲ: NH3-N at most 1 mg/L. In August every NH3-N reading of its station is ``<1.5``, which
counts as 0.75 under the demonstration agreement and passes as Ⅲ; in September the readings are the usual 0.40.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.commands import explanation
from api.composition import Composition
from basin.registry import Registry
from settlement import applied, run
from tests.api.makers import NOW, client_of, composed, month_rows, row, send
from tests.api.markup import Element, read
from tests.databases import sqlite

NOTICE = "既不能判达标，也不能判超标"
HEADS = ["断面", "指标", "期间", "读数", "最高检出限", "限值", "限值依据"]
AUGUST = ["山平界（虚构）", "氨氮 mg/L", "2025年8月", "168", "1.5", "1", "Ⅲ类限值"]


@pytest.fixture(scope="module")
def served(world: Registry, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Composition]:
    """Two months of the border; in August NH3-N could not be seen as low as its limit."""
    made = composed(sqlite(tmp_path_factory.mktemp("limits") / "hengjie.sqlite"), world)
    send(made, [
        *month_rows("demo-qx2", "2025-08", nh3n="<1.5"), row("demo-qx2", "2025-08-29 08:00", "nh3n", "<9", "维护"),
        *month_rows("demo-qx2", "2025-09"), *month_rows("demo-qx3", "2025-08"), *month_rows("demo-qx3", "2025-09"),
    ])  # fmt: skip
    for month in ("2025-08", "2025-09"):
        run.settle(made.engine, world, "demo-monthly-class", month, now=NOW)
    yield made
    made.engine.dispose()


@pytest.fixture(scope="module")
def opened(served: Composition) -> Iterator[TestClient]:
    with client_of(served) as client:
        yield client


def of_month(client: TestClient, month: str) -> str:
    """The identity of the settlement of a month."""
    return client.get("/v1/settlements", params={"period": month}).json()[0]["id"]


def told(client: TestClient, address: str) -> tuple[Element, list[list[str]]]:
    """A page in Chinese, and the rows of its table of undecided readings."""
    page = read(client.get(address).text)
    tables = [table for table in page.all("table") if [th.text for th in table.all("th")] == HEADS]
    return page, [rows for table in tables for rows in table.table()[1:]]


class TestSettlement:
    def test_its_page_says_what_is_neither_met_nor_exceeded(self, opened: TestClient):
        page, rows = told(opened, f"/settlements/{of_month(opened, '2025-08')}")
        assert rows == [AUGUST]
        assert NOTICE in page.text
        assert "金额按协议的未检出规则计算" in page.text
        links = {a.attributes["href"] for a in page.all("a")}
        assert "/sections/qingxi-2?month=2025-08&agreement=demo-monthly-class" in links

    def test_in_english_too(self, opened: TestClient):
        found = opened.get(f"/settlements/{of_month(opened, '2025-08')}", params={"lang": "en"})
        opened.cookies.clear()
        assert "neither met nor exceeded" in found.text
        assert "class Ⅲ" in found.text

    def test_where_there_is_none_the_page_and_the_document_say_nothing(self, opened: TestClient):
        september = of_month(opened, "2025-09")
        page, rows = told(opened, f"/settlements/{september}")
        assert (rows, NOTICE in page.text) == ([], False)
        assert "limit_below_detection" not in opened.get(f"/v1/settlements/{september}").json()

    def test_it_is_in_the_document_and_in_the_explanation(self, opened: TestClient):
        august = of_month(opened, "2025-08")
        row = {"section": "qingxi-2", "indicator": "nh3n", "period": "2025-08", "readings": 168,
               "detection_limit": "1.5", "limit": "1", "target": 3}  # fmt: skip
        assert opened.get(f"/v1/settlements/{august}").json()["limit_below_detection"] == [row]
        assert opened.get(f"/v1/settlements/{august}/explanation").json()["limit_below_detection"] == [row]

    def test_a_terminal_prints_it_before_the_rules(self, served: Composition, opened: TestClient):
        with served.engine.connect() as connection:
            tree = applied.explained(connection, served.registry, of_month(opened, "2025-08"))
        lines = explanation.lines(tree)
        place = lines.index("规则 rules：")
        assert lines[place - 2 : place] == [
            "检出限高于限值：既不能判达标，也不能判超标"
            "（The detection limit lies above the limit: neither met nor exceeded）：",
            "    qingxi-2 nh3n 2025-08：读数 readings 168，检出限至 up to 1.5 > 限值 limit 1 mg/L（Ⅲ类限值 class Ⅲ）",
        ]


class TestSection:
    @pytest.mark.parametrize("query", ["year=2025", "month=2025-08"])
    def test_the_year_and_the_month_show_what_cannot_be_held_against_the_target(self, opened: TestClient, query: str):
        page, rows = told(opened, f"/sections/qingxi-2?{query}")
        assert rows == [AUGUST]
        assert NOTICE in page.text

    @pytest.mark.parametrize(
        "address",
        [
            "/sections/qingxi-2?month=2025-09", "/sections/qingxi-2?month=2025-01", "/sections/qingxi-2?year=2024",
            "/sections/qingxi-3?year=2025", "/sections/qingxi-1",
        ],
    )  # fmt: skip
    def test_other_months_and_sections_show_none(self, opened: TestClient, address: str):
        page, rows = told(opened, address)
        assert (rows, NOTICE in page.text) == ([], False)


def test_pdf_and_workbook_of_it_are_served(opened: TestClient):
    august = of_month(opened, "2025-08")
    kinds: dict[str, Any] = {suffix: opened.get(f"/v1/settlements/{august}.{suffix}") for suffix in ("pdf", "xlsx")}
    assert {suffix: answer.status_code for suffix, answer in kinds.items()} == {"pdf": 200, "xlsx": 200}
