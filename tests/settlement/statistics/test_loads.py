"""Loads: conversions, the methods on numbers worked by hand, gaps, and months that add up."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from basin.errors import UsageError
from settlement.statistics.loads import METHODS, LoadRule, flow_weighted_mean, load, load_by, tonnes

GAP = np.nan
DAY = 24 * 60 * 60


def series(*values: float, start: str = "2021-02-01", freq: str = "4h") -> pd.Series:
    """Readings every `freq` from a local instant in China on."""
    local = pd.date_range(start, periods=len(values), freq=freq, tz="Asia/Shanghai")
    return pd.Series(values, index=local.tz_convert("UTC"), dtype="float64")


class TestConversions:
    """The published examples of units."""

    def test_005_mg_l_in_6_billion_cubic_metres_are_300_t(self):
        assert tonnes(0.05, 60e8) == pytest.approx(300)

    def test_2_mg_l_at_10_m3_s_are_1728_kg_a_day(self):
        one_day = {name: load_by(name, np.full(6, 2.0), np.full(6, 10.0), DAY / 6) for name in METHODS}
        assert one_day == {name: pytest.approx(1.728) for name in METHODS}  # [t]

    def test_a_year_at_1_mg_l_and_1_m3_s_is_31_536_t(self):
        steady = series(*[1.0] * 365, start="2021-01-01", freq="D")
        assert load(steady, steady, pd.Period("2021"), LoadRule("integral", 1440)).tonnes == pytest.approx(31.536)


class TestMethods:
    """Four days, two samples: each formula with its sum written out."""

    C = np.array([2.0, GAP, 4.0, GAP])  # mg/L
    Q = np.array([10.0, 20.0, 30.0, 40.0])  # m³/s
    K = 4 * 0.0864  # t per (mg/L × m³/s) in four days

    @pytest.mark.parametrize(
        ("method", "expected"),
        [
            ("integral", (2 * 10 + 4 * 30) * 0.0864),
            ("A", K * 3 * 20),
            ("B", K * 3 * 25),
            ("C", K * (2 * 10 + 4 * 30) / 2),
            ("D", 2 * 15 * 2 * 0.0864 + 4 * 35 * 2 * 0.0864),
            ("E", K * (2 * 10 + 4 * 30) / (10 + 30) * 25),
        ],
    )
    def test_each_formula(self, method, expected):
        assert load_by(method, self.C, self.Q, DAY) == pytest.approx(expected)

    def test_one_data_set_gives_very_different_loads(self):
        found = {name: float(load_by(name, self.C, self.Q, DAY)) for name in METHODS}
        assert max(found.values()) > 2 * min(found.values())

    def test_the_flow_weighted_mean_leans_to_the_high_flow(self):
        assert flow_weighted_mean(self.C, self.Q) == pytest.approx(140 / 40)  # the time mean is 3

    @pytest.mark.parametrize("method", METHODS)
    def test_many_series_give_what_each_gives_alone(self, method):
        rng = np.random.default_rng(3)
        concentration, flow = rng.uniform(0, 5, (2, 3, 30)), rng.uniform(0, 90, (2, 3, 30))
        concentration[rng.random(concentration.shape) < 0.7] = GAP
        flow[rng.random(flow.shape) < 0.2] = GAP
        together = load_by(method, concentration, flow, DAY)
        alone = [load_by(method, concentration[i], flow[i], DAY) for i in np.ndindex(2, 3)]
        np.testing.assert_allclose(together.ravel(), alone, rtol=1e-12)

    @pytest.mark.parametrize("method", METHODS)
    def test_nothing_measured_is_no_load(self, method):
        assert np.isnan(load_by(method, np.full(4, GAP), self.Q, DAY))
        assert np.isnan(load_by(method, self.C, np.full(4, GAP), DAY))

    @settings(deadline=None, max_examples=40)
    @given(st.lists(st.tuples(st.floats(0, 50), st.floats(0.1, 900)), min_size=1, max_size=30))
    def test_without_gaps_the_methods_that_see_every_slot_agree(self, measured):
        concentration, flow = np.array(measured).T
        exact = load_by("integral", concentration, flow, DAY)
        for method in "CDE":
            assert load_by(method, concentration, flow, DAY) == pytest.approx(exact)

    def test_an_unknown_method_is_refused_with_the_choices(self):
        with pytest.raises(UsageError, match=r"integral \| A \| B \| C \| D \| E"):
            LoadRule("F")


class TestPeriods:
    """Months, gaps and coverage."""

    def test_a_gap_carries_no_load_and_lowers_the_coverage(self):
        flow = series(*[10.0] * 168)  # February 2021: 28 days × 6
        full, half = (load(series(*[2.0] * n), flow, pd.Period("2021-02"), LoadRule("integral")) for n in (168, 84))
        assert (full.coverage, half.coverage) == (1.0, 0.5)
        assert full.tonnes == pytest.approx(2 * half.tonnes)
        assert (half.pairs, half.slots, half.mean) == (84, 168, pytest.approx(2.0))

    def test_fifteen_minute_flow_is_averaged_over_the_slot_of_a_reading(self):
        flow = series(*([5.0, 15.0] * 8), freq="15min")  # one slot of 4 h
        found = load(series(2.0), flow, pd.Period("2021-02"), LoadRule("integral"))
        assert found.tonnes == pytest.approx(2 * 10 * 4 * 3600 * 1e-6)

    def test_months_are_those_of_china(self):
        last_of_january = series(2.0, start="2021-01-31 20:00")  # 12:00 UTC
        first_of_february = series(2.0, start="2021-02-01 00:00")  # 16:00 UTC of January
        rule, february = LoadRule("integral"), pd.Period("2021-02")
        assert load(last_of_january, last_of_january, february, rule).pairs == 0
        assert load(first_of_february, first_of_february, february, rule).pairs == 1

    @pytest.mark.parametrize("method", METHODS)
    def test_the_year_is_exactly_the_sum_of_its_months(self, method):
        rng = np.random.default_rng(11)
        flow = series(*rng.lognormal(3, 1, 365), start="2021-01-01", freq="D")
        concentration = series(*rng.lognormal(0, 1, 365), start="2021-01-01", freq="D").iloc[::9]
        rule = LoadRule(method, minutes=1440)
        year = load(concentration, flow, pd.Period("2021"), rule)
        months = [
            load(concentration, flow, month, rule).tonnes for month in pd.period_range("2021-01", "2021-12", freq="M")
        ]
        assert year.tonnes == sum(months)

    def test_a_year_with_a_missing_month_has_no_load_and_says_which_and_why(self):
        flow = series(*[10.0] * 365, start="2021-01-01", freq="D").drop(pd.Timestamp("2021-03-31 16:00", tz="UTC"))
        no_march = series(*[2.0] * 12, start="2021-01-01", freq="MS").drop(pd.Timestamp("2021-02-28 16:00", tz="UTC"))
        found = load(no_march, flow, pd.Period("2021"), LoadRule("integral", 1440))
        assert np.isnan(found.tonnes)
        reasons = found.months["reason"].dropna().to_dict()  # the flow of 1 April, the only day sampled, is missing
        assert reasons == {pd.Period("2021-03"): "no_readings", pd.Period("2021-04"): "no_pairs"}

    @pytest.mark.parametrize(
        ("flows", "reason"),
        [
            ((100.0, -100.0), "flow_sums_to_zero"),
            ((100.0, -99.999), "flow_sums_to_zero"),  # 24 248 times the load of either
            ((-100.0, 99.999), "flow_sums_to_zero"),
            ((100.0, -82.0), "flow_sums_to_zero"),  # 18 of 182 remain: 9.9 %
            ((110.0, -90.0), None),  # 20 of 200 remain: the tenth itself
            ((-110.0, 90.0), None),
            ((100.0, -80.0), None),
            ((1e-9, -1e-9), "flow_sums_to_zero"),  # small flows cancel like large ones
            ((1e-9, 1e-9), None),
        ],
    )
    def test_flows_that_leave_less_than_a_tenth_weigh_nothing_and_the_month_says_so(self, flows, reason):
        weighted = load(series(2.0, 5.0), series(*flows), pd.Period("2021-02"), LoadRule("E"))
        assert weighted.months["reason"].to_list() == [reason]
        assert np.isnan([weighted.tonnes, weighted.mean, *weighted.months["mean"]]).tolist() == [reason is not None] * 3

    def test_a_year_whose_months_cancel_has_no_weighted_mean(self):
        concentration, flow = series(2.0, 5.0, freq="28D"), series(100.0, -100.0, freq="28D")
        year = load(concentration, flow, pd.Period("2021"), LoadRule("integral"))
        assert np.isnan(year.mean)
        assert year.months["mean"].dropna().to_list() == [2.0, 5.0]

    @pytest.mark.parametrize("method", METHODS)
    def test_a_dry_month_carries_nothing(self, method):
        dry = load(series(2.0, 5.0), series(0.0, 0.0), pd.Period("2021-02"), LoadRule(method))
        assert (dry.tonnes, dry.months["reason"].to_list()) == (0.0, [None])

    def test_where_nothing_flowed_only_while_samples_were_taken_nothing_can_be_weighted(self):
        flow = series(0.0, 0.0, 50.0)
        still = load(series(2.0, 5.0), flow, pd.Period("2021-02"), LoadRule("E"))
        assert still.months["reason"].to_list() == ["flow_sums_to_zero"]

    @pytest.mark.parametrize(
        ("method", "expected"),
        [
            ("integral", (2 * 100 - 5 * 100) * 0.0144),
            ("A", 0.0),
            ("B", 0.0),
            ("C", (2 * 100 - 5 * 100) / 2 * 28 * 0.0864),
            ("D", (2 * 100 - 5 * 100 * 167) * 0.0144),  # the second sample stands for the 167 slots after it, too
        ],
    )
    def test_the_methods_that_divide_by_a_number_of_slots_have_a_load_though_the_flows_sum_to_zero(
        self, method, expected
    ):
        found = load(series(2.0, 5.0), series(100.0, -100.0), pd.Period("2021-02"), LoadRule(method))
        assert found.months["reason"].to_list() == [None]
        assert found.tonnes == pytest.approx(expected)

    def test_no_flow_at_all_is_named(self):
        found = load(series(2.0), series(GAP), pd.Period("2021-02"), LoadRule("E"))
        assert found.months["reason"].to_list() == ["no_flow"]
        assert np.isnan(found.mean)


def test_nitrate_of_the_choptank_against_the_reference_model(shared_data: Path):
    """Method E on 15 samples of water year 2005 lies within a tenth of WRTDS; the integral only sees sampled days."""
    folder = shared_data / "choptank"
    samples = pd.read_csv(folder / "samples_nitrate.csv", parse_dates=["Date"]).set_index("Date")["ConcAve"]
    flow = pd.read_csv(folder / "daily_discharge.csv.gz", parse_dates=["Date"]).set_index("Date")["Q"]
    reference = pd.read_csv(folder / "wrtds_annual_reference.csv").query(
        "period == 'water_year' and DecYear // 1 == 2005"
    )
    water_year = pd.Period("2005", freq="Y-SEP")
    concentration, discharge = (part.tz_localize("Asia/Shanghai").tz_convert("UTC") for part in (samples, flow))
    by_e = load(concentration, discharge, water_year, LoadRule("E", minutes=1440))
    integral = load(concentration, discharge, water_year, LoadRule("integral", minutes=1440))
    assert by_e.tonnes == pytest.approx(reference["Flux"].item() * 365 / 1000, rel=0.1)  # kg/day → t
    assert integral.coverage == pytest.approx(15 / 365)
    assert integral.tonnes < 0.06 * by_e.tonnes
