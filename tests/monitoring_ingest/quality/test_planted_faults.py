"""What tests/benchmarks/planted_faults.py plants is what it says, so that its table does not measure itself; and what
the bundled thresholds say of flow, level, coliforms and algae, for which no real series is at hand.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from monitoring_ingest.quality.flags import Quality
from monitoring_ingest.quality.judging import judged, rounds
from monitoring_ingest.quality.settings import declared_tests
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


START = datetime(2025, 3, 3, tzinfo=UTC)
SLOTS = np.arange(84)  # two weeks, every four hours
TIDE = np.sin(2 * np.pi * SLOTS * 4 / 12.42)
EVENING = SLOTS % 6 == 4
STORM = np.exp(-(((SLOTS - 40) / 4.0) ** 2))
QUIET = 1 + 0.03 * np.sin(SLOTS)
SOUND = {
    "a quiet river": ("flow", 120 * QUIET),
    "a flood rises twentyfold in two days": ("flow", 50 + 1000 * np.exp(-(((SLOTS - 40) / 6.0) ** 2))),
    "turbines run every evening": ("flow", np.where(EVENING, 240.0, 30.0)),
    "turbines run every evening and the river stands still between": ("flow", np.where(EVENING, 240.0, 0.0)),
    "a weir releases the same for weeks": ("flow", np.full(SLOTS.size, 12.5)),
    "the river bed is dry": ("flow", np.zeros(SLOTS.size)),
    "the tide turns the river": ("flow", 3000 * TIDE + 200),
    "the tide swells and never turns the river": ("flow", 16000 + 9000 * TIDE),
    "a gauge in the tide": ("level", 1.2 + 2.3 * TIDE),
    "a weir holds the level for a day and a half": ("level", np.where(SLOTS < 9, 45.32, 45.32 + 0.01 * (SLOTS % 7))),
    "the tailwater of a power station": ("level", 45 + 2.5 * EVENING),
    "a gauge below the datum": ("level", -3.1 + 0.2 * np.sin(SLOTS)),
    "bacteria after a storm": ("coliform", 2000 * QUIET + 60000 * STORM),
    "an algal bloom": ("algae", 2e6 * QUIET + 6e7 * STORM),
    "chlorophyll of a bloom": ("chla", 0.004 * QUIET + 0.06 * STORM),
    "chlorophyll of clear water, to its last decimal": ("chla", np.full(SLOTS.size, 0.001)),
    "COD after a storm": ("cod", 14 * QUIET + 12 * STORM),
}


def values_with(start: np.ndarray, at: int | slice, value: float) -> np.ndarray:
    changed = np.array(start, dtype=np.float64)
    changed[at] = value
    return changed


FAULTY = {
    "flow with a slipped decimal point": ("flow", values_with(120 * QUIET, 30, 1180), "spike_of_flow", [30]),
    "flow of a brook in litres": ("flow", values_with(0.8 * QUIET, 30, 800), "spike_of_flow", [30]),
    "level with a slipped decimal point": ("level", values_with(45 + QUIET, 30, 453.2), "spike", [30]),
    "level that falls to 0": ("level", values_with(45 + QUIET, 30, 0), "spike", [30]),
    "level of another datum from now on": ("level", 45 + QUIET + np.where(SLOTS < 30, 0, 15), "rate_of_change", [30]),
    "a level gauge that is stuck": ("level", values_with(45 + QUIET, slice(30, 43), 46), "flat_line", [*range(30, 43)]),
    "bacteria per millilitre for bacteria per litre": ("coliform", values_with(2000 * QUIET, 30, 2e6), "spike", [30]),
    "algae a hundredfold": ("algae", values_with(2e6 * QUIET, 30, 2e8), "spike", [30]),
    "chlorophyll in micrograms": ("chla", values_with(0.004 * QUIET, 30, 4), "spike", [30]),
    "COD threefold": ("cod", values_with(14 * QUIET, 30, 42), "spike", [30]),
}


def doubted(indicator: str, values: np.ndarray) -> dict[str, list[int]]:
    """By test the places of the readings that the bundled thresholds doubt."""
    times = pd.date_range(START, periods=values.size, freq="4h").as_unit("ns")
    frame = pd.DataFrame({"station": "s", "indicator": indicator, "time": times, "revision": 1, "value": values})
    near = rounds(declared_tests())[0]
    faults, _ = judged(frame.assign(censored=False, mark=""), near, START, START + timedelta(days=28))
    places = ((faults["time"] - START) // timedelta(hours=4)).astype(int)
    return {str(test): sorted(of) for test, of in places.groupby(faults["test"])}


@pytest.mark.parametrize(("indicator", "values"), SOUND.values(), ids=SOUND)
def test_what_a_river_does_by_itself_is_not_doubted(indicator, values):
    assert doubted(indicator, values) == {}


@pytest.mark.parametrize(("indicator", "values", "test", "places"), FAULTY.values(), ids=FAULTY)
def test_a_fault_of_these_indicators_is_doubted_where_it_is(indicator, values, test, places):
    assert doubted(indicator, values)[test] == places
