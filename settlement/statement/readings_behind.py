"""The readings behind a statistic: which were used, which were left out, and why.

In: what was gathered for a settlement and the data rules. Out: for a section, indicator and period the readings one by
one, as they stood at the settlement's `as_of`. It forms no mean: the statistics do, from the same rows.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, NotRequired, TypedDict

import pandas as pd

from basin import periods
from basin.clauses import StandIn, StatedRules
from basin.indicators import INDICATORS
from basin.network import CHINA, Network
from basin.rounding import printed, reported
from monitoring_ingest.quality.flags import Quality
from settlement.gathered import Gathered
from settlement.statement.rows import StatisticRow
from settlement.statistics.counting import SERIES, reasons
from settlement.statistics.speaking import ranks_of
from settlement.words import in_chinese

Series = dict[tuple[str, str], pd.DataFrame]


class ReadingRow(TypedDict):
    """A reading as it stood at the settlement's `as_of`.

    `unit` is blank where the value is printed as it was sent, with its unit. `quality` and `test` are there where a QC
    test or a decision says anything; readings that gave no observation were never judged.
    """

    station: str
    time: str  # local
    value: str | None
    unit: str
    censored: bool
    mark: str
    status: str
    quality: NotRequired[str]
    test: NotRequired[str]


class UnusedReadingRow(ReadingRow):
    """A reading that was left out, and why."""

    reason: str
    reason_zh: str


class ReadingsBehind(TypedDict):
    """The readings of a statistic."""

    used: list[ReadingRow]
    not_used: list[UnusedReadingRow]


def readings_by_series(found: Gathered, network: Network, rules: StatedRules) -> Series:
    """(section, indicator) → its readings in order of time, each with the `reason` it was left out, or ``""``."""
    section_of = {code: station.section for code, station in network.stations.items()}
    used = found.observations.assign(section=found.observations["station"].map(section_of))
    used = used.assign(rank=ranks_of(used["station"], network))
    used = used.assign(reason=reasons(used, rules).astype("object"), sent="")
    used["reason"] = used["reason"].mask(_on_short_days(used, rules), "too_few_readings_a_day")
    aside = found.left_out.assign(section=found.left_out["station"].map(section_of), censored=False, mark="", status="")
    aside = aside.assign(sent=aside["value"].fillna("") if "value" in aside else "", value=float("nan"))
    rows = pd.concat([frame for frame in (used, aside) if len(frame)] or [used], ignore_index=True)
    ordered = rows.sort_values(["time", "station"], kind="stable")
    return {(str(s), str(i)): frame for (s, i), frame in ordered.groupby(SERIES, observed=True)}


def _on_short_days(used: pd.DataFrame, rules: StatedRules) -> pd.Series:
    """Whether a reading that counts lies on a local day with fewer instants than the rules ask for."""
    day = used["time"].dt.tz_convert(CHINA).dt.strftime("%Y-%m-%d")
    counts = used["reason"] == ""
    instants = used[counts].groupby([*(used.loc[counts, name] for name in SERIES), day[counts]])["time"]
    return instants.transform("nunique").lt(rules.min_readings_a_day).reindex(used.index, fill_value=False)


def readings_behind(series: Series, statistic: StatisticRow, alone: Mapping[StandIn, Series]) -> ReadingsBehind:
    """The readings of one statistic of a settlement document; of a month stood in for, those of what stands in.

    Parameters
    ----------
    series : the readings under the data rules of the agreement.
    statistic : a row of the document.
    alone : the readings under the rules by which backup stations, or laboratories, alone stand in.

    Returns
    -------
    Both lists are empty where a figure was published or nothing was measured, and for what is longer than a month: its
    months are statistics of their own. Where several stations of a section measure at one instant, each is listed; the
    statistic pools them first, and counts each and their instants.
    """
    if "stands_in" not in statistic:
        return _behind(series, statistic)
    by = statistic["stands_in"]["by"]
    if by in alone:
        return _behind(alone[by], statistic)
    source = StatisticRow(**statistic)
    source["section"] = statistic["stands_in"]["section"]
    source["period"] = statistic["stands_in"]["period"]
    # what the month itself left out is counted with it, what the other month left out is not
    return {"used": _behind(series, source)["used"], "not_used": _behind(series, statistic)["not_used"]}


def _behind(series: Series, statistic: StatisticRow) -> ReadingsBehind:
    """The readings of the section and period that a statistic names."""
    rows = series.get((statistic["section"], statistic["indicator"]))
    of = periods.period(statistic["period"])
    if rows is None or statistic["reason"] == "published" or of.freqstr[0] not in "DWM" or len(periods.months(of)) > 2:
        return {"used": [], "not_used": []}
    local = rows["time"].dt.tz_convert(CHINA)
    days = local.dt.date
    inside = rows.assign(time=local)[(days >= periods.starts_on(of)) & (days <= periods.ends_on(of))]
    if statistic["mean"] is None and not statistic["readings"]:  # a recorded ground excludes the month
        inside["reason"] = inside["reason"].replace("", statistic["reason"])
    unit = INDICATORS[statistic["indicator"]].unit
    used = [_reading(row, unit) for row in inside[inside["reason"] == ""].to_dict("records")]
    aside = inside[inside["reason"] != ""].to_dict("records")
    return {"used": used, "not_used": [_unused(row, unit) for row in aside]}


def _reading(row: Mapping[Hashable, Any], unit: str) -> ReadingRow:
    value = row["sent"] or None if pd.isna(row["value"]) else printed(reported(row["value"], None))
    reading: ReadingRow = {
        "station": row["station"], "time": row["time"].isoformat(timespec="minutes"), "value": value,
        "unit": "" if row["sent"] else unit, "censored": bool(row["censored"]), "mark": row["mark"] or "",
        "status": row["status"] or "",
    }  # fmt: skip
    test = row.get("test")
    if isinstance(test, str) and test:
        reading["quality"] = Quality(int(row["quality"])).name.lower()
        reading["test"] = test
    return reading


def _unused(row: Mapping[Hashable, Any], unit: str) -> UnusedReadingRow:
    return {**_reading(row, unit), "reason": row["reason"], "reason_zh": in_chinese(row["reason"])}
