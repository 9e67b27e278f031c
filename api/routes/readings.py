"""Observations, page by page, pinned to one instant of knowledge."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api import observed
from api.deps import AsOf, Has, Reads
from api.routes.described import listed
from api.schemas import Reading, Readings
from api.tabular import shaped
from monitoring_ingest.coverage.store import known_until

router = APIRouter(prefix="/v1", tags=["监测 monitoring"])
MOST_ON_A_PAGE = 10_000


@router.get("/readings.csv", include_in_schema=False)
@router.get("/readings", summary="读数 (observations)", responses=listed(Readings, 400, 404, 422))
def readings(
    request: Request,
    reads: Reads,
    has: Has,
    as_of: AsOf,
    wanted: Annotated[observed.Wanted, Query()],
) -> Response:
    """The newest revision of each observation known at `as_of`, ordered by time, station and indicator.

    The first page fixes `as_of` (now, or just before the oldest submission still being taken in); follow `next` (in
    CSV: the `Link` header) and no row is lost or repeated, whatever comes in meanwhile.
    """
    found = observed.page_of(reads, has.registry, wanted, as_of or known_until(reads, has.now()))
    address = str(request.url.include_query_params(as_of=found["as_of"], after=found["after"]))
    following = address if found["after"] else None
    whole = {"as_of": found["as_of"], "items": found["items"], "next": following}
    response = shaped(request, found["items"], list(Reading.model_fields), whole)
    if following:
        response.headers["Link"] = f'<{following}>; rel="next"'
    return response
