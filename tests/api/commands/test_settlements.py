"""`hengjie status` proposes as who is signed in at the command line."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from api.cli import main


@pytest.fixture
def status(tmp_path, monkeypatch):
    """Run the command over an empty database, where nobody is signed in."""
    monkeypatch.setenv("HENGJIE_DATA", str(tmp_path / "var"))
    monkeypatch.setenv("HENGJIE_SESSION", str(tmp_path / "session"))
    return lambda *arguments: CliRunner().invoke(main, ["status", "some", "待复核", "--reason", "齐全", *arguments])


def test_who_is_not_signed_in_is_told_how_to(status):
    result = status()
    assert result.exit_code == 1
    assert "命令行没有登录" in result.stderr and "hengjie login" in result.stderr


def test_where_people_are_switched_off_it_says_so(status, monkeypatch):
    monkeypatch.setenv("HENGJIE_PEOPLE", "off")
    result = status()
    assert result.exit_code == 1
    assert "不设登录" in result.stderr and "去掉 HENGJIE_PEOPLE=off" in result.stderr


def test_a_typed_name_is_refused_with_a_remedy(status):
    result = status("--person", "张三", "--json")
    assert result.exit_code == 2
    problem = json.loads(result.stdout)
    assert (problem["path"], problem["message_zh"]) == ("person", "不再写办事人的姓名：办事人是登录的人")
    assert "hengjie login" in problem["remedy"]


def test_the_help_names_no_person(status):
    assert "--person" not in status("--help").stdout
