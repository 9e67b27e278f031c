"""What an indication owes: a clause whose own period is over owes, whatever other clauses wait for."""

from __future__ import annotations

import pytest

from basin import periods
from settlement.gathered import Gathered
from settlement.settling import settled
from tests.settlement.makers import RIVER, RULES, an_agreement, gathered, monthly
from tests.settlement.test_run import NOW

QUARTERLY = """
- {ref: L, every: quarter, measure: {kind: concentration, section: s1, indicator: nh3n}, scale: [{rate: 1}]}
- {ref: "1", every: quarter, measure: {kind: result, of: [L], over: month, take: max}, scale: [{rate: 1}],
   pays: upstream, receives: downstream}
"""
YEARLY = """
- {ref: Y, every: year, measure: {kind: concentration, section: s1, indicator: nh3n}, scale: [{rate: 1}],
   pays: upstream, receives: downstream}
"""


def readings() -> Gathered:
    return gathered(monthly({("s1", "nh3n"): [1.0, 2.0, 6.0, 1.0]}))


def owed(clauses: str, period: str) -> dict[str, str]:
    """clause: yuan, of what a settlement owes."""
    document = settled(an_agreement(clauses, data=RULES), RIVER, readings(), periods.period(period), NOW)
    return {row["clause"]: row["amount_yuan"] for row in document["obligations"]}


@pytest.mark.parametrize("unrelated", ["", YEARLY])
def test_a_yearly_clause_beside_it_does_not_change_what_a_quarter_owes(unrelated: str) -> None:
    """Each month looks at its whole quarter: the mean of 1, 2 and 6 is 3, whichever month asks."""
    assert owed(QUARTERLY + unrelated, "2020Q1") == {"1": "30000.00"}


BRANCHES = """
- {ref: M, every: month, measure: {kind: concentration, section: s1, indicator: nh3n}, scale: [{rate: 1}]}
- {ref: Y, every: year, measure: {kind: concentration, section: s1, indicator: nh3n}, scale: [{rate: 1}]}
- {ref: "1", every: month, each: {section: [s1, s2]},
   measure: {kind: result, of: {by: section, s1: [FIRST], s2: [SECOND]}}, scale: [{rate: RATE}],
   pays: up, receives: down}
"""


@pytest.mark.parametrize(("first", "second"), [("Y", "M"), ("M", "Y")])
def test_a_clause_waits_for_its_year_whichever_branch_takes_it(first: str, second: str) -> None:
    clauses = BRANCHES.replace("FIRST", first).replace("SECOND", second)
    assert owed(clauses.replace("RATE", "1/12"), "2020-01") == {}


LINE_BETWEEN = """
- {ref: M, every: month, measure: {kind: concentration, section: s1, indicator: nh3n}, scale: [{rate: 1}]}
- {ref: Y, every: year, measure: {kind: concentration, section: s1, indicator: nh3n}, scale: [{rate: 1}]}
- {ref: B, every: month, each: {section: [s1, s2]},
   measure: {kind: result, of: {by: section, s1: [FIRST], s2: [SECOND]}}}
- {ref: "1", every: month, measure: {kind: result, of: [B]}, scale: [{rate: 1/12}], pays: up, receives: down}
"""


@pytest.mark.parametrize(("first", "second"), [("Y", "M"), ("M", "Y")])
def test_it_waits_for_a_year_that_a_line_takes_in_any_branch(first: str, second: str) -> None:
    assert owed(LINE_BETWEEN.replace("FIRST", first).replace("SECOND", second), "2020-01") == {}


def test_a_yearly_clause_that_nothing_monthly_takes_lets_the_month_be_owed() -> None:
    clauses = BRANCHES.replace("FIRST", "M").replace("SECOND", "M").replace("RATE", "1")
    yearly = """
- {ref: "2", every: year, measure: {kind: result, of: [Y]}, scale: [{rate: 1}], pays: up, receives: down}
"""
    assert owed(clauses + yearly, "2020-01") == {"1": "20000.00"}


DATED = """
- {ref: M, every: month, measure: {kind: concentration, section: s1, indicator: nh3n}, scale: [{rate: 1}]}
- {ref: Y, every: year, measure: {kind: concentration, section: s1, indicator: nh3n}, scale: [{rate: 1}]}
- {ref: "1", every: month, measure: {kind: result, of: {2020-01-01: [M], 2020-03-01: [Y]}}, scale: [{rate: 1/12}],
   pays: up, receives: down}
"""


def test_months_before_the_branch_that_takes_the_year_are_owed() -> None:
    document = settled(an_agreement(DATED, data=RULES), RIVER, readings(), periods.period("2020Q1"), NOW)
    assert [(row["period"], row["amount_yuan"]) for row in document["obligations"]] == [
        ("2020-01", "833.33"),
        ("2020-02", "1666.67"),
    ]
