"""What each cell of a readings frame is: a readings frame in, the same rows with a fate out.

Adds station, section, indicator, number (canonical unit), censored, fate, code, field and value. A hard failure
(unknown unit, unknown indicator, no number, future time) is rejected; a doubt (unknown station, outside the plausible
range) is quarantined for a person. Nothing is dropped or corrected, no clock is read, and what is already stored is not
known here: `revisions` compares with that.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from basin.indicators import INDICATORS, find_indicator
from basin.network import Network
from basin.units import factor
from monitoring_ingest.frames import NOT_EQUIPPED
from monitoring_ingest.station_names import stations_of

FATES = ("accepted", "duplicate", "revised", "quarantined", "rejected", "withheld", "absent")
CLOCKS_MAY_DIFFER = timedelta(hours=1)
BELOW_DETECTION = frozenset({"<", "L"})

_VALUE = re.compile(r"(<?)\s*([+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|[+-]?\.\d+(?:[eE][+-]?\d+)?)\s*(L?)", re.ASCII)


def validate(readings: pd.DataFrame, network: Network, now: datetime) -> pd.DataFrame:
    """The readings with what they are found to be.

    Parameters
    ----------
    readings : a readings frame.
    now : nothing later than an hour after it can have been measured.

    Returns
    -------
    The frame with `station`, `section`, `indicator` (codes, None where unknown), `number` (canonical unit; nan),
    `censored` (below detection: `number` is the limit), `fate` (accepted, quarantined, rejected, withheld, absent),
    `code` (of the message; "" where accepted), and, for the receipt, `field` and `value` it is about.
    """
    frame = readings.copy()
    _add_station(frame, network)
    frame["indicator"] = _each(frame["indicator_text"], _indicator_code)
    numbers = _each(frame["value_text"], number_and_censored)
    as_sent = pd.Series([number for number, _ in numbers], dtype="float64")
    below = pd.Series([censored for _, censored in numbers], dtype=bool)
    frame["censored"] = below | frame["mark"].isin(BELOW_DETECTION)
    frame["number"] = as_sent * _factors(frame)
    _add_fate(frame, as_sent, pd.Timestamp(now + CLOCKS_MAY_DIFFER))
    return frame


def _add_station(frame: pd.DataFrame, network: Network) -> None:
    names = list(zip(frame["province"], frame["station_text"], strict=True))
    stations = stations_of(network, names)
    found = [stations[name] for name in names]
    frame["station"] = pd.Series([station and station.code for station in found], dtype=object, index=frame.index)
    frame["section"] = pd.Series([station and station.section for station in found], dtype=object, index=frame.index)


def _indicator_code(text: str) -> str | None:
    found = find_indicator(text)
    return found.code if found else None


def _each(texts: pd.Series, meaning: Callable[[str], Any]) -> pd.Series:
    """`meaning` of every text, worked out once per distinct text."""
    known = {text: meaning(text) for text in texts.unique()}
    return pd.Series([known[text] for text in texts], dtype=object, index=texts.index)


def number_and_censored(text: str) -> tuple[float, bool]:
    """The number a source wrote, nan where it is none; ``<0.025`` and ``0.025L`` are below the limit 0.025."""
    found = _VALUE.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if not found:
        return float("nan"), False
    value = float(found[2])
    return (value, bool(found[1] or found[3])) if np.isfinite(value) else (float("nan"), False)


def _factors(frame: pd.DataFrame) -> pd.Series:
    """What to multiply each value by to have it in its indicator's unit; nan where the unit does not fit."""
    pairs = list(zip(frame["unit"], frame["indicator"], strict=True))
    known = {pair: _factor(*pair) for pair in dict.fromkeys(pairs)}
    return pd.Series([known[pair] for pair in pairs], dtype="float64", index=frame.index)


def _factor(unit: str, indicator: str | None) -> float:
    times = factor(unit, INDICATORS[indicator].unit) if indicator else None
    return float("nan") if times is None else times


def plausible(indicators: Iterable[str | None], numbers: pd.Series) -> pd.Series:
    """Whether each number [canonical unit] lies in its indicator's plausible range (`basin/data/indicators.csv`)."""
    lowest, highest = _bounds("plausible_min", -np.inf), _bounds("plausible_max", np.inf)
    codes = pd.Series(list(indicators), dtype=object, index=numbers.index)
    return numbers.ge(codes.map(lowest).astype("float64")) & numbers.le(codes.map(highest).astype("float64"))


def _bounds(name: str, unbounded: float) -> Mapping[str, float]:
    bounds = {code: getattr(indicator, name) for code, indicator in INDICATORS.items()}
    return {code: unbounded if bound is None else bound for code, bound in bounds.items()}


def _add_fate(frame: pd.DataFrame, as_sent: pd.Series, latest: pd.Timestamp) -> None:
    """Give each row the first fate of this table that fits it."""
    sent = frame["value_text"] != ""
    table: list[tuple[Any, str, str, str]] = [
        (frame["problem"] != "", "rejected", "", "value_text"),
        (frame["time_text"] == "", "absent", "no_time", "time_text"),
        (~sent & (frame["mark"] != ""), "withheld", "withheld", "mark"),
        (~sent & (frame["printed"] == NOT_EQUIPPED), "absent", "not_equipped", "printed"),
        (~sent, "absent", "no_value", "printed"),
        (frame["time"].isna(), "rejected", "unreadable_time", "time_text"),
        (frame["indicator"].isna(), "rejected", "unknown_indicator", "indicator_text"),
        (as_sent.isna(), "rejected", "unreadable_number", "value_text"),
        (frame["number"].isna(), "rejected", "unknown_unit", "unit"),
        (frame["time"] > latest, "rejected", "future_time", "time_text"),
        (frame["station"].isna(), "quarantined", "unknown_station", "station_text"),
        (~plausible(frame["indicator"], frame["number"]), "quarantined", "implausible", "value_text"),
    ]
    which = np.select([fits.to_numpy(dtype=bool) for fits, *_ in table], range(len(table)), default=len(table))
    fates, codes, sources = zip(*(row[1:] for row in table), ("accepted", "", "value_text"), strict=True)
    frame["fate"] = np.array(fates, dtype=object)[which]
    frame["code"] = frame["problem"].where(frame["problem"] != "", np.array(codes, dtype=object)[which])
    _add_place_and_value(frame, np.array(sources, dtype=object)[which])


def _add_place_and_value(frame: pd.DataFrame, sources: np.ndarray[Any, Any]) -> None:
    """Name the field each fate is about, and quote it: of a source with a column per indicator, that column's cell."""
    own_column = (frame["field"] != "").to_numpy()
    shown = frame["value_text"].where(frame["value_text"] != "", frame["printed"]).astype(object)
    quoted = pd.Series(np.select([sources == name for name in _FIELDS], [frame[name] for name in _FIELDS], ""))
    named = pd.Series(sources).map(_FIELDS)
    frame["value"] = shown.where(own_column, quoted.to_numpy())
    frame["field"] = frame["field"].where(own_column, named.to_numpy())


_FIELDS = {
    "time_text": "time",
    "mark": "mark",
    "printed": "value",
    "indicator_text": "indicator",
    "value_text": "value",
    "unit": "unit",
    "station_text": "station",
}
