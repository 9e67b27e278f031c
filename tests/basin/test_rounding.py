"""The gate from float to exact, and how exact numbers are rounded, split and printed."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import inf, nan
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from basin.indicators import INDICATORS
from basin.rounding import fen, half_even, number, printed, quantised, reported, rounded, split, yuan
from tests.basin.replies import readings

F = Fraction


class TestReported:
    """12 significant digits, then half to even, once; what would vanish keeps one significant digit."""

    @pytest.mark.parametrize(
        ("value", "decimals", "expected"),
        [
            # the computed vectors of GB/T 8170 with one significant digit kept
            (0.0034, 3, "0.003"),
            (0.0045, 3, "0.004"),
            (0.0006, 3, "0.001"),
            (0.155, 2, "0.16"),
            (9.5, 0, "10"),
            # half to even, both ways, and what is no tie
            (0.145, 2, "0.14"),
            (2.5, 0, "2"),
            (-2.5, 0, "-2"),
            (-3.5, 0, "-4"),
            (2.5000001, 0, "3"),
            # would be 0: one significant digit
            (0.0004, 3, "0.0004"),
            (0.00005, 3, "0.00005"),
            (-0.00044, 3, "-0.0004"),
            (0.00006, 3, "0.00006"),  # one digit, not one decimal more
            (0.00000095, 3, "0.000001"),  # 9.5 goes to the even 10
            (0.0, 3, "0"),
            (0.003, 3, "0.003"),
        ],
    )
    def test_a_measured_float_is_rounded_to_an_exact_number(self, value: float, decimals: int, expected: str):
        assert reported(value, decimals) == F(expected)

    def test_summation_noise_does_not_break_a_tie(self):
        noisy = (0.1 + 0.2) * 0.05  # 0.015000000000000003
        assert reported(noisy, 2) == F("0.02")
        assert reported(0.1 + 0.2, None) == F("0.3")

    def test_a_tie_is_a_tie_of_the_decimal_not_of_the_float(self):
        assert F(1.005) < F("1.005")
        assert F(1.015) < F("1.015")
        assert reported(1.005, 2) == F("1.00")
        assert reported(1.015, 2) == F("1.02")

    def test_it_is_rounded_once(self):
        assert reported(0.1449, 1) == F("0.1")
        assert reported(3.4996, 0) == F("3")  # not through 3.5

    def test_without_decimals_it_keeps_twelve_significant_digits(self):
        assert reported(1 / 3, None) == F("0.333333333333")
        assert reported(123456789.123456, None) == F("123456789.123")

    @pytest.mark.parametrize("absent", [nan, inf, -inf])
    def test_absent_data_never_reach_the_gate(self, absent: float):
        with pytest.raises(ValueError, match="not a finite number"):
            reported(absent, 2)


def tied(whole: int, decimals: int, off: float) -> float:
    """A float at a rounding tie, or off it by a relative hair."""
    return float(F(2 * whole + 1, 2 * 10**decimals)) * (1 + off)


MEASURED = st.floats(-1e9, 1e9, allow_nan=False)
NEAR_TIES = st.builds(
    tied,
    st.integers(-(10**6), 10**6),
    st.integers(0, 5),
    st.sampled_from([0.0, 1e-16, -1e-15, 1e-12, -3e-12, 1e-11, 5e-11]),
)


class TestRounded:
    """The same rounding in float64, for arrays of any shape."""

    @given(st.lists(MEASURED | NEAR_TIES, min_size=1, max_size=8), st.integers(0, 5))
    @example([123456.500001], 0)
    @example([0.000500000000001], 3)
    @example([5e-324, 1e-300, 1e-12, 0.0004, -0.0006], 3)
    @example([999999999999.6, 1e15, 0.09999999999995], 2)
    def test_it_is_the_float_of_the_gate_element_by_element(self, values: list[float], decimals: int):
        expected = [float(reported(value, decimals)) for value in values]
        assert rounded(np.array(values), decimals).tolist() == expected

    def test_absent_stays_absent_and_shape_stays_shape(self):
        given_values = np.array([[0.155, nan], [0.0004, 9.5]])
        assert rounded(given_values, 2).tolist()[1] == [0.0004, 9.5]
        assert rounded(given_values, 2)[0, 0] == 0.16
        assert np.isnan(rounded(given_values, 2)[0, 1])

    def test_a_plain_number_is_an_array_without_axes(self):
        assert rounded(0.155, 2).shape == ()
        assert float(rounded(0.0006, 3)) == 0.001


@pytest.mark.proof
def test_every_printed_value_of_the_real_replies_is_the_unrounded_one_at_the_reading_decimals(shared_data: Path):
    pairs = [(code, *texts) for reading in readings(shared_data) for code, texts in reading.values.items()]
    assert len(pairs) == 50_512
    exact = [reported(float(unrounded), INDICATORS[code].reading_decimals) for code, unrounded, _ in pairs]
    assert exact == [number(shown) for _, _, shown in pairs]
    for code in {code for code, _, _ in pairs}:
        of_code = [(float(unrounded), float(shown)) for each, unrounded, shown in pairs if each == code]
        unrounded, shown = np.array(of_code).T
        decimals = INDICATORS[code].reading_decimals
        assert decimals is not None
        assert rounded(unrounded, decimals).tolist() == shown.tolist()


class TestExactRounding:
    """Exact numbers: concentrations keep a significant digit, indices and ratios may become 0."""

    def test_a_small_concentration_keeps_a_digit_and_a_small_ratio_does_not(self):
        assert quantised(F("0.0004"), 3) == F("0.0004")
        assert half_even(F("0.0004"), 3) == 0

    @given(st.fractions(), st.integers(0, 6))
    def test_rounding_twice_changes_nothing(self, exact: Fraction, decimals: int):
        assert half_even(half_even(exact, decimals), decimals) == half_even(exact, decimals)

    @given(st.fractions(), st.integers(0, 6))
    def test_a_negative_number_is_rounded_by_its_absolute_value(self, exact: Fraction, decimals: int):
        assert quantised(-exact, decimals) == -quantised(exact, decimals)


class TestFen:
    """万元 to whole fen, by the agreement's mode."""

    @pytest.mark.parametrize(
        ("wan", "half_up", "to_even", "down"),
        [
            ("1200", 1_200_000_000, 1_200_000_000, 1_200_000_000),
            ("1/3", 333_333, 333_333, 333_333),
            ("2/3", 666_667, 666_667, 666_666),
            ("0.0000005", 1, 0, 0),
            ("0.0000015", 2, 2, 1),
            ("-0.0000005", -1, 0, 0),
            ("-2/3", -666_667, -666_667, -666_666),
        ],
    )
    def test_the_three_modes(self, wan: str, half_up: int, to_even: int, down: int):
        assert [fen(F(wan), mode) for mode in ("half_up", "half_even", "down")] == [half_up, to_even, down]


class TestSplit:
    """Shares by largest remainders add up to the fen."""

    def test_the_odd_fen_goes_to_the_largest_remainder_and_ties_to_the_first(self):
        assert split(100, [F(1, 3), F(1, 3), F(1, 3)]) == [34, 33, 33]
        assert split(10, [F(1, 6), F(2, 6), F(3, 6)]) == [2, 3, 5]  # 1⅔, 3⅓, 5
        assert split(-100, [F(1, 3), F(2, 3)]) == [-33, -67]

    @given(st.integers(-(10**12), 10**12), st.lists(st.integers(0, 1000), min_size=1, max_size=19).filter(any))
    def test_the_parts_add_up_and_none_is_a_fen_off_its_share(self, total: int, weights: list[int]):
        shares = [F(weight, sum(weights)) for weight in weights]
        parts = split(total, shares)
        assert sum(parts) == total
        assert all(abs(part - total * share) < 1 for part, share in zip(parts, shares, strict=True))

    @given(st.integers(0, 10**9), st.permutations([F(1, 10), F(4, 10), F(5, 10)]))
    def test_whoever_is_named_first_gets_no_other_share_but_for_ties(self, total: int, shares: list[Fraction]):
        assert sorted(split(total * 10, shares)) == [total, 4 * total, 5 * total]


class TestNumber:
    """Figures as people write them, read as text."""

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("0.95", F(19, 20)),
            ("2.10", F(21, 10)),
            ("1/3", F(1, 3)),
            ("-1/3", F(-1, 3)),
            ("83%", F(83, 100)),
            ("1e-3", F(1, 1000)),
            (" +60,000 ", F(60000)),
            (3, F(3)),
            (F(2, 7), F(2, 7)),
        ],
    )
    def test_it_reads(self, text: object, expected: Fraction):
        assert number(text) == expected

    @pytest.mark.parametrize("text", ["", "abc", "1/0", "1.5/3", "--", "1/3%", "nan", "inf", "0x10", 0.1, True, None])
    def test_it_refuses_what_is_no_exact_number(self, text: object):
        with pytest.raises(ValueError):
            number(text)


class TestPrinted:
    """Text that a pocket calculator takes."""

    @pytest.mark.parametrize(
        ("exact", "text"),
        [
            (F(60000), "60000"),
            (F(-6000), "-6000"),
            (F(1, 8), "0.125"),
            (F(-1, 200), "-0.005"),
            (F(1, 3), "1/3"),
            (F(21, 10), "2.1"),
            (F(0), "0"),
        ],
    )
    def test_decimals_where_it_is_one_else_a_fraction(self, exact: Fraction, text: str):
        assert printed(exact) == text

    @given(st.fractions() | st.decimals(allow_nan=False, allow_infinity=False, places=6).map(Fraction))
    @example(F(12345678901234567890123456789012345, 8))
    @example(F(Decimal("1e-39")))
    @example(F(1, 2**60))
    def test_reading_what_was_printed_gives_the_number_back(self, exact: Fraction):
        assert number(printed(exact)) == exact


@pytest.mark.parametrize(
    ("amount_fen", "text"),
    [(1_234_567_890, "12345678.90"), (0, "0.00"), (-5, "-0.05"), (100, "1.00"), (-123_456, "-1234.56")],
)
def test_fen_are_printed_as_yuan(amount_fen: int, text: str):
    assert yuan(amount_fen) == text
