"""docs/pushing.md is true: its codes, reasons and limits are those of the program, and its examples are accepted."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

from click.testing import CliRunner

from api.cli import main
from api.settings import Limits
from basin.periods import YEARS
from monitoring_ingest.readings.frames import EARLIEST_YEAR
from monitoring_ingest.readings.messages import MESSAGES
from monitoring_ingest.readings.revisions import REASONS
from monitoring_ingest.readings.validation import FATES
from tests.api.pushed import ADDRESS, fates

TEXT = (Path(__file__).parents[2] / "docs" / "pushing.md").read_text(encoding="utf-8")


def table(heading: str) -> dict[str, tuple[str, str]]:
    """The rows of the table of codes under a heading."""
    part = TEXT.partition(f"## {heading}")[2].partition("\n## ")[0].partition("| 代码 code |")[2]
    return {code: (zh, en) for code, zh, en in re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \|$", part, re.MULTILINE)}


def test_every_code_is_explained_in_the_words_of_the_receipt():
    assert table("回执 The receipt") == {code: tuple(message) for code, message in MESSAGES.items()}


def test_every_reason_is_explained():
    assert table("更正的理由 Why a value is corrected") == dict(REASONS)


def test_every_fate_is_named():
    assert [fate for fate in FATES if f"`{fate}`" not in TEXT] == []


def test_the_limits_are_those_of_the_program():
    assert (f"{Limits().body // 2**20} MiB" in TEXT, f"{Limits().rows:,}".replace(",", " ") in TEXT) == (True, True)
    assert f"早于 {EARLIEST_YEAR} 年、晚于 {YEARS[-1]} 年" in TEXT


def test_every_json_example_is_accepted(pushing):
    bodies = re.findall(r"-d '(\{.*?\})'", TEXT, re.DOTALL)
    answers = [pushing.post(ADDRESS, json=json.loads(body)) for body in bodies]
    assert [(answer.status_code, fates(answer)) for answer in answers] == [
        (201, {"accepted": 1}),
        (201, {"duplicate": 1}),
    ]


def test_every_command_about_keys_works_as_printed(tmp_path, monkeypatch):
    monkeypatch.setenv("HENGJIE_DATA", str(tmp_path / "var"))
    monkeypatch.chdir(Path(__file__).parents[2])
    commands = re.findall(r"`hengjie (key .*?)`", TEXT)
    ran = [CliRunner().invoke(main, shlex.split(command)) for command in commands]
    assert [(result.exit_code, result.output) for result in ran if result.exit_code] == []
    assert len(commands) == 2


def test_every_status_that_is_declared_is_explained(pushing):
    declared = pushing.get("/openapi.json").json()["paths"][ADDRESS]["post"]["responses"]
    assert [status for status in declared if status not in TEXT] == []
