"""Any single field of an evidence file that changes is noticed, though the list of hashes was made anew."""

from __future__ import annotations

import pytest

from settlement.evidence.exporting import recomputed
from settlement.evidence.pack import verify
from tests.settlement.evidence.packs import Change, Kind, changed, changes, kinds, some

pytestmark = pytest.mark.proof  # every field of every kind of evidence file, changed

KINDS = [pytest.param(kind, id=name) for name, kind in kinds().items()]
QUICKLY = 6
OF_EACH_ENTRY = 12  # of five entries and three registers of ten files: more than nine hundred


def unnoticed(kind: Kind, chosen: list[Change]) -> list[str]:
    """The changes after which the file still holds."""
    files = {f"{change.entry} {change.field}": changed(kind.file, change) for change in chosen}
    return [name for name, raw in files.items() if raw != kind.file and verify(raw, recomputed).ok]


def by_name(change: Change) -> str:
    return f"{change.entry} {change.field}"


@pytest.mark.parametrize("kind", KINDS)
def test_a_few_fields_of_every_file(kind: Kind) -> None:
    assert unnoticed(kind, some(list(changes(kind.file)), QUICKLY, by_name)) == []


@pytest.mark.proof
@pytest.mark.parametrize("kind", KINDS)
def test_fields_of_every_entry_of_every_file(kind: Kind) -> None:
    of_entries: dict[str, list[Change]] = {}
    for change in changes(kind.file):
        of_entries.setdefault(change.entry, []).append(change)
    for of_entry in of_entries.values():
        assert unnoticed(kind, some(of_entry, OF_EACH_ENTRY, by_name)) == []


def test_every_field_that_no_figure_rests_on() -> None:
    """What was not noticed once: facts and decisions, marks, flags and values that do not count, the register."""
    kind = kinds()["classes of a month"]
    columns = ("mark", "quality", "test", "revision", "reason", "status")
    chosen = [
        change
        for change in changes(kind.file)
        if change.entry in ("facts.json", "parameters.json")
        or (change.entry.startswith("register/") and change.field.endswith(("name_en", "aliases", "name_zh")))
        or (change.entry == "observations.csv" and change.field.endswith(columns))
    ]
    assert len(chosen) > 100
    assert unnoticed(kind, some(chosen, 60, by_name)) == []
