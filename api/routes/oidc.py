"""Signing in at a provider of OpenID Connect: to it, back from it, and the one-time code that binds an account first.

Who somebody is, is decided by the subject that an admin's code bound to him: never by a name or e-mail address. What
fails on the way is told on a page of its own (403), since sending the browser on to sign in might go round in circles.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool

from api.pages.rendering import page
from api.routes.signing_in import ACCOUNT
from api.web.deps import Has
from api.web.guarded import Guarded
from api.web.local import AT_PROVIDER, CALLBACK, SIGN_IN, local
from api.web.login import counted, keep_cookie, refuse_other_site
from api.web.oidc import RelyingParty, refused_by_provider
from api.web.parameters import takes_any_parameter
from api.web.rates import TOO_MANY
from api.web.signing_in import LASTS_SECONDS, SigningIn, Vouched, begun
from basin.errors import ForgedForm, NotFound, NotSignedIn, Refused
from settlement.people import sessions
from settlement.people.persons import Person
from settlement.people.proposals import Desk
from settlement.people.sessions import PAGE

router = APIRouter(include_in_schema=False, route_class=Guarded)
BIND = f"{AT_PROVIDER}/bind"
COOKIE = "hengjie_signing_in"


@router.get(AT_PROVIDER)
def begin(request: Request, to: str = ACCOUNT) -> Response:
    """Send the browser to the provider."""
    party = _party(request)
    sign_in = begun(local(to, ACCOUNT))
    response = RedirectResponse(party.address_for(sign_in), 303)
    _keep_cookie(request, response, _under_way(request).keep(sign_in))
    return response


@router.get(CALLBACK)
@takes_any_parameter
def callback(request: Request, has: Has, code: str = "", state: str = "", error: str = "", iss: str = "") -> Response:
    """Take what the provider says of the browser that it sends back: who it is, or why not."""
    party = _party(request)
    sign_in = _under_way(request).take(request.cookies.get(COOKIE, ""), state)
    if sign_in is None:
        raise _not_begun(request)
    if iss not in ("", party.issuer):  # RFC 9207: the answer of another provider
        raise Refused("答复来自另一个统一认证", "another provider answers", path="iss", remedy="重新登录")
    if error:
        raise refused_by_provider(error)
    subject = party.subject(code, sign_in, has.now())
    desk = has.desk
    person = _bound(desk, party.issuer, subject)
    if person is not None:
        return _signed_in(request, desk, person, sign_in.to)
    response = RedirectResponse(BIND, 303)
    _keep_cookie(request, response, _under_way(request).keep(Vouched(party.issuer, subject, sign_in.to)))
    return response


@router.get(BIND)
def bind_form(request: Request) -> HTMLResponse:
    """The form for the one-time code."""
    secret = request.cookies.get(COOKIE, "")
    if _under_way(request).vouched(secret) is None:
        raise _not_begun(request)
    return _form(request, secret, None)


@router.post(BIND)
async def bind(
    request: Request, has: Has, code: Annotated[str, Form()] = "", csrf: Annotated[str, Form()] = ""
) -> Response:
    """Bind the account by a one-time code and sign in; the form again where the code is wrong."""
    refuse_other_site(request)
    secret = request.cookies.get(COOKIE, "")
    vouched = _under_way(request).vouched(secret)
    if vouched is None:
        raise _not_begun(request)
    if not sessions.is_csrf_token(secret, csrf):
        zh = "这个表单不是本页发出的"
        raise ForgedForm(zh, "this form was not sent by this page", path="csrf", remedy="重新打开本页再提交")
    desk = has.desk
    try:
        with counted(request):
            await run_in_threadpool(sessions.bind_subject, desk, code, vouched.issuer, vouched.subject)
    except Refused as problem:
        if problem.status == TOO_MANY:
            raise
        request.state.outcome = f"{problem.status} {problem.code}"
        return _form(request, secret, problem)
    _under_way(request).forget(secret)
    person = await run_in_threadpool(_bound, desk, vouched.issuer, vouched.subject)
    if person is None:  # somebody reset it in between
        raise _not_begun(request)
    return await run_in_threadpool(_signed_in, request, desk, person, vouched.to)


def _party(request: Request) -> RelyingParty:
    """This server as a client of its provider.

    Raises
    ------
    NotFound : none is named.
    """
    party: RelyingParty | None = request.app.state.relying_party
    if party is None:
        zh = "本系统没有设置统一认证"
        remedy = f"在 {SIGN_IN} 用口令登录；管理员可设置 HENGJIE_OIDC_ISSUER"
        raise NotFound(zh, "no provider of OpenID Connect is named", remedy=remedy)
    return party


def _under_way(request: Request) -> SigningIn:
    under_way: SigningIn = request.app.state.signing_in
    return under_way


def _bound(desk: Desk, issuer: str, subject: str) -> Person | None:
    """Who an account is bound to; None for nobody.

    Raises
    ------
    Refused : somebody who is suspended.
    """
    try:
        return sessions.person_bound_to(desk, issuer, subject)
    except NotSignedIn as problem:
        raise Refused(problem.zh, problem.en, remedy=problem.remedy) from None


def _signed_in(request: Request, desk: Desk, person: Person, to: str) -> Response:
    request.state.acts = True
    request.state.about = f"登录名 {person.login}"
    response = RedirectResponse(to, 303)
    keep_cookie(request, response, sessions.begin(desk, person, PAGE, desk.now()))
    response.delete_cookie(COOKIE, path=AT_PROVIDER, httponly=True, samesite="lax")
    return response


def _form(request: Request, secret: str, problem: Refused | None) -> HTMLResponse:
    model = {"csrf": sessions.csrf_token(secret), "problem": problem}
    return page(request, "sign_in_bind.html", model, 200 if problem is None else problem.status)


def _keep_cookie(request: Request, response: Response, secret: str) -> None:
    """Let the browser keep the secret of a sign-in; it comes along when the provider sends the browser back."""
    response.set_cookie(
        COOKIE, secret, max_age=LASTS_SECONDS, path=AT_PROVIDER, httponly=True, samesite="lax",
        secure=request.url.scheme == "https",
    )  # fmt: skip


def _not_begun(request: Request) -> Refused:
    """The refusal of an answer that no sign-in waits for: a wrong state, one used before, or one that came too late."""
    origin = request.app.state.composition.settings.origin
    zh = "没有等着这个答复的登录：不是这个浏览器开始的，或已过十分钟，或已用过"
    en = "no sign-in waits for this answer: another browser began it, it is over, or it was answered"
    return Refused(zh, en, path="state", remedy=f"在 {origin}{SIGN_IN} 重新登录")
