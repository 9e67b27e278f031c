"""Addresses on this server, as a page is told to go on to after signing in.

In: an address as somebody wrote it, or a request. Out: a path here, never another server.
"""

from __future__ import annotations

import re
from urllib.parse import urlencode

from fastapi import Request

SIGN_IN = "/sign-in"
AT_PROVIDER = f"{SIGN_IN}/oidc"  # to a provider of OpenID Connect, and all that follows
CALLBACK = f"{AT_PROVIDER}/callback"
# A second slash or a backslash would name another server; browsers leave out tabs and line ends.
_LOCAL = re.compile(r"/(?![/\\])[^\\\s\x00-\x1f\x7f]*")


def local(address: str, otherwise: str = "/") -> str:
    """An address if it is a path of this server."""
    return address if _LOCAL.fullmatch(address) else otherwise


def sign_in_address(request: Request) -> str:
    """The page to sign in on, which leads back to the one that was asked for."""
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return f"{SIGN_IN}?{urlencode({'to': asked})}"
