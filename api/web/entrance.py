"""What is asked of every request before any route, and what every answer carries, whoever gives it.

An ASGI layer around the whole application, so that pages, the API, static files, its own description, addresses nobody
declared and faults of the program are all behind it. In: a request whose head has arrived. Out: a problem, or what the
application answers. A body that nobody read ends the connection: what is left of it is no next request.
"""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.composition import Composition
from api.web.bodies import refuse_announced, too_large
from api.web.errors import answer
from api.web.guarded import JSON_BYTES
from api.web.hosts import Hosts
from basin.errors import HengjieError, UsageError

POLICY = "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
# What a browser is told of every answer that does not say it itself: run nothing in it, show it in no frame, take it
# for nothing but what it says it is, tell other servers nothing of its address, share no window with their pages.
CARRIED = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}
ASK_AGAIN = "no-cache"  # kept for the way back, but asked for again: figures change
NEVER_KEPT = "no-store"


class Entrance:
    """The layer around an application.

    Parameters
    ----------
    most : bytes of a body that is handed in; every other request has at most `JSON_BYTES`.
    """

    def __init__(self, inside: ASGIApp, composition: Composition, most: int) -> None:
        self._inside = inside
        self._hosts = Hosts(composition.settings.hosts)
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass on what is none."""
        if scope["type"] != "http":
            await self._inside(scope, receive, send)
            return
        # no file here is so large that a part of it would be asked for
        scope["headers"] = [header for header in scope["headers"] if header[0] not in (b"range", b"if-range")]
        passage = _Passage(scope, receive, send)
        request = Request(scope)
        try:
            self._ask(request)
        except HengjieError as problem:
            response = await answer(request, problem)
            await response(scope, passage.receive, passage.send)
            return
        await self._inside(scope, passage.receive, passage.send)

    def _ask(self, request: Request) -> None:
        self._hosts.refuse_other(request.headers)
        query = request.scope["query_string"]
        if "\0" in request.scope["path"] or b"%00" in query or not query.isascii():
            raise UsageError("地址中有不能用的字符", "an address with a NUL or a raw byte", remedy="改正地址")
        takes_body = request.method == "POST"
        refuse_announced(request.headers, self._most if takes_body else JSON_BYTES)
        # nobody would count what comes: a file that is sent reads on to see whether its reader is still there
        if not takes_body and "transfer-encoding" in request.headers:
            raise too_large(0)


class _Passage:
    """One request through the entrance: whether its body was read, and what is added to its answer."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        self._method = str(scope["method"])
        self._receive = receive
        self._send = send
        self._unread = b"transfer-encoding" in headers or headers.get(b"content-length", b"0") != b"0"

    async def receive(self) -> Message:
        """The next piece of the body."""
        message = await self._receive()
        self._unread = self._unread and bool(message.get("more_body", False))
        return message

    async def send(self, message: Message) -> None:
        """A piece of the answer, with what every answer carries."""
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=list(message.get("headers", [])))
            for name, value in carried(self._method, message["status"]).items():
                headers.setdefault(name, value)
            if self._unread:
                headers["connection"] = "close"
            message = {**message, "headers": headers.raw}
        await self._send(message)


def carried(method: str, status: int) -> dict[str, str]:
    """The headers that an answer carries where it does not say otherwise."""
    answers_a_reader = method in ("GET", "HEAD") and status < 400
    return CARRIED | {"cache-control": ASK_AGAIN if answers_a_reader else NEVER_KEPT}
