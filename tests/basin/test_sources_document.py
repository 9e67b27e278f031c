"""docs/sources.md is true: its example is accepted, and no key, column, format, finding or remedy is missing."""

from __future__ import annotations

import ast
import re
from dataclasses import fields
from pathlib import Path
from typing import get_args

from basin import sources
from basin.sources import COLUMNS, Format, Source, source_findings
from monitoring_ingest.quality.split_samples import OUTCOMES
from tests.registries import with_fixtures
from tests.test_docs import IDEOGRAPH, english_beside, literals

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")


def test_the_example_is_accepted():
    found = re.search(r"^```yaml source\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    assert found
    source, findings = source_findings(found[1], "sources.md", with_fixtures().network)
    assert source is not None and findings == []


def test_every_key_column_format_and_outcome_is_explained():
    keys = [each.name for each in fields(Source) if each.name != "file"]
    words = [*keys, *COLUMNS, *get_args(Format), *OUTCOMES]
    assert [word for word in words if f"`{word}`" not in TEXT] == []


def test_every_finding_and_remedy_is_listed():
    module = ast.parse(Path(sources.__file__).read_text(encoding="utf-8"))
    chinese = [text for text in literals(module) if IDEOGRAPH.search(text)]
    told = [text.strip() for text in (*chinese, *english_beside(module))]
    assert [text for text in dict.fromkeys(told) if text not in TEXT] == []
