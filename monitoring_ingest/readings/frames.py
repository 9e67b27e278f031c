"""The readings frame: what every source hands over, one row per cell it sent, nothing judged yet.

Sources build it with `readings_frame`; `validation` adds what was made of each row. Every column but `row` and `time`
is text, ``""`` where the source said nothing. The gate works on `Columns`, the same columns as plain arrays: of a
thousand rows, handling a frame costs more than all that is done with them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from basin.periods import YEARS

# row           where it stood: file line of a CSV, 1-based entry of a release
# field         the column it stood in, for sources with a column per indicator; "" where the row is the reading
# province, station_text, indicator_text, unit      as written
# time, time_text      UTC, NaT where there is none or not `in_reach`; and as written
# value_text    the value as sent, unrounded; "" where no value was sent
# printed       what the source shows in its place: the rounded value, `--`, `*`
# mark, status  the source's remarks on this value, and on the station (正常, 维护, 停站 …)
# water_class   the class the source gave the reading
# reason        why a value is sent again: one of `revisions.REASONS`, or in free words
# problem       message code where the source could not even tell what the row is
TEXTS = (
    "field", "province", "station_text", "indicator_text", "time_text",
    "value_text", "printed", "unit", "mark", "status", "water_class", "reason", "problem",
)  # fmt: skip
COLUMNS = ("row", "time", *TEXTS)


class Key(NamedTuple):
    """Which value is meant: of which station, of which indicator, at which instant."""

    station: str
    indicator: str
    time: datetime


# Arrays of one length by name: `row` int64, `time` datetime64[us] in UTC (NaT where there is none), texts as objects.
Columns = dict[str, np.ndarray]

NOT_MEASURED = "--"
NOT_EQUIPPED = "*"


def readings_frame(columns: Mapping[str, Sequence[Any]]) -> pd.DataFrame:
    """A readings frame of the given columns; text columns that are not given are blank.

    Parameters
    ----------
    columns : `row` and `time` (aware instants or NaT) are required, all of one length.
    """
    length = len(columns["row"])
    frame = pd.DataFrame({"row": pd.Series(columns["row"], dtype="int64"), "time": utc(columns["time"])})
    for name in TEXTS:
        frame[name] = pd.Series(columns.get(name, [""] * length), dtype=object)
    return frame


def columns_of(readings: pd.DataFrame | Columns) -> Columns:
    """A frame as plain arrays; arrays stay what they are."""
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
    length = len(columns["row"])
    blank = objects([""] * length)
    texts = {name: objects(columns[name]) if name in columns else blank for name in TEXTS}
    whole = {"row": np.array(columns["row"], dtype="int64")}
    return {**whole, "time": _naive_utc(columns["time"]), **texts}


def _naive_utc(instants: Sequence[datetime | None]) -> np.ndarray:
    """Aware instants (None: NaT) as ``datetime64[us]`` in UTC; each object is converted once."""
    distinct = {id(each): each for each in instants}
    naive = [each and each.astimezone(UTC).replace(tzinfo=None) for each in distinct.values()]
    at = {identity: number for number, identity in enumerate(distinct)}
    return np.array(naive, dtype="datetime64[us]")[[at[id(each)] for each in instants]]


def objects(values: Sequence[Any]) -> np.ndarray:
    """An array of objects, one for each value, whatever the values are."""
    return np.fromiter(values, dtype=object, count=len(values))


def rows_at(columns: Columns, which: np.ndarray | slice) -> Columns:
    """The rows that a mask, positions or a slice choose."""
    return {name: values[which] for name, values in columns.items()}


def joined(parts: Sequence[Columns]) -> Columns:
    """Several columns of the same names, one after the other."""
    return parts[0] if len(parts) == 1 else {name: np.concatenate([each[name] for each in parts]) for name in parts[0]}


def utc_array(instants: pd.Series) -> np.ndarray:
    """Aware instants as ``datetime64[us]`` in UTC."""
    return instants.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy().astype("datetime64[us]")


def instant_texts(instants: np.ndarray) -> list[str | None]:
    """Instants as text; written once per distinct instant, for a file holds few."""
    distinct, at = np.unique(instants, return_inverse=True)
    texts = [None if text == "NaT" else f"{text}Z" for text in np.datetime_as_string(distinct, unit="us").tolist()]
    return [texts[each] for each in at.tolist()]


def in_reach(instant: datetime | None) -> datetime | None:
    """The instant; None in a year nobody measures in (``9999-12-31``), which no frame could hold."""
    return instant if instant is not None and instant.year in YEARS else None


def utc(instants: Sequence[Any]) -> pd.Series:
    """Aware instants as ``datetime64[ns, UTC]``; each distinct one is converted once."""
    codes, distinct = pd.factorize(pd.Series(instants, dtype=object))
    converted = pd.DatetimeIndex(pd.to_datetime(pd.Index(distinct), utc=True)).as_unit("ns")
    return pd.Series(converted.append(pd.DatetimeIndex([pd.NaT], tz="UTC")).take(codes))  # -1, absent, is the last
