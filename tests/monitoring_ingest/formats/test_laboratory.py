"""Laboratory workbooks: the template filled in and read back, and split samples of two sides compared."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import UTC, datetime
from fractions import Fraction
from functools import cache
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import Engine

from basin.indicators import INDICATORS
from basin.sources import Source
from monitoring_ingest.doors.declared import source_door
from monitoring_ingest.doors.files import ingest
from monitoring_ingest.doors.store import results_by
from monitoring_ingest.formats.laboratory import COLUMNS, sampled
from monitoring_ingest.formats.laboratory_template import HOW, INSTRUCTIONS, RESULTS, laboratory_template
from monitoring_ingest.quality.split_samples import Result, split_samples
from monitoring_ingest.readings.receipts import Receipt
from monitoring_ingest.records.store import observations
from tests.clocks import stopped
from tests.monitoring_ingest.makers import NOW, fates, network

LAB = Source(code="lab", title="化验单（虚构）", format="laboratory")
JULY = datetime(2020, 7, 15, 2, 0, tzinfo=UTC)
UP: Mapping[str, Any] = {
    "sample": "S-01", "station": "qiaotou 桥头", "time": datetime(2020, 7, 15, 10), "indicator": "nh3n 氨氮",
    "value": 0.80, "unit": "mg/L", "side": "上游 upstream", "method": "HJ 535-2009", "sampler": "张三",
}  # fmt: skip
DOWN = {**UP, "station": "qiaotou-zj 桥头", "side": "下游 downstream", "value": 1.1}


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@cache
def without_rows() -> bytes:
    """The template saved as a spreadsheet program does: the formulas of other units are gone."""
    book = load_workbook(io.BytesIO(laboratory_template(network())))
    sheet = book[RESULTS]
    for line in range(4, sheet.max_row + 1):
        for column in range(1, len(COLUMNS) + 1):
            sheet.cell(line, column).value = None
    return saved(book)


def filled(*rows: Mapping[str, Any]) -> bytes:
    """The template with these rows."""
    book = load_workbook(io.BytesIO(without_rows()))
    sheet = book[RESULTS]
    for line, row in enumerate(rows, start=4):
        for column, name in enumerate(COLUMNS, start=1):
            sheet.cell(line, column).value = row.get(name)
    return saved(book)


def sent(engine: Engine, *rows: Mapping[str, Any]) -> Receipt:
    return ingest(engine, network(), [("化验单.xlsx", filled(*rows))], source_door(LAB), stopped(NOW))


class TestTheTemplate:
    """What a clerk opens."""

    def test_is_the_same_on_every_call(self):
        assert laboratory_template(network()) == laboratory_template(network())

    def test_has_every_column_and_lists_the_register(self):
        book = load_workbook(io.BytesIO(laboratory_template(network())))
        sheet = book[RESULTS]
        assert [cell.value for cell in sheet[3]] == list(COLUMNS.values())
        lists = {str(one.sqref): one.formula1 for one in sheet.data_validations.dataValidation}
        assert lists == {
            "B4:B503": "登记!$A$2:$A$5",
            "D4:D503": f"登记!$B$2:$B${len(INDICATORS) + 1}",
            "H4:H503": "登记!$D$2:$D$4",
        }
        assert [cell.value for cell in book["登记"]["A"]][:2] == [COLUMNS["station"], "qiaotou 桥头"]
        assert [row[1].value for row in book[HOW].iter_rows(min_row=3)] == [f"{zh}\n{en}" for zh, en in INSTRUCTIONS]

    def test_with_nothing_filled_in_has_no_rows(self, engine: Engine):
        receipt = ingest(
            engine, network(), [("a.xlsx", laboratory_template(network()))], source_door(LAB), stopped(NOW)
        )
        assert fates(receipt) == {}


class TestResults:
    """Through the gate."""

    def test_a_result_is_accepted_with_its_sample_side_method_and_sampler(self, engine: Engine):
        assert fates(sent(engine, UP)) == {"accepted": 1}
        with engine.connect() as connection:
            (stored,) = observations(connection).to_dict("records")
        assert (stored["station"], stored["indicator"], stored["time"].to_pydatetime(), stored["value"]) == (
            "qiaotou", "nh3n", JULY, 0.8,
        )  # fmt: skip
        assert stored["mark"] == "样品 S-01|上游|HJ 535-2009|采样 张三"

    @pytest.mark.parametrize(
        ("changed", "fate", "value"),
        [
            ({"value": "<0.025"}, "accepted", 0.025),
            ({"value": "0.025L"}, "accepted", 0.025),
            ({"value": "未检出", "limit": 0.025}, "accepted", 0.025),
            ({"value": "ND", "limit": 0.025}, "accepted", 0.025),
            ({"value": "未检出"}, "rejected", None),
            ({"value": 0, "limit": 0.025}, "accepted", 0.025),
            ({"value": 0.01, "limit": 0.025}, "accepted", 0.025),
            ({"value": 0.025, "mark": "未检出"}, "accepted", 0.025),
            ({"value": None, "limit": 0.025, "mark": "ND"}, "accepted", 0.025),
            ({"value": 0.4, "limit": 0.025}, "accepted", 0.4),
            ({"value": 0.4, "method": "ICP"}, "accepted", 0.4),
            ({"value": 0, "limit": "0.025 mg/L"}, "accepted", 0.025),
            ({"value": None, "mark": "<0.025"}, "accepted", 0.025),
            ({"value": 0.4, "limit": "25 µg/L"}, "quarantined", None),
            ({"value": 0.4, "method": "离子色谱法（检出限 0.025）"}, "accepted", 0.4),
            ({"value": 0.4, "sample_type": "平行"}, "accepted", 0.4),
            ({"value": 0.4, "sample_type": "其他"}, "quarantined", None),
            ({"value": 0.4, "sample": "S1BLK2"}, "rejected", None),
            ({"value": 0.4, "sample": "S-1加标样2号"}, "quarantined", None),
            ({"value": 0.4, "mark": "J"}, "quarantined", None),
            ({"value": 0.4, "sample_type": "全程序空白"}, "rejected", None),
            ({"value": 0.4, "sample": "S-01-FB"}, "rejected", None),
            ({"value": 0.4, "mark": "加标样"}, "rejected", None),
            ({"value": 800, "unit": "µg/L"}, "accepted", 0.8),
            ({"unit": "NTU"}, "rejected", None),
            ({"unit": None}, "rejected", None),
            ({"value": 999}, "quarantined", None),
            ({"station": "不认识的站"}, "quarantined", None),
            ({"indicator": "不认识的指标"}, "rejected", None),
            ({"time": "八月八日"}, "rejected", None),
            ({"time": None}, "absent", None),
            ({"value": None}, "absent", None),
            ({"station": "上游", "indicator": "氨氮", "time": "2020年7月15日10时"}, "accepted", 0.8),
        ],
    )
    def test_each_row_has_its_fate(self, engine: Engine, changed: dict[str, Any], fate: str, value: float | None):
        assert fates(sent(engine, {**UP, **changed})) == {fate: 1}
        with engine.connect() as connection:
            stored = observations(connection)
        assert stored["value"].tolist() == ([] if value is None else [value])
        assert stored["censored"].tolist() == ([] if value is None else [value == 0.025])

    def test_a_row_sent_again_is_a_duplicate_and_a_changed_one_a_revision(self, engine: Engine):
        sent(engine, UP)
        assert fates(sent(engine, UP, DOWN)) == {"duplicate": 1, "accepted": 1}
        assert fates(sent(engine, {**UP, "value": 0.9})) == {"revised": 1}


def result(side: str, number: float, sample: str = "S-01", *, censored: bool = False) -> Result:
    return Result(sample, side, f"station-{side}", "nh3n", JULY, number, censored)  # type: ignore[arg-type]


class TestSplitSamples:
    """Both values, the difference, the tolerance, and what follows."""

    @pytest.mark.parametrize(
        ("results", "tolerance", "difference", "allowed", "outcome"),
        [
            ([result("upstream", 1.05), result("downstream", 0.95)], "1/10", "1/10", "1/10", "agree"),
            ([result("upstream", 1.051), result("downstream", 0.95)], "1/10", "101/1000", "2001/20000", "differ"),
            ([result("upstream", 0.8), result("downstream", 1.1)], "1/10", "3/10", "19/200", "differ"),
            ([result("upstream", 0.8), result("downstream", 1.1), result("third", 1)], "1/10", "3/10", "19/200",
             "third"),
            ([result("third", 1.05), result("downstream", 1), result("upstream", 1)], "1/10", "0", "1/10", "agree"),
            ([result("upstream", 0.8), result("downstream", 1.1)], None, "3/10", None, "no_tolerance"),
            ([result("upstream", 0.8), result("third", 1.1)], "1/10", None, None, "alone"),
            ([result("upstream", 0.01, censored=True), result("downstream", 0.02, censored=True)], "1/10", "1/100",
             "3/2000", "agree"),
        ],
    )  # fmt: skip
    def test_the_outcome(
        self, results: list[Result], tolerance: str | None, difference: str | None, allowed: str | None, outcome: str
    ):
        (found,) = split_samples(results, lambda *_: None if tolerance is None else Fraction(tolerance))
        expected = [None if each is None else Fraction(each) for each in (difference, allowed)]
        assert ([found.difference, found.allowed], found.outcome) == (expected, outcome)

    def test_a_sample_of_one_side_is_not_split_and_the_last_result_of_a_side_counts(self):
        alone, first, last = result("upstream", 1, "S-02"), result("upstream", 9), result("upstream", 1)
        (found,) = split_samples([alone, first, result("downstream", 1), last], lambda *_: Fraction(1, 10))
        assert (found.sample, found.outcome) == ("S-01", "agree")

    def test_they_are_found_in_what_was_stored_in_whatever_workbook_each_side_sent(self, engine: Engine):
        sent(engine, UP, {**UP, "sample": None, "indicator": "tp", "value": 0.1})
        sent(engine, DOWN)
        with engine.connect() as connection:
            results = results_by(connection, "source:lab")
            assert results_by(connection, "source:other") == []
        (found,) = split_samples(results, lambda *_: Fraction(1, 10))
        assert {side: (one.station, one.number) for side, one in found.results.items()} == {
            "upstream": ("qiaotou", 0.8), "downstream": ("qiaotou-zj", 1.1),
        }  # fmt: skip
        assert found.outcome == "differ"


@pytest.mark.parametrize(
    ("mark", "expected"),
    [
        ("样品 S-01|上游|HJ 535-2009", ("S-01", "upstream")),
        ("样品 S-01|HJ 535-2009", ("S-01", None)),
        ("样品 S-01", ("S-01", None)),
        ("极值过滤", None),
        ("", None),
    ],
)
def test_what_a_mark_says_of_a_sample(mark: str, expected: tuple[str, str | None] | None):
    assert sampled(mark) == expected
