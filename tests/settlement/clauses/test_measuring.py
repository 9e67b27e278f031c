"""Measures: readings of a rule that pay differently, and data that are not there."""

from __future__ import annotations

from textwrap import dedent

import pytest

from tests.settlement.makers import (
    RULES,
    a_fact,
    a_network,
    amount,
    amounts,
    an_agreement,
    by_clause,
    decided,
    evaluations,
    paid,
    per_unit,
    reasons,
)

SIDES = "pays: up, receives: down"
OXYGEN = "kind: exceedance, section: s1, indicator: do"
COUNTED = RULES.replace("}", ", oxygen_multiple: {value: limit_over_value, source: 第五条}}")
BACK = "pays: down, receives: up"


class TestStepsOfAnExcess:
    """25 万元 per 0.5 mg/L at 1.6 over: three readings."""

    OVER = (
        '- {ref: "1", measure: {kind: concentration, section: s1, indicator: nh3n, against: target,'
        " expressed: difference}, scale: [{up_to: 0}, {rate: 25, per: 0.5%s}], pays: up, receives: down}"
    )

    @pytest.mark.parametrize(
        ("steps", "expected"), [("", "80"), (", steps: completed", "75"), (", steps: started", "100")]
    )
    def test_linear_completed_and_started_differ(self, steps: str, expected: str) -> None:
        assert amount(self.OVER % steps, "given: {s1: {nh3n: 2.6}}") == expected

    def test_the_working_names_the_steps_and_a_calculator_can_check_it(self) -> None:
        found = decided(an_agreement(self.OVER % ", steps: started"), "2020", "given: {s1: {nh3n: 2.6}}")
        steps = [(step.label, step.expression, step.value) for step in evaluations(found, "1")[0].steps]
        assert ("差值", "2.6 − 1", "1.6") in steps
        assert ("档数 n", "(1.6 − 0) ÷ 0.5，不足一档按一档", "4") in steps
        assert ("第 2 段", "25 × 4", "100") in steps


class TestExceedance:
    """超标倍数: how far over the limit, 0 where it is met; of oxygen only by a rule that the agreement states."""

    @pytest.mark.parametrize(
        ("indicator", "value", "expected"),
        [
            ("nh3n", "1.0", "0"),
            ("nh3n", "0.2", "0"),
            ("nh3n", "1.5", "0.5"),
            ("nh3n", "2.0", "1"),
            ("cod", "65", "2.25"),
        ],
    )
    def test_of_a_class_three_target(self, indicator: str, value: str, expected: str) -> None:
        text = per_unit(f"kind: exceedance, section: s1, indicator: {indicator}")
        assert amount(text, f"given: {{s1: {{{indicator}: {value}}}}}") == expected

    @pytest.mark.parametrize(("value", "expected"), [("5", "0"), ("9", "0"), ("2.5", "1"), ("4", "0.25")])
    def test_oxygen_is_counted_the_other_way_round_where_the_agreement_says_so(self, value: str, expected: str) -> None:
        found = decided(an_agreement(per_unit(OXYGEN), data=COUNTED), "2020", f"given: {{s1: {{do: {value}}}}}")
        assert amounts(found, "1") == [expected]
        (evaluation,) = evaluations(found, "1")
        assert any("data.oxygen_multiple：限值 ÷ 浓度 − 1" in step.label for step in evaluation.steps)

    def test_of_no_oxygen_at_all_there_is_no_multiple(self) -> None:
        found = decided(an_agreement(per_unit(OXYGEN), data=COUNTED), "2020", "given: {s1: {do: 0}}")
        assert reasons(found) == ["multiple_of_zero: 2020 s1 溶解氧"]

    @pytest.mark.parametrize(
        ("against", "expected"),
        [
            ("", "6"),
            (", against: target", "6"),
            (", against: {class: 5}", "2.5"),
            (", against: {class: 1}", "45.666667"),
        ],
    )
    def test_worse_than_five_may_be_counted_from_the_target_or_from_five(self, against: str, expected: str) -> None:
        text = per_unit(f"kind: exceedance, section: s1, indicator: nh3n{against}")
        found = by_clause(decided(an_agreement(text), "2020", "given: {s1: {nh3n: 7}}"))
        assert found == {"1: up → down": expected}

    def test_a_limit_of_the_sheet_goes_before_the_class(self) -> None:
        text = per_unit("kind: exceedance, section: s1, indicator: tp")
        assert amount(text, "given: {s1: {tp: 0.4}}") == "1"
        assert amount(text, "given: {s1: {tp: 0.4}}", sections="{s1: {target: 3, limits: {tp: 0.1}}}") == "3"

    def test_lake_limits_apply_at_a_lake(self) -> None:
        lake = a_network("s1 up down 3 lake")
        text = per_unit("kind: exceedance, section: s1, indicator: tp")
        assert paid(an_agreement(text, lake), "2020", "given: {s1: {tp: 0.1}}", network=lake) == {"up → down": "1"}
        assert paid(an_agreement(text), "2020", "given: {s1: {tp: 0.1}}") == {}

    def test_a_ladder_from_0_does_not_pay_in_a_compliant_month(self) -> None:
        text = (
            '- {ref: "1", measure: {kind: exceedance, section: s1, indicator: nh3n},'
            f" scale: [{{up_to: 0}}, {{up_to: 0.5, amount: 50}}, {{amount: 100}}], {SIDES}}}"
        )
        assert [amount(text, f"given: {{s1: {{nh3n: {c}}}}}") for c in ("0.9", "1", "1.01", "1.5", "1.51")] == [
            "0", "0", "50", "50", "100",
        ]  # fmt: skip

    def test_an_item_without_a_limit_stops_and_says_so(self) -> None:
        text = per_unit("kind: exceedance, section: s1, indicator: tn")
        assert reasons(decided(an_agreement(text), "2020", "given: {s1: {tn: 1}}")) == ["missing_parameter: limits"]


class TestIndexFalls:
    """An index falls by a percentage point: three readings of one data set, 1 000, 500 and 333."""

    FIGURES = """
        given: {s1: {cod: 18, nh3n: 0.9}}
        given_previous: {s1: {cod: 20, nh3n: 1}}
    """
    SHEET = "{s1: {baseline: {cod: 40, nh3n: 0.5}}}"
    INDEX = "- {ref: I, measure: {kind: index, section: s1, against: %s, weights: {cod: 1/2, nh3n: 1/2}}}\n"

    @pytest.mark.parametrize(
        ("against", "compared", "scale", "expected"),
        [
            ("previous_year", "", "{rate: -100, origin: 1, per: 0.01}", "1000"),
            ("baseline", ", against: previous_year, expressed: ratio", "{rate: -100, origin: 1, per: 0.01}", "1000"),
            ("baseline", ", against: previous_year, expressed: percent_change", "{rate: -100}", "1000"),
            ("baseline", ", against: previous_year, expressed: difference", "{rate: -100, per: 0.01}", "1250"),
        ],
    )
    def test_mean_of_ratios_ratio_of_indices_and_difference(
        self, against: str, compared: str, scale: str, expected: str
    ) -> None:
        text = self.INDEX % against + (
            f'- {{ref: "1", measure: {{kind: result, of: [I]{compared}}}, scale: [{scale}], pays: down, receives: up}}'
        )
        assert paid(an_agreement(text, sections=self.SHEET), "2020", self.FIGURES) == {"down → up": expected}

    def test_the_three_readings_part_where_one_item_falls_and_the_other_stays(self) -> None:
        figures = """
            given: {s1: {cod: 16, nh3n: 1}}
            given_previous: {s1: {cod: 20, nh3n: 1}}
        """
        sheet = "{s1: {baseline: {cod: 60, nh3n: 1}}}"
        readings = {
            "previous_year": ("", "{rate: -100, origin: 1, per: 0.01}"),
            "baseline": (", against: previous_year, expressed: ratio", "{rate: -100, origin: 1, per: 0.01}"),
            "baseline ": (", against: previous_year, expressed: difference", "{rate: -100, per: 0.01}"),
        }
        found = []
        for against, (compared, scale) in readings.items():
            text = self.INDEX % against.strip() + (
                f'- {{ref: "1", measure: {{kind: result, of: [I]{compared}}}, scale: [{scale}], {BACK}}}'
            )
            found.append(paid(an_agreement(text, sections=sheet), "2020", figures)["down → up"])
        assert found == ["1000", "500", "333.333333"]


class TestDecimals:
    """Rounding turns 1.00075 into 1.00, which is met."""

    TEXT = (
        "- {ref: P, measure: {kind: index, section: s1, against: baseline, weights: {tp: 1}%s}}\n"
        '- {ref: "1", measure: {kind: result, of: [P]}, scale: [{up_to: 1, amount: 100}, {amount: -100}],'
        " pays: down, receives: up}"
    )

    @pytest.mark.parametrize(
        ("decimals", "expected"),
        [("", {"up → down": "100"}), (", decimals: 4", {"up → down": "100"}), (", decimals: 2", {"down → up": "100"})],
    )
    def test_an_index_just_over_one(self, decimals: str, expected: dict[str, str]) -> None:
        agreement = an_agreement(self.TEXT % decimals, sections="{s1: {baseline: {tp: 4}}}")
        assert paid(agreement, "2020", "given: {s1: {tp: 4.003}}") == expected

    @pytest.mark.parametrize(("value", "kept"), [("1.005", "1"), ("1.015", "1.02"), ("1.0051", "1.01"), ("0.004", "0")])
    def test_half_goes_to_the_even_digit_and_0_stays_0(self, value: str, kept: str) -> None:
        text = per_unit("kind: reported, fact: x, decimals: 2")
        assert amount(text, f"facts: {{x: {value}}}") == kept


class TestMeanOfSections:
    """The class of the mean of sections, or the mean of their classes."""

    CLASS = (
        '- {ref: "1", measure: {kind: quality_class, %s, against: {class: 3}, expressed: difference%s},'
        " scale: [{rate: 6000}], " + SIDES + "}"
    )
    FIGURES = "given: {s1: {nh3n: 0.4}, s2: {nh3n: 1.6}}"  # Ⅱ and Ⅴ; their mean 1.0 is Ⅲ

    def test_averaged_before_it_is_class_three_and_after_it_is_half_a_class_worse(self) -> None:
        before = self.CLASS % ("section: both", "")
        after = self.CLASS % ("sections: [s1, s2]", ", take: mean")
        assert amount(before, self.FIGURES, sections="{both: {mean_of: [s1, s2]}}") == "0"
        assert amount(after, self.FIGURES) == "3000"

    def test_weights_count(self) -> None:
        text = per_unit("kind: concentration, section: v, indicator: nh3n")
        weighed = "{v: {mean_of: {s1: 1/4, s2: 3/4}}}"
        assert amount(text, self.FIGURES, sections=weighed) == "1.3"

    def test_the_mean_is_rounded_and_not_its_members(self) -> None:
        text = per_unit("kind: concentration, section: v, indicator: nh3n")
        figures = "given: {s1: {nh3n: 0.104}, s2: {nh3n: 0.107}}"  # 0.10 and 0.11 by themselves; 0.1055 together
        assert amount(text, figures, sections="{v: {mean_of: [s1, s2]}}", data=RULES) == "0.11"
        figures = "given: {s1: {nh3n: 0.104}, s2: {nh3n: 0.104}}"
        assert amount(text, figures, sections="{v: {mean_of: [s1, s2]}}", data=RULES) == "0.1"

    @pytest.mark.parametrize(("bodies", "expected"), [("lake lake", "3"), ("river river", "2"), ("lake river", "2")])
    def test_the_mean_of_lakes_is_judged_as_a_lake(self, bodies: str, expected: str) -> None:
        one, other = bodies.split()
        waters = a_network(f"s1 up down 3 {one}", f"s2 up down 3 {other}")
        text = per_unit("kind: quality_class, section: v, indicators: [tp]")
        agreement = an_agreement(text, waters, sections="{v: {mean_of: [s1, s2]}}")
        figures = "given: {s1: {tp: 0.04}, s2: {tp: 0.06}}"
        assert paid(agreement, "2020", figures, network=waters) == {"up → down": expected}

    def test_ph_is_averaged_through_hydrogen(self) -> None:
        text = per_unit("kind: concentration, section: v, indicator: ph")
        found = amount(text, "given: {s1: {ph: 6}, s2: {ph: 8}}", sections="{v: {mean_of: [s1, s2]}}")
        assert float(found or 0) == pytest.approx(6.2967, abs=1e-4)  # −log10((10⁻⁶ + 10⁻⁸)/2), not 7

    def test_an_excluded_member_is_not_there_and_an_absent_one_stops_it(self) -> None:
        text = per_unit("kind: concentration, section: v, indicator: nh3n")
        header = {"sections": "{v: {mean_of: [s1, s2]}}", "data": RULES}
        assert (
            amount(text, "given: {s1: {nh3n: 0.4}, s2: {nh3n: 1.6, dry: 1}}", "2020-07", every="month", **header)
            == "0.4"
        )
        stopped = decided(an_agreement(text, **header), "2020", "given: {s1: {nh3n: 0.4}}")
        assert reasons(stopped) == ["no_readings"]


class TestExcludedMonths:
    """Frozen months leave the denominator: 9 of 12 is not met, 9 of 10 is."""

    RATE = dedent("""
        - {ref: rate, measure: {kind: met, section: s1, over: month, take: mean,
           all_of: [{kind: quality_class, against: target, expressed: difference, at_most: 0}]}}
        - {ref: "1", measure: {kind: result, of: [rate]}, scale: [{below: 83%, amount: 0}, {amount: 100}],
           pays: down, receives: up}
    """)
    CLASSES = "[4, 4, 4, 3, 3, 3, 3, 3, 3, 3, 3, 3]"  # nine of twelve

    def test_nine_of_twelve_are_not_enough(self) -> None:
        assert (
            paid(an_agreement(self.RATE, data=RULES), "2020", f"given: {{s1: {{quality_class: {self.CLASSES}}}}}") == {}
        )

    def test_nine_of_ten_are_by_recorded_facts(self) -> None:
        frozen = [a_fact("s1", month, "frozen", document="苏水函〔2020〕1号") for month in ("2020-01", "2020-02")]
        agreement = an_agreement(self.RATE, data=RULES)
        figures = f"given: {{s1: {{quality_class: {self.CLASSES}}}}}"
        assert paid(agreement, "2020", figures, facts=frozen) == {"down → up": "100"}
        working = evaluations(decided(agreement, "2020", figures, facts=frozen), "rate")[0].steps
        assert [step.value for step in working if "2020-01" in step.label] == ["frozen（苏水函〔2020〕1号）"]
        assert any("另有 2 个不计" in step.expression for step in working)

    def test_the_ground_is_printed_with_document_and_approver(self) -> None:
        flood = [a_fact("s1", "2020-01", "dry", document="水文公报第3号", approved_by="某乙")]
        figures = f"given: {{s1: {{quality_class: {self.CLASSES}}}}}"
        found = decided(an_agreement(self.RATE, data=RULES), "2020", figures, facts=flood)
        (step,) = [step for step in evaluations(found, "rate")[0].steps if "2020-01" in step.label]
        assert (step.expression, step.value) == ("按登记的事由不计", "dry（水文公报第3号，批准人 某乙）")

    def test_a_ground_in_words_holds_as_earlier_versions_recorded_it_and_is_printed(self) -> None:
        recorded = [a_fact("s1", "2020-01", "dry", "3天", document="水文公报第3号", approved_by="某乙")]
        figures = f"given: {{s1: {{quality_class: {self.CLASSES}}}}}"
        found = decided(an_agreement(self.RATE, data=RULES), "2020", figures, facts=recorded)
        (step,) = [step for step in evaluations(found, "rate")[0].steps if "2020-01" in step.label]
        assert step.value == "dry（水文公报第3号，批准人 某乙，登记的数值 3天）"

    def test_nine_of_ten_are_by_what_a_case_gives(self) -> None:
        figures = (
            f"given: {{s1: {{quality_class: {self.CLASSES}, frozen: [1, 1, '', '', '', '', '', '', '', '', '', '']}}}}"
        )
        assert paid(an_agreement(self.RATE, data=RULES), "2020", figures) == {"down → up": "100"}

    def test_a_ground_that_covers_several_months_excludes_each(self) -> None:
        winter = [a_fact("s1", "2020-01..2020-02", "frozen")]
        figures = f"given: {{s1: {{quality_class: {self.CLASSES}}}}}"
        assert paid(an_agreement(self.RATE, data=RULES), "2020", figures, facts=winter) == {"down → up": "100"}

    @pytest.mark.parametrize(
        "fact",
        [
            a_fact("s1", "2020-01", "flooded"),  # a ground the agreement does not allow
            a_fact("s2", "2020-01", "frozen"),  # about another section
            a_fact("s1", "2019-01", "frozen"),  # another year
            a_fact("s1", "2020-01-15", "frozen"),  # a day is not the month
            a_fact("s1", "2020-01", "frozen", "0"),  # withdrawn
            a_fact("s1", "2020-01", "frozen", "0.0"),
            a_fact("s1", "2020-01", "frozen", "０"),
        ],
    )
    def test_what_does_not_exclude(self, fact: object) -> None:
        agreement = an_agreement(self.RATE, data=RULES)
        figures = f"given: {{s1: {{quality_class: {self.CLASSES}}}}}"
        facts = [fact, a_fact("s1", "2020-02", "frozen")]
        assert paid(agreement, "2020", figures, facts=facts) == {}  # 9 of 11

    def test_a_mean_of_the_year_leaves_the_excluded_month_out(self) -> None:
        text = per_unit("kind: concentration, section: s1, indicator: tp")
        figures = "given: {s1: {tp: [1.2, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1]}}"
        agreement = an_agreement(text, data=RULES)
        assert paid(agreement, "2020", figures) == {"up → down": "0.192"}
        assert paid(agreement, "2020", figures, facts=[a_fact("s1", "2020-01", "frozen")]) == {"up → down": "0.1"}

    def test_a_wholly_excluded_period_owes_nothing_and_stops_nothing(self) -> None:
        text = per_unit("kind: quality_class, section: s1")
        found = decided(
            an_agreement(text, data=RULES),
            "2020",
            "given: {s1: {quality_class: 5}}",
            facts=[a_fact("s1", "2020", "dry")],
        )
        assert (found.obligations, found.stops) == ((), ())
        assert [(e.excluded, e.reason) for e in evaluations(found, "1")] == [(True, "dry（会议纪要）")]

    def test_a_volume_leaves_the_excluded_month_out(self) -> None:
        text = per_unit("kind: volume, section: s1")
        figures = f"given: {{s1: {{volume: [{', '.join(['10'] * 12)}]}}}}"
        agreement = an_agreement(text, data=RULES)
        assert paid(agreement, "2020", figures) == {"up → down": "120"}
        assert paid(agreement, "2020", figures, facts=[a_fact("s1", "2020-03", "dry")]) == {"up → down": "110"}
