"""Settling month by month: which months are due, and each closed month once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from monitoring_ingest.schedule.job import catch_up
from settlement.review.monthly import closed_month, due_months, settlement_job

CHINA = timezone(timedelta(hours=8))


def china(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


class TestDue:
    """Which months are due is arithmetic."""

    @pytest.mark.parametrize(
        ("last", "now", "expected"),
        [
            (None, "2026-03-10 06:00", ["2026-03-10 06:00"]),
            (None, "2026-03-10 05:59", ["2026-02-10 06:00"]),
            ("2026-03-10 06:00", "2026-04-10 05:59", []),
            ("2025-12-10 06:00", "2026-02-10 06:00", ["2026-01-10 06:00", "2026-02-10 06:00"]),
            ("2026-03-05 06:00", "2026-03-31 00:00", []),  # the day was the 5th: this month is done
            ("2026-02-25 06:00", "2026-03-10 06:00", ["2026-03-10 06:00"]),  # it was the 25th
            ("2026-03-10 06:00", "2026-02-20 00:00", []),  # the clock went back
        ],
    )
    def test_the_settling_days_since_the_last_one(self, last, now, expected):
        assert due_months(last and china(last), china(now), 10) == [china(each) for each in expected]

    @pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Pacific/Kiritimati"])
    def test_a_machine_in_another_time_zone_finds_the_same_month(self, zone):
        now = china("2026-03-10 06:30").astimezone(ZoneInfo(zone))
        assert due_months(china("2026-02-10 06:00"), now, 10) == [china("2026-03-10 06:00")]

    @pytest.mark.parametrize(("slot", "month"), [("2026-01-10 06:00", "2025-12"), ("2026-03-01 06:00", "2026-02")])
    def test_the_month_before_the_settling_day_is_closed(self, slot, month):
        assert closed_month(china(slot).astimezone(UTC)) == pd.Period(month, freq="M")


class TestSettlementDay:
    """On the day, the closed month is settled, and months missed before it."""

    def test_each_closed_month_is_settled_once(self, engine):
        settled = []
        monthly = settlement_job(lambda month: settled.append(str(month)) or "done", 10)
        for now in ("2026-01-10 06:00", "2026-01-11 06:00", "2026-03-10 07:00", "2026-03-10 08:00"):
            catch_up(engine, [monthly], china(now))
        assert settled == ["2025-12", "2026-01", "2026-02"]
