"""Scales: how a number becomes money, exactly for what is paid and in float64 for draws, by the same pieces."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from basin.draws import Draws
from basin.scales import Piece, applied, capped, scaled
from basin.written.agreement_files import tree

PIECES = TypeAdapter(tuple[Piece, ...])


def pieces(text: str) -> tuple[Piece, ...]:
    return PIECES.validate_python(tree(f"v: {text}")["v"])


def money(text: str, value: str) -> str | None:
    found = applied(pieces(text), Fraction(value))
    return None if found is None else str(found.amount)


def amount(scale: tuple[Piece, ...], value: Fraction) -> Fraction:
    found = applied(scale, value)
    assert found is not None
    return found.amount


def drawn(scale: tuple[Piece, ...], values: NDArray[np.float64]) -> NDArray[np.float64]:
    return scaled(scale, Draws(values)).values


OVER_BY_1_6 = "[{up_to: 0}, {rate: 25, per: 0.5%s}]"


class TestApplied:
    """The first piece that covers a value."""

    @pytest.mark.parametrize(
        ("steps", "expected"),
        [("", "80"), (", steps: completed", "75"), (", steps: started", "100")],
    )
    def test_25_per_half_a_milligram_has_three_readings_at_1_6_over(self, steps: str, expected: str) -> None:
        assert money(OVER_BY_1_6 % steps, "1.6") == expected

    @pytest.mark.parametrize(
        ("value", "linear", "completed", "started"),
        [
            ("-1", "0", "0", "0"),
            ("0", "0", "0", "0"),
            ("0.1", "5", "0", "25"),
            ("0.5", "25", "25", "25"),
            ("0.50001", "50001/2000", "25", "50"),
            ("1", "50", "50", "50"),
        ],
    )
    def test_a_step_that_is_just_reached_counts_once_in_every_reading(
        self, value: str, linear: str, completed: str, started: str
    ) -> None:
        readings = ["", ", steps: completed", ", steps: started"]
        assert [money(OVER_BY_1_6 % steps, value) for steps in readings] == [linear, completed, started]

    TIERS = "[{up_to: 0.95, amount: 20000}, {up_to: 1, amount: 10000}, {amount: -10000}]"

    @pytest.mark.parametrize(
        ("value", "expected"),
        [("0.9", "20000"), ("0.95", "20000"), ("0.9501", "10000"), ("1", "10000"), ("1.00075", "-10000")],
    )
    def test_up_to_holds_its_bound(self, value: str, expected: str) -> None:
        assert money(self.TIERS, value) == expected

    @pytest.mark.parametrize(("value", "expected"), [("0.79", "1"), ("0.8", "2"), ("0.81", "2")])
    def test_below_does_not_hold_its_bound(self, value: str, expected: str) -> None:
        assert money("[{below: 0.8, amount: 1}, {amount: 2}]", value) == expected

    def test_below_and_up_to_may_part_at_one_point(self) -> None:
        three = "[{below: 1, amount: 1}, {up_to: 1, amount: 2}, {amount: 3}]"
        assert [money(three, value) for value in ("0.999", "1", "1.001")] == ["1", "2", "3"]

    def test_a_ladder_that_starts_up_to_a_half_pays_in_a_compliant_month_and_one_that_starts_at_0_does_not(
        self,
    ) -> None:
        assert money("[{up_to: 0.5, amount: 50}, {amount: 100}]", "0") == "50"
        assert money("[{up_to: 0}, {up_to: 0.5, amount: 50}, {amount: 100}]", "0") == "0"
        assert money("[{up_to: 0}, {up_to: 0.5, amount: 50}, {amount: 100}]", "0.0001") == "50"

    def test_origin_and_amount_shift_the_line(self) -> None:
        assert money("[{amount: 10, rate: -5, origin: 1, per: 0.1}]", "1.2") == "0"
        assert money("[{amount: 10, rate: -5, origin: 1, per: 0.1}]", "0.98") == "11"

    @pytest.mark.parametrize(
        ("value", "linear", "completed", "started"),
        [
            ("12", "0", "0", "0"),
            ("11.9", "3/4", "0", "15/2"),
            ("11", "15/2", "15/2", "15/2"),
            ("10.4", "12", "15/2", "15"),
        ],
    )
    def test_7_5_per_unit_short_of_12_counts_downwards_by_a_negative_per(
        self, value: str, linear: str, completed: str, started: str
    ) -> None:
        short = "[{up_to: 12, origin: 12, per: -1, rate: 7.5%s}, {amount: 0}]"
        readings = ["", ", steps: completed", ", steps: started"]
        assert [money(short % steps, value) for steps in readings] == [linear, completed, started]

    def test_a_value_above_a_closed_scale_is_in_no_piece(self) -> None:
        assert money("[{up_to: 1, amount: 1}]", "1.1") is None

    def test_the_piece_and_its_steps_are_told(self) -> None:
        found = applied(pieces(OVER_BY_1_6 % ", steps: started"), Fraction("1.6"))
        assert found is not None
        assert (found.position, found.n, found.amount) == (1, 4, 100)

    @pytest.mark.parametrize("text", ["[{ammount: 1}]", "[{steps: half}]", "[{amount: yes}]", "[{rate: 1/0}]"])
    def test_a_malformed_piece_is_refused(self, text: str) -> None:
        with pytest.raises(ValidationError):
            pieces(text)


decimals = st.integers(-400, 400).map(lambda n: Fraction(n, 100))
figures = st.integers(-50, 50).map(lambda n: Fraction(n, 10))
steps = st.sampled_from([None, "started", "completed"])
pers = st.sampled_from([Fraction(1), Fraction(1, 2), Fraction(1, 10), Fraction(1, 4), Fraction(3)])
either_way = st.tuples(pers, st.sampled_from([1, -1])).map(lambda per: per[0] * per[1])


@st.composite
def scales(draw: Any) -> tuple[Piece, ...]:
    """Pieces in order, open at the top."""
    bounds = sorted(draw(st.sets(decimals, max_size=3)))
    made = []
    for bound in [*bounds, None]:
        kind = draw(st.sampled_from(["up_to", "below"])) if bound is not None else None
        made.append(
            Piece(
                amount=draw(figures),
                rate=draw(figures),
                origin=draw(figures),
                per=draw(either_way),
                steps=draw(steps),
                **({kind: bound} if kind else {}),
            )
        )
    return tuple(made)


class TestDraws:
    """What is paid and what is forecast go through the same pieces."""

    @given(scales(), st.lists(decimals, min_size=1, max_size=20))
    def test_exact_and_float_agree_on_every_decimal_value(
        self, scale: tuple[Piece, ...], values: list[Fraction]
    ) -> None:
        exact = [float(found.amount) for value in values if (found := applied(scale, value)) is not None]
        found = drawn(scale, np.array([float(value) for value in values]))
        np.testing.assert_allclose(found, exact, rtol=1e-12, atol=1e-9)

    @given(scales(), decimals)
    def test_a_scale_that_is_open_at_the_top_covers_everything(self, scale: tuple[Piece, ...], value: Fraction) -> None:
        assert applied(scale, value) is not None

    @given(st.lists(decimals, min_size=2, max_size=12), pers, steps)
    def test_a_ladder_with_a_rising_rate_never_falls(
        self, values: list[Fraction], per: Fraction, rounding: str | None
    ) -> None:
        rising = (Piece(rate=Fraction(7), per=per, steps=rounding),)
        amounts = [amount(rising, value) for value in sorted(values)]
        assert amounts == sorted(amounts)

    @given(decimals, pers)
    def test_completed_never_exceeds_linear_and_started_never_falls_short(self, value: Fraction, per: Fraction) -> None:
        linear, completed, started = (
            amount((Piece(rate=Fraction(1), per=per, steps=kind),), value) for kind in (None, "completed", "started")
        )
        assert completed <= linear <= started
        assert started - completed in (0, 1)

    def test_steps_on_draws_do_not_stumble_over_float_noise(self) -> None:
        started = pieces("[{rate: 1, origin: 0.1, per: 0.1, steps: started}]")
        completed = pieces("[{rate: 1, origin: 0.1, per: 0.1, steps: completed}]")
        assert (0.4 - 0.1) / 0.1 > 3  # in float64
        assert (0.7 - 0.1) / 0.1 < 6
        assert drawn(started, np.array([0.4])).tolist() == [3.0]
        assert drawn(completed, np.array([0.7])).tolist() == [6.0]

    def test_draws_keep_their_shape_and_absent_draws_stay_absent(self) -> None:
        ladder = pieces("[{up_to: 0}, {up_to: 1, amount: 5}, {amount: 7, rate: 1}]")
        found = drawn(ladder, np.array([[-1.0, 0.5], [np.nan, 2.0]]))
        np.testing.assert_array_equal(found, [[0.0, 5.0], [np.nan, 9.0]])

    @pytest.mark.parametrize("text", ["[{amount: 3}]", "[{rate: 2}]", "[{rate: 2, steps: started}]"])
    def test_an_absent_draw_of_a_single_piece_stays_absent(self, text: str) -> None:
        assert np.isnan(drawn(pieces(text), np.array([np.nan]))).all()

    def test_a_draw_no_piece_covers_is_absent(self) -> None:
        np.testing.assert_array_equal(drawn(pieces("[{up_to: 1, amount: 1}]"), np.array([0.0, 2.0])), [1.0, np.nan])


class TestCapped:
    """``cap`` bounds the size of an amount, in both directions."""

    @pytest.mark.parametrize(
        ("amount", "cap", "expected"),
        [("5500", "4000", 4000), ("-5500", "4000", -4000), ("4000", "4000", 4000), ("12.5", "4000", Fraction("12.5"))],
    )
    def test_an_amount_is_kept_within_the_cap(self, amount: str, cap: str, expected: Fraction) -> None:
        assert capped(Fraction(amount), Fraction(cap)) == expected

    def test_without_a_cap_nothing_is_bounded(self) -> None:
        assert capped(Fraction(10**9), None) == 10**9

    @given(st.lists(decimals, min_size=1), decimals.map(abs))
    def test_exact_and_float_are_capped_alike(self, amounts: list[Fraction], cap: Fraction) -> None:
        exact = [float(capped(amount, cap)) for amount in amounts]
        drawn = capped(Draws(np.array([float(amount) for amount in amounts])), cap)
        assert drawn.values.tolist() == exact

    @given(decimals, decimals.map(abs))
    def test_capping_twice_changes_nothing_and_the_sign_stays(self, amount: Fraction, cap: Fraction) -> None:
        once = capped(amount, cap)
        assert capped(once, cap) == once
        assert once * amount >= 0
        assert abs(once) <= cap
