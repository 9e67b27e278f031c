"""The pages of data sources: how each is declared, a dry run that stores nothing, a run that needs the key."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from api.composition import Composition
from api.routes import sources as routes
from basin.registry import Registry
from monitoring_ingest.access.store import create_key
from monitoring_ingest.doors.pulling import source_job
from monitoring_ingest.records.history_store import submissions
from monitoring_ingest.schedule.job import run_slot
from tests.api.makers import FIXTURES, NOW, client_of, composed
from tests.api.markup import read
from tests.databases import sqlite
from tests.monitoring_ingest.makers import with_dtd, xlsx

SAMPLE = (FIXTURES / "sources" / "files" / "demo-hand-samples-2022-12.csv").read_bytes()
PAGES = {"Accept": "text/html"}


@pytest.fixture
def here(world: Registry, tmp_path: Path) -> Iterator[Composition]:
    """The invented world over an empty database."""
    made = composed(sqlite(tmp_path / "h.sqlite"), world)
    yield made
    made.engine.dispose()


@pytest.fixture
def client(here: Composition) -> Iterator[TestClient]:
    with client_of(here) as opened:
        yield opened


@pytest.fixture
def key(here: Composition) -> str:
    return create_key(here.engine, "某监测站", NOW)


@pytest.fixture
def trying(client: TestClient, key: str) -> TestClient:
    """A client with a writing key."""
    client.headers["X-API-Key"] = key
    return client


def tried(client: TestClient, raw: bytes, code: str = "demo-hand-samples", name: str = "样本.csv") -> Response:
    return client.post(f"/sources/{code}/try", files={"sample": (name, raw)}, headers=PAGES)


def test_the_list_names_every_source_and_where_it_is_pulled_from(client: TestClient):
    text = client.get("/sources").text
    assert [
        one for one in ("清溪手工监测表（虚构）", "files/demo-bulletin-*.csv", "不定时", "尚未接收") if one not in text
    ] == []


def test_a_source_tells_its_zone_and_what_its_words_mean(client: TestClient):
    text = client.get("/sources/demo-hand-samples").text
    for told in ("Asia/Shanghai", "山平桥下", "山平界站（虚构）", "总磷", "µg/L", "天气", "不读的列"):
        assert told in text, told


def test_a_source_nobody_declared_is_told_as_a_page(client: TestClient):
    answer = client.get("/sources/nowhere", headers=PAGES)
    assert answer.status_code == 400 and "没有数据来源 nowhere" in answer.text


class TestADryRun:
    """Who has a writing key may try a sample."""

    @pytest.mark.parametrize(
        ("form", "status", "words"),
        [({}, 401, "写入需要密钥"), ({"key": ""}, 401, "写入需要密钥"), ({"key": "wrong"}, 403, "密钥无效")],
    )
    def test_without_a_known_key_is_refused(self, client: TestClient, form: dict[str, str], status: int, words: str):
        address, file = "/sources/demo-hand-samples/try", {"sample": ("样本.csv", SAMPLE)}
        answer = client.post(address, data=form, files=file, headers=PAGES)
        assert (answer.status_code, words in answer.text) == (status, True)
        problem = client.post(address, data=form, files=file)
        assert (problem.status_code, problem.json()["detail"]) == (status, words)

    def test_with_the_key_of_some_stations_is_refused(self, here: Composition, client: TestClient):
        client.headers["X-API-Key"] = create_key(here.engine, "一站", NOW, ["demo-qx2"])
        assert tried(client, SAMPLE).status_code == 403

    def test_takes_the_key_from_the_form_that_the_page_offers(self, client: TestClient, key: str):
        form = read(client.get("/sources/demo-hand-samples").text).all("form")[0]
        assert {field.attributes["name"] for field in form.all("input")} == {"sample", "key"}
        file = {"sample": ("样本.csv", SAMPLE)}
        answer = client.post("/sources/demo-hand-samples/try", data={"key": key}, files=file, headers=PAGES)
        assert answer.status_code == 200 and "没有入库" in answer.text

    def test_tells_what_each_row_would_become_and_stores_nothing(self, here: Composition, trying: TestClient):
        answer = tried(trying, SAMPLE)
        assert answer.status_code == 200
        read(answer.text)
        for told in ("没有入库", "&lt;0.025", "无名桥", "unknown_station", "no_value"):
            assert told in answer.text, told
        with here.engine.connect() as connection:
            assert submissions(connection, NOW) == []

    def test_what_a_file_says_is_text_and_never_markup(self, trying: TestClient):
        text = tried(trying, SAMPLE.replace("无名桥".encode(), b"<script>alert(1)</script>")).text
        assert "<script" not in text and "&lt;script&gt;" in text

    def test_of_a_file_nothing_can_be_taken_from_says_why(self, trying: TestClient):
        assert "missing_column" in tried(trying, b"a,b\n1,2\n").text

    def test_without_a_file_is_refused(self, trying: TestClient):
        answer = trying.post("/sources/demo-hand-samples/try", data={"sample": ""}, headers=PAGES)
        assert answer.status_code == 400 and "没有选文件" in answer.text

    def test_of_too_large_a_sample_is_refused_before_it_is_read(self, trying: TestClient):
        answer = tried(trying, b"0" * (routes.MOST_SAMPLE_BYTES + routes.FORM_BYTES))
        assert answer.status_code == 413 and "超过 4 MiB" in answer.text

    def test_without_a_length_is_refused(self, trying: TestClient):
        answer = trying.post("/sources/demo-hand-samples/try", content=iter([b"a"]), headers=PAGES)
        assert answer.status_code == 411

    def test_of_a_bomb_is_refused(self, trying: TestClient):
        zipped = io.BytesIO()
        with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("xl/workbook.xml", b"0" * (routes.MOST_UNPACKED_BYTES + 1))
        for bomb in (gzip.compress(b"0" * (routes.MOST_UNPACKED_BYTES + 1)), zipped.getvalue()):
            assert "file_too_large" in tried(trying, bomb).text

    def test_of_a_workbook_with_a_dtd_names_the_part_and_what_to_do(self, trying: TestClient):
        raw = with_dtd(xlsx(["点位", "日期"], ["a", "b"]), "xl/worksheets/sheet1.xml", "utf-16")
        text = tried(trying, raw, name="样本.xlsx").text
        for words in ("workbook_dtd", "xl/worksheets/sheet1.xml", "另存为新的 .xlsx"):
            assert words in text, words

    def test_shows_a_part_of_many_rows_and_of_long_cells_and_says_how_much_more_there_is(self, trying: TestClient):
        header, row = SAMPLE.splitlines()[0], f"\n1,{'x' * 900},2022-12-01,09:00,7,2,3,4,晴,".encode()
        answer = tried(trying, header + row * 300)
        (table,) = read(answer.text).all("table")
        assert len(table.table()) == 1 + 500
        assert "x" * 200 + "…（另有 700 字未列出）" in answer.text and "x" * 201 not in answer.text
        assert "另有 700 行未列出" in answer.text  # 300 rows of four values each
        assert len(answer.content) < 500_000


class TestRunningNow:
    """Who has a writing key may run a source."""

    def test_takes_in_what_is_new_and_leads_to_its_receipt(self, here: Composition, client: TestClient):
        form = {"key": create_key(here.engine, "某监测站", NOW)}
        answer = client.post("/sources/demo-bulletin/run", data=form, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/submissions/1")
        with here.engine.connect() as connection:
            (receipt,) = submissions(connection, NOW)
        assert (receipt.door, receipt.counts["accepted"], receipt.counts["absent"]) == ("source:demo-bulletin", 5, 2)
        again = client.post("/sources/demo-bulletin/run", data=form, follow_redirects=False)
        assert again.headers["location"] == "/sources/demo-bulletin?new=0"
        text = client.get(again.headers["location"]).text
        assert "没有新的文件。" in text and "demo-bulletin-2022-12.csv" in text

    @pytest.mark.parametrize(
        ("form", "status", "words"),
        [({}, 401, "写入需要密钥"), ({"key": ""}, 401, "写入需要密钥"), ({"key": "wrong"}, 403, "密钥无效")],
    )
    def test_without_a_known_key_is_refused(
        self, here: Composition, client: TestClient, form: dict[str, str], status: int, words: str
    ):
        answer = client.post("/sources/demo-bulletin/run", data=form, headers=PAGES)
        assert answer.status_code == status and words in answer.text
        with here.engine.connect() as connection:
            assert submissions(connection, NOW) == []

    def test_runs_of_the_schedule_are_listed_with_their_outcome(self, here: Composition, tmp_path: Path):
        declared = replace(here.registry.sources["demo-bulletin"], every_hours=24)
        registry = replace(here.registry, sources={"demo-bulletin": declared})
        run_slot(
            here.engine, source_job(here.engine, registry.network, declared), datetime(2026, 1, 9, 16, tzinfo=UTC), NOW
        )
        with client_of(replace(here, registry=registry)) as client:
            text = client.get("/sources/demo-bulletin").text
        assert "每 24 小时" in text and "2026-01-10 00:00" in text and "1: accepted 5" in text
