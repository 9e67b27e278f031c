"""Deciding about rows and storing them, in one transaction: nobody else can store between the one and the other.

In: the rows of one or more files, compared with each other (`revisions.within_file`), and what stores them once they
are decided. Out: what that returns. Most rows that come in are the first of their keys; they are stored as that without
being looked up, which would take as long as storing them, and the key of the observations refuses a second first.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TypeVar

import numpy as np
from sqlalchemy import Connection, Engine

from monitoring_ingest.database.engine import Clash, writing
from monitoring_ingest.readings.frames import Columns, rows_at
from monitoring_ingest.readings.revisions import decide
from monitoring_ingest.records.store import stored_readings

SAMPLED = 64  # of so many rows one is looked up beforehand, and the last: what is sent again is not stored in vain
Kept = TypeVar("Kept")
Keep = Callable[[Connection, Columns], Kept]


def taken_in(engine: Engine, within: Columns, digests: Collection[str], keep: Keep[Kept]) -> Kept:
    """What `keep` returns that stores decided rows: as the first of their keys, or each compared with what is stored.

    Parameters
    ----------
    digests : SHA-256 of the files the rows are of.
    keep : is called once more, in another transaction, where a row turns out not to be the first.
    """
    new = taken_as_new(engine, within, keep) if seem_new(engine, within) else None
    return taken_compared(engine, within, digests, keep) if new is None else new


def seem_new(engine: Engine, within: Columns) -> bool:
    """Whether nothing is stored for the keys of some accepted rows, as far as one of so many of them tells."""
    accepted = np.flatnonzero(within["fate"] == "accepted")
    some = np.append(accepted[::SAMPLED], accepted[-1:])
    with engine.connect() as connection:
        return not len(stored_readings(connection, rows_at(within, some))["revision"])


def taken_as_new(engine: Engine, within: Columns, keep: Keep[Kept]) -> Kept | None:
    """What `keep` returns that stores rows as the first of their keys; None, and nothing is stored, where one is not.

    Rows that are not accepted are looked up: no key refuses them.
    """
    try:
        with writing(engine) as connection:
            stored = stored_readings(connection, rows_at(within, within["fate"] != "accepted"))
            return None if len(stored["revision"]) else keep(connection, decide(within, stored))
    except Clash:
        return None


def taken_compared(engine: Engine, within: Columns, digests: Collection[str], keep: Keep[Kept]) -> Kept:
    """What `keep` returns that stores rows, each compared with what is stored for its key."""
    with writing(engine) as connection:
        return keep(connection, decide(within, stored_readings(connection, within, digests)))
