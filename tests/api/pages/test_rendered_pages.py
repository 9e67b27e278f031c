"""The pages: they say the right thing, in both languages, and can be read without colours, scripts or a mouse."""

from __future__ import annotations

import re
from functools import cache

import pytest

from monitoring_ingest.database.engine import writing
from monitoring_ingest.records.store import record_submission
from tests.api.makers import NOW, client_of, composed
from tests.api.markup import read
from tests.api.pushed import push
from tests.databases import sqlite

CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def addresses(client, august):
    """Every kind of page."""
    assessment = client.get("/v1/assessments").json()[0]["id"]
    stopped = client.get("/v1/settlements", params={"basin": "xinan"}).json()[0]["id"]
    return [
        "/",
        "/basins/demo-qingxi",
        "/basins/xinan",
        "/basins/national",
        "/sections/qingxi-2",
        "/sections/qingxi-2?month=2025-08",
        "/sections/qingxi-1",
        "/settlements",
        f"/settlements/{august}",
        f"/settlements/{stopped}",
        "/assessments",
        f"/assessments/{assessment}",
        "/submissions",
        "/submissions/2",
        "/telegrams",
        "/facts",
        "/health?basin=demo-qingxi",
        "/health/demo-qx2?month=2025-08",
        "/health/demo-qx2?month=2025-08&indicator=tp",
        "/senders?month=2025-08",
        "/status",
        "/sources",
        "/sources/demo-hand-samples",
        "/sources/demo-bulletin",
        "/sources/demo-split-samples",
        "/sign-in",
        "/docs",
    ]


@pytest.fixture(scope="module")
def everything(client, addresses):
    """Every page in both languages, as sent."""
    both = [(address, lang) for address in addresses for lang in ("zh", "en")]
    found = {(a, lang): client.get(a + ("&" if "?" in a else "?") + f"lang={lang}") for a, lang in both}
    client.cookies.clear()
    return found


@pytest.fixture(autouse=True)
def _no_language_chosen(client):
    """The client of all tests keeps cookies like a browser; each test begins without."""
    client.cookies.clear()


@cache
def tree_of(text):
    """A page as a tree, which no test changes."""
    return read(text)


def page(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    return read(answer.text)


def table(of, caption):
    """The rows of the table whose caption begins so."""
    return next(t for t in of.all("table") if t.all("caption") and t.all("caption")[0].text.startswith(caption)).table()


@pytest.mark.proof
class TestEveryPage:
    def test_it_opens_and_is_well_formed(self, everything):
        assert {key for key, answer in everything.items() if answer.status_code != 200} == set()
        for answer in everything.values():
            tree_of(answer.text)

    def test_it_has_one_heading_one_main_and_its_language(self, everything):
        for (address, lang), answer in everything.items():
            tree = tree_of(answer.text)
            assert tree.all("html")[0].attributes["lang"] == {"zh": "zh-CN", "en": "en"}[lang]
            if address != "/docs":
                assert (len(tree.all("h1")), len(tree.all("main")), len(tree.all("nav")) >= 1) == (1, 1, True)

    def test_it_asks_nobody_outside(self, everything):
        for answer in everything.values():
            assert re.findall(r"""(?:src|href|url\()\s*=?\s*["']?\s*(?:https?:)?//""", answer.text) == []
            assert "default-src 'none'" in answer.headers["content-security-policy"]

    def test_it_needs_no_script(self, everything):
        assert {a for (a, _), answer in everything.items() if "<script" in answer.text} == {"/docs"}

    def test_every_table_says_what_it_is_and_every_head_what_it_heads(self, everything):
        for (address, _), answer in everything.items():
            tree = tree_of(answer.text)
            for one in tree.all("table"):
                named = (
                    one.all("caption")
                    or "working" in one.attributes.get("class", "")
                    or "statistics" in one.attributes.get("class", "")
                )
                assert named, address
            assert all(head.attributes.get("scope") in ("col", "row") for head in tree.all("th")), address

    def test_ids_are_unique_and_labels_point_at_one(self, everything):
        for (address, _), answer in everything.items():
            tree = tree_of(answer.text)
            ids = re.findall(r'\sid="([^"]+)"', answer.text)
            assert len(ids) == len(set(ids)), address
            used = re.findall(r'aria-labelledby="([^"]+)"', answer.text)
            assert {name for names in used for name in names.split()} <= set(ids), address
            inside = {a.attributes["href"][1:] for a in tree.all("a") if a.attributes.get("href", "").startswith("#")}
            assert inside <= set(ids), address

    def test_links_inside_the_site_lead_somewhere(self, client, everything):
        links = {
            a.attributes["href"]
            for (_, lang), answer in everything.items()
            if lang == "zh"
            for a in tree_of(answer.text).all("a")
            if a.attributes.get("href", "").startswith("/") and not a.attributes["href"].startswith("/v1/")
        }
        assert {link for link in links if client.get(link).status_code != 200} == set()

    def test_english_pages_keep_chinese_only_where_it_is_marked_or_a_name(self, everything):
        heading = {
            a: tree_of(answer.text).all("h1")[0]
            for (a, lang), answer in everything.items()
            if lang == "en" and a != "/docs"
        }
        for address, h1 in heading.items():
            assert not CHINESE.search(h1.own_text), address


class TestLanguage:
    def test_it_is_chinese_until_one_chooses_and_then_stays(self, here):
        client = client_of(here)
        assert "谁欠谁" in client.get("/").text
        assert "Who owes whom" in client.get("/?lang=en").text
        assert "Who owes whom" in client.get("/").text
        assert "谁欠谁" in client.get("/?lang=zh").text

    def test_an_unknown_language_is_passed_over(self, client):
        assert "set-cookie" not in client.get("/?lang=tlh").headers

    def test_the_switch_keeps_the_rest_of_the_address(self, client):
        tree = page(client, "/sections/qingxi-2?month=2025-08")
        switch = next(a for a in tree.all("a") if a.attributes.get("class") == "language")
        assert switch.attributes["href"] == "?month=2025-08&lang=en"


class TestOverview:
    def test_it_says_who_pays_whom_how_much(self, client):
        """August at the upper border is Ⅳ, a class short of Ⅲ: 50 万元; November is Ⅲ and moves nothing."""
        rows = table(page(client, "/"), "每个流域")
        row = next(row for row in rows if row[0].startswith("清溪") and row[2].startswith("山州"))
        assert row[1:7] == ["2025年（其中 2 期）", "山州（虚构）", "平州（虚构）", "试算额", "50", "500,000.00"]

    def test_what_stopped_without_any_sum_is_a_row_with_its_reason_and_no_card(self, client):
        told = page(client, "/")
        (row,) = [row for row in table(told, "缺什么就停在哪里") if row[0].startswith("新安江")]
        assert "中止" in row[3]
        assert not any("新安江" in card.text for card in told.all("article"))

    def test_it_says_how_fresh_the_data_are(self, client):
        facts = [dd.text for dd in page(client, "/").all("dd")]
        assert facts[0] == "2025-11-28 20:00"
        assert facts[1].startswith("2 / ")


class TestBasin:
    def test_the_drawing_carries_what_the_tables_say(self, client):
        tree = page(client, "/basins/demo-qingxi")
        drawn = tree.all("svg")[0].text
        assert "山平界（虚构）" in drawn
        assert "50 万元" in drawn

    def test_the_class_of_a_section_is_written_not_only_coloured(self, client):
        rows = table(page(client, "/basins/demo-qingxi"), "断面自上游")
        section = next(row for row in rows if row[0].startswith("山平界"))
        assert section[4:8] == ["Ⅲ", "2025-11", "Ⅲ Ⅲ类", "达标"]

    def test_a_list_of_stations_without_borders_is_not_drawn_as_a_river(self, client):
        assert page(client, "/basins/national").all("svg") == []


class TestSection:
    def test_a_month_shows_means_class_and_what_decided_it(self, client):
        rows = table(page(client, "/sections/qingxi-2?year=2025"), "月均值")
        august = next(row for row in rows if row[0] == "2025-08")
        assert august[1:3] == ["Ⅳ Ⅳ类", "总磷"]
        assert " ".join(august[3].split()) == "2025年8月 试算 采用 5 项"
        assert [cell.split()[0] for cell in august[4:]] == ["8", "8.0", "3.5", "0.40", "0.250"]

    def test_a_month_without_readings_says_so(self, client):
        tree = page(client, "/sections/qingxi-2?year=2025")
        rows = table(tree, "2025 年总磷")
        assert next(row for row in rows if row[0] == "2025-09")[1] == "没有可用的监测数据"

    def test_it_tells_how_many_stand_behind_a_month_and_what_was_left_out(self, client):
        rows = table(page(client, "/sections/qingxi-2?year=2025"), "2025 年总磷")
        assert next(row for row in rows if row[0] == "2025-08")[-4:] == [
            "28", "168", "维护 1", "0.250",
        ]  # fmt: skip

    def test_the_limits_of_the_classes_are_named(self, client):
        caption = next(c.text for c in page(client, "/sections/qingxi-2").all("caption") if "总磷" in c.text)
        assert "Ⅰ 0.02、Ⅱ 0.1、Ⅲ 0.2、Ⅳ 0.3、Ⅴ 0.4" in caption

    def test_a_section_without_readings_says_so(self, client):
        assert "还没有监测数据" in page(client, "/sections/qingxi-1").text


class TestMonth:
    def test_each_reading_left_out_carries_its_reason(self, client):
        tree = page(client, "/sections/qingxi-2?month=2025-08")
        struck = [s.text for s in tree.all("s")]
        assert {"0.110", "9999 mg/L"} <= set(struck)
        assert "维护" in tree.all("table")[0].text

    def test_a_reading_below_the_detection_limit_keeps_its_sign(self, client):
        rows = table(page(client, "/sections/qingxi-2?month=2025-08"), "本月读数")
        assert "<0.020" in " ".join(" ".join(row) for row in rows).replace("< ", "<")

    def test_what_a_source_wrote_is_text_and_never_markup(self, client):
        for address in ("/sections/qingxi-2?month=2025-08", "/submissions/2"):
            answer = client.get(address)
            assert "<script>alert" not in answer.text
        assert "&lt;script&gt;alert(1)" in client.get("/submissions/2").text


class TestSettlement:
    def test_a_line_can_be_followed_from_the_clause_to_the_readings(self, client, august):
        tree = page(client, f"/settlements/{august}")
        clause = next(s for s in tree.all("section") if s.attributes.get("class") == "clause")
        assert "每差一类，上游付下游50万元" in clause.all("blockquote")[0].text
        evaluation = clause.all("details")[0]
        assert [li.text for li in evaluation.all("ol")[0].all("li")] == [
            "测值 1",
            "计算标准第1档 0 + (−50) × 1",
            "封顶 ≤ 100",
            "金额 −50",
        ]
        behind = {a.attributes["href"] for a in evaluation.all("a")}
        assert behind == {"/sections/qingxi-2?month=2025-08&agreement=demo-monthly-class"}

    def test_a_negative_amount_is_told_the_way_the_money_goes(self, client, august):
        summary = page(client, f"/settlements/{august}").all("summary")[0].text
        assert "山州（虚构） → 平州（虚构）" in summary
        assert "50 万元" in summary

    def test_a_stop_names_its_reason(self, client):
        identity = client.get("/v1/settlements", params={"basin": "xinan"}).json()[0]["id"]
        tree = page(client, f"/settlements/{identity}")
        reasons = [row[3] for row in table(tree, "缺什么就停在哪里")[1:]]
        assert reasons
        assert all(reason.startswith("没有可用的监测数据") for reason in reasons)
        assert "未核实" in tree.text

    def test_it_offers_what_can_be_downloaded(self, client, august):
        links = [a.attributes["href"] for a in page(client, f"/settlements/{august}").all("a")]
        for suffix in (".pdf", ".xlsx", ".evidence.zip", ""):
            assert f"/v1/settlements/{august}{suffix}" in links

    def test_the_list_can_be_narrowed_to_an_agreement(self, client):
        rows = page(client, "/settlements?agreement=demo-monthly-class").all("table")[0].table()
        assert len(rows) == 1 + 2


class TestAssessment:
    def test_each_criterion_shows_points_and_working(self, client):
        identity = client.get("/v1/assessments").json()[0]["id"]
        document = client.get(f"/v1/assessments/{identity}").json()
        tree = page(client, f"/assessments/{identity}")
        assert document["score"] in tree.all("b")[0].text
        rows = table(tree, "每项的测值")
        assert len(rows) == 1 + len(document["criteria"]) + 1
        without = [c["title"] for c in document["criteria"] if c["reason"]]
        assert all(any(row[0] == title and "不计分" in row[1] for row in rows) for title in without)
        assert without


class TestSubmissions:
    def test_the_list_counts_what_became_of_the_rows(self, client):
        rows = page(client, "/submissions").all("table")[0].table()
        assert [row[1].split()[0] for row in rows[1:]] == ["august.csv", "november.csv"]
        assert rows[2][2] == "完成"

    def test_a_receipt_explains_each_row_that_did_not_pass(self, client):
        rows = table(page(client, "/submissions/2"), "逐行原因")
        assert {"9999", "<script>alert(1)</script>"} <= {row[5] for row in rows}
        assert {(row[2], row[3]) for row in rows if row[5] == "9999"} == {
            ("山平界站（虚构） 高锰酸盐指数", "2025-08-30 08:00")
        }

    def test_a_receipt_names_its_number_its_sender_and_the_value_that_stands(self, pushing):
        for value in ("0.21", "0.25"):
            push(pushing, {"value": value}, headers={"Accept-Language": "zh"})
        found = page(pushing, "/submissions/2")
        assert ("示例监测中心" in found.text, "顺序号" in found.text) == (True, True)
        assert table(found, "逐行原因")[1][8] == "0.21 mg/L → 0.25 mg/L"

    def test_an_interrupted_submission_is_shown_as_interrupted(self, world, tmp_path):
        here = composed(sqlite(tmp_path / "hengjie.sqlite"), world)
        with writing(here.engine) as connection:
            record_submission(connection, ("readings", "", "killed.csv"), [("killed.csv", b"station,time")], NOW)
        with client_of(here) as client:
            assert page(client, "/submissions").all("table")[0].table()[1][2] == "中断"
            assert "重发同一文件" in page(client, "/submissions/1").text
