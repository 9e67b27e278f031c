"""The audit trail of a serving process: a row of `audit` and a line of the log for each act refused or decided.

In: acts of the doors. A peer that is refused all the time leaves a few rows at first and then one a minute, which says
how many acts it stands for; all of those together are bounded, too: neither disk nor log is filled by strangers. What
was done always leaves its row. A line is one JSON object. No secret gets here.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime
from time import monotonic

import structlog
from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool

from api.settings import Rate
from api.web.rates import MOST_BUCKETS, Buckets, Seconds
from monitoring_ingest.access.audit_store import DONE, Act, record_act
from monitoring_ingest.access.remembered import Remembered
from monitoring_ingest.database.trouble import ERRORS

OF_ONE_ADDRESS = Rate(a_second=1 / 60, at_once=20)  # refusals that get a row
OF_ALL = Rate(a_second=1 / 6, at_once=500)
ALL = "*"
_lines = logging.getLogger("hengjie.audit")
_log = structlog.wrap_logger(
    _lines,
    processors=[structlog.processors.add_log_level, structlog.processors.JSONRenderer(ensure_ascii=False)],
    wrapper_class=structlog.stdlib.BoundLogger,
)


def write_lines() -> None:
    """Let the lines of this process be written to standard error, each as it is."""
    _lines.setLevel(logging.INFO)
    if not _lines.handlers:
        _lines.addHandler(logging.StreamHandler())


class AuditTrail:
    """What a process leaves of its acts.

    Parameters
    ----------
    engine : where the rows go. now : the clock of the rows. seconds : a clock that never goes back.
    """

    def __init__(self, engine: Engine, now: Callable[[], datetime], seconds: Seconds = monotonic) -> None:
        self._engine = engine
        self._now = now
        self._of_one = Buckets(OF_ONE_ADDRESS, seconds)
        self._of_all = Buckets(OF_ALL, seconds)
        self._without_row: Remembered[int] = Remembered(MOST_BUCKETS)  # refusals of each address since its last row

    async def leave(self, act: Act) -> None:
        """Leave row and line of an act, unless its address has left too many."""
        counted = act if act.outcome == DONE else self._counted(act)
        if counted is None:
            return
        now = self._now()
        line = asdict(counted) | {"recorded_at": now.isoformat()}
        try:
            await run_in_threadpool(record_act, self._engine, counted, now)
        except ERRORS as trouble:
            _log.error("audit", **line, not_stored=type(trouble).__name__)
        else:
            _log.info("audit", **line)

    def _counted(self, act: Act) -> Act | None:
        """A refusal with the earlier ones of its address that got no row; None where it gets none, either."""
        times = self._without_row.pop(act.address, 0) + 1
        if self._of_one.take(act.address) or self._of_all.take(ALL):
            self._without_row[act.address] = times
            return None
        return replace(act, times=times)
