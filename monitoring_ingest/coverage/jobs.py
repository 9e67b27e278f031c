"""The jobs of coverage: who is silent, every hour; how full the month is, every four hours."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Engine

from basin.network import Network
from basin.sources import Source
from monitoring_ingest.coverage.watching import count_slots, watch
from monitoring_ingest.schedule.job import Job, due_slots

EVERY_HOURS = 4  # for the counts


def coverage_jobs(engine: Engine, network: Network, sources: Collection[Source] = ()) -> tuple[Job, Job]:
    """Every hour, the shortest slot of a station or source: who is silent; every 4 hours: how full the month is.

    Both look at the present, so that of several missed slots only the last one is due.
    """
    return (
        Job(
            "silence",
            lambda last, now: due_slots(last, now, 1)[-1:],
            lambda _slot, clock: watch(engine, network, clock(), sources),
            one_for_all=True,
        ),
        Job(
            "completeness",
            lambda last, now: due_slots(last, now, EVERY_HOURS)[-1:],
            lambda _slot, clock: count_slots(engine, network, clock()),
            one_for_all=True,
        ),
    )
