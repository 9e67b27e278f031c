"""What a section measured, for its page and for the schematic of its basin: months with class, readings with fate.

In: a connection, the registry, a section and a period. Out: plain rows. The statistics are those of
`settlement.statistics` under the rules of the agreement that looks at the section; nothing is averaged here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection

from api.figures import padded, roman
from basin.agreement import Agreement
from basin.errors import AgreementError
from basin.indicators import INDICATORS
from basin.network import CHINA, Section
from basin.registry import Registry
from basin.rounding import printed, reported, rounded
from basin.standards import Standard, classify, deciding, indicator_class, standard
from monitoring_ingest.coverage import store as coverage
from monitoring_ingest.quality import store as quality
from monitoring_ingest.records import store
from monitoring_ingest.records.store import Selected
from settlement.counted_readings import reasons
from settlement.detection_limits import class_limit, undecided
from settlement.gathered import data_rules, sections_of
from settlement.statistics import non_detects, section_months

Row = dict[str, Any]
Months = tuple[pd.Period, pd.Period]  # the first and the last of a run
MONTHS_IN_A_CHART = 36
SHOWN_DIGITS = 4  # of a mean without stated decimals; the full mean stands beside it


# --- when ------------------------------------------------------------------------------------------------------------


def extents(connection: Connection, stations: Iterable[str]) -> Mapping[str, tuple[datetime, datetime]]:
    """The instants of the first and the last observation of each station that has any."""
    return coverage.extents(connection, list(stations), list(INDICATORS))


def month_of(time: datetime) -> pd.Period:
    """The month of an instant in Chinese time."""
    return pd.Timestamp(time).tz_convert(CHINA).tz_localize(None).to_period("M")


def instants(first: pd.Period, last: pd.Period) -> tuple[datetime, datetime]:
    """The half-open instants of the months from `first` to `last` in Chinese time."""
    start, end = (month.start_time.tz_localize(CHINA).to_pydatetime() for month in (first, last + 1))
    return start, end


# --- rules -----------------------------------------------------------------------------------------------------------


def ruling_agreements(registry: Registry, sections: Collection[str], month: pd.Period) -> dict[str, Agreement]:
    """Whose data rules apply to each section: the newest agreement that looks at it, else the first scorecard.

    Agreements of the section's own basin come first; a section that neither looks at is not there.
    """
    ruling: dict[str, Agreement] = {}
    for agreement in sorted(registry.agreements.values(), key=lambda a: a.starts, reverse=True):
        if _states_rules(agreement):
            for code in (one for one in sections_of(agreement, registry.network) if one in sections):
                own = registry.network.sections[code].basin == agreement.basin
                if code not in ruling or (own and ruling[code].basin != agreement.basin):
                    ruling[code] = agreement
    rest = sorted(set(sections) - ruling.keys())
    cards = (card.agreement("", rest, month) for card in registry.scorecards.values())
    return ruling | {code: card for card in islice(filter(_states_rules, cards), 1) for code in rest}


def _states_rules(agreement: Agreement) -> bool:
    try:
        data_rules(agreement)
    except AgreementError:
        return False
    return True


# --- months ----------------------------------------------------------------------------------------------------------


def months_of(
    connection: Connection, registry: Registry, sections: Collection[str], agreement: Agreement, of: Months
) -> pd.DataFrame:
    """`section_months` of some sections in the months `of`, readings left out counted by reason."""
    observed, aside = readings_of(connection, registry, sections, of)
    return section_months(observed, data_rules(agreement), aside)


def readings_of(
    connection: Connection, registry: Registry, sections: Collection[str], of: Months
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The observations of some sections in the months `of`, and the readings left out, each with its section."""
    section_of = stations_of(registry, sections)
    selected = selection(section_of, of)
    observed, aside = quality.observations(connection, **selected), store.left_out_readings(connection, **selected)
    return tuple(frame.assign(section=frame["station"].map(section_of)) for frame in (observed, aside))  # type: ignore[return-value]


def selection(stations: Iterable[str], of: Months) -> Selected:
    """The readings of some stations in the months `of`."""
    start, end = instants(*of)
    return {"stations": list(stations), "start": start, "end": end}


def stations_of(registry: Registry, sections: Collection[str]) -> dict[str, str]:
    """The stations that serve some sections, each with its section."""
    return {one.code: one.section for one in registry.network.stations.values() if one.section in sections}


def classes_of(months: pd.DataFrame, registry: Registry, agreement: Agreement) -> pd.DataFrame:
    """The class of sections by month and the items that decide it.

    Returns
    -------
    index (section, month), columns `class` (nan where nothing is present) and `deciding` (codes).
    """
    means = months["mean"].unstack("indicator")
    bodies = [registry.network.sections[code].water_body for code in means.index.get_level_values("section")]
    rules = standard(agreement.standard)
    values = {code: compared(means[code], code, agreement) for code in means.columns if code in rules.evaluated}
    if not values:
        return pd.DataFrame({"class": np.nan, "deciding": [()] * len(means)}, index=means.index)
    worst, items = (function(rules, values, np.array(bodies)) for function in (classify, deciding))
    return pd.DataFrame({"class": worst, "deciding": items}, index=means.index)


def compared(means: pd.Series, indicator: str, agreement: Agreement) -> NDArray[np.float64]:
    """Means as they are compared with limits: rounded first, or not, as the agreement says."""
    decimals = INDICATORS[indicator].evaluation_decimals
    unrounded = agreement.data.compare == "unrounded" or decimals is None
    return means.to_numpy() if unrounded else rounded(means.to_numpy(), decimals)


def latest_classes(connection: Connection, registry: Registry, sections: Collection[str]) -> dict[str, Row]:
    """The newest month of each section that has readings, with its class; sections without readings are not there."""
    newest = _newest_months(connection, registry, sections)
    found: dict[str, Row] = {}
    for month in sorted(set(newest.values())):
        wanted = [code for code, at in newest.items() if at == month]
        ruling = ruling_agreements(registry, wanted, month)
        for agreement in dict.fromkeys(ruling.values()):
            theirs = [code for code, one in ruling.items() if one is agreement]
            months = months_of(connection, registry, theirs, agreement, (month, month))
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
    observed, aside = readings_of(connection, registry, [section.code], (first, last))
    months = section_months(observed, data_rules(agreement), aside)
    classes = classes_of(months, registry, agreement).droplevel("section")
    wanted = pd.period_range(first, last, freq="M")
    rows = [row for row in undecided_of(observed, section, agreement, target) if row["period"].startswith(str(chosen))]
    told = _told(months.droplevel("section"), classes.reindex(wanted), section, agreement)
    return head | told | {"undecided": rows}


def undecided_of(observed: pd.DataFrame, section: Section, agreement: Agreement, target: int | None) -> list[Row]:
    """By month and indicator, the readings whose detection limit lies above the limit of the section's target class.

    Of the `observed` only those count that means are formed from under the agreement's rules.
    """
    rows = non_detects(observed, data_rules(agreement))
    by_month = rows.groupby([rows["day"].dt.asfreq("M"), "indicator"], observed=True)["value"]
    rules, found = standard(agreement.standard), []
    for (month, indicator), detection_limits in by_month:
        limit = class_limit(rules, str(indicator), target, section.water_body)
        if limit and (told := undecided(detection_limits, limit)):
            found.append({"section": section.code, "indicator": indicator, "period": str(month), **told})
    return found


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


def _item_classes(means: pd.Series, code: str, section: Section, agreement: Agreement) -> NDArray[np.float64]:
    """The class of one item in each month; nan where it has none, as for nitrogen in a river."""
    rules = standard(agreement.standard)
    if rules.bands(code, section.water_body) is None or code not in rules.evaluated:
        return np.full(len(means), np.nan)
    return indicator_class(rules, code, compared(means, code, agreement), section.water_body)


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
    observed, left_out = readings_of(connection, registry, [section.code], (month, month))
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
