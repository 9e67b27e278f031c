"""Leases, runs of the schedule, writing keys and idempotency keys: the mutable tables, never evidence.

Every function takes the instant it is asked at. Secrets are stored as SHA-256 of 256 random bits and shown once. A name
has one key; rotating gives it a new secret while the one before is good for a while. Who sent what stands with each
submission, whatever becomes of the key.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError, OperationalError

from basin.errors import NotFound, Refused, UsageError
from monitoring_ingest.database import writing
from monitoring_ingest.operations.processes import lives, this_process
from monitoring_ingest.tables import access_keys, idempotency_keys, locks, runs

LEASE = timedelta(hours=1)
RUN_LEASE = timedelta(minutes=5)  # of a claim of a slot, and of the lead; renewed while there is work
RETRY_AFTER = timedelta(minutes=15)
COME_AGAIN_SECONDS = 2
SECRET_BYTES = 32
LEADER = "leader"
LEADER_LOCK = 0x48454E474A4946  # the advisory lock of the one that leads, next to that of writers
RUNNING, FAILED = "running", "failed"  # what the outcome of a run says, or begins with
KEYS = access_keys.c
_ASK = "用 hengjie key create 或 key rotate 取得新密钥，放在 X-API-Key 头中"


def hold(connection: Connection, name: str, now: datetime, lease: timedelta = LEASE) -> None:
    """Note that this process works on `name`, for the length of a lease from `now`."""
    connection.execute(delete(locks).where(locks.c.name == name))
    connection.execute(insert(locks).values(name=name, holder=this_process(), expires_at=now + lease))


def keep_hold(connection: Connection, name: str, now: datetime) -> None:
    """Note that this process still works on `name`: the lease begins anew at `now`.

    Raises
    ------
    Refused : it has ended. Others may have gone by what was there, and nothing may be added to it.
    """
    mine = (locks.c.name == name) & (locks.c.holder == this_process()) & (locks.c.expires_at > now)
    if connection.execute(update(locks).where(mine).values(expires_at=now + LEASE)).rowcount != 1:
        raise Refused("停顿太久，占用已到期", f"the lease on {name} is over", path=name, remedy="从头再做一次")


def release(connection: Connection, name: str) -> None:
    """Note that this process does not work on `name` any more."""
    connection.execute(delete(locks).where(locks.c.name == name, locks.c.holder == this_process()))


def is_held(connection: Connection, name: str, now: datetime) -> bool:
    """Whether somebody works on `name`: the lease has not expired and its process lives."""
    lease = connection.execute(select(locks.c.holder, locks.c.expires_at).where(locks.c.name == name)).first()
    return lease is not None and lease.expires_at > now and lives(lease.holder)


def held_names(connection: Connection, prefix: str, now: datetime) -> list[str]:
    """What somebody works on, of the names that begin so."""
    names = connection.scalars(select(locks.c.name).where(locks.c.name.startswith(prefix, autoescape=True)))
    return [name for name in names.all() if is_held(connection, name, now)]


def claim_slot(engine: Engine, job: str, slot: datetime, now: datetime) -> bool:
    """Claim one slot of a job for this process; false where it is done or somebody else has it.

    A claim whose run did not finish can be taken over when its lease has expired or its process is gone. One that
    reaches further than any can was made before the clock went back: it is shortened, and who holds it renews it.
    """
    claim = {"holder": this_process(), "expires_at": now + RUN_LEASE, "outcome": RUNNING, "started_at": now}
    try:
        with writing(engine) as connection:
            connection.execute(insert(runs).values(job=job, slot=slot, **claim))
        return True
    except IntegrityError:
        pass
    with writing(engine) as connection:
        this_slot = (runs.c.job == job) & (runs.c.slot == slot)
        run = connection.execute(select(runs).where(this_slot)).one()
        if run.finished_at is not None:
            return False
        if run.expires_at > now and lives(run.holder):
            if run.expires_at > now + max(RUN_LEASE, RETRY_AFTER):
                connection.execute(update(runs).where(this_slot).values(expires_at=now + RUN_LEASE))
            return False
        connection.execute(update(runs).where(this_slot).values(**claim))
        return True


def renew_slot(engine: Engine, job: str, slot: datetime, now: datetime) -> bool:
    """Note that this process is still at a slot; false where it has lost it."""
    return _change_run(engine, job, slot, {"expires_at": now + RUN_LEASE})


def finish_slot(engine: Engine, job: str, slot: datetime, outcome: str, now: datetime) -> bool:
    """Note that a slot's work is done, and with what outcome; it never runs again. False where it was lost."""
    return _change_run(engine, job, slot, {"finished_at": now, "outcome": outcome})


def put_off_slot(engine: Engine, job: str, slot: datetime, reason: str, now: datetime) -> bool:
    """Note that a slot's work failed; it may be claimed again after a while. False where it was lost."""
    return _change_run(engine, job, slot, {"expires_at": now + RETRY_AFTER, "outcome": reason})


def _change_run(engine: Engine, job: str, slot: datetime, values: dict[str, object]) -> bool:
    mine = (
        (runs.c.job == job) & (runs.c.slot == slot) & (runs.c.holder == this_process()) & runs.c.finished_at.is_(None)
    )
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        return connection.execute(update(runs).where(mine).values(values)).rowcount == 1


def last_slot(connection: Connection, job: str, now: datetime) -> datetime | None:
    """The newest claimed slot of a job that lies in the past; None where there is none."""
    newest: datetime | None = connection.scalar(
        select(runs.c.slot).where(runs.c.job == job, runs.c.slot <= now).order_by(runs.c.slot.desc()).limit(1)
    )
    return newest


def unfinished_slots(connection: Connection, job: str, now: datetime) -> list[datetime]:
    """The claimed slots of a job in the past whose work did not end well, whoever is at them."""
    query = select(runs.c.slot).where(runs.c.job == job, runs.c.slot <= now, runs.c.finished_at.is_(None))
    return list(connection.scalars(query))


class Leadership:
    """Who looks for missing slots: one of all processes on a database, until it resigns or is gone.

    On PostgreSQL an advisory lock of a session of its own, which ends with the process, whatever the clocks say; on
    SQLite a lock row that expires, or ends with its process. A slot is safe without it, by its claim.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._session: Connection | None = None

    def held(self, now: datetime) -> bool:
        """Whether this process leads; it takes the lead where nobody has it, and renews what it has."""
        return self._locked() if self._engine.dialect.name == "postgresql" else self._leased(now)

    def resign(self) -> None:
        """Let another process lead."""
        if self._engine.dialect.name == "postgresql":
            if self._session is not None and self._locked():
                self._drop(unlock=True)
            return
        with writing(self._engine) as connection:
            connection.execute(delete(locks).where(locks.c.name == LEADER, locks.c.holder == this_process()))

    def _locked(self) -> bool:
        if self._session is not None:
            try:
                self._session.exec_driver_sql("SELECT 1")
                return True
            except OperationalError:  # the server ended the session, and the lock with it
                self._drop()
        session = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        if not session.scalar(select(func.pg_try_advisory_lock(LEADER_LOCK))):
            session.close()
            return False
        session.detach()  # closing it ends the session, not only its use
        self._session = session
        return True

    def _drop(self, unlock: bool = False) -> None:
        """End the session that leads; the server would notice by itself only a moment later."""
        session, self._session = self._session, None
        if session is not None:
            if unlock:
                session.scalar(select(func.pg_advisory_unlock(LEADER_LOCK)))
            session.close()

    def _leased(self, now: datetime) -> bool:
        with writing(self._engine) as connection:
            lease = connection.execute(select(locks).where(locks.c.name == LEADER)).first()
            if lease and lease.expires_at > now and lease.holder != this_process() and lives(lease.holder):
                if lease.expires_at > now + RUN_LEASE:  # made before the clock went back
                    shorter = update(locks).where(locks.c.name == LEADER).values(expires_at=now + RUN_LEASE)
                    connection.execute(shorter)
                return False
            hold(connection, LEADER, now, RUN_LEASE)
            return True


def listed_runs(connection: Connection, job: str | None = None, limit: int | None = None) -> list[dict[str, Any]]:
    """The runs of all jobs or of one, newest slot first: job, slot, holder, started_at, finished_at, outcome …"""
    query = select(runs).order_by(runs.c.slot.desc(), runs.c.job).limit(limit)
    if job is not None:
        query = query.where(runs.c.job == job)
    return [dict(row) for row in connection.execute(query).mappings()]


def last_runs(connection: Connection) -> list[dict[str, Any]]:
    """The run of the newest slot of each job."""
    newest = select(runs.c.job, func.max(runs.c.slot).label("slot")).group_by(runs.c.job).subquery()
    same = (runs.c.job == newest.c.job) & (runs.c.slot == newest.c.slot)
    query = select(runs).join(newest, same).order_by(runs.c.job)
    return [dict(row) for row in connection.execute(query).mappings()]


# --- writing keys ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Access:
    """A key that may write; `stations` it may speak for, None for all and for everything else that writes."""

    name: str
    stations: frozenset[str] | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None

    def over(self, now: datetime) -> bool:
        """Whether it may no longer write."""
        return self.revoked_at is not None or (self.expires_at is not None and self.expires_at <= now)


def create_key(
    engine: Engine,
    name: str,
    now: datetime,
    stations: Collection[str] | None = None,
    expires_at: datetime | None = None,
) -> str:
    """A new writing key for `name`: the secret is returned here and nowhere stored.

    Raises
    ------
    UsageError : the name is blank or has a key already, or the key would never be good for anything.
    """
    secret = secrets.token_urlsafe(SECRET_BYTES)
    if not name.strip():
        raise UsageError("密钥需要名称", "a key needs a name", remedy="写明使用者")
    if stations is not None and not stations:
        raise UsageError("没有站点", "no station", path="stations", remedy="写站点代码，逗号分隔；不写为全部")
    if expires_at is not None and expires_at <= now:
        raise UsageError("到期时间已过", "it would be over already", path="expires", remedy="写将来的日期")
    told = {"name": name, "sha256": _digest(secret), "created_at": now, "expires_at": expires_at}
    told["stations"] = None if stations is None else " ".join(sorted(stations))
    try:
        with writing(engine) as connection:
            connection.execute(insert(access_keys).values(told))
    except IntegrityError as problem:
        remedy = "换一个名称；要换密钥用 hengjie key rotate"
        raise UsageError(f"{name} 已有密钥", f"{name} has a key already", remedy=remedy) from problem
    return secret


def rotate_key(engine: Engine, name: str, overlap: timedelta, now: datetime) -> str:
    """A new secret for `name`; the present one is good for `overlap` longer, any earlier one no more.

    Raises
    ------
    NotFound : the name has no key. Refused : its key was revoked.
    """
    secret = secrets.token_urlsafe(SECRET_BYTES)
    with writing(engine) as connection:
        row = _named(connection, name)
        if row.revoked_at is not None:
            raise Refused(f"{name} 的密钥已撤销", f"the key of {name} was revoked", remedy="另建密钥，换一个名称")
        changed = {"sha256": _digest(secret), "previous_sha256": row.sha256, "previous_until": now + overlap}
        connection.execute(update(access_keys).where(KEYS.name == name).values(changed))
    return secret


def revoke_key(engine: Engine, name: str, now: datetime) -> None:
    """Take the key of `name` away, with the secret before it.

    Raises
    ------
    NotFound : the name has no key.
    """
    with writing(engine) as connection:
        _named(connection, name)
        connection.execute(update(access_keys).where(KEYS.name == name).values(revoked_at=now))


def _named(connection: Connection, name: str) -> Row[Any]:
    row = connection.execute(select(access_keys).where(KEYS.name == name)).first()
    if row is None:
        raise NotFound(f"{name} 没有密钥", f"{name} has no key", remedy="hengjie key list 列出全部")
    return row


def keys(connection: Connection) -> list[Access]:
    """All keys ever made, by name; no secret is among them."""
    return [_access(row) for row in connection.execute(select(access_keys).order_by(KEYS.name))]


def _access(row: Row[Any]) -> Access:
    stations = None if row.stations is None else frozenset(row.stations.split())
    return Access(row.name, stations, row.created_at, row.expires_at, row.revoked_at)


def access(connection: Connection, secret: str, now: datetime) -> Access:
    """What the key with this secret may do.

    Raises
    ------
    Refused : no such key, or one that is revoked or over.
    """
    digest = _digest(secret)
    before = (KEYS.previous_sha256 == digest) & (KEYS.previous_until > now)
    row = connection.execute(select(access_keys).where(or_(KEYS.sha256 == digest, before))).first()
    if row is None:
        raise Refused("密钥无效", "no such key", path="X-API-Key", remedy=_ASK)
    found = _access(row)
    if found.over(now):
        raise Refused("密钥已撤销或到期", "the key is revoked or over", path="X-API-Key", remedy=_ASK)
    return found


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


# --- requests that may come again ------------------------------------------------------------------------------------


def earlier_answer(connection: Connection, key: str) -> tuple[str, str] | None:
    """SHA-256 of the request body and the answer given under an ``Idempotency-Key``; None for a new key."""
    kept = connection.execute(select(idempotency_keys).where(idempotency_keys.c.key == key)).first()
    return None if kept is None else (kept.body_sha256, kept.answer)


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
    zh, en = "这个 Idempotency-Key 用过了，内容不同", "this Idempotency-Key was used for another request"
    refused = Refused(zh, en, path="Idempotency-Key", remedy="换一个新的 Idempotency-Key")
    refused.status = 422
    return refused


def _still_running() -> Refused:
    zh, en = "同一 Idempotency-Key 的请求还在处理", "a request with this Idempotency-Key is still at work"
    refused = Refused(zh, en, path="Idempotency-Key", remedy="稍等几秒，原样再发")
    refused.status = 409
    refused.headers = {"Retry-After": str(COME_AGAIN_SECONDS)}
    return refused
