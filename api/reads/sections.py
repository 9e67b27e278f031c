"""What a section measured, for its page and for the schematic of its basin: months with class, readings with fate.

In: a connection, the registry, a section and a period. Out: plain rows. The statistics are those of
`settlement.statistics.months` under the rules of the agreement that looks at the section; nothing is averaged here.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypedDict

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection

from api.reads.numerals import padded, roman
from api.reads.settled import settled_under
from basin.agreement import Agreement, RuleRow
from basin.indicators import INDICATORS
from basin.network import Section
from basin.periods import Window
from basin.registry import Registry
from basin.rounding import printed, reported
from basin.standards import Standard, standard
from monitoring_ingest.coverage import store as coverage
from settlement.assessment.sections import (
    Months,
    classes_of,
    item_classes,
    month_of,
    months_of,
    readings_of,
    ruling_agreements,
    stations_of,
    undecided_of,
)
from settlement.gathered import data_rules
from settlement.statement.rows import SettlementHeader, UndecidedRow
from settlement.statistics.counting import reasons
from settlement.statistics.months import MonthlyStatistics, monthly_statistics

MONTHS_IN_A_CHART = 36
SHOWN_DIGITS = 4  # of a mean without stated decimals; the full mean stands beside it


# The water-quality class of a month; None where nothing is present. Written so because the key is a Python keyword.
Classed = TypedDict("Classed", {"class": int | None})


class LatestClass(Classed):
    """The newest month of a section that has readings."""

    month: str


class MonthOfClass(LatestClass):
    """The class of a month, and the items that decide it."""

    deciding: list[str]


class MonthRow(TypedDict):
    """One month of an indicator: its mean [canonical unit], as a number, as printed and as reported."""

    month: str
    mean: float | None
    mean_text: str | None
    reported: str | None
    readings: int
    instants: int
    days: int
    left_out: dict[str, int]
    reason: str | None


class ClassedMonth(MonthRow, Classed):
    """One month of an indicator with the class of the indicator alone."""


class IndicatorRow(TypedDict):
    """The months of one indicator, and the limits of the classes: label and limit as printed."""

    code: str
    unit: str
    months: list[ClassedMonth]
    limits: list[tuple[str, str]]


class RulesRow(TypedDict):
    """The agreement whose data rules apply, and those rules."""

    title: str
    stated: list[RuleRow]


class SectionPage(TypedDict):
    """What a section measured in a year."""

    year: str
    years: list[str]
    rules: RulesRow | None
    indicators: list[IndicatorRow]
    classes: list[MonthOfClass]
    undecided: list[UndecidedRow]


class MonthReading(TypedDict):
    """One reading of a month and what became of it."""

    station: str
    indicator: str
    time: str
    text: str
    reason: str
    revision: int
    test: str
    quality: int
    is_observed: bool


class MonthPage(TypedDict):
    """The readings of a month."""

    readings: list[MonthReading]
    undecided: list[UndecidedRow]


def extents(connection: Connection, stations: Iterable[str], until: datetime | None = None) -> Mapping[str, Window]:
    """The instants of the first and the last observation of each station that has any; none later than `until`."""
    return coverage.extents(connection, list(stations), list(INDICATORS), until)


def latest_classes(
    connection: Connection, registry: Registry, sections: Collection[str], headers: Sequence[SettlementHeader],
    until: datetime,
) -> dict[str, LatestClass]:  # fmt: skip
    """The newest month with readings of each section, and its class; sections without readings are not there.

    Parameters
    ----------
    sections : by code. until : readings of a later instant are left out.
    headers : settlements, the newest first: a month that was settled is classed by the rules it was settled under.
    """
    newest = _newest_months(connection, registry, sections, until)
    latest: dict[str, LatestClass] = {}
    for month in sorted(set(newest.values())):
        wanted = [code for code, last in newest.items() if last == month]
        ruling = ruling_agreements(registry, wanted, month)
        settled = {code: settled_under(registry, headers, code, str(month)) for code in wanted}
        ruling |= {code: agreement for code, agreement in settled.items() if agreement is not None}
        for agreement in dict.fromkeys(ruling.values()):
            theirs = [code for code, rules in ruling.items() if rules is agreement]
            months = months_of(connection, registry, theirs, agreement, Months(month, month))
            classes = classes_of(months, registry, agreement)["class"]
            for code, cls in classes.droplevel("month").items():
                latest[str(code)] = {"month": str(month), "class": _whole(cls)}
    return latest


def _newest_months(
    connection: Connection, registry: Registry, sections: Collection[str], until: datetime
) -> dict[str, pd.Period]:
    serving = stations_of(registry, sections)
    newest: dict[str, pd.Period] = {}
    for station, span in extents(connection, serving, until).items():
        section = serving[station]
        month = month_of(span.end)
        newest[section] = max(month, newest.get(section, month))
    return newest


def _whole(cls: float) -> int | None:
    return None if math.isnan(cls) else int(cls)


def newest_year(connection: Connection, registry: Registry, section: Section, until: datetime) -> str:
    """The year of the newest reading of a section up to `until`; blank where there is none."""
    ends = extents(connection, stations_of(registry, [section.code]), until).values()
    return str(max(month_of(span.end) for span in ends).year) if ends else ""


def section_page(
    connection: Connection, registry: Registry, section: Section, agreement: Agreement | None, year: str | None,
    target: int | None, until: datetime,
) -> SectionPage:  # fmt: skip
    """What the page of a section shows for a year: indicators by month, classes, the rules behind them, and the months
    that cannot be compared with the target class.

    The months reach back `MONTHS_IN_A_CHART` from the end of the year, or from the newest reading in that year.

    Parameters
    ----------
    section, year : what is shown; the year of the newest reading where None.
    agreement : whose rules apply; None for those of a scorecard.
    target : the class [1-6] that the section is held to; None where none is declared.
    until : readings of a later instant do not count as the newest.
    """
    ends = extents(connection, stations_of(registry, [section.code]), until).values()
    nothing: SectionPage = {
        "year": year or "", "years": [], "rules": None, "indicators": [], "classes": [], "undecided": [],
    }  # fmt: skip
    if not ends:
        return nothing
    oldest = month_of(min(span.start for span in ends))
    newest = month_of(max(span.end for span in ends))
    chosen = int(year or newest.year)
    last = min(pd.Period(year=chosen, month=12, freq="M"), max(newest, pd.Period(year=chosen, month=1, freq="M")))
    first = max(last - MONTHS_IN_A_CHART + 1, oldest)
    agreement = agreement or ruling_agreements(registry, [section.code], last).get(section.code)
    years = [str(listed) for listed in range(oldest.year, newest.year + 1)]
    if agreement is None or last < oldest:
        return {**nothing, "year": str(chosen), "years": years}
    observed, aside = readings_of(connection, registry, [section.code], Months(first, last))
    statistics = monthly_statistics(observed, data_rules(agreement), aside)
    classes = classes_of(statistics.table(), registry, agreement).droplevel("section")
    wanted = pd.period_range(first, last, freq="M")
    rows = [row for row in undecided_of(observed, section, agreement, target) if row["period"].startswith(str(chosen))]
    return {
        "year": str(chosen), "years": years,
        "rules": {"title": agreement.title, "stated": agreement.rules_stated("data")},
        "indicators": _indicators(statistics, wanted, section, agreement),
        "classes": _classes(classes.reindex(wanted)), "undecided": rows,
    }  # fmt: skip


def _indicators(
    statistics: MonthlyStatistics, wanted: pd.PeriodIndex, section: Section, agreement: Agreement
) -> list[IndicatorRow]:
    """The statistics of each indicator that has any, every month of `wanted` among them.

    Parameters
    ----------
    statistics : of the one section, none outside the months of `wanted` [canonical units].
    wanted : the months to show without a gap, those without a statistic too.
    section, agreement : the section, and the agreement whose standard and rules apply.
    """
    lines = _lines(statistics, wanted)
    rules = standard(agreement.standard)
    texts = [str(month) for month in wanted]
    rows: list[IndicatorRow] = []
    for code in INDICATORS:
        if code in lines:
            means = np.array([np.nan if line is None else line.mean for line in lines[code]])
            classes = item_classes(means, code, section, agreement)
            rows.append(
                {
                    "code": code,
                    "unit": INDICATORS[code].unit,
                    "months": _months(texts, lines[code], classes, INDICATORS[code].evaluation_decimals),
                    "limits": limits(rules, code, section.water_body),
                }
            )
    return rows


class Line(NamedTuple):
    """The statistic of an indicator and a month, as a line of `MonthlyStatistics`: the mean [canonical unit]."""

    mean: float
    readings: int
    instants: int
    days: int
    left_out: dict[str, int]
    reason: str | None


def _lines(statistics: MonthlyStatistics, wanted: pd.PeriodIndex) -> dict[str, list[Line | None]]:
    """By indicator the statistic of every wanted month; None for months without any reading.

    Frames would do the same, at twenty times the calls: a page shows a few hundred lines one by one.
    """
    if not len(statistics.cells):
        return {}
    places, months = np.divmod(statistics.cells, len(statistics.months))
    shift = statistics.months[0].ordinal - wanted[0].ordinal
    columns = (statistics.mean, statistics.readings, statistics.instants, statistics.days)
    values = zip(*(column.tolist() for column in columns), statistics.left_out, statistics.reason.tolist(), strict=True)
    indicators = statistics.layout.indicators.tolist()  # of one section: the place of a series is its indicator's
    lines: dict[str, list[Line | None]] = {}
    for place, month, value in zip(places.tolist(), months.tolist(), values, strict=True):
        of_indicator = lines.setdefault(indicators[place], [None] * len(wanted))
        of_indicator[month + shift] = Line(*value)
    return lines


def _classes(classes: pd.DataFrame) -> list[MonthOfClass]:
    """The class of each month and what decides it."""
    return [
        {"month": str(month), "class": _whole(cls), "deciding": [] if np.isnan(cls) else list(items)}
        for month, cls, items in zip(classes.index, classes["class"], classes["deciding"], strict=True)
    ]


def limits(rules: Standard, indicator: str, water_body: str) -> list[tuple[str, str]]:
    """The limits as printed, each with the best class the limit belongs to; a range (pH) belongs to all classes.

    Parameters
    ----------
    rules : the standard. indicator, water_body : of which the limits are.
    """
    bands = rules.bands(indicator, water_body) or ()
    labels: dict[str, str] = {}
    for cls, band in enumerate(bands, start=1):
        ends = [limit for limit in (band.low, band.high) if limit is not None]
        for limit in ends:
            labels.setdefault(printed(limit), roman(cls) if len(ends) == 1 else f"{roman(1)}–{roman(len(bands))}")
    return [(label, limit) for limit, label in labels.items()]


def _months(
    months: Sequence[str], lines: Sequence[Line | None], classes: NDArray[np.float64], decimals: int | None
) -> list[ClassedMonth]:
    """The months of one indicator, each with the class of the indicator alone.

    Parameters
    ----------
    months, lines, classes : the text, the statistic and the class [1-6] (nan: none) of each month.
    decimals : of evaluation; None where no rule states any.
    """
    rows: list[ClassedMonth] = []
    for month, line, cls in zip(months, lines, classes.tolist(), strict=True):
        row = _month(month, NO_READINGS if line is None else line, decimals)
        rows.append({**row, "class": _whole(cls)})
    return rows


NO_READINGS = Line(math.nan, 0, 0, 0, {}, "no_readings")


def _month(month: str, line: Line, decimals: int | None) -> MonthRow:
    """One month of an indicator; a month without any reading is there too and says so.

    Parameters
    ----------
    month : as text. line : its statistic.
    decimals : of evaluation; None where no rule states any.
    """
    absent = math.isnan(line.mean)
    return {
        "month": month,
        "mean": None if absent else line.mean,
        "mean_text": None if absent else printed(reported(line.mean, None)),
        "reported": None if absent else _reported(line.mean, decimals),
        "readings": line.readings,
        "instants": line.instants,
        "days": line.days,
        "left_out": line.left_out,
        "reason": line.reason if absent else None,
    }


def _reported(mean: float, decimals: int | None) -> str | None:
    """The mean at the decimals of evaluation; shortened for reading where no rule states any, as for discharge."""
    if decimals is None:
        return f"{mean:.{SHOWN_DIGITS}g}"
    return padded(printed(reported(mean, decimals)), decimals)


def month_page(
    connection: Connection, registry: Registry, section: Section, agreement: Agreement | None, month: pd.Period,
    target: int | None,
) -> MonthPage:  # fmt: skip
    """Every reading of a month and whether it counts, or why it is left out; ordered by time.

    Observations that the status rule leaves out carry their status as the reason; withheld, quarantined and rejected
    readings carry the mark or code they got. Values of unknown indicators are on their receipts only. Beside the
    readings: what cannot be compared with the target class.

    Parameters
    ----------
    section, month : what is shown.
    agreement : whose rules say which readings count; None for those of a scorecard.
    target : the class [1-6] that the section is held to; None where none is declared.
    """
    observed, left_out = readings_of(connection, registry, [section.code], Months(month, month))
    agreement = agreement or ruling_agreements(registry, [section.code], month).get(section.code)
    why = reasons(observed, data_rules(agreement)) if agreement else [""] * len(observed)
    used = [_used(row, reason) for row, reason in zip(observed.itertuples(), why, strict=True)]
    aside = [_aside(row) for row in left_out.itertuples()]
    return {
        "readings": sorted(used + aside, key=lambda row: (row["time"], row["station"], row["indicator"])),
        "undecided": undecided_of(observed, section, agreement, target) if agreement else [],
    }


def _used(row: Any, reason: str) -> MonthReading:
    """An observation, printed with the decimals of a reading."""
    decimals = INDICATORS[row.indicator].reading_decimals
    number = padded(printed(reported(row.value, decimals)), decimals) or ""
    return {
        "station": row.station, "indicator": row.indicator, "time": row.time.isoformat(),
        "text": ("<" if row.censored else "") + number, "reason": reason, "revision": row.revision - 1,
        "test": row.test, "quality": row.quality, "is_observed": True,
    }  # fmt: skip


def _aside(row: Any) -> MonthReading:
    """A reading that gave no observation, as it was sent."""
    return {
        "station": row.station, "indicator": row.indicator, "time": row.time.isoformat(), "text": row.value,
        "reason": row.reason, "revision": 0, "test": "", "quality": 0, "is_observed": False,
    }  # fmt: skip
