"""The page of telegrams: which devices are declared, what they sent, what was refused."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.pages import telegrams as view
from api.pages.rendering import page
from api.web.deps import Has, Named, Reads
from api.web.reading import ReadBy
from monitoring_ingest.telegrams import store
from monitoring_ingest.telegrams.profiles import devices

router = APIRouter(include_in_schema=False)
MOST_LISTED = 300


@router.get("/telegrams")
def telegrams(request: Request, reads: Reads, has: Has, reader: ReadBy, names: Named) -> HTMLResponse:
    """The newest frames of stations. Refused frames are nobody's: they are for those who read all."""
    declared = {
        device: source
        for device, source in devices(has.registry.sources.values()).items()
        if reader.station(source.stations[device])
    }
    now = has.now()
    frames = store.newest(reads, MOST_LISTED, None if reader.reads_all else declared)
    model = view.telegrams(declared, frames, store.last_heard(reads, declared, now), names)
    refused = store.refused(reads, now.date().isoformat())[:MOST_LISTED] if reader.reads_all else []
    return page(request, "telegrams.html", model | {"refused": refused})
