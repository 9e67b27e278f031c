"""Who owes whom in a year: the settlements of a basin that speak, netted between each two parties.

In: a connection and headers of settlements. Out: dues by agreement, with codes and exact sums; what the sums are called
is said by `settlement.words`. Nothing is written here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypedDict

from sqlalchemy import Connection

from api.reads.speaking import speaking
from basin import periods
from basin.rounding import yuan, yuan_fen
from settlement import store as decided
from settlement.statement.rows import PairAmountRow, SettlementHeader, StopRow
from settlement.states import CONFIRMED, MAY_FOLLOW


class NetAmount(TypedDict):
    """What remains from one party to another of several settlements."""

    payer: str
    payee: str
    amount_yuan: str


class Due(TypedDict):
    """The latest year of one agreement, or what is confirmed of it: who owes whom, or why nobody does.

    `parts` counts the settlements where they do not cover the period without a gap. `statuses` are all of
    theirs, the least first, `amount_statuses` those of the settlements that the sums come from.
    """

    agreement: str
    settlements: list[str]
    period: str
    parts: int | None
    statuses: list[str]
    amount_statuses: list[str]
    kind: str
    verified: bool
    transfers: list[NetAmount]
    stops: list[StopRow]


class DuesByYear(TypedDict):
    """Who owes whom in one year, and in which years anything was settled."""

    years: list[str]
    dues: list[Due]


def dues(connection: Connection, headers: Sequence[SettlementHeader], year: str | None = None) -> DuesByYear:
    """Who owes whom in a year: the one asked for, else the latest that has obligations, else the newest.

    Parameters
    ----------
    headers : settlements of one basin, newest first, as the settlement store lists them.
    year : the year that is shown; None for the latest.
    """
    current = _speaking_of_each([header for header in headers if header["kind"] != "indication"])
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


def _speaking_of_each(headers: Sequence[SettlementHeader]) -> list[SettlementHeader]:
    """Of each agreement and period the settlement that speaks; `headers` come newest first."""
    together: dict[tuple[str, str], list[SettlementHeader]] = {}
    for header in headers:
        together.setdefault((header["agreement"], header["period"]), []).append(header)
    return [settlement for of_one in together.values() if (settlement := speaking(of_one)) is not None]


def year_of(period: str) -> str:
    """The year a period ends in: of ``2018..2020`` it is 2020."""
    return period.partition("..")[2][:4] or period[:4]


def _dues_of(connection: Connection, headers: Sequence[SettlementHeader], year: str) -> list[Due]:
    by_agreement: dict[str, list[SettlementHeader]] = {}
    for header in headers:
        by_agreement.setdefault(header["agreement"], []).append(header)
    return [_due(connection, shown) for of in by_agreement.values() for shown in shown_together(of, year)]


def shown_together(headers: Sequence[SettlementHeader], year: str) -> list[list[SettlementHeader]]:
    """The settlements of an agreement and year that are shown, those whose sums are added up together.

    They are those that make up the year. Where these would hide a confirmed sum, as a trial of the whole year hides
    its confirmed months, what is confirmed stands before them on its own: it is owed until it is withdrawn.

    Parameters
    ----------
    headers : of each period the settlement that speaks, at least one; newest first.
    year : the year they end in.
    """
    covering = _covering(headers, year)
    confirmed = [header for header in headers if header["status"] == CONFIRMED]
    owed = _covering(confirmed, year)
    if all(header in covering for header in owed):
        return [covering]
    return [owed, covering]


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
        "statuses": sorted(statuses, key=order),
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
