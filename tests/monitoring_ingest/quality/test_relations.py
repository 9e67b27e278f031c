"""QC tests of one value against another."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from basin.errors import UsageError
from monitoring_ingest.quality.flags import Quality
from monitoring_ingest.quality.relations import (
    Verdict,
    against_limit,
    between_sections,
    ions_carry_current,
    oxygen_saturation,
    part_of_whole,
)

NAN = np.nan
N, R, D = Quality.NOT_EVALUATED, Quality.RELIABLE, Quality.DOUBTFUL


class TestPartOfWhole:
    """NH3-N is a part of TN."""

    judge = staticmethod(partial(part_of_whole, absolute=0.1, relative=0.1))

    @pytest.mark.parametrize(
        ("part", "whole", "flag"),
        [
            (1.0, 2.0, R), (2.0, 2.0, R), (2.15, 2.0, R), (2.3, 2.0, D),  # a tenth of 2.0 is allowed
            (0.3, 0.25, R), (0.4, 0.25, D),                                  # 0.1 is allowed
            (NAN, 2.0, N), (1.0, NAN, N), (np.inf, 2.0, N),
        ],
    )  # fmt: skip
    def test_it_may_exceed_the_whole_only_by_what_methods_differ(self, part, whole, flag):
        assert self.judge(np.array([part]), np.array([whole])).tolist() == [flag]

    def test_a_detection_limit_above_the_whole_contradicts_nothing(self):
        part, whole, censored = np.array([0.5, 0.1]), np.array([0.2, 0.2]), np.array([True, True])
        assert self.judge(part, whole, part_censored=censored).tolist() == [N, R]

    def test_a_tolerance_of_zero_is_a_tolerance(self):
        assert part_of_whole(np.array([2.0, 2.01]), np.array([2.0, 2.0]), absolute=0, relative=0).tolist() == [R, D]


class TestOxygenSaturation:
    """468 / (31.6 + T): 14.8 mg/L at 0 °C, 9.07 at 20 °C."""

    judge = staticmethod(partial(oxygen_saturation, numerator=468, offset=31.6, least_percent=0, most_percent=200))

    @pytest.mark.parametrize(
        ("do", "temperature", "flag"),
        [(18.1, 20, R), (18.2, 20, D), (18.2, 0, R), (29.6, 0, R), (29.7, 0, D), (-0.1, 20, D), (0, 20, R),
         (NAN, 20, N), (8, NAN, N), (8, -40, N)],
    )  # fmt: skip
    def test_the_same_oxygen_is_judged_by_the_temperature(self, do, temperature, flag):
        assert self.judge(np.array([float(do)]), np.array([float(temperature)])).tolist() == [flag]


class TestAgainstLimit:
    """A detection limit above the limit is neither met nor exceeded."""

    @pytest.mark.parametrize(
        ("value", "censored", "verdict"),
        [
            (0.04, False, Verdict.MET), (0.05, False, Verdict.MET), (0.06, False, Verdict.EXCEEDED),
            (0.04, True, Verdict.MET), (0.05, True, Verdict.MET), (0.06, True, Verdict.LIMIT_BELOW_DETECTION),
            (NAN, False, Verdict.ABSENT), (NAN, True, Verdict.ABSENT),
        ],
    )  # fmt: skip
    def test_the_verdict(self, value, censored, verdict):
        assert against_limit(np.array([[value]]), np.array([[censored]]), limit=0.05).tolist() == [[verdict]]


class TestIonsCarryCurrent:
    """At pH 3 hydrogen ions alone conduct 349.8 µS/cm, at pH 11 hydroxide ions 198.6; half of that must be there."""

    judge = staticmethod(partial(ions_carry_current, hydrogen=349.8, hydroxide=198.6, log_product=14, share=0.5))

    @pytest.mark.parametrize(
        ("ph", "conductivity", "flag"),
        [
            (7.0, 1.0, R), (7.0, 300.0, R), (3.0, 180.0, R), (3.0, 170.0, D), (2.0, 300.0, D),
            (11.0, 100.0, R), (11.0, 99.0, D), (13.0, 400.0, D), (8.4, 0.0, D),
            (NAN, 300.0, N), (7.0, NAN, N),
        ],
    )  # fmt: skip
    def test_water_conducts_at_least_what_its_ph_stands_for(self, ph, conductivity, flag):
        assert self.judge(np.array([ph]), np.array([conductivity])).tolist() == [flag]


class TestBetweenSections:
    """What comes by upstream arrives downstream two to eight hours later, within 10 µS/cm."""

    INSTANTS = np.datetime64("2025-03-01") + np.arange(6) * np.timedelta64(4, "h")

    def flags(self, downstream, upstream, **changed):
        keywords = {"travel_hours": (2, 8), "absolute": 10, "relative": 0} | changed
        block = np.array(downstream, dtype=float), np.array(upstream, dtype=float)
        return between_sections(*block, self.INSTANTS, **keywords).tolist()

    @pytest.mark.parametrize(
        ("downstream", "upstream", "flags"),
        [
            ([300] * 6, [300] * 6, [N, R, R, R, R, R]),  # nothing came before the first
            ([310, 310, 311, 289, 290, 300], [300] * 6, [N, R, D, D, R, R]),
            ([300, 300, 400, 400, 400, 300], [300, 400, 400, 300, 300, 300], [N, R, R, R, R, R]),  # arrives later
            ([300, 300, 300, 300, 300, 400], [300, 400, 400, 300, 300, 300], [N, R, R, D, R, D]),
            ([300, NAN, 400, 300, 300, 300], [300, NAN, NAN, 300, 300, 300], [N, N, D, N, R, R]),
            ([300] * 6, [NAN] * 6, [N] * 6),
        ],
    )
    def test_it_lies_within_what_came_by_while_it_may_have_travelled(self, downstream, upstream, flags):
        assert self.flags(downstream, upstream) == flags

    def test_a_share_of_the_bound_may_be_allowed_and_zero_is_a_tolerance(self):
        assert self.flags([310] * 6, [300] * 6, absolute=0, relative=0.05) == [N, R, R, R, R, R]
        assert self.flags([301] * 6, [300] * 6, absolute=0, relative=0) == [N, D, D, D, D, D]

    @pytest.mark.parametrize("hours", [(8, 2), (-1, 8), (0, np.inf), (NAN, 8), (2, NAN)])
    def test_a_travel_time_is_a_shortest_and_a_longest(self, hours):
        with pytest.raises(UsageError, match="在途时间应为最短、最长") as refusal:
            self.flags([300] * 6, [300] * 6, travel_hours=hours)
        assert refusal.value.path == "travel_hours" and refusal.value.remedy

    def test_two_stations_upstream_may_report_at_one_instant(self):
        instants = np.datetime64("2025-03-01") + np.array([0, 0, 4, 4]) * np.timedelta64(1, "h")
        down, up = np.array([[NAN, NAN, 380, NAN]]), np.array([[300, 400.0, NAN, NAN]])
        flags = between_sections(down, up, instants, travel_hours=(2, 8), absolute=0, relative=0)
        assert flags.tolist() == [[N, N, R, N]]

    def test_every_pair_of_a_block_is_judged_by_itself(self):
        flags = self.flags([[300.0] * 6, [400.0] * 6], [[300.0] * 6] * 2)
        assert [max(row) for row in flags] == [R, D]

    def test_a_long_way_looks_at_all_that_came_by(self):
        """Windows of more than a power of two readings, against every one looked at."""
        rng = np.random.default_rng(5)
        instants = np.datetime64("2025-03-01") + np.cumsum(rng.integers(1, 9, 300)) * np.timedelta64(1, "h")
        up, down = rng.normal(300, 20, (2, 300))
        up[rng.random(300) < 0.1] = np.nan
        flags = between_sections(down, up, instants, travel_hours=(5, 100), absolute=5, relative=0)
        for at in range(300):
            took = (instants[at] - instants) / np.timedelta64(1, "h")
            came = up[(took >= 5) & (took <= 100) & ~np.isnan(up)]
            outside = came.size and (down[at] < came.min() - 5 or down[at] > came.max() + 5)
            assert flags[at] == (D if outside else R if came.size else N)
