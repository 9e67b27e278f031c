"""The texts in an evidence file: readings as CSV and all else as JSON, written in one way and read within bounds.

In: a table of readings, or the bytes of an entry. Out: the one text of the table, or what an entry says. A text that
says the same in other words is refused, for JSON here, for CSV by whoever writes the table again. What the entries mean
is not known here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from io import StringIO
from itertools import chain
from math import isfinite
from typing import Any, NoReturn

import numpy as np
import pandas as pd

from basin.errors import Refused, UsageError
from settlement.evidence.entries import LONGEST_NUMBER, MOST_LEVELS, MOST_ROWS, OBSERVATIONS
from settlement.gathered import OBSERVED, QUALITY
from settlement.statement.canonical import canonical_json

INSTANTS = ("time", "recorded_at")
SORTED_BY = ("station", "indicator", "time", "revision", "reading", "fate", "reason")
COLUMNS = frozenset({*OBSERVED, *QUALITY, "fate", "reason", "reading", "recorded_at"})
ACCEPTED = "accepted"
_WHOLE = re.compile(r"[0-9]{1,9}", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,400}(?:\.[0-9]{1,400})?(?:e[+-]?[0-9]{1,3})?", re.ASCII)  # as a float is written


def text_of(entries: Mapping[str, bytes], name: str) -> str:
    """The text of an entry."""
    try:
        return entries[name].decode()
    except UnicodeDecodeError as problem:
        raise Refused("不是 UTF-8 文本", "not UTF-8 text", file=name) from problem


def json_of(entries: Mapping[str, bytes], name: str, kind: type) -> Any:
    """An entry's JSON, which must be the canonical text of what it says, a map or a list."""
    text = text_of(entries, name)
    try:
        parsed = json.loads(text, parse_float=_no_float, parse_constant=_no_float, parse_int=_whole_number)
    except (ValueError, RecursionError) as problem:
        raise Refused("不是规范 JSON", f"not canonical JSON: {problem}", file=name) from problem
    if not isinstance(parsed, kind) or not _is_shallow(parsed) or _canonical_text(parsed) != text:
        raise Refused("不是规范 JSON", "not canonical JSON", file=name)
    return parsed


def _canonical_text(parsed: object) -> str | None:
    """The canonical text; None of what has none, such as half a sign."""
    try:
        return canonical_json(parsed)
    except UsageError:
        return None


def _is_shallow(parsed: object) -> bool:
    """Whether lists and maps lie inside each other no deeper than any evidence file needs."""
    level: list[Any] = [parsed]
    for _ in range(MOST_LEVELS):
        inner = chain.from_iterable(value.values() if isinstance(value, dict) else value for value in level)
        level = [value for value in inner if isinstance(value, dict | list)]
        if not level:
            return True
    return False


def _no_float(text: str) -> NoReturn:
    raise ValueError(f"float {text[:LONGEST_NUMBER]}")


def _whole_number(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise ValueError(f"a number of more than {LONGEST_NUMBER} digits")
    return int(text)


def observations_csv(observations: pd.DataFrame) -> str:
    """Readings as CSV in a fixed order of rows; floats with every digit they need, instants in UTC."""
    order = [column for column in SORTED_BY if column in observations]
    printed = observations.sort_values(order, kind="stable") if order else observations
    instants = {column: _instants(printed[column]) for column in INSTANTS if column in printed}
    fate = {} if "fate" in printed else {"fate": ACCEPTED}
    return printed.assign(**instants, **fate).to_csv(index=False, lineterminator="\n")


def _instants(times: pd.Series) -> Any:
    """``2020-08-01T04:00:00Z``; with microseconds where a column has them."""
    utc = pd.to_datetime(times, utc=True).dt.tz_localize(None).to_numpy("datetime64[us]")
    whole = (utc.astype("datetime64[s]") == utc) | np.isnat(utc)
    text = np.datetime_as_string(utc, unit="s" if whole.all() else "us", timezone="UTC")
    return np.where(np.isnat(utc), "", text)


def observations_of(text: str) -> pd.DataFrame:
    """The readings of `observations_csv` with the types they had; a text nobody gave stays the empty text."""
    _refuse_other_columns(text)
    try:
        frame = pd.read_csv(StringIO(text), dtype=str, keep_default_na=False)
        typed = {column: _TYPES[column](frame[column]) for column in frame.columns.intersection(list(_TYPES))}
    except (ValueError, OverflowError) as problem:
        raise Refused("监测数据表读不出", f"observations cannot be read: {problem}", file=OBSERVATIONS) from problem
    return frame.assign(**typed)


def _refuse_other_columns(text: str) -> None:
    """The table has columns that readings have, each once, and not more rows than anybody settles from."""
    header = text[: text.find("\n")].split(",")
    if not COLUMNS.issuperset(header) or len(set(header)) < len(header):
        raise Refused("监测数据表读不出", "observations cannot be read: other columns", file=OBSERVATIONS)
    if text.count("\n") > MOST_ROWS + 1:
        raise Refused(f"超过 {MOST_ROWS} 行", f"more than {MOST_ROWS} rows", file=OBSERVATIONS)


def _times(texts: pd.Series) -> pd.Series:
    return pd.to_datetime(texts, utc=True, format="ISO8601").dt.as_unit("ns")


def _numbers(texts: pd.Series) -> pd.Series:
    """Float by float: what pandas parses faster may be off in the last digit."""
    return pd.Series([_number(text) if text else np.nan for text in texts], index=texts.index, dtype="float64")


def _number(text: str) -> float:
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"not a number: {text[:LONGEST_NUMBER]}")
    number = float(text)
    if not isfinite(number):
        raise ValueError(f"not a finite number: {text[:LONGEST_NUMBER]}")
    return number


def _wholes(texts: pd.Series) -> pd.Series:
    if not all(map(_WHOLE.fullmatch, texts)):
        raise ValueError("not a whole number")
    return texts.astype("int64")


def _flags(texts: pd.Series) -> pd.Series:
    return texts == "True"


_TYPES: Mapping[str, Callable[[pd.Series], pd.Series]] = {
    **dict.fromkeys(INSTANTS, _times), **dict.fromkeys(("revision", "quality"), _wholes),
    "value": _numbers, "censored": _flags,
}  # fmt: skip
