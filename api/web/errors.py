"""Every error of the web layer becomes one problem, in one handler.

In: any exception that leaves a route, also those of the framework (404, 405, 422). Out: ``application/problem+json``
(RFC 9457), or the same as a page for a browser that asked for a page. A database or disk that does not do its part is
503. A fault of the program is logged once and told without its internals; no path of this machine leaves it.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from api.authors import AUTHORS, NAMED
from api.pages.rendering import page
from api.texts import HTTP_PROBLEMS, PROBLEM_TITLES
from api.web.local import sign_in_address
from api.web.schemas import SHAPES, Problem
from basin.errors import Damaged, HengjieError, NotSignedIn
from basin.signs import shown
from basin.written.texts import Misfit
from monitoring_ingest.database.trouble import ERRORS, trouble_of

MEDIA_TYPE = "application/problem+json"
ROOT = Path(__file__).parents[2]
PLACES = 6  # of a fault that are logged, the innermost last
LONGEST_MESSAGE = 300
LONGEST_PATH = 200  # characters of the place of a fault: a key may be of any length
_log = logging.getLogger("hengjie.api")


def install(app: FastAPI) -> None:
    """Let one handler answer for every kind of exception."""
    app.state.damage = None
    for kind in (HengjieError, HTTPException, RequestValidationError, *ERRORS, Exception):
        app.add_exception_handler(kind, answer)
    app.add_exception_handler(ClientDisconnect, _nobody_listens)


async def answer(request: Request, error: Exception) -> Response:
    """The problem as JSON, or as a page where the request accepts HTML and is not for the API."""
    reason = error if isinstance(error, HengjieError) else trouble_of(error) or error
    problem = _problem(reason)
    if isinstance(reason, Damaged):
        request.app.state.damage = reason  # remembered: the next query may miss the damaged place
    if problem.status >= 500:
        _log.error("%s %s %s %s", problem.status, request.method, request.url.path, brief(error))
    request.state.outcome = f"{problem.status} {problem.type.rpartition(':')[2]}"
    headers = dict(getattr(reason, "headers", None) or {})
    if problem.status == 405:
        headers["Allow"] = ", ".join(_methods(request))
    if isinstance(reason, NotSignedIn) and request.method == "GET" and _wants_page(request):
        return RedirectResponse(sign_in_address(request), 303)
    if _wants_page(request):
        response = page(request, "problem.html", {"problem": problem.model_dump()}, status_code=problem.status)
        response.headers.update(headers)
        return response
    return JSONResponse(problem.model_dump(), problem.status, headers, MEDIA_TYPE)


async def _nobody_listens(_request: Request, _error: Exception) -> Response:
    """The peer went away before its request had arrived: nothing is to be told, and to nobody."""
    return Response(status_code=400)


def brief(error: BaseException) -> str:
    """An error for the log, on one line: its kind, its message, and the places of this program it came through."""
    message = " ".join(str(error).split())[:LONGEST_MESSAGE]
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_ours(frame.filename)]
    places = [f"{PurePath(frame.filename).relative_to(ROOT)}:{frame.lineno}" for frame in frames[-PLACES:]]
    return f"{type(error).__name__}: {message} @ {' > '.join(places)}"


def _is_ours(file: str) -> bool:
    return PurePath(file).is_relative_to(ROOT) and "site-packages" not in file


def _methods(request: Request) -> list[str]:
    """Every method the address takes: the framework names those of the first route only."""
    taken = (methods for path, methods in request.app.state.addresses if path.match(request.url.path))
    return sorted({method for methods in taken for method in methods})


def _wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/v1/")


def _problem(error: Exception) -> Problem:
    match error:
        case HengjieError():
            return problem_of(error)
        case RequestValidationError():
            return _of_a_request(error)
        case HTTPException():
            return of_status(error.status_code)
        case _:
            return of_status(500)


def refuse_damaged(request: Request) -> None:
    """Refuse to say that all is well where something has met the damage of the database since this process started.

    Raises
    ------
    Damaged : as it was met.
    """
    damage: Damaged | None = request.app.state.damage
    if damage is not None:
        raise damage.with_traceback(None)


def problem_of(error: HengjieError) -> Problem:
    """One of our errors as it is told."""
    place = PurePath(error.file).name if error.file else None
    return Problem(
        type=f"urn:hengjie:problem:{error.code}",
        title=PROBLEM_TITLES.get(error.code, PROBLEM_TITLES["error"]),
        status=error.status,
        detail=error.zh,
        detail_en=error.en,
        remedy=error.remedy,
        path=": ".join(part for part in (place, error.path) if part) or None,
    )


def _of_a_request(error: RequestValidationError) -> Problem:
    """A request that does not fit its description: the first field that does not, and how many others."""
    faults = error.errors()
    first = next((fault for fault in faults if _names_author(fault)), faults[0])
    others = len(faults) - 1
    path = shown(".".join(str(part) for part in first["loc"] if part not in SHAPES), LONGEST_PATH)
    misfit = NAMED if _names_author(first) else first.get("ctx", {}).get("error")  # of a text, by our own grammar
    is_ours = isinstance(misfit, Misfit)
    zh = misfit.zh if is_ours else shown(first["msg"])
    en = misfit.en if is_ours else shown(first["msg"])
    return Problem(
        type="urn:hengjie:problem:request",
        title=PROBLEM_TITLES["request"],
        status=422,
        detail=f"请求不符合接口说明：{path}：{zh}" + (f"（另有 {others} 处）" if others else ""),
        detail_en=f"the request does not fit: {path}: {en}" + (f" (and {others} more)" if others else ""),
        remedy=misfit.remedy if is_ours else "对照 /docs 改正该字段",
        path=path,
    )


def _names_author(fault: Mapping[str, Any]) -> bool:
    """Whether a request names who acts, which its session says."""
    return fault["type"] == "extra_forbidden" and fault["loc"][-1] in AUTHORS


def of_status(status: int) -> Problem:
    """What a status of HTTP means, where nothing more is known."""
    title, detail, english, remedy = HTTP_PROBLEMS.get(status, HTTP_PROBLEMS[400])
    return Problem(
        type="about:blank", title=title, status=status, detail=detail, detail_en=english, remedy=remedy, path=None
    )
