"""Statistics, statements and evidence obey flags: unreliable readings are left out by name, doubtful ones are shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from basin.periods import Window
from basin.registry import Registry
from monitoring_ingest.doors.files import READINGS, ingest
from monitoring_ingest.quality.decisions import decision
from monitoring_ingest.quality.reviewing import decide
from monitoring_ingest.quality.running import run
from monitoring_ingest.quality.settings import DeclaredTest
from monitoring_ingest.readings.frames import Key
from settlement.evidence.exporting import evidence, recomputed
from settlement.evidence.pack import contents, verify
from settlement.gathered import data_rules
from settlement.known import gathered
from settlement.run import settle
from settlement.statement.readings_behind import readings_behind, readings_by_series
from tests.clocks import stopped
from tests.settlement.makers import RIVER, RULES, an_agreement, per_unit, readings

NOW = datetime(2021, 1, 15, 8, tzinfo=UTC)
LATER, LAST = NOW + timedelta(days=1), NOW + timedelta(days=2)
MEAN = per_unit("kind: concentration, section: s1, indicator: nh3n", more=", every: month")
VALUES = {("s1", "nh3n", f"2020-01-{day:02d} 12:00"): value for day, value in ((1, 1.0), (2, 2.0), (3, 6.0))}
SECOND = Key("s1", "nh3n", datetime(2020, 1, 2, 4, tzinfo=UTC))
THIRD = Key("s1", "nh3n", datetime(2020, 1, 3, 4, tzinfo=UTC))
REMOVAL = {"reason": "instrument_fault", "document": "维修单", "proposed_by": "张三", "approved_by": "李四"}


def a_registry(rules: str = RULES) -> Registry:
    agreement = an_agreement(MEAN, data=rules)
    return Registry(RIVER, {agreement.code: agreement}, {}, ())


def sent(engine: Engine) -> None:
    ingest(engine, RIVER, [("a.csv", readings(VALUES))], READINGS, stopped(NOW))


def judged(engine: Engine, **bounds: tuple[float, float]) -> None:
    """Quality control by one test alone: above 5 is not expected, or not possible."""
    keywords = {"possible": (0, 100)} | bounds
    run(engine, stopped(LATER), tests={"nh3n": (DeclaredTest("gross_range", keywords, "示例", False),)})


def settled(engine: Engine, now: datetime = LATER, rules: str = RULES, **more: Any) -> dict[str, Any]:
    return settle(engine, a_registry(rules), "test-river", "2020-01", now=now, **more)


def told(document: dict[str, Any]) -> tuple[str, dict[str, int]]:
    """The mean, and what was left out."""
    (statistic,) = document["statistics"]
    return statistic["mean"], statistic["left_out"]


def test_a_removed_reading_does_not_count_and_says_why(engine: Engine) -> None:
    sent(engine)
    decide(engine, THIRD, decision("remove", REMOVAL), stopped(LATER))
    assert told(settled(engine)) == ("1.5", {"removed": 1})


def test_as_of_before_the_decision_it_counts(engine: Engine) -> None:
    sent(engine)
    before = settled(engine, now=NOW)
    decide(engine, THIRD, decision("remove", REMOVAL), stopped(LATER))
    again = settled(engine, now=LAST, as_of=NOW)
    assert told(again) == ("3", {})
    assert again["digest"] == before["digest"]


def test_restored_it_counts_and_the_settlement_is_the_one_before(engine: Engine) -> None:
    sent(engine)
    before = settled(engine, now=NOW)
    decide(engine, THIRD, decision("remove", REMOVAL), stopped(LATER))
    decide(engine, THIRD, decision("restore", REMOVAL | {"reason": "real_event"}), stopped(LAST))
    assert settled(engine, now=LAST)["digest"] == before["digest"]


def test_what_a_test_calls_unreliable_is_left_out_by_the_name_of_the_test(engine: Engine) -> None:
    sent(engine)
    judged(engine, possible=(0, 5))
    assert told(settled(engine)) == ("1.5", {"gross_range": 1})


def test_doubtful_readings_count_and_change_no_digest(engine: Engine) -> None:
    sent(engine)
    before = settled(engine, now=NOW)
    judged(engine, expected=(0, 5))
    after = settled(engine, now=LAST)
    assert told(after) == ("3", {})
    assert after["digest"] == before["digest"]


def test_doubtful_readings_are_left_out_where_the_agreement_says_so_and_the_statement_prints_the_rule(
    engine: Engine,
) -> None:
    sent(engine)
    judged(engine, expected=(0, 5))
    rules = RULES.replace("{min", "{doubtful: {value: leave_out, source: 第九条}, min")
    document = settled(engine, rules=rules)
    assert told(document) == ("1.5", {"gross_range": 1})
    rule = {"path": "data.doubtful", "value": "leave_out", "source": "第九条", "verified": True}
    assert rule in document["rules"]


@pytest.mark.parametrize("rule", ["use", "leave_out"])
def test_an_unreliable_reading_never_counts(engine: Engine, rule: str) -> None:
    sent(engine)
    judged(engine, possible=(0, 5))
    assert told(settled(engine, rules=RULES.replace("{min", f"{{doubtful: {rule}, min")))[0] == "1.5"


def test_evidence_holds_what_was_left_out_and_why_and_is_recomputed_without_the_database(engine: Engine) -> None:
    sent(engine)
    judged(engine, expected=(0, 1.5))
    decide(engine, THIRD, decision("remove", REMOVAL), stopped(LATER))
    raw = evidence(engine, a_registry(), settled(engine)["id"])
    held = contents(raw)
    assert held.observations["test"].tolist() == ["", "gross_range", "removed"]
    assert held.observations["quality"].tolist() == [1, 2, 3]
    (decided,) = held.parameters["decisions"]
    assert (decided["reason"], decided["document"], decided["approved_by"]) == ("instrument_fault", "维修单", "李四")
    assert verify(raw, recomputed).failure is None


def test_evidence_where_nothing_was_found_is_as_it_was_before_there_was_quality_control(engine: Engine) -> None:
    sent(engine)
    before = evidence(engine, a_registry(), settled(engine, now=NOW)["id"])
    judged(engine)
    assert evidence(engine, a_registry(), settled(engine, now=NOW)["id"]) == before
    assert "quality" not in contents(before).observations


def test_a_forged_flag_is_found_by_recomputing(engine: Engine) -> None:
    from tests.settlement.evidence.test_exporting import forged

    sent(engine)
    decide(engine, THIRD, decision("remove", REMOVAL), stopped(LATER))
    raw = evidence(engine, a_registry(), settled(engine)["id"])
    other = forged(raw, "observations.csv", lambda text: text.replace(",3,removed", ",1,"))
    assert "重算不符" in str(verify(other, recomputed).failure)


def test_the_readings_behind_a_statistic_tell_what_was_found_of_each(engine: Engine) -> None:
    sent(engine)
    judged(engine, expected=(0, 1.5))
    decide(engine, THIRD, decision("remove", REMOVAL), stopped(LATER))
    registry = a_registry()
    (statistic,) = settled(engine)["statistics"]
    between = Window(datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 2, 1, tzinfo=UTC))
    with engine.connect() as connection:
        found = gathered(connection, RIVER, ["s1"], between, LATER)
    rules = data_rules(registry.agreement("test-river"))
    behind = readings_behind(readings_by_series(found, RIVER, rules), statistic, {})
    assert [(r["value"], r.get("quality"), r.get("test")) for r in behind["used"]] == [
        ("1", None, None), ("2", "doubtful", "gross_range"),
    ]  # fmt: skip
    (left_out,) = behind["not_used"]
    assert (left_out["value"], left_out["reason_zh"]) == ("6", "复核剔除")
