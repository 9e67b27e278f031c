"""What was not detected, by trying: the second evaluator settles with every value it may have had, and compares.

In: the months of which only non-detects are known, with their limits. Out: figures that may have been the truth, and of
several outcomes what all of them say. It knows no interval arithmetic: it tries values between nothing and the limit,
those of one year apart from those of another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product

from tests.independent.evaluator import Outcome, Owed, transfers
from tests.independent.figures import Span

PARTS = tuple(Fraction(part, 12) for part in range(1, 13))  # of the limit
NEARLY_NOTHING = Fraction(1, 10**6)  # in place of nothing, where nothing would divide
Limits = Mapping[tuple[str, str, Span], Fraction]


def possible_figures(limits: Limits, dividing: int | None) -> Iterator[dict[tuple[str, str, Span], Fraction]]:
    """The months at one part of their limits in each year, in all combinations of years; one year may divide."""
    years = sorted({month.year for _, _, month in limits})
    nothing = [NEARLY_NOTHING if year == dividing else Fraction(0) for year in years]
    for parts in product(*((least, *PARTS) for least in nothing)):
        part = dict(zip(years, parts, strict=True))
        yield {key: limit * part[key[2].year] for key, limit in limits.items()}


def agreed(outcomes: Sequence[Outcome]) -> Outcome:
    """What is owed whatever the truth was; a clause and period that depends on it stops."""
    stopped = frozenset(stop for outcome in outcomes for stop in outcome.stopped)
    by_outcome = [_by_clause(outcome.owed) for outcome in outcomes]
    keys = {key for owed in by_outcome for key in owed}
    differing = {key for key in keys if len({owed.get(key, frozenset()) for owed in by_outcome}) > 1}
    owed = tuple(o for o in outcomes[0].owed if (o.clause, o.of) not in differing | stopped)
    return Outcome(owed, stopped | differing, frozenset(), transfers(list(owed), frozenset()))


def _by_clause(owed: Sequence[Owed]) -> dict[tuple[str, Span], frozenset[Owed]]:
    keys = {(o.clause, o.of) for o in owed}
    return {key: frozenset(o for o in owed if (o.clause, o.of) == key) for key in keys}
