"""Clauses that look at clauses: lines, elements and terms; what is unverified, and that order does not matter."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from basin import periods
from basin.errors import AgreementError
from settlement.obligations.compensation import compensation
from tests.settlement.makers import (
    RULES,
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

    def test_figures_by_section_do_not_hinder_the_look_back(self) -> None:
        text = """
        - {ref: a, each: {section: all}, measure: {kind: quality_class},
           scale: [{rate: {by: section, s1: 1, else: 2}}]}
        - {ref: "1", measure: {kind: result, of: [a], at: previous_year}, scale: [{rate: 1}], pays: up, receives: down}
        """
        assert amount(text, "given: {s1: {quality_class: {2019: 3}}, s2: {quality_class: {2019: 4}}}") == "11"

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
        assert set(found.unverified) == {"clauses.P.measure.weights", "clauses.1.scale.0.rate", "sections.s1.baseline"}

    def test_a_verified_agreement_says_nothing(self) -> None:
        text = per_unit("kind: reported, fact: x")
        assert evaluations(decided(an_agreement(text), "2020", "facts: {x: 1}"), "1")[0].unverified == ()


@pytest.mark.proof
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
