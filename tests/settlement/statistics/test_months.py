"""Section-month statistics: which readings count, how they become means, and what is said about the rest."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from basin.clauses import StatedRules
from basin.errors import UsageError
from settlement.statistics.blocks import daily_means, monthly_means
from settlement.statistics.counting import counted, detected
from settlement.statistics.months import completeness, mean_of_means, section_days, section_months
from tests.settlement.statistics.cubes import cube

EVERY_READING = StatedRules(min_readings_a_day=1, min_days_a_month=1, statuses=("正常",), non_detect="half")
COLUMNS = ["section", "indicator", "time", "value", "censored", "status", "mark"]


def observations(*rows: tuple[str, str, str, float | None, str], censored: bool = False) -> pd.DataFrame:
    """Rows (section, indicator, local time in China, value, status); a status ``状态|标记`` also carries a mark."""
    frame = pd.DataFrame(rows, columns=["section", "indicator", "time", "value", "status"]).astype({"value": float})
    local = pd.DatetimeIndex(pd.to_datetime(frame["time"])).tz_localize("Asia/Shanghai")
    parts = [status.partition("|") for status in frame["status"]]
    told = {"status": [part[0] for part in parts], "mark": [part[2] for part in parts]}
    return frame.assign(time=local.tz_convert("UTC"), censored=censored, **told)[COLUMNS]


def month(frame: pd.DataFrame, section: str, indicator: str, of: str) -> dict[str, object]:
    """One line of `section_months`, without what it leaves out where that is nothing."""
    line = frame.loc[(section, indicator, pd.Period(of))].to_dict()
    return {name: value for name, value in line.items() if value != {} and value is not None}


class TestMonths:
    """The mean of a month is the mean of its valid days."""

    def test_a_month_is_the_mean_of_its_days_and_not_of_its_readings(self):
        data = observations(
            ("a", "tp", "2020-08-01 00:00", 0.1, "正常"),
            ("a", "tp", "2020-08-01 04:00", 0.3, "正常"),
            ("a", "tp", "2020-08-02 00:00", 0.5, "正常"),
        )
        found = month(section_months(data, EVERY_READING), "a", "tp", "2020-08")
        assert found == {"mean": pytest.approx(0.35), "readings": 3, "days": 2}  # (0.2 + 0.5) / 2, not 0.9 / 3

    def test_days_and_months_are_those_of_china(self):
        data = observations(
            ("a", "tp", "2020-07-31 23:59", 1.0, "正常"),  # 15:59 UTC
            ("a", "tp", "2020-08-01 00:00", 2.0, "正常"),  # 16:00 UTC of the day before
        )
        months = section_months(data, EVERY_READING)
        assert months["mean"].to_list() == [1.0, 2.0]
        in_utc = section_months(data, EVERY_READING, timezone=UTC)
        assert in_utc["mean"].to_dict() == {("a", "tp", pd.Period("2020-07")): 1.5}

    def test_a_month_with_too_few_valid_days_has_no_mean_and_says_so(self):
        data = observations(("a", "tp", "2020-08-01 00:00", 0.1, "正常"), ("a", "tp", "2020-08-02 00:00", 0.2, "正常"))
        three_days = StatedRules(1, 3, ("正常",), "half")
        found = month(section_months(data, three_days), "a", "tp", "2020-08")
        assert np.isnan(found.pop("mean"))
        assert found == {"readings": 2, "days": 2, "reason": "too_few_days"}

    def test_a_day_with_too_few_readings_is_not_valid_and_its_readings_are_left_out(self):
        data = observations(
            ("a", "tp", "2020-08-01 00:00", 0.1, "正常"),
            ("a", "tp", "2020-08-01 04:00", 0.3, "正常"),
            ("a", "tp", "2020-08-02 00:00", 9.0, "正常"),
        )
        two_a_day = StatedRules(2, 1, ("正常",), "half")
        found = month(section_months(data, two_a_day), "a", "tp", "2020-08")
        assert found == {
            "mean": pytest.approx(0.2), "readings": 2, "days": 1, "left_out": {"too_few_readings_a_day": 1}
        }  # fmt: skip

    def test_a_month_of_short_days_only_has_too_few_days_and_not_no_readings(self):
        data = observations(("a", "tp", "2020-08-01 00:00", 0.1, "正常"))
        found = month(section_months(data, StatedRules(2, 1, ("正常",), "half")), "a", "tp", "2020-08")
        assert (found["readings"], found["days"], found["reason"]) == (0, 0, "too_few_days")

    def test_sections_and_indicators_do_not_mix(self):
        data = observations(
            ("a", "tp", "2020-08-01 00:00", 1.0, "正常"),
            ("a", "tn", "2020-08-01 00:00", 2.0, "正常"),
            ("b", "tp", "2020-08-01 00:00", 3.0, "正常"),
        )
        months = section_months(data, EVERY_READING)
        assert months["mean"].droplevel("month").to_dict() == {("a", "tn"): 2.0, ("a", "tp"): 1.0, ("b", "tp"): 3.0}

    def test_no_observation_gives_an_empty_table_with_the_same_columns(self):
        months = section_months(observations(), EVERY_READING)
        assert months.empty
        assert list(months) == ["mean", "readings", "days", "left_out", "reason"]
        assert months.index.names == ["section", "indicator", "month"]
        assert section_days(observations(), EVERY_READING).empty


class TestWhichReadingsCount:
    """Status, mark and withheld readings decide what counts; nothing disappears uncounted."""

    def test_other_statuses_are_left_out_and_counted_by_name(self):
        data = observations(
            ("a", "tp", "2020-08-01 08:00", 0.1, "正常"),
            ("a", "tp", "2020-08-02 08:00", 0.3, ""),
            ("a", "tp", "2020-08-03 08:00", 7.0, "维护"),
            ("a", "tp", "2020-08-04 08:00", 8.0, "维护"),
            ("a", "tp", "2020-08-05 08:00", 9.0, "停站"),
        )
        found = month(section_months(data, EVERY_READING), "a", "tp", "2020-08")
        assert found == {
            "mean": pytest.approx(0.2), "readings": 2, "days": 2, "left_out": {"停站": 1, "维护": 2}
        }  # fmt: skip

    def test_a_status_counts_where_the_agreement_names_it(self):
        data = observations(("a", "tp", "2020-08-03 08:00", 7.0, "维护"))
        with_maintenance = StatedRules(1, 1, ("正常", "维护"), "half")
        assert month(section_months(data, with_maintenance), "a", "tp", "2020-08")["mean"] == 7.0

    def test_a_missing_status_counts(self):
        data = observations(("a", "tp", "2020-08-03 08:00", 7.0, "正常")).assign(status=None)
        assert month(section_months(data, EVERY_READING), "a", "tp", "2020-08")["mean"] == 7.0

    def test_a_mark_in_place_of_a_value_is_the_reason_and_a_mark_beside_a_value_is_not(self):
        data = observations(
            ("a", "tp", "2020-08-01 08:00", None, "正常|极值过滤"),
            ("a", "tp", "2020-08-02 08:00", None, "正常"),
            ("a", "tp", "2020-08-03 08:00", 0.1, "正常|手工补测"),
        )
        found = month(section_months(data, EVERY_READING), "a", "tp", "2020-08")
        assert found == {"mean": 0.1, "readings": 1, "days": 1, "left_out": {"no_value": 1, "极值过滤": 1}}

    def test_a_month_of_left_out_readings_is_there_without_a_mean(self):
        data = observations(("a", "tp", "2020-08-03 08:00", 7.0, "维护"))
        found = month(section_months(data, EVERY_READING), "a", "tp", "2020-08")
        assert np.isnan(found.pop("mean"))
        assert found == {"readings": 0, "days": 0, "left_out": {"维护": 1}, "reason": "no_readings"}

    def test_readings_that_never_became_observations_are_counted_too(self):
        data = observations(("a", "tp", "2020-08-03 08:00", 7.0, "正常"))
        withheld = data.assign(reason="withheld")[["section", "indicator", "time", "reason"]]
        found = section_months(data, EVERY_READING, left_out=pd.concat([withheld, withheld]))
        assert month(found, "a", "tp", "2020-08")["left_out"] == {"withheld": 2}

    def test_a_value_of_an_unknown_indicator_is_counted_nowhere(self):
        data = observations(("a", "tp", "2020-08-01 08:00", 0.1, "正常"))
        unknown = data[["section", "indicator", "time"]].assign(indicator=None, reason="unknown_indicator")
        assert "left_out" not in month(section_months(data, EVERY_READING, left_out=unknown), "a", "tp", "2020-08")
        assert section_months(data[:0], EVERY_READING, left_out=unknown).empty

    @pytest.mark.parametrize(("rule", "mean"), [("half", 0.03), ("zero", 0.025), ("limit", 0.035)])
    def test_a_non_detect_stands_for_the_share_of_the_limit_that_the_rule_names(self, rule, mean):
        data = observations(("a", "tp", "2020-08-01 08:00", 0.02, ""), ("a", "tp", "2020-08-02 08:00", 0.05, ""))
        data["censored"] = [True, False]
        found = section_months(data, StatedRules(1, 1, ("正常",), rule))
        assert month(found, "a", "tp", "2020-08")["mean"] == pytest.approx(mean)

    def test_ph_has_no_detection_limit(self):
        data = observations(("a", "ph", "2020-08-01 08:00", 7.0, "正常"), censored=True)
        assert month(section_months(data, EVERY_READING), "a", "ph", "2020-08")["mean"] == pytest.approx(7.0)

    def test_a_load_may_use_another_non_detect_rule_than_a_mean(self):
        values, censored = [0.02, 0.05], [True, False]  # SL 219-2013: half in a mean, zero in a total
        np.testing.assert_array_equal(detected(values, censored, "half"), [0.01, 0.05])
        np.testing.assert_array_equal(detected(values, censored, "zero"), [0.0, 0.05])

    def test_an_unknown_rule_is_refused_with_the_choices(self):
        with pytest.raises(UsageError, match=r"half \| zero \| limit"):
            StatedRules(1, 1, ("正常",), "third")


class TestAcidity:
    """pH is averaged through H⁺ at every level."""

    def test_the_published_example_of_a_ph_mean(self):
        assert round(mean_of_means([6.5, 7.9, 8.8, 9, 6.78, 8.87], "ph"), 2) == 7.08

    def test_a_day_and_a_month_of_ph_lie_nearer_the_acid_end(self):
        data = observations(
            ("a", "ph", "2020-08-01 00:00", 6.0, "正常"),
            ("a", "ph", "2020-08-01 04:00", 8.0, "正常"),
            ("a", "ph", "2020-08-02 00:00", 7.0, "正常"),
        )
        day = -np.log10((10**-6.0 + 10**-8.0) / 2)  # 6.2967
        expected = -np.log10((10**-day + 10**-7.0) / 2)
        days = daily_means(cube(data, EVERY_READING))["mean"].sel(section="a", indicator="ph")
        np.testing.assert_allclose(days, [day, 7.0], rtol=1e-14)
        assert month(section_months(data, EVERY_READING), "a", "ph", "2020-08")["mean"] == pytest.approx(expected)

    def test_stations_of_one_section_are_pooled_through_hydrogen_too(self):
        data = observations(("a", "ph", "2020-08-01 00:00", 6.0, "正常"), ("a", "ph", "2020-08-01 00:00", 8.0, "正常"))
        assert counted(data, EVERY_READING)["value"].to_list() == [pytest.approx(6.29671)]

    def test_a_grossly_wrong_value_of_another_indicator_does_not_overflow(self):
        data = observations(("a", "conductivity", "2020-08-01 00:00", -99999.0, "正常"))
        assert month(section_months(data, EVERY_READING), "a", "conductivity", "2020-08")["mean"] == -99999.0


class TestCube:
    """The dense layout and its reductions."""

    def test_stations_measuring_at_one_instant_are_pooled(self):
        data = observations(
            ("a", "tp", "2020-08-01 00:00", 0.1, "正常"),
            ("a", "tp", "2020-08-01 00:00", 0.3, "正常"),
            ("a", "tp", "2020-08-01 04:00", 0.6, "正常"),
        )
        laid_out = cube(data, EVERY_READING)
        assert laid_out.dims == ("section", "indicator", "time")
        np.testing.assert_allclose(laid_out.sel(section="a", indicator="tp"), [0.2, 0.6])
        found = month(section_months(data, EVERY_READING), "a", "tp", "2020-08")
        assert found == {"mean": pytest.approx(0.4), "readings": 3, "days": 1}  # of two instants

    def test_absent_readings_are_nan_and_an_empty_day_has_no_mean(self):
        data = observations(("a", "tp", "2020-08-01 00:00", 0.1, "正常"), ("b", "tp", "2020-08-02 00:00", 0.3, "正常"))
        daily = daily_means(cube(data, EVERY_READING))
        np.testing.assert_array_equal(daily["mean"].sel(indicator="tp"), [[0.1, np.nan], [np.nan, 0.3]])
        np.testing.assert_array_equal(daily["readings"].sel(indicator="tp"), [[1, 0], [0, 1]])

    def test_sums_are_float64_even_for_a_float32_cube(self):
        times = (
            pd.date_range("2020-08-01", periods=6, freq="4h", tz="Asia/Shanghai").tz_convert("UTC").tz_localize(None)
        )
        values = np.float32([[[1e8, 1, 1, 1, 1, 1]]])  # in float32 the ones vanish
        thin = xr.DataArray(values, coords={"section": ["a"], "indicator": ["tp"], "time": times})
        assert daily_means(thin)["mean"].item() == (1e8 + 5) / 6

    def test_cube_and_long_rows_give_the_same_months(self):
        rng = np.random.default_rng(20200831)
        times = pd.date_range("2020-06-28", periods=300, freq="4h", tz="UTC")
        rows = pd.MultiIndex.from_product([["b", "a"], ["tp", "ph"], times], names=["section", "indicator", "time"])
        data = rows.to_frame(index=False).assign(
            value=rng.uniform(5, 9, len(rows)), censored=rng.random(len(rows)) < 0.1
        )
        data["status"] = rng.choice(["正常", "维护"], len(rows), p=[0.7, 0.3])
        data = data.sample(frac=0.8, random_state=1)
        columns = ["mean", "readings", "days"]
        long = section_months(data, StatedRules(3, 10, ("正常",), "half"))[columns]
        dense = monthly_means(daily_means(cube(data, EVERY_READING), 3), 10).to_dataframe()[columns]
        pd.testing.assert_frame_equal(long, dense, rtol=1e-13)
        pd.testing.assert_series_equal(long["mean"], means_by_hand(data), rtol=1e-12, check_names=False)

    def test_valid_days_are_listed_with_their_readings(self):
        data = observations(
            ("a", "tp", "2020-08-01 00:00", 0.1, "正常"),
            ("a", "tp", "2020-08-01 04:00", 0.3, "正常"),
            ("a", "tp", "2020-08-02 00:00", 0.3, "正常"),
        )
        days = section_days(data, StatedRules(2, 1, ("正常",), "half"))
        assert days.index.to_list() == [("a", "tp", pd.Period("2020-08-01", "D"))]
        assert days["readings"].to_list() == [2]


def means_by_hand(data: pd.DataFrame) -> pd.Series:
    """Monthly means by plain pandas from the definition: 3 readings a day, 10 days a month, 正常 only."""
    used = data[data["status"] == "正常"].copy()
    acid = used["indicator"] == "ph"
    used["value"] = np.where(acid, 10.0 ** -used["value"], np.where(used["censored"], used["value"] / 2, used["value"]))
    local = used["time"].dt.tz_convert("Asia/Shanghai").dt.tz_localize(None)
    used["day"] = local.dt.to_period("D")
    days = used.groupby(["section", "indicator", "day"])["value"].agg(["mean", "size"])
    days = days[days["size"] >= 3].reset_index()
    days["month"] = days["day"].dt.asfreq("M")
    months = days.groupby(["section", "indicator", "month"])["mean"].agg(["mean", "size"])
    of_ph = months.index.get_level_values("indicator") == "ph"
    mean = pd.Series(np.where(of_ph, -np.log10(months["mean"]), months["mean"]), index=months.index)
    return mean.where(months["size"] >= 10)


class TestMeanOfMeans:
    """Years from months, basins from sections."""

    def test_an_absent_month_makes_the_year_absent(self):
        assert np.isnan(mean_of_means([0.1, np.nan], "tp"))
        assert np.isnan(mean_of_means([], "tp"))

    def test_any_axis_can_be_taken(self):
        values = np.array([[0.1, 0.3], [0.5, 0.7]])
        np.testing.assert_allclose(mean_of_means(values, "tp", axis=0), [0.3, 0.5])

    @settings(deadline=None, max_examples=50)
    @given(st.lists(st.floats(0, 14), min_size=1, max_size=12), st.sampled_from(["ph", "tp"]))
    def test_a_mean_lies_within_its_values_whatever_their_order(self, values, indicator):
        mean = mean_of_means(values, indicator)
        assert min(values) - 1e-9 <= mean <= max(values) + 1e-9
        assert mean == pytest.approx(mean_of_means(values[::-1], indicator), abs=1e-9)


class TestCompleteness:
    """Observed against expected slots."""

    def test_two_readings_in_one_slot_fill_it_once(self):
        data = observations(
            ("a", "tp", "2020-08-01 00:00", 0.1, "正常"),
            ("a", "tp", "2020-08-01 03:59", 0.1, "维护"),
            ("a", "tp", "2020-08-01 04:00", 0.1, "正常"),
            ("a", "tp", "2020-08-01 08:00", None, "正常|--"),
        )
        found = completeness(data.assign(slot_hours=4)).loc[("a", "tp", pd.Period("2020-08"))]
        assert found.to_dict() == {"filled": 2, "expected": 186, "share": 2 / 186}  # 31 days × 6

    def test_an_hourly_station_is_measured_against_hours(self):
        data = observations(("a", "tp", "2021-02-01 00:00", 0.1, "正常"))
        assert completeness(data.assign(slot_hours=1))["expected"].to_list() == [28 * 24]

    def test_a_reading_fills_the_slot_of_its_own_station(self):
        """Beside one that is complete every four hours, one of the same section that seldom reports costs nothing."""
        data = observations(
            ("a", "tp", "2021-02-01 05:00", 0.1, "正常"),
            ("a", "tp", "2021-02-01 06:00", 0.1, "正常"),
            ("a", "tp", "2021-02-01 09:30", 0.1, "正常"),
            ("b", "tp", "2021-02-01 05:00", 0.1, "正常"),
        ).assign(slot_hours=[4, 1, 1, 6])
        found = completeness(data)[["filled", "expected"]].to_numpy().tolist()
        assert found == [[5, 28 * 24], [1, 28 * 4]]  # 04:00 to 08:00 and 09:00 to 10:00

    def test_a_month_without_any_reading_is_zero_when_it_is_asked_for(self):
        data = observations(("a", "tp", "2020-08-01 00:00", 0.1, "正常"))
        quarter = pd.period_range("2020-07", "2020-09", freq="M")
        assert completeness(data.assign(slot_hours=4), months=quarter)["filled"].to_list() == [0, 1, 0]

    def test_a_silent_month_between_two_others_is_zero(self):
        data = observations(("a", "tp", "2020-06-01 00:00", 0.1, "正常"), ("a", "tp", "2020-08-31 23:00", 0.1, "正常"))
        assert completeness(data.assign(slot_hours=4))["filled"].to_list() == [1, 0, 1]

    def test_no_observation_has_no_completeness(self):
        assert completeness(observations().assign(slot_hours=4)).empty


def test_jiekou_in_august_2020_from_the_national_release(shared_data: Path):
    """街口 reports on 23 days of August 2020, one of them under 维护; a null time is no reading."""
    printed = pd.read_csv(shared_data / "cnemc/tables/border12_daily0800_202006_202008.csv")
    rows = printed[printed["section"].str.startswith("街口") & printed["monitor_dt"].notna()]
    found = section_months(
        observations(*((("jiekou", "tn", r.monitor_dt, r.TN_raw, r.status)) for r in rows.itertuples())), EVERY_READING
    )
    august = month(found, "jiekou", "tn", "2020-08")
    assert (august["readings"], august["days"], august["left_out"]) == (22, 22, {"维护": 1})
    assert august["mean"] == pytest.approx(rows[rows["status"] == "正常"]["TN_raw"].mean())
    assert len(found) == 1
