"""Seasonal Kendall test and Sen slope, against published answers and against numbers worked by hand."""

from __future__ import annotations

from pathlib import Path
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kendalltau, norm, theilslopes

from basin.errors import UsageError
from settlement.statistics import trend
from settlement.statistics.trend import by_year_and_season, seasonal_kendall

GAP = np.nan


def of_one_season(times, values):
    """The Mann-Kendall test: all values are of one season."""
    return seasonal_kendall(times, [0], np.asarray(values, dtype=float)[:, np.newaxis])


class TestHandWorked:
    """An invented series small enough to count on paper."""

    #          dry  wet
    VALUES = (
        (5.0, 2.0),  # 2018
        (4.0, GAP),  # 2019
        (4.0, 3.0),  # 2020
        (1.0, 1.0),  # 2022, after a hole
    )

    def test_score_variance_and_slope_are_those_counted_by_hand(self):
        found = seasonal_kendall([2018, 2019, 2020, 2022], ["dry", "wet"], self.VALUES)
        # dry: 5>4 5>4 5>1 4=4 4>1 4>1: 0 rising, 5 falling, 1 tied; wet: 2<3 2>1 3>1: 1 rising, 2 falling
        assert (found.s, found.n) == (-6, 7)
        assert found.tau == -6 / 9  # 6 + 3 pairs
        # (4·3·13 − 2·1·9)/18 = 138/18; (3·2·11)/18 = 66/18
        assert found.variance == pytest.approx(204 / 18)
        assert found.z == pytest.approx(-5 / (204 / 18) ** 0.5)  # −1.4852, corrected for continuity
        assert found.p == pytest.approx(2 * NormalDist().cdf(-1.485221), rel=1e-6)
        # slopes −1 −1/2 −1 0 −1 −3/2 (dry) and 1/2 −1/4 −1 (wet), in order −3/2 −1 −1 −1 [−1] −1/2 −1/4 0 1/2
        assert found.sen_slope == -1.0

    def test_an_even_number_of_slopes_takes_the_mean_of_the_middle_two(self):
        found = of_one_season([2018, 2019, 2020, 2021], [1.0, 2.0, 4.0, 8.0])  # 1 3/2 7/3 2 3 4
        assert found.sen_slope == pytest.approx((2 + 7 / 3) / 2)

    def test_two_values_of_one_sign_are_no_evidence(self):
        found = of_one_season([2018, 2019], [1.0, 2.0])
        assert (found.s, found.z, found.p) == (1, 0, 1)


class TestNothingToTest:
    """Absent data give an absent answer, not an error and not a zero trend."""

    @pytest.mark.parametrize(
        ("why", "values"),
        [
            ("one year", [[1.0, 2.0]]),
            ("one value a season", [[1.0, GAP], [GAP, 2.0]]),
            ("gaps only", [[GAP, GAP], [GAP, GAP]]),
        ],
    )
    def test_without_a_pair_there_is_no_slope_and_no_probability(self, why, values):
        found = seasonal_kendall(range(len(values)), ["dry", "wet"], values)
        assert found.s == 0, why
        assert np.isnan([found.z, found.p, found.tau, found.sen_slope]).all(), why

    def test_all_values_equal_have_slope_zero_and_no_probability(self):
        found = of_one_season([1, 2, 3], [0.5, 0.5, 0.5])
        assert (found.s, found.variance, found.sen_slope) == (0, 0, 0)
        assert np.isnan(found.p)

    def test_no_series_gives_no_answers(self):
        assert seasonal_kendall([1, 2], [1], np.ones((0, 2, 1))).sen_slope.shape == (0,)

    def test_axes_that_do_not_fit_are_refused(self):
        with pytest.raises(UsageError, match="year, season"):
            seasonal_kendall([1, 2, 3], [1], [[1.0], [2.0]])
        with pytest.raises(UsageError, match="years must rise"):
            seasonal_kendall([2, 1], [1], [[1.0], [2.0]])


class TestManySeries:
    """Leading axes are computed together and give what each series gives alone."""

    @pytest.mark.parametrize("slopes_at_once", [1, 10**6])
    def test_a_block_of_series_equals_one_at_a_time(self, monkeypatch, slopes_at_once):
        monkeypatch.setattr(trend, "SLOPES_AT_ONCE", slopes_at_once)
        rng = np.random.default_rng(7)
        block = rng.integers(0, 6, (3, 2, 8, 4)).astype(float)  # many ties
        block[rng.random(block.shape) < 0.2] = GAP
        together = seasonal_kendall(range(8), range(4), block)
        for section, indicator in np.ndindex(3, 2):
            alone = seasonal_kendall(range(8), range(4), block[section, indicator])
            for name in ("s", "variance", "z", "p", "tau", "sen_slope", "n"):
                np.testing.assert_equal(getattr(together, name)[section, indicator], getattr(alone, name), name)

    @settings(deadline=None, max_examples=60)
    @given(st.lists(st.integers(0, 5), min_size=3, max_size=9))
    def test_without_seasons_it_agrees_with_scipy(self, values):
        years = np.arange(len(values))
        found = of_one_season(years, values)
        assert found.sen_slope == pytest.approx(theilslopes(values, years).slope)
        assert found.p == pytest.approx(2 * norm.sf(abs(found.z)), rel=1e-12, nan_ok=True)
        if len(set(values)) == len(values):  # without ties both taus are S over the pairs
            assert found.tau == pytest.approx(kendalltau(years, values).statistic)

    @settings(deadline=None, max_examples=60)
    @given(st.lists(st.integers(0, 5), min_size=2, max_size=9))
    def test_a_mirrored_series_has_the_mirrored_trend(self, values):
        rising, falling = (
            of_one_season(range(len(values)), values),
            of_one_season(range(len(values)), np.negative(values)),
        )
        assert (rising.s, rising.variance, rising.sen_slope) == (-falling.s, falling.variance, -falling.sen_slope)


def test_months_are_laid_out_by_year_and_season_with_gaps():
    months = pd.PeriodIndex(["2020-03", "2019-12", "2020-01"], freq="M")
    years, seasons, values = by_year_and_season(months, [3.0, 12.0, 1.0])
    assert (years.tolist(), len(seasons)) == ([2019, 2020], 12)
    assert {(y, m): values[y, m] for y, m in zip(*np.nonzero(~np.isnan(values)), strict=True)} == {
        (0, 11): 12.0, (1, 0): 1.0, (1, 2): 3.0
    }  # fmt: skip


class TestGuelphPhosphorus:
    """Speed River at Guelph, total phosphorus 1972–1977: answers of rkt, Kendall, EnvStats."""

    @pytest.fixture
    def guelph(self, shared_data: Path) -> pd.DataFrame:
        return pd.read_csv(shared_data / "trend/GuelphP.csv")

    def test_seasonal_kendall(self, guelph):
        months = pd.period_range("1972-01", periods=len(guelph), freq="M")
        found = seasonal_kendall(*by_year_and_season(months, guelph["P_mgL"]))
        assert found.s == -89
        assert found.variance == pytest.approx(290.333333333333)
        assert found.z == pytest.approx(-5.16457064010848)  # EnvStats; corrected for continuity
        assert found.p == pytest.approx(2.40991454791839e-07)  # rkt; Kendall, without the correction: 1.758e-07
        assert found.tau == pytest.approx(
            -0.55625
        )  # rkt: −89/160; Kendall divides by 158.456, EnvStats averages seasons
        assert found.sen_slope == pytest.approx(-0.0563333333333333)

    def test_one_season_on_decimal_years(self, guelph):
        found = of_one_season(guelph["decimal_year"], guelph["P_mgL"])
        assert (found.s, found.variance) == (-1025, 35665)
        assert found.p == pytest.approx(5.88563502379458e-08)
        assert found.tau == pytest.approx(-0.449956101843723)
        assert found.sen_slope == pytest.approx(-0.049090909090909)
