"""A detection limit above the limit can neither pass nor fail: the settlement says so, and pays what it paid before.

s1 is held to Ⅲ: NH3-N at most 1 mg/L, total phosphorus at most 0.2 (river) or 0.05 (lake) mg/L.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Engine

from basin import periods
from basin.network import Network
from basin.registry import Registry
from monitoring_ingest.doors.files import READINGS, ingest
from monitoring_ingest.quality.decisions import decision
from monitoring_ingest.quality.reviewing import decide
from monitoring_ingest.readings.facts import Fact
from monitoring_ingest.readings.frames import Key
from settlement.evidence.exporting import evidence, recomputed
from settlement.evidence.pack import contents, verify
from settlement.run import settle
from settlement.settling import settled
from tests.clocks import stopped
from tests.settlement.evidence.test_exporting import edited, forged
from tests.settlement.makers import (
    RIVER,
    RULES,
    a_fact,
    a_network,
    an_agreement,
    gathered,
    per_unit,
    readings,
)

NOW = datetime(2021, 1, 15, 8, tzinfo=UTC)
MONTHLY = per_unit("kind: concentration, section: s1, indicator: nh3n", more=", every: month")
TOLD = ("section", "indicator", "period", "readings", "detection_limit", "limit", "target")
Readings = Mapping[tuple[str, str, str], float | str]


def in_january(*values: float | str, section: str = "s1", indicator: str = "nh3n") -> dict[Any, float | str]:
    """One reading a day at noon from the first of January on."""
    return {(section, indicator, f"2020-01-{day:02d} 12:00"): value for day, value in enumerate(values, start=1)}


def document(
    values: Readings, clauses: str = MONTHLY, period: str = "2020-01", *, network: Network = RIVER,
    facts: Sequence[Fact] = (), **header: str,
) -> dict[str, Any]:  # fmt: skip
    agreement = an_agreement(clauses, network, **({"data": RULES} | header))
    return settled(agreement, network, gathered(values, facts), periods.period(period), NOW)


def told(found: dict[str, Any]) -> list[tuple[Any, ...]]:
    """What could not be decided, the columns as in `TOLD`."""
    return [tuple(one[name] for name in TOLD) for one in found.get("limit_below_detection", [])]


class TestOneReading:
    """The truth table: one reading in January, at a section held to 1 mg/L."""

    @pytest.mark.parametrize(
        ("value", "undecided"),
        [("<1.01", True), ("<1", False), ("<0.99", False), (1.01, False), (1, False), ("<2", True), (2, False)],
    )
    def test_only_a_detection_limit_above_the_limit_is_undecided(self, value: float | str, undecided: bool) -> None:
        assert ("limit_below_detection" in document(in_january(value))) == undecided

    def test_it_says_where_how_many_how_high_and_which_limit(self) -> None:
        found = document(in_january("<1.5", 0.3, "<2.50", "<0.5", 3.0))
        assert found["limit_below_detection"] == [
            {"section": "s1", "indicator": "nh3n", "period": "2020-01", "readings": 2, "detection_limit": "2.5",
             "limit": "1", "target": 3}
        ]  # fmt: skip

    @pytest.mark.parametrize(("rule", "paid"), [("half", "5250.00"), ("zero", "1500.00"), ("limit", "9000.00")])
    def test_beside_a_measured_value_the_money_is_what_the_rule_of_the_agreement_makes_it(
        self, rule: str, paid: str
    ) -> None:
        """The mean of 0.3 and of 0.75, 0 or 1.5."""
        data = RULES.replace("non_detect: half", f"non_detect: {rule}").replace("rounded", "unrounded")
        found = document(in_january("<1.5", 0.3), data=data)
        assert [o["amount_yuan"] for o in found["obligations"]] == [paid]
        assert told(found) == [("s1", "nh3n", "2020-01", 1, "1.5", "1", 3)]

    @pytest.mark.parametrize("rule", ["half", "zero", "limit"])
    def test_of_non_detects_alone_nothing_is_paid_whatever_the_rule(self, rule: str) -> None:
        found = document(in_january("<1.5"), data=RULES.replace("non_detect: half", f"non_detect: {rule}"))
        assert [stop["reason"] for stop in found["stops"]] == ["below_detection: s1 nh3n 2020-01，0 … 1.5"]
        assert told(found) == [("s1", "nh3n", "2020-01", 1, "1.5", "1", 3)]

    def test_a_detection_limit_on_the_limit_but_for_the_noise_of_its_unit_is_on_it(self) -> None:
        """9 µg/L times 0.001 is 0.009000000000000001 mg/L in binary."""
        sheet = "{s1: {limits: {nh3n: 0.009}}}"
        assert told(document(in_january(f"<{9 * 0.001!r}"), sections=sheet)) == []
        assert told(document(in_january("<0.0091"), sections=sheet)) == [
            ("s1", "nh3n", "2020-01", 1, "0.0091", "0.009", None)
        ]


class TestWhichReadings:
    """Only those that a mean of the settlement is formed from."""

    def marked(self, **marks: object) -> list[tuple[Any, ...]]:
        found = gathered(in_january("<1.5", "<2.5"))
        last = found.observations.index == 1
        for name, mark in marks.items():
            found.observations.loc[last, name] = mark
        agreement = an_agreement(MONTHLY, data=RULES)
        return told(settled(agreement, RIVER, found, periods.period("2020-01"), NOW))

    def test_both_count(self) -> None:
        assert self.marked() == [("s1", "nh3n", "2020-01", 2, "2.5", "1", 3)]

    def test_one_left_out_by_its_status_does_not(self) -> None:
        assert self.marked(status="维护") == [("s1", "nh3n", "2020-01", 1, "1.5", "1", 3)]

    def test_one_on_a_day_with_too_few_readings_does_not(self) -> None:
        two = RULES.replace("min_readings_a_day: 1", "min_readings_a_day: 2")
        values = in_january("<1.5", "<2.5") | {("s1", "nh3n", "2020-01-01 16:00"): 0.2}
        assert told(document(values, data=two)) == [("s1", "nh3n", "2020-01", 1, "1.5", "1", 3)]

    def test_those_of_a_month_without_a_mean_do_not(self) -> None:
        three = RULES.replace("min_days_a_month: 1", "min_days_a_month: 3")
        assert told(document(in_january("<1.5", "<2.5"), data=three)) == []

    def test_those_of_an_indicator_or_section_that_no_clause_looks_at_do_not(self) -> None:
        values = in_january(0.3) | in_january("<1.5", indicator="tp") | in_january("<1.5", section="s2")
        assert told(document(values)) == []

    def test_those_of_a_month_that_a_ground_excludes_do_not(self) -> None:
        ice = [a_fact("s1", "2020-01", "frozen", approved_by="李四")]
        assert told(document(in_january("<1.5"), facts=ice)) == []

    def test_days_are_those_of_china(self) -> None:
        """Midnight of the first of February is still January in UTC."""
        values = {("s1", "nh3n", "2020-01-31 23:00"): "<1.5", ("s1", "nh3n", "2020-02-01 00:00"): "<2.5"}
        assert told(document(values)) == [("s1", "nh3n", "2020-01", 1, "1.5", "1", 3)]

    def test_of_a_week_those_of_its_days_that_no_ground_excludes(self) -> None:
        """2020-W02 is the sixth to the twelfth of January."""
        weekly = MONTHLY.replace("every: month", "every: month, each: {week: all}")
        values = in_january(*[0.3] * 5, "<1.5", "<2.5", 0.3)
        assert told(document(values, weekly)) == [("s1", "nh3n", "2020-W02", 2, "2.5", "1", 3)]
        ice = [a_fact("s1", "2020-01-07", "frozen", approved_by="李四")]
        assert told(document(values, weekly, facts=ice)) == [("s1", "nh3n", "2020-W02", 1, "1.5", "1", 3)]

    def test_of_a_year_month_by_month_and_once(self) -> None:
        yearly = MONTHLY.replace("month", "year")
        values = {("s1", "nh3n", f"2020-{month:02d}-15 12:00"): 0.3 for month in range(1, 13)}
        values |= {("s1", "nh3n", "2020-03-01 12:00"): "<1.5", ("s1", "nh3n", "2020-07-01 12:00"): "<1.2"}
        assert told(document(values, yearly, "2020")) == [
            ("s1", "nh3n", "2020-03", 1, "1.5", "1", 3), ("s1", "nh3n", "2020-07", 1, "1.2", "1", 3),
        ]  # fmt: skip


class TestWhichLimit:
    """That of the section sheet, else the class limit of the target under the standard and the water body."""

    @pytest.mark.parametrize(
        ("sheet", "limit"),
        [
            ("{s1: {target: 2}}", ("0.5", 2)), ("{s1: {target: 4}}", ("1.5", 4)), ("{s1: {target: 5}}", None),
            ("{s1: {limits: {nh3n: 0.7}}}", ("0.7", None)), ("{s1: {target: 2, limits: {nh3n: 0.7}}}", ("0.7", None)),
            ("{s1: {limits: {tp: 0.1}}}", ("1", 3)),
        ],
    )  # fmt: skip
    def test_the_sheet_goes_before_the_network_and_a_stated_limit_before_a_class(self, sheet: str, limit: Any) -> None:
        found = told(document(in_january("<1.9"), sections=sheet))
        assert [one[-2:] for one in found] == ([limit] if limit else [])

    def test_a_section_without_target_and_limit_is_held_to_nothing(self) -> None:
        free = a_network("s1 up down")
        assert told(document(in_january("<9"), network=free)) == []

    @pytest.mark.parametrize(("body", "limits"), [("river", []), ("lake", [("0.05", 3)])])
    def test_the_limits_are_those_of_the_water_body(self, body: str, limits: list[tuple[str, int]]) -> None:
        network = a_network(f"s1 up down 3 {body}")
        phosphorus = MONTHLY.replace("nh3n", "tp")
        found = told(document(in_january("<0.1", indicator="tp"), phosphorus, network=network))
        assert [one[-2:] for one in found] == limits

    @pytest.mark.parametrize("indicator", ["do", "ph", "tn"])
    def test_where_more_is_better_or_the_standard_has_no_limit_nothing_is_undecided(self, indicator: str) -> None:
        plain = per_unit(f"kind: concentration, section: s1, indicator: {indicator}", more=", every: month")
        assert told(document(in_january("<9", indicator=indicator), plain)) == []

    @pytest.mark.parametrize(("indicator", "undecided"), [("do", False), ("ph", False), ("tn", True)])
    def test_nor_by_a_stated_limit_for_oxygen_that_is_too_low_for_certain_and_ph_that_has_no_detection_limit(
        self, indicator: str, undecided: bool
    ) -> None:
        plain = per_unit(f"kind: concentration, section: s1, indicator: {indicator}", more=", every: month")
        sheet = f"{{s1: {{limits: {{{indicator}: {'[6, 9]' if indicator == 'ph' else 5}}}}}}}"
        assert bool(told(document(in_january("<9", indicator=indicator), plain, sections=sheet))) == undecided

    def test_members_of_a_joint_section_are_held_to_what_it_is(self) -> None:
        joint = per_unit("kind: concentration, section: both, indicator: nh3n", more=", every: month")
        sheet = "{both: {target: 2, mean_of: {s1: 1/2, s2: 1/2}}}"
        values = in_january("<0.8") | in_january("<0.4", section="s2")
        assert told(document(values, joint, sections=sheet)) == [("s1", "nh3n", "2020-01", 1, "0.8", "0.5", 2)]


class TestDocument:
    """It is there only where it is needed, and it belongs to what was decided."""

    def test_without_any_the_document_has_no_such_entry(self) -> None:
        assert "limit_below_detection" not in document(in_january("<1", 0.3, 2.0))
        assert "limit_below_detection" not in document({})

    def test_an_agreement_that_looks_at_no_readings_has_none(self) -> None:
        lump = '- {ref: "1", every: month, scale: [{amount: 5}], pays: upstream, receives: downstream}'
        assert "limit_below_detection" not in document(in_january("<1.5"), lump)

    def test_the_order_of_readings_and_what_else_was_gathered_change_nothing(self) -> None:
        values = in_january("<1.5", 0.3, "<2.5")
        backwards = dict(reversed(list((values | in_january("<9", section="s2")).items())))
        assert document(values)["digest"] == document(backwards)["digest"]


def a_registry() -> Registry:
    agreement = an_agreement(MONTHLY, data=RULES)
    return Registry(RIVER, {agreement.code: agreement}, {}, ())


def stored(engine: Engine) -> dict[str, Any]:
    return settle(engine, a_registry(), "test-river", "2020-01", now=NOW)


class TestStored:
    """Through the doors of intake, quality control and evidence."""

    def test_it_is_recomputed_from_the_evidence_file(self, engine: Engine) -> None:
        ingest(engine, RIVER, [("a.csv", readings(in_january("<1.5", 0.3)))], READINGS, stopped(NOW))
        raw = evidence(engine, a_registry(), stored(engine)["id"])
        assert told(contents(raw).document) == [("s1", "nh3n", "2020-01", 1, "1.5", "1", 3)]
        assert verify(raw, recomputed).failure is None

    @pytest.mark.parametrize(
        "change",
        [lambda d: d.pop("limit_below_detection"), lambda d: d["limit_below_detection"][0].update(limit="2")],
        ids=["taken away", "another limit"],
    )
    def test_a_document_that_tells_it_otherwise_does_not_verify(self, engine: Engine, change: Any) -> None:
        ingest(engine, RIVER, [("a.csv", readings(in_january("<1.5", 0.3)))], READINGS, stopped(NOW))
        raw = forged(evidence(engine, a_registry(), stored(engine)["id"]), "settlement.json", edited(change))
        assert "limit_below_detection" in str(verify(raw, recomputed).failure)

    def test_a_removed_reading_is_none_of_it(self, engine: Engine) -> None:
        ingest(engine, RIVER, [("a.csv", readings(in_january("<1.5", "<2.5", 0.3)))], READINGS, stopped(NOW))
        assert told(stored(engine)) == [("s1", "nh3n", "2020-01", 2, "2.5", "1", 3)]
        second = Key("s1", "nh3n", datetime(2020, 1, 2, 4, tzinfo=UTC))
        words = {"reason": "instrument_fault", "document": "维修单", "proposed_by": "张三", "approved_by": "李四"}
        later = NOW + pd.Timedelta(days=1)
        decide(engine, second, decision("remove", words), stopped(later))
        found = settle(engine, a_registry(), "test-river", "2020-01", now=later)
        assert told(found) == [("s1", "nh3n", "2020-01", 1, "1.5", "1", 3)]
        assert verify(evidence(engine, a_registry(), found["id"]), recomputed).failure is None
