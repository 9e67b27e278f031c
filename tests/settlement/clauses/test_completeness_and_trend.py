"""Trend and completeness: each looks at its own years, whatever another clause makes the program read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from basin import periods
from basin.agreement import Agreement
from basin.draws import floats
from settlement.clauses.evaluation import Evaluator
from settlement.gathered import Gathered, measurements
from settlement.settling import settled
from settlement.whatif import shifted, whatif
from tests.settlement.makers import RIVER, RULES, an_agreement, gathered, monthly
from tests.settlement.test_run import NOW

EXCLUDE = RULES.replace("missing_month: stop", "missing_month: exclude").replace(
    "compare: rounded", "compare: unrounded"
)
TREND = "kind: trend, section: s1, indicator: cu, significance: 0.05"
COMPLETE = "kind: completeness, section: s2, indicator: cu"
CLASS = "kind: quality_class, section: s1"
PAYS = "scale: [{rate: 1}], pays: upstream, receives: downstream"
# what reads further back than most clauses do
COMPANIONS = {
    "last year": f"- {{ref: x, measure: {{{CLASS}, against: previous_year, expressed: difference}}, {PAYS}}}",
    "the term": f"- {{ref: x, every: term, measure: {{kind: concentration, section: s1, indicator: cu}}, {PAYS}}}",
    "thirty years": f"- {{ref: x, measure: {{{TREND}, years: {{window: 30}}}}, {PAYS}}}",
    "completeness": f"- {{ref: x, measure: {{{COMPLETE}}}, {PAYS}}}",
    "weeks": f"- {{ref: x, every: week, measure: {{kind: concentration, section: s1, indicator: cu}}, {PAYS}}}",
}


def falling(first: int, last: int, percent: float = 10, section: str = "s1") -> dict[tuple[str, str, str], float]:
    """Copper that falls by so many percent of its mid-level a year, with the same seasons every year."""
    middle = (first + last) / 2
    values: dict[tuple[str, str, str], float] = {}
    for year in range(first, last + 1):
        level = 0.1 * (1 - percent / 100 * (year - middle))
        values |= monthly({(section, "cu"): [round(level + month / 1000, 5) for month in range(12)]}, year)
    return values


def read_for(agreement: Agreement, values: dict[tuple[str, str, str], float], span: pd.Period) -> Gathered:
    """What a store gives: the readings in the agreement's window, and no others."""
    everything = gathered(values)
    between = agreement.window(span)
    time = everything.observations["time"]
    inside = (time >= between.start) & (time <= between.end)
    return replace(everything, observations=everything.observations[inside].reset_index(drop=True))


def document(clauses: str, values: dict[tuple[str, str, str], float], period: str, **header: str) -> dict[str, Any]:
    agreement = an_agreement(clauses, **{"data": EXCLUDE, "starts": "2010-01-01", "ends": "2027-12-31", **header})
    span = periods.period(period)
    return dict(settled(agreement, RIVER, read_for(agreement, values, span), span, NOW))


def clause(measure: str, more: str = "") -> str:
    return f'- {{ref: "1", measure: {{{measure}}}, {PAYS}{more}}}\n'


def row(found: dict[str, Any]) -> dict[str, Any]:
    evaluation = next(e for e in found["evaluations"] if e["clause"] == "1")
    statistics = [found["statistics"][place] for place in evaluation["statistics"]]
    return {**evaluation, "statistics": statistics, "year_to_date": None}


class TestYears:
    """A trend reads and uses its own years."""

    @pytest.mark.parametrize(
        ("clauses", "period", "header"),
        [
            (clause(TREND), "2025", {}),
            (COMPANIONS["last year"] + "\n" + clause(TREND), "2025", {}),
            (clause(TREND, ", every: term"), "2018..2025", {"starts": "2018-01-01", "ends": "2025-12-31"}),
        ],
    )
    def test_ten_stored_years_are_ten_years_whatever_else_is_asked(
        self, clauses: str, period: str, header: dict[str, str]
    ) -> None:
        found = row(document(clauses, falling(2016, 2025), period, **header))
        assert -10 < float(found["value"]) < -9
        assert (
            "2016–2025 年中 10 年有月均值（协议未写 years：取最近 10 年，至少 2 年）"
            in found["working"][0]["expression"]
        )

    @pytest.mark.parametrize(
        ("years", "used"),
        [("", "2016–2025 年中 10 年"), (", years: {window: 3}", "2023–2025 年中 3 年"),
         (", years: {window: 20, least: 5}", "2006–2025 年中 20 年")],
    )  # fmt: skip
    def test_older_years_than_the_window_are_not_used(self, years: str, used: str) -> None:
        """Copper rises until 2015 and falls from then on."""
        values = falling(1996, 2015, -4) | falling(2016, 2025)
        found = row(document(clause(TREND + years), values, "2025"))
        assert used in found["working"][0]["expression"]
        assert (float(found["value"]) < -5) == (years != ", years: {window: 20, least: 5}")

    def test_the_years_of_each_of_several_years_settled_are_its_own(self) -> None:
        one = [row(document(clause(TREND), falling(2008, 2025), str(year)))["value"] for year in (2018, 2025)]
        together = document(clause(TREND), falling(2008, 2025), "2018..2025")
        assert [together["evaluations"][place]["value"] for place in (0, -1)] == one

    @pytest.mark.parametrize(
        ("first", "years", "reason"),
        [
            (2025, "", "too_few_years: s1 cu，1 < 2"),
            (2022, ", years: {window: 10, least: 5}", "too_few_years: s1 cu，4 < 5"),
            (2021, ", years: {window: 10, least: 5}", None),
            (2021, ", years: {window: 4, least: 4}", None),
        ],
    )
    @pytest.mark.parametrize("missing_month", ["stop", "exclude"])
    def test_too_few_years_are_a_listed_stop_under_either_rule(
        self, first: int, years: str, reason: str | None, missing_month: str
    ) -> None:
        data = EXCLUDE.replace("missing_month: exclude", f"missing_month: {missing_month}")
        found = document(clause(TREND + years), falling(first, 2025), "2025", data=data)
        assert [stop["reason"] for stop in found["stops"]] == ([] if reason is None else [reason])
        assert found["kind"] == ("payable" if reason is None else "stopped")


@pytest.mark.proof
@pytest.mark.parametrize("companion", COMPANIONS)
@pytest.mark.parametrize(
    "measure",
    [
        TREND,
        TREND + ", at: previous_year",
        COMPLETE,
        CLASS,
        CLASS + ", against: previous_year, expressed: difference",
        "kind: concentration, section: s1, indicator: cu, at: previous_year, against: previous_year, expressed: ratio",
        "kind: concentration, section: s2, indicator: cu",
        "kind: concentration, section: s1, indicator: cu, over: week, take: max",
    ],
)
def test_no_other_clause_changes_what_a_measure_comes_to(measure: str, companion: str) -> None:
    """s2 fell silent in 2021; s1 measured zinc until 2015."""
    zinc = monthly({("s1", "zn"): [9.0] * 12}, 2015)
    values = falling(2000, 2025) | falling(2012, 2021, section="s2") | zinc
    alone = row(document(clause(measure), values, "2025"))
    beside = row(document(clause(measure) + COMPANIONS[companion], values, "2025"))
    assert beside == alone


def test_a_section_that_fell_silent_in_its_last_ten_years_counts_zero_and_one_silent_longer_is_none() -> None:
    for last, value in ((2016, "0"), (2015, None)):
        values = falling(2010, last, section="s2") | falling(2024, 2025)
        assert row(document(clause(COMPLETE), values, "2025"))["value"] == value


def test_a_trend_is_priced_in_draws_as_it_is() -> None:
    agreement = an_agreement(clause(TREND), data=EXCLUDE, starts="2010-01-01", ends="2027-12-31")
    span = periods.period("2025")
    readings = gathered(falling(2016, 2025) | falling(2016, 2025, section="s2"))
    data = measurements(agreement, RIVER, readings, span)
    exact = next(iter(Evaluator(agreement, RIVER, data).evaluations("1", span))).value
    moved = shifted(data, [("s1", "cu"), ("s2", "cu")], span)
    drawn = next(iter(Evaluator(agreement, RIVER, moved).evaluations("1", span))).value
    assert exact is not None
    assert drawn is not None
    here, elsewhere = np.asarray(floats(drawn)).tolist()
    assert elsewhere == pytest.approx(float(exact))
    assert here >= elsewhere  # a higher last year falls less; the median slope may not notice


def test_a_what_if_prices_a_trend_beside_a_mean() -> None:
    clauses = clause(TREND) + f"- {{ref: x, measure: {{kind: concentration, section: s1, indicator: cu}}, {PAYS}}}"
    agreement = an_agreement(clauses, data=EXCLUDE, starts="2010-01-01", ends="2027-12-31")
    answer = whatif(agreement, agreement, RIVER, gathered(falling(2016, 2025)), [periods.period("2025")])
    assert answer["years"][0]["stops"] == {"in_force": [], "proposed": []}
