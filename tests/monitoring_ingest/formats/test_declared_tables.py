"""Tables read as their source declares them: long and wide, CSV and XLSX, and a fate for every cell."""

from __future__ import annotations

import gzip
import io
import tracemalloc
import zipfile
from datetime import UTC, date, datetime, time
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine

from basin.sources import Source
from basin.written.units import factor
from monitoring_ingest.doors.declared import source_door
from monitoring_ingest.doors.files import ingest
from monitoring_ingest.formats.declared_tables import read_table
from monitoring_ingest.formats.file_text import UnreadableFile
from monitoring_ingest.formats.sheets import sheets
from monitoring_ingest.formats.written_times import iso, joined_times
from tests.clocks import stopped
from tests.monitoring_ingest.makers import (
    NOW,
    fates,
    network,
    repacked,
    rows_of,
    shared_xlsx,
    stored_set,
    with_dtd,
    xlsx,
)

EIGHT = datetime(2020, 8, 8, 0, 0, tzinfo=UTC)  # 08:00 in China
HEADED = "点位,采样时间,氨氮(mg/L),总磷,备注"
ROW = "老桥桥下,2020/8/8 8:00,0.21,35,晴"


def wide(**more: Any) -> Source:
    """A table with a column per indicator."""
    declared: dict[str, Any] = {
        "columns": {"station": "点位", "time": "采样时间"},
        "indicators": {"氨氮(mg/L)": "nh3n", "总磷": "tp"},
        "units": {"总磷": "µg/L"},
        "stations": {"老桥桥下": "qiaotou"},
        "ignored": ("备注",),
    }
    return Source(**({"code": "hand", "title": "手工表（虚构）", "format": "table"} | declared | more))


def text(*lines: str) -> bytes:
    return "\n".join([*lines, ""]).encode()


def read(raw: bytes, source: Source | None = None) -> list[tuple[object, ...]]:
    """Station, indicator, UTC time, value and unit of every cell."""
    frame = read_table(raw, name="a.csv", source=source or wide())
    return rows_of(frame, "station_text", "indicator_text", "time", "value_text", "unit")


EXPECTED = [("qiaotou", "nh3n", EIGHT, "0.21", "mg/L"), ("qiaotou", "tp", EIGHT, "35", "µg/L")]


class TestOneRowReadsTheSame:
    """However the table was saved."""

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
    @pytest.mark.parametrize("separator", [",", ";", "\t"])
    def test_as_csv(self, encoding: str, separator: str):
        raw = text(HEADED, ROW).decode().replace(",", separator).encode(encoding)
        assert read(raw) == EXPECTED

    @pytest.mark.parametrize(
        "when",
        [
            "2020-08-08 08:00",
            "2020年8月8日8时",
            "2020.8.8 8:00",
            "2020年08月08日 08时00分",
            44051.333333333336,
            datetime(2020, 8, 8, 8),
            datetime(2020, 8, 8, 7, 59, 59, 999997),
            "2020-08-08T00:00Z",
        ],
        ids=str,
    )
    def test_as_xlsx_however_the_time_was_typed(self, when: object):
        raw = xlsx(["点位", "采样时间", "氨氮(mg/L)", "总磷", "备注"], ["老桥桥下", when, 0.21, 35, "晴"])
        assert read(raw) == EXPECTED

    def test_below_a_title_with_blanks_and_full_width_brackets_in_the_header(self):
        raw = xlsx(
            ["山州八月监测表（虚构）"], [], ["点 位", "采样\n时间", "氨氮（mg/L）", "总磷", "备注"],
            ["老桥桥下", "2020-08-08 08:00", 0.21, 35, ""], merged=("A1:E1",),
        )  # fmt: skip
        assert read(raw) == EXPECTED

    def test_under_a_merged_header_of_two_rows(self):
        raw = xlsx(
            ["点位", "采样时间", "检测结果", None], [None, None, "氨氮(mg/L)", "总磷"],
            ["老桥桥下", "2020-08-08 08:00", 0.21, 35], merged=("A1:A2", "B1:B2", "C1:D1"),
        )  # fmt: skip
        assert read(raw) == EXPECTED

    def test_where_two_columns_share_a_title_what_stands_above_tells_them_apart(self):
        raw = text("点位,采样时间,上游,,下游,", ",,氨氮,总磷,氨氮,总磷", "老桥桥下,2020-08-08 08:00,0.21,35,9,9")
        source = wide(
            indicators={"上游 氨氮": "nh3n", "上游 总磷": "tp"}, units={"上游 氨氮": "mg/L", "上游 总磷": "µg/L"},
            ignored=("下游 氨氮", "下游 总磷"),
        )  # fmt: skip
        assert read(raw, source) == EXPECTED

    def test_with_date_and_clock_in_two_columns(self):
        source = wide(columns={"station": "点位", "date": "日期", "time": "时刻"})
        header = ["点位", "日期", "时刻", "氨氮(mg/L)", "总磷"]
        for day, clock in [(date(2020, 8, 8), time(8)), ("2020/8/8", "8:00"), (datetime(2020, 8, 8), 1 / 3)]:
            assert read(xlsx(header, ["老桥桥下", day, clock, 0.21, 35]), source) == EXPECTED

    def test_with_a_date_alone_at_the_declared_clock_time(self):
        source = wide(columns={"station": "点位", "date": "日期"}, at="08:00")
        assert read(text("点位,日期,氨氮(mg/L),总磷", "老桥桥下,2020-08-08,0.21,35"), source) == EXPECTED

    def test_as_a_long_table(self):
        source = wide(
            columns={"station": "点位", "time": "时间", "indicator": "项目", "value": "结果", "unit": "单位"},
            indicators={"NH3": "nh3n"},
        )  # fmt: skip
        raw = text(
            "点位,时间,项目,结果,单位", "老桥桥下,2020-08-08 08:00,NH3,0.21,mg/L", "老桥桥下,2020-08-08 08:00,总磷,35,"
        )
        assert read(raw, source) == [EXPECTED[0], ("qiaotou", "总磷", EIGHT, "35", "µg/L")]

    def test_of_one_station_that_the_table_does_not_name(self):
        source = wide(columns={"time": "采样时间"}, station="qiaotou", stations={}, ignored=("点位", "备注"))
        assert read(text(HEADED, ROW), source) == EXPECTED


def test_the_zone_of_the_source_is_that_of_its_times():
    assert read(text(HEADED, ROW), wide(zone="UTC"))[0][2] == datetime(2020, 8, 8, 8, tzinfo=UTC)


def test_numbers_are_those_excel_shows():
    raw = xlsx(["点位", "采样时间", "氨氮(mg/L)", "总磷"], ["老桥桥下", "2020-08-08 08:00", 0.1 + 0.2, 1e-7])
    assert [value for *_, value, _ in read(raw)] == ["0.3", "1e-07"]


class TestEveryCellHasAFate:
    """Taken in through the gate."""

    def test_each_cell_is_accepted_quarantined_rejected_or_absent(self, engine: Engine):
        raw = text(
            "点位,采样时间,氨氮(mg/L),总磷,浊度值,备注,",
            "老桥桥下,2020-08-08 08:00,<0.02,35,3,晴,",  # a column declared by nobody
            "老桥桥下,2020-08-09 08:00,0,40,35,3,晴",  # a decimal comma has moved the cells
            "无名,2020-08-08 08:00,0.2,,—,,",
            "老桥桥下,八月八日,0.2,abc,,,",
            "老桥桥下,,0.2,/,,,",
        )
        receipt = ingest(engine, network(), [("a.csv", raw)], source_door(wide()), stopped(NOW))
        assert receipt.door == "source:hand" and receipt.sender == "hand"
        assert sum(receipt.counts.values()) == 5 * 3  # 5 rows of 3 measured columns
        assert fates(receipt) == {"accepted": 2, "quarantined": 1, "rejected": 6, "absent": 6}
        told = [(row["row"], row["field"], row["code"]) for row in receipt.rows or () if row["fate"] != "absent"]
        assert told == [
            (2, "浊度值", "unknown_indicator"),
            (3, "氨氮(mg/L)", "beyond_header"), (3, "总磷", "beyond_header"), (3, "浊度值", "beyond_header"),
            (4, "station", "unknown_station"),
            (5, "氨氮(mg/L)", "unreadable_time"), (5, "总磷", "unreadable_number"),
        ]  # fmt: skip

    def test_the_same_table_as_csv_and_xlsx_is_stored_once(self, engine: Engine):
        book = xlsx(HEADED.split(","), ["老桥桥下", datetime(2020, 8, 8, 8), 0.21, 35, "晴"])
        for name, raw in (("a.csv", text(HEADED, ROW)), ("a.xlsx", book)):
            last = ingest(engine, network(), [(name, raw)], source_door(wide()), stopped(NOW))
        assert fates(last) == {"duplicate": 2}
        assert {(station, value, unit) for station, _, _, value, _, _, unit in stored_set(engine)} == {
            ("qiaotou", 0.21, "mg/L"), ("qiaotou", 0.035, "µg/L"),
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("raw", "code"),
        [
            (text("点位,时间,氨氮(mg/L)", "a,b,c"), "missing_column"),
            (text("点位,采样时间,浊度", "a,b,c"), "missing_column"),
            (text("点位,采样时间,采样时间,总磷", "a,b,c,d"), "double_column"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1", "unreadable_file"),
            (b"PK\x03\x04 cut off", "unreadable_file"),
            (b"", "missing_column"),
        ],
    )
    def test_a_file_nothing_can_be_taken_from_is_one_rejected_row(self, engine: Engine, raw: bytes, code: str):
        receipt = ingest(engine, network(), [("a.csv", raw)], source_door(wide()), stopped(NOW))
        assert [(row["field"], row["code"], row["fate"]) for row in receipt.rows or ()] == [("file", code, "rejected")]


def peak_of_refusing(raw: bytes) -> tuple[str, str, int]:
    """The code and value with which a workbook is refused, and the most memory [bytes] that was in use meanwhile."""
    tracemalloc.start()
    try:
        with pytest.raises(UnreadableFile) as refused:
            sheets(raw)
        return refused.value.code, refused.value.value, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


class TestADtdIsRefused:
    """Before a parser sees it that would expand its entities."""

    BOOK = shared_xlsx(["点位", "时间"], ["a", "b"])

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "UTF-16LE", "UTF-16BE", "iso-8859-1"])
    @pytest.mark.parametrize(
        "part",
        [
            "xl/sharedStrings.xml",
            "xl/worksheets/sheet1.xml",
            "xl/workbook.xml",
            "xl/styles.xml",
            "xl/_rels/workbook.xml.rels",
            "[Content_Types].xml",
        ],
    )
    def test_in_every_part_and_encoding_without_spending_memory(self, part: str, encoding: str):
        book = self.BOOK if encoding != "iso-8859-1" else shared_xlsx(["station", "time"], name="table")
        code, value, peak = peak_of_refusing(with_dtd(book, part, encoding, text="v" * 100))
        assert (code, value) == ("workbook_dtd", part)
        assert peak < 2**20

    def test_by_whatever_name_the_part_goes(self):
        renamed = repacked(self.BOOK, "xl/strings.bin", b"<!DOCTYPE sst><sst/>")
        assert peak_of_refusing(renamed)[:2] == ("workbook_dtd", "xl/strings.bin")

    def test_behind_more_than_any_workbook_puts_before_its_root_element(self):
        hidden = b"<!--" + b" " * 2**17 + b"--><!DOCTYPE sst><sst/>"
        code, value, peak = peak_of_refusing(repacked(self.BOOK, "xl/sharedStrings.xml", hidden))
        assert (code, value) == ("unreadable_file", "xl/sharedStrings.xml")
        assert peak < 2**20

    def test_a_picture_in_a_workbook_is_no_xml_and_does_no_harm(self):
        with_picture = repacked(self.BOOK, "xl/media/image1.png", b"\x89PNG\r\n\x1a\n" + bytes(2**17))
        assert sheets(with_picture) == sheets(self.BOOK)

    def test_a_text_that_only_speaks_of_a_doctype_is_a_text(self):
        (sheet,) = sheets(xlsx(["<!DOCTYPE x>", "b"]))
        assert sheet.rows == [(1, ["<!DOCTYPE x>", "b"])]

    def test_it_is_told_at_the_gate_as_one_rejected_row(self, engine: Engine):
        raw = with_dtd(self.BOOK, "xl/sharedStrings.xml")
        receipt = ingest(engine, network(), [("a.xlsx", raw)], source_door(wide()), stopped(NOW))
        (row,) = receipt.document()["rows"]
        assert (row["code"], row["value"]) == ("workbook_dtd", "xl/sharedStrings.xml")
        assert "另存为新的 .xlsx" in row["message_zh"] and "save it anew" in row["message_en"]


@pytest.mark.proof
class TestABombIsRefused:
    """Before it is unpacked."""

    def test_a_packing_that_unpacks_more_than_is_asked_for(self):
        raw = repacked(xlsx(["a"]), "xl/more.xml", b"<a/>", zipfile.ZIP_BZIP2)
        assert peak_of_refusing(raw)[:2] == ("unreadable_file", "XLSX zip")

    def test_one_long_text_in_many_cells(self):
        raw = shared_xlsx(*[["x" * 32_000] * 100] * 30)
        assert len(raw) < 20_000
        assert peak_of_refusing(raw)[:2] == ("file_too_large", "监测: 67108864")

    def test_a_workbook_that_unpacks_to_too_much(self, monkeypatch: pytest.MonkeyPatch):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("xl/workbook.xml", b"0" * 2**20)
        monkeypatch.setattr("monitoring_ingest.formats.sheets.MOST_UNPACKED_BYTES", 2**20 - 1)
        with pytest.raises(UnreadableFile) as refused:
            sheets(out.getvalue())
        assert refused.value.code == "file_too_large"

    def test_a_sheet_with_too_many_cells_or_columns(self, monkeypatch: pytest.MonkeyPatch):
        raw = xlsx(*[["a"] * 10] * 10)
        assert len(sheets(raw)[0].rows) == 10
        for name in ("MOST_CELLS", "MOST_COLUMNS"):
            with monkeypatch.context() as patched:
                patched.setattr(f"monitoring_ingest.formats.sheets.{name}", 9)
                with pytest.raises(UnreadableFile) as refused:
                    sheets(raw)
            assert refused.value.code == "file_too_large"

    @pytest.mark.parametrize(
        ("part", "begin", "piece", "end"),
        [
            ("xl/sharedStrings.xml", "<sst {0}>", "<si/>", "</sst>"),
            ("xl/sharedStrings.xml", "<sst {0}><si>", "<r><t>a</t></r>", "</si></sst>"),
            ("xl/sharedStrings.xml", "<x:sst xmlns:x='a'>", "<x:si/>", "</x:sst>"),
            ("xl/styles.xml", "<styleSheet {0}><cellXfs>", "<xf/>", "</cellXfs></styleSheet>"),
            ("xl/worksheets/sheet1.xml", "<worksheet {0}><sheetData><row>", "<c/>", "</row></sheetData></worksheet>"),
            ("xl/worksheets/sheet1.xml", "<worksheet {0}><sheetData>", "<row/>", "</sheetData></worksheet>"),
            ("xl/workbook.xml", "<workbook {0}><sheets>", "<sheet/>", "</sheets></workbook>"),
        ],
    )
    def test_more_elements_than_a_workbook_of_its_size_has(self, part: str, begin: str, piece: str, end: str):
        xml = begin.format('xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"') + piece * 400_000 + end
        raw = repacked(shared_xlsx(["a", "b"]), part, xml.encode())
        assert len(raw) < 40_000
        code, value, peak = peak_of_refusing(raw)
        assert (code, value.startswith(part)) == ("file_too_large", True)
        assert peak < 8 * 2**20

    def test_a_text_that_unpacks_to_a_thousand_times_its_size(self):
        text = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>%s</t></si></sst>'
        raw = repacked(shared_xlsx(["a", "b"]), "xl/sharedStrings.xml", text % (b"x" * 2**23))
        assert peak_of_refusing(raw)[:2] == ("file_too_large", "xl/sharedStrings.xml")

    def test_a_directory_of_very_many_entries_is_not_read(self):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as packed:
            for number in range(5_000):
                packed.writestr(f"{number}.xml", b"")
        assert peak_of_refusing(out.getvalue())[:2] == ("file_too_large", "2000")

    @pytest.mark.parametrize("number", ["1e-400", "1E-0999", "5e-324", "0." + "0" * 400 + "1", "9" * 101])
    def test_a_number_that_would_be_read_as_another(self, number: str):
        book = xlsx(["a", 0.125])
        with zipfile.ZipFile(io.BytesIO(book)) as packed:
            sheet = packed.read("xl/worksheets/sheet1.xml").replace(b"<v>0.125</v>", f"<v>{number}</v>".encode())
        assert number.encode() in sheet
        code, value, _ = peak_of_refusing(repacked(book, "xl/worksheets/sheet1.xml", sheet))
        assert (code, value.startswith("xl/worksheets/sheet1.xml")) == ("unreadable_file", True)

    def test_a_part_in_an_encoding_that_no_program_writes(self):
        book = xlsx(["a", "b"])
        with zipfile.ZipFile(io.BytesIO(book)) as packed:
            sheet = packed.read("xl/worksheets/sheet1.xml").decode()
        sheet = sheet.partition("?>")[2] if sheet.startswith("<?xml") else sheet
        raw = repacked(book, "xl/worksheets/sheet1.xml", sheet.encode("utf-16"))
        assert peak_of_refusing(raw)[:2] == ("unreadable_file", "xl/worksheets/sheet1.xml UTF-16")

    def test_a_table_of_ten_thousand_rows_is_none(self):
        raw = xlsx(*[[f"站{row % 50}", "2020-08-08 08:00", row / 100, "维护"] for row in range(10_000)])
        assert len(sheets(raw)[0].rows) == 10_000

    @pytest.mark.parametrize(
        ("raw", "said"),
        [
            (b"a,b\n" + b"," * 3_000, "2: 2000"),
            (b"," * 2_000_000, "1: 1048576"),
            (b'a,"x\n",' * 3_000 + b"a", "3001: 2000"),
            (b"x" + b"," * 1_999 + b"\n" + b"a\n" * 50_000, "50001 × 2000"),
            (b"a" * 200_000 + b",b", "field larger than field limit (131072)"),
            (gzip.compress(b"a,b\n" * 40_000_000), " MiB"),
        ],
        ids=["columns", "a line", "columns over lines", "padding", "a cell", "packed"],
    )
    def test_a_csv_that_is_wider_or_longer_than_any_table(self, raw: bytes, said: str):
        with pytest.raises(UnreadableFile) as refused:
            read_table(raw, name="a.csv", source=wide())
        assert refused.value.code in ("file_too_large", "unreadable_file")
        assert said in refused.value.value

    def test_a_sheet_that_claims_a_million_rows_is_as_long_as_it_is(self):
        book = io.BytesIO(xlsx(["a", "b"]))
        out = io.BytesIO()
        with zipfile.ZipFile(book) as old, zipfile.ZipFile(out, "w") as new:
            for entry in old.infolist():
                raw = old.read(entry)
                if entry.filename.endswith("sheet1.xml"):
                    raw = raw.replace(b'<dimension ref="A1:B1"', b'<dimension ref="A1:XFD1048576"')
                    assert b"XFD1048576" in raw
                new.writestr(entry, raw)
        assert sheets(out.getvalue())[0].rows == [(1, ["a", "b"])]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2020/8/8 8:00", "2020-08-08 08:00:00"),
        ("2020年8月8日", "2020-08-08 00:00:00"),
        ("2020年8月8日24时", "2020-08-09 00:00:00"),
        ("2020-08-08 24:00", "2020-08-09 00:00:00"),
        ("44051", "2020-08-08 00:00:00"),
        ("44051.5", "2020-08-08 12:00:00"),
        ("2020-02-30 08:00", "2020-02-30 08:00"),  # as it is: no such day
        ("八月八日", "八月八日"),
        ("20200808", "20200808"),
    ],
)
def test_a_written_time(written: str, expected: str):
    assert iso(written) == expected


@pytest.mark.parametrize(
    ("day", "clock", "value"),
    [
        ("46298", "0.375", "0.21"),  # accepted
        ("46298.0", "0.375", "0.21"),
        ("46298", "9.375E-02", "0.21"),
        ("46298.375", "0.375", "46298.375 09:00:00"),
        ("十月三日", "0.375", "十月三日 09:00:00"),
        ("2026-10-03", "1.375", "2026-10-03 1.375"),
    ],
)
def test_what_is_wrong_with_a_time_is_said_of_its_cell(engine: Engine, day: str, clock: str, value: str):
    source = wide(columns={"station": "点位", "date": "日期", "time": "时刻"}, units={"总磷": "mg/L"})
    raw = text("点位,日期,时刻,氨氮(mg/L),总磷", f"老桥桥下,{day},{clock},0.21,0.21")
    later = datetime(2027, 1, 1, tzinfo=UTC)
    receipt = ingest(engine, network(), [("a.csv", raw)], source_door(source), stopped(later))
    if value == "0.21":
        assert fates(receipt) == {"accepted": 2}
    else:
        assert [(row["code"], row["value"]) for row in receipt.rows or ()] == [("unreadable_time", value)] * 2


class TestUnitsInTheSheet:
    """Stand above what is declared for a bare name."""

    SOURCE = wide(indicators={"氨氮": "nh3n", "总磷": "tp"}, units={"氨氮": "mg/L", "总磷": "mg/L"}, stations={})

    def units(self, *lines: str) -> list[tuple[object, object]]:
        frame = read_table(text(*lines), name="a.csv", source=self.SOURCE)
        return list(zip(frame["value_text"], frame["unit"], strict=True))

    def test_in_the_title(self):
        read = self.units("点位,采样时间,氨氮,总磷(μg/L)", "qiaotou,2020-08-08,0.2,35")
        assert read == [("0.2", "mg/L"), ("35", "μg/L")]

    @pytest.mark.parametrize("row", [",,mg/L,μg/L", ",,(mg/L),（μg/L）", ",,,μg/L"])
    def test_in_a_row_below_the_header(self, row: str):
        read = self.units("点位,采样时间,氨氮,总磷", row, "qiaotou,2020-08-08,0.2,35")
        assert [(value, unit.strip()) for value, unit in read] == [("0.2", "mg/L"), ("35", "μg/L")]

    def test_that_contradict_each_other_are_none(self):
        read = self.units("点位,采样时间,氨氮,总磷(mg/L)", ",,mg/L,μg/L", "qiaotou,2020-08-08,0.2,35")
        assert read == [("0.2", "mg/L"), ("35", "mg/L≠μg/L")]
        assert factor("mg/L≠μg/L", "mg/L") is None

    @pytest.mark.parametrize(
        ("title", "indicator"),
        [
            ("氨氮(NH3-N)", "nh3n"), ("氨氮（NH₃-N）", "nh3n"), ("氨氮(µg/L)", "nh3n"), ("氨氮", "nh3n"),
            ("总磷(以P计)", "tp"), ("总磷(TP)", "tp"),
            *((title, title) for title in (
                "氨氮(ppb)", "氨氮(µg N/L)", "氨氮(10⁻³mg/L)", "氨氮(umol/L)", "氨氮(以NH4计)", "氨氮(现场)",
                "氨氮(检出限)", "氨氮(标准限值)", "氨氮(预报)", "氨氮(上月)", "氨氮(空白)", "氨氮（全程序空白）",
                "总磷(溶解态)", "总磷(TN)",
            )),
        ],
    )  # fmt: skip
    def test_a_title_with_other_words_in_brackets_is_no_indicator(self, title: str, indicator: str):
        raw = text(f"点位,采样时间,{title},溶解氧", "qiaotou,2020-08-08,0.2,7")
        frame = read_table(raw, name="a.csv", source=self.SOURCE)
        assert frame["indicator_text"].tolist() == [indicator, "溶解氧"]
        columns = {"station": "点位", "time": "采样时间", "indicator": "项目", "value": "结果"}
        source = wide(columns=columns, indicators={"氨氮": "nh3n", "总磷": "tp"}, stations={}, units={})
        raw = text("点位,采样时间,项目,结果", f"qiaotou,2020-08-08,{title},0.2")
        assert read_table(raw, name="a.csv", source=source)["indicator_text"].tolist() == [indicator]

    def test_a_declared_title_may_have_any_words_in_brackets(self):
        source = wide(indicators={"氨氮(现场)": "nh3n"}, units={"氨氮(现场)": "µg/L"}, stations={})
        raw = text("点位,采样时间,氨氮(现场)", "qiaotou,2020-08-08,0.2")
        assert read(raw, source) == [("qiaotou", "nh3n", read(raw, source)[0][2], "0.2", "µg/L")]

    @pytest.mark.parametrize(
        ("cell", "unit", "expected"),
        [("氨氮(mg/L)", "mg/L", "mg/L"), ("氨氮(mg/L)", "", "mg/L"), ("氨氮(mg/L)", "µg/L", "mg/L≠µg/L")],
    )
    def test_an_indicator_cell_that_contradicts_its_column_of_units_has_none(self, cell: str, unit: str, expected: str):
        columns = {"station": "点位", "time": "采样时间", "indicator": "项目", "value": "结果", "unit": "单位"}
        source = wide(columns=columns, indicators={"氨氮": "nh3n"}, stations={}, units={})
        raw = text("点位,采样时间,项目,结果,单位", f"qiaotou,2020-08-08,{cell},0.2,{unit}")
        assert read_table(raw, name="a.csv", source=source)["unit"].tolist() == [expected]

    @pytest.mark.parametrize(
        ("lines", "stated"),
        [
            (["{T}", "{R}", "单位：mg/L"], ""),  # agrees
            (["填报单位：黄山市环境监测站", "{T}", "{R}"], ""),  # an institution
            (["{T}", "单位,,mg/L,mg/L", "{R}"], ""),
            (["单位：µg/L", "{T}", "{R}"], "单位：µg/L"),
            (["单位：ppb", "{T}", "{R}"], "单位：ppb"),
            (["{T}", "{R}", "备注：以上单位均为µg/L"], "备注：以上单位均为µg/L"),
            (["{T}", ",,µg/L,ppb", "{R}"], "µg/L"),
            (["{T}", "单位,,ppb,ppb", "{R}"], "ppb"),
            (["{T}", ",,铵态,磷", ",,µg/L,µg/L", "{R}"], "µg/L"),
            (["{T}", "{R}", ",,µg/L,"], "µg/L"),
            (["{T}", ",,ppb,ppb", "{R}"], "ppb"),
            (["{T}", ",,,mg.m-3", "{R}"], "mg.m-3"),
            (["{T}", ",,毫克每方,毫克每方", "{R}"], "毫克每方"),
            (["{T}", ",,铵态,磷", ",,(ppb),(ppb)", "{R}"], "(ppb)"),
            (["{T}", ",,--,--", "{R}"], ""),
            (["{T}", ",,NH3-N,TP", "{R}"], ""),  # names of indicators
            (["{T}", ",,ND,ND", "{R}"], ""),
        ],
    )
    def test_that_nobody_can_apply_refuse_the_rows_unless_they_agree(self, lines: list[str], stated: str):
        filled = [line.format(T="点位,采样时间,氨氮,总磷", R="qiaotou,2020-08-08,0.2,0.035") for line in lines]
        frame = read_table(text(*filled), name="a.csv", source=self.SOURCE)
        cells = frame[frame["time_text"] == "2020-08-08"]
        assert cells["unit"].tolist() == ["mg/L", "mg/L"]
        assert cells["problem"].tolist() == ["unknown_unit" if stated else ""] * 2
        assert cells["value_text"].tolist() == ([stated] * 2 if stated else ["0.2", "0.035"])

    def test_in_a_labelled_row_below_the_header_count(self):
        read = self.units("点位,采样时间,氨氮,总磷", "单位,,mg/L,µg/L", "qiaotou,2020-08-08,0.2,35")
        assert read == [("0.2", "mg/L"), ("35", "µg/L")]

    def test_of_another_table_further_down(self):
        read = self.units(
            "点位,采样时间,氨氮,总磷(mg/L)", "qiaotou,2020-08-08,0.2,0.035",
            "点位,采样时间,氨氮,总磷(μg/L)", "qiaotou,2020-08-09,0.2,35",
        )  # fmt: skip
        assert read == [("0.2", "mg/L"), ("0.035", "mg/L"), ("0.2", "mg/L"), ("35", "μg/L")]

    def test_a_header_printed_again_on_every_page_is_no_row(self):
        page = ("点位,采样时间,氨氮,总磷", "qiaotou,2020-08-08,0.2,0.035")
        assert len(self.units(*page, *page, *page)) == 6


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_quote_that_swallows_rows_refuses_the_file_and_names_the_lines(ending: str):
    lines = [HEADED, ROW.replace("晴", '"open'), ROW.replace("8/8", "8/9"), ROW.replace("8/8", "8/10") + '"', ""]
    with pytest.raises(UnreadableFile) as refused:
        read_table(ending.join(lines).encode(), name="a.csv", source=wide())
    assert refused.value.code == "unreadable_file" and "第 2–4 行有一格跨了几行" in refused.value.value
    assert "未闭合" not in refused.value.value  # the quote may well be closed, as here


def test_titles_and_remarks_may_have_several_lines():
    raw = text('点位,采样时间,"氨氮\n(mg/L)",总磷,备注', '老桥桥下,2020/8/8 8:00,0.21,35,"晴\n无风"')
    assert [row[3] for row in read(raw)] == ["0.21", "35"]


IN_ROWS = {"station": "点位", "time": "采样时间", "indicator": "项目", "value": "结果", "mark": "情况"}
MARKED = {"station": "点位", "time": "采样时间", "mark": "情况"}


class TestADecimalComma:
    """Splits a value in two, and moves the cells behind it."""

    @pytest.mark.parametrize(
        ("columns", "lines", "told"),
        [
            # longer than the header, though the last cell is blank
            (MARKED, ["点位,采样时间,氨氮(mg/L),情况", "qiaotou,2020-08-08,0,21,", "qiaotou,2020-08-09,0.5,"],
             [(2, "beyond_header", "21")]),
            (MARKED, ["点位,采样时间,氨氮(mg/L),情况", "qiaotou,2020-08-08,0,21"], [(2, "moved_cells", "21")]),
            (MARKED, ["点位,采样时间,氨氮(mg/L),总磷(mg/L),情况", "qiaotou,2020-08-08,0,21,0.05"],
             [(2, "moved_cells", "0.05")] * 2),
            (IN_ROWS, ["点位,采样时间,项目,结果,情况", "qiaotou,2020-08-08,氨氮,0,40"], [(2, "moved_cells", "40")]),
            (
                {"station": "点位", "time": "采样时间"},
                ["点位,采样时间,氨氮(mg/L),备注", "qiaotou,2020-08-08,0,21,", "qiaotou,2020-08-09,0,50,"],
                [(2, "beyond_header", "21"), (3, "beyond_header", "50")],
            ),
            (MARKED, ["点位,采样时间,氨氮(mg/L),备注,情况", "qiaotou,2020-08-08,0,21"], [(2, "moved_cells", "21")]),
            # every line ends with a separator too many
            (MARKED, ["点位,采样时间,氨氮(mg/L),情况", "qiaotou,2020-08-08,0.4,,", "qiaotou,2020-08-09,0.5,,"], []),
            # the number of a sample
            (MARKED, ["点位,采样时间,氨氮(mg/L),情况", "qiaotou,2020-08-08,0.4,20200808"], []),
        ],
    )  # fmt: skip
    def test_is_told_however_the_cells_fall(self, engine: Engine, columns: Any, lines: list[str], told: Any):
        source = wide(
            columns=columns, indicators={"氨氮": "nh3n"}, units={"氨氮": "mg/L"}, stations={}, ignored=("备注",)
        )
        receipt = ingest(engine, network(), [("a.csv", text(*lines))], source_door(source), stopped(NOW))
        assert [(row["row"], row["code"], row["value"]) for row in receipt.rows or ()] == told


def test_a_clock_without_a_date_is_no_time():
    assert joined_times(["", "2020-08-08 00:00:00"], ["08:00", ""], "08:00") == ["", "2020-08-08 08:00"]


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(4))
def test_the_same_rows_in_any_order_split_and_form_are_stored_the_same(engine: Engine, seed: int):
    """As CSV, XLSX or long table, cut anywhere, some of them twice."""
    draw = Random(seed)
    rows = [("老桥桥下", f"2020-08-{day:02d} 08:00", f"0.{day:02d}") for day in range(1, 13)]
    sent = [*rows, *draw.sample(rows, 5)]
    draw.shuffle(sent)
    columns = {"station": "点位", "time": "采样时间"}
    wide_form = wide(columns=columns, indicators={"氨氮(mg/L)": "nh3n"}, units={})
    long_form = wide(columns={**columns, "indicator": "项目", "value": "结果", "unit": "单位"}, indicators={}, units={})
    while sent:
        size = draw.randint(1, 6)
        part, sent = sent[:size], sent[size:]
        lines = [",".join(row) for row in part]
        form = draw.choice(["csv", "xlsx", "long"])
        raw = {
            "csv": text("点位,采样时间,氨氮(mg/L)", *lines),
            "xlsx": xlsx(["点位", "采样时间", "氨氮(mg/L)"], *map(list, part)),
            "long": text("点位,采样时间,结果,项目,单位", *(f"{line},nh3n,mg/L" for line in lines)),
        }[form]
        source = long_form if form == "long" else wide_form
        ingest(engine, network(), [(form, raw)], source_door(source), stopped(NOW))
    expected = {("qiaotou", "nh3n", float(value), "mg/L", 1) for _, _, value in rows}
    assert {(s, i, v, unit, revision) for s, i, _, v, _, revision, unit in stored_set(engine)} == expected
    assert len(stored_set(engine)) == len(rows)


def test_a_header_below_the_first_thirty_rows_is_none_also_where_it_comes_again():
    table = ["点位,采样时间,氨氮(mg/L)", "老桥桥下,2020-08-08 08:00,0.21"]
    assert len(read(text(*["说明"] * 29, *table, *table))) == 2
    with pytest.raises(UnreadableFile) as refused:
        read(text(*["说明"] * 31, *table, *table))
    assert refused.value.code == "missing_column"
