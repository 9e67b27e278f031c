"""Requests that may come again: claims on an ``Idempotency-Key`` and the answers kept under it.

Senders choose their keys by themselves, so a claim names the door, the sender and the key apart (`claim_name`): joined
by a sign that names and keys may hold, key ``b/c`` of sender ``a`` would be key ``c`` of sender ``a/b``, and one would
get the receipt of the other. Every function takes the instant it is asked at.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, insert, select

from basin.errors import Refused
from basin.written.texts import REQUEST_KEY, accepted
from monitoring_ingest.access.tables import access_keys
from monitoring_ingest.database.engine import writing
from monitoring_ingest.doors.tables import idempotency_keys
from monitoring_ingest.schedule.store import hold, is_held, release

COME_AGAIN_SECONDS = 2


def claim_name(door: str, sender: str, key: str) -> str:
    """The name of a claim: door, sender and key as JSON, so that no two claims have the same.

    Raises
    ------
    UsageError : the key is blank, too long, or has signs other than visible ASCII.
    """
    return json.dumps([door, sender, accepted(key, REQUEST_KEY, "Idempotency-Key")], ensure_ascii=False)


def earlier_answer(connection: Connection, key: str) -> tuple[str, str] | None:
    """SHA-256 of the request body and the answer given under a claim; None for a new one."""
    row = _kept(connection, key) or _kept_before(connection, key)
    return None if row is None else (row.body_sha256, row.answer)


def _kept(connection: Connection, key: str) -> Row[Any] | None:
    return connection.execute(select(idempotency_keys).where(idempotency_keys.c.key == key)).first()


def _kept_before(connection: Connection, claim: str) -> Row[Any] | None:
    """What an earlier version kept, which joined the parts of a claim by ``/``, if nobody else can have been answered.

    The sender of a claim is the name of a writing key, and no such name is ever deleted.
    """
    parts = _parts(claim)
    joined = "/".join(parts)
    row = _kept(connection, joined) if parts else None
    if row is None:
        return None
    door, sender, _ = parts
    senders = [name for name in connection.scalars(select(access_keys.c.name)) if joined.startswith(f"{door}/{name}/")]
    return row if senders == [sender] else None


def _parts(claim: str) -> list[str]:
    """Door, sender and key of a claim; nothing of a name that `claim_name` did not make."""
    try:
        parts = json.loads(claim)
    except ValueError:
        return []
    return parts if isinstance(parts, list) else []


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
