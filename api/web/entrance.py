"""What is checked of every request before any route, and the headers that every answer carries.

An ASGI layer around the whole application, so that pages, the API, static files, its own description, addresses nobody
declared and faults of the program are all behind it. In: a request whose head has arrived. Out: a problem, or what the
application answers. It checks the rate of the sender, the key, the host and the size; a request that reads then waits
for its place in a lane. A connection is closed if nobody read the body of its request, because what is left of the body
is not the next request. Refusals and decisions go to the audit trail.
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, nullcontext
from functools import cache
from time import monotonic

from h11 import LocalProtocolError
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.settings import Settings
from api.web.addresses import refuse_illegible
from api.web.audit import AuditTrail
from api.web.bodies import refuse_announced, too_large
from api.web.errors import MEDIA_TYPE, answer, of_status
from api.web.guarded import JSON_BYTES
from api.web.hosts import Hosts
from api.web.keys import Doorkeeper
from api.web.lanes import Lane, Width
from api.web.local import AT_PROVIDER
from api.web.rates import TOO_MANY, Buckets, Turns, bucket_of, seconds_of
from basin.errors import Refused
from basin.signs import shown
from monitoring_ingest.access.audit_store import DONE, Act
from monitoring_ingest.access.store import Access
from settlement.people.sessions import Signed

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
LIGHT = ("/static/", "/healthz")  # a balancer asks whether this process is there, however many others ask
READINGS = "/v1/submissions"
WRITES = ("POST", "DELETE")
UNKNOWN = "?"
NO_ROUTE = "*"  # an address that nobody declared
LONGEST_ADDRESS = 100  # characters: a proxy may tell anything
LONGEST_SUBJECT = 200
_TURNED_AWAY_BODY = of_status(TOO_MANY).model_dump_json().encode()
_TURNED_AWAY = (
    (b"content-type", MEDIA_TYPE.encode()),
    (b"content-length", str(len(_TURNED_AWAY_BODY)).encode()),
)


class Entrance:
    """The layer around an application.

    Parameters
    ----------
    inside : the application behind it. settings : the rates of strangers and keys, and the names of the server.
    doorkeeper : looks up keys. trail : where refusals and decisions are audited.
    most : largest body of a POST [bytes]; the body of any other request has at most `JSON_BYTES`.
    """

    def __init__(
        self, inside: ASGIApp, settings: Settings, doorkeeper: Doorkeeper, trail: AuditTrail, most: int
    ) -> None:  # fmt: skip
        self._inside = inside
        self._hosts = Hosts(settings.hosts)
        self._most = most
        self._keys = doorkeeper
        self._trail = trail
        self._turns = Turns(monotonic)
        self._limited = settings.rates is not None
        if settings.rates is not None:
            self._strangers = Buckets(settings.rates.strangers, monotonic)
            self._of_keys = Buckets(settings.rates.keys, monotonic)
            self._lane = Lane(Width())
            self._lane_of_keys = Lane(Width())

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
            wait = await self._wait(request)
            if wait:
                request.state.rest = self._turns.next(request.state.whose)
                await _turn_away(passage, max(wait, request.state.rest))
                return
            self._ask(request)
            async with self._place(request):
                await self._inside(scope, passage.receive, passage.send)
        except Exception as problem:
            if passage.answered:
                raise
            response = await answer(request, problem)
            await response(scope, passage.receive, passage.send)
        act = _act(request, passage.status)
        if act is not None:
            await self._trail.leave(act)

    async def _wait(self, request: Request) -> float:
        """Whose request it is, and how long that one has to wait, for coming too often [s].

        What a key does not open is refused by the route that needs it.
        """
        host = bucket_of(request.client.host if request.client else UNKNOWN)
        asker = await self._keys.ask(request, host)
        request.state.whose = asker.name or host
        request.state.has_key = asker.name is not None
        if asker.wait or not self._limited:
            return asker.wait
        return self._strangers.take(host) if asker.name is None else self._of_keys.take(asker.name)

    def _ask(self, request: Request) -> None:
        """What can be answered from the head of the request alone."""
        self._hosts.refuse_other(request.headers)
        refuse_illegible(request.scope)
        takes_body = request.method == "POST"
        refuse_announced(request.headers, self._most if takes_body else JSON_BYTES)
        # nobody would count what comes: a file that is sent reads on to see whether its reader is still there
        if not takes_body and "transfer-encoding" in request.headers:
            raise too_large(0)

    def _place(self, request: Request) -> AbstractAsyncContextManager[None]:
        """A place for a request that reads; who writes, and who asks for what costs next to nothing, needs none.

        What waits for a provider has places of its own (`web.oidc`): it would keep readers from theirs.
        """
        if not self._limited or request.method == "POST" or request.scope["path"].startswith((*LIGHT, AT_PROVIDER)):
            return nullcontext()
        lane = self._lane_of_keys if request.state.has_key else self._lane
        return lane.place(request.state.whose)


class _Passage:
    """One request through the entrance: whether its body was read, and what is added to its answer."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        self._state = scope.setdefault("state", {})
        self._method = str(scope["method"])
        self._receive = receive
        self._send = send
        self._unread = b"transfer-encoding" in headers or headers.get(b"content-length", b"0") != b"0"
        self.status = 0

    @property
    def answered(self) -> bool:
        """Whether the answer has begun."""
        return self.status > 0

    async def receive(self) -> Message:
        """The next piece of the body."""
        message = await self._receive()
        self._unread = self._unread and bool(message.get("more_body", False))
        return message

    async def send(self, message: Message) -> None:
        """A piece of the answer, with what every answer carries."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = list(message.get("headers", []))
            given = {name.lower() for name, _ in headers}
            is_personal = "signed" in self._state
            carried_too = _carried(self._method, message["status"], is_personal)
            headers += [header for header in carried_too if header[0] not in given]
            if self._unread:
                headers.append((b"connection", b"close"))
            message = {**message, "headers": headers}
        try:
            await self._send(message)
        except LocalProtocolError:
            if not self._unread:  # then it is an answer of ours that is no HTTP
                raise
            # The server has answered a body that is no HTTP, as a chunk of length zz, with 400 and closed.
            self._send = _to_nobody


async def _to_nobody(_message: Message) -> None:
    """Leave a piece of an answer unsent."""


async def _turn_away(passage: _Passage, wait: float) -> None:
    """Answer 429, with as little work as can be: a thousand of them a second must not hold up anybody else."""
    headers = [*_TURNED_AWAY, (b"retry-after", str(seconds_of(wait)).encode())]
    await passage.send({"type": "http.response.start", "status": TOO_MANY, "headers": headers})
    await passage.send({"type": "http.response.body", "body": _TURNED_AWAY_BODY})


def _act(request: Request, status: int) -> Act | None:
    """What a request did or was refused; None for one that only read, and for readings, which have their receipt."""
    wrong_key: Refused | None = getattr(request.state, "refusal", None)
    signed: Signed | None = getattr(request.state, "signed", None)
    writes = request.method in WRITES or getattr(request.state, "acts", False)  # a link may act: it signs somebody in
    is_refused = wrong_key is not None or status in (401, 403) or (writes and 400 <= status < 500)
    if status >= 500:  # the program or its database failed, which is logged already
        return None
    if not is_refused and (not writes or request.scope["path"] == READINGS):
        return None
    outcome = getattr(request.state, "outcome", str(status)) if status >= 400 else DONE
    access: Access | None = getattr(request.state, "access", None)
    route = request.scope.get("route")
    return Act(
        act=f"{request.method} {getattr(route, 'path', NO_ROUTE)}",
        who=access.name if access is not None else signed.person.login if signed is not None else "",
        address=shown(request.client.host if request.client else UNKNOWN, LONGEST_ADDRESS),
        outcome=outcome if wrong_key is None or status >= 400 else f"{wrong_key.status} {wrong_key.code}",
        subject=getattr(request.state, "about", shown(request.scope["path"], LONGEST_SUBJECT)),
    )


def carried(method: str, status: int, *, is_personal: bool = False) -> dict[str, str]:
    """The headers that an answer carries where it does not say otherwise; what is for one person is never kept."""
    answers_a_reader = method in ("GET", "HEAD") and status < 400 and not is_personal
    return CARRIED | {"cache-control": ASK_AGAIN if answers_a_reader else NEVER_KEPT}


@cache
def _carried(method: str, status: int, is_personal: bool) -> list[tuple[bytes, bytes]]:
    headers = carried(method, status, is_personal=is_personal)
    return [(name.encode(), value.encode()) for name, value in headers.items()]
