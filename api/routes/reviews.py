"""What people decide about single values: the queue of quarantined readings, the history, and a new decision."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field

from api.pages import reviews as reviews_page
from api.pages.rendering import page
from api.reads import reviews as reviewed
from api.web.deps import About, AsOf, Has, Named, Reads, Writer
from api.web.described import listed, problems
from api.web.guarded import Guarded
from api.web.reading import ReadBy
from api.web.schemas import Review
from api.web.tabular import shaped
from basin.written.texts import Text
from basin.written.whole_numbers import AS_WHOLE

router = APIRouter(route_class=Guarded)
MOST_LISTED = 300  # on the page; the API lists all
LARGEST = 2**63 - 1


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


class ReviewWanted(BaseModel):
    """Release a quarantined reading or uphold the doubt about it, remove an observation, or restore one.

    Two people, a reason and a document. Both are named in one request: a key is no person, and the name of the one that
    it came with is kept beside them.
    """

    model_config = ConfigDict(extra="forbid")

    action: Literal["release", "uphold", "remove", "restore"]
    reading: Annotated[int, Field(ge=1, le=LARGEST), AS_WHOLE] | None = Field(
        default=None, description="to release or uphold: its number"
    )
    station: Text | None = Field(default=None, description="to remove or restore")
    indicator: Text | None = Field(default=None, examples=["nh3n"])
    time: Text | None = Field(default=None, description="ISO 8601 with zone", examples=["2020-08-31T08:00:00+08:00"])
    reason: Text = Field(examples=["instrument_fault"])
    document: Text = Field(min_length=1, description="number or title of the document it rests on")
    proposed_by: Text = Field(min_length=1)
    approved_by: Text = Field(min_length=1, description="another person than the one who proposes")


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
    "/v1/reviews", status_code=201, summary="复核一个数据 (decide)", tags=["监测 monitoring"],
    responses=problems(400, 401, 403, 404, 422),
)  # fmt: skip
def decide(wanted: ReviewWanted, has: Has, writer: Writer, about: About) -> Review:
    """Take one decision; all are kept, and what was known before is still found with `as_of`."""
    value = wanted.reading or f"{wanted.station} {wanted.indicator} {wanted.time}"
    about(f"{wanted.action} {value}")
    return Review.model_validate(reviewed.decide(has.engine, wanted.model_dump(), has.now, writer))


@router.get("/reviews", include_in_schema=False)
def reviews_listed(request: Request, reads: Reads, reader: ReadBy, names: Named) -> HTMLResponse:
    """The queue and the decisions."""
    stations = _stations(reader)
    waiting = reviewed.queue(reads, MOST_LISTED + 1, stations=stations)
    decided = reviewed.history(reads, stations=stations)
    return page(request, "reviews.html", reviews_page.reviews(waiting, decided, MOST_LISTED, names))


def _stations(reader: ReadBy) -> Collection[str] | None:
    """The stations whose waiting readings may be read; None: all."""
    return None if reader.reads_all else reader.granted.stations
