"""What is gathered once serves every period: reduced once, and no period sees what came after it."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from basin import periods
from settlement.gathered import Gathered, measurements
from settlement.settling import settled
from tests.settlement.makers import RIVER, RULES, an_agreement, gathered, monthly

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


def test_other_rules_reduce_the_readings_anew():
    read = gathered(READ)
    two_days = RULES.replace("min_days_a_month: 1", "min_days_a_month: 2")
    found = [
        measurements(an_agreement(CLASSES, data=rules), RIVER, read, periods.period("2020-03"))
        for rules in (RULES, two_days, RULES)
    ]
    key = ("s1", "tp", periods.period("2020-02"))
    assert [each.months[key].mean for each in found] == [0.1, None, 0.1]
