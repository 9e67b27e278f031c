"""What a section measured, for its page and for the schematic of its basin: months with class, readings with fate.

In: a connection, the registry, a section and a period. Out: plain rows. The statistics are those of
`settlement.statistics.months` under the rules of the agreement that looks at the section; nothing is averaged here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from api.reads.numerals import padded, roman
from basin.agreement import Agreement
from basin.indicators import INDICATORS
from basin.network import Section
from basin.registry import Registry
from basin.rounding import printed, reported
from basin.standards import Standard, standard
from monitoring_ingest.coverage import store as coverage
from settlement.assessment.sections import (
    Months,
    _item_classes,
    classes_of,
    month_of,
    months_of,
    readings_of,
    ruling_agreements,
    stations_of,
    undecided_of,
)
from settlement.gathered import data_rules
from settlement.statistics.counting import reasons
from settlement.statistics.months import section_months

Row = dict[str, Any]
MONTHS_IN_A_CHART = 36
SHOWN_DIGITS = 4  # of a mean without stated decimals; the full mean stands beside it


# --- when ------------------------------------------------------------------------------------------------------------


def extents(connection: Connection, stations: Iterable[str]) -> Mapping[str, tuple[datetime, datetime]]:
    """The instants of the first and the last observation of each station that has any."""
    return coverage.extents(connection, list(stations), list(INDICATORS))


# --- rules -----------------------------------------------------------------------------------------------------------


# --- months ----------------------------------------------------------------------------------------------------------


def latest_classes(connection: Connection, registry: Registry, sections: Collection[str]) -> dict[str, Row]:
    """The newest month of each section that has readings, with its class; sections without readings are not there."""
    newest = _newest_months(connection, registry, sections)
    found: dict[str, Row] = {}
    for month in sorted(set(newest.values())):
        wanted = [code for code, at in newest.items() if at == month]
        ruling = ruling_agreements(registry, wanted, month)
        for agreement in dict.fromkeys(ruling.values()):
            theirs = [code for code, one in ruling.items() if one is agreement]
            months = months_of(connection, registry, theirs, agreement, Months(month, month))
            classes = classes_of(months, registry, agreement)["class"]
            found |= {code: {"month": str(month), "class": _whole(cls)} for (code, _), cls in classes.items()}
    return found


def _newest_months(connection: Connection, registry: Registry, sections: Collection[str]) -> dict[str, pd.Period]:
    serving = stations_of(registry, sections)
    newest: dict[str, pd.Period] = {}
    for station, (_, last) in extents(connection, serving).items():
        section = serving[station]
        newest[section] = max(month_of(last), newest.get(section, month_of(last)))
    return newest


def _whole(cls: float) -> int | None:
    return None if np.isnan(cls) else int(cls)


# --- the page of a section -------------------------------------------------------------------------------------------


def section_page(
    connection: Connection, registry: Registry, section: Section, year: str | None, target: int | None
) -> Row:
    """What the page of a section shows for a year: indicators with their months, classes, the rules behind them, and
    the months that cannot be held against its target class.

    The months reach back `MONTHS_IN_A_CHART` from the end of the year, or from the newest reading in it.
    """
    ends = extents(connection, stations_of(registry, [section.code])).values()
    nothing = {"year": year or "", "years": [], "rules": None, "indicators": [], "classes": [], "undecided": []}
    if not ends:
        return nothing
    oldest, newest = month_of(min(first for first, _ in ends)), month_of(max(last for _, last in ends))
    chosen = int(year or newest.year)
    last = min(pd.Period(year=chosen, month=12, freq="M"), max(newest, pd.Period(year=chosen, month=1, freq="M")))
    first = max(last - MONTHS_IN_A_CHART + 1, oldest)
    agreement = ruling_agreements(registry, [section.code], last).get(section.code)
    head = nothing | {"year": str(chosen), "years": [str(one) for one in range(oldest.year, newest.year + 1)]}
    if agreement is None or last < oldest:
        return head
    observed, aside = readings_of(connection, registry, [section.code], Months(first, last))
    months = section_months(observed, data_rules(agreement), aside)
    classes = classes_of(months, registry, agreement).droplevel("section")
    wanted = pd.period_range(first, last, freq="M")
    rows = [row for row in undecided_of(observed, section, agreement, target) if row["period"].startswith(str(chosen))]
    told = _told(months.droplevel("section"), classes.reindex(wanted), section, agreement)
    return head | told | {"undecided": rows}


def _told(months: pd.DataFrame, classes: pd.DataFrame, section: Section, agreement: Agreement) -> Row:
    """Statistics as rows, every month of `classes` among them, in the order of the indicators."""
    present = set(months.index.get_level_values("indicator"))
    rules = standard(agreement.standard)
    return {
        "rules": {"title": agreement.title, "stated": agreement.rules_stated("data")},
        "indicators": [
            _indicator(months.xs(code, level="indicator").reindex(classes.index), code, section, agreement)
            | {"limits": limits(rules, code, section.water_body)}
            for code in INDICATORS
            if code in present
        ],
        "classes": [
            {"month": str(month), "class": _whole(cls), "deciding": [] if np.isnan(cls) else list(items)}
            for month, cls, items in zip(classes.index, classes["class"], classes["deciding"], strict=True)
        ],
    }


def limits(rules: Standard, indicator: str, water_body: str) -> list[tuple[str, str]]:
    """The limits as printed, each with the best class it belongs to; the ends of a range (pH) belong to all classes."""
    bands = rules.bands(indicator, water_body) or ()
    found: dict[str, str] = {}
    for cls, band in enumerate(bands, start=1):
        ends = [limit for limit in (band.low, band.high) if limit is not None]
        for limit in ends:
            found.setdefault(printed(limit), roman(cls) if len(ends) == 1 else f"{roman(1)}–{roman(len(bands))}")
    return [(label, limit) for limit, label in found.items()]


def _indicator(months: pd.DataFrame, code: str, section: Section, agreement: Agreement) -> Row:
    indicator = INDICATORS[code]
    classes = _item_classes(months["mean"], code, section, agreement)
    rows = [
        _month(month, row, indicator.evaluation_decimals) | {"class": _whole(cls)}
        for (month, row), cls in zip(months.iterrows(), classes, strict=True)
    ]
    return {"code": code, "unit": indicator.unit, "months": rows}


def _month(month: pd.Period, row: pd.Series, decimals: int | None) -> Row:
    """One month of an indicator; a month without any reading is there too and says so."""
    absent, nothing = np.isnan(row["mean"]), not isinstance(row["left_out"], dict)
    return {
        "month": str(month),
        "mean": None if absent else float(row["mean"]),
        "mean_text": None if absent else printed(reported(row["mean"], None)),
        "reported": None if absent else _reported(float(row["mean"]), decimals),
        "readings": 0 if nothing else int(row["readings"]),
        "days": 0 if nothing else int(row["days"]),
        "left_out": {} if nothing else row["left_out"],
        "reason": ("no_readings" if nothing else row["reason"]) if absent else None,
    }


def _reported(mean: float, decimals: int | None) -> str | None:
    """The mean at the decimals of evaluation; shortened for reading where no rule states any, as for discharge."""
    if decimals is None:
        return f"{mean:.{SHOWN_DIGITS}g}"
    return padded(printed(reported(mean, decimals)), decimals)


# --- the readings of a month -----------------------------------------------------------------------------------------


def month_page(
    connection: Connection, registry: Registry, section: Section, month: pd.Period, target: int | None
) -> Row:
    """Every reading of a month with what became of it: used, or left out and why; ordered by time.

    Observations that the status rule leaves out carry their status as the reason; withheld, quarantined and rejected
    readings carry the mark or code they got. Values of unknown indicators are on their receipts only. Beside them what
    cannot be held against the target class.
    """
    observed, left_out = readings_of(connection, registry, [section.code], Months(month, month))
    agreement = ruling_agreements(registry, [section.code], month).get(section.code)
    why = reasons(observed, data_rules(agreement)) if agreement else [""] * len(observed)
    used = [_used(one, reason) for one, reason in zip(observed.itertuples(), why, strict=True)]
    aside = [_aside(one) for one in left_out.itertuples()]
    return {
        "readings": sorted(used + aside, key=lambda row: (row["time"], row["station"], row["indicator"])),
        "undecided": undecided_of(observed, section, agreement, target) if agreement else [],
    }


def _used(o: Any, reason: str) -> Row:
    """An observation, printed with the decimals of a reading."""
    decimals = INDICATORS[o.indicator].reading_decimals
    number = padded(printed(reported(o.value, decimals)), decimals) or ""
    return _reading(o, ("<" if o.censored else "") + number, reason) | {
        "revision": o.revision - 1,
        "test": o.test,
        "quality": o.quality,
    }


def _aside(o: Any) -> Row:
    """A reading that gave no observation, as it was sent."""
    return _reading(o, o.value, o.reason) | {"revision": 0, "test": "", "quality": 0}


def _reading(o: Any, text: str, reason: str) -> Row:
    key = {"station": o.station, "indicator": o.indicator, "time": o.time.isoformat()}
    return key | {"text": text, "reason": reason}
