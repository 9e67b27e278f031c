"""Settlements: list, document, downloads, obligations; settling."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.reads import declared
from api.reads import settlements as stored
from api.reads.filters import Filter, SettlementsWanted, Within, within
from api.reads.instants import parsed_instant
from api.web.deps import About, Has, Reads
from api.web.described import file, listed, problems
from api.web.downloads import PDF, XLSX, ZIP, download, report_names
from api.web.guarded import Guarded
from api.web.login import Acts
from api.web.reading import ReadBy
from api.web.schemas import JsonObject, ListedHeader, Obligation, SettlementWanted
from api.web.tabular import shaped
from settlement import applied, run, store
from settlement.evidence import exporting
from settlement.people import trials
from settlement.printing import reports, workbooks
from settlement.statement.explanation import Explanation
from settlement.statement.rows import SettlementDocument, StatusRow, StoredSettlement

router = APIRouter(prefix="/v1", tags=["结算 settlement"], route_class=Guarded)
HEADER = (
    "id", "agreement", "title", "basin", "period", "kind", "status", "payer", "payee", "amount_yuan", "as_of", "digest",
    "recorded_at",
)  # fmt: skip
OBLIGATION = (
    "settlement",
    "agreement",
    "basin",
    "clause",
    "period",
    "payer",
    "payee",
    "amount_yuan",
    "status",
    "payable",
)


@router.get("/settlements.csv", include_in_schema=False)
@router.get("/settlements", summary="结算一览 (settlements)", responses=listed(list[ListedHeader], 400, 404, 422))
def settlements(
    request: Request, reads: Reads, has: Has, reader: ReadBy, wanted: Annotated[SettlementsWanted, Query()]
) -> Response:
    """Headers of the settlements with who pays whom how much, the newest first; in CSV a row per payer and payee.

    An amount is a trial amount (试算额) while its settlement is 试算, to be confirmed (待确认额) while it is 待复核,
    and payable (应付) only where it is 已确认; what is `stopped` lacks what could not be computed. The document is at
    `/v1/settlements/{id}`.
    """
    rows = stored.with_amounts(reads, stored.settlements(reads, has.registry, reader, wanted))
    return shaped(request, list(stored.by_transfer(rows)), HEADER, rows)


@router.post(
    "/settlements", status_code=201, summary="结算一个期间 (settle)", response_model=JsonObject,
    responses=problems(400, 401, 403, 422),
)  # fmt: skip
def settle(wanted: SettlementWanted, has: Has, signed: Acts, about: About, response: Response) -> SettlementDocument:
    """Settle one agreement for one period; the same text, period, instant and data give the same id and digest.

    A trial decides nothing, so one person does it: who prepares or approves in an office that may read the agreement.
    """
    about(f"{wanted.agreement} {wanted.period}")
    trials.refuse_settling(signed.staff, signed.person.number, has.registry, wanted.agreement)
    as_of = parsed_instant(wanted.as_of, "body.as_of")
    document = run.settle(has.engine, has.registry, wanted.agreement, wanted.period, as_of=as_of, now=has.now())
    response.headers["Location"] = f"/v1/settlements/{document['id']}"
    return document


@router.get(
    "/settlements/{id}.pdf", summary="结算书 PDF (statement)", response_class=Response, responses=file(PDF, 404)
)
def settlement_pdf(id: str, reads: Reads, has: Has, reader: ReadBy) -> Response:
    """The statement to sign; the same bytes while the status stays and, of a withdrawn one, its successor."""
    stored.refuse_unreadable(reads, reader, id)
    return download(reports.settlement_pdf(store.settlement(reads, id), report_names(has.registry)), PDF, f"{id}.pdf")


@router.get(
    "/settlements/{id}.xlsx", summary="结算表 XLSX (workbook)", response_class=Response, responses=file(XLSX, 404)
)
def settlement_xlsx(id: str, reads: Reads, has: Has, reader: ReadBy) -> Response:
    """The working with live formulas."""
    stored.refuse_unreadable(reads, reader, id)
    return download(
        workbooks.settlement_xlsx(store.settlement(reads, id), report_names(has.registry)), XLSX, f"{id}.xlsx"
    )


@router.get("/settlements/{id}/evidence", include_in_schema=False)
@router.get(
    "/settlements/{id}.evidence.zip",
    summary="证据包 (evidence)",
    response_class=Response,
    responses=file(ZIP, 403, 404),
)
def evidence(id: str, reads: Reads, has: Has, reader: ReadBy) -> Response:
    """Everything to recompute the settlement without this database; check it with `hengjie verify`."""
    stored.refuse_unreadable(reads, reader, id)
    return download(exporting.evidence(has.engine, has.registry, id), ZIP, f"{id}.evidence.zip")


@router.get(
    "/settlements/{id}", summary="一份结算 (one settlement)", response_model=JsonObject, responses=problems(404)
)
def settlement(id: str, reads: Reads, reader: ReadBy) -> StoredSettlement:
    """The document: evaluations with their working, statistics, obligations, transfers and what stopped.

    A withdrawn one has `withdrawn`: who, when, why, and its `successor`, what stands for the same period now.
    """
    stored.refuse_unreadable(reads, reader, id)
    return store.settlement(reads, id)


@router.get(
    "/settlements/{id}/explanation",
    summary="结算的依据 (explanation)",
    response_model=JsonObject,
    responses=problems(400, 404, 422),
)
def explanation(id: str, reads: Reads, has: Has, reader: ReadBy, clause: Filter = None) -> Explanation:
    """Obligation → clause → working → statistics → readings as one tree, as of the settlement's own instant."""
    stored.refuse_unreadable(reads, reader, id)
    return applied.explained(reads, has.registry, id, clause)


@router.get(
    "/settlements/{id}/status",
    summary="状态记录 (status history)",
    response_model=list[JsonObject],
    responses=problems(404),
)
def statuses(id: str, reads: Reads, reader: ReadBy) -> list[StatusRow]:
    """Every status of a settlement, oldest first, with person, reason and time."""
    stored.refuse_unreadable(reads, reader, id)
    return stored.settlement(reads, id)[1]


@router.get("/obligations.csv", include_in_schema=False)
@router.get("/obligations", summary="各条款补偿款 (obligations)", responses=listed(list[Obligation], 400, 404, 422))
def obligations(
    request: Request,
    reads: Reads,
    has: Has,
    reader: ReadBy,
    basin: Filter = None,
    period: Within = None,
    party: Filter = None,
    status: Filter = None,
) -> Response:
    """Who owes whom under which clause: a trial amount (试算额) while the settlement is 试算, an amount to be confirmed
    (待确认额) while it is 待复核, payable (应付) only where it is 已确认; a withdrawn one (已撤销) owes nothing.

    A period asks for everything inside it: `2025` gives the year, its quarters and its months, each with its own
    `period`. Do not sum them blindly: one month may be settled alone and as part of the year.
    """
    declared.known(has.registry, basin=basin, party=party, status=status)
    reader.refuse_basin(basin)
    owed = store.obligations(reads, basin=basin, party=party, status=status)
    rows = [row for row in owed if reader.settlement(row["agreement"], row["status"])]
    return shaped(request, stored.in_yuan(within(rows, period)), OBLIGATION)
