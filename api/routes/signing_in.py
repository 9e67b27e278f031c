"""Signing in and out: a login with its password, or a one-time code that sets the first password.

Wrong ones slow down whoever tries them, per address and per login, and are audited.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool

from api.composition import Composition
from api.pages.rendering import page
from api.web.deps import Has
from api.web.guarded import Guarded
from api.web.local import SIGN_IN, local
from api.web.login import ActsOnPage, counted, drop_cookie, keep_cookie, refuse_other_site
from api.web.rates import TOO_MANY
from basin.errors import HengjieError, NotSignedIn, Refused, UsageError
from settlement.people import sessions, store
from settlement.people.appointing import LOGIN
from settlement.people.sessions import PAGE, Opened

router = APIRouter(include_in_schema=False, route_class=Guarded)
ACCOUNT = "/me"


@router.get(SIGN_IN)
def sign_in_form(request: Request, to: str = ACCOUNT) -> HTMLResponse:
    """The two forms: password, and one-time code."""
    return page(request, "sign_in.html", _model(request, to, "", None))


@router.post(SIGN_IN)
async def sign_in(
    request: Request,
    has: Has,
    login: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    to: Annotated[str, Form()] = ACCOUNT,
) -> Response:
    """Sign in by a password; the form again where it is wrong."""
    refuse_other_site(request)
    login = login.strip().lower()
    try:
        with counted(request, f"login {login[: LOGIN.longest]}"):
            opened = await run_in_threadpool(sessions.sign_in, has.desk, login, password)
    except NotSignedIn as problem:
        is_known = await run_in_threadpool(_is_known, has, login)
        request.state.about = f"登录名 {login}" if is_known else "没有这个登录名"  # never what may be a password
        return _again(request, problem, to, login)
    return _signed_in(request, opened, login, to)


@router.post(f"{SIGN_IN}/code")
async def use_code(
    request: Request,
    has: Has,
    code: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
    to: Annotated[str, Form()] = ACCOUNT,
) -> Response:
    """Set the first password by a one-time code and sign in with it."""
    refuse_other_site(request)
    desk = has.desk
    try:
        refuse_if_they_differ(password, again)
        with counted(request):
            person = await run_in_threadpool(sessions.use_code, desk, code, password)
    except (Refused, UsageError) as problem:
        if problem.status == TOO_MANY:
            raise
        return _again(request, problem, to, "")
    opened = await run_in_threadpool(sessions.begin, desk, person, PAGE, desk.now())
    return _signed_in(request, opened, person.login, to)


@router.post("/sign-out")
def sign_out(request: Request, has: Has, signed: ActsOnPage, everywhere: Annotated[bool, Form()] = False) -> Response:
    """End this session, or all sessions and tokens of this person."""
    desk = has.desk
    sessions.sign_out(desk, signed.person.number, None if everywhere else signed.session.sha256)
    request.state.about = "全部登录与令牌" if everywhere else "本次登录"
    response = RedirectResponse(SIGN_IN, 303)
    drop_cookie(response)
    return response


def refuse_if_they_differ(password: str, again: str) -> None:
    """Refuse a new password that was not typed twice the same.

    Raises
    ------
    UsageError : they differ.
    """
    if password != again:
        raise UsageError("两次写的口令不同", "the passwords differ", path="again", remedy="再写一遍")


def _is_known(has: Composition, login: str) -> bool:
    desk = has.desk
    with desk.engine.connect() as connection:
        return store.staff(connection, desk.offices, desk.now()).named(login) is not None


def _again(request: Request, problem: HengjieError, to: str, login: str) -> HTMLResponse:
    request.state.outcome = f"{problem.status} {problem.code}"
    return page(request, "sign_in.html", _model(request, to, login, problem), problem.status)


def _model(request: Request, to: str, login: str, problem: HengjieError | None) -> dict[str, Any]:
    has_provider = request.app.state.relying_party is not None
    return {"to": local(to, ACCOUNT), "login": login, "problem": problem, "has_provider": has_provider}


def _signed_in(request: Request, opened: Opened, login: str, to: str) -> Response:
    request.state.about = f"登录名 {login}"
    response = RedirectResponse(local(to, ACCOUNT), 303)
    keep_cookie(request, response, opened)
    return response
