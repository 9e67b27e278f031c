"""The schedule (定时任务): which slots are due, and running each exactly once.

A job asks for missing slots, so the slot of this hour, one missed while the machine was off and one left behind by a
crash are the same path. A slot is claimed in the table `runs` before its work starts. In: jobs and an instant. Out:
what ran, and what failed. What settling a month means is handed in by the composition root; the only clock is the one
`schedule` gets.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
from apscheduler.events import EVENT_SCHEDULER_SHUTDOWN
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.base import BaseScheduler
from apscheduler.schedulers.blocking import BlockingScheduler
from sqlalchemy import Engine

from basin.network import CHINA, Network
from basin.sources import Source
from monitoring_ingest.coverage.watching import count_slots, watch
from monitoring_ingest.operations.leases import Clock, renewed
from monitoring_ingest.operations.store import (
    FAILED,
    Leadership,
    claim_slot,
    finish_slot,
    last_slot,
    put_off_slot,
    renew_slot,
    unfinished_slots,
)
from monitoring_ingest.sources.file_text import legible
from monitoring_ingest.submissions import INBOX, ingest

INBOX_EVERY_HOURS = 4
LOOK_EVERY_SECONDS = 60
SETTLING_HOUR = 6
UNFINISHED_NAMES = (".part", ".tmp", ".crdownload")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """Something that is to be done once per slot.

    Parameters
    ----------
    slots : (last slot or None, now) to the slots after it that are due, oldest first.
    work : does the work of a slot, reading the clock where it has to know the instant, and says what came of it.
    """

    name: str
    slots: Callable[[datetime | None, datetime], list[datetime]]
    work: Callable[[datetime, Clock], str]


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


def due_months(last: datetime | None, now: datetime, day: int) -> list[datetime]:
    """The settling instants (`day` of a month, 06:00 in China) after `last` up to `now`; at first only the latest.

    A month has one, also where the day was changed since `last`.
    """
    this_month = _month(now)
    first = this_month - 1 if last is None else _month(last) + 1
    months = pd.period_range(first, this_month, freq="M")
    slots = [datetime(each.year, each.month, day, SETTLING_HOUR, tzinfo=CHINA).astimezone(UTC) for each in months]
    due = [slot for slot in slots if slot <= now]
    return due[-1:] if last is None else due


def _month(at: datetime) -> pd.Period:
    return pd.Period(at.astimezone(CHINA).strftime("%Y-%m"), freq="M")


def closed_month(slot: datetime) -> pd.Period:
    """The month that is closed when a settling slot comes: the one before it."""
    return _month(slot) - 1


def inbox_job(engine: Engine, network: Network, inbox: Path) -> Job:
    """Every 4 hours: take in what lies in the inbox folder and move it to ``done``."""
    return Job(
        "inbox",
        lambda last, now: due_slots(last, now, INBOX_EVERY_HOURS),
        lambda _slot, clock: ingest_inbox(engine, network, inbox, clock),
    )


def settlement_job(settle_month: Callable[[pd.Period], str], day: int) -> Job:
    """On `day` (1–28) of each month: settle the closed month, by what the composition root hands in."""
    return Job(
        "settlement",
        lambda last, now: due_months(last, now, day),
        lambda slot, _clock: settle_month(closed_month(slot)),
    )


def coverage_jobs(engine: Engine, network: Network, sources: Collection[Source] = ()) -> tuple[Job, Job]:
    """Every hour, the shortest slot of a station or source: who is silent; every 4 hours: how full the month is.

    Both look at the present, so that of several missed slots only the last one is due.
    """
    return (
        Job(
            "silence",
            lambda last, now: due_slots(last, now, 1)[-1:],
            lambda _slot, clock: watch(engine, network, clock(), sources),
        ),
        Job(
            "completeness",
            lambda last, now: due_slots(last, now, INBOX_EVERY_HOURS)[-1:],
            lambda _slot, clock: count_slots(engine, network, clock()),
        ),
    )


def ingest_inbox(engine: Engine, network: Network, inbox: Path, clock: Clock) -> str:
    """Take in every file of the inbox folder, each as a submission of its own; what came of it.

    A file is moved to ``done`` after it is stored; one that was stored but not moved comes again as duplicates. One
    that could not be taken in is moved to ``failed``, so that it stops no other and is not stored again and again.

    Raises
    ------
    PartlyDone : when a file failed, after all the others were taken in.
    """
    outcomes = [(legible(file.name), *_taken_in(engine, network, file, clock)) for file in _waiting(inbox)]
    told = "; ".join(f"{name}: {outcome}" for name, outcome, _ in outcomes) or "no files"
    if any(failed for *_, failed in outcomes):
        raise PartlyDone(told)
    return told


def _waiting(inbox: Path) -> Iterator[Path]:
    """The files to take in, in order of name; hidden ones and those still being written (``.part``) stay."""
    (inbox / "done").mkdir(parents=True, exist_ok=True)
    for file in sorted(inbox.iterdir()):
        if file.is_file() and not file.name.startswith(".") and file.suffix not in UNFINISHED_NAMES:
            yield file


def _taken_in(engine: Engine, network: Network, file: Path, clock: Clock) -> tuple[str, bool]:
    """Take in one file and move it aside: what came of it, and whether it failed."""
    try:
        receipt = ingest(engine, network, [(file.name, file.read_bytes())], INBOX, clock)
        _move(file, "done")
    except Exception as problem:  # whatever is the matter with one file, the others are taken in
        log.exception("inbox %s", legible(file.name))
        with engine.connect():  # a database that does not answer is not the file's fault: then it stays
            return f"failed: {type(problem).__name__}: {problem}{_set_aside(file)}", True
    return " ".join(f"{fate} {n}" for fate, n in receipt.counts.items() if n), False


def _set_aside(file: Path) -> str:
    """Move a file that failed to ``failed``; why it could not be moved."""
    try:
        _move(file, "failed")
    except OSError as problem:
        return f"; not moved: {problem.strerror}"
    return ""


def _move(file: Path, folder: str) -> None:
    target = file.parent / folder
    target.mkdir(exist_ok=True)
    shutil.move(file, _free_name(target / file.name))


def _free_name(target: Path) -> Path:
    """`target`, or the same with a number where a file of that name was taken in before."""
    names = (target.with_name(f"{target.stem}.{number}{target.suffix}") for number in range(2, 1_000_000))
    return next((name for name in names if not name.exists()), target) if target.exists() else target


def missing_slots(engine: Engine, job: Job, now: datetime) -> list[datetime]:
    """The slots of a job that are due and not done: those never claimed, and those whose run did not finish.

    Slots that lie ahead, claimed before the clock went back, are left alone until their time comes.
    """
    with engine.connect() as connection:
        unfinished = unfinished_slots(connection, job.name, now)
        last = last_slot(connection, job.name, now)
    return sorted({*unfinished, *job.slots(last, now)})


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
        put_off_slot(engine, job.name, slot, f"{FAILED}: {problem}", tell())
        return Ran(job.name, slot, str(problem) or type(problem).__name__)
    if not finish_slot(engine, job.name, slot, outcome, tell()):
        return Ran(job.name, slot, "claim lost: this process stood still for longer than a lease")
    return Ran(job.name, slot)


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
    return [one for one in ran if one is not None]


def look(engine: Engine, jobs: Sequence[Job], clock: Clock, lead: Leadership) -> list[Ran]:
    """Catch up where this process leads, and keep the lead while it works; nothing where another leads."""
    if not lead.held(clock()):
        return []
    with renewed(lambda: lead.held(clock())):
        return catch_up(engine, jobs, clock(), clock)


def schedule(engine: Engine, jobs: Sequence[Job], clock: Clock, *, background: bool = False) -> BaseScheduler:
    """A scheduler, not yet started, that looks for missing slots every minute and once right away.

    Parameters
    ----------
    clock : gives the current instant, with zone.
    background : in a thread of a server rather than as a process of its own.
    """
    scheduler = BackgroundScheduler(timezone=CHINA) if background else BlockingScheduler(timezone=CHINA)
    lead = Leadership(engine)
    scheduler.add_job(
        lambda: look(engine, jobs, clock, lead),
        "interval",
        seconds=LOOK_EVERY_SECONDS,
        next_run_time=clock(),
        max_instances=1,
        coalesce=True,
        misfire_grace_time=None,
    )
    scheduler.add_listener(lambda _event: lead.resign(), EVENT_SCHEDULER_SHUTDOWN)
    return scheduler
