"""The host a request is for, as its ``Host`` header says: one of this server's, or the request is refused.

A page of another server can let a name of its own lead to this machine ("DNS rebinding"), and then reads what is served
here with the browser of whoever opened the page. Such a request names the other server's host. In: headers and the
names of this server. Out: nothing, or a refusal.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection

from starlette.datastructures import Headers

from api.settings import ANY, is_every_address
from basin.errors import UsageError

_HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::[0-9]{1,5})?")


class Hosts:
    """The names of a server.

    Parameters
    ----------
    names : as in `Settings.hosts`.
    """

    def __init__(self, names: Collection[str]) -> None:
        self._any = ANY in names
        self._any_address = any(map(is_every_address, names))
        self._names = {"localhost", *(name.strip("[]") for name in names)}

    def refuse_other(self, headers: Headers) -> None:
        """Refuse a request for another host; one that names none, as HTTP/1.0 allows, is for this server.

        Raises
        ------
        UsageError : 400.
        """
        for host in headers.getlist("host"):
            if not (self._any or self._is_mine(host)):
                zh = "这个服务器不叫这个名字"
                en = "this server does not go by that name"
                remedy = "用服务器自己的地址访问；管理员可把名字加进 HENGJIE_HOSTS"
                raise UsageError(zh, en, path="Host", remedy=remedy)

    def _is_mine(self, host: str) -> bool:
        written = _HOST.fullmatch(host)
        if written is None:
            return False
        name = written["name"].strip("[]").removesuffix(".").lower()
        if name in self._names:
            return True
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return False
        return self._any_address or address.is_loopback
