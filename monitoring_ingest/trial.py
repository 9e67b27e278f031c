"""A trial: what would become of files, without anything being stored.

In: files and a door, as `submissions.ingest` takes them, and a connection that only reads. Out: the rows with their
fates. Files are compared with what is stored, not with each other; whether the very same bytes came before is not
asked, so that a file sent again after a correction shows as a further revision.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pandas as pd
from sqlalchemy import Connection

from basin.network import Network
from monitoring_ingest import store
from monitoring_ingest.revisions import decide
from monitoring_ingest.submissions import Door, batches
from monitoring_ingest.validation import FATES, validate

NO_SUBMISSION = 0


def trial(
    connection: Connection, network: Network, files: Sequence[tuple[str, bytes]], through: Door, now: datetime
) -> pd.DataFrame:
    """The rows of the files as the gate would judge them now: a validated frame with `fate`, `code` and `revision`."""
    decided = []
    for _, readings in batches(files, through.read):
        checked = validate(readings, network, now)
        for _, part in checked.groupby("file"):
            rows = part.reset_index(drop=True)
            decided.append(decide(rows, store.stored_readings(connection, NO_SUBMISSION, rows)))
    return pd.concat(decided, ignore_index=True)


def counted(decided: pd.DataFrame) -> dict[str, int]:
    """How many rows have each fate."""
    counts = decided["fate"].value_counts()
    return {fate: int(counts.get(fate, 0)) for fate in FATES}
