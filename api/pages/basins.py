"""A basin: the river as a drawing, then the same as tables, its agreements and settlements."""

from __future__ import annotations

from typing import Any

from api.pages.lists import settlement_row
from api.pages.names import Names
from api.pages.overview import due
from api.pages.schematic import drawing
from api.reads.declared import AgreementRow
from api.reads.overview import BasinPage, ClassedSection, PlacedSection


def basin(data: BasinPage, names: Names) -> dict[str, Any]:
    """The view of a basin from source to mouth."""
    sections = [_section(section, names) for section in data["sections"]]
    dues = [due(row, names) for row in data["dues"]]
    transfers = [transfer | {"due": row} for row in dues for transfer in row["transfers"]]
    return {
        "code": data["code"],
        "name": names.basin(data["code"]),
        "drawing": drawing(sections, transfers) if any(map(_is_border, data["sections"])) else None,
        "party_names": {code: names.party(code) for code in data["parties"]},
        "sections": sections,
        "year": data["year"],
        "years": data["years"],
        "dues": dues,
        "transfers": transfers,
        "agreements": [_agreement(agreement, names) for agreement in data["agreements"]],
        "settlements": [settlement_row(header, names) for header in data["settlements"]],
        "assessments": data["assessments"],
    }


def _is_border(section: PlacedSection) -> bool:
    """Whether two parties meet at the section; without any border there is no river to draw, only a list."""
    return bool(section["upstream"] and section["downstream"])


def _section(section: ClassedSection, names: Names) -> dict[str, Any]:
    latest = section["latest"]
    target = section["target"]
    reached = latest["class"] if latest else None
    return {
        **section,
        "upstream_name": names.party(section["upstream"]) if section["upstream"] else "",
        "downstream_name": names.party(section["downstream"]) if section["downstream"] else "",
        "name": names.section(section["code"]),
        "met": target is not None and reached is not None and reached <= target,
    }


def _agreement(agreement: AgreementRow, names: Names) -> dict[str, Any]:
    return {**agreement, "parties": names.parties(agreement["parties"])}
