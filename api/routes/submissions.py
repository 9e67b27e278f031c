"""Agencies push readings, and fetch the receipts."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Header, Query, Request, Response
from fastapi import Path as PathParameter
from fastapi.concurrency import run_in_threadpool
from pydantic import Field

from api.composition import Composition
from api.reads import submissions as handed_in
from api.reads.reader import Reader
from api.reads.submissions import Page
from api.texts import PROBLEM_TITLES
from api.web.bodies import body_of
from api.web.deps import Has, Reads, Sender
from api.web.described import listed, problems
from api.web.errors import MEDIA_TYPE
from api.web.guarded import Guarded
from api.web.reading import ReadBy
from api.web.schemas import DryRun, Problem, Receipt, ReceiptRow, ReceiptRows, Submissions
from api.web.tabular import following, shaped
from basin.errors import Refused, UsageError
from basin.written.whole_numbers import AS_WHOLE
from monitoring_ingest.doors.claims_store import claim_name
from monitoring_ingest.doors.files import Door
from monitoring_ingest.doors.requests import PUSH, Pushed, Terms, observed_if_taken, push
from monitoring_ingest.formats.pushed import ARROW, CSV, JSON, read_pushed
from monitoring_ingest.readings import receipts
from monitoring_ingest.records import history_store as history
from monitoring_ingest.records.history_store import RowCursor, receipt_rows
from settlement.restating.late import effect_of
from settlement.restating.rows import LateEffect
from settlement.statement.document import instant

router = APIRouter(prefix="/v1", tags=["监测 monitoring"], route_class=Guarded)
NAMES = {JSON: "push.json", CSV: "push.csv", ARROW: "push.arrows"}
LISTED = ("id", "door", "sender", "name", "sha256", "state", "recorded_at", "counts")
MOST_ON_A_PAGE = 10_000
Before = Annotated[
    Annotated[int, Field(ge=1, le=2**63 - 1), AS_WHOLE] | None, Query(description="cursor: older than this number")
]
Number = Annotated[int, PathParameter(ge=1, le=2**63 - 1), AS_WHOLE]
_TEXT = {"schema": {"type": "string"}}
_EXAMPLE = {"station": "demo-qx2", "time": "2025-08-01 08:00", "indicator": "nh3n", "value": 0.21, "unit": "mg/L"}
BODY = {
    "required": True,
    "content": {
        JSON: {
            "schema": {
                "type": "object",
                "properties": {"rows": {"type": ["array", "null"]}, "columns": {"type": ["object", "null"]}},
                "anyOf": [{"required": ["rows"]}, {"required": ["columns"]}],
            },
            "example": {"rows": [_EXAMPLE]},
        },
        CSV: _TEXT,
        ARROW: {"schema": {"type": "string", "format": "binary"}},
    },
}


@router.post(
    "/submissions",
    status_code=201,
    summary="报送读数 (push readings)",
    response_model=Receipt,
    responses={200: {"model": DryRun, "description": "dry_run"}, **problems(400, 401, 403, 409, 413, 415, 422)},
    openapi_extra={"requestBody": BODY},
)
async def take(
    request: Request,
    has: Has,
    sender: Sender,
    reader: ReadBy,
    atomic: Annotated[bool, Query(description="全部采用或全不入库 (all or nothing)")] = False,
    dry_run: Annotated[bool, Query(description="只看结果，不入库 (store nothing)")] = False,
    name: Annotated[str | None, Query(max_length=200, description="报送方给的名称 (what the sender calls it)")] = None,
    idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
) -> Response:
    """Take in readings as JSON rows, JSON columns, long CSV or an Arrow stream, and answer with the receipt.

    Rows are taken one by one: what cannot be accepted is on the receipt with its reason and hinders no other, unless
    `atomic` is asked for. The same body under the same `Idempotency-Key` gets the same receipt and stores nothing.
    """
    kind = _media_type(request)
    body = await body_of(request, has.settings.limits.body)
    claim = claim_name(PUSH, sender.name, idempotency_key) if idempotency_key else None
    through = Door(PUSH, partial(_read, kind, has), sender.name, sender.stations)
    sent = Pushed(_legible(name) or NAMES[kind], body)
    return await run_in_threadpool(_answered, has, reader, sent, through, Terms(atomic, dry_run, claim))


def _answered(has: Composition, reader: Reader, sent: Pushed, through: Door, terms: Terms) -> Response:
    receipt = push(has.engine, has.registry.network, sent, through, terms, has.now)
    document = receipt.document()
    if receipt.state == receipts.REFUSED:
        return _refused(document)
    if receipt.state == receipts.DRY_RUN:
        effect = _effect(has, reader, sent, through)
        return Response(msgspec.json.encode(document | {"effect": effect}), media_type=JSON)
    headers = {"Location": f"/v1/submissions/{receipt.id}"}
    return Response(msgspec.json.encode(document), 201, headers, media_type=JSON)


def _effect(has: Composition, reader: Reader, sent: Pushed, through: Door) -> list[LateEffect]:
    """What the rows of a dry run would change in settlements that are not withdrawn and that the key may read."""
    extra = observed_if_taken(has.engine, has.registry.network, sent, through, has.now())
    with has.engine.connect() as connection:
        effects = effect_of(connection, has.registry, extra, has.now())
    return [effect for effect in effects if reader.agreement(effect["agreement"])]


def _refused(document: dict[str, Any]) -> Response:
    stopping = sum(document["counts"][fate] for fate in ("quarantined", "rejected"))
    problem = Problem(
        type="urn:hengjie:problem:not_atomic",
        title=PROBLEM_TITLES["refused"],
        status=422,
        detail=f"有 {stopping} 行不能采用，按 atomic 的要求全部未入库",
        detail_en=f"{stopping} rows cannot be accepted; as asked by atomic, nothing is stored",
        remedy="按 receipt.rows 改正后再报，或不用 atomic",
        path="body",
    )
    return Response(msgspec.json.encode(problem.model_dump() | {"receipt": document}), 422, media_type=MEDIA_TYPE)


def _read(kind: str, has: Composition, raw: bytes, *, name: str) -> Any:
    return read_pushed(raw, kind, has.registry.network, has.settings.limits.rows)


def _media_type(request: Request) -> str:
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given in NAMES:
        return given
    zh = f"不支持的类型 {given or '（未写明）'}"
    en = f"media type {given or '(none)'} is not supported"
    refused = Refused(zh, en, path="Content-Type", remedy=f"用 {'、'.join(NAMES)}")
    refused.status = 415
    raise refused


def _legible(name: str | None) -> str:
    """A name without characters nobody can see or keep."""
    return "".join(filter(str.isprintable, name or "")).strip()


@router.get("/submissions.csv", include_in_schema=False)
@router.get("/submissions", summary="报送列表 (submissions)", responses=listed(Submissions, 400, 422))
def submissions(
    request: Request,
    reads: Reads,
    has: Has,
    reader: ReadBy,
    limit: Annotated[int, Query(ge=1, le=MOST_ON_A_PAGE), AS_WHOLE] = 100,
    before: Before = None,
) -> Response:
    """What was handed in through any door, newest first, page by page; interrupted ones are listed too.

    What may not be read is left out, so that a page may hold less than `limit`; follow `next`.
    """
    listed_page = handed_in.submissions(reads, has.registry, reader, has.now(), Page(limit, before))
    items = [receipt.document() for receipt in listed_page.receipts]
    for item in items:
        del item["rows"]
    address = following(request, before=listed_page.before) if listed_page.before is not None else None
    return _paged(request, items, LISTED, address)


@router.get("/submissions/{id}", summary="回执 (a receipt)", response_model=Receipt, responses=problems(404, 422))
def submission(id: Number, reads: Reads, has: Has, reader: ReadBy) -> Response:
    """The receipt of a submission, with every row that was not simply accepted."""
    handed_in.refuse_unreadable(reads, has.registry, reader, id)
    receipt = handed_in.receipt(reads, reader, id, has.now())
    return Response(msgspec.json.encode(receipt.document()), media_type=JSON)


@router.get("/submissions/{id}/rows.csv", include_in_schema=False)
@router.get(
    "/submissions/{id}/rows", summary="回执逐行 (rows of a receipt)", responses=listed(ReceiptRows, 400, 404, 422)
)
def rows(
    id: Number,
    request: Request,
    reads: Reads,
    has: Has,
    reader: ReadBy,
    limit: Annotated[int, Query(ge=1, le=MOST_ON_A_PAGE), AS_WHOLE] = 1000,
    after: Annotated[str | None, Query(description="cursor: the `next` of the page before")] = None,
) -> Response:
    """The rows that were not simply accepted, page by page; follow `next` (in CSV: the `Link` header)."""
    handed_in.refuse_unreadable(reads, has.registry, reader, id)
    listed_rows, cursor = receipt_rows(reads, id, _cursor(after), limit)
    items = handed_in.readable_rows(reader, history.handed_in_by(reads, id), listed_rows)
    for item in items:
        item["time"] = item["time"] and instant(item["time"])
    address = following(request, after="~".join(map(str, cursor))) if cursor else None
    return _paged(request, items, tuple(ReceiptRow.model_fields), address)


def _paged(request: Request, items: list[dict[str, Any]], columns: tuple[str, ...], address: str | None) -> Response:
    response = shaped(request, items, columns, {"items": items, "next": address})
    if address:
        response.headers["Link"] = f'<{address}>; rel="next"'
    return response


def _cursor(after: str | None) -> RowCursor | None:
    if not after:
        return None
    file, _, ordinal = after.partition("~")
    if not all(part.isascii() and part.isdigit() and len(part) < 10 for part in (file, ordinal)):
        raise UsageError("不是游标", "not a cursor", path="after", remedy="照抄上一页的 next")
    return RowCursor(int(file), int(ordinal))
