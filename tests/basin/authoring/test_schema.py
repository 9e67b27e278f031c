"""The schema for editors: every shipped agreement fits, and what is misspelled does not."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from basin.authoring.schema import schema
from basin.written.agreement_files import tree
from tests.settlement.makers import agreement_text

ROOT = Path(__file__).parents[3]
SHIPPED = sorted([*(ROOT / "basin/data/agreements").glob("*.yaml"), *(ROOT / "fixtures/agreements").glob("*.yaml")])
TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "number": (int, float),
}  # fmt: skip
KNOWN = {
    "$ref", "$schema", "$defs", "title", "description", "format", "anyOf", "enum", "const", "type", "required",
    "properties", "patternProperties", "additionalProperties", "minProperties", "items",
}  # fmt: skip
SCHEMA = schema()


def fits(node: Any, wanted: Any) -> bool:
    """Whether a document fits a schema made of the words in `KNOWN`: all that ours is made of."""
    if "$ref" in wanted:
        return fits(node, SCHEMA["$defs"][wanted["$ref"].removeprefix("#/$defs/")])
    assert wanted.keys() <= KNOWN, wanted.keys() - KNOWN
    if "anyOf" in wanted and not any(fits(node, choice) for choice in wanted["anyOf"]):
        return False
    if node not in wanted.get("enum", [node]) or node != wanted.get("const", node):
        return False
    if "type" in wanted and not any(isinstance(node, TYPES[one]) for one in listed(wanted["type"])):
        return False
    if isinstance(node, list) and "items" in wanted:
        return all(fits(item, wanted["items"]) for item in node)
    return not isinstance(node, dict) or mapping_fits(node, wanted)


def listed(one_or_more: str | list[str]) -> list[str]:
    return [one_or_more] if isinstance(one_or_more, str) else one_or_more


def mapping_fits(node: dict[str, Any], wanted: Any) -> bool:
    if not set(wanted.get("required", ())) <= node.keys() or len(node) < wanted.get("minProperties", 0):
        return False
    return all(value_fits(key, value, wanted) for key, value in node.items())


def value_fits(key: str, value: Any, wanted: Any) -> bool:
    patterns = {p: s for p, s in wanted.get("patternProperties", {}).items() if re.search(p, key)}
    of_key = [*patterns.values(), *([wanted["properties"][key]] if key in wanted.get("properties", {}) else [])]
    more = wanted.get("additionalProperties", True)
    if not of_key and isinstance(more, bool):
        return more
    return all(fits(value, one) for one in of_key or [more])


def as_an_editor_reads(text: str) -> Any:
    """The document with numbers and truth values, as editors see YAML; only days and keys stay text."""
    plain = re.sub(r"(?<![\w\"'-])(\d{4}-\d{2}-\d{2})(?![\w\"'])", r'"\1"', text)
    return json.loads(json.dumps(yaml.safe_load(plain)))


@pytest.mark.proof
@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_every_shipped_agreement_fits_as_we_read_it_and_as_an_editor_does(file: Path):
    text = file.read_text(encoding="utf-8")
    assert fits(tree(text), SCHEMA)
    assert fits(as_an_editor_reads(text), SCHEMA)


def clause(text: str) -> bool:
    """Whether an agreement with this one clause fits."""
    return fits(tree(agreement_text(f"- {{{text}}}")), SCHEMA)


@pytest.mark.parametrize(
    "text",
    [
        "ref: a, cap: 4000",
        "ref: a, cap: {2020-01-01: 4000, 2021-01-01: 5000}",
        "ref: a, cap: {by: section, s1: 4000, else: 1/3}",
        "ref: a, cap: {value: 4000, source: 第四条, verified: false, note: 转述}",
        "ref: a, cap: {value: {2020-01-01: {by: party, up: 1, else: 2}}, verified: false}",
        "ref: a, scale: {amount: 1}",
        "ref: a, scale: {by: target, '1,2,3': [{amount: 50}], else: [{}]}",
        "ref: a, measure: {kind: result, of: b}",
        "ref: a, measure: {kind: result, of: [b, c]}",
        "ref: a, measure: {kind: result, of: {b: 1, c: -1}}",
        "ref: a, measure: {kind: exceedance, against: {class: 5}, section: s1, indicator: NH3-N}",
        "ref: a, measure: {kind: met, over: month, take: {runs_of: 3}, all_of: [{kind: reported, fact: x, above: 1}]}",
        "ref: a, pays: {up: 1/3, down: 2/3}, receives: {in_proportion_to: b, among: [up, down]}",
        "ref: a, times: {2020-01-01: [], 2021-01-01: [b]}",
    ],
)
def test_every_form_of_a_value_is_allowed(text: str):
    assert clause(text)


@pytest.mark.parametrize(
    "text",
    [
        "cap: 4000",
        "ref: a, ammount: 1",
        "ref: a, cap: {amount: 1}",
        "ref: a, cap: {by: river, s1: 1}",
        "ref: a, cap: {source: 第四条}",
        "ref: a, measure: {kind: pollution}",
        "ref: a, measure: {kind: met, at_moost: 1}",
        "ref: a, measure: {kind: exceedance, against: {class_: 5}}",
        "ref: a, every: day",
        "ref: a, scale: [{amout: 1}]",
    ],
)
def test_what_the_grammar_does_not_know_does_not_fit(text: str):
    assert not clause(text)


def test_a_header_needs_its_keys():
    assert not fits(tree("code: x\ntitle: y\n"), SCHEMA)


def test_the_schema_is_plain_json():
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA
