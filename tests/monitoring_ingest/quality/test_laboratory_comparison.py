"""Automatic stations beside the laboratory of their section: what is flagged, what is due, what is kept apart."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring_ingest.quality import store
from monitoring_ingest.quality.running import run
from tests.clocks import stopped
from tests.monitoring_ingest.makers import NOW, network, rows_of, sent
from tests.monitoring_ingest.quality.test_running import levels, rows, standing, standing_after

LATER = NOW + timedelta(hours=4)
DRIFT = "laboratory_drift"
BETWEEN = list(range(3, 27))  # readings from the sample of the first day, 09:00, to that of the fifth


def results(values, station="shangyou", clock="09:00", side="上游", first=1):
    """One result of a laboratory a day."""
    mark = f"样品 S{{}}|{side}|HJ 535-2009"
    return [
        f"{station},2025-03-{day:02d} {clock},nh3n,{value},mg/L,{mark.format(day)}"
        for day, value in enumerate(values, first)
        if value is not None
    ]


def drifting(engine, **selected):
    """The places in the series of 桥头 that differ from the laboratory, and nothing that lies elsewhere."""
    found = standing(engine, **selected)
    return [place for place, test in found if test == DRIFT]


def judged(engine, now=NOW, **given):
    return run(engine, stopped(now), network=network(), **given)


def test_a_station_that_stands_off_from_the_laboratory_of_its_section_is_flagged_between_the_samples(engine):
    sent(engine, *rows(levels()), *results([0.8] * 5))
    judged(engine)
    assert drifting(engine) == BETWEEN
    with engine.connect() as connection:
        assert set(rows_of(store.faults(connection), "station", "test")) == {("qiaotou", DRIFT)}


def test_a_station_that_agrees_and_one_of_another_section_are_not(engine):
    sent(engine, *rows(levels()), *rows(levels(), "utc"), *results([0.25] * 5), *results([0.9] * 5, "qiaotou-zj"))
    judged(engine)
    with engine.connect() as connection:
        assert set(rows_of(store.faults(connection), "station", "test")) == {("utc", DRIFT)}


def test_the_history_counts_the_series_that_have_a_laboratory_beside_them(engine):
    sent(engine, *rows(levels()), *rows(levels(), "utc"), *results([0.8] * 5))
    judged(engine)
    with engine.connect() as connection:
        history = store.history(connection).set_index("test")
    row = history.loc[DRIFT]
    assert (row["series"], row["readings"], row["not_evaluated"], row["doubtful"]) == (1, 30, 6, 24)
    assert (row["arguments"], row["verified"]) == (
        '{"absolute": 0.1, "pairs": [5, 130], "relative": 0.3, "tolerance_hours": 2}', False,
    )  # fmt: skip
    assert (history.loc["spike", "series"], history.loc["gross_range", "series"]) == (2, 3)


def test_samples_that_come_late_make_the_readings_between_them_due_again(engine):
    sent(engine, *rows(levels()), *results([0.8] * 4))
    judged(engine)
    assert drifting(engine) == []  # four pairs decide nothing
    sent(engine, *results([0.8], first=5), now=LATER, name="late.csv")
    judged(engine, LATER)
    assert drifting(engine) == BETWEEN
    assert drifting(engine, as_of=NOW) == []


def test_readings_corrected_to_what_the_laboratory_found_are_no_longer_flagged(engine):
    sent(engine, *rows(levels()), *results([0.8] * 5))
    judged(engine)
    sent(engine, *rows([value + 0.6 for value in levels()]), now=LATER, name="corrected.csv")
    judged(engine, LATER)
    assert judged(engine, LATER, everything=True).changed == 0
    with engine.connect() as connection:
        found = store.observations(connection, stations=["qiaotou"])
    assert set(found["test"]) == {""}


def test_a_laboratory_may_report_for_the_station_itself(engine):
    """Its results are compared with the station's readings; they are no readings of the instrument."""
    sent(engine, *rows(levels()), *results([0.8] * 5, "qiaotou", "10:00"))
    judged(engine)
    assert standing(engine) == [(place, DRIFT) for place in BETWEEN]


def test_both_sides_results_of_one_instant_are_one_sample(engine):
    sent(engine, *rows(levels()), *results([0.9] * 4), *results([0.7] * 4, "qiaotou", side="下游"))
    judged(engine)
    assert drifting(engine) == []


def test_what_was_not_detected_makes_no_pair(engine):
    sent(engine, *rows(levels()), *results([0.8, "<0.8", 0.8, 0.8, 0.8]))
    judged(engine)
    assert drifting(engine) == []


VALUES = st.lists(st.sampled_from([0.2, 0.21, 0.9, None]), min_size=30, max_size=42)
RESULTS = st.lists(st.sampled_from([0.2, 0.8, None]), min_size=6, max_size=9)


@pytest.mark.proof
@settings(max_examples=25, deadline=None)
@given(VALUES, RESULTS, RESULTS, st.randoms(use_true_random=False), st.integers(1, 5))
def test_flags_do_not_depend_on_the_parts_and_order_in_which_readings_and_results_came(one, lab, own, random, parts):
    readings = [row for row, value in zip(rows(one), one, strict=False) if value is not None]
    everything = readings + results(lab) + results(own, "qiaotou", "15:00", "下游")
    shuffled = random.sample(everything, len(everything))
    apart = [shuffled[start::parts] for start in range(parts)]
    assert standing_after([everything], judged) == standing_after(apart, judged)
