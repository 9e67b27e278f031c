"""The writing key of a request: where it is given, and what it may do. It is asked for before the body is read.

In: a request whose head has arrived. Out: the access its key gives, or a refusal. A page of this server sends the key
as the first field of a form, because a form sets no header: then no more is read than that field.
"""

from __future__ import annotations

from contextlib import suppress
from hashlib import sha256
from typing import NamedTuple

from fastapi import Request
from fastapi.security.utils import get_authorization_scheme_param
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import Field, create_form_parser
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import Message, Receive

from api.composition import Composition
from api.settings import OPEN
from api.web.rates import Seconds, too_many
from basin.errors import Refused
from monitoring_ingest.access.remembered import Remembered
from monitoring_ingest.access.store import PUSH, Access, access, note_used
from monitoring_ingest.access.tries import Tries
from monitoring_ingest.database.trouble import ERRORS
from settlement.people.sessions import PREFIX

HEADER = "X-API-Key"
FIELD = b"key"
MOST_REMEMBERED = 10_000  # keys that opened
FIRST_BYTES = 4 * 2**10  # of a form, among which its first field must be
_REMEDY = "用 hengjie key create NAME 取得密钥，放在 X-API-Key 头中"
_FORM_REMEDY = "在本页填写密钥；自己发表单时，把 key 写成第一个字段，或把密钥放在 X-API-Key 头中"


class Asker(NamedTuple):
    """Who asks: the name of the key, None for a stranger; and how long to wait after keys that did not open [s]."""

    name: str | None
    wait: float = 0


NOBODY = Asker(None)


class _TooManyTries(Exception):
    """Too many keys that did not open came from one address."""

    def __init__(self, wait: float) -> None:
        super().__init__(wait)
        self.wait = wait


class Doorkeeper:
    """Who looks at the keys of one server, and remembers which ones opened.

    Parameters
    ----------
    seconds : a clock that never goes back.
    """

    def __init__(self, seconds: Seconds) -> None:
        self._tries = Tries(seconds)
        self._opened: Remembered[str] = Remembered(MOST_REMEMBERED)  # SHA-256 of keys that opened, with their names

    async def ask(self, request: Request, host: str) -> Asker:
        """Whose key a request has, if it opens.

        A request asks what its key may do now; for one that reads, where reading is open and needs no key, it is enough
        that the key has opened before.

        Parameters
        ----------
        host : the address that the request comes from.
        """
        request.state.host = host
        writes = request.method == "POST"
        composition: Composition = request.app.state.composition
        asks_nothing = not writes and composition.settings.reading == OPEN
        try:
            secret = secret_in(request.headers)
            if secret is None:
                return NOBODY
            name = self._opened.get(_digest(secret))
            if name is not None and asks_nothing:
                return Asker(name)
            return Asker((await self._looked_up(request, secret)).name)
        except _TooManyTries as tried:
            return Asker(None, tried.wait if writes else 0)  # who only reads, reads as a stranger
        except Refused as refusal:
            request.state.refusal = refusal
        except ERRORS:
            # who only reads may be told by the address itself what the database has to say
            if writes:
                raise
        return NOBODY

    async def opened(self, request: Request, secret: str) -> None:
        """Ask what a key may do that came with the body; it is kept in the state of the request.

        Raises
        ------
        Refused : 403 for a key that is not known, revoked or over; 429 after too many of them from one address.
        """
        try:
            await self._looked_up(request, secret)
        except _TooManyTries as tried:
            raise too_many(tried.wait) from None

    async def _looked_up(self, request: Request, secret: str) -> Access:
        digest = _digest(secret)
        host: str = request.state.host
        composition: Composition = request.app.state.composition
        if digest not in self._opened:
            # taken before anybody looks, so that many keys at the same moment are as many tries
            wait = self._tries.take(host)
            if wait:
                raise _TooManyTries(wait)
        try:
            may = await run_in_threadpool(_asked, composition, secret)
        except Refused:
            if self._opened.pop(digest, None) is not None:
                self._tries.take(host)
            raise
        except ERRORS:
            self._tries.give_back(host)  # the key may be as good as any
            raise
        if digest not in self._opened:
            self._tries.give_back(host)
        self._opened[digest] = may.name
        request.state.access = may
        return may


def ask_for_key(request: Request) -> None:
    """Ask for the key in the headers of a request that writes; it was looked at when the request came.

    Raises
    ------
    Refused : 401 without a key; 403 with one that is not known, revoked or over, that only reads, or with two that
        differ.
    """
    refusal: Refused | None = getattr(request.state, "refusal", None)
    if refusal is not None:
        raise refusal.with_traceback(None)
    if not hasattr(request.state, "access"):
        raise _no_key(_REMEDY)
    _refuse_who_may_not_push(request.state.access)


async def ask_for_key_of_form(request: Request) -> Request:
    """Ask for the key of a form, be it in the headers or in the first field; returns the request, to be read on.

    Raises
    ------
    Refused : as `ask_for_key`; also where the first field is another, whatever comes after it.
    """
    if secret_in(request.headers) is not None:
        ask_for_key(request)
        return request
    arrived = await _beginning(request.receive)
    secret = _first_field(request.headers, arrived)
    if not secret:
        raise _no_key(_FORM_REMEDY)
    doorkeeper: Doorkeeper = request.app.state.doorkeeper
    await doorkeeper.opened(request, secret)
    _refuse_who_may_not_push(request.state.access)
    return Request(request.scope, _again(arrived, request.receive))


def access_asked_for(request: Request) -> Access:
    """What the key of this request may do, which was asked for before."""
    may: Access = request.state.access
    return may


def _refuse_who_may_not_push(access: Access) -> None:
    """Refuse a key that only reads where something is written.

    Raises
    ------
    Refused : saying what to ask for.
    """
    if not access.may(PUSH):
        zh = f"密钥 {access.name} 只能读取数据"
        remedy = "由密钥所属一方的管理人提出新建有 push 的密钥"
        raise Refused(zh, "this key only reads", path=HEADER, remedy=remedy)


def refuse_key_of_some_stations(access: Access) -> None:
    """Refuse a key of some stations where more is written than readings.

    Raises
    ------
    Refused : it hands in the readings of its stations and nothing else.
    """
    if access.stations is not None:
        zh = "该密钥只能报送其站点的读数"
        en = "this key may only hand in readings of its stations"
        raise Refused(zh, en, path=HEADER, remedy="用不限站点的密钥")


def secret_in(headers: Headers) -> str | None:
    """The key in ``X-API-Key`` or as a bearer token; None where there is none. A token of a person is no key.

    Raises
    ------
    Refused : two keys that differ.
    """
    given = {secret for secret in headers.getlist(HEADER) if secret and not secret.startswith(PREFIX)}
    for authorization in headers.getlist("Authorization"):
        scheme, token = get_authorization_scheme_param(authorization)
        if scheme.lower() == "bearer" and token and not token.startswith(PREFIX):
            given.add(token)
    if len(given) > 1:
        raise Refused("给了两个不同的密钥", "two different keys", path="Authorization", remedy="只在一个头中给密钥")
    return given.pop() if given else None


def _asked(composition: Composition, secret: str) -> Access:
    now = composition.now()
    with composition.engine.connect() as connection:
        key = access(connection, secret, now)
    with suppress(*ERRORS):  # data are not refused because their key's use could not be noted
        note_used(composition.engine, key, now)
    return key


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def _no_key(remedy: str) -> Refused:
    missing = Refused("写入需要密钥", "writing needs a key", path=HEADER, remedy=remedy)
    missing.status = 401
    return missing


async def _beginning(receive: Receive) -> list[Message]:
    """The messages of a body until they hold as much as its first field may take, or the body ends."""
    arrived: list[Message] = []
    size = 0
    more = True
    while more and size < FIRST_BYTES:
        message = await receive()
        arrived.append(message)
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
    return arrived


def _first_field(headers: Headers, arrived: list[Message]) -> str | None:
    """The key, where it is the first field of a form of which this is the beginning; None where it is not."""
    fields: list[Field] = []
    beginning = b"".join(message.get("body", b"") for message in arrived)[:FIRST_BYTES]
    # a body that is no form at all has no first field, either
    with suppress(FormParserError, ValueError):
        parser = create_form_parser(
            {"Content-Type": headers.get("content-type", "").encode("latin-1")},
            on_field=fields.append,
            on_file=lambda _: fields.append(Field(None)),
        )
        parser.write(beginning)
        if not arrived[-1].get("more_body", False):
            parser.finalize()
    if not fields or fields[0].field_name != FIELD:
        return None
    return (fields[0].value or b"").decode("utf-8", "replace")


def _again(arrived: list[Message], receive: Receive) -> Receive:
    """What arrived, once more, and then the rest."""
    waiting = iter(arrived)

    async def next_message() -> Message:
        message = next(waiting, None)
        return await receive() if message is None else message

    return next_message
