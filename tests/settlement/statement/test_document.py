"""The settlement document: what it says, what its identity depends on, and the kinds it comes in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from basin import periods
from basin.errors import AgreementError, UsageError
from monitoring_ingest.readings.facts import Fact
from settlement.settling import settled
from settlement.statement.canonical import canonical_json, digest
from tests.settlement.makers import RIVER, RULES, a_fact, a_network, an_agreement, gathered, monthly, per_unit

JANUARY = datetime(2021, 1, 15, 8, tzinfo=UTC)
EXCESS = per_unit("kind: concentration, section: s1, indicator: nh3n, against: target, expressed: difference")
TWELVE = [1.5, 1.2, 0.8, 0.9, 1.1, 1.3, 1.0, 1.4, 0.7, 0.6, 1.6, 1.9]  # mean 14/12 = 1.17 rounded


def a_settlement(
    clauses: str = EXCESS, period: str = "2020", values: Any = None, facts: list[Fact] | None = None, **header: str
) -> dict[str, Any]:
    """A settlement of readings, one in the middle of each month unless others are given."""
    agreement = an_agreement(clauses, **({"data": RULES} | header))
    read = monthly({("s1", "nh3n"): TWELVE}) if values is None else values
    return settled(agreement, RIVER, gathered(read, facts or []), periods.period(period), JANUARY)


class TestDocument:
    """What the document says."""

    def test_a_year_by_hand(self) -> None:
        found = a_settlement()
        assert (found["kind"], found["status"], found["period"]) == ("payable", "试算", "2020")
        rounding = {"label": "修约一次（元，四舍五入）", "expression": "0.17 万元 × 10000", "value": "1700.00"}
        assert found["obligations"] == [
            {"clause": "1", "period": "2020", "payer": "up", "payee": "down", "amount_yuan": "1700.00",
             "working": [rounding]}
        ]  # fmt: skip
        owed = {"label": "条款 1 2020", "expression": "应付补偿款", "value": "1700.00"}
        assert found["transfers"] == [{"payer": "up", "payee": "down", "amount_yuan": "1700.00", "working": [owed]}]
        (evaluation,) = found["evaluations"]
        assert (evaluation["value"], evaluation["amount"], evaluation["reason"]) == ("0.17", "0.17", None)
        assert (evaluation["pays"], evaluation["receives"]) == ("up", "down")

    def test_every_month_behind_the_mean_is_a_statistic(self) -> None:
        found = a_settlement()
        assert [s["period"] for s in found["statistics"]] == [f"2020-{m:02d}" for m in range(1, 13)] + ["2020"]
        assert found["evaluations"][0]["statistics"] == list(range(13))
        january, year = found["statistics"][0], found["statistics"][-1]
        assert (january["mean"], january["reported"], january["readings"], january["days"]) == ("1.5", "1.5", 1, 1)
        assert (year["mean"], year["readings"], year["days"]) == ("1.16666666667", 12, 12)
        assert year["reported"] == "1.17"

    def test_the_rules_are_printed_with_source_and_verification(self) -> None:
        noted = RULES.replace("missing_month: stop", "missing_month: {value: stop, source: 默认, verified: false}")
        found = a_settlement(data=noted)
        rule = next(rule for rule in found["rules"] if rule["path"] == "data.missing_month")
        assert rule == {"path": "data.missing_month", "value": "stop", "source": "默认", "verified": False}
        assert found["verified"] is False
        assert "data.missing_month" in found["evaluations"][0]["unverified"]
        assert a_settlement()["verified"] is True

    def test_it_is_canonical_and_without_floats(self) -> None:
        assert canonical_json(a_settlement())

    def test_the_scale_that_applied_is_told(self) -> None:
        steps = EXCESS.replace("[{rate: 1}]", "[{up_to: 0}, {rate: 25, per: 0.1, steps: started}]")
        assert a_settlement(steps)["evaluations"][0]["scale"] == {
            "piece": 1, "amount": "0", "rate": "25", "origin": "0", "per": "0.1", "steps": "started", "n": "2",
        }  # fmt: skip

    def test_sides_with_several_parties_have_their_shares(self) -> None:
        shared = EXCESS.replace("pays: upstream", "pays: {up: 1/3, third: 2/3}")
        assert a_settlement(shared)["evaluations"][0]["pays"] == {"up": "1/3", "third": "2/3"}

    def test_a_clause_without_a_measure_has_an_amount_and_no_value(self) -> None:
        (lump,) = a_settlement('- {ref: "1", scale: [{amount: 5}], pays: upstream, receives: downstream}')[
            "evaluations"
        ]
        assert (lump["value"], lump["amount"], lump["reason"]) == (None, "5", None)

    def test_a_line_has_no_sides(self) -> None:
        text = """
        - {ref: a, measure: {kind: concentration, section: s1, indicator: nh3n}}
        - {ref: "1", measure: {kind: result, of: [a]}, scale: [{rate: 1}], pays: upstream, receives: downstream}
        """
        assert a_settlement(text)["evaluations"][0]["pays"] is None

    def test_pools_are_told_party_by_party(self) -> None:
        text = """
        - {ref: "1", scale: [{amount: 5000}], pays: {up: 1/2, down: 1/2}, receives: pool}
        - {ref: "2", scale: [{amount: 5000}], pays: pool, receives: {up: 60%, down: 40%}}
        """
        found = a_settlement(text)
        assert [(p["party"], p["pays_yuan"], p["receives_yuan"], p["net_yuan"]) for p in found["pools"]] == [
            ("up", "25000000.00", "30000000.00", "5000000.00"), ("down", "25000000.00", "20000000.00", "-5000000.00"),
        ]  # fmt: skip
        assert [(t["payer"], t["payee"], t["amount_yuan"]) for t in found["transfers"]] == [
            ("down", "up", "5000000.00")
        ]


class TestIdentity:
    """The same agreement text, period and data: the same id and digest, whenever it is made."""

    def test_settling_again_gives_the_same(self) -> None:
        assert a_settlement() == a_settlement()

    def test_when_it_was_known_changes_nothing_but_as_of(self) -> None:
        agreement, read = an_agreement(EXCESS, data=RULES), gathered(monthly({("s1", "nh3n"): TWELVE}))
        early, late = (
            settled(agreement, RIVER, read, periods.period("2020"), at) for at in (JANUARY, JANUARY.replace(year=2026))
        )
        assert (early["id"], early["digest"]) == (late["id"], late["digest"])
        assert early["as_of"] == "2021-01-15T08:00:00Z"
        assert {key for key in early if early[key] != late[key]} == {"as_of"}

    def test_when_a_fact_was_recorded_changes_nothing(self) -> None:
        clause = per_unit("kind: reported, fact: x")
        early, late = (
            a_settlement(clause, facts=[Fact("test-river", "2020", "x", "5", "文件", "甲", at)])
            for at in (JANUARY, JANUARY.replace(year=2026))
        )
        assert early["digest"] == late["digest"]

    @settings(max_examples=5, deadline=None)
    @given(st.permutations(range(12)))
    def test_the_order_of_readings_changes_nothing(self, order: list[int]) -> None:
        read = list(monthly({("s1", "nh3n"): TWELVE}).items())
        assert a_settlement(values=dict(read[i] for i in order))["digest"] == a_settlement()["digest"]

    @pytest.mark.parametrize(
        "other",
        [
            {"values": monthly({("s1", "nh3n"): [*TWELVE[:-1], 1.91]})},
            {"clauses": EXCESS.replace("rate: 1", "rate: 1.0")},
            {"money": "{mode: half_even}"},
            {"period": "2020-07"},
            {"title": "另一个"},
        ],
    )
    def test_what_was_decided_changes_it(self, other: dict[str, Any]) -> None:
        assert a_settlement(**other)["digest"] != a_settlement()["digest"]

    def test_the_digest_is_that_of_the_document_and_the_id_begins_with_it(self) -> None:
        found = a_settlement()
        assert found["digest"] == digest(found)
        assert found["id"] == f"test-river-2020-{found['digest'][:12]}"


class TestKinds:
    """Payable, indication, stopped."""

    def test_a_month_of_a_yearly_clause_is_an_indication_with_the_year_to_date_beside(self) -> None:
        found = a_settlement(period="2020-03")
        assert found["kind"] == "indication"
        assert (found["obligations"], found["transfers"], found["stops"]) == ([], [], [])
        (evaluation,) = found["evaluations"]
        assert (evaluation["period"], evaluation["value"]) == ("2020-03", "-0.2")  # that month's readings only
        beside = evaluation["year_to_date"]
        assert (beside["period"], beside["value"]) == ("2020-01..2020-03", "0.17")  # (1.5 + 1.2 + 0.8)/3

    def test_december_is_beside_the_whole_year(self) -> None:
        (evaluation,) = a_settlement(period="2020-12")["evaluations"]
        assert (evaluation["year_to_date"]["period"], evaluation["year_to_date"]["value"]) == ("2020", "0.17")

    def test_the_year_to_date_starts_with_the_term(self) -> None:
        found = a_settlement(period="2020-08", starts="2020-07-01", ends="2023-06-30")
        beside = found["evaluations"][0]["year_to_date"]
        assert (beside["period"], beside["value"]) == ("2020-07..2020-08", "0.2")

    def test_a_quarter_of_a_yearly_clause_too(self) -> None:
        assert a_settlement(period="2020Q1")["kind"] == "indication"

    def test_a_month_of_a_monthly_clause_is_payable(self) -> None:
        found = a_settlement(EXCESS.replace("measure", "every: month, measure"), period="2020-01")
        assert (found["kind"], found["evaluations"][0]["year_to_date"]) == ("payable", None)
        assert found["transfers"][0]["amount_yuan"] == "5000.00"

    def test_a_month_of_a_mixed_agreement_owes_its_month_and_indicates_the_year(self) -> None:
        both = EXCESS.replace("measure", "every: month, measure") + "\n" + EXCESS.replace('"1"', '"2"')
        found = a_settlement(both, period="2020-01")
        assert found["kind"] == "indication"
        assert [o["clause"] for o in found["obligations"]] == ["1"]

    def test_two_years_are_two_obligations(self) -> None:
        read = monthly({("s1", "nh3n"): TWELVE}) | monthly({("s1", "nh3n"): [2.0] * 12}, 2021)
        found = a_settlement(period="2020..2021", values=read)
        assert [(o["period"], o["amount_yuan"]) for o in found["obligations"]] == [
            ("2020", "1700.00"),
            ("2021", "10000.00"),
        ]
        assert found["transfers"][0]["amount_yuan"] == "11700.00"

    def test_missing_readings_stop_it_and_are_told_in_both_languages(self) -> None:
        found = a_settlement(values=monthly({("s1", "nh3n"): TWELVE[:11]}))
        assert (found["kind"], found["obligations"]) == ("stopped", [])
        assert found["stops"] == [
            {"clause": "1", "period": "2020", "element": {}, "reason": "no_readings",
             "message_zh": "没有可用的监测数据", "message_en": "no usable readings"}
        ]  # fmt: skip
        december = found["statistics"][11]
        assert (december["period"], december["mean"], december["reason"]) == ("2020-12", None, "no_readings")

    def test_a_missing_parameter_shows_the_means_before_it_stops(self) -> None:
        index = per_unit("kind: index, section: s1, against: baseline, weights: {nh3n: 1}")
        found = a_settlement(index)
        assert [stop["reason"] for stop in found["stops"]] == ["missing_parameter: baseline"]
        assert any(step["value"] == "1.17" for step in found["evaluations"][0]["working"])

    def test_an_excluded_month_is_neither_there_nor_missing(self) -> None:
        read = monthly({("s1", "nh3n"): TWELVE[:11]})
        found = a_settlement(values=read, facts=[a_fact("s1", "2020-12", "frozen", document="冰情通报")])
        assert found["kind"] == "payable"
        assert found["statistics"][11]["reason"] == "frozen（冰情通报）"

    def test_a_term_is_payable_when_it_ends(self) -> None:
        whole = EXCESS.replace("measure", "every: term, measure")
        read = {}
        for year in (2020, 2021, 2022):
            read |= monthly({("s1", "nh3n"): [1.0 + (year - 2019) / 10] * 12}, year)
        assert a_settlement(whole, "2020..2022", read)["obligations"][0]["amount_yuan"] == "2000.00"
        assert a_settlement(whole, "2022", read)["obligations"][0]["period"] == "2020..2022"
        assert a_settlement(whole, "2021", read)["kind"] == "indication"

    def test_a_term_beside_yearly_clauses_waits_without_keeping_the_year_from_being_payable(self) -> None:
        both = EXCESS + "\n" + EXCESS.replace('"1"', '"2", every: term')
        found = a_settlement(both)
        assert (found["kind"], [o["clause"] for o in found["obligations"]]) == ("payable", ["1"])


class TestRefused:
    """What cannot be settled is refused before anything is computed."""

    @pytest.mark.parametrize(
        ("period", "said"),
        [("2019", "不在协议期内"), ("2023", "不在协议期内"), ("1900..2200", "写 2020..2022 之内的期间"),
         ("2020..2023", "超出协议期"),
         ("2020-07-01", "短于一个月"), ("2020-W28", "短于一个月"),
         ("2020-07..2021-06", "不是由整年组成")],
    )  # fmt: skip
    def test_periods(self, period: str, said: str) -> None:
        with pytest.raises(UsageError, match=said) as refused:
            a_settlement(period=period)
        assert refused.value.remedy

    @pytest.mark.parametrize(
        "rule", ["min_readings_a_day", "min_days_a_month", "statuses", "non_detect", "compare", "missing_month"]
    )
    def test_a_data_rule_that_is_used_and_not_stated(self, rule: str) -> None:
        rules = RULES.replace(f"{rule}: ", f"{rule}_: ")
        stated = ", ".join(part for part in rules[1:-1].split(", ") if "_: " not in part)
        with pytest.raises(AgreementError, match="没有写明") as refused:
            a_settlement(data=f"{{{stated}}}")
        assert refused.value.path == f"data.{rule}"

    def test_a_lump_sum_is_settled_without_data_rules_for_nothing_is_measured(self) -> None:
        lump = '- {ref: "1", scale: [{amount: 5}], pays: upstream, receives: downstream}'
        found = a_settlement(lump, data="")
        assert [one["amount_yuan"] for one in found["obligations"]] == ["50000.00"]


def test_several_stations_of_a_section_are_pooled_and_strangers_are_passed_by() -> None:
    two = replace(RIVER, stations={**RIVER.stations, "s1b": replace(RIVER.stations["s1"], code="s1b")})
    read = {
        ("s1", "nh3n", "2020-07-15 12:00"): 1.0,
        ("s1b", "nh3n", "2020-07-15 12:00"): 2.0,
        ("zz", "nh3n", "2020-07-15 12:00"): 99.0,
    }
    both = RULES.replace("{min", "{stations: mean_of_instants, min")
    agreement = an_agreement(EXCESS.replace("measure", "every: month, measure"), data=both)
    found = settled(agreement, two, gathered(read), periods.period("2020-07"), JANUARY)
    assert found["evaluations"][0]["value"] == "0.5"


def test_a_local_midnight_belongs_to_its_local_day_and_month() -> None:
    read = {("s1", "nh3n", "2020-08-01 00:00"): 5.0, ("s1", "nh3n", "2020-07-31 23:59"): 2.0}
    found = a_settlement(EXCESS.replace("measure", "every: month, measure"), "2020-07", read)
    assert found["evaluations"][0]["value"] == "1"


def test_the_network_of_another_river_changes_the_target() -> None:
    strict = a_network("s1 up down 2", "s2 up down 3", parties="third fourth")
    agreement = an_agreement(EXCESS, strict, data=RULES)
    read = gathered(monthly({("s1", "nh3n"): TWELVE}))
    assert settled(agreement, strict, read, periods.period("2020"), JANUARY)["evaluations"][0]["value"] == "0.67"


def test_what_a_month_owes_by_a_line_of_the_year_waits_for_the_year() -> None:
    text = """
    - {ref: a, every: year, measure: {kind: concentration, section: s1, indicator: nh3n}}
    - {ref: "1", every: month, measure: {kind: result, of: [a]}, scale: [{rate: 1}], pays: up, receives: down}
    - {ref: "2", every: month, scale: [{amount: 5}], pays: upstream, receives: downstream}
    """
    july = a_settlement(text, period="2020-07")
    assert (july["kind"], [o["clause"] for o in july["obligations"]]) == ("indication", ["2"])
    year = a_settlement(text)
    assert [o["amount_yuan"] for o in year["obligations"] if o["clause"] == "1"] == ["11700.00"] * 12


@pytest.mark.parametrize(
    ("clause", "sheet", "path"),
    [
        (EXCESS, "{s1: {limits: {value: {nh3n: 1}, verified: false}}}", "sections.s1.limits"),
        (EXCESS, "{s1: {target: {value: 3, verified: false}}}", "sections.s1.target"),
        (EXCESS, "{s1: {upstream: {value: up, verified: false}}}", "sections.s1.upstream"),
        (EXCESS.replace("section: s1", "section: v").replace("against: target", "against: {class: 3}"),
         "{v: {mean_of: {value: [s1], verified: false}}}", "sections.v.mean_of"),
    ],
)  # fmt: skip
def test_every_unverified_figure_of_a_sheet_that_is_used_is_named(clause: str, sheet: str, path: str) -> None:
    found = a_settlement(clause, sections=sheet)
    assert path in found["evaluations"][0]["unverified"]
    assert found["verified"] is False


def test_shares_measured_by_an_unverified_line_are_doubted() -> None:
    text = """
    - {ref: w, each: {party: [third, fourth]}, scale: [{amount: {value: 1, verified: false}}]}
    - {ref: "1", scale: [{amount: 100}], pays: up, receives: {in_proportion_to: w, among: [third, fourth]}}
    """
    paying = next(e for e in a_settlement(text)["evaluations"] if e["clause"] == "1")
    assert paying["unverified"] == ["clauses.w.scale.0.amount"]
