"""What a page or a list needs, gathered from the stores and the registry.

In: a connection, the registry and what was asked for. Out: plain dictionaries with codes, exact texts and numbers;
names and words are added by `api.pages`. Nothing is written here. What a section measured is in `api.reads.sections`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

import pandas as pd
from sqlalchemy import Connection

from api.reads import assessments as assessed
from api.reads import declared as register
from api.reads import sections as monitoring
from api.reads.dues import DuesByYear, dues
from api.reads.reader import Reader
from api.reads.settled import SettledMonth, agreements_of, settled_months, shown_agreement
from api.reads.settlements import ListedSettlement, read_by, with_amounts
from basin.agreement import Agreement
from basin.network import Section
from basin.periods import Days
from basin.registry import Registry
from monitoring_ingest.records import history_store as history
from settlement import store as decided
from settlement.assessment import sections
from settlement.statement.rows import (
    AssessmentHeader,
    SettlementHeader,
)


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


class BasinPage(DuesByYear):
    """What the page of a basin shows; `year` is None where it is the latest with sums."""

    code: str
    year: str | None
    sections: list[ClassedSection]
    parties: list[str]
    agreements: list[register.AgreementRow]
    settlements: list[ListedSettlement]
    assessments: list[AssessmentHeader]


@dataclass(frozen=True)
class SectionWanted:
    """A section, and the agreement whose rules and settlements are shown; None for the one that was settled then."""

    section: str
    agreement: str | None


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


def overview(
    connection: Connection, registry: Registry, reader: Reader, year: str | None, now: datetime
) -> Overview:  # fmt: skip
    """The first page: dues of every basin that may be seen, those that owe first, and how fresh the data are.

    Parameters
    ----------
    reader : whose settlements count. year : which year's dues; None for the latest of each basin.
    now : no later reading counts as the newest.
    """
    by_basin: dict[str, list[SettlementHeader]] = {}
    for header in read_by(reader, decided.settlements(connection)):
        by_basin.setdefault(header["basin"], []).append(header)
    listed: list[BasinDues] = [
        {
            "code": row["code"],
            "sections": row["sections"],
            "agreements": len(row["agreements"]),
            **dues(connection, by_basin.get(row["code"], []), year),
        }
        for row in register.basins(registry, reader)
    ]
    listed.sort(key=lambda row: (not any(due["transfers"] for due in row["dues"]), not row["dues"], -row["agreements"]))
    years = sorted({settled for row in listed for settled in row["years"]})
    fresh = freshness(connection, registry, reader, now)
    return {"freshness": fresh, "year": year, "years": years, "basins": listed}


def freshness(connection: Connection, registry: Registry, reader: Reader, now: datetime) -> Freshness:
    """The newest observation of the stations that may be seen, how many of them have any, and the newest submission,
    which is for those who may read all.
    """
    stations = [code for code in registry.network.stations if reader.sees_station(code)]
    ends = monitoring.extents(connection, stations, now)
    newest = history.submissions(connection, now, limit=1) if reader.reads_all else []
    return {
        "latest": max(last for _, last in ends.values()).isoformat() if ends else None,
        "reporting": len(ends),
        "registered": len(stations),
        "submission": {k: v for k, v in newest[0].document().items() if k not in ("files", "rows")} if newest else None,
    }


def basin(
    connection: Connection, registry: Registry, reader: Reader, code: str, year: str | None, now: datetime
) -> BasinPage:
    """A basin: its sections with the latest class by `now`, agreements, settlements, assessments and who owes whom, as
    far as they may be read.

    Parameters
    ----------
    code, year : the basin, and which year's dues are shown; None for the latest. now : no later reading counts.

    Raises
    ------
    UnknownCode : when nobody declared the basin. Refused : it may not be seen.
    """
    register.known_basin(registry, code)
    reader.refuse_basin(code)
    rows = register.sections(registry, reader, code)
    headers = read_by(reader, decided.settlements(connection, basin=code))
    observed = [row["code"] for row in rows if reader.section(row["code"])]
    latest = monitoring.latest_classes(connection, registry, observed, headers, now)
    return {
        "code": code,
        "sections": [{**_placed(row, registry), "latest": latest.get(row["code"])} for row in rows],
        "parties": list(registry.network.parties),
        "agreements": [register.agreement_row(agreement) for agreement in register.seen_of(registry, reader, code)],
        "settlements": with_amounts(connection, headers),
        "assessments": assessed.read_by(reader, decided.assessments(connection, basin=code)),
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
    connection: Connection, registry: Registry, reader: Reader, wanted: SectionWanted, year: str | None, now: datetime
) -> SectionYear:
    """A section with its months of one year, the newest where none is named, and what is settled of them.

    Parameters
    ----------
    wanted, year : what is shown. now : readings of a later instant do not make a year the newest.

    Raises
    ------
    As `_readable`. UsageError : the agreement does not look at the section.
    """
    declared = _readable(registry, reader, wanted)
    shown_year = year or monitoring.newest_year(connection, registry, declared, now)
    ruling = shown_agreement(connection, registry, reader, declared, wanted.agreement, shown_year)
    aim = target(registry, declared.code) if ruling is None else target_under(ruling, declared)
    shown = monitoring.section_page(connection, registry, declared, ruling, year, aim, now)
    months = [pd.Period(row["month"]) for row in shown["classes"] if row["month"].startswith(shown["year"])]
    under = _under(connection, registry, reader, declared, ruling, months)
    return {**shown, **under, "section": _head(registry, declared)}


def section_month(
    connection: Connection, registry: Registry, reader: Reader, wanted: SectionWanted, month: pd.Period
) -> SectionMonth:
    """A section with the readings of one month, and what is settled of it.

    Parameters
    ----------
    wanted, month : what is shown.

    Raises
    ------
    As `_readable`. UsageError : the agreement does not look at the section.
    """
    declared = _readable(registry, reader, wanted)
    ruling = shown_agreement(connection, registry, reader, declared, wanted.agreement, str(month))
    aim = target(registry, declared.code) if ruling is None else target_under(ruling, declared)
    month_page = monitoring.month_page(connection, registry, declared, ruling, month, aim)
    # what waits, or was refused, is no observation: who may see observations alone is not shown it
    shown = [row for row in month_page["readings"] if row["is_observed"] or reader.station(row["station"])]
    under = _under(connection, registry, reader, declared, ruling, [month])
    head = _head(registry, declared)
    return {**month_page, **under, "readings": shown, "section": head, "month": str(month)}


def _readable(registry: Registry, reader: Reader, wanted: SectionWanted) -> Section:
    """The section asked for.

    Raises
    ------
    UnknownCode : when nobody declared the section or the agreement. NotSignedIn, Refused : one of them may not be read.
    """
    section = register.known_section(registry, wanted.section)
    register.known(registry, agreement=wanted.agreement)
    reader.refuse_section(section.code)
    reader.refuse_agreement(wanted.agreement)
    return section


def _under(
    connection: Connection, registry: Registry, reader: Reader, section: Section, ruling: Agreement | None,
    months: list[pd.Period],
) -> UnderAgreement:  # fmt: skip
    offered = agreements_of(registry, reader, section)
    return {
        "agreement": ruling.code if ruling else None,
        "agreements": [{"code": agreement.code, "title": agreement.title} for agreement in offered],
        "settled": settled_months(connection, reader, ruling, section, months) if ruling else [],
    }


def _head(registry: Registry, declared: Section) -> PlacedSection:
    """A section as its own page shows it."""
    return _placed(register.section_row(declared, list(sections.stations_of(registry, [declared.code]))), registry)
