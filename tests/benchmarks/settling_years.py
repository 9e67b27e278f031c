"""Forty agreements settled month by month with the whole working: one year, and five years of history.

In memory, without a database: shipped and example agreements on invented 4-hourly readings, a fiftieth of them taken
during maintenance. A timed run starts from the readings and from agreements as they were loaded: it forms the monthly
statistics and types the clauses. The control only forms the monthly means, with plain pandas: no clause, no working.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from basin import periods
from basin.agreement import Agreement
from basin.network import Network, Station
from basin.registry import load_registry
from settlement.clauses.values import Measurements
from settlement.gathered import LEFT_OUT, OBSERVED, Gathered, measurements
from settlement.settling import settled
from settlement.statement.rows import SettlementDocument
from tests.benchmarks.runner import Contestant, compare

ROOT = Path(__file__).parents[2]
AGREEMENTS, YEARS, A_DAY = 40, 5, 6
NOW = datetime(2026, 1, 1, tzinfo=UTC)
LEVELS = {  # usual level [canonical unit]
    "ph": 7.6, "do": 8.0, "codmn": 3.0, "cod": 14.0, "nh3n": 0.5, "tp": 0.1, "tn": 1.0, "f": 0.5, "flow": 40.0,
}  # fmt: skip
SAME_DECIMALS = 6  # of means compared: documents print 12 significant digits

Key = tuple[str, str, str]  # section, indicator, month
Counts = tuple[float, int, int]  # mean, readings, days


@dataclass(frozen=True)
class Task:
    """One agreement and one year, with the readings a settlement of that year gathers."""

    agreement: Agreement
    year: int
    read: Gathered


def networked() -> tuple[Network, list[Agreement]]:
    """All agreements, and the network with one invented station for each section they name."""
    registry = load_registry([ROOT / "fixtures"])
    agreements = [one for _, one in sorted(registry.agreements.items())]
    sections = sorted({section for one in agreements for section in one.reach.sections_in(registry.network)})
    stations = {f"at-{code}": Station(f"at-{code}", code, "", code, (), "Asia/Shanghai") for code in sections}
    return replace(registry.network, stations=stations), agreements


def readings(sections: Sequence[str], first: int, last: int) -> Gathered:
    """Invented readings of every indicator, from the first year to the last, as a store would give them.

    A year has the same readings whatever years are gathered with it.
    """
    times = pd.date_range(f"{first}-01-01", f"{last}-12-31 20:00", freq=f"{24 // A_DAY}h", tz="Asia/Shanghai")
    series = [(f"at-{section}", indicator) for section in sorted(sections) for indicator in sorted(LEVELS)]
    usual = np.repeat([LEVELS[indicator] for _, indicator in series], len(times))
    spread = np.where(usual == LEVELS["ph"], 0.1, 0.4)
    years = zip(*np.unique(times.year, return_counts=True), strict=True)
    chances = [np.random.default_rng(year).random((2, len(series), number)) for year, number in years]
    down, place = np.concatenate(chances, axis=2).reshape(2, -1)
    states = np.array(["正常", "维护"], dtype=object)[(down < 0.02).astype(np.int64)]
    columns = {
        "station": np.repeat(np.array([station for station, _ in series], dtype=object), len(times)),
        "indicator": np.repeat(np.array([indicator for _, indicator in series], dtype=object), len(times)),
        "time": times.tz_convert("UTC").as_unit("ns").take(np.tile(np.arange(len(times)), len(series))),
        "value": usual * (1 + spread * (2 * place - 1)),
        "censored": False, "status": states, "mark": "", "revision": 1,
    }  # fmt: skip
    none = pd.DataFrame({name: pd.Series(dtype="object") for name in LEFT_OUT})
    return Gathered(pd.DataFrame(columns)[OBSERVED], none.astype({"time": "datetime64[ns, UTC]"}), ())


def tasks(agreement: Agreement, network: Network, years: int) -> Iterator[Task]:
    """The whole years from the agreement's first on; a shorter term is prolonged, its last figures staying in force."""
    first = agreement.starts.year + (agreement.starts > date(agreement.starts.year, 1, 1))
    prolonged = replace(agreement, ends=max(agreement.ends, date(first + years - 1, 12, 31)))
    sections = agreement.reach.sections_in(network)
    for year in range(first, first + years):
        yield Task(prolonged, year, readings(sections, year - agreement.reach.years_back, year))


def as_loaded(given: Sequence[Task]) -> list[Task]:
    """The tasks without anything an earlier run has kept."""
    fresh = {one.agreement.code: replace(one.agreement, kept={}) for one in given}
    return [replace(one, agreement=fresh[one.agreement.code], read=replace(one.read, kept={})) for one in given]


def months(year: int) -> list[pd.Period]:
    """The months of a year."""
    return list(periods.months(periods.period(str(year))))


def by_project(given: Sequence[Task], network: Network) -> list[SettlementDocument]:
    """Every month of every task as a settlement document with its working and digest."""
    return [settled(one.agreement, network, one.read, of, NOW) for one in given for of in months(one.year)]


def by_years(given: Sequence[Task], network: Network) -> list[SettlementDocument]:
    """The twelve months of every task as one settlement document with its working and digest."""
    return [settled(one.agreement, network, one.read, periods.period(str(one.year)), NOW) for one in given]


def by_pandas(given: Sequence[Task]) -> list[pd.DataFrame]:
    """The monthly means of every task, as anyone would write them first."""
    return [_monthly_means(one.read.observations, one.agreement.data.min_readings_a_day or 1) for one in given]


def _monthly_means(read: pd.DataFrame, min_readings: int) -> pd.DataFrame:
    used = read[(read["status"] == "正常") & read["value"].notna()]
    day = used["time"].dt.tz_convert("Asia/Shanghai").dt.tz_localize(None).dt.normalize()
    ph = used["indicator"] == "ph"
    value = used["value"].where(~ph, 10.0 ** -used["value"])
    daily = value.groupby([used["station"], used["indicator"], day]).agg(["mean", "count"]).reset_index()
    daily = daily[daily["count"] >= min_readings]
    monthly = daily.groupby(["station", "indicator", daily["time"].dt.to_period("M")]).agg(
        mean=("mean", "mean"), readings=("count", "sum"), days=("mean", "count")
    )
    of_ph = monthly.index.get_level_values("indicator") == "ph"
    monthly.loc[of_ph, "mean"] = -np.log10(monthly.loc[of_ph, "mean"])
    return monthly


def printed_means(documents: Sequence[SettlementDocument]) -> dict[tuple[str, Key], Counts]:
    """The monthly statistics that documents print, by agreement and key: mean, readings, days."""
    return {
        (document["agreement"], (s["section"], s["indicator"], s["period"])): (
            float(s["mean"]),
            s["readings"],
            s["days"],
        )
        for document in documents
        for s in document["statistics"]
        if len(s["period"]) == len("2020-01") and s["period"][4] == "-" and s["mean"] is not None
    }


def _numbers(found: Mapping[tuple[str, Key], Counts]) -> list[NDArray[np.float64]]:
    return [np.round(np.array([found[key] for key in sorted(found)], dtype=np.float64), SAME_DECIMALS)]


def formed_means(given: Sequence[Task], formed: Sequence[Measurements]) -> dict[tuple[str, Key], Counts]:
    """The monthly statistics as they were formed, like `printed_means`."""
    return {
        (one.agreement.code, (section, indicator, periods.label(month))): (float(read.mean), read.readings, read.days)
        for one, made in zip(given, formed, strict=True)
        for (section, indicator, month), read in made.months.items()
        if isinstance(read.mean, float)
    }


def _formed(one: Task, network: Network) -> Measurements:
    return measurements(one.agreement, network, one.read, periods.period(str(one.year)))


def _of(keys: set[tuple[str, Key]], found: Mapping[tuple[str, Key], Counts]) -> (
    Mapping[tuple[str, Key], Counts]
):  # fmt: skip
    return {key: found[key] for key in keys}


def _means_of_the_same(
    given: Sequence[Task], tables: Sequence[pd.DataFrame], printed: set[tuple[str, Key]]
) -> dict[tuple[str, Key], Counts]:
    """What pandas gives for the statistics that the documents print."""
    found: dict[tuple[str, Key], Counts] = {}
    for one, table in zip(given, tables, strict=True):
        for (station, indicator, month), row in zip(table.index, table.itertuples(index=False), strict=True):
            key = (one.agreement.code, (station.removeprefix("at-"), indicator, str(month)))
            if key in printed:
                found[key] = (row.mean, row.readings, row.days)
    return found


def chosen(network: Network, agreements: Sequence[Agreement]) -> list[Agreement]:
    """The first forty agreements, by code, of which no month of the first year stops for want of a fact or a figure."""
    found: list[Agreement] = []
    for agreement in agreements:
        if len(found) < AGREEMENTS and agreement.reach.sections_in(network) and _never_stops(agreement, network):
            found.append(agreement)
    return found


def _never_stops(agreement: Agreement, network: Network) -> bool:
    """Whether every month of its first year can be settled from readings alone."""
    documents = by_project(list(tasks(agreement, network, 1)), network)
    return not any(document["stops"] for document in documents)


def compare_years(years: int, network: Network, agreements: Sequence[Agreement], repeats: int) -> None:
    """So many years of all agreements, beside their monthly means alone."""
    given = [task for agreement in agreements for task in tasks(agreement, network, years)]
    documents = by_project(given, network)
    printed = set(printed_means(documents)) & set(printed_means(by_years(given, network)))
    stopped = sum(bool(document["stops"]) for document in documents)
    read = sum(len(one.read.observations) for one in given)
    print(f"\n{len(agreements)} × {12 * years}: {read:,} readings, {stopped} of {len(documents)} settlements stop")
    contestants = [
        Contestant(
            "hengjie (month by month, year to date)", lambda fresh: by_project(fresh, network),
            prepare=lambda: as_loaded(given), finish=lambda _, found: _numbers(_of(printed, printed_means(found))),
        ),
        Contestant(
            "hengjie (twelve months at once)", lambda fresh: by_years(fresh, network),
            prepare=lambda: as_loaded(given), finish=lambda _, found: _numbers(_of(printed, printed_means(found))),
        ),
        Contestant(
            "of which: monthly statistics", lambda fresh: [_formed(one, network) for one in fresh],
            prepare=lambda: as_loaded(given),
            finish=lambda fresh, made: _numbers(_of(printed, formed_means(fresh, made))),
        ),
        Contestant(
            "plain pandas (monthly means alone)", by_pandas, prepare=lambda: given,
            finish=lambda _, tables: _numbers(_means_of_the_same(given, tables, printed)),
        ),
    ]  # fmt: skip
    compare(f"Settling, {years} year(s)", contestants, len(documents), "agreement-months", repeats)


def main() -> None:
    """One year, then five."""
    network, agreements = networked()
    forty = chosen(network, agreements)
    compare_years(1, network, forty, repeats=3)
    compare_years(YEARS, network, forty, repeats=1)
