"""Serving: pages and API in one process, with the schedule beside them.

In: a composition. Out: a running server until it is stopped, or the schedule alone. What a job does is
handed in by those whose work it is, `monitoring_ingest.schedule.job` only runs it; what settling means is in
`settlement.monthly`.
"""

from __future__ import annotations

import errno
import gc
import socket
from collections.abc import Sequence
from functools import partial

import uvicorn

from api.app import application
from api.composition import Composition
from api.settings import Settings
from basin.errors import UsageError
from monitoring_ingest.coverage.jobs import coverage_jobs
from monitoring_ingest.doors.files import accept_known
from monitoring_ingest.doors.inbox import inbox_job
from monitoring_ingest.doors.pulling import source_job
from monitoring_ingest.quality.running import quality_job
from monitoring_ingest.schedule.job import Job, Ran, catch_up
from monitoring_ingest.schedule.job import schedule as scheduled
from settlement.monthly import settle_closed, settlement_job


def serve(here: Composition) -> None:
    """Serve pages and API until stopped, with the schedule in a thread beside them."""
    accept_known(here.engine, here.registry.network, here.now)  # an alias may have been declared since it last ran
    scheduler = scheduled(here.engine, jobs(here), here.now, background=True)
    scheduler.start()
    gc.collect()
    gc.freeze()  # what is loaded now lives as long as the server; collecting it again and again costs time
    try:
        uvicorn.run(application(here), host=here.settings.host, port=here.settings.port, log_level="warning")
    finally:
        scheduler.shutdown(wait=True)


def schedule(here: Composition) -> None:
    """Run the jobs until stopped."""
    scheduled(here.engine, jobs(here), here.now).start()


def run_due(here: Composition) -> list[Ran]:
    """Run the slots that are due now; which ones, and what failed."""
    return catch_up(here.engine, jobs(here), here.now(), here.now)


def jobs(here: Composition) -> Sequence[Job]:
    """The jobs: inbox, quality and counts every 4 hours, sources when due, silence hourly, settling on its day.

    Silence comes after the sources: what they bring in the same hour is heard.
    """

    network, sources = here.registry.network, list(here.registry.sources.values())
    return (
        inbox_job(here.engine, network, here.settings.inbox),
        *(source_job(here.engine, network, source) for source in sources if source.every_hours),
        quality_job(here.engine, network, here.thresholds.tests),
        settlement_job(partial(settle_closed, here.engine, here.registry, here.now), here.settings.settling_day),
        *coverage_jobs(here.engine, network, sources),
    )


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
