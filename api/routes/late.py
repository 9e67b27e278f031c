"""Late data: what came after a settlement was made, and what settling again would change. Nothing is changed here."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse

from api.pages import late as late_page
from api.pages.rendering import page
from api.reads import settlements as stored
from api.web.deps import Has, Named, Reads
from api.web.described import listed, problems
from api.web.reading import ReadBy
from api.web.schemas import JsonObject
from api.web.tabular import shaped
from settlement.restating.late import OPEN, VOUCHED_FOR, would_change, would_change_one
from settlement.restating.rows import LateDetail

router = APIRouter(tags=["结算 settlement"])
COLUMNS = (
    "settlement", "agreement", "basin", "period", "status", "as_of", "new", "revised", "removed", "facts", "what",
    "clause", "of", "payer", "payee", "was_yuan", "would_be_yuan", "difference_yuan", "reason",
)  # fmt: skip
READING = (
    "station", "indicator", "time", "change", "was", "value", "recorded_at", "submission", "door", "sender", "name",
    "value_text", "unit",
)  # fmt: skip
Statuses = Annotated[
    Literal["all", "试算", "待复核", "已确认"] | None,
    Query(description="缺省：待复核与已确认；all 连同试算 (default: 待复核 and 已确认; all: 试算 too)"),
]


def _statuses(status: str | None) -> tuple[str, ...]:
    return {None: VOUCHED_FOR, "all": OPEN}.get(status) or (str(status),)


@router.get("/v1/late.csv", include_in_schema=False)
@router.get("/v1/late", summary="迟到数据与重算的影响 (late data)", responses=listed(list[JsonObject], 422))
def late(request: Request, reads: Reads, has: Has, reader: ReadBy, status: Statuses = None) -> Response:
    """Settlements with data that came after them, and what settling again would change; in CSV a row per change."""
    results = would_change(reads, has.registry, has.now(), _statuses(status), reader.agreement)
    return shaped(request, [row for result in results for row in late_page.rows(result)], COLUMNS, results)


@router.get("/v1/late/{id}", summary="一份结算的迟到数据 (of one settlement)", response_model=JsonObject,
            responses=problems(404))  # fmt: skip
def late_one(id: str, reads: Reads, has: Has, reader: ReadBy) -> LateDetail:
    """The same of one settlement of any status, with its late readings one by one: who sent them, and when."""
    stored.refuse_unreadable_working(reads, reader, id)
    return would_change_one(reads, has.registry, id, has.now())


@router.get("/v1/late/{id}/readings.csv", include_in_schema=False)
@router.get("/v1/late/{id}/readings", summary="迟到的读数 (late readings)", responses=listed(list[JsonObject], 404))
def late_readings(id: str, request: Request, reads: Reads, has: Has, reader: ReadBy) -> Response:
    """The late readings of one settlement: new, revised or removed, with the submission each came by."""
    stored.refuse_unreadable_working(reads, reader, id)
    return shaped(request, would_change_one(reads, has.registry, id, has.now())["late_readings"], READING)


@router.get("/late", include_in_schema=False)
def late_list(
    request: Request, reads: Reads, has: Has, reader: ReadBy, names: Named, status: Statuses = None
) -> HTMLResponse:  # fmt: skip
    """What settling again would change, settlement by settlement."""
    results = would_change(reads, has.registry, has.now(), _statuses(status), reader.agreement)
    return page(request, "late.html", late_page.late(results, status, names))


@router.get("/late/{id}", include_in_schema=False)
def late_of_one(id: str, request: Request, reads: Reads, has: Has, reader: ReadBy, names: Named) -> HTMLResponse:
    """One settlement with its late readings."""
    stored.refuse_unreadable_working(reads, reader, id)
    result = would_change_one(reads, has.registry, id, has.now())
    return page(request, "late_one.html", late_page.late_one(result, names))
