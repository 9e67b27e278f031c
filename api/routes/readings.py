"""Observations, page by page, pinned to one instant of knowledge."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.reads import readings as observed
from api.reads import reviews
from api.reads.instants import time_of_reading
from api.web.deps import AsOf, Has, Reads
from api.web.described import listed, problems
from api.web.reading import ReadBy
from api.web.schemas import Reading, Readings, Revision
from api.web.tabular import following, shaped
from basin.errors import NotFound
from basin.indicators import find_indicator
from basin.network import TIMEZONE
from monitoring_ingest.known_store import seen_until
from monitoring_ingest.readings.frames import Key
from settlement.statement.document import instant

router = APIRouter(prefix="/v1", tags=["监测 monitoring"])


@router.get("/readings.csv", include_in_schema=False)
@router.get("/readings", summary="读数 (observations)", responses=listed(Readings, 400, 404, 422))
def readings(
    request: Request,
    reads: Reads,
    has: Has,
    reader: ReadBy,
    as_of: AsOf,
    wanted: Annotated[observed.Wanted, Query()],
) -> Response:
    """The newest revision of each observation known at `as_of`, ordered by station, indicator and time.

    The first page fixes `as_of` (now, or just before what is still being stored); follow `next` (in CSV: the `Link`
    header) and no row is lost or repeated, whatever comes in meanwhile.
    """
    known_by = as_of or seen_until(reads, has.now())
    readings_page = observed.page_of(reads, has.registry, reader, wanted, known_by)
    cursor = readings_page["after"]
    address = following(request, as_of=readings_page["as_of"], after=cursor) if cursor else None
    whole = {"as_of": readings_page["as_of"], "items": readings_page["items"], "next": address}
    response = shaped(request, readings_page["items"], list(Reading.model_fields), whole)
    if address:
        response.headers["Link"] = f'<{address}>; rel="next"'
    return response


@router.get("/readings/latest.csv", include_in_schema=False)
@router.get(
    "/readings/latest", summary="最新读数 (newest observations)", responses=listed(list[Reading], 400, 404, 422)
)
def latest(
    request: Request, reads: Reads, has: Has, reader: ReadBy, as_of: AsOf,
    wanted: Annotated[observed.Newest, Query()],
) -> Response:  # fmt: skip
    """The newest observation of every station and indicator, now or known at `as_of`, ordered by these."""
    return shaped(request, observed.latest(reads, has.registry, reader, wanted, as_of), list(Reading.model_fields))


@router.get(
    "/readings/{station}/{indicator}/{time}/revisions",
    summary="一个读数的更正链 (revisions of one value)",
    response_model=list[Revision],
    responses=problems(400, 404, 422),
)
def revisions(
    station: str, indicator: str, time: str, reads: Reads, has: Has, reader: ReadBy, as_of: AsOf
) -> list[dict[str, Any]]:
    """Every value a station, indicator and time ever had, or had had at `as_of`, oldest first: who, when, why, and what
    people decided about it. The time is written as in a push: without a zone it is in that of the station.

    What gave no observation is revision 0 with its fate: what people decided to leave so (`uphold`) and, where no value
    has counted yet, all that was quarantined or withheld.
    """
    reader.refuse_station(station)
    code = find_indicator(indicator)
    declared = has.registry.network.stations.get(station)
    instant_of = time_of_reading(time, declared.timezone if declared else TIMEZONE)
    key = Key(station, code.code if code else indicator, instant_of)
    chain = reviews.chain(reads, key, as_of)
    if not chain:
        then = f"（{instant(as_of)} 所知）" if as_of else ""
        zh = f"{station} {indicator} 在 {time} 没有读数{then}"
        en = "nothing is stored for this key"
        raise NotFound(zh, en, path="time", remedy="用 /v1/readings 查看有哪些时刻")
    return chain
