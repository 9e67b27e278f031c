"""The lists of the API: what they hold, how they are narrowed, JSON and CSV."""

from __future__ import annotations

import csv
import io

import pytest

LISTS = ("basins", "sections", "readings", "agreements", "settlements", "obligations", "assessments")


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


class TestShapes:
    @pytest.mark.parametrize("name", LISTS)
    def test_a_list_is_json_unless_asked_otherwise(self, client, name):
        answer = client.get(f"/v1/{name}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
        rows = answer.json()["items"] if name == "readings" else answer.json()
        assert rows

    @pytest.mark.parametrize("name", LISTS)
    def test_the_suffix_and_the_accept_header_give_the_same_csv(self, client, name):
        by_suffix = client.get(f"/v1/{name}.csv")
        by_header = client.get(f"/v1/{name}", headers={"Accept": "text/csv"})
        assert by_suffix.headers["content-type"] == "text/csv; charset=utf-8"
        assert by_suffix.text == by_header.text
        assert table(by_suffix.text)

    @pytest.mark.parametrize(
        ("accept", "expected"),
        [
            ("*/*", "application/json"),
            ("text/html,application/xhtml+xml,*/*;q=0.8", "application/json"),
            ("text/csv;q=0.5, application/json", "application/json"),
            ("text/csv, application/json;q=0.5", "text/csv; charset=utf-8"),
        ],
    )
    def test_the_heavier_type_wins_and_a_tie_is_json(self, client, accept, expected):
        assert client.get("/v1/basins", headers={"Accept": accept}).headers["content-type"] == expected

    def test_an_answer_says_that_it_depends_on_accept(self, client):
        assert client.get("/v1/basins").headers["vary"] == "Accept"


class TestDeclared:
    def test_a_basin_counts_its_sections_and_names_its_agreements(self, client):
        found = {basin["code"]: basin for basin in client.get("/v1/basins").json()}
        assert found["demo-qingxi"]["sections"] == 3
        assert found["demo-qingxi"]["agreements"] == ["demo-load-price", "demo-monthly-class"]
        assert found["xinan"]["name_zh"] == "新安江"

    def test_sections_come_from_source_to_mouth(self, client):
        found = client.get("/v1/sections", params={"basin": "demo-qingxi"}).json()
        assert [section["code"] for section in found] == ["qingxi-1", "qingxi-2", "qingxi-3"]
        assert found[1]["stations"] == ["demo-qx2", "demo-qx2b"]

    def test_sections_of_a_party_are_those_at_its_borders(self, client):
        found = client.get("/v1/sections", params={"party": "pingzhou"}).json()
        assert {section["code"] for section in found} == {"qingxi-2", "qingxi-3"}

    def test_agreements_are_narrowed_by_basin_and_by_party(self, client):
        of_basin = client.get("/v1/agreements", params={"basin": "xinan"}).json()
        of_party = client.get("/v1/agreements", params={"party": "zhejiang"}).json()
        assert {one["code"] for one in of_party} - {one["code"] for one in of_basin} == {"central-guidance-2023"}
        assert all(one["parties"] == {"upstream": "anhui", "downstream": "zhejiang"} for one in of_basin)

    def test_an_agreement_with_an_unchecked_figure_says_so(self, client):
        verified = {one["code"]: one["verified"] for one in client.get("/v1/agreements").json()}
        assert verified["demo-monthly-class"] is True
        assert verified["xinan-anhui-zhejiang-2018"] is False

    def test_one_agreement_shows_its_clauses_as_signed(self, client):
        found = client.get("/v1/agreements/demo-monthly-class").json()
        assert [clause["ref"] for clause in found["clauses"]] == ["4.1"]
        assert "50万元" in found["clauses"][0]["source"]


class TestDecided:
    def test_settlements_are_narrowed_by_agreement_basin_period_and_party(self, client):
        def periods(**wanted: str) -> set[str]:
            return {one["period"] for one in client.get("/v1/settlements", params=wanted).json()}

        assert periods(basin="demo-qingxi") == {"2025-08", "2025-11"}
        assert periods(basin="demo-qingxi", period="2025-08") == {"2025-08"}
        assert periods(party="anhui") == {"2020-08"}
        assert periods(agreement="demo-monthly-class", party="anhui") == set()

    def test_an_obligation_is_in_yuan_and_payable_only_when_confirmed(self, client):
        """tp 0.25 in a river is Ⅳ, one class worse than the target Ⅲ: 山州 owes 平州 50 万元."""
        found = client.get("/v1/obligations", params={"period": "2025-08", "party": "shanzhou"}).json()
        assert [(one["payer"], one["payee"], one["amount_yuan"]) for one in found] == [
            ("shanzhou", "pingzhou", "500000.00")
        ]
        assert found[0]["payable"] is False

    def test_obligations_are_narrowed_by_status(self, client):
        assert client.get("/v1/obligations", params={"status": "已确认"}).json() == []
        assert client.get("/v1/obligations", params={"status": "试算"}).json()

    def test_a_settlement_document_carries_its_working(self, client, august):
        document = client.get(f"/v1/settlements/{august}").json()
        assert document["id"] == august
        assert document["evaluations"][0]["working"]
        assert document["status"] == "试算"

    def test_the_status_history_begins_with_the_trial(self, client, august):
        history = client.get(f"/v1/settlements/{august}/status").json()
        assert [one["status"] for one in history] == ["试算"]

    def test_an_assessment_is_listed_with_score_and_grade(self, client):
        header = client.get("/v1/assessments", params={"basin": "demo-qingxi"}).json()[0]
        document = client.get(f"/v1/assessments/{header['id']}").json()
        assert (header["score"], header["grade"]) == (document["score"], document["grade"])


class TestFilters:
    """A period asks for what is inside it; what does not exist is told with what does; blank asks for nothing."""

    @pytest.mark.parametrize(
        ("asked", "periods"),
        [
            ("2025", {"2025-08", "2025-11"}),
            ("2025Q3", {"2025-08"}),
            ("2025-11", {"2025-11"}),
            ("2024..2025", {"2025-08", "2025-11"}),
            ("2024", set()),
            ("", {"2020-08", "2025-08", "2025-11"}),
        ],
    )
    def test_a_period_asks_for_the_periods_inside_it(self, client, asked, periods):
        found = client.get("/v1/settlements", params={"period": asked}).json()
        assert {one["period"] for one in found} == periods
        owed = client.get("/v1/obligations", params={"period": asked}).json()
        assert {one["period"] for one in owed} <= periods
        whole = client.get("/v1/obligations").json()
        assert owed == [one for one in whole if one["period"] in periods]

    @pytest.mark.parametrize(
        ("address", "name", "known"),
        [
            ("/v1/settlements", "agreement", "demo-monthly-class"),
            ("/v1/settlements", "basin", "demo-qingxi"),
            ("/v1/settlements", "party", "anhui"),
            ("/v1/obligations", "party", "zhejiang"),
            ("/v1/obligations", "status", "已确认"),
            ("/v1/assessments", "basin", "xinan"),
            ("/v1/sections", "party", "anhui"),
            ("/v1/agreements", "party", "anhui"),
        ],
    )
    def test_what_nobody_declared_is_not_found_and_what_there_is_is_named(self, client, address, name, known):
        answer = client.get(address, params={name: "nowhere"})
        assert (answer.status_code, answer.json()["path"]) == (404, name)
        assert known in answer.json()["remedy"]
        assert client.get(address, params={name: known}).status_code == 200
        assert client.get(address, params={name: ""}).json() == client.get(address).json()

    def test_no_period_is_told(self, client):
        answer = client.get("/v1/obligations", params={"period": "someday"})
        assert (answer.status_code, answer.json()["path"]) == (400, "period")
        assert "2020Q3" in answer.json()["remedy"]


def test_facts_come_as_csv(client):
    lines = client.get("/v1/facts.csv").text.splitlines()
    columns = "subject,period,kind,value,document,recorded_by,approved_by,recorded_at"
    assert lines == [f"{columns},line,paid_on,reason,withdrawn_by"]
    assert client.get("/v1/facts", headers={"Accept": "text/csv"}).text.splitlines() == lines


def test_a_method_that_is_not_taken_is_told_with_all_that_are(client):
    answer = client.delete("/v1/settlements")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, POST")
