"""A basin: the river as a drawing, then the same as tables, its agreements and settlements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.pages.lists import settlement_row
from api.pages.names import Names
from api.pages.overview import due
from api.pages.schematic import drawing


def basin(data: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """The view of a basin from source to mouth."""
    sections = [_section(section, names) for section in data["sections"]]
    dues = [due(one, names) for one in data["dues"]]
    transfers = [transfer | {"due": one} for one in dues for transfer in one["transfers"]]
    return {
        "code": data["code"],
        "name": names.basin(data["code"]),
        "drawing": drawing(sections, transfers) if any(map(_is_border, data["sections"])) else None,
        "party_names": {code: names.party(code) for code in data["parties"]},
        "sections": sections,
        "dues": dues,
        "transfers": transfers,
        "agreements": [_agreement(agreement, names) for agreement in data["agreements"]],
        "settlements": [settlement_row(header, names) for header in data["settlements"]],
        "assessments": data["assessments"],
    }


def _is_border(section: Mapping[str, Any]) -> bool:
    """Whether two parties meet at the section; without any border there is no river to draw, only a list."""
    return bool(section["upstream"] and section["downstream"])


def _section(section: Mapping[str, Any], names: Names) -> dict[str, Any]:
    sides = {f"{side}_name": names.party(section[side]) if section[side] else "" for side in ("upstream", "downstream")}
    latest = section["latest"]
    met = latest and section["target"] and latest["class"] and latest["class"] <= section["target"]
    return {**section, **sides, "name": names.section(section["code"]), "met": bool(met)}


def _agreement(agreement: Mapping[str, Any], names: Names) -> dict[str, Any]:
    return {**agreement, "parties": names.parties(agreement["parties"])}
