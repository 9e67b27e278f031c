"""Where this installation keeps its state and where it listens.

In: environment variables. Out: one frozen `Settings`. It opens nothing and creates nothing.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from basin.errors import UsageError
from basin.hosts import NOTHING_INSIDE, SETTING, Inside, host_of, inside
from basin.written.numbers import whole


@dataclass(frozen=True)
class Limits:
    """What one request may hand in; more is refused before memory is spent on it.

    Attributes
    ----------
    body : bytes of a body, unpacked; ``HENGJIE_BODY_LIMIT``.
    rows : readings; ``HENGJIE_ROW_LIMIT``.
    """

    body: int = 16 * 2**20
    rows: int = 100_000


@dataclass(frozen=True)
class Rate:
    """How often somebody may ask.

    Attributes
    ----------
    a_second : requests a second, on and on.
    at_once : requests after a pause.
    """

    a_second: float
    at_once: float


@dataclass(frozen=True)
class Rates:
    """How often one address without a key may ask, and one key.

    Attributes
    ----------
    strangers : of each address; ``HENGJIE_RATE``, requests a second.
    keys : of each key, from wherever; ``HENGJIE_KEY_RATE``.
    """

    strangers: Rate
    keys: Rate


@dataclass(frozen=True)
class Provider:
    """Who vouches for people that sign in by OpenID Connect, and as whom this server is registered there.

    Attributes
    ----------
    issuer : its address, exactly as the provider writes it; ``HENGJIE_OIDC_ISSUER``.
    client_id, client_secret : of this server; ``HENGJIE_OIDC_CLIENT_ID``, ``HENGJIE_OIDC_CLIENT_SECRET``.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)


STRANGERS_A_SECOND = 40
KEYS_A_SECOND = 200
AT_ONCE_SECONDS = 2  # so many seconds' requests may come together after a pause
DEFAULTS = Limits()
ANY = "*"
CLIENT = ("HENGJIE_OIDC_ISSUER", "HENGJIE_OIDC_CLIENT_ID", "HENGJIE_OIDC_CLIENT_SECRET")
SIGNED = "signed"
PUBLIC = "public"
OPEN = "open"
READINGS = (SIGNED, PUBLIC, OPEN)
OFF = "off"


@dataclass(frozen=True)
class Settings:
    """What differs between installations.

    Attributes
    ----------
    data : directory of the state (embedded database, inbox); ``HENGJIE_DATA``.
    database_url : an SQLAlchemy address; empty means SQLite in `data`; ``HENGJIE_DATABASE_URL``.
    host, port : where pages and API are served; ``HOST``, ``PORT``.
    extra : outside directories whose codes shadow bundled ones; ``HENGJIE_WITH``, separated like ``PATH``.
    hosts : names and addresses that a request may be for, `ANY` for any; ``HENGJIE_HOSTS``, separated by commas. This
        machine itself is always among them. Whoever serves gets `hosts_of` the address where none is named.
    rates : how often who may ask; None: as often as anybody likes, for a program that calls the application itself.
    proxies : addresses and networks whose ``X-Forwarded-For`` and ``X-Forwarded-Proto`` are believed;
        ``HENGJIE_PROXY``, separated by commas.
    settling_day : day of the month (1–28) on which the closed month is settled; ``HENGJIE_SETTLING_DAY``.
    limits : what one request may hand in.
    inside : hosts, addresses and networks that sources may be fetched from although they are not on the public
        internet; ``HENGJIE_ALLOW_HOSTS``, separated by commas.
    provider : who vouches for people; None: they sign in by a password alone.
    origin : scheme, host and port that browsers reach this server by; ``HENGJIE_ADDRESS``, else those it listens at. A
        provider sends people back there, so it is never taken from a request.
    reading : who may read: `SIGNED` people what their offices may, `PUBLIC` everybody the network, what is confirmed
        and its observations, `OPEN` everybody everything; ``HENGJIE_READING``. A program that calls the application
        itself reads everything where it sets nothing.
    people : whether people sign in; ``HENGJIE_PEOPLE=off`` on a machine that serves nobody but itself, which then reads
        everything.
    """

    data: Path = Path("var")
    database_url: str = ""
    host: str = "127.0.0.1"
    port: int = 8000
    extra: tuple[Path, ...] = ()
    hosts: tuple[str, ...] = (ANY,)
    rates: Rates | None = None
    proxies: tuple[str, ...] = ()
    settling_day: int = 5
    limits: Limits = DEFAULTS
    inside: Inside = NOTHING_INSIDE
    provider: Provider | None = None
    origin: str = "http://127.0.0.1:8000"
    reading: str = OPEN
    people: bool = True

    @property
    def inbox(self) -> Path:
        """The folder whose files are taken in every 4 hours."""
        return self.data / "inbox"

    @property
    def url(self) -> str:
        """The address of the database, the embedded one where none is named."""
        return self.database_url or f"sqlite:///{self.data / 'hengjie.sqlite'}"

    @property
    def address(self) -> str:
        """The address a browser opens."""
        return f"http://{self.host}:{self.port}"


def from_environment(environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of the environment; what is not set keeps its default.

    Raises
    ------
    UsageError : when ``PORT`` is no port, the day no day, a limit no number, a proxy no address, an allowed host none,
        a provider of OpenID Connect is named by halves, who may read is none of `READINGS`, or people are switched off
        where others could reach this server.
    """
    host = environ.get("HOST") or Settings.host
    port = _port(environ.get("PORT") or str(Settings.port))
    hosts = _listed(environ, "HENGJIE_HOSTS") or hosts_of(host)
    people = _people(environ, host)
    provider = _provider(environ)
    origin = _origin(environ, host, port, needed=provider is not None)
    called = host_of(environ.get("HENGJIE_ADDRESS", "").strip())
    if called is not None and not {called, ANY} & set(hosts):
        hosts = (*hosts, called)  # where browsers are told to come back to, they are let in
    return Settings(
        data=Path(environ.get("HENGJIE_DATA") or "var"),
        database_url=environ.get("HENGJIE_DATABASE_URL", ""),
        host=host,
        port=port,
        extra=tuple(Path(part) for part in environ.get("HENGJIE_WITH", "").split(os.pathsep) if part),
        hosts=hosts,
        rates=Rates(
            _rate(environ, "HENGJIE_RATE", STRANGERS_A_SECOND),
            _rate(environ, "HENGJIE_KEY_RATE", KEYS_A_SECOND),
        ),
        proxies=_proxies(environ),
        settling_day=_day(environ.get("HENGJIE_SETTLING_DAY") or str(Settings.settling_day)),
        limits=Limits(
            _above_zero(environ, "HENGJIE_BODY_LIMIT", DEFAULTS.body),
            _above_zero(environ, "HENGJIE_ROW_LIMIT", DEFAULTS.rows),
        ),
        inside=inside(environ.get(SETTING, "").replace(",", " ").split()),
        provider=provider,
        origin=origin,
        reading=_reading(environ) if people else OPEN,
        people=people,
    )


def hosts_of(host: str) -> tuple[str, ...]:
    """What a server that listens at `host` may be called.

    Listening at every address of the machine, ``0.0.0.0`` or ``::``, it may be called by any address in digits, which
    `host` itself stands for, and by the name of the machine. A name of somebody else's that leads here is refused: a
    page under such a name would otherwise read this server with the browser of whoever opens the page.
    """
    return (host, socket.gethostname().lower()) if is_every_address(host) else (host.lower(),)


def is_secure(address: str) -> bool:
    """Whether what is sent to an address stays between it and this server: https, or http to this very machine."""
    host = host_of(address)
    if host is None:
        return False
    return address.lower().startswith("https://") or is_this_machine(host)


def is_this_machine(host: str) -> bool:
    """Whether a host is a loopback address, or the name that stands for them."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_every_address(host: str) -> bool:
    """Whether a server that listens at `host` listens at every address of the machine."""
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def _people(environ: Mapping[str, str], host: str) -> bool:
    """Whether people sign in."""
    written = environ.get("HENGJIE_PEOPLE", "").strip().lower()
    if written not in ("", "on", OFF):
        zh = f"HENGJIE_PEOPLE 只能是 on 或 off：{written!r}"
        raise UsageError(zh, "either on or off", path="HENGJIE_PEOPLE", remedy="写 on 或 off")
    if written == OFF and not is_this_machine(host.lower()):
        zh = f"HENGJIE_PEOPLE=off 只能用在只供本机访问的服务上，HOST 现为 {host}"
        en = "people can be switched off only where nobody but this machine is served"
        raise UsageError(zh, en, path="HENGJIE_PEOPLE", remedy="去掉 HENGJIE_PEOPLE，或写 HOST=127.0.0.1")
    return written != OFF


def _reading(environ: Mapping[str, str]) -> str:
    """Who may read."""
    written = environ.get("HENGJIE_READING", "").strip().lower() or SIGNED
    if written not in READINGS:
        zh = f"HENGJIE_READING 没有这一档：{written!r}"
        raise UsageError(zh, "no such setting", path="HENGJIE_READING", remedy=f"可用：{'、'.join(READINGS)}")
    return written


def _listed(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    """What is separated by commas in a variable."""
    return tuple(part.strip().lower() for part in environ.get(name, "").split(",") if part.strip())


def _provider(environ: Mapping[str, str]) -> Provider | None:
    """The provider of OpenID Connect: all three variables or none."""
    written = {name: environ.get(name, "").strip() for name in CLIENT}
    missing = [name for name, value in written.items() if not value]
    if len(missing) == len(CLIENT):
        return None
    if missing:
        zh = f"OpenID Connect 的三项设置缺 {'、'.join(missing)}"
        en = "the three settings of OpenID Connect go together"
        raise UsageError(zh, en, path=missing[0], remedy="三项都写，或都不写")
    issuer = written[CLIENT[0]]
    parts = urlsplit(issuer) if is_secure(issuer) else None
    if parts is None or parts.query or parts.fragment:
        zh = f"HENGJIE_OIDC_ISSUER 不是 https 网址：{issuer!r}"
        en = f"no https address: {issuer!r}"
        remedy = "照认证系统写明的 issuer 抄写，不带 ? 与 #；只有本机可用 http"
        raise UsageError(zh, en, path=CLIENT[0], remedy=remedy)
    return Provider(*written.values())


def _origin(environ: Mapping[str, str], host: str, port: int, *, needed: bool) -> str:
    """Where browsers reach this server: as it is written, else where it listens.

    Raises
    ------
    UsageError : what is written is more or less than scheme, host and port; or nothing is, though a provider sends
        people back here and they may come by another address than the one it listens at.
    """
    path = "HENGJIE_ADDRESS"
    remedy = "写成 https://hengjie.example.cn，与浏览器里的一样，不带路径"
    written = environ.get(path, "").strip().rstrip("/")
    if not written:
        if needed and (is_every_address(host) or _listed(environ, "HENGJIE_HOSTS")):
            zh = "用 OpenID Connect 登录，须写明浏览器用哪个地址访问本服务器"
            raise UsageError(zh, "by which address do browsers reach this server?", path=path, remedy=remedy)
        return f"http://{f'[{host}]' if ':' in host else host}:{port}"
    if host_of(written) is None or urlsplit(written)[2:] != ("", "", ""):
        zh = f"{path} 不是网站的地址：{written!r}"
        raise UsageError(zh, f"not scheme, host and port: {written!r}", path=path, remedy=remedy)
    return written


def _proxies(environ: Mapping[str, str]) -> tuple[str, ...]:
    proxies = _listed(environ, "HENGJIE_PROXY")
    for proxy in proxies:
        try:
            ipaddress.ip_network(proxy)
        except ValueError:
            zh = f"HENGJIE_PROXY 不是地址或网段：{proxy!r}"
            en = f"no address or network: {proxy!r}"
            raise UsageError(zh, en, path="HENGJIE_PROXY", remedy="写反向代理的 IP 地址，如 10.0.0.1") from None
    return proxies


def _rate(environ: Mapping[str, str], name: str, default: int) -> Rate:
    a_second = _above_zero(environ, name, default)
    return Rate(a_second, a_second * AT_ONCE_SECONDS)


def _above_zero(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name) or str(default)
    number = _whole(text)
    if number is None or number < 1:
        zh = f"{name} 不是正整数：{text!r}"
        en = f"no whole number above 0: {text!r}"
        raise UsageError(zh, en, path=name, remedy="写正整数")
    return number


def _whole(text: str) -> int | None:
    """The whole number of a text; None where it is none."""
    try:
        return whole(text)
    except ValueError:
        return None


def _day(text: str) -> int:
    day = _whole(text)
    if day is None or not 1 <= day <= 28:
        zh = f"HENGJIE_SETTLING_DAY 不是 1–28 的日子：{text!r}"
        en = f"no day of every month: {text!r}"
        raise UsageError(zh, en, path="HENGJIE_SETTLING_DAY", remedy="写 1 到 28 之间的数")
    return day


def _port(text: str) -> int:
    port = _whole(text)
    if port is None or not 0 < port < 2**16:
        raise UsageError(
            f"PORT 不是端口：{text!r}", f"PORT is no port: {text!r}", path="PORT", remedy="写 1 到 65535 之间的数"
        )
    return port
