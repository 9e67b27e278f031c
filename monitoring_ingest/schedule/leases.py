"""How whoever stores evidence keeps to the time: the clock it is handed, and the lease it holds while it works.

In a write transaction (`database.writing`) nobody else can store. Who asks in one what is known at an instant is told
all of it, and who stores later records a later instant: so the clock is read there. An instant read before may be one
about which somebody has been told already. What is stored at one instant in several transactions is held meanwhile
(`schedule.store.hold`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Event, Thread

from sqlalchemy import Engine

from monitoring_ingest.database.engine import writing
from monitoring_ingest.schedule.store import keep_hold, release

Clock = Callable[[], datetime]
RENEW_EVERY_SECONDS = 60.0  # the shortest lease lasts five minutes (`schedule.store.RUN_LEASE`)
log = logging.getLogger(__name__)


@contextmanager
def renewed(renew: Callable[[], object]) -> Iterator[None]:
    """Renew, again and again in a thread, while the work goes on."""
    done = Event()

    def beat() -> None:
        while not done.wait(RENEW_EVERY_SECONDS):
            try:
                renew()
            except Exception as problem:  # a busy database: the next beat tries again, before the lease ends
                log.warning("lease not renewed: %s", problem)

    thread = Thread(target=beat, name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


@contextmanager
def kept(engine: Engine, name: str, clock: Clock) -> Iterator[None]:
    """Renew the lease on `name` while the work goes on, and release it when it ends, also by an error: this process
    lives on, and nobody is at it.
    """

    def renew() -> None:
        with writing(engine) as connection:
            keep_hold(connection, name, clock())

    try:
        with renewed(renew):
            yield
    finally:
        with writing(engine) as connection:
            release(connection, name)
