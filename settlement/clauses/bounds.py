"""Bounds (界限): whether a number keeps the bounds of a test, and what is known of a number that is absent.

In: a test and its `Value`; or several `Value`s of which one is absent. Out: true, false or undecided, with the working;
or the absent `Value` with the bounds that the present ones give. The two belong together: nine exceedances in eleven
months decide a test of at most eight, whatever the twelfth month was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from basin import draws
from basin.draws import Draws, Number, Truth
from basin.measures import Measure
from basin.rounding import printed
from settlement.clauses.combining import combined
from settlement.clauses.intervals import as_settled, is_missing, not_detected
from settlement.clauses.values import Value
from settlement.clauses.working import Trail


@dataclass(frozen=True)
class _Bound:
    """A bound of a test: its key in the agreement, its sign, and the comparison it makes."""

    key: str
    sign: str
    compare: Callable[[Number, Fraction], Truth]
    upper: bool


_BOUNDS = (
    _Bound("at_most", "≤", draws.at_most, upper=True),
    _Bound("below", "<", draws.below, upper=True),
    _Bound("at_least", "≥", draws.at_least, upper=False),
    _Bound("above", ">", draws.above, upper=False),
)
_HELD: Mapping[bool | None, str] = {True: "成立", False: "不成立", None: "未定"}


def kept(test: Measure, tested: Value, trail: Trail) -> Truth | None:
    """Whether a value keeps all bounds of a test; None, and no working, while what is known of it allows both.

    Parameters
    ----------
    test : a measure with bounds.
    tested : the number of that measure, or what is known of it.
    trail : receives the working of a test that is decided.
    """
    stated = [(bound, getattr(test, bound.key)) for bound in _BOUNDS]
    bounds: list[tuple[_Bound, Fraction]] = [(bound, limit) for bound, limit in stated if limit is not None]
    held = [_holds(bound, limit, tested) for bound, limit in bounds]
    decided = draws.holds_all(held)
    if decided is None:
        return None
    shown = printed(tested.number) if tested.number is not None else f"无值（{tested.reason}），已知部分足以判定，"
    for (bound, limit), holds in zip(bounds, held, strict=True):
        verdict = str(holds) if isinstance(holds, Draws) else _HELD[holds]
        trail.note("条件", f"{shown} {bound.sign} {printed(limit)}", verdict)
    return decided


def _holds(bound: _Bound, limit: Fraction, tested: Value) -> Truth | None:
    """Whether a number keeps a bound; None while what is known of the number allows both."""
    least = tested.number if tested.least is None else tested.least
    greatest = tested.number if tested.greatest is None else tested.greatest
    worst = greatest if bound.upper else least
    best = least if bound.upper else greatest
    certainly = None if worst is None else bound.compare(worst, limit)
    possibly = None if best is None else bound.compare(best, limit)
    return draws.between(certainly, possibly)


def given_by_the_present(measure: Measure, values: Sequence[Value], absent: Value) -> Value:
    """An absent value with bounds: an absent test could be either, a greatest value can only grow, a least only fall.

    Where something is known of every value, as of means that were not detected, their ends give both bounds.

    Parameters
    ----------
    measure : its `take` makes one value of the several; they are summed where it has none.
    values : the several, present and absent.
    absent : what they come to together: no number, with the reason.
    """
    if measure.take is None and len(values) == 1:
        return absent
    counted = [value for value in values if not value.excluded]
    if all(map(is_missing, counted)):
        return absent
    of_tests = measure.kind == "met" and measure.against is None
    bounds = [_bounds_of_test(value) if of_tests else _bounds_of(value) for value in counted]
    least = [value.least for value in bounds if value.least is not None]
    greatest = [value.greatest for value in bounds if value.greatest is not None]
    all_least = combined(measure.take, least) if least and len(least) == len(bounds) else None
    all_greatest = combined(measure.take, greatest) if greatest and len(greatest) == len(bounds) else None
    if measure.take == "max" and least:
        all_least = draws.greatest_known(least)
    if measure.take == "min" and greatest:
        all_greatest = draws.least_known(greatest)
    bounded = replace(absent, least=all_least, greatest=all_greatest)
    # a number that is missing may decide a test, and is none for whoever takes the number itself
    settles = absent.number is None and all(value.number is not None or not_detected(value) for value in counted)
    return as_settled(bounded) if settles else bounded


def _bounds_of(value: Value) -> Value:
    """A number as its own bounds."""
    return value if value.number is None else replace(value, least=value.number, greatest=value.number)


def _bounds_of_test(value: Value) -> Value:
    """A test that is absent may be either."""
    failed = draws.filled(value.number, Fraction(0))
    return replace(value, least=failed, greatest=draws.filled(value.number, Fraction(1)))
