"""Serving: pages and API in one process, with the schedule beside them.

In: a composition. Out: a running server until it is stopped, or the schedule alone. What a job does is
handed in by those whose work it is, `monitoring_ingest.schedule.job` only runs it; what settling means is in
`settlement.review.monthly`.
"""

from __future__ import annotations

import errno
import gc
import resource
import socket
import sys
from collections.abc import Sequence
from functools import partial

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from api.app import application
from api.composition import Composition
from api.connections import Connection
from api.settings import Settings
from api.web.audit import write_lines
from basin.errors import UsageError
from monitoring_ingest.coverage.jobs import coverage_jobs
from monitoring_ingest.doors.files import accept_known
from monitoring_ingest.doors.inbox import inbox_job
from monitoring_ingest.doors.pulling import source_job
from monitoring_ingest.quality.running import quality_job
from monitoring_ingest.schedule.job import Job, Ran, Schedule
from monitoring_ingest.schedule.job import run_due as run_due_slots
from settlement.review.monthly import settle_closed, settlement_job

KEEP_ALIVE_SECONDS = 20  # that a connection may be idle between two requests
STOP_SECONDS = 10  # for what is being answered when the server is told to stop
SWITCH_SECONDS = 0.0001  # after which a thread that computes lets another one go on
MOST_FILES = 65_536


def serve(composition: Composition) -> None:
    """Serve pages and API until stopped, with the schedule in a thread beside them."""
    # an alias may have been declared since it last ran
    accept_known(composition.engine, composition.registry.network, composition.now)
    scheduler = Schedule(composition.engine, jobs(composition), composition.now, background=True)
    scheduler.start()
    gc.collect()
    sys.setswitchinterval(SWITCH_SECONDS)  # so that who stores is not kept waiting by who only reads
    _allow_many_connections()
    write_lines()
    gc.freeze()  # what is loaded now lives as long as the server; collecting it again and again costs time
    try:
        uvicorn.Server(configured(application(composition), composition.settings)).run()
    finally:
        scheduler.shutdown()


def configured(app: FastAPI, settings: Settings, connection: type[Connection] = Connection) -> uvicorn.Config:
    """How uvicorn serves an application."""
    return uvicorn.Config(
        _Logged(app),
        host=settings.host,
        port=settings.port,
        http=connection,
        ws="none",
        log_level="error",  # what a peer does wrong is no event
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS,
        server_header=False,
        proxy_headers=bool(settings.proxies),
        forwarded_allow_ips=list(settings.proxies),
    )


def _allow_many_connections() -> None:
    """Let this process open as many files as the system allows: each connection is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


class _Logged:
    """An application whose faults are answered and logged already (`web.errors`): uvicorn need not log them again."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except Exception:
            # an answer that has begun cannot be taken back: uvicorn cuts it off and says so in one line
            if scope["type"] != "http":
                raise


def schedule(composition: Composition) -> None:
    """Run the jobs until stopped."""
    Schedule(composition.engine, jobs(composition), composition.now).start()


def run_due(composition: Composition) -> list[Ran]:
    """Run the slots that are due now; which ones, and what failed.

    Raises
    ------
    Unavailable : the clock cannot be believed yet.
    """
    return run_due_slots(composition.engine, jobs(composition), composition.now)


def jobs(composition: Composition) -> Sequence[Job]:
    """The jobs: inbox, quality and counts every 4 hours, sources when due, silence hourly, settling on its day.

    Silence comes after the sources: what they bring in the same hour is heard.
    """
    network = composition.registry.network
    sources = list(composition.registry.sources.values())
    inside = composition.settings.inside
    settle_month = partial(settle_closed, composition.engine, composition.registry, composition.now)
    return (
        inbox_job(composition.engine, network, composition.settings.inbox),
        *(source_job(composition.engine, network, source, inside) for source in sources if source.every_hours),
        quality_job(composition.engine, network, composition.thresholds.tests),
        settlement_job(settle_month, composition.settings.settling_day),
        *coverage_jobs(composition.engine, network, sources),
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
