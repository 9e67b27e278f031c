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
from api.pages import lists, overview, proposing
from api.pages import sections as section_page
from api.pages import settlements as settlement_page
from api.pages.rendering import page
from api.reads import assessments as assessed
from api.reads import overview as queries
from api.reads import settlements as stored
from api.reads import submissions as handed_in
from api.reads.filters import Filter, SettlementsWanted, Within
from api.reads.proposals import open_about_settlement
from api.reads.submissions import Page
from api.web.deps import Has, Named, Reads
from api.web.login import MaybeSigned
from api.web.reading import ReadBy
from basin.errors import UsageError
from basin.written.whole_numbers import AS_WHOLE
from monitoring_ingest.records import history_store as history
from monitoring_ingest.records import store as intake
from monitoring_ingest.records.history_store import Handed, receipt_rows
from settlement import store
from settlement.people.recorded_facts import RECORDED
from settlement.people.sessions import Signed
from settlement.restating.late import came_late

router = APIRouter(include_in_schema=False)
MOST_LISTED = 300  # the newest; the API lists all
_YEAR = "(19|20|21)[0-9]{2}"  # what a calendar of readings can hold (`basin.periods.YEARS`)
Year = Annotated[str | None, Query(pattern=f"^{_YEAR}$")]
Month = Annotated[str | None, Query(pattern=f"^{_YEAR}-(0[1-9]|1[0-2])$")]
Identity = Annotated[int, PathParameter(ge=1, le=2**63 - 1), AS_WHOLE]


@router.get("/")
def first_page(
    request: Request, reads: Reads, has: Has, reader: ReadBy, names: Named, year: Year = None
) -> HTMLResponse:  # fmt: skip
    """Who owes whom in each basin, in one year or in the latest of each."""
    data = queries.overview(reads, has.registry, reader, year, has.now())
    return page(request, "overview.html", overview.overview(data, names))


@router.get("/basins/{code}")
def basin(
    code: str, request: Request, reads: Reads, has: Has, reader: ReadBy, names: Named, year: Year = None
) -> HTMLResponse:  # fmt: skip
    """A basin from source to mouth, with the sums of one year or of the latest."""
    data = queries.basin(reads, has.registry, reader, code, year, has.now())
    return page(request, "basin.html", basin_page.basin(data, names))


@router.get("/sections/{code}")
def section(
    code: str, request: Request, reads: Reads, has: Has, reader: ReadBy, names: Named, year: Year = None,
    month: Month = None, agreement: Filter = None,
) -> HTMLResponse:  # fmt: skip
    """A section's months of a year, or the readings of a month, and what was settled of them under an agreement."""
    if year is not None and month is not None:
        raise UsageError("年与月只能给一个", "either a year or a month", path="query.year", remedy="去掉 year 或 month")
    wanted = queries.SectionWanted(code, agreement)
    if month is not None:
        readings = queries.section_month(reads, has.registry, reader, wanted, pd.Period(month, freq="M"))
        return page(request, "section_month.html", section_page.section_month(readings, names))
    data = queries.section(reads, has.registry, reader, wanted, year, has.now())
    return page(request, "section.html", section_page.section(data, names))


@router.get("/settlements")
def settlements(
    request: Request, reads: Reads, has: Has, reader: ReadBy, names: Named,
    wanted: Annotated[SettlementsWanted, Query()],
) -> HTMLResponse:  # fmt: skip
    """The settlements asked for, with who pays whom how much."""
    headers = stored.settlements(reads, has.registry, reader, wanted)
    rows = stored.with_amounts(reads, headers[:MOST_LISTED])
    return page(request, "settlements.html", lists.settlements(rows, len(headers), wanted, names, reader))


@router.get("/settlements/{id}")
def settlement(id: str, request: Request, reads: Reads, has: Has, reader: ReadBy, names: Named) -> HTMLResponse:
    """A settlement with its working, what is proposed of its status and, for those of its agreement, what came late."""
    stored.refuse_unreadable(reads, reader, id)
    document, statuses = stored.settlement(reads, id)
    view = settlement_page.settlement(document, statuses, names)
    late = came_late(reads, has.registry, id, has.now()) if reader.agreement(document["agreement"]) else 0
    signed: Signed | None = getattr(request.state, "signed", None)
    if signed is not None:
        waiting = open_about_settlement(reads, signed.staff, signed.person.number, id)
        view |= settlement_page.proposing(document, signed, waiting, names)
    return page(request, "settlement.html", view | {"late": late})


@router.get("/assessments")
def assessments(
    request: Request, reads: Reads, has: Has, reader: ReadBy, names: Named, basin: Filter = None, period: Within = None
) -> HTMLResponse:
    """All assessments, or those of one basin or inside one period."""
    headers = assessed.assessments(reads, has.registry, reader, basin, period)
    model = lists.assessments(headers[:MOST_LISTED], len(headers), {"basin": basin, "period": period}, names, reader)
    return page(request, "assessments.html", model)


@router.get("/assessments/{id}")
def assessment(id: str, request: Request, reads: Reads, reader: ReadBy, names: Named) -> HTMLResponse:
    """An assessment with its working."""
    assessed.refuse_unreadable(reads, reader, id)
    return page(request, "assessment.html", assessment_page.assessment(store.assessment(reads, id), names))


@router.get("/submissions")
def submissions(request: Request, reads: Reads, has: Has, reader: ReadBy, names: Named) -> HTMLResponse:
    """What was handed in."""
    newest = handed_in.submissions(reads, has.registry, reader, has.now(), Page(MOST_LISTED))
    receipts = [receipt.document() for receipt in newest.receipts]
    return page(request, "submissions.html", lists.submissions(receipts, newest.before is not None, names))


@router.get("/facts")
def facts(
    request: Request, reads: Reads, reader: ReadBy, names: Named, signed: MaybeSigned
) -> HTMLResponse:  # fmt: skip
    """What people recorded, and which clauses will use it."""
    in_force = [fact for fact in intake.facts(reads) if reader.subject(fact.subject)]
    model = fact_page.facts(in_force, names)
    return page(request, "facts.html", model | proposing.proposing(reads, signed, RECORDED, names))


@router.get("/submissions/{id}")
def submission(id: Identity, request: Request, reads: Reads, has: Has, reader: ReadBy, names: Named) -> HTMLResponse:
    """One receipt, row by row."""
    handed_in.refuse_unreadable(reads, has.registry, reader, id)
    rows, _ = receipt_rows(reads, id, None, lists.MOST_ROWS)
    (receipt,) = history.submissions(reads, has.now(), limit=1, before=id + 1)
    shown = handed_in.readable_rows(reader, Handed(receipt.door, receipt.sender), rows)
    return page(request, "submission.html", lists.submission(receipt.document(), shown, names))
