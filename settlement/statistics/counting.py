"""Which readings count towards statistics, and as what number.

In: observations as a long frame and the data rules of an agreement. Out: the readings that count, one per section,
indicator and instant; and why each of the others is left out. It takes no mean over time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import tzinfo
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from basin.clauses import StatedRules
from basin.network import CHINA
from monitoring_ingest.quality.flags import Quality
from settlement.statistics.reduction import Flags, Integers, Readings, in_order
from settlement.statistics.speaking import NOT_SPEAKING, not_speaking

PH = "ph"
SERIES = ["section", "indicator"]
SHARE_OF_LIMIT = {"half": 0.5, "zero": 0.0, "limit": 1.0}


def detected(values: ArrayLike, censored: ArrayLike, non_detect: str) -> NDArray[np.float64]:
    """Values where each censored one, which holds its detection limit, becomes the share of it that the rule names.

    Means and loads may follow different rules (SL 219-2013 §12.2.5: half in a mean, zero in a load).
    """
    share = np.where(np.asarray(censored, dtype=bool), SHARE_OF_LIMIT[non_detect], 1.0)
    return np.asarray(values, dtype=np.float64) * share


def reasons(observations: pd.DataFrame, rules: StatedRules, timezone: tzinfo = CHINA) -> pd.Series:
    """Why each observation is left out; ``""`` where it counts.

    Returns
    -------
    categories, of which ``""`` is the first. The reason is the station's status; the test or decision that makes the
    reading unreliable or, where the rules leave such readings out, doubtful (columns `quality` and `test`, where
    quality control was run); the mark in place of a value; why the reading does not speak for its section, which
    depends on the other readings of its month (`speaking`): so all of them must be there.
    """
    state, states = codes_of(observations["status"])
    of_states = ["" if label in rules.statuses else str(label) for label in states]
    labels = list(dict.fromkeys(["", *of_states]))
    of_state = np.array([*(labels.index(label) for label in of_states), 0])  # a reading without a state has the code -1
    reason = of_state[state]
    if "quality" in observations:
        poor = observations["quality"].to_numpy() >= _left_out_from(rules.doubtful)
        reason = _unless_told(reason, labels, poor, observations["test"])
    absent = observations["value"].isna().to_numpy()
    if absent.any():
        marks = observations["mark"] if "mark" in observations else pd.Series("", index=observations.index)
        reason = _unless_told(reason, labels, absent, marks.astype("str").fillna("").replace("", "no_value"))
    why = not_speaking(observations, reason == 0, rules, timezone)
    if why.any():
        because = pd.Series(np.array(NOT_SPEAKING, dtype=object)[why], index=observations.index)
        reason = _unless_told(reason, labels, why > 0, because)
    return pd.Series(pd.Categorical.from_codes(reason, categories=pd.Index(labels)), index=observations.index)


def _unless_told(reason: Integers, labels: list[str], where: Flags, because: pd.Series) -> Integers:
    """The reasons, with another one where a condition holds and no reason was given yet; `labels` grow."""
    where = where & (reason == 0)
    if not where.any():
        return reason
    code, more = codes_of(because[where])
    labels += [label for label in dict.fromkeys(map(str, more)) if label not in labels]
    changed = reason.copy()
    changed[where] = np.array([labels.index(str(label)) for label in more])[code]
    return changed


def codes_of(column: pd.Series) -> tuple[NDArray[Any], NDArray[Any]]:
    """The number of each value among the different values, -1 where there is none; and these values."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy(), column.cat.categories.to_numpy()
    if column.dtype == object or column.dtype == "str":
        return _codes_of_texts(column.to_numpy())
    code, values = pd.factorize(column)
    return code, np.asarray(values)


def _codes_of_texts(texts: NDArray[np.object_]) -> tuple[NDArray[Any], NDArray[Any]]:
    """As `codes_of`. Readings come series by series and most are alike in their states: of each run of equal texts only
    the first is looked up, for neighbours are compared in a fifth of the time that a look-up takes.
    """
    heads = np.flatnonzero(np.concatenate(([True], texts[1:] != texts[:-1])))[: len(texts)]
    code, values = pd.factorize(texts[heads])
    code = code.astype(np.int8 if len(values) <= np.iinfo(np.int8).max else np.int64)
    return np.repeat(code, np.diff(heads, append=len(texts))), values


def usable(observations: pd.DataFrame, doubtful: str | None = None) -> pd.DataFrame:
    """The observations that nobody removed and no test finds unreliable (`quality`, where quality control was run).

    Parameters
    ----------
    observations : any columns.
    doubtful : what an agreement says of doubtful ones (`StatedRules.doubtful`): "leave_out" leaves those out, too.
    """
    if "quality" not in observations:
        return observations
    return observations[observations["quality"] < _left_out_from(doubtful)]


def flag_decides(observations: pd.DataFrame, rules: StatedRules | None) -> Flags:
    """Which observations do not count because of their flag alone: their state is one that counts.

    Parameters
    ----------
    observations : columns status and quality.
    rules : which states count, and whether doubtful readings do; None where no mean is formed and no state matters.
    """
    poor = observations["quality"].to_numpy() >= _left_out_from(rules.doubtful if rules else None)
    if rules is None:
        return poor
    state = observations["status"]
    return poor & (state.isin(["", *rules.statuses]) | state.isna()).to_numpy(dtype=bool)


def _left_out_from(doubtful: str | None) -> Quality:
    """The best quality of what does not count."""
    return Quality.DOUBTFUL if doubtful == "leave_out" else Quality.UNRELIABLE


@dataclass(frozen=True)
class Layout:
    """The sections and indicators whose series are numbered, section by section."""

    sections: NDArray[np.str_]
    indicators: NDArray[np.str_]

    @cached_property
    def ph(self) -> Flags:
        """(series) which series are pH."""
        return np.tile(self.indicators == PH, len(self.sections))

    def series_of(self, rows: pd.DataFrame) -> Integers:
        """The number of the series each row belongs to."""
        section = _numbered(rows["section"], self.sections)
        section *= len(self.indicators)
        section += _numbered(rows["indicator"], self.indicators)
        return section


def _numbered(column: pd.Series, labels: NDArray[np.str_]) -> Integers:
    code, values = codes_of(column)
    number_of = {label: number for number, label in enumerate(labels.tolist())}
    return np.array([number_of.get(str(value), -1) for value in values.tolist()], dtype=np.int64)[code]


def layout_of(*frames: pd.DataFrame) -> Layout:
    """The sections and indicators of all rows, in alphabetical order."""
    return Layout(_labels(frames, "section"), _labels(frames, "indicator"))


def _labels(frames: Iterable[pd.DataFrame], name: str) -> NDArray[np.str_]:
    labels = {str(label) for rows in frames for label in codes_of(rows[name])[1]}
    return np.array(sorted(labels), dtype=str)


def readings_that_count(
    observations: pd.DataFrame, counts: Flags, layout: Layout, non_detect: str
) -> Readings:  # fmt: skip
    """The observations that count, as the reduction takes them.

    Parameters
    ----------
    observations : columns section, indicator, time (UTC), value [canonical unit; the detection limit where censored]
        and censored.
    counts : (observation) which of them count.
    layout : holds their sections and indicators.
    non_detect : what stands for a non-detect (`StatedRules.non_detect`); pH has no detection limit.

    Returns
    -------
    one reading per series and instant: several stations of a section measuring at one instant are pooled into their
    mean.
    """
    series = layout.series_of(observations)
    time = pd.DatetimeIndex(observations["time"])
    value = observations["value"].to_numpy(np.float64)
    censored = observations["censored"].to_numpy(dtype=bool)
    if not counts.all():
        series = series[counts]
        time = time[counts]
        value = value[counts]
        censored = censored[counts]
    if censored.any():
        value = detected(value, censored & ~layout.ph[series], non_detect)
    return in_order(Readings(series, time, value), layout.ph)


def counted(observations: pd.DataFrame, rules: StatedRules) -> pd.DataFrame:
    """The readings that count, one per section, indicator and instant.

    Parameters
    ----------
    observations : columns section, indicator, time (UTC), value (canonical unit; the detection limit where censored),
        censored, status and, if there is one, mark.
    rules : which states count and what stands for a non-detect; pH has no detection limit.

    Returns
    -------
    columns section and indicator (categorical), time, value (float64). Several stations of a section measuring at one
    instant are pooled into their mean.
    """
    layout = layout_of(observations)
    counts = reasons(observations, rules).cat.codes.to_numpy() == 0
    readings = readings_that_count(observations, counts, layout, rules.non_detect)
    section, indicator = np.divmod(readings.series, max(len(layout.indicators), 1))
    columns = {
        "section": pd.Categorical.from_codes(section, categories=pd.Index(layout.sections)),
        "indicator": pd.Categorical.from_codes(indicator, categories=pd.Index(layout.indicators)),
        "time": readings.time,
        "value": readings.value,
    }
    return pd.DataFrame(columns)
