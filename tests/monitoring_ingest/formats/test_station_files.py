"""The long CSV: encodings, times, marks, and rows that keep their line number."""

import codecs
from datetime import UTC, datetime

import pytest

from monitoring_ingest.formats.file_text import UnreadableFile
from monitoring_ingest.formats.station_files import looks_like_long_csv, read_long_csv
from monitoring_ingest.formats.written_times import instants
from monitoring_ingest.readings.station_statuses import marks_and_status
from tests.monitoring_ingest.makers import HEADER, csv, network, rows_of

MIDNIGHT = datetime(2020, 7, 1, 0, 0, tzinfo=UTC)


class TestTimes:
    """A time without zone takes the station's; what may mean two instants means none."""

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("2020-07-01 08:00", MIDNIGHT),
            ("2020-07-01T08:00:00", MIDNIGHT),
            ("2020-07-01T00:00Z", MIDNIGHT),
            ("2020-07-01T08:00+08:00", MIDNIGHT),
            ("2020-06-30T19:00-05:00", MIDNIGHT),
            ("2020/7/1 8:00", MIDNIGHT),
            ("2020-7-1 8:00", MIDNIGHT),
            ("2020/07/01 08:00:00", MIDNIGHT),
            ("2020-07-01", datetime(2020, 6, 30, 16, 0, tzinfo=UTC)),
            ("2020/13/1 8:00", None),
            ("1986-05-04 02:30", None),  # skipped when China introduced summer time
            ("1900-01-02 08:00", datetime(1900, 1, 1, 23, 54, 17, tzinfo=UTC)),  # before 1901 by the sun of Shanghai
            ("2200-12-31 08:00", datetime(2200, 12, 31, tzinfo=UTC)),
            ("1899-12-31 08:00", None),  # no frame holds such years, and nobody measured in them
            ("2201-01-01 08:00", None),
            ("9999-12-31T23:59", None),
            ("9999-12-31T23:59-08:00", None),
            ("0001-01-01T00:00+08:00", None),
            ("yesterday", None),
            ("", None),
        ],
    )
    def test_a_time_in_china(self, text, expected):
        assert instants([text], ["Asia/Shanghai"]) == [expected]

    def test_the_zone_is_the_stations(self):
        raw = csv("qiaotou,2020-07-01 08:00,ph,7,-", "utc,2020-07-01 08:00,ph,7,-", "nobody,2020-07-01 08:00,ph,7,-")
        frame = read_long_csv(raw, name="a.csv", network=network())
        assert [str(time)[11:16] for time in frame["time"]] == ["00:00", "08:00", "00:00"]


class TestText:
    """The text is the same in every encoding Chinese offices use."""

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
    def test_every_encoding_gives_the_same_rows(self, encoding):
        raw = csv("桥头,2020-07-01 08:00,氨氮,0.2,mg/L,维护").decode().encode(encoding)
        frame = read_long_csv(raw, name="a.csv", network=network())
        expected = [("桥头", "氨氮", "0.2", "维护")]
        assert rows_of(frame, "station_text", "indicator_text", "value_text", "status") == expected

    def test_rows_are_numbered_by_their_line_in_the_file(self):
        raw = csv("qiaotou,2020-07-01,ph,7,-", "", '"qiao\ntou",2020-07-01,ph,7,-', "qiaotou,2020-07-01,ph,7,-")
        assert read_long_csv(raw, name="a.csv", network=network())["row"].tolist() == [2, 5, 6]

    def test_columns_are_found_by_name_in_any_order_and_case(self):
        raw = csv(" mg/L ,0.2,x,NH3-N,2020-07-01 08:00,qiaotou", header="Unit, value ,note,INDICATOR,time,station")
        frame = read_long_csv(raw, name="a.csv", network=network())
        expected = [("qiaotou", "NH3-N", "0.2", "mg/L", "x")]
        assert rows_of(frame, "station_text", "indicator_text", "value_text", "unit", "mark") == expected

    def test_a_short_line_is_filled_with_blanks(self):
        frame = read_long_csv(csv("qiaotou,2020-07-01"), name="a.csv", network=network())
        assert rows_of(frame, "indicator_text", "value_text", "unit") == [("", "", "")]

    @pytest.mark.parametrize(
        ("title", "cell", "expected"),
        [
            ("qualifier", "<", ("qualifier", "<", "unknown_column")),
            ("检出限", "0.5", ("检出限", "0.5", "unknown_column")),
            ("", "维护", ("第6列", "维护", "unknown_column")),
            ("qualifier", "", ("", "0.2", "")),
            ("note", "晴", ("", "0.2", "")),
            ("quality", "good", ("", "0.2", "")),  # of an export with flags
        ],
    )
    def test_a_row_with_something_in_a_column_nobody_understands_is_refused(self, title, cell, expected):
        raw = csv(f"qiaotou,2020-07-01,nh3n,0.2,mg/L,{cell}", header=f"station,time,indicator,value,unit,{title}")
        frame = read_long_csv(raw, name="a.csv", network=network())
        assert rows_of(frame, "field", "value_text", "problem") == [expected]

    @pytest.mark.parametrize("title", ["note", "Remark", "备注", "说明"])
    @pytest.mark.parametrize(
        ("mark", "remark", "marks", "status", "qualifier"),
        [
            ("", "晴", "晴", "", "晴"),
            ("", "ND", "ND", "", "ND"),
            ("极值过滤", "低于检出限", "极值过滤|低于检出限", "", "极值过滤|低于检出限"),
            ("", "维护", "", "维护", ""),
            ("正常", "", "", "正常", ""),
        ],
    )
    def test_a_remark_is_a_mark_behind_the_others(self, title, mark, remark, marks, status, qualifier):
        header = f"station,time,indicator,value,unit,mark,{title}"
        raw = csv(f"qiaotou,2020-07-01,nh3n,0.2,mg/L,{mark},{remark}", header=header)
        frame = read_long_csv(raw, name="a.csv", network=network())
        assert rows_of(frame, "mark", "status", "qualifier", "problem") == [(marks, status, qualifier, "")]

    @pytest.mark.parametrize(
        ("raw", "code", "value"),
        [
            (b"station,time,indicator,value,unit,note,note\n", "double_column", "note"),
            (b"station,time,indicator,value,unit,value\n", "double_column", "value"),
            (b"station,time,indicator,value,unit,mark,mark\n", "double_column", "mark"),
            (b"station,time,indicator,value\n", "missing_column", "unit"),
            (b"", "unreadable_file", "CSV：没有表头 no header"),
            (b"\xff\xff", "unreadable_file", "UTF-8, GB18030"),
            (csv("qiaotou,2020-07-01,ph,7,-,\0"), "unreadable_file", "NUL"),
        ],
    )
    def test_what_is_no_long_csv_says_so(self, raw, code, value):
        with pytest.raises(UnreadableFile) as problem:
            read_long_csv(raw, name="a.csv", network=network())
        assert (problem.value.code, problem.value.value) == (code, value)

    @pytest.mark.parametrize(
        ("raw", "expected"),
        [
            (csv(), True),
            (codecs.BOM_UTF8 + csv(), True),
            (b"STATION, time ,indicator,value,unit\r\n", True),
            ("省份,断面名称,监测时间\n".encode(), False),
            (b'{"thead": []}', False),
        ],
    )
    def test_it_is_told_from_a_release_by_its_header(self, raw, expected):
        assert looks_like_long_csv(raw) is expected


class TestMarks:
    """One column holds the marks and the station's status."""

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("", ("", "")),
            ("正常", ("", "正常")),
            ("L", ("L", "")),
            ("极值过滤|维护", ("极值过滤", "维护")),
            ("维护 | a | b", ("a|b", "维护")),
            ("检修", ("", "检修")),
            ("M", ("M", "")),  # of HJ 212, or of a laboratory: a person decides
            ("M|维护", ("M", "维护")),
            ("N", ("", "正常")),
            ("手工数据", ("手工数据", "")),
        ],
    )
    def test_marks_and_status_are_told_apart(self, text, expected):
        assert marks_and_status(text) == expected

    @pytest.mark.parametrize(
        ("text", "status", "expected"),
        [
            ("", "清淤", ("", "清淤")),
            ("极值过滤", "清淤", ("极值过滤", "清淤")),
            ("极值过滤|清淤", "清淤", ("极值过滤", "清淤")),
            ("维护|正常", "正常", ("维护", "正常")),
            ("维护|停站", "维护|停站", ("", "维护|停站")),
            ("极值过滤|维护", "", ("极值过滤", "维护")),
            ("", "M", ("", "维护")),
            ("M", "M", ("", "维护")),
        ],
    )
    def test_a_status_in_its_own_column_may_be_any_word(self, text, status, expected):
        row = f"qiaotou,2020-07-01 08:00,ph,7.1,-,{text},{status}"
        read = read_long_csv(csv(row, header=f"{HEADER},status"), name="a.csv", network=network())
        assert (marks_and_status(text, status), (read["mark"][0], read["status"][0])) == (expected, expected)
