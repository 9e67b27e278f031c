"""Accounts of a machine at the command line, each with its own file of the session, and two people of an office."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from api.cli import main

FIXTURES = Path(__file__).parents[2] / "fixtures"
PASSWORD = "缓缓流过三座石桥的一江清水"


class Account:
    """Somebody's account of the machine, with his own file of the session."""

    def __init__(self, name: str, monkeypatch: pytest.MonkeyPatch, folder: Path, outside: Path = FIXTURES) -> None:
        self.file = folder / f"{name}.session"
        self._monkeypatch = monkeypatch
        self._outside = outside

    def run(self, *arguments: str, typed: str = "") -> Result:
        self._monkeypatch.setenv("HENGJIE_SESSION", str(self.file))
        return CliRunner().invoke(main, [*arguments, "--with", str(self._outside)], input=typed)

    def told(self, *arguments: str) -> dict[str, Any]:
        result = self.run(*arguments, "--json")
        assert result.exit_code == 0, result.output
        answer: dict[str, Any] = json.loads(result.stdout)
        return answer

    def refused(self, *arguments: str) -> str:
        result = self.run(*arguments)
        assert result.exit_code != 0, result.output
        return result.stderr

    def signs_in(self, login: str, code: str) -> None:
        result = self.run("login", login, "--code", code, typed=f"{PASSWORD}\n{PASSWORD}\n")
        assert result.exit_code == 0, result.output


class Office:
    """The first three people of an office at the command line: who administers, who prepares and who approves."""

    def __init__(
        self, code: str, monkeypatch: pytest.MonkeyPatch, folder: Path, outside: Path = FIXTURES
    ) -> None:  # fmt: skip
        self.admin, self.preparer, self.approver = (
            Account(name, monkeypatch, folder, outside) for name in ("lu", "jiang", "he")
        )
        codes = self.admin.told("people", "first", code, "--admin", "lu:陆管理", "--approver", "he:何审定")["codes"]
        self.admin.signs_in("lu", codes["lu"])
        self.approver.signs_in("he", codes["he"])
        appointed = ("people", "appoint", "jiang", "江经办", code, "prepare", "--reason", "新岗位")
        self.approver.told("proposal", "approve", str(self.admin.told(*appointed)["proposal"]))
        self.preparer.signs_in("jiang", self.admin.told("people", "code", "jiang")["code"])

    def agrees(self, *proposing: str) -> dict[str, Any]:
        """Let one propose by a command and the other approve; the approval."""
        number = self.preparer.told(*proposing)["proposal"]
        return self.approver.told("proposal", "approve", str(number))
