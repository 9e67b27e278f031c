"""A section: monthly means with class, the readings behind each month, and what was left out and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from api.pages.charts import chart
from api.pages.names import Names
from api.pages.settlements import rule_text, statistic, undecided
from api.reads.numerals import padded
from api.reads.overview import PlacedSection, SectionMonth, SectionYear, UnderAgreement
from api.reads.sections import ClassedMonth, IndicatorRow, MonthReading, RulesRow
from api.reads.settled import SettledMonth
from basin.indicators import INDICATORS
from monitoring_ingest.quality.flags import Quality
from monitoring_ingest.quality.names import QUALITIES
from settlement.statement.rows import StatisticRow


def section(data: SectionYear, names: Names) -> dict[str, Any]:
    """The years of a section: charts over the months before the end of the chosen year, tables of that year."""
    year = data["year"]
    shown_under = under(data, names)
    return (
        _head(data["section"], names)
        | shown_under
        | {
            "years": data["years"],
            "year": year,
            "rules": data["rules"] and _rules(data["rules"], names),
            "indicators": [
                _indicator(indicator, year, shown_under["settled"], names) for indicator in data["indicators"]
            ],
            "matrix": _matrix(data, year, names),
            "undecided": undecided(data["undecided"], data["agreement"], names),
        }
    )


def _head(section: PlacedSection, names: Names) -> dict[str, Any]:
    return {
        "section": section,
        "name": names.section(section["code"]),
        "basin_name": names.basin(section["basin"]),
        "upstream": names.party(section["upstream"]) if section["upstream"] else "",
        "downstream": names.party(section["downstream"]) if section["downstream"] else "",
        "stations": [names.station(code) for code in section["stations"]],
    }


def under(data: UnderAgreement, names: Names) -> dict[str, Any]:
    """Under which agreement the section is shown, and what its settlements state of each month."""
    return {
        "agreement": data["agreement"],
        "agreements": data["agreements"],
        "settled": {of["month"]: _settled(of, names) for of in data["settled"]},
    }


def _settled(of: SettledMonth, names: Names) -> dict[str, Any]:
    """What is settled of a month, in one line: why statistics are absent, by reason, and how many were used."""
    t = names.t
    header = of["settlement"]
    by_reason: dict[str, list[str]] = {}
    for row in (*of["statistics"], *of["longer_or_shorter"]):
        if row["reported"] is None:
            by_reason.setdefault(row["reason"] or "absent", []).append(row["indicator"])
    absent = [
        t("list").join(map(names.indicator, dict.fromkeys(indicators))) + t("colon") + names.reason(reason)
        for reason, indicators in by_reason.items()
    ]
    return {
        "header": header,
        "period_text": header and names.period(header["period"]),
        "absent": absent,
        "used": _used(of, names),
        "statistics": [statistic(row, None, names) for row in of["statistics"]],
        "cells": {row["indicator"]: _settled_cell(row, names, t("settled.others")) for row in of["longer_or_shorter"]}
        | {row["indicator"]: _settled_cell(row, names) for row in of["statistics"]},
    }


def _used(of: SettledMonth, names: Names) -> str:
    """How many means were used; that the settlement asked for none is said only where none is absent either."""
    stated = {"settled.used": of["statistics"], "settled.used.others": of["longer_or_shorter"]}
    counts = {text: sum(row["reported"] is not None for row in rows) for text, rows in stated.items()}
    used = [names.t(text, count=count) for text, count in counts.items() if count]
    stood_in = sum("stands_in" in row for row in of["statistics"])
    if stood_in:
        used[0] = names.t("settled.used.stood_in", count=counts["settled.used"], stood_in=stood_in)
    return names.t("list").join(used) or ("" if any(stated.values()) else names.t("settled.unused"))


def _settled_cell(row: StatisticRow, names: Names, instead: str | None = None) -> str:
    """The reported mean, or why there is none; `instead` stands for a mean that is not of the month."""
    if row["reported"] is None:
        return names.reason(row["reason"] or "absent")
    if instead is not None:
        return instead
    declared = INDICATORS.get(row["indicator"])
    mean = padded(row["reported"], declared.evaluation_decimals if declared else None) or ""
    return names.t("settled.stood_in", mean=mean) if "stands_in" in row else mean


def _indicator(one: IndicatorRow, year: str, settled: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """The months of one indicator; `settled` is what is settled of each month, by month."""
    limits = one["limits"]
    rows = [
        {
            **month,
            "left_out_text": names.left_out(month["left_out"]),
            "reason_text": names.reason(month["reason"]),
            "settled_text": _settled_text(settled.get(month["month"]), one["code"], names),
        }
        for month in one["months"]
        if month["month"].startswith(year)
    ]
    return {
        "code": one["code"],
        "name": names.indicator(one["code"]),
        "unit": one["unit"],
        "limits": [(label, "–".join(limit for name, limit in limits if name == label)) for label in dict(limits)],
        "chart": chart(one["months"], [(label, float(limit)) for label, limit in limits], one["code"]),
        "rows": rows,
    }


def _settled_text(of: Mapping[str, Any] | None, indicator: str, names: Names) -> str:
    """What is settled of one indicator and month: the reported mean, why there is none, or that nothing is settled."""
    if of is None or of["header"] is None:
        return names.t("settled.none")
    return str(of["cells"].get(indicator) or names.t("settled.unused"))


def _rules(rules: RulesRow, names: Names) -> dict[str, Any]:
    """The rules that form statistics, in words; those of money are on the settlement."""
    stated = [rule_text(rule, names) for rule in rules["stated"] if rule["path"].startswith("data.")]
    return {**rules, "stated": stated}


def _matrix(data: SectionYear, year: str, names: Names) -> list[dict[str, Any]]:
    """Months by indicators: the reported mean and its class, beside the class of the section and what decided it."""
    by_month = [_by_month(indicator) for indicator in data["indicators"]]
    return [
        {
            "month": row["month"],
            "class": row["class"],
            "deciding": names.t("list").join(names.indicator(code) for code in row["deciding"]),
            "cells": [months.get(row["month"]) for months in by_month],
        }
        for row in data["classes"]
        if row["month"].startswith(year)
    ]


def _by_month(indicator: IndicatorRow) -> dict[str, ClassedMonth]:
    return {month["month"]: month for month in indicator["months"]}


def section_month(data: SectionMonth, names: Names) -> dict[str, Any]:
    """The readings of one month: instants by indicators, with the fate of each that does not count."""
    present = {reading["indicator"] for reading in data["readings"]}
    columns = [code for code in INDICATORS if code in present]
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for reading in data["readings"]:
        row = rows.setdefault((reading["time"], reading["station"]), {})
        row.setdefault(reading["indicator"], []).append(_reading(reading, names))
    return (
        _head(data["section"], names)
        | under(data, names)
        | {
            "month": data["month"],
            "month_text": names.period(data["month"]),
            "columns": [
                {"code": code, "name": names.indicator(code), "unit": INDICATORS[code].unit} for code in columns
            ],
            "rows": [
                {"time": time, "station": names.station(station), "cells": [cells.get(code, []) for code in columns]}
                for (time, station), cells in sorted(rows.items(), key=lambda item: (item[0][0] or "", item[0][1]))
            ],
            "left_out": _counted([r["reason"] for r in data["readings"] if r["reason"]], names),
            "flagged": _counted([r["test"] for r in data["readings"] if r["test"] and not r["reason"]], names),
            "total": len(data["readings"]),
            "undecided": undecided(data["undecided"], data["agreement"], names),
        }
    )


def _reading(reading: MonthReading, names: Names) -> dict[str, Any]:
    reason = names.t.known("left_out", reading["reason"]) if reading["reason"] else ""
    test = names.t.known("left_out", reading["test"]) if reading["test"] else ""
    if reading["quality"] == Quality.DOUBTFUL:
        words = QUALITIES[Quality.DOUBTFUL]
        test = names.t.choose(words.zh, words.en) + names.t("colon") + test
    return {**reading, "reason_text": reason, "test_text": test}


def _counted(reasons: Sequence[str], names: Names) -> list[dict[str, Any]]:
    counts = Counter(reasons)
    return [{"reason": names.t.known("left_out", reason), "count": count} for reason, count in sorted(counts.items())]
