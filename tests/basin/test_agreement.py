"""Agreements compiled from one dated document: header, clauses and sheets as they stand, and what is refused."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from hashlib import sha256
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from basin.agreement import Agreement, compiled
from basin.checks.agreements import problems
from basin.clauses import GENERAL_FACTS, GROUNDS, Ground, Proportion
from basin.errors import AgreementError
from basin.measures import Measure, Runs
from basin.periods import Days, label, period
from basin.written.agreement_files import tree
from tests.settlement.makers import HEADER, RIVER, RULES, agreement_text, an_agreement

LUMP = '- {ref: "1", scale: [{amount: 1}], pays: upstream, receives: downstream}'
YEAR_2020 = Days(date(2020, 1, 1), date(2020, 12, 31))


def compiled_text(text: str) -> Agreement:
    return compiled(tree(text), text, "test.yaml")


def clause_of(text: str, days: Days = YEAR_2020, **codes: str) -> Any:
    return an_agreement(text).clause("1", days, codes)


class TestHeader:
    """Identity, term and parties."""

    def test_the_header_is_typed(self) -> None:
        agreement = an_agreement(LUMP, starts="2019-07-01", ends="2022-06-30")
        assert (agreement.code, agreement.title, agreement.every) == ("test-river", "试验协议", "year")
        assert (agreement.starts, agreement.ends) == (date(2019, 7, 1), date(2022, 6, 30))
        assert label(agreement.term) == "2019-07..2022-06"
        assert agreement.refs == ("1",)

    def test_parties_are_roles_or_a_list(self) -> None:
        assert an_agreement(LUMP).parties == {"upstream": "up", "downstream": "down"}
        plain = an_agreement(LUMP.replace("upstream", "up").replace("downstream", "third"), parties="[up, third]")
        assert plain.parties == {"up": "up", "third": "third"}

    def test_header_values_may_carry_a_note(self) -> None:
        header = {
            "starts": "{value: 2020-01-01, source: 推算, verified: false}",
            "parties": "{upstream: {value: up, source: 第一条}, downstream: down}",
            "every": "{value: month, source: 第五条}",
        }
        agreement = an_agreement(LUMP, **header)
        assert agreement.starts == date(2020, 1, 1)
        assert agreement.parties["upstream"] == "up"
        assert agreement.every == agreement.every_of("1") == "month"

    @pytest.mark.parametrize(
        ("month", "counts"),
        [
            ("2018-12", True),  # for comparison earlier years are whole
            ("2019-06", False),
            ("2019-07", True),
            ("2020-01", True),
            ("2022-06", True),
            ("2022-07", False),
        ],
    )
    def test_months_outside_the_term_do_not_count_in_its_first_and_last_year(self, month: str, counts: bool) -> None:
        agreement = an_agreement(LUMP, starts="2019-07-10", ends="2022-06-10")
        assert agreement.counts(period(month)) is counts

    def test_a_clause_may_have_its_own_every(self) -> None:
        agreement = an_agreement(LUMP.replace("scale", "every: quarter, scale"))
        assert (agreement.every, agreement.every_of("1")) == ("year", "quarter")

    def test_the_fingerprint_is_that_of_the_text(self) -> None:
        agreement = an_agreement(LUMP)
        assert agreement.sha256 == sha256(agreement.text.encode()).hexdigest()
        assert an_agreement(LUMP).sha256 == agreement.sha256
        assert an_agreement(LUMP.replace("amount: 1", "amount: 1.0")).sha256 != agreement.sha256

    @pytest.mark.parametrize("key", [*(key for key in HEADER if key != "every"), "clauses"])
    def test_every_header_key_is_required(self, key: str) -> None:
        text = "\n".join(line for line in agreement_text(LUMP).splitlines() if not line.startswith(("- ", key)))
        with pytest.raises(AgreementError) as refused:
            compiled_text(text if key == "clauses" else f"{text}\n{LUMP}")
        assert refused.value.path == key
        assert refused.value.zh == f"缺少 {key}"

    @pytest.mark.parametrize(
        ("header", "path", "said"),
        [
            ({"starts": "July 2020"}, "starts", "不是日期"),
            ({"ends": "2020-02-30"}, "ends", "不是日期"),
            ({"starts": "{2020-01-01: 2020-01-01, 2021-01-01: 2021-01-01}"}, "starts", "变更"),
            ({"every": "yaer"}, "every", "不认识的取值"),
            ({"every": "{2020-01-01: year, 2021-01-01: month}"}, "every", "变更"),
            ({"parties": "up"}, "parties", "parties 写法不对"),
            ({"parties": "[up, up]"}, "parties", "parties 写法不对"),
            ({"parties": "{upstream: {up: 1/2, third: 1/2}}"}, "parties", "parties 写法不对"),
            ({"sections": "[s1]"}, "sections", "sections 应是键值表"),
            ({"rivers": "[s1]"}, "rivers", "不认识的键"),
            ({"data": "{compare: sometimes}"}, "data.compare", "不认识的取值"),
            ({"data": "{min_days_a_month: many}"}, "data.min_days_a_month", "取值不合要求"),
            ({"data": "{minimum: 1}"}, "data.minimum", "不认识的键"),
            ({"data": "strict"}, "data", "取值不合要求"),
            ({"money": "{mode: up}"}, "money.mode", "不认识的取值"),
            ({"money": "{place: jiao}"}, "money.place", "不认识的取值"),
        ],
    )
    def test_a_header_that_does_not_fit_is_refused_at_its_path(
        self, header: dict[str, str], path: str, said: str
    ) -> None:
        with pytest.raises(AgreementError) as refused:
            compiled_text(agreement_text(LUMP, **header))
        assert refused.value.path == path
        assert said in refused.value.zh
        assert (refused.value.file, bool(refused.value.remedy)) == ("test.yaml", True)

    @pytest.mark.parametrize(
        ("clauses", "path", "said"),
        [
            (f"{LUMP}\n{LUMP}", "clauses.1.ref", "重复的 ref 1"),
            ("- {scale: [{amount: 1}]}", "clauses.0.ref", "条款没有 ref"),
            ('- {ref: "", scale: [{amount: 1}]}', "clauses.0.ref", "条款没有 ref"),
            ("- just text", "clauses.0.ref", "条款没有 ref"),
        ],
    )
    def test_clauses_are_a_list_of_unique_refs(self, clauses: str, path: str, said: str) -> None:
        with pytest.raises(AgreementError) as refused:
            compiled_text(agreement_text(clauses))
        assert (refused.value.path, refused.value.zh) == (path, said)

    def test_clauses_are_no_mapping(self) -> None:
        with pytest.raises(AgreementError, match="clauses 应是列表"):
            compiled(tree(agreement_text(LUMP)) | {"clauses": {"one": {"ref": "a"}}}, "", "test.yaml")


class TestClause:
    """A clause as it stands for a period and an element."""

    def test_figures_are_exact(self) -> None:
        text = (
            '- {ref: "1", measure: {kind: reported, fact: x}, scale: [{amount: 0.1, rate: 1/3, origin: 83%}],'
            " pays: {up: 1/3, third: 2/3}, receives: pool}"
        )
        clause = clause_of(text).value
        piece = clause.scale[0]
        assert (piece.amount, piece.rate, piece.origin) == (Fraction(1, 10), Fraction(1, 3), Fraction(83, 100))
        assert clause.pays == {"up": Fraction(1, 3), "third": Fraction(2, 3)}

    def test_short_forms_are_read(self) -> None:
        clause = clause_of(
            '- {ref: "1", each: {section: all, indicator: NH3-N}, scale: {amount: 5}, times: 2,'
            " measure: {kind: met, over: month, take: {runs_of: 3}, all_of: [{kind: exceedance, above: 0}]},"
            " pays: upstream, receives: {in_proportion_to: w, among: [up, third]}}\n"
            "- {ref: w, each: {party: [up, third]}, measure: {kind: reported, fact: x}}",
            section="s1",
            indicator="nh3n",
        ).value
        assert clause.each == {"section": ("all",), "indicator": ("nh3n",)}
        assert [piece.amount for piece in clause.scale] == [5]
        assert clause.times == ("2",)
        assert clause.measure.take == Runs(runs_of=3)
        assert clause.measure.all_of[0].kind == "exceedance"
        assert clause.receives == Proportion(in_proportion_to="w", among=("up", "third"))

    def test_a_list_of_refs_counts_each_once_and_a_mapping_weighs_them(self) -> None:
        lines = "\n- {ref: a, scale: [{amount: 1}]}\n- {ref: b, scale: [{amount: 1}]}"
        listed = '- {ref: "1", measure: {kind: result, of: [a, b]}, scale: [{rate: 1}], pays: up, receives: down}'
        assert clause_of(listed + lines).value.measure.of == {"a": 1, "b": 1}
        weighed = listed.replace("[a, b]", "{a: 1, b: -1/2}")
        assert clause_of(weighed + lines).value.measure.of == {"a": 1, "b": Fraction(-1, 2)}

    DATED = (
        '- {ref: "1", scale: [{amount: {2020-01-01: 20000, 2021-01-01: {value: 30000, verified: false}}}],'
        " pays: upstream, receives: downstream}"
    )

    @pytest.mark.parametrize(
        ("first", "last", "amount", "unverified"),
        [
            (date(2020, 1, 1), date(2020, 12, 31), 20000, ()),
            (date(2021, 1, 1), date(2021, 12, 31), 30000, ("clauses.1.scale.0.amount",)),
            (date(2019, 1, 1), date(2019, 12, 31), 20000, ()),  # a year before the term takes its first figures
        ],
    )
    def test_a_dated_figure_is_that_of_the_first_day_inside_the_term(
        self, first: date, last: date, amount: int, unverified: tuple[str, ...]
    ) -> None:
        placed = clause_of(self.DATED, Days(first, last))
        assert placed.value.scale[0].amount == amount
        assert placed.unverified == unverified

    def test_a_change_inside_the_period_is_refused_with_the_file(self) -> None:
        with pytest.raises(AgreementError) as refused:
            clause_of(self.DATED, Days(date(2020, 7, 1), date(2021, 6, 30)))
        assert (refused.value.file, refused.value.path) == ("test.yaml", "clauses.1.scale.0.amount")

    def test_what_changes_after_the_term_changes_nothing_in_its_last_year(self) -> None:
        text = '- {ref: "1", scale: [{amount: {2020-01-01: 5, 2022-07-01: 9}}], pays: upstream, receives: downstream}'
        ended = compiled_text(agreement_text(text, ends="2022-06-30"))  # not checked: such a date is refused
        last_year = Days(date(2022, 1, 1), date(2022, 12, 31))
        assert ended.clause("1", last_year, {}).value.scale[0].amount == 5  # type: ignore[index]
        with pytest.raises(AgreementError, match="变更"):
            an_agreement(text).clause("1", last_year, {})

    def test_a_clause_is_made_once_per_period_and_element(self) -> None:
        agreement = an_agreement(self.DATED)
        assert agreement.clause("1", YEAR_2020, {}) is agreement.clause("1", YEAR_2020, {})

    def test_refs_are_those_of_measure_tests_times_and_shares(self) -> None:
        text = """
        - {ref: "1", when: [{kind: result, of: [a], above: 0}], unless: [{any_of: [{kind: result, of: [b], above: 0}], because: x}],
           measure: {kind: reported, fact: f, against: {ref: c}, expressed: ratio}, scale: [{rate: 1}], times: [d, 2],
           pays: {in_proportion_to: e, among: [up, third]}, receives: pool}
        - {ref: a, scale: [{amount: 1}]}
        - {ref: b, scale: [{amount: 1}]}
        - {ref: c, scale: [{amount: 1}]}
        - {ref: d, scale: [{amount: 1}]}
        - {ref: e, each: {party: [up, third]}, measure: {kind: reported, fact: w}}
        """  # noqa: E501
        assert set(clause_of(text).value.refs) == {"a", "b", "c", "d", "e", "2"}


class TestAxes:
    """The axes a measure names."""

    @pytest.mark.parametrize(
        ("measure", "axes"),
        [
            (Measure(kind="concentration"), {}),
            (Measure(kind="concentration", section="s1", indicator="tp"), {"section": ("s1",), "indicator": ("tp",)}),
            (Measure(kind="flow", sections=("s1", "s2"), over="month"), {"section": ("s1", "s2"), "month": ("all",)}),
            (Measure(kind="exceedance", indicators=("tp", "tn")), {"indicator": ("tp", "tn")}),
            (Measure(kind="quality_class", indicators=("tp", "tn")), {}),  # one class of both
        ],
        ids=["none", "a section and item", "sections and months", "each of two items", "two items at once"],
    )
    def test_a_measure_is_taken_over_the_axes_it_names(self, measure: Measure, axes: object) -> None:
        assert measure.axes == axes


class TestSheet:
    """The section sheet in force."""

    def test_a_section_without_a_sheet_has_an_empty_one(self) -> None:
        assert an_agreement(LUMP).sheet("s1", YEAR_2020).value.target is None

    def test_a_sheet_changes_with_its_dates(self) -> None:
        agreement = an_agreement(LUMP, sections="{s1: {target: {2020-01-01: 4, 2021-01-01: 3}, baseline: {总磷: 0.1}}}")
        assert agreement.sheet("s1", YEAR_2020).value.target == 4
        assert agreement.sheet("s1", Days(date(2021, 3, 1), date(2021, 3, 31))).value.target == 3
        assert agreement.sheet("s1", YEAR_2020).value.baseline == {"tp": Fraction(1, 10)}

    def test_unverified_figures_are_named_by_section_and_key(self) -> None:
        agreement = an_agreement(LUMP, sections="{s1: {target: {value: 3, verified: false}}}")
        assert agreement.sheet("s1", YEAR_2020).unverified == ("sections.s1.target",)


def test_every_ground_that_takes_data_away_has_its_name_and_is_a_kind_of_fact() -> None:
    assert tuple(GROUNDS) == get_args(Ground)
    assert GROUNDS.items() <= GENERAL_FACTS.items()
    for ground in GROUNDS:
        assert an_agreement(LUMP, data=f"{{excludes: {ground}}}").data.excludes == (ground,)


class TestRulesStated:
    """Term, data and money rules as the statement prints them."""

    def test_each_rule_has_value_source_and_verification(self) -> None:
        data = "{compare: rounded, statuses: {value: [正常, 维护], source: 默认, verified: false}}"
        stated = {rule["path"]: rule for rule in an_agreement(LUMP, data=data, money="{mode: down}").rules_stated()}
        assert stated["data.compare"] == {
            "path": "data.compare", "value": "rounded", "source": "试验文本", "verified": True,
        }  # fmt: skip
        assert stated["data.statuses"] == {
            "path": "data.statuses", "value": "正常、维护", "source": "默认", "verified": False,
        }  # fmt: skip
        assert stated["money.mode"]["value"] == "down"
        assert {"starts", "ends"} <= stated.keys()

    def test_only_some_may_be_asked_for(self) -> None:
        agreement = an_agreement(LUMP, data=RULES, money="{mode: down}")
        assert {rule["path"] for rule in agreement.rules_stated("money")} == {"money.mode"}


texts = st.sampled_from(["", "1", "all", "s1", "up", "year", "result", "1/3", "-2", "2020-01-01", "off", "这是什么"])
trees = st.recursive(
    texts,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["kind", "of", "section", "amount", "value", "by", "else", "2020-01-01", "target", "up"]),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=8,
)  # fmt: skip
WHERE = ["measure", "scale", "each", "when", "unless", "times", "cap", "pays", "receives", "every", "source", "title"]
HEADS = ["sections", "data", "money", "parties", "every", "starts", "ends", "standard", "basin", "title", "source"]


class TestAnyShape:
    """Whatever shape a document has, it is refused in words or settled: nothing else is raised."""

    @given(st.dictionaries(st.sampled_from(WHERE), trees, max_size=3))
    def test_of_a_clause(self, keys: dict[str, Any]) -> None:
        clause = {"ref": "1", "scale": [{"amount": "1"}], "pays": "upstream", "receives": "downstream"} | keys
        document = tree(agreement_text(LUMP)) | {"clauses": [clause]}
        assert all(isinstance(refusal, AgreementError) for refusal in problems(compiled(document, "", "x"), RIVER))

    @given(st.dictionaries(st.sampled_from(HEADS), trees, max_size=2))
    def test_of_a_header(self, keys: dict[str, Any]) -> None:
        document = tree(agreement_text(LUMP)) | keys
        try:
            refusals = problems(compiled(document, "", "x"), RIVER)
        except AgreementError as refusal:
            refusals = [refusal]
        assert all(str(refusal) for refusal in refusals)
