"""What is new, decided without a database: the short way of new rows, and a cut into parts, change nothing."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring_ingest.readings.frames import readings_frame, rows_at
from monitoring_ingest.readings.revisions import CONTENT, KEY, as_sent, decide, within_file
from monitoring_ingest.readings.validation import validate
from tests.monitoring_ingest.makers import NOW, network

STORED = (*KEY, *CONTENT, "revision", "same_file", "as_sent")
DECIDED = ("fate", "code", "revision", "keep", "stands", "replaced", "sent")
CELLS = st.tuples(
    st.sampled_from(["qiaotou", "shangyou", "nobody"]),
    st.integers(0, 2),
    st.sampled_from(["0.2", "0.20", "200", "0.3", "500", "-1", "高", "", "*"]),
    st.sampled_from(["mg/L", "ug/L"]),
)


def within(cells):
    """Validated rows of one file."""
    stations, days, values, units = zip(*cells, strict=True) if cells else ((),) * 4
    columns = {
        "row": list(range(len(cells))),
        "time": [NOW - timedelta(days=day + 1) for day in days],
        "time_text": [str(day) for day in days],
        "station_text": list(stations),
        "indicator_text": ["nh3n"] * len(cells),
        "value_text": ["" if value == "*" else value for value in values],
        "printed": list(values),
        "unit": list(units),
    }
    return within_file(validate(readings_frame(columns), network(), NOW))


def stored(rows):
    """What would be stored of decided rows, as `decide` wants it."""
    kept = rows_at(rows, rows["keep"])
    kept |= {"same_file": np.zeros(len(kept["row"]), dtype=bool), "as_sent": as_sent(kept)}
    return {name: kept[name] for name in STORED}


NOTHING = stored(decide(within([]), {name: np.array([]) for name in STORED}))
ELSEWHERE = stored(decide(within([("utc", 9, "0.7", "mg/L")]), NOTHING))


def outcome(decided):
    return [decided[name].tolist() for name in DECIDED]


@pytest.mark.proof
@settings(max_examples=200, deadline=None)
@given(cells=st.lists(CELLS, max_size=8))
def test_what_is_stored_for_other_keys_changes_nothing(cells):
    """Without anything stored, rows that are all new take a short way: it must lead to the same place."""
    rows = within(cells)
    assert outcome(decide(rows, NOTHING)) == outcome(decide(rows, ELSEWHERE))


@pytest.mark.proof
@settings(max_examples=200, deadline=None)
@given(cells=st.lists(CELLS, max_size=8), cut=st.integers(0, 8))
def test_a_file_stored_in_two_parts_ends_like_one_stored_at_once(cells, cut):
    rows = within(cells)
    whole = decide(rows, NOTHING)
    first = decide(rows_at(rows, slice(cut)), NOTHING)
    second = decide(rows_at(rows, slice(cut, None)), stored(first))
    both = [one + other for one, other in zip(outcome(first), outcome(second), strict=True)]
    assert both == outcome(whole)


def test_a_product_that_differs_in_its_last_bit_is_the_same_value():
    first = stored(decide(within([("qiaotou", 0, "0.07", "mg/L")]), NOTHING))
    again = decide(within([("qiaotou", 0, "70.0", "ug/L")]), first)
    assert (again["fate"].tolist(), again["stands"].tolist()) == (["duplicate"], ["0.07 mg/L"])
