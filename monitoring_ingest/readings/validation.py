"""What each cell of a readings frame is: readings in, the same rows with a fate out.

Adds station, section, indicator, number (canonical unit), censored, fate, code, field and value. A hard failure
(unknown unit, unknown indicator, no number, future time, a station the sender may not speak for, a value that nature
does not have) is rejected; a doubt (unknown station, outside the plausible range) is quarantined for a person. Nothing
is dropped or corrected, no clock is read, and what is already stored is not known here: `revisions` compares with that.
Every meaning is worked out once per distinct text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from basin.indicators import INDICATORS, find_indicator
from basin.network import Network
from basin.units import factor
from monitoring_ingest.readings.frames import NOT_EQUIPPED, Columns, columns_of, objects
from monitoring_ingest.readings.station_names import stations_of

FATES = ("accepted", "duplicate", "revised", "quarantined", "rejected", "withheld", "absent")
NO_RIGHT = "no_right"  # the code of a row whose sender may not speak for its station
CLOCKS_MAY_DIFFER = timedelta(hours=1)
BELOW_DETECTION = frozenset({"<", "L"})

_VALUE = re.compile(r"(<?)\s*([+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|[+-]?\.\d+(?:[eE][+-]?\d+)?)\s*(L?)", re.ASCII)
_PLAIN = re.compile(r"[0-9.]+")
_ABOVE = re.compile(r"\s*[>≥]\s*=?\s*\d+(?:\.\d*)?(?:[eE][+-]?\d+)?\s*", re.ASCII)


def validate(
    readings: pd.DataFrame | Columns, network: Network, now: datetime, rights: Collection[str] | None = None
) -> Columns:
    """The readings with what they are found to be.

    Parameters
    ----------
    readings : a readings frame, or its columns.
    now : nothing later than an hour after it can have been measured.
    rights : codes of the stations the sender may speak for; None for all.

    Returns
    -------
    The columns with `station`, `section`, `indicator` (codes, None where unknown), `number` (canonical unit; nan),
    `censored` (below detection: `number` is the limit), `fate` (accepted, quarantined, rejected, withheld, absent),
    `code` (of the message; "" where accepted), and, for the receipt, `field` and `value` it is about.
    """
    found = dict(columns_of(readings))
    _add_station(found, network)
    found["indicator"] = _each(found["indicator_text"], _indicator_code)
    as_sent, below = _numbers(found["value_text"].tolist())
    found["censored"] = below | _each(found["mark"], BELOW_DETECTION.__contains__).astype(bool)
    found["number"] = as_sent * _factors(found)
    _add_fate(found, as_sent, now, rights)
    return found


def _add_station(found: Columns, network: Network) -> None:
    names = list(zip(found["province"].tolist(), found["station_text"].tolist(), strict=True))
    stations = stations_of(network, names)
    codes = {name: station and station.code for name, station in stations.items()}
    sections = {name: station and station.section for name, station in stations.items()}
    found["station"] = objects([codes[name] for name in names])
    found["section"] = objects([sections[name] for name in names])


def _indicator_code(text: str) -> str | None:
    found = find_indicator(text)
    return found.code if found else None


def _each(texts: np.ndarray, meaning: Callable[[str], Any]) -> np.ndarray:
    """`meaning` of every text, worked out once per distinct text."""
    listed = texts.tolist()
    known = {text: meaning(text) for text in set(listed)}
    return objects([known[text] for text in listed])


def _numbers(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """What `number_and_censored` says of each text; of nothing but plain decimals at once."""
    if _PLAIN.fullmatch("".join(texts)):
        try:
            values = np.array(list(map(float, texts)), dtype="float64")
            return np.where(np.isfinite(values), values, np.nan), np.zeros(len(texts), dtype=bool)
        except ValueError:  # a blank, or two points
            pass
    known = {text: number_and_censored(text) for text in set(texts)}
    numbers, below = zip(*(known[text] for text in texts), strict=True) if texts else ((), ())
    return np.array(numbers, dtype="float64"), np.array(below, dtype=bool)


def number_and_censored(text: str) -> tuple[float, bool]:
    """The number a source wrote, nan where it is none; ``<0.025`` and ``0.025L`` are below the limit 0.025."""
    found = _VALUE.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if not found:
        return float("nan"), False
    value = _finite(float(found[2]))
    return value, bool(found[1] or found[3]) and value == value


def _finite(value: float) -> float:
    return value if value - value == 0 else float("nan")


def above_range(text: str) -> bool:
    """Whether a source wrote that the value lies above what it can measure: ``>24000``, ``≥5``."""
    return bool(_ABOVE.fullmatch(unicodedata.normalize("NFKC", text)))


def _factors(found: Columns) -> np.ndarray:
    """What to multiply each value by to have it in its indicator's unit; nan where the unit does not fit."""
    pairs = list(zip(found["unit"].tolist(), found["indicator"].tolist(), strict=True))
    known = {pair: _factor(*pair) for pair in set(pairs)}
    return np.array([known[pair] for pair in pairs], dtype="float64")


def _factor(unit: str, indicator: str | None) -> float:
    times = factor(unit, INDICATORS[indicator].unit) if indicator else None
    return float("nan") if times is None else times


def plausible(indicators: Iterable[str | None], numbers: np.ndarray | pd.Series) -> np.ndarray:
    """Whether each number [canonical unit] lies in its indicator's plausible range (`basin/data/indicators.csv`)."""
    return _within(_PLAUSIBLE, indicators, numbers)


def possible(indicators: Iterable[str | None], numbers: np.ndarray | pd.Series) -> np.ndarray:
    """As `plausible`, of what is physically possible; of a limit of detection it is asked whether that can be one."""
    return _within(_POSSIBLE, indicators, numbers)


def _within(bounds: _Bounds, indicators: Iterable[str | None], numbers: np.ndarray | pd.Series) -> np.ndarray:
    each = [bounds.get(code, _NOWHERE) for code in indicators]
    lowest, highest = np.array(each, dtype="float64").reshape(-1, 2).T
    values = np.asarray(numbers, dtype="float64")
    return (values >= lowest) & (values <= highest)


def _bounds(lowest: str, highest: str) -> _Bounds:
    pairs = {code: (getattr(each, lowest), getattr(each, highest)) for code, each in INDICATORS.items()}
    return {code: (-np.inf if low is None else low, np.inf if high is None else high)
            for code, (low, high) in pairs.items()}  # fmt: skip


_Bounds = Mapping[str | None, tuple[float, float]]
_POSSIBLE = _bounds("possible_min", "possible_max")
_PLAUSIBLE = _bounds("plausible_min", "plausible_max")
_NOWHERE = (np.nan, np.nan)


def _add_fate(found: Columns, as_sent: np.ndarray, now: datetime, rights: Collection[str] | None) -> None:
    """Give each row the first fate of this table that fits it: who may speak, is anything said, can it be read, may it
    be true. A blank cell of the future says nothing either: kept, its station would count as heard until then.
    """
    sent = found["value_text"] != ""
    station = found["station"]
    codes = found["indicator"].tolist()
    problem = found["problem"] != ""
    unreadable = (found["value_text"] != "") & np.isnan(as_sent)
    latest = np.datetime64((now + CLOCKS_MAY_DIFFER).astimezone(UTC).replace(tzinfo=None), "us")
    foreign = ~_each(station, lambda code: rights is None or code in rights).astype(bool)
    too_high = unreadable.copy()
    too_high[unreadable] = _each(found["value_text"][unreadable], above_range).astype(bool)
    table: list[tuple[Any, str, str, str]] = [
        (problem, "rejected", "", "value_text"),
        (foreign, "rejected", NO_RIGHT, "station_text"),
        (found["time_text"] == "", "absent", "no_time", "time_text"),
        (found["time"] > latest, "rejected", "future_time", "time_text"),
        (~sent & (found["mark"] != ""), "withheld", "withheld", "mark"),
        (~sent & (found["printed"] == NOT_EQUIPPED), "absent", "not_equipped", "printed"),
        (~sent, "absent", "no_value", "printed"),
        (too_high, "rejected", "above_range", "value_text"),
        (unreadable, "rejected", "unreadable_number", "value_text"),
        (np.isnat(found["time"]), "rejected", "unreadable_time", "time_text"),
        (found["indicator"] == None, "rejected", "unknown_indicator", "indicator_text"),  # noqa: E711  elementwise
        (np.isnan(found["number"]), "rejected", "unknown_unit", "unit"),
        (~possible(codes, found["number"]), "rejected", "impossible", "value_text"),
        (station == None, "quarantined", "unknown_station", "station_text"),  # noqa: E711
        (~plausible(codes, found["number"]), "quarantined", "implausible", "value_text"),
    ]
    which = np.select([fits for fits, *_ in table], range(len(table)), default=len(table))
    fates, reasons, sources = zip(*(row[1:] for row in table), ("accepted", "", "value_text"), strict=True)
    found["fate"], found["code"] = objects(fates)[which], objects(reasons)[which]
    found["code"][problem] = found["problem"][problem]
    _add_place_and_value(found, which, sources)


def _add_place_and_value(found: Columns, which: np.ndarray, sources: tuple[str, ...]) -> None:
    """Name the field each fate is about, and quote it: of a source with a column per indicator, that column's cell.

    A station nobody knows is always named, with its province: without it nobody could say who is meant.
    """
    own_column = found["field"] != ""
    sent = found["value_text"] != ""
    shown = np.where(sent, found["value_text"], found["printed"])
    field = objects([_FIELDS[source] for source in sources])[which]
    value = shown.copy()
    for number, source in enumerate(sources[:-1]):
        rows = (which == number) & ~own_column
        if rows.any():
            value[rows] = found[source][rows]
    unnamed = (found["code"] == "unknown_station") | (found["code"] == NO_RIGHT)
    if unnamed.any():
        names = zip(found["province"][unnamed], found["station_text"][unnamed], strict=True)
        value[unnamed] = objects([" ".join(filter(None, pair)) for pair in names])
    found["field"] = np.where(own_column & ~unnamed, found["field"], field)
    found["value"] = value


_FIELDS = {
    "time_text": "time",
    "mark": "mark",
    "printed": "value",
    "indicator_text": "indicator",
    "value_text": "value",
    "unit": "unit",
    "station_text": "station",
}
