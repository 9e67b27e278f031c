"""What is declared, as the API and the pages show it: basins, sections, agreements.

In: the registry and codes. Out: plain dictionaries. Stored things are gathered in `api.reads.overview`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypedDict

from api.reads.reader import Reader
from basin.agreement import Agreement
from basin.errors import UnknownCode
from basin.network import Section
from basin.registry import Registry
from settlement.states import MAY_FOLLOW

MOST_NAMED = 200  # codes a remedy lists


class BasinRow(TypedDict):
    """A basin with the number of its sections and the codes of its agreements."""

    code: str
    name_zh: str
    name_en: str
    sections: int
    agreements: list[str]


class SectionRow(TypedDict):
    """A section as the API shows it; the sides are party codes."""

    code: str
    name_zh: str
    name_en: str
    basin: str
    river: str
    order: int
    upstream: str | None
    downstream: str | None
    water_body: str
    target_class: int | None
    stations: list[str]


class ClauseHead(TypedDict):
    """A clause without its figures."""

    ref: str
    title: str
    source: str


class AgreementRow(TypedDict):
    """An agreement as the API shows it: identity, term, parties and the clauses as signed."""

    code: str
    title: str
    basin: str
    starts: str
    ends: str
    source: str
    parties: dict[str, str]
    clauses: list[ClauseHead]
    verified: bool
    sha256: str


def basins(registry: Registry, reader: Reader) -> list[BasinRow]:
    """Every basin that may be seen with the number of its sections and the codes of its agreements."""
    sections = [section.basin for section in registry.network.sections.values()]
    rows: list[BasinRow] = []
    for basin in registry.network.basins.values():
        if not reader.sees_basin(basin.code):
            continue
        agreements = [agreement.code for agreement in seen_of(registry, reader, basin.code)]
        rows.append(
            {
                "code": basin.code,
                "name_zh": basin.name_zh,
                "name_en": basin.name_en,
                "sections": sections.count(basin.code),
                "agreements": agreements,
            }
        )
    return rows


def known_basin(registry: Registry, code: str) -> str:
    """The code itself, once it is known to be a basin.

    Raises
    ------
    UnknownCode : naming the basins there are.
    """
    if code not in registry.network.basins:
        raise _unknown("流域", "basin", code, registry.network.basins)
    return code


def known(registry: Registry, **asked: str | None) -> None:
    """Whether what a list is asked for exists: agreement, basin, party, station, status; not asked for is None.

    Raises
    ------
    UnknownCode : naming those there are.
    """
    parties = {code for agreement in registry.agreements.values() for code in agreement.parties.values()}
    there: dict[str, tuple[str, Iterable[str]]] = {
        "agreement": ("协议", registry.agreements),
        "basin": ("流域", registry.network.basins),
        "party": ("主体", sorted({*registry.network.parties, *parties})),
        "station": ("监测站", registry.network.stations),
        "status": ("状态", MAY_FOLLOW),
    }
    for name, code in asked.items():
        zh, codes = there[name]
        if code is not None and code not in codes:
            raise _unknown(zh, name, code, codes)


def known_section(registry: Registry, code: str) -> Section:
    """The section of that code.

    Raises
    ------
    UnknownCode : when nobody declared it.
    """
    section = registry.network.sections.get(code)
    if section is None:
        raise _unknown("断面", "section", code, ())
    return section


def _unknown(zh: str, en: str, code: str, declared: Iterable[str]) -> UnknownCode:
    """The error about a code that nobody declared.

    Parameters
    ----------
    zh, en : what the code should be of. code : as asked for. declared : the codes there are, none where they are many.
    """
    codes = list(declared)
    remedy = "可用：" + " ".join(codes) if 0 < len(codes) <= MOST_NAMED else "代码见 /v1/sections"
    error = UnknownCode(f"没有{zh} {code}", f"no {en} {code}", path=en, remedy=remedy)
    error.status = 404
    return error


def agreements_of(registry: Registry, basin: str) -> list[Agreement]:
    """The agreements of a basin, the latest first."""
    of_basin = [agreement for agreement in registry.agreements.values() if agreement.basin == basin]
    return sorted(of_basin, key=lambda agreement: agreement.starts, reverse=True)


def seen_of(registry: Registry, reader: Reader, basin: str) -> list[Agreement]:
    """The agreements of a basin that may be seen, the latest first."""
    return [agreement for agreement in agreements_of(registry, basin) if reader.sees_agreement(agreement.code)]


def sections(
    registry: Registry, reader: Reader, basin: str | None = None, party: str | None = None
) -> list[SectionRow]:
    """The sections that may be seen from source to mouth, of one basin or at the border of one party."""
    stations: dict[str, list[str]] = {}
    for station in registry.network.stations.values():
        stations.setdefault(station.section, []).append(station.code)
    rows = [
        section_row(section, stations.get(section.code, []))
        for section in registry.network.sections.values()
        if basin in (None, section.basin)
        and party in (None, section.upstream, section.downstream)
        and reader.sees_section(section.code)
    ]
    return sorted(rows, key=lambda row: (row["basin"], row["order"]))


def section_row(section: Section, stations: Sequence[str]) -> SectionRow:
    """A section as the API shows it."""
    return {
        "code": section.code,
        "name_zh": section.name_zh,
        "name_en": section.name_en,
        "basin": section.basin,
        "river": section.river,
        "order": section.order,
        "upstream": section.upstream,
        "downstream": section.downstream,
        "water_body": section.water_body,
        "target_class": section.target_class,
        "stations": list(stations),
    }


def agreement_row(agreement: Agreement) -> AgreementRow:
    """An agreement as the API shows it: identity, term, parties and the clauses as signed."""
    clauses: list[ClauseHead] = [
        {"ref": clause["ref"], "title": clause.get("title", ""), "source": clause["source"]}
        for clause in agreement.document["clauses"]
    ]
    return {
        "code": agreement.code,
        "title": agreement.title,
        "basin": agreement.basin,
        "starts": str(agreement.starts),
        "ends": str(agreement.ends),
        "source": agreement.source,
        "parties": dict(agreement.parties),
        "clauses": clauses,
        "verified": "false" not in _verified(agreement.document),
        "sha256": agreement.sha256,
    }


def agreements(
    registry: Registry, reader: Reader, basin: str | None = None, party: str | None = None
) -> list[AgreementRow]:
    """The agreements that may be seen, of one basin or of one party."""
    return [
        agreement_row(agreement)
        for agreement in registry.agreements.values()
        if basin in (None, agreement.basin)
        and (party is None or party in agreement.parties.values())
        and reader.sees_agreement(agreement.code)
    ]


def known_agreement(registry: Registry, code: str) -> Agreement:
    """The agreement of that code.

    Raises
    ------
    UnknownCode : naming the agreements there are.
    """
    if code not in registry.agreements:
        raise _unknown("协议", "agreement", code, registry.agreements)
    return registry.agreements[code]


def _verified(node: object) -> set[str]:
    """What the notes anywhere in a raw document say under ``verified``."""
    if isinstance(node, Mapping):
        noted = {str(node["verified"]).lower()} if "verified" in node else set()
        return noted.union(*(_verified(value) for value in node.values()))
    return set().union(*(_verified(item) for item in node)) if isinstance(node, list) else set()
