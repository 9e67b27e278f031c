"""Runs a piece of the project beside its controls and prints the seconds of each and their ratio.

In: contestants, the project's own first. Out: lines on the terminal. Project and controls run in the same process, in
turn, so that a busy machine slows all of them alike; the first round is not timed, and in it every control must give
the project's result. No time is ever asserted: a ratio can be compared between machines, a second cannot.
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
    """One way to do the work: `run` is timed and takes what `prepare`, which is not timed, made for that round."""

    name: str
    run: Callable[[Any], Any]
    prepare: Callable[[], Any] = lambda: None
    clear: Callable[[Any], None] = lambda prepared: None


def compare(title: str, contestants: Sequence[Contestant], amount: int, unit: str, repeats: int = 5) -> None:
    """Print median seconds, `unit`s per second and the ratio to the project for each contestant.

    Parameters
    ----------
    contestants : the project first; the others are its controls.
    amount, unit : how much work one run does ("5 612 340 readings").

    Raises
    ------
    AssertionError : a control gives another result, so that the times would compare different work.
    """
    print(f"\n{title}: {amount:,} {unit}, median of {repeats}")
    expected, *others = (_once(contestant)[1] for contestant in contestants)
    for contestant, result in zip(contestants[1:], others, strict=True):
        assert_same(result, expected, contestant.name)
    seconds: dict[str, list[float]] = {contestant.name: [] for contestant in contestants}
    for _ in range(repeats):
        for contestant in contestants:
            seconds[contestant.name].append(_once(contestant)[0])
    own = median(seconds[contestants[0].name])
    for name, taken in seconds.items():
        took = median(taken)
        print(f"  {name:<38}{took:>9.3f} s {amount / took:>14,.0f} {unit}/s   × {took / own:.2f}")


def _once(contestant: Contestant) -> tuple[float, Any]:
    prepared = contestant.prepare()
    gc.collect()
    started = time.perf_counter()
    result = contestant.run(prepared)
    taken = time.perf_counter() - started
    contestant.clear(prepared)
    return taken, result


def assert_same(result: Sequence[Any], expected: Sequence[Any], name: str) -> None:
    """Both are sequences of arrays or numbers, equal to 1e-12 of their size, absent at the same places."""
    for found, wanted in zip(result, expected, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=0, err_msg=f"{name} computes something else")
