"""A month of the national network: 3 646 sections × 9 indicators × 4-hourly readings, to monthly means and counts.

The readings are invented. A day needs 3 readings and a month 20 days; pH is averaged through the hydrogen ion.

First what the product calls when it settles: `section_months`, of observations in rows, which need no common grid. The
same reduction over a block is beside it, which a network past one machine goes through in chunks of dask.
"""

from __future__ import annotations

import duckdb
import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from basin.clauses import StatedRules
from settlement.statistics.blocks import daily_means, monthly_means
from settlement.statistics.months import section_months
from tests.benchmarks.runner import Contestant, compare

SECTIONS, DAYS, A_DAY = 3646, 31, 6
INDICATORS = ["ph", "do", "codmn", "nh3n", "tp", "tn", "temperature", "conductivity", "turbidity"]
MIN_READINGS, MIN_DAYS = 3, 20
RULES = StatedRules(MIN_READINGS, MIN_DAYS, ("正常",), "half")

Result = tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]


def national_cube() -> xr.DataArray:
    """Invented readings with a tenth missing, one day in twelve nearly silent, and some stations down for weeks."""
    rng = np.random.default_rng(20210501)
    values = rng.lognormal(0, 0.6, (SECTIONS, len(INDICATORS), DAYS, A_DAY))
    values[:, 0] = rng.uniform(6.5, 9, values[:, 0].shape)
    values[rng.random(values.shape) < 0.1] = np.nan
    values[rng.random(values.shape[:3]) < 1 / 12, 2:] = np.nan
    values[rng.random(SECTIONS) < 0.05, :, :15] = np.nan
    utc = pd.date_range("2021-04-30 16:00", periods=DAYS * A_DAY, freq="4h")  # 00:00 of 1 May in China
    coordinates = {"section": _sections(), "indicator": INDICATORS, "time": utc}
    return xr.DataArray(values.reshape(SECTIONS, len(INDICATORS), -1), coords=coordinates)


def by_rows(observations: pd.DataFrame) -> Result:
    """The statistics of the settlement, as a settlement asks for them."""
    found = section_months(observations, RULES)
    everything = pd.MultiIndex.from_product([_sections(), INDICATORS, [pd.Period("2021-05", "M")]])
    found = found.reindex(everything)
    shape = (SECTIONS, len(INDICATORS))
    readings, days = (found[name].fillna(0).to_numpy(np.int64).reshape(shape) for name in ("readings", "days"))
    return found["mean"].to_numpy(np.float64).reshape(shape), readings, days


def in_rows(cube: xr.DataArray) -> pd.DataFrame:
    """The readings of the cube as observations of sections."""
    present = ~np.isnan(cube.to_numpy())
    section, indicator, time = np.nonzero(present)
    return pd.DataFrame(
        {
            "section": pd.Categorical.from_codes(section, categories=_sections()),
            "indicator": pd.Categorical.from_codes(indicator, categories=INDICATORS),
            "time": pd.DatetimeIndex(cube["time"].to_numpy()[time], tz="UTC"),
            "value": cube.to_numpy()[present],
            "censored": False,
            "status": pd.Categorical.from_codes(np.zeros(len(time), dtype=np.int8), categories=["正常"]),
        }
    )


def _sections() -> list[str]:
    return [f"s{number:04}" for number in range(SECTIONS)]


def by_block(cube: xr.DataArray) -> Result:
    """The same over a block."""
    month = monthly_means(daily_means(cube, MIN_READINGS), MIN_DAYS).isel(month=0)
    return month["mean"].to_numpy(), month["readings"].to_numpy(), month["days"].to_numpy()


def by_numpy(values: NDArray[np.float64]) -> Result:
    """The same by reshaping, which needs readings on an unbroken grid in local time."""
    scaled = values.copy()
    scaled[:, 0] = 10.0 ** -scaled[:, 0]
    readings, daily = _means(scaled.reshape(SECTIONS, len(INDICATORS), DAYS, A_DAY))
    daily[readings < MIN_READINGS] = np.nan
    days, mean = _means(daily)
    mean[:, 0] = -np.log10(mean[:, 0])
    return np.where(days >= MIN_DAYS, mean, np.nan), np.where(np.isnan(daily), 0, readings).sum(axis=-1), days


def _means(values: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Number and mean of what is present along the last axis; as `nanmean`, without its warning."""
    number = (~np.isnan(values)).sum(axis=-1)
    with np.errstate(invalid="ignore"):
        return number, np.nansum(values, axis=-1) / number


QUERY = f"""
WITH days AS (
  SELECT section, indicator, avg(CASE indicator WHEN 0 THEN pow(10, -value) ELSE value END) AS mean,
         count(*) AS readings
  FROM readings GROUP BY section, indicator, date_trunc('day', time + INTERVAL 8 HOUR)
), months AS (
  SELECT section, indicator, avg(mean) FILTER (readings >= {MIN_READINGS}) AS mean,
         coalesce(sum(readings) FILTER (readings >= {MIN_READINGS}), 0)::BIGINT AS readings,
         count(*) FILTER (readings >= {MIN_READINGS}) AS days
  FROM days GROUP BY section, indicator
)
SELECT CASE WHEN days < {MIN_DAYS} THEN 'nan'::DOUBLE WHEN indicator = 0 THEN -log10(mean) ELSE mean END AS mean,
       readings, days
FROM months ORDER BY section, indicator
"""


def by_duckdb(connection: duckdb.DuckDBPyConnection) -> Result:
    """The same from a long table, with GROUP BY."""
    columns = connection.execute(QUERY).fetchnumpy()
    shape = (SECTIONS, len(INDICATORS))
    mean, readings, days = (np.ma.getdata(columns[name]).reshape(shape) for name in ("mean", "readings", "days"))
    return mean, readings, days


def long_table(cube: xr.DataArray) -> duckdb.DuckDBPyConnection:
    """The readings of the cube as a table in memory."""
    present = ~np.isnan(cube.to_numpy())
    section, indicator, time = np.nonzero(present)
    rows = pd.DataFrame(
        {
            "section": section.astype(np.int16),
            "indicator": indicator.astype(np.int8),
            "time": cube["time"].to_numpy()[time],
            "value": cube.to_numpy()[present],
        }
    )
    connection = duckdb.connect()
    connection.register("given", rows)
    connection.execute("CREATE TABLE readings AS SELECT * FROM given")
    connection.unregister("given")
    return connection


def main() -> None:
    """Compare the four."""
    cube = national_cube()
    values, observations, connection = cube.to_numpy(), in_rows(cube), long_table(cube)
    contestants = [
        Contestant("hengjie, rows as settled", lambda _: by_rows(observations)),
        Contestant("hengjie, the same over a block", lambda _: by_block(cube)),
        Contestant("plain numpy (reshape)", lambda _: by_numpy(values)),
        Contestant("DuckDB (GROUP BY)", lambda _: by_duckdb(connection)),
    ]
    compare("National month of statistics", contestants, int(np.isfinite(values).sum()), "readings")
