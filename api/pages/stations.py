"""Stations by basin with silent ones first, one station slot by slot, declared sources, alarms, those who send."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from api.pages.names import Names
from api.reads.numerals import percent
from api.reads.stations import AlarmRow, Senders, SourceRow, StationPage, StationRow
from basin.indicators import INDICATORS
from monitoring_ingest.coverage.matrix import any_or_all
from monitoring_ingest.coverage.slots import State

WHOLES = ("any", "all")


def overview(rows: Sequence[StationRow], alarms: Sequence[AlarmRow], basin: str | None, names: Names) -> dict[str, Any]:
    """The stations of each basin, those with silent ones first."""
    chosen = [row for row in rows if basin in (None, row["basin"])]
    states = [row["state"] for row in chosen]
    by_basin: dict[str, list[dict[str, Any]]] = {}
    for row in chosen:
        by_basin.setdefault(row["basin"], []).append(_station(row, names))
    return {
        "basin": basin,
        "counts": [(state.value, states.count(state.value)) for state in State],
        "month": rows[0]["month"] if rows else "",
        "counted_at": rows[0]["counted_at"] if rows else None,
        "basins": [{"code": code, "name": names.basin(code), "stations": some} for code, some in by_basin.items()],
        "alarms": alarms_told(alarms, names),
    }


def sources(rows: Sequence[SourceRow], names: Names) -> list[dict[str, Any]]:
    """Declared sources that are watched, in words."""
    return [{**row, "name": names.station(row["station"]) if row["station"] else ""} for row in rows]


def alarms_told(alarms: Sequence[AlarmRow], names: Names) -> list[dict[str, Any]]:
    """Alarms with the names of what they are about."""
    declared = names.registry.sources
    title = {code: source.title for code, source in declared.items()}
    return [
        {
            **alarm,
            "name": names.station(alarm["station"]) if alarm["station"] else "",
            "title": title.get(alarm["source"], alarm["source"]),
            "declared": alarm["source"] in declared,
            "agreement_title": names.agreement(alarm["agreement"]),
        }
        for alarm in alarms
    ]


def _station(row: StationRow, names: Names) -> dict[str, Any]:
    return {
        **row,
        "name": names.station(row["station"]),
        "section_name": names.section(row["section"]),
        "basin_name": names.basin(row["basin"]),
        "province_name": names.party(row["province"]),
        "share": percent(row["completeness"]),
    }


def station(found: StationPage, indicator: str, names: Names) -> dict[str, Any]:
    """One month of a station: days by slots, of any indicator, of all, or of one."""
    states: pd.DataFrame = found["states"]
    shown = pd.concat([any_or_all(states), states], axis=1)
    chosen = indicator if indicator in shown else WHOLES[0]
    codes = [code for code in INDICATORS if code in states]
    return {
        **_station(found, names),
        "chosen": chosen,
        "choices": [(code, _choice(code, names)) for code in (*WHOLES, *codes)],
        **_days(found, shown[chosen].tolist(), names),
        "series": [_series(row, names) for row in found["indicators"] if row["due"]],
        "alarms": alarms_told(found["alarms"], names),
        "earlier": str(pd.Period(found["month"], freq="M") - 1),
        "later": str(pd.Period(found["month"], freq="M") + 1),
    }  # fmt: skip


def _series(row: Mapping[Hashable, Any], names: Names) -> dict[Hashable, Any]:
    return {**row, "name": names.indicator(row["indicator"]), "share": percent(row["accepted"] / row["due"])}


def _choice(code: str, names: Names) -> str:
    return names.t(f"health.{code}") if code in WHOLES else names.indicator(code)


def _days(found: StationPage, states: Sequence[str], names: Names) -> dict[str, Any]:
    """The slots as rows of days under the hours they begin at, on the clock of the station."""
    zone = ZoneInfo(names.registry.network.stations[found["station"]].timezone)
    days: dict[str, dict[str, str]] = {}
    for begin, state in zip(found["begins"], states, strict=True):
        local = begin.astimezone(zone)
        days.setdefault(f"{local:%Y-%m-%d}", {})[f"{local:%H:%M}"] = state
    hours = sorted({hour for slots in days.values() for hour in slots})
    return {"hours": hours, "days": [(day, [slots.get(hour) for hour in hours]) for day, slots in days.items()]}


def senders(cards: Senders, names: Names) -> dict[str, Any]:
    """The scorecards of a month, by province and by sender."""
    month = pd.Period(cards["month"], freq="M")
    provinces = [{**card, "name": names.party(card["of"])} for card in cards["province"]]
    each_sender = [{**card, "name": names.t.known("door", card["of"])} for card in cards["sender"]]
    return {
        "month": cards["month"],
        "earlier": str(month - 1),
        "later": str(month + 1),
        "tables": [("province", provinces), ("sender", each_sender)],
    }
