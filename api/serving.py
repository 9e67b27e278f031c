"""Serving: pages and API in one process, with the schedule beside them.

In: a composition. Out: a running server until it is stopped, or the schedule alone. The clock of the schedule is read
here. What a job does is in `monitoring_ingest.schedule.job`; what settling means, in `settlement.run`.
"""

from __future__ import annotations

import errno
import gc
import socket
from collections.abc import Sequence
from datetime import UTC, datetime

import pandas as pd
import uvicorn

from api.app import application
from api.composition import Composition
from api.settings import Settings
from basin.errors import HengjieError, UsageError
from basin.periods import label
from monitoring_ingest.coverage.jobs import coverage_jobs
from monitoring_ingest.doors.files import accept_known
from monitoring_ingest.doors.inbox import inbox_job
from monitoring_ingest.doors.pulling import source_job
from monitoring_ingest.quality.running import quality_job
from monitoring_ingest.schedule.job import Job, Ran, catch_up, settlement_job
from monitoring_ingest.schedule.job import schedule as scheduled
from settlement.run import settle_all

DECEMBER = 12


def serve(here: Composition) -> None:
    """Serve pages and API until stopped, with the schedule in a thread beside them."""
    accept_known(here.engine, here.registry.network, _now)  # an alias may have been declared since it last ran
    scheduler = scheduled(here.engine, jobs(here), _now, background=True)
    scheduler.start()
    gc.collect()
    gc.freeze()  # what is loaded now lives as long as the server; collecting it again and again costs time
    try:
        uvicorn.run(application(here), host=here.settings.host, port=here.settings.port, log_level="warning")
    finally:
        scheduler.shutdown(wait=True)


def schedule(here: Composition) -> None:
    """Run the jobs until stopped."""
    scheduled(here.engine, jobs(here), _now).start()


def run_due(here: Composition) -> list[Ran]:
    """Run the slots that are due now; which ones, and what failed."""
    return catch_up(here.engine, jobs(here), _now(), _now)


def jobs(here: Composition) -> Sequence[Job]:
    """The jobs: inbox, quality and counts every 4 hours, sources when due, silence hourly, settling on its day.

    Silence comes after the sources: what they bring in the same hour is heard.
    """

    def settle_closed(month: pd.Period) -> str:
        return "；".join(_settled(here, span) for span in _closed(month))

    network, sources = here.registry.network, list(here.registry.sources.values())
    return (
        inbox_job(here.engine, network, here.settings.inbox),
        *(source_job(here.engine, network, source) for source in sources if source.every_hours),
        quality_job(here.engine, network, here.tests),
        settlement_job(settle_closed, here.settings.settling_day),
        *coverage_jobs(here.engine, network, sources),
    )


def _closed(month: pd.Period) -> list[pd.Period]:
    """What closes with a month: the month and, with December, the year."""
    return [month, pd.Period(str(month.year), freq="Y")] if month.month == DECEMBER else [month]


def _settled(here: Composition, span: pd.Period) -> str:
    kinds = []
    for code, result in settle_all(here.engine, here.registry, span, _now()):
        kinds.append(f"{code} {result if isinstance(result, HengjieError) else result['kind']}")
    return f"{label(span)}：{'，'.join(kinds) or '没有在期的协议 no agreement in force'}"


def check_port(settings: Settings) -> None:
    """Whether the address can be served at.

    Raises
    ------
    UsageError : it is taken, or not of this machine.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as problem:
            taken = problem.errno == errno.EADDRINUSE
            zh = f"{settings.address} 已被占用" if taken else f"不能使用地址 {settings.address}：{problem.strerror}"
            raise UsageError(zh, "the address cannot be used", path="PORT", remedy="改端口，如 PORT=8001") from problem


def _now() -> datetime:
    return datetime.now(UTC)
