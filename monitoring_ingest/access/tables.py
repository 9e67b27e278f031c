"""Two tables: the writing keys, which are mutable and never evidence, and what was refused and decided, which stays."""

from __future__ import annotations

from sqlalchemy import Column, Integer, PrimaryKeyConstraint, Table, Text, UniqueConstraint

from monitoring_ingest.database.dialects import Instant
from monitoring_ingest.database.engine import Identity, append_only, metadata

# Who may write. `stations` (codes, separated by blanks) are those the key may speak for; NULL: all of them, and it may
# do everything else that writes, too. After a rotation the secret before it is good for a while. `office` is whose key
# it is, `maker` the number of the person who proposed it, `verbs` (separated by blanks) what it may do; a key from
# before people signed in has none of these.
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
    Column("office", Text),
    Column("maker", Integer),
    Column("verbs", Text),
    Column("used_at", Instant),
    UniqueConstraint("name"),
    PrimaryKeyConstraint("sha256"),
)

# What was refused and what was decided. `who` is a person or the name of a key, never a secret; blank for a stranger.
# `times` is more than one where a peer was refused so often that most of its acts got no row of their own.
audit = append_only(
    Table(
        "audit",
        metadata,
        Column("id", Identity, primary_key=True),
        Column("recorded_at", Instant, nullable=False),
        Column("act", Text, nullable=False),
        Column("who", Text, nullable=False),
        Column("address", Text, nullable=False),
        Column("outcome", Text, nullable=False),
        Column("subject", Text, nullable=False),
        Column("times", Integer, nullable=False),
    )
)
