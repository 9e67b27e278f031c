"""Commands for who writes agreements: check, diff, schema."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.cli import main
from basin.registry import BUNDLED

Run = Callable[..., Result]
XINAN = BUNDLED / "agreements" / "xinan-anhui-zhejiang-2018.yaml"


@pytest.fixture
def hengjie(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command where no database is."""
    monkeypatch.setenv("HENGJIE_DATA", str(tmp_path / "var"))

    def run(*arguments: object) -> Result:
        return CliRunner().invoke(main, ["agreement", *map(str, arguments)])

    return run


def draft(folder: Path, *changes: tuple[str, str]) -> Path:
    """A draft made from the third round on the Xin'an river."""
    text = XINAN.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    file = folder / "草案.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_good_agreement_passes_with_its_unverified_values_as_notices(hengjie: Run):
    result = hengjie("check", XINAN)
    assert result.exit_code == 0
    assert "未核实 unverified starts：2018-01-01" in result.stdout
    assert "可以使用 may be used：2 条 clauses" in result.stdout


def test_a_refused_agreement_tells_every_finding_and_exits_with_1(hengjie: Run, tmp_path: Path):
    file = draft(tmp_path, ("basin: xinan", "basin: xinan\nbasiin: x"), ("ref: P", "ref: P\n    cpa: 1"))
    result = hengjie("check", file)
    assert result.exit_code == 1
    assert f"{file}: basiin: 不认识的键 (unknown key) — 补救: 检查拼写，或删去此键" in result.stdout
    assert f"{file}: clauses.P.cpa: 不认识的键 (unknown key) — 补救: 检查拼写，或删去此键" in result.stdout
    assert "2 处问题 findings" in result.stdout


def test_as_json_findings_and_notices_are_one_object(hengjie: Run, tmp_path: Path):
    result = hengjie("check", draft(tmp_path, ("basin: xinan", "basin: xinan\nbasiin: x")), "--json")
    told = json.loads(result.stdout)
    assert (told["failed"], told["findings"][0]["path"], told["findings"][0]["remedy"]) == (
        1, "basiin", "检查拼写，或删去此键"
    )  # fmt: skip
    assert told["unverified"][0]["path"] == "starts"


def test_who_is_upstream_and_downstream_is_printed_in_text_and_json(hengjie: Run):
    line = "断面 section jiekou：上游 upstream anhui（sections.csv），下游 downstream zhejiang（sections.csv）"
    assert line in hengjie("check", XINAN).stdout
    assert json.loads(hengjie("check", XINAN, "--json").stdout)["roles"][0] == {
        "section": "jiekou", "side": "upstream", "party": "anhui", "stated_in": "sections.csv"
    }  # fmt: skip


def test_what_will_stop_is_a_notice_in_text_and_json(hengjie: Run):
    result = hengjie("check", XINAN)
    assert result.exit_code == 0
    lacking = "断面 jiekou 没有 baseline codmn、nh3n、tp、tn，在断面表写明"
    assert f"用到就停 will stop clauses.P.measure（条款 P）：{lacking} (not in the sheet)" in result.stdout
    assert "，4 处用到就停 will stop，" in result.stdout
    told = json.loads(hengjie("check", XINAN, "--json").stdout)
    assert told["failed"] == 0
    assert told["will_stop"][0] == {
        "path": "clauses.P.measure", "clause": "P", "lacking": "baseline codmn", "sections": ["jiekou"],
    }  # fmt: skip


def test_what_looks_like_a_slip_is_a_hint_in_text_and_json(hengjie: Run, tmp_path: Path):
    file = draft(tmp_path, ("    pays: downstream", "    cap: 2000000\n    pays: downstream"))
    result = hengjie("check", file)
    assert result.exit_code == 0
    assert "提示 hint clauses.1.cap：2000000 万元是 100 亿元以上：把元写成万元了吗？" in result.stdout
    assert "，1 条提示 hints，" in result.stdout
    told = json.loads(hengjie("check", file, "--json").stdout)
    assert [hint["path"] for hint in told["hints"]] == ["clauses.1.cap"]


def test_a_rule_that_is_used_and_not_stated_is_a_notice_in_text_and_json(hengjie: Run, tmp_path: Path):
    rule = next(line for line in XINAN.read_text(encoding="utf-8").splitlines() if line.startswith("  statuses:"))
    file = draft(tmp_path, (f"{rule}\n", ""))
    result = hengjie("check", file)
    assert result.exit_code == 0
    assert "用到而没写 used and not stated data.statuses：写明以前不能结算" in result.stdout
    assert "，1 条规则用到而没写 not stated，" in result.stdout
    assert json.loads(hengjie("check", file, "--json").stdout)["not_stated"] == ["data.statuses"]


def test_a_clause_without_a_source_is_a_notice(hengjie: Run, tmp_path: Path):
    source = next(line for line in XINAN.read_text(encoding="utf-8").splitlines() if line.startswith("    source:"))
    file = draft(tmp_path, (source, "    source: ''"))
    result = hengjie("check", file)
    assert result.exit_code == 0
    assert "没有出处 without source clauses.P（条款 P）" in result.stdout
    assert "1 条没有出处 without source" in result.stdout
    assert json.loads(hengjie("check", file, "--json").stdout)["without_source"] == [
        {"path": "clauses.P", "clause": "P"}
    ]


def test_a_file_that_is_not_there_is_refused_in_words(hengjie: Run, tmp_path: Path):
    result = hengjie("check", tmp_path / "nowhere.yaml")
    assert result.exit_code == 1
    assert "nowhere.yaml: " in result.stderr


def test_every_agreement_of_a_directory_is_checked(hengjie: Run, tmp_path: Path):
    (tmp_path / "agreements").mkdir()
    good = draft(tmp_path / "agreements")
    bad = good.rename(good.with_name("又一份.yaml"))
    bad.write_text(bad.read_text("utf-8").replace("basin: xinan", "basin: xinan\nbasiin: x"), "utf-8")
    draft(tmp_path / "agreements")
    result = hengjie("check", tmp_path)
    assert result.exit_code == 1
    assert f"{good}: 可以使用 may be used" in result.stdout
    assert f"{bad}: 1 处问题 findings" in result.stdout
    told = json.loads(hengjie("check", tmp_path / "agreements", "--json").stdout)
    assert (told["failed"], [found["failed"] for found in told["agreements"]]) == (1, [1, 0])


def test_a_directory_without_agreements_is_refused_in_words(hengjie: Run, tmp_path: Path):
    result = hengjie("check", tmp_path)
    assert result.exit_code == 1
    assert "目录里没有协议文件" in result.stderr


def test_parties_of_an_outside_directory_are_known_with_it(hengjie: Run):
    fixtures = Path(__file__).parents[3] / "fixtures"
    demo = fixtures / "agreements" / "demo-monthly-class.yaml"
    assert hengjie("check", demo).exit_code == 1
    assert hengjie("check", demo, "--with", fixtures).exit_code == 0


def test_a_draft_is_compared_with_the_agreement_in_force(hengjie: Run, tmp_path: Path):
    result = hengjie("diff", "xinan-anhui-zhejiang-2018", draft(tmp_path, ("codmn: 22%", "codmn: 21%")))
    assert result.exit_code == 0
    assert "1 处不同 differences" in result.stdout
    assert "~ 改 changed clauses.P.measure.weights.value.codmn：22% → 21%" in result.stdout


def test_what_one_side_does_not_have_is_added_or_removed(hengjie: Run, tmp_path: Path):
    file = draft(tmp_path, ("  place: fen\n", ""))
    removed = json.loads(hengjie("diff", XINAN, file, "--json").stdout)["differences"]
    assert removed == [{"path": "money.place", "was": "fen", "now": None}]
    assert "+ 增 added money.place：fen" in hengjie("diff", file, XINAN).stdout


def test_an_unknown_code_names_those_there_are(hengjie: Run):
    result = hengjie("diff", "nonsense", XINAN)
    assert result.exit_code == 1
    assert "没有协议 nonsense" in result.stderr


def test_the_schema_is_printed_whole(hengjie: Run):
    printed = json.loads(hengjie("schema").stdout)
    assert printed == json.loads(hengjie("schema", "--json").stdout)
    assert printed["required"][0] == "code"


def test_no_database_is_made(hengjie: Run, tmp_path: Path):
    hengjie("check", XINAN)
    hengjie("diff", XINAN, XINAN)
    assert not (tmp_path / "var").exists()


def test_the_figures_of_a_draft_are_counted_and_its_unverified_values_listed(hengjie: Run, tmp_path: Path):
    result = hengjie("figures", draft(tmp_path), "--json")
    (told,) = json.loads(result.stdout)["agreements"]
    assert (told["code"], told["clauses"], told["figures"]) == ("xinan-anhui-zhejiang-2018", 2, 12)
    assert "clauses.P.measure.coefficient" in [one["path"] for one in told["unverified"]]
    assert (told["families"], told["cases"]) == ([], 0)


def test_a_dated_value_that_only_rests_on_the_whole_agreement_fails(hengjie: Run, tmp_path: Path):
    target = "sections: {jiekou: {target: {2018-01-01: 2, 2019-01-01: 3}}}"
    file = draft(tmp_path, ("sections:\n  jiekou: {}", target))
    result = hengjie("figures", file, "--json")
    assert result.exit_code == 1
    (told,) = json.loads(result.stdout)["agreements"]
    assert told["dated_without_reference"] == [
        "sections.jiekou.target.2018-01-01", "sections.jiekou.target.2019-01-01",
    ]  # fmt: skip


def test_families_and_grounds_come_from_the_page_that_tells_them(hengjie: Run, tmp_path: Path):
    page = tmp_path / "coverage.md"
    page.write_text(
        "| 类 | 协议 | 依据 |\n|---|---|---|\n| F1 | `xinan-anhui-zhejiang-2018` | 公布 published |\n"
        "| | `xinan-anhui-zhejiang-2018` `other` | 条文，金额未公布 |\n\n| 省 | `other` | 公布 |\n",
        encoding="utf-8",
    )
    result = hengjie("figures", XINAN, "--families", page, "--json")
    (told,) = json.loads(result.stdout)["agreements"]
    assert told["families"] == ["F1"]
    assert told["grounds"] == ["公布 published", "条文 rule text"]
