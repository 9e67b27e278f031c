"""What is kept of declared sources: the answers web addresses gave, for nobody else keeps them."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, PrimaryKeyConstraint, Table, Text

from monitoring_ingest.database import append_only, metadata
from monitoring_ingest.dialects import Instant

# `body` is packed with gzip; `sha256` is that of the answer as it came, by which receipts know the file.
answers = append_only(
    Table(
        "source_answers",
        metadata,
        Column("source", Text, nullable=False),
        Column("sha256", Text, nullable=False),
        Column("name", Text, nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("fetched_at", Instant, nullable=False),
        PrimaryKeyConstraint("source", "sha256"),
    )
)
