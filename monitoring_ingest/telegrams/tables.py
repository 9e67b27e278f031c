"""The tables of telegrams: every stored frame, the submission of its values, and counts of refused frames.

Frames and their submissions are evidence; the counts of refused frames are not. `store` reads and writes the tables.
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

# One frame as stored in `kept`: without passwords; a refused frame is cut and stored only within a quota. `sha256` is
# that of `kept`, `size` the length as sent. Header fields are blank where the bytes are no telegram. `readings` says
# whether values are taken.
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

# The file of the submission that a frame went into; all parts of a split telegram go into the same file.
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

# How many frames of a peer (address without port) were refused on a day (UTC), and how many of them were stored.
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
