"""Volumes: published, recorded, or from mean flow; months summed, members of a mean of sections averaged."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from basin import periods
from settlement.settling import settled
from tests.settlement.makers import RIVER, RULES, a_fact, amounts, an_agreement, decided, gathered, per_unit, reasons

MONTH = per_unit("kind: volume, section: s1", ", every: month")
YEAR = per_unit("kind: volume, section: s1")
JOINT = per_unit("kind: volume, section: v")
MEMBERS = "{v: {mean_of: {s1: 0.7, s2: 0.3}}}"
EACH_MONTH = "[1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000]"


def test_a_months_water_is_its_mean_flow_times_its_time() -> None:
    # 10 m³/s × 31 d × 86 400 s = 2 678.4 万 m³
    found = decided(an_agreement(MONTH, data=RULES), "2020-07", "given: {s1: {flow: 10}}")
    assert amounts(found, "1") == ["2678.4"]
    assert found.evaluations[0].steps[0].expression == "平均流量 10 m³/s × 31 天 × 86400 秒 ÷ 10000"


@pytest.mark.parametrize(
    ("figures", "expected", "how"),
    [
        ("given: {s1: {volume: {2020: 80000}}}", "80000", "已公布的数值"),
        (f"given: {{s1: {{volume: {EACH_MONTH}}}}}", "12000", "12 个月之和"),
        (
            f"given: {{s1: {{volume: {EACH_MONTH}, frozen: {{2020-01: 1}}}}}}",
            "11000",
            "11 个月之和，另有 1 个月按登记的事由不计",
        ),
    ],
)
def test_a_years_water_is_published_or_the_sum_of_its_months(figures: str, expected: str, how: str) -> None:
    found = decided(an_agreement(YEAR, data=RULES), "2020", figures)
    assert amounts(found, "1") == [expected]
    step = next(s for s in reversed(found.evaluations[0].steps) if "水量" in s.label)
    assert step.expression == how


def test_a_recorded_fact_stands_with_its_document() -> None:
    found = decided(an_agreement(YEAR, data=RULES), "2020", facts=[a_fact("s1", "2020", "volume", "5")])
    assert amounts(found, "1") == ["5"]


def test_nothing_known_stops() -> None:
    assert reasons(decided(an_agreement(MONTH, data=RULES), "2020-07")) == ["no_volume"]
    january = "given: {s1: {volume: {2020-01: 5}}}"
    assert reasons(decided(an_agreement(YEAR, data=RULES), "2020", january)) == ["no_volume"]


def test_a_month_that_may_be_missing_is_left_out() -> None:
    rules = RULES.replace("missing_month: stop", "missing_month: exclude")
    assert amounts(decided(an_agreement(YEAR, data=rules), "2020", "given: {s1: {volume: {2020-01: 5}}}"), "1") == ["5"]


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        (f"given: {{s1: {{volume: {EACH_MONTH}}}, s2: {{volume: {EACH_MONTH}}}}}", "12000"),
        (f"given: {{v: {{volume: {EACH_MONTH}}}}}", "12000"),
        ("given: {v: {volume: {2020: 7}}}", "7"),
    ],
)
def test_at_a_mean_of_sections_the_members_water_is_averaged(figures: str, expected: str) -> None:
    assert amounts(decided(an_agreement(JOINT, data=RULES, sections=MEMBERS), "2020", figures), "1") == [expected]


def test_members_weigh_what_the_sheet_says() -> None:
    monthly = per_unit("kind: volume, section: v", ", every: month")
    figures = "given: {s1: {volume: {2020-05: 100}}, s2: {volume: {2020-05: 200}}}"
    found = decided(an_agreement(monthly, data=RULES, sections=MEMBERS), "2020-05", figures)
    assert amounts(found, "1") == ["130"]


def test_flow_readings_make_a_volume_through_the_gate() -> None:
    read = gathered({("s1", "flow", "2020-07-01 00:00"): 10, ("s1", "flow", "2020-07-02 00:00"): 12})
    document = settled(
        an_agreement(MONTH, data=RULES), RIVER, read, periods.period("2020-07"), datetime(2021, 1, 1, tzinfo=UTC)
    )
    assert document["evaluations"][0]["value"] == "2946.24"  # 11 × 31 × 86 400 ÷ 10 000
