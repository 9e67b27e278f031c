"""Which readings speak for a section (哪些读数代表断面): of which origin, and of which of its stations.

In: observations with section, station, rank of the station and mark, which of them count, and the data rules. Out: why
each of the others does not speak for its section. Nothing is averaged here, and nothing is lost: a reading that does
not speak is counted among those left out, with its reason.

Origins. A result of a laboratory is one sample, an automatic reading one of many: in one mean each sample would weigh
as much as four hours. So they are kept apart unless the agreement says `all`. Under `automatic_else_laboratory` the
laboratory speaks in a month in which no automatic reading of the indicator speaks.

Stations. Under `primary` only the station of rank 1 speaks; under `primary_else_backup` it does on every day on which
it has as many readings as a day needs, and on any other day the next station in rank that has. Under `backups`, which
no agreement writes, the stations of every other rank do so among themselves: what stands in for a missing month. Under
`mean_of_instants` all of them speak, and readings of one instant are pooled (`reduction.in_order`). The rank orders
automatic stations; a laboratory's result speaks for the section, whichever station it is entered for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

import numpy as np
import pandas as pd

from basin.clauses import BACKUPS, StatedRules
from basin.network import CHINA, PRIMARY, Network
from monitoring_ingest.readings.origins import of_laboratory
from settlement.statistics.reduction import Flags, Integers

LABORATORY = "of_laboratory"
AUTOMATIC = "of_station"
OTHER_STATION = "other_station"
NOT_SPEAKING = ("", LABORATORY, AUTOMATIC, OTHER_STATION)  # by number; a reading speaks where blank
_NUMBER = {reason: number for number, reason in enumerate(NOT_SPEAKING)}


@dataclass(frozen=True)
class Choices:
    """Where it makes a difference which readings speak.

    Attributes
    ----------
    of_stations : sections of which two stations measured the same indicator.
    of_origins : sections of which a station and a laboratory measured the same indicator.
    """

    of_stations: frozenset[str]
    of_origins: frozenset[str]


def choices_of(observations: pd.DataFrame) -> Choices:
    """The choices among observations, with columns station, section, indicator and mark (or `sampled`)."""
    sampled = _sampled(observations)
    if observations["station"].nunique() == observations["section"].nunique() and not sampled.any():
        return Choices(frozenset(), frozenset())
    automatic = observations.loc[~sampled, ["section", "indicator", "station"]].drop_duplicates()
    several = automatic[automatic.duplicated(["section", "indicator"])]
    by_laboratory = observations.loc[sampled, ["section", "indicator"]].drop_duplicates().astype("str")
    both = by_laboratory.merge(automatic.astype("str"), on=["section", "indicator"])
    return Choices(frozenset(map(str, several["section"])), frozenset(map(str, both["section"])))


def ranks_by_code(network: Network) -> dict[str, int]:
    """The rank of each station."""
    return {code: station.rank for code, station in network.stations.items()}


def ranks_of(stations: pd.Series, network: Network) -> pd.Series:
    """The rank of the station of each row, by its code."""
    return stations.map(ranks_by_code(network)).fillna(PRIMARY).astype("int64")


def not_speaking(observations: pd.DataFrame, counts: Flags, rules: StatedRules, timezone: tzinfo = CHINA) -> Integers:
    """Why each observation does not speak for its section, by number among `NOT_SPEAKING`; 0 where it does.

    Parameters
    ----------
    observations : columns section, indicator, time (UTC) and, where they may differ, mark (or `sampled`, what it says)
        and `rank` of the station.
    counts : (observation) which of them count otherwise; only these can keep others from speaking.
    rules : `origins` and `stations`.
    timezone : whose calendar days and months they are.
    """
    why = np.zeros(len(observations), dtype=np.int64)
    sampled = _sampled(observations)
    if rules.origins == "laboratory":
        why[~sampled] = _NUMBER[AUTOMATIC]
        return why
    if rules.stations != "mean_of_instants" and "rank" in observations:
        speaks = _of_speaking_station(observations, counts & ~sampled, rules, timezone)
        why[~speaks & ~sampled] = _NUMBER[OTHER_STATION]
    if sampled.any() and rules.origins == "automatic":
        why[sampled] = _NUMBER[LABORATORY]
    elif sampled.any() and rules.origins == "automatic_else_laboratory":
        months = _cells(observations, "M", timezone)
        has_automatic = np.isin(months, months[counts & ~sampled & (why == 0)])
        why[sampled & has_automatic] = _NUMBER[LABORATORY]
    return why


def _of_speaking_station(
    observations: pd.DataFrame, candidates: Flags, rules: StatedRules, timezone: tzinfo
) -> Flags:  # fmt: skip
    """Which observations are of the station that speaks: of the primary one, or of the one that does on their day.

    Parameters
    ----------
    observations : with `rank`. candidates : automatic readings that count.
    rules, timezone : as for `not_speaking`.
    """
    rank = observations["rank"].to_numpy(np.int64)
    if rules.stations == "primary":
        return rank == PRIMARY
    if rules.stations == BACKUPS:
        candidates = candidates & (rank != PRIMARY)
    return candidates & (rank == _rank_that_speaks(observations, candidates, rules, timezone))


def _sampled(observations: pd.DataFrame) -> Flags:
    """Which observations are results of a laboratory."""
    if "sampled" in observations:
        return observations["sampled"].to_numpy(bool)
    return of_laboratory(observations) if "mark" in observations else np.zeros(len(observations), dtype=bool)


def _rank_that_speaks(
    observations: pd.DataFrame, candidates: Flags, rules: StatedRules, timezone: tzinfo
) -> Integers:  # fmt: skip
    """(observation) the rank of the station that speaks on its day: the first with enough readings, else the first.

    Parameters
    ----------
    observations : with `rank`. candidates : which of them may speak.
    rules : how many readings a day needs. timezone : whose calendar days they are.
    """
    rank = observations["rank"].to_numpy(np.int64)
    days = _cells(observations, "D", timezone)
    readings = pd.DataFrame({"day": days[candidates], "rank": rank[candidates]})
    of_stations = readings.value_counts(sort=False).reset_index(name="readings")
    of_stations["short"] = of_stations["readings"] < rules.min_readings_a_day
    first = of_stations.sort_values(["day", "short", "rank"]).drop_duplicates("day").set_index("day")["rank"]
    return first.reindex(days, fill_value=0).to_numpy(np.int64)


def _cells(observations: pd.DataFrame, freq: str, timezone: tzinfo) -> Integers:
    """The number of the cell of section, indicator and calendar month or day that each row lies in."""
    local = pd.DatetimeIndex(observations["time"]).tz_convert(timezone).tz_localize(None)
    period = local.to_numpy().astype(f"datetime64[{freq}]").astype(np.int64)
    section = pd.factorize(observations["section"])[0]
    indicator, indicators = pd.factorize(observations["indicator"])
    series = section.astype(np.int64) * max(len(indicators), 1) + indicator
    period -= period.min(initial=0)
    return series * (period.max(initial=0) + 1) + period
