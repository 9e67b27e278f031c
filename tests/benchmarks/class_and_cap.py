"""1.2 million section-months of class against target on a scale with a cap: draws of a what-if, as float64 arrays.

The clauses are invented: one pays per class, the other climbs a ladder of started steps and pays back below target.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import partial

import numpy as np
from numpy.typing import NDArray

from basin.draws import Draws
from basin.scales import Piece, capped, scaled
from tests.benchmarks.runner import Contestant, compare

SECTION_MONTHS = 1_200_000
TARGET = 3.0
CAP = Fraction(300)
PER_CLASS = [Piece(rate=Fraction(-120))]
LADDER = [
    Piece(up_to=Fraction(0), amount=Fraction(-50)),
    Piece(up_to=Fraction(1), amount=Fraction(100)),
    Piece(rate=Fraction(80), per=Fraction("0.5"), amount=Fraction(20), steps="started"),
]

Array = NDArray[np.float64]


def by_project(pieces: Sequence[Piece], classes: Array) -> Array:
    """The scale and the cap of the settlement."""
    return capped(scaled(pieces, Draws(classes - TARGET)), CAP).values


def per_class_by_numpy(classes: Array) -> Array:
    """The first clause written out."""
    return np.clip(-120.0 * (classes - TARGET), -300.0, 300.0)


def ladder_by_numpy(classes: Array) -> Array:
    """The second clause written out; an absent class stays absent."""
    above = classes - TARGET
    steps = 20.0 + 80.0 * np.ceil(np.round(above / 0.5, 9))
    amounts = np.where(above <= 0, -50.0, np.where(above <= 1, 100.0, steps))
    return np.clip(np.where(np.isnan(above), np.nan, amounts), -300.0, 300.0)


def _one_array(_classes: Array, amounts: Array) -> list[Array]:
    return [amounts]


def main() -> None:
    """Compare each clause with its numpy twin."""
    rng = np.random.default_rng(3)
    classes = rng.integers(1, 7, SECTION_MONTHS).astype(np.float64)
    classes[rng.random(SECTION_MONTHS) < 0.02] = np.nan
    for name, pieces, twin in (
        ("rate per class", PER_CLASS, per_class_by_numpy),
        ("ladder of three pieces", LADDER, ladder_by_numpy),
    ):
        contestants = [
            Contestant("hengjie (scaled, capped)", partial(by_project, pieces), lambda: classes, _one_array),
            Contestant("plain numpy", twin, lambda: classes, _one_array),
        ]
        compare(f"Class step and cap, {name}", contestants, SECTION_MONTHS, "section-months", repeats=15)
