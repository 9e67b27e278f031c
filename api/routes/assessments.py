"""Performance assessments: list, document, downloads; assessing."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.reads import assessments as stored
from api.reads.filters import Filter, Within
from api.reads.instants import parsed_instant
from api.web.deps import About, Has, Reads
from api.web.described import file, listed, problems
from api.web.downloads import PDF, XLSX, download, report_names
from api.web.guarded import Guarded
from api.web.login import Acts
from api.web.reading import ReadBy
from api.web.schemas import AssessmentWanted, Header, JsonObject
from api.web.tabular import shaped
from settlement import run, store
from settlement.people import trials
from settlement.printing import reports, workbooks
from settlement.statement.rows import AssessmentDocument, StoredAssessment

router = APIRouter(prefix="/v1", tags=["绩效评价 assessment"], route_class=Guarded)
HEADER = ("id", "scorecard", "title", "basin", "period", "score", "grade", "as_of", "digest", "recorded_at")


@router.get("/assessments.csv", include_in_schema=False)
@router.get("/assessments", summary="评价一览 (assessments)", responses=listed(list[Header], 400, 404, 422))
def assessments(
    request: Request, reads: Reads, has: Has, reader: ReadBy, basin: Filter = None, period: Within = None
) -> Response:
    """Headers of the assessments, the newest first; a period asks for those inside it, too."""
    return shaped(request, stored.assessments(reads, has.registry, reader, basin, period), HEADER)


@router.post(
    "/assessments", status_code=201, summary="评价一个流域 (assess)", response_model=JsonObject,
    responses=problems(400, 401, 403, 422),
)  # fmt: skip
def assess(wanted: AssessmentWanted, has: Has, signed: Acts, about: About, response: Response) -> AssessmentDocument:
    """Assess one basin for one period by a scorecard; one person does it, of an office that may read the basin."""
    about(f"{wanted.basin} {wanted.period}")
    trials.refuse_assessing(signed.staff, signed.person.number, has.registry, wanted.basin)
    as_of = parsed_instant(wanted.as_of, "body.as_of")
    registry = has.registry.scoring_by(wanted.scorecard)
    document = run.assess(has.engine, registry, wanted.basin, wanted.period, as_of=as_of, now=has.now())
    response.headers["Location"] = f"/v1/assessments/{document['id']}"
    return document


@router.get("/assessments/{id}.pdf", summary="评价报告 PDF (report)", response_class=Response, responses=file(PDF, 404))
def assessment_pdf(id: str, reads: Reads, has: Has, reader: ReadBy) -> Response:
    """The report; the same bytes on every call."""
    stored.refuse_unreadable(reads, reader, id)
    return download(reports.assessment_pdf(store.assessment(reads, id), report_names(has.registry)), PDF, f"{id}.pdf")


@router.get(
    "/assessments/{id}.xlsx", summary="评价表 XLSX (workbook)", response_class=Response, responses=file(XLSX, 404)
)
def assessment_xlsx(id: str, reads: Reads, has: Has, reader: ReadBy) -> Response:
    """The criteria with live formulas."""
    stored.refuse_unreadable(reads, reader, id)
    return download(
        workbooks.assessment_xlsx(store.assessment(reads, id), report_names(has.registry)), XLSX, f"{id}.xlsx"
    )


@router.get(
    "/assessments/{id}", summary="一份评价 (one assessment)", response_model=JsonObject, responses=problems(404)
)
def assessment(id: str, reads: Reads, reader: ReadBy) -> StoredAssessment:
    """The document: each criterion with value, points and working, the score and the grade."""
    stored.refuse_unreadable(reads, reader, id)
    return store.assessment(reads, id)
