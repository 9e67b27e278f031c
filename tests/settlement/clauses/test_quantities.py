"""Quantities: statistics of readings, classes, amounts of water, comparisons, days and weeks."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from basin import periods
from basin.draws import Draws, floats
from basin.rounding import printed
from monitoring_ingest.readings.facts import Fact
from settlement.clauses.context import Evaluation
from settlement.clauses.evaluation import Evaluator
from settlement.clauses.values import Measurements, Month
from settlement.obligations.compensation import compensation
from tests.settlement.makers import (
    RIVER,
    RULES,
    a_fact,
    a_network,
    amount,
    amounts,
    an_agreement,
    decided,
    evaluations,
    per_unit,
    reasons,
)

SIDES = "pays: up, receives: down"


def of_readings(
    clauses: str, period: str, months: dict[tuple[str, str, str], float | Month], **header: str
) -> list[Evaluation]:
    """The evaluations of clause "1" on monthly means of readings: (section, indicator, month) → mean."""
    agreement = an_agreement(clauses, **({"data": RULES} | header))
    made = {(s, i, pd.Period(m)): v if isinstance(v, Month) else Month(v, 30, 30) for (s, i, m), v in months.items()}
    found = compensation(Evaluator(agreement, RIVER, Measurements(months=made)), periods.period(period))
    return evaluations(found, "1")


class TestReadings:
    """Monthly means of readings become exact numbers once, rounded where the agreement says so."""

    CONCENTRATION = per_unit("kind: concentration, section: s1, indicator: nh3n", ", every: month")

    @pytest.mark.parametrize(
        ("mean", "compare", "expected"),
        [
            (1.005, "rounded", "1"),  # 1.005 is half way: to the even digit
            (1.015, "rounded", "1.02"),
            (1.0050001, "rounded", "1.01"),
            (1.005, "unrounded", "1.005"),
            (0.1 + 0.2, "unrounded", "0.3"),  # the noise of the sum stops at the gate
            (0.004, "rounded", "0.004"),  # one significant digit where rounding gives nothing
        ],
    )
    def test_a_monthly_mean_passes_the_gate(self, mean: float, compare: str, expected: str) -> None:
        rules = RULES.replace("compare: rounded", f"compare: {compare}")
        (found,) = of_readings(self.CONCENTRATION, "2020-07", {("s1", "nh3n", "2020-07"): mean}, data=rules)
        assert printed(found.value or Fraction(0)) == expected

    def test_a_year_is_the_mean_of_its_unrounded_months_rounded_once(self) -> None:
        text = per_unit("kind: concentration, section: s1, indicator: nh3n")
        means = {("s1", "nh3n", f"2020-{month:02d}"): 0.104 if month <= 6 else 0.107 for month in range(1, 13)}
        (found,) = of_readings(text, "2020", means)
        assert found.value == Fraction("0.11")  # 0.1055; rounded months would give 0.105, and 0.10
        assert [s.period for s in found.statistics][-1] == "2020"
        assert (found.statistics[-1].readings, found.statistics[-1].days) == (360, 360)

    @pytest.mark.parametrize(("rule", "expected"), [("stop", None), ("exclude", "0.5")])
    def test_a_missing_month_stops_the_year_or_leaves_it(self, rule: str, expected: str | None) -> None:
        text = per_unit("kind: concentration, section: s1, indicator: nh3n")
        means = {("s1", "nh3n", f"2020-{month:02d}"): 0.5 for month in range(1, 12)}
        (found,) = of_readings(text, "2020", means, data=RULES.replace("missing_month: stop", f"missing_month: {rule}"))
        assert (None if found.value is None else printed(found.value)) == expected
        assert found.reason == (None if expected else "no_readings")

    def test_too_few_days_are_told_with_what_was_left_out(self) -> None:
        few = Month(None, 3, 1, {"维护": 4}, "too_few_days")
        (found,) = of_readings(self.CONCENTRATION, "2020-07", {("s1", "nh3n", "2020-07"): few})
        assert (found.reason, found.stopped) == ("too_few_days", True)
        assert found.statistics[0].left_out == (("维护", 4),)
        assert "未采用 维护 4" in found.steps[0].expression

    def test_a_published_figure_goes_before_readings_and_is_rounded_alike(self) -> None:
        agreement = an_agreement(self.CONCENTRATION, data=RULES)
        july = pd.Period("2020-07")
        data = Measurements(months={("s1", "nh3n", july): Month(9.0)}, given={("s1", "nh3n", july): Fraction("1.005")})
        (found,) = evaluations(compensation(Evaluator(agreement, RIVER, data), july), "1")
        assert found.value == 1

    def test_an_unrounded_comparison_takes_a_published_figure_as_it_stands(self) -> None:
        assert amount(self.CONCENTRATION, "given: {s1: {nh3n: 1.005}}", "2020-07") == "1.005"


class TestQualityClass:
    """Single-factor class: the worst item; of a year, the class of the mean of its months."""

    CLASS = per_unit("kind: quality_class, section: s1")

    @pytest.mark.parametrize(
        ("figures", "expected"),
        [
            ("{codmn: 2, nh3n: 0.15}", "1"),
            ("{codmn: 2, nh3n: 0.16}", "2"),
            ("{codmn: 6, nh3n: 1.0, tp: 0.2, do: 5}", "3"),
            ("{codmn: 6, nh3n: 1.0, tp: 0.21, do: 5}", "4"),
            ("{codmn: 2, do: 1.9}", "6"),
            ("{ph: 9, codmn: 2}", "1"),
            ("{ph: 9.1, codmn: 2}", "6"),
            ("{codmn: 2, tn: 99, temperature: 40, coliform: 999999}", "1"),  # these do not count
        ],
    )
    def test_the_worst_item_decides(self, figures: str, expected: str) -> None:
        assert amount(self.CLASS, f"given: {{s1: {figures}}}") == expected

    def test_only_the_items_named_count(self) -> None:
        text = per_unit("kind: quality_class, section: s1, indicators: [codmn, tp]")
        assert amount(text, "given: {s1: {codmn: 2, tp: 0.02, nh3n: 9}}") == "1"

    def test_a_named_item_without_data_stops(self) -> None:
        text = per_unit("kind: quality_class, section: s1, indicators: [codmn, tp]")
        assert reasons(decided(an_agreement(text, data=RULES), "2020", "given: {s1: {codmn: 2}}")) == ["no_readings"]

    def test_an_item_the_section_reports_in_the_year_may_not_be_missing_in_a_month(self) -> None:
        text = self.CLASS.replace("measure", "every: month, measure")
        figures = "given: {s1: {codmn: 2, nh3n: [2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, null]}}"
        found = decided(an_agreement(text, data=RULES), "2020", figures)
        assert amounts(found, "1") == ["5"] * 11 + [None]

    def test_all_indicators_are_those_that_are_reported(self) -> None:
        figures = "given: {s1: {codmn: 2, nh3n: 0.9}}"  # class Ⅱ by permanganate, Ⅲ by ammonia
        assert amount(per_unit("kind: quality_class, section: s1, indicators: all"), figures) == "3"
        assert amount(per_unit("kind: quality_class, section: s1, indicators: [codmn]"), figures) == "1"

    def test_what_has_no_class_in_a_river_stops_where_it_is_listed(self) -> None:
        text = per_unit("kind: quality_class, section: s1, indicators: [codmn, tn]")
        found = decided(an_agreement(text, data=RULES), "2020", "given: {s1: {codmn: 2, tn: 1}}")
        assert reasons(found) == ["missing_parameter: limits"]

    def test_the_class_of_the_mean_is_not_the_mean_of_classes(self) -> None:
        figures = "given: {s1: {nh3n: [0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 5]}}"
        assert amount(self.CLASS, figures) == "3"  # mean 0.508
        over_months = per_unit("kind: quality_class, section: s1, over: month, take: mean")
        assert amount(over_months, figures) == "17/12"

    def test_every_item_is_told_with_the_limit_it_meets_and_its_class(self) -> None:
        figures = "given: {s1: {ph: 7.8, do: 6.3, codmn: 3, nh3n: 0.4, tp: 0.1}}"
        found = evaluations(decided(an_agreement(self.CLASS), "2020", figures), "1")
        (worst,) = [step.expression for step in found[0].steps if step.value == "Ⅱ类"]
        assert worst == (
            "GB3838-2002 河流限值：pH 6 ≤ 7.8 ≤ 9 Ⅰ类、溶解氧 6.3 ≥ 6 Ⅱ类、高锰酸盐指数 3 ≤ 4 Ⅱ类、"
            "氨氮 0.4 ≤ 0.5 Ⅱ类、总磷 0.1 ≤ 0.1 Ⅱ类；取最差的一项"
        )

    def test_beyond_the_last_class_the_limit_that_is_missed_is_told(self) -> None:
        found = evaluations(decided(an_agreement(self.CLASS), "2020", "given: {s1: {codmn: 2, nh3n: 3, tp: 0.5}}"), "1")
        (worst,) = [step.expression for step in found[0].steps if step.value == "劣Ⅴ类"]
        assert "高锰酸盐指数 2 ≤ 2 Ⅰ类、氨氮 3 > 2 劣Ⅴ类、总磷 0.5 > 0.4 劣Ⅴ类" in worst

    @pytest.mark.parametrize(
        ("against", "expected"), [("target", "1"), ("{class: 2}", "2"), ("previous_year", "-1"), ("{section: s2}", "3")]
    )
    def test_a_class_is_compared_with_a_class(self, against: str, expected: str) -> None:
        text = per_unit(f"kind: quality_class, section: s1, against: {against}, expressed: difference")
        figures = """
            given: {s1: {quality_class: 4}, s2: {quality_class: 1}}
            given_previous: {s1: {quality_class: 5}}
        """
        assert amount(text, figures) == expected


class TestAmountsOfWater:
    """Volumes [万 m³] are sums of months, or mean flow times time."""

    VOLUME = per_unit("kind: volume, section: s1")

    def test_a_year_is_the_sum_of_its_months(self) -> None:
        assert amount(self.VOLUME, "given: {s1: {volume: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]}}") == "78"

    def test_a_published_year_stands_and_is_no_months_figure(self) -> None:
        assert amount(self.VOLUME, "given: {s1: {volume: 24800}}") == "24800"
        monthly = decided(an_agreement(self.VOLUME, every="month", data=RULES), "2020", "given: {s1: {volume: 24800}}")
        assert reasons(monthly) == ["no_volume"]

    def test_mean_flow_times_the_seconds_of_the_month(self) -> None:
        text = per_unit("kind: volume, section: s1", ", every: month")
        (found,) = of_readings(text, "2020-02", {("s1", "flow", "2020-02"): 100.0})
        assert found.value == 100 * 29 * 86400 / Fraction(10000)  # 25 056 万 m³

    @pytest.mark.parametrize(
        ("value", "expected"), [("15000", "5000"), ("16000", "10000"), ("20000", "10000"), ("21999", "10000"),
                                ("22000", "12000"), ("40000", "20000")],
    )  # fmt: skip
    def test_more_water_more_money_by_the_share_of_the_baseline(self, value: str, expected: str) -> None:
        text = (
            '- {ref: "1", measure: {kind: volume, section: s1, against: baseline, expressed: ratio},'
            " scale: [{below: 0.8, amount: 5000}, {up_to: 1, amount: 10000},"
            f" {{amount: 10000, rate: 2000, per: 0.1, origin: 1, steps: completed}}], cap: 20000, {SIDES}}}"
        )
        sheet = "{s1: {baseline: {volume: 20000}}}"
        assert amount(text, f"given: {{s1: {{volume: {value}}}}}", sections=sheet) == expected


class TestComparisons:
    """What a value is compared with, and how it is expressed."""

    @pytest.mark.parametrize(
        ("against", "expressed", "expected"),
        [
            ("baseline", "difference", "0.1"),
            ("baseline", "ratio", "1.5"),
            ("baseline", "percent_change", "50"),
            ("limits", "ratio", "0.75"),
            ("target", "ratio", "1.5"),  # Ⅲ at a river: 0.2
            ("{class: 1}", "ratio", "15"),
            ("inflow", "ratio", "3"),
            ("{section: s2}", "difference", "0.2"),
            ("previous_year", "percent_change", "-25"),
            ("{ref: a}", "ratio", "0.3"),
        ],
    )
    def test_of_a_concentration(self, against: str, expressed: str, expected: str) -> None:
        text = per_unit(f"kind: concentration, section: s1, indicator: tp, against: {against}, expressed: {expressed}")
        if "ref" in against:
            text += "\n- {ref: a, measure: {kind: reported, fact: x}}"
        limits = ", limits: {tp: 0.4}" if against == "limits" else ""
        sheet = f"{{s1: {{target: 3, baseline: {{tp: 0.2}}, inflow: s2{limits}}}}}"
        figures = """
            given: {s1: {tp: 0.3}, s2: {tp: 0.1}}
            given_previous: {s1: {tp: 0.4}}
            facts: {x: 1}
        """
        found = amount(text, figures, sections=sheet.replace("0.2}", "0.2}"))
        assert found == expected

    @pytest.mark.parametrize("missing", ["target", "limits", "baseline", "inflow"])
    def test_a_reference_nobody_stated_stops_by_name(self, missing: str) -> None:
        river = a_network("s1 up down -")
        text = per_unit(f"kind: concentration, section: s1, indicator: tp, against: {missing}, expressed: ratio")
        found = decided(an_agreement(text, river), "2020", "given: {s1: {tp: 0.3}}", network=river)
        assert reasons(found) == [f"missing_parameter: {missing}"]

    def test_a_reference_of_zero_stops(self) -> None:
        text = per_unit("kind: reported, fact: x, against: previous_year, expressed: ratio")
        assert reasons(decided(an_agreement(text), "2020", "facts: {x: {2019: 0, 2020: 5}}")) == ["reference_is_zero"]

    def test_comparison_comes_before_take(self) -> None:
        text = per_unit("kind: exceedance, section: s1, indicators: [nh3n, tp], take: max")
        assert amount(text, "given: {s1: {nh3n: 1.5, tp: 0.6}}") == "2"
        text = per_unit(
            "kind: concentration, sections: all, indicator: tp, against: target, expressed: ratio, take: mean"
        )
        assert (
            amount(text, "given: {s1: {tp: 0.1}, s2: {tp: 0.3}}", sections="{s1: {target: 2}, s2: {target: 4}}") == "1"
        )


class TestDaysAndWeeks:
    """Days and weeks are means of daily means; what is excluded is not there."""

    def evaluated(self, text: str, days: dict[str, float], *facts: Fact) -> list[str | None]:
        agreement = an_agreement(text, data=RULES.replace("missing_month: stop", "missing_month: exclude"))
        read = {("s1", "nh3n", pd.Period(day, freq="D")): value for day, value in days.items()}
        ev = Evaluator(agreement, RIVER, Measurements(days=read, facts=facts))
        return amounts(compensation(ev, periods.period("2020-07")), "1")

    RUNS = (
        '- {ref: "1", every: month, measure: {kind: met, section: s1, indicator: nh3n, over: day, take: {runs_of: 5},'
        f" all_of: [{{kind: exceedance, above: 0}}]}}, scale: [{{rate: 50}}], cap: 300, {SIDES}}}"
    )

    @pytest.mark.parametrize(("days", "expected"), [(4, "0"), (5, "50"), (9, "50"), (10, "100"), (31, "300")])
    def test_fifty_for_every_five_days_in_a_row(self, days: int, expected: str) -> None:
        over = {f"2020-07-{day:02d}": 1.2 if day <= days else 0.8 for day in range(1, 32)}
        assert self.evaluated(self.RUNS, over) == [expected]

    def test_a_day_within_breaks_the_row_and_an_excluded_one_does_not(self) -> None:
        over = {f"2020-07-{day:02d}": 1.2 for day in range(1, 6)} | {"2020-07-03": 0.8, "2020-07-06": 1.2}
        assert self.evaluated(self.RUNS, over) == ["0"]
        assert self.evaluated(self.RUNS, over, a_fact("s1", "2020-07-03", "dry")) == ["50"]

    def test_a_week_is_the_mean_of_its_days(self) -> None:
        text = per_unit("kind: concentration, section: s1, indicator: nh3n", ", every: week")
        means = {"2020-07-06": 1.0, "2020-07-07": 2.0, "2020-07-12": 3.0, "2020-07-13": 9.0}
        assert self.evaluated(text, means)[1:3] == ["2", "9"]  # 6–12 July, 13–19 July

    def test_a_week_has_no_volume_of_its_own(self) -> None:
        text = per_unit("kind: volume, section: s1", ", every: week")
        assert set(self.evaluated(text, {})) == {None}


class TestFacts:
    """Whose fact it is, and for which period."""

    FACT = per_unit("kind: reported, fact: x, otherwise: 7")
    EACH = per_unit("kind: reported, fact: x, otherwise: 7", ", each: {section: all}")

    @pytest.mark.parametrize(
        ("figures", "expected"),
        [
            ("facts: {x: 1}", "1"),
            ("given: {test: {x: 2}}", "2"),  # the basin's
            ("given: {up: {x: 3}}", "3"),
            ("given: {s1: {x: 4}}", "4"),
            ("facts: {x: 1}\ngiven: {up: {x: 3}, down: {x: 5}}", "1"),  # the agreement's own goes first
            ("given: {up: {x: 3}, down: {x: 3}}", "3"),
            ("given: {third: {x: 3}}", "7"),  # no party of the agreement
            ("", "7"),
        ],
    )
    def test_it_is_the_agreements_the_basins_or_one_partys(self, figures: str, expected: str) -> None:
        assert amount(self.FACT, figures) == expected

    def test_two_that_differ_are_not_chosen_between(self) -> None:
        found = decided(an_agreement(self.FACT), "2020", "given: {up: {x: 3}, down: {x: 5}}")
        assert reasons(found) == ["several_facts: x"]

    def test_with_a_section_in_hand_it_is_the_sections_else_the_agreements_and_never_anothers(self) -> None:
        found = decided(an_agreement(self.EACH), "2020", "facts: {x: 1}\ngiven: {s1: {x: 3}}")
        assert amounts(found, "1") == ["3", "1"]
        found = decided(an_agreement(self.EACH), "2020", "given: {s1: {x: 3}}")
        assert amounts(found, "1") == ["3", "7"]

    @pytest.mark.parametrize("part", ["2020-05", "2020-05-03", "2020Q2"])
    def test_a_fact_about_a_part_of_the_period_neither_stands_for_it_nor_lets_the_default_in(self, part: str) -> None:
        found = decided(an_agreement(self.FACT), "2020", facts=[a_fact("test-river", part, "x")])
        assert reasons(found) == ["fact_of_other_period: x"]

    def test_a_fact_about_a_longer_period_does_not_vanish_beside_a_default(self) -> None:
        months = per_unit("kind: reported, fact: x, otherwise: 0, over: month, take: sum")
        found = decided(an_agreement(months), "2020", facts=[a_fact("test-river", "2020", "x", "1")])
        assert reasons(found) == ["fact_of_other_period: x"]

    def test_facts_of_months_are_summed_where_the_clause_says_so(self) -> None:
        months = per_unit("kind: reported, fact: x, otherwise: 0, over: month, take: sum")
        incidents = [a_fact("test-river", "2020-05", "x", "1"), a_fact("test-river", "2020-11", "x", "2")]
        assert amounts(decided(an_agreement(months), "2020", facts=incidents), "1") == ["3"]

    def test_a_period_may_be_written_in_several_ways(self) -> None:
        fact = a_fact("test-river", "2020-01..2020-12", "x", "5")
        assert amounts(decided(an_agreement(self.FACT), "2020", facts=[fact]), "1") == ["5"]


def test_a_month_that_is_named_counts_in_its_own_year_only() -> None:
    text = per_unit("kind: concentration, section: s1, indicator: tp", ", each: {month: [2020-03, 2021-11]}")
    figures = "given: {s1: {tp: {2020: 1, 2021: 2}}}"
    assert amounts(decided(an_agreement(text), "2020", figures), "1") == ["1"]
    assert amounts(decided(an_agreement(text), "2020..2021", figures), "1") == ["1", "2"]


class TestARangeOfPh:
    """pH has a range, within which its limit is met; outside there is no multiple."""

    SHEET = "{s1: {limits: {ph: [6, 9]}}}"
    MET = f"when: [{{kind: exceedance, section: s1, indicator: ph, at_most: 0}}], scale: [{{amount: 5}}], {SIDES}"
    NOT_MET = f"when: [{{kind: exceedance, section: s1, indicator: ph, above: 0}}], scale: [{{amount: 5}}], {SIDES}"

    @pytest.mark.parametrize(("ph", "met"), [("6", True), ("9", True), ("7.5", True), ("5", False), ("10", False)])
    def test_it_is_met_at_both_ends_and_between_them(self, ph: str, met: bool) -> None:
        figures = f"given: {{s1: {{ph: {ph}}}}}"
        assert amount(f'- {{ref: "1", {self.MET}}}', figures, sections=self.SHEET) == ("5" if met else "0")
        assert amount(f'- {{ref: "1", {self.NOT_MET}}}', figures, sections=self.SHEET) == ("0" if met else "5")

    def test_months_met_are_counted(self) -> None:
        text = f"""- {{ref: "1", measure: {{kind: met, over: month, take: sum, section: s1, indicator: ph,
            all_of: [{{kind: exceedance, against: limits, at_most: 0}}]}}, scale: [{{rate: 1}}], {SIDES}}}"""
        assert amount(text, "given: {s1: {ph: [7, 7, 7, 7, 7, 7, 7, 7, 7, 5, 9, 10]}}", sections=self.SHEET) == "10"

    def test_a_price_by_the_multiple_stops_outside(self) -> None:
        line = "- {ref: over, measure: {kind: exceedance, section: s1, indicator: ph}}\n"
        text = line + per_unit("kind: result, of: [over]").replace("[{rate", "[{up_to: 0}, {rate")
        agreement = an_agreement(text, sections=self.SHEET)
        assert amounts(decided(agreement, "2020", "given: {s1: {ph: 8}}"), "1") == ["0"]
        assert reasons(decided(agreement, "2020", "given: {s1: {ph: 10}}")) == ["no_multiple"]

    def test_a_multiple_of_how_much_stays_undecided(self) -> None:
        text = self.MET.replace("at_most: 0", "at_most: 0.5")
        agreement = an_agreement(f'- {{ref: "1", {text}}}', sections=self.SHEET)
        assert reasons(decided(agreement, "2020", "given: {s1: {ph: 10}}")) == ["no_multiple"]

    def test_the_working_names_the_range(self) -> None:
        found = decided(
            an_agreement(f'- {{ref: "1", {self.MET}}}', sections=self.SHEET), "2020", "given: {s1: {ph: 8}}"
        )
        assert ("超标倍数", "8 在 6 至 9，达标记 0", "0") in [
            (step.label, step.expression, step.value) for step in evaluations(found, "1")[0].steps
        ]

    def test_draws_are_decided_one_by_one(self) -> None:
        agreement = an_agreement(f'- {{ref: "1", {self.MET}}}', sections=self.SHEET)
        given = {("s1", "ph", periods.period("2020")): Draws(np.array([5.0, 6.0, 9.0, 9.5]))}
        evaluator = Evaluator(agreement, RIVER, Measurements(given=given))
        (found,) = evaluator.evaluations("1", periods.period("2020"))
        assert list(floats(found.amount)) == [0, 5, 5, 0]  # type: ignore[arg-type]


class TestDecimals:
    """`data.decimals`: how many decimals a mean keeps where it is rounded, in place of the indicator's own."""

    @pytest.mark.parametrize(
        ("decimals", "expected"), [("{}", "0.12"), ("{nh3n: 1}", "0.1"), ("{NH3-N: 3}", "0.125"), ("{tp: 1}", "0.12")]
    )
    def test_a_mean_is_rounded_as_the_agreement_says(self, decimals: str, expected: str) -> None:
        rules = RULES.replace("{min", f"{{decimals: {decimals}, min")
        text = per_unit("kind: concentration, section: s1, indicator: nh3n", ", every: month")
        (found,) = of_readings(text, "2020-07", {("s1", "nh3n", "2020-07"): 0.1249}, data=rules)
        assert printed(found.value or Fraction(-1)) == expected
        assert found.statistics[0].reported == expected

    def test_the_working_says_to_how_many(self) -> None:
        rules = RULES.replace("{min", "{decimals: {ph: 1}, min")
        text = per_unit("kind: concentration, section: s1, indicator: ph", ", every: month")
        (found,) = of_readings(text, "2020-07", {("s1", "ph", "2020-07"): 7.46}, data=rules)
        assert next((step.expression, step.value) for step in found.steps) == (
            "30 个读数、30 天的均值：7.46，修约到 1 位小数", "7.5"
        )  # fmt: skip

    def test_the_rule_is_stated_in_words(self) -> None:
        agreement = an_agreement(per_unit("kind: volume, section: s1"), data="{decimals: {ph: 1, tp: 4}}")
        assert [rule["value"] for rule in agreement.rules_stated("data")] == ["ph 1、tp 4"]


class TestPublished:
    """`data.published`: a recorded fact, with its document, speaks for the section in place of readings."""

    CLASS = per_unit("kind: quality_class, section: s1", ", every: month")
    MEAN = per_unit("kind: concentration, section: s1, indicator: nh3n")
    RULES = RULES.replace("{min", "{published: [quality_class, concentration], min")

    def found(self, text: str, period: str, *facts: Fact, rules: str = "", **months: float) -> Evaluation:
        agreement = an_agreement(text, data=rules or self.RULES)
        made = {("s1", "nh3n", pd.Period(m.replace("_", "-")[1:])): Month(v, 30, 30) for m, v in months.items()}
        data = Measurements(months=made, facts=facts)
        return evaluations(compensation(Evaluator(agreement, RIVER, data), periods.period(period)), "1")[0]

    def test_a_class_of_a_month(self) -> None:
        fact = a_fact("s1", "2020-07", "quality_class", "4", "水质月报2020年第7期")
        found = self.found(self.CLASS, "2020-07", fact, m2020_07=0.1)
        assert (found.amount, found.reason) == (4, None)
        assert ("2020-07 s1 类别", "采用登记的类别：水质月报2020年第7期，记录人 记录", "Ⅳ类") in [
            (step.label, step.expression, step.value) for step in found.steps
        ]

    def test_a_mean_of_a_month_among_months_that_were_measured(self) -> None:
        months = {f"m2020_{month:02d}": 1.0 for month in range(1, 12)}
        found = self.found(self.MEAN, "2020", a_fact("s1", "2020-12", "nh3n", "2.2", "公报"), **months)
        assert found.amount == Fraction(11, 10)
        assert ("2020-12 s1 氨氮", "采用登记的数值：公报，记录人 记录", "2.2") in [
            (step.label, step.expression, step.value) for step in found.steps
        ]

    def test_where_the_agreement_does_not_say_so_readings_stand(self) -> None:
        fact = a_fact("s1", "2020-07", "quality_class", "4")
        assert self.found(self.CLASS, "2020-07", fact, rules=RULES, m2020_07=0.1).amount == 1

    def test_the_items_of_a_class_are_also_those_recorded(self) -> None:
        fact = a_fact("s1", "2020-07", "nh3n", "1.2")
        assert self.found(self.CLASS, "2020-07", fact).amount == 4
        assert self.found(self.CLASS, "2020-07", fact, rules=RULES).reason == "no_readings"

    def test_text_that_is_no_number_stops(self) -> None:
        fact = a_fact("s1", "2020-07", "quality_class", "Ⅳ类")
        assert self.found(self.CLASS, "2020-07", fact).reason == "fact_is_no_number: quality_class"

    def test_classes_of_two_documents_that_differ_stop_and_both_are_printed(self) -> None:
        facts = [
            a_fact("s1", "2020-07", "quality_class", value, document) for value, document in (("3", "甲"), ("4", "乙"))
        ]
        found = self.found(self.CLASS, "2020-07", *facts, m2020_07=0.1)
        assert (found.amount, found.reason) == (None, "facts_differ: s1 quality_class 2020-07，3（甲）、4（乙）")
        assert "几份文件登记的数值不同，不取其一：3（甲）、4（乙）" in [step.expression for step in found.steps]

    def test_no_rule_on_missing_months_leaves_out_a_month_whose_documents_differ(self) -> None:
        months = {f"m2020_{month:02d}": 1.0 for month in range(1, 12)}
        facts = [a_fact("s1", "2020-12", "nh3n", value, document) for value, document in (("2", "甲"), ("3", "乙"))]
        rules = self.RULES.replace("missing_month: stop", "missing_month: exclude")
        found = self.found(self.MEAN, "2020", *facts, rules=rules, **months)
        assert (found.amount, found.reason) == (None, "facts_differ: s1 nh3n 2020-12，2（甲）、3（乙）")


def test_a_case_gives_what_is_unpaid_on_a_day_as_it_gives_what_is_unpaid() -> None:
    text = per_unit("kind: reported, fact: unpaid, on: 03-31")
    assert amount(text, "facts: {unpaid: 500}") == "500"


class TestMeasuredItems:
    """`indicators: measured`: whatever of the standard's items the section has data of; `all` asks for every one."""

    EXCEEDANCE = per_unit("kind: exceedance, section: s1, indicators: %s, take: sum")

    def test_items_without_data_are_left_out(self) -> None:
        figures = "given: {s1: {nh3n: 2, tp: 0.4}}"
        assert amount(self.EXCEEDANCE % "measured", figures) == "2"
        every = per_unit("kind: concentration, section: s1, indicators: all, take: sum")
        assert reasons(decided(an_agreement(every), "2020", figures)) != []

    def test_items_without_a_multiple_are_left_out_of_exceedances(self) -> None:
        figures = "given: {s1: {nh3n: 2, do: 1, ph: 12}}"
        assert amount(self.EXCEEDANCE % "measured", figures) == "1"
        counted = RULES.replace("}", ", oxygen_multiple: {value: limit_over_value, source: 第五条}}")
        assert amount(self.EXCEEDANCE % "measured", figures, data=counted) == "5"  # 5 ÷ 1 − 1 more

    def test_each_section_has_its_own(self) -> None:
        text = per_unit("kind: met, sections: [s1, s2], take: sum, all_of: [{kind: exceedance, indicators: measured,"
                        " take: max, above: 0}]")  # fmt: skip
        assert amount(text, "given: {s1: {nh3n: 0.5, tp: 0.4}, s2: {nh3n: 0.5}}") == "1"

    def test_a_section_without_any_data_stops(self) -> None:
        assert reasons(decided(an_agreement(self.EXCEEDANCE % "measured"), "2020", "")) == ["no_readings"]

    def test_a_missing_month_of_a_measured_item_still_stops(self) -> None:
        text = per_unit("kind: exceedance, section: s1, indicators: measured, take: sum")
        months = {("s1", "nh3n", "2020-01"): 1.0}
        assert of_readings(text, "2020", months)[0].reason == "no_readings"

    def test_a_class_judges_what_was_measured_however_that_is_written(self) -> None:
        for indicators in ("", ", indicators: all", ", indicators: measured"):
            text = per_unit(f"kind: quality_class, section: s1{indicators}")
            assert amount(text, "given: {s1: {nh3n: 2, tp: 0.1}}") == "5"
