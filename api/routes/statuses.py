"""Proposing the next status of a settlement: the form of its page, and the same under ``/v1``.

In: who is signed in, a status and why. Out: a proposal of the office that runs the cycle, which another person of that
office approves at ``/proposals``. Who may propose what is decided in `settlement.people.statuses`.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse

from api.reads.proposals import ProposalRow, proposal_row
from api.web.deps import About, Has
from api.web.described import problems
from api.web.guarded import Guarded
from api.web.login import Acts, ActsOnPage
from api.web.schemas import StatusWanted
from settlement.people import statuses

router = APIRouter(route_class=Guarded)


@router.post("/settlements/{id}/status", include_in_schema=False)
def propose_on_page(
    id: str,
    has: Has,
    signed: ActsOnPage,
    about: About,
    status: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
) -> RedirectResponse:
    """Propose the next status, and show the proposal."""
    proposal = statuses.propose(has.desk, signed.person.number, id, status, reason)
    about(f"第 {proposal.number} 项 {proposal.subject}")
    return RedirectResponse(f"/proposals/{proposal.number}", 303)


@router.post(
    "/v1/settlements/{id}/status", tags=["结算 settlement"], status_code=202,
    summary="提出下一个状态 (propose the next status)", responses=problems(400, 401, 403, 404, 409, 422),
)  # fmt: skip
def propose(id: str, wanted: StatusWanted, has: Has, signed: Acts, about: About, response: Response) -> ProposalRow:
    """试算 → 待复核 → 已确认 / 已撤销: proposed by somebody who prepares (经办) in the office that runs the cycle
    (主办机构). The settlement gets the status once another person of that office approves it.
    """
    proposal = statuses.propose(has.desk, signed.person.number, id, wanted.status, wanted.reason)
    about(f"第 {proposal.number} 项 {proposal.subject}")
    response.headers["Location"] = f"/v1/proposals/{proposal.number}"
    return proposal_row(proposal, signed.staff, signed.person.number)
