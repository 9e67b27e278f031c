"""The command ``whatif`` over stored readings."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from api.cli import main
from api.commands import whatif
from api.composition import Composition
from basin.errors import UsageError
from settlement import proposing
from tests.api.makers import FIXTURES, NOW

CODE = "demo-monthly-class"


def answer(here: Composition, *changes: str, file: Path | None = None) -> list[str]:
    """The lines told for 2025."""
    proposed = proposing.proposal(here.registry, CODE, changes, file)
    with here.engine.connect() as connection:
        return list(whatif.lines(proposing.answered(connection, here.registry, CODE, proposed, "2025", NOW)))


def test_both_amounts_stand_beside_each_other(here: Composition):
    lines = answer(here, "clauses.4.1.cap=20")
    assert "    shanzhou → pingzhou：500000.00 → 200000.00（差 difference -300000.00） 元" in lines


def test_a_proposal_can_come_from_a_file(here: Composition, tmp_path: Path):
    file = tmp_path / "draft.yaml"
    shipped = (FIXTURES / "agreements" / f"{CODE}.yaml").read_text(encoding="utf-8")
    file.write_text(shipped.replace(f"code: {CODE}", "code: draft"), encoding="utf-8")
    lines = answer(here, "clauses.4.1.cap=20", file=file)
    assert lines[0].startswith(f"{CODE}：现行 in force → 拟议 proposed draft")


def test_nothing_is_stored(here: Composition):
    with here.engine.connect() as connection:
        before = connection.execute(text("select count(*) from settlements")).scalar()
    answer(here, "clauses.4.1.cap=20")
    with here.engine.connect() as connection:
        assert connection.execute(text("select count(*) from settlements")).scalar() == before


@pytest.mark.parametrize("changes", [(), ("clauses.4.1.cap",)])
def test_a_question_that_changes_nothing_or_lacks_its_value_is_refused(here: Composition, changes: tuple[str, ...]):
    with pytest.raises(UsageError):
        proposing.proposal(here.registry, CODE, changes, None)


def test_an_unknown_path_is_a_usage_error_on_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HENGJIE_DATA", str(tmp_path / "var"))
    CliRunner().invoke(main, ["key", "create", "某人"])  # which makes the database
    command = ["whatif", CODE, "--set", "clauses.9.cap=1", "--years", "2025", "--with", str(FIXTURES)]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 2
    assert "clauses.9.cap" in result.stderr
    assert "此处有：4.1" in result.stderr
