"""GLOSSARY.md is true: every word has one row, and lives where the row says."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
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
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
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
    file, name = home.groups()
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
