"""``hengjie laboratory template`` and ``hengjie ingest laboratory``: split samples on the receipt."""

from __future__ import annotations

import json
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from api.cli import main
from api.reads.split_samples import agreed_tolerance
from basin.network import Station
from basin.registry import Registry
from monitoring_ingest.formats.laboratory import COLUMNS
from monitoring_ingest.formats.laboratory_template import RESULTS
from tests.settlement.makers import RULES, a_network, an_agreement, per_unit

FIXTURES = Path(__file__).parents[3] / "fixtures"
SPLIT = ("demo-qx2 山平界站（虚构）", "上游 upstream"), ("demo-qx2b 山平界备用站（虚构）", "下游 downstream")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a database of its own and one laboratory source, with a tolerance for ammonia alone."""
    monkeypatch.setenv("HENGJIE_DATA", str(tmp_path / "var"))
    source = "code: lab\ntitle: 分样（虚构）\nformat: laboratory\ntolerance: {nh3n: 10%}\n"
    (tmp_path / "lab.yaml").write_text(source, encoding="utf-8")
    return tmp_path


def hengjie(*arguments: object) -> Result:
    return CliRunner().invoke(main, list(map(str, arguments)))


def filled(file: Path, values: dict[str, tuple[float, float]]) -> None:
    """Both sides' values of one sample by indicator, in the template."""
    result = hengjie("laboratory", "template", "-o", file, "--with", FIXTURES)
    assert result.exit_code == 0, result.output
    book = load_workbook(file)
    sheet = book[RESULTS]
    at = {name: column for column, name in enumerate(COLUMNS, start=1)}
    rows = [(code, *side, value) for code, both in values.items() for side, value in zip(SPLIT, both, strict=True)]
    for line, (code, station, side, value) in enumerate(rows, start=4):
        told: dict[str, Any] = {"sample": "S-01", "station": station, "indicator": code, "side": side, "value": value}
        told |= {"time": datetime(2025, 8, 5, 10), "unit": "mg/L"}
        for name, cell in told.items():
            sheet.cell(line, at[name]).value = cell
    book.save(file)


@pytest.mark.proof
def test_the_receipt_tells_both_values_difference_tolerance_and_outcome(folder: Path):
    filled(folder / "a.xlsx", {"nh3n": (0.8, 1.1), "tp": (0.1, 0.2), "codmn": (3, 3.1)})
    given = ("ingest", "laboratory", folder / "a.xlsx", "--with", FIXTURES, "--with", folder, "--source", "lab")
    result = hengjie(*given, "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert (told["door"], told["counts"]["accepted"]) == ("source:lab", 6)
    names = ("indicator", "upstream", "downstream", "third", "difference", "tolerance", "allowed", "outcome")
    assert [tuple(one[name] for name in names) for one in told["samples"]] == [
        ("nh3n", "0.8", "1.1", None, "0.3", "0.1", "0.095", "differ"),
        ("tp", "0.1", "0.2", None, "0.1", None, None, "no_tolerance"),
        ("codmn", "3", "3.1", None, "0.1", None, None, "no_tolerance"),
    ]
    lines = hengjie(*given).output
    assert "样品 S-01 nh3n：上游 0.8，下游 1.1；相差 0.3，允差 0.095：超出允差，待第三方" in lines


def test_which_laboratory_is_meant_must_be_said_where_there_are_several(folder: Path):
    (folder / "other.yaml").write_text("code: other\ntitle: 另一家（虚构）\nformat: laboratory\n", encoding="utf-8")
    filled(folder / "a.xlsx", {"nh3n": (0.8, 1.1)})
    result = hengjie("ingest", "laboratory", folder / "a.xlsx", "--with", FIXTURES, "--with", folder)
    assert result.exit_code == 2
    assert "声明了几个化验单来源" in result.output and "other" in result.output


def test_a_tolerance_is_that_of_the_agreement_that_takes_the_mean_of_the_sections():
    river = a_network("s1 up down", "s2 up down", "v up down")
    stations = {code: Station(f"at-{code}", code, "up", code, (), "Asia/Shanghai") for code in river.sections}
    river = type(river)(river.basins, river.parties, river.sections, {one.code: one for one in stations.values()})
    monthly = per_unit("kind: concentration, section: v, indicator: nh3n", ", every: month")
    rules = RULES.replace("}", ", joint_sample: 10%}")
    agreement = an_agreement(monthly, river, data=rules, sections="{v: {mean_of: [s1, s2]}}")
    registry = Registry(river, {agreement.code: agreement}, {}, ())
    assert agreed_tolerance(registry, ["at-s1", "at-s2"]) == Fraction(1, 10)
    assert agreed_tolerance(registry, ["at-s1", "at-s2", "at-v"]) == Fraction(1, 10)
    assert agreed_tolerance(registry, ["at-s1"]) is None
    assert agreed_tolerance(registry, ["at-s1", "nobody"]) is None
