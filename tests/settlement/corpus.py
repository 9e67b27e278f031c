"""A corpus of documents by their digests, so that no result moves unnoticed.

Kept in `digests.json`: what every worked case of `fixtures/cases` decides, and the settlements and assessments of the
demonstration for 2025. Each entry has the digest of the document without the version of the engine and the hashes of
its parts, which have an entry of their own; and a hash of what went in (agreement, case file, readings), so that a
change of the engine and one of a fixture can be told apart.

`python -m tests.settlement.corpus` writes the file anew. It refuses while a document moved, its inputs did not, and
`ENGINE_VERSION` is still the one the file was written under.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from basin import periods
from basin.errors import HengjieError
from basin.registry import load_registry
from basin.written.agreement_files import file_text, tree
from fixtures.make_readings import HERE as READINGS_FOLDER
from fixtures.make_readings import demo_readings
from monitoring_ingest.database.engine import open_engine
from monitoring_ingest.database.schema import create_schema
from monitoring_ingest.doors.files import READINGS, ingest
from settlement import run
from settlement.cases.checks import recorded
from settlement.cases.running import beside, case_files, given
from settlement.clauses.evaluation import Evaluator
from settlement.clauses.values import Measurements
from settlement.obligations.compensation import compensation
from settlement.statement.canonical import canonical_json, digest
from settlement.statement.document import statement
from settlement.statement.engine_version import ENGINE_VERSION, as_made_by
from settlement.statement.rows import AssessmentDocument
from tests.clocks import stopped

FILE = Path(__file__).parent / "digests.json"
FIXTURES = Path(__file__).parents[2] / "fixtures"
NOW = datetime(2026, 1, 10, tzinfo=UTC)
YEAR = "2025"
PERIODS = {
    "demo-monthly-class": [f"{YEAR}-{month:02d}" for month in range(1, 13)],
    "demo-annual-index": [YEAR],
}
BASINS = ("demo-qingxi", "demo-lanjiang")


@dataclass(frozen=True)
class Entry:
    """One document: what it decides, and what it was decided from, as hashes."""

    digest: str
    inputs: str


def documents() -> dict[str, Entry]:
    """Every document of the corpus as this engine makes it, by agreement (or basin), period and case."""
    return dict(_cases()) | dict(_demonstration())


def moved(kept: Mapping[str, Entry], now: Mapping[str, Entry]) -> list[str]:
    """The documents that come out differently though nothing that goes in has changed: the engine has."""
    both = kept.keys() & now.keys()
    same_inputs = (name for name in both if kept[name].inputs == now[name].inputs)
    return sorted(name for name in same_inputs if kept[name].digest != now[name].digest)


def changed_inputs(kept: Mapping[str, Entry], now: Mapping[str, Entry]) -> list[str]:
    """The documents that are new or gone, or whose fixtures have changed: only the file is to be written anew."""
    return sorted(
        name
        for name in kept.keys() | now.keys()
        if name not in kept or name not in now or kept[name].inputs != now[name].inputs
    )


def read() -> tuple[str, dict[str, Entry]]:
    """The version under which the file was written, and its entries."""
    stored = json.loads(FILE.read_text(encoding="utf-8"))
    return stored["engine_version"], {name: Entry(**entry) for name, entry in stored["documents"].items()}


def write(entries: Mapping[str, Entry]) -> None:
    """Keep the entries under the version of now."""
    listed = {name: vars(entry) for name, entry in sorted(entries.items())}
    text = json.dumps({"engine_version": ENGINE_VERSION, "documents": listed}, ensure_ascii=False, indent=1)
    FILE.write_text(f"{text}\n", encoding="utf-8")


def _hash(*texts: str) -> str:
    return sha256("\n".join(texts).encode()).hexdigest()


def _cases() -> Iterator[tuple[str, Entry]]:
    """What each worked case decides, as the document would say it."""
    folder = FIXTURES / "cases"
    registry = load_registry((), beside([folder]))
    for file in case_files([folder]):
        text = file_text(file)
        cases = tree(text, file)
        for place, case in enumerate(cases["cases"], 1):
            agreement = registry.agreement(str(case.get("agreement", cases.get("agreement", ""))))
            span = periods.period(case["period"])
            figures = Measurements(given=given(case, span, agreement), facts=recorded(case))
            ev = Evaluator(agreement, registry.network, figures)
            try:
                decision = digest(statement(ev.agreement, span, compensation(ev, span), {}))
            except HengjieError as refusal:
                decision = _hash(str(refusal.zh))
            yield f"{file.stem} {place} {agreement.code} {case['period']}", Entry(decision, _hash(agreement.text, text))


def _demonstration() -> Iterator[tuple[str, Entry]]:
    """The demonstration of one year, taken in, settled and assessed."""
    registry = load_registry([FIXTURES])
    with TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{Path(folder) / 'hengjie.sqlite'}")
        create_schema(engine)
        files = [(name, content) for name, content in demo_readings() if f"-{YEAR}" in name]
        ingest(engine, registry.network, files, READINGS, stopped(NOW))
        readings = (READINGS_FOLDER / "sha256.txt").read_text(encoding="utf-8")
        for code, spans in PERIODS.items():
            for span in spans:
                document = run.settle(engine, registry, code, span, now=NOW)
                inputs = _hash(document["agreement_sha256"], readings)
                yield f"{code} {span}", Entry(as_made_by(document, None)["digest"], inputs)
                yield f"{code} {span} parts", Entry(_hash(canonical_json(document["parts"])), inputs)
        for basin in BASINS:
            yield f"{basin} {YEAR}", _assessed(run.assess(engine, registry, basin, YEAR, now=NOW), readings)
        engine.dispose()


def _assessed(assessment: AssessmentDocument, readings: str) -> Entry:
    document = as_made_by(assessment, None)
    return Entry(document["digest"], _hash(document["scorecard_sha256"], readings))


def main() -> int:
    """Write the file anew, unless a document moved under the version it was written under."""
    now = documents()
    if FILE.exists():
        version, kept = read()
        names = moved(kept, now)
        if names and version == ENGINE_VERSION:
            sys.stderr.write(f"raise ENGINE_VERSION first; these moved: {', '.join(names)}\n")
            return 1
    write(now)
    return 0


if __name__ == "__main__":
    sys.exit(main())
