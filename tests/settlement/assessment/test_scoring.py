"""Performance assessment: the machinery of settlement with points in place of money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Engine

from basin import periods
from basin.errors import AgreementError, UnknownCode
from basin.registry import Registry, checked_scorecard
from basin.scorecards import Scorecard
from basin.written.agreement_files import tree
from monitoring_ingest.doors.files import READINGS, ingest
from monitoring_ingest.quality.flags import Quality
from settlement import store
from settlement.assessment.scoring import assessed
from settlement.run import assess, assess_each
from settlement.statement.canonical import canonical_json
from tests.clocks import stopped
from tests.registries import bundled
from tests.settlement.makers import RIVER, RULES, gathered, monthly, readings

NOW = datetime(2021, 1, 15, 8, tzinfo=UTC)
EXCLUDE = RULES.replace("missing_month: stop", "missing_month: exclude")
ATTAINMENT = """
  - {ref: attainment, points: 60, source: 第一项, measure: {kind: met, sections: all, over: month, take: mean,
     all_of: [{kind: quality_class, against: target, expressed: difference, at_most: 0}]}, scale: [{rate: 60}]}
"""
CHANGE = """
  - {ref: change, points: 40, source: 第二项, measure: {kind: index, sections: all, against: previous_year,
     weights: {nh3n: 1}, take: mean}, scale: [{up_to: 0.8, amount: 40}, {up_to: 1.2, amount: 20, rate: -10, origin: 1,
     per: 0.1}, {amount: 0}]}
"""
TREND = """
  - {ref: trend, points: 10, source: 第三项, measure: {kind: trend, sections: all, indicators: [nh3n],
     significance: 0.05, take: mean}, scale: [{up_to: -5, amount: 10}, {up_to: 5, amount: 5, rate: -1}, {amount: 0}]}
"""
COMPLETENESS = """
  - {ref: completeness, points: 20, source: 第四项, measure: {kind: completeness, sections: all, indicators: [nh3n],
     take: mean}, scale: [{rate: 20}]}
"""


def a_card(criteria: str, data: str = EXCLUDE, more: str = "") -> Scorecard:
    text = (
        f"code: card\ntitle: 试验评价表\nsource: 试验\nstandard: gb3838-2002\ndata: {data}\n{more}"
        f"bands: {{优: 90, 良: 80, 中: 60, 差: 0}}\ncriteria:\n{criteria}"
    )
    return checked_scorecard(tree(text), text, "card.yaml", RIVER)


def scored(
    criteria: str, values: Mapping[tuple[str, str, str], float], period: str = "2020", **card: str
) -> dict[str, Any]:
    """The assessment of the test river."""
    return assessed(a_card(criteria, **card), RIVER, "test", gathered(values), periods.period(period), NOW)


def ammonia(s1: list[float], s2: list[float], year: int = 2020) -> dict[tuple[str, str, str], float]:
    return monthly({("s1", "nh3n"): s1, ("s2", "nh3n"): s2}, year)


class TestPoints:
    """Each criterion earns its points; the score is of a hundred."""

    def test_months_that_attain_their_target_earn_in_proportion(self) -> None:
        found = scored(ATTAINMENT, ammonia([0.9] * 12, [1.2] * 6 + [0.9] * 6))  # 18 of 24
        (criterion,) = found["criteria"]
        assert (criterion["value"], criterion["earned"], criterion["points"]) == ("0.75", "45", "60")
        assert (found["score"], found["grade"], found["available"], found["earned"]) == ("75", "中", "60", "45")
        assert found["expression"] == "45 ÷ 60 × 100"

    @pytest.mark.parametrize(
        ("now", "before", "earned", "score", "grade"),
        [
            (0.9, 0.9, "20", "80", "良"), (0.72, 0.9, "40", "100", "优"), (0.9, 0.75, "0", "60", "中"),
            (0.9, 0.6, "0", "60", "中"), (0.81, 0.9, "30", "90", "优"),
        ],
    )  # fmt: skip
    def test_change_on_the_year_before(self, now: float, before: float, earned: str, score: str, grade: str) -> None:
        values = ammonia([now] * 12, [now] * 12) | ammonia([before] * 12, [before] * 12, 2019)
        found = scored(ATTAINMENT + CHANGE, values)
        assert (found["criteria"][1]["earned"], found["score"], found["grade"]) == (earned, score, grade)

    def test_a_criterion_without_data_leaves_the_denominator_and_says_so(self) -> None:
        found = scored(ATTAINMENT + CHANGE, ammonia([0.9] * 12, [0.9] * 12))
        attainment, change = found["criteria"]
        assert (attainment["earned"], change["earned"]) == ("60", None)
        assert change["reason"] == "no_readings"
        assert change["message_zh"]
        assert change["message_en"]
        assert (found["available"], found["score"], found["grade"]) == ("60", "100", "优")

    def test_without_any_data_there_is_no_score(self) -> None:
        found = scored(ATTAINMENT + CHANGE, {})
        assert (found["score"], found["grade"], found["available"]) == (None, None, "0")

    def test_a_rising_trend_costs_and_a_falling_one_earns(self) -> None:
        for sign, earned in ((1, "0"), (-1, "10"), (0, "5")):
            values: dict[tuple[str, str, str], float] = {}
            for step, year in enumerate(range(2013, 2021)):
                level = [1.0 + sign * step * 0.12 + month / 1000 for month in range(12)]
                values |= ammonia(level, level, year)
            (criterion,) = scored(TREND, values)["criteria"]
            assert criterion["earned"] == earned

    def test_means_that_differ_in_their_last_bits_alone_are_no_trend(self) -> None:
        values: dict[tuple[str, str, str], float] = {}
        for year in range(2013, 2021):
            level = 0.3 if year < 2017 else 0.1 + 0.2  # 0.30000000000000004
            values |= ammonia([level] * 12, [level] * 12, year)
        (criterion,) = scored(TREND, values)["criteria"]
        assert criterion["earned"] == "5"
        assert any("S = 0" in step["expression"] + step["value"] for step in criterion["working"])

    def test_one_year_is_too_short_for_a_trend(self) -> None:
        (criterion,) = scored(TREND, ammonia([1.0] * 12, [1.0] * 12))["criteria"]
        assert (criterion["earned"], criterion["reason"]) == (None, "too_few_years: s1 nh3n，1 < 2")

    def test_readings_that_are_missing_cost_in_proportion(self) -> None:
        days = {("s1", "nh3n", f"2020-07-{day:02d} 08:00"): 1.0 for day in range(1, 32) if day % 2}
        every_day = {("s2", "nh3n", f"2020-07-{day:02d} 08:00"): 1.0 for day in range(1, 32)}
        (criterion,) = scored(COMPLETENESS, days | every_day, "2020-07")["criteria"]
        assert criterion["value"] == "0.1263"  # of 186 four-hourly slots 16 and 31 are filled
        assert criterion["earned"] == "2.53"

    def test_a_station_is_measured_against_its_own_slots(self) -> None:
        days = {(s, "nh3n", f"2020-07-{day:02d} 08:00"): 1.0 for s in ("s1", "s2") for day in range(1, 32)}
        hourly = {code: replace(each, slot_hours=1) for code, each in RIVER.stations.items() if each.section == "s2"}
        network = replace(RIVER, stations={**RIVER.stations, **hourly})
        card, of = a_card(COMPLETENESS), periods.period("2020-07")
        (criterion,) = assessed(card, network, "test", gathered(days), of, NOW)["criteria"]
        assert criterion["value"] == "0.1042"  # 31 of 186 and 31 of 744

    def test_a_reading_that_was_removed_fills_no_slot(self) -> None:
        days = {(s, "nh3n", f"2020-07-{day:02d} 08:00"): 1.0 for s in ("s1", "s2") for day in range(1, 32)}
        read = gathered(days)
        removed = read.observations.index == 0
        judged = read.observations.assign(
            quality=np.where(removed, Quality.UNRELIABLE, Quality.RELIABLE), test=np.where(removed, "removed", "")
        )
        card, of = a_card(COMPLETENESS), periods.period("2020-07")
        values = [
            assessed(card, RIVER, "test", one, of, NOW)["criteria"][0]["value"]
            for one in (read, replace(read, observations=judged, kept={}))
        ]
        assert values == ["0.1667", "0.164"]  # 31 and 31 of 186 slots each, then 30 and 31


class TestPeriods:
    """A month, a quarter, a year, or a run of years as a whole."""

    @pytest.mark.parametrize(
        ("period", "value"),
        [("2020", "0.5"), ("2020-01", "1"), ("2020-12", "0"), ("2020Q1", "1"), ("2020Q4", "0"), ("2019..2020", "0.75")],
    )
    def test_only_the_period_asked_for_counts(self, period: str, value: str) -> None:
        halves = [0.9] * 6 + [1.2] * 6
        values = ammonia(halves, halves) | ammonia([0.9] * 12, [0.9] * 12, 2019)
        found = scored(ATTAINMENT, values, period)
        assert (found["criteria"][0]["value"], found["period"]) == (value, period)


class TestDocument:
    """What the document says and what its identity depends on."""

    def test_it_is_canonical_and_the_same_again(self) -> None:
        values = ammonia([0.9] * 12, [1.2] * 12)
        one, again = scored(ATTAINMENT, values), scored(ATTAINMENT, values)
        assert canonical_json(one) == canonical_json(again)
        assert one["id"] == f"card-test-2020-{one['digest'][:12]}"

    def test_the_working_can_be_followed(self) -> None:
        (criterion,) = scored(ATTAINMENT, ammonia([0.9] * 12, [1.2] * 6 + [0.9] * 6))["criteria"]
        assert any(step["label"] == "平均" and step["value"] == "0.75" for step in criterion["working"])
        assert any("60 × 0.75" in step["expression"] for step in criterion["working"])

    def test_what_rests_on_unverified_figures_is_not_verified(self) -> None:
        values = ammonia([0.9] * 12, [0.9] * 12)
        assert scored(ATTAINMENT, values)["verified"] is True
        assert scored(ATTAINMENT, values, more="verified: false\n")["verified"] is False
        noted = ATTAINMENT.replace("points: 60", "points: {value: 60, verified: false}")
        found = scored(noted, values)
        assert found["criteria"][0]["unverified"] == ["clauses.attainment.points"]
        assert found["verified"] is False

    def test_a_rule_that_is_used_and_not_stated_is_refused(self) -> None:
        with pytest.raises(AgreementError, match="没有写明 compare"):
            scored(ATTAINMENT, ammonia([1.0] * 12, [1.0] * 12), data=EXCLUDE.replace(" compare: rounded,", ""))


class TestStored:
    """Assessments in both databases."""

    def registry(self) -> Registry:
        card = a_card(ATTAINMENT + CHANGE)
        return Registry(RIVER, {}, {card.code: card}, ())

    def test_an_assessment_is_stored_once_and_read_back(self, engine: Engine) -> None:
        ingest(engine, RIVER, [("a.csv", readings(ammonia([0.9] * 12, [1.2] * 12)))], READINGS, stopped(NOW))
        first = assess(engine, self.registry(), "test", "2020", now=NOW)
        again = assess(engine, self.registry(), "test", "2020", now=NOW.replace(year=2022))
        assert first["digest"] == again["digest"]
        assert (first["score"], first["grade"]) == ("50", "差")
        with engine.connect() as connection:
            (header,) = store.assessments(connection, basin="test")
            kept = store.assessment(connection, first["id"])
        assert (header["score"], header["grade"]) == ("50", "差")
        assert {key: kept[key] for key in first} == first

    def test_years_assessed_from_one_read_are_those_assessed_alone(self, engine: Engine) -> None:
        """What came before the years of a trend, or after the year assessed, would change it and the completeness."""
        card = a_card(TREND + COMPLETENESS)
        registry = Registry(RIVER, {}, {card.code: card}, ())
        rising = {
            key: value + year / 1000
            for year in range(1998, 2021)
            for key, value in ammonia([0.9] * 12, [1.2] * 12, year).items()
            if (key[0], year) != ("s2", 2009)
        }
        later = monthly({("s2", "tp"): [0.1] * 12}, 2020)
        ingest(engine, RIVER, [("a.csv", readings(rising | later))], READINGS, stopped(NOW))
        years = ["2009", "2010", "2020"]
        together = list(assess_each(engine, registry, "test", years, stopped(NOW)))
        alone = [assess(engine, registry, "test", year, now=NOW) for year in years]
        assert together == alone
        assert [document["period"] for document in together] == years
        with engine.connect() as connection:
            assert len(store.assessments(connection)) == 3

    def test_no_years_are_no_assessments(self, engine: Engine) -> None:
        assert list(assess_each(engine, self.registry(), "test", [], stopped(NOW))) == []

    def test_an_unknown_basin_is_refused_with_the_known_ones(self, engine: Engine) -> None:
        with pytest.raises(UnknownCode, match="没有流域 nowhere") as refused:
            assess(engine, self.registry(), "nowhere", "2020", now=NOW)
        assert "test" in refused.value.remedy


def test_the_bundled_scorecard_is_marked_unverified() -> None:
    registry = bundled()
    found = assessed(registry.scorecard, registry.network, "xinan", gathered({}), periods.period("2020"), NOW)
    assert [criterion["ref"] for criterion in found["criteria"] if not criterion["unverified"]] == []
    assert found["verified"] is False
