"""A clause from test to amount: conditions, lines, terms, caps; what stops and what goes on."""

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
MONTHS = [f"2020-{month:02d}" for month in range(1, 13)]


class TestCap:
    """A cap bounds one evaluation; to cap a sum, the sum is a clause."""

    EACH = (
        "- {ref: %s, every: month, each: {section: all, indicator: [nh3n, tp]}, measure: {kind: exceedance},"
        " scale: [{up_to: 0}, {rate: 100}]%s}\n"
    )
    BY_SECTION = "- {ref: m, each: {section: all}, measure: {kind: result, of: [f]}, cap: 300}\n"
    FIGURES = "given: {s1: {nh3n: 3, tp: 0.6}, s2: {nh3n: 5, tp: 0.2}}"  # 200 + 200, 400 + 0

    @pytest.mark.parametrize(
        ("lines", "expected"),
        [
            (EACH % ("m", ""), "800"),
            (EACH % ("m", ", cap: 150"), "450"),
            (EACH % ("f", "") + BY_SECTION, "600"),
            (EACH % ("f", "") + "- {ref: m, measure: {kind: result, of: [f]}, cap: 500}\n", "500"),
        ],
        ids=["none", "per factor", "per section", "of the sum"],
    )  # fmt: skip
    def test_one_month_under_four_caps(self, lines: str, expected: str) -> None:
        text = lines + per_unit("kind: result, of: [m]")
        assert paid(an_agreement(text, every="month"), "2020-07", self.FIGURES) == {"up → down": expected}

    def test_a_negative_amount_is_bounded_too_and_the_working_says_so(self) -> None:
        text = f'- {{ref: "1", measure: {{kind: reported, fact: x}}, scale: [{{rate: -100}}], cap: 4000, {SIDES}}}'
        found = decided(an_agreement(text), "2020", "facts: {x: 55}")
        assert by_clause(found) == {"1: down → up": "4000"}
        assert ("封顶", "|-5500| > 4000", "-4000") in [
            (step.label, step.expression, step.value) for step in evaluations(found, "1")[0].steps
        ]


class TestThreeValued:
    """Tests are true, false or undecided; decided as soon as the known part decides."""

    OR = (
        '- {ref: "1", when: [{any_of: [{kind: quality_class, section: s1, at_most: 2},'
        " {kind: quality_class, section: s1, over: month, take: max, at_most: 3}]}],"
        " scale: [{amount: 10000}], pays: down, receives: up}"
    )

    @pytest.mark.parametrize(
        ("classes", "expected"),
        [
            ("2", "10000"),
            ("{2020: 2, 2020-12: null}", "10000"),  # Ⅱ for the year: the missing month does not matter
            ("{2020: 2, 2020-11: 5, 2020-12: null}", "10000"),
            ("3", "10000"),
            ("{2020: 3, 2020-12: 4}", "0"),
            ("{2020: 3, 2020-12: null}", None),  # it may have been Ⅲ or not
            ("{2020: 3, 2020-11: 4, 2020-12: null}", "0"),  # Ⅳ in November: no December can mend it
        ],
    )
    def test_class_two_for_the_year_or_class_three_every_month(self, classes: str, expected: str | None) -> None:
        assert amount(self.OR, f"given: {{s1: {{quality_class: {classes}}}}}") == expected

    @pytest.mark.parametrize(
        ("months", "expected"),
        [
            ("[3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3]", "100"),
            ("[3, 3, 3, 3, 3, 3, 3, 3, 3, null, null, null]", "100"),  # 9 of 12 are there already
            ("[3, 3, 3, 3, 3, 3, 3, 3, null, null, null, 4]", None),  # 8 of 12, up to 11
            ("[3, 3, 3, 3, 4, 4, 4, 4, null, null, null, null]", "0"),  # at most 8 of 12
        ],
    )
    def test_a_share_of_months_is_decided_when_the_missing_ones_cannot_change_it(
        self, months: str, expected: str | None
    ) -> None:
        text = (
            '- {ref: "1", when: [{kind: met, section: s1, over: month, take: mean, at_least: 75%,'
            f" all_of: [{{kind: quality_class, at_most: 3}}]}}], scale: [{{amount: 100}}], {SIDES}}}"
        )
        assert amount(text, f"given: {{s1: {{quality_class: {months}}}}}") == expected

    def test_a_share_that_is_measured_stops_where_a_month_is_missing(self) -> None:
        text = (
            '- {ref: "1", measure: {kind: met, section: s1, over: month, take: mean,'
            f" all_of: [{{kind: quality_class, at_most: 3}}]}}, scale: [{{rate: 100}}], {SIDES}}}"
        )
        assert amount(text, "given: {s1: {quality_class: [3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, null]}}") is None

    @pytest.mark.parametrize(
        ("tests", "expected"),
        [
            ("[{kind: reported, fact: unknown, above: 0}, {kind: reported, fact: no, above: 0}]", "0"),
            ("[{kind: reported, fact: no, above: 0}, {kind: reported, fact: unknown, above: 0}]", "0"),
            ("[{kind: reported, fact: unknown, above: 0}, {kind: reported, fact: yes, above: 0}]", None),
            ("[{kind: reported, fact: yes, above: 0}]", "5"),
            ("[{all_of: [{kind: reported, fact: unknown, above: 0}, {kind: reported, fact: no, above: 0}]}]", "0"),
            ("[{any_of: [{kind: reported, fact: unknown, above: 0}, {kind: reported, fact: yes, above: 0}]}]", "5"),
            ("[{any_of: [{kind: reported, fact: unknown, above: 0}, {kind: reported, fact: no, above: 0}]}]", None),
        ],
    )
    def test_conditions(self, tests: str, expected: str | None) -> None:
        text = f'- {{ref: "1", when: {tests}, scale: [{{amount: 5}}], {SIDES}}}'
        assert amount(text, "facts: {yes: 1, no: 0}") == expected

    @pytest.mark.parametrize(
        ("facts", "expected"),
        [
            ("yes", "0"),
            ("no", "5"),
            ("unknown", None),
            ("unknown yes", "0"),
            ("yes unknown", "0"),
            ("no unknown", None),
        ],
    )
    def test_any_excuse_excuses(self, facts: str, expected: str | None) -> None:
        tests = ", ".join(
            f"{{kind: reported, fact: {fact}, above: 0, because: 第{i}条}}" for i, fact in enumerate(facts.split())
        )
        text = f'- {{ref: "1", unless: [{tests}], scale: [{{amount: 5}}], {SIDES}}}'
        assert amount(text, "facts: {yes: 1, no: 0}") == expected

    # s1 is over its limit; s2, the inflow, is dry: what is compared with it is not there
    OVER = "{kind: concentration, section: s1, indicator: tp, above: 0.2}"
    MET = "{kind: concentration, section: s1, indicator: tp, at_most: 0.2}"
    DRY = "{kind: concentration, section: s2, indicator: tp, at_least: 0.2}"

    @pytest.mark.parametrize(
        ("tests", "expected"),
        [
            (f"unless: [{{all_of: [{OVER}, {DRY}], because: 第四条}}]", "5"),  # data that are not there excuse nobody
            (f"unless: [{{all_of: [{MET}, {DRY}], because: 第四条}}]", "5"),
            (f"unless: [{{any_of: [{OVER}, {DRY}], because: 第四条}}]", "0"),
            (f"unless: [{{any_of: [{MET}, {DRY}], because: 第四条}}]", "5"),
            (f"unless: [{DRY[:-1]}, because: 第四条}}]", "5"),
            (f"when: [{OVER}, {DRY}]", "not there"),
            (f"when: [{MET}, {DRY}]", "0"),
            (f"when: [{{any_of: [{OVER}, {DRY}]}}]", "5"),
            (f"when: [{{any_of: [{MET}, {DRY}]}}]", "not there"),
            (f"when: [{OVER}], unless: [{DRY[:-1]}, because: 第四条}}]", "5"),
        ],
    )
    def test_excluded_data_decide_nothing(self, tests: str, expected: str) -> None:
        text = f'- {{ref: "1", {tests}, scale: [{{amount: 5}}], {SIDES}}}'
        figures = "given: {s1: {tp: 0.27}, s2: {tp: 0.15, dry: 1}}"
        (found,) = evaluations(decided(an_agreement(text, data=RULES), "2020", figures), "1")
        assert ("not there" if found.excluded else str(found.amount)) == expected

    def test_an_excuse_is_printed_with_its_ground(self) -> None:
        excuse = "kind: reported, fact: flood, above: 0, because: 协议第九条"
        text = f'- {{ref: "1", unless: [{{{excuse}}}], scale: [{{amount: 5}}], {SIDES}}}'
        found = evaluations(decided(an_agreement(text), "2020", "facts: {flood: 1}"), "1")[0]
        assert found.reason == "unless"
        assert ("免除", "协议第九条") in [(step.label, step.expression) for step in found.steps]

    @pytest.mark.parametrize(
        ("bound", "true_for"),
        [
            ("at_most: 3", "2 3"),
            ("below: 3", "2"),
            ("at_least: 3", "3 4"),
            ("above: 3", "4"),
            ("above: 2, at_most: 3", "3"),
        ],
    )
    def test_bounds(self, bound: str, true_for: str) -> None:
        text = f'- {{ref: "1", when: [{{kind: reported, fact: x, {bound}}}], scale: [{{amount: 1}}], {SIDES}}}'
        found = [value for value in ("2", "3", "4") if amount(text, f"facts: {{x: {value}}}") == "1"]
        assert found == true_for.split()


class TestAbsent:
    """Absent data stop that evaluation, everything that uses it, and nothing else."""

    TEXT = dedent(f"""
        - {{ref: a, measure: {{kind: reported, fact: x}}}}
        - {{ref: "1", measure: {{kind: result, of: [a]}}, scale: [{{rate: 1}}], {SIDES}}}
        - {{ref: "2", measure: {{kind: reported, fact: y}}, scale: [{{rate: 1}}], {SIDES}}}
    """)

    def test_what_does_not_use_it_goes_on(self) -> None:
        found = decided(an_agreement(self.TEXT), "2020", "facts: {y: 7}")
        assert by_clause(found) == {"2: up → down": "7"}
        assert [(stop.clause, stop.reason) for stop in found.stops] == [("a", "no_fact: x"), ("1", "no_fact: x")]

    def test_a_line_that_nobody_needed_stops_nobody(self) -> None:
        text = dedent(f"""
            - {{ref: a, measure: {{kind: reported, fact: x}}}}
            - {{ref: "1", when: [{{kind: reported, fact: y, above: 0}}], measure: {{kind: result, of: [a]}},
               scale: [{{rate: 1}}], {SIDES}}}
        """)
        assert reasons(decided(an_agreement(text), "2020", "facts: {y: 0}")) == []
        assert reasons(decided(an_agreement(text), "2020", "facts: {y: 1}")) == ["no_fact: x"]

    def test_one_section_without_data_does_not_stop_another(self) -> None:
        river = a_network("s1 up down 3", "s2 third down 3")
        text = per_unit("kind: quality_class", ", each: {section: all}")
        agreement = an_agreement(text, river, parties="[up, down, third]")
        found = decided(agreement, "2020", "given: {s1: {quality_class: 4}}", network=river)
        assert by_clause(found) == {"1: up → down": "4"}
        assert [stop.element for stop in found.stops] == [(("section", "s2"),)]

    def test_a_stopped_part_stops_the_sum_between_the_same_two(self) -> None:
        text = per_unit("kind: quality_class", ", each: {section: all}")
        found = decided(an_agreement(text), "2020", "given: {s1: {quality_class: 4}}")
        assert found.obligations == ()

    def test_otherwise_stands_for_a_fact_nobody_recorded(self) -> None:
        text = per_unit("kind: reported, fact: x, otherwise: 3")
        assert amount(text, "") == "3"
        assert amount(text, "facts: {x: 0}") == "0"

    @pytest.mark.parametrize(
        ("value", "expected"), [("0.5", "0.5"), ("50%", "0.5"), ("-1/4", "-0.25"), ("1e3", "1000")]
    )
    def test_a_recorded_fact_is_read_as_a_number(self, value: str, expected: str) -> None:
        text = per_unit("kind: reported, fact: x, otherwise: 3")
        found = decided(an_agreement(text), "2020", facts=[a_fact("test-river", "2020", "x", value)])
        assert amounts(found, "1") == [expected]

    def test_a_recorded_fact_that_is_no_number_stops_and_never_raises(self) -> None:
        text = per_unit("kind: reported, fact: x, otherwise: 3")
        found = decided(an_agreement(text), "2020", facts=[a_fact("test-river", "2020", "x", "死鱼")])
        assert reasons(found) == ["fact_is_no_number: x"]

    def test_documents_that_state_one_value_are_one_fact(self) -> None:
        text = per_unit("kind: reported, fact: x")
        facts = [
            a_fact("test-river", "2020", "x", "2", "甲文"),
            a_fact("test-river", "2020", "x", "2.0", "乙文"),
            a_fact("test-river", "2021", "x", "9"),
        ]
        assert amounts(decided(an_agreement(text), "2020", facts=facts), "1") == ["2"]

    @pytest.mark.parametrize(
        "text", [per_unit("kind: reported, fact: x"), per_unit("kind: reported, fact: x, otherwise: 0")]
    )
    def test_documents_that_state_different_values_stop_and_all_are_named(self, text: str) -> None:
        facts = [a_fact("test-river", "2020", "x", "1", "甲文"), a_fact("test-river", "2020", "x", "2", "乙文")]
        found = decided(an_agreement(text), "2020", facts=facts)
        assert reasons(found) == ["facts_differ: test-river x 2020，1（甲文）、2（乙文）"]

    @pytest.mark.parametrize(
        ("figures", "stops"),
        [
            ("", ["no_readings"]),
            ("given: {s1: {tp: 1}}", ["missing_parameter: baseline"]),
            ("given: {s1: {tp: 1, tn: 1}}", []),
        ],
    )
    def test_reasons_have_names(self, figures: str, stops: list[str]) -> None:
        text = (
            per_unit("kind: index, section: s1, against: baseline, weights: {tp: 1}")
            if "tn" not in figures
            else per_unit("kind: concentration, section: s1, indicator: tn")
        )
        assert reasons(decided(an_agreement(text, data=RULES), "2020", figures)) == stops
