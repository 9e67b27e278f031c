"""What was taken in from a declared source: which files, by which submissions, in which runs of the schedule.

In: a connection and the name of a door. Out: identities and plain values. Receipts are in `monitoring_ingest.store`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from monitoring_ingest.tables import runs, submission_files, submissions


@dataclass(frozen=True)
class Run:
    """A slot of the schedule that was claimed; `finished_at` is None where its work goes on or failed."""

    slot: datetime
    finished_at: datetime | None
    outcome: str


def known_files(connection: Connection, door: str, digests: Collection[str]) -> set[str]:
    """Those of some SHA-256 that a file had which came by this door."""
    files = submission_files
    query = select(files.c.sha256).join_from(files, submissions, files.c.submission == submissions.c.id)
    found = connection.execute(query.where(submissions.c.door == door, files.c.sha256.in_(list(digests))))
    return {row.sha256 for row in found}


def submissions_by(connection: Connection, door: str, limit: int) -> list[int]:
    """The submissions that came by a door, newest first."""
    query = select(submissions.c.id).where(submissions.c.door == door)
    return list(connection.scalars(query.order_by(submissions.c.id.desc()).limit(limit)))


def runs_of(connection: Connection, job: str, limit: int) -> list[Run]:
    """The claimed slots of a job, newest first."""
    query = select(runs.c.slot, runs.c.finished_at, runs.c.outcome).where(runs.c.job == job)
    return [Run(*row) for row in connection.execute(query.order_by(runs.c.slot.desc()).limit(limit))]
