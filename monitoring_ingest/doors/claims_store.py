"""Requests that may come again: claims on an ``Idempotency-Key`` and the answers kept under it.

Every function takes the instant it is asked at.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Engine, insert, select

from basin.errors import Refused
from monitoring_ingest.database.engine import writing
from monitoring_ingest.doors.tables import idempotency_keys
from monitoring_ingest.schedule.store import hold, is_held, release

COME_AGAIN_SECONDS = 2


def earlier_answer(connection: Connection, key: str) -> tuple[str, str] | None:
    """SHA-256 of the request body and the answer given under an ``Idempotency-Key``; None for a new key."""
    row = connection.execute(select(idempotency_keys).where(idempotency_keys.c.key == key)).first()
    return None if row is None else (row.body_sha256, row.answer)


def answered_before(connection: Connection, key: str, body_sha256: str) -> str | None:
    """The answer the same request was given under an ``Idempotency-Key``; None for a new key.

    Raises
    ------
    Refused : 422 where the key was used for another body.
    """
    earlier = earlier_answer(connection, key)
    if earlier is None:
        return None
    if earlier[0] != body_sha256:
        raise _used_for_another()
    return earlier[1]


def keep_answer(connection: Connection, key: str, body_sha256: str, answer: str, now: datetime) -> None:
    """Keep the answer to a request, to be given again when the same request comes with the same key."""
    row = {"key": key, "body_sha256": body_sha256, "answer": answer, "recorded_at": now}
    connection.execute(insert(idempotency_keys).values(row))


def claim_request(engine: Engine, key: str, body_sha256: str, now: datetime) -> str | None:
    """Claim an ``Idempotency-Key`` for a request that begins now, or the answer it was given before.

    A claim is a lease: one left behind by a process that died, or by one that never came back, is taken over. It ends
    with `release`, in the transaction that keeps the answer or when the request gives nothing to keep.

    Raises
    ------
    Refused : 422 where the key was used for another body; 409 where a request under it is still at work.
    """
    with writing(engine) as connection:
        if (earlier := answered_before(connection, key, body_sha256)) is not None:
            return earlier
        if is_held(connection, key, now):
            raise _still_running()
        hold(connection, key, now)
    return None


def give_up(engine: Engine, key: str) -> None:
    """End a claim without an answer."""
    with writing(engine) as connection:
        release(connection, key)


def _used_for_another() -> Refused:
    zh = "这个 Idempotency-Key 用过了，内容不同"
    en = "this Idempotency-Key was used for another request"
    refused = Refused(zh, en, path="Idempotency-Key", remedy="换一个新的 Idempotency-Key")
    refused.status = 422
    return refused


def _still_running() -> Refused:
    zh = "同一 Idempotency-Key 的请求还在处理"
    en = "a request with this Idempotency-Key is still at work"
    refused = Refused(zh, en, path="Idempotency-Key", remedy="稍等几秒，原样再发")
    refused.status = 409
    refused.headers = {"Retry-After": str(COME_AGAIN_SECONDS)}
    return refused
