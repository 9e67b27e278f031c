"""Water-quality classes of a table of readings or means, for anyone's own figures.

In: a text table ``section,time,water_body,<indicator columns>``; blank is missing, ``*`` not equipped, and ``<0.02``
counts as its detection limit, which is how the wide export writes a value below detection. Out: the same table with
``class`` (1–6 or blank), ``deciding`` (codes joined by ``|``) and ``reason``. Single-factor evaluation
(环办〔2011〕22号) under the standard named. Nothing is stored and no mean is taken.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from basin.errors import UsageError
from basin.indicators import INDICATORS, find_indicator, indicator
from basin.network import WATER_BODIES
from basin.qualifiers import written_value
from basin.rounding import rounded
from basin.standards import Standard, classify, deciding

NOT_EQUIPPED = "*"


def classified(
    table: pd.DataFrame, standard: Standard, *, require: Collection[str] = (), compare: str = "raw"
) -> pd.DataFrame:
    """The table with class, deciding items and reason.

    Parameters
    ----------
    table : columns of text; `water_body` is ``river`` or ``lake``; indicator columns by any known name.
    require : indicators without which a row has no class when they are blank (``*`` is not blank).
    compare : ``raw`` takes values as given, ``reported`` rounds them to the evaluation decimals first.

    Raises
    ------
    UsageError : no `water_body` column, one indicator in two columns, or a required one in none.
    UnknownCode : a required indicator nobody knows.
    """
    columns = _indicator_columns(table, standard)
    needed = [indicator(code).code for code in require]
    for code in needed:
        if code not in columns:
            raise UsageError(
                f"没有 {code} 一列", f"no column {code}", path=code, remedy="补上此列，或不要 --require 它"
            )
    texts = {code: table[column].fillna("").str.strip() for code, column in columns.items()}
    values = {code: _numbers(text) for code, text in texts.items()}
    if compare == "reported":
        values = {code: _rounded(code, array) for code, array in values.items()}
    reasons = _reasons(table, texts, values, needed)
    bodies = np.where(_bodies(table).isin(WATER_BODIES), _bodies(table), WATER_BODIES[0])
    usable = reasons == ""
    classes = np.where(usable, classify(standard, values, bodies), np.nan)
    decided = deciding(standard, values, bodies)
    reasons[usable & np.isnan(classes)] = "no_values"
    result = table.copy()
    result["class"] = ["" if np.isnan(c) else str(int(c)) for c in classes]
    result["deciding"] = ["" if np.isnan(c) else "|".join(codes) for c, codes in zip(classes, decided, strict=True)]
    result["reason"] = reasons
    return result


def _indicator_columns(table: pd.DataFrame, standard: Standard) -> dict[str, str]:
    """Indicator code → column, for the columns that count towards a class."""
    if "water_body" not in table.columns:
        zh = "表中没有 water_body 一列"
        raise UsageError(zh, "no column water_body", path="water_body", remedy="补上此列，写 river 或 lake")
    columns: dict[str, str] = {}
    for column in table.columns:
        indicator = find_indicator(str(column))
        if indicator is None or indicator.code not in standard.evaluated:
            continue
        if indicator.code in columns:
            twice = f"{columns[indicator.code]}、{column}"
            raise UsageError(
                f"{indicator.code} 有两列：{twice}", "one indicator in two columns", path=twice, remedy="留下一列"
            )
        columns[indicator.code] = str(column)
    return columns


def _bodies(table: pd.DataFrame) -> pd.Series:
    return table["water_body"].fillna("").str.strip()


def _numbers(texts: pd.Series) -> NDArray[np.float64]:
    """Cells as float64, a value below detection as its limit; nan for blank, not equipped and unreadable ones."""
    written = {text: written_value(text) for text in set(texts)}
    return np.array([np.nan if written[text].reason else written[text].number for text in texts], dtype=np.float64)


def _rounded(code: str, values: NDArray[np.float64]) -> NDArray[np.float64]:
    decimals = INDICATORS[code].evaluation_decimals
    return values if decimals is None else rounded(values, decimals)


def _reasons(
    table: pd.DataFrame, texts: dict[str, pd.Series], values: dict[str, NDArray[np.float64]], needed: Iterable[str]
) -> NDArray[np.object_]:
    """Why a row has no class; blank where nothing speaks against one."""
    reasons = np.where(_bodies(table).isin(WATER_BODIES), "", "water_body").astype(object)
    for code, text in texts.items():
        unreadable = np.isnan(values[code]) & ~text.isin(["", NOT_EQUIPPED]).to_numpy()
        reasons[unreadable & (reasons == "")] = f"not_a_number: {code}"
    for code in needed:
        reasons[(texts[code] == "").to_numpy() & (reasons == "")] = f"missing: {code}"
    return reasons
