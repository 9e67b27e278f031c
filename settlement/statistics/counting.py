"""Which readings count towards statistics, and as what number.

In: observations as a long frame and the data rules of an agreement. Out: the readings that count, one per section,
indicator and instant, long or laid out as a cube; and why each of the others is left out. It takes no mean over time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from basin.errors import UsageError
from monitoring_ingest.quality.flags import Quality

if TYPE_CHECKING:
    import xarray as xr

PH = "ph"
SERIES = ["section", "indicator"]
Scale = Callable[[ArrayLike], NDArray[np.float64]]
SHARE_OF_LIMIT = {"half": 0.5, "zero": 0.0, "limit": 1.0}


@dataclass(frozen=True)
class DataRules:
    """The `data` block of an agreement, as far as statistics need it.

    Attributes
    ----------
    min_readings_a_day : readings a day needs to have a mean.
    min_days_a_month : valid days a month needs to have a mean.
    statuses : station states whose readings count; a reading without a state counts too.
    non_detect : what stands for a reading below the detection limit: half of it, zero or the limit (82号 item 7: half).
    doubtful : whether readings that quality control finds doubtful count; unreliable ones never do.
    """

    min_readings_a_day: int
    min_days_a_month: int
    statuses: tuple[str, ...]
    non_detect: Literal["half", "zero", "limit"]
    doubtful: Literal["use", "leave_out"] = "use"

    def __post_init__(self) -> None:
        if self.non_detect not in SHARE_OF_LIMIT:
            raise UsageError(
                f"未知的未检出处理方式：{self.non_detect}", f"unknown non-detect rule: {self.non_detect}",
                path="data.non_detect", remedy=" | ".join(SHARE_OF_LIMIT),
            )  # fmt: skip


def detected(values: ArrayLike, censored: ArrayLike, non_detect: str) -> NDArray[np.float64]:
    """Values where each censored one, which holds its detection limit, becomes the share of it that the rule names.

    Means and loads may follow different rules (SL 219-2013 §12.2.5: half in a mean, zero in a load).
    """
    share = np.where(np.asarray(censored, dtype=bool), SHARE_OF_LIMIT[non_detect], 1.0)
    return np.asarray(values, dtype=np.float64) * share


def reasons(observations: pd.DataFrame, rules: DataRules) -> pd.Series:
    """Why each observation is left out; ``""`` where it counts.

    Its status; the test or decision that makes it unreliable or, where the rules leave such out, doubtful (columns
    `quality` and `test`, where quality control was run); the mark in place of a value.
    """
    code, states = pd.factorize(observations["status"])
    told = ["" if state in rules.statuses else str(state) for state in states]
    kind, kinds = pd.factorize(np.array([*told, ""], dtype=object))
    said = pd.Categorical.from_codes(kind[code], pd.Index(kinds))  # a reading without a state has the code -1
    why = pd.Series(said, index=observations.index)
    if "quality" in observations:
        bad = observations["quality"].ge(_left_out_from(rules.doubtful)) & (why == "")
        why = why.astype("object").where(~bad, observations["test"]) if bad.any() else why
    absent = observations["value"].isna() & (why == "")
    if absent.any():
        why = why.astype("object")
        mark = observations.get("mark", pd.Series("", index=observations.index, dtype="str"))
        why = why.where(~absent, mark.astype("str").fillna("").replace("", "no_value"))
    return why


def usable(observations: pd.DataFrame, doubtful: str | None = None) -> pd.DataFrame:
    """The observations that nobody removed and no test finds unreliable (`quality`, where quality control was run).

    Parameters
    ----------
    doubtful : what an agreement says of doubtful ones (`DataRules.doubtful`): "leave_out" leaves those out, too.
    """
    if "quality" not in observations:
        return observations
    return observations[observations["quality"] < _left_out_from(doubtful)]


def _left_out_from(doubtful: str | None) -> Quality:
    """The best quality of what does not count."""
    return Quality.DOUBTFUL if doubtful == "leave_out" else Quality.UNRELIABLE


def counted(observations: pd.DataFrame, rules: DataRules) -> pd.DataFrame:
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
    return one_per_instant(observations[reasons(observations, rules) == ""], rules)


def one_per_instant(used: pd.DataFrame, rules: DataRules) -> pd.DataFrame:
    """`counted` for observations that are known to count."""
    rows = pd.DataFrame({name: used[name].astype("category") for name in SERIES})
    censored = used["censored"].to_numpy(dtype=bool) & (rows["indicator"] != PH).to_numpy()
    rows["time"] = pd.DatetimeIndex(used["time"])
    rows["value"] = detected(used["value"], censored, rules.non_detect)
    return _pooled(rows)


def _pooled(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with repeated (section, indicator, instant) replaced by their mean."""
    instant = pd.factorize(rows["time"])[0].astype(np.int64)
    series = rows["section"].cat.codes.to_numpy(np.int64) * len(rows["indicator"].cat.categories)
    series += rows["indicator"].cat.codes.to_numpy()
    key = series * (instant.max(initial=0) + 1) + instant
    if bool((key[1:] > key[:-1]).all()) or pd.Index(key).is_unique:
        return rows.reset_index(drop=True)
    scaled = rows.assign(value=where_ph(rows["value"], rows["indicator"], hydrogen))
    pooled = scaled.groupby([*SERIES, "time"], observed=True)["value"].mean().reset_index()
    pooled["value"] = where_ph(pooled["value"], pooled["indicator"], ph_of)
    return pooled


def where_ph(values: pd.Series, indicators: pd.Series, scale: Scale) -> NDArray[np.float64]:
    """The values of rows, those of pH put on another scale."""
    changed = values.to_numpy(np.float64, copy=True)
    ph = (indicators == PH).to_numpy()
    changed[ph] = scale(changed[ph])
    return changed


def hydrogen(ph: ArrayLike) -> NDArray[np.float64]:
    """The hydrogen ion activity [mol/L] a pH stands for."""
    return np.asarray(np.power(10.0, -np.asarray(ph, dtype=np.float64)))


def ph_of(activity: ArrayLike) -> NDArray[np.float64]:
    """The pH of a hydrogen ion activity [mol/L]; nan where there is none."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(-np.log10(np.asarray(activity, dtype=np.float64)))


def cube(observations: pd.DataFrame, rules: DataRules) -> xr.DataArray:
    """The readings that count, laid out (section, indicator, time) in float64, nan where there is none.

    `time` holds every instant of the observations as naive UTC, so the cube suits readings on a common grid; for
    irregular instants use `section_months`, which needs no dense layout.
    """
    import xarray as xr

    rows = counted(observations, rules)
    when, instants = pd.factorize(rows["time"].dt.tz_localize(None), sort=True)
    labels = [rows[name].cat.categories.to_numpy(dtype=str) for name in SERIES]
    values = np.full((len(labels[0]), len(labels[1]), len(instants)), np.nan)
    values[rows["section"].cat.codes, rows["indicator"].cat.codes, when] = rows["value"]
    coordinates = dict(zip([*SERIES, "time"], [*labels, pd.DatetimeIndex(instants)], strict=True))
    return xr.DataArray(values, coords=coordinates, dims=[*SERIES, "time"])
