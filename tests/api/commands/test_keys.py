"""`hengjie key …`: made for stations and a day, rotated, listed without secrets, revoked."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.cli import main


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
