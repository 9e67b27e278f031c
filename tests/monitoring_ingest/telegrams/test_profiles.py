"""From a telegram to readings: the profile of the station decides station, field, unit and zone; nothing is guessed."""

from __future__ import annotations

import pandas as pd
import pytest

from basin.errors import RegisterError
from basin.sources import Source
from basin.written.station_statuses import STATUS_OF
from monitoring_ingest.formats.file_text import UnreadableFile
from monitoring_ingest.formats.station_telegrams import decode, masked
from monitoring_ingest.readings.station_statuses import marks_and_status
from monitoring_ingest.readings.validation import validate
from monitoring_ingest.telegrams.profiles import devices, gives_readings, read_telegrams
from tests.monitoring_ingest.makers import network
from tests.monitoring_ingest.telegram_makers import (
    FIRST_OF_TWO,
    HOURLY,
    NOW,
    OF_VECTORS,
    REALTIME,
    SECOND_OF_TWO,
    TIME,
    frame,
    source,
    value,
)

JUDGED = ("field", "indicator", "value_text", "unit", "status", "mark", "fate", "code")


def readings(raw: bytes, *sources: Source) -> pd.DataFrame:
    return read_telegrams(masked(raw), name="a", declared=devices(sources or (source(),)))


def judged(raw: bytes, *sources: Source) -> list[tuple[object, ...]]:
    found = validate(readings(raw, *sources), network(), NOW)
    return list(zip(*(list(found[name]) for name in JUDGED), strict=True))


class TestVectors:
    def test_the_hourly_frame(self):
        assert judged(HOURLY, *OF_VECTORS) == [
            ("w01010-Avg", "temperature", "9.8", "degC", "正常", "", "accepted", ""),
            ("w01001-Avg", "ph", "7.62", "-", "正常", "", "accepted", ""),
            ("w01009-Avg", "do", "9.14", "mg/L", "正常", "", "accepted", ""),
            ("w01014-Avg", "conductivity", "286.0", "uS/cm", "正常", "", "accepted", ""),
            ("w01003-Avg", "turbidity", "12.4", "NTU", "正常", "", "accepted", ""),
            ("w01019-Avg", "codmn", "2.31", "mg/L", "正常", "", "accepted", ""),
            ("w21003-Avg", "nh3n", "0.118", "mg/L", "正常", "", "accepted", ""),
            ("w21011-Avg", "tp", "0.047", "mg/L", "正常", "", "accepted", ""),
            ("w21001-Avg", "tn", "1.36", "mg/L", "正常", "", "accepted", ""),
        ]

    def test_the_real_time_frame_with_a_code_nobody_declared(self):
        found = {row[0]: row[1:] for row in judged(REALTIME, *OF_VECTORS)}
        assert len(found) == 11
        assert found["w21003-Rtd"] == ("nh3n", "0.09055002", "mg/L", "正常", "", "accepted", "")
        assert found["w01008-Rtd"] == (None, "0", "mg/L", "正常", "", "rejected", "unknown_indicator")

    def test_the_split_pair_is_read_together(self):
        found = judged(FIRST_OF_TWO + b"\r\n" + SECOND_OF_TWO, *OF_VECTORS)
        assert [(row[1], row[2]) for row in found] == [("codmn", "2.31"), ("tp", "0.047")]

    def test_rows_say_station_time_and_where_they_stood(self):
        found = readings(HOURLY, *OF_VECTORS)
        assert found["row"].tolist() == list(range(1, 10))
        assert set(found["station_text"]) == {"qiaotou"} and set(found["time_text"]) == {TIME}
        assert set(found["time"]) == {pd.Timestamp("2026-02-28T20:00Z")}


class TestUnits:
    def test_without_a_declared_unit_a_value_is_rejected(self):
        found = judged(frame(value("0.05", code="w20142")))
        assert found == [("w20142-Avg", "hg", "0.05", "", "正常", "", "rejected", "unknown_unit")]

    @pytest.mark.parametrize(("unit", "number"), [("ug/L", 0.00005), ("mg/L", 0.05)])
    def test_the_unit_of_the_profile_decides_by_a_factor_of_a_thousand(self, unit, number):
        found = readings(frame(value("0.05", code="w20142")), source(units={"w20142": unit}))
        assert validate(found, network(), NOW)["number"].tolist() == [number]

    def test_the_profile_says_what_a_code_of_the_station_means(self):
        declared = source(indicators={"x1": "nh3n"}, units={"x1": "mg/L"})
        assert judged(frame(value("0.5", code="x1")), declared)[0][1] == "nh3n"


class TestField:
    @pytest.mark.parametrize(
        ("command", "fields", "taken"),
        [
            ("2011", {}, ["1"]),
            ("2051", {}, ["2"]),
            ("2061", {}, ["2"]),
            ("2031", {}, ["2"]),
            ("2021", {}, []),
            ("2041", {}, []),
            ("2061", {"2061": "Max"}, ["3"]),
            ("2011", {"2061": "Avg"}, []),
            ("2061", {"2061": "Min"}, [""]),
        ],
    )
    def test_the_command_decides_which_field_is_the_value_unless_the_profile_does(self, command, fields, taken):
        raw = frame(f"DataTime={TIME};w01019-Rtd=1,w01019-Avg=2,w01019-Max=3,w01019-Flag=N", CN=command)
        declared = source(fields=fields)
        assert readings(raw, declared)["value_text"].tolist() == taken
        assert gives_readings(decode(raw), declared) == bool(taken)

    def test_a_telegram_without_factors_gives_no_readings(self):
        assert not gives_readings(decode(frame(f"DataTime={TIME}")), source())


class TestMarks:
    @pytest.mark.parametrize(
        ("mark", "status", "kept"),
        [
            ("N", "正常", ""),
            ("F", "停运", "F"),
            ("M", "维护", "M"),
            ("S", "手工", "S"),
            ("D", "故障", "D"),
            ("C", "校准", "C"),
            ("T", "超上限", "T"),
            ("B", "通讯异常", "B"),
            ("", "未标记", ""),
            ("n", "未知标记", "n"),
            ("hd", "未知标记", "hd"),
        ],
    )
    def test_only_what_the_station_calls_normal_is_normal(self, mark, status, kept):
        assert [row[4:] for row in judged(frame(value("1", mark=mark)))] == [(status, kept, "accepted", "")]

    def test_a_value_without_any_flag_is_not_normal(self):
        assert judged(frame(f"DataTime={TIME};w01019-Avg=1"))[0][4] == "未标记"

    def test_a_marked_factor_without_value_is_withheld_and_an_unmarked_one_absent(self):
        assert [judged(frame(value("", mark=mark)))[0][-2] for mark in ("D", "N")] == ["withheld", "absent"]

    def test_every_status_survives_the_long_csv(self):
        assert {s: marks_and_status(f"X|{s}") for s in STATUS_OF.values()} == {s: ("X", s) for s in STATUS_OF.values()}
        assert marks_and_status("未知标记") == ("", "未知标记")


class TestTime:
    @pytest.mark.parametrize(
        ("written", "zone", "instant"),
        [
            (TIME, "Asia/Shanghai", "2026-02-28T20:00Z"),
            (TIME, "UTC", "2026-03-01T04:00Z"),
            ("2026030104", "UTC", None),
            ("20260231040000", "UTC", None),
            ("99990301040000", "UTC", None),
            ("２０２６０３０１０４００００", "UTC", None),
        ],
    )
    def test_the_time_is_read_in_the_zone_of_the_source(self, written, zone, instant):
        found = readings(frame(value("1", written)), source(zone=zone))
        assert found["time"].dropna().tolist() == [pd.Timestamp(instant)] * (instant is not None)

    def test_without_time_a_value_is_absent_and_an_unreadable_one_is_rejected(self):
        assert judged(frame("w01019-Avg=1,w01019-Flag=N"))[0][-2:] == ("absent", "no_time")
        assert judged(frame(value("1", "soon")))[0][-2:] == ("rejected", "unreadable_time")


class TestDevices:
    def test_a_device_belongs_to_one_source(self):
        with pytest.raises(RegisterError) as refusal:
            devices([source("A", code="one"), source("A", code="two")])
        assert refusal.value.path == "stations.A" and "one" in refusal.value.zh

    def test_sources_of_other_formats_declare_no_devices(self):
        assert devices([Source(code="t", title="t", format="table", stations={"A": "qiaotou"})]) == {}

    def test_what_is_no_telegram_or_of_nobody_is_an_unreadable_file(self):
        for raw in (b"##0001x0000", frame(value("1"), MN="B")):
            with pytest.raises(UnreadableFile):
                readings(raw)
