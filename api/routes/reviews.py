"""What people decide about single values: the queue of quarantined readings, the history, and proposing a decision."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from api.pages import proposing
from api.pages import reviews as reviews_page
from api.pages.rendering import page
from api.reads import reviews as reviewed
from api.reads.proposals import ProposalRow, proposal_row
from api.reads.reviews import DecisionWanted, ValueWanted
from api.web.deps import About, AsOf, Has, Named, Reads
from api.web.described import listed, problems
from api.web.guarded import Guarded
from api.web.login import Acts, ActsOnPage, MaybeSigned
from api.web.reading import ReadBy
from api.web.schemas import Review
from api.web.tabular import shaped
from basin.written.texts import Text
from basin.written.whole_numbers import AS_WHOLE
from settlement.people.data_decisions import DECISION
from settlement.people.performing import MOST

router = APIRouter(route_class=Guarded)
MOST_LISTED = 300  # on the page; the API lists all
LARGEST = 2**63 - 1
Readings = Annotated[Sequence[Annotated[int, Field(ge=1, le=LARGEST)]], Form(max_length=MOST)]


class Waiting(BaseModel):
    """A quarantined reading."""

    reading: int
    station: str
    indicator: str
    time: str = Field(description="UTC")
    value: str = Field(description="as sent")
    unit: str
    code: str = Field(description="why it waits: implausible, conflict")
    message_zh: str
    message_en: str
    recorded_at: str


class Observed(BaseModel):
    """Which observation: the newest of its station, indicator and time."""

    model_config = ConfigDict(extra="forbid")

    station: Text = Field(min_length=1)
    indicator: Text = Field(min_length=1, examples=["nh3n"])
    time: Text = Field(min_length=1, description="ISO 8601 with zone", examples=["2020-08-31T08:00:00+08:00"])


class ReviewWanted(BaseModel):
    """Propose to release quarantined readings or uphold the doubt about them, to remove observations, or restore some.

    One proposal names one value, or all of an incident. Another person of the office approves it.
    """

    model_config = ConfigDict(extra="forbid")

    action: Literal["release", "uphold", "remove", "restore"]
    readings: list[Annotated[int, Field(ge=1, le=LARGEST), AS_WHOLE]] = Field(
        default=[], max_length=MOST, description="to release or uphold: their numbers"
    )
    values: list[Observed] = Field(default=[], max_length=MOST, description="to remove or restore")
    reason: Text = Field(min_length=1, examples=["instrument_fault"])
    document: Text = Field(min_length=1, description="number or title of the document it rests on")
    office: Text = Field(default="", description="for which office; blank where one can propose it for one only")


@router.get("/v1/reviews.csv", include_in_schema=False)
@router.get(
    "/v1/reviews", summary="数据复核决定 (decisions)", tags=["监测 monitoring"], responses=listed(list[Review], 400)
)
def reviews(request: Request, reads: Reads, reader: ReadBy, as_of: AsOf) -> Response:
    """Every decision about a value so far, or known at `as_of`, newest first."""
    return shaped(request, reviewed.history(reads, as_of, _stations(reader)), list(Review.model_fields))


@router.get(
    "/v1/reviews/queue", summary="待核的读数 (queue)", tags=["监测 monitoring"], responses=listed(list[Waiting], 400)
)
def queue(
    request: Request, reads: Reads, reader: ReadBy, as_of: AsOf,
    limit: Annotated[int, Query(ge=1, le=10_000), AS_WHOLE] = 1000,
) -> Response:  # fmt: skip
    """The quarantined readings of known stations that nobody has decided about, now or at `as_of`, newest first, and
    why they wait.
    """
    return shaped(request, reviewed.queue(reads, limit, as_of, _stations(reader)), list(Waiting.model_fields))


@router.post(
    "/v1/reviews", status_code=202, summary="提出复核一批数据 (propose a decision)", tags=["监测 monitoring"],
    responses=problems(400, 401, 403, 404, 409, 422),
)  # fmt: skip
def propose(wanted: ReviewWanted, has: Has, signed: Acts, about: About, response: Response) -> ProposalRow:
    """Propose a decision about readings or observations, by somebody who prepares in an agency or authority of the
    station's province or basin. It counts once another person of the office approves it at
    `/v1/proposals/{id}/approve`; all decisions are kept, and what was known before is still found with `as_of`.
    """
    values = [ValueWanted(value.station, value.indicator, value.time) for value in wanted.values]
    decision = DecisionWanted(wanted.action, wanted.reason, wanted.document, wanted.readings, values, wanted.office)
    about(decision.subject)
    proposal = reviewed.propose(has.desk, signed, decision)
    about(f"第 {proposal.number} 项 {proposal.subject}")
    response.headers["Location"] = f"/v1/proposals/{proposal.number}"
    return proposal_row(proposal, signed.staff, signed.person.number)


@router.post("/reviews", include_in_schema=False)
def propose_on_page(
    has: Has, signed: ActsOnPage, about: About, action: Annotated[str, Form()], reason: Annotated[str, Form()],
    document: Annotated[str, Form()], readings: Readings = (), office: Annotated[str, Form()] = "",
) -> RedirectResponse:  # fmt: skip
    """Propose to release or uphold the readings that are ticked."""
    decision = DecisionWanted(action, reason, document, readings, office=office)
    about(decision.subject)
    proposal = reviewed.propose(has.desk, signed, decision)
    return RedirectResponse(f"/proposals/{proposal.number}", 303)


@router.get("/reviews", include_in_schema=False)
def reviews_listed(
    request: Request, reads: Reads, reader: ReadBy, names: Named, signed: MaybeSigned
) -> HTMLResponse:  # fmt: skip
    """The queue, the decisions, and what is proposed."""
    stations = _stations(reader)
    waiting = reviewed.queue(reads, MOST_LISTED + 1, stations=stations)
    decided = reviewed.history(reads, stations=stations)
    model = reviews_page.reviews(waiting, decided, MOST_LISTED, names)
    return page(request, "reviews.html", model | proposing.proposing(reads, signed, DECISION, names))


def _stations(reader: ReadBy) -> Collection[str] | None:
    """The stations whose waiting readings may be read; None: all."""
    return None if reader.reads_all else reader.granted.stations
