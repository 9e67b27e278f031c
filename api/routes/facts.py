"""Facts that people record: an incident, a frozen month, funds used."""

from __future__ import annotations

import json
from dataclasses import asdict
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response

from api.web.deps import About, AsOf, Has, Reads, Writer
from api.web.described import listed, problems
from api.web.guarded import Guarded
from api.web.schemas import FactWanted
from api.web.tabular import shaped
from monitoring_ingest.database.engine import writing
from monitoring_ingest.database.instants import instant_to_record
from monitoring_ingest.doors.claims_store import answered_before, claim_name, keep_answer
from monitoring_ingest.readings.facts import APPROVED_BY, FIELDS, Fact, about_something_known, fact
from monitoring_ingest.records import store
from settlement.statement.document import instant

router = APIRouter(prefix="/v1", tags=["监测 monitoring"], route_class=Guarded)
FACTS = "facts"  # the door of facts, in claims
FACT = (*FIELDS, APPROVED_BY, "recorded_at")


@router.get("/facts.csv", include_in_schema=False)
@router.get("/facts", summary="人工记录的事实 (facts)", responses=listed(list[dict[str, Any]], 400, 422))
def facts(request: Request, reads: Reads, as_of: AsOf) -> Response:
    """The facts recorded so far, or known at `as_of`, in the order they were recorded."""
    return shaped(request, [_shown(recorded) for recorded in store.facts(reads, as_of)], FACT)


@router.post("/facts", status_code=201, summary="记录事实 (record a fact)", responses=problems(400, 401, 403, 422))
def record(
    wanted: FactWanted,
    has: Has,
    writer: Writer,
    about: About,
    idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
) -> dict[str, Any]:
    """Record one fact; facts are append-only like readings.

    With an `Idempotency-Key`, the same request sent again is answered as before and records nothing.
    """
    about(f"{wanted.subject} {wanted.period} {wanted.kind}")
    body = sha256(wanted.model_dump_json(exclude_none=True).encode()).hexdigest()
    repeated = claim_name(FACTS, writer, idempotency_key) if idempotency_key else None
    with writing(has.engine) as connection:
        if repeated and (earlier := answered_before(connection, repeated, body)):
            answered: dict[str, Any] = json.loads(earlier)
            return answered
        stated = about_something_known(fact(wanted.model_dump(exclude_none=True)), has.registry)
        now = instant_to_record(connection, has.now())
        recorded = _shown(store.record_fact(connection, stated, now))
        if repeated:
            keep_answer(connection, repeated, body, json.dumps(recorded, ensure_ascii=False), now)
        return recorded


def _shown(recorded: Fact) -> dict[str, Any]:
    assert recorded.recorded_at is not None
    return asdict(recorded) | {"recorded_at": instant(recorded.recorded_at)}
