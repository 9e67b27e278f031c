"""Fetching the answer of a declared address, and of no other: what an address leads to must not be inside the network.

In: an address, the hosts it may lead to, and what the operator says may be reached inside. Out: the bytes of the
answer. Every host is resolved before it is connected to, at first and after each redirection, and the connection goes
to the very address that was looked at, so that a name which is resolved differently a moment later leads nowhere else.
An address that is not on the public internet (of this machine, private, link-local, shared, multicast, or such an IPv4
address inside an IPv6 one) is reached only where the operator names it. Nothing that an answer says is told when it is
refused: neither its body nor its headers, only a status by number. Proxies of the environment are not used: what a
proxy connects to cannot be looked at.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from ipaddress import ip_address
from threading import Timer
from typing import NamedTuple
from urllib.parse import quote, urljoin, urlsplit

from basin.errors import HengjieError, Unavailable
from basin.hosts import SETTING, Inside, host_of, is_public, plain_host

MOST_REDIRECTIONS = 5
REDIRECTIONS = (301, 302, 303, 307, 308)
DONE = range(200, 300)
PORTS = {"http": 80, "https": 443}
BLOCK = 2**16
KEPT_AS_WRITTEN = "/%:;,=&?@!$'()*+~[]"  # of a path and its query; all else is quoted


class Limits(NamedTuple):
    """How much is fetched: the size of an answer, the wait [s] for it to begin or go on, and for all of it."""

    bytes: int
    wait_seconds: float
    whole_seconds: float


class _Place(NamedTuple):
    """Where an address leads: the parts of it that are sent."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def named(self) -> str:
        """The host as the header of a request names it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


class _Peer(NamedTuple):
    """An address that was looked at, as a socket connects to it."""

    family: int
    sockaddr: tuple[str, int]


class TooLarge(Exception):
    """The answer is larger than the limit."""


def fetch(address: str, hosts: Collection[str], within: Inside, limits: Limits, shown: str) -> bytes:
    """The body of the answer of an address.

    Parameters
    ----------
    address : ``http://…`` or ``https://…``.
    hosts : those that a redirection may lead to; the host of the address is one without being named.
    within : what the operator says may be reached inside.
    limits : of size and time.
    shown : the address as it is told in refusals.

    Raises
    ------
    Unavailable : no answer in time, an answer that says no, or a host that must not be reached. TooLarge.
    """
    may_lead_to = {host_of(address), *map(plain_host, hosts)}
    until = time.monotonic() + limits.whole_seconds
    for _ in range(MOST_REDIRECTIONS + 1):
        place = _place(address, may_lead_to, shown)
        with _told(shown), _answer(place, within, limits, until, shown) as answer:
            if answer.status in DONE:
                return _body(answer, limits, until)
            location = answer.getheader("Location") if answer.status in REDIRECTIONS else None
            if location is None:
                raise _unavailable(shown, f"对方答复 {answer.status}", f"the answer was {answer.status}")
        address = _led_to(address, location, shown)
    raise _unavailable(shown, f"转向超过 {MOST_REDIRECTIONS} 次", "too many redirections")


def _place(address: str, may_lead_to: Collection[str | None], shown: str) -> _Place:
    """Where an address leads, if it may be reached."""
    host = host_of(address)
    if host is None:
        raise _unavailable(shown, "不是 http、https 网址，或写着用户、密码", "not an address that may be fetched")
    if host not in may_lead_to:
        remedy = "确要跟随的，在声明的 hosts 里写明那个主机"
        raise _unavailable(shown, "转向了没有声明的主机", "a redirection to a host that is not declared", remedy)
    parts = urlsplit(address)
    scheme = parts.scheme.lower()
    target = quote(parts.path or "/", safe=KEPT_AS_WRITTEN)
    if parts.query:
        target += "?" + quote(parts.query, safe=KEPT_AS_WRITTEN)
    return _Place(scheme, host, parts.port or PORTS[scheme], target)


def _led_to(address: str, location: str, shown: str) -> str:
    """The address of a redirection."""
    try:
        led_to = urljoin(address, location)
    except ValueError:
        raise _unavailable(shown, "转向的地址读不懂", "an unreadable redirection") from None
    if address.lower().startswith("https:") and not led_to.lower().startswith("https:"):
        raise _unavailable(shown, "从 https 转向了不加密的地址", "a redirection from https to something else")
    return led_to


@contextmanager
def _told(shown: str) -> Iterator[None]:
    """Say what failed by its kind alone: what an exception of the network says may be what the answer says."""
    try:
        yield
    except (TooLarge, HengjieError):
        raise
    except TimeoutError:
        raise _unavailable(shown, "没有及时应答", "no answer in time") from None
    except ssl.SSLError as problem:
        kind = "证书不可信" if isinstance(problem, ssl.SSLCertVerificationError) else "TLS 没有谈成"
        raise _unavailable(shown, kind, type(problem).__name__) from None
    except http.client.HTTPException as problem:
        raise _unavailable(shown, "答复不是完整的 HTTP", type(problem).__name__) from None
    except (OSError, ValueError) as problem:
        raise _unavailable(shown, "连接不上，或中途断了", type(problem).__name__) from None


@contextmanager
def _answer(
    place: _Place, within: Inside, limits: Limits, until: float, shown: str
) -> Iterator[http.client.HTTPResponse]:
    """What a place answers, before its body is read.

    The connection is cut when the time for all of it is over, whatever it is doing then: a peer that sends a byte
    now and then would never be waited for too long.
    """
    with _connected(_peers(place, within, shown), limits, until) as plain, plain.dup() as same:
        timer = Timer(_left(until), _shut_down, [same])
        timer.daemon = True
        timer.start()
        try:
            with _secured(plain, place) as line:
                connection = http.client.HTTPConnection(place.host, place.port)
                connection.auto_open = 0  # it is connected already, and to nothing else
                connection.sock = line
                connection.putrequest("GET", place.target, skip_host=True, skip_accept_encoding=True)
                headers = {"Host": place.named, "User-Agent": "hengjie", "Accept-Encoding": "identity"}
                for name, value in (headers | {"Connection": "close"}).items():
                    connection.putheader(name, value)
                connection.endheaders()
                with connection.getresponse() as answer:
                    yield answer
        except (OSError, http.client.HTTPException, ValueError):
            _left(until)  # what was cut off came too late, whatever it looks like
            raise
        finally:
            timer.cancel()


def _shut_down(line: socket.socket) -> None:
    try:
        line.shutdown(socket.SHUT_RDWR)
    except OSError:  # the peer was quicker
        return


def _left(until: float) -> float:
    """The time [s] that is left.

    Raises
    ------
    TimeoutError : none is.
    """
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _peers(place: _Place, within: Inside, shown: str) -> Sequence[_Peer]:
    """The addresses of a host, all of which may be reached."""
    try:
        resolved = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as problem:
        raise _unavailable(shown, "解析不到主机", type(problem).__name__) from None
    peers = []
    for family, _, _, _, sockaddr in resolved:
        address = ip_address(str(sockaddr[0]))
        if not is_public(address) and not within.holds(place.host, address):
            zh = "主机在内网或本机"
            en = "the host is inside the network, or this machine"
            raise _unavailable(shown, zh, en, f"确要从内网取的，由管理员写进 {SETTING}")
        peers.append(_Peer(family, sockaddr))  # type: ignore[arg-type]  # an IPv6 one has two numbers more
    return peers


@contextmanager
def _connected(peers: Sequence[_Peer], limits: Limits, until: float) -> Iterator[socket.socket]:
    """A connection to the first of some addresses that takes it."""
    problem: OSError = OSError("no address")
    for peer in peers:
        wait = min(limits.wait_seconds, _left(until))
        line = socket.socket(peer.family, socket.SOCK_STREAM)
        line.settimeout(wait)
        try:
            line.connect(peer.sockaddr)
        except OSError as refusal:
            line.close()
            problem = refusal
            continue
        with line:
            yield line
        return
    raise problem


def _secured(line: socket.socket, place: _Place) -> socket.socket:
    """The connection, encrypted and with the host's certificate checked where the address says ``https``."""
    if place.scheme != "https":
        return line
    return ssl.create_default_context().wrap_socket(line, server_hostname=place.host)


def _body(answer: http.client.HTTPResponse, limits: Limits, until: float) -> bytes:
    """All that an answer brings.

    Raises
    ------
    TooLarge : more than the limit. TimeoutError : the time is over. IncompleteRead : less than it announced.
    """
    raw = bytearray()
    while block := answer.read1(BLOCK):
        raw += block
        if len(raw) > limits.bytes:
            raise TooLarge
        _left(until)
    _left(until)  # a connection that was cut looks like the end
    if answer.length:
        raise http.client.IncompleteRead(b"", answer.length)
    return bytes(raw)


def _unavailable(shown: str, zh: str, en: str, remedy: str = "检查地址与网络，稍后再试") -> Unavailable:
    return Unavailable(f"取不到数据：{zh}", f"nothing could be fetched: {en}", file=shown, remedy=remedy)
