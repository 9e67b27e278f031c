"""The readings frame: what every reader of a format returns, one row per cell that was sent, nothing judged yet.

Readers build the frame with `readings_frame`; `validation` adds the fate of each row. Every column but `row` and `time`
is text, ``""`` where the source states nothing. The gate works on `Columns`, the same columns as plain arrays: for a
thousand rows, handling a frame costs more than all the work on its rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from basin.periods import YEARS

# row           place in the file: line of a CSV, 1-based entry of a release
# field         column of the cell, for sources with a column per indicator; "" where the row is the reading
# province, station_text, indicator_text, unit      as written
# time, time_text      UTC, NaT where there is none or not `in_reach`; and as written
# value_text    the value as sent, unrounded; "" where no value was sent
# printed       what the source shows in place of the value: the rounded value, `--`, `*`
# mark, status  the source's remarks on this value, and on the station (正常, 维护, 停站 …)
# qualifier     what the source wrote on the value (`written.qualifiers`); the mark, unless the reader says otherwise
# limit         the detection limit, as written in a column of its own
# water_class   the class that the source gave the reading
# reason        why a value is sent again: one of `revisions.REASONS`, or free words
# problem       message code where a cell could not be read at all
TEXTS = (
    "field", "province", "station_text", "indicator_text", "time_text",
    "value_text", "printed", "unit", "mark", "status", "qualifier", "limit", "water_class", "reason", "problem",
)  # fmt: skip


class Key(NamedTuple):
    """What identifies a value: station, indicator and instant."""

    station: str
    indicator: str
    time: datetime


# Arrays of one length by name: `row` int64, `time` datetime64[us] in UTC (NaT where there is none), texts as objects.
Columns = dict[str, np.ndarray]

EARLIEST_YEAR = 1950  # of a reading: nobody measured rivers so before, and 1924 is a slip of 2024
NOT_MEASURED = "--"
NOT_EQUIPPED = "*"


def readings_frame(columns: Mapping[str, Sequence[Any]]) -> pd.DataFrame:
    """A readings frame of the given columns; text columns that are not given are blank.

    Parameters
    ----------
    columns : all of one length; `row` and `time` (aware instants or NaT) are required.
    """
    columns = _with_qualifier(columns)
    length = len(columns["row"])
    frame = pd.DataFrame({"row": pd.Series(columns["row"], dtype="int64"), "time": utc(columns["time"])})
    for name in TEXTS:
        frame[name] = pd.Series(columns.get(name, [""] * length), dtype=object)
    return frame


def columns_of(readings: pd.DataFrame | Columns) -> Columns:
    """The columns of a frame as plain arrays; plain arrays are returned as they are."""
    if isinstance(readings, dict):
        return readings
    return {str(name): _array(readings[name]) for name in readings}


def frame_of(columns: Columns) -> pd.DataFrame:
    """Plain arrays as a frame, their instants as ``datetime64[ns, UTC]``."""
    # One index for all columns: pandas compares the indexes of columns that each bring an index of their own.
    index = pd.RangeIndex(len(next(iter(columns.values()), ())))
    return pd.DataFrame({name: _column(values, index) for name, values in columns.items()}, index=index)


def _column(values: np.ndarray, index: pd.RangeIndex) -> pd.Series | pd.DatetimeIndex:
    if values.dtype.kind == "M":
        return pd.DatetimeIndex(values.astype("datetime64[ns]"), tz="UTC")
    return pd.Series(values, index=index, dtype=values.dtype, copy=False)  # the dtype, or texts would become `str`


def _array(column: pd.Series) -> np.ndarray:
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return utc_array(column)
    return column.to_numpy() if isinstance(column.dtype, np.dtype) else column.to_numpy(dtype=object)


def plain_columns(columns: Mapping[str, Sequence[Any]]) -> Columns:
    """As `readings_frame`, without the frame."""
    columns = _with_qualifier(columns)
    length = len(columns["row"])
    blank = objects([""] * length)
    texts = {name: objects(columns[name]) if name in columns else blank for name in TEXTS}
    whole = {"row": np.array(columns["row"], dtype="int64")}
    return {**whole, "time": _naive_utc(columns["time"]), **texts}


def _with_qualifier(columns: Mapping[str, Sequence[Any]]) -> Mapping[str, Sequence[Any]]:
    """The columns, with the marks as the qualifiers where the reader of the format gives none."""
    return columns if "mark" not in columns or "qualifier" in columns else {**columns, "qualifier": columns["mark"]}


def _naive_utc(instants: Sequence[datetime | None]) -> np.ndarray:
    """Aware instants (None: NaT) as ``datetime64[us]`` in UTC; each distinct object is converted once."""
    distinct = {id(instant): instant for instant in instants}
    naive = [instant and instant.astimezone(UTC).replace(tzinfo=None) for instant in distinct.values()]
    position = {identity: number for number, identity in enumerate(distinct)}
    return np.array(naive, dtype="datetime64[us]")[[position[id(instant)] for instant in instants]]


def objects(values: Sequence[Any]) -> np.ndarray:
    """An object array of the values; a value that is itself a sequence stays one element."""
    return np.fromiter(values, dtype=object, count=len(values))


def repeated(values: Sequence[Any], times: int) -> list[Any]:
    """Each value `times` times in a row: what belongs to a whole table row, once per measured cell of the row."""
    return [value for value in values for _ in range(times)]


def rows_at(columns: Columns, which: np.ndarray | slice) -> Columns:
    """The rows chosen by a mask, positions or a slice."""
    return {name: values[which] for name, values in columns.items()}


def joined(parts: Sequence[Columns]) -> Columns:
    """Columns of the same names, concatenated."""
    if len(parts) == 1:
        return parts[0]
    return {name: np.concatenate(list(map(itemgetter(name), parts))) for name in parts[0]}


def utc_array(instants: pd.Series) -> np.ndarray:
    """Aware instants as ``datetime64[us]`` in UTC."""
    return instants.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy().astype("datetime64[us]")


def instant_texts(instants: np.ndarray) -> list[str | None]:
    """Instants as text; each distinct instant is formatted once, because a file holds few of them."""
    distinct, positions = np.unique(instants, return_inverse=True)
    texts = [None if text == "NaT" else f"{text}Z" for text in np.datetime_as_string(distinct, unit="us").tolist()]
    return [texts[position] for position in positions.tolist()]


def in_reach(instant: datetime | None) -> datetime | None:
    """The instant; None outside the years of measurements (``9999-12-31``), which no frame can hold."""
    return instant if instant is not None and instant.year in YEARS else None


def utc(instants: Sequence[Any]) -> pd.Series:
    """Aware instants as ``datetime64[ns, UTC]``; each distinct instant is converted once."""
    codes, distinct = pd.factorize(pd.Series(instants, dtype=object))
    converted = pd.DatetimeIndex(pd.to_datetime(pd.Index(distinct), utc=True)).as_unit("ns")
    return pd.Series(converted.append(pd.DatetimeIndex([pd.NaT], tz="UTC")).take(codes))  # absent: -1, the last
