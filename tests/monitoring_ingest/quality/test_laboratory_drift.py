"""A sensor beside laboratory samples: what drifts or stands off is found, one odd sample decides nothing."""

from __future__ import annotations

import numpy as np
import pytest

from basin.errors import UsageError
from monitoring_ingest.quality.flags import Quality
from monitoring_ingest.quality.laboratory_drift import Series, laboratory_drift, laboratory_pairs

N, R, D = Quality.NOT_EVALUATED, Quality.RELIABLE, Quality.DOUBTFUL
DAYS = 20
START = np.datetime64("2025-03-01T00:00")
INSTANTS = START + np.arange(DAYS * 6) * np.timedelta64(4, "h")
SAMPLED = START + np.array([1, 5, 9, 13, 17]) * np.timedelta64(1, "D") + np.timedelta64(1, "h")
KEYWORDS = {"tolerance_hours": 2, "pairs": (5, 60), "absolute": 0.5, "relative": 0}


def flat(level=8.0):
    return np.full(INSTANTS.size, level)


def flags(values, samples=(8.0,) * 5, at=SAMPLED, **changed):
    return laboratory_drift(Series(values, INSTANTS), Series(np.array(samples, dtype=float), at), **KEYWORDS | changed)


def days(found, quality):
    """The days on which any reading has this flag."""
    return sorted({int((at - START) / np.timedelta64(1, "D")) for at in INSTANTS[found == quality]})


def test_a_sensor_that_agrees_is_reliable_from_the_first_pair_to_the_last():
    found = flags(flat())
    assert (days(found, R)[0], days(found, R)[-1]) == (1, 17)
    assert (days(found, N)[0], days(found, N)[-1]) == (0, 19)
    assert days(found, D) == []


def test_an_offset_is_found_where_most_of_the_samples_show_it():
    values = flat()
    values[7 * 6 :] += 0.6  # the samples of days 9, 13 and 17 show it
    assert days(flags(values), D) == list(range(1, 18))


def test_a_drift_is_found_though_its_middle_is_within_what_is_allowed():
    drifting = flat() + np.linspace(-0.45, 0.45, INSTANTS.size)
    assert days(flags(drifting), D) == list(range(1, 18))


def test_one_odd_sample_decides_nothing():
    assert days(flags(flat(), (8, 8, 3, 8, 8)), D) == []


def test_a_change_of_the_water_that_the_laboratory_sees_too_is_no_drift():
    rising = flat() + np.linspace(0, 6, INSTANTS.size)
    seen = np.interp(SAMPLED.astype("M8[s]").astype(float), INSTANTS.astype("M8[s]").astype(float), rising)
    assert days(flags(rising, seen), D) == []


@pytest.mark.parametrize("count", [0, 1, 4])
def test_with_too_few_pairs_nothing_is_evaluated(count):
    assert not flags(flat(9.0), (8.0,) * count, SAMPLED[:count]).any()


def test_pairs_further_apart_than_the_days_say_nothing_about_each_other():
    assert not flags(flat(9.0), pairs=(5, 15.9)).any()
    assert days(flags(flat(9.0), pairs=(5, 16)), D) == list(range(1, 18))


def test_one_pair_is_refused():
    with pytest.raises(UsageError, match="一对说明不了什么"):
        flags(flat(), pairs=(1, 60))


def test_a_sample_without_a_reading_near_it_makes_no_pair():
    values = flat(9.0)
    values[5:9] = np.nan  # around the first sample
    assert not flags(values).any()
    assert days(flags(values, pairs=(4, 60)), D)[0] == 5
    assert not flags(values, at=SAMPLED + np.timedelta64(20, "D")).any()


def test_the_reading_nearest_in_time_is_the_one_compared_and_the_earlier_of_two():
    values = np.arange(INSTANTS.size, dtype=float)
    at = START + np.array([0, 3, 6, 7]) * np.timedelta64(1, "h")
    seconds, differences, _ = laboratory_pairs(Series(values, INSTANTS), Series(np.zeros(4), at), 2)
    assert (seconds / 3600).tolist() == [0, 3, 6, 7]
    assert differences.tolist() == [0, 1, 1, 2]


def test_a_share_of_the_laboratory_value_may_be_allowed_and_zero_is_a_tolerance():
    assert days(flags(flat(8.7), absolute=0.5, relative=0.1), D) == []
    assert days(flags(flat(8.1), absolute=0), D) == list(range(1, 18))


def test_absent_readings_are_not_evaluated():
    values = flat()
    values[60] = np.nan
    assert flags(values)[60] == N


def test_a_series_without_any_reading_has_no_pair():
    assert not flags(np.full(INSTANTS.size, np.nan)).any()
