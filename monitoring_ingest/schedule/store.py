"""Leases, runs of the schedule, writing keys and idempotency keys: the mutable tables, never evidence.

Every function takes the instant it is asked at. Secrets are stored as SHA-256 of 256 random bits and shown once. A name
has one key; rotating gives it a new secret while the one before is good for a while. Who sent what stands with each
submission, whatever becomes of the key.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Engine, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError, OperationalError

from basin.errors import Refused
from monitoring_ingest.database.engine import writing
from monitoring_ingest.schedule.processes import lives, this_process
from monitoring_ingest.schedule.tables import job_runs, locks

LEASE = timedelta(hours=1)
RUN_LEASE = timedelta(minutes=5)  # of a claim of a slot, and of the lead; renewed while there is work
RETRY_AFTER = timedelta(minutes=15)
LONGEST_RETRY = timedelta(days=1)
AHEAD = timedelta(hours=1)  # a run that began later than so long after now was begun by a clock that ran ahead
LONGEST_PAUSE = timedelta(days=7)  # between two runs; a clock that says more is doubted
BELIEVED_AFTER = timedelta(minutes=5)  # if nobody sees it go back meanwhile
LEADER = "leader"
DOUBTED = "doubted clock"  # the row of `locks` that tells since when a clock is doubted
LEADER_LOCK = 0x48454E474A4946  # the advisory lock of the one that leads, next to that of writers
RUNNING = "running"
FAILED = "failed"  # what the outcome of a run says, or begins with


def hold(connection: Connection, name: str, now: datetime, lease: timedelta = LEASE) -> None:
    """Note that this process works on `name`, for the length of a lease from `now`."""
    connection.execute(delete(locks).where(locks.c.name == name))
    connection.execute(insert(locks).values(name=name, holder=this_process(), expires_at=now + lease))


def keep_hold(connection: Connection, name: str, now: datetime) -> None:
    """Note that this process still works on `name`: the lease begins anew at `now`.

    Raises
    ------
    Refused : the lease has expired. Another process may already have acted on what was stored, so nothing may be added.
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
    reaches further than any can was made before the clock went back: it is shortened, and who holds it renews it. A run
    that says it began much later than now (`AHEAD`) was begun by a clock that ran ahead: its slot had not come, and is
    claimed anew. A slot that failed keeps the instant at which its attempts began.
    """
    claim = {
        "holder": this_process(),
        "expires_at": now + RUN_LEASE,
        "finished_at": None,
        "outcome": RUNNING,
        "started_at": now,
    }
    try:
        with writing(engine) as connection:
            connection.execute(insert(job_runs).values(job=job, slot=slot, **claim))
        return True
    except IntegrityError:
        pass
    with writing(engine) as connection:
        this_slot = (job_runs.c.job == job) & (job_runs.c.slot == slot)
        run = connection.execute(select(job_runs).where(this_slot)).one()
        ran_ahead = run.started_at is not None and run.started_at > now + AHEAD
        if run.finished_at is not None and not ran_ahead:
            return False
        failed = run.outcome.startswith(FAILED)
        if run.finished_at is None and run.expires_at > now and lives(run.holder):
            if run.expires_at > now + (LONGEST_RETRY if failed else RUN_LEASE):
                connection.execute(update(job_runs).where(this_slot).values(expires_at=now + RUN_LEASE))
            return False
        if failed and not ran_ahead and run.started_at is not None:
            claim["started_at"] = run.started_at
        connection.execute(update(job_runs).where(this_slot).values(**claim))
        return True


def renew_slot(engine: Engine, job: str, slot: datetime, now: datetime) -> bool:
    """Note that this process is still at a slot; false where it has lost it."""
    return _change_run(engine, job, slot, {"expires_at": now + RUN_LEASE})


def finish_slot(engine: Engine, job: str, slot: datetime, outcome: str, now: datetime) -> bool:
    """Note that a slot's work is done, and with what outcome; it never runs again. False where it was lost."""
    return _change_run(engine, job, slot, {"finished_at": now, "outcome": outcome})


def put_off_slot(engine: Engine, job: str, slot: datetime, reason: str, now: datetime) -> bool:
    """Note that a slot's work failed; it may be claimed again after a while. False where it was lost.

    It waits as long as it has been failing so far, so each wait is twice the one before: from `RETRY_AFTER` to
    `LONGEST_RETRY`.
    """
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        began = connection.scalar(select(job_runs.c.started_at).where(_mine(job, slot)))
        failing = now - (began or now)
        again_at = now + min(max(failing, RETRY_AFTER), LONGEST_RETRY)
        put_off = update(job_runs).where(_mine(job, slot)).values(expires_at=again_at, outcome=reason)
        return connection.execute(put_off).rowcount == 1


def _change_run(engine: Engine, job: str, slot: datetime, values: dict[str, object]) -> bool:
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        return connection.execute(update(job_runs).where(_mine(job, slot)).values(values)).rowcount == 1


def _mine(job: str, slot: datetime) -> ColumnElement[bool]:
    """A slot that this process has claimed and not finished."""
    this_slot = (job_runs.c.job == job) & (job_runs.c.slot == slot)
    return this_slot & (job_runs.c.holder == this_process()) & job_runs.c.finished_at.is_(None)


def last_slot(connection: Connection, job: str, now: datetime) -> datetime | None:
    """The newest claimed slot of a job that lies in the past; None where there is none."""
    newest: datetime | None = connection.scalar(
        select(job_runs.c.slot)
        .where(job_runs.c.job == job, job_runs.c.slot <= now)
        .order_by(job_runs.c.slot.desc())
        .limit(1)
    )
    return newest


class Unfinished(NamedTuple):
    """A claimed slot whose work did not end well; `failed` where an attempt at it came to its end."""

    slot: datetime
    failed: bool


def unfinished_slots(connection: Connection, job: str, now: datetime) -> list[Unfinished]:
    """The claimed slots of a job in the past whose work did not end well, whoever is at them.

    A run that a clock begun which ran ahead (`AHEAD`) did not end well either: what came in since then it did not see.
    """
    r = job_runs.c
    query = select(r.slot, r.finished_at, r.outcome).where(r.job == job, r.slot <= now)
    query = query.where(or_(r.finished_at.is_(None), _began_ahead(now)))
    rows = connection.execute(query)
    return [Unfinished(row.slot, row.finished_at is None and row.outcome.startswith(FAILED)) for row in rows]


def _began_ahead(now: datetime) -> ColumnElement[bool]:
    """Whether a run was begun by a clock that ran ahead, as a condition of a query."""
    return func.coalesce(job_runs.c.started_at, now) > now + AHEAD


def earlier_clock(engine: Engine, clock: Callable[[], datetime]) -> Callable[[], datetime]:
    """A clock that tells the earlier of two instants: that of `clock` and that of the database server.

    SQLite has no clock of its own: there it is `clock` alone.
    """
    if engine.dialect.name != "postgresql":
        return clock

    def earlier() -> datetime:
        with engine.connect() as connection:
            of_server = connection.execute(select(func.clock_timestamp())).scalar_one()
        return min(clock(), of_server.astimezone(UTC))

    return earlier


def may_believe(engine: Engine, now: datetime) -> bool:
    """Whether slots may be claimed by a clock that says `now`.

    A clock that is further than `LONGEST_PAUSE` ahead of the last run is that of a machine which was off for long, or
    it is wrong. It is believed once it has gone on for `BELIEVED_AFTER` and nobody saw it go back meanwhile.
    """
    with engine.connect() as connection:
        last = connection.scalar(select(func.max(job_runs.c.started_at)))
        doubted_since = connection.scalar(select(locks.c.expires_at).where(locks.c.name == DOUBTED))
    is_usual = last is None or now - last <= LONGEST_PAUSE
    if is_usual and doubted_since is None:
        return True
    if not is_usual and doubted_since is not None and doubted_since <= now:
        return bool(now - doubted_since >= BELIEVED_AFTER)
    with writing(engine) as connection:
        connection.execute(delete(locks).where(locks.c.name == DOUBTED))
        if not is_usual:
            connection.execute(insert(locks).values(name=DOUBTED, holder=this_process(), expires_at=now))
    return is_usual


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


def listed_runs(
    connection: Connection, job: str | None = None, limit: int | None = None, now: datetime | None = None
) -> list[dict[str, Any]]:
    """The runs of all jobs or of one, newest slot first: job, slot, holder, started_at, finished_at, outcome …

    Parameters
    ----------
    job, limit : only the runs of this job; at most so many.
    now : runs that a clock began which was ahead of this instant, and slots after it, are left out.
    """
    query = select(job_runs).order_by(job_runs.c.slot.desc(), job_runs.c.job).limit(limit)
    if job is not None:
        query = query.where(job_runs.c.job == job)
    if now is not None:
        query = query.where(~_is_ahead(now))
    return [dict(row) for row in connection.execute(query).mappings()]


def last_runs(connection: Connection, now: datetime | None = None) -> list[dict[str, Any]]:
    """The run of the newest slot of each job; of the runs that `listed_runs` lists at that instant."""
    newest = select(job_runs.c.job, func.max(job_runs.c.slot).label("slot")).group_by(job_runs.c.job)
    if now is not None:
        newest = newest.where(~_is_ahead(now))
    last = newest.subquery()
    same = (job_runs.c.job == last.c.job) & (job_runs.c.slot == last.c.slot)
    query = select(job_runs).join(last, same).order_by(job_runs.c.job)
    return [dict(row) for row in connection.execute(query).mappings()]


def runs_ahead(connection: Connection, job: str | None, now: datetime) -> int:
    """How many runs `listed_runs` leaves out: their slots are claimed anew when they come."""
    query = select(func.count()).select_from(job_runs).where(_is_ahead(now))
    return int(connection.scalar(query if job is None else query.where(job_runs.c.job == job)) or 0)


def _is_ahead(now: datetime) -> ColumnElement[bool]:
    """Whether a run is of a slot that has not come yet, or was begun by a clock that ran ahead."""
    return or_(job_runs.c.slot > now, _began_ahead(now))
