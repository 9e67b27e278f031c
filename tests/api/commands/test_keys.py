"""`hengjie key …`: made for stations and a day, rotated, listed without secrets, revoked."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.cli import main
from tests.api.accounts import Office


@pytest.fixture
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run a key command over an empty database."""
    monkeypatch.setenv("HENGJIE_DATA", str(tmp_path / "var"))
    return lambda *arguments: CliRunner().invoke(main, ["key", *map(str, arguments)])


def told(result: Result) -> dict[str, object]:
    return json.loads(result.stdout)


def test_a_key_is_made_rotated_listed_and_revoked(key):
    first = told(key("create", "一站", "--stations", "jiekou", "--expires", "2999-01-01", "--json"))["key"]
    second = told(key("rotate", "一站", "--overlap", "12h", "--json"))["key"]
    (listed,) = told(key("list", "--json"))["keys"]
    assert (listed["name"], listed["state"], listed["stations"]) == ("一站", "valid", ["jiekou"])
    assert listed["expires_at"] == "2998-12-31T16:00:00+00:00"  # midnight in China
    assert first != second
    assert [secret in key("list").stdout for secret in (first, second)] == [False, False]
    assert key("revoke", "一站").exit_code == 0
    assert "revoked" in key("list").stdout


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["create", "x", "--stations", "nowhere"], 1),
        (["create", "x", "--expires", "2020-01-01"], 2),
        (["rotate", "nobody"], 1),
        (["rotate", "nobody", "--overlap", "soon"], 2),
        (["revoke", "nobody"], 1),
    ],
)
def test_what_cannot_be_done_is_said(key, arguments, status):
    assert key(*arguments).exit_code == status


class TestOnceSomebodyIsAppointed:
    """Keys are of an office, and take two people of its side."""

    @pytest.fixture
    def office(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
        monkeypatch.setenv("HENGJIE_DATA", str(tmp_path / "var"))
        return Office("demo-basin-office", monkeypatch, tmp_path)

    def test_a_key_is_proposed_and_its_secret_shown_to_who_approves(self, office):
        create = ("key", "create", "一站", "--office", "demo-basin-office", "--stations", "demo-qx2,demo-qx3")
        proposed = office.admin.told(*create, "--expires", "2027-06-01", "--reason", "新站")
        assert "key" not in proposed
        assert office.admin.told("key", "list")["keys"] == []
        first = office.approver.told("proposal", "approve", str(proposed["proposal"]))["shown_once"]
        (listed,) = office.admin.told("key", "list")["keys"]
        assert (listed["office"], listed["stations"], listed["verbs"], listed["maker"]) == (
            "demo-basin-office", ["demo-qx2", "demo-qx3"], ["push"], "lu",
        )  # fmt: skip
        assert listed["expires_at"] == "2027-05-31T16:00:00+00:00"  # midnight in China, as the option says
        rotated = office.admin.told("key", "rotate", "一站", "--overlap", "2d", "--reason", "例行")
        second = office.approver.told("proposal", "approve", str(rotated["proposal"]))["shown_once"]
        assert first and second and first != second
        revoked = office.admin.told("key", "revoke", "一站", "--reason", "停用")
        office.approver.told("proposal", "approve", str(revoked["proposal"]))
        assert office.admin.told("key", "list")["keys"][0]["state"] == "revoked"

    def test_what_is_missing_or_not_allowed_is_said(self, office):
        create = ("key", "create", "一站", "--stations", "demo-qx2", "--reason", "新站")
        assert "机构的密钥须写 --office" in office.admin.refused(*create)
        create = (*create, "--office", "demo-basin-office")
        assert "机构的密钥须写 --expires" in office.admin.refused(*create)
        create = (*create, "--expires", "2027-06-01")
        assert "可由 陆管理 提出" in office.preparer.refused(*create)
        office.admin.file.unlink()
        assert "命令行没有登录" in office.admin.refused(*create)

    def test_an_overlap_of_hours_is_for_who_acts_alone(self, office):
        refused = office.admin.refused("key", "rotate", "一站", "--overlap", "12h", "--reason", "例行")
        assert "写整天数" in refused

    def test_where_people_are_switched_off_the_account_of_the_machine_acts_alone(self, office, monkeypatch):
        monkeypatch.setenv("HENGJIE_PEOPLE", "off")
        assert office.admin.told("key", "create", "二站", "--stations", "demo-qx2")["key"]


@pytest.mark.parametrize("option", [("--office", "demo-basin-office"), ("--verbs", "read")])
def test_while_nobody_is_appointed_a_key_is_of_no_office(key, option):
    result = key("create", "一站", *option)
    assert result.exit_code == 2 and "hengjie people first" in result.stderr
