"""Runs a piece of the project beside its controls and prints the seconds of each, on the clock and of CPU, and ratios.

In: contestants, the project's own first. Out: lines on the terminal. Project and controls run in the same process, in
turn, so that a busy machine slows all of them alike, and in every round each control must give the project's result.
No time is ever asserted: a ratio can be compared between machines, a second cannot.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, NamedTuple

import numpy as np


@dataclass(frozen=True)
class Contestant:
    """One way to do the work: only `run` is timed.

    Attributes
    ----------
    run : takes what `prepare` made for this round.
    finish : takes that and what `run` returned, tidies up, and returns the result that all contestants must share.
    """

    name: str
    run: Callable[[Any], Any]
    prepare: Callable[[], Any] = lambda: None
    finish: Callable[[Any, Any], Sequence[Any]] = lambda prepared, returned: returned


def compare(title: str, contestants: Sequence[Contestant], amount: int, unit: str, repeats: int = 7) -> None:
    """Print median seconds, `unit`s per second, CPU seconds and the ratios to the project for each contestant.

    CPU seconds are those of this process in all its threads: on a busy machine they tell more than the clock does.

    Parameters
    ----------
    contestants : the project first; the others are its controls.
    amount, unit : how much work one run does ("5 612 340 readings").

    Raises
    ------
    AssertionError : a control gives another result, so that the times would compare different work.
    """
    print(f"\n{title}: {amount:,} {unit}, median of {repeats}", flush=True)
    taken: dict[str, list[Taken]] = {contestant.name: [] for contestant in contestants}
    expected: Sequence[Any] | None = None
    for _ in range(repeats):
        for contestant in contestants:
            times, result = _once(contestant)
            taken[contestant.name].append(times)
            expected = result if expected is None else expected
            assert_same(result, expected, contestant.name)
    medians = {name: _median(times) for name, times in taken.items()}
    project = medians[contestants[0].name]
    for name, times in medians.items():
        clock = f"{times.clock:>9.3f} s {amount / times.clock:>14,.0f} {unit}/s   × {times.clock / project.clock:.2f}"
        print(f"  {name:<38}{clock}   CPU {times.cpu:>8.3f} s × {times.cpu / project.cpu:.2f}", flush=True)


class Taken(NamedTuple):
    """What a run takes: seconds on the clock, and CPU seconds of this process."""

    clock: float
    cpu: float


def _median(times: Sequence[Taken]) -> Taken:
    return Taken(median(taken.clock for taken in times), median(taken.cpu for taken in times))


def _once(contestant: Contestant) -> tuple[Taken, Sequence[Any]]:
    prepared = contestant.prepare()
    gc.collect()
    started = Taken(time.perf_counter(), time.process_time())
    returned = contestant.run(prepared)
    taken = Taken(time.perf_counter() - started.clock, time.process_time() - started.cpu)
    return taken, contestant.finish(prepared, returned)


def assert_same(result: Sequence[Any], expected: Sequence[Any], name: str) -> None:
    """Both are sequences of arrays or numbers, equal to 1e-12 of their size, absent at the same places."""
    for found, wanted in zip(result, expected, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=0, err_msg=f"{name} computes something else")
