"""A trial: what would become of files, without anything being stored.

In: files and a door, as `doors.files.ingest` takes them, and a connection that only reads. Out: the rows with their
fates. Each file is compared with what is stored, not with the files before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pandas as pd
from sqlalchemy import Connection

from basin.network import Network
from monitoring_ingest.doors.files import Door, batches
from monitoring_ingest.readings.frames import frame_of, joined, rows_at
from monitoring_ingest.readings.revisions import decide, within_file
from monitoring_ingest.readings.validation import FATES, validate
from monitoring_ingest.records import store


def trial(
    connection: Connection, network: Network, files: Sequence[tuple[str, bytes]], through: Door, now: datetime
) -> pd.DataFrame:
    """The rows of the files as the gate would judge them now: validated rows with `fate`, `code` and `revision`."""
    decided = []
    for ordinals, readings in batches(files, through.read):
        checked = validate(readings, network, now, through.rights)
        for ordinal in ordinals:
            within = within_file(rows_at(checked, checked["file"] == ordinal))
            stored = store.stored_readings(connection, within, [store.sha256(files[ordinal][1])])
            decided.append(decide(within, stored))
    return frame_of(joined(decided))


def counted(decided: pd.DataFrame) -> dict[str, int]:
    """How many rows have each fate."""
    counts = decided["fate"].value_counts()
    return {fate: int(counts.get(fate, 0)) for fate in FATES}
