"""Facts that people record: an incident, a frozen month, funds used."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter

from api.deps import AsOf, Has, Reads, Writer
from api.routes.described import problems
from api.schemas import FactWanted
from monitoring_ingest import store
from monitoring_ingest.database import writing
from monitoring_ingest.facts import Fact, fact
from settlement.statements import instant

router = APIRouter(prefix="/v1", tags=["监测 monitoring"])


@router.get("/facts", summary="人工记录的事实 (facts)", responses=problems(400))
def facts(reads: Reads, as_of: AsOf) -> list[dict[str, Any]]:
    """The facts recorded so far, or known at `as_of`, in the order they were recorded."""
    return [_shown(one) for one in store.facts(reads, as_of)]


@router.post("/facts", status_code=201, summary="记录事实 (record a fact)", responses=problems(400, 401, 403, 422))
def record(wanted: FactWanted, has: Has, writer: Writer) -> dict[str, Any]:
    """Record one fact; facts are append-only like readings."""
    with writing(has.engine) as connection:
        return _shown(store.record_fact(connection, fact(wanted.model_dump()), has.now()))


def _shown(recorded: Fact) -> dict[str, Any]:
    assert recorded.recorded_at is not None
    return asdict(recorded) | {"recorded_at": instant(recorded.recorded_at)}
