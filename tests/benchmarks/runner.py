"""Runs a piece of the project beside its controls and prints the seconds of each and their ratio.

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
from typing import Any

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
    """Print median seconds, `unit`s per second and the ratio to the project for each contestant.

    Parameters
    ----------
    contestants : the project first; the others are its controls.
    amount, unit : how much work one run does ("5 612 340 readings").

    Raises
    ------
    AssertionError : a control gives another result, so that the times would compare different work.
    """
    print(f"\n{title}: {amount:,} {unit}, median of {repeats}", flush=True)
    seconds: dict[str, list[float]] = {contestant.name: [] for contestant in contestants}
    expected: Sequence[Any] | None = None
    for _ in range(repeats):
        for contestant in contestants:
            taken, result = _once(contestant)
            seconds[contestant.name].append(taken)
            expected = result if expected is None else expected
            assert_same(result, expected, contestant.name)
    own = median(seconds[contestants[0].name])
    for name, times in seconds.items():
        took = median(times)
        print(f"  {name:<38}{took:>9.3f} s {amount / took:>14,.0f} {unit}/s   × {took / own:.2f}", flush=True)


def _once(contestant: Contestant) -> tuple[float, Sequence[Any]]:
    prepared = contestant.prepare()
    gc.collect()
    started = time.perf_counter()
    returned = contestant.run(prepared)
    taken = time.perf_counter() - started
    return taken, contestant.finish(prepared, returned)


def assert_same(result: Sequence[Any], expected: Sequence[Any], name: str) -> None:
    """Both are sequences of arrays or numbers, equal to 1e-12 of their size, absent at the same places."""
    for found, wanted in zip(result, expected, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=0, err_msg=f"{name} computes something else")
