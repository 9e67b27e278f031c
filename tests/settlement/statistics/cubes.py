"""Readings laid out as a block: what `settlement.statistics.blocks` takes, made from rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from basin.clauses import StatedRules
from settlement.statistics.counting import SERIES, counted


def cube(observations: pd.DataFrame, rules: StatedRules) -> xr.DataArray:
    """The readings that count, laid out (section, indicator, time) in float64, nan where there is none.

    `time` holds every instant of the readings as naive UTC.
    """
    rows = counted(observations, rules)
    when, instants = pd.factorize(rows["time"].dt.tz_localize(None), sort=True)
    labels = [rows[name].cat.categories.to_numpy(dtype=str) for name in SERIES]
    values = np.full((len(labels[0]), len(labels[1]), len(instants)), np.nan)
    values[rows["section"].cat.codes, rows["indicator"].cat.codes, when] = rows["value"]
    coordinates = dict(zip([*SERIES, "time"], [*labels, pd.DatetimeIndex(instants)], strict=True))
    return xr.DataArray(values, coords=coordinates, dims=[*SERIES, "time"])
