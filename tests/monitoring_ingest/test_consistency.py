"""QC tests of one value against another."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from monitoring_ingest.consistency import Verdict, against_limit, oxygen_saturation, part_of_whole
from monitoring_ingest.flags import Quality

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
