"""What tests/benchmarks/planted_faults.py plants is what it says, so that its table does not measure itself."""

from __future__ import annotations

import numpy as np
import pytest

from monitoring_ingest.quality.flags import Quality
from tests.benchmarks.planted_faults import SHIFT_SIZE, SPIKE_SIZE, Cadence, Series, faults, percent, stretches
from tests.benchmarks.planted_relations import COPIES, contradictions, measured

CADENCE = Cadence("a small one", flat=3, long=4, gap=2, eight_hours=2)
BEFORE = np.arange(10.0)
NAN = np.nan


@pytest.mark.parametrize(
    ("kind", "after"),
    [
        ("spike", [0, 1, 2, 3 + SPIKE_SIZE, 4, 5, 6, 7, 8, 9]),
        ("flat line", [0, 1, 2, 3, 3, 3, 6, 7, 8, 9]),
        ("level shift", [0, 1, 2, *(n + SHIFT_SIZE for n in (3, 4, 5, 6)), 7, 8, 9]),
        ("drift", [0, 1, 2, 3, 4 + SHIFT_SIZE / 3, 5 + SHIFT_SIZE * 2 / 3, 6 + SHIFT_SIZE, 7, 8, 9]),
        ("gap", [0, 1, 2, NAN, NAN, 5, 6, 7, 8, 9]),
        ("8-hour shift", [0, 1, 2, 1, 2, 3, 4, 7, 8, 9]),
    ],
)
def test_a_fault_alters_only_the_readings_it_is_planted_in(kind, after):
    plant = next(plant for name, (_, plant) in faults(CADENCE).items() if name.endswith(kind))
    values = BEFORE.copy()
    plant(values, 3, 1.0)
    np.testing.assert_allclose(values, after)


def test_labelled_readings_that_follow_one_another_are_one_stretch():
    labelled = np.array([True, True, False, True, False])
    series = Series("ph", np.arange(5).astype("M8[h]"), np.zeros(5), labelled, {})
    assert stretches(series) == [slice(0, 2), slice(3, 4)]


def test_a_share_of_nothing_is_no_share():
    assert (percent(1, 3), percent(0, 0)) == ("33 %", "—")


def test_a_contradiction_is_as_much_of_the_other_as_it_says_and_only_where_the_other_was_measured():
    nitrogen = np.full(60, 2.0)
    nitrogen[::3] = NAN
    series = Series("nh3n", np.arange(60).astype("M8[h]"), np.full(60, 0.5), np.zeros(60, dtype=bool), {"tn": nitrogen})
    shorter = Series("nh3n", series.instants, series.values, series.labelled, {"tn": np.full(60, NAN)})
    rng = np.random.default_rng(1)
    rows = list(contradictions("part_of_whole", [series, shorter], (1.05, 1.2), rng))  # allowed is 10 %
    assert rows == []
    whole = Series("nh3n", series.instants, series.values, series.labelled, {"tn": np.full(60, 2.0)})
    assert list(contradictions("part_of_whole", [whole, shorter], (1.05, 1.2), rng)) == [
        "| nh3n，1 条 series | 读作 1.05 倍 reads 1.05 × | 40 | 0 % | 0 % | 0 / 60 (0 %) |",
        "| nh3n，1 条 series | 读作 1.2 倍 reads 1.2 × | 40 | 100 % | 100 % | 0 / 60 (0 %) |",
    ]


def test_only_new_flags_within_a_fault_count_as_found_and_those_of_the_series_as_it_came_are_told_apart():
    values = np.arange(20.0)

    def above(v):
        return np.where(v > 17, Quality.DOUBTFUL, Quality.RELIABLE).astype(np.int8)

    def lifted(v, at, size):
        v[at : at + 2] = 100

    def lowered(v, at, size):
        v[at : at + 2] = -100

    rng = np.random.default_rng(1)
    planted, found, inside, hits, flagged, evaluated = measured(values, above, (2, lifted), rng, 0)
    assert (planted, found, flagged, evaluated) == (COPIES, COPIES, 2, 20)
    assert hits == inside == 2 * COPIES
    assert measured(values, above, (2, lowered), rng, 0)[1] == 0
