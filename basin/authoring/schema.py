"""A JSON Schema of agreements, for editors that complete and check while one writes.

In: the typed dataclasses of `basin.clauses`. Out: one JSON Schema (draft 2020-12) as a plain tree. It knows the keys,
kinds and words of the grammar and lets every value be plain, dated, by element or noted, as `basin.dated` resolves
them. It does not know codes, refs, shares or the order of pieces: `hengjie agreement check` does.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

from basin import clauses, measures
from basin.clauses import Clause, DataRules, Every, MoneyRules, SectionSheet
from basin.dated import ELEMENT_AXES
from basin.measures import FORBID_UNKNOWN
from basin.written.numbers import exact

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
DAY = r"^\d{4}-\d{2}-\d{2}$"
# An editor reads ``2.1``, ``no`` and ``2020`` as numbers and truth values, where we read text.
TEXT: Schema = {"type": ["string", "number", "boolean"]}
FIGURE: Schema = {"type": ["number", "string"], "description": "0.95、1/3、83%"}
NOTE: Schema = {"source": TEXT, "verified": {"enum": [True, False, "true", "false"]}, "note": TEXT}


@dataclass(frozen=True, kw_only=True)
class Written:
    """协议：一份签署的文本。An agreement as its file is written."""

    __pydantic_config__ = FORBID_UNKNOWN

    code: str
    title: str
    basin: str
    standard: str
    starts: date
    ends: date
    source: str
    parties: dict[str, str] | tuple[str, ...]
    clauses: tuple[Clause, ...]
    every: Every | None = None
    data: DataRules = field(default_factory=DataRules)
    money: MoneyRules = field(default_factory=MoneyRules)
    sections: dict[str, SectionSheet] = field(default_factory=dict)


def schema() -> Schema:
    """The JSON Schema of an agreement file; a plain tree that can be written as JSON."""
    typed = TypeAdapter(Written).json_schema(schema_generator=_AsWritten)
    values = _Values()
    definitions = {name: values.opened(node) for name, node in typed.pop("$defs").items()}
    whole = values.opened(typed)
    return {"$schema": DIALECT, "title": "衡界协议 Hengjie agreement", **whole, "$defs": definitions | values.named}


class _Values:
    """Gives every value inside a schema its dated, by-element and noted forms; equal values share one definition."""

    def __init__(self) -> None:
        self.named: dict[str, Schema] = {}
        self._names: dict[str, str] = {}

    def opened(self, node: Schema) -> Schema:
        """The schema with every property, item and choice of it opened; what Python adds for itself is left out."""
        plain = {key: value for key, value in node.items() if key not in ("title", "default")}
        if "properties" in plain:
            plain["properties"] = {key.rstrip("_"): self._value(form) for key, form in plain["properties"].items()}
        for key in ("items", "additionalProperties"):
            if isinstance(plain.get(key), dict):
                plain[key] = self._value(plain[key])
        if "anyOf" in plain:
            plain["anyOf"] = [self.opened(form) for form in plain["anyOf"] if form.get("type") != "null"]
        return plain

    def _value(self, node: Schema) -> Schema:
        plain = self.opened(node)
        text = json.dumps(plain, sort_keys=True, ensure_ascii=False)
        if text not in self._names:
            self._names[text] = f"value-{len(self._names) + 1}"
            self.named[self._names[text]] = _any_form(plain, {"$ref": f"#/$defs/{self._names[text]}"})
        return {"$ref": f"#/$defs/{self._names[text]}"}


def _any_form(plain: Schema, again: Schema) -> Schema:
    """A value as it stands, or by date, or by element, or with a note; each of these holds such a value again."""
    dated = {"patternProperties": {DAY: again}, "additionalProperties": False, "minProperties": 1}
    by_element = {"properties": {"by": {"enum": list(ELEMENT_AXES)}}, "additionalProperties": again, "required": ["by"]}
    noted = {"properties": {"value": again, **NOTE}, "additionalProperties": False, "required": ["value"]}
    return {"anyOf": [plain, *({"type": "object", **form} for form in (dated, by_element, noted))]}


class _AsWritten(GenerateJsonSchema):
    """What may be written, where a validator accepts more than it makes. Pydantic writes into what is returned."""

    def function_before_schema(self, schema: core_schema.BeforeValidatorFunctionSchema) -> Schema:
        made = schema["function"]["function"]
        if made is exact:
            return dict(FIGURE)
        if made is clauses._limit:
            return {"anyOf": [dict(FIGURE), {"type": "array", "items": dict(FIGURE)}]}
        inside = self.generate_inner(schema["schema"])
        if made is measures.texts:
            return {"anyOf": [dict(TEXT), inside]}
        if made is measures._weighted:
            return {"anyOf": [dict(TEXT), {"type": "array", "items": dict(TEXT)}, inside]}
        return {"anyOf": [inside, inside["items"]]} if made is clauses._pieces else inside

    def str_schema(self, schema: core_schema.StringSchema) -> Schema:
        return dict(TEXT)

    def int_schema(self, schema: core_schema.IntSchema) -> Schema:
        return {"type": ["integer", "string"]}
