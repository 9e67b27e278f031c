"""GLOSSARY.md is true: every word has one row, and lives where the row says."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("basin", "monitoring_ingest", "settlement", "api")
HEADER = ["term", "中文", "meaning", "what it is not", "where it lives"]
HOME = re.compile(r"`([a-z_/]+\.py)` `([A-Za-z_.]+)`")


@cache
def table_rows() -> list[list[str]]:
    lines = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return [row for row in cells if row != HEADER and not row[0].startswith("---")]


def terms() -> list[str]:
    return [row[0] for row in table_rows()]


def defined(body: list[ast.stmt]) -> dict[str, list[ast.stmt]]:
    """Names that statements define, each with what is defined inside it."""
    names: dict[str, list[ast.stmt]] = {}
    for node in body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            names[node.name] = node.body
        elif isinstance(node, ast.Assign):
            names |= {target.id: [] for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names[node.target.id] = []
    return names


def test_every_row_has_all_five_cells():
    assert [row[0] for row in table_rows() if len(row) != len(HEADER) or not all(row)] == []


@pytest.mark.parametrize("column", [0, 1], ids=["term", "中文"])
def test_no_word_stands_twice(column):
    words = [row[column].lower() for row in table_rows()]
    assert sorted({word for word in words if words.count(word) > 1}) == []


@pytest.mark.parametrize("row", table_rows(), ids=terms())
def test_the_word_is_defined_where_the_glossary_says(row):
    home = HOME.fullmatch(row[4])
    assert home, f"{row[0]}: write the home as `module.py` `Name`, not {row[4]}"
    assert_defined(*home.groups())


@pytest.mark.parametrize(("file", "name"), HOME.findall((ROOT / "README.md").read_text(encoding="utf-8")))
def test_what_the_readme_says_to_look_at_is_there(file, name):
    assert_defined(file, name)


def test_every_room_of_a_package_is_in_the_readme():
    rooms = {path.parent.name for package in PACKAGES for path in (ROOT / package).glob("*/__init__.py")}
    layout = (ROOT / "README.md").read_text(encoding="utf-8").partition("## 目录")[2].partition("```\n\n")[0]
    assert sorted(room for room in rooms if f"{room}/" not in layout) == []


def assert_defined(file: str, name: str) -> None:
    """Whether a module defines a name; a dotted name is looked for inside the class it begins with."""
    body = ast.parse((ROOT / file).read_text(encoding="utf-8")).body
    for part in name.split("."):
        assert part in defined(body), f"{file} defines no {name}"
        body = defined(body)[part]


def test_the_words_that_code_and_pages_use_most_are_there():
    most_used = """
        Party, Section, Station, Indicator, Standard, Agreement, Clause, Measure, Scale, Reading, Observation,
        Statistics, Evaluation, Obligation, Entry, Statement, Submission, Receipt, Fact, Evidence file, Scorecard,
        Pool, Line, Section sheet, Slot
    """
    assert {" ".join(word.split()) for word in most_used.split(",")} - set(terms()) == set()
