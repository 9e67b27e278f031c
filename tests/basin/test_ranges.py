"""Ranges: arithmetic that may widen and never narrows, and which numbers two ranges share."""

from __future__ import annotations

from fractions import Fraction
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from basin.ranges import ANY, NOT_NEGATIVE, Range, around, between, exactly

NUMBERS = st.fractions(min_value=-20, max_value=20, max_denominator=6)


@st.composite
def numbers_in_ranges(draw: st.DrawFn) -> tuple[Fraction, Range]:
    """A number and a range it lies in, either end open to infinity now and then."""
    least, value, greatest = sorted(draw(st.lists(NUMBERS, min_size=3, max_size=3)))
    return value, Range(draw(st.sampled_from([least, -inf])), draw(st.sampled_from([greatest, inf])))


@given(numbers_in_ranges(), numbers_in_ranges())
def test_what_is_computed_of_two_numbers_lies_in_what_is_computed_of_their_ranges(
    one: tuple[Fraction, Range], other: tuple[Fraction, Range]
) -> None:
    (a, of_a), (b, of_b) = one, other
    computed = [
        (a + b, of_a.plus(of_b)), (a - b, of_a.minus(of_b)), (a * b, of_a.times(of_b)), (a, of_a.with_also(of_b)),
    ]  # fmt: skip
    computed += [(a / b, of_a.over(of_b))] if b else []
    assert [(value, of) for value, of in computed if not exactly(value).meets(of)] == []


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (between(1, 6), Range(least=Fraction(6)), True),
        (between(1, 6), Range(least=Fraction(6), without_least=True), False),
        (between(1, 6), Range(greatest=Fraction(1)), True),
        (between(1, 6), Range(greatest=Fraction(1), without_greatest=True), False),
        (Range(Fraction(1), Fraction(2), without_least=True), between(0, 1), False),
        (exactly(1), exactly(1), True),
        (NOT_NEGATIVE, Range(greatest=Fraction(-1)), False),
        (ANY, exactly(1000), True),
    ],
)
def test_whether_two_ranges_share_a_number(one: Range, other: Range, expected: bool) -> None:
    assert one.meets(other) is expected
    assert other.meets(one) is expected


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (between(1, 6), "在 1 至 6"),
        (between(Fraction(1, 3), 1), "在 1/3 至 1"),
        (NOT_NEGATIVE, "不小于 0"),
        (Range(greatest=Fraction(100)), "不大于 100"),
        (exactly(0), "恒为 0"),
        (ANY, "不限"),
    ],
)
def test_a_range_in_words(of: Range, expected: str) -> None:
    assert of.in_words() == expected


def test_classes_compared_with_classes() -> None:
    classes = between(1, 6)
    assert (classes.minus(classes), classes.over(classes)) == (between(-5, 5), between(Fraction(1, 6), 6))


def test_the_range_around_none_is_not_known() -> None:
    assert around([]) == ANY
