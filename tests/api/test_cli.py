"""The command line: what it cannot do it says in words, as one JSON object where that is asked for."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest
from click.testing import CliRunner, Result

from api.cli import main
from basin.registry import BUNDLED
from monitoring_ingest.database.engine import open_existing, writing
from monitoring_ingest.readings.facts import fact
from monitoring_ingest.records.store import record_fact
from settlement.statement.engine_version import ENGINE_VERSION
from tests.api.accounts import Office
from tests.api.makers import HEADER, NOW, row

Run = Callable[..., Result]


@pytest.fixture
def hengjie(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command over an empty database."""
    monkeypatch.setenv("HENGJIE_DATA", str(tmp_path / "var"))

    def run(*arguments: object) -> Result:
        return CliRunner().invoke(main, [str(one) for one in arguments])

    return run


def told(result: Result) -> dict[str, str]:
    """The one JSON object on standard output."""
    (line,) = result.stdout.splitlines()
    found: dict[str, str] = json.loads(line)
    return found


class TestUsage:
    """Whatever is asked in a wrong way: exit 2, and with --json one object on standard output."""

    @pytest.mark.parametrize(
        ("arguments", "path", "said"),
        [
            (["settle"], "agreement", "Missing argument"),
            (["settle", "xinan-anhui-zhejiang-2018"], "period", "Missing argument"),
            (["settle", "xinan-anhui-zhejiang-2018", "0001"], None, "期间的年份不在 1900–2200：0001"),
            (["settle", "xinan-anhui-zhejiang-2018", "9999-12"], None, "期间的年份不在 1900–2200：9999-12"),
            (["settle", "xinan-anhui-zhejiang-2018", "sometime"], None, "不认识的期间"),
            (["assess", "xinan", "0001"], None, "期间的年份不在 1900–2200：0001"),
            (["assess", "xinan", "2020", "--as-of", "0001-01-01T00:00+08:00"], "as_of", "年份不在 1900–2200"),
            (["assess", "xinan", "2020", "--as-of", "9999-12-31T23:59-08:00"], "as_of", "年份不在 1900–2200"),
            (["assess", "xinan", "2020", "--as-of", "2020-01-01"], "as_of", "不是带时区的时刻：2020-01-01"),
            (["assess", "xinan", "2020", "--as-of", "yesterday"], "as_of", "不是带时区的时刻：yesterday"),
            (["assess", "xinan", "2020", "--as-off", "x"], None, "No such option"),
            (["seattle"], None, "No such command 'seattle'"),
            (["ingest", "telegram"], None, "No such command 'telegram'"),
            (["record", "nowhere.yaml"], "file", "does not exist"),
            (["classify", __file__, "--compare", "guess"], "compare", "'guess' is not one of"),
            ([], None, "No such option"),
        ],
    )
    def test_what_does_not_fit_is_told_twice(self, hengjie, arguments, path, said):
        result = hengjie(*arguments, "--json")
        problem = told(result)
        assert (result.exit_code, problem["error"], problem["path"]) == (2, "usage", path)
        assert said in problem["message_zh"]
        assert said in result.stderr
        assert problem["remedy"]

    def test_without_json_standard_output_stays_empty(self, hengjie):
        result = hengjie("settle")
        assert (result.exit_code, result.stdout) == (2, "")

    def test_an_instant_may_have_a_blank_for_its_t(self, hengjie):
        assert hengjie("assess", "xinan", "2020", "--as-of", "2026-01-31 08:00+08:00").exit_code == 0


class TestOutside:
    """What the machine does not give: exit 1 and why."""

    @pytest.mark.parametrize("text", ["a\u202eb", "a\u200bb", "a\udcffb"], ids=ascii)
    @pytest.mark.parametrize(
        "arguments",
        [["explain", "@"], ["settle", "@", "2020"], ["settle", "a", "@"], ["assess", "@", "2020"],
         ["evidence", "@", "-o", "x.zip"], ["status", "@", "待复核", "--reason", "b"],
         ["key", "create", "@"], ["key", "revoke", "@"],
         ["whatif", "a", "--set", "@=1", "--years", "2020"], ["readings", "export", "--station", "@"]],
        ids=" ".join,
    )  # fmt: skip
    def test_an_argument_that_nobody_can_read_is_refused_before_anything_is_asked(self, arguments, text):
        result = CliRunner().invoke(main, [argument.replace("@", text) for argument in arguments])
        assert result.exit_code == 2
        assert "看不见的符号" in result.stderr and result.exception.__class__ is SystemExit

    @pytest.mark.parametrize(
        "arguments", [["readings", "export", "--wide"], ["classify", "table.csv"], ["evidence", "settlement"]]
    )
    def test_an_output_in_a_missing_folder(self, hengjie, tmp_path, arguments, monkeypatch):
        monkeypatch.chdir(tmp_path)
        hengjie("key", "create", "某人")  # which makes the database
        Path("table.csv").write_text("section,time,water_body,ph\ns,2020-07,river,7\n", encoding="utf-8")
        if "settlement" in arguments:
            arguments = ["evidence", told(hengjie("settle", "xinan-anhui-zhejiang-2018", "2020", "--json"))["id"]]
        result = hengjie(*arguments, "-o", "missing/out.file", "--json")
        problem = told(result)
        assert (result.exit_code, problem["error"], problem["file"]) == (1, "unavailable", "missing/out.file")
        assert problem["message_zh"] == "文件读写不了：没有此文件或文件夹"
        assert problem["message_zh"] in result.stderr

    @pytest.mark.parametrize(
        ("data", "why"),
        [("taken", "已有同名的文件"), ("taken/below", "上级不是文件夹"), ("hindered", "数据库不能使用")],
    )
    def test_a_data_folder_that_cannot_be_used(self, hengjie, tmp_path, monkeypatch, data, why):
        (tmp_path / "taken").write_text("a file", encoding="utf-8")
        (tmp_path / "hindered" / "hengjie.sqlite").mkdir(parents=True)
        monkeypatch.setenv("HENGJIE_DATA", str(tmp_path / data))
        result = hengjie("key", "create", "某人", "--json")
        assert (result.exit_code, told(result)["error"]) == (1, "unavailable")
        assert why in told(result)["message_zh"]

    def test_a_database_that_does_not_answer(self, hengjie, monkeypatch):
        monkeypatch.setenv("HENGJIE_DATABASE_URL", "postgresql://u:secret@127.0.0.1:1/hengjie")
        result = hengjie("key", "create", "某人", "--json")
        assert (result.exit_code, told(result)["error"]) == (1, "unavailable")
        assert "数据库不能使用" in result.stderr
        assert "secret" not in result.output

    @pytest.mark.parametrize("url", ["somewhere", "mysql://a/b", "postgresql://u:secret@host:port/x"])
    def test_an_address_that_is_none(self, hengjie, monkeypatch, url):
        monkeypatch.setenv("HENGJIE_DATABASE_URL", url)
        result = hengjie("key", "create", "某人", "--json")
        assert (result.exit_code, told(result)["error"]) == (2, "usage")
        assert "HENGJIE_DATABASE_URL" in told(result)["remedy"]
        assert "secret" not in result.output


@pytest.mark.proof
class TestSchedule:
    """`schedule --once` is done only when every slot is."""

    def test_what_was_due_is_told(self, hengjie):
        result = hengjie("schedule", "--once", "--json")
        assert result.exit_code == 0
        ran = [(slot["job"], slot["failure"]) for slot in told(result)["ran"]]
        jobs = ("inbox", "quality", "settlement", "silence", "completeness")
        assert {(job, None) for job in jobs} <= set(ran)

    def test_what_ran_is_listed_with_its_slot_and_outcome(self, hengjie):
        hengjie("key", "create", "某人")  # which makes the database
        assert "nothing has run yet" in hengjie("jobs", "list").stdout
        hengjie("schedule", "--once")
        listed = told(hengjie("jobs", "list", "--job", "inbox", "--json"))["runs"]
        assert [(run["job"], run["outcome"]) for run in listed] == [("inbox", "no files")]
        assert listed[0]["slot"] <= listed[0]["started_at"] <= listed[0]["finished_at"]
        assert "no files" in hengjie("jobs", "list").stdout

    def test_a_slot_that_failed_makes_it_fail(self, hengjie, tmp_path):
        (tmp_path / "var").mkdir()
        (tmp_path / "var" / "inbox").write_text("a file where the folder should be", encoding="utf-8")
        result = hengjie("schedule", "--once", "--json")
        assert (result.exit_code, told(result)["failed"]) == (1, 1)
        assert "Not a directory" in told(result)["ran"][0]["failure"]

    def test_so_does_one_file_of_the_inbox_while_the_others_come_in(self, hengjie, tmp_path):
        if not Path("/proc/self/mem").exists():
            pytest.skip("only Linux has a file that nobody can read from its start")
        inbox = tmp_path / "var" / "inbox"
        inbox.mkdir(parents=True)
        (inbox / "bad.csv").symlink_to("/proc/self/mem")
        (inbox / "good.csv").write_text(
            f"{HEADER}\n{row('jiekou', '2020-07-01 08:00', 'tp', '0.02')}\n", encoding="utf-8"
        )
        result = hengjie("schedule", "--once")
        assert result.exit_code == 1
        assert "bad.csv: failed: OSError" in result.stdout
        assert {file.name: [one.name for one in file.iterdir()] for file in inbox.iterdir()} == {
            "done": ["good.csv"],
            "failed": ["bad.csv"],
        }


def test_a_time_no_reading_can_have_does_not_stop_a_file(hengjie, tmp_path):
    file = tmp_path / "a.csv"
    rows = (row("jiekou", time, "tp", "0.02") for time in ("2020-07-01 08:00", "9999-12-31T23:59"))
    file.write_text("\n".join([HEADER, *rows, ""]), encoding="utf-8")
    receipt = told(hengjie("ingest", "readings", file, "--json"))
    assert [(r["row"], r["fate"], r["code"]) for r in receipt["rows"] if r["row"] == 3] == [
        (3, "rejected", "unreadable_time")
    ]


MANUAL = Path(__file__).parents[2] / "docs" / "agreements.md"


@pytest.mark.proof
class TestNextSteps:
    """The steps that docs/agreements.md (9.4) tells an author to take with its outside folder, and their exit codes."""

    def folder(self, folder: Path) -> Path:
        """The outside folder of the document."""
        text = MANUAL.read_text(encoding="utf-8")
        for name, content in re.findall(r"^```folder (\S+)\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(content, encoding="utf-8")
        return folder

    def test_from_readings_to_what_is_owed(self, hengjie: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        outside = ("--with", self.folder(tmp_path / "甲江"))
        months = [row("jiajiang-zhan", f"2024-{month:02d}-15 08:00", "nh3n", "0.4") for month in range(1, 13)]
        (tmp_path / "读数.csv").write_text("\n".join([HEADER, *months, ""]), encoding="utf-8")
        assert "accepted 12" in hengjie("ingest", "readings", tmp_path / "读数.csv", *outside).stdout
        year = told(hengjie("settle", "jiajiang-2024", "2024", *outside, "--json"))
        assert (year["kind"], [pair["amount_yuan"] for pair in year["transfers"]]) == ("payable", ["1000000.00"])
        monkeypatch.setenv("HENGJIE_SESSION", str(tmp_path / "nobody.session"))
        assert hengjie("status", year["id"], "待复核", "--reason", "数据齐全", *outside).exit_code == 1
        office = Office("jiajiang-office", monkeypatch, tmp_path, outside[1])
        office.agrees("status", year["id"], "待复核", "--reason", "数据齐全")
        waiting = office.preparer.told("status", year["id"], "已确认", "--reason", "复核无误")
        assert "自己提出的不能自己批准" in office.preparer.refused("proposal", "approve", str(waiting["proposal"]))
        assert office.approver.told("proposal", "approve", str(waiting["proposal"]))["state"] == "已批准"
        july = told(hengjie("settle", "jiajiang-2024", "2024-07", *outside, "--json"))
        assert july["kind"] == "indication"
        office.agrees("status", july["id"], "待复核", "--reason", "数据齐全")
        refused = office.preparer.refused("status", july["id"], "已确认", "--reason", "复核无误")
        assert "不是可支付的结算" in refused

    @pytest.mark.parametrize(
        ("arguments", "code"),
        [(["settle", "jiajiang-2024", "2024x"], 2), (["settle", "jiajiang-2024", "2030"], 2), (["settle"], 2),
         (["settle", "nobody", "2024"], 1), (["agreement", "check", __file__], 1)],
        ids=["no period", "outside the term", "an argument missing", "an unknown code", "findings"],
    )  # fmt: skip
    def test_exit_codes(self, hengjie: Run, tmp_path: Path, arguments: list[str], code: int) -> None:
        assert hengjie(*arguments, "--with", self.folder(tmp_path / "甲江")).exit_code == code


PAYS = """
code: pays
title: 试验
basin: xinan
source: 试验文本
standard: gb3838-2002
starts: 2024-01-01
ends: 2024-12-31
parties: {upstream: anhui, downstream: zhejiang}
every: year
clauses:
- {ref: "1", measure: {kind: reported, fact: funds used}, scale: [{rate: 1}], pays: downstream, receives: upstream}
"""


USED = {
    "subject": "pays", "period": "2024", "kind": "funds used", "value": "2.5", "document": "示例函〔2020〕1号",
    "recorded_by": "示例记录人", "approved_by": "示例批准人",
}  # fmt: skip


@pytest.mark.proof
class TestVerify:
    """An evidence file that holds is told in short, with what it does not prove; one that does not: exit 1 and why."""

    def file(self, hengjie: Run, folder: Path) -> Path:
        """The evidence file of a clause that pays by a recorded fact."""
        rules = folder / "pays.yaml"
        rules.write_text(PAYS, encoding="utf-8")
        assert hengjie("database", "upgrade").exit_code == 0
        engine = open_existing(f"sqlite:///{folder / 'var' / 'hengjie.sqlite'}")
        with writing(engine) as connection:
            record_fact(connection, fact(USED), NOW)
        engine.dispose()
        settlement = told(hengjie("settle", "pays", "2024", "--with", rules, "--json"))["id"]
        file = folder / "evidence.zip"
        assert hengjie("evidence", settlement, "-o", file, "--with", rules).exit_code == 0
        return file

    def test_who_pays_whom_how_much_and_what_is_not_proven_is_told_in_both_languages(
        self, hengjie: Run, tmp_path: Path
    ) -> None:
        result = hengjie("verify", self.file(hengjie, tmp_path))
        assert result.exit_code == 0
        for line in (
            "证据包成立 holds", "协议 agreement：试验（pays）", "期间 period：2024", "结果 result：完整 complete",
            "浙江省（zhejiang） 付 pays 安徽省（anhui） 25000.00 元 yuan", "状态 status：证据包不载", "指纹 digest：",
            "引擎版本 engine version：", "证据包不能证明 what it does not prove：", "读数是站点实测的",
            "the readings are what the stations measured", "the status of the settlement now", "who made the file",
        ):  # fmt: skip
            assert line in result.stdout

    def test_the_same_as_one_json_object(self, hengjie: Run, tmp_path: Path) -> None:
        file = self.file(hengjie, tmp_path)
        verified = told(hengjie("verify", file, "--json"))
        assert (verified["ok"], verified["failure"], verified["failed"]) == (True, None, 0)
        said = verified["settlement"]
        assert said["id"] == f"pays-2024-{said['digest'][:12]}"
        assert (said["agreement"], said["period"], said["kind"], said["status"]) == ("pays", "2024", "payable", None)
        (payment,) = said["payments"]
        assert payment == {
            "payer": "zhejiang", "payer_zh": "浙江省", "payee": "anhui", "payee_zh": "安徽省", "amount_yuan": "25000.00"
        }  # fmt: skip
        assert said["engine_version"] == ENGINE_VERSION
        assert len(verified["not_proven"]) == 5

    @pytest.mark.parametrize("path", ["/dev/zero", "/dev/null"])
    def test_a_device_is_refused(self, hengjie: Run, path: str) -> None:
        result = hengjie("verify", path)
        assert (result.exit_code, result.stdout) == (1, "")
        assert "不是普通文件 (not a regular file)" in result.stderr

    def test_a_file_with_a_name_that_leads_outside_is_refused(self, hengjie: Run, tmp_path: Path) -> None:
        settlement = told(hengjie("settle", "xinan-anhui-zhejiang-2018", "2020", "--json"))["id"]
        file = tmp_path / "evidence.zip"
        hengjie("evidence", settlement, "-o", file)
        assert hengjie("verify", file).exit_code == 0
        with ZipFile(file, "a") as archive:
            archive.writestr("register/../../x", "written by a stranger")
        before = sorted(tmp_path.parent.rglob("*"))
        result = hengjie("verify", file)
        assert result.exit_code == 1
        assert "✗ register/../../x: 证据包里不该有此文件 (does not belong in an evidence file)" in result.stdout
        assert "证据包成立" not in result.stdout
        assert sorted(tmp_path.parent.rglob("*")) == before


class TestCases:
    """A failing case prints the working that leads to what differs, and with --all that of every clause."""

    CASE = (
        "agreement: yellow-river-henan-shandong-2021\n"
        "cases: [{period: 2022, given: {liuzhuang: {quality_class: 2}}, lines: {change: 10},"
        " by_clause: [{clause: '1', payer: shandong, payee: henan, amount: 1}]}]\n"
    )

    @pytest.mark.parametrize(("more", "others"), [([], False), (["--all"], True)])
    def test_the_other_clauses_are_printed_only_when_asked_for(
        self, hengjie: Run, tmp_path: Path, more: list[str], others: bool
    ) -> None:
        (tmp_path / "case.yaml").write_text(self.CASE, encoding="utf-8")
        result = hengjie("cases", tmp_path / "case.yaml", *more)
        assert result.exit_code == 1
        assert "1 → shandong → henan：应为 1 万元，算得 6000 万元" in result.stdout
        assert "    → 6000" in result.stdout
        assert ("change 2022" in result.stdout) is others

    def test_with_all_a_passing_case_is_printed_with_its_working_and_sums(self, hengjie: Run, tmp_path: Path) -> None:
        (tmp_path / "case.yaml").write_text(self.CASE.replace("amount: 1}", "amount: 6000}"), encoding="utf-8")
        plain, whole = (hengjie("cases", tmp_path / "case.yaml", *more) for more in ([], ["--all"]))
        assert plain.stdout.strip() == "1 passed, 0 failed"
        assert f"相符 passed {tmp_path / 'case.yaml'} #1" in whole.stdout
        assert "    修约一次（元，四舍五入）：6000 万元 × 10000 = 60000000.00" in whole.stdout

    def test_what_shadows_what_goes_to_standard_error(self, hengjie: Run, tmp_path: Path) -> None:
        bundled = BUNDLED / "agreements" / "yellow-river-henan-shandong-2021.yaml"
        (tmp_path / "own.yaml").write_text(bundled.read_text(encoding="utf-8"), encoding="utf-8")
        (tmp_path / "case.yaml").write_text(self.CASE.replace("amount: 1}", "amount: 6000}"), encoding="utf-8")
        result = hengjie("cases", tmp_path / "case.yaml")
        assert result.exit_code == 0
        assert f"{tmp_path / 'own.yaml'} 取代 {bundled}" in result.stderr


def test_the_module_runs_as_the_command_does() -> None:
    done = subprocess.run([sys.executable, "-m", "api.cli", "--help"], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "衡界" in done.stdout
