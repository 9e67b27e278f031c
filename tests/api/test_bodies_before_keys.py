"""No byte of a body is read for somebody without a key, and no more than allowed for somebody with one: any address."""

from __future__ import annotations

import itertools
import socket
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from api.app import ROUTES
from api.connections import Patience
from api.web.errors import MEDIA_TYPE
from api.web.guarded import JSON_BYTES
from api.web.keys import FIRST_BYTES
from monitoring_ingest.access.store import create_key
from tests.api.asgi import call
from tests.api.live_server import served, talk
from tests.api.makers import NOW, application_of
from tests.api.people import house

PIECE = b"x" * 2**16
HUGE = 600 * 2**20
MULTIPART = "multipart/form-data; boundary=parts"
FORMS = ("/sources/demo-hand-samples/try", "/sources/demo-bulletin/run")
SAFE = {"GET", "HEAD", "OPTIONS"}
SIGN_IN = ("/sign-in", "/sign-in/code", "/sign-in/oidc/bind")  # which a stranger may send a form


def endless() -> Iterator[bytes]:
    """Far more than any limit allows; a test that reads it all would not end."""
    return itertools.repeat(PIECE)


def send_for_ever(peer: socket.socket) -> None:
    for piece in endless():
        peer.sendall(piece)


def all_that_write() -> list[tuple[str, str]]:
    """Method and address of everything that may be sent a body."""
    routes = [route for module in ROUTES for route in module.router.routes if isinstance(route, APIRoute)]
    addresses = {(method, route.path) for route in routes for method in route.methods - SAFE}
    named = {"{code}/try": "demo-hand-samples/try", "{code}/run": "demo-bulletin/run", "{login}": "lu"}
    found = []
    for method, path in sorted(addresses):
        for placeholder, value in named.items():
            path = path.replace(placeholder, value)
        found.append((method, path.replace("{id}", "1" if takes_a_person(path) else "none")))
    return found


def takes_a_person(path: str) -> bool:
    if "/batches/" in path:
        return True
    return path.removeprefix("/v1").split("/")[1] in (
        "me", "people", "proposals", "reviews", "sign-out", "keys", "settlements", "assessments",
    )  # fmt: skip


def writing() -> list[tuple[str, str]]:
    """What takes a key."""
    return [(method, path) for method, path in all_that_write() if not takes_a_person(path) and path not in SIGN_IN]


def of_people() -> list[tuple[str, str]]:
    """What takes a person, and a body."""
    return [(method, path) for method, path in all_that_write() if takes_a_person(path) and method == "POST"]


@pytest.fixture
def app(blank) -> Iterator[FastAPI]:
    made = application_of(blank)
    yield made
    blank.engine.dispose()


@pytest.fixture
def key(blank) -> dict[str, str]:
    return {"X-API-Key": create_key(blank.engine, "示例监测中心", NOW)}


def test_what_is_tried_here_is_every_address_that_writes():
    assert len(writing()) == 4
    assert {"/v1/submissions", "/v1/facts", *FORMS} == {path for _, path in writing()}
    assert {"/sign-out", "/me/tokens", "/v1/me/tokens", "/reviews", "/v1/reviews"} < {path for _, path in of_people()}
    assert not any("{" in path for _, path in all_that_write())


@pytest.mark.parametrize("length", [{}, {"Content-Length": str(HUGE)}, {"Content-Length": "9"}], ids=str)
@pytest.mark.parametrize("kind", ["application/json", MULTIPART, "text/csv", ""])
def test_without_a_key_the_answer_is_401_and_the_body_stays_unread(app, kind, length):
    for method, path in writing():
        answer = call(app, method, path, {"Content-Type": kind, "Transfer-Encoding": "chunked"} | length, endless())
        assert (answer.status, answer.headers["content-type"]) in ((401, MEDIA_TYPE), (413, MEDIA_TYPE)), path
        assert answer.status == 401 or length == {"Content-Length": str(HUGE)}, path
        assert answer.read <= (len(PIECE) if path in FORMS else 0), path
        assert answer.headers["connection"] == "close"


@pytest.mark.parametrize(
    "headers",
    [{"X-API-Key": "wrong"}, {"Authorization": "Bearer wrong"}, {"X-API-Key": "a", "Authorization": "Bearer b"}],
)
def test_with_a_wrong_key_the_answer_is_403_and_the_body_stays_unread(app, headers):
    for method, path in writing():
        answer = call(app, method, path, {"Content-Type": "application/json"} | headers, endless())
        assert (answer.status, answer.read) == (403, 0), path


def test_nothing_is_read_of_who_is_not_signed_in(app, key):
    for headers, status in (({}, 401), ({"Cookie": "hengjie_session=wrong"}, 401), (key, 403)):
        for method, path in of_people():
            answer = call(app, method, path, {"Content-Type": "application/json"} | headers, endless())
            assert (answer.status, answer.read) == (status, 0), path


def test_of_who_is_signed_in_no_more_is_read_than_allowed(engine, world):
    at = house(engine, world)
    token = at.program("upper-prepare").headers["Authorization"]
    for kind in ("application/json", "application/x-www-form-urlencoded", MULTIPART):
        for method, path in of_people():
            answer = call(at.app, method, path, {"Content-Type": kind, "Authorization": token}, endless())
            if path.endswith("/code") and path.startswith("/v1/"):  # it takes no body
                assert (answer.status, answer.read) == (403, 0)
            else:
                assert (answer.status, answer.read <= JSON_BYTES + len(PIECE)) == (413, True), path
    at.here.engine.dispose()


@pytest.mark.parametrize("path", SIGN_IN)
def test_a_stranger_who_signs_in_is_read_no_further_than_allowed(app, path):
    answer = call(app, "POST", path, {"Content-Type": "application/x-www-form-urlencoded"}, endless())
    assert (answer.status, answer.read <= JSON_BYTES + len(PIECE)) == (413, True)


@pytest.mark.parametrize("announced", [{}, {"Content-Length": str(HUGE)}], ids=["chunked", "announced"])
def test_with_a_key_no_more_is_read_than_allowed(app, blank, key, announced):
    headers = {"Content-Type": "application/json", "Transfer-Encoding": "chunked"} | key | announced
    for method, path in writing():
        answer = call(app, method, path, headers, endless())
        expected = 411 if path in FORMS and not announced else 413
        assert (answer.status, answer.headers["content-type"]) == (expected, MEDIA_TYPE), path
        most = blank.settings.limits.body if path == "/v1/submissions" else JSON_BYTES
        assert answer.read <= (0 if announced or path in FORMS else most + len(PIECE)), path


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/"), ("GET", "/v1/basins"), ("GET", "/static/style.css"), ("GET", "/openapi.json"), ("POST", "/nowhere"),
     ("PUT", "/v1/facts"), ("DELETE", "/v1/basins"), ("OPTIONS", "/v1/facts"), ("PATCH", "/v1/submissions")],
)  # fmt: skip
def test_an_address_that_takes_no_body_reads_none(app, method, path):
    announced = call(app, method, path, {"Content-Length": str(HUGE)}, endless())
    assert (announced.status, announced.read) == (413, 0)
    chunked = call(app, method, path, {"Transfer-Encoding": "chunked"}, endless())
    assert (chunked.status, chunked.read) == (404 if method == "POST" else 413, 0)
    assert announced.headers["connection"] == chunked.headers["connection"] == "close"


class TestAForm:
    """A form cannot set a header, so it brings the key in its first field."""

    def part(self, name: str, value: bytes) -> bytes:
        return b'--parts\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n' % (name.encode(), value)

    def test_is_read_on_where_its_first_field_is_a_key(self, app, key):
        body = self.part("key", key["X-API-Key"].encode()) + self.part("sample", b"") + b"--parts--\r\n"
        headers = {"Content-Type": MULTIPART, "Content-Length": str(len(body))}
        for size in (1, 7, len(body)):
            pieces = [body[start : start + size] for start in range(0, len(body), size)]
            answer = call(app, "POST", FORMS[0], headers, pieces)
            assert (answer.status, answer.json()["detail"], answer.read) == (400, "没有选文件", len(body))

    @pytest.mark.parametrize("first", ["sample", "kei", ""])
    def test_is_refused_where_another_field_comes_first(self, app, key, first):
        body = self.part(first, b"1") + self.part("key", key["X-API-Key"].encode())
        assert call(app, "POST", FORMS[0], {"Content-Type": MULTIPART}, [body]).status == 401

    def test_a_key_that_does_not_end_is_none(self, app):
        pieces = [self.part("key", b"k")[:-2], *[b"k" * 100] * 99]
        answer = call(app, "POST", FORMS[0], {"Content-Type": MULTIPART}, pieces)
        assert (answer.status, answer.read <= FIRST_BYTES + 100) == (401, True)


@pytest.mark.proof
class TestOverASocket:
    """Who sends a large body gets the answer, although nobody reads what was sent."""

    HEAD = "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"

    @pytest.mark.parametrize("more", ["", "Connection: close\r\n", "Expect: 100-continue\r\n"])
    @pytest.mark.parametrize("path", ["/v1/facts", FORMS[0], "/nowhere"])
    def test_the_answer_arrives_whoever_sends_all_before_reading(self, here, path, more):
        length = 24 * 2**20
        head = self.HEAD.format(path=path) + f"Content-Length: {length}\r\n{more}\r\n"
        with served(here) as port:
            answer = talk(port, head.encode(), *[PIECE] * (length // len(PIECE)))
        status = int(answer.split()[1])
        assert status == 413 and b"connection: close" in answer.lower()

    def test_a_chunked_body_without_an_end_is_answered_too(self, here):
        head = self.HEAD.format(path="/v1/facts") + "Transfer-Encoding: chunked\r\n\r\n"
        chunk = b"%x\r\n%b\r\n" % (len(PIECE), PIECE)
        with served(here) as port:
            answer = talk(port, head.encode(), *[chunk] * 200)
        assert answer.startswith(b"HTTP/1.1 401")

    def test_a_chunk_of_no_length_is_a_fault_of_the_peer_and_none_of_ours(self, here, caplog):
        head = self.HEAD.format(path="/v1/submissions") + "Transfer-Encoding: chunked\r\n\r\n"
        with served(here) as port:
            answer = talk(port, head.encode(), b"zz\r\n")
        assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 401"))
        assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []

    def test_a_refused_peer_that_never_stops_is_cut_off(self, here):
        head = self.HEAD.format(path="/v1/facts") + f"Content-Length: {HUGE}\r\n\r\n"
        with (
            served(here, Patience(lingering=0.5)) as port,
            socket.create_connection(("127.0.0.1", port), timeout=30) as peer,
        ):
            peer.sendall(head.encode())
            with pytest.raises(ConnectionError):
                send_for_ever(peer)
