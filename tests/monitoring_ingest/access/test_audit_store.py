"""What was refused and decided is stored once, never changed, and found by who, what, where from and when."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from monitoring_ingest.access.audit_store import DONE, Act, RecordedAct, Wanted, acts, record_act
from monitoring_ingest.database.engine import reading
from tests.monitoring_ingest.makers import NOW

ALL = Wanted()
REVOKED = Act("key revoke", "", "root@local", DONE, "示例监测中心")
SETTLED = Act("POST /v1/settlements/{id}/status", "张三", "10.0.0.1", DONE, "/v1/settlements/ab12/status")
GUESSED = Act("POST /v1/facts", "", "10.0.0.9", "403 refused", "/v1/facts", times=40)


def listed(engine: Engine, wanted: Wanted = ALL, limit: int = 100) -> list[RecordedAct]:
    with reading(engine) as connection:
        return acts(connection, wanted, limit)


def recorded(act: Act, minutes: int) -> RecordedAct:
    return RecordedAct(**vars(act), recorded_at=NOW + timedelta(minutes=minutes))


@pytest.fixture
def engine_with_acts(engine: Engine) -> Engine:
    for minutes, act in enumerate((REVOKED, SETTLED, GUESSED)):
        record_act(engine, act, NOW + timedelta(minutes=minutes))
    return engine


def test_acts_are_listed_newest_first(engine_with_acts):
    assert listed(engine_with_acts) == [recorded(GUESSED, 2), recorded(SETTLED, 1), recorded(REVOKED, 0)]
    assert listed(engine_with_acts, limit=1) == [recorded(GUESSED, 2)]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(act="key revoke"), [REVOKED]),
        (Wanted(who="张三"), [SETTLED]),
        (Wanted(address="10.0.0.9"), [GUESSED]),
        (Wanted(refused=True), [GUESSED]),
        (Wanted(refused=False), [SETTLED, REVOKED]),
        (Wanted(since=NOW + timedelta(minutes=1)), [GUESSED, SETTLED]),
        (Wanted(who="张三", refused=True), []),
    ],
)
def test_acts_are_found(engine_with_acts, wanted, expected):
    assert [act.act for act in listed(engine_with_acts, wanted)] == [act.act for act in expected]
