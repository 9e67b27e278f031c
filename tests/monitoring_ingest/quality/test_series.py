"""QC tests of series: each as a small series beside the flags it gets. n not evaluated, r reliable, d doubtful, u
unreliable, m missing.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from basin.errors import UsageError
from monitoring_ingest.quality.flags import Quality
from monitoring_ingest.quality.series import (
    flat_line,
    gaps,
    gross_range,
    local_months,
    on_slots,
    rate_of_change,
    seasonal_range,
    spike,
    spike_of_flow,
)

NAN = np.nan
START = np.datetime64("2021-06-01T00:00")


def series(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)


def at_hours(*hours: float) -> np.ndarray:
    """Instants so many hours after the start."""
    return START + (np.array(hours) * 60).astype("timedelta64[m]")


def every(hours: float, count: int) -> np.ndarray:
    return at_hours(*(hours * n for n in range(count)))


def said(flags: np.ndarray) -> str:
    """The flags of one series as letters."""
    assert flags.dtype == np.int8
    return "".join("nrdum"[flag] for flag in flags)


class TestGrossRange:
    """Unreliable outside what is possible, doubtful outside what is expected."""

    judge = staticmethod(partial(gross_range, possible=(0, 14), expected=(6, 9)))

    def test_bounds_are_inside_and_absent_values_are_not_evaluated(self):
        values = series(-0.1, 0, 5.9, 6, 9, 9.1, 14, 14.1, NAN, np.inf)
        assert said(self.judge(values)) == "uddrrddunu"

    def test_without_an_expected_range_only_the_impossible_is_flagged(self):
        assert said(gross_range(series(0, 5.9, 15), possible=(0, 14))) == "rru"

    def test_a_bound_of_zero_is_a_bound(self):
        assert said(gross_range(series(-1, 0, 1), possible=(0, 0))) == "uru"


class TestSeasonalRange:
    """Doubtful outside the bounds of the local month."""

    HIGHEST = (5.0, 5.0, NAN, 20.0, 20.0, 30.0, 30.0, 30.0, 20.0, 20.0, 20.0, 5.0)
    LOWEST = (0.0,) * 12

    def test_the_same_value_is_judged_by_its_month(self):
        months = np.array([1, 3, 6, 12])
        flags = seasonal_range(series(20, 20, 20, 20), months, lowest=self.LOWEST, highest=self.HIGHEST)
        assert said(flags) == "dnrd"

    def test_the_month_is_the_one_of_the_station(self):
        """20:00 UTC on 31 May is already June in China: the national clock decides the limits."""
        assert local_months(np.array(["2021-05-31T20:00"], "M8[s]"), "Asia/Shanghai").tolist() == [6]

    def test_eleven_bounds_are_refused(self):
        with pytest.raises(UsageError, match="十二个"):
            seasonal_range(series(1), np.array([1]), lowest=self.LOWEST[1:], highest=self.HIGHEST)


class TestSpike:
    """Doubtful where a reading stands out from the median of its neighbourhood."""

    one = staticmethod(partial(spike, absolute=1, relative=0, reach=1, longest_gap_hours=8))
    two = staticmethod(partial(spike, absolute=1, relative=0, reach=2, longest_gap_hours=8))

    @pytest.mark.parametrize(
        ("values", "flags"),
        [
            (series(5, 5, 5, 9, 5, 5, 5), "nnrdrnn"),
            (series(5, 5, 5, 9, 9, 5, 5, 5), "nnrddrnn"),
            (series(5, 5, 5, 9, 5, 9, 5, 5, 5), "nnrdrdrnn"),
            (series(5, 5, 5, 1, 5, 5, 5), "nnrdrnn"),
        ],
        ids=["one reading", "two readings", "good value between two spikes", "downwards"],
    )
    def test_a_spike_is_flagged(self, values, flags):
        assert said(self.two(values, every(4, values.size))) == flags

    @pytest.mark.parametrize(("judge", "flags"), [(one, "nrrrdrrrn"), (two, "nnrrdrrnn")], ids=["reach 1", "reach 2"])
    def test_a_big_spike_does_not_flag_its_neighbours(self, judge, flags):
        """A defect of other systems: the mean of both neighbours of a neighbour is pulled up by half the spike."""
        assert said(judge(series(5, 5, 5, 5, 5000, 5, 5, 5, 5), every(4, 9))) == flags

    @pytest.mark.parametrize("judge", [one, two], ids=["reach 1", "reach 2"])
    def test_a_level_change_is_no_spike(self, judge):
        assert "d" not in said(judge(series(5, 5, 5, 5, 9, 9, 9, 9), every(4, 8)))

    def test_an_allowance_of_zero_flags_every_deviation(self):
        judge = partial(spike, absolute=0, relative=0, reach=1, longest_gap_hours=8)
        assert said(judge(series(5, 5, 5.01, 5, 5), every(4, 5))) == "nrdrn"

    def test_the_relative_allowance_grows_with_the_level(self):
        judge = partial(spike, absolute=1, relative=0.5, reach=1, longest_gap_hours=8)
        assert said(judge(series(100, 140, 100, 160, 100), every(4, 5))) == "nrrdn"

    def test_a_neighbour_is_the_nearest_present_reading_if_it_is_near_enough(self):
        assert said(self.one(series(5, NAN, 9, NAN, 5), at_hours(0, 1, 2, 3, 4))) == "nndnn"
        assert said(self.one(series(5, NAN, 9, NAN, 5), at_hours(0, 6, 12, 18, 24))) == "nnnnn"

    @pytest.mark.parametrize(
        ("values", "flags", "of_flow"),
        [
            (series(30, 30, 31, 400, 30, 30, 31), "nnrdrnn", "nnrdrnn"),  # the river flows one way
            (series(-30, -30, -31, -400, -30, -30, -31), "nnrdrnn", "nnrdrnn"),
            (series(2900, 400, -30, -2800, 30, 3000, 200), "nnrdrnn", "nnnnnnn"),  # the tide turns it
            (series(0, 0, 0, 400, 0, 0, 0), "nnrdrnn", "nnnnnnn"),  # the turbines run for an hour and stop again
            (series(0, 30, 30, 31, 30, 400, 30, 30), "nnrrrdnn", "nnnrrdnn"),
            (series(30, 400), "nn", "nn"),
        ],
    )
    def test_of_water_that_stands_or_turns_nobody_knows_how_large_it_is(self, values, flags, of_flow):
        thresholds = {"absolute": 20, "relative": 8, "reach": 2, "longest_gap_hours": 8}
        assert said(spike(values, every(4, values.size), **thresholds)) == flags
        assert said(spike_of_flow(values, every(4, values.size), **thresholds)) == of_flow

    def test_a_wider_reach_is_refused(self):
        with pytest.raises(UsageError, match="reach"):
            spike(series(1), every(4, 1), absolute=1, relative=0, reach=3, longest_gap_hours=8)


class TestRateOfChange:
    """Doubtful where the change per hour since the reading before is too large."""

    judge = staticmethod(partial(rate_of_change, per_hour=1, longest_gap_hours=8))

    def test_the_rate_is_per_hour_not_per_reading(self):
        assert said(self.judge(series(5, 8, 8, 11), at_hours(0, 4, 8, 9))) == "nrrd"

    def test_a_rate_equal_to_the_limit_is_allowed(self):
        assert said(self.judge(series(5, 9, 5), at_hours(0, 4, 8))) == "nrr"

    def test_after_a_gap_it_is_not_evaluated(self):
        """A defect of other systems: after a gap the change is called good."""
        assert said(self.judge(series(5, 5, 50, 50), at_hours(0, 4, 28, 32))) == "nrnr"

    def test_an_absent_reading_is_no_gap_while_the_next_one_is_near_enough(self):
        assert said(self.judge(series(5, NAN, 50), at_hours(0, 4, 8))) == "nnd"

    def test_a_lone_spike_does_not_flag_the_return(self):
        assert said(self.judge(series(5, 5, 5000, 5, 5), every(4, 5))) == "nrdrr"

    def test_of_a_series_that_goes_to_and_fro_every_second_reading_is_flagged(self):
        assert said(self.judge(series(5, 50, 5, 50, 5, 50, 5, 5), every(4, 8))) == "ndrdrdrr"

    def test_of_a_level_change_the_first_reading_is_flagged(self):
        assert said(self.judge(series(5, 5, 50, 50, 50), every(4, 5))) == "nrdrr"

    def test_a_return_to_another_level_is_flagged_too(self):
        assert said(self.judge(series(5, 5, 50, 25, 25), every(4, 5))) == "nrddr"

    def test_a_rate_of_zero_allows_no_change(self):
        judge = partial(rate_of_change, per_hour=0, longest_gap_hours=8)
        assert said(judge(series(5, 5, 5.01), every(4, 3))) == "nrd"


class TestFlatLine:
    """Doubtful: the whole of a stretch that does not vary for too long."""

    exact = staticmethod(partial(flat_line, tolerance=0, longest_hours=12, longest_gap_hours=8))
    loose = staticmethod(partial(flat_line, tolerance=0.1, longest_hours=12, longest_gap_hours=8))

    @pytest.mark.parametrize("judge", [exact, loose], ids=["tolerance 0", "tolerance 0.1"])
    def test_exactly_equal_values_are_flagged_from_the_first_to_the_last(self, judge):
        """Two defects of other systems: equal values never flagged, and a tolerance of 0 switching the test off."""
        assert said(judge(series(4, 5, 5, 5, 5, 5, 6), every(4, 7))) == "rdddddr"

    def test_equal_values_for_less_than_the_window_are_not(self):
        assert said(self.exact(series(4, 5, 5, 5, 6, 7), every(4, 6))) == "rrrrrr"

    @pytest.mark.parametrize(("hours", "flags"), [(1, "rrrr"), (4, "dddd")])
    def test_the_window_counts_time_not_readings(self, hours, flags):
        instants = np.append(every(hours, 4), START + np.timedelta64(20, "h"))
        judge = partial(flat_line, tolerance=0, longest_hours=12, longest_gap_hours=18)
        assert said(judge(series(5, 5, 5, 5, 9), instants)) == flags + "r"

    def test_a_slow_drift_within_the_tolerance_from_reading_to_reading_is_not_flat(self):
        assert said(self.loose(series(5.0, 5.08, 5.16, 5.24, 5.32, 5.40), every(4, 6))) == "rrrrrr"

    def test_with_a_tolerance_the_flat_part_of_a_drifting_stretch_is_found(self):
        values = series(5.0, 5.09, 5.18, 5.2, 5.2, 5.2, 5.25, 5.34)
        assert said(self.loose(values, every(4, 8))) == "rrdddddr"

    def test_readings_below_detection_are_no_flat_line(self):
        values, censored = series(0.025, 0.025, 0.025, 0.025, 0.025, 0.04), np.array([True] * 5 + [False])
        assert said(self.exact(values, every(4, 6), censored=censored)) == "nnnnnr"
        assert said(self.exact(values, every(4, 6))) == "dddddr"

    def test_a_detection_limit_does_not_join_the_readings_that_equal_it(self):
        censored = np.array([True, True, True, True, False, False, False])
        values = series(0.025, 0.025, 0.025, 0.025, 0.025, 0.025, 0.04)
        assert said(self.exact(values, every(4, 7), censored=censored)) == "nnnnrrr"

    def test_a_gap_ends_a_stretch_and_a_short_one_is_not_evaluated(self):
        assert said(self.exact(series(5, 5, 5, 5, 5), at_hours(0, 4, 30, 34, 38))) == "nnnnn"

    def test_an_absent_reading_does_not_hide_a_flat_line(self):
        assert said(self.exact(series(5, NAN, 5, 5, 5), every(4, 5))) == "dnddd"

    @settings(max_examples=150, deadline=None)
    @given(
        values=st.lists(st.sampled_from([5.0, 5.05, 5.1, 5.2]), min_size=1, max_size=25),
        tolerance=st.sampled_from([0.0, 0.05, 0.1]),
    )
    def test_flagged_is_exactly_what_lies_in_a_flat_window(self, values, tolerance):
        """Against every window tried one by one."""
        v = np.array(values)
        flat = np.zeros(v.size, dtype=bool)
        for first in range(v.size):
            for last in range(first + 3, v.size):  # three steps of four hours
                if np.ptp(v[first : last + 1]) <= tolerance:
                    flat[first : last + 1] = True
        flags = flat_line(v, every(4, v.size), tolerance=tolerance, longest_hours=12, longest_gap_hours=8)
        assert ((flags == Quality.DOUBTFUL) == flat).all()


class TestGaps:
    """Missing where a value was due."""

    def test_missing_is_what_was_due_and_is_not_there(self):
        flags = gaps(series(5, NAN, NAN, 5), at_hours(0, 2, 4, 6), slots=at_hours(0, 4))
        assert said(flags) == "rnmr"

    def test_a_slot_that_is_nowhere_on_the_axis_is_refused_and_then_laid_out(self):
        values, instants, slots = series(5, 6), at_hours(0, 8), every(4, 4)
        with pytest.raises(UsageError, match="on_slots"):
            gaps(values, instants, slots=slots)
        laid_out, axis = on_slots(values, instants, slots)
        assert said(gaps(laid_out, axis, slots=slots)) == "rmrm"


SERIES_TESTS = {
    "spike": partial(spike, absolute=1, relative=0, reach=2, longest_gap_hours=8),
    "rate_of_change": partial(rate_of_change, per_hour=0.3, longest_gap_hours=8),
    "flat_line": partial(flat_line, tolerance=0, longest_hours=12, longest_gap_hours=8),
    "flat_line loose": partial(flat_line, tolerance=0.5, longest_hours=12, longest_gap_hours=8),
}


class TestBlocks:
    """A block is judged as its series are, one by one; nothing in it is altered."""

    @pytest.mark.parametrize("judge", SERIES_TESTS.values(), ids=SERIES_TESTS)
    @pytest.mark.parametrize("absent", [0, 0.3], ids=["complete", "a third absent"])
    def test_every_series_of_a_block_is_judged_by_itself(self, judge, absent):
        rng = np.random.default_rng(1)
        values = np.round(rng.normal(5, 0.8, (30, 4, 600)), 0)  # more than fits into one step
        values[rng.random(values.shape) < absent] = NAN
        before, instants = values.copy(), every(4, 600)
        flags = judge(values, instants)
        assert flags.shape == values.shape
        assert np.array_equal(values, before, equal_nan=True)
        assert all(np.array_equal(flags[at], judge(values[at], instants)) for at in np.ndindex(30, 4))
        assert {"d", "r"} <= set(said(flags.ravel()))

    @pytest.mark.parametrize("judge", SERIES_TESTS.values(), ids=SERIES_TESTS)
    def test_nothing_to_judge_is_not_evaluated(self, judge):
        assert said(judge(series(NAN, NAN, np.inf), every(4, 3))) == "nnn"
        assert judge(np.empty((3, 0)), every(4, 0)).shape == (3, 0)
        assert said(judge(series(5), every(4, 1))) == "n"

    @pytest.mark.parametrize("instants", [at_hours(0, 0), at_hours(4, 0), at_hours(0)], ids=["twice", "back", "few"])
    def test_instants_that_do_not_fit_are_refused(self, instants):
        with pytest.raises(UsageError, match="时刻"):
            rate_of_change(series(5, 6), instants, per_hour=1, longest_gap_hours=8)
