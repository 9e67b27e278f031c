"""What the page of a settlement makes of documents as the engine writes them, published outcomes among them."""

from __future__ import annotations

import pytest

from api.pages.language import Words
from api.pages.names import Names
from api.pages.settlements import rule_text, scale_text, settlement, statistic, steps
from api.reads.dues import netted, year_of
from settlement.statement.engine_version import ENGINE_VERSION, as_made_by
from tests.settlement import documents


@pytest.fixture(scope="module")
def names(world):
    return Names(Words("zh"), world)


def test_lushui_2020_pays_1200_from_hunan_to_jiangxi(names):
    view = settlement(documents.lushui_2020(), [], names)
    assert [(t["payer_name"], t["payee_name"], t["wan"]) for t in view["transfers"]] == [("湖南省", "江西省", "1,200")]


def test_chishui_2018_pays_2000_each_out_of_the_pool(names):
    view = settlement(documents.chishui_2018(), [], names)
    assert {(t["payer_name"], t["payee_name"], t["wan"]) for t in view["transfers"]} == {
        ("贵州省", "云南省", "2,000"),
        ("四川省", "云南省", "2,000"),
    }
    assert "资金池" in {o["payee_name"] for o in view["obligations"]}


def test_xinan_2020_stops_and_says_what_is_missing(names):
    view = settlement(documents.xinan_2020(), [], names)
    assert view["transfers"] == []
    assert {stop["reason"] for stop in view["stops"]} == {"missing_parameter: baseline"}
    assert view["no_amount_word"] == "未能算出"


@pytest.mark.parametrize(
    ("status", "word"), [("试算", "试算额"), ("待复核", "待确认额"), ("已确认", "应付额"), ("已撤销", "已撤销额")]
)
def test_a_sum_is_called_by_its_status(names, status, word):
    assert settlement(documents.lushui_2020() | {"status": status}, [], names)["amount_word"] == word


def test_every_obligation_leads_to_the_clause_that_made_it(names):
    view = settlement(documents.chishui_2018(), [], names)
    assert {o["anchor"] for o in view["obligations"]} <= {clause["anchor"] for clause in view["clauses"]}


def test_every_sum_and_transfer_is_shown_with_its_working_and_documents_without_any_show_none(names):
    document = documents.lushui_2020()
    assert settlement(document, [], names)["sums"] == []
    (owed,), (moved,) = document["obligations"], document["transfers"]
    owed["working"] = [documents.working("修约一次（元，四舍五入）", "1200 万元 × 10000", "12000000.00")]
    moved["working"] = [documents.working("条款 1 2020", "应付补偿款", "12000000.00")]
    told = [(one["ref"], one["payer_name"], one["working"]) for one in settlement(document, [], names)["sums"]]
    assert told == [(owed["clause"], "湖南省", owed["working"]), (None, "湖南省", moved["working"])]


class TestEngineVersion:
    """The page says which version of the engine made a document."""

    def test_a_settlement_of_now_shows_the_number(self, names):
        assert settlement(documents.lushui_2020(), [], names)["engine_version"] == ENGINE_VERSION

    def test_a_document_of_before_says_so_in_the_language_of_the_reader(self, names, world):
        before = as_made_by(documents.lushui_2020(), None)
        assert settlement(before, [], names)["engine_version"] == "版本开始记录之前所作"
        assert settlement(before, [], Names(Words("en"), world))["engine_version"] == "made before versions were kept"

    def test_the_pages_print_it(self, client, august):
        assert f"<dt>引擎版本</dt><dd>{ENGINE_VERSION}</dd>" in client.get(f"/settlements/{august}").text
        assessed = client.get("/v1/assessments").json()[0]["id"]
        assert f"<dt>引擎版本</dt><dd>{ENGINE_VERSION}</dd>" in client.get(f"/assessments/{assessed}").text


class TestSteps:
    def test_the_chain_goes_from_value_to_amount(self, names):
        whole = documents.evaluation(
            "2.1", "2020", "2", "4000", scale=documents.scale("-1", rate="-6000"), times=["1.2"], cap="4000", pays="a"
        )
        assert [step["text"] for step in steps(whole, names)] == [
            "2",
            "0 + (−6,000) × (−1)",
            "× 1.2",
            "≤ 4,000",
            "4,000",
        ]

    def test_an_evaluation_that_stopped_ends_where_it_stopped(self, names):
        assert [s["label"] for s in steps(documents.evaluation("P", "2020", "0.9", None), names)] == ["测值"]

    def test_a_lump_sum_shows_no_value(self, names):
        lump = documents.evaluation("1", "2020", "0", "20000", scale=documents.scale("0", amount="20000"))
        assert [step["text"] for step in steps(lump, names)] == ["20,000", "20,000"]

    @pytest.mark.parametrize(
        ("piece", "text"),
        [
            ({"amount": "50", "rate": "0", "n": "3"}, "50"),
            ({"amount": "10000", "rate": "2000", "n": "3"}, "10,000 + 2,000 × 3"),
            ({"amount": "0", "rate": "100", "n": "-1/3"}, "0 + 100 × (−1/3)"),
        ],
    )
    def test_a_piece_is_written_for_a_pocket_calculator(self, piece, text):
        assert scale_text(piece) == text


class TestNetting:
    def pay(self, payer: str, payee: str, amount: str) -> dict[str, str]:
        return {"payer": payer, "payee": payee, "amount_yuan": amount}

    def test_months_of_a_pair_become_one_sum_in_the_direction_of_the_larger(self):
        months = [self.pay("a", "b", "10.00"), self.pay("b", "a", "25.01"), self.pay("a", "b", "5.00")]
        assert netted(months) == [self.pay("b", "a", "10.01")]

    def test_what_cancels_out_is_gone(self):
        assert netted([self.pay("a", "b", "1.00"), self.pay("b", "a", "1.00")]) == []

    def test_the_largest_comes_first(self):
        assert [t["payee"] for t in netted([self.pay("a", "b", "1.00"), self.pay("a", "c", "2.00")])] == ["c", "b"]


@pytest.mark.parametrize(
    ("period", "year"), [("2020", "2020"), ("2020-07", "2020"), ("2020Q3", "2020"), ("2018..2020", "2020")]
)
def test_a_period_belongs_to_the_year_it_ends_in(period, year):
    assert year_of(period) == year


LABORATORY = {"by": "laboratory", "section": "jiekou", "period": "2020-08"}
STOOD_IN = documents.statistic("jiekou", "tp", "2020-08", "9", readings=31, stands_in=LABORATORY)
YEAR = documents.statistic("jiekou", "tp", "2020", "9", stood_in_for={"months": 1, "readings": 31, "days": 30})


@pytest.mark.parametrize(
    ("row", "language", "text"),
    [
        (STOOD_IN, "zh", "缺月由化验结果（2020年8月）顶替，读数和天数是其所有"),
        (YEAR, "zh", "另有 1 个月缺月替代，所用 31 个读数、30 天不计在内"),
        (YEAR, "en", "months stood in for: 1, whose 31 readings and 30 days are not counted here"),
        (documents.statistic("jiekou", "tp", "2020", "9"), "zh", ""),
    ],
)
def test_a_statistic_says_whose_readings_are_counted(world, row, language, text):
    assert statistic(row, None, Names(Words(language), world))["stands_in_text"] == text


@pytest.mark.parametrize(
    ("path", "value", "text"),
    [
        ("data.origins", "laboratory", "只用化验结果"),
        ("data.substitute", "backup、laboratory、neighbour", "备用站、化验结果、邻近断面"),
    ],
)
def test_the_value_of_a_rule_is_called_by_its_rule(names, path, value, text):
    assert rule_text(documents.rule(path, value), names)["value_text"] == text
