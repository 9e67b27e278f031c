"""`python -m tests.benchmarks.planted_faults [--data DIR] [--seed N]`: what QC finds of faults planted in real series.

Takes the real series of ``../shared/data`` (or DIR), plants one fault at a time, judges with the declared thresholds
and prints Markdown: the share of faults found by each test, the readings flagged in the series as they came, and the
readings a technician labelled. Sizes of faults come from each series itself, never from a threshold.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from basin.indicators import find_indicator
from basin.written.qualifiers import number_and_censored
from monitoring_ingest.formats.national_release import read_release
from monitoring_ingest.quality.flags import Flags, Quality
from monitoring_ingest.quality.series import gaps
from monitoring_ingest.quality.settings import BESIDE, TESTS, declared_tests

DATA = Path(__file__).parents[3] / "shared" / "data"
SEED = 20261124
ABSENT = -9999
ON_SERIES = ("gross_range", "spike", "rate_of_change", "flat_line", "gaps")
BETWEEN = ("oxygen_saturation", "part_of_whole")
LOGAN = {"temp": "temperature", "cond": "conductivity", "ph": "ph", "do": "do", "turb": "turbidity"}
COPIES = 20  # of each series, each with one fault of a kind
SPIKE_SIZE, SHIFT_SIZE = 6.0, 3.0  # interquartile ranges of the series
FEWEST = 40  # readings a series needs

Block = NDArray[np.float64]


@dataclass(frozen=True)
class Cadence:
    """How often readings come, how long planted faults last [readings], and thresholds other than those declared."""

    name: str
    flat: int
    long: int
    gap: int
    eight_hours: int
    other: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


QUARTER_HOURLY = Cadence("logan_river, 15 min", flat=144, long=960, gap=96, eight_hours=32)
FOUR_HOURLY = Cadence("logan_river, every 4 h of it", flat=9, long=60, gap=6, eight_hours=2)
A_DAY = {"longest_gap_hours": 36}
DAILY = Cadence(
    "cnemc, one a day",
    flat=7,
    long=10,
    gap=2,
    eight_hours=0,
    other={"spike": A_DAY, "rate_of_change": A_DAY, "flat_line": A_DAY | {"longest_hours": 96}},
)


@dataclass(frozen=True)
class Series:
    """One indicator of one place, what a technician labelled in it, and another indicator measured beside it."""

    indicator: str
    instants: NDArray[np.datetime64]
    values: Block
    labelled: NDArray[np.bool_]
    beside: Mapping[str, Block]


def logan(folder: Path, step: int = 1) -> Iterator[Series]:
    """The sensor series as they came, every `step`-th reading."""
    for file in sorted((folder / "logan_river").glob("*2020.csv.gz")):
        table = pd.read_csv(file, low_memory=False)
        table["datetime"] = pd.to_datetime(table["datetime"], format="mixed")
        table = table.drop_duplicates("datetime").sort_values("datetime").iloc[::step]
        raw = {code: table[name].where(table[name] != ABSENT).to_numpy(np.float64) for name, code in LOGAN.items()}
        for name, code in LOGAN.items():
            instants = table["datetime"].to_numpy("M8[s]")
            yield Series(code, instants, raw[code], table[f"{name}_qual"].notna().to_numpy(), raw)


def cnemc(folder: Path) -> Iterator[Series]:
    """The unrounded values of the national release, by station and indicator."""
    replies = sorted((folder / "cnemc" / "raw" / "daily").glob("*.json.gz"))
    frame = pd.concat([read_release(file.read_bytes(), name=file.name) for file in replies])
    frame = frame[frame["time"].notna()]
    codes = {text: find_indicator(text) for text in frame["indicator_text"].unique()}
    frame["code"] = [found.code if (found := codes[text]) else "" for text in frame["indicator_text"]]
    frame["number"] = [number_and_censored(text)[0] for text in frame["value_text"]]
    for _, station in frame.groupby(["province", "station_text"]):
        wide = station.pivot_table(index="time", columns="code", values="number", aggfunc="first").sort_index()
        raw = {str(code): wide[code].to_numpy(np.float64) for code in wide}
        instants = wide.index.tz_convert(None).to_numpy("M8[s]")
        yield from (Series(c, instants, v, np.zeros(v.size, dtype=bool), raw) for c, v in raw.items())


def judged(series: Series, values: Block, cadence: Cadence) -> dict[str, Flags]:
    """The flags of every declared test of the indicator, and of `gaps`."""
    flags = {"gaps": gaps(values, series.instants, slots=series.instants)}
    for each in declared_tests()[series.indicator]:
        if each.test not in (*ON_SERIES, *BETWEEN):  # planted_relations measures the others
            continue
        keywords = {**each.keywords, **cadence.other.get(each.test, {})}
        if each.test in BESIDE:
            if BESIDE[each.test] in series.beside:
                other = np.broadcast_to(series.beside[BESIDE[each.test]], values.shape)
                flags[each.test] = TESTS[each.test](values, other, **keywords)
        else:
            second = [] if each.test == "gross_range" else [series.instants]
            flags[each.test] = TESTS[each.test](values, *second, **keywords)
    return flags


def bad(flags: Flags) -> NDArray[np.bool_]:
    """What a test finds fault with."""
    return flags >= Quality.DOUBTFUL


Plant = Callable[[Block, int, float], None]


def faults(cadence: Cadence) -> Mapping[str, tuple[int, Plant]]:
    """Each kind of fault: in how many readings a flag counts, and what alters a series from a place on, up or down.

    The reading after a fault counts, as far as it shows where the fault ends; what ends a drift is its repair.
    """
    flat, long, gap, eight = cadence.flat, cadence.long, cadence.gap, cadence.eight_hours

    def spike(v: Block, at: int, size: float) -> None:
        v[at] += SPIKE_SIZE * size

    def flat_line(v: Block, at: int, size: float) -> None:
        v[at : at + flat] = np.where(np.isnan(v[at : at + flat]), np.nan, v[at])

    def level_shift(v: Block, at: int, size: float) -> None:
        v[at : at + long] += SHIFT_SIZE * size

    def drift(v: Block, at: int, size: float) -> None:
        v[at : at + long] += SHIFT_SIZE * size * np.linspace(0, 1, long)

    def absent(v: Block, at: int, size: float) -> None:
        v[at : at + gap] = np.nan

    def wrong_zone(v: Block, at: int, size: float) -> None:
        v[at : at + long] = v[at - eight : at - eight + long]

    kinds: dict[str, tuple[int, Plant]] = {
        "尖峰 spike": (2, spike),
        "平线 flat line": (flat + 1, flat_line),
        "水平突变 level shift": (long + 1, level_shift),
        "漂移 drift": (long - 2, drift),
        "缺测 gap": (gap, absent),
    }
    return kinds | ({"差八小时 8-hour shift": (long + 1, wrong_zone)} if eight else {})


def found(series: Series, cadence: Cadence, rng: np.random.Generator) -> dict[str, list[dict[str, bool]]]:
    """For each kind of fault and copy: which tests flag, in the readings that count, what they did not flag before."""
    before = {test: bad(flags) for test, flags in judged(series, series.values, cadence).items()}
    scale = float(np.subtract(*np.nanpercentile(series.values, [75, 25])))
    outcome: dict[str, list[dict[str, bool]]] = {}
    for kind, (counted, plant) in faults(cadence).items():
        copies = np.tile(series.values, (COPIES, 1))
        present = np.flatnonzero(~np.isnan(series.values[: -cadence.long - 1]))
        places = rng.choice(present[present >= cadence.eight_hours], COPIES)
        for copy, at in zip(copies, places, strict=True):
            plant(copy, at, scale * rng.choice([-1, 1]))
        after = {test: bad(flags) & ~before[test] for test, flags in judged(series, copies, cadence).items()}
        outcome[kind] = [
            {test: bool(new[copy, at : at + counted].any()) for test, new in after.items()}
            for copy, at in enumerate(places)
        ]
    return outcome


def long_enough(series: Series) -> bool:
    """Whether a fault can be planted: enough readings, not all alike, and thresholds for all tests of series."""
    values = series.values[~np.isnan(series.values)]
    tests = {each.test for each in declared_tests()[series.indicator]} if series.indicator else set()
    varies = values.size >= FEWEST and np.subtract(*np.percentile(values, [75, 25])) > 0
    return varies and set(ON_SERIES) <= tests | {"gaps"}


def percent(hits: int, of: int) -> str:
    """A share as a cell."""
    return f"{100 * hits / of:.0f} %" if of else "—"


def recall_rows(all_series: list[Series], cadence: Cadence, seed: int) -> Iterator[str]:
    """One row for each kind of fault: how many were planted, and the share each test and all together found."""
    rng = np.random.default_rng(seed)
    outcomes = [found(series, cadence, rng) for series in all_series]
    for kind in faults(cadence):
        copies = [copy for outcome in outcomes for copy in outcome[kind]]
        shares = [percent(sum(copy[test] for copy in copies), len(copies)) for test in ON_SERIES]
        union = percent(sum(any(copy[test] for test in ON_SERIES) for copy in copies), len(copies))
        yield f"| {cadence.name} | {kind} | {len(copies)} | {' | '.join(shares)} | {union} |"


def alarm_row(all_series: list[Series], cadence: Cadence) -> str:
    """Readings flagged in the series as they came, of those evaluated, by test."""
    cells = []
    for test in (*ON_SERIES[:-1], *BETWEEN):
        flags = [f for series in all_series for t, f in judged(series, series.values, cadence).items() if t == test]
        evaluated = sum(int((f != Quality.NOT_EVALUATED).sum()) for f in flags)
        flagged = sum(int(bad(f).sum()) for f in flags)
        cells.append(f"{flagged} / {evaluated} ({100 * flagged / evaluated:.2f} %)" if evaluated else "—")
    return f"| {cadence.name} | {' | '.join(cells)} |"


def label_rows(all_series: list[Series]) -> Iterator[str]:
    """By indicator: labelled readings and stretches of them, how many of each are flagged, and all that is flagged."""
    for indicator in LOGAN.values():
        those = [series for series in all_series if series.indicator == indicator]
        tests = [judged(series, series.values, QUARTER_HOURLY) for series in those]
        flagged = [np.logical_or.reduce([bad(f) for f in flags.values()]) for flags in tests]
        labelled = sum(int(series.labelled.sum()) for series in those)
        hits = sum(int((flag & series.labelled).sum()) for flag, series in zip(flagged, those, strict=True))
        seen = [flag[one].any() for flag, series in zip(flagged, those, strict=True) for one in stretches(series)]
        in_all = sum(int(flag.sum()) for flag in flagged)
        yield f"| {indicator} | {labelled} | {hits} | {len(seen)} | {sum(seen)} | {in_all} |"


def stretches(series: Series) -> list[slice]:
    """The labelled readings that follow one another, as slices."""
    edges = np.flatnonzero(np.diff(series.labelled, prepend=False, append=False)).tolist()
    return [slice(first, end) for first, end in zip(edges[::2], edges[1::2], strict=True)]


def tables(folder: Path, seed: int) -> Iterator[str]:
    """The three tables, line by line."""
    sets = [
        ([s for s in logan(folder, 1) if long_enough(s)], QUARTER_HOURLY),
        ([s for s in logan(folder, 16) if long_enough(s)], FOUR_HOURLY),
        ([s for s in cnemc(folder) if s.indicator and long_enough(s)], DAILY),
    ]
    yield f"| 序列 series | 种下的差错 fault | 个数 planted | {' | '.join(ON_SERIES)} | 任一 any |"
    yield f"|---|---|--:|{'--:|' * (len(ON_SERIES) + 1)}"
    for all_series, cadence in sets:
        yield from recall_rows(all_series, cadence, seed)
    shown = (*ON_SERIES[:-1], *BETWEEN)
    yield f"\n| 未动的序列 series as they came | {' | '.join(shown)} |"
    yield f"|---|{'--:|' * len(shown)}"
    for all_series, cadence in sets:
        yield alarm_row(all_series, cadence)
    yield "\n| 指标 indicator | 人工标记 labelled | 其中标出 found | 成段 stretches | 其中标出 found | 共标出 flagged |"
    yield "|---|--:|--:|--:|--:|--:|"
    yield from label_rows(sets[0][0])


def main() -> int:
    """Print the tables; 0 also where the real data are not there, which is said."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--seed", type=int, default=SEED)
    asked = parser.parse_args()
    if not (asked.data / "logan_river").is_dir():
        print(f"没有 {asked.data}，略去 (the real series are not on this machine)", file=sys.stderr)
        return 0
    for line in tables(asked.data, asked.seed):
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
