"""Loads as clauses use them: published, from readings by a stated method, from monthly means, or absent."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any, get_args

import pandas as pd
import pytest

from basin import periods
from basin.clauses import LoadMethod
from basin.draws import floats
from basin.errors import AgreementError
from basin.registry import Registry
from basin.rounding import number, printed, reported
from monitoring_ingest.doors.files import READINGS, ingest
from monitoring_ingest.readings.facts import Fact
from settlement.clauses.evaluation import Evaluator
from settlement.evidence.exporting import evidence, recomputed
from settlement.evidence.pack import verify
from settlement.gathered import measurements
from settlement.run import settle
from settlement.settling import settled
from settlement.statement.explanation import explanation
from settlement.statistics.loads import IN_WORDS, METHODS
from settlement.whatif import shifted
from tests.clocks import stopped
from tests.databases import sqlite
from tests.settlement.makers import (
    RIVER,
    RULES,
    a_fact,
    amounts,
    an_agreement,
    calculated,
    decided,
    gathered,
    per_unit,
    reasons,
)  # fmt: skip

NOW = datetime(2022, 1, 15, 8, tzinfo=UTC)
MONTHLY = per_unit("kind: load, section: s1, indicator: tp", ", every: month")
YEARLY = per_unit("kind: load, section: s1, indicator: tp")
# February 2021: two samples a day apart, and flow on a third day
SAMPLES = {
    ("s1", "tp", "2021-02-01 00:00"): 2.0, ("s1", "flow", "2021-02-01 00:00"): 10.0,
    ("s1", "tp", "2021-02-02 00:00"): 4.0, ("s1", "flow", "2021-02-02 00:00"): 30.0,
    ("s1", "flow", "2021-02-03 00:00"): 20.0,
}  # fmt: skip
# uneven days: four samples on the first and one on the second; 0.2 may be a non-detect
UNEVEN = {
    **{("s1", "tp", f"2021-02-01 {4 * slot:02d}:00"): c for slot, c in enumerate((0.2, 1.5, 1.7, 1.8))},
    **{("s1", "flow", f"2021-02-01 {4 * slot:02d}:00"): q for slot, q in enumerate((11.1, 12.2, 13.3, 14.4))},
    ("s1", "tp", "2021-02-02 00:00"): 4.0, ("s1", "flow", "2021-02-02 00:00"): 35.4,
}  # fmt: skip
K = Fraction(28 * 86400, 10**6)  # t per (mg/L × m³/s) in February
SLOT = Fraction(4 * 3600, 10**6)


def rules(method: str = "B", **other: str) -> str:
    """The data rules with a load method, and other rules in place of those of the makers."""
    text = RULES.replace("}", f", load_method: {method}}}")
    for key, value in other.items():
        text = re.sub(rf"{key}: \w+", f"{key}: {value}", text)
    return text


def document(values: Any, data: str, period: str = "2021-02", clauses: str = MONTHLY, **more: Any) -> dict[str, Any]:
    """The settlement of a month of readings."""
    agreement = an_agreement(clauses, data=data, **more)
    return settled(agreement, RIVER, gathered(values), periods.period(period), NOW)


def turning(first: float, second: float, month: str = "2021-02") -> dict[tuple[str, str, str], float]:
    """Samples of 2 and 4 mg/L on two days, with a flow beside each [m³/s]."""
    days = (f"{month}-02 00:00", f"{month}-03 00:00")
    figures = {"tp": (2.0, 4.0), "flow": (first, second)}
    return {("s1", code, day): of[place] for code, of in figures.items() for place, day in enumerate(days)}


def value(found: dict[str, Any]) -> tuple[str | None, str | None]:
    """Value and reason of the one evaluation."""
    (evaluation,) = found["evaluations"]
    return evaluation["value"], evaluation["reason"]


class TestOfReadings:
    """A month's load, by the method stated and no other."""

    @pytest.mark.parametrize(
        ("method", "expected"),
        [
            ("integral", (2 * 10 + 4 * 30) * SLOT),
            ("A", K * 3 * 20),
            ("B", K * 3 * 20),
            ("C", K * (2 * 10 + 4 * 30) / 2),
            (
                "D",
                (2 * 10 * 4 + 4 * 25 * 164) * SLOT,
            ),  # the first sample stands for four slots, the second for the rest
            ("E", K * Fraction(140, 40) * 20),
        ],
    )
    def test_each_method(self, method: str, expected: Fraction) -> None:
        assert value(document(SAMPLES, rules(method))) == (str(float(expected)), None)

    @pytest.mark.parametrize(
        ("method", "expression"),
        [
            ("integral", "140 g/s（2 个时段的浓度×流量相加） × 14400 秒 ÷ 1000000；各时段浓度×流量×时长，相加"),
            (
                "A",
                "3 mg/L（6 ÷ 2 个时段） × 20 m³/s（40 ÷ 2 个时段） × 28 天 × 86400 ÷ 1000000；"
                "同时测到的浓度平均×流量平均×全月",
            ),
            (
                "B",
                "3 mg/L（6 ÷ 2 个时段） × 20 m³/s（60 ÷ 3 个时段） × 28 天 × 86400 ÷ 1000000；"
                "全部浓度平均×全部流量平均×全月",
            ),
            ("C", "70 g/s（140 ÷ 2 个时段） × 28 天 × 86400 ÷ 1000000；瞬时通量的平均×全月"),
            (
                "D",
                "16480 g/s（2 个样品的浓度×平均流量×时段数相加） × 14400 秒 ÷ 1000000；"
                "每个样品×离它最近的时段的平均流量×时长，相加",
            ),
            (
                "E",
                "3.5 mg/L（140 g/s ÷ 40 m³/s） × 20 m³/s（60 ÷ 3 个时段） × 28 天 × 86400 ÷ 1000000；"
                "流量加权浓度×全部流量平均×全月",
            ),
        ],
    )
    def test_the_working_shows_the_numbers_that_the_method_multiplied(self, method: str, expression: str) -> None:
        (evaluation,) = document(SAMPLES, rules(method))["evaluations"]
        assert evaluation["working"][1]["label"] == "2021-02 s1 总磷 通量（t）"
        assert evaluation["working"][1]["expression"] == f"{method}：{expression}"

    def test_the_working_names_which_readings_counted(self) -> None:
        (evaluation,) = document(SAMPLES, rules("integral"))["evaluations"]
        assert evaluation["working"][0] == {
            "label": "2021-02 s1 总磷 通量所用读数",
            "expression": "浓度和流量都有的 2 个时段 ÷ 全月 168 个时段；每个 240 分钟，时段内读数先平均，"
            "未检出按零计（SL 219-2013 §12.2.5）；不用统计所列的月均值",
            "value": "1.2%",
        }

    @pytest.mark.parametrize("method", METHODS)
    def test_a_calculator_gets_the_printed_load_from_the_printed_numbers_on_uneven_days(self, method: str) -> None:
        found = gathered(UNEVEN)
        found.observations.loc[found.observations["value"] == 0.2, "censored"] = True
        told = settled(an_agreement(MONTHLY, data=rules(method)), RIVER, found, periods.period("2021-02"), NOW)
        (step,) = [step for step in told["evaluations"][0]["working"] if step["label"].endswith("通量（t）")]
        assert printed(reported(float(calculated(step["expression"])), None)) == step["value"] == value(told)[0]

    def test_the_monthly_means_would_give_another_load_than_the_slots(self) -> None:
        found = document(UNEVEN, rules("B"))
        c, q = (number(one["mean"]) for one in found["statistics"])
        step = found["evaluations"][0]["working"][1]
        assert (printed(c), printed(q)) == ("2.65", "24.075")  # of two days: (1.3 + 4) ÷ 2, (12.75 + 35.4) ÷ 2
        assert step["expression"].startswith("B：1.84 mg/L（9.2 ÷ 5 个时段） × 17.28 m³/s（86.4 ÷ 5 个时段） × 28 天")
        assert float(step["value"]) < float(c * q * K) * 0.6

    def test_a_non_detect_is_zero_in_a_load_though_half_in_a_mean(self) -> None:
        found = gathered(SAMPLES)
        found.observations.loc[found.observations["value"] == 4.0, "censored"] = True
        agreement = an_agreement(MONTHLY, data=rules("integral"))
        assert value(settled(agreement, RIVER, found, periods.period("2021-02"), NOW)) == (str(float(20 * SLOT)), None)

    def test_readings_of_other_states_and_of_days_with_too_few_do_not_count(self) -> None:
        more = SAMPLES | {("s1", "tp", "2021-02-02 04:00"): 4.0, ("s1", "flow", "2021-02-02 04:00"): 30.0}
        found = gathered(more)
        assert value(document(more, rules("integral", min_readings_a_day="2")))[0] == str(float(240 * SLOT))
        found.observations.loc[found.observations["time"].dt.hour == 20, "status"] = "维护"  # 04:00 in China
        agreement = an_agreement(MONTHLY, data=rules("integral"))
        assert value(settled(agreement, RIVER, found, periods.period("2021-02"), NOW))[0] == str(float(140 * SLOT))

    def test_a_month_without_a_valid_mean_has_no_load(self) -> None:
        assert value(document(SAMPLES, rules(min_days_a_month="3"))) == (None, "too_few_days")

    @pytest.mark.parametrize(
        ("left", "reason"),
        [("tp", "no_flow"), ("flow", "no_readings"), ("apart", "no_pairs")],
    )
    def test_why_there_is_none(self, left: str, reason: str) -> None:
        apart = {key: v for key, v in SAMPLES.items() if key[1] == "tp" or "02-03" in key[2]}
        kept = apart if left == "apart" else {key: v for key, v in SAMPLES.items() if key[1] == left}
        assert value(document(kept, rules("integral"))) == (None, reason)

    @pytest.mark.parametrize("missing_month", ["stop", "exclude"])
    @pytest.mark.parametrize(
        ("flows", "because"),
        [
            ((100.0, -100.0), "|ΣQ| 0 < 0.1 × Σ|Q| 200 m³/s"),
            ((100.0, -99.999), "|ΣQ| 0.001 < 0.1 × Σ|Q| 199.999 m³/s"),
        ],
    )
    def test_flows_that_cancel_stop_a_flow_weighted_load_and_name_section_and_pairs(
        self, flows: tuple[float, float], because: str, missing_month: str
    ) -> None:
        """Nothing is missing, so a rule that leaves missing months out leaves this one in, as a stop."""
        stopped_at = document(turning(*flows), rules("E", missing_month=missing_month))
        reason = f"flow_sums_to_zero: s1 tp 2021-02，2 对 pairs：{because}"
        assert value(stopped_at) == (None, reason)
        assert [stop["reason"] for stop in stopped_at["stops"]] == [reason]
        assert stopped_at["kind"] == "stopped"

    def test_a_year_with_such_a_month_stops_too(self) -> None:
        flows = turning(100.0, -99.999) | turning(30.0, 30.0, month="2021-03")
        stopped_at = document(flows, rules("E", missing_month="exclude"), "2021", YEARLY)
        assert [stop["reason"].partition("，")[0] for stop in stopped_at["stops"]] == [
            "flow_sums_to_zero: s1 tp 2021-02"
        ]

    def test_the_working_prints_how_much_of_flows_of_both_signs_remains_and_the_least_that_may(self) -> None:
        (evaluation,) = document(turning(100.0, -80.0), rules("E"))["evaluations"]
        share = next(step for step in evaluation["working"] if "净流量占比" in step["label"])
        assert share["expression"] == "20 ÷ 180；不小于 0.1 才按流量加权（本程序的规则）"
        assert share["value"] == "1/9"

    def test_a_dry_month_carries_nothing_and_is_no_stop(self) -> None:
        dry = document(turning(0.0, 0.0), rules("E"))
        assert value(dry) == ("0", None)
        (evaluation,) = dry["evaluations"]
        assert "0 mg/L（没有水流） × 0 m³/s" in evaluation["working"][-2]["expression"]

    def test_a_missing_month_stops_the_year_or_is_left_out_as_the_rules_say(self) -> None:
        assert value(document(SAMPLES, rules("integral"), "2021", YEARLY)) == (None, "no_readings")
        found = document(SAMPLES, rules("integral", missing_month="exclude"), "2021", YEARLY)
        assert value(found) == ("2.016", None)

    def test_a_year_is_the_sum_of_its_months(self) -> None:
        whole = {
            ("s1", indicator, f"2021-{month:02d}-01 00:00"): figure
            for month in range(1, 13) for indicator, figure in (("tp", 1.0), ("flow", 10.0))
        }  # fmt: skip
        assert value(document(whole, rules("B"), "2021", YEARLY)) == ("315.36", None)  # 1 × 10 × 365 × 0.0864

    @pytest.mark.parametrize(
        ("values", "method", "told"),
        [
            ({}, "B", "没有有效的月均浓度"),
            ({key: v for key, v in SAMPLES.items() if key[1] == "tp"}, "B", "没有流量，也没有水量"),
            (SAMPLES, "", "协议没有写明通量计算方法"),
        ],
    )
    def test_a_month_without_a_load_says_so_and_prints_no_empty_sum(
        self, values: Any, method: str, told: str
    ) -> None:  # fmt: skip
        found = document(values or {("s2", "tp", "2021-02-01 00:00"): 1.0}, rules(method) if method else RULES)
        assert [step["expression"] for step in found["evaluations"][0]["working"]] == [told]

    def test_no_method_no_load(self) -> None:
        assert value(document(SAMPLES, RULES)) == (None, "missing_parameter: data.load_method")

    def test_an_unverified_method_is_told(self) -> None:
        (evaluation,) = document(SAMPLES, rules("{value: B, verified: false}"))["evaluations"]
        assert "data.load_method" in evaluation["unverified"]

    def test_readings_of_both_lie_behind_it(self) -> None:
        agreement, found = an_agreement(MONTHLY, data=rules("integral")), gathered(SAMPLES)
        told = settled(agreement, RIVER, found, periods.period("2021-02"), NOW)
        behind = explanation(told, agreement, RIVER, found)["statistics"]
        assert {s["indicator"]: len(s["used"]) for s in behind} == {"tp": 2, "flow": 3}

    def test_the_evidence_of_it_verifies(self, tmp_path: Path) -> None:
        engine = sqlite(tmp_path / "h.sqlite")
        units = {"tp": "mg/L", "flow": "m³/s"}
        rows = [f"{s},{time},{i},{v},{units[i]},正常" for (s, i, time), v in SAMPLES.items()]
        text = "\n".join(["station,time,indicator,value,unit,mark", *rows, ""])
        ingest(engine, RIVER, [("a.csv", text.encode())], READINGS, stopped(NOW))
        agreement = an_agreement(MONTHLY, data=rules("integral"))
        registry = Registry(RIVER, {agreement.code: agreement}, {}, ())
        stored = settle(engine, registry, agreement.code, "2021-02", now=NOW)
        assert value(stored) == ("2.016", None)
        assert verify(evidence(engine, registry, stored["id"]), recomputed).failure is None
        engine.dispose()

    @pytest.mark.parametrize("method", METHODS)
    def test_what_a_hundredth_more_in_every_sample_adds(self, method: str) -> None:
        agreement, of = an_agreement(MONTHLY, data=rules(method)), periods.period("2021-02")
        more = {key: v + 0.01 if key[1] == "tp" else v for key, v in SAMPLES.items()}
        before, after = (measurements(agreement, RIVER, gathered(values), of) for values in (SAMPLES, more))
        raised = shifted(before, [("s1", "tp"), ("s1", "tn")], periods.period("2021")).loads["s1", "tp", of].tonnes
        assert raised == pytest.approx([after.loads["s1", "tp", of].tonnes, before.loads["s1", "tp", of].tonnes])

    def test_draws_of_a_load_are_priced_as_the_load_is(self) -> None:
        agreement, of = an_agreement(MONTHLY, data=rules("integral")), periods.period("2021-02")
        data = shifted(measurements(agreement, RIVER, gathered(SAMPLES), of), [("s1", "tp")], periods.period("2021"))
        (amount,) = [e.amount for e in Evaluator(agreement, RIVER, data).evaluations("1", of)]
        assert floats(amount) == pytest.approx([2.016 + 0.01 * 40 * float(SLOT)])


class TestPublished:
    """What is published or recorded stands for what would be computed."""

    def found(self, text: str, figures: str = "", *, data: str = RULES, facts: Sequence[Fact] = ()) -> Any:
        return decided(an_agreement(text, data=data), "2021", figures, facts=facts)

    def test_the_load_of_an_indicator_stands_for_exactly_its_period(self) -> None:
        assert amounts(self.found(YEARLY, "given: {s1: {load tp: 100}}"), "1") == ["100"]
        assert reasons(self.found(MONTHLY, "given: {s1: {load tp: 100}}")) == ["missing_parameter: data.load_method"]

    def test_months_are_summed_and_every_spelling_is_known(self) -> None:
        twelve = "given: {s1: {load 总磷: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]}}"
        assert amounts(self.found(YEARLY, twelve), "1") == ["78"]

    def test_another_indicators_load_does_not_stand_for_it(self) -> None:
        figures = "given: {s1: {load cod: 100}}"
        assert reasons(self.found(YEARLY, figures, data=rules())) == ["no_readings"]

    def test_a_recorded_fact_stands_and_is_named_in_the_working(self) -> None:
        fact = replace(a_fact("s1", "2021", "load tp", "88"), document="水文局〔2022〕1号")
        found = self.found(YEARLY, facts=[fact])
        assert amounts(found, "1") == ["88"]
        assert found.evaluations[0].steps[0].expression == "水文局〔2022〕1号，记录人 记录"

    def test_a_recorded_load_stands_for_the_readings(self) -> None:
        agreement = an_agreement(MONTHLY, data=rules())
        told = replace(gathered(SAMPLES), facts=[a_fact("s1", "2021-02", "load tp", "5")])
        assert value(settled(agreement, RIVER, told, periods.period("2021-02"), NOW)) == ("5", None)

    @pytest.mark.parametrize("method", ["A", "B"])
    def test_mean_times_volume_for_methods_of_means(self, method: str) -> None:
        figures = "given: {s1: {tp: 0.25, volume: {2021-05: 1000}}}"
        agreement = an_agreement(MONTHLY, data=rules(method))
        found = decided(agreement, "2021-05", figures)
        assert amounts(found, "1") == ["2.5"]  # 0.25 g/m³ × 10⁷ m³
        step = found.evaluations[0].steps[1]
        assert step.expression == f"{method}：0.25 mg/L × 1000 万 m³ ÷ 100"
        assert printed(calculated(step.expression)) == step.value

    def test_the_volume_may_come_from_the_mean_flow(self) -> None:
        found = decided(an_agreement(MONTHLY, data=rules()), "2021-02", "given: {s1: {tp: 1, flow: 10}}")
        assert amounts(found, "1") == ["24.192"]  # 10 m³/s × 28 days = 2 419.2 万 m³

    @pytest.mark.parametrize("method", ["C", "D", "E", "integral"])
    def test_methods_that_weigh_each_sample_stop_at_monthly_means(self, method: str) -> None:
        found = decided(an_agreement(MONTHLY, data=rules(method)), "2021-02", "given: {s1: {tp: 1, flow: 10}}")
        assert reasons(found) == [f"load_needs_readings: {method}"]

    def test_no_volume_no_load(self) -> None:
        assert reasons(decided(an_agreement(MONTHLY, data=rules()), "2021-02", "given: {s1: {tp: 1}}")) == ["no_flow"]

    def test_an_excluded_month_is_not_in_the_sum(self) -> None:
        figures = "given: {s1: {load tp: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 9], frozen: {2021-12: 1}}}"
        assert amounts(self.found(YEARLY, figures), "1") == ["11"]

    def test_a_week_has_no_load(self) -> None:
        weekly = per_unit("kind: load, section: s1, indicator: tp", ", every: week")
        assert set(reasons(self.found(weekly, data=rules()))) == {"no_load"}


class TestCompared:
    """A load beside another year, section, limit or baseline; several added up."""

    FIGURES = """
        given: {s1: {load tp: 30, load cod: 5}, s2: {load tp: 20}}
        given_previous: {s1: {load tp: 24}}
    """

    @pytest.mark.parametrize(
        ("measure", "expected"),
        [
            ("indicator: tp, against: previous_year, expressed: percent_change", "25"),
            ("indicator: tp, against: inflow, expressed: difference", "10"),
            ("indicator: tp, against: {section: s2}, expressed: ratio", "1.5"),
            ("indicator: tp, against: limits, expressed: difference", "5"),
            ("indicator: tp, against: baseline, expressed: ratio", "3"),
            ("indicators: [tp, cod], take: sum", "35"),
        ],
    )
    def test_against(self, measure: str, expected: str) -> None:
        text = per_unit(f"kind: load, section: s1, {measure}")
        sheet = "{s1: {inflow: s2, limits: {load TP: 25}, baseline: {load tp: 10}}}"
        found = decided(an_agreement(text, sections=sheet, data=RULES), "2021", self.FIGURES)
        assert amounts(found, "1") == [expected]

    def test_a_limit_nobody_stated_stops(self) -> None:
        text = per_unit("kind: load, section: s1, indicator: tp, against: limits, expressed: difference")
        found = decided(an_agreement(text, sections="{s1: {limits: {tp: 1}}}"), "2021", self.FIGURES)
        assert reasons(found) == ["missing_parameter: limits"]


def test_the_methods_an_agreement_may_name_are_those_that_compute() -> None:
    assert tuple(METHODS) == tuple(IN_WORDS) == get_args(LoadMethod)


def test_an_unknown_method_is_refused_with_the_choices() -> None:
    with pytest.raises(AgreementError, match="'integral', 'A', 'B', 'C', 'D' or 'E'") as refusal:
        an_agreement(MONTHLY, data=rules("F"))
    assert (refusal.value.path, refusal.value.remedy) == ("data.load_method", "改用列出的取值：integral A B C D E")


def test_loads_are_computed_only_where_a_clause_measures_them() -> None:
    other = an_agreement(per_unit("kind: concentration, section: s1, indicator: tp"), data=rules())
    assert measurements(other, RIVER, gathered(SAMPLES), pd.Period("2021")).loads == {}
