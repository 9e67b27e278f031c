"""The page of telegrams: which devices are declared, what they sent, what was refused."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.pages import telegrams as view
from api.pages.rendering import page
from api.web.deps import Has, Named, Reads
from monitoring_ingest.telegrams import store
from monitoring_ingest.telegrams.profiles import devices

router = APIRouter(include_in_schema=False)
MOST_LISTED = 300


@router.get("/telegrams")
def telegrams(request: Request, reads: Reads, has: Has, names: Named) -> HTMLResponse:
    """The newest frames of stations."""
    declared = devices(has.registry.sources.values())
    now = has.now()
    model = view.telegrams(declared, store.newest(reads, MOST_LISTED), store.last_heard(reads, declared, now), names)
    refused = store.refused(reads, now.date().isoformat())[:MOST_LISTED]
    return page(request, "telegrams.html", model | {"refused": refused})
