"""No request makes the program fail by what it is written with: addresses, parameters and bodies, on both databases."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from api.app import ROUTES
from api.composition import Composition
from monitoring_ingest.access.store import create_key
from tests.api.makers import NOW, client_of
from tests.api.people import pair_of
from tests.api.test_facts import FACT
from tests.api.test_reviews import REMOVE
from tests.api.test_writing import SETTLE

UNSEEN = {"NUL": "\0", "right-to-left override": "\u202e", "zero-width space": "\u200b", "tag": "\U000e0041"}
IN_ADDRESSES = {name: quote(sign) for name, sign in UNSEEN.items()} | {"half a pair": "%ED%A0%80", "no UTF-8": "%FF"}
IN_JSON = {name: json.dumps(sign)[1:-1] for name, sign in UNSEEN.items()} | {"half a pair": "\\ud800"}
SEEN_BUT_STRANGE = ["%25", "%27%3B--", "%5C", "~", "*", "%F0%9F%90%9F", "..%2F..%2Fetc%2Fpasswd", "x" * 900, "%0A"]
PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")
BODIES: dict[str, dict[str, Any]] = {
    "/v1/settlements": SETTLE | {"as_of": "2026-01-09T00:00:00Z"},
    "/v1/assessments": {"basin": "demo-qingxi", "period": "2025", "scorecard": "watershed-performance"},
    "/v1/settlements/any/status": {"status": "待复核", "reason": "核对"},
    "/v1/facts": FACT,
    "/v1/reviews": REMOVE,
}


@pytest.fixture
def asked(blank: Composition) -> Iterator[TestClient]:
    """A client with a writing key and the token of a person, which is answered also where the program fails."""
    with client_of(blank, raise_server_exceptions=False) as client:
        client.headers["X-API-Key"] = create_key(blank.engine, "测试", NOW)
        client.headers.update(pair_of(blank).preparer)
        yield client


def read_routes() -> list[APIRoute]:
    """Every address that is read from."""
    routes = (route for module in ROUTES for route in module.router.routes)
    return [route for route in routes if isinstance(route, APIRoute) and "GET" in route.methods]


def addresses(written: str) -> Iterator[str]:
    """Every address that can be read, with a text in the place of each path parameter, and in each query parameter."""
    for route in read_routes():
        names = PARAMETER.findall(route.path)
        for name in names:
            yield PARAMETER.sub(lambda part, name=name: written if part[1] == name else "1", route.path)
        plain = PARAMETER.sub("1", route.path)
        queried = [parameter.alias for parameter in _parameters(route)]
        yield from (f"{plain}?{name}={written}" for name in (*queried, "unknown"))
        yield f"{plain}?{written}=1"


def _parameters(route: APIRoute) -> list[Any]:
    waiting = [route.dependant]
    parameters = []
    while waiting:
        dependant = waiting.pop()
        parameters += dependant.query_params
        waiting += dependant.dependencies
    return parameters


class TestAddresses:
    @pytest.mark.proof
    @pytest.mark.parametrize("written", IN_ADDRESSES.values(), ids=IN_ADDRESSES)
    def test_a_sign_nobody_can_see_is_refused_in_every_place_of_every_address(self, asked, written):
        tried = list(addresses(f"a{written}b"))
        answers = {address: asked.get(address).status_code for address in tried}
        assert len(tried) > 100
        assert {address: status for address, status in answers.items() if status >= 500} == {}
        if written not in ("%ED%A0%80", "%FF"):  # which is no UTF-8, and arrives as the sign for that
            assert {address: status for address, status in answers.items() if status < 400} == {}

    @pytest.mark.proof
    @pytest.mark.parametrize("written", SEEN_BUT_STRANGE)
    def test_what_is_strange_but_can_be_seen_makes_nothing_fail(self, asked, written):
        statuses = {address: asked.get(address).status_code for address in addresses(written)}
        assert {address: status for address, status in statuses.items() if status >= 500} == {}

    def test_the_answer_names_the_sign_and_the_remedy(self, asked):
        problem = asked.get("/v1/readings?station=a%E2%80%8Bb").json()
        assert (problem["status"], problem["path"]) == (400, "query.station")
        assert "\\u200b" in problem["detail"] and problem["remedy"]

    @pytest.mark.parametrize(
        "address",
        [f"/{'x' * 3000}", f"/v1/facts?as_of={'1' * 2000}", f"/v1/sections?{'&basin=a' * 99}", "/static/%00"],
        ids=["path", "parameter", "parameters", "static file"],
    )
    def test_an_address_has_a_length(self, asked, address):
        assert asked.get(address).status_code == 400

    def test_a_page_of_a_browser_is_refused_by_a_page(self, asked):
        answer = asked.get("/basins/a%E2%80%AEb", headers={"Accept": "text/html"})
        assert (answer.status_code, answer.headers["content-type"]) == (400, "text/html; charset=utf-8")
        assert "\u202e" not in answer.text


@pytest.mark.parametrize("accept", ["text/csv;q=²", "text/csv;q=1_0", "text/csv;q=" + "9" * 5000, "text/csv;q=inf"])
def test_a_weight_that_is_no_number_is_refused(asked, accept):
    answer = asked.get("/v1/basins", headers={"Accept": accept.encode("latin-1")})
    assert answer.status_code == 400 and len(answer.content) < 5_000


@pytest.mark.parametrize("length", ["²", "9" * 5000, "-1", "1_0"])
@pytest.mark.parametrize("address", ["/v1/submissions", "/sources/demo-hand-samples/try"])
def test_a_length_that_is_no_number_is_refused(asked, address, length):
    headers = {"Content-Length": length.encode("latin-1"), "Content-Type": "text/csv"}
    assert 400 <= asked.post(address, content=b"a", headers=headers).status_code < 500


class TestBodies:
    @pytest.mark.parametrize("written", IN_JSON.values(), ids=IN_JSON)
    @pytest.mark.parametrize("address", BODIES)
    def test_a_sign_nobody_can_see_is_refused_in_every_field(self, asked, address, written):
        for name in BODIES[address]:
            body = json.dumps(BODIES[address] | {name: "a@@b"}, ensure_ascii=False).replace("@@", written)
            answer = asked.post(address, content=body.encode(), headers={"Content-Type": "application/json"})
            assert (name, answer.status_code) in ((name, 400), (name, 422)), answer.text
            assert answer.json()["remedy"]

    @pytest.mark.parametrize("written", IN_JSON.values(), ids=IN_JSON)
    @pytest.mark.parametrize("address", BODIES)
    def test_a_key_nobody_can_read_is_an_unknown_field(self, asked, address, written):
        body = json.dumps(BODIES[address] | {"a@@b": "1"}, ensure_ascii=False).replace("@@", written)
        answer = asked.post(address, content=body.encode(), headers={"Content-Type": "application/json"})
        assert answer.status_code == 422
        assert "remedy" in answer.json() and answer.text.isprintable()

    @pytest.mark.parametrize(
        "written",
        ["1" * 10**6, "1e999999999", "1e-400", "NaN", "-Infinity", "[" * 10**5, '{"a":' * 10**4, f'"{"x" * 10**6}"'],
        ids=["long", "large", "small", "nan", "infinite", "deep list", "deep table", "long text"],
    )
    @pytest.mark.parametrize("address", BODIES)
    def test_a_number_a_depth_or_a_text_without_bounds_is_refused(self, asked, address, written):
        for name in list(BODIES[address])[:2]:
            rest = {key: value for key, value in BODIES[address].items() if key != name}
            body = json.dumps(rest)[:-1] + f', "{name}": {written}' + "}"
            answer = asked.post(address, content=body.encode(), headers={"Content-Type": "application/json"})
            assert 400 <= answer.status_code < 500
            assert len(answer.content) < 20_000

    @pytest.mark.parametrize("written", ["1_0", "１０", "²", "1e1", "0x1", " 1 0"])
    @pytest.mark.parametrize(
        "address",
        ["/v1/readings?limit={}", "/v1/submissions?before={}", "/v1/submissions/{}", "/v1/reviews/queue?limit={}"],
    )
    def test_a_count_is_written_in_digits(self, asked, address, written):
        assert asked.get(address.format(quote(written))).status_code in (404, 422)
