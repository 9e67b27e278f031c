"""People at the command line: the first two, signing in, appointing and approving, each in his own name."""

from __future__ import annotations

import pytest

from tests.api.accounts import PASSWORD, Account


@pytest.fixture
def accounts(tmp_path, monkeypatch):
    monkeypatch.setenv("HENGJIE_DATA", str(tmp_path / "var"))
    monkeypatch.setenv("LOGNAME", "zhang")
    return lambda name: Account(name, monkeypatch, tmp_path)


@pytest.fixture
def first(accounts):
    """The operator's admin and approver, signed in."""
    lu = accounts("lu")
    he = accounts("he")
    codes = lu.told("people", "first", "demo-basin-office", "--admin", "lu:陆管理", "--approver", "he:何审定")["codes"]
    lu.signs_in("lu", codes["lu"])
    he.signs_in("he", codes["he"])
    return lu, he


def test_an_appointment_takes_two_people_who_signed_in(first, accounts):
    lu, he = first
    proposed = lu.told("people", "appoint", "zhao", "赵经办", "demo-basin-office", "prepare", "--reason", "新岗位")
    assert "自己提出的不能自己批准" in lu.refused("proposal", "approve", str(proposed["proposal"]))
    (waiting,) = he.told("proposal", "list")["proposals"]
    assert (waiting["number"], waiting["kind_zh"], waiting["proposed_by"], waiting["state"]) == (
        1, "任命", "陆管理", "待批准",
    )  # fmt: skip
    assert he.told("proposal", "approve", "1")["state"] == "已批准"
    assert he.told("proposal", "list")["proposals"] == []
    listed = {row["login"]: row for row in lu.told("people", "list")["people"]}
    assert (listed["zhao"]["office"], listed["zhao"]["roles"]) == ("demo-basin-office", "经办")
    zhao = accounts("zhao")
    zhao.signs_in("zhao", lu.told("people", "code", "zhao")["code"])
    assert "没有管理的任命" in zhao.refused("people", "suspend", "he", "demo-basin-office", "--reason", "不服")


def test_a_party_has_its_first_two_by_its_letter(first, accounts):
    lu, _ = first
    named = ("people", "first", "shanzhou-env", "--admin", "wang:王管理", "--approver", "li:李审定")
    assert "须写来函的 SHA-256" in lu.refused(*named)
    assert set(lu.told(*named, "--letter", "b" * 64)["codes"]) == {"wang", "li"}
    assert "这一方已有任命" in lu.refused(*named, "--letter", "b" * 64)


def test_once_somebody_is_appointed_the_command_line_alone_appoints_nobody(first, accounts):
    stranger = accounts("stranger")
    named = ("people", "first", "shanzhou-env", "--admin", "x:某", "--approver", "y:某某", "--letter", "b" * 64)
    assert "命令行没有登录" in stranger.refused(*named)


def test_refusing_needs_a_reason_and_withdrawing_is_for_the_proposer(first):
    lu, he = first
    for _ in range(2):
        lu.told("people", "appoint", "zhao", "赵经办", "demo-basin-office", "prepare", "--reason", "新岗位")
    assert he.run("proposal", "refuse", "1").exit_code == 2
    refused = he.told("proposal", "refuse", "1", "--reason", "附件不全")
    assert (refused["state"], refused["ended_by"], refused["ended_because"]) == ("已退回", "何审定", "附件不全")
    assert "只有提出人可以撤回" in he.refused("proposal", "withdraw", "2")
    assert lu.told("proposal", "withdraw", "2")["state"] == "已撤回"
    states = [row["state"] for row in lu.told("proposal", "list", "--all")["proposals"]]
    assert states == ["已撤回", "已退回"]


def test_the_session_is_in_a_file_of_that_account_alone(first):
    lu, _ = first
    assert lu.file.stat().st_mode & 0o777 == 0o600
    lu.file.chmod(0o644)
    assert "登录文件别人也能读" in lu.refused("proposal", "list")


def test_who_signed_out_proposes_nothing_any_more(first):
    lu, _ = first
    secret = lu.file.read_text(encoding="utf-8")
    assert lu.told("logout") == {"ended": 1}
    assert not lu.file.exists()
    lu.file.write_text(secret, encoding="utf-8")
    lu.file.chmod(0o600)
    assert "没有登录，或登录已过期" in lu.refused("proposal", "list")


def test_a_wrong_password_is_refused_and_leaves_its_trace(first):
    lu, _ = first
    result = lu.run("login", "lu", typed="wrong wrong wrong\n")
    assert result.exit_code == 1
    assert "登录名或口令不对，或已停用" in result.stderr
    (trace,) = lu.told("audit", "list", "--act", "login", "--refused")["acts"]
    assert (trace["who"], trace["outcome"]) == ("lu", "401 not_signed_in")
    assert lu.run("login", "lu", typed=f"{PASSWORD}\n").exit_code == 0
