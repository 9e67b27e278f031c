"""Slow peers, many peers, and peers that ask all the time: nobody else waits for them."""

from __future__ import annotations

import asyncio
import itertools
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace

import pytest
from fastapi import FastAPI

from api.app import application
from api.composition import Composition
from api.connections import Patience
from api.settings import Rate, Rates, from_environment
from api.web.lanes import Lane, Width
from api.web.rates import MOST_BUCKETS, Buckets, Turns, bucket_of
from basin.errors import Refused
from monitoring_ingest.access.store import create_key
from monitoring_ingest.access.tries import FREE
from tests.api.asgi import call
from tests.api.live_server import served, talk
from tests.api.makers import NOW, month_rows, send

HURRIED = Patience(head=0.3, body=0.3, unread=0.3, lingering=1, pausing=0.3)
ASKED = b"GET /v1/basins HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
FACTS = "POST /v1/facts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 900\r\n"


def peer(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=30)


def rest(connection: socket.socket) -> bytes:
    """What a server says until it ends the connection."""
    answer = bytearray()
    try:
        while chunk := connection.recv(65_536):
            answer += chunk
    except ConnectionError:
        pass
    return bytes(answer)


def pushing(key: str, body: bytes) -> bytes:
    """The head of a push."""
    return (
        "POST /v1/submissions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n"
        f"X-API-Key: {key}\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()


@pytest.fixture
def key(blank: Composition) -> str:
    return create_key(blank.engine, "示例监测中心", NOW)


@pytest.mark.proof
class TestSlowPeers:
    @pytest.mark.parametrize("begun", [b"G", b"GET / HTTP/1.1\r\nHost: local", b"GET / HTTP/1.1\r\n" + b"X: 1\r\n" * 9])
    def test_a_head_that_does_not_end_is_answered_408(self, here, begun):
        with served(here, HURRIED) as port, peer(port) as slow:
            slow.sendall(begun)
            answer = rest(slow)
        assert answer.startswith(b"HTTP/1.1 408") and b"retry-after: 5" in answer and b'"status":408' in answer

    @pytest.mark.proof
    def test_a_head_that_comes_byte_by_byte_has_no_more_time(self, here):
        with served(here, HURRIED) as port, peer(port) as slow:
            ended = False
            for byte in itertools.cycle(b"GET / HTTP/1.1\r\nHost: a" + b"a" * 10_000):
                try:
                    slow.sendall(bytes([byte]))
                except ConnectionError:
                    ended = True
                    break
                threading.Event().wait(0.01)
            assert ended

    def test_a_second_request_has_no_more_time_than_the_first(self, here):
        with served(here, HURRIED) as port, peer(port) as slow:
            slow.sendall(ASKED.replace(b"Connection: close\r\n", b"") + b"GET / HT")
            answer = rest(slow)
        assert answer.startswith(b"HTTP/1.1 200") and b"HTTP/1.1 408" in answer

    def test_who_connects_and_says_nothing_is_let_go(self, here):
        with served(here, HURRIED) as port, peer(port) as silent:
            assert rest(silent) == b""

    def test_a_body_that_does_not_keep_up_is_answered_408(self, blank, key):
        with served(blank, HURRIED) as port, peer(port) as slow:
            slow.sendall(f"{FACTS}X-API-Key: {key}\r\n\r\n{{".encode())
            answer = rest(slow)
        assert answer.startswith(b"HTTP/1.1 408")

    def test_a_form_that_stops_in_its_first_field_is_answered_408(self, here):
        head = (
            "POST /sources/demo-hand-samples/try HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000\r\n"
            'Content-Type: multipart/form-data; boundary=a\r\n\r\n--a\r\nContent-Disposition: form-data; name="k'
        )
        with served(here, HURRIED) as port, peer(port) as slow:
            slow.sendall(head.encode())
            assert rest(slow).startswith(b"HTTP/1.1 408")

    @pytest.mark.proof
    def test_a_body_that_keeps_up_may_take_longer(self, blank, key):
        body = b'{"rows": []' + b" " * 2_000 + b"}"
        with served(blank, replace(HURRIED, pace=100)) as port, peer(port) as steady:
            steady.sendall(pushing(key, body))
            for start in range(0, len(body), 100):
                steady.sendall(body[start : start + 100])
                threading.Event().wait(0.05)
            assert rest(steady).startswith(b"HTTP/1.1 201")

    @pytest.mark.proof
    def test_who_does_not_read_the_answer_is_let_go(self, blank):
        send(blank, month_rows("demo-qx2", "2025-08"))
        asked = b"GET /v1/readings?limit=10000 HTTP/1.1\r\nHost: localhost\r\n\r\n"
        with served(blank, HURRIED) as port, socket.socket() as deaf:
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            deaf.settimeout(30)
            deaf.connect(("127.0.0.1", port))
            deaf.sendall(asked * 20)
            threading.Event().wait(2)
            answer = rest(deaf)
        assert 0 < answer.count(b"HTTP/1.1 200") < 20


@pytest.mark.proof
class TestManyPeers:
    def test_half_sent_requests_keep_nobody_out(self, here):
        with served(here, Patience(connections=100)) as port, ExitStack() as opened:
            for _ in range(1_100):
                half = opened.enter_context(peer(port))
                half.sendall(b"GET / HTTP/1.1\r\nHost: local")
            assert talk(port, ASKED).startswith(b"HTTP/1.1 200")

    def test_idle_connections_make_room_for_new_ones(self, here):
        with served(here, Patience(connections=5)) as port, ExitStack() as opened:
            for _ in range(20):
                idle = opened.enter_context(peer(port))
                idle.sendall(ASKED.replace(b"Connection: close\r\n", b""))
                assert idle.recv(12) == b"HTTP/1.1 200"

    def test_where_all_are_asking_a_further_one_is_told_to_come_again(self, blank, key):
        with served(blank, Patience(connections=3)) as port, ExitStack() as opened:
            for _ in range(3):
                at_work = opened.enter_context(peer(port))
                at_work.sendall(f"{FACTS}X-API-Key: {key}\r\nExpect: 100-continue\r\n\r\n".encode())
                assert at_work.recv(99).startswith(b"HTTP/1.1 100")
            answer = talk(port)
        assert answer.startswith(b"HTTP/1.1 503") and b"retry-after: 5" in answer


@pytest.mark.proof
class TestStopping:
    """`served` waits for the server to end."""

    @pytest.mark.parametrize("begun", [b"", b"GET / HT", ASKED[:-2], FACTS.encode() + b"X-API-Key: %b\r\n\r\n{"])
    def test_a_half_sent_request_does_not_keep_a_server_from_stopping(self, blank, key, begun):
        with ExitStack() as opened:
            with served(blank) as port:
                half = opened.enter_context(peer(port))
                half.sendall(begun.replace(b"%b", key.encode()))
                threading.Event().wait(0.2)
            assert rest(half) == b""

    def test_a_refused_peer_that_goes_on_sending_does_not_either(self, here):
        with ExitStack() as opened, served(here) as port:
            refused = opened.enter_context(peer(port))
            refused.sendall(f"{FACTS}\r\n{{".encode())
            assert refused.recv(12) == b"HTTP/1.1 401"


class TestRates:
    RATES = Rates(Rate(0.001, 3), Rate(0.001, 6))

    @pytest.fixture
    def app(self, blank) -> Iterator[FastAPI]:
        yield application(replace(blank, settings=replace(blank.settings, rates=self.RATES), now=lambda: NOW))
        blank.engine.dispose()

    def statuses(self, app: FastAPI, number: int, path: str = "/v1/basins", **headers: str) -> list[int]:
        return [call(app, "GET", path, headers).status for _ in range(number)]

    @pytest.mark.parametrize("path", ["/v1/basins", "/", "/static/style.css", "/openapi.json", "/nowhere", "/v1/late"])
    def test_an_address_that_comes_too_often_is_told_when_to_come_again(self, app, path):
        statuses = self.statuses(app, 5, path)
        assert statuses[3:] == [429, 429] and 429 not in statuses[:3]
        answer = call(app, "GET", path, {})
        assert int(answer.headers["retry-after"]) > 0
        assert (answer.json()["title"], answer.headers["cache-control"]) == ("请求太频繁", "no-store")

    def test_what_writes_without_a_key_counts_as_well(self, app):
        assert [call(app, "POST", "/v1/facts", {}).status for _ in range(5)] == [401, 401, 401, 429, 429]

    def test_a_key_has_a_rate_of_its_own_wherever_it_comes_from(self, app, key):
        assert self.statuses(app, 4)[-1] == 429
        assert self.statuses(app, 7, **{"X-API-Key": key}) == [200] * 6 + [429]

    def test_a_key_that_does_not_open_is_no_key(self, app):
        assert self.statuses(app, 5, **{"X-API-Key": "wrong"}) == [200, 200, 200, 429, 429]

    def test_without_rates_nothing_is_counted(self, here):
        assert self.statuses(application(here), 50) == [200] * 50

    @pytest.mark.proof
    def test_who_was_told_to_come_again_is_not_read_before(self, blank):
        asked = ASKED.replace(b"Connection: close\r\n", b"")
        settings = replace(blank.settings, rates=self.RATES)
        with served(replace(blank, settings=settings), HURRIED) as port, peer(port) as eager:
            eager.sendall(asked * 100)
            threading.Event().wait(0.1)
            answered = eager.recv(65_536)
            eager.sendall(ASKED)
            assert answered.count(b"HTTP/1.1 200") == 3 and answered.count(b"HTTP/1.1 429") == 1
            assert eager.recv(65_536).count(b"HTTP/1.1 429") == 1

    def test_another_address_has_a_rate_of_its_own_if_its_proxy_is_believed(self, blank):
        def asked(port: int, address: str) -> bytes:
            return talk(port, ASKED.replace(b"Connection", f"X-Forwarded-For: {address}\r\nConnection".encode()))[9:12]

        for proxies, expected in (("127.0.0.1",), b"200"), ((), b"429"), (("10.0.0.1",), b"429"):
            settings = replace(blank.settings, rates=self.RATES, proxies=proxies)
            with served(replace(blank, settings=settings)) as port:
                assert [asked(port, "10.9.9.9") for _ in range(4)] == [b"200", b"200", b"200", b"429"]
                assert asked(port, "10.9.9.8") == expected

    @pytest.mark.parametrize(
        ("environ", "strangers", "keys", "proxies"),
        [
            ({}, 40, 200, ()),
            ({"HENGJIE_RATE": "5", "HENGJIE_KEY_RATE": "50", "HENGJIE_PROXY": "10.0.0.1, 10.0.2.0/24"}, 5, 50,
             ("10.0.0.1", "10.0.2.0/24")),
        ],
    )  # fmt: skip
    def test_the_rates_and_proxies_of_a_server_are_settings(self, environ, strangers, keys, proxies):
        settings = from_environment(environ)
        assert (settings.rates.strangers.a_second, settings.rates.keys.a_second) == (strangers, keys)
        assert settings.proxies == proxies


class TestTries:
    """Keys that do not open slow down whoever tries them."""

    def test_after_many_of_them_an_address_is_told_to_come_again(self, blank, key):
        app = application(replace(blank, now=lambda: NOW))
        tried = [call(app, "POST", "/v1/facts", {"X-API-Key": f"wrong {number}"}) for number in range(FREE + 9)]
        assert [answer.status for answer in tried[: FREE + 1]] == [403] * (FREE + 1)
        assert tried[-1].status == 429 and int(tried[-1].headers["retry-after"]) > 0
        assert all(answer.read == 0 for answer in tried)
        assert call(app, "POST", "/v1/facts", {"X-API-Key": key}).status == 429
        assert call(app, "GET", "/v1/basins", {"X-API-Key": "wrong"}).status == 200

    def test_a_key_that_opened_before_opens_all_the_same(self, blank, key):
        app = application(replace(blank, now=lambda: NOW))
        assert call(app, "POST", "/v1/facts", {"X-API-Key": key}).status == 422
        for number in range(FREE + 9):
            call(app, "POST", "/v1/facts", {"X-API-Key": f"wrong {number}"})
        assert call(app, "POST", "/v1/facts", {"X-API-Key": key}).status == 422


class TestBuckets:
    def test_fill_steadily_and_hold_no_more_than_a_full_one(self):
        now = 0.0
        buckets = Buckets(Rate(a_second=2, at_once=3), lambda: now)
        assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 0.5]
        assert (buckets.take("b"), buckets.take("a")) == (0, 0.5)
        now = 0.25
        assert buckets.take("a") == 0.25
        now = 0.5
        assert [buckets.take("a"), buckets.take("a")] == [0, 0.5]
        now = 1_000
        assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 0.5]
        buckets.give_back("a")
        assert [buckets.take("a"), buckets.take("a")] == [0, 0.5]

    def test_there_are_no_more_of_them_than_allowed_and_the_one_in_use_stays(self):
        buckets = Buckets(Rate(0.001, 1), lambda: 0.0)
        buckets.take("busy")
        for number in range(2 * MOST_BUCKETS):
            buckets.take(f"10.0.{number}")
            assert buckets.take("busy") > 0
        assert len(buckets._buckets) == MOST_BUCKETS

    def test_those_turned_away_are_listened_to_again_one_after_another(self):
        now = 0.0
        turns = Turns(lambda: now)
        assert [turns.next("a") for _ in range(3)] == pytest.approx([1, 1.01, 1.02])
        assert turns.next("b") == 1
        now = 0.5
        assert turns.next("a") == pytest.approx(1)
        assert [turns.next("a") for _ in range(2_000)][-1] == 10
        now = 60
        assert turns.next("a") == 1

    @pytest.mark.parametrize(
        ("host", "bucket"),
        [
            ("10.0.0.1", "10.0.0.1"),
            ("::ffff:10.0.0.1", "10.0.0.1"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
            ("testclient", "testclient"),
        ],
    )
    def test_one_customer_of_a_provider_is_one_peer(self, host, bucket):
        assert bucket_of(host) == bucket


class TestLanes:
    async def _used(self, lane: Lane, whose: str, go: asyncio.Event, log: list[str]) -> None:
        try:
            async with lane.place(whose):
                log.append(f"{whose} in")
                await go.wait()
        except Refused as refusal:
            log.append(f"{whose} {refusal.status}")

    def scene(self, width: Width, askers: str) -> tuple[list[str], list[str]]:
        """What happened before the first ones were done, and at the end."""

        async def played() -> tuple[list[str], list[str]]:
            lane, go, log = Lane(width), asyncio.Event(), []
            tasks = [asyncio.create_task(self._used(lane, whose, go, log)) for whose in askers]
            await asyncio.sleep(0.01)
            before = sorted(log)
            go.set()
            await asyncio.gather(*tasks)
            return before, sorted(log)

        return asyncio.run(played())

    def test_some_are_answered_some_wait_and_the_rest_come_again(self):
        before, after = self.scene(Width(at_once=2, waiting=2, of_one=9), "abcdef")
        assert before == ["a in", "b in", "e 429", "f 429"]
        assert after == ["a in", "b in", "c in", "d in", "e 429", "f 429"]

    def test_of_each_one_is_answered_at_a_time_and_none_alone_fills_it(self):
        before, after = self.scene(Width(at_once=2, waiting=9, of_one=3), "aaaaab")
        assert before == ["a 429", "a 429", "a in", "b in"]
        assert after == ["a 429", "a 429", "a in", "a in", "a in", "b in"]

    def test_who_waits_too_long_comes_again(self):
        async def played() -> list[str]:
            lane, go, log = Lane(Width(at_once=1, waiting=9, of_one=9, seconds=0.01)), asyncio.Event(), []
            first = asyncio.create_task(self._used(lane, "a", go, log))
            await asyncio.sleep(0)
            await self._used(lane, "b", go, log)
            await self._used(lane, "a", go, log)
            go.set()
            await first
            await self._used(lane, "c", go, log)
            return log

        assert asyncio.run(played()) == ["a in", "b 429", "a 429", "c in"]

    def test_many_heavy_reads_keep_no_push_waiting(self, blank, key):
        send(blank, month_rows("demo-qx2", "2025-08"))
        settings = replace(blank.settings, rates=Rates(Rate(1e6, 1e6), Rate(1e6, 1e6)))
        body = b'{"rows": []}'
        late = ASKED.replace(b"/v1/basins", b"/v1/late?status=all")
        with served(replace(blank, settings=settings)) as port, ThreadPoolExecutor(49) as pool:
            reads = [pool.submit(talk, port, late) for _ in range(48)]
            assert talk(port, pushing(key, body), body).startswith(b"HTTP/1.1 201")
            statuses = {read.result()[9:12] for read in reads}
        assert statuses == {b"200", b"429"}
