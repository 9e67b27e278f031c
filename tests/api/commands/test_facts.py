"""`hengjie record` and `hengjie fact`: proposed by who is signed in, from a file of one fact or of many."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.cli import main
from api.commands.signed_in import SETTING
from api.composition import Composition, utc_now
from basin.registry import Registry
from monitoring_ingest.database.engine import writing
from settlement.people import batches_store
from tests.api import makers
from tests.api.makers import NOW, composed
from tests.api.offices import OF_FINANCE, OF_OTHERS, OF_PROVINCE, at_command_line, staff
from tests.databases import sqlite
from tests.databases import written as stored
from tests.registries import FIXTURES

FACT = {
    "subject": "qingxi-2",
    "period": "2020-07",
    "kind": "frozen",
    "value": "1",
    "document": "示例函〔2020〕1号",
}
TITLES = "对象,期间,种类,数值,文件"
Run = Callable[..., Result]
pytestmark = pytest.mark.proof


@cache
def people_at_work() -> bytes:
    return stored(staff)


@pytest.fixture(scope="module")
def world() -> Registry:
    return makers.registry()


@pytest.fixture
def here(world: Registry, tmp_path: Path) -> Iterator[Composition]:
    made = replace(composed(sqlite(tmp_path / "hengjie.sqlite", people_at_work()), world), now=utc_now)
    yield made
    made.engine.dispose()


@pytest.fixture
def hengjie(here: Composition, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command as somebody who is signed in."""
    monkeypatch.setenv("HENGJIE_DATABASE_URL", here.engine.url.render_as_string())
    monkeypatch.setenv("HENGJIE_WITH", str(FIXTURES))

    def run(*arguments: object, by: str = f"{OF_PROVINCE}-prepare") -> Result:
        for name, value in at_command_line(here, by, tmp_path).items():
            monkeypatch.setenv(name, value)
        return CliRunner().invoke(main, [str(argument) for argument in arguments])

    return run


def told(result: Result) -> dict[str, object]:
    """The one JSON object on standard output."""
    (line,) = result.stdout.splitlines()
    found: dict[str, object] = json.loads(line)
    return found


def written(file: Path, **changed: str) -> Path:
    """A fact file."""
    file.write_text("\n".join(f"{key}: {value}" for key, value in (FACT | changed).items()), encoding="utf-8")
    return file


def table(folder: Path, *rows: str, titles: str = TITLES) -> Path:
    file = folder / "facts.csv"
    file.write_text("\n".join([titles, *rows]) + "\n", encoding="utf-8")
    return file


@pytest.fixture
def decide(hengjie: Run) -> Callable[[Path], None]:
    """Propose the facts of a file, and approve them."""

    def both(file: Path, office: str = OF_PROVINCE) -> None:
        proposal = told(hengjie("record", file, "--json", by=f"{office}-prepare"))["proposal"]
        assert hengjie("proposal", "approve", proposal, by=f"{office}-approve").exit_code == 0

    return both


class TestRecord:
    """A fact is proposed about something that is declared, from a text."""

    def test_a_fact_about_a_section_is_proposed(self, hengjie, tmp_path):
        result = hengjie("record", written(tmp_path / "fact.yaml"), "--json")
        answer = told(result)
        assert (result.exit_code, answer["subject"], answer["office"]) == (0, "qingxi-2 2020-07 frozen 1", OF_PROVINCE)
        assert [fact["fate"] for fact in answer["facts"]] == ["recorded"]
        assert told(hengjie("proposal", "show", answer["proposal"], "--json"))["state"] == "待批准"

    def test_recorded_already_it_is_a_duplicate_and_says_who_reads_it(self, hengjie, decide, tmp_path):
        file = written(tmp_path / "fact.yaml")
        decide(file)
        result = hengjie("record", file)
        assert result.stdout.startswith("先前已登记，不再记 duplicate：qingxi-2")
        assert "没有条款会用到它" in result.stdout and "没有提出" in result.stdout
        assert told(hengjie("record", file, "--json"))["proposal"] is None

    def test_each_row_of_a_table_has_its_fate(self, hengjie, decide, tmp_path):
        frozen = "qingxi-2,2020-01,frozen,1,某函"
        file = table(tmp_path, frozen, frozen, "qingxi-2,2020-02,dry,1,某函")
        answer = told(hengjie("record", file, "--json"))
        assert [(fact["row"], fact["fate"]) for fact in answer["facts"]] == [
            (2, "recorded"), (3, "duplicate"), (4, "recorded"),
        ]  # fmt: skip
        assert answer["fates"] == {"recorded": 2, "duplicate": 1}
        assert answer["subject"] == "qingxi-2 2020-01 frozen 1 等 3 件"
        decide(file)
        assert "第 3 行 line 3 先前已登记" in hengjie("record", file).stdout

    def test_a_row_says_that_its_voucher_pays_another_period_too(self, hengjie, tmp_path):
        rows = [f"demo-monthly-class,{period},paid,100,回单1号" for period in ("2025-08", "2025-09")]
        result = hengjie("record", table(tmp_path, *rows), by=f"{OF_FINANCE}-prepare")
        assert (result.exit_code, result.stdout.count("同一凭证另登记付了")) == (0, 2)

    def test_of_a_table_that_contradicts_itself_or_what_is_recorded_nothing_is_proposed(self, hengjie, tmp_path):
        file = table(tmp_path, "qingxi-2,2020-01,frozen,1,某函", "qingxi-2,2020-01,frozen,0,某函")
        problem = told(hengjie("record", file, "--json"))
        assert (problem["path"], "已登记" in problem["message_zh"]) == ("第 3 行 line 3 reason", True)
        assert problem["file"] == str(file)
        assert told(hengjie("proposal", "list", "--json"))["proposals"] == []

    def test_a_file_that_names_its_people_is_told_to_sign_in(self, hengjie, tmp_path):
        for name in ("recorded_by", "approved_by"):
            problem = told(hengjie("record", written(tmp_path / "fact.yaml", **{name: "张三"}), "--json"))
            assert (problem["error"], problem["path"]) == ("usage", name)
            assert "由登录确定" in problem["remedy"]
        file = table(tmp_path, "qingxi-2,2020-01,frozen,1,某函,甲", titles=f"{TITLES},登记人")
        problem = told(hengjie("record", file, "--json"))
        assert (problem["path"], problem["message_zh"]) == ("第 1 行 line 1", "不认识或重复的列 recorded_by")
        assert "由登录确定" in problem["remedy"]

    def test_nobody_signed_in_is_told_to(self, hengjie, tmp_path, monkeypatch):
        hengjie("register", "list", "offices")
        monkeypatch.setenv(SETTING, str(tmp_path / "none"))
        result = CliRunner().invoke(main, ["record", str(written(tmp_path / "fact.yaml")), "--json"])
        assert (told(result)["error"], told(result)["remedy"]) == ("not_signed_in", "hengjie login 登录名")

    def test_people_of_another_party_are_told_who_could(self, hengjie, tmp_path):
        problem = told(hengjie("record", written(tmp_path / "fact.yaml"), "--json", by=f"{OF_OTHERS}-prepare"))
        assert (problem["error"], problem["path"]) == ("refused", "office")
        assert "山州生态环境厅" in problem["remedy"]

    @pytest.mark.parametrize("subject", ["qingxi", "山平界", "QINGXI-2", "nobody"])
    def test_one_about_nothing_that_is_declared_is_refused(self, hengjie, tmp_path, subject):
        result = hengjie("record", written(tmp_path / "fact.yaml", subject=subject), "--json")
        problem = told(result)
        assert (result.exit_code, problem["error"], problem["path"]) == (1, "unknown_code", "subject")
        assert problem["file"] == str(tmp_path / "fact.yaml")
        assert "断面、站点、主体、流域或协议的代码" in problem["remedy"]

    def test_a_slip_is_shown_what_is_like_it(self, hengjie, tmp_path):
        result = hengjie("record", written(tmp_path / "fact.yaml", subject="qingxi-22"), "--json")
        assert "qingxi-2" in told(result)["remedy"]

    @pytest.mark.parametrize(
        ("raw", "said"),
        [
            ("subject: 街口".encode("gb18030"), "读不出事实"),
            (b"\xff\xfe", "读不出事实"),
            (b"a: [1", "YAML 无法读取"),
            (b"- a", "文件应是键值表"),
            (b"", "文件应是键值表"),
        ],
    )
    def test_what_is_no_fact_is_refused_by_name(self, hengjie, tmp_path, raw, said):
        (tmp_path / "fact.yaml").write_bytes(raw)
        result = hengjie("record", tmp_path / "fact.yaml", "--json")
        problem = told(result)
        assert (result.exit_code, problem["error"], problem["file"]) == (2, "usage", str(tmp_path / "fact.yaml"))
        assert said in problem["message_zh"]


class TestBatches:
    @pytest.fixture
    def batch(self, here) -> int:
        with writing(here.engine) as connection:
            return batches_store.keep_batch(connection, "山州一站", OF_PROVINCE, [FACT], NOW)

    def test_one_that_waits_is_listed_and_adopted(self, hengjie, batch):
        (row,) = told(hengjie("fact", "list", "--json"))["batches"]
        assert (row["number"], row["key"], row["subject"]) == (batch, "山州一站", "qingxi-2 2020-07 frozen 1")
        assert "山州一站" in hengjie("fact", "list").stdout
        answer = told(hengjie("fact", "adopt", batch, "--reason", "与来文一致", "--json"))
        assert answer["subject"] == f"批次 {batch}：qingxi-2 2020-07 frozen 1"
        assert hengjie("proposal", "approve", answer["proposal"], by=f"{OF_PROVINCE}-approve").exit_code == 0
        assert hengjie("fact", "list").stdout == "没有待采用的批次 no batch waits\n"
        assert told(hengjie("fact", "adopt", batch, "--json"))["error"] == "conflict"

    def test_of_another_office_is_not_seen_and_refused(self, hengjie, batch):
        others = f"{OF_OTHERS}-prepare"
        assert told(hengjie("fact", "list", "--json", by=others))["batches"] == []
        problem = told(hengjie("fact", "adopt", batch, "--json", by=others))
        assert (problem["error"], problem["remedy"]) == ("refused", "可由 山州生态环境厅（虚构） 提出")
