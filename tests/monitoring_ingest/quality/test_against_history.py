"""Readings against the station's own history: small series beside their flags (n not evaluated, r reliable, d
doubtful), the declared test over frames, and runs in which readings come in whatever order.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from basin.errors import UsageError
from basin.indicators import INDICATORS
from basin.periods import Window
from monitoring_ingest.database.engine import open_engine
from monitoring_ingest.database.schema import create_schema
from monitoring_ingest.quality import store
from monitoring_ingest.quality.against_history import against_history
from monitoring_ingest.quality.comparing import Histories, compared, differing
from monitoring_ingest.quality.flags import Quality
from monitoring_ingest.quality.judging import rounds
from monitoring_ingest.quality.running import run
from monitoring_ingest.quality.settings import declared_tests
from tests.clocks import stopped
from tests.monitoring_ingest.makers import NOW, rows_of, sent

NAN = np.nan
START = np.datetime64("2021-06-01T00:00")
judge = partial(against_history, factor=300, window_days=2, fewest=3)


def days(*numbers: float) -> np.ndarray:
    return START + (np.array(numbers) * 1440).astype("timedelta64[m]")


def hours(count: int, every: float = 4) -> np.ndarray:
    return days(*(every / 24 * n for n in range(count)))


def said(flags: np.ndarray) -> str:
    assert flags.dtype == np.int8
    return "".join("nrdum"[flag] for flag in flags)


class TestAgainstHistory:
    """Doubtful where a reading is the factor or more from the median of the readings before it in the window."""

    @pytest.mark.parametrize(
        ("values", "flags"),
        [
            ([0.13, 0.13, 0.12, 0.00013], "nnnd"),  # milligrams in a column of micrograms
            ([0.13, 0.13, 0.12, 130], "nnnd"),  # micrograms in a column of milligrams
            ([0.13, 0.13, 0.12, 0.001], "nnnr"),
            ([300, 300, 300, 1], "nnnd"),
            ([300, 300, 300, 1.001], "nnnr"),
            ([1, 1, 1, 300], "nnnd"),
            ([1, 1, 1, 299.9], "nnnr"),
            ([0.13, 0.13, 0.12, 0], "nnnn"),  # no factor leads to nothing
            ([0, 0, 0, 0.1], "nnnn"),  # nor from nothing
            ([0, 0.1, 0.1, 0.1], "nnnr"),
            ([0.13, 0.13, 0.00013, 0.12], "nnnr"),  # the median takes no notice of what stands out
            ([0.13, NAN, 0.13, 0.12, NAN, 0.00013], "nnnnnd"),
            ([0.13, 0.12], "nn"),
            ([], ""),
        ],
    )
    def test_a_reading_far_from_the_median_before_it_is_doubted(self, values, flags):
        assert said(judge(np.array(values, dtype=np.float64), hours(len(values)))) == flags

    def test_a_slip_that_lasts_is_told_as_long_as_the_median_stands(self):
        values = np.array([0.13] * 6 + [0.00013] * 8)  # in two days are 12 readings
        assert said(judge(values, hours(14))) == "nnnrrrdddddddr"  # before the last one, 7 of 12 have slipped

    def test_what_was_measured_before_the_window_is_no_history(self):
        values = np.array([0.13, 0.13, 0.13, 0.00013])
        assert said(judge(values, days(0, 0.5, 1, 2))) == "nnnd"  # the first is two days old
        assert said(judge(values, days(0, 0.5, 1, 2.01))) == "nnnn"
        assert said(judge(values, days(0, 0.5, 1, 9))) == "nnnn"

    def test_what_was_not_detected_is_history_and_is_not_judged(self):
        values = np.array([0.01, 0.01, 0.01, 5, 0.00001])
        below = np.array([True, True, False, False, True])
        assert said(judge(values, hours(5), censored=below)) == "nnndn"

    def test_readings_that_come_later_change_nothing_that_was_said(self):
        values = np.array([0.13, 0.13, 0.12, 0.00013, 0.13, *[0.00013] * 20, 500, 0.13])
        whole = judge(values, hours(values.size))
        for size in range(values.size):
            assert said(judge(values[:size], hours(size))) == said(whole[:size])

    def test_every_series_of_a_block_has_its_own_history(self):
        block = np.array([[0.13, 0.13, 0.12, 0.00013], [130, 130, 120, 130], [NAN, 0.1, 0.1, 0.1]])
        assert [said(flags) for flags in judge(block, hours(4))] == ["nnnd", "nnnr", "nnnn"]

    @pytest.mark.parametrize("wrong", [{"factor": 1}, {"factor": 0}, {"fewest": 0}])
    def test_what_would_doubt_everything_is_refused(self, wrong):
        with pytest.raises(UsageError, match="factor 应大于 1"):
            judge(np.ones(3), hours(3), **wrong)

    @pytest.mark.proof
    @settings(deadline=None)
    @given(st.data())
    def test_it_says_what_a_loop_says(self, data):
        amounts = st.sampled_from([0.0, 0.001, 0.02, 0.3, 6.0, 7.0, 900.0])
        readings = data.draw(st.lists(st.tuples(amounts, st.booleans(), st.integers(1, 40)), max_size=40))
        values = np.array([amount for amount, _, _ in readings], dtype=np.float64)
        below = np.array([censored for _, censored, _ in readings], dtype=bool)
        hour = np.cumsum([wait for _, _, wait in readings]).astype(np.float64)
        expected = ""
        for place, value in enumerate(values):
            history = [v for v, t in zip(values, hour, strict=True) if hour[place] - 48 <= t < hour[place]]
            if len(history) < 3 or value <= 0 or below[place] or np.median(history) <= 0:
                expected += "n"
            else:
                middle = np.median(history)
                expected += "d" if value * 300 <= middle or value >= middle * 300 else "r"
        assert said(judge(values, days(*(hour / 24)), censored=below)) == expected


FIRST = datetime(2025, 1, 1, tzinfo=UTC)
HISTORY = rounds(declared_tests())[-1]
ON = FIRST + timedelta(days=10)


def frame(values, station="s", indicator="tp", **columns):
    """Readings every four hours from the first of January."""
    times = pd.date_range(FIRST, periods=len(values), freq="4h").as_unit("ns")
    made = pd.DataFrame({"station": station, "indicator": indicator, "time": times, "revision": 1, "value": values})
    return made.assign(**{"censored": False, "mark": ""} | columns)


def slipped(at, level=0.13, size=70, by=1000.0):
    values = level * (1 + 0.1 * np.sin(np.arange(size)))
    values[at] /= by
    return values


def doubted(readings, start=FIRST, end=FIRST + timedelta(days=60)):
    stations = set(readings["station"])
    faults, counts = compared(readings, Histories(HISTORY, frozenset(stations)), stations, Window(start, end))
    assert set(faults["test"]) <= {"against_history"} and set(faults["quality"]) <= {Quality.DOUBTFUL}
    places = (faults["time"] - FIRST) // timedelta(hours=4)
    return sorted(zip(faults["station"], faults["indicator"], places, strict=True)), counts


class TestDeclared:
    """The bundled test over frames of many stations: 300 times, 90 days, 20 readings."""

    def test_every_station_and_indicator_has_its_own_history(self):
        readings = pd.concat([frame(slipped(30)), frame(slipped(40), "t"), frame(slipped(50, 3), "s", "codmn")])
        found, counts = doubted(readings)
        assert found == [("s", "codmn", 50), ("s", "tp", 30), ("t", "tp", 40)]
        assert rows_of(counts, "station", "indicator", "readings", "not_evaluated", "doubtful") == [
            ("s", "codmn", 70, 20, 1), ("s", "tp", 70, 20, 1), ("t", "tp", 70, 20, 1),
        ]  # fmt: skip

    def test_twenty_readings_are_a_history(self):
        assert doubted(frame(slipped(19)))[0] == []
        assert doubted(frame(slipped(20)))[0] == [("s", "tp", 20)]

    def test_the_order_of_the_rows_does_not_matter(self):
        readings = pd.concat([frame(slipped(30)), frame(slipped(40, 130.0), "t")])
        assert doubted(readings.sample(frac=1, random_state=1))[0] == doubted(readings)[0] != []

    def test_what_lies_before_is_history_and_is_not_judged(self):
        readings = frame(slipped([30, 66]))
        assert doubted(readings, start=ON)[0] == [("s", "tp", 66)]
        assert doubted(readings, start=FIRST, end=ON)[0] == [("s", "tp", 30)]

    def test_the_results_of_a_laboratory_are_no_history_and_are_not_judged(self):
        sampled = frame(np.full(40, 130.0), mark="样品 S-1")
        later = frame(slipped(60)).iloc[40:]
        assert doubted(pd.concat([sampled, later]))[0] == [("s", "tp", 60)]
        assert doubted(frame(slipped(30), mark="样品 S-1"))[0] == []

    @pytest.mark.parametrize(
        ("indicator", "lowest", "highest", "expected"),
        [
            ("tp", 0.01, 1.49, False),
            ("tp", 0.01, 1.5, True),  # before 1.5 the median of 0.01 and 0 is 0.005
            ("tp", 0.00013, 0.13, True),
            ("conductivity", 100, 24_900, False),
            ("conductivity", 100, 25_000, True),
        ],
    )
    def test_only_stations_are_compared_whose_readings_differ_as_much(self, indicator, lowest, highest, expected):
        spreads = pd.DataFrame({"station": ["s"], "indicator": indicator, "lowest": lowest, "highest": highest})
        assert differing(spreads, HISTORY) == ({"s"} if expected else set())

    def test_nothing_is_no_fault(self):
        found, counts = doubted(frame([]).astype({"value": float}))
        assert found == [] and counts.empty

    def test_it_is_for_concentrations(self):
        """Oxygen is used up, and turbidity, algae and bacteria grow, by hundreds of times in real water."""
        units = {INDICATORS[code].unit for code in HISTORY}
        assert units == {"mg/L", "uS/cm"}
        never = {"flow", "level", "temperature", "ph", "do", "turbidity", "chla", "algae", "coliform", "transparency"}
        assert not never & HISTORY.keys()


def rows(values, first=datetime(2025, 3, 1), station="qiaotou"):
    at = [first + timedelta(hours=4 * place) for place in range(len(values))]
    return [f"{station},{time:%Y-%m-%d %H:%M},tp,{value:.6f},mg/L," for time, value in zip(at, values, strict=True)]


def standing(engine, **selected):
    """The places of the readings that stand as far from the history."""
    with engine.connect() as connection:
        faults = store.faults(connection, **selected)
    times = faults.loc[faults["test"] == "against_history", "time"]
    return sorted((times - datetime(2025, 2, 28, 16, tzinfo=UTC)) // timedelta(hours=4))


class TestRuns:
    """A run looks back over the window, and again at what a late reading is the history of."""

    def test_a_slip_weeks_after_the_history_is_doubted_as_it_comes(self, engine):
        values = slipped(slice(240, 270), size=270)  # 40 days, and five days of it slipped
        sent(engine, *rows(values)[:240])
        run(engine, stopped(NOW))
        assert standing(engine) == []
        sent(engine, *rows(values)[240:], now=NOW + timedelta(hours=1))
        run(engine, stopped(NOW + timedelta(hours=1)))
        assert standing(engine) == [*range(240, 270)]

    def test_readings_that_come_later_leave_it_and_a_history_that_comes_late_makes_it(self, engine):
        values = slipped(25, size=120)
        sent(engine, *rows(values)[20:26])
        run(engine, stopped(NOW))
        assert standing(engine) == []  # no history yet
        sent(engine, *rows(values)[:20], now=NOW + timedelta(hours=1))
        run(engine, stopped(NOW + timedelta(hours=1)))
        assert standing(engine) == [25]
        sent(engine, *rows(values)[26:], now=NOW + timedelta(hours=2))
        run(engine, stopped(NOW + timedelta(hours=2)))
        assert standing(engine) == [25]
        assert standing(engine, as_of=NOW) == []

    def test_a_history_corrected_weeks_later_withdraws_it(self, engine):
        slip = slipped(slice(0, 30), size=200)  # the history slipped, so what follows seems too much
        sent(engine, *rows(slip))
        run(engine, stopped(NOW))
        assert standing(engine) == [*range(30, 60)]
        sent(engine, *rows(slipped(slice(0, 0), size=30)), now=NOW + timedelta(hours=1))
        run(engine, stopped(NOW + timedelta(hours=1)))
        assert standing(engine) == []

    def test_a_larger_factor_withdraws_it_though_no_reading_differs_as_much_any_more(self, engine):
        sent(engine, *rows(slipped(25)))
        run(engine, stopped(NOW))
        assert standing(engine) == [25]
        (own,) = HISTORY["tp"]
        lenient = {"tp": (replace(own, keywords={**own.keywords, "factor": 5000.0}),)}
        run(engine, stopped(NOW + timedelta(hours=1)), tests=lenient, everything=True)
        assert standing(engine) == []

    def test_the_history_of_runs_counts_the_stations_that_were_compared(self, engine):
        sent(engine, *rows(slipped(25)), *rows(slipped(slice(0, 0)), station="shangyou"))
        run(engine, stopped(NOW))
        with engine.connect() as connection:
            history = store.history(connection)
        (row,) = history[history["test"] == "against_history"].to_dict("records")
        assert (row["indicator"], row["series"], row["readings"], row["not_evaluated"], row["doubtful"]) == (
            "tp", 1, 70, 20, 1,
        )  # fmt: skip

    @pytest.mark.proof
    @settings(deadline=None, max_examples=15)
    @given(st.randoms(use_true_random=False), st.integers(1, 4))
    def test_the_flags_do_not_depend_on_the_parts_in_which_readings_came(self, random, parts):
        lines = rows(slipped([*range(25, 29), 60, 61, *range(100, 180)], size=220))
        expected = [*range(25, 29), 60, 61, *range(100, 180)]
        random.shuffle(lines)
        made = open_engine("sqlite:///:memory:")
        create_schema(made)
        for number in range(parts):
            now = NOW + timedelta(hours=number)
            sent(made, *lines[number::parts], now=now)
            run(made, stopped(now))
        assert standing(made) == expected
        made.dispose()
