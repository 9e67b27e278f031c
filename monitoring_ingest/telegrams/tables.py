"""The tables of telegrams: every frame that was kept, what it became, and how many were refused.

Frames and what became of them are evidence; the counts of refused frames are not. Read and written in `store`.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

from monitoring_ingest.database.dialects import Instant
from monitoring_ingest.database.engine import Identity, append_only, metadata

GOOD = "error = ''"

# One frame as it is kept: without passwords, refused ones cut and only up to a quota. `sha256` is that of `kept`,
# `size` the length as sent; header fields are blank where the bytes are no telegram; `readings`: values are taken.
telegram_frames = append_only(
    Table(
        "telegram_frames",
        metadata,
        Column("id", Identity, primary_key=True),
        Column("received_at", Instant, nullable=False),
        Column("peer", Text, nullable=False),
        Column("error", Text, nullable=False),
        Column("mn", Text, nullable=False),
        Column("qn", Text, nullable=False),
        Column("st", Text, nullable=False),
        Column("cn", Text, nullable=False),
        Column("part", Integer, nullable=False),
        Column("parts", Integer, nullable=False),
        Column("readings", Boolean, nullable=False),
        Column("size", Integer, nullable=False),
        Column("sha256", Text, nullable=False),
        Column("kept", LargeBinary, nullable=False),
        Index("telegram_frames_once", "sha256", unique=True, sqlite_where=text(GOOD), postgresql_where=text(GOOD)),
        Index("telegram_frames_by_request", "mn", "qn"),
        Index("telegram_frames_by_device", "mn", "received_at"),
    )
)

# Which file of which submission a frame went into; all parts of a split telegram into the same.
telegram_receipts = append_only(
    Table(
        "telegram_receipts",
        metadata,
        Column("frame", ForeignKey("telegram_frames.id"), nullable=False),
        Column("submission", Identity, nullable=False),
        Column("file", Integer, nullable=False),
        PrimaryKeyConstraint("frame", "submission", "file"),
        ForeignKeyConstraint(["submission", "file"], ["submission_files.submission", "submission_files.file"]),
    )
)

# How many frames of a peer (its address without port) were refused on one day (UTC), and how many of them were kept.
telegram_refusals = Table(
    "telegram_refusals",
    metadata,
    Column("day", Text, nullable=False),
    Column("peer", Text, nullable=False),
    Column("error", Text, nullable=False),
    Column("seen", Integer, nullable=False),
    Column("kept", Integer, nullable=False),
    PrimaryKeyConstraint("day", "peer", "error"),
)
