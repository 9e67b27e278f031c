"""The national release: which cell is which, what it says, and when it was measured."""

import gzip
import json
from datetime import UTC, date, datetime

import pandas as pd
import pytest

from monitoring_ingest.formats.file_text import UnreadableFile
from monitoring_ingest.formats.national_release import Cell, cell, date_of, instants, read_release
from tests.monitoring_ingest.makers import original, release, rows_of

EIGHT = datetime(2020, 7, 15, 0, 0, tzinfo=UTC)  # 08:00 in China


class TestCells:
    """The unrounded value, what is printed, and the mark are kept apart."""

    @pytest.mark.parametrize(
        ("content", "expected"),
        [
            ("<span title='原始值：1.1475'>1.15</span>", Cell("1.1475", "1.15", "")),
            ('<span title="原始值：0.26">0.260</span>', Cell("0.26", "0.260", "")),
            ("<span data-toggle='tooltip' title='极值过滤'>--</span>", Cell("", "--", "极值过滤")),
            ("<span title='当天质控不合格'>--</span>", Cell("", "--", "当天质控不合格")),
            ("<span title='原始值：1.2&#10;超量程'>1.20</span>", Cell("1.2", "1.20", "超量程")),
            ("<span title='手工数据'>1.20</span>", Cell("1.20", "1.20", "手工数据")),
            ("--", Cell("", "--", "")),
            ("*", Cell("", "*", "")),
            ("", Cell("", "", "")),
            ("7.63", Cell("7.63", "7.63", "")),
            ("<0.025", Cell("<0.025", "<0.025", "")),
            ("仪器故障", Cell("", "仪器故障", "仪器故障")),
            ("<span title='原始值：1E-05'>0.00001</span>", Cell("1E-05", "0.00001", "")),
        ],
    )
    def test_a_cell_is_taken_apart(self, content, expected):
        assert cell(content) == expected


class TestTimes:
    """A time without year is the one nearest to the day of the file."""

    @pytest.mark.parametrize(
        ("text", "day", "expected"),
        [
            ("07-15 08:00", date(2020, 7, 15), EIGHT),
            ("7-15 8:00", date(2020, 7, 15), EIGHT),
            ("12-31 20:00", date(2021, 1, 1), datetime(2020, 12, 31, 12, 0, tzinfo=UTC)),
            ("01-01 00:00", date(2020, 12, 31), datetime(2020, 12, 31, 16, 0, tzinfo=UTC)),
            ("02-29 08:00", date(2021, 3, 1), datetime(2020, 2, 29, 0, 0, tzinfo=UTC)),
            ("02-29 08:00", date(2022, 3, 1), None),
            ("13-01 08:00", date(2020, 7, 15), None),
            ("2020-07-15 08:00", None, EIGHT),
            ("", date(2020, 7, 15), None),
            ("停电", date(2020, 7, 15), None),
        ],
    )
    def test_a_time_is_an_instant_in_china(self, text, day, expected):
        assert instants([text], day) == [expected]

    @pytest.mark.parametrize("text", ["9999-12-31 23:59", "0001-01-01 00:00", "2201-01-01 08:00", "1899-12-31 08:00"])
    def test_a_year_nobody_measures_in_is_no_time(self, text):
        assert instants([text], None) == [None]

    @pytest.mark.parametrize("day", [date(1, 1, 1), date(9999, 12, 31)])
    def test_nor_is_one_near_a_day_of_such_a_year(self, day):
        assert instants(["07-15 08:00"], day) == [None]

    def test_without_a_day_a_time_without_year_cannot_be_read(self):
        with pytest.raises(UnreadableFile) as problem:
            instants(["07-15 08:00"], None)
        assert problem.value.code == "no_date"

    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("2020-06-01.json.gz", date(2020, 6, 1)),
            ("getRealDatas_20260821_p1.json.gz", date(2026, 8, 21)),
            ("national120_4hourly_20210401_02.csv", date(2021, 4, 1)),
            ("20200710080000.json", date(2020, 7, 10)),
            ("part_20201399_of_2020-06-02.json", date(2020, 6, 2)),
            ("鱼塘大桥.csv", None),
            ("2020-02-30.json", None),
        ],
    )
    def test_the_file_name_tells_the_date(self, name, expected):
        assert date_of(name) == expected


class TestShapes:
    """The header decides which column is which; both shapes and the tables of archives are read."""

    def test_every_measured_cell_is_a_row(self):
        body = release(
            (
                "安徽省",
                "<span title='所在地市:黄山市'>桥头(老桥)</span>",
                "07-15 08:00",
                original("7.512", "7.51"),
                "--",
                "维护",
            )
        )
        frame = read_release(body, name="2020-07-15.json")
        columns = ("row", "province", "station_text", "indicator_text", "value_text", "printed", "unit", "status")
        assert rows_of(frame, *columns) == [
            (1, "安徽省", "桥头(老桥)", "pH", "7.512", "7.51", "无量纲", "维护"),
            (1, "安徽省", "桥头(老桥)", "氨氮", "", "--", "mg/L", "维护"),
        ]
        assert frame["time"].tolist() == [pd.Timestamp(EIGHT)] * 2
        assert frame["water_class"].tolist() == ["Ⅱ", "Ⅱ"]

    def test_the_shape_without_status_has_none(self):
        body = release(("安徽省", "桥头", "07-15 08:00", "7.5", "*"), with_status=False)
        frame = read_release(gzip.compress(body), name="x_20200715.json.gz")
        assert rows_of(frame, "printed", "status") == [("7.5", ""), ("*", "")]

    def test_a_row_without_time_has_no_instant(self):
        frame = read_release(release(("安徽省", "桥头", None, "--", "--", "停站")), name="2020-07-15.json")
        assert frame["time"].isna().all()
        assert frame["time_text"].tolist() == ["", ""]

    def test_an_archive_table_is_read_by_its_header(self):
        text = "省份,流域,断面名称,监测时间,水质类别,氨氮(mg/L),站点情况\n安徽省,示例,桥头,07-15 08:00,Ⅱ,0.074,正常\n"
        for raw in (text.encode(), text.encode("gb18030"), b"\xef\xbb\xbf" + text.encode()):
            frame = read_release(raw, name="x.csv", date=date(2020, 7, 1))
            assert rows_of(frame, "row", "indicator_text", "value_text", "unit") == [(2, "氨氮", "0.074", "mg/L")]

    @pytest.mark.parametrize(
        ("raw", "code"),
        [
            (b"\x1f\x8b broken", "unreadable_file"),
            (gzip.compress(release())[:-9], "unreadable_file"),
            (b"{not json", "unreadable_file"),
            (b'{"result": 0}', "unreadable_file"),
            (b"[]", "unreadable_file"),
            (b"", "unreadable_file"),
            (b"\xff\xfe\x00\x81", "unreadable_file"),
            (b"a,b\n1,2\n", "missing_column"),
            (b"[" * 100_000, "unreadable_file"),
            (b'{"thead": ["\\u0000"], "tbody": []}', "unreadable_file"),
            (b'{"thead": ["\\ud800"], "tbody": []}', "unreadable_file"),
            (b'{"thead": ["\\uDC00"], "tbody": []}', "unreadable_file"),
            (b'{"thead": ["\\ud83d\\ude00"], "tbody": []}', "missing_column"),
            (b'{"thead": [%s""], "tbody": []}' % (b'"",' * 3_000), "file_too_large"),
            (b'{"thead": [%s""], "tbody": [%s[]]}' % (b'"",' * 1_500, b"[]," * 9_000), "file_too_large"),
            (b'{"thead": [1%s], "tbody": []}' % (b"0" * 10**6), "missing_column"),
            (b"," * 2_000_000, "file_too_large"),
        ],
    )
    def test_what_is_no_release_says_so(self, raw, code):
        with pytest.raises(UnreadableFile) as problem:
            read_release(raw, name="2020-07-15.json")
        assert problem.value.code == code

    @pytest.mark.parametrize(
        ("sent", "value"),
        [("1e-400", "1e-400"), ("1E999", "1E999"), ("0.10", "0.10"), ("7", "7"), ("1" * 5000, "1" * 5000)],
    )
    def test_a_number_is_the_text_that_was_sent(self, sent, value):
        head = ["省份", "断面名称", "监测时间", "pH(无量纲)"]
        body = json.dumps({"thead": head, "tbody": [["安徽省", "桥头", "07-15 08:00", "@"]]}).replace('"@"', sent)
        assert read_release(body.encode(), name="2020-07-15.json")["value_text"].tolist() == [value]

    @pytest.mark.parametrize(
        ("cell", "printed"),
        [("<" * 10**6, "<" * 10**6), ("<b>7</b>", "7"), ("a<b", "a<b"), ("<<b>>7", ">7"), ("7<br/", "7<br/")],
    )
    def test_a_tag_ends_at_its_bracket(self, cell, printed):
        frame = read_release(release(("安徽省", "桥头", "07-15 08:00", cell, "--", "")), name="2020-07-15.json")
        assert frame["printed"].tolist()[0] == printed

    @pytest.mark.parametrize("row", [[], ["安徽省", "示例"], "text", None, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]])
    def test_a_strange_row_harms_nobody(self, row):
        head = ["省份", "流域", "断面名称", "监测时间", "水质类别", "pH(无量纲)"]
        body = repr({"thead": head, "tbody": [row]}).replace("'", '"').replace("None", "null").encode()
        assert len(read_release(body, name="2020-07-15.json")) == 1


class TestARowWithMoreCellsThanTitles:
    """Is refused by name, and the others count."""

    HEAD = "省份,断面名称,监测时间,氨氮(mg/L)"

    @pytest.mark.parametrize(
        "raw",
        [
            f"{HEAD}\n安徽省,桥头,07-15 08:00,0,40\n安徽省,桥头,07-15 12:00,0.5\n".encode(),
            f"{HEAD},\n安徽省,桥头,07-15 08:00,0,40\n安徽省,桥头,07-15 12:00,0.5,\n".encode(),
            json.dumps(
                {
                    "thead": HEAD.split(","),
                    "tbody": [
                        ["安徽省", "桥头", "07-15 08:00", "0", "40"],
                        ["安徽省", "桥头", "07-15 12:00", "0.5", ""],
                    ],
                }
            ).encode(),
        ],
        ids=["csv", "csv with a blank title", "json"],
    )
    def test_in_csv_and_json(self, raw: bytes):
        frame = read_release(raw, name="2020-07-15")
        told = list(zip(frame["value_text"], frame["problem"], strict=True))
        assert told == [("40", "beyond_header"), ("0.5", "")]


class TestRealReplies:
    """Every value the real replies carry is found, and nothing else."""

    def test_the_2026_shape_keeps_its_marks(self, shared_data):
        file = shared_data / "cnemc" / "raw" / "getRealDatas_20260821_p1.json.gz"
        frame = read_release(file.read_bytes(), name=file.name)
        assert len(frame) == 480 * 11
        assert frame.loc[frame["mark"] != "", "mark"].value_counts().to_dict() == {"当天质控不合格": 49}
        assert set(frame["status"]) == {""}

    def test_the_archive_of_one_station_is_read(self, shared_data):
        file = shared_data / "cnemc" / "raw" / "鱼塘大桥.csv"
        frame = read_release(file.read_bytes(), name=file.name, date=date(2021, 4, 1))
        assert set(frame["station_text"]) == {"鱼塘大桥"}
        assert set(frame["time"].dt.year) == {2021}
