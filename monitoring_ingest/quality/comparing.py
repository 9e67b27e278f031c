"""Comparing (比对) automatic stations with what is measured elsewhere: by a laboratory, or at the section upstream.

In: observations, the declared tests, where and when laboratories sampled. Out: faults and counts as `judging` gives
them. Pure. What is said of a reading depends on what it is compared with no further from it than the test's window, so
that it makes no difference in which parts, and in what order, they came in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import numpy as np
import pandas as pd

from monitoring_ingest.quality.flags import Flags, Quality
from monitoring_ingest.quality.judging import COUNTS, FAULTS, context, none_found, of_laboratory, summed
from monitoring_ingest.quality.laboratory_drift import Series
from monitoring_ingest.quality.settings import TESTS, DeclaredTest, Tests

NEAR = "tolerance_hours"
Compared = tuple[DeclaredTest, pd.DataFrame, Flags]


class Comparison(Protocol):
    """What some tests lay beside the readings of a station."""

    def spans(self, due: pd.DataFrame) -> pd.DataFrame:
        """What is to be compared when something came in: station, first, last, as `due`."""

    def beside(self, stations: Collection[str]) -> set[str]:
        """These stations, and those whose observations they are compared with."""

    def flagged(self, observations: pd.DataFrame, stations: Collection[str]) -> Iterator[Compared]:
        """Of each automatic series of these stations that is compared: the test, its observations, their flags."""


@dataclass(frozen=True)
class Laboratories:
    """Stations beside the laboratories of their section.

    Several results at one instant (of both sides) are one sample, their mean. What was not detected makes no pair and
    is not compared: how far it lies off nobody knows.

    Attributes
    ----------
    tests : of `AGAINST_LABORATORY`.
    section_of : of each station; one that is not there is a section by itself.
    samples : station, time; each once.
    """

    tests: Tests
    section_of: Mapping[str, str]
    samples: pd.DataFrame

    def spans(self, due: pd.DataFrame) -> pd.DataFrame:
        """All stations of the section in which something came in.

        Only readings between samples are compared, and only those near a sample make a pair: where no sample is near
        what came in, or follows it within the window, nothing changes.
        """
        each_test = [test for those in self.tests.values() for test in those]
        near = timedelta(hours=float(max(test.keywords[NEAR] for test in each_test)))
        span = (
            due.assign(section=self._sections(due["station"])).groupby("section").agg({"first": "min", "last": "max"})
        )
        at = self.samples.assign(section=self._sections(self.samples["station"])).merge(span, on="section")
        bears = (at["time"] >= at["first"] - near) & (at["time"] <= at["last"] + context(self.tests))
        stations = pd.Series(sorted({*self.section_of, *due["station"]}), dtype=object)
        found = pd.DataFrame({"station": stations, "section": self._sections(stations)})
        found = found[found["section"].isin(at.loc[bears, "section"])]
        return found.merge(span, on="section")[["station", "first", "last"]]

    def beside(self, stations: Collection[str]) -> set[str]:
        """These stations, and those with samples of the same sections."""
        here = {self.section_of.get(code, code) for code in stations}
        sampled = self.samples["station"].unique()
        return {*stations, *(code for code in sampled if self.section_of.get(code, code) in here)}

    def flagged(self, observations: pd.DataFrame, stations: Collection[str]) -> Iterator[Compared]:
        """The series of sections with samples."""
        known = observations[~observations["censored"].astype(bool) & observations["indicator"].isin(list(self.tests))]
        known = known.assign(section=self._sections(known["station"])).sort_values(["station", "indicator", "time"])
        sampled = of_laboratory(known)
        means = known[sampled].groupby(["section", "indicator", "time"], as_index=False)["value"].mean()
        samples = dict(iter(means.groupby(["section", "indicator"])))
        automatic = known[~sampled & known["station"].isin(stations)]
        for (station, indicator), readings in automatic.groupby(["station", "indicator"]):
            beside = samples.get((readings["section"].iloc[0], indicator))
            test = _holding(self.tests[str(indicator)], str(station))
            if beside is not None and test is not None:
                yield test, readings, TESTS[test.test](_series(readings), _series(beside), **test.keywords)

    def _sections(self, stations: pd.Series) -> pd.Series:
        return stations.map(lambda code: self.section_of.get(code, code))


@dataclass(frozen=True)
class Reaches:
    """Stations of the lower section of a reach (河段) beside all the stations of its upper section.

    What was not detected downstream is not compared: how far it lies off nobody knows. Upstream it stands for anything
    from zero to its detection limit. Results of laboratories are on neither side.

    Attributes
    ----------
    tests : of `BETWEEN_SECTIONS`.
    """

    tests: Tests

    def spans(self, due: pd.DataFrame) -> pd.DataFrame:
        """The stations downstream of a reach in whose sections something came in, up or down."""
        bears = [
            (station, near)
            for one in self._each()
            for station in one.stations
            for near in one.stations | one.upstream_stations
        ]
        pairs = pd.DataFrame(sorted(set(bears)), columns=["station", "near"], dtype=object)
        found = pairs.merge(due.rename(columns={"station": "near"}), on="near")
        return found.groupby("station", as_index=False).agg({"first": "min", "last": "max"})

    def beside(self, stations: Collection[str]) -> set[str]:
        """These stations, and those of the sections upstream of them."""
        above = (one.upstream_stations for one in self._each() if not one.stations.isdisjoint(stations))
        return set(stations).union(*above)

    def flagged(self, observations: pd.DataFrame, stations: Collection[str]) -> Iterator[Compared]:
        """The series downstream; where nothing came by upstream they are not evaluated."""
        automatic = observations[~of_laboratory(observations)].sort_values("time")
        censored = automatic["censored"].astype(bool)
        below = dict(iter(automatic[~censored].groupby(["station", "indicator"])))
        above = dict(
            iter(pd.concat([automatic, automatic[censored].assign(value=0.0)]).groupby(["station", "indicator"]))
        )
        none = automatic.iloc[:0]
        for indicator, those in self.tests.items():
            for one in those:
                came = pd.concat(
                    [none, *(above.get((code, indicator), none) for code in sorted(one.upstream_stations))]
                )
                for station in sorted(one.stations.intersection(stations)):
                    if (station, indicator) in below:
                        readings = below[station, indicator]
                        yield one, readings, _between(one, _series(readings), _series(came))

    def _each(self) -> Iterator[DeclaredTest]:
        return (one for those in self.tests.values() for one in those)


def compared(
    observations: pd.DataFrame,
    comparison: Comparison,
    stations: Collection[str],
    between: tuple[datetime, datetime],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """As `judging.judged`: what a comparison says of the automatic readings of stations at ``start ≤ time < end``.

    Parameters
    ----------
    observations : as for `judged`, of all that are `beside` the stations, with the window around.

    Returns
    -------
    faults, counts (as `judged`, one row for each series, with its station).
    """
    faults = [none_found(observations)]
    counts = []
    for test, readings, flags in comparison.flagged(observations, stations):
        here = (readings["time"] >= between[0]).to_numpy() & (readings["time"] < between[1]).to_numpy()
        own = readings[here]
        flags = flags[here]
        bad = flags >= Quality.DOUBTFUL
        faults.append(own.loc[bad, FAULTS[:4]].assign(test=test.test, quality=flags[bad].astype(np.int64)))
        what = {"station": readings["station"].iloc[0], "indicator": readings["indicator"].iloc[0], "test": test.test}
        told = summed(flags, own["time"].dt.tz_convert(None).to_numpy("datetime64[ns]"))
        counts.append(what | {"section": test.section} | told)
    found = pd.concat([one for one in faults if len(one)] or faults[:1], ignore_index=True)
    table = pd.DataFrame(counts, columns=["station", *COUNTS])
    return found, table[table["readings"] > 0]


def _holding(those: Sequence[DeclaredTest], station: str) -> DeclaredTest | None:
    return next((test for test in those if test.judges(station)), None)


def _series(frame: pd.DataFrame) -> Series:
    times: Any = frame["time"].dt.tz_convert(None).to_numpy("datetime64[ns]")
    return frame["value"].to_numpy(np.float64), times


def _between(one: DeclaredTest, below: Series, above: Series) -> Flags:
    """The flags of the readings downstream, both sides laid on one axis of instants."""
    at = np.concatenate([below[1], above[1]])
    order = np.argsort(at, kind="stable")
    downstream = np.concatenate([below[0], np.full(above[0].size, np.nan)])[order]
    upstream = np.concatenate([np.full(below[0].size, np.nan), above[0]])[order]
    flags = TESTS[one.test](downstream, upstream, at[order], **one.keywords)
    return flags[np.argsort(order)[: below[0].size]]
