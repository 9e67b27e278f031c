"""Sound tables changed in every way that people change them: the same value counts, or the row says why it does not.

Long and wide, CSV and XLSX; what is changed: the order of columns, qualifiers, units, times, cells too many, decimal
commas, columns nobody declared, codes of no value, types of sample, hidden parts, merged cells, formulas, days of 1904.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from basin.sources import Source
from monitoring_ingest.formats.declared_tables import read_table
from monitoring_ingest.formats.file_text import UnreadableFile
from monitoring_ingest.readings.validation import validate
from tests.monitoring_ingest.makers import NOW, network

STATION = "点位"
TIME = "采样时间"
DAY = datetime(2020, 8, 1, 8)
IN_UTC = timedelta(hours=8)
WIDE = Source(
    code="wide", title="宽表（虚构）", format="table", columns={"station": STATION, "time": TIME, "mark": "限定符"},
    indicators={"氨氮": "nh3n", "总磷": "tp"}, ignored=("序号",),
)  # fmt: skip
LONG = Source(
    code="long", title="长表（虚构）", format="table", ignored=("序号",),
    columns={
        "station": STATION, "time": TIME, "indicator": "项目", "value": "结果", "unit": "单位", "mark": "限定符",
        "sample_type": "样品类型",
    },
)  # fmt: skip
TITLES = {"wide": [STATION, TIME, "氨氮(mg/L)", "总磷(mg/L)", "限定符", "序号"],
          "long": [STATION, TIME, "项目", "结果", "单位", "限定符", "样品类型", "序号"]}  # fmt: skip


class Measured(NamedTuple):
    """What was measured: indicator, time in UTC, number [mg/L], and whether it is a detection limit."""

    indicator: str
    time: datetime
    number: float
    censored: bool = False


@dataclass
class Sheet:
    """A table as it is to be written, with what stands in it: by row the things that were measured."""

    form: str
    titles: list[str]
    rows: list[list[str]]
    measured: list[list[Measured]]
    source: Source
    xlsx: bool
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    hidden: bool = False
    formulas: set[tuple[int, int]] = field(default_factory=set)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    from_1904: bool = False

    def values(self) -> list[int]:
        """The columns with values, in the order of what was measured."""
        starts = ("氨氮", "总磷") if self.form == "wide" else ("结果",)
        return [next(n for n, title in enumerate(self.titles) if title.startswith(start)) for start in starts]

    def column(self, title: str) -> int:
        return self.titles.index(title)


SAID = {
    ">",
    "<",
    "空白",
    "~",
    "ND",
    "5",
    "空白样",
    "全程序空白",
    "加标",
    "质控样",
    "μg/L",
}  # what a merged cell would take away
Change = Callable[[Sheet, Callable[[int], int]], None]  # the second says which of so many is changed


def sound(form: str, xlsx: bool, numbers: list[tuple[float, float]]) -> Sheet:
    """A sound table of some days, one sample a day."""
    rows: list[list[str]] = []
    measured: list[list[Measured]] = []
    for day, pair in enumerate(numbers):
        time = DAY + timedelta(days=day)
        both = [Measured(code, time - IN_UTC, number) for code, number in zip(("nh3n", "tp"), pair, strict=True)]
        written = ["qiaotou", f"{time:%Y-%m-%d %H:%M}"]
        if form == "wide":
            rows.append([*written, *(f"{number:g}" for number in pair), "", str(day + 1)])
            measured.append(both)
            continue
        for name, value in zip(("氨氮", "总磷"), both, strict=True):
            rows.append([*written, name, f"{value.number:g}", "mg/L", "", "常规样", str(len(rows) + 1)])
            measured.append([value])
    return Sheet(form, list(TITLES[form]), rows, measured, WIDE if form == "wide" else LONG, xlsx)


# --- changes after which the same values count -----------------------------------------------------------------------


def turn_columns(sheet: Sheet, which: Callable[[int], int]) -> None:
    turn = which(len(sheet.titles))
    sheet.titles = sheet.titles[turn:] + sheet.titles[:turn]
    sheet.rows = [row[turn:] + row[:turn] for row in sheet.rows]


def write_below_detection(sheet: Sheet, which: Callable[[int], int]) -> None:
    row = which(len(sheet.rows))
    column = sheet.values()[0]
    sheet.rows[row][column] = ("<", "＜", "< ")[which(3)] + sheet.rows[row][column]
    sheet.measured[row][0] = sheet.measured[row][0]._replace(censored=True)


def write_in_micrograms(sheet: Sheet, which: Callable[[int], int]) -> None:
    rows = range(len(sheet.rows)) if sheet.form == "wide" else [which(len(sheet.rows))]
    column = sheet.values()[0]
    for row in rows:
        sign = "<" if sheet.measured[row][0].censored else ""
        sheet.rows[row][column] = f"{sign}{sheet.measured[row][0].number * 1000:g}"
        if sheet.form == "long":
            sheet.rows[row][sheet.column("单位")] = "μg/L"
    if sheet.form == "wide":
        sheet.titles[column] = sheet.titles[column].replace("mg/L", "µg/L")


def write_times_otherwise(sheet: Sheet, which: Callable[[int], int]) -> None:
    form = ("%Y/%m/%d %H:%M", "%Y年%m月%d日%H时", "%Y%m%d%H%M%S", "%Y-%m-%dT%H:%M:00+08:00")[which(4)]
    for row, measured in zip(sheet.rows, sheet.measured, strict=True):
        row[sheet.column(TIME)] = f"{measured[0].time + IN_UTC:{form}}"


def write_day_numbers(sheet: Sheet, which: Callable[[int], int]) -> None:
    sheet.from_1904 = sheet.xlsx and bool(which(2))
    zero = datetime(1904, 1, 1) if sheet.from_1904 else datetime(1899, 12, 30)
    for row, measured in zip(sheet.rows, sheet.measured, strict=True):
        row[sheet.column(TIME)] = repr((measured[0].time + IN_UTC - zero) / timedelta(days=1))


# --- changes after which a row may only say why it does not count ----------------------------------------------------


def add_a_cell(sheet: Sheet, which: Callable[[int], int]) -> None:
    sheet.rows[which(len(sheet.rows))].append(("维护", "1", "<")[which(3)])


def write_a_decimal_comma(sheet: Sheet, which: Callable[[int], int]) -> None:
    if sheet.xlsx:
        return
    row = sheet.rows[which(len(sheet.rows))]
    column = sheet.values()[which(len(sheet.values()))]
    whole, _, decimals = row[column].partition(".")
    row[column : column + 1] = [whole, decimals or "0"]


def add_a_column_nobody_declared(sheet: Sheet, which: Callable[[int], int]) -> None:
    sheet.titles.append(("检出限", "质控")[which(2)])
    for row in sheet.rows:
        row.append("")
    sheet.rows[which(len(sheet.rows))][len(sheet.titles) - 1] = ("5", "空白样")[which(2)]


def write_a_code_of_no_value(sheet: Sheet, which: Callable[[int], int]) -> None:
    row = sheet.rows[which(len(sheet.rows))]
    row[sheet.values()[0]] = ("-9999", "−9999", "9999", "-999.0")[which(4)]


def mark_it(sheet: Sheet, which: Callable[[int], int]) -> None:
    row = which(len(sheet.rows))
    mark = (">", "<", "空白", "~", "ND")[which(5)]
    sheet.rows[row][sheet.column("限定符")] = mark
    if mark in ("<", "ND"):
        sheet.measured[row] = [value._replace(censored=True) for value in sheet.measured[row]]


def take_another_sample(sheet: Sheet, which: Callable[[int], int]) -> None:
    if sheet.form == "long":
        sheet.rows[which(len(sheet.rows))][sheet.column("样品类型")] = ("全程序空白", "加标", "质控样")[which(3)]


def hide(sheet: Sheet, which: Callable[[int], int]) -> None:
    match which(3):
        case 0:
            sheet.hidden_rows.add(which(len(sheet.rows)))
        case 1:
            sheet.hidden_columns.add(which(len(sheet.titles)))
        case _:
            sheet.hidden = True


def write_a_formula(sheet: Sheet, which: Callable[[int], int]) -> None:
    sheet.formulas.add((which(len(sheet.rows)), which(len(sheet.titles))))


def merge(sheet: Sheet, which: Callable[[int], int]) -> None:
    """Merge a cell with the ones below and to the right of it, which lose their texts, and so their values."""
    first = which(len(sheet.rows))
    left = which(len(sheet.titles))
    last = min(first + which(3), len(sheet.rows) - 1)
    right = min(left + which(2), len(sheet.titles) - 1)
    remarks = {cell for row in sheet.rows[first : last + 1] for cell in row[left : right + 1] if cell in SAID}
    if not sheet.xlsx or (first, left) == (last, right) or remarks:
        return
    sheet.merged.append((first, left, last, right))
    for row in range(first, last + 1):  # a merged time or indicator is that of all its rows
        title = sheet.titles[left]
        time, indicator = sheet.measured[first][0].time, sheet.measured[first][0].indicator
        if title == TIME:
            sheet.measured[row] = [value._replace(time=time) for value in sheet.measured[row]]
        elif title == "项目":
            sheet.measured[row] = [value._replace(indicator=indicator) for value in sheet.measured[row]]
    if left not in sheet.values():
        for row in range(first, last + 1):
            lost = [number for number, column in enumerate(sheet.values()) if left <= column <= right]
            sheet.measured[row] = [value for number, value in enumerate(sheet.measured[row]) if number not in lost]


SAME = [turn_columns, write_below_detection, write_in_micrograms, write_times_otherwise, write_day_numbers]
TOLD = [
    add_a_cell, write_a_decimal_comma, add_a_column_nobody_declared, write_a_code_of_no_value, mark_it,
    take_another_sample, hide, write_a_formula, merge,
]  # fmt: skip


def written(sheet: Sheet) -> bytes:
    """The bytes of the file."""
    if not sheet.xlsx:
        out = io.StringIO()
        csv.writer(out, quoting=csv.QUOTE_MINIMAL).writerows([sheet.titles, *sheet.rows])
        return out.getvalue().encode()
    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed, {"date_1904": sheet.from_1904, "strings_to_numbers": True}) as book:
        page = book.add_worksheet("监测")
        if sheet.hidden:
            book.add_worksheet("封面").activate()
            page.hide()
        page.write_row(0, 0, sheet.titles)
        covered = {(r, c) for top, left, low, right in sheet.merged
                   for r in range(top, low + 1) for c in range(left, right + 1)}  # fmt: skip
        for top, left, low, right in sheet.merged:
            page.merge_range(top + 1, left, low + 1, right, "")
            covered.remove((top, left))
        for row, cells in enumerate(sheet.rows):
            for column, cell in enumerate(cells):
                if (row, column) in covered:
                    continue
                if (row, column) in sheet.formulas:
                    page.write_formula(row + 1, column, "=1-1")
                else:
                    page.write(row + 1, column, cell)
        for row in sheet.hidden_rows:
            page.set_row(row + 1, None, None, {"hidden": True})
        for column in sheet.hidden_columns:
            page.set_column(column, column, None, None, {"hidden": True})
    return packed.getvalue()


@st.composite
def changed_sheets(draw: st.DrawFn, most_told: int = 2) -> Sheet:
    """A sound table with up to four changes; those that may only be told come last, as they move the cells."""
    numbers = st.tuples(
        st.integers(5, 300).map(lambda hundredths: hundredths / 100),
        st.integers(5, 90).map(lambda hundredths: hundredths / 100),
    )
    form = draw(st.sampled_from(["wide", "long"]))
    sheet = sound(form, draw(st.booleans()), draw(st.lists(numbers, min_size=2, max_size=4)))

    def which(of: int) -> int:
        return draw(st.integers(0, of - 1))

    for change in draw(st.lists(st.sampled_from(SAME), max_size=2, unique=True)):
        change(sheet, which)
    for change in draw(st.lists(st.sampled_from(TOLD), max_size=most_told, unique=True)):
        change(sheet, which)
    return sheet


class Outcome(NamedTuple):
    """What became of a file: the values that count, and the rows that say why something of them does not."""

    taken: set[Measured]
    refused: set[int]


def outcome(sheet: Sheet) -> Outcome:
    """The values of a table after the gate.

    Raises
    ------
    UnreadableFile : the file is refused as a whole.
    """
    checked = validate(read_table(written(sheet), name="a", source=sheet.source), network(), NOW)
    columns = [checked[name].tolist() for name in ("row", "indicator", "time", "number", "censored", "fate", "code")]
    taken: set[Measured] = set()
    refused: set[int] = set()
    for row, indicator, time, number, censored, fate, code in zip(*columns, strict=True):
        if fate == "accepted":
            taken.add(Measured(indicator, time, round(number, 9), censored))
        elif fate in ("rejected", "quarantined") or code == "no_time":
            refused.add(row)
    return Outcome(taken, refused)


def counts_or_says_why_not(sheet: Sheet) -> None:
    """Assert that every value of the table counts as it was measured, or that its row says why it does not."""
    try:
        found = outcome(sheet)
    except UnreadableFile:  # the receipt says so
        return
    assert found.taken <= {value for values in sheet.measured for value in values}, "nobody measured this"
    for number, values in enumerate(sheet.measured, start=2):
        lost = set(values) - found.taken
        assert not lost or number in found.refused, f"{lost} of row {number} are lost without a word"


@given(changed_sheets(most_told=0))
@settings(max_examples=40)
def test_what_is_only_written_otherwise_counts(sheet: Sheet) -> None:
    assert outcome(sheet).taken == {value for values in sheet.measured for value in values}


@given(changed_sheets())
@settings(max_examples=60)
def test_the_same_value_counts_or_the_row_says_why_not(sheet: Sheet) -> None:
    counts_or_says_why_not(sheet)


@pytest.mark.proof
@given(changed_sheets())
@settings(max_examples=300)
def test_in_very_many_changed_tables(sheet: Sheet) -> None:
    counts_or_says_why_not(sheet)
