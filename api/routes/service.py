"""Whether the service is well, and the description of the API for people."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from api.pages.rendering import page
from api.reads import overview
from api.reads.reader import reads_everything
from api.settings import OPEN
from api.web.deps import Has, Reads
from api.web.errors import refuse_damaged

router = APIRouter()
# Swagger UI, which is served from here, sets styles itself and asks this server only.
DOCS_POLICY = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; script-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@router.get("/healthz", summary="是否正常 (health)", tags=["运行 operation"])
def healthz(request: Request, reads: Reads, has: Has) -> dict[str, Any]:
    """Whether the database answers, how fresh the data are and, where reading is open, what was handed in last."""
    refuse_damaged(request)
    fresh = overview.freshness(reads, has.registry, reads_everything(request.app.state.rights), has.now())
    told_to_all = fresh if has.settings.reading == OPEN else {**fresh, "submission": None}
    return {"status": "ok"} | told_to_all


@router.get("/openapi.json", include_in_schema=False)
def description(request: Request) -> Response:
    """The description of the API for programs; put together once, for it takes longer than any list."""
    state = request.app.state
    if state.description is None:
        state.description = msgspec.json.encode(request.app.openapi())
    return Response(state.description, media_type="application/json")


@router.get("/docs", include_in_schema=False)
def docs(request: Request) -> HTMLResponse:
    """The API for people: Swagger UI from this server, or a plain table without JavaScript."""
    operations = [
        {"method": method.upper(), "path": path, "summary": operation["summary"]}
        for path, item in request.app.openapi()["paths"].items()
        for method, operation in item.items()
    ]
    response = page(request, "docs.html", {"operations": operations})
    response.headers["Content-Security-Policy"] = DOCS_POLICY
    return response
