"""The tables of monitoring_ingest: what was sent, what was made of it, and who may write.

Evidence is append-only (`append_only`); locks, runs, idempotency keys and access keys are mutable and never evidence.
Instants are UTC. Rows are written and read in `store`; the tables of settlements are in `settlement.tables`.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
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

# No foreign key leads from the rows of a submission to its file, nor from an observation to its reading: `store` writes
# the file before its rows and a reading with its observation, and nothing can be deleted or renumbered. A check of each
# row could never find anything; on PostgreSQL it takes longer than writing the row.

# Conditions of partial indices; a query uses the index where it states the condition in these words.
SET_ASIDE = "revision = 0"
REJECTED = "fate = 'rejected'"
FIRST_RECORDED = "revises IS NULL"
OF_SOURCES = "substr(door, 1, 7) = 'source:'"

# One call of a door with one or more files. It is committed before any of its rows.
submissions = append_only(
    Table(
        "submissions",
        metadata,
        Column("id", Identity, primary_key=True),
        Column("door", Text, nullable=False),
        Column("name", Text, nullable=False),
        Column("sha256", Text, nullable=False),
        Column("recorded_at", Instant, nullable=False),
        Column("sender", Text),  # the key, device or source that handed it in; blank where nobody is named
        Index("submissions_of_sources", "door", sqlite_where=text(OF_SOURCES), postgresql_where=text(OF_SOURCES)),
    )
)

submission_files = append_only(
    Table(
        "submission_files",
        metadata,
        Column("submission", ForeignKey("submissions.id"), nullable=False),
        Column("file", Integer, nullable=False),
        Column("name", Text, nullable=False),
        Column("sha256", Text, nullable=False, index=True),
        Column("bytes", Integer, nullable=False),
        PrimaryKeyConstraint("submission", "file"),
    )
)

# One per file, written in the same transaction as the file's readings: a file without receipt has no rows.
receipts = append_only(
    Table(
        "receipts",
        metadata,
        Column("submission", Identity, nullable=False),
        Column("file", Integer, nullable=False),
        Column("accepted", Integer, nullable=False),
        Column("duplicate", Integer, nullable=False),
        Column("revised", Integer, nullable=False),
        Column("quarantined", Integer, nullable=False),
        Column("rejected", Integer, nullable=False),
        Column("withheld", Integer, nullable=False),
        Column("absent", Integer, nullable=False),
        Column("recorded_at", Instant, nullable=False),
        Column("newest", Instant),  # the newest instant it has a value of, were it known already or withheld
        PrimaryKeyConstraint("submission", "file"),
        ForeignKeyConstraint(["submission", "file"], ["submission_files.submission", "submission_files.file"]),
    )
)

# What was not accepted, and why. The messages are made of the code (`messages`), not stored.
receipt_rows = append_only(
    Table(
        "receipt_rows",
        metadata,
        Column("submission", Identity, nullable=False),
        Column("file", Integer, nullable=False),
        Column("ordinal", Integer, nullable=False),
        Column("row", Integer, nullable=False),
        Column("field", Text, nullable=False),
        Column("code", Text, nullable=False),
        Column("value", Text, nullable=False),
        Column("fate", Text, nullable=False),
        Column("station", Text),
        Column("indicator", Text),
        Column("time", Instant),
        Column("stands", Text),  # the value that counts for the key after this row, as it was sent
        Column("replaced", Text),  # of a revision: the value that counted before
        Column("sent", Text),  # of what was rejected: its value and unit, for no reading keeps them
        PrimaryKeyConstraint("submission", "file", "ordinal"),
        Index(
            "rejected_rows",
            *("station", "indicator", "time"),
            sqlite_where=text(REJECTED),
            postgresql_where=text(REJECTED),
        ),
    )
)

# One value as a source sent it. `number` is in the indicator's canonical unit, every text is as sent; `revision` is 0
# for what did not become an observation when it came in.
readings = append_only(
    Table(
        "readings",
        metadata,
        Column("id", Identity, primary_key=True),
        Column("submission", Identity, nullable=False),
        Column("file", Integer, nullable=False),
        Column("row", Integer, nullable=False),
        Column("province", Text, nullable=False),
        Column("station_text", Text, nullable=False),
        Column("station", Text),
        Column("indicator", Text, nullable=False),
        Column("time", Instant, nullable=False),
        Column("value_text", Text, nullable=False),
        Column("number", Float),
        Column("censored", Boolean, nullable=False),
        Column("unit", Text, nullable=False),
        Column("printed", Text, nullable=False),
        Column("mark", Text, nullable=False),
        Column("status", Text, nullable=False),
        Column("water_class", Text, nullable=False),
        Column("fate", Text, nullable=False),
        Column("code", Text, nullable=False),
        Column("revision", Integer, nullable=False),
        Column("recorded_at", Instant, nullable=False),
        Column("reason", Text),  # why it was sent, where somebody said so (`revisions.REASONS`, or in free words)
        *(
            Index(name, *columns, sqlite_where=text(only), postgresql_where=text(only))
            for name, columns, only in (
                ("readings_set_aside", ("station", "indicator", "time"), SET_ASIDE),
                ("readings_of_unknown_stations", ("station_text", "province"), "station IS NULL"),
            )
        ),
    )
)

# Accepted values in the canonical unit. A revision above 1 is a correction; how good a value is, flags and reviews say.
observations = append_only(
    Table(
        "observations",
        metadata,
        Column("station", Text, nullable=False),
        Column("indicator", Text, nullable=False),
        Column("time", Instant, nullable=False),
        Column("revision", Integer, nullable=False),
        Column("value", Float, nullable=False),
        Column("censored", Boolean, nullable=False),
        Column("status", Text, nullable=False),
        Column("mark", Text, nullable=False),
        Column("reading", Identity, nullable=False),
        Column("recorded_at", Instant, nullable=False),
        PrimaryKeyConstraint("station", "indicator", "time", "revision"),
        sqlite_with_rowid=False,
    )
)

# A fact is recorded once; whatever is recorded of it later, a withdrawal too, revises the newest row of it. `proposal`
# is what it was approved by; a fact from before people signed in has none.
facts = append_only(
    Table(
        "facts",
        metadata,
        Column("id", Identity, primary_key=True),
        Column("subject", Text, nullable=False),
        Column("period", Text, nullable=False),
        Column("kind", Text, nullable=False),
        Column("value", Text, nullable=False),
        Column("document", Text, nullable=False),
        Column("recorded_by", Text, nullable=False),
        Column("recorded_at", Instant, nullable=False),
        Column("approved_by", Text),
        Column("line", Text, nullable=False),
        Column("paid_on", Text),
        Column("reason", Text),
        Column("withdrawn_by", Text),
        Column("revises", Identity, ForeignKey("facts.id")),
        Column("proposal", Identity),  # of `settlement.people`, which this package does not know
        Index(
            "facts_recorded_once",
            *("subject", "period", "kind", "document", "line"),
            unique=True,
            sqlite_where=text(FIRST_RECORDED),
            postgresql_where=text(FIRST_RECORDED),
        ),
        Index("facts_revised_once", "revises", unique=True),
    )
)


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
