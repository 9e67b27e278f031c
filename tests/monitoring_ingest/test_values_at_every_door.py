"""Whatever is written of a value means the same at every door: long CSV, push, declared table, laboratory workbook."""

from __future__ import annotations

import json

import pytest

from basin.sources import Source
from monitoring_ingest.formats.declared_tables import read_table
from monitoring_ingest.formats.pushed import JSON, read_pushed
from monitoring_ingest.formats.station_files import read_long_csv
from monitoring_ingest.readings.validation import validate
from tests.monitoring_ingest.makers import NOW, network

LONG = Source(
    code="t", title="t", format="table", station="qiaotou",
    columns={"time": "时间", "indicator": "项目", "value": "结果", "unit": "单位", "mark": "限定符", "limit": "检出限",
             "sample_type": "类型"},
    no_value=("999",),
)  # fmt: skip
WIDE = Source(
    code="w", title="w", format="table", station="qiaotou", columns={"time": "时间", "mark": "备注"},
    indicators={"氨氮": "nh3n", "总磷": "tp"}, units={"氨氮": "mg/L", "总磷": "mg/L"}, no_value=("99",),
)  # fmt: skip


def judged(readings) -> list[tuple[float, bool, str, str]]:
    found = validate(readings, network(), NOW)
    return list(zip(found["number"], found["censored"], found["fate"], found["code"], strict=True))


def table(text: str, source: Source) -> list[tuple[float, bool, str, str]]:
    return judged(read_table(text.encode(), name="a.csv", source=source))


def long_csv(value: str, mark: str) -> list[tuple[float, bool, str, str]]:
    text = f"station,time,indicator,value,unit,mark\nqiaotou,2020-07-01 08:00,nh3n,{value},mg/L,{mark}\n"
    return judged(read_long_csv(text.encode(), name="a.csv", network=network()))


def pushed(value: str, mark: str) -> list[tuple[float, bool, str, str]]:
    row = {"station": "qiaotou", "time": "2020-07-01 08:00", "indicator": "nh3n", "unit": "mg/L"}
    body = json.dumps({"rows": [row | {"value": value, "mark": mark}]})
    return judged(read_pushed(body.encode(), JSON, network(), 10))


def declared(value: str, mark: str) -> list[tuple[float, bool, str, str]]:
    return table(f"时间,项目,结果,单位,限定符,检出限,类型\n2020-07-01 08:00,氨氮,{value},mg/L,{mark},,\n", LONG)


@pytest.mark.parametrize("door", [long_csv, pushed, declared])
@pytest.mark.parametrize(
    ("value", "mark", "expected"),
    [
        ("0.4", "", (0.4, False, "accepted", "")),
        ("0.4", "＜", (0.4, True, "accepted", "")),
        ("0.4", "低于检出限", (0.4, True, "accepted", "")),
        ("0.4", "未检出", (0.4, True, "accepted", "")),
        ("0.4", "BDL", (0.4, True, "accepted", "")),
        ("0.4", "J", (0.4, False, "quarantined", "unknown_qualifier")),
        ("0.4", "D", (0.4, False, "quarantined", "unknown_qualifier")),
        ("0.4", "M|维护", (0.4, False, "accepted", "")),
        ("-9999", "", (-9999, False, "quarantined", "sentinel")),
        ("0.4", "全程序空白", (0.4, False, "rejected", "not_river_water")),
        ("0.4", "FB", (0.4, False, "rejected", "not_river_water")),
        ("0.4", "空白平行", (0.4, False, "rejected", "not_river_water")),
        ("0.02", "未检出（<0.02）", (0.02, True, "accepted", "")),
        ("0", "0.02L", (0.02, True, "accepted", "")),
        ("0.4", "<0.02", (0.4, True, "quarantined", "unknown_qualifier")),
        ("0.4", "低于方法的检测限", (0.4, False, "quarantined", "unknown_qualifier")),
        ("0.4", "数据作废", (0.4, False, "quarantined", "unknown_qualifier")),
        ("0.4", "µg/L", (0.4, False, "quarantined", "unknown_qualifier")),
        ("-7777", "", (-7777, False, "quarantined", "sentinel")),
        ("88888", "", (88888, False, "quarantined", "sentinel")),
        ("0.4", "样品 S-01|上游|HJ 535-2009|采样 张三", (0.4, False, "accepted", "")),
    ],
)
def test_a_value_and_its_mark(door, value: str, mark: str, expected: tuple[float, bool, str, str]):
    assert door(value, mark) == [expected]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ("0,,0.02,", (0.02, True, "accepted", "")),
        (",U,0.02,", (0.02, True, "accepted", "")),
        ("0.4,,0.02,常规样", (0.4, False, "accepted", "")),
        ("0.4,,0.02,其他", (0.4, False, "quarantined", "unknown_qualifier")),
        ("0.4,,0.02,无空白", (0.4, False, "quarantined", "unknown_qualifier")),
        ("0.01,,0.02mg/L,", (0.02, True, "accepted", "")),
        ("0.01,,<0.02 mg/L,", (0.02, True, "accepted", "")),
        ("0.01,,20 µg/L,", (0.01, False, "quarantined", "unknown_qualifier")),
        ("0.3,,20,", (0.3, False, "quarantined", "unknown_qualifier")),
        ("0.4,,0.02,现场空白", (0.4, False, "rejected", "not_river_water")),
        ("999,,,", (999, False, "quarantined", "sentinel")),
        ("99,,,", (99, False, "accepted", "")),
    ],
)
def test_limit_and_sample_type_in_columns_of_their_own(cells: str, expected: tuple[float, bool, str, str]):
    value, mark, limit, kind = cells.split(",")
    text = f"时间,项目,结果,单位,限定符,检出限,类型\n2020-07-01 08:00,氨氮,{value},mg/L,{mark},{limit},{kind}\n"
    assert table(text, LONG) == [expected]


class TestWideTables:
    """One mark stands beside several values."""

    @pytest.mark.parametrize("mark", ["未检出", "<", ">", "<0.1"])
    def test_nobody_knows_which_value_is_below(self, mark: str):
        found = table(f"时间,氨氮,总磷,备注\n2020-07-01 08:00,0.4,0.1,{mark}\n", WIDE)
        assert [row[2:] for row in found] == [("quarantined", "unknown_qualifier")] * 2

    def test_a_declared_code_is_told_cell_by_cell(self):
        found = table("时间,氨氮,总磷,备注\n2020-07-01 08:00,99,0.1,晴\n", WIDE)
        assert [row[2:] for row in found] == [("quarantined", "sentinel"), ("accepted", "")]
