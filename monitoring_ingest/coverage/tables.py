"""The tables of coverage: which stations and sources fell silent, which settlements failed, how full each month is.

Alarms are evidence: they say when people could have known. The counts of a month can be counted again at any time and
are kept only because counting a nation's month takes seconds.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, Table, Text, text

from monitoring_ingest.database.dialects import Instant
from monitoring_ingest.database.engine import Identity, append_only, metadata
from monitoring_ingest.records.tables import readings

# What a station gave and nobody counts, and cells that are blank for a stated reason (维护, 停站 …).
ASIDE = "revision = 0 AND (fate IN ('withheld', 'quarantined') OR status NOT IN ('', '正常'))"
Index(
    "readings_set_aside_by_station",
    readings.c.station,
    readings.c.time,
    sqlite_where=text(ASIDE),
    postgresql_where=text(ASIDE),
)

# A change of state of a station or a declared source: `event` is silent (since `at`) or heard (again: with a value of
# `at`; by a source, at `at`). `source` is blank where a station is silent by whatever door. Of a source, `station` is
# "" where all of it is meant, else the station whose device is. Of a settlement, `event` is failed or recovered (at
# `at`), `station` is "" and `source` names agreement and period (`health.settlement_subject`).
alarms = append_only(
    Table(
        "alarms",
        metadata,
        Column("id", Identity, primary_key=True),
        Column("station", Text, nullable=False, index=True),
        Column("event", Text, nullable=False),
        Column("at", Instant, nullable=False),
        Column("recorded_at", Instant, nullable=False),
        Column("source", Text),
    )
)

# Slots of a month with an accepted value, and slots due until it was counted.
filled_slots = Table(
    "filled_slots",
    metadata,
    Column("month", Text, nullable=False),
    Column("station", Text, nullable=False),
    Column("indicator", Text, nullable=False),
    Column("accepted", Integer, nullable=False),
    Column("due", Integer, nullable=False),
    Column("counted_at", Instant, nullable=False),
    PrimaryKeyConstraint("month", "station", "indicator"),
)
