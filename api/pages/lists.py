"""The lists: settlements, assessments, submissions, and one submission with its receipt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from api.pages.names import Names
from api.reads.filters import SettlementsWanted
from api.reads.reader import Reader
from api.reads.settlements import ListedSettlement
from settlement.statement.rows import AssessmentHeader
from settlement.states import MAY_FOLLOW

FATES = ("accepted", "revised", "duplicate", "quarantined", "rejected", "withheld", "absent")
MOST_ROWS = 500  # a receipt may list a hundred thousand; the API gives all


def settlement_row(listed: ListedSettlement, names: Names) -> dict[str, Any]:
    """One settlement in a list, with who pays whom how much, or why there is no sum."""
    return {
        **listed,
        "basin_name": names.basin(listed["basin"]),
        "period_text": names.period(listed["period"]),
        "transfers": [names.transfer(amount) for amount in listed["transfers"]],
        "amount_word": names.amount_word(listed["kind"], listed["status"]),
        "no_amount_word": names.no_amount_word(listed["kind"]),
    }


def settlements(
    listed: Sequence[ListedSettlement], count: int, wanted: SettlementsWanted, names: Names, reader: Reader
) -> dict[str, Any]:
    """The settlements asked for, newest first, with what they can be narrowed by.

    Parameters
    ----------
    listed : those that are shown. count : how many there are. wanted : what was asked for.
    reader : who is offered what he may see.
    """
    registry = names.registry
    agreements = [agreement for agreement in registry.agreements.values() if reader.sees_agreement(agreement.code)]
    parties = {code for agreement in agreements for code in agreement.parties.values()}
    chosen = wanted.model_dump()
    return {
        "settlements": [settlement_row(header, names) for header in listed],
        "count": count,
        "period": wanted.period or "",
        "choices": {
            "basin": _choices(_basins(names, reader), wanted.basin),
            "agreement": _choices({agreement.code: agreement.title for agreement in agreements}, wanted.agreement),
            "party": _choices({code: names.party(code) for code in sorted(parties)}, wanted.party),
            "status": _choices({word: names.t.known("status", word) for word in MAY_FOLLOW}, wanted.status),
        },
        "query": urlencode({name: value for name, value in chosen.items() if value}),
    }


def _basins(names: Names, reader: Reader) -> dict[str, str]:
    """The names of the basins that may be seen, by code."""
    return {code: names.basin(code) for code in names.registry.network.basins if reader.sees_basin(code)}


def assessments(
    headers: Sequence[AssessmentHeader], count: int, wanted: Mapping[str, str | None], names: Names, reader: Reader
) -> dict[str, Any]:
    """The assessments asked for, newest first.

    Parameters
    ----------
    headers : those that are shown. count : how many there are. wanted : basin and period that were asked for.
    reader : who is offered what he may see.
    """
    rows = [
        {**header, "basin_name": names.basin(header["basin"]), "period_text": names.period(header["period"])}
        for header in headers
    ]
    return {
        "assessments": rows,
        "count": count,
        "period": wanted["period"] or "",
        "choices": {"basin": _choices(_basins(names, reader), wanted["basin"])},
        "query": urlencode({name: value for name, value in wanted.items() if value}),
    }


def _choices(words: Mapping[str, str], chosen: str | None) -> list[dict[str, Any]]:
    return [{"code": code, "name": name, "chosen": code == chosen} for code, name in words.items()]


def submissions(receipts: Sequence[Mapping[str, Any]], is_cut: bool, names: Names) -> dict[str, Any]:
    """What was handed in, newest first, interrupted ones included; older submissions may be left out."""
    return {"submissions": list(receipts), "cut": is_cut, "fates": FATES}


def submission(receipt: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], names: Names) -> dict[str, Any]:
    """One receipt: the counts and the first rows that were not simply accepted, each with what it is about."""
    not_accepted = sum(count for fate, count in receipt["counts"].items() if fate != "accepted")
    shown = [
        {**row, "message": names.t.choose(row["message_zh"], row["message_en"]), "about": _about(row, names)}
        for row in rows
    ]
    return {"submission": receipt, "fates": FATES, "rows": shown, "more": max(not_accepted - len(rows), 0)}


def _about(row: Mapping[str, Any], names: Names) -> str:
    """Which station and indicator a row speaks of, as far as they are known."""
    station = names.station(row["station"]) if row["station"] else ""
    indicator = names.indicator(row["indicator"]) if row["indicator"] else ""
    return f"{station} {indicator}".strip()
