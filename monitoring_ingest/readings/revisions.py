"""What is new in validated rows: the rows and what is stored for the same keys in, fates and revisions out.

A key is (station, indicator, time); a station nobody knows is its province and name as written. A repeat is a
duplicate, in whatever unit it comes; a changed value is a revision, a second value in the same file a conflict. Two
steps, for a long file is stored in several parts: `within_file` over all of it, `decide` over each part. Pure: `store`
reads what is stored and keeps what is decided here.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from monitoring_ingest.readings.frames import Columns, objects, rows_at
from monitoring_ingest.readings.observing import becomes_observation

KEY = ("place", "indicator", "time")
CONTENT = ("number", "censored", "mark", "status", "shown")
SIGNIFICANT = 12  # digits: 230 µg/L is 0.23 mg/L, whatever the last bit of the product says

# Why a value is sent again, in words both sides use; any other text is kept as written.
RESUBMITTED = "resubmitted"
REASONS: Mapping[str, tuple[str, str]] = {
    RESUBMITTED: ("重新报送，未说明原因", "sent again without a reason"),
    "instrument": ("仪器故障或维护后更正", "corrected after a fault or service of the instrument"),
    "calibration": ("校准后更正", "corrected after calibration"),
    "laboratory": ("按实验室结果更正", "corrected by a laboratory result"),
    "transcription": ("录入或传输差错", "an error of typing or transmission"),
    "unit": ("单位差错", "a wrong unit"),
    "time": ("时间差错", "a wrong time"),
}

Key = tuple[str, str | None, int]
Content = Hashable


def place(readings: pd.DataFrame | Columns) -> np.ndarray:
    """Each reading's station code or, where that is unknown, its province and name as written (no code has a ``/``)."""
    names = zip(*(readings[name] for name in ("station", "province", "station_text")), strict=True)
    return objects([f"{province}/{text}" if code is None else code for code, province, text in names])


def shown(number: np.ndarray, printed: np.ndarray) -> np.ndarray:
    """What stands in place of a number: the printed mark of a cell without one."""
    return np.where(np.isnan(number), printed, "")


def as_sent(readings: pd.DataFrame | Columns) -> np.ndarray:
    """Each value with its unit, as a receipt quotes it; ``""`` where no value was sent."""
    pairs = zip(readings["value_text"], readings["unit"], strict=True)
    return objects([f"{value} {unit}".strip() if value else "" for value, unit in pairs])


def _refused_as_sent(refused: Columns) -> np.ndarray:
    """`as_sent` of rows that are rejected; of one with a `problem`, `value_text` is the cell that is the matter."""
    value = np.where(refused["problem"] == "", refused["value_text"], refused["printed"])
    return as_sent(refused | {"value_text": value})


def keys(rows: Columns) -> list[Key]:
    """The key of each row; two keys are equal where place, indicator and instant are."""
    return list(zip(rows["place"].tolist(), rows["indicator"].tolist(), rows["time"].astype("int64").tolist(),
                    strict=True))  # fmt: skip


def contents(rows: Columns) -> list[Content]:
    """What each row says of its key, without the unit it was written in."""
    numbers = [format(number, f".{SIGNIFICANT}g") for number in rows["number"].tolist()]
    return list(zip(numbers, *(rows[name].tolist() for name in CONTENT[1:]), strict=True))


def within_file(checked: Columns) -> Columns:
    """Validated rows of one file (or of several where no two share a key) compared with each other.

    Equal rows: the later ones are duplicates. Different values for one key: the later ones conflict. Adds `place`,
    `shown`, `key` and `repeated` (a blank cell that stands earlier in the file).
    """
    found = dict(checked) | {"place": place(checked), "shown": shown(checked["number"], checked["printed"])}
    listed = keys(found)
    found |= {"key": objects(listed), "repeated": np.zeros(len(listed), dtype=bool)}
    if len(set(listed)) == len(listed):
        return found  # no two rows speak of the same
    fates = found["fate"].tolist()
    codes = found["code"].tolist()
    said: set[tuple[Key, Content]] = set()
    spoken: set[Key] = set()
    pairs = zip(listed, contents(found), strict=True)
    for at, (fate, code, pair) in enumerate(zip(fates, codes, pairs, strict=True)):
        if fate == "rejected":
            continue
        if fate in BLANK:
            found["repeated"][at] = pair in said
            said.add(pair)
        elif pair in said:
            fates[at] = codes[at] = "duplicate"
        else:
            said.add(pair)
            contests = fate == "accepted" or code == "unknown_station"
            if contests and pair[0] in spoken:
                fates[at], codes[at] = "quarantined", "conflict"
            elif contests:
                spoken.add(pair[0])
    return found | {"fate": objects(fates), "code": objects(codes)}


BLANK = frozenset({"withheld", "absent"})
KEPT = frozenset({"accepted", "revised", "quarantined"})


class _Newest(NamedTuple):
    """The newest revision of a key."""

    revision: int
    content: Content
    as_sent: str


class _Known:
    """What is stored for the keys of the rows in hand."""

    def __init__(self, stored: Columns) -> None:
        self.newest: dict[Key, _Newest] = {}
        self.set_aside: set[tuple[Key, Content]] = set()
        self.of_this_file: set[tuple[Key, Content]] = set()
        for pair, revision, same_file, text in _each_stored(stored):
            if not becomes_observation(revision):
                self.set_aside.add(pair)
                continue
            if same_file:
                self.of_this_file.add(pair)
            if pair[0] not in self.newest or self.newest[pair[0]].revision < revision:
                self.newest[pair[0]] = _Newest(revision, pair[1], text)

    def repeats(self, fate: str, pair: tuple[Key, Content]) -> bool:
        """Whether a row brings nothing new. Of a file sent again nothing is, even where a later one has revised it: a
        run that was cut off can be repeated from the start.
        """
        newest = self.newest.get(pair[0])
        if newest is not None and newest.content == pair[1]:
            return True
        return pair in (self.of_this_file if fate == "accepted" else self.set_aside)


def _each_stored(stored: Columns) -> Iterator[tuple[tuple[Key, Content], int, bool, str]]:
    pairs = zip(keys(stored), contents(stored), strict=True)
    rest = (stored[name].tolist() for name in ("revision", "same_file", "as_sent"))
    return zip(pairs, *rest, strict=True)


def decide(within: Columns, stored: Columns) -> Columns:
    """Rows compared with what is stored: repeats are duplicates, what differs from the newest revision is the next one.

    Parameters
    ----------
    within : from `within_file`: a whole file, or a part of it in its order.
    stored : every stored reading of the keys of `within` (more do no harm): columns `KEY`, `CONTENT`, `revision` (0
        unless it became an observation), `same_file` (whether it came from a file with the same bytes) and `as_sent`
        (the value and unit a receipt quotes).

    Returns
    -------
    The rows with `revision` (0: no observation, see `observing`), `keep` (whether a reading is stored), and, where they
    are duplicate, revised, a conflict or blank, with fate and code, `stands` (the value that counts for the key from
    now on), `replaced` (of a revision: the value that counted before) and `sent` (what was rejected, with its unit).
    """
    if not len(stored["revision"]) and (within["fate"] == "accepted").all():
        return _all_new(within)
    known = _Known(stored)
    fates = within["fate"].tolist()
    codes = within["code"].tolist()
    revisions = [0] * len(fates)
    keep = [fate in KEPT for fate in fates]
    quoted = as_sent(within)
    repeated = within["repeated"].tolist()
    stands: list[str | None] = [None] * len(fates)
    replaced: list[str | None] = [None] * len(fates)
    counts: dict[Key, str] = {}  # what these rows themselves make count
    for at, pair in enumerate(zip(within["key"].tolist(), contents(within), strict=True)):
        fate = fates[at]
        key = pair[0]
        newest = known.newest.get(key)
        if fate in ("accepted", "quarantined") and known.repeats(fate, pair):
            fates[at] = codes[at] = "duplicate"
            keep[at] = False
        elif fate == "accepted":
            revisions[at] = 1 if newest is None else newest.revision + 1
            counts[key] = quoted[at]
            if newest is not None:
                fates[at] = codes[at] = "revised"
                replaced[at] = newest.as_sent
        elif fate in BLANK and key[1] is not None and key[2] != NO_TIME:
            keep[at] = not repeated[at] and pair not in known.set_aside
        if fates[at] not in ("accepted", "rejected"):
            stands[at] = counts.get(key) or (newest.as_sent if newest else None)
            if stands[at] is not None and fates[at] in BLANK:
                codes[at] = "value_stands"
    told = {"fate": fates, "code": codes, "stands": stands, "replaced": replaced}
    arrays = {name: objects(values) for name, values in told.items()} | {"sent": _refused(within)}
    return within | arrays | {"revision": np.array(revisions), "keep": np.array(keep, dtype=bool)}


def _refused(within: Columns) -> np.ndarray:
    """What each rejected row said, None of the others."""
    sent = np.full(len(within["fate"]), None, dtype=object)
    rejected = within["fate"] == "rejected"
    sent[rejected] = _refused_as_sent(rows_at(within, rejected))
    return sent


def _all_new(within: Columns) -> Columns:
    """Accepted rows of keys nobody has spoken of: `within_file` left one of each, and it is the first."""
    rows = len(within["fate"])
    nothing = np.full(rows, None, dtype=object)
    return within | {
        "stands": nothing,
        "replaced": nothing,
        "sent": nothing,
        "revision": np.ones(rows, dtype="int64"),
        "keep": np.ones(rows, dtype=bool),
    }


NO_TIME = np.datetime64("NaT").astype("int64").item()


def reasons(decided: Columns) -> np.ndarray:
    """Why each row was sent, as told; a revision nobody gave a reason for was sent again."""
    told = zip(decided["reason"].tolist(), decided["fate"].tolist(), strict=True)
    return objects([reason or (RESUBMITTED if fate == "revised" else None) for reason, fate in told])


def released(waiting: pd.DataFrame) -> pd.DataFrame:
    """Readings that waited for their station to be known, as observations to add: each change of value is a revision.

    Parameters
    ----------
    waiting : id (in order of arrival), station, indicator, time, number, censored, unit, mark, status.
    """
    rows = waiting.sort_values("id", ignore_index=True)
    key = rows.groupby(["station", "indicator", "time"], sort=False).ngroup()
    said = rows.assign(number=[format(number, f".{SIGNIFICANT}g") for number in rows["number"]])
    content = said.groupby([name for name in CONTENT if name != "shown"], sort=False, dropna=False).ngroup()
    changed = rows[content.groupby(key).shift() != content]
    return changed.assign(revision=changed.groupby(key).cumcount() + 1)
