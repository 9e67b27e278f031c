"""What a command loads, and what it does where there is no database yet."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api import cli
from api.cli import main
from api.commands.shared import Elsewhere
from api.composition import compose, compose_checked
from api.settings import Settings
from basin.errors import AgreementError
from tests.api.makers import FIXTURES, HEADER

Run = Callable[..., Result]
ROOT = Path(__file__).parents[2]
HEAVY = ("numpy", "pandas", "sqlalchemy", "pydantic", "scipy", "xarray", "flox", "dask", "openpyxl", "xlsxwriter",
         "typst", "pypdf", "fastapi", "uvicorn", "jinja2", "psycopg")  # fmt: skip
SETTLE = ("settle", "demo-monthly-class", "2025-08", "--with", str(FIXTURES))
LOADED = """
import sys
from api.cli import main
main(sys.argv[1:], standalone_mode=False)
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


@pytest.fixture
def hengjie(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command where there is no database; `tmp_path / "var"` is its place."""
    monkeypatch.setenv("HENGJIE_DATA", str(tmp_path / "var"))

    def run(*arguments: object) -> Result:
        return CliRunner().invoke(main, [str(argument) for argument in arguments])

    return run


def loaded(folder: Path, *arguments: str) -> set[str]:
    """The heavy libraries that a process of the command has loaded when it ends."""
    environment = os.environ | {"HENGJIE_DATA": str(folder), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", LOADED, *arguments]
    output = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    return set(output.splitlines()[-1].split()) & set(HEAVY)


class TestLoading:
    """A command loads what it uses: the seconds that this saves are printed by the benchmark `start_up`."""

    @pytest.mark.proof
    def test_help_loads_nothing_heavy(self, tmp_path: Path) -> None:
        assert loaded(tmp_path, "--help") == set()

    @pytest.mark.proof
    def test_a_list_of_runs_needs_the_database_and_no_arrays(self, tmp_path: Path, hengjie: Run) -> None:
        hengjie("key", "create", "示例")
        assert loaded(tmp_path / "var", "jobs", "list") == {"sqlalchemy"}

    @pytest.mark.proof
    def test_settling_and_explaining_load_neither_web_server_nor_printing(self, tmp_path: Path) -> None:
        allowed = {"numpy", "pandas", "sqlalchemy", "pydantic"}
        environment = os.environ | {"HENGJIE_DATA": str(tmp_path), "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "api.cli", *SETTLE, "--json"]
        settled = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
        assert loaded(tmp_path, *SETTLE) == allowed
        assert loaded(tmp_path, "explain", json.loads(settled)["id"], "--with", str(FIXTURES)) == allowed

    @pytest.mark.parametrize("elsewhere", cli.COMMANDS, ids=lambda elsewhere: elsewhere.name)
    def test_what_help_says_of_a_command_is_what_the_command_says(self, elsewhere: Elsewhere) -> None:
        command = elsewhere.imported()
        assert (elsewhere.name, elsewhere.help) == (command.name, command.help)


class TestChecking:
    """One agreement is compiled by a command that needs one; whoever serves has checked all of them."""

    @pytest.fixture
    def settings(self, tmp_path: Path) -> Settings:
        """A world with an agreement that cannot be used."""
        (tmp_path / "draft.yaml").write_text("code: draft\ntitle: 草案\nclauses: []\n", encoding="utf-8")
        return Settings(data=tmp_path / "var", extra=(tmp_path / "draft.yaml",))

    def test_an_agreement_that_cannot_be_used_hinders_no_command_about_another(self, settings: Settings) -> None:
        composition = compose(settings)
        assert composition.registry.agreement("xinan-anhui-zhejiang-2018").basin == "xinan"
        with pytest.raises(AgreementError, match="缺少 basin"):
            composition.registry.agreement("draft")
        composition.engine.dispose()

    def test_whoever_serves_is_told_at_once_and_no_database_is_made(self, settings: Settings) -> None:
        with pytest.raises(AgreementError, match="缺少 basin"):
            compose_checked(settings)
        assert not settings.data.exists()


class TestNoDatabase:
    """A command that reads creates no database: it says where it looked and what to do."""

    @pytest.mark.parametrize(
        "arguments",
        [
            ("jobs", "list"),
            ("key", "list"),
            ("quality", "history"),
            ("review", "list"),
            ("readings", "export"),
            ("explain", "settlement"),
            ("whatif", "xinan-anhui-zhejiang-2018", "--set", "clauses.1.cap=1", "--years", "2020"),
            ("evidence", "settlement", "-o", "settlement.zip"),
            ("source", "answer", "0" * 64, "-o", "answer.json"),
        ],
        ids=" ".join,
    )
    def test_who_reads_is_told_where_none_is(self, hengjie: Run, tmp_path: Path, arguments: tuple[str, ...]) -> None:
        result = hengjie(*arguments, "--json")
        problem = json.loads(result.stdout)
        assert (result.exit_code, problem["error"]) == (1, "unavailable")
        assert problem["file"] == str(tmp_path / "var" / "hengjie.sqlite")
        assert problem["message_zh"] == "这里还没有数据库"
        assert "hengjie ingest" in problem["remedy"]
        assert "HENGJIE_DATABASE_URL" in problem["remedy"]
        assert not (tmp_path / "var").exists()

    def test_a_file_without_our_tables_is_no_database_either(self, hengjie: Run, tmp_path: Path) -> None:
        (tmp_path / "var").mkdir()
        (tmp_path / "var" / "hengjie.sqlite").touch()
        result = hengjie("jobs", "list")
        assert (result.exit_code, "这里还没有数据库" in result.stderr) == (1, True)

    @pytest.mark.proof
    @pytest.mark.parametrize(
        "arguments",
        [
            ("key", "create", "示例"),
            ("settle", "xinan-anhui-zhejiang-2018", "2020"),
            ("assess", "xinan", "2020"),
            ("ingest", "readings", "readings.csv"),
            ("schedule", "--once"),
        ],
        ids=" ".join,
    )
    def test_who_writes_creates_it_and_it_can_be_read_then(
        self, hengjie: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
    ) -> None:
        monkeypatch.chdir(tmp_path)
        Path("readings.csv").write_text(HEADER + "\n", encoding="utf-8")
        assert hengjie(*arguments).exit_code == 0
        assert (tmp_path / "var" / "hengjie.sqlite").is_file()
        assert hengjie("jobs", "list").exit_code == 0

    def test_a_file_can_be_tried_and_sources_listed_without_one(self, hengjie: Run, tmp_path: Path) -> None:
        (tmp_path / "readings.csv").write_text(HEADER + "\n", encoding="utf-8")
        assert hengjie("source", "list", "--with", FIXTURES).exit_code == 0
        tried = hengjie("source", "try", "demo-hand-samples", tmp_path / "readings.csv", "--with", FIXTURES)
        assert tried.exit_code == 0
        assert not (tmp_path / "var").exists()
