"""The writing key of a request: where it is given, and what it may do. It is asked for before the body is read.

In: a request whose head has arrived. Out: the access its key gives, or a refusal. A page of this server sends the key
as the first field of a form, because a form sets no header: then no more is read than that field.
"""

from __future__ import annotations

from contextlib import suppress

from fastapi import Request
from fastapi.security.utils import get_authorization_scheme_param
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import Field, create_form_parser
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import Message, Receive

from api.composition import Composition
from basin.errors import Refused
from monitoring_ingest.access.store import Access, access

HEADER = "X-API-Key"
FIELD = b"key"
FIRST_BYTES = 4 * 2**10  # of a form, among which its first field must be
_REMEDY = "用 hengjie key create NAME 取得密钥，放在 X-API-Key 头中"
_FORM_REMEDY = "在本页填写密钥；自己发表单时，把 key 写成第一个字段，或把密钥放在 X-API-Key 头中"


async def ask_for_key(request: Request) -> None:
    """Ask for the key in the headers of a request; what it may do is kept in the state of the request.

    Raises
    ------
    Refused : 401 without a key; 403 with one that is not known, revoked or over, or with two that differ.
    """
    secret = secret_in(request.headers)
    if secret is None:
        raise _no_key(_REMEDY)
    await _check(request, secret)


async def ask_for_key_of_form(request: Request) -> Request:
    """Ask for the key of a form, be it in the headers or in the first field; returns the request, to be read on.

    Raises
    ------
    Refused : as `ask_for_key`; also where the first field is another, whatever comes after it.
    """
    secret = secret_in(request.headers)
    if secret is not None:
        await _check(request, secret)
        return request
    arrived = await _beginning(request.receive)
    secret = _first_field(request.headers, arrived)
    if not secret:
        raise _no_key(_FORM_REMEDY)
    await _check(request, secret)
    return Request(request.scope, _again(arrived, request.receive))


def access_asked_for(request: Request) -> Access:
    """What the key of this request may do, which was asked for before."""
    may: Access = request.state.access
    return may


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
    """The key in ``X-API-Key`` or as a bearer token; None where there is none.

    Raises
    ------
    Refused : two keys that differ.
    """
    given = {secret for secret in headers.getlist(HEADER) if secret}
    for authorization in headers.getlist("Authorization"):
        scheme, token = get_authorization_scheme_param(authorization)
        if scheme.lower() == "bearer" and token:
            given.add(token)
    if len(given) > 1:
        raise Refused("给了两个不同的密钥", "two different keys", path="Authorization", remedy="只在一个头中给密钥")
    return given.pop() if given else None


async def _check(request: Request, secret: str) -> None:
    composition: Composition = request.app.state.composition
    request.state.access = await run_in_threadpool(_asked, composition, secret)


def _asked(composition: Composition, secret: str) -> Access:
    with composition.engine.connect() as connection:
        return access(connection, secret, composition.now())


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
