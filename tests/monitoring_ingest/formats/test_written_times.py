"""Instants as they are written at every door: one function reads them, and takes no more than can be meant."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from api.reads.instants import parsed_instant, time_of_reading
from basin.errors import UsageError
from monitoring_ingest.formats.national_release import instants as of_release
from monitoring_ingest.formats.station_files import read_long_csv
from monitoring_ingest.formats.written_times import written_instants
from tests.monitoring_ingest.makers import csv, network

CHINA = "Asia/Shanghai"
ONE = datetime(2026, 10, 3, 1, tzinfo=UTC)  # 09:00 in China
MIDNIGHT = datetime(2026, 10, 3, 16, tzinfo=UTC)

READ = [
    ("2026-10-03 09:00", ONE),
    ("2026-10-03T09:00:00", ONE),
    ("2026-10-03T01:00:00Z", ONE),
    ("2026-10-03T09:00+08:00", ONE),
    ("2026-10-02T21:30-0330", ONE),
    ("2026-10-02 21:30:00-03:30", ONE),
    ("2026-10-03 09:00+08:00", ONE),
    ("2026-10-03T09:00:00.0000000+08:00", ONE),  # as .NET always writes it
    ("20261003T090000", ONE),
    ("20261003090000", ONE),
    ("202610030900", ONE),
    ("20261003090000000", ONE),
    ("2026/10/3 9:00", ONE),
    ("2026年10月3日9时", ONE),
    ("46298.375", ONE),
    ("2026-10-03 24:00", MIDNIGHT),
    ("2026-10-03T24:00:00+08:00", MIDNIGHT),
    ("2026年10月3日24时", MIDNIGHT),
    ("20261003240000", MIDNIGHT),
    ("2026-10-04", MIDNIGHT),
    ("20261004", MIDNIGHT),
]
REFUSED = [
    "2026-W40-6",
    "2026W406",
    "2026-W40-6T09:00:00",
    "2026-276",
    "2026276",
    "2026-10-03T09:00:00.0123456789",
    "2026-10-03T09:00:00+08:00:30",
    "2026-10-03T09:00:00+15:00",
    "2026-10-03T09:00:00+08:60",
    "2026-10-03x09:00",
    "2026-10-0309:00",
    "2026-1-109:00",
    "2026-10-03 24:01",
    "2026-10-03 25:00",
    "2026-02-29 08:00",
    "2026-10-3T9",
    "1791018000",
    "46298 0.375",
    "03/10/2026 09:00",
    "9999-12-31T23:00:00Z",
    "2024-01-31 08:00-12:00",  # from eight to noon
    "2024-01-31 08:00-08:00",
    "2024-01-31 08-12",
    "2024-01-31 08：00-12：00",
    "20240131 0800-1200",
    "202401310800-1200",
]


@pytest.mark.parametrize(("text", "instant"), READ)
def test_a_written_instant(text: str, instant: datetime):
    assert written_instants([text], CHINA) == [instant]


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_instant_or_more_than_one(text: str):
    assert written_instants([text], CHINA) == [None]


class TestEveryDoor:
    """Reads the same instants."""

    @pytest.mark.parametrize(("text", "instant"), READ)
    def test_a_push_a_release_and_the_address_of_a_reading(self, text: str, instant: datetime):
        frame = read_long_csv(csv(f"qiaotou,{text},nh3n,0.2,mg/L,"), name="a.csv", network=network())
        assert frame["time"].tolist() == [instant.replace(tzinfo=None)]
        assert of_release([text], date(2026, 10, 3)) == [instant]
        assert time_of_reading(text, CHINA) == instant

    @pytest.mark.parametrize("text", REFUSED)
    def test_refuses_the_same(self, text: str):
        frame = read_long_csv(csv(f"qiaotou,{text},nh3n,0.2,mg/L,"), name="a.csv", network=network())
        assert frame["time"].tolist() == [None]
        assert of_release([text], date(2026, 10, 3)) == [None]
        for parsed in (lambda: time_of_reading(text, CHINA), lambda: parsed_instant(text, "as_of")):
            with pytest.raises(UsageError):
                parsed()

    def test_an_instant_asked_for_needs_its_zone(self):
        assert parsed_instant("2026-10-03T24:00:00+08:00", "as_of") == MIDNIGHT
        assert parsed_instant("2026-10-03T09:00:00 08:00", "as_of") == ONE  # an unescaped + of an address
        with pytest.raises(UsageError):
            parsed_instant("2026-10-03T09:00:00", "as_of")


def test_a_release_without_year_knows_hour_24():
    assert of_release(["10-03 24:00", "12-31 24:00"], date(2027, 1, 1)) == [
        MIDNIGHT,
        datetime(2026, 12, 31, 16, tzinfo=UTC),
    ]
