"""The inbox folder: every file in it becomes a submission of its own and is then moved aside.

In: a folder and the network. Out: what came of each file. When the folder is looked at is decided in
`monitoring_ingest.schedule.job`.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Engine

from basin.folders import content_of
from basin.network import Network
from monitoring_ingest.doors.files import INBOX, ingest
from monitoring_ingest.formats.file_text import legible
from monitoring_ingest.schedule.job import Job, PartlyDone, due_slots
from monitoring_ingest.schedule.leases import Clock

EVERY_HOURS = 4
UNFINISHED_NAMES = (".part", ".tmp", ".crdownload")
log = logging.getLogger(__name__)


def inbox_job(engine: Engine, network: Network, inbox: Path) -> Job:
    """Every 4 hours: take in what lies in the inbox folder and move it to ``done``."""
    return Job(
        "inbox",
        lambda last, now: due_slots(last, now, EVERY_HOURS),
        lambda _slot, clock: ingest_inbox(engine, network, inbox, clock),
        one_for_all=True,
    )


def ingest_inbox(engine: Engine, network: Network, inbox: Path, clock: Clock) -> str:
    """Take in every file of the inbox folder, each as a submission of its own; what came of it.

    Only what lies in the folder is read: no link is followed out of it. A file is moved to ``done`` after it is stored;
    one that was stored but not moved comes again as duplicates. One that could not be taken in is moved to ``failed``,
    so that it stops no other and is not stored again and again.

    Raises
    ------
    PartlyDone : when a file failed, after all the others were taken in.
    """
    outcomes = [(legible(file.name), *_taken_in(engine, network, file, clock)) for file in _waiting(inbox)]
    summary = "; ".join(f"{name}: {outcome}" for name, outcome, _ in outcomes) or "no files"
    if any(failed for *_, failed in outcomes):
        raise PartlyDone(summary)
    return summary


def _waiting(inbox: Path) -> Iterator[Path]:
    """The files to take in, in order of name; hidden ones and those still being written (``.part``) stay.

    Links, pipes and devices are among them: what cannot be taken in is set aside with its reason, and seen.
    """
    (inbox / "done").mkdir(parents=True, exist_ok=True)
    for file in sorted(inbox.iterdir()):
        if not file.is_dir() and not file.name.startswith(".") and file.suffix not in UNFINISHED_NAMES:
            yield file


def _taken_in(engine: Engine, network: Network, file: Path, clock: Clock) -> tuple[str, bool]:
    """Take in one file and move it aside: what came of it, and whether it failed."""
    try:
        receipt = ingest(engine, network, [(file.name, content_of(file.parent, file))], INBOX, clock)
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
