"""People's decisions through API, page and command line, and flags where readings are shown."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import cache

import pytest
from click.testing import CliRunner

from api.cli import main
from api.serving import jobs
from monitoring_ingest.access.store import create_key
from monitoring_ingest.quality import reviewing
from monitoring_ingest.quality.decisions import decision
from monitoring_ingest.quality.running import run
from monitoring_ingest.quality.settings import FILE, declared_tests
from tests.api.makers import FIXTURES, NOW, client_of, composed, month_rows, registry, row, send
from tests.api.markup import read
from tests.clocks import stopped
from tests.databases import sqlite, written

LATER = NOW + timedelta(days=1)
AT = "2025-08-10T08:00:00+08:00"
GROUNDS = {"document": "维修单 3", "proposed_by": "张三", "approved_by": "李四"}
REMOVE = GROUNDS | {
    "action": "remove", "station": "demo-qx2", "indicator": "NH3-N", "time": AT, "reason": "instrument_fault"
}  # fmt: skip
RELEASE = GROUNDS | {"action": "release", "reason": "laboratory_confirms"}
UPHOLD = GROUNDS | {"action": "uphold", "reason": "not_confirmed"}
OPTIONS = ["--document", "维修单", "--proposed-by", "张三", "--approved-by", "李四"]


@cache
def with_one_that_waits():
    """A month of readings, one of them a code for no value."""
    rows = [*month_rows("demo-qx2", "2025-08", nh3n="0.40"), row("demo-qx2", "2025-08-30 08:00", "codmn", "9999")]
    return written(lambda engine: send(composed(engine, registry()), rows))


@pytest.fixture
def here(world, tmp_path):
    made = composed(sqlite(tmp_path / "hengjie.sqlite", with_one_that_waits()), world)
    yield made
    made.engine.dispose()


@pytest.fixture
def client(here):
    with client_of(here) as opened:
        opened.headers["X-API-Key"] = create_key(here.engine, "测试", NOW)
        yield opened


def page(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    return read(answer.text)


class TestApi:
    def test_the_queue_says_why_each_reading_waits(self, client):
        (waiting,) = client.get("/v1/reviews/queue").json()
        assert (waiting["station"], waiting["value"], waiting["code"]) == ("demo-qx2", "9999", "sentinel")
        assert waiting["message_en"] == "a code for no value, such as -9999, and no measurement"
        assert (
            client.get("/v1/reviews/queue", headers={"Accept": "text/csv"}).text.splitlines()[0].startswith("reading,")
        )

    def test_each_decision_names_the_key_it_was_written_with(self, client):
        assert client.post("/v1/reviews", json=REMOVE).json()["recorded_by"] == "测试"
        assert [one["recorded_by"] for one in client.get("/v1/reviews").json()] == ["测试"]
        assert client.get("/v1/reviews.csv").text.splitlines()[1].endswith(",测试")

    def test_a_released_reading_leaves_the_queue_and_is_an_observation(self, client):
        (waiting,) = client.get("/v1/reviews/queue").json()
        answer = client.post("/v1/reviews", json=RELEASE | {"reading": waiting["reading"]})
        assert (answer.status_code, answer.json()["reason_zh"]) == (201, "实验室复核属实")
        assert client.get("/v1/reviews/queue").json() == []
        assert [one["action"] for one in client.get("/v1/reviews").json()] == ["release"]
        readings = client.get("/v1/readings", params={"indicator": "codmn", "station": "demo-qx2"}).json()["items"]
        newest = {name: readings[-1][name] for name in ("value", "origin", "quality", "test", "qartod")}
        assert newest == {"value": 9999, "origin": "original", "quality": "reliable", "test": "released", "qartod": 1}

    def test_an_upheld_reading_leaves_the_queue_and_is_no_observation(self, client):
        (waiting,) = client.get("/v1/reviews/queue").json()
        answer = client.post("/v1/reviews", json=UPHOLD | {"reading": waiting["reading"]})
        assert (answer.status_code, answer.json()["reason_zh"]) == (201, "查无可证实的依据")
        assert client.get("/v1/reviews/queue").json() == []
        (told,) = client.get("/v1/reviews").json()
        assert (told["action"], told["revision"], told["reading"]) == ("uphold", 0, waiting["reading"])
        items = client.get("/v1/readings", params={"indicator": "codmn", "station": "demo-qx2"}).json()["items"]
        assert {one["value"] for one in items} == {3.5}
        again = client.post("/v1/reviews", json=UPHOLD | {"reading": waiting["reading"]})
        assert (again.status_code, again.json()["detail"]) == (403, f"读数 {waiting['reading']} 已维持隔离")

    def test_an_observation_is_removed_once_and_restored(self, client):
        assert client.post("/v1/reviews", json=REMOVE).json()["indicator"] == "nh3n"
        again = client.post("/v1/reviews", json=REMOVE)
        assert (again.status_code, again.json()["detail"]) == (403, "已剔除")
        restored = client.post("/v1/reviews", json=REMOVE | {"action": "restore", "reason": "decided_in_error"})
        assert restored.status_code == 201

    def test_as_of_then_it_still_waits(self, client, here):
        (waiting,) = client.get("/v1/reviews/queue").json()
        reviewing.release(here.engine, waiting["reading"], decision("release", RELEASE), stopped(LATER))
        then = [{"as_of": at.isoformat()} for at in (NOW - timedelta(seconds=1), NOW, LATER)]
        assert [client.get("/v1/reviews/queue", params=at).json() for at in then] == [[], [waiting], []]
        assert client.get("/v1/reviews/queue", params={"as_of": "2026-01-10"}).json()["path"] == "as_of"

    @pytest.mark.parametrize(
        ("changed", "status", "path"),
        [
            ({"approved_by": "张三"}, 400, "approved_by"),
            ({"reason": "bad luck"}, 400, "reason"),
            ({"reason": "real_event"}, 400, "reason"),
            ({"time": "2025-08-10 08:00"}, 400, "time"),
            ({"time": None}, 400, "time"),
            ({"indicator": "gold"}, 400, "indicator"),
            ({"station": "nowhere"}, 404, "time"),
            ({"action": "release"}, 400, "reason"),
            ({"action": "release", "reason": "real_event"}, 400, "reading"),
            ({"action": "release", "reason": "real_event", "reading": 999_999}, 404, "reading"),
            ({"action": "uphold", "reason": "real_event"}, 400, "reason"),
            ({"action": "uphold"}, 400, "reading"),
            ({"action": "uphold", "reading": 999_999}, 404, "reading"),
            ({"action": "uphold", "reading": 1, "approved_by": "张三"}, 400, "approved_by"),
            ({"action": "delete"}, 422, "body.action"),
            ({"document": ""}, 422, "body.document"),
        ],
    )
    def test_what_is_wrong_is_told_with_its_field(self, client, changed, status, path):
        answer = client.post("/v1/reviews", json=REMOVE | changed)
        assert (answer.status_code, answer.json()["path"]) == (status, path)
        assert client.get("/v1/reviews").json() == []

    def test_deciding_needs_a_key(self, client):
        del client.headers["X-API-Key"]
        assert client.post("/v1/reviews", json=REMOVE).status_code == 401


class TestPages:
    def test_the_page_lists_what_waits_and_what_was_decided(self, client):
        tree = page(client, "/reviews")
        assert "9999" in tree.text
        assert "还没有决定" in tree.text
        client.post("/v1/reviews", json=REMOVE)
        tree = page(client, "/reviews")
        for words in ("剔除", "仪器故障", "维修单 3", "张三", "李四", "原值"):
            assert words in tree.text

    def test_the_page_tells_what_was_upheld_where_it_waited(self, client):
        (waiting,) = client.get("/v1/reviews/queue").json()
        client.post("/v1/reviews", json=UPHOLD | {"reading": waiting["reading"]})
        tree = page(client, "/reviews")
        for words in ("没有待核的读数", "维持隔离", "查无可证实的依据", f"隔离的读数 {waiting['reading']}"):
            assert words in tree.text
        assert "9999" not in tree.text

    def test_the_readings_of_a_month_show_what_was_found_and_decided(self, client, here):
        run(here.engine, stopped(NOW))
        tree = page(client, "/sections/qingxi-2?month=2025-08")
        assert "存疑：平线" in tree.text
        assert "参与月均值、但有标记的读数" in tree.text
        client.post("/v1/reviews", json=REMOVE)
        assert "复核剔除 1" in page(client, "/sections/qingxi-2?month=2025-08").text.replace("\n", " ")


@pytest.mark.proof
class TestCommands:
    @pytest.fixture
    def hengjie(self, here, monkeypatch):
        """Run a command over the database of the test; its one JSON object."""
        monkeypatch.setenv("HENGJIE_DATABASE_URL", here.engine.url.render_as_string())

        def invoke(*arguments, fails=False):
            result = CliRunner().invoke(main, [*arguments, "--json"])
            assert (result.exit_code != 0) == fails, result.output
            return json.loads(result.stdout)

        return invoke

    def test_removing_restoring_and_listing(self, hengjie):
        removed = hengjie("review", "remove", "demo-qx2", "nh3n", AT, "--reason", "instrument_fault", *OPTIONS)
        assert (removed["action"], removed["time"]) == ("remove", "2025-08-10T00:00:00Z")
        hengjie("review", "restore", "demo-qx2", "nh3n", AT, "--reason", "decided_in_error", *OPTIONS)
        listed = hengjie("review", "list")
        assert [one["action"] for one in listed["decisions"]] == ["restore", "remove"]
        number = str(listed["waiting"][0]["reading"])
        assert hengjie("review", "release", number, "--reason", "real_event", *OPTIONS)["revision"] == 1
        refused = hengjie("review", "release", number, "--reason", "real_event", *OPTIONS, fails=True)
        assert refused["message_zh"] == f"读数 {number} 已放行"

    def test_upholding_what_waits_and_releasing_it_after_all(self, hengjie):
        (waiting,) = hengjie("review", "list")["waiting"]
        number = str(waiting["reading"])
        upheld = hengjie("review", "uphold", number, "--reason", "not_confirmed", *OPTIONS)
        assert (upheld["action"], upheld["revision"]) == ("uphold", 0)
        assert hengjie("review", "list")["waiting"] == []
        assert f"codmn 2025-08-30T00:00:00Z 读数 {number}：" in CliRunner().invoke(main, ["review", "list"]).stdout
        assert hengjie("review", "release", number, "--reason", "real_event", *OPTIONS)["revision"] == 1
        refused = hengjie("review", "uphold", number, "--reason", "not_confirmed", *OPTIONS, fails=True)
        assert refused["remedy"] == "已是观测，无须再放行；不应采用的，用 remove 剔除"

    def test_a_list_as_of_then_has_the_queue_and_the_decisions_of_then(self, hengjie, here):
        (waiting,) = hengjie("review", "list")["waiting"]
        reviewing.release(here.engine, waiting["reading"], decision("release", RELEASE), stopped(LATER))
        before, after = (hengjie("review", "list", "--as-of", at.isoformat()) for at in (NOW, LATER))
        assert before == {"waiting": [waiting], "decisions": []}
        assert (after["waiting"], [one["action"] for one in after["decisions"]]) == ([], ["release"])

    def test_the_list_names_the_key_of_a_decision_that_came_with_one(self, hengjie, client):
        client.post("/v1/reviews", json=REMOVE)
        restored = hengjie("review", "restore", "demo-qx2", "nh3n", AT, "--reason", "decided_in_error", *OPTIONS)
        assert restored["recorded_by"] is None
        restored, removed = CliRunner().invoke(main, ["review", "list"]).stdout.splitlines()[-2:]
        assert "李四 批准，以密钥 测试 登记" in removed
        assert "李四 批准）" in restored

    def test_an_export_with_flags(self, hengjie):
        hengjie("quality", "run")
        rows = hengjie("readings", "export", "--qartod", "--station", "demo-qx2")["rows"]
        assert {(row["quality"], row["test"], row["qartod"]) for row in rows} == {("doubtful", "flat_line", 3)}
        refused = hengjie("readings", "export", "--qartod", "--wide", fails=True)
        assert refused["message_zh"] == "宽表没有标记列"

    def test_a_run_and_its_history(self, hengjie):
        assert hengjie("quality", "run")["run"] == 1
        assert hengjie("quality", "run")["run"] is None
        tests = hengjie("quality", "history")["tests"]
        assert {one["test"] for one in tests if one["indicator"] == "ph"} == {
            "gross_range", "spike", "rate_of_change", "flat_line", "ions_carry_current", "shifted_clock",
        }  # fmt: skip

    def test_thresholds_of_an_outside_directory_are_run_or_refused_with_their_place(self, hengjie, tmp_path):
        text = "flat_line:\n  source: 示例\n  every: {tolerance: 0, longest_hours: 9999, longest_gap_hours: 8}\n"
        text += "  sections:\n    qingxi-2:\n      nh3n: {}\n  indicators:\n    ph: {}\n"
        (tmp_path / "quality_control.yaml").write_text(text, encoding="utf-8")
        hengjie("quality", "run", "--with", str(FIXTURES), "--with", str(tmp_path))
        tests = [one for one in hengjie("quality", "history")["tests"] if one["test"] == "flat_line"]
        hours = {(one["indicator"], one["section"]): json.loads(one["arguments"])["longest_hours"] for one in tests}
        assert (hours["nh3n", "qingxi-2"], hours["ph", ""]) == (9999, 9999)
        (tmp_path / "quality_control.yaml").write_text(text.replace("tolerance: 0", "tolerance: much"), "utf-8")
        refused = hengjie("quality", "run", "--with", str(FIXTURES), "--with", str(tmp_path), fails=True)
        assert (refused["error"], refused["path"]) == ("register", "flat_line.indicators.ph")
        assert refused["file"].endswith("quality_control.yaml") and refused["remedy"]

    def test_a_reach_of_an_outside_directory_is_run_and_its_flag_shown_like_any_other(
        self, hengjie, here, client, tmp_path
    ):
        text = "between_sections:\n  source: 示例\n  verified: false\n  reaches:\n    qingxi-2:\n"
        text += "      upstream: qingxi-1\n      travel_hours: [4, 8]\n      source: 示例\n"
        text += "      indicators: {do: {absolute: 1, relative: 0}}\n"
        file = tmp_path / "quality_control.yaml"
        file.write_text(text, encoding="utf-8")
        known = here.registry.network
        readings = [("demo-qx1", 0, 8.0), ("demo-qx2", 0, 9.9), ("demo-qx2", 4, 8.9), ("demo-qx2", 8, 9.4)]
        send(here, [row(code, f"2025-12-01 {hour:02d}:00", "do", str(value)) for code, hour, value in readings])
        run(here.engine, stopped(NOW), network=known, tests=declared_tests((FILE, file), known))
        expected = [("reliable", "", 1), ("reliable", "", 1), ("doubtful", "between_sections", 3)]
        exported = hengjie("readings", "export", "--qartod", "--station", "demo-qx2")["rows"]
        wanted = {"station": "demo-qx2", "indicator": "do", "period": "2025-12"}
        for rows in (exported, client.get("/v1/readings", params=wanted).json()["items"]):
            shown = [each for each in rows if each["indicator"] == "do"][-3:]
            assert [(each["quality"], each["test"], each["qartod"]) for each in shown] == expected
        csv = client.get("/v1/readings", params=wanted, headers={"Accept": "text/csv"}).text
        assert ",doubtful,between_sections,3," in csv.splitlines()[-1]
        history = hengjie("quality", "history")["tests"]
        assert [one["section"] for one in history if one["test"] == "between_sections"] == ["qingxi-2"]
        file.write_text(text.replace("qingxi-1", "lanjiang-1"), "utf-8")
        refused = hengjie("quality", "run", "--with", str(FIXTURES), "--with", str(tmp_path), fails=True)
        assert refused["path"] == "between_sections.reaches.qingxi-2.upstream" and refused["remedy"]


def test_quality_control_runs_between_the_inbox_and_settling(here):
    named = {job.name: job for job in jobs(here)}
    assert [name for name in named if name in ("inbox", "quality", "settlement")] == ["inbox", "quality", "settlement"]
    assert "第 1 次" in named["quality"].work(NOW, stopped(NOW + timedelta(hours=1)))
