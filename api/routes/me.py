"""One's own account: who is signed in, sessions and tokens, another password. The same as JSON under ``/v1/me``."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi import Path as PathParameter
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from api.pages import people as people_pages
from api.pages.language import words
from api.pages.rendering import page
from api.routes.signing_in import refuse_if_they_differ
from api.web.deps import Has, Named, Reads
from api.web.described import problems
from api.web.guarded import Guarded
from api.web.local import SIGN_IN
from api.web.login import Acts, ActsOnPage, SignedIn, counted, drop_cookie, given_in
from basin.errors import UsageError
from basin.written.texts import Text
from settlement.people import sessions, store
from settlement.people.sessions import LONGEST_TOKEN, TOKEN
from settlement.people.store import Session

router = APIRouter(route_class=Guarded)
TAG = "人员 people"
Sha256 = Annotated[str, PathParameter(pattern="^[0-9a-f]{64}$")]


class Holding(BaseModel):
    """An appointment of mine in force."""

    number: int
    office: str
    roles: list[str]
    starts_at: datetime
    ends_at: datetime | None


class Me(BaseModel):
    """Who is signed in."""

    login: str
    name: str
    appointments: list[Holding]
    session_ends_at: datetime
    csrf: str | None = Field(description="what X-CSRF-Token takes; null with a token, which needs none")


class Token(BaseModel):
    """A token of mine, without its secret."""

    id: str = Field(description="SHA-256 of the secret")
    name: str
    created_at: datetime
    used_at: datetime
    ends_at: datetime


class NewToken(Token):
    """A token just made."""

    secret: str = Field(description="told once; sent as Authorization: Bearer")


class TokenWanted(BaseModel):
    """A token of this person for a program."""

    model_config = ConfigDict(extra="forbid")

    name: Text = Field(min_length=1, max_length=500, examples=["月报程序"])
    days: int = Field(ge=1, le=LONGEST_TOKEN.days, examples=[30])


class Ended(BaseModel):
    """How many were ended."""

    ended: int


@router.get("/me", include_in_schema=False)
def account(request: Request, reads: Reads, signed: SignedIn, names: Named) -> Response:
    """Who I am, what I may do, my sessions and tokens."""
    if not hasattr(request.state, "visitor"):  # a token has no forms
        return RedirectResponse("/v1/me", 303)
    mine = store.sessions_of(reads, signed.person.number)
    return page(request, "me.html", people_pages.me(signed, mine, names))


@router.post("/me/sessions/end", include_in_schema=False)
def end_on_page(has: Has, signed: ActsOnPage, session: Annotated[str, Form()] = "") -> RedirectResponse:
    """End one session or token of mine."""
    sessions.sign_out(has.desk, signed.person.number, session)
    return RedirectResponse("/me", 303)


@router.post("/me/tokens", include_in_schema=False)
def make_on_page(
    request: Request, has: Has, signed: ActsOnPage, name: Annotated[str, Form()] = "", days: Annotated[int, Form()] = 0
) -> HTMLResponse:
    """Make a token, whose secret this page shows once."""
    opened = sessions.new_token(has.desk, signed.person, name, days)
    request.state.about = f"令牌 {opened.session.name}"
    t = words(request)
    rows = [{"label": opened.session.name, "text": opened.secret}]
    model = {"title": t("me.token.made"), "lead": t("me.token.once"), "rows": rows}
    return page(request, "shown_once.html", model | {"back": "/me", "back_text": t("me.back")})


@router.post("/me/password", include_in_schema=False)
async def change_password(
    request: Request,
    has: Has,
    signed: ActsOnPage,
    before: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> RedirectResponse:
    """Give oneself another password; all sessions end, this one too."""
    refuse_if_they_differ(password, again)
    with counted(request, f"login {signed.person.login}"):
        await run_in_threadpool(sessions.change_password, has.desk, signed.person, before, password)
    response = RedirectResponse(SIGN_IN, 303)
    drop_cookie(response)
    return response


@router.get("/v1/me", tags=[TAG], summary="我是谁 (who is signed in)", responses=problems(400, 401, 403))
def me(request: Request, signed: SignedIn) -> Me:
    """The person, the appointments in force, and what a request with a session has to carry."""
    given = given_in(request)
    held = signed.staff.in_force(signed.person.number)
    return Me(
        login=signed.person.login,
        name=signed.person.name,
        appointments=[
            Holding(
                number=appointment.number, office=appointment.office, roles=people_pages.in_order(appointment.roles),
                starts_at=appointment.starts_at, ends_at=appointment.ends_at,
            )
            for appointment in held
        ],
        session_ends_at=signed.session.ends_at,
        csrf=sessions.csrf_token(given.secret) if given is not None and given.by_cookie else None,
    )  # fmt: skip


@router.get("/v1/me/tokens", tags=[TAG], summary="我的令牌 (my tokens)", responses=problems(400, 401, 403))
def tokens(reads: Reads, signed: SignedIn) -> list[Token]:
    """The tokens that have not ended, newest first, without their secrets."""
    mine = store.sessions_of(reads, signed.person.number)
    return [_token(session) for session in mine if session.kind == TOKEN and session.ends_at > signed.staff.now]


@router.post(
    "/v1/me/tokens", tags=[TAG], status_code=201, summary="新建令牌 (make a token)",
    responses=problems(400, 401, 403, 422),
)  # fmt: skip
def make(request: Request, wanted: TokenWanted, has: Has, signed: Acts) -> NewToken:
    """Make a token by which a program acts for this person; a token makes none, so that it ends when it was to end."""
    if signed.session.kind == TOKEN:
        zh = "令牌不能再建令牌"
        raise UsageError(zh, "a token makes no token", path="Authorization", remedy="在 /me 登录后新建")
    opened = sessions.new_token(has.desk, signed.person, wanted.name, wanted.days)
    request.state.about = f"令牌 {opened.session.name}"
    return NewToken(**_token(opened.session).model_dump(), secret=opened.secret)


@router.delete(
    "/v1/me/tokens/{id}", tags=[TAG], summary="作废令牌 (end a token)", responses=problems(400, 401, 403, 404, 422)
)  # fmt: skip
def end(id: Sha256, has: Has, signed: Acts) -> Ended:
    """End one token or session of this person."""
    return Ended(ended=sessions.sign_out(has.desk, signed.person.number, id))


def _token(session: Session) -> Token:
    return Token(
        id=session.sha256, name=session.name, created_at=session.created_at, used_at=session.used_at,
        ends_at=session.ends_at,
    )  # fmt: skip
