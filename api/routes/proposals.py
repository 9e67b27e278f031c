"""Proposals: what waits for whom; one person proposes, another approves or sends back. As pages and under ``/v1``.

In: forms and JSON of who is signed in. Out: proposals in words, or as rows. Who may do what is decided in
`settlement.people.proposals`.
"""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi import Path as PathParameter
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from api.pages import people as people_pages
from api.pages import proposed
from api.pages.language import words
from api.pages.rendering import page
from api.reads import proposals as read
from api.reads.facts import batch_row
from api.reads.filters import Filter
from api.reads.proposals import ProposalRow, State, matter, proposal_row
from api.web.deps import Has, Named, Reads
from api.web.described import listed, problems
from api.web.guarded import Guarded
from api.web.login import Acts, ActsOnPage, SignedIn
from api.web.tabular import shaped
from basin.written.texts import Text
from basin.written.whole_numbers import AS_WHOLE
from settlement.people import proposals, roles
from settlement.people.acts import ACTS
from settlement.people.proposals_store import Proposal, Wanted
from settlement.people.recorded_facts import batches_for
from settlement.people.sessions import Signed
from settlement.people.watching import offices_of, seen_by, waiting_for

router = APIRouter(route_class=Guarded)
TAG = "人员 people"
LARGEST = 2**63 - 1
Number = Annotated[int, PathParameter(ge=1, le=LARGEST), AS_WHOLE]
Which = Literal["all", "waiting", "mine"]
StateWanted = Annotated[State | Literal[""] | None, Query(description="open, ended")]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AppointPayload(_Body):
    """Whom to appoint to what; days as 2026-03-01, both in it."""

    login: Text = Field(min_length=1, examples=["zhao"])
    name: Text = Field(default="", description="of somebody who is new", examples=["赵经办"])
    office: Text = Field(min_length=1)
    roles: list[Literal["prepare", "approve", "audit", "admin"]] = Field(min_length=1, max_length=len(roles.WORDS))
    starts: Text = Field(examples=["2026-03-01"])
    ends: Text = Field(default="", description="blank: no end; a deputy has one")


class EndPayload(_Body):
    """Which appointment to end."""

    appointment: Annotated[int, Field(ge=1, le=LARGEST), AS_WHOLE]


class PersonPayload(_Body):
    """Whom it is about."""

    login: Text = Field(min_length=1)


class _Wanted(_Body):
    office: Text = Field(min_length=1, description="for which office; about people: any of one's own party")
    subject: Text = Field(default="", description="what it is about, as a list shows it; blank: made from the payload")
    reason: Text = Field(min_length=1, description="why")


class AppointWanted(_Wanted):
    """Propose an appointment."""

    kind: Literal["appoint"]
    payload: AppointPayload


class EndWanted(_Wanted):
    """Propose the end of an appointment."""

    kind: Literal["end"]
    payload: EndPayload


class AboutPersonWanted(_Wanted):
    """Propose to suspend or restore somebody, or to reset how he signs in."""

    kind: Literal["suspend", "restore", "reset"]
    payload: PersonPayload


ProposalWanted = Annotated[AppointWanted | EndWanted | AboutPersonWanted, Field(discriminator="kind")]


class Approving(_Body):
    """Approve, or take back: a reason is welcome."""

    reason: Text = ""


class Refusing(_Body):
    """Send back, with a reason."""

    reason: Text = Field(min_length=1)


class Decided(BaseModel):
    """What became of a proposal, and what its act tells once."""

    proposal: ProposalRow
    shown_once: str = Field(description="a secret that the act made; blank where there is none")


@router.get("/proposals", include_in_schema=False)
def listed_on_page(
    request: Request, reads: Reads, has: Has, signed: SignedIn, names: Named, kind: Filter = None,
    state: StateWanted = None,
) -> HTMLResponse:  # fmt: skip
    """What waits for me, what I proposed, and all of my offices."""
    number = signed.person.number
    wanted = read.wanted(kind, state or None)
    waiting = waiting_for(reads, ACTS, signed.staff, number)
    mine = seen_by(reads, signed.staff, number, Wanted(person=number))
    everything = seen_by(reads, signed.staff, number, wanted)
    batches = batches_for(reads, has.registry, offices_of(signed.staff, number))
    model = {
        "waiting": people_pages.proposal_rows(waiting, signed, names),
        "mine": people_pages.proposal_rows(mine, signed, names),
        "all": people_pages.proposal_rows(everything, signed, names),
        "kinds": [{"code": act.kind, "name": names.t.choose(act.zh, act.en)} for act in ACTS.values()],
        "query": {"kind": kind, "state": state or None},
        "most": people_pages.MOST_LISTED,
        "batches": [batch_row(batch, has.registry) for batch in batches],
    }
    return page(request, "proposals.html", model)


@router.get("/proposals/{id}", include_in_schema=False)
def shown(id: Number, request: Request, reads: Reads, has: Has, signed: SignedIn, names: Named) -> HTMLResponse:
    """One proposal in words, with what I may do about it."""
    proposal = proposals.readable(reads, signed.staff, signed.person.number, id)
    model = people_pages.proposal(proposal, signed, names)
    return page(request, "proposal.html", model | proposed.about(reads, has.desk, proposal, names))


@router.post("/proposals/{id}/approve", include_in_schema=False)
def approve_on_page(
    id: Number, request: Request, has: Has, signed: ActsOnPage, reason: Annotated[str, Form()] = ""
) -> Response:
    """Approve, which does it; what the act makes is shown once."""
    approved = proposals.approve(has.desk, ACTS, signed.person.number, id, reason=reason)
    _note(request, approved.proposal)
    if not approved.shown_once:
        return RedirectResponse(f"/proposals/{id}", 303)
    t = words(request)
    rows = [{"label": approved.proposal.subject, "text": approved.shown_once}]
    model = {"title": t("proposal.made"), "lead": t("proposal.once"), "rows": rows}
    return page(request, "shown_once.html", model | {"back": f"/proposals/{id}", "back_text": t("proposal.back")})


@router.post("/proposals/{id}/refuse", include_in_schema=False)
def refuse_on_page(
    id: Number, request: Request, has: Has, signed: ActsOnPage, reason: Annotated[str, Form()] = ""
) -> RedirectResponse:
    """Send back, with a reason."""
    _note(request, proposals.refuse(has.desk, ACTS, signed.person.number, id, reason=reason))
    return RedirectResponse(f"/proposals/{id}", 303)


@router.post("/proposals/{id}/withdraw", include_in_schema=False)
def withdraw_on_page(
    id: Number, request: Request, has: Has, signed: ActsOnPage, reason: Annotated[str, Form()] = ""
) -> RedirectResponse:
    """Take back what one proposed oneself."""
    _note(request, proposals.withdraw(has.desk, signed.person.number, id, reason=reason))
    return RedirectResponse(f"/proposals/{id}", 303)


@router.get(
    "/v1/proposals", tags=[TAG], summary="提议与待办 (proposals)",
    responses=listed(list[ProposalRow], 400, 401, 403, 422),
)  # fmt: skip
def listing(
    request: Request,
    reads: Reads,
    signed: SignedIn,
    kind: Filter = None,
    state: StateWanted = None,
    which: Annotated[Which, Query(description="all of my offices, waiting for me, or mine")] = "all",
) -> Response:
    """The proposals of one's own party, the newest first."""
    number = signed.person.number
    wanted = read.wanted(kind, state or None)
    rows = [
        asdict(proposal_row(proposal, signed.staff, number))
        for proposal in seen_by(reads, signed.staff, number, wanted)
        if which != "mine" or proposal.person == number
    ]
    chosen = [row for row in rows if which != "waiting" or row["may_decide"]]
    return shaped(request, chosen, [field.name for field in fields(ProposalRow)])


@router.post(
    "/v1/proposals", tags=[TAG], status_code=201, summary="提出人员事项 (propose)",
    responses=problems(400, 401, 403, 409, 422),
)  # fmt: skip
def propose(request: Request, wanted: ProposalWanted, has: Has, signed: Acts) -> ProposalRow:
    """Propose an act about people, which an admin does; somebody else of the party approves. Other acts are proposed at
    the addresses of what they are about.
    """
    act = ACTS[wanted.kind]
    payload = _payload(wanted)
    proposal = proposals.propose(
        has.desk, act, signed.person.number, matter(act, wanted.office, payload, wanted.reason, wanted.subject)
    )
    _note(request, proposal)
    return proposal_row(proposal, signed.staff, signed.person.number)


@router.get(
    "/v1/proposals/{id}", tags=[TAG], summary="一项提议 (a proposal)", responses=problems(400, 401, 403, 404, 422)
)
def one(id: Number, reads: Reads, signed: SignedIn) -> ProposalRow:
    """All of a proposal, and whether who asks may decide it."""
    proposal = proposals.readable(reads, signed.staff, signed.person.number, id)
    return proposal_row(proposal, signed.staff, signed.person.number)


@router.post(
    "/v1/proposals/{id}/approve", tags=[TAG], summary="批准 (approve)",
    responses=problems(400, 401, 403, 404, 409, 422),
)  # fmt: skip
def approve(id: Number, wanted: Approving, request: Request, has: Has, signed: Acts) -> Decided:
    """Approve what somebody else proposed; it is done at once, in the transaction that stores the approval."""
    approved = proposals.approve(has.desk, ACTS, signed.person.number, id, reason=wanted.reason)
    _note(request, approved.proposal)
    return Decided(proposal=_told(approved.proposal, signed), shown_once=approved.shown_once)


@router.post(
    "/v1/proposals/{id}/refuse", tags=[TAG], summary="退回 (send back)",
    responses=problems(400, 401, 403, 404, 409, 422),
)  # fmt: skip
def refuse(id: Number, wanted: Refusing, request: Request, has: Has, signed: Acts) -> ProposalRow:
    """Send back what one might have approved, with a reason."""
    proposal = proposals.refuse(has.desk, ACTS, signed.person.number, id, reason=wanted.reason)
    _note(request, proposal)
    return _told(proposal, signed)


@router.post(
    "/v1/proposals/{id}/withdraw", tags=[TAG], summary="撤回 (withdraw)",
    responses=problems(400, 401, 403, 404, 409, 422),
)  # fmt: skip
def withdraw(id: Number, wanted: Approving, request: Request, has: Has, signed: Acts) -> ProposalRow:
    """Take back what one proposed oneself."""
    proposal = proposals.withdraw(has.desk, signed.person.number, id, reason=wanted.reason)
    _note(request, proposal)
    return _told(proposal, signed)


def _payload(wanted: AppointWanted | EndWanted | AboutPersonWanted) -> dict[str, Any]:
    """What the act reads; a login is kept in small letters and roles in their order, as the pages do."""
    payload = wanted.payload.model_dump()
    if "login" in payload:
        payload["login"] = payload["login"].strip().lower()
    if "roles" in payload:
        payload["roles"] = sorted(set(payload["roles"]))
    return payload


def _told(proposal: Proposal, signed: Signed) -> ProposalRow:
    return proposal_row(proposal, signed.staff, signed.person.number)


def _note(request: Request, proposal: Proposal) -> None:
    """Let the audit trail say which proposal it was."""
    request.state.about = f"第 {proposal.number} 项 {proposal.subject}"
