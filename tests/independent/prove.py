"""The proof: many made agreements of every family, settled twice, compared to the fen.

``python -m tests.independent.prove [N] [--seed S]`` makes N examples spread evenly over the families, prints progress
and what differs, and writes `docs/proof.md` when it has finished. It exits 1 at the first family with a difference,
showing the smallest example found.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random

from tests.independent.agreements import FAMILIES, example
from tests.independent.comparing import Example, differences
from tests.independent.worlds import differences_of_worlds, variants

PAGE = Path(__file__).parents[2] / "docs" / "proof.md"
BATCH = 170  # examples a process takes at once
FURTHER = 1  # further sets of figures of an example, for the world of draws
SEARCH = 300  # further examples of a family, to show a smaller one that differs


def main() -> int:
    """Runs the proof."""
    asked = argparse.ArgumentParser(prog="prove", description="两个计算器逐分比较 (two evaluators, to the fen)")
    asked.add_argument("count", nargs="?", type=int, default=100_000)
    asked.add_argument("--seed", type=int, default=20_210_101)
    asked.add_argument("--minutes", type=float, default=None, help="到时即止，写下实际数目 (stop then)")
    asked.add_argument("--no-page", action="store_true", help="不写 docs/proof.md (write no page)")
    asked.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    options = asked.parse_args()
    began = time.monotonic()
    counts: Counter[str] = Counter()
    batches = [range(first, min(first + BATCH, options.count)) for first in range(0, options.count, BATCH)]
    with ProcessPoolExecutor(options.processes) as pool:
        for found in pool.map(partial(settled_twice, options.seed), batches):
            if isinstance(found, Difference):
                pool.shutdown(cancel_futures=True)
                return _shown(options.seed, found)
            counts += found
            print(f"{sum(counts.values())} … {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
            if options.minutes and time.monotonic() - began > 60 * options.minutes:
                pool.shutdown(cancel_futures=True)
                break
    print(" ".join(f"{name} {count}" for name, count in counts.items()))
    print(f"种子 {options.seed}，共 {sum(counts.values())} 例，差异 0 (seed, examples, differences)")
    if not options.no_page:
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(page(counts, options.seed, datetime.now(UTC)), encoding="utf-8")
    return 0


@dataclass(frozen=True)
class Difference:
    """Where the first difference of a batch was found."""

    family: str
    position: int
    told: list[str]


def settled_twice(seed: int, positions: Iterable[int]) -> Counter[str] | Difference:
    """How many examples of each family came out the same in both evaluators and both worlds."""
    counts: Counter[str] = Counter()
    for position in positions:
        name = list(FAMILIES)[position % len(FAMILIES)]
        if told := _differences(name, _random(seed, name, position)):
            return Difference(name, position, told)
        counts[name] += 1
    return counts


def _random(seed: int, name: str, position: int) -> Random:
    return Random(f"{seed} {name} {position}")


def _differences(name: str, r: Random) -> list[str]:
    """Engine and second evaluator on one example; then exact and draws on its figures and on further ones."""
    one = example(name, r)
    return differences(one) or differences_of_worlds(one, variants(one, r, FURTHER))


def _shown(seed: int, found: Difference) -> int:
    """The difference, and the smallest example of the family that shows one."""
    name, told = found.family, found.told
    smallest = example(name, _random(seed, name, found.position))
    for further in range(found.position + 1, found.position + SEARCH):
        other = example(name, _random(seed, name, further))
        if _size(other) < _size(smallest) and (differs := _differences(name, _random(seed, name, further))):
            smallest, told = other, differs
    print(f"有差异 (differs): seed {seed}, {name}, example {found.position}")
    print(smallest)
    print("\n".join(told))
    return 1


def _size(one: Example) -> int:
    return len(str(one))


def page(counts: Counter[str], seed: int, finished: datetime) -> str:
    """The page that tells what was run."""
    rows = "\n".join(f"| {name} | {FAMILIES[name].__doc__} | {count} | 0 |" for name, count in counts.items())
    return f"""# 逐分核对：两个独立的计算器 (Proof: two independent evaluators)

同一份协议、同一组数据，由结算程序与 `tests/independent/` 里另写的计算器各算一遍，
逐分比较每笔应付款、付款条款的每处停止和净额划转。
每例再添一组数据，两组各以精确数结算，又合成数组一次算出（抽样世界），逐个比较每条每期的金额与每方的盈亏。
后者依据语法文件写成，用 Python 的分数，不与前者共用代码；
语法没有说清而两者不同之处，凡程序的读法说得通，后者从之。
协议与数据都是随机虚构的。

The same agreement and the same figures are settled twice: by the engine and by the evaluator in `tests/independent/`,
written from the grammar, in plain fractions, sharing no code. Every obligation, every stop of a clause that pays and
every net transfer is compared to the fen. Where the grammar left room and the two differed, the second took over the
engine's reading if that was sound. Then further figures are made; each set is settled exactly, and all sets at once as
arrays of draws: the amount of every evaluation and the balance of every party agree draw by draw. Agreements and
figures are invented at random.

- 完成时间 (finished): {finished:%Y-%m-%d %H:%M} UTC
- 种子 (seed): {seed}
- 例数 (examples): {sum(counts.values())}
- 差异 (differences): 0
- 重做 (to repeat): `.venv/bin/python -m tests.independent.prove {sum(counts.values())} --seed {seed}`

| 规则类型 (family) | 形状 (shape) | 例数 (examples) | 差异 (differences) |
|---|---|--:|--:|
{rows}

没有比较的：pH 与溶解氧、周与日、流量、由读数算的通量、读数（只用给定的月、年数值）。
Not compared: pH and oxygen, weeks and days, discharge, loads from readings (figures of months and years are given).
"""


if __name__ == "__main__":
    sys.exit(main())
