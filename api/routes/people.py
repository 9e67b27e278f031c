"""Everybody and their appointments: pages with the forms that propose, and the same as JSON under ``/v1``.

A one-time code is shown once, to the admin who hands it over; no cache keeps the page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from api.pages import people as people_pages
from api.pages.language import words
from api.pages.rendering import page
from api.reads import people as people_read
from api.reads.keys import key_rows
from api.reads.people import AppointmentRow, PersonRow
from api.reads.proposals import matter
from api.web.deps import Has, Named, Reads
from api.web.described import listed, problems
from api.web.guarded import Guarded
from api.web.login import Acts, ActsOnPage, SignedIn
from api.web.tabular import shaped
from basin.errors import Refused
from basin.written.texts import Text
from settlement.people import appointing, office_keys, proposals, roles, store
from settlement.people.acts import ACTS
from settlement.people.appointing import APPOINT, END, named
from settlement.people.proposals import TwoPersonAct
from settlement.people.proposals_store import Wanted
from settlement.people.sessions import Signed
from settlement.people.watching import seen_by

router = APIRouter(route_class=Guarded)
TAG = "人员 people"
APPOINTMENT = 2**63 - 1


class FirstPerson(BaseModel):
    """A person as he is named before he is known."""

    model_config = ConfigDict(extra="forbid")

    login: Text = Field(min_length=1, examples=["wang"])
    name: Text = Field(min_length=1, examples=["王管理"])


class FirstWanted(BaseModel):
    """The first admin and the first approver of a party, by its letter; the operator's admin names them, once."""

    model_config = ConfigDict(extra="forbid")

    office: Text = Field(min_length=1)
    admin: FirstPerson
    approver: FirstPerson
    letter: str = Field(pattern="^[0-9a-f]{64}$", description="SHA-256 of the party's letter")


class Codes(BaseModel):
    """One-time codes by login, told once."""

    codes: dict[str, str]


@router.get("/people", include_in_schema=False)
def everybody(request: Request, reads: Reads, signed: SignedIn, names: Named) -> HTMLResponse:
    """The people and keys of the sides I see, appointments, what is proposed, and what I may propose."""
    number = signed.person.number
    people = people_read.people_rows(signed.staff, number, store.signing_in(reads))
    appointed = people_read.appointment_rows(signed.staff, number)
    waiting = [
        proposal
        for proposal in seen_by(reads, signed.staff, number, Wanted(is_open=True))
        if proposal.kind in appointing.ACTS or proposal.kind in office_keys.ACTS
    ]
    model = people_pages.everybody(signed, people, appointed, names)
    model |= people_pages.keys(key_rows(reads, signed.staff, number), names)
    return page(request, "people.html", model | {"open": people_pages.proposal_rows(waiting, signed, names)})


@router.post("/people/appoint", include_in_schema=False)
def appoint(
    request: Request,
    has: Has,
    signed: ActsOnPage,
    login: Annotated[str, Form()] = "",
    name: Annotated[str, Form()] = "",
    office: Annotated[str, Form()] = "",
    role: Annotated[list[str] | None, Form()] = None,
    starts: Annotated[str, Form()] = "",
    ends: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
) -> RedirectResponse:
    """Propose an appointment; with an end it is that of a deputy."""
    payload = appointing.appointment_payload(login, name, office, role or [], starts, ends)
    return _proposed(request, has, signed, APPOINT, office, payload, reason)


@router.post("/people/end", include_in_schema=False)
def end(
    request: Request,
    has: Has,
    signed: ActsOnPage,
    appointment: Annotated[int, Form(ge=1, le=APPOINTMENT)],
    reason: Annotated[str, Form()] = "",
) -> RedirectResponse:
    """Propose the end of an appointment."""
    return _proposed(request, has, signed, END, office_of_admin(signed), {"appointment": appointment}, reason)


@router.post("/people/about", include_in_schema=False)
def about(
    request: Request,
    has: Has,
    signed: ActsOnPage,
    kind: Annotated[Literal["suspend", "restore", "reset"], Form()],
    login: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
) -> RedirectResponse:
    """Propose to suspend or restore somebody, or to reset how he signs in."""
    return _proposed(request, has, signed, ACTS[kind], office_of_admin(signed), {"login": login}, reason)


@router.post("/people/code", include_in_schema=False)
def code_on_page(
    request: Request, has: Has, signed: ActsOnPage, login: Annotated[str, Form()] = ""
) -> HTMLResponse:  # fmt: skip
    """A one-time code for somebody of one's own party, shown once."""
    code = appointing.issue_code(has.desk, signed.person.number, login)
    request.state.about = f"一次性代码 {login}"
    return _codes(request, {login: code})


@router.post("/people/first", include_in_schema=False)
def first_on_page(
    request: Request,
    has: Has,
    signed: ActsOnPage,
    office: Annotated[str, Form()] = "",
    admin_login: Annotated[str, Form()] = "",
    admin_name: Annotated[str, Form()] = "",
    approver_login: Annotated[str, Form()] = "",
    approver_name: Annotated[str, Form()] = "",
    letter: Annotated[str, Form()] = "",
) -> HTMLResponse:
    """Name the first two people of a party by its letter; their codes are shown once."""
    admin = named(admin_login, admin_name)
    approver = named(approver_login, approver_name)
    by = signed.person.number
    codes = appointing.name_first(has.desk, office, admin, approver, letter=letter.strip().lower(), by=by)
    request.state.about = f"最初两人 {office}"
    return _codes(request, codes)


@router.get("/v1/people", tags=[TAG], summary="人员 (people)", responses=listed(list[PersonRow], 400, 401, 403))
def people(request: Request, reads: Reads, signed: SignedIn) -> Response:
    """Everybody of the sides that appointed who asks; of all sides for the operator's admin."""
    rows = people_read.people_rows(signed.staff, signed.person.number, store.signing_in(reads))
    return shaped(request, [asdict(row) for row in rows], [field.name for field in fields(PersonRow)])


@router.get(
    "/v1/appointments", tags=[TAG], summary="任命 (appointments)", responses=listed(list[AppointmentRow], 400, 401, 403)
)
def appointments(request: Request, signed: SignedIn) -> Response:
    """All appointments of the same people, those that are over too."""
    rows = people_read.appointment_rows(signed.staff, signed.person.number)
    return shaped(request, [asdict(row) for row in rows], [field.name for field in fields(AppointmentRow)])


@router.post(
    "/v1/people/first", tags=[TAG], status_code=201, summary="任命一方最初两人 (first people of a party)",
    responses=problems(400, 401, 403, 422),
)  # fmt: skip
def first(request: Request, wanted: FirstWanted, has: Has, signed: Acts) -> Codes:
    """Name the first admin and the first approver of a party; each gets a one-time code."""
    admin = named(wanted.admin.login, wanted.admin.name)
    approver = named(wanted.approver.login, wanted.approver.name)
    by = signed.person.number
    codes = appointing.name_first(has.desk, wanted.office, admin, approver, letter=wanted.letter, by=by)
    request.state.about = f"最初两人 {wanted.office}"
    return Codes(codes=dict(codes))


@router.post(
    "/v1/people/{login}/code", tags=[TAG], status_code=201, summary="发一次性代码 (one-time code)",
    responses=problems(400, 401, 403, 409, 422),
)  # fmt: skip
def code(request: Request, login: str, has: Has, signed: Acts) -> Codes:
    """A one-time code for somebody of one's own party who cannot sign in yet."""
    issued = appointing.issue_code(has.desk, signed.person.number, login)
    request.state.about = f"一次性代码 {login}"
    return Codes(codes={login: issued})


def office_of_admin(signed: Signed) -> str:
    """An office for which who is signed in proposes acts about people.

    Raises
    ------
    Refused : of none, saying who administers his sides.
    """
    staff = signed.staff
    offices = staff.offices_with(signed.person.number, roles.ADMIN)
    if offices:
        return offices[0]
    sides = [staff.side(appointment.office) for appointment in staff.in_force(signed.person.number)]
    admins = frozenset[int]().union(*(staff.with_role(roles.ADMIN, side=side) for side in sides))
    who = "、".join(staff.people[number].name for number in sorted(admins)) or "运行方管理人"
    zh = "只有本方的管理人能提出人员事项"
    raise Refused(zh, "an admin of that party proposes acts about people", path="office", remedy=f"可由 {who} 提出")


def _proposed(
    request: Request, has: Has, signed: Signed, act: TwoPersonAct, office: str, payload: Mapping[str, Any], reason: str
) -> RedirectResponse:
    """Propose an act about people, and show the proposal.

    Raises
    ------
    HengjieError : as `proposals.propose`.
    """
    wanted = matter(act, office, payload, reason)
    proposal = proposals.propose(has.desk, act, signed.person.number, wanted)
    request.state.about = f"第 {proposal.number} 项 {proposal.subject}"
    return RedirectResponse(f"/proposals/{proposal.number}", 303)


def _codes(request: Request, codes: Mapping[str, str]) -> HTMLResponse:
    t = words(request)
    rows = [{"label": login, "text": code} for login, code in codes.items()]
    model = {"title": t("people.code.made"), "lead": t("people.code.once"), "rows": rows}
    return page(request, "shown_once.html", model | {"back": "/people", "back_text": t("people.back")})
