"""What a settlement is made from, between store and engine: readings per section, and facts.

In: frames as `monitoring_ingest.records.store` gives them, or as an evidence file holds them. Out: the `Measurements`
the engine takes. Statistics are formed here, under the data rules the agreement states; a rule that is used and not
stated is refused. No database, no clock.
"""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from basin import periods
from basin.agreement import Agreement
from basin.clauses import OF_READINGS, StatedRules
from basin.errors import AgreementError
from basin.network import CHINA, Network
from basin.periods import Window
from basin.reach import YEARS_OF_COMPLETENESS, whole_years
from monitoring_ingest.readings.facts import Fact
from settlement.clauses.closed_periods import ClosedPeriods, ValuesMade
from settlement.clauses.values import Key, Measurements, Month, Substituted
from settlement.statistics.counting import PH, SERIES, counted, usable
from settlement.statistics.loads import LoadRule, MonthLoad, section_loads
from settlement.statistics.months import MonthlyStatistics, completeness, monthly_statistics, non_detects, section_days

T = TypeVar("T")
OBSERVED = ["station", "indicator", "time", "value", "censored", "status", "mark", "revision"]
QUALITY = ["quality", "test"]  # where quality control found anything
LEFT_OUT = ["station", "indicator", "time", "reason"]
# of either, once the section is known
_NEEDED = {"time", "value", "censored", "status", "mark", "quality", "test", "reason", "slot_hours"}


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

    def within(self, window: Window) -> Gathered:
        """The readings of a window only, and all facts: what one would have gathered for that window.

        How complete the data are and which way they go depends on all the readings there are, so a period settled from
        a longer read takes its own window out of it first.
        """
        return Gathered(_between(self.observations, window), _between(self.left_out, window), self.facts)


def _between(rows: pd.DataFrame, window: Window) -> pd.DataFrame:
    """The rows whose instant lies in a window."""
    return rows[(rows["time"] >= window.start) & (rows["time"] < window.end)].reset_index(drop=True)


def data_rules(agreement: Agreement) -> StatedRules:
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
    return StatedRules(*stated, doubtful=data.doubtful or "use")  # type: ignore[arg-type]  # none of them is None any more


def measurements(agreement: Agreement, network: Network, gathered: Gathered, span: pd.Period) -> Measurements:
    """The numbers behind an agreement: monthly statistics, daily ones where a clause looks at days, and facts.

    Where no clause looks at readings there are no statistics, and no rule is asked for.
    """
    slots = _slots(agreement, gathered, network, span)
    if not agreement.looks_at_readings:
        return Measurements(facts=gathered.facts, slots=slots)
    rules = data_rules(agreement)
    return Measurements(
        months=UpTo.the_end_of(span, "M", _months(gathered, network, rules)),
        days=UpTo.the_end_of(span, "D", _days(gathered, network, rules)) if agreement.reach.days else {},
        facts=gathered.facts,
        slots=slots,
        loads=UpTo.the_end_of(span, "M", _loads(agreement, gathered, network, rules)),
        substituted=_substituted(gathered, network, rules, agreement.reach.days),
    )


def closed_periods(
    agreement: Agreement, network: Network, gathered: Gathered, data: Measurements, span: pd.Period
) -> ClosedPeriods:  # fmt: skip
    """What the settlement of a period shares with others made from the same readings, and until when it may.

    They share where agreement, network, facts and the indicators reported in each year are the same. Readings may be
    shared by settlements with different facts, because what is unpaid is added to those of each.

    Parameters
    ----------
    agreement, network, gathered : what is settled.
    data : the measurements formed from them for `span`.
    span : the period settled.
    """
    key = ("closed periods", agreement, id(network), id(gathered.facts), data.reported_years)
    if key not in gathered.kept:
        values: ValuesMade = {}
        gathered.kept[key] = (values, network, gathered.facts)  # beside them, so that nothing else has their id
    return ClosedPeriods(periods.ends_on(span), gathered.kept[key][0])


def below_detection(
    agreement: Agreement, network: Network, gathered: Gathered
) -> Mapping[tuple[str, str], pd.DataFrame]:
    """The `non_detects` of each section and indicator that has any, under the data rules the agreement states."""
    if not agreement.looks_at_readings:
        return {}
    rules = data_rules(agreement)

    def reduced() -> dict[tuple[str, str], pd.DataFrame]:
        if not gathered.observations["censored"].any():
            return {}
        below = non_detects(_observations(gathered, network), rules)
        return {(str(s), str(i)): rows for (s, i), rows in below.groupby(SERIES, observed=True)}

    return _once(gathered, "non-detects", network, rules, reduced)


@dataclass(frozen=True, eq=False)  # equal to any mapping of the same content
class UpTo(Mapping[Key, T]):
    """What is known when a period ends: a settlement never looks ahead, whatever was gathered.

    A view: every period settled from the same readings looks into the same statistics.

    Attributes
    ----------
    whole : all there is. last : the ordinal of the last month or day that counts; all keys are of that frequency.
    """

    whole: Mapping[Key, T]
    last: int

    @classmethod
    def the_end_of(cls, span: pd.Period, freq: str, whole: Mapping[Key, T]) -> UpTo[T]:
        """What was known when `span` ended, of months ("M") or days ("D")."""
        return cls(whole, periods.last_in(span, freq).ordinal)

    def __getitem__(self, key: Key) -> T:
        if key[2].ordinal > self.last:
            raise KeyError(key)
        return self.whole[key]

    def get(self, key: Key, default: Any = None) -> Any:
        """As of any mapping; asked for every month of every clause, so without an exception on the way."""
        return self.whole.get(key, default) if key[2].ordinal <= self.last else default

    def items(self) -> ItemsView[Key, T]:
        """The items up to the last period, in one pass."""
        return {key: value for key, value in self.whole.items() if key[2].ordinal <= self.last}.items()

    def __iter__(self) -> Iterator[Key]:
        return (key for key in self.whole if key[2].ordinal <= self.last)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _once(gathered: Gathered, what: str, network: Network, rules: StatedRules | None, reduced: Callable[[], T]) -> T:
    """What the readings come to under these rules: reduced when first asked for, and kept.

    Parameters
    ----------
    gathered : the readings, which keep it.
    what : names it.
    network : which station serves which section; kept beside it, so that nothing else has its id meanwhile.
    rules : the data rules; None for what follows from the network alone.
    reduced : makes it.
    """
    key = (what, id(network), rules)
    if key not in gathered.kept:
        gathered.kept[key] = (reduced(), network)
    result: T = gathered.kept[key][0]
    return result


def _observations(gathered: Gathered, network: Network) -> pd.DataFrame:
    """The observations of known stations, each with its section."""
    return _once(gathered, "observations", network, None, lambda: _of_sections(gathered.observations, network))


def _months(gathered: Gathered, network: Network, rules: StatedRules) -> Mapping[Key, Month]:
    """The monthly statistics of all that was gathered."""

    def reduced() -> dict[Key, Month]:
        observations = _observations(gathered, network)
        left_out = _of_sections(gathered.left_out, network)
        return _months_by_key(monthly_statistics(observations, rules, left_out))

    return _once(gathered, "months", network, rules, reduced)


def _days(gathered: Gathered, network: Network, rules: StatedRules) -> Mapping[Key, float]:
    """The daily means of all that was gathered."""

    return _once(
        gathered, "days", network, rules, lambda: _means_of_days(_observations(gathered, network), rules)
    )  # fmt: skip


def _substituted(
    gathered: Gathered, network: Network, rules: StatedRules, with_days: bool
) -> Mapping[Key, Substituted]:  # fmt: skip
    """What non-detects are to the means of months, and of days where a clause looks at days.

    Their share in a mean is the mean of 1 for each of them and 0 for each measured value, formed as the mean is.
    """

    def reduced() -> dict[Key, Substituted]:
        observations = _observations(gathered, network)
        below = observations["censored"].to_numpy(dtype=bool) & (observations["indicator"] != PH).to_numpy()
        if not below.any():
            return {}
        series = pd.MultiIndex.from_frame(observations[SERIES].astype("str"))
        rows = observations[series.isin(series[below].unique())]
        share = rows["censored"].astype("float64").where(rows["value"].notna())
        shares = rows.assign(value=share, censored=False)
        limits = replace(rules, non_detect="limit")
        substituted = _beside(_means_of_months(shares, rules), _means_of_months(rows, limits))
        if with_days:
            substituted |= _beside(_means_of_days(shares, rules), _means_of_days(rows, limits))
        return substituted

    return _once(gathered, f"substituted, {with_days=}", network, rules, reduced)


def _beside(shares: Mapping[Key, float], at_limits: Mapping[Key, float]) -> dict[Key, Substituted]:
    """Of every mean that non-detects have a share in, the share and the mean at the detection limits."""
    return {key: Substituted(share, at_limits[key]) for key, share in shares.items() if share > 0}


def _means_of_months(observations: pd.DataFrame, rules: StatedRules) -> dict[Key, float]:
    """The valid means of months."""
    statistics = monthly_statistics(observations, rules)
    means = zip(_keys(statistics.index), statistics.mean.tolist(), statistics.reason.tolist(), strict=True)
    return {key: mean for key, mean, reason in means if reason is None}


def _means_of_days(observations: pd.DataFrame, rules: StatedRules) -> dict[Key, float]:
    """The valid means of days."""
    days = section_days(observations, rules)
    assert isinstance(days.index, pd.MultiIndex)  # section, indicator and day
    return dict(zip(_keys(days.index), days["mean"].tolist(), strict=True))


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


def _months_by_key(statistics: MonthlyStatistics) -> dict[Key, Month]:
    """The lines of monthly statistics by section, indicator and month."""
    columns = (statistics.mean, statistics.readings, statistics.days, statistics.reason)
    lines = zip(*(column.tolist() for column in columns), statistics.left_out, strict=True)
    months = [
        Month(None if reason else mean, readings, days, left_out, reason)
        for mean, readings, days, reason, left_out in lines
    ]
    return dict(zip(_keys(statistics.index), months, strict=True))


def _keys(index: pd.MultiIndex) -> Iterable[Key]:
    """The keys of an index of sections, indicators and periods; each label is made once, not for each key."""
    *texts, times = index.levels
    labels = (*(level.tolist() for level in texts), [periods.interned(of) for of in times])
    columns = (map(label.__getitem__, codes.tolist()) for label, codes in zip(labels, index.codes, strict=True))
    return zip(*columns, strict=True)


def _slots(agreement: Agreement, gathered: Gathered, network: Network, span: pd.Period) -> dict[Key, tuple[int, int]]:
    """Slots filled and expected, only where completeness is measured: of every series heard of in the last years."""
    if not agreement.reach.completeness:
        return {}
    # which series are expected does not depend on how far back other clauses made us read
    first = whole_years(span, YEARS_OF_COMPLETENESS - 1).start
    observations = usable(gathered.observations[gathered.observations["time"] >= first])
    hours = {code: station.slot_hours for code, station in network.stations.items()}
    observations = _of_sections(observations.assign(slot_hours=observations["station"].map(hours)), network)
    if observations.empty:
        return {}
    counts = completeness(observations, pd.PeriodIndex(periods.months(span)))
    pairs = zip(counts["filled"].astype(int), counts["expected"].astype(int), strict=True)
    return dict(zip(counts.index, pairs, strict=True))


def _loads(agreement: Agreement, gathered: Gathered, network: Network, rules: StatedRules) -> Mapping[Key, MonthLoad]:
    """Loads of months by the method stated, only where a clause measures loads; days not valid for a mean are left out.

    Non-detects are zero whatever they are in a mean (SL 219-2013 §12.2.5).
    """
    method = agreement.data.load_method
    looked_at = agreement.reach.loads
    if method is None or gathered.observations.empty or not looked_at:
        return {}

    def reduced() -> dict[Key, MonthLoad]:
        observations = _observations(gathered, network)
        observations = observations[observations["indicator"].isin(looked_at)]
        rows = counted(observations, replace(rules, non_detect="zero"))
        day = rows["time"].dt.tz_convert(CHINA).dt.date
        readings = rows.groupby([*(rows[name] for name in SERIES), day], observed=True)["value"].transform("size")
        return section_loads(rows[readings >= rules.min_readings_a_day], LoadRule(method))

    return _once(gathered, f"loads by {method} of {sorted(looked_at)}", network, rules, reduced)
