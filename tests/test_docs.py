"""docs/agreements.md is true: its examples are accepted and settle, and no refusal, key or reason is missing.

So is docs/figures.md: it is what the program prints of the shipped agreements and cases.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple, get_args

import pytest
from click.testing import CliRunner

from api.cli import main
from basin import agreement, clauses, measures, scales
from basin.errors import AgreementError
from basin.indicators import INDICATORS
from basin.registry import Registry, checked
from basin.written.agreement_files import tree
from monitoring_ingest.formats import table_cells
from monitoring_ingest.readings.messages import MESSAGES
from settlement.cases.running import outcomes, run_cases
from settlement.words import WORDS
from tests.registries import with_fixtures

ROOT = Path(__file__).parent.parent
DOCUMENT = ROOT / "docs" / "agreements.md"
TEXT = DOCUMENT.read_text(encoding="utf-8")
BLOCK = re.compile(r"^```yaml (?P<kind>\w+)(?: from (?P<source>[\w-]+))?\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
ALSO_REFUSE = ("basin/rounding.py", "basin/periods.py", "settlement/gathered.py", "settlement/settling.py")
GRAMMAR = (
    clauses.DataRules, clauses.MoneyRules, clauses.Proportion, clauses.SectionSheet, clauses.Clause,
    measures.Measure, measures.Runs, measures.Against, scales.Piece,
)  # fmt: skip
IDEOGRAPH = re.compile("[\u4e00-\u9fff]")


OF_SOURCES = {"basin/sources.py"}  # what is refused about a source stands in docs/sources.md


def checkers() -> list[str]:
    """The modules whose messages an author may meet: all that refuse agreements or find faults in them."""
    refuse = [f for f in (ROOT / "basin").rglob("*.py") if re.search("AgreementError|Finding", f.read_text("utf-8"))]
    cases = (ROOT / "settlement" / "cases").glob("*.py")
    files = {file.relative_to(ROOT).as_posix() for file in (*refuse, *cases)}
    return sorted((files | set(ALSO_REFUSE)) - OF_SOURCES)


class Block(NamedTuple):
    """A fenced block of the document: what it is marked as, which agreement it is taken from, and its text."""

    kind: str
    source: str | None
    text: str
    line: int


def blocks(kind: str) -> list[Block]:
    found = [Block(m["kind"], m["source"], m["text"], TEXT[: m.start()].count("\n") + 1) for m in BLOCK.finditer(TEXT)]
    return [block for block in found if block.kind == kind]


def at_line(block: object) -> str:
    return f"line {block.line}" if isinstance(block, Block) else ""


def accepted(document: dict[str, object], text: str) -> agreement.Agreement:
    return checked(document, text, DOCUMENT.name, with_fixtures().network)


def template() -> dict[str, object]:
    """The first agreement of the document, which readers copy."""
    return tree(blocks("agreement")[0].text)


def without_title(clause: dict[str, object]) -> dict[str, object]:
    """A clause as the document prints it."""
    return {key: value for key, value in clause.items() if key != "title"}


def as_clause(measure: object) -> dict[str, object]:
    """A measure in the smallest clause that pays by it."""
    return {
        "ref": "1", "source": "示例", "measure": measure, "scale": [{"rate": "1"}],
        "pays": "upstream", "receives": "downstream",
    }  # fmt: skip


def test_every_kind_of_block_is_known_and_there_are_examples_of_each():
    kinds = {m["kind"] for m in BLOCK.finditer(TEXT)}
    assert kinds == {"agreement", "clauses", "measures", "case", "wrong"}


@pytest.mark.parametrize("block", blocks("agreement"), ids=at_line)
def test_every_agreement_in_the_document_is_accepted(block: Block):
    assert accepted(tree(block.text), block.text).code


@pytest.mark.parametrize("block", blocks("clauses"), ids=at_line)
def test_every_clause_in_the_document_is_accepted_in_the_template_or_stands_so_in_its_agreement(block: Block):
    clauses = tree(block.text)["clauses"]
    if block.source is None:
        assert accepted(template() | {"clauses": clauses}, block.text).refs
    else:
        shipped = with_fixtures().agreement(block.source).document["clauses"]
        assert [clause for clause in clauses if clause not in map(without_title, shipped)] == []


@pytest.mark.parametrize("block", blocks("measures"), ids=at_line)
def test_every_measure_in_the_document_is_accepted_in_a_clause_of_the_template(block: Block):
    for measure in tree(f"measures:\n{block.text}")["measures"]:
        assert accepted(template() | {"clauses": [as_clause(measure)]}, block.text).refs == ("1",)


@pytest.mark.parametrize("block", blocks("wrong"), ids=at_line)
def test_every_wrong_example_is_refused_with_the_message_in_its_first_line(block: Block):
    message = block.text.partition("\n")[0].removeprefix("# ")
    with pytest.raises(AgreementError) as refusal:
        accepted(template() | {"clauses": tree(block.text)["clauses"]}, block.text)
    assert refusal.value.zh == message


@pytest.mark.parametrize("block", blocks("case"), ids=at_line)
def test_every_case_in_the_document_comes_out_as_it_says(block: Block, tmp_path: Path):
    file = tmp_path / "case.yaml"
    file.write_text(block.text, encoding="utf-8")
    own = {a.code: a for a in (accepted(tree(other.text), other.text) for other in blocks("agreement"))}
    known = with_fixtures()
    world = Registry(known.network, {**known.agreements, **own}, known.scorecards, ())
    assert [outcome.differences for outcome in outcomes(file, world) if not outcome.passed] == []


def test_the_whole_outside_folder_runs_as_it_stands(tmp_path: Path):
    files = re.findall(r"^```folder (\S+)\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    for name, text in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    ran = list(run_cases([tmp_path]))
    assert [(outcome.name, outcome.differences) for outcome in ran if not outcome.passed] == []
    assert (len(files), len(ran)) == (6, 2)
    assert "`2 passed, 0 failed`" in TEXT


def test_every_family_has_clauses_and_a_case():
    sections = re.split(r"^### ", TEXT, flags=re.MULTILINE)
    families = {part.split(maxsplit=1)[0]: part for part in sections if re.match(r"F\d+ ", part)}
    assert list(families) == [f"F{number}" for number in range(1, 18)]
    wanted = ("```yaml clauses", "```yaml case")
    assert [name for name, part in families.items() if not all(mark in part for mark in wanted)] == []


@pytest.mark.parametrize("of", GRAMMAR, ids=lambda of: of.__name__)
def test_every_key_of_the_grammar_is_explained(of: type):
    keys = [field.name.removesuffix("_") for field in fields(of)]
    assert [key for key in keys if f"`{key}`" not in TEXT] == []


def test_every_header_key_kind_and_axis_is_explained():
    words = [*agreement.HEADER_KEYS, *agreement.OTHER_KEYS, *get_args(measures.Kind), *clauses.AXES]
    assert [word for word in words if f"`{word}`" not in TEXT] == []


def test_the_table_of_decimals_is_that_of_the_indicators():
    table = TEXT[TEXT.index("### 4.2") : TEXT.index("## 5 ")]
    rows = re.findall(r"^\| (\d|不修约)[^|]* \| (.+) \|$", table, flags=re.MULTILINE)
    told = {code: decimals for decimals, codes in rows for code in re.findall(r"`(\w+)`", codes)}
    known = {code: one.evaluation_decimals for code, one in INDICATORS.items()}
    assert told == {code: "不修约" if decimals is None else str(decimals) for code, decimals in known.items()}


def test_every_reason_for_an_absent_amount_is_explained():
    assert [reason for reason in WORDS if f"`{reason}`" not in TEXT] == []


def test_everything_a_cell_of_a_table_is_refused_for_is_in_the_table_of_refusals():
    sources = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    table = sources.partition("### 拒收什么")[2].partition("\n## ")[0]
    codes = {code for code in vars(table_cells).values() if isinstance(code, str) and code in MESSAGES}
    listed = set(re.findall(r"`([a-z_]+)`", table))
    assert codes - listed == set()


def literal(node: ast.AST) -> str | None:
    """A text in the source, with … where a value is put in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
    return None


def literals(node: ast.AST) -> Iterator[str]:
    """Every text below a node but docstrings; the parts of a text with values in it are not looked at again."""
    if (text := literal(node)) is not None:
        yield text
        return
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)):
            yield from literals(child)


def english_beside(node: ast.AST) -> Iterator[str]:
    """The English of findings (path, zh, en, remedy), of errors (zh, en, …), and of ``zh, en = …`` or ``en = …``."""
    for found in ast.walk(node):
        beside: list[ast.expr] = []
        if isinstance(found, ast.Assign) and isinstance(found.targets[0], ast.Name) and found.targets[0].id == "en":
            yield from literals(found.value)
        if isinstance(found, ast.Tuple):
            beside = found.elts
        elif isinstance(found, ast.Call):
            beside = found.args
        texts = ["中" if isinstance(part, ast.Name) and part.id == "zh" else literal(part) or "" for part in beside]
        for chinese, english in pairwise(texts):
            if IDEOGRAPH.search(chinese) and english and not IDEOGRAPH.search(english):
                yield english


@pytest.mark.parametrize("file", checkers())
def test_every_message_and_remedy_of_the_checkers_is_listed(file: str):
    source = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    chinese = [text for text in literals(source) if IDEOGRAPH.search(text)]
    told = [text.strip() for text in (*chinese, *english_beside(source))]
    assert [text for text in dict.fromkeys(told) if text not in TEXT] == []


COVERAGE = ROOT / "docs" / "coverage.md"
FIGURES = ("agreement", "figures", "--with", str(ROOT / "fixtures"), "--families", str(COVERAGE))


@cache
def shipped() -> tuple[dict[str, Any], ...]:
    """What the program tells of every shipped agreement."""
    result = CliRunner().invoke(main, [*FIGURES, "--json"])
    assert result.exit_code == 0, result.output
    return tuple(json.loads(result.stdout)["agreements"])


@pytest.mark.proof
def test_the_page_of_figures_is_what_the_program_prints_now():
    printed = CliRunner().invoke(main, FIGURES).stdout
    page = (ROOT / "docs" / "figures.md").read_text(encoding="utf-8")
    assert page == printed, "make figures rewrites it"


@pytest.mark.proof
def test_every_shipped_agreement_is_in_the_page_of_figures_and_its_cases_pass():
    files = {*(ROOT / "basin/data/agreements").glob("*.yaml"), *(ROOT / "fixtures/agreements").glob("*.yaml")}
    assert {one["code"] for one in shipped()} == {tree(file.read_text("utf-8"))["code"] for file in files}
    assert [one["code"] for one in shipped() if not 0 < one["cases"] == one["cases_passed"]] == []


@pytest.mark.proof
def test_every_dated_value_and_every_figure_has_a_reference():
    assert sum(one["dated"] for one in shipped()) > 0
    assert [path for one in shipped() for path in one["dated_without_reference"]] == []
    assert [one["code"] for one in shipped() if one["without_reference"]] == []


def test_what_is_invented_says_so_in_its_title_and_header_and_nothing_else_does():
    invented = [one for one in shipped() if "虚构 invented" in one["grounds"]]
    assert {one["code"] for one in invented} == {one["code"] for one in shipped() if one["code"].startswith("demo-")}
    for one in invented:
        assert re.fullmatch("示例：.*（虚构）", one["title"]), one["code"]
        assert one["source"].startswith("虚构的示例协议"), one["code"]
    bundled = {tree(file.read_text("utf-8"))["code"] for file in (ROOT / "basin/data/agreements").glob("*.yaml")}
    assert [one["code"] for one in invented if one["code"] in bundled] == []


def test_every_agreement_that_is_not_invented_tells_its_grounds():
    assert [one["code"] for one in shipped() if not one["grounds"]] == []


def test_every_family_has_an_agreement_and_where_no_numbers_are_public_an_invented_one():
    families = {family for one in shipped() for family in one["families"]}
    assert families == {f"F{number}" for number in range(1, 18)}
    invented = {family for one in shipped() if one["code"].startswith("demo-") for family in one["families"]}
    assert {"F10", "F13", "F14", "F16"} <= invented


def test_coverage_names_every_case_and_only_agreements_and_cases_that_are_shipped():
    tables = [line for line in COVERAGE.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    named = set(re.findall(r"`([a-z0-9_-]+)`", "\n".join(tables)))
    cases = {file.stem for file in (ROOT / "fixtures" / "cases").glob("*.yaml")}
    assert sorted(cases - named) == []
    assert sorted(named - cases - {one["code"] for one in shipped()}) == []


def test_from_clause_to_obligation_is_six_files_and_about_950_lines():
    """The table in README's reading order: what a newcomer reads to follow one clause to the fen."""
    text = (ROOT / "README.md").read_text("utf-8")
    rows = re.findall(r"^\| `((?:basin|settlement)/[a-z_/]+\.py)` \|", text, re.MULTILINE)
    lines = [len((ROOT / row).read_text("utf-8").splitlines()) for row in rows]
    assert len(rows) == 6
    assert sum(lines) <= 960
