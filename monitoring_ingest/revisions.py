"""What is new in a validated file: its rows and what is stored for the same keys in, fates and revisions out.

A key is (station, indicator, time); a station nobody knows is its province and name as written. A repeat is a
duplicate, a changed value a revision, a second value in the same file a conflict. Pure: `store` reads what is stored
and keeps what is decided here.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd

KEY = ["place", "indicator", "time"]
CONTENT = ["number", "censored", "unit", "mark", "status", "shown"]
# What `decide` must know of every stored reading of a key. `revision` is 0 unless it became an observation; `same_file`
# says that it came from a file with the same bytes.
STORED = [*KEY, *CONTENT, "revision", "same_file"]


def place(readings: pd.DataFrame) -> pd.Series:
    """Each reading's station code or, where that is unknown, its province and name as written (no code has a ``/``)."""
    return readings["station"].where(readings["station"].notna(), readings["province"] + "/" + readings["station_text"])


def shown(number: pd.Series, printed: pd.Series) -> pd.Series:
    """What stands in place of a number: the printed mark of a cell without one."""
    return printed.where(number.isna(), "")


def decide(checked: pd.DataFrame, stored: pd.DataFrame) -> pd.DataFrame:
    """The validated rows compared with each other and with what is stored.

    Parameters
    ----------
    checked : from `validation.validate`, in the order of the file; several files where no two share a key.
    stored : columns `STORED`, every stored reading of the keys in `checked` (more do no harm).

    Returns
    -------
    `checked` with `place`, `revision` (0: no observation), `keep` (whether a reading is stored), and fate and code
    where they are duplicate, revised or a conflict.
    """
    frame = checked.copy()
    frame["place"] = place(frame)
    frame["shown"] = shown(frame["number"], frame["printed"])
    key, content = _numbered(frame, stored)
    known = _Known(key[len(frame) :], content[len(frame) :], stored)
    key, content = key[: len(frame)], content[: len(frame)]
    _settle_within_file(frame, key, content)
    _settle_against_stored(frame, key, content, known)
    blank = frame["fate"].isin(["withheld", "absent"]) & frame["time"].notna() & frame["indicator"].notna()
    new_blank = blank & ~np.isin(content, known.content) & ~pd.Series(content, index=frame.index).duplicated()
    frame["keep"] = frame["fate"].isin(["accepted", "revised", "quarantined"]) | new_blank
    return frame


def _numbered(frame: pd.DataFrame, stored: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """One number per key and one per (key, content), the same in both frames; those of `stored` stand at the end."""
    keys = _numbers(zip(*(chain(_comparable(frame[name]), _comparable(stored[name])) for name in KEY), strict=True))
    contents = (chain(_comparable(frame[name]), _comparable(stored[name])) for name in CONTENT)
    return keys, _numbers(zip(keys.tolist(), *contents, strict=True))


def _comparable(column: pd.Series) -> list[Any]:
    """A column as a list of values that equal themselves: nan does not."""
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return column.astype("int64").tolist()
    return column.astype(object).where(column.notna(), None).tolist() if column.hasnans else column.tolist()


def _numbers(rows: Iterable[tuple[Any, ...]]) -> np.ndarray:
    """A number for each row, the same for equal ones."""
    known: dict[tuple[Any, ...], int] = {}
    return np.fromiter((known.setdefault(row, len(known)) for row in rows), dtype="int64")


class _Known:
    """What is stored, by the numbers of `_numbered`."""

    def __init__(self, key: np.ndarray, content: np.ndarray, stored: pd.DataFrame) -> None:
        revision = stored["revision"].to_numpy(dtype="int64")
        rows = pd.DataFrame({"key": key, "content": content, "revision": revision})
        newest = rows[revision > 0].sort_values("revision").drop_duplicates("key", keep="last").set_index("key")
        self.content = content
        self.newest_content, self.newest_revision = newest["content"], newest["revision"]
        self.set_aside = content[revision == 0]
        self.of_this_file = content[(revision > 0) & stored["same_file"].to_numpy(dtype=bool)]


def _settle_within_file(frame: pd.DataFrame, key: np.ndarray, content: np.ndarray) -> None:
    """Equal rows of one file: the later ones are duplicates. Different values for one key: the later ones conflict."""
    contest = frame["fate"].eq("accepted") | frame["code"].eq("unknown_station")
    valued = frame[contest | frame["fate"].eq("quarantined")]
    repeated = valued.index[pd.Series(content[valued.index]).duplicated().to_numpy()]
    frame.loc[repeated, ["fate", "code"]] = "duplicate"
    rivals = frame.index[contest & frame["fate"].ne("duplicate")]
    later = rivals[pd.Series(key[rivals]).duplicated().to_numpy()]
    frame.loc[later, "fate"] = "quarantined"
    frame.loc[later, "code"] = "conflict"


def _settle_against_stored(frame: pd.DataFrame, key: np.ndarray, content: np.ndarray, known: _Known) -> None:
    """Repeats of what is stored are duplicates; what differs from the newest revision is the next one.

    A file sent again brings nothing new even where a later one has revised it: its rows are duplicates, so that a run
    that was cut off can be repeated from the start.
    """
    keys = pd.Series(key, index=frame.index)
    is_newest = keys.map(known.newest_content) == content
    accepted, quarantined = frame["fate"].eq("accepted"), frame["fate"].eq("quarantined")
    repeated = accepted & (is_newest | np.isin(content, known.of_this_file))
    repeated |= quarantined & (is_newest | np.isin(content, known.set_aside))
    frame.loc[repeated, ["fate", "code"]] = "duplicate"
    earlier = keys.map(known.newest_revision).fillna(0).astype("int64")
    frame.loc[accepted & ~repeated & earlier.gt(0), ["fate", "code"]] = "revised"
    frame["revision"] = (earlier + 1).where(accepted & ~repeated, 0)


def released(waiting: pd.DataFrame) -> pd.DataFrame:
    """Readings that waited for their station to be known, as observations to add: each change of value is a revision.

    Parameters
    ----------
    waiting : id (in order of arrival), station, indicator, time, number, censored, unit, mark, status.
    """
    rows = waiting.sort_values("id", ignore_index=True)
    key = rows.groupby(["station", "indicator", "time"], sort=False).ngroup()
    content = rows.groupby([name for name in CONTENT if name != "shown"], sort=False, dropna=False).ngroup()
    changed = rows[content.groupby(key).shift() != content]
    return changed.assign(revision=changed.groupby(key).cumcount() + 1)
