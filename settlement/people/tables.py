"""The tables of people: who they are, what they are appointed to, what they proposed, and how they sign in.

People, appointments, proposals and their outcomes are evidence and append-only: what changes is a new row that counts
from then on. Credentials and sessions are mutable and never evidence. Rows are written and read in `store` and
`proposals_store`.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from monitoring_ingest.database.dialects import Instant
from monitoring_ingest.database.engine import Identity, append_only, metadata

# What one person proposes and another approves. `subject` is what it is about, in words that a list shows; `payload` is
# canonical JSON; `rests_on` is the digest of what the proposer saw, blank where the act rests on nothing stored.
proposals = append_only(
    Table(
        "proposals",
        metadata,
        Column("id", Identity, primary_key=True),
        Column("kind", Text, nullable=False),
        Column("office", Text, nullable=False),
        Column("subject", Text, nullable=False),
        Column("payload", Text, nullable=False),
        Column("rests_on", Text, nullable=False),
        Column("person", Integer, nullable=False),
        Column("reason", Text, nullable=False),
        Column("recorded_at", Instant, nullable=False),
    )
)

# How a proposal ended, once: approved, refused, withdrawn or lapsed. `person` is who ended it; NULL where a suspension
# or the passing of time did.
proposal_outcomes = append_only(
    Table(
        "proposal_outcomes",
        metadata,
        Column("id", Identity, primary_key=True),
        Column("proposal", ForeignKey("proposals.id"), nullable=False),
        Column("outcome", Text, nullable=False),
        Column("person", Integer),
        Column("reason", Text, nullable=False),
        Column("recorded_at", Instant, nullable=False),
        UniqueConstraint("proposal"),
    )
)

# Facts that came by a key of an office, as canonical JSON: a list, each as it is written without its people. They count
# for nothing until somebody of that office proposes the batch and another approves it.
fact_batches = append_only(
    Table(
        "fact_batches",
        metadata,
        Column("id", Identity, primary_key=True),
        Column("key", Text, nullable=False),
        Column("office", Text, nullable=False),
        Column("body", Text, nullable=False),
        Column("recorded_at", Instant, nullable=False),
    )
)

# A person, known by a number that never changes; of the rows with one number the newest counts. `active_until` in the
# past: suspended.
people = append_only(
    Table(
        "people",
        metadata,
        Column("id", Identity, primary_key=True),
        Column("person", Integer, nullable=False, index=True),
        Column("login", Text, nullable=False),
        Column("name", Text, nullable=False),
        Column("active_from", Instant, nullable=False),
        Column("active_until", Instant),
        Column("proposal", ForeignKey("proposals.id")),
        Column("recorded_at", Instant, nullable=False),
    )
)

# What a person may do for an office, from when until when. A row that `replaces` another takes its place, once.
# `letter` is the SHA-256 of the letter in which a party names its first people.
appointments = append_only(
    Table(
        "appointments",
        metadata,
        Column("id", Identity, primary_key=True),
        Column("person", Integer, nullable=False, index=True),
        Column("office", Text, nullable=False),
        Column("roles", Text, nullable=False),
        Column("starts_at", Instant, nullable=False),
        Column("ends_at", Instant),
        Column("letter", Text),
        Column("proposal", ForeignKey("proposals.id")),
        Column("replaces", ForeignKey("appointments.id")),
        Column("recorded_at", Instant, nullable=False),
        UniqueConstraint("replaces"),
    )
)

# How a person proves who he is: a password hash of argon2id, or an issuer and subject of OpenID Connect. The one-time
# code lets him set the one or bind the other.
credentials = Table(
    "credentials",
    metadata,
    Column("person", Integer, primary_key=True, autoincrement=False),
    Column("password", Text),
    Column("issuer", Text),
    Column("subject", Text),
    Column("code_sha256", Text),
    Column("code_until", Instant),
    UniqueConstraint("issuer", "subject"),
    UniqueConstraint("code_sha256"),
)

# Who is signed in, and with which token a program speaks for a person; the secret is stored as its SHA-256.
sessions = Table(
    "sessions",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("person", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("used_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Index("sessions_of_person", "person"),
)
