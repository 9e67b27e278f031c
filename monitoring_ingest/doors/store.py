"""What was taken in from a declared source: which files, by which submissions, in which runs of the schedule.

In: a connection and the name of a door. Out: identities and plain values, and the results of laboratories by sample.
Answers of web addresses are kept and given back. Receipts are in `monitoring_ingest.records.store`.
"""

from __future__ import annotations

import gzip
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, insert, select, true

from basin.errors import NotFound
from basin.written.qualifiers import SAMPLE
from monitoring_ingest.formats.laboratory import sampled
from monitoring_ingest.quality.split_samples import Result
from monitoring_ingest.readings.validation import FATES
from monitoring_ingest.records.tables import answers, readings, receipts, submission_files, submissions
from monitoring_ingest.schedule.store import listed_runs


@dataclass(frozen=True)
class Run:
    """A slot of the schedule that was claimed; `finished_at` is None where its work goes on or failed."""

    slot: datetime
    finished_at: datetime | None
    outcome: str


@dataclass(frozen=True)
class Received:
    """A submission, and how many of its rows have each fate so far."""

    id: int
    recorded_at: datetime
    name: str
    counts: Mapping[str, int]


def known_files(connection: Connection, door: str, digests: Collection[str]) -> set[str]:
    """Those of some SHA-256 that a file had which came by this door and was taken in.

    One whose submission was interrupted before its rows were stored is not known: it has to come again.
    """
    files = submission_files
    query = select(files.c.sha256).join_from(files, submissions, files.c.submission == submissions.c.id)
    taken_in = (receipts.c.submission == files.c.submission) & (receipts.c.file == files.c.file)
    query = query.join(receipts, taken_in).where(submissions.c.door == door, files.c.sha256.in_(list(digests)))
    return {row.sha256 for row in connection.execute(query)}


class Answer(NamedTuple):
    """What an address answered: its SHA-256, the name of the file and the content."""

    sha256: str
    name: str
    content: bytes


def keep_answer(connection: Connection, source: str, answer: Answer, now: datetime) -> None:
    """Keep what the address of a source answered, unless the same is kept already."""
    this = (answers.c.source == source) & (answers.c.sha256 == answer.sha256)
    if connection.execute(select(answers.c.sha256).where(this)).first() is None:
        body = gzip.compress(answer.content, mtime=0)
        row = {"source": source, "sha256": answer.sha256, "name": answer.name, "body": body, "fetched_at": now}
        connection.execute(insert(answers).values(row))


def kept_answer(connection: Connection, digest: str) -> bytes:
    """The answer of that SHA-256, as it came.

    Raises
    ------
    NotFound : none is kept.
    """
    body = connection.scalar(select(answers.c.body).where(answers.c.sha256 == digest).limit(1))
    if body is None:
        raise NotFound(f"没有保存这个回复 {digest}", "no such answer is kept", remedy="SHA-256 见回执")
    return gzip.decompress(body)


def received_by(connection: Connection, door: str, limit: int, sender: str | None = None) -> list[Received]:
    """The submissions that came by a door, or of one sender by it, newest first, with the sums of their receipts."""
    counted = [func.sum(receipts.c[fate]).label(fate) for fate in FATES]
    head = (submissions.c.id, submissions.c.recorded_at, submissions.c.name)
    query = select(*head, *counted).join_from(
        submissions, receipts, submissions.c.id == receipts.c.submission, isouter=True
    )
    whose = (submissions.c.door == door, true() if sender is None else submissions.c.sender == sender)
    query = query.where(*whose).group_by(*head).order_by(submissions.c.id.desc()).limit(limit)
    return [
        Received(identity, instant, name, {f: int(n or 0) for f, n in zip(FATES, counts, strict=True)})
        for identity, instant, name, *counts in connection.execute(query)
    ]


def runs_of(connection: Connection, job: str, limit: int, now: datetime | None = None) -> list[Run]:
    """The claimed slots of a job, newest first.

    Parameters
    ----------
    job, limit : which job, and at most how many slots.
    now : what a clock that ran ahead has claimed is left out.
    """
    runs = listed_runs(connection, job, limit, now)
    return [Run(run["slot"], run["finished_at"], run["outcome"]) for run in runs]


def results_by(connection: Connection, door: str) -> list[Result]:
    """The results of samples that came by a door, each with the side that analysed it, in the order they came.

    Of unknown stations and of the later of two contradicting rows there are none.
    """
    names = ("mark", "station", "indicator", "time", "number", "censored")
    query = select(*(readings.c[name] for name in names)).join_from(
        readings, submissions, readings.c.submission == submissions.c.id
    )
    query = query.where(
        submissions.c.door == door,
        readings.c.mark.startswith(SAMPLE),
        readings.c.station.is_not(None),
        readings.c.number.is_not(None),
        readings.c.code != "conflict",
    )
    rows = [(sampled(row.mark), row) for row in connection.execute(query.order_by(readings.c.id))]
    return [
        Result(sample.sample, sample.side, *(getattr(row, name) for name in names[1:]))
        for sample, row in rows
        if sample is not None and sample.side is not None
    ]
