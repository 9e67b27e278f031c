"""The table of writing keys. It is mutable and never evidence."""

from __future__ import annotations

from sqlalchemy import Column, PrimaryKeyConstraint, Table, Text, UniqueConstraint

from monitoring_ingest.database.dialects import Instant
from monitoring_ingest.database.engine import metadata

# Who may write. `stations` (codes, separated by blanks) are those the key may speak for; NULL: all of them, and it may
# do everything else that writes, too. After a rotation the secret before it is good for a while.
access_keys = Table(
    "access_keys",
    metadata,
    Column("name", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("stations", Text),
    Column("expires_at", Instant),
    Column("revoked_at", Instant),
    Column("previous_sha256", Text),
    Column("previous_until", Instant),
    UniqueConstraint("name"),
    PrimaryKeyConstraint("sha256"),
)
