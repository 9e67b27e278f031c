"""Every error is one problem: those of ours, those of the framework, and those nobody foresaw."""

from __future__ import annotations

import logging

import pytest

from api.composition import Composition
from api.settings import Settings
from api.web.errors import MEDIA_TYPE
from monitoring_ingest.database.engine import open_engine
from tests.api.live_server import served, talk
from tests.api.makers import client_of

KEYS = {"type", "title", "status", "detail", "detail_en", "remedy", "path"}
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "/nothing/here", 404),
        ("GET", "/v1/nothing", 404),
        ("DELETE", "/v1/basins", 405),
        ("GET", "/v1/settlements/none", 404),
        ("GET", "/v1/settlements/none.pdf", 404),
        ("GET", "/v1/settlements/none.xlsx", 404),
        ("GET", "/v1/settlements/none.evidence.zip", 404),
        ("GET", "/v1/assessments/none", 404),
        ("GET", "/v1/agreements/none", 404),
        ("GET", "/v1/sections?basin=none", 404),
        ("GET", "/v1/readings?section=none", 404),
        ("GET", "/v1/readings?indicator=none", 400),
        ("GET", "/v1/readings?period=none", 400),
        ("GET", "/v1/readings?limit=many", 422),
        ("GET", "/basins/none", 404),
        ("GET", "/sections/none", 404),
        ("GET", "/sections/qingxi-2?month=2025-13", 422),
        ("GET", "/sections/qingxi-2?month=0001-01", 422),
        ("GET", "/sections/qingxi-2?month=9999-12", 422),
        ("GET", "/sections/qingxi-2?year=0001", 422),
        ("GET", "/sections/qingxi-2?year=9999", 422),
        ("GET", "/v1/readings?period=0001", 400),
        ("GET", "/v1/readings?as_of=0001-01-01T00:00Z", 400),
        ("GET", "/v1/facts?as_of=9999-12-31T23:59-08:00", 400),
        ("GET", "/submissions/none", 422),
        ("GET", "/submissions/99999999999999999999", 422),
        ("GET", "/submissions/999", 404),
        ("GET", "/static/none.css", 404),
    ],
)
def test_an_error_is_a_problem_with_a_remedy(client, method, address, status):
    answer = client.request(method, address)
    problem = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (status, MEDIA_TYPE)
    assert problem.keys() == KEYS
    assert problem["status"] == status
    assert all(problem[key] for key in ("title", "detail", "detail_en", "remedy"))


def test_a_method_that_is_not_allowed_is_answered_with_those_that_are(client):
    assert client.delete("/v1/basins").headers["allow"] == "GET"


def test_a_browser_that_asks_for_a_page_gets_one(client):
    answer = client.get("/basins/none", headers=BROWSER)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "没有流域 none" in answer.text


def test_a_browser_at_the_api_gets_json_all_the_same(client):
    assert client.get("/v1/nothing", headers=BROWSER).headers["content-type"] == MEDIA_TYPE


def test_a_fault_of_the_program_is_logged_and_not_shown(world, tmp_path, caplog):
    engine = open_engine(f"sqlite:///{tmp_path / 'no_tables.sqlite'}")
    with (
        caplog.at_level(logging.ERROR),
        client_of(Composition(Settings(), world, engine), raise_server_exceptions=False) as client,
    ):
        answer = client.get("/v1/settlements")
    assert (answer.status_code, answer.headers["content-type"]) == (500, MEDIA_TYPE)
    assert "sqlite" not in answer.text
    assert "settlements" in caplog.text


def test_a_fault_of_the_program_is_one_line_of_the_log_of_a_server(world, tmp_path, caplog):
    engine = open_engine(f"sqlite:///{tmp_path / 'no_tables.sqlite'}")
    asked = b"GET /v1/settlements HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    with caplog.at_level(logging.WARNING), served(Composition(Settings(), world, engine)) as port:
        for name in ("uvicorn", "uvicorn.error"):
            logging.getLogger(name).addHandler(caplog.handler)
        answer = talk(port, asked)
        for name in ("uvicorn", "uvicorn.error"):
            logging.getLogger(name).removeHandler(caplog.handler)
    assert answer.startswith(b"HTTP/1.1 500")
    assert [record.name for record in caplog.records] == ["hengjie.api"]
    assert "\n" not in caplog.messages[0]
