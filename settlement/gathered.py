"""What a settlement is made from, between store and engine: readings per section, and facts.

In: frames as `monitoring_ingest.records.store` gives them, or as an evidence file holds them. Out: the `Measurements`
the engine takes. Statistics are formed here, under the data rules the agreement states; a rule that is used and not
stated is refused. No database, no clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, NotRequired, TypedDict, TypeVar, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from basin import periods
from basin.agreement import Agreement
from basin.clauses import BACKUPS, OF_READINGS, Origins, StandIn, StatedRules, Stations
from basin.errors import AgreementError
from basin.network import CHINA, PRIMARY, Network
from basin.periods import Window
from basin.reach import YEARS_OF_COMPLETENESS, whole_years
from monitoring_ingest.readings.facts import Fact
from monitoring_ingest.readings.origins import of_laboratory
from settlement.clauses.values import Key, Month, StandInMonths, Substituted
from settlement.lookups import Lookups, NotedMeasurements, NotedPeriods, UpTo, WholeSections, first_months
from settlement.statistics.counting import PH, SERIES, codes_of, counted, usable
from settlement.statistics.loads import LoadRule, MonthLoad, section_loads
from settlement.statistics.months import MonthlyStatistics, completeness, monthly_statistics, non_detects, section_days
from settlement.statistics.speaking import choices_of, ranks_by_code

T = TypeVar("T")
OF_STATISTICS = ("min_readings_a_day", "min_days_a_month", "statuses", "non_detect")
OBSERVED = ["station", "indicator", "time", "value", "censored", "status", "mark", "revision"]
QUALITY = ["quality", "test"]  # where quality control found anything
LEFT_OUT = ["station", "indicator", "time", "reason"]
# of either, once the section is known
_NEEDED = {
    "time", "value", "censored", "status", "mark", "revision", "quality", "test", "reason", "slot_hours",
}  # fmt: skip


class DecisionRow(TypedDict):
    """What two people decided about a reading; the instants are ISO 8601."""

    action: str
    station: str
    indicator: str
    time: str
    revision: int
    reason: str
    document: str
    proposed_by: str
    approved_by: str
    recorded_at: NotRequired[str]


@dataclass(frozen=True)
class Gathered:
    """Observations, readings left out, facts and decisions, as they stood at one instant; of known stations only.

    Readings are reduced to months and days once for each set of rules, and the result is cached in `kept`: every period
    settled from them, and every agreement with the same rules, takes its part.
    """

    observations: pd.DataFrame
    left_out: pd.DataFrame
    facts: Sequence[Fact]
    decisions: Sequence[DecisionRow] = ()  # about readings, oldest first
    kept: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    def within(self, window: Window) -> Gathered:
        """The readings of a window only, and all facts and decisions: what one would have gathered for that window.

        How complete the data are and which way they go depends on all the readings there are, so a period settled from
        a longer read takes its own window out of it first.
        """
        observations = _between(self.observations, window)
        return Gathered(observations, _between(self.left_out, window), self.facts, self.decisions)


def _between(rows: pd.DataFrame, window: Window) -> pd.DataFrame:
    """The rows whose instant lies in a window."""
    return rows[(rows["time"] >= window.start) & (rows["time"] < window.end)].reset_index(drop=True)


def data_rules(agreement: Agreement) -> StatedRules:
    """The rules by which readings become statistics.

    Where the agreement does not state which readings speak for a section, all stations do, and laboratories where no
    automatic reading counts; a page may show that, and nothing is settled by it.

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
    # The defaults are those of `StatedRules`: which readings speak is asked where there is a choice
    # (`_refuse_unstated_choices`).
    with_defaults = ("doubtful", "stations", "origins")
    stated = {rule: getattr(data, rule) for rule in (*OF_STATISTICS, *with_defaults)}
    return StatedRules(**{rule: value for rule, value in stated.items() if value is not None})


def measurements(agreement: Agreement, network: Network, gathered: Gathered, span: pd.Period) -> NotedMeasurements:
    """The numbers behind an agreement: monthly statistics, daily ones where a clause looks at days, and facts.

    They write down what is looked up. Where no clause looks at readings there are no statistics, and no rule is asked
    for.
    """
    lookups = Lookups()
    slots = WholeSections(_slots(agreement, gathered, network, span), lookups)
    if not agreement.looks_at_readings:
        return NotedMeasurements(facts=gathered.facts, slots=slots, lookups=lookups)
    rules = data_rules(agreement)
    _refuse_unstated_choices(agreement, network, gathered)
    months = _months(gathered, network, rules)
    days = _days(gathered, network, rules) if agreement.reach.days else {}
    return NotedMeasurements(
        months=UpTo.the_end_of(span, "M", months, lookups),
        days=UpTo.the_end_of(span, "D", days, lookups),
        facts=gathered.facts,
        slots=slots,
        loads=UpTo.the_end_of(span, "M", _loads(agreement, gathered, network, rules), lookups),
        substituted=_substituted(gathered, network, rules, agreement.reach.days),
        stand_ins={
            by: StandInMonths(
                UpTo.the_end_of(span, "M", _months(gathered, network, of_stand_ins), lookups),
                _substituted(gathered, network, of_stand_ins, with_days=False),
            )
            for by, of_stand_ins in rules_of_stand_ins(agreement, rules).items()
        },
        lookups=lookups,
        first_months=once(gathered, "first months", network, rules, lambda: first_months(months)),
    )


def rules_of_stand_ins(agreement: Agreement, rules: StatedRules) -> dict[StandIn, StatedRules]:
    """By which rules a missing month is formed from the backup stations, or from the laboratory, alone.

    A laboratory takes a sample or two a month, so one result is enough; the least numbers are for automatic readings.
    """
    alone: dict[StandIn, StatedRules] = {
        "backup": replace(rules, stations=BACKUPS, origins="automatic"),
        "laboratory": replace(rules, origins="laboratory", min_readings_a_day=1, min_days_a_month=1),
    }
    return {by: of_stand_ins for by, of_stand_ins in alone.items() if by in agreement.data.substitute}


def _refuse_unstated_choices(agreement: Agreement, network: Network, gathered: Gathered) -> None:
    """Refuse to settle where several stations, or a station and a laboratory, measured the same and no rule chooses.

    Raises
    ------
    AgreementError : names the rule, and a section where it is needed.
    """
    if agreement.data.stations is not None and agreement.data.origins is not None:
        return
    choices = once(gathered, "choices", network, None, lambda: choices_of(observations_placed(gathered, network)))
    looked_at = agreement.reach.sections_in(network)
    if agreement.data.stations is None:
        sections = [code for code in looked_at if code in choices.of_stations]
        needed = Needed("stations", "有几个站点", "several stations", get_args(Stations))
        _refuse_unstated(agreement, needed, sections)
    if agreement.data.origins is None:
        sections = [code for code in looked_at if code in choices.of_origins]
        needed = Needed("origins", "既有自动监测又有化验结果", "a station and a laboratory", get_args(Origins))
        _refuse_unstated(agreement, needed, sections)


class Needed(NamedTuple):
    """A data rule that has to choose: why, in both languages, and what it may say."""

    rule: str
    zh: str
    en: str
    values: Sequence[str]


def _refuse_unstated(agreement: Agreement, needed: Needed, sections: Sequence[str]) -> None:
    """Refuse to settle without a rule that the readings of some sections need; nothing where there are none."""
    if sections:
        named = "、".join(sections)
        raise AgreementError(
            f"协议没有写明 {needed.rule}，而断面 {named} {needed.zh}",
            f"data.{needed.rule} is not stated: {needed.en} at {named}",
            file=agreement.file, path=f"data.{needed.rule}",
            remedy=f"写 {' | '.join(needed.values)}；原文未载的注明 verified: false",
        )  # fmt: skip


def closed_periods(
    agreement: Agreement, network: Network, gathered: Gathered, data: NotedMeasurements, span: pd.Period
) -> NotedPeriods:  # fmt: skip
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
        shared = NotedPeriods(periods.ends_on(span))
        gathered.kept[key] = (shared, network, gathered.facts)  # beside it, so that nothing else has their id
    return replace(gathered.kept[key][0], until=periods.ends_on(span), lookups=data.lookups)


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
        below = non_detects(observations_placed(gathered, network), rules)
        return {(str(s), str(i)): rows for (s, i), rows in below.groupby(SERIES, observed=True)}

    return once(gathered, "non-detects", network, rules, reduced)


def once(gathered: Gathered, what: str, network: Network, rules: StatedRules | None, reduced: Callable[[], T]) -> T:
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


def observations_placed(gathered: Gathered, network: Network) -> pd.DataFrame:
    """The observations of known stations, each with its section; codes as categories."""
    return once(gathered, "observations", network, None, lambda: _of_sections(gathered.observations, network))


def left_out_placed(gathered: Gathered, network: Network) -> pd.DataFrame:
    """The readings of known stations that were left out, each with its section; codes as categories."""
    return once(gathered, "left out", network, None, lambda: _of_sections(gathered.left_out, network))


def _months(gathered: Gathered, network: Network, rules: StatedRules) -> Mapping[Key, Month]:
    """The monthly statistics of all that was gathered."""

    def reduced() -> dict[Key, Month]:
        observations = observations_placed(gathered, network)
        left_out = left_out_placed(gathered, network)
        return _months_by_key(monthly_statistics(observations, rules, left_out))

    return once(gathered, "months", network, rules, reduced)


def _days(gathered: Gathered, network: Network, rules: StatedRules) -> Mapping[Key, float]:
    """The daily means of all that was gathered."""

    return once(gathered, "days", network, rules, lambda: _means_of_days(observations_placed(gathered, network), rules))


def _substituted(
    gathered: Gathered, network: Network, rules: StatedRules, with_days: bool
) -> Mapping[Key, Substituted]:  # fmt: skip
    """What non-detects are to the means of months, and of days where a clause looks at days.

    Their share in a mean is the mean of 1 for each of them and 0 for each measured value, formed as the mean is.
    """

    def reduced() -> dict[Key, Substituted]:
        observations = observations_placed(gathered, network)
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

    return once(gathered, f"substituted, {with_days=}", network, rules, reduced)


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
    """The rows of known stations with the section each serves; station, section and indicator as categories."""
    code, stations = codes_of(rows["station"])
    sections = [network.stations[station].section if station in network.stations else None for station in stations]
    ranks = ranks_by_code(network)
    indicator, indicators = codes_of(rows["indicator"])
    columns = {
        "station": pd.Categorical.from_codes(code, categories=pd.Index(stations)),
        "section": _categories(sections, code),
        "indicator": _categories(indicators, indicator),
        "rank": np.array([ranks.get(station, PRIMARY) for station in stations], dtype=np.int64)[code],
        **{name: rows[name].array for name in rows.columns if name in _NEEDED},
    }
    if "mark" in rows:
        columns["sampled"] = of_laboratory(rows)
    placed = pd.DataFrame(columns, copy=False)
    return placed if None not in sections else placed[placed["section"].notna()]


def _categories(labels: Any, code: NDArray[np.intp]) -> Any:
    """The label of each code, as sorted categories; each label is looked at once, not each row."""
    different = sorted({label for label in labels if label is not None})
    place = {label: i for i, label in enumerate(different)}
    places = np.array([*(place.get(label, -1) for label in labels), -1])  # the last is that of no label
    return pd.Categorical.from_codes(places[code], categories=pd.Index(different, dtype=object))


def _months_by_key(statistics: MonthlyStatistics) -> dict[Key, Month]:
    """The lines of monthly statistics by section, indicator and month."""
    columns = (statistics.mean, statistics.readings, statistics.instants, statistics.days, statistics.reason)
    lines = zip(*(column.tolist() for column in columns), statistics.left_out, strict=True)
    months = [
        Month(None if reason else mean, readings, days, left_out, reason, None if instants == readings else instants)
        for mean, readings, instants, days, reason, left_out in lines
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
    # A laboratory fills no slot, and what only a laboratory measures is due in none.
    observations = observations[~of_laboratory(observations)]
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
        observations = observations_placed(gathered, network)
        observations = observations[observations["indicator"].isin(looked_at)]
        rows = counted(observations, replace(rules, non_detect="zero"))
        day = rows["time"].dt.tz_convert(CHINA).dt.date
        readings = rows.groupby([*(rows[name] for name in SERIES), day], observed=True)["value"].transform("size")
        return section_loads(rows[readings >= rules.min_readings_a_day], LoadRule(method))

    return once(gathered, f"loads by {method} of {sorted(looked_at)}", network, rules, reduced)
