"""Blocks and rows go through one reduction: the same bits, whatever the order of rows and wherever a block is cut."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

import dask
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from basin.clauses import StatedRules
from settlement.statistics.blocks import daily_means, left_out, monthly_means
from settlement.statistics.months import section_days, section_months
from tests.settlement.statistics.cubes import cube

COLUMNS = ["mean", "readings", "days"]


def invented(seed: int, days: int, down: float, gaps: float) -> pd.DataFrame:
    """Four-hourly readings of three sections, some censored, some missing, some taken while a station was down."""
    rng = np.random.default_rng(seed)
    times = pd.date_range("2020-06-27 16:00", periods=6 * days, freq="4h", tz="UTC")
    names = ["section", "indicator", "time"]
    rows = pd.MultiIndex.from_product([["b", "a", "c"], ["tp", "ph", "flow"], times], names=names).to_frame(index=False)
    rows["value"] = rng.uniform(5, 9, len(rows))
    rows["censored"] = rng.random(len(rows)) < 0.1
    rows["status"] = rng.choice(["正常", "维护"], len(rows), p=[1 - down, down])
    return rows[rng.random(len(rows)) >= gaps]


def by_lines(statistics: pd.DataFrame) -> dict[object, tuple[object, ...]]:
    """The lines of a table by their key, each mean as its bits."""
    return {
        key: (np.float64(mean).tobytes(), *counts)
        for key, mean, *counts in zip(
            statistics.index.to_list(), *(statistics[name].to_list() for name in COLUMNS), strict=True
        )
    }


def of_block(months: xr.Dataset) -> dict[object, tuple[object, ...]]:
    """The same of a block, without the months in which a series has no reading."""
    table = months.to_dataframe()
    return by_lines(table[table["readings"] + table["short_day_readings"] > 0])


def rules(min_readings: int, min_days: int) -> StatedRules:
    """Rules of which only the two minima matter here."""
    return StatedRules(min_readings, min_days, ("正常",), "half")


@pytest.mark.proof
@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 10**6), days=st.integers(1, 70), down=st.sampled_from([0.0, 0.3]),
    gaps=st.sampled_from([0.0, 0.4, 0.9]), min_readings=st.integers(1, 6), min_days=st.integers(1, 25),
)  # fmt: skip
def test_rows_in_any_order_and_a_block_give_the_same_means_bit_for_bit(seed, days, down, gaps, min_readings, min_days):
    data = invented(seed, days, down, gaps)
    stated = rules(min_readings, min_days)
    used = data[data["status"] == "正常"]
    if used.empty:
        return
    by_rows = section_months(used, stated)
    shuffled = section_months(used.sample(frac=1, random_state=seed), stated)
    by_block = monthly_means(daily_means(cube(used, stated), min_readings), min_days)
    assert by_lines(by_rows) == by_lines(shuffled) == of_block(by_block)


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10**6), gaps=st.sampled_from([0.1, 0.8]))
def test_readings_of_other_months_and_sections_do_not_touch_a_mean(seed, gaps):
    data = invented(seed, 66, 0.1, gaps)
    stated = rules(2, 5)
    whole = by_lines(section_months(data, stated))
    of_one = data[(data["section"] == "a") & (data["time"] >= "2020-06-30 16:00") & (data["time"] < "2020-07-31 16:00")]
    alone = by_lines(section_months(of_one, stated))
    assert alone == {key: whole[key] for key in alone}


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10**6), times=st.integers(2, 4))
def test_what_stations_measure_at_one_instant_is_pooled_alike_in_any_order(seed, times):
    data = pd.concat([invented(seed + number, 3, 0.0, 0.3) for number in range(times)])
    other_order = data.sample(frac=1, random_state=seed)
    assert by_lines(section_months(data, rules(1, 1))) == by_lines(section_months(other_order, rules(1, 1)))


CHUNKS = [{"section": 1}, {"indicator": 1}, {"section": 2, "time": 7}]


@pytest.mark.parametrize("chunks", CHUNKS, ids=["by section", "by indicator", "cut in time, too"])
def test_a_block_chunked_by_dask_stays_lazy_and_gives_the_same_bits(chunks: Mapping[str, int]):
    block = cube(invented(1, 64, 0.0, 0.2), rules(3, 20))
    daily = daily_means(block.chunk(chunks), 3)
    months = monthly_means(daily, 20)
    assert dask.is_dask_collection(daily["mean"].data)
    assert dask.is_dask_collection(months["mean"].data)
    computed = [result.compute(scheduler="synchronous") for result in (daily, months)]
    in_memory = [daily_means(block, 3), monthly_means(daily_means(block, 3), 20)]
    for lazy, at_once in zip(computed, in_memory, strict=True):
        xr.testing.assert_identical(lazy, at_once)
    assert np.isfinite(computed[1]["mean"]).any()


def test_the_reasons_in_a_block_are_counted_by_month_in_chunks_too():
    times = pd.to_datetime(["2020-07-31 15:59", "2020-07-31 16:00", "2020-08-01 00:00", "2020-08-02 00:00"])
    codes = np.array([[[0, 1, 1, -1]], [[-1, -1, 0, 1]]])
    why = xr.DataArray(codes, coords={"section": ["a", "b"], "indicator": ["tp"], "time": times})
    expected = [[[[1, 0], [0, 2]]], [[[0, 0], [1, 1]]]]  # section, indicator, month (July, August in China), reason
    numbers = left_out(why, ["维护", "停站"])
    np.testing.assert_array_equal(numbers, expected)
    assert numbers["reason"].to_numpy().tolist() == ["维护", "停站"]
    in_chunks = left_out(why.chunk(section=1, time=2), ["维护", "停站"])
    assert dask.is_dask_collection(in_chunks.data)
    np.testing.assert_array_equal(in_chunks.compute(scheduler="synchronous"), expected)


SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("timezone", "times", "days"),
    [
        (UTC, ["2020-08-01 23:59", "2020-08-02 00:00"], ["2020-08-01", "2020-08-02"]),
        (SHANGHAI, ["2020-08-01 15:59", "2020-08-01 16:00"], ["2020-08-01", "2020-08-02"]),
        # summer time of 1988: clocks went from 02:00 to 03:00 on 17 April, so that day has 23 hours
        (SHANGHAI, ["1988-04-16 15:59", "1988-04-16 16:00"], ["1988-04-16", "1988-04-17"]),
        (SHANGHAI, ["1988-04-17 14:59", "1988-04-17 15:00"], ["1988-04-17", "1988-04-18"]),
        # midnight of 4 November 2018 did not exist in São Paulo: clocks went from 00:00 to 01:00
        (ZoneInfo("America/Sao_Paulo"), ["2018-11-04 02:59", "2018-11-04 03:00"], ["2018-11-03", "2018-11-04"]),
        # clocks went back from 00:00 to 23:00 there in February 2018: the 17th had 25 hours
        (ZoneInfo("America/Sao_Paulo"), ["2018-02-18 02:59", "2018-02-18 03:00"], ["2018-02-17", "2018-02-18"]),
    ],
    ids=["UTC", "China", "a day of 23 hours begins", "a day of 23 hours ends", "no midnight", "a day of 25 hours"],
)
def test_a_day_begins_with_the_first_instant_that_bears_its_date(timezone: tzinfo, times: list[str], days: list[str]):
    data = pd.DataFrame({"section": "a", "indicator": "tp", "time": pd.to_datetime(times).tz_localize("UTC")})
    data = data.assign(value=1.0, censored=False, status="正常")
    valid = section_days(data, rules(1, 1), timezone)
    assert [str(day) for day in valid.index.get_level_values("day")] == days
    block = daily_means(cube(data, rules(1, 1)), 1, timezone)
    assert block["day"].dt.strftime("%Y-%m-%d").to_numpy().tolist() == days
