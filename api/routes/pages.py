"""The pages: gather, make the view model, print it."""

from __future__ import annotations

from typing import Annotated

import pandas as pd
from fastapi import APIRouter, Query, Request
from fastapi import Path as PathParameter
from fastapi.responses import HTMLResponse

from api.pages import assessments as assessment_page
from api.pages import basins as basin_page
from api.pages import facts as fact_page
from api.pages import lists, overview
from api.pages import sections as section_page
from api.pages import settlements as settlement_page
from api.pages.rendering import page
from api.reads import declared
from api.reads import overview as queries
from api.reads import settlements as stored
from api.reads.filters import Filter, SettlementsWanted, Within, within
from api.web.deps import Has, Named, Reads
from basin.errors import UsageError
from basin.written.whole_numbers import AS_WHOLE
from monitoring_ingest.records import history_store as history
from monitoring_ingest.records import store as intake
from monitoring_ingest.records.history_store import receipt_rows
from settlement import store
from settlement.restating.late import came_late

router = APIRouter(include_in_schema=False)
MOST_LISTED = 300  # the newest; the API lists all
_YEAR = "(19|20|21)[0-9]{2}"  # what a calendar of readings can hold (`basin.periods.YEARS`)
Year = Annotated[str | None, Query(pattern=f"^{_YEAR}$")]
Month = Annotated[str | None, Query(pattern=f"^{_YEAR}-(0[1-9]|1[0-2])$")]
Identity = Annotated[int, PathParameter(ge=1, le=2**63 - 1), AS_WHOLE]


@router.get("/")
def first_page(request: Request, reads: Reads, has: Has, names: Named, year: Year = None) -> HTMLResponse:
    """Who owes whom in each basin, in one year or in the latest of each."""
    data = queries.overview(reads, has.registry, year, has.now())
    return page(request, "overview.html", overview.overview(data, names))


@router.get("/basins/{code}")
def basin(code: str, request: Request, reads: Reads, has: Has, names: Named, year: Year = None) -> HTMLResponse:
    """A basin from source to mouth, with the sums of one year or of the latest."""
    data = queries.basin(reads, has.registry, code, year, has.now())
    return page(request, "basin.html", basin_page.basin(data, names))


@router.get("/sections/{code}")
def section(
    code: str, request: Request, reads: Reads, has: Has, names: Named, year: Year = None, month: Month = None,
    agreement: Filter = None,
) -> HTMLResponse:  # fmt: skip
    """A section's months of a year, or the readings of a month, and what was settled of them under an agreement."""
    if year is not None and month is not None:
        raise UsageError("年与月只能给一个", "either a year or a month", path="query.year", remedy="去掉 year 或 month")
    if month is not None:
        readings = queries.section_month(reads, has.registry, code, pd.Period(month, freq="M"), agreement)
        return page(request, "section_month.html", section_page.section_month(readings, names))
    data = queries.section(reads, has.registry, code, year, agreement, has.now())
    return page(request, "section.html", section_page.section(data, names))


@router.get("/settlements")
def settlements(
    request: Request, reads: Reads, has: Has, names: Named, wanted: Annotated[SettlementsWanted, Query()]
) -> HTMLResponse:
    """The settlements asked for, with who pays whom how much."""
    headers = stored.settlements(reads, has.registry, wanted)
    rows = stored.with_amounts(reads, headers[:MOST_LISTED])
    return page(request, "settlements.html", lists.settlements(rows, len(headers), wanted, names))


@router.get("/settlements/{id}")
def settlement(id: str, request: Request, reads: Reads, has: Has, names: Named) -> HTMLResponse:
    """A settlement with its working, and how much came late for it."""
    view = settlement_page.settlement(*stored.settlement(reads, id), names)
    return page(request, "settlement.html", view | {"late": came_late(reads, has.registry, id, has.now())})


@router.get("/assessments")
def assessments(
    request: Request, reads: Reads, has: Has, names: Named, basin: Filter = None, period: Within = None
) -> HTMLResponse:
    """All assessments, or those of one basin or inside one period."""
    declared.known(has.registry, basin=basin)
    headers = within(store.assessments(reads, basin=basin), period)
    model = lists.assessments(headers[:MOST_LISTED], len(headers), {"basin": basin, "period": period}, names)
    return page(request, "assessments.html", model)


@router.get("/assessments/{id}")
def assessment(id: str, request: Request, reads: Reads, names: Named) -> HTMLResponse:
    """An assessment with its working."""
    return page(request, "assessment.html", assessment_page.assessment(store.assessment(reads, id), names))


@router.get("/submissions")
def submissions(request: Request, reads: Reads, has: Has, names: Named) -> HTMLResponse:
    """What was handed in."""
    receipts = [receipt.document() for receipt in history.submissions(reads, has.now(), limit=MOST_LISTED + 1)]
    return page(request, "submissions.html", lists.submissions(receipts, MOST_LISTED, names))


@router.get("/facts")
def facts(request: Request, reads: Reads, names: Named) -> HTMLResponse:
    """What people recorded, and which clauses will use it."""
    return page(request, "facts.html", fact_page.facts(intake.facts(reads), names))


@router.get("/submissions/{id}")
def submission(id: Identity, request: Request, reads: Reads, has: Has, names: Named) -> HTMLResponse:
    """One receipt, row by row."""
    rows, _ = receipt_rows(reads, id, None, lists.MOST_ROWS)
    (receipt,) = history.submissions(reads, has.now(), limit=1, before=id + 1)
    return page(request, "submission.html", lists.submission(receipt.document(), rows, names))
