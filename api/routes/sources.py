"""The pages of data sources: declared how, taken in when; try a sample, run a source now.

Trying and running need the writing key, given as the first field of the form or as the API takes it: reading a sample
costs time and memory, though it stores nothing. Key and size are asked for before the rest of a form is read, and of
what came of a sample a part is shown.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from api.composition import Composition
from api.pages import sources as source_pages
from api.pages import stations as coverage_pages
from api.pages.rendering import page
from api.reads import stations
from api.reads.split_samples import split_samples_of, told
from api.web.bodies import announced_length
from api.web.deps import Has, Named, Reads
from api.web.keys import access_asked_for, ask_for_key_of_form, refuse_key_of_some_stations
from basin.errors import UsageError
from basin.sources import Source
from basin.written.whole_numbers import Whole
from monitoring_ingest.doors.declared import READERS, door_name, source_door
from monitoring_ingest.doors.files import Door
from monitoring_ingest.doors.pulling import run_source
from monitoring_ingest.doors.store import Received, received_by, runs_of
from monitoring_ingest.doors.trial import trial
from monitoring_ingest.formats.file_text import unpacked
from monitoring_ingest.formats.sheets import ZIP_MAGIC, refuse_bomb
from monitoring_ingest.telegrams.intake import DOOR as TELEGRAMS
from monitoring_ingest.telegrams.profiles import FORMAT

router = APIRouter(include_in_schema=False)
MOST_SAMPLE_MIB = 4
MOST_SAMPLE_BYTES = MOST_SAMPLE_MIB * 2**20
MOST_UNPACKED_BYTES = 16 * 2**20
FORM_BYTES = 64 * 2**10  # around the file, and of a form without one


class SampleFile(NamedTuple):
    """A file that is tried: its name as it was chosen, and its bytes."""

    name: str
    content: bytes


@router.get("/sources")
def sources(request: Request, reads: Reads, has: Has, names: Named) -> HTMLResponse:
    """All declared sources."""
    newest = [(declared, _received(reads, declared, 1)) for declared in has.registry.sources.values()]
    doings = coverage_pages.sources(stations.sources(reads, has.registry, has.now()), names)
    return page(request, "sources.html", source_pages.sources(newest, doings, names))


@router.get("/sources/{code}")
def source(code: str, request: Request, reads: Reads, has: Has, names: Named, new: Whole | None = None) -> HTMLResponse:
    """One source with its history."""
    declared = has.registry.source(code)
    most = source_pages.MOST_LISTED
    door = door_name(code)
    samples = [told(sample) for sample in split_samples_of(reads, has.registry, declared)]
    history = (_received(reads, declared, most), runs_of(reads, door, most, has.now()))
    model = source_pages.source(declared, *history, samples, names)
    doings = coverage_pages.sources(stations.sources(reads, has.registry, has.now()), names)
    model |= {"doings": [doing for doing in doings if doing["source"] == code]}
    model |= {"alarms": coverage_pages.alarms_told(stations.alarms(reads, most, source=code), names)}
    may = {"may_try": declared.format in READERS, "may_run": bool(declared.place), "nothing_new": new == 0}
    return page(request, "source.html", model | may | {"most_mib": MOST_SAMPLE_MIB})


def _received(reads: Reads, declared: Source, most: int) -> list[Received]:
    """What came of a source, newest first: files by a door of its own, telegrams by the one door of all devices."""
    if declared.format == FORMAT:
        return received_by(reads, TELEGRAMS, most, declared.code)
    return received_by(reads, door_name(declared.code), most)


@router.post("/sources/{code}/try")
async def try_sample(code: str, request: Request, has: Has, names: Named) -> HTMLResponse:
    """What each row of a sample would become; nothing is stored. Needs the writing key."""
    declared = has.registry.source(code)
    request = await _opened(request, MOST_SAMPLE_BYTES)
    async with request.form(max_files=1, max_fields=2) as form:
        sample = form.get("sample")
        if not isinstance(sample, UploadFile) or not sample.filename:
            raise UsageError("没有选文件", "no file was chosen", path="sample", remedy="先选一个样本文件")
        sample_file = SampleFile(sample.filename, await sample.read())
    model = await run_in_threadpool(_tried, has, declared, sample_file, names)
    return page(request, "source_trial.html", model)


def _tried(has: Composition, declared: Source, file: SampleFile, names: Any) -> dict[str, Any]:
    door = source_door(declared, has.registry.network)
    bounded = Door(door.name, lambda raw, *, name: door.read(_bounded(raw), name=name), door.sender)
    with has.engine.connect() as connection:
        decided = trial(connection, has.registry.network, [file], bounded, has.now())
    return source_pages.tried(declared, file.name, decided, names)


def _bounded(raw: bytes) -> bytes:
    """A sample that stays small unpacked, for it is read while others wait."""
    raw = unpacked(raw, MOST_UNPACKED_BYTES)
    if raw.startswith(ZIP_MAGIC):
        refuse_bomb(raw, MOST_UNPACKED_BYTES)
    return raw


@router.post("/sources/{code}/run")
async def run(code: str, request: Request, has: Has) -> RedirectResponse:
    """Take in what is new at the place of a source; then its page, or the receipt where there is only one."""
    declared = has.registry.source(code)
    await _opened(request, 0)
    receipts = await run_in_threadpool(
        run_source, has.engine, has.registry.network, declared, has.now, has.settings.inside
    )
    address = f"/submissions/{receipts[0].id}" if len(receipts) == 1 else f"/sources/{code}?new={len(receipts)}"
    return RedirectResponse(address, status_code=303)


async def _opened(request: Request, most: int) -> Request:
    """The request, to be read on, of a form whose key may write anything and that is small enough.

    Raises
    ------
    Refused : 401 without a key, 403 with one that may not write. UsageError : `_refuse_too_long`.
    """
    opened = await ask_for_key_of_form(request)
    refuse_key_of_some_stations(access_asked_for(opened))
    _refuse_too_long(opened, most)
    return opened


def _refuse_too_long(request: Request, most: int) -> None:
    """Refuse a form that does not tell its length beforehand (411) or is too large (413), before more of it is read."""
    length = announced_length(request.headers)
    refused = None
    if length is None:
        refused = UsageError("请求没有写明长度", "no content length", remedy="用浏览器提交")
        refused.status = 411
    elif length > most + FORM_BYTES:
        refused = UsageError(f"超过 {MOST_SAMPLE_MIB} MiB", "too large", path="sample", remedy="截取前面一部分作样本")
        refused.status = 413
    if refused is not None:
        raise refused
