"""The fate of each cell of a readings frame: readings in, the same rows with a fate out.

Adds station, section, indicator, number (canonical unit), censored, fate, code, field and value. A hard failure
(unknown unit, unknown indicator, no number, future time, a station the sender may not report for, a physically
impossible value) is rejected; a doubt (unknown station, outside the plausible range) is quarantined for a person to
decide. No row is dropped or corrected and no clock is read. `revisions` compares with what is stored; this module does
not. Every meaning is worked out once per distinct text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from basin.indicators import INDICATORS, find_indicator
from basin.network import Network
from basin.written.numbers import LONGEST
from basin.written.qualifiers import (
    Written,
    is_number,
    no_values,
    no_values_unless_declared,
    sample_kinds,
    without_unit,
    written_value,
)
from basin.written.units import factor
from monitoring_ingest.readings.cells import legible
from monitoring_ingest.readings.frames import EARLIEST_YEAR, NOT_EQUIPPED, Columns, columns_of, objects
from monitoring_ingest.readings.station_names import stations_of

FATES = ("accepted", "duplicate", "revised", "quarantined", "rejected", "withheld", "absent")
NO_RIGHT = "no_right"  # code of a row whose sender may not report for its station
CLOCKS_MAY_DIFFER = timedelta(hours=1)
SENTINEL = "sentinel"
SENTINEL_UNLESS_DECLARED = "sentinel_unless_declared"
FAR_BELOW = 10  # times below the lowest detection limit: an instrument may print less than the limit of its method
OUT_OF_SIGHT = 1_000  # times below: stations print clean water 200 times below the limit, in the indicator's own unit
EARLIEST = np.datetime64(f"{EARLIEST_YEAR}-01-01", "us")
OTHER_WATER = "not_river_water"

_PLAIN = re.compile(r"[0-9.]+")
_NO_VALUES = sorted(no_values())
_NO_VALUES_UNLESS_DECLARED = sorted(no_values_unless_declared())


def validate(
    readings: pd.DataFrame | Columns, network: Network, now: datetime, rights: Collection[str] | None = None
) -> Columns:
    """The readings with their meanings and fates.

    Parameters
    ----------
    readings : a readings frame, or its columns.
    network : finds the station of a name.
    now : a time more than `CLOCKS_MAY_DIFFER` later than `now` lies in the future.
    rights : codes of the stations the sender may report for; None for all.

    Returns
    -------
    The columns with `station`, `section`, `indicator` (codes, None where unknown), `number` (canonical unit; nan),
    `censored` (below detection: `number` is the limit), `fate` (accepted, quarantined, rejected, withheld, absent),
    `code` (of the message; "" where accepted), and, for the receipt, the `field` and `value` that the code is about.
    """
    rows = legible(dict(columns_of(readings)))
    _add_station(rows, network)
    rows["indicator"] = _by_text(rows["indicator_text"], _indicator_code)
    values = _values(rows)
    rows["censored"] = values.censored
    rows["number"] = values.numbers * _factors(rows)
    _decide_codes(rows, values.reasons, network)
    _add_fate(rows, values, now, rights)
    return rows


def _add_station(rows: Columns, network: Network) -> None:
    names = list(zip(rows["province"].tolist(), rows["station_text"].tolist(), strict=True))
    stations = stations_of(network, names)
    codes = {name: station and station.code for name, station in stations.items()}
    sections = {name: station and station.section for name, station in stations.items()}
    rows["station"] = objects([codes[name] for name in names])
    rows["section"] = objects([sections[name] for name in names])


def _indicator_code(text: str) -> str | None:
    indicator = find_indicator(text)
    return indicator.code if indicator else None


def _by_text(texts: np.ndarray, meaning: Callable[[str], Any]) -> np.ndarray:
    """`meaning` of every text, worked out once per distinct text."""
    listed = texts.tolist()
    meanings = {text: meaning(text) for text in set(listed)}
    return objects([meanings[text] for text in listed])


class _Values(NamedTuple):
    """What was written of the values (`basin.written.qualifiers.Written`), row by row."""

    numbers: np.ndarray
    censored: np.ndarray
    reasons: np.ndarray


def _values(rows: Columns) -> _Values:
    """The values of the rows; plain decimals without marks and limits take a faster way.

    Where a number is that of a detection limit beside the value, `value_text` becomes ``<0.02``, so that whoever reads
    the stored text again finds the same value.
    """
    texts = rows["value_text"].tolist()
    beside = [rows["qualifier"].tolist(), rows["limit"].tolist()]
    if not any(any(column) for column in beside) and (numbers := _plain_numbers(texts)) is not None:
        reasons = np.where(np.isin(numbers, _NO_VALUES), SENTINEL, "").astype(object)
        reasons[np.isin(numbers, _NO_VALUES_UNLESS_DECLARED)] = SENTINEL_UNLESS_DECLARED
        return _Values(numbers, np.zeros(len(texts), dtype=bool), reasons)
    limits = list(map(without_unit, rows["limit"].tolist(), rows["unit"].tolist()))
    cells = list(zip(texts, rows["qualifier"].tolist(), limits, strict=True))
    by_cell = {cell: written_value(*cell) for cell in set(cells)}
    values = [by_cell[cell] for cell in cells]
    rows["value_text"] = objects(list(map(_text_of, texts, limits, values)))
    return _Values(
        np.array([value.number for value in values], dtype="float64"),
        np.array([value.censored for value in values], dtype=bool),
        objects([value.reason for value in values]),
    )


def _text_of(text: str, limit: str, value: Written) -> str:
    """The text of a value, ``<0.02`` where the number is that of a detection limit beside it."""
    if not value.limit:
        return text
    return f"<{limit}" if is_number(limit) else f"<{value.number:.12g}"


def _plain_numbers(texts: Sequence[str]) -> np.ndarray | None:
    """The numbers of texts that are all plain decimals; None where they are not."""
    if not _PLAIN.fullmatch("".join(texts)) or max(map(len, texts)) > LONGEST:
        return None
    try:
        return np.array(list(map(float, texts)), dtype="float64")
    except ValueError:  # a blank, or two decimal points
        return None


def _factors(rows: Columns) -> np.ndarray:
    """The factor that converts each value to its indicator's unit; nan where the unit does not fit."""
    pairs = list(zip(rows["unit"].tolist(), rows["indicator"].tolist(), strict=True))
    by_pair = {pair: _factor(*pair) for pair in set(pairs)}
    return np.array([by_pair[pair] for pair in pairs], dtype="float64")


def _factor(unit: str, indicator: str | None) -> float:
    times = factor(unit, INDICATORS[indicator].unit) if indicator else None
    return float("nan") if times is None else times


def _decide_codes(rows: Columns, reasons: np.ndarray, network: Network) -> None:
    """Of each 9999 and its like, decide whether it is a measurement: where the station's declared range reaches it.

    Parameters
    ----------
    rows : columns of the readings with station, indicator and number [canonical unit].
    reasons : why the numbers do not count; decided in place.
    network : the stations with their ranges.
    """
    for row in np.flatnonzero(reasons == SENTINEL_UNLESS_DECLARED).tolist():
        station = network.stations.get(rows["station"][row])
        is_measured = station is not None and station.reaches(rows["indicator"][row], rows["number"][row])
        reasons[row] = "" if is_measured else SENTINEL


def plausible(indicators: Iterable[str | None], numbers: np.ndarray | pd.Series) -> np.ndarray:
    """Whether each number [canonical unit] lies in its indicator's plausible range (`basin/data/indicators.csv`)."""
    return _within(_PLAUSIBLE, indicators, numbers)


def possible(indicators: Iterable[str | None], numbers: np.ndarray | pd.Series) -> np.ndarray:
    """Whether each number [canonical unit] is physically possible; a limit of detection is judged like a value."""
    return _within(_POSSIBLE, indicators, numbers)


def measurable(indicators: Iterable[str | None], numbers: np.ndarray | pd.Series, times_below: ArrayLike) -> np.ndarray:
    """Whether each number [canonical unit] is 0 or not far below what any standard method detects.

    0.13 mg/L written into a column of µg/L becomes 0.00013 mg/L, which no method tells from 0.

    Parameters
    ----------
    indicators : of each number; None where unknown.
    numbers : in the canonical unit.
    times_below : how many times below the lowest limit of a method a number may lie, one for all or of each number.
    """
    limits = np.array([_METHOD_LIMITS.get(code, 0.0) for code in indicators], dtype="float64")
    values = np.asarray(numbers, dtype="float64")
    return (values <= 0) | (values >= limits / np.asarray(times_below))


def _within(bounds: _Bounds, indicators: Iterable[str | None], numbers: np.ndarray | pd.Series) -> np.ndarray:
    limits = [bounds.get(code, _NOWHERE) for code in indicators]
    lowest, highest = np.array(limits, dtype="float64").reshape(-1, 2).T
    values = np.asarray(numbers, dtype="float64")
    return (values >= lowest) & (values <= highest)


def _bounds(lowest: str, highest: str) -> _Bounds:
    bounds: dict[str | None, tuple[float, float]] = {}
    for code, indicator in INDICATORS.items():
        low = getattr(indicator, lowest)
        high = getattr(indicator, highest)
        bounds[code] = (-np.inf if low is None else low, np.inf if high is None else high)
    return bounds


_Bounds = Mapping[str | None, tuple[float, float]]
_POSSIBLE = _bounds("possible_min", "possible_max")
_PLAUSIBLE = _bounds("plausible_min", "plausible_max")
_METHOD_LIMITS: Mapping[str | None, float] = {
    code: indicator.method_limit or 0.0 for code, indicator in INDICATORS.items()
}
_NOWHERE = (np.nan, np.nan)  # the bounds of an unknown indicator: no number lies within


class _Fate(NamedTuple):
    """A line of the table of fates: which rows the line fits, and the column that the receipt quotes."""

    fits: np.ndarray
    fate: str
    code: str
    column: str


def _add_fate(rows: Columns, values: _Values, now: datetime, rights: Collection[str] | None) -> None:
    """Give each row the first fate in the table that fits the row.

    The order asks: may the sender report for the station, was anything sent, can the value be read, can it be true. A
    blank cell of the future is rejected as well: if it were stored, its station would count as heard until then.

    Parameters
    ----------
    rows : columns of the readings with station, indicator, number and censored; fate and code are added.
    values : the numbers in the unit as sent, and why they do not count.
    now : a time more than `CLOCKS_MAY_DIFFER` later than `now` lies in the future.
    rights : codes of the stations the sender may report for; None for all.
    """
    sent = rows["value_text"] != ""
    station = rows["station"]
    codes = rows["indicator"].tolist()
    problem = rows["problem"] != ""
    reasons = values.reasons
    other_water = sent & _by_text(rows["mark"], lambda mark: OTHER_WATER in sample_kinds(mark)).astype(bool)
    other_water |= sent & (reasons == OTHER_WATER)
    latest = np.datetime64((now + CLOCKS_MAY_DIFFER).astimezone(UTC).replace(tzinfo=None), "us")
    foreign = ~_by_text(station, lambda code: rights is None or code in rights).astype(bool)
    # Stations print such numbers in mg/L when the water is clean; beside a unit that is converted they are a slip.
    times_below = np.where(rows["number"] != values.numbers, FAR_BELOW, OUT_OF_SIGHT)
    table = [
        _Fate(problem, "rejected", "", "value_text"),
        _Fate(foreign, "rejected", NO_RIGHT, "station_text"),
        _Fate(rows["time_text"] == "", "absent", "no_time", "time_text"),
        _Fate(rows["time"] > latest, "rejected", "future_time", "time_text"),
        _Fate(~sent & (rows["mark"] != ""), "withheld", "withheld", "mark"),
        _Fate(~sent & (rows["printed"] == NOT_EQUIPPED), "absent", "not_equipped", "printed"),
        _Fate(~sent, "absent", "no_value", "printed"),
        _Fate(other_water, "rejected", OTHER_WATER, "mark"),
        _Fate(reasons == "above_range", "rejected", "above_range", "value_text"),
        _Fate(reasons == "no_limit", "rejected", "no_limit", "value_text"),
        _Fate(reasons == "unreadable_number", "rejected", "unreadable_number", "value_text"),
        _Fate(np.isnat(rows["time"]) | (rows["time"] < EARLIEST), "rejected", "unreadable_time", "time_text"),
        _Fate(rows["indicator"] == None, "rejected", "unknown_indicator", "indicator_text"),  # noqa: E711  elementwise
        _Fate(np.isnan(rows["number"]), "rejected", "unknown_unit", "unit"),
        _Fate(reasons == SENTINEL, "quarantined", SENTINEL, "value_text"),
        _Fate(~possible(codes, rows["number"]), "rejected", "impossible", "value_text"),
        _Fate(reasons == "unknown_qualifier", "quarantined", "unknown_qualifier", "mark"),
        _Fate(~measurable(codes, rows["number"], times_below), "quarantined", "below_methods", "value_text"),
        _Fate(station == None, "quarantined", "unknown_station", "station_text"),  # noqa: E711
        _Fate(~plausible(codes, rows["number"]), "quarantined", "implausible", "value_text"),
    ]
    which = np.select([line.fits for line in table], range(len(table)), default=len(table))
    rows["fate"] = objects([*(line.fate for line in table), "accepted"])[which]
    rows["code"] = objects([*(line.code for line in table), ""])[which]
    rows["code"][problem] = rows["problem"][problem]
    _add_place_and_value(rows, which, [*(line.column for line in table), "value_text"])


def _add_place_and_value(rows: Columns, which: np.ndarray, columns: Sequence[str]) -> None:
    """Name the field that each fate is about, and quote its cell.

    Of a source with a column per indicator, that column's cell is quoted, unless the time is wrong. An unknown or
    foreign station is always named with its province: otherwise the receipt would not show which station is meant.

    Parameters
    ----------
    rows : columns of the readings with fate and code; field and value are added.
    which : (row) the line in the table of fates; the last one is "accepted".
    columns : the column that each line of the table is about.
    """
    in_own_column = rows["field"] != ""
    sent = rows["value_text"] != ""
    value = np.where(sent, rows["value_text"], rows["printed"])
    field = objects([_FIELDS[column] for column in columns])[which]
    for line, column in enumerate(columns[:-1]):
        wrong_time = (column == "time_text") & (rows["time_text"] != "")
        quoting = (which == line) & (~in_own_column | wrong_time)
        if quoting.any():
            value[quoting] = rows[column][quoting]
    unnamed = (rows["code"] == "unknown_station") | (rows["code"] == NO_RIGHT)
    if unnamed.any():
        names = zip(rows["province"][unnamed], rows["station_text"][unnamed], strict=True)
        value[unnamed] = objects([" ".join(filter(None, pair)) for pair in names])
    rows["field"] = np.where(in_own_column & ~unnamed, rows["field"], field)
    rows["value"] = value


_FIELDS = {
    "time_text": "time",
    "mark": "mark",
    "printed": "value",
    "indicator_text": "indicator",
    "value_text": "value",
    "unit": "unit",
    "station_text": "station",
}
