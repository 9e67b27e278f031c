"""A fact that nobody would look up is not recorded in silence, and every other says who will."""

from __future__ import annotations

from dataclasses import replace

import pytest

from basin.agreement import Agreement
from basin.errors import AgreementError, HengjieError, UnknownCode, UsageError
from basin.registry import Declaration, Declared, Registry
from monitoring_ingest.readings.fact_checks import about_something_known, read_by
from monitoring_ingest.readings.facts import Fact
from tests.basin.test_scorecards import a_card
from tests.settlement.makers import RIVER, RULES, a_fact, a_network, an_agreement

PAYS = "scale: [{rate: 1}], pays: downstream, receives: upstream"
CLAUSES = f"""
- {{ref: bonus, unless: [{{kind: reported, fact: incident, otherwise: 0, at_least: 1, because: 事故}}],
   scale: [{{amount: 1}}], pays: downstream, receives: upstream}}
- {{ref: score, every: month, each: {{party: [up, down]}}, measure: {{kind: reported, fact: cooperation_score}},
   {PAYS}}}
- {{ref: class, measure: {{kind: quality_class, section: s1}}, {PAYS}}}
- {{ref: nitrogen, measure: {{kind: concentration, section: s1, indicator: nh3n}}, {PAYS}}}
- {{ref: water, measure: {{kind: volume, section: s2}}, {PAYS}}}
- {{ref: load, measure: {{kind: load, section: s2, indicator: tp}}, {PAYS}}}
- {{ref: late, measure: {{kind: reported, fact: unpaid}}, {PAYS}}}
"""
PUBLISHED = RULES.replace("{", "{published: [quality_class, concentration], ", 1)


def a_registry(rules: str = RULES) -> Registry:
    return Registry(RIVER, {"test-river": an_agreement(CLAUSES, data=rules)}, {}, ())


PAYMENT = replace(a_fact("test-river", "2021", "paid up", "120"), paid_on="2022-03-31")


def refused(fact: Fact, registry: Registry | None = None) -> HengjieError:
    with pytest.raises((UsageError, UnknownCode)) as problem:
        about_something_known(fact, registry or a_registry())
    return problem.value


def refusal(fact: Fact, registry: Registry | None = None) -> HengjieError:
    problem = refused(fact, registry)
    assert problem.path == "kind"
    return problem


class TestKinds:
    """Those that some clause reads, and the general ones."""

    @pytest.mark.parametrize(
        ("kind", "meant"),
        [
            ("incidents", "incident"),
            ("Incident", "incident"),
            ("断流 ", "dry"),
            ("封冻期", "frozen"),
            ("cooperation score", "cooperation_score"),
            ("fund used", "funds used"),
        ],
    )
    def test_a_slip_is_refused_with_what_is_meant(self, kind: str, meant: str) -> None:
        problem = refusal(a_fact("test-river", "2021", kind))
        assert problem.zh == f"没有条款读 {kind}"
        assert f"写的是 {meant}" in problem.remedy

    def test_what_is_like_nothing_is_shown_what_there_is(self) -> None:
        assert "可用：cooperation_score、disaster、dry" in refusal(a_fact("test-river", "2021", "zzz")).remedy

    @pytest.mark.parametrize(
        "kind", ["incident", "cooperation_score", "dry", "suspended", "funds used", "in-kind co-operation", "paid"]
    )
    def test_what_a_clause_reads_or_is_general_is_taken(self, kind: str) -> None:
        fact = a_fact("test-river", "2021", kind)
        assert about_something_known(fact, a_registry()) == fact

    @pytest.mark.parametrize("kind", ["quality_class", "nh3n"])
    def test_a_figure_in_place_of_readings_is_refused_where_no_agreement_lets_it_in(self, kind: str) -> None:
        problem = refusal(a_fact("s1", "2021-07", kind, "3"))
        assert problem.zh == f"没有条款读 s1 的 {kind}：协议没有准许公布的数替代读数"
        assert "data.published" in problem.remedy
        published = a_registry(PUBLISHED)
        assert read_by(about_something_known(a_fact("s1", "2021-07", kind, "3"), published), published)

    def test_such_a_figure_is_refused_of_a_section_that_no_clause_looks_at(self) -> None:
        problem = refusal(a_fact("s2", "2021-07", "quality_class", "3"), a_registry(PUBLISHED))
        assert problem.zh.startswith("没有条款读 s2 的 quality_class")

        assert problem.remedy == "subject 写条款看 quality_class 的断面：s1"

    def test_a_load_nobody_looks_at_needs_a_clause_and_no_rule(self) -> None:
        problem = refusal(a_fact("s2", "2021-07", "load cod", "3"))
        assert problem.zh == "没有条款读 s2 的 load cod：没有条款看这个断面的这个量"
        assert problem.remedy.startswith("先在协议里写看 s2 的 load cod 的条款")

    @pytest.mark.parametrize("kind", ["volume", "load tp"])
    def test_a_quantity_at_the_wrong_section_is_shown_the_right_one(self, kind: str) -> None:
        problem = refusal(a_fact("s1", "2021-07", kind, "3"))
        assert problem.remedy == f"subject 写条款看 {kind} 的断面：s2"

    def test_what_an_earlier_version_recorded_may_be_withdrawn(self) -> None:
        withdrawal = Fact("s1", "2021", "incidents", "", "某函", "甲", reason="登错", withdrawn_by="更正函")
        assert about_something_known(withdrawal, a_registry()) == withdrawal

    def test_an_agreement_that_is_refused_reads_nothing_and_hinders_nobody(self) -> None:
        def broken() -> Agreement:
            raise AgreementError("不认识的键", "unknown key")

        sound = a_registry().agreements["test-river"]
        declared = {"broken": Declaration("a.yaml", broken), "test-river": Declaration("b.yaml", lambda: sound)}
        fact = a_fact("test-river", "2021", "incident")
        registry = Registry(RIVER, Declared(declared), {}, ())
        assert [use.agreement for use in read_by(about_something_known(fact, registry), registry)] == ["test-river"]


class TestFigures:
    """What stands in place of readings is a figure that can be, in the ranges of a case."""

    @pytest.mark.parametrize(
        ("subject", "kind", "value", "reason"),
        [
            ("s1", "quality_class", "7", "quality_class 不会是 7：这个数在 1 至 6"),
            ("s1", "quality_class", "0", "quality_class 不会是 0"),
            ("s1", "quality_class", "2.5", "quality_class 不会是 2.5：类别是 1 至 6 的整数"),
            ("s1", "quality_class", "Ⅲ", "quality_class 不是数字：Ⅲ"),
            ("s2", "volume", "-1", "volume 不会是 -1：这个数不小于 0"),
            ("s2", "load tp", "-120", "load tp 不会是 -120"),
            ("s1", "nh3n", "-1", "nh3n 不会是 -1"),
            ("s1", "nh3n", "<0.02", "nh3n 不是数字：<0.02"),
            ("s1", "ph", "15", "ph 不会是 15：这个数在 0 至 14"),
        ],
    )
    def test_one_that_cannot_be_is_refused(self, subject: str, kind: str, value: str, reason: str) -> None:
        problem = refused(a_fact(subject, "2021-07", kind, value), a_registry(PUBLISHED))
        assert (problem.path, problem.zh.startswith(reason), bool(problem.remedy)) == ("value", True, True)

    @pytest.mark.parametrize(
        ("subject", "kind", "value"),
        [
            ("s1", "quality_class", "1"),
            ("s1", "quality_class", "6"),
            ("s2", "volume", "0"),
            ("s2", "load tp", "120.5"),
            ("s1", "nh3n", "1/3"),
            ("s1", "ph", "14"),
            ("s1", "temperature", "-0.2"),
            ("up", "cooperation_score", "-5"),
        ],
    )
    def test_one_that_can_be_is_taken(self, subject: str, kind: str, value: str) -> None:
        fact = a_fact(subject, "2021-07", kind, value)
        assert about_something_known(fact, a_registry(PUBLISHED)) == fact


class TestNumbers:
    """A clause counts with a reported figure, so it is a number; what no clause reads may be told in words."""

    @pytest.mark.parametrize("value", ["约80", "80分", "0,8", "八十", "８０", "优秀"])
    def test_what_is_no_number_is_refused(self, value: str) -> None:
        problem = refused(a_fact("up", "2021-07", "cooperation_score", value))
        assert (problem.path, problem.zh) == ("value", f"条款按数字读 cooperation_score，这不是数字：{value}")
        assert "只写数字" in problem.remedy

    @pytest.mark.parametrize("value", ["80", "0.8", "80%", "1/3", "1,200", "-5"])
    def test_a_number_is_taken(self, value: str) -> None:
        fact = a_fact("up", "2021-07", "cooperation_score", value)
        assert about_something_known(fact, a_registry()) == fact

    def test_an_incident_in_words_is_refused_only_where_a_clause_reads_it(self) -> None:
        assert refused(a_fact("up", "2021", "incident", "较大事件")).path == "value"
        told = a_fact("third", "2021", "incident", "较大事件")
        assert about_something_known(told, a_registry()) == told


class TestPayments:
    """A payment is one that a party of the agreement could make under it."""

    @pytest.mark.parametrize(
        ("stated", "path", "reason"),
        [
            ({"kind": "paid third"}, "kind", "third 不是协议 test-river 的主体"),
            ({"kind": "paid nobody"}, "kind", "没有主体 nobody"),
            ({"period": "2023"}, "period", "所付的结算期 2023 不在协议期限 2020-01-01 至 2022-12-31 以内"),
            ({"period": "2019-12"}, "period", "所付的结算期 2019-12 不在协议期限"),
            ({"period": "2022..2023"}, "period", "所付的结算期 2022..2023 不在协议期限"),
            ({"paid_on": "2019-12-31"}, "paid_on", "付款日 2019-12-31 早于协议开始的 2020-01-01"),
            ({"paid_on": "1926-03-31"}, "paid_on", "付款日 1926-03-31 早于协议开始"),
        ],
    )
    def test_one_that_nobody_could_make_is_refused(self, stated: dict[str, str], path: str, reason: str) -> None:
        problem = refused(replace(PAYMENT, **stated))
        assert (problem.path, problem.zh.startswith(reason), bool(problem.remedy)) == (path, True, True)

    @pytest.mark.parametrize(
        "stated",
        [
            {"kind": "paid"},
            {"kind": "paid down"},
            {"period": "2022-12"},
            {"period": "2020..2022"},
            {"paid_on": "2020-01-01"},
            {"paid_on": "2026-03-31"},  # late, and long after the term
        ],
    )
    def test_every_other_is_taken(self, stated: dict[str, str]) -> None:
        payment = replace(PAYMENT, **stated)
        assert about_something_known(payment, a_registry()) == payment

    @pytest.mark.parametrize(
        "header",
        [
            {"parties": "{upstream: up, downstream: down, payer: third}"},
            {"clauses": CLAUSES + "- {ref: more, scale: [{amount: 1}], pays: third, receives: pool}"},
            {"sections": "{s1: {upstream: third}}"},
        ],
    )
    def test_a_party_may_be_one_of_the_header_of_a_clause_or_of_a_section(self, header: dict[str, str]) -> None:
        agreement = an_agreement(**{"clauses": CLAUSES, "data": RULES, **header})
        payment = replace(PAYMENT, kind="paid third")
        assert about_something_known(payment, Registry(RIVER, {agreement.code: agreement}, {}, ())) == payment

    @pytest.mark.parametrize(
        "stated", [{"kind": "paid third"}, {"period": "2030"}, {"paid_on": "1926-03-31"}, {"paid_on": None}]
    )
    def test_what_was_recorded_before_may_be_withdrawn(self, stated: dict[str, str | None]) -> None:
        withdrawal = replace(PAYMENT, value="", reason="登错", withdrawn_by="更正函", **stated)
        assert about_something_known(withdrawal, a_registry()) == withdrawal


class TestWhoReads:
    """Agreement and clauses, by subject, kind and period."""

    @pytest.mark.parametrize(
        ("fact", "refs"),
        [
            (a_fact("test-river", "2021", "incident"), ("bonus",)),
            (a_fact("up", "2021", "incident"), ("bonus",)),  # nothing in hand: anybody of the agreement
            (a_fact("test", "2021", "incident"), ("bonus",)),
            (a_fact("third", "2021", "incident"), ()),
            (a_fact("test-river", "2021-07", "incident"), ()),  # the clause looks at years
            (a_fact("test-river", "2030", "incident"), ()),
            (a_fact("up", "2021-07", "cooperation_score"), ("score",)),
            (a_fact("s1", "2021-07", "cooperation_score"), ()),  # with a party in hand
            (a_fact("s1", "2021-07", "frozen"), ("class", "nitrogen")),
            (a_fact("s2", "2021-07", "dry"), ("water", "load")),
            (a_fact("s1", "2021-07", "disaster"), ()),  # a ground that the agreement does not know
            (a_fact("s2", "2021-07", "volume"), ("water", "load")),
            (a_fact("s2", "2021", "load tp"), ("load",)),
            (a_fact("s2", "2021", "load nh3n"), ()),
            (a_fact("test-river", "2020", "paid"), ("late",)),
            (a_fact("test-river", "2020", "paid down"), ("late",)),
            (a_fact("test-river", "2021", "funds used"), ()),
        ],
    )
    def test_the_clauses_that_look_it_up(self, fact: Fact, refs: tuple[str, ...]) -> None:
        assert [use.clauses for use in read_by(fact, a_registry())] == ([refs] if refs else [])

    @pytest.mark.parametrize(
        ("kind", "refs"), [("quality_class", ("class",)), ("nh3n", ("class", "nitrogen")), ("tn", ("class",))]
    )
    def test_published_figures_where_the_agreement_lets_them_in(self, kind: str, refs: tuple[str, ...]) -> None:
        (use,) = read_by(a_fact("s1", "2021-07", kind, "3"), a_registry(PUBLISHED))
        assert (use.agreement, use.title, use.clauses) == ("test-river", "试验协议", refs)

    @pytest.mark.parametrize(
        ("sheets", "subject"),
        [
            ("{s1: {neighbour: s2}}", "s2"),
            ("{s1: {mean_of: [s2, s3]}, s2: {neighbour: s4}}", "s4"),  # a month of a member may be missing, too
        ],
    )
    def test_a_figure_of_the_neighbour_is_read_where_the_neighbour_stands_in(self, sheets: str, subject: str) -> None:
        clause = f"- {{ref: nitrogen, measure: {{kind: concentration, section: s1, indicator: nh3n}}, {PAYS}}}"
        network = a_network("s1 up down", "s2 up down", "s3 up down", "s4 up down")
        rules = RULES.replace("{", "{published: [concentration], substitute: [neighbour], ", 1)
        agreement = an_agreement(clause, network, data=rules, sections=sheets)
        registry = Registry(network, {"test-river": agreement}, {}, ())
        fact = about_something_known(a_fact(subject, "2021-07", "nh3n", "9"), registry)
        assert [use.clauses for use in read_by(fact, registry)] == [("nitrogen",)]

    def test_criteria_of_scorecards_read_facts_too(self) -> None:
        card = a_card(criteria="[{ref: a, source: x, points: 10, scale: [{rate: 1}], "
                               "measure: {kind: reported, fact: report_days_late}}]")  # fmt: skip
        registry = Registry(RIVER, {}, {card.code: card}, ())
        (use,) = read_by(a_fact("test", "2021", "report_days_late"), registry)
        assert (use.agreement, use.clauses) == (card.code, ("a",))
