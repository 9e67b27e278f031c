"""The first page: who owes whom in each basin, and how fresh the data are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from api.pages.names import Names
from api.reads.dues import Due, year_of
from api.reads.overview import BasinDues, Overview


def overview(data: Overview, names: Names) -> dict[str, Any]:
    """Basins with what is owed in the year shown; what stopped without any sum in a table, with its reasons."""
    basins = [_basin(basin, names) for basin in data["basins"]]
    owing = [{**basin, "dues": _with_sums(basin["dues"])} for basin in basins]
    return {
        "freshness": data["freshness"],
        "year": data["year"],
        "years": data["years"],
        "owing": [basin for basin in owing if basin["dues"]],
        "stopped": [(basin, due) for basin in basins for due in basin["dues"] if _stopped(due)],
        "basins": basins,
    }


def _with_sums(dues: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [due for due in dues if not _stopped(due)]


def _stopped(due: Mapping[str, Any]) -> bool:
    return bool(due["stops"] and not due["transfers"])


def _basin(basin: BasinDues, names: Names) -> dict[str, Any]:
    return {
        **basin,
        "name": names.basin(basin["code"]),
        "dues": [due(row, names) for row in basin["dues"]],
    }


def due(row: Due, names: Names) -> dict[str, Any]:
    """The latest year of one agreement: net transfers, or why there is none."""
    return {
        **row,
        "href": f"/settlements/{row['settlements'][0]}"
        if len(row["settlements"]) == 1
        else f"/settlements?agreement={row['agreement']}&period={year_of(row['period'])}",
        "title": names.agreement(row["agreement"]),
        "amount_word": names.amount_word(row["kind"], *row["amount_statuses"]),
        "no_amount_word": names.no_amount_word(row["kind"]),
        "period_text": names.period(row["period"])
        + (names.t("overview.parts", count=row["parts"]) if row["parts"] else ""),
        "transfers": [names.transfer(transfer) for transfer in row["transfers"]],
        "reasons": list(dict.fromkeys(names.reason(stop["reason"]) for stop in row["stops"])),
    }
