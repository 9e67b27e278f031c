"""Who reads: a person who signed in, a key of an office, or nobody; asked before an address reads anything.

In: a request. Out: a `Reader`, or a refusal. Where reading is open nobody is asked. A key without an office, or that
may only push, reads the receipts of what it sent and nothing else.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from api.composition import Composition
from api.reads.reader import Reader, Rights, reads_everything, stranger
from api.settings import OPEN, PUBLIC
from api.web.local import SIGN_IN
from api.web.login import signed_by
from basin.errors import Refused
from monitoring_ingest.access.store import READ, Access
from settlement import store
from settlement.people.reading import NOTHING, Readable

FOR_ANYBODY = frozenset({"/v1/status", "/status", "/healthz", "/docs", "/openapi.json"})
READS = ("GET", "HEAD")
RECEIPTS = frozenset(
    {
        "/v1/submissions", "/v1/submissions.csv", "/v1/submissions/{id}", "/v1/submissions/{id}/rows",
        "/v1/submissions/{id}/rows.csv", "/submissions", "/submissions/{id}",
    }
)  # fmt: skip
# What everybody may ask for where confirmed settlements are public; each address shows what is public of it.
OPEN_WHERE_PUBLIC = frozenset(
    {
        "/", "/basins/{code}", "/sections/{code}", "/settlements", "/settlements/{id}", "/health", "/health/{station}",
        "/v1/basins", "/v1/basins.csv", "/v1/sections", "/v1/sections.csv", "/v1/agreements", "/v1/agreements.csv",
        "/v1/agreements/{code}", "/v1/settlements", "/v1/settlements.csv", "/v1/settlements/{id}",
        "/v1/settlements/{id}.pdf", "/v1/settlements/{id}.xlsx", "/v1/settlements/{id}.evidence.zip",
        "/v1/settlements/{id}/evidence", "/v1/settlements/{id}/explanation", "/v1/settlements/{id}/status",
        "/v1/obligations", "/v1/obligations.csv", "/v1/readings", "/v1/readings.csv", "/v1/readings/latest",
        "/v1/readings/latest.csv", "/v1/health", "/v1/health.csv", "/v1/health/{station}", "/v1/health/{station}.csv",
        "/v1/alarms", "/v1/alarms.csv",
    }
)  # fmt: skip


async def refuse_strangers(request: Request) -> None:
    """Refuse who may read nothing here, before the address looks at what was asked for.

    A new address is for those who may read something, until it is named among those for anybody. Requests that write
    have rules of their own.

    Raises
    ------
    NotSignedIn : nobody signed in. Refused : a key that may only push, or a person of no office.
    """
    address = request.scope["route"].path
    if request.method not in READS or address in FOR_ANYBODY or address.startswith(SIGN_IN):
        return
    reader = await reader_of(request)
    is_public = reader.public is not None and address in OPEN_WHERE_PUBLIC
    if not reader.reads_nothing or is_public:
        return
    if not reader.is_known:
        raise reader.refusal(address, "这里的内容", _reads_something)
    if reader.key is None:
        zh = "没有在任的任命，看不到任何内容"
        raise Refused(zh, "no appointment in force", path="appointment", remedy="请本方管理人办理任命")
    if address not in RECEIPTS:
        zh = f"密钥 {reader.key} 只能看自己报送的回执"
        en = "this key reads the receipts of what it sent, and nothing else"
        remedy = "由有关机构的人员登录查看，或请其另建有 read 的密钥"
        raise Refused(zh, en, path="X-API-Key", remedy=remedy)


async def reader_of(request: Request) -> Reader:
    """Who reads by this request; found out once."""
    if not hasattr(request.state, "reader"):
        rights: Rights = request.app.state.rights
        composition: Composition = request.app.state.composition
        if composition.settings.reading == OPEN:
            request.state.reader = reads_everything(rights)
        else:
            request.state.reader = await run_in_threadpool(_found_out, request, composition, rights)
    reader: Reader = request.state.reader
    return reader


ReadBy = Annotated[Reader, Depends(reader_of)]


def _found_out(request: Request, composition: Composition, rights: Rights) -> Reader:
    public = _public(composition, rights) if composition.settings.reading == PUBLIC else None
    signed = signed_by(request)
    if signed is not None:
        offices = {appointment.office for appointment in signed.staff.in_force(signed.person.number)}
        return Reader(rights, rights.of(offices), public, is_known=True)
    access: Access | None = getattr(request.state, "access", None)
    if access is not None:
        return Reader(rights, _readable_by_key(access, rights), public, is_known=True, key=access.name)
    wrong_key: Refused | None = getattr(request.state, "refusal", None)
    if wrong_key is not None:
        raise wrong_key.with_traceback(None)
    return stranger(rights, public)


def _readable_by_key(access: Access, rights: Rights) -> Readable:
    """What a key may read: as its office, where it has one and may read; else nothing but receipts."""
    return rights.of([access.office]) if access.office is not None and access.may(READ) else NOTHING


def _public(composition: Composition, rights: Rights) -> Readable:
    with composition.engine.connect() as connection:
        confirmed = store.confirmed_agreements(connection)
    return rights.public(confirmed)


def _reads_something(readable: Readable) -> bool:
    return bool(readable.stations or readable.agreements)
