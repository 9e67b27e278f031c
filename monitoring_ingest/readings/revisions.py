"""What is new in validated rows: the rows and what is stored for the same keys in, fates and revisions out.

A key is (station, indicator, time); for a station that is not in the register, province and name as written stand in
the key. A repeat is a duplicate, in whatever unit it comes; a changed value is a revision; a second value in the same
file is a conflict. A value of the other origin (`origins`), were it the same number, is none of these: the first that
was stored stands, and a person decides about the second. There are two steps, because a long file is stored in parts:
`within_file` over the whole file, `decide` over each part. The functions are pure: `records.store` reads what is stored
and stores what is decided here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from monitoring_ingest.readings.frames import Columns, objects, rows_at
from monitoring_ingest.readings.observing import becomes_observation
from monitoring_ingest.readings.origins import name_samples, names_sample, of_laboratory
from monitoring_ingest.readings.replicates import Analysis, Mean, belong_together, can_be_averaged, further, mean

KEY = ("place", "indicator", "time")
CONTENT = ("number", "censored", "mark", "status", "shown")
SIGNIFICANT = 12  # digits compared: 230 µg/L equals 0.23 mg/L despite the last bit of the product

# Why a value is sent again, in words that both sides use; any other reason is stored as written.
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

Key = tuple[str, str | None, int]  # place, indicator, time [µs since 1970]; plain tuples, made once per row
Content = tuple[str, bool, str, str, str]  # number, censored, mark, status, shown


def place(readings: pd.DataFrame | Columns) -> np.ndarray:
    """Each reading's station code; where unknown, province and name as written, with the ``/`` that no code has.

    The length of the province stands before both: a name may hold a ``/`` as well.
    """
    names = zip(*(readings[name] for name in ("station", "province", "station_text")), strict=True)
    return objects([f"{len(province)}/{province}/{text}" if code is None else code for code, province, text in names])


def shown(number: np.ndarray, printed: np.ndarray) -> np.ndarray:
    """The printed text of each cell without a number; blank for a cell with a number."""
    return np.where(np.isnan(number), printed, "")


def as_sent(readings: pd.DataFrame | Columns) -> np.ndarray:
    """Each value with its unit, as a receipt quotes the value; ``""`` where no value was sent."""
    pairs = zip(readings["value_text"], readings["unit"], strict=True)
    return objects([f"{value} {unit}".strip() if value else "" for value, unit in pairs])


def _refused_as_sent(refused: Columns) -> np.ndarray:
    """`as_sent` of rejected rows; where a row has a `problem`, `value_text` quotes the wrong cell, so use `printed`."""
    value = np.where(refused["problem"] == "", refused["value_text"], refused["printed"])
    return as_sent(refused | {"value_text": value})


def keys(rows: Columns) -> list[Key]:
    """The key of each row; keys are equal where place, indicator and instant are equal."""
    return list(zip(rows["place"].tolist(), rows["indicator"].tolist(), rows["time"].astype("int64").tolist(),
                    strict=True))  # fmt: skip


def contents(rows: Columns) -> list[Content]:
    """What each row states about its key, independent of the unit in which the value was written."""
    numbers = [format(number, f".{SIGNIFICANT}g") for number in rows["number"].tolist()]
    return list(zip(numbers, *(rows[name].tolist() for name in CONTENT[1:]), strict=True))


def within_file(checked: Columns) -> Columns:
    """Validated rows of one file (or of several files that share no key), compared with each other.

    Of equal rows, the later ones are duplicates. Of different values for one key, the later ones are conflicts. Adds
    `place`, `shown`, `key` and `repeated` (a blank cell that already occurred earlier in the file).
    """
    rows = dict(checked) | {"place": place(checked), "shown": shown(checked["number"], checked["printed"])}
    listed = keys(rows)
    rows |= {"key": objects(listed), "repeated": np.zeros(len(listed), dtype=bool)}
    if len(set(listed)) == len(listed):
        return rows  # no two rows share a key
    rows = _with_means_of_replicates(rows)
    fates = rows["fate"].tolist()
    codes = rows["code"].tolist()
    earlier: set[tuple[Key, Content]] = set()
    # keys for which a row of the file already gives a value that may count, and whether it is a laboratory's
    claimed: dict[Key, bool] = {}
    pairs = zip(listed, contents(rows), strict=True)
    for row, (fate, code, pair) in enumerate(zip(fates, codes, pairs, strict=True)):
        key, content = pair
        if fate == "rejected":
            continue
        if fate in BLANK:
            rows["repeated"][row] = pair in earlier
            earlier.add(pair)
        elif pair in earlier:
            fates[row] = codes[row] = "duplicate"
        else:
            earlier.add(pair)
            claims = fate == "accepted" or code == "unknown_station"
            if claims and key in claimed:
                fates[row] = "quarantined"
                codes[row] = "conflict" if claimed[key] == _is_of_laboratory(content) else OTHER_ORIGIN
            elif claims:
                claimed[key] = _is_of_laboratory(content)
    return rows | {"fate": objects(fates), "code": objects(codes)}


def _with_means_of_replicates(rows: Columns) -> Columns:
    """The rows of a file, with the mean in the first of several rows that are replicates of each other.

    The others are duplicates with the code ``replicate``. Two values that are no replicates stay as they are. A
    laboratory's replicate has no mean with what an instrument measured.
    """
    of_keys: dict[_KeyOfOrigin, dict[Content, int]] = {}
    listed = rows["key"].tolist()
    for row, (key, content) in enumerate(zip(listed, contents(rows), strict=True)):
        if rows["fate"][row] == "accepted":
            of_keys.setdefault(_KeyOfOrigin(key, _is_of_laboratory(content)), {}).setdefault(content, row)
    changed = {name: rows[name].copy() for name in (*Mean._fields, "fate", "code")}
    for (key, _), by_content in of_keys.items():
        analyses = {row: analysis(content) for content, row in by_content.items()}
        routine = [row for row, analysed in analyses.items() if not analysed.is_replicate][:1]
        together = sorted([*routine, *(row for row, analysed in analyses.items() if analysed.is_replicate)])
        alike = [analyses[row] for row in together]
        if key[1] is None or len(together) < 2 or not can_be_averaged(alike):
            continue
        values = [value for analysed in alike for value in analysed.values]
        _put(changed, together[0], mean(key[1], alike, values))
        for row in together[1:]:
            changed["fate"][row] = "duplicate"
            changed["code"][row] = REPLICATE
    return rows | changed


class _KeyOfOrigin(NamedTuple):
    """A key, and whether it is spoken of by a laboratory."""

    key: Key
    laboratory: bool


def _is_of_laboratory(content: Content) -> bool:
    """Whether a content (`contents`) is a laboratory's: its mark names a sample."""
    return names_sample(content[2])


def beside_other_origin(within: Columns, stored: Columns) -> np.ndarray:
    """Which rows have a stored reading of the other origin under their key.

    Parameters
    ----------
    within : from `within_file`.
    stored : readings with the columns of `KEY` and `mark`.
    """
    of_rows = name_samples(within["mark"])
    of_stored = name_samples(stored["mark"])
    if not of_rows.any() and not of_stored.any():  # nearly always: no laboratory has spoken, and no key is compared
        return of_rows
    pairs = set(map(_KeyOfOrigin, keys(stored), of_stored.tolist()))
    return np.array(
        [_KeyOfOrigin(key, not sampled) in pairs for key, sampled in zip(within["key"], of_rows.tolist(), strict=True)],
        dtype=bool,
    )


def analysis(content: Content) -> Analysis:
    """A content (`contents`) as one analysis of a sample."""
    number, censored, mark, status, _ = content
    return Analysis(float(number), bool(censored), mark, status)


def _put(rows: Columns, row: int, averaged: Mean) -> None:
    """Write a mean into a row; a reason that the row states already is kept before that of the mean."""
    stated = rows["reason"][row]
    for name, value in averaged._asdict().items():
        rows[name][row] = value
    if stated:
        rows["reason"][row] = f"{stated}；{averaged.reason}"


REPLICATE = "replicate"
OTHER_ORIGIN = "other_origin"  # of a value at whose key one of the other origin stands
BLANK = frozenset({"withheld", "absent"})
KEPT = frozenset({"accepted", "revised", "quarantined"})


class _Newest(NamedTuple):
    """The newest revision of a key."""

    revision: int
    content: Content
    as_sent: str

    def is_written(self, text: str, content: Content) -> bool:
        """Whether a value with its unit, and the mark and status of a content, are the same texts."""
        _, _, *marks, _ = content
        _, _, *own_marks, _ = self.content
        return text == self.as_sent and marks == own_marks


class _Stored:
    """What is stored for the keys of the rows to decide."""

    def __init__(self, stored: Columns) -> None:
        self.newest: dict[Key, _Newest] = {}
        self.set_aside: set[tuple[Key, Content]] = set()
        self.observed: set[tuple[Key, Content]] = set()
        self.of_this_file: set[tuple[Key, Content]] = set()
        rest = (stored[name].tolist() for name in ("revision", "same_file", "as_sent"))
        for key, content, revision, same_file, text in zip(keys(stored), contents(stored), *rest, strict=True):
            if not becomes_observation(revision):
                self.set_aside.add((key, content))
                continue
            self.observed.add((key, content))
            if same_file:
                self.of_this_file.add((key, content))
            if key not in self.newest or self.newest[key].revision < revision:
                self.newest[key] = _Newest(revision, content, text)

    def repeats(self, fate: str, key: Key, content: Content) -> bool:
        """Whether a row brings nothing new.

        Rows of a file that is sent again repeat what is stored, even where a later file has revised the value: so an
        interrupted run can be repeated from the start.

        Parameters
        ----------
        fate : accepted or quarantined.
        key, content : of the row.
        """
        newest = self.newest.get(key)
        if newest is not None and newest.content == content:
            return True
        if fate == "accepted" and self.has_other_origin(key, content):
            # what waits for people is not asked about twice, nor what people replaced by the other origin
            return (key, content) in self.set_aside or (key, content) in self.observed
        return (key, content) in (self.of_this_file if fate == "accepted" else self.set_aside)

    def has_other_origin(self, key: Key, content: Content) -> bool:
        """Whether what counts for the key is of another origin than the content."""
        newest = self.newest.get(key)
        return newest is not None and _is_of_laboratory(newest.content) != _is_of_laboratory(content)


def decide(within: Columns, stored: Columns) -> Columns:
    """Rows compared with what is stored: a repeat is a duplicate, a value other than the newest is the next revision.

    Parameters
    ----------
    within : from `within_file`: the rows of a whole file, or of a part of the file in file order.
    stored : every stored reading of the keys of `within` (more do no harm): columns `KEY`, `CONTENT`, `revision` (0
        unless the reading became an observation), `same_file` (whether the reading came from a file with the same
        bytes) and `as_sent` (the value and unit that a receipt quotes).

    Returns
    -------
    The rows with `revision` (0: no observation, see `observing`) and `keep` (whether a reading is stored); `fate` and
    `code` are changed where a row is duplicate, revised, a conflict, of the other origin or blank. `stands` is the
    value that counts for the key from now on, `replaced` the value that counted before a revision, `sent` a rejected
    value with its unit.
    `averaged` tells the rows whose value became the mean with a stored value: a replicate (`replicates`) revises its
    routine value to the mean of both.
    """
    if not len(stored["revision"]) and (within["fate"] == "accepted").all():
        return _all_new(within)
    before = _Stored(stored)
    within = within | {name: within[name].copy() for name in Mean._fields}
    averaged = np.zeros(len(within["row"]), dtype=bool)
    fates = within["fate"].tolist()
    codes = within["code"].tolist()
    revisions = [0] * len(fates)
    keep = [fate in KEPT for fate in fates]
    quoted = as_sent(within)
    repeated = within["repeated"].tolist()
    stands: list[str | None] = [None] * len(fates)
    replaced: list[str | None] = [None] * len(fates)
    counts: dict[Key, str] = {}  # the values that count from now on because of these rows
    for row, (key, content) in enumerate(zip(within["key"].tolist(), contents(within), strict=True)):
        fate = fates[row]
        newest = before.newest.get(key)
        repeats = fate in ("accepted", "quarantined") and before.repeats(fate, key, content)
        # word for word what counts already: a mark that a workbook explained by its columns is no doubt without them
        repeats |= fate == "quarantined" and newest is not None and newest.is_written(quoted[row], content)
        if fate == "accepted" and not repeats and before.has_other_origin(key, content):
            fate = fates[row] = "quarantined"
            codes[row] = OTHER_ORIGIN
        elif fate == "accepted" and not repeats and newest is not None:
            stored_one = analysis(newest.content)
            sent_one = analysis(content)
            if belong_together(stored_one, sent_one):
                values = further(stored_one, sent_one)
                repeats = not values
                if values and can_be_averaged([stored_one, sent_one]):
                    assert key[1] is not None  # accepted
                    _put(within, row, mean(key[1], [stored_one, sent_one], [*stored_one.values, *values]))
                    averaged[row] = True
                    quoted[row] = f"{within['value_text'][row]} {within['unit'][row]}".strip()
                elif values:
                    fate = fates[row] = "quarantined"
                    codes[row] = "conflict"
        if repeats:
            fates[row] = "duplicate"
            # what waits for its station to be registered is not stored a second time, and waits on: the receipt says so
            codes[row] = codes[row] if codes[row] == "unknown_station" else "duplicate"
            keep[row] = False
        elif fate == "accepted":
            revisions[row] = 1 if newest is None else newest.revision + 1
            counts[key] = quoted[row]
            if newest is not None:
                fates[row] = codes[row] = "revised"
                replaced[row] = newest.as_sent
        elif fate in BLANK and key[1] is not None and key[2] != NO_TIME:
            keep[row] = not repeated[row] and (key, content) not in before.set_aside
        if fates[row] not in ("accepted", "rejected"):
            stands[row] = counts.get(key) or (newest.as_sent if newest else None)
            if stands[row] is not None and fates[row] in BLANK:
                codes[row] = "value_stands"
    decided = {"fate": fates, "code": codes, "stands": stands, "replaced": replaced}
    arrays = {name: objects(values) for name, values in decided.items()} | {"sent": _refused(within)}
    numbers = {"revision": np.array(revisions), "keep": np.array(keep, dtype=bool), "averaged": averaged}
    return within | arrays | numbers


def _refused(within: Columns) -> np.ndarray:
    """The value with unit of each rejected row; None for the other rows."""
    sent = np.full(len(within["fate"]), None, dtype=object)
    rejected = within["fate"] == "rejected"
    sent[rejected] = _refused_as_sent(rows_at(within, rejected))
    return sent


def _all_new(within: Columns) -> Columns:
    """Accepted rows where nothing is stored for any key: `within_file` left one row per key, the first revision."""
    rows = len(within["fate"])
    nothing = np.full(rows, None, dtype=object)
    return within | {
        "stands": nothing,
        "replaced": nothing,
        "sent": nothing,
        "revision": np.ones(rows, dtype="int64"),
        "keep": np.ones(rows, dtype=bool),
        "averaged": np.zeros(rows, dtype=bool),
    }


NO_TIME = np.datetime64("NaT").astype("int64").item()


def reasons(decided: Columns) -> np.ndarray:
    """The stated reason of each row; a revision without a stated reason counts as `RESUBMITTED`."""
    pairs = zip(decided["reason"].tolist(), decided["fate"].tolist(), strict=True)
    return objects([reason or (RESUBMITTED if fate == "revised" else None) for reason, fate in pairs])


def of_first_origin(waiting: pd.DataFrame) -> np.ndarray:
    """Whether each of some waiting readings is of the origin of the first of its key; columns as of `released`."""
    sampled = pd.Series(of_laboratory(waiting), index=waiting.index)
    in_order = waiting.sort_values("id")
    keys_in_order = [in_order[name] for name in ("station", "indicator", "time")]
    first = sampled.loc[in_order.index].groupby(keys_in_order, sort=False).transform("first")
    return (sampled == first.loc[waiting.index]).to_numpy(bool)


def released(waiting: pd.DataFrame) -> pd.DataFrame:
    """Readings that waited until their station was registered, as observations to add: a changed value is a revision.

    Parameters
    ----------
    waiting : id (in order of arrival), station, indicator, time, number, censored, unit, mark, status; of one origin
        for every key (`of_first_origin`).
    """
    rows = waiting.sort_values("id", ignore_index=True)
    key = rows.groupby(["station", "indicator", "time"], sort=False).ngroup()
    comparable = rows.assign(number=[format(number, f".{SIGNIFICANT}g") for number in rows["number"]])
    content = comparable.groupby([name for name in CONTENT if name != "shown"], sort=False, dropna=False).ngroup()
    changed = rows[content.groupby(key).shift() != content]
    return changed.assign(revision=changed.groupby(key).cumcount() + 1)
