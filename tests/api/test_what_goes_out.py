"""What leaves the server: headers that every answer carries, hosts it answers for, cells that are no formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from api.app import ROUTES
from api.settings import Settings, from_environment
from api.web.entrance import CARRIED
from monitoring_ingest.access.store import create_key
from tests.api.asgi import call
from tests.api.live_server import served, talk
from tests.api.makers import NOW, application_of, client_of

BROWSER = {"Accept": "text/html"}
NAMED = {
    "{code}": "xinan", "{id}": "1", "{station}": "demo-qx2", "{indicator}": "nh3n", "{time}": "2025-08-01T00:00:00Z",
    "{login}": "lu",
}  # fmt: skip


def addresses() -> list[tuple[str, str]]:
    """Method and address of every route, of what the framework serves, and of what is none."""
    routes = [route for module in ROUTES for route in module.router.routes if isinstance(route, APIRoute)]
    listed = sorted({(method, route.path) for route in routes for method in route.methods})
    found = []
    for method, path in listed:
        for placeholder, value in NAMED.items():
            path = path.replace(placeholder, value)
        found.append((method, path))
    files = ["/openapi.json", "/static/style.css", "/static/none.css", "/static/"]
    beside = [("GET", path) for path in (*files, "/nowhere", "/v1/nowhere", "/v1/basins/")]
    return [*found, *beside, ("DELETE", "/v1/basins"), ("HEAD", "/"), ("TRACE", "/")]


@pytest.fixture(scope="module")
def app(here) -> FastAPI:
    return application_of(replace(here, now=lambda: NOW))


class TestHeaders:
    @pytest.mark.proof
    @pytest.mark.parametrize("accept", ["*/*", "text/html", "text/csv"])
    def test_every_answer_carries_them(self, app, accept):
        statuses = set()
        for method, path in addresses():
            answer = call(app, method, path, {"Accept": accept})
            statuses.add(answer.status)
            assert CARRIED.keys() <= answer.headers.keys(), path
            assert "frame-ancestors 'none'" in answer.headers["content-security-policy"], path
            assert "default-src 'none'" in answer.headers["content-security-policy"], path
            expected = "no-cache" if answer.status < 400 else "no-store"
            assert answer.headers["cache-control"] == expected, path
        assert {200, 400, 401, 404, 405} <= statuses

    @pytest.mark.parametrize(
        ("method", "path", "headers", "status"),
        [
            ("GET", "/v1/readings?limit=many", {}, 422),
            ("GET", "/v1/readings?period=none", {}, 400),
            ("POST", "/v1/facts", {"X-API-Key": "wrong"}, 403),
            ("POST", "/v1/facts", {"Content-Length": "999999999"}, 413),
            ("GET", "/v1/basins", {}, 500),
        ],
    )
    def test_every_error_carries_them(self, here, method, path, headers, status):
        broken = replace(here, registry=None) if status == 500 else here
        with TestClient(application_of(broken), raise_server_exceptions=False) as client:
            answer = client.request(method, path, headers=headers)
        assert (answer.status_code, answer.headers["cache-control"]) == (status, "no-store")
        assert CARRIED.items() <= dict(answer.headers).items()

    def test_what_is_no_request_of_http_is_answered_with_them_too(self, here):
        with served(here) as port:
            head, _, body = talk(port, b"HELLO\r\n\r\n").partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 400") and b"application/problem+json" in head
        assert all(name.encode() in head for name in CARRIED)
        assert b"server:" not in head.lower() and '"status":400' in body.decode()

    def test_chinese_in_an_address_is_answered_with_how_it_is_written(self, here):
        address = "GET /v1/sections?q=街口 HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        with served(here) as port:
            head, _, body = talk(port, address).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 400")
        assert "地址里的中文要转义，如 name=%E5%85%AB%E6%9C%88" in body.decode()

    def test_no_answer_is_larger_than_the_one_policy_it_needs(self, app):
        page = call(app, "GET", "/", BROWSER).headers["content-security-policy"]
        data = call(app, "GET", "/v1/basins", {}).headers["content-security-policy"]
        assert ("style-src 'self'" in page, "style-src" in data) == (True, False)


class TestHosts:
    """A request for another host is refused: its page may only pretend that this server is its own."""

    @pytest.fixture
    def named(self, here):
        def client(*hosts: str) -> FastAPI:
            return application_of(replace(here, settings=replace(here.settings, hosts=hosts)))

        return client

    @pytest.mark.proof
    @pytest.mark.parametrize(
        ("hosts", "host", "status"),
        [
            (("127.0.0.1",), "127.0.0.1:8000", 200),
            (("127.0.0.1",), "localhost", 200),
            (("127.0.0.1",), "LOCALHOST.:8000", 200),
            (("127.0.0.1",), "[::1]:8000", 200),
            (("127.0.0.1",), "127.0.0.2", 200),
            (("127.0.0.1",), "10.0.0.1", 400),
            (("127.0.0.1",), "evil.example", 400),
            (("127.0.0.1",), "127.0.0.1.evil.example", 400),
            (("127.0.0.1",), "localhost@evil.example", 400),
            (("127.0.0.1",), "localhost:80:80", 400),
            (("127.0.0.1",), "localhost/", 400),
            (("127.0.0.1",), "", 400),
            (("127.0.0.1",), "[", 400),
            (("127.0.0.1",), "²", 400),
            (("0.0.0.0", "river"), "10.0.0.1:8000", 200),
            (("0.0.0.0", "river"), "[fe80::1]", 200),
            (("0.0.0.0", "river"), "RIVER:8000", 200),
            (("0.0.0.0", "river"), "evil.example", 400),
            (("::",), "192.168.1.9", 200),
            (("hengjie.example.cn",), "hengjie.example.cn", 200),
            (("hengjie.example.cn",), "example.cn", 400),
            (("hengjie.example.cn",), "10.0.0.1", 400),
            (("*",), "evil.example", 200),
        ],
    )
    def test_is_answered_for_a_name_of_its_own_only(self, named, hosts, host, status):
        for path in ("/v1/basins", "/static/style.css", "/openapi.json", "/docs"):
            answer = call(named(*hosts), "GET", path, {"Host": host})
            assert answer.status == status, (path, answer.body)
        if status == 400:
            assert call(named(*hosts), "GET", "/nowhere", {"Host": host} | BROWSER).status == 400

    @pytest.mark.parametrize(
        ("environ", "hosts"),
        [
            ({}, ("127.0.0.1",)),
            ({"HOST": "10.1.2.3"}, ("10.1.2.3",)),
            ({"HOST": "River.example.cn"}, ("river.example.cn",)),
            ({"HENGJIE_HOSTS": "A.example.cn, b.example.cn"}, ("a.example.cn", "b.example.cn")),
            ({"HOST": "0.0.0.0", "HENGJIE_HOSTS": "a.example.cn"}, ("a.example.cn",)),
            ({"HENGJIE_HOSTS": "*"}, ("*",)),
        ],
    )
    def test_names_come_from_the_settings_or_from_where_it_listens(self, environ, hosts):
        assert from_environment(environ).hosts == hosts

    def test_who_listens_everywhere_may_be_called_by_any_address_and_the_name_of_the_machine(self):
        first, name = from_environment({"HOST": "0.0.0.0"}).hosts
        assert (first, bool(name)) == ("0.0.0.0", True)

    def test_a_program_that_calls_the_application_may_call_it_anything(self):
        assert Settings().hosts == ("*",)

    @pytest.mark.parametrize("path", ["/v1/readings", "/v1/submissions", "/v1/submissions/2/rows"])
    def test_no_link_says_what_the_request_said_of_the_host(self, app, path):
        hostile = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
        for accept in ("application/json", "text/csv"):
            answer = call(app, "GET", f"{path}?limit=1", hostile | {"Accept": accept})
            assert answer.headers["link"].startswith("</v1/")
            assert "evil" not in answer.headers["link"] and b"evil" not in answer.body

    def test_a_slash_too_many_leads_nowhere(self, app):
        answer = call(app, "GET", "/v1/basins/", {"Host": "evil.example"})
        assert (answer.status, "location" in answer.headers) == (404, False)


HOSTILE = ["=1+1", "@SUM(1)", "-1+1", "\t=1", "\r=1", "＝1+1", "'=1", "''=1"]


class TestCells:
    """Nothing that somebody sent is run by the spreadsheet of whoever opens a list."""

    @pytest.fixture
    def reader(self, blank) -> Iterator[TestClient]:
        with client_of(blank) as client:
            client.headers["X-API-Key"] = create_key(blank.engine, "+1+1", NOW)
            yield client

    def test_a_list_gives_such_a_text_as_text_and_a_number_as_a_number(self, reader):
        for number, text in enumerate(HOSTILE, start=1):
            row = {"station": "demo-qx2", "time": f"2025-08-0{number} 08:00", "indicator": "nh3n", "value": "0.21",
                   "unit": "mg/L", "mark": text}  # fmt: skip
            assert reader.post("/v1/submissions", json={"rows": [row]}).status_code == 201
        marks = {item["mark"] for item in reader.get("/v1/readings").json()["items"]}
        listed = list(csv.DictReader(io.StringIO(reader.get("/v1/readings.csv").text, newline="")))
        assert marks == {"=1+1", "@SUM(1)", "-1+1", "=1", "＝1+1", "'=1", "''=1"}
        assert {row["mark"] for row in listed} == {f"'{mark}" for mark in marks}
        assert {row["value"] for row in listed} == {"0.21"}
        senders = csv.DictReader(io.StringIO(reader.get("/v1/submissions.csv").text))
        assert {row["sender"] for row in senders} == {"'+1+1"}

    def test_a_negative_amount_stays_a_number(self, client):
        for path in ("/v1/obligations.csv", "/v1/late.csv", "/v1/readings.csv", "/v1/health.csv"):
            text = client.get(path).text
            assert "'" not in text
