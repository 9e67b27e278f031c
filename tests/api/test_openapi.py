"""The description of the API is complete: summaries, declared problems, keys where something is written."""

from __future__ import annotations

import re

import pytest

from api.web.errors import MEDIA_TYPE


@pytest.fixture(scope="module")
def described(client):
    return client.get("/openapi.json").json()


def operations(described):
    return [
        (f"{method} {path}", operation)
        for path, item in described["paths"].items()
        for method, operation in item.items()
    ]


def test_the_paths_of_the_interface_are_there(described):
    assert {
        "/v1/basins",
        "/v1/sections",
        "/v1/readings",
        "/v1/agreements",
        "/v1/settlements",
        "/v1/settlements/{id}",
        "/v1/settlements/{id}.pdf",
        "/v1/settlements/{id}.xlsx",
        "/v1/settlements/{id}.evidence.zip",
        "/v1/settlements/{id}/status",
        "/v1/obligations",
        "/v1/assessments",
        "/v1/assessments/{id}",
        "/v1/facts",
        "/v1/me",
        "/healthz",
    } <= described["paths"].keys()


def test_every_operation_has_a_summary_and_a_description(described):
    assert [name for name, one in operations(described) if not (one.get("summary") and one.get("description"))] == []


def test_every_operation_says_what_it_answers_with(described):
    silent = [
        name
        for name, one in operations(described)
        if not any(answer.get("content") for status, answer in one["responses"].items() if status.startswith("2"))
    ]
    assert silent == []


def test_every_declared_error_is_a_problem(described):
    other = [
        f"{name} {status}"
        for name, one in operations(described)
        for status, answer in one["responses"].items()
        if not status.startswith("2") and list(answer["content"]) != [MEDIA_TYPE]
    ]
    assert other == []
    assert "HTTPValidationError" not in described["components"]["schemas"]


def test_every_operation_that_takes_something_declares_a_problem(described):
    assert [n for n, one in operations(described) if one.get("parameters") and len(one["responses"]) < 2] == []


OF_PEOPLE = re.compile(
    r"\w+ /v1/(me|people|appointments|keys|proposals|facts/batches)\b|post /v1/(settlements|assessments|reviews)\b"
)
TAKES_EITHER = {"post /v1/facts"}  # a person who proposes, or a key that hands in


def test_what_writes_needs_a_key_and_what_reads_does_not(described):
    needs_key = {name for name, one in operations(described) if {"APIKeyHeader": []} in one.get("security", [])}
    of_data = {name for name, _ in operations(described) if not OF_PEOPLE.match(name)}
    assert needs_key >= TAKES_EITHER
    assert needs_key == {name for name in of_data if name.startswith("post ")}


def test_what_is_of_people_needs_a_session_or_a_token_and_takes_no_key(described):
    of_people = [one for name, one in operations(described) if OF_PEOPLE.match(name)]
    assert of_people
    assert {tuple(key for way in one["security"] for key in way) for one in of_people} == {("Session", "Token")}
    either = [one for name, one in operations(described) if name in TAKES_EITHER]
    assert {frozenset(key for way in one["security"] for key in way) for one in either} == {
        frozenset({"Session", "Token", "APIKeyHeader", "HTTPBearer"})
    }


def test_lists_declare_their_csv(described):
    listed = described["paths"]["/v1/obligations"]["get"]["responses"]["200"]["content"]
    assert set(listed) == {"application/json", "text/csv"}


@pytest.mark.parametrize(("shape", "says_what_is_owed"), [("ListedHeader", "status"), ("Obligation", "payable")])
def test_the_kind_of_a_settlement_is_not_said_to_make_it_owed(described, shape, says_what_is_owed):
    fields = described["components"]["schemas"][shape]["properties"]
    assert "not whether it is owed" in fields["kind"]["description"]
    assert "owed" in fields[says_what_is_owed]["description"]
