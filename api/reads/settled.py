"""What settlements state of a section: its statistics as they were settled under one agreement, each with its reason.

In: a connection, the registry, a section and months. Out: plain rows. Settlements overlap, as a month and its year do:
for each month one of them speaks, a confirmed one before others, one that obliges before an estimate, else the newest.
A withdrawn one never speaks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypedDict

import pandas as pd
from sqlalchemy import Connection

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
    """What is settled of a section and a month; `settlement` is None where no settlement covers the month."""

    month: str
    settlement: SettlementHeader | None
    statistics: list[StatisticRow]


def agreements_of(registry: Registry, section: Section) -> list[Agreement]:
    """The agreements that look at a section and say how means are formed: those of its basin first, newest first."""
    looking = [a for a in registry.agreements.values() if a.reach.looks_at(section) and states_rules(a)]
    newest_first = sorted(looking, key=lambda a: a.starts, reverse=True)
    return sorted(newest_first, key=lambda a: a.basin != section.basin)


def shows(registry: Registry, section: str, agreement: str) -> bool:
    """Whether a section can be shown under an agreement: an agreement settled long ago may no longer be declared."""
    declared = registry.agreements.get(agreement)
    of = registry.network.sections.get(section)
    return declared is not None and of is not None and declared.reach.looks_at(of) and states_rules(declared)


def shown_agreement(
    connection: Connection, registry: Registry, section: Section, asked: str | None
) -> Agreement | None:
    """Under which agreement a section is shown: the one asked for, else the one settled last, else the newest.

    Parameters
    ----------
    section : which is shown; where no agreement looks at it, there is none to show it under.
    asked : the code of an agreement; None where the reader chose none.

    Raises
    ------
    UsageError : the agreement asked for does not look at the section.
    """
    offered = {agreement.code: agreement for agreement in agreements_of(registry, section)}
    if asked is not None and asked not in offered:
        raise UsageError(
            f"协议 {asked} 不看断面 {section.code}", f"the agreement {asked} does not look at {section.code}",
            path="agreement", remedy=f"可用：{'、'.join(offered) or '无'}",
        )  # fmt: skip
    if asked is not None:
        return offered[asked]
    headers = store.settlements(connection, basin=section.basin)
    settled = (header["agreement"] for header in headers if header["status"] != REVOKED)
    last = next((code for code in settled if code in offered), next(iter(offered), None))
    return None if last is None else offered[last]


def settled_months(
    connection: Connection, agreement: Agreement, section: Section, months: Iterable[pd.Period]
) -> list[SettledMonth]:
    """What the settlements of an agreement state of a section, month by month.

    Parameters
    ----------
    agreement, section : whose settlements, and of what. months : the months to show, also those not settled.
    """
    headers = store.settlements(connection, agreement=agreement.code)
    covered = {header["id"]: _months_of(header) for header in headers if header["status"] != REVOKED}
    statistics: dict[str, Sequence[StatisticRow]] = {}
    rows: list[SettledMonth] = []
    for month in map(str, months):
        covering = [header for header in headers if month in covered.get(header["id"], ())]
        speaking = max(covering, key=_weight, default=None)  # of equals the first, which is the newest
        stated: list[StatisticRow] = []
        if speaking is not None:
            identity = speaking["id"]
            if identity not in statistics:
                statistics[identity] = store.settlement(connection, identity)["statistics"]
            stated = [s for s in statistics[identity] if s["section"] == section.code and s["period"] == month]
        rows.append({"month": month, "settlement": speaking, "statistics": stated})
    return rows


def _weight(header: SettlementHeader) -> tuple[bool, bool]:
    return header["status"] == CONFIRMED, header["kind"] != "indication"


def _months_of(header: SettlementHeader) -> frozenset[str]:
    return frozenset(map(str, periods.months(periods.period(header["period"]))))
