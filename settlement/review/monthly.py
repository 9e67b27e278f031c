"""Settling month by month (按月结算): which months are due, and settling what closes with one.

In: the last slot and an instant; an engine, the registry and a month. Out: slots; settlements made, each agreement on
its own, and what came of each. The schedule is handed `settlement_job`; one settlement is made in `settlement.run`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pandas as pd
from sqlalchemy import Engine

from basin.errors import HengjieError, in_short
from basin.network import CHINA
from basin.periods import label
from basin.registry import Registry
from monitoring_ingest.coverage.watching import failed_settlements, record_settling
from monitoring_ingest.schedule.job import Job, PartlyFailed
from monitoring_ingest.schedule.leases import Clock
from settlement.run import settle_all

SETTLING_HOUR = 6
DECEMBER = 12


def due_months(last: datetime | None, now: datetime, day: int) -> list[datetime]:
    """The settling instants (`day` of a month, 06:00 in China) after `last` up to `now`; at first only the latest.

    A month has one, also where the day was changed since `last`.
    """
    this_month = _month(now)
    first = this_month - 1 if last is None else _month(last) + 1
    months = pd.period_range(first, this_month, freq="M")
    slots = [datetime(month.year, month.month, day, SETTLING_HOUR, tzinfo=CHINA).astimezone(UTC) for month in months]
    due = [slot for slot in slots if slot <= now]
    return due[-1:] if last is None else due


def _month(instant: datetime) -> pd.Period:
    return pd.Period(instant.astimezone(CHINA).strftime("%Y-%m"), freq="M")


def closed_month(slot: datetime) -> pd.Period:
    """The month that is closed when a settling slot comes: the one before it."""
    return _month(slot) - 1


def settlement_job(settle_month: Callable[[pd.Period], str], day: int) -> Job:
    """On `day` (1–28) of each month: settle the closed month, by what is handed in."""
    return Job(
        "settlement",
        lambda last, now: due_months(last, now, day),
        lambda slot, _clock: settle_month(closed_month(slot)),
    )


def _closed(month: pd.Period) -> list[pd.Period]:
    """What closes with a month: the month and, with December, the year."""
    return [month, pd.Period(str(month.year), freq="Y")] if month.month == DECEMBER else [month]


def settle_closed(engine: Engine, registry: Registry, clock: Clock, month: pd.Period) -> str:
    """Settle what closes with a month, each agreement on its own; what came of each.

    Where an earlier run of the slot got to its end, its alarms say which settlements failed, and only these are tried
    again: what came in meanwhile would make second settlements of the others. A run that was cut short left no alarm,
    and all are settled again; what comes out the same is stored once. An agreement that failed and is no longer
    declared, or no longer in force then, is not tried again, and its alarm ends.

    Raises
    ------
    PartlyFailed : some settlements failed, after all the others were made. They are tried again as other work that
    fails, a quarter of an hour later and then ever more seldom: the reason may pass (a database that did not answer),
    or be mended by then.
    """
    spans = _closed(month)
    failed_before = {span: failed_settlements(engine, label(span)) for span in spans}
    again = any(failed_before.values())
    outcomes = []
    failed: dict[tuple[str, str], bool] = {}
    for span in spans:
        only = failed_before[span] if again else None
        results = dict(settle_all(engine, registry, span, clock(), only))
        failed |= {(code, label(span)): False for code in failed_before[span]}
        failed |= {(code, label(span)): _is_failure(result) for code, result in results.items()}
        outcomes.append(_outcome(span, results))
    record_settling(engine, failed, clock())
    if any(failed.values()):
        raise PartlyFailed("；".join(outcomes))
    return "；".join(outcomes)


def _is_failure(result: Mapping[str, Any] | Exception) -> bool:
    """Whether the program failed; a settlement that the rules do not allow is refused and has not failed."""
    return isinstance(result, Exception) and not isinstance(result, HengjieError)


def _outcome(span: pd.Period, results: Mapping[str, Mapping[str, Any] | Exception]) -> str:
    kinds = [f"{code} {_in_words(result)}" for code, result in results.items()]
    return f"{label(span)}：{'，'.join(kinds) or '没有要结算的协议 no agreement to settle'}"


def _in_words(result: Mapping[str, Any] | Exception) -> str:
    if not isinstance(result, Exception):
        return str(result["kind"])
    return f"失败 failed: {in_short(result)}" if _is_failure(result) else str(result)
