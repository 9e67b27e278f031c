"""What an agreement looks at, before there are any data: it holds everything that any date or element says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from textwrap import dedent

import pytest

from basin import periods
from basin.agreement import Agreement
from basin.dated import element_codes
from basin.indicators import INDICATORS
from basin.measures import indicator_code
from basin.periods import period
from basin.reach import _years_back
from basin.registry import Registry, load_registry
from tests.settlement.makers import RIVER, RULES, a_network, an_agreement, per_unit

ROOT = Path(__file__).parents[2]
NH3N = "kind: concentration, section: s1, indicator: nh3n"
TWICE = f"kind: met, at: previous_year, all_of: [{{{NH3N}, against: previous_year, expressed: ratio, at_most: 1}}]"
TESTED = per_unit(NH3N, ", when: [{any_of: [{kind: met, all_of: [{%s}]}]}]")


@cache
def registry() -> Registry:
    return load_registry([ROOT / "fixtures"])


def declared() -> dict[str, Agreement]:
    """Every bundled and invented agreement, and each scorecard placed on a basin for a year."""
    world = registry()
    cards = {card.code: card.agreement("xinan", ["jiekou"], period("2020")) for card in world.scorecards.values()}
    return {**world.agreements, **cards}


class TestAgreementsReadByHand:
    """Expected values are read off the signed texts and the invented ones, not off the program."""

    def test_xinan_2018_looks_at_four_items_of_one_border_a_year_at_a_time(self) -> None:
        reach = registry().agreement("xinan-anhui-zhejiang-2018").reach
        assert reach.sections_in(registry().network) == ["jiekou"]
        assert {"anhui", "zhejiang"} <= reach.parties
        assert (reach.readings, reach.frequencies) == (True, ("year",))
        assert (reach.years_back, reach.whole_term, reach.days, reach.weeks) == (0, False, False, False)
        assert (reach.ledger, reach.completeness, reach.loads) == (False, False, frozenset())

    def test_zhoukou_obliges_for_weeks_and_carries_the_year_before_on(self) -> None:
        agreement = registry().agreement("zhoukou")
        reach = agreement.reach
        assert reach.frequencies == ("week", "month", "year")
        assert (reach.days, reach.weeks, reach.years_back, reach.whole_term) == (True, True, 1, True)

    def test_a_surcharge_on_what_is_late_looks_at_the_ledger_and_at_its_one_section(self) -> None:
        reach = registry().agreement("demo-late-surcharge").reach
        assert reach.sections_in(registry().network) == ["yanxi-2"]  # of four in the basin: the sheet names one
        assert (reach.ledger, reach.years_back, reach.frequencies) == (True, 0, ("year",))

    def test_a_price_of_loads_looks_at_two_items_and_the_flow_and_at_the_year_before(self) -> None:
        reach = registry().agreement("demo-load-price").reach
        assert reach.sections_in(registry().network) == ["qingxi-2", "qingxi-3"]
        assert reach.loads == {"codmn", "tp", "flow"}
        assert (reach.years_back, reach.whole_term, reach.frequencies) == (1, False, ("month", "year"))

    def test_days_in_a_row_are_days_of_a_month(self) -> None:
        reach = registry().agreement("demo-days-in-a-row").reach
        assert (reach.days, reach.weeks, reach.frequencies) == (True, False, ("day", "month"))

    def test_a_notice_of_sums_alone_looks_at_no_readings(self) -> None:
        assert not registry().agreement("henan-2017").reach.readings

    def test_the_scorecard_counts_expected_readings_and_follows_a_trend_through_ten_years(self) -> None:
        reach = declared()["watershed-performance"].reach
        assert (reach.completeness, reach.years_back, reach.readings) == (True, 9, True)


class TestEveryBranch:
    """A figure that is in force only later, or only at one section, is reached, too."""

    @pytest.mark.parametrize(
        "measure",
        [
            "kind: concentration, section: {2020-01-01: s1, 2022-01-01: s2}, indicator: nh3n",
            "kind: concentration, sections: [s1, s2], take: mean, indicator: nh3n",
            f"{NH3N}, against: {{2020-01-01: target, 2022-01-01: {{section: s2}}}}, expressed: difference",
        ],
    )
    def test_sections(self, measure: str) -> None:
        agreement = an_agreement(per_unit(measure), sections="{s1: {}}", data=RULES)
        assert agreement.reach.sections_in(RIVER) == ["s1", "s2"]

    def test_inflows_and_members_of_a_mean_are_sections(self) -> None:
        network = a_network("s1 up down", "s2 up down", "s3 up down", "s4 up down")
        sheets = "{s1: {inflow: {2020-01-01: s2, 2021-01-01: s3}}, both: {mean_of: [s1, s4]}}"
        agreement = an_agreement(per_unit(NH3N), network, sections=sheets, data=RULES)
        assert agreement.reach.sections == {"s1", "s2", "s3", "s4", "both"}

    def test_without_a_sheet_every_section_of_the_basin_may_be_meant(self) -> None:
        assert an_agreement(per_unit(NH3N), data=RULES).reach.sections_in(RIVER) == ["s1", "s2"]

    def test_all_sections_are_those_of_the_sheet(self) -> None:
        every = "kind: concentration, sections: all, take: mean, indicator: nh3n"
        assert an_agreement(per_unit(every), sections="{s2: {}}", data=RULES).reach.sections_in(RIVER) == ["s2"]

    @pytest.mark.parametrize(
        ("test", "years_back", "ledger"),
        [
            (f"{NH3N}, against: previous_year, expressed: difference, at_most: 0", 1, False),
            (f"{NH3N}, at: {{value: previous_year, verified: false}}, at_most: 0", 1, False),
            ("kind: reported, fact: {2020-01-01: paid up, 2021-01-01: unpaid}, at_most: 0", 0, True),
            (f"{NH3N}, at_most: 1", 0, False),
        ],
    )
    def test_a_test_inside_tests_is_looked_into(self, test: str, years_back: int, ledger: bool) -> None:
        reach = an_agreement(TESTED % test, data=RULES).reach
        assert (reach.years_back, reach.ledger) == (years_back, ledger)

    @pytest.mark.parametrize(
        ("measure", "years_back"),
        [
            ("kind: trend, section: s1, indicator: nh3n, significance: 0.05", 9),
            ("kind: trend, section: s1, indicator: nh3n, significance: 0.05, years: {window: 5, least: 3}", 4),
            ("kind: trend, section: s1, indicator: nh3n, significance: 0.05, at: previous_year", 10),
            (f"{NH3N}, at: previous_year, against: previous_year, expressed: ratio", 2),
            (f"{NH3N}, at: previous_year, against: baseline, expressed: ratio", 1),
            ("kind: completeness, section: s1, indicator: nh3n", 9),
            (TWICE, 2),
            ("kind: result, of: [a]", 0),
            ("kind: result, of: [change]", 1),
            ("kind: result, of: [change], at: previous_year", 2),
            ("kind: result, of: [trend, change]", 6),
            ("kind: result, of: [own], at: previous_year", 2),
        ],
    )
    def test_steps_into_the_past_add_up_through_tests_and_lines(self, measure: str, years_back: int) -> None:
        lines = f"""
        - {{ref: a, measure: {{{NH3N}}}}}
        - {{ref: change, measure: {{{NH3N}, against: previous_year, expressed: ratio}}}}
        - {{ref: trend, measure: {{kind: trend, section: s1, indicator: nh3n, significance: 0.05, years: {{window: 7}}
            }}}}
        - {{ref: own, measure: {{kind: result, of: [own], at: previous_year, otherwise: 1}}}}
        """
        used = """
        - {ref: all, measure: {kind: result, of: [a, change, trend, own]}, scale: [{rate: 1}], pays: up, receives: down}
        """
        text = "\n".join(map(dedent, (lines, per_unit(measure))))
        assert _years_back("1", an_agreement(text + dedent(used), data=RULES).branches) == years_back

    def test_a_line_that_multiplies_or_shares_is_followed_too(self) -> None:
        text = f"""
        - {{ref: change, each: {{party: all}}, measure: {{{NH3N}, against: previous_year, expressed: ratio}}}}
        - {{ref: "1", measure: {{{NH3N}}}, scale: [{{rate: 1}}], times: [MULTIPLIED], pays: PAYS, receives: down}}
        """
        times = text.replace("MULTIPLIED", "change").replace("PAYS", "up").replace("each: {party: all}, ", "")
        shares = text.replace("MULTIPLIED", '"1"').replace("PAYS", "{in_proportion_to: change, among: [up]}")
        for clauses in (times, shares.replace('times: ["1"], ', "")):
            assert an_agreement(clauses, data=RULES).reach.years_back == 1

    def test_a_result_of_last_year_needs_the_term_even_where_two_dates_must_meet_for_it(self) -> None:
        text = """
        - {ref: a, measure: {kind: reported, fact: f}}
        - ref: "1"
          each: {section: [s1, s2]}
          measure:
            kind: {by: section, s1: result, s2: reported}
            of: {by: section, s1: [a], s2: []}
            fact: {by: section, s1: "", s2: f}
            at: previous_year
          scale: [{rate: 1}]
          pays: upstream
          receives: downstream
        """
        assert an_agreement(text, data=RULES).reach.whole_term

    def test_a_title_that_reads_like_a_word_of_the_grammar_reaches_nothing(self) -> None:
        reach = an_agreement(per_unit(NH3N, ", title: week, source: unpaid"), data=RULES).reach
        assert (reach.weeks, reach.ledger, reach.frequencies) == (False, False, ("year",))

    def test_codes_of_by_element_values_belong_to_the_register_of_an_evidence_file(self) -> None:
        by = '- {ref: "1", each: {party: all}, measure: {kind: reported, fact: f}, scale: [{rate: 1}], pays: party, '
        agreement = an_agreement(by + "receives: {by: party, up: pool, third: down, else: pool}}")
        assert {"up", "down", "third"} <= agreement.reach.parties

    def test_a_clause_that_the_grammar_refuses_today_reaches_nothing_and_stops_no_list(self) -> None:
        agreement = an_agreement(per_unit(NH3N), sections="{s1: {}}", data=RULES)
        agreement.raw_clause("1")["measure"] = {"kind": "of another version"}
        assert agreement.reach.sections == {"s1"}
        assert not agreement.reach.readings


class TestWindows:
    """Where the readings of a period begin."""

    @pytest.mark.parametrize(
        ("starts", "of", "expected"),
        [
            ("2020-01-01", "2021-07", "2021-01..2021-07"),
            ("2021-04-01", "2021-07", "2021-04..2021-07"),
            ("2020-01-01", "2021", "2021"),
        ],
    )
    def test_the_year_to_date_starts_with_the_year_or_the_term(self, starts: str, of: str, expected: str) -> None:
        agreement = an_agreement(per_unit(NH3N), starts=starts, data=RULES)
        assert periods.label(agreement.year_to_date(period(of))) == expected

    def test_weeks_and_a_term_and_a_comparison_are_all_looked_back_to(self) -> None:
        agreement = registry().agreement("zhoukou")
        assert agreement.starts == date(2010, 1, 1)
        start = agreement.window(period("2012-03")).start
        assert start.date() == date(2008, 12, 29)  # the Monday before 1 January 2009, a year before the term began


# --- the searches for words that reach replaced: what they saw, reach sees ------------------------------------------


def words(node: object) -> Iterator[str]:
    """Every key and text of a raw document."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from element_codes(key)
            yield from words(value)
    elif isinstance(node, list):
        for item in node:
            yield from words(item)
    elif isinstance(node, str):
        yield node


# The word `all`, said of items or parties, made the search take the whole basin though a sheet names the sections.
NOT_OF_THE_SHEET = {
    "anhui-2018": {"feidong-kaohe", "feixi-kaohe"},
    "dianchi-2017-bulletin": {"xishan"},
    "hefei-2018": {"xuancheng-1", "xuancheng-2", "xuancheng-3", "xuancheng-4"},
    "henan-2010": {"zhoukou-rukou", "zhoukou-shaying", "zhoukou-yiban"},
    "demo-late-surcharge": {"yanxi-1", "yanxi-3", "yanxi-4"},
    "demo-load-price": {"qingxi-1"},
    "demo-monthly-premium": {"yanxi-1", "yanxi-3", "yanxi-4"},
    "demo-quantity-tiers": {"yanxi-1", "yanxi-2", "yanxi-3"},
}


@pytest.mark.parametrize("code", declared())
class TestBesideTheWords:
    """Every agreement: reach and the words in its text agree, but where a word means something else."""

    def test_sections(self, code: str) -> None:
        agreement = declared()[code]
        network = registry().network
        seen = {*agreement.section_codes, *(set(words(dict(agreement.document))) & network.sections.keys())}
        if not agreement.section_codes or "all" in words(agreement.document["clauses"]):
            seen |= {section.code for section in network.sections.values() if section.basin == agreement.basin}
        assert set(agreement.reach.sections_in(network)) == seen - NOT_OF_THE_SHEET.get(code, set())

    def test_parties(self, code: str) -> None:
        """A basin or a city may share its code with a party: the header's line is no party."""
        agreement = declared()[code]
        seen = {*words({**agreement.document, "basin": "", "code": ""})} & registry().network.parties.keys()
        assert agreement.reach.parties & registry().network.parties.keys() == seen

    def test_time(self, code: str) -> None:
        agreement = declared()[code]
        reach = agreement.reach
        seen = {*words(agreement.document["clauses"]), *(agreement.every_of(ref) for ref in agreement.refs)}
        assert reach.frequencies == tuple(name for name in periods.FREQUENCIES if name in seen)
        assert (reach.years_back > 0) == bool({"previous_year", "trend", "completeness"} & seen)
        assert not ("term" in seen and not reach.whole_term)

    def test_facts_and_loads(self, code: str) -> None:
        agreement = declared()[code]
        reach = agreement.reach
        seen = set(words(agreement.document["clauses"]))
        assert (reach.ledger, reach.completeness) == ("unpaid" in seen, "completeness" in seen)
        assert bool(reach.loads) == ("load" in seen)
        assert reach.loads <= {*map(indicator_code, seen), "flow"} & set(INDICATORS)
