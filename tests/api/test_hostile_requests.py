"""Whatever a request says, nothing fails: no address, header or query gives 500, on either database."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

import pytest
from fastapi import FastAPI

from api.web.errors import MEDIA_TYPE
from monitoring_ingest.access.store import create_key
from tests.api import makers
from tests.api.asgi import call
from tests.api.makers import NOW
from tests.api.test_what_goes_out import addresses

TEXTS = [
    "", "²", "\u00e9" * 3, "x" * 4000, "a\tb", '"', ";q=", ",,,;;;===", "%00%FF", "0", "-1", "1e999", "9" * 40,
    "\u0660",
]  # fmt: skip
HEADERS = (
    "Accept", "Accept-Encoding", "Accept-Language", "Authorization", "Connection", "Content-Encoding", "Content-Length",
    "Content-Type", "Cookie", "Expect", "Forwarded", "Host", "Idempotency-Key", "If-Match", "If-Modified-Since",
    "If-None-Match", "If-Range", "Origin", "Range", "Referer", "TE", "Transfer-Encoding", "Upgrade", "User-Agent",
    "X-API-Key", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-HTTP-Method-Override",
)  # fmt: skip
SHAPED = {
    "Accept": ["text/csv;q=²", "text/csv;q=", "text/csv;q=1.2.3", "*;q=.2", "text/csv;q=-1", "text/csv;q=nan",
               "text/csv;q=٣"],
    "Authorization": ["Bearer", "Bearer ²", "Basic ²", "Bearer  x y", "Digest " + "a" * 999],
    "Content-Type": ["multipart/form-data", "multipart/form-data; boundary=²", "application/json; charset=none",
                     "application/x-www-form-urlencoded; charset=\u00e9", "text/csv; ;;", "a/b/c", "/"],
    "Cookie": ["lang=²", "lang=en; lang=zh; =;", "lang", "$Version=1; lang=\\"],
    "Host": ["[", "]", "[::1", "::1", "a:b:c", "a@b", "a/../b", "²", "a..b", "127.0.0.1:99999999", "http://x"],
    "If-Modified-Since": ["²", "Thu, 99 Foo 0000 99:99:99 GMT", "0"],
    "If-None-Match": ['W/"', '"a", "', "*"],
    "Range": ["bytes=²-", "bytes=-", "bytes=5-1", "bytes=0-0,1-1,2-2", "bytes=99999999999999999999-", "lines=0-1"],
}  # fmt: skip
QUERIES = [
    "as_of=²", "as_of=%00", "as_of=%FF", "basin=%C2%B2", "period=%00", "period=%C2%B2", "limit=%C2%B2", "limit=1e9",
    "after=%C2%B2~%C2%B2", "before=%C2%B2", "month=%C2%B2", "year=%C2%B2", "indicator=%01", "station=%FF%FE",
    "section=%ED%A0%80", "lang=%C2%B2", "clause=%00", "status=%FF", "&&&=", "%", "a[]=1", "limit=1&limit=2", "by=%00",
    "as_of=9999-12-31T23:59:59.9999999-23:59", "state=%FF", "party=" + "x" * 4000, "as_of=%D9%A2",
    "before=99999999999999999999",
]  # fmt: skip


@pytest.fixture
def app(blank) -> Iterator[FastAPI]:
    """The application over a little data, and a writing key in every request but where a test gives another."""
    makers.send(blank, makers.month_rows("demo-qx2", "2025-08", days=1))
    made = makers.application_of(replace(blank, now=lambda: NOW))
    made.state.key = create_key(blank.engine, "示例监测中心", NOW)
    yield made
    blank.engine.dispose()


def told(app: FastAPI, method: str, path: str, headers: dict[str, str]) -> str | None:
    """What is wrong with an answer; None where it is sound."""
    body = [b'{"rows": []}'] if method == "POST" else []
    try:
        answer = call(app, method, path, {"X-API-Key": app.state.key} | headers, body)
    except Exception as problem:
        return f"{method} {path} {headers}: {problem!r:.200}"
    is_problem = answer.headers.get("content-type") == MEDIA_TYPE or "html" in answer.headers.get("content-type", "")
    sound = answer.status < 500 and (answer.status < 400 or is_problem)
    return None if sound else f"{method} {path} {headers}: {answer.status} {answer.body[:200]!r}"


def faults(app: FastAPI, requests: Iterator[tuple[str, str, dict[str, str]]]) -> list[str]:
    return [fault for request in requests if (fault := told(app, *request)) is not None]


@pytest.mark.proof
def test_no_header_makes_the_program_fail(app):
    values = [(name, value) for name in HEADERS for value in (*TEXTS, *SHAPED.get(name, []))]
    places = itertools.cycle(addresses())
    # each value meets a few addresses, and all values together meet each address many times
    requests = ((*next(places), {name: value}) for name, value in values for _ in range(3))
    assert faults(app, requests) == []


@pytest.mark.proof
@pytest.mark.parametrize("name", SHAPED)
def test_no_header_that_the_program_reads_makes_a_list_a_page_a_file_or_a_form_fail(app, name):
    places = [
        ("GET", "/v1/readings"), ("GET", "/v1/basins.csv"), ("GET", "/"), ("GET", "/static/style.css"),
        ("GET", "/docs"), ("GET", "/nowhere"), ("POST", "/v1/submissions"), ("POST", "/v1/facts"),
        ("POST", "/sources/demo-hand-samples/try"),
    ]  # fmt: skip
    assert faults(app, ((*place, {name: value}) for place in places for value in SHAPED[name])) == []


@pytest.mark.proof
def test_no_query_makes_the_program_fail(app):
    reading = [path for method, path in addresses() if method == "GET"]
    assert faults(app, (("GET", f"{path}?{query}", {}) for path in reading for query in QUERIES)) == []


@pytest.mark.proof
@pytest.mark.parametrize(
    "part", ["\0", "²", "\ufffd", "x" * 4000, "..", "%00", "'", "\ud7ff", "\U0010ffff", "-1", "9" * 40]
)
def test_no_address_makes_the_program_fail(app, part):
    shapes = [
        "/{}", "/v1/{}", "/v1/settlements/{}", "/v1/settlements/{}.pdf", "/v1/settlements/{}.evidence.zip",
        "/basins/{}", "/v1/assessments/{}", "/v1/late/{}", "/v1/late/{}/readings", "/v1/submissions/{}",
        "/v1/submissions/{}/rows", "/v1/readings/{}/nh3n/2025-08-01T00:00:00Z/revisions",
        "/v1/readings/demo-qx2/nh3n/{}/revisions", "/v1/readings/demo-qx2/{}/2025-08-01T00:00:00Z/revisions",
        "/v1/health/{}", "/sources/{}", "/health/{}",
        "/static/{}", "/sections/{}", "/v1/agreements/{}", "/v1/settlements/{}/status", "/submissions/{}",
    ]  # fmt: skip
    assert faults(app, (("GET", shape.format(part), {}) for shape in shapes)) == []


@pytest.mark.parametrize(
    ("accept", "status", "kind"),
    [
        ("text/csv;q=²", 400, MEDIA_TYPE),
        ("text/csv;q=high", 400, MEDIA_TYPE),
        ("text/csv;q=1.2.3", 400, MEDIA_TYPE),
        ("text/csv;q=5", 400, MEDIA_TYPE),
        ("text/csv;q=1.1", 400, MEDIA_TYPE),
        ("text/html, image/gif, *; q=.2, */*; q=.2", 200, "application/json"),
        ("TEXT/CSV;Q=1", 200, "text/csv; charset=utf-8"),
        ("", 200, "application/json"),
    ],
)
def test_a_weight_that_is_no_number_is_refused(app, accept, status, kind):
    answer = call(app, "GET", "/v1/basins", {"Accept": accept})
    assert (answer.status, answer.headers["content-type"]) == (status, kind)
