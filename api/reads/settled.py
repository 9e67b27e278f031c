"""What settlements state of a section: its statistics as they were settled under one agreement, each with its reason.

In: a connection, the registry, a section and months. Out: plain rows. Settlements overlap, as a month and its year do:
for each month one of them speaks (`api.reads.speaking`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TypedDict

import pandas as pd
from sqlalchemy import Connection

from api.reads.reader import Reader
from api.reads.settlements import read_by
from api.reads.speaking import speaking
from basin import periods
from basin.agreement import Agreement
from basin.errors import UsageError
from basin.network import Section
from basin.registry import Registry
from settlement import store
from settlement.assessment.sections import states_rules
from settlement.statement.rows import SettlementHeader, StatisticRow
from settlement.states import CONFIRMED, REVOKED


class SettledMonth(TypedDict):
    """What is settled of a section and a month; `settlement` is None where no settlement covers the month.

    `statistics` are those of the month; `longer_or_shorter` those of a week, day, quarter or year that touches it.
    """

    month: str
    settlement: SettlementHeader | None
    statistics: list[StatisticRow]
    longer_or_shorter: list[StatisticRow]


def agreements_of(registry: Registry, reader: Reader, section: Section) -> list[Agreement]:
    """The agreements that look at a section and say how means are formed, as far as they may be seen: those of its
    basin first, newest first.
    """
    seen = (agreement for agreement in registry.agreements.values() if reader.sees_agreement(agreement.code))
    looking = [agreement for agreement in seen if agreement.reach.looks_at(section) and states_rules(agreement)]
    newest_first = sorted(looking, key=lambda a: a.starts, reverse=True)
    return sorted(newest_first, key=lambda a: a.basin != section.basin)


def shows(registry: Registry, section: str, agreement: str) -> bool:
    """Whether a section can be shown under an agreement: an agreement settled long ago may no longer be declared."""
    declared = registry.agreements.get(agreement)
    of = registry.network.sections.get(section)
    return declared is not None and of is not None and declared.reach.looks_at(of) and states_rules(declared)


def settled_under(
    registry: Registry, headers: Sequence[SettlementHeader], section: str, within: str
) -> Agreement | None:
    """The agreement under which a section was settled in a year or month; None where no settlement covers any of it.

    Of several, one with a confirmed settlement comes first, then the one that settled most months, then the newest.

    Parameters
    ----------
    headers : settlements, the newest first. section : by code. within : a year or a month, as text.
    """
    months: dict[str, set[str]] = {}
    confirmed: set[str] = set()
    for header in headers:
        covered = {month for month in _months(header["period"]) if month.startswith(within)}
        if header["status"] != REVOKED and covered:
            months.setdefault(header["agreement"], set()).update(covered)
            confirmed |= {header["agreement"]} if header["status"] == CONFIRMED else set()
    settled = sorted(months, key=lambda code: (code in confirmed, len(months[code])), reverse=True)
    return next((registry.agreements[code] for code in settled if shows(registry, section, code)), None)


def shown_agreement(
    connection: Connection, registry: Registry, reader: Reader, section: Section, asked: str | None, within: str
) -> Agreement | None:
    """Under which agreement a section is shown: the one asked for, else the one that was settled, else the newest.

    Parameters
    ----------
    section : which is shown; where no agreement looks at it, there is none to show it under.
    asked : the code of an agreement; None where the reader chose none.
    within : the year or month that is shown, as text.

    Raises
    ------
    UsageError : the agreement asked for does not look at the section.
    """
    offered = agreements_of(registry, reader, section)
    if asked is None:
        headers = read_by(reader, store.settlements(connection, basin=section.basin))
        settled = settled_under(registry, headers, section.code, within)
        return settled or next(iter(offered), None)
    chosen = next((agreement for agreement in offered if agreement.code == asked), None)
    if chosen is None:
        raise UsageError(
            f"协议 {asked} 不看断面 {section.code}", f"the agreement {asked} does not look at {section.code}",
            path="agreement", remedy=f"可用：{'、'.join(agreement.code for agreement in offered) or '无'}",
        )  # fmt: skip
    return chosen


def settled_months(
    connection: Connection, reader: Reader, agreement: Agreement, section: Section, months: Iterable[pd.Period]
) -> list[SettledMonth]:
    """What the settlements of an agreement state of a section, month by month.

    Parameters
    ----------
    agreement, section : whose settlements, and of what. months : the months to show, also those not settled.
    """
    headers = read_by(reader, store.settlements(connection, agreement=agreement.code))
    covered = {header["id"]: _months(header["period"]) for header in headers}
    statistics: dict[str, Sequence[StatisticRow]] = {}
    rows: list[SettledMonth] = []
    for month in map(str, months):
        covering = [header for header in headers if month in covered[header["id"]]]
        settlement = speaking(covering)
        if settlement is not None and settlement["id"] not in statistics:
            document = store.settlement(connection, settlement["id"])
            statistics[settlement["id"]] = [row for row in document["statistics"] if row["section"] == section.code]
        stated = statistics[settlement["id"]] if settlement is not None else ()
        of_month = [row for row in stated if row["period"] == month]
        others = [row for row in stated if row["period"] != month and month in _months(row["period"])]
        rows.append({"month": month, "settlement": settlement, "statistics": of_month, "longer_or_shorter": others})
    return rows


@lru_cache(maxsize=512)
def _months(period: str) -> frozenset[str]:
    """The months of a period; many settlements are of the same few periods."""
    return frozenset(map(str, periods.months(periods.period(period))))
