"""1.2 million section-months of threshold, load times price, and cap: draws of a what-if, as float64 arrays.

The clause is invented: where the concentration is over its limit, each tonne of load costs a price, up to a cap.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from basin.draws import Draws
from basin.scales import Piece, capped, scaled
from tests.benchmarks.runner import Contestant, compare

SECTION_MONTHS = 1_200_000
OVER_THE_LIMIT = [Piece(up_to=Fraction("0.2"), amount=Fraction(0)), Piece(amount=Fraction(1))]
PRICE = [Piece(rate=Fraction("1.5"))]
CAP = Fraction(400)

Array = NDArray[np.float64]
Section = tuple[Array, Array]  # concentration [mg/L], load [t]


def by_project(months: Section) -> Array:
    """The test, the price and the cap of the settlement."""
    concentration, load = (Draws(values) for values in months)
    return capped(scaled(OVER_THE_LIMIT, concentration) * scaled(PRICE, load), CAP).values


def by_numpy(months: Section) -> Array:
    """The same written out; an absent concentration or load stays absent."""
    concentration, load = months
    over = np.where(np.isnan(concentration), np.nan, concentration > 0.2)
    return np.clip(over * (load * 1.5), -400.0, 400.0)


def main() -> None:
    """Compare the clause with its numpy twin."""
    rng = np.random.default_rng(4)
    concentration, load = rng.lognormal(-1.6, 0.5, SECTION_MONTHS), rng.gamma(2.0, 100.0, SECTION_MONTHS)
    concentration[rng.random(SECTION_MONTHS) < 0.02] = np.nan
    contestants = [
        Contestant(name, way, lambda: (concentration, load), lambda _, amounts: [amounts])
        for name, way in (("hengjie (scaled, capped)", by_project), ("plain numpy", by_numpy))
    ]
    compare("Threshold, load × price, cap", contestants, SECTION_MONTHS, "section-months", repeats=15)
