"""The tables of locks and of the runs of jobs. They are mutable and never evidence."""

from __future__ import annotations

from sqlalchemy import Column, PrimaryKeyConstraint, Table, Text

from monitoring_ingest.database.dialects import Instant
from monitoring_ingest.database.engine import metadata

# A lease: who works on something, and until when that may be believed.
locks = Table(
    "locks",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("expires_at", Instant, nullable=False),
)
# One row claims one slot of one job; the primary key lets one claimant win.
job_runs = Table(
    "job_runs",
    metadata,
    Column("job", Text, nullable=False),
    Column("slot", Instant, nullable=False),
    Column("holder", Text, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("outcome", Text, nullable=False),
    Column("started_at", Instant),  # when the holder claimed it
    PrimaryKeyConstraint("job", "slot"),
)
