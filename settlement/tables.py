"""The tables of settlements and assessments: what was decided, by whom it was confirmed, and how it was posted.

All of them are append-only: a settlement is written once, its status is the newest of its status rows, a correction is
a reversal and a new entry. Money is integer fen. Rows are written and read in `store`.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
)

from monitoring_ingest.database.dialects import Instant
from monitoring_ingest.database.engine import Identity, append_only, metadata

# The texts applied, by fingerprint: an agreement's YAML as it stood when it was settled.
agreement_texts = append_only(
    Table(
        "agreement_texts",
        metadata,
        Column("sha256", Text, primary_key=True),
        Column("code", Text, nullable=False),
        Column("text", Text, nullable=False),
    )
)

# `document` is the canonical JSON: evaluations with working, statistics, obligations, stops.
settlements = append_only(
    Table(
        "settlements",
        metadata,
        Column("id", Text, primary_key=True),
        Column("agreement", Text, nullable=False),
        Column("agreement_sha256", ForeignKey("agreement_texts.sha256"), nullable=False),
        Column("title", Text, nullable=False),
        Column("basin", Text, nullable=False),
        Column("period", Text, nullable=False),
        Column("as_of", Instant, nullable=False),
        Column("kind", Text, nullable=False),
        Column("digest", Text, nullable=False),
        Column("document", Text, nullable=False),
        Column("recorded_at", Instant, nullable=False),
    )
)

obligations = append_only(
    Table(
        "obligations",
        metadata,
        Column("settlement", ForeignKey("settlements.id"), nullable=False),
        Column("ordinal", Integer, nullable=False),
        Column("clause", Text, nullable=False),
        Column("period", Text, nullable=False),
        Column("payer", Text, nullable=False),
        Column("payee", Text, nullable=False),
        Column("fen", BigInteger, nullable=False),
        PrimaryKeyConstraint("settlement", "ordinal"),
    )
)

# Each change of status, with person, time and reason; the newest counts. `proposal` is what it was approved by and
# `person` who approved it; a change from before people signed in has no proposal, and `person` made it.
statuses = append_only(
    Table(
        "statuses",
        metadata,
        Column("id", Identity, primary_key=True),
        Column("settlement", ForeignKey("settlements.id"), nullable=False, index=True),
        Column("status", Text, nullable=False),
        Column("person", Text, nullable=False),
        Column("reason", Text, nullable=False),
        Column("recorded_at", Instant, nullable=False),
        Column("proposal", Identity),  # of `people.tables`, by its number alone
    )
)

# The double-entry ledger: the entries of one status change sum to zero. A reversing entry has the ordinal of the entry
# it undoes, and the status of that entry in `reverses`: by the unique index no entry is reversed twice.
#
# Reversals from before revision 0002 stay as they are, blank in `reverses`, and blanks never clash in the index. Where
# a settlement was revoked several times, they undid earlier reversals too. That changed no balance: all a settlement
# has after a revocation sums to zero, doubled or not, so a later confirmation counts alone and its revocation reverses
# it alone.
entries = append_only(
    Table(
        "entries",
        metadata,
        Column("status", ForeignKey("statuses.id"), nullable=False),
        Column("ordinal", Integer, nullable=False),
        Column("party", Text, nullable=False),
        Column("counterparty", Text, nullable=False),
        Column("fen", BigInteger, nullable=False),
        Column("reverses", BigInteger),
        PrimaryKeyConstraint("status", "ordinal"),
        ForeignKeyConstraint(["reverses", "ordinal"], ["entries.status", "entries.ordinal"]),
        Index("entries_reversed_once", "reverses", "ordinal", unique=True),
    )
)

assessments = append_only(
    Table(
        "assessments",
        metadata,
        Column("id", Text, primary_key=True),
        Column("scorecard", Text, nullable=False),
        Column("title", Text, nullable=False),
        Column("basin", Text, nullable=False),
        Column("period", Text, nullable=False),
        Column("as_of", Instant, nullable=False),
        Column("score", Text),
        Column("grade", Text),
        Column("digest", Text, nullable=False),
        Column("document", Text, nullable=False),
        Column("recorded_at", Instant, nullable=False),
    )
)
