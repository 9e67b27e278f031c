"""Facts that people record: an incident, a frozen month, funds used."""

from __future__ import annotations

import json
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import TypeAdapter
from sqlalchemy import Connection

from api.reads.facts import FACT_COLUMNS, fact_row, outcome_row
from api.web.deps import About, AsOf, Has, Reads, Writer
from api.web.described import listed, problems
from api.web.guarded import Guarded
from api.web.reading import ReadBy
from api.web.schemas import FactsWanted, FactWanted
from api.web.tabular import shaped
from basin.errors import UnknownCode, UsageError
from basin.registry import Registry
from monitoring_ingest.database.engine import writing
from monitoring_ingest.database.instants import instant_to_record
from monitoring_ingest.doors.claims_store import answered_before, claim_name, keep_answer
from monitoring_ingest.readings.fact_checks import about_something_known
from monitoring_ingest.readings.fact_history import DUPLICATE
from monitoring_ingest.readings.facts import fact
from monitoring_ingest.records import store

router = APIRouter(prefix="/v1", tags=["监测 monitoring"], route_class=Guarded)
FACTS = "facts"  # the door of facts, in claims
_CONTENT: TypeAdapter[FactWanted | list[FactWanted]] = TypeAdapter(FactWanted | list[FactWanted])
REFUSALS = problems(400, 401, 403, 422)
RECORDED_BEFORE: dict[int | str, dict[str, Any]] = {200: {"description": "先前已登记 (all of it is recorded already)"}}


@router.get("/facts.csv", include_in_schema=False)
@router.get("/facts", summary="人工记录的事实 (facts)", responses=listed(list[dict[str, Any]], 400, 422))
def facts(
    request: Request,
    reads: Reads,
    reader: ReadBy,
    as_of: AsOf,
    history: Annotated[bool, Query(description="also what was revised or withdrawn since, as it was recorded")] = False,
) -> Response:
    """The facts in force, now or at `as_of`, in the order they were first recorded; with `history` every record."""
    rows = [row.fact for row in store.stored_facts(reads, as_of)] if history else store.facts(reads, as_of)
    readable = [fact_row(recorded) for recorded in rows if reader.subject(recorded.subject)]
    return shaped(request, readable, FACT_COLUMNS)


@router.post("/facts", status_code=201, summary="记录事实 (record facts)", responses=RECORDED_BEFORE | REFUSALS)
def record(
    wanted: FactsWanted,
    has: Has,
    writer: Writer,
    about: About,
    response: Response,
    idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
) -> dict[str, Any] | list[dict[str, Any]]:
    """Record a fact, or a list of facts, all of them or none; facts are append-only like readings.

    A fact that is recorded already is stored no second time and answered with `fate: duplicate`, and with 200 where
    that is so of all. One that says something else needs a `reason`. `findings` tell where other documents state
    another value, or the same voucher pays another period; they refuse nothing. With an `Idempotency-Key`, the same
    request sent again is answered as before.
    """
    about(_in_short(wanted))
    body = sha256(_CONTENT.dump_json(wanted, exclude_none=True)).hexdigest()
    repeated = claim_name(FACTS, writer, idempotency_key) if idempotency_key else None
    with writing(has.engine) as connection:
        answer: dict[str, Any] | list[dict[str, Any]]
        if repeated and (earlier := answered_before(connection, repeated, body)):
            answer = json.loads(earlier)
        else:
            now = instant_to_record(connection, has.now())
            answer = _recorded(connection, has.registry, wanted, now)
            if repeated:
                keep_answer(connection, repeated, body, json.dumps(answer, ensure_ascii=False), now)
    rows = answer if isinstance(answer, list) else [answer]
    if all(row.get("fate") == DUPLICATE for row in rows):  # answers of earlier versions have no fate
        response.status_code = 200
    return answer


def _in_short(wanted: FactWanted | list[FactWanted]) -> str:
    """What a request is about, for the trail: the first fact, and of how many."""
    facts = [wanted] if isinstance(wanted, FactWanted) else wanted
    first = f"{facts[0].subject} {facts[0].period} {facts[0].kind}"
    return first if len(facts) == 1 else f"{first} 等 {len(facts)} 件"


def _recorded(
    connection: Connection, registry: Registry, wanted: FactWanted | list[FactWanted], now: datetime
) -> dict[str, Any] | list[dict[str, Any]]:
    """What became of one fact, or of each of several, in the order they were sent."""
    if isinstance(wanted, FactWanted):
        return _record(connection, registry, wanted, now)
    rows = []
    for position, stated in enumerate(wanted):
        try:
            rows.append(_record(connection, registry, stated, now))
        except (UsageError, UnknownCode) as problem:
            problem.path = ".".join(part for part in (str(position), problem.path) if part)
            raise
    return rows


def _record(connection: Connection, registry: Registry, wanted: FactWanted, now: datetime) -> dict[str, Any]:
    stated = about_something_known(fact(wanted.model_dump(exclude_none=True)), registry)
    return outcome_row(store.record_fact(connection, stated, now), registry)
