"""``hengjie source``: check a declaration, list, try a file, run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from api.cli import main

FIXTURES = Path(__file__).parents[3] / "fixtures"
TABLE = """\
code: lab-of-shanzhou
title: 山州手工监测表（虚构）
format: table
columns: {station: 点位, time: 采样时间}
indicators: {氨氮(mg/L): nh3n}
stations: {清溪源头: demo-qx1}
place: ../in/*.csv
"""


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with a source, and a database of its own."""
    monkeypatch.setenv("HENGJIE_DATA", str(tmp_path / "var"))
    for folder in ("sources", "in"):
        (tmp_path / "outside" / folder).mkdir(parents=True)
    (tmp_path / "outside" / "sources" / "lab.yaml").write_text(TABLE, encoding="utf-8")
    rows = "点位,采样时间,氨氮(mg/L)\n清溪源头,2025-08-01 08:00,0.2\n清溪源头,2025-08-01 12:00,很多\n"
    (tmp_path / "outside" / "in" / "a.csv").write_text(rows, encoding="utf-8")
    return tmp_path / "outside"


def hengjie(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["source", *map(str, arguments)])


def told(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_check_tells_every_finding_at_once_and_fails(tmp_path: Path):
    draft = tmp_path / "draft.yaml"
    draft.write_text(TABLE.replace("demo-qx1", "nobody").replace(", time: 采样时间", ""), encoding="utf-8")
    result = hengjie("check", draft, "--with", FIXTURES)
    assert result.exit_code == 1
    assert "stations.清溪源头: 未知的站点代码：nobody" in result.output
    assert "columns.time: 没有时间列" in result.output
    assert "2 处问题" in result.output


def test_check_says_that_a_good_one_may_be_used(outside: Path):
    result = hengjie("check", outside / "sources" / "lab.yaml", "--with", FIXTURES)
    assert (result.exit_code, "可以使用" in result.output) == (0, True)


def test_try_stores_nothing_and_run_takes_in_what_is_new(outside: Path):
    within = ("--with", FIXTURES, "--with", outside, "--json")
    tried = told(hengjie("try", "lab-of-shanzhou", outside / "in" / "a.csv", *within))
    assert {fate: count for fate, count in tried["counts"].items() if count} == {"accepted": 1, "rejected": 1}
    assert [(row["number"], row["fate"]) for row in tried["rows"]] == [(0.2, "accepted"), (None, "rejected")]
    (ran,) = told(hengjie("run", "lab-of-shanzhou", *within))["submissions"]
    assert {fate: count for fate, count in ran["counts"].items() if count} == {"accepted": 1, "rejected": 1}
    assert told(hengjie("run", "lab-of-shanzhou", *within))["submissions"] == []
    (given,) = told(hengjie("run", "lab-of-shanzhou", outside / "in" / "a.csv", *within))["submissions"]
    assert given["counts"]["duplicate"] == 1


def test_list_tells_code_place_and_schedule(outside: Path):
    sources = told(hengjie("list", "--with", FIXTURES, "--with", outside, "--json"))["sources"]
    (lab,) = [one for one in sources if one["code"] == "lab-of-shanzhou"]
    assert (lab["format"], lab["place"], lab["every_hours"]) == ("table", "../in/*.csv", None)


def test_a_source_nobody_declared_is_refused(outside: Path):
    result = hengjie("run", "nowhere", "--with", FIXTURES)
    assert (result.exit_code, "没有数据来源 nowhere" in result.output) == (1, True)
