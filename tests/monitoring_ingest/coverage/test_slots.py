"""When a value is due and when a source is silent: arithmetic on the clock, shown as tables."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from monitoring_ingest.coverage.slots import Slots, State, runs, state, suspensions
from monitoring_ingest.readings.facts import Fact
from tests.monitoring_ingest.makers import network

CHINA = timezone(timedelta(hours=8))
FOUR_HOURS = Slots("Asia/Shanghai", 4)
HOURLY, DAILY = Slots("Asia/Shanghai", 1), Slots("Asia/Shanghai", 24)
NEW_YORK = Slots("America/New_York", 4)


def china(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=CHINA)


class TestSlots:
    """A slot is a stretch of the wall clock of the station."""

    @pytest.mark.parametrize(
        ("slots", "at", "begins", "ends"),
        [
            (FOUR_HOURS, "2025-03-01 08:00", "2025-03-01 08:00", "2025-03-01 12:00"),
            (FOUR_HOURS, "2025-03-01 11:59:59.999999", "2025-03-01 08:00", "2025-03-01 12:00"),
            (FOUR_HOURS, "2025-12-31 23:30", "2025-12-31 20:00", "2026-01-01 00:00"),
            (FOUR_HOURS, "2024-02-29 21:00", "2024-02-29 20:00", "2024-03-01 00:00"),
            (HOURLY, "2025-03-01 08:30", "2025-03-01 08:00", "2025-03-01 09:00"),
            (DAILY, "2025-03-01 08:30", "2025-03-01 00:00", "2025-03-02 00:00"),
        ],
    )
    def test_an_instant_lies_in_one_slot(self, slots, at, begins, ends):
        assert (slots.begin(china(at)), slots.after(china(at))) == (china(begins), china(ends))

    def test_the_station_s_clock_counts_not_that_of_the_reader(self):
        at = datetime(2025, 3, 1, 1, 30, tzinfo=UTC)  # 09:30 in China, 20:30 of the day before in New York
        assert FOUR_HOURS.begin(at) == datetime(2025, 3, 1, 0, tzinfo=UTC)
        assert NEW_YORK.begin(at) == datetime(2025, 3, 1, 1, tzinfo=UTC)
        assert {FOUR_HOURS.begin(at.astimezone(ZoneInfo(zone))) for zone in ("UTC", "Asia/Tokyo")} == {
            FOUR_HOURS.begin(at)
        }

    @pytest.mark.parametrize(("month", "slots"), [("2024-02", 29 * 6), ("2025-02", 28 * 6), ("2025-12", 31 * 6)])
    def test_a_month_has_six_slots_a_day(self, month, slots):
        begins = FOUR_HOURS.of_month(pd.Period(month), until=china("2030-01-01"))
        assert len(begins) - 1 == slots

    @pytest.mark.parametrize(
        ("until", "ended"),
        [("2025-03-01 03:59", 0), ("2025-03-01 04:00", 1), ("2025-03-02 00:00", 6), ("2025-02-01 00:00", 0)],
    )
    def test_only_slots_that_have_ended_are_due(self, until, ended):
        assert len(FOUR_HOURS.of_month(pd.Period("2025-03"), until=china(until))) - 1 == ended

    def test_where_clocks_are_changed_a_day_still_has_six_slots(self):
        spring, autumn = NEW_YORK.day(date(2025, 3, 9)), NEW_YORK.day(date(2025, 11, 2))
        assert [one.hour for one in spring] == [5, 8, 12, 16, 20, 0]  # the first slot has three hours
        assert [one.hour for one in autumn] == [4, 9, 13, 17, 21, 1]  # and here five

    def test_slots_of_equal_distance_are_one_run(self):
        (whole,) = runs(FOUR_HOURS.of_month(pd.Period("2025-03"), until=china("2026-01-01")), 4)
        assert (whole.start, whole.end, whole.slots) == (china("2025-03-01"), china("2025-04-01"), 186)
        changed = runs(NEW_YORK.of_month(pd.Period("2025-11"), until=china("2026-01-01")), 4)
        assert [run.slots for run in changed] == [7, 173]
        assert runs(FOUR_HOURS.of_month(pd.Period("2025-03"), until=china("2025-03-01")), 4) == []


class TestStates:
    """A station turns silent at one instant: the end of the first whole slot that brought nothing."""

    @pytest.mark.parametrize(
        ("slots", "heard", "silent_at"),
        [
            (FOUR_HOURS, "2025-03-01 08:00", "2025-03-01 16:00"),  # due at 12:00, silent one slot later
            (FOUR_HOURS, "2025-03-01 11:59", "2025-03-01 16:00"),
            (FOUR_HOURS, "2025-03-01 12:00", "2025-03-01 20:00"),
            (FOUR_HOURS, "2024-02-28 20:00", "2024-02-29 04:00"),
            (FOUR_HOURS, "2025-12-31 20:00", "2026-01-01 04:00"),
            (HOURLY, "2025-03-01 08:20", "2025-03-01 10:00"),
            (DAILY, "2025-03-01 08:00", "2025-03-03 00:00"),
        ],
    )
    def test_the_instant_a_station_turns_silent(self, slots, heard, silent_at):
        at = china(silent_at)
        assert slots.turns_silent(china(heard)) == at
        assert state(china(heard), False, slots, at - timedelta(microseconds=1)) is State.REPORTING
        assert state(china(heard), False, slots, at) is State.SILENT

    @pytest.mark.parametrize(
        ("heard", "suspended", "now", "expected"),
        [
            (None, False, "2025-03-01 16:00", "never"),
            (None, True, "2025-03-01 16:00", "suspended"),
            ("2025-03-01 08:00", True, "2025-03-01 09:00", "suspended"),
            ("2020-03-01 08:00", True, "2025-03-01 16:00", "suspended"),
            ("2020-03-01 08:00", False, "2025-03-01 16:00", "silent"),
            ("2025-03-01 08:00", False, "2025-03-01 15:59", "reporting"),
            ("2025-03-01 08:00", False, "2025-02-01 00:00", "reporting"),  # the clock of the server went back
        ],
    )
    def test_never_silent_suspended_and_reporting(self, heard, suspended, now, expected):
        assert state(china(heard), suspended, FOUR_HOURS, china(now)) == expected


def fact(subject: str, period: str, kind: str = "suspended", value: str = "1") -> Fact:
    return Fact(subject, period, kind, value, "皖环监〔2025〕1号", "张三", approved_by="李四")


class TestSuspensions:
    """A recorded ground excuses a station, or all stations of a section, on the days it covers."""

    @pytest.mark.parametrize(
        ("facts", "suspended"),
        [
            ([], set()),
            ([fact("shangyou", "2025-03")], {"shangyou"}),
            ([fact("qiaotou", "2025-03")], {"qiaotou", "shangyou"}),  # a section, and the code of its first station
            ([fact("shangyou", "2025-03-02", "frozen")], {"shangyou"}),
            ([fact("shangyou", "2025-03-01")], set()),
            ([fact("shangyou", "2025-04")], set()),
            ([fact("shangyou", "2025-03", "incident")], set()),
            ([fact("shangyou", "2025-03"), fact("shangyou", "2025", value="0")], set()),
            ([fact("shangyou", "2025-03"), fact("shangyou", "2025", value="0.0")], set()),
            ([fact("shangyou", "2025-03", value="停测")], {"shangyou"}),  # as earlier versions recorded
        ],
    )
    def test_who_need_not_report(self, facts, suspended):
        now = datetime(2025, 3, 1, 17, tzinfo=UTC)  # 2 March 01:00 in China
        assert set(suspensions(facts, network(), now)) == suspended
