"""Water-quality classes of a table of readings or means, for anyone's own figures.

In: a text table ``section,time,water_body,<indicator columns>``, as the wide export writes one; blank is missing, ``*``
not equipped, and ``<0.02`` below a detection limit, of which half counts unless the caller says otherwise. Out: the
same table with ``class`` (1–6 or blank), ``deciding`` (codes joined by ``|``) and ``reason``. Single-factor evaluation
(环办〔2011〕22号) under the standard named. Nothing is stored and no mean is taken.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from basin.clauses import NonDetect
from basin.errors import UsageError
from basin.indicators import INDICATORS, find_indicator, indicator
from basin.network import WATER_BODIES
from basin.rounding import rounded
from basin.sources import title_and_unit
from basin.standards import Standard, classify, deciding
from basin.written.qualifiers import written_value
from basin.written.units import factor, is_unit, units_in
from settlement.statistics.counting import detected

NOT_EQUIPPED = "*"
# What a row is about, and the class that its source published, as the wide export writes it. Of all other columns that
# no indicator is called like, nobody knows whether they matter.
DESCRIBING = frozenset({"section", "time", "water_body", "water_class", "station", "province", "断面", "时间", "站点"})


def classified(
    table: pd.DataFrame,
    standard: Standard,
    *,
    require: Collection[str] = (),
    compare: str = "raw",
    ignore: Collection[str] = (),
    non_detect: NonDetect = "half",
) -> pd.DataFrame:
    """The table with class, deciding items and reason.

    Parameters
    ----------
    table : columns of text; `water_body` is ``river`` or ``lake``; indicator columns by any known name.
    require : indicators without which a row has no class when they are blank (``*`` is not blank).
    ignore : titles of columns that are passed over.
    non_detect : what stands for a value below detection: half its limit, zero or the limit.
    compare : ``raw`` takes values as given, ``reported`` rounds them to the evaluation decimals first.

    Raises
    ------
    UsageError : no `water_body` column, a column nobody understands, a unit that does not fit its indicator or
        stands below the titles, one indicator in two columns, or a required one in none.
    UnknownCode : a required indicator nobody knows.
    """
    columns = _indicator_columns(table, standard, ignore)
    needed = [indicator(code).code for code in require]
    for code in needed:
        if code not in columns:
            raise UsageError(
                f"没有 {code} 一列", f"no column {code}", path=code, remedy="补上此列，或不要 --require 它"
            )
    texts = {code: table[column.title].fillna("").str.strip() for code, column in columns.items()}
    _refuse_units_in_rows(table, texts.values())
    values = {code: _numbers(text, non_detect) * columns[code].factor for code, text in texts.items()}
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


class _IndicatorColumn(NamedTuple):
    """A column that counts towards a class, and what converts its values to the unit of the indicator."""

    title: str
    factor: float


def _indicator_columns(
    table: pd.DataFrame, standard: Standard, ignore: Collection[str]
) -> dict[str, _IndicatorColumn]:  # fmt: skip
    """Indicator code → column, for the columns that count towards a class; a title may state its unit."""
    if "water_body" not in table.columns:
        zh = "表中没有 water_body 一列"
        raise UsageError(zh, "no column water_body", path="water_body", remedy="补上此列，写 river 或 lake")
    columns: dict[str, _IndicatorColumn] = {}
    for title in map(str, table.columns):
        if title in DESCRIBING or title in ignore:
            continue
        plain, unit = title_and_unit(title)
        indicator = find_indicator(plain)
        if indicator is None:
            zh = f"不认识的列：{title}"
            remedy = f"改成指标代码或名称，单位写在括号里，如 氨氮(mg/L)；不用的列加 --ignore {title}"
            raise UsageError(zh, "nobody understands this column", path=title, remedy=remedy)
        times = factor(unit, indicator.unit) if unit else 1.0
        if times is None:
            zh = f"{title} 的单位不能换算成 {indicator.unit}"
            raise UsageError(zh, "a unit that does not fit the indicator", path=title, remedy="改正列名里的单位")
        if indicator.code not in standard.evaluated:
            continue
        if indicator.code in columns:
            twice = f"{columns[indicator.code].title}、{title}"
            zh = f"{indicator.code} 有两列：{twice}"
            raise UsageError(zh, "one indicator in two columns", path=twice, remedy="留下一列，或加 --ignore")
        columns[indicator.code] = _IndicatorColumn(title, times)
    return columns


def _bodies(table: pd.DataFrame) -> pd.Series:
    return table["water_body"].fillna("").str.strip()


def _numbers(texts: pd.Series, non_detect: NonDetect) -> NDArray[np.float64]:
    """Cells as float64; nan for blank, not equipped and unreadable ones.

    Parameters
    ----------
    texts : the cells.
    non_detect : what stands for a value below detection.
    """
    by_text = {text: written_value(text) for text in set(texts)}
    cells = [by_text[text] for text in texts]
    numbers = np.array([np.nan if cell.reason else cell.number for cell in cells], dtype=np.float64)
    return detected(numbers, [cell.censored for cell in cells], non_detect)


def _rounded(code: str, values: NDArray[np.float64]) -> NDArray[np.float64]:
    decimals = INDICATORS[code].evaluation_decimals
    return values if decimals is None else rounded(values, decimals)


def _refuse_units_in_rows(table: pd.DataFrame, texts: Iterable[pd.Series]) -> None:
    """Refuse a table that states units below its titles: nobody knows for which rows they hold.

    Parameters
    ----------
    table : all its cells.
    texts : the cells of each indicator column.
    """
    cells = {str(cell) for column in table.columns for cell in table[column].fillna("").unique()}
    stated = [text for column in texts for text in column.unique() if is_unit(text)]
    stated += [cell for cell in cells if units_in(cell)]
    if stated:
        zh = f"表头之下写着单位：{stated[0]}"
        remedy = "单位写进列名的括号里，如 氨氮(µg/L)，删去写单位的行"
        raise UsageError(zh, "a unit below the titles", path=stated[0], remedy=remedy)


def _outside(values: NDArray[np.float64], least: float | None, most: float | None) -> NDArray[np.bool_]:
    """Which values are outside a range of the indicator; a missing bound bounds nothing, nan is outside nothing.

    Parameters
    ----------
    values : in the unit of the indicator.
    least, most : the bounds, both within the range.
    """
    below = values < (-np.inf if least is None else least)
    above = values > (np.inf if most is None else most)
    return np.asarray(below | above)


def _reasons(
    table: pd.DataFrame, texts: dict[str, pd.Series], values: dict[str, NDArray[np.float64]], needed: Iterable[str]
) -> NDArray[np.object_]:
    """Why a row has no class; blank where nothing speaks against one."""
    reasons = np.where(_bodies(table).isin(WATER_BODIES), "", "water_body").astype(object)
    for code, text in texts.items():
        unreadable = np.isnan(values[code]) & ~text.isin(["", NOT_EQUIPPED]).to_numpy()
        reasons[unreadable & (reasons == "")] = f"not_a_number: {code}"
        bounds = INDICATORS[code]
        impossible = _outside(values[code], bounds.possible_min, bounds.possible_max)
        implausible = _outside(values[code], bounds.plausible_min, bounds.plausible_max)
        reasons[impossible & (reasons == "")] = f"impossible: {code}"
        reasons[implausible & (reasons == "")] = f"implausible: {code}"
    for code in needed:
        reasons[(texts[code] == "").to_numpy() & (reasons == "")] = f"missing: {code}"
    return reasons
