"""How stations and sources are doing: lists and pages of them, alarms, senders, and the public status."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from api.pages import stations as pages
from api.pages.rendering import page
from api.reads import declared
from api.reads import stations as health
from api.reads.sources import readable_source
from api.routes.pages import Month
from api.web.deps import Has, Named, Reads
from api.web.described import listed, problems
from api.web.errors import MEDIA_TYPE, problem_of, refuse_damaged
from api.web.reading import ReadBy
from api.web.station_schemas import Alarm, SenderCard, ServiceStatus, SlotState, SourceHealth, StateName, StationHealth
from api.web.tabular import shaped
from basin.errors import Damaged, Unavailable, UnknownCode
from basin.indicators import INDICATORS
from monitoring_ingest.schedule.store import listed_runs

router = APIRouter(tags=["运行 operation"])
By = Annotated[str, Query(pattern="^(province|sender)$", description="province 或 sender")]
MOST_ALARMS = 100  # on the page; the API lists all
MOST_RUNS = 50


@router.get("/v1/health.csv", include_in_schema=False)
@router.get("/v1/health", summary="站点运行情况 (stations)", responses=listed(list[StationHealth], 400, 404, 422))
def stations(
    request: Request, reads: Reads, has: Has, reader: ReadBy, basin: str | None = None,
    state: StateName | None = None, month: Month = None,
) -> Response:  # fmt: skip
    """Every station: whether it reports, its last good reading, how full the month is; silent ones first."""
    if basin is not None:
        reader.refuse_basin(declared.known_basin(has.registry, basin))
    rows = health.stations(reads, has.registry, reader, has.now(), month)
    chosen = [row for row in rows if basin in (None, row["basin"]) and state in (None, row["state"])]
    return shaped(request, chosen, list(StationHealth.model_fields))


@router.get("/v1/health/{station}", summary="一站逐时次 (slots)", responses=listed(list[SlotState], 404, 422))
@router.get("/v1/health/{station}.csv", include_in_schema=False)  # declared, so matched, before the one above
def slots(station: str, request: Request, reads: Reads, has: Has, reader: ReadBy, month: Month = None) -> Response:
    """What came in for every slot of a month that has ended, indicator by indicator."""
    _refuse(station, has, reader)
    doing = health.station(reads, has.registry, station, month, has.now())
    return shaped(request, health.slot_rows(doing), list(SlotState.model_fields))


@router.get("/v1/sources.csv", include_in_schema=False)
@router.get("/v1/sources", summary="数据来源运行情况 (sources)", responses=listed(list[SourceHealth], 404, 422))
def sources(
    request: Request, reads: Reads, has: Has, reader: ReadBy, basin: str | None = None, state: StateName | None = None
) -> Response:
    """Every declared source that is due by a schedule or sends telegrams: when it last brought something new.

    Of a basin: those that speak for a station there, or do not say for which.
    """
    if basin is not None:
        reader.refuse_basin(declared.known_basin(has.registry, basin))
    rows = health.sources(reads, has.registry, reader, has.now(), basin)
    chosen = [row for row in rows if state in (None, row["state"])]
    return shaped(request, chosen, list(SourceHealth.model_fields))


@router.get("/v1/alarms.csv", include_in_schema=False)
@router.get("/v1/alarms", summary="告警 (alarms)", responses=listed(list[Alarm], 400, 404, 422))
def alarms(
    request: Request, reads: Reads, has: Has, reader: ReadBy, station: str | None = None, source: str | None = None
) -> Response:
    """When stations and sources fell silent and were heard again, and settlements failed; newest first."""
    of: dict[str, Any] = {}
    if station is not None:
        _refuse(station, has, reader)
        of["station"] = station
    if source is not None:
        of["source"] = readable_source(reader, has.registry, source).code
    listed_alarms = health.readable_alarms(reader, has.registry, health.alarms(reads, **of))
    return shaped(request, listed_alarms, list(Alarm.model_fields))


@router.get("/v1/senders.csv", include_in_schema=False)
@router.get("/v1/senders", summary="报送评分 (senders)", responses=listed(list[SenderCard], 422))
def senders(
    request: Request, reads: Reads, has: Has, reader: ReadBy, by: By = "province", month: Month = None
) -> Response:  # fmt: skip
    """Completeness, lag and fates of a month by province or by sender; every share with both its numbers."""
    scores = health.senders(reads, health.readable_network(reader, has.registry), month, has.now())
    cards = scores["sender"] if by == "sender" else scores["province"]
    return shaped(request, cards, list(SenderCard.model_fields))


@router.get("/v1/status", summary="服务状态 (status)", response_model=ServiceStatus, responses=problems(503))
def status(request: Request, has: Has) -> Any:
    """Whether the service is up, the database answers, the jobs ran and the stations report; for everybody."""
    try:
        refuse_damaged(request)
        return health.status(has.engine, has.registry, has.now())
    except Unavailable as problem:
        database = "damaged" if isinstance(problem, Damaged) else "down"
        answer = problem_of(problem).model_dump() | {"service": "up", "database": database}
        return JSONResponse(answer, problem.status, problem.headers, MEDIA_TYPE)


@router.get("/status", include_in_schema=False)
def status_page(request: Request, has: Has, names: Named) -> HTMLResponse:
    """The same for people; it opens where the database does not."""
    try:
        refuse_damaged(request)
        now = has.now()
        state = health.status(has.engine, has.registry, now)
        with has.engine.connect() as connection:
            runs = [health.job_row(run) for run in listed_runs(connection, limit=MOST_RUNS, now=now)]
    except Unavailable as problem:
        response = page(request, "status.html", {"status": None, "runs": [], "problem": problem}, problem.status)
        response.headers.update(problem.headers)
        return response
    return page(request, "status.html", {"status": state, "runs": runs})


@router.get("/health", include_in_schema=False)
def health_page(
    request: Request, reads: Reads, has: Has, reader: ReadBy, names: Named, basin: str | None = None,
    month: Month = None,
) -> HTMLResponse:  # fmt: skip
    """The stations of every basin, or of one, with the sources and alarms there."""
    if basin is not None:
        reader.refuse_basin(declared.known_basin(has.registry, basin))
    rows = health.stations(reads, has.registry, reader, has.now(), month)
    in_basin = {row["station"] for row in rows if row["basin"] == basin}
    watched = health.sources(reads, has.registry, reader, has.now(), basin)
    whole_sources = {row["source"] for row in watched if not row["station"]}
    shows_all = reader.reads_all and basin is None
    stored = health.alarms(reads, MOST_ALARMS + 1 if shows_all else None)
    newest = health.readable_alarms(reader, has.registry, stored)
    chosen = [
        alarm
        for alarm in newest
        if basin is None or alarm["station"] in in_basin or (not alarm["station"] and alarm["source"] in whole_sources)
    ]
    model = pages.overview(rows, chosen[:MOST_ALARMS], basin, names) | {"alarms_cut": len(chosen) > MOST_ALARMS}
    return page(request, "health.html", model | {"sources": pages.sources(watched, names)})


@router.get("/health/{station}", include_in_schema=False)
def station_page(
    station: str, request: Request, reads: Reads, has: Has, reader: ReadBy, names: Named, month: Month = None,
    indicator: Annotated[str, Query(pattern="^[a-z0-9]+$")] = "any",
) -> HTMLResponse:  # fmt: skip
    """One station, slot by slot."""
    _refuse(station, has, reader)
    if indicator not in (*pages.WHOLES, *INDICATORS):
        remedy = f"可用：{'、'.join((*pages.WHOLES, *INDICATORS))}"
        raise UnknownCode(f"没有指标 {indicator}", f"no indicator {indicator}", path="indicator", remedy=remedy)
    doing = health.station(reads, has.registry, station, month, has.now())
    return page(request, "health_station.html", pages.station(doing, indicator, names))


@router.get("/senders", include_in_schema=False)
def senders_page(
    request: Request, reads: Reads, has: Has, reader: ReadBy, names: Named, month: Month = None
) -> HTMLResponse:  # fmt: skip
    """The scorecards of a month."""
    scores = health.senders(reads, health.readable_network(reader, has.registry), month, has.now())
    return page(request, "senders.html", pages.senders(scores, names))


def _refuse(station: str, has: Has, reader: ReadBy) -> None:
    """Refuse a station of which may not be seen how it is doing.

    Raises
    ------
    UnknownCode : nobody declared it. NotSignedIn, Refused : it may not be seen.
    """
    reader.refuse_health(health.known_station(has.registry, station).code)
