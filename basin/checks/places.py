"""Where measures and tests stand in a clause, and what they have in hand there.

In: a typed clause. Out: a `Place` for its measure, each of its tests, and each test inside another. Nothing is refused
here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from basin.clauses import TIME_AXES, Clause
from basin.measures import Measure
from basin.periods import LENGTHS


@dataclass(frozen=True)
class Place:
    """A measure or test of a clause.

    Attributes
    ----------
    name : its path below the clause, such as ``when.0.all_of.1``.
    axes : what is in hand there, each axis with its codes as written.
    """

    name: str
    measure: Measure
    axes: Mapping[str, Sequence[str]]


def lasting(axes: Mapping[str, Sequence[str]], every: str) -> str:
    """The length of the period in hand: the shortest of the obligation's and the axes of time."""
    return min((every, *(TIME_AXES & axes.keys())), key=LENGTHS.index)


def places(clause: Clause) -> Iterator[Place]:
    """Every measure and test of a clause, those inside others too."""
    if clause.measure is not None:
        yield from _inside(Place("measure", clause.measure, clause.each))
    for name in ("when", "unless"):
        for i, test in enumerate(getattr(clause, name)):
            yield from _inside(Place(f"{name}.{i}", test, clause.each))


def _inside(place: Place) -> Iterator[Place]:
    """The place itself and every test inside its measure."""
    yield place
    axes = {**place.axes, **place.measure.axes}
    for key in ("all_of", "any_of"):
        for i, test in enumerate(getattr(place.measure, key) or ()):
            yield from _inside(Place(f"{place.name}.{key}.{i}", test, axes))
