"""How often an address or a key may ask: buckets that fill steadily and empty with every request.

In: whose request it is, and a clock that never goes back [s]. Out: how long to wait, zero for not at all. The number of
buckets is bounded: the one that was not used for the longest time makes room, and it has filled up meanwhile.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import ceil

from api.settings import Rate
from basin.errors import Refused
from monitoring_ingest.access.remembered import Remembered

TOO_MANY = 429
MOST_BUCKETS = 10_000
IPV6_NETWORK = 64  # bits of an address that one customer of a provider has for himself
SHORTEST_REST = 1  # [s] of a connection whose request was turned away
LONGEST_REST = 10
BETWEEN_TURNS = 0.01  # [s] between two of one address
Seconds = Callable[[], float]


@dataclass
class _Bucket:
    holds: float
    since: float


class Buckets:
    """One token bucket per address or key.

    Parameters
    ----------
    rate : of each bucket. seconds : a clock that never goes back.
    """

    def __init__(self, rate: Rate, seconds: Seconds) -> None:
        self._rate = rate
        self._seconds = seconds
        self._buckets: Remembered[_Bucket] = Remembered(MOST_BUCKETS)

    def take(self, whose: str) -> float:
        """Let a request through, or how long it has to wait [s]."""
        bucket = self._filled(whose)
        if bucket.holds < 1:
            return (1 - bucket.holds) / self._rate.a_second
        bucket.holds -= 1
        return 0.0

    def give_back(self, whose: str) -> None:
        """Take back what was taken for a request that shall not count."""
        bucket = self._filled(whose)
        bucket.holds = min(self._rate.at_once, bucket.holds + 1)

    def _filled(self, whose: str) -> _Bucket:
        now = self._seconds()
        bucket = self._buckets.get(whose) or _Bucket(self._rate.at_once, now)
        self._buckets[whose] = bucket
        bucket.holds = min(self._rate.at_once, bucket.holds + (now - bucket.since) * self._rate.a_second)
        bucket.since = now
        return bucket


class Turns:
    """When those who were turned away are listened to again: one after another, however many connections they have.

    Parameters
    ----------
    seconds : a clock that never goes back.
    """

    def __init__(self, seconds: Seconds) -> None:
        self._seconds = seconds
        self._last: Remembered[float] = Remembered(MOST_BUCKETS)

    def next(self, whose: str) -> float:
        """How long until the next turn of one address or key [s]."""
        now = self._seconds()
        after_the_last = self._last.get(whose, now) + BETWEEN_TURNS
        turn = min(max(now + SHORTEST_REST, after_the_last), now + LONGEST_REST)
        self._last[whose] = turn
        return turn - now


def too_many(wait: float) -> Refused:
    """The refusal of a request that comes too soon.

    Parameters
    ----------
    wait : until another one would be let through [s].
    """
    refused = Refused("请求太频繁", "too many requests", remedy="过 Retry-After 秒再来；需要更多时带上密钥")
    refused.status = TOO_MANY
    refused.headers["Retry-After"] = str(seconds_of(wait))
    return refused


def seconds_of(wait: float) -> int:
    """A wait as ``Retry-After`` tells it: whole seconds, one at least."""
    return max(1, ceil(wait))


@lru_cache(MOST_BUCKETS)
def bucket_of(host: str) -> str:
    """What of an address is one peer: all of IPv4, of IPv6 the network that one customer has."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped or ipaddress.ip_network((address, IPV6_NETWORK), strict=False))
    return host
