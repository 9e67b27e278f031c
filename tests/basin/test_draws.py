"""Draws: the questions of clause code, answered for exact numbers and draw by draw alike."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from basin import draws
from basin.draws import Draws, Number, Truth

NAN = float("nan")
decimals = st.decimals(-1000, 1000, places=3, allow_nan=False).map(Fraction)
tests = st.sampled_from([True, False, None])


def drawn(*values: float | None) -> Draws:
    return Draws(np.array([NAN if value is None else value for value in values]))


def seen(number: Number | Truth | None, draws_there: int = 3) -> list[float | None]:
    values = [NAN] if number is None else np.atleast_1d(draws.floats(number))
    return [None if np.isnan(v) else float(v) for v in np.broadcast_to(values, draws_there)]


class TestArithmetic:
    """Draws add, multiply and divide one by one, with each other and with fractions on either side."""

    @pytest.mark.parametrize(
        ("result", "expected"),
        [
            (drawn(1, 2, None) + Fraction(1, 2), [1.5, 2.5, None]),
            (Fraction(1, 2) + drawn(1, 2, None), [1.5, 2.5, None]),
            (Fraction(3) - drawn(1, 2, None), [2, 1, None]),
            (drawn(1, 2, None) - 1, [0, 1, None]),
            (Fraction(1, 2) * drawn(1, 2, None), [0.5, 1, None]),
            (drawn(1, 2, None) * drawn(2, 2, 2), [2, 4, None]),
            (drawn(1, 2, None) / 4, [0.25, 0.5, None]),
            (Fraction(1) / drawn(1, 2, None), [1, 0.5, None]),
            (sum([Fraction(1), drawn(1, 2, None)], Fraction(0)), [2, 3, None]),
        ],
    )
    def test_one_by_one(self, result: Number, expected: list[float | None]) -> None:
        assert seen(result) == expected

    def test_what_would_choose_for_all_draws_at_once_is_refused(self) -> None:
        for question in (lambda: drawn(1) == drawn(1), lambda: bool(drawn(1)), lambda: draws.exact(drawn(1))):
            with pytest.raises(TypeError, match="draws"):
                question()


class TestComparing:
    """Noise of float arithmetic does not push a draw off a bound it lies on."""

    @pytest.mark.parametrize(
        ("compare", "expected"),
        [(draws.at_most, [1, 1, 0, None]), (draws.below, [1, 0, 0, None]), (draws.at_least, [0, 1, 1, None]),
         (draws.above, [0, 0, 1, None]), (draws.same, [0, 1, 0, None])],
    )  # fmt: skip
    def test_against_a_bound(self, compare: Callable[[Number, Number], Truth], expected: list[float | None]) -> None:
        on_it = 0.1 + 0.2
        assert on_it != 0.3
        assert seen(compare(drawn(0.29, on_it, 0.31, None), Fraction("0.3")), 4) == expected

    @given(decimals, decimals)
    def test_the_worlds_compare_alike(self, a: Fraction, b: Fraction) -> None:
        for compare in (draws.at_most, draws.below, draws.at_least, draws.above, draws.same):
            assert seen(compare(drawn(float(a)), b), 1) == [float(compare(a, b))]
            assert seen(compare(a, drawn(float(b))), 1) == [float(compare(a, b))]


class TestThreeValues:
    """True, false and undecided: decided as soon as the known part decides."""

    @given(st.lists(tests, min_size=1, max_size=5))
    def test_the_worlds_decide_alike(self, held: list[bool | None]) -> None:
        as_draws: list[Truth | None] = [None if test is None else drawn(test) for test in held]
        for decide in (draws.holds_all, draws.holds_any):
            assert seen(decide(as_draws), 1) == seen(decide(held), 1)

    @pytest.mark.parametrize(
        ("held", "all_hold", "any_holds"),
        [([], True, False), ([True, None], None, True), ([False, None], False, None), ([None], None, None)],
    )
    def test_what_decides(self, held: list[bool | None], all_hold: bool | None, any_holds: bool | None) -> None:
        assert (draws.holds_all(held), draws.holds_any(held)) == (all_hold, any_holds)

    @pytest.mark.parametrize(
        ("certainly", "possibly", "decided"),
        [(True, True, True), (False, False, False), (False, True, None), (None, False, False), (True, None, True),
         (None, None, None)],
    )  # fmt: skip
    def test_between_the_worst_and_the_best(
        self, certainly: bool | None, possibly: bool | None, decided: bool | None
    ) -> None:
        assert draws.between(certainly, possibly) is decided
        as_draws = (None if test is None else drawn(test) for test in (certainly, possibly))
        assert seen(draws.between(*as_draws), 1) == seen(decided, 1)


class TestChoosing:
    """One number or the other, draw by draw; nothing where the test is undecided."""

    @pytest.mark.parametrize(
        ("test", "expected"),
        [(True, [5, 5, 5]), (False, [7, 8, None]), (drawn(1, 0, None), [5, 8, None]), (drawn(1, 1, 0), [5, 5, None])],
    )
    def test_chosen(self, test: Truth, expected: list[float | None]) -> None:
        assert seen(draws.chosen(test, Fraction(5), drawn(7, 8, None))) == expected

    def test_an_absent_choice_is_absent(self) -> None:
        assert draws.chosen(True, None, Fraction(1)) is None
        assert seen(draws.chosen(drawn(1, 0, 0), None, Fraction(1))) == [None, 1, 1]

    def test_gaps_are_filled_and_seen(self) -> None:
        assert seen(draws.filled(drawn(1, None, 3), Fraction(0))) == [1, 0, 3]
        assert draws.filled(None, Fraction(2)) == 2
        assert draws.has_gaps([Fraction(1), drawn(1, None)])
        assert not draws.has_gaps([Fraction(1), drawn(1, 2)])
        assert draws.has_gaps([None])

    def test_nowhere_means_in_no_draw(self) -> None:
        assert draws.nowhere(drawn(0, 0))
        assert not draws.nowhere(drawn(0, None))
        assert draws.nowhere(False)
        assert not draws.nowhere(None)


class TestCombining:
    """Least, greatest and quotients."""

    def test_an_absent_draw_makes_the_least_absent_but_not_the_least_known(self) -> None:
        both: list[Number] = [drawn(1, None, 5), Fraction(3)]
        assert seen(draws.least(both)) == [1, None, 3]
        assert seen(draws.greatest(both)) == [3, None, 5]
        assert seen(draws.least_known(both)) == [1, 3, 3]
        assert seen(draws.greatest_known(both)) == [3, 3, 5]

    def test_nothing_is_divided_by_zero(self) -> None:
        assert draws.quotient(Fraction(1), Fraction(0)) is None
        assert seen(draws.quotient(Fraction(1), drawn(0, 2, None))) == [None, 0.5, None]

    @given(st.lists(decimals, min_size=1, max_size=5))
    def test_the_worlds_combine_alike(self, numbers: list[Fraction]) -> None:
        for combine in (draws.least, draws.greatest):
            assert seen(combine([drawn(float(n)) for n in numbers]), 1) == [float(draws.floats(combine(numbers)))]
