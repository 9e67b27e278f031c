"""People's decisions through API, page and command line, and flags where readings are shown."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

import pytest
from click.testing import CliRunner

from api.cli import main
from api.commands.signed_in import SETTING
from api.serving import jobs
from monitoring_ingest.access.store import create_key
from monitoring_ingest.quality import reviewing
from monitoring_ingest.quality.decisions import decision
from monitoring_ingest.quality.running import run
from monitoring_ingest.quality.settings import FILE, declared_tests
from monitoring_ingest.readings.frames import Key
from tests.api.makers import FIXTURES, NOW, client_of, composed, month_rows, registry, row, send
from tests.api.markup import read
from tests.api.offices import OF_OTHERS, OF_PROVINCE, Pair, at_command_line, browsing, signed, staff
from tests.api.people import csrf_of
from tests.clocks import stopped
from tests.databases import sqlite, written

LATER = NOW + timedelta(days=1)
AT = "2025-08-10T08:00:00+08:00"
OBSERVED = {"station": "demo-qx2", "indicator": "NH3-N", "time": AT}
REMOVE = {"action": "remove", "values": [OBSERVED], "reason": "instrument_fault", "document": "维修单 3"}
RELEASE = {"action": "release", "reason": "laboratory_confirms", "document": "维修单 3"}
UPHOLD = {"action": "uphold", "reason": "not_confirmed", "document": "维修单 3"}
BY_NAME = {"proposed_by": "张三", "approved_by": "李四"}  # of a decision that a test is given, not of a request
OPTIONS = ["--document", "维修单"]
PREPARES = f"{OF_PROVINCE}-prepare"


@cache
def with_one_that_waits():
    """A month of readings, one of them a code for no value, and people of some offices."""
    rows = [*month_rows("demo-qx2", "2025-08", nh3n="0.40"), row("demo-qx2", "2025-08-30 08:00", "codmn", "9999")]

    def fill(engine):
        send(composed(engine, registry()), rows)
        staff(engine)

    return written(fill)


@pytest.fixture
def here(world, tmp_path):
    made = composed(sqlite(tmp_path / "hengjie.sqlite", with_one_that_waits()), world)
    yield made
    made.engine.dispose()


@pytest.fixture
def client(here):
    with client_of(here) as opened:
        yield opened


@pytest.fixture
def pair(here, client):
    return Pair(here, client)


def page(client, address):
    answer = client.get(address, headers={"Accept": "text/html"})
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

    def test_a_decision_counts_once_another_person_approves_and_names_both(self, client, pair):
        answer = client.post("/v1/reviews", json=REMOVE, headers=pair.proposes)
        proposal = answer.json()
        assert (answer.status_code, answer.headers["location"]) == (202, f"/v1/proposals/{proposal['number']}")
        assert (proposal["kind"], proposal["office"], proposal["state"]) == ("decision", OF_PROVINCE, "open")
        assert proposal["subject"] == f"剔除 demo-qx2 NH3-N {AT}"
        assert client.get("/v1/reviews").json() == []
        approve = f"/v1/proposals/{proposal['number']}/approve"
        assert client.post(approve, json={}, headers=pair.proposes).status_code == 403
        assert client.post(approve, json={}, headers=pair.approves).status_code == 200
        (told,) = client.get("/v1/reviews").json()
        assert (told["proposed_by"], told["approved_by"], told["recorded_by"]) == (
            "山经办（shanzhou-env-prepare）", "山审定（shanzhou-env-approve）", None,
        )  # fmt: skip
        assert (told["indicator"], told["document"]) == ("nh3n", "维修单 3")

    def test_a_released_reading_leaves_the_queue_and_is_an_observation(self, client, pair):
        (waiting,) = client.get("/v1/reviews/queue").json()
        pair.decide("/v1/reviews", RELEASE | {"readings": [waiting["reading"]]})
        assert client.get("/v1/reviews/queue").json() == []
        assert [one["reason_zh"] for one in client.get("/v1/reviews").json()] == ["实验室复核属实"]
        assert [one["action"] for one in client.get("/v1/reviews").json()] == ["release"]
        readings = client.get("/v1/readings", params={"indicator": "codmn", "station": "demo-qx2"}).json()["items"]
        newest = {name: readings[-1][name] for name in ("value", "origin", "quality", "test", "qartod")}
        assert newest == {"value": 9999, "origin": "original", "quality": "reliable", "test": "released", "qartod": 1}

    def test_an_upheld_reading_leaves_the_queue_and_is_no_observation(self, client, pair):
        (waiting,) = client.get("/v1/reviews/queue").json()
        upheld = UPHOLD | {"readings": [waiting["reading"]]}
        pair.decide("/v1/reviews", upheld)
        assert client.get("/v1/reviews/queue").json() == []
        (told,) = client.get("/v1/reviews").json()
        assert (told["action"], told["revision"], told["reading"]) == ("uphold", 0, waiting["reading"])
        assert told["reason_zh"] == "查无可证实的依据"
        items = client.get("/v1/readings", params={"indicator": "codmn", "station": "demo-qx2"}).json()["items"]
        assert {one["value"] for one in items} == {3.5}
        again = client.post("/v1/reviews", json=upheld, headers=pair.proposes)
        assert (again.status_code, again.json()["detail"]) == (403, f"读数 {waiting['reading']} 已维持隔离")

    def test_an_observation_is_removed_once_and_restored(self, client, pair):
        pair.decide("/v1/reviews", REMOVE)
        again = client.post("/v1/reviews", json=REMOVE, headers=pair.proposes)
        assert (again.status_code, again.json()["detail"]) == (403, "已剔除")
        pair.decide("/v1/reviews", REMOVE | {"action": "restore", "reason": "decided_in_error"})
        assert [one["action"] for one in client.get("/v1/reviews").json()] == ["restore", "remove"]

    def test_the_values_of_an_incident_are_decided_together(self, client, pair):
        times = [f"2025-08-{day}T08:00:00+08:00" for day in (10, 11, 12, 13)]
        told = pair.decide("/v1/reviews", REMOVE | {"values": [OBSERVED | {"time": time} for time in times]})
        named = "、".join(f"demo-qx2 NH3-N {time}" for time in times[:3])
        assert told["subject"] == f"剔除 {named} 等 4 个"
        assert len(client.get("/v1/reviews").json()) == 4

    def test_as_of_then_it_still_waits(self, client, here):
        (waiting,) = client.get("/v1/reviews/queue").json()
        reviewing.release(here.engine, waiting["reading"], decision("release", RELEASE | BY_NAME), stopped(LATER))
        then = [{"as_of": at.isoformat()} for at in (NOW - timedelta(seconds=1), NOW, LATER)]
        assert [client.get("/v1/reviews/queue", params=at).json() for at in then] == [[], [waiting], []]
        assert client.get("/v1/reviews/queue", params={"as_of": "2026-01-10"}).json()["path"] == "as_of"

    @pytest.mark.parametrize(
        ("changed", "status", "path"),
        [
            ({"reason": "bad luck"}, 400, "reason"),
            ({"reason": "real_event"}, 400, "reason"),
            ({"values": [OBSERVED | {"time": "2025-08-10 08:00"}]}, 400, "values.0.time"),
            ({"values": [{"station": "demo-qx2", "indicator": "tp"}]}, 422, "body.values.0.time"),
            ({"values": [OBSERVED, OBSERVED | {"indicator": "gold"}]}, 400, "values.1.indicator"),
            ({"values": [OBSERVED, OBSERVED]}, 400, "values.1"),
            ({"values": [OBSERVED | {"station": "nowhere"}]}, 403, "station"),
            ({"values": [OBSERVED | {"time": "2025-07-10T08:00:00+08:00"}]}, 404, "time"),
            ({"values": []}, 400, "values"),
            ({"readings": [1]}, 400, "values"),
            ({"action": "release"}, 400, "readings"),
            ({"action": "release", "reason": "real_event", "values": []}, 400, "readings"),
            ({"action": "release", "reason": "real_event", "readings": [999_999], "values": []}, 404, "reading"),
            ({"action": "uphold", "reason": "real_event", "readings": [1], "values": []}, 400, "reason"),
            ({"action": "uphold", "readings": [999_999], "reason": "not_confirmed", "values": []}, 404, "reading"),
            ({"action": "delete"}, 422, "body.action"),
            ({"document": ""}, 422, "body.document"),
            ({"office": "nowhere"}, 400, "office"),
            ({"proposed_by": "张三"}, 422, "body.proposed_by"),
            ({"approved_by": "张三"}, 422, "body.approved_by"),
        ],
    )
    def test_what_is_wrong_is_told_with_its_field(self, client, pair, changed, status, path):
        answer = client.post("/v1/reviews", json=REMOVE | changed, headers=pair.proposes)
        assert (answer.status_code, answer.json()["path"]) == (status, path)
        assert client.get("/v1/proposals", headers=pair.proposes).json() == []

    def test_a_request_that_names_its_people_is_told_to_sign_in(self, client, pair):
        answer = client.post("/v1/reviews", json=REMOVE | BY_NAME, headers=pair.proposes).json()
        assert "hengjie login" in answer["remedy"]

    def test_people_of_another_party_are_told_who_could(self, here, client):
        answer = client.post("/v1/reviews", json=REMOVE, headers=Pair(here, client, OF_OTHERS).proposes)
        assert (answer.status_code, answer.json()["path"]) == (403, "office")
        assert "山州生态环境厅" in answer.json()["remedy"] and "山州监测中心" in answer.json()["remedy"]

    def test_who_only_approves_is_told_who_could_propose(self, client, pair):
        answer = client.post("/v1/reviews", json=REMOVE, headers=pair.approves)
        assert (answer.status_code, answer.json()["remedy"]) == (403, "可由 山经办 提出")

    def test_a_stranger_signs_in_first_and_a_key_decides_nothing(self, here, client):
        assert client.post("/v1/reviews", json=REMOVE).status_code == 401
        key = {"X-API-Key": create_key(here.engine, "测试", NOW)}
        answer = client.post("/v1/reviews", json=REMOVE, headers=key)
        assert (answer.status_code, answer.json()["detail"]) == (403, "密钥只报送和读取数据，不能代人办事")
        assert "山州生态环境厅" in answer.json()["remedy"]


class TestPages:
    def test_the_page_lists_what_waits_and_what_was_decided(self, client, pair):
        tree = page(client, "/reviews")
        assert "9999" in tree.text
        assert "还没有决定" in tree.text
        pair.decide("/v1/reviews", REMOVE)
        tree = page(client, "/reviews")
        for words in ("剔除", "仪器故障", "维修单 3", "山经办", "山审定", "原值"):
            assert words in tree.text

    def test_the_page_tells_what_was_upheld_where_it_waited(self, client, pair):
        (waiting,) = client.get("/v1/reviews/queue").json()
        pair.decide("/v1/reviews", UPHOLD | {"readings": [waiting["reading"]]})
        tree = page(client, "/reviews")
        for words in ("没有待核的读数", "维持隔离", "查无可证实的依据", f"隔离的读数 {waiting['reading']}"):
            assert words in tree.text
        assert "9999" not in tree.text

    def test_readings_that_are_ticked_are_proposed_together(self, here, client):
        send(here, [row("demo-qx2", f"2025-08-30 {hour}:00", "codmn", "9999") for hour in (12, 16)])
        waiting = [one["reading"] for one in client.get("/v1/reviews/queue").json()]
        browsing(here, client, PREPARES)
        ticked = page(client, "/reviews").all("input")
        offered = [int(box.attributes["value"]) for box in ticked if box.attributes["name"] == "readings"]
        assert offered == waiting and len(waiting) == 3
        fields = UPHOLD | {"readings": [str(number) for number in waiting[:2]], "csrf": csrf_of(client, "/reviews")}
        answer = client.post("/reviews", data=fields, follow_redirects=False)
        assert answer.status_code == 303
        shown = page(client, answer.headers["location"]).text
        assert "维持隔离 读数" in shown and "可由 山审定 批准" in shown
        (proposed,) = client.get("/v1/proposals", headers=signed(here, PREPARES)).json()
        assert proposed["payload"]["readings"] == waiting[:2]
        assert "待批准的提议" in page(client, "/reviews").text and proposed["subject"] in page(client, "/reviews").text

    def test_a_proposal_shows_the_values_that_it_is_about(self, here, client, pair):
        (waiting,) = client.get("/v1/reviews/queue").json()
        of_reading = client.post("/v1/reviews", json=UPHOLD | {"readings": [waiting["reading"]]}, headers=pair.proposes)
        of_value = client.post("/v1/reviews", json=REMOVE, headers=pair.proposes)
        browsing(here, client, f"{OF_PROVINCE}-approve")
        shown = [page(client, f"/proposals/{answer.json()['number']}").text for answer in (of_reading, of_value)]
        for text, words in zip(
            shown, [("9999", "高锰酸盐指数", "查无可证实的依据"), ("0.40", "氨氮", "仪器故障")], strict=True
        ):
            assert "所提的数据" in text
            assert all(word in text for word in words)

    def test_a_form_without_its_token_proposes_nothing(self, here, client):
        browsing(here, client, PREPARES)
        answer = client.post("/reviews", data=UPHOLD | {"readings": "1"}, follow_redirects=False)
        assert answer.status_code == 403
        assert client.get("/v1/proposals", headers=signed(here, PREPARES)).json() == []

    @pytest.mark.parametrize("login", ["", f"{OF_PROVINCE}-approve"])
    def test_who_may_not_propose_sees_no_form(self, here, client, login):
        if login:
            browsing(here, client, login)
        assert not [box for box in page(client, "/reviews").all("input") if box.attributes["name"] == "readings"]

    def test_the_readings_of_a_month_show_what_was_found_and_decided(self, client, here, pair):
        run(here.engine, stopped(NOW))
        tree = page(client, "/sections/qingxi-2?month=2025-08")
        assert "存疑：平线" in tree.text
        assert "参与月均值、但有标记的读数" in tree.text
        pair.decide("/v1/reviews", REMOVE)
        assert "复核剔除 1" in page(client, "/sections/qingxi-2?month=2025-08").text.replace("\n", " ")


@pytest.mark.proof
class TestCommands:
    @pytest.fixture
    def hengjie(self, here, monkeypatch, tmp_path):
        """Run a command over the database of the test, as somebody who is signed in; its one JSON object."""
        monkeypatch.setenv("HENGJIE_DATABASE_URL", here.engine.url.render_as_string())
        monkeypatch.setenv("HENGJIE_WITH", str(FIXTURES))

        def invoke(*arguments, fails=False, by=PREPARES):
            for name, value in at_command_line(here, by, tmp_path).items():
                monkeypatch.setenv(name, value)
            result = CliRunner().invoke(main, [*arguments, "--json"])
            assert (result.exit_code != 0) == fails, result.output
            return json.loads(result.stdout)

        return invoke

    @pytest.fixture
    def decide(self, hengjie):
        """Propose by a command and approve by another; what was proposed."""

        def both(*arguments):
            proposed = hengjie("review", *arguments, *OPTIONS)
            hengjie("proposal", "approve", str(proposed["proposal"]), by=f"{OF_PROVINCE}-approve")
            return proposed

        return both

    def test_removing_restoring_and_listing(self, hengjie, decide):
        removed = decide("remove", "demo-qx2", "nh3n", AT, "--reason", "instrument_fault")
        assert (removed["office"], removed["subject"]) == (OF_PROVINCE, f"剔除 demo-qx2 nh3n {AT}")
        decide("restore", "demo-qx2", "nh3n", AT, "--reason", "decided_in_error")
        listed = hengjie("review", "list")
        assert [one["action"] for one in listed["decisions"]] == ["restore", "remove"]
        number = str(listed["waiting"][0]["reading"])
        decide("release", number, "--reason", "real_event")
        assert hengjie("review", "list")["decisions"][0]["revision"] == 1
        refused = hengjie("review", "release", number, "--reason", "real_event", *OPTIONS, fails=True)
        assert refused["message_zh"] == f"读数 {number} 已放行"

    def test_upholding_what_waits_and_releasing_it_after_all(self, hengjie, decide):
        (waiting,) = hengjie("review", "list")["waiting"]
        number = str(waiting["reading"])
        decide("uphold", number, "--reason", "not_confirmed")
        upheld = hengjie("review", "list")["decisions"][0]
        assert (upheld["action"], upheld["revision"]) == ("uphold", 0)
        assert hengjie("review", "list")["waiting"] == []
        assert f"codmn 2025-08-30T00:00:00Z 读数 {number}：" in CliRunner().invoke(main, ["review", "list"]).stdout
        decide("release", number, "--reason", "real_event")
        assert hengjie("review", "list")["decisions"][0]["revision"] == 1
        refused = hengjie("review", "uphold", number, "--reason", "not_confirmed", *OPTIONS, fails=True)
        assert refused["remedy"] == "已是观测，无须再放行；不应采用的，用 remove 剔除"

    def test_a_list_as_of_then_has_the_queue_and_the_decisions_of_then(self, hengjie, here):
        (waiting,) = hengjie("review", "list")["waiting"]
        released = decision("release", RELEASE | BY_NAME)
        reviewing.release(here.engine, waiting["reading"], released, stopped(LATER))
        before, after = (hengjie("review", "list", "--as-of", at.isoformat()) for at in (NOW, LATER))
        assert before == {"waiting": [waiting], "decisions": []}
        assert (after["waiting"], [one["action"] for one in after["decisions"]]) == ([], ["release"])

    def test_the_list_names_the_people_and_the_key_of_a_decision_of_before(self, hengjie, decide, here):
        removal = replace(decision("remove", REMOVE | BY_NAME), recorded_by="测试")
        key = Key("demo-qx2", "nh3n", datetime.fromisoformat(AT))
        reviewing.decide(here.engine, key, removal, stopped(NOW))
        decide("restore", "demo-qx2", "nh3n", AT, "--reason", "decided_in_error")
        restored, removed = CliRunner().invoke(main, ["review", "list"]).stdout.splitlines()[-2:]
        assert "张三 提出，李四 批准，以密钥 测试 登记" in removed
        assert "山经办（shanzhou-env-prepare） 提出，山审定（shanzhou-env-approve） 批准）" in restored

    @pytest.mark.parametrize("option", ["--proposed-by", "--approved-by"])
    def test_an_option_that_names_somebody_is_refused(self, hengjie, option):
        arguments = ("review", "uphold", "1", "--reason", "not_confirmed", *OPTIONS, option, "张三")
        refused = hengjie(*arguments, fails=True)
        assert refused["path"] == option.removeprefix("--").replace("-", "_")
        assert "hengjie login" in refused["remedy"]

    def test_nobody_signed_in_is_told_to(self, hengjie, monkeypatch, tmp_path):
        hengjie("review", "list")
        monkeypatch.setenv(SETTING, str(tmp_path / "none"))
        arguments = ["review", "uphold", "1", "--reason", "not_confirmed", *OPTIONS, "--json"]
        refused = json.loads(CliRunner().invoke(main, arguments).stdout)
        assert (refused["error"], refused["remedy"]) == ("not_signed_in", "hengjie login 登录名")

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
