"""Hosts (主机): how an address names one, and which addresses are not on the public internet.

In: texts that people wrote, and resolved addresses. Out: names that can be compared, and whether an address may be
reached by anybody. Nothing is resolved or connected to here.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from basin.errors import UsageError

WEB = ("http://", "https://")
SETTING = "HENGJIE_ALLOW_HOSTS"
Address = IPv4Address | IPv6Address
_NAME = re.compile(r"[\w.-]+")

# IPv6 addresses that stand for an IPv4 address, and how many bits stand behind that address.
_STAND_FOR_IPV4 = {
    IPv6Network("::ffff:0:0/96"): 0,
    IPv6Network("::/96"): 0,
    IPv6Network("64:ff9b::/96"): 0,  # NAT64, RFC 6052
    IPv6Network("2002::/16"): 80,  # 6to4, RFC 3056
}
# What `ipaddress` takes for public and is not, and what it learns only in later versions of Python.
_NEVER_PUBLIC: tuple[IPv4Network | IPv6Network, ...] = (
    IPv4Network("192.0.0.0/24"),  # of protocols, RFC 6890
    IPv4Network("168.63.129.16/32"),  # where a cloud answers its own machines about themselves
    IPv6Network("64:ff9b:1::/48"),  # NAT64 of one's own, RFC 8215
    IPv6Network("2001::/32"),  # Teredo: leads through a relay to an address that is written inside out
    IPv6Network("3fff::/20"),  # of documents, RFC 9637
    IPv6Network("fec0::/10"),  # site-local, RFC 3879
)


def host_of(address: str) -> str | None:
    """The host of a web address; None where the address is none, names no host, or holds a user or password."""
    try:
        parts = urlsplit(address)
        _ = parts.port  # which is read only now, and may be none
    except ValueError:
        return None
    is_plain = f"{parts.scheme.lower()}://" in WEB and "@" not in parts.netloc
    return plain_host(parts.hostname) if is_plain and parts.hostname else None


def plain_host(host: str) -> str:
    """A host as names are compared: in small letters and ASCII, an IPv6 address without its brackets."""
    bare = host.strip("[]").rstrip(".").lower()
    try:
        return bare if bare.isascii() else bare.encode("idna").decode()
    except UnicodeError:  # a name that nobody can have
        return bare


def is_host(text: str) -> bool:
    """Whether a text can be the name or the address of a host: no address of a page, no port."""
    try:
        ip_address(text.strip("[]"))
    except ValueError:
        return bool(_NAME.fullmatch(text))
    return True


def stood_for(address: Address) -> Address:
    """The IPv4 address that an IPv6 address stands for, else the address itself."""
    if isinstance(address, IPv6Address):
        for network, bits in _STAND_FOR_IPV4.items():
            if address in network:
                return IPv4Address(int(address) >> bits & 0xFFFF_FFFF)
    return address


def is_public(address: Address) -> bool:
    """Whether an address, or the IPv4 address it stands for, is one of a single host on the public internet."""
    if any(address in network for network in _NEVER_PUBLIC):
        return False
    really = stood_for(address)
    if really != address:
        return is_public(really)
    return address.is_global and not address.is_multicast and not address.is_reserved


@dataclass(frozen=True)
class Inside:
    """What may be reached although it is not on the public internet: hosts by name, and addresses."""

    names: frozenset[str] = frozenset()
    networks: tuple[IPv4Network | IPv6Network, ...] = ()

    def holds(self, host: str, address: Address) -> bool:
        """Whether the operator named a host, or a network that an address of it lies in."""
        written = (address, stood_for(address))
        return host in self.names or any(a in network for a in written for network in self.networks)


NOTHING_INSIDE = Inside()


def inside(written: Collection[str]) -> Inside:
    """What an operator may write: names of hosts, addresses, and networks such as ``10.1.0.0/16``.

    Raises
    ------
    UsageError : an entry that is none of these.
    """
    names = set()
    networks = []
    for entry in written:
        try:
            networks.append(ip_network(entry.strip("[]")))
        except ValueError:
            if not is_host(entry):
                zh = f"{SETTING} 里不是主机名、地址或网段：{entry!r}"
                en = "neither the name of a host nor an address or network"
                remedy = "写成 data.example.cn,10.1.2.3,10.1.0.0/16"
                raise UsageError(zh, en, path=SETTING, remedy=remedy) from None
            names.add(plain_host(entry))
    return Inside(frozenset(names), tuple(networks))
