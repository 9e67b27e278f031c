"""Workbooks as people make them: formulas, hidden parts, merged cells and the days of old Macs."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

import pytest
import xlsxwriter
from openpyxl import Workbook
from sqlalchemy import Engine

from basin.sources import Source
from monitoring_ingest.doors.declared import source_door
from monitoring_ingest.doors.files import ingest
from monitoring_ingest.formats.declared_tables import read_table
from monitoring_ingest.formats.sheets import sheets
from tests.clocks import stopped
from tests.monitoring_ingest.makers import NOW, fates, network, rows_of, stored_set, xlsx

TITLES = ["点位", "采样时间", "氨氮(mg/L)", "总磷(mg/L)"]
EIGHT = "2020-08-08 08:00"
Change = Callable[[Any], None]


def hand(**more: Any) -> Source:
    """A table with a column per indicator, and one that is passed over."""
    declared: dict[str, Any] = {
        "columns": {"station": "点位", "time": "采样时间"},
        "indicators": {"氨氮(mg/L)": "nh3n", "总磷(mg/L)": "tp"},
        "ignored": ("吸光度",),
    }
    return Source(**({"code": "hand", "title": "手工表（虚构）", "format": "table"} | declared | more))


def written(change: Change, *rows: list[Any]) -> bytes:
    """A workbook of one sheet that xlsxwriter wrote, changed by `change`."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("监测")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        change(sheet)
    return out.getvalue()


def changed(book: bytes, before: str, after: str) -> bytes:
    """The workbook with another text in its parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            new.writestr(entry, old.read(entry).decode().replace(before, after))
    return out.getvalue()


def saved_by(program: str, book: bytes, calculation: str = '<calcPr calcId="191029"/>') -> bytes:
    """The workbook as if a program had saved it, with these settings of computing."""
    renamed = changed(book, "<Application>Microsoft Excel<", f"<Application>{program}<")
    return changed(renamed, '<calcPr calcId="124519" fullCalcOnLoad="1"/>', calculation)


def outcome(engine: Engine, book: bytes, source: Source | None = None) -> list[tuple[object, ...]]:
    """Row, field, code and value of all that a receipt says of a workbook, and the values that were stored."""
    receipt = ingest(engine, network(), [("a.xlsx", book)], source_door(source or hand()), stopped(NOW))
    rows = [(row["row"], row["field"], row["code"], row["value"]) for row in receipt.rows or ()]
    return [*rows, *sorted(value for _, _, _, value, *_ in stored_set(engine))]


class TestAFormula:
    """Counts by the value that a spreadsheet program computed, and by nothing else."""

    def book(self, cached: object = 0.5) -> bytes:
        return written(
            lambda sheet: sheet.write_formula("C2", "=ROUND(0.21*10,2)", None, cached),
            TITLES,
            ["qiaotou", EIGHT, None, 0.08],
        )

    @pytest.mark.parametrize(
        "program", ["Microsoft Excel", "Microsoft Macintosh Excel", "LibreOffice/7.4.7$Linux", "WPS Office_12.1.0.1"]
    )
    def test_counts_where_a_spreadsheet_program_saved_it(self, engine: Engine, program: str):
        assert outcome(engine, saved_by(program, self.book())) == [0.08, 0.5]

    @pytest.mark.parametrize(
        ("program", "settings"),
        [
            ("Microsoft Excel", '<calcPr calcId="124519" fullCalcOnLoad="1"/>'),  # what libraries write
            ("SheetJS", '<calcPr calcId="191029"/>'),
            ("Apache POI", '<calcPr calcId="191029"/>'),
            ("Microsoft Excel", '<calcPr calcId="191029" calcCompleted="0"/>'),
            ("Microsoft Excel", '<calcPr calcId="191029" calcMode="manual" calcOnSave="0"/>'),
            ("Microsoft Excel", '<calcPr calcId="0"/>'),
            ("Microsoft Excel", '<calcPr calcId="191029" forceFullCalc="1"/>'),
            ("Microsoft Excel", ""),
        ],
    )
    @pytest.mark.parametrize("cached", [0, 0.5])
    def test_is_refused_where_nobody_computed_it(self, engine: Engine, program: str, settings: str, cached: float):
        value = f"{cached:g}"
        book = saved_by(program, self.book(cached), settings)
        assert outcome(engine, book) == [(2, "氨氮(mg/L)", "formula_not_computed", value), 0.08]

    def test_is_refused_where_no_value_was_saved_with_it(self, engine: Engine):
        book = xlsx(TITLES, ["qiaotou", EIGHT, "=ROUND(0.21*10,2)", 0.08])
        assert outcome(engine, book) == [(2, "氨氮(mg/L)", "formula_not_computed", ""), 0.08]

    def test_that_fills_a_block_of_cells_is_refused_in_all_of_them(self, engine: Engine):
        book = written(
            lambda sheet: sheet.write_array_formula("C2:C3", "{=E2:E3*10}", None, 0),
            TITLES, ["qiaotou", EIGHT, None, 0.08], ["qiaotou", "2020-08-09 08:00", None, 0.09],
        )  # fmt: skip
        assert outcome(engine, book) == [
            (2, "氨氮(mg/L)", "formula_not_computed", "0"), (3, "氨氮(mg/L)", "formula_not_computed", "0"), 0.08, 0.09,
        ]  # fmt: skip

    def test_of_the_time_or_station_refuses_the_row(self, engine: Engine):
        book = written(
            lambda sheet: sheet.write_formula("B2", '=TEXT(44051,"yyyy-mm-dd")', None, "2020-08-07"),
            TITLES, ["qiaotou", None, 0.5, 0.08],
        )  # fmt: skip
        assert outcome(engine, book) == [(2, "采样时间", "formula_not_computed", "2020-08-07")] * 2

    def test_that_was_computed_to_a_blank_text_is_a_blank(self, engine: Engine):
        book = changed(saved_by("Microsoft Excel", self.book("")), '<c r="C2"><f>', '<c r="C2" t="str"><f>')
        assert outcome(engine, book) == [(2, "氨氮(mg/L)", "no_value", ""), 0.08]

    @pytest.mark.parametrize("error", ["#DIV/0!", "#N/A", "#REF!", "#VALUE!"])
    def test_with_an_error_is_refused_by_that_name(self, engine: Engine, error: str):
        book = saved_by("Microsoft Excel", self.book(error))
        assert outcome(engine, book) == [(2, "氨氮(mg/L)", "formula_error", error), 0.08]

    def test_in_a_column_that_is_passed_over_is_no_matter(self, engine: Engine):
        titles = [*TITLES, "吸光度"]
        book = written(lambda sheet: sheet.write_formula("E2", "=1/3"), titles, ["qiaotou", EIGHT, 0.5, 0.08])
        assert outcome(engine, book) == [0.08, 0.5]


class TestAFormulaOverBlankCells:
    """Was computed from readings that nobody had typed in; a spreadsheet program takes them for 0."""

    TITLES = (*TITLES, "吸光度")

    def book(self, *formulas: tuple[str, str, float], absorbances: tuple[object, ...] = (None, None)) -> bytes:
        """Two readings of which the first is computed by these formulas, beside absorbances in column E."""

        def change(sheet: Any) -> None:
            for cell, formula, cached in formulas:
                sheet.write_formula(cell, formula, None, cached)

        rows = [
            ["qiaotou", f"2020-08-0{day} 08:00", 0.5, 0.08, absorbance]
            for day, absorbance in enumerate(absorbances, start=8)
        ]
        return saved_by("Microsoft Excel", written(change, list(self.TITLES), *rows))

    @pytest.mark.parametrize(
        "formula",
        ["=E2*10", "=0.5-E2", "=$E2/3", "=E$2", "=-E2", "=ROUND(E2*10,2)", "=(E2+E3)/2", "=SUM(E2:E3)", "=MAX(E2,E3)",
         "=ROUND(SUM(E2:E3)/2,2)", "=SUM($E$2:$E$3)*0.01", "=1E-3*E2"],
    )  # fmt: skip
    def test_is_refused(self, engine: Engine, formula: str):
        told = outcome(engine, self.book(("C2", formula, 0)))
        assert told == [(2, "氨氮(mg/L)", "formula_without_input", "0"), 0.08, 0.08, 0.5]

    def test_is_refused_whatever_it_gave(self, engine: Engine):
        """With the blank of the reagents missing, the absorbance is too high."""
        told = outcome(engine, self.book(("C2", "=E2-E3", 0.4), absorbances=(0.4, None)))
        assert told == [(2, "氨氮(mg/L)", "formula_without_input", "0.4"), 0.08, 0.08, 0.5]

    @pytest.mark.parametrize(
        "formula",
        ["=E2*10", "=SUM(E2:E3)", "=AVERAGE(E2,E3)", '=IF(E3="","",E3*10)', "=0.05*10", "=IFERROR(E3*10,E2)",
         "=COUNT(E3)", "=Other!E3", "=blank_value*10", "=SUM(E3,0.5)", "=LOG10(E2)"],
    )  # fmt: skip
    def test_counts_where_its_cells_are_filled_or_it_may_mean_them_to_be_blank(self, engine: Engine, formula: str):
        told = outcome(engine, self.book(("C2", formula, 0.25), absorbances=(0.025, None)))
        assert told == [0.08, 0.08, 0.25, 0.5]

    def test_reaches_what_is_computed_from_it(self, engine: Engine):
        book = self.book(("C2", "=E2*2", 0.2), ("D2", "=C2/10", 0.02), ("E2", "=E3+0.1", 0.1))
        assert outcome(engine, book) == [
            (2, "氨氮(mg/L)", "formula_without_input", "0.2"), (2, "总磷(mg/L)", "formula_without_input", "0.02"),
            0.08, 0.5,
        ]  # fmt: skip

    def test_that_is_filled_down_refers_to_other_cells_in_each_row(self, engine: Engine):
        book = self.book(("C2", "=E2*10", 0.25), ("C3", "=E3*10", 0), absorbances=(0.025, None))
        shared = changed(book, "<f>E2*10</f>", '<f t="shared" ref="C2:C3" si="0">E2*10</f>')
        shared = changed(shared, "<f>E3*10</f>", '<f t="shared" si="0"/>')
        assert outcome(engine, shared) == [(3, "氨氮(mg/L)", "formula_without_input", "0"), 0.08, 0.08, 0.25]

    def test_of_the_time_refuses_the_row(self, engine: Engine):
        told = outcome(engine, self.book(("B2", "=E2+44051", 44051)))
        assert told == [(2, "采样时间", "formula_without_input", "44051")] * 2 + [0.08, 0.5]


class TestWhatIsStruckThrough:
    """Was taken back: also where it is the station or the time."""

    def book(self, cell: tuple[int, int], *, in_part: bool, merged: bool = False) -> bytes:
        out = io.BytesIO()
        with xlsxwriter.Workbook(out) as book:
            struck = book.add_format({"font_strikeout": True})
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, TITLES)
            sheet.write_row(1, 0, ["qiaotou", EIGHT, 0.5, 0.08])
            sheet.write_row(2, 0, ["qiaotou", "2020-08-09 08:00", 0.6, 0.09])
            text = ["qiaotou", EIGHT][cell[1]]
            if merged:
                sheet.merge_range(1, 0, 2, 0, text, struck)
            elif in_part:
                sheet.write_rich_string(*cell, struck, text[:3], text[3:])
            else:
                sheet.write_string(*cell, text, struck)
        return out.getvalue()

    @pytest.mark.parametrize("in_part", [False, True])
    @pytest.mark.parametrize(("column", "text"), [(0, "qiaotou"), (1, EIGHT)])
    def test_refuses_the_row(self, engine: Engine, column: int, text: str, in_part: bool):
        told = outcome(engine, self.book((1, column), in_part=in_part))
        assert told == [(2, TITLES[column], "hidden", text)] * 2 + [0.09, 0.6]

    def test_refuses_all_rows_of_a_merged_cell(self, engine: Engine):
        told = outcome(engine, self.book((1, 0), in_part=False, merged=True))
        assert told == [(row, "点位", "hidden", "qiaotou") for row in (2, 2, 3, 3)]

    def test_is_taken_where_the_source_says_so(self, engine: Engine):
        assert outcome(engine, self.book((1, 0), in_part=False), hand(hidden="taken")) == [0.08, 0.09, 0.5, 0.6]


class TestWhatIsHidden:
    """Is told and not taken."""

    ROWS = (TITLES, ["qiaotou", EIGHT, 2.5, 0.09], ["qiaotou", "2020-08-09 08:00", 0.5, 0.08])

    @pytest.mark.parametrize(
        "change",
        [
            lambda sheet: sheet.set_row(1, None, None, {"hidden": True}),
            lambda sheet: sheet.set_row(1, 0),
            lambda sheet: sheet.set_row(1, None, None, {"hidden": True, "level": 1, "collapsed": True}),
        ],
        ids=["hidden", "of no height", "in a closed group"],
    )
    def test_a_row(self, engine: Engine, change: Change):
        assert outcome(engine, written(change, *self.ROWS)) == [
            (2, "氨氮(mg/L)", "hidden", "2.5"), (2, "总磷(mg/L)", "hidden", "0.09"), 0.08, 0.5,
        ]  # fmt: skip

    def test_a_row_that_a_filter_leaves_out(self, engine: Engine):
        def filtered(sheet: Any) -> None:
            sheet.autofilter("A1:D3")
            sheet.filter_column("C", "x < 1")
            sheet.set_row(1, None, None, {"hidden": True})

        assert outcome(engine, written(filtered, *self.ROWS))[-2:] == [0.08, 0.5]

    @pytest.mark.parametrize(
        "change",
        [
            lambda sheet: sheet.set_column("C:C", None, None, {"hidden": True}),
            lambda sheet: sheet.set_column("C:C", 0),
        ],
        ids=["hidden", "of no width"],
    )
    def test_a_column(self, engine: Engine, change: Change):
        assert outcome(engine, written(change, *self.ROWS)) == [
            (2, "氨氮(mg/L)", "hidden", "2.5"), (3, "氨氮(mg/L)", "hidden", "0.5"), 0.08, 0.09,
        ]  # fmt: skip

    def test_a_hidden_column_of_times_hides_its_rows(self, engine: Engine):
        book = written(lambda sheet: sheet.set_column("B:B", None, None, {"hidden": True}), *self.ROWS)
        told = outcome(engine, book)
        assert told == [(2, "采样时间", "hidden", EIGHT)] * 2 + [(3, "采样时间", "hidden", "2020-08-09 08:00")] * 2

    def test_a_hidden_blank_cell_is_a_blank(self, engine: Engine):
        book = written(
            lambda sheet: sheet.set_column("D:D", None, None, {"hidden": True}), TITLES, ["qiaotou", EIGHT, 0.5, None]
        )
        assert outcome(engine, book) == [(2, "总磷(mg/L)", "no_value", ""), 0.5]

    @pytest.mark.parametrize("state", ["hidden", "veryHidden"])
    @pytest.mark.parametrize("first", [True, False], ids=["draft first", "draft last"])
    def test_a_worksheet(self, engine: Engine, state: str, first: bool):
        book = Workbook()
        report = book.active
        assert report is not None
        draft = book.create_sheet("草稿", 0 if first else 1)
        draft.sheet_state = state
        for sheet, value in ((draft, 2.5), (report, 0.5)):
            sheet.append(TITLES)
            sheet.append(["qiaotou", EIGHT, value])
        out = io.BytesIO()
        book.save(out)
        told = outcome(engine, out.getvalue())
        assert [(code, value) for _, _, code, value in told[:-1] if code != "no_value"] == [("hidden", "2.5")]
        assert told[-1] == 0.5

    def test_is_taken_where_the_source_says_so(self, engine: Engine):
        book = written(lambda sheet: sheet.set_row(1, None, None, {"hidden": True}), *self.ROWS)
        assert outcome(engine, book, hand(hidden="taken")) == [0.08, 0.09, 0.5, 2.5]


class TestWhatACellShows:
    """Is more or less than the value that is saved: then the value is refused."""

    def book(self, **looks: object) -> bytes:
        out = io.BytesIO()
        with xlsxwriter.Workbook(out) as book:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, TITLES)
            sheet.write_row(1, 0, ["qiaotou", EIGHT, 0.5, 0.08])
            sheet.write_number(1, 2, 0.5, book.add_format(looks))
        return out.getvalue()

    @pytest.mark.parametrize(
        ("looks", "code"),
        [
            ({"num_format": '"<"0.00'}, "unreadable_number"),
            ({"num_format": '0"L"'}, "unreadable_number"),
            ({"num_format": '0" µg/L"'}, "unreadable_number"),
            ({"num_format": '0"万"'}, "unreadable_number"),
            ({"num_format": "0%"}, "unreadable_number"),
            ({"num_format": "0.0%;-0.0%"}, "unreadable_number"),
            ({"num_format": "[Red]0.0%"}, "unreadable_number"),
            ({"num_format": "0.0‰"}, "unreadable_number"),
            ({"num_format": "0.0,"}, "unreadable_number"),
            ({"num_format": "#,##0,,"}, "unreadable_number"),
            ({"num_format": "-0.00"}, "unreadable_number"),
            ({"num_format": '"-"0.00'}, "unreadable_number"),
            ({"num_format": "(0.00)"}, "unreadable_number"),
            ({"num_format": "¥0"}, "unreadable_number"),
            ({"num_format": "[$¥-804]#,##0.00"}, "unreadable_number"),
            ({"num_format": "[$USD] 0.00"}, "unreadable_number"),
            ({"num_format": 9}, "unreadable_number"),  # per cent, by its number
            ({"num_format": ";;;"}, "hidden"),
            ({"font_strikeout": True}, "hidden"),
        ],
    )
    def test_by_its_format(self, engine: Engine, looks: dict[str, object], code: str):
        assert outcome(engine, self.book(**looks)) == [(2, "氨氮(mg/L)", code, "0.5"), 0.08]

    @pytest.mark.parametrize(
        "form",
        [
            "0.00", '_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * "-"??_ ;_ @_ ', "General", "G/通用格式", "@", "0.00E+00",
            "# ?/?", "0.00_);[Red](0.00)", "0.00;-0.00", "[Blue]0.00", "[>=1]0.0;0.000", "# ##0.00", "#,##0.00_ ",
            ".00", "[$-804]0.00", "[DBNum1][$-804]General",
        ],
    )  # fmt: skip
    def test_a_format_without_words_shows_the_value(self, engine: Engine, form: str):
        assert outcome(engine, self.book(num_format=form)) == [0.08, 0.5]

    @pytest.mark.parametrize("look", [{"font_script": 1}, {"font_strikeout": True}], ids=["raised", "struck"])
    def test_by_the_look_of_some_digits(self, engine: Engine, look: dict[str, object]):
        out = io.BytesIO()
        with xlsxwriter.Workbook(out) as book:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, TITLES)
            sheet.write_row(1, 0, ["qiaotou", EIGHT, None, 0.08])
            sheet.write_rich_string(1, 2, "1", book.add_format(look), "4")
        assert outcome(engine, out.getvalue()) == [(2, "氨氮(mg/L)", "unreadable_number", "14"), 0.08]

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ('<row r="2"', '<row r="2" ht="0.01" customHeight="1"'),
            ("<sheetFormatPr", '<sheetFormatPr zeroHeight="1"'),
            ("<sheetFormatPr", '<sheetFormatPr defaultColWidth="0"'),
        ],
    )
    def test_nothing_where_no_row_or_column_has_a_size(self, engine: Engine, before: str, after: str):
        told = outcome(engine, changed(self.book(), before, after))
        assert [code for _, _, code, _ in told] == ["hidden", "hidden"]

    @pytest.mark.parametrize(("before", "after"), [('<row r="2"', '<row r="1"'), ('<c r="D2"', '<c r="C2"')])
    def test_a_row_or_cell_that_stands_twice_damages_the_workbook(self, engine: Engine, before: str, after: str):
        assert [row[2] for row in outcome(engine, changed(self.book(), before, after))] == ["unreadable_file"]

    @pytest.mark.parametrize("formula", ["=[1]Sheet1!A1", "=RAND()", "=NOW()-1", "=A9+TODAY()"])
    def test_a_formula_that_changes_by_itself_was_not_computed(self, engine: Engine, formula: str):
        book = written(
            lambda sheet: sheet.write_formula("C2", formula, None, 0.5), TITLES, ["qiaotou", EIGHT, None, 0.08]
        )
        told = outcome(engine, saved_by("Microsoft Excel", book))
        assert told == [(2, "氨氮(mg/L)", "formula_not_computed", "0.5"), 0.08]


class TestAMergedCell:
    """Belongs to all its rows, unless it is a value."""

    def test_of_the_station_names_it_in_all_rows(self, engine: Engine):
        rows = [["qiaotou", f"2020-08-0{day} 08:00", day / 10, 0.08] for day in (1, 2, 3)]
        rows[1][0] = rows[2][0] = None
        receipt = ingest(engine, network(), [("a.xlsx", xlsx(TITLES, *rows, merged=("A2:A4",)))],
                         source_door(hand()), stopped(NOW))  # fmt: skip
        assert fates(receipt) == {"accepted": 6}
        assert {(station, value) for station, indicator, _, value, *_ in stored_set(engine) if indicator == "nh3n"} == {
            ("qiaotou", 0.1), ("qiaotou", 0.2), ("qiaotou", 0.3),
        }  # fmt: skip

    def test_of_the_indicator_and_unit_of_a_long_table(self):
        source = hand(columns={"station": "点位", "time": "时间", "indicator": "项目", "value": "结果", "unit": "单位"},
                      indicators={}, ignored=())  # fmt: skip
        book = xlsx(["点位", "时间", "项目", "结果", "单位"], ["qiaotou", EIGHT, "氨氮", 0.5, "mg/L"],
                    [None, "2020-08-09 08:00", None, 0.6, None], merged=("A2:A3", "C2:C3", "E2:E3"))  # fmt: skip
        frame = read_table(book, name="a.xlsx", source=source)
        assert rows_of(frame, "station_text", "indicator_text", "value_text", "unit") == [
            ("qiaotou", "氨氮", "0.5", "mg/L"), ("qiaotou", "氨氮", "0.6", "mg/L"),
        ]  # fmt: skip

    def test_with_one_value_for_several_rows_is_refused_in_each(self, engine: Engine):
        book = xlsx(TITLES, ["qiaotou", EIGHT, 0.5, 0.08], ["qiaotou", "2020-08-09 08:00", None, 0.09],
                    merged=("C2:C3",))  # fmt: skip
        assert outcome(engine, book) == [
            (2, "氨氮(mg/L)", "merged_value", "0.5"), (3, "氨氮(mg/L)", "merged_value", "0.5"), 0.08, 0.09,
        ]  # fmt: skip

    def test_with_one_value_for_two_indicators_is_refused_in_both(self, engine: Engine):
        book = xlsx(TITLES, ["qiaotou", EIGHT, 0.5, None], merged=("C2:D2",))
        assert outcome(engine, book) == [
            (2, "氨氮(mg/L)", "merged_value", "0.5"), (2, "总磷(mg/L)", "merged_value", "0.5"),
        ]  # fmt: skip

    def test_with_a_dash_says_that_all_its_values_are_absent(self, engine: Engine):
        book = xlsx(TITLES, ["qiaotou", EIGHT, "—", None], merged=("C2:D2",))
        assert [code for _, _, code, _ in outcome(engine, book)] == ["no_value"] * 2

    def test_a_value_in_a_column_as_wide_as_two_is_a_value(self, engine: Engine):
        book = xlsx([*TITLES[:3], None, TITLES[3]], ["qiaotou", EIGHT, 0.5, None, 0.08], merged=("C1:D1", "C2:D2"))
        assert outcome(engine, book) == [0.08, 0.5]

    def test_hides_what_stands_under_it(self, engine: Engine):
        def merge(sheet: Any) -> None:
            sheet.merge_range("A3:D3", "以下为补测")
            sheet.write_number("C3", 9)

        assert outcome(engine, written(merge, TITLES, ["qiaotou", EIGHT, 0.5, 0.08])) == [
            (3, "氨氮(mg/L)", "hidden", "9"),
            (3, "总磷(mg/L)", "no_time", ""),
            0.08,
            0.5,
        ]


class TestTheDaysOfOldMacs:
    """Count from 1904."""

    def book(self, *cells: object, titles: list[str] = TITLES) -> bytes:
        out = io.BytesIO()
        with xlsxwriter.Workbook(out, {"date_1904": True}) as book:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, titles)
            for column, cell in enumerate(cells):
                if isinstance(cell, date | time):
                    sheet.write_datetime(1, column, cell, book.add_format({"num_format": "yyyy-mm-dd hh:mm"}))
                else:
                    sheet.write(1, column, cell)
        return out.getvalue()

    @pytest.mark.parametrize("when", [datetime(2020, 8, 8, 8), 42589 + 1 / 3])
    def test_formatted_as_a_date_or_bare(self, when: object):
        frame = read_table(self.book("qiaotou", when, 0.5, 0.08), name="a.xlsx", source=hand())
        assert rows_of(frame, "time")[0][0] == datetime(2020, 8, 8, 0, 0, tzinfo=frame["time"].dt.tz)

    def test_with_day_and_clock_apart(self):
        source = hand(columns={"station": "点位", "date": "日期", "time": "时刻"})
        titles = ["点位", "日期", "时刻", *TITLES[2:]]
        frame = read_table(self.book("qiaotou", 42589, 1 / 3, 0.5, 0.08, titles=titles), name="a.xlsx", source=source)
        assert rows_of(frame, "time")[0][0] == datetime(2020, 8, 8, 0, 0, tzinfo=frame["time"].dt.tz)


def test_a_whole_day_on_the_clock_ends_the_day():
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["点位", "日期", "时刻", *TITLES[2:]])
        for row, form in ((1, "hh:mm"), (2, "[h]:mm")):
            sheet.write_row(row, 0, ["qiaotou", f"2020-08-0{row}"])
            sheet.write_number(row, 2, 1.0, book.add_format({"num_format": form}))
            sheet.write_number(row, 3, 0.5)
    source = hand(columns={"station": "点位", "date": "日期", "time": "时刻"})
    frame = read_table(out.getvalue(), name="a.xlsx", source=source)
    assert sorted({f"{instant:%m-%d %H:%M}" for (instant,) in rows_of(frame, "time")}) == ["08-01 16:00", "08-02 16:00"]


@pytest.mark.parametrize(
    ("title", "cell", "told"),
    [
        ("note", "晴", []),
        ("note", "作废", ["unknown_qualifier"]),
        ("备注", "全程序空白", ["not_river_water"]),
        ("quality", "<", []),
        ("qualifier", "<", ["unknown_column"]),
    ],
)
def test_the_long_table_as_a_workbook_reads_and_passes_over_what_the_csv_does(
    engine: Engine, title: str, cell: str, told: list[str]
):
    book = xlsx(["station", "time", "indicator", "value", "unit", title], ["qiaotou", EIGHT, "nh3n", 0.5, "mg/L", cell])
    source = Source(code="long", title="长表（虚构）", format="readings")
    receipt = ingest(engine, network(), [("a.xlsx", book)], source_door(source), stopped(NOW))
    assert [row["code"] for row in receipt.rows or ()] == told


def test_a_plain_workbook_hides_and_merges_nothing():
    (sheet,) = sheets(xlsx(TITLES, ["qiaotou", EIGHT, 0.5, 0.08]))
    layout = sheet.layout
    assert not (layout.hidden or layout.hidden_rows or layout.hidden_columns or layout.merged or layout.uncomputed)
