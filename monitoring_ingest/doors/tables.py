"""The table of answers kept by ``Idempotency-Key``. It is mutable and never evidence."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text

from monitoring_ingest.database.dialects import Instant
from monitoring_ingest.database.engine import metadata

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("key", Text, primary_key=True),
    Column("body_sha256", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("recorded_at", Instant, nullable=False),
)
