"""Late data: which settlements have any, and what settling again would change; nothing is changed by asking."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Engine

from basin.registry import Registry
from monitoring_ingest.database.engine import writing
from monitoring_ingest.doors.files import READINGS, Door, ingest
from monitoring_ingest.doors.files import door as door_of
from monitoring_ingest.quality.running import run
from monitoring_ingest.quality.settings import DeclaredTest
from monitoring_ingest.readings.facts import Fact
from monitoring_ingest.records import store as intake
from settlement import store
from settlement.restating import difference
from settlement.restating.late import OPEN, came_late, effect_of, would_change, would_change_one
from settlement.run import settle
from settlement.statement.engine_version import as_made_by
from settlement.states import CONFIRMED, IN_REVIEW, REVOKED, TRIAL, StatusChange
from tests.clocks import stopped
from tests.databases import sqlite
from tests.settlement.documents import lushui_2020
from tests.settlement.makers import RIVER, RULES, a_fact, an_agreement, monthly, per_unit, readings
from tests.settlement.statuses import set_status

NOW = datetime(2021, 1, 15, 8, tzinfo=UTC)
LATER = NOW + timedelta(days=30)
# 1 万元 per mg/L of NH3-N above Ⅲ (1.0), month by month: twelve months come to 0.17 万元 in the mean
EXCESS = per_unit("kind: concentration, section: s1, indicator: nh3n, against: target, expressed: difference")
TWELVE = [1.5, 1.2, 0.8, 0.9, 1.1, 1.3, 1.0, 1.4, 0.7, 0.6, 1.6, 1.9]
YEAR = monthly({("s1", "nh3n"): TWELVE})
DECEMBER = ("s1", "nh3n", "2020-12-15 12:00")


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[Engine]:
    made = sqlite(tmp_path / "quick.sqlite")
    yield made
    made.dispose()


def a_registry(clauses: str = EXCESS, rules: str = RULES) -> Registry:
    agreement = an_agreement(clauses, data=rules)
    return Registry(RIVER, {agreement.code: agreement}, {}, ())


def sent(engine: Engine, values: dict[Any, float], now: datetime = NOW, name: str = "a.csv", sender: str = "") -> None:
    through = Door(READINGS, door_of(READINGS, RIVER).read, sender)
    ingest(engine, RIVER, [(name, readings(values))], through, stopped(now))


def in_review(engine: Engine, registry: Registry, values: dict[Any, float] = YEAR, status: str = IN_REVIEW) -> str:
    """A year settled from these readings and brought to a status."""
    sent(engine, values)
    identity: str = settle(engine, registry, "test-river", "2020", now=NOW)["id"]
    for step in {TRIAL: (), IN_REVIEW: (IN_REVIEW,), CONFIRMED: (IN_REVIEW, CONFIRMED)}[status]:
        set_status(engine, identity, StatusChange(step, f"经办人{step}", "数据齐全"), stopped(NOW))
    return identity


def listed(engine: Engine, registry: Registry, **asked: Any) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        return would_change(connection, registry, LATER + timedelta(days=1), **asked)


def observations(*rows: tuple[str, str, str, float]) -> pd.DataFrame:
    """(station, indicator, UTC time, value) as a frame of observations."""
    columns = ("station", "indicator", "time", "value")
    frame = pd.DataFrame(dict(zip(columns, zip(*rows, strict=True), strict=True)))
    times = pd.to_datetime(frame["time"], utc=True).dt.as_unit("ns")
    return frame.assign(time=times, censored=False, status="正常", mark="", revision=1)


class TestChanges:
    def test_new_revised_and_removed_readings_are_told_and_equal_ones_are_not(self) -> None:
        before = observations(("s1", "tp", "2020-01-01", 0.1), ("s1", "tp", "2020-01-02", 0.2),
                              ("s1", "tp", "2020-01-03", 0.3))  # fmt: skip
        after = observations(("s1", "tp", "2020-01-01", 0.1), ("s1", "tp", "2020-01-02", 0.25),
                             ("s1", "tp", "2020-01-04", 0.4))  # fmt: skip
        found = difference.changes(before, after)
        told = [tuple(row) for row in found[["time", "change", "was", "value"]].fillna(-1).itertuples(index=False)]
        day = pd.Timestamp("2020-01-02", tz="UTC")
        assert told == [
            (day, "revised", 0.2, 0.25),
            (day + timedelta(days=1), "removed", 0.3, -1),
            (day + timedelta(days=2), "new", -1, 0.4),
        ]

    def test_an_overlay_revises_what_is_there_and_the_last_of_one_key_counts(self) -> None:
        stored = observations(("s1", "tp", "2020-01-01", 0.1))
        extra = observations(("s1", "tp", "2020-01-01", 0.2), ("s1", "tp", "2020-01-01", 0.3),
                             ("s1", "tp", "2020-01-02", 0.4))  # fmt: skip
        found = difference.overlaid(stored, extra)
        assert found[["value", "revision"]].to_numpy().tolist() == [[0.3, 2], [0.4, 1]]

    def test_what_became_unreliable_is_as_good_as_removed_and_stays_so_under_an_overlay(self) -> None:
        before = observations(("s1", "tp", "2020-01-01", 0.1), ("s1", "tp", "2020-01-02", 0.2)).assign(
            quality=1, test=""
        )
        after = before.assign(quality=[1, 3], test=["", "spike"])
        assert difference.changes(before, after)[["change", "was"]].to_numpy().tolist() == [["removed", 0.2]]
        found = difference.overlaid(after, observations(("s1", "tp", "2020-01-03", 0.3)))
        assert found[["quality", "test"]].to_numpy().tolist() == [[1, ""], [3, "spike"], [0, ""]]

    def test_an_overlay_of_nothing_changes_nothing(self) -> None:
        stored = observations(("s1", "tp", "2020-01-01", 0.1))
        assert difference.changes(stored, difference.overlaid(stored, stored.iloc[:0])).empty


class TestWouldChange:
    @pytest.mark.parametrize(("doubtful", "removed"), [("use", 0), ("leave_out", 2)])
    def test_a_doubt_is_as_good_as_a_removal_where_the_agreement_leaves_it_out(
        self, engine: Engine, doubtful: str, removed: int
    ) -> None:
        """Above 1.5 mg/L is not expected: November and December, whose means go with their only readings."""
        registry = a_registry(rules=RULES.replace("}", f", doubtful: {doubtful}}}"))
        in_review(engine, registry)
        keywords = {"possible": (0, 100), "expected": (0, 1.5)}
        run(engine, stopped(LATER), tests={"nh3n": (DeclaredTest("gross_range", keywords, "示例", False),)})
        (found,) = listed(engine, registry)
        assert found["readings"] == {"new": 0, "revised": 0, "removed": removed}
        assert found["changed"] is (removed > 0)

    def test_a_late_revision_is_listed_with_its_effect_and_changes_nothing(self, engine: Engine) -> None:
        registry = a_registry()
        identity = in_review(engine, registry)
        assert listed(engine, registry) == []
        sent(engine, {DECEMBER: 3.1}, LATER, "更正.csv", "省监测中心")
        (found,) = listed(engine, registry)
        assert found["settlement"] == identity
        assert found["readings"] == {"new": 0, "revised": 1, "removed": 0}
        change = {"was_yuan": "1700.00", "would_be_yuan": "2700.00", "difference_yuan": "1000.00"}
        assert found["transfers"] == [{"payer": "up", "payee": "down", **change}]
        assert found["obligations"] == [{"clause": "1", "period": "2020", "payer": "up", "payee": "down", **change}]
        assert (found["changed"], found["stops_appear"], found["settled_again"]) == (True, [], None)
        with engine.connect() as connection:
            assert len(store.settlements(connection)) == 1
            assert store.settlement(connection, identity)["status"] == IN_REVIEW
            assert came_late(connection, registry, identity, LATER) == 1

    def test_one_settlement_tells_who_sent_each_late_reading(self, engine: Engine) -> None:
        registry = a_registry()
        identity = in_review(engine, registry)
        sent(engine, {DECEMBER: 3.1}, LATER, "更正.csv", "省监测中心")
        with engine.connect() as connection:
            found = would_change_one(connection, registry, identity, LATER)
        assert found["late_readings"] == [
            {
                "station": "s1", "indicator": "nh3n", "time": "2020-12-15T04:00:00Z", "change": "revised",
                "was": 1.9, "value": 3.1, "recorded_at": "2021-02-14T08:00:00Z", "submission": 2, "door": "readings",
                "sender": "省监测中心", "name": "更正.csv", "value_text": "3.1", "unit": "mg/L",
            }
        ]  # fmt: skip

    def test_a_late_reading_that_changes_no_amount_is_listed_as_such(self, engine: Engine) -> None:
        registry = a_registry()
        in_review(engine, registry)
        sent(engine, {("s1", "nh3n", "2020-12-16 12:00"): 1.9}, LATER)  # as the one of the day before
        (found,) = listed(engine, registry)
        assert (found["readings"]["new"], found["transfers"], found["obligations"]) == (1, [], [])
        assert found["changed"]  # the working counts the readings

    def test_what_was_missing_comes_late_and_the_stop_vanishes(self, engine: Engine) -> None:
        registry = a_registry()
        in_review(engine, registry, monthly({("s1", "nh3n"): TWELVE[:11]}))
        sent(engine, {DECEMBER: 1.9}, LATER)
        (found,) = listed(engine, registry)
        assert [stop["reason"] for stop in found["stops_vanish"]] == ["no_readings"]
        assert (found["kind"], found["kind_would_be"]) == ("stopped", "payable")
        assert found["transfers"] == [
            {"payer": "up", "payee": "down", "was_yuan": None, "would_be_yuan": "1700.00", "difference_yuan": None}
        ]

    def test_a_late_fact_can_make_a_month_drop_out(self, engine: Engine) -> None:
        registry = a_registry()
        identity = in_review(engine, registry)
        with writing(engine) as connection:
            intake.record_fact(connection, a_fact("s1", "2020-12", "frozen", approved_by="另一人"), LATER)
        (found,) = listed(engine, registry)
        assert (found["settlement"], found["readings"]["new"]) == (identity, 0)
        assert [fact["kind"] for fact in found["facts"]] == ["frozen"]
        assert [row["would_be_yuan"] for row in found["transfers"]] == ["1000.00"]  # 12.1 over 11 months is 1.10

    def test_readings_of_another_section_year_or_before_the_settlement_are_not_late(self, engine: Engine) -> None:
        registry = a_registry()
        in_review(engine, registry)
        sent(engine, {("s1", "nh3n", "2021-01-15 12:00"): 9.0}, LATER)
        sent(engine, {("s1", "nh3n", "2019-12-15 12:00"): 9.0}, LATER)
        assert listed(engine, registry) == []


def recorded(engine: Engine, *facts: Fact, at: datetime = LATER) -> None:
    with writing(engine) as connection:
        for fact in facts:
            intake.record_fact(connection, fact, at)


class TestWhatNoClauseReads:
    """Data about the sections and years of a settlement that none of its clauses looked up are not late."""

    MONTHLY = EXCESS.replace("{ref", "{every: month, ref")
    ASKS = EXCESS.replace(
        "- {ref", "- {unless: [{kind: reported, fact: incident, otherwise: 0, at_least: 1, because: 事故}], ref"
    )
    UNPAID = (
        EXCESS
        + """
- {ref: late, measure: {kind: reported, fact: unpaid}, scale: [{rate: 10%}], pays: downstream, receives: upstream}
"""
    )

    def test_a_reading_of_an_indicator_that_no_clause_looks_at(self, engine: Engine) -> None:
        registry = a_registry()
        identity = in_review(engine, registry)
        sent(engine, {("s1", "tp", "2020-12-15 12:00"): 0.1}, LATER)
        assert listed(engine, registry) == []
        with engine.connect() as connection:
            detail = would_change_one(connection, registry, identity, LATER + timedelta(days=1))
            assert (detail["readings"]["new"], detail["late_readings"]) == (0, [])
            assert came_late(connection, registry, identity, LATER + timedelta(days=1)) == 0

    def test_a_correction_of_july_is_late_for_july_alone(self, engine: Engine) -> None:
        registry = a_registry(self.MONTHLY)
        sent(engine, YEAR)
        for month in ("2020-06", "2020-07", "2020-08", "2020-12"):
            settle(engine, registry, "test-river", month, now=NOW)
        sent(engine, {("s1", "nh3n", "2020-07-15 12:00"): 3.0}, LATER)
        assert [of_month["period"] for of_month in listed(engine, registry, statuses=OPEN)] == ["2020-07"]
        extra = pd.DataFrame({
            "station": ["t1"], "indicator": ["nh3n"], "time": [pd.Timestamp("2020-07-20T04:00Z")], "value": [3.0],
            "censored": [False], "status": [""], "mark": [""],
        })  # fmt: skip
        with engine.connect() as connection:
            effects = effect_of(connection, registry, extra, LATER + timedelta(days=1))
        assert {effect["period"] for effect in effects} <= {"2020-07"}

    @pytest.mark.parametrize(
        ("fact", "listed_kinds"),
        [
            (a_fact("test-river", "2020", "incident"), ["incident"]),
            (a_fact("test-river", "2020-07", "incident"), ["incident"]),  # a part of the year lets no default in
            (a_fact("test-river", "2019", "incident"), []),
            (a_fact("test-river", "2020", "funds used"), []),
            (a_fact("s1", "2020-07", "disaster", approved_by="另一人"), []),  # a ground the agreement does not know
            (a_fact("test-river", "2020", "paid", "1"), []),
            (a_fact("s1", "2020", "quality_class", "3"), []),
        ],
    )
    def test_a_fact_counts_where_a_clause_asks_for_it(self, quick: Engine, fact: Fact, listed_kinds: list[str]) -> None:
        registry = a_registry(self.ASKS)
        in_review(quick, registry)
        recorded(quick, fact)
        kinds = [late["kind"] for settlement in listed(quick, registry) for late in settlement["facts"]]
        assert kinds == listed_kinds

    def test_what_was_revised_or_withdrawn_since_is_late(self, quick: Engine) -> None:
        registry = a_registry(self.ASKS)
        incident = a_fact("test-river", "2020", "incident")
        recorded(quick, incident, at=NOW)
        in_review(quick, registry)
        assert listed(quick, registry) == []
        recorded(quick, replace(incident, value="", withdrawn_by="更正函", reason="误报"))
        (found,) = listed(quick, registry)
        assert [(late["kind"], late["withdrawn_by"]) for late in found["facts"]] == [("incident", "更正函")]
        assert [row["difference_yuan"] for row in found["transfers"]] == ["1700.00"]

    @pytest.mark.parametrize(("period", "count"), [("2019", 1), ("2020", 0)])
    def test_a_payment_counts_where_a_clause_asks_what_is_unpaid_and_it_is_of_before(
        self, quick: Engine, period: str, count: int
    ) -> None:
        registry = a_registry(self.UNPAID)
        in_review(quick, registry)
        recorded(quick, a_fact("test-river", period, "paid", "1"))
        assert sum(len(settlement["facts"]) for settlement in listed(quick, registry)) == count

    def test_its_own_confirmation_is_no_change_of_the_ledger(self, quick: Engine) -> None:
        registry = a_registry(self.UNPAID)
        in_review(quick, registry, status=CONFIRMED)
        assert listed(quick, registry) == []


class TestStanding:
    def test_a_trial_is_listed_only_when_asked_for_and_a_withdrawn_one_never(self, engine: Engine) -> None:
        registry = a_registry()
        identity = in_review(engine, registry, status=TRIAL)
        sent(engine, {DECEMBER: 3.1}, LATER)
        assert listed(engine, registry) == []
        assert [one["settlement"] for one in listed(engine, registry, statuses=OPEN)] == [identity]
        set_status(engine, identity, StatusChange(REVOKED, "甲", "数据有误"), stopped(LATER))
        assert listed(engine, registry, statuses=OPEN) == []

    def test_a_confirmed_one_stays_listed_until_it_is_withdrawn_and_says_that_it_was_settled_again(
        self, engine: Engine
    ) -> None:
        registry = a_registry()
        identity = in_review(engine, registry, status=CONFIRMED)
        sent(engine, {DECEMBER: 3.1}, LATER)
        again = settle(engine, registry, "test-river", "2020", now=LATER)["id"]
        (found,) = listed(engine, registry, statuses=OPEN)
        assert (found["settlement"], found["settled_again"]) == (identity, {"id": again, "status": TRIAL})
        set_status(engine, identity, StatusChange(REVOKED, "甲", "以新数据重算"), stopped(LATER))
        assert listed(engine, registry, statuses=OPEN) == []

    def test_what_settling_again_gives_is_what_was_told(self, engine: Engine) -> None:
        registry = a_registry()
        in_review(engine, registry)
        sent(engine, {DECEMBER: 3.1}, LATER)
        (found,) = listed(engine, registry)
        assert settle(engine, registry, "test-river", "2020", now=LATER)["id"] == found["would_be"]

    def test_of_several_years_each_is_settled_again_from_the_readings_of_its_own_window(self, engine: Engine) -> None:
        """A trend takes two years, and 2020 knows only one, also where 2021 is read for another settlement."""
        registry = a_registry(per_unit("kind: trend, section: s1, indicator: nh3n, significance: 0.5"))
        risen = [value + 1 for value in TWELVE]
        now = NOW.replace(year=2022)
        sent(engine, YEAR | monthly({("s1", "nh3n"): risen}, 2021), now)
        made = [settle(engine, registry, "test-river", year, now=now) for year in ("2020", "2021")]
        stops = [[stop["reason"] for stop in document["stops"]] for document in made]
        assert stops == [["too_few_years: s1 nh3n，1 < 2"], []]
        sent(engine, {("s1", "nh3n", f"{year}-12-16 12:00"): 1.0 for year in (2020, 2021)}, now + timedelta(days=1))
        with engine.connect() as connection:
            late = would_change(connection, registry, now + timedelta(days=2), (TRIAL,))
        assert [(row["period"], row["stops_vanish"]) for row in late] == [("2020", []), ("2021", [])]
        again = settle(engine, registry, "test-river", "2021", now=now + timedelta(days=2))
        would_be = [[transfer["would_be_yuan"] for transfer in row["transfers"]] for row in late]
        assert would_be == [[], [again["transfers"][0]["amount_yuan"]]]


class TestEffectOf:
    def effect(self, engine: Engine, registry: Registry, *rows: tuple[str, str, str, float]) -> list[dict[str, Any]]:
        with engine.connect() as connection:
            return effect_of(connection, registry, observations(*rows), LATER)

    def test_further_observations_tell_what_they_would_change_before_they_are_stored(self, engine: Engine) -> None:
        registry = a_registry()
        identity = in_review(engine, registry, status=TRIAL)
        (found,) = self.effect(engine, registry, ("s1", "nh3n", "2020-12-15T04:00Z", 3.1))
        assert (found["settlement"], found["readings"]) == (identity, {"new": 0, "revised": 1, "removed": 0})
        assert [row["difference_yuan"] for row in found["transfers"]] == ["1000.00"]
        assert len(intake_of(engine)) == 12
        sent(engine, {DECEMBER: 3.1}, LATER)
        (told,) = listed(engine, registry, statuses=OPEN)
        assert told["transfers"] == found["transfers"]

    def test_what_was_late_already_is_on_both_sides(self, engine: Engine) -> None:
        registry = a_registry()
        in_review(engine, registry)
        sent(engine, {DECEMBER: 3.1}, LATER)
        (found,) = self.effect(engine, registry, ("s1", "nh3n", "2020-12-15T04:00Z", 4.3))
        assert [(row["was_yuan"], row["would_be_yuan"]) for row in found["transfers"]] == [("2700.00", "3700.00")]

    def test_a_repeat_changes_nothing_and_what_no_settlement_looks_at_is_not_told(self, engine: Engine) -> None:
        registry = a_registry()
        in_review(engine, registry)
        (same,) = self.effect(engine, registry, ("s1", "nh3n", "2020-12-15T04:00Z", 1.9))
        assert (same["changed"], same["readings"]["revised"]) == (False, 0)
        assert self.effect(engine, registry, ("s1", "nh3n", "2022-12-15T04:00Z", 9.9)) == []
        assert self.effect(engine, registry, ("nowhere", "nh3n", "2020-12-15T04:00Z", 9.9)) == []


def intake_of(engine: Engine) -> pd.DataFrame:
    with engine.connect() as connection:
        return intake.observations(connection)


def test_the_version_of_the_engine_alone_is_no_change_of_a_settlement() -> None:
    document = lushui_2020()
    before = as_made_by(document, None)
    assert before["digest"] != document["digest"]
    assert difference.effect(before, document)["changed"] is False
    other = as_made_by(document | {"title": "另一份"}, "0")
    assert difference.effect(before, other)["changed"] is True
