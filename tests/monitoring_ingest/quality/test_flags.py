"""Flags: two axes in one number, one flag from several tests, QARTOD codes and back."""

from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pytest

from basin.errors import UsageError
from monitoring_ingest.quality.flags import (
    ORIGIN_PLACE,
    QARTOD,
    Origin,
    Quality,
    combined,
    packed,
    quality_of,
    to_qartod,
)

N, R, D, U, M = Quality


def flags(*qualities: int) -> np.ndarray:
    return np.array(qualities, dtype=np.int8)


def origin_of(packed_flags: np.ndarray) -> np.ndarray:
    """The `Origin` of packed flags."""
    return packed_flags // ORIGIN_PLACE


def from_qartod(codes: np.ndarray) -> np.ndarray:
    """The `Quality` of QARTOD codes: what a reader of an export gets back."""
    unknown = sorted({int(code) for code in np.unique(codes)} - set(QARTOD.values()))
    if unknown:
        zh, en = f"QARTOD 没有代码 {unknown}", f"QARTOD has no code {unknown}"
        raise UsageError(zh, en, path="codes", remedy=f"可用：{sorted(QARTOD.values())}")
    qualities = np.zeros(max(QARTOD.values()) + 1, dtype=np.int8)
    qualities[list(QARTOD.values())] = list(QARTOD)
    return qualities[np.asarray(codes, dtype=np.intp)]


class TestCombined:
    """The highest precedence stands: missing, unreliable, doubtful, reliable, not evaluated."""

    @pytest.mark.parametrize(
        ("several", "one"),
        [((N, N), N), ((N, R), R), ((R, D, N), D), ((R, D, U), U), ((N, M), M), ((U, M), M)],
        ids=str,
    )
    def test_the_highest_stands_in_whatever_order(self, several, one):
        assert all(combined(*map(flags, order)).tolist() == [one] for order in permutations(several))

    def test_it_is_done_value_by_value_and_changes_none_of_the_tests(self):
        first, second = flags(R, D, N), flags(D, R, N)
        assert combined(first, second).tolist() == [D, D, N]
        assert (first.tolist(), second.tolist()) == ([R, D, N], [D, R, N])

    @pytest.mark.parametrize("several", [[], [flags(R), flags(R, R)]], ids=["none", "two shapes"])
    def test_flags_of_nothing_or_of_different_values_are_refused(self, several):
        with pytest.raises(UsageError, match="形状"):
            combined(*several)


class TestTwoAxes:
    """Origin and quality in one small integer that shows both."""

    def test_both_axes_come_back(self):
        for origin, quality in product(Origin, Quality):
            flag = packed(flags(quality), origin)
            assert (flag.dtype, origin_of(flag).item(), quality_of(flag).item()) == (np.int8, origin, quality)

    def test_a_reader_sees_both(self):
        assert packed(flags(R, U), np.array([Origin.ORIGINAL, Origin.CORRECTED])).tolist() == [1, 13]


class TestQartod:
    """1 pass, 2 not evaluated, 3 suspect, 4 fail, 9 missing."""

    def test_the_codes(self):
        assert to_qartod(flags(R, N, D, U, M)).tolist() == [1, 2, 3, 4, 9]

    def test_there_and_back_keeps_the_quality_and_loses_the_origin(self):
        for origin in Origin:
            there = packed(flags(*Quality), origin)
            assert from_qartod(to_qartod(there)).tolist() == quality_of(there).tolist() == list(Quality)

    def test_back_and_there_keeps_every_code(self):
        codes = np.array([[1, 2], [3, 4], [9, 9]])
        assert to_qartod(from_qartod(codes)).tolist() == codes.tolist()
        assert set(QARTOD) == set(Quality)

    @pytest.mark.parametrize("code", [0, 5, -1, 10])
    def test_a_code_that_qartod_does_not_have_is_refused(self, code):
        with pytest.raises(UsageError, match=str(code)):
            from_qartod(np.array([1, code]))
