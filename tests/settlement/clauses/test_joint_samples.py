"""Joint samples: within the tolerance the mean, beyond it what was measured again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from basin import periods
from basin.draws import floats
from basin.errors import AgreementError
from basin.registry import Registry
from monitoring_ingest.database.engine import writing
from monitoring_ingest.doors.files import READINGS, ingest
from monitoring_ingest.readings.facts import Fact
from monitoring_ingest.records import store as intake
from settlement.clauses.evaluation import Evaluator
from settlement.clauses.values import Measurements, Month
from settlement.evidence.exporting import evidence, recomputed
from settlement.evidence.pack import verify
from settlement.obligations.compensation import Compensation
from settlement.run import settle
from settlement.settling import settled
from tests.clocks import stopped
from tests.databases import sqlite
from tests.settlement.makers import (
    RIVER,
    RULES,
    a_fact,
    a_network,
    amounts,
    an_agreement,
    decided,
    gathered,
    per_unit,
    readings,
    reasons,
)

NOW = datetime(2021, 1, 15, 8, tzinfo=UTC)
MONTHLY = per_unit("kind: concentration, section: v, indicator: nh3n", ", every: month")
YEARLY = per_unit("kind: concentration, section: v, indicator: nh3n")
TOLERANT = RULES.replace("}", ", joint_sample: 10%}").replace("rounded", "unrounded")
SILENT = RULES.replace("rounded", "unrounded")
EQUAL, SHARES = "{v: {mean_of: [s1, s2]}}", "{v: {mean_of: {s1: 0.7, s2: 0.3}}}"
AGAIN = replace(a_fact("v", "2020-07", "nh3n", "1.05"), document="复测报告〔2020〕7号")


def found(
    figures: str, text: str = MONTHLY, period: str = "2020-07", *, data: str = TOLERANT, sections: str = EQUAL,
    facts: Sequence[Fact] = (),
) -> Compensation:  # fmt: skip
    """What the agreement comes to."""
    return decided(an_agreement(text, data=data, sections=sections), period, figures, facts=facts)


def year(one: str, other: str = "[1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]", v: str = "") -> str:
    """The months of the two members, and what was measured again."""
    return f"given: {{s1: {{nh3n: {one}}}, s2: {{nh3n: {other}}}{v}}}"


READ = {("s1", "nh3n", "2020-07-15 12:00"): 0.8, ("s2", "nh3n", "2020-07-15 12:00"): 1.1}
JULY_DIFFERS = "[1, 1, 1, 1, 1, 1, 1.6, 1, 1, 1, 1, 1]"


class TestAMonth:
    """The difference is judged against the tolerance times the plain mean."""

    @pytest.mark.parametrize(
        ("one", "other", "expected"),
        [
            ("1.00", "1.00", "1"),
            ("1.04", "0.96", "1"),
            ("1.05", "0.95", "1"),  # 0.10 = 10 % of 1.00
            ("1.051", "0.95", None),  # 0.101 > 0.10005
            ("0.95", "1.051", None),
        ],
    )
    def test_the_mean_within_the_tolerance_and_none_beyond(self, one: str, other: str, expected: str | None) -> None:
        told = found(f"given: {{s1: {{nh3n: {one}}}, s2: {{nh3n: {other}}}}}")
        assert amounts(told, "1") == [expected]
        assert reasons(told) == ([] if expected else ["joint_sample_differs: 2020-07"])

    def test_weights_weigh_the_mean_but_not_the_difference(self) -> None:
        told = found("given: {s1: {nh3n: 1.05}, s2: {nh3n: 0.95}}", sections=SHARES)
        assert amounts(told, "1") == ["1.02"]  # 0.7 × 1.05 + 0.3 × 0.95

    def test_three_members_differ_by_their_extremes(self) -> None:
        river = a_network("s1 up down", "s2 up down", "s3 up down")
        agreement = an_agreement(MONTHLY, river, data=TOLERANT, sections="{v: {mean_of: [s1, s2, s3]}}")
        figures = "given: {s1: {nh3n: 0.95}, s2: {nh3n: 1}, s3: {nh3n: 1.06}}"
        assert reasons(decided(agreement, "2020-07", figures, network=river)) == ["joint_sample_differs: 2020-07"]

    @pytest.mark.parametrize("facts", [[AGAIN], []])
    def test_measured_again_it_stands(self, facts: list[Fact]) -> None:
        figures = "given: {s1: {nh3n: 0.8}, s2: {nh3n: 1.1}%s}" % ("" if facts else ", v: {nh3n: 1.05}")
        assert amounts(found(figures, facts=facts), "1") == ["1.05"]

    def test_measured_again_it_stands_also_where_the_samples_agree(self) -> None:
        assert amounts(found("given: {s1: {nh3n: 1}, s2: {nh3n: 1}, v: {nh3n: 1.05}}"), "1") == ["1.05"]

    def test_the_working_shows_difference_tolerance_and_document(self) -> None:
        told = found("given: {s1: {nh3n: 0.8}, s2: {nh3n: 1.1}}", facts=[AGAIN])
        assert [(step.label, step.expression, step.value) for step in told.evaluations[0].steps[:4]] == [
            ("2020-07 s1 氨氮", "已公布的数值", "0.8"),
            ("2020-07 s2 氨氮", "已公布的数值", "1.1"),
            ("2020-07 联合采样相差", "1.1 − 0.8 = 0.3；允差 0.1 × 平均 0.95 = 0.095", "超出允差"),
            ("2020-07 v 氨氮", "复测值：复测报告〔2020〕7号，记录人 记录", "1.05"),
        ]

    def test_a_member_that_is_excluded_is_not_compared_and_one_that_is_absent_stops(self) -> None:
        assert amounts(found("given: {s1: {nh3n: 1}, s2: {nh3n: 5, dry: 1}}"), "1") == ["1"]
        assert reasons(found("given: {s1: {nh3n: 1}}")) == ["no_readings"]

    def test_a_text_measured_again_is_no_number(self) -> None:
        told = found("given: {s1: {nh3n: 1}, s2: {nh3n: 1}}", facts=[replace(AGAIN, value="合格")])
        assert reasons(told) == ["fact_is_no_number: nh3n"]

    def test_flow_is_no_sample(self) -> None:
        text = per_unit("kind: flow, section: v", ", every: month")
        assert amounts(found("given: {s1: {flow: 10}, s2: {flow: 20}}", text), "1") == ["15"]

    def test_it_is_rounded_once_after_the_mean(self) -> None:
        rounded = TOLERANT.replace("unrounded", "rounded")
        told = found("given: {s1: {nh3n: 0.104}, s2: {nh3n: 0.107}}", data=rounded)
        assert amounts(told, "1") == ["0.11"]  # 0.1055; 0.10 and 0.11 by themselves
        assert told.evaluations[0].steps[-2].expression == "0.1055 → 2 位小数"

    def test_a_class_is_that_of_the_value_measured_again(self) -> None:
        text = per_unit("kind: quality_class, section: v, indicators: [nh3n]", ", every: month")
        told = found("given: {s1: {nh3n: 0.8}, s2: {nh3n: 1.1}}", text, facts=[AGAIN])
        assert amounts(told, "1") == ["4"]


def test_each_draw_is_judged_by_itself() -> None:
    july = periods.period("2020-07")
    read = {"s1": [1.0, 0.8, 1.0], "s2": [1.0, 1.1, 1.02]}
    data = Measurements(months={(s, "nh3n", july): Month(np.array(drawn)) for s, drawn in read.items()})
    agreement = an_agreement(MONTHLY, data=TOLERANT, sections=EQUAL)
    (found,) = Evaluator(agreement, RIVER, data).evaluations("1", july)
    assert floats(found.amount) == pytest.approx([1.0, np.nan, 1.01], nan_ok=True)


class TestALongerPeriod:
    """The mean of its months, each judged by itself."""

    def test_one_month_beyond_the_tolerance_stops_the_year_and_is_named(self) -> None:
        assert reasons(found(year(JULY_DIFFERS), YEARLY, "2020")) == ["joint_sample_differs: 2020-07"]

    def test_differences_that_cancel_out_over_the_year_still_stop_it(self) -> None:
        told = found(year("[2, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"), YEARLY, "2020")
        assert reasons(told) == ["joint_sample_differs: 2020-01"]

    def test_the_month_measured_again_counts_for_it(self) -> None:
        told = found(year(JULY_DIFFERS, v=", v: {nh3n: {2020-07: 1.6}}"), YEARLY, "2020")
        assert amounts(told, "1") == ["1.05"]  # (11 × 1 + 1.6) / 12

    def test_an_excluded_month_is_neither_judged_nor_counted(self) -> None:
        told = found(year(JULY_DIFFERS, v=", v: {frozen: {2020-07: 1}}"), YEARLY, "2020")
        assert amounts(told, "1") == ["1"]

    @pytest.mark.parametrize("data", [TOLERANT, SILENT])
    def test_a_figure_of_the_whole_period_stands_for_it(self, data: str) -> None:
        fact = a_fact("v", "2020", "nh3n", "1.3")
        assert amounts(found(year(JULY_DIFFERS), YEARLY, "2020", data=data, facts=[fact]), "1") == ["1.3"]


class TestWithoutATolerance:
    """Members are averaged however far apart they are."""

    def test_the_mean_of_the_members(self) -> None:
        assert amounts(found("given: {s1: {nh3n: 0.8}, s2: {nh3n: 1.6}}", data=SILENT), "1") == ["1.2"]
        assert amounts(found(year(JULY_DIFFERS), YEARLY, "2020", data=SILENT), "1") == ["1.025"]

    def test_a_published_figure_of_the_section_stands(self) -> None:
        figures = "given: {s1: {nh3n: 0.8}, s2: {nh3n: 1.6}, v: {nh3n: 1.5}}"
        assert amounts(found(figures, data=SILENT), "1") == ["1.5"]


class TestOfReadings:
    """The same from readings, down to an evidence file that verifies."""

    def test_readings_of_both_lie_behind_a_month_that_stops(self) -> None:
        agreement = an_agreement(MONTHLY, data=TOLERANT, sections=EQUAL)
        told = settled(agreement, RIVER, gathered(READ), periods.period("2020-07"), NOW)
        assert [stop["reason"] for stop in told["stops"]] == ["joint_sample_differs: 2020-07"]
        assert [(s["section"], s["mean"]) for s in told["statistics"]] == [("s1", "0.8"), ("s2", "1.1")]

    def test_measured_again_and_recorded_it_settles_and_verifies(self, tmp_path: Path) -> None:
        engine = sqlite(tmp_path / "h.sqlite")
        ingest(engine, RIVER, [("a.csv", readings(READ))], READINGS, stopped(NOW))
        with writing(engine) as connection:
            intake.record_fact(connection, AGAIN, NOW)
        agreement = an_agreement(MONTHLY, data=TOLERANT, sections=EQUAL)
        registry = Registry(RIVER, {agreement.code: agreement}, {}, ())
        stored = settle(engine, registry, agreement.code, "2020-07", now=NOW)
        (transfer,) = stored["transfers"]
        assert (transfer["payer"], transfer["payee"], transfer["amount_yuan"]) == ("up", "down", "10500.00")
        assert verify(evidence(engine, registry, stored["id"]), recomputed).failure is None
        engine.dispose()


class TestAThirdLaboratory:
    """Readings of the section itself stand where its members differ by more than the tolerance."""

    RIVER = a_network("s1 up down", "s2 up down", "v up down")
    THIRD = {("v", "nh3n", "2020-07-15 12:00"): 1.05}  # noqa: RUF012

    def july(self, read: dict[tuple[str, str, str], float]) -> dict[str, Any]:
        agreement = an_agreement(MONTHLY, self.RIVER, data=TOLERANT, sections=EQUAL)
        return settled(agreement, self.RIVER, gathered(read), periods.period("2020-07"), NOW)

    def test_its_value_stands_beyond_the_tolerance(self) -> None:
        told = self.july(READ | self.THIRD)
        (evaluation,) = told["evaluations"]
        assert evaluation["value"] == "1.05"
        assert [(one["label"], one["expression"], one["value"]) for one in evaluation["working"][2:4]] == [
            ("2020-07 联合采样相差", "1.1 − 0.8 = 0.3；允差 0.1 × 平均 0.95 = 0.095", "超出允差"),
            ("2020-07 v 氨氮", "以第三方为准：1 个读数、1 天的均值", "1.05"),
        ]
        assert [one["section"] for one in told["statistics"]] == ["s1", "s2", "v"]

    def test_it_is_not_asked_within_the_tolerance(self) -> None:
        agreeing = {("s1", "nh3n", "2020-07-15 12:00"): 1.0, ("s2", "nh3n", "2020-07-15 12:00"): 1.02}
        assert self.july(agreeing | self.THIRD)["evaluations"][0]["value"] == "1.01"

    def test_without_it_the_month_stops(self) -> None:
        assert [stop["reason"] for stop in self.july(READ)["stops"]] == ["joint_sample_differs: 2020-07"]

    def test_each_draw_asks_for_itself(self) -> None:
        july = periods.period("2020-07")
        read = {"s1": [1.0, 0.8], "s2": [1.0, 1.1], "v": [7.0, 1.05]}
        data = Measurements(months={(s, "nh3n", july): Month(np.array(drawn)) for s, drawn in read.items()})
        agreement = an_agreement(MONTHLY, self.RIVER, data=TOLERANT, sections=EQUAL)
        (found,) = Evaluator(agreement, self.RIVER, data).evaluations("1", july)
        assert floats(found.amount) == pytest.approx([1.0, 1.05])


def test_a_negative_tolerance_is_refused() -> None:
    with pytest.raises(AgreementError, match="must not be negative") as refusal:
        an_agreement(MONTHLY, data=TOLERANT.replace("10%", "-10%"), sections=EQUAL)
    assert refusal.value.path == "data.joint_sample"


class TestYears:
    """Data are averaged before anything else: a year of a joint section is the mean of its joint months."""

    @pytest.mark.parametrize("data", [SILENT, TOLERANT])
    def test_months_published_for_the_joint_section_make_its_year(self, data: str) -> None:
        figures = "given: {v: {nh3n: [1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3]}}"
        assert amounts(found(figures, YEARLY, "2020", data=data), "1") == ["2"]

    def test_a_month_frozen_at_the_joint_section_is_not_in_its_year(self) -> None:
        twelve = "[100, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2]"
        figures = f"given: {{s1: {{nh3n: {twelve}}}, s2: {{nh3n: {twelve}}}, v: {{frozen: {{2020-01: 1}}}}}}"
        assert amounts(found(figures, YEARLY, "2020", data=SILENT), "1") == ["2"]

    def test_a_member_that_is_frozen_leaves_its_weight_to_the_others_that_month(self) -> None:
        twelve = "[14, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2]"
        figures = f"given: {{s1: {{nh3n: {twelve}, frozen: {{2020-01: 1}}}}, s2: {{nh3n: {twelve}}}}}"
        shares = found(figures, YEARLY, "2020", data=SILENT, sections=SHARES)
        assert amounts(shares, "1") == ["3"]  # (14 + 11 × 2) ÷ 12

    def test_members_published_for_the_year_are_averaged_as_they_are(self) -> None:
        figures = "given: {s1: {nh3n: {2020: 1}}, s2: {nh3n: {2020: 3}}}"
        assert amounts(found(figures, YEARLY, "2020", data=SILENT), "1") == ["2"]
