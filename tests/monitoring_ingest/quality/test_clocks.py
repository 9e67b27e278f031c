"""Clocks eight hours off: found by the daily cycle, not where there is none, and never on the days beside."""

from __future__ import annotations

import numpy as np
import pytest

from basin.errors import UsageError
from monitoring_ingest.quality.clocks import shifted_clock
from monitoring_ingest.quality.flags import Quality

HOURS, DAYS, A_DAY = 4, 40, 6
KEYWORDS = {"hours": 8, "part_hours": 4, "days": (3, 10), "fit": (0.7, 0.8)}
RNG = np.random.default_rng(3)
INSTANTS = np.datetime64("2025-03-01") + np.arange(DAYS * A_DAY) * np.timedelta64(HOURS, "h")


def cycle(days=DAYS, late=0, noise=0.2, hours=HOURS):
    """A daily wave on a slow rise, `late` hours late, with a little noise."""
    t = np.arange(days * 24 // hours) * hours
    return 15 + t / 100 + 2 * np.sin((t - late) / 24 * 2 * np.pi) + noise * RNG.standard_normal(t.size)


def with_shift(first, last, late):
    """The days from `first` to before `last` as a clock that is off would have written them."""
    values = cycle()
    values[first * A_DAY : last * A_DAY] = cycle(late=late)[first * A_DAY : last * A_DAY]
    return values


def flagged_days(values, instants=INSTANTS, **changed):
    flags = shifted_clock(values, instants, **KEYWORDS | changed)
    return sorted({int((at - INSTANTS[0]) / np.timedelta64(1, "D")) for at in instants[flags == Quality.DOUBTFUL]})


@pytest.mark.parametrize("late", [8, -8])
def test_days_eight_hours_off_are_found_all_of_them_and_no_other(late):
    assert flagged_days(with_shift(20, 24, late)) == [20, 21, 22, 23]


def test_a_clock_that_is_right_is_not_flagged():
    assert flagged_days(cycle()) == []


def test_a_series_without_a_daily_cycle_gives_nothing_to_judge_by():
    assert flagged_days(15 + RNG.standard_normal(DAYS * A_DAY)) == []


def test_a_constant_series_is_not_evaluated():
    assert not shifted_clock(np.full(DAYS * A_DAY, 7.0), INSTANTS, **KEYWORDS).any()


def test_a_cycle_that_dies_away_on_dull_days_is_no_shift():
    values = cycle()
    values[20 * A_DAY : 23 * A_DAY] = 15 + 0.2 * RNG.standard_normal(3 * A_DAY)
    assert flagged_days(values) == []


def test_a_change_of_level_is_no_shift():
    values = cycle()
    values[20 * A_DAY :] += 8
    assert flagged_days(values) == []


def test_the_first_days_have_no_past_to_be_compared_with():
    flags = shifted_clock(cycle(), INSTANTS, **KEYWORDS)
    assert set(flags[: 5 * A_DAY]) == {Quality.NOT_EVALUATED}
    assert set(flags[10 * A_DAY :]) == {Quality.RELIABLE}


def test_a_day_with_gaps_is_not_evaluated_and_does_not_hide_the_others():
    values = with_shift(20, 24, 8)
    values[22 * A_DAY : 22 * A_DAY + 2] = np.nan
    assert flagged_days(values) == [20, 21, 23]


def test_every_series_of_a_block_is_judged_by_itself_and_any_cadence_will_do():
    block = np.stack([cycle(), with_shift(20, 24, 8), np.full(DAYS * A_DAY, np.nan)])
    flags = shifted_clock(block, INSTANTS, **KEYWORDS)
    assert [(row == Quality.DOUBTFUL).any() for row in flags] == [False, True, False]
    np.testing.assert_array_equal(flags[1], shifted_clock(block[1], INSTANTS, **KEYWORDS))
    hourly = cycle(hours=1)
    hourly[20 * 24 : 24 * 24] = cycle(late=8, hours=1)[20 * 24 : 24 * 24]
    instants = INSTANTS[0] + np.arange(hourly.size) * np.timedelta64(1, "h")
    assert flagged_days(hourly, instants) == [20, 21, 22, 23]


def test_parts_must_divide_the_shift_and_the_day():
    with pytest.raises(UsageError, match="part_hours"):
        shifted_clock(cycle(), INSTANTS, **KEYWORDS | {"part_hours": 3})


def test_no_reading_has_no_flag():
    assert shifted_clock(np.empty((2, 0)), INSTANTS[:0], **KEYWORDS).shape == (2, 0)
