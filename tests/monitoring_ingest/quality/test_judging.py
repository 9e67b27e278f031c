"""The declared tests over blocks of series: what is found, what is only context, and that layout changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from monitoring_ingest.quality import judging
from monitoring_ingest.quality.flags import Quality
from monitoring_ingest.quality.judging import context, judged, rounds, weeks
from monitoring_ingest.quality.settings import declared_tests
from tests.monitoring_ingest.makers import rows_of

TESTS = declared_tests()
NEAR, FAR, *_ = rounds(TESTS)
START = datetime(2025, 3, 3, tzinfo=UTC)
NO_END = START + timedelta(days=60)
DOUBTFUL = int(Quality.DOUBTFUL)


def series(indicator, values, station="s1", start=START, hours=4, **columns):
    """Readings every four hours from `start`; nan is not there."""
    times = pd.date_range(start, periods=len(values), freq=f"{hours}h").as_unit("ns")
    frame = pd.DataFrame({"station": station, "indicator": indicator, "time": times, "revision": 1, "value": values})
    return frame.assign(**{"censored": False, "mark": ""} | columns)[~np.isnan(values)].reset_index(drop=True)


def wave(n, level=8.0):
    """A series no test finds fault with."""
    return level + 0.2 * np.sin(np.arange(n))


def spiked(n, at, level=8.0, size=6.0):
    values = wave(n, level)
    values[at] += size
    return values


def found(frame, start=START, end=NO_END):
    faults, _ = judged(frame, NEAR, start, end)
    return sorted((r.station, r.indicator, (r.time - START) // timedelta(hours=4), r.test) for r in faults.itertuples())


def test_a_spike_is_found_where_it_is_and_nowhere_else():
    assert found(series("do", spiked(20, 9))) == [("s1", "do", 9, "spike")]


def test_every_station_is_judged_by_its_own_readings():
    frame = pd.concat([series("do", wave(20)), series("do", spiked(20, 5), "s2")])
    assert found(frame) == [("s2", "do", 5, "spike")]


def test_what_lies_outside_the_instants_is_looked_at_and_not_judged():
    frame = series("do", spiked(40, 9))
    nine = START + timedelta(hours=36)
    assert found(frame, nine, NO_END) == [("s1", "do", 9, "spike")]
    assert found(frame, nine + timedelta(hours=4), NO_END) == []


def test_two_indicators_that_contradict_each_other_are_both_flagged():
    part, whole = [1.0, 1.1, 1.0], [2.0, 0.5, 2.1]
    frame = pd.concat([series("nh3n", part), series("tn", whole)])
    tests = [("s1", code, 1, "part_of_whole") for code in ("nh3n", "tn")]
    assert [fault for fault in found(frame) if fault[3] == "part_of_whole"] == tests


def test_the_other_indicator_of_another_station_or_instant_contradicts_nothing():
    frame = pd.concat([series("nh3n", [1.0, 1.1]), series("tn", [0.5, 0.5], "s2")])
    assert found(frame) == []
    late = series("tn", [0.5, 0.5], start=START + timedelta(hours=1))
    assert found(pd.concat([series("nh3n", [1.0, 1.1]), late])) == []


def test_what_was_not_detected_is_no_flat_line():
    frame = series("nh3n", np.full(12, 0.025))
    assert {test for *_, test in found(frame)} == {"flat_line"}
    assert found(frame.assign(censored=True)) == []


def test_results_of_a_laboratory_are_no_part_of_the_automatic_series_of_their_station():
    """Neither spikes of it nor neighbours in it; what a value says by itself it says of them, too."""
    automatic = series("do", wave(20))
    results = series("do", np.array([8.0, 30.0, 8.0, 8.0, 70.0]), start=START + timedelta(hours=25), mark="样品 1|上游")
    assert found(pd.concat([automatic, results])) == [("s1", "do", (25 + 16) // 4, "gross_range")]
    as_automatic = found(pd.concat([automatic, results.assign(mark="")]))
    assert {"spike", "rate_of_change"} <= {test for *_, test in as_automatic}


def test_counts_say_how_many_readings_a_test_judged_and_could_not():
    _, counts = judged(series("do", spiked(20, 9)), NEAR, START, NO_END)
    told = {row[0]: row[1:] for row in rows_of(counts, "test", "readings", "not_evaluated", "doubtful")}
    assert told["gross_range"] == (20, 0, 0)
    assert told["spike"] == (20, 4, 1)  # two at either end have no neighbours
    assert told["oxygen_saturation"] == (20, 20, 0)  # no temperature was measured


def test_series_of_other_hours_are_laid_out_apart_and_come_out_the_same(monkeypatch):
    parts = [
        series("do", spiked(30, place), f"s{place}", START + timedelta(minutes=7 * place)) for place in range(3, 23)
    ]
    frame = pd.concat(parts)
    together = found(frame)
    monkeypatch.setattr(judging, "SMALL_BLOCK", 0)
    assert found(frame) == together
    assert len(together) == 20


def test_the_order_of_rows_changes_nothing():
    frame = pd.concat([series("do", spiked(30, 5)), series("temperature", wave(30, 15.0)), series("tn", spiked(30, 8))])
    assert found(frame.sample(frac=1, random_state=4)) == found(frame)


def test_no_observation_has_no_fault():
    faults, counts = judged(series("do", wave(1)).iloc[:0], NEAR, START, NO_END)
    assert (len(faults), len(counts)) == (0, 0)


def test_the_context_reaches_over_the_longest_window_declared():
    near, far, laboratory, own_history = rounds(TESTS)
    assert context(near) == timedelta(hours=48 + 2 * 8)  # a level may stand still for 48 h
    assert context(far) == timedelta(days=3 + 14 + 1)
    assert context(laboratory) == timedelta(days=130, hours=2)
    assert context(own_history) == timedelta(days=90)
    assert {each.test for those in far.values() for each in those} == {"shifted_clock"}
    assert {each.test for those in laboratory.values() for each in those} == {"laboratory_drift"}


@pytest.mark.parametrize(
    ("first", "last", "starts"),
    [
        ("2025-03-03", "2025-03-09T23:59", ["2025-03-03"]),
        ("2025-03-09T23:00", "2025-03-10", ["2025-03-03", "2025-03-10"]),
        ("2025-12-31", "2026-01-01", ["2025-12-29"]),
    ],
)
def test_weeks_begin_on_mondays_whatever_is_asked_for(first, last, starts):
    asked = (datetime.fromisoformat(one).replace(tzinfo=UTC) for one in (first, last))
    assert [week.date().isoformat() for week in weeks(*asked)] == starts


def test_a_clock_eight_hours_off_is_found_in_the_weeks_it_is_judged_in():
    hours = np.arange(60 * 6) * 4
    right, late = (15 + 2 * np.sin((hours - by) / 24 * 2 * np.pi) for by in (0, 8))
    values = np.where((hours >= 30 * 24) & (hours < 34 * 24), late, right) + 0.01 * np.cos(hours)
    faults, counts = judged(series("temperature", values), FAR, START + timedelta(days=28), START + timedelta(days=42))
    assert {(time - START).days for (time,) in rows_of(faults, "time")} == {30, 31, 32, 33}
    assert rows_of(counts, "readings", "doubtful") == [(14 * 6, 4 * 6)]
