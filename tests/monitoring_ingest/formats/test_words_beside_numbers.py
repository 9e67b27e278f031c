"""Words of a table that say its numbers are no measurements of this station: nothing beside them is taken."""

from __future__ import annotations

import io
from typing import Any

import pytest
import xlsxwriter

from basin.sources import Source
from monitoring_ingest.formats.declared_tables import read_table
from monitoring_ingest.readings.validation import validate
from tests.monitoring_ingest.makers import NOW, network

EIGHT = "2020-08-08 08:00"


def hand(**more: Any) -> Source:
    """A wide table of two indicators."""
    declared: dict[str, Any] = {
        "columns": {"station": "站名", "time": "时间"},
        "indicators": {"氨氮": "nh3n", "总磷": "tp"},
        "units": {"氨氮": "mg/L", "总磷": "mg/L"},
        "stations": {"桥头": "qiaotou", "上游": "shangyou"},
    }
    return Source(**({"code": "hand", "title": "手工表（虚构）", "format": "table"} | declared | more))


def fates(*lines: str, source: Source | None = None) -> list[tuple[str, str]]:
    """Fate and code of every value of a CSV."""
    return fates_of("\n".join([*lines, ""]).encode(), source)


def fates_of(raw: bytes, source: Source | None = None) -> list[tuple[str, str]]:
    """Fate and code of every value of a file."""
    rows = validate(read_table(raw, name="a", source=source or hand(), network=network()), network(), NOW)
    return list(zip(rows["fate"].tolist(), rows["code"].tolist(), strict=True))


TAKEN = ("accepted", "")


class TestAnUndeclaredColumn:
    """Of a wide table; its own cell has a fate, too."""

    @pytest.mark.parametrize(
        ("title", "cell"),
        [
            ("备注", "空白样"),
            ("备注", "作废"),
            ("样品类型", "现场空白"),
            ("河段", "乙站"),
            ("氨氮(方法)", "HJ 535"),
        ],
    )
    def test_with_words_refuses_the_row(self, title: str, cell: str):
        told = fates(f"站名,时间,氨氮,总磷,{title}", f"桥头,{EIGHT},0.3,0.1,{cell}", "桥头,2020-08-09 08:00,0.4,0.2,")
        assert told[:3] == [("rejected", "unknown_column")] * 3
        assert told[3:5] == [TAKEN, TAKEN]

    @pytest.mark.parametrize("cell", ["", "—", "/", "3", "<0.5", "ND"])
    def test_with_a_number_or_nothing_refuses_at_most_its_own_cell(self, cell: str):
        told = fates("站名,时间,氨氮,总磷,浊度值", f"桥头,{EIGHT},0.3,0.1,{cell}")
        assert told[:2] == [TAKEN, TAKEN]
        assert told[2] != TAKEN

    def test_that_the_source_ignores_says_nothing(self):
        source = hand(ignored=("备注",))
        assert fates("站名,时间,氨氮,总磷,备注", f"桥头,{EIGHT},0.3,0.1,晴", source=source) == [TAKEN, TAKEN]

    def test_is_named_on_the_receipt(self):
        raw = f"站名,时间,氨氮,备注\n桥头,{EIGHT},0.3,空白样\n".encode()
        frame = read_table(raw, name="a.csv", source=hand())
        assert list(zip(frame["field"], frame["value_text"], strict=True)) == [("备注", "空白样")] * 2


class TestAnotherStationOrTime:
    """Than the source declares for all rows."""

    SOURCE = hand(columns={"date": "日期"}, station="qiaotou", stations={}, at="08:00")

    @pytest.mark.parametrize(
        ("title", "cell"), [("站名", "上游"), ("断面", "桥头"), ("点 位", "限值"), ("时间", "0.5"), ("Station", "3")]
    )
    def test_in_an_undeclared_column_refuses_the_table(self, title: str, cell: str):
        told = fates(f"日期,氨氮,{title}", "2020-08-08,0.3,", f"2020-08-09,0.4,{cell}", source=self.SOURCE)
        assert {told[0], told[2]} == {("rejected", "unknown_column")}

    def test_in_a_column_that_the_source_ignores_or_that_is_blank_refuses_nothing(self):
        source = hand(columns={"date": "日期"}, station="qiaotou", stations={}, at="08:00", ignored=("站名",))
        assert fates("日期,站名,氨氮", "2020-08-08,上游,0.3", source=source) == [TAKEN]
        assert fates("日期,氨氮,站名", "2020-08-08,0.3,", source=self.SOURCE)[0] == TAKEN

    @pytest.mark.parametrize(
        ("title", "expected"),
        [
            ("上游监测数据", ("rejected", "other_subject")),
            ("安徽省 上 游 站", ("rejected", "other_subject")),
            ("桥头监测数据", TAKEN),
            ("老桥（桥头）与上游监测数据", TAKEN),  # names its own, too
            ("监测数据", TAKEN),
            ("世界时站监测数据", ("rejected", "other_subject")),
        ],
    )
    def test_in_a_title_line_refuses_the_table(self, title: str, expected: tuple[str, str]):
        for lines in ([title], [title, ""]):
            assert fates(*lines, "日期,氨氮", "2020-08-08,0.3", source=self.SOURCE) == [expected]

    def test_in_a_title_line_says_nothing_where_each_row_names_its_station(self):
        assert fates("上游监测数据,,", "站名,时间,氨氮", f"桥头,{EIGHT},0.3") == [TAKEN]


UNIT = ("rejected", "unknown_unit")
TITLES = "站名,时间,氨氮,总磷"
ROW = f"桥头,{EIGHT},0.3,0.1"


class TestWordsWithoutStationAndTime:
    """Of another unit, or in place of several numbers: nobody knows what the numbers of the table are."""

    @pytest.mark.parametrize(
        "line",
        [
            ",,以N计mg/L,以PO4计 mg/L",
            ",,×10⁻³mg/L,×10⁻³mg/L",
            ",,以N计,以PO4计",
            "以上为底泥样品(mg/kg),,,",
            ",以上为底泥样品(mg/kg),,",  # in the column of times
            "总磷以微克每升计,,,",
            "总磷数据已乘以1000,,,",
            "注：氨氮 ug/L,,,",
            "说明,,µg/L,",
        ],
    )
    def test_refuse_the_table_wherever_they_stand(self, line: str):
        for lines in ([TITLES, line, ROW], [TITLES, ROW, line]):
            told = fates(*lines)
            assert told.count(UNIT) >= 2
            assert TAKEN not in told

    @pytest.mark.parametrize("title", ["（氨氮、总磷单位 ppb）,,,", "监测结果 µg/L,,,", "氨氮 ×10⁻³,,,"])
    def test_refuse_the_table_below_them(self, title: str):
        assert fates(title, TITLES, ROW) == [UNIT, UNIT]

    @pytest.mark.parametrize(
        "line",
        [
            ",,检出限0.5,", "检出限,,0.025,0.01", ",,平均值,", "平均值,,0.3,0.1", "注：氨氮、总磷 mg/L,,,", ",,—,—",
            ",,NH3-N,TP", "填表人：,,张三,", "共10个点位,,,",
        ],
    )  # fmt: skip
    def test_of_the_same_unit_or_of_one_column_do_no_harm(self, line: str):
        assert fates(TITLES, ROW, line)[:2] == [TAKEN, TAKEN]

    def test_are_quoted_on_the_receipt(self):
        raw = "\n".join([TITLES, ROW, "总磷以微克每升计,,,", ""]).encode()
        assert read_table(raw, name="a.csv", source=hand())["value_text"].tolist()[:2] == ["总磷以微克每升计"] * 2


class TestTheNameOfASheet:
    """Speaks of all its numbers."""

    def book(self, name: str) -> bytes:
        out = io.BytesIO()
        with xlsxwriter.Workbook(out) as book:
            sheet = book.add_worksheet(name)
            for number, line in enumerate((TITLES, ROW)):
                sheet.write_row(number, 0, line.split(","))
        return out.getvalue()

    @pytest.mark.parametrize("name", ["空白样", "作废", "去年同期", "预测", "示例", "平行样", "限值", "QC"])
    def test_refuses_the_sheet(self, name: str):
        assert fates_of(self.book(name)) == [("rejected", "other_subject")] * 2

    @pytest.mark.parametrize("name", ["Sheet1", "2024年1月", "水样", "tp", "桥头", "常规样"])
    def test_says_nothing_else(self, name: str):
        assert fates_of(self.book(name)) == [TAKEN, TAKEN]


class TestWordsAboveATitle:
    """Say of which kind the numbers below are, as words in the brackets of the title do."""

    UNKNOWN = ("rejected", "unknown_indicator")

    @pytest.mark.parametrize("words", ["标准限值", "上年同期", "空白样", "预测值", "作废"])
    def test_refuse_their_columns(self, words: str):
        assert fates(f",,{words},{words}", TITLES, ROW) == [self.UNKNOWN, self.UNKNOWN]
        assert fates(f",,{words},", TITLES, ROW) == [self.UNKNOWN, self.UNKNOWN]  # it may have been merged
        assert fates(f",,,{words}", TITLES, ROW) == [TAKEN, self.UNKNOWN]
        assert fates(f",,监测值,{words}", TITLES, ROW) == [TAKEN, self.UNKNOWN]

    def test_of_a_header_that_comes_again_refuse_the_columns_below_it(self):
        told = fates(TITLES, ROW, ",,上年同期,上年同期", TITLES, "桥头,2020-08-09 08:00,0.4,0.2")
        assert told[-2:] == [self.UNKNOWN, self.UNKNOWN]

    def test_below_a_title_of_the_sheet_or_in_a_row_of_readings_say_nothing(self):
        assert fates("去年与今年的均值见附表,,,", TITLES, ROW) == [TAKEN, TAKEN]
        assert fates(",,检测结果,", TITLES, ROW) == [TAKEN, TAKEN]
        told = fates(TITLES, "桥头,2020-08-07 08:00,0.3,作废", TITLES, ROW)
        assert told[-2:] == [TAKEN, TAKEN]

    def test_are_quoted_on_the_receipt(self):
        raw = "\n".join([",,标准限值,标准限值", TITLES, ROW, ""]).encode()
        assert read_table(raw, name="a.csv", source=hand())["indicator_text"].tolist() == [
            "氨氮(标准限值)",
            "总磷(标准限值)",
        ]

    def test_that_the_source_ignores_do_no_harm(self):
        source = hand(indicators={"本期 氨氮": "nh3n"}, units={"本期 氨氮": "mg/L"}, ignored=("上年同期 氨氮",))
        lines = (",,本期,上年同期", "站名,时间,氨氮,氨氮", f"桥头,{EIGHT},0.3,0.2")
        assert fates(*lines, source=source) == [TAKEN]
