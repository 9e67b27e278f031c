"""The web application put together: routes, errors, static files.

In: a composition. Out: a FastAPI application. It holds no rule and no query; scheduled work is
started by whoever serves it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic

from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles
from starlette.types import ASGIApp

from api.composition import Composition
from api.reads.reader import Rights
from api.routes import (
    assessments,
    declared,
    facts,
    keys,
    late,
    me,
    oidc,
    pages,
    people,
    proposals,
    readings,
    reviews,
    service,
    settlements,
    signing_in,
    sources,
    stations,
    statuses,
    submissions,
    telegrams,
)
from api.settings import Settings
from api.web import errors
from api.web.audit import AuditTrail
from api.web.described import problems
from api.web.entrance import Entrance
from api.web.keys import Doorkeeper
from api.web.local import CALLBACK
from api.web.login import note_visitor, refuse_without_people
from api.web.oidc import RelyingParty
from api.web.parameters import refuse_unknown_parameters
from api.web.reading import FOR_ANYBODY, refuse_strangers
from api.web.schemas import Problem
from api.web.signing_in import SigningIn
from monitoring_ingest.access.tries import Tries

STATIC = Path(__file__).parent / "static"
ROUTES = (
    declared,
    readings,
    submissions,
    facts,
    reviews,
    settlements,
    statuses,
    assessments,
    late,
    service,
    telegrams,
    stations,
    sources,
    signing_in,
    oidc,
    me,
    people,
    keys,
    proposals,
    pages,
)
OF_PEOPLE = (signing_in, oidc, me, people, keys, proposals, statuses)  # which ask by themselves who is signed in
DESCRIPTION = """跨省流域横向生态保护补偿的结算。金额以元的字符串给出，精确到分；时刻为 UTC。

Settling river compensation between provinces. Amounts are yuan as text, exact to the fen; instants are UTC. Lists come
as JSON, or as CSV by `Accept: text/csv` or a `.csv` address. Every error is `application/problem+json`.
密钥报送数据；人员办事用登录会话（写入带 `X-CSRF-Token`）或本人的令牌。Keys carry data; people act with a session, whose
writes carry `X-CSRF-Token`, or by a token of their own.
决定事情的请求只是提出：答 202 与提议，由另一人批准；请求里不写办事人的姓名。What decides something only proposes: 202
with the proposal, which another person approves. No request names who acts.
地址没有的查询参数、给了两次的查询参数一律拒绝（400），不会悄悄忽略。A query parameter that an address does
not take, or that is given twice, is refused (400) and never ignored.
结算的 `kind` 说明算得是否完整（payable 完整、indication 预估、stopped 中止），不说明该不该付：该付的只有 `status` 为
“已确认”的，各条款补偿款以 `payable` 标明，所以试算可以是 `kind` payable 而 `payable` false。The `kind` of a settlement
says how far it was computed, not whether it is owed: owed is what has the `status` 已确认, and obligations say so by
`payable`. So a trial may be of kind payable while its `payable` is false.
"""


class Application(FastAPI):
    """FastAPI behind the entrance, which every request passes, also one that the program fails on."""

    def build_middleware_stack(self) -> ASGIApp:
        """The layers of FastAPI and the entrance around them."""
        settings: Settings = self.state.composition.settings
        doorkeeper: Doorkeeper = self.state.doorkeeper
        most = max(settings.limits.body, sources.MOST_SAMPLE_BYTES + sources.FORM_BYTES)
        trail: AuditTrail = self.state.trail
        return Entrance(super().build_middleware_stack(), settings, doorkeeper, trail, most)


def application(composition: Composition) -> FastAPI:
    """The application over a composition; it closes the database when it stops."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        composition.engine.dispose()

    app = Application(
        title="衡界 Hengjie", version="1", description=DESCRIPTION, lifespan=lifespan,
        docs_url=None, redoc_url=None, openapi_url=None,  # `routes.service` has them
        redirect_slashes=False,  # to an address that is built from what the request says of the host
    )  # fmt: skip
    app.state.composition = composition
    app.state.description = None
    app.state.doorkeeper = Doorkeeper(monotonic)
    app.state.tries = Tries(monotonic)
    app.state.signing_in = SigningIn(monotonic)
    app.state.relying_party = _relying_party(composition.settings)
    app.state.rights = Rights(composition.registry)
    app.state.trail = AuditTrail(composition.engine, composition.now, monotonic)
    errors.install(app)
    for module in ROUTES:
        may = refuse_without_people if module in OF_PEOPLE else refuse_strangers
        asked = [Depends(question) for question in (note_visitor, may, refuse_unknown_parameters)]
        app.include_router(module.router, dependencies=asked)
    routes = (route for module in ROUTES for route in module.router.routes if isinstance(route, APIRoute))
    app.state.addresses = [(route.path_regex, route.methods) for route in routes]
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    _describe_problems(app)
    return app


def _relying_party(settings: Settings) -> RelyingParty | None:
    """This server as a client of a provider of OpenID Connect; None where none is named."""
    if settings.provider is None:
        return None
    return RelyingParty(settings.provider, settings.origin + CALLBACK, monotonic)


def _describe_problems(app: FastAPI) -> None:
    """Let OpenAPI know the one shape of every problem, also of what any address may answer."""
    framework_openapi = app.openapi

    def openapi() -> dict[str, object]:
        document = framework_openapi()
        schemas = document["components"]["schemas"]
        schemas["Problem"] = Problem.model_json_schema()
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        anywhere = {str(status): problem for status, problem in problems(400, 413, 429, 503).items()}
        unread = {str(status): problem for status, problem in problems(401, 403).items()}
        for path, item in document["paths"].items():
            for method, operation in item.items():
                of_reading = unread if method == "get" and path not in FOR_ANYBODY else {}
                operation["responses"] = of_reading | operation["responses"] | anywhere
                answer = operation["responses"].get("422", {}).get("content", {})
                if "application/json" in answer:
                    answer[errors.MEDIA_TYPE] = {"schema": {"$ref": "#/components/schemas/Problem"}}
                    del answer["application/json"]
        return document

    app.openapi = openapi  # type: ignore[method-assign]
