"""Which readings speak for a section: truth tables over stations and origins."""

from __future__ import annotations

import pandas as pd
import pytest

from basin.clauses import Origins, StatedRules, Stations
from settlement.statistics.counting import reasons
from settlement.statistics.months import monthly_statistics, section_days, section_months
from settlement.statistics.speaking import choices_of

SAMPLE = "样品 S-1|上游|HJ 828-2017"
RULES = StatedRules(min_readings_a_day=1, min_days_a_month=1, statuses=("正常",), non_detect="half")


def readings(*lines: str) -> pd.DataFrame:
    """``A1 07-01T00 1.0`` lines: origin (A automatic, L laboratory) and rank of the station, local time, value.

    A further word is the state of the station.
    """
    rows = []
    for line in lines:
        whose, time, value, *state = line.split()
        local = pd.Timestamp(f"2020-{time.replace('T', ' ')}:00", tz="Asia/Shanghai")
        rows.append({
            "station": f"s{whose[1]}", "section": "s", "indicator": "cod", "time": local.tz_convert("UTC"),
            "value": float(value), "censored": False, "status": state[0] if state else "正常",
            "mark": SAMPLE if whose[0] == "L" else "", "rank": int(whose[1]),
        })  # fmt: skip
    return pd.DataFrame(rows)


def means(observations: pd.DataFrame, rules: StatedRules) -> list[float]:
    """The means of the months that have one, to four decimals."""
    return section_months(observations, rules)["mean"].dropna().round(4).to_list()


class TestOrigins:
    """A laboratory's result is never mixed into an automatic mean unless the agreement says so."""

    BOTH = readings("A1 07-01T08 10", "A1 07-01T12 12", "L1 07-01T10 20")
    LABORATORY_ALONE = readings("L1 07-01T10 20")
    AUTOMATIC_ALONE = readings("A1 07-01T08 10")

    @pytest.mark.parametrize(
        ("origins", "both", "laboratory", "automatic"),
        [
            ("automatic", [11], [], [10]),
            ("laboratory", [20], [20], []),
            ("automatic_else_laboratory", [11], [20], [10]),
            ("all", [14], [20], [10]),
        ],
    )
    def test_which_origin_forms_the_mean(
        self, origins: Origins, both: list[float], laboratory: list[float], automatic: list[float]
    ):
        rules = StatedRules(1, 1, ("正常",), "half", origins=origins)
        assert means(self.BOTH, rules) == both
        assert means(self.LABORATORY_ALONE, rules) == laboratory
        assert means(self.AUTOMATIC_ALONE, rules) == automatic

    def test_a_laboratory_speaks_in_months_in_which_no_automatic_reading_counts(self):
        data = readings("A1 07-01T08 10", "L1 07-30T10 20", "A1 08-01T08 99 维护", "L1 08-15T10 30", "L1 09-15T10 40")
        assert means(data, RULES) == [10, 30, 40]

    def test_a_result_that_does_not_speak_is_left_out_with_its_reason(self):
        assert reasons(self.BOTH, RULES).to_list() == ["", "", "of_laboratory"]
        assert section_months(self.BOTH, RULES)["left_out"].to_list() == [{"of_laboratory": 1}]

    def test_the_month_of_a_day_is_that_of_the_local_calendar(self):
        data = readings("A1 07-31T23 10", "L1 08-01T00 20")
        assert means(data, RULES) == [10, 20]


class TestStations:
    """Two stations at a section: pooled, the primary one alone, or the backup on days without the primary one."""

    BOTH = readings(
        "A1 07-01T00 1", "A1 07-01T04 1", "A2 07-01T00 3", "A2 07-01T04 3",
        "A1 07-02T00 1", "A2 07-02T00 3", "A2 07-02T04 3",
        "A2 07-03T00 3", "A2 07-03T04 3",
    )  # fmt: skip

    @pytest.mark.parametrize(
        ("stations", "days_of_two", "days_of_one"),
        [
            ("mean_of_instants", [2, 2.5, 3], [2, 2.5, 3]),
            ("primary", [1], [1, 1]),
            ("primary_else_backup", [1, 3, 3], [1, 1, 3]),
        ],
    )
    def test_which_station_speaks_on_a_day(
        self, stations: Stations, days_of_two: list[float], days_of_one: list[float]
    ):
        two_a_day = StatedRules(2, 1, ("正常",), "half", stations=stations)
        one_a_day = StatedRules(1, 1, ("正常",), "half", stations=stations)
        assert section_days(self.BOTH, two_a_day)["mean"].to_list() == days_of_two
        assert section_days(self.BOTH, one_a_day)["mean"].to_list() == days_of_one

    def test_the_readings_of_the_other_station_are_left_out_with_their_reason(self):
        primary = StatedRules(1, 1, ("正常",), "half", stations="primary")
        assert section_months(self.BOTH, primary)["left_out"].to_list() == [{"other_station": 6}]

    def test_a_backup_whose_state_does_not_count_speaks_for_nobody(self):
        data = readings("A2 07-01T00 2 维护", "A3 07-01T00 3")
        assert means(data, StatedRules(1, 1, ("正常",), "half", stations="primary_else_backup")) == [3]

    def test_two_stations_of_a_four_hourly_month_are_372_readings_at_186_instants(self):
        lines = [f"A{rank} 07-{day:02d}T{hour:02d} {rank}" for rank in (1, 2) for day in range(1, 32)
                 for hour in range(0, 24, 4)]  # fmt: skip
        found = monthly_statistics(readings(*lines), RULES)
        assert (found.readings.tolist(), found.instants.tolist(), found.days.tolist()) == ([372], [186], [31])
        assert found.mean.tolist() == [1.5]

    def test_pooled_readings_of_a_day_that_has_too_few_instants_are_all_counted_as_left_out(self):
        data = readings("A1 07-01T00 1", "A2 07-01T00 3", "A1 07-02T00 1", "A1 07-02T04 1")
        found = monthly_statistics(data, StatedRules(2, 1, ("正常",), "half"))
        assert (found.readings.tolist(), found.left_out) == ([2], [{"too_few_readings_a_day": 2}])

    def test_a_laboratory_speaks_for_the_section_whichever_station_its_result_is_entered_for(self):
        rules = StatedRules(1, 1, ("正常",), "half", stations="primary")
        assert means(readings("L2 07-01T10 20"), rules) == [20]

    def test_a_backup_that_does_not_speak_keeps_no_laboratory_from_speaking(self):
        data = readings("A2 07-01T00 3", "L1 07-01T10 20")
        assert means(data, StatedRules(1, 1, ("正常",), "half", stations="primary")) == [20]
        assert means(data, StatedRules(1, 1, ("正常",), "half", stations="primary_else_backup")) == [3]


def test_where_it_makes_a_difference_which_readings_speak():
    two = readings("A1 07-01T00 1", "A2 07-02T00 3")
    sampled = readings("A1 07-01T00 1", "L1 07-02T10 3")
    alone = readings("L1 07-01T10 1", "L2 07-02T10 3")
    assert [choices_of(rows).of_stations for rows in (two, sampled, alone)] == [{"s"}, set(), set()]
    assert [choices_of(rows).of_origins for rows in (two, sampled, alone)] == [set(), {"s"}, set()]
