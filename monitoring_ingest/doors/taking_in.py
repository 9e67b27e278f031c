"""Deciding about rows in the transaction that stores them: nobody else can store between the one and the other.

In: a connection of a write transaction and the rows of one or more files, compared with each other
(`revisions.within_file`). Out: the rows decided; who asks stores them (`files`, `requests`). Most rows that come in are
the first of their keys. They are decided as that without being looked up, which would take as long as storing them, and
the key of the observations refuses a second first (`Clash`): then the rows are compared, in another transaction.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from sqlalchemy import Connection, Engine

from monitoring_ingest.readings.frames import Columns, rows_at
from monitoring_ingest.readings.revisions import decide
from monitoring_ingest.records.store import said, stored_readings

SAMPLED = 64  # of so many rows one is looked up beforehand, and the last: what is sent again is not stored in vain


def seem_new(engine: Engine, within: Columns) -> bool:
    """Whether nothing is stored for the keys of some accepted rows, as far as one of so many of them tells."""
    accepted = np.flatnonzero(within["fate"] == "accepted")
    some = np.append(accepted[::SAMPLED], accepted[-1:])
    with engine.connect() as connection:
        return not len(stored_readings(connection, rows_at(within, some))["revision"])


def decided_as_new(connection: Connection, within: Columns) -> Columns | None:
    """Rows decided as the first of their keys; None where something is stored for a row that is not accepted.

    Rows that are not accepted are looked up: no key refuses them. Storing an accepted row that is not the first of its
    key raises `Clash`.
    """
    stored = stored_readings(connection, rows_at(within, within["fate"] != "accepted"))
    return None if len(stored["revision"]) else decide(within, stored)


def decided_by_comparison(connection: Connection, within: Columns, digests: Collection[str]) -> Columns:
    """Rows decided by what is stored for their keys; `digests` are the SHA-256 of the files they are of."""
    decided = decide(within, stored_readings(connection, within, digests))
    averaged = decided["averaged"]
    if averaged.any():  # what these rows say was written out before the stored value was known
        decided["said"] = decided["said"].copy()
        decided["said"][averaged] = said(connection.engine, rows_at(decided, averaged))
    return decided
