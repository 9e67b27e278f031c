"""Serving: pages and API in one process, with the schedule beside them.

In: a composition. Out: a running server until it is stopped, or the schedule alone. What a job does is
handed in by those whose work it is, `monitoring_ingest.schedule.job` only runs it; what settling means is in
`settlement.run`.
"""

from __future__ import annotations

import errno
import gc
import socket
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import uvicorn

from api.app import application
from api.composition import Composition
from api.settings import Settings
from basin.errors import HengjieError, UsageError
from basin.periods import label
from monitoring_ingest.coverage.jobs import coverage_jobs
from monitoring_ingest.coverage.watching import failed_settlements, record_settling
from monitoring_ingest.doors.files import accept_known
from monitoring_ingest.doors.inbox import inbox_job
from monitoring_ingest.doors.pulling import source_job
from monitoring_ingest.quality.running import quality_job
from monitoring_ingest.schedule.job import Job, PartlyFailed, Ran, catch_up, settlement_job
from monitoring_ingest.schedule.job import schedule as scheduled
from settlement.run import settle_all

DECEMBER = 12


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
        settlement_job(lambda month: _settle_closed(here, month), here.settings.settling_day),
        *coverage_jobs(here.engine, network, sources),
    )


def _closed(month: pd.Period) -> list[pd.Period]:
    """What closes with a month: the month and, with December, the year."""
    return [month, pd.Period(str(month.year), freq="Y")] if month.month == DECEMBER else [month]


def _settle_closed(here: Composition, month: pd.Period) -> str:
    """Settle what closes with a month, each agreement on its own; what came of each.

    Where an earlier run of the slot got to its end, its alarms say which settlements failed, and only these are tried
    again: what came in meanwhile would make second settlements of the others. A run that was cut short left no alarm,
    and all are settled again; what comes out the same is stored once.

    Raises
    ------
    PartlyFailed : some settlements failed, after all the others were made. A quarter of an hour later they are tried
    again, as other work that fails: the reason may pass (a database that did not answer), or be mended by then.
    """
    spans = _closed(month)
    failed_before = {span: failed_settlements(here.engine, label(span)) for span in spans}
    again = any(failed_before.values())
    outcomes = []
    failed: dict[tuple[str, str], bool] = {}
    for span in spans:
        results = dict(settle_all(here.engine, here.registry, span, here.now(), failed_before[span] if again else None))
        failed |= {(code, label(span)): _is_failure(result) for code, result in results.items()}
        outcomes.append(_outcome(span, results))
    record_settling(here.engine, failed, here.now())
    if any(failed.values()):
        raise PartlyFailed("；".join(outcomes))
    return "；".join(outcomes)


def _is_failure(result: Mapping[str, Any] | Exception) -> bool:
    """Whether the program failed; a settlement that the rules do not allow is refused and has not failed."""
    return isinstance(result, Exception) and not isinstance(result, HengjieError)


def _outcome(span: pd.Period, results: Mapping[str, Mapping[str, Any] | Exception]) -> str:
    kinds = [f"{code} {_told(result)}" for code, result in results.items()]
    return f"{label(span)}：{'，'.join(kinds) or '没有要结算的协议 no agreement to settle'}"


def _told(result: Mapping[str, Any] | Exception) -> str:
    if not isinstance(result, Exception):
        return str(result["kind"])
    return f"失败 failed: {type(result).__name__}: {result}" if _is_failure(result) else str(result)


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
