"""What a page or a list needs, gathered from the stores and the registry.

In: a connection, the registry and what was asked for. Out: plain dictionaries with codes, exact texts and numbers;
names and words are added by `api.pages`. Nothing is written here. What a section measured is in `api.monitoring`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from api import monitoring
from basin import periods
from basin.agreement import Agreement
from basin.errors import UnknownCode
from basin.network import Section
from basin.registry import Registry
from basin.rounding import yuan
from monitoring_ingest import store as ingest
from settlement import store as decided
from settlement.formulas import yuan_fen
from settlement.gathered import sections_of
from settlement.ledger import MAY_FOLLOW, REVOKED

Row = dict[str, Any]


# --- declared --------------------------------------------------------------------------------------------------------


def basins(registry: Registry) -> list[Row]:
    """Every basin with the number of its sections and the codes of its agreements."""
    sections = [section.basin for section in registry.network.sections.values()]
    return [
        {
            "code": basin.code,
            "name_zh": basin.name_zh,
            "name_en": basin.name_en,
            "sections": sections.count(basin.code),
            "agreements": [agreement.code for agreement in agreements_of(registry, basin.code)],
        }
        for basin in registry.network.basins.values()
    ]


def known_basin(registry: Registry, code: str) -> str:
    """The code itself, once it is known to be a basin.

    Raises
    ------
    UnknownCode : naming the basins there are.
    """
    if code not in registry.network.basins:
        raise _unknown("流域", "basin", code, registry.network.basins)
    return code


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


def _unknown(zh: str, en: str, code: str, known: Iterable[str]) -> UnknownCode:
    remedy = "可用：" + " ".join(known) if known else "代码见 /v1/sections"
    error = UnknownCode(f"没有{zh} {code}", f"no {en} {code}", path=en, remedy=remedy)
    error.status = 404
    return error


def agreements_of(registry: Registry, basin: str) -> list[Agreement]:
    """The agreements of a basin, the latest first."""
    found = [agreement for agreement in registry.agreements.values() if agreement.basin == basin]
    return sorted(found, key=lambda agreement: agreement.starts, reverse=True)


def sections(registry: Registry, basin: str | None = None, party: str | None = None) -> list[Row]:
    """The sections from source to mouth, of one basin or at the border of one party."""
    stations: dict[str, list[str]] = {}
    for station in registry.network.stations.values():
        stations.setdefault(station.section, []).append(station.code)
    found = [
        section_row(section, stations.get(section.code, []))
        for section in registry.network.sections.values()
        if basin in (None, section.basin) and party in (None, section.upstream, section.downstream)
    ]
    return sorted(found, key=lambda row: (row["basin"], row["order"]))


def section_row(section: Section, stations: Sequence[str]) -> Row:
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


def agreement_row(agreement: Agreement) -> Row:
    """An agreement as the API shows it: identity, term, parties and the clauses as signed."""
    clauses = [
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


def agreements(registry: Registry, basin: str | None = None, party: str | None = None) -> list[Row]:
    """The agreements, of one basin or of one party."""
    if basin is not None:
        known_basin(registry, basin)
    return [
        agreement_row(agreement)
        for agreement in registry.agreements.values()
        if basin in (None, agreement.basin) and (party is None or party in agreement.parties.values())
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
        own = {str(node["verified"]).lower()} if "verified" in node else set()
        return own.union(*(_verified(value) for value in node.values()))
    return set().union(*(_verified(item) for item in node)) if isinstance(node, list) else set()


# --- decided ---------------------------------------------------------------------------------------------------------


def dues(connection: Connection, headers: Sequence[Row]) -> list[Row]:
    """Who owes whom in the latest year that has obligations; where none has, how the newest year ended.

    Parameters
    ----------
    headers : settlements of one basin, newest first, as the settlement store lists them.
    """
    current = _newest([h for h in headers if h["status"] != REVOKED and h["kind"] != "indication"])
    by_year: dict[str, list[Row]] = {}
    for header in current:
        by_year.setdefault(year_of(header["period"]), []).append(header)
    stopped: list[Row] = []
    for year in sorted(by_year, reverse=True):
        found = _dues_of(connection, by_year[year], year)
        if any(due["transfers"] for due in found):
            return found
        stopped = stopped or found
    return stopped


def _newest(headers: Sequence[Row]) -> list[Row]:
    """The newest settlement of each agreement and period; `headers` come newest first."""
    newest: dict[tuple[str, str], Row] = {}
    for header in headers:
        newest.setdefault((header["agreement"], header["period"]), header)
    return list(newest.values())


def year_of(period: str) -> str:
    """The year a period ends in: of ``2018..2020`` it is 2020."""
    return period.partition("..")[2][:4] or period[:4]


def _dues_of(connection: Connection, headers: Sequence[Row], year: str) -> list[Row]:
    by_agreement: dict[str, list[Row]] = {}
    for header in headers:
        by_agreement.setdefault(header["agreement"], []).append(header)
    return [_due(connection, _covering(of, year)) for of in by_agreement.values()]


def _covering(headers: Sequence[Row], year: str) -> list[Row]:
    """The settlements that make up a year: that of the whole year, else one of several years, else its parts."""
    whole = [header for header in headers if header["period"] == year]
    longer = [header for header in headers if ".." in header["period"]]
    return whole or longer[:1] or sorted(headers, key=lambda header: header["period"])


def _due(connection: Connection, headers: Sequence[Row]) -> Row:
    documents = [decided.settlement(connection, header["id"]) for header in headers]
    statuses = [document["status"] for document in documents]
    months = [month for document in documents for month in periods.months(periods.period(document["period"]))]
    return {
        "agreement": documents[0]["agreement"],
        "settlements": [document["id"] for document in documents],
        "period": periods.label(periods.run_of_months(months[0], months[-1])),
        "status": min(statuses, key=list(MAY_FOLLOW).index),
        "kind": "stopped" if any(d["kind"] == "stopped" for d in documents) else "payable",
        "verified": all(document["verified"] for document in documents),
        "transfers": netted(transfer for document in documents for transfer in document["transfers"]),
        "stops": [stop for document in documents for stop in document["stops"]],
    }


def netted(transfers: Iterable[Mapping[str, str]]) -> list[Row]:
    """Transfers of several settlements as one per pair, in the direction of the larger sum; largest first."""
    net: dict[tuple[str, str], int] = {}
    for transfer in transfers:
        pair, amount = (transfer["payer"], transfer["payee"]), yuan_fen(transfer["amount_yuan"])
        if pair[::-1] in net:
            pair, amount = pair[::-1], -amount
        net[pair] = net.get(pair, 0) + amount
    directed = [(pair if amount > 0 else pair[::-1], abs(amount)) for pair, amount in net.items() if amount]
    ordered = sorted(directed, key=lambda item: -item[1])
    return [{"payer": payer, "payee": payee, "amount_yuan": yuan(amount)} for (payer, payee), amount in ordered]


def of_party(headers: Sequence[Row], registry: Registry, party: str | None) -> list[Row]:
    """The settlements whose agreement names the party; all of them where no party is asked for."""
    if party is None:
        return list(headers)
    theirs = {a.code for a in registry.agreements.values() if party in a.parties.values()}
    return [header for header in headers if header["agreement"] in theirs]


def in_yuan(obligations: Sequence[Row]) -> list[Row]:
    """Obligations with their amount as a yuan string in place of fen."""
    return [
        {key: value for key, value in row.items() if key != "fen"} | {"amount_yuan": yuan(row["fen"])}
        for row in obligations
    ]


# --- pages -----------------------------------------------------------------------------------------------------------


def overview(connection: Connection, registry: Registry, now: datetime) -> Row:
    """The first page: dues of every basin, those that owe first, and how fresh the data are."""
    headers = decided.settlements(connection)
    listed = [
        {
            "code": row["code"],
            "sections": row["sections"],
            "agreements": len(row["agreements"]),
            "dues": dues(connection, [header for header in headers if header["basin"] == row["code"]]),
        }
        for row in basins(registry)
    ]
    listed.sort(key=lambda row: (not any(due["transfers"] for due in row["dues"]), not row["dues"], -row["agreements"]))
    return {"freshness": freshness(connection, registry, now), "basins": listed}


def freshness(connection: Connection, registry: Registry, now: datetime) -> Row:
    """The newest observation, how many stations have any, and the newest submission."""
    ends = monitoring.extents(connection, registry.network.stations)
    newest = ingest.submissions(connection, now, limit=1)
    return {
        "latest": max(last for _, last in ends.values()).isoformat() if ends else None,
        "reporting": len(ends),
        "registered": len(registry.network.stations),
        "submission": newest[0].document() if newest else None,
    }


def basin(connection: Connection, registry: Registry, code: str) -> Row:
    """A basin: its sections with the latest class, agreements, settlements, assessments and who owes whom.

    Raises
    ------
    UnknownCode : when nobody declared the basin.
    """
    rows = sections(registry, known_basin(registry, code))
    latest = monitoring.latest_classes(connection, registry, [row["code"] for row in rows])
    headers = decided.settlements(connection, basin=code)
    return {
        "code": code,
        "sections": [_placed(row, registry) | {"latest": latest.get(row["code"])} for row in rows],
        "parties": list(registry.network.parties),
        "agreements": [agreement_row(agreement) for agreement in agreements_of(registry, code)],
        "settlements": headers,
        "assessments": decided.assessments(connection, basin=code),
        "dues": dues(connection, headers),
    }


def _placed(row: Row, registry: Registry) -> Row:
    """A section with the target that its agreement sets and, where no border is declared, the province it lies in."""
    provinces = {registry.network.stations[code].province for code in row["stations"]}
    home = provinces.pop() if len(provinces) == 1 else None
    upstream = row["upstream"] or (None if row["downstream"] else home)
    return row | {"target": target(registry, row["code"]), "upstream": upstream}


def target(registry: Registry, section: str) -> int | None:
    """The class a section is to reach: that of its newest agreement, else the one declared for the section."""
    declared = registry.network.sections[section]
    for agreement in agreements_of(registry, declared.basin):
        if section in sections_of(agreement, registry.network):
            sheet = agreement.sheet(section, (agreement.ends, agreement.ends)).value
            if sheet.target is not None:
                return sheet.target
    return declared.target_class


def section(connection: Connection, registry: Registry, code: str, year: str | None) -> Row:
    """A section with its months of one year, the newest where none is named.

    Raises
    ------
    UnknownCode : when nobody declared the section.
    """
    known = known_section(registry, code)
    return _section_head(registry, known) | monitoring.section_page(connection, registry, known, year)


def section_month(connection: Connection, registry: Registry, code: str, month: pd.Period) -> Row:
    """A section with the readings of one month.

    Raises
    ------
    UnknownCode : when nobody declared the section.
    """
    known = known_section(registry, code)
    readings = monitoring.month_readings(connection, registry, known, month)
    return _section_head(registry, known) | {"month": str(month), "readings": readings}


def _section_head(registry: Registry, known: Section) -> Row:
    row = section_row(known, monitoring.stations_of(registry, known.code))
    return {"section": _placed(row, registry) | {"target": target(registry, known.code)}}


def settlement(connection: Connection, identity: str) -> tuple[Row, list[Row]]:
    """A settlement document with its current status, and the history of that."""
    return decided.settlement(connection, identity), decided.statuses(connection, identity)
