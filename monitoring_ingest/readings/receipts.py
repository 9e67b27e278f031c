"""The receipt (回执) of a submission: what became of every row sent.

In: counts and rows as `store` keeps them. Out: a frozen `Receipt` and its JSON document. The words for each code are in
`messages`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from monitoring_ingest.readings.frames import Columns
from monitoring_ingest.readings.messages import MESSAGES
from monitoring_ingest.readings.validation import FATES

COMPLETE = "complete"
RUNNING = "running"
INTERRUPTED = "interrupted"
DRY_RUN = "dry_run"
REFUSED = "refused"  # nothing is stored: only looked at, or not all of it could be taken
ROW_FIELDS = ("file", "row", "field", "code", "message_zh", "message_en", "value", "fate", "stands", "replaced", "sent")
STORED_ROW_FIELDS = tuple(name for name in ROW_FIELDS if name != "file" and not name.startswith("message"))

Counts = Mapping[int, Mapping[str, int]]  # by the file's place, by fate


@dataclass(frozen=True)
class FileReceipt:
    """One file of a submission; `counts` is None where it was not taken in."""

    name: str
    sha256: str
    counts: Mapping[str, int] | None


@dataclass(frozen=True)
class Receipt:
    """What became of a submission: counts per fate of (station, indicator, time), and every row not accepted.

    `id` is also its sequence number: they have no gap. It is None where nothing is stored (`state` dry_run, refused);
    else `state` is complete when every file has been taken in, or running, or interrupted. `rows` are None in lists of
    submissions.
    """

    id: int | None
    door: str
    sender: str
    name: str
    sha256: str
    state: str
    recorded_at: datetime
    files: Sequence[FileReceipt]
    rows: Sequence[Mapping[str, Any]] | None = None

    @property
    def counts(self) -> dict[str, int]:
        """The sum over the files taken in."""
        return {fate: sum(file.counts[fate] for file in self.files if file.counts) for fate in FATES}

    def document(self) -> dict[str, Any]:
        """The receipt as JSON shows it."""
        return {
            "id": self.id,
            "door": self.door,
            "sender": self.sender,
            "name": self.name,
            "sha256": self.sha256,
            "state": self.state,
            "recorded_at": self.recorded_at.isoformat().replace("+00:00", "Z"),
            "counts": self.counts,
            "files": [{"name": file.name, "sha256": file.sha256, "counts": file.counts} for file in self.files],
            "rows": self.rows,
        }


def count_fates(before: Counts, decided: Columns) -> Counts:
    """How many rows of each file had which fate, with those decided before."""
    counts = {file: dict(of) for file, of in before.items()}
    found = Counter(zip(decided["file"].tolist(), decided["fate"].tolist(), strict=True))
    for (file, fate), number in found.items():
        counts[file][fate] += number
    return counts


def newest_told(rows: Columns) -> dict[int, np.datetime64]:
    """The newest instant that each file has a value of, were it known already or withheld; none of files without one.

    Parameters
    ----------
    rows : validated rows with `file`, `fate` and `time`, decided or not.
    """
    told = (rows["fate"] != "rejected") & (rows["fate"] != "absent") & ~np.isnat(rows["time"])
    files = rows["file"][told]
    times = rows["time"][told]
    return {file: times[files == file].max() for file in set(files.tolist())}


def explained(rows: Columns, files: Sequence[str] | Mapping[int, str]) -> list[dict[str, Any]]:
    """Rows of a receipt with the names of their files and the words for their codes, in the fields of `ROW_FIELDS`."""
    words = {code: MESSAGES[code] for code in set(rows["code"].tolist())}
    codes = rows["code"].tolist()
    columns = {name: rows[name].tolist() for name in STORED_ROW_FIELDS} | {
        "file": [files[at] for at in rows["file"].tolist()],
        "message_zh": [words[code].zh for code in codes],
        "message_en": [words[code].en for code in codes],
    }
    rows_of_values = zip(*(columns[name] for name in ROW_FIELDS), strict=True)
    return [dict(zip(ROW_FIELDS, values, strict=True)) for values in rows_of_values]
