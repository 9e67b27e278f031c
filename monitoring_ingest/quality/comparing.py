"""Comparing (比对) automatic stations with something else: a laboratory, the section upstream, or their own history.

In: observations, the declared tests, where and when laboratories sampled. Out: faults and counts as `judging` gives
them. Pure. The flag of a reading depends only on values within the test's window around the reading, so the flags are
the same in whatever parts and order the readings came in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

import numpy as np
import pandas as pd

from basin.periods import Window
from monitoring_ingest.quality.flags import Flags, Quality
from monitoring_ingest.quality.judging import COUNTS, FAULTS, context, none_found, summed
from monitoring_ingest.quality.laboratory_drift import Series
from monitoring_ingest.quality.settings import TESTS, DeclaredTest, Tests
from monitoring_ingest.readings.origins import of_laboratory

NEAR = "tolerance_hours"
Compared = tuple[DeclaredTest, pd.DataFrame, Flags]


class Comparison(Protocol):
    """What some tests compare the readings of a station with."""

    def spans(self, due: pd.DataFrame) -> pd.DataFrame:
        """The stations to compare after observations came in, and from when to when: station, first, last, as `due`."""

    def beside(self, stations: Collection[str]) -> set[str]:
        """These stations, and the stations whose observations these are compared with."""

    def flagged(self, observations: pd.DataFrame, stations: Collection[str]) -> Iterator[Compared]:
        """For each automatic series of these stations that is compared: the test, the observations, and their flags."""


@dataclass(frozen=True)
class Laboratories:
    """Automatic stations compared with the laboratory results of their section.

    Several results at one instant (of both sides) are one sample, their mean. A value below detection makes no pair and
    is not compared: nobody knows how far it differs.

    Attributes
    ----------
    tests : of `AGAINST_LABORATORY`.
    section_of : the section of each station; a station that is absent is a section by itself.
    samples : station, time; each once.
    """

    tests: Tests
    section_of: Mapping[str, str]
    samples: pd.DataFrame

    def spans(self, due: pd.DataFrame) -> pd.DataFrame:
        """All stations of every section in which observations came in.

        Only readings between samples are compared, and only readings near a sample make a pair. Flags therefore change
        only where a sample lies near the new observations, or follows them within the window.
        """
        tolerances = [test.keywords[NEAR] for tests in self.tests.values() for test in tests]
        near = timedelta(hours=float(max(tolerances)))
        span = (
            due.assign(section=self._sections(due["station"])).groupby("section").agg({"first": "min", "last": "max"})
        )
        samples = self.samples.assign(section=self._sections(self.samples["station"])).merge(span, on="section")
        follows = samples["time"] <= samples["last"] + context(self.tests)
        bears = (samples["time"] >= samples["first"] - near) & follows
        stations = pd.Series(sorted({*self.section_of, *due["station"]}), dtype=object)
        placed = pd.DataFrame({"station": stations, "section": self._sections(stations)})
        placed = placed[placed["section"].isin(samples.loc[bears, "section"])]
        return placed.merge(span, on="section")[["station", "first", "last"]]

    def beside(self, stations: Collection[str]) -> set[str]:
        """These stations, and the stations with samples of the same sections."""
        sections = {self.section_of.get(code, code) for code in stations}
        sampled = self.samples["station"].unique()
        return {*stations, *(code for code in sampled if self.section_of.get(code, code) in sections)}

    def flagged(self, observations: pd.DataFrame, stations: Collection[str]) -> Iterator[Compared]:
        """The series of sections with samples."""
        is_detected = ~observations["censored"].astype(bool)
        detected = observations[is_detected & observations["indicator"].isin(list(self.tests))]
        detected = detected.assign(section=self._sections(detected["station"]))
        detected = detected.sort_values(["station", "indicator", "time"])
        sampled = of_laboratory(detected)
        means = detected[sampled].groupby(["section", "indicator", "time"], as_index=False)["value"].mean()
        samples = dict(iter(means.groupby(["section", "indicator"])))
        automatic = detected[~sampled & detected["station"].isin(stations)]
        for (station, indicator), readings in automatic.groupby(["station", "indicator"]):
            beside = samples.get((readings["section"].iloc[0], indicator))
            test = _holding(self.tests[str(indicator)], str(station))
            if beside is not None and test is not None:
                yield test, readings, TESTS[test.test](_series(readings), _series(beside), **test.keywords)

    def _sections(self, stations: pd.Series) -> pd.Series:
        return stations.map(lambda code: self.section_of.get(code, code))


@dataclass(frozen=True)
class Reaches:
    """Stations of the lower section of a reach (河段) compared with all the stations of its upper section.

    Downstream, a value below detection is not compared: nobody knows how far it differs. Upstream, a value below
    detection stands for anything from zero to its detection limit. Laboratory results are on neither side.

    Attributes
    ----------
    tests : of `BETWEEN_SECTIONS`.
    """

    tests: Tests

    def spans(self, due: pd.DataFrame) -> pd.DataFrame:
        """The stations downstream of every reach in whose sections observations came in, at either end."""
        bears = [
            (station, near)
            for test in self._all_tests()
            for station in test.stations
            for near in test.stations | test.upstream_stations
        ]
        pairs = pd.DataFrame(sorted(set(bears)), columns=["station", "near"], dtype=object)
        affected = pairs.merge(due.rename(columns={"station": "near"}), on="near")
        return affected.groupby("station", as_index=False).agg({"first": "min", "last": "max"})

    def beside(self, stations: Collection[str]) -> set[str]:
        """These stations, and the stations of the sections upstream of these."""
        above = (test.upstream_stations for test in self._all_tests() if not test.stations.isdisjoint(stations))
        return set(stations).union(*above)

    def flagged(self, observations: pd.DataFrame, stations: Collection[str]) -> Iterator[Compared]:
        """The series downstream; where nothing passed upstream the readings are not evaluated."""
        automatic = observations[~of_laboratory(observations)].sort_values("time")
        censored = automatic["censored"].astype(bool)
        below = dict(iter(automatic[~censored].groupby(["station", "indicator"])))
        above = dict(
            iter(pd.concat([automatic, automatic[censored].assign(value=0.0)]).groupby(["station", "indicator"]))
        )
        none = automatic.iloc[:0]
        for indicator, tests in self.tests.items():
            for test in tests:
                came = pd.concat(
                    [none, *(above.get((code, indicator), none) for code in sorted(test.upstream_stations))]
                )
                for station in sorted(test.stations.intersection(stations)):
                    if (station, indicator) in below:
                        readings = below[station, indicator]
                        yield test, readings, _between(test, _series(readings), _series(came))

    def _all_tests(self) -> Iterator[DeclaredTest]:
        return (test for tests in self.tests.values() for test in tests)


@dataclass(frozen=True)
class Histories:
    """Automatic stations compared with their own earlier readings. Laboratory results are no history and not compared.

    Attributes
    ----------
    tests : of `AGAINST_HISTORY`.
    stations : the stations to compare; of all others no reading can be far from the history (`differing`).
    """

    tests: Tests
    stations: frozenset[str]

    def spans(self, due: pd.DataFrame) -> pd.DataFrame:
        """The stations to compare in which observations came in."""
        return due[due["station"].isin(self.stations)]

    def beside(self, stations: Collection[str]) -> set[str]:
        """These stations alone."""
        return set(stations)

    def flagged(self, observations: pd.DataFrame, stations: Collection[str]) -> Iterator[Compared]:
        """Every automatic series of these stations."""
        automatic = observations[~of_laboratory(observations) & observations["station"].isin(stations)]
        automatic = automatic[automatic["indicator"].isin(list(self.tests))].sort_values("time")
        for (station, indicator), readings in automatic.groupby(["station", "indicator"]):
            test = _holding(self.tests[str(indicator)], str(station))
            if test is not None:
                series = _series(readings)
                censored = readings["censored"].to_numpy(dtype=bool)
                flags = TESTS[test.test](series.values, series.instants, **test.keywords, censored=censored)
                yield test, readings, flags


def differing(spreads: pd.DataFrame, tests: Tests) -> frozenset[str]:
    """The stations of which some reading may be a test's factor away from the history.

    The median of readings that are not 0 lies between the lowest and the highest. Of two middle readings one may be 0;
    the median is then half of the other reading, so half of the lowest is compared.

    Parameters
    ----------
    spreads : station, indicator, lowest and highest above 0 [canonical unit]. tests : of `AGAINST_HISTORY`.
    """
    factors = {code: min(test.keywords["factor"] for test in declared) for code, declared in tests.items()}
    least = spreads["lowest"] / 2 * spreads["indicator"].map(factors)
    return frozenset(spreads.loc[spreads["highest"] >= least, "station"])


def compared(
    observations: pd.DataFrame,
    comparison: Comparison,
    stations: Collection[str],
    between: Window,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """As `judging.judged`: the faults a comparison finds among the automatic readings of stations, and the counts.

    Parameters
    ----------
    observations : as for `judged`, of all stations that are `beside` these, with the window around.
    comparison : what the readings are compared with.
    stations : whose readings are judged.
    between : readings at ``start ≤ time < end`` are judged.

    Returns
    -------
    faults, counts (as `judged`, one row for each series, with its station).
    """
    faults = [none_found(observations)]
    counts = []
    for test, readings, flags in comparison.flagged(observations, stations):
        is_judged = (readings["time"] >= between.start).to_numpy() & (readings["time"] < between.end).to_numpy()
        judged = readings[is_judged]
        flags = flags[is_judged]
        bad = flags >= Quality.DOUBTFUL
        faults.append(judged.loc[bad, FAULTS[:4]].assign(test=test.test, quality=flags[bad].astype(np.int64)))
        what = {"station": readings["station"].iloc[0], "indicator": readings["indicator"].iloc[0], "test": test.test}
        sums = summed(flags, judged["time"].dt.tz_convert(None).to_numpy("datetime64[ns]"))
        counts.append(what | {"section": test.section} | sums)
    all_faults = pd.concat([rows for rows in faults if len(rows)] or faults[:1], ignore_index=True)
    table = pd.DataFrame(counts, columns=["station", *COUNTS])
    return all_faults, table[table["readings"] > 0]


def _holding(tests: Sequence[DeclaredTest], station: str) -> DeclaredTest | None:
    """The test that judges a station; None where none does."""
    return next((test for test in tests if test.judges(station)), None)


def _series(frame: pd.DataFrame) -> Series:
    times: Any = frame["time"].dt.tz_convert(None).to_numpy("datetime64[ns]")
    return Series(frame["value"].to_numpy(np.float64), times)


def _between(test: DeclaredTest, below: Series, above: Series) -> Flags:
    """The flags of the readings downstream, with both sides laid on one axis of instants.

    Parameters
    ----------
    test : of `BETWEEN_SECTIONS`.
    below, above : the readings downstream and upstream [the same unit]; of upstream several may share an instant.
    """
    instants = np.concatenate([below.instants, above.instants])
    order = np.argsort(instants, kind="stable")
    downstream = np.concatenate([below.values, np.full(above.values.size, np.nan)])[order]
    upstream = np.concatenate([np.full(below.values.size, np.nan), above.values])[order]
    flags = TESTS[test.test](downstream, upstream, instants[order], **test.keywords)
    return flags[np.argsort(order)[: below.values.size]]
