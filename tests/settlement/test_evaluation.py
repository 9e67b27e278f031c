"""A clause from test to amount: conditions, lines, terms, caps; what stops and what goes on."""

from __future__ import annotations

from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from basin import periods
from basin.errors import AgreementError
from settlement.compensation import compensation
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
    evaluator,
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
        found = decided(an_agreement(text, river), "2020", "given: {s1: {quality_class: 4}}", network=river)
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

    def test_the_newest_fact_counts(self) -> None:
        text = per_unit("kind: reported, fact: x")
        facts = [
            a_fact("test-river", "2020", "x", "1"),
            a_fact("test-river", "2020", "x", "2"),
            a_fact("test-river", "2021", "x", "9"),
        ]
        assert amounts(decided(an_agreement(text), "2020", facts=facts), "1") == ["2"]

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


class TestOtherClauses:
    """Lines as numbers: axes in hand are matched, others combined, last year's own result handed on."""

    def test_axes_in_hand_are_matched_and_the_others_summed(self) -> None:
        text = """
        - {ref: a, each: {section: all, indicator: [tp, tn]}, measure: {kind: concentration}}
        - {ref: "1", each: {section: all}, measure: {kind: result, of: [a]},
           scale: [{rate: 1}], pays: up, receives: down}
        - {ref: "2", measure: {kind: result, of: [a], take: max}, scale: [{rate: 1}], pays: up, receives: down}
        """
        found = decided(an_agreement(text), "2020", "given: {s1: {tp: 1, tn: 2}, s2: {tp: 10, tn: 20}}")
        assert (amounts(found, "1"), amounts(found, "2")) == (["3", "30"], ["20"])

    def test_refs_are_added_with_their_weights(self) -> None:
        text = """
        - {ref: a, measure: {kind: reported, fact: a}}
        - {ref: b, measure: {kind: reported, fact: b}}
        - {ref: "1", measure: {kind: result, of: {a: 1, b: -1/2}}, scale: [{rate: 1}], pays: up, receives: down}
        """
        assert amount(text, "facts: {a: 10, b: 4}") == "8"

    def test_an_evaluation_at_a_section_counts_for_its_upstream_party(self) -> None:
        river = a_network("s1 up down 3", "s2 third down 3", "s3 third down 3")
        text = """
        - {ref: a, each: {section: all}, measure: {kind: reported, fact: x}}
        - {ref: "1", each: {party: [up, third]}, measure: {kind: result, of: [a]},
           scale: [{rate: 1}], pays: party, receives: pool}
        """
        agreement = an_agreement(text, river, sections="{s1: {}, s2: {}, s3: {upstream: {up: 1/4, third: 3/4}}}")
        found = decided(agreement, "2020", "given: {s1: {x: 1}, s2: {x: 10}, s3: {x: 100}}", network=river)
        assert amounts(found, "1") == ["26", "85"]

    def test_a_month_uses_its_years_line_and_waits_for_the_year(self) -> None:
        text = """
        - {ref: a, every: year, measure: {kind: concentration, section: s1, indicator: tp}}
        - {ref: "1", every: month, measure: {kind: result, of: [a]}, scale: [{rate: 1}], pays: up, receives: down}
        """
        whole = f"given: {{s1: {{tp: [{', '.join('1' * 6 + '3' * 6)}]}}}}"
        assert amounts(decided(an_agreement(text), "2020", whole), "1") == ["2"] * 12
        half = f"given: {{s1: {{tp: [{', '.join(['1'] * 6 + [repr('')] * 6)}]}}}}"
        assert reasons(decided(an_agreement(text, data=RULES), "2020", half)) == ["no_readings"]

    def test_a_month_takes_its_own_month_of_a_years_line(self) -> None:
        text = """
        - {ref: a, every: year, each: {month: all}, measure: {kind: reported, fact: x}}
        - {ref: "1", every: month, measure: {kind: result, of: [a]}, scale: [{rate: 1}], pays: up, receives: down}
        """
        found = decided(an_agreement(text), "2020", "facts: {x: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]}")
        assert amounts(found, "1") == [str(month) for month in range(1, 13)]

    @pytest.mark.parametrize(("take", "expected"), [("sum", "78"), ("mean", "6.5"), ("max", "12"), ("min", "1")])
    def test_a_result_is_taken_over_months(self, take: str, expected: str) -> None:
        text = f"""
        - {{ref: a, every: month, measure: {{kind: reported, fact: x}}}}
        - {{ref: "1", measure: {{kind: result, of: [a], over: month, take: {take}}}, scale: [{{rate: 1}}], {SIDES}}}
        """
        assert amount(text, "facts: {x: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]}") == expected

    FUND = """
    - {ref: growth, measure: {kind: reported, fact: gdp_growth}, scale: [{amount: 1, rate: 1}]}
    - {ref: fund, measure: {kind: result, of: [fund], at: previous_year, otherwise: 100000},
       times: {2020-01-01: [], 2021-01-01: [growth]}}
    - {ref: "1", measure: {kind: result, of: [fund]}, scale: [{rate: 1}], pays: up, receives: down}
    """

    def test_a_fund_compounds_from_its_own_last_year(self) -> None:
        figures = "facts: {gdp_growth: {2020: 0.1, 2021: 5%, 2022: 0.02}}"
        assert amounts(decided(an_agreement(self.FUND), "2020..2022", figures), "1") == ["100000", "105000", "107100"]

    def test_a_year_that_stopped_does_not_start_the_fund_anew(self) -> None:
        found = decided(an_agreement(self.FUND), "2020..2022", "facts: {gdp_growth: {2020: 0.1, 2022: 0.02}}")
        assert amounts(found, "1") == ["100000", None, None]

    def test_another_clauses_last_year_is_looked_up_before_the_term_too(self) -> None:
        text = """
        - {ref: a, measure: {kind: reported, fact: x}}
        - {ref: "1", measure: {kind: result, of: [a], at: previous_year}, scale: [{rate: 1}], pays: up, receives: down}
        """
        assert amount(text, "facts: {x: {2019: 4, 2020: 9}}") == "4"
        assert amount(text.replace("previous_year}", "previous_year, otherwise: 7}"), "facts: {x: 9}") == "7"

    def test_a_condition_may_look_at_the_clauses_own_last_year(self) -> None:
        text = """
        - {ref: "1", when: [{kind: result, of: ["1"], at: previous_year, otherwise: 0, at_most: 0}],
           scale: [{amount: 5}], pays: up, receives: down}
        """
        assert amounts(decided(an_agreement(text), "2020..2022"), "1")[:3] == ["5", "0", "5"]

    def test_a_multiplier_is_a_number_or_a_line_and_is_applied_before_the_cap(self) -> None:
        text = """
        - {ref: k, measure: {kind: reported, fact: k}}
        - {ref: "1", scale: [{amount: 100}], times: [k, 1/2, "3"], cap: 400, pays: up, receives: down}
        """
        assert amount(text, "facts: {k: 2}") == "300"
        assert amount(text, "facts: {k: 9}") == "400"

    def test_a_published_line_stands_for_its_value(self) -> None:
        text = """
        - {ref: P, measure: {kind: index, section: s1, against: baseline, weights: {tp: 1}}}
        - {ref: "1", measure: {kind: result, of: [P]},
           scale: [{up_to: 1, amount: 10000}, {amount: -10000}], pays: down, receives: up}
        """
        assert paid(an_agreement(text), "2020", "lines: {P: 0.673}") == {"down → up": "10000"}

    def test_a_line_may_be_given_for_one_party_only(self) -> None:
        text = """
        - {ref: a, each: {party: [up, third]}, measure: {kind: reported, fact: x}}
        - {ref: "1", each: {party: [up, third]}, measure: {kind: result, of: [a]},
           scale: [{rate: 1}], pays: party, receives: down}
        """
        assert paid(an_agreement(text), "2020", "lines: {a: {up: 2}}\ngiven: {third: {x: 5}}") == {
            "up → down": "2", "third → down": "5",
        }  # fmt: skip


class TestByElement:
    """Figures that depend on the section, its target, the indicator or the party in hand."""

    def test_by_target(self) -> None:
        river = a_network("s1 up down 3", "s2 up down 4", "s3 up down -")
        text = """
        - {ref: "1", each: {section: [s1, s2]}, scale: [{amount: {by: target, "1,2,3": 50, else: 0}}],
           pays: up, receives: down}
        """
        assert amounts(decided(an_agreement(text, river), "2020", network=river), "1") == ["50", "0"]
        stricter = an_agreement(text, river, sections="{s1: {}, s2: {target: 2}}")
        assert amounts(decided(stricter, "2020", network=river), "1") == ["50", "50"]

    def test_by_party_and_by_indicator(self) -> None:
        text = """
        - {ref: "1", each: {party: [up, third]},
           measure: {kind: concentration, section: {by: party, up: s1, third: s2}, indicator: tp},
           scale: [{rate: {by: party, up: 10, else: 1}}], pays: party, receives: pool}
        - {ref: "2", each: {indicator: [tp, tn]}, measure: {kind: concentration, section: s1},
           scale: [{rate: {by: indicator, tp: 100, tn: 1}}], pays: up, receives: down}
        """
        found = decided(an_agreement(text), "2020", "given: {s1: {tp: 1, tn: 2}, s2: {tp: 3}}")
        assert (amounts(found, "1"), amounts(found, "2")) == (["10", "3"], ["100", "2"])

    def test_a_dated_cap_is_that_of_the_month(self) -> None:
        text = """
        - {ref: "1", every: month, scale: [{amount: 9}], cap: {2020-01-01: 5, 2020-07-01: 7}, pays: up, receives: down}
        """
        assert amounts(decided(an_agreement(text), "2020"), "1") == ["5"] * 6 + ["7"] * 6

    def test_a_figure_that_changes_inside_the_year_is_refused(self) -> None:
        text = '- {ref: "1", scale: [{amount: {2020-01-01: 5, 2020-07-01: 7}}], pays: up, receives: down}'
        with pytest.raises(AgreementError, match="变更"):
            decided(an_agreement(text), "2020")


class TestTerm:
    """Months outside the term do not exist in its first and last year; earlier years are whole."""

    MONTHLY = (
        '- {ref: "1", each: {month: all}, measure: {kind: quality_class, section: s1}, scale: [{amount: 100}],'
        " pays: up, receives: down}"
    )

    @pytest.mark.parametrize(("year", "months"), [("2019", 6), ("2020", 12), ("2021", 12), ("2022", 6)])
    def test_only_months_of_the_term_pay(self, year: str, months: int) -> None:
        agreement = an_agreement(self.MONTHLY, starts="2019-07-01", ends="2022-06-30")
        assert paid(agreement, year, "given: {s1: {quality_class: 3}}") == {"up → down": str(100 * months)}

    def test_a_month_by_itself_obliges_only_inside_the_term(self) -> None:
        agreement = an_agreement(
            self.MONTHLY.replace("each: {month: all}", "every: month"), starts="2019-07-01", ends="2022-06-30"
        )
        assert paid(agreement, "2019", "given: {s1: {quality_class: 3}}") == {"up → down": "600"}
        assert paid(agreement, "2019-06", "given: {s1: {quality_class: 3}}") == {}
        assert paid(agreement, "2018", "given: {s1: {quality_class: 3}}") == {}
        assert paid(agreement, "2023", "given: {s1: {quality_class: 3}}") == {}

    def test_the_mean_of_the_first_year_is_that_of_its_months_in_the_term(self) -> None:
        text = per_unit("kind: concentration, section: s1, indicator: tp")
        figures = "given: {s1: {tp: [9, 9, 9, 9, 9, 9, 1, 1, 1, 1, 1, 1]}}"
        assert amount(text, figures, "2019", starts="2019-07-01") == "1"
        assert amount(text, figures, "2020") == "5"

    def test_the_year_before_the_term_is_whole(self) -> None:
        text = (
            '- {ref: "1", measure: {kind: concentration, section: s1, indicator: tp, against: previous_year,'
            f" expressed: difference}}, scale: [{{rate: 1}}], {SIDES}}}"
        )
        figures = """
            given: {s1: {tp: 1}}
            given_previous: {s1: {tp: [9, 9, 9, 9, 9, 9, 1, 1, 1, 1, 1, 1]}}
        """
        assert amount(text, figures, "2020", starts="2020-01-01") == "-4"

    @pytest.mark.parametrize(("every", "count"), [("month", 12), ("quarter", 4), ("year", 1), ("week", 52)])
    def test_every_says_how_often_an_obligation_arises(self, every: str, count: int) -> None:
        text = f'- {{ref: "1", every: {every}, scale: [{{amount: 1}}], {SIDES}}}'
        found = decided(an_agreement(text), "2020")
        assert len(found.obligations) == count
        assert paid(an_agreement(text), "2020") == {"up → down": str(count)}

    def test_quarters_take_the_mean_of_their_months(self) -> None:
        text = per_unit("kind: concentration, section: s1, indicator: tp", ", every: quarter")
        found = decided(an_agreement(text), "2020", "given: {s1: {tp: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]}}")
        assert amounts(found, "1") == ["2", "5", "8", "11"]

    def test_a_term_obliges_once_when_it_has_ended(self) -> None:
        text = f'- {{ref: "1", every: term, measure: {{kind: reported, fact: x}}, scale: [{{rate: 1}}], {SIDES}}}'
        figures = "facts: {x: {2020..2022: 7}}"
        assert paid(an_agreement(text), "2020..2022", figures) == {"up → down": "7"}
        assert paid(an_agreement(text), "2022", figures) == {"up → down": "7"}
        assert paid(an_agreement(text), "2021", figures) == {}

    def test_runs_of_months_are_counted_without_overlap(self) -> None:
        text = (
            '- {ref: "1", measure: {kind: met, section: s1, over: month, take: {runs_of: 3},'
            " all_of: [{kind: quality_class, at_most: 3}]},"
            f" scale: [{{below: 4, rate: 10}}, {{amount: 100}}], {SIDES}}}"
        )
        rows = {
            "[3, 3, 3, 4, 3, 3, 3, 3, 3, 3, 4, 3]": "30",
            "[3, 3, 4, 3, 3, 4, 3, 3, 4, 3, 3, 4]": "0",
            "[3, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4]": "10",
            "[3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3]": "100",
        }
        assert {classes: amount(text, f"given: {{s1: {{quality_class: {classes}}}}}") for classes in rows} == rows


class TestUnverified:
    """What rests on an unverified figure says so."""

    def test_paths_of_clause_sheet_and_lines_are_collected(self) -> None:
        text = """
        - {ref: P, measure: {kind: index, section: s1, against: baseline, weights: {value: {tp: 1}, verified: false}}}
        - {ref: "1", measure: {kind: result, of: [P]},
           scale: [{rate: {value: 100, verified: false}}], pays: up, receives: down}
        """
        agreement = an_agreement(
            text, sections="{s1: {baseline: {value: {tp: 1}, verified: false}, target: {value: 3, verified: false}}}"
        )
        found = evaluations(decided(agreement, "2020", "given: {s1: {tp: 2}}"), "1")[0]
        assert set(found.unverified) == {"clauses.0.measure.weights", "clauses.1.scale.0.rate", "sections.s1.baseline"}

    def test_a_verified_agreement_says_nothing(self) -> None:
        text = per_unit("kind: reported, fact: x")
        assert evaluations(decided(an_agreement(text), "2020", "facts: {x: 1}"), "1")[0].unverified == ()


class TestOrderDoesNotMatter:
    """The text may list its clauses and sections in any order."""

    CLAUSES = (
        "- {ref: m, each: {section: all, indicator: [nh3n, tp]}, measure: {kind: exceedance},"
        " scale: [{up_to: 0}, {rate: 100}]}",
        "- {ref: s, each: {section: all}, measure: {kind: result, of: [m]}, cap: 300}",
        '- {ref: "1", measure: {kind: result, of: [s]}, scale: [{rate: 1}], pays: up, receives: down}',
        '- {ref: "2", each: {section: all}, measure: {kind: quality_class, against: target, expressed: difference},'
        " scale: [{rate: -50}], pays: down, receives: up}",
        '- {ref: "3", scale: [{amount: 100}], pays: {up: 1/3, down: 2/3}, receives: pool}',
        '- {ref: "4", scale: [{amount: 100}], pays: pool, receives: {up: 1/2, third: 1/2}}',
    )

    @settings(max_examples=25, deadline=None)
    @given(st.permutations(CLAUSES), st.booleans(), st.integers(1, 60), st.integers(1, 60))
    def test_permuting_clauses_or_sections_changes_no_obligation(
        self, clauses: list[str], turned: bool, ammonia: int, phosphorus: int
    ) -> None:
        figures = f"given: {{s1: {{nh3n: {ammonia / 10}, tp: 0.2}}, s2: {{nh3n: 1, tp: {phosphorus / 100}}}}}"
        sections = "{s2: {target: 2}, s1: {target: 3}}" if turned else "{s1: {target: 3}, s2: {target: 2}}"
        header = {"every": "month", "sections": "{s1: {target: 3}, s2: {target: 2}}"}
        usual = decided(an_agreement("\n".join(self.CLAUSES), **header), "2020-07", figures)
        permuted = decided(an_agreement("\n".join(clauses), **(header | {"sections": sections})), "2020-07", figures)
        assert sorted(by_clause(permuted).items()) == sorted(by_clause(usual).items())
        assert permuted.transfers == usual.transfers

    def test_evaluating_twice_gives_the_same(self) -> None:
        agreement, figures = (
            an_agreement("\n".join(self.CLAUSES)),
            "given: {s1: {nh3n: 2, tp: 0.3}, s2: {nh3n: 1, tp: 0.2}}",
        )
        assert decided(agreement, "2020", figures) == decided(agreement, "2020", figures)

    def test_a_year_is_the_sum_of_its_months(self) -> None:
        clause = per_unit("kind: quality_class", ", every: month, each: {section: all}").replace("rate: 1", "rate: 1/3")
        figures = "given: {s1: {quality_class: [1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6]}, s2: {quality_class: 2}}"
        year = decided(an_agreement(clause), "2020", figures).transfers
        ev = evaluator(an_agreement(clause), "2020", figures)
        months = [compensation(ev, periods.period(month)).transfers for month in MONTHS]
        assert year["up", "down"] == sum(month["up", "down"] for month in months)
