"""What a source's address may lead to: declared hosts on the public internet, within limits, and nothing else.

The servers are of this machine, which stands for the inside of a network; the operator of a test names what may be
reached of it all the same.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from socket import AF_INET, SOCK_STREAM, create_server, socket
from traceback import format_exception
from typing import Any

import pytest
from sqlalchemy import Engine

from basin.errors import Unavailable, UsageError
from basin.hosts import NOTHING_INSIDE, host_of, inside, is_public
from basin.sources import Source
from monitoring_ingest.doors import fetching
from monitoring_ingest.doors.fetching import Limits, TooLarge, fetch
from monitoring_ingest.doors.pulling import fetched, source_job
from monitoring_ingest.schedule.job import catch_up
from monitoring_ingest.schedule.store import listed_runs
from tests.monitoring_ingest.makers import NOW, THIS_MACHINE, network, served

SECRET = b"root:x:0:0:the key of the inside is 4711"
PLENTY = Limits(bytes=2**20, wait_seconds=30, whole_seconds=60)
BY_NAME = inside(["data.example.cn"])


def got(address: str, *hosts: str, within: Any = THIS_MACHINE, limits: Limits = PLENTY) -> bytes:
    return fetch(address, hosts, within, limits, "https://data.example.cn/…")


def why(address: str, *hosts: str, within: Any = THIS_MACHINE, limits: Limits = PLENTY) -> str:
    """Why an address is not fetched, in all the words that people are told; the log says no more of the answer."""
    with pytest.raises(Unavailable, match="取不到数据：") as refused:
        got(address, *hosts, within=within, limits=limits)
    assert "4711" not in "".join(format_exception(refused.value))
    return str(refused.value)


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Lets a name be resolved to addresses, to others each time it is asked for."""

    def resolves(**hosts: list[str]) -> None:
        answers = {host.replace("_", "."): list(addresses) for host, addresses in hosts.items()}

        def lookup(host: str, port: int, **_: Any) -> list[Any]:
            listed = answers.get(host, [host])
            addresses = listed.pop(0) if len(listed) > 1 else listed[0]
            return [(AF_INET, SOCK_STREAM, 6, "", (address, port)) for address in addresses.split()]

        monkeypatch.setattr("socket.getaddrinfo", lookup)

    return resolves


class TestAddresses:
    """Which addresses are those of the public internet."""

    @pytest.mark.parametrize(
        "address",
        [
            "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
            "169.254.169.254", "100.64.0.1", "100.100.100.200", "100.127.255.255", "192.0.0.8", "192.0.2.1",
            "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1",
            "255.255.255.255", "168.63.129.16",
            "::", "::1", "fe80::1", "fe80::1%2", "fc00::1", "fd12:3456::1", "fec0::1", "ff02::1", "ff0e::1",
            "2001:db8::1", "3fff::1", "100::1", "2001::1", "64:ff9b:1::1",
            "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:100.64.0.1", "::ffff:224.0.0.1", "::127.0.0.1",
            "64:ff9b::127.0.0.1", "64:ff9b::a00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:a00:1::1",
            "2002:c0a8:101::1", "::ffff:0:0",
        ],
    )  # fmt: skip
    def test_inside(self, address: str) -> None:
        assert not is_public(ip_address(address))

    @pytest.mark.parametrize(
        "address",
        ["8.8.8.8", "114.114.114.114", "100.63.255.255", "100.128.0.1", "172.32.0.1", "2400:3200::1",
         "2001:4860:4860::8888", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"],
    )  # fmt: skip
    def test_public(self, address: str) -> None:
        assert is_public(ip_address(address))

    @pytest.mark.parametrize(
        ("address", "host"),
        [
            ("http://Data.Example.CN./x", "data.example.cn"),
            ("https://[::1]:8443/", "::1"),
            ("http://水质.example.cn/", "xn--1rwy61e.example.cn"),
            ("http://a:b@data.example.cn/", None),
            ("http://@data.example.cn/", None),
            ("http:///x", None),
            ("http://data.example.cn:x/", None),
            ("http://[::1/", None),
            ("ftp://data.example.cn/", None),
            ("file:///etc/passwd", None),
            ("//data.example.cn/", None),
        ],
    )
    def test_the_host_of_an_address(self, address: str, host: str | None) -> None:
        assert host_of(address) == host

    @pytest.mark.parametrize("entry", ["http://a.cn", "10.0.0.0/99", "a.cn:80", "a b", "*.cn"])
    def test_what_an_operator_may_not_write(self, entry: str) -> None:
        with pytest.raises(UsageError, match="HENGJIE_ALLOW_HOSTS 里不是主机名、地址或网段"):
            inside([entry])


class TestInside:
    """What is inside is reached only where the operator names it."""

    @pytest.mark.parametrize(
        "host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "[::ffff:127.0.0.1]", "0"]
    )
    def test_this_machine_by_whatever_name(self, host: str) -> None:
        with served((200, SECRET, "")) as address:
            port = address.rpartition(":")[2]
            told = why(f"http://{host}:{port}/", within=NOTHING_INSIDE)
        assert "主机在内网或本机" in told or "解析不到主机" in told
        assert "由管理员写进 HENGJIE_ALLOW_HOSTS" in told or "解析不到主机" in told
        assert "4711" not in told

    @pytest.mark.parametrize("allowed", ["127.0.0.1", "127.0.0.0/8"])
    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"])
    def test_an_address_or_a_network_that_the_operator_names(
        self, allowed: str, host: str, named: Callable[..., None]
    ) -> None:
        named(localhost=["127.0.0.1"], **{"::ffff:127_0_0_1": ["127.0.0.1"]})
        with served((200, b"x", "")) as address:
            assert got(address.replace("127.0.0.1", host), within=inside([allowed])) == b"x"
            assert "主机在内网或本机" in why(address, within=inside(["127.0.0.2", "10.0.0.0/8"]))

    def test_a_name_that_the_operator_names(self, named: Callable[..., None]) -> None:
        named(data_example_cn=["127.0.0.1"])
        with served((200, b"x", "")) as address:
            port = address.rpartition(":")[2]
            assert got(f"http://data.example.cn:{port}/", within=BY_NAME) == b"x"
            assert "主机在内网或本机" in why(f"http://data.example.cn:{port}/", within=inside(["else.example.cn"]))

    def test_a_name_of_which_one_address_is_inside(self, named: Callable[..., None]) -> None:
        named(data_example_cn=["8.8.8.8 127.0.0.1"])
        assert "主机在内网或本机" in why("http://data.example.cn/", within=NOTHING_INSIDE)

    def test_a_name_that_is_resolved_to_the_inside_a_moment_later_is_not_asked_again(
        self, named: Callable[..., None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The connection goes to the address that was looked at; a second look-up would be the attack."""
        named(data_example_cn=["203.0.113.9", "127.0.0.1"])
        monkeypatch.setattr(fetching, "is_public", lambda address: str(address) == "203.0.113.9")
        limits = PLENTY._replace(wait_seconds=0.2)
        with served((200, SECRET, "")) as address:
            port = address.rpartition(":")[2]
            told = why(f"http://data.example.cn:{port}/", within=NOTHING_INSIDE, limits=limits)
        assert "4711" not in told


class TestRedirections:
    """Each is looked at like the address itself."""

    @pytest.fixture
    def led_to(self, named: Callable[..., None]) -> Callable[..., str]:
        """Why a declared address is not fetched that leads to another one; its own server may be reached."""
        named(data_example_cn=["127.0.0.1"])

        def refusal(location: str, *hosts: str) -> str:
            with served((302, SECRET, location)) as address:
                return why(f"http://data.example.cn:{address.rpartition(':')[2]}/", *hosts, within=BY_NAME)

        return refusal

    @pytest.mark.parametrize(
        "location", ["http://127.0.0.1/", "http://[::ffff:127.0.0.1]/", "//10.0.0.1/", "http://else.example.cn/"]
    )
    def test_to_a_host_that_is_not_declared(self, led_to: Callable[..., str], location: str) -> None:
        told = led_to(location)
        assert "转向了没有声明的主机" in told and "在声明的 hosts 里写明那个主机" in told
        assert "127" not in told and "else" not in told and "4711" not in told

    @pytest.mark.parametrize("host", ["127.0.0.1", "10.1.2.3", "169.254.169.254"])
    def test_to_a_declared_host_that_is_inside(self, led_to: Callable[..., str], host: str) -> None:
        assert "主机在内网或本机" in led_to(f"http://{host}/latest/meta-data", host)

    @pytest.mark.parametrize(
        "location",
        ["file:///etc/passwd", "ftp://data.example.cn/", "gopher://data.example.cn/", "http://a:b@data.example.cn/",
         "http://[::1", "http://data.example.cn:x/", "data:,x"],
    )  # fmt: skip
    def test_to_what_is_no_plain_address(self, led_to: Callable[..., str], location: str) -> None:
        told = led_to(location)
        assert "不是 http、https 网址，或写着用户、密码" in told or "转向的地址读不懂" in told

    def test_to_a_declared_host_and_to_another_path_is_followed(self, named: Callable[..., None]) -> None:
        named(data_example_cn=["127.0.0.1"], www_example_cn=["127.0.0.1"])
        with served((200, b"x", "")) as last:
            port = last.rpartition(":")[2]
            answers = ((301, b"", "there?a=1"), (307, b"", f"http://WWW.example.cn:{port}/"))
            with served(*answers) as first:
                address = f"http://data.example.cn:{first.rpartition(':')[2]}/here"
                within = inside(["data.example.cn", "www.example.cn"])
                assert got(address, "www.example.cn", within=within) == b"x"

    def test_for_ever_end(self) -> None:
        with served((302, b"", "/again")) as address:
            assert "转向超过 5 次" in why(address)

    def test_from_https_to_http_is_not_followed(self) -> None:
        with pytest.raises(Unavailable, match="从 https 转向了不加密的地址"):
            fetching._led_to("https://data.example.cn/", "http://data.example.cn/", "x")

    def test_that_says_nowhere_is_an_answer_like_any_other(self) -> None:
        with served((302, SECRET, "")) as address:
            assert "对方答复 302" in why(address)


@contextmanager
def answering(*blocks: bytes, every: float = 0.0) -> Iterator[str]:
    """A server that reads a request and then says these blocks, whatever they are, one every so often [s]."""
    ended = threading.Event()

    def serve(listener: socket) -> None:
        line, _ = listener.accept()
        with line:
            line.recv(2**16)
            for block in blocks:
                try:
                    line.sendall(block)
                except OSError:  # the peer is gone
                    return
                ended.wait(every)

    with create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=[listener])
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        finally:
            ended.set()
            thread.join()


class TestAnswers:
    """A refusal tells a status by number or the kind of failure, never what came."""

    @pytest.mark.parametrize("status", [100, 204, 304, 400, 401, 403, 404, 500, 503])
    def test_a_status_is_told_by_its_number(self, status: int) -> None:
        head = f"HTTP/1.1 {status} {SECRET.decode()}\r\nContent-Length: {len(SECRET)}\r\n\r\n"
        with answering(head.encode() + SECRET) as address:
            if status == 204:
                assert got(address) == b""
            else:
                told = why(address)
                assert "4711" not in told
                assert f"对方答复 {status}" in told or status == 100

    @pytest.mark.parametrize(
        "answer",
        [
            b"SSH-2.0-OpenSSH_9.2 4711\r\n",
            b"-ERR unknown command 4711\r\n",
            b"HTTP/1.1 4711 x\r\n\r\n",
            b"",
            b"HTTP/1.1 200 OK\r\n" + b"X: 4711\r\n" * 1000,
            b"HTTP/1.1 200 OK\r\nX: " + b"4711" * 100_000,
            b"HTTP/1.1 200 OK\r\nContent-Length: 4711\r\n\r\nshort",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4711zz\r\n",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nshort",
        ],
    )
    def test_what_is_no_whole_answer(self, answer: bytes) -> None:
        with answering(answer) as address:
            told = why(address)
        assert "答复不是完整的 HTTP" in told or "连接不上，或中途断了" in told
        assert "4711" not in told and "SSH" not in told

    def test_a_whole_answer_is_taken_however_its_end_is_told(self) -> None:
        for headers, body in (
            (b"Content-Length: 3\r\n", b"abc"),
            (b"Transfer-Encoding: chunked\r\n", b"3\r\nabc\r\n0\r\n\r\n"),
            (b"", b"abc"),
        ):
            with answering(b"HTTP/1.1 200 OK\r\n" + headers + b"\r\n" + body) as address:
                assert got(address) == b"abc"

    def test_more_than_the_limit_is_not_read_to_its_end(self) -> None:
        with answering(b"HTTP/1.1 200 OK\r\n\r\n", *[b"x" * 2**16] * 64) as address, pytest.raises(TooLarge):
            got(address, limits=PLENTY._replace(bytes=2**20))

    @pytest.mark.parametrize(
        "blocks",
        [
            [b"H"] + [b"x"] * 500,  # a status line that does not end
            [b"HTTP/1.1 200 OK\r\n"] + [b"X: y\r\n"] * 90,  # headers that do not end
            [b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"] + [b"x"] * 500,
            [b"HTTP/1.1 200 OK\r\n\r\n"] + [b"x"] * 500,  # a body that ends when the connection does
        ],
    )
    def test_a_byte_now_and_then_is_not_waited_for_too_long(self, blocks: list[bytes]) -> None:
        """The time for all of it is over, though each byte comes in time."""
        with answering(*blocks, every=0.05) as address:
            assert "没有及时应答" in why(address, limits=PLENTY._replace(whole_seconds=0.4))

    def test_silence_is_not_waited_for_too_long(self) -> None:
        with answering(b"", every=30) as address:
            assert "没有及时应答" in why(address, limits=PLENTY._replace(wait_seconds=0.2))

    def test_what_speaks_no_tls(self) -> None:
        with served((200, SECRET, "")) as address:  # which speaks no TLS at all
            told = why(address.replace("http:", "https:"))
        assert "TLS 没有谈成" in told and "4711" not in told

    def test_the_request_carries_neither_name_nor_password(self) -> None:
        heard: list[bytes] = []
        with create_server(("127.0.0.1", 0)) as listener:

            def serve() -> None:
                line, _ = listener.accept()
                with line:
                    heard.append(line.recv(2**16))
                    line.sendall(b"HTTP/1.1 200 OK\r\n\r\n")

            thread = threading.Thread(target=serve)
            thread.start()
            port = listener.getsockname()[1]
            got(f"http://127.0.0.1:{port}/水 位?站=1&a=%20#later")
            thread.join()
        lines = heard[0].decode("ascii").split("\r\n")
        assert lines == [
            "GET /%E6%B0%B4%20%E4%BD%8D?%E7%AB%99=1&a=%20 HTTP/1.1", f"Host: 127.0.0.1:{port}",
            "User-Agent: hengjie", "Accept-Encoding: identity", "Connection: close", "", "",
        ]  # fmt: skip


def test_a_run_that_was_refused_says_so_and_nothing_of_the_inside(engine: Engine) -> None:
    """What stands in the list of runs, on the page of the source and in the log."""
    with served((200, SECRET, "")) as address:
        place = f"{address}/x?key=k"
        source = Source(code="web", title="虚构", format="readings", place=place, every_hours=4, file="x.yaml")
        (ran,) = catch_up(engine, [source_job(engine, network(), source)], NOW)
    with engine.connect() as connection:
        (run,) = listed_runs(connection)
    assert "取不到数据：主机在内网或本机" in (ran.failure or "")
    assert "4711" not in run["outcome"] and "key=k" not in run["outcome"]


def test_an_answer_that_is_allowed_becomes_a_file() -> None:
    with served((200, b"x", "")) as address:
        source = Source(code="web", title="虚构", format="readings", place=f"{address}/a.csv", file="x.yaml")
        assert fetched(source, NOW, THIS_MACHINE) == ("2026-01-01_0800-a.csv", b"x")
