"""Stops in few lines: a heading for each clause and reason, below it sections with their indicators and periods."""

from __future__ import annotations

from api.commands.stops import stop_lines
from settlement.statement.rows import StopRow
from tests.settlement.makers import RIVER


def stop(clause: str, period: str, reason: str = "no_readings", **element: str) -> StopRow:
    return StopRow(
        clause=clause, period=period, element=element, reason=reason, message_zh="没有可用的监测数据", message_en=""
    )


def test_many_equal_stops_are_one_heading_with_a_line_for_each_section() -> None:
    months = [f"2021-{month:02d}" for month in range(1, 13)]
    stops = [
        stop("1", "2021", section=section, indicator=indicator, month=month)
        for section in ("s1", "s2") for indicator in ("nh3n", "tp") for month in months
    ]  # fmt: skip
    assert list(stop_lines(stops, RIVER)) == [
        "中止 1：没有可用的监测数据（no_readings），48 处",
        "    s1（s1） 氨氮、总磷 2021-01 … 2021-12（12 期）",
        "    s2（s2） 氨氮、总磷 2021-01 … 2021-12（12 期）",
    ]


def test_indicators_of_other_periods_have_a_line_of_their_own() -> None:
    stops = [
        stop("1", "2021-01", section="s1", indicator="nh3n"),
        stop("1", "2021-02", section="s1", indicator="nh3n"),
        stop("1", "2021-01", section="s1", indicator="tp"),
        stop("1", "2021-01", "no_volume", section="s1"),
    ]
    assert list(stop_lines(stops, RIVER)) == [
        "中止 1：没有可用的监测数据（no_readings），3 处",
        "    s1（s1） 氨氮 2021-01、2021-02",
        "    s1（s1） 总磷 2021-01",
        "中止 1：没有可用的监测数据（no_volume）",
        "    s1（s1） 2021-01",
    ]


def test_a_stop_of_the_whole_agreement_names_its_period() -> None:
    assert list(stop_lines([stop("pool", "2021")], RIVER)) == [
        "中止 pool：没有可用的监测数据（no_readings）",
        "    2021",
    ]
