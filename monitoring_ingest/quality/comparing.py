"""Comparing automatic stations with the laboratory (比对): whose samples lie beside whose readings, and what follows.

In: observations, where and when laboratories sampled, and the declared `laboratory_drift`. Out: faults and counts as
`judging` gives them. Pure. What is said of a reading depends on the samples and readings of its section that lie no
further from it than the test's window, so that it makes no difference in which parts, and in what order, they came in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from monitoring_ingest.flags import Quality
from monitoring_ingest.laboratory_drift import Series
from monitoring_ingest.quality.judging import COUNTS, FAULTS, context, none_found, of_laboratory, summed
from monitoring_ingest.quality_settings import TESTS, DeclaredTest, Tests

NEAR = "tolerance_hours"


@dataclass(frozen=True)
class Laboratories:
    """Where and when laboratories sampled.

    Attributes
    ----------
    section_of : of each station; one that is not there is a section by itself.
    samples : station, time; each once.
    """

    section_of: Mapping[str, str]
    samples: pd.DataFrame

    def sections(self, stations: pd.Series) -> pd.Series:
        """The section of each station."""
        return stations.map(lambda code: self.section_of.get(code, code))

    def beside(self, stations: Collection[str]) -> set[str]:
        """These stations, and those with samples of the same sections."""
        here = {self.section_of.get(code, code) for code in stations}
        sampled = self.samples["station"].unique()
        return {*stations, *(code for code in sampled if self.section_of.get(code, code) in here)}

    def spans(self, due: pd.DataFrame, tests: Tests) -> pd.DataFrame:
        """What is to be compared when something came in (`due`: station, first, last): all stations of its section.

        Only readings between samples are compared, and only those near a sample make a pair: where no sample is near
        what came in, or follows it within the window, nothing changes.
        """
        each_test = [test for those in tests.values() for test in those]
        near = timedelta(hours=float(max(test.keywords[NEAR] for test in each_test)))
        span = due.assign(section=self.sections(due["station"])).groupby("section").agg({"first": "min", "last": "max"})
        at = self.samples.assign(section=self.sections(self.samples["station"])).merge(span, on="section")
        bears = (at["time"] >= at["first"] - near) & (at["time"] <= at["last"] + context(tests))
        stations = pd.Series(sorted({*self.section_of, *due["station"]}), dtype=object)
        found = pd.DataFrame({"station": stations, "section": self.sections(stations)})
        found = found[found["section"].isin(at.loc[bears, "section"])]
        return found.merge(span, on="section")[["station", "first", "last"]]


def compared(
    observations: pd.DataFrame, tests: Tests, laboratories: Laboratories, between: tuple[datetime, datetime]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """As `judging.judged`: what the comparison says of the automatic readings at ``start ≤ time < end``.

    Several results at one instant (of both sides) are one sample, their mean. What was not detected makes no pair and
    is not compared: how far it lies off nobody knows.

    Parameters
    ----------
    observations : as for `judged`, of stations and of all the laboratories beside them, with the window around.

    Returns
    -------
    faults, counts (as `judged`, one row for each series, with its station).
    """
    faults, counts = [none_found(observations)], []
    for test, readings, samples in _beside_each_other(observations, tests, laboratories):
        flags = TESTS[test.test](_series(readings), _series(samples), **test.keywords)
        here = (readings["time"] >= between[0]).to_numpy() & (readings["time"] < between[1]).to_numpy()
        own, flags = readings[here], flags[here]
        bad = flags >= Quality.DOUBTFUL
        faults.append(own.loc[bad, FAULTS[:4]].assign(test=test.test, quality=flags[bad].astype(np.int64)))
        what = {"station": readings["station"].iloc[0], "indicator": readings["indicator"].iloc[0], "test": test.test}
        told = summed(flags, own["time"].dt.tz_convert(None).to_numpy("datetime64[ns]"))
        counts.append(what | {"section": test.section} | told)
    found = pd.concat([one for one in faults if len(one)] or faults[:1], ignore_index=True)
    table = pd.DataFrame(counts, columns=["station", *COUNTS])
    return found, table[table["readings"] > 0]


def _beside_each_other(
    observations: pd.DataFrame, tests: Tests, laboratories: Laboratories
) -> Iterator[tuple[DeclaredTest, pd.DataFrame, pd.DataFrame]]:
    """The automatic readings of each series that a test is declared for, and the samples of its section, by time."""
    known = observations[~observations["censored"].astype(bool) & observations["indicator"].isin(list(tests))]
    known = known.assign(section=laboratories.sections(known["station"])).sort_values(["station", "indicator", "time"])
    sampled = of_laboratory(known)
    means = known[sampled].groupby(["section", "indicator", "time"], as_index=False)["value"].mean()
    samples = dict(iter(means.groupby(["section", "indicator"])))
    for (station, indicator), readings in known[~sampled].groupby(["station", "indicator"]):
        beside = samples.get((readings["section"].iloc[0], indicator))
        test = _holding(tests[str(indicator)], str(station))
        if beside is not None and test is not None:
            yield test, readings, beside


def _holding(those: Sequence[DeclaredTest], station: str) -> DeclaredTest | None:
    return next((test for test in those if test.judges(station)), None)


def _series(frame: pd.DataFrame) -> Series:
    times: Any = frame["time"].dt.tz_convert(None).to_numpy("datetime64[ns]")
    return frame["value"].to_numpy(np.float64), times
