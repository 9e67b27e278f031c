"""Who is signed in: by the cookie of a page, or by a token that a program sends for a person.

In: a request. Out: `Signed`, or a refusal that says who could act. A form with a cookie carries the token of its
session, since a page of another server could send the cookie along; a program sends its token on purpose and needs no
other. Keys carry data and never act for a person.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Annotated, NamedTuple

from fastapi import Depends, Form, Header, Request, Response
from fastapi.security import APIKeyCookie, HTTPBearer
from fastapi.security.http import HTTPAuthorizationCredentials
from fastapi.security.utils import get_authorization_scheme_param
from starlette.concurrency import run_in_threadpool

from api.authors import without_people
from api.composition import Composition
from api.pages.rendering import Visitor
from api.web.deps import KEY_BEARER, KEY_HEADER
from api.web.keys import HEADER, access_asked_for, ask_for_key, secret_in
from api.web.rates import seconds_of, too_many
from basin.errors import ForgedForm, NotFound, NotSignedIn, Refused, UnknownCode
from monitoring_ingest.access.store import Access
from monitoring_ingest.access.tries import Tries
from monitoring_ingest.database.trouble import ERRORS
from settlement import store as settlement_store
from settlement.people import sessions, statuses, store
from settlement.people.acts import ACTS
from settlement.people.proposals import Desk
from settlement.people.sessions import LASTING, PAGE, PREFIX, Opened, Signed
from settlement.people.watching import waiting_for

COOKIE = "hengjie_session"
CSRF = "X-CSRF-Token"
STATUS_OF_SETTLEMENT = "/v1/settlements/{id}/status"
MOST_OFFICES_NAMED = 6
OTHER_SITES = ("cross-site", "same-site")  # as a browser says where a form comes from
_REMEDY = "在 /sign-in 登录；程序用本人的令牌：Authorization: Bearer hjt_…"


class Given(NamedTuple):
    """The secret of a session as a request gives it."""

    secret: str
    by_cookie: bool


def given_in(request: Request) -> Given | None:
    """The token in the headers, else the cookie; None where there is neither."""
    for authorization in request.headers.getlist("Authorization"):
        scheme, token = get_authorization_scheme_param(authorization)
        if scheme.lower() == "bearer" and token.startswith(PREFIX):
            return Given(token, by_cookie=False)
    cookie = request.cookies.get(COOKIE)
    return Given(cookie, by_cookie=True) if cookie else None


async def ask_for_sign_in(request: Request) -> None:
    """Ask who is signed in, before any of the body is read.

    Raises
    ------
    NotSignedIn : nobody, or no longer. Refused : a key came instead, which acts for nobody; or nobody signs in here.
    """
    await refuse_without_people(request)
    request.state.signed = await run_in_threadpool(_asked, request)


def signed_by(request: Request) -> Signed | None:
    """Who is signed in by the token or cookie of a request; None where nobody is, or no longer."""
    signed: Signed | None = getattr(request.state, "signed", None)
    given = given_in(request) if signed is None else None
    if given is not None:
        with suppress(NotSignedIn):
            signed = request.state.signed = _looked_up(request, given)
    return signed


async def refuse_without_people(request: Request) -> None:
    """Refuse the addresses of people where nobody signs in.

    Raises
    ------
    Refused : people are switched off.
    """
    composition: Composition = request.app.state.composition
    if not composition.settings.people:
        raise without_people()


async def note_visitor(request: Request) -> None:
    """Let the head of a page say who is signed in and what waits for him; who is not is a stranger, and no refusal."""
    route = request.scope["route"]
    if COOKIE not in request.cookies or route.include_in_schema or route.path.startswith("/v1/"):
        return
    with suppress(NotSignedIn, *ERRORS):  # the page itself says what the database has to say
        await run_in_threadpool(_note, request)


def _note(request: Request) -> None:
    given = given_in(request)
    if given is None or not given.by_cookie:
        return
    signed: Signed = getattr(request.state, "signed", None) or _looked_up(request, given)
    composition: Composition = request.app.state.composition
    with composition.engine.connect() as connection:
        waiting = waiting_for(connection, ACTS, signed.staff, signed.person.number)
    request.state.signed = signed
    request.state.visitor = Visitor(signed.person.name, sessions.csrf_token(given.secret), len(waiting))


def _asked(request: Request) -> Signed:
    given = given_in(request)
    if given is not None:
        return _looked_up(request, given)
    try:
        has_key = secret_in(request.headers) is not None
    except Refused:  # two keys that differ
        has_key = True
    if has_key:
        raise _key_acts_for_nobody(request)
    raise NotSignedIn("没有登录", "not signed in", remedy=_REMEDY)


def _looked_up(request: Request, given: Given) -> Signed:
    desk = request.app.state.composition.desk
    with desk.engine.connect() as connection:
        signed = sessions.signed(connection, desk, given.secret)
    with suppress(*ERRORS):  # who reads while another writes for long is not signed out for it
        sessions.note_used(desk, signed.session)
    return signed


def _key_acts_for_nobody(request: Request) -> Refused:
    desk: Desk = request.app.state.composition.desk
    offices = _offices_that_could(request, desk)
    named = "、".join(desk.offices[office].name_zh for office in offices[:MOST_OFFICES_NAMED])
    more = " 等" if len(offices) > MOST_OFFICES_NAMED else ""
    remedy = f"由 {named}{more} 的人员登录后办理" if named else "先由命令行任命最初两人"
    zh = "密钥只报送和读取数据，不能代人办事"
    return Refused(zh, "keys carry data only and act for nobody", path=HEADER, remedy=remedy)


def _offices_that_could(request: Request, desk: Desk) -> list[str]:
    """The office that runs the cycle of the settlement asked about; else every office with people."""
    with desk.engine.connect() as connection:
        if request.scope["route"].path == STATUS_OF_SETTLEMENT:
            with suppress(NotFound, UnknownCode):  # nobody could: the usual answer serves
                document = settlement_store.settlement(connection, request.path_params["id"])
                office = statuses.office_of(desk.registry, document)
                return [] if office is None else [office.code]
        staff = store.staff(connection, desk.offices, desk.now())
    return list(dict.fromkeys(held.office for number in staff.people for held in staff.in_force(number)))


_cookie = APIKeyCookie(name=COOKIE, scheme_name="Session", auto_error=False, description="在 /sign-in 登录 (a session)")
_token = HTTPBearer(scheme_name="Token", auto_error=False, description="本人在 /me 建的令牌 (a person's token)")


def signed_in(
    request: Request,
    _by_cookie: Annotated[str | None, Depends(_cookie)],
    _by_token: Annotated[HTTPAuthorizationCredentials | None, Depends(_token)],
) -> Signed:
    """Who is signed in; its route asked before the body came (`web.guarded`)."""
    signed: Signed = request.state.signed
    return signed


SignedIn = Annotated[Signed, Depends(signed_in)]


def maybe_signed_in(request: Request) -> Signed | None:
    """Who looks at a page that strangers may see too; None: a stranger."""
    return getattr(request.state, "signed", None)


MaybeSigned = Annotated[Signed | None, Depends(maybe_signed_in)]


def acting_on_page(request: Request, signed: SignedIn, csrf: Annotated[str, Form()] = "") -> Signed:
    """Who sends a form of this server.

    Raises
    ------
    ForgedForm : as `_refuse_forged`.
    """
    _refuse_forged(request, csrf)
    return signed


def acting(
    request: Request,
    signed: SignedIn,
    csrf: Annotated[str, Header(alias=CSRF, description="/v1/me 的 csrf；令牌不必带 (of a session)")] = "",
) -> Signed:
    """Who acts through the API.

    Raises
    ------
    ForgedForm : as `_refuse_forged`.
    """
    _refuse_forged(request, csrf)
    return signed


ActsOnPage = Annotated[Signed, Depends(acting_on_page)]
Acts = Annotated[Signed, Depends(acting)]


def _refuse_forged(request: Request, token: str) -> None:
    """Refuse what a cookie alone would do.

    Raises
    ------
    ForgedForm : no token of this session, or the one of another.
    """
    given = given_in(request)
    if given is not None and given.by_cookie and not sessions.is_csrf_token(given.secret, token):
        zh = "这一请求没有本次登录的防伪标记，或标记已过期"
        en = "no token of this session against forged forms, or an old one"
        raise ForgedForm(zh, en, path=CSRF, remedy="重新打开本页再提交；程序用令牌，或带上 /v1/me 给的 csrf")


async def ask_for_person_or_key(request: Request) -> None:
    """Ask who is signed in or, of nobody, for the key, before any of the body is read.

    Raises
    ------
    NotSignedIn, Refused : as `ask_for_sign_in` and `keys.ask_for_key`.
    """
    if given_in(request) is not None:
        await ask_for_sign_in(request)
        request.state.access = None  # a key that came too does nothing here, and the trail names the person
        return
    try:
        ask_for_key(request)
    except Refused as refusal:
        if refusal.status == 401:
            refusal.remedy = f"{refusal.remedy}；人员{_REMEDY}"
        raise


def person_or_key(
    request: Request,
    _by_cookie: Annotated[str | None, Depends(_cookie)],
    _by_token: Annotated[HTTPAuthorizationCredentials | None, Depends(_token)],
    _in_header: Annotated[str | None, Depends(KEY_HEADER)],
    _as_bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(KEY_BEARER)],
    csrf: Annotated[str, Header(alias=CSRF, description="/v1/me 的 csrf；令牌、密钥不必带 (of a session)")] = "",
) -> Signed | Access:
    """Who acts through the API or, of nobody, what the key may do; its route asked before the body came.

    Raises
    ------
    ForgedForm : as `_refuse_forged`.
    """
    if given_in(request) is None:
        return access_asked_for(request)
    _refuse_forged(request, csrf)
    signed: Signed = request.state.signed
    return signed


PersonOrKey = Annotated[Signed | Access, Depends(person_or_key)]


def refuse_other_site(request: Request) -> None:
    """Refuse a form for signing in that a page of another server sends: somebody would act under a foreign name.

    Raises
    ------
    ForgedForm : the browser says that it comes from elsewhere.
    """
    if request.headers.get("Sec-Fetch-Site") in OTHER_SITES:
        zh = "登录表单来自别的网站"
        raise ForgedForm(zh, "this form comes from another site", path="Sec-Fetch-Site", remedy="在 /sign-in 登录")


@contextmanager
def counted(request: Request, *whose: str) -> Iterator[None]:
    """Try a password or code: a wrong one counts for the address and for each of `whose`, and slows them down.

    Raises
    ------
    Refused : 429 after too many wrong ones.
    """
    tries: Tries = request.app.state.tries
    names = (f"address {request.state.host}", *whose)
    for name in names:
        wait = tries.take(name)
        if wait:
            raise _too_many_wrong(wait)
    try:
        yield
    except (NotSignedIn, Refused):
        raise
    except Exception:  # the password or code was right, or nobody could look at it
        _give_back(tries, names)
        raise
    _give_back(tries, names)


def _too_many_wrong(wait: float) -> Refused:
    """The refusal of a password or code that comes too soon after wrong ones; `wait` in seconds."""
    refused = too_many(wait)
    refused.zh = "口令或代码错得太多"
    refused.en = "too many wrong passwords or codes"
    refused.remedy = f"过 {seconds_of(wait)} 秒再试；忘记口令的，请本方管理人办理重置"
    return refused


def _give_back(tries: Tries, names: tuple[str, ...]) -> None:
    for name in names:
        tries.give_back(name)


def keep_cookie(request: Request, response: Response, opened: Opened) -> None:
    """Let the browser keep a session."""
    response.set_cookie(
        COOKIE, opened.secret, max_age=int(LASTING[PAGE].most.total_seconds()), path="/", httponly=True,
        samesite="lax", secure=request.url.scheme == "https",
    )  # fmt: skip


def drop_cookie(response: Response) -> None:
    """Let the browser forget its session."""
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")
