"""Keys of offices: listed, and proposed by an admin, by the forms of ``/people`` and under ``/v1``.

In: who is signed in. Out: rows, or a proposal; the secret is shown once to whoever approves it. Who may propose what is
decided in `settlement.people.office_keys`.
"""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from api.reads.keys import KeyRow, key_rows
from api.reads.proposals import ProposalRow, proposal_row
from api.web.deps import About, Has, Reads
from api.web.described import listed, problems
from api.web.guarded import Guarded
from api.web.login import Acts, ActsOnPage, SignedIn
from api.web.tabular import shaped
from basin.written.texts import Text
from settlement.people import office_keys
from settlement.people.office_keys import LONGEST_OVERLAP, REVOKE, ROTATE
from settlement.people.proposals_store import Proposal
from settlement.people.sessions import Signed

router = APIRouter(route_class=Guarded)
TAG = "人员 people"
Verb = Literal["push", "read"]
MOST_STATIONS = 1_000
PROPOSED = problems(400, 401, 403, 404, 409, 422)


class _Wanted(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Text = Field(min_length=1, examples=["山州一站"])
    reason: Text = Field(min_length=1, description="why")


class KeyWanted(_Wanted):
    """A new key of an office."""

    office: Text = Field(min_length=1, description="whose key it is")
    stations: list[Text] = Field(min_length=1, max_length=MOST_STATIONS, description="it may speak for")
    verbs: list[Verb] = Field(min_length=1, max_length=2, description="what it may do")
    expires: Text = Field(description="its last day", examples=["2027-12-31"])


class RotationWanted(_Wanted):
    """A new secret of a key."""

    overlap_days: int = Field(default=7, ge=0, le=LONGEST_OVERLAP, description="days the secret before stays valid")


class RevocationWanted(_Wanted):
    """The end of a key, at once when it is approved."""


@router.post("/people/keys/create", include_in_schema=False)
def create_on_page(
    has: Has,
    signed: ActsOnPage,
    about: About,
    name: Annotated[str, Form()] = "",
    office: Annotated[str, Form()] = "",
    station: Annotated[str, Form()] = "",
    verb: Annotated[list[str] | None, Form()] = None,
    expires: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
) -> RedirectResponse:
    """Propose a key of an office."""
    stations = station.replace("，", " ").replace(",", " ").split()
    payload = office_keys.key_payload(name, office, stations, verb or [], expires)
    return _shown(about, office_keys.propose_new(has.desk, signed.person.number, payload, reason))


@router.post("/people/keys/rotate", include_in_schema=False)
def rotate_on_page(
    has: Has,
    signed: ActsOnPage,
    about: About,
    name: Annotated[str, Form()] = "",
    overlap_days: Annotated[int, Form(ge=0, le=LONGEST_OVERLAP)] = 7,
    reason: Annotated[str, Form()] = "",
) -> RedirectResponse:
    """Propose a new secret of a key."""
    payload = office_keys.rotation_payload(name, overlap_days)
    return _shown(about, office_keys.propose_about(has.desk, ROTATE, signed.person.number, payload, reason))


@router.post("/people/keys/revoke", include_in_schema=False)
def revoke_on_page(
    has: Has, signed: ActsOnPage, about: About, name: Annotated[str, Form()] = "", reason: Annotated[str, Form()] = ""
) -> RedirectResponse:
    """Propose to end a key."""
    payload = office_keys.revocation_payload(name)
    return _shown(about, office_keys.propose_about(has.desk, REVOKE, signed.person.number, payload, reason))


@router.get("/v1/keys", tags=[TAG], summary="密钥 (keys)", responses=listed(list[KeyRow], 400, 401, 403))
def keys(request: Request, reads: Reads, signed: SignedIn) -> Response:
    """The keys of the sides that appointed who asks, without their secrets; all for the operator's admin."""
    rows = key_rows(reads, signed.staff, signed.person.number)
    return shaped(request, [asdict(row) for row in rows], [field.name for field in fields(KeyRow)])


@router.post("/v1/keys", tags=[TAG], status_code=202, summary="提出新建密钥 (propose a key)", responses=PROPOSED)
def create(wanted: KeyWanted, has: Has, signed: Acts, about: About, response: Response) -> ProposalRow:
    """Propose a key of an office, as an admin of its party; whoever approves is shown the secret, once."""
    payload = office_keys.key_payload(wanted.name, wanted.office, wanted.stations, wanted.verbs, wanted.expires)
    proposal = office_keys.propose_new(has.desk, signed.person.number, payload, wanted.reason)
    return _told(about, response, proposal, signed)


@router.post(
    "/v1/keys/rotate", tags=[TAG], status_code=202, summary="提出更换密钥 (propose a rotation)", responses=PROPOSED
)
def rotate(wanted: RotationWanted, has: Has, signed: Acts, about: About, response: Response) -> ProposalRow:
    """Propose a new secret of a key; the one before stays valid for some days."""
    payload = office_keys.rotation_payload(wanted.name, wanted.overlap_days)
    proposal = office_keys.propose_about(has.desk, ROTATE, signed.person.number, payload, wanted.reason)
    return _told(about, response, proposal, signed)


@router.post(
    "/v1/keys/revoke", tags=[TAG], status_code=202, summary="提出撤销密钥 (propose a revocation)", responses=PROPOSED
)
def revoke(wanted: RevocationWanted, has: Has, signed: Acts, about: About, response: Response) -> ProposalRow:
    """Propose to end a key, at once when it is approved."""
    payload = office_keys.revocation_payload(wanted.name)
    proposal = office_keys.propose_about(has.desk, REVOKE, signed.person.number, payload, wanted.reason)
    return _told(about, response, proposal, signed)


def _shown(about: About, proposal: Proposal) -> RedirectResponse:
    about(f"第 {proposal.number} 项 {proposal.subject}")
    return RedirectResponse(f"/proposals/{proposal.number}", 303)


def _told(about: About, response: Response, proposal: Proposal, signed: Signed) -> ProposalRow:
    about(f"第 {proposal.number} 项 {proposal.subject}")
    response.headers["Location"] = f"/v1/proposals/{proposal.number}"
    return proposal_row(proposal, signed.staff, signed.person.number)
