"""What a settlement is made from, between store and engine: readings per section, and facts.

In: frames as `monitoring_ingest.records.store` gives them, or as an evidence file holds them. Out: the `Measurements`
the engine takes. Statistics are formed here, under the data rules the agreement states; a rule that is used and not
stated is refused. No database, no clock.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from basin import periods
from basin.agreement import Agreement
from basin.clauses import OF_READINGS
from basin.errors import AgreementError
from basin.network import CHINA, Network
from monitoring_ingest.readings.facts import Fact
from settlement.clauses.values import Key, Measurements, Month
from settlement.statistics.counting import SERIES, DataRules, counted, usable
from settlement.statistics.loads import LoadRule, MonthLoad, section_loads
from settlement.statistics.months import completeness, non_detects, section_days, section_months

T = TypeVar("T")
OBSERVED = ["station", "indicator", "time", "value", "censored", "status", "mark", "revision"]
QUALITY = ["quality", "test"]  # where quality control found anything
LEFT_OUT = ["station", "indicator", "time", "reason"]
_NEEDED = {
    "time",
    "value",
    "censored",
    "status",
    "mark",
    "quality",
    "test",
    "reason",
    "slot_hours",
}  # of either, once the section is known


@dataclass(frozen=True)
class Gathered:
    """Observations, readings left out and facts, as they stood at one instant; of known stations only.

    Readings are reduced to months and days once for each set of rules, and the result is cached in `kept`: every period
    settled from them, and every agreement with the same rules, takes its part.
    """

    observations: pd.DataFrame
    left_out: pd.DataFrame
    facts: Sequence[Fact]
    kept: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)


def data_rules(agreement: Agreement) -> DataRules:
    """The rules by which readings become statistics.

    Raises
    ------
    AgreementError : a rule is used and the agreement does not state it.
    """
    data = agreement.data
    for rule in OF_READINGS:
        if getattr(data, rule) is None:
            raise AgreementError(
                f"协议没有写明 {rule}", f"data.{rule} is used and not stated",
                file=agreement.file, path=f"data.{rule}", remedy="写明取值；原文未载的注明 verified: false",
            )  # fmt: skip
    stated = (data.min_readings_a_day, data.min_days_a_month, data.statuses, data.non_detect)
    return DataRules(*stated, doubtful=data.doubtful or "use")  # type: ignore[arg-type]  # none of them is None any more


def measurements(agreement: Agreement, network: Network, gathered: Gathered, span: pd.Period) -> Measurements:
    """The numbers behind an agreement: monthly statistics, daily ones where a clause looks at days, and facts.

    Where no clause looks at readings there are no statistics, and no rule is asked for.
    """
    slots = _slots(agreement, gathered, network, span)
    if not agreement.looks_at_readings:
        return Measurements(facts=gathered.facts, slots=slots)
    rules = data_rules(agreement)
    return Measurements(
        months=_until(span, _months(gathered, network, rules)),
        days=_until(span, _days(gathered, network, rules)) if agreement.reach.days else {},
        facts=gathered.facts,
        slots=slots,
        loads=_until(span, _loads(agreement, gathered, network, rules)),
    )


def below_detection(
    agreement: Agreement, network: Network, gathered: Gathered
) -> Mapping[tuple[str, str], pd.DataFrame]:
    """The `non_detects` of each section and indicator that has any, under the data rules the agreement states."""
    if not agreement.looks_at_readings or not gathered.observations["censored"].any():
        return {}
    rules = data_rules(agreement)

    def reduced() -> dict[tuple[str, str], pd.DataFrame]:
        below = non_detects(_of_sections(gathered.observations, network), rules)
        return {(str(s), str(i)): rows for (s, i), rows in below.groupby(SERIES, observed=True)}

    return _once(gathered, "non-detects", network, rules, reduced)


def _until(span: pd.Period, values: Mapping[Key, T]) -> dict[Key, T]:
    """The values up to the end of the period: a settlement never looks ahead, whatever was gathered."""
    last = {freq: pd.Period(periods.ends_on(span), freq).ordinal for freq in "MD"}
    return {key: value for key, value in values.items() if key[2].ordinal <= last[key[2].freqstr]}


def _once(gathered: Gathered, what: str, network: Network, rules: DataRules, reduced: Callable[[], T]) -> T:
    """What the readings come to under some rules, reduced when first asked for.

    Parameters
    ----------
    gathered : the readings; the result is cached with them.
    what : names the reduction.
    network, rules : what the reduction depends on besides the readings.
    reduced : computes it.
    """
    key = (what, id(network), rules)
    if key not in gathered.kept:
        gathered.kept[key] = (reduced(), network)  # the cache holds the network, so its id stays its own
    value: T = gathered.kept[key][0]
    return value


def _months(gathered: Gathered, network: Network, rules: DataRules) -> Mapping[Key, Month]:
    """The monthly statistics of all that was gathered."""

    def reduced() -> dict[Key, Month]:
        observations, left_out = (_of_sections(rows, network) for rows in (gathered.observations, gathered.left_out))
        return {key: _month(row) for key, row in _rows(section_months(observations, rules, left_out))}

    return _once(gathered, "months", network, rules, reduced)


def _days(gathered: Gathered, network: Network, rules: DataRules) -> Mapping[Key, float]:
    """The daily means of all that was gathered."""

    def reduced() -> dict[Key, float]:
        found: dict[Key, float] = section_days(_of_sections(gathered.observations, network), rules)["mean"].to_dict()  # type: ignore[assignment]
        return found

    return _once(gathered, "days", network, rules, reduced)


def _of_sections(rows: pd.DataFrame, network: Network) -> pd.DataFrame:
    """The rows of known stations with the section each serves; section and indicator as categories."""
    code, stations = pd.factorize(rows["station"])
    sections = [network.stations[station].section if station in network.stations else None for station in stations]
    indicator, indicators = pd.factorize(rows["indicator"])
    columns = {
        "section": _categories(sections, code),
        "indicator": _categories(indicators, indicator),
        **{name: rows[name].array for name in rows.columns if name in _NEEDED},
    }
    placed = pd.DataFrame(columns, copy=False)
    return placed if None not in sections else placed[placed["section"].notna()]


def _categories(labels: Any, code: NDArray[np.intp]) -> Any:
    """The label of each code, as sorted categories; each label is looked at once, not each row."""
    sorted_once = pd.Categorical(labels)
    return pd.Categorical.from_codes(sorted_once.codes[code], dtype=sorted_once.dtype)


def _rows(frame: pd.DataFrame) -> Iterable[tuple[Key, dict[str, Any]]]:
    columns = {name: frame[name].tolist() for name in frame.columns}
    for i, key in enumerate(frame.index):
        yield key, {name: values[i] for name, values in columns.items()}


def _month(row: Mapping[str, Any]) -> Month:
    mean = float(row["mean"])
    absent = math.isnan(mean)
    reason = str(row["reason"]) if absent else None
    return Month(None if absent else mean, int(row["readings"]), int(row["days"]), row["left_out"], reason)


def _slots(agreement: Agreement, gathered: Gathered, network: Network, span: pd.Period) -> dict[Key, tuple[int, int]]:
    """Slots filled and expected, only where completeness is measured."""
    if not agreement.reach.completeness:
        return {}
    observations = usable(gathered.observations)
    hours = {code: station.slot_hours for code, station in network.stations.items()}
    observations = _of_sections(observations.assign(slot_hours=observations["station"].map(hours)), network)
    if observations.empty:
        return {}
    counts = completeness(observations, pd.PeriodIndex(periods.months(span)))
    pairs = zip(counts["filled"].astype(int), counts["expected"].astype(int), strict=True)
    return dict(zip(counts.index, pairs, strict=True))


def _loads(agreement: Agreement, gathered: Gathered, network: Network, rules: DataRules) -> Mapping[Key, MonthLoad]:
    """Loads of months by the method stated, only where a clause measures loads; days not valid for a mean are left out.

    Non-detects are zero whatever they are in a mean (SL 219-2013 §12.2.5).
    """
    method = agreement.data.load_method
    looked_at = agreement.reach.loads

    def reduced() -> dict[Key, MonthLoad]:
        observations = gathered.observations[gathered.observations["indicator"].isin(looked_at)]
        rows = counted(_of_sections(observations, network), replace(rules, non_detect="zero"))
        day = rows["time"].dt.tz_convert(CHINA).dt.date
        readings = rows.groupby([*(rows[name] for name in SERIES), day], observed=True)["value"].transform("size")
        return section_loads(rows[readings >= rules.min_readings_a_day], LoadRule(method or ""))

    if method is None or gathered.observations.empty or not looked_at:
        return {}
    return _once(gathered, f"loads by {method} of {sorted(looked_at)}", network, rules, reduced)
