"""What is gathered once serves every period: reduced once, and no period sees what came after it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import pytest

from basin import periods
from basin.agreement import Agreement
from basin.clauses import StatedRules
from basin.measures import Measure
from basin.network import CHINA
from basin.periods import Window
from settlement.clauses.element import Element
from settlement.clauses.values import Value
from settlement.clauses.working import Trail
from settlement.gathered import Gathered, closed_periods, data_rules, measurements
from settlement.settling import settled
from settlement.statement.rows import SettlementDocument
from tests.settlement.makers import RIVER, RULES, a_fact, an_agreement, gathered, monthly, per_unit

NOW = datetime(2021, 1, 1, tzinfo=UTC)
CLASSES = """
    - {ref: "1", each: {section: [s1]}, measure: {kind: quality_class}, scale: [{rate: 1}], pays: upstream,
       receives: downstream}
"""
DAYS = """
    - {ref: "1", measure: {kind: concentration, section: s1, indicator: tp, over: day, take: max}, scale: [{rate: 1}],
       pays: upstream, receives: downstream}
"""


def until(month: str, values: Mapping[tuple[str, str, str], float]) -> Gathered:
    return gathered({key: value for key, value in values.items() if key[2][:7] <= month})


# codmn is measured from June on: a month before that must not miss it
READ = {
    key: value
    for key, value in monthly({("s1", "tp"): [0.1] * 5 + [0.3] * 7, ("s1", "codmn"): [5.0] * 12}).items()
    if key[1] == "tp" or key[2] >= "2020-06"
}


@pytest.mark.proof
@pytest.mark.parametrize("clauses", [CLASSES, DAYS])
@pytest.mark.parametrize("every", ["month", "year"])
@pytest.mark.parametrize("month", ["2020-01", "2020-05", "2020-06", "2020-12"])
def test_a_month_settled_from_the_readings_of_the_year_is_the_one_settled_when_it_ended(clauses, every, month):
    agreement = an_agreement(clauses, data=RULES, every=every)
    whole, of_then = gathered(READ), until(month, READ)
    of = periods.period(month)
    assert settled(agreement, RIVER, whole, of, NOW) == settled(agreement, RIVER, of_then, of, NOW)


def test_readings_are_reduced_once_for_all_periods_and_agreements_of_the_same_rules():
    read = gathered(READ)
    one, other = (an_agreement(CLASSES, data=RULES, code=code) for code in ("one", "other"))
    march, april = (
        measurements(agreement, RIVER, read, periods.period(of)).months
        for agreement, of in ((one, "2020-03"), (other, "2020-04"))
    )
    key = ("s1", "tp", periods.period("2020-02"))
    assert march[key] is april[key]


def test_a_data_rule_that_is_not_stated_is_the_default_of_the_stated_rules():
    clause = per_unit("kind: concentration, section: s1, indicator: cod")
    least = StatedRules(1, 1, ("正常",), "half")
    assert data_rules(an_agreement(clause, data=RULES)) == least
    more = RULES.replace("{min", "{stations: primary, origins: all, doubtful: leave_out, min")
    stated = replace(least, stations="primary", origins="all", doubtful="leave_out")
    assert data_rules(an_agreement(clause, data=more)) == stated


def test_other_rules_reduce_the_readings_anew():
    read = gathered(READ)
    two_days = RULES.replace("min_days_a_month: 1", "min_days_a_month: 2")
    found = [
        measurements(an_agreement(CLASSES, data=rules), RIVER, read, periods.period("2020-03"))
        for rules in (RULES, two_days, RULES)
    ]
    key = ("s1", "tp", periods.period("2020-02"))
    assert [each.months[key].mean for each in found] == [0.1, None, 0.1]


def test_within_a_window_are_its_readings_from_the_first_instant_to_before_the_last_and_all_facts():
    read = gathered({("s1", "tp", f"2020-01-0{day} 00:00"): day for day in (1, 2, 3, 4)}, [a_fact("s1", "2020", "dry")])
    second, fourth = (datetime(2020, 1, day, tzinfo=CHINA) for day in (2, 4))
    inside = read.within(Window(second, fourth))
    assert inside.observations["value"].tolist() == [2, 3]
    assert inside.observations.index.tolist() == [0, 1]
    assert inside.facts == read.facts


SEVERAL = """
    - {ref: worst, each: {section: [s1], month: [all]}, measure: {kind: quality_class}}
    - {ref: "1", each: {section: [s1], month: [all]}, unless: [{kind: quality_class, at_most: 3, because: 达标}],
       measure: {kind: exceedance, indicator: tp, against: {class: 2}}, scale: [{rate: 1}], pays: upstream,
       receives: downstream}
    - {ref: "2", each: {section: [s1], month: [all]}, measure: {kind: concentration, indicator: tp,
       against: {class: 3}, expressed: ratio}, scale: [{rate: 1}], pays: upstream, receives: downstream}
    - {ref: "3", each: {section: [s1]}, measure: {kind: quality_class, over: month, take: max}, scale: [{rate: 1}],
       pays: upstream, receives: downstream}
    - {ref: whole, every: term, each: {section: [s1]}, measure: {kind: concentration, indicator: tp}}
    - {ref: "5", each: {section: [s1], month: [all]}, measure: {kind: concentration, indicator: tp,
       against: {ref: whole}, expressed: ratio}, scale: [{rate: 1}], pays: upstream, receives: downstream}
    - {ref: "4", each: {section: [s1]}, measure: {kind: result, of: worst, take: mean}, scale: [{rate: 1}],
       pays: upstream, receives: downstream}
"""
MONTHS = tuple(f"2020-{month:02d}" for month in range(1, 13))
ORDERS = {
    "months first": (*MONTHS, "2020Q1", "2020Q2", "2020"),
    "year first": ("2020", *MONTHS, "2020Q2"),
    "backwards": ("2020", *reversed(MONTHS), "2020Q2", "2020Q1"),
    "mixed": ("2020-07", "2020Q1", "2020-02", "2020", "2020-12", "2020-05", "2020-06", "2020-02"),
}


@cache
def several(every: str, compare: str) -> Agreement:
    """The same clauses, compared rounded or as they are."""
    agreement = an_agreement(SEVERAL, data=RULES, every=every)
    return replace(agreement, data=replace(agreement.data, compare=compare))


@cache
def settled_alone(every: str, compare: str, of: str) -> SettlementDocument:
    """What the readings alone decide, read for this settlement only."""
    return settled(several(every, compare), RIVER, gathered(READ), periods.period(of), NOW)


@pytest.mark.proof
class TestWhatSettlementsShare:
    """Made from the same readings, they measure a closed period once; in any order, each is the one made alone."""

    @pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
    @pytest.mark.parametrize(
        "every", [*(pytest.param(each, marks=pytest.mark.proof) for each in ("month", "quarter")), "year"]
    )
    def test_in_any_order_and_with_other_agreements_between_each_is_the_one_settled_alone(self, order, every):
        shared = gathered(READ)
        for of in order:
            for compare in ("rounded", "unrounded"):
                together = settled(several(every, compare), RIVER, shared, periods.period(of), NOW)
                assert together == settled_alone(every, compare, of)

    def test_readings_shared_with_other_facts_are_measured_under_those_facts(self):
        agreement = an_agreement(SEVERAL, data=RULES)
        shared = gathered(READ)
        frozen = replace(shared, facts=[a_fact("s1", "2020-02", "frozen")])
        march = periods.period("2020-03")
        documents = [settled(agreement, RIVER, read, march, NOW) for read in (shared, frozen, shared)]
        grounds = [[e["reason"] for e in document["evaluations"] if e["excluded"]] for document in documents]
        assert grounds == [[], [], []]  # nothing is frozen in March itself
        years = [settled(agreement, RIVER, read, periods.period("2020"), NOW) for read in (shared, frozen, shared)]
        frozen_months = [
            [e["period"] for e in year["evaluations"] if e["excluded"] and e["clause"] == "worst"] for year in years
        ]
        assert frozen_months == [[], ["2020-02"], []]

    def test_a_closed_month_is_measured_once_for_all_that_share(self):
        agreement = an_agreement(SEVERAL, data=RULES)
        shared = gathered(READ)
        of_april, of_may = (
            closed_periods(agreement, RIVER, shared, measurements(agreement, RIVER, shared, span), span)
            for span in map(periods.period, ("2020-04", "2020-05"))
        )
        assert of_april.values is of_may.values
        measure = Measure(kind="concentration")
        april, may = (Element(span, span) for span in map(periods.period, ("2020-04", "2020-05")))
        times = []

        def measured(trail):
            times.append("measured")
            return Value(None)

        for closed, spot in ((of_april, april), (of_may, april), (of_april, may), (of_april, may)):
            closed.value(measure, spot, Trail(), measured)
        assert len(times) == 3  # April once; May twice, because the settlement of April ends before May does
