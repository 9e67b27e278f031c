"""The tables of quality control: which tests ran with which arguments, what they found, and what people decided.

All but `quality_due` is append-only. A flag that no longer holds is not removed: a later row says what holds since.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    exists,
    func,
    select,
    text,
    tuple_,
)

from monitoring_ingest.database.dialects import Instant
from monitoring_ingest.database.engine import Identity, append_only, metadata
from monitoring_ingest.records.tables import observations, readings

# One run over everything that had come in since the run before it. Written when all its flags are: one that was cut
# off has no row, and the next repeats its work. `until_reading`: the last reading (by identity) it looked at, and
# `began_at`: the last instant, for an observation may be made later of an old reading. A run of an earlier version has
# none: its `recorded_at` was read when it began.
quality_runs = append_only(
    Table(
        "quality_runs",
        metadata,
        Column("id", Identity, primary_key=True),
        Column("until_reading", Identity, nullable=False),
        Column("recorded_at", Instant, nullable=False),
        Column("began_at", Instant),
    )
)

# One row for each test of each indicator in a run: its arguments, and how many readings it judged and found fault with.
# A section with thresholds of its own has a row of its own; "" is all the others.
quality_tests = append_only(
    Table(
        "quality_tests",
        metadata,
        Column("run", ForeignKey("quality_runs.id"), nullable=False),
        Column("indicator", Text, nullable=False),
        Column("test", Text, nullable=False),
        Column("section", Text, nullable=False),
        Column("arguments", Text, nullable=False),
        Column("source", Text, nullable=False),
        Column("verified", Boolean, nullable=False),
        Column("first", Instant, nullable=False),
        Column("last", Instant, nullable=False),
        Column("series", Integer, nullable=False),
        Column("readings", Integer, nullable=False),
        Column("not_evaluated", Integer, nullable=False),
        Column("doubtful", Integer, nullable=False),
        Column("unreliable", Integer, nullable=False),
        PrimaryKeyConstraint("run", "indicator", "test", "section"),
        Index("quality_tests_of_an_indicator", "indicator", "run"),
    )
)

# What a test says of an observation since a run: one row where it finds fault, one more where it no longer does. What
# no row is about was found reliable, or could not be evaluated.
flags = append_only(
    Table(
        "flags",
        metadata,
        Column("station", Text, nullable=False),
        Column("indicator", Text, nullable=False),
        Column("time", Instant, nullable=False),
        Column("revision", Integer, nullable=False),
        Column("test", Text, nullable=False),
        Column("run", Identity, nullable=False),
        Column("quality", Integer, nullable=False),
        Column("recorded_at", Instant, nullable=False),
        PrimaryKeyConstraint("station", "indicator", "time", "revision", "test", "run"),
        sqlite_with_rowid=False,
    )
)

# Series that got observations from readings which had come earlier; a run that judged them takes them off the list.
quality_due = Table(
    "quality_due",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("station", Text, nullable=False),
    Column("first", Instant, nullable=False),
    Column("last", Instant, nullable=False),
)

# What two people decided about one value: `revision` is the observation it is about, `reading` the reading behind that;
# 0 where the reading gives none, for they uphold that it is set aside.
# `recorded_by` the name of the key it was written with; there is none on the command line.
# `proposal`: what one proposed and the other approved; a decision from before people signed in has none.
reviews = append_only(
    Table(
        "reviews",
        metadata,
        Column("id", Identity, primary_key=True),
        Column("action", Text, nullable=False),
        Column("station", Text, nullable=False),
        Column("indicator", Text, nullable=False),
        Column("time", Instant, nullable=False),
        Column("revision", Integer, nullable=False),
        Column("reading", ForeignKey("readings.id"), nullable=False),
        Column("reason", Text, nullable=False),
        Column("document", Text, nullable=False),
        Column("proposed_by", Text, nullable=False),
        Column("approved_by", Text, nullable=False),
        Column("recorded_at", Instant, nullable=False),
        Column("recorded_by", Text),
        Column("proposal", Identity),  # of `settlement.people`, which this package does not know
        Index("reviews_of_a_value", "station", "indicator", "time"),
        Index("reviews_of_a_reading", "reading"),
    )
)

# Condition of the index of those that wait for people; a query uses it where it states the condition in these words.
QUARANTINED = "fate = 'quarantined'"
Index("readings_quarantined", readings.c.id, sqlite_where=text(QUARANTINED), postgresql_where=text(QUARANTINED))

# Condition of the index of laboratory results, whose mark names the sample (`formats.laboratory.SAMPLE`).
SAMPLED = "substr({}mark, 1, 3) = '样品 '"
_sampled = text(SAMPLED.format(""))
Index(
    "observations_sampled",
    *(observations.c.station, observations.c.time),
    sqlite_where=_sampled,
    postgresql_where=_sampled,
)


def of_station() -> ColumnElement[bool]:
    """Whether an observation is a station's own and no result of a laboratory, as a condition of a query.

    Most marks are blank, and a comparison takes a third of the time of looking into a text.
    """
    sampled = SAMPLED.format("observations.")
    return text(f"(observations.mark = '' OR NOT {sampled})")  # type: ignore[return-value]  # a condition in words


def decided(reading: ColumnElement[int], as_of: datetime | None) -> ColumnElement[bool]:
    """Whether people had decided about a reading at an instant, as a condition of a query."""
    so_far = [reviews.c.recorded_at <= as_of] if as_of is not None else []
    return exists().where(reviews.c.reading == reading, *so_far)


def not_removed() -> ColumnElement[bool]:
    """Whether people have left an observation where it is, as a condition of a query: not taken its key's newest
    revision away.
    """
    key = ("station", "indicator", "time")
    later = observations.alias()
    last = select(func.max(reviews.c.id)).group_by(*(reviews.c[name] for name in key), reviews.c.revision)
    corrected = exists().where(*(later.c[n] == reviews.c[n] for n in key), later.c.revision > reviews.c.revision)
    gone = select(*(reviews.c[name] for name in key)).where(reviews.c.id.in_(last), reviews.c.action == "remove")
    return tuple_(*(observations.c[name] for name in key)).not_in(gone.where(~corrected))
