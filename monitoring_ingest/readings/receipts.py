"""The receipt (回执) of a submission: what became of every row sent.

In: counts and rows as the database stores them. Out: a frozen `Receipt` and its JSON document. The words for each code
are in `messages`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any

import numpy as np

from monitoring_ingest.readings.frames import Columns
from monitoring_ingest.readings.messages import MESSAGES
from monitoring_ingest.readings.validation import FATES

COMPLETE = "complete"
RUNNING = "running"
INTERRUPTED = "interrupted"
DRY_RUN = "dry_run"
REFUSED = "refused"  # nothing is stored, because not every row could be accepted
ROW_FIELDS = ("file", "row", "field", "code", "message_zh", "message_en", "value", "fate", "stands", "replaced", "sent")
STORED_ROW_FIELDS = tuple(name for name in ROW_FIELDS if name != "file" and not name.startswith("message"))

Counts = Mapping[int, Mapping[str, int]]  # number of rows: file's place in the submission → fate → rows


@dataclass(frozen=True)
class FileReceipt:
    """One file of a submission; `counts` (rows by fate) is None where the file was not taken in."""

    name: str
    sha256: str
    counts: Mapping[str, int] | None


@dataclass(frozen=True)
class Receipt:
    """What became of a submission: counts of (station, indicator, time) by fate, and every row not accepted.

    `id` is a sequence number without gaps; None where nothing is stored (`state` dry_run or refused). The `state` of a
    stored submission is running, interrupted, or complete once every file has been taken in. `rows` is None in lists
    of submissions.
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
        """Rows by fate, over the files taken in."""
        by_file = [file.counts for file in self.files if file.counts]
        return {fate: sum(map(itemgetter(fate), by_file)) for fate in FATES}

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
    """Rows of each file by fate: the counts `before` plus the rows decided now."""
    counts = {file: dict(by_fate) for file, by_fate in before.items()}
    now = Counter(zip(decided["file"].tolist(), decided["fate"].tolist(), strict=True))
    for (file, fate), number in now.items():
        counts[file][fate] += number
    return counts


def newest_told(rows: Columns) -> dict[int, np.datetime64]:
    """The newest instant that each file reports a value for, duplicates and withheld values included.

    Parameters
    ----------
    rows : validated rows with `file`, `fate` and `time`, decided or not.

    Returns
    -------
    File's place → UTC instant; files that report no value are left out.
    """
    reported = (rows["fate"] != "rejected") & (rows["fate"] != "absent") & ~np.isnat(rows["time"])
    files = rows["file"][reported]
    times = rows["time"][reported]
    return {file: times[files == file].max() for file in set(files.tolist())}


def explained(rows: Columns, files: Sequence[str] | Mapping[int, str]) -> list[dict[str, Any]]:
    """Rows of a receipt with file names and with words for their codes, in the fields of `ROW_FIELDS`.

    Parameters
    ----------
    rows : columns `STORED_ROW_FIELDS` and `file` (the file's place in the submission).
    files : the name of each file, by its place.
    """
    words = {code: MESSAGES[code] for code in set(rows["code"].tolist())}
    codes = rows["code"].tolist()
    columns = {name: rows[name].tolist() for name in STORED_ROW_FIELDS} | {
        "file": [files[place] for place in rows["file"].tolist()],
        "message_zh": [words[code].zh for code in codes],
        "message_en": [words[code].en for code in codes],
    }
    rows_of_values = zip(*(columns[name] for name in ROW_FIELDS), strict=True)
    return [dict(zip(ROW_FIELDS, values, strict=True)) for values in rows_of_values]
