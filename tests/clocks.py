"""Clocks for those that store: one that stands still, one that goes on whenever it is read, and what they are for."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import count
from time import sleep

from sqlalchemy import Engine

from monitoring_ingest.database.engine import writing

Clock = Callable[[], datetime]
SECOND = timedelta(seconds=1)
UNTIL_IT_WAITS = 0.3  # [s] in which whoever wants to store gets as far as it can without its turn


def stopped(at: datetime) -> Clock:
    """A clock that always tells the same instant."""
    return lambda: at


def ticking(start: datetime) -> Clock:
    """A clock that is a second later each time it is read."""
    ticks = count()
    return lambda: start + next(ticks) * SECOND


def told_before(engine: Engine, start: datetime, store: Callable[[Clock], object]) -> datetime:
    """The instant at which somebody is told all that is known while `store` waits for its turn; it has it then."""
    clock = ticking(start)
    with ThreadPoolExecutor() as pool:
        with writing(engine):
            stored = pool.submit(store, clock)
            sleep(UNTIL_IT_WAITS)
            told = clock()
        stored.result()
    return told
