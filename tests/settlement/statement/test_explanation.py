"""Explaining a settlement: every number of an obligation, down to the readings used and not used."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest

from basin import periods
from basin.errors import UnknownCode
from monitoring_ingest.readings.facts import Fact
from settlement.gathered import LEFT_OUT, OBSERVED, Gathered
from settlement.settling import settled
from settlement.statement.explanation import explanation
from tests.settlement.makers import RIVER, RULES, a_fact, an_agreement, gathered

AS_OF = datetime(2021, 1, 31, tzinfo=UTC)
# 10 万元 per mg/L above 2, at most 25; a line doubles it
CLAUSES = """
- {ref: double, source: 第一条, scale: [{amount: 2}]}
- {ref: "3.2", title: 水质, source: 第三条, each: {section: [s1]},
   measure: {kind: concentration, indicator: codmn}, times: [double],
   scale: [{up_to: {value: 2, source: 附件一}}, {rate: {value: 10, verified: false, note: 转述}, origin: 2}],
   cap: {2020-01-01: 25, 2022-01-01: 99}, pays: upstream, receives: {down: 2/3, third: 1/3}}
"""


def readings(*values: tuple[str, float, str]) -> pd.DataFrame:
    """COD(Mn) at s1: (UTC instant, value, status)."""
    rows = [("s1", "codmn", pd.Timestamp(at, tz="UTC"), value, False, status, "", 1) for at, value, status in values]
    return pd.DataFrame(rows, columns=OBSERVED)


JANUARY = readings(
    ("2020-01-01T00:00", 3.0, "正常"),
    ("2020-01-01T04:00", 4.0, "正常"),
    ("2020-01-02T00:00", 9.0, "维护"),
    ("2020-01-03T00:00", 5.0, ""),
    ("2020-01-04T00:00", 3.0, "正常"),
    ("2020-01-04T04:00", 3.0, "正常"),
    ("2020-01-31T17:00", 7.0, "正常"),  # the first of February in China
)
WITHHELD = pd.DataFrame([("s1", "codmn", pd.Timestamp("2020-01-05T00:00", tz="UTC"), "停电")], columns=LEFT_OUT)


def tree(
    period: str = "2020-01", clause: str | None = None, *, clauses: str = CLAUSES, rules: str = RULES,
    facts: tuple[Fact, ...] = (), **header: str,
) -> dict[str, Any]:  # fmt: skip
    """The explanation of a settlement, of January 2020 unless told otherwise, where a day needs two readings."""
    data = rules.replace("min_readings_a_day: 1", "min_readings_a_day: 2")
    agreement = an_agreement(clauses, data=data, **{"every": "month", **header})
    found = Gathered(JANUARY, WITHHELD, facts)
    document = settled(agreement, RIVER, found, periods.period(period), AS_OF)
    return explanation(document, agreement, RIVER, found, clause)


def the_evaluation(of: dict[str, Any]) -> dict[str, Any]:
    (evaluation,) = of["obligations"][0]["evaluations"]
    return evaluation


def test_each_obligation_shows_the_one_rounding_and_its_share_as_they_were_recorded():
    # mean of (3.5, 3) = 3.25 → 3.2; 10 × 1.2 = 12; × 2 = 24
    told = {
        o["payee"]: [f"{step['expression']} = {step['value']}" for step in o["working"]] for o in tree()["obligations"]
    }
    assert told == {
        "down": ["24 万元 × 10000 = 240000.00", "240000.00 × 2/3（≈0.666667） = 160000.00"],
        "third": ["24 万元 × 10000 = 240000.00", "240000.00 × 1/3（≈0.333333） = 80000.00"],
    }


def test_a_month_of_a_yearly_clause_is_an_indication_and_a_zero_of_a_monthly_one_is_none():
    assert [(e["clause"], e["amount"], e["indication"]) for e in tree(every="year")["others"]] == [("3.2", "24", True)]
    nothing = CLAUSES.replace("origin: 2", "origin: 3.2")
    assert [(e["clause"], e["amount"], e["indication"]) for e in tree(clauses=nothing)["others"]] == [
        ("3.2", "0", False)
    ]


def test_it_begins_with_who_finally_pays_whom_and_with_the_pool_but_not_for_one_clause():
    pool = """
    - {ref: "1", source: 甲, scale: [{amount: 100}], pays: upstream, receives: pool}
    - {ref: "2", source: 乙, scale: [{amount: 100}], pays: pool, receives: downstream}
    """
    whole, one = tree(clauses=pool), tree(clauses=pool, clause="1")
    assert [(t["payer"], t["payee"], t["amount_yuan"]) for t in whole["transfers"]] == [("up", "down", "1000000.00")]
    assert [(p["party"], p["net_yuan"]) for p in whole["pools"]] == [("up", "-1000000.00"), ("down", "1000000.00")]
    assert (one["transfers"], one["pools"]) == ([], [])


def test_the_rounding_names_its_rule_and_source():
    assert tree(money="{mode: {value: half_even, source: 第九条}}")["obligations"][0]["rounding"] == [
        {"path": "money.mode", "value": "half_even", "source": "第九条", "verified": True}
    ]


def test_an_evaluation_shows_the_piece_that_applied_and_its_working():
    evaluation = the_evaluation(tree())
    assert (evaluation["scale"]["piece"], evaluation["scale"]["n"]) == (1, "1.2")
    steps = {step["label"]: step["value"] for step in evaluation["working"]}
    assert (steps["档数 n"], steps["第 2 段"], steps["乘数"]) == ("1.2", "12", "24")


@pytest.mark.parametrize(("cap", "bound"), [("25", False), ("20", True)])
def test_a_cap_says_whether_it_bound(cap: str, bound: bool):
    evaluation = the_evaluation(tree(clauses=CLAUSES.replace("2020-01-01: 25", f"2020-01-01: {cap}")))
    assert evaluation["cap"] == {"amount": cap, "bound": bound}


def test_figures_in_force_come_with_source_and_verification():
    evaluation = the_evaluation(tree(sections="{s1: {target: 3}}"))
    told = [(f["path"], f["value"], f["source"], f["verified"], f["note"]) for f in evaluation["figures"]]
    assert told == [
        ("clauses.3.2.scale.0.up_to", "2", "附件一", True, ""),
        ("clauses.3.2.scale.1.rate", "10", "第三条", False, "转述"),
        ("clauses.3.2.scale.1.origin", "2", "第三条", True, ""),
        ("clauses.3.2.cap", "25", "第三条", True, ""),
        ("clauses.3.2.receives.down", "2/3", "第三条", True, ""),
        ("clauses.3.2.receives.third", "1/3", "第三条", True, ""),
        ("sections.s1.target", "3", "试验文本", True, ""),
    ]


def test_the_lines_it_looks_at_stand_below_it():
    (line,) = the_evaluation(tree())["uses"]
    assert (line["clause"], line["source"], line["amount"]) == ("double", "第一条", "2")


def test_a_statistic_lists_the_readings_used_and_those_not_used_with_the_reason():
    (statistic,) = tree()["statistics"]
    assert [(r["time"], r["value"]) for r in statistic["used"]] == [
        ("2020-01-01T08:00+08:00", "3"),
        ("2020-01-01T12:00+08:00", "4"),
        ("2020-01-04T08:00+08:00", "3"),
        ("2020-01-04T12:00+08:00", "3"),
    ]
    assert [(r["time"], r["value"], r["reason"]) for r in statistic["not_used"]] == [
        ("2020-01-02T08:00+08:00", "9", "维护"),
        ("2020-01-03T08:00+08:00", "5", "too_few_readings_a_day"),
        ("2020-01-05T08:00+08:00", None, "停电"),
    ]


def test_the_lists_agree_with_the_counts_of_the_statistic():
    (statistic,) = tree()["statistics"]
    assert statistic["readings"] == len(statistic["used"])
    assert sum(statistic["left_out"].values()) == len(statistic["not_used"])


def test_readings_of_an_excluded_month_name_its_ground():
    frozen = a_fact("s1", "2020-01", "frozen", document="水文通报")
    rules = RULES.replace("missing_month: stop", "missing_month: exclude")
    january = tree("2020", facts=(frozen,), every="year", rules=rules)["statistics"][0]
    assert (january["period"], january["used"]) == ("2020-01", [])
    assert [r["reason"] for r in january["not_used"]].count("frozen（水文通报）") == 4


def test_an_excluded_evaluation_stands_among_the_others():
    frozen = a_fact("s1", "2020-01", "frozen", document="水文通报")
    assert [(e["excluded"], e["reason"]) for e in tree(facts=(frozen,))["others"]] == [(True, "frozen（水文通报）")]


def test_both_kinds_of_exception_name_their_article_and_their_document():
    clause = """
    - {ref: "5", source: 第五条, measure: {kind: met, over: month, take: mean, all_of: [
       {kind: concentration, section: s1, indicator: codmn, at_most: 6}]}, scale: [{rate: 9}],
       unless: [{kind: reported, fact: incident, at_least: 1, because: 上游责任的事件（第九条；认定文件）}],
       pays: downstream, receives: upstream}
    """
    rules = RULES.replace("[frozen, dry]", "{value: [dry], source: 第八条}").replace("stop", "exclude")
    dry = a_fact("s1", "2020-01", "dry", document="断流通报", approved_by="批准人")
    incident = [a_fact("test-river", "2020", "incident", value, document="事件认定") for value in ("0", "1")]
    taken_away, excused = (
        tree("2020", clauses=clause, every="year", rules=rules, facts=(dry, told)) for told in incident
    )
    months = [step for step in taken_away["others"][0]["working"] if step["label"].startswith("2020-01")]
    assert [step["value"] for step in months] == ["dry（断流通报，批准人 批准人）"]
    (rule,) = [rule for rule in taken_away["rules"] if rule["path"] == "data.excludes"]
    assert rule["source"] == "第八条"
    (waived,) = excused["others"]
    assert (waived["source"], waived["amount"], waived["reason"]) == ("第五条", "0", "unless")
    steps = {step["label"]: step["expression"] for step in waived["working"]}
    assert steps["免除"] == "上游责任的事件（第九条；认定文件）"
    assert steps["2020 incident"] == "事件认定，记录人 记录"


def test_a_year_lists_no_readings_for_its_months_do():
    clauses = CLAUSES.replace("{kind: concentration", "{at: previous_year, kind: concentration")
    found = tree(
        "2021", clauses=clauses, every="year", rules=RULES.replace("missing_month: stop", "missing_month: exclude")
    )
    listed = {one["period"]: len(one["used"]) for one in found["statistics"] if one["used"] or one["period"] == "2020"}
    assert listed == {"2020": 0, "2020-01": 4}


def test_a_clause_that_stops_stands_among_the_others_with_its_reason():
    found = tree("2020-03")
    assert found["obligations"] == []
    assert [(e["clause"], e["amount"], e["reason"]) for e in found["others"]] == [("3.2", None, "no_readings")]


def test_one_clause_is_explained_alone_also_a_line():
    assert [o["clause"] for o in tree(clause="3.2")["obligations"]] == ["3.2", "3.2"]
    assert [e["clause"] for e in tree(clause="double")["others"]] == ["double"]


def test_an_unknown_clause_names_those_there_are():
    with pytest.raises(UnknownCode) as refusal:
        tree(clause="9")
    assert refusal.value.remedy == "可用：double 3.2"


def test_last_years_result_stands_below_this_years():
    fund = """
    - {ref: fund, source: 甲, measure: {kind: result, of: [fund], at: previous_year, otherwise: 100}, times: ["1.1"]}
    - {ref: "1", measure: {kind: result, of: [fund]}, scale: [{rate: 1}], pays: upstream, receives: downstream}
    """
    found = tree("2021", clauses=fund, every="year")
    (year,) = the_evaluation(found)["uses"]
    assert (year["period"], year["amount"]) == ("2021", "121")
    assert [(e["period"], e["amount"]) for e in year["uses"]] == [("2020", "110")]


def test_what_is_neither_met_nor_exceeded_is_told_with_the_clause_whose_statistics_it_is_about():
    plain = "measure: {kind: concentration, indicator: %s}, scale: [{rate: 1}], pays: upstream, receives: downstream"
    clauses = "\n".join(f'- {{ref: "{i}", each: {{section: [s1]}}, {plain % i}}}' for i in ("codmn", "nh3n"))
    at = {name: [f"2020-01-{day:02d}" for day in days] for name, days in {"codmn": (1,), "nh3n": (1, 2)}.items()}
    found = gathered({("s1", i, f"{day} 12:00"): "<9" for i, days in at.items() for day in days})
    agreement = an_agreement(clauses, data=RULES, every="month")
    document = settled(agreement, RIVER, found, periods.period("2020-01"), AS_OF)

    def told(clause: str | None) -> list[tuple[str, int]]:
        rows = explanation(document, agreement, RIVER, found, clause)["limit_below_detection"]
        return [(row["indicator"], row["readings"]) for row in rows]

    assert [told(None), told("nh3n"), told("codmn")] == [[("codmn", 1), ("nh3n", 2)], [("nh3n", 2)], [("codmn", 1)]]
