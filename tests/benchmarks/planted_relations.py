"""`python -m tests.benchmarks.planted_relations [--data DIR] [--seed N]`: faults that show only against something else.

The detectors that compare a series with its own past, with the laboratory, with the section upstream or with another
indicator: how many of the faults planted in the real series of ``../shared/data/logan_river`` (those of nitrogen: of
``../shared/data/cnemc``) each finds, and what it flags in the series as they came. Laboratory values are made: the raw
reading with noise, two per cent or 0.1 °C or 0.05 of pH. Prints Markdown; ``--only NAME`` one table.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitoring_ingest.quality.clocks import shifted_clock
from monitoring_ingest.quality.flags import Flags, Quality
from monitoring_ingest.quality.laboratory_drift import Series as InTime
from monitoring_ingest.quality.laboratory_drift import laboratory_drift
from monitoring_ingest.quality.relations import between_sections, ions_carry_current
from monitoring_ingest.quality.settings import BESIDE, TESTS, declared_tests
from tests.benchmarks.planted_faults import DATA, FEWEST, SEED, Series, bad, cnemc, logan, percent

COPIES = 40
COLUMNS = (
    "序列 series",
    "差错 fault",
    "个数 planted",
    "找到 found",
    "其中标出 of its readings",
    "未动时 as they came",
)
CLOCK = {"hours": 8, "part_hours": 4, "days": (3, 14), "fit": (0.7, 0.8)}
LABORATORY = {"tolerance_hours": 2, "pairs": (5, 130)}
ALLOWED = {  # unverified, as all thresholds: absolute [unit], relative
    "temperature": (0.5, 0), "conductivity": (10, 0.1), "ph": (0.2, 0), "do": (0.5, 0.1), "turbidity": (5, 0.3),
}  # fmt: skip
LABORATORY_NOISE = {"temperature": (0, 0.1), "ph": (0, 0.05)}  # standard deviation: share of the value, fixed [unit]
IONS = {"hydrogen": 349.8, "hydroxide": 198.6, "log_product": 14, "share": 0.5}
PARTS = (1.05, 1.2, 1.5, 2.0)  # of the total nitrogen measured beside
OXYGEN = (1.5, 1.9, 2.1, 2.5)  # of saturation at the temperature measured beside
RIVER = (("FranklinBasin", "MainStreet"), ("MainStreet", "Mendon"))
TRAVEL = (0, 24)
LEARNED = 3  # the first third of a pair of series shows how far sections differ; the rest is judged

Block = NDArray[np.float64]
Judge = Callable[[Block], Flags]
Plant = Callable[[Block, int, float], None]


def measured(series: Block, judge: Judge, plant: tuple[int, Plant], rng: Any, first: int) -> list[int]:
    """Copies, found, readings in the fault, flagged of them, flagged and evaluated in the series as it came."""
    length, alter = plant
    before = judge(series)
    places = np.flatnonzero(np.isfinite(series[: -length - 1]))
    places = rng.choice(places[places >= first], COPIES)
    found = inside = hits = 0
    scale = float(np.subtract(*np.nanpercentile(series, [75, 25])))
    for at in places:
        copy = series.copy()
        alter(copy, int(at), scale * rng.choice([-1, 1]))
        new = bad(judge(copy))[at : at + length] & ~bad(before)[at : at + length]
        found += bool(new.any())
        hits += int(new.sum())
        inside += int(np.isfinite(copy[at : at + length]).sum())
    evaluated = int((before != Quality.NOT_EVALUATED).sum())
    return [len(places), found, inside, hits, int(bad(before).sum()), evaluated]


def row(name: str, fault: str, counted: list[list[int]]) -> str:
    """One line of the table."""
    planted, found, inside, hits, flagged, evaluated = np.sum(counted, axis=0).tolist()
    came = f"{flagged} / {evaluated} ({percent(flagged, evaluated)})"
    return f"| {name} | {fault} | {planted} | {percent(found, planted)} | {percent(hits, inside)} | {came} |"


def clocks(step: int, name: str, folder: Path, rng: Any) -> Iterator[str]:
    """Ten days written eight hours late or early, by indicator."""
    a_day = 96 // step
    series = list(logan(folder, step))
    for indicator in ("temperature", "do", "ph"):
        counted = []
        for one in (each for each in series if each.indicator == indicator):

            def wrong_zone(v: Block, at: int, size: float, values: Block = one.values) -> None:
                shift = int(np.sign(size)) * a_day // 3
                v[at : at + 10 * a_day] = values[at - shift : at - shift + 10 * a_day]

            def judge(v: Block, instants: Any = one.instants) -> Flags:
                return shifted_clock(v, instants, **CLOCK)  # type: ignore[arg-type]

            fault = (10 * a_day, wrong_zone)
            whole = one.values[: -4 * a_day]
            instants = one.instants[: whole.size]
            counted.append(measured(whole, lambda v, t=instants: judge(v, t), fault, rng, 20 * a_day))
        yield row(f"{name} {indicator}", "差八小时十天 8 h for 10 days", counted)


def drifts(folder: Path, rng: Any) -> Iterator[str]:
    """Four weeks of drift, or of an offset, beside a laboratory value every three or seven days."""
    a_day = 96
    kinds: Mapping[str, Plant] = {
        "漂移四周 drift, 4 weeks": lambda v, at, size: _add(v, at, size * np.linspace(0, 1, 28 * a_day)),
        "恒偏四周 offset, 4 weeks": lambda v, at, size: _add(v, at, size * np.ones(28 * a_day)),
    }
    for every in (3, 7):
        for kind, plant in kinds.items():
            for indicator, (absolute, relative) in ALLOWED.items():
                counted = []
                for one in (each for each in logan(folder, 1) if each.indicator == indicator):
                    truth = one.values
                    at = np.arange(0, truth.size, every * a_day)
                    share, fixed = LABORATORY_NOISE.get(indicator, (0.02, 0))
                    noise = rng.standard_normal(at.size) * (share * truth[at] + fixed)
                    samples = truth[at] + noise, one.instants[at]

                    def judge(
                        v: Block, t: Any = one.instants, s: Any = samples, a: Any = (absolute, relative)
                    ) -> Flags:
                        limits = {"absolute": a[0], "relative": a[1]}
                        return laboratory_drift(InTime(v, t), InTime(*s), **LABORATORY, **limits)  # type: ignore[arg-type]

                    counted.append(measured(truth, judge, (28 * a_day, plant), rng, 28 * a_day))
                yield row(f"{indicator}，每 {every} 日一个实验室值 a sample every {every} days", kind, counted)


def _add(v: Block, at: int, more: Block) -> None:
    """Add what fits before the end."""
    size = v[at : at + more.size].size
    v[at : at + size] += more[:size]


def sections(folder: Path, rng: Any) -> Iterator[str]:
    """A reading, or ten days of them, at the section downstream."""
    kinds: Mapping[str, tuple[int, Plant]] = {
        "尖峰 spike": (1, lambda v, at, size: _add(v, at, np.array([6.0]) * size)),
        "水平突变十天 level shift, 10 days": (960, lambda v, at, size: _add(v, at, np.full(960, 3.0) * size)),
        "漂移十天 drift, 10 days": (960, lambda v, at, size: _add(v, at, 3 * size * np.linspace(0, 1, 960))),
    }
    files = [file.name.removesuffix("2020.csv.gz") for file in sorted((folder / "logan_river").glob("*2020.csv.gz"))]
    by_place: dict[tuple[str, str], Series] = {}
    for number, one in enumerate(logan(folder, 1)):
        by_place[files[number // 5], one.indicator] = one
    for indicator in ("conductivity", "temperature"):
        for kind, (length, plant) in kinds.items():
            counted = []
            for above, below in RIVER:
                up, down = by_place[above, indicator], by_place[below, indicator]
                t, came, values = _common(up, down)
                learned = t.size // LEARNED
                absolute = _usual(values[:learned], came[:learned])

                t, came, values = t[learned:], came[learned:], values[learned:]

                def judge(v: Block, t: Any = t, came: Block = came, absolute: float = absolute) -> Flags:
                    return between_sections(v, came, t, travel_hours=TRAVEL, absolute=absolute, relative=0)

                counted.append(measured(values, judge, (length, plant), rng, 0))
            yield row(f"{indicator}，下游断面 downstream", kind, counted)


def _common(up: Series, down: Series) -> tuple[Any, Block, Block]:
    """Both series at the instants they share."""
    t, one, other = np.intersect1d(up.instants, down.instants, return_indices=True)
    return t, up.values[one], down.values[other]


def _usual(values: Block, came: Block) -> float:
    """How far apart the two sections are at most, but for one reading in a thousand."""
    return float(np.nanquantile(np.abs(values - came), 0.999))


def ions(folder: Path, rng: Any) -> Iterator[str]:
    """A pH probe out of its glass, and a conductivity cell that fell dry."""
    series = list(logan(folder, 1))
    faults: Mapping[str, tuple[str, float]] = {
        "pH 读作 1 pH reads 1": ("ph", 1.0), "pH 读作 3 pH reads 3": ("ph", 3.0),
        "pH 读作 13 pH reads 13": ("ph", 13.0), "电导率读作 0 conductivity reads 0": ("conductivity", 0.0),
    }  # fmt: skip
    for kind, (which, value) in faults.items():
        counted = []
        for one in (each for each in series if each.indicator == which):
            beside = one.beside["conductivity" if which == "ph" else "ph"]

            def judge(v: Block, beside: Block = beside, ph: bool = which == "ph") -> Flags:
                return ions_carry_current(*((v, beside) if ph else (beside, v)), **IONS)

            def stuck(v: Block, at: int, size: float, value: float = value) -> None:
                v[at : at + 4] = value

            counted.append(measured(one.values, judge, (4, stuck), rng, 0))
        yield row(which, kind, counted)


def contradictions(test: str, all_series: list[Series], factors: tuple[float, ...], rng: Any) -> Iterator[str]:
    """One reading that contradicts what was measured beside it: `factors` times as much as the water can hold.

    That is the total nitrogen beside ammonia, or what oxygen the water holds at its temperature when saturated.
    """
    (indicator, declared), = ((code, each) for code, those in declared_tests().items() for each in those
                              if each.test == test)  # fmt: skip
    keywords = declared.keywords
    usable = [(one, one.beside[BESIDE[test]]) for one in all_series
              if one.indicator == indicator and BESIDE[test] in one.beside]  # fmt: skip
    usable = [(one, beside) for one, beside in usable if np.isfinite(one.values + beside)[:-2].sum() >= FEWEST]
    for factor in factors if usable else ():
        counted = []
        for one, beside in usable:
            most = beside if test == "part_of_whole" else keywords["numerator"] / (keywords["offset"] + beside)

            def judge(v: Block, beside: Block = beside) -> Flags:
                return TESTS[test](v, beside, **keywords)

            def more(v: Block, at: int, size: float, most: Block = most, factor: float = factor) -> None:
                v[at] = factor * most[at]

            values = np.where(np.isfinite(beside), one.values, np.nan)  # elsewhere there is nothing to contradict
            counted.append(measured(values, judge, (1, more), rng, 0))
        yield row(f"{indicator}，{len(usable)} 条 series", f"读作 {factor:g} 倍 reads {factor:g} ×", counted)


def tables(folder: Path, seed: int, only: str | None = None) -> Iterator[str]:
    """One table for each detector, or one; contradictions are planted by generators of their own."""
    rng = np.random.default_rng(seed)
    parts: list[tuple[str, list[Iterator[str]]]] = [
        ("shifted_clock", [clocks(1, "15 min", folder, rng), clocks(16, "4 h", folder, rng)]),
        ("laboratory_drift", [drifts(folder, rng)]),
        ("between_sections", [sections(folder, rng)]),
        ("ions_carry_current", [ions(folder, rng)]),
    ]
    for name, series, factors in (("part_of_whole", cnemc, PARTS), ("oxygen_saturation", logan, OXYGEN)):
        if only in (None, name):
            rng = np.random.default_rng(seed)
            parts.append((name, [contradictions(name, list(series(folder)), factors, rng)]))
    for name, rows in parts if only is None else [part for part in parts if part[0] == only]:
        yield f"\n`{name}`\n"
        yield f"| {' | '.join(COLUMNS)} |"
        yield "|---|---|--:|--:|--:|--:|"
        for part in rows:
            yield from part


def main() -> int:
    """Print the tables; 0 also where the real data are not there, which is said."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--only", metavar="NAME", help="the table of one detector")
    asked = parser.parse_args()
    if not (asked.data / "logan_river").is_dir():
        print(f"没有 {asked.data}，略去 (the real series are not on this machine)", file=sys.stderr)
        return 0
    for line in tables(asked.data, asked.seed, asked.only):
        print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
