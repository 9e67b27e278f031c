"""Where this installation keeps its state and where it listens.

In: environment variables. Out: one frozen `Settings`. It opens nothing and creates nothing.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from basin.errors import UsageError
from basin.hosts import NOTHING_INSIDE, SETTING, Inside, inside
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


STRANGERS_A_SECOND = 40
KEYS_A_SECOND = 200
AT_ONCE_SECONDS = 2  # so many seconds' requests may come together after a pause
DEFAULTS = Limits()
ANY = "*"


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
    UsageError : when ``PORT`` is no port, the day no day, a limit no number, a proxy no address or an allowed host
        none.
    """
    host = environ.get("HOST") or Settings.host
    return Settings(
        data=Path(environ.get("HENGJIE_DATA") or "var"),
        database_url=environ.get("HENGJIE_DATABASE_URL", ""),
        host=host,
        port=_port(environ.get("PORT") or str(Settings.port)),
        extra=tuple(Path(part) for part in environ.get("HENGJIE_WITH", "").split(os.pathsep) if part),
        hosts=_listed(environ, "HENGJIE_HOSTS") or hosts_of(host),
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
    )


def hosts_of(host: str) -> tuple[str, ...]:
    """What a server that listens at `host` may be called.

    Listening at every address of the machine, ``0.0.0.0`` or ``::``, it may be called by any address in digits, which
    `host` itself stands for, and by the name of the machine. A name of somebody else's that leads here is refused: a
    page under such a name would otherwise read this server with the browser of whoever opens the page.
    """
    return (host, socket.gethostname().lower()) if is_every_address(host) else (host.lower(),)


def is_every_address(host: str) -> bool:
    """Whether a server that listens at `host` listens at every address of the machine."""
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def _listed(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    """What is separated by commas in a variable."""
    return tuple(part.strip().lower() for part in environ.get(name, "").split(",") if part.strip())


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
