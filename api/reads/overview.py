"""What a page or a list needs, gathered from the stores and the registry.

In: a connection, the registry and what was asked for. Out: plain dictionaries with codes, exact texts and numbers;
names and words are added by `api.pages`. Nothing is written here. What a section measured is in `api.reads.sections`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TypedDict

import pandas as pd
from sqlalchemy import Connection

from api.reads import declared as register
from api.reads import sections as monitoring
from api.reads.filters import SettlementsWanted, within
from api.reads.settled import SettledMonth, agreements_of, settled_months, shown_agreement
from basin import periods
from basin.agreement import Agreement
from basin.network import Section
from basin.periods import Days
from basin.registry import Registry
from basin.rounding import yuan, yuan_fen
from monitoring_ingest.records import history_store as history
from settlement import store as decided
from settlement.assessment import sections
from settlement.statement.rows import (
    AssessmentHeader,
    PairAmountRow,
    SettlementHeader,
    StatusRow,
    StopRow,
    StoredObligation,
    StoredSettlement,
)
from settlement.states import MAY_FOLLOW, REVOKED


class NetAmount(TypedDict):
    """What remains from one party to another of several settlements."""

    payer: str
    payee: str
    amount_yuan: str


class Due(TypedDict):
    """The latest year of one agreement: who owes whom, or why nobody does.

    `parts` counts the settlements where they do not cover the period without a gap. `status` is the least of all of
    them, `amount_statuses` are those of the settlements that the sums come from, the least first.
    """

    agreement: str
    settlements: list[str]
    period: str
    parts: int | None
    status: str
    amount_statuses: list[str]
    kind: str
    verified: bool
    transfers: list[NetAmount]
    stops: list[StopRow]


class DuesByYear(TypedDict):
    """Who owes whom in one year, and in which years anything was settled."""

    years: list[str]
    dues: list[Due]


class BasinDues(DuesByYear):
    """A basin on the first page."""

    code: str
    sections: int
    agreements: int


class Freshness(TypedDict):
    """The newest observation, how many stations have any, and the newest submission."""

    latest: str | None
    reporting: int
    registered: int
    submission: dict[str, object] | None


class Overview(TypedDict):
    """What the first page shows; `year` is None where each basin is shown in its latest."""

    freshness: Freshness
    year: str | None
    years: list[str]
    basins: list[BasinDues]


class PlacedSection(register.SectionRow):
    """A section with the class it is to reach; upstream is the province it lies in where no border is declared."""

    target: int | None


class ClassedSection(PlacedSection):
    """A section with its newest month."""

    latest: monitoring.LatestClass | None


class ListedSettlement(SettlementHeader):
    """A settlement in a list: who pays whom how much; what the sums are called its status says."""

    transfers: list[PairAmountRow]


class BasinPage(DuesByYear):
    """What the page of a basin shows; `year` is None where it is the latest with sums."""

    code: str
    year: str | None
    sections: list[ClassedSection]
    parties: list[str]
    agreements: list[register.AgreementRow]
    settlements: list[ListedSettlement]
    assessments: list[AssessmentHeader]


class AgreementChoice(TypedDict):
    """An agreement that a section can be shown under."""

    code: str
    title: str


class UnderAgreement(TypedDict):
    """Under which agreement a section is shown, which others there are, and what is settled under it by month."""

    agreement: str | None
    agreements: list[AgreementChoice]
    settled: list[SettledMonth]


class SectionYear(monitoring.SectionPage, UnderAgreement):
    """A section with its months of one year."""

    section: PlacedSection


class SectionMonth(monitoring.MonthPage, UnderAgreement):
    """A section with the readings of one month."""

    section: PlacedSection
    month: str


class ObligationInYuan(TypedDict):
    """An obligation as lists show it."""

    settlement: str
    agreement: str
    basin: str
    kind: str
    clause: str
    period: str
    payer: str
    payee: str
    status: str
    payable: bool
    amount_yuan: str
def dues(connection: Connection, headers: Sequence[SettlementHeader], year: str | None = None) -> DuesByYear:
    """Who owes whom in a year: the one asked for, else the latest that has obligations, else the newest.

    Parameters
    ----------
    headers : settlements of one basin, newest first, as the settlement store lists them.
    year : the year that is shown; None for the latest.
    """
    current = _newest([h for h in headers if h["status"] != REVOKED and h["kind"] != "indication"])
    by_year: dict[str, list[SettlementHeader]] = {}
    for header in current:
        by_year.setdefault(year_of(header["period"]), []).append(header)
    years = sorted(by_year)
    if year is not None:
        return {"years": years, "dues": _dues_of(connection, by_year.get(year, []), year)}
    stopped: list[Due] = []
    for latest in reversed(years):
        of_year = _dues_of(connection, by_year[latest], latest)
        if any(due["transfers"] for due in of_year):
            return {"years": years, "dues": of_year}
        stopped = stopped or of_year
    return {"years": years, "dues": stopped}


def _newest(headers: Sequence[SettlementHeader]) -> list[SettlementHeader]:
    """The newest settlement of each agreement and period; `headers` come newest first."""
    newest: dict[tuple[str, str], SettlementHeader] = {}
    for header in headers:
        newest.setdefault((header["agreement"], header["period"]), header)
    return list(newest.values())


def year_of(period: str) -> str:
    """The year a period ends in: of ``2018..2020`` it is 2020."""
    return period.partition("..")[2][:4] or period[:4]


def _dues_of(connection: Connection, headers: Sequence[SettlementHeader], year: str) -> list[Due]:
    by_agreement: dict[str, list[SettlementHeader]] = {}
    for header in headers:
        by_agreement.setdefault(header["agreement"], []).append(header)
    return [_due(connection, _covering(of, year)) for of in by_agreement.values()]


def _covering(headers: Sequence[SettlementHeader], year: str) -> list[SettlementHeader]:
    """The settlements that make up a year: that of the whole year, else one of several years, else its parts."""
    whole = [header for header in headers if header["period"] == year]
    longer = [header for header in headers if ".." in header["period"]]
    return whole or longer[:1] or sorted(headers, key=lambda header: header["period"])


def _due(connection: Connection, headers: Sequence[SettlementHeader]) -> Due:
    documents = [decided.settlement(connection, header["id"]) for header in headers]
    statuses = {document["status"] for document in documents}
    with_sums = {document["status"] for document in documents if document["transfers"]} or statuses
    order = list(MAY_FOLLOW).index
    months = [month for document in documents for month in periods.months(periods.period(document["period"]))]
    span = periods.run_of_months(months[0], months[-1])
    without_gap = len(months) == len(periods.months(span))
    return {
        "agreement": documents[0]["agreement"],
        "settlements": [document["id"] for document in documents],
        "period": periods.label(span) if without_gap else year_of(documents[0]["period"]),
        "parts": None if without_gap else len(documents),
        "status": min(statuses, key=order),
        "amount_statuses": sorted(with_sums, key=order),
        "kind": "stopped" if any(d["kind"] == "stopped" for d in documents) else "payable",
        "verified": all(document["verified"] for document in documents),
        "transfers": netted(transfer for document in documents for transfer in document["transfers"]),
        "stops": [stop for document in documents for stop in document["stops"]],
    }


def netted(transfers: Iterable[PairAmountRow]) -> list[NetAmount]:
    """Transfers of several settlements as one per pair, in the direction of the larger sum; largest first."""
    net: dict[tuple[str, str], int] = {}
    for transfer in transfers:
        payer = transfer["payer"]
        payee = transfer["payee"]
        amount = yuan_fen(transfer["amount_yuan"])
        if (payee, payer) in net:
            net[payee, payer] -= amount
        else:
            net[payer, payee] = net.get((payer, payee), 0) + amount
    directed = [
        ((payer, payee) if amount > 0 else (payee, payer), abs(amount))
        for (payer, payee), amount in net.items()
        if amount
    ]
    ordered = sorted(directed, key=lambda item: -item[1])
    return [{"payer": payer, "payee": payee, "amount_yuan": yuan(amount)} for (payer, payee), amount in ordered]


def settlements(connection: Connection, registry: Registry, wanted: SettlementsWanted) -> list[SettlementHeader]:
    """The settlements asked for, the newest first.

    Raises
    ------
    UnknownCode : an agreement, basin, party or status that there is not. UsageError : no period.
    """
    register.known(
        registry, agreement=wanted.agreement, basin=wanted.basin, party=wanted.party, status=wanted.status
    )
    headers = within(decided.settlements(connection, agreement=wanted.agreement, basin=wanted.basin), wanted.period)
    of_status = [header for header in headers if wanted.status in (None, header["status"])]
    return of_party(of_status, registry, wanted.party)


def with_amounts(connection: Connection, headers: Sequence[SettlementHeader]) -> list[ListedSettlement]:
    """Settlements with who pays whom how much."""
    amounts = decided.transfers(connection, [header["id"] for header in headers])
    return [{**header, "transfers": amounts[header["id"]]} for header in headers]


def by_transfer(listed: Iterable[ListedSettlement]) -> Iterator[dict[str, object]]:
    """Settlements as rows of a table: one per payer and payee, or a single one without any."""
    for header in listed:
        for amount in header["transfers"]:
            yield {**header, **amount}
        if not header["transfers"]:
            yield {**header}


def of_party(headers: Sequence[SettlementHeader], registry: Registry, party: str | None) -> list[SettlementHeader]:
    """The settlements whose agreement names the party; all of them where no party is asked for."""
    if party is None:
        return list(headers)
    theirs = {a.code for a in registry.agreements.values() if party in a.parties.values()}
    return [header for header in headers if header["agreement"] in theirs]


def in_yuan(obligations: Sequence[StoredObligation]) -> list[ObligationInYuan]:
    """Obligations with their amount as a yuan string in place of fen."""
    return [
        {
            "settlement": row["settlement"], "clause": row["clause"], "period": row["period"], "payer": row["payer"],
            "payee": row["payee"], "agreement": row["agreement"], "basin": row["basin"], "kind": row["kind"],
            "status": row["status"], "payable": row["payable"], "amount_yuan": yuan(row["fen"]),
        }
        for row in obligations
    ]  # fmt: skip


def overview(connection: Connection, registry: Registry, year: str | None, now: datetime) -> Overview:
    """The first page: dues of every basin, those that owe first, and how fresh the data are.

    Parameters
    ----------
    year : which year's dues; None for the latest of each basin. now : no later reading counts as the newest.
    """
    by_basin: dict[str, list[SettlementHeader]] = {}
    for header in decided.settlements(connection):
        by_basin.setdefault(header["basin"], []).append(header)
    listed: list[BasinDues] = [
        {
            "code": row["code"],
            "sections": row["sections"],
            "agreements": len(row["agreements"]),
            **dues(connection, by_basin.get(row["code"], []), year),
        }
        for row in register.basins(registry)
    ]
    listed.sort(key=lambda row: (not any(due["transfers"] for due in row["dues"]), not row["dues"], -row["agreements"]))
    years = sorted({settled for row in listed for settled in row["years"]})
    return {"freshness": freshness(connection, registry, now), "year": year, "years": years, "basins": listed}


def freshness(connection: Connection, registry: Registry, now: datetime) -> Freshness:
    """The newest observation, how many stations have any, and the newest submission."""
    ends = monitoring.extents(connection, registry.network.stations, now)
    newest = history.submissions(connection, now, limit=1)
    return {
        "latest": max(last for _, last in ends.values()).isoformat() if ends else None,
        "reporting": len(ends),
        "registered": len(registry.network.stations),
        "submission": {k: v for k, v in newest[0].document().items() if k not in ("files", "rows")} if newest else None,
    }


def basin(connection: Connection, registry: Registry, code: str, year: str | None, now: datetime) -> BasinPage:
    """A basin: its sections with the latest class by `now`, agreements, settlements, assessments and who owes whom.

    Parameters
    ----------
    code, year : the basin, and which year's dues are shown; None for the latest. now : no later reading counts.

    Raises
    ------
    UnknownCode : when nobody declared the basin.
    """
    rows = register.sections(registry, register.known_basin(registry, code))
    headers = decided.settlements(connection, basin=code)
    latest = monitoring.latest_classes(connection, registry, [row["code"] for row in rows], headers, now)
    return {
        "code": code,
        "sections": [{**_placed(row, registry), "latest": latest.get(row["code"])} for row in rows],
        "parties": list(registry.network.parties),
        "agreements": [register.agreement_row(agreement) for agreement in register.agreements_of(registry, code)],
        "settlements": with_amounts(connection, headers),
        "assessments": decided.assessments(connection, basin=code),
        "year": year,
        **dues(connection, headers, year),
    }


def _placed(row: register.SectionRow, registry: Registry) -> PlacedSection:
    """A section with the target that its agreement sets and, where no border is declared, the province it lies in."""
    provinces = {registry.network.stations[code].province for code in row["stations"]}
    home = provinces.pop() if len(provinces) == 1 else None
    upstream = row["upstream"] or (None if row["downstream"] else home)
    return {**row, "upstream": upstream, "target": target(registry, row["code"])}


def target(registry: Registry, section: str) -> int | None:
    """The class a section is to reach: that of its newest agreement, else the one declared for the section."""
    declared = registry.network.sections[section]
    for agreement in register.agreements_of(registry, declared.basin):
        if agreement.reach.looks_at(declared) and (stated := _stated_target(agreement, section)) is not None:
            return stated
    return declared.target_class


def target_under(agreement: Agreement, section: Section) -> int | None:
    """The class that an agreement sets for a section, else the one declared for the section."""
    stated = _stated_target(agreement, section.code)
    return section.target_class if stated is None else stated


def _stated_target(agreement: Agreement, section: str) -> int | None:
    return agreement.sheet(section, Days(agreement.ends, agreement.ends)).value.target


def section(
    connection: Connection, registry: Registry, code: str, year: str | None, agreement: str | None, now: datetime
) -> SectionYear:
    """A section with its months of one year, the newest where none is named, and what is settled of them.

    Parameters
    ----------
    code, year : what is shown. now : readings of a later instant do not make a year the newest.
    agreement : whose rules and settlements are shown; None for the agreement that was settled then.

    Raises
    ------
    UnknownCode : when nobody declared the section or the agreement. UsageError : the agreement does not look at it.
    """
    declared = register.known_section(registry, code)
    register.known(registry, agreement=agreement)
    shown_year = year or monitoring.newest_year(connection, registry, declared, now)
    ruling = shown_agreement(connection, registry, declared, agreement, shown_year)
    aim = target(registry, code) if ruling is None else target_under(ruling, declared)
    shown = monitoring.section_page(connection, registry, declared, ruling, year, aim, now)
    months = [pd.Period(row["month"]) for row in shown["classes"] if row["month"].startswith(shown["year"])]
    under = _under(connection, registry, declared, ruling, months)
    return {**shown, **under, "section": _head(registry, declared)}


def section_month(
    connection: Connection, registry: Registry, code: str, month: pd.Period, agreement: str | None
) -> SectionMonth:
    """A section with the readings of one month, and what is settled of it.

    Parameters
    ----------
    code, month : what is shown.
    agreement : whose rules and settlements are shown; None for the agreement that was settled then.

    Raises
    ------
    UnknownCode : when nobody declared the section or the agreement. UsageError : the agreement does not look at it.
    """
    declared = register.known_section(registry, code)
    register.known(registry, agreement=agreement)
    ruling = shown_agreement(connection, registry, declared, agreement, str(month))
    aim = target(registry, code) if ruling is None else target_under(ruling, declared)
    readings = monitoring.month_page(connection, registry, declared, ruling, month, aim)
    under = _under(connection, registry, declared, ruling, [month])
    return {**readings, **under, "section": _head(registry, declared), "month": str(month)}


def _under(
    connection: Connection, registry: Registry, section: Section, ruling: Agreement | None, months: list[pd.Period]
) -> UnderAgreement:
    offered = agreements_of(registry, section)
    return {
        "agreement": ruling.code if ruling else None,
        "agreements": [{"code": agreement.code, "title": agreement.title} for agreement in offered],
        "settled": settled_months(connection, ruling, section, months) if ruling else [],
    }


def _head(registry: Registry, declared: Section) -> PlacedSection:
    """A section as its own page shows it."""
    return _placed(register.section_row(declared, list(sections.stations_of(registry, [declared.code]))), registry)


def settlement(connection: Connection, identity: str) -> tuple[StoredSettlement, list[StatusRow]]:
    """A settlement document with its current status, and the history of that."""
    return decided.settlement(connection, identity), decided.statuses(connection, identity)
