"""The schedule (定时任务): which slots are due, and running each exactly once.

A job asks for missing slots, so the slot of this hour, one missed while the machine was off and one left behind by a
crash are the same path. A slot is claimed in the table `job_runs` before its work starts. In: jobs and an instant. Out:
what ran, and what failed. What a job does is not known here: doors, quality, coverage, sources and settling each make
their own (`Job`), and `api.serving` lists them. The only clock is the one `Schedule` gets. A slot whose
instant only a clock that jumped ahead has seen is not used up: such a clock is doubted for a while (`may_believe`), and
what it began all the same is begun again when the slot comes (`claim_slot`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

from sqlalchemy import Engine

from basin.errors import Unavailable, in_short
from basin.network import CHINA
from monitoring_ingest.schedule.leases import Clock, renewed
from monitoring_ingest.schedule.store import (
    BELIEVED_AFTER,
    FAILED,
    LONGEST_PAUSE,
    Leadership,
    claim_slot,
    earlier_clock,
    finish_slot,
    last_slot,
    may_believe,
    put_off_slot,
    renew_slot,
    unfinished_slots,
)

LOOK_EVERY_SECONDS = 60
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """Something that is to be done once per slot.

    Parameters
    ----------
    slots : (last slot or None, now) to the slots after it that are due, oldest first.
    work : does the work of a slot, reading the clock where it has to know the instant, and says what came of it.
    one_for_all : whether a slot does the work of all slots before it, so that of those that failed only the last is
        tried again.
    """

    name: str
    slots: Callable[[datetime | None, datetime], list[datetime]]
    work: Callable[[datetime, Clock], str]
    one_for_all: bool = False


@dataclass(frozen=True)
class Ran:
    """A slot that was worked on here; `failure` says why not all of its work was done, None where all was."""

    job: str
    slot: datetime
    failure: str | None = None


class PartlyDone(Exception):
    """A slot did all it could; trying again would not help. Its text says what came of each part."""


class PartlyFailed(Exception):
    """A slot did all it could, and what failed is to be tried again. Its text says what came of each part."""


def due_slots(last: datetime | None, now: datetime, every_hours: int) -> list[datetime]:
    """The full slots (00:00, 04:00 … in China) after `last` up to `now`; without a last one only the current."""
    midnight = now.astimezone(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)
    every = timedelta(hours=every_hours)
    current = midnight + (now - midnight) // every * every
    if last is None:
        return [current.astimezone(UTC)]
    missed = max((current - last) // every, 0)
    return [(current - every * back).astimezone(UTC) for back in range(missed)][::-1]


def missing_slots(engine: Engine, job: Job, now: datetime) -> list[datetime]:
    """The slots of a job that are due and not done: those never claimed, and those whose run did not finish.

    Slots that lie ahead, claimed before the clock went back, are left alone until their time comes.
    """
    with engine.connect() as connection:
        unfinished = unfinished_slots(connection, job.name, now)
        last = last_slot(connection, job.name, now)
    due = job.slots(last, now)
    taken_up = (run.slot for run in unfinished if not (run.failed and job.one_for_all and (due or run.slot != last)))
    return sorted({*taken_up, *due})


def run_slot(engine: Engine, job: Job, slot: datetime, now: datetime, clock: Clock | None = None) -> Ran | None:
    """Do the work of one slot; None where it is done or somebody else is at it.

    Work that fails is noted and may be tried again later; it does not stop other slots. The claim is renewed while the
    work goes on, by the `clock`; without one the time stands still.
    """
    tell = clock or (lambda: now)
    if not claim_slot(engine, job.name, slot, now):
        return None
    try:
        with renewed(lambda: renew_slot(engine, job.name, slot, tell())):
            outcome = job.work(slot, tell)
    except PartlyDone as problem:
        finish_slot(engine, job.name, slot, f"{FAILED}: {problem}", tell())
        return Ran(job.name, slot, str(problem))
    except Exception as problem:  # whatever it is, the schedule goes on and the run says so
        if not isinstance(problem, PartlyFailed):  # the job has logged each part that failed
            log.exception("%s %s", job.name, slot.isoformat())
        failure = _told(problem)
        put_off_slot(engine, job.name, slot, f"{FAILED}: {failure}", tell())
        return Ran(job.name, slot, failure)
    if not finish_slot(engine, job.name, slot, outcome, tell()):
        return Ran(job.name, slot, "claim lost: this process stood still for longer than a lease")
    return Ran(job.name, slot)


def _told(problem: Exception) -> str:
    """What an exception says, and its type where it says nothing or cannot say it."""
    try:
        return str(problem) or type(problem).__name__
    except Exception:  # whatever it is, the run says that it failed
        return type(problem).__name__


def catch_up(engine: Engine, jobs: Sequence[Job], now: datetime, clock: Clock | None = None) -> list[Ran]:
    """Run every missing slot of every job, oldest first; what was worked on here.

    Parameters
    ----------
    now : the instant whose due slots are looked for.
    clock : gives the instant while slots are worked on; without one it stays `now`.
    """
    tell = clock or (lambda: now)
    due = [(job, slot) for job in jobs for slot in missing_slots(engine, job, now)]
    ran = (run_slot(engine, job, slot, tell(), clock) for job, slot in due)
    return [outcome for outcome in ran if outcome is not None]


def look(engine: Engine, jobs: Sequence[Job], clock: Clock, lead: Leadership) -> list[Ran]:
    """Catch up where this process leads, and keep the lead while it works; nothing where another leads.

    A slot is due when its instant has passed by the clock and by that of the database server.
    """
    both = earlier_clock(engine, clock)
    if not lead.held(both()):
        return []
    if not may_believe(engine, both()):
        log.warning("the clock is more than %s days ahead of the last run: no slot is claimed yet", LONGEST_PAUSE.days)
        return []
    with renewed(lambda: lead.held(both())):
        return catch_up(engine, jobs, both(), both)


def run_due(engine: Engine, jobs: Sequence[Job], clock: Clock) -> list[Ran]:
    """As `catch_up`, by the clock and that of the database server, for a process that looks only once.

    Raises
    ------
    Unavailable : the clock is far ahead of the last run, and has not gone on like that for long.
    """
    both = earlier_clock(engine, clock)
    if may_believe(engine, both()):
        return catch_up(engine, jobs, both(), both)
    minutes = BELIEVED_AFTER // timedelta(minutes=1)
    raise Unavailable(
        f"机器的时钟比上一次运行晚了 {LONGEST_PAUSE.days} 天以上，这一次什么时段也没有做",
        f"the clock is more than {LONGEST_PAUSE.days} days ahead of the last run: no slot was claimed",
        remedy=f"核对机器的时钟；停机确有这么久的，过 {minutes} 分钟再运行一次",
    )


class Schedule:
    """Looks for missing slots right away and then every minute, until it is shut down.

    The minute is one that passes, whatever the clock tells meanwhile: a clock that was set back must not make the next
    look wait until it has caught up.

    Parameters
    ----------
    engine, jobs : where slots are claimed, and what is due. clock : gives the current instant, with zone.
    background : in a thread of a server rather than as a process of its own.
    """

    def __init__(self, engine: Engine, jobs: Sequence[Job], clock: Clock, *, background: bool = False) -> None:
        self._engine = engine
        self._jobs = jobs
        self._clock = clock
        self._lead = Leadership(engine)
        self._ended = Event()
        self._thread = Thread(target=self._run, name="schedule", daemon=True) if background else None

    def start(self) -> None:
        """Begin to look; without a thread it returns only when it is shut down, or the process is interrupted."""
        if self._thread is None:
            self._run()
        else:
            self._thread.start()

    def shutdown(self) -> None:
        """Look no more; what is worked on is worked on to its end. Then another process may lead."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        try:
            while True:
                self._look()
                if self._ended.wait(LOOK_EVERY_SECONDS):
                    return
        finally:
            self._lead.resign()

    def _look(self) -> None:
        try:
            look(self._engine, self._jobs, self._clock, self._lead)
        except Exception as problem:  # a database that does not answer: the next look may find it again
            log.error("nothing could be looked for: %s", in_short(problem))
